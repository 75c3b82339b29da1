//! 安排: which 学院 comes when and where, as the annex table of a notice says.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Day, MinuteOfDay};

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// 学院代码.
    #[serde(default)]
    pub college_code: Option<String>,
    /// 学院名称.
    pub college: String,
    /// 人数.
    #[serde(default)]
    pub head_count: u32,
    /// 日期.
    pub date: Day,
    /// From this minute.
    pub start: MinuteOfDay,
    /// Up to, without this minute.
    pub end: MinuteOfDay,
    /// 教室 or hall.
    #[serde(default)]
    pub room: String,
    /// 组.
    #[serde(default)]
    pub group: String,
}

impl Slot {
    /// The same 学院: by code where both have one, by name otherwise.
    pub fn is_of(&self, code: Option<&str>, name: Option<&str>) -> bool {
        match (self.college_code.as_deref(), code) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => name == Some(self.college.as_str()),
        }
    }
}

/// Why a table is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SlotFault {
    /// Ends before it begins, or at once. Rows count from 0.
    Empty {
        /// Which.
        row: usize,
    },
    /// Without a 学院.
    NoCollege {
        /// Which.
        row: usize,
    },
    /// Two lines want the same room and group, or the same 学院 in two places, at the same time.
    Overlap {
        /// The earlier line of the table.
        row: usize,
        /// The other.
        with: usize,
        /// Whether it is one 学院 in two places; otherwise one place for two 学院.
        same_college: bool,
    },
}

impl SlotFault {
    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty { .. } => "slot_empty",
            Self::NoCollege { .. } => "slot_no_college",
            Self::Overlap { .. } => "slot_overlap",
        }
    }
}

/// Everything that is wrong with a table. One place that takes two 学院 at once is common and only worth a word where
/// the group is the same too.
pub fn faults(slots: &[Slot]) -> Vec<SlotFault> {
    let mut faults = Vec::new();
    for (row, slot) in slots.iter().enumerate() {
        if slot.end <= slot.start {
            faults.push(SlotFault::Empty { row });
        }
        if slot.college.trim().is_empty() {
            faults.push(SlotFault::NoCollege { row });
        }
    }
    // By day and start, so that a line is only compared with those that begin before it ends.
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|&i| (slots[i].date, slots[i].start, i));
    for (n, &a) in order.iter().enumerate() {
        for &b in &order[n + 1..] {
            if slots[b].date != slots[a].date || slots[b].start >= slots[a].end {
                break;
            }
            let same_place = slots[a].room == slots[b].room && slots[a].group == slots[b].group;
            let same_college = slots[a].is_of(slots[b].college_code.as_deref(), Some(&slots[b].college));
            if same_place || same_college {
                let (row, with) = (a.min(b), a.max(b));
                faults.push(SlotFault::Overlap { row, with, same_college });
            }
        }
    }
    faults
}

/// How somebody's coming fits the schedule. Everybody is welcome; it is only marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// In the slot of the own 学院.
    InSlot,
    /// Before it.
    Early,
    /// After it.
    Late,
    /// There is no slot of that 学院 in this batch.
    Foreign,
    /// There is no schedule, or nobody knows the 学院.
    Unknown,
}

/// Where `now` lies with respect to the slots of a 学院.
pub fn arrival(
    slots: &[Slot],
    code: Option<&str>,
    name: Option<&str>,
    day: Day,
    minute: MinuteOfDay,
) -> Arrival {
    if slots.is_empty() || (code.is_none() && name.is_none()) {
        return Arrival::Unknown;
    }
    let own: Vec<&Slot> = slots.iter().filter(|slot| slot.is_of(code, name)).collect();
    if own.is_empty() {
        return Arrival::Foreign;
    }
    let now = (day, minute);
    if own.iter().any(|s| (s.date, s.start) <= now && now < (s.date, s.end)) {
        Arrival::InSlot
    } else if own.iter().any(|s| now < (s.date, s.start)) {
        Arrival::Early
    } else {
        Arrival::Late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(college: &str, day: u8, start: &str, end: &str, room: &str) -> Slot {
        Slot {
            college_code: None,
            college: college.into(),
            head_count: 100,
            date: Day::new(2026, 5, day).unwrap(),
            start: MinuteOfDay::parse(start).unwrap(),
            end: MinuteOfDay::parse(end).unwrap(),
            room: room.into(),
            group: "1".into(),
        }
    }

    #[test]
    fn one_room_for_two_colleges_at_once_overlaps() {
        let slots = [slot("文学院", 13, "8:00", "9:00", "101"), slot("理学院", 13, "8:59", "10:00", "101")];
        assert_eq!(faults(&slots), [SlotFault::Overlap { row: 0, with: 1, same_college: false }]);
    }

    #[test]
    fn slots_that_touch_do_not_overlap() {
        let slots = [
            slot("文学院", 13, "8:00", "9:00", "101"),
            slot("理学院", 13, "9:00", "10:00", "101"),
            slot("工学院", 14, "8:30", "9:30", "101"),
            slot("医学院", 13, "8:00", "9:00", "102"),
        ];
        assert_eq!(faults(&slots), []);
    }

    #[test]
    fn one_college_in_two_rooms_at_once_is_told() {
        let slots = [slot("文学院", 13, "8:00", "9:00", "101"), slot("文学院", 13, "8:30", "9:30", "102")];
        assert_eq!(faults(&slots), [SlotFault::Overlap { row: 0, with: 1, same_college: true }]);
    }

    #[test]
    fn a_slot_that_ends_before_it_begins_is_told() {
        assert_eq!(faults(&[slot("文学院", 13, "9:00", "8:00", "101")]), [SlotFault::Empty { row: 0 }]);
    }

    #[test]
    fn early_late_and_foreign_arrivals_are_told_apart() {
        let slots = [slot("文学院", 13, "8:00", "9:00", "101"), slot("文学院", 14, "8:00", "9:00", "101")];
        let at = |college, day, time| {
            let minute = MinuteOfDay::parse(time).unwrap();
            arrival(&slots, None, college, Day::new(2026, 5, day).unwrap(), minute)
        };
        assert_eq!(at(Some("文学院"), 13, "8:00"), Arrival::InSlot);
        assert_eq!(at(Some("文学院"), 13, "7:59"), Arrival::Early);
        assert_eq!(
            at(Some("文学院"), 13, "9:00"),
            Arrival::Early,
            "the slot of the next day is still to come"
        );
        assert_eq!(at(Some("文学院"), 14, "9:00"), Arrival::Late);
        assert_eq!(at(Some("理学院"), 13, "8:30"), Arrival::Foreign);
        assert_eq!(at(None, 13, "8:30"), Arrival::Unknown);
        assert_eq!(
            arrival(&[], None, Some("文学院"), Day::new(2026, 5, 13).unwrap(), MinuteOfDay::new(0).unwrap()),
            Arrival::Unknown
        );
    }
}
