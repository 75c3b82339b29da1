//! The booth: whose sitting a code may open, and what the sitting does to the ticket.
//!
//! These run inside the transactions of `shooting.rs`, so that nobody who opens a sitting can get around them.

use domain::ticket::Action;
use domain::{
    Admission, Arrival, BatchId, CaptureBatch, CaptureCode, CodeSource, ShotNumber, SittingId, Stage,
    SubjectId, Timestamp, Way,
};
use rusqlite::Connection;
use serde_json::json;

use super::{DayRefusal, queue};
use crate::hall::{self, Origin};
use crate::table::audit::{self, NewEvent, Signature};
use crate::table::ticket::{self, NewTicket, TicketRecord};
use crate::table::{batch, retake, sitting, subject, ticket_sitting};
use crate::{RetakeSource, Store, StoreError};

/// What a code at the seat means for the queue.
#[derive(Debug, Clone)]
pub(crate) enum Seating {
    /// No batch is open: a sitting as ever.
    Free,
    /// The booth gives out the number itself.
    New {
        /// In this batch.
        batch: BatchId,
        /// The line of the roster, where a typed 学号 tells it.
        subject: Option<SubjectId>,
        /// The ticket of the picture that it takes again.
        again: Option<Box<TicketRecord>>,
    },
    /// It is this ticket's turn.
    Turn(Box<TicketRecord>),
}

impl Seating {
    /// The number that the student already has.
    pub(crate) fn number(&self) -> Option<ShotNumber> {
        match self {
            Self::Turn(record) => Some(record.number),
            _ => None,
        }
    }
}

/// Whether a code may open a sitting at `booth` now.
pub(crate) fn seating(
    db: &Connection,
    code: &CaptureCode,
    source: CodeSource,
    booth: &str,
) -> Result<Seating, StoreError> {
    let Some(open) = batch::open_one(db)? else { return Ok(Seating::Free) };
    let own = hall::of_code(db, open.id, code)?;
    match open.plan.way {
        Way::Desk => desk_way(db, code, booth, own),
        Way::Booth => booth_way(db, &open, code, source, own),
    }
}

fn desk_way(
    db: &Connection,
    code: &CaptureCode,
    booth: &str,
    own: Option<TicketRecord>,
) -> Result<Seating, StoreError> {
    let belongs = own.as_ref().map(|t| t.number);
    let Some(called) = ticket::at_booth(db, booth)? else {
        return Err(DayRefusal::NobodyCalled(belongs).into());
    };
    match hall::code_is(db, &called, code)? {
        Some(true) => Ok(Seating::Turn(Box::new(called))),
        // Checked in without a code: the first one at the seat becomes the ticket's, unless it is somebody else's.
        None if own.is_none() => Ok(Seating::Turn(Box::new(called))),
        _ => Err(DayRefusal::Jumped { called: called.number, belongs }.into()),
    }
}

fn booth_way(
    db: &Connection,
    open: &CaptureBatch,
    code: &CaptureCode,
    source: CodeSource,
    own: Option<TicketRecord>,
) -> Result<Seating, StoreError> {
    if let Some(own) = &own
        && !matches!(own.ticket.stage(), Stage::Shot | Stage::Refused { .. })
    {
        return Ok(Seating::Turn(Box::new(own.clone())));
    }
    let again = own.filter(|own| *own.ticket.stage() == Stage::Shot);
    let typed = match &again {
        Some(_) => None,
        None => typed_subject(db, open.id, code, source)?,
    };
    if again.is_none()
        && open.plan.make_up_of.is_some()
        && let Some(line) = retake::carried(db, open.id, Some(code), typed)?
    {
        // The picture of an earlier batch: its line of the roster is another one there.
        let earlier = Some(Box::new(ticket::get(db, line.ticket)?));
        return Ok(Seating::New { batch: open.id, subject: typed, again: earlier });
    }
    let subject = again.as_ref().map_or(typed, |earlier| earlier.subject);
    if let Some(id) = subject {
        let roster = subject::get(db, id)?.subject.paid;
        let taken = crate::table::payment::latest(db, Some(id), None)?;
        Admission { roster, taken }.admit(open.plan.fee).map_err(DayRefusal::Fee)?;
    }
    Ok(Seating::New { batch: open.id, subject, again: again.map(Box::new) })
}

/// Codes are opaque. Only what a hand or a gun typed and what is a 学号 of this very roster, letter by letter, names
/// somebody.
pub(super) fn typed_subject(
    db: &Connection,
    batch: BatchId,
    code: &CaptureCode,
    source: CodeSource,
) -> Result<Option<SubjectId>, StoreError> {
    let Ok(text) = std::str::from_utf8(code.bytes()) else { return Ok(None) };
    if source == CodeSource::Camera {
        return Ok(None);
    }
    Ok(subject::by_key(db, batch, ("student_no", text))?.map(|record| record.id))
}

/// The sitting is open: ties it to its ticket and seats that.
pub(crate) fn seat(
    db: &Connection,
    who: &Signature,
    seating: Seating,
    opened: (SittingId, ShotNumber),
    (code, source): (&CaptureCode, CodeSource),
    now: Timestamp,
) -> Result<(), StoreError> {
    let booth = &who.station;
    let (record, steps) = match seating {
        Seating::Free => return Ok(()),
        Seating::New { batch, subject, again } => {
            let retake = match again {
                Some(earlier) => Some(match retake::open_of(db, earlier.id)? {
                    Some(line) => line.id,
                    None => {
                        let line =
                            retake::insert(db, batch, earlier.id, "在机位重拍", RetakeSource::Student, now)?;
                        let detail = json!({ "retake": line, "ticket": earlier.id });
                        audit::append(db, who, &NewEvent::of("retake_added", opened.0, detail), now)?;
                        hall::retake_listed(db, who, earlier.id, now)?;
                        line
                    }
                }),
                None => None,
            };
            let new = NewTicket {
                batch,
                number: opened.1,
                code: Some((code, source)),
                subject,
                retake,
                station: booth,
                consent: None,
                id_card: false,
                arrival: Arrival::Unknown,
                priority: false,
                shared: false,
            };
            let id = ticket::insert(db, &new, now)?;
            let detail = json!({ "ticket": id, "number": opened.1, "batch": batch, "subject": subject });
            audit::append(db, who, &NewEvent::of("ticket_issued", opened.0, detail), now)?;
            hall::issued(db, who, id, Origin::default(), now)?;
            (ticket::get(db, id)?, vec![Action::Call { booth: booth.clone() }])
        }
        Seating::Turn(record) => {
            if record.fingerprint.is_none() {
                ticket::bind_code(db, record.id, code, source)?;
                hall::code_bound(db, who, &record, code, now)?;
            }
            let steps = match record.ticket.stage() {
                Stage::Called { .. } => vec![],
                Stage::Left => vec![Action::Back, Action::Call { booth: booth.clone() }],
                _ => vec![Action::Call { booth: booth.clone() }],
            };
            (*record, steps)
        }
    };
    ticket_sitting::insert(db, opened.0, record.id)?;
    let mut record = record;
    for action in steps.into_iter().chain([Action::Seat { booth: booth.clone() }]) {
        record = queue::step(db, who, &record, &action, Some(opened.0), now)?;
    }
    Ok(())
}

/// The picture was accepted: the ticket is done, and so is the line of the retake list that it answers.
pub(crate) fn shot(
    db: &Connection,
    who: &Signature,
    sitting: SittingId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(id) = ticket_sitting::ticket_of(db, sitting)? else { return Ok(()) };
    let record = ticket::get(db, id)?;
    match record.ticket.stage() {
        Stage::Seated { booth } if *booth == who.station || !hall::is_shared(db, &record)? => {
            let booth = booth.clone();
            queue::step(db, who, &record, &Action::Shoot { booth }, Some(sitting), now)?;
        }
        // Another booth has moved the ticket on meanwhile: the picture exists all the same.
        _ if hall::shoot(db, who, &record, now)? => {}
        _ => return Ok(()),
    }
    if let Some(line) = record.retake {
        retake::done(db, line, now)?;
    }
    Ok(())
}

/// The sitting ended without a picture. In the desk way the person is still the called one; at the booth nobody knows
/// whether the person comes back.
pub(crate) fn unseat(
    db: &Connection,
    who: &Signature,
    sitting: SittingId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(record) = seated(db, sitting)? else { return Ok(()) };
    let record = queue::step(db, who, &record, &Action::Unseat, Some(sitting), now)?;
    if batch::get(db, record.batch)?.plan.way == Way::Booth {
        queue::step(db, who, &record, &Action::Leave, Some(sitting), now)?;
    }
    Ok(())
}

fn seated(db: &Connection, sitting: SittingId) -> Result<Option<TicketRecord>, StoreError> {
    let Some(id) = ticket_sitting::ticket_of(db, sitting)? else { return Ok(None) };
    let record = ticket::get(db, id)?;
    Ok(matches!(record.ticket.stage(), Stage::Seated { .. }).then_some(record))
}

impl Store {
    /// Whether this code may open a sitting here now; the same that [`Store::open_sitting`] asks again.
    pub fn may_sit(&self, code: &CaptureCode, source: CodeSource) -> Result<(), StoreError> {
        seating(&self.db, code, source, &self.who.station).map(drop)
    }

    /// The code with which the called ticket of this booth can be armed without another scan: in the desk way without
    /// double proof, while no sitting is open. With it comes whether the ticket is a retake.
    pub fn to_arm(&self) -> Result<Option<(CaptureCode, CodeSource, bool)>, StoreError> {
        let Some(open) = batch::open_one(&self.db)? else { return Ok(None) };
        if open.plan.way != Way::Desk || open.plan.double_proof || sitting::open_one(&self.db)?.is_some() {
            return Ok(None);
        }
        let Some(called) = ticket::at_booth(&self.db, &self.who.station)? else { return Ok(None) };
        let code = ticket::code(&self.db, called.id)?;
        Ok(code.map(|code| (code, called.source.unwrap_or(CodeSource::Gun), called.retake.is_some())))
    }

    /// The ticket that a sitting belongs to.
    pub fn ticket_of(&self, sitting: SittingId) -> Result<Option<TicketRecord>, StoreError> {
        ticket_sitting::ticket_of(&self.db, sitting)?.map(|id| ticket::get(&self.db, id)).transpose()
    }

    /// 张*三, for the screen of the booth.
    pub fn masked_name(&self, id: SubjectId) -> Result<Option<String>, StoreError> {
        Ok(subject::get(&self.db, id)?.subject.masked_name())
    }

    /// Whom this booth has called or has in its seat.
    pub fn at_this_booth(&self) -> Result<Option<TicketRecord>, StoreError> {
        ticket::at_booth(&self.db, &self.who.station)
    }
}
