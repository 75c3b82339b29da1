//! What the window gets to see of the day.

use super::*;
use crate::{DayCounts, Ending, Handover};

#[test]
fn the_strip_shows_the_newest_first_and_what_replaced_what() {
    let mut booth = Booth::new();
    let alice = booth.person("alice");
    let bob = booth.person("bob");
    let again = booth.person("alice");
    let strip = booth.store().today(Timestamp(START), 10).unwrap();
    assert_eq!(strip.iter().map(|e| e.portrait).collect::<Vec<_>>(), [again.id, bob.id, alice.id]);
    assert_eq!(strip.iter().map(|e| e.superseded).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(strip[0].fingerprint, code_of("alice").fingerprint());
    assert_eq!(strip[0].portrait_hash, again.hash);
    let shot = &booth.store().sitting_detail(again.sitting).unwrap().shots[0];
    assert_eq!(strip[0].original_hash, shot.original);
    assert_eq!(strip[0].seconds, 2.0, "one second to the shot, one to the accept");
    assert_eq!(booth.store().today(Timestamp(START), 2).unwrap(), strip[..2]);
    assert_eq!(booth.store().today(bob.accepted_at, 10).unwrap(), strip[..2], "since includes its moment");
    let later = Timestamp(booth.clock + 1);
    assert_eq!(booth.store().today(later, 10).unwrap(), []);
}

#[test]
fn the_day_in_numbers() {
    let mut booth = Booth::new();
    let nothing = booth.store().counts(Timestamp(0)).unwrap();
    assert_eq!((nothing.accepted, nothing.median_seconds), (0, None));

    let first = booth.person("alice");
    for (code, wait) in [("bob", 7_000), ("carol", 1_000)] {
        let sitting = booth.sit(code).id;
        let blurred = booth.shoot(sitting, &format!("blurred {code}")).id;
        let now = booth.now();
        booth.store().reject_shot(blurred, now).unwrap();
        let shot = booth.shoot(sitting, &format!("sharp {code}")).id;
        booth.clock += wait;
        booth.try_accept(shot, code, &format!("jpeg {code}")).unwrap();
    }
    for (code, ending) in [("dave", Ending::Cancelled), ("eve", Ending::Abandoned)] {
        let (sitting, now) = (booth.sit(code).id, booth.now());
        booth.store().close_sitting(sitting, ending, now).unwrap();
    }
    let now = booth.now();
    booth.store().hand_over(first.id, &Handover::Park("no line"), now).unwrap();
    // Alice took 2 s, Bob 11 s, Carol 5 s.
    let all = DayCounts {
        accepted: 3,
        retaken: 2,
        cancelled: 1,
        pending_outbox: 2,
        parked: 1,
        median_seconds: Some(5.0),
    };
    assert_eq!(booth.store().counts(Timestamp(0)).unwrap(), all);
    let later = booth.store().counts(Timestamp(first.accepted_at.0 + 1)).unwrap();
    assert_eq!((later.accepted, later.retaken, later.median_seconds), (2, 2, Some(8.0)));
    let next = Timestamp(booth.clock + 1);
    let tomorrow = booth.store().counts(next).unwrap();
    assert_eq!(
        (tomorrow.accepted, tomorrow.cancelled, tomorrow.pending_outbox, tomorrow.parked),
        (0, 0, 2, 1)
    );
}

#[test]
fn a_clock_that_was_set_back_makes_no_negative_times() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    booth.clock -= 3_600_000;
    let shot = booth.shoot(sitting, "raw").id;
    booth.try_accept(shot, "alice", "jpeg").unwrap();
    assert_eq!(booth.store().today(Timestamp(0), 1).unwrap()[0].seconds, 0.0);
    assert_eq!(booth.store().counts(Timestamp(0)).unwrap().median_seconds, Some(0.0));
    booth.assert_clean();
}

#[test]
fn what_the_window_gets_reads_back_the_same() {
    let mut booth = Booth::new();
    let portrait = booth.person("alice");
    let detail = booth.store().sitting_detail(portrait.sitting).unwrap();
    let text = serde_json::to_string(&detail).unwrap();
    assert_eq!(serde_json::from_str::<crate::SittingDetail>(&text).unwrap(), detail);
    assert!(text.contains("\"outcome\":\"accepted\"") && text.contains("\"source\":\"camera\""), "{text}");
    let report = booth.store().verify().unwrap();
    assert_eq!(
        serde_json::from_str::<crate::VerifyReport>(&serde_json::to_string(&report).unwrap()).unwrap(),
        report
    );
    let opened = booth.open();
    assert_eq!(serde_json::from_str::<OpenReport>(&serde_json::to_string(&opened).unwrap()).unwrap(), opened);
}

#[test]
fn findings_geometry_and_provenance_come_back_as_they_were() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    let geometry = domain::FaceGeometry {
        head_top_px: 80.25,
        eye_line_px: 251.5,
        face_width_px: 240.125,
        centre_dx_px: -3.0,
        roll_deg: 0.1 + 0.2,
    };
    let plan = domain::CropPlan {
        crop: domain::Crop { x: 1.5, y: 2.25, w: 480.0, h: 640.0 },
        geometry,
        scale: 0.75,
        shortfalls: Vec::new(),
    };
    let provenance = json!({ "device": "相机", "format": "yuyv", "size": { "width": 1280, "height": 720 } });
    let new = NewShot {
        verdict: Verdict::Retake,
        findings: tilted(),
        geometry: Some(geometry),
        plan: Some(plan.clone()),
        provenance: provenance.clone(),
        ..shot(sitting, b"raw")
    };
    let now = booth.now();
    let stored = booth.store().add_shot(&new, now).unwrap();
    assert_eq!((stored.verdict, &stored.findings), (Verdict::Retake, &tilted()));
    assert_eq!(
        (stored.geometry, &stored.plan, &stored.provenance),
        (Some(geometry), &Some(plan), &provenance)
    );
    assert_eq!(booth.store().sitting_detail(sitting).unwrap().shots, [stored]);
}

#[test]
fn the_window_counts_in_plain_numbers() {
    use ts_rs::{Config, TS};
    fn types<T: TS>() -> String {
        T::inline(&Config::default())
    }
    let declared = [
        types::<SittingRecord>(),
        types::<ShotRecord>(),
        types::<PortraitRecord>(),
        types::<crate::EarlierAccept>(),
        types::<crate::StripEntry>(),
        types::<DayCounts>(),
        types::<crate::AuditEvent>(),
        types::<crate::AuditCheck>(),
        types::<crate::OutboxEntry>(),
        types::<OpenReport>(),
        types::<crate::VerifyReport>(),
    ];
    for text in declared {
        assert!(text.contains(": ") && !text.contains("bigint"), "{text}");
    }
}
