//! Writing facts and what follows from them, within a transaction: the table of tickets is only a copy of what
//! [`crate::fold`] says, kept so that rows can be locked and searched.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Transaction;

use crate::server::{CHANNEL, Membership, Sent, read_fact};
use crate::{BatchKey, Fact, FactId, HallError, TicketKey, TicketState, fold, order};

/// No hall has so many facts.
const MAX_PLACE: i64 = 1 << 40;

/// Locks the tickets that are there, in one order for everybody.
pub(crate) async fn lock_tickets(tx: &Transaction<'_>, keys: &BTreeSet<TicketKey>) -> Result<(), HallError> {
    let (stations, seqs) = columns(keys.iter());
    tx.query(
        "SELECT 1 FROM gradbooth.ticket WHERE (station, seq) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))
         ORDER BY station, seq FOR UPDATE",
        &[&stations, &seqs],
    )
    .await?;
    Ok(())
}

fn columns<'a>(ids: impl Iterator<Item = &'a FactId>) -> (Vec<&'a str>, Vec<i64>) {
    // Sequence numbers above i64::MAX are refused by Fact::check.
    ids.map(|id| (id.station.as_str(), id.seq as i64)).unzip()
}

/// Adds facts at the end of the batch's list. The tickets must be locked. Holds the batch's row lock from here to the
/// end of the transaction, as the last lock that is taken: places have no gaps and no deadlock arises.
pub(crate) async fn append(
    tx: &Transaction<'_>,
    who: &Membership,
    facts: &[Fact],
) -> Result<Sent, HallError> {
    let batch = who.batch.as_str();
    let row =
        tx.query_one("SELECT last_pos FROM gradbooth.batch WHERE key = $1 FOR UPDATE", &[&batch]).await?;
    let last_pos: i64 = row.try_get(0)?;
    if !(0..MAX_PLACE).contains(&last_pos) {
        return Err(HallError::Hostile("a place"));
    }
    let mut sent = Sent::default();
    let mut fresh: BTreeMap<&FactId, (Fact, String)> = BTreeMap::new();
    let known = known(tx, &who.batch, facts).await?;
    for fact in facts {
        let Some(bare) = fact.for_hall(who.identities) else { return Err(HallError::NamesStay) };
        bare.check()?;
        if bare.batch != who.batch {
            return Err(HallError::BadFact);
        }
        let body = serde_json::to_string(&bare).map_err(|_| HallError::BadFact)?;
        if body.len() > crate::MAX_FACT {
            return Err(HallError::BadFact);
        }
        match known.get(&fact.id).or(fresh.get(&fact.id).map(|(fact, _)| fact)) {
            Some(same) if *same == bare => sent.taken.push(fact.id.clone()),
            Some(_) => sent.reused.push(fact.id.clone()),
            None => {
                sent.taken.push(fact.id.clone());
                fresh.insert(&fact.id, (bare, body));
            }
        }
    }
    // In the order in which they were given, which is that of their writer.
    let fresh: Vec<_> = facts.iter().filter_map(|fact| fresh.remove(&fact.id)).collect();
    if !fresh.is_empty() {
        insert(tx, batch, last_pos, &fresh).await?;
        let keys: BTreeSet<_> = fresh.iter().filter_map(|(fact, _)| fact.ticket()).cloned().collect();
        for state in states(tx, &who.batch, &keys).await? {
            write(tx, batch, &state).await?;
        }
        tx.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &batch]).await?;
    }
    Ok(sent)
}

async fn known(
    tx: &Transaction<'_>,
    batch: &BatchKey,
    facts: &[Fact],
) -> Result<BTreeMap<FactId, Fact>, HallError> {
    let (stations, seqs) = columns(facts.iter().map(|fact| &fact.id));
    let rows = tx
        .query(
            "SELECT f.body FROM unnest($1::text[], $2::bigint[]) AS u(station, seq)
             JOIN gradbooth.fact f USING (station, seq)",
            &[&stations, &seqs],
        )
        .await?;
    rows.iter()
        .map(|row| {
            // One name over all batches: a fact of another batch under it is one that was used before.
            let fact = read_fact(row, 0, batch).or_else(|error| {
                let body: &str = row.try_get(0)?;
                serde_json::from_str(body).map_err(|_| error)
            })?;
            Ok((fact.id.clone(), fact))
        })
        .collect()
}

async fn insert(
    tx: &Transaction<'_>,
    batch: &str,
    last_pos: i64,
    fresh: &[(Fact, String)],
) -> Result<(), HallError> {
    let (stations, seqs) = columns(fresh.iter().map(|(fact, _)| &fact.id));
    let tickets: Vec<Option<&str>> =
        fresh.iter().map(|(fact, _)| fact.ticket().map(|key| key.station.as_str())).collect();
    let ticket_seqs: Vec<Option<i64>> =
        fresh.iter().map(|(fact, _)| fact.ticket().map(|key| key.seq as i64)).collect();
    let bodies: Vec<&str> = fresh.iter().map(|(_, body)| body.as_str()).collect();
    let places: Vec<i64> = (1..).take(fresh.len()).map(|i: i64| last_pos + i).collect();
    tx.execute(
        "INSERT INTO gradbooth.fact (batch, pos, station, seq, ticket_station, ticket_seq, body)
         SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[])",
        &[&batch, &places, &stations, &seqs, &tickets, &ticket_seqs, &bodies],
    )
    .await?;
    let highest = fresh
        .iter()
        .filter_map(|(fact, _)| match fact.what {
            crate::Happening::Issued { number, .. } => Some(number.0),
            _ => None,
        })
        .max()
        .unwrap_or(0);
    tx.execute(
        "UPDATE gradbooth.batch SET last_pos = $2, next_number = greatest(next_number, $3) WHERE key = $1",
        &[&batch, &(last_pos + fresh.len() as i64), &(highest + 1)],
    )
    .await?;
    Ok(())
}

/// Folds tickets as they are in the database.
async fn states(
    tx: &Transaction<'_>,
    batch: &BatchKey,
    keys: &BTreeSet<TicketKey>,
) -> Result<Vec<TicketState>, HallError> {
    let (stations, seqs) = columns(keys.iter());
    let rows = tx
        .query(
            "SELECT f.body FROM unnest($1::text[], $2::bigint[]) AS u(ticket_station, ticket_seq)
             JOIN gradbooth.fact f USING (ticket_station, ticket_seq) WHERE f.batch = $3",
            &[&stations, &seqs, &batch.as_str()],
        )
        .await?;
    let mut by_ticket: BTreeMap<TicketKey, Vec<Fact>> = BTreeMap::new();
    for row in &rows {
        let fact = read_fact(row, 0, batch)?;
        if let Some(key) = fact.ticket().cloned() {
            by_ticket.entry(key).or_default().push(fact);
        }
    }
    Ok(by_ticket
        .into_values()
        .filter_map(|mut facts| {
            facts.sort_by_key(order);
            fold(&facts)
        })
        .collect())
}

/// Folds one ticket.
pub(crate) async fn state(
    tx: &Transaction<'_>,
    batch: &BatchKey,
    key: &TicketKey,
) -> Result<TicketState, HallError> {
    let one = BTreeSet::from([key.clone()]);
    states(tx, batch, &one).await?.pop().ok_or(HallError::Hostile("a ticket without facts"))
}

async fn write(tx: &Transaction<'_>, batch: &str, state: &TicketState) -> Result<(), HallError> {
    tx.execute(
        "INSERT INTO gradbooth.ticket
            (station, seq, batch, number, code, stage, booth, priority, returns, reserved_to)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (station, seq) DO UPDATE SET code = excluded.code, stage = excluded.stage, booth = excluded.booth,
            priority = excluded.priority, returns = excluded.returns, reserved_to = excluded.reserved_to",
        &[
            &state.key.station.as_str(),
            &(state.key.seq as i64),
            &batch,
            &state.number.0,
            &state.code.as_ref().map(|code| code.as_str()),
            &state.stage().name(),
            &state.stage().booth(),
            &state.ticket.place.priority,
            &i64::from(state.ticket.place.returns),
            &state.reserved_to.as_ref().map(|station| station.as_str()),
        ],
    )
    .await?;
    Ok(())
}
