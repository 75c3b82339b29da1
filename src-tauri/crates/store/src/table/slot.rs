//! `slot`: the schedule of a batch.

use domain::{BatchId, Day, MinuteOfDay, Slot, SlotId};
use rusqlite::{Connection, params};

use crate::StoreError;

/// Puts a table in the place of the one before.
pub(crate) fn replace(db: &Connection, batch: BatchId, slots: &[Slot]) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM slot WHERE batch = ?1")?.execute([batch.0])?;
    let mut statement = db.prepare_cached(
        "INSERT INTO slot (batch, college_code, college, head_count, date, start_minute, end_minute, room, party)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for slot in slots {
        statement.execute(params![
            batch.0,
            slot.college_code,
            slot.college,
            slot.head_count,
            slot.date.to_string(),
            slot.start.minutes(),
            slot.end.minutes(),
            slot.room,
            slot.group
        ])?;
    }
    Ok(())
}

/// In the order of the day.
pub(crate) fn list(db: &Connection, batch: BatchId) -> Result<Vec<(SlotId, Slot)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, college_code, college, head_count, date, start_minute, end_minute, room, party
         FROM slot WHERE batch = ?1 ORDER BY date, start_minute, id",
    )?;
    let mut rows = statement.query([batch.0])?;
    let mut slots = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let bad = || StoreError::row("slot", id, "not a time");
        let slot = Slot {
            college_code: row.get(1)?,
            college: row.get(2)?,
            head_count: row.get(3)?,
            date: Day::parse(&row.get::<_, String>(4)?).ok_or_else(bad)?,
            start: MinuteOfDay::new(row.get(5)?).ok_or_else(bad)?,
            end: MinuteOfDay::new(row.get(6)?).ok_or_else(bad)?,
            room: row.get(7)?,
            group: row.get(8)?,
        };
        slots.push((SlotId(id), slot));
    }
    Ok(slots)
}
