//! `outbox`, 待发箱: what has to be handed over, and what became of it. No entry is ever deleted.

use domain::{PortraitId, Timestamp};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{read_word, word};
use crate::StoreError;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// To be handed over.
    Pending,
    /// A retake was accepted before this one was handed over.
    Superseded,
    /// Handed over.
    Sent,
    /// Set aside with a reason; a person must look.
    Parked,
}

/// One portrait on its way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxEntry {
    /// Its row.
    #[ts(type = "number")]
    pub id: i64,
    /// What is handed over.
    pub portrait: PortraitId,
    /// Where it stands.
    pub state: OutboxState,
    /// How often handing over was begun.
    pub attempts: u32,
    /// Why it is parked, or what the last attempt ended with.
    pub reason: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

fn read(row: &Row<'_>) -> rusqlite::Result<(OutboxEntry, String)> {
    let entry = OutboxEntry {
        id: row.get(0)?,
        portrait: PortraitId(row.get(1)?),
        state: OutboxState::Pending,
        attempts: row.get(3)?,
        reason: row.get(4)?,
        created_at: Timestamp(row.get(5)?),
        updated_at: Timestamp(row.get(6)?),
    };
    Ok((entry, row.get(2)?))
}

pub(crate) fn insert(db: &Connection, portrait: PortraitId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO outbox (portrait, state, created_at, updated_at) VALUES (?1, 'pending', ?2, ?2)",
    )?
    .execute([portrait.0, now.0])?;
    Ok(())
}

/// Entries in one state, oldest first.
pub(crate) fn list(db: &Connection, state: OutboxState) -> Result<Vec<OutboxEntry>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, portrait, state, attempts, reason, created_at, updated_at FROM outbox
         WHERE state = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([word(state)?], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter()
        .map(|(entry, state)| Ok(OutboxEntry { state: read_word("outbox", entry.id, state)?, ..entry }))
        .collect()
}

/// How many entries are in a state.
pub(crate) fn count(db: &Connection, state: OutboxState) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM outbox WHERE state = ?1")?;
    Ok(statement.query_row([word(state)?], |row| row.get(0))?)
}

/// A newer portrait takes the place of one that was not handed over yet; false if it was, or was replaced before.
pub(crate) fn supersede(db: &Connection, portrait: PortraitId, now: Timestamp) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "UPDATE outbox SET state = 'superseded', updated_at = ?2
         WHERE portrait = ?1 AND state IN ('pending', 'parked')",
    )?;
    Ok(statement.execute([portrait.0, now.0])? == 1)
}

/// A change that delivery reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover<'a> {
    /// An attempt begins. It is counted before it is made, so that a crash in it counts too.
    Attempt,
    /// The receipt is there.
    Sent,
    /// Set aside, with the reason that the operator sees.
    Park(&'a str),
    /// Back in line after a look.
    Retry,
}

/// Applies a change; false if the entry is not in a state that allows it.
pub(crate) fn change(
    db: &Connection,
    portrait: PortraitId,
    change: &Handover<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (set, from, reason) = match change {
        Handover::Attempt => ("attempts = attempts + 1", "pending", None),
        Handover::Sent => ("state = 'sent', reason = NULL", "pending", None),
        Handover::Park(reason) => ("state = 'parked', reason = ?3", "pending", Some(*reason)),
        Handover::Retry => ("state = 'pending', reason = NULL", "parked", None),
    };
    let sql = format!("UPDATE outbox SET {set}, updated_at = ?2 WHERE portrait = ?1 AND state = '{from}'");
    let mut statement = db.prepare_cached(&sql)?;
    let changed = match reason {
        Some(reason) => statement.execute(params![portrait.0, now.0, reason])?,
        None => statement.execute(params![portrait.0, now.0])?,
    };
    Ok(changed == 1)
}
