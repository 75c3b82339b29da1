//! The thread that starts captures, notices when one hangs, and tells of changes.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::shared::Shared;
use super::status::FeedState;
use super::{FeedOptions, capture};
use crate::{Opener, SourceCode, SourceError};

/// A source that keeps its patience reports a stall itself; only one that does not is abandoned this much later.
const GRACE: Duration = Duration::from_millis(200);
/// Captures that may hang at the same time. Each holds a thread and perhaps a device; more would not help.
const ABANDONED: usize = 3;
/// How long a closing feed waits for its capture to close the source.
const CLOSING: Duration = Duration::from_millis(700);

/// Opens the source again and again until the feed closes.
pub(super) fn keep_open(shared: &Arc<Shared>, opener: &Arc<dyn Opener>, options: &FeedOptions) {
    let mut watch = Watch { shared, options, told: None, abandoned: Vec::new() };
    watch.tell();
    while !shared.lock().closing {
        watch.abandoned.retain(|thread| !thread.is_finished());
        if watch.abandoned.len() < ABANDONED {
            watch.one_capture(opener);
        }
        watch.pause();
    }
}

struct Watch<'a> {
    shared: &'a Arc<Shared>,
    options: &'a FeedOptions,
    /// Change that was told last.
    told: Option<u64>,
    abandoned: Vec<JoinHandle<()>>,
}

impl Watch<'_> {
    fn one_capture(&mut self, opener: &Arc<dyn Opener>) {
        let generation = {
            let mut state = self.shared.lock();
            state.generation += 1;
            state.alive = Instant::now();
            state.open = false;
            state.finished = false;
            state.generation
        };
        let thread = {
            let (shared, opener, stall) = (Arc::clone(self.shared), Arc::clone(opener), self.options.stall);
            std::thread::Builder::new()
                .name("feed-capture".into())
                .spawn(move || capture::run(&shared, opener.as_ref(), generation, stall))
        };
        match thread {
            Ok(thread) => self.follow(thread),
            Err(e) => {
                self.shared.fail(SourceError::new(SourceCode::Other, format!("no thread to capture: {e}")))
            }
        }
        self.tell();
    }

    /// Waits until the capture has finished, has hung, or the feed closes.
    fn follow(&mut self, thread: JoinHandle<()>) {
        let mut state = self.shared.lock();
        loop {
            if state.closing {
                break;
            }
            if state.finished {
                drop(state);
                let _ = thread.join();
                return;
            }
            if Some(state.change) != self.told {
                drop(state);
                self.tell();
                state = self.shared.lock();
                continue;
            }
            let limit = if state.open { self.options.stall + GRACE } else { self.options.opening };
            let quiet = state.alive.elapsed();
            if quiet >= limit {
                let what = if state.open { "reading" } else { "opening" };
                // From here on the capture is stale: whatever it delivers is not taken.
                state.generation += 1;
                let detail = format!("{what} hangs for {} ms", quiet.as_millis());
                // A capture that failed and then hangs while closing has said why already.
                if matches!(state.phase, FeedState::Live | FeedState::Starting) {
                    state.fail(SourceError::new(SourceCode::Stalled, detail));
                }
                drop(state);
                self.shared.wake();
                self.abandoned.push(thread);
                return;
            }
            state = self.shared.wait_change(state, limit - quiet);
        }
        let deadline = Instant::now() + CLOSING;
        while !state.finished && Instant::now() < deadline {
            state = self.shared.wait_change(state, deadline.saturating_duration_since(Instant::now()));
        }
    }

    /// Waits before the next attempt; for good after the end of a source that has one.
    fn pause(&mut self) {
        self.tell();
        let until = Instant::now() + self.options.retry;
        let mut state = self.shared.lock();
        while !state.closing {
            let left = until.saturating_duration_since(Instant::now());
            let left = if state.phase == FeedState::Ended { Duration::from_secs(3600) } else { left };
            if left.is_zero() {
                return;
            }
            state = self.shared.wait_change(state, left);
        }
    }

    /// Tells the state if it was not told yet, outside the lock.
    fn tell(&mut self) {
        let status = self.shared.lock().status();
        if Some(status.change) == self.told {
            return;
        }
        self.told = Some(status.change);
        if let Some(on_change) = &self.options.on_change {
            on_change(&status);
        }
    }
}
