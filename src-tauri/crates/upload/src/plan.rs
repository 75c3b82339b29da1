//! What to do next: decided from the entries, the line, the settings and the time, and from nothing else.

use domain::Timestamp;

use crate::{Cause, Entry, EntryState, Failure, Scope, Settings, Settled, policy};

/// What is known of the way to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// Failures in a row that speak of the line.
    pub failures: u32,
    /// Nothing goes before this moment.
    pub retry_at: Option<Timestamp>,
    /// The newest of them.
    pub cause: Option<Cause>,
}

/// Why there is nothing to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// As many as may are on their way, or the last ones are.
    Busy,
    /// Every entry that is left has a wait of its own.
    Backoff,
    /// The line is down.
    Line,
}

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Every entry is sent.
    AllSent,
    /// Nothing more can go without a person.
    Left {
        /// Entries set aside.
        parked: usize,
        /// Entries with other content on the target.
        conflicts: usize,
    },
    /// The batch's settings do not allow it.
    NotAllowed,
}

/// The next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Begin an attempt for the entry at this place.
    Upload(usize),
    /// Nothing before this moment, or before an attempt ends.
    Wait {
        /// Latest moment to ask again.
        until: Timestamp,
        /// Why.
        why: Why,
    },
    /// Over.
    Done(Done),
}

/// Whether a moment has come. One further ahead than the longest wait was written under another clock: it has.
fn come(at: Option<Timestamp>, now: Timestamp, most: i64) -> bool {
    at.is_none_or(|at| at <= now || at.millis_since(now) > most)
}

/// Entries that were under way when the program ended are in line again; their attempt stays counted.
pub fn resume(entries: &mut [Entry]) {
    for entry in entries.iter_mut().filter(|e| e.state == EntryState::Sending) {
        (entry.state, entry.next_try_at) = (EntryState::Pending, None);
    }
}

/// The next step. Entries in state `Sending` are those under way.
///
/// Whoever was tried least goes first, so that one sick object, or one that ends the program, holds up nobody.
pub fn next(entries: &[Entry], line: &Line, settings: &Settings, now: Timestamp) -> Step {
    let count = |state| entries.iter().filter(|e| e.state == state).count();
    let under_way = count(EntryState::Sending);
    let soon = Timestamp(now.0.saturating_add(policy::LONGEST_WAIT_MS));
    if !settings.allowed {
        return if under_way > 0 {
            Step::Wait { until: soon, why: Why::Busy }
        } else {
            Step::Done(Done::NotAllowed)
        };
    }
    let pending = || entries.iter().enumerate().filter(|(_, e)| e.state == EntryState::Pending);
    if pending().next().is_none() {
        let (parked, conflicts) = (count(EntryState::Parked), count(EntryState::Conflict));
        return match (under_way, parked + conflicts) {
            (0, 0) => Step::Done(Done::AllSent),
            (0, _) => Step::Done(Done::Left { parked, conflicts }),
            _ => Step::Wait { until: soon, why: Why::Busy },
        };
    }
    let down = line.failures >= policy::LINE_FAILURES;
    if !come(line.retry_at, now, policy::LINE_WAIT_MS.max(policy::LONGEST_WAIT_MS)) {
        return Step::Wait { until: line.retry_at.unwrap_or(soon), why: Why::Line };
    }
    let room = if down { 1 } else { policy::parallel(settings) };
    if under_way >= room {
        return Step::Wait { until: soon, why: if down { Why::Line } else { Why::Busy } };
    }
    let due = pending().filter(|(_, e)| come(e.next_try_at, now, policy::LONGEST_WAIT_MS));
    match due.min_by_key(|(_, e)| (e.attempts, e.id)) {
        Some((at, _)) => Step::Upload(at),
        None => {
            let until = pending().filter_map(|(_, e)| e.next_try_at).min().unwrap_or(now);
            Step::Wait { until, why: Why::Backoff }
        }
    }
}

/// What a failed attempt means for its entry, whose attempt is counted already.
pub fn after_failure(entry: &Entry, failure: &Failure, now: Timestamp) -> Settled {
    let cause = failure.cause;
    let seed = entry.id as u64 ^ now.0 as u64;
    let asked = failure.retry_after_ms.unwrap_or(0).clamp(0, policy::LONGEST_WAIT_MS);
    match cause.scope() {
        Scope::Park => Settled::Parked { cause },
        Scope::Conflict => Settled::Conflict,
        Scope::All | Scope::Line => Settled::Again { at: None, cause: Some(cause), give_back: true },
        Scope::Again if entry.attempts >= policy::ATTEMPTS => Settled::Parked { cause: Cause::GaveUp },
        Scope::Again => {
            let wait = policy::backoff_ms(entry.attempts, policy::LONGEST_WAIT_MS, seed).max(asked);
            Settled::Again { at: Some(Timestamp(now.0 + wait)), cause: Some(cause), give_back: false }
        }
    }
}

impl Line {
    /// An attempt reached the target.
    pub fn good(&mut self) {
        *self = Self::default();
    }

    /// An attempt failed. Says nothing of the line unless the cause does.
    pub fn failed(&mut self, failure: &Failure, now: Timestamp) {
        let asked = failure.retry_after_ms.map(|ms| ms.clamp(0, policy::LONGEST_WAIT_MS));
        if !failure.cause.shakes_line() {
            // A server that asks for peace asks it of every object.
            if let Some(ms) = asked {
                self.retry_at = Some(Timestamp(now.0 + ms));
            }
            return;
        }
        self.failures += 1;
        self.cause = Some(failure.cause);
        if failure.cause.scope() == Scope::Line || self.failures >= policy::LINE_FAILURES {
            let wait = policy::backoff_ms(self.failures, policy::LINE_WAIT_MS, now.0 as u64);
            self.retry_at = Some(Timestamp(now.0 + wait.max(asked.unwrap_or(0))));
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
