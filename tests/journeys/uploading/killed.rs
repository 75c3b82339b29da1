//! `gradbooth upload`, killed again and again.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use super::*;

/// The program on a data folder, as it is typed.
fn program(home: &Path, batch: BatchId, settings: Option<&Path>) -> Child {
    let mut command = Command::new(places::program());
    command.args(["upload", "--json", "--close", "--batch", &batch.to_string(), "--data"]);
    command.arg(home.join("data"));
    if let Some(settings) = settings {
        command.arg("--settings").arg(settings);
    }
    command
        .env("GRADBOOTH_KEYS", home.join("keys"))
        .env("GRADBOOTH_KEYRING", "off")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn settings_file(home: &Path, settings: &UploadSettings) -> std::path::PathBuf {
    let file = home.join("upload.json");
    std::fs::write(&file, serde_json::to_string(settings).expect("JSON")).expect("written");
    file
}

/// Kills the program when so many objects are told to be there; `None`: lets it run. Answers whether it was killed,
/// whether it ended well, and everything that it said.
fn run(mut child: Child, mark: Option<u64>) -> (bool, bool, String) {
    let mut said = String::new();
    let mut errors = child.stderr.take().expect("piped");
    let errors = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = errors.read_to_string(&mut text);
        text
    });
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok) {
        said.push_str(&line);
        said.push('\n');
        let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let at = value["value"]["done"].as_u64().unwrap_or(0);
        if value["event"] == "progress" && mark.is_some_and(|mark| at >= mark) && !killed {
            killed = child.kill().is_ok();
        }
    }
    let ended = child.wait().expect("ended");
    (killed && !ended.success(), ended.success(), said + &errors.join().expect("read"))
}

fn survives(people: usize, kills: u64, seed: u64) {
    let Some(moto) = store() else { return };
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let stock = lay_in(&data, people, true);
    let (port, line) = faulty::start(moto.1, 10, &faulty::USUAL, seed);
    let settings = UploadSettings { parallel: 8, ..s3(format!("http://127.0.0.1:{port}")) };
    let settings = settings_file(home.path(), &settings);
    let begun = Instant::now();
    let (mut killed, mut starts, mut said) = (0, 0, String::new());
    loop {
        starts += 1;
        // Every kill hits a running upload: a further part of the objects has arrived.
        let mark = (killed < kills).then(|| people as u64 * (killed + 1) / (kills + 1));
        let child = program(home.path(), stock.batch, (starts == 1).then_some(&*settings));
        let (was_killed, well, text) = run(child, mark);
        said.push_str(&text);
        if was_killed {
            killed += 1;
            let (mut objects, mut manifests) = (0, 0);
            let (_, list) = http("GET", moto.1, "/photos?list-type=2&max-keys=100000");
            for key in String::from_utf8_lossy(&list).split("<Key>").skip(1) {
                objects += 1;
                manifests += u32::from(key.split('<').next().is_some_and(|k| k.ends_with("manifest.json")));
            }
            assert!(objects < people + 1 && manifests == 0, "the manifest is last");
        } else if well {
            break;
        }
        assert!(starts < kills + 20, "{text}");
    }
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(killed, kills);
    check_bucket(&moto, &stock, &data);
    let (_, list) = http("GET", moto.1, "/photos?list-type=2&max-keys=100000");
    let objects = String::from_utf8_lossy(&list).matches("<Key>").count();
    assert_eq!(objects, people + 2, "portraits, the list of codes, the manifest, and nothing else");
    let (db, _) = Store::open(&data, "look", now()).expect("opens");
    let attempts: u32 = db.uploads(Some(stock.batch)).expect("rows").iter().map(|row| row.attempts).sum();
    println!(
        "{people} portraits: {} requests, {} spoilt, {attempts} attempts ({} retries), {killed} kills, {starts} starts, {seconds:.0} s; {objects} objects on the server, each once, right hash, the manifest last",
        line.requests.load(Ordering::Relaxed),
        line.faults.load(Ordering::Relaxed),
        u64::from(attempts) - people as u64 - 1,
    );
    assert!(!said.contains(SECRET) && !holds(&data, SECRET), "the secret is nowhere in the open");
}

#[test]
fn forty_portraits_survive_three_kills() {
    survives(40, 3, 11);
}

/// The long proof: `cargo test -p journeys --test journeys -- --ignored --nocapture two_thousand`.
#[test]
#[ignore = "takes minutes"]
fn two_thousand_portraits_survive_twenty_kills() {
    survives(2000, 20, 11);
}

#[test]
fn an_attempt_is_counted_before_it_is_made() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let stock = lay_in(&data, 1, true);
    let (port, line) = faulty::start(1, 1, &[Fault::Hangs], 1);
    let settings = settings_file(home.path(), &to_endpoint(format!("http://127.0.0.1:{port}")));
    let mut child = program(home.path(), stock.batch, Some(&settings));
    let begun = Instant::now();
    while line.requests.load(Ordering::Relaxed) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "no request came");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let (db, _) = Store::open(&data, "look", now()).expect("opens");
    let rows = db.uploads(Some(stock.batch)).expect("rows");
    assert!(rows.iter().any(|row| row.state == UploadRowState::Sending && row.attempts == 1), "{rows:?}");
}

/// The worst moment: the target has the manifest, and the program ends before it has heard of it. Then a picture changes.
#[test]
fn a_manifest_that_was_written_and_not_heard_of_is_recognised_and_the_change_follows_as_a_correction() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let stock = lay_in(&data, 3, true);
    let (port, shelf) = endpoint::start();
    *shelf.mute.lock().expect("not poisoned") = Some("/manifest.json");
    let settings = settings_file(home.path(), &to_endpoint(format!("http://127.0.0.1:{port}")));
    let mut child = program(home.path(), stock.batch, Some(&settings));
    let begun = Instant::now();
    while !shelf.objects.lock().expect("not poisoned").keys().any(|key| key.ends_with("/manifest.json")) {
        assert!(begun.elapsed() < Duration::from_secs(30), "no manifest came");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    *shelf.mute.lock().expect("not poisoned") = None;
    let written = shelf.objects.lock().expect("not poisoned").clone();

    let station = station(&data);
    station.upload_settings_save(to_endpoint(format!("http://127.0.0.1:{port}"))).expect("kept");
    assert!(!status(&station, stock.batch).closed, "nobody has heard that it is closed");
    swap_two(&station, stock.batch);
    let end = upload(&station, stock.batch);
    assert_eq!((end.state, end.closed), (UploadState::Complete, true), "{end:?}");
    let now = shelf.objects.lock().expect("not poisoned").clone();
    for (key, body) in &written {
        assert_eq!(&now[key], body, "what was told stays told: {key}");
    }
    let corrections: Vec<&String> = now.keys().filter(|key| key.contains("/corrections/")).collect();
    assert!(
        matches!(corrections.as_slice(), [one] if one.ends_with("/corrections/0001.json")),
        "{corrections:?}"
    );
    let told: serde_json::Value = serde_json::from_slice(&now[corrections[0]]).expect("JSON");
    let replaced: BTreeSet<&str> =
        told["replacements"].as_array().expect("a list").iter().filter_map(|r| r["key"].as_str()).collect();
    for (code, content) in &stock.pictures[..2] {
        let end = format!("/{}/{content}.jpg", code.as_str());
        assert!(replaced.iter().any(|key| key.ends_with(&end)), "{end} of {replaced:?}");
    }
    let puts = shelf.put_order().len();
    assert_eq!(upload(&station, stock.batch).state, UploadState::Complete);
    assert_eq!(shelf.put_order().len(), puts, "told once");
}

/// A laptop that is closed in the middle: everything stands still, and the connections are gone when it wakes.
#[test]
#[cfg(unix)]
fn it_goes_on_after_the_computer_has_slept() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let stock = lay_in(&data, 12, true);
    let (plain, shelf) = endpoint::start();
    let (port, line) = faulty::start(plain, 1, &[Fault::Slow], 1);
    let settings = settings_file(home.path(), &to_endpoint(format!("http://127.0.0.1:{port}")));
    let child = program(home.path(), stock.batch, Some(&settings));
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    };
    let begun = Instant::now();
    while shelf.put_order().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing was sent");
        std::thread::sleep(Duration::from_millis(20));
    }
    signal("-STOP");
    std::thread::sleep(Duration::from_secs(2));
    line.one_in.store(0, Ordering::Relaxed);
    signal("-CONT");
    let (_, well, said) = run(child, None);
    assert!(well, "{said}");
    assert!(shelf.put_order().last().expect("puts").ends_with("manifest.json"));
    assert_eq!(shelf.objects.lock().expect("not poisoned").len(), 14);
}
