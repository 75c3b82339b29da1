//! Databases that were hurt, lost or exchanged, and pictures that are gone.

use std::fs;
use std::path::Path;

use domain::ContentHash;

use super::*;
use crate::PictureKind;

/// Every file of the database that holds anything, with the hash of its bytes.
fn database(booth: &Booth) -> Vec<(String, ContentHash)> {
    ["gradbooth.db", "gradbooth.db-wal"]
        .iter()
        .filter_map(|name| Some((name.to_string(), fs::read(booth.path(name)).ok()?)))
        .filter(|(_, bytes)| !bytes.is_empty())
        .map(|(name, bytes)| (name, ContentHash::of(&bytes)))
        .collect()
}

fn hash_of(path: PathBuf) -> ContentHash {
    ContentHash::of(&fs::read(path).unwrap())
}

fn hurt(path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    how(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Twenty people, the database folded into one file.
fn busy_day() -> Booth {
    let mut booth = Booth::new();
    for n in 0..20 {
        booth.person(&format!("student {n}"));
    }
    booth.close();
    booth
}

type Hurt = fn(&mut Vec<u8>);
const WOUNDS: [(&str, Hurt); 5] = [
    ("header overwritten", |b| b[..100].fill(0xAA)),
    ("half of it gone", |b| b.truncate(b.len() / 2)),
    ("a page of zeros", |b| b[4096 * 3..4096 * 4].fill(0)),
    ("noise from the second page on", |b| {
        for (i, byte) in b[4096..].iter_mut().enumerate() {
            *byte ^= (i * 31 + 7) as u8;
        }
    }),
    ("another kind of file", |b| *b = b"this is not a database, it is a shopping list".to_vec()),
];

#[test]
fn a_damaged_database_is_told_and_not_touched() {
    for (wound, how) in WOUNDS {
        let mut booth = busy_day();
        hurt(&booth.path("gradbooth.db"), how);
        let before = database(&booth);
        let refused = booth.try_open().unwrap_err();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{wound}: {refused:?}");
        assert_eq!(database(&booth), before, "{wound}");
        assert!(refused.text().zh.contains("数据库损坏"));
        // Asking again changes nothing either.
        assert_eq!(booth.try_open().unwrap_err().code(), "store_damaged");
        assert_eq!(database(&booth), before, "{wound}");
    }
}

#[test]
fn damage_with_a_log_beside_it_leaves_both_alone() {
    let mut booth = Booth::new();
    let dir = TempDir::new().unwrap();
    for n in 0..20 {
        booth.person(&format!("student {n}"));
    }
    // As a power cut would leave them: the log is not folded in yet.
    for name in ["gradbooth.db", "gradbooth.db-wal"] {
        fs::copy(booth.path(name), dir.path().join(name)).unwrap();
    }
    let mut hurt_booth = Booth { dir, store: None, clock: START };
    hurt(&hurt_booth.path("gradbooth.db"), |b| b[..100].fill(0xAA));
    // The log holds a whole copy of the damaged page as well: it is hurt too.
    hurt(&hurt_booth.path("gradbooth.db-wal"), |b| b[40..4000].fill(0xAA));
    let before = database(&hurt_booth);
    assert_eq!(before.len(), 2);
    assert_eq!(hurt_booth.try_open().unwrap_err().code(), "store_damaged");
    assert_eq!(database(&hurt_booth), before);

    let report = hurt_booth.fresh_beside().unwrap();
    let kept = report.database_set_aside.unwrap();
    assert_eq!(hash_of(hurt_booth.path(&kept)), before[0].1);
    assert_eq!(hash_of(hurt_booth.path(&format!("{kept}-wal"))), before[1].1);
}

#[test]
fn a_power_cut_leaves_a_log_that_is_read() {
    let mut booth = Booth::new();
    let portrait = booth.person("alice");
    let dir = TempDir::new().unwrap();
    let copied = std::process::Command::new("cp").arg("-r").arg(booth.path(".")).arg(dir.path()).status();
    if !copied.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no cp here");
        return;
    }
    let mut after = Booth { dir, store: None, clock: START };
    let report = after.open();
    assert_eq!(report.rescued, []);
    assert_eq!(after.store().portrait(portrait.id).unwrap(), portrait);
    after.assert_clean();
}

#[test]
fn a_fresh_database_beside_keeps_everything() {
    for (wound, how) in WOUNDS {
        let mut booth = busy_day();
        hurt(&booth.path("gradbooth.db"), how);
        let damaged = hash_of(booth.path("gradbooth.db"));
        let report = booth.fresh_beside().unwrap();
        assert!(report.created && report.rescued.is_empty(), "{wound}: {report:?}");
        assert_eq!((report.kept_from_before, report.portraits_removed), (40, 0), "{wound}");
        let kept = report.database_set_aside.clone().unwrap();
        assert!(kept.starts_with("gradbooth.damaged-2026") && kept.ends_with(".db"), "{kept}");
        assert_eq!(hash_of(booth.path(&kept)), damaged, "{wound}");
        assert_eq!(report.notes().len(), 2);

        assert_eq!(booth.sit("newcomer").shot_number.0, 21, "numbers go on");
        // The next start leaves the old pictures alone as well, and says so without alarm.
        let report = booth.open();
        assert_eq!((report.kept_from_before, report.rescued.len(), report.portraits_removed), (40, 0, 0));
        assert_eq!(report.notes(), []);
        booth.assert_clean();
        assert_eq!(booth.store().verify().unwrap().set_aside, 40);
    }
}

#[test]
fn two_damages_in_one_second_have_two_names() {
    let mut booth = busy_day();
    let mut kept = Vec::new();
    for _ in 0..3 {
        booth.close();
        hurt(&booth.path("gradbooth.db"), |b| b[..100].fill(0xAA));
        booth.clock = START;
        kept.push(booth.fresh_beside().unwrap().database_set_aside.unwrap());
    }
    kept.dedup();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept.iter().all(|name| booth.path(name).exists()));
}

#[test]
fn a_sound_database_is_not_put_aside() {
    let mut booth = busy_day();
    assert!(matches!(booth.fresh_beside(), Err(StoreError::NotDamaged)));
    assert_eq!(booth.open().kept_from_before, 0);
    assert_eq!(booth.store().today(Timestamp(0), 100).unwrap().len(), 20);
}

#[test]
fn a_lost_database_does_not_cost_a_picture() {
    for emptied in [false, true] {
        let mut booth = busy_day();
        if emptied {
            fs::write(booth.path("gradbooth.db"), "").unwrap();
        } else {
            fs::remove_file(booth.path("gradbooth.db")).unwrap();
        }
        let report = booth.open();
        assert!(report.created);
        assert_eq!((report.kept_from_before, report.rescued.len(), report.portraits_removed), (40, 0, 0));
        assert_eq!(report.notes().len(), 1, "{:?}", report.notes());
        // The same person again: the same content may be in both worlds.
        booth.person("student 0");
        booth.assert_clean();
        assert_eq!(booth.open().kept_from_before, 40);
    }
}

#[test]
fn a_log_without_its_database_is_kept() {
    let mut booth = Booth::new();
    booth.person("alice");
    let log = fs::read(booth.path("gradbooth.db-wal")).unwrap();
    booth.close();
    fs::remove_file(booth.path("gradbooth.db")).unwrap();
    fs::write(booth.path("gradbooth.db-wal"), &log).unwrap();
    let report = booth.open();
    let kept = report.database_set_aside.unwrap();
    assert_eq!(fs::read(booth.path(&format!("{kept}-wal"))).unwrap(), log);
    booth.person("bob");
    booth.assert_clean();
}

#[test]
fn another_programs_database_is_refused() {
    let mut booth = Booth::new();
    booth.close();
    fs::remove_file(booth.path("gradbooth.db")).unwrap();
    let other = rusqlite::Connection::open(booth.path("gradbooth.db")).unwrap();
    other.execute_batch("CREATE TABLE contacts (name TEXT); PRAGMA user_version = 1;").unwrap();
    drop(other);
    assert_eq!(booth.try_open().unwrap_err().code(), "store_damaged");
}

#[test]
fn a_missing_picture_is_told_loudly_and_its_row_stays() {
    let mut booth = Booth::new();
    let portrait = booth.person("alice");
    booth.person("bob");
    booth.close();
    let hex = portrait.hash.to_hex();
    fs::remove_file(booth.path("portraits").join(&hex[..2]).join(format!("{hex}.jpg"))).unwrap();
    let report = booth.open();
    assert_eq!(report.missing.len(), 1);
    assert_eq!((report.missing[0].hash, report.missing[0].sitting), (portrait.hash, portrait.sitting));
    assert!(report.notes()[0].zh.contains('1'));
    assert_eq!(booth.store().portrait(portrait.id).unwrap(), portrait);
    let read = booth.store().picture(PictureKind::Portrait, &portrait.hash);
    assert!(matches!(read, Err(StoreError::PictureMissing(_))));
    let check = booth.store().verify().unwrap();
    assert_eq!((check.bad.len(), check.files_sound), (1, 3));
    assert_eq!(check.bad[0].code, "picture_missing");
    assert_eq!(booth.store().audit(1).unwrap()[0].what, "pictures_missing");
}

#[test]
fn a_spoilt_file_is_made_good_by_storing_its_picture_again() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice").id;
    let first = booth.shoot(sitting, "raw");
    let hex = first.original.to_hex();
    let path = booth.path("originals").join(&hex[..2]).join(format!("{hex}.jpg"));
    fs::write(&path, "ra").unwrap();
    booth.shoot(sitting, "raw");
    assert_eq!(fs::read(path).unwrap(), b"raw");
    booth.assert_clean();
}

/// Does something to the rows that the triggers forbid, as a technician with another program could.
fn tamper(booth: &mut Booth, sql: &str) {
    booth.close();
    let db = rusqlite::Connection::open(booth.path("gradbooth.db")).unwrap();
    let triggers =
        "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_schema WHERE type = 'trigger'";
    let drop: String = db.query_row(triggers, [], |row| row.get(0)).unwrap();
    db.execute_batch(&drop).unwrap();
    db.execute_batch(sql).unwrap();
    drop_and_open(booth, db);
}

fn drop_and_open(booth: &mut Booth, db: rusqlite::Connection) {
    db.close().unwrap();
    booth.open();
}

#[test]
fn a_changed_audit_log_shows() {
    let tampering = [
        ("UPDATE audit_event SET what = 'sitting_closed' WHERE id = 3", 3),
        ("UPDATE audit_event SET detail = '{}' WHERE id = 4", 4),
        ("UPDATE audit_event SET at = at + 1 WHERE id = 2", 2),
        ("UPDATE audit_event SET station = 'B' WHERE id = 2", 2),
        ("UPDATE audit_event SET portrait = 2 WHERE id = 4", 4),
        ("DELETE FROM audit_event WHERE id = 3", 4),
        ("DELETE FROM audit_event WHERE id = (SELECT max(id) FROM audit_event)", 7),
        ("UPDATE audit_event SET prev_hash = hash WHERE id = 5", 5),
    ];
    for (sql, first) in tampering {
        let mut booth = Booth::new();
        booth.person("alice");
        booth.person("bob");
        let sound = booth.store().verify_audit().unwrap();
        assert_eq!((sound.events, sound.broken), (7, None));
        tamper(&mut booth, sql);
        let check = booth.store().verify_audit().unwrap();
        assert_eq!(check.broken.map(|b| b.id), Some(first), "{sql}");
        assert!(!booth.store().verify().unwrap().is_clean());
    }
}

#[test]
fn rows_that_contradict_each_other_show() {
    for sql in [
        "UPDATE sitting SET code = x'626f62' WHERE id = 1",
        "PRAGMA foreign_keys = OFF; DELETE FROM outbox WHERE id = 1",
        "UPDATE sitting SET outcome = 'cancelled' WHERE id = 1",
        "UPDATE shot SET disposition = 'candidate' WHERE id = 1",
        "UPDATE portrait SET supersedes = 1 WHERE id = 2",
        "PRAGMA foreign_keys = OFF; DELETE FROM portrait WHERE id = 1",
        "PRAGMA foreign_keys = OFF; UPDATE portrait SET sitting = 9 WHERE id = 1",
    ] {
        let mut booth = Booth::new();
        booth.person("alice");
        booth.person("bob");
        tamper(&mut booth, sql);
        let report = booth.store().verify().unwrap();
        assert!(!report.contradictions.is_empty(), "{sql}: {report:?}");
    }
}
