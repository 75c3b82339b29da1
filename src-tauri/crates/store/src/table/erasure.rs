//! `erasure`, `erased_sitting`, `erasing`: what was erased, and the one way past the rules that forbid it.

use domain::{BatchId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;

/// A finished erasure.
#[derive(Debug, Clone, PartialEq)]
pub struct ErasureRecord {
    /// Its row.
    pub id: i64,
    /// Of which batch.
    pub batch: Option<BatchId>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// People whose rows were blanked.
    pub people: u32,
    /// What the caller recorded; no name, no number of a person, no path.
    pub record: serde_json::Value,
}

/// The unfinished erasure of a batch, or a new one.
pub(crate) fn begin(
    db: &Connection,
    batch: Option<BatchId>,
    operator: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let row = batch.map(|b| b.0);
    let open = db
        .query_row("SELECT id FROM erasure WHERE batch IS ?1 AND ended_at IS NULL", [row], |r| r.get(0))
        .optional()?;
    if let Some(id) = open {
        return Ok(id);
    }
    db.execute(
        "INSERT INTO erasure (batch, operator, began_at) VALUES (?1, ?2, ?3)",
        params![row, operator, now.0],
    )?;
    Ok(db.last_insert_rowid())
}

/// Every sitting of the batch is about to be erased, those without a picture too.
pub(crate) fn mark(db: &Connection, id: i64, batch: Option<BatchId>) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR IGNORE INTO erased_sitting (sitting, erasure)
         SELECT s.id, ?1 FROM sitting s
         LEFT JOIN ticket_sitting l ON l.sitting = s.id LEFT JOIN ticket t ON t.id = l.ticket
         WHERE t.batch IS ?2 AND s.outcome <> 'open'",
        params![id, batch.map(|b| b.0)],
    )?;
    Ok(())
}

pub(crate) fn end(
    db: &Connection,
    id: i64,
    people: u32,
    record: &serde_json::Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE erasure SET ended_at = ?2, people = ?3, record = ?4 WHERE id = ?1",
        params![id, now.0, people, record.to_string()],
    )?;
    Ok(())
}

/// Finished erasures, newest first.
pub(crate) fn list(db: &Connection) -> Result<Vec<ErasureRecord>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, batch, began_at, ended_at, people, record FROM erasure
         WHERE ended_at IS NOT NULL ORDER BY id DESC",
    )?;
    let rows = statement.query_map([], |row| {
        let record = ErasureRecord {
            id: row.get(0)?,
            batch: row.get::<_, Option<i64>>(1)?.map(BatchId),
            began_at: Timestamp(row.get(2)?),
            ended_at: Timestamp(row.get(3)?),
            people: row.get(4)?,
            record: serde_json::Value::Null,
        };
        Ok((record, row.get::<_, String>(5)?))
    })?;
    rows.map(|row| {
        let (record, text) = row?;
        let read = serde_json::from_str(&text).map_err(|e| StoreError::row("erasure", record.id, e))?;
        Ok(ErasureRecord { record: read, ..record })
    })
    .collect()
}
