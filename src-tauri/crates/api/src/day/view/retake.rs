//! Pictures to be taken again, and who did not come.

use domain::{BatchId, RetakeId, ShotNumber, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Person;

/// Who asked for a picture to be taken again.
pub use store::RetakeSource;

/// Puts a picture on the retake list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RetakeRequest {
    /// The number under which it was taken.
    pub number: ShotNumber,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub source: RetakeSource,
    /// The person stands here: give out a new number at once, before the others.
    #[serde(default)]
    pub issue: bool,
}

/// A line of the retake list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RetakeView {
    /// Row.
    pub id: RetakeId,
    /// The number under which the picture was taken.
    pub number: ShotNumber,
    /// The person, where known.
    pub subject: Option<SubjectId>,
    /// 张*三, where known.
    pub masked_name: Option<String>,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub source: RetakeSource,
    /// When.
    pub at: Timestamp,
    /// The number for the retake, once it was given out.
    pub issued: Option<ShotNumber>,
    /// Whether the new picture is there.
    pub done: bool,
}

/// Which people of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct AbsentRequest {
    /// The open batch if it is not said.
    pub batch: Option<BatchId>,
    /// Only this 学院.
    pub college: Option<String>,
}

/// 未到, by 学院.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AbsentView {
    /// 学院; empty where the roster tells none.
    pub college: String,
    /// Who did not come. `fee` tells who is to be refunded.
    pub people: Vec<Person>,
    /// How many of them had paid.
    pub paid: u32,
}
