//! The upload's ledger and bodies, on the store.

use domain::{BatchId, Timestamp};
use store::{PictureKind, UploadChange, UploadRow, UploadRowState};
use upload::{Bodies, BodyError, Cause, Entry, EntryState, Ledger, LedgerError, ObjectKey, Sealed, Settled};

use super::super::door::Room;
use crate::ApiError;

pub(super) struct StoreLedger {
    pub(super) room: Room,
    pub(super) batch: Option<BatchId>,
    /// Only what no manifest lists yet: a correction.
    pub(super) only_new: bool,
}

fn entry(row: UploadRow) -> Result<Entry, LedgerError> {
    let key = ObjectKey::parse(&row.key).map_err(|e| LedgerError(Box::new(e)))?;
    Ok(Entry {
        id: row.id,
        key,
        content: row.content,
        bytes: row.bytes,
        attempts: row.attempts,
        state: match row.state {
            UploadRowState::Pending => EntryState::Pending,
            UploadRowState::Sending => EntryState::Sending,
            UploadRowState::Sent => EntryState::Sent,
            UploadRowState::Parked => EntryState::Parked,
            UploadRowState::Conflict => EntryState::Conflict,
        },
        next_try_at: row.next_try_at,
        cause: row.cause.as_deref().and_then(Cause::from_code),
        sealed: row.sealed.map(|(hash, bytes)| Sealed { hash, bytes }),
    })
}

fn refused(error: ApiError) -> LedgerError {
    LedgerError(Box::new(error))
}

impl StoreLedger {
    fn change(&self, id: i64, change: UploadChange) -> Result<bool, LedgerError> {
        self.room.write(move |store, now| store.change_upload(id, &change, now)).map_err(refused)
    }
}

impl Ledger for StoreLedger {
    fn entries(&mut self) -> Result<Vec<Entry>, LedgerError> {
        let rows = self.room.read(|reader| reader.uploads(self.batch)).map_err(refused)?;
        rows.into_iter().filter(|row| !self.only_new || row.closing.is_none()).map(entry).collect()
    }

    fn begin(&mut self, id: i64, _now: Timestamp) -> Result<bool, LedgerError> {
        self.change(id, UploadChange::Begin)
    }

    fn seal(&mut self, id: i64, sealed: Sealed) -> Result<(), LedgerError> {
        self.change(id, UploadChange::Seal(sealed.hash, sealed.bytes)).map(drop)
    }

    fn settle(&mut self, id: i64, end: &Settled, _now: Timestamp) -> Result<(), LedgerError> {
        let change = match *end {
            Settled::Sent { .. } => UploadChange::Sent,
            Settled::Again { at, cause, give_back } => {
                UploadChange::Again { at, cause: cause.map(|c| c.code().to_owned()), give_back }
            }
            Settled::Parked { cause } => UploadChange::Park(cause.code().to_owned()),
            Settled::Conflict => UploadChange::Conflict,
        };
        self.change(id, change).map(drop)
    }

    fn prepare(&mut self, number: u32, bytes: &[u8], _now: Timestamp) -> Result<(), LedgerError> {
        let (batch, bytes) = (self.batch, bytes.to_vec());
        self.room.write(move |store, now| store.prepare_closing(batch, number, &bytes, now)).map_err(refused)
    }

    fn release(&mut self, id: i64, _now: Timestamp) -> Result<bool, LedgerError> {
        self.change(id, UploadChange::Release)
    }
}

pub(super) struct StoreBodies(pub(super) Room);

impl Bodies for StoreBodies {
    fn read(&self, entry: &Entry) -> Result<Vec<u8>, BodyError> {
        let list = self.0.read(|reader| reader.upload_body(entry.id)).map_err(|_| BodyError::Missing)?;
        if let Some(body) = list {
            return Ok(body);
        }
        let read = |kind| self.0.pictures.read(kind, &entry.content);
        let found = match read(PictureKind::Portrait) {
            // Only what is not among the portraits is looked for among the originals.
            Err(store::StoreError::PictureMissing(_)) => read(PictureKind::Original),
            found => found,
        };
        found.map_err(|error| match error {
            store::StoreError::PictureAltered(_) => BodyError::Altered,
            _ => BodyError::Missing,
        })
    }
}
