//! Taking in a roster, in pieces: between two pieces the photographer's key press gets its turn.

use std::collections::HashMap;

use domain::{BatchId, Subject, SubjectId, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use super::batches::unsealed;
use super::{DayRefusal, reason};
use crate::table::audit::{self, NewEvent};
use crate::table::{late_entry, roster_import, subject};
use crate::{RowOutcome, RowRefusal, Store, StoreError};

/// How many rows of each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RosterCounts {
    /// New people.
    pub added: u32,
    /// People about whom something changed.
    pub changed: u32,
    /// People as they were.
    pub unchanged: u32,
    /// Rows that were not taken.
    pub refused: u32,
}

impl RosterCounts {
    /// Counts one row.
    pub fn add(&mut self, outcome: &RowOutcome) {
        *match outcome {
            RowOutcome::Added => &mut self.added,
            RowOutcome::Changed { .. } => &mut self.changed,
            RowOutcome::Unchanged => &mut self.unchanged,
            RowOutcome::Refused { .. } => &mut self.refused,
        } += 1;
    }
}

/// A piece of an import.
#[derive(Debug, Clone, Copy)]
pub struct RosterChunk<'a> {
    /// Into which batch.
    pub batch: BatchId,
    /// Number of the import, from [`Store::begin_roster`].
    pub generation: u32,
    /// Rows that passed [`check_rows`].
    pub rows: &'a [&'a Subject],
    /// Also change name and ID number of people who have a number already.
    pub identities_too: bool,
}

/// What can be said of the rows by themselves: those that cannot be taken whatever the roster holds.
pub fn check_rows(rows: &[Subject]) -> Vec<Option<RowRefusal>> {
    let mut groups: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    let mut verdicts: Vec<Option<RowRefusal>> = vec![None; rows.len()];
    for (n, row) in rows.iter().enumerate() {
        match subject::key(row) {
            _ if !subject::is_storable(row) => verdicts[n] = Some(RowRefusal::BadField),
            None => verdicts[n] = Some(RowRefusal::NoKey),
            Some(key) => groups.entry(key).or_default().push(n),
        }
    }
    for group in groups.values().filter(|group| group.len() > 1) {
        let same = group.iter().all(|&n| rows[n] == rows[group[0]]);
        for (place, &n) in group.iter().enumerate() {
            verdicts[n] = match (same, place) {
                (true, 0) => None,
                (true, _) => Some(RowRefusal::Repeated),
                // Nobody can say which of them is right.
                (false, _) => Some(RowRefusal::Contradiction),
            };
        }
    }
    verdicts
}

/// What would come of one row.
pub(super) fn judge(
    db: &Connection,
    batch: BatchId,
    row: &Subject,
    identities_too: bool,
) -> Result<(RowOutcome, Option<SubjectId>), StoreError> {
    let refused = |reason| Ok((RowOutcome::Refused { reason }, None));
    let Some(key) = subject::key(row) else { return refused(RowRefusal::NoKey) };
    let Some(old) = subject::by_key(db, batch, key)? else { return Ok((RowOutcome::Added, None)) };
    let fields = subject::differences(&old.subject, row);
    if fields.is_empty() {
        return Ok((RowOutcome::Unchanged, Some(old.id)));
    }
    let told = |was: &Option<String>, is: &Option<String>| was.is_some() && was != is;
    let other_person = told(&old.subject.name, &row.name) || told(&old.subject.id_number, &row.id_number);
    if other_person && !identities_too && has_number(db, old.id)? {
        return refused(RowRefusal::IdentityInUse);
    }
    Ok((RowOutcome::Changed { fields }, Some(old.id)))
}

fn has_number(db: &Connection, id: SubjectId) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM ticket WHERE subject = ?1)")?;
    Ok(statement.query_row([id.0], |row| row.get(0))?)
}

impl Store {
    /// Begins an import; gives its number.
    pub fn begin_roster(&mut self, batch: BatchId, now: Timestamp) -> Result<u32, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        unsealed(&tx, batch)?;
        let generation = roster_import::begin(&tx, batch, now)?;
        let detail = json!({ "batch": batch, "generation": generation });
        audit::append(&tx, &who, &NewEvent::new("roster_begun", detail), now)?;
        tx.commit()?;
        Ok(generation)
    }

    /// Takes in a piece, and counts into `counts`. A crash between two pieces leaves the rows taken so far; the same
    /// roster imported again completes it.
    pub fn apply_roster(
        &mut self,
        chunk: &RosterChunk<'_>,
        counts: &mut RosterCounts,
        now: Timestamp,
    ) -> Result<Vec<RowOutcome>, StoreError> {
        let who = self.who.clone();
        let mut sum = *counts;
        let tx = self.begin()?;
        unsealed(&tx, chunk.batch)?;
        let mut outcomes = Vec::with_capacity(chunk.rows.len());
        for row in chunk.rows {
            let (outcome, known) = judge(&tx, chunk.batch, row, chunk.identities_too)?;
            match (&outcome, known, subject::key(row)) {
                (RowOutcome::Added, _, Some(key)) => {
                    subject::insert(&tx, chunk.batch, key, row, chunk.generation, now)?;
                }
                (RowOutcome::Changed { .. }, Some(id), _) => {
                    subject::update(&tx, id, row, chunk.generation, now)?;
                }
                (RowOutcome::Unchanged, Some(id), _) => subject::seen(&tx, id, chunk.generation)?,
                _ => {}
            }
            sum.add(&outcome);
            outcomes.push(outcome);
        }
        roster_import::note(&tx, chunk.batch, chunk.generation, &sum, None)?;
        let detail = json!({
            "batch": chunk.batch, "generation": chunk.generation, "rows": chunk.rows.len(),
            "identities_too": chunk.identities_too,
        });
        audit::append(&tx, &who, &NewEvent::new("roster_rows", detail), now)?;
        tx.commit()?;
        *counts = sum;
        Ok(outcomes)
    }

    /// Ends an import.
    pub fn end_roster(
        &mut self,
        batch: BatchId,
        generation: u32,
        counts: &RosterCounts,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        roster_import::note(&tx, batch, generation, counts, Some(now))?;
        let detail = json!({
            "batch": batch, "generation": generation, "added": counts.added, "changed": counts.changed,
            "unchanged": counts.unchanged, "refused": counts.refused,
        });
        audit::append(&tx, &who, &NewEvent::new("roster_applied", detail), now)?;
        Ok(tx.commit()?)
    }

    /// 补录: adds a person who is not on the list or the bill. Somebody on the list who is only not on the bill gets the
    /// late entry and what `new.paid` says.
    pub fn add_late_entry(
        &mut self,
        batch: BatchId,
        new: &Subject,
        why: &str,
        now: Timestamp,
    ) -> Result<SubjectId, StoreError> {
        let why = reason(why)?;
        let key = subject::key(new).filter(|_| subject::is_storable(new)).ok_or(DayRefusal::BadSubject)?;
        let who = self.who.clone();
        let tx = self.begin()?;
        unsealed(&tx, batch)?;
        let id = match subject::by_key(&tx, batch, key)? {
            None => subject::insert(&tx, batch, key, new, 0, now)?,
            Some(old) if old.subject.paid.is_none() && !late_entry::is_one(&tx, old.id)? => {
                let merged = Subject { paid: new.paid, ..old.subject };
                subject::update(&tx, old.id, &merged, old.generation, now)?;
                old.id
            }
            Some(_) => return Err(DayRefusal::KnownSubject.into()),
        };
        let entry = late_entry::insert(&tx, batch, id, why, &who.operator, now)?;
        let detail = json!({ "batch": batch, "late_entry": entry, "subject": id });
        audit::append(&tx, &who, &NewEvent::new("late_entry_added", detail), now)?;
        tx.commit()?;
        Ok(id)
    }

    /// A whole identity is about to be shown: the audit log remembers it first.
    pub fn identity_viewed(&mut self, subject: SubjectId, now: Timestamp) -> Result<(), StoreError> {
        self.record(&NewEvent::new("identity_viewed", json!({ "subject": subject })), now)
    }
}
