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
pub(crate) use voice::Voice;
