//! `late_entry`: 补录, people added on the spot.

use domain::{BatchId, SubjectId, Timestamp};
use rusqlite::{Connection, params};

use crate::StoreError;

pub(crate) fn insert(
    db: &Connection,
    batch: BatchId,
    subject: SubjectId,
    reason: &str,
    operator: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    db.prepare_cached(
        "INSERT INTO late_entry (batch, subject, reason, operator, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![batch.0, subject.0, reason, operator, now.0])?;
    Ok(db.last_insert_rowid())
}

pub(crate) fn count(db: &Connection, batch: BatchId) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM late_entry WHERE batch = ?1")?;
    Ok(statement.query_row([batch.0], |row| row.get(0))?)
}

pub(crate) fn is_one(db: &Connection, subject: SubjectId) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM late_entry WHERE subject = ?1)")?;
    Ok(statement.query_row([subject.0], |row| row.get(0))?)
}
