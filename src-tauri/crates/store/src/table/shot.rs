//! `shot`: one press of the shutter, with the original it gave and what was found in it.

use domain::{ContentHash, CropPlan, FaceGeometry, Finding, ShotId, SittingId, Timestamp, Verdict};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{json, read_hash, read_json, read_word, word};
use crate::StoreError;
use crate::pictures::Extension;

/// What became of a shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Nobody has decided yet, or the sitting ended before.
    Candidate,
    /// The operator turned it down and shot again.
    Rejected,
    /// Its portrait was accepted.
    Accepted,
}

/// A shot to be stored.
#[derive(Debug, Clone)]
pub struct NewShot<'a> {
    /// The open sitting.
    pub sitting: SittingId,
    /// The original, byte for byte as it shall be kept.
    pub original: &'a [u8],
    /// `jpg` or `png`.
    pub extension: &'a str,
    /// What the checks say.
    pub verdict: Verdict,
    /// Why.
    pub findings: Vec<Finding>,
    /// Where the head is.
    pub geometry: Option<FaceGeometry>,
    /// How the portrait was cut.
    pub plan: Option<CropPlan>,
    /// Device, pixel format and size, models and their versions: whatever tells how the picture came about.
    /// No payload, no identity.
    pub provenance: serde_json::Value,
}

/// A stored shot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ShotRecord {
    /// Its row.
    pub id: ShotId,
    /// Whose.
    pub sitting: SittingId,
    /// When it was stored.
    pub taken_at: Timestamp,
    /// Content of the original.
    pub original: ContentHash,
    /// File type of the original: `jpg` or `png`.
    pub extension: String,
    /// What the checks said.
    pub verdict: Verdict,
    /// Why.
    pub findings: Vec<Finding>,
    /// Where the head is.
    pub geometry: Option<FaceGeometry>,
    /// How the portrait was cut.
    pub plan: Option<CropPlan>,
    /// How the picture came about.
    #[ts(type = "unknown")]
    pub provenance: serde_json::Value,
    /// What became of it.
    pub disposition: Disposition,
    /// A shot of another code with the very same original. A live camera never gives the same bytes twice:
    /// its picture stands still, and shows the person before.
    pub twin: Option<ShotId>,
}

const COLUMNS: &str =
    "id, sitting, taken_at, original, extension, verdict, findings, geometry, plan, provenance, disposition";

struct Raw {
    id: i64,
    sitting: i64,
    taken_at: i64,
    original: String,
    extension: String,
    verdict: String,
    findings: String,
    geometry: Option<String>,
    plan: Option<String>,
    provenance: String,
    disposition: String,
}

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            sitting: row.get(1)?,
            taken_at: row.get(2)?,
            original: row.get(3)?,
            extension: row.get(4)?,
            verdict: row.get(5)?,
            findings: row.get(6)?,
            geometry: row.get(7)?,
            plan: row.get(8)?,
            provenance: row.get(9)?,
            disposition: row.get(10)?,
        })
    }

    fn record(self, db: &Connection) -> Result<ShotRecord, StoreError> {
        let id = self.id;
        let original = read_hash("shot", id, &self.original)?;
        Ok(ShotRecord {
            id: ShotId(id),
            sitting: SittingId(self.sitting),
            taken_at: Timestamp(self.taken_at),
            original,
            extension: self.extension,
            verdict: read_word("shot", id, self.verdict)?,
            findings: read_json("shot", id, &self.findings)?,
            geometry: self.geometry.map(|g| read_json("shot", id, &g)).transpose()?,
            plan: self.plan.map(|p| read_json("shot", id, &p)).transpose()?,
            provenance: read_json("shot", id, &self.provenance)?,
            disposition: read_word("shot", id, self.disposition)?,
            twin: twin(db, ShotId(id), SittingId(self.sitting), &original)?,
        })
    }
}

pub(crate) fn insert(
    db: &Connection,
    new: &NewShot<'_>,
    original: &ContentHash,
    extension: Extension,
    now: Timestamp,
) -> Result<ShotId, StoreError> {
    db.prepare_cached(
        "INSERT INTO shot (sitting, taken_at, original, extension, verdict, findings, geometry, plan, provenance,
                           disposition)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'candidate')",
    )?
    .execute(params![
        new.sitting.0,
        now.0,
        original.to_hex(),
        extension.as_str(),
        word(new.verdict)?,
        json(&new.findings)?,
        new.geometry.as_ref().map(json).transpose()?,
        new.plan.as_ref().map(json).transpose()?,
        json(&new.provenance)?,
    ])?;
    Ok(ShotId(db.last_insert_rowid()))
}

pub(crate) fn get(db: &Connection, id: ShotId) -> Result<ShotRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM shot WHERE id = ?1");
    let raw = db.prepare_cached(&sql)?.query_row([id.0], Raw::read).optional()?;
    raw.ok_or(StoreError::Unknown { what: "shot", id: id.0 })?.record(db)
}

/// The shots of one sitting, in their order.
pub(crate) fn of_sitting(db: &Connection, sitting: SittingId) -> Result<Vec<ShotRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM shot WHERE sitting = ?1 ORDER BY id");
    let mut statement = db.prepare_cached(&sql)?;
    let raws = statement.query_map([sitting.0], Raw::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    raws.into_iter().map(|raw| raw.record(db)).collect()
}

/// Decides about a shot; false if that was done before.
pub(crate) fn decide(db: &Connection, id: ShotId, disposition: Disposition) -> Result<bool, StoreError> {
    let mut statement =
        db.prepare_cached("UPDATE shot SET disposition = ?2 WHERE id = ?1 AND disposition = 'candidate'")?;
    Ok(statement.execute(params![id.0, word(disposition)?])? == 1)
}

/// An earlier shot with the same original whose sitting has another code.
fn twin(
    db: &Connection,
    id: ShotId,
    sitting: SittingId,
    original: &ContentHash,
) -> Result<Option<ShotId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT other.id FROM shot other JOIN sitting theirs ON theirs.id = other.sitting
         WHERE other.original = ?1 AND other.id < ?2
           AND theirs.code <> (SELECT code FROM sitting WHERE id = ?3)
         ORDER BY other.id DESC LIMIT 1",
    )?;
    let found =
        statement.query_row(params![original.to_hex(), id.0, sitting.0], |row| row.get(0)).optional()?;
    Ok(found.map(ShotId))
}
