//! 审核结果: what comes back days later. Whose picture it is about is found out elsewhere, by the three keys.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::list::{List, RowState};
use crate::report::Report;
use crate::{Field, ListKind, Mapping, SheetError};

/// How a picture came through the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(rename = "SheetReviewOutcome")]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// 通过.
    Passed,
    /// 初审失败.
    FirstReviewFailed,
    /// 学信网身份核验异常.
    IdentityMismatch,
    /// 审核不通过, for a reason that usually stands beside it.
    Rejected,
}

/// One line of a result list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetResultRow")]
pub struct ResultRow {
    /// As the spreadsheet numbers it, from 1.
    pub row: u32,
    /// 学号; at least one of the three keys is there.
    pub student_no: Option<String>,
    /// The picture's file name, without folders.
    pub file_name: Option<String>,
    /// The code's fingerprint: 16 hex digits, lower case.
    pub fingerprint: Option<String>,
    /// How it came through.
    pub outcome: ReviewOutcome,
    /// Why, in the reviewer's words.
    pub reason: Option<String>,
}

/// A result list as it may be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetResults")]
pub struct Results {
    /// Its lines, in the order of the file.
    pub rows: Vec<ResultRow>,
    /// What became of every row.
    pub report: Report,
}

/// Reads a result list.
///
/// # Errors
/// The file is not readable, the mapping does not fit, or has no column for the result or none for a key.
pub fn results(bytes: &[u8], file: &str, mapping: &Mapping) -> Result<Results, SheetError> {
    if mapping.column(Field::Result).is_none() {
        return Err(SheetError::FieldMissing(Field::Result));
    }
    if [Field::StudentNo, Field::FileName, Field::Fingerprint]
        .iter()
        .all(|key| mapping.column(*key).is_none())
    {
        return Err(SheetError::FieldMissing(Field::StudentNo));
    }
    let mut list = List::open(bytes, file, ListKind::Results, mapping, &[])?;
    let mut rows = Vec::new();
    for row in &list.take_rows() {
        let mut state = RowState::default();
        let mut text = |field| list.text(row, field, &mut state);
        let student_no = text(Field::StudentNo);
        let file_name = text(Field::FileName).and_then(|name| file_name(&name));
        let print = text(Field::Fingerprint);
        let word = text(Field::Result);
        let reason = text(Field::Reason);
        let fingerprint = print.as_deref().and_then(fingerprint);
        let outcome = word.as_deref().and_then(outcome);
        match outcome {
            _ if print.is_some() && fingerprint.is_none() => list.refuse_row(
                row.number,
                "fingerprint_form",
                "采集码指纹应为 16 位十六进制，这一行没有导入",
                "A code's fingerprint has 16 hex digits; the row was not imported",
            ),
            _ if student_no.is_none() && file_name.is_none() && fingerprint.is_none() => list.refuse_row(
                row.number,
                "no_key",
                "没有学号、文件名或采集码指纹，这一行没有导入",
                "No student number, file name or fingerprint; the row was not imported",
            ),
            None => list.refuse_row(
                row.number,
                "outcome_unknown",
                "看不懂审核结果，这一行没有导入。请写“通过”“初审失败”“身份核验异常”或“不通过”",
                "The result is not understood; the row was not imported. Write 通过, 初审失败, 身份核验异常 or 不通过",
            ),
            Some(outcome) => {
                list.count_taken(state);
                rows.push(ResultRow { row: row.number, student_no, file_name, fingerprint, outcome, reason });
            }
        }
    }
    Ok(Results { rows, report: list.finish() })
}

/// The words of registries and collecting units. Only whole words count: "未通过" contains "通过".
fn outcome(word: &str) -> Option<ReviewOutcome> {
    let word: String = word
        .chars()
        .filter(|c| !crate::cell_text::is_space(*c))
        .map(crate::cell_text::half_width)
        .flat_map(char::to_lowercase)
        .collect();
    match word.as_str() {
        "通过" | "审核通过" | "已通过" | "合格" | "终审通过" | "校验通过" | "核验通过" | "比对通过"
        | "初审通过" | "正常" | "成功" | "passed" | "pass" | "ok" => Some(ReviewOutcome::Passed),
        "初审失败" | "初审不通过" | "初审未通过" | "初审不合格" | "初审退回" | "first_review_failed" => {
            Some(ReviewOutcome::FirstReviewFailed)
        }
        "学信网身份核验异常"
        | "身份核验异常"
        | "核验异常"
        | "身份核验失败"
        | "身份核验不通过"
        | "身份核验未通过"
        | "学信网核验异常"
        | "人像比对不通过"
        | "人像比对失败"
        | "人脸比对不通过"
        | "人脸比对失败"
        | "比对不通过"
        | "identity_mismatch" => Some(ReviewOutcome::IdentityMismatch),
        "不通过" | "未通过" | "审核不通过" | "审核未通过" | "不合格" | "驳回" | "已驳回" | "退回"
        | "已退回" | "拒绝" | "审核失败" | "终审不通过" | "失败" | "rejected" | "failed" => {
            Some(ReviewOutcome::Rejected)
        }
        _ => None,
    }
}

fn fingerprint(text: &str) -> Option<String> {
    let hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| text.to_ascii_lowercase())
}

/// The name without the folders that a reviewer's list may have. It is compared, never opened.
fn file_name(text: &str) -> Option<String> {
    let name = text.rsplit(['/', '\\']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_contain_a_better_word_are_not_taken_for_it() {
        for (word, expected) in [
            ("通过", Some(ReviewOutcome::Passed)),
            ("未通过", Some(ReviewOutcome::Rejected)),
            ("不 通过", Some(ReviewOutcome::Rejected)),
            ("初审失败", Some(ReviewOutcome::FirstReviewFailed)),
            ("学信网身份核验异常", Some(ReviewOutcome::IdentityMismatch)),
            ("部分通过", None),
            ("待审核", None),
        ] {
            assert_eq!(outcome(word), expected, "{word}");
        }
    }
}
