//! When something happened, in an order on which all stations agree: a hybrid logical clock.
//!
//! A stamp is the wall clock where that moves on, and a count where it does not. Whoever has seen a stamp writes only
//! later ones, so that a fact never sorts before what its writer knew, whatever the clocks of the laptops do.

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// 2100-01-01: no stamp of a working station is later.
const END: i64 = 4_102_444_800_000;

/// A point in the order of all facts. Two stations may write equal stamps; then the [`crate::FactId`] decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Milliseconds since the Unix epoch; the writer's clock, or later.
    #[ts(type = "number")]
    pub millis: i64,
    /// Counts within the millisecond.
    pub count: u32,
}

impl Stamp {
    /// Whether a station could have written it.
    pub fn is_sane(self) -> bool {
        (0..=END).contains(&self.millis)
    }
}

/// Makes the stamps of one station.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StampClock {
    last: Stamp,
}

impl StampClock {
    /// Takes note of what somebody wrote.
    pub fn observe(&mut self, seen: Stamp) {
        self.last = self.last.max(seen);
    }

    /// The next stamp: later than all before and all observed, and not before `now`.
    pub fn tick(&mut self, now: Timestamp) -> Stamp {
        let now = now.0.clamp(0, END);
        self.last = if now > self.last.millis {
            Stamp { millis: now, count: 0 }
        } else if let Some(count) = self.last.count.checked_add(1) {
            Stamp { count, ..self.last }
        } else {
            Stamp { millis: self.last.millis + 1, count: 0 }
        };
        self.last
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn stamps_only_grow_whatever_the_clock_does(
            clock in prop::collection::vec(any::<i64>(), 1..50), seen in 0..END, count in any::<u32>(),
        ) {
            let mut stamps = StampClock::default();
            let mut last = Stamp::default();
            for (i, now) in clock.iter().enumerate() {
                if i == 3 {
                    last = last.max(Stamp { millis: seen, count });
                    stamps.observe(Stamp { millis: seen, count });
                }
                let next = stamps.tick(Timestamp(*now));
                prop_assert!(next > last, "{next:?} after {last:?}");
                last = next;
            }
        }
    }
}
