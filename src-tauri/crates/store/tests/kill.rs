//! A station that is killed at random moments, again and again, in one data folder.
//!
//! The child process is this same test program, told by a variable to be the station.

#![allow(clippy::unwrap_used)] // a test program from end to end

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use domain::{CaptureCode, CodeSource, ContentHash, PortraitId, Timestamp, Verdict};
use store::{Disposition, NewPortrait, NewShot, OutboxState, Outcome, PictureKind, Store};

const FOLDER: &str = "GRADBOOTH_KILL_TEST_FOLDER";
const ROUNDS: u64 = 12;

/// Bytes that differ from all others: a start value and a simple generator.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Photographs people until it is killed; says each accepted portrait after it was told so.
#[test]
#[ignore = "the child of the_killed_station"]
fn station() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let seed = u64::from(std::process::id()) << 32;
    let (mut store, report) = Store::open(folder, "A-1", Timestamp(0)).unwrap();
    let mut out = std::io::stdout();
    let mut say = |line: String| {
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
    };
    if let Some(left) = report.unfinished {
        store.close_sitting(left.id, store::Ending::Abandoned, Timestamp(1)).unwrap();
    }
    for n in 0_u64.. {
        // Every third person comes back for a retake of the one before.
        let person = if n % 3 == 2 { n - 1 } else { n };
        let code = CaptureCode::new(format!("code {seed} {person}")).unwrap();
        let earlier = store.earlier_accept(&code).unwrap().map(|e| e.portrait);
        let sitting = store.open_sitting(&code, CodeSource::Camera, earlier, Timestamp(2)).unwrap();
        say(format!("number {}", sitting.shot_number));
        let original = noise(seed + n * 2 + 1, 120_000);
        let new = NewShot {
            sitting: sitting.id,
            original: &original,
            extension: "jpg",
            verdict: Verdict::Pass,
            findings: Vec::new(),
            geometry: None,
            plan: None,
            provenance: serde_json::json!({}),
        };
        let shot = store.add_shot(&new, Timestamp(3)).unwrap();
        say(format!("shot {}", shot.original));
        let jpeg = noise(seed + n * 2 + (1 << 20), 35_000);
        let portrait = NewPortrait {
            shot: shot.id,
            jpeg: &jpeg,
            quality: 88,
            spec_id: "registry-safe",
            verdict: Verdict::Pass,
            findings: Vec::new(),
            override_reason: None,
            expected_code: &code,
        };
        let accepted = store.accept(&portrait, Timestamp(4)).unwrap();
        say(format!("accepted {} {} {}", accepted.id, accepted.hash, code.fingerprint().as_str()));
    }
}

/// Lines that a station said until it was killed after `life`.
fn run_and_kill(folder: &Path, life: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "station", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let listener = std::thread::spawn(move || {
        let words = ["number ", "shot ", "accepted "];
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        lines.filter(|line| words.iter().any(|word| line.starts_with(word))).collect::<Vec<_>>()
    });
    std::thread::sleep(life);
    assert!(child.try_wait().unwrap().is_none(), "the station ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    listener.join().unwrap()
}

/// What has been said so far, and must be true for ever.
#[derive(Default)]
struct Said {
    accepted: Vec<(PortraitId, ContentHash, String)>,
    originals: Vec<ContentHash>,
    highest_number: i64,
}

impl Said {
    fn hear(&mut self, lines: &[String]) {
        for line in lines {
            let words: Vec<_> = line.split(' ').collect();
            match words[..] {
                ["number", n] => {
                    let n = n.parse().unwrap();
                    assert!(n > self.highest_number, "number {n} was given out twice");
                    self.highest_number = n;
                }
                ["shot", hash] => self.originals.push(ContentHash::from_hex(hash).unwrap()),
                ["accepted", id, hash, fingerprint] => self.accepted.push((
                    PortraitId(id.parse().unwrap()),
                    ContentHash::from_hex(hash).unwrap(),
                    fingerprint.to_owned(),
                )),
                _ => panic!("{line}"),
            }
        }
    }

    fn check(&self, store: &Store) {
        for (id, hash, fingerprint) in &self.accepted {
            let portrait = store.portrait(*id).unwrap();
            assert_eq!(portrait.hash, *hash);
            store.picture(PictureKind::Portrait, hash).unwrap();
            let detail = store.sitting_detail(portrait.sitting).unwrap();
            assert_eq!(detail.sitting.outcome, Outcome::Accepted);
            assert_eq!(detail.sitting.fingerprint.as_str(), fingerprint);
            assert!(
                detail.shots.iter().any(|s| s.id == portrait.shot && s.disposition == Disposition::Accepted)
            );
        }
        for hash in &self.originals {
            store.picture(PictureKind::Original, hash).unwrap();
        }
    }
}

#[test]
fn the_killed_station_keeps_its_word() {
    let dir = tempfile::tempdir().unwrap();
    let mut said = Said::default();
    let (mut rescued, mut removed, mut leftovers, mut unfinished) = (0, 0, 0, 0);
    let start = Instant::now();
    for round in 0..ROUNDS {
        // Not a clock for the store: only an unforeseeable moment for the kill.
        let jitter = u64::from(start.elapsed().subsec_nanos()) % 250;
        said.hear(&run_and_kill(dir.path(), Duration::from_millis(150 + jitter)));

        let (store, report) = Store::open(dir.path(), "A-1", Timestamp(5)).unwrap();
        assert!(report.missing.is_empty(), "round {round}: {report:?}");
        assert!(report.portraits_removed <= 1 && report.rescued.len() <= 1, "round {round}: {report:?}");
        let check = store.verify().unwrap();
        assert!(check.is_clean(), "round {round}: {check:#?}");
        said.check(&store);
        // At most the last accept of each life was durable before it could be said.
        let unsaid = check.portraits as usize - said.accepted.len();
        assert!(unsaid as u64 <= round + 1, "round {round}: {unsaid} accepted portraits were never told");
        let waiting = store.outbox(OutboxState::Pending).unwrap().len();
        let replaced = store.outbox(OutboxState::Superseded).unwrap().len();
        assert_eq!(waiting + replaced, check.portraits as usize);

        rescued += report.rescued.len();
        removed += report.portraits_removed;
        leftovers += report.leftovers_removed;
        unfinished += u32::from(report.unfinished.is_some());
    }
    println!(
        "{ROUNDS} kills: {} accepted told, {} originals told, all there; found at the starts: {rescued} originals \
         rescued, {removed} unaccepted portraits, {leftovers} half files, {unfinished} open sittings",
        said.accepted.len(),
        said.originals.len()
    );
    assert!(said.accepted.len() >= ROUNDS as usize, "the stations lived too short to prove anything");
}
