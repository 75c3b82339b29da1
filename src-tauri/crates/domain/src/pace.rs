//! How fast it goes, how long people wait, when it will be over.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Timestamp;

/// The stretch of the recent past that the present speed is taken from: long enough for a number that does not jump,
/// short enough to notice that a booth stands still.
pub const WINDOW_MS: i64 = 20 * 60_000;

/// Fewest pictures that say anything about the speed.
const FEWEST: usize = 3;

/// The middle value; the mean of the two middle ones.
pub fn median(values: &mut [i64]) -> Option<f64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle] as f64),
        _ => Some((values[middle - 1] as f64 + values[middle] as f64) / 2.0),
    }
}

/// Median of durations in seconds. A clock that was set back gives 0, not a negative time.
pub fn median_seconds(durations_ms: impl IntoIterator<Item = i64>) -> Option<f64> {
    let mut values: Vec<i64> = durations_ms.into_iter().map(|ms| ms.max(0)).collect();
    median(&mut values).map(|ms| ms / 1000.0)
}

/// People an hour, from the times at which pictures were accepted: over the last twenty minutes up to `now`, or over
/// the time since the first picture where that is shorter. `None` before there are three.
pub fn per_hour(accepted: &[Timestamp], now: Timestamp) -> Option<f64> {
    let recent: Vec<i64> =
        accepted.iter().map(|at| now.millis_since(*at)).filter(|ago| (0..WINDOW_MS).contains(ago)).collect();
    let first = recent.iter().copied().max()?;
    if recent.len() < FEWEST {
        return None;
    }
    // Before the window is full the first picture only starts the clock.
    let started_before = accepted.iter().any(|at| now.millis_since(*at) >= WINDOW_MS);
    let (people, over) =
        if started_before { (recent.len(), WINDOW_MS) } else { (recent.len() - 1, first.max(1)) };
    Some(people as f64 * 3_600_000.0 / over as f64)
}

/// People an hour from the first picture to the last, breaks and all. `None` before there are three.
pub fn mean_per_hour(accepted: &[Timestamp]) -> Option<f64> {
    let (first, last) = (accepted.iter().min()?, accepted.iter().max()?);
    let over = last.millis_since(*first);
    (accepted.len() >= FEWEST && over > 0).then(|| (accepted.len() - 1) as f64 * 3_600_000.0 / over as f64)
}

/// When `people` will be done at this speed.
pub fn eta(people: u32, per_hour: Option<f64>, now: Timestamp) -> Option<Timestamp> {
    if people == 0 {
        return Some(now);
    }
    let per_hour = per_hour.filter(|speed| *speed > 0.0)?;
    Some(Timestamp(now.0.saturating_add((f64::from(people) * 3_600_000.0 / per_hour) as i64)))
}

/// How a day goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Pace {
    /// People an hour now.
    pub per_hour: Option<f64>,
    /// Median seconds from the code at the seat to the accepted picture.
    pub seat_seconds: Option<f64>,
    /// Median seconds from the number to the first call.
    pub wait_seconds: Option<f64>,
    /// Median seconds from the first call to the seat.
    pub walk_seconds: Option<f64>,
    /// How long the one who waits longest has waited, in seconds.
    pub longest_wait_seconds: Option<f64>,
    /// When those who wait now will be done.
    pub queue_done_at: Option<Timestamp>,
    /// When everybody who is still due would be done.
    pub all_done_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_every_ten_seconds_is_360_an_hour() {
        let accepted: Vec<_> = (0..31).map(|n| Timestamp(n * 10_000)).collect();
        assert_eq!(per_hour(&accepted, Timestamp(300_000)), Some(360.0));
        let long: Vec<_> = (0..400).map(|n| Timestamp(n * 10_000)).collect();
        assert_eq!(per_hour(&long, Timestamp(3_990_000)), Some(360.0));
    }

    #[test]
    fn a_booth_that_stands_still_slows_down() {
        let accepted: Vec<_> = (0..31).map(|n| Timestamp(n * 10_000)).collect();
        let later = per_hour(&accepted, Timestamp(600_000)).unwrap();
        assert_eq!(later, 180.0);
        assert_eq!(per_hour(&accepted, Timestamp(300_000 + WINDOW_MS)), None);
    }

    #[test]
    fn two_pictures_say_nothing_about_the_speed() {
        assert_eq!(per_hour(&[Timestamp(0), Timestamp(1000)], Timestamp(2000)), None);
    }

    #[test]
    fn a_clock_that_was_set_back_gives_no_negative_times() {
        assert_eq!(median_seconds([-5_000, -1, 4_000]), Some(0.0));
        let ahead: Vec<_> = (0..5).map(|n| Timestamp(100_000 + n)).collect();
        assert_eq!(per_hour(&ahead, Timestamp(0)), None);
    }

    #[test]
    fn the_end_is_told_from_the_speed_and_the_rest() {
        assert_eq!(eta(36, Some(360.0), Timestamp(1_000)), Some(Timestamp(361_000)));
        assert_eq!(eta(0, None, Timestamp(5)), Some(Timestamp(5)));
        assert_eq!(eta(3, None, Timestamp(5)), None);
        assert_eq!(eta(3, Some(0.0), Timestamp(5)), None);
    }
}
