//! A ledger in one file: a line of JSON for each change, each synced before the call returns.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Entry, Ledger, LedgerError, MemoryLedger, Sealed, Settled};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Add(Entry),
    Begin(i64),
    Seal(i64, Sealed),
    Settle(i64, Settled),
    Release(i64),
}

/// Survives a killed program: a line cut in the middle is dropped, as its change was never reported as done.
#[derive(Debug)]
pub struct JournalLedger {
    file: File,
    memory: MemoryLedger,
}

impl JournalLedger {
    /// Opens or creates the file and reads what it says.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(boxed)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(boxed)?;
        let whole = text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(boxed)?;
        }
        let mut memory = MemoryLedger::default();
        for line in text[..whole].split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            apply(&mut memory, serde_json::from_slice(line).map_err(boxed)?)?;
        }
        Ok(Self { file, memory })
    }

    /// Adds entries, all of them or none that counts.
    pub fn add(&mut self, entries: &[Entry]) -> Result<(), LedgerError> {
        let lines = entries.iter().cloned().map(Line::Add).collect::<Vec<_>>();
        self.write(lines)
    }

    fn write(&mut self, lines: Vec<Line>) -> Result<(), LedgerError> {
        let mut text = Vec::new();
        for line in &lines {
            serde_json::to_writer(&mut text, line).map_err(boxed)?;
            text.push(b'\n');
        }
        self.file.write_all(&text).map_err(boxed)?;
        self.file.sync_data().map_err(boxed)?;
        lines.into_iter().try_for_each(|line| apply(&mut self.memory, line).map(drop))
    }
}

fn boxed(error: impl std::error::Error + Send + Sync + 'static) -> LedgerError {
    LedgerError(Box::new(error))
}

fn apply(memory: &mut MemoryLedger, line: Line) -> Result<bool, LedgerError> {
    let now = Timestamp(0);
    match line {
        Line::Add(entry) => memory.rows.push(entry),
        Line::Begin(id) => return memory.begin(id, now),
        Line::Seal(id, sealed) => memory.seal(id, sealed)?,
        Line::Settle(id, end) => memory.settle(id, &end, now)?,
        Line::Release(id) => return memory.release(id, now),
    }
    Ok(true)
}

impl Ledger for JournalLedger {
    fn entries(&mut self) -> Result<Vec<Entry>, LedgerError> {
        self.memory.entries()
    }

    fn begin(&mut self, id: i64, now: Timestamp) -> Result<bool, LedgerError> {
        if !self.memory.clone_one(id)?.begin(id, now)? {
            return Ok(false);
        }
        self.write(vec![Line::Begin(id)]).map(|()| true)
    }

    fn seal(&mut self, id: i64, sealed: Sealed) -> Result<(), LedgerError> {
        self.write(vec![Line::Seal(id, sealed)])
    }

    fn settle(&mut self, id: i64, end: &Settled, _now: Timestamp) -> Result<(), LedgerError> {
        self.write(vec![Line::Settle(id, *end)])
    }

    fn release(&mut self, id: i64, now: Timestamp) -> Result<bool, LedgerError> {
        if !self.memory.clone_one(id)?.release(id, now)? {
            return Ok(false);
        }
        self.write(vec![Line::Release(id)]).map(|()| true)
    }
}

impl MemoryLedger {
    /// One row alone, to try a change on.
    fn clone_one(&self, id: i64) -> Result<Self, LedgerError> {
        let row = self.rows.iter().find(|e| e.id == id).ok_or_else(|| LedgerError("no such entry".into()))?;
        Ok(Self { rows: vec![row.clone()] })
    }
}

#[cfg(test)]
mod tests {
    use domain::ContentHash;

    use super::*;
    use crate::{EntryState, ObjectKey};

    #[test]
    fn a_line_cut_in_the_middle_is_a_change_that_never_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger");
        let key = ObjectKey::parse("batches/a/b/c.jpg").unwrap();
        let mut ledger = JournalLedger::open(&path).unwrap();
        ledger.add(&[Entry::new(1, key, ContentHash::of(b"x"), 1)]).unwrap();
        assert!(ledger.begin(1, Timestamp(5)).unwrap());
        drop(ledger);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"settle\":[1,{\"sent\":{\"alr").unwrap();
        drop(file);
        let mut again = JournalLedger::open(&path).unwrap();
        let row = &again.entries().unwrap()[0];
        assert_eq!((row.state, row.attempts), (EntryState::Sending, 1));
        again.settle(1, &Settled::Sent { already: false }, Timestamp(6)).unwrap();
        drop(again);
        let mut third = JournalLedger::open(&path).unwrap();
        assert_eq!(third.entries().unwrap()[0].state, EntryState::Sent);
        assert!(!third.begin(1, Timestamp(7)).unwrap(), "sent is sent");
    }
}
