//! What a start finds and puts in order after a crash.
//!
//! A picture is written before the row that names it, so a crash can leave a file without a row, never a row
//! without a file. Files of originals are moved to `rescued/`, never deleted. A single portrait without a row is
//! the one whose acceptance was cut off: nobody was told that it is accepted, and it can be made again from its
//! original, so it goes. Several of them are no crash: the database is older than its pictures, and they are kept.

use std::fs;
use std::path::Path;

use domain::{ContentHash, Text, Timestamp};
use rusqlite::{Connection, TransactionBehavior};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use crate::faults::{Step, reach};
use crate::layout::Layout;
use crate::pictures::{PictureKind, PictureName, Pictures, entries};
use crate::references::{PictureRef, compare};
use crate::table::audit::{self, NewEvent};
use crate::table::sitting::SittingRecord;
use crate::{StoreError, platform};

/// What a start found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenReport {
    /// There was no database; a fresh one was made.
    pub created: bool,
    /// The database was of this older version and was brought up to date.
    pub migrated_from: Option<u32>,
    /// New name of a database that was put aside.
    pub database_set_aside: Option<String>,
    /// Pictures in the folder that belong to an earlier database. They stay where they are.
    pub kept_from_before: u32,
    /// Half-written files that were removed.
    pub leftovers_removed: u32,
    /// Portraits whose acceptance was cut off, removed.
    pub portraits_removed: u32,
    /// Pictures without a row, now in `rescued/`.
    pub rescued: Vec<ContentHash>,
    /// Files among the pictures that are not this program's; left alone.
    pub foreign_files: u32,
    /// Rows whose picture is gone.
    pub missing: Vec<PictureRef>,
    /// The sitting that was open when the program ended.
    pub unfinished: Option<SittingRecord>,
}

impl OpenReport {
    /// What the operator has to know, worst first; nothing after an ordinary start.
    pub fn notes(&self) -> Vec<Text> {
        let mut notes = Vec::new();
        let mut note = |happened: bool, zh: String, en: String| {
            if happened {
                notes.push(Text::new(zh, en));
            }
        };
        let missing = self.missing.len();
        note(
            missing > 0,
            format!("有 {missing} 张照片的文件不见了！请不要清理数据文件夹，立即请技术人员处理。"),
            format!(
                "The files of {missing} pictures are missing! Do not tidy the data folder; ask for help now."
            ),
        );
        let aside = self.database_set_aside.as_deref().unwrap_or_default();
        note(
            !aside.is_empty(),
            format!("旧数据库已改名保留为 {aside}，现在使用新库。旧记录需要请技术人员恢复。"),
            format!(
                "The old database was kept as {aside}; a fresh one is in use. Have the old records recovered."
            ),
        );
        let kept = self.kept_from_before;
        note(
            self.created && kept > 0,
            format!("文件夹里有 {kept} 张属于旧数据库的照片，已原样保留。"),
            format!("{kept} pictures of an earlier database are in the folder and were left as they are."),
        );
        let rescued = self.rescued.len();
        note(
            rescued > 0,
            format!("上次退出时有 {rescued} 张照片没有登记，已移到 rescued 文件夹。"),
            format!(
                "{rescued} pictures had no record when the program ended; they are in the folder rescued."
            ),
        );
        notes
    }
}

/// Puts a folder in order. The database is open and nobody else is in.
pub(crate) fn recover(
    db: &mut Connection,
    layout: &Layout,
    station: &str,
    now: Timestamp,
    report: &mut OpenReport,
) -> Result<(), StoreError> {
    let pictures = Pictures::new(layout.clone());
    for kind in [PictureKind::Original, PictureKind::Portrait] {
        let found = compare(db, &pictures, kind)?;
        report.kept_from_before += found.set_aside;
        report.foreign_files += found.foreign.len() as u32;
        report.missing.extend(found.missing);
        if kind == PictureKind::Portrait && found.orphans.len() == 1 {
            remove_unaccepted(db, &pictures, found.orphans[0], station, now)?;
            report.portraits_removed = 1;
            continue;
        }
        for name in found.orphans {
            let path = pictures.path(kind, name);
            rescue(db, layout, kind, name, &path, station, now)?;
            report.rescued.push(name.hash);
        }
    }
    empty_tmp(db, layout, &pictures, station, now, report)?;
    if !report.missing.is_empty() {
        tracing::error!(count = report.missing.len(), "pictures are missing");
        let detail = json!({ "count": report.missing.len() });
        record(db, station, &NewEvent::new("pictures_missing", detail), now)?;
    }
    Ok(())
}

/// Recorded first, then done: a crash in between repeats both, and leaves no deed without its record.
fn rescue(
    db: &mut Connection,
    layout: &Layout,
    kind: PictureKind,
    name: PictureName,
    from: &Path,
    station: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let detail = json!({ "kind": kind, "hash": name.hash });
    record(db, station, &NewEvent::new("picture_rescued", detail), now)?;
    reach(Step::BeforeRescue).map_err(|e| StoreError::disk(from, e))?;
    let to = layout.rescued().join(format!("{}-{}", kind.name(), name.file_name()));
    platform::rename(from, &to).map_err(|e| StoreError::disk(from, e))?;
    platform::sync_dir(&layout.rescued()).map_err(|e| StoreError::disk(&to, e))
}

fn remove_unaccepted(
    db: &mut Connection,
    pictures: &Pictures,
    name: PictureName,
    station: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let detail = json!({ "hash": name.hash });
    record(db, station, &NewEvent::new("unaccepted_portrait_removed", detail), now)?;
    let path = pictures.path(PictureKind::Portrait, name);
    platform::remove(&path).map_err(|e| StoreError::disk(&path, e))
}

/// A file in `tmp/` is half written, unless the crash came just before its renaming: a whole original is kept.
fn empty_tmp(
    db: &mut Connection,
    layout: &Layout,
    pictures: &Pictures,
    station: &str,
    now: Timestamp,
    report: &mut OpenReport,
) -> Result<(), StoreError> {
    for path in entries(&layout.tmp())? {
        if !path.is_file() {
            continue;
        }
        if let Some(name) =
            whole_original(&path).filter(|n| !pictures.path(PictureKind::Original, *n).exists())
        {
            rescue(db, layout, PictureKind::Original, name, &path, station, now)?;
            report.rescued.push(name.hash);
        } else {
            platform::remove(&path).map_err(|e| StoreError::disk(&path, e))?;
            report.leftovers_removed += 1;
        }
    }
    Ok(())
}

fn whole_original(path: &Path) -> Option<PictureName> {
    let rest = path.file_name()?.to_str()?.strip_prefix("original-")?;
    let name = PictureName::parse(rest.split_once('-')?.1)?;
    (ContentHash::of(&fs::read(path).ok()?) == name.hash).then_some(name)
}

fn record(
    db: &mut Connection,
    station: &str,
    event: &NewEvent<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    audit::append(&tx, station, event, now)?;
    Ok(tx.commit()?)
}
