//! `result_import` and `result`: 审核结果 as they came back.

use domain::{BatchId, ContentHash, PortraitId, Timestamp};
use rusqlite::{Connection, params};

use crate::StoreError;

/// One result to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResult<'a> {
    /// Of which picture.
    pub portrait: PortraitId,
    /// `passed`, `first_review_failed`, `identity_mismatch` or `rejected`.
    pub outcome: &'a str,
    /// In the words of the file.
    pub reason: Option<&'a str>,
}

/// The latest result of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRecord {
    /// Of which picture.
    pub portrait: PortraitId,
    /// `passed`, `first_review_failed`, `identity_mismatch` or `rejected`.
    pub outcome: String,
    /// In the words of the file.
    pub reason: Option<String>,
    /// When it was imported.
    pub at: Timestamp,
    /// A newer picture was accepted since.
    pub retaken: bool,
}

pub(crate) fn insert(
    db: &Connection,
    batch: Option<BatchId>,
    (file, rows): (ContentHash, u32),
    results: &[NewResult<'_>],
    now: Timestamp,
) -> Result<i64, StoreError> {
    db.execute(
        "INSERT INTO result_import (batch, file_hash, rows, at) VALUES (?1, ?2, ?3, ?4)",
        params![batch.map(|b| b.0), file.to_hex(), rows, now.0],
    )?;
    let import = db.last_insert_rowid();
    let mut statement = db.prepare_cached(
        "INSERT INTO result (import, portrait, outcome, reason, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for result in results {
        statement.execute(params![import, result.portrait.0, result.outcome, result.reason, now.0])?;
    }
    Ok(import)
}

/// The latest result of every picture of a batch that has one.
pub(crate) fn latest(db: &Connection, batch: Option<BatchId>) -> Result<Vec<ResultRecord>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT r.portrait, r.outcome, r.reason, r.at,
                EXISTS (SELECT 1 FROM portrait later WHERE later.supersedes = r.portrait)
         FROM result r JOIN result_import i ON i.id = r.import
         WHERE i.batch IS ?1 AND NOT EXISTS (SELECT 1 FROM result n WHERE n.portrait = r.portrait AND n.id > r.id)
         ORDER BY r.id DESC",
    )?;
    let rows = statement.query_map([batch.map(|b| b.0)], |row| {
        Ok(ResultRecord {
            portrait: PortraitId(row.get(0)?),
            outcome: row.get(1)?,
            reason: row.get(2)?,
            at: Timestamp(row.get(3)?),
            retaken: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
