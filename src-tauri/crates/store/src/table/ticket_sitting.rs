//! `ticket_sitting`: which place in the queue a sitting belongs to.

use domain::{SittingId, TicketId};
use rusqlite::{Connection, OptionalExtension};

use crate::StoreError;

pub(crate) fn insert(db: &Connection, sitting: SittingId, ticket: TicketId) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO ticket_sitting (sitting, ticket) VALUES (?1, ?2)")?
        .execute([sitting.0, ticket.0])?;
    Ok(())
}

pub(crate) fn ticket_of(db: &Connection, sitting: SittingId) -> Result<Option<TicketId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT ticket FROM ticket_sitting WHERE sitting = ?1")?;
    Ok(statement.query_row([sitting.0], |row| row.get(0)).optional()?.map(TicketId))
}

/// The sitting of a ticket whose picture was accepted in this folder.
pub(crate) fn accepted_of(db: &Connection, ticket: TicketId) -> Result<Option<SittingId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT s.id FROM ticket_sitting l JOIN sitting s ON s.id = l.sitting
         WHERE l.ticket = ?1 AND s.outcome = 'accepted' ORDER BY s.id DESC LIMIT 1",
    )?;
    Ok(statement.query_row([ticket.0], |row| row.get(0)).optional()?.map(SittingId))
}
