//! Batches of the hall and the stations that take part in them.

use domain::Timestamp;
use tokio_postgres::{Client, Row};

use super::{Membership, Shared, StationRow};
use crate::{BatchKey, HallError, StationId};

/// Most batches that are shown to choose from.
const MOST: i64 = 50;
/// Most bytes of a plan that are believed.
const MAX_PLAN: usize = 128 * 1024;
/// Most stations of a batch that are shown.
const MOST_STATIONS: i64 = 200;

pub(super) async fn share(client: &mut Client, batch: &Shared) -> Result<(), HallError> {
    client
        .execute(
            "INSERT INTO gradbooth.batch (key, identities, title, plan, proof) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            &[&batch.key.as_str(), &batch.identities, &batch.title, &batch.plan, &batch.proof],
        )
        .await?;
    Ok(())
}

pub(super) async fn shared(client: &mut Client) -> Result<Vec<Shared>, HallError> {
    let rows = client
        .query(
            "SELECT b.key, b.identities, b.title, b.plan, b.proof,
                    ARRAY(SELECT s.booth FROM gradbooth.station s WHERE s.batch = b.key ORDER BY s.booth LIMIT $2)
             FROM gradbooth.batch b WHERE b.plan IS NOT NULL ORDER BY b.made_at DESC LIMIT $1",
            &[&MOST, &MOST_STATIONS],
        )
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Shared, HallError> {
    let key: String = row.try_get(0)?;
    let shared = Shared {
        key: BatchKey::new(key).map_err(|_| HallError::Hostile("a batch key"))?,
        identities: row.try_get(1)?,
        title: row.try_get(2)?,
        plan: row.try_get(3)?,
        proof: row.try_get::<_, Option<String>>(4)?.unwrap_or_default(),
        booths: row.try_get(5)?,
    };
    let lines = shared.booths.iter().chain([&shared.title, &shared.proof]);
    if shared.plan.len() > MAX_PLAN || lines.into_iter().any(|line| !is_line(line)) {
        return Err(HallError::Hostile("a shared batch"));
    }
    Ok(shared)
}

fn is_line(text: &str) -> bool {
    text.chars().count() <= 300 && !text.chars().any(char::is_control)
}

pub(super) async fn stations(client: &mut Client, batch: &BatchKey) -> Result<Vec<StationRow>, HallError> {
    let rows = client
        .query(
            "SELECT station, booth, (extract(epoch FROM seen_at) * 1000)::bigint FROM gradbooth.station
             WHERE batch = $1 ORDER BY booth LIMIT $2",
            &[&batch.as_str(), &MOST_STATIONS],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let (station, booth): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            if !is_line(&booth) {
                return Err(HallError::Hostile("a booth"));
            }
            Ok(StationRow {
                station: StationId::new(station).map_err(|_| HallError::Hostile("a station"))?,
                booth,
                seen_at: Timestamp(row.try_get(2)?),
            })
        })
        .collect()
}

pub(super) async fn seen(client: &mut Client, who: &Membership) -> Result<(), HallError> {
    client
        .execute(
            "UPDATE gradbooth.station SET seen_at = now() WHERE batch = $1 AND station = $2",
            &[&who.batch.as_str(), &who.station.as_str()],
        )
        .await?;
    Ok(())
}
