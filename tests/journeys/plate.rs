//! 空景: one press of a key, kept for the day, used for every portrait, and told when it no longer serves.

use api::plate::PlateState;
use api::view::DemoScene;
use api::{AcceptRequest, Config, Nothing, Operations, SittingRequest, Station};
use domain::Timestamp;
use domain::plate::{Grade, PlateAspect};
use journeys::booth::{demo_station, now, show, view, wait_for, wait_phase};
use journeys::places;
use store::Store;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Shows the empty seat and shoots it; the demo's frames change a moment after it is told.
fn shoot_empty(station: &Station) -> api::view::StationView {
    show(station, DemoScene::Empty);
    std::thread::sleep(std::time::Duration::from_millis(400));
    station.plate_shoot(Nothing {}).expect("the empty seat is shot")
}

#[test]
fn the_empty_seat_is_shot_kept_and_used_and_the_portrait_can_be_made_again() {
    let folder = folder();
    let station = demo_station(folder.path());
    assert_eq!(view(&station).plate.state, PlateState::Missing);
    let shot = shoot_empty(&station);
    assert_eq!(shot.plate.state, PlateState::Fresh);
    let plate = shot.plate.shot.expect("a picture");
    let aspects: Vec<PlateAspect> = plate.notes.iter().map(|note| note.aspect).collect();
    assert_eq!(
        aspects,
        [PlateAspect::Evenness, PlateAspect::Cast, PlateAspect::Balance, PlateAspect::Exposure]
    );
    assert!(plate.notes.iter().all(|note| note.grade != Grade::Bad), "{:?}", plate.notes);
    let (png, media) = station.picture(&plate.picture).expect("the picture door knows it");
    assert_eq!(media, "image/png");

    show(&station, DemoScene::Phone);
    wait_phase(&station, "armed");
    assert_eq!(station.plate_shoot(Nothing {}).expect_err("not during a sitting").code, "plate_busy");
    show(&station, DemoScene::Seated);
    std::thread::sleep(std::time::Duration::from_millis(600));
    station.shoot(Nothing {}).expect("the shutter works");
    let reviewed = wait_phase(&station, "reviewing");
    assert_eq!(reviewed.plate.state, PlateState::Fresh);
    let accepted = station.accept(AcceptRequest { reason: Some("test".into()) }).expect("accepting works");
    let item = &accepted.strip[0];
    let history = station.sitting_history(SittingRequest { id: item.sitting }).expect("the sitting is known");
    assert_eq!(history.shots.len(), 1);
    let original = station.picture(&item.original).expect("the original").0;
    let delivered = station.picture(&item.portrait).expect("the portrait").0;
    let sitting = item.sitting;
    drop(station);

    let (store, _) = Store::open(&folder.path().join("demo"), "test", now()).expect("the folder opens");
    assert!(store.verify().expect("looked over").is_clean());
    let detail = store.sitting_detail(sitting).expect("the sitting");
    let provenance = &detail.shots[0].provenance;
    assert_eq!(provenance["mode"], "plate", "{provenance}");
    let hash: domain::ContentHash =
        serde_json::from_value(provenance["plate_sha256"].clone()).expect("the plate's name");
    let kept = store.plate_picture(&hash).expect("the plate is there");
    assert_eq!(kept, png);
    assert!(store.audit(100).expect("events").iter().any(|event| event.what == "plate_taken"));

    // From original and plate alone, with an engine of its own: the same bytes.
    let assets = places::assets();
    let engine = api::load_engine(&assets).expect("the models");
    let spec = assets.spec("registry-safe", None).expect("the standard");
    let again =
        |original: &[u8], plate: Option<&[u8]>| api::rebuild(provenance, original, plate, &spec, &engine);
    assert_eq!(again(&original, Some(&kept)).expect("made again"), delivered);
    assert!(provenance["measures"]["geometry"]["head_top_px"].is_number(), "all that was measured");
    assert!(provenance["crop"]["w"].is_number() && provenance["scale"].is_number(), "the transform");
    assert_eq!(again(&original, None).expect_err("without its plate").code, "rebuild_other");
    assert_eq!(again(&delivered, Some(&kept)).expect_err("another original").code, "rebuild_other");
}

#[test]
fn somebody_in_the_seat_is_refused_in_plain_words() {
    let folder = folder();
    let station = demo_station(folder.path());
    wait_for(&station, "a live camera", |v| {
        v.camera.status.as_ref().is_some_and(|s| s.state == camera::FeedState::Live)
    });
    show(&station, DemoScene::Seated);
    std::thread::sleep(std::time::Duration::from_millis(500));
    let refused = station.plate_shoot(Nothing {}).expect_err("somebody sits there");
    assert!(["plate_person", "plate_moving"].contains(&refused.code.as_str()), "{refused:?}");
    assert!(refused.text.zh.contains("F9") && refused.text.en.contains("F9"));
    assert_eq!(view(&station).plate.state, PlateState::Missing);
}

fn tomorrow() -> Timestamp {
    Timestamp(now().0 + 86_400_000)
}

#[test]
fn a_plate_outlives_the_program_and_not_the_day() {
    let folder = folder();
    let first = demo_station(folder.path());
    let shot = shoot_empty(&first).plate;
    drop(first);
    let again = demo_station(folder.path());
    assert_eq!(view(&again).plate, shot);
    drop(again);
    let next_day = Station::start(Config {
        data: folder.path().to_path_buf(),
        assets: places::assets(),
        now: tomorrow,
        day_start: |at| Timestamp(at.0 - at.0.rem_euclid(86_400_000)),
        open_camera: false,
        demo: DemoScene::Empty,
    });
    next_day.camera_choose(api::CameraRequest { id: "demo".to_owned() }).expect("the demo camera opens");
    assert_eq!(view(&next_day).plate.state, PlateState::Missing);
    assert_eq!(shoot_empty(&next_day).plate.state, PlateState::Fresh);
}

#[test]
fn the_command_line_says_what_a_plate_is_worth_and_replay_uses_it() {
    let folder = folder();
    let (frames, data) = (folder.path().join("day"), folder.path().join("data"));
    let text = |path: &std::path::Path| path.to_str().expect("a readable path").to_owned();
    let out = journeys::places::gradbooth(&["demo", "day", "--out", &text(&frames), "--students", "1"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let booth = testkit::Booth::new(domain::Size { width: 1280, height: 720 }, Vec::new());
    booth.frame(&testkit::Scene::EmptySeat, 1).save(frames.join("plate.png")).expect("a plate");
    let seated = folder.path().join("seated.png");
    booth.frame(&testkit::Scene::seated(0), 1).save(&seated).expect("no plate");

    let plate = text(&frames.join("plate.png"));
    let out = places::gradbooth(&["plate", "check", &plate, "--json"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let line = &places::json_lines(&out)[0];
    assert_eq!(
        (line["faces"].as_u64(), line["notes"].as_array().map(Vec::len)),
        (Some(0), Some(4)),
        "{line}"
    );
    let out = places::gradbooth(&["plate", "check", &text(&seated), "--json"]);
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(places::json_lines(&out)[0]["grade"], "bad");

    let out = places::gradbooth(&["replay", &text(&frames), "--data", &text(&data), "--json"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let (store, _) = Store::open(&data, "test", now()).expect("the folder opens");
    assert!(store.verify().expect("looked over").is_clean());
    let strip = store.today(Timestamp(0), 1).expect("the strip");
    let detail = store.sitting_detail(strip[0].sitting).expect("the sitting");
    let accepted =
        detail.shots.iter().find(|s| s.disposition == store::Disposition::Accepted).expect("a shot");
    assert_eq!(accepted.provenance["mode"], "plate", "{}", accepted.provenance);
}
