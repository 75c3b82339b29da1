//! Everything a station knows of one batch: facts in any order and any number of times go in, one and the same state
//! comes out.

use std::collections::{BTreeMap, BTreeSet};

use domain::{PaymentMethod, PersonFacts, ShotNumber, Stage, TicketFact, call_order};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::conflict::{self, Conflict, Settlement, ShownConflict};
use crate::fold::{fold, order};
use crate::{CodeKey, Fact, FactError, FactId, Happening, Stamp, StationId, TicketKey, TicketState};

/// A fee that was taken or proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PaymentFact {
    /// Who says so.
    pub fact: FactId,
    /// For which ticket.
    pub ticket: Option<TicketKey>,
    /// In 分.
    pub amount_fen: u32,
    /// How.
    pub method: PaymentMethod,
    /// By whom.
    pub cashier: String,
}

#[derive(Debug, Default)]
struct Line {
    facts: BTreeMap<(Stamp, FactId), Fact>,
    state: Option<TicketState>,
}

/// The facts of one batch and what follows from them.
#[derive(Debug, Default)]
pub struct Book {
    lines: BTreeMap<TicketKey, Line>,
    payments: BTreeMap<FactId, PaymentFact>,
    settled: BTreeMap<String, Settlement>,
    known: BTreeMap<FactId, u64>,
    reused: BTreeSet<FactId>,
}

/// What an added fact did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was new.
    New,
    /// It was known; nothing has changed.
    Known,
    /// Its name is known with other contents. It was not taken; the conflict is shown.
    Reused,
}

impl Book {
    /// Takes a fact. In any order, any number of times.
    pub fn add(&mut self, fact: &Fact) -> Result<Added, FactError> {
        fact.check()?;
        let print = print(fact);
        match self.known.get(&fact.id) {
            Some(same) if *same == print => return Ok(Added::Known),
            Some(_) => {
                self.reused.insert(fact.id.clone());
                return Ok(Added::Reused);
            }
            None => {}
        }
        self.known.insert(fact.id.clone(), print);
        match &fact.what {
            Happening::Settled { conflict, reason, keep } => {
                let settlement = Settlement { reason: reason.clone(), keep: keep.clone(), stamp: fact.stamp };
                match self.settled.get(conflict) {
                    // The last word counts, whatever came in first.
                    Some(known) if known.stamp >= fact.stamp => {}
                    _ => {
                        self.settled.insert(conflict.clone(), settlement);
                    }
                }
            }
            Happening::Paid { ticket, amount_fen, method, cashier, .. } => {
                let payment = PaymentFact {
                    fact: fact.id.clone(),
                    ticket: ticket.clone(),
                    amount_fen: *amount_fen,
                    method: *method,
                    cashier: cashier.clone(),
                };
                self.payments.insert(fact.id.clone(), payment);
            }
            _ => {
                if let Some(ticket) = fact.ticket() {
                    let line = self.lines.entry(ticket.clone()).or_default();
                    line.facts.insert(order(fact), fact.clone());
                    line.state = fold(line.facts.values());
                }
            }
        }
        Ok(Added::New)
    }

    /// Every ticket.
    pub fn tickets(&self) -> impl Iterator<Item = &TicketState> {
        self.lines.values().filter_map(|line| line.state.as_ref())
    }

    /// One ticket.
    pub fn ticket(&self, key: &TicketKey) -> Option<&TicketState> {
        self.lines.get(key)?.state.as_ref()
    }

    /// The tickets that carry a number: one, unless it was doubled.
    pub fn by_number(&self, number: ShotNumber) -> Vec<&TicketState> {
        self.tickets().filter(|ticket| ticket.number == number).collect()
    }

    /// The tickets of a code, smallest number first.
    pub fn by_code(&self, code: &CodeKey) -> Vec<&TicketState> {
        let mut found: Vec<_> = self.tickets().filter(|ticket| ticket.code.as_ref() == Some(code)).collect();
        found.sort_by_key(|ticket| ticket.number);
        found
    }

    /// The ticket that a booth has called or has in its seat.
    pub fn at_booth(&self, booth: &str) -> Option<&TicketState> {
        self.tickets().find(|ticket| ticket.stage().booth() == Some(booth))
    }

    /// Who is next among those that `station` may call without asking anybody.
    pub fn next_reserved(&self, station: &StationId) -> Option<&TicketState> {
        self.tickets()
            .filter(|t| t.is_reserved_to(station) && *t.stage() == Stage::Waiting)
            .min_by_key(|t| call_order::key(t.number, &t.ticket))
    }

    /// The waiting in the order in which they are called, for a board.
    pub fn queue(&self) -> Vec<&TicketState> {
        let mut waiting: Vec<_> = self.tickets().filter(|t| *t.stage() == Stage::Waiting).collect();
        waiting.sort_by_key(|t| call_order::key(t.number, &t.ticket));
        waiting
    }

    /// Every fee, by the fact that says so.
    pub fn payments(&self) -> impl Iterator<Item = &PaymentFact> {
        self.payments.values()
    }

    /// Everything that people have to decide.
    pub fn conflicts(&self) -> Vec<ShownConflict> {
        let reused = self.reused.iter().map(|fact| Conflict::SequenceReused { fact: fact.clone() });
        conflict::find(self.tickets())
            .into_iter()
            .chain(reused)
            .map(|conflict| ShownConflict { settled: self.settled.get(&conflict.key()).cloned(), conflict })
            .collect()
    }

    /// What [`domain::reconcile`] needs of everybody with a ticket: tickets of one code are one person, a ticket
    /// without a code is one.
    pub fn people(&self) -> Vec<(Option<CodeKey>, PersonFacts)> {
        let mut by_code: BTreeMap<&CodeKey, Vec<&TicketState>> = BTreeMap::new();
        let mut people = Vec::new();
        for ticket in self.tickets() {
            match &ticket.code {
                Some(code) => by_code.entry(code).or_default().push(ticket),
                None => people.push((None, person(&[ticket]))),
            }
        }
        people.extend(by_code.into_iter().map(|(code, tickets)| (Some(code.clone()), person(&tickets))));
        people
    }

    /// Highest number that was given out.
    pub fn highest_number(&self) -> Option<ShotNumber> {
        self.tickets().map(|ticket| ticket.number).max()
    }

    /// How many facts it knows.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether it knows this fact.
    pub fn knows(&self, id: &FactId) -> bool {
        self.known.contains_key(id)
    }

    /// Whether another fact is known under this one's name.
    pub fn clashes(&self, fact: &Fact) -> bool {
        self.known.get(&fact.id).is_some_and(|known| *known != print(fact))
    }
}

fn person(tickets: &[&TicketState]) -> PersonFacts {
    let listed: u32 = tickets.iter().map(|t| t.retakes_listed).sum();
    let answered = tickets.iter().filter(|t| t.retake && *t.stage() == Stage::Shot).count();
    let tickets = tickets.iter().map(|t| TicketFact { number: t.number, stage: t.stage().clone() }).collect();
    PersonFacts { tickets, retake_open: listed as usize > answered }
}

/// Tells two facts with one name apart: as the hall has it, without the words that do not travel.
fn print(fact: &Fact) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let bare = fact.for_hall(false).unwrap_or_else(|| fact.clone());
    serde_json::to_string(&bare).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
