//! Opening a data folder: lock, check, migrate, put in order.

use std::path::{Path, PathBuf};

use domain::Timestamp;
use rusqlite::TransactionBehavior;
use serde_json::json;

use crate::layout::{FolderLock, Layout};
use crate::pictures::{PictureKind, Pictures};
use crate::recovery::{self, OpenReport};
use crate::table::audit::{self, NewEvent, Signature};
use crate::table::{set_aside, sitting};
use crate::{Store, StoreError, connection, platform};

/// The files that one SQLite database can consist of.
const FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Longest name of a station.
const MAX_STATION: usize = 100;

impl Store {
    /// Opens a data folder, which is made if it is not there. `station` is stored as text and names no file.
    ///
    /// Damage, a newer version, another opener and a folder that cannot be written are refused with the database
    /// left as it is.
    pub fn open(
        dir: impl AsRef<Path>,
        station: &str,
        now: Timestamp,
    ) -> Result<(Self, OpenReport), StoreError> {
        check_station(station)?;
        let layout = Layout::prepare(dir.as_ref())?;
        let lock = layout.lock()?;
        Self::start(layout, lock, station, None, now)
    }

    /// Goes on with a fresh database after [`StoreError::Damaged`]: the damaged one is kept under a new name in the
    /// same folder, pictures stay where they are, shot numbers go on.
    ///
    /// Refused with [`StoreError::NotDamaged`] if the database can be opened.
    pub fn open_fresh_beside(
        dir: impl AsRef<Path>,
        station: &str,
        now: Timestamp,
    ) -> Result<(Self, OpenReport), StoreError> {
        check_station(station)?;
        let layout = Layout::prepare(dir.as_ref())?;
        let lock = layout.lock()?;
        if !is_there(&layout.database()) {
            return Self::start(layout, lock, station, None, now);
        }
        match connection::open(&layout.database()) {
            Err(StoreError::Damaged { .. }) => {}
            Err(other) => return Err(other),
            Ok(_) => return Err(StoreError::NotDamaged),
        }
        let name = put_aside(&layout, now)?;
        Self::start(layout, lock, station, Some(name), now)
    }

    fn start(
        layout: Layout,
        lock: FolderLock,
        station: &str,
        put_aside: Option<String>,
        now: Timestamp,
    ) -> Result<(Self, OpenReport), StoreError> {
        let mut report = OpenReport { database_set_aside: put_aside, ..OpenReport::default() };
        if !is_there(&layout.database()) {
            if has_log(&layout) {
                // A log without its database, e.g. after a crash in putting it aside: SQLite would delete it.
                report.database_set_aside.get_or_insert(self::put_aside(&layout, now)?);
            }
            create(&layout, station, report.database_set_aside.as_deref(), now)?;
            report.created = true;
        }
        let (mut db, migrated_from) = connection::open(&layout.database())?;
        report.migrated_from = migrated_from;
        recovery::recover(&mut db, &layout, station, now, &mut report)?;
        report.unfinished = sitting::open_one(&db)?;
        let pictures = Pictures::new(layout.clone());
        let who = Signature { station: station.to_owned(), ..Signature::default() };
        Ok((Self { db, pictures, layout, who, _lock: lock }, report))
    }
}

pub(crate) fn check_station(station: &str) -> Result<(), StoreError> {
    if station.chars().count() > MAX_STATION || station.chars().any(char::is_control) {
        return Err(StoreError::StationName);
    }
    Ok(())
}

/// An empty file is what some crashes leave of a database that was never written.
fn is_there(database: &Path) -> bool {
    std::fs::metadata(database).is_ok_and(|m| m.len() > 0)
}

fn sibling(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn has_log(layout: &Layout) -> bool {
    is_there(&sibling(&layout.database(), "-wal"))
}

/// A database appears whole or not at all: it is built in `tmp/`, with the pictures that were there before it, and
/// then renamed.
fn create(layout: &Layout, station: &str, put_aside: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
    let part = layout.tmp().join("fresh.db");
    for suffix in FILES {
        let _ = std::fs::remove_file(sibling(&part, suffix));
    }
    let mut db = connection::create(&part, connection::known_version())?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let pictures = Pictures::new(layout.clone());
    let mut kept = 0_u32;
    for kind in [PictureKind::Original, PictureKind::Portrait] {
        for name in pictures.list(kind)?.pictures {
            set_aside::insert(&tx, kind, name, now)?;
            kept += 1;
        }
    }
    let detail = json!({ "pictures_kept": kept, "instead_of": put_aside });
    audit::append(&tx, station, &NewEvent::new("database_created", detail), now)?;
    tx.commit()?;
    // Closing folds the write-ahead log into the file, so that the one file is all there is to rename.
    db.close().map_err(|(_, e)| e)?;
    let database = layout.database();
    let finish = || {
        std::fs::OpenOptions::new().write(true).open(&part)?.sync_all()?;
        platform::rename(&part, &database)?;
        platform::sync_dir(layout.root())
    };
    finish().map_err(|e| StoreError::disk(&database, e))
}

/// Renames database, write-ahead log and index to `gradbooth.damaged-<time>.db…`; gives the new name.
fn put_aside(layout: &Layout, now: Timestamp) -> Result<String, StoreError> {
    let database = layout.database();
    let stamp = jiff::Timestamp::from_millisecond(now.0)
        .map(|t| t.strftime("%Y%m%dT%H%M%SZ").to_string())
        .unwrap_or_else(|_| now.0.to_string());
    let free = |name: &String| FILES.iter().all(|s| !sibling(&layout.root().join(name), s).exists());
    let mut names = std::iter::once(format!("gradbooth.damaged-{stamp}.db"))
        .chain((2..).map(|n| format!("gradbooth.damaged-{stamp}-{n}.db")));
    let name = names.find(free).unwrap_or_default();
    for suffix in FILES {
        let (from, to) = (sibling(&database, suffix), sibling(&layout.root().join(&name), suffix));
        if from.exists() {
            platform::rename(&from, &to).map_err(|e| StoreError::disk(&from, e))?;
        }
    }
    platform::sync_dir(layout.root()).map_err(|e| StoreError::disk(layout.root(), e))?;
    Ok(name)
}
