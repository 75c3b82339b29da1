//! What the threads of a feed and its consumers share: one lock, held for moments only.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use domain::RawFrame;

use super::status::{FeedState, FeedStatus, Meter};
use crate::{Control, ControlSetting, SourceCode, SourceError, StreamFormat};

/// Answer to a wish for a control.
pub(super) type ControlAnswer = Result<Vec<Control>, SourceError>;

pub(super) struct ControlRequest {
    pub(super) setting: ControlSetting,
    pub(super) answer: mpsc::Sender<ControlAnswer>,
}

pub(super) struct State {
    pub(super) phase: FeedState,
    pub(super) since: Instant,
    pub(super) change: u64,
    pub(super) problem: Option<SourceError>,
    pub(super) device: String,
    pub(super) format: Option<StreamFormat>,
    pub(super) meter: Meter,
    pub(super) frames: u64,
    pub(super) dropped: u64,
    pub(super) broken: u64,
    /// Number of the newest frame.
    pub(super) seq: u64,
    pub(super) latest: Option<Arc<RawFrame>>,
    pub(super) controls: Vec<Control>,
    /// What was set, to be set again on a device that comes back with its own ideas.
    pub(super) settings: Vec<ControlSetting>,
    pub(super) requests: VecDeque<ControlRequest>,
    /// Which capture may speak; all earlier ones are abandoned.
    pub(super) generation: u64,
    /// Last sign of life of that capture.
    pub(super) alive: Instant,
    /// Whether that capture has opened its source.
    pub(super) open: bool,
    /// Whether that capture takes wishes for controls: from the opening to the failure.
    pub(super) serving: bool,
    /// Whether that capture has closed its source.
    pub(super) finished: bool,
    /// The feed is being dropped.
    pub(super) closing: bool,
}

pub(super) struct Shared {
    state: Mutex<State>,
    frame: Condvar,
    changed: Condvar,
}

impl Shared {
    pub(super) fn new(device: String) -> Self {
        let now = Instant::now();
        let state = State {
            phase: FeedState::Starting,
            since: now,
            change: 0,
            problem: None,
            device,
            format: None,
            meter: Meter::default(),
            frames: 0,
            dropped: 0,
            broken: 0,
            seq: 0,
            latest: None,
            controls: Vec::new(),
            settings: Vec::new(),
            requests: VecDeque::new(),
            generation: 0,
            alive: now,
            open: false,
            serving: false,
            finished: true,
            closing: false,
        };
        Self { state: Mutex::new(state), frame: Condvar::new(), changed: Condvar::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs under this lock, and a poisoned newest frame is still the newest frame.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wait_frame<'a>(
        &self,
        state: MutexGuard<'a, State>,
        time: Duration,
    ) -> MutexGuard<'a, State> {
        self.frame.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn wait_change<'a>(
        &self,
        state: MutexGuard<'a, State>,
        time: Duration,
    ) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Wakes everybody who waits for a frame or a change.
    pub(super) fn wake(&self) {
        self.frame.notify_all();
        self.changed.notify_all();
    }

    pub(super) fn frame_arrived(&self) {
        self.frame.notify_all();
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closing = true;
        state.serving = false;
        state.requests.clear();
        drop(state);
        self.wake();
    }

    /// The feed is not live any more, or still not.
    pub(super) fn fail(&self, error: SourceError) {
        self.lock().fail(error);
        self.wake();
    }

    /// Leaves a wish for the capture thread.
    pub(super) fn request(
        &self,
        setting: ControlSetting,
    ) -> Result<mpsc::Receiver<ControlAnswer>, SourceError> {
        let mut state = self.lock();
        if !state.serving {
            let problem = state.problem.clone();
            return Err(
                problem.unwrap_or_else(|| SourceError::new(SourceCode::NoDevice, "no camera is open"))
            );
        }
        let (answer, receiver) = mpsc::channel();
        state.requests.push_back(ControlRequest { setting, answer });
        Ok(receiver)
    }
}

impl State {
    pub(super) fn status(&self) -> FeedStatus {
        let now = Instant::now();
        FeedStatus {
            state: self.phase,
            since_ms: u64::try_from(now.duration_since(self.since).as_millis()).unwrap_or(u64::MAX),
            change: self.change,
            device: self.device.clone(),
            format: self.format,
            fps: self.meter.rate(now),
            frames: self.frames,
            dropped: self.dropped,
            broken: self.broken,
            problem: self.problem.as_ref().map(SourceError::problem),
        }
    }

    /// Enters a state; entering the same with the same reason again is no change.
    pub(super) fn enter(&mut self, phase: FeedState, problem: Option<SourceError>) {
        let code = |p: &Option<SourceError>| p.as_ref().map(|p| p.code);
        let changed = self.phase != phase || code(&self.problem) != code(&problem);
        self.problem = problem;
        if !changed {
            return;
        }
        tracing::info!(from = ?self.phase, to = ?phase, problem = ?self.problem, "feed");
        self.phase = phase;
        self.since = Instant::now();
        self.change += 1;
    }

    pub(super) fn fail(&mut self, error: SourceError) {
        let vague = matches!(error.code, SourceCode::Busy | SourceCode::Other);
        if self.phase == FeedState::Stalled && !self.open && vague {
            // The capture that hangs may hold the camera itself: "another program" would be the wrong advice.
            tracing::debug!(%error, "a stalled camera does not open again");
            return;
        }
        let phase = FeedState::after(error.code);
        // A camera that was there and is not listed now has gone; "no camera was found" is for one never seen.
        let error = if error.code == SourceCode::NoDevice && self.frames > 0 {
            SourceError::new(SourceCode::Gone, error.detail)
        } else {
            error
        };
        self.enter(phase, (phase != FeedState::Ended).then_some(error));
        self.serving = false;
        self.controls.clear();
        self.requests.clear();
        self.meter.clear();
        if phase != FeedState::Ended {
            self.latest = None;
        }
    }

    /// Takes over a frame of the present capture, `lost` frames after the one before it.
    pub(super) fn publish(&mut self, mut frame: RawFrame, lost: u64) {
        self.seq += 1 + lost;
        self.dropped += lost;
        self.frames += 1;
        frame.seq = self.seq;
        self.meter.count(frame.at);
        self.latest = Some(Arc::new(frame));
        self.enter(FeedState::Live, None);
    }

    /// Remembers a setting for the next opening, in place of what it overrides.
    pub(super) fn remember(&mut self, setting: ControlSetting) {
        match self.settings.iter_mut().find(|s| s.kind == setting.kind) {
            Some(old) => {
                old.auto = setting.auto.or(if setting.value.is_some() { Some(false) } else { old.auto });
                old.value = if old.auto == Some(true) { None } else { setting.value.or(old.value) };
            }
            None => self.settings.push(setting),
        }
    }
}
