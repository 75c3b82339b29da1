//! The connection to the database: built whole, checked before it is trusted, set up the same way every time.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use crate::StoreError;

/// Every version of the schema, oldest first. One that has shipped is never edited; a test holds their hashes.
pub(crate) const STEPS: &[&str] = &[
    include_str!("../migrations/0001_records.sql"),
    include_str!("../migrations/0002_set_aside.sql"),
    include_str!("../migrations/0003_day.sql"),
    include_str!("../migrations/0004_handover.sql"),
    include_str!("../migrations/0005_plate.sql"),
    include_str!("../migrations/0006_hall.sql"),
    include_str!("../migrations/0007_closing.sql"),
];

/// "GBDB", as the first migration writes it.
const APPLICATION_ID: i64 = 0x4742_4442;

/// Nobody else writes, but a virus scanner or a curious technician may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// Newest version that this program knows.
pub(crate) fn known_version() -> u32 {
    STEPS.len() as u32
}

fn migrations() -> Migrations<'static> {
    Migrations::new(STEPS.iter().map(|sql| M::up(sql).foreign_key_check()).collect())
}

/// A table is rebuilt by making another one and giving it the name; meanwhile those that refer to it must not mind.
/// The references are checked before the transaction ends.
fn migrate(db: &mut Connection, version: u32) -> Result<(), StoreError> {
    db.pragma_update(None, "foreign_keys", "OFF")?;
    let made = migrations().to_version(db, version as usize).map_err(migration_error);
    db.pragma_update(None, "foreign_keys", "ON")?;
    made
}

/// Builds the tables of a fresh database at `path`, up to version `version`.
pub(crate) fn create(path: &Path, version: u32) -> Result<Connection, StoreError> {
    let mut db = Connection::open(path)?;
    configure(&db)?;
    migrate(&mut db, version)?;
    Ok(db)
}

/// A database that was checked and is at the newest version; with the version it was at, if that was older.
pub(crate) fn open(path: &Path) -> Result<(Connection, Option<u32>), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    // Until it is known to be sound, not even closing it may write into it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let found = check(&db)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    configure(&db)?;
    migrate(&mut db, known_version())?;
    Ok((db, (found < known_version()).then_some(found)))
}

/// A second connection that reads beside the first; the database has been checked and migrated by that one.
pub(crate) fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    Ok(db)
}

/// Reads only. Gives the version of the schema.
fn check(db: &Connection) -> Result<u32, StoreError> {
    db.busy_timeout(BUSY)?;
    let known = known_version();
    let number = |pragma| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    // First the version: to this program a newer schema may look damaged.
    let found = number("user_version")?;
    if number("application_id")? != APPLICATION_ID {
        return Err(StoreError::Damaged { detail: "not a database of this program".to_owned() });
    }
    match u32::try_from(found) {
        Ok(found) if found > known => return Err(StoreError::TooNew { found, known }),
        Ok(1..) => {}
        _ => {
            return Err(StoreError::Damaged { detail: format!("version {found}") });
        }
    }
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    let complaints = complaints(db, "quick_check(5)")?;
    if complaints.is_empty() {
        Ok(found as u32)
    } else {
        Err(StoreError::Damaged { detail: complaints.join("; ") })
    }
}

/// What one of SQLite's own checks has to say; nothing if all is well.
pub(crate) fn complaints(db: &Connection, check: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare(&format!("PRAGMA {check}"))?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let lines = lines.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

fn configure(db: &Connection) -> Result<(), StoreError> {
    db.busy_timeout(BUSY)?;
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        // Network folders cannot; the rollback journal with FULL is as durable, only slower.
        tracing::warn!(mode, "the database does not use a write-ahead log here");
    }
    // Accepted means durable: the log is on the disk before a commit returns.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    // Without it INSERT OR REPLACE would delete rows past the triggers that forbid it.
    db.pragma_update(None, "recursive_triggers", "ON")?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migration_error(error: rusqlite_migration::Error) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => StoreError::Damaged { detail: other.to_string() },
    }
}
