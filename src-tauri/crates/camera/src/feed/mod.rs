//! The feed: owns the capture threads, holds the newest frame, watches and reopens.
//!
//! Two kinds of thread. The *watch* lives as long as the feed. It starts a *capture* for each opening; only
//! that one touches the source, so that a driver which hangs, hangs nobody else. A capture that makes no sign
//! of life is abandoned: its generation is over, whatever it still delivers is thrown away, and it closes its
//! source by itself if it ever wakes up.

mod capture;
mod shared;
mod status;
mod watch;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use domain::RawFrame;

pub use status::{FeedState, FeedStatus};

use crate::{Control, ControlKind, ControlSetting, Opener, SourceCode, SourceError};
use shared::Shared;

/// Longest time that dropping a feed takes; a capture that still hangs then is left to end by itself.
const CLOSING: Duration = Duration::from_millis(900);
/// Longest wait for a control to be set; a slow zoom motor needs the better part of a second.
const CONTROL_PATIENCE: Duration = Duration::from_secs(3);

/// Called with the new status after each change of state, from a thread that captures nothing.
pub type OnChange = Box<dyn Fn(&FeedStatus) + Send + Sync>;

/// The times of a feed, and who is told of changes.
pub struct FeedOptions {
    /// An open source without a good frame for so long has stalled.
    pub stall: Duration,
    /// An opening that takes so long has hung.
    pub opening: Duration,
    /// Pause between two attempts to open.
    pub retry: Duration,
    /// Told of every change of state. It may take its time, but the reopening waits for it.
    pub on_change: Option<OnChange>,
}

impl Default for FeedOptions {
    fn default() -> Self {
        Self {
            // Long enough for a camera that doubles its exposure in the dark, short enough to notice at once.
            stall: Duration::from_secs(2),
            // Cameras behind a hub have been seen to need four seconds to answer the first request.
            opening: Duration::from_secs(8),
            // Twice a second keeps the return of a camera well within three seconds and costs next to nothing.
            retry: Duration::from_millis(500),
            on_change: None,
        }
    }
}

/// The newest frame of a source that is kept open. Share it in an `Arc`; every method may be called from any
/// thread at any time.
pub struct Feed {
    shared: Arc<Shared>,
    watch: Option<JoinHandle<()>>,
}

impl Feed {
    /// Begins to open the source; returns at once.
    pub fn start(opener: Box<dyn Opener>, options: FeedOptions) -> Feed {
        let opener: Arc<dyn Opener> = Arc::from(opener);
        let shared = Arc::new(Shared::new(opener.name()));
        let thread = {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name("feed-watch".into())
                .spawn(move || watch::keep_open(&shared, &opener, &options))
        };
        let watch = match thread {
            Ok(handle) => Some(handle),
            Err(e) => {
                shared.fail(SourceError::new(SourceCode::Other, format!("no thread for the feed: {e}")));
                None
            }
        };
        Feed { shared, watch }
    }

    /// The newest frame; `None` unless the feed is live (or has ended: then the last one). A frame never
    /// outlives its stream, so nobody shoots a picture from before an unplugging.
    pub fn latest(&self) -> Option<Arc<RawFrame>> {
        self.shared.lock().latest.clone()
    }

    /// Waits for a frame newer than number `seq` (0: any), at most for `timeout`. Numbers rise over the whole
    /// life of the feed, also across reconnections.
    pub fn wait_newer(&self, seq: u64, timeout: Duration) -> Option<Arc<RawFrame>> {
        let deadline = Instant::now() + timeout;
        let mut state = self.shared.lock();
        loop {
            if let Some(frame) = state.latest.as_ref().filter(|f| f.seq > seq) {
                return Some(Arc::clone(frame));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            state = self.shared.wait_frame(state, left);
        }
    }

    /// How the feed is.
    pub fn status(&self) -> FeedStatus {
        self.shared.lock().status()
    }

    /// Waits until the state differs from the one counted as `change` (see [`FeedStatus::change`]), at most for
    /// `timeout`; returns the status either way.
    pub fn wait_change(&self, change: u64, timeout: Duration) -> FeedStatus {
        let deadline = Instant::now() + timeout;
        let mut state = self.shared.lock();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if state.change != change || left.is_zero() {
                return state.status();
            }
            state = self.shared.wait_change(state, left);
        }
    }

    /// The controls of the open device as last read; empty while there is none.
    pub fn controls(&self) -> Vec<Control> {
        self.shared.lock().controls.clone()
    }

    /// Changes one control and returns all as they stand then. The setting is made again whenever the device
    /// comes back.
    pub fn set_control(&self, setting: ControlSetting) -> Result<Vec<Control>, SourceError> {
        let answer = self.shared.request(setting)?;
        match answer.recv_timeout(CONTROL_PATIENCE) {
            Ok(answer) => answer,
            Err(_) => {
                Err(SourceError::new(SourceCode::Stalled, "the camera did not answer a control request"))
            }
        }
    }

    /// Holds exposure, focus and white balance where they are (`true`), or lets the device adjust them, so that
    /// all portraits of a day look alike. Controls without automatic are left alone. Returns all controls.
    pub fn lock_picture(&self, locked: bool) -> Result<Vec<Control>, SourceError> {
        let mut controls = self.controls();
        for control in controls.clone() {
            if control.kind == ControlKind::Zoom || control.auto.is_none_or(|auto| auto != locked) {
                continue;
            }
            controls =
                self.set_control(ControlSetting { kind: control.kind, auto: Some(!locked), value: None })?;
        }
        Ok(controls)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.close();
        let Some(watch) = self.watch.take() else { return };
        let deadline = Instant::now() + CLOSING;
        while !watch.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
        if watch.is_finished() {
            // The watch catches what it calls; should it have panicked itself, there is nothing left to save.
            let _ = watch.join();
        } else {
            tracing::warn!("the camera still hangs; its thread is left behind");
        }
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
