//! `parcel` and `parcel_file`: bags and encrypted parcels that were begun, and what the complete ones hold.

use domain::{BatchId, ContentHash, Fingerprint, PortraitId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{read_hash, read_word};
use crate::StoreError;

/// A parcel to be begun.
#[derive(Debug, Clone, PartialEq)]
pub struct NewParcel<'a> {
    /// Of which batch.
    pub batch: Option<BatchId>,
    /// `bag`, `sealed` or `correction`.
    pub kind: &'a str,
    /// What a correction corrects.
    pub of: Option<i64>,
    /// Name of its folder or file.
    pub name: &'a str,
    /// Where it goes.
    pub place: &'a str,
    /// What goes in, as JSON.
    pub contents: &'a serde_json::Value,
    /// Files of the payload.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// A parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct ParcelRecord {
    /// Its row.
    pub id: i64,
    /// Of which batch.
    pub batch: Option<BatchId>,
    /// `bag`, `sealed` or `correction`.
    pub kind: String,
    /// What a correction corrects.
    pub of: Option<i64>,
    /// Name of its folder or file.
    pub name: String,
    /// Where it went.
    pub place: String,
    /// What went in, as JSON.
    pub contents: serde_json::Value,
    /// Files of the payload.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Files that are missing, once it has ended.
    pub missing: Option<u32>,
    /// Stands for the whole; only if nothing is missing.
    pub bag_checksum: Option<ContentHash>,
    /// Who signed, the date on the paper (`2026-05-13`), when it was entered.
    pub receipt: Option<(String, String, Timestamp)>,
}

/// A file of a complete parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelFile {
    /// Whose picture it is or was made from.
    pub portrait: PortraitId,
    /// The code that it went under.
    pub fingerprint: Fingerprint,
    /// `portrait`, `original` or `print`.
    pub kind: String,
    /// Its path in the bag.
    pub path: String,
    /// What it held.
    pub content: ContentHash,
}

const COLUMNS: &str = "id, batch, kind, of, name, place, contents, files, bytes, began_at, ended_at, missing,
    bag_checksum, signed_by, signed_on, receipt_at";

type Raw = (ParcelRecord, String, Option<String>);

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let signed: (Option<String>, Option<String>, Option<i64>) = (row.get(13)?, row.get(14)?, row.get(15)?);
    let record = ParcelRecord {
        id: row.get(0)?,
        batch: row.get::<_, Option<i64>>(1)?.map(BatchId),
        kind: row.get(2)?,
        of: row.get(3)?,
        name: row.get(4)?,
        place: row.get(5)?,
        contents: serde_json::Value::Null,
        files: row.get(7)?,
        bytes: row.get::<_, i64>(8)?.unsigned_abs(),
        began_at: Timestamp(row.get(9)?),
        ended_at: row.get::<_, Option<i64>>(10)?.map(Timestamp),
        missing: row.get(11)?,
        bag_checksum: None,
        receipt: match signed {
            (Some(by), Some(on), Some(at)) => Some((by, on, Timestamp(at))),
            _ => None,
        },
    };
    Ok((record, row.get(6)?, row.get(12)?))
}

fn whole((record, contents, checksum): Raw) -> Result<ParcelRecord, StoreError> {
    let id = record.id;
    Ok(ParcelRecord {
        contents: serde_json::from_str(&contents).map_err(|e| StoreError::row("parcel", id, e))?,
        bag_checksum: checksum.map(|hex| read_hash("parcel", id, &hex)).transpose()?,
        ..record
    })
}

pub(crate) fn insert(db: &Connection, new: &NewParcel<'_>, now: Timestamp) -> Result<i64, StoreError> {
    db.prepare_cached(
        "INSERT INTO parcel (batch, kind, of, name, place, contents, files, bytes, began_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        new.batch.map(|b| b.0),
        new.kind,
        new.of,
        new.name,
        new.place,
        new.contents.to_string(),
        new.files,
        i64::try_from(new.bytes).unwrap_or(i64::MAX),
        now.0,
    ])?;
    Ok(db.last_insert_rowid())
}

pub(crate) fn get(db: &Connection, id: i64) -> Result<ParcelRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM parcel WHERE id = ?1");
    let raw = db.prepare_cached(&sql)?.query_row([id], read).optional()?;
    whole(raw.ok_or(StoreError::Unknown { what: "parcel", id })?)
}

/// Parcels of a batch, newest first.
pub(crate) fn list(db: &Connection, batch: Option<BatchId>) -> Result<Vec<ParcelRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM parcel WHERE batch IS ?1 ORDER BY id DESC");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([batch.map(|b| b.0)], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(whole).collect()
}

/// Ends a parcel; false if it has ended before.
pub(crate) fn end(
    db: &Connection,
    id: i64,
    missing: u32,
    checksum: Option<ContentHash>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "UPDATE parcel SET ended_at = ?2, missing = ?3, bag_checksum = ?4 WHERE id = ?1 AND ended_at IS NULL",
    )?;
    Ok(statement.execute(params![id, now.0, missing, checksum.map(ContentHash::to_hex)])? == 1)
}

pub(crate) fn insert_files(db: &Connection, id: i64, files: &[ParcelFile]) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(
        "INSERT INTO parcel_file (parcel, portrait, fingerprint, kind, path, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for file in files {
        statement.execute(params![
            id,
            file.portrait.0,
            file.fingerprint.as_str(),
            file.kind,
            file.path,
            file.content.to_hex()
        ])?;
    }
    Ok(())
}

/// What a parcel holds, by path.
pub(crate) fn files(db: &Connection, id: i64) -> Result<Vec<ParcelFile>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT portrait, fingerprint, kind, path, content FROM parcel_file WHERE parcel = ?1 ORDER BY path",
    )?;
    let rows = statement.query_map([id], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get::<_, String>(4)?,
        ))
    })?;
    rows.map(|row| {
        let (portrait, fingerprint, kind, path, content) = row?;
        Ok(ParcelFile {
            portrait: PortraitId(portrait),
            fingerprint: read_word("parcel_file", id, fingerprint)?,
            kind,
            path,
            content: read_hash("parcel_file", id, &content)?,
        })
    })
    .collect()
}

/// Somebody has signed; false if the parcel is not complete or was signed for before.
pub(crate) fn sign(db: &Connection, id: i64, by: &str, on: &str, now: Timestamp) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "UPDATE parcel SET signed_by = ?2, signed_on = ?3, receipt_at = ?4
         WHERE id = ?1 AND bag_checksum IS NOT NULL AND receipt_at IS NULL",
    )?;
    Ok(statement.execute(params![id, by, on, now.0])? == 1)
}
