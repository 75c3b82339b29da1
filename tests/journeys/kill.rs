//! A replayed day that is killed again and again: every picture that was called accepted is there, whole, once.
//!
//! `cargo xtask kill` kills 50 times; a sample of it runs with every test.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use journeys::places::program;
use serde_json::Value;
use testkit::day::{DayPlan, write_plan};

const STUDENTS: usize = 4;

/// Replays until the end or until `life` is over; returns what was called accepted, and whether it was killed.
fn replay(frames: &Path, data: &Path, life: Option<Duration>) -> (Vec<(String, String)>, bool) {
    let mut child = Command::new(program())
        .args(["replay", frames.to_str().unwrap(), "--data", data.to_str().unwrap(), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reading = std::thread::spawn(move || {
        let lines = out.lines().map_while(Result::ok).filter_map(|l| serde_json::from_str::<Value>(&l).ok());
        let accepted = lines.filter(|line| line["event"] == "accepted");
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        accepted.map(|line| (text(&line["fingerprint"]), text(&line["portrait"]))).collect::<Vec<_>>()
    });
    let begun = Instant::now();
    let mut killed = false;
    loop {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        if life.is_some_and(|life| begun.elapsed() >= life) {
            killed = true;
            child.kill().unwrap();
            child.wait().unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    (reading.join().unwrap(), killed)
}

/// What the store itself says is accepted: one row for each portrait.
fn accepted_rows(data: &Path) -> Vec<(String, String)> {
    let (store, _) =
        store::Store::open(data, "look", domain::Timestamp(0)).expect("the store opens after a kill");
    let report = store.verify().expect("looked over");
    assert!(report.is_clean(), "{report:?}");
    assert!(store.verify_audit().expect("looked over").broken.is_none());
    let strip = store.today(domain::Timestamp(0), 1_000).expect("the strip");
    for entry in &strip {
        let jpeg =
            store.picture(store::PictureKind::Portrait, &entry.portrait_hash).expect("the portrait is there");
        imaging::decode::picture_file(&jpeg).expect("and whole");
        store.picture(store::PictureKind::Original, &entry.original_hash).expect("and its original");
    }
    strip.into_iter().map(|e| (e.fingerprint.as_str().to_owned(), e.portrait_hash.to_hex())).collect()
}

#[test]
fn every_accepted_picture_survives_every_kill() {
    let kills: u32 = std::env::var("GRADBOOTH_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    let frames = folder.path().join("day");
    // Few frames for each thing that happens: a kill between two of them hits the store more often than the scanner.
    let plan = DayPlan { empty_frames: 1, phone_frames: 2, seated_frames: 2, ..DayPlan::new(STUDENTS, 1) };
    write_plan(&frames, &plan).expect("the day is drawn");
    // How long a whole day takes here; the kills fall anywhere in it.
    let begun = Instant::now();
    let (all, _) = replay(&frames, &folder.path().join("whole"), None);
    assert_eq!(all.len(), STUDENTS);
    let whole = begun.elapsed();

    let mut seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos() | 1;
    println!("seed {seed}, a whole day takes {whole:.1?}");
    let (mut killed, mut rounds, mut promised) = (0, 0, 0);
    while killed < kills {
        rounds += 1;
        let data = folder.path().join(format!("data-{rounds}"));
        let mut told: BTreeSet<(String, String)> = BTreeSet::new();
        // One data folder lives through several kills, as a bad laptop would have it.
        for _ in 0..4 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let life = whole.mul_f64(f64::from(seed >> 8) / f64::from(1 << 24));
            let (accepted, was_killed) = replay(&frames, &data, Some(life));
            told.extend(accepted);
            killed += u32::from(was_killed);
            if data.exists() {
                let rows = accepted_rows(&data);
                let unique: BTreeSet<_> = rows.iter().cloned().collect();
                assert_eq!(rows.len(), unique.len(), "a picture is there twice");
                let codes: BTreeSet<_> = rows.iter().map(|(code, _)| code).collect();
                assert_eq!(codes.len(), rows.len(), "a code has two pictures");
                assert!(
                    told.is_subset(&unique),
                    "called accepted but not there: {:?}",
                    told.difference(&unique)
                );
            }
        }
        replay(&frames, &data, None);
        let rows = accepted_rows(&data);
        assert_eq!(rows.len(), STUDENTS, "the day could be finished");
        promised += told.len();
    }
    println!(
        "{killed} kills over {rounds} data folders; {promised} pictures were called accepted and all are there, whole, once"
    );
}
