//! `payment`: fees taken or proved at the desk. Rows are only added.

use domain::{BatchId, PaymentMethod, SubjectId, TicketId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{read_word, word};
use crate::StoreError;

/// A fee that was taken or proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment<'a> {
    /// In 分.
    pub amount_fen: u32,
    /// How.
    pub method: PaymentMethod,
    /// Who took it.
    pub cashier: &'a str,
}

/// What a cashier took in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CashSum {
    /// Who.
    pub cashier: String,
    /// How.
    pub method: PaymentMethod,
    /// How often.
    pub count: u32,
    /// In 分.
    #[ts(type = "number")]
    pub total_fen: u64,
}

pub(crate) fn insert(
    db: &Connection,
    batch: BatchId,
    of: (Option<SubjectId>, Option<TicketId>),
    new: &NewPayment<'_>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    db.prepare_cached(
        "INSERT INTO payment (batch, subject, ticket, amount_fen, method, cashier, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        batch.0,
        of.0.map(|s| s.0),
        of.1.map(|t| t.0),
        new.amount_fen,
        word(new.method)?,
        new.cashier,
        now.0
    ])?;
    Ok(db.last_insert_rowid())
}

/// How the fee of a person or a ticket was taken last.
pub(crate) fn latest(
    db: &Connection,
    subject: Option<SubjectId>,
    ticket: Option<TicketId>,
) -> Result<Option<PaymentMethod>, StoreError> {
    let find = |sql: &str, id: i64| -> Result<Option<(i64, String)>, StoreError> {
        Ok(db.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    };
    let by_subject = match subject {
        Some(s) => find("SELECT id, method FROM payment WHERE subject = ?1 ORDER BY id DESC LIMIT 1", s.0)?,
        None => None,
    };
    let by_ticket = match ticket {
        Some(t) => find("SELECT id, method FROM payment WHERE ticket = ?1 ORDER BY id DESC LIMIT 1", t.0)?,
        None => None,
    };
    by_subject.max(by_ticket).map(|(id, method)| read_word("payment", id, method)).transpose()
}

/// Of whom, how much, how and by whom.
type Row = ((Option<SubjectId>, Option<TicketId>), u32, PaymentMethod, String);

/// Everything that was taken in a batch, oldest first.
pub(crate) fn of_batch(db: &Connection, batch: BatchId) -> Result<Vec<Row>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT subject, ticket, amount_fen, method, cashier, id FROM payment WHERE batch = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([batch.0], |row| {
        let of = (row.get::<_, Option<i64>>(0)?.map(SubjectId), row.get::<_, Option<i64>>(1)?.map(TicketId));
        Ok((of, row.get(2)?, row.get::<_, String>(3)?, row.get(4)?, row.get(5)?))
    })?;
    rows.map(|row| {
        let (of, amount, method, cashier, id) = row?;
        Ok((of, amount, read_word("payment", id, method)?, cashier))
    })
    .collect()
}

/// By cashier and method.
pub(crate) fn sums(db: &Connection, batch: BatchId) -> Result<Vec<CashSum>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT cashier, method, count(*), sum(amount_fen) FROM payment WHERE batch = ?1
         GROUP BY cashier, method ORDER BY cashier, method",
    )?;
    let rows = statement.query_map([batch.0], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, i64>(3)?))
    })?;
    rows.map(|row| {
        let (cashier, method, count, total) = row?;
        Ok(CashSum {
            cashier,
            method: read_word("payment", 0, method)?,
            count,
            total_fen: total.max(0) as u64,
        })
    })
    .collect()
}
