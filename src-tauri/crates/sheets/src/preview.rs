//! A first look at a file: which sheet, which row is the heading, which column is what. A person may correct it.

use domain::Text;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::cell_text::is_space;
use crate::grid::{Grid, Row, Value, column_letter};
use crate::report::{Remark, shown};
use crate::source::{Source, base_name};
use crate::{Encoding, Field, Kind, ListKind, SheetError, limits};

/// Which column is what. Made by [`preview`], corrected by a person, obeyed by [`roster`](crate::roster),
/// [`schedule`](crate::schedule) and [`results`](crate::results).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetMapping")]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name of the sheet; empty for text files.
    pub sheet: String,
    /// Row of the heading as the spreadsheet numbers it, from 1; 0 if there is none and all rows are data.
    pub heading_row: u32,
    /// What each column is, from the first; `None` for columns that are not wanted.
    pub columns: Vec<Option<Field>>,
}

impl Mapping {
    /// The column of a field, counted from 0.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|column| *column == Some(field))
    }

    /// Fails unless every field belongs to the list and stands in one column.
    pub(crate) fn check(&self, list: ListKind) -> Result<(), SheetError> {
        if self.columns.len() > limits::COLUMNS as usize {
            return Err(SheetError::Mapping);
        }
        for (index, field) in self.columns.iter().enumerate() {
            let Some(field) = field else { continue };
            if !field.lists().contains(&list) {
                return Err(SheetError::Mapping);
            }
            if self.columns[..index].contains(&Some(*field)) {
                return Err(SheetError::FieldTwice(*field));
            }
        }
        Ok(())
    }
}

/// A sheet of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SheetChoice {
    /// Its name.
    pub name: String,
    /// Not visible in the spreadsheet program; never chosen unasked while another sheet fits.
    pub hidden: bool,
    /// How many known headings it has.
    pub known_headings: u32,
}

/// A column of the chosen sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetColumnChoice")]
pub struct ColumnChoice {
    /// Its letters.
    pub letters: String,
    /// What its heading says.
    pub heading: String,
    /// What it was taken for.
    pub field: Option<Field>,
    /// Its first filled cells, long digits masked.
    pub samples: Vec<String>,
}

/// What a file looks like before anything is taken from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetPreview")]
pub struct Preview {
    /// The file's name without its folders.
    pub file: String,
    /// What the file is.
    pub kind: Kind,
    /// How a text file is encoded.
    pub encoding: Option<Encoding>,
    /// Its sheets.
    pub sheets: Vec<SheetChoice>,
    /// The guess, to be corrected and handed back.
    pub mapping: Mapping,
    /// The columns of the chosen sheet.
    pub columns: Vec<ColumnChoice>,
    /// Filled rows below the heading.
    pub rows: u32,
    /// What should be known before importing.
    pub remarks: Vec<Remark>,
}

/// Sheet and heading as a person has chosen them; what is missing is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetAndHeading")]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    /// Name of the sheet.
    pub sheet: Option<String>,
    /// Row of the heading, from 1; 0 for none.
    pub heading_row: Option<u32>,
}

/// Most samples of a column.
const SAMPLES: usize = 5;

/// Looks at a file and guesses. `file` is its name, for messages only.
pub fn preview(bytes: &[u8], file: &str, list: ListKind, choice: &Choice) -> Result<Preview, SheetError> {
    let mut source = Source::open(bytes, file)?;
    let heads = heads(&mut source, list)?;
    let chosen = choose(&heads, choice)?;
    let sheet = heads[chosen].choice.name.clone();
    let grid = source.read(&sheet, None)?;
    if grid.rows.is_empty() {
        return Err(SheetError::Empty);
    }
    let heading_row = choice.heading_row.unwrap_or_else(|| best_heading(&grid, list).0);
    if heading_row != 0 && !grid.rows.iter().any(|row| row.number == heading_row) {
        return Err(SheetError::Mapping);
    }
    let mut remarks = source.remarks.clone();
    let columns = columns(&grid, heading_row, list, &mut remarks);
    remarks.extend(remarks_on_choice(&heads, chosen, heading_row, &grid));
    let mapping =
        Mapping { sheet, heading_row, columns: columns.iter().map(|column| column.field).collect() };
    let rows = grid.rows.iter().filter(|row| row.number > heading_row && !row.is_empty()).count() as u32;
    let sheets = heads.into_iter().map(|head| head.choice).collect();
    let (kind, encoding) = (source.kind, source.encoding);
    Ok(Preview { file: base_name(file), kind, encoding, sheets, mapping, columns, rows, remarks })
}

struct Head {
    choice: SheetChoice,
    filled: bool,
}

/// The beginning of every sheet.
fn heads(source: &mut Source<'_>, list: ListKind) -> Result<Vec<Head>, SheetError> {
    let names = source.sheets();
    let single = names.len() == 1;
    let mut heads = Vec::new();
    for sheet in names {
        let grid = match source.read(&sheet.name, Some(limits::HEADING_ROWS)) {
            Ok(grid) => grid,
            Err(error) if single => return Err(error),
            // A broken or huge spare sheet does not keep the good one from being read.
            Err(_) => Grid::default(),
        };
        let known_headings = best_heading(&grid, list).1 as u32;
        let choice = SheetChoice { name: sheet.name, hidden: sheet.hidden, known_headings };
        heads.push(Head { choice, filled: !grid.rows.is_empty() });
    }
    if heads.is_empty() { Err(SheetError::Empty) } else { Ok(heads) }
}

/// The wished sheet, else the one with most known headings: visible before hidden, filled before empty, first of equals.
fn choose(heads: &[Head], choice: &Choice) -> Result<usize, SheetError> {
    if let Some(wished) = &choice.sheet {
        return heads.iter().position(|head| head.choice.name == *wished).ok_or(SheetError::NoSuchSheet);
    }
    let rank = |index: &usize| {
        let head = &heads[*index];
        let visible = !head.choice.hidden;
        (visible && head.choice.known_headings > 0, head.choice.known_headings, head.filled, visible)
    };
    (0..heads.len()).rev().max_by_key(rank).ok_or(SheetError::Empty)
}

/// The row among the first ones with most different known headings: its number and their count. One known word
/// alone (学院 in a title) is a heading only where the row has nothing else.
fn best_heading(grid: &Grid, list: ListKind) -> (u32, usize) {
    let mut best = (0, 0);
    for row in grid.rows.iter().take(limits::HEADING_ROWS) {
        let mut fields: Vec<Field> =
            (0..row.cells.len()).filter_map(|column| heading_field(row, column, list)).collect();
        fields.sort_unstable();
        fields.dedup();
        let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        if fields.len() > best.1 && (fields.len() > 1 || filled == 1) {
            best = (row.number, fields.len());
        }
    }
    best
}

fn heading_field(row: &Row, column: usize, list: ListKind) -> Option<Field> {
    Field::of_heading(&plain(row, column), list)
}

/// What a cell says, for the eye.
fn plain(row: &Row, column: usize) -> String {
    match row.cell(column).map(|cell| &cell.value) {
        Some(Value::Text(text)) => text.trim_matches(is_space).to_owned(),
        Some(Value::Number(number) | Value::Moment(number)) => format!("{number}"),
        Some(Value::Truth(truth)) => truth.to_string(),
        Some(Value::Fault) => "#".to_owned(),
        Some(Value::Empty) | None => String::new(),
    }
}

fn columns(grid: &Grid, heading_row: u32, list: ListKind, remarks: &mut Vec<Remark>) -> Vec<ColumnChoice> {
    let heading = grid.rows.iter().find(|row| row.number == heading_row);
    let mut columns: Vec<ColumnChoice> = Vec::new();
    for column in 0..grid.width() {
        let mut field = heading.and_then(|row| heading_field(row, column, list));
        if let Some(twice) = field.filter(|_| columns.iter().any(|before| before.field == field)) {
            let name = twice.label();
            remarks.push(Remark::new(
                "heading_twice",
                field,
                Text::new(
                    format!(
                        "“{}”有不止一列，用了前面的一列；{} 列没有用。请确认。",
                        name.zh,
                        column_letter(column)
                    ),
                    format!(
                        "There are several columns for \"{}\"; the first is used, {} is not. Please check.",
                        name.en,
                        column_letter(column)
                    ),
                ),
            ));
            field = None;
        }
        let identity = field.is_some_and(Field::is_identity);
        let below = grid.rows.iter().filter(|row| row.number > heading_row);
        let samples = below.map(|row| plain(row, column)).filter(|text| !text.is_empty()).take(SAMPLES);
        columns.push(ColumnChoice {
            letters: column_letter(column),
            heading: heading.map(|row| shown(&plain(row, column), false)).unwrap_or_default(),
            field,
            samples: samples.map(|text| shown(&text, identity)).collect(),
        });
    }
    columns
}

fn remarks_on_choice(heads: &[Head], chosen: usize, heading_row: u32, grid: &Grid) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if heads.len() > 1 {
        let name = &heads[chosen].choice.name;
        remarks.push(Remark::new(
            "sheet_chosen",
            None,
            Text::new(
                format!("文件有 {} 个工作表，读取的是“{name}”。", heads.len()),
                format!("The file has {} sheets; \"{name}\" is read.", heads.len()),
            ),
        ));
    }
    let above = grid.rows.iter().filter(|row| row.number < heading_row).count();
    if heading_row == 0 {
        remarks.push(Remark::new(
            "no_heading",
            None,
            Text::new(
                "前 20 行里没有认出表头。请指定表头在哪一行，或逐列指定内容。",
                "No heading was recognised in the first 20 rows. Say which row it is, or choose the columns by hand.",
            ),
        ));
    } else if above > 0 {
        remarks.push(Remark::new(
            "rows_above_heading",
            None,
            Text::new(
                format!("表头是第 {heading_row} 行，上面的 {above} 行是标题或说明，不导入。"),
                format!("The heading is row {heading_row}; the {above} rows above it are titles or notes and are not imported."),
            ),
        ));
    }
    remarks
}
