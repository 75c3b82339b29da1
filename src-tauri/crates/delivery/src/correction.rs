//! 勘误: after delivery a picture is corrected or two were swapped; only what changed goes out again, with a list.

use std::collections::{BTreeMap, HashMap};

use domain::{ContentHash, Fingerprint};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bag::{BagPlan, Extra, Source};
use crate::error::DeliveryError;
use crate::item::FileKind;

/// Where the list lies in a correction parcel.
pub const CORRECTION_LIST: &str = "lists/corrections.csv";

/// A file that was delivered, as its receipt recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredFile {
    /// Whose it was.
    pub fingerprint: Fingerprint,
    /// What it was.
    pub kind: FileKind,
    /// Its path in the bag.
    pub path: String,
    /// What it held.
    pub hash: ContentHash,
}

/// What the receiver has to do with one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Action {
    /// Take the new file in addition.
    Add,
    /// Take the new file in place of the delivered one of the same path.
    Replace,
    /// The same picture under another name: take the new file, delete the one at `from`.
    Rename {
        /// Path of the delivered file.
        from: String,
    },
    /// Delete the delivered file.
    Remove,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangeReason {
    /// 换片: another picture of the same person.
    NewPicture,
    /// 互换: this content had been delivered as another person's.
    WasAnothers,
    /// 补交: was not in the delivery.
    Late,
    /// 更名: the name changed, e.g. since a second student of this name came.
    NewName,
    /// 撤回: does not belong to the delivery any more.
    Withdrawn,
}

impl ChangeReason {
    fn words(self) -> &'static str {
        match self {
            Self::NewPicture => "换片",
            Self::WasAnothers => "更正张冠李戴",
            Self::Late => "补交",
            Self::NewName => "更名",
            Self::Withdrawn => "撤回",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Change {
    /// Path in the bag.
    pub path: String,
    /// What to do.
    pub action: Action,
    /// Why.
    pub reason: ChangeReason,
    /// What was delivered at this path, or under the old name.
    pub old: Option<ContentHash>,
    /// What is there from now on.
    pub new: Option<ContentHash>,
}

/// What changed since a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Every change, by path.
    pub changes: Vec<Change>,
    /// The bag with the new files and the list; its files lie where the delivery has them.
    pub bag: BagPlan,
}

/// Plans a correction: `delivered` is what went out (all corrections since included), `present` the plan of a whole
/// bag as it would be now, with the same template and contents. `None` if nothing changed. The bag gets `name`.
pub fn plan_correction(
    delivered: &[DeliveredFile],
    present: &BagPlan,
    name: &str,
) -> Result<Option<Correction>, DeliveryError> {
    let at_path: HashMap<&str, &DeliveredFile> =
        delivered.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut old_of: HashMap<(&Fingerprint, FileKind), Vec<&DeliveredFile>> = HashMap::new();
    let mut owner_of: HashMap<ContentHash, &Fingerprint> = HashMap::new();
    for file in delivered {
        old_of.entry((&file.fingerprint, file.kind)).or_default().push(file);
        owner_of.insert(file.hash, &file.fingerprint);
    }
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    let mut bag = BagPlan { files: Vec::new(), extras: Vec::new(), ..present.clone() };
    bag.name = crate::bag::bag_name(name)?;
    for file in &present.files {
        let Source::Picture { fingerprint, kind, .. } = &file.source else { continue };
        let before = at_path.get(file.path.as_str());
        if before.is_some_and(|old| old.hash == file.hash && old.fingerprint == *fingerprint) {
            continue;
        }
        let own = old_of.get(&(fingerprint, *kind)).map_or(&[][..], Vec::as_slice);
        let moved = own.iter().find(|old| old.hash == file.hash && old.path != file.path);
        let anothers = owner_of.get(&file.hash).is_some_and(|owner| *owner != fingerprint);
        let (action, reason) = match (before, moved) {
            (Some(_), _) if anothers => (Action::Replace, ChangeReason::WasAnothers),
            (Some(old), _) if old.fingerprint == *fingerprint => (Action::Replace, ChangeReason::NewPicture),
            (Some(_), _) => (Action::Replace, ChangeReason::NewName),
            (None, Some(old)) => (Action::Rename { from: old.path.clone() }, ChangeReason::NewName),
            (None, None) if anothers => (Action::Add, ChangeReason::WasAnothers),
            (None, None) if own.is_empty() => (Action::Add, ChangeReason::Late),
            (None, None) => (Action::Add, ChangeReason::NewPicture),
        };
        let old = before.map(|old| old.hash).or(moved.map(|old| old.hash));
        let change = Change { path: file.path.clone(), action, reason, old, new: Some(file.hash) };
        changes.insert(file.path.clone(), change);
        bag.files.push(file.clone());
    }
    add_removals(delivered, present, &mut changes);
    if changes.is_empty() {
        return Ok(None);
    }
    let changes: Vec<Change> = changes.into_values().collect();
    bag.add_extra(Extra::new(CORRECTION_LIST, list(&changes)?))?;
    Ok(Some(Correction { changes, bag }))
}

/// Delivered files whose path nobody has now, unless a rename deals with them.
fn add_removals(delivered: &[DeliveredFile], present: &BagPlan, changes: &mut BTreeMap<String, Change>) {
    let now: std::collections::HashSet<&str> = present.files.iter().map(|file| file.path.as_str()).collect();
    let renamed: Vec<String> = changes
        .values()
        .filter_map(|change| match &change.action {
            Action::Rename { from } => Some(from.clone()),
            _ => None,
        })
        .collect();
    for file in delivered {
        if now.contains(file.path.as_str()) || renamed.contains(&file.path) {
            continue;
        }
        let change = Change {
            path: file.path.clone(),
            action: Action::Remove,
            reason: ChangeReason::Withdrawn,
            old: Some(file.hash),
            new: None,
        };
        changes.insert(file.path.clone(), change);
    }
}

/// The list for the receiver: UTF-8 with a mark at the front, for the spreadsheet programs that need it.
fn list(changes: &[Change]) -> Result<Vec<u8>, DeliveryError> {
    let mut out = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
    let broken = |e: csv::Error| DeliveryError::Io(e.into());
    out.write_record(["操作", "文件", "原文件", "原因", "原SHA-256", "新SHA-256"]).map_err(broken)?;
    for change in changes {
        let (action, from) = match &change.action {
            Action::Add => ("新增", ""),
            Action::Replace => ("替换", ""),
            Action::Rename { from } => ("新增并删除原文件", from.as_str()),
            Action::Remove => ("删除", ""),
        };
        let hex = |hash: Option<ContentHash>| hash.map(ContentHash::to_hex).unwrap_or_default();
        let (old, new) = (hex(change.old), hex(change.new));
        out.write_record([action, &change.path, from, change.reason.words(), &old, &new]).map_err(broken)?;
    }
    out.into_inner().map_err(|e| DeliveryError::Io(std::io::Error::other(e.to_string())))
}

#[cfg(test)]
#[path = "correction_tests.rs"]
mod tests;
