//! The plug is pulled at every step of every write.

use domain::{SittingId, Timestamp};

use super::*;
use crate::faults::{Fault, Step, arm, disarm, passed};
use crate::{Disposition, OutboxState, Outcome, PictureKind};

const FILE_AND_ROWS: [Step; 6] = [
    Step::PartWritten,
    Step::PartSynced,
    Step::Renamed,
    Step::NameSynced,
    Step::BeforeCommit,
    Step::Committed,
];

/// A booth with one accepted person and a second one whose picture waits for the operator's word.
fn reviewing() -> (Booth, SittingId, ShotId) {
    let mut booth = Booth::new();
    booth.person("before");
    let sitting = booth.sit("alice").id;
    let shot = booth.shoot(sitting, "raw").id;
    (booth, sitting, shot)
}

#[test]
fn the_files_are_durable_before_the_rows_that_name_them() {
    let (mut booth, _, shot) = reviewing();
    passed();
    booth.try_accept(shot, "alice", "jpeg").unwrap();
    assert_eq!(passed(), FILE_AND_ROWS);
    let sitting = booth.sit("bob").id;
    passed();
    booth.shoot(sitting, "raw of bob");
    assert_eq!(passed(), FILE_AND_ROWS);
}

#[test]
fn a_crash_in_accepting_leaves_all_of_it_or_nothing() {
    for step in FILE_AND_ROWS {
        let (mut booth, sitting, shot) = reviewing();
        arm(step, Fault::Crash);
        assert!(booth.crash(|b| drop(b.try_accept(shot, "alice", "jpeg"))), "{step:?} was not reached");
        let report = booth.open();
        booth.assert_clean();
        assert!(report.missing.is_empty() && report.rescued.is_empty(), "{step:?}: {report:?}");

        let detail = booth.store().sitting_detail(sitting).unwrap();
        let pending = booth.store().outbox(OutboxState::Pending).unwrap().len();
        if step == Step::Committed {
            assert_eq!(detail.sitting.outcome, Outcome::Accepted);
            let portrait = detail.portrait.unwrap();
            assert_eq!(booth.store().picture(PictureKind::Portrait, &portrait.hash).unwrap(), b"jpeg");
            assert_eq!((pending, report.unfinished), (2, None));
        } else {
            assert_eq!(report.unfinished.map(|s| s.id), Some(sitting), "{step:?}");
            assert_eq!(detail.portrait, None);
            assert_eq!(detail.shots[0].disposition, Disposition::Candidate);
            assert_eq!(pending, 1);
            // The operator goes on where the program ended.
            booth.try_accept(shot, "alice", "jpeg").unwrap();
            booth.assert_clean();
        }
        let left = booth.path("portraits").join("..").join("tmp");
        assert_eq!(std::fs::read_dir(left).unwrap().count(), 0, "{step:?}");
    }
}

#[test]
fn a_crash_in_shooting_never_loses_a_whole_original() {
    for step in FILE_AND_ROWS {
        let mut booth = Booth::new();
        let sitting = booth.sit("alice").id;
        arm(step, Fault::Crash);
        assert!(booth.crash(|b| drop(b.try_shoot(sitting, "raw"))), "{step:?} was not reached");
        let report = booth.open();
        booth.assert_clean();
        let hash = domain::ContentHash::of(b"raw");
        let rescued = booth.path("rescued").join(format!("original-{hash}.jpg"));
        match step {
            Step::PartWritten => {
                assert_eq!((report.leftovers_removed, report.rescued.len()), (1, 0));
                assert!(!rescued.exists());
            }
            Step::Committed => {
                assert_eq!(report.rescued, []);
                assert_eq!(booth.store().sitting_detail(sitting).unwrap().shots.len(), 1);
            }
            _ => {
                assert_eq!(report.rescued, [hash], "{step:?}");
                assert_eq!(std::fs::read(rescued).unwrap(), b"raw");
                let told = booth.store().audit(10).unwrap();
                assert!(told.iter().any(|e| e.what == "picture_rescued"), "{step:?}: {told:?}");
                assert!(!report.notes().is_empty());
            }
        }
        // Once told, the next start is quiet.
        assert!(booth.open().rescued.is_empty());
    }
}

#[test]
fn a_crash_in_opening_a_sitting_uses_up_a_number_at_most() {
    for step in [Step::PartWritten, Step::PartSynced, Step::NumberTaken, Step::BeforeCommit, Step::Committed]
    {
        let mut booth = Booth::new();
        booth.person("before");
        arm(step, Fault::Crash);
        assert!(booth.crash(|b| drop(b.sit("alice"))), "{step:?} was not reached");
        let unfinished = booth.open().unfinished;
        assert_eq!(unfinished.is_some(), step == Step::Committed, "{step:?}");
        let number = unfinished.unwrap_or_else(|| booth.sit("alice")).shot_number.0;
        let taken = step != Step::PartWritten && step != Step::PartSynced && step != Step::Committed;
        assert_eq!(number, if taken { 3 } else { 2 }, "{step:?}");
        booth.assert_clean();
    }
}

#[test]
fn a_crash_in_recovery_is_recovered_from() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    arm(Step::Renamed, Fault::Crash);
    assert!(booth.crash(|b| drop(b.try_shoot(sitting, "raw"))));
    arm(Step::BeforeRescue, Fault::Crash);
    assert!(booth.crash(|b| drop(b.try_open())), "the rescue was not reached");
    assert_eq!(booth.open().rescued, [domain::ContentHash::of(b"raw")]);
    booth.assert_clean();
}

#[test]
fn a_full_disk_is_told_and_the_same_step_can_be_done_again() {
    for step in [Step::PartWritten, Step::PartSynced, Step::Renamed, Step::NameSynced, Step::BeforeCommit] {
        let (mut booth, sitting, shot) = reviewing();
        arm(step, Fault::DiskFull);
        let refused = booth.try_accept(shot, "alice", "jpeg").unwrap_err();
        assert!(matches!(refused, StoreError::Full), "{step:?}: {refused:?}");
        assert_eq!(booth.store().unfinished().unwrap().map(|s| s.id), Some(sitting));
        let left = std::fs::read_dir(booth.path("tmp")).unwrap().count();
        assert_eq!(left, 0, "{step:?} leaves a file that takes up space");

        let portrait = booth.try_accept(shot, "alice", "jpeg").unwrap();
        assert_eq!(booth.store().picture(PictureKind::Portrait, &portrait.hash).unwrap(), b"jpeg");
        booth.assert_clean();
    }
}

#[test]
fn a_full_database_is_told_and_the_same_step_can_be_done_again() {
    let (mut booth, _, shot) = reviewing();
    let pages: i64 = booth.store().db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    booth.store().db.pragma_update(None, "max_page_count", pages).unwrap();
    // Findings that need more pages than there are.
    let long = Finding { message: "长".repeat(20_000), ..tilted().remove(0) };
    let (now, code) = (booth.now(), code_of("alice"));
    let new = NewPortrait { findings: vec![long], ..portrait(shot, b"jpeg", &code) };
    let refused = booth.store().accept(&new, now).unwrap_err();
    assert_eq!(refused.code(), "store_full");
    booth.store().db.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    booth.store().accept(&new, now).unwrap();
    booth.assert_clean();
}

#[test]
fn an_original_kept_before_developing_survives_a_crash() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    let hash = booth.store().keep_original(b"raw", "png").unwrap();
    // Developed and added in the same run: no second file.
    let now = booth.now();
    let kept = NewShot { extension: "png", ..shot(sitting, b"raw") };
    assert_eq!(booth.store().add_shot(&kept, now).unwrap().original, hash);
    booth.assert_clean();
    // Never added: rescued at the next start.
    let lost = booth.store().keep_original(b"raw 2", "png").unwrap();
    assert_eq!(booth.open().rescued, [lost]);
    assert_eq!(std::fs::read(booth.path("rescued").join(format!("original-{lost}.png"))).unwrap(), b"raw 2");
    booth.assert_clean();
}

#[test]
fn several_portraits_without_rows_are_an_old_database_not_a_crash() {
    let mut booth = Booth::new();
    booth.person("alice");
    booth.close();
    std::fs::copy(booth.path("gradbooth.db"), booth.path("copy")).unwrap();
    booth.open();
    let later = [booth.person("bob"), booth.person("carol")];
    booth.close();
    std::fs::rename(booth.path("copy"), booth.path("gradbooth.db")).unwrap();

    let report = booth.open();
    assert_eq!(report.portraits_removed, 0);
    assert_eq!(report.rescued.len(), 4, "two originals and two portraits: {report:?}");
    for portrait in later {
        assert!(booth.path("rescued").join(format!("portrait-{}.jpg", portrait.hash)).exists());
    }
    booth.assert_clean();
    assert_eq!(booth.sit("dave").shot_number.0, 4, "numbers that were called out are not given out again");
}

#[test]
fn faults_happen_once_and_only_where_armed() {
    let mut booth = Booth::new();
    arm(Step::BeforeRescue, Fault::Crash);
    booth.person("alice");
    assert!(disarm(), "no rescue in an ordinary sitting");
    assert!(!disarm());
    assert!(booth.now() > Timestamp(START));
}
