//! Lists out: xlsx in which every identity is text, the same bytes for the same input.

use domain::Timestamp;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::{SheetError, limits};

/// A cell of a list to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    /// Text, written as text whatever it looks like: digits keep their zeros, formulas stay letters.
    Text(String),
    /// A quantity, for sums: counts and fees. Never an identity.
    Number(i64),
    /// Money in 分, written in 元 with two decimals, for sums.
    Fen(i64),
    /// Nothing.
    Empty,
}

impl From<&str> for Out {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Out {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<i64> for Out {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Out>> From<Option<T>> for Out {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl Out {
    /// As text, for csv.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Fen(fen) => {
                let sign = if *fen < 0 { "-" } else { "" };
                format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
            }
            Self::Empty => String::new(),
        }
    }
}

/// A list to write: one sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Name of the sheet; what sheets may not be called is replaced.
    pub title: String,
    /// Headings.
    pub columns: Vec<String>,
    /// Rows, each as long as the headings or shorter.
    pub rows: Vec<Vec<Out>>,
}

/// Most rows of a sheet, the heading among them (Excel's limit).
const SHEET_ROWS: usize = 1_048_576;
/// Most columns that are written.
const SHEET_COLUMNS: usize = 256;
/// Widths of columns, in characters.
const WIDTHS: std::ops::RangeInclusive<f64> = 6.0..=48.0;
/// Rows by which a column's width is chosen.
const MEASURED_ROWS: usize = 500;

/// Writes lists as an xlsx, one sheet each. `created` goes into the document's properties; the same input gives the
/// same bytes.
pub fn xlsx(tables: &[Table], created: Timestamp) -> Result<Vec<u8>, SheetError> {
    for table in tables {
        table.check()?;
    }
    let mut book = new_book(created)?;
    let titles: Vec<&str> = tables.iter().map(|table| table.title.as_str()).collect();
    for (table, name) in tables.iter().zip(sheet_names(&titles)) {
        let sheet = book.add_worksheet();
        write_table(sheet, table, &name).map_err(writer_error)?;
    }
    if tables.is_empty() {
        book.add_worksheet();
    }
    book.save_to_buffer().map_err(writer_error)
}

impl Table {
    /// Fails on what no sheet can hold.
    pub(crate) fn check(&self) -> Result<(), SheetError> {
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or(0).max(self.columns.len());
        if self.rows.len() >= SHEET_ROWS || widest > SHEET_COLUMNS {
            return Err(SheetError::ListTooLarge);
        }
        // Excel counts UTF-16 units.
        let too_long = |text: &str| text.encode_utf16().count() > limits::CELL_CHARS;
        if self.columns.iter().any(|heading| too_long(heading)) {
            return Err(SheetError::CellTooLong { row: 0 });
        }
        let long_row =
            |row: &Vec<Out>| row.iter().any(|cell| matches!(cell, Out::Text(text) if too_long(text)));
        match self.rows.iter().position(long_row) {
            Some(row) => Err(SheetError::CellTooLong { row: row + 1 }),
            None => Ok(()),
        }
    }
}

/// A workbook that knows no clock.
pub(crate) fn new_book(created: Timestamp) -> Result<Workbook, SheetError> {
    let created = ExcelDateTime::from_timestamp(created.0.div_euclid(1000)).map_err(writer_error)?;
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    Ok(book)
}

pub(crate) fn writer_error(error: XlsxError) -> SheetError {
    SheetError::Writer(match error {
        // Its words may quote a cell.
        XlsxError::MaxStringLengthExceeded => "a text is too long".to_owned(),
        XlsxError::RowColumnLimitError => "too many rows or columns".to_owned(),
        XlsxError::SheetnameCannotBeBlank(_) | XlsxError::SheetnameReused(_) => "a sheet's name".to_owned(),
        _ => "the writer's own reason".to_owned(),
    })
}

pub(crate) fn heading_format() -> Format {
    Format::new()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_background_color(Color::RGB(0x00DD_EBF7))
        .set_border_bottom(FormatBorder::Thin)
        .set_num_format_index(49)
}

/// Excel's own format for text.
pub(crate) fn text_format() -> Format {
    Format::new().set_num_format_index(49)
}

fn write_table(sheet: &mut Worksheet, table: &Table, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let (heading, text) = (heading_format(), text_format());
    // Excel's own format with two decimals.
    let money = Format::new().set_num_format_index(2);
    for (column, title) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, column, title, &heading)?;
        sheet.set_column_width(column, width(table, usize::from(column)))?;
    }
    for (row, cells) in (1u32..).zip(&table.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Out::Text(content) => sheet.write_string_with_format(row, column, content, &text)?,
                Out::Number(number) => sheet.write_number(row, column, *number as f64)?,
                Out::Fen(fen) => sheet.write_number_with_format(row, column, *fen as f64 / 100.0, &money)?,
                Out::Empty => continue,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Wide enough for most cells: Han characters take two columns.
fn width(table: &Table, column: usize) -> f64 {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum::<f64>();
    let cells = table.rows.iter().take(MEASURED_ROWS).filter_map(|row| row.get(column));
    let widest = cells.map(|cell| wide(&cell.text())).fold(wide(&table.columns[column]), f64::max);
    (widest + 2.0).clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// Names that sheets may have: at most 31 characters, none of `[]:*?/\`, no apostrophe at an end, each once.
fn sheet_names(titles: &[&str]) -> Vec<String> {
    const MOST: usize = 31;
    let mut names: Vec<String> = Vec::new();
    for (index, title) in titles.iter().enumerate() {
        let clean: String = title
            .chars()
            .filter(|c| !c.is_control())
            .map(|c| if "[]:*?/\\'".contains(c) { '_' } else { c })
            .filter(|c| u32::from(*c) < 0x1_0000)
            .take(MOST)
            .collect();
        let clean = clean.trim();
        let mut name = if clean.is_empty() { format!("Sheet{}", index + 1) } else { clean.to_owned() };
        let mut again = 2;
        while names.iter().any(|other| other.to_lowercase() == name.to_lowercase())
            || name.eq_ignore_ascii_case("history")
        {
            let suffix = format!(" ({again})");
            name = clean.chars().take(MOST - suffix.len()).chain(suffix.chars()).collect();
            again += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_get_names_that_excel_takes() {
        let long = "很长的名字".repeat(10);
        let names = sheet_names(&["a/b", "A_B", "", "'x'", &long, &long, "History"]);
        assert_eq!(names[..4], ["a_b", "A_B (2)", "Sheet3", "_x_"]);
        assert!(names.iter().all(|name| name.chars().count() <= 31));
        assert_ne!(names[4], names[5]);
        assert_eq!(names[6], "History (2)");
    }

    #[test]
    fn what_no_sheet_can_hold_is_refused_with_its_row() {
        let row = vec![Out::Text("字".repeat(32_768))];
        let table = Table { rows: vec![vec![], row], ..Table::default() };
        assert_eq!(xlsx(&[table], Timestamp(0)), Err(SheetError::CellTooLong { row: 2 }));
        let wide = Table { columns: vec![String::new(); 300], ..Table::default() };
        assert_eq!(xlsx(&[wide], Timestamp(0)), Err(SheetError::ListTooLarge));
    }
}
