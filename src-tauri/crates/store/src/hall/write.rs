//! What this station has to say, within the transaction of what it does. All of it is nothing in a batch that is not
//! shared.

use domain::ticket::Action;
use domain::{BatchId, CaptureCode, Stage, SubjectId, TicketId, Timestamp};
use facts::{CodeKey, Fact, FactId, Happening, Stamp, TicketKey, TicketState};
use rusqlite::Connection;

use super::project;
use crate::table::audit::Signature;
use crate::table::hall_batch::{self, HallBatch};
use crate::table::ticket::{self, TicketRecord};
use crate::table::{hall_ticket, payment, retake, subject};
use crate::{NewPayment, StoreError};

/// Longest name of a cashier that travels.
const MAX_CASHIER: usize = 64;

/// What a code is called in a hall.
pub(crate) fn key_of_code(hall: &HallBatch, code: &CaptureCode) -> CodeKey {
    CodeKey::keyed(&hall.secret, code)
}

fn key_of_line(db: &Connection, hall: &HallBatch, id: SubjectId) -> Result<Option<CodeKey>, StoreError> {
    let line = subject::get(db, id)?;
    Ok(subject::key(&line.subject).map(|(kind, key)| CodeKey::of_person(&hall.secret, kind, key)))
}

/// Writes facts of this station and what follows from them.
pub(super) fn append(
    db: &Connection,
    who: &Signature,
    hall: &HallBatch,
    what: Vec<Happening>,
    now: Timestamp,
) -> Result<Vec<Fact>, StoreError> {
    let names = hall_batch::names(db, hall, what.len() as u64, now)?;
    let facts: Vec<Fact> = names
        .into_iter()
        .zip(what)
        .map(|((id, stamp), what)| Fact { id, batch: hall.key.clone(), stamp, what })
        .collect();
    project::take(db, who, hall, &facts, false, now)?;
    Ok(facts)
}

/// The batch's hall and the ticket's name in it, if the batch is shared.
fn shared(
    db: &Connection,
    record: &TicketRecord,
) -> Result<Option<(HallBatch, hall_ticket::HallTicket)>, StoreError> {
    let Some(of) = hall_ticket::of(db, record.id)? else { return Ok(None) };
    Ok(hall_batch::active(db, record.batch)?.map(|hall| (hall, of)))
}

/// Whether a ticket is a copy of what the stations of a hall say.
pub(crate) fn is_shared(db: &Connection, record: &TicketRecord) -> Result<bool, StoreError> {
    Ok(shared(db, record)?.is_some())
}

fn state(db: &Connection, key: &TicketKey) -> Result<TicketState, StoreError> {
    project::state(db, key)?.ok_or(StoreError::Unknown { what: "facts of ticket", id: 0 })
}

/// How a number came about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// What its code is called, where the payload is not here.
    pub(crate) code: Option<CodeKey>,
    /// Only this station may call it until it says otherwise.
    pub(crate) reserved: bool,
}

/// A number was given out: its row is there already.
pub(crate) fn issued(
    db: &Connection,
    who: &Signature,
    id: TicketId,
    origin: Origin,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = ticket::get(db, id)?;
    let Some(hall) = hall_batch::active(db, record.batch)? else { return Ok(()) };
    ticket::share(db, id)?;
    let code = ticket::code(db, id)?.map(|code| key_of_code(&hall, &code)).or(origin.code);
    let what = Happening::Issued {
        number: record.number,
        code,
        priority: record.ticket.place.priority,
        retake: record.retake.is_some(),
        reserved: origin.reserved,
    };
    // The row and its name in the hall belong together before anything is drawn from the facts.
    let names = hall_batch::names(db, &hall, 1, now)?;
    for (fact_id, stamp) in names {
        hall_ticket::insert(db, id, record.batch, &fact_id)?;
        let fact = Fact { id: fact_id, batch: hall.key.clone(), stamp, what: what.clone() };
        project::take(db, who, &hall, &[fact], false, now)?;
    }
    named(db, who, id, now)
}

/// Who it is has become known: as a name that only stations with the same roster can follow, and with the name itself
/// where names travel.
pub(crate) fn named(
    db: &Connection,
    who: &Signature,
    id: TicketId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = ticket::get(db, id)?;
    let Some(line) = record.subject else { return Ok(()) };
    let Some((hall, of)) = shared(db, &record)? else { return Ok(()) };
    let mut what = Vec::new();
    let told = state(db, &of.key)?;
    if let Some(person) = key_of_line(db, &hall, line)?
        && told.person.is_none()
    {
        what.push(Happening::PersonBound { ticket: of.key.clone(), person });
    }
    if hall.identities && told.name.is_none() {
        let line = subject::get(db, line)?.subject;
        what.push(Happening::Named { ticket: of.key, name: line.name, student_no: line.student_no });
    }
    if !what.is_empty() {
        append(db, who, &hall, what, now)?;
    }
    Ok(())
}

/// A step of a ticket. False if its batch is not shared: then the caller writes the row.
pub(crate) fn step(
    db: &Connection,
    who: &Signature,
    record: &TicketRecord,
    action: &Action,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some((hall, of)) = shared(db, record)? else { return Ok(false) };
    let state = state(db, &of.key)?;
    let ours = state.stage().booth() == Some(who.station.as_str())
        && state.called_by.as_ref() == Some(&hall.station);
    let stays =
        matches!(action, Action::Recall { .. } | Action::Seat { .. } | Action::Unseat | Action::Shoot { .. });
    let mut what = Vec::new();
    // Whom this booth sends away while alone comes back to this booth: nobody else knows that he was let go.
    if !hall.online && ours && !stays && !state.is_reserved_to(&hall.station) {
        what.push(Happening::Reserved { ticket: of.key.clone() });
    }
    what.push(Happening::Stepped { ticket: of.key, action: action.clone(), seen: state.last });
    append(db, who, &hall, what, now)?;
    Ok(true)
}

/// A picture was accepted here. In a shared batch it counts also where the ticket has moved on; false if the batch is
/// not shared.
pub(crate) fn shoot(
    db: &Connection,
    who: &Signature,
    record: &TicketRecord,
    now: Timestamp,
) -> Result<bool, StoreError> {
    step(db, who, record, &Action::Shoot { booth: who.station.clone() }, now)
}

/// A code was read for a ticket that had none.
pub(crate) fn code_bound(
    db: &Connection,
    who: &Signature,
    record: &TicketRecord,
    code: &CaptureCode,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some((hall, of)) = shared(db, record)? else { return Ok(()) };
    let code = key_of_code(&hall, code);
    if of.code.is_none() {
        append(db, who, &hall, vec![Happening::CodeBound { ticket: of.key, code }], now)?;
    }
    Ok(())
}

/// Whether a ticket's code is this one; `None` if nobody has read the ticket's code yet. Another station's payload is
/// not here, but its name in the hall is.
pub(crate) fn code_is(
    db: &Connection,
    record: &TicketRecord,
    code: &CaptureCode,
) -> Result<Option<bool>, StoreError> {
    if let Some(read) = ticket::code(db, record.id)? {
        return Ok(Some(read == *code));
    }
    let Some(known) = hall_ticket::of(db, record.id)?.and_then(|of| of.code) else { return Ok(None) };
    Ok(hall_batch::get(db, record.batch)?.map(|hall| key_of_code(&hall, code) == known))
}

/// The latest ticket of a code in a batch, also where only another station has its payload.
pub(crate) fn of_code(
    db: &Connection,
    batch: BatchId,
    code: &CaptureCode,
) -> Result<Option<TicketRecord>, StoreError> {
    let here = ticket::of_code(db, batch, code)?;
    let Some(hall) = hall_batch::get(db, batch)? else { return Ok(here) };
    let known = hall_ticket::of_code(db, batch, &key_of_code(&hall, code))?;
    let known = known.first().map(|id| ticket::get(db, *id)).transpose()?;
    Ok(here.into_iter().chain(known).max_by_key(|record| record.number))
}

/// A fee was taken or proved.
pub(crate) fn paid(
    db: &Connection,
    who: &Signature,
    batch: BatchId,
    of: (Option<SubjectId>, Option<TicketId>),
    taken: &NewPayment<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(hall) = hall_batch::active(db, batch)? else { return Ok(()) };
    let ticket = of.1.map(|id| hall_ticket::of(db, id)).transpose()?.flatten().map(|of| of.key);
    let person = match (of.0, &ticket) {
        (Some(line), None) => key_of_line(db, &hall, line)?,
        _ => None,
    };
    let cashier = taken.cashier.chars().filter(|c| !c.is_control()).take(MAX_CASHIER).collect();
    let what = Happening::Paid {
        ticket,
        person,
        amount_fen: taken.amount_fen.min(facts::MAX_AMOUNT_FEN),
        method: taken.method,
        cashier,
    };
    append(db, who, &hall, vec![what], now)?;
    Ok(())
}

/// A picture is to be taken again.
pub(crate) fn retake_listed(
    db: &Connection,
    who: &Signature,
    id: TicketId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = ticket::get(db, id)?;
    let Some((hall, of)) = shared(db, &record)? else { return Ok(()) };
    append(db, who, &hall, vec![Happening::RetakeListed { ticket: of.key }], now)?;
    Ok(())
}

/// A picture was taken in from elsewhere: the ticket is done, whatever it was before.
pub(crate) fn taken_in(
    db: &Connection,
    who: &Signature,
    id: TicketId,
    fresh: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    if fresh {
        issued(db, who, id, Origin::default(), now)?;
    }
    let record = ticket::get(db, id)?;
    let Some((hall, of)) = shared(db, &record)? else { return Ok(()) };
    let state = state(db, &of.key)?;
    let mut way = match state.stage() {
        Stage::Waiting | Stage::Passed | Stage::Held { .. } => way_to(&Stage::Shot, &who.station),
        _ => vec![Action::Shoot { booth: who.station.clone() }],
    };
    if *state.stage() == Stage::Left {
        way = [vec![Action::Back], way_to(&Stage::Shot, &who.station)].concat();
    }
    let what = way.into_iter().map(|action| step_of(&of.key, action)).collect();
    append(db, who, &hall, what, now)?;
    Ok(())
}

/// Puts the tickets of a batch that was worked on before it was shared into facts: how each came to where it stands, by
/// the shortest way. Nobody else has said anything yet, so that the stamps can be those of the time.
pub(super) fn so_far(
    db: &Connection,
    who: &Signature,
    hall: &HallBatch,
    now: Timestamp,
) -> Result<(), StoreError> {
    for record in ticket::all(db, hall.batch)? {
        let way = way_to(record.ticket.stage(), &who.station);
        let first = hall_batch::take_seqs(db, hall.batch, 1 + way.len() as u64, 0)?;
        let id = |seq| FactId { station: hall.station.clone(), seq };
        let key = id(first);
        let code = ticket::code(db, record.id)?.map(|code| key_of_code(hall, &code));
        let issued = Happening::Issued {
            number: record.number,
            code,
            priority: record.ticket.place.priority,
            retake: record.retake.is_some(),
            reserved: false,
        };
        let steps = way
            .into_iter()
            .map(|action| (record.shot_at.unwrap_or(record.ticket.place.since), step_of(&key, action)));
        let facts: Vec<Fact> = std::iter::once((record.issued_at, issued))
            .chain(steps)
            .zip(first..)
            .zip(0..)
            .map(|(((at, what), seq), count)| {
                let millis = at.0.max(record.issued_at.0).max(0);
                Fact { id: id(seq), batch: hall.key.clone(), stamp: Stamp { millis, count }, what }
            })
            .collect();
        ticket::share(db, record.id)?;
        hall_ticket::insert(db, record.id, hall.batch, &key)?;
        project::take(db, who, hall, &facts, false, now)?;
        named(db, who, record.id, now)?;
    }
    for line in retake::list(db, hall.batch)? {
        retake_listed(db, who, line.ticket, now)?;
    }
    for (of, amount_fen, method, cashier) in payment::of_batch(db, hall.batch)? {
        let taken = NewPayment { amount_fen, method, cashier: &cashier };
        paid(db, who, hall.batch, of, &taken, now)?;
    }
    Ok(())
}

fn step_of(ticket: &TicketKey, action: Action) -> Happening {
    Happening::Stepped { ticket: ticket.clone(), action, seen: ticket.clone() }
}

fn way_to(stage: &Stage, here: &str) -> Vec<Action> {
    let call = |booth: &str| Action::Call { booth: booth.to_owned() };
    let seat = |booth: &str| Action::Seat { booth: booth.to_owned() };
    match stage {
        Stage::Waiting => vec![],
        Stage::Called { booth } => vec![call(booth)],
        Stage::Seated { booth } => vec![call(booth), seat(booth)],
        Stage::Shot => vec![call(here), seat(here), Action::Shoot { booth: here.to_owned() }],
        Stage::Passed => vec![call(here), Action::Pass],
        Stage::Held { reason } => vec![Action::Hold { reason: *reason }],
        Stage::Left => vec![Action::Leave],
        Stage::Refused { reason } => vec![Action::Refuse { reason: reason.clone() }],
    }
}
