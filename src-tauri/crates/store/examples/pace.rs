//! How long the writes of a sitting take on this disk: `cargo run -p store --example pace [people]`.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use domain::{CaptureCode, CodeSource, Timestamp, Verdict};
use store::{NewPortrait, NewShot, Store};

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |t| t.as_secs_f64() * 1000.0)
}

fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// One file of `length` bytes written and brought to the disk: the floor under every other figure.
fn fsync(dir: &std::path::Path, length: usize) -> std::io::Result<f64> {
    let content = bytes(1, length);
    let mut times = Vec::new();
    for n in 0..20 {
        let start = Instant::now();
        let mut file = File::create(dir.join(format!("floor{n}")))?;
        file.write_all(&content)?;
        file.sync_all()?;
        times.push(start.elapsed());
    }
    Ok(median(times))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let people: u64 = std::env::args().nth(1).map_or(Ok(100), |n| n.parse())?;
    let dir = tempfile::tempdir()?;
    let (mut store, _) = Store::open(dir.path().join("data"), "pace", Timestamp(0))?;
    let (mut opening, mut shooting, mut accepting) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..people {
        let code = CaptureCode::new(bytes(n + 7, 300))?;
        let original = bytes(n * 2 + 1, 800_000);
        let jpeg = bytes(n * 2 + 2, 35_000);

        let start = Instant::now();
        let sitting = store.open_sitting(&code, CodeSource::Camera, None, Timestamp(0))?;
        opening.push(start.elapsed());

        let start = Instant::now();
        let shot = store.add_shot(
            &NewShot {
                sitting: sitting.id,
                original: &original,
                extension: "jpg",
                verdict: Verdict::Pass,
                findings: Vec::new(),
                geometry: None,
                plan: None,
                provenance: serde_json::json!({}),
            },
            Timestamp(0),
        )?;
        shooting.push(start.elapsed());

        let start = Instant::now();
        store.accept(
            &NewPortrait {
                shot: shot.id,
                jpeg: &jpeg,
                quality: 88,
                spec_id: "registry-safe",
                verdict: Verdict::Pass,
                findings: Vec::new(),
                override_reason: None,
                expected_code: &code,
            },
            Timestamp(0),
        )?;
        accepting.push(start.elapsed());
    }
    println!("median of {people}: open_sitting {:.1} ms", median(opening));
    println!("add_shot, 800 kB original: {:.1} ms", median(shooting));
    println!("accept, 35 kB portrait: {:.1} ms", median(accepting));
    println!(
        "floor: one fsync of 4 kB {:.1} ms, of 800 kB {:.1} ms",
        fsync(dir.path(), 4096)?,
        fsync(dir.path(), 800_000)?
    );
    let start = Instant::now();
    let clean = store.verify()?.is_clean();
    println!("verify: {:.0} ms, clean: {clean}", start.elapsed().as_secs_f64() * 1000.0);
    drop(store);
    let start = Instant::now();
    Store::open(dir.path().join("data"), "pace", Timestamp(0))?;
    println!("open again: {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}
