//! One person's time at the camera, as a state machine: what was asked for and what has happened go in, the next
//! state and what has to be done come out.
//!
//! The state changes by facts only. Asking to accept yields the effect [`Effect::Commit`]; the state moves on when
//! [`Input::Committed`] reports that the rows are on disk. If the disk refuses, the operator still sees the same
//! picture and can try again.

use crate::{
    CaptureCode, CodeSource, Fingerprint, PortraitId, ShotId, ShotNumber, SittingId, Timestamp, Verdict,
};

/// A sitting that the store knows as open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSitting {
    /// Its row.
    pub id: SittingId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The code, exactly as read: the only label that its shots can ever get.
    pub code: CaptureCode,
    /// How the code came in.
    pub source: CodeSource,
    /// When it was armed.
    pub opened_at: Timestamp,
    /// The accepted picture that this sitting would replace.
    pub retake_of: Option<PortraitId>,
}

/// An accepted picture that a code already has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierAccept {
    /// Its row; `None` if another booth of the hall has the picture.
    pub portrait: Option<PortraitId>,
    /// Under which number it was taken.
    pub number: ShotNumber,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// At which station.
    pub station: String,
}

/// A picture waiting for the operator's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Developed {
    /// Row of the shot.
    pub shot: ShotId,
    /// What the checks say.
    pub verdict: Verdict,
}

/// Where the station stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Phase {
    /// Waiting for a code.
    #[default]
    Idle,
    /// The program ended during this sitting; the operator must say whether the same person still sits there.
    Interrupted(OpenSitting),
    /// This code has an accepted picture already: 重拍 or cancel?
    AskRepeat {
        /// The code that was read again.
        code: CaptureCode,
        /// How.
        source: CodeSource,
        /// What it has.
        earlier: EarlierAccept,
    },
    /// May shoot.
    Armed(OpenSitting),
    /// The shutter was pressed; the portrait is being made.
    Developing(OpenSitting),
    /// The portrait stands beside the original.
    Reviewing {
        /// Whose.
        sitting: OpenSitting,
        /// Which.
        shot: Developed,
        /// Accept was pressed on a picture that should be shot again; the next press needs a reason.
        asking_reason: bool,
    },
}

impl Phase {
    /// The open sitting, in the phases that have one.
    pub fn sitting(&self) -> Option<&OpenSitting> {
        match self {
            Phase::Idle | Phase::AskRepeat { .. } => None,
            Phase::Interrupted(s) | Phase::Armed(s) | Phase::Developing(s) => Some(s),
            Phase::Reviewing { sitting, .. } => Some(sitting),
        }
    }
}

/// What somebody asks for, or what has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A code was read; `earlier` is what the store has for it.
    CodeRead {
        /// The code.
        code: CaptureCode,
        /// How it came in.
        source: CodeSource,
        /// Its accepted picture, if any.
        earlier: Option<EarlierAccept>,
    },
    /// Different codes in one picture.
    TwoCodes,
    /// The store has opened the sitting.
    Opened(OpenSitting),
    /// 重拍: shoot again a code that has an accepted picture.
    ConfirmRepeat,
    /// Go on with the interrupted sitting: the same person still sits there.
    Resume,
    /// The shutter.
    Shoot,
    /// The portrait is there.
    Developed(Developed),
    /// There is no portrait; the original, if any was taken, is kept.
    DevelopFailed,
    /// Accept the picture; a reason overrides its findings.
    Accept {
        /// Why it is accepted all the same.
        reason: Option<String>,
    },
    /// The picture and its outbox entry are on disk.
    Committed,
    /// Shoot the same person again.
    Again,
    /// Give up what is going on.
    Cancel,
    /// The store has closed the sitting.
    Closed,
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Open a sitting for this code, then report [`Input::Opened`].
    Open {
        /// The code.
        code: CaptureCode,
        /// How it came in.
        source: CodeSource,
        /// The picture that it would replace.
        retake_of: Option<PortraitId>,
    },
    /// Take a burst and make the portrait, then report [`Input::Developed`] or [`Input::DevelopFailed`].
    Expose(SittingId),
    /// Mark the shot as turned down by the operator.
    Reject(ShotId),
    /// Commit photo and outbox entry, then report [`Input::Committed`].
    Commit {
        /// Which sitting; the store checks it.
        sitting: SittingId,
        /// Which shot.
        shot: ShotId,
        /// Reason of an override.
        reason: Option<String>,
    },
    /// Close the sitting without a picture, then report [`Input::Closed`].
    Close {
        /// Which.
        sitting: SittingId,
        /// Whether it was left over from an earlier run of the program.
        left_behind: bool,
    },
}

/// Why something was not done. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No code, no picture.
    NothingArmed,
    /// Another code while a sitting is open; it has this number.
    OtherCode(ShotNumber),
    /// Two different codes at once: nobody can say whose turn it is.
    TwoCodes,
    /// The portrait is still being made.
    StillDeveloping,
    /// Nothing to accept or to shoot again.
    NothingToReview,
    /// A question is open and has to be answered first.
    AnswerFirst,
    /// The reason is missing or blank.
    ReasonNeeded,
    /// The report does not belong to what is going on.
    OutOfTurn,
}

/// Camera reads of a code that was just finished are ignored until it was out of sight for this long:
/// the student is still putting the phone away.
pub const LINGER_MS: i64 = 3_000;

/// Where the station stands and which codes it has just finished with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sitting {
    /// Where the station stands.
    pub phase: Phase,
    lingering: Option<(Fingerprint, Timestamp)>,
}

/// What follows from an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The new state.
    pub next: Sitting,
    /// What has to be done, in this order.
    pub effects: Vec<Effect>,
}

impl Sitting {
    /// The state after a start: idle, or asking about the sitting that was open when the program ended.
    pub fn at_start(unfinished: Option<OpenSitting>) -> Self {
        Self { phase: unfinished.map_or(Phase::Idle, Phase::Interrupted), lingering: None }
    }

    /// Decides. Pure: the caller performs the effects and reports what came of them.
    pub fn decide(&self, input: Input, now: Timestamp) -> Result<Decision, Refusal> {
        match input {
            Input::CodeRead { code, source, earlier } => self.code_read(code, source, earlier, now),
            Input::TwoCodes => Err(Refusal::TwoCodes),
            Input::Opened(sitting) => match self.phase {
                Phase::Idle | Phase::AskRepeat { .. } => Ok(self.to(Phase::Armed(sitting))),
                _ => Err(Refusal::OutOfTurn),
            },
            Input::ConfirmRepeat => self.confirm_repeat(),
            Input::Resume => match &self.phase {
                Phase::Interrupted(sitting) => Ok(self.to(Phase::Armed(sitting.clone()))),
                _ => Err(Refusal::OutOfTurn),
            },
            Input::Shoot => self.shoot(),
            Input::Developed(shot) => match &self.phase {
                Phase::Developing(sitting) => {
                    Ok(self.to(Phase::Reviewing { sitting: sitting.clone(), shot, asking_reason: false }))
                }
                _ => Err(Refusal::OutOfTurn),
            },
            Input::DevelopFailed => match &self.phase {
                Phase::Developing(sitting) => Ok(self.to(Phase::Armed(sitting.clone()))),
                _ => Err(Refusal::OutOfTurn),
            },
            Input::Accept { reason } => self.accept(reason),
            Input::Committed => match &self.phase {
                Phase::Reviewing { sitting, .. } => Ok(self.finished(sitting, now)),
                _ => Err(Refusal::OutOfTurn),
            },
            Input::Again => self.again(),
            Input::Cancel => self.cancel(now),
            Input::Closed => match &self.phase {
                // Left over from an earlier run: if its code is in sight now, that is a student who starts again.
                Phase::Interrupted(_) => Ok(self.to(Phase::Idle)),
                other => match other.sitting() {
                    Some(sitting) => Ok(self.finished(sitting, now)),
                    None => Err(Refusal::OutOfTurn),
                },
            },
        }
    }

    fn to(&self, phase: Phase) -> Decision {
        Decision { next: Self { phase, lingering: self.lingering.clone() }, effects: Vec::new() }
    }

    fn stay(&self, effects: Vec<Effect>) -> Decision {
        Decision { next: self.clone(), effects }
    }

    fn finished(&self, sitting: &OpenSitting, now: Timestamp) -> Decision {
        let lingering = Some((sitting.code.fingerprint(), now));
        Decision { next: Self { phase: Phase::Idle, lingering }, effects: Vec::new() }
    }

    fn code_read(
        &self,
        code: CaptureCode,
        source: CodeSource,
        earlier: Option<EarlierAccept>,
        now: Timestamp,
    ) -> Result<Decision, Refusal> {
        if source == CodeSource::Camera && self.lingers(&code, now) {
            // Still the phone of the one who has just been photographed: remember that it was seen, do nothing.
            let lingering = Some((code.fingerprint(), now));
            return Ok(Decision { next: Self { phase: self.phase.clone(), lingering }, effects: Vec::new() });
        }
        match &self.phase {
            Phase::Idle => Ok(match earlier {
                None => self.stay(vec![Effect::Open { code, source, retake_of: None }]),
                Some(earlier) => self.to(Phase::AskRepeat { code, source, earlier }),
            }),
            Phase::AskRepeat { code: asked, .. } if *asked == code => Ok(self.stay(Vec::new())),
            Phase::AskRepeat { .. } => Err(Refusal::AnswerFirst),
            Phase::Interrupted(sitting) if sitting.code == code => Ok(self.to(Phase::Armed(sitting.clone()))),
            Phase::Interrupted(_) => Err(Refusal::AnswerFirst),
            Phase::Armed(s) | Phase::Developing(s) | Phase::Reviewing { sitting: s, .. } => {
                if s.code == code { Ok(self.stay(Vec::new())) } else { Err(Refusal::OtherCode(s.number)) }
            }
        }
    }

    fn lingers(&self, code: &CaptureCode, now: Timestamp) -> bool {
        self.lingering.as_ref().is_some_and(|(fingerprint, seen)| {
            // A clock that was set back must not make a code linger for hours.
            *fingerprint == code.fingerprint() && (0..LINGER_MS).contains(&now.millis_since(*seen))
        })
    }

    fn confirm_repeat(&self) -> Result<Decision, Refusal> {
        match &self.phase {
            Phase::AskRepeat { code, source, earlier } => Ok(self.stay(vec![Effect::Open {
                code: code.clone(),
                source: *source,
                retake_of: earlier.portrait,
            }])),
            _ => Err(Refusal::OutOfTurn),
        }
    }

    fn shoot(&self) -> Result<Decision, Refusal> {
        match &self.phase {
            Phase::Armed(sitting) => Ok(Decision {
                next: Self { phase: Phase::Developing(sitting.clone()), lingering: self.lingering.clone() },
                effects: vec![Effect::Expose(sitting.id)],
            }),
            Phase::Developing(_) => Err(Refusal::StillDeveloping),
            Phase::Idle => Err(Refusal::NothingArmed),
            // Space on a picture under review would throw it away without a word: R is for that.
            Phase::Reviewing { .. } | Phase::AskRepeat { .. } | Phase::Interrupted(_) => {
                Err(Refusal::AnswerFirst)
            }
        }
    }

    fn accept(&self, reason: Option<String>) -> Result<Decision, Refusal> {
        let Phase::Reviewing { sitting, shot, asking_reason } = &self.phase else {
            return Err(match self.phase {
                Phase::Developing(_) => Refusal::StillDeveloping,
                _ => Refusal::NothingToReview,
            });
        };
        let commit =
            |reason| self.stay(vec![Effect::Commit { sitting: sitting.id, shot: shot.shot, reason }]);
        if shot.verdict != Verdict::Retake {
            return Ok(commit(None));
        }
        if !asking_reason {
            return Ok(self.to(Phase::Reviewing {
                sitting: sitting.clone(),
                shot: shot.clone(),
                asking_reason: true,
            }));
        }
        match reason.map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()) {
            Some(reason) => Ok(commit(Some(reason))),
            None => Err(Refusal::ReasonNeeded),
        }
    }

    fn again(&self) -> Result<Decision, Refusal> {
        match &self.phase {
            Phase::Reviewing { sitting, shot, .. } => Ok(Decision {
                next: Self { phase: Phase::Armed(sitting.clone()), lingering: self.lingering.clone() },
                effects: vec![Effect::Reject(shot.shot)],
            }),
            Phase::Developing(_) => Err(Refusal::StillDeveloping),
            _ => Err(Refusal::NothingToReview),
        }
    }

    fn cancel(&self, now: Timestamp) -> Result<Decision, Refusal> {
        match &self.phase {
            Phase::Idle => Ok(self.stay(Vec::new())),
            Phase::AskRepeat { code, .. } => {
                let lingering = Some((code.fingerprint(), now));
                Ok(Decision { next: Self { phase: Phase::Idle, lingering }, effects: Vec::new() })
            }
            Phase::Developing(_) => Err(Refusal::StillDeveloping),
            // First step back from the question, then out of the sitting.
            Phase::Reviewing { sitting, shot, asking_reason: true } => Ok(self.to(Phase::Reviewing {
                sitting: sitting.clone(),
                shot: shot.clone(),
                asking_reason: false,
            })),
            Phase::Reviewing { sitting, .. } | Phase::Armed(sitting) => {
                Ok(self.stay(vec![Effect::Close { sitting: sitting.id, left_behind: false }]))
            }
            Phase::Interrupted(sitting) => {
                Ok(self.stay(vec![Effect::Close { sitting: sitting.id, left_behind: true }]))
            }
        }
    }
}

#[cfg(test)]
#[path = "sitting_tests.rs"]
mod tests;
