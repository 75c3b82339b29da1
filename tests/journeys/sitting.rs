//! From the code to the outbox, and everything that must not happen on the way.

use api::view::{DemoScene, PhaseView, StationView};
use api::{AcceptRequest, Nothing, Operations, SittingRequest, Station, TypedCode};
use domain::{CodeSource, Timestamp, Verdict};
use journeys::booth::{demo_station, phase, show, view, wait_for, wait_notice, wait_phase};
use store::{OutboxState, Store};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn sitting_number(view: &StationView) -> i64 {
    match &view.phase {
        PhaseView::Armed { sitting }
        | PhaseView::Developing { sitting }
        | PhaseView::Reviewing { sitting, .. } => sitting.number.0,
        other => panic!("no sitting in {other:?}"),
    }
}

/// Shows the next phone until the station is armed.
fn arm(station: &Station) -> StationView {
    show(station, DemoScene::Phone);
    wait_phase(station, "armed")
}

/// Seats the student, shoots, and waits for the portrait.
fn shoot(station: &Station, scene: DemoScene) -> StationView {
    show(station, scene);
    wait_for(station, "a face in the bands", |_| true);
    std::thread::sleep(std::time::Duration::from_millis(400));
    station.shoot(Nothing {}).expect("the shutter works");
    wait_phase(station, "reviewing")
}

/// The demo's own data folder, opened after the station has let go of it.
fn store_of(folder: &TempDir) -> Store {
    Store::open(folder.path().join("demo"), "test", Timestamp(0)).expect("the data folder opens").0
}

#[test]
fn a_code_becomes_a_portrait_in_the_outbox() {
    let folder = folder();
    let station = demo_station(folder.path());
    let armed = arm(&station);
    assert_eq!(sitting_number(&armed), 1);
    let reviewed = shoot(&station, DemoScene::Seated);
    let PhaseView::Reviewing { shot, .. } = &reviewed.phase else { panic!("{reviewed:?}") };
    assert_ne!(shot.verdict, Verdict::Retake, "{:?}", shot.findings);
    assert!((30_720..=40_000).contains(&shot.bytes), "{} bytes", shot.bytes);
    let geometry = shot.geometry.expect("a face was measured");
    let bands = &reviewed.spec.bands;
    assert!(bands.head_top.allows(geometry.head_top_px), "{geometry:?}");
    assert!(bands.eye_line.allows(geometry.eye_line_px), "{geometry:?}");
    assert!(bands.face_width.allows(geometry.face_width_px), "{geometry:?}");
    let accepted = station.accept(AcceptRequest { reason: None }).expect("accepting works");
    assert_eq!(phase(&accepted), "idle");
    assert_eq!((accepted.counts.accepted, accepted.counts.waiting), (1, 1));
    let history = station
        .sitting_history(SittingRequest { id: accepted.strip[0].sitting })
        .expect("the sitting is known");
    assert_eq!(history.outcome, "accepted");
    drop(station);

    let store = store_of(&folder);
    assert!(store.verify().expect("looked over").is_clean());
    assert_eq!(store.outbox(OutboxState::Pending).expect("the outbox").len(), 1);
    let hash = domain::ContentHash::from_hex(accepted.strip[0].portrait.trim_start_matches("portrait/"))
        .expect("a hash");
    let jpeg = store.picture(store::PictureKind::Portrait, &hash).expect("the file is there");
    let picture = imaging::decode::picture_file(&jpeg).expect("the file decodes");
    assert_eq!(picture.dimensions(), (480, 640));
    for (x, y) in [(2, 2), (477, 2), (2, 200), (477, 200)] {
        let [r, g, b] = picture.get_pixel(x, y).0;
        let near = |found: u8, wanted: u8| found.abs_diff(wanted) <= 2;
        assert!(near(r, 100) && near(g, 197) && near(b, 255), "background at {x},{y} is {r},{g},{b}");
    }
}

#[test]
fn nothing_is_shot_without_a_code() {
    let folder = folder();
    let station = demo_station(folder.path());
    show(&station, DemoScene::Seated);
    assert_eq!(station.shoot(Nothing {}).expect_err("refused").code, "nothing_armed");
    assert_eq!(phase(&view(&station)), "idle");
}

#[test]
fn the_next_persons_code_never_relabels_a_sitting() {
    let folder = folder();
    let station = demo_station(folder.path());
    let armed = arm(&station);
    let gun = TypedCode { text: "ANOTHER-PERSONS-CODE".into(), source: CodeSource::Gun };
    assert_eq!(station.type_code(gun.clone()).expect_err("refused").code, "other_code");
    shoot(&station, DemoScene::Seated);
    // The next student holds the phone into the picture while the portrait is looked at.
    show(&station, DemoScene::Phone);
    let noticed = wait_notice(&station, "other_code");
    assert_eq!(sitting_number(&noticed), sitting_number(&armed));
    assert_eq!(station.type_code(gun).expect_err("refused").code, "other_code");
    let accepted = station.accept(AcceptRequest { reason: None }).expect("accepting works");
    let PhaseView::Armed { sitting } = &armed.phase else { panic!("{armed:?}") };
    assert_eq!(accepted.strip[0].fingerprint, sitting.fingerprint);
}

#[test]
fn two_phones_arm_nobody() {
    let folder = folder();
    let station = demo_station(folder.path());
    show(&station, DemoScene::TwoPhones);
    wait_notice(&station, "two_codes");
    assert_eq!(phase(&view(&station)), "idle");
}

#[test]
fn an_accepted_code_asks_before_it_is_shot_again() {
    let folder = folder();
    let station = demo_station(folder.path());
    let code = || TypedCode { text: "REPEATED-CODE".into(), source: CodeSource::Gun };
    station.type_code(code()).expect("armed");
    shoot(&station, DemoScene::Seated);
    let first = station.accept(AcceptRequest { reason: None }).expect("accepted");
    let asked = station.type_code(code()).expect("asks");
    let PhaseView::AskRepeat { number, portrait, station: name, .. } = &asked.phase else {
        panic!("{asked:?}")
    };
    assert_eq!((number.0, portrait, name.as_str()), (1, &first.strip[0].portrait, "1"));
    assert_eq!(station.shoot(Nothing {}).expect_err("answer first").code, "answer_first");
    assert_eq!(phase(&station.cancel(Nothing {}).expect("cancelled")), "idle");
    station.type_code(code()).expect("asks again");
    let armed = station.confirm_repeat(Nothing {}).expect("armed for a retake");
    assert_eq!(sitting_number(&armed), 2);
    shoot(&station, DemoScene::Seated);
    let second = station.accept(AcceptRequest { reason: None }).expect("accepted");
    assert_eq!(second.counts.waiting, 1, "the first picture must not be uploaded any more");
    drop(station);
    let store = store_of(&folder);
    assert_eq!(store.outbox(OutboxState::Superseded).expect("kept").len(), 1, "and is not deleted either");
    assert!(store.verify().expect("looked over").is_clean());
}

#[test]
fn a_retake_finding_needs_a_second_key_and_a_reason() {
    let folder = folder();
    let station = demo_station(folder.path());
    arm(&station);
    let reviewed = shoot(&station, DemoScene::Tilted);
    let PhaseView::Reviewing { shot, .. } = &reviewed.phase else { panic!("{reviewed:?}") };
    assert_eq!(shot.verdict, Verdict::Retake, "{:?}", shot.findings);
    let asked = station.accept(AcceptRequest { reason: Some("x".into()) }).expect("asks");
    assert!(matches!(asked.phase, PhaseView::Reviewing { asking_reason: true, .. }));
    assert_eq!(station.accept(AcceptRequest { reason: None }).expect_err("refused").code, "reason_needed");
    let done = station.accept(AcceptRequest { reason: Some("身体原因无法扶正".into()) }).expect("accepted");
    assert!(done.strip[0].overridden);
    let history = station.sitting_history(SittingRequest { id: done.strip[0].sitting }).expect("known");
    assert_eq!(history.shots[0].override_reason.as_deref(), Some("身体原因无法扶正"));
}

#[test]
fn again_keeps_the_person_and_the_first_original() {
    let folder = folder();
    let station = demo_station(folder.path());
    let armed = arm(&station);
    shoot(&station, DemoScene::Seated);
    let again = station.again(Nothing {}).expect("again");
    assert_eq!((phase(&again), sitting_number(&again)), ("armed", sitting_number(&armed)));
    shoot(&station, DemoScene::Seated);
    let done = station.accept(AcceptRequest { reason: None }).expect("accepted");
    let history = station.sitting_history(SittingRequest { id: done.strip[0].sitting }).expect("known");
    let dispositions: Vec<&str> = history.shots.iter().map(|s| s.disposition.as_str()).collect();
    assert_eq!(dispositions, ["rejected", "accepted"]);
}

#[test]
fn an_open_sitting_survives_a_pulled_cable() {
    let folder = folder();
    let station = demo_station(folder.path());
    let armed = arm(&station);
    show(&station, DemoScene::Unplugged);
    let gone = wait_for(&station, "a message about the camera", |v| v.camera.message.is_some());
    assert_eq!(sitting_number(&gone), sitting_number(&armed));
    assert_eq!(station.shoot(Nothing {}).map(|_| ()), Ok(()), "the shutter may be pressed");
    wait_notice(&station, "no_frame");
    let begun = std::time::Instant::now();
    show(&station, DemoScene::Seated);
    wait_for(&station, "the camera's return", |v| v.camera.message.is_none());
    assert!(begun.elapsed().as_secs_f64() < 3.0, "{:?}", begun.elapsed());
    shoot(&station, DemoScene::Seated);
    station.accept(AcceptRequest { reason: None }).expect("accepted");
}

#[test]
fn a_sitting_left_open_is_asked_about_after_a_restart() {
    let folder = folder();
    let code = TypedCode { text: "INTERRUPTED".into(), source: CodeSource::Gun };
    {
        let station = demo_station(folder.path());
        station.type_code(code).expect("armed");
    }
    let station = demo_station(folder.path());
    assert_eq!(phase(&view(&station)), "interrupted");
    assert_eq!(station.shoot(Nothing {}).expect_err("answer first").code, "answer_first");
    let resumed = station.resume(Nothing {}).expect("goes on");
    assert_eq!((phase(&resumed), sitting_number(&resumed)), ("armed", 1));
    station.cancel(Nothing {}).expect("cancelled");
    assert_eq!(phase(&view(&station)), "idle");
}

#[test]
fn two_people_in_the_picture_are_a_retake() {
    let folder = folder();
    let station = demo_station(folder.path());
    arm(&station);
    let reviewed = shoot(&station, DemoScene::TwoPeople);
    let PhaseView::Reviewing { shot, .. } = &reviewed.phase else { panic!("{reviewed:?}") };
    assert!(shot.findings.iter().any(|f| f.code == domain::FindingCode::ManyFaces), "{:?}", shot.findings);
    assert_eq!(shot.verdict, Verdict::Retake);
}

#[test]
fn an_empty_seat_gives_no_portrait_but_keeps_the_original() {
    let folder = folder();
    let station = demo_station(folder.path());
    arm(&station);
    show(&station, DemoScene::Empty);
    std::thread::sleep(std::time::Duration::from_millis(300));
    station.shoot(Nothing {}).expect("the shutter works");
    let noticed = wait_notice(&station, "no_face");
    assert_eq!(phase(&noticed), "armed");
    drop(station);
    let store = store_of(&folder);
    let report = store.verify().expect("looked over");
    assert!(report.is_clean(), "{report:?}");
}
