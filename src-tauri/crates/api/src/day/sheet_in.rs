//! Rosters and schedules come in as the spreadsheets that schools write.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use domain::schedule::{self, SlotFault};
use domain::{Day, MinuteOfDay, Slot};
use serde::{Deserialize, Serialize};
use sheets::{Choice, ListKind, Mapping, Preview, Report, SheetError};
use store::DayRefusal;
use ts_rs::TS;

use super::roster;
use super::view::{RosterApply, RosterReport, ScheduleApply, SlotView};
use crate::station::Station;
use crate::{ApiError, words};

/// A spreadsheet that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SheetFile {
    /// Its name, for messages only.
    pub name: String,
    /// Its bytes, base64; empty if the path is given.
    #[serde(default)]
    pub base64: String,
    /// Or where it lies on this machine.
    #[serde(default)]
    pub path: Option<String>,
}

/// Asks what a spreadsheet holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// Which.
    pub file: SheetFile,
    /// For what.
    pub kind: ListKind,
    /// Sheet and heading, where the guess was wrong.
    #[serde(default)]
    pub choice: Choice,
}

/// Puts a spreadsheet into the roster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RosterImport {
    /// Which.
    pub file: SheetFile,
    /// What the columns hold; guessed if it is not said.
    #[serde(default)]
    pub mapping: Option<Mapping>,
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<domain::BatchId>,
    /// Only tell what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Also change name and ID number of people who have a number already.
    #[serde(default)]
    pub identities_too: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RosterImported {
    /// What the spreadsheet held, row by row.
    pub sheet: Report,
    /// What the roster made of it; rows count the people that the spreadsheet gave.
    pub roster: RosterReport,
    /// The spreadsheet's row of each of those people.
    pub sheet_rows: Vec<u32>,
}

/// Puts a spreadsheet in the place of the schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScheduleImport {
    /// Which.
    pub file: SheetFile,
    /// What the columns hold; guessed if it is not said.
    #[serde(default)]
    pub mapping: Option<Mapping>,
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<domain::BatchId>,
    /// Only tell what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Take it although lines overlap.
    #[serde(default)]
    pub allow_overlap: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ScheduleImported {
    /// What the spreadsheet held, row by row.
    pub sheet: Report,
    /// Rows of the spreadsheet without 学院, date or times, which were not taken.
    pub incomplete: Vec<u32>,
    /// The lines that were read.
    pub slots: Vec<Slot>,
    /// The schedule as it stands now; empty for a dry run.
    pub board: Vec<SlotView>,
}

/// Where an empty roster goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct TemplateRequest {
    /// Folder; made if it is missing. A folder beside the data if it is empty.
    pub out: String,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SavedFile {
    /// Its folder.
    pub folder: String,
    /// The file with its folder.
    pub file: String,
}

pub(super) fn refused(error: SheetError) -> ApiError {
    let text = error.text();
    ApiError::new(error.code(), text.zh, text.en)
}

impl SheetFile {
    /// The path as somebody typed or pasted it; file managers put quotes around it.
    fn path(&self) -> Option<&str> {
        self.path.as_deref().map(|path| path.trim().trim_matches('"').trim())
    }

    /// For messages.
    fn label(&self) -> &str {
        self.path().unwrap_or(&self.name)
    }
}

fn bytes_of(file: &SheetFile) -> Result<Vec<u8>, ApiError> {
    if let Some(path) = file.path() {
        return sheets::read_file(Path::new(path)).map_err(refused);
    }
    base64::engine::general_purpose::STANDARD.decode(&file.base64).map_err(|e| {
        ApiError::new("bad_request", "程序内部错误：请求格式不对", "Malformed request").with_story(e)
    })
}

fn mapping(
    bytes: &[u8],
    file: &SheetFile,
    kind: ListKind,
    said: Option<Mapping>,
) -> Result<Mapping, ApiError> {
    match said {
        Some(mapping) => Ok(mapping),
        None => Ok(sheets::preview(bytes, file.label(), kind, &Choice::default()).map_err(refused)?.mapping),
    }
}

pub(super) fn preview(request: &PreviewRequest) -> Result<Preview, ApiError> {
    let bytes = bytes_of(&request.file)?;
    sheets::preview(&bytes, request.file.label(), request.kind, &request.choice).map_err(refused)
}

pub(super) fn import_roster(station: &Station, request: RosterImport) -> Result<RosterImported, ApiError> {
    let bytes = bytes_of(&request.file)?;
    let mapping = mapping(&bytes, &request.file, ListKind::Roster, request.mapping)?;
    let read = sheets::roster(&bytes, request.file.label(), &mapping).map_err(refused)?;
    let sheet_rows = read.rows.iter().map(|row| row.row).collect();
    let subjects = read.rows.into_iter().map(|row| row.subject).collect();
    let apply = RosterApply {
        batch: request.batch,
        subjects,
        dry_run: request.dry_run,
        identities_too: request.identities_too,
    };
    Ok(RosterImported { sheet: read.report, roster: roster::apply(station, apply)?, sheet_rows })
}

pub(super) fn import_schedule(
    station: &Station,
    request: ScheduleImport,
    apply: impl FnOnce(ScheduleApply) -> Result<Vec<SlotView>, ApiError>,
) -> Result<ScheduleImported, ApiError> {
    let bytes = bytes_of(&request.file)?;
    let mapping = mapping(&bytes, &request.file, ListKind::Schedule, request.mapping)?;
    // The notices write days without a year: it is the batch's.
    let batch = station.read(|reader| reader.batch_or_open(request.batch))?;
    let year = batch.plan.date.to_string().get(..4).and_then(|y| y.parse().ok()).unwrap_or(2026);
    let read = sheets::schedule(&bytes, request.file.label(), &mapping, year).map_err(refused)?;
    let (mut slots, mut incomplete) = (Vec::new(), Vec::new());
    for row in read.rows {
        let at = row.row;
        match slot(row) {
            Some(slot) => slots.push(slot),
            None => incomplete.push(at),
        }
    }
    let board = if request.dry_run {
        // What would be refused is told before anything is replaced.
        let tolerable =
            |fault: &SlotFault| request.allow_overlap && matches!(fault, SlotFault::Overlap { .. });
        if let Some(fault) = schedule::faults(&slots).into_iter().find(|fault| !tolerable(fault)) {
            return Err(words::store(DayRefusal::Schedule(fault).into()));
        }
        Vec::new()
    } else {
        apply(ScheduleApply {
            batch: Some(batch.id),
            slots: slots.clone(),
            allow_overlap: request.allow_overlap,
        })?
    };
    Ok(ScheduleImported { sheet: read.report, incomplete, slots, board })
}

/// A line of the schedule; `None` without 学院, date, start or end.
fn slot(row: sheets::ScheduleRow) -> Option<Slot> {
    Some(Slot {
        college_code: row.college_code,
        college: row.college?,
        head_count: row.head_count.unwrap_or(0),
        date: Day::parse(&row.date?)?,
        start: MinuteOfDay::parse(&row.start?)?,
        end: MinuteOfDay::parse(&row.end?)?,
        room: row.room.unwrap_or_default(),
        group: row.group.unwrap_or_default(),
    })
}

/// Name of the file that a school fills in.
const TEMPLATE: &str = "毕业生名单模板";

pub(super) fn template(folder: &Path, now: domain::Timestamp) -> Result<SavedFile, ApiError> {
    let bytes = sheets::roster_template(now).map_err(refused)?;
    let unwritable = |e: std::io::Error| {
        ApiError::new(
            "template_unwritable",
            format!("模板写不进这个文件夹：{e}。请换一个文件夹。"),
            format!("The template cannot be written into this folder: {e}. Choose another one."),
        )
    };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    // One that somebody may have filled in is never overwritten.
    let names =
        std::iter::once(format!("{TEMPLATE}.xlsx")).chain((2..).map(|n| format!("{TEMPLATE} ({n}).xlsx")));
    for file in names.map(|name| folder.join(name)) {
        match std::fs::File::create_new(&file) {
            Ok(mut made) => {
                made.write_all(&bytes).and_then(|()| made.sync_all()).map_err(unwritable)?;
                return Ok(SavedFile {
                    folder: folder.display().to_string(),
                    file: file.display().to_string(),
                });
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(error)),
        }
    }
    unreachable!("names do not run out")
}
