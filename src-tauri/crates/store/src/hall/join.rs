//! Sharing a batch with a hall, joining one that is shared, and leaving.

use domain::{BatchId, Timestamp};
use facts::{BatchKey, Cursor, StationId};
use serde_json::json;

use super::{HallBatch, write};
use crate::day::DayRefusal;
use crate::table::audit::{self, NewEvent};
use crate::table::{batch, hall_batch, ticket};
use crate::{Store, StoreError};

/// A place in a hall for a batch.
#[derive(Debug, Clone)]
pub struct HallJoin<'a> {
    /// The batch's name in the hall.
    pub key: BatchKey,
    /// This folder's name there: random, and never used before.
    pub station: StationId,
    /// What the other booths type.
    pub join_code: &'a str,
    /// What codes are hashed with.
    pub secret: [u8; 32],
    /// Whether names and IDs may travel.
    pub identities: bool,
    /// Whether this station is the one that shares the batch; otherwise it joins others.
    pub first: bool,
}

impl Store {
    /// Gives a batch its place in a hall. The one that shares a batch brings the numbers that were given out so far;
    /// the one that joins must not have given out any, for they would be doubled.
    pub fn hall_join(&mut self, id: BatchId, join: &HallJoin<'_>, now: Timestamp) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let open = batch::get(&tx, id)?;
        if open.state == domain::BatchState::Sealed {
            return Err(DayRefusal::Sealed.into());
        }
        if hall_batch::get(&tx, id)?.is_some() || hall_batch::by_key(&tx, &join.key)?.is_some() {
            return Err(DayRefusal::InHall.into());
        }
        if !join.first && ticket::is_any(&tx, id)? {
            return Err(DayRefusal::NumbersBeforeHall.into());
        }
        let hall = HallBatch {
            batch: id,
            key: join.key.clone(),
            station: join.station.clone(),
            join_code: join.join_code.to_owned(),
            secret: join.secret.to_vec(),
            identities: join.identities,
            online: false,
            left_at: None,
            cursor: Cursor::default(),
        };
        hall_batch::insert(&tx, &hall, now)?;
        write::so_far(&tx, &who, &hall, now)?;
        let detail =
            json!({ "batch": id, "hall": join.key, "first": join.first, "identities": join.identities });
        audit::append(&tx, &who, &NewEvent::new("hall_joined", detail), now)?;
        Ok(tx.commit()?)
    }

    /// Goes on without the hall for good. What the others have said so far stays known.
    pub fn hall_leave(&mut self, id: BatchId, now: Timestamp) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let Some(hall) = hall_batch::active(&tx, id)? else { return Err(DayRefusal::NoHall.into()) };
        hall_batch::leave(&tx, id, now)?;
        let detail = json!({ "batch": id, "hall": hall.key });
        audit::append(&tx, &who, &NewEvent::new("hall_left", detail), now)?;
        Ok(tx.commit()?)
    }
}
