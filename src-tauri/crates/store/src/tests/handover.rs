//! The handover in the store: what leaves is counted once, and erasing is the one way past the rules.

use domain::{ContentHash, Verdict};
use rusqlite::Connection;

use super::*;
use crate::{NewIntake, NewParcel, NewUpload, ParcelFile, PictureKind, UploadChange, UploadRowState};

fn handover(booth: &mut Booth) -> Vec<crate::HandoverPicture> {
    booth.store().reader_door().open().unwrap().handover(None).unwrap()
}

fn object(picture: &crate::HandoverPicture) -> NewUpload {
    NewUpload {
        portrait: Some(picture.portrait),
        key: format!("batches/a/{}/{}.jpg", picture.fingerprint.as_str(), picture.hash),
        content: picture.hash,
        bytes: picture.bytes,
        body: None,
    }
}

#[test]
fn an_attempt_is_counted_before_it_is_made_and_a_retake_takes_its_place() {
    let mut booth = Booth::new();
    booth.person("a");
    let objects: Vec<NewUpload> = handover(&mut booth).iter().map(object).collect();
    let now = booth.now();
    assert_eq!(booth.store().sync_uploads(None, &objects, now).unwrap(), 1);
    assert_eq!(booth.store().sync_uploads(None, &objects, now).unwrap(), 0);
    let id = booth.store().uploads(None).unwrap()[0].id;
    assert!(booth.store().change_upload(id, &UploadChange::Begin, now).unwrap());
    booth.open();
    let row = booth.store().uploads(None).unwrap().remove(0);
    assert_eq!((row.attempts, row.state), (1, UploadRowState::Sending));
    booth.person("a");
    let objects: Vec<NewUpload> = handover(&mut booth).iter().map(object).collect();
    booth.store().sync_uploads(None, &objects, now).unwrap();
    let rows = booth.store().uploads(None).unwrap();
    assert_eq!(rows.len(), 1, "the picture that counts");
    assert!(!booth.store().change_upload(id, &UploadChange::Begin, now).unwrap(), "the old one is not sent");
    assert!(booth.store().change_upload(rows[0].id, &UploadChange::Sent, now).unwrap());
    assert!(handover(&mut booth)[0].uploaded);
    assert_eq!(booth.store().outbox(crate::OutboxState::Sent).unwrap().len(), 1);
    booth.assert_clean();
}

#[test]
fn a_manifest_counts_when_it_is_known_to_be_there_and_lists_what_it_was_made_of() {
    let mut booth = Booth::new();
    booth.person("a");
    let objects: Vec<NewUpload> = handover(&mut booth).iter().map(object).collect();
    let now = booth.now();
    booth.store().sync_uploads(None, &objects, now).unwrap();
    let id = booth.store().uploads(None).unwrap()[0].id;
    booth.store().change_upload(id, &UploadChange::Begin, now).unwrap();
    booth.store().change_upload(id, &UploadChange::Sent, now).unwrap();
    booth.store().prepare_closing(None, 0, b"{}", now).unwrap();
    assert!(booth.store().prepare_closing(None, 0, b"other", now).is_err(), "it is never another");
    booth.open();
    let reader = booth.store().reader_door().open().unwrap();
    assert_eq!(reader.upload_closings(None).unwrap(), 0);
    assert_eq!(reader.upload_prepared(None).unwrap(), Some((0, b"{}".to_vec())));
    // A retake in between is of the next one.
    booth.person("a");
    let objects: Vec<NewUpload> = handover(&mut booth).iter().map(object).collect();
    booth.store().sync_uploads(None, &objects, now).unwrap();
    booth.store().close_upload(None, 0, now).unwrap();
    let reader = booth.store().reader_door().open().unwrap();
    assert_eq!(reader.upload_closings(None).unwrap(), 1);
    assert_eq!(reader.upload_prepared(None).unwrap(), None);
    assert_eq!(reader.uploads(None).unwrap()[0].closing, None);
    assert_eq!(reader.uploads_replaced(None).unwrap()[0].id, id);
    booth.assert_clean();
}

fn export(booth: &mut Booth) -> i64 {
    let pictures = handover(booth);
    let files: Vec<ParcelFile> = pictures
        .iter()
        .map(|p| ParcelFile {
            portrait: p.portrait,
            fingerprint: p.fingerprint.clone(),
            kind: "portrait".into(),
            path: format!("data/portraits/{}.jpg", p.number),
            content: p.hash,
        })
        .collect();
    let contents = json!({});
    let new = NewParcel {
        batch: None,
        kind: "bag",
        of: None,
        name: "a",
        place: "e",
        contents: &contents,
        files: files.len() as u32,
        bytes: 1,
    };
    let now = booth.now();
    let id = booth.store().begin_parcel(&new, now).unwrap();
    booth.store().end_parcel(id, 0, Some((ContentHash::of(b"bag"), &files)), now).unwrap();
    id
}

#[test]
fn a_complete_parcel_hands_its_pictures_over_and_is_signed_for_once() {
    let mut booth = Booth::new();
    booth.person("a");
    booth.person("b");
    let id = export(&mut booth);
    booth.person("c");
    let marks: Vec<bool> = handover(&mut booth).iter().map(|p| p.exported).collect();
    assert_eq!(marks, [true, true, false]);
    let now = booth.now();
    let day = domain::Day::new(2026, 5, 13).unwrap();
    booth.store().sign_parcel(id, "李老师", day, now).unwrap();
    assert!(booth.store().sign_parcel(id, "王老师", day, now).is_err());
    assert!(booth.store().end_parcel(id, 0, None, now).is_err());
}

/// Does to a database what no rule allows.
fn refuses(db: &Connection, sql: &str) {
    assert!(db.execute(sql, []).is_err(), "{sql}");
}

#[test]
fn without_an_erasure_nothing_is_blanked() {
    let mut booth = Booth::new();
    booth.person("a");
    export(&mut booth);
    let db = &booth.store().db;
    for sql in [
        "UPDATE sitting SET code = x'00'",
        "UPDATE shot SET findings = '[]'",
        "UPDATE portrait SET findings = '[]'",
        "DELETE FROM parcel_file",
        "DELETE FROM parcel",
        "INSERT INTO erasing (erasure) VALUES (1)",
    ] {
        refuses(db, sql);
    }
}

#[test]
fn an_erasure_that_was_cut_off_is_not_missed_and_can_be_gone_on_with() {
    let mut booth = Booth::new();
    booth.person("secret of a");
    booth.person("secret of b");
    export(&mut booth);
    let now = booth.now();
    let pictures = booth.store().pictures();
    let scope = booth.store().reader_door().open().unwrap().erase_scope(None, &pictures).unwrap();
    assert_eq!((scope.files.len(), scope.people), (4, 2));
    assert!(scope.files.iter().all(|file| file.handed_over));
    let id = booth.store().begin_erasure(None, now).unwrap();
    std::fs::remove_file(booth.path("").join(&scope.files[0].path)).unwrap();
    let report = booth.open();
    assert!(report.missing.is_empty() && report.rescued.is_empty(), "{report:?}");
    assert_eq!(booth.store().begin_erasure(None, now).unwrap(), id, "the same erasure");
    for file in &scope.files[1..] {
        std::fs::remove_file(booth.path("").join(&file.path)).unwrap();
    }
    booth.store().finish_erasure(id, None, 2, &json!({ "files": 4 }), now).unwrap();
    booth.store().scrub().unwrap();
    assert!(handover(&mut booth).is_empty());
    let db = &booth.store().db;
    refuses(db, "INSERT INTO erasing (erasure) VALUES (1)");
    refuses(db, "DELETE FROM erasure");
    refuses(db, "UPDATE sitting SET code = x'00'");
    booth.assert_clean();
    booth.close();
    for name in ["gradbooth.db", "gradbooth.db-wal"] {
        let bytes = std::fs::read(booth.path(name)).unwrap_or_default();
        assert!(!bytes.windows(9).any(|w| w == b"secret of"), "{name}");
    }
    let report = booth.open();
    assert!(report.missing.is_empty(), "{report:?}");
    booth.person("secret of a");
}

#[test]
fn a_file_that_another_person_needs_is_not_erased() {
    let mut booth = Booth::new();
    let first = booth.sit("a").id;
    let shot = booth.shoot(first, "the same original").id;
    booth.try_accept(shot, "a", "one").unwrap();
    let now = booth.now();
    booth.store().begin_erasure(None, now).unwrap();
    let second = booth.sit("b").id;
    booth.shoot(second, "the same original");
    let pictures = booth.store().pictures();
    let scope = booth.store().reader_door().open().unwrap().erase_scope(None, &pictures).unwrap();
    assert!(scope.sitting_open);
    assert!(scope.files.iter().all(|file| file.kind == PictureKind::Portrait), "{scope:?}");
}

#[test]
fn a_picture_from_elsewhere_is_accepted_beside_an_open_sitting() {
    let mut booth = Booth::new();
    let open = booth.sit("at the camera").id;
    let code = code_of("from the studio");
    let intake = |code, verdict| NewIntake {
        batch: None,
        code,
        source: CodeSource::Hand,
        subject: None,
        retake_of: None,
        jpeg: b"a picture",
        quality: 90,
        spec_id: "registry-safe",
        verdict,
        findings: Vec::new(),
        origin: "studio",
        looked: false,
    };
    let now = booth.now();
    assert!(booth.store().take_in(&intake(&code, Verdict::Retake), now).is_err());
    booth.store().take_in(&intake(&code, Verdict::Pass), now).unwrap();
    assert!(booth.store().take_in(&intake(&code, Verdict::Pass), now).is_err(), "it has a picture now");
    let seated = code_of("at the camera");
    assert!(booth.store().take_in(&intake(&seated, Verdict::Pass), now).is_err(), "that person sits there");
    assert_eq!(booth.store().unfinished().unwrap().map(|s| s.id), Some(open));
    let pictures = handover(&mut booth);
    assert!(pictures.len() == 1 && pictures[0].from_elsewhere);
    booth.assert_clean();
}
