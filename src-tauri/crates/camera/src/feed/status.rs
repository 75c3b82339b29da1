//! What a feed tells about itself.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Problem, SourceCode, StreamFormat};

/// How a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FeedState {
    /// Being opened; no frame yet.
    Starting,
    /// Frames arrive.
    Live,
    /// The device is there, but no good frame comes; it is being opened again.
    Stalled,
    /// The device is not there; it is looked for.
    Gone,
    /// It cannot be opened, for the reason in `problem`; it is tried again.
    Failed,
    /// A source with an end came to it; the last frame stays.
    Ended,
}

impl FeedState {
    /// The state to which a failure leads.
    pub(super) fn after(code: SourceCode) -> Self {
        match code {
            SourceCode::NoDevice | SourceCode::Gone => Self::Gone,
            SourceCode::Stalled | SourceCode::Broken => Self::Stalled,
            SourceCode::Ended => Self::Ended,
            SourceCode::NoPermission | SourceCode::Busy | SourceCode::NoUsableFormat | SourceCode::Other => {
                Self::Failed
            }
        }
    }
}

/// How a feed is, with what a screen shows about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FeedStatus {
    /// In one word.
    pub state: FeedState,
    /// Milliseconds since it is so.
    #[ts(type = "number")]
    pub since_ms: u64,
    /// Counts the changes of state.
    #[ts(type = "number")]
    pub change: u64,
    /// Name of the device, or of what is being opened.
    pub device: String,
    /// What the device sends, as it states it; the last one while it is away.
    pub format: Option<StreamFormat>,
    /// Frames a second over the last two seconds, as they came.
    pub fps: f32,
    /// Good frames since the start of the feed.
    #[ts(type = "number")]
    pub frames: u64,
    /// Frames that the driver lost before they came here.
    #[ts(type = "number")]
    pub dropped: u64,
    /// Packets that held no whole picture.
    #[ts(type = "number")]
    pub broken: u64,
    /// Why it is not live.
    pub problem: Option<Problem>,
}

/// Measures the rate of what arrives.
#[derive(Default)]
pub(super) struct Meter(VecDeque<Instant>);

/// Long enough for a steady figure, short enough to show a change of light at once.
const WINDOW: Duration = Duration::from_secs(2);

impl Meter {
    pub(super) fn count(&mut self, at: Instant) {
        self.0.push_back(at);
        self.trim(at);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Frames a second at `now`; 0 until there are two.
    pub(super) fn rate(&self, now: Instant) -> f32 {
        let mut recent = self.0.iter().filter(|at| now.duration_since(**at) <= WINDOW);
        let (Some(first), Some(last)) = (recent.next(), self.0.back()) else {
            return 0.0;
        };
        let span = last.duration_since(*first).as_secs_f32();
        let intervals = recent.count();
        if intervals == 0 || span <= 0.0 { 0.0 } else { intervals as f32 / span }
    }

    fn trim(&mut self, now: Instant) {
        while self.0.front().is_some_and(|at| now.duration_since(*at) > WINDOW) {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_two_seconds() {
        let start = Instant::now();
        let ms = |ms: u64| start + Duration::from_millis(ms);
        let mut meter = Meter::default();
        assert_eq!(meter.rate(start), 0.0);
        meter.count(start);
        assert_eq!(meter.rate(start), 0.0);
        (1..=100).for_each(|i| meter.count(ms(i * 40)));
        assert!((meter.rate(ms(4000)) - 25.0).abs() < 0.01, "{}", meter.rate(ms(4000)));
        (1..=30).for_each(|i| meter.count(ms(4000 + i * 100)));
        assert!((meter.rate(ms(7000)) - 10.0).abs() < 0.01, "{}", meter.rate(ms(7000)));
        assert_eq!(meter.rate(ms(9100)), 0.0, "nothing arrived for two seconds");
        meter.clear();
        assert_eq!(meter.rate(ms(7000)), 0.0);
    }

    #[test]
    fn failures_lead_to_the_state_that_tells_what_to_do() {
        assert_eq!(FeedState::after(SourceCode::NoDevice), FeedState::Gone);
        assert_eq!(FeedState::after(SourceCode::Gone), FeedState::Gone);
        assert_eq!(FeedState::after(SourceCode::Broken), FeedState::Stalled);
        assert_eq!(FeedState::after(SourceCode::Busy), FeedState::Failed);
        assert_eq!(FeedState::after(SourceCode::Ended), FeedState::Ended);
    }
}
