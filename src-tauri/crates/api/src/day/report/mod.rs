//! The report of a day: one PDF to sign, and lists for the office.

mod lists;
mod page;
mod words;

use std::path::Path;

use domain::{CaptureBatch, FeeStanding, Subject, Timestamp};
use paper::{Imprint, Typeface};
use serde::{Deserialize, Serialize};
use store::{CorrectionRecord, DayReport, Label, OverrideLine, PersonRow, Reader, RetakeRecord, StoreError};
use ts_rs::TS;

use super::sheet_in;
use crate::ApiError;
use crate::files::put;

pub(super) use words::finding_text;

/// Asks for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<domain::BatchId>,
    /// Folder for its files; made if it is missing. A folder beside the data if it is empty.
    #[serde(default)]
    pub out: String,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReportFiles {
    /// Folder of the files.
    pub folder: String,
    /// The files, with their folders.
    pub files: Vec<String>,
    /// Pages of the PDF.
    pub pages: u32,
    /// How many lines are on each list of the workbook.
    pub lists: Vec<ListSize>,
}

/// One list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ListSize {
    /// Its title.
    pub title: String,
    /// Its rows.
    pub rows: u32,
}

/// Everything that the report is made of, read at one moment.
pub(super) struct Facts {
    pub batch: CaptureBatch,
    report: DayReport,
    people: Vec<Known>,
    overrides: Vec<OverrideLine>,
    retakes: Vec<(domain::ShotNumber, RetakeRecord)>,
    corrections: Vec<Corrected>,
    /// Start of the day that a point in time belongs to, where the station stands.
    day_start: fn(Timestamp) -> Timestamp,
    made: Moment,
}

/// When the report is made: by the clock of the world, and the day on the wall.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub now: Timestamp,
    pub today: domain::Day,
}

struct Known {
    row: PersonRow,
    subject: Option<Subject>,
    fee: FeeStanding,
    late_reason: Option<String>,
}

/// A correction that was made, with the labels that the pictures had before.
struct Corrected {
    record: CorrectionRecord,
    one: Label,
    other: Label,
}

pub(super) fn facts(
    reader: &Reader,
    batch: CaptureBatch,
    made: Moment,
    day_start: fn(Timestamp) -> Timestamp,
) -> Result<Facts, StoreError> {
    let report = reader.report(batch.id, made.now)?;
    let people = reader
        .people(batch.id)?
        .into_iter()
        .map(|row| {
            let line = row.subject.map(|id| reader.subject(id)).transpose()?;
            let fee = reader.fee(&batch, line.as_ref(), row.tickets.last().map(|t| t.id))?;
            let late_reason = row.subject.map(|id| reader.late_reason(id)).transpose()?.flatten();
            Ok(Known { subject: line.map(|l| l.subject), fee, late_reason, row })
        })
        .collect::<Result<_, StoreError>>()?;
    let overrides = reader.overrides(batch.id)?;
    let retakes = reader
        .retakes(batch.id)?
        .into_iter()
        .map(|line| Ok((reader.ticket(line.ticket)?.number, line)))
        .collect::<Result<_, StoreError>>()?;
    let mut corrections = Vec::new();
    for record in reader.corrections()?.into_iter().filter(|record| record.committed_at.is_some()) {
        let one = reader.label_of_sitting(record.one_label)?;
        let other = reader.label_of_sitting(record.other_label)?;
        let of_batch = |label: &Label| label.ticket.as_ref().is_some_and(|t| t.batch == batch.id);
        if of_batch(&one) || of_batch(&other) {
            corrections.push(Corrected { record, one, other });
        }
    }
    Ok(Facts { batch, report, people, overrides, retakes, corrections, day_start, made })
}

impl Facts {
    /// `14:05` where the station stands.
    fn time(&self, at: Timestamp) -> String {
        let minutes = at.millis_since((self.day_start)(at)).max(0) / 60_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// How the names of reports begin.
const STEM: &str = "采集日报";

/// The batch that a report of this name is of; also for what an interrupted writing or an open spreadsheet program has
/// left beside it.
pub(crate) fn batch_of(name: &str) -> Option<domain::BatchId> {
    let (_, rest) = name.split_once(STEM)?;
    let (stem, _) = rest.split_once('.')?;
    stem.rsplit_once('-')?.1.parse().ok().map(domain::BatchId)
}

/// Writes report and lists into `out`, each file whole or not at all.
pub(super) fn write(facts: &Facts, font: Vec<u8>, out: &Path) -> Result<ReportFiles, ApiError> {
    let failed = |error: paper::PaperError| {
        let text = error.text();
        ApiError::new(error.code(), text.zh, text.en)
    };
    let now = facts.made.now;
    let face = Typeface::from_bytes(font).map_err(failed)?;
    let id = format!("report-{}-{}", facts.batch.id, now.0);
    let imprint = Imprint { title: page::TITLE.to_owned(), made: now, id };
    let printed = paper::report_pdf(&face, &imprint, &page::page(facts)).map_err(failed)?;
    let lists = lists::lists(facts);
    let workbook = sheets::xlsx(&lists, now).map_err(sheet_in::refused)?;
    let stem = format!("{STEM}-{}-{}", facts.batch.plan.date, facts.batch.id);
    let mut files = Vec::new();
    let unwritable = |e: std::io::Error| {
        ApiError::new(
            "report_unwritable",
            format!("报告写不进这个文件夹：{e}。请换一个文件夹再试；表格正打开着就先关掉。"),
            format!(
                "The report cannot be written into this folder: {e}. Choose another one, or close the old list."
            ),
        )
    };
    std::fs::create_dir_all(out).map_err(unwritable)?;
    for (extension, bytes) in [("pdf", printed.pdf), ("xlsx", workbook)] {
        let file = out.join(format!("{stem}.{extension}"));
        put(&file, &bytes, true).map_err(unwritable)?;
        files.push(file.display().to_string());
    }
    let sizes = lists.iter().map(|list| ListSize { title: list.title.clone(), rows: list.rows.len() as u32 });
    Ok(ReportFiles { folder: out.display().to_string(), files, pages: printed.pages, lists: sizes.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_its_name() {
        for (name, batch) in [
            ("采集日报-2026-05-14-3.pdf", Some(3)),
            ("采集日报-2026-05-14-3.xlsx", Some(3)),
            ("~$采集日报-2026-05-14-3.xlsx", Some(3)),
            ("采集日报-2026-05-14-13.xlsx", Some(13)),
            ("采集日报.pdf", None),
            ("名单模板.xlsx", None),
            ("", None),
        ] {
            assert_eq!(batch_of(name), batch.map(domain::BatchId), "{name}");
        }
    }
}
