//! A document to read and sign, such as the report of a day: values in, PDF out.

use serde::{Deserialize, Serialize};

use crate::error::PaperError;
use crate::pdf::{self, Imprint};
use crate::report_pages;
use crate::typeface::{Notes, Typeface};

/// The whole document. A4, upright.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// Its title.
    pub title: String,
    /// Lines below it: school, date, place.
    pub subtitle: Vec<String>,
    /// Left part of the line at the foot of every page, such as when and by which station it was made.
    pub footer: String,
    /// What it says.
    pub sections: Vec<Section>,
}

/// A heading and what follows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Section {
    /// Empty for none.
    pub heading: String,
    /// In their order.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Key figures in boxes, four to a row.
    Figures(Vec<Figure>),
    /// Running text; line breaks are kept.
    Text(String),
    /// A table; its headings are repeated on every page.
    Table(Table),
    /// A line to sign on for each role, with a date.
    Signatures(Vec<String>),
    /// What follows begins on a new page.
    NewPage,
}

/// One key figure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Figure {
    /// What is counted, such as 实拍.
    pub label: String,
    /// The figure as it is printed, such as 1,284 or 97.3%.
    pub value: String,
    /// A word on it, or empty.
    pub note: String,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Table {
    /// From left to right.
    pub columns: Vec<Column>,
    /// Cells by row. A short row is filled up with empty cells; cells beyond the last column join the last one.
    pub rows: Vec<Vec<String>>,
    /// Printed instead of rows where there are none, such as 无.
    pub empty: String,
}

/// A column of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Its part of the width against the other columns'; what is not above 0 counts as 1.
    pub width: f64,
    /// Set to the right: figures.
    pub right: bool,
}

/// A report as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPdf {
    /// The file.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: u32,
    /// Characters that the font lacks, printed as 〓.
    pub no_glyph: Vec<char>,
    /// Whether a text was longer than a cell, paragraph or box can be and ends in an ellipsis.
    pub cut: bool,
}

/// Cells and paragraphs that one document may hold: 20,000 rows of ten columns. A whole batch's list belongs into a
/// spreadsheet.
const MOST_CELLS: usize = 200_000;
/// Columns of one table that can still be read on A4.
const MOST_COLUMNS: usize = 16;

/// Sets the report. The same values give the same bytes.
pub fn report_pdf(face: &Typeface, imprint: &Imprint, report: &Report) -> Result<ReportPdf, PaperError> {
    check(report)?;
    let mut notes = Notes::default();
    let pages = report_pages::set(face, report, &mut notes);
    let pdf = pdf::write(face, imprint, &pages)?;
    let no_glyph = notes.missing.into_iter().take(200).collect();
    Ok(ReportPdf { pdf, pages: pages.len() as u32, no_glyph, cut: notes.cut })
}

fn check(report: &Report) -> Result<(), PaperError> {
    let mut cells = report.sections.len();
    for block in report.sections.iter().flat_map(|section| &section.blocks) {
        cells += match block {
            Block::Figures(figures) => figures.len(),
            Block::Signatures(roles) => roles.len(),
            Block::Text(_) | Block::NewPage => 1,
            Block::Table(table) if table.columns.len() > MOST_COLUMNS => {
                return Err(PaperError::TooLarge("columns"));
            }
            Block::Table(table) => table.columns.len().max(1).saturating_mul(table.rows.len()),
        };
    }
    if cells > MOST_CELLS { Err(PaperError::TooLarge("cells")) } else { Ok(()) }
}
