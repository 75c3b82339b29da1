//! Several booths in one hall: queue facts shared through PostgreSQL, and alone without it.
//!
//! Every station appends **facts** under a name of its own (station, sequence number) and never changes one. Where a
//! ticket stands is a pure fold over its facts in one order ([`fold`]), the same at every booth and beside the database,
//! so that facts may arrive late, twice and in any order. What two facts cannot both say becomes a [`Conflict`] for
//! people to decide. The database arbitrates only one thing while it can be reached: who calls whom
//! ([`Server::claim`], one locked row). Cut off, a booth calls only tickets that are reserved to it.
//!
//! Photos, payloads of codes and, unless the batch says so, names and reasons in words never travel.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod book;
mod conflict;
mod error;
mod fact;
mod fold;
mod hall;
mod journal;
mod listen;
mod member;
mod names;
mod project;
mod schema;
mod server;
mod settings;
mod stamp;
mod wire;

pub use book::{Added, Book, PaymentFact};
pub use conflict::{Conflict, ShownConflict};
pub use error::{HallError, JournalError};
pub use fact::{Fact, Happening, MAX_AMOUNT_FEN, MAX_FACT, MAX_NUMBER, WITHHELD};
pub use fold::{LostStep, ShotFact, TicketState, fold, order};
pub use hall::{Hall, HallView};
pub use journal::{Cursor, Journal, MemoryJournal, NumberRange, Saved};
pub use listen::{Changed, Listener};
pub use member::{Link, Member, NewTicket, Synced};
pub use names::{BatchKey, BoothName, CodeKey, FactId, StationId, TicketKey};
pub use schema::VERSION as SCHEMA_VERSION;
pub use server::{CHANNEL, Membership, PAGE, Sent, Server, Standing, Wanted};
pub use settings::HallSettings;
pub use stamp::{Stamp, StampClock};
