//! 外来照片: a picture from elsewhere becomes an accepted picture of a batch, marked with its origin, in one transaction
//! and beside whatever sitting is open: it has no time at a camera of its own.

use domain::{BatchId, CaptureCode, CodeSource, Finding, PortraitId, SubjectId, Timestamp, Verdict};
use rusqlite::params;
use serde_json::json;

use crate::pictures::{Extension, PictureKind};
use crate::table::audit::{self, NewEvent, Signature};
use crate::table::sitting::{self, NewSitting, Outcome};
use crate::table::ticket::{self, NewTicket};
use crate::table::{json, outbox, portrait, retake, ticket_sitting, word};
use crate::{NewPortrait, Store, StoreError};

/// A picture from elsewhere that was checked.
#[derive(Debug, Clone)]
pub struct NewIntake<'a> {
    /// Into which batch.
    pub batch: Option<BatchId>,
    /// Whose: the code.
    pub code: &'a CaptureCode,
    /// How the code came.
    pub source: CodeSource,
    /// The line of the roster, where known.
    pub subject: Option<SubjectId>,
    /// The picture that it replaces: the latest of this code, or nothing.
    pub retake_of: Option<PortraitId>,
    /// The file as it came: it is delivered so.
    pub jpeg: &'a [u8],
    /// Its JPEG quality factor.
    pub quality: u8,
    /// Which photo standard it was checked against.
    pub spec_id: &'a str,
    /// What the checks say.
    pub verdict: Verdict,
    /// Why.
    pub findings: Vec<Finding>,
    /// `studio`, `phone`, `school` or `other`.
    pub origin: &'a str,
    /// A person has looked at it and ticked it.
    pub looked: bool,
}

impl Store {
    /// Takes a picture from elsewhere in.
    ///
    /// Refused if its verdict is to shoot again, if the code has another latest picture than `retake_of`, or if the
    /// sitting of this very code is open.
    pub fn take_in(&mut self, new: &NewIntake<'_>, now: Timestamp) -> Result<PortraitId, StoreError> {
        if new.verdict == Verdict::Retake {
            return Err(StoreError::ReasonNeeded);
        }
        self.check_intake(new)?;
        let original = self.pictures.put(PictureKind::Original, new.jpeg, Extension::Jpg)?;
        let hash = self.pictures.put(PictureKind::Portrait, new.jpeg, Extension::Jpg)?;
        let number = self.take_number()?;
        let who = self.who.clone();
        let tx = self.begin()?;
        let opened = NewSitting {
            number,
            code: new.code,
            source: new.source,
            station: &who.station,
            retake_of: new.retake_of,
        };
        // One statement, already accepted: an open row would push into the sitting at the camera.
        tx.execute(
            "INSERT INTO sitting (shot_number, code, fingerprint, source, station, opened_at, closed_at, outcome, retake_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)",
            params![
                opened.number.0,
                opened.code.bytes(),
                opened.code.fingerprint().as_str(),
                word(opened.source)?,
                opened.station,
                now.0,
                word(Outcome::Accepted)?,
                opened.retake_of.map(|p| p.0),
            ],
        )?;
        let sitting = domain::SittingId(tx.last_insert_rowid());
        tx.execute(
            "INSERT INTO shot (sitting, taken_at, original, extension, verdict, findings, provenance, disposition)
             VALUES (?1, ?2, ?3, 'jpg', ?4, ?5, ?6, 'accepted')",
            params![
                sitting.0,
                now.0,
                original.to_hex(),
                word(new.verdict)?,
                json(&new.findings)?,
                json!({ "from_elsewhere": new.origin }).to_string(),
            ],
        )?;
        let shot = domain::ShotId(tx.last_insert_rowid());
        let accepted = NewPortrait {
            shot,
            jpeg: new.jpeg,
            quality: new.quality,
            spec_id: new.spec_id,
            verdict: new.verdict,
            findings: new.findings.clone(),
            override_reason: None,
            expected_code: new.code,
        };
        let place = portrait::Place { sitting, hash, supersedes: new.retake_of };
        let id = portrait::insert(&tx, &accepted, &place, now)?;
        outbox::insert(&tx, id, now)?;
        if let Some(earlier) = new.retake_of {
            outbox::supersede(&tx, earlier, now)?;
        }
        tx.execute(
            "INSERT INTO picture_origin (portrait, origin, looked, at) VALUES (?1, ?2, ?3, ?4)",
            params![id.0, new.origin, new.looked, now.0],
        )?;
        if let Some(batch) = new.batch {
            seat_done(&tx, new, (batch, sitting, number), &who, now)?;
        }
        let detail =
            json!({ "content": hash, "origin": new.origin, "looked": new.looked, "batch": new.batch });
        let event = NewEvent {
            shot: Some(shot),
            portrait: Some(id),
            ..NewEvent::of("picture_taken_in", sitting, detail)
        };
        audit::append(&tx, &who, &event, now)?;
        tx.commit()?;
        Ok(id)
    }

    fn check_intake(&self, new: &NewIntake<'_>) -> Result<(), StoreError> {
        if let Some(open) = sitting::open_one(&self.db)?
            && sitting::code(&self.db, open.id)? == *new.code
        {
            return Err(StoreError::StillOpen(open.id));
        }
        let latest = portrait::latest_of(&self.db, new.code)?.map(|earlier| earlier.portrait);
        match latest {
            Some(latest) if new.retake_of != Some(latest) => Err(StoreError::AlreadyAccepted(latest)),
            None if new.retake_of.is_some() => Err(StoreError::OtherCode),
            _ => Ok(()),
        }
    }
}

/// A ticket that is done, so that the day counts the person as photographed.
fn seat_done(
    db: &rusqlite::Connection,
    new: &NewIntake<'_>,
    (batch, sitting, number): (BatchId, domain::SittingId, domain::ShotNumber),
    who: &Signature,
    now: Timestamp,
) -> Result<(), StoreError> {
    let own = crate::hall::of_code(db, batch, new.code)?;
    let earlier = own.as_ref().map(|t| t.id);
    let live =
        own.filter(|t| !matches!(t.ticket.stage(), domain::Stage::Shot | domain::Stage::Refused { .. }));
    let fresh = live.is_none();
    let id = match live {
        Some(own) => {
            if own.fingerprint.is_none() {
                ticket::bind_code(db, own.id, new.code, new.source)?;
            }
            own.id
        }
        None => {
            let fresh = NewTicket {
                batch,
                number,
                code: Some((new.code, new.source)),
                subject: new.subject,
                retake: None,
                station: &who.station,
                consent: None,
                id_card: false,
                arrival: domain::Arrival::Unknown,
                priority: false,
                shared: false,
            };
            ticket::insert(db, &fresh, now)?
        }
    };
    db.execute(
        "UPDATE ticket SET stage = 'shot', booth = NULL, reason = NULL, before = NULL, since = ?2, shot_at = ?2
         WHERE id = ?1",
        params![id.0, now.0],
    )?;
    crate::hall::taken_in(db, who, id, fresh, now)?;
    ticket_sitting::insert(db, sitting, id)?;
    // The retake list names the ticket under which the picture was taken first.
    for ticket in earlier.into_iter().chain([id]) {
        if let Some(line) = retake::open_of(db, ticket)? {
            retake::done(db, line.id, now)?;
        }
    }
    Ok(())
}
