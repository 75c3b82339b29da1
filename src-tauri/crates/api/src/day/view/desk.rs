//! Somebody at the desk.

use domain::{Arrival, CodeSource, Fingerprint, PaymentMethod, SubjectId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, TicketView};

/// What the desk has in hand: a code, a person, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct DeskRequest {
    /// The code, as a gun or a hand typed it.
    pub code: Option<String>,
    /// Or its number, as the camera read it; see [`crate::view::DeskCode`].
    #[ts(type = "number | null")]
    pub seen: Option<u64>,
    /// How a typed one came in; a gun if it is not said.
    pub source: Option<CodeSource>,
    /// Who, as far as the roster tells.
    pub subject: Option<SubjectId>,
}

/// Opens or leaves the desk: while it is open, codes that the camera sees go there and open no sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeskWatch {
    /// Which of both.
    pub open: bool,
}

/// What is known of somebody who stands at the desk, before a number is given out.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct DeskView {
    /// The code.
    pub fingerprint: Option<Fingerprint>,
    /// The person, if somebody was chosen, the typed text is a 学号, or the code came before.
    pub person: Option<Person>,
    /// The number that this code or person has already.
    pub ticket: Option<TicketView>,
    /// Whether the picture is to be taken again, and why.
    pub retake: Option<String>,
    /// How this fits the schedule.
    pub arrival: Arrival,
    /// Whether a number would be given out; otherwise why not.
    pub refusal: Option<crate::ApiError>,
}

/// Money, or a proof of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PaymentTaken {
    /// In 分; 0 where no money changed hands.
    pub amount_fen: u32,
    /// How.
    pub method: PaymentMethod,
    /// Who took it; the operator if it is not said.
    #[serde(default)]
    pub cashier: Option<String>,
}

/// 登记: gives out a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct CheckIn {
    /// The code, as a gun or a hand typed it.
    pub code: Option<String>,
    /// Or its number, as the camera read it; see [`crate::view::DeskCode`].
    #[ts(type = "number | null")]
    pub seen: Option<u64>,
    /// How a typed one came in; a gun if it is not said.
    pub source: Option<CodeSource>,
    /// Who, as far as the roster tells.
    pub subject: Option<SubjectId>,
    /// Money taken or a proof shown just now.
    pub payment: Option<PaymentTaken>,
    /// Agreed to the consent text of the batch.
    pub consent: bool,
    /// The ID card was looked at.
    pub id_card: bool,
    /// Before the others.
    pub priority: bool,
    /// The picture is to be taken again, for this reason; needed if there is one and the retake list knows nothing.
    pub retake_reason: Option<String>,
}

/// A number that was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Issued {
    /// The number.
    pub ticket: TicketView,
    /// How many are before it.
    pub ahead: u32,
    /// How this fits the schedule.
    pub arrival: Arrival,
}
