//! `setting`: what the operator has chosen, by name.

use domain::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;

/// Longest name.
const MAX_KEY: usize = 100;
/// Longest value; a setting is a choice, not a document.
const MAX_VALUE: usize = 64 * 1024;

pub(crate) fn get(db: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let mut statement = db.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

pub(crate) fn set(db: &Connection, key: &str, value: &str, now: Timestamp) -> Result<(), StoreError> {
    if key.is_empty() || key.len() > MAX_KEY || key.chars().any(char::is_control) {
        return Err(StoreError::Name("the name of a setting"));
    }
    if value.len() > MAX_VALUE {
        return Err(StoreError::Name("the value of a setting"));
    }
    db.prepare_cached(
        "INSERT INTO setting (key, value, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    )?
    .execute(params![key, value, now.0])?;
    Ok(())
}
