//! What a station keeps on its own disk, so that it can go on alone and loses nothing.

use std::collections::BTreeMap;

use crate::{BatchKey, Cursor, Fact, FactId, JournalError, NumberRange};

/// Everything kept of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// All facts, own and others', in any order.
    pub facts: Vec<Fact>,
    /// Where reading goes on.
    pub cursor: Cursor,
    /// Numbers reserved for this station, in the order in which they were granted.
    pub ranges: Vec<NumberRange>,
}

/// The local record. What a method has answered `Ok` to survives a power cut; an `Err` has changed nothing.
pub trait Journal: Send {
    /// All that is kept of a batch.
    fn load(&mut self, batch: &BatchKey) -> Result<Saved, JournalError>;

    /// Takes `count` sequence numbers that were never taken before and are greater than `above`; gives the first.
    /// Counts over all batches of the data folder. Numbers that end up unused are harmless.
    fn take_seqs(&mut self, count: u64, above: u64) -> Result<u64, JournalError>;

    /// Writes own facts, unsent, in one transaction. A fact that is there already stays as it is.
    fn append(&mut self, facts: &[Fact]) -> Result<(), JournalError>;

    /// Facts that the hall has not confirmed, smallest sequence number first.
    fn unsent(&mut self, batch: &BatchKey, limit: usize) -> Result<Vec<Fact>, JournalError>;

    /// The hall has these.
    fn mark_sent(&mut self, ids: &[FactId]) -> Result<(), JournalError>;

    /// Writes what came from the hall and where reading goes on, in one transaction. A fact that is there already stays
    /// as it is and counts as sent. Never given a fact whose name is there with other contents.
    fn absorb(&mut self, batch: &BatchKey, facts: &[Fact], cursor: &Cursor) -> Result<(), JournalError>;

    /// The hall has lost its memory: every fact, whoever wrote it, counts as unsent again, and reading begins at the
    /// start. [`Journal::unsent`] gives others' facts too from then on.
    fn forget_sent(&mut self, batch: &BatchKey) -> Result<(), JournalError>;

    /// Keeps numbers for working alone.
    fn keep_range(&mut self, batch: &BatchKey, range: NumberRange) -> Result<(), JournalError>;
}

/// A journal without a disk: for tests and simulations.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    seq: u64,
    batches: BTreeMap<BatchKey, Kept>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    facts: BTreeMap<FactId, (Fact, bool)>,
    cursor: Cursor,
    ranges: Vec<NumberRange>,
}

impl Journal for MemoryJournal {
    fn load(&mut self, batch: &BatchKey) -> Result<Saved, JournalError> {
        let Some(kept) = self.batches.get(batch) else { return Ok(Saved::default()) };
        let facts = kept.facts.values().map(|(fact, _)| fact.clone()).collect();
        Ok(Saved { facts, cursor: kept.cursor.clone(), ranges: kept.ranges.clone() })
    }

    fn take_seqs(&mut self, count: u64, above: u64) -> Result<u64, JournalError> {
        let first = self.seq.max(above) + 1;
        self.seq = first + count - 1;
        Ok(first)
    }

    fn append(&mut self, facts: &[Fact]) -> Result<(), JournalError> {
        for fact in facts {
            let kept = self.batches.entry(fact.batch.clone()).or_default();
            kept.facts.entry(fact.id.clone()).or_insert_with(|| (fact.clone(), false));
        }
        Ok(())
    }

    fn unsent(&mut self, batch: &BatchKey, limit: usize) -> Result<Vec<Fact>, JournalError> {
        let Some(kept) = self.batches.get(batch) else { return Ok(Vec::new()) };
        let mut facts: Vec<_> =
            kept.facts.values().filter(|(_, sent)| !sent).map(|(f, _)| f.clone()).collect();
        facts.sort_by_key(|fact| fact.id.seq);
        facts.truncate(limit);
        Ok(facts)
    }

    fn mark_sent(&mut self, ids: &[FactId]) -> Result<(), JournalError> {
        for kept in self.batches.values_mut() {
            for id in ids {
                if let Some((_, sent)) = kept.facts.get_mut(id) {
                    *sent = true;
                }
            }
        }
        Ok(())
    }

    fn absorb(&mut self, batch: &BatchKey, facts: &[Fact], cursor: &Cursor) -> Result<(), JournalError> {
        let kept = self.batches.entry(batch.clone()).or_default();
        for fact in facts {
            kept.facts.entry(fact.id.clone()).or_insert_with(|| (fact.clone(), true)).1 = true;
        }
        kept.cursor = cursor.clone();
        Ok(())
    }

    fn forget_sent(&mut self, batch: &BatchKey) -> Result<(), JournalError> {
        let kept = self.batches.entry(batch.clone()).or_default();
        kept.facts.values_mut().for_each(|(_, sent)| *sent = false);
        kept.cursor = Cursor::default();
        Ok(())
    }

    fn keep_range(&mut self, batch: &BatchKey, range: NumberRange) -> Result<(), JournalError> {
        self.batches.entry(batch.clone()).or_default().ranges.push(range);
        Ok(())
    }
}
