//! The shutter: the sharpest open-eyed frame of a short burst, made into a portrait.

use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use camera::Feed;
use domain::{PhotoSpec, PixelFormat, RawFrame, Verdict};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use imaging::engine::{BurstScore, Options, Portrait, PortraitEngine, Prepared};

use crate::desk::{Exposure, Finished};
use crate::error::ApiError;
use crate::plate::Plate;
use crate::provenance;

/// How long frames are collected after the shutter at most: a blink is over after 300 ms at the latest, and the operator
/// sees the portrait within the second.
const BURST: Duration = Duration::from_millis(260);
/// And at least, once a portrait with open eyes is ready: a hand that shakes at the key is still within.
const SHORTEST: Duration = Duration::from_millis(150);
/// How long to wait for a first frame before the camera is called stalled.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Between two frames that are looked at while a portrait is being made already: looking costs that portrait time.
const PERIOD: Duration = Duration::from_millis(60);
/// A later frame must have so much more detail around the eyes to be worth a second portrait. Frames of somebody who
/// sits still differ by the camera's noise alone (up to 10% on the demo camera), a head that moves by half and more.
const CLEARLY_SHARPER: f64 = 1.15;

/// A frame of the burst and how good it is.
#[derive(Clone)]
struct Candidate {
    score: BurstScore,
    frame: Arc<RawFrame>,
    rgb: Arc<RgbImage>,
    /// Its faces, where they were measured for a portrait already.
    prepared: Option<Arc<Prepared>>,
}

impl Candidate {
    /// A frame that may be developed at once: what was looked at need not be looked at again.
    fn prepared(engine: &PortraitEngine, frame: Arc<RawFrame>, rgb: Arc<RgbImage>) -> Self {
        let prepared = engine.prepare(Arc::clone(&rgb)).map(Arc::new).ok();
        let score = prepared.as_ref().map_or(BurstScore { eyes_open: false, sharpness: 0.0 }, |p| p.score());
        Self { score, frame, rgb, prepared }
    }

    /// A frame beside one that is being developed: it only has to be compared.
    fn glanced(engine: &PortraitEngine, frame: Arc<RawFrame>, rgb: Arc<RgbImage>) -> Self {
        Self { score: engine.burst_score(&rgb), frame, rgb, prepared: None }
    }

    fn develop(
        &self,
        engine: &PortraitEngine,
        spec: &PhotoSpec,
        plate: Option<&Plate>,
        pressed: Instant,
    ) -> Result<Exposure, ApiError> {
        let Some(prepared) = &self.prepared else {
            return develop(&self.frame, &self.rgb, engine, spec, plate, pressed);
        };
        let seat = plate.and_then(Plate::picture);
        let portrait = engine.finish(prepared, spec, seat, &Options::default()).map_err(develop_failed)?;
        exposure(&self.frame, &self.rgb, portrait, spec, plate, pressed)
    }

    fn rank(&self) -> (bool, f64) {
        (self.score.eyes_open, self.score.sharpness)
    }

    /// Whether it should be delivered rather than `other`, of which a portrait is being made.
    fn clearly_beats(&self, other: &Candidate) -> bool {
        match (self.score.eyes_open, other.score.eyes_open) {
            (true, false) => true,
            (false, true) => false,
            _ => self.score.sharpness > other.score.sharpness * CLEARLY_SHARPER,
        }
    }
}

/// Makes the portrait of the best frame that was captured after `pressed`.
///
/// The first frame with open eyes is developed at once, while later ones are still being looked at; its portrait is
/// dropped if one of them is clearly better. So the photographer waits for one portrait, not for burst and portrait, and
/// not for frames that could only have been a little sharper.
pub fn expose(
    feed: &Feed,
    engine: &PortraitEngine,
    spec: &PhotoSpec,
    plate: Option<&Plate>,
    pressed: Instant,
) -> Result<Exposure, ApiError> {
    std::thread::scope(|scope| {
        let mut best: Option<Candidate> = None;
        let mut early = None;
        let mut seen = 0;
        loop {
            let now = Instant::now();
            let end = pressed + if best.is_some() { BURST } else { PATIENCE };
            let ready =
                early.as_ref().is_some_and(|(_, made): &(_, ScopedJoinHandle<'_, _>)| made.is_finished());
            if now >= end || (ready && now >= pressed + SHORTEST) {
                break;
            }
            let Some(frame) = feed.wait_newer(seen, end - now) else { break };
            seen = frame.seq;
            // What the camera had seen before the shutter is not what the photographer saw.
            if frame.at < pressed {
                continue;
            }
            let Ok(rgb) = imaging::decode::packet(&frame) else { continue };
            let look = if early.is_none() { Candidate::prepared } else { Candidate::glanced };
            let candidate = look(engine, frame, Arc::new(rgb));
            if early.is_none() && candidate.score.eyes_open {
                let of = candidate.clone();
                let made = scope.spawn(move || of.develop(engine, spec, plate, pressed));
                early = Some((candidate.clone(), made));
            }
            if best.as_ref().is_none_or(|best| candidate.rank() > best.rank()) {
                best = Some(candidate);
            }
            if early.is_some() {
                std::thread::sleep(PERIOD.saturating_sub(now.elapsed()));
            }
        }
        let Some(best) = best else { return Err(no_frame()) };
        match early {
            Some((of, made)) if !best.clearly_beats(&of) => {
                made.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            // The scope waits for a portrait that nobody wants any more; both at once would be slower than one by one.
            Some((_, made)) => {
                let _ = made.join();
                best.develop(engine, spec, plate, pressed)
            }
            None => best.develop(engine, spec, plate, pressed),
        }
    })
}

fn no_frame() -> ApiError {
    ApiError::new(
        "no_frame",
        "按下快门后摄像头没有给出画面。请看摄像头提示，恢复后再拍。",
        "The camera gave no picture after the shutter. See the camera message, then shoot again.",
    )
}

/// Makes the portrait of one frame and all that has to be stored with it.
pub fn develop(
    frame: &RawFrame,
    rgb: &RgbImage,
    engine: &PortraitEngine,
    spec: &PhotoSpec,
    plate: Option<&Plate>,
    pressed: Instant,
) -> Result<Exposure, ApiError> {
    let seat = plate.and_then(Plate::picture);
    let portrait = engine.portrait(rgb, spec, seat, &Options::default()).map_err(develop_failed)?;
    exposure(frame, rgb, portrait, spec, plate, pressed)
}

fn develop_failed(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        "develop_failed",
        "照片处理失败，请再拍一次。",
        "The picture could not be made. Shoot again.",
    )
    .with_story(error)
}

/// A portrait with all that has to be stored with it.
fn exposure(
    frame: &RawFrame,
    rgb: &RgbImage,
    portrait: Portrait,
    spec: &PhotoSpec,
    plate: Option<&Plate>,
    pressed: Instant,
) -> Result<Exposure, ApiError> {
    let (original, extension) = original_of(frame, rgb)?;
    let provenance = provenance::of(&portrait, spec, plate, &original);
    let finished = portrait
        .jpeg
        .zip(portrait.file)
        .map(|(jpeg, file)| Finished { jpeg: jpeg.into(), quality: file.quality });
    Ok(Exposure {
        original,
        extension,
        verdict: if finished.is_some() { portrait.verdict } else { Verdict::Retake },
        portrait: finished,
        findings: portrait.findings,
        geometry: portrait.geometry,
        plan: portrait.plan,
        provenance,
        ms: pressed.elapsed().as_secs_f64() * 1000.0,
    })
}

/// The packet as it came where it is a JPEG; raw pixels as PNG, which loses nothing that was decoded.
fn original_of(frame: &RawFrame, rgb: &RgbImage) -> Result<(Arc<[u8]>, &'static str), ApiError> {
    if frame.format == PixelFormat::Mjpeg {
        return Ok((Arc::clone(&frame.packet), "jpg"));
    }
    let mut png = Vec::new();
    image::codecs::png::PngEncoder::new_with_quality(
        &mut png,
        image::codecs::png::CompressionType::Fast,
        image::codecs::png::FilterType::Sub,
    )
    .write_image(rgb, rgb.width(), rgb.height(), ExtendedColorType::Rgb8)
    .map_err(|e| {
        ApiError::new(
            "develop_failed",
            "原图无法保存，请再拍一次。",
            "The original cannot be kept. Shoot again.",
        )
        .with_story(e)
    })?;
    Ok((png.into(), "png"))
}

#[cfg(test)]
mod tests {
    use domain::Size;

    use super::*;

    fn candidate(eyes_open: bool, sharpness: f64) -> Candidate {
        let frame = RawFrame {
            seq: 1,
            at: Instant::now(),
            size: Size { width: 1, height: 1 },
            format: PixelFormat::Rgb8,
            packet: Arc::from([0_u8; 3]),
        };
        Candidate {
            score: BurstScore { eyes_open, sharpness },
            frame: Arc::new(frame),
            rgb: Arc::new(RgbImage::new(1, 1)),
            prepared: None,
        }
    }

    #[test]
    fn open_eyes_beat_any_sharpness() {
        assert!(candidate(true, 1.0).clearly_beats(&candidate(false, 9.0)));
        assert!(!candidate(false, 9.0).clearly_beats(&candidate(true, 1.0)));
    }

    #[test]
    fn a_second_portrait_is_made_for_a_clear_gain_only() {
        assert!(!candidate(true, 1.1).clearly_beats(&candidate(true, 1.0)));
        assert!(candidate(true, 1.5).clearly_beats(&candidate(true, 1.0)));
        assert!(candidate(false, 1.5).clearly_beats(&candidate(false, 1.0)));
    }
}
