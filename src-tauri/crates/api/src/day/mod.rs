//! The day: who is due, who is next, who was missed.

mod eye;
mod host;
pub mod operations;
pub mod report;
mod roster;
pub mod sheet_in;
mod show;
mod standard;
pub mod view;
pub mod voice;

pub(crate) use eye::DeskEye;
pub(crate) use report::batch_of as report_batch;
pub(crate) use voice::Voice;

/// Folder below the data folder for reports and templates where nobody chooses another.
pub(crate) const REPORTS: &str = "reports";
