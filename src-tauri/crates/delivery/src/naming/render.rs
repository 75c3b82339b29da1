//! From one person's data to components, before lengths and collisions are looked at.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::safe;
use super::template::{Field, Piece, Template};
use crate::item::Item;

/// Something about a name that the person who hands over should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NameNotice {
    /// Index of the item in the list that was given.
    #[ts(type = "number")]
    pub item: usize,
    /// What happened to its name.
    pub kind: NameNoticeKind,
}

/// What happened to a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum NameNoticeKind {
    /// The person has no such value: a folder is called 未知…, a file gets fingerprint or shot number instead.
    Missing {
        /// The field of the template.
        field: Field,
    },
    /// Characters that a file name cannot have were replaced.
    Altered,
    /// Cut to the limits.
    Shortened,
    /// Several people would have had one file. All of them got an addition, the first one too.
    Collision {
        /// How many people, this one included.
        people: u32,
        /// What was added: 学号, or the fingerprint.
        told_apart_by: Field,
    },
}

/// A person's name before it is fitted.
#[derive(Debug, Clone)]
pub(crate) struct Rendered {
    /// Folders, safe, never empty.
    pub(crate) folders: Vec<String>,
    /// The file without extension, safe, never empty.
    pub(crate) stem: String,
    /// What had to be done for it.
    pub(crate) notices: Vec<NameNoticeKind>,
}

/// Fills in the template for one item. `sequence` counts from 1 up to `count`.
pub(crate) fn render(template: &Template, item: &Item, sequence: usize, count: usize) -> Rendered {
    let mut notices = Vec::new();
    let mut altered = false;
    let mut values = Values { item, sequence, digits: count.to_string().len().max(4), stand_ins: 0 };
    let mut folders = Vec::new();
    for pieces in template.folders() {
        let text = values.fill(pieces, false, &mut notices);
        let made = safe::component(&text);
        altered |= made.altered;
        folders.push(if made.text.is_empty() { "_".to_owned() } else { made.text });
    }
    let text = values.fill(template.file(), true, &mut notices);
    let made = safe::component(&text);
    altered |= made.altered;
    let stem = if made.text.is_empty() { fallback(item) } else { made.text };
    if altered {
        notices.push(NameNoticeKind::Altered);
    }
    Rendered { folders, stem, notices }
}

/// A name that every item has and shares with none.
pub(crate) fn fallback(item: &Item) -> String {
    format!("{}_{}", item.fingerprint.as_str(), item.shot_number)
}

struct Values<'a> {
    item: &'a Item,
    sequence: usize,
    digits: usize,
    /// How many missing values of the file's name have been stood in for.
    stand_ins: u8,
}

impl Values<'_> {
    fn fill(&mut self, pieces: &[Piece], is_file: bool, notices: &mut Vec<NameNoticeKind>) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Value { field, default, width } => match (self.value(*field, *width), default) {
                    (Some(value), _) => text.push_str(&value),
                    (None, Some(default)) => text.push_str(default),
                    (None, None) => {
                        notices.push(NameNoticeKind::Missing { field: *field });
                        text.push_str(&self.stand_in(*field, is_file));
                    }
                },
            }
        }
        text
    }

    fn value(&self, field: Field, width: u8) -> Option<String> {
        let width = usize::from(width);
        let subject = &self.item.subject;
        let text = match field {
            Field::Serial => subject.serial.as_deref(),
            Field::SchoolCode => subject.school_code.as_deref(),
            Field::CollegeCode => subject.college_code.as_deref(),
            Field::College => subject.college.as_deref(),
            Field::Major => subject.major.as_deref(),
            Field::Class => subject.class.as_deref(),
            Field::StudentNo => subject.student_no.as_deref(),
            Field::Name => subject.name.as_deref(),
            Field::Sex => subject.sex.as_deref(),
            Field::IdNumber => subject.id_number.as_deref(),
            Field::Level => subject.level.as_deref(),
            Field::ExamNo => subject.exam_no.as_deref(),
            Field::Fingerprint => Some(self.item.fingerprint.as_str()),
            Field::Sequence => {
                let width = if width == 0 { self.digits } else { width };
                return Some(format!("{:0width$}", self.sequence));
            }
            Field::ShotNumber => return Some(format!("{:0width$}", self.item.shot_number.0)),
        };
        // A value of nothing but dots or invisible characters is as good as missing.
        text.filter(|text| !safe::component(text).text.is_empty()).map(str::to_owned)
    }

    /// In a file's name the fingerprint, then the shot number; as a folder 未知学院 and the like.
    fn stand_in(&mut self, field: Field, is_file: bool) -> String {
        if !is_file {
            return format!("未知{}", field.label());
        }
        self.stand_ins += 1;
        match self.stand_ins {
            1 => self.item.fingerprint.as_str().to_owned(),
            2 => self.item.shot_number.to_string(),
            _ => String::new(),
        }
    }
}
