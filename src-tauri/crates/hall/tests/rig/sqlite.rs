//! The journal on SQLite, as a store would have it.

use hall::{BatchKey, Cursor, Fact, FactId, Journal, JournalError, NumberRange, Saved};
use rusqlite::{Connection, OptionalExtension, params};

pub struct SqliteJournal(Connection);

fn failed(error: rusqlite::Error) -> JournalError {
    JournalError(Box::new(error))
}

fn bad(error: serde_json::Error) -> JournalError {
    JournalError(Box::new(error))
}

impl SqliteJournal {
    pub fn open(path: &std::path::Path) -> Self {
        let db = Connection::open(path).unwrap();
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS fact (batch TEXT, station TEXT, seq INTEGER, sent INTEGER, body TEXT,
                PRIMARY KEY (station, seq)) STRICT;
             CREATE INDEX IF NOT EXISTS unsent ON fact (batch, seq) WHERE sent = 0;
             CREATE TABLE IF NOT EXISTS counter (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER) STRICT;
             INSERT OR IGNORE INTO counter VALUES (1, 0);
             CREATE TABLE IF NOT EXISTS place (batch TEXT PRIMARY KEY, cursor TEXT) STRICT;
             CREATE TABLE IF NOT EXISTS number_range (batch TEXT, body TEXT) STRICT;",
        )
        .unwrap();
        Self(db)
    }
}

impl Journal for SqliteJournal {
    fn load(&mut self, batch: &BatchKey) -> Result<Saved, JournalError> {
        let bodies = |sql: &str| -> Result<Vec<String>, JournalError> {
            let mut statement = self.0.prepare(sql).map_err(failed)?;
            let rows = statement.query_map([batch.as_str()], |row| row.get(0)).map_err(failed)?;
            rows.collect::<Result<_, _>>().map_err(failed)
        };
        let facts = bodies("SELECT body FROM fact WHERE batch = ?1")?;
        let ranges = bodies("SELECT body FROM number_range WHERE batch = ?1 ORDER BY rowid")?;
        let cursor = bodies("SELECT cursor FROM place WHERE batch = ?1")?.pop();
        Ok(Saved {
            facts: facts
                .iter()
                .map(|body| serde_json::from_str(body))
                .collect::<Result<_, _>>()
                .map_err(bad)?,
            ranges: ranges
                .iter()
                .map(|body| serde_json::from_str(body))
                .collect::<Result<_, _>>()
                .map_err(bad)?,
            cursor: cursor
                .map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(bad)?
                .unwrap_or_default(),
        })
    }

    fn take_seqs(&mut self, count: u64, above: u64) -> Result<u64, JournalError> {
        let last: i64 = self
            .0
            .query_row(
                "UPDATE counter SET seq = max(seq, ?1) + ?2 RETURNING seq",
                params![above as i64, count as i64],
                |row| row.get(0),
            )
            .map_err(failed)?;
        Ok(last as u64 - count + 1)
    }

    fn append(&mut self, facts: &[Fact]) -> Result<(), JournalError> {
        let tx = self.0.transaction().map_err(failed)?;
        for fact in facts {
            let body = serde_json::to_string(fact).map_err(bad)?;
            tx.execute(
                "INSERT OR IGNORE INTO fact VALUES (?1, ?2, ?3, 0, ?4)",
                params![fact.batch.as_str(), fact.id.station.as_str(), fact.id.seq as i64, body],
            )
            .map_err(failed)?;
        }
        tx.commit().map_err(failed)
    }

    fn unsent(&mut self, batch: &BatchKey, limit: usize) -> Result<Vec<Fact>, JournalError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT body FROM fact WHERE batch = ?1 AND sent = 0 ORDER BY seq LIMIT ?2")
            .map_err(failed)?;
        let rows = statement
            .query_map(params![batch.as_str(), limit as i64], |row| row.get::<_, String>(0))
            .map_err(failed)?;
        rows.map(|body| serde_json::from_str(&body.map_err(failed)?).map_err(bad)).collect()
    }

    fn mark_sent(&mut self, ids: &[FactId]) -> Result<(), JournalError> {
        let tx = self.0.transaction().map_err(failed)?;
        for id in ids {
            tx.execute(
                "UPDATE fact SET sent = 1 WHERE station = ?1 AND seq = ?2",
                params![id.station.as_str(), id.seq as i64],
            )
            .map_err(failed)?;
        }
        tx.commit().map_err(failed)
    }

    fn absorb(&mut self, batch: &BatchKey, facts: &[Fact], cursor: &Cursor) -> Result<(), JournalError> {
        let tx = self.0.transaction().map_err(failed)?;
        for fact in facts {
            let body = serde_json::to_string(fact).map_err(bad)?;
            tx.execute(
                "INSERT INTO fact VALUES (?1, ?2, ?3, 1, ?4) ON CONFLICT DO UPDATE SET sent = 1",
                params![batch.as_str(), fact.id.station.as_str(), fact.id.seq as i64, body],
            )
            .map_err(failed)?;
        }
        let cursor = serde_json::to_string(cursor).map_err(bad)?;
        tx.execute("INSERT OR REPLACE INTO place VALUES (?1, ?2)", params![batch.as_str(), cursor])
            .map_err(failed)?;
        tx.commit().map_err(failed)
    }

    fn forget_sent(&mut self, batch: &BatchKey) -> Result<(), JournalError> {
        let tx = self.0.transaction().map_err(failed)?;
        tx.execute("UPDATE fact SET sent = 0 WHERE batch = ?1", [batch.as_str()]).map_err(failed)?;
        tx.execute("DELETE FROM place WHERE batch = ?1", [batch.as_str()]).map_err(failed)?;
        tx.commit().map_err(failed)
    }

    fn keep_range(&mut self, batch: &BatchKey, range: NumberRange) -> Result<(), JournalError> {
        let body = serde_json::to_string(&range).map_err(bad)?;
        let kept: Option<i64> = self
            .0
            .query_row(
                "SELECT 1 FROM number_range WHERE batch = ?1 AND body = ?2",
                params![batch.as_str(), body],
                |r| r.get(0),
            )
            .optional()
            .map_err(failed)?;
        if kept.is_none() {
            self.0
                .execute("INSERT INTO number_range VALUES (?1, ?2)", params![batch.as_str(), body])
                .map_err(failed)?;
        }
        Ok(())
    }
}
