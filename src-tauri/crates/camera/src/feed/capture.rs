//! One opening of the source, on its own thread: open, read until it fails, close. Any of it may block or panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::RawFrame;

use super::shared::{ControlRequest, Shared};
use super::status::FeedState;
use crate::{FrameSource, Opener, SourceCode, SourceError};

/// Runs one capture as `generation`; ends when it fails, is abandoned, or the feed closes.
pub(super) fn run(shared: &Arc<Shared>, opener: &dyn Opener, generation: u64, stall: Duration) {
    let capture = Capture { shared, generation, stall };
    match guarded("open", || opener.open()) {
        Ok(mut source) => {
            if let Err(error) = capture.read(source.as_mut()) {
                capture.report(error);
            }
            // The state is told before the closing, which may take long after an unplugging.
            let _ = guarded("close", move || {
                drop(source);
                Ok(())
            });
        }
        Err(error) => capture.report(error),
    }
    capture.finish();
}

/// Calls into a driver library: a panic in there is a failure like any other.
fn guarded<T>(what: &str, call: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        tracing::error!(what, words, "the driver library panicked");
        Err(SourceError::new(SourceCode::Other, format!("panic in {what}: {words}")))
    })
}

/// The capture has been told to end: not a failure.
struct Over;

struct Capture<'a> {
    shared: &'a Arc<Shared>,
    generation: u64,
    stall: Duration,
}

impl Capture<'_> {
    fn read(&self, source: &mut dyn FrameSource) -> Result<(), SourceError> {
        let settings = match self.opened(source) {
            Ok(settings) => settings,
            Err(Over) => return Ok(()),
        };
        for setting in settings {
            if let Err(error) = guarded("set a control", || source.set_control(setting)) {
                tracing::warn!(%error, "a setting could not be made again");
            }
        }
        self.read_controls(source);
        let mut settling = source.settling();
        let mut last_good = Instant::now();
        let mut last_seq = None;
        loop {
            match guarded("read", || source.next(self.stall)) {
                Ok(frame) => {
                    last_good = Instant::now();
                    let lost = last_seq.map_or(0, |last: u64| frame.seq.saturating_sub(last + 1));
                    last_seq = Some(frame.seq);
                    let shown = settling == 0;
                    settling = settling.saturating_sub(1);
                    if self.arrived(shown.then_some((frame, lost))).is_err() {
                        return Ok(());
                    }
                }
                Err(error) if error.code == SourceCode::Broken => {
                    last_seq = last_seq.map(|seq| seq + 1);
                    if self.broken(&error).is_err() {
                        return Ok(());
                    }
                    if last_good.elapsed() >= self.stall {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
            self.answer_requests(source);
        }
    }

    /// Runs `act` on the state unless this capture is over.
    fn speak<T>(&self, act: impl FnOnce(&mut super::shared::State) -> T) -> Result<T, Over> {
        let mut state = self.shared.lock();
        if state.generation != self.generation || state.closing {
            return Err(Over);
        }
        state.alive = Instant::now();
        Ok(act(&mut state))
    }

    fn opened(&self, source: &dyn FrameSource) -> Result<Vec<crate::ControlSetting>, Over> {
        let (name, format) = (source.name().to_owned(), source.format());
        let settings = self.speak(|state| {
            state.open = true;
            state.serving = true;
            state.device = name;
            state.format = Some(format);
            // A stalled camera that opens again is still stalled until it sends something.
            if state.phase != FeedState::Stalled {
                state.enter(FeedState::Starting, None);
            }
            state.settings.clone()
        })?;
        self.shared.wake();
        Ok(settings)
    }

    fn arrived(&self, frame: Option<(RawFrame, u64)>) -> Result<(), Over> {
        let Some((frame, lost)) = frame else {
            return self.speak(|_| ());
        };
        let changed = self.speak(|state| {
            let before = state.change;
            state.publish(frame, lost);
            state.change != before
        })?;
        if changed {
            self.shared.wake()
        } else {
            self.shared.frame_arrived()
        }
        Ok(())
    }

    fn broken(&self, error: &SourceError) -> Result<(), Over> {
        tracing::debug!(%error, "packet");
        self.speak(|state| state.broken += 1)
    }

    fn read_controls(&self, source: &mut dyn FrameSource) {
        if let Ok(controls) = guarded("read the controls", || Ok(source.controls())) {
            let _ = self.speak(|state| state.controls = controls);
        }
    }

    fn answer_requests(&self, source: &mut dyn FrameSource) {
        while let Ok(Some(ControlRequest { setting, answer })) =
            self.speak(|state| state.requests.pop_front())
        {
            let result = guarded("set a control", || source.set_control(setting));
            self.read_controls(source);
            let result = result.and_then(|()| {
                self.speak(|state| {
                    state.remember(setting);
                    state.controls.clone()
                })
                .map_err(|Over| SourceError::new(SourceCode::Gone, "the camera was closed meanwhile"))
            });
            // Whoever asked may have stopped waiting.
            let _ = answer.send(result);
        }
    }

    fn report(&self, error: SourceError) {
        let _ = self.speak(|state| state.fail(error));
        self.shared.wake();
    }

    fn finish(&self) {
        let mut state = self.shared.lock();
        if state.generation == self.generation {
            state.finished = true;
        }
        drop(state);
        self.shared.wake();
    }
}
