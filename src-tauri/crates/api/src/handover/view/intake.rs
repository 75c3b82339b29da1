//! 外来照片: pictures from elsewhere.

use domain::{BatchId, Finding, Fingerprint, Text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where pictures from elsewhere come from; kept with each of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PictureOrigin {
    /// 照相馆.
    Studio,
    /// 手机补拍.
    Phone,
    /// From the school.
    School,
    /// Elsewhere.
    #[default]
    Other,
}

/// Checks pictures from elsewhere. Nothing is taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeCheck {
    /// Row of the batch that they belong to; null: none.
    pub batch: Option<BatchId>,
    /// Files and folders. A picture is named by 学号 or fingerprint, or has its code beside it: `X.code.jpg`,
    /// `X.code.png` (a picture of the code) or `X.code.txt` for `X.jpg`.
    pub paths: Vec<String>,
    /// Id of the photo standard; empty: the batch's, or the station's.
    pub spec: String,
    /// Where a 学号 of the roster has no code yet, the 学号 itself is taken as the code, as if it were typed.
    pub student_no_as_code: bool,
}

/// What is to be done with one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum IntakeVerdict {
    /// Good.
    Good,
    /// A person must look and tick it.
    Look,
    /// Refused; it goes on the list to be sent back.
    Refused,
}

/// What makes a picture suspect. Evidence, never proof: what only the pixels tell can be chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SuspicionCode {
    /// The file names or carries the data of a program that edits or generates pictures.
    Editor,
    /// The file says so, or the picture has a screen's pixels or bars.
    Screenshot,
    /// Compressed twice: the counts of the coefficients have the comb of an earlier, coarser compression, in place or
    /// moved by a crop.
    CompressedTwice,
    /// Enlarged: the periodic trace of interpolation.
    Enlarged,
    /// It says that it is flipped, or comes from a front camera and may be; nothing in a face can prove it.
    Mirrored,
}

/// One suspicion.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Suspicion {
    /// What.
    pub code: SuspicionCode,
    /// The measure, where there is one.
    pub value: Option<f64>,
    /// From which on the measure is told.
    #[ts(optional = nullable)]
    pub limit: Option<f64>,
    /// What was seen, and what to do.
    pub text: Text,
}

/// One picture from elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct IntakeItem {
    /// The file.
    pub file: String,
    /// What is to be done with it.
    pub verdict: IntakeVerdict,
    /// The code, where it is known.
    pub fingerprint: Option<Fingerprint>,
    /// 张*三, where known.
    pub masked_name: Option<String>,
    /// 学院, where known.
    pub college: Option<String>,
    /// An accepted picture of this code is there; it would be replaced.
    pub replaces: bool,
    /// Why it is refused, in words that the sender can act on.
    pub reasons: Vec<Text>,
    /// What was found against the standard.
    pub findings: Vec<Finding>,
    /// What was found against its being a plain picture of today.
    pub suspicions: Vec<Suspicion>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct IntakeReport {
    /// Number of the check, for taking in and for the list to send back; the latest eight are remembered.
    #[ts(type = "number")]
    pub check: u64,
    /// Every picture, refused ones first.
    pub items: Vec<IntakeItem>,
    /// How many are good.
    pub good: u32,
    /// How many a person must look at.
    pub look: u32,
    /// How many are refused.
    pub refused: u32,
}

/// Takes pictures of a check in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeTake {
    /// Number of the check.
    #[ts(type = "number")]
    pub check: u64,
    /// Files that a person has looked at and ticked. Good ones need no tick.
    pub ticked: Vec<String>,
    /// Files to be left out although they are good.
    pub left_out: Vec<String>,
    /// Where they come from.
    pub origin: PictureOrigin,
}

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct IntakeTaken {
    /// Pictures that are in the batch now.
    pub taken: u32,
    /// Files that were not, and why.
    pub not_taken: Vec<IntakeFailure>,
}

/// A file that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct IntakeFailure {
    /// The file.
    pub file: String,
    /// Why.
    pub text: Text,
}

/// Writes the list of refused pictures, to be sent back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeListRequest {
    /// Number of the check.
    #[ts(type = "number")]
    pub check: u64,
    /// Folder that it goes into.
    pub into: String,
}

/// Files that were written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct WrittenFiles {
    /// Their paths.
    pub files: Vec<String>,
}
