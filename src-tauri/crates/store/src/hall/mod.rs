//! A batch that several stations of one hall share: every step of a ticket is written down as a fact in the same
//! transaction, and the row of the ticket is a copy of what the facts of all stations say.
//!
//! No network in here. A thread elsewhere takes what is unsent to the others ([`Reader::hall_unsent`]) and brings what
//! they have said ([`Store::hall_absorb`]). A batch that is not shared is not touched by anything in here.

mod join;
mod project;
mod write;

pub use crate::table::hall_batch::HallBatch;
pub use join::HallJoin;

pub(crate) use write::{
    Origin, code_bound, code_is, is_shared, issued, key_of_code, named, of_code, paid, retake_listed, shoot,
    step, taken_in,
};

use domain::{BatchId, CaptureCode, PortraitId, ShotNumber, Stage, Timestamp};
use facts::{BatchKey, CodeKey, Cursor, Fact, FactId, NumberRange, TicketKey};
use rusqlite::Connection;
use serde_json::json;

use crate::day::{DayRefusal, reason};
use crate::table::audit::{self, NewEvent};
use crate::table::ticket::{self, TicketRecord};
use crate::table::{batch, hall_batch, hall_fact, hall_range, hall_ticket, outbox, portrait, ticket_sitting};
use crate::{Reader, Store, StoreError};

/// A picture of this code that another booth has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShotElsewhere {
    /// Under which number.
    pub number: ShotNumber,
    /// At which booth.
    pub booth: String,
    /// When it was accepted.
    pub at: Timestamp,
}

impl Store {
    /// How a batch stands to a hall; also if it was left.
    pub fn hall_of(&self, batch: BatchId) -> Result<Option<HallBatch>, StoreError> {
        hall_batch::get(&self.db, batch)
    }

    /// The batch that has this name in its hall.
    pub fn hall_by_key(&self, key: &BatchKey) -> Result<Option<HallBatch>, StoreError> {
        hall_batch::by_key(&self.db, key)
    }

    /// The names of all batches of this folder that are or were in a hall.
    pub fn hall_keys(&self) -> Result<Vec<BatchKey>, StoreError> {
        hall_batch::keys(&self.db)
    }

    /// Whether numbers were given out in a batch.
    pub fn has_numbers(&self, batch: BatchId) -> Result<bool, StoreError> {
        ticket::is_any(&self.db, batch)
    }

    /// The open batch, if it is shared with a hall that was not left.
    pub fn hall_now(&self) -> Result<Option<HallBatch>, StoreError> {
        match batch::open_one(&self.db)? {
            Some(open) => hall_batch::active(&self.db, open.id),
            None => Ok(None),
        }
    }

    /// Whether the hall can be asked: alone, a station calls its own numbers only, and keeps whom it sends away.
    pub fn set_hall_online(&mut self, batch: BatchId, online: bool) -> Result<(), StoreError> {
        hall_batch::set_online(&self.db, batch, online)
    }

    /// Takes sequence numbers for facts of this folder; gives the first.
    pub fn hall_take_seqs(&mut self, batch: BatchId, count: u64, above: u64) -> Result<u64, StoreError> {
        hall_batch::take_seqs(&self.db, batch, count, above)
    }

    /// Writes facts of this folder, unsent, and what follows from them.
    pub fn hall_append(&mut self, batch: BatchId, facts: &[Fact], now: Timestamp) -> Result<(), StoreError> {
        self.hall_take(batch, facts, None, now)
    }

    /// Writes what came from the hall, with where reading goes on, and what follows from it, in one transaction.
    pub fn hall_absorb(
        &mut self,
        batch: BatchId,
        facts: &[Fact],
        cursor: &Cursor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.hall_take(batch, facts, Some(cursor), now)
    }

    fn hall_take(
        &mut self,
        batch: BatchId,
        facts: &[Fact],
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let hall = hall_batch::get(&tx, batch)?.ok_or(StoreError::Unknown { what: "hall", id: batch.0 })?;
        project::take(&tx, &who, &hall, facts, cursor.is_some(), now)?;
        if let Some(cursor) = cursor {
            hall_batch::set_cursor(&tx, batch, cursor)?;
        }
        Ok(tx.commit()?)
    }

    /// The hall has these.
    pub fn hall_mark_sent(&mut self, ids: &[FactId]) -> Result<(), StoreError> {
        let tx = self.begin()?;
        hall_fact::mark_sent(&tx, ids)?;
        Ok(tx.commit()?)
    }

    /// The hall has lost its memory: everything is sent and read again.
    pub fn hall_forget_sent(&mut self, batch: BatchId) -> Result<(), StoreError> {
        let tx = self.begin()?;
        hall_fact::forget_sent(&tx, batch)?;
        hall_batch::set_cursor(&tx, batch, &Cursor::default())?;
        Ok(tx.commit()?)
    }

    /// Keeps numbers for working alone.
    pub fn hall_keep_range(&mut self, batch: BatchId, range: NumberRange) -> Result<(), StoreError> {
        hall_range::insert(&self.db, batch, range)
    }

    /// Highest number that this folder has ever given out or seen.
    pub fn highest_number(&self) -> Result<ShotNumber, StoreError> {
        let sitting = crate::table::sitting::last_number(&self.db)?;
        Ok(sitting.max(ticket::last_number(&self.db)?).max(crate::number::last(&self.layout)))
    }

    /// What a code is called in the hall of the open batch.
    pub fn hall_code_key(&self, code: &CaptureCode) -> Result<Option<CodeKey>, StoreError> {
        Ok(self.hall_now()?.map(|hall| key_of_code(&hall, code)))
    }

    /// What a number of the open batch is called in its hall.
    pub fn hall_ticket_key(&self, number: ShotNumber) -> Result<Option<TicketKey>, StoreError> {
        let Some(open) = batch::open_one(&self.db)? else { return Ok(None) };
        let Some(record) = ticket::by_number(&self.db, number)?.filter(|t| t.batch == open.id) else {
            return Ok(None);
        };
        Ok(hall_ticket::of(&self.db, record.id)?.map(|shared| shared.key))
    }

    /// The ticket that a fact of the hall speaks of.
    pub fn hall_ticket(&self, key: &TicketKey) -> Result<Option<TicketRecord>, StoreError> {
        let Some(shared) = hall_ticket::by_key(&self.db, key)? else { return Ok(None) };
        ticket::get(&self.db, shared.ticket).map(Some)
    }

    /// A picture of this code that another booth of the hall has, if this one has none.
    pub fn shot_elsewhere(&self, code: &CaptureCode) -> Result<Option<ShotElsewhere>, StoreError> {
        let Some(open) = batch::open_one(&self.db)? else { return Ok(None) };
        let Some(hall) = hall_batch::get(&self.db, open.id)? else { return Ok(None) };
        for id in hall_ticket::of_code(&self.db, open.id, &key_of_code(&hall, code))? {
            let record = ticket::get(&self.db, id)?;
            let booth = hall_ticket::of(&self.db, id)?.and_then(|shared| shared.shot_booth);
            if *record.ticket.stage() == Stage::Shot
                && let Some(booth) = booth
            {
                let at = record.shot_at.unwrap_or(record.ticket.place.since);
                return Ok(Some(ShotElsewhere { number: record.number, booth, at }));
            }
        }
        Ok(None)
    }

    /// A person's word on a conflict, for all booths and for the audit log. Where one picture was chosen and this
    /// folder holds another one, that one waits in the outbox until somebody frees it.
    pub fn hall_settle(
        &mut self,
        batch: BatchId,
        conflict: &str,
        why: &str,
        keep: Option<&FactId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let why = reason(why)?.replace('\n', " ");
        let who = self.who.clone();
        let tx = self.begin()?;
        let hall = hall_batch::active(&tx, batch)?.ok_or(DayRefusal::NoHall)?;
        let settled = facts::Happening::Settled {
            conflict: conflict.to_owned(),
            reason: why.clone(),
            keep: keep.cloned(),
        };
        write::append(&tx, &who, &hall, vec![settled], now)?;
        if let Some(keep) = keep {
            set_aside(&tx, &who, &hall, (conflict, keep), now)?;
        }
        let kind = conflict.split(':').next().unwrap_or_default();
        let detail = json!({ "batch": batch, "kind": kind, "keep": keep, "conflict": conflict });
        audit::append(&tx, &who, &NewEvent::new("hall_conflict_settled", detail), now)?;
        Ok(tx.commit()?)
    }

    /// The picture that this folder holds for a fact that says that one was accepted.
    pub fn hall_picture(&self, shot: &FactId) -> Result<Option<PortraitId>, StoreError> {
        picture_of(&self.db, shot)
    }
}

impl Reader {
    /// All facts of a batch.
    pub fn hall_facts(&self, batch: BatchId) -> Result<Vec<Fact>, StoreError> {
        hall_fact::all(&self.db, batch)
    }

    /// How a batch stands to a hall.
    pub fn hall_of(&self, batch: BatchId) -> Result<Option<HallBatch>, StoreError> {
        hall_batch::get(&self.db, batch)
    }

    /// Numbers of this folder, in the order in which they were granted.
    pub fn hall_ranges(&self, batch: BatchId) -> Result<Vec<NumberRange>, StoreError> {
        hall_range::list(&self.db, batch)
    }

    /// Facts that the hall has not confirmed, smallest sequence number first.
    pub fn hall_unsent(&self, batch: BatchId, limit: usize) -> Result<Vec<Fact>, StoreError> {
        hall_fact::unsent(&self.db, batch, limit)
    }

    /// How many facts the hall has not confirmed.
    pub fn hall_unsent_count(&self, batch: BatchId) -> Result<u32, StoreError> {
        hall_fact::unsent_count(&self.db, batch)
    }

    /// The picture that this folder holds for a fact that says that one was accepted.
    pub fn hall_picture(&self, shot: &FactId) -> Result<Option<PortraitId>, StoreError> {
        picture_of(&self.db, shot)
    }

    /// What another station has told of a person, where names travel; masked.
    pub fn hall_masked_name(&self, id: domain::TicketId) -> Result<Option<String>, StoreError> {
        let told = hall_ticket::of(&self.db, id)?.and_then(|shared| shared.name);
        Ok(told.and_then(|name| domain::Subject { name: Some(name), ..Default::default() }.masked_name()))
    }
}

/// A ticket is photographed once at a station: the picture of a fact is that of its ticket's accepted sitting here.
fn picture_of(db: &Connection, shot: &FactId) -> Result<Option<PortraitId>, StoreError> {
    let Some((batch, fact)) = hall_fact::get(db, shot)? else { return Ok(None) };
    let ours = hall_batch::get(db, batch)?.is_some_and(|hall| hall.station == shot.station);
    let Some(key) = fact.ticket().filter(|_| ours) else { return Ok(None) };
    let Some(shared) = hall_ticket::by_key(db, key)? else { return Ok(None) };
    match ticket_sitting::accepted_of(db, shared.ticket)? {
        Some(sitting) => Ok(portrait::of_sitting(db, sitting)?.map(|picture| picture.id)),
        None => Ok(None),
    }
}

/// Where one of several pictures was chosen, those of this folder that were not wait until somebody frees them.
fn set_aside(
    db: &Connection,
    who: &audit::Signature,
    hall: &HallBatch,
    (conflict, keep): (&str, &FactId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let ids = conflict.strip_prefix("shot_twice:").unwrap_or_default().split(',');
    for id in ids {
        let Some((station, seq)) = id.split_once('#') else { continue };
        let Some(seq) = seq.parse().ok().filter(|_| station == hall.station.as_str()) else { continue };
        let shot = FactId { station: hall.station.clone(), seq };
        if shot == *keep {
            continue;
        }
        if let Some(portrait) = picture_of(db, &shot)?
            && outbox::change(db, portrait, &crate::Handover::Park(NOT_CHOSEN), now)?
        {
            let event = NewEvent { portrait: Some(portrait), ..NewEvent::new("handover_parked", json!({})) };
            audit::append(db, who, &event, now)?;
        }
    }
    Ok(())
}

/// Why a picture waits that was not chosen; shown to the operator.
const NOT_CHOSEN: &str =
    "同一采集码在另一机位也拍了一张，已选定那一张 (another booth's picture of this code was chosen)";
