//! What a portrait costs on this machine, on booth frames:
//!
//! ```text
//! cargo run -p imaging --example portrait_bench -- [--frames FOLDER] [--rounds N] [--precision mixed|exact|published] [--json]
//! ```
//!
//! `FOLDER` holds cases with `frame.jpg` (and, for the errors, `alpha.png`). `--live` measures live guidance instead,
//! `--save` keeps the pictures, `--lean` leaves out what a station has not in memory. All precisions run in turns on the
//! same frames, beside the bare inference of the published matting model, so that other work on the machine hits all
//! alike; processor time is told beside the clock's (not on Windows).

#[path = "shared/alpha_errors.rs"]
mod errors;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::{PhotoSpec, Size};
use errors::alpha_errors;
use image::RgbImage;
use imaging::engine::{LiveState, Options, Portrait, PortraitEngine};
use imaging::models::{ModelFiles, Models, Precision, RUNTIME_LIBRARY};
use imaging::resample::{self, Kernel, Plane};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// Sides of a delivered portrait and of what the bare inference sees.
const DELIVERED: Size = Size { width: 480, height: 640 };

struct Arguments {
    frames: PathBuf,
    rounds: usize,
    precisions: Vec<(&'static str, Precision)>,
    json: bool,
    live: bool,
    lean: bool,
    save: Option<PathBuf>,
}

fn arguments() -> Result<Arguments, Failure> {
    let all =
        [("mixed", Precision::Mixed), ("exact", Precision::Exact), ("published", Precision::AsPublished)];
    let mut found = Arguments {
        frames: PathBuf::new(),
        rounds: 3,
        precisions: all.to_vec(),
        json: false,
        live: false,
        lean: false,
        save: None,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} wants a value"));
        match arg.as_str() {
            "--frames" => found.frames = value()?.into(),
            "--save" => found.save = Some(value()?.into()),
            "--rounds" => found.rounds = value()?.parse()?,
            "--precision" => {
                let wanted = value()?;
                found.precisions = all.into_iter().filter(|(name, _)| *name == wanted).collect();
            }
            "--json" => found.json = true,
            "--lean" => found.lean = true,
            "--live" => found.live = true,
            other => return Err(format!("what is {other}?").into()),
        }
    }
    Ok(found)
}

/// One frame, and what is known of it.
struct Case {
    name: String,
    jpeg: Vec<u8>,
    frame: RgbImage,
    truth: Option<Plane>,
}

fn main() -> Result<(), Failure> {
    let arguments = arguments()?;
    let cases = cases(&arguments.frames, arguments.lean)?;
    let spec = PhotoSpec::parse(&std::fs::read_to_string(assets().join("specs/registry-safe.toml"))?)?;
    let mut engines = Vec::new();
    for (name, precision) in &arguments.precisions {
        let begun = Clock::start();
        let models = Models::load_at(files()?, threads(), *precision)?;
        engines.push((*name, PortraitEngine::new(models), begun.stop()));
    }
    if arguments.live {
        return live(&engines[0].1, &cases, &spec);
    }
    let mut rows: Vec<Row> = engines.iter().map(|_| Row::default()).collect();
    let mut bare = Timed::default();
    let published = match arguments.lean {
        true => None,
        false => Some(Models::load_at(files()?, threads(), Precision::AsPublished)?),
    };
    for round in 0..=arguments.rounds {
        for case in &cases {
            for ((name, engine, _), row) in engines.iter().zip(&mut rows) {
                let begun = Clock::start();
                let made = engine.portrait(&case.frame, &spec, None, &Options::default())?;
                let spent = begun.stop();
                if round > 0 {
                    row.add(&made, spent);
                } else {
                    row.judge(case, &made);
                    save(arguments.save.as_deref(), name, case, &made)?;
                }
            }
            let Some(published) = &published else { continue };
            let input = vec![0.25f32; 3 * 480 * 640];
            let begun = Clock::start();
            published.matting.run(&[1, 3, 640, 480], &input)?;
            if round > 0 {
                bare.add(begun.stop());
            }
        }
    }
    if arguments.json {
        println!("{}", as_json(&engines, &rows, &bare));
    } else {
        print(&engines, &rows, &bare);
    }
    Ok(())
}

fn save(folder: Option<&Path>, name: &str, case: &Case, made: &Portrait) -> Result<(), Failure> {
    let (Some(folder), Some(jpeg), Some(alpha)) = (folder, &made.jpeg, &made.alpha) else { return Ok(()) };
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(format!("{}.jpg", case.name)), jpeg)?;
    alpha.save(folder.join(format!("{}.alpha.png", case.name)))?;
    let geometry = made.geometry.as_ref().map(
        |g| json!({ "head_top": g.head_top_px, "eye_line": g.eye_line_px, "face_width": g.face_width_px }),
    );
    let crop =
        made.plan.as_ref().map(|p| json!({ "x": p.crop.x, "y": p.crop.y, "w": p.crop.w, "h": p.crop.h }));
    std::fs::write(
        folder.join(format!("{}.json", case.name)),
        json!({ "geometry": geometry, "crop": crop }).to_string(),
    )?;
    Ok(())
}

fn as_json(engines: &[(&str, PortraitEngine, Spent)], rows: &[Row], bare: &Timed) -> Value {
    let engines: serde_json::Map<String, Value> = engines
        .iter()
        .zip(rows)
        .map(|((name, _, load), row)| {
            let stages = STAGES.iter().zip(&row.stages).map(|(name, values)| {
                ((*name).to_owned(), json!({ "median": share(values, 0.5), "p95": share(values, 0.95) }))
            });
            let value = json!({
                "load_ms": load.wall, "load_cpu_ms": load.cpu,
                "portrait": row.total.as_json(),
                "stages": stages.collect::<serde_json::Map<_, _>>(),
                "matte_whole": mean(&row.whole), "matte_band": mean(&row.band), "gradient_whole": mean(&row.gradient[0]), "gradient_band": mean(&row.gradient[1]),
            });
            ((*name).to_owned(), value)
        })
        .collect();
    json!({
        "engines": engines, "bare": bare.as_json(), "threads": threads(), "frames": rows[0].whole.len(),
        "peak_kb": kilobytes("VmHWM:"),
    })
}

fn print(engines: &[(&str, PortraitEngine, Spent)], rows: &[Row], bare: &Timed) {
    println!("| | median ms | p95 ms | processor ms (median) | to bare inference (processor) |");
    println!("|---|---|---|---|---|");
    let line = |name: &str, timed: &Timed| {
        let (median, p95) = (share(&timed.wall, 0.5), share(&timed.wall, 0.95));
        let cpu = share(&timed.cpu, 0.5);
        println!("| {name} | {median:.0} | {p95:.0} | {cpu:.0} | {:.2} |", cpu / share(&bare.cpu, 0.5));
    };
    line("bare inference, published model, 480×640", bare);
    for ((name, _, load), row) in engines.iter().zip(rows) {
        line(&format!("portrait, {name}"), &row.total);
        for (stage, values) in STAGES.iter().zip(&row.stages) {
            println!("| · {stage} | {:.1} | {:.1} | | |", share(values, 0.5), share(values, 0.95));
        }
        println!("| · load | {:.0} | | {:.0} | |", load.wall, load.cpu);
        println!(
            "matte error {:.2} whole, {:.2} soft band; of the gradient {:.2}, {:.2} (1/1000)",
            mean(&row.whole),
            mean(&row.band),
            mean(&row.gradient[0]),
            mean(&row.gradient[1])
        );
    }
    if rows.len() > 1 {
        for i in 0..rows[0].names.len() {
            let errors: Vec<String> =
                rows.iter().map(|row| format!("{:5.2} {:6.2}", row.whole[i], row.band[i])).collect();
            println!("{:28} {}", rows[0].names[i], errors.join(" | "));
        }
    }
    println!("resident at most {} MB", kilobytes("VmHWM:") / 1024);
}

/// Processor time of live guidance: three seconds of 15 readings of each frame, unpacking included.
fn live(engine: &PortraitEngine, cases: &[Case], spec: &PhotoSpec) -> Result<(), Failure> {
    let (mut unpack, mut read) = (Timed::default(), Timed::default());
    for case in cases {
        let (mut state, start) = (LiveState::default(), Instant::now());
        for tick in 0..45u32 {
            let begun = Clock::start();
            let frame = imaging::decode::picture_file(&case.jpeg)?;
            unpack.add(begun.stop());
            let begun = Clock::start();
            engine.live(&frame, spec, &mut state, start + Duration::from_millis(66) * tick);
            read.add(begun.stop());
        }
    }
    for (name, timed) in [("unpacking", &unpack), ("reading", &read)] {
        println!(
            "| {name} | mean {:.1} ms processor | median {:.1} ms | p95 {:.1} ms |",
            mean(&timed.cpu),
            share(&timed.wall, 0.5),
            share(&timed.wall, 0.95)
        );
    }
    let share = (mean(&unpack.cpu) + mean(&read.cpu)) * 15.0 / 1000.0;
    println!("| live guidance at 15 per second | {:.0}% of one core |", share * 100.0);
    idle_scan(cases)
}

/// What looking for a code costs while there is none, as most of the day: four seconds of 12 looks at each frame, with
/// a little noise, since no two frames of a camera are the same.
fn idle_scan(cases: &[Case]) -> Result<(), Failure> {
    let mut read = Timed::default();
    for case in cases {
        let luma = image::imageops::grayscale(&case.frame);
        let mut scanner = imaging::scan::Scanner::new();
        for tick in 0..48u32 {
            let mut seen = luma.clone();
            for (i, value) in seen.iter_mut().enumerate().skip(tick as usize % 7).step_by(7) {
                *value = value.saturating_add((i.wrapping_mul(2_654_435_761) >> 13) as u8 % 4);
            }
            let begun = Clock::start();
            std::hint::black_box(scanner.read(&seen, Duration::from_millis(50)));
            read.add(begun.stop());
        }
    }
    println!(
        "| a look for a code where there is none | mean {:.1} ms processor | median {:.1} ms | p95 {:.1} ms | at 12 per second {:.0}% of one core |",
        mean(&read.cpu),
        share(&read.wall, 0.5),
        share(&read.wall, 0.95),
        mean(&read.cpu) * 12.0 / 10.0
    );
    Ok(())
}

const STAGES: [&str; 5] = ["face", "matte", "recolor", "quality", "encode"];

#[derive(Default)]
struct Row {
    total: Timed,
    stages: [Vec<f64>; 5],
    names: Vec<String>,
    whole: Vec<f64>,
    band: Vec<f64>,
    /// Over everything, and in the soft band.
    gradient: [Vec<f64>; 2],
}

impl Row {
    fn add(&mut self, made: &Portrait, spent: Spent) {
        if made.jpeg.is_none() {
            return;
        }
        self.total.add(spent);
        let ms = &made.stage_ms;
        for (all, one) in self.stages.iter_mut().zip([ms.face, ms.matte, ms.recolor, ms.quality, ms.encode]) {
            all.push(one);
        }
    }

    fn judge(&mut self, case: &Case, made: &Portrait) {
        let (Some(truth), Some(plan), Some(alpha)) = (&case.truth, &made.plan, &made.alpha) else { return };
        let real = resample::cut_plane(truth, &plan.crop, DELIVERED, Kernel::Smooth);
        let found: Vec<f32> = alpha.as_raw().iter().map(|&a| f32::from(a) / 255.0).collect();
        let errors = alpha_errors(&found, &real);
        self.names.push(case.name.clone());
        self.whole.push(errors.whole);
        self.band.push(errors.band);
        self.gradient[0].push(errors.gradient);
        self.gradient[1].push(errors.gradient_band);
    }
}

/// Milliseconds by the clock and of the processor.
#[derive(Clone, Copy)]
struct Spent {
    wall: f64,
    cpu: f64,
}

#[derive(Default)]
struct Timed {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Timed {
    fn add(&mut self, spent: Spent) {
        self.wall.push(spent.wall);
        self.cpu.push(spent.cpu);
    }

    fn as_json(&self) -> Value {
        json!({
            "median": share(&self.wall, 0.5), "p95": share(&self.wall, 0.95), "cpu": share(&self.cpu, 0.5),
            "least": share(&self.wall, 0.0), "cpu_least": share(&self.cpu, 0.0),
        })
    }
}

struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: processor_ms() }
    }

    fn stop(self) -> Spent {
        Spent { wall: self.wall.elapsed().as_secs_f64() * 1000.0, cpu: processor_ms() - self.cpu }
    }
}

/// Milliseconds that all threads of this process have run so far, those included that have ended.
#[cfg(unix)]
fn processor_ms() -> f64 {
    let run = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    run.tv_sec as f64 * 1e3 + run.tv_nsec as f64 / 1e6
}

/// Not measured here.
#[cfg(not(unix))]
fn processor_ms() -> f64 {
    0.0
}

fn kilobytes(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn share(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(((sorted.len().max(1) - 1) as f64 * share).round() as usize).copied().unwrap_or(0.0)
}

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
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

fn cases(folder: &Path, lean: bool) -> Result<Vec<Case>, Failure> {
    let mut all = Vec::new();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|e| e.path()).collect();
    folders.sort();
    for case in folders {
        let picture = ["frame.jpg", "frame.png"].iter().map(|f| case.join(f)).find(|p| p.is_file());
        let Some(jpeg) = picture.map(std::fs::read).transpose()? else { continue };
        let truth = match image::open(case.join("alpha.png")) {
            Ok(picture) if !lean => {
                let picture = picture.to_luma16();
                let values = picture.pixels().map(|p| f32::from(p.0[0]) / 65535.0).collect();
                Some(Plane { width: picture.width() as usize, height: picture.height() as usize, values })
            }
            _ => None,
        };
        let name = case.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        all.push(Case { name, frame: imaging::decode::picture_file(&jpeg)?, jpeg, truth });
    }
    Ok(all)
}
