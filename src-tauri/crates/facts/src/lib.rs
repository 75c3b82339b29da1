//! What the stations of one hall tell each other: **facts**, which are only ever added, and the pure fold that tells
//! what follows from them.
//!
//! Every station appends facts under a name of its own (station, sequence number) and never changes one. Where a
//! ticket stands is a fold over its facts in one order ([`fold`]), the same at every booth, beside the hall's database
//! and in a station's own store, so that facts may arrive late, twice and in any order. What two facts cannot both say
//! becomes a [`Conflict`] for people to decide.
//!
//! Photos, payloads of codes and, unless the batch says so, names and reasons in words never travel. No network, no
//! disk and no clock in here.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod book;
mod conflict;
mod error;
mod fact;
mod fold;
mod join;
mod names;
mod place;
mod sides;
mod stamp;

pub use book::{Added, Book, PaymentFact};
pub use conflict::{Conflict, Settlement, ShownConflict};
pub use error::FactError;
pub use fact::{Fact, Happening, MAX_AMOUNT_FEN, MAX_FACT, MAX_NUMBER, WITHHELD};
pub use fold::{LostStep, ShotFact, TicketState, fold, order};
pub use join::{JoinCode, proof};
pub use names::{BatchKey, BoothName, CodeKey, FactId, StationId, TicketKey};
pub use place::{Cursor, NumberRange};
pub use sides::Side;
pub use stamp::{Stamp, StampClock};
