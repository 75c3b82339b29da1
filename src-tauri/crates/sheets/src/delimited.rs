//! csv and tsv into a grid.

use csv::ReaderBuilder;

use crate::grid::{Cell, Grid, Value};
use crate::{SheetError, limits};

/// Characters that part the columns, the usual ones first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Records by which the delimiter is told.
const LOOKED_AT: usize = 30;

/// Which delimiter the first rows speak for: the one that makes most rows equally wide. `headings` counts the known
/// headings of a row and outweighs width.
pub(crate) fn delimiter(text: &str, headings: impl Fn(&[&str]) -> usize) -> u8 {
    let weight = |delimiter: u8| {
        let mut best = 0;
        let mut widths = Vec::new();
        for record in reader(text, delimiter).records().take(LOOKED_AT).flatten() {
            best = best.max(headings(&record.iter().collect::<Vec<_>>()));
            widths.push(record.len());
        }
        let alike = |width: usize| widths.iter().filter(|other| **other == width).count();
        let even =
            widths.iter().filter(|width| **width > 1).map(|width| alike(*width) * width).max().unwrap_or(0);
        (best, even)
    };
    // `max_by_key` takes the last of equals, the comma shall win them.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| weight(*delimiter)).unwrap_or(b',')
}

/// Reads the rows; only the first `rows` filled ones if a number is given.
pub(crate) fn read(text: &str, delimiter: u8, rows: Option<usize>) -> Result<Grid, SheetError> {
    let mut grid = Grid::default();
    let mut reader = reader(text, delimiter);
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, ended: 0 };
    // Lines inside quoted cells: the spreadsheet's row is the file's line without them.
    let mut inner_lines = 0;
    while reader.read_record(&mut record).map_err(|_| SheetError::Damaged("the csv"))? {
        let start = record.position().map_or(0, csv::Position::byte);
        let number = lines.line_of_record(start as usize).saturating_sub(inner_lines);
        for (column, field) in record.iter().enumerate() {
            if field.len() > limits::CELL_CHARS * 3 {
                return Err(SheetError::OpenQuote { row: number });
            }
            inner_lines += line_ends(field.as_bytes());
            let value = Value::Text(unguarded(field).to_owned());
            grid.put(number, u32::try_from(column).unwrap_or(u32::MAX), Cell { value, formula: false })?;
        }
        if rows.is_some_and(|rows| grid.rows.len() >= rows) {
            break;
        }
    }
    Ok(grid)
}

/// Counts lines along the text. The reader counts some of them late.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    ended: u32,
}

impl Lines<'_> {
    /// The line, from 1, of the record that begins at `start` or after the blank lines there.
    fn line_of_record(&mut self, start: usize) -> u32 {
        let blank = self.text.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = (start + blank).clamp(self.at, self.text.len());
        self.ended += line_ends(&self.text[self.at..start]);
        self.at = start;
        self.ended + 1
    }
}

/// Ends of lines: LF, CRLF, and the CR of old Macs.
fn line_ends(text: &[u8]) -> u32 {
    let end = |(at, byte): &(usize, &u8)| match byte {
        b'\n' => true,
        b'\r' => text.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    text.iter().enumerate().filter(end).count() as u32
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// Takes away what programs put around a cell to keep a spreadsheet from computing with it: an apostrophe before
/// `=`, `+`, a digit and the like, or `="…"` around digits.
fn unguarded(field: &str) -> &str {
    if let Some(rest) = field.strip_prefix('\'')
        && rest.starts_with(|c: char| crate::write_csv::needs_guard(c) || c.is_ascii_digit())
    {
        return rest;
    }
    match field.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if inner.bytes().all(|byte| byte.is_ascii_alphanumeric()) => inner,
        _ => field,
    }
}

/// Whether reading would take something away from a text as it stands.
pub(crate) fn would_lose(text: &str) -> bool {
    unguarded(text) != text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(grid: &Grid) -> Vec<(u32, Vec<&str>)> {
        let text = |cell: &'_ Cell| matches!(cell.value, Value::Text(_));
        grid.rows
            .iter()
            .map(|row| {
                let cells = row.cells.iter().filter(|cell| text(cell));
                let cells = cells.filter_map(|cell| match &cell.value {
                    Value::Text(text) => Some(text.as_str()),
                    _ => None,
                });
                (row.number, cells.collect())
            })
            .collect()
    }

    #[test]
    fn rows_keep_their_numbers_over_blank_lines_and_lines_inside_cells() {
        let text = "学号,备注\r\n\r\n1,\"两\n行\"\n2,x\n";
        let grid = read(text, b',', None).unwrap();
        assert_eq!(cells(&grid), [(1, vec!["学号", "备注"]), (3, vec!["1", "两\n行"]), (4, vec!["2", "x"])]);
    }

    #[test]
    fn the_delimiter_is_told_by_headings_and_even_rows() {
        let known = |row: &[&str]| row.iter().filter(|cell| ["学号", "姓名"].contains(cell)).count();
        for (text, expected) in [
            ("学号,姓名\n1,张三\n", b','),
            ("学号\t姓名\n1\t张,三\n", b'\t'),
            ("学号;姓名\n1;张三\n", b';'),
            ("名单，2026\n学号|姓名\n1|张三\n", b'|'),
            ("学号\n1\n", b','),
        ] {
            assert_eq!(delimiter(text, known), expected, "{text}");
        }
    }

    #[test]
    fn a_quotation_mark_without_partner_does_not_swallow_the_list() {
        let text = format!("学号,姓名\n1,\"张三\n{}", "2,李四\n".repeat(20_000));
        assert_eq!(read(&text, b',', None), Err(SheetError::OpenQuote { row: 2 }));
    }

    #[test]
    fn what_keeps_spreadsheets_from_computing_is_taken_away_again() {
        for (written, meant) in
            [("'=1+1", "=1+1"), ("=\"007\"", "007"), ("'2022", "2022"), ("'Abd", "'Abd"), ("=1+1", "=1+1")]
        {
            assert_eq!(unguarded(written), meant);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_the_writer_guards_is_read_back_exactly(text in "[='+@\t\r\n0-9A\"＝-]{1,6}|\\PC{1,20}") {
            let table = crate::Table {
                title: String::new(),
                columns: vec!["x".into(), "y".into()],
                rows: vec![vec![crate::Out::Text(text.clone()), "end".into()]],
            };
            let bytes = crate::csv(&table).unwrap();
            let decoded = crate::encoding::decode(&bytes).unwrap().0;
            let grid = read(&decoded, b',', None).unwrap();
            let cell = grid.rows[1].cell(0).cloned().unwrap_or_default();
            let expected = if text.chars().all(crate::cell_text::is_space) { Value::Empty } else { Value::Text(text) };
            proptest::prop_assert_eq!(cell.value, expected);
        }
    }
}
