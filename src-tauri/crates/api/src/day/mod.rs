//! The day: who is due, who is next, who was missed.

mod host;
pub mod operations;
pub mod report;
mod roster;
pub mod sheet_in;
mod show;
pub mod view;
