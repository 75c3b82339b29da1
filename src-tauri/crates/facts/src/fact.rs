//! Facts: all that stations tell each other. They are only ever added.

use domain::ticket::{Action, MAX_REASON};
use domain::{PaymentMethod, ShotNumber};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{BatchKey, CodeKey, FactError, FactId, Stamp, TicketKey};

/// Most bytes of one fact as JSON; the longest reason in Chinese takes less than a third.
pub const MAX_FACT: usize = 4096;
/// Highest number that is believed.
pub const MAX_NUMBER: i64 = 9_999_999;
/// Most 分 of one payment that are believed.
pub const MAX_AMOUNT_FEN: u32 = 1_000_000;
/// What stands for a reason in words where the batch keeps names and words at the booth.
pub const WITHHELD: &str = "-";

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its name.
    pub id: FactId,
    /// Of which batch.
    pub batch: BatchKey,
    /// When, in the order of all facts.
    pub stamp: Stamp,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Happening {
    /// 取号: a ticket was given out. Its key is this fact's id.
    Issued {
        /// 拍摄号.
        number: ShotNumber,
        /// Whose code, if one was read.
        code: Option<CodeKey>,
        /// Before the others.
        priority: bool,
        /// The picture was accepted before and is to be taken again.
        retake: bool,
        /// Only the station that wrote this may call it, until it says [`Happening::Released`].
        reserved: bool,
    },
    /// A step of the ticket's state machine.
    Stepped {
        /// Which.
        ticket: TicketKey,
        /// What was done.
        action: Action,
        /// The last fact of the ticket that the writer knew; an undo counts only if it is still the last.
        seen: FactId,
    },
    /// From here on only the writer may call it; counts only while it is at the writer's booth.
    Reserved {
        /// Which.
        ticket: TicketKey,
    },
    /// Everybody may call it again; counts only from the station that reserved it.
    Released {
        /// Which.
        ticket: TicketKey,
    },
    /// A code was read for a ticket that had none.
    CodeBound {
        /// Which.
        ticket: TicketKey,
        /// Whose.
        code: CodeKey,
    },
    /// 勘误: the code of a ticket was another one. Two people who were exchanged are two such facts.
    CodeCorrected {
        /// Which.
        ticket: TicketKey,
        /// Whose it is.
        code: CodeKey,
    },
    /// A fee was taken or proved.
    Paid {
        /// For which ticket, if there is one yet.
        ticket: Option<TicketKey>,
        /// For which line of the roster, by its keyed hash, where there is no ticket yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<CodeKey>,
        /// In 分.
        amount_fen: u32,
        /// How.
        method: PaymentMethod,
        /// By whom: an operator's account.
        cashier: String,
    },
    /// The accepted picture of this ticket is to be taken again.
    RetakeListed {
        /// Which.
        ticket: TicketKey,
    },
    /// Who it is. Only in a batch that lets names travel.
    Named {
        /// Which.
        ticket: TicketKey,
        /// 姓名.
        name: Option<String>,
        /// 学号.
        student_no: Option<String>,
    },
    /// Which line of the school's roster it is, without saying who: a keyed hash of the line's 学号 or 序号, which only
    /// stations with the same roster can follow.
    PersonBound {
        /// Which.
        ticket: TicketKey,
        /// Which line.
        person: CodeKey,
    },
    /// Somebody looked at a conflict and put it right.
    Settled {
        /// [`crate::Conflict::key`].
        conflict: String,
        /// What was found and done.
        reason: String,
        /// The picture that counts, where one had to be chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<FactId>,
    },
}

impl Fact {
    /// The ticket that it is about.
    pub fn ticket(&self) -> Option<&TicketKey> {
        match &self.what {
            Happening::Issued { .. } => Some(&self.id),
            Happening::Stepped { ticket, .. }
            | Happening::Reserved { ticket }
            | Happening::Released { ticket }
            | Happening::CodeBound { ticket, .. }
            | Happening::CodeCorrected { ticket, .. }
            | Happening::RetakeListed { ticket }
            | Happening::PersonBound { ticket, .. }
            | Happening::Named { ticket, .. } => Some(ticket),
            Happening::Paid { ticket, .. } => ticket.as_ref(),
            Happening::Settled { .. } => None,
        }
    }

    /// Whether it holds a name or an identity.
    pub fn is_identity(&self) -> bool {
        matches!(self.what, Happening::Named { .. })
    }

    /// Refuses what no station of this program writes.
    pub fn check(&self) -> Result<(), FactError> {
        let line = |text: &str, max| text.chars().count() <= max && !text.chars().any(char::is_control);
        let sound = match &self.what {
            Happening::Issued { number, .. } => (1..=MAX_NUMBER).contains(&number.0),
            Happening::Stepped { action, .. } => match action {
                Action::Call { booth }
                | Action::Recall { booth }
                | Action::Seat { booth }
                | Action::Shoot { booth } => !booth.is_empty() && line(booth, 64),
                Action::Refuse { reason } => line(reason, MAX_REASON),
                _ => true,
            },
            Happening::Paid { amount_fen, cashier, .. } => *amount_fen <= MAX_AMOUNT_FEN && line(cashier, 64),
            Happening::Named { name, student_no, .. } => {
                [name, student_no].into_iter().flatten().all(|text| line(text, 100))
            }
            Happening::Settled { conflict, reason, .. } => line(conflict, 300) && line(reason, MAX_REASON),
            _ => true,
        };
        let seqs = self.id.seq >= 1 && self.ticket().is_none_or(|ticket| ticket.seq >= 1);
        let fits = i64::try_from(self.id.seq).is_ok();
        if sound && seqs && fits && self.stamp.is_sane() { Ok(()) } else { Err(FactError::BadFact) }
    }

    /// As it travels: the words that stay at the booth taken out, unless the batch lets identities travel.
    pub fn for_hall(&self, identities: bool) -> Option<Self> {
        if identities {
            return Some(self.clone());
        }
        let mut fact = self.clone();
        match &mut fact.what {
            Happening::Named { .. } => return None,
            Happening::Stepped { action: Action::Refuse { reason }, .. }
            | Happening::Settled { reason, .. } => {
                *reason = WITHHELD.to_owned();
            }
            _ => {}
        }
        Some(fact)
    }
}
