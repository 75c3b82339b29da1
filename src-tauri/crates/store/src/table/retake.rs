//! `retake`: pictures that are to be taken again.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who asked for a picture to be taken again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RetakeSource {
    /// Somebody of the crew looked at it.
    Reviewer,
    /// 初审失败, 核验异常: the results that came back.
    Results,
    /// The student, at the exit.
    Student,
}
