//! The hall's journal on the station's own store: reading beside the owner, writing in short turns on its thread.

use domain::{BatchId, Timestamp};
use hall::{BatchKey, Cursor, Fact, FactId, Journal, JournalError, NumberRange, Saved};
use store::{Reader, ReaderDoor, Store, StoreError};

use crate::ApiError;
use crate::station::Door;

/// Facts that are written in one turn of the owner: a key press waits for no more.
const TURN: usize = 40;

/// One batch of one data folder.
pub(super) struct StoreJournal {
    pub(super) door: Door,
    pub(super) readers: ReaderDoor,
    /// Kept open: it is asked every moment.
    pub(super) reader: Option<Reader>,
    pub(super) batch: BatchId,
    /// The data folder, so that another one that was opened meanwhile is not written into.
    pub(super) root: std::path::PathBuf,
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> JournalError {
    JournalError(Box::new(error))
}

impl StoreJournal {
    fn read<T>(&mut self, ask: impl FnOnce(&Reader) -> Result<T, StoreError>) -> Result<T, JournalError> {
        if self.reader.is_none() {
            self.reader = Some(self.readers.open().map_err(failed)?);
        }
        match self.reader.as_ref().map(ask) {
            Some(answer) => answer.map_err(failed),
            None => Err(failed(std::io::Error::other("no reader"))),
        }
    }

    fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Store, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let root = self.root.clone();
        let done = self.door.ask(move |owner| {
            if owner.desk()?.store().root() != root {
                return Err(ApiError::new(
                    "hall_other_folder",
                    "数据文件夹已更换。",
                    "Another data folder is open.",
                ));
            }
            owner.hall_write(act)
        });
        done.map_err(failed)
    }
}

impl Journal for StoreJournal {
    fn load(&mut self, _: &BatchKey) -> Result<Saved, JournalError> {
        let batch = self.batch;
        self.read(|reader| {
            let cursor = reader.hall_of(batch)?.map(|hall| hall.cursor).unwrap_or_default();
            Ok(Saved { facts: reader.hall_facts(batch)?, cursor, ranges: reader.hall_ranges(batch)? })
        })
    }

    fn take_seqs(&mut self, count: u64, above: u64) -> Result<u64, JournalError> {
        let batch = self.batch;
        self.write(move |store, _| store.hall_take_seqs(batch, count, above))
    }

    fn append(&mut self, facts: &[Fact]) -> Result<(), JournalError> {
        let (batch, facts) = (self.batch, facts.to_vec());
        self.write(move |store, now| store.hall_append(batch, &facts, now))
    }

    fn unsent(&mut self, _: &BatchKey, limit: usize) -> Result<Vec<Fact>, JournalError> {
        let batch = self.batch;
        self.read(|reader| reader.hall_unsent(batch, limit))
    }

    fn mark_sent(&mut self, ids: &[FactId]) -> Result<(), JournalError> {
        let ids = ids.to_vec();
        self.write(move |store, _| store.hall_mark_sent(&ids))
    }

    fn absorb(&mut self, _: &BatchKey, facts: &[Fact], cursor: &Cursor) -> Result<(), JournalError> {
        let batch = self.batch;
        let mut before =
            self.read(|reader| Ok(reader.hall_of(batch)?.map(|hall| hall.cursor)))?.unwrap_or_default();
        let turns = facts.chunks(TURN).count();
        for (turn, part) in facts.chunks(TURN).enumerate() {
            // Reading goes on behind the last part only; what was written before a crash is known when it comes again.
            if turn + 1 == turns {
                before = cursor.clone();
            }
            let (part, to) = (part.to_vec(), before.clone());
            self.write(move |store, now| store.hall_absorb(batch, &part, &to, now))?;
        }
        if turns == 0 {
            let to = cursor.clone();
            self.write(move |store, now| store.hall_absorb(batch, &[], &to, now))?;
        }
        Ok(())
    }

    fn forget_sent(&mut self, _: &BatchKey) -> Result<(), JournalError> {
        let batch = self.batch;
        self.write(move |store, _| store.hall_forget_sent(batch))
    }

    fn keep_range(&mut self, _: &BatchKey, range: NumberRange) -> Result<(), JournalError> {
        let batch = self.batch;
        self.write(move |store, _| store.hall_keep_range(batch, range))
    }
}
