//! `outbox_correction`: pictures that left under a label that was corrected since.

use domain::{CorrectionId, PortraitId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::StoreError;

/// A picture whose receiver has to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CorrectionDue {
    /// Its row.
    #[ts(type = "number")]
    pub id: i64,
    /// Which picture.
    pub portrait: PortraitId,
    /// By which correction.
    pub correction: CorrectionId,
    /// When it was marked.
    pub at: Timestamp,
}

/// Marks the picture if it has been handed over; whether it was.
pub(crate) fn mark_if_sent(
    db: &Connection,
    portrait: PortraitId,
    correction: CorrectionId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "INSERT INTO outbox_correction (portrait, correction, at)
         SELECT portrait, ?2, ?3 FROM outbox WHERE portrait = ?1 AND (state = 'sent' OR attempts > 0)",
    )?;
    Ok(statement.execute(params![portrait.0, correction.0, now.0])? == 1)
}

/// Whether a correction has marked a picture.
pub(crate) fn is_marked(
    db: &Connection,
    portrait: PortraitId,
    correction: CorrectionId,
) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM outbox_correction WHERE portrait = ?1 AND correction = ?2)",
    )?;
    Ok(statement.query_row([portrait.0, correction.0], |row| row.get(0))?)
}

/// Receivers that were not told yet, oldest first.
pub(crate) fn due(db: &Connection) -> Result<Vec<CorrectionDue>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, portrait, correction, at FROM outbox_correction WHERE told_at IS NULL ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(CorrectionDue {
            id: row.get(0)?,
            portrait: PortraitId(row.get(1)?),
            correction: CorrectionId(row.get(2)?),
            at: Timestamp(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The receiver was told; false if it was before.
pub(crate) fn told(db: &Connection, id: i64, now: Timestamp) -> Result<bool, StoreError> {
    let mut statement =
        db.prepare_cached("UPDATE outbox_correction SET told_at = ?2 WHERE id = ?1 AND told_at IS NULL")?;
    Ok(statement.execute([id, now.0])? == 1)
}
