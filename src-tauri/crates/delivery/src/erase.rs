//! 清除: after the handover is receipted and the retention has run out, pictures are erased, with a record.
//!
//! Files are deleted, not overwritten: flash memory writes elsewhere, so overwriting would promise what it cannot
//! keep. What protects is that the disk is encrypted. The store's part is told by [`STORE_DUTIES`].

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use domain::{ContentHash, Text, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::error::DeliveryError;

/// What the owner of the database has to do besides, in this order, for an erasure to be one.
pub const STORE_DUTIES: [&str; 4] = [
    "delete the rows that name people and payloads with PRAGMA secure_delete=ON",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "VACUUM",
    "delete temporary files and set-aside databases",
];

const DAY: i64 = 86_400_000;

/// What a file to be erased is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EraseKind {
    /// 原图.
    Original,
    /// 成片.
    Portrait,
    /// Sheets of prints, lists, parcels that were made for the handover.
    Product,
    /// Whatever was left over.
    Temporary,
}

/// A file that could be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseFile {
    /// What it is.
    pub kind: EraseKind,
    /// Path below the data folder.
    pub path: PathBuf,
    /// SHA-256 of its bytes.
    pub hash: ContentHash,
    /// Length.
    pub bytes: u64,
    /// Whether it was part of a handover that `receipt` acknowledges, or need not be handed over.
    pub handed_over: bool,
}

/// 回执: somebody at the school has signed for a bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Receipt {
    /// Who signed. Kept by the caller; the erase record does not repeat it.
    pub signed_by: String,
    /// When.
    pub at: Timestamp,
    /// What was signed for: [`crate::Completion::bag_checksum`].
    pub bag_checksum: ContentHash,
}

/// What is known when somebody asks for erasure.
#[derive(Debug, Clone)]
pub struct EraseRequest<'a> {
    /// Name of the batch, no identity.
    pub batch: &'a str,
    /// Everything of the batch.
    pub files: &'a [EraseFile],
    /// Signed receipts.
    pub receipts: &'a [Receipt],
    /// Checksums of the bags that were written and not replaced since.
    pub delivered_bags: &'a [ContentHash],
    /// Days to wait after the receipt.
    pub retention_days: u32,
    /// Uploads that wait or run.
    pub uploads_open: u32,
    /// Whether a sitting of the batch is open.
    pub sitting_open: bool,
}

/// What keeps from erasing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum EraseBlock {
    /// An upload waits or runs: finish or park it first. No confirmation helps.
    UploadsOpen {
        /// How many.
        count: u32,
    },
    /// Somebody is in front of the camera. No confirmation helps.
    SittingOpen,
    /// Files that were not handed over. Needs the typed confirmation.
    NotHandedOver {
        /// How many.
        count: u32,
    },
    /// No receipt, or for a bag that is not the one that was written. Needs the typed confirmation.
    NoReceipt,
    /// The retention runs until then. Needs the typed confirmation.
    Retained {
        /// First moment at which it is over.
        until: Timestamp,
    },
}

impl EraseBlock {
    /// Whether the typed confirmation lifts it.
    pub fn can_be_confirmed(&self) -> bool {
        !matches!(self, Self::UploadsOpen { .. } | Self::SittingOpen)
    }

    /// What it means, for the operator.
    pub fn text(&self) -> Text {
        match self {
            Self::UploadsOpen { count } => Text::new(
                format!("还有 {count} 个上传未完成。请先等待完成或停止上传。"),
                format!("{count} uploads are open. Let them finish or stop them first."),
            ),
            Self::SittingOpen => {
                Text::new("还有学生正在拍摄。请先结束。", "A sitting is open. Finish it first.")
            }
            Self::NotHandedOver { count } => Text::new(
                format!("有 {count} 个文件还没有交付，清除后无法找回。"),
                format!("{count} files were not handed over and cannot be brought back."),
            ),
            Self::NoReceipt => Text::new(
                "没有与交付包校验值一致的签收回执。",
                "There is no receipt with the checksum of the bag that was delivered.",
            ),
            Self::Retained { .. } => Text::new("保留期还没有结束。", "The retention has not run out yet."),
        }
    }
}

/// What would be erased, and what keeps from it. Pure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasePlan {
    /// Name of the batch.
    pub batch: String,
    /// What would be erased.
    pub files: Vec<EraseFile>,
    /// What keeps from it; empty if nothing does.
    pub blocks: Vec<EraseBlock>,
    /// The sentence to be typed where blocks can be lifted by it, in the language that the operator reads. `None` if
    /// none is needed or none helps.
    pub confirmation: Option<Text>,
    /// The receipt that allows it.
    receipt: Option<Receipt>,
}

/// What was erased; outlives it. Holds no name, no number, no path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EraseRecord {
    /// Name of the batch.
    pub batch: String,
    /// When.
    pub at: Timestamp,
    /// Files by kind: kind, count, bytes.
    #[ts(type = "Array<[EraseKind, number, number]>")]
    pub erased: Vec<(EraseKind, u32, u64)>,
    /// Files that were gone before.
    pub gone_before: u32,
    /// Files that could not be deleted; the erasure is to be repeated.
    pub failed: u32,
    /// SHA-256 over the sorted hex hashes of the files that are gone, one per line: proves later what was erased.
    pub list_hash: ContentHash,
    /// Checksum of the bag that was signed for.
    pub bag_checksum: Option<ContentHash>,
    /// When it was signed for.
    pub receipt_at: Option<Timestamp>,
    /// What was in the way and was lifted by the typed confirmation.
    pub confirmed: Vec<EraseBlock>,
}

/// Plans an erasure.
pub fn plan_erase(request: &EraseRequest<'_>, now: Timestamp) -> ErasePlan {
    let mut blocks = Vec::new();
    if request.uploads_open > 0 {
        blocks.push(EraseBlock::UploadsOpen { count: request.uploads_open });
    }
    if request.sitting_open {
        blocks.push(EraseBlock::SittingOpen);
    }
    let held = request.files.iter().filter(|file| !file.handed_over).count() as u32;
    if held > 0 {
        blocks.push(EraseBlock::NotHandedOver { count: held });
    }
    // Every bag must be signed for; the last signature starts the retention.
    let signed = |bag: &ContentHash| {
        request
            .receipts
            .iter()
            .filter(|r| r.bag_checksum == *bag && !r.signed_by.trim().is_empty())
            .min_by_key(|r| r.at)
    };
    let receipts: Vec<&Receipt> = request.delivered_bags.iter().filter_map(signed).collect();
    let all_signed = !receipts.is_empty() && receipts.len() == request.delivered_bags.len();
    let receipt = receipts.into_iter().max_by_key(|r| r.at).filter(|_| all_signed);
    match receipt {
        None => blocks.push(EraseBlock::NoReceipt),
        Some(receipt) => {
            let until = Timestamp(receipt.at.0.saturating_add(i64::from(request.retention_days) * DAY));
            if now < until {
                blocks.push(EraseBlock::Retained { until });
            }
        }
    }
    let liftable = !blocks.is_empty() && blocks.iter().all(EraseBlock::can_be_confirmed);
    ErasePlan {
        batch: request.batch.to_owned(),
        files: request.files.to_vec(),
        // The number makes it a sentence about this batch on this day, not a habit of the fingers.
        confirmation: liftable.then(|| {
            let (batch, files) = (request.batch, request.files.len());
            Text::new(format!("清除{batch}的{files}个文件"), format!("erase {files} files of {batch}"))
        }),
        blocks,
        receipt: receipt.cloned(),
    }
}

impl ErasePlan {
    /// Whether what was typed, if anything had to be, allows it: the sentence in either language, letter by letter.
    pub fn permits(&self, typed: Option<&str>) -> Result<(), DeliveryError> {
        match (&self.confirmation, typed.map(str::trim)) {
            _ if self.blocks.is_empty() => Ok(()),
            (Some(asked), Some(typed)) if typed == asked.zh || typed == asked.en => Ok(()),
            (Some(_), Some(_)) => Err(DeliveryError::Confirmation),
            _ => Err(DeliveryError::EraseBlocked),
        }
    }

    /// Deletes the files below `root`, the data folder. `typed` is what the operator typed, if anything was asked for.
    ///
    /// Every path is checked before the first file is deleted: nothing outside of `root`, and no link, is touched.
    /// A file that was gone before counts as such, so that an interrupted erasure can be repeated.
    pub fn erase(
        &self,
        root: &Path,
        typed: Option<&str>,
        now: Timestamp,
    ) -> Result<EraseRecord, DeliveryError> {
        self.permits(typed)?;
        for file in &self.files {
            inside(root, &file.path)?;
        }
        let mut done = Done::default();
        for file in &self.files {
            done.delete(root, file);
        }
        Ok(self.record(done, now))
    }

    fn record(&self, done: Done<'_>, now: Timestamp) -> EraseRecord {
        let mut kinds: Vec<EraseKind> = done.erased.iter().map(|file| file.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let count = |kind| {
            let of_kind = done.erased.iter().filter(|file| file.kind == kind);
            of_kind.fold((kind, 0, 0), |(kind, count, bytes), file| (kind, count + 1, bytes + file.bytes))
        };
        let mut hashes: Vec<ContentHash> = done.erased.iter().map(|file| file.hash).collect();
        hashes.sort_unstable();
        let mut hasher = Sha256::new();
        for hash in hashes {
            hasher.update(format!("{hash}\n"));
        }
        EraseRecord {
            batch: self.batch.clone(),
            at: now,
            erased: kinds.into_iter().map(count).collect(),
            gone_before: done.gone_before,
            failed: done.failed,
            list_hash: crate::bag::finished(hasher),
            bag_checksum: self.receipt.as_ref().map(|receipt| receipt.bag_checksum),
            receipt_at: self.receipt.as_ref().map(|receipt| receipt.at),
            confirmed: self.blocks.clone(),
        }
    }
}

#[derive(Default)]
struct Done<'a> {
    erased: Vec<&'a EraseFile>,
    gone_before: u32,
    failed: u32,
}

impl<'a> Done<'a> {
    fn delete(&mut self, root: &Path, file: &'a EraseFile) {
        match fs::remove_file(root.join(&file.path)) {
            Ok(()) => self.erased.push(file),
            Err(e) if e.kind() == io::ErrorKind::NotFound => self.gone_before += 1,
            Err(error) => {
                tracing::warn!(%error, "a file could not be erased");
                self.failed += 1;
            }
        }
    }
}

/// A path that stays below `root` and leads through no link.
fn inside(root: &Path, path: &Path) -> Result<(), DeliveryError> {
    let plain = path.components().count() > 0 && path.components().all(|c| matches!(c, Component::Normal(_)));
    if !plain {
        return Err(DeliveryError::Link);
    }
    let mut at = root.to_owned();
    for component in path.components() {
        at.push(component);
        match fs::symlink_metadata(&at) {
            Ok(facts) if facts.is_symlink() => return Err(DeliveryError::Link),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => break,
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(100 * DAY);

    fn file(name: &str, handed_over: bool) -> EraseFile {
        let hash = ContentHash::of(name.as_bytes());
        EraseFile { kind: EraseKind::Portrait, path: name.into(), hash, bytes: 3, handed_over }
    }

    fn bag() -> ContentHash {
        ContentHash::of(b"bag")
    }

    fn receipt(day: i64) -> Receipt {
        Receipt { signed_by: "李老师".into(), at: Timestamp(day * DAY), bag_checksum: bag() }
    }

    fn plan(files: &[EraseFile], receipts: &[Receipt], uploads_open: u32) -> ErasePlan {
        let request = EraseRequest {
            batch: "2026-A",
            files,
            receipts,
            delivered_bags: &[bag()],
            retention_days: 30,
            uploads_open,
            sitting_open: false,
        };
        plan_erase(&request, NOW)
    }

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(dir.path().join(name), "abc").unwrap();
        }
        dir
    }

    #[test]
    fn what_was_receipted_and_kept_long_enough_goes_and_leaves_a_record_without_identity() {
        let dir = folder(&["张三.jpg", "other"]);
        let plan = plan(&[file("张三.jpg", true), file("gone.jpg", true)], &[receipt(70)], 0);
        assert_eq!((plan.blocks.len(), &plan.confirmation), (0, &None));
        let record = plan.erase(dir.path(), None, NOW).unwrap();
        assert!(!dir.path().join("张三.jpg").exists() && dir.path().join("other").exists());
        assert_eq!(record.erased, [(EraseKind::Portrait, 1, 3)]);
        assert_eq!((record.gone_before, record.failed, record.bag_checksum), (1, 0, Some(bag())));
        let told = serde_json::to_string(&record).unwrap();
        assert!(!told.contains("张三") && !told.contains("李老师"));
    }

    #[test]
    fn what_was_not_handed_over_needs_the_typed_sentence() {
        let dir = folder(&["a"]);
        let plan = plan(&[file("a", false)], &[receipt(90)], 0);
        let until = Timestamp(120 * DAY);
        assert_eq!(plan.blocks, [EraseBlock::NotHandedOver { count: 1 }, EraseBlock::Retained { until }]);
        assert!(matches!(plan.erase(dir.path(), None, NOW), Err(DeliveryError::EraseBlocked)));
        for wrong in ["yes", "", "清除2026-A的2个文件", "erase 2026-A", "Erase 1 files of 2026-A", "清除"]
        {
            assert!(matches!(plan.erase(dir.path(), Some(wrong), NOW), Err(DeliveryError::Confirmation)));
        }
        assert!(dir.path().join("a").exists());
        let record = plan.erase(dir.path(), Some(" 清除2026-A的1个文件 "), NOW).unwrap();
        assert_eq!(record.confirmed, plan.blocks);
        assert!(!dir.path().join("a").exists());
    }

    #[test]
    fn the_sentence_is_in_the_language_of_the_window() {
        let dir = folder(&["a"]);
        let plan = plan(&[file("a", false)], &[], 0);
        let asked = plan.confirmation.clone().unwrap();
        assert_eq!(
            (asked.zh.as_str(), asked.en.as_str()),
            ("清除2026-A的1个文件", "erase 1 files of 2026-A")
        );
        assert!(asked.en.is_ascii());
        assert!(plan.erase(dir.path(), Some(&asked.en), NOW).is_ok());
        assert!(!dir.path().join("a").exists());
    }

    #[test]
    fn nothing_lifts_an_open_upload() {
        let dir = folder(&["a"]);
        let plan = plan(&[file("a", true)], &[receipt(1)], 2);
        assert_eq!(
            (plan.blocks.as_slice(), &plan.confirmation),
            (&[EraseBlock::UploadsOpen { count: 2 }][..], &None)
        );
        assert!(matches!(
            plan.erase(dir.path(), Some("清除2026-A的1个文件"), NOW),
            Err(DeliveryError::EraseBlocked)
        ));
        assert!(dir.path().join("a").exists());
    }

    #[test]
    fn a_receipt_for_another_bag_or_without_a_name_is_none() {
        let files = [file("a", true)];
        for bad in [
            Receipt { bag_checksum: ContentHash::of(b"x"), ..receipt(1) },
            Receipt { signed_by: " ".into(), ..receipt(1) },
        ] {
            assert_eq!(plan(&files, &[bad], 0).blocks, [EraseBlock::NoReceipt]);
        }
    }

    #[test]
    fn a_path_out_of_the_folder_stops_everything_before_the_first_file() {
        let dir = folder(&["a"]);
        for hostile in ["../a", "/etc/hosts", ""] {
            let plan = plan(&[file("a", true), file(hostile, true)], &[receipt(1)], 0);
            assert!(matches!(plan.erase(dir.path(), None, NOW), Err(DeliveryError::Link)), "{hostile}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(dir.path(), dir.path().join("link")).unwrap();
            let plan = plan(&[file("link/a", true)], &[receipt(1)], 0);
            assert!(matches!(plan.erase(dir.path(), None, NOW), Err(DeliveryError::Link)));
        }
        assert!(dir.path().join("a").exists());
    }
}
