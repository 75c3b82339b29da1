//! What has to be handed over: the picture that counts of everybody, under the label that counts.

use std::fs;
use std::io;

use domain::{
    BatchId, CaptureCode, ContentHash, CropPlan, Fingerprint, PortraitId, ShotNumber, SubjectId, TicketId,
    Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::pictures::{Extension, PictureName};
use crate::table::{read_hash, read_json, read_word, subject};
use crate::{PictureKind, Pictures, Reader, StoreError, SubjectRecord};

/// The picture of a person that counts: accepted, not replaced, not erased.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoverPicture {
    /// Its row.
    pub portrait: PortraitId,
    /// Content of the delivered file.
    pub hash: ContentHash,
    /// Its length.
    pub bytes: u64,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The number that the student knows.
    pub number: ShotNumber,
    /// The code that it goes under.
    pub fingerprint: Fingerprint,
    /// The code itself, exactly as read.
    pub code: CaptureCode,
    /// The line of the roster, where known.
    pub subject: Option<SubjectRecord>,
    /// Content of its original.
    pub original: ContentHash,
    /// `jpg` or `png`.
    pub original_extension: String,
    /// How the portrait was cut.
    pub plan: Option<CropPlan>,
    /// On the upload's target, checked, under this code.
    pub uploaded: bool,
    /// In a complete parcel, under this code.
    pub exported: bool,
    /// It was not taken here.
    pub from_elsewhere: bool,
}

const SELECT: &str = "
    SELECT p.id, p.content, p.bytes, p.accepted_at, coalesce(t.number, s.shot_number), s.fingerprint, s.code,
           t.subject, h.original, h.extension, h.plan,
           EXISTS (SELECT 1 FROM upload u WHERE u.portrait = p.id AND u.belongs = 1 AND u.state = 'sent'
                   AND u.content = p.content),
           EXISTS (SELECT 1 FROM parcel_file f JOIN parcel c ON c.id = f.parcel
                   WHERE f.portrait = p.id AND f.kind = 'portrait' AND f.fingerprint = s.fingerprint
                     AND c.bag_checksum IS NOT NULL),
           EXISTS (SELECT 1 FROM picture_origin o WHERE o.portrait = p.id)
    FROM portrait p JOIN shot h ON h.id = p.shot JOIN portrait_label l ON l.portrait = p.id
    JOIN sitting s ON s.id = l.sitting
    LEFT JOIN ticket_sitting ts ON ts.sitting = s.id LEFT JOIN ticket t ON t.id = ts.ticket
    WHERE t.batch IS ?1 AND NOT EXISTS (SELECT 1 FROM portrait later WHERE later.supersedes = p.id)
      AND NOT EXISTS (SELECT 1 FROM erased_sitting e WHERE e.sitting = p.sitting)
    ORDER BY p.id";

/// The columns of [`SELECT`] as they come.
type Raw = (
    (i64, String, i64, i64, i64),
    (String, Vec<u8>, Option<i64>),
    (String, String, Option<String>),
    (bool, bool, bool),
);

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?),
        (row.get(5)?, row.get(6)?, row.get(7)?),
        (row.get(8)?, row.get(9)?, row.get(10)?),
        (row.get(11)?, row.get(12)?, row.get(13)?),
    ))
}

fn whole(db: &Connection, (own, label, shot, marks): Raw) -> Result<HandoverPicture, StoreError> {
    let (id, content, bytes, accepted_at, number) = own;
    let (fingerprint, code, line) = label;
    let (original, extension, plan) = shot;
    let plan = plan.map(|text| read_json("shot", id, &text)).transpose()?;
    Ok(HandoverPicture {
        portrait: PortraitId(id),
        hash: read_hash("portrait", id, &content)?,
        bytes: bytes.unsigned_abs(),
        accepted_at: Timestamp(accepted_at),
        number: ShotNumber(number),
        fingerprint: read_word("sitting", id, fingerprint)?,
        code: CaptureCode::new(code).map_err(|e| StoreError::row("sitting", id, e))?,
        subject: line.map(|line| subject::get(db, SubjectId(line))).transpose()?,
        original: read_hash("shot", id, &original)?,
        original_extension: extension,
        plan,
        uploaded: marks.0,
        exported: marks.1,
        from_elsewhere: marks.2,
    })
}

/// The batch and ticket of the label of a picture.
pub(super) fn ticket_of(
    db: &Connection,
    portrait: PortraitId,
) -> Result<Option<(BatchId, TicketId)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT t.batch, t.id FROM portrait_label l JOIN ticket_sitting ts ON ts.sitting = l.sitting
         JOIN ticket t ON t.id = ts.ticket WHERE l.portrait = ?1",
    )?;
    let found = statement.query_row([portrait.0], |row| Ok((BatchId(row.get(0)?), TicketId(row.get(1)?))));
    Ok(found.optional()?)
}

impl Reader {
    /// Everything of a batch that has to be handed over, in the order of acceptance.
    pub fn handover(&self, batch: Option<BatchId>) -> Result<Vec<HandoverPicture>, StoreError> {
        let mut statement = self.db.prepare_cached(SELECT)?;
        let rows = statement.query_map([batch.map(|b| b.0)], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter().map(|raw| whole(&self.db, raw)).collect()
    }

    /// The codes that were seen under a fingerprint. More than one if two codes share it: then nobody can tell.
    pub fn codes_of(&self, fingerprint: &Fingerprint) -> Result<Vec<CaptureCode>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT code FROM sitting WHERE fingerprint = ?1
               AND id NOT IN (SELECT sitting FROM erased_sitting)
             UNION SELECT code FROM ticket WHERE fingerprint = ?1 AND code IS NOT NULL
               AND id NOT IN (SELECT ts.ticket FROM ticket_sitting ts JOIN erased_sitting e ON e.sitting = ts.sitting)",
        )?;
        let rows = statement.query_map([fingerprint.as_str()], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|code| CaptureCode::new(code?).map_err(|e| StoreError::row("sitting", 0, e))).collect()
    }

    /// The line of the roster with this 学号 (or 序号), and the codes of its tickets.
    pub fn codes_of_key(
        &self,
        batch: BatchId,
        key: &str,
    ) -> Result<Option<(SubjectRecord, Vec<CaptureCode>)>, StoreError> {
        let line = match subject::by_key(&self.db, batch, ("student_no", key))? {
            Some(line) => line,
            None => match subject::by_key(&self.db, batch, ("serial", key))? {
                Some(line) => line,
                None => return Ok(None),
            },
        };
        let mut statement = self
            .db
            .prepare_cached("SELECT DISTINCT code FROM ticket WHERE subject = ?1 AND code IS NOT NULL")?;
        let rows = statement.query_map(params![line.id.0], |row| row.get::<_, Vec<u8>>(0))?;
        let codes: Result<Vec<_>, StoreError> =
            rows.map(|code| CaptureCode::new(code?).map_err(|e| StoreError::row("ticket", 0, e))).collect();
        Ok(Some((line, codes?)))
    }

    /// The line of the roster that a code is tied to by a ticket of this batch.
    pub fn line_of_code(
        &self,
        batch: BatchId,
        code: &CaptureCode,
    ) -> Result<Option<SubjectRecord>, StoreError> {
        let found = crate::table::ticket::of_code(&self.db, batch, code)?.and_then(|ticket| ticket.subject);
        found.map(|id| subject::get(&self.db, id)).transpose()
    }

    /// The latest accepted picture of exactly this payload.
    pub fn earlier_accept(&self, code: &CaptureCode) -> Result<Option<crate::EarlierAccept>, StoreError> {
        crate::table::portrait::latest_of(&self.db, code)
    }
}

impl Pictures {
    /// Length of a stored picture, without reading it.
    pub fn length(&self, kind: PictureKind, hash: &ContentHash) -> Result<u64, StoreError> {
        for extension in [Extension::Jpg, Extension::Png] {
            let path = self.path(kind, PictureName { hash: *hash, extension });
            match fs::metadata(&path) {
                Ok(facts) => return Ok(facts.len()),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(StoreError::disk(&path, e)),
            }
        }
        Err(StoreError::PictureMissing(*hash))
    }
}
