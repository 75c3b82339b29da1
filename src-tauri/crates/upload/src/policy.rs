//! Every number of the upload, with its reason.

use std::time::Duration;

use crate::Settings;

/// How many objects travel at once when the settings do not say: one portrait is one round trip and a half of a
/// second on a school's line, and four hide the round trips without filling the line for everybody else.
pub const PARALLEL: u32 = 4;
/// More at once gains nothing for 40 KB objects and looks like an attack to a firewall.
pub const PARALLEL_MOST: u32 = 16;
/// Attempts that may fail for reasons of the object itself before a person must look. With the waits below that is
/// about a quarter of an hour: a server that restarts is outlasted, a sick object is told the same day.
pub const ATTEMPTS: u32 = 12;
/// First wait after a failed attempt.
pub const FIRST_WAIT_MS: i64 = 500;
/// Longest wait, `Retry-After` included. A time further ahead than this cannot have been set by this program under
/// the present clock, so it counts as come: a clock that was set back stalls nothing.
pub const LONGEST_WAIT_MS: i64 = 5 * 60_000;
/// Longest wait while the line is down: a person who has just plugged the cable in looks at the window.
pub const LINE_WAIT_MS: i64 = 30_000;
/// Failures of the line in a row after which one probe goes instead of everything at once.
pub const LINE_FAILURES: u32 = 3;
/// Building a connection. A dead access point shows here.
pub const CONNECT: Duration = Duration::from_secs(10);
/// What every request may take, however small: three round trips and a slow server.
pub const REQUEST_BASE: Duration = Duration::from_secs(20);
/// Slowest line that counts as working, bytes a second: below this 2,000 portraits would take three hours.
pub const SLOWEST: u64 = 6 * 1024;
/// Largest object: an original of the best camera is some 40 MB; larger is a mistake, and the body is held in memory.
pub const BYTES_MOST: u64 = 64 * 1024 * 1024;
/// Most bytes that are read of an answer which is not an object.
pub const ANSWER_MOST: usize = 64 * 1024;
/// How often the performing loop looks whether it was told to pause or to stop, and whether the clock moved on.
pub const LOOK: Duration = Duration::from_millis(200);
/// Over how long the rate is averaged.
pub const RATE_OVER_MS: i64 = 20_000;

/// Time that a request with `bytes` of body, sent or received, may take.
pub fn request_time(bytes: u64) -> Duration {
    REQUEST_BASE + Duration::from_secs(bytes.min(BYTES_MOST) / SLOWEST)
}

/// How many objects may travel at once.
pub fn parallel(settings: &Settings) -> usize {
    settings.parallel.clamp(1, PARALLEL_MOST) as usize
}

/// Wait in milliseconds before try `tries + 1`: doubled each time, then scattered over its upper half, so that booths
/// that lost the same line do not come back at the same moment. The same `seed` gives the same wait.
pub fn backoff_ms(tries: u32, most: i64, seed: u64) -> i64 {
    let whole = FIRST_WAIT_MS.saturating_mul(1 << tries.saturating_sub(1).min(20)).min(most);
    let half = whole / 2;
    half + (mix(seed ^ u64::from(tries).wrapping_mul(0x9e37_79b9_7f4a_7c15)) % (half.max(1) as u64)) as i64
}

/// One step of SplitMix64: scatters neighbouring seeds.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_cap_and_differ_between_seeds() {
        for seed in 0..200 {
            let mut least = 0;
            for tries in 1..60 {
                let wait = backoff_ms(tries, LONGEST_WAIT_MS, seed);
                assert!(wait >= least / 2 && wait <= LONGEST_WAIT_MS && wait > 0, "{tries} {wait}");
                least = wait.max(least);
            }
            assert!(backoff_ms(40, LONGEST_WAIT_MS, seed) >= LONGEST_WAIT_MS / 2);
        }
        let spread: std::collections::HashSet<_> =
            (0..100).map(|s| backoff_ms(8, LONGEST_WAIT_MS, s)).collect();
        assert!(spread.len() > 90, "{}", spread.len());
    }
}
