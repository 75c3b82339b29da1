//! The hall's database as a booth uses it. Every method is one exchange with a deadline; after an error that
//! [`HallError::cuts_off`] the value is of no more use and a new one has to be connected.

mod shares;

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ticket::Action;
use domain::{ShotNumber, TicketRefusal, Timestamp};
use tokio_postgres::{Client, GenericClient, Row};

use crate::wire::Wire;
use crate::{
    BatchKey, BoothName, CodeKey, Cursor, Fact, FactId, HallError, HallSettings, Happening, MAX_FACT,
    MAX_NUMBER, NumberRange, StampClock, StationId, TicketKey, TicketState, project, schema,
};

/// The channel of `LISTEN/NOTIFY`; the payload is the batch.
pub const CHANNEL: &str = "gradbooth_hall";
/// Most facts of one page, either way.
pub const PAGE: usize = 500;
/// How often an exchange is tried when the database says that two got in each other's way.
const TRIES: u32 = 4;

/// Who takes part in what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The data folder.
    pub station: StationId,
    /// What people call it; no other station of the batch has this name.
    pub booth: BoothName,
    /// The batch as all booths call it.
    pub batch: BatchKey,
    /// Whether names and IDs may travel. All booths of a batch say the same.
    pub identities: bool,
}

/// How the hall stands when a booth comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Place of the last fact.
    pub last_pos: u64,
    /// Highest sequence number that the hall has of this station.
    pub own_seq: u64,
    /// Whether the fact at the cursor is the one that was read there.
    pub remembers: bool,
}

/// What became of facts that were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// The hall has them, from now or from before.
    pub taken: Vec<FactId>,
    /// The hall has other facts under these names.
    pub reused: Vec<FactId>,
}

/// Which ticket is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Whoever is next.
    Next,
    /// This one.
    Ticket(TicketKey),
}

/// A batch in the hall's database, as the booth that shared it has described it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Its name in the hall.
    pub key: BatchKey,
    /// Whether names and IDs may travel.
    pub identities: bool,
    /// School, date and place, for people who choose.
    pub title: String,
    /// The plan as JSON, so that the other booths need not type it.
    pub plan: String,
    /// Tells whether somebody has the batch's secret, and not what it is.
    pub proof: String,
    /// Booths that take part.
    pub booths: Vec<String>,
}

/// A station of a batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct StationRow {
    /// Its data folder.
    pub station: StationId,
    /// What people call it.
    pub booth: String,
    /// When the hall heard of it last, by the hall's clock.
    pub seen_at: Timestamp,
}

/// A connection to the hall's database.
pub struct Server {
    wire: Wire,
}

impl Server {
    /// Connects, makes the tables where they are missing, and looks whether they are ours. Blocks for at most
    /// [`HallSettings::connect_within`] and one more answer; call it where nobody waits.
    pub fn connect(settings: &HallSettings) -> Result<Self, HallError> {
        let mut wire = Wire::connect(settings)?;
        wire.run(schema::migrate)?;
        Ok(Self { wire })
    }

    /// Tells the hall that this station takes part, and whether the hall is the one that `cursor` speaks of.
    /// `highest` is the highest number that this station knows of or holds: the hall gives out greater ones.
    pub fn enter(
        &mut self,
        who: &Membership,
        cursor: &Cursor,
        highest: ShotNumber,
    ) -> Result<Standing, HallError> {
        self.wire.run(|client| enter(client, who, cursor, highest))
    }

    /// Sends facts, at most [`PAGE`]. Sending again changes nothing.
    pub fn send(&mut self, who: &Membership, facts: &[Fact]) -> Result<Sent, HallError> {
        let facts = facts.get(..PAGE).unwrap_or(facts);
        self.retry(|wire| wire.run(|client| send(client, who, facts)))
    }

    /// The facts after `cursor`, at most [`PAGE`], and the cursor behind them.
    pub fn pull(&mut self, batch: &BatchKey, cursor: &Cursor) -> Result<(Vec<Fact>, Cursor), HallError> {
        self.wire.run(|client| pull(client, batch, cursor))
    }

    /// Calls somebody to `booth`: locks one row that nobody else has locked, and writes the fact under `id`.
    /// `None` if nobody waits.
    pub fn claim(
        &mut self,
        who: &Membership,
        (wanted, booth): (&Wanted, &BoothName),
        id: &FactId,
        clock: &mut StampClock,
        now: Timestamp,
    ) -> Result<Option<Fact>, HallError> {
        self.retry(|wire| wire.run(|client| claim(client, who, (wanted, booth), id, clock, now)))
    }

    /// The next number of the hall; refuses a code that has one. Nobody else gets this number; unused, it is a gap.
    pub fn take_number(
        &mut self,
        batch: &BatchKey,
        code: Option<&CodeKey>,
        retake: bool,
    ) -> Result<ShotNumber, HallError> {
        self.wire.run(|client| take_number(client, batch, code, retake))
    }

    /// Reserves numbers for a station.
    pub fn reserve(&mut self, who: &Membership, count: u32) -> Result<NumberRange, HallError> {
        self.wire.run(|client| reserve(client, who, count))
    }

    /// Shares a batch with the hall. A batch that is there already stays as it is.
    pub fn share(&mut self, batch: &Shared) -> Result<(), HallError> {
        self.wire.run(|client| shares::share(client, batch))
    }

    /// The batches that are shared here, newest first.
    pub fn shared(&mut self) -> Result<Vec<Shared>, HallError> {
        self.wire.run(shares::shared)
    }

    /// Who takes part in a batch, and when each was heard of last.
    pub fn stations(&mut self, batch: &BatchKey) -> Result<Vec<StationRow>, HallError> {
        self.wire.run(|client| shares::stations(client, batch))
    }

    /// This station is still here.
    pub fn seen(&mut self, who: &Membership) -> Result<(), HallError> {
        self.wire.run(|client| shares::seen(client, who))
    }

    /// Asks to be told of changes.
    pub fn listen(&mut self) -> Result<(), HallError> {
        self.wire.run(|client| async move { Ok(client.batch_execute("LISTEN gradbooth_hall").await?) })
    }

    /// Waits for a change: whether one was told. Only after [`Server::listen`].
    pub fn wait(&mut self, at_most: Duration) -> Result<bool, HallError> {
        self.wire.listen(at_most)
    }

    /// Whether the server still answers.
    pub fn ping(&mut self) -> Result<(), HallError> {
        self.wire.run(|client| async move { Ok(client.batch_execute("").await?) })
    }

    fn retry<T>(
        &mut self,
        mut exchange: impl FnMut(&mut Wire) -> Result<T, HallError>,
    ) -> Result<T, HallError> {
        let mut tries = 1;
        loop {
            match exchange(&mut self.wire) {
                // Deadlock, serialization failure: nothing has happened, and the other one is through now.
                Err(HallError::Database(state))
                    if tries < TRIES && (state == "40P01" || state == "40001") =>
                {
                    tries += 1;
                }
                result => return result,
            }
        }
    }
}

/// A place or a number, as such numbers can be.
fn counted(value: i64, what: &'static str) -> Result<u64, HallError> {
    u64::try_from(value).map_err(|_| HallError::Hostile(what))
}

fn number(value: i64) -> Result<ShotNumber, HallError> {
    if (1..=MAX_NUMBER).contains(&value) {
        Ok(ShotNumber(value))
    } else {
        Err(HallError::Hostile("a number"))
    }
}

/// A fact as the database has it.
pub(crate) fn read_fact(row: &Row, column: usize, batch: &BatchKey) -> Result<Fact, HallError> {
    let body: &str = row.try_get(column)?;
    if body.len() > MAX_FACT {
        return Err(HallError::Hostile("a fact's size"));
    }
    let fact: Fact = serde_json::from_str(body).map_err(|_| HallError::Hostile("a fact"))?;
    if fact.check().is_err() || fact.batch != *batch {
        return Err(HallError::Hostile("a fact's contents"));
    }
    Ok(fact)
}

async fn enter(
    client: &mut Client,
    who: &Membership,
    cursor: &Cursor,
    highest: ShotNumber,
) -> Result<Standing, HallError> {
    let (batch, station) = (who.batch.as_str(), who.station.as_str());
    let tx = client.transaction().await?;
    tx.execute(
        "INSERT INTO gradbooth.batch (key, identities) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &[&batch, &who.identities],
    )
    .await?;
    let row = tx
        .query_one(
            "UPDATE gradbooth.batch SET next_number = greatest(next_number, $2) WHERE key = $1
             RETURNING last_pos, identities",
            &[&batch, &(highest.0 + 1)],
        )
        .await?;
    if row.try_get::<_, bool>(1)? != who.identities {
        return Err(HallError::OtherRule);
    }
    let last_pos = counted(row.try_get(0)?, "a place")?;
    let entered = tx
        .execute(
            "INSERT INTO gradbooth.station (batch, station, booth) VALUES ($1, $2, $3)
             ON CONFLICT (batch, station) DO UPDATE SET booth = excluded.booth, seen_at = now()",
            &[&batch, &station, &who.booth.as_str()],
        )
        .await;
    match entered.map_err(HallError::from) {
        Err(HallError::Database(state)) if state == "23505" => return Err(HallError::BoothTaken),
        other => other?,
    };
    let own: i64 = tx
        .query_one("SELECT coalesce(max(seq), 0) FROM gradbooth.fact WHERE station = $1", &[&station])
        .await?
        .try_get(0)?;
    let remembers = match &cursor.last {
        None => true,
        Some(id) => {
            let (pos, seq) = (cursor.pos as i64, id.seq as i64);
            tx.query_opt(
                "SELECT 1 FROM gradbooth.fact WHERE batch = $1 AND pos = $2 AND station = $3 AND seq = $4",
                &[&batch, &pos, &id.station.as_str(), &seq],
            )
            .await?
            .is_some()
        }
    };
    tx.commit().await?;
    Ok(Standing { last_pos, own_seq: counted(own, "a sequence number")?, remembers })
}

async fn send(client: &mut Client, who: &Membership, facts: &[Fact]) -> Result<Sent, HallError> {
    let tx = client.transaction().await?;
    let keys: BTreeSet<TicketKey> = facts.iter().filter_map(Fact::ticket).cloned().collect();
    project::lock_tickets(&tx, &keys).await?;
    let sent = project::append(&tx, who, facts).await?;
    tx.commit().await?;
    Ok(sent)
}

async fn pull(
    client: &mut Client,
    batch: &BatchKey,
    cursor: &Cursor,
) -> Result<(Vec<Fact>, Cursor), HallError> {
    let from = i64::try_from(cursor.pos).map_err(|_| HallError::Hostile("a place"))?;
    let rows = client
        .query(
            "SELECT pos, station, seq, body FROM gradbooth.fact WHERE batch = $1 AND pos > $2 ORDER BY pos LIMIT $3",
            &[&batch.as_str(), &from, &(PAGE as i64)],
        )
        .await?;
    if rows.len() > PAGE {
        return Err(HallError::Hostile("more rows than asked for"));
    }
    let mut next = cursor.clone();
    let mut facts = Vec::with_capacity(rows.len());
    for row in &rows {
        // Places are handed out under the batch's row lock: without gaps, and seen in their order.
        if counted(row.try_get(0)?, "a place")? != next.pos + 1 {
            return Err(HallError::Hostile("a gap between places"));
        }
        let fact = read_fact(row, 3, batch)?;
        let (station, seq): (&str, i64) = (row.try_get(1)?, row.try_get(2)?);
        if fact.id.station.as_str() != station || fact.id.seq != counted(seq, "a sequence number")? {
            return Err(HallError::Hostile("a fact under another name"));
        }
        next = Cursor { pos: next.pos + 1, last: Some(fact.id.clone()) };
        facts.push(fact);
    }
    Ok((facts, next))
}

async fn claim(
    client: &mut Client,
    who: &Membership,
    (wanted, booth): (&Wanted, &BoothName),
    id: &FactId,
    clock: &mut StampClock,
    now: Timestamp,
) -> Result<Option<Fact>, HallError> {
    let (batch, station, booth) = (who.batch.as_str(), who.station.as_str(), booth.as_str());
    let tx = client.transaction().await?;
    // One claim per booth at a time, also over a connection that was given up and still works on.
    tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", &[&format!("{batch}/{booth}")])
        .await?;
    let busy = tx
        .query_opt(
            "SELECT number FROM gradbooth.ticket WHERE batch = $1 AND booth = $2 ORDER BY number LIMIT 1",
            &[&batch, &booth],
        )
        .await?;
    if let Some(row) = busy {
        return Err(HallError::BoothBusy(number(row.try_get(0)?)?));
    }
    let row = match wanted {
        Wanted::Next => {
            let next = tx
                .query_opt(
                    "SELECT station, seq FROM gradbooth.ticket WHERE batch = $1 AND stage = 'waiting'
                        AND (reserved_to IS NULL OR reserved_to = $2)
                     ORDER BY priority DESC, (returns = 0), number LIMIT 1 FOR UPDATE SKIP LOCKED",
                    &[&batch, &station],
                )
                .await?;
            let Some(row) = next else { return Ok(None) };
            row
        }
        Wanted::Ticket(key) => tx
            .query_opt(
                "SELECT station, seq FROM gradbooth.ticket WHERE batch = $1 AND station = $2 AND seq = $3
                    AND (reserved_to IS NULL OR reserved_to = $4) FOR UPDATE",
                &[&batch, &key.station.as_str(), &(key.seq as i64), &station],
            )
            .await?
            .ok_or(HallError::NotOurs)?,
    };
    let key = key_of(&row)?;
    let state = project::state(&tx, &who.batch, &key).await?;
    clock.observe(state.stamp);
    let fact = Fact {
        id: id.clone(),
        batch: who.batch.clone(),
        stamp: clock.tick(now),
        what: Happening::Stepped {
            ticket: key,
            action: Action::Call { booth: booth.to_owned() },
            seen: state.last.clone(),
        },
    };
    check_call(&state, booth, now)?;
    let sent = project::append(&tx, who, std::slice::from_ref(&fact)).await?;
    if !sent.reused.is_empty() {
        return Err(HallError::Hostile("a sequence number that was not used"));
    }
    tx.commit().await?;
    Ok(Some(fact))
}

/// What the ticket's own rules say to a call.
pub(crate) fn check_call(state: &TicketState, booth: &str, now: Timestamp) -> Result<(), HallError> {
    let refused = |refusal: TicketRefusal| HallError::Ticket(state.number, refusal);
    state.ticket.step(&Action::Call { booth: booth.to_owned() }, now).map(|_| ()).map_err(refused)
}

pub(crate) fn key_of(row: &Row) -> Result<TicketKey, HallError> {
    let (station, seq): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
    let station = StationId::new(station).map_err(|_| HallError::Hostile("a station"))?;
    Ok(FactId { station, seq: counted(seq, "a sequence number")? })
}

async fn take_number(
    client: &mut Client,
    batch: &BatchKey,
    code: Option<&CodeKey>,
    retake: bool,
) -> Result<ShotNumber, HallError> {
    let tx = client.transaction().await?;
    let taken = tx
        .query_one(
            "UPDATE gradbooth.batch SET next_number = next_number + 1 WHERE key = $1 RETURNING next_number - 1",
            &[&batch.as_str()],
        )
        .await?;
    if let Some(code) = code {
        refuse_known_code(&tx, batch, code, retake).await?;
    }
    let taken = number(taken.try_get(0)?)?;
    tx.commit().await?;
    Ok(taken)
}

async fn refuse_known_code(
    tx: &impl GenericClient,
    batch: &BatchKey,
    code: &CodeKey,
    retake: bool,
) -> Result<(), HallError> {
    let known = tx
        .query_opt(
            "SELECT number, stage FROM gradbooth.ticket WHERE batch = $1 AND code = $2
                AND stage NOT IN ('left', 'refused') AND NOT (stage = 'shot' AND $3)
             ORDER BY (stage = 'shot') DESC, number LIMIT 1",
            &[&batch.as_str(), &code.as_str(), &retake],
        )
        .await?;
    let Some(row) = known else { return Ok(()) };
    let had = number(row.try_get(0)?)?;
    Err(if row.try_get::<_, &str>(1)? == "shot" {
        HallError::AlreadyShot(had)
    } else {
        HallError::HasNumber(had)
    })
}

async fn reserve(client: &mut Client, who: &Membership, count: u32) -> Result<NumberRange, HallError> {
    let (batch, station) = (who.batch.as_str(), who.station.as_str());
    let tx = client.transaction().await?;
    let row = tx
        .query_one(
            "UPDATE gradbooth.batch SET next_number = next_number + $2 WHERE key = $1
             RETURNING next_number - $2, next_number - 1",
            &[&batch, &i64::from(count.max(1))],
        )
        .await?;
    let range = NumberRange { first: number(row.try_get(0)?)?, last: number(row.try_get(1)?)? };
    if range.last < range.first {
        return Err(HallError::Hostile("a number range"));
    }
    tx.execute(
        "INSERT INTO gradbooth.number_range (batch, station, first, last) VALUES ($1, $2, $3, $4)",
        &[&batch, &station, &range.first.0, &range.last.0],
    )
    .await?;
    tx.commit().await?;
    Ok(range)
}
