//! `ticket`: 号, one place in the queue.

use domain::ticket::Place;
use domain::{
    Arrival, BatchId, CaptureCode, CodeSource, Fingerprint, RetakeId, ShotNumber, Stage, SubjectId, Ticket,
    TicketId, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{json, read_json, read_word, word};
use crate::StoreError;

/// A ticket, without the payload of its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TicketRecord {
    /// Its row.
    pub id: TicketId,
    /// Of which batch.
    pub batch: BatchId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The name under which its code may be shown; `None` until a code was read.
    pub fingerprint: Option<Fingerprint>,
    /// How the code came in.
    pub source: Option<CodeSource>,
    /// The line of the roster.
    pub subject: Option<SubjectId>,
    /// The line of the retake list that it answers.
    pub retake: Option<RetakeId>,
    /// When it was given out.
    pub issued_at: Timestamp,
    /// At which station.
    pub issued_by: String,
    /// Version of the consent text that was agreed to.
    pub consent: Option<String>,
    /// Whether the ID card was looked at.
    pub id_card: bool,
    /// How the coming fitted the schedule.
    pub arrival: Arrival,
    /// Where it stands.
    pub ticket: Ticket,
    /// When the last sitting began.
    pub seated_at: Option<Timestamp>,
    /// When the picture was accepted.
    pub shot_at: Option<Timestamp>,
}

/// What a new row is made of.
pub(crate) struct NewTicket<'a> {
    pub(crate) batch: BatchId,
    pub(crate) number: ShotNumber,
    pub(crate) code: Option<(&'a CaptureCode, CodeSource)>,
    pub(crate) subject: Option<SubjectId>,
    pub(crate) retake: Option<RetakeId>,
    pub(crate) station: &'a str,
    pub(crate) consent: Option<&'a str>,
    pub(crate) id_card: bool,
    pub(crate) arrival: Arrival,
    pub(crate) priority: bool,
    /// Told by another station of a hall: its number may be one of ours.
    pub(crate) shared: bool,
}

const COLUMNS: &str = "id, batch, number, fingerprint, source, subject, retake, issued_at, issued_by, consent,
    id_card, arrival, stage, booth, reason, priority, since, returns, recalls, first_called_at, before, seated_at,
    shot_at";

struct Raw {
    record: TicketRecord,
    fingerprint: Option<String>,
    source: Option<String>,
    arrival: String,
    stage: String,
    booth: Option<String>,
    reason: Option<String>,
    before: Option<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let place = Place {
        stage: Stage::Waiting,
        priority: row.get(15)?,
        since: Timestamp(row.get(16)?),
        returns: row.get(17)?,
        recalls: row.get(18)?,
        first_called_at: row.get::<_, Option<i64>>(19)?.map(Timestamp),
    };
    let record = TicketRecord {
        id: TicketId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        number: ShotNumber(row.get(2)?),
        fingerprint: None,
        source: None,
        subject: row.get::<_, Option<i64>>(5)?.map(SubjectId),
        retake: row.get::<_, Option<i64>>(6)?.map(RetakeId),
        issued_at: Timestamp(row.get(7)?),
        issued_by: row.get(8)?,
        consent: row.get(9)?,
        id_card: row.get(10)?,
        arrival: Arrival::Unknown,
        ticket: Ticket { place, before: None },
        seated_at: row.get::<_, Option<i64>>(21)?.map(Timestamp),
        shot_at: row.get::<_, Option<i64>>(22)?.map(Timestamp),
    };
    Ok(Raw {
        record,
        fingerprint: row.get(3)?,
        source: row.get(4)?,
        arrival: row.get(11)?,
        stage: row.get(12)?,
        booth: row.get(13)?,
        reason: row.get(14)?,
        before: row.get(20)?,
    })
}

impl Raw {
    fn record(self) -> Result<TicketRecord, StoreError> {
        let id = self.record.id.0;
        let mut record = self.record;
        record.fingerprint = self.fingerprint.map(|f| read_word("ticket", id, f)).transpose()?;
        record.source = self.source.map(|s| read_word("ticket", id, s)).transpose()?;
        record.arrival = read_word("ticket", id, self.arrival)?;
        record.ticket.place.stage = stage(id, &self.stage, self.booth, self.reason)?;
        record.ticket.before = self.before.map(|b| read_json("ticket", id, &b)).transpose()?;
        Ok(record)
    }
}

/// A stage from its three columns.
pub(crate) fn stage(
    id: i64,
    name: &str,
    booth: Option<String>,
    reason: Option<String>,
) -> Result<Stage, StoreError> {
    Ok(match (name, booth, reason) {
        ("waiting", None, None) => Stage::Waiting,
        ("called", Some(booth), None) => Stage::Called { booth },
        ("seated", Some(booth), None) => Stage::Seated { booth },
        ("shot", None, None) => Stage::Shot,
        ("passed", None, None) => Stage::Passed,
        ("held", None, Some(reason)) => Stage::Held { reason: read_word("ticket", id, reason)? },
        ("left", None, None) => Stage::Left,
        ("refused", None, Some(reason)) => Stage::Refused { reason },
        _ => return Err(StoreError::row("ticket", id, "not a stage")),
    })
}

fn reason(stage: &Stage) -> Result<Option<String>, StoreError> {
    Ok(match stage {
        Stage::Held { reason } => Some(word(reason)?),
        Stage::Refused { reason } => Some(reason.clone()),
        _ => None,
    })
}

pub(crate) fn insert(db: &Connection, new: &NewTicket<'_>, now: Timestamp) -> Result<TicketId, StoreError> {
    db.prepare_cached(
        "INSERT INTO ticket (batch, number, code, fingerprint, source, subject, retake, issued_at, issued_by, consent,
                             id_card, arrival, stage, priority, since, returns, recalls, shared)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'waiting', ?13, ?8, 0, 0, ?14)",
    )?
    .execute(params![
        new.batch.0,
        new.number.0,
        new.code.map(|(code, _)| code.bytes()),
        new.code.map(|(code, _)| code.fingerprint().as_str().to_owned()),
        new.code.map(|(_, source)| word(source)).transpose()?,
        new.subject.map(|s| s.0),
        new.retake.map(|r| r.0),
        now.0,
        new.station,
        new.consent,
        new.id_card,
        word(new.arrival)?,
        new.priority,
        new.shared,
    ])?;
    Ok(TicketId(db.last_insert_rowid()))
}

/// Writes what a step has changed.
pub(crate) fn update(db: &Connection, id: TicketId, ticket: &Ticket) -> Result<(), StoreError> {
    let place = &ticket.place;
    db.prepare_cached(
        "UPDATE ticket SET stage = ?2, booth = ?3, reason = ?4, priority = ?5, since = ?6, returns = ?7, recalls = ?8,
                first_called_at = ?9, before = ?10,
                seated_at = CASE WHEN ?2 = 'seated' THEN ?6 ELSE seated_at END,
                shot_at = CASE WHEN ?2 = 'shot' THEN ?6 ELSE shot_at END
         WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        place.stage.name(),
        place.stage.booth(),
        reason(&place.stage)?,
        place.priority,
        place.since.0,
        place.returns,
        place.recalls,
        place.first_called_at.map(|t| t.0),
        ticket.before.as_ref().map(json).transpose()?,
    ])?;
    Ok(())
}

/// Ties a code to a ticket that has none.
pub(crate) fn bind_code(
    db: &Connection,
    id: TicketId,
    code: &CaptureCode,
    source: CodeSource,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE ticket SET code = ?2, fingerprint = ?3, source = ?4 WHERE id = ?1 AND code IS NULL",
    )?
    .execute(params![id.0, code.bytes(), code.fingerprint().as_str(), word(source)?])?;
    Ok(())
}

/// Ties a person to a ticket that has none.
pub(crate) fn bind_subject(db: &Connection, id: TicketId, subject: SubjectId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE ticket SET subject = ?2 WHERE id = ?1 AND subject IS NULL")?
        .execute([id.0, subject.0])?;
    Ok(())
}

fn one(
    db: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Option<TicketRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM ticket WHERE {condition}");
    db.prepare_cached(&sql)?.query_row(values, read).optional()?.map(Raw::record).transpose()
}

fn many(
    db: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<TicketRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM ticket WHERE {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let raws = statement.query_map(values, read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    raws.into_iter().map(Raw::record).collect()
}

pub(crate) fn get(db: &Connection, id: TicketId) -> Result<TicketRecord, StoreError> {
    one(db, "id = ?1", [id.0])?.ok_or(StoreError::Unknown { what: "ticket", id: id.0 })
}

/// The ticket of a number, of the open batch if several batches of other laptops have it.
pub(crate) fn by_number(db: &Connection, number: ShotNumber) -> Result<Option<TicketRecord>, StoreError> {
    one(
        db,
        "number = ?1 ORDER BY (batch = (SELECT id FROM batch WHERE state = 'open')) DESC, id DESC LIMIT 1",
        [number.0],
    )
}

/// How many tickets of a batch carry a number: one, unless two stations gave it out.
pub(crate) fn count_number(db: &Connection, batch: BatchId, number: ShotNumber) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM ticket WHERE number = ?2 AND batch = ?1")?;
    Ok(statement.query_row([batch.0, number.0], |row| row.get(0))?)
}

/// From now on a copy of what the stations of a hall say.
pub(crate) fn share(db: &Connection, id: TicketId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE ticket SET shared = 1 WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}

/// Whom a booth has called or has in its seat. Other laptops may call theirs alike in batches that are not open here.
pub(crate) fn at_booth(db: &Connection, booth: &str) -> Result<Option<TicketRecord>, StoreError> {
    one(
        db,
        "booth = ?1 AND stage IN ('called', 'seated')
            AND (shared = 0 OR batch = (SELECT id FROM batch WHERE state = 'open'))
         ORDER BY stage DESC, since DESC LIMIT 1",
        [booth],
    )
}

/// How many others of a batch a booth has.
pub(crate) fn others_at_booth(
    db: &Connection,
    batch: BatchId,
    booth: &str,
    but: TicketId,
) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM ticket WHERE booth = ?2 AND stage IN ('called', 'seated') AND batch = ?1 AND id <> ?3",
    )?;
    Ok(statement.query_row(params![batch.0, booth, but.0], |row| row.get(0))?)
}

/// Whoever is next among those that only this station may call.
pub(crate) fn next_reserved(
    db: &Connection,
    batch: BatchId,
    station: &str,
) -> Result<Option<TicketRecord>, StoreError> {
    one(
        db,
        "batch = ?1 AND stage = 'waiting' AND id IN (SELECT ticket FROM hall_ticket WHERE batch = ?1 AND reserved_to = ?2)
         ORDER BY priority DESC, (returns = 0), number LIMIT 1",
        params![batch.0, station],
    )
}

/// Whoever is next: the order of [`domain::call_order`], as an index has it.
pub(crate) fn next(db: &Connection, batch: BatchId) -> Result<Option<TicketRecord>, StoreError> {
    one(db, NEXT, [batch.0])
}

pub(crate) const NEXT: &str =
    "batch = ?1 AND stage = 'waiting' ORDER BY priority DESC, (returns = 0), number LIMIT 1";

/// How many would be called before this one.
pub(crate) fn ahead(db: &Connection, record: &TicketRecord) -> Result<u32, StoreError> {
    let place = &record.ticket.place;
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM ticket
         WHERE batch = ?1 AND stage = 'waiting' AND (1 - priority, (returns = 0), number) < (1 - ?2, ?3, ?4)",
    )?;
    let values = params![record.batch.0, place.priority, place.returns == 0, record.number.0];
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// The latest ticket of exactly this payload in a batch.
pub(crate) fn of_code(
    db: &Connection,
    batch: BatchId,
    code: &CaptureCode,
) -> Result<Option<TicketRecord>, StoreError> {
    one(
        db,
        "fingerprint = ?2 AND code = ?3 AND batch = ?1 ORDER BY number DESC LIMIT 1",
        params![batch.0, code.fingerprint().as_str(), code.bytes()],
    )
}

/// The tickets of a person, newest first.
pub(crate) fn of_subject(db: &Connection, subject: SubjectId) -> Result<Vec<TicketRecord>, StoreError> {
    many(db, "subject = ?1 ORDER BY number DESC", [subject.0])
}

/// In one stage; the waiting in the order of call, others the latest first.
pub(crate) fn in_stage(
    db: &Connection,
    batch: BatchId,
    stage: &str,
    limit: u32,
) -> Result<Vec<TicketRecord>, StoreError> {
    let order =
        if stage == "waiting" { "priority DESC, (returns = 0), number" } else { "since DESC, number" };
    many(db, &format!("batch = ?1 AND stage = ?2 ORDER BY {order} LIMIT ?3"), params![batch.0, stage, limit])
}

pub(crate) fn count(db: &Connection, batch: BatchId, stage: &str) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM ticket WHERE batch = ?1 AND stage = ?2")?;
    Ok(statement.query_row(params![batch.0, stage], |row| row.get(0))?)
}

/// Whether a number was given out in a batch.
pub(crate) fn is_any(db: &Connection, batch: BatchId) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM ticket WHERE batch = ?1)")?;
    Ok(statement.query_row([batch.0], |row| row.get(0))?)
}

/// Everything of a batch, oldest first.
pub(crate) fn all(db: &Connection, batch: BatchId) -> Result<Vec<TicketRecord>, StoreError> {
    many(db, "batch = ?1 ORDER BY number", [batch.0])
}

/// The payload, exactly as read.
pub(crate) fn code(db: &Connection, id: TicketId) -> Result<Option<CaptureCode>, StoreError> {
    let mut statement = db.prepare_cached("SELECT code FROM ticket WHERE id = ?1")?;
    let payload: Option<Vec<u8>> = statement.query_row([id.0], |row| row.get(0))?;
    payload.map(|p| CaptureCode::new(p).map_err(|e| StoreError::row("ticket", id.0, e))).transpose()
}

/// The highest number given out so far.
pub(crate) fn last_number(db: &Connection) -> Result<ShotNumber, StoreError> {
    let mut statement = db.prepare_cached("SELECT coalesce(max(number), 0) FROM ticket")?;
    Ok(ShotNumber(statement.query_row([], |row| row.get(0))?))
}
