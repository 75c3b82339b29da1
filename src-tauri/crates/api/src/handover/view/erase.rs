//! 清除.

use delivery::EraseKind;
use domain::{BatchId, ContentHash, Text, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks what would be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct EraseAsk {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// Days to keep after the receipt.
    pub retention_days: u32,
}

/// Thirty days: results come back within days, complaints within weeks (inferred).
pub const RETENTION_DAYS: u32 = 30;

impl Default for EraseAsk {
    fn default() -> Self {
        Self { batch: None, retention_days: RETENTION_DAYS }
    }
}

/// What would be erased, and what keeps from it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ErasePlanView {
    /// Files by kind.
    pub files: Vec<ErasedCount>,
    /// People whose rows lose code and identity.
    pub people: u32,
    /// What keeps from it; empty if nothing does.
    pub blocks: Vec<EraseHindrance>,
    /// What has to be typed, letter by letter, in either language. Null if nothing has to be, or nothing helps.
    pub confirmation: Option<Text>,
    /// Files in the data folder's `reports` that are of no batch, e.g. templates that somebody may have filled in. They
    /// stay.
    pub reports_left: u32,
}

/// One thing that keeps from erasing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct EraseHindrance {
    /// Stable name.
    pub code: String,
    /// What it means.
    pub text: Text,
    /// Whether the typed confirmation lifts it.
    pub can_be_confirmed: bool,
}

/// Files of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErasedCount {
    /// What they are.
    pub kind: EraseKind,
    /// How many.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Erases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct EraseStart {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// Days to keep after the receipt, as in the plan that was looked at.
    pub retention_days: u32,
    /// What the operator has typed, where it is asked for.
    pub typed: Option<String>,
}

impl Default for EraseStart {
    fn default() -> Self {
        Self { batch: None, retention_days: RETENTION_DAYS, typed: None }
    }
}

/// An erasure; its record outlives what was erased.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct EraseDone {
    /// Row of the record.
    #[ts(type = "number")]
    pub record: i64,
    /// Which batch.
    pub batch: Option<BatchId>,
    /// Name of the batch in the record; no school, no person.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// What was erased.
    pub erased: Vec<ErasedCount>,
    /// People whose rows have lost code and identity.
    pub people: u32,
    /// Files that were gone before.
    pub gone_before: u32,
    /// Files that could not be deleted: erase again.
    pub failed: u32,
    /// SHA-256 over the sorted hashes of the erased files: proves later what was erased.
    pub list_hash: ContentHash,
    /// Checksum of the bag that was signed for.
    pub bag_checksum: Option<ContentHash>,
    /// What was in the way and was lifted by the typed confirmation.
    pub confirmed: Vec<String>,
}
