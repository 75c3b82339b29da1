//! Operations on picture files, for the command line and for tests: read a code, make a portrait, check a portrait.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use domain::{Crop, FaceGeometry, Finding, PhotoSpec, Verdict};
use image::{GrayImage, RgbImage};
use imaging::encode::FileFacts;
use imaging::engine::{Options, PortraitEngine, StageMs};
use imaging::error::ImagingError;
use imaging::scan::{ScanOutcome, Scanner};
use serde::Serialize;

use crate::error::ApiError;

/// Most bytes of a file that is read at all: the largest camera file is far below.
const MAX_FILE: u64 = 200 * 1024 * 1024;
/// A file on the command line has more time than a live frame.
const SCAN_DEADLINE: Duration = Duration::from_millis(500);

/// What `gradbooth scan` says of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ScanLine {
    /// A code was read.
    Read {
        /// The file.
        input: String,
        /// The payload as text; bytes that are no UTF-8 show as U+FFFD here and are exact in `payload_base64`.
        payload: String,
        /// The exact bytes.
        payload_base64: String,
        /// Milliseconds for reading the code in the decoded picture.
        ms: f64,
    },
    /// No code was read.
    Failed {
        /// The file.
        input: String,
        /// Stable name of the reason.
        code: String,
        /// What happened.
        error: String,
    },
}

/// Reads the code in a picture file.
pub fn scan(path: &Path, scanner: &mut Scanner) -> ScanLine {
    let input = path.display().to_string();
    let failed =
        |error: ApiError| ScanLine::Failed { input: input.clone(), code: error.code, error: error.text.zh };
    let picture = match read_picture(path) {
        Ok((_, picture)) => picture,
        Err(error) => return failed(error),
    };
    let luma: GrayImage = image::imageops::grayscale(&picture);
    let begun = Instant::now();
    let outcome = scanner.read_thorough(&luma, SCAN_DEADLINE);
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    match outcome {
        ScanOutcome::Codes(codes) => match codes.as_slice() {
            [code] => ScanLine::Read {
                input,
                payload: String::from_utf8_lossy(&code.payload).into_owned(),
                payload_base64: base64::engine::general_purpose::STANDARD.encode(&code.payload),
                ms,
            },
            _ => failed(crate::words::refusal(domain::sitting::Refusal::TwoCodes)),
        },
        ScanOutcome::Unreadable { why, .. } => {
            let text = crate::live::unreadable(why);
            failed(ApiError::new("unreadable", text.zh, text.en))
        }
        ScanOutcome::Nothing => {
            failed(ApiError::new("no_code", "图里没有找到采集码。", "No code in the picture."))
        }
    }
}

/// What `gradbooth photo` is asked for besides the file.
#[derive(Debug, Clone)]
pub struct PhotoRequest<'a> {
    /// The standard.
    pub spec: &'a PhotoSpec,
    /// Folder of the results.
    pub out: &'a Path,
    /// Picture of the empty seat, of the same size as the frames.
    pub plate: Option<&'a RgbImage>,
    /// Write the matte of the crop too.
    pub alpha: bool,
    /// Write the frame-sized matte too.
    pub cutout: bool,
}

/// What `gradbooth photo` says of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhotoLine {
    /// The file.
    pub input: String,
    /// The portrait; `None` without a face.
    pub output: Option<String>,
    /// What follows from the findings.
    pub verdict: Verdict,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What the standard measures.
    pub geometry: Option<FaceGeometry>,
    /// Where the portrait was cut, in pixels of the upright frame.
    pub crop: Option<Crop>,
    /// The written file.
    pub file: Option<FileFacts>,
    /// Milliseconds of each stage.
    pub ms: StageMs,
}

/// A file that could not be worked on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedLine {
    /// The file.
    pub input: String,
    /// Stable name of the reason.
    pub code: String,
    /// What happened and what to do.
    pub error: String,
}

/// Makes the portrait of a picture file. `name` is the stem of the results.
pub fn photo(
    path: &Path,
    name: &str,
    engine: &PortraitEngine,
    request: &PhotoRequest<'_>,
) -> Result<PhotoLine, FailedLine> {
    let failed = |error: ApiError| FailedLine {
        input: path.display().to_string(),
        code: error.code,
        error: error.text.zh,
    };
    let begun = Instant::now();
    let (_, frame) = read_picture(path).map_err(failed)?;
    let decode = begun.elapsed().as_secs_f64() * 1000.0;
    let options = Options { frame_alpha: request.cutout };
    let made =
        engine.portrait(&frame, request.spec, request.plate, &options).map_err(|e| failed(undeveloped(e)))?;
    let mut output = None;
    if let Some(jpeg) = &made.jpeg {
        let target = request.out.join(format!("{name}.jpg"));
        write_whole(&target, jpeg).map_err(failed)?;
        output = Some(target.display().to_string());
    }
    let side = |suffix: &str, matte: Option<&GrayImage>| match matte {
        Some(matte) => write_gray(&request.out.join(format!("{name}.{suffix}.png")), matte).map_err(failed),
        None => Ok(()),
    };
    side("alpha", made.alpha.as_ref().filter(|_| request.alpha))?;
    side("frame-alpha", made.frame_alpha.as_ref().filter(|_| request.cutout))?;
    let mut ms = made.stage_ms;
    ms.decode = decode;
    ms.total += decode;
    Ok(PhotoLine {
        input: path.display().to_string(),
        output,
        verdict: made.verdict,
        findings: made.findings,
        geometry: made.geometry,
        crop: made.plan.map(|plan| plan.crop),
        file: made.file,
        ms,
    })
}

fn undeveloped(error: ImagingError) -> ApiError {
    ApiError::new("develop_failed", "照片处理失败。", "The picture could not be made.").with_story(error)
}

/// What `gradbooth check` says of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckLine {
    /// The file.
    pub input: String,
    /// What follows from the findings.
    pub verdict: Verdict,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What the standard measures; `None` without a face.
    pub geometry: Option<FaceGeometry>,
}

/// Checks a picture that somebody else made.
pub fn check(path: &Path, engine: &PortraitEngine, spec: &PhotoSpec) -> Result<CheckLine, FailedLine> {
    let failed = |error: ApiError| FailedLine {
        input: path.display().to_string(),
        code: error.code,
        error: error.text.zh,
    };
    let bytes = read_bytes(path).map_err(failed)?;
    let extension = path.extension().and_then(|e| e.to_str());
    let (mut findings, picture) = imaging::check::file_findings(&bytes, extension, spec);
    let mut geometry = None;
    if let Some(picture) = picture {
        let seen = engine.inspect(&picture, spec).map_err(|e| failed(undeveloped(e)))?;
        findings.extend(seen.findings);
        geometry = seen.geometry;
    }
    Ok(CheckLine { input: path.display().to_string(), verdict: Verdict::of(&findings), findings, geometry })
}

/// A file's bytes, if they are of a sane number.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, ApiError> {
    let unreadable = |e: std::io::Error| {
        ApiError::new("file_unreadable", format!("文件读不出：{e}"), format!("The file cannot be read: {e}"))
    };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MAX_FILE {
        return Err(ApiError::new(
            "file_too_large",
            "文件太大，不像是照片。",
            "The file is too large to be a picture.",
        ));
    }
    std::fs::read(path).map_err(unreadable)
}

/// A picture file, upright, with its bytes.
pub fn read_picture(path: &Path) -> Result<(Vec<u8>, RgbImage), ApiError> {
    let bytes = read_bytes(path)?;
    let picture = imaging::decode::picture_file(&bytes).map_err(|e| {
        let (code, zh, en) = match &e {
            ImagingError::TooLarge { .. } => (
                "picture_too_large",
                "图片像素太多，已拒绝打开。",
                "The picture has too many pixels and was refused.",
            ),
            _ => ("picture_damaged", "不是完整的图片文件，打不开。", "Not a whole picture file."),
        };
        ApiError::new(code, zh, en).with_story(e)
    })?;
    Ok((bytes, picture))
}

/// Writes a file so that it is whole or absent.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ApiError> {
    put(path, bytes, false).map_err(|e| {
        ApiError::new(
            "file_unwritable",
            format!("结果写不进去：{e}"),
            format!("The result cannot be written: {e}"),
        )
    })
}

/// The same for what is handed over: `durable` waits until the bytes are on the disk.
pub(crate) fn put(path: &Path, bytes: &[u8], durable: bool) -> std::io::Result<()> {
    let part: PathBuf = path.with_extension("part");
    std::fs::write(&part, bytes)?;
    if durable {
        std::fs::File::options().write(true).open(&part)?.sync_all()?;
    }
    std::fs::rename(&part, path)
}

fn write_gray(path: &Path, matte: &GrayImage) -> Result<(), ApiError> {
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut png);
    image::ImageEncoder::write_image(
        encoder,
        matte,
        matte.width(),
        matte.height(),
        image::ExtendedColorType::L8,
    )
    .map_err(|e| {
        ApiError::new("file_unwritable", "抠图写不进去。", "The matte cannot be written.").with_story(e)
    })?;
    write_whole(path, &png)
}
