//! The handover: everything leaves, provably complete.

mod host;
pub mod operations;
pub mod view;
