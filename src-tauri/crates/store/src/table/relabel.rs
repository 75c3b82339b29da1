//! `relabel`: whose a picture is, where that was corrected. The last row of a picture counts.

use domain::{CorrectionId, PortraitId, SittingId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;

pub(crate) fn insert(
    db: &Connection,
    portrait: PortraitId,
    label: SittingId,
    correction: CorrectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO relabel (portrait, sitting, correction, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![portrait.0, label.0, correction.0, now.0])?;
    Ok(())
}

/// The sitting whose code and ticket a picture goes under.
pub(crate) fn label_of(db: &Connection, portrait: PortraitId) -> Result<SittingId, StoreError> {
    let mut statement = db.prepare_cached("SELECT sitting FROM portrait_label WHERE portrait = ?1")?;
    let label = statement.query_row([portrait.0], |row| row.get(0)).optional()?;
    label.map(SittingId).ok_or(StoreError::Unknown { what: "portrait", id: portrait.0 })
}

/// The picture that goes under the label of a sitting now and was not replaced by a later one.
pub(crate) fn current_of(db: &Connection, label: SittingId) -> Result<Option<PortraitId>, StoreError> {
    let mut statement = db.prepare_cached(CURRENT)?;
    Ok(statement.query_row([label.0], |row| row.get(0)).optional()?.map(PortraitId))
}

pub(crate) const CURRENT: &str = "
    SELECT id FROM (
        SELECT p.id FROM portrait p WHERE p.sitting = ?1 AND NOT EXISTS (SELECT 1 FROM relabel r WHERE r.portrait = p.id)
        UNION ALL
        SELECT r.portrait FROM relabel r WHERE r.sitting = ?1
          AND NOT EXISTS (SELECT 1 FROM relabel n WHERE n.portrait = r.portrait AND n.id > r.id)
    ) AS named WHERE NOT EXISTS (SELECT 1 FROM portrait later WHERE later.supersedes = named.id)
    ORDER BY id DESC LIMIT 1";
