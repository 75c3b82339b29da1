//! What the store refuses, and what it ties together.

use domain::{PortraitId, ShotNumber, SittingId};

use super::*;
use crate::{Disposition, Ending, Handover, OutboxState, Outcome};

#[test]
fn one_person_from_the_code_to_the_accept() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice");
    assert_eq!(sitting.shot_number, ShotNumber(1));
    assert_eq!(sitting.station, "A-1");
    assert_eq!(booth.store().unfinished().unwrap(), Some(sitting.clone()));
    assert_eq!(booth.store().code_of(sitting.id).unwrap(), code_of("alice"));

    let shot = booth.shoot(sitting.id, "raw");
    assert_eq!(shot.disposition, Disposition::Candidate);
    let portrait = booth.try_accept(shot.id, "alice", "jpeg").unwrap();
    assert_eq!((portrait.shot, portrait.sitting, portrait.bytes), (shot.id, sitting.id, 4));
    assert_eq!(booth.store().portrait(portrait.id).unwrap(), portrait);

    assert_eq!(booth.store().unfinished().unwrap(), None);
    let pictures = booth.store().pictures();
    assert_eq!(pictures.read(crate::PictureKind::Portrait, &portrait.hash).unwrap(), b"jpeg");
    assert_eq!(pictures.read(crate::PictureKind::Original, &shot.original).unwrap(), b"raw");
    let outbox = booth.store().outbox(OutboxState::Pending).unwrap();
    assert_eq!(outbox.iter().map(|e| e.portrait).collect::<Vec<_>>(), [portrait.id]);
    let detail = booth.store().sitting_detail(sitting.id).unwrap();
    assert_eq!(detail.sitting.outcome, Outcome::Accepted);
    assert_eq!(detail.sitting.closed_at, Some(portrait.accepted_at));
    assert_eq!(detail.shots[0].disposition, Disposition::Accepted);
    assert_eq!(detail.portrait, Some(portrait));
    let history: Vec<_> = detail.history.iter().map(|e| e.what.as_str()).collect();
    assert_eq!(history, ["sitting_opened", "shot_added", "portrait_accepted"]);
    booth.assert_clean();
}

#[test]
fn one_sitting_at_a_time_and_numbers_that_go_up() {
    let mut booth = Booth::new();
    let first = booth.sit("alice");
    let now = booth.now();
    let second = booth.store().open_sitting(&code_of("bob"), CodeSource::Gun, None, now);
    assert!(matches!(second, Err(StoreError::StillOpen(id)) if id == first.id));
    booth.store().close_sitting(first.id, Ending::Cancelled, now).unwrap();
    assert!(matches!(
        booth.store().close_sitting(first.id, Ending::Cancelled, now),
        Err(StoreError::NotOpen(id)) if id == first.id
    ));
    assert_eq!(booth.sit("bob").shot_number, ShotNumber(2));
    // The table refuses as well, whoever asks.
    let sql = "INSERT INTO sitting (shot_number, code, fingerprint, source, station, opened_at, outcome)
               VALUES (9, x'00', '0123456789abcdef', 'gun', '', 0, 'open')";
    let refused = booth.store().db.execute(sql, []).unwrap_err();
    assert_eq!(refused.sqlite_error_code(), Some(rusqlite::ErrorCode::ConstraintViolation));
}

#[test]
fn a_portrait_is_accepted_for_the_expected_code_only() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    let shot = booth.shoot(sitting, "raw").id;
    for other in ["bob", "alice ", "Alice", "alic"] {
        let refused = booth.try_accept(shot, other, "jpeg").unwrap_err();
        assert_eq!(refused.code(), "other_code", "{other}");
    }
    assert_eq!(booth.store().outbox(OutboxState::Pending).unwrap(), []);
    assert!(!booth.path("portraits").read_dir().unwrap().any(|_| true), "a refused portrait leaves no file");
    booth.try_accept(shot, "alice", "jpeg").unwrap();
}

#[test]
fn a_shot_of_an_ended_sitting_is_not_accepted_in_the_next() {
    let mut booth = Booth::new();
    let alice = booth.sit("alice").id;
    let hers = booth.shoot(alice, "raw").id;
    let now = booth.now();
    booth.store().close_sitting(alice, Ending::Cancelled, now).unwrap();
    booth.sit("bob");
    assert!(matches!(booth.try_accept(hers, "alice", "jpeg"), Err(StoreError::NotOpen(id)) if id == alice));
    assert!(matches!(booth.try_accept(hers, "bob", "jpeg"), Err(StoreError::NotOpen(_))));
    assert!(matches!(booth.try_shoot(alice, "late"), Err(StoreError::NotOpen(id)) if id == alice));
    // The late picture is kept all the same.
    let late = domain::ContentHash::of(b"late");
    assert_eq!(booth.store().picture(crate::PictureKind::Original, &late).unwrap(), b"late");
}

#[test]
fn a_shot_is_decided_once() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    let (first, second) = (booth.shoot(sitting, "raw 1").id, booth.shoot(sitting, "raw 2").id);
    let now = booth.now();
    booth.store().reject_shot(first, now).unwrap();
    assert!(
        matches!(booth.store().reject_shot(first, now), Err(StoreError::AlreadyDecided(id)) if id == first)
    );
    assert!(matches!(booth.try_accept(first, "alice", "jpeg"), Err(StoreError::AlreadyDecided(_))));
    booth.try_accept(second, "alice", "jpeg").unwrap();
    // Enter pressed twice.
    assert!(matches!(booth.try_accept(second, "alice", "jpeg"), Err(StoreError::NotOpen(_))));
    assert_eq!(booth.store().outbox(OutboxState::Pending).unwrap().len(), 1);
    let unknown = booth.try_accept(ShotId(99), "alice", "jpeg").unwrap_err();
    assert_eq!(unknown.code(), "unknown_row");
}

#[test]
fn a_picture_that_fails_needs_a_reason() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    let shot = booth.shoot(sitting, "raw").id;
    let (now, code) = (booth.now(), code_of("alice"));
    let failing =
        NewPortrait { verdict: Verdict::Retake, findings: tilted(), ..portrait(shot, b"jpeg", &code) };
    for reason in [None, Some(""), Some(" \t")] {
        let refused = booth.store().accept(&NewPortrait { override_reason: reason, ..failing.clone() }, now);
        assert!(matches!(refused, Err(StoreError::ReasonNeeded)), "{reason:?}");
    }
    let stiff = NewPortrait { override_reason: Some(" 颈椎固定 "), ..failing };
    let accepted = booth.store().accept(&stiff, now).unwrap();
    assert_eq!(accepted.override_reason.as_deref(), Some("颈椎固定"));
    assert_eq!(accepted.findings, tilted());
    let strip = booth.store().today(Timestamp(0), 1).unwrap();
    assert!(strip[0].overridden);
    // The reason may name a person: it stays out of the log.
    let events = format!("{:?}", booth.store().audit(100).unwrap());
    assert!(events.contains("overridden") && !events.contains("颈椎"));
}

#[test]
fn a_repeated_code_is_a_retake_of_its_latest_portrait_or_nothing() {
    let mut booth = Booth::new();
    let (alice, bob) = (booth.person("alice"), booth.person("bob"));
    let now = booth.now();
    let mut open =
        |retake_of| booth.store().open_sitting(&code_of("alice"), CodeSource::Camera, retake_of, now);
    assert!(matches!(open(None), Err(StoreError::AlreadyAccepted(id)) if id == alice.id));
    assert!(matches!(open(Some(bob.id)), Err(StoreError::OtherCode)));
    let mut newcomer =
        |retake_of| booth.store().open_sitting(&code_of("carol"), CodeSource::Gun, retake_of, now);
    assert!(
        matches!(newcomer(Some(bob.id)), Err(StoreError::OtherCode)),
        "would replace somebody else's picture"
    );
    let mut open =
        |retake_of| booth.store().open_sitting(&code_of("alice"), CodeSource::Camera, retake_of, now);
    assert_eq!(open(Some(PortraitId(99))).unwrap_err().code(), "unknown_row");
    let sitting = open(Some(alice.id)).unwrap();
    assert_eq!(sitting.retake_of, Some(alice.id));
    let shot = booth.shoot(sitting.id, "raw again").id;
    let again = booth.try_accept(shot, "alice", "jpeg again").unwrap();
    assert_eq!(again.supersedes, Some(alice.id));

    let mut states =
        |state| -> Vec<_> { booth.store().outbox(state).unwrap().into_iter().map(|e| e.portrait).collect() };
    assert_eq!(states(OutboxState::Superseded), [alice.id]);
    assert_eq!(states(OutboxState::Pending), [bob.id, again.id]);
    let earlier = booth.store().earlier_accept(&code_of("alice")).unwrap().unwrap();
    assert_eq!((earlier.portrait, earlier.shot_number), (again.id, sitting.shot_number));
    // Nothing of the first picture is gone.
    assert!(booth.store().picture(crate::PictureKind::Portrait, &alice.hash).is_ok());
    let now = booth.now();
    let stale = booth.store().open_sitting(&code_of("alice"), CodeSource::Camera, Some(alice.id), now);
    assert!(matches!(stale, Err(StoreError::AlreadyAccepted(id)) if id == again.id));
    booth.assert_clean();
}

#[test]
fn a_portrait_that_was_handed_over_stays_so_when_it_is_replaced() {
    let mut booth = Booth::new();
    let first = booth.person("alice").id;
    let now = booth.now();
    booth.store().hand_over(first, &Handover::Attempt, now).unwrap();
    booth.store().hand_over(first, &Handover::Sent, now).unwrap();
    assert_eq!(booth.store().hand_over(first, &Handover::Sent, now).unwrap_err().code(), "unknown_row");
    let second = booth.person("alice").id;
    let sent = booth.store().outbox(OutboxState::Sent).unwrap();
    assert_eq!((sent.len(), sent[0].portrait, sent[0].attempts), (1, first, 1));

    booth.store().hand_over(second, &Handover::Park("线路不通"), now).unwrap();
    assert_eq!(booth.store().outbox(OutboxState::Parked).unwrap()[0].reason.as_deref(), Some("线路不通"));
    booth.store().hand_over(second, &Handover::Retry, now).unwrap();
    assert_eq!(booth.store().outbox(OutboxState::Pending).unwrap()[0].reason, None);
    booth.store().hand_over(second, &Handover::Park("again"), now).unwrap();
    let third = booth.person("alice").id;
    assert_eq!(booth.store().outbox(OutboxState::Superseded).unwrap()[0].portrait, second);
    assert_eq!(booth.store().outbox(OutboxState::Pending).unwrap()[0].portrait, third);
}

#[test]
fn a_camera_that_stands_still_is_noticed() {
    let mut booth = Booth::new();
    let alice = booth.sit("alice").id;
    let first = booth.shoot(alice, "frozen");
    let second = booth.shoot(alice, "frozen");
    assert_eq!((first.twin, second.twin), (None, None), "the same person twice is nothing to worry about");
    booth.try_accept(second.id, "alice", "jpeg").unwrap();
    let bob = booth.sit("bob").id;
    assert_eq!(booth.shoot(bob, "frozen").twin, Some(second.id));
    assert_eq!(booth.shoot(bob, "moving").twin, None);
    booth.assert_clean();
}

#[test]
fn the_tables_refuse_to_relabel_and_to_forget() {
    let mut booth = Booth::new();
    booth.person("alice");
    booth.person("bob");
    let db = &booth.store().db;
    for sql in [
        "UPDATE sitting SET code = x'00' WHERE id = 1",
        "UPDATE sitting SET shot_number = 77 WHERE id = 1",
        "UPDATE sitting SET outcome = 'cancelled' WHERE id = 1",
        "UPDATE shot SET sitting = 2 WHERE id = 1",
        "UPDATE shot SET original = (SELECT original FROM shot WHERE id = 2) WHERE id = 1",
        "UPDATE shot SET disposition = 'rejected' WHERE id = 1",
        "UPDATE portrait SET sitting = 2 WHERE id = 1",
        "UPDATE portrait SET content = (SELECT content FROM portrait WHERE id = 2) WHERE id = 1",
        "UPDATE outbox SET portrait = 2 WHERE id = 1",
        "UPDATE audit_event SET what = 'nothing' WHERE id = 1",
        "DELETE FROM audit_event WHERE id = 1",
        "DELETE FROM outbox",
        "DELETE FROM portrait WHERE id = 1",
        "DELETE FROM shot WHERE id = 1",
        "DELETE FROM sitting WHERE id = 1",
        "INSERT OR REPLACE INTO setting SELECT 'x', 'y', 'z'",
        "INSERT OR REPLACE INTO outbox (id, portrait, state, created_at, updated_at) VALUES (1, 1, 'sent', 0, 0)",
        "INSERT INTO portrait (shot, sitting, content, bytes, quality, spec_id, verdict, findings, accepted_at)
         SELECT 1, 2, content, 1, 90, 's', 'pass', '[]', 0 FROM portrait WHERE id = 1",
        "DROP TABLE sqlite_sequence",
        "ATTACH DATABASE ':memory:' AS other",
    ] {
        assert!(db.execute(sql, []).is_err(), "{sql}");
    }
    booth.assert_clean();
}

#[test]
fn a_second_opener_is_refused_until_the_first_is_done() {
    let mut booth = Booth::new();
    let dir = booth.dir.path().to_owned();
    let now = booth.now();
    let second = Store::open(&dir, "B", now).unwrap_err();
    assert!(matches!(second, StoreError::Locked));
    assert!(matches!(Store::open_fresh_beside(&dir, "B", now).unwrap_err(), StoreError::Locked));
    booth.person("alice");
    booth.close();
    assert!(Store::open(&dir, "B", now).is_ok());
}

#[test]
fn settings_are_kept_and_their_values_stay_out_of_the_log() {
    let mut booth = Booth::new();
    assert_eq!(booth.store().setting("spec").unwrap(), None);
    for value in ["registry-safe", "value-in-question"] {
        let now = booth.now();
        booth.store().set_setting("spec", value, now).unwrap();
    }
    booth.open();
    assert_eq!(booth.store().setting("spec").unwrap().as_deref(), Some("value-in-question"));
    let events = booth.store().audit(10).unwrap();
    assert_eq!(events[0].what, "setting_changed");
    assert!(!format!("{events:?}").contains("value-in-question"));
}

#[test]
fn a_record_becomes_an_open_sitting_with_its_own_code_only() {
    let mut booth = Booth::new();
    let record = booth.sit("alice");
    let open = record.with_code(code_of("alice")).unwrap();
    assert_eq!((open.id, open.number), (record.id, record.shot_number));
    assert_eq!(record.with_code(code_of("bob")), None);
    assert_eq!(booth.store().sitting_detail(SittingId(42)).unwrap_err().code(), "unknown_row");
}
