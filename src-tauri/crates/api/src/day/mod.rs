//! The day: who is due, who is next, who was missed.

mod host;
pub mod operations;
pub mod view;
