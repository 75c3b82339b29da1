//! 导出: bags on sticks.

use delivery::{BagProblem, Drive, MissingFile};
use domain::{BatchId, ContentHash, Day, Text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use upload::Secret;

use super::prints::{PrintRemark, PrintsPlan};

/// What goes in, and how files are named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ExportContents {
    /// How files are named, e.g. `{学院}/{专业}/{班级}/{学号}`; empty: as the batch says, or by fingerprint and 拍摄号.
    pub template: String,
    /// 原图 too.
    pub originals: bool,
    /// 冲印 too, by this layout.
    pub prints: Option<String>,
    /// Paths of at most 64 characters.
    pub short_paths: bool,
    /// 名单 with codes as read (payloads): for the registry's uploader only.
    pub codes: bool,
}

/// Writes a bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// Row of the batch; null: the pictures without one.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Drive or folder that the bag goes into. Empty in a plan: no place was chosen yet.
    pub into: String,
    /// Name of the bag's folder; empty: school and date. The same name goes on with an interrupted export.
    #[serde(default)]
    pub name: String,
    /// What goes in.
    #[serde(default)]
    pub contents: ExportContents,
    /// Encrypt the whole as one file.
    #[serde(default)]
    pub lock: Option<ExportLock>,
}

/// For whom a parcel is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ExportLock {
    /// An age recipient, `age1…`.
    Recipient {
        /// The public key.
        recipient: String,
    },
    /// A passphrase of at least 8 characters. It is kept nowhere.
    Passphrase {
        /// It.
        passphrase: Secret,
    },
}

/// What an export would write.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ExportPlan {
    /// Name of the bag's folder, or of the encrypted file.
    pub name: String,
    /// The drive that it goes to; null for network shares and such.
    pub drive: Option<Drive>,
    /// People whose pictures go in.
    pub people: u32,
    /// Files of the payload.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The sheets of prints among them, which are made while it is written: until then their size is estimated. Null
    /// without any.
    pub prints: Option<PrintsPlan>,
    /// Bytes that it will take there.
    #[ts(type = "number")]
    pub needed: u64,
    /// Bytes that are free there.
    #[ts(type = "number")]
    pub free: u64,
    /// What keeps it from fitting; with any of them `export.start` is refused.
    pub problems: Vec<Text>,
    /// What happened to names: made safe, shortened, numbered. At most 200.
    pub notices: Vec<Text>,
    /// The first paths, to look at.
    pub sample: Vec<String>,
    /// A bag of this name was begun there and will be gone on with.
    pub resumes: bool,
}

/// What came of an export.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ExportDone {
    /// Row of the parcel.
    #[ts(type = "number")]
    pub parcel: i64,
    /// Everything is there and was read back.
    pub complete: bool,
    /// The device has it all: it may be pulled. Only ever with `complete`.
    pub safe_to_remove: bool,
    /// Whether the bytes were read past the system's cache.
    pub read_from_device: bool,
    /// The bag's folder, or the encrypted file.
    pub place: String,
    /// Files of the payload.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Files written by this run.
    pub written: u32,
    /// Files of an earlier run that were checked and kept.
    pub kept: u32,
    /// Exactly what is missing, and why. At most 500.
    pub missing: Vec<MissingFile>,
    /// How many are missing.
    pub missing_count: u32,
    /// Pages of prints in it.
    pub print_pages: u32,
    /// What to look at in them before the scissors come out, at most 500.
    pub print_remarks: Vec<PrintRemark>,
    /// To be written on the receipt.
    pub bag_checksum: Option<ContentHash>,
    /// One sentence.
    pub text: Text,
}

/// Enters that somebody has signed for a bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRequest {
    /// Row of the parcel.
    #[ts(type = "number")]
    pub parcel: i64,
    /// Who signed.
    pub signed_by: String,
    /// The date on the paper.
    pub signed_on: Day,
    /// The checksum on the paper; the first 16 digits do.
    pub checksum: String,
}

/// Which bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VerifyBagRequest {
    /// Its folder, or an encrypted parcel.
    pub path: String,
    /// What opens an encrypted one.
    #[serde(default)]
    pub key: Option<ParcelKey>,
}

/// What opens an encrypted parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ParcelKey {
    /// `AGE-SECRET-KEY-1…`.
    Identity {
        /// The secret key.
        identity: Secret,
    },
    /// The passphrase.
    Passphrase {
        /// It.
        passphrase: Secret,
    },
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BagVerdict {
    /// Whole and sound.
    pub valid: bool,
    /// Files that agree.
    pub sound: u32,
    /// Bytes of the payload; 0 for encrypted parcels.
    #[ts(type = "number")]
    pub bytes: u64,
    /// What is wrong, at most 1,000 of it.
    pub problems: Vec<BagProblem>,
    /// How much is wrong.
    pub problem_count: u32,
    /// To compare with a receipt.
    pub bag_checksum: Option<ContentHash>,
    /// One sentence.
    pub text: Text,
}

/// Which correction of which parcel, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CorrectionParcelRequest {
    /// Row of the parcel that was delivered; corrections of it are counted in.
    #[ts(type = "number")]
    pub parcel: i64,
    /// Drive or folder that the correction goes into.
    pub into: String,
    /// Name of its folder; empty: that of the parcel with a number.
    #[serde(default)]
    pub name: String,
}

/// What a correction would tell the receiver.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CorrectionPlan {
    /// Nothing has changed since: there is nothing to send.
    pub nothing: bool,
    /// Name of the folder.
    pub name: String,
    /// Files that go in.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Every change, by path; at most 500.
    pub changes: Vec<delivery::Change>,
    /// How many.
    pub change_count: u32,
}
