//! 采集安排: the annex table of a notice. Which college comes when is read; whether that can work is judged elsewhere.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::cell_text::Note;
use crate::grid::{Row, Value};
use crate::list::{List, RowState};
use crate::moment::{self, Day, When};
use crate::report::{Fate, Report};
use crate::{Field, ListKind, Mapping, SheetError};

/// One line of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetScheduleRow")]
pub struct ScheduleRow {
    /// As the spreadsheet numbers it, from 1.
    pub row: u32,
    /// 学院代码.
    pub college_code: Option<String>,
    /// 学院名称; at least one of code and name is there.
    pub college: Option<String>,
    /// How many people are planned.
    pub head_count: Option<u32>,
    /// The day, as 2026-05-12.
    pub date: Option<String>,
    /// Begin, as 14:00, local time.
    pub start: Option<String>,
    /// End, as 15:30; after `start`, up to 24:00.
    pub end: Option<String>,
    /// 地点.
    pub room: Option<String>,
    /// 组别.
    pub group: Option<String>,
    /// 备注.
    pub note: Option<String>,
}

/// A schedule as it may be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetSchedule")]
pub struct Schedule {
    /// Its lines, in the order of the file.
    pub rows: Vec<ScheduleRow>,
    /// What became of every row.
    pub report: Report,
}

/// Annex tables merge nearly everything downwards; a head count belongs to one line.
const MERGED: [Field; 9] = [
    Field::CollegeCode,
    Field::College,
    Field::Date,
    Field::Slot,
    Field::Start,
    Field::End,
    Field::Room,
    Field::Group,
    Field::Note,
];

/// Reads a schedule; `year` is the year of dates that name none.
///
/// # Errors
/// The file is not readable, the mapping does not fit, or has no column for the 学院.
pub fn schedule(bytes: &[u8], file: &str, mapping: &Mapping, year: i32) -> Result<Schedule, SheetError> {
    if mapping.column(Field::College).or(mapping.column(Field::CollegeCode)).is_none() {
        return Err(SheetError::FieldMissing(Field::College));
    }
    let mut list = List::open(bytes, file, ListKind::Schedule, mapping, &MERGED)?;
    let mut rows = Vec::new();
    for row in &list.take_rows() {
        let mut state = RowState::default();
        let line = read_row(&mut list, row, year, &mut state);
        let total = line.college.as_deref().is_some_and(is_total);
        if total {
            list.refuse_row(row.number, "total", "合计行，不导入", "A line of totals; not imported");
        } else if line.college.is_none() && line.college_code.is_none() {
            list.refuse_row(
                row.number,
                "no_college",
                "没有学院，这一行没有导入",
                "No college; the row was not imported",
            );
        } else {
            list.count_taken(state);
            rows.push(line);
        }
    }
    Ok(Schedule { rows, report: list.finish() })
}

fn is_total(college: &str) -> bool {
    let text: String = college.chars().filter(|c| !crate::cell_text::is_space(*c)).collect();
    matches!(text.trim_end_matches([':', '：']), "合计" | "总计" | "小计" | "共计" | "总人数")
}

fn read_row(list: &mut List<'_>, row: &Row, year: i32, state: &mut RowState) -> ScheduleRow {
    let date = moment(list, row, Field::Date, year, state);
    let slot = moment(list, row, Field::Slot, year, state);
    let start = moment(list, row, Field::Start, year, state);
    let end = moment(list, row, Field::End, year, state);
    let head_count = head_count(list, row, state);
    let day = [date, slot, start].iter().find_map(|when| when.day);
    let begin = start.start.or(slot.start).or(date.start);
    let mut finish = end.start.or(start.end).or(slot.end).or(date.end);
    if finish.is_some() && finish <= begin {
        list.note(
            row,
            Field::End,
            unclear("结束时间不晚于开始时间", "The end is not after the begin"),
            state,
        );
        finish = None;
    }
    let mut text = |field| list.text(row, field, state);
    ScheduleRow {
        row: row.number,
        college_code: text(Field::CollegeCode),
        college: text(Field::College),
        head_count,
        date: day.map(Day::iso),
        start: begin.map(moment::clock),
        end: finish.map(moment::clock),
        room: text(Field::Room),
        group: text(Field::Group),
        note: text(Field::Note),
    }
}

fn unclear(zh: &str, en: &str) -> Note {
    Note::new(Fate::CellRefused, "time_unclear", zh, en)
}

/// What a cell says of day and time; nothing where it is empty or refused.
fn moment(list: &mut List<'_>, row: &Row, field: Field, year: i32, state: &mut RowState) -> When {
    let found = match list.cell(row, field).map(|cell| &cell.value) {
        None => return When::default(),
        Some(Value::Moment(serial)) => of_excel(*serial),
        // A number in a column of times is the time that a missing format hides; a day without its format is
        // indistinguishable from any other number.
        Some(Value::Number(number)) if (0.0..1.0).contains(number) => of_excel(*number),
        // 9-11 among the dates may be the eleventh of September.
        Some(Value::Text(text)) => {
            moment::when(text, year).filter(|when| field != Field::Date || when.day.is_some())
        }
        Some(_) => None,
    };
    found.unwrap_or_else(|| {
        let note = unclear(
            "看不懂日期或时间。请写成“5月12日”“14:00-15:30”这样",
            "The date or time is not understood. Write it like 5月12日 or 14:00-15:30",
        );
        list.note(row, field, note, state);
        When::default()
    })
}

fn of_excel(serial: f64) -> Option<When> {
    let day = Day::of_excel(serial);
    let minutes = moment::minutes_of_excel(serial);
    match day {
        Some(_) => Some(When { day, start: minutes.filter(|minutes| *minutes > 0), end: None }),
        None if (0.0..1.0).contains(&serial) => Some(When { start: minutes, ..When::default() }),
        None => None,
    }
}

fn head_count(list: &mut List<'_>, row: &Row, state: &mut RowState) -> Option<u32> {
    const MOST: u32 = 100_000;
    let text = list.text(row, Field::HeadCount, state)?;
    let digits: String = text.chars().map(crate::cell_text::half_width).collect();
    let digits = digits.trim_end_matches('人').trim_end_matches(crate::cell_text::is_space);
    let count = digits.parse().ok().filter(|count| *count <= MOST);
    if count.is_none() {
        let note = Note::new(
            Fate::CellRefused,
            "count_unclear",
            "人数不是一个整数",
            "The head count is not a whole number",
        );
        list.note(row, Field::HeadCount, note, state);
    }
    count
}
