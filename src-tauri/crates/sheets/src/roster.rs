//! 名单: who is to be photographed, row by row.

use std::collections::{BTreeMap, HashMap};

use domain::{Subject, Text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::cell_text::Note;
use crate::grid::{Row, Value};
use crate::list::{List, RowState};
use crate::report::{Fate, Remark, Report};
use crate::{Field, ListKind, Mapping, SheetError};

/// A person of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetRosterRow")]
pub struct RosterRow {
    /// As the spreadsheet numbers it, from 1.
    pub row: u32,
    /// Who.
    pub subject: Subject,
}

/// A roster as it may be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetRoster")]
pub struct Roster {
    /// The people, each once, in the order of the file. Every one has a key ([`Subject::key`]).
    pub rows: Vec<RosterRow>,
    /// What became of every row.
    pub report: Report,
}

/// Fields that a school merges over several people. A merged 学号 or name would make one person of many.
const MERGED: [Field; 6] =
    [Field::SchoolCode, Field::CollegeCode, Field::College, Field::Major, Field::Class, Field::Level];
/// Fields whose leading zeros go when they are stored as numbers.
const ZEROS: [Field; 4] = [Field::StudentNo, Field::ExamNo, Field::CollegeCode, Field::SchoolCode];

/// Reads a roster. Nothing of it is stored anywhere.
///
/// # Errors
/// The file is not readable, the mapping does not fit, or has neither 学号 nor 序号.
pub fn roster(bytes: &[u8], file: &str, mapping: &Mapping) -> Result<Roster, SheetError> {
    if mapping.column(Field::StudentNo).or(mapping.column(Field::Serial)).is_none() {
        return Err(SheetError::FieldMissing(Field::StudentNo));
    }
    let mut list = List::open(bytes, file, ListKind::Roster, mapping, &MERGED)?;
    let rows = list.take_rows();
    let mut zeros = Zeros::default();
    let mut people = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut state = RowState::default();
        let subject = read_subject(&mut list, row, &mut state);
        zeros.look(&list, row, &subject);
        let identified = match list.mapping.column(Field::StudentNo) {
            Some(_) if list.cell(row, Field::StudentNo).is_some() => subject.student_no.is_some(),
            _ => subject.key().is_some(),
        };
        if identified {
            people.push((RosterRow { row: row.number, subject }, state));
        } else {
            list.refuse_row(
                row.number,
                "no_key",
                "没有可用的学号（或序号），这一行没有导入",
                "No usable student number (or serial); the row was not imported",
            );
        }
    }
    let rows = each_once(&mut list, people);
    list.report.remarks.extend(zeros.remarks());
    Ok(Roster { rows, report: list.finish() })
}

fn read_subject(list: &mut List<'_>, row: &Row, state: &mut RowState) -> Subject {
    let mut text = |field| list.text(row, field, state);
    let mut subject = Subject {
        serial: text(Field::Serial),
        school_code: text(Field::SchoolCode),
        college_code: text(Field::CollegeCode),
        college: text(Field::College),
        major: text(Field::Major),
        class: text(Field::Class),
        student_no: text(Field::StudentNo),
        name: text(Field::Name),
        sex: text(Field::Sex),
        id_number: text(Field::IdNumber),
        level: text(Field::Level),
        exam_no: text(Field::ExamNo),
        paid: None,
    };
    if let Some(word) = list.text(row, Field::Paid, state) {
        subject.paid = paid(&word);
        if subject.paid.is_none() {
            let note = Note::new(
                Fate::CellRefused,
                "paid_word",
                "看不懂是否缴费，按“未说明”处理。请写“是”或“否”",
                "It is not clear whether this means paid; taken as not said. Write 是 or 否",
            );
            list.note(row, Field::Paid, note, state);
        }
    }
    subject
}

/// 是否缴费 in the words that schools use.
fn paid(word: &str) -> Option<bool> {
    let word: String = word.chars().map(crate::cell_text::half_width).collect::<String>().to_lowercase();
    match word.as_str() {
        "是" | "已缴" | "已缴费" | "已交" | "已交费" | "已付" | "已付费" | "已支付" | "缴费" | "已缴纳"
        | "y" | "yes" | "true" | "1" | "√" | "✓" | "✔" | "☑" | "对" | "paid" | "缴费成功" | "支付成功" => {
            Some(true)
        }
        "否" | "未缴" | "未缴费" | "未交" | "未交费" | "未付" | "未付费" | "未支付" | "未缴纳" | "没有"
        | "n" | "no" | "false" | "0" | "×" | "✗" | "✘" | "x" | "错" | "unpaid" | "待支付" | "待缴费" => {
            Some(false)
        }
        _ => None,
    }
}

/// Whose row it is: 学号 and 序号 are different spaces.
fn key(subject: &Subject) -> (bool, String) {
    (subject.student_no.is_some(), subject.key().unwrap_or_default().to_owned())
}

/// Takes people who stand there twice alike once, and those who stand there twice differently not at all: nobody here
/// can tell which of the rows is right.
fn each_once(list: &mut List<'_>, people: Vec<(RosterRow, RowState)>) -> Vec<RosterRow> {
    let groups = groups(&people);
    let mut rows = Vec::with_capacity(people.len());
    for (index, (person, state)) in people.into_iter().enumerate() {
        let Some(group) = groups.get(&key(&person.subject)) else { continue };
        if let Some(numbers) = &group.differ {
            list.refuse_row(
                person.row,
                "key_differs",
                format!("第 {numbers} 行是同一学号（或序号），内容却不同，都没有导入。请改正后重新导入"),
                format!("Rows {numbers} have one student number (or serial) and differ; none was imported. Correct them and import again"),
            );
        } else if index == group.first {
            list.count_taken(state);
            rows.push(person);
        } else {
            let before = group.first_row;
            list.report.counts.repeated += 1;
            let text = Text::new(
                format!("与第 {before} 行重复，只导入一次"),
                format!("The same as row {before}; imported once"),
            );
            list.end_row(person.row, Fate::Repeated, "repeated", text);
        }
    }
    rows
}

/// Rows of one key.
struct Group {
    first: usize,
    first_row: u32,
    /// The rows, where they do not all say the same.
    differ: Option<String>,
}

fn groups(people: &[(RosterRow, RowState)]) -> HashMap<(bool, String), Group> {
    let mut indices: HashMap<(bool, String), Vec<usize>> = HashMap::new();
    for (index, (person, _)) in people.iter().enumerate() {
        indices.entry(key(&person.subject)).or_default().push(index);
    }
    let without_serial = |index: usize| {
        let subject = &people[index].0.subject;
        // Where the 学号 tells people apart, the running number may differ.
        Subject { serial: subject.serial.clone().filter(|_| subject.student_no.is_none()), ..subject.clone() }
    };
    let group = |same: Vec<usize>| {
        let first = same[0];
        let differs = same[1..].iter().any(|other| without_serial(*other) != without_serial(first));
        let differ = differs.then(|| row_numbers(same.iter().map(|index| people[*index].0.row)));
        Group { first, first_row: people[first].0.row, differ }
    };
    indices.into_iter().map(|(key, same)| (key, group(same))).collect()
}

/// The first few numbers of rows that belong together.
fn row_numbers(rows: impl Iterator<Item = u32>) -> String {
    const SHOWN: usize = 6;
    let all: Vec<String> = rows.map(|row| row.to_string()).collect();
    let more = if all.len() > SHOWN { "…" } else { "" };
    format!("{}{more}", all[..all.len().min(SHOWN)].join(", "))
}

/// Watches columns for numbers that may have lost a zero in front: stored as numbers, and of several lengths.
#[derive(Default)]
struct Zeros {
    /// Rows by field, stored as a number or not, and length.
    seen: BTreeMap<(Field, usize), (u32, u32)>,
}

impl Zeros {
    fn look(&mut self, list: &List<'_>, row: &Row, subject: &Subject) {
        for field in ZEROS {
            let text = match field {
                Field::StudentNo => &subject.student_no,
                Field::ExamNo => &subject.exam_no,
                Field::CollegeCode => &subject.college_code,
                _ => &subject.school_code,
            };
            let (Some(text), Some(cell)) = (text, list.cell(row, field)) else { continue };
            let entry = self.seen.entry((field, text.len())).or_insert((0, row.number));
            if matches!(cell.value, Value::Number(_)) {
                entry.0 += 1;
            }
        }
    }

    fn remarks(&self) -> Vec<Remark> {
        let doubtful = |field: &&Field| {
            let lengths = || self.seen.iter().filter(|((of, _), _)| of == *field);
            // A zero can only have been lost from a number that is shorter than another value.
            let longest = lengths().map(|((_, length), _)| *length).max().unwrap_or(0);
            lengths().any(|((_, length), (numbers, _))| *length < longest && *numbers > 0)
        };
        let remark = |field: &Field| {
            let name = field.label();
            let shortest = self.seen.iter().find(|((of, _), (numbers, _))| of == field && *numbers > 0);
            let row = shortest.map_or(0, |(_, (_, row))| *row);
            Remark::new(
                "zeros_maybe_lost",
                Some(*field),
                Text::new(
                    format!(
                        "“{}”存成了数字且长短不一（如第 {row} 行），开头的 0 可能丢了。请与学校核对，最好把该列设为文本格式后重填。",
                        name.zh
                    ),
                    format!(
                        "\"{}\" is stored as numbers of different lengths (as in row {row}); zeros in front may be lost. Ask the school, and have the column formatted as text.",
                        name.en
                    ),
                ),
            )
        };
        ZEROS.iter().filter(doubtful).map(remark).collect()
    }
}
