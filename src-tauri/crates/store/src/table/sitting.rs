//! `sitting`: one person's time at the camera, tied to one code as read.

use domain::sitting::OpenSitting;
use domain::{CaptureCode, CodeSource, Fingerprint, PortraitId, ShotNumber, SittingId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{read_word, word};
use crate::StoreError;

/// How a sitting stands, or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Going on.
    Open,
    /// A picture was accepted.
    Accepted,
    /// The operator gave it up.
    Cancelled,
    /// Left over from an earlier run of the program, and given up then.
    Abandoned,
}

/// How a sitting ends without a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The operator gave it up.
    Cancelled,
    /// Left over from an earlier run of the program.
    Abandoned,
}

impl From<Ending> for Outcome {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Cancelled => Self::Cancelled,
            Ending::Abandoned => Self::Abandoned,
        }
    }
}

/// A sitting, without the payload of its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SittingRecord {
    /// Its row.
    pub id: SittingId,
    /// 拍摄号.
    pub shot_number: ShotNumber,
    /// The name under which its code may be shown.
    pub fingerprint: Fingerprint,
    /// How the code came in.
    pub source: CodeSource,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// How it stands.
    pub outcome: Outcome,
    /// The accepted picture that it was opened to replace.
    pub retake_of: Option<PortraitId>,
    /// Where.
    pub station: String,
}

impl SittingRecord {
    /// The same as the state machine wants it; `None` if `code` is not this sitting's.
    pub fn with_code(&self, code: CaptureCode) -> Option<OpenSitting> {
        (code.fingerprint() == self.fingerprint).then_some(OpenSitting {
            id: self.id,
            number: self.shot_number,
            code,
            source: self.source,
            opened_at: self.opened_at,
            retake_of: self.retake_of,
        })
    }
}

const COLUMNS: &str =
    "id, shot_number, fingerprint, source, opened_at, closed_at, outcome, retake_of, station";

struct Raw {
    id: i64,
    shot_number: i64,
    fingerprint: String,
    source: String,
    opened_at: i64,
    closed_at: Option<i64>,
    outcome: String,
    retake_of: Option<i64>,
    station: String,
}

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            shot_number: row.get(1)?,
            fingerprint: row.get(2)?,
            source: row.get(3)?,
            opened_at: row.get(4)?,
            closed_at: row.get(5)?,
            outcome: row.get(6)?,
            retake_of: row.get(7)?,
            station: row.get(8)?,
        })
    }

    fn record(self) -> Result<SittingRecord, StoreError> {
        Ok(SittingRecord {
            id: SittingId(self.id),
            shot_number: ShotNumber(self.shot_number),
            fingerprint: read_word("sitting", self.id, self.fingerprint)?,
            source: read_word("sitting", self.id, self.source)?,
            opened_at: Timestamp(self.opened_at),
            closed_at: self.closed_at.map(Timestamp),
            outcome: read_word("sitting", self.id, self.outcome)?,
            retake_of: self.retake_of.map(PortraitId),
            station: self.station,
        })
    }
}

/// What a new row is made of.
pub(crate) struct NewSitting<'a> {
    pub(crate) number: ShotNumber,
    pub(crate) code: &'a CaptureCode,
    pub(crate) source: CodeSource,
    pub(crate) station: &'a str,
    pub(crate) retake_of: Option<PortraitId>,
}

pub(crate) fn insert(db: &Connection, new: &NewSitting<'_>, now: Timestamp) -> Result<SittingId, StoreError> {
    db.prepare_cached(
        "INSERT INTO sitting (shot_number, code, fingerprint, source, station, opened_at, outcome, retake_of)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7)",
    )?
    .execute(params![
        new.number.0,
        new.code.bytes(),
        new.code.fingerprint().as_str(),
        word(new.source)?,
        new.station,
        now.0,
        new.retake_of.map(|p| p.0),
    ])?;
    Ok(SittingId(db.last_insert_rowid()))
}

pub(crate) fn get(db: &Connection, id: SittingId) -> Result<SittingRecord, StoreError> {
    one(db, "id = ?1", [id.0])?.ok_or(StoreError::Unknown { what: "sitting", id: id.0 })
}

/// The one that is going on.
pub(crate) fn open_one(db: &Connection) -> Result<Option<SittingRecord>, StoreError> {
    one(db, "outcome = 'open'", [])
}

fn one(
    db: &Connection,
    condition: &'static str,
    values: impl rusqlite::Params,
) -> Result<Option<SittingRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sitting WHERE {condition}");
    let raw = db.prepare_cached(&sql)?.query_row(values, Raw::read).optional()?;
    raw.map(Raw::record).transpose()
}

/// The payload, exactly as read.
pub(crate) fn code(db: &Connection, id: SittingId) -> Result<CaptureCode, StoreError> {
    let mut statement = db.prepare_cached("SELECT code FROM sitting WHERE id = ?1")?;
    let payload: Option<Vec<u8>> = statement.query_row([id.0], |row| row.get(0)).optional()?;
    let payload = payload.ok_or(StoreError::Unknown { what: "sitting", id: id.0 })?;
    CaptureCode::new(payload).map_err(|e| StoreError::row("sitting", id.0, e))
}

/// The highest number given out so far.
pub(crate) fn last_number(db: &Connection) -> Result<ShotNumber, StoreError> {
    let mut statement = db.prepare_cached("SELECT coalesce(max(shot_number), 0) FROM sitting")?;
    Ok(ShotNumber(statement.query_row([], |row| row.get(0))?))
}

/// Whether a sitting carries this number.
pub(crate) fn has_number(db: &Connection, number: ShotNumber) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM sitting WHERE shot_number = ?1)")?;
    Ok(statement.query_row([number.0], |row| row.get(0))?)
}

/// The sitting with this number, and those of the ticket with this number, newest first.
pub(crate) fn of_number(db: &Connection, number: ShotNumber) -> Result<Vec<SittingId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM sitting WHERE shot_number = ?1
         UNION SELECT l.sitting FROM ticket t JOIN ticket_sitting l ON l.ticket = t.id WHERE t.number = ?1
         ORDER BY 1 DESC",
    )?;
    let ids = statement.query_map([number.0], |row| row.get(0).map(SittingId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Ends the sitting; false if it was not open.
pub(crate) fn close(
    db: &Connection,
    id: SittingId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "UPDATE sitting SET outcome = ?2, closed_at = ?3 WHERE id = ?1 AND outcome = 'open'",
    )?;
    Ok(statement.execute(params![id.0, word(outcome)?, now.0])? == 1)
}
