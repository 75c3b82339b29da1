//! xlsx and xls into grids. The reader is a library that has met hostile files before, but not all of them: a panic
//! in it becomes "damaged".

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Dimensions, Reader, SheetType, SheetVisible, Xls, Xlsx};

use crate::grid::{Cell, Grid, Merge, Value};
use crate::{SheetError, limits};

/// Days between the two ways of Excel to count days, from 1900 and from 1904.
const DAYS_1904: f64 = 1462.0;
/// Most merged blocks of a sheet that are looked at.
const MERGES: usize = 100_000;

/// A sheet's name, and whether it is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetName {
    pub name: String,
    pub hidden: bool,
}

/// An open workbook.
pub(crate) enum Workbook<'a> {
    Xlsx(Box<Xlsx<Cursor<&'a [u8]>>>),
    Xls(Box<Xls<Cursor<&'a [u8]>>>),
}

impl<'a> Workbook<'a> {
    /// Opens bytes that the guard has let through.
    pub fn xlsx(bytes: &'a [u8]) -> Result<Self, SheetError> {
        shielded(|| Xlsx::new(Cursor::new(bytes)).map(|book| Self::Xlsx(Box::new(book))).map_err(xlsx_error))
    }

    /// Opens bytes that the guard has let through.
    pub fn xls(bytes: &'a [u8]) -> Result<Self, SheetError> {
        shielded(|| {
            Xls::new(Cursor::new(bytes)).map(|book| Self::Xls(Box::new(book))).map_err(|error| match error {
                calamine::XlsError::Password => SheetError::Encrypted,
                _ => SheetError::Damaged("the xls"),
            })
        })
    }

    /// Its sheets in order, charts left out.
    pub fn sheets(&self) -> Vec<SheetName> {
        let metadata = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
        };
        metadata
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .take(limits::SHEETS)
            .map(|sheet| SheetName {
                name: sheet.name.clone(),
                hidden: sheet.visible != SheetVisible::Visible,
            })
            .collect()
    }

    /// Reads a sheet; only its first `rows` filled rows if a number is given, and then without merged blocks.
    pub fn read(&mut self, sheet: &str, rows: Option<usize>) -> Result<Grid, SheetError> {
        shielded(|| match self {
            Self::Xlsx(book) => read_xlsx(book, sheet, rows),
            Self::Xls(book) => read_xls(book, sheet, rows),
        })
    }
}

fn shielded<T>(read: impl FnOnce() -> Result<T, SheetError>) -> Result<T, SheetError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(SheetError::Damaged("the reader gave up")))
}

/// The reader's own words may quote cells, so none of them is kept.
fn xlsx_error(error: calamine::XlsxError) -> SheetError {
    match error {
        calamine::XlsxError::Password => SheetError::Encrypted,
        calamine::XlsxError::WorksheetNotFound(_) => SheetError::NoSuchSheet,
        _ => SheetError::Damaged("the xlsx"),
    }
}

fn read_xlsx(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str, rows: Option<usize>) -> Result<Grid, SheetError> {
    let days = if book.has_1904_epoch() { DAYS_1904 } else { 0.0 };
    let mut grid = Grid::default();
    let mut reader = book.worksheet_cells_reader(sheet).map_err(xlsx_error)?;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(xlsx_error)? {
        let (row, column) = record.pos;
        let cell = Cell { value: value_ref(record.value, days), formula: record.formula.is_some() };
        grid.put(row.saturating_add(1), column, cell)?;
        if rows.is_some_and(|rows| grid.rows.len() > rows) {
            grid.rows.pop();
            return Ok(grid);
        }
    }
    drop(reader);
    if rows.is_none() {
        let merges = book.merge_cells_by_sheet_name(sheet).map_err(xlsx_error)?;
        grid.merges = merges.iter().take(MERGES).map(merge).collect();
    }
    Ok(grid)
}

fn read_xls(book: &mut Xls<Cursor<&[u8]>>, sheet: &str, rows: Option<usize>) -> Result<Grid, SheetError> {
    let days = if book.has_1904_epoch() { DAYS_1904 } else { 0.0 };
    let damaged = |_| SheetError::Damaged("the xls");
    let range = book.worksheet_range(sheet).map_err(|_| SheetError::NoSuchSheet)?;
    let formulas = book.worksheet_formula(sheet).map_err(damaged)?;
    let (top, left) = range.start().unwrap_or_default();
    let mut grid = Grid::default();
    for (r, row) in range.rows().enumerate() {
        for (c, data) in row.iter().enumerate() {
            let position = (top + r as u32, left + c as u32);
            let formula = formulas.get_value(position).is_some_and(|formula| !formula.is_empty());
            if !formula && *data == Data::Empty {
                continue;
            }
            grid.put(position.0 + 1, position.1, Cell { value: value(data, days), formula })?;
        }
        if rows.is_some_and(|rows| grid.rows.len() >= rows) {
            return Ok(grid);
        }
    }
    if rows.is_none() {
        let merges = book.merge_cells_by_sheet_name(sheet).map_err(damaged)?;
        grid.merges = merges.iter().take(MERGES).map(merge).collect();
    }
    Ok(grid)
}

fn merge(block: &Dimensions) -> Merge {
    Merge {
        rows: (block.start.0.saturating_add(1), block.end.0.saturating_add(1)),
        columns: (block.start.1, block.end.1),
    }
}

fn value_ref(data: DataRef<'_>, days: f64) -> Value {
    match data {
        DataRef::SharedString(text) => Value::Text(text.to_owned()),
        DataRef::String(text) => Value::Text(text),
        DataRef::Float(number) => Value::Number(number),
        other => value(&Data::from(other), days),
    }
}

fn value(data: &Data, days: f64) -> Value {
    match data {
        Data::Empty => Value::Empty,
        Data::Int(number) => Value::Number(*number as f64),
        Data::Float(number) => Value::Number(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Value::Text(text.clone()),
        Data::Bool(truth) => Value::Truth(*truth),
        // A time of day has no day, and so no shift.
        Data::DateTime(moment) if moment.as_f64() < 1.0 => Value::Moment(moment.as_f64()),
        Data::DateTime(moment) => Value::Moment(moment.as_f64() + days),
        Data::Error(_) => Value::Fault,
    }
}
