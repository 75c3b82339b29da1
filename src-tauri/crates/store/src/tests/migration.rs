//! Databases of every older version open, and no version that has shipped changes silently.

use std::fs;

use domain::{ContentHash, PortraitId, ShotNumber};

use super::*;
use crate::connection::{self, STEPS};
use crate::table::audit;
use crate::{NewEvent, OutboxState, PictureKind};

/// Hash of each migration as it was when it shipped. Add a line for a new one; never change a line.
const SHIPPED: [&str; 7] = [
    "1e339065d9e7743b77b74fedf5abf972c301c75a581e6e63e17005b52164d351",
    "42063b42ac5d555cb9398d5df5eaef337d71766313ddad3b6346931f0d17476a",
    "7a594b3b84a223b8252b4237a3e62285c1b5cb9268b32472062cd32f23131f0e",
    "ba12830f185d50e9c957feebef7e2cd068ed6c03a55b7d9d91eeca061556669d",
    "d3eccbe17f26ac310e3ca16d29b7c3eccb77c28ba5dcd33620f3cfd38f7b61fe",
    "6c8a285b7dccd8ae004e06daaf680fc73f8bfc940b0a37d4d32065d5584217c4",
    "416fba6d72385518b900cc216c4844fa46cfa9c45ac06786ac3c9c9259fa947f",
];

#[test]
fn no_migration_that_has_shipped_was_edited() {
    // Git on Windows may have changed the ends of lines.
    let now: Vec<_> =
        STEPS.iter().map(|sql| ContentHash::of(sql.replace("\r\n", "\n").as_bytes()).to_hex()).collect();
    assert_eq!(now, SHIPPED);
}

/// The statements that make up the schema, as SQLite keeps them.
fn schema(db: &rusqlite::Connection) -> Vec<String> {
    let mut statement =
        db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name").unwrap();
    let sql = statement.query_map([], |row| row.get(0)).unwrap();
    sql.collect::<rusqlite::Result<_>>().unwrap()
}

/// A folder as version `version` left it: one accepted person with both files.
fn left_by(version: u32) -> Booth {
    let dir = TempDir::new().unwrap();
    let db = connection::create(&dir.path().join("gradbooth.db"), version).unwrap();
    db.execute_batch(include_str!("schema/rows_0001.sql")).unwrap();
    audit::append(&db, "A-1", &NewEvent::new("database_created", json!({})), Timestamp(START)).unwrap();
    db.close().unwrap();
    for (folder, content) in [("originals", "raw"), ("portraits", "jpeg")] {
        let hex = ContentHash::of(content.as_bytes()).to_hex();
        let shard = dir.path().join(folder).join(&hex[..2]);
        fs::create_dir_all(&shard).unwrap();
        fs::write(shard.join(format!("{hex}.jpg")), content).unwrap();
    }
    Booth { dir, store: None, clock: START + 1_000_000 }
}

#[test]
fn every_older_version_opens_with_all_it_holds() {
    let fresh = schema(
        &connection::create(&TempDir::new().unwrap().path().join("db"), connection::known_version()).unwrap(),
    );
    for version in 1..=connection::known_version() {
        let mut booth = left_by(version);
        let report = booth.open();
        let old = version < connection::known_version();
        assert_eq!(report.migrated_from, old.then_some(version));
        assert_eq!((report.created, report.rescued.len(), report.missing.len()), (false, 0, 0));
        assert_eq!(schema(&booth.store().db), fresh, "version {version}");
        booth.assert_clean();

        let earlier = booth.store().earlier_accept(&code_of("alice")).unwrap().unwrap();
        assert_eq!((earlier.portrait, earlier.shot_number), (PortraitId(3), ShotNumber(12)));
        let outbox = booth.store().outbox(OutboxState::Pending).unwrap();
        assert_eq!((outbox[0].portrait, outbox[0].attempts), (PortraitId(3), 2));
        let strip = booth.store().today(Timestamp(0), 10).unwrap();
        assert_eq!(strip[0].seconds, 10.0);
        assert_eq!(booth.store().picture(PictureKind::Original, &strip[0].original_hash).unwrap(), b"raw");
        assert_eq!(booth.store().setting("spec").unwrap().as_deref(), Some("registry-safe"));

        let again = booth.person("alice");
        assert_eq!(again.supersedes, Some(PortraitId(3)));
        assert_eq!(booth.sit("bob").shot_number, ShotNumber(14));
        booth.assert_clean();
        assert_eq!(booth.open().migrated_from, None, "once is enough");
    }
}

#[test]
fn a_newer_database_is_left_as_it_is() {
    let mut booth = Booth::new();
    booth.person("alice");
    let known = connection::known_version();
    booth.store().db.pragma_update(None, "user_version", known + 3).unwrap();
    booth.close();
    let hash = |booth: &Booth| ContentHash::of(&fs::read(booth.path("gradbooth.db")).unwrap());
    let before = hash(&booth);
    for refused in [booth.try_open().unwrap_err(), booth.fresh_beside().unwrap_err()] {
        assert!(
            matches!(refused, StoreError::TooNew { found, known: k } if found == known + 3 && k == known)
        );
    }
    assert_eq!(hash(&booth), before);
}

#[test]
fn the_connection_is_as_careful_as_it_says() {
    let mut booth = Booth::new();
    let db = &booth.store().db;
    let number = |pragma| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(db.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)).unwrap(), "wal");
    assert_eq!(number("synchronous"), 2, "FULL");
    assert_eq!(number("foreign_keys"), 1);
    assert_eq!(number("recursive_triggers"), 1);
    assert_eq!(number("trusted_schema"), 0);
    assert_eq!(number("busy_timeout"), 5000);
    // Defensive: nobody writes into the schema table.
    db.pragma_update(None, "writable_schema", "ON").unwrap();
    assert!(db.execute("UPDATE sqlite_schema SET sql = '' WHERE name = 'sitting'", []).is_err());
    let strict: i64 = db
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE strict = 0 AND type = 'table' AND name NOT LIKE 'sqlite_%'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(strict, 0, "every table is STRICT");
}
