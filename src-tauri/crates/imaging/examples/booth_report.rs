//! Runs every booth frame with known truth through the engine, with the plate and without, beside MODNet as published on
//! the same crop, and prints how far off both are.
//!
//! ```text
//! GRADBOOTH_CASES=…/cases cargo run -p imaging --example booth_report -- [--others] [--save FOLDER] [--measures] [--live] [name part]
//! ```
//!
//! Columns: head top, eye line, face width, centre against the truth in delivered pixels; matte error of ours / MODNet
//! in the soft band (1/1000; true alpha 0.02–0.98 and what is within 10 px); milliseconds; findings. Then tables over all
//! frames and over each kind. `--others` seats the people before each other's backdrops as well, six pictures of each,
//! and reports those in tables of their own. `THREADS` sets the threads of one inference. `photos/` (whole photographs
//! without mattes) follow with their findings.

#[path = "shared/edge_colours.rs"]
mod edge_colours;
#[path = "shared/alpha_errors.rs"]
mod errors;
#[path = "shared/restage.rs"]
mod restage;
#[path = "shared/tables.rs"]
mod tables;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::{Class, Crop, FacePoints, PhotoSpec};
use edge_colours::{Ideal, raw_composite};
use errors::{alpha_errors, soft_band};
use image::RgbImage;
use imaging::engine::{LiveState, Options, Portrait, PortraitEngine};
use imaging::models::{ModelFiles, Models, Precision, RUNTIME_LIBRARY};
use imaging::recolor::Source;
use imaging::resample::{self, Kernel, Plane};
use restage::restage;
use serde_json::Value;
use tables::{Row, Tables};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (mut save, mut measures, mut live, mut others, mut part) = (None, false, false, false, String::new());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--save" => save = args.next().map(PathBuf::from),
            "--measures" => measures = true,
            "--live" => live = true,
            "--others" => others = true,
            other => part = other.to_owned(),
        }
    }
    let Some(folder) = cases() else {
        println!("skipped: no cases folder (set GRADBOOTH_CASES)");
        return Ok(());
    };
    let published = Models::load_at(files()?, threads(), Precision::AsPublished)?;
    let engine = PortraitEngine::new(Models::load(files()?, threads())?);
    let report = Report { engine, published, spec: spec()?, save, measures, live };
    let cases: Vec<Case> = folders(&folder.join("booth"))?
        .iter()
        .filter(|folder| name(folder).contains(&part))
        .map(|folder| Case::read(folder))
        .collect::<Result<_, _>>()?;
    let mut tables = Tables::default();
    for case in &cases {
        report.booth(case, &mut tables)?;
    }
    tables.print("booth frames");
    if others {
        let mut tables = Tables::default();
        for (case, wall, seed) in elsewhere(&cases) {
            report.restaged(case, wall, seed, &mut tables)?;
        }
        tables.print("the same people before other backdrops");
    }
    for photo in photos(&folder.join("photos"))? {
        if photo["file"].as_str().unwrap_or_default().contains(&part) {
            report.photo(&folder.join("photos"), &photo)?;
        }
    }
    Ok(())
}

/// Everybody whose ideal portrait is known before six backdrops.
fn elsewhere(cases: &[Case]) -> Vec<(&Case, &RgbImage, u64)> {
    let walls: Vec<&RgbImage> = ["p01", "p02", "p03", "p04", "p16", "p14"]
        .iter()
        .filter_map(|wall| cases.iter().find(|case| case.name.starts_with(wall)))
        .map(|case| &case.plate)
        .collect();
    let people = cases.iter().filter(|case| case.ideal_crop().is_some() && !case.is("dark"));
    people
        .enumerate()
        .flat_map(|(i, case)| {
            walls.iter().enumerate().map(move |(j, wall)| (case, *wall, (i * 16 + j) as u64))
        })
        .collect()
}

/// A frame, its empty seat and what is known of it.
struct Case {
    name: String,
    folder: PathBuf,
    truth: Value,
    frame: RgbImage,
    plate: RgbImage,
    alpha: Option<Plane>,
}

impl Case {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json"))?)?;
        let picture = |key: &str, otherwise: &str| -> Result<RgbImage, Failure> {
            Ok(image::open(folder.join(truth[key].as_str().unwrap_or(otherwise)))?.to_rgb8())
        };
        let alpha = plane(&folder.join("alpha.png")).ok();
        let (frame, plate) = (picture("frame", "frame.jpg")?, picture("plate", "plate.jpg")?);
        Ok(Self { name: name(folder), folder: folder.to_owned(), frame, plate, alpha, truth })
    }

    fn ideal_crop(&self) -> Option<Crop> {
        let side = |key: &str| self.truth["ideal_crop"][key].as_f64();
        Some(Crop { x: side("x")?, y: side("y")?, w: side("w")?, h: side("h")? })
    }

    /// Kinds that the tables are kept for.
    fn kinds(&self) -> Vec<&'static str> {
        ["hair", "light-blue clothes", "dark", "noisy", "out of focus", "exact matte", "pseudo matte"]
            .into_iter()
            .filter(|kind| self.is(kind))
            .collect()
    }

    fn is(&self, kind: &str) -> bool {
        let params = &self.truth["params"];
        let number = |key: &str, otherwise: f64| params[key].as_f64().unwrap_or(otherwise);
        let exact =
            self.truth["faces"][0]["alpha_truth"].as_str().is_some_and(|told| told.starts_with("exact"));
        match kind {
            // Long, curly or loose hair.
            "hair" => ["p04", "p05", "p08", "p12", "p16"].iter().any(|hair| self.name.starts_with(hair)),
            "light-blue clothes" => self.truth["expect"]["clothing_not_blue"] == Value::Bool(false),
            "dark" => number("exposure", 1.0) < 0.5,
            "noisy" => number("iso", 1.0) >= 2.0,
            "out of focus" => number("defocus", 0.0) > 0.0,
            "exact matte" => exact,
            "pseudo matte" => !exact,
            _ => false,
        }
    }
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

fn threads() -> usize {
    std::env::var("THREADS").ok().and_then(|t| t.parse().ok()).unwrap_or(2)
}

fn files() -> Result<ModelFiles, Failure> {
    let models = assets().join("models");
    Ok(ModelFiles {
        modnet: std::fs::read(models.join("modnet.onnx"))?,
        face_landmarker: std::fs::read(models.join("face_landmarker.task"))?,
        runtime_library: models.join(RUNTIME_LIBRARY),
    })
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

struct Report {
    engine: PortraitEngine,
    published: Models,
    spec: PhotoSpec,
    save: Option<PathBuf>,
    measures: bool,
    live: bool,
}

impl Report {
    fn booth(&self, case: &Case, tables: &mut Tables) -> Result<(), Failure> {
        let made = self.engine.portrait(&case.frame, &self.spec, None, &Options::default())?;
        let with_plate =
            self.engine.portrait(&case.frame, &self.spec, Some(&case.plate), &Options::default())?;
        let mut line = format!("{:24}", case.name);
        if let (Some(plan), Some(geometry)) = (&made.plan, &made.geometry) {
            let face = nearest_truth(&case.truth, plan.crop.x + plan.crop.w / 2.0);
            let real = face.in_crop(&plan.crop, self.spec.size).measure(self.spec.size);
            let off = [
                geometry.head_top_px - real.head_top_px,
                geometry.eye_line_px - real.eye_line_px,
                geometry.face_width_px - real.face_width_px,
                geometry.centre_dx_px - real.centre_dx_px,
            ];
            tables.geometry(off);
            line += &format!(" {:+5.1} {:+5.1} {:+5.1} {:+5.1}", off[0], off[1], off[2], off[3]);
            if let Some(alpha) = &case.alpha {
                let bare = self.row(case, &case.frame, alpha, &made, "no plate")?;
                let plated = self.row(case, &case.frame, alpha, &with_plate, "plate")?;
                let (ours, plate, theirs) = (bare.ours.band, plated.ours.band, bare.modnet.band);
                line += &format!(" | {ours:5.1} plate {plate:5.1} / {theirs:5.1}");
                if with_plate.backdrop != Some(Source::Plate) {
                    line += " (plate refused)";
                }
                tables.add(bare);
                tables.add(plated);
            }
        }
        let ms = &made.stage_ms;
        tables.ms.push(ms.total);
        line += &format!(
            " | {:3.0}+{:4.0}+{:3.0}+{:3.0}+{:3.0}={:4.0}",
            ms.face, ms.matte, ms.recolor, ms.quality, ms.encode, ms.total
        );
        if let Some(file) = &made.file {
            line += &format!(" q{} {}B", file.quality, file.bytes);
        }
        println!("{line} | {} (expected: {})", said(&made), expected(&case.truth["expect"]));
        if self.live {
            self.live(&case.frame);
        }
        self.extras(&format!("{}.plate", case.name), &with_plate)?;
        self.extras(&case.name, &made)
    }

    /// The person of a case before another backdrop.
    fn restaged(&self, case: &Case, wall: &RgbImage, seed: u64, tables: &mut Tables) -> Result<(), Failure> {
        let Some(alpha) = &case.alpha else { return Ok(()) };
        let staged = restage(&case.frame, &case.plate, alpha, wall, seed);
        for (kind, plate) in [("no plate", None), ("plate", Some(&staged.plate))] {
            let made = self.engine.portrait(&staged.frame, &self.spec, plate, &Options::default())?;
            if made.alpha.is_some() {
                let mut row = self.row(case, &staged.frame, alpha, &made, kind)?;
                row.name = format!("{} {seed}", case.name);
                // The ideal portrait is of another light.
                row.colours = None;
                tables.add(row);
            }
            self.extras(&format!("{}.{seed}.{}", case.name, kind.replace(' ', "_")), &made)?;
        }
        Ok(())
    }

    /// Ours and MODNet's on the same crop.
    fn row(
        &self,
        case: &Case,
        frame: &RgbImage,
        alpha: &Plane,
        made: &Portrait,
        plate: &'static str,
    ) -> Result<Row, Failure> {
        let (Some(plan), Some(found)) = (&made.plan, &made.alpha) else { return Err("no portrait".into()) };
        let (size, crop) = (self.spec.size, &plan.crop);
        let real = resample::cut_plane(alpha, crop, size, Kernel::Smooth);
        let picture = resample::cut_rgb(frame, crop, size, Kernel::Sharp);
        let channel = |c: usize| picture.pixels().map(move |p| f32::from(p.0[c]) / 127.5 - 1.0);
        let input: Vec<f32> = channel(0).chain(channel(1)).chain(channel(2)).collect();
        let shape = [1, 3, size.height as usize, size.width as usize];
        let modnet = self.published.matting.run(&shape, &input)?.swap_remove(0);
        let found: Vec<f32> = found.as_raw().iter().map(|&a| f32::from(a) / 255.0).collect();
        let (ours, theirs) = (alpha_errors(&found, &real), alpha_errors(&modnet, &real));
        let mut row =
            Row { name: case.name.clone(), kinds: case.kinds(), ours, modnet: theirs, colours: None };
        row.kinds.push(plate);
        if let (Some(ideal_crop), Some(jpeg)) = (case.ideal_crop(), &made.jpeg) {
            let ideal = image::open(case.folder.join("ideal.png"))?.to_rgb8();
            let ideal_alpha = plane(&case.folder.join("ideal_alpha.png"))?;
            let ideal = Ideal::seen_by(&ideal, &ideal_alpha, &ideal_crop, crop, size);
            let (band, near) = (soft_band(ideal.alpha(), 10), within(&real, 8));
            let colour = self.spec.background.colour;
            let delivered = imaging::decode::picture_file(jpeg)?;
            let raw = raw_composite(&picture, &modnet, colour);
            row.colours = Some([
                ideal.compare(&delivered, &band, &near, colour),
                ideal.compare(&raw, &band, &near, colour),
            ]);
        }
        Ok(row)
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

/// What lies within `reach` pixels of the person.
fn within(alpha: &Plane, reach: usize) -> Vec<bool> {
    let present: Vec<f32> = alpha.values.iter().map(|&a| if a > 0.004 { 0.5 } else { 0.0 }).collect();
    soft_band(&Plane { values: present, ..alpha.clone() }, reach)
}

fn plane(path: &Path) -> Result<Plane, Failure> {
    let picture = image::open(path)?.to_luma16();
    let values = picture.pixels().map(|p| f32::from(p.0[0]) / 65535.0).collect();
    Ok(Plane { width: picture.width() as usize, height: picture.height() as usize, values })
}
