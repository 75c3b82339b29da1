//! `hall_person`: the lines of the roster by the names under which the hall speaks of them.

use domain::{BatchId, SubjectId};
use facts::CodeKey;
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;

/// The lines that have no name in the hall yet: row, kind of the key, key.
pub(crate) fn nameless(
    db: &Connection,
    batch: BatchId,
) -> Result<Vec<(SubjectId, String, String)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, key_kind, key FROM subject WHERE batch = ?1 AND id NOT IN (SELECT subject FROM hall_person)",
    )?;
    let rows =
        statement.query_map([batch.0], |row| Ok((SubjectId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn insert(
    db: &Connection,
    batch: BatchId,
    subject: SubjectId,
    key: &CodeKey,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR IGNORE INTO hall_person (subject, batch, key) VALUES (?1, ?2, ?3)")?
        .execute(params![subject.0, batch.0, key.as_str()])?;
    Ok(())
}

pub(crate) fn by_key(
    db: &Connection,
    batch: BatchId,
    key: &CodeKey,
) -> Result<Option<SubjectId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT subject FROM hall_person WHERE batch = ?1 AND key = ?2")?;
    Ok(statement.query_row(params![batch.0, key.as_str()], |row| row.get(0)).optional()?.map(SubjectId))
}
