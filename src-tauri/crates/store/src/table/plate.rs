//! `plate`: 空景, the empty seat as the camera of a day saw it.

use domain::plate::PlateNote;
use domain::{BatchId, ContentHash, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{json, read_hash, read_json};
use crate::StoreError;

/// A picture of the empty seat to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPlate<'a> {
    /// Identity of the camera.
    pub camera: &'a str,
    /// The picture as PNG: what the engine is given later is decoded from these very bytes.
    pub png: &'a [u8],
    /// What was found on it.
    pub notes: &'a [PlateNote],
}

/// A kept one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlateRecord {
    /// Its row.
    pub id: i64,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Where.
    pub station: String,
    /// By which camera.
    pub camera: String,
    /// The batch that was open.
    pub batch: Option<BatchId>,
    /// Content of the file.
    pub content: ContentHash,
    /// What was found on it.
    pub notes: Vec<PlateNote>,
}

const COLUMNS: &str = "id, taken_at, station, camera, batch, content, notes";

struct Raw {
    id: i64,
    taken_at: i64,
    station: String,
    camera: String,
    batch: Option<i64>,
    content: String,
    notes: String,
}

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            taken_at: row.get(1)?,
            station: row.get(2)?,
            camera: row.get(3)?,
            batch: row.get(4)?,
            content: row.get(5)?,
            notes: row.get(6)?,
        })
    }

    fn record(self) -> Result<PlateRecord, StoreError> {
        Ok(PlateRecord {
            id: self.id,
            taken_at: Timestamp(self.taken_at),
            station: self.station,
            camera: self.camera,
            batch: self.batch.map(BatchId),
            content: read_hash("plate", self.id, &self.content)?,
            notes: read_json("plate", self.id, &self.notes)?,
        })
    }
}

pub(crate) fn insert(
    db: &Connection,
    new: &NewPlate<'_>,
    station: &str,
    batch: Option<BatchId>,
    content: &ContentHash,
    now: Timestamp,
) -> Result<PlateRecord, StoreError> {
    if new.camera.is_empty() || new.camera.len() > 1000 {
        return Err(StoreError::Name("the identity of a camera"));
    }
    db.prepare_cached(
        "INSERT INTO plate (taken_at, station, camera, batch, content, notes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        now.0,
        station,
        new.camera,
        batch.map(|b| b.0),
        content.to_hex(),
        json(new.notes)?
    ])?;
    let sql = format!("SELECT {COLUMNS} FROM plate WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([db.last_insert_rowid()], Raw::read)?.record()
}

/// The last one of a camera since a moment.
pub(crate) fn latest(
    db: &Connection,
    camera: &str,
    since: Timestamp,
) -> Result<Option<PlateRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM plate WHERE camera = ?1 AND taken_at >= ?2 ORDER BY taken_at DESC, id DESC LIMIT 1"
    );
    let found = db.prepare_cached(&sql)?.query_row(params![camera, since.0], Raw::read).optional()?;
    found.map(Raw::record).transpose()
}

/// Row and content of every one.
pub(crate) fn contents(db: &Connection) -> Result<Vec<(i64, ContentHash)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT id, content FROM plate ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (id, hex) = row?;
        Ok((id, read_hash("plate", id, &hex)?))
    })
    .collect()
}
