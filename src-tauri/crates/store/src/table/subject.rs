//! `subject`: the lines of the rosters.

use domain::{BatchId, Subject, SubjectId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
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

/// The columns of a [`Subject`] and its fields, in one order for all statements.
const FIELDS: &str =
    "serial, school_code, college_code, college, major, class, student_no, name, sex, id_number,
    level, exam_no, paid";

fn texts(subject: &Subject) -> [(&'static str, &Option<String>); 12] {
    [
        ("serial", &subject.serial),
        ("school_code", &subject.school_code),
        ("college_code", &subject.college_code),
        ("college", &subject.college),
        ("major", &subject.major),
        ("class", &subject.class),
        ("student_no", &subject.student_no),
        ("name", &subject.name),
        ("sex", &subject.sex),
        ("id_number", &subject.id_number),
        ("level", &subject.level),
        ("exam_no", &subject.exam_no),
    ]
}

/// Names of the fields in which two lines differ.
pub(crate) fn differences(old: &Subject, new: &Subject) -> Vec<String> {
    let mut fields: Vec<String> = texts(old)
        .iter()
        .zip(texts(new))
        .filter(|((_, old), (_, new))| old != new)
        .map(|((name, _), _)| (*name).to_owned())
        .collect();
    if old.paid != new.paid {
        fields.push("paid".to_owned());
    }
    fields
}

/// Longest field of a line.
const MAX_FIELD: usize = 100;

/// Whether every field can be stored.
pub(crate) fn is_storable(subject: &Subject) -> bool {
    texts(subject).iter().all(|(_, text)| {
        text.as_deref().is_none_or(|t| {
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

fn read(row: &Row<'_>) -> rusqlite::Result<SubjectRecord> {
    Ok(SubjectRecord {
        id: SubjectId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        generation: row.get(2)?,
        subject: Subject {
            serial: row.get(3)?,
            school_code: row.get(4)?,
            college_code: row.get(5)?,
            college: row.get(6)?,
            major: row.get(7)?,
            class: row.get(8)?,
            student_no: row.get(9)?,
            name: row.get(10)?,
            sex: row.get(11)?,
            id_number: row.get(12)?,
            level: row.get(13)?,
            exam_no: row.get(14)?,
            paid: row.get(15)?,
        },
    })
}

pub(crate) fn insert(
    db: &Connection,
    batch: BatchId,
    (kind, key): (&str, &str),
    subject: &Subject,
    generation: u32,
    now: Timestamp,
) -> Result<SubjectId, StoreError> {
    let s = subject;
    db.prepare_cached(&format!(
        "INSERT INTO subject ({FIELDS}, batch, key_kind, key, initials, generation, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?19)"
    ))?
    .execute(params![
        s.serial,
        s.school_code,
        s.college_code,
        s.college,
        s.major,
        s.class,
        s.student_no,
        s.name,
        s.sex,
        s.id_number,
        s.level,
        s.exam_no,
        s.paid,
        batch.0,
        kind,
        key,
        initials::column(s.name.as_deref()),
        generation,
        now.0
    ])?;
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
    let s = subject;
    db.prepare_cached(
        "UPDATE subject SET serial = ?2, school_code = ?3, college_code = ?4, college = ?5, major = ?6, class = ?7,
                student_no = ?8, name = ?9, sex = ?10, id_number = ?11, level = ?12, exam_no = ?13, paid = ?14,
                initials = ?15, generation = ?16, updated_at = ?17
         WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        s.serial,
        s.school_code,
        s.college_code,
        s.college,
        s.major,
        s.class,
        s.student_no,
        s.name,
        s.sex,
        s.id_number,
        s.level,
        s.exam_no,
        s.paid,
        initials::column(s.name.as_deref()),
        generation,
        now.0
    ])?;
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
    let sql = format!("SELECT id, batch, generation, {FIELDS} FROM subject WHERE {condition}");
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
    let sql = format!("SELECT id, batch, generation, {FIELDS} FROM subject WHERE batch = ?1 ORDER BY id");
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
        "SELECT id, batch, generation, {FIELDS} FROM subject
         WHERE batch = ?1 AND (substr(key, 1, length(?2)) = ?2 OR instr(coalesce(name, ''), ?2) > 0
                               OR (?3 <> '' AND instr(initials, ?3) > 0))
         ORDER BY (key = ?2) DESC, (name = ?2) DESC, (?3 <> '' AND instr(initials, ?3 || ' ') > 0) DESC, id LIMIT ?4"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map(params![batch.0, text, initials, limit], read)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
