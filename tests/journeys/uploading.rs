//! The upload through the station: to a store that we did not write, over TLS, through a proxy, past a login page.

mod killed;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use api::handover::operations::HandoverOperations;
use api::handover::view::*;
use api::{Nothing, Station};
use domain::{BatchId, ContentHash};
use journeys::booth::{now, station};
use journeys::net::faulty::{self, Fault};
use journeys::net::moto::{Moto, moto};
use journeys::net::tls::{Authority, Served};
use journeys::net::wire::http;
use journeys::net::{endpoint, proxy};
use journeys::stock::{Stock, lay_in};
use journeys::{places, stock};
use store::{Store, UploadRowState};
use tempfile::TempDir;

const SECRET: &str = "geheimer-Schluessel-0815";

fn store() -> Option<Moto> {
    moto(&places::root().join("target"))
}

/// A data folder with `people` portraits, and a station on it.
fn day(people: usize) -> (TempDir, Stock, Station) {
    let home = tempfile::tempdir().expect("a folder");
    let stock = lay_in(&home.path().join("data"), people, true);
    let station = station(&home.path().join("data"));
    (home, stock, station)
}

fn s3(endpoint: String) -> UploadSettings {
    UploadSettings {
        target: Some(UploadTarget::S3 {
            endpoint,
            region: "us-east-1".into(),
            bucket: "photos".into(),
            path_style: true,
            access_key: "test".into(),
            conditional_put: true,
        }),
        secret: Some(SECRET.into()),
        proxy: "direct".into(),
        ..UploadSettings::default()
    }
}

fn to_endpoint(url: String) -> UploadSettings {
    UploadSettings {
        target: Some(UploadTarget::Endpoint { url }),
        secret: Some(SECRET.into()),
        proxy: "direct".into(),
        ..UploadSettings::default()
    }
}

fn status(station: &Station, batch: BatchId) -> UploadStatus {
    station.upload_status(OfBatch { batch: Some(batch) }).expect("a status")
}

/// One value of the database, beside the station that has it open.
fn ask(home: &Path, sql: &str) -> String {
    let db = rusqlite::Connection::open_with_flags(
        home.join("data/gradbooth.db"),
        rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY,
    );
    let value: rusqlite::types::Value =
        db.expect("opens").query_row(sql, [], |row| row.get(0)).expect("a value");
    match value {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

/// Waits until the upload stands as wanted.
fn until(station: &Station, batch: BatchId, wanted: impl Fn(&UploadStatus) -> bool) -> UploadStatus {
    let begun = Instant::now();
    loop {
        let status = status(station, batch);
        if wanted(&status) {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "{status:?}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

fn over(status: &UploadStatus) -> bool {
    matches!(status.state, UploadState::Complete | UploadState::Left | UploadState::Stopped)
}

fn upload(station: &Station, batch: BatchId) -> UploadStatus {
    station.upload_start(UploadStart { batch: Some(batch), close: true }).expect("begun");
    until(station, batch, over)
}

/// The first two people's pictures were mixed up, and are put right.
fn swap_two(station: &Station, batch: BatchId) {
    use api::day::operations::DayOperations;
    let items = station.outbox_items(OutboxRequest { batch: Some(batch), ..Default::default() });
    let items = items.expect("items");
    let (one, two) = (items[0].number, items[1].number);
    let swap = api::day::view::SwapRequest { one, other: two, reason: "出口处发现".into() };
    let proposed = station.swap_propose(swap).expect("proposed");
    let commit = api::day::view::CorrectionRequest { correction: proposed.id };
    station.swap_commit(commit).expect("made");
}

/// Reads the bucket past everything: the manifest lists every portrait once, each is there with its hash.
fn check_bucket(moto: &Moto, stock: &Stock, data: &Path) {
    let (db, _) = Store::open(data, "look", now()).expect("opens");
    let rows = db.uploads(Some(stock.batch)).expect("rows");
    let folder = rows[0].key.rsplit_once("/lists").map_or(rows[0].key.as_str(), |(folder, _)| folder);
    let folder: Vec<&str> = folder.split('/').take(2).collect();
    let (code, manifest) = http("GET", moto.1, &format!("/photos/{}/manifest.json", folder.join("/")));
    assert_eq!(code, 200, "the manifest is there");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let mut there = BTreeSet::new();
    for object in manifest["objects"].as_array().expect("objects") {
        let key = object["key"].as_str().expect("a key").to_owned();
        let (code, body) = http("GET", moto.1, &format!("/photos/{key}"));
        assert_eq!(code, 200, "{key}");
        assert_eq!(ContentHash::of(&body).to_hex(), object["sha256"].as_str().expect("a hash"), "{key}");
        assert!(there.insert(key), "listed twice");
    }
    assert_eq!(there.len(), stock.pictures.len() + 1, "every portrait and the list of codes");
    for (code, content) in &stock.pictures {
        let end = format!("/{}/{content}.jpg", code.as_str());
        assert!(there.iter().any(|key| key.ends_with(&end)), "{end}");
    }
    assert!(rows.iter().all(|row| row.state == UploadRowState::Sent && row.closing == Some(0)));
}

#[test]
fn portraits_arrive_at_an_s3_store_through_a_bad_line_once_and_the_manifest_last() {
    let Some(moto) = store() else { return };
    let (home, stock, station) = day(40);
    let (port, line) = faulty::start(moto.1, 10, &faulty::USUAL, 7);
    let kept = station.upload_settings_save(s3(format!("http://127.0.0.1:{port}"))).expect("kept");
    assert_eq!((kept.secret, kept.secret_kept), (None, true));
    let done = upload(&station, stock.batch);
    assert_eq!((done.state, done.closed, done.done, done.parked), (UploadState::Complete, true, 41, 0));
    assert!(line.faults.load(Ordering::Relaxed) > 4, "the line spoilt something");
    line.one_in.store(0, Ordering::Relaxed);
    let again = upload(&station, stock.batch);
    assert_eq!((again.state, again.done), (UploadState::Complete, 41), "once more is success");
    drop(station);
    check_bucket(&moto, &stock, &home.path().join("data"));
}

#[test]
fn sealed_objects_open_for_the_recipient_and_nobody_else() {
    let Some(moto) = store() else { return };
    let (home, stock, station) = day(5);
    let (identity, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let recipient = Some(identity.to_public().to_string());
    let (port, _) = faulty::start(moto.1, 5, &faulty::USUAL, 3);
    let settings = UploadSettings { recipient, ..s3(format!("http://127.0.0.1:{port}")) };
    station.upload_settings_save(settings).expect("kept");
    let done = upload(&station, stock.batch);
    assert_eq!((done.state, done.closed), (UploadState::Complete, true), "{done:?}");
    drop(station);
    let (db, _) = Store::open(home.path().join("data"), "look", now()).expect("opens");
    let rows = db.uploads(Some(stock.batch)).expect("rows");
    assert_eq!(rows.len(), 6);
    for row in rows {
        assert!(row.key.ends_with(".age"), "{}", row.key);
        let (code, body) = http("GET", moto.1, &format!("/photos/{}", row.key));
        assert_eq!(code, 200);
        assert_eq!(Some(ContentHash::of(&body)), row.sealed.map(|(hash, _)| hash));
        assert!(age::decrypt(&other, &body).is_err());
        assert_eq!(ContentHash::of(&age::decrypt(&identity, &body).expect("opens")), row.content);
    }
}

#[test]
fn a_wrong_certificate_stops_before_a_picture_is_sent_and_the_right_one_lets_all_through() {
    let (home, stock, station) = day(4);
    let (plain, shelf) = endpoint::start();
    let (ours, stranger) = (Authority::new("ours"), Authority::new("somebody else"));
    let out_of_date = Served { years: (2020, 2021), ..Served::default() };
    let to_come = Served { years: (2080, 2090), ..Served::default() };
    let other_name = Served { names: vec!["elsewhere.example".into()], ..Served::default() };
    let (good, through) = ours.front(plain, &Served::default());
    for (port, trusted, code) in [
        (good, None, "upload_certificate_issuer"),
        (good, Some(stranger.pem()), "upload_certificate_issuer"),
        (ours.front(plain, &out_of_date).0, Some(ours.pem()), "upload_certificate_time"),
        (ours.front(plain, &to_come).0, Some(ours.pem()), "upload_certificate_time"),
        (ours.front(plain, &other_name).0, Some(ours.pem()), "upload_certificate_name"),
    ] {
        let settings =
            UploadSettings { ca_pem: trusted, ..to_endpoint(format!("https://localhost:{port}/in")) };
        station.upload_settings_save(settings).expect("kept");
        let end = upload(&station, stock.batch);
        let failure = end.failure.as_ref().expect("a reason");
        assert_eq!((end.state, failure.code.as_str()), (UploadState::Stopped, code), "{end:?}");
        assert!(failure.text.zh.contains("证书") && failure.text.zh.contains("没有发送任何照片"));
        assert_eq!((end.done, end.parked), (0, 0), "{code} parks nothing");
    }
    assert_eq!((through.load(Ordering::Relaxed), shelf.put_order().len()), (0, 0), "nothing was sent");
    assert_eq!(ask(home.path(), "SELECT count(*) FROM upload WHERE state = 'pending' AND attempts = 0"), "5");
    assert_eq!(ask(home.path(), "SELECT count(*) FROM upload"), "5");
    let settings =
        UploadSettings { ca_pem: Some(ours.pem()), ..to_endpoint(format!("https://localhost:{good}/in")) };
    station.upload_settings_save(settings).expect("kept");
    let end = upload(&station, stock.batch);
    assert_eq!((end.state, end.done, end.closed), (UploadState::Complete, 5, true), "{end:?}");
    let order = shelf.put_order();
    assert!(order.last().expect("puts").ends_with("/manifest.json"), "the manifest is last");
    assert_eq!(order.len(), 6);
    for (method, _, key, authorization) in shelf.asked.lock().expect("not poisoned").iter() {
        assert_eq!(authorization.as_deref(), Some(format!("Bearer {SECRET}").as_str()));
        assert!(method != "PUT" || key.is_some(), "every PUT has its idempotency key");
    }
    let objects = shelf.objects.lock().expect("not poisoned");
    for (code, content) in &stock.pictures {
        let key = objects.keys().find(|key| key.ends_with(&format!("{}/{content}.jpg", code.as_str())));
        assert_eq!(ContentHash::of(&objects[key.expect("the object")]), *content);
    }
    let bad = UploadSettings { ca_pem: Some("no certificate".into()), ..to_endpoint("https://x/".into()) };
    assert_eq!(station.upload_settings_save(bad).expect_err("refused").code, "upload_ca");
}

#[test]
fn a_proxy_with_a_login_lets_through_who_has_it() {
    let (_home, stock, station) = day(3);
    let (plain, shelf) = endpoint::start();
    let ours = Authority::new("ours");
    let (port, _) = ours.front(plain, &Served::default());
    let (proxy, made) = proxy::start(Some(("crew", "passwort")));
    let settings = |secret: &str| UploadSettings {
        ca_pem: Some(ours.pem()),
        proxy: format!("http://127.0.0.1:{proxy}"),
        proxy_user: Some("crew".into()),
        proxy_secret: Some(secret.into()),
        ..to_endpoint(format!("https://localhost:{port}/in"))
    };
    station.upload_settings_save(settings("falsch")).expect("kept");
    let end = upload(&station, stock.batch);
    let failure = end.failure.expect("a reason");
    assert_eq!((end.state, failure.code.as_str(), end.parked), (UploadState::Stopped, "upload_proxy", 0));
    assert_eq!((made.load(Ordering::Relaxed), shelf.put_order().len()), (0, 0));
    let kept = station.upload_settings_save(settings("passwort")).expect("kept");
    assert!(kept.proxy_secret_kept && kept.proxy_secret.is_none());
    let end = upload(&station, stock.batch);
    assert_eq!((end.state, end.done), (UploadState::Complete, 4), "{end:?}");
    assert!(made.load(Ordering::Relaxed) > 0, "it went through the proxy");
    let told = UploadSettings { proxy: "http://crew:passwort@127.0.0.1:1".into(), ..settings("x") };
    assert_eq!(station.upload_settings_save(told).expect_err("refused").code, "upload_proxy_password");
}

#[test]
fn behind_a_login_page_it_waits_and_goes_on_by_itself() {
    let Some(moto) = store() else { return };
    let (home, stock, station) = day(3);
    let (port, line) = faulty::start(moto.1, 1, &[Fault::Page], 1);
    station.upload_settings_save(s3(format!("http://127.0.0.1:{port}"))).expect("kept");
    station.upload_start(UploadStart { batch: Some(stock.batch), close: true }).expect("begun");
    let waiting = until(&station, stock.batch, |status| status.failure.is_some() || over(status));
    assert_eq!(waiting.state, UploadState::Waiting);
    assert_eq!(waiting.failure.expect("a reason").code, "upload_portal");
    assert_eq!((waiting.done, waiting.parked), (0, 0), "a page is never taken for success");
    line.one_in.store(0, Ordering::Relaxed);
    let end = until(&station, stock.batch, over);
    assert_eq!((end.state, end.done, end.closed), (UploadState::Complete, 4, true), "{end:?}");
    drop(station);
    let data = home.path().join("data");
    check_bucket(&moto, &stock, &data);
    let (db, _) = Store::open(&data, "look", now()).expect("opens");
    let attempts: u32 = db.uploads(Some(stock.batch)).expect("rows").iter().map(|row| row.attempts).sum();
    assert_eq!(attempts, 4, "the page burns nobody's attempts");
}

#[test]
fn a_wrong_clock_is_told_and_costs_no_attempt() {
    let (_home, stock, station) = day(3);
    let (port, line) = faulty::start(1, 1, &[Fault::Skewed], 1);
    station.upload_settings_save(s3(format!("http://127.0.0.1:{port}"))).expect("kept");
    let end = upload(&station, stock.batch);
    let failure = end.failure.expect("a reason");
    assert_eq!((end.state, failure.code.as_str()), (UploadState::Stopped, "upload_clock"));
    assert!(failure.text.zh.contains("校准电脑时间"), "{}", failure.text.zh);
    assert_eq!((end.done, end.parked), (0, 0));
    assert!(line.requests.load(Ordering::Relaxed) < 20, "it does not go on knocking");
}

#[test]
fn a_picture_that_is_no_longer_what_it_was_is_not_sent_and_the_reason_is_told() {
    let (home, stock, station) = day(2);
    let (port, shelf) = endpoint::start();
    station.upload_settings_save(to_endpoint(format!("http://127.0.0.1:{port}"))).expect("kept");
    let hash = stock.pictures[0].1.to_hex();
    let file = home.path().join("data/portraits").join(&hash[..2]).join(format!("{hash}.jpg"));
    let length = std::fs::metadata(&file).expect("there").len() as usize;
    std::fs::write(&file, vec![0; length]).expect("written");
    let end = upload(&station, stock.batch);
    assert_eq!((end.state, end.parked, end.closed), (UploadState::Left, 1, false), "{end:?}");
    assert_eq!(end.parked_objects[0].failure.code, "upload_body_altered");
    assert!(!shelf.put_order().iter().any(|path| path.contains(&hash)));
}

#[test]
fn other_content_under_a_key_is_shown_and_never_overwritten() {
    let (home, stock, station) = day(2);
    let (port, shelf) = endpoint::start();
    station.upload_settings_save(to_endpoint(format!("http://127.0.0.1:{port}"))).expect("kept");
    // The key is made before the first try and does not change: somebody else has put something there.
    let name = ask(home.path(), "SELECT value FROM setting WHERE key = 'upload_folder_id'");
    let (code, content) = &stock.pictures[0];
    let path = format!("/batches/{name}-batch-{}/{}/{content}.jpg", stock.batch, code.as_str());
    shelf.objects.lock().expect("not poisoned").insert(path.clone(), b"other".to_vec());
    let end = upload(&station, stock.batch);
    assert_eq!((end.state, end.parked, end.closed), (UploadState::Left, 1, false), "{end:?}");
    let shown = &end.parked_objects[0];
    assert!(
        shown.conflict && shown.failure.code == "upload_conflict" && path.ends_with(&shown.key),
        "{shown:?}"
    );
    assert_eq!(shown.fingerprint.as_ref(), Some(code));
    let objects = || shelf.objects.lock().expect("not poisoned").clone();
    assert_eq!(objects()[&path], b"other");
    assert!(!objects().keys().any(|key| key.ends_with("manifest.json")), "no manifest of half a batch");
    // Once the receiver has cleared it away, the button sends it.
    shelf.objects.lock().expect("not poisoned").remove(&path);
    let release = UploadRelease { batch: Some(stock.batch), objects: vec![shown.id] };
    station.upload_release_parked(release).expect("released");
    let end = upload(&station, stock.batch);
    assert_eq!((end.state, end.closed), (UploadState::Complete, true), "{end:?}");
    assert_eq!(ContentHash::of(&objects()[&path]), *content);
}

#[test]
fn a_swap_after_the_manifest_leaves_as_a_correction() {
    let (_home, stock, station) = day(3);
    let (port, shelf) = endpoint::start();
    station.upload_settings_save(to_endpoint(format!("http://127.0.0.1:{port}"))).expect("kept");
    assert!(upload(&station, stock.batch).closed);
    let before = shelf.put_order().len();
    swap_two(&station, stock.batch);
    let end = upload(&station, stock.batch);
    assert_eq!((end.state, end.closed), (UploadState::Complete, true), "{end:?}");
    let order = shelf.put_order();
    let last = order.last().expect("puts").clone();
    assert!(last.ends_with("/corrections/0001.json"), "{order:?}");
    let objects = shelf.objects.lock().expect("not poisoned").clone();
    let told: serde_json::Value = serde_json::from_slice(&objects[&last]).expect("JSON");
    let replaced: Vec<_> = told["replacements"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|r| r["reason"] == "replaced")
        .collect();
    assert!(replaced.len() >= 2, "{told}");
    for (code, old, new) in [(0, 0, 1), (1, 1, 0)] {
        let (code, old, new) =
            (stock.pictures[code].0.as_str(), stock.pictures[old].1, stock.pictures[new].1);
        let of_code = |r: &&&serde_json::Value| r["key"].as_str().is_some_and(|key| key.contains(code));
        let line = replaced.iter().find(of_code).expect("a line for each of both");
        assert!(line["key"].as_str().is_some_and(|key| key.contains(&old.to_hex())), "{line}");
        assert_eq!(line["by"]["sha256"], new.to_hex(), "{line}");
        let by = format!("/{}", line["by"]["key"].as_str().expect("a key"));
        assert_eq!(ContentHash::of(&objects[&by]), new);
    }
    let again = upload(&station, stock.batch);
    assert_eq!((again.state, shelf.put_order().len()), (UploadState::Complete, order.len()), "told once");
    assert!(order.len() > before);
}

#[test]
fn it_pauses_goes_on_ends_when_the_permission_is_withdrawn_and_keeps_from_erasing() {
    let (_home, stock, station) = day(60);
    let (plain, shelf) = endpoint::start();
    let (port, _) = faulty::start(plain, 1, &[Fault::Slow], 1);
    let batch = Some(stock.batch);
    let settings = UploadSettings { parallel: 1, ..to_endpoint(format!("http://127.0.0.1:{port}")) };
    station.upload_settings_save(settings).expect("kept");
    station.upload_start(UploadStart { batch, close: false }).expect("begun");
    until(&station, stock.batch, |status| status.done > 0);

    let erase = EraseStart { batch, retention_days: 0, typed: None };
    let refused = station.erase_start(erase).expect_err("an upload is under way");
    assert_eq!(refused.code, "upload_running");

    station.upload_pause(UploadPause { paused: true }).expect("paused");
    assert_eq!(status(&station, stock.batch).state, UploadState::Paused);
    // What is under way is finished; then nothing more is asked.
    let asked = || shelf.asked.lock().expect("not poisoned").len();
    let (begun, mut quiet, mut last) = (Instant::now(), Instant::now(), asked());
    while quiet.elapsed() < Duration::from_secs(3) {
        if asked() != last {
            (quiet, last) = (Instant::now(), asked());
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not stand still");
        std::thread::sleep(Duration::from_millis(50));
    }
    let held = status(&station, stock.batch).done;
    assert!(held < 60);
    station.upload_pause(UploadPause { paused: false }).expect("on");
    until(&station, stock.batch, |status| status.done > held);

    // A sealed batch never changes again; the permission can be withdrawn all the same.
    station.upload_allow(UploadAllow { batch, allowed: false }).expect("withdrawn");
    let end = until(&station, stock.batch, |status| over(status) || status.state == UploadState::Idle);
    assert!(end.done < 60 && end.parked == 0 && !end.allowed && end.hindrance.is_some(), "{end:?}");
    let held = end.done;
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(status(&station, stock.batch).done, held, "nothing goes any more");
    let refused = station.upload_start(UploadStart { batch, close: false }).expect_err("not allowed");
    assert_eq!(refused.code, "upload_not_allowed");
}

#[test]
fn a_secret_of_an_earlier_version_leaves_the_database() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let stock = lay_in(&data, 1, true);
    let (port, shelf) = endpoint::start();
    {
        let (mut db, _) = Store::open(&data, "A-1", now()).expect("opens");
        let old = format!(
            r#"{{"target":{{"kind":"endpoint","url":"http://127.0.0.1:{port}"}},"secret":"{SECRET}","proxy":"direct"}}"#
        );
        db.set_setting("upload", &old, now()).expect("as it was");
    }
    assert!(holds(&data, SECRET), "the search finds what is there");
    let station = station(&data);
    let settings = station.upload_settings_get(Nothing {}).expect("settings");
    assert_eq!((settings.secret, settings.secret_kept), (None, true));
    assert_eq!(settings.secret_place, Some(SecretPlace::SealedFile), "no keyring in tests");
    assert_eq!(upload(&station, stock.batch).state, UploadState::Complete, "it is still known");
    let asked = shelf.asked.lock().expect("not poisoned")[0].3.clone();
    assert_eq!(asked, Some(format!("Bearer {SECRET}")));
    drop(station);
    assert!(!holds(&data, SECRET), "not in the database, its log or anything else of the folder");
}

/// Whether any file below the folder holds the text.
fn holds(folder: &Path, text: &str) -> bool {
    let holds_one = |path: &Path| {
        std::fs::read(path).expect("read").windows(text.len()).any(|window| window == text.as_bytes())
    };
    std::fs::read_dir(folder)
        .expect("listed")
        .flatten()
        .map(|entry| entry.path())
        .any(|path| if path.is_dir() { holds(&path, text) } else { holds_one(&path) })
}

#[test]
fn bytes_of_the_stock_differ() {
    let all: BTreeSet<Vec<u8>> = (0..50).map(stock::bytes).collect();
    assert_eq!(all.len(), 50);
}
