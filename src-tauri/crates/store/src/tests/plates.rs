//! A picture of the empty seat is durable, belongs to its camera and its day, and is missed when it is gone.

use domain::plate::{Grade, PlateAspect, PlateNote};
use domain::{Limit, Text};

use super::*;
use crate::NewPlate;
use crate::faults::{Fault, Step, arm, disarm};

fn note(grade: Grade) -> PlateNote {
    PlateNote {
        aspect: PlateAspect::Evenness,
        grade,
        value: 3.5,
        limit: Limit::at_most(14.0),
        text: Text::new("背景平整", "The backdrop is even"),
    }
}

fn take(booth: &mut Booth, camera: &str, png: &[u8]) -> Result<crate::PlateRecord, StoreError> {
    let now = booth.now();
    booth.store().add_plate(&NewPlate { camera, png, notes: &[note(Grade::Warn)] }, now)
}

#[test]
fn the_last_one_of_a_camera_and_a_day_is_found_again_after_a_restart() {
    let mut booth = Booth::new();
    let first = take(&mut booth, "cam-1", b"first").unwrap();
    let second = take(&mut booth, "cam-1", b"second").unwrap();
    take(&mut booth, "cam-2", b"other camera").unwrap();
    booth.open();
    let found = booth.store().plate_since("cam-1", first.taken_at).unwrap().unwrap();
    assert_eq!(found, second);
    assert_eq!(booth.store().plate_picture(&found.content).unwrap(), b"second");
    let later = Timestamp(second.taken_at.0 + 1);
    assert_eq!(booth.store().plate_since("cam-1", later).unwrap(), None, "another day");
    assert_eq!(booth.store().plate_since("cam-3", Timestamp(0)).unwrap(), None, "another camera");
    // The earlier one stays: portraits were made with it.
    assert_eq!(booth.store().plate_picture(&first.content).unwrap(), b"first");
    booth.assert_clean();
    assert!(booth.store().audit(10).unwrap().iter().any(|e| e.what == "plate_taken"));
}

#[test]
fn a_plate_that_is_gone_or_altered_is_told_by_the_check() {
    let mut booth = Booth::new();
    let kept = take(&mut booth, "cam-1", b"the seat").unwrap();
    let file = booth.path("plates").join(format!("{}.png", kept.content.to_hex()));
    std::fs::write(&file, b"another seat").unwrap();
    assert!(matches!(booth.store().plate_picture(&kept.content), Err(StoreError::PictureAltered(_))));
    assert!(!booth.store().verify().unwrap().is_clean());
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(booth.store().plate_picture(&kept.content), Err(StoreError::PictureMissing(_))));
    assert!(!booth.store().verify().unwrap().is_clean());
}

#[test]
fn a_crash_or_a_full_disk_while_it_is_written_leaves_a_clean_folder() {
    for step in [Step::PartWritten, Step::PartSynced, Step::NameSynced] {
        let mut booth = Booth::new();
        arm(step, Fault::Crash);
        assert!(booth.crash(|booth| drop(take(booth, "cam-1", b"the seat"))));
        disarm();
        booth.open();
        assert_eq!(booth.store().plate_since("cam-1", Timestamp(0)).unwrap(), None);
        booth.assert_clean();
        assert!(take(&mut booth, "cam-1", b"the seat").is_ok());
    }
    let mut booth = Booth::new();
    arm(Step::PartWritten, Fault::DiskFull);
    assert!(take(&mut booth, "cam-1", b"the seat").is_err());
    disarm();
    booth.assert_clean();
}

#[test]
fn plates_are_never_changed_and_never_deleted() {
    let mut booth = Booth::new();
    take(&mut booth, "cam-1", b"the seat").unwrap();
    assert!(booth.store().db.execute("UPDATE plate SET camera = 'x'", []).is_err());
    assert!(booth.store().db.execute("DELETE FROM plate", []).is_err());
    assert!(take(&mut booth, "", b"the seat").is_err());
    assert!(matches!(take(&mut booth, "cam-1", b""), Err(StoreError::EmptyPicture)));
}
