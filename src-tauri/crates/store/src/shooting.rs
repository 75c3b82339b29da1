//! From a code to an accepted picture: the writes of a sitting, in the order that survives a crash.

use std::path::Path;

use domain::{
    CaptureCode, CodeSource, ContentHash, PortraitId, ShotId, ShotNumber, SittingId, Timestamp, Verdict,
};
use rusqlite::{Connection, Transaction};
use serde_json::json;

use crate::faults::{Step, reach};
use crate::pictures::{Extension, PictureKind};
use crate::table::audit::{self, NewEvent};
use crate::table::portrait::{self, Place};
use crate::table::shot::{self, Disposition};
use crate::table::sitting::{self, NewSitting, Outcome};
use crate::table::ticket;
use crate::table::{outbox, relabel};
use crate::{
    Ending, NewPortrait, NewShot, PortraitRecord, ShotRecord, SittingRecord, Store, StoreError, day, number,
};

impl Store {
    /// Opens the sitting of a code and gives it the next number.
    ///
    /// A code that has an accepted picture is only taken as its retake: `retake_of` names the latest accepted
    /// portrait of this very code. Refused while another sitting is open, and while a batch is open in the desk way for
    /// every code but that of the ticket that this station has called.
    pub fn open_sitting(
        &mut self,
        code: &CaptureCode,
        source: CodeSource,
        retake_of: Option<PortraitId>,
        now: Timestamp,
    ) -> Result<SittingRecord, StoreError> {
        if let Some(open) = sitting::open_one(&self.db)? {
            return Err(StoreError::StillOpen(open.id));
        }
        check_retake(&self.db, code, retake_of)?;
        let seating = day::seating(&self.db, code, source, &self.who.station)?;
        // The student says the number of the ticket; a second sitting under it needs one of its own.
        let number = match seating.number() {
            Some(number) if !sitting::has_number(&self.db, number)? => number,
            // Nobody calls this number: it need not be one of the hall's.
            Some(_) => self.take_local_number()?,
            None => self.take_number()?,
        };

        let who = self.who.clone();
        let tx = self.begin()?;
        let new = NewSitting { number, code, source, station: &who.station, retake_of };
        let id = sitting::insert(&tx, &new, now)?;
        let detail = json!({ "shot_number": number, "fingerprint": code.fingerprint(), "source": source, "retake_of": retake_of });
        audit::append(&tx, &who, &NewEvent::of("sitting_opened", id, detail), now)?;
        day::seat(&tx, &who, seating, (id, number), (code, source), now)?;
        let record = sitting::get(&tx, id)?;
        commit(tx)?;
        Ok(record)
    }

    /// The next 拍摄号, durably taken before anybody sees it. Sittings and tickets draw from the same numbers.
    /// In a batch that is shared with a hall they come from the numbers that only this folder gives out there.
    pub(crate) fn take_number(&self) -> Result<ShotNumber, StoreError> {
        match self.hall_now()? {
            Some(hall) => crate::table::hall_range::next(&self.db, hall.batch)?
                .ok_or_else(|| day::DayRefusal::NoNumbersAlone.into()),
            None => self.take_local_number(),
        }
    }

    fn take_local_number(&self) -> Result<ShotNumber, StoreError> {
        let given = sitting::last_number(&self.db)?.max(ticket::last_number(&self.db)?);
        let last = given.max(number::last(&self.layout));
        let number = ShotNumber(last.0.saturating_add(1));
        number::take(&self.layout, number)?;
        Ok(number)
    }

    /// Makes an original durable before anything is known about it, so that a crash while its portrait is being
    /// made does not lose it. [`Store::add_shot`] with the same bytes ties it to its sitting; if that never comes,
    /// the next start moves it to `rescued/`.
    pub fn keep_original(&self, original: &[u8], extension: &str) -> Result<ContentHash, StoreError> {
        self.pictures.put(PictureKind::Original, original, Extension::parse(extension)?)
    }

    /// Stores a shot of the open sitting: the file first, then its row.
    pub fn add_shot(&mut self, new: &NewShot<'_>, now: Timestamp) -> Result<ShotRecord, StoreError> {
        let extension = Extension::parse(new.extension)?;
        // Before any refusal: a picture that was taken is kept, whatever is wrong with the request.
        let original = self.pictures.put(PictureKind::Original, new.original, extension)?;
        let who = self.who.clone();
        let tx = self.begin()?;
        require_open(&tx, new.sitting)?;
        let id = shot::insert(&tx, new, &original, extension, now)?;
        let record = shot::get(&tx, id)?;
        let detail = json!({ "original": original, "verdict": new.verdict, "twin": record.twin });
        let event = NewEvent { shot: Some(id), ..NewEvent::of("shot_added", new.sitting, detail) };
        audit::append(&tx, &who, &event, now)?;
        commit(tx)?;
        Ok(record)
    }

    /// The operator turns a shot down; original and row stay.
    pub fn reject_shot(&mut self, id: ShotId, now: Timestamp) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let sitting = shot::get(&tx, id)?.sitting;
        require_open(&tx, sitting)?;
        if !shot::decide(&tx, id, Disposition::Rejected)? {
            return Err(StoreError::AlreadyDecided(id));
        }
        let event = NewEvent { shot: Some(id), ..NewEvent::of("shot_rejected", sitting, json!({})) };
        audit::append(&tx, &who, &event, now)?;
        commit(tx)
    }

    /// Accepts a portrait: its file, then in one transaction the portrait, its outbox entry, the decision about the
    /// shot, the end of the sitting, and the replacement of an earlier portrait that was not handed over yet.
    pub fn accept(&mut self, new: &NewPortrait<'_>, now: Timestamp) -> Result<PortraitRecord, StoreError> {
        let who = self.who.clone();
        let pictures = self.pictures.clone();
        let tx = self.begin()?;
        let sitting = check_accept(&tx, new)?;
        let hash = pictures.put(PictureKind::Portrait, new.jpeg, Extension::Jpg)?;
        let place = Place { sitting: sitting.id, hash, supersedes: sitting.retake_of };
        let id = portrait::insert(&tx, new, &place, now)?;
        outbox::insert(&tx, id, now)?;
        if !shot::decide(&tx, new.shot, Disposition::Accepted)? {
            return Err(StoreError::AlreadyDecided(new.shot));
        }
        if !sitting::close(&tx, sitting.id, Outcome::Accepted, now)? {
            return Err(StoreError::NotOpen(sitting.id));
        }
        let replaced_unsent = match sitting.retake_of {
            Some(earlier) => outbox::supersede(&tx, earlier, now)?,
            None => false,
        };
        let record = portrait::get(&tx, id)?;
        let detail = json!({
            "content": hash, "spec": new.spec_id, "verdict": new.verdict,
            "overridden": record.override_reason.is_some(),
            "supersedes": sitting.retake_of, "replaced_unsent": replaced_unsent,
        });
        let event = NewEvent {
            shot: Some(new.shot),
            portrait: Some(id),
            ..NewEvent::of("portrait_accepted", sitting.id, detail)
        };
        audit::append(&tx, &who, &event, now)?;
        day::shot(&tx, &who, sitting.id, now)?;
        // From here the file stays even if the commit fails: after a power cut SQLite may still find it complete.
        commit(tx)?;
        Ok(record)
    }

    /// Ends the open sitting without a picture. Its shots stay.
    pub fn close_sitting(&mut self, id: SittingId, ending: Ending, now: Timestamp) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        require_open(&tx, id)?;
        sitting::close(&tx, id, ending.into(), now)?;
        audit::append(&tx, &who, &NewEvent::of("sitting_closed", id, json!({ "outcome": ending })), now)?;
        day::unseat(&tx, &who, id, now)?;
        commit(tx)
    }
}

/// A code with an accepted picture needs the word that this one replaces it; a retake needs the same code.
fn check_retake(
    db: &Connection,
    code: &CaptureCode,
    retake_of: Option<PortraitId>,
) -> Result<(), StoreError> {
    let latest = portrait::latest_of(db, code)?.map(|earlier| earlier.portrait);
    match (retake_of, latest) {
        (None, None) => Ok(()),
        (Some(named), Some(latest)) if named == latest => Ok(()),
        (Some(named), _) => {
            let theirs = sitting::code(db, relabel::label_of(db, named)?)?;
            // Of this code but not the latest: somebody has looked at an old list.
            Err(if theirs == *code {
                StoreError::AlreadyAccepted(latest.unwrap_or(named))
            } else {
                StoreError::OtherCode
            })
        }
        (None, Some(latest)) => Err(StoreError::AlreadyAccepted(latest)),
    }
}

fn require_open(db: &Connection, id: SittingId) -> Result<SittingRecord, StoreError> {
    let record = sitting::get(db, id)?;
    if record.outcome == Outcome::Open { Ok(record) } else { Err(StoreError::NotOpen(id)) }
}

/// Everything that has to hold before a face is tied to a code for good.
fn check_accept(db: &Connection, new: &NewPortrait<'_>) -> Result<SittingRecord, StoreError> {
    let shot = shot::get(db, new.shot)?;
    let sitting = require_open(db, shot.sitting)?;
    if sitting::code(db, sitting.id)? != *new.expected_code {
        return Err(StoreError::OtherCode);
    }
    if shot.disposition != Disposition::Candidate {
        return Err(StoreError::AlreadyDecided(shot.id));
    }
    let reasoned = new.override_reason.is_some_and(|reason| !reason.trim().is_empty());
    if new.verdict == Verdict::Retake && !reasoned {
        return Err(StoreError::ReasonNeeded);
    }
    Ok(sitting)
}

fn commit(tx: Transaction<'_>) -> Result<(), StoreError> {
    let disk = |e| StoreError::disk(Path::new("gradbooth.db"), e);
    reach(Step::BeforeCommit).map_err(disk)?;
    tx.commit()?;
    reach(Step::Committed).map_err(disk)
}
