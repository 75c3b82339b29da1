//! Both sides of a conflict, as a person has to see them before deciding.

use domain::{ShotNumber, Stage, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Book, Conflict, FactId, StationId, TicketKey, TicketState};

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Side {
    /// Which ticket.
    pub ticket: TicketKey,
    /// Its number.
    pub number: ShotNumber,
    /// Where it stands now.
    pub stage: Stage,
    /// The station that says so.
    pub station: StationId,
    /// The booth, where one is named.
    pub booth: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// The fact of this side that can be kept, where one picture has to be chosen.
    pub shot: Option<FactId>,
}

impl Conflict {
    /// Its sides, in the order in which they happened; empty where there is only one.
    pub fn sides(&self, book: &Book) -> Vec<Side> {
        let mut sides: Vec<Side> = match self {
            Self::ShotTwice { facts, .. } => {
                let shots = book.tickets().flat_map(|t| t.shots.iter().map(move |shot| (t, shot)));
                shots
                    .filter(|(_, shot)| facts.contains(&shot.fact))
                    .map(|(t, shot)| Side {
                        station: shot.fact.station.clone(),
                        booth: Some(shot.booth.clone()),
                        at: shot.at,
                        shot: Some(shot.fact.clone()),
                        ..issued(t)
                    })
                    .collect()
            }
            Self::CalledTwice { ticket, booths, fact, .. } => match book.ticket(ticket) {
                Some(state) => {
                    let first = Side { booth: Some(booths[0].clone()), ..issued(state) };
                    let second = Side {
                        booth: Some(booths[1].clone()),
                        station: fact.station.clone(),
                        at: Timestamp(state.stamp.millis),
                        ..issued(state)
                    };
                    vec![first, second]
                }
                None => Vec::new(),
            },
            Self::TwoNumbers { code, .. } => book.by_code(code).into_iter().map(issued).collect(),
            Self::NumberDoubled { tickets, .. } => {
                tickets.iter().filter_map(|key| book.ticket(key)).map(issued).collect()
            }
            Self::StepLost { ticket, step, .. } => book
                .ticket(ticket)
                .map(|state| Side {
                    station: step.fact.station.clone(),
                    booth: step.booth.clone(),
                    ..issued(state)
                })
                .into_iter()
                .collect(),
            Self::SequenceReused { .. } => Vec::new(),
        };
        sides.sort_by(|a, b| (a.at, &a.ticket).cmp(&(b.at, &b.ticket)));
        sides
    }
}

/// The side of whoever gave the number out.
fn issued(state: &TicketState) -> Side {
    Side {
        ticket: state.key.clone(),
        number: state.number,
        stage: state.stage().clone(),
        station: state.key.station.clone(),
        booth: state.stage().booth().map(str::to_owned),
        at: state.issued_at,
        shot: None,
    }
}
