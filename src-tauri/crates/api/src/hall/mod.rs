//! Several booths in one hall: the station's own rows are what all booths have said, and one thread tells the others.
//!
//! The store writes every step down as a fact in the transaction of the step (`store::hall`); in here those facts
//! travel. No key press waits for the network: only calling somebody and giving out a number ask the hall at all, for a
//! moment ([`link::PATIENCE`]), and go on alone without an answer.

mod address;
mod ask;
mod host;
mod journal;
mod link;
pub mod operations;
mod share;
mod show;
pub mod view;
mod words;

pub(crate) use ask::Called;
pub(crate) use link::Halls;
pub(crate) use show::head;
