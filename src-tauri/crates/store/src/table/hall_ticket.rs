//! `hall_ticket`: which facts a ticket is a copy of.

use domain::{BatchId, TicketId};
use facts::{CodeKey, FactId, StationId, TicketKey, TicketState};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;

/// What of a shared ticket has no column in `ticket`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HallTicket {
    pub(crate) ticket: TicketId,
    pub(crate) key: TicketKey,
    pub(crate) code: Option<CodeKey>,
    pub(crate) reserved_to: Option<StationId>,
    /// The booth of the picture that counts.
    pub(crate) shot_booth: Option<String>,
    /// As another station has told it.
    pub(crate) name: Option<String>,
}

const COLUMNS: &str = "ticket, station, seq, code_key, reserved_to, shot_booth, name";

type Raw = (i64, String, i64, Option<String>, Option<String>, Option<String>, Option<String>);

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn record(
    (ticket, station, seq, code, reserved_to, shot_booth, name): Raw,
) -> Result<HallTicket, StoreError> {
    let wrong = |error: facts::FactError| StoreError::row("hall_ticket", ticket, error);
    Ok(HallTicket {
        ticket: TicketId(ticket),
        key: FactId {
            station: StationId::new(station).map_err(wrong)?,
            seq: u64::try_from(seq).map_err(|e| StoreError::row("hall_ticket", ticket, e))?,
        },
        code: code.map(CodeKey::new).transpose().map_err(wrong)?,
        reserved_to: reserved_to.map(StationId::new).transpose().map_err(wrong)?,
        shot_booth,
        name,
    })
}

fn one(
    db: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Option<HallTicket>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM hall_ticket WHERE {condition}");
    db.prepare_cached(&sql)?.query_row(values, read).optional()?.map(record).transpose()
}

pub(crate) fn insert(
    db: &Connection,
    ticket: TicketId,
    batch: BatchId,
    key: &TicketKey,
) -> Result<(), StoreError> {
    let seq = i64::try_from(key.seq).map_err(|_| StoreError::Name("a sequence number"))?;
    db.prepare_cached("INSERT INTO hall_ticket (ticket, batch, station, seq) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![ticket.0, batch.0, key.station.as_str(), seq])?;
    Ok(())
}

/// Of a ticket that is shared.
pub(crate) fn of(db: &Connection, ticket: TicketId) -> Result<Option<HallTicket>, StoreError> {
    one(db, "ticket = ?1", [ticket.0])
}

pub(crate) fn by_key(db: &Connection, key: &TicketKey) -> Result<Option<HallTicket>, StoreError> {
    let seq = i64::try_from(key.seq).map_err(|_| StoreError::Name("a sequence number"))?;
    one(db, "station = ?1 AND seq = ?2", params![key.station.as_str(), seq])
}

/// Tickets of a code, the latest number first.
pub(crate) fn of_code(db: &Connection, batch: BatchId, code: &CodeKey) -> Result<Vec<TicketId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT h.ticket FROM hall_ticket h JOIN ticket t ON t.id = h.ticket
         WHERE h.batch = ?1 AND h.code_key = ?2 ORDER BY t.number DESC",
    )?;
    let ids = statement.query_map(params![batch.0, code.as_str()], |row| row.get(0).map(TicketId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Code keys of all tickets of a batch, for counting people.
pub(crate) fn codes(
    db: &Connection,
    batch: BatchId,
) -> Result<std::collections::HashMap<TicketId, String>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT ticket, code_key FROM hall_ticket WHERE batch = ?1 AND code_key IS NOT NULL",
    )?;
    let rows = statement.query_map([batch.0], |row| Ok((TicketId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Pictures of a batch by the booth that says it has them.
pub(crate) fn shot_by_booth(db: &Connection, batch: BatchId) -> Result<Vec<(String, u32)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT shot_booth, count(*) FROM hall_ticket WHERE batch = ?1 AND shot_booth IS NOT NULL
         GROUP BY shot_booth ORDER BY shot_booth",
    )?;
    let rows = statement.query_map([batch.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes what follows from the facts.
pub(crate) fn update(db: &Connection, ticket: TicketId, state: &TicketState) -> Result<(), StoreError> {
    let shot_booth = state.shots.last().map(|shot| shot.booth.as_str());
    db.prepare_cached(
        "UPDATE hall_ticket SET code_key = ?2, reserved_to = ?3, called_by = ?4, shot_booth = ?5, name = ?6
         WHERE ticket = ?1",
    )?
    .execute(params![
        ticket.0,
        state.code.as_ref().map(CodeKey::as_str),
        state.reserved_to.as_ref().map(StationId::as_str),
        state.called_by.as_ref().map(StationId::as_str),
        shot_booth,
        state.name,
    ])?;
    Ok(())
}
