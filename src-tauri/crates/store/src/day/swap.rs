//! 勘误: two exchanged pictures are mended as one correction. Pictures, shots and sittings stay as they were; rows are
//! added that say under whose label each picture goes from now on.

use domain::{CaptureCode, CorrectionId, PortraitId, ShotNumber, SittingId, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use super::{DayRefusal, reason};
use crate::table::audit::{self, NewEvent};
use crate::table::{correction, outbox_correction, relabel, sitting, subject, ticket, ticket_sitting};
use crate::{CorrectionDue, CorrectionRecord, SittingRecord, Store, StoreError, SubjectRecord, TicketRecord};

/// Under whose name a picture goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The sitting that gives it.
    pub sitting: SittingRecord,
    /// The code, exactly as read.
    pub code: CaptureCode,
    /// The place in the queue, if there was a batch.
    pub ticket: Option<TicketRecord>,
    /// The line of the roster, where known.
    pub subject: Option<SubjectRecord>,
}

impl Label {
    /// The number that the student knows.
    pub fn number(&self) -> ShotNumber {
        self.ticket.as_ref().map_or(self.sitting.shot_number, |ticket| ticket.number)
    }
}

/// What a sitting says of the person.
pub(super) fn label(db: &Connection, id: SittingId) -> Result<Label, StoreError> {
    let ticket = ticket_sitting::ticket_of(db, id)?.map(|t| ticket::get(db, t)).transpose()?;
    let subject = ticket.as_ref().and_then(|t| t.subject).map(|s| subject::get(db, s)).transpose()?;
    Ok(Label { sitting: sitting::get(db, id)?, code: sitting::code(db, id)?, ticket, subject })
}

/// The picture of a number that counts, and the sitting that gives it its label.
fn side(db: &Connection, number: ShotNumber) -> Result<correction::Side, StoreError> {
    for sitting in sitting::of_number(db, number)? {
        if let Some(portrait) = relabel::current_of(db, sitting)? {
            return Ok((portrait, sitting));
        }
    }
    Err(DayRefusal::NoPicture(number).into())
}

impl Store {
    /// Under whose name a picture goes: what every handover has to ask, for a correction may have changed it.
    pub fn label_of(&self, portrait: PortraitId) -> Result<Label, StoreError> {
        label(&self.db, relabel::label_of(&self.db, portrait)?)
    }

    /// What a sitting says of the person, before any correction.
    pub fn label_of_sitting(&self, sitting: SittingId) -> Result<Label, StoreError> {
        label(&self.db, sitting)
    }

    /// Writes down that the pictures of two numbers are said to be exchanged. No label is changed yet.
    pub fn propose_swap(
        &mut self,
        one: ShotNumber,
        other: ShotNumber,
        why: &str,
        now: Timestamp,
    ) -> Result<CorrectionRecord, StoreError> {
        let why = reason(why)?.to_owned();
        let who = self.who.clone();
        let tx = self.begin()?;
        let (one, other) = (side(&tx, one)?, side(&tx, other)?);
        if one.0 == other.0 || sitting::code(&tx, one.1)? == sitting::code(&tx, other.1)? {
            return Err(DayRefusal::SameSides.into());
        }
        let id = correction::insert(&tx, (one, other), &why, &who.operator, now)?;
        let detail = json!({ "correction": id, "portraits": [one.0, other.0] });
        audit::append(&tx, &who, &NewEvent::new("swap_proposed", detail), now)?;
        let proposed = correction::get(&tx, id)?;
        tx.commit()?;
        Ok(proposed)
    }

    /// Gives each picture the other's label. Pictures that were handed over, or may have been, are marked.
    pub fn commit_swap(&mut self, id: CorrectionId, now: Timestamp) -> Result<CorrectionRecord, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let wanted = correction::get(&tx, id)?;
        let sides = [(wanted.one, wanted.one_label), (wanted.other, wanted.other_label)];
        for (portrait, label) in sides {
            if relabel::current_of(&tx, label)? != Some(portrait) {
                return Err(DayRefusal::Stale.into());
            }
        }
        // A sitting that would replace one of them was opened under the old label.
        if sitting::open_one(&tx)?
            .is_some_and(|open| open.retake_of.is_some_and(|p| sides.iter().any(|s| s.0 == p)))
        {
            return Err(DayRefusal::BoothsBusy.into());
        }
        if !correction::commit(&tx, id, now)? {
            return Err(DayRefusal::Stale.into());
        }
        relabel::insert(&tx, wanted.one, wanted.other_label, id, now)?;
        relabel::insert(&tx, wanted.other, wanted.one_label, id, now)?;
        let mut marked = Vec::new();
        for (portrait, _) in sides {
            if outbox_correction::mark_if_sent(&tx, portrait, id, now)? {
                marked.push(portrait);
            }
        }
        for ((portrait, from), (_, to)) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            let detail = json!({ "correction": id, "to": to, "marked": marked.contains(&portrait) });
            let event =
                NewEvent { portrait: Some(portrait), ..NewEvent::of("label_corrected", from, detail) };
            audit::append(&tx, &who, &event, now)?;
        }
        let made = correction::get(&tx, id)?;
        tx.commit()?;
        Ok(made)
    }

    /// All corrections, newest first.
    pub fn corrections(&self) -> Result<Vec<CorrectionRecord>, StoreError> {
        correction::list(&self.db)
    }

    /// Whether a correction has marked a picture because it was handed over already.
    pub fn is_marked(&self, portrait: PortraitId, correction: CorrectionId) -> Result<bool, StoreError> {
        outbox_correction::is_marked(&self.db, portrait, correction)
    }

    /// Handed-over pictures whose receiver has to be told of a correction.
    pub fn corrections_due(&self) -> Result<Vec<CorrectionDue>, StoreError> {
        outbox_correction::due(&self.db)
    }

    /// The receiver was told.
    pub fn correction_told(&mut self, id: i64, now: Timestamp) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        if !outbox_correction::told(&tx, id, now)? {
            return Err(StoreError::Unknown { what: "correction due", id });
        }
        audit::append(&tx, &who, &NewEvent::new("correction_told", json!({ "due": id })), now)?;
        Ok(tx.commit()?)
    }
}
