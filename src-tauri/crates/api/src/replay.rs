//! A folder of camera frames run through the real loop, without a window, a camera or a display.
//!
//! In name order: a frame that shows a code arms a sitting, the next frames with a face are its shots, a Pass or a
//! Review is accepted. What an operator would be asked is answered the careful way: a code that was accepted
//! already is not shot again, and a sitting without a good picture ends when the next code is shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::sitting::{Input, Phase};
use domain::{
    CaptureCode, CodeSource, Fingerprint, PhotoSpec, PixelFormat, RawFrame, ShotNumber, Size, Timestamp,
    Verdict,
};
use image::RgbImage;
use imaging::engine::PortraitEngine;
use imaging::scan::{ScanOutcome, Scanner};
use serde::Serialize;
use store::{NewPlate, Store};

use crate::burst;
use crate::desk::{Desk, Next};
use crate::error::ApiError;
use crate::plate::{self, Plate};
use crate::{files, words};

/// Time for one frame's code.
const SCAN_DEADLINE: Duration = Duration::from_millis(120);

/// What happened at one frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Step {
    /// A code armed a sitting.
    Armed {
        /// Name of the frame.
        frame: String,
        /// 拍摄号.
        number: ShotNumber,
        /// The code.
        fingerprint: Fingerprint,
    },
    /// A code was seen that changes nothing, and why.
    Ignored {
        /// Name of the frame.
        frame: String,
        /// The code, if it is one.
        fingerprint: Option<Fingerprint>,
        /// Stable name of the reason.
        code: String,
        /// What an operator would read.
        message: String,
    },
    /// A shot.
    Shot {
        /// Name of the frame.
        frame: String,
        /// Whose.
        number: ShotNumber,
        /// What follows from its findings.
        verdict: Verdict,
        /// Names of the findings.
        findings: Vec<domain::FindingCode>,
        /// Milliseconds from frame to portrait.
        ms: f64,
    },
    /// The picture is on disk.
    Accepted {
        /// Name of the frame.
        frame: String,
        /// Whose.
        number: ShotNumber,
        /// The code.
        fingerprint: Fingerprint,
        /// Hash of the portrait, its name on disk.
        portrait: domain::ContentHash,
    },
    /// A sitting ended without a picture.
    Closed {
        /// Whose.
        number: ShotNumber,
        /// The code.
        fingerprint: Fingerprint,
    },
    /// A frame that cannot be read.
    Failed {
        /// Name of the frame.
        frame: String,
        /// Stable name of the reason.
        code: String,
        /// What happened.
        error: String,
    },
    /// The end.
    Summary(Summary),
}

/// What a replay did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Frames looked at.
    pub frames: u32,
    /// Sittings armed.
    pub armed: u32,
    /// Shots taken.
    pub shots: u32,
    /// Portraits accepted.
    pub accepted: u32,
    /// Sittings that ended without a picture.
    pub closed: u32,
    /// Frames that could not be read.
    pub failed: u32,
    /// Codes that were seen and ignored.
    pub ignored: u32,
    /// Outbox entries waiting in the data folder.
    pub outbox: u32,
    /// Whether every row's picture is there and whole.
    pub store_clean: bool,
    /// Seconds in all.
    pub seconds: f64,
}

/// What to replay, and where to.
#[derive(Clone, Copy)]
pub struct Replay<'a> {
    /// Folder of frames (.jpg, .jpeg, .png); `plate.png` or `plate.jpg` among them is the empty seat.
    pub frames: &'a Path,
    /// Data folder; made if it is missing.
    pub data: &'a Path,
    /// Name of the station.
    pub station: &'a str,
    /// The standard.
    pub spec: &'a PhotoSpec,
    /// The engine.
    pub engine: &'a PortraitEngine,
    /// The wall clock.
    pub now: fn() -> Timestamp,
}

/// Replays and tells every step as it happens.
pub fn run(replay: &Replay<'_>, mut tell: impl FnMut(&Step)) -> Result<Summary, ApiError> {
    let begun = Instant::now();
    let names = frames_of(replay.frames)?;
    let (store, _) = Store::open(replay.data, replay.station, (replay.now)()).map_err(words::store)?;
    let mut desk = Desk::new(store)?.allow_same_picture();
    let plate = keep_plate(replay, &mut desk)?;
    let mut day =
        Day { replay, desk, plate, scanner: Scanner::new(), sum: Summary::default(), tell: &mut tell };
    day.leave_behind()?;
    for path in names {
        day.frame(&path)?;
    }
    day.close_open()?;
    let mut sum = day.sum;
    sum.outbox = day.desk.store().counts(Timestamp(0)).map_err(words::store)?.pending_outbox;
    sum.store_clean = day.desk.store().verify().map_err(words::store)?.is_clean();
    sum.seconds = begun.elapsed().as_secs_f64();
    tell(&Step::Summary(sum.clone()));
    Ok(sum)
}

struct Day<'a, 'b> {
    replay: &'a Replay<'a>,
    desk: Desk,
    plate: Option<Plate>,
    scanner: Scanner,
    sum: Summary,
    tell: &'b mut dyn FnMut(&Step),
}

impl Day<'_, '_> {
    fn now(&self) -> Timestamp {
        (self.replay.now)()
    }

    /// A sitting left over from a run that was cut off: nobody sits there any more.
    fn leave_behind(&mut self) -> Result<(), ApiError> {
        match self.desk.phase() {
            Phase::Interrupted(_) => self.close_open(),
            _ => Ok(()),
        }
    }

    fn frame(&mut self, path: &Path) -> Result<(), ApiError> {
        self.sum.frames += 1;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (bytes, picture) = match files::read_picture(path) {
            Ok(read) => read,
            Err(error) => {
                self.sum.failed += 1;
                (self.tell)(&Step::Failed { frame: name, code: error.code, error: error.text.zh });
                return Ok(());
            }
        };
        let luma = image::imageops::grayscale(&picture);
        match self.scanner.read_thorough(&luma, SCAN_DEADLINE) {
            ScanOutcome::Codes(mut codes) if codes.len() == 1 => self.code(name, codes.remove(0).payload),
            ScanOutcome::Codes(_) => {
                self.ignored(name, None, words::refusal(domain::sitting::Refusal::TwoCodes));
                Ok(())
            }
            ScanOutcome::Unreadable { .. } | ScanOutcome::Nothing => self.face(name, bytes, &picture),
        }
    }

    fn ignored(&mut self, frame: String, fingerprint: Option<Fingerprint>, error: ApiError) {
        self.sum.ignored += 1;
        (self.tell)(&Step::Ignored { frame, fingerprint, code: error.code, message: error.text.zh });
    }

    fn code(&mut self, frame: String, payload: Vec<u8>) -> Result<(), ApiError> {
        let code = match CaptureCode::new(payload).map_err(words::bad_code) {
            Ok(code) => code,
            Err(error) => {
                self.ignored(frame, None, error);
                return Ok(());
            }
        };
        if self.desk.phase().sitting().is_some_and(|open| open.code == code) {
            return Ok(());
        }
        self.close_open()?;
        let fingerprint = code.fingerprint();
        let now = self.now();
        match self.desk.code_read(code, CodeSource::Camera, now)? {
            Next::Armed => {
                self.sum.armed += 1;
                if let Some(open) = self.desk.phase().sitting() {
                    (self.tell)(&Step::Armed { frame, number: open.number, fingerprint });
                }
            }
            _ if matches!(self.desk.phase(), Phase::AskRepeat { .. }) => {
                self.desk.ask(Input::Cancel, now)?;
                let again = ApiError::new(
                    "already_accepted",
                    "这个采集码已有采用的照片，没有重拍。",
                    "This code has an accepted picture already.",
                );
                self.ignored(frame, Some(fingerprint), again);
            }
            // The phone of the one who was photographed just before.
            _ => {}
        }
        Ok(())
    }

    fn face(&mut self, frame: String, bytes: Vec<u8>, picture: &RgbImage) -> Result<(), ApiError> {
        let Phase::Armed(open) = self.desk.phase() else { return Ok(()) };
        let (number, fingerprint) = (open.number, open.code.fingerprint());
        let pressed = Instant::now();
        if !self.replay.engine.has_face(picture) {
            return Ok(());
        }
        let raw = as_frame(bytes, picture);
        let now = self.now();
        self.desk.ask(Input::Shoot, now)?;
        let exposure = match burst::develop(
            &raw,
            picture,
            self.replay.engine,
            self.replay.spec,
            self.plate.as_ref(),
            pressed,
        ) {
            Ok(exposure) => exposure,
            Err(error) => {
                self.desk.develop_failed(now)?;
                self.sum.failed += 1;
                (self.tell)(&Step::Failed { frame, code: error.code, error: error.text.zh });
                return Ok(());
            }
        };
        self.sum.shots += 1;
        let findings = exposure.findings.iter().map(|f| f.code).collect();
        (self.tell)(&Step::Shot {
            frame: frame.clone(),
            number,
            verdict: exposure.verdict,
            findings,
            ms: exposure.ms,
        });
        self.desk.developed(exposure, &self.replay.spec.id, now)?;
        self.decide(frame, number, fingerprint)
    }

    fn decide(
        &mut self,
        frame: String,
        number: ShotNumber,
        fingerprint: Fingerprint,
    ) -> Result<(), ApiError> {
        let Phase::Reviewing { shot, .. } = self.desk.phase() else { return Ok(()) };
        let now = self.now();
        if shot.verdict == Verdict::Retake {
            self.desk.ask(Input::Again, now)?;
            return Ok(());
        }
        let portrait = self
            .desk
            .candidate()
            .and_then(|c| c.exposure.portrait.as_ref())
            .map(|p| domain::ContentHash::of(&p.jpeg));
        self.desk.ask(Input::Accept { reason: None }, now)?;
        self.sum.accepted += 1;
        if let Some(portrait) = portrait {
            (self.tell)(&Step::Accepted { frame, number, fingerprint, portrait });
        }
        Ok(())
    }

    fn close_open(&mut self) -> Result<(), ApiError> {
        let Some(open) = self.desk.phase().sitting() else { return Ok(()) };
        let (number, fingerprint) = (open.number, open.code.fingerprint());
        let now = self.now();
        self.desk.ask(Input::Cancel, now)?;
        self.sum.closed += 1;
        (self.tell)(&Step::Closed { number, fingerprint });
        Ok(())
    }
}

/// Keeps the folder's picture of the empty seat, if it has one, as if it had been shot.
fn keep_plate(replay: &Replay<'_>, desk: &mut Desk) -> Result<Option<Plate>, ApiError> {
    let Some((png, check)) = plate::in_folder(replay.frames, replay.engine)? else { return Ok(None) };
    let new = NewPlate { camera: "replay", png: &png, notes: &check.notes };
    desk.store_mut().add_plate(&new, (replay.now)()).map_err(words::store)?;
    Ok(Some(Plate::new(png)))
}

/// A file as if a camera had sent it: a JPEG is kept as it is, anything else by its pixels.
fn as_frame(bytes: Vec<u8>, picture: &RgbImage) -> RawFrame {
    let size = Size { width: picture.width(), height: picture.height() };
    let (format, packet): (_, Arc<[u8]>) = if bytes.starts_with(&[0xff, 0xd8]) {
        (PixelFormat::Mjpeg, bytes.into())
    } else {
        (PixelFormat::Rgb8, picture.as_raw().as_slice().into())
    };
    RawFrame { seq: 1, at: Instant::now(), format, size, packet }
}

fn frames_of(folder: &Path) -> Result<Vec<PathBuf>, ApiError> {
    let entries = std::fs::read_dir(folder).map_err(|e| {
        ApiError::new(
            "folder_unreadable",
            format!("文件夹打不开：{e}"),
            format!("The folder cannot be opened: {e}"),
        )
    })?;
    let is_picture = |path: &PathBuf| {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_plate = path.file_stem().is_some_and(|stem| stem == "plate");
        matches!(extension.as_str(), "jpg" | "jpeg" | "png") && !is_plate
    };
    let mut names: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(is_picture).collect();
    names.sort();
    Ok(names)
}
