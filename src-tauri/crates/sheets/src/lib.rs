//! Spreadsheets in and out: rosters, schedules and results as schools write them; lists as offices open them.
//!
//! Reading goes in two steps: [`preview`] looks and guesses a [`Mapping`], a person corrects it, and [`roster`],
//! [`schedule`] or [`results`] obeys it. All of them are functions of bytes: nothing is opened (but by [`read_file`]),
//! stored or computed by formula, and no cell is changed without a line in the [`Report`].
//!
//! A cell is hostile until it was read: files are measured before they are unpacked, digits that a spreadsheet has
//! lost are refused and never guessed, and reports show identities masked only.

pub mod limits;

mod cell_text;
mod delimited;
mod encoding;
mod error;
mod field;
mod file;
mod grid;
mod guard;
mod id_number;
mod kind;
mod list;
mod moment;
mod preview;
mod report;
mod results;
mod roster;
mod schedule;
mod source;
mod template;
mod workbook;
mod write;
mod write_csv;

pub use encoding::Encoding;
pub use error::SheetError;
pub use field::{Field, ListKind};
pub use file::read_file;
pub use grid::column_letter;
pub use id_number::check_fits;
pub use kind::Kind;
pub use preview::{Choice, ColumnChoice, Mapping, Preview, SheetChoice, preview};
pub use report::{Counts, Entry, Fate, Remark, Report, shown};
pub use results::{ResultRow, Results, ReviewOutcome, results};
pub use roster::{Roster, RosterRow, roster};
pub use schedule::{Schedule, ScheduleRow, schedule};
pub use template::roster_template;
pub use write::{Out, Table, xlsx};
pub use write_csv::csv;
