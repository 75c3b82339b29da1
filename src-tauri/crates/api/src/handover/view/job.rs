//! Long work: exports, prints, checks, erasures.

use domain::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{BagVerdict, EraseDone, ExportDone, IntakeReport, IntakeTaken, PrintsDone};
use crate::ApiError;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// A bag or an encrypted parcel is written.
    Export,
    /// A correction parcel is written.
    Correction,
    /// A bag is verified.
    VerifyBag,
    /// Prints or proof sheets are made.
    Prints,
    /// Pictures from elsewhere are checked.
    IntakeCheck,
    /// Pictures from elsewhere are taken in.
    IntakeTake,
    /// A batch is erased.
    Erase,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Going on.
    Running,
    /// Was asked to stop and will.
    Stopping,
    /// Over, with a result. The result tells whether it is complete.
    Done,
    /// Over without a result; `error` tells why.
    Failed,
    /// Stopped by a person.
    Cancelled,
}

/// One piece of long work. One runs at a time; the latest twenty are remembered until the program ends.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct JobView {
    /// Its number, from 1.
    #[ts(type = "number")]
    pub id: u64,
    /// What it does.
    pub kind: JobKind,
    /// How it stands.
    pub state: JobState,
    /// What it is doing now, in words.
    pub phase: Text,
    /// Pieces of this phase that are done.
    pub done: u32,
    /// Pieces of this phase; 0 while unknown.
    pub total: u32,
    /// How much of all its phases is done, 0 to 1.
    pub share: f64,
    /// Milliseconds that the rest will take; null while there is no telling.
    #[ts(type = "number | null")]
    pub rest_ms: Option<i64>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<ApiError>,
    /// What came of it.
    pub result: Option<JobResult>,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobResult {
    /// Of an export or a correction.
    Export(ExportDone),
    /// Of a verification.
    Bag(BagVerdict),
    /// Of prints or proof sheets.
    Prints(PrintsDone),
    /// Of a check of pictures from elsewhere.
    IntakeChecked(IntakeReport),
    /// Of taking them in.
    IntakeTaken(IntakeTaken),
    /// Of an erasure.
    Erased(EraseDone),
}

/// Which job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct JobRequest {
    /// Its number; null: the latest.
    #[ts(type = "number | null")]
    pub job: Option<u64>,
}
