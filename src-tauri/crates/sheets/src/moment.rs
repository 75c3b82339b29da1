//! Dates and times of day as notices write them.

use crate::cell_text::{half_width, is_space};

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    pub year: i32,
    pub month: u32,
    pub day: u32,
}

/// Minutes since midnight.
pub(crate) type Minutes = u32;

impl Day {
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=length).contains(&day) && (1900..=2200).contains(&year)).then_some(Self { year, month, day })
    }

    /// 2026-05-12.
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The day that Excel counts as `serial`, if it is one after February 1900.
    pub fn of_excel(serial: f64) -> Option<Self> {
        if !(61.0..200_000.0).contains(&serial) {
            return None;
        }
        // Days since 0000-03-01: with the leap day at the end of the year, months follow one rule.
        let days = serial as i64 - 25_569 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(i32::try_from(year).ok()?, month as u32, day as u32)
    }
}

/// 14:05.
pub(crate) fn clock(minutes: Minutes) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The time of day in an Excel moment.
pub(crate) fn minutes_of_excel(serial: f64) -> Option<Minutes> {
    let minutes = (serial.rem_euclid(1.0) * 1440.0).round();
    (serial.is_finite() && minutes < 1440.0).then_some(minutes as u32)
}

/// What a text says of a day and of times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct When {
    pub day: Option<Day>,
    pub start: Option<Minutes>,
    pub end: Option<Minutes>,
}

/// Reads "5月12日", "2026/5/12（周二）", "14:00-15:30", "5月12日下午2:00—3:30" and their like. `None` where something in
/// it is not understood: half a date sends a college to the wrong day.
pub(crate) fn when(text: &str, year: i32) -> Option<When> {
    let text = without_weekday(&without_spaces(text));
    let (day, rest) = leading_day(&text, year)?;
    let rest = rest.trim_start_matches([',', '，', ';', 'T', ':']);
    let (start, end) = if rest.is_empty() { (None, None) } else { span(rest)? };
    (day.is_some() || start.is_some()).then_some(When { day, start, end })
}

/// Spaces go, but for the one between a day and an hour: 2026-05-12 14:00.
fn without_spaces(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().map(half_width) {
        if is_space(c) {
            gap = true;
            continue;
        }
        if gap && c.is_ascii_digit() && kept.ends_with(|before: char| before.is_ascii_digit()) {
            kept.push('T');
        }
        gap = false;
        kept.push(c);
    }
    kept
}

/// (周二), (星期二), 星期二.
fn without_weekday(text: &str) -> String {
    let mut text = text.to_owned();
    for name in ["星期", "礼拜", "周"] {
        while let Some(at) = text.find(name) {
            let after = text[at + name.len()..].chars().next();
            let Some(weekday) = after.filter(|c| "一二三四五六日天".contains(*c)) else { break };
            let mut range = at..at + name.len() + weekday.len_utf8();
            if text[..range.start].ends_with('(') && text[range.end..].starts_with(')') {
                range = range.start - 1..range.end + 1;
            }
            text.replace_range(range, "");
        }
    }
    text
}

/// A number at the beginning, of at most four digits.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let digits = text.get(..end).filter(|digits| (1..=4).contains(&digits.len()))?;
    Some((digits.parse().ok()?, &text[end..]))
}

/// The day at the beginning, if there is one. Fails on a day that is not in the calendar.
fn leading_day(text: &str, year: i32) -> Option<(Option<Day>, &str)> {
    let Some((first, rest)) = number(text) else { return Some((None, text)) };
    let sign = rest.chars().next();
    match sign {
        Some('年') => month_and_day(&rest['年'.len_utf8()..], first as i32),
        Some('月') => month_and_day(text, year),
        Some('/' | '-' | '.') if first >= 1900 => numeric_day(&rest[1..], first as i32),
        // 5/12, 5.12: a month and a day; 9-11 may be hours and is left to the times.
        Some('/' | '.') if first <= 12 && number(&rest[1..]).is_some() && !has_clock(rest) => {
            numeric_day(text, year)
        }
        None if text.len() == 4 && first >= 1900 => None,
        _ => Some((None, text)),
    }
}

/// 8.30-10.00 and 8.30-11 are two times, 5.12 a day. `rest` is what follows the first number.
fn has_clock(rest: &str) -> bool {
    let after = rest.strip_prefix('.').and_then(number).map(|(_, after)| after);
    after.is_some_and(|after| after.starts_with(DASHES))
}

fn month_and_day(text: &str, year: i32) -> Option<(Option<Day>, &str)> {
    let (month, rest) = number(text)?;
    let (day, rest) = number(rest.strip_prefix('月')?)?;
    let rest = rest.strip_prefix(['日', '号']).unwrap_or(rest);
    Day::new(year, month, day).map(|day| (Some(day), rest))
}

fn numeric_day(text: &str, year: i32) -> Option<(Option<Day>, &str)> {
    let (month, rest) = number(text)?;
    let (day, rest) = number(rest.strip_prefix(['/', '-', '.'])?)?;
    Day::new(year, month, day).map(|day| (Some(day), rest))
}

/// What stands between begin and end.
const DASHES: [char; 9] = ['-', '—', '–', '~', '～', '至', '到', '−', '―'];

/// One time, or two with a dash between them.
fn span(text: &str) -> Option<(Option<Minutes>, Option<Minutes>)> {
    let text = text.trim_end_matches("开始").trim_end_matches("起").trim_end_matches(['前', '止']);
    let parts: Vec<&str> = text.split(DASHES).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [start] => Some((Some(time(start, None)?.0), None)),
        [start, end] => {
            let (start, half) = time(start, None)?;
            let (end, _) = time(end, half)?;
            // 9.12-9.13 are days rather than a minute.
            let days = text.contains('.') && start / 60 == end / 60;
            (end > start && !days).then_some((Some(start), Some(end)))
        }
        _ => None,
    }
}

/// The halves of a day that hours are counted in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// 14:00, 2:00, 下午2点半, 9时, 2:30pm. `said` is the half of the day that the time before it named: in
/// "下午2:00—3:30" it is meant for both.
fn time(text: &str, said: Option<Half>) -> Option<(Minutes, Option<Half>)> {
    let lower = text.to_ascii_lowercase();
    let (half, rest) = named_half(&lower);
    let half = half.or(said);
    let (hour, rest) = number(rest)?;
    let (minute, rest) = match rest.chars().next() {
        None => (0, rest),
        Some(':' | '：' | '.') => number(&rest[rest.chars().next()?.len_utf8()..])?,
        Some('点' | '时') => {
            let rest = &rest['点'.len_utf8()..];
            let rest = rest.strip_prefix('整').unwrap_or(rest);
            match rest.strip_prefix('半') {
                Some(rest) => (30, rest),
                None if rest.is_empty() => (0, rest),
                None => number(rest)?,
            }
        }
        Some(_) => return None,
    };
    let rest = rest.strip_prefix('分').unwrap_or(rest);
    // 14:00:00, as some programs write.
    let rest = rest.strip_prefix(":00").unwrap_or(rest);
    if !rest.is_empty() || hour > 24 || minute > 59 {
        return None;
    }
    let hour = if half == Some(Half::Afternoon) && hour < 12 { hour + 12 } else { hour };
    // 2:00 alone is more likely the afternoon than the night, and may not be guessed.
    if half.is_none() && hour < 6 {
        return None;
    }
    let minutes = hour * 60 + minute;
    (minutes <= 1440).then_some((minutes, half))
}

fn named_half(text: &str) -> (Option<Half>, &str) {
    for (name, half) in [
        ("上午", Half::Morning),
        ("早上", Half::Morning),
        ("早晨", Half::Morning),
        ("中午", Half::Morning),
        ("下午", Half::Afternoon),
        ("晚上", Half::Afternoon),
        ("傍晚", Half::Afternoon),
    ] {
        if let Some(rest) = text.strip_prefix(name) {
            // 中午1点 is after twelve.
            let noon = name == "中午" && number(rest).is_some_and(|(hour, _)| hour < 6);
            return (Some(if noon { Half::Afternoon } else { half }), rest);
        }
    }
    match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(rest), _) => (Some(Half::Afternoon), rest),
        (_, Some(rest)) => (Some(Half::Morning), rest),
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let when = when(text, 2026)?;
        let clock = |minutes: Option<Minutes>| minutes.map(clock).unwrap_or_default();
        Some(format!(
            "{} {} {}",
            when.day.map(Day::iso).unwrap_or_default(),
            clock(when.start),
            clock(when.end)
        ))
    }

    #[test]
    fn dates_and_times_of_real_notices_are_read() {
        for (text, expected) in [
            ("5月12日", "2026-05-12  "),
            ("5月12号（周二）", "2026-05-12  "),
            ("2026年5月12日 星期二", "2026-05-12  "),
            ("2026/5/12", "2026-05-12  "),
            ("2025-11-03", "2025-11-03  "),
            ("2026.5.12", "2026-05-12  "),
            ("5.12", "2026-05-12  "),
            ("5/12", "2026-05-12  "),
            ("14:00-15:30", " 14:00 15:30"),
            ("１４：００－１５：３０", " 14:00 15:30"),
            ("下午2:00—3:30", " 14:00 15:30"),
            ("上午9:00至11:30", " 09:00 11:30"),
            ("上午11:00-下午1:30", " 11:00 13:30"),
            ("8点半~10点", " 08:30 10:00"),
            ("9时30分-11时", " 09:30 11:00"),
            ("2:00pm-3:30pm", " 14:00 15:30"),
            ("13:30开始", " 13:30 "),
            ("9-11", " 09:00 11:00"),
            ("8.30-10.00", " 08:30 10:00"),
            ("9.30-11", " 09:30 11:00"),
            ("5月12日下午2:00—3:30", "2026-05-12 14:00 15:30"),
            ("5月12日（周二）\n14:00-15:30", "2026-05-12 14:00 15:30"),
            ("2026-05-12 14:00:00", "2026-05-12 14:00 "),
            ("2026-05-12T14:00:00", "2026-05-12 14:00 "),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_or_time_is_not_guessed() {
        for text in [
            "2月30日",
            "13月1日",
            "2:00-3:30",
            "5.12-5.13",
            "9.12-9.13",
            "待定",
            "",
            "下午",
            "25:00",
            "15:30-14:00",
            "5月12日-13日",
            "2026",
            "9:60",
            "9:00-10:00-11:00",
            "5月",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn excel_days_are_the_days_that_excel_shows() {
        for (serial, iso) in [
            (61.0, "1900-03-01"),
            (25_569.0, "1970-01-01"),
            (45_351.0, "2024-02-29"),
            (46_154.583, "2026-05-12"),
        ] {
            assert_eq!(Day::of_excel(serial).map(Day::iso).as_deref(), Some(iso));
        }
        for serial in [f64::NAN, f64::INFINITY, -1.0, 0.5, 1e300] {
            assert_eq!(Day::of_excel(serial), None);
        }
        assert_eq!(minutes_of_excel(46_154.604_166_666_7).map(clock).as_deref(), Some("14:30"));
        assert_eq!(minutes_of_excel(f64::NAN), None);
    }
}
