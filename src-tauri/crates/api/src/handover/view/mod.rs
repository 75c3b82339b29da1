//! What the screens of the handover are told. Names leave here masked.
//!
//! Everywhere `batch` is the row of a batch, or null for the pictures that belong to none.

mod erase;
mod export;
mod intake;
mod job;
mod outbox;
mod prints;
mod results;
mod upload;

pub use erase::*;
pub use export::*;
pub use intake::*;
pub use job::*;
pub use outbox::*;
pub use prints::*;
pub use results::*;
pub use upload::*;

use domain::BatchId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which pictures: those of a batch, or those that belong to none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct OfBatch {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
}
