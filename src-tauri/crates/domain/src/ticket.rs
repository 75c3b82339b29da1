//! 号: one person's place in the queue, as a state machine.
//!
//! ```text
//! waiting ──call──▶ called ──seat──▶ seated ──shot──▶ shot
//!    ▲                │ pass/hold      │ unseat (the sitting was cancelled)
//!    └──── back ──────┴─ passed, held  ▼ called
//! ```
//! Pure: who asked for what and when goes in, the next state or a refusal comes out. Every step but the picture itself
//! can be undone once, and undoing gives exactly the state before it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Timestamp;

/// Why somebody was sent away for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// Hair covers brows, ears or eyes.
    Hair,
    /// Glasses: tinted, glare, or not allowed here.
    Glasses,
    /// 衣领: high, straps, or nearly the colour of the background.
    Collar,
    /// Earrings, necklace, make-up.
    Jewellery,
    /// 身份证 not at hand.
    IdCard,
    /// The code cannot be read or is missing.
    Code,
    /// Has still to pay.
    Payment,
    /// Anything else.
    Other,
}

/// Where a ticket stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stage {
    /// 候拍: has a number and waits.
    Waiting,
    /// 已叫号, at this booth.
    Called {
        /// Which booth.
        booth: String,
    },
    /// In the seat of this booth: a sitting is open.
    Seated {
        /// Which booth.
        booth: String,
    },
    /// 已拍: the picture is accepted.
    Shot,
    /// 过号: was called and did not come.
    Passed,
    /// Gone to put something right.
    Held {
        /// What.
        reason: HoldReason,
    },
    /// Went away.
    Left,
    /// Was not photographed, for a reason that was written down.
    Refused {
        /// Why.
        reason: String,
    },
}

impl Stage {
    /// The booth that has this person now.
    pub fn booth(&self) -> Option<&str> {
        match self {
            Self::Called { booth } | Self::Seated { booth } => Some(booth),
            _ => None,
        }
    }

    /// Whether nothing more is expected.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Shot | Self::Left | Self::Refused { .. })
    }

    /// Name without its particulars, as it is stored and counted.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called { .. } => "called",
            Self::Seated { .. } => "seated",
            Self::Shot => "shot",
            Self::Passed => "passed",
            Self::Held { .. } => "held",
            Self::Left => "left",
            Self::Refused { .. } => "refused",
        }
    }
}

/// What can be undone and restored: everything of a ticket that steps change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Where it stands.
    pub stage: Stage,
    /// Called before the others.
    pub priority: bool,
    /// Since when it stands there.
    pub since: Timestamp,
    /// How often it came back after a pass or a hold.
    pub returns: u32,
    /// How often it was called again at the booth it was last called to.
    pub recalls: u32,
    /// When it was called first.
    pub first_called_at: Option<Timestamp>,
}

/// A ticket as the steps see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// What is.
    pub place: Place,
    /// What was before the last step, if that can be undone.
    pub before: Option<Place>,
}

/// What somebody does with a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// 叫号, to this booth.
    Call {
        /// Which.
        booth: String,
    },
    /// 重呼, by the booth that called.
    Recall {
        /// Which.
        booth: String,
    },
    /// 过号.
    Pass,
    /// Sent away to put something right.
    Hold {
        /// What.
        reason: HoldReason,
    },
    /// Came back after a pass, a hold, or after having left.
    Back,
    /// Goes away for good.
    Leave,
    /// Is not photographed.
    Refuse {
        /// Why.
        reason: String,
    },
    /// Put before the others, or back among them.
    Prioritise {
        /// Which of both.
        priority: bool,
    },
    /// The sitting was opened at this booth.
    Seat {
        /// Which.
        booth: String,
    },
    /// The sitting ended without a picture.
    Unseat,
    /// The picture was accepted at this booth.
    Shoot {
        /// Which.
        booth: String,
    },
    /// Takes back the last step.
    Undo,
}

impl Action {
    /// Its name, as the audit log has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Call { .. } => "call",
            Self::Recall { .. } => "recall",
            Self::Pass => "pass",
            Self::Hold { .. } => "hold",
            Self::Back => "back",
            Self::Leave => "leave",
            Self::Refuse { .. } => "refuse",
            Self::Prioritise { .. } => "prioritise",
            Self::Seat { .. } => "seat",
            Self::Unseat => "unseat",
            Self::Shoot { .. } => "shoot",
            Self::Undo => "undo",
        }
    }
}

/// Why a step was not taken. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketRefusal {
    /// Another booth has called this number, or has the person in its seat.
    AtBooth(String),
    /// This booth has called it already; call again with a recall.
    CalledHere,
    /// It has to be called first.
    NotCalled,
    /// A sitting is open; it has to be finished or cancelled first.
    InSeat,
    /// The picture is accepted.
    AlreadyShot,
    /// The step makes no sense where the ticket stands, which is this stage.
    NotFrom(&'static str),
    /// A reason is needed.
    ReasonNeeded,
    /// There is no step that can be taken back.
    NothingToUndo,
}

/// Longest reason.
pub const MAX_REASON: usize = 300;

impl Ticket {
    /// A number that was just given out.
    pub fn issued(priority: bool, now: Timestamp) -> Self {
        let place = Place {
            stage: Stage::Waiting,
            priority,
            since: now,
            returns: 0,
            recalls: 0,
            first_called_at: None,
        };
        Self { place, before: None }
    }

    /// The stage.
    pub fn stage(&self) -> &Stage {
        &self.place.stage
    }

    /// The ticket after `action`.
    pub fn step(&self, action: &Action, now: Timestamp) -> Result<Self, TicketRefusal> {
        if matches!(action, Action::Undo) {
            return self.undo();
        }
        let place = self.next(action, now)?;
        // What the seat does is undone at the seat: by cancelling the sitting, and after the accept not at all.
        let sealed = matches!(action, Action::Seat { .. } | Action::Unseat | Action::Shoot { .. });
        Ok(Self { place, before: (!sealed).then(|| self.place.clone()) })
    }

    fn undo(&self) -> Result<Self, TicketRefusal> {
        match (&self.place.stage, &self.before) {
            (Stage::Shot, _) => Err(TicketRefusal::AlreadyShot),
            (Stage::Seated { .. }, _) => Err(TicketRefusal::InSeat),
            (_, Some(before)) => Ok(Self { place: before.clone(), before: None }),
            (_, None) => Err(TicketRefusal::NothingToUndo),
        }
    }

    fn next(&self, action: &Action, now: Timestamp) -> Result<Place, TicketRefusal> {
        let place = &self.place;
        let to = |stage| Place { stage, since: now, ..place.clone() };
        let refused = || Err(self.refusal());
        match (action, &place.stage) {
            (Action::Call { booth }, Stage::Waiting | Stage::Passed | Stage::Held { .. }) => Ok(Place {
                recalls: 0,
                first_called_at: place.first_called_at.or(Some(now)),
                ..to(Stage::Called { booth: booth.clone() })
            }),
            (Action::Call { booth }, Stage::Called { booth: at }) if booth == at => {
                Err(TicketRefusal::CalledHere)
            }
            (Action::Recall { booth }, Stage::Called { booth: at }) if booth == at => {
                Ok(Place { recalls: place.recalls + 1, ..place.clone() })
            }
            (Action::Recall { .. } | Action::Pass | Action::Seat { .. }, Stage::Waiting) => {
                Err(TicketRefusal::NotCalled)
            }
            (Action::Pass, Stage::Called { .. }) => Ok(to(Stage::Passed)),
            (Action::Hold { reason }, Stage::Waiting | Stage::Called { .. }) => {
                Ok(to(Stage::Held { reason: *reason }))
            }
            (Action::Back, Stage::Passed | Stage::Held { .. } | Stage::Left) => {
                Ok(Place { returns: place.returns + 1, ..to(Stage::Waiting) })
            }
            (Action::Leave, stage) if !stage.is_final() && !matches!(stage, Stage::Seated { .. }) => {
                Ok(to(Stage::Left))
            }
            (Action::Refuse { reason }, stage)
                if !stage.is_final() && !matches!(stage, Stage::Seated { .. }) =>
            {
                let reason = reason.trim();
                if reason.is_empty() || reason.chars().count() > MAX_REASON {
                    return Err(TicketRefusal::ReasonNeeded);
                }
                Ok(to(Stage::Refused { reason: reason.to_owned() }))
            }
            (Action::Prioritise { priority }, stage)
                if !stage.is_final() && !matches!(stage, Stage::Seated { .. }) =>
            {
                Ok(Place { priority: *priority, ..place.clone() })
            }
            (Action::Seat { booth }, Stage::Called { booth: at }) if booth == at => {
                Ok(to(Stage::Seated { booth: booth.clone() }))
            }
            (Action::Unseat, Stage::Seated { booth }) => Ok(to(Stage::Called { booth: booth.clone() })),
            (Action::Shoot { booth }, Stage::Seated { booth: at }) if booth == at => Ok(to(Stage::Shot)),
            _ => refused(),
        }
    }

    fn refusal(&self) -> TicketRefusal {
        match &self.place.stage {
            Stage::Shot => TicketRefusal::AlreadyShot,
            Stage::Seated { .. } => TicketRefusal::InSeat,
            Stage::Called { booth } => TicketRefusal::AtBooth(booth.clone()),
            other => TicketRefusal::NotFrom(other.name()),
        }
    }
}

#[cfg(test)]
#[path = "ticket_tests.rs"]
mod tests;
