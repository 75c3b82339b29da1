//! What became of one ticket: a pure fold over its facts in their order, the same at every station and beside the
//! database.

use domain::ticket::{Action, Place};
use domain::{ShotNumber, Stage, Ticket, TicketRefusal, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CodeKey, Fact, FactId, Happening, Stamp, StationId, TicketKey};

/// A picture that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShotFact {
    /// Who says so.
    pub fact: FactId,
    /// At which booth.
    pub booth: String,
    /// When.
    pub at: Timestamp,
}

/// A step that came too late: the ticket had moved on where its writer did not see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LostStep {
    /// Which fact.
    pub fact: FactId,
    /// What it wanted.
    pub action: String,
    /// The booth that it named.
    pub booth: Option<String>,
    /// Where the ticket stood.
    pub stage: Stage,
}

/// A ticket as its facts tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TicketState {
    /// Its name.
    pub key: TicketKey,
    /// 拍摄号.
    pub number: ShotNumber,
    /// Whose code.
    pub code: Option<CodeKey>,
    /// Given out for taking an accepted picture again.
    pub retake: bool,
    /// Only this station may call it.
    pub reserved_to: Option<StationId>,
    /// When it was given out.
    pub issued_at: Timestamp,
    /// Where it stands.
    pub ticket: Ticket,
    /// The station that called it last.
    pub called_by: Option<StationId>,
    /// The last fact that counted.
    pub last: FactId,
    /// The latest stamp of its facts.
    pub stamp: Stamp,
    /// Every picture that was accepted; more than one is a conflict.
    pub shots: Vec<ShotFact>,
    /// Steps that came too late.
    pub lost: Vec<LostStep>,
    /// Its picture was put on the retake list so often.
    pub retakes_listed: u32,
    /// 姓名, where names travel.
    pub name: Option<String>,
    /// 学号, where identities travel.
    pub student_no: Option<String>,
    /// Which line of the roster, by its keyed hash.
    pub person: Option<CodeKey>,
}

impl TicketState {
    /// Where it stands.
    pub fn stage(&self) -> &Stage {
        self.ticket.stage()
    }

    /// Whether `station` may call it without asking anybody.
    pub fn is_reserved_to(&self, station: &StationId) -> bool {
        self.reserved_to.as_ref() == Some(station)
    }
}

/// Folds the facts of one ticket. `None` until the fact that gave it out is among them.
///
/// `facts` are sorted by [`order`]. An accepted picture always counts, also where the ticket had moved on: the picture
/// exists. Every other step that no longer fits is listed in [`TicketState::lost`].
pub fn fold<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Option<TicketState> {
    let mut state: Option<TicketState> = None;
    let mut early = Vec::new();
    for fact in facts {
        match (&mut state, &fact.what) {
            (None, Happening::Issued { number, code, priority, retake, reserved }) => {
                let at = Timestamp(fact.stamp.millis);
                state = Some(TicketState {
                    key: fact.id.clone(),
                    number: *number,
                    code: code.clone(),
                    retake: *retake,
                    reserved_to: reserved.then(|| fact.id.station.clone()),
                    issued_at: at,
                    ticket: Ticket::issued(*priority, at),
                    called_by: None,
                    last: fact.id.clone(),
                    stamp: fact.stamp,
                    shots: Vec::new(),
                    lost: Vec::new(),
                    retakes_listed: 0,
                    name: None,
                    student_no: None,
                    person: None,
                });
            }
            // Nobody writes about a ticket before it is given out; a hostile fact must not get lost all the same.
            (None, _) => early.push(fact),
            (Some(state), _) => state.add(fact),
        }
    }
    let mut state = state?;
    early.into_iter().for_each(|fact| state.add(fact));
    Some(state)
}

/// Sorts facts into the order in which they count.
pub fn order(fact: &Fact) -> (Stamp, FactId) {
    (fact.stamp, fact.id.clone())
}

impl TicketState {
    fn add(&mut self, fact: &Fact) {
        self.stamp = self.stamp.max(fact.stamp);
        let writer = &fact.id.station;
        match &fact.what {
            Happening::Stepped { action, seen, .. } => self.step(fact, action, seen),
            Happening::Reserved { .. }
                if self.stage().booth().is_some() && self.called_by.as_ref() == Some(writer) =>
            {
                self.reserved_to = Some(writer.clone());
            }
            Happening::Released { .. } if self.is_reserved_to(writer) => self.reserved_to = None,
            Happening::CodeBound { code, .. } if self.code.as_ref().is_none_or(|known| known == code) => {
                self.code = Some(code.clone());
            }
            Happening::CodeBound { .. } => self.lose(fact, "code_bound", None),
            Happening::CodeCorrected { code, .. } => self.code = Some(code.clone()),
            Happening::RetakeListed { .. } => self.retakes_listed += 1,
            // A line that was told first stays: two lines would be two people under one number.
            Happening::PersonBound { person, .. } => {
                self.person.get_or_insert_with(|| person.clone());
            }
            Happening::Named { name, student_no, .. } => {
                self.name = name.clone().or(self.name.take());
                self.student_no = student_no.clone().or(self.student_no.take());
            }
            _ => {}
        }
    }

    fn step(&mut self, fact: &Fact, action: &Action, seen: &FactId) {
        let at = Timestamp(fact.stamp.millis);
        let result = match action {
            // What is taken back must be what was seen last.
            Action::Undo if *seen != self.last => Err(TicketRefusal::NothingToUndo),
            _ => self.ticket.step(action, at),
        };
        if let Action::Shoot { booth } = action {
            self.shots.push(ShotFact { fact: fact.id.clone(), booth: booth.clone(), at });
        }
        match (result, action) {
            (Ok(next), _) => {
                self.ticket = next;
                self.last = fact.id.clone();
                if matches!(action, Action::Call { .. }) {
                    self.called_by = Some(fact.id.station.clone());
                }
            }
            (Err(_), Action::Shoot { booth }) => {
                self.lose(fact, action.name(), Some(booth.clone()));
                if *self.stage() != Stage::Shot {
                    let place = Place { stage: Stage::Shot, since: at, ..self.ticket.place.clone() };
                    self.ticket = Ticket { place, before: None };
                    self.last = fact.id.clone();
                }
            }
            (Err(_), Action::Call { booth } | Action::Recall { booth } | Action::Seat { booth }) => {
                self.lose(fact, action.name(), Some(booth.clone()));
            }
            (Err(_), _) => self.lose(fact, action.name(), None),
        }
    }

    fn lose(&mut self, fact: &Fact, action: &str, booth: Option<String>) {
        let stage = self.stage().clone();
        self.lost.push(LostStep { fact: fact.id.clone(), action: action.to_owned(), booth, stage });
    }
}
