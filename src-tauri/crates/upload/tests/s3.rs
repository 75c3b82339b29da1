//! Against an S3 server that we did not write (moto), through a line that spoils a tenth of the requests. The long proof,
//! with kills, goes through the station: `tests/journeys/uploading.rs`.

#![allow(clippy::unwrap_used)]

// The same servers as the journeys of the station have.
#[allow(dead_code)]
#[path = "../../../../tests/net/faulty.rs"]
mod faulty;
#[path = "../../../../tests/net/moto.rs"]
mod moto;
#[path = "../../../../tests/net/python.rs"]
mod python;
#[allow(dead_code)]
#[path = "../../../../tests/net/wire.rs"]
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::Ordering;

use faulty::{Fault, USUAL};
use wire::http;

use domain::{CaptureCode, ContentHash, Timestamp};
use upload::{
    BatchId, Bodies, BodyError, Cause, Closing, Control, Ending, Entry, EntryState, Kind, Ledger, Manifest,
    MemoryLedger, Network, ObjectKey, ProxyChoice, Report, Run, Seal, Secret, Settings, TargetSettings,
};

fn moto() -> Option<moto::Moto> {
    moto::moto(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target"))
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
    let (port, figures) = faulty::start(moto.1, 10, &USUAL, 7);
    let (entries, made) = portraits(60, false);
    let mut ledger = MemoryLedger { rows: entries.clone(), ..MemoryLedger::default() };
    let report = perform(&target(port, "photos"), &mut ledger, &made, None, Control::default());
    assert_eq!(report.ending, Ending::Complete, "{report:?} {:?}", ledger.rows);
    assert!(figures.faults.load(Ordering::Relaxed) > 5, "the proxy spoilt something");
    check(moto.1, &entries);
    let again = perform(
        &target(port, "photos"),
        &mut MemoryLedger { rows: entries.clone(), ..MemoryLedger::default() },
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
    let mut ledger = MemoryLedger { rows: entries, ..MemoryLedger::default() };
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
    let (port, _) = faulty::start(moto.1, 4, &USUAL, 3);
    let mut ledger = MemoryLedger { rows: entries.clone(), ..MemoryLedger::default() };
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
    let (skewed, _) = faulty::start(moto.1, 1, &[Fault::Skewed], 1);
    for (port, bucket, cause) in [(moto.1, "nowhere", Cause::NoBucket), (skewed, "photos", Cause::Clock)] {
        let (entries, made) = portraits(20, false);
        let mut ledger = MemoryLedger { rows: entries, ..MemoryLedger::default() };
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
    let (port, _) = faulty::start(1, 1, &[Fault::Page], 1);
    let (entries, made) = portraits(10, false);
    let mut ledger = MemoryLedger { rows: entries, ..MemoryLedger::default() };
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
    let mut ledger = MemoryLedger { rows: entries, ..MemoryLedger::default() };
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
