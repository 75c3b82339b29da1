//! The day's commands on files: rosters and schedules in, template and report out. They come through the same
//! operations as the window.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::day::operations::DayOperations;
use api::day::report::ReportRequest;
use api::day::sheet_in::{RosterImport, ScheduleImport, SheetFile};
use api::view::DemoScene;
use api::{ApiError, Assets, Nothing, Operations, Station};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use domain::BatchId;

use crate::commands::{complain, print, status};
use crate::window;

/// What an import needs.
#[derive(Args)]
pub struct ImportArgs {
    /// The spreadsheet: xlsx, xls or csv.
    file: PathBuf,
    /// Data folder.
    #[arg(long)]
    data: PathBuf,
    /// Row of the batch; the open one if missing.
    #[arg(long)]
    batch: Option<i64>,
    /// Only tell what would happen.
    #[arg(long)]
    dry_run: bool,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
}

/// What a report needs.
#[derive(Args)]
pub struct ReportArgs {
    /// Data folder.
    #[arg(long)]
    data: PathBuf,
    /// Row of the batch; the open one if missing.
    #[arg(long)]
    batch: Option<i64>,
    /// Folder of the files; made if it is missing.
    #[arg(long)]
    out: PathBuf,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
}

/// Where the template goes.
#[derive(Args)]
pub struct TemplateArgs {
    /// The file to write; it must not be there yet.
    #[arg(long)]
    out: PathBuf,
}

fn sheet(file: &Path) -> Result<SheetFile, ApiError> {
    let bytes = sheets::read_file(file).map_err(|e| {
        let text = e.text();
        ApiError::new(e.code(), text.zh, text.en)
    })?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(SheetFile { name, base64: STANDARD.encode(bytes), path: None })
}

/// A station without the models; a folder that does not open is told here, not by the first operation.
fn station(data: &Path, assets: &Assets) -> Result<Station, ApiError> {
    let config = window::config(data.to_owned(), assets.clone(), false, DemoScene::Auto);
    let station = Station::start_without_models(config);
    match station.station_view(Nothing {})?.trouble.filter(|trouble| trouble.code != "engine_missing") {
        Some(trouble) => Err(ApiError::new(&trouble.code, trouble.text.zh, trouble.text.en)),
        None => Ok(station),
    }
}

fn done(result: Result<bool, ApiError>) -> ExitCode {
    match result {
        Ok(all_well) => status(all_well),
        Err(error) => complain(&error),
    }
}

/// `gradbooth roster import`.
pub fn roster(args: &ImportArgs, assets: &Assets) -> ExitCode {
    done(sheet(&args.file).and_then(|file| {
        let request = RosterImport {
            file,
            mapping: None,
            batch: args.batch.map(BatchId),
            dry_run: args.dry_run,
            identities_too: false,
        };
        let imported = station(&args.data, assets)?.roster_import(request)?;
        print(args.json, &imported, || {
            let (sheet, roster) = (&imported.sheet.counts, &imported.roster);
            format!(
                "表格 {} 行：取用 {}，重复 {}，拒绝 {}；名单：新增 {}，更新 {}，未变 {}，拒绝 {}",
                sheet.rows,
                sheet.taken,
                sheet.repeated,
                sheet.refused,
                roster.added,
                roster.changed,
                roster.unchanged,
                roster.refused
            )
        });
        Ok(imported.sheet.counts.refused == 0 && imported.roster.refused == 0)
    }))
}

/// `gradbooth schedule import`.
pub fn schedule(args: &ImportArgs, assets: &Assets) -> ExitCode {
    done(sheet(&args.file).and_then(|file| {
        let request = ScheduleImport {
            file,
            mapping: None,
            batch: args.batch.map(BatchId),
            dry_run: args.dry_run,
            allow_overlap: false,
        };
        let imported = station(&args.data, assets)?.schedule_import(request)?;
        print(args.json, &imported, || {
            format!("安排 {} 行，不完整 {} 行", imported.slots.len(), imported.incomplete.len())
        });
        Ok(imported.sheet.counts.refused == 0 && imported.incomplete.is_empty())
    }))
}

/// `gradbooth roster template`.
pub fn template(args: &TemplateArgs) -> ExitCode {
    let written = sheets::roster_template(crate::clock::now()).map_err(|e| e.text().zh).and_then(|bytes| {
        use std::io::Write;
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&args.out);
        file.and_then(|mut file| file.write_all(&bytes)).map_err(|e| e.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("模板没有写成：{why}\n(The template was not written: {why})");
            ExitCode::FAILURE
        }
    }
}

/// `gradbooth report`.
pub fn report(args: &ReportArgs, assets: &Assets) -> ExitCode {
    let request = ReportRequest { batch: args.batch.map(BatchId), out: args.out.display().to_string() };
    done(station(&args.data, assets).and_then(|station| station.day_report(request)).map(|made| {
        print(args.json, &made, || made.files.join("\n"));
        true
    }))
}
