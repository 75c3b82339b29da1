//! Calling: every step of a ticket is one transaction.

use domain::ticket::Action;
use domain::{RetakeId, ShotNumber, SittingId, SubjectId, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use super::batches::active;
use super::desk::{NewNumber, give_number};
use super::{DayRefusal, reason};
use crate::table::audit::{self, NewEvent, Signature};
use crate::table::ticket::{self, TicketRecord};
use crate::table::{hall_batch, hall_ticket, retake, subject};
use crate::{HallBatch, RetakeSource, Store, StoreError, hall};

/// Takes a step within a transaction.
pub(super) fn step(
    db: &Connection,
    who: &Signature,
    record: &TicketRecord,
    action: &Action,
    sitting: Option<SittingId>,
    now: Timestamp,
) -> Result<TicketRecord, StoreError> {
    let next =
        record.ticket.step(action, now).map_err(|refusal| DayRefusal::Ticket(record.number, refusal))?;
    if let Some(booth) = next.stage().booth()
        && let Some(other) = ticket::at_booth(db, booth)?
        && other.id != record.id
    {
        return Err(DayRefusal::BoothBusy(other.number).into());
    }
    if !hall::step(db, who, record, action, now)? {
        ticket::update(db, record.id, &next)?;
    }
    let detail = json!({
        "ticket": record.id, "step": action.name(), "from": record.ticket.stage().name(), "to": next.stage().name(),
        "booth": next.stage().booth(),
    });
    let event = NewEvent { sitting, ..NewEvent::new("ticket_step", detail) };
    audit::append(db, who, &event, now)?;
    ticket::get(db, record.id)
}

/// A number of the open batch.
fn numbered(db: &Connection, number: ShotNumber) -> Result<TicketRecord, StoreError> {
    let open = active(db)?;
    if ticket::count_number(db, open.id, number)? > 1 {
        return Err(DayRefusal::NumberDoubled(number).into());
    }
    ticket::by_number(db, number)?
        .filter(|record| record.batch == open.id)
        .ok_or_else(|| DayRefusal::UnknownNumber(number).into())
}

/// Without the hall a station speaks for its own booth only.
fn own_booth(who: &Signature, booth: &str) -> Result<(), StoreError> {
    if booth == who.station { Ok(()) } else { Err(DayRefusal::OtherBoothAlone.into()) }
}

/// Without the hall nobody knows whether somebody else calls this number at this moment.
fn is_ours(db: &Connection, hall: &HallBatch, record: &TicketRecord) -> Result<(), StoreError> {
    let reserved = hall_ticket::of(db, record.id)?.and_then(|of| of.reserved_to);
    if reserved.as_ref() == Some(&hall.station) {
        Ok(())
    } else {
        Err(DayRefusal::NotOursAlone(record.number).into())
    }
}

impl Store {
    /// Calls whoever is next to `booth`, or to this station; `None` if nobody waits. Two booths never get the same
    /// person: the choice and the call are one transaction.
    pub fn call_next(
        &mut self,
        booth: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<TicketRecord>, StoreError> {
        let who = self.who.clone();
        let booth = booth.unwrap_or(&who.station).to_owned();
        let tx = self.begin()?;
        let open = active(&tx)?;
        if let Some(busy) = ticket::at_booth(&tx, &booth)? {
            return Err(DayRefusal::BoothBusy(busy.number).into());
        }
        let next = match hall_batch::active(&tx, open.id)? {
            // Whom the hall has called for this booth comes from there. Without it, only those whom nobody else can call.
            Some(hall) => {
                own_booth(&who, &booth)?;
                ticket::next_reserved(&tx, open.id, hall.station.as_str())?
            }
            None => ticket::next(&tx, open.id)?,
        };
        let Some(record) = next else { return Ok(None) };
        let called = step(&tx, &who, &record, &Action::Call { booth }, None, now)?;
        tx.commit()?;
        Ok(Some(called))
    }

    /// Takes one step with a number of the open batch. The steps of the seat belong to the sitting and are refused.
    pub fn step_ticket(
        &mut self,
        number: ShotNumber,
        action: &Action,
        now: Timestamp,
    ) -> Result<TicketRecord, StoreError> {
        if matches!(action, Action::Seat { .. } | Action::Unseat | Action::Shoot { .. }) {
            return Err(StoreError::Name("a step of the seat"));
        }
        let who = self.who.clone();
        let tx = self.begin()?;
        let record = numbered(&tx, number)?;
        if let (Action::Call { booth }, Some(hall)) = (action, hall_batch::active(&tx, record.batch)?) {
            own_booth(&who, booth)?;
            is_ours(&tx, &hall, &record)?;
        }
        let stepped = step(&tx, &who, &record, action, None, now)?;
        tx.commit()?;
        Ok(stepped)
    }

    /// Ties a number to a line of the roster, where nobody knew it before. Refused if that person waits already.
    pub fn link_subject(
        &mut self,
        number: ShotNumber,
        id: SubjectId,
        now: Timestamp,
    ) -> Result<TicketRecord, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let record = numbered(&tx, number)?;
        let line = subject::get(&tx, id)?;
        match record.subject {
            Some(known) if known == id => return Ok(record),
            Some(_) => return Err(DayRefusal::OtherPerson(number).into()),
            None if line.batch != record.batch => return Err(DayRefusal::BadSubject.into()),
            None => {}
        }
        if let Some(other) = ticket::of_subject(&tx, id)?.first() {
            return Err(DayRefusal::OtherPerson(other.number).into());
        }
        ticket::bind_subject(&tx, record.id, id)?;
        let detail = json!({ "ticket": record.id, "subject": id });
        audit::append(&tx, &who, &NewEvent::new("ticket_linked", detail), now)?;
        hall::named(&tx, &who, record.id, now)?;
        let linked = ticket::get(&tx, record.id)?;
        tx.commit()?;
        Ok(linked)
    }

    /// Puts the picture of a number on the retake list; gives a new number before the others if `issue`.
    pub fn add_retake(
        &mut self,
        number: ShotNumber,
        why: &str,
        source: RetakeSource,
        issue: bool,
        now: Timestamp,
    ) -> Result<(RetakeId, Option<TicketRecord>), StoreError> {
        let why = reason(why)?.to_owned();
        let fresh = if issue { Some(self.take_number()?) } else { None };
        let who = self.who.clone();
        let tx = self.begin()?;
        let record = numbered(&tx, number)?;
        if *record.ticket.stage() != domain::Stage::Shot {
            return Err(DayRefusal::NoPicture(number).into());
        }
        let line = match retake::open_of(&tx, record.id)? {
            Some(line) => line.id,
            None => {
                let id = retake::insert(&tx, record.batch, record.id, &why, source, now)?;
                let detail = json!({ "retake": id, "ticket": record.id, "source": source });
                audit::append(&tx, &who, &NewEvent::new("retake_added", detail), now)?;
                hall::retake_listed(&tx, &who, record.id, now)?;
                id
            }
        };
        let issued = match fresh {
            Some(fresh) => {
                let new = NewNumber {
                    priority: true,
                    retake: Some(line),
                    ..NewNumber::again(&tx, &record, fresh)?
                };
                Some(give_number(&tx, &who, &new, now)?)
            }
            None => None,
        };
        tx.commit()?;
        Ok((line, issued))
    }
}
