//! 采集批次: one school, one place, one way of working.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

use crate::{BatchId, Day, Text, Timestamp};

/// Who pays, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FeeRule {
    /// Nobody pays here.
    None,
    /// 先缴费后拍照: unpaid people are not photographed.
    Prepaid {
        /// In 分.
        amount_fen: u32,
    },
    /// 现场缴费, to the unit.
    OnTheSpot {
        /// In 分.
        amount_fen: u32,
    },
}

/// Where the code is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// At the booth: the scan arms the sitting.
    Booth,
    /// At a desk, which gives a 拍摄号; the booth calls the numbers.
    Desk,
}

/// What people agree to before they are photographed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Consent {
    /// Name of the version, as it is recorded with everybody who agrees.
    pub version: String,
    /// The text itself; empty if the school has its own on paper.
    pub text: String,
}

/// 补采: what the notice tells those who miss the day. Printed below the list of the absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct MakeUpTerms {
    /// How, in the notice's own words, e.g. by a mini-program on the phone.
    pub words: String,
    /// From when.
    pub from: Option<Day>,
    /// For how much, in 分.
    pub fee_fen: Option<u32>,
}

/// What somebody writes down for a batch, or takes over from a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchPlan {
    /// 学校.
    pub school: String,
    /// First day.
    pub date: Day,
    /// 地点.
    #[serde(default)]
    pub place: String,
    /// 组 or 机位: which of several groups of the same day.
    #[serde(default)]
    pub group: String,
    /// Id of the photo standard.
    pub spec: String,
    /// Who pays, and when.
    pub fee: FeeRule,
    /// Where the code is read.
    pub way: Way,
    /// Read the code again at the seat. Only in the desk way.
    #[serde(default)]
    pub double_proof: bool,
    /// Whether the call screen may show masked names.
    #[serde(default)]
    pub masked_names: bool,
    /// How delivered files are named, e.g. `{college}/{student_no}`.
    #[serde(default)]
    pub naming: String,
    /// What people agree to.
    #[serde(default)]
    pub consent: Consent,
    /// Whether anything may leave over the network.
    #[serde(default)]
    pub upload_allowed: bool,
    /// What those are told who do not come.
    #[serde(default)]
    pub make_up: MakeUpTerms,
    /// The batch whose remaining people this make-up day is for.
    #[serde(default)]
    pub make_up_of: Option<BatchId>,
}

/// Longest school, place, group, spec, version.
const MAX_LINE: usize = 100;
/// Longest naming template.
const MAX_NAMING: usize = 300;
/// Longest consent text.
const MAX_CONSENT: usize = 20_000;
/// Longest words on the make-up.
const MAX_MAKE_UP: usize = 500;

/// What is wrong with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BatchFault {
    /// A field that must not be empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Too long, or holds control characters.
    #[error("{0} is too long or holds control characters")]
    NotALine(&'static str),
    /// A fee of nothing is no fee.
    #[error("the fee is zero")]
    ZeroFee,
    /// Two proofs need two places.
    #[error("double proof without a desk")]
    DoubleProofWithoutDesk,
}

impl BatchFault {
    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "batch_field_missing",
            Self::NotALine(_) => "batch_field_bad",
            Self::ZeroFee => "batch_fee_zero",
            Self::DoubleProofWithoutDesk => "batch_double_proof",
        }
    }

    /// What to put right.
    pub fn text(self) -> Text {
        match self {
            Self::Missing(field) => Text::new(
                format!("批次缺少“{}”，请填写。", in_chinese(field)),
                format!("The batch needs its {field}."),
            ),
            Self::NotALine(field) => Text::new(
                format!("批次的“{}”太长或含有控制字符，请改短。", in_chinese(field)),
                format!("The batch's {field} is too long or holds control characters."),
            ),
            Self::ZeroFee => Text::new(
                "费用为 0 元时请选择“不收费”。",
                "With a fee of nothing choose the rule without a fee.",
            ),
            Self::DoubleProofWithoutDesk => Text::new(
                "只有“登记台扫码”方式才能在座位上再次核对。",
                "Only the desk way can ask for the code again at the seat.",
            ),
        }
    }
}

fn in_chinese(field: &str) -> &str {
    match field {
        "school" => "学校",
        "place" => "地点",
        "group" => "组别",
        "spec" => "照片标准",
        "naming" => "命名规则",
        "consent version" => "告知书版本",
        "consent text" => "告知书",
        "make-up words" => "补采说明",
        other => other,
    }
}

impl BatchPlan {
    /// The first thing wrong with it.
    pub fn check(&self) -> Result<(), BatchFault> {
        for (name, text, required) in [
            ("school", &self.school, true),
            ("place", &self.place, false),
            ("group", &self.group, false),
            ("spec", &self.spec, true),
            ("consent version", &self.consent.version, !self.consent.text.trim().is_empty()),
        ] {
            if required && text.trim().is_empty() {
                return Err(BatchFault::Missing(name));
            }
            if text.chars().count() > MAX_LINE || text.chars().any(char::is_control) {
                return Err(BatchFault::NotALine(name));
            }
        }
        if self.naming.chars().count() > MAX_NAMING || self.naming.chars().any(char::is_control) {
            return Err(BatchFault::NotALine("naming"));
        }
        let text = &self.consent.text;
        if text.chars().count() > MAX_CONSENT || text.chars().any(|c| c.is_control() && !"\r\n\t".contains(c))
        {
            return Err(BatchFault::NotALine("consent text"));
        }
        let words = &self.make_up.words;
        if words.chars().count() > MAX_MAKE_UP || words.chars().any(|c| c.is_control() && !"\r\n".contains(c))
        {
            return Err(BatchFault::NotALine("make-up words"));
        }
        match self.fee {
            FeeRule::Prepaid { amount_fen: 0 } | FeeRule::OnTheSpot { amount_fen: 0 } => {
                Err(BatchFault::ZeroFee)
            }
            _ if self.double_proof && self.way == Way::Booth => Err(BatchFault::DoubleProofWithoutDesk),
            _ => Ok(()),
        }
    }
}

/// How a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Prepared, or put aside while another one is open.
    Ready,
    /// The one that is worked on.
    Open,
    /// Reconciled and ended.
    Sealed,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CaptureBatch {
    /// Row.
    pub id: BatchId,
    /// What was written down.
    pub plan: BatchPlan,
    /// How it stands.
    pub state: BatchState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was sealed.
    pub sealed_at: Option<Timestamp>,
    /// Why it was sealed although not everybody was accounted for.
    pub seal_reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> BatchPlan {
        BatchPlan {
            school: "某某大学".into(),
            date: Day::new(2026, 5, 13).unwrap(),
            place: "体育馆".into(),
            group: "1".into(),
            spec: "registry-safe".into(),
            fee: FeeRule::Prepaid { amount_fen: 1700 },
            way: Way::Desk,
            double_proof: true,
            masked_names: false,
            naming: String::new(),
            consent: Consent { version: "1".into(), text: "同意\n采集".into() },
            upload_allowed: false,
            make_up: MakeUpTerms::default(),
            make_up_of: None,
        }
    }

    #[test]
    fn a_whole_plan_passes_and_each_fault_is_named() {
        assert_eq!(plan().check(), Ok(()));
        let faults = [
            (BatchPlan { school: " ".into(), ..plan() }, BatchFault::Missing("school")),
            (BatchPlan { place: "a\u{1b}[2J".into(), ..plan() }, BatchFault::NotALine("place")),
            (BatchPlan { group: "长".repeat(101), ..plan() }, BatchFault::NotALine("group")),
            (BatchPlan { fee: FeeRule::OnTheSpot { amount_fen: 0 }, ..plan() }, BatchFault::ZeroFee),
            (BatchPlan { way: Way::Booth, ..plan() }, BatchFault::DoubleProofWithoutDesk),
            (
                BatchPlan { consent: Consent { version: String::new(), text: "x".into() }, ..plan() },
                BatchFault::Missing("consent version"),
            ),
            (
                BatchPlan {
                    make_up: MakeUpTerms { words: "长".repeat(501), ..Default::default() },
                    ..plan()
                },
                BatchFault::NotALine("make-up words"),
            ),
        ];
        for (plan, fault) in faults {
            assert_eq!(plan.check(), Err(fault));
        }
    }

    #[test]
    fn nothing_is_uploaded_unless_the_plan_says_so() {
        let json = r#"{"school":"x","date":"2026-05-13","spec":"s","fee":{"kind":"none"},"way":"booth"}"#;
        let plan: BatchPlan = serde_json::from_str(json).unwrap();
        assert!(!plan.upload_allowed && !plan.masked_names && !plan.double_proof);
    }
}
