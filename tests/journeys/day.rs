//! A small day through the operations: roster, schedule, desk, calls, the seat, a swap, the end; with real rows.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use api::view::DemoScene;
use api::{Config, Station, call};
use domain::{CaptureCode, Timestamp};
use journeys::laptop::{self, assets};
use journeys::places;
use serde_json::{Value, json};
use store::Store;

/// The clock of this day, which can jump; 2026-05-13 08:30 UTC.
static CLOCK: AtomicI64 = AtomicI64::new(1_778_661_000_000);

fn tick() -> Timestamp {
    Timestamp(CLOCK.fetch_add(1_000, Ordering::SeqCst))
}

fn station(data: &Path) -> Station {
    Station::start(Config {
        data: data.to_path_buf(),
        assets: assets(data),
        now: tick,
        day_start: |at| Timestamp(at.0 - at.0.rem_euclid(86_400_000)),
        open_camera: false,
        demo: DemoScene::Empty,
    })
}

fn ask(station: &Station, name: &str, request: Value) -> Value {
    call(station, name, request.clone()).unwrap_or_else(|e| panic!("{name} {request}: {e}"))
}

fn refused(station: &Station, name: &str, request: Value) -> String {
    match call(station, name, request) {
        Ok(answer) => panic!("{name}: {answer}"),
        Err(error) => error.code,
    }
}

/// What a booth with a camera does: the picture of whoever sits there.
fn photograph(data: &Path, code: &str) {
    laptop::photograph(data, "机位", code, tick);
}

fn plan(double_proof: bool) -> Value {
    json!({
        "school": "某某大学", "date": "2026-05-13", "place": "体育馆", "spec": "registry-safe", "way": "desk",
        "fee": { "kind": "prepaid", "amount_fen": 1700 }, "double_proof": double_proof, "masked_names": true,
        "consent": { "version": "1", "text": "本人同意采集" },
    })
}

fn name_the_booth(station: &Station) {
    let mut settings = ask(station, "station.view", json!({}))["settings"].clone();
    settings["station"] = json!("机位");
    ask(station, "settings.save", settings);
}

/// A station with an open batch and three people on its roster.
fn morning(data: &Path, double_proof: bool) -> Station {
    let station = station(data);
    name_the_booth(&station);
    ask(&station, "operator.set", json!({ "name": "李老师" }));
    let batch = ask(&station, "batch.new", plan(double_proof));
    ask(&station, "batch.open", json!({ "batch": batch["id"] }));
    let person = |no: &str, name: &str, college: &str, paid| json!({ "student_no": no, "name": name, "college": college, "paid": paid });
    let subjects = json!([
        person("2022001", "张小三", "文学院", true),
        person("2022002", "李小四", "文学院", true),
        person("2022003", "王小五", "理学院", false),
        person("2022004", "赵小六", "理学院", true),
    ]);
    let report = ask(&station, "roster.apply", json!({ "subjects": subjects }));
    assert_eq!((&report["added"], &report["refused"]), (&json!(4), &json!(0)));
    let slot = |college: &str, start, end| json!({ "college": college, "head_count": 2, "date": "2026-05-13", "start": start, "end": end, "room": "101" });
    let slots = json!([slot("文学院", 480, 600), slot("理学院", 600, 720)]);
    ask(&station, "schedule.apply", json!({ "slots": slots }));
    station
}

fn find(station: &Station, text: &str) -> Value {
    ask(station, "roster.search", json!({ "text": text }))[0]["subject"].clone()
}

fn issue(station: &Station, code: &str, who: &str) -> Value {
    let subject = find(station, who);
    let check_in = json!({ "code": code, "subject": subject, "consent": true, "id_card": true });
    ask(station, "desk.check_in", check_in)["ticket"]["number"].clone()
}

#[test]
fn a_whole_small_day() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let station = morning(data, true);

    // The desk: unpaid is refused, the consent is asked for, the slot is marked.
    let wang = find(&station, "wxw");
    let at_desk = json!({ "code": "code-wang", "subject": wang });
    let look = ask(&station, "desk.look", at_desk);
    assert_eq!((&look["refusal"]["code"], &look["arrival"]), (&json!("unpaid"), &json!("early")));
    let check_in = json!({ "code": "code-wang", "subject": wang, "consent": true });
    assert_eq!(refused(&station, "desk.check_in", check_in), "unpaid");
    let zhang = find(&station, "zxs");
    let silent = json!({ "code": "code-zhang", "subject": zhang });
    assert_eq!(refused(&station, "desk.check_in", silent), "no_consent");
    assert_eq!(issue(&station, "code-zhang", "zxs"), 1);
    assert_eq!(issue(&station, "code-li", "2022002"), 2);

    // The clock of the laptop jumps back by an hour: nothing minds.
    CLOCK.fetch_sub(3_600_000, Ordering::SeqCst);
    let called = ask(&station, "queue.next", json!({}));
    assert_eq!((&called["number"], &called["masked_name"]), (&json!(1), &json!("张*三")));
    let board = ask(&station, "queue.board", json!({}));
    assert_eq!((&board["called"][0]["number"], &board["next"][0]["number"]), (&json!(1), &json!(2)));
    assert!(!board.to_string().contains("张小三"), "{board}");

    // The wrong person sits down: refused, loudly, with both numbers.
    let typed = |code: &str| json!({ "text": code, "source": "gun" });
    assert_eq!(refused(&station, "station.type_code", typed("code-li")), "jumped_queue");
    let notice = ask(&station, "station.view", json!({}))["notice"].clone();
    assert_eq!(notice["level"], "bad");
    let text = notice["text"]["zh"].as_str().unwrap();
    assert!(text.contains("1 号") && text.contains("2 号"), "{text}");
    let view = ask(&station, "station.type_code", typed("code-zhang"));
    assert_eq!((&view["phase"]["kind"], &view["turn"]["number"]), (&json!("armed"), &json!(1)));

    // The program ends in the middle; the queue comes back as it was and the picture is taken.
    drop(station);
    photograph(data, "code-zhang");
    let station = self::station(data);
    let status = ask(&station, "queue.status", json!({}));
    assert_eq!((&status["waiting"][0]["number"], &status["at_booths"]), (&json!(2), &json!([])));
    ask(&station, "queue.next", json!({}));
    drop(station);
    photograph(data, "code-li");
    let station = self::station(data);

    // Exchanged after all: mended as one correction.
    let swap = ask(&station, "swap.propose", json!({ "one": 1, "other": 2, "reason": "两人换了座位" }));
    assert_eq!(swap["committed_at"], Value::Null);
    let made = ask(&station, "swap.commit", json!({ "correction": swap["id"] }));
    assert_eq!(
        (&made["sides"][0]["from"]["number"], &made["sides"][0]["to"]["number"]),
        (&json!(1), &json!(2))
    );
    let strip = ask(&station, "strip.list", json!({ "limit": 10 }));
    let of = |path: &Value| {
        strip.as_array().unwrap().iter().find(|i| i["portrait"] == *path).unwrap()["number"].clone()
    };
    assert_eq!((of(&made["sides"][0]["path"]), of(&made["sides"][1]["path"])), (json!(2), json!(1)));

    // The end: everybody in one state, the absent with what they paid, sealed.
    let counts = ask(&station, "day.reconcile", json!({}));
    assert_eq!((&counts["adds_up"], &counts["unsettled"]), (&json!(true), &json!(0)));
    assert_eq!(
        (&counts["counts"]["due"], &counts["counts"]["shot"], &counts["counts"]["absent"]),
        (&json!(4), &json!(2), &json!(2))
    );
    let absent = ask(&station, "absent.list", json!({}));
    assert_eq!(
        (&absent[0]["college"], &absent[0]["paid"], absent[0]["people"].as_array().unwrap().len()),
        (&json!("理学院"), &json!(1), 2)
    );
    let slots = ask(&station, "schedule.board", json!({}));
    assert_eq!(
        (&slots[0]["shot"], &slots[0]["absent"], &slots[1]["absent"]),
        (&json!(2), &json!(0), &json!(2))
    );
    let figures = ask(&station, "day.figures", json!({}));
    assert_eq!((&figures["corrections"], &figures["booths"][0]["shot"]), (&json!(1), &json!(2)));
    let batch = counts["batch"].clone();
    ask(&station, "batch.seal", json!({ "batch": batch }));
    assert_eq!(refused(&station, "queue.next", json!({})), "no_batch");
    assert_eq!(ask(&station, "audit.verify", json!({}))["broken"], Value::Null);
    drop(station);
    let (store, _) = Store::open(data, "look", tick()).unwrap();
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn without_double_proof_the_call_arms_the_sitting_with_the_code_of_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let station = morning(folder.path(), false);
    let no_code = json!({ "subject": find(&station, "2022001"), "consent": true });
    assert_eq!(refused(&station, "desk.check_in", no_code), "code_needed");
    issue(&station, "code-zhang", "2022001");
    let called = ask(&station, "queue.next", json!({}));
    assert_eq!(called["stage"]["kind"], "seated");
    // The person has still to walk to the booth: the call screen says where to, and chimes.
    let board = ask(&station, "queue.board", json!({}));
    assert_eq!((&board["called"][0]["number"], &board["called"][0]["seated"]), (&json!(1), &json!(false)));
    let view = ask(&station, "station.view", json!({}));
    let fingerprint = CaptureCode::new("code-zhang").unwrap().fingerprint();
    assert_eq!(view["phase"]["sitting"]["fingerprint"], fingerprint.as_str());
    let view = ask(&station, "station.cancel", json!({}));
    assert_eq!((&view["phase"]["kind"], &view["turn"]["seated"]), (&json!("idle"), &json!(false)));
    let again = ask(&station, "queue.recall", json!({ "number": 1 }));
    assert_eq!((&again["stage"]["kind"], &again["recalls"]), (&json!("seated"), &json!(1)));
}

#[test]
fn an_open_batch_brings_its_own_standard_and_without_its_file_nothing_is_shot() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let specs = data.join("specs");
    fs::create_dir_all(&specs).unwrap();
    let own = fs::read_to_string(places::root().join("assets/specs/registry-safe.toml")).unwrap();
    let own = own.replacen("id = \"registry-safe\"", "id = \"our-school\"", 1);
    fs::write(specs.join("our-school.toml"), &own).unwrap();
    let station = station(data);
    let standard = |station: &Station| ask(station, "station.view", json!({}))["spec"]["id"].clone();
    let booth = |spec: &str| json!({ "school": "某某大学", "date": "2026-05-13", "spec": spec, "way": "booth", "fee": { "kind": "none" } });
    assert_eq!(standard(&station), "registry-safe");
    assert_ne!(refused(&station, "batch.new", booth("no-such-standard")), "");
    let mut unnamed = booth("our-school");
    unnamed["naming"] = json!("{no_such_field}");
    assert_ne!(refused(&station, "batch.new", unnamed), "");
    assert_eq!(ask(&station, "batch.list", json!({})), json!([]), "a plan that cannot work is not kept");

    let batch = ask(&station, "batch.new", booth("our-school"))["id"].clone();
    assert_eq!(standard(&station), "registry-safe", "prepared is not open");
    ask(&station, "batch.open", json!({ "batch": batch }));
    assert_eq!(standard(&station), "our-school");
    assert_eq!(ask(&station, "station.view", json!({}))["notice"]["code"], "batch_opened");
    // The settings keep theirs for the time after, and do not get in between.
    let mut settings = ask(&station, "station.view", json!({}))["settings"].clone();
    settings["spec"] = json!("chsi-2017");
    ask(&station, "settings.save", settings);
    assert_eq!(standard(&station), "our-school");
    ask(&station, "batch.close", json!({ "batch": batch }));
    assert_eq!(standard(&station), "chsi-2017");
    ask(&station, "batch.open", json!({ "batch": batch }));
    drop(station);

    // A restart finds the batch open and its standard damaged: told, and nothing is shot by another one.
    fs::write(specs.join("our-school.toml"), "id = 3").unwrap();
    let station = self::station(data);
    assert_eq!(ask(&station, "station.view", json!({}))["notice"]["level"], "bad");
    ask(&station, "station.type_code", json!({ "text": "code-zhang", "source": "gun" }));
    let code = refused(&station, "station.shoot", json!({}));
    assert_ne!(code, "no_camera");
    ask(&station, "station.cancel", json!({}));
    fs::write(specs.join("our-school.toml"), &own).unwrap();
    ask(&station, "batch.close", json!({ "batch": batch }));
    ask(&station, "batch.open", json!({ "batch": batch }));
    ask(&station, "station.type_code", json!({ "text": "code-zhang", "source": "gun" }));
    assert_eq!(refused(&station, "station.shoot", json!({})), "no_camera", "only the camera is missing now");
}
