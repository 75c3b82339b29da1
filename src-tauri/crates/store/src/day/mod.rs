//! The day: batches, rosters, numbers, calls, retakes and corrections. Each write is one transaction with its entry in
//! the audit log; that entry names rows, never people, and no words that somebody has typed.

mod batches;
mod booth;
mod desk;
pub(crate) mod initials;
mod make_up;
mod queue;
mod reader;
mod refusal;
mod report;
mod roster;
mod swap;

pub use desk::{DeskFacts, NewCheckIn};
pub use make_up::Remaining;
pub use reader::{Reader, ReaderDoor};
pub use refusal::DayRefusal;
pub use report::{BoothCount, DayReport, PersonRow};
pub use roster::{RosterChunk, RosterCounts, check_rows};
pub use swap::Label;

pub(crate) use booth::{seat, seating, shot, unseat};

use domain::ticket::MAX_REASON;

use crate::StoreError;

/// A reason without blanks around it, neither empty nor a novel.
pub(crate) fn reason(text: &str) -> Result<&str, StoreError> {
    let text = text.trim();
    let control = text.chars().any(|c| c.is_control() && c != '\n');
    if text.is_empty() || text.chars().count() > MAX_REASON || control {
        return Err(DayRefusal::ReasonNeeded.into());
    }
    Ok(text)
}
