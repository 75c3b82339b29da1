//! Folders, codes and files that a bad day brings. Each gets a plain message and leaves all data as it was.

use std::fs;

use api::view::DemoScene;
use api::{Assets, Config, Nothing, Operations, Station, TypedCode};
use domain::{CodeSource, Timestamp};
use journeys::booth::{demo_station, now, phase, station, view, wait_for, wait_phase};
use journeys::places;

fn type_code(station: &Station, text: &str) -> Result<(), String> {
    station
        .type_code(TypedCode { text: text.into(), source: CodeSource::Hand })
        .map(|_| ())
        .map_err(|e| e.code)
}

#[test]
fn a_payload_full_of_tricks_is_stored_byte_for_byte_and_names_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let payload =
        "../../CON:\u{1b}[2J\u{0}|<>\"'; DROP TABLE sitting; --".to_owned() + &"\u{7}".repeat(2_000);
    {
        let station = demo_station(folder.path());
        assert_eq!(type_code(&station, &payload), Ok(()));
        assert_eq!(phase(&view(&station)), "armed");
        let shown = serde_json::to_string(&view(&station)).unwrap();
        assert!(!shown.contains("DROP TABLE"), "the payload is on the screen");
    }
    let (store, _) = store::Store::open(folder.path().join("demo"), "t", Timestamp(0)).unwrap();
    let open = store.unfinished().unwrap().expect("still open");
    assert_eq!(store.code_of(open.id).unwrap().bytes(), payload.as_bytes());
    assert!(!folder.path().join("CON:").exists());
}

#[test]
fn an_empty_or_oversized_code_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let station = demo_station(folder.path());
    assert_eq!(type_code(&station, ""), Err("empty_code".into()));
    assert_eq!(type_code(&station, &"x".repeat(4_000)), Err("code_too_long".into()));
    assert_eq!(phase(&view(&station)), "idle");
}

#[test]
fn a_second_station_on_the_same_folder_is_refused_politely() {
    let folder = tempfile::tempdir().unwrap();
    let first = station(folder.path());
    wait_for(&first, "an open folder", |v| v.trouble.is_none());
    let second = station(folder.path());
    let refused = wait_for(&second, "a refusal", |v| v.trouble.is_some());
    let trouble = refused.trouble.unwrap();
    assert_eq!((trouble.code.as_str(), trouble.offer_fresh), ("store_locked", false));
    assert_eq!(type_code(&second, "CODE"), Err("data_closed".into()));
    drop(first);
    let free = second.data_retry(Nothing {}).unwrap();
    assert_eq!(free.trouble, None);
}

#[test]
fn a_damaged_database_is_kept_and_a_fresh_one_offered() {
    let folder = tempfile::tempdir().unwrap();
    drop(wait_for(&station(folder.path()), "an open folder", |v| v.trouble.is_none()));
    let database = folder.path().join("gradbooth.db");
    fs::write(&database, b"this was a database once").unwrap();
    let station = station(folder.path());
    let refused = wait_for(&station, "a refusal", |v| v.trouble.is_some());
    let trouble = refused.trouble.unwrap();
    assert_eq!((trouble.code.as_str(), trouble.offer_fresh), ("store_damaged", true));
    assert_eq!(fs::read(&database).unwrap(), b"this was a database once", "left as it was");
    let fresh = station.data_open_fresh(Nothing {}).unwrap();
    assert_eq!(fresh.trouble, None);
    let kept = fs::read_dir(folder.path()).unwrap().flatten().any(|e| {
        e.file_name().to_string_lossy().contains("damaged")
            && fs::read(e.path()).unwrap() == b"this was a database once"
    });
    assert!(kept, "the damaged database is gone");
}

#[test]
fn a_folder_that_is_a_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    fs::write(&path, b"a file").unwrap();
    let station = station(&path);
    let refused = wait_for(&station, "a refusal", |v| v.trouble.is_some());
    assert!(!refused.trouble.unwrap().text.zh.is_empty());
    assert_eq!(fs::read(&path).unwrap(), b"a file");
}

/// A copy of the program's files that a test may damage.
fn damaged_assets(damage: impl Fn(&std::path::Path)) -> (tempfile::TempDir, Assets) {
    let copy = tempfile::tempdir().unwrap();
    for part in ["specs", "models"] {
        fs::create_dir_all(copy.path().join(part)).unwrap();
        for entry in fs::read_dir(places::assets().path().join(part)).unwrap().flatten() {
            fs::copy(entry.path(), copy.path().join(part).join(entry.file_name())).unwrap();
        }
    }
    damage(copy.path());
    let assets = Assets::at(copy.path());
    (copy, assets)
}

fn with_assets(data: &std::path::Path, assets: Assets) -> Station {
    Station::start(Config {
        data: data.into(),
        assets,
        now,
        day_start: |_| Timestamp(0),
        open_camera: false,
        demo: DemoScene::Empty,
    })
}

#[test]
fn an_altered_or_missing_model_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (_copy, altered) = damaged_assets(|dir| {
        let path = dir.join("models/modnet.onnx");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
    });
    let station = with_assets(folder.path(), altered);
    let refused = wait_for(&station, "a refusal", |v| v.trouble.is_some());
    let trouble = refused.trouble.unwrap();
    assert_eq!(trouble.code, "model_altered");
    assert!(trouble.text.zh.contains("modnet.onnx"), "{}", trouble.text.zh);

    let other = tempfile::tempdir().unwrap();
    let (_copy, missing) =
        damaged_assets(|dir| fs::remove_file(dir.join("models/face_landmarker.task")).unwrap());
    let station = with_assets(other.path(), missing);
    let refused = wait_for(&station, "a refusal", |v| v.trouble.is_some());
    assert_eq!(refused.trouble.unwrap().code, "model_missing");
}

#[test]
fn a_broken_spec_is_refused_with_its_line_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    fs::create_dir_all(&specs).unwrap();
    let good = fs::read_to_string(places::root().join("assets/specs/registry-safe.toml")).unwrap();
    let broken =
        good.replace("id = \"registry-safe\"", "id = \"our-school\"").replace("[50, 110]", "[110, 50]");
    fs::write(specs.join("our-school.toml"), broken).unwrap();
    let station = station(folder.path());
    let before = wait_for(&station, "an open folder", |v| v.trouble.is_none());
    let listed = station.spec_list(Nothing {}).unwrap();
    let refused = listed.iter().find(|choice| choice.id == "our-school").unwrap().refused.clone().unwrap();
    assert!(refused.zh.contains("行") && refused.zh.contains("head_top"), "{}", refused.zh);
    let mut settings = before.settings;
    settings.spec = "our-school".into();
    assert_eq!(station.settings_save(settings).unwrap_err().code, "bad_spec");
    assert_eq!(view(&station).spec.id, "registry-safe");
}

#[test]
fn settings_outlive_the_program() {
    let folder = tempfile::tempdir().unwrap();
    {
        let station = station(folder.path());
        let mut settings = wait_for(&station, "an open folder", |v| v.trouble.is_none()).settings;
        settings.spec = "hit-2025".into();
        settings.station = "二号机".into();
        station.settings_save(settings).unwrap();
    }
    let station = station(folder.path());
    let view = wait_for(&station, "the settings", |v| v.spec.id == "hit-2025");
    assert_eq!(view.station, "二号机");
    drop(station);
    let demo = demo_station(folder.path());
    wait_phase(&demo, "idle");
    assert_eq!(view_station(&demo), "二号机");
}

fn view_station(station: &Station) -> String {
    view(station).station
}
