//! A cell into the text that it means, exactly or not at all.

use domain::Text;

use crate::grid::{Cell, Value};
use crate::report::Fate;
use crate::{Field, id_number, limits};

/// One remark on how a cell became text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub fate: Fate,
    pub code: &'static str,
    pub text: Text,
}

impl Note {
    pub fn new(fate: Fate, code: &'static str, zh: &str, en: &str) -> Self {
        Self { fate, code, text: Text::new(zh, en) }
    }
}

/// Excel keeps 15 digits of a number; the 16th and later ones are gone from the file.
const EXACT_BELOW: f64 = 1e15;

/// Spaces of every width, and characters that nobody sees.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{180e}')
}

/// Full-width letters, digits and signs as the half-width ones.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// The text of a cell for a field. `None` where it is empty or refused; the notes tell which.
pub(crate) fn read(cell: &Cell, field: Field, notes: &mut Vec<Note>) -> Option<String> {
    if cell.is_empty() {
        return None;
    }
    let raw = match raw_text(cell, field) {
        Ok(raw) => raw,
        Err(note) => {
            notes.push(note);
            return None;
        }
    };
    if raw.chars().count() > limits::FIELD_CHARS {
        notes.push(refused("too_long", "文字太长，不像这一列的内容", "The text is too long for this column"));
        return None;
    }
    let text = tidy(&raw, field, notes);
    if field.is_code() && is_scientific(&text) {
        notes.push(refused(
            "scientific",
            "数字被写成了科学记数法，位数已丢失。请把该列设为文本格式后重填",
            "The number is in scientific notation and has lost digits. Format the column as text and fill it in again",
        ));
        return None;
    }
    if field == Field::IdNumber {
        notes.extend(id_number::doubt(&text));
    }
    (!text.is_empty()).then_some(text)
}

fn refused(code: &'static str, zh: &str, en: &str) -> Note {
    Note::new(Fate::CellRefused, code, zh, en)
}

fn raw_text(cell: &Cell, field: Field) -> Result<String, Note> {
    match &cell.value {
        Value::Text(text) => Ok(text.clone()),
        Value::Number(number) => number_text(*number, field),
        Value::Truth(truth) if field == Field::Paid => Ok(if *truth { "是" } else { "否" }.to_owned()),
        Value::Truth(_) => Err(refused(
            "truth",
            "这里是逻辑值 TRUE/FALSE，不是文字",
            "The cell holds TRUE or FALSE, not text",
        )),
        Value::Moment(_) => Err(refused(
            "date",
            "被 Excel 当成了日期，原来的内容已丢失。请把该列设为文本格式后重填",
            "Excel has made a date of it, and what was typed is lost. Format the column as text and fill it in again",
        )),
        Value::Fault => Err(refused(
            "formula_error",
            "公式出错（如 #N/A）。请改正后粘贴为数值",
            "The formula has an error such as #N/A. Mend it and paste it as a value",
        )),
        Value::Empty => Err(refused(
            "formula_without_value",
            "公式没有算出结果。请用 Excel 打开并保存一次，或粘贴为数值",
            "The formula has no computed value. Open and save it in Excel once, or paste it as a value",
        )),
    }
}

/// Whole numbers below 10¹⁵ are exact. Longer ones have lost digits when they were typed, and nobody can tell which.
fn number_text(number: f64, field: Field) -> Result<String, Note> {
    if !number.is_finite() || number.abs() >= EXACT_BELOW {
        return Err(refused(
            "digits_lost",
            "长号码被存成了数字，第 15 位以后已丢失。请把该列设为文本格式后重填，不要只改格式",
            "The long number was stored as a number and has lost its digits after the 15th. Format the column as text and fill it in again",
        ));
    }
    if number.fract() == 0.0 && (number >= 0.0 || !field.is_code()) {
        return Ok(format!("{}", number as i64));
    }
    if field.is_code() {
        return Err(refused(
            "not_whole",
            "号码不会是小数或负数",
            "A number of this kind has no fraction and is not negative",
        ));
    }
    Ok(format!("{number}"))
}

/// 1.10E+17 and its like; 2E05 may be a code.
fn is_scientific(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let Some((mantissa, exponent)) = upper.split_once('E') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |text: &str| text.len() == 1 && digits(text);
    match mantissa.split_once('.') {
        Some((whole, rest)) => plain(whole) && digits(rest) && digits(exponent.trim_start_matches('+')),
        None => plain(mantissa) && exponent.strip_prefix('+').is_some_and(digits),
    }
}

fn tidy(raw: &str, field: Field, notes: &mut Vec<Note>) -> String {
    let trimmed = raw.trim_matches(is_space);
    if trimmed.len() != raw.len() {
        notes.push(Note::new(Fate::Changed, "trimmed", "去掉了首尾的空格", "Spaces around it were removed"));
    }
    let text = if field.is_code() {
        tidy_code(trimmed, field, notes)
    } else if field == Field::Name && has_only_chinese(trimmed) {
        without_spaces(trimmed, "去掉了姓名中间的空格", "Spaces inside the name were removed", notes)
    } else {
        without_breaks(trimmed, notes)
    };
    if text.chars().any(char::is_control) {
        without_spaces(&text, "去掉了看不见的字符", "Invisible characters were removed", notes)
    } else {
        text
    }
}

fn tidy_code(trimmed: &str, field: Field, notes: &mut Vec<Note>) -> String {
    let mut text =
        without_spaces(trimmed, "去掉了号码中间的空格", "Spaces inside the number were removed", notes);
    let half: String = text.chars().map(half_width).collect();
    if half != text {
        notes.push(Note::new(
            Fate::Changed,
            "full_width",
            "全角字符改成了半角",
            "Full-width characters became half-width",
        ));
        text = half;
    }
    if field == Field::IdNumber && text.ends_with('x') {
        notes.push(Note::new(Fate::Changed, "upper_x", "末位的 x 改成了大写 X", "The x at the end became X"));
        text.pop();
        text.push('X');
    }
    if let Some(whole) =
        text.strip_suffix(".0").filter(|whole| whole.bytes().all(|byte| byte.is_ascii_digit()))
    {
        notes.push(Note::new(
            Fate::Changed,
            "point_zero",
            "去掉了末尾的 .0",
            "The .0 at the end was removed",
        ));
        text = whole.to_owned();
    }
    text
}

fn without_spaces(text: &str, zh: &str, en: &str, notes: &mut Vec<Note>) -> String {
    if text.contains(is_space) {
        notes.push(Note::new(Fate::Changed, "inner_spaces", zh, en));
    }
    text.chars().filter(|c| !is_space(*c)).collect()
}

/// Line breaks and tabs inside a text become one space; zero-width characters go.
fn without_breaks(text: &str, notes: &mut Vec<Note>) -> String {
    let odd = |c: char| is_space(c) && !matches!(c, ' ' | '\u{3000}' | '\u{a0}');
    if !text.contains(odd) {
        return text.to_owned();
    }
    notes.push(Note::new(
        Fate::Changed,
        "line_breaks",
        "单元格内的换行或看不见的字符改掉了",
        "Line breaks or invisible characters inside were replaced",
    ));
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' if kept.ends_with(' ') => {}
            '\n' | '\r' | '\t' => kept.push(' '),
            _ if odd(c) => {}
            _ => kept.push(c),
        }
    }
    kept
}

/// Names of Han characters hold no spaces. Others do: "Anna Maria", and 阿卜杜拉 · 买买提 as typed by its bearer.
fn has_only_chinese(text: &str) -> bool {
    text.chars().all(|c| {
        is_space(c)
            || matches!(c, '\u{3007}' | '\u{2e80}'..='\u{2fdf}' | '\u{3400}'..='\u{9fff}' | '\u{e000}'..='\u{f8ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, field: Field) -> (Option<String>, Vec<&'static str>) {
        taken(Value::Text(text.into()), field)
    }

    fn taken(value: Value, field: Field) -> (Option<String>, Vec<&'static str>) {
        let mut notes = Vec::new();
        let text = read(&Cell { value, formula: false }, field, &mut notes);
        (text, notes.iter().map(|note| note.code).collect())
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn whole_numbers_up_to_fifteen_digits_are_exact() {
        assert_eq!(taken(Value::Number(2022001.0), Field::StudentNo), (some("2022001"), vec![]));
        assert_eq!(
            taken(Value::Number(999_999_999_999_999.0), Field::ExamNo),
            (some("999999999999999"), vec![])
        );
        assert_eq!(taken(Value::Number(0.0), Field::Serial), (some("0"), vec![]));
    }

    #[test]
    fn numbers_that_have_lost_digits_are_refused() {
        assert_eq!(taken(Value::Number(110105194912310000.0), Field::IdNumber), (None, vec!["digits_lost"]));
        assert_eq!(taken(Value::Number(1e15), Field::ExamNo), (None, vec!["digits_lost"]));
        assert_eq!(taken(Value::Number(f64::NAN), Field::Class), (None, vec!["digits_lost"]));
        assert_eq!(taken(Value::Number(2.5), Field::StudentNo), (None, vec!["not_whole"]));
        assert_eq!(taken(Value::Number(-3.0), Field::Serial), (None, vec!["not_whole"]));
        assert_eq!(taken(Value::Number(2.5), Field::Class), (some("2.5"), vec![]));
    }

    #[test]
    fn scientific_notation_is_refused_and_codes_with_an_e_are_not() {
        for lost in ["1.10E+17", "1.10105E+17", "1.1e17", "1E+17", "１.１Ｅ＋17"] {
            assert_eq!(text(lost, Field::IdNumber).0, None, "{lost}");
        }
        for code in ["2E05", "E12345678", "20E01", "1E17"] {
            assert_eq!(text(code, Field::StudentNo), (some(code), vec![]), "{code}");
        }
    }

    #[test]
    fn what_excel_has_made_of_a_cell_is_refused() {
        assert_eq!(taken(Value::Moment(45_000.0), Field::Class), (None, vec!["date"]));
        assert_eq!(taken(Value::Fault, Field::Name), (None, vec!["formula_error"]));
        assert_eq!(taken(Value::Truth(true), Field::Name), (None, vec!["truth"]));
        let mut notes = Vec::new();
        assert_eq!(read(&Cell { value: Value::Empty, formula: true }, Field::Name, &mut notes), None);
        assert_eq!(notes[0].code, "formula_without_value");
    }

    #[test]
    fn spaces_go_where_they_have_no_meaning() {
        assert_eq!(text("\u{3000}张三\u{a0}", Field::Name), (some("张三"), vec!["trimmed"]));
        assert_eq!(text("张　三", Field::Name), (some("张三"), vec!["inner_spaces"]));
        assert_eq!(text("Anna Maria", Field::Name), (some("Anna Maria"), vec![]));
        assert_eq!(text("阿依 · 古丽", Field::Name), (some("阿依 · 古丽"), vec![]));
        assert_eq!(text("2022\u{200b}001", Field::StudentNo), (some("2022001"), vec!["inner_spaces"]));
        assert_eq!(text("马克思\n主义学院", Field::College), (some("马克思 主义学院"), vec!["line_breaks"]));
        assert_eq!(text(" \u{3000}", Field::College), (None, vec![]));
    }

    #[test]
    fn codes_are_brought_to_one_form() {
        assert_eq!(text("２０２２００１", Field::StudentNo), (some("2022001"), vec!["full_width"]));
        assert_eq!(text("2022001.0", Field::StudentNo), (some("2022001"), vec!["point_zero"]));
        assert_eq!(
            text("11010519491231002x", Field::IdNumber),
            (some("11010519491231002X"), vec!["upper_x"])
        );
        assert_eq!(text("2022001.0", Field::Class), (some("2022001.0"), vec![]));
    }

    #[test]
    fn a_cell_as_long_as_a_book_is_nobodys_name() {
        assert_eq!(text(&"长".repeat(limits::FIELD_CHARS + 1), Field::Name), (None, vec!["too_long"]));
    }
}
