//! `correction`: 勘误, two pictures that were under each other's codes.

use domain::{CorrectionId, PortraitId, SittingId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::StoreError;

/// A correction, proposed or made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CorrectionRecord {
    /// Its row.
    pub id: CorrectionId,
    /// One picture.
    pub one: PortraitId,
    /// The other.
    pub other: PortraitId,
    /// The sitting that gave the one its label before.
    pub one_label: SittingId,
    /// The sitting that gave the other its label before.
    pub other_label: SittingId,
    /// Why.
    pub reason: String,
    /// Who.
    pub operator: String,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// When it was made.
    pub committed_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, one, other, one_label, other_label, reason, operator, proposed_at, committed_at";

fn read(row: &Row<'_>) -> rusqlite::Result<CorrectionRecord> {
    Ok(CorrectionRecord {
        id: CorrectionId(row.get(0)?),
        one: PortraitId(row.get(1)?),
        other: PortraitId(row.get(2)?),
        one_label: SittingId(row.get(3)?),
        other_label: SittingId(row.get(4)?),
        reason: row.get(5)?,
        operator: row.get(6)?,
        proposed_at: Timestamp(row.get(7)?),
        committed_at: row.get::<_, Option<i64>>(8)?.map(Timestamp),
    })
}

/// A picture and the sitting that gives it its label now.
pub(crate) type Side = (PortraitId, SittingId);

pub(crate) fn insert(
    db: &Connection,
    (one, other): (Side, Side),
    reason: &str,
    operator: &str,
    now: Timestamp,
) -> Result<CorrectionId, StoreError> {
    db.prepare_cached(
        "INSERT INTO correction (one, other, one_label, other_label, reason, operator, proposed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![one.0.0, other.0.0, one.1.0, other.1.0, reason, operator, now.0])?;
    Ok(CorrectionId(db.last_insert_rowid()))
}

pub(crate) fn get(db: &Connection, id: CorrectionId) -> Result<CorrectionRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM correction WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id.0], read).optional()?;
    found.ok_or(StoreError::Unknown { what: "correction", id: id.0 })
}

/// Newest first.
pub(crate) fn list(db: &Connection) -> Result<Vec<CorrectionRecord>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM correction ORDER BY id DESC"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// False if it was made before.
pub(crate) fn commit(db: &Connection, id: CorrectionId, now: Timestamp) -> Result<bool, StoreError> {
    let mut statement =
        db.prepare_cached("UPDATE correction SET committed_at = ?2 WHERE id = ?1 AND committed_at IS NULL")?;
    Ok(statement.execute([id.0, now.0])? == 1)
}

/// How many were made about pictures whose own sitting belongs to a batch.
pub(crate) fn count(db: &Connection, batch: domain::BatchId) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM correction c JOIN ticket_sitting l ON l.sitting = c.one_label
         JOIN ticket t ON t.id = l.ticket WHERE t.batch = ?1 AND c.committed_at IS NOT NULL",
    )?;
    Ok(statement.query_row([batch.0], |row| row.get(0))?)
}
