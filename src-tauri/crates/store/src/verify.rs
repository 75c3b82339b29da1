//! The check of a whole data folder: every row against its file, every file against its name, the chain of events.

use domain::ContentHash;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connection::complaints;
use crate::pictures::PictureKind;
use crate::references::{PictureRef, compare};
use crate::table::{audit, sitting};
use crate::{AuditBreak, Store, StoreError};

/// A row whose picture cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BadPicture {
    /// Which.
    pub picture: PictureRef,
    /// [`StoreError::code`] of what is wrong with it.
    pub code: String,
}

/// What the check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VerifyReport {
    /// Sittings in the database.
    pub sittings: u32,
    /// Shots in the database.
    pub shots: u32,
    /// Accepted portraits in the database.
    pub portraits: u32,
    /// Picture files that were read and agree with their names.
    pub files_sound: u32,
    /// Rows whose picture is gone, altered or unreadable.
    pub bad: Vec<BadPicture>,
    /// Pictures without a row. During a sitting the one that is being made may be among them.
    pub orphans: Vec<ContentHash>,
    /// Pictures of an earlier database in the same folder.
    pub set_aside: u32,
    /// Files among the pictures that are not this program's.
    pub foreign_files: u32,
    /// Rows that contradict each other, for the technician.
    pub contradictions: Vec<String>,
    /// Where the audit log does not hold.
    pub audit_broken: Option<AuditBreak>,
    /// Hash of the last event.
    pub audit_head: ContentHash,
}

impl VerifyReport {
    /// Whether everything that is recorded is there, unchanged, and nothing lies about.
    pub fn is_clean(&self) -> bool {
        self.bad.is_empty()
            && self.orphans.is_empty()
            && self.contradictions.is_empty()
            && self.audit_broken.is_none()
    }
}

/// Contradictions that no constraint of a single table can forbid: a sentence and the rows it is true of.
const RULES: [(&str, &str); 13] = [
    (
        "portrait without an outbox entry",
        "SELECT id FROM portrait WHERE id NOT IN (SELECT portrait FROM outbox)",
    ),
    (
        "accepted sitting without a portrait",
        "SELECT id FROM sitting WHERE outcome = 'accepted' AND id NOT IN (SELECT sitting FROM portrait)",
    ),
    (
        "portrait in a sitting that was not accepted",
        "SELECT p.id FROM portrait p JOIN sitting s ON s.id = p.sitting WHERE s.outcome <> 'accepted'",
    ),
    (
        "accepted shot without a portrait",
        "SELECT id FROM shot WHERE disposition = 'accepted' AND id NOT IN (SELECT shot FROM portrait)",
    ),
    (
        "portrait of a shot that was not accepted",
        "SELECT p.id FROM portrait p JOIN shot h ON h.id = p.shot WHERE h.disposition <> 'accepted'",
    ),
    (
        "portrait that replaces another than its sitting was opened for",
        "SELECT p.id FROM portrait p JOIN sitting s ON s.id = p.sitting WHERE p.supersedes IS NOT s.retake_of",
    ),
    (
        "portrait that replaces one of another code",
        "SELECT p.id FROM portrait p JOIN sitting s ON s.id = p.sitting
         JOIN portrait q ON q.id = p.supersedes JOIN portrait_label l ON l.portrait = q.id JOIN sitting t ON t.id = l.sitting
         WHERE s.code <> t.code",
    ),
    (
        "label that no correction has given",
        "SELECT r.id FROM relabel r JOIN correction c ON c.id = r.correction
         WHERE c.committed_at IS NULL OR NOT (r.portrait = c.one AND r.sitting = c.other_label
                                              OR r.portrait = c.other AND r.sitting = c.one_label)",
    ),
    (
        "two pictures that go out under one label",
        "SELECT l.sitting FROM portrait_label l
         WHERE NOT EXISTS (SELECT 1 FROM portrait later WHERE later.supersedes = l.portrait)
         GROUP BY l.sitting HAVING count(*) > 1",
    ),
    (
        "ticket and its sitting with different codes",
        "SELECT t.id FROM ticket t JOIN ticket_sitting l ON l.ticket = t.id JOIN sitting s ON s.id = l.sitting
         WHERE t.code IS NOT s.code",
    ),
    (
        "shot ticket without an accepted sitting",
        "SELECT t.id FROM ticket t WHERE t.stage = 'shot' AND t.shared = 0 AND NOT EXISTS (
             SELECT 1 FROM ticket_sitting l JOIN sitting s ON s.id = l.sitting
             WHERE l.ticket = t.id AND s.outcome = 'accepted')",
    ),
    (
        "accepted sitting of a ticket that is not shot",
        "SELECT t.id FROM ticket t JOIN ticket_sitting l ON l.ticket = t.id JOIN sitting s ON s.id = l.sitting
         WHERE s.outcome = 'accepted' AND t.stage <> 'shot'",
    ),
    (
        "seated ticket without an open sitting",
        "SELECT t.id FROM ticket t WHERE t.stage = 'seated' AND t.shared = 0 AND NOT EXISTS (
             SELECT 1 FROM ticket_sitting l JOIN sitting s ON s.id = l.sitting
             WHERE l.ticket = t.id AND s.outcome = 'open')",
    ),

];

impl Store {
    /// Checks rows, files and events. Reads every picture, so it takes a while on a full day.
    pub fn verify(&self) -> Result<VerifyReport, StoreError> {
        let count = |table: &str| -> Result<u32, StoreError> {
            Ok(self.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
        };
        let audit = audit::check(&self.db)?;
        let mut report = VerifyReport {
            sittings: count("sitting")?,
            shots: count("shot")?,
            portraits: count("portrait")?,
            files_sound: 0,
            bad: Vec::new(),
            orphans: Vec::new(),
            set_aside: 0,
            foreign_files: 0,
            contradictions: contradictions(&self.db)?,
            audit_broken: audit.broken,
            audit_head: audit.head,
        };
        for kind in [PictureKind::Original, PictureKind::Portrait] {
            self.verify_files(kind, &mut report)?;
        }
        let (bad, sound) = self.verify_plates()?;
        report.contradictions.extend(bad);
        report.files_sound += sound;
        Ok(report)
    }

    fn verify_files(&self, kind: PictureKind, report: &mut VerifyReport) -> Result<(), StoreError> {
        let found = compare(&self.db, &self.pictures, kind)?;
        report.orphans.extend(found.orphans.iter().map(|name| name.hash));
        report.set_aside += found.set_aside;
        report.foreign_files += found.foreign.len() as u32;
        for picture in found.known.into_values().chain(found.missing) {
            match self.pictures.read(kind, &picture.hash) {
                Ok(_) => report.files_sound += 1,
                Err(e) => report.bad.push(BadPicture { picture, code: e.code().to_owned() }),
            }
        }
        Ok(())
    }
}

fn contradictions(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut found = complaints(db, "integrity_check")?;
    let mut foreign_keys = db.prepare("SELECT \"table\", rowid FROM pragma_foreign_key_check")?;
    let rows = foreign_keys.query_map([], |row| {
        Ok(format!(
            "{} {:?}: names a row that is not there",
            row.get::<_, String>(0)?,
            row.get::<_, Option<i64>>(1)?
        ))
    })?;
    found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    for (rule, sql) in RULES {
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok(format!("{rule}: {}", row.get::<_, i64>(0)?)))?;
        found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    found.extend(mislabelled(db)?);
    Ok(found)
}

/// Sittings whose fingerprint is not that of their payload.
fn mislabelled(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare("SELECT id, fingerprint FROM sitting")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, fingerprint): (i64, String) = (row.get(0)?, row.get(1)?);
        if sitting::code(db, domain::SittingId(id))?.fingerprint().as_str() != fingerprint {
            found.push(format!("fingerprint does not belong to the code: {id}"));
        }
    }
    Ok(found)
}
