//! `compare`: the peer that a user could pick instead, on the same frames in the same run.
//!
//! `pyhivision` carries HivisionIDPhotos' steps (whole-frame matting at 512×512, MTCNN, levelling, crop, padding to a
//! file size) without weights; the matting model is the one that the station uses, its face detector comes with
//! `mtcnn-runtime`. The package sets one thread for each inference: it is run as packaged and with the station's two.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::packages::For;
use crate::paths;
use crate::shell::{self, Done, command};
use crate::{fetch, packages};

const PEER: &str = include_str!("compare/peer.py");
const JUDGE: &str = include_str!("compare/judge.py");
/// The peers, whose own dependencies would bring a windowed OpenCV, and what they need.
const PEERS: [&str; 2] = ["pyhivision==1.2.3", "mtcnn-runtime==1.0.0"];
const NEEDED: [&str; 7] = [
    "onnxruntime==1.31.1",
    "numpy<3",
    "opencv-python-headless<6",
    "pydantic<3",
    "pydantic-settings<3",
    "pillow",
    "loguru",
];

/// Prints the tables.
pub fn run(args: &[String]) -> Done {
    let cases = args.first().map_or_else(|| paths::root().join("../shared/cases"), PathBuf::from);
    let frames = cases.join("booth");
    if !frames.is_dir() {
        println!("No booth frames at {}: give the folder of cases. Nothing was compared.", frames.display());
        return Ok(());
    }
    packages::install(For::Running)?;
    fetch::manifest(&paths::root().join("assets/models/models.toml"))?;
    let folder = paths::cache().join("compare");
    let python = environment(&folder)?;
    let (ours_at, peer_at) = (folder.join("ours"), folder.join("peer"));
    build()?;
    let ours = bench(&frames, &ours_at)?;
    let peer = |mode: &str, threads: &str| -> Result<Value, String> {
        let script = folder.join("peer.py");
        let modnet = paths::root().join("assets/models/modnet.onnx");
        let args = [
            script.as_path(),
            &modnet,
            &frames,
            &peer_at,
            Path::new(mode),
            Path::new(threads),
            Path::new("1"),
        ];
        last_json("the peer", command(&python, args))
    };
    let before = lean(&frames)?;
    let rows = [
        ("pyhivision, models kept, as packaged (1 thread)", peer("kept", "0")?),
        ("pyhivision, models kept, 2 threads", peer("kept", "2")?),
        ("pyhivision, one call per picture (its default)", peer("each", "0")?),
    ];
    let lean = before.between(&lean(&frames)?);
    let judge = [folder.join("judge.py"), frames, ours_at.join("mixed"), peer_at];
    let judged = last_json("judging", command(&python, judge))?;
    print(&ours, &lean, &rows, &judged);
    booth(&cases)?;
    scanning(&cases.join("qr"))
}

/// Every figure against MODNet as published, on the frames and on the same people before other backdrops.
fn booth(cases: &Path) -> Done {
    let mut report = command(&example("booth_report"), ["--others"]);
    report.env("GRADBOOTH_CASES", cases);
    shell::step("portraits against the truth", report)
}

fn environment(folder: &Path) -> Result<String, String> {
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).map_err(|e| e.to_string());
    write("peer.py", PEER)?;
    write("judge.py", JUDGE)?;
    let venv = folder.join("venv");
    let python = if cfg!(windows) { venv.join("Scripts/python.exe") } else { venv.join("bin/python") };
    let python = python.to_string_lossy().into_owned();
    let stamp = folder.join("stamp");
    let wanted = format!("{PEERS:?}{NEEDED:?}");
    if !shell::is_stamped(&stamp, &wanted) {
        let system = if cfg!(windows) { "python" } else { "python3" };
        shell::quiet("a Python environment", command(system, ["-m", "venv", &venv.to_string_lossy()]))?;
        let pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check"];
        let peers = pip.iter().chain(&["--no-deps"]).chain(&PEERS);
        shell::step("the peers", command(&python, peers))?;
        shell::step("what they need", command(&python, pip.iter().chain(&NEEDED)))?;
        shell::stamp(&stamp, &wanted)?;
    }
    Ok(python)
}

fn build() -> Done {
    let examples = ["--example", "portrait_bench", "--example", "booth_report", "--example", "scan_report"];
    let args = ["build", "-q", "-p", "imaging"].iter().chain(&examples);
    shell::step("building the benches", command("cargo", args))
}

fn example(name: &str) -> String {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    paths::target().join("debug/examples").join(file).to_string_lossy().into_owned()
}

/// The station's portraits beside the bare inference of the published model, kept in `save`.
fn bench(frames: &Path, save: &Path) -> Result<Value, String> {
    let (frames, save) = (frames.to_string_lossy(), save.to_string_lossy());
    let args = ["--frames", &frames, "--rounds", "1", "--precision", "mixed", "--json", "--save", &save];
    last_json("the station", command(&example("portrait_bench"), args))
}

/// Time and memory of the station's portraits alone, as the peer's are.
fn lean(frames: &Path) -> Result<Lean, String> {
    let frames = frames.to_string_lossy();
    let args = ["--frames", &frames, "--rounds", "3", "--precision", "mixed", "--json", "--lean"];
    let told = last_json("the station alone", command(&example("portrait_bench"), args))?;
    let portrait = &told["engines"]["mixed"]["portrait"];
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    Ok(Lean {
        ms: number(&portrait["median"]),
        cpu_ms: number(&portrait["cpu"]),
        peak_kb: number(&told["peak_kb"]),
    })
}

struct Lean {
    ms: f64,
    cpu_ms: f64,
    peak_kb: f64,
}

impl Lean {
    /// Between two runs, before and after those of the peer: a machine that others share is not always as fast.
    fn between(self, other: &Self) -> Self {
        Self {
            ms: f64::midpoint(self.ms, other.ms),
            cpu_ms: f64::midpoint(self.cpu_ms, other.cpu_ms),
            peak_kb: self.peak_kb.max(other.peak_kb),
        }
    }
}

/// The last line that the program prints, as JSON.
fn last_json(what: &str, mut program: std::process::Command) -> Result<Value, String> {
    eprintln!("── {what}");
    let out = program.output().map_err(|e| format!("{what}: {e}"))?;
    let text = String::from_utf8_lossy(&out.stdout);
    let line = text.lines().rev().find(|line| line.starts_with('{'));
    let told = || format!("{what} failed\n{}", String::from_utf8_lossy(&out.stderr));
    line.and_then(|line| serde_json::from_str(line).ok()).ok_or_else(told)
}

fn print(ours: &Value, lean: &Lean, rows: &[(&str, Value)], judged: &Value) {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let &Lean { ms: median, cpu_ms: cpu, peak_kb: peak } = lean;
    println!("\n{}; {}\n", date(), machine());
    println!(
        "| portrait from a decoded frame | median ms | processor ms | peak MB | clock ÷ ours | processor ÷ ours | our memory ÷ its |"
    );
    println!("|---|---|---|---|---|---|---|");
    println!(
        "| Gradbooth, 2 threads, findings included | {median:.0} | {cpu:.0} | {:.0} | 1 | 1 | 1 |",
        peak / 1024.0
    );
    for (name, row) in rows {
        let (m, c) = (number(&row["median"]), number(&row["cpu"]));
        let mb = number(&row["peak_kb"]) / 1024.0;
        let share = peak / number(&row["peak_kb"]);
        println!("| {name} | {m:.0} | {c:.0} | {mb:.0} | {:.2} | {:.2} | {share:.2} |", m / median, c / cpu);
    }
    let bare = &ours["engines"]["mixed"]["portrait"]["cpu"];
    println!(
        "\nPortrait ÷ bare inference of the published model at 480×640, processor time: {:.2}",
        number(bare) / number(&ours["bare"]["cpu"])
    );
    let frames = number(&judged["frames"]);
    println!(
        "\n| {frames:.0} frames | matte error, whole | soft band (1/1000) | corner pixels off by more than 2 | bytes after the end marker | heads turned |"
    );
    println!("|---|---|---|---|---|---|");
    for (name, key, rolled) in [("Gradbooth", "ours", 0.0), ("pyhivision", "peer", number(&judged["rolled"]))]
    {
        let row = &judged[key];
        println!(
            "| {name} | {:.2} | {:.1} | {:.1}% | {:.0} | {rolled:.0} |",
            number(&row["whole"]),
            number(&row["band"]),
            number(&row["corner_percent"]),
            number(&row["padding"])
        );
    }
}

fn scanning(qr: &Path) -> Done {
    if !qr.is_dir() {
        return Ok(());
    }
    shell::step("scanning", command(&example("scan_report"), [qr.to_string_lossy().as_ref()]))
}

fn date() -> String {
    shell::output("date", &["-u", "+%Y-%m-%d"]).unwrap_or_else(|| "no date".into())
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("\t: unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores, {}", model.trim_start_matches(['\t', ' ', ':']))
}
