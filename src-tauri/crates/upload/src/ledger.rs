//! What has to be sent and what became of it, as rows; and who keeps them.

use domain::{ContentHash, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Cause, LedgerError, ObjectKey};

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// To be sent.
    Pending,
    /// An attempt has begun. Found at a start, it means that the program ended in it: it is tried again.
    Sending,
    /// The target has it, and that was checked.
    Sent,
    /// Set aside with a reason; a person must look.
    Parked,
    /// The target has other content under this key; a person must look.
    Conflict,
}

/// The encrypted body of an entry. Encryption gives other bytes each time, so what was once made is written down
/// before it is first sent, and sent again as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sealed {
    /// SHA-256 of the encrypted bytes.
    pub hash: ContentHash,
    /// Their number.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// One object on its way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Entry {
    /// Its row.
    #[ts(type = "number")]
    pub id: i64,
    /// Where it goes; never changes.
    pub key: ObjectKey,
    /// SHA-256 of the content as stored here.
    pub content: ContentHash,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Attempts begun since it was last put in line by a person.
    pub attempts: u32,
    /// Where it stands.
    pub state: EntryState,
    /// Not before this moment.
    pub next_try_at: Option<Timestamp>,
    /// Why the last attempt failed, why it is parked.
    pub cause: Option<Cause>,
    /// Its encrypted form, once made.
    pub sealed: Option<Sealed>,
}

impl Entry {
    /// A new entry, ready to go.
    pub fn new(id: i64, key: ObjectKey, content: ContentHash, bytes: u64) -> Self {
        let (attempts, state) = (0, EntryState::Pending);
        Self { id, key, content, bytes, attempts, state, next_try_at: None, cause: None, sealed: None }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// The target has it, whole, checked.
    Sent {
        /// It was there before this attempt.
        already: bool,
    },
    /// Back to pending.
    Again {
        /// Not before; `None`: at once.
        at: Option<Timestamp>,
        /// Why; `None`: the run was stopped before the end of the attempt.
        cause: Option<Cause>,
        /// The object was not to blame: its attempt does not count.
        give_back: bool,
    },
    /// Set aside.
    Parked {
        /// Why.
        cause: Cause,
    },
    /// Other content lies there.
    Conflict,
}

impl Settled {
    /// Applies the end of an attempt to a row. A ledger on a database does the same in SQL.
    pub fn apply(&self, entry: &mut Entry) {
        let (state, at, cause) = match *self {
            Self::Sent { .. } => (EntryState::Sent, None, None),
            Self::Again { at, cause, .. } => (EntryState::Pending, at, cause),
            Self::Parked { cause } => (EntryState::Parked, None, Some(cause)),
            Self::Conflict => (EntryState::Conflict, None, Some(Cause::Conflict)),
        };
        if let Self::Again { give_back: true, .. } = self {
            entry.attempts = entry.attempts.saturating_sub(1);
        }
        (entry.state, entry.next_try_at, entry.cause) = (state, at, cause);
    }
}

/// Keeps the entries of one batch. Every call but [`Ledger::entries`] is durable when it returns.
pub trait Ledger {
    /// Every entry of the batch that belongs into it: sent, waiting, parked; not those that a retake has replaced.
    fn entries(&mut self) -> Result<Vec<Entry>, LedgerError>;

    /// Counts an attempt before it is made: `attempts + 1`, state `sending`. False if the entry is no longer to be
    /// sent (replaced, parked by hand, sent by another); then nothing was changed.
    fn begin(&mut self, id: i64, now: Timestamp) -> Result<bool, LedgerError>;

    /// Writes the encrypted form down before it is sent for the first time.
    fn seal(&mut self, id: i64, sealed: Sealed) -> Result<(), LedgerError>;

    /// Writes down how an attempt ended.
    fn settle(&mut self, id: i64, end: &Settled, now: Timestamp) -> Result<(), LedgerError>;

    /// Writes down the manifest (0) or correction `number` before it is first sent. From then on it is sent as it is,
    /// in this run or a later one ([`crate::Closing::Prepared`]), until it is known to be there; what changes in the
    /// meantime belongs to the next correction.
    fn prepare(&mut self, number: u32, bytes: &[u8], now: Timestamp) -> Result<(), LedgerError>;

    /// Puts a parked or conflicting entry back in line, attempts from nought: the button behind a parked picture.
    /// False if it is in neither state.
    fn release(&mut self, id: i64, now: Timestamp) -> Result<bool, LedgerError>;
}

/// A ledger that forgets: for tests and for trying a target out.
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    /// Its rows.
    pub rows: Vec<Entry>,
    /// Manifests and corrections that were written down, sent or not.
    pub prepared: Vec<(u32, Vec<u8>)>,
}

impl MemoryLedger {
    fn row(&mut self, id: i64) -> Result<&mut Entry, LedgerError> {
        self.rows.iter_mut().find(|e| e.id == id).ok_or_else(|| LedgerError("no such entry".into()))
    }
}

impl Ledger for MemoryLedger {
    fn entries(&mut self) -> Result<Vec<Entry>, LedgerError> {
        Ok(self.rows.clone())
    }

    fn begin(&mut self, id: i64, _now: Timestamp) -> Result<bool, LedgerError> {
        let row = self.row(id)?;
        if !matches!(row.state, EntryState::Pending | EntryState::Sending) {
            return Ok(false);
        }
        row.attempts += 1;
        row.state = EntryState::Sending;
        Ok(true)
    }

    fn seal(&mut self, id: i64, sealed: Sealed) -> Result<(), LedgerError> {
        self.row(id)?.sealed = Some(sealed);
        Ok(())
    }

    fn settle(&mut self, id: i64, end: &Settled, _now: Timestamp) -> Result<(), LedgerError> {
        end.apply(self.row(id)?);
        Ok(())
    }

    fn prepare(&mut self, number: u32, bytes: &[u8], _now: Timestamp) -> Result<(), LedgerError> {
        self.prepared.push((number, bytes.to_vec()));
        Ok(())
    }

    fn release(&mut self, id: i64, _now: Timestamp) -> Result<bool, LedgerError> {
        let row = self.row(id)?;
        if !matches!(row.state, EntryState::Parked | EntryState::Conflict) {
            return Ok(false);
        }
        (row.state, row.attempts, row.next_try_at, row.cause) = (EntryState::Pending, 0, None, None);
        Ok(true)
    }
}
