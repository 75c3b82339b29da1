//! 补采日: a batch for those who remain of an earlier one.

use domain::payment::FeeStanding;
use domain::{Admission, BatchId, BatchPlan, BatchState, CaptureBatch, EndState, Subject, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use super::{DayRefusal, PersonRow, report};
use crate::table::audit::{self, NewEvent};
use crate::table::{batch, payment, retake, roster_import, subject};
use crate::{RosterCounts, Store, StoreError};

/// How many people a make-up day has to expect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Remaining {
    /// Lines of the roster of the earlier batch that are due again.
    pub people: u32,
    /// Of those, how many had paid.
    pub paid: u32,
    /// Pictures that are to be taken again; some of people whom no roster knows.
    pub retakes: u32,
}

/// Whether somebody is still due on a make-up day. Who was refused comes with a late entry, if at all.
fn remains(state: EndState) -> bool {
    !matches!(state, EndState::Shot | EndState::Refused)
}

/// The line of a person for the new roster: as it was, with what was paid meanwhile.
fn line(db: &Connection, from: &CaptureBatch, person: &PersonRow) -> Result<Option<Subject>, StoreError> {
    let Some(id) = person.subject else { return Ok(None) };
    let known = subject::get(db, id)?.subject;
    let taken = payment::latest(db, Some(id), person.tickets.last().map(|ticket| ticket.id))?;
    let paid = match (Admission { roster: known.paid, taken }).standing(from.plan.fee) {
        FeeStanding::Paid | FeeStanding::OnTheSpot => Some(true),
        FeeStanding::Unpaid => Some(false),
        FeeStanding::NotOnBill => None,
        FeeStanding::NoFee => known.paid,
    };
    Ok(Some(Subject { paid, ..known }))
}

impl Store {
    /// Prepares a batch with those who remain of the batch `from`: absent, passed, held, gone, still waiting, or with a
    /// picture that is to be taken again. What they paid goes with them, and so do the reasons of the retake list. It
    /// is not opened. Refused while `from` is open, for somebody may still be shot there.
    pub fn make_up_batch(
        &mut self,
        from: BatchId,
        plan: &BatchPlan,
        now: Timestamp,
    ) -> Result<(CaptureBatch, Remaining), StoreError> {
        plan.check().map_err(DayRefusal::Plan)?;
        let who = self.who.clone();
        let tx = self.begin()?;
        let earlier = batch::get(&tx, from)?;
        if earlier.state == BatchState::Open {
            return Err(DayRefusal::StillOpen.into());
        }
        let plan = BatchPlan { make_up_of: Some(from), ..plan.clone() };
        let id = batch::insert(&tx, &plan, now)?;
        let generation = roster_import::begin(&tx, id, now)?;
        let mut remaining = Remaining::default();
        for person in report::people(&tx, from)?.iter().filter(|person| remains(person.state)) {
            let Some(line) = line(&tx, &earlier, person)? else { continue };
            let Some(key) = subject::key(&line) else { continue };
            subject::insert(&tx, id, key, &line, generation, now)?;
            remaining.people += 1;
            remaining.paid += u32::from(line.paid == Some(true));
        }
        remaining.retakes = retake::carry(&tx, from, id)?;
        if remaining.people + remaining.retakes == 0 {
            return Err(DayRefusal::NobodyRemains.into());
        }
        let counts = RosterCounts { added: remaining.people, ..RosterCounts::default() };
        roster_import::note(&tx, id, generation, &counts, Some(now))?;
        let detail = json!({
            "batch": id, "from": from, "people": remaining.people, "paid": remaining.paid, "retakes": remaining.retakes,
        });
        audit::append(&tx, &who, &NewEvent::new("make_up_made", detail), now)?;
        let made = batch::get(&tx, id)?;
        tx.commit()?;
        Ok((made, remaining))
    }
}
