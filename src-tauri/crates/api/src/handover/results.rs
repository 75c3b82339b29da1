//! 结果: read by `sheets`, matched by `delivery`, kept by the store.

use std::collections::HashMap;
use std::path::Path;

use delivery::{AmbiguousWhy, BatchPerson, Outcome, ResultsPlan};
use domain::{BatchId, ContentHash, PortraitId, Text};
use sheets::{ListKind, ReviewOutcome};
use store::{HandoverPicture, NewResult};

use super::door::Room;
use super::view::*;
use super::words;
use crate::ApiError;

/// Most unmatched rows in one answer.
const ROWS: usize = 500;

/// A file and the people it may speak of.
struct Opened {
    bytes: Vec<u8>,
    name: String,
    pictures: Vec<HandoverPicture>,
    people: Vec<BatchPerson>,
}

fn open(room: &Room, request: &ResultsRequest) -> Result<Opened, ApiError> {
    let path = Path::new(&request.path);
    let bytes = sheets::read_file(path).map_err(words::sheet)?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (pictures, delivered) = room.read(|reader| {
        let mut delivered: HashMap<PortraitId, Vec<String>> = HashMap::new();
        for parcel in reader.parcels(request.batch)? {
            for file in reader.parcel_files(parcel.id)? {
                if file.kind == "portrait" {
                    delivered.entry(file.portrait).or_default().push(file.path);
                }
            }
        }
        Ok((reader.handover(request.batch)?, delivered))
    })?;
    let people = pictures
        .iter()
        .map(|picture| {
            let mut delivered_as = delivered.get(&picture.portrait).cloned().unwrap_or_default();
            // Uploaded, it has its content for a name.
            delivered_as.push(format!("{}.jpg", picture.hash));
            BatchPerson {
                fingerprint: picture.fingerprint.clone(),
                student_no: picture.subject.as_ref().and_then(|line| line.subject.student_no.clone()),
                delivered_as,
            }
        })
        .collect();
    Ok(Opened { bytes, name, pictures, people })
}

fn to_delivery(outcome: ReviewOutcome) -> Outcome {
    match outcome {
        ReviewOutcome::Passed => Outcome::Passed,
        ReviewOutcome::FirstReviewFailed => Outcome::FirstReviewFailed,
        ReviewOutcome::IdentityMismatch => Outcome::IdentityMismatch,
        ReviewOutcome::Rejected => Outcome::Rejected,
    }
}

fn from_delivery(outcome: Outcome) -> ReviewOutcome {
    match outcome {
        Outcome::Passed => ReviewOutcome::Passed,
        Outcome::FirstReviewFailed => ReviewOutcome::FirstReviewFailed,
        Outcome::IdentityMismatch => ReviewOutcome::IdentityMismatch,
        Outcome::Rejected => ReviewOutcome::Rejected,
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::FirstReviewFailed => "first_review_failed",
        Outcome::IdentityMismatch => "identity_mismatch",
        Outcome::Rejected => "rejected",
    }
}

fn of_word(word: &str) -> ReviewOutcome {
    match word {
        "passed" => ReviewOutcome::Passed,
        "first_review_failed" => ReviewOutcome::FirstReviewFailed,
        "identity_mismatch" => ReviewOutcome::IdentityMismatch,
        _ => ReviewOutcome::Rejected,
    }
}

/// Reads and matches.
fn matched(opened: &Opened, mapping: &sheets::Mapping) -> Result<(sheets::Results, ResultsPlan), ApiError> {
    let read = sheets::results(&opened.bytes, &opened.name, mapping).map_err(words::sheet)?;
    let rows: Vec<delivery::ResultRow> = read
        .rows
        .iter()
        .map(|row| delivery::ResultRow {
            row: row.row,
            student_no: row.student_no.clone(),
            file_name: row.file_name.clone(),
            fingerprint: row.fingerprint.clone(),
            outcome: to_delivery(row.outcome),
            reason: row.reason.clone(),
        })
        .collect();
    let plan = delivery::match_results(&rows, &opened.people).map_err(words::delivery)?;
    Ok((read, plan))
}

fn view(opened: &Opened, read: &sheets::Results, plan: &ResultsPlan) -> ResultsMatch {
    let mut unmatched: Vec<UnmatchedRow> = plan
        .unmatched
        .iter()
        .map(|row| UnmatchedRow {
            row: *row,
            code: "nobody".into(),
            text: Text::new("这个批次里没有这个人。", "Nobody of this batch."),
        })
        .collect();
    unmatched.extend(plan.ambiguous.iter().map(|doubt| {
        let (code, zh, en) = match doubt.why {
            AmbiguousWhy::SeveralPeople => (
                "several_people",
                "对应多个人，请核对学号或文件名。",
                "It fits several people; check number or file name.",
            ),
            AmbiguousWhy::NamesDisagree => (
                "names_disagree",
                "学号、文件名、指纹指向不同的人，请核对。",
                "Number, file name and fingerprint name different people.",
            ),
            AmbiguousWhy::RowsDisagree => (
                "rows_disagree",
                "同一个人有两行不同的结果，请核对。",
                "Two rows say different things of one person.",
            ),
        };
        UnmatchedRow { row: doubt.row, code: code.into(), text: Text::new(zh, en) }
    }));
    let refused = read.report.entries.iter().filter(|entry| entry.fate == sheets::Fate::RowRefused);
    unmatched.extend(refused.map(|entry| UnmatchedRow {
        row: entry.row,
        code: entry.code.clone(),
        text: entry.text.clone(),
    }));
    unmatched.sort_by_key(|row| row.row);
    unmatched.truncate(ROWS);
    let failed = plan.matched.iter().filter(|m| m.outcome != Outcome::Passed);
    ResultsMatch {
        rows: read.report.counts.rows,
        passed: plan.matched.iter().filter(|m| m.outcome == Outcome::Passed).count() as u32,
        failed: failed
            .filter_map(|m| {
                let picture = opened.pictures.get(m.person)?;
                Some(line(picture, from_delivery(m.outcome), m.reason.clone()))
            })
            .collect(),
        unmatched,
        without_result: plan.without_result.len() as u32,
    }
}

fn line(picture: &HandoverPicture, outcome: ReviewOutcome, reason: Option<String>) -> ResultLine {
    let subject = picture.subject.as_ref().map(|line| &line.subject);
    ResultLine {
        portrait: picture.portrait,
        path: format!("portrait/{}", picture.hash),
        number: picture.number,
        fingerprint: picture.fingerprint.clone(),
        masked_name: subject.and_then(|s| s.masked_name()),
        college: subject.and_then(|s| s.college.clone()),
        outcome,
        reason,
        at: None,
        retaken: false,
    }
}

pub(super) fn preview(room: &Room, request: &ResultsRequest) -> Result<ResultsPreview, ApiError> {
    let opened = open(room, request)?;
    let choice = sheets::Choice {
        sheet: request.mapping.as_ref().map(|m| m.sheet.clone()),
        heading_row: request.mapping.as_ref().map(|m| m.heading_row),
    };
    let file =
        sheets::preview(&opened.bytes, &opened.name, ListKind::Results, &choice).map_err(words::sheet)?;
    let mapping = request.mapping.as_ref().unwrap_or(&file.mapping);
    let (found, refusal) = match matched(&opened, mapping) {
        Ok((read, plan)) => (Some(view(&opened, &read, &plan)), None),
        Err(error) => (None, Some(error.text)),
    };
    Ok(ResultsPreview { file, matched: found, refusal })
}

pub(super) fn import(room: &Room, request: &ResultsRequest) -> Result<ResultsImport, ApiError> {
    let opened = open(room, request)?;
    let guessed;
    let mapping = match &request.mapping {
        Some(mapping) => mapping,
        None => {
            let choice = sheets::Choice::default();
            guessed = sheets::preview(&opened.bytes, &opened.name, ListKind::Results, &choice)
                .map_err(words::sheet)?
                .mapping;
            &guessed
        }
    };
    let (read, plan) = matched(&opened, mapping)?;
    let kept: Vec<(PortraitId, &'static str, Option<String>)> = plan
        .matched
        .iter()
        .filter_map(|m| Some((opened.pictures.get(m.person)?.portrait, word(m.outcome), m.reason.clone())))
        .collect();
    let file = (ContentHash::of(&opened.bytes), read.report.counts.rows);
    let batch: Option<BatchId> = request.batch;
    let (import, retakes_added, without_number) = room.write(move |store, now| {
        let results: Vec<NewResult<'_>> = kept
            .iter()
            .map(|(portrait, outcome, reason)| NewResult {
                portrait: *portrait,
                outcome,
                reason: reason.as_deref(),
            })
            .collect();
        store.import_results(batch, file, &results, now)
    })?;
    Ok(ResultsImport { import, matched: view(&opened, &read, &plan), retakes_added, without_number })
}

pub(super) fn list(room: &Room, batch: Option<BatchId>) -> Result<Vec<ResultLine>, ApiError> {
    room.read(|reader| {
        let mut lines = Vec::new();
        for record in reader.results(batch)? {
            let portrait = reader.portrait(record.portrait)?;
            let label = reader.label_of(record.portrait)?;
            let subject = label.subject.as_ref().map(|line| &line.subject);
            lines.push(ResultLine {
                portrait: record.portrait,
                path: format!("portrait/{}", portrait.hash),
                number: label.number(),
                fingerprint: label.sitting.fingerprint.clone(),
                masked_name: subject.and_then(|s| s.masked_name()),
                college: subject.and_then(|s| s.college.clone()),
                outcome: of_word(&record.outcome),
                reason: record.reason,
                at: Some(record.at),
                retaken: record.retaken,
            });
        }
        Ok(lines)
    })
}
