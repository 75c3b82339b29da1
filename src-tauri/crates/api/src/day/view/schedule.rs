//! The annex table of a notice.

use domain::{BatchId, Slot, SlotId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The table of a batch; takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScheduleApply {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Its lines.
    pub slots: Vec<Slot>,
    /// Take it although lines overlap.
    #[serde(default)]
    pub allow_overlap: bool,
}

/// One line of the table as it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SlotView {
    /// Row.
    pub id: SlotId,
    /// The line.
    pub slot: Slot,
    /// Whether it is today.
    pub today: bool,
    /// People of this 学院 on the roster.
    pub on_roster: u32,
    /// Of those, with a number.
    pub arrived: u32,
    /// Of those, with a picture.
    pub shot: u32,
    /// Of those on the roster, without a number.
    pub absent: u32,
}
