//! `hall_fact`: what the stations of a hall have said, this one included.

use domain::BatchId;
use facts::{Fact, FactId, TicketKey};
use rusqlite::{Connection, OptionalExtension, params};

use super::{json, read_json};
use crate::StoreError;

fn seq(id: &FactId) -> Result<i64, StoreError> {
    i64::try_from(id.seq).map_err(|_| StoreError::Name("a sequence number"))
}

/// Adds a fact; one that is there already stays as it is, and is only marked as sent. Gives whether it was new.
pub(crate) fn add(db: &Connection, batch: BatchId, fact: &Fact, sent: bool) -> Result<bool, StoreError> {
    let ticket = fact.ticket();
    let added = db
        .prepare_cached(
            "INSERT OR IGNORE INTO hall_fact (station, seq, batch, ticket_station, ticket_seq, sent, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            fact.id.station.as_str(),
            seq(&fact.id)?,
            batch.0,
            ticket.map(|t| t.station.as_str()),
            ticket.map(seq).transpose()?,
            sent,
            json(fact)?
        ])?;
    if added == 0 && sent {
        mark_sent(db, std::slice::from_ref(&fact.id))?;
    }
    Ok(added == 1)
}

pub(crate) fn mark_sent(db: &Connection, ids: &[FactId]) -> Result<(), StoreError> {
    let mut statement =
        db.prepare_cached("UPDATE hall_fact SET sent = 1 WHERE station = ?1 AND seq = ?2 AND sent = 0")?;
    for id in ids {
        statement.execute(params![id.station.as_str(), seq(id)?])?;
    }
    Ok(())
}

/// The hall has lost its memory.
pub(crate) fn forget_sent(db: &Connection, batch: BatchId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE hall_fact SET sent = 0 WHERE batch = ?1")?.execute([batch.0])?;
    Ok(())
}

fn many(db: &Connection, condition: &str, values: impl rusqlite::Params) -> Result<Vec<Fact>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT body FROM hall_fact WHERE {condition}"))?;
    let bodies =
        statement.query_map(values, |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    bodies.iter().map(|body| read_json("hall_fact", 0, body)).collect()
}

/// What the hall has not confirmed, smallest sequence number first.
pub(crate) fn unsent(db: &Connection, batch: BatchId, limit: usize) -> Result<Vec<Fact>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    many(db, "batch = ?1 AND sent = 0 ORDER BY seq LIMIT ?2", [batch.0, limit])
}

/// How many the hall has not confirmed.
pub(crate) fn unsent_count(db: &Connection, batch: BatchId) -> Result<u32, StoreError> {
    let sql = "SELECT count(*) FROM hall_fact WHERE batch = ?1 AND sent = 0";
    Ok(db.prepare_cached(sql)?.query_row([batch.0], |row| row.get(0))?)
}

/// Everything that is known of a batch.
pub(crate) fn all(db: &Connection, batch: BatchId) -> Result<Vec<Fact>, StoreError> {
    many(db, "batch = ?1", [batch.0])
}

/// Everything about one ticket.
pub(crate) fn of_ticket(db: &Connection, key: &TicketKey) -> Result<Vec<Fact>, StoreError> {
    many(db, "ticket_station = ?1 AND ticket_seq = ?2", params![key.station.as_str(), seq(key)?])
}

/// One of them, and its batch.
pub(crate) fn get(db: &Connection, id: &FactId) -> Result<Option<(BatchId, Fact)>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT batch, body FROM hall_fact WHERE station = ?1 AND seq = ?2")?;
    let found = statement
        .query_row(params![id.station.as_str(), seq(id)?], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    found.map(|(batch, body)| Ok((BatchId(batch), read_json("hall_fact", 0, &body)?))).transpose()
}
