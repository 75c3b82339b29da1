//! The one place that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::Timestamp;

/// Now, in UTC.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Midnight before `at` on this machine's own calendar.
pub fn day_start(at: Timestamp) -> Timestamp {
    let zone = jiff::tz::TimeZone::system();
    let midnight = jiff::Timestamp::from_millisecond(at.0)
        .and_then(|t| t.to_zoned(zone).start_of_day())
        .map(|day| day.timestamp().as_millisecond());
    // A point in time outside the calendar: the whole history is today's.
    Timestamp(midnight.unwrap_or(0))
}

/// Day and time on this machine's own wall.
pub fn wall(at: Timestamp) -> (domain::Day, domain::MinuteOfDay) {
    let zone = jiff::tz::TimeZone::system();
    let local = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone).datetime();
    let part = |n: i8| n.unsigned_abs();
    let day = domain::Day::new(local.year().unsigned_abs(), part(local.month()), part(local.day()));
    let minute =
        domain::MinuteOfDay::new(u16::from(part(local.hour())) * 60 + u16::from(part(local.minute())));
    (day.unwrap_or_default(), minute.unwrap_or_default())
}
