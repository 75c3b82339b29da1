//! 外来照片: found, named, checked, and taken in as they are. Nothing is repaired.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{
    BatchId, CaptureCode, Class, CodeSource, ContentHash, Fingerprint, PortraitId, SubjectId, Text, Verdict,
};
use imaging::scan::{ScanOutcome, Scanner};
use sheets::{Out, Table};
use store::NewIntake;

use super::door::Room;
use super::jobs::Teller;
use super::view::*;
use super::{export, prints, words};
use crate::{ApiError, files};

/// Files of one check.
const FILES: usize = 20_000;
/// Checks that are remembered.
const CHECKS: usize = 8;
/// Time for the picture of a code.
const SCAN: Duration = Duration::from_millis(800);
/// The models may still be loading right after the start.
const ENGINE_PATIENCE: Duration = Duration::from_secs(60);

/// The latest checks.
#[derive(Default)]
pub(crate) struct Checks {
    last: u64,
    kept: VecDeque<Check>,
}

/// One check; what was good in it may be taken in later.
#[derive(Clone)]
struct Check {
    id: u64,
    batch: Option<BatchId>,
    spec: String,
    root: PathBuf,
    found: Vec<Found>,
}

/// One picture that was looked at.
#[derive(Clone)]
struct Found {
    item: IntakeItem,
    path: PathBuf,
    /// Of the bytes that were checked: others are not taken in.
    hash: ContentHash,
    owner: Option<Owner>,
}

/// Whose a picture is.
#[derive(Clone)]
struct Owner {
    code: CaptureCode,
    source: CodeSource,
    subject: Option<SubjectId>,
    masked_name: Option<String>,
    college: Option<String>,
    replaces: Option<PortraitId>,
}

impl Checks {
    fn keep(&mut self, mut check: Check) -> u64 {
        self.last += 1;
        check.id = self.last;
        self.kept.push_back(check);
        if self.kept.len() > CHECKS {
            self.kept.pop_front();
        }
        self.last
    }

    /// The file of a picture: `name` is `<check>/<place in the report>`.
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        let (check, place) = name.split_once('/')?;
        let id: u64 = check.parse().ok()?;
        let check = self.kept.iter().find(|check| check.id == id)?;
        check.found.get(place.parse::<usize>().ok()?).map(|found| found.path.clone())
    }

    fn get(&self, id: u64) -> Result<Check, ApiError> {
        self.kept.iter().find(|check| check.id == id).cloned().ok_or_else(|| {
            ApiError::new(
                "no_such_check",
                "这次检查已经过期，请重新检查。",
                "This check has expired. Check again.",
            )
        })
    }
}

fn is_picture(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let stem = path.file_stem().map(|s| s.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let hidden = stem.starts_with('.');
    ["jpg", "jpeg", "png", "heic", "bmp", "webp", "gif", "tif", "tiff"].contains(&extension.as_str())
        && !stem.ends_with(".code")
        && !hidden
}

/// The pictures under the given paths, in name order; folders are searched three deep, links are not followed.
fn collect(paths: &[String]) -> Result<Vec<PathBuf>, ApiError> {
    let mut found = Vec::new();
    let mut open: Vec<(PathBuf, u32)> = paths.iter().map(|path| (PathBuf::from(path), 0)).collect();
    while let Some((path, depth)) = open.pop() {
        let facts = std::fs::symlink_metadata(&path).map_err(words::io)?;
        if facts.is_dir() && depth <= 3 {
            for entry in std::fs::read_dir(&path).map_err(words::io)? {
                open.push((entry.map_err(words::io)?.path(), depth + 1));
            }
        } else if facts.is_file() && (depth == 0 || is_picture(&path)) {
            found.push(path);
        }
        if found.len() > FILES {
            return Err(ApiError::new(
                "too_many_files",
                "文件太多（超过两万个）。请选学生照片所在的文件夹。",
                "More than 20,000 files. Choose the folder with the pictures.",
            ));
        }
    }
    found.sort();
    Ok(found)
}

fn refuse(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(zh, en)
}

/// The code that lies beside a picture, if one does.
fn code_beside(path: &Path) -> Result<Option<CaptureCode>, Text> {
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let bad = |e| {
        let text = crate::words::bad_code(e).text;
        Text::new(format!("旁边的采集码文件不能用：{}", text.zh), format!("The code beside it: {}", text.en))
    };
    let text = path.with_file_name(format!("{stem}.code.txt"));
    if text.is_file() {
        let bytes = files::read_bytes(&text).map_err(|e| e.text)?;
        let end = bytes.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |at| at + 1);
        return CaptureCode::new(bytes[..end].to_vec()).map(Some).map_err(bad);
    }
    for extension in ["jpg", "png", "jpeg"] {
        let file = path.with_file_name(format!("{stem}.code.{extension}"));
        if !file.is_file() {
            continue;
        }
        let (_, picture) = files::read_picture(&file).map_err(|e| e.text)?;
        let luma = image::imageops::grayscale(&picture);
        return match Scanner::new().read_thorough(&luma, SCAN) {
            ScanOutcome::Codes(mut codes) if codes.len() == 1 => {
                CaptureCode::new(codes.remove(0).payload).map(Some).map_err(bad)
            }
            ScanOutcome::Codes(_) => Err(refuse(
                "旁边的采集码图片里有几个不同的码，不知道是哪一个。请只放一个。",
                "The picture of the code beside it shows several codes.",
            )),
            _ => Err(refuse(
                "旁边的采集码图片读不出。请让学生重新发送原图，不要拍屏幕。",
                "The picture of the code beside it cannot be read. Ask for the original again.",
            )),
        };
    }
    Ok(None)
}

/// Whose a picture is: by the code beside it, by fingerprint, or by 学号. Never by guess.
fn owner(room: &Room, request: &IntakeCheck, path: &Path) -> Result<Owner, Text> {
    let stem = path.file_stem().map(|s| s.to_string_lossy().trim().to_owned()).unwrap_or_default();
    let beside = code_beside(path)?;
    let internal = |e: ApiError| e.text;
    let (code, source) = match beside {
        Some(code) => (code, CodeSource::Camera),
        None => named(room, request, &stem)?,
    };
    room.read(|reader| {
        let mut line = match request.batch {
            Some(batch) => reader.line_of_code(batch, &code)?,
            None => None,
        };
        if line.is_none()
            && let Some(batch) = request.batch
        {
            line = reader.codes_of_key(batch, &stem)?.map(|(line, _)| line);
        }
        Ok(Owner {
            replaces: reader.earlier_accept(&code)?.map(|earlier| earlier.portrait),
            subject: line.as_ref().map(|line| line.id),
            masked_name: line.as_ref().and_then(|line| line.subject.masked_name()),
            college: line.and_then(|line| line.subject.college),
            code,
            source,
        })
    })
    .map_err(internal)
}

fn named(room: &Room, request: &IntakeCheck, stem: &str) -> Result<(CaptureCode, CodeSource), Text> {
    let several = || {
        refuse(
            "这个名称对应几个采集码，不知道是哪一个。请把采集码图片放在照片旁边（同名加 .code）。",
            "Several codes fit this name. Put the picture of the code beside it (same name with .code).",
        )
    };
    let fingerprint: Option<Fingerprint> = (stem.len() == 16)
        .then(|| serde_json::from_value(serde_json::Value::String(stem.to_ascii_lowercase())).ok())
        .flatten();
    if let Some(fingerprint) = fingerprint {
        let mut codes = room.read(|reader| reader.codes_of(&fingerprint)).map_err(|e| e.text)?;
        match codes.len() {
            0 => {}
            1 => return Ok((codes.remove(0), CodeSource::Hand)),
            _ => return Err(several()),
        }
    }
    let Some(batch) = request.batch else { return Err(unnamed()) };
    let found = room.read(|reader| reader.codes_of_key(batch, stem)).map_err(|e| e.text)?;
    match found {
        None => Err(unnamed()),
        Some((_, mut codes)) if codes.len() == 1 => Ok((codes.remove(0), CodeSource::Hand)),
        Some((_, codes)) if codes.is_empty() && request.student_no_as_code => {
            let code = CaptureCode::new(stem.as_bytes()).map_err(|e| crate::words::bad_code(e).text)?;
            Ok((code, CodeSource::Hand))
        }
        Some((_, codes)) if codes.is_empty() => Err(refuse(
            "名单里有这个人，但还没有采集码。请把采集码图片放在照片旁边（同名加 .code），例如 2022001.code.jpg。",
            "The person is on the roster but has no code yet. Put the picture of the code beside it, e.g. 2022001.code.jpg.",
        )),
        Some(_) => Err(several()),
    }
}

fn unnamed() -> Text {
    refuse(
        "文件名不是名单里的学号，也不是已知的采集码指纹，旁边也没有采集码。请改用学号命名，或附上采集码图片。",
        "The name is neither a student number of the roster nor a known fingerprint, and no code lies beside it.",
    )
}

pub(super) fn check(
    room: &Room,
    teller: &Teller,
    shared: &super::Shared,
    request: &IntakeCheck,
) -> Result<JobResult, ApiError> {
    let batch = request.batch.map(|id| room.read(|reader| reader.batch_or_open(Some(id)))).transpose()?;
    let wanted = [request.spec.trim(), batch.as_ref().map_or("", |b| b.plan.spec.as_str()), &room.spec.id];
    let spec_id = wanted.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
    let spec = room.assets.spec(spec_id, Some(&room.root))?;
    let paths = collect(&request.paths)?;
    let engine = room.engine.wait(ENGINE_PATIENCE).ok_or_else(|| {
        ApiError::new("engine_missing", "图像模型没有启动，不能检查。", "The imaging models are not running.")
    })?;
    let mut found: Vec<Found> = Vec::new();
    for (n, path) in paths.iter().enumerate() {
        teller.go_on()?;
        teller.step("检查照片", "Checking the pictures", n, paths.len());
        found.push(look(room, request, path, &engine, &spec));
    }
    refuse_shared(&mut found);
    found.sort_by_key(|f| match f.item.verdict {
        IntakeVerdict::Refused => 0,
        IntakeVerdict::Look => 1,
        IntakeVerdict::Good => 2,
    });
    let kept = Check {
        id: 0,
        batch: request.batch,
        spec: spec.id.clone(),
        root: room.root.clone(),
        found: found.clone(),
    };
    let check = shared.checks().keep(kept);
    let count = |verdict| found.iter().filter(|f| f.item.verdict == verdict).count() as u32;
    Ok(JobResult::IntakeChecked(IntakeReport {
        check,
        good: count(IntakeVerdict::Good),
        look: count(IntakeVerdict::Look),
        refused: count(IntakeVerdict::Refused),
        items: found.into_iter().map(|f| f.item).collect(),
    }))
}

fn look(
    room: &Room,
    request: &IntakeCheck,
    path: &Path,
    engine: &imaging::engine::PortraitEngine,
    spec: &domain::PhotoSpec,
) -> Found {
    let mut item = IntakeItem {
        file: path.display().to_string(),
        verdict: IntakeVerdict::Refused,
        fingerprint: None,
        masked_name: None,
        college: None,
        replaces: false,
        reasons: Vec::new(),
        findings: Vec::new(),
        suspicions: Vec::new(),
    };
    let owner = owner(room, request, path).map_err(|why| item.reasons.push(why)).ok();
    if let Some(owner) = &owner {
        item.fingerprint = Some(owner.code.fingerprint());
        item.masked_name.clone_from(&owner.masked_name);
        item.college.clone_from(&owner.college);
        item.replaces = owner.replaces.is_some();
    }
    let mut hash = ContentHash::of(b"");
    let mut verdict = Verdict::Retake;
    match files::read_bytes(path).and_then(|bytes| {
        hash = ContentHash::of(&bytes);
        item.suspicions = super::suspicion::of(&bytes);
        files::check(path, engine, spec)
            .map_err(|failed| ApiError::new(failed.code, failed.error, "The picture could not be checked."))
    }) {
        Ok(checked) => {
            verdict = checked.verdict;
            let bad = checked.findings.iter().filter(|finding| finding.class == Class::Retake);
            item.reasons.extend(bad.map(|f| Text::new(f.message.clone(), f.message_en.clone())));
            item.findings = checked.findings;
        }
        Err(error) => item.reasons.push(error.text),
    }
    item.verdict = if verdict == Verdict::Retake || !item.reasons.is_empty() {
        IntakeVerdict::Refused
    } else if verdict == Verdict::Review || item.replaces || !item.suspicions.is_empty() {
        IntakeVerdict::Look
    } else {
        IntakeVerdict::Good
    };
    Found { item, path: path.to_owned(), hash, owner }
}

/// Two pictures of one code: nobody can tell which. One picture under two codes: one of them is wrong.
fn refuse_shared(found: &mut [Found]) {
    use std::collections::HashMap;
    let mut codes: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut contents: HashMap<ContentHash, usize> = HashMap::new();
    for f in found.iter() {
        *contents.entry(f.hash).or_default() += 1;
        if let Some(owner) = &f.owner {
            *codes.entry(owner.code.bytes().to_vec()).or_default() += 1;
        }
    }
    for f in found.iter_mut() {
        let several = f.owner.as_ref().is_some_and(|o| codes.get(o.code.bytes()).is_some_and(|n| *n > 1));
        if several {
            f.item.reasons.push(refuse(
                "同一个采集码有几张照片，不知道用哪一张。请只留一张。",
                "Several pictures have this code. Keep one.",
            ));
        }
        if contents.get(&f.hash).is_some_and(|n| *n > 1) {
            f.item.reasons.push(refuse(
                "同一张照片用了几个名字，至少有一个是错的。请核对。",
                "The same picture has several names; at least one is wrong.",
            ));
        }
        if !f.item.reasons.is_empty() {
            f.item.verdict = IntakeVerdict::Refused;
        }
    }
}

fn origin(origin: PictureOrigin) -> &'static str {
    match origin {
        PictureOrigin::Studio => "studio",
        PictureOrigin::Phone => "phone",
        PictureOrigin::School => "school",
        PictureOrigin::Other => "other",
    }
}

pub(super) fn take(
    room: &Room,
    teller: &Teller,
    shared: &super::Shared,
    request: &IntakeTake,
) -> Result<JobResult, ApiError> {
    let check = shared.checks().get(request.check)?;
    if check.root != room.root {
        return Err(ApiError::new(
            "no_such_check",
            "这次检查属于另一个数据文件夹。",
            "The check is of another data folder.",
        ));
    }
    let wanted: Vec<&Found> = check
        .found
        .iter()
        .filter(|f| match f.item.verdict {
            IntakeVerdict::Good => !request.left_out.contains(&f.item.file),
            IntakeVerdict::Look => request.ticked.contains(&f.item.file),
            IntakeVerdict::Refused => false,
        })
        .collect();
    let mut taken = IntakeTaken { taken: 0, not_taken: Vec::new() };
    for (n, found) in wanted.iter().enumerate() {
        teller.go_on()?;
        teller.step("收入照片", "Taking the pictures in", n, wanted.len());
        match take_one(room, &check, found, request.origin) {
            Ok(()) => taken.taken += 1,
            Err(error) => {
                taken.not_taken.push(IntakeFailure { file: found.item.file.clone(), text: error.text });
            }
        }
    }
    Ok(JobResult::IntakeTaken(taken))
}

fn take_one(room: &Room, check: &Check, found: &Found, from: PictureOrigin) -> Result<(), ApiError> {
    let bytes = files::read_bytes(&found.path)?;
    if ContentHash::of(&bytes) != found.hash {
        return Err(ApiError::new(
            "file_changed",
            "文件在检查之后变了，没有收入。请重新检查。",
            "The file has changed since the check. Check again.",
        ));
    }
    let Some(owner) = found.owner.clone() else {
        return Err(ApiError::new("no_owner", "不知道是谁的照片。", "Nobody's picture."));
    };
    let facts = imaging::encode::prove(&bytes, &room.assets.spec(&check.spec, Some(&room.root))?);
    let quality = facts.map(|facts| facts.quality).unwrap_or(1).max(1);
    let (batch, spec) = (check.batch, check.spec.clone());
    let findings = found.item.findings.clone();
    let looked = found.item.verdict == IntakeVerdict::Look;
    room.write(move |store, now| {
        let new = NewIntake {
            batch,
            code: &owner.code,
            source: owner.source,
            subject: owner.subject,
            retake_of: owner.replaces,
            jpeg: &bytes,
            quality,
            spec_id: &spec,
            verdict: Verdict::of(&findings),
            findings: findings.clone(),
            origin: origin(from),
            looked,
        };
        store.take_in(&new, now).map(drop)
    })
}

/// The list of refused pictures, as xlsx and csv: file name and what to do, no identity besides the name that the
/// sender gave.
pub(super) fn refusals(
    room: &Room,
    shared: &super::Shared,
    request: &IntakeListRequest,
) -> Result<WrittenFiles, ApiError> {
    let into = export::folder(&request.into)?;
    let check = shared.checks().get(request.check)?;
    let refused = check.found.iter().filter(|f| f.item.verdict == IntakeVerdict::Refused);
    let row = |f: &Found| -> Vec<Out> {
        let name = f.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let reasons: Vec<String> = f.item.reasons.iter().map(|text| text.zh.clone()).collect();
        vec![name.into(), reasons.join("；").into()]
    };
    let table = Table {
        title: "退回清单".into(),
        columns: vec!["文件".into(), "原因和处理".into()],
        rows: refused.map(row).collect(),
    };
    let workbook = sheets::xlsx(std::slice::from_ref(&table), room.now()).map_err(words::sheet)?;
    let plain = sheets::csv(&table).map_err(words::sheet)?;
    let mut written = WrittenFiles::default();
    for (extension, bytes) in [("xlsx", workbook), ("csv", plain)] {
        let file = into.join(format!("退回清单-{}.{extension}", check.id));
        prints::write_synced(&file, &bytes)?;
        written.files.push(file.display().to_string());
    }
    Ok(written)
}
