//! Fees outside of a check-in.

use domain::{FeeStanding, PaymentMethod, ShotNumber, SubjectId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PaymentTaken;

/// Takes a fee outside of a check-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// From whom, by the roster.
    #[serde(default)]
    pub subject: Option<SubjectId>,
    /// Or by number.
    #[serde(default)]
    pub number: Option<ShotNumber>,
    /// What.
    pub payment: PaymentTaken,
}

/// What is known of a fee after a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct FeeView {
    /// What.
    pub fee: FeeStanding,
}

/// What a cashier took in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CashView {
    /// Who.
    pub cashier: String,
    /// How.
    pub method: PaymentMethod,
    /// How often.
    pub count: u32,
    /// In 分.
    #[ts(type = "number")]
    pub total_fen: u64,
}
