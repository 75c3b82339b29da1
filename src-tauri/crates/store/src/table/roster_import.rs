//! `roster_import`: each time that a roster was taken in.

use domain::{BatchId, Timestamp};
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::day::RosterCounts;

/// Begins the next import of a batch; gives its number, from 1.
pub(crate) fn begin(db: &Connection, batch: BatchId, now: Timestamp) -> Result<u32, StoreError> {
    let mut last =
        db.prepare_cached("SELECT coalesce(max(generation), 0) FROM roster_import WHERE batch = ?1")?;
    let generation = last.query_row([batch.0], |row| row.get::<_, u32>(0))? + 1;
    db.prepare_cached("INSERT INTO roster_import (batch, generation, began_at) VALUES (?1, ?2, ?3)")?
        .execute(params![batch.0, generation, now.0])?;
    Ok(generation)
}

/// Notes what has come of it so far.
pub(crate) fn note(
    db: &Connection,
    batch: BatchId,
    generation: u32,
    counts: &RosterCounts,
    ended_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE roster_import SET added = ?3, changed = ?4, unchanged = ?5, refused = ?6, ended_at = ?7
         WHERE batch = ?1 AND generation = ?2",
    )?
    .execute(params![
        batch.0,
        generation,
        counts.added,
        counts.changed,
        counts.unchanged,
        counts.refused,
        ended_at.map(|t| t.0)
    ])?;
    Ok(())
}
