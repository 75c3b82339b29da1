//! Where a portrait comes from: enough to prove that it was only cropped, scaled, recoloured and encoded, and to make it
//! again bit for bit from its original.

use domain::{ContentHash, PhotoSpec};
use image::RgbImage;
use imaging::engine::{Options, Portrait, PortraitEngine};
use imaging::recolor::Source;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::plate::Plate;

/// What is stored beside a portrait: hashes of all that went in, versions of all that worked on it, the transform, and
/// every value measured. No payload, no identity.
pub(crate) fn of(portrait: &Portrait, spec: &PhotoSpec, plate: Option<&Plate>, original: &[u8]) -> Value {
    json!({
        "program": env!("CARGO_PKG_VERSION"),
        "models": imaging::models::versions(),
        "spec": spec.id,
        "spec_sha256": spec_hash(spec),
        "frame_sha256": ContentHash::of(original),
        "portrait_sha256": portrait.jpeg.as_ref().map(|jpeg| ContentHash::of(jpeg)),
        "crop": portrait.plan.as_ref().map(|plan| plan.crop),
        "scale": portrait.plan.as_ref().map(|plan| plan.scale),
        "background": spec.background.colour,
        // What the backdrop was known from, and the plate that was offered: both are needed to make it again.
        "mode": match portrait.backdrop {
            Some(Source::Plate) => "plate",
            Some(Source::Seen) | None => "model",
        },
        "plate_sha256": plate.map(Plate::content),
        "rotated": false,
        "mirrored": false,
        "measures": portrait.measures,
        "ms": portrait.stage_ms,
    })
}

fn spec_hash(spec: &PhotoSpec) -> ContentHash {
    ContentHash::of(json!(spec).to_string().as_bytes())
}

/// Makes a portrait again from its original, after checking that everything its provenance names is what is offered:
/// the same original, plate, standard and models. The caller compares the file with the stored one.
///
/// # Errors
/// `rebuild_other` with what differs; `develop_failed` if the original cannot be developed.
pub fn rebuild(
    provenance: &Value,
    original: &[u8],
    plate: Option<&[u8]>,
    spec: &PhotoSpec,
    engine: &PortraitEngine,
) -> Result<Vec<u8>, ApiError> {
    let offered = json!({
        "frame_sha256": ContentHash::of(original),
        "plate_sha256": plate.map(ContentHash::of),
        "spec_sha256": spec_hash(spec),
        "models": imaging::models::versions(),
    });
    for (name, value) in offered.as_object().into_iter().flatten() {
        if provenance[name] != *value {
            let zh = format!("不能重新生成这张照片：{name} 与拍摄时不同。");
            let en = format!("This portrait cannot be made again: {name} differs from the day of the shot.");
            return Err(ApiError::new("rebuild_other", &zh, &en));
        }
    }
    let failed = |story: String| {
        ApiError::new("develop_failed", "照片处理失败。", "The picture could not be made.").with_story(story)
    };
    let read = |bytes: &[u8]| -> Result<RgbImage, ApiError> {
        imaging::decode::picture_file(bytes).map_err(|e| failed(e.to_string()))
    };
    let (frame, seat) = (read(original)?, plate.map(read).transpose()?);
    let made = engine.portrait(&frame, spec, seat.as_ref(), &Options::default());
    made.map_err(|e| failed(e.to_string()))?.jpeg.ok_or_else(|| failed("nobody is in the original".into()))
}
