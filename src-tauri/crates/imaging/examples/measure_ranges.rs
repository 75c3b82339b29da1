//! Measures the ranges of `src/models/modnet/ranges.rs` on a folder of booth cases and prints its lines:
//! `cargo run -p imaging --example measure_ranges -- FOLDER`.
//!
//! Each frame is seen as the engine sees it: its crop at the delivered size, and its surroundings coarsely. A result's
//! range ends a tenth above the highest 99.99th percentile; a channel's range before its normalisation is that of the
//! middle 99.9% of its values, 15% wider.

use std::collections::BTreeMap;
use std::path::Path;

use domain::{Crop, PhotoSpec, Size};
use imaging::engine::{Options, PortraitEngine};
use imaging::models::{ModelFiles, Models, RUNTIME_LIBRARY, watched_matting};
use imaging::resample::{self, Kernel};

type Failure = Box<dyn std::error::Error>;

/// Layers that stay in floats: only their results' ranges are needed.
const IN_FLOATS: [&str; 3] = ["conv_lr16x", "tohr_enc2x", "tohr_enc4x"];

#[derive(Default)]
struct Seen {
    top: f32,
    before: Vec<(f32, f32)>,
}

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("which folder of cases?")?;
    let engine = PortraitEngine::new(Models::load(files()?, 2)?);
    let (network, watched) = watched_matting(&files()?, 2)?;
    let spec = PhotoSpec::parse(&std::fs::read_to_string(assets().join("specs/registry-safe.toml"))?)?;
    let mut ranges: BTreeMap<&str, Seen> = BTreeMap::new();
    for case in std::fs::read_dir(folder)?.flatten() {
        let frame = ["frame.jpg", "frame.png"].iter().map(|f| case.path().join(f)).find(|p| p.is_file());
        let Some(frame) = frame else { continue };
        let frame = imaging::decode::picture_file(&std::fs::read(frame)?)?;
        let Some(plan) = engine.portrait(&frame, &spec, None, &Options::default())?.plan else { continue };
        let c = plan.crop;
        let around = Crop { x: c.x - c.w * 0.2, y: c.y - c.h * 0.2, w: c.w * 1.4, h: c.h * 1.4 };
        for (crop, width, height) in [(c, 480, 640), (around, 288, 384)] {
            let picture = resample::cut_rgb(&frame, &crop, Size { width, height }, Kernel::Smooth);
            let channel = |i: usize| picture.pixels().map(move |p| f32::from(p.0[i]) / 127.5 - 1.0);
            let input: Vec<f32> = channel(0).chain(channel(1)).chain(channel(2)).collect();
            let outputs = network.run(&[1, 3, height as usize, width as usize], &input)?;
            for (watched, values) in watched.iter().zip(&outputs[1..]) {
                let seen = ranges.entry(watched.layer).or_default();
                if watched.result {
                    seen.top = seen.top.max(share(values, 0.9999) * 1.1);
                } else if !IN_FLOATS.contains(&watched.layer) {
                    widen(&mut seen.before, values, watched.channels);
                }
            }
        }
    }
    for (layer, Seen { top, before }) in ranges {
        let before: Vec<String> = before.iter().map(|(low, high)| format!("({low:.3}, {high:.3})")).collect();
        println!("    Range {{ layer: \"{layer}\", top: {top:.3}, before: &[{}] }},", before.join(", "));
    }
    Ok(())
}

/// Takes the ranges of one picture's channels into the ranges of all.
fn widen(before: &mut Vec<(f32, f32)>, values: &[f32], channels: usize) {
    for (i, channel) in values.chunks_exact(values.len() / channels).enumerate() {
        let (low, high) = (share(channel, 0.0005), share(channel, 0.9995));
        let (middle, half) = ((low + high) / 2.0, (high - low) / 2.0 * 1.15);
        match before.get_mut(i) {
            Some(range) => *range = (range.0.min(middle - half), range.1.max(middle + half)),
            None => before.push((middle - half, middle + half)),
        }
    }
}

fn share(values: &[f32], share: f64) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn assets() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
}

fn files() -> Result<ModelFiles, Failure> {
    let models = assets().join("models");
    Ok(ModelFiles {
        modnet: std::fs::read(models.join("modnet.onnx"))?,
        face_landmarker: std::fs::read(models.join("face_landmarker.task"))?,
        runtime_library: models.join(RUNTIME_LIBRARY),
    })
}
