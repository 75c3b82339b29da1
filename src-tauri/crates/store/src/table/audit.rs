//! `audit_event`: who did what. Rows are only ever added, and each carries the hash of the one before it.
//!
//! The chain shows a row that was changed, taken out or put in by hand. It cannot show that somebody with the
//! whole file wrote the whole chain anew; for that its last hash has to be kept elsewhere, e.g. on the handover sheet.

use domain::{ContentHash, PortraitId, ShotId, SittingId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{json, read_hash, read_json};
use crate::StoreError;

/// Longest detail: an event says what happened, it does not carry data.
const MAX_DETAIL: usize = 8 * 1024;

/// In whose name events are recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Signature {
    /// Where.
    pub(crate) station: String,
    /// Who sits there; empty for nobody in particular.
    pub(crate) operator: String,
}

/// The same, borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who<'a> {
    station: &'a str,
    operator: &'a str,
}

impl<'a> From<&'a Signature> for Who<'a> {
    fn from(signature: &'a Signature) -> Self {
        Self { station: &signature.station, operator: &signature.operator }
    }
}

impl<'a> From<&'a str> for Who<'a> {
    fn from(station: &'a str) -> Self {
        Self { station, operator: "" }
    }
}

/// An event to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent<'a> {
    /// What happened: lower-case letters, digits and `_`, at most 40.
    pub what: &'a str,
    /// In which sitting.
    pub sitting: Option<SittingId>,
    /// To which shot.
    pub shot: Option<ShotId>,
    /// To which portrait.
    pub portrait: Option<PortraitId>,
    /// Particulars. No payload of a code, no identity, no path.
    pub detail: serde_json::Value,
}

impl<'a> NewEvent<'a> {
    /// An event that belongs to no sitting.
    pub fn new(what: &'a str, detail: serde_json::Value) -> Self {
        Self { what, sitting: None, shot: None, portrait: None, detail }
    }

    /// An event of a sitting.
    pub fn of(what: &'a str, sitting: SittingId, detail: serde_json::Value) -> Self {
        Self { sitting: Some(sitting), ..Self::new(what, detail) }
    }
}

/// A recorded event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AuditEvent {
    /// Its row; counts from 1 without a gap.
    #[ts(type = "number")]
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub station: String,
    /// What happened.
    pub what: String,
    /// In which sitting.
    pub sitting: Option<SittingId>,
    /// To which shot.
    pub shot: Option<ShotId>,
    /// To which portrait.
    pub portrait: Option<PortraitId>,
    /// Particulars.
    #[ts(type = "unknown")]
    pub detail: serde_json::Value,
    /// Hash over this row and the hash of the row before it.
    pub hash: ContentHash,
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditBreak {
    /// The first row that does not fit.
    #[ts(type = "number")]
    pub id: i64,
    /// Why, for the technician.
    pub reason: String,
}

/// What the audit log is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditCheck {
    /// Rows that were checked.
    pub events: u32,
    /// Hash of the last row; the same hash later means that nothing before it has changed.
    pub head: ContentHash,
    /// The first break, if any.
    pub broken: Option<AuditBreak>,
}

struct Raw {
    id: i64,
    at: i64,
    station: String,
    what: String,
    sitting: Option<i64>,
    shot: Option<i64>,
    portrait: Option<i64>,
    detail: String,
    prev_hash: String,
    hash: String,
}

const COLUMNS: &str = "id, at, station, what, sitting, shot, portrait, detail, prev_hash, hash";

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            at: row.get(1)?,
            station: row.get(2)?,
            what: row.get(3)?,
            sitting: row.get(4)?,
            shot: row.get(5)?,
            portrait: row.get(6)?,
            detail: row.get(7)?,
            prev_hash: row.get(8)?,
            hash: row.get(9)?,
        })
    }

    /// Hash of the hash before and of every column, as a JSON array: no two different rows have the same text.
    fn expected_hash(&self) -> Result<ContentHash, StoreError> {
        let row = json(&(
            &self.prev_hash,
            self.id,
            self.at,
            &self.station,
            &self.what,
            self.sitting,
            self.shot,
            self.portrait,
            &self.detail,
        ))?;
        Ok(ContentHash::of(row.as_bytes()))
    }

    fn event(self) -> Result<AuditEvent, StoreError> {
        Ok(AuditEvent {
            id: self.id,
            at: Timestamp(self.at),
            station: self.station,
            what: self.what,
            sitting: self.sitting.map(SittingId),
            shot: self.shot.map(ShotId),
            portrait: self.portrait.map(PortraitId),
            detail: read_json("audit_event", self.id, &self.detail)?,
            hash: read_hash("audit_event", self.id, &self.hash)?,
        })
    }
}

/// Stands before the first row.
fn genesis() -> ContentHash {
    ContentHash::of(b"gradbooth audit log")
}

/// Adds an event, with the operator among its particulars. To be called in the transaction of what it tells about.
pub(crate) fn append<'a>(
    db: &Connection,
    who: impl Into<Who<'a>>,
    event: &NewEvent<'_>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    if !(1..=40).contains(&event.what.len()) || !event.what.bytes().all(plain) {
        return Err(StoreError::Name("the name of an event"));
    }
    let who = who.into();
    let mut detail = event.detail.clone();
    if let Some(detail) = detail.as_object_mut().filter(|_| !who.operator.is_empty()) {
        detail.insert("operator".to_owned(), who.operator.into());
    }
    let detail = json(&detail)?;
    if detail.len() > MAX_DETAIL {
        return Err(StoreError::Name("the detail of an event"));
    }
    let last: Option<(i64, String)> = db
        .prepare_cached("SELECT id, hash FROM audit_event ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (last, prev_hash) = last.unwrap_or_else(|| (0, genesis().to_hex()));
    let mut raw = Raw {
        id: last + 1,
        at: now.0,
        station: who.station.to_owned(),
        what: event.what.to_owned(),
        sitting: event.sitting.map(|s| s.0),
        shot: event.shot.map(|s| s.0),
        portrait: event.portrait.map(|p| p.0),
        detail,
        prev_hash,
        hash: String::new(),
    };
    raw.hash = raw.expected_hash()?.to_hex();
    insert(db, &raw)
}

fn insert(db: &Connection, raw: &Raw) -> Result<i64, StoreError> {
    db.prepare_cached(&format!(
        "INSERT INTO audit_event ({COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
    ))?
    .execute(params![
        raw.id,
        raw.at,
        raw.station,
        raw.what,
        raw.sitting,
        raw.shot,
        raw.portrait,
        raw.detail,
        raw.prev_hash,
        raw.hash,
    ])?;
    Ok(raw.id)
}

/// The latest events, newest first.
pub(crate) fn latest(db: &Connection, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit_event ORDER BY id DESC LIMIT ?1");
    events(db, &sql, i64::from(limit))
}

/// What happened in one sitting, oldest first.
pub(crate) fn of_sitting(db: &Connection, sitting: SittingId) -> Result<Vec<AuditEvent>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit_event WHERE sitting = ?1 ORDER BY id");
    events(db, &sql, sitting.0)
}

fn events(db: &Connection, sql: &str, value: i64) -> Result<Vec<AuditEvent>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let raws = statement.query_map([value], Raw::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    raws.into_iter().map(Raw::event).collect()
}

/// Follows the chain from its first row.
pub(crate) fn check(db: &Connection) -> Result<AuditCheck, StoreError> {
    let mut check = AuditCheck { events: 0, head: genesis(), broken: None };
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM audit_event ORDER BY id"))?;
    for raw in statement.query_map([], Raw::read)? {
        let raw = raw?;
        let expected = raw.expected_hash()?;
        let reason = if raw.id != i64::from(check.events) + 1 {
            "a row before it is missing"
        } else if raw.prev_hash != check.head.to_hex() {
            "it does not follow from the row before it"
        } else if raw.hash != expected.to_hex() {
            "it was changed"
        } else {
            check.events += 1;
            check.head = expected;
            continue;
        };
        check.broken = Some(AuditBreak { id: raw.id, reason: reason.to_owned() });
        return Ok(check);
    }
    // The counter of AUTOINCREMENT remembers rows that were cut off at the end.
    let given: i64 = db.query_row(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit_event'",
        [],
        |r| r.get(0),
    )?;
    if given != i64::from(check.events) {
        let id = i64::from(check.events) + 1;
        check.broken = Some(AuditBreak { id, reason: "the last rows are missing".to_owned() });
    }
    Ok(check)
}
