//! Lists out as csv: UTF-8 with its mark, so that Excel in China reads it, and nothing that a spreadsheet computes.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::write::{Out, Table};
use crate::{SheetError, delimited};

/// Text that begins so is computed by spreadsheet programs when they open a csv, full-width signs as well (OWASP, CSV
/// injection). The apostrophe is among them so that taking the guard away is exact.
pub(crate) fn needs_guard(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'' | '＝' | '＋' | '－' | '＠')
}

/// Writes a list as csv with CRLF lines. Texts that a spreadsheet would compute get an apostrophe in front, which
/// reading takes away.
pub fn csv(table: &Table) -> Result<Vec<u8>, SheetError> {
    table.check()?;
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    let mut writer = WriterBuilder::new()
        .flexible(true)
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::CRLF)
        .from_writer(&mut bytes);
    let failed = |_| SheetError::Writer("csv".to_owned());
    writer.write_record(table.columns.iter().map(|heading| guarded(heading))).map_err(failed)?;
    for row in &table.rows {
        let cells = row.iter().map(|cell| match cell {
            Out::Text(text) => guarded(text),
            other => other.text(),
        });
        writer.write_record(cells).map_err(failed)?;
    }
    writer.flush().map_err(|_| SheetError::Writer("csv".to_owned()))?;
    drop(writer);
    Ok(bytes)
}

/// Also guards what reading would take for a guard.
fn guarded(text: &str) -> String {
    if text.starts_with(needs_guard) || delimited::would_lose(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_in_names_are_letters_in_the_csv() {
        let names = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"];
        let rows = names.iter().map(|name| vec![Out::from(*name)]).collect();
        let text = String::from_utf8(
            csv(&Table { title: String::new(), columns: vec!["姓名".into()], rows }).unwrap(),
        )
        .unwrap();
        assert!(text.starts_with("\u{feff}姓名\r\n'=1+1\r\n"));
        for name in names {
            assert!(text.contains(&format!("'{name}")), "{name:?}");
        }
    }
}
