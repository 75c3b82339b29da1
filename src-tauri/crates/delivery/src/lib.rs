//! The handover on files: naming templates, BagIt bags on sticks, verification, results matched to people.
//!
//! Plans are pure; what they need to know comes in as values, bytes through [`Pictures`], the time as an argument. No
//! database, no window.

pub mod bag;
pub mod correction;
pub mod drives;
pub mod erase;
pub mod error;
pub mod item;
pub mod naming;
pub mod parcel;
mod platform;
pub mod results;

/// Keeps passphrases and identities out of logs and wipes them when dropped.
pub use age::secrecy::SecretString;
pub use bag::*;
pub use correction::{
    Action, CORRECTION_LIST, Change, ChangeReason, Correction, DeliveredFile, plan_correction,
};
pub use drives::{Drive, FileSystem, TargetFacts, drive_of, removable_drives, target_facts};
pub use erase::{
    EraseBlock, EraseFile, EraseKind, ErasePlan, EraseRecord, EraseRequest, Receipt, STORE_DUTIES, plan_erase,
};
pub use error::DeliveryError;
pub use item::{FileKind, Item, ItemFile, Pictures};
pub use naming::{Field, NameNotice, NameNoticeKind, PathLimits, Template, TemplateError, TemplateReason};
pub use parcel::{Key, Lock, Parcel, new_keys, open_parcel, parcel_size, verify_parcel, write_parcel};
pub use results::{
    Ambiguous, AmbiguousWhy, BatchPerson, Matched, Outcome, ResultRow, ResultsPlan, RetakeEntry,
    match_results,
};
