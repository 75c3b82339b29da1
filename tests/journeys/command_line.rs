//! The same program without a window: JSON lines on stdout, messages on stderr, exit status.

use std::fs;
use std::path::Path;

use journeys::places::{cases, gradbooth, json_lines, root};
use serde_json::Value;

fn day(dir: &Path, students: &str) -> Vec<Value> {
    let out = gradbooth(&["demo", "day", "--out", dir.to_str().unwrap(), "--students", students]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let truth: Value = serde_json::from_slice(&fs::read(dir.join("truth.json")).unwrap()).unwrap();
    truth["students"].as_array().unwrap().clone()
}

#[test]
fn a_replayed_day_gives_every_student_the_own_face() {
    let folder = tempfile::tempdir().unwrap();
    let (frames, data) = (folder.path().join("day"), folder.path().join("data"));
    let students = day(&frames, "4");
    let out = gradbooth(&["replay", frames.to_str().unwrap(), "--data", data.to_str().unwrap(), "--json"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines = json_lines(&out);
    let summary = lines.last().unwrap();
    assert_eq!(summary["accepted"], students.len(), "{summary}");
    assert_eq!(summary["store_clean"], true);
    let truth: Value = serde_json::from_slice(&fs::read(frames.join("truth.json")).unwrap()).unwrap();
    let accepted: Vec<&Value> = lines.iter().filter(|line| line["event"] == "accepted").collect();
    for line in &accepted {
        // Whose frame it was must be whose code it was: the worst that can happen is anything else.
        let frame = truth["frames"].as_array().unwrap().iter().find(|f| f["file"] == line["frame"]).unwrap();
        let student = &students[usize::try_from(frame["student"].as_u64().unwrap()).unwrap()];
        assert_eq!(line["fingerprint"], student["fingerprint"], "{line}");
    }
    let verified = gradbooth(&["verify", "--data", data.to_str().unwrap(), "--json"]);
    assert_eq!(json_lines(&verified)[0]["whole"], true);

    let again = gradbooth(&["replay", frames.to_str().unwrap(), "--data", data.to_str().unwrap(), "--json"]);
    let lines = json_lines(&again);
    assert_eq!(lines.last().unwrap()["accepted"], 0, "nobody is shot twice");
    assert_eq!(lines.last().unwrap()["outbox"], students.len());
}

#[test]
fn scan_gives_the_exact_bytes_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let frames = folder.path().join("day");
    let students = day(&frames, "1");
    let truth: Value = serde_json::from_slice(&fs::read(frames.join("truth.json")).unwrap()).unwrap();
    let named = |shows: &str| {
        let frame = truth["frames"].as_array().unwrap().iter().find(|f| f["shows"] == shows).unwrap();
        frames.join(frame["file"].as_str().unwrap()).to_str().unwrap().to_owned()
    };
    let (code, seated) = (named("code"), named("seated"));
    let out = gradbooth(&["scan", &code, &seated, "no-such-file.jpg", "--json"]);
    assert_eq!(out.status.code(), Some(1));
    let lines = json_lines(&out);
    assert_eq!(lines[0]["payload"], students[0]["code"]);
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(lines[0]["payload_base64"].as_str().unwrap())
        .unwrap();
    assert_eq!(bytes, students[0]["code"].as_str().unwrap().as_bytes());
    assert_eq!((&lines[1]["code"], &lines[2]["code"]), (&"no_code".into(), &"file_unreadable".into()));
}

#[test]
fn photo_and_check_agree_about_a_good_picture() {
    let folder = tempfile::tempdir().unwrap();
    let frames = folder.path().join("day");
    day(&frames, "1");
    let truth: Value = serde_json::from_slice(&fs::read(frames.join("truth.json")).unwrap()).unwrap();
    let frame = truth["frames"].as_array().unwrap().iter().find(|f| f["shows"] == "seated").unwrap();
    let input = frames.join(frame["file"].as_str().unwrap());
    let out_dir = folder.path().join("out");
    let args = [
        "photo",
        input.to_str().unwrap(),
        "--out",
        out_dir.to_str().unwrap(),
        "--json",
        "--alpha",
        "--cutout",
    ];
    let out = gradbooth(&args);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let line = &json_lines(&out)[0];
    assert_eq!(
        (&line["file"]["width"], &line["file"]["height"], &line["file"]["dpi"]),
        (&480.into(), &640.into(), &300.into())
    );
    let bytes = line["file"]["bytes"].as_u64().unwrap();
    assert!((30_720..=40_000).contains(&bytes), "{bytes}");
    let portrait = line["output"].as_str().unwrap();
    assert_eq!(fs::metadata(portrait).unwrap().len(), bytes);
    let stem = input.file_stem().unwrap().to_str().unwrap();
    assert!(out_dir.join(format!("{stem}.alpha.png")).exists());
    assert!(out_dir.join(format!("{stem}.frame-alpha.png")).exists());

    let checked = gradbooth(&["check", portrait, "--json"]);
    let line = &json_lines(&checked)[0];
    assert_ne!(line["verdict"], "retake", "{line}");
    let checked = gradbooth(&["check", input.to_str().unwrap(), "--json"]);
    assert_eq!(checked.status.code(), Some(1));
    let line = json_lines(&checked).remove(0);
    let codes: Vec<&Value> = line["findings"].as_array().unwrap().iter().map(|f| &f["code"]).collect();
    assert!(codes.iter().any(|code| *code == "pixels"), "{codes:?}");
}

#[test]
fn damaged_files_fail_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("empty.jpg"), b"").unwrap();
    fs::write(path("text.jpg"), b"this is no picture").unwrap();
    // A PNG header that promises 30,000 x 30,000 pixels.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bomb.extend(30_000u32.to_be_bytes());
    bomb.extend(30_000u32.to_be_bytes());
    bomb.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    fs::write(path("bomb.png"), bomb).unwrap();
    let out = gradbooth(&[
        "photo",
        &path("empty.jpg"),
        &path("text.jpg"),
        &path("bomb.png"),
        "--out",
        &path("out"),
        "--json",
    ]);
    assert_eq!(out.status.code(), Some(1));
    let lines = json_lines(&out);
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert!(line["error"].as_str().is_some_and(|e| !e.is_empty()), "{line}");
    }
    assert!(fs::read_dir(path("out")).unwrap().next().is_none(), "nothing was written");
}

#[test]
fn wrong_usage_is_status_2_and_a_bad_spec_names_its_line() {
    assert_eq!(gradbooth(&["photo"]).status.code(), Some(2));
    assert_eq!(gradbooth(&["no-such-command"]).status.code(), Some(2));
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("bad.toml");
    let good = fs::read_to_string(root().join("assets/specs/registry-safe.toml")).unwrap();
    fs::write(&spec, good.replace("registry-safe", "bad").replace("dpi = 300", "dpi = 3000")).unwrap();
    let out = gradbooth(&["photo", "x.jpg", "--out", "x", "--spec", spec.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&out.stderr).contains("第 9 行"),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

#[test]
fn good_frames_of_the_case_set_end_inside_the_bands() {
    let Some(cases) = cases() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for entry in fs::read_dir(cases.join("booth")).unwrap().flatten() {
        let dir = entry.path();
        let truth: Value = serde_json::from_slice(&fs::read(dir.join("truth.json")).unwrap()).unwrap();
        let frame = dir.join(truth["frame"].as_str().unwrap());
        let out = gradbooth(&[
            "photo",
            frame.to_str().unwrap(),
            "--out",
            folder.path().to_str().unwrap(),
            "--json",
        ]);
        let line = &json_lines(&out)[0];
        let name = dir.file_name().unwrap().to_string_lossy().into_owned();
        if truth["expect"]["faces"] == 0 {
            assert_eq!(line["output"], Value::Null, "{name}");
            continue;
        }
        let bytes = line["file"]["bytes"].as_u64().unwrap_or_default();
        assert!((30_720..=40_000).contains(&bytes), "{name}: {bytes} bytes");
        if truth["expect"]["accept"] == true {
            assert_ne!(line["verdict"], "retake", "{name}: {line}");
            checked += 1;
        }
    }
    assert!(checked >= 5, "only {checked} good frames");
}

#[test]
fn look_descends_into_folders_with_their_plates_and_turns_pages() {
    let folder = tempfile::tempdir().unwrap();
    let booth = testkit::Booth::new(domain::Size { width: 1280, height: 720 }, Vec::new());
    let (frame, plate) =
        (booth.frame(&testkit::Scene::seated(1), 3), booth.frame(&testkit::Scene::EmptySeat, 4));
    let at = |name: &str| {
        let path = folder.path().join("cases").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    frame.save(at("p1/frame.png")).unwrap();
    plate.save(at("p1/plate.png")).unwrap();
    frame.save(at("p1/ideal.png")).unwrap();
    frame.save(at("p2/frame.jpg")).unwrap();
    fs::write(at("p3/IMG_1.jpg"), b"no picture").unwrap();
    fs::write(at("p4/plate.jpg"), b"no picture").unwrap();
    frame.save(at("p4/frame.jpg")).unwrap();
    let (given, out) = (folder.path().join("cases"), folder.path().join("sheet.png"));
    let args =
        ["look", given.to_str().unwrap(), "--out", out.to_str().unwrap(), "--per-sheet", "3", "--json"];
    let looked = gradbooth(&args);
    assert_eq!(looked.status.code(), Some(1), "one file is no picture");
    let lines: Vec<(String, String)> = json_lines(&looked)
        .iter()
        .map(|line| (line["name"].as_str().unwrap().replace('\\', "/"), line["plate"].to_string()))
        .collect();
    let told = |name: &str, plate: &str| (name.to_owned(), plate.to_owned());
    assert_eq!(
        lines,
        [
            told("p1/frame.png", "\"used\""),
            told("p2/frame.jpg", "\"none\""),
            told("p3/IMG_1.jpg", "null"),
            told("p4/frame.jpg", "\"unreadable\"")
        ]
    );
    assert!(!out.exists(), "two pages have numbers");
    for page in ["sheet-1.png", "sheet-2.png"] {
        assert!(image::open(folder.path().join(page)).is_ok(), "{page}");
    }
}
