//! `batch`: 采集批次.

use domain::{BatchId, BatchPlan, BatchState, CaptureBatch, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{json, read_json, read_word, word};
use crate::StoreError;

const COLUMNS: &str = "id, plan, state, created_at, sealed_at, seal_reason";

type Raw = (i64, String, String, i64, Option<i64>, Option<String>);

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn record((id, plan, state, created_at, sealed_at, seal_reason): Raw) -> Result<CaptureBatch, StoreError> {
    Ok(CaptureBatch {
        id: BatchId(id),
        plan: read_json("batch", id, &plan)?,
        state: read_word("batch", id, state)?,
        created_at: Timestamp(created_at),
        sealed_at: sealed_at.map(Timestamp),
        seal_reason,
    })
}

pub(crate) fn insert(db: &Connection, plan: &BatchPlan, now: Timestamp) -> Result<BatchId, StoreError> {
    db.prepare_cached("INSERT INTO batch (plan, state, created_at) VALUES (?1, 'ready', ?2)")?
        .execute(params![json(plan)?, now.0])?;
    Ok(BatchId(db.last_insert_rowid()))
}

pub(crate) fn get(db: &Connection, id: BatchId) -> Result<CaptureBatch, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM batch WHERE id = ?1");
    let raw = db.prepare_cached(&sql)?.query_row([id.0], read).optional()?;
    record(raw.ok_or(StoreError::Unknown { what: "batch", id: id.0 })?)
}

/// The one that is worked on.
pub(crate) fn open_one(db: &Connection) -> Result<Option<CaptureBatch>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM batch WHERE state = 'open'");
    db.prepare_cached(&sql)?.query_row([], read).optional()?.map(record).transpose()
}

/// Newest first.
pub(crate) fn list(db: &Connection) -> Result<Vec<CaptureBatch>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM batch ORDER BY id DESC"))?;
    let raws = statement.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    raws.into_iter().map(record).collect()
}

pub(crate) fn set_plan(db: &Connection, id: BatchId, plan: &BatchPlan) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE batch SET plan = ?2 WHERE id = ?1")?.execute(params![id.0, json(plan)?])?;
    Ok(())
}

/// Opens or puts aside.
pub(crate) fn set_state(db: &Connection, id: BatchId, state: BatchState) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE batch SET state = ?2 WHERE id = ?1")?.execute(params![id.0, word(state)?])?;
    Ok(())
}

pub(crate) fn seal(
    db: &Connection,
    id: BatchId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE batch SET state = 'sealed', sealed_at = ?2, seal_reason = ?3 WHERE id = ?1")?
        .execute(params![id.0, now.0, reason])?;
    Ok(())
}
