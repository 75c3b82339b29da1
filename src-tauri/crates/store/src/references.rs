//! Which rows name which picture files: the one comparison that recovery and the check share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::{ContentHash, ShotId, SittingId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::StoreError;
use crate::pictures::{Extension, PictureKind, PictureName, Pictures};
use crate::table::{read_hash, set_aside};

/// A row that names a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PictureRef {
    /// Original or portrait.
    pub kind: PictureKind,
    /// Content of the file.
    pub hash: ContentHash,
    /// The first shot that names it, or whose portrait does.
    pub shot: ShotId,
    /// Whose.
    pub sitting: SittingId,
}

/// One collection, compared with its rows.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// Files with a row.
    pub(crate) known: BTreeMap<PictureName, PictureRef>,
    /// Rows without their file.
    pub(crate) missing: Vec<PictureRef>,
    /// Files without a row.
    pub(crate) orphans: Vec<PictureName>,
    /// Files of an earlier database.
    pub(crate) set_aside: u32,
    /// Files that are no pictures of this program.
    pub(crate) foreign: Vec<PathBuf>,
}

/// Compares the files of a collection with the rows that name them.
pub(crate) fn compare(
    db: &Connection,
    pictures: &Pictures,
    kind: PictureKind,
) -> Result<Comparison, StoreError> {
    let listing = pictures.list(kind)?;
    let files: BTreeSet<PictureName> = listing.pictures.into_iter().collect();
    let mut known = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, (reference, erased)) in references(db, kind)? {
        if files.contains(&name) {
            // Also a file of an erasure that was cut off: it goes when that is gone on with.
            known.insert(name, reference);
        } else if !erased {
            missing.push(reference);
        }
    }
    let aside = set_aside::names(db, kind)?;
    let unnamed = || files.iter().filter(|name| !known.contains_key(name));
    Ok(Comparison {
        orphans: unnamed().filter(|name| !aside.contains(name)).copied().collect(),
        set_aside: unnamed().filter(|name| aside.contains(name)).count() as u32,
        missing,
        foreign: listing.foreign,
        known,
    })
}

/// Every picture that a row names, with whether all of its rows are erased.
fn references(
    db: &Connection,
    kind: PictureKind,
) -> Result<BTreeMap<PictureName, (PictureRef, bool)>, StoreError> {
    let sql = match kind {
        PictureKind::Original => {
            "SELECT id, sitting, original, extension, sitting IN (SELECT sitting FROM erased_sitting) FROM shot"
        }
        PictureKind::Portrait => {
            "SELECT shot, sitting, content, 'jpg', sitting IN (SELECT sitting FROM erased_sitting) FROM portrait"
        }
    };
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut names = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (shot, content, extension): (i64, String, String) = (row.get(0)?, row.get(2)?, row.get(3)?);
        let hash = read_hash(kind.name(), shot, &content)?;
        let name = PictureName { hash, extension: Extension::parse(&extension)? };
        let reference = PictureRef { kind, hash, shot: ShotId(shot), sitting: SittingId(row.get(1)?) };
        let erased: bool = row.get(4)?;
        let entry = names.entry(name).or_insert((reference, erased));
        if entry.1 && !erased {
            *entry = (reference, false);
        }
    }
    Ok(names)
}
