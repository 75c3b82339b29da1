//! The upload: a pure plan, targets behind one trait, one attempt at a time.
//!
//! [`plan`] decides from rows, line, settings and time what comes next; [`Run`] does it: it counts the attempt in the
//! [`Ledger`], lets [`target::deliver`] look, put and look again, and writes down how it ended. Nothing counts as sent
//! because a server said yes: it must show what it has. Nothing is overwritten, nothing dropped. The manifest is
//! written last, so that whoever finds it knows that the batch is whole.

mod error;
mod failure;
mod key;
mod ledger;
mod manifest;
pub mod plan;
pub mod policy;
mod progress;
mod run;
mod seal;
mod settings;
pub mod target;

pub use error::{LedgerError, UploadError};
pub use failure::{Cause, Certificate, Failure, Scope};
pub use key::{BatchId, Kind, ObjectKey};
pub use ledger::{Entry, EntryState, Ledger, MemoryLedger, Sealed, Settled};
pub use manifest::{Correction, Listed, Manifest, Replacement, list_hash};
pub use progress::{Phase, Progress};
pub use run::{Bodies, BodyError, Closing, Control, Ending, Report, Run};
pub use seal::Seal;
pub use settings::{Network, ProxyChoice, Secret, Settings, TargetSettings};
pub use target::Target;
