//! The day: who is due, who is next, who was missed.

mod host;
pub mod operations;
mod roster;
mod show;
pub mod view;
