//! The handover: what has left and how, what came back, what was taken in from elsewhere, what was erased. Each write is
//! one transaction with its entry in the audit log; that entry names rows, never people, places or words.

mod erase;
mod intake;
mod pictures;

pub use erase::{ErasePaths, EraseScope};
pub use intake::NewIntake;
pub use pictures::HandoverPicture;

use domain::{BatchId, ContentHash, PortraitId, RetakeId, Timestamp};
use rusqlite::{Connection, params};
use serde_json::json;

use crate::table::audit::{self, NewEvent};
use crate::table::{erasure, outbox_correction, parcel, result, retake, upload};
use crate::{
    CorrectionDue, ErasureRecord, NewParcel, NewResult, NewUpload, ParcelFile, ParcelRecord, Reader,
    ResultRecord, RetakeSource, Store, StoreError, UploadChange, UploadRow,
};

impl Reader {
    /// Parcels of a batch, newest first.
    pub fn parcels(&self, batch: Option<BatchId>) -> Result<Vec<ParcelRecord>, StoreError> {
        parcel::list(&self.db, batch)
    }

    /// A parcel.
    pub fn parcel(&self, id: i64) -> Result<ParcelRecord, StoreError> {
        parcel::get(&self.db, id)
    }

    /// What a complete parcel holds, by path.
    pub fn parcel_files(&self, id: i64) -> Result<Vec<ParcelFile>, StoreError> {
        parcel::files(&self.db, id)
    }

    /// The latest result of every picture of a batch that has one.
    pub fn results(&self, batch: Option<BatchId>) -> Result<Vec<ResultRecord>, StoreError> {
        result::latest(&self.db, batch)
    }

    /// The objects of the upload of a batch that belong into it, oldest first.
    pub fn uploads(&self, batch: Option<BatchId>) -> Result<Vec<UploadRow>, StoreError> {
        upload::list(&self.db, batch)
    }

    /// Objects that a manifest or correction lists and whose place another has taken.
    pub fn uploads_replaced(&self, batch: Option<BatchId>) -> Result<Vec<UploadRow>, StoreError> {
        upload::replaced(&self.db, batch)
    }

    /// The content of a list that is uploaded.
    pub fn upload_body(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        upload::body(&self.db, id)
    }

    /// Manifests and corrections of a batch on the target; 0 while it is open there.
    pub fn upload_closings(&self, batch: Option<BatchId>) -> Result<u32, StoreError> {
        upload::closings(&self.db, batch)
    }

    /// The manifest (0) or correction that was written down and is not known to be on the target, with its bytes.
    pub fn upload_prepared(&self, batch: Option<BatchId>) -> Result<Option<(u32, Vec<u8>)>, StoreError> {
        upload::prepared(&self.db, batch)
    }

    /// Finished erasures, newest first.
    pub fn erasures(&self) -> Result<Vec<ErasureRecord>, StoreError> {
        erasure::list(&self.db)
    }

    /// Handed-over pictures whose receiver has to be told of a correction.
    pub fn corrections_due(&self) -> Result<Vec<CorrectionDue>, StoreError> {
        outbox_correction::due(&self.db)
    }
}

impl Store {
    /// Puts the objects of a batch in line: those that are not in `wanted` belong no more, nothing is deleted.
    pub fn sync_uploads(
        &mut self,
        batch: Option<BatchId>,
        wanted: &[NewUpload],
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let added = upload::sync(&tx, batch, wanted, now)?;
        let detail = json!({ "batch": batch, "objects": wanted.len(), "added": added });
        audit::append(&tx, &who, &NewEvent::new("upload_prepared", detail), now)?;
        tx.commit()?;
        Ok(added)
    }

    /// The objects of the upload of a batch that belong into it, oldest first.
    pub fn uploads(&self, batch: Option<BatchId>) -> Result<Vec<UploadRow>, StoreError> {
        upload::list(&self.db, batch)
    }

    /// Records how an object fares; false if it is not in a state that allows the change. What a portrait's object
    /// reaches, its entry of the 待发箱 reaches too.
    pub fn change_upload(
        &mut self,
        id: i64,
        change: &UploadChange,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        if !upload::change(&tx, id, change, now)? {
            return Ok(false);
        }
        let of_portrait = "portrait = (SELECT u.portrait FROM upload u JOIN portrait p ON p.id = u.portrait
             WHERE u.id = ?1 AND u.content = p.content)";
        let what = match change {
            // Counted in its row; two events for every object would bury the log.
            UploadChange::Begin => {
                let sql = format!(
                    "UPDATE outbox SET attempts = attempts + 1, updated_at = ?2 WHERE state = 'pending' AND {of_portrait}"
                );
                tx.prepare_cached(&sql)?.execute(params![id, now.0])?;
                None
            }
            UploadChange::Sent => {
                let sql = format!(
                    "UPDATE outbox SET state = 'sent', reason = NULL, updated_at = ?2
                     WHERE state IN ('pending', 'parked') AND {of_portrait}"
                );
                tx.prepare_cached(&sql)?.execute(params![id, now.0])?;
                Some("upload_sent")
            }
            UploadChange::Park(_) => Some("upload_parked"),
            UploadChange::Conflict => Some("upload_conflict"),
            UploadChange::Release => Some("upload_released"),
            UploadChange::Seal(..) | UploadChange::Again { .. } => None,
        };
        if let Some(what) = what {
            audit::append(&tx, &who, &NewEvent::new(what, json!({ "object": id })), now)?;
        }
        tx.commit()?;
        Ok(true)
    }

    /// Writes down the manifest (0) or correction `number` before it is first sent, and marks the objects that it
    /// lists: whatever comes later belongs to the next one.
    pub fn prepare_closing(
        &mut self,
        batch: Option<BatchId>,
        number: u32,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.begin()?;
        upload::prepare_closing(&tx, batch, number, body, now)?;
        Ok(tx.commit()?)
    }

    /// The manifest (0) or correction `number`, written down before, is on the target.
    pub fn close_upload(
        &mut self,
        batch: Option<BatchId>,
        number: u32,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        upload::close(&tx, batch, number, now)?;
        let detail = json!({ "batch": batch, "number": number });
        audit::append(&tx, &who, &NewEvent::new("upload_closed", detail), now)?;
        Ok(tx.commit()?)
    }

    /// Writes down that a parcel is begun, before its first byte.
    pub fn begin_parcel(&mut self, new: &NewParcel<'_>, now: Timestamp) -> Result<i64, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let id = parcel::insert(&tx, new, now)?;
        let detail = json!({ "parcel": id, "batch": new.batch, "kind": new.kind, "files": new.files });
        audit::append(&tx, &who, &NewEvent::new("export_begun", detail), now)?;
        tx.commit()?;
        Ok(id)
    }

    /// Writes down how a parcel ended. With a checksum everything is there: its pictures count as handed over, and the
    /// corrections that a correction parcel tells of as told.
    pub fn end_parcel(
        &mut self,
        id: i64,
        missing: u32,
        complete: Option<(ContentHash, &[ParcelFile])>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        if !parcel::end(&tx, id, missing, complete.map(|(checksum, _)| checksum), now)? {
            return Err(StoreError::Unknown { what: "open parcel", id });
        }
        if let Some((_, files)) = complete {
            parcel::insert_files(&tx, id, files)?;
            hand_over_all(&tx, id, now)?;
        }
        let detail = json!({
            "parcel": id, "missing": missing, "checksum": complete.map(|(checksum, _)| checksum),
        });
        audit::append(&tx, &who, &NewEvent::new("export_ended", detail), now)?;
        Ok(tx.commit()?)
    }

    /// Enters that somebody has signed for a complete parcel. The log gets that it was, not by whom.
    pub fn sign_parcel(
        &mut self,
        id: i64,
        by: &str,
        on: domain::Day,
        now: Timestamp,
    ) -> Result<ParcelRecord, StoreError> {
        let by = by.trim();
        if by.is_empty() || by.chars().count() > 100 || by.chars().any(char::is_control) {
            return Err(StoreError::Name("the name of whoever signed"));
        }
        let who = self.who.clone();
        let tx = self.begin()?;
        if !parcel::sign(&tx, id, by, &on.to_string(), now)? {
            return Err(StoreError::Unknown { what: "complete parcel without a receipt", id });
        }
        audit::append(&tx, &who, &NewEvent::new("export_receipted", json!({ "parcel": id })), now)?;
        let record = parcel::get(&tx, id)?;
        tx.commit()?;
        Ok(record)
    }

    /// Keeps results, and puts those that failed on the retake list of the day where the picture has a ticket and is
    /// not on it already. Gives the import, how many lines were added, and how many pictures have no ticket.
    pub fn import_results(
        &mut self,
        batch: Option<BatchId>,
        file: (ContentHash, u32),
        results: &[NewResult<'_>],
        now: Timestamp,
    ) -> Result<(i64, u32, u32), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let import = result::insert(&tx, batch, file, results, now)?;
        let (mut added, mut without) = (0, 0);
        for failed in results.iter().filter(|result| result.outcome != "passed") {
            match add_retake(&tx, &who, failed, now)? {
                Retaken::Added(line) => {
                    let event = NewEvent {
                        portrait: Some(failed.portrait),
                        ..NewEvent::new("retake_added", json!({ "retake": line, "import": import }))
                    };
                    audit::append(&tx, &who, &event, now)?;
                    added += 1;
                }
                Retaken::There => {}
                Retaken::NoTicket => without += 1,
            }
        }
        let detail = json!({ "import": import, "batch": batch, "results": results.len(), "retakes": added });
        audit::append(&tx, &who, &NewEvent::new("results_imported", detail), now)?;
        tx.commit()?;
        Ok((import, added, without))
    }
}

/// Everything in a complete parcel is handed over; the receiver is told of the corrections up to now.
fn hand_over_all(db: &Connection, parcel: i64, now: Timestamp) -> Result<(), StoreError> {
    db.execute(
        "UPDATE outbox SET state = 'sent', reason = NULL, attempts = attempts + 1, updated_at = ?2
         WHERE state IN ('pending', 'parked')
           AND portrait IN (SELECT portrait FROM parcel_file WHERE parcel = ?1 AND kind = 'portrait')",
        params![parcel, now.0],
    )?;
    db.execute(
        "UPDATE outbox_correction SET told_at = ?2
         WHERE told_at IS NULL AND (SELECT kind FROM parcel WHERE id = ?1) = 'correction'
           AND portrait IN (SELECT portrait FROM parcel_file WHERE parcel = ?1)",
        params![parcel, now.0],
    )?;
    Ok(())
}

enum Retaken {
    Added(RetakeId),
    There,
    NoTicket,
}

fn add_retake(
    db: &Connection,
    who: &audit::Signature,
    failed: &NewResult<'_>,
    now: Timestamp,
) -> Result<Retaken, StoreError> {
    let Some((batch, ticket)) = pictures::ticket_of(db, failed.portrait)? else {
        return Ok(Retaken::NoTicket);
    };
    if retake::open_of(db, ticket)?.is_some() || is_retaken(db, failed.portrait)? {
        return Ok(Retaken::There);
    }
    let word = match failed.outcome {
        "first_review_failed" => "初审失败",
        "identity_mismatch" => "学信网身份核验异常",
        _ => "审核不通过",
    };
    let reason = match failed.reason.map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{word}：{}", reason.chars().take(200).collect::<String>()),
        None => word.to_owned(),
    };
    let line = retake::insert(db, batch, ticket, &reason, RetakeSource::Results, now)?;
    crate::hall::retake_listed(db, who, ticket, now)?;
    Ok(Retaken::Added(line))
}

fn is_retaken(db: &Connection, portrait: PortraitId) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM portrait WHERE supersedes = ?1)")?;
    Ok(statement.query_row([portrait.0], |row| row.get(0))?)
}
