//! The whole day: reconciliation and figures.

use domain::{BatchId, EndState, Reconciliation, Text, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CashView, Person, TicketView};

/// 对账.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReconcileView {
    /// Of which batch.
    pub batch: BatchId,
    /// The numbers.
    pub counts: Reconciliation,
    /// Everybody is counted once.
    pub adds_up: bool,
    /// How many are in the middle of something; a batch is sealed with none, or with a reason.
    pub unsettled: u32,
}

/// Who stands behind a number of the reconciliation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PeopleRequest {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Which.
    pub state: EndState,
    /// At most so many; 500 if it is 0.
    #[serde(default)]
    pub limit: u32,
}

/// Somebody in such a list: a line of the roster, a number, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PersonState {
    /// The line of the roster.
    pub person: Option<Person>,
    /// The latest number.
    pub ticket: Option<TicketView>,
}

/// How the day goes.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct DayFigures {
    /// Of which batch.
    pub batch: BatchId,
    /// The numbers.
    pub counts: Reconciliation,
    /// Speed and waiting.
    pub pace: domain::pace::Pace,
    /// When the last slot of today ends, by the schedule.
    pub plan_ends_at: Option<Timestamp>,
    /// Pictures by booth.
    pub booths: Vec<BoothFigures>,
    /// 补录.
    pub late_entries: u32,
    /// Pictures accepted against the checks, with a reason.
    pub overrides: u32,
    /// Corrections that were made.
    pub corrections: u32,
    /// Handed-over pictures that are marked for correction.
    pub corrections_due: u32,
    /// How often each thing was found on accepted and rejected shots.
    pub findings: Vec<FindingCount>,
    /// What was taken in, by cashier and method.
    pub cash: Vec<CashView>,
}

/// One booth.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BoothFigures {
    /// Name.
    pub booth: String,
    /// Accepted pictures.
    pub shot: u32,
    /// Median seconds from the code at the seat to the accepted picture.
    pub seat_seconds: Option<f64>,
}

/// How often something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FindingCount {
    /// What, as a stable name.
    pub code: String,
    /// What, for people.
    pub text: Text,
    /// In how many shots.
    pub shots: u32,
}
