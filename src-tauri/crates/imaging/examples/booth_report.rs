//! Runs every booth frame with known truth through the engine and prints how far off it is.
//!
//! ```text
//! GRADBOOTH_CASES=…/cases cargo run -p imaging --example booth_report -- [--save FOLDER] [--measures] [--live] [name part]
//! ```
//!
//! Columns: head top, eye line, face width, centre against the truth in delivered pixels; mean alpha error in 1/1000,
//! over the crop and over its soft band (true alpha 0.02–0.98 and what is within 3 px); milliseconds; findings.
//! With `PLATE` set the picture of the empty seat is used, `THREADS` sets the threads of one inference.
//! `photos/` (whole photographs without mattes) follow with their findings.

#[path = "shared/alpha_errors.rs"]
mod errors;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::{Class, FacePoints, PhotoSpec, Size};
use errors::alpha_errors;
use image::RgbImage;
use imaging::engine::{LiveState, Options, Portrait, PortraitEngine};
use imaging::models::{ModelFiles, Models, RUNTIME_LIBRARY};
use imaging::resample::{self, Kernel, Plane};
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (mut save, mut measures, mut live, mut part) = (None, false, false, String::new());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--save" => save = args.next().map(PathBuf::from),
            "--measures" => measures = true,
            "--live" => live = true,
            other => part = other.to_owned(),
        }
    }
    let Some(cases) = cases() else {
        println!("skipped: no cases folder (set GRADBOOTH_CASES)");
        return Ok(());
    };
    let engine = engine()?;
    let report = Report { engine, spec: spec()?, save, measures, live };
    let mut totals = Totals::default();
    for folder in folders(&cases.join("booth"))? {
        if name(&folder).contains(&part) {
            report.booth(&folder, &mut totals)?;
        }
    }
    totals.print();
    for photo in photos(&cases.join("photos"))? {
        if photo["file"].as_str().unwrap_or_default().contains(&part) {
            report.photo(&cases.join("photos"), &photo)?;
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn cases() -> Option<PathBuf> {
    if let Some(set) = std::env::var_os("GRADBOOTH_CASES") {
        return Some(PathBuf::from(set)).filter(|p| p.is_dir());
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|p| p.join("shared/cases")).find(|p| p.is_dir())
}

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
}

fn spec() -> Result<PhotoSpec, Failure> {
    Ok(PhotoSpec::parse(&std::fs::read_to_string(assets().join("specs/registry-safe.toml"))?)?)
}

fn engine() -> Result<PortraitEngine, Failure> {
    let models = assets().join("models");
    let threads = std::env::var("THREADS").ok().and_then(|t| t.parse().ok()).unwrap_or(2);
    let files = ModelFiles {
        modnet: std::fs::read(models.join("modnet.onnx"))?,
        face_landmarker: std::fs::read(models.join("face_landmarker.task"))?,
        runtime_library: models.join(RUNTIME_LIBRARY),
    };
    Ok(PortraitEngine::new(Models::load(files, threads)?))
}

fn folders(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(root)?.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    all.sort();
    Ok(all)
}

fn photos(root: &Path) -> Result<Vec<Value>, Failure> {
    let text = std::fs::read(root.join("truth.json")).unwrap_or_else(|_| b"[]".to_vec());
    Ok(serde_json::from_slice(&text)?)
}

#[derive(Default)]
struct Totals {
    crops: Vec<f64>,
    bands: Vec<f64>,
    geometry: [Vec<f64>; 4],
    ms: Vec<f64>,
}

impl Totals {
    fn print(&self) {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
        let worst = |v: &[f64]| v.iter().copied().fold(0.0, f64::max);
        let mut ms = self.ms.clone();
        ms.sort_by(f64::total_cmp);
        println!(
            "--- mean alpha error {:.2} whole, {:.1} soft band (1/1000)",
            mean(&self.crops),
            mean(&self.bands)
        );
        for (label, v) in ["head top", "eye line", "face width", "centre"].iter().zip(&self.geometry) {
            println!("--- {label}: mean {:.1} px, worst {:.1} px", mean(v), worst(v));
        }
        println!("--- total: median {:.0} ms", ms.get(ms.len() / 2).copied().unwrap_or(0.0));
    }
}

struct Report {
    engine: PortraitEngine,
    spec: PhotoSpec,
    save: Option<PathBuf>,
    measures: bool,
    live: bool,
}

impl Report {
    fn booth(&self, folder: &Path, totals: &mut Totals) -> Result<(), Failure> {
        let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json"))?)?;
        let frame = image::open(folder.join(truth["frame"].as_str().unwrap_or("frame.jpg")))?.to_rgb8();
        let plate = match std::env::var_os("PLATE") {
            Some(_) => {
                Some(image::open(folder.join(truth["plate"].as_str().unwrap_or("plate.jpg")))?.to_rgb8())
            }
            None => None,
        };
        let made = self.engine.portrait(&frame, &self.spec, plate.as_ref(), &Options::default())?;
        let mut line = format!("{:24}", name(folder));
        if let (Some(plan), Some(geometry)) = (&made.plan, &made.geometry) {
            let face = nearest_truth(&truth, plan.crop.x + plan.crop.w / 2.0);
            let real = face.in_crop(&plan.crop, self.spec.size).measure(self.spec.size);
            let off = [
                geometry.head_top_px - real.head_top_px,
                geometry.eye_line_px - real.eye_line_px,
                geometry.face_width_px - real.face_width_px,
                geometry.centre_dx_px - real.centre_dx_px,
            ];
            for (all, one) in totals.geometry.iter_mut().zip(off) {
                all.push(one.abs());
            }
            line += &format!(" {:+5.1} {:+5.1} {:+5.1} {:+5.1}", off[0], off[1], off[2], off[3]);
            if let Some(alpha) = &made.alpha {
                let real = true_alpha(&folder.join("alpha.png"), &plan.crop, self.spec.size)?;
                let (crop, band) = alpha_errors(alpha, &real);
                totals.crops.push(crop);
                totals.bands.push(band);
                line += &format!(" | {crop:5.2} {band:6.1}");
            }
        }
        let ms = &made.stage_ms;
        totals.ms.push(ms.total);
        line += &format!(
            " | {:3.0}+{:4.0}+{:3.0}+{:3.0}+{:3.0}={:4.0}",
            ms.face, ms.matte, ms.recolor, ms.quality, ms.encode, ms.total
        );
        if let Some(file) = &made.file {
            line += &format!(" q{} {}B", file.quality, file.bytes);
        }
        println!("{line} | {} (expected: {})", said(&made), expected(&truth["expect"]));
        if self.live {
            self.live(&frame);
        }
        self.extras(&name(folder), &made)
    }

    /// Milliseconds of live readings at 15 frames a second, and of a burst's score.
    fn live(&self, frame: &RgbImage) {
        let (mut state, start) = (LiveState::default(), Instant::now());
        let mut ms: Vec<f64> = (0..45u32)
            .map(|tick| {
                let begun = Instant::now();
                self.engine.live(frame, &self.spec, &mut state, start + Duration::from_millis(66) * tick);
                begun.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        ms.sort_by(f64::total_cmp);
        let mut burst: Vec<f64> = (0..9)
            .map(|_| {
                let begun = Instant::now();
                self.engine.burst_score(frame);
                begun.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        burst.sort_by(f64::total_cmp);
        println!(
            "    live median {:.0} ms, slowest {:.0} ms; burst score median {:.0} ms",
            ms[22], ms[44], burst[4]
        );
    }

    fn photo(&self, root: &Path, truth: &Value) -> Result<(), Failure> {
        let file = truth["file"].as_str().unwrap_or_default();
        let frame = image::open(root.join(file))?.to_rgb8();
        match self.engine.portrait(&frame, &self.spec, None, &Options::default()) {
            Ok(made) => {
                println!("{file:24} | {} (labels: {})", said(&made), truth["labels"]);
                self.extras(file, &made)
            }
            Err(error) => {
                println!("{file:24} | {error}");
                Ok(())
            }
        }
    }

    fn extras(&self, name: &str, made: &Portrait) -> Result<(), Failure> {
        if let Some(measures) = made.measures.as_ref().filter(|_| self.measures) {
            println!("    {}", serde_json::to_string(measures)?);
        }
        if let (Some(folder), Some(jpeg)) = (&self.save, &made.jpeg) {
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join(format!("{name}.jpg")), jpeg)?;
            if let Some(alpha) = &made.alpha {
                alpha.save(folder.join(format!("{name}.alpha.png")))?;
            }
        }
        Ok(())
    }
}

fn said(made: &Portrait) -> String {
    let mark = |class| match class {
        Class::Info => "·",
        Class::Review => "?",
        Class::Retake => "!",
    };
    let findings: Vec<String> = made
        .findings
        .iter()
        .map(|f| {
            let value = f.value.map_or_else(String::new, |v| format!("={v:.2}"));
            format!("{}{:?}{value}", mark(f.class), f.code)
        })
        .collect();
    format!("{:?} {}", made.verdict, findings.join(" "))
}

fn expected(expect: &Value) -> String {
    let wrong: Vec<&str> = expect
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, v)| **v == Value::Bool(false))
        .map(|(k, _)| k.as_str())
        .collect();
    if wrong.is_empty() { "fine".to_owned() } else { wrong.join(" ") }
}

fn nearest_truth(truth: &Value, x: f64) -> FacePoints {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    let pair = |v: &Value| [number(&v[0]), number(&v[1])];
    let faces = truth["faces"].as_array().cloned().unwrap_or_default();
    let middle = |f: &Value| (number(&f["face_box"][0]) + number(&f["face_box"][2])) / 2.0;
    let face = faces
        .iter()
        .min_by(|a, b| (middle(a) - x).abs().total_cmp(&(middle(b) - x).abs()))
        .cloned()
        .unwrap_or_default();
    FacePoints {
        eye_left: pair(&face["eye_image_left"]),
        eye_right: pair(&face["eye_image_right"]),
        chin: pair(&face["chin"]),
        cheek_left: middle(&face) - number(&face["face_width"]) / 2.0,
        cheek_right: middle(&face) + number(&face["face_width"]) / 2.0,
        head_top: number(&face["head_top"]),
    }
}

fn true_alpha(path: &Path, crop: &domain::Crop, size: Size) -> Result<Plane, Failure> {
    let picture = image::open(path)?.to_luma16();
    let values = picture.pixels().map(|p| f32::from(p.0[0]) / 65535.0).collect();
    let plane = Plane { width: picture.width() as usize, height: picture.height() as usize, values };
    Ok(resample::cut_plane(&plane, crop, size, Kernel::Smooth))
}
