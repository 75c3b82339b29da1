//! `hall_batch`: a batch that is shared with a hall, and this folder's place in it.

use domain::{BatchId, Timestamp};
use facts::{BatchKey, Cursor, FactId, Stamp, StampClock, StationId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{json, read_json};
use crate::StoreError;

/// A batch that is shared with a hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HallBatch {
    /// The batch.
    pub batch: BatchId,
    /// Its name in the hall.
    pub key: BatchKey,
    /// This folder's name in the hall.
    pub station: StationId,
    /// What the other booths type. Whoever shows it has asked the operator first.
    pub join_code: String,
    /// What codes are hashed with.
    pub secret: Vec<u8>,
    /// Whether names and IDs may travel.
    pub identities: bool,
    /// Whether the hall can be asked; otherwise the station works alone.
    pub online: bool,
    /// When this folder has left the hall.
    pub left_at: Option<Timestamp>,
    /// Up to where the hall's facts were read.
    pub cursor: Cursor,
}

const COLUMNS: &str = "batch, key, station, join_code, secret, identities, online, left_at, cursor";

type Raw = (i64, String, String, String, Vec<u8>, bool, bool, Option<i64>, String);

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
        row.get(8)?,
    ))
}

fn record(raw: Raw) -> Result<HallBatch, StoreError> {
    let (batch, key, station, join_code, secret, identities, online, left_at, cursor) = raw;
    let wrong = |error| StoreError::row("hall_batch", batch, error);
    Ok(HallBatch {
        batch: BatchId(batch),
        key: BatchKey::new(key).map_err(wrong)?,
        station: StationId::new(station).map_err(wrong)?,
        join_code,
        secret,
        identities,
        online,
        left_at: left_at.map(Timestamp),
        cursor: read_json("hall_batch", batch, &cursor)?,
    })
}

pub(crate) fn insert(db: &Connection, new: &HallBatch, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO hall_batch (batch, key, station, join_code, secret, identities, joined_at, online, cursor, next_seq,
                                 stamp_millis, stamp_count)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, 1, 0, 0)",
    )?
    .execute(params![
        new.batch.0,
        new.key.as_str(),
        new.station.as_str(),
        new.join_code,
        new.secret,
        new.identities,
        now.0,
        json(&Cursor::default())?
    ])?;
    Ok(())
}

/// Also one that was left.
pub(crate) fn get(db: &Connection, batch: BatchId) -> Result<Option<HallBatch>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM hall_batch WHERE batch = ?1");
    db.prepare_cached(&sql)?.query_row([batch.0], read).optional()?.map(record).transpose()
}

/// One that is not left.
pub(crate) fn active(db: &Connection, batch: BatchId) -> Result<Option<HallBatch>, StoreError> {
    Ok(get(db, batch)?.filter(|hall| hall.left_at.is_none()))
}

/// The batch that has this name in the hall.
pub(crate) fn by_key(db: &Connection, key: &BatchKey) -> Result<Option<HallBatch>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM hall_batch WHERE key = ?1");
    db.prepare_cached(&sql)?.query_row([key.as_str()], read).optional()?.map(record).transpose()
}

/// The names of all of them.
pub(crate) fn keys(db: &Connection) -> Result<Vec<BatchKey>, StoreError> {
    let mut statement = db.prepare_cached("SELECT batch, key FROM hall_batch")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (batch, key) = row?;
        BatchKey::new(key).map_err(|error| StoreError::row("hall_batch", batch, error))
    })
    .collect()
}

pub(crate) fn set_online(db: &Connection, batch: BatchId, online: bool) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE hall_batch SET online = ?2 WHERE batch = ?1 AND online <> ?2")?
        .execute(params![batch.0, online])?;
    Ok(())
}

pub(crate) fn leave(db: &Connection, batch: BatchId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE hall_batch SET left_at = ?2, online = 0 WHERE batch = ?1 AND left_at IS NULL")?
        .execute([batch.0, now.0])?;
    Ok(())
}

pub(crate) fn set_cursor(db: &Connection, batch: BatchId, cursor: &Cursor) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE hall_batch SET cursor = ?2 WHERE batch = ?1")?
        .execute(params![batch.0, json(cursor)?])?;
    Ok(())
}

/// Takes sequence numbers that were never taken before and are greater than `above`; gives the first.
pub(crate) fn take_seqs(db: &Connection, batch: BatchId, count: u64, above: u64) -> Result<u64, StoreError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX / 4);
    let above = i64::try_from(above).unwrap_or(i64::MAX / 4);
    let mut statement = db.prepare_cached(
        "UPDATE hall_batch SET next_seq = max(next_seq, ?3 + 1) + ?2 WHERE batch = ?1 RETURNING next_seq - ?2",
    )?;
    let first: i64 = statement.query_row([batch.0, count, above], |row| row.get(0))?;
    u64::try_from(first).map_err(|e| StoreError::row("hall_batch", batch.0, e))
}

/// Names and stamps for facts of this folder.
pub(crate) fn names(
    db: &Connection,
    hall: &HallBatch,
    count: u64,
    now: Timestamp,
) -> Result<Vec<(FactId, Stamp)>, StoreError> {
    let first = take_seqs(db, hall.batch, count, 0)?;
    let mut clock = clock(db, hall.batch)?;
    let named = (first..first + count)
        .map(|seq| (FactId { station: hall.station.clone(), seq }, clock.tick(now)))
        .collect::<Vec<_>>();
    if let Some((_, last)) = named.last() {
        observe(db, hall.batch, *last)?;
    }
    Ok(named)
}

fn clock(db: &Connection, batch: BatchId) -> Result<StampClock, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT stamp_millis, stamp_count FROM hall_batch WHERE batch = ?1")?;
    let last = statement.query_row([batch.0], |row| Ok(Stamp { millis: row.get(0)?, count: row.get(1)? }))?;
    let mut clock = StampClock::default();
    clock.observe(last);
    Ok(clock)
}

/// Later facts of this folder count after `seen`.
pub(crate) fn observe(db: &Connection, batch: BatchId, seen: Stamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE hall_batch SET stamp_millis = ?2, stamp_count = ?3
         WHERE batch = ?1 AND (stamp_millis, stamp_count) < (?2, ?3)",
    )?
    .execute(params![batch.0, seen.millis, seen.count])?;
    Ok(())
}
