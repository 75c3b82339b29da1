//! What the window shows of the day: the strip of accepted pictures, the counts, one sitting with all that belongs
//! to it.

use domain::{ContentHash, Fingerprint, PortraitId, ShotNumber, SittingId, Timestamp, Verdict};
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::table::{audit, outbox, portrait, read_hash, read_word, shot, sitting};
use crate::{AuditEvent, OutboxState, PortraitRecord, ShotRecord, SittingRecord, Store, StoreError};

/// One accepted picture in the strip of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StripEntry {
    /// Its row.
    pub portrait: PortraitId,
    /// Whose, by the label that counts.
    pub sitting: SittingId,
    /// 拍摄号.
    pub shot_number: ShotNumber,
    /// The name under which the code may be shown.
    pub fingerprint: Fingerprint,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Content of the portrait.
    pub portrait_hash: ContentHash,
    /// Content of the original.
    pub original_hash: ContentHash,
    /// What the checks said.
    pub verdict: Verdict,
    /// Whether it was accepted with a reason against the verdict.
    pub overridden: bool,
    /// Whether a later portrait has taken its place.
    pub superseded: bool,
    /// From the code to the accept.
    pub seconds: f64,
}

/// The day in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct DayCounts {
    /// Portraits accepted.
    pub accepted: u32,
    /// Shots turned down.
    pub retaken: u32,
    /// Sittings given up.
    pub cancelled: u32,
    /// Entries waiting in the outbox, of any day.
    pub pending_outbox: u32,
    /// Entries set aside with a reason, of any day.
    pub parked: u32,
    /// Median time from the code to the accept.
    pub median_seconds: Option<f64>,
}

/// One sitting with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SittingDetail {
    /// The sitting itself.
    pub sitting: SittingRecord,
    /// Its shots, in their order.
    pub shots: Vec<ShotRecord>,
    /// Its portrait, if one was accepted.
    pub portrait: Option<PortraitRecord>,
    /// What happened, oldest first.
    pub history: Vec<AuditEvent>,
}

pub(crate) const STRIP: &str = "
    SELECT p.id, s.id, s.shot_number, s.fingerprint, p.accepted_at, p.content, h.original, p.verdict,
           p.override_reason IS NOT NULL,
           EXISTS (SELECT 1 FROM portrait later WHERE later.supersedes = p.id),
           taken.opened_at
    FROM portrait p JOIN shot h ON h.id = p.shot JOIN sitting taken ON taken.id = p.sitting
    JOIN sitting s ON s.id =
        coalesce((SELECT r.sitting FROM relabel r WHERE r.portrait = p.id ORDER BY r.id DESC LIMIT 1), p.sitting)
    WHERE p.accepted_at >= ?1
    ORDER BY p.accepted_at DESC, p.id DESC LIMIT ?2";
pub(crate) const ACCEPTED: &str = "SELECT count(*) FROM portrait WHERE accepted_at >= ?1";
pub(crate) const RETAKEN: &str =
    "SELECT count(*) FROM shot WHERE disposition = 'rejected' AND taken_at >= ?1";
pub(crate) const CANCELLED: &str =
    "SELECT count(*) FROM sitting WHERE outcome = 'cancelled' AND closed_at >= ?1";
pub(crate) const DURATIONS: &str =
    "SELECT closed_at - opened_at FROM sitting WHERE outcome = 'accepted' AND closed_at >= ?1";

impl Store {
    /// The accepted pictures since a moment, newest first.
    pub fn today(&self, since: Timestamp, limit: u32) -> Result<Vec<StripEntry>, StoreError> {
        let mut statement = self.db.prepare_cached(STRIP)?;
        let mut rows = statement.query([since.0, i64::from(limit)])?;
        let mut strip = Vec::new();
        while let Some(row) = rows.next()? {
            strip.push(strip_entry(row)?);
        }
        Ok(strip)
    }

    /// The numbers since a moment.
    pub fn counts(&self, since: Timestamp) -> Result<DayCounts, StoreError> {
        let count = |sql| -> Result<u32, StoreError> {
            Ok(self.db.prepare_cached(sql)?.query_row([since.0], |row| row.get(0))?)
        };
        Ok(DayCounts {
            accepted: count(ACCEPTED)?,
            retaken: count(RETAKEN)?,
            cancelled: count(CANCELLED)?,
            pending_outbox: outbox::count(&self.db, OutboxState::Pending)?,
            parked: outbox::count(&self.db, OutboxState::Parked)?,
            median_seconds: median_seconds(&self.db, since)?,
        })
    }

    /// One sitting with its shots, its portrait and its history.
    pub fn sitting_detail(&self, id: SittingId) -> Result<SittingDetail, StoreError> {
        Ok(SittingDetail {
            sitting: sitting::get(&self.db, id)?,
            shots: shot::of_sitting(&self.db, id)?,
            portrait: portrait::of_sitting(&self.db, id)?,
            history: audit::of_sitting(&self.db, id)?,
        })
    }
}

fn strip_entry(row: &Row<'_>) -> Result<StripEntry, StoreError> {
    let id: i64 = row.get(0)?;
    let accepted_at = Timestamp(row.get(4)?);
    Ok(StripEntry {
        portrait: PortraitId(id),
        sitting: SittingId(row.get(1)?),
        shot_number: ShotNumber(row.get(2)?),
        fingerprint: read_word("sitting", row.get(1)?, row.get(3)?)?,
        accepted_at,
        portrait_hash: read_hash("portrait", id, &row.get::<_, String>(5)?)?,
        original_hash: read_hash("portrait", id, &row.get::<_, String>(6)?)?,
        verdict: read_word("portrait", id, row.get(7)?)?,
        overridden: row.get(8)?,
        superseded: row.get(9)?,
        seconds: seconds(accepted_at.millis_since(Timestamp(row.get(10)?))),
    })
}

/// A clock that was set back gives 0, not a negative time.
fn seconds(millis: i64) -> f64 {
    millis.max(0) as f64 / 1000.0
}

fn median_seconds(db: &Connection, since: Timestamp) -> Result<Option<f64>, StoreError> {
    let mut statement = db.prepare_cached(DURATIONS)?;
    let times = statement.query_map([since.0], |row| row.get::<_, i64>(0))?;
    let mut times = times.collect::<rusqlite::Result<Vec<_>>>()?;
    times.sort_unstable();
    let middle = times.len() / 2;
    Ok(match times.len() {
        0 => None,
        n if n % 2 == 1 => Some(seconds(times[middle])),
        _ => Some((seconds(times[middle - 1]) + seconds(times[middle])) / 2.0),
    })
}
