//! Days and times of day as a notice prints them: on the wall of the place, without a time zone.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A calendar day, written `2026-05-13`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Default for Day {
    /// The first day that there is.
    fn default() -> Self {
        Self { year: 2000, month: 1, day: 1 }
    }
}

impl Day {
    /// A day that exists, from 2000 to 2199.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((2000..2200).contains(&year) && (1..=days).contains(&day)).then_some(Self { year, month, day })
    }

    /// From exactly `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str, len: usize| {
            (part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())?
        };
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Self::new(digits(year, 4)?, digits(month, 2)? as u8, digits(day, 2)? as u8)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a day like 2026-05-13"))
    }
}

/// Minutes since midnight, 0 to 1440; 1440 is the midnight that ends the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct MinuteOfDay(u16);

impl MinuteOfDay {
    /// `None` after the end of the day.
    pub fn new(minutes: u16) -> Option<Self> {
        (minutes <= 1440).then_some(Self(minutes))
    }

    /// From `8:30`, `08:30` or `08:30:00`, with an ASCII or a Chinese colon.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('：', ":");
        let mut parts = text.split(':');
        let number = |part: Option<&str>| -> Option<u16> {
            part.filter(|p| (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
        };
        let (hour, minute) = (number(parts.next())?, number(parts.next())?);
        let seconds = match parts.next() {
            None => 0,
            part => number(part)?,
        };
        if parts.next().is_some() || minute > 59 || seconds > 59 {
            return None;
        }
        Self::new(hour * 60 + minute)
    }

    /// Minutes since midnight.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl<'de> Deserialize<'de> for MinuteOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u16::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("more than 1440 minutes in a day"))
    }
}

impl fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_survives_its_own_text() {
        for text in ["2026-05-13", "2024-02-29", "2000-01-01"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-04-31",
            "26-5-13",
            "2026-05-13-1",
            "2026/05/13",
            "+026-05-13",
            "",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_are_read_as_notices_print_them() {
        for (text, minutes) in
            [("8:30", 510), ("08:30", 510), ("13：00", 780), ("24:00", 1440), ("8:30:00", 510)]
        {
            assert_eq!(MinuteOfDay::parse(text).map(MinuteOfDay::minutes), Some(minutes), "{text}");
        }
        for text in ["24:01", "8:60", "8", "8:5:", "a:b", "-1:00", "008:00"] {
            assert_eq!(MinuteOfDay::parse(text), None, "{text}");
        }
        assert_eq!(MinuteOfDay::new(510).unwrap().to_string(), "08:30");
    }
}
