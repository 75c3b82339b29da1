//! Exchanged pictures.

use domain::{CorrectionId, Fingerprint, PortraitId, ShotNumber, SittingId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Two pictures that are under each other's codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SwapRequest {
    /// The number of one.
    pub one: ShotNumber,
    /// The number of the other.
    pub other: ShotNumber,
    /// How it was found.
    pub reason: String,
}

/// Which correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// Row.
    pub correction: CorrectionId,
}

/// A correction, proposed or made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CorrectionView {
    /// Row.
    pub id: CorrectionId,
    /// Why.
    pub reason: String,
    /// Who.
    pub operator: String,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// When it was made; `None` while it is only proposed.
    pub committed_at: Option<Timestamp>,
    /// Both sides.
    pub sides: [SwapSide; 2],
}

/// One side of a swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SwapSide {
    /// The picture.
    pub portrait: PortraitId,
    /// Its path for the picture door of the host, `portrait/<hash>`.
    pub path: String,
    /// Under which number and code it stood before the correction.
    pub from: SwapLabel,
    /// And stands after it.
    pub to: SwapLabel,
    /// It has been handed over already and is marked for correction.
    pub already_sent: bool,
}

/// Whose a picture is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SwapLabel {
    /// The sitting that gives the label.
    pub sitting: SittingId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The code.
    pub fingerprint: Fingerprint,
    /// 张*三, where known.
    pub masked_name: Option<String>,
}
