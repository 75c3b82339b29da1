//! `hall_range`: numbers that only this folder gives out.

use domain::{BatchId, ShotNumber};
use facts::NumberRange;
use rusqlite::{Connection, params};

use crate::StoreError;

pub(crate) fn insert(db: &Connection, batch: BatchId, range: NumberRange) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR IGNORE INTO hall_range (batch, first, last) VALUES (?1, ?2, ?3)")?
        .execute(params![batch.0, range.first.0, range.last.0])?;
    Ok(())
}

/// In the order in which they were granted.
pub(crate) fn list(db: &Connection, batch: BatchId) -> Result<Vec<NumberRange>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT first, last FROM hall_range WHERE batch = ?1 ORDER BY id")?;
    let rows = statement.query_map([batch.0], |row| {
        Ok(NumberRange { first: ShotNumber(row.get(0)?), last: ShotNumber(row.get(1)?) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The next number of this folder, by what tickets and sittings have; `None` if all are used.
pub(crate) fn next(db: &Connection, batch: BatchId) -> Result<Option<ShotNumber>, StoreError> {
    let mut used = db.prepare_cached(
        "SELECT max(coalesce((SELECT max(number) FROM ticket WHERE batch = ?1 AND number BETWEEN ?2 AND ?3), 0),
                    coalesce((SELECT max(shot_number) FROM sitting WHERE shot_number BETWEEN ?2 AND ?3), 0))",
    )?;
    let mut least = None;
    for range in list(db, batch)? {
        let last: i64 = used.query_row([batch.0, range.first.0, range.last.0], |row| row.get(0))?;
        let next = range.first.0.max(last + 1);
        if next <= range.last.0 && least.is_none_or(|least: i64| next < least) {
            least = Some(next);
        }
    }
    Ok(least.map(ShotNumber))
}
