//! Payloads, station names, extensions and files that mean harm.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::pictures::PictureName;
use crate::{NewEvent, PictureKind};

/// Every path below `dir`, relative, with `/`.
fn tree(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(dir).unwrap().to_string_lossy().into_owned());
            if path.is_dir() {
                todo.push(path);
            }
        }
    }
    found
}

#[test]
fn the_largest_code_and_every_byte_come_back_exactly() {
    let mut booth = Booth::new();
    let all: Vec<u8> = (0..2953_u32).map(|i| (i * 7 + i / 256) as u8).collect();
    for payload in [
        all,
        b"\0".to_vec(),
        b"\0\r\n\x1b[2J'; DROP TABLE sitting; --\xff\xfe".to_vec(),
        b"../../CON:".to_vec(),
    ] {
        let code = CaptureCode::new(payload.clone()).unwrap();
        let now = booth.now();
        let id = booth.store().open_sitting(&code, CodeSource::Gun, None, now).unwrap().id;
        assert_eq!(booth.store().code_of(id).unwrap().bytes(), payload);
        let shot = booth.shoot(id, &format!("raw {id}")).id;
        let now = booth.now();
        booth.store().accept(&portrait(shot, format!("jpeg {id}").as_bytes(), &code), now).unwrap();
        assert_eq!(booth.store().earlier_accept(&code).unwrap().unwrap().sitting, id);
    }
    booth.assert_clean();
}

#[test]
fn a_payload_names_no_file_and_is_in_no_record_but_its_own() {
    let mut booth = Booth::new();
    let secret = "SECRET-../../payload";
    let sitting = booth.sit(secret).id;
    let shot = booth.shoot(sitting, "raw").id;
    booth.try_accept(shot, secret, "jpeg").unwrap();
    booth.person(secret);

    let names = tree(booth.dir.path());
    for name in &names {
        assert!(!name.to_lowercase().contains("secret") && !name.contains("payload"), "{name}");
        let file = name.rsplit(['/', '\\']).next().unwrap();
        let fixed = ["originals", "portraits", "plates", "tmp", "rescued", "station.lock", "shot_number"]
            .contains(&file)
            || file.starts_with("gradbooth.db")
            || PictureName::parse(file).is_some()
            || (file.len() == 2 && file.bytes().all(|c| c.is_ascii_hexdigit()));
        assert!(fixed, "unexpected name {name}");
    }
    let events = format!("{:?}", booth.store().audit(1000).unwrap());
    let detail = serde_json::to_string(&booth.store().sitting_detail(sitting).unwrap()).unwrap();
    let strip = format!("{:?}", booth.store().today(Timestamp(0), 100).unwrap());
    for text in [events, detail, strip] {
        assert!(text.len() > 100 && !text.contains("SECRET"), "{text}");
    }
}

#[test]
fn a_station_name_is_text_and_nothing_else() {
    for name in ["../../etc", "CON", "C:\\x:y", "机位 一", "'; DROP TABLE sitting; --", ""] {
        let dir = TempDir::new().unwrap();
        let inner = dir.path().join("data");
        let (mut store, _) = Store::open(&inner, name, Timestamp(START)).unwrap();
        let sitting = store.open_sitting(&code_of("a"), CodeSource::Hand, None, Timestamp(START)).unwrap();
        assert_eq!(sitting.station, name);
        let outside: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(outside, ["data"]);
        let taken = tree(&inner);
        assert!(taken.iter().all(|path| !path.contains("CON") && !path.contains("etc")), "{taken:?}");
    }
    for name in ["a\nb", "\0", "\u{1b}[2J", &"长".repeat(101)] {
        let dir = TempDir::new().unwrap();
        let refused = Store::open(dir.path(), name, Timestamp(START)).unwrap_err();
        assert!(matches!(refused, StoreError::StationName), "{name:?}");
    }
}

#[test]
fn only_jpg_and_png_become_extensions() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    for bad in ["", "exe", "jpg/../../x", "jpg\0", "..", "jpg.exe", "svg", "JPG "] {
        let now = booth.now();
        let refused = booth.store().add_shot(&NewShot { extension: bad, ..shot(sitting, b"raw") }, now);
        assert!(matches!(refused, Err(StoreError::Extension)), "{bad:?}");
    }
    let now = booth.now();
    let taken = booth.store().add_shot(&NewShot { extension: "JPEG", ..shot(sitting, b"raw") }, now).unwrap();
    assert_eq!(taken.extension, "jpg");
    assert!(matches!(booth.try_shoot(sitting, ""), Err(StoreError::EmptyPicture)));
}

#[test]
fn an_event_or_setting_that_is_no_name_is_refused() {
    let mut booth = Booth::new();
    let now = booth.now();
    for what in ["", "Two words", "a\n", "名", &"x".repeat(41)] {
        let event = NewEvent::new(what, json!({}));
        assert_eq!(booth.store().record(&event, now).unwrap_err().code(), "bad_name", "{what:?}");
    }
    let heavy = NewEvent::new("export", json!({ "x": "y".repeat(9000) }));
    assert_eq!(booth.store().record(&heavy, now).unwrap_err().code(), "bad_name");
    assert_eq!(booth.store().set_setting("a\0b", "1", now).unwrap_err().code(), "bad_name");
    assert_eq!(booth.store().set_setting("spec", &"x".repeat(70_000), now).unwrap_err().code(), "bad_name");
    booth.assert_clean();
}

#[test]
fn strange_files_among_the_pictures_are_left_alone() {
    let mut booth = Booth::new();
    booth.person("alice");
    booth.close();
    let shard = fs::read_dir(booth.path("originals")).unwrap().next().unwrap().unwrap().path();
    let misplaced = format!("{}.jpg", domain::ContentHash::of(b"elsewhere"));
    fs::create_dir_all(booth.path("originals/zz")).unwrap();
    for path in [
        shard.join("Thumbs.db"),
        booth.path("originals/notes.txt"),
        booth.path("originals/zz").join(misplaced),
    ] {
        fs::write(&path, "x").unwrap();
    }
    let report = booth.open();
    assert_eq!((report.foreign_files, report.rescued.len()), (3, 0));
    booth.assert_clean();
    assert!(shard.join("Thumbs.db").exists());
}

#[test]
fn a_number_file_with_nonsense_is_not_believed() {
    for nonsense in ["", "-5", "99999999999999999999", "12345678901", "seven", "\0\0\0\0"] {
        let mut booth = Booth::new();
        booth.person("alice");
        fs::write(booth.path("shot_number"), nonsense).unwrap();
        assert_eq!(booth.sit("bob").shot_number.0, 2, "{nonsense:?}");
    }
}

#[test]
fn a_picture_whose_bytes_changed_is_not_handed_out() {
    let mut booth = Booth::new();
    let portrait = booth.person("alice");
    let hex = portrait.hash.to_hex();
    let path = booth.path("portraits").join(&hex[..2]).join(format!("{hex}.jpg"));
    fs::write(&path, "the face of somebody else").unwrap();
    let read = booth.store().picture(PictureKind::Portrait, &portrait.hash);
    assert!(matches!(read, Err(StoreError::PictureAltered(hash)) if hash == portrait.hash));
    let report = booth.store().verify().unwrap();
    assert_eq!(report.bad.len(), 1);
    assert_eq!(report.bad[0].code, "picture_altered");
    assert_eq!(report.bad[0].picture.sitting, portrait.sitting);
    assert!(!report.is_clean());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_but_a_hash_with_a_known_extension_is_a_picture_name(text in "\\PC{0,80}") {
        if let Some(name) = PictureName::parse(&text) {
            prop_assert_eq!(name.file_name(), text);
        }
    }

    #[test]
    fn picture_names_survive_their_own_text(bytes in any::<Vec<u8>>(), png in any::<bool>()) {
        let extension = if png { crate::pictures::Extension::Png } else { crate::pictures::Extension::Jpg };
        let name = PictureName { hash: domain::ContentHash::of(&bytes), extension };
        prop_assert_eq!(PictureName::parse(&name.file_name()), Some(name));
    }
}
