//! `subject`: the lines of the rosters.

use std::sync::LazyLock;

use domain::{BatchId, Subject, SubjectId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::StoreError;
use crate::day::initials;

/// What came of one row of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RowOutcome {
    /// A new person.
    Added,
    /// Something changed: names of the fields, no values.
    Changed {
        /// Which.
        fields: Vec<String>,
    },
    /// As it was.
    Unchanged,
    /// Not taken.
    Refused {
        /// Why.
        reason: RowRefusal,
    },
}

/// Why a row of a roster was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowRefusal {
    /// Neither 学号 nor 序号.
    NoKey,
    /// The same line stood further up.
    Repeated,
    /// Another line has the same 学号 and other contents: none of them is taken.
    Contradiction,
    /// Name or ID number differ from what was known when the person got a number.
    IdentityInUse,
    /// A field is too long or holds control characters.
    BadField,
}

/// A line of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectRecord {
    /// Its row.
    pub id: SubjectId,
    /// Of which batch.
    pub batch: BatchId,
    /// What the school told.
    pub subject: Subject,
    /// The import that saw it last; 0 for a late entry.
    pub generation: u32,
}

/// A column that holds a text of a [`Subject`], and the field that it holds.
struct Column {
    name: &'static str,
    of: fn(&Subject) -> &Option<String>,
    field: fn(&mut Subject) -> &mut Option<String>,
}

macro_rules! texts {
    ($($name:ident)+) => {
        /// All of them, in one order for all statements. `paid` comes behind them.
        const TEXTS: &[Column] = &[$(Column {
            name: stringify!($name),
            of: |subject| &subject.$name,
            field: |subject| &mut subject.$name,
        }),+];
    };
}

texts! { serial school_code college_code college major class student_no name sex id_number level exam_no }

/// The columns of a [`Subject`], for all statements.
static FIELDS: LazyLock<String> =
    LazyLock::new(|| TEXTS.iter().map(|c| c.name).chain(["paid"]).collect::<Vec<_>>().join(", "));

/// Names of the fields in which two lines differ.
pub(crate) fn differences(old: &Subject, new: &Subject) -> Vec<String> {
    let mut fields: Vec<String> =
        TEXTS.iter().filter(|c| (c.of)(old) != (c.of)(new)).map(|c| c.name.to_owned()).collect();
    if old.paid != new.paid {
        fields.push("paid".to_owned());
    }
    fields
}

/// Longest field of a line.
const MAX_FIELD: usize = 100;

/// Whether every field can be stored.
pub(crate) fn is_storable(subject: &Subject) -> bool {
    TEXTS.iter().all(|column| {
        (column.of)(subject).as_deref().is_none_or(|t| {
            !t.is_empty() && t.chars().count() <= MAX_FIELD && !t.chars().any(char::is_control)
        })
    })
}

/// What kind of key a line has, and the key.
pub(crate) fn key(subject: &Subject) -> Option<(&'static str, &str)> {
    match (&subject.student_no, &subject.serial) {
        (Some(no), _) => Some(("student_no", no)),
        (None, Some(serial)) => Some(("serial", serial)),
        (None, None) => None,
    }
}

/// Columns that stand before those of the [`Subject`] in every SELECT.
const BEFORE: usize = 3;

fn read(row: &Row<'_>) -> rusqlite::Result<SubjectRecord> {
    let mut subject = Subject { paid: row.get(BEFORE + TEXTS.len())?, ..Subject::default() };
    for (n, column) in TEXTS.iter().enumerate() {
        *(column.field)(&mut subject) = row.get(BEFORE + n)?;
    }
    Ok(SubjectRecord {
        id: SubjectId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        generation: row.get(2)?,
        subject,
    })
}

/// The fields of a [`Subject`] in the order of [`FIELDS`], and what goes behind them.
fn values<'a>(subject: &'a Subject, behind: &[&'a dyn ToSql]) -> Vec<&'a dyn ToSql> {
    let texts = TEXTS.iter().map(|column| (column.of)(subject) as &dyn ToSql);
    texts.chain([&subject.paid as &dyn ToSql]).chain(behind.iter().copied()).collect()
}

pub(crate) fn insert(
    db: &Connection,
    batch: BatchId,
    (kind, key): (&str, &str),
    subject: &Subject,
    generation: u32,
    now: Timestamp,
) -> Result<SubjectId, StoreError> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let marks = vec!["?"; TEXTS.len() + 1].join(", ");
        format!(
            "INSERT INTO subject ({}, batch, key_kind, key, initials, generation, created_at, updated_at)
             VALUES ({marks}, ?, ?, ?, ?, ?, ?, ?)",
            *FIELDS
        )
    });
    let initials = initials::column(subject.name.as_deref());
    let values = values(subject, &[&batch.0, &kind, &key, &initials, &generation, &now.0, &now.0]);
    db.prepare_cached(&SQL)?.execute(&*values)?;
    Ok(SubjectId(db.last_insert_rowid()))
}

/// Puts what the school tells now in the place of what it told before.
pub(crate) fn update(
    db: &Connection,
    id: SubjectId,
    subject: &Subject,
    generation: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let texts: Vec<String> = TEXTS.iter().map(|column| format!("{} = ?", column.name)).collect();
        format!(
            "UPDATE subject SET {}, paid = ?, initials = ?, generation = ?, updated_at = ? WHERE id = ?",
            texts.join(", ")
        )
    });
    let initials = initials::column(subject.name.as_deref());
    let values = values(subject, &[&initials, &generation, &now.0, &id.0]);
    db.prepare_cached(&SQL)?.execute(&*values)?;
    Ok(())
}

/// The line was seen again as it was.
pub(crate) fn seen(db: &Connection, id: SubjectId, generation: u32) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE subject SET generation = ?2 WHERE id = ?1")?
        .execute(params![id.0, generation])?;
    Ok(())
}

fn one(
    db: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Option<SubjectRecord>, StoreError> {
    let sql = format!("SELECT id, batch, generation, {} FROM subject WHERE {condition}", *FIELDS);
    Ok(db.prepare_cached(&sql)?.query_row(values, read).optional()?)
}

pub(crate) fn get(db: &Connection, id: SubjectId) -> Result<SubjectRecord, StoreError> {
    one(db, "id = ?1", [id.0])?.ok_or(StoreError::Unknown { what: "subject", id: id.0 })
}

pub(crate) fn by_key(
    db: &Connection,
    batch: BatchId,
    (kind, key): (&str, &str),
) -> Result<Option<SubjectRecord>, StoreError> {
    one(db, "batch = ?1 AND key_kind = ?2 AND key = ?3", params![batch.0, kind, key])
}

pub(crate) fn count(db: &Connection, batch: BatchId) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM subject WHERE batch = ?1")?;
    Ok(statement.query_row([batch.0], |row| row.get(0))?)
}

/// Everybody of a batch, in the order of the roster.
pub(crate) fn all(db: &Connection, batch: BatchId) -> Result<Vec<SubjectRecord>, StoreError> {
    let sql = format!("SELECT id, batch, generation, {} FROM subject WHERE batch = ?1 ORDER BY id", *FIELDS);
    let mut statement = db.prepare_cached(&sql)?;
    Ok(statement.query_map([batch.0], read)?.collect::<rusqlite::Result<_>>()?)
}

/// 学号 or 序号 that begins so, the name with these characters in a row, or initials of its pinyin.
pub(crate) fn search(
    db: &Connection,
    batch: BatchId,
    text: &str,
    limit: u32,
) -> Result<Vec<SubjectRecord>, StoreError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let letters = text.chars().all(|c| c.is_ascii_alphabetic());
    let initials = if letters { format!(" {}", text.to_ascii_lowercase()) } else { String::new() };
    // Whole and longest matches first: whoever types a whole 学号 means that person.
    let sql = format!(
        "SELECT id, batch, generation, {} FROM subject
         WHERE batch = ?1 AND (substr(key, 1, length(?2)) = ?2 OR instr(coalesce(name, ''), ?2) > 0
                               OR (?3 <> '' AND instr(initials, ?3) > 0))
         ORDER BY (key = ?2) DESC, (name = ?2) DESC, (?3 <> '' AND instr(initials, ?3 || ' ') > 0) DESC, id LIMIT ?4",
        *FIELDS
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map(params![batch.0, text, initials, limit], read)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
