//! `portrait`: one accepted picture.

use domain::{
    CaptureCode, ContentHash, Finding, PortraitId, ShotId, ShotNumber, SittingId, Timestamp, Verdict,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{json, read_hash, read_json, read_word, word};
use crate::StoreError;

/// A portrait to be accepted.
#[derive(Debug, Clone)]
pub struct NewPortrait<'a> {
    /// The shot it was made from: undecided, and of the open sitting.
    pub shot: ShotId,
    /// The delivered file, byte for byte.
    pub jpeg: &'a [u8],
    /// JPEG quality factor.
    pub quality: u8,
    /// Which photo standard it was made for.
    pub spec_id: &'a str,
    /// What the checks say of the portrait.
    pub verdict: Verdict,
    /// Why.
    pub findings: Vec<Finding>,
    /// Why it is accepted although the verdict says to shoot again.
    pub override_reason: Option<&'a str>,
    /// The code that the caller believes it is photographing. If the sitting has another one, nothing is accepted.
    pub expected_code: &'a CaptureCode,
}

/// An accepted portrait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PortraitRecord {
    /// Its row.
    pub id: PortraitId,
    /// The shot it was made from.
    pub shot: ShotId,
    /// Whose.
    pub sitting: SittingId,
    /// Content of the delivered file.
    pub hash: ContentHash,
    /// Length of the delivered file.
    pub bytes: u32,
    /// JPEG quality factor.
    pub quality: u8,
    /// Which photo standard it was made for.
    pub spec_id: String,
    /// What the checks said.
    pub verdict: Verdict,
    /// Why.
    pub findings: Vec<Finding>,
    /// Why it was accepted although the verdict said to shoot again.
    pub override_reason: Option<String>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The portrait that it replaces.
    pub supersedes: Option<PortraitId>,
}

/// An accepted picture that a code already has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EarlierAccept {
    /// Its row.
    pub portrait: PortraitId,
    /// In which sitting it was taken.
    pub sitting: SittingId,
    /// Under which number.
    pub shot_number: ShotNumber,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// At which station.
    pub station: String,
}

impl From<EarlierAccept> for domain::sitting::EarlierAccept {
    fn from(earlier: EarlierAccept) -> Self {
        Self {
            portrait: Some(earlier.portrait),
            number: earlier.shot_number,
            accepted_at: earlier.accepted_at,
            station: earlier.station,
        }
    }
}

const COLUMNS: &str =
    "id, shot, sitting, content, bytes, quality, spec_id, verdict, findings, override_reason,
                       accepted_at, supersedes";

struct Raw {
    id: i64,
    shot: i64,
    sitting: i64,
    content: String,
    bytes: u32,
    quality: u8,
    spec_id: String,
    verdict: String,
    findings: String,
    override_reason: Option<String>,
    accepted_at: i64,
    supersedes: Option<i64>,
}

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            shot: row.get(1)?,
            sitting: row.get(2)?,
            content: row.get(3)?,
            bytes: row.get(4)?,
            quality: row.get(5)?,
            spec_id: row.get(6)?,
            verdict: row.get(7)?,
            findings: row.get(8)?,
            override_reason: row.get(9)?,
            accepted_at: row.get(10)?,
            supersedes: row.get(11)?,
        })
    }

    fn record(self) -> Result<PortraitRecord, StoreError> {
        Ok(PortraitRecord {
            id: PortraitId(self.id),
            shot: ShotId(self.shot),
            sitting: SittingId(self.sitting),
            hash: read_hash("portrait", self.id, &self.content)?,
            bytes: self.bytes,
            quality: self.quality,
            spec_id: self.spec_id,
            verdict: read_word("portrait", self.id, self.verdict)?,
            findings: read_json("portrait", self.id, &self.findings)?,
            override_reason: self.override_reason,
            accepted_at: Timestamp(self.accepted_at),
            supersedes: self.supersedes.map(PortraitId),
        })
    }
}

/// What a new row needs beside the portrait itself.
pub(crate) struct Place {
    pub(crate) sitting: SittingId,
    pub(crate) hash: ContentHash,
    pub(crate) supersedes: Option<PortraitId>,
}

pub(crate) fn insert(
    db: &Connection,
    new: &NewPortrait<'_>,
    place: &Place,
    now: Timestamp,
) -> Result<PortraitId, StoreError> {
    let bytes = u32::try_from(new.jpeg.len()).map_err(|_| StoreError::Name("a picture of more than 4 GB"))?;
    db.prepare_cached(
        "INSERT INTO portrait (shot, sitting, content, bytes, quality, spec_id, verdict, findings, override_reason,
                               accepted_at, supersedes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        new.shot.0,
        place.sitting.0,
        place.hash.to_hex(),
        bytes,
        new.quality,
        new.spec_id,
        word(new.verdict)?,
        json(&new.findings)?,
        new.override_reason.map(str::trim).filter(|reason| !reason.is_empty()),
        now.0,
        place.supersedes.map(|p| p.0),
    ])?;
    Ok(PortraitId(db.last_insert_rowid()))
}

pub(crate) fn get(db: &Connection, id: PortraitId) -> Result<PortraitRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM portrait WHERE id = ?1");
    let raw = db.prepare_cached(&sql)?.query_row([id.0], Raw::read).optional()?;
    raw.ok_or(StoreError::Unknown { what: "portrait", id: id.0 })?.record()
}

/// The portrait of one sitting.
pub(crate) fn of_sitting(db: &Connection, sitting: SittingId) -> Result<Option<PortraitRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM portrait WHERE sitting = ?1");
    let raw = db.prepare_cached(&sql)?.query_row([sitting.0], Raw::read).optional()?;
    raw.map(Raw::record).transpose()
}

/// The latest portrait of exactly this payload.
pub(crate) fn latest_of(db: &Connection, code: &CaptureCode) -> Result<Option<EarlierAccept>, StoreError> {
    // The fingerprint finds the row by its index; the payload itself decides.
    let mut statement = db.prepare_cached(LATEST)?;
    let found = statement.query_row(params![code.fingerprint().as_str(), code.bytes()], |row| {
        Ok(EarlierAccept {
            portrait: PortraitId(row.get(0)?),
            sitting: SittingId(row.get(1)?),
            shot_number: ShotNumber(row.get(2)?),
            accepted_at: Timestamp(row.get(3)?),
            station: row.get(4)?,
        })
    });
    Ok(found.optional()?)
}

/// By the label that counts: a picture that a correction gave to another code is not this code's any more. One that was
/// not replaced comes before those that were.
pub(crate) const LATEST: &str = "
    SELECT p.id, s.id, s.shot_number, p.accepted_at, s.station
    FROM (
        SELECT p.id AS portrait, s.id AS sitting FROM sitting s JOIN portrait p ON p.sitting = s.id
        WHERE s.fingerprint = ?1 AND s.code = ?2 AND NOT EXISTS (SELECT 1 FROM relabel r WHERE r.portrait = p.id)
        UNION ALL
        SELECT r.portrait, s.id FROM sitting s JOIN relabel r ON r.sitting = s.id
        WHERE s.fingerprint = ?1 AND s.code = ?2
          AND NOT EXISTS (SELECT 1 FROM relabel n WHERE n.portrait = r.portrait AND n.id > r.id)
    ) AS named JOIN portrait p ON p.id = named.portrait JOIN sitting s ON s.id = named.sitting
    ORDER BY EXISTS (SELECT 1 FROM portrait later WHERE later.supersedes = p.id), p.id DESC LIMIT 1";

/// A picture that was accepted against the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideLine {
    /// 拍摄号 of its sitting.
    pub number: ShotNumber,
    /// The operator's reason.
    pub reason: String,
    /// What the checks had said.
    pub verdict: String,
}

/// Those of a batch, oldest first.
pub(crate) fn overrides(db: &Connection, batch: domain::BatchId) -> Result<Vec<OverrideLine>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT sitting.shot_number, portrait.override_reason, portrait.verdict
         FROM portrait
         JOIN sitting ON sitting.id = portrait.sitting
         JOIN ticket_sitting ON ticket_sitting.sitting = portrait.sitting
         JOIN ticket ON ticket.id = ticket_sitting.ticket
         WHERE ticket.batch = ?1 AND portrait.override_reason IS NOT NULL
         ORDER BY portrait.id",
    )?;
    let lines = statement.query_map([batch.0], |row| {
        Ok(OverrideLine { number: ShotNumber(row.get(0)?), reason: row.get(1)?, verdict: row.get(2)? })
    })?;
    Ok(lines.collect::<rusqlite::Result<_>>()?)
}
