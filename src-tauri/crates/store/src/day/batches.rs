//! Making, opening and sealing batches.

use domain::schedule;
use domain::{BatchId, BatchPlan, BatchState, CaptureBatch, Reconciliation, Slot, SlotId, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use super::{DayRefusal, reason, report};
use crate::table::audit::{self, NewEvent};
use crate::table::{batch, hall_batch, hall_fact, sitting, slot, ticket};
use crate::{Store, StoreError};

impl Store {
    /// The batch that is open.
    pub fn open_one(&self) -> Result<Option<CaptureBatch>, StoreError> {
        batch::open_one(&self.db)
    }

    /// A batch.
    pub fn batch(&self, id: BatchId) -> Result<CaptureBatch, StoreError> {
        batch::get(&self.db, id)
    }

    /// Prepares a batch; it is not opened.
    pub fn new_batch(&mut self, plan: &BatchPlan, now: Timestamp) -> Result<CaptureBatch, StoreError> {
        plan.check().map_err(DayRefusal::Plan)?;
        let who = self.who.clone();
        let tx = self.begin()?;
        let id = batch::insert(&tx, plan, now)?;
        audit::append(&tx, &who, &NewEvent::new("batch_made", json!({ "batch": id })), now)?;
        let made = batch::get(&tx, id)?;
        tx.commit()?;
        Ok(made)
    }

    /// Changes the plan of a batch.
    pub fn edit_batch(
        &mut self,
        id: BatchId,
        plan: &BatchPlan,
        now: Timestamp,
    ) -> Result<CaptureBatch, StoreError> {
        plan.check().map_err(DayRefusal::Plan)?;
        let who = self.who.clone();
        let tx = self.begin()?;
        let old = unsealed(&tx, id)?;
        let fixed = (old.plan.fee, old.plan.way) != (plan.fee, plan.way);
        if fixed && ticket::is_any(&tx, id)? {
            return Err(DayRefusal::PlanFixed.into());
        }
        batch::set_plan(&tx, id, plan)?;
        audit::append(&tx, &who, &NewEvent::new("batch_edited", json!({ "batch": id })), now)?;
        let edited = batch::get(&tx, id)?;
        tx.commit()?;
        Ok(edited)
    }

    /// Opens a batch; the one that was open is put aside. Refused while somebody is at a booth.
    pub fn open_batch(&mut self, id: BatchId, now: Timestamp) -> Result<CaptureBatch, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let wanted = unsealed(&tx, id)?;
        let before = batch::open_one(&tx)?;
        if wanted.state != BatchState::Open {
            booths_are_free(&tx, &who.station, before.as_ref())?;
            if let Some(before) = &before {
                batch::set_state(&tx, before.id, BatchState::Ready)?;
            }
            batch::set_state(&tx, id, BatchState::Open)?;
            let detail = json!({ "batch": id, "before": before.map(|b| b.id) });
            audit::append(&tx, &who, &NewEvent::new("batch_opened", detail), now)?;
        }
        let opened = batch::get(&tx, id)?;
        tx.commit()?;
        Ok(opened)
    }

    /// Puts a batch aside: the station works without one.
    pub fn close_batch(&mut self, id: BatchId, now: Timestamp) -> Result<CaptureBatch, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let open = unsealed(&tx, id)?;
        if open.state == BatchState::Open {
            booths_are_free(&tx, &who.station, Some(&open))?;
            batch::set_state(&tx, id, BatchState::Ready)?;
            audit::append(&tx, &who, &NewEvent::new("batch_closed", json!({ "batch": id })), now)?;
        }
        let closed = batch::get(&tx, id)?;
        tx.commit()?;
        Ok(closed)
    }

    /// Ends a batch for good. With people in the middle of something it needs a reason; with somebody at a booth it is
    /// refused in any case.
    pub fn seal_batch(
        &mut self,
        id: BatchId,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<(CaptureBatch, Reconciliation), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let wanted = unsealed(&tx, id)?;
        booths_are_free(&tx, &who.station, Some(&wanted))?;
        let counts = report::reconcile(&tx, id)?;
        let why = match why.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(reason(text)?),
            // A sealed batch is not opened again, so that nobody would hear of it any more.
            None if hall_batch::active(&tx, id)?.is_some() && hall_fact::unsent_count(&tx, id)? > 0 => {
                return Err(DayRefusal::NotTold(hall_fact::unsent_count(&tx, id)?).into());
            }
            None if counts.unsettled() > 0 => {
                return Err(DayRefusal::NotReconciled(counts.unsettled()).into());
            }
            None => None,
        };
        batch::seal(&tx, id, why, now)?;
        let detail = json!({ "batch": id, "counts": counts, "with_reason": why.is_some() });
        audit::append(&tx, &who, &NewEvent::new("batch_sealed", detail), now)?;
        let sealed = batch::get(&tx, id)?;
        tx.commit()?;
        Ok((sealed, counts))
    }

    /// Puts a schedule in the place of the one before.
    pub fn set_schedule(
        &mut self,
        id: BatchId,
        slots: &[Slot],
        allow_overlap: bool,
        now: Timestamp,
    ) -> Result<Vec<(SlotId, Slot)>, StoreError> {
        let fault = schedule::faults(slots)
            .into_iter()
            .find(|fault| !(allow_overlap && matches!(fault, schedule::SlotFault::Overlap { .. })));
        if let Some(fault) = fault {
            return Err(DayRefusal::Schedule(fault).into());
        }
        let who = self.who.clone();
        let tx = self.begin()?;
        unsealed(&tx, id)?;
        slot::replace(&tx, id, slots)?;
        let detail = json!({ "batch": id, "slots": slots.len(), "overlaps_allowed": allow_overlap });
        audit::append(&tx, &who, &NewEvent::new("schedule_set", detail), now)?;
        let slots = slot::list(&tx, id)?;
        tx.commit()?;
        Ok(slots)
    }
}

/// A batch that can still be changed.
pub(super) fn unsealed(db: &Connection, id: BatchId) -> Result<CaptureBatch, StoreError> {
    let found = batch::get(db, id)?;
    if found.state == BatchState::Sealed { Err(DayRefusal::Sealed.into()) } else { Ok(found) }
}

/// The batch that is worked on.
pub(super) fn active(db: &Connection) -> Result<CaptureBatch, StoreError> {
    batch::open_one(db)?.ok_or_else(|| DayRefusal::NoBatch.into())
}

/// In a hall the other booths go on whatever is done here; only this one has to be free.
fn booths_are_free(db: &Connection, booth: &str, open: Option<&CaptureBatch>) -> Result<(), StoreError> {
    let called = match open {
        Some(open) if hall_batch::active(db, open.id)?.is_some() => {
            u32::from(ticket::at_booth(db, booth)?.is_some_and(|at| at.batch == open.id))
        }
        Some(open) => ticket::count(db, open.id, "called")? + ticket::count(db, open.id, "seated")?,
        None => 0,
    };
    if called > 0 || sitting::open_one(db)?.is_some() {
        return Err(DayRefusal::BoothsBusy.into());
    }
    Ok(())
}
