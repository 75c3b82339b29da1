//! Three stations of one hall on a real PostgreSQL: shared, cut off, together again. Real stores, real threads; only the
//! camera is missing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use journeys::booth::now;
use journeys::laptop::{Cluster, Laptop, station};
use serde_json::{Value, json};

use crate::serve::Served;

fn plan(way: &str) -> Value {
    json!({
        "school": "某某大学", "date": "2026-05-13", "place": "体育馆", "spec": "registry-safe", "way": way,
        "fee": { "kind": "on_the_spot", "amount_fen": 2000 }, "consent": { "version": "1", "text": "本人同意采集" },
    })
}

fn address(cluster: &Cluster, database: &str) -> Value {
    json!({ "host": "127.0.0.1", "port": cluster.port(), "database": database, "user": "crew", "password": "open sesame",
            "password_kept": false, "ca_file": "" })
}

fn roster(laptop: &Laptop) {
    let subjects: Vec<Value> = (1..=9)
        .map(|n| json!({ "student_no": format!("202200{n}"), "name": format!("张小{n}"), "college": "文学院" }))
        .collect();
    laptop.ask("roster.apply", json!({ "subjects": subjects }));
}

/// A hall of booths with the batch open at each.
fn hall(cluster: &Cluster, database: &str, way: &str, booths: &[&str]) -> Vec<Laptop> {
    cluster.database(database);
    let laptops: Vec<Laptop> = booths.iter().map(|booth| Laptop::new(booth)).collect();
    let first = &laptops[0];
    let batch = first.ask("batch.new", plan(way));
    first.ask("batch.open", json!({ "batch": batch["id"] }));
    first.ask("hall.save", address(cluster, database));
    let code = first.ask("hall.share", json!({ "booth": first.booth }))["join_code"].clone();
    for laptop in &laptops[1..] {
        laptop.ask("hall.save", address(cluster, database));
        let offered = laptop.ask("hall.try", address(cluster, database));
        let key = &offered["batches"][0]["key"];
        laptop.ask("hall.join", json!({ "key": key, "join_code": code, "booth": laptop.booth }));
    }
    laptops.iter().for_each(|laptop| laptop.link("online"));
    laptops
}

#[test]
fn booths_of_one_hall_work_together_alone_and_together_again() {
    let Some(cluster) = Cluster::start() else { return };
    the_day_of_three_booths(&cluster);
    a_code_that_another_booth_has_shot_is_told_when_it_is_read(&cluster);
    setting_up_tells_what_is_wrong(&cluster);
    a_station_that_is_killed_loses_and_doubles_nothing(&cluster);
}

fn the_day_of_three_booths(cluster: &Cluster) {
    let mut laptops = hall(cluster, "journey", "desk", &["一号", "二号", "三号"]);
    laptops.iter().for_each(roster);
    let [a, b, c] = &mut laptops[..] else { panic!() };

    // Checked in at one, called at two others.
    let fee = json!({ "amount_fen": 2000, "method": "cash", "cashier": "李老师" });
    let request =
        |n: i32| json!({ "code": format!("202200{n}"), "consent": true, "id_card": true, "payment": fee });
    let numbers: Vec<i64> =
        (1..=4).map(|n| a.ask("desk.check_in", request(n))["ticket"]["number"].as_i64().unwrap()).collect();
    for other in [&*b, &*c] {
        other.until("four waiting", "queue.status", |queue| queue["waiting_count"] == 4);
    }
    let (at_b, at_c) = (b.next().0.unwrap(), c.next().0.unwrap());
    assert_eq!([at_b, at_c], [numbers[0], numbers[1]], "in order, and nobody twice");
    let board = a.until("both calls", "queue.board", |board| board["called"].as_array().unwrap().len() == 2);
    let at: BTreeSet<_> =
        board["called"].as_array().unwrap().iter().map(|c| c["booth"].to_string()).collect();
    assert_eq!(at.len(), 2);
    // The roster line is known where nobody told a name, the fee counts everywhere, and the code has its number.
    let waiting = b.queue()["waiting"][0].clone();
    assert_eq!((&waiting["masked_name"], &waiting["fingerprint"]), (&json!("张*3"), &Value::Null));
    b.until("the fees", "day.figures", |figures| figures["cash"][0]["total_fen"] == 8000);
    assert_eq!(c.refused("desk.check_in", request(3)), "already_queued");
    assert_eq!(c.ask("desk.look", json!({ "code": "2022004" }))["ticket"]["number"], json!(numbers[3]));
    // Whose turn it is is asked at the seat: the payload is at the desk's laptop only.
    let other = json!({ "text": "2022002", "source": "gun" });
    assert_eq!(b.refused("station.type_code", other), "jumped_queue");
    b.photograph("2022001");
    b.link("online");
    a.until("b's picture", "queue.status", |queue| queue["at_booths"].as_array().unwrap().len() == 1);
    assert_eq!(a.refused("desk.check_in", request(1)), "already_shot");

    // The cable is out for everybody.
    cluster.kill();
    [&*a, &*b, &*c].iter().for_each(|laptop| laptop.link("alone"));
    let alone = a.check_in("2022005");
    assert!(!numbers.contains(&alone));
    let (called, took) = b.next();
    assert_eq!(called, None, "who waits in the hall may be called by another booth now");
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert_eq!(b.refused("queue.call", json!({ "number": numbers[2] })), "not_ours_alone");
    // Whom this booth has sent away alone comes back to this booth.
    c.ask("queue.hold", json!({ "number": at_c, "reason": "hair" }));
    c.ask("queue.back", json!({ "number": at_c }));
    assert_eq!(c.next().0, Some(at_c));
    c.photograph("2022002");
    // The same person goes to two booths while nobody can know.
    let twice = [a.check_in("2022006"), c.check_in("2022006")];
    assert_ne!(twice[0], twice[1], "a number is doubled");
    assert_eq!(a.next().0, Some(alone));
    a.photograph("2022005");
    assert_eq!((a.next().0, c.next().0), (Some(twice[0]), Some(twice[1])));
    a.photograph("2022006");
    c.photograph("2022006");

    // And back: nothing lost, nothing doubled, and what nobody could know is shown.
    assert!(cluster.up());
    [&*a, &*b, &*c].iter().for_each(|laptop| laptop.link("online"));
    for laptop in [&*a, &*b, &*c] {
        let status = laptop.until("the conflict", "hall.status", |status| {
            status["unsent"] == 0
                && status["conflicts"].as_array().unwrap().iter().any(|c| c["kind"] == "shot_twice")
        });
        assert_eq!(status["stations"].as_array().unwrap().len(), 3, "{status:#}");
        let counts = laptop.ask("day.reconcile", json!({}));
        assert_eq!((&counts["adds_up"], &counts["counts"]["due"]), (&json!(true), &json!(9)), "{counts}");
        assert_eq!(
            (&counts["counts"]["shot"], &counts["counts"]["waiting"]),
            (&json!(4), &json!(2)),
            "{counts}"
        );
        assert_eq!(laptop.ask("audit.verify", json!({}))["broken"], Value::Null);
    }
    let booths = a.ask("day.figures", json!({}))["booths"].clone();
    assert_eq!(
        booths.as_array().unwrap().iter().map(|b| b["shot"].as_i64().unwrap()).sum::<i64>(),
        5,
        "{booths}"
    );

    // A person decides, at one booth; the others see that, and the picture that was not chosen waits.
    let conflicts = a.ask("hall.status", json!({}))["conflicts"].clone();
    let conflict = conflicts.as_array().unwrap().iter().find(|c| c["kind"] == "shot_twice").unwrap().clone();
    let sides = conflict["sides"].as_array().unwrap();
    assert_eq!(sides.len(), 2);
    let side = |booth: &str| sides.iter().find(|side| side["booth"] == booth).unwrap();
    assert!(
        side("一号")["picture"].is_string() && side("三号")["picture"].is_null(),
        "pictures do not travel"
    );
    let word =
        |reason: &str| json!({ "conflict": conflict["key"], "reason": reason, "keep": side("三号")["shot"] });
    assert_eq!(a.refused("hall.settle", word(" ")), "reason_needed");
    let settled = a.ask("hall.settle", word("三号那张睁眼"));
    let of = |status: &Value| {
        let all = status["conflicts"].as_array().unwrap().clone();
        all.into_iter().find(|c| c["key"] == conflict["key"]).unwrap()
    };
    assert_eq!(of(&settled)["settled"], "三号那张睁眼");
    b.until("the word", "hall.status", |status| of(status)["settled"] == "-");
    a.program = None;
    let (store, _) = store::Store::open(a.data(), "一号", now()).unwrap();
    assert_eq!(
        store.outbox(store::OutboxState::Parked).unwrap().len(),
        1,
        "the one that was not chosen waits"
    );
    assert!(store.audit(5).unwrap().iter().any(|event| event.what == "hall_conflict_settled"));
    let report = store.verify().unwrap();
    assert!(report.is_clean(), "{report:?}");

    // Nothing of a person and no password is in the hall's database, in the settings, or in a view.
    let mut db = cluster.client("journey");
    for secret in ["张小", "2022001", "open sesame", "睁眼"] {
        let sql = format!("SELECT count(*) FROM gradbooth.fact WHERE body LIKE '%{secret}%'");
        assert_eq!(db.count(&sql), 0, "{secret} travels");
    }
    assert!(!store.setting("hall").unwrap().unwrap().contains("open sesame"));
    assert!(!b.ask("hall.address", json!({})).to_string().contains("open sesame"));
}

fn a_code_that_another_booth_has_shot_is_told_when_it_is_read(cluster: &Cluster) {
    let mut laptops = hall(cluster, "booth_way", "booth", &["1", "2"]);
    let [a, b] = &mut laptops[..] else { panic!() };
    a.until("own numbers", "hall.status", |status| status["numbers_left"].as_i64() > Some(100));
    a.photograph("someone");
    a.link("online");
    b.until("the picture", "day.reconcile", |counts| counts["counts"]["shot"] == 1);
    let code = json!({ "text": "someone", "source": "gun" });
    let view = b.ask("station.type_code", code.clone());
    assert_eq!((&view["phase"]["kind"], &view["phase"]["station"]), (&json!("ask_repeat"), &json!("1")));
    assert_eq!(view["phase"]["portrait"], "", "the picture is at the other booth");
    // Said no, nothing happens; said yes, it is a retake and no conflict.
    assert_eq!(b.ask("station.cancel", json!({}))["phase"]["kind"], "idle");
    b.ask("station.type_code", code);
    assert_eq!(b.ask("station.confirm_repeat", json!({}))["phase"]["kind"], "armed");
    b.photograph("someone");
    b.link("online");
    a.until("nothing to decide", "hall.status", |status| status["unsent"] == 0);
    a.until("the retake", "queue.status", |queue| queue["at_booths"].as_array().unwrap().is_empty());
    assert_eq!(a.ask("hall.status", json!({}))["conflicts"], json!([]));
    assert_eq!(a.ask("day.reconcile", json!({}))["counts"]["shot"], 1, "one person");
    // Two that nobody has shot: each booth goes on by itself, with numbers of its own.
    let (one, two) = ("fresh-1", "fresh-2");
    let armed = |laptop: &Laptop, text: &str| {
        let view = laptop.ask("station.type_code", json!({ "text": text, "source": "gun" }));
        view["phase"]["sitting"]["number"].as_i64().unwrap()
    };
    assert_ne!(armed(a, one), armed(b, two));
}

fn setting_up_tells_what_is_wrong(cluster: &Cluster) {
    let laptops = hall(cluster, "setup", "desk", &["1"]);
    let fresh = Laptop::new("1");
    let tried = |change: Value| {
        let mut request = address(cluster, "setup");
        for (key, value) in change.as_object().unwrap() {
            request[key] = value.clone();
        }
        fresh.ask("hall.try", request)["trouble"]["code"].clone()
    };
    assert_eq!(tried(json!({})), Value::Null);
    assert_eq!(tried(json!({ "database": "nothere" })), "hall_no_database");
    assert_eq!(tried(json!({ "host": "" })), "hall_no_address");
    assert_eq!(tried(json!({ "port": 1 })), "hall_refused");
    assert_eq!(tried(json!({ "ca_file": "/no/such/file" })), "hall_ca_file");
    assert_eq!(fresh.refused("hall.share", json!({ "booth": "9" })), "hall_no_address");

    fresh.ask("hall.save", address(cluster, "setup"));
    let offered = fresh.ask("hall.try", address(cluster, "setup"));
    let batch = &offered["batches"][0];
    assert_eq!((&batch["booths"], &batch["free_booth"]), (&json!(["1"]), &json!("2")), "{batch}");
    let code = laptops[0].ask("hall.invite", json!({}))["join_code"].as_str().unwrap().to_owned();
    let join = |code: &str, booth: &str| json!({ "key": batch["key"], "join_code": code, "booth": booth });
    assert_eq!(fresh.refused("hall.join", join("K7M2", "2")), "hall_join_code");
    let other = facts::JoinCode::from_random([3; 11]).to_string();
    assert_eq!(fresh.refused("hall.join", join(&other, "2")), "hall_other_secret");
    assert_eq!(fresh.refused("hall.join", join(&code, "1")), "hall_booth_taken");
    assert_eq!(fresh.refused("hall.join", join(&code, " ")), "hall_booth");
    assert_eq!(fresh.ask("batch.list", json!({})), json!([]), "a refusal leaves nothing behind");
    let view = fresh.ask("hall.join", join(&code.to_lowercase().replace('-', " "), "2"));
    assert_eq!((&view["station"], &view["batch"]["school"]), (&json!("2"), &json!("某某大学")));
    fresh.link("online");
    assert_eq!(fresh.refused("hall.leave", json!({ "sure": false })), "hall_leave_unsure");
    let left = fresh.ask("hall.leave", json!({ "sure": true }));
    assert_eq!(left["hall"], Value::Null);
    // By itself it is a station like any other.
    let number = fresh.check_in("left-1");
    assert_eq!(fresh.next().0, Some(number));
    assert_eq!(fresh.refused("hall.join", join(&code, "3")), "in_hall");
}

fn a_station_that_is_killed_loses_and_doubles_nothing(cluster: &Cluster) {
    let mut laptops = hall(cluster, "killed", "desk", &["1", "2"]);
    let [a, b] = &mut laptops[..] else { panic!() };
    b.program = None;
    let mut numbers: BTreeSet<i64> = BTreeSet::new();
    let mut given = 0;
    let fee = json!({ "amount_fen": 2000, "method": "cash" });
    for round in 0..3 {
        let mut served = Served::with(&b.data(), &[]);
        // At both at once; b dies in the middle of it.
        let kill_at = Instant::now() + Duration::from_millis(150 + 170 * round);
        for n in 0.. {
            let request =
                json!({ "code": format!("b-{round}-{n}"), "consent": true, "id_card": true, "payment": fee });
            let (status, answer) = served.rpc("desk.check_in", &request);
            assert_eq!(status, 200, "{answer}");
            assert!(numbers.insert(answer["ticket"]["number"].as_i64().unwrap()), "doubled at b: {answer}");
            assert!(numbers.insert(a.check_in(&format!("a-{round}-{n}"))), "doubled at a");
            given += 2;
            if Instant::now() > kill_at {
                break;
            }
        }
        served.kill();
    }
    b.program = Some(station(b.folder.path()));
    b.link("online");
    for laptop in [&*a, &*b] {
        laptop.until("all of them", "day.reconcile", |counts| counts["counts"]["due"] == given);
        laptop.until("told", "hall.status", |status| status["unsent"] == 0);
        assert_eq!(laptop.ask("hall.status", json!({}))["conflicts"], json!([]));
    }
    // Everybody is called once, by either.
    let mut called = BTreeSet::new();
    'calling: loop {
        for laptop in [&*a, &*b] {
            let Some(number) = laptop.next().0 else { break 'calling };
            assert!(called.insert(number), "{number} was called twice");
            // Whose code was read here sits already.
            if laptop.ask("station.view", json!({}))["phase"]["kind"] == "armed" {
                laptop.ask("station.cancel", json!({}));
            }
            laptop.ask("queue.leave", json!({ "number": number }));
        }
    }
    assert_eq!(called, numbers);
}
