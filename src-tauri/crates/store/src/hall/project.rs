//! From facts to the rows of tickets: the row is what [`facts::fold`] says, whoever wrote the facts and in whatever
//! order they came.

use std::collections::BTreeSet;

use domain::ticket::Action;
use domain::{Arrival, BatchId, RetakeId, Stage, SubjectId, TicketId, Timestamp};
use facts::{CodeKey, Fact, Happening, TicketKey, TicketState, fold, order};
use rusqlite::Connection;

use super::write;
use crate::table::audit::Signature;
use crate::table::hall_batch::{self, HallBatch};
use crate::table::ticket::{self, NewTicket};
use crate::table::{hall_fact, hall_person, hall_ticket, payment, retake};
use crate::{NewPayment, RetakeSource, StoreError};

/// The reason of a line of the retake list that another booth has written; its words stay there.
const ELSEWHERE: &str = "其他机位登记重拍";

/// Writes facts and what follows from them. `from_hall` says that the hall has them.
pub(super) fn take(
    db: &Connection,
    who: &Signature,
    hall: &HallBatch,
    facts: &[Fact],
    from_hall: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut fresh = Vec::with_capacity(facts.len());
    for fact in facts {
        if hall_fact::add(db, hall.batch, fact, from_hall)? {
            fresh.push(fact);
        }
        hall_batch::observe(db, hall.batch, fact.stamp)?;
    }
    let keys: BTreeSet<&TicketKey> = fresh.iter().filter_map(|fact| fact.ticket()).collect();
    // What was said of a ticket that nobody has given out yet waits for that.
    let mut states =
        keys.into_iter().filter_map(|key| state(db, key).transpose()).collect::<Result<Vec<_>, _>>()?;
    // A number for a retake finds the line that it answers with the earlier number.
    states.sort_by_key(|state| (state.retake, state.issued_at));
    for state in &states {
        write_row(db, hall, state, now)?;
    }
    for fact in fresh.iter().filter(|fact| fact.id.station != hall.station) {
        match &fact.what {
            Happening::Paid { .. } => pay(db, hall, fact)?,
            Happening::Settled { conflict, keep: Some(keep), .. } => {
                super::set_aside(db, who, hall, (conflict, keep), now)?;
            }
            _ => {}
        }
    }
    if from_hall {
        take_back_late_calls(db, who, hall, &fresh, now)?;
    }
    Ok(())
}

/// Where a ticket stands by all that is known here.
pub(super) fn state(db: &Connection, key: &TicketKey) -> Result<Option<TicketState>, StoreError> {
    let mut facts = hall_fact::of_ticket(db, key)?;
    facts.sort_by_key(order);
    Ok(fold(&facts))
}

fn write_row(
    db: &Connection,
    hall: &HallBatch,
    state: &TicketState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = match hall_ticket::by_key(db, &state.key)? {
        Some(of) => of.ticket,
        None => {
            let id = new_row(db, hall, state)?;
            hall_ticket::insert(db, id, hall.batch, &state.key)?;
            id
        }
    };
    let record = ticket::get(db, id)?;
    // With a picture accepted the row is final; what came late is a conflict, not another row.
    if *record.ticket.stage() != Stage::Shot {
        ticket::update(db, id, &state.ticket)?;
    }
    hall_ticket::update(db, id, state)?;
    if let (None, Some(person)) = (record.subject, &state.person)
        && let Some(line) = line_of(db, hall, person)?
    {
        ticket::bind_subject(db, id, line)?;
    }
    list_retakes(db, hall.batch, id, state, now)?;
    if let (Some(line), Stage::Shot) = (record.retake, state.stage()) {
        retake::done(db, line, now)?;
    }
    Ok(())
}

/// A row for a number that another station has given out.
fn new_row(db: &Connection, hall: &HallBatch, state: &TicketState) -> Result<TicketId, StoreError> {
    let subject = match &state.person {
        Some(person) => line_of(db, hall, person)?,
        None => None,
    };
    let new = NewTicket {
        batch: hall.batch,
        number: state.number,
        code: None,
        subject,
        retake: answers(db, hall.batch, state)?,
        station: state.key.station.as_str(),
        consent: None,
        id_card: false,
        arrival: Arrival::Unknown,
        priority: state.ticket.place.priority,
        shared: true,
    };
    ticket::insert(db, &new, state.issued_at)
}

/// The line of the retake list that a number for a retake answers: that of an earlier number of its code.
fn answers(db: &Connection, batch: BatchId, state: &TicketState) -> Result<Option<RetakeId>, StoreError> {
    let Some(code) = state.code.as_ref().filter(|_| state.retake) else { return Ok(None) };
    for earlier in hall_ticket::of_code(db, batch, code)? {
        if let Some(line) = retake::open_of(db, earlier)? {
            return Ok(Some(line.id));
        }
    }
    Ok(None)
}

fn list_retakes(
    db: &Connection,
    batch: BatchId,
    id: TicketId,
    state: &TicketState,
    now: Timestamp,
) -> Result<(), StoreError> {
    for _ in retake::count_of(db, id)?..state.retakes_listed {
        retake::insert(db, batch, id, ELSEWHERE, RetakeSource::Reviewer, now)?;
    }
    Ok(())
}

/// The line of this folder's roster that the hall calls by this name.
fn line_of(db: &Connection, hall: &HallBatch, person: &CodeKey) -> Result<Option<SubjectId>, StoreError> {
    if let Some(line) = hall_person::by_key(db, hall.batch, person)? {
        return Ok(Some(line));
    }
    // Lines that were imported since.
    for (line, kind, key) in hall_person::nameless(db, hall.batch)? {
        hall_person::insert(db, hall.batch, line, &CodeKey::of_person(&hall.secret, &kind, &key))?;
    }
    hall_person::by_key(db, hall.batch, person)
}

/// A fee that another station has taken.
fn pay(db: &Connection, hall: &HallBatch, fact: &Fact) -> Result<(), StoreError> {
    let Happening::Paid { ticket, person, amount_fen, method, cashier } = &fact.what else { return Ok(()) };
    let ticket = ticket.as_ref().map(|key| hall_ticket::by_key(db, key)).transpose()?.flatten();
    let line = person.as_ref().map(|person| line_of(db, hall, person)).transpose()?.flatten();
    let of = (line, ticket.map(|of| of.ticket));
    if of == (None, None) {
        tracing::warn!(batch = hall.batch.0, "a fee of somebody who is not known here");
        return Ok(());
    }
    let taken = NewPayment { amount_fen: *amount_fen, method: *method, cashier };
    payment::insert(db, hall.batch, of, &taken, Timestamp(fact.stamp.millis))?;
    Ok(())
}

/// A call of this station whose answer came too late: meanwhile the booth has called somebody else, and this one was
/// told to nobody. He goes back to his place.
fn take_back_late_calls(
    db: &Connection,
    who: &Signature,
    hall: &HallBatch,
    fresh: &[&Fact],
    now: Timestamp,
) -> Result<(), StoreError> {
    for fact in fresh.iter().filter(|fact| fact.id.station == hall.station) {
        let Happening::Stepped { ticket: key, action: Action::Call { booth }, .. } = &fact.what else {
            continue;
        };
        let Some(of) = hall_ticket::by_key(db, key)? else { continue };
        let Some(state) = state(db, key)? else { continue };
        let stands = state.last == fact.id && state.ticket.before.is_some();
        if stands && ticket::others_at_booth(db, hall.batch, booth, of.ticket)? > 0 {
            let what = Happening::Stepped { ticket: key.clone(), action: Action::Undo, seen: state.last };
            write::append(db, who, hall, vec![what], now)?;
        }
    }
    Ok(())
}
