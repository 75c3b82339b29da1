//! The commands without a window: results on stdout (JSON lines if asked for), messages on stderr.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::files::{FailedLine, PhotoRequest, ScanLine};
use api::look::{self, Layout, SheetFont, Tongue};
use api::{ApiError, Assets, files, replay as replaying};
use imaging::engine::PortraitEngine;
use imaging::scan::Scanner;
use serde::Serialize;

use crate::cli::{
    CameraCommand, CheckArgs, DemoCommand, LookArgs, LookWords, PhotoArgs, ReplayArgs, ScanArgs,
};
use crate::clock;

pub fn status(all_well: bool) -> ExitCode {
    if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says what happened and what to do next.
pub fn complain(error: &ApiError) -> ExitCode {
    eprintln!("{}\n{}", error.text.zh, error.text.en);
    if !error.story.is_empty() {
        eprintln!("({}: {})", error.code, error.story);
    }
    ExitCode::FAILURE
}

/// One result: a JSON line, or a line for people.
pub fn print(json: bool, value: &impl Serialize, line: impl FnOnce() -> String) {
    if json {
        match serde_json::to_string(value) {
            Ok(text) => println!("{text}"),
            Err(error) => eprintln!("{error}"),
        }
    } else {
        println!("{}", line());
    }
}

fn failed(json: bool, line: &FailedLine) {
    eprintln!("{}: {}", line.input, line.error);
    if json {
        print(true, line, String::new);
    }
}

/// `gradbooth scan`.
pub fn scan(args: &ScanArgs) -> ExitCode {
    let mut scanner = Scanner::new();
    let mut all_well = true;
    for file in &args.files {
        let line = files::scan(file, &mut scanner);
        match &line {
            ScanLine::Read { .. } => {}
            ScanLine::Failed { input, error, .. } => {
                all_well = false;
                eprintln!("{input}: {error}");
            }
        }
        print(args.json, &line, || match &line {
            // The payload is personal data: people get its fingerprint, scripts ask for JSON.
            ScanLine::Read { input, payload, ms, .. } => {
                let code =
                    domain::CaptureCode::new(payload.as_bytes()).map(|c| c.fingerprint().as_str().to_owned());
                format!("{input}: 采集码 {} ({ms:.1} ms)", code.unwrap_or_default())
            }
            ScanLine::Failed { input, .. } => format!("{input}: —"),
        });
    }
    status(all_well)
}

fn engine(assets: &Assets) -> Result<PortraitEngine, ApiError> {
    api::load_engine(assets)
}

/// `gradbooth photo`.
pub fn photo(args: &PhotoArgs, assets: &Assets) -> ExitCode {
    match photos(args, assets) {
        Ok(all_well) => status(all_well),
        Err(error) => complain(&error),
    }
}

fn photos(args: &PhotoArgs, assets: &Assets) -> Result<bool, ApiError> {
    let spec = assets.spec(&args.spec, None)?;
    let engine = engine(assets)?;
    std::fs::create_dir_all(&args.out).map_err(|e| {
        ApiError::new(
            "folder_unwritable",
            format!("结果文件夹建不了：{e}"),
            format!("The folder cannot be made: {e}"),
        )
    })?;
    let plate = args.plate.as_deref().map(files::read_picture).transpose()?.map(|(_, picture)| picture);
    let request = PhotoRequest {
        spec: &spec,
        out: &args.out,
        plate: plate.as_ref(),
        alpha: args.alpha,
        cutout: args.cutout,
    };
    let mut taken = HashSet::new();
    let mut all_well = true;
    for file in &args.files {
        match files::photo(file, &free_name(file, &mut taken), &engine, &request) {
            Ok(line) => {
                all_well &= line.output.is_some();
                print(args.json, &line, || {
                    let codes: Vec<String> = line.findings.iter().map(|f| f.message.clone()).collect();
                    format!("{}: {:?} {:.0} ms {}", line.input, line.verdict, line.ms.total, codes.join(" "))
                });
            }
            Err(line) => {
                all_well = false;
                failed(args.json, &line);
            }
        }
    }
    Ok(all_well)
}

/// Stem of the results: the input's, and a number behind it if another input of this run had the same.
fn free_name(file: &Path, taken: &mut HashSet<String>) -> String {
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let mut name = stem.clone();
    let mut count = 1;
    // Compared without case: Windows sees no other difference.
    while !taken.insert(name.to_lowercase()) {
        count += 1;
        name = format!("{stem}-{count}");
    }
    name
}

/// `gradbooth look`.
pub fn look(args: &LookArgs, assets: &Assets) -> ExitCode {
    match looked(args, assets) {
        Ok(all_well) => status(all_well),
        Err(error) => complain(&error),
    }
}

fn looked(args: &LookArgs, assets: &Assets) -> Result<bool, ApiError> {
    let spec = assets.spec(&args.spec, None)?;
    let pictures = look::gather(&args.frames, args.plate.as_deref());
    if pictures.is_empty() {
        return Err(ApiError::new("nothing_to_look_at", "没有找到图片。", "No pictures were found."));
    }
    let engine = engine(assets)?;
    let font = match &args.font {
        Some(path) => SheetFont::read(path),
        None => SheetFont::of_system(),
    };
    let tongue = match args.words {
        LookWords::Zh => Tongue::Chinese,
        LookWords::En => Tongue::English,
        LookWords::Both => Tongue::Both,
    };
    let layout = Layout { columns: args.columns, per_sheet: args.per_sheet, tongue, font: font.as_ref() };
    let single = pictures.len() <= args.per_sheet;
    let mut all_well = true;
    look::sheets(&pictures, &engine, &spec, &layout, |page, sheet, lines| {
        let out = if single { args.out.clone() } else { numbered(&args.out, page + 1) };
        sheet.save_with_format(&out, image::ImageFormat::Png).map_err(|e| {
            ApiError::new(
                "sheet_unwritable",
                "图片总览写不进去，请换个位置。",
                "The sheet cannot be written there.",
            )
            .with_story(e)
        })?;
        for line in &lines {
            all_well &= line.error.is_none();
            print(args.json, line, || {
                let codes: Vec<String> = line.findings.iter().map(|f| f.message.clone()).collect();
                let verdict = line.verdict.map_or_else(|| "—".to_owned(), |v| format!("{v:?}"));
                format!("{}: {verdict} {}", line.name, codes.join(" "))
            });
        }
        eprintln!("{}", out.display());
        Ok(())
    })?;
    Ok(all_well)
}

/// `sheet.png` becomes `sheet-2.png`.
fn numbered(out: &Path, number: usize) -> PathBuf {
    let stem = out.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{stem}-{number}.png"))
}

/// `gradbooth check`.
pub fn check(args: &CheckArgs, assets: &Assets) -> ExitCode {
    let ready = assets.spec(&args.spec, None).and_then(|spec| Ok((spec, engine(assets)?)));
    let (spec, engine) = match ready {
        Ok(ready) => ready,
        Err(error) => return complain(&error),
    };
    let mut all_well = true;
    for file in &args.files {
        match files::check(file, &engine, &spec) {
            Ok(line) => {
                all_well &= line.verdict != domain::Verdict::Retake;
                print(args.json, &line, || {
                    let codes: Vec<String> = line.findings.iter().map(|f| f.message.clone()).collect();
                    format!("{}: {:?} {}", line.input, line.verdict, codes.join(" "))
                });
            }
            Err(line) => {
                all_well = false;
                failed(args.json, &line);
            }
        }
    }
    status(all_well)
}

/// `gradbooth replay`.
pub fn replay(args: &ReplayArgs, assets: &Assets) -> ExitCode {
    let ready = assets.spec(&args.spec, Some(&args.data)).and_then(|spec| Ok((spec, engine(assets)?)));
    let (spec, engine) = match ready {
        Ok(ready) => ready,
        Err(error) => return complain(&error),
    };
    let order = replaying::Replay {
        frames: &args.frames,
        data: &args.data,
        station: &args.station,
        spec: &spec,
        engine: &engine,
        now: clock::now,
    };
    let done = replaying::run(&order, |step| print(args.json, step, || format!("{step:?}")));
    match done {
        Ok(sum) => status(sum.failed == 0 && sum.store_clean),
        Err(error) => complain(&error),
    }
}

/// `gradbooth plate check`. 1 if one of them would spoil portraits.
pub fn plate(files: &[PathBuf], json: bool, assets: &Assets) -> ExitCode {
    let engine = match engine(assets) {
        Ok(engine) => engine,
        Err(error) => return complain(&error),
    };
    let mut all_well = true;
    for file in files {
        match api::plate::check(file, &engine) {
            Ok(line) => {
                all_well &= line.grade != domain::plate::Grade::Bad;
                print(json, &line, || {
                    let notes: Vec<&str> = line.check.notes.iter().map(|n| n.text.zh.as_str()).collect();
                    let person = if line.check.is_occupied() { "画面里有人 " } else { "" };
                    format!("{}: {:?} {person}{}", line.input, line.grade, notes.join(" "))
                });
            }
            Err(error) => {
                all_well = false;
                let input = file.display().to_string();
                failed(json, &FailedLine { input, code: error.code, error: error.text.zh });
            }
        }
    }
    status(all_well)
}

/// `gradbooth camera …`.
pub fn camera(command: &CameraCommand) -> ExitCode {
    match command {
        CameraCommand::List { json } => {
            let devices = match camera::list() {
                Ok(devices) => devices,
                Err(error) => {
                    eprintln!("{}\n{}", error.text().zh, error.text().en);
                    return ExitCode::FAILURE;
                }
            };
            if devices.is_empty() {
                eprintln!("没有找到摄像头。(No camera was found.)");
                return ExitCode::FAILURE;
            }
            for device in &devices {
                print(*json, device, || {
                    format!(
                        "{}\n  {}\n  {}",
                        device.id.name,
                        api::camera_id(&device.id),
                        api::camera_detail(device)
                    )
                });
            }
            ExitCode::SUCCESS
        }
        CameraCommand::Diagnose { id, json } => {
            let device = match id.as_deref().map(api::device_of).transpose() {
                Ok(device) => device,
                Err(error) => return complain(&error),
            };
            let diagnosis = camera::diagnose_device(device, std::time::Duration::from_secs(5));
            print(*json, &diagnosis, || {
                let lines: Vec<String> =
                    diagnosis.findings.iter().map(|f| format!("{}\n  {}", f.text.zh, f.text.en)).collect();
                lines.join("\n")
            });
            status(diagnosis.usable())
        }
    }
}

/// `gradbooth demo …`.
pub fn demo(command: &DemoCommand, assets: &Assets) -> ExitCode {
    let done = match command {
        DemoCommand::Prepare => api::demo_pictures::prepare(assets),
        DemoCommand::Day { out, students, seed } => api::demo_pictures::draw_day(out, *students, *seed),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}
