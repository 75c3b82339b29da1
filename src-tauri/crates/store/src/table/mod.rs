//! One table, one file: its record, and every statement that reads or writes it alone.

pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod correction;
pub(crate) mod erasure;
pub(crate) mod hall_batch;
pub(crate) mod hall_fact;
pub(crate) mod hall_person;
pub(crate) mod hall_range;
pub(crate) mod hall_ticket;
pub(crate) mod late_entry;
pub(crate) mod outbox;
pub(crate) mod outbox_correction;
pub(crate) mod parcel;
pub(crate) mod payment;
pub(crate) mod plate;
pub(crate) mod portrait;
pub(crate) mod relabel;
pub(crate) mod result;
pub(crate) mod retake;
pub(crate) mod roster_import;
pub(crate) mod set_aside;
pub(crate) mod setting;
pub(crate) mod shot;
pub(crate) mod sitting;
pub(crate) mod slot;
pub(crate) mod subject;
pub(crate) mod ticket;
pub(crate) mod ticket_sitting;
pub(crate) mod upload;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// The name that serde gives a value without fields, as the columns hold it.
pub(crate) fn word<T: Serialize>(value: T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(StoreError::Name("a word")),
    }
}

/// Reads back what [`word`] wrote; fails on a word that this program does not know.
pub(crate) fn read_word<T: DeserializeOwned>(table: &str, id: i64, text: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(|e| StoreError::row(table, id, e))
}

/// JSON for a column.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Name("not representable as JSON"))
}

/// Reads back what [`json`] wrote.
pub(crate) fn read_json<T: DeserializeOwned>(table: &str, id: i64, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::row(table, id, e))
}

/// A hash column.
pub(crate) fn read_hash(table: &str, id: i64, hex: &str) -> Result<domain::ContentHash, StoreError> {
    domain::ContentHash::from_hex(hex).ok_or_else(|| StoreError::row(table, id, "not a hash"))
}
