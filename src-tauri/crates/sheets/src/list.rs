//! What importing a roster, a schedule and results have in common: rows by field, and their report.

use domain::Text;

use crate::cell_text::{self, Note};
use crate::grid::{Cell, Grid, Row, Value, column_letter};
use crate::report::{Counts, Entry, Fate, Remark, Report, shown};
use crate::source::{Source, base_name};
use crate::{Field, ListKind, Mapping, SheetError};

/// A list in the making.
pub(crate) struct List<'m> {
    pub grid: Grid,
    pub mapping: &'m Mapping,
    pub report: Report,
    formulas: u32,
}

/// What is known of the row at hand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RowState {
    pub changed: bool,
    pub incomplete: bool,
}

impl<'m> List<'m> {
    /// Opens the file and reads the mapping's sheet. Merged blocks are filled downwards in the columns of `merged`.
    pub fn open(
        bytes: &[u8],
        file: &str,
        list: ListKind,
        mapping: &'m Mapping,
        merged: &[Field],
    ) -> Result<Self, SheetError> {
        mapping.check(list)?;
        let mut source = Source::open(bytes, file)?;
        if !source.sheets().iter().any(|sheet| sheet.name == mapping.sheet) {
            return Err(SheetError::NoSuchSheet);
        }
        let mut grid = source.read(&mapping.sheet, None)?;
        let columns: Vec<usize> = merged.iter().filter_map(|field| mapping.column(*field)).collect();
        let filled = grid.fill_down(&columns);
        let mut report = Report {
            file: base_name(file),
            kind: source.kind,
            encoding: source.encoding,
            sheet: mapping.sheet.clone(),
            counts: Counts::default(),
            remarks: std::mem::take(&mut source.remarks),
            entries: Vec::new(),
            left_out: 0,
        };
        if filled > 0 {
            report.remarks.push(Remark::new(
                "merged_filled",
                None,
                Text::new(
                    format!("合并单元格的内容填到了下面的 {filled} 格。"),
                    format!("The content of merged cells was filled into {filled} cells below them."),
                ),
            ));
        }
        Ok(Self { grid, mapping, report, formulas: 0 })
    }

    /// The filled rows below the heading; the heading itself repeated on a later page is left out and told.
    pub fn take_rows(&mut self) -> Vec<Row> {
        let heading_row = self.mapping.heading_row;
        let rows = std::mem::take(&mut self.grid.rows);
        let heading = rows.iter().find(|row| row.number == heading_row).cloned();
        let mut kept = Vec::with_capacity(rows.len());
        for row in rows {
            if row.number <= heading_row || row.is_empty() {
                continue;
            }
            self.report.counts.rows += 1;
            if heading.as_ref().is_some_and(|heading| heading.cells == row.cells) {
                self.refuse_row(
                    row.number,
                    "heading_again",
                    "这一行是重复的表头",
                    "This row is the heading once more",
                );
            } else {
                kept.push(row);
            }
        }
        kept
    }

    /// The cell of a field in a row.
    pub fn cell<'r>(&self, row: &'r Row, field: Field) -> Option<&'r Cell> {
        row.cell(self.mapping.column(field)?).filter(|cell| !cell.is_empty())
    }

    /// The text of a field in a row, and the remarks on it.
    pub fn text(&mut self, row: &Row, field: Field, state: &mut RowState) -> Option<String> {
        let cell = self.cell(row, field)?;
        let mut notes = Vec::new();
        let text = cell_text::read(cell, field, &mut notes);
        if cell.formula && text.is_some() {
            self.formulas += 1;
        }
        for note in notes {
            self.note(row, field, note, state);
        }
        text
    }

    /// Adds a remark on a cell.
    pub fn note(&mut self, row: &Row, field: Field, note: Note, state: &mut RowState) {
        state.changed |= note.fate == Fate::Changed;
        state.incomplete |= note.fate == Fate::CellRefused;
        let column = self.mapping.column(field);
        let cell = column.and_then(|column| row.cell(column));
        let says = match cell.map(|cell| &cell.value) {
            Some(Value::Text(text)) => Some(shown(text, field.is_identity())),
            Some(Value::Number(number)) => Some(shown(&format!("{number}"), field.is_identity())),
            _ => None,
        };
        self.report.add(Entry {
            row: row.number,
            field: Some(field),
            column: column.map(column_letter),
            fate: note.fate,
            code: note.code.to_owned(),
            text: note.text,
            shown: says,
        });
    }

    /// Refuses a whole row.
    pub fn refuse_row(&mut self, row: u32, code: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.report.counts.refused += 1;
        self.end_row(row, Fate::RowRefused, code, Text::new(zh, en));
    }

    /// Adds a remark on a whole row without counting it.
    pub fn end_row(&mut self, row: u32, fate: Fate, code: &str, text: Text) {
        self.report.add(Entry {
            row,
            field: None,
            column: None,
            fate,
            code: code.to_owned(),
            text,
            shown: None,
        });
    }

    /// Counts a taken row.
    pub fn count_taken(&mut self, state: RowState) {
        self.report.counts.taken += 1;
        self.report.counts.changed += u32::from(state.changed);
        self.report.counts.incomplete += u32::from(state.incomplete);
    }

    /// The finished report, entries in the order of the rows.
    pub fn finish(mut self) -> Report {
        if self.formulas > 0 {
            self.report.remarks.push(Remark::new(
                "formula_values",
                None,
                Text::new(
                    format!("{} 格是公式，用的是文件里保存的计算结果，公式没有重新计算。", self.formulas),
                    format!(
                        "{} cells are formulas; their saved results were used, nothing was computed.",
                        self.formulas
                    ),
                ),
            ));
        }
        self.report.entries.sort_by_key(|entry| entry.row);
        self.report
    }
}
