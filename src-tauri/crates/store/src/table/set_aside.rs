//! `set_aside`: picture files of an earlier database in the same folder. They stay where they are.

use std::collections::BTreeSet;

use domain::Timestamp;
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::pictures::{PictureKind, PictureName};

pub(crate) fn insert(
    db: &Connection,
    kind: PictureKind,
    name: PictureName,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR IGNORE INTO set_aside (kind, name, at) VALUES (?1, ?2, ?3)")?
        .execute(params![kind.name(), name.file_name(), now.0])?;
    Ok(())
}

/// The names of one kind.
pub(crate) fn names(db: &Connection, kind: PictureKind) -> Result<BTreeSet<PictureName>, StoreError> {
    let mut statement = db.prepare_cached("SELECT name FROM set_aside WHERE kind = ?1")?;
    let names = statement.query_map([kind.name()], |row| row.get::<_, String>(0))?;
    let names = names.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names.iter().filter_map(|name| PictureName::parse(name)).collect())
}
