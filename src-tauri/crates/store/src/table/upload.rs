//! `upload`: objects on their way to the upload's target, under keys that never change.

use domain::{BatchId, ContentHash, PortraitId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{read_hash, read_word};
use crate::StoreError;

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadRowState {
    /// To be sent.
    Pending,
    /// An attempt has begun.
    Sending,
    /// The target has it, checked.
    Sent,
    /// Set aside with its cause.
    Parked,
    /// The target has other content under this key.
    Conflict,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Its row.
    pub id: i64,
    /// The picture that it is or belongs to; `None` for lists.
    pub portrait: Option<PortraitId>,
    /// Where it goes.
    pub key: String,
    /// SHA-256 of the content as stored here.
    pub content: ContentHash,
    /// Its size.
    pub bytes: u64,
    /// Where it stands.
    pub state: UploadRowState,
    /// Attempts begun since a person put it in line.
    pub attempts: u32,
    /// Not before this moment.
    pub next_try_at: Option<Timestamp>,
    /// Stable name of why the last attempt failed.
    pub cause: Option<String>,
    /// Hash and size of its encrypted form, once made.
    pub sealed: Option<(ContentHash, u64)>,
    /// The manifest (0) or correction that lists it.
    pub closing: Option<u32>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An object to be put in line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// The picture that it is or belongs to; `None` for lists.
    pub portrait: Option<PortraitId>,
    /// Where it goes.
    pub key: String,
    /// SHA-256 of its content.
    pub content: ContentHash,
    /// Its size.
    pub bytes: u64,
    /// The content of a list, which lies in no file.
    pub body: Option<Vec<u8>>,
}

/// A change of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadChange {
    /// An attempt begins; it is counted before it is made.
    Begin,
    /// Its encrypted form, before it is first sent.
    Seal(ContentHash, u64),
    /// The target has it.
    Sent,
    /// Back in line.
    Again {
        /// Not before.
        at: Option<Timestamp>,
        /// Why.
        cause: Option<String>,
        /// The attempt does not count.
        give_back: bool,
    },
    /// Set aside.
    Park(String),
    /// Other content lies there.
    Conflict,
    /// Back in line by a person, attempts from nought.
    Release,
}

const COLUMNS: &str = "id, portrait, key, content, bytes, state, attempts, next_try_at, cause, sealed_hash,
    sealed_bytes, closing, updated_at";

type Raw = (UploadRow, String, String, Option<String>, Option<i64>);

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let found = UploadRow {
        id: row.get(0)?,
        portrait: row.get::<_, Option<i64>>(1)?.map(PortraitId),
        key: row.get(2)?,
        content: ContentHash::of(b""),
        bytes: row.get::<_, i64>(4)?.unsigned_abs(),
        state: UploadRowState::Pending,
        attempts: row.get(6)?,
        next_try_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
        cause: row.get(8)?,
        sealed: None,
        closing: row.get(11)?,
        updated_at: Timestamp(row.get(12)?),
    };
    Ok((found, row.get(3)?, row.get(5)?, row.get(9)?, row.get(10)?))
}

fn whole((row, content, state, sealed, sealed_bytes): Raw) -> Result<UploadRow, StoreError> {
    let id = row.id;
    let sealed = match (sealed, sealed_bytes) {
        (Some(hex), Some(bytes)) => Some((read_hash("upload", id, &hex)?, bytes.unsigned_abs())),
        _ => None,
    };
    Ok(UploadRow {
        content: read_hash("upload", id, &content)?,
        state: read_word("upload", id, state)?,
        sealed,
        ..row
    })
}

/// The objects of a batch that belong into it, oldest first.
pub(crate) fn list(db: &Connection, batch: Option<BatchId>) -> Result<Vec<UploadRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM upload WHERE batch IS ?1 AND belongs = 1 ORDER BY id");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([batch.map(|b| b.0)], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(whole).collect()
}

/// The content of a list.
pub(crate) fn body(db: &Connection, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT body FROM upload WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?.flatten())
}

/// Objects of this batch that are not in `wanted` belong no more, those that are belong (again), new ones are added.
/// Answers how many were added.
pub(crate) fn sync(
    db: &Connection,
    batch: Option<BatchId>,
    wanted: &[NewUpload],
    now: Timestamp,
) -> Result<u32, StoreError> {
    let row = batch.map(|b| b.0);
    db.prepare_cached("UPDATE upload SET belongs = 0 WHERE batch IS ?1 AND belongs = 1")?.execute([row])?;
    let mut again =
        db.prepare_cached("UPDATE upload SET belongs = 1 WHERE key = ?1 AND content = ?2 AND batch IS ?3")?;
    let mut insert = db.prepare_cached(
        "INSERT INTO upload (batch, portrait, key, content, bytes, body, belongs, state, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 'pending', ?7, ?7)",
    )?;
    let mut added = 0;
    for new in wanted {
        let content = new.content.to_hex();
        if again.execute(params![new.key, content, row])? == 0 {
            let bytes = i64::try_from(new.bytes).unwrap_or(i64::MAX);
            insert.execute(params![
                row,
                new.portrait.map(|p| p.0),
                new.key,
                content,
                bytes,
                new.body,
                now.0
            ])?;
            added += 1;
        }
    }
    Ok(added)
}

/// Applies a change; false if the object is not in a state that allows it.
pub(crate) fn change(
    db: &Connection,
    id: i64,
    change: &UploadChange,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> Result<bool, StoreError> {
        Ok(db.prepare_cached(sql)?.execute(values)? == 1)
    };
    match change {
        UploadChange::Begin => run(
            "UPDATE upload SET state = 'sending', attempts = attempts + 1, updated_at = ?2
             WHERE id = ?1 AND belongs = 1 AND state IN ('pending', 'sending')",
            &[&id, &now.0],
        ),
        UploadChange::Seal(hash, bytes) => run(
            "UPDATE upload SET sealed_hash = ?3, sealed_bytes = ?4, updated_at = ?2 WHERE id = ?1",
            &[&id, &now.0, &hash.to_hex(), &i64::try_from(*bytes).unwrap_or(i64::MAX)],
        ),
        UploadChange::Sent => run(
            "UPDATE upload SET state = 'sent', next_try_at = NULL, cause = NULL, updated_at = ?2 WHERE id = ?1",
            &[&id, &now.0],
        ),
        UploadChange::Again { at, cause, give_back } => run(
            "UPDATE upload SET state = 'pending', next_try_at = ?3, cause = ?4,
                 attempts = max(attempts - ?5, 0), updated_at = ?2 WHERE id = ?1",
            &[&id, &now.0, &at.map(|t| t.0), cause, &i64::from(*give_back)],
        ),
        UploadChange::Park(cause) => run(
            "UPDATE upload SET state = 'parked', next_try_at = NULL, cause = ?3, updated_at = ?2 WHERE id = ?1",
            &[&id, &now.0, cause],
        ),
        UploadChange::Conflict => run(
            "UPDATE upload SET state = 'conflict', next_try_at = NULL, cause = NULL, updated_at = ?2
             WHERE id = ?1",
            &[&id, &now.0],
        ),
        UploadChange::Release => run(
            "UPDATE upload SET state = 'pending', attempts = 0, next_try_at = NULL, cause = NULL, updated_at = ?2
             WHERE id = ?1 AND state IN ('parked', 'conflict')",
            &[&id, &now.0],
        ),
    }
}

/// Writes down a manifest or correction that is about to be sent, and marks what it lists. An error if that number was
/// written down before.
pub(crate) fn prepare_closing(
    db: &Connection,
    batch: Option<BatchId>,
    number: u32,
    body: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = batch.map(|b| b.0);
    db.execute(
        "INSERT INTO upload_closing (batch, number, at, body) VALUES (?1, ?2, ?3, ?4)",
        params![row, number, now.0, body],
    )?;
    db.execute(
        "UPDATE upload SET closing = ?2 WHERE batch IS ?1 AND belongs = 1 AND state = 'sent' AND closing IS NULL",
        params![row, number],
    )?;
    Ok(())
}

/// The manifest or correction that was written down and is not known to be on the target: its number and its bytes.
pub(crate) fn prepared(
    db: &Connection,
    batch: Option<BatchId>,
) -> Result<Option<(u32, Vec<u8>)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT number, body FROM upload_closing WHERE batch IS ?1 AND body IS NOT NULL ORDER BY number",
    )?;
    Ok(statement.query_row([batch.map(|b| b.0)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// The manifest or correction of this number is on the target.
pub(crate) fn close(
    db: &Connection,
    batch: Option<BatchId>,
    number: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE upload_closing SET body = NULL, at = ?3 WHERE batch IS ?1 AND number = ?2 AND body IS NOT NULL",
        params![batch.map(|b| b.0), number, now.0],
    )?;
    Ok(())
}

/// How many manifests and corrections are on the target; 0 while the batch is open there.
pub(crate) fn closings(db: &Connection, batch: Option<BatchId>) -> Result<u32, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT count(*) FROM upload_closing WHERE batch IS ?1 AND body IS NULL")?;
    Ok(statement.query_row([batch.map(|b| b.0)], |row| row.get(0))?)
}

/// Objects that a manifest or correction lists and that belong no more, with the code's part of the key kept.
pub(crate) fn replaced(db: &Connection, batch: Option<BatchId>) -> Result<Vec<UploadRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM upload WHERE batch IS ?1 AND belongs = 0 AND closing IS NOT NULL ORDER BY id"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([batch.map(|b| b.0)], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(whole).collect()
}
