//! How far it is, how fast it goes, how long it takes.

use std::collections::VecDeque;

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Cause, Entry, EntryState, plan::Line, policy};

/// What the run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Objects are on their way.
    Sending,
    /// Waiting for the line or for a wait to end.
    Waiting,
    /// A person has paused it; what was under way is finished.
    Paused,
    /// Everything is there; the manifest is being written.
    Closing,
}

/// A picture of the run, for a screen or a line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Entries on the target, checked.
    pub done: usize,
    /// Entries of the batch.
    pub total: usize,
    /// Entries under way.
    pub under_way: usize,
    /// Entries set aside.
    pub parked: usize,
    /// Entries with other content on the target.
    pub conflicts: usize,
    /// Bytes on the target.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Bytes of the batch.
    #[ts(type = "number")]
    pub bytes_total: u64,
    /// Bytes a second over the last 20 s; 0 while nothing arrives.
    #[ts(type = "number")]
    pub bytes_per_s: u64,
    /// Milliseconds that the rest will take at this rate; `None` if there is no telling.
    #[ts(type = "number | null")]
    pub rest_ms: Option<i64>,
    /// Why it does not go on, if it does not.
    pub failure: Option<Cause>,
}

/// Keeps what arrived lately.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    arrived: VecDeque<(Timestamp, u64)>,
    since: Option<Timestamp>,
}

impl Rate {
    pub(crate) fn arrived(&mut self, bytes: u64, now: Timestamp) {
        self.forget(now);
        self.arrived.push_back((now, bytes));
    }

    fn forget(&mut self, now: Timestamp) {
        // A clock that was set back would let the old ones count for ever.
        if self.since.is_none_or(|s| s > now) || self.arrived.back().is_some_and(|(at, _)| *at > now) {
            self.arrived.clear();
            self.since = Some(now);
        }
        while self.arrived.front().is_some_and(|(at, _)| now.millis_since(*at) > policy::RATE_OVER_MS) {
            self.arrived.pop_front();
        }
    }

    pub(crate) fn bytes_per_s(&mut self, now: Timestamp) -> u64 {
        self.forget(now);
        let ran = self.since.map_or(0, |s| now.millis_since(s)).clamp(1, policy::RATE_OVER_MS) as u64;
        self.arrived.iter().map(|(_, b)| b).sum::<u64>() * 1000 / ran
    }
}

/// The picture at a moment.
pub(crate) fn picture(
    phase: Phase,
    entries: &[Entry],
    line: &Line,
    rate: &mut Rate,
    now: Timestamp,
) -> Progress {
    let count = |state| entries.iter().filter(|e| e.state == state).count();
    let sum = |sent: bool| {
        let counted = entries.iter().filter(|e| !sent || e.state == EntryState::Sent);
        counted.map(|e| e.bytes).sum::<u64>()
    };
    let (bytes_done, bytes_total) = (sum(true), sum(false));
    let bytes_per_s = rate.bytes_per_s(now);
    let rest = bytes_total - bytes_done;
    let rest_ms = (bytes_per_s > 0).then(|| (rest.saturating_mul(1000) / bytes_per_s) as i64);
    Progress {
        phase,
        done: count(EntryState::Sent),
        total: entries.len(),
        under_way: count(EntryState::Sending),
        parked: count(EntryState::Parked),
        conflicts: count(EntryState::Conflict),
        bytes_done,
        bytes_total,
        bytes_per_s,
        rest_ms: if rest == 0 { Some(0) } else { rest_ms },
        failure: line.cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_forgets_and_survives_a_clock_set_back() {
        let mut rate = Rate::default();
        rate.arrived(0, Timestamp(1_000_000));
        rate.arrived(50_000, Timestamp(1_010_000));
        assert_eq!(rate.bytes_per_s(Timestamp(1_010_000)), 5_000);
        assert_eq!(rate.bytes_per_s(Timestamp(1_100_000)), 0);
        rate.arrived(10_000, Timestamp(1_100_000));
        assert_eq!(rate.bytes_per_s(Timestamp(5_000)), 0);
        rate.arrived(10_000, Timestamp(6_000));
        assert_eq!(rate.bytes_per_s(Timestamp(7_000)), 5_000);
    }
}
