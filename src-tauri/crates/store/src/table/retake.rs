//! `retake`: pictures that are to be taken again.

use domain::{BatchId, CaptureCode, RetakeId, ShotNumber, SubjectId, TicketId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{read_word, word};
use crate::StoreError;

/// Who asked for a picture to be taken again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RetakeSource {
    /// Somebody of the crew looked at it.
    Reviewer,
    /// 初审失败, 核验异常: the results that came back.
    Results,
    /// The student, at the exit.
    Student,
}

/// A line of the retake list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetakeRecord {
    /// Its row.
    pub id: RetakeId,
    /// Of which batch.
    pub batch: BatchId,
    /// The ticket under which the picture was taken.
    pub ticket: TicketId,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub source: RetakeSource,
    /// When.
    pub at: Timestamp,
    /// When the new picture was accepted.
    pub done_at: Option<Timestamp>,
    /// The latest number for the retake.
    pub issued: Option<ShotNumber>,
}

const COLUMNS: &str = "id, batch, ticket, reason, at, done_at,
    (SELECT max(number) FROM ticket WHERE ticket.retake = retake.id), source";

fn read(row: &Row<'_>) -> rusqlite::Result<(RetakeRecord, String)> {
    let record = RetakeRecord {
        id: RetakeId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        ticket: TicketId(row.get(2)?),
        reason: row.get(3)?,
        source: RetakeSource::Reviewer,
        at: Timestamp(row.get(4)?),
        done_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        issued: row.get::<_, Option<i64>>(6)?.map(ShotNumber),
    };
    Ok((record, row.get(7)?))
}

fn record((record, source): (RetakeRecord, String)) -> Result<RetakeRecord, StoreError> {
    Ok(RetakeRecord { source: read_word("retake", record.id.0, source)?, ..record })
}

pub(crate) fn insert(
    db: &Connection,
    batch: BatchId,
    ticket: TicketId,
    reason: &str,
    source: RetakeSource,
    now: Timestamp,
) -> Result<RetakeId, StoreError> {
    db.prepare_cached("INSERT INTO retake (batch, ticket, reason, source, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![batch.0, ticket.0, reason, word(source)?, now.0])?;
    Ok(RetakeId(db.last_insert_rowid()))
}

pub(crate) fn get(db: &Connection, id: RetakeId) -> Result<RetakeRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM retake WHERE id = ?1");
    let raw = db.prepare_cached(&sql)?.query_row([id.0], read).optional()?;
    record(raw.ok_or(StoreError::Unknown { what: "retake", id: id.0 })?)
}

/// The open line of a ticket; the one that was carried to a later batch if there are two.
pub(crate) fn open_of(db: &Connection, ticket: TicketId) -> Result<Option<RetakeRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM retake WHERE ticket = ?1 AND done_at IS NULL ORDER BY id DESC LIMIT 1"
    );
    db.prepare_cached(&sql)?.query_row([ticket.0], read).optional()?.map(record).transpose()
}

/// Open lines first, newest first among them.
pub(crate) fn list(db: &Connection, batch: BatchId) -> Result<Vec<RetakeRecord>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM retake WHERE batch = ?1 ORDER BY (done_at IS NOT NULL), id DESC");
    let mut statement = db.prepare_cached(&sql)?;
    let raws = statement.query_map([batch.0], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    raws.into_iter().map(record).collect()
}

/// How often the picture of a ticket was put on the list of its batch.
pub(crate) fn count_of(db: &Connection, ticket: TicketId) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM retake WHERE ticket = ?1 AND batch = (SELECT batch FROM ticket WHERE id = ?1)",
    )?;
    Ok(statement.query_row([ticket.0], |row| row.get(0))?)
}

/// Takes the open lines of a batch over to a make-up batch. They keep the ticket of the earlier picture.
pub(crate) fn carry(db: &Connection, from: BatchId, to: BatchId) -> Result<u32, StoreError> {
    let carried = db
        .prepare_cached(
            "INSERT INTO retake (batch, ticket, reason, source, at)
             SELECT ?2, ticket, reason, source, at FROM retake WHERE batch = ?1 AND done_at IS NULL ORDER BY id",
        )?
        .execute([from.0, to.0])?;
    Ok(carried as u32)
}

/// The open line of this batch for a picture that was taken in an earlier one, of exactly this code or this line of
/// the roster.
pub(crate) fn carried(
    db: &Connection,
    batch: BatchId,
    code: Option<&CaptureCode>,
    subject: Option<SubjectId>,
) -> Result<Option<RetakeRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM retake WHERE batch = ?1 AND done_at IS NULL AND ticket IN (
             SELECT t.id FROM ticket t WHERE t.batch <> ?1 AND (t.code = ?2 OR t.subject IN (
                 SELECT old.id FROM subject old JOIN subject now
                     ON now.id = ?3 AND old.key_kind = now.key_kind AND old.key = now.key)))
         ORDER BY id DESC LIMIT 1"
    );
    let values = params![batch.0, code.map(CaptureCode::bytes), subject.map(|id| id.0)];
    db.prepare_cached(&sql)?.query_row(values, read).optional()?.map(record).transpose()
}

/// The new picture is there: for this line, and for the one of the earlier batch from which it was carried.
pub(crate) fn done(db: &Connection, id: RetakeId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE retake SET done_at = ?2 WHERE ticket = (SELECT ticket FROM retake WHERE id = ?1) AND done_at IS NULL",
    )?
    .execute([id.0, now.0])?;
    Ok(())
}
