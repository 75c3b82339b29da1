//! Batches and who sits here.

use domain::{BatchId, BatchPlan, CaptureBatch, Reconciliation};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// Row.
    pub batch: BatchId,
}

/// Which batch; the open one if it is not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct InBatch {
    /// Row.
    pub batch: Option<BatchId>,
}

/// Another plan for a batch that is not sealed. Fee rule and way of working stay once numbers were given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchEdit {
    /// Row.
    pub batch: BatchId,
    /// What is to hold from now on.
    pub plan: BatchPlan,
}

/// A make-up day for those who remain of an earlier batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MakeUpRequest {
    /// The earlier batch.
    pub batch: BatchId,
    /// The plan of the day.
    pub plan: BatchPlan,
}

/// A make-up day that was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MakeUpView {
    /// Its batch; not open yet.
    pub batch: CaptureBatch,
    /// People who are expected.
    pub people: u32,
    /// Of those, how many had paid.
    pub paid: u32,
    /// Pictures that are to be taken again.
    pub retakes: u32,
}

/// A batch in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BatchItem {
    /// The batch.
    pub batch: CaptureBatch,
    /// Lines of its roster.
    pub subjects: u32,
    /// Numbers given out.
    pub tickets: u32,
    /// Numbers with an accepted picture.
    pub shot: u32,
}

/// Ends a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SealRequest {
    /// Row.
    pub batch: BatchId,
    /// Why it ends although people are in the middle of something; needed only then.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A sealed batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SealView {
    /// The batch.
    pub batch: CaptureBatch,
    /// How it was when it was sealed.
    pub reconciliation: Reconciliation,
}

/// Who sits here. Written beside every entry of the audit log from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Name or account; empty for nobody in particular.
    pub name: String,
}
