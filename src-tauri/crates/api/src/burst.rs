//! The shutter: the sharpest open-eyed frame of a short burst, made into a portrait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use camera::Feed;
use domain::{PhotoSpec, PixelFormat, RawFrame, Verdict};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use imaging::engine::{Options, Portrait, PortraitEngine};

use crate::desk::{Exposure, Finished};
use crate::error::ApiError;

/// How long frames are collected after the shutter: a blink is over after 300 ms at the latest, and the operator
/// sees the portrait within the second.
const BURST: Duration = Duration::from_millis(260);
/// How long to wait for a first frame before the camera is called stalled.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Takes the best frame that was captured after `pressed`.
pub fn best_frame(
    feed: &Feed,
    engine: &PortraitEngine,
    pressed: Instant,
) -> Result<(Arc<RawFrame>, RgbImage), ApiError> {
    let mut best: Option<(bool, f64, Arc<RawFrame>, RgbImage)> = None;
    let mut seen = 0;
    loop {
        let now = Instant::now();
        let end = pressed + if best.is_some() { BURST } else { PATIENCE };
        if now >= end {
            break;
        }
        let Some(frame) = feed.wait_newer(seen, end - now) else { break };
        seen = frame.seq;
        // What the camera had seen before the shutter is not what the photographer saw.
        if frame.at < pressed {
            continue;
        }
        let Ok(rgb) = imaging::decode::packet(&frame) else { continue };
        let score = engine.burst_score(&rgb);
        let better = best
            .as_ref()
            .is_none_or(|(open, sharp, ..)| (score.eyes_open, score.sharpness) > (*open, *sharp));
        if better {
            best = Some((score.eyes_open, score.sharpness, frame, rgb));
        }
    }
    best.map(|(_, _, frame, rgb)| (frame, rgb)).ok_or_else(|| {
        ApiError::new(
            "no_frame",
            "按下快门后摄像头没有给出画面。请看摄像头提示，恢复后再拍。",
            "The camera gave no picture after the shutter. See the camera message, then shoot again.",
        )
    })
}

/// Makes the portrait of one frame and all that has to be stored with it.
pub fn develop(
    frame: &RawFrame,
    rgb: &RgbImage,
    engine: &PortraitEngine,
    spec: &PhotoSpec,
    pressed: Instant,
) -> Result<Exposure, ApiError> {
    let portrait = engine.portrait(rgb, spec, None, &Options::default()).map_err(|e| {
        ApiError::new(
            "develop_failed",
            "照片处理失败，请再拍一次。",
            "The picture could not be made. Shoot again.",
        )
        .with_story(e)
    })?;
    let (original, extension) = original_of(frame, rgb)?;
    let provenance = provenance(&portrait, spec, &original);
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

/// How the portrait came from its original: enough to see that it was only cropped, scaled, recoloured and encoded.
fn provenance(portrait: &Portrait, spec: &PhotoSpec, original: &[u8]) -> serde_json::Value {
    serde_json::json!({
        "program": env!("CARGO_PKG_VERSION"),
        "models": imaging::models::versions(),
        "spec": spec.id,
        "frame_sha256": domain::ContentHash::of(original),
        "crop": portrait.plan.as_ref().map(|plan| plan.crop),
        "scale": portrait.plan.as_ref().map(|plan| plan.scale),
        "background": spec.background.colour,
        "rotated": false,
        "mirrored": false,
        "ms": portrait.stage_ms,
    })
}
