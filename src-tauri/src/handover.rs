//! The commands of the handover: JSON lines on stdout, one for each thing that happened, the result last.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use api::handover::operations::HandoverOperations;
use api::handover::view::*;
use api::{ApiError, Assets, Nothing, Station};
use clap::{Args, Subcommand};
use domain::BatchId;
use serde::Serialize;

use crate::clock;
use crate::commands::{print, status};
use crate::window;

/// What the person who hands the batch over can type.
#[derive(Subcommand)]
pub enum HandoverCommand {
    /// Look over a data folder (`--data DIR`), or verify a handed-over bag or encrypted parcel (`DIR`).
    Verify(VerifyArgs),
    /// Upload a batch, as the upload settings of the data folder say.
    Upload(UploadArgs),
    /// 审核结果.
    Results {
        #[command(subcommand)]
        command: ResultsCommand,
    },
    /// Write a bag to a stick or folder, read it back, and say whether it is complete.
    Export(ExportArgs),
    /// Enter that somebody has signed for a bag.
    Receipt(ReceiptArgs),
    /// Sheets of prints, or proof sheets, as PDF.
    Prints(PrintsArgs),
    /// Check pictures from elsewhere; with `--take` the good ones are taken in.
    Intake(IntakeArgs),
    /// Write only what has changed since a parcel was delivered.
    Correction(CorrectionArgs),
    /// Erase a batch. Without `--go` only tells what would be erased.
    Erase(EraseArgs),
    /// 待发箱: what has left, and what has not.
    Outbox(On),
    /// Drives that can be pulled out.
    Drives {
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub struct VerifyArgs {
    /// A bag's folder, or an encrypted parcel.
    #[arg(conflicts_with = "data", required_unless_present = "data")]
    bag: Option<PathBuf>,
    /// Data folder.
    #[arg(long)]
    data: Option<PathBuf>,
    /// File with the secret key of an encrypted parcel.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
}

/// Which data, and how to answer.
#[derive(Args)]
pub struct On {
    /// Data folder.
    #[arg(long)]
    data: PathBuf,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct UploadArgs {
    #[command(flatten)]
    on: On,
    /// Row of the batch; the pictures without one if missing.
    #[arg(long)]
    batch: Option<i64>,
    /// No more pictures will come: write the manifest last of all.
    #[arg(long)]
    close: bool,
    /// Put parked objects back in line first.
    #[arg(long)]
    release: bool,
    /// Keep these settings first: a JSON file as `upload.settings.save` takes it.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum ResultsCommand {
    /// Import a file of results; failures go to the retake list.
    Import {
        /// csv or xlsx.
        file: PathBuf,
        #[command(flatten)]
        on: On,
        /// Row of the batch; the pictures without one if missing.
        #[arg(long)]
        batch: Option<i64>,
        /// Only tell what an import would do.
        #[arg(long)]
        preview: bool,
    },
}

#[derive(Args)]
pub struct ExportArgs {
    #[command(flatten)]
    on: On,
    /// Row of the batch; the pictures without one if missing.
    #[arg(long)]
    batch: Option<i64>,
    /// Drive or folder.
    #[arg(long)]
    into: PathBuf,
    /// Name of the bag.
    #[arg(long, default_value = "")]
    name: String,
    /// How files are named, like `{学院}/{班级}/{学号}`.
    #[arg(long, default_value = "")]
    template: String,
    /// 原图 too.
    #[arg(long)]
    originals: bool,
    /// 冲印 too, by this layout.
    #[arg(long, value_name = "LAYOUT")]
    prints: Option<String>,
    /// The codes as read too.
    #[arg(long)]
    codes: bool,
    /// Paths of at most 64 characters.
    #[arg(long)]
    short: bool,
    /// Encrypt for this recipient, `age1…`.
    #[arg(long)]
    recipient: Option<String>,
    /// Only tell what would be written.
    #[arg(long)]
    plan: bool,
}

#[derive(Args)]
pub struct ReceiptArgs {
    #[command(flatten)]
    on: On,
    /// Row of the parcel, from `outbox`.
    parcel: i64,
    /// Who signed.
    #[arg(long)]
    by: String,
    /// The date on the paper, like 2026-05-13.
    #[arg(long)]
    date: String,
    /// The checksum on the paper.
    #[arg(long)]
    checksum: String,
}

#[derive(Args)]
pub struct PrintsArgs {
    #[command(flatten)]
    on: On,
    /// Row of the batch; the pictures without one if missing.
    #[arg(long)]
    batch: Option<i64>,
    /// Folder of the files.
    #[arg(long)]
    into: PathBuf,
    /// Layout; the notice's sheet if missing.
    #[arg(long, default_value = "")]
    layout: String,
    /// Proof sheets instead.
    #[arg(long)]
    proof: bool,
    /// A file of its own for each class.
    #[arg(long)]
    by_class: bool,
}

#[derive(Args)]
pub struct IntakeArgs {
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    on: On,
    /// Row of the batch; none if missing.
    #[arg(long)]
    batch: Option<i64>,
    /// Photo standard; the batch's if missing.
    #[arg(long, default_value = "")]
    spec: String,
    /// Take the 学号 as the code of people who have none yet.
    #[arg(long)]
    student_no_as_code: bool,
    /// Take the good ones in.
    #[arg(long)]
    take: bool,
    /// Write the list of refused ones into this folder.
    #[arg(long, value_name = "DIR")]
    list: Option<PathBuf>,
}

#[derive(Args)]
pub struct CorrectionArgs {
    #[command(flatten)]
    on: On,
    /// Row of the delivered parcel, from `outbox`.
    parcel: i64,
    /// Drive or folder.
    #[arg(long)]
    into: PathBuf,
    /// Only tell what has changed.
    #[arg(long)]
    plan: bool,
}

#[derive(Args)]
pub struct EraseArgs {
    #[command(flatten)]
    on: On,
    /// Row of the batch; the pictures without one if missing.
    #[arg(long)]
    batch: Option<i64>,
    /// Days to keep after the receipt.
    #[arg(long, default_value_t = RETENTION_DAYS)]
    retention: u32,
    /// Erase.
    #[arg(long)]
    go: bool,
    /// The text that the plan asks for.
    #[arg(long)]
    typed: Option<String>,
}

/// Runs one of them.
pub fn run(command: &HandoverCommand, assets: &Assets) -> ExitCode {
    let done = match command {
        HandoverCommand::Verify(args) => verify(args, assets),
        HandoverCommand::Upload(args) => upload(args, assets),
        HandoverCommand::Results { command } => results(command, assets),
        HandoverCommand::Export(args) => export(args, assets),
        HandoverCommand::Receipt(args) => receipt(args, assets),
        HandoverCommand::Prints(args) => prints(args, assets),
        HandoverCommand::Intake(args) => intake(args, assets),
        HandoverCommand::Correction(args) => correction(args, assets),
        HandoverCommand::Erase(args) => erase(args, assets),
        HandoverCommand::Outbox(on) => outbox(on, assets),
        HandoverCommand::Drives { json } => {
            delivery::removable_drives().iter().for_each(|drive| tell(*json, "drive", drive));
            Ok(true)
        }
    };
    match done {
        Ok(all_well) => status(all_well),
        Err(error) => {
            eprintln!("{}\n{}", error.text.zh, error.text.en);
            if !error.story.is_empty() {
                eprintln!("({}: {})", error.code, error.story);
            }
            ExitCode::FAILURE
        }
    }
}

/// One line: `{"event": …, "value": …}`.
fn tell(json: bool, event: &str, value: &impl Serialize) {
    let line = serde_json::json!({ "event": event, "value": value });
    print(json, &line, || format!("{event}: {}", line["value"]));
}

/// The same station that a window has, without a camera.
fn station(on: &On, assets: &Assets) -> Result<Station, ApiError> {
    let config = window::config(on.data.clone(), assets.clone(), false, api::view::DemoScene::Empty);
    let station = Station::start(config);
    // A folder that does not open is told here, not by the first operation.
    let view = api::Operations::station_view(&station, Nothing {})?;
    match view.trouble.filter(|trouble| !trouble.code.starts_with("model")) {
        Some(trouble) => Err(ApiError::new(trouble.code, trouble.text.zh, trouble.text.en)),
        None => Ok(station),
    }
}

const LOOK: Duration = Duration::from_millis(100);

/// Tells how a job goes until it ends.
fn follow(station: &Station, json: bool, job: &JobView) -> Result<JobResult, ApiError> {
    let mut last = (String::new(), u32::MAX);
    loop {
        let now = station.job_status(JobRequest { job: Some(job.id) })?;
        let now = now.ok_or_else(|| ApiError::new("no_job", "没有这项工作。", "There is no such job."))?;
        let at = (now.phase.en.clone(), (now.share * 20.0) as u32);
        if json && at != last && now.ended_at.is_none() {
            let line = serde_json::json!({
                "phase": now.phase, "done": now.done, "total": now.total, "share": now.share, "rest_ms": now.rest_ms,
            });
            tell(true, "progress", &line);
            last = at;
        }
        match (now.result, now.error) {
            (Some(result), _) => {
                tell(json, "done", &result);
                return Ok(result);
            }
            (None, Some(error)) => return Err(error),
            (None, None) => std::thread::sleep(LOOK),
        }
    }
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn verify(args: &VerifyArgs, _assets: &Assets) -> Result<bool, ApiError> {
    if let Some(bag) = &args.bag {
        let identity = args.identity.as_ref().map(std::fs::read_to_string).transpose();
        let identity =
            identity.map_err(|e| ApiError::new("key", format!("密钥文件读不出：{e}"), e.to_string()))?;
        let key = identity.map(|identity| ParcelKey::Identity { identity: identity.into() });
        let verdict = api::handover::verify(&VerifyBagRequest { path: path(bag), key })?;
        tell(args.json, "done", &verdict);
        return Ok(verdict.valid);
    }
    let Some(data) = &args.data else { return Ok(false) };
    let looked = store::Store::open(data, "verify", clock::now())
        .and_then(|(store, _)| Ok((store.verify()?, store.verify_audit()?)));
    let (pictures, history) =
        looked.map_err(|error| ApiError::new(error.code(), error.text().zh, error.text().en))?;
    let all_well = pictures.is_clean() && history.broken.is_none();
    let value = serde_json::json!({ "pictures": pictures, "history": history, "whole": all_well });
    print(args.json, &value, || {
        if all_well { "完整。(Whole.)".to_owned() } else { format!("不完整！(Not whole!) {value}") }
    });
    Ok(all_well)
}

fn upload(args: &UploadArgs, assets: &Assets) -> Result<bool, ApiError> {
    let station = station(&args.on, assets)?;
    let batch = args.batch.map(BatchId);
    if let Some(file) = &args.settings {
        let read = std::fs::read_to_string(file).ok().and_then(|text| serde_json::from_str(&text).ok());
        let settings = read.ok_or_else(|| {
            ApiError::new("bad_settings", "上传设置文件读不懂。", "The file of settings cannot be read.")
        })?;
        station.upload_settings_save(settings)?;
    }
    if args.release {
        station.upload_release_parked(UploadRelease { batch, objects: Vec::new() })?;
    }
    station.upload_start(UploadStart { batch, close: args.close })?;
    let mut last = u32::MAX;
    loop {
        let now = station.upload_status(OfBatch { batch })?;
        match now.state {
            UploadState::Complete => {
                tell(args.on.json, "done", &now);
                return Ok(true);
            }
            UploadState::Left | UploadState::Stopped | UploadState::Idle => {
                tell(args.on.json, "done", &now);
                return Ok(false);
            }
            _ if now.done != last => {
                tell(args.on.json, "progress", &now);
                last = now.done;
            }
            _ => {}
        }
        std::thread::sleep(LOOK * 2);
    }
}

fn results(command: &ResultsCommand, assets: &Assets) -> Result<bool, ApiError> {
    let ResultsCommand::Import { file, on, batch, preview } = command;
    let station = station(on, assets)?;
    let request = ResultsRequest { batch: batch.map(BatchId), path: path(file), mapping: None };
    if *preview {
        let seen = station.results_preview(request)?;
        tell(on.json, "preview", &seen);
        return Ok(seen.refusal.is_none());
    }
    tell(on.json, "done", &station.results_import(request)?);
    Ok(true)
}

fn export(args: &ExportArgs, assets: &Assets) -> Result<bool, ApiError> {
    let station = station(&args.on, assets)?;
    let request = ExportRequest {
        batch: args.batch.map(BatchId),
        into: path(&args.into),
        name: args.name.clone(),
        contents: ExportContents {
            template: args.template.clone(),
            originals: args.originals,
            prints: args.prints.clone(),
            short_paths: args.short,
            codes: args.codes,
        },
        lock: args.recipient.clone().map(|recipient| ExportLock::Recipient { recipient }),
    };
    if args.plan {
        let plan = station.export_plan(request)?;
        tell(args.on.json, "plan", &plan);
        return Ok(plan.problems.is_empty());
    }
    let job = station.export_start(request)?;
    Ok(matches!(follow(&station, args.on.json, &job)?, JobResult::Export(done) if done.complete))
}

fn receipt(args: &ReceiptArgs, assets: &Assets) -> Result<bool, ApiError> {
    let signed_on = serde_json::from_value(serde_json::Value::from(args.date.as_str())).map_err(|_| {
        ApiError::new("bad_date", "日期要写成 2026-05-13 的样子。", "Write the date like 2026-05-13.")
    })?;
    let request = ReceiptRequest {
        parcel: args.parcel,
        signed_by: args.by.clone(),
        signed_on,
        checksum: args.checksum.clone(),
    };
    tell(args.on.json, "done", &station(&args.on, assets)?.export_receipt(request)?);
    Ok(true)
}

fn prints(args: &PrintsArgs, assets: &Assets) -> Result<bool, ApiError> {
    let station = station(&args.on, assets)?;
    let job = station.prints_start(PrintsRequest {
        batch: args.batch.map(BatchId),
        kind: if args.proof { PrintsKind::Proofs } else { PrintsKind::Sheets },
        layout: args.layout.clone(),
        into: path(&args.into),
        by_class: args.by_class,
        ..PrintsRequest::default()
    })?;
    follow(&station, args.on.json, &job).map(|_| true)
}

fn intake(args: &IntakeArgs, assets: &Assets) -> Result<bool, ApiError> {
    let station = station(&args.on, assets)?;
    let job = station.intake_check(IntakeCheck {
        batch: args.batch.map(BatchId),
        paths: args.paths.iter().map(|p| path(p)).collect(),
        spec: args.spec.clone(),
        student_no_as_code: args.student_no_as_code,
    })?;
    let JobResult::IntakeChecked(report) = follow(&station, args.on.json, &job)? else { return Ok(false) };
    if let Some(folder) = &args.list {
        let request = IntakeListRequest { check: report.check, into: path(folder) };
        tell(args.on.json, "list", &station.intake_refusals(request)?);
    }
    if args.take {
        let job = station.intake_take(IntakeTake { check: report.check, ..IntakeTake::default() })?;
        follow(&station, args.on.json, &job)?;
    }
    Ok(report.refused == 0 && report.look == 0)
}

fn correction(args: &CorrectionArgs, assets: &Assets) -> Result<bool, ApiError> {
    let station = station(&args.on, assets)?;
    let request =
        CorrectionParcelRequest { parcel: args.parcel, into: path(&args.into), name: String::new() };
    if args.plan {
        tell(args.on.json, "plan", &station.correction_plan(request)?);
        return Ok(true);
    }
    let job = station.correction_start(request)?;
    Ok(matches!(follow(&station, args.on.json, &job)?, JobResult::Export(done) if done.complete))
}

fn erase(args: &EraseArgs, assets: &Assets) -> Result<bool, ApiError> {
    let station = station(&args.on, assets)?;
    let batch = args.batch.map(BatchId);
    if !args.go {
        let plan = station.erase_plan(EraseAsk { batch, retention_days: args.retention })?;
        tell(args.on.json, "plan", &plan);
        return Ok(plan.blocks.is_empty());
    }
    let start = EraseStart { batch, retention_days: args.retention, typed: args.typed.clone() };
    let job = station.erase_start(start)?;
    follow(&station, args.on.json, &job).map(|_| true)
}

fn outbox(on: &On, assets: &Assets) -> Result<bool, ApiError> {
    let station = station(on, assets)?;
    station.outbox_list(Nothing {})?.iter().for_each(|batch| tell(on.json, "batch", batch));
    Ok(true)
}
