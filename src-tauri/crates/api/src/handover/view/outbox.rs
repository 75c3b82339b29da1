//! 待发箱: what still has to leave, and what has left.

use domain::{BatchId, BatchState, ContentHash, Day, Fingerprint, PortraitId, ShotNumber, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ExportContents;

/// One batch, or the pictures without one, as the handover sees it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OutboxBatch {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// 学校, date, place, group in one line; empty without a batch.
    pub title: String,
    /// How the batch stands.
    pub state: Option<BatchState>,
    /// Pictures that have to be handed over.
    pub pictures: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Of these: on the upload's target, checked.
    pub uploaded: u32,
    /// Of these: in a complete parcel.
    pub exported: u32,
    /// Of these: handed over neither way yet.
    pub waiting: u32,
    /// Objects of the upload that a person must look at.
    pub parked: u32,
    /// Whether the batch's settings allow the upload.
    pub upload_allowed: bool,
    /// People on the retake list because of results.
    pub failed_review: u32,
    /// Receivers that have to be told of a correction.
    pub corrections_due: u32,
    /// Everything that was written for this batch, newest first.
    pub parcels: Vec<ParcelView>,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
}

/// What kind of parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ParcelKind {
    /// A BagIt bag with everything.
    Bag,
    /// The same as one encrypted file.
    Sealed,
    /// A bag with only what changed since an earlier one.
    Correction,
}

/// One bag or encrypted parcel that was begun.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ParcelView {
    /// Row.
    #[ts(type = "number")]
    pub id: i64,
    /// What it is.
    pub kind: ParcelKind,
    /// Name of its folder or file.
    pub name: String,
    /// Where it was written to.
    pub place: String,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When it ended; null: the program ended in it, export again.
    pub ended_at: Option<Timestamp>,
    /// Everything is there and was read back.
    pub complete: bool,
    /// Files of the payload.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Files that are not there.
    pub missing: u32,
    /// What went in.
    pub contents: ExportContents,
    /// Stands for the whole bag; to be written on the receipt. With `complete` only.
    pub bag_checksum: Option<ContentHash>,
    /// The receipt, once somebody has signed.
    pub receipt: Option<ReceiptView>,
}

/// 回执.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReceiptView {
    /// Who signed.
    pub signed_by: String,
    /// The date on the paper.
    pub signed_on: Day,
    /// When it was entered here.
    pub at: Timestamp,
}

/// Which objects of the outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutboxFilter {
    /// All that count: the latest picture of everybody.
    #[default]
    All,
    /// Handed over neither way yet.
    Waiting,
    /// Handed over.
    HandedOver,
}

/// Asks for pictures of the outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct OutboxRequest {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// Which.
    pub filter: OutboxFilter,
    /// At most so many; 200 if it is 0.
    pub limit: u32,
}

/// One picture of the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OutboxItem {
    /// The picture.
    pub portrait: PortraitId,
    /// Its path for the picture door of the host, `portrait/<hash>`.
    pub path: String,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The code.
    pub fingerprint: Fingerprint,
    /// 张*三, where known.
    pub masked_name: Option<String>,
    /// 学院, where known.
    pub college: Option<String>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// On the upload's target, checked.
    pub uploaded: bool,
    /// In a complete parcel.
    pub exported: bool,
    /// It came from elsewhere.
    pub from_elsewhere: bool,
}
