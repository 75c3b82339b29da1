//! Everything that is counted of a batch. Reads only, and as a rule beside the writer: see [`super::Reader`].

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::pace::{self, Pace};
use domain::reconcile::{EndState, PersonFacts, Reconciliation, TicketFact, end_state, reconcile as count};
use domain::{BatchId, SubjectId, TicketId, Timestamp};
use rusqlite::Connection;

use crate::table::ticket::{self, TicketRecord};
use crate::table::{correction, hall_ticket, late_entry, outbox_correction, payment};
use crate::{CashSum, StoreError};

/// One person of a batch: a line of the roster, or a code that came without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The line of the roster.
    pub subject: Option<SubjectId>,
    /// The tickets, oldest first.
    pub tickets: Vec<TicketRecord>,
    /// Where the person ends up.
    pub state: EndState,
}

/// What one booth did.
#[derive(Debug, Clone, PartialEq)]
pub struct BoothCount {
    /// Its name.
    pub booth: String,
    /// Accepted pictures.
    pub shot: u32,
    /// Median seconds from the code at the seat to the accepted picture.
    pub seat_seconds: Option<f64>,
}

/// How a batch goes.
#[derive(Debug, Clone, PartialEq)]
pub struct DayReport {
    /// 对账.
    pub counts: Reconciliation,
    /// Speed and waiting.
    pub pace: Pace,
    /// By booth.
    pub booths: Vec<BoothCount>,
    /// 补录.
    pub late_entries: u32,
    /// Pictures accepted against the checks.
    pub overrides: u32,
    /// Corrections that were made.
    pub corrections: u32,
    /// Handed-over pictures that are marked for correction, of any batch.
    pub corrections_due: u32,
    /// In how many shots each thing was found.
    pub findings: BTreeMap<String, u32>,
    /// What was taken in.
    pub cash: Vec<CashSum>,
}

fn open_retakes(db: &Connection, batch: BatchId) -> Result<HashSet<TicketId>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT ticket FROM retake WHERE batch = ?1 AND done_at IS NULL")?;
    let ids = statement.query_map([batch.0], |row| row.get(0).map(TicketId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

fn subject_ids(db: &Connection, batch: BatchId) -> Result<Vec<SubjectId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT id FROM subject WHERE batch = ?1 ORDER BY id")?;
    let ids = statement.query_map([batch.0], |row| row.get(0).map(SubjectId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// By what a person is told from others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Subject(SubjectId),
    Code(String),
    Ticket(TicketId),
}

/// Everybody of a batch, each once: the roster in its order, then those who came without a line.
pub(super) fn people(db: &Connection, batch: BatchId) -> Result<Vec<PersonRow>, StoreError> {
    let tickets = ticket::all(db, batch)?;
    // In a hall a code has one name at all booths, and its payload is where it was read only.
    let in_hall = hall_ticket::codes(db, batch)?;
    let code = |ticket: &TicketRecord| {
        let here = || ticket.fingerprint.as_ref().map(|code| code.as_str().to_owned());
        in_hall.get(&ticket.id).cloned().or_else(here)
    };
    // A code that was tied to a line of the roster once means that person with all its tickets.
    let mut of_code: HashMap<String, SubjectId> = HashMap::new();
    for ticket in &tickets {
        if let (Some(code), Some(subject)) = (code(ticket), ticket.subject) {
            of_code.insert(code, subject);
        }
    }
    let name = |ticket: &TicketRecord| match (ticket.subject, code(ticket)) {
        (Some(subject), _) => Name::Subject(subject),
        (None, Some(code)) => match of_code.get(&code) {
            Some(subject) => Name::Subject(*subject),
            None => Name::Code(code),
        },
        (None, None) => Name::Ticket(ticket.id),
    };
    let mut order: Vec<Name> = subject_ids(db, batch)?.into_iter().map(Name::Subject).collect();
    let mut of: HashMap<Name, Vec<TicketRecord>> = order.iter().map(|n| (n.clone(), Vec::new())).collect();
    for ticket in tickets {
        let name = name(&ticket);
        of.entry(name.clone())
            .or_insert_with(|| {
                order.push(name);
                Vec::new()
            })
            .push(ticket);
    }
    let retakes = open_retakes(db, batch)?;
    Ok(order
        .into_iter()
        .map(|name| {
            let tickets = of.remove(&name).unwrap_or_default();
            let state = end_state(&facts(&tickets, &retakes));
            let subject = if let Name::Subject(id) = name { Some(id) } else { None };
            PersonRow { subject, tickets, state }
        })
        .collect())
}

fn facts(tickets: &[TicketRecord], retakes: &HashSet<TicketId>) -> PersonFacts {
    PersonFacts {
        tickets: tickets
            .iter()
            .map(|t| TicketFact { number: t.number, stage: t.ticket.stage().clone() })
            .collect(),
        retake_open: tickets.iter().any(|t| retakes.contains(&t.id)),
    }
}

/// 对账.
pub(super) fn reconcile(db: &Connection, batch: BatchId) -> Result<Reconciliation, StoreError> {
    let retakes = open_retakes(db, batch)?;
    let all: Vec<_> = people(db, batch)?.iter().map(|person| facts(&person.tickets, &retakes)).collect();
    Ok(count(&all))
}

/// Station, opened, closed of every accepted sitting of a batch.
fn sittings(db: &Connection, batch: BatchId) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT s.station, s.closed_at - s.opened_at FROM ticket t JOIN ticket_sitting l ON l.ticket = t.id
         JOIN sitting s ON s.id = l.sitting WHERE t.batch = ?1 AND s.outcome = 'accepted' ORDER BY s.station",
    )?;
    let rows = statement.query_map([batch.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn overrides(db: &Connection, batch: BatchId) -> Result<u32, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM ticket t JOIN ticket_sitting l ON l.ticket = t.id
         JOIN portrait p ON p.sitting = l.sitting WHERE t.batch = ?1 AND p.override_reason IS NOT NULL",
    )?;
    Ok(statement.query_row([batch.0], |row| row.get(0))?)
}

fn findings(db: &Connection, batch: BatchId) -> Result<BTreeMap<String, u32>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT json_extract(f.value, '$.code'), count(DISTINCT h.id)
         FROM ticket t JOIN ticket_sitting l ON l.ticket = t.id JOIN shot h ON h.sitting = l.sitting,
              json_each(h.findings) f
         WHERE t.batch = ?1 GROUP BY 1",
    )?;
    let rows = statement.query_map([batch.0], |row| {
        Ok((row.get::<_, Option<String>>(0)?.unwrap_or_default(), row.get::<_, u32>(1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How a batch goes at `now`.
pub(super) fn report(db: &Connection, batch: BatchId, now: Timestamp) -> Result<DayReport, StoreError> {
    let counts = reconcile(db, batch)?;
    let sittings = sittings(db, batch)?;
    let mut booths: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (booth, millis) in &sittings {
        booths.entry(booth).or_default().push(*millis);
    }
    let here: Vec<String> = booths.keys().map(|booth| (*booth).to_owned()).collect();
    let mut booths: Vec<BoothCount> = booths
        .into_iter()
        .map(|(booth, times)| BoothCount {
            booth: booth.to_owned(),
            shot: times.len() as u32,
            seat_seconds: pace::median_seconds(times),
        })
        .collect();
    // What the other booths of the hall have said; their seconds stay with them.
    for (booth, shot) in hall_ticket::shot_by_booth(db, batch)? {
        if !here.contains(&booth) {
            booths.push(BoothCount { booth, shot, seat_seconds: None });
        }
    }
    Ok(DayReport {
        pace: pace(&ticket::all(db, batch)?, &sittings, counts, now),
        booths,
        late_entries: late_entry::count(db, batch)?,
        overrides: overrides(db, batch)?,
        corrections: correction::count(db, batch)?,
        corrections_due: outbox_correction::due(db)?.len() as u32,
        findings: findings(db, batch)?,
        cash: payment::sums(db, batch)?,
        counts,
    })
}

fn pace(
    tickets: &[TicketRecord],
    sittings: &[(String, i64)],
    counts: Reconciliation,
    now: Timestamp,
) -> Pace {
    let shot: Vec<Timestamp> = tickets.iter().filter_map(|t| t.shot_at).collect();
    let called = |t: &TicketRecord| t.ticket.place.first_called_at;
    let per_hour = pace::per_hour(&shot, now);
    let waiting = tickets.iter().filter(|t| *t.ticket.stage() == domain::Stage::Waiting);
    let longest = waiting.map(|t| now.millis_since(t.issued_at).max(0)).max();
    let queue = counts.waiting + counts.at_booth;
    let rest = queue + counts.passed + counts.held + counts.retake_due + counts.absent;
    Pace {
        per_hour,
        seat_seconds: pace::median_seconds(sittings.iter().map(|(_, millis)| *millis)),
        wait_seconds: pace::median_seconds(
            tickets.iter().filter_map(|t| Some(called(t)?.millis_since(t.issued_at))),
        ),
        walk_seconds: pace::median_seconds(
            tickets.iter().filter_map(|t| Some(t.seated_at?.millis_since(called(t)?))),
        ),
        longest_wait_seconds: longest.map(|millis| millis as f64 / 1000.0),
        queue_done_at: pace::eta(queue, per_hour, now),
        all_done_at: pace::eta(rest, per_hour, now),
    }
}
