//! What a station keeps of its place in the hall.

use domain::ShotNumber;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::FactId;

/// Up to where the hall's facts were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Cursor {
    /// Place in the hall's list; 0 is before the first.
    #[ts(type = "number")]
    pub pos: u64,
    /// The fact at that place: if the hall has another one there, its database was put back from a backup.
    pub last: Option<FactId>,
}

/// Numbers that only this station gives out, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct NumberRange {
    /// First.
    pub first: ShotNumber,
    /// Last.
    pub last: ShotNumber,
}
