//! Several booths in one hall: queue facts shared through PostgreSQL, and alone without it.
//!
//! What stations tell each other are [`facts`]; here they travel, and the database arbitrates only one thing while it can be reached: who calls whom
//! ([`Server::claim`], one locked row). Cut off, a booth calls only tickets that are reserved to it.
//!
//! Encrypted where the crew has a certificate authority of its own.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod hall;
mod journal;
mod listen;
mod member;
mod project;
mod schema;
mod server;
mod settings;
mod tls;
mod wire;

pub use facts::*;

pub use error::{HallError, JournalError};
pub use hall::{Hall, HallNow, Trouble};
pub use journal::{Journal, MemoryJournal, Saved};
pub use listen::{Changed, Listener};
pub use member::{Claimed, Link, Member, NewTicket, Synced};
pub use schema::VERSION as SCHEMA_VERSION;
pub use server::{CHANNEL, Membership, PAGE, Sent, Server, Shared, Standing, StationRow, Wanted};
pub use settings::{HallAddress, HallSettings};
pub use tls::TlsFault;
