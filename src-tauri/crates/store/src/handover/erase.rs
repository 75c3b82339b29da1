//! 清除: codes, identities and pictures of a batch go; rows, numbers and the history stay.
//!
//! In this order, so that a crash at any moment leaves something that can be repeated and nothing that is missed:
//! [`Store::begin_erasure`] marks the sittings, the caller deletes the files of [`Reader::erase_scope`],
//! [`Store::finish_erasure`] blanks the rows in one transaction and writes the record, [`Store::scrub`] makes the
//! database forget the old pages.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use domain::{BatchId, CaptureCode, ContentHash, Timestamp};
use rusqlite::limits::Limit;
use rusqlite::{Connection, params};
use serde_json::json;

use crate::pictures::{Extension, PictureName, entries};
use crate::table::audit::{self, NewEvent};
use crate::table::{erasure, read_hash, sitting, upload};
use crate::{PictureKind, Pictures, Reader, Store, StoreError};

/// One file of what would be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasePaths {
    /// Original or portrait.
    pub kind: PictureKind,
    /// Path below the data folder.
    pub path: PathBuf,
    /// Content.
    pub hash: ContentHash,
    /// It was handed over, or need not be: a shot that was not accepted, a picture that another has replaced.
    pub handed_over: bool,
}

/// What would be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EraseScope {
    /// Files that no row outside of the batch names.
    pub files: Vec<ErasePaths>,
    /// People: codes and lines of the roster, each once.
    pub people: u32,
    /// Objects of the upload that wait or are under way.
    pub uploads_open: u32,
    /// A sitting of the batch is open.
    pub sitting_open: bool,
}

/// Shots of a batch with what became of them. ?1 is the batch.
const SHOTS: &str = "
    SELECT h.original, h.extension, p.content,
           coalesce((SELECT o.state = 'sent' FROM outbox o WHERE o.portrait = p.id), 1)
             OR EXISTS (SELECT 1 FROM portrait later WHERE later.supersedes = p.id)
    FROM shot h JOIN sitting s ON s.id = h.sitting LEFT JOIN portrait p ON p.shot = h.id
    LEFT JOIN ticket_sitting l ON l.sitting = s.id LEFT JOIN ticket t ON t.id = l.ticket
    WHERE t.batch IS ?1 AND s.outcome <> 'open'";

/// Files that something else names: another batch, or none.
const OTHERS: &str = "
    SELECT h.original, p.content FROM shot h JOIN sitting s ON s.id = h.sitting
    LEFT JOIN portrait p ON p.shot = h.id
    LEFT JOIN ticket_sitting l ON l.sitting = s.id LEFT JOIN ticket t ON t.id = l.ticket
    WHERE (t.batch IS NOT ?1 OR s.outcome = 'open') AND s.id NOT IN (SELECT sitting FROM erased_sitting)";

impl Reader {
    /// What would be erased of a batch.
    pub fn erase_scope(&self, batch: Option<BatchId>, pictures: &Pictures) -> Result<EraseScope, StoreError> {
        let row = batch.map(|b| b.0);
        let open_sitting = "SELECT EXISTS (SELECT 1 FROM sitting s
             LEFT JOIN ticket_sitting l ON l.sitting = s.id LEFT JOIN ticket t ON t.id = l.ticket
             WHERE s.outcome = 'open' AND t.batch IS ?1)";
        let people = "SELECT (SELECT count(DISTINCT s.code) FROM sitting s
                 LEFT JOIN ticket_sitting l ON l.sitting = s.id LEFT JOIN ticket t ON t.id = l.ticket
                 WHERE t.batch IS ?1 AND t.subject IS NULL AND s.outcome <> 'open')
             + (SELECT count(*) FROM subject WHERE batch = ?1)";
        let waiting = upload::list(&self.db, batch)?;
        let waiting = waiting.iter().filter(|object| {
            use crate::UploadRowState as S;
            // One that never began is not on its way; erasing takes it out of line.
            matches!(object.state, S::Sending) || (object.state == S::Pending && object.attempts > 0)
        });
        Ok(EraseScope {
            files: files(&self.db, batch, pictures)?,
            people: self.db.query_row(people, [row], |r| r.get(0))?,
            uploads_open: waiting.count() as u32,
            sitting_open: self.db.query_row(open_sitting, [row], |r| r.get(0))?,
        })
    }
}

fn files(
    db: &Connection,
    batch: Option<BatchId>,
    pictures: &Pictures,
) -> Result<Vec<ErasePaths>, StoreError> {
    let row = batch.map(|b| b.0);
    let mut kept = HashSet::new();
    let mut statement = db.prepare(OTHERS)?;
    let mut rows = statement.query([row])?;
    while let Some(other) = rows.next()? {
        let (original, portrait): (String, Option<String>) = (other.get(0)?, other.get(1)?);
        kept.insert((PictureKind::Original, original));
        kept.extend(portrait.map(|hex| (PictureKind::Portrait, hex)));
    }
    // The same content may stand in several rows; it was handed over if it was wherever it counts.
    let mut found: HashMap<(PictureKind, String), (String, bool)> = HashMap::new();
    let mut statement = db.prepare(SHOTS)?;
    let mut rows = statement.query([row])?;
    while let Some(shot) = rows.next()? {
        let (original, extension): (String, String) = (shot.get(0)?, shot.get(1)?);
        let (portrait, handed_over): (Option<String>, bool) = (shot.get(2)?, shot.get(3)?);
        let mut add = |kind, hex: String, extension: &str| {
            if !kept.contains(&(kind, hex.clone())) {
                let entry = found.entry((kind, hex)).or_insert((extension.to_owned(), true));
                entry.1 &= handed_over;
            }
        };
        add(PictureKind::Original, original, &extension);
        if let Some(hex) = portrait {
            add(PictureKind::Portrait, hex, "jpg");
        }
    }
    let mut list = Vec::with_capacity(found.len());
    for ((kind, hex), (extension, handed_over)) in found {
        let hash = read_hash(kind.name(), 0, &hex)?;
        let name = PictureName { hash, extension: Extension::parse(&extension)? };
        list.push(ErasePaths { kind, path: pictures.below_root(kind, name), hash, handed_over });
    }
    list.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(list)
}

impl Store {
    /// Marks what is about to be erased, so that its files are not missed if the program ends in the middle. An erasure
    /// that was begun before is gone on with.
    pub fn begin_erasure(&mut self, batch: Option<BatchId>, now: Timestamp) -> Result<i64, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let id = erasure::begin(&tx, batch, &who.operator, now)?;
        erasure::mark(&tx, id, batch)?;
        audit::append(
            &tx,
            &who,
            &NewEvent::new("erasure_begun", json!({ "erasure": id, "batch": batch })),
            now,
        )?;
        tx.commit()?;
        Ok(id)
    }

    /// Blanks every row of the batch that names somebody, and keeps the record. The files are gone before.
    pub fn finish_erasure(
        &mut self,
        id: i64,
        batch: Option<BatchId>,
        people: u32,
        record: &serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let who = self.who.clone();
        self.db.pragma_update(None, "secure_delete", "ON")?;
        let tx = self.begin()?;
        if let Some(open) = sitting::open_one(&tx)?
            && crate::table::ticket_sitting::ticket_of(&tx, open.id)?
                .map(|t| crate::table::ticket::get(&tx, t))
                .transpose()?
                .map(|t| t.batch)
                == batch
        {
            return Err(StoreError::StillOpen(open.id));
        }
        erasure::mark(&tx, id, batch)?;
        tx.execute("INSERT INTO erasing (erasure) VALUES (?1)", [id])?;
        blank(&tx, id, batch)?;
        tx.execute("DELETE FROM erasing", [])?;
        erasure::end(&tx, id, people, record, now)?;
        let detail = json!({ "erasure": id, "batch": batch, "people": people });
        audit::append(&tx, &who, &NewEvent::new("erasure_done", detail), now)?;
        Ok(tx.commit()?)
    }

    /// Rewrites the database without what was deleted, in the file and in its log; empties `tmp/`. Gives the number of
    /// files that cannot be told to belong to a batch and stay: rescued pictures, databases that were put aside.
    pub fn scrub(&mut self) -> Result<u32, StoreError> {
        // VACUUM attaches its own copy; nobody else may.
        self.db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
        let vacuumed = self.db.execute_batch("VACUUM");
        self.db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        vacuumed?;
        // A reader beside us may hold the log for a moment.
        for _ in 0..50 {
            let busy: i64 = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy == 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        self.db.pragma_update(None, "secure_delete", "OFF")?;
        for path in entries(&self.layout.tmp())? {
            if path.is_file() {
                std::fs::remove_file(&path).map_err(|e| StoreError::disk(&path, e))?;
            }
        }
        let aside = entries(self.layout.root())?.into_iter().filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("gradbooth.damaged-"))
        });
        Ok((entries(&self.layout.rescued())?.len() + aside.count()) as u32)
    }

    /// The data folder.
    pub fn root(&self) -> &std::path::Path {
        self.layout.root()
    }
}

/// What the columns say afterwards where they must say something.
const ERASED: &str = "已清除";

fn blank(db: &Connection, id: i64, batch: Option<BatchId>) -> Result<(), StoreError> {
    let row = batch.map(|b| b.0);
    // By code: sittings and tickets that had one code have one mark, so that all that compares them still holds.
    let mut codes = db.prepare(
        "SELECT code FROM sitting WHERE id IN (SELECT sitting FROM erased_sitting WHERE erasure = ?1)
         UNION SELECT code FROM ticket WHERE batch = ?2 AND code IS NOT NULL",
    )?;
    let codes: Vec<Vec<u8>> =
        codes.query_map(params![id, row], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    for code in codes {
        // Random: a mark that followed from the code could be tried out against a list of codes.
        let mark: String = db.query_row("SELECT lower(hex(randomblob(16)))", [], |r| r.get(0))?;
        let blank =
            CaptureCode::new(format!("erased:{mark}")).map_err(|e| StoreError::row("sitting", id, e))?;
        let (bytes, mark) = (blank.bytes(), blank.fingerprint());
        let mark = mark.as_str();
        db.execute(
            "UPDATE sitting SET code = ?2, fingerprint = ?3 WHERE code = ?1
               AND id IN (SELECT sitting FROM erased_sitting WHERE erasure = ?4)",
            params![code, bytes, mark, id],
        )?;
        db.execute(
            "UPDATE ticket SET code = ?2, fingerprint = ?3 WHERE code = ?1 AND batch = ?4",
            params![code, bytes, mark, row],
        )?;
    }
    for sql in [
        "UPDATE shot SET findings = '[]', geometry = NULL, plan = NULL, provenance = '{}'
         WHERE sitting IN (SELECT sitting FROM erased_sitting WHERE erasure = ?1)",
        "UPDATE portrait SET findings = '[]',
             override_reason = CASE WHEN override_reason IS NULL THEN NULL ELSE ?3 END
         WHERE sitting IN (SELECT sitting FROM erased_sitting WHERE erasure = ?1)",
        "UPDATE correction SET reason = ?3 WHERE one IN (SELECT p.id FROM portrait p
             JOIN erased_sitting e ON e.sitting = p.sitting WHERE e.erasure = ?1)",
        "UPDATE ticket SET before = NULL, reason = CASE WHEN stage = 'refused' THEN ?3 ELSE reason END
         WHERE batch = ?2",
        "UPDATE retake SET reason = ?3 WHERE batch = ?2",
        "UPDATE late_entry SET reason = ?3 WHERE batch = ?2",
        "UPDATE subject SET key_kind = 'serial', key = 'erased:' || id, serial = NULL, school_code = NULL,
             college_code = NULL, college = NULL, major = NULL, class = NULL, student_no = NULL, name = NULL,
             sex = NULL, id_number = NULL, level = NULL, exam_no = NULL, initials = '' WHERE batch = ?2",
        "DELETE FROM hall_fact WHERE batch = ?2",
        "DELETE FROM hall_person WHERE batch = ?2",
        "UPDATE hall_ticket SET code_key = NULL, name = NULL WHERE batch = ?2",
        "UPDATE hall_batch SET secret = x'', join_code = '', online = 0, left_at = coalesce(left_at, joined_at)
         WHERE batch = ?2",
        "DELETE FROM result WHERE import IN (SELECT id FROM result_import WHERE batch IS ?2)",
        "DELETE FROM parcel_file WHERE parcel IN (SELECT id FROM parcel WHERE batch IS ?2)",
        "DELETE FROM upload WHERE batch IS ?2",
        "DELETE FROM upload_closing WHERE batch IS ?2 AND body IS NOT NULL",
    ] {
        let mut statement = db.prepare(sql)?;
        // Not every one of them uses all three.
        let values: [&dyn rusqlite::ToSql; 3] = [&id, &row, &ERASED];
        for at in 1..=statement.parameter_count() {
            statement.raw_bind_parameter(at, values[at - 1])?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}
