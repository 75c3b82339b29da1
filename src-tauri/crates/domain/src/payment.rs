//! 缴费: who may be let through.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::FeeRule;

/// What is known of somebody's fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FeeStanding {
    /// No fee in this batch.
    NoFee,
    /// 已缴费, by the roster or by a proof that was shown.
    Paid,
    /// 未缴费: on the bill and not paid.
    Unpaid,
    /// 不在账单: nobody has said that this person should pay; the teacher adds the person (补录).
    NotOnBill,
    /// 现场缴费: paid here.
    OnTheSpot,
}

/// How a fee was taken or proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// 现金.
    Cash,
    /// 微信.
    Wechat,
    /// 支付宝.
    Alipay,
    /// Card.
    Card,
    /// A proof of an earlier payment was shown; no money was taken.
    ProofShown,
    /// 免收; no money was taken.
    Waived,
}

impl PaymentMethod {
    /// Whether money changed hands.
    pub fn takes_money(self) -> bool {
        !matches!(self, Self::ProofShown | Self::Waived)
    }
}

/// The facts about somebody's fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Admission {
    /// What the roster says: paid, not paid, nothing.
    pub roster: Option<bool>,
    /// How a fee was taken or proved here.
    pub taken: Option<PaymentMethod>,
}

/// Why somebody is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FeeRefusal {
    /// Prepaid, and not paid.
    Unpaid,
    /// Prepaid, and not on the bill.
    NotOnBill,
    /// To be paid here first.
    PayHere,
}

impl Admission {
    /// What is known, under a rule.
    pub fn standing(self, rule: FeeRule) -> FeeStanding {
        match (rule, self.taken, self.roster) {
            (FeeRule::None, ..) => FeeStanding::NoFee,
            (_, Some(method), _) if method.takes_money() => FeeStanding::OnTheSpot,
            (_, Some(_), _) | (_, None, Some(true)) => FeeStanding::Paid,
            (_, None, Some(false)) => FeeStanding::Unpaid,
            (_, None, None) => FeeStanding::NotOnBill,
        }
    }

    /// Whether the person may have a number.
    pub fn admit(self, rule: FeeRule) -> Result<FeeStanding, FeeRefusal> {
        let standing = self.standing(rule);
        match (rule, standing) {
            (FeeRule::Prepaid { .. }, FeeStanding::Unpaid) => Err(FeeRefusal::Unpaid),
            (FeeRule::Prepaid { .. }, FeeStanding::NotOnBill) => Err(FeeRefusal::NotOnBill),
            (FeeRule::OnTheSpot { .. }, FeeStanding::Unpaid | FeeStanding::NotOnBill) => {
                Err(FeeRefusal::PayHere)
            }
            _ => Ok(standing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_fee_is_prepaid_the_unpaid_are_not_let_through() {
        let rule = FeeRule::Prepaid { amount_fen: 1700 };
        let admit = |roster, taken| Admission { roster, taken }.admit(rule);
        assert_eq!(admit(Some(true), None), Ok(FeeStanding::Paid));
        assert_eq!(admit(Some(false), None), Err(FeeRefusal::Unpaid));
        assert_eq!(admit(None, None), Err(FeeRefusal::NotOnBill));
        assert_eq!(admit(Some(false), Some(PaymentMethod::ProofShown)), Ok(FeeStanding::Paid));
        assert_eq!(admit(None, Some(PaymentMethod::Cash)), Ok(FeeStanding::OnTheSpot));
    }

    #[test]
    fn on_the_spot_nobody_passes_before_paying() {
        let rule = FeeRule::OnTheSpot { amount_fen: 2000 };
        assert_eq!(Admission::default().admit(rule), Err(FeeRefusal::PayHere));
        let paid = Admission { taken: Some(PaymentMethod::Wechat), ..Admission::default() };
        assert_eq!(paid.admit(rule), Ok(FeeStanding::OnTheSpot));
    }

    #[test]
    fn without_a_fee_everybody_passes() {
        assert_eq!(
            Admission { roster: Some(false), taken: None }.admit(FeeRule::None),
            Ok(FeeStanding::NoFee)
        );
    }
}
