//! Naming templates: `{college}/{major}/{class}/{student_no}`, or the same in Chinese: `{学院}/{专业}/{班级}/{学号}`.
//!
//! Folders are divided by `/`. `{field}` is replaced by a person's value, `{field|text}` uses the text where the value
//! is missing, `{sequence:5}` and `{shot_number:5}` fill up with zeros. `{{` and `}}` are braces. The extension follows
//! from the file; a final `.jpg` may be written and means the same.

use std::fmt;

use domain::Text;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

use super::safe;

/// Most characters of a template.
const LONGEST: usize = 300;
/// Most folders above the file: deeper trees serve nobody and use up the path.
const DEEPEST: usize = 6;
/// Most digits of a filled-up number.
const WIDEST: u8 = 12;

/// What a template can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 序号 of the school's list.
    Serial,
    /// 院校代码.
    SchoolCode,
    /// 学院代码.
    CollegeCode,
    /// 学院.
    College,
    /// 专业.
    Major,
    /// 班级.
    Class,
    /// 学号.
    StudentNo,
    /// 姓名.
    Name,
    /// 性别.
    Sex,
    /// 证件号码 (身份证号).
    IdNumber,
    /// 学历层次.
    Level,
    /// 考生号.
    ExamNo,
    /// 采集码指纹: there for everybody.
    Fingerprint,
    /// 流水号: the place in the list that is handed over, from 1; there for everybody.
    Sequence,
    /// 拍摄号: there for everybody.
    ShotNumber,
}

impl Field {
    /// Every field with its name in a template, its Chinese name, and other Chinese names that are understood.
    pub const ALL: [(Field, &'static str, &'static str, &'static [&'static str]); 15] = [
        (Field::Serial, "serial", "序号", &[]),
        (Field::SchoolCode, "school_code", "院校代码", &["学校代码"]),
        (Field::CollegeCode, "college_code", "学院代码", &[]),
        (Field::College, "college", "学院", &["学院名称", "院系"]),
        (Field::Major, "major", "专业", &["专业名称"]),
        (Field::Class, "class", "班级", &[]),
        (Field::StudentNo, "student_no", "学号", &[]),
        (Field::Name, "name", "姓名", &[]),
        (Field::Sex, "sex", "性别", &[]),
        (Field::IdNumber, "id_number", "身份证号", &["证件号码", "身份证号码"]),
        (Field::Level, "level", "层次", &["学历层次"]),
        (Field::ExamNo, "exam_no", "考生号", &[]),
        (Field::Fingerprint, "fingerprint", "指纹", &["采集码指纹"]),
        (Field::Sequence, "sequence", "流水号", &[]),
        (Field::ShotNumber, "shot_number", "拍摄号", &[]),
    ];

    /// The name in a template.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(field, ..)| *field == self).map_or("", |(_, name, ..)| name)
    }

    /// The Chinese name.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(field, ..)| *field == self).map_or("", |(_, _, label, _)| label)
    }

    fn named(text: &str) -> Option<Self> {
        let found = Self::ALL
            .iter()
            .find(|(_, name, label, others)| *name == text || *label == text || others.contains(&text));
        found.map(|(field, ..)| *field)
    }

    fn is_number(self) -> bool {
        matches!(self, Self::Sequence | Self::ShotNumber)
    }
}

/// A part of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As written.
    Literal(String),
    /// A value.
    Value {
        field: Field,
        /// Used where the value is missing.
        default: Option<String>,
        /// Digits of a number; 0: as many as it has, or as the list needs.
        width: u8,
    },
}

/// A template that can be used. Made by [`Template::parse`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    /// The folders, and last the file without its extension.
    components: Vec<Vec<Piece>>,
}

/// Where and why a template was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize, TS)]
#[error("template, character {position}: {reason:?}")]
pub struct TemplateError {
    /// Character from which on it is wrong, counted from 0.
    pub position: u32,
    /// What is wrong.
    pub reason: TemplateReason,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "what")]
pub enum TemplateReason {
    /// Nothing in it.
    Empty,
    /// More than 300 characters.
    TooLong,
    /// More than 6 folders.
    TooDeep,
    /// No such field.
    UnknownField(String),
    /// `{` without `}`.
    Unclosed,
    /// `}` without `{`, or `{` inside of `{}`.
    StrayBrace,
    /// `:width` after a field that is no number, or not 1–12.
    BadWidth,
    /// Begins with `/`.
    Absolute,
    /// Begins like `C:`.
    DriveLetter,
    /// `\`: folders are divided by `/`.
    Backslash,
    /// A folder named `.` or `..`.
    ParentFolder,
    /// `//`, or `/` at the end.
    EmptyName,
    /// A character that a file name cannot have.
    ForbiddenCharacter(char),
    /// A name that Windows keeps for devices.
    DeviceName(String),
    /// A component that begins with a dot or a space, or ends with one.
    DotOrSpace,
    /// The file's name has no field, so everybody would get the same.
    NoField,
}

impl TemplateError {
    /// `template_refused`.
    pub fn code(&self) -> &'static str {
        "template_refused"
    }

    /// What is wrong and where, for the operator.
    pub fn text(&self) -> Text {
        let (zh, en) = self.reason.sentence();
        let at = self.position + 1;
        Text::new(
            format!("命名模板第 {at} 个字符起有误：{zh}。请修改模板。"),
            format!("The naming template is wrong from character {at} on: {en}. Please change it."),
        )
    }
}

impl TemplateReason {
    fn sentence(&self) -> (String, String) {
        let pair = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Self::Empty => pair("模板是空的", "it is empty"),
            Self::TooLong => pair("模板太长（最多 300 个字符）", "it is longer than 300 characters"),
            Self::TooDeep => pair("文件夹层数太多（最多 6 层）", "it has more than 6 folders"),
            Self::UnknownField(name) => {
                (format!("没有“{name}”这个字段"), format!("there is no field \"{name}\""))
            }
            Self::Unclosed => pair("“{” 没有对应的 “}”", "a { without its }"),
            Self::StrayBrace => pair("多余的大括号", "a brace too many"),
            Self::BadWidth => pair(
                "位数只能用于流水号和拍摄号，且为 1–12",
                "a width is for sequence and shot_number only, from 1 to 12",
            ),
            Self::Absolute => pair("不能以 / 开头", "it must not begin with /"),
            Self::DriveLetter => pair("不能写盘符", "it must not name a drive"),
            Self::Backslash => pair("文件夹之间请用 /", "folders are divided by /, not by \\"),
            Self::ParentFolder => pair("不能使用 . 或 ..", ". and .. are not allowed"),
            Self::EmptyName => pair("有一层文件夹或文件名是空的", "a folder or the file has no name"),
            Self::ForbiddenCharacter(c) => {
                let c = c.escape_default();
                (format!("文件名不能含 {c}"), format!("a file name cannot have {c}"))
            }
            Self::DeviceName(name) => {
                (format!("“{name}”是 Windows 保留名"), format!("\"{name}\" is a device name of Windows"))
            }
            Self::DotOrSpace => {
                pair("名称首尾不能是点或空格", "a name must not begin or end with a dot or a space")
            }
            Self::NoField => pair(
                "文件名里没有任何字段，所有人会同名",
                "the file name has no field, so all files would have one name",
            ),
        }
    }
}

impl Template {
    /// Reads a template. Whatever could leave the bag or fail on a stick is refused here, before any file is named.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let fail = |position: usize, reason| Err(TemplateError { position: position as u32, reason });
        let chars: Vec<char> = source.chars().collect();
        if source.trim().is_empty() {
            return fail(0, TemplateReason::Empty);
        }
        if chars.len() > LONGEST {
            return fail(LONGEST, TemplateReason::TooLong);
        }
        match chars.as_slice() {
            ['/', ..] => return fail(0, TemplateReason::Absolute),
            [letter, ':', ..] if letter.is_ascii_alphabetic() => return fail(0, TemplateReason::DriveLetter),
            _ => {}
        }
        let mut reader = Reader { chars: &chars, at: 0 };
        let mut components = Vec::new();
        loop {
            let start = reader.at;
            let last = components.len() == DEEPEST + 1;
            if last {
                return fail(start, TemplateReason::TooDeep);
            }
            let pieces = reader.component()?;
            check_component(&pieces, start)?;
            components.push(pieces);
            if reader.at >= chars.len() {
                break;
            }
            reader.at += 1; // the slash
        }
        let mut template = Self { source: source.to_owned(), components };
        template.drop_extension();
        let file = template.file();
        if !file.iter().any(|piece| matches!(piece, Piece::Value { .. })) {
            return fail(chars.len(), TemplateReason::NoField);
        }
        Ok(template)
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The fields that it names, each once, in order.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        for piece in self.components.iter().flatten() {
            if let Piece::Value { field, .. } = piece
                && !fields.contains(field)
            {
                fields.push(*field);
            }
        }
        fields
    }

    pub(crate) fn folders(&self) -> &[Vec<Piece>] {
        self.components.split_last().map_or(&[], |(_, folders)| folders)
    }

    pub(crate) fn file(&self) -> &[Piece] {
        self.components.last().map_or(&[], Vec::as_slice)
    }

    fn drop_extension(&mut self) {
        if let Some(Piece::Literal(end)) = self.components.last_mut().and_then(|file| file.last_mut())
            && let Some(cut) = end.len().checked_sub(4)
            && end.is_char_boundary(cut)
            && end[cut..].eq_ignore_ascii_case(".jpg")
        {
            end.truncate(cut);
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
}

impl Reader<'_> {
    /// Everything up to the next `/` or the end.
    fn component(&mut self) -> Result<Vec<Piece>, TemplateError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        while let Some(&c) = self.chars.get(self.at) {
            let doubled = self.chars.get(self.at + 1) == Some(&c);
            match c {
                '/' => break,
                '{' | '}' if doubled => {
                    literal.push(c);
                    self.at += 2;
                }
                '{' => {
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(self.value()?);
                }
                '}' => return Err(self.error(TemplateReason::StrayBrace)),
                '\\' => return Err(self.error(TemplateReason::Backslash)),
                c if safe::is_forbidden(c) => return Err(self.error(TemplateReason::ForbiddenCharacter(c))),
                c => {
                    literal.push(c);
                    self.at += 1;
                }
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(pieces)
    }

    /// `{field}`, `{field|default}`, `{field:width}`; stands on the `{`.
    fn value(&mut self) -> Result<Piece, TemplateError> {
        let rest = &self.chars[self.at + 1..];
        let Some(length) = rest.iter().position(|c| *c == '}') else {
            return Err(self.error(TemplateReason::Unclosed));
        };
        let inside = &rest[..length];
        if let Some(stray) = inside.iter().position(|c| *c == '{') {
            self.at += 1 + stray;
            return Err(self.error(TemplateReason::StrayBrace));
        }
        let inside: String = inside.iter().collect();
        let (inside, default) = match inside.split_once('|') {
            Some((name, default)) => (name.to_owned(), Some(default.trim().to_owned())),
            None => (inside, None),
        };
        let (name, width) = match inside.split_once(':') {
            Some((name, width)) => (name, Some(width)),
            None => (inside.as_str(), None),
        };
        let name = name.trim();
        let Some(field) = Field::named(name) else {
            return Err(self.error(TemplateReason::UnknownField(name.to_owned())));
        };
        let width = match width.map(|text| text.trim().parse::<u8>()) {
            None => 0,
            Some(Ok(width)) if field.is_number() && (1..=WIDEST).contains(&width) => width,
            Some(_) => return Err(self.error(TemplateReason::BadWidth)),
        };
        if let Some(bad) = default.as_deref().and_then(|text| text.chars().find(|c| safe::is_forbidden(*c))) {
            return Err(self.error(TemplateReason::ForbiddenCharacter(bad)));
        }
        self.at += length + 2;
        Ok(Piece::Value { field, default: default.filter(|text| !text.is_empty()), width })
    }

    fn error(&self, reason: TemplateReason) -> TemplateError {
        TemplateError { position: self.at as u32, reason }
    }
}

/// Refuses what a component's written parts would do to a file system.
fn check_component(pieces: &[Piece], start: usize) -> Result<(), TemplateError> {
    let fail = |reason| Err(TemplateError { position: start as u32, reason });
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
        return fail(TemplateReason::EmptyName);
    };
    if let [Piece::Literal(only)] = pieces {
        match only.trim() {
            "." | ".." => return fail(TemplateReason::ParentFolder),
            "" => return fail(TemplateReason::EmptyName),
            name if safe::is_device_name(name) => return fail(TemplateReason::DeviceName(name.to_owned())),
            _ => {}
        }
    }
    let begins = matches!(first, Piece::Literal(text) if text.starts_with(['.', ' ']));
    let ends = matches!(last, Piece::Literal(text) if text.ends_with(['.', ' ']));
    if begins || ends { fail(TemplateReason::DotOrSpace) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(source: &str) -> (u32, TemplateReason) {
        let error = Template::parse(source).unwrap_err();
        let text = error.text();
        assert!(text.zh.ends_with('。') && text.en.ends_with('.'), "{source}");
        (error.position, error.reason)
    }

    #[test]
    fn the_notices_templates_are_read() {
        for source in [
            "{学院}/{专业}/{班级}/{学号}.jpg",
            "{college}/{major}/{class}/{student_no}",
            "{id_number}",
            "{exam_no}.JPG",
            "{fingerprint}",
            "{sequence:5}_{shot_number}",
            "{class|未分班}/{姓名}-{学号}",
            "{{2026}}/{serial}",
        ] {
            assert_eq!(Template::parse(source).unwrap().source(), source);
        }
        let template = Template::parse("{学院}/{学号}_{姓名}_{学号}").unwrap();
        assert_eq!(template.fields(), [Field::College, Field::StudentNo, Field::Name]);
    }

    #[test]
    fn hostile_templates_are_refused_where_they_are_wrong() {
        use TemplateReason as R;
        for (source, position, reason) in [
            ("", 0, R::Empty),
            ("  ", 0, R::Empty),
            ("/etc/{name}", 0, R::Absolute),
            ("C:/{name}", 0, R::DriveLetter),
            ("c:{name}", 0, R::DriveLetter),
            ("a\\{name}", 1, R::Backslash),
            ("../{name}", 0, R::ParentFolder),
            ("照片/../{name}", 3, R::ParentFolder),
            ("a//{name}", 2, R::EmptyName),
            ("{name}/", 7, R::EmptyName),
            ("con/{name}", 0, R::DeviceName("con".into())),
            ("LPT1.old/{name}", 0, R::DeviceName("LPT1.old".into())),
            ("{name", 0, R::Unclosed),
            ("a{name}}", 7, R::StrayBrace),
            ("{na{me}", 3, R::StrayBrace),
            ("{nmae}", 0, R::UnknownField("nmae".into())),
            ("{name:3}", 0, R::BadWidth),
            ("{sequence:99}", 0, R::BadWidth),
            ("a?{name}", 1, R::ForbiddenCharacter('?')),
            ("a\n{name}", 1, R::ForbiddenCharacter('\n')),
            ("{name|a/b}", 0, R::ForbiddenCharacter('/')),
            ("a./{name}", 0, R::DotOrSpace),
            (".hidden{name}", 0, R::DotOrSpace),
            ("a/b.jpg", 7, R::NoField),
        ] {
            assert_eq!(refused(source), (position, reason), "{source:?}");
        }
        assert_eq!(refused(&"a/".repeat(10)).1, R::TooDeep);
        assert_eq!(refused(&"a".repeat(301)).1, R::TooLong);
    }
}
