//! Prints how many codes are read of sets with known truth, and how long it takes:
//! `cargo run -p imaging --example scan_report -- FOLDER [FOLDER …]`, each with a `truth.json` and its frames.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use image::GrayImage;
use imaging::scan::{ScanOutcome, Scanner};
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

#[derive(Default)]
struct Tier {
    frames: usize,
    /// Read by the thorough mode, by a single live call, by a run of live calls on the same frame.
    read: [usize; 3],
    mirrored_or_inverted: [usize; 2],
}

fn main() -> Result<(), Failure> {
    let mut tiers: BTreeMap<String, Tier> = BTreeMap::new();
    let mut times: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut wrong = 0;
    let mut suspected = 0;
    for folder in std::env::args().skip(1) {
        let truth: Value = serde_json::from_slice(&std::fs::read(format!("{folder}/truth.json"))?)?;
        for case in truth.as_array().into_iter().flatten() {
            let name = case["file"].as_str().unwrap_or_default();
            let luma = image::load_from_memory(&std::fs::read(format!("{folder}/{name}"))?)?.into_luma8();
            let payload = case["payload"].as_str().map(str::as_bytes);
            let negative = case["negative"] == true;
            let outcomes = look(&luma, &mut times);
            let tier = tiers
                .entry(if negative { "no code" } else { case["tier"].as_str().unwrap_or("?") }.into())
                .or_default();
            tier.frames += 1;
            let mut read_by = [false; 3];
            for (outcome, read) in outcomes.iter().zip(&mut read_by) {
                if let ScanOutcome::Codes(codes) = outcome {
                    *read = codes.iter().any(|code| Some(code.payload.as_slice()) == payload);
                    wrong += codes.iter().filter(|code| Some(code.payload.as_slice()) != payload).count();
                }
            }
            read_by.iter().zip(&mut tier.read).for_each(|(read, count)| *count += usize::from(*read));
            if case["mirrored"] == true || case["inverted"] == true {
                tier.mirrored_or_inverted[0] += 1;
                tier.mirrored_or_inverted[1] += usize::from(read_by[0]);
            }
            if negative && !matches!(outcomes[0], ScanOutcome::Nothing) {
                println!("no code in {name}: {:?}", outcomes[0]);
            }
            suspected += usize::from(negative && matches!(outcomes[0], ScanOutcome::Unreadable { .. }));
            if !negative && !read_by[0] {
                println!("not read: {name} {} px a module, {:?}", case["px_per_module"], outcomes[0]);
            }
        }
    }
    println!(
        "{:8} {:>6} {:>9} {:>9} {:>9}  mirrored or inverted",
        "tier", "frames", "thorough", "one live", "12 live"
    );
    for (name, tier) in &tiers {
        let [thorough, one, many] = tier.read;
        let [odd, odd_read] = tier.mirrored_or_inverted;
        println!("{name:8} {:>6} {thorough:>9} {one:>9} {many:>9}  {odd_read} of {odd}", tier.frames);
    }
    println!("wrong reads: {wrong}; frames without a code taken for an unreadable one: {suspected}");
    let streams = streams(&mut times[1]);
    for (name, [frames, streams]) in ["easy", "medium", "hard"].iter().zip(streams) {
        println!("stream {name:8} frames read alone {frames}, streams read within 12 frames {streams}");
    }
    for (name, times) in ["thorough", "live"].iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        let at =
            |share: f64| times.get(((times.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(0.0);
        println!("{name}: ms median {:.1}, p95 {:.1}, most {:.1}", at(0.5), at(0.95), at(1.0));
    }
    Ok(())
}

/// Ten drawn streams of each tier: the same code on a phone that sways, with noise of its own in every frame, dimmer
/// and farther away from tier to tier, and with a lamp that wanders over the glass in the hard one. Gives for each tier
/// the frames that a scanner without memory reads, and the streams that a scanner reads.
fn streams(times: &mut Vec<f64>) -> [[String; 2]; 3] {
    const TIERS: [(f32, f32, i32, bool); 3] =
        [(0.9, 1.0, 12, false), (0.45, 0.72, 70, false), (0.4, 0.66, 85, true)];
    let booth = testkit::Booth::new(domain::Size { width: 1280, height: 720 }, Vec::new());
    let deadline = Duration::from_millis(60);
    TIERS.map(|(brightness, scale, noise, lamp)| {
        let (mut alone, mut read) = (0, 0);
        for stream in 0..10u64 {
            let payload = testkit::demo_payload(100 + stream);
            let look = testkit::PhoneLook { brightness, scale, ..testkit::PhoneLook::default() };
            let scene = testkit::Scene::Phone { payload: payload.clone(), look };
            let mut scanner = Scanner::new();
            let mut done = false;
            for tick in 0..12u64 {
                let picture = booth.frame(&scene, stream * 100 + tick * 2);
                let luma = spoilt(&image::imageops::grayscale(&picture), stream * 12 + tick, noise, lamp);
                let is_it = |outcome: &ScanOutcome| match outcome {
                    ScanOutcome::Codes(codes) => codes.iter().all(|code| code.payload == payload),
                    _ => false,
                };
                alone += usize::from(is_it(&Scanner::new().read(&luma, deadline)));
                let start = Instant::now();
                let outcome = scanner.read(&luma, deadline);
                times.push(start.elapsed().as_secs_f64() * 1e3);
                done |= is_it(&outcome);
            }
            read += usize::from(done);
        }
        [format!("{alone} of 120"), format!("{read} of 10")]
    })
}

/// Noise, and a bright band that wanders with the ticks.
fn spoilt(luma: &GrayImage, tick: u64, noise: i32, lamp: bool) -> GrayImage {
    let mut out = luma.clone();
    let mut state = tick as u32 * 77 + 1;
    let band = 480 + (tick * 53 % 260) as u32;
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 12) as i32 % (2 * noise + 1) - noise;
        let lit = lamp && (band..band + 46).contains(&(x + y / 4));
        pixel.0[0] = if lit { 255 } else { (i32::from(pixel.0[0]) + grain).clamp(0, 255) as u8 };
    }
    out
}

/// Thorough, one live call of a scanner that has seen nothing, and the best of twelve live calls.
fn look(luma: &GrayImage, times: &mut [Vec<f64>; 2]) -> [ScanOutcome; 3] {
    let deadline = Duration::from_millis(60);
    let start = Instant::now();
    let thorough = Scanner::new().read_thorough(luma, deadline);
    times[0].push(start.elapsed().as_secs_f64() * 1e3);
    let mut scanner = Scanner::new();
    let mut live = Vec::new();
    for _ in 0..12 {
        let start = Instant::now();
        live.push(scanner.read(luma, deadline));
        times[1].push(start.elapsed().as_secs_f64() * 1e3);
    }
    let first = live[0].clone();
    let best = live.into_iter().find(|o| matches!(o, ScanOutcome::Codes(_))).unwrap_or(ScanOutcome::Nothing);
    [thorough, first, best]
}
