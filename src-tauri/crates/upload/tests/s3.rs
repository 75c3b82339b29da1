//! Against an S3 server that we did not write (moto), through a proxy that spoils a tenth of the requests.

#![allow(clippy::unwrap_used)]

mod faulty;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use domain::{CaptureCode, ContentHash, Timestamp};
use upload::{
    BatchId, Bodies, BodyError, Cause, Closing, Control, Ending, Entry, EntryState, JournalLedger, Kind,
    Ledger, Manifest, MemoryLedger, Network, ObjectKey, ProxyChoice, Report, Run, Seal, Secret, Settings,
    TargetSettings,
};

struct Moto(Child, u16);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The server, or why there is none. The venv is made once, under the workspace's target folder.
fn moto() -> Option<Moto> {
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap().join("target/moto");
    let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let installed =
        |bin: &Path| Command::new(bin.join("python")).args(["-c", "import moto.server, flask"]).output();
    if !installed(&bin).is_ok_and(|o| o.status.success()) {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&venv).output();
        let pip = Command::new(bin.join("pip")).args(["install", "-q", "moto[server]"]).output();
        if !made.is_ok_and(|o| o.status.success()) || !pip.is_ok_and(|o| o.status.success()) {
            eprintln!("SKIPPED: pip cannot install moto here");
            return None;
        }
    }
    let mut child = Command::new(bin.join("python"))
        .args(["-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|l| {
        let (_, rest) = l.split_once("http://127.0.0.1:")?;
        rest.trim().parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    let moto = Moto(child, port.expect("moto says its port"));
    assert_eq!(http("PUT", moto.1, "/photos").0, 200);
    Some(moto)
}

/// A request by hand, past everything that is tested.
fn http(method: &str, port: u16, path: &str) -> (u16, Vec<u8>) {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let at = all.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&all[9..12]).parse().unwrap();
    (status, all[at + 4..].to_vec())
}

struct Made(HashMap<ContentHash, Vec<u8>>);

impl Bodies for Made {
    fn read(&self, entry: &Entry) -> Result<Vec<u8>, BodyError> {
        self.0.get(&entry.content).cloned().ok_or(BodyError::Missing)
    }
}

fn portraits(n: i64, sealed: bool) -> (Vec<Entry>, Made) {
    let batch = BatchId::new("proof").unwrap();
    let mut made = HashMap::new();
    let mut entries = Vec::new();
    for id in 1..=n {
        let size = 30_000 + upload::policy::mix(id as u64) as usize % 10_000;
        let body: Vec<u8> = (0..size)
            .map(|i| upload::policy::mix((id as u64) << 32 | (i as u64 / 8)).to_le_bytes()[i % 8])
            .collect();
        let hash = ContentHash::of(&body);
        let code = CaptureCode::new(format!("code {id}").into_bytes()).unwrap().fingerprint();
        let key = ObjectKey::picture(&batch, &code, hash, Kind::Jpg, sealed);
        entries.push(Entry::new(id, key, hash, body.len() as u64));
        made.insert(hash, body);
    }
    (entries, Made(made))
}

fn target(port: u16, bucket: &str) -> TargetSettings {
    TargetSettings::S3 {
        endpoint: format!("http://127.0.0.1:{port}"),
        region: "us-east-1".into(),
        bucket: bucket.into(),
        path_style: true,
        access_key: "test".into(),
        secret_key: Secret("test".into()),
        conditional_put: true,
    }
}

fn now() -> Timestamp {
    Timestamp(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64)
}

fn perform(
    to: &TargetSettings,
    ledger: &mut dyn Ledger,
    made: &Made,
    seal: Option<Seal>,
    control: Control,
) -> Report {
    let network = Network { proxy: ProxyChoice::Direct, ..Network::default() };
    let run = Run {
        batch: BatchId::new("proof").unwrap(),
        settings: Settings { allowed: true, parallel: 8 },
        closing: Closing::Manifest,
        target: upload::target::open(to, &network).unwrap(),
        seal,
        bodies: made,
        clock: &now,
        control,
    };
    run.perform(ledger, &mut |_| {}).unwrap()
}

/// Reads the bucket past everything: every object there once, right hash, nothing else.
fn check(port: u16, entries: &[Entry]) -> Manifest {
    let (status, body) = http("GET", port, "/photos/batches/proof/manifest.json");
    assert_eq!(status, 200, "the manifest is there");
    let manifest: Manifest = serde_json::from_slice(&body).unwrap();
    assert!(manifest.is_sound());
    let mut there = BTreeMap::new();
    for listed in &manifest.objects {
        let (status, body) = http("GET", port, &format!("/photos/{}", listed.key));
        assert_eq!((status, ContentHash::of(&body)), (200, listed.sha256), "{}", listed.key);
        there.insert(listed.key.clone(), body);
    }
    assert_eq!(there.len(), entries.len());
    assert!(entries.iter().all(|e| there.contains_key(&e.key)));
    manifest
}

#[test]
fn sixty_portraits_arrive_whole_through_a_tenth_of_faults_and_the_manifest_is_last() {
    let Some(moto) = moto() else { return };
    let (port, figures) = faulty::start(moto.1, 10, None, 7);
    let (entries, made) = portraits(60, false);
    let mut ledger = MemoryLedger { rows: entries.clone() };
    let report = perform(&target(port, "photos"), &mut ledger, &made, None, Control::default());
    assert_eq!(report.ending, Ending::Complete, "{report:?} {:?}", ledger.rows);
    assert!(figures.faults.load(Ordering::Relaxed) > 5, "the proxy spoilt something");
    check(moto.1, &entries);
    let again = perform(
        &target(port, "photos"),
        &mut MemoryLedger { rows: entries.clone() },
        &made,
        None,
        Control::default(),
    );
    assert_eq!(
        (again.ending, again.sent, again.already),
        (Ending::Complete, 0, 60),
        "a repeated upload is success"
    );
}

#[test]
fn other_content_under_the_key_is_a_conflict_and_stays_as_it_is() {
    let Some(moto) = moto() else { return };
    let (entries, made) = portraits(2, false);
    let path = format!("/photos/{}", entries[0].key);
    assert_eq!(http("PUT", moto.1, &path).0, 200, "an empty object lies there");
    let mut ledger = MemoryLedger { rows: entries };
    let report = perform(&target(moto.1, "photos"), &mut ledger, &made, None, Control::default());
    assert_eq!(report.ending, Ending::Left { parked: 0, conflicts: 1 });
    assert_eq!((ledger.rows[0].state, ledger.rows[1].state), (EntryState::Conflict, EntryState::Sent));
    assert_eq!(http("GET", moto.1, &path).1, b"", "nothing was overwritten");
    assert_eq!(
        http("GET", moto.1, "/photos/batches/proof/manifest.json").0,
        404,
        "no manifest of half a batch"
    );
}

#[test]
fn sealed_objects_open_for_the_recipient_and_are_the_same_on_a_second_try() {
    let Some(moto) = moto() else { return };
    let dir = tempfile::tempdir().unwrap();
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let (entries, made) = portraits(5, true);
    let (port, _) = faulty::start(moto.1, 4, None, 3);
    let mut ledger = MemoryLedger { rows: entries.clone() };
    let seal = Seal::new(&recipient, &dir.path().join("spool")).unwrap();
    let report = perform(&target(port, "photos"), &mut ledger, &made, Some(seal), Control::default());
    assert_eq!(report.ending, Ending::Complete);
    let manifest = check(moto.1, &entries);
    for entry in &ledger.rows {
        let listed = manifest.objects.iter().find(|o| o.key == entry.key).unwrap();
        assert_eq!(Some(listed.sha256), entry.sealed.map(|s| s.hash));
        let (_, body) = http("GET", moto.1, &format!("/photos/{}", entry.key));
        assert_eq!(ContentHash::of(&age::decrypt(&identity, &body).unwrap()), entry.content);
    }
    // The program ended before it heard of the arrival, and the spool is lost: the ledger's hash knows it again.
    ledger.rows.iter_mut().for_each(|r| r.state = EntryState::Sending);
    let seal = Seal::new(&recipient, &dir.path().join("other")).unwrap();
    let again = perform(&target(port, "photos"), &mut ledger, &made, Some(seal), Control::default());
    assert_eq!((again.ending, again.sent, again.already), (Ending::Complete, 0, 5));
}

#[test]
fn what_concerns_everybody_stops_the_run_and_burns_no_attempts() {
    let Some(moto) = moto() else { return };
    let (skewed, _) = faulty::start(moto.1, 1, Some(8), 1);
    for (port, bucket, cause) in [(moto.1, "nowhere", Cause::NoBucket), (skewed, "photos", Cause::Clock)] {
        let (entries, made) = portraits(20, false);
        let mut ledger = MemoryLedger { rows: entries };
        let report = perform(&target(port, bucket), &mut ledger, &made, None, Control::default());
        assert_eq!(report.ending, Ending::Stopped(cause));
        assert!(
            ledger.rows.iter().all(|r| r.state == EntryState::Pending && r.attempts == 0),
            "{:?}",
            ledger.rows
        );
    }
}

#[test]
fn a_login_page_that_answers_everything_is_never_taken_for_success() {
    let (port, _) = faulty::start(1, 1, Some(3), 1);
    let (entries, made) = portraits(10, false);
    let mut ledger = MemoryLedger { rows: entries };
    let network = Network { proxy: ProxyChoice::Direct, ..Network::default() };
    let control = Control::default();
    let run = Run {
        batch: BatchId::new("proof").unwrap(),
        settings: Settings { allowed: true, parallel: 4 },
        closing: Closing::Manifest,
        target: upload::target::open(&target(port, "photos"), &network).unwrap(),
        seal: None,
        bodies: &made,
        clock: &now,
        control: control.clone(),
    };
    let mut seen = None;
    let told = &mut |p: &upload::Progress| {
        if p.failure.is_some() {
            seen = p.failure;
            control.cancel();
        }
    };
    let report = run.perform(&mut ledger, told).unwrap();
    assert_eq!((report.ending, report.sent), (Ending::Cancelled, 0));
    assert_eq!(seen, Some(Cause::Portal));
    assert!(ledger.rows.iter().all(|r| r.state == EntryState::Pending && r.attempts == 0));
}

#[test]
fn a_folder_takes_everything_once_and_keeps_what_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let (entries, made) = portraits(5, false);
    let other = dir.path().join(entries[0].key.as_str());
    std::fs::create_dir_all(other.parent().unwrap()).unwrap();
    std::fs::write(&other, b"other").unwrap();
    let to = TargetSettings::Folder { path: dir.path().to_owned() };
    let mut ledger = MemoryLedger { rows: entries };
    let report = perform(&to, &mut ledger, &made, None, Control::default());
    assert_eq!(report.ending, Ending::Left { parked: 0, conflicts: 1 });
    assert_eq!(std::fs::read(&other).unwrap(), b"other");
    std::fs::remove_file(&other).unwrap();
    assert!(ledger.release(1, now()).unwrap());
    let report = perform(&to, &mut ledger, &made, None, Control::default());
    assert_eq!((report.ending, report.sent), (Ending::Complete, 1));
    let text = std::fs::read(dir.path().join("batches/proof/manifest.json")).unwrap();
    assert!(serde_json::from_slice::<Manifest>(&text).unwrap().is_sound());
}

/// The long proof: 2,000 portraits, a tenth of requests spoilt, the program killed 20 times.
/// `cargo build -p upload --example upload_child && cargo test -p upload --test s3 -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn two_thousand_portraits_survive_twenty_kills() {
    let Some(moto) = moto() else { return };
    let n: i64 = std::env::var("PORTRAITS").ok().and_then(|v| v.parse().ok()).unwrap_or(2000);
    let child: PathBuf =
        std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples/upload_child");
    let (port, figures) = faulty::start(moto.1, 10, None, 11);
    let dir = tempfile::tempdir().unwrap();
    let (entries, made) = portraits(n, false);
    std::fs::create_dir(dir.path().join("bodies")).unwrap();
    for (hash, body) in &made.0 {
        std::fs::write(dir.path().join("bodies").join(hash.to_hex()), body).unwrap();
    }
    let journal = dir.path().join("ledger");
    JournalLedger::open(&journal).unwrap().add(&entries).unwrap();
    let begun = Instant::now();
    let (mut kills, mut starts) = (0_i64, 0);
    loop {
        starts += 1;
        let mut process = Command::new(&child)
            .arg(dir.path())
            .arg(format!("http://127.0.0.1:{port}"))
            .stdout(Stdio::inherit())
            .spawn()
            .expect("build the example upload_child first");
        // Killed when a further twenty-first of the objects has begun, so that every kill hits a running upload.
        let mark = n as u64 * (kills as u64 + 1) / 21;
        let killed = kills < 20
            && loop {
                if process.try_wait().unwrap().is_some() {
                    break false;
                }
                let text = std::fs::read_to_string(&journal).unwrap_or_default();
                if text.matches("\"sent\"").count() as u64 >= mark {
                    break true;
                }
                std::thread::sleep(Duration::from_millis(20));
            };
        if killed {
            process.kill().unwrap();
            process.wait().unwrap();
            kills += 1;
            assert_eq!(
                http("GET", moto.1, "/photos/batches/proof/manifest.json").0,
                404,
                "the manifest is last"
            );
        } else if process.wait().unwrap().success() {
            break;
        }
        assert!(starts < 60);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let rows = JournalLedger::open(&journal).unwrap().entries().unwrap();
    assert!(rows.iter().all(|r| r.state == EntryState::Sent));
    check(moto.1, &entries);
    let attempts: u32 = rows.iter().map(|r| r.attempts).sum();
    println!(
        "{n} portraits, {} requests, {} spoilt, {attempts} attempts ({} retries), {kills} kills, {starts} starts, {seconds:.0} s",
        figures.requests.load(Ordering::Relaxed),
        figures.faults.load(Ordering::Relaxed),
        i64::from(attempts) - n,
    );
}
