//! 空景, the picture of the empty seat: what is said about it before it is used.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Limit, Text};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlateAspect {
    /// 平整: one plain cloth or wall, without things, hard folds or shadows.
    Evenness,
    /// 色偏: white, grey or blue, and not the colour of a lamp.
    Cast,
    /// 左右光: both lamps alike.
    Balance,
    /// 曝光: neither dark nor blown out.
    Exposure,
}

/// How it came out, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// As it should be.
    Good,
    /// Will do; better mended.
    Warn,
    /// Spoils portraits: to be mended and shot again.
    Bad,
}

/// One short finding about a plate; there is one for each [`PlateAspect`], good ones included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlateNote {
    /// What.
    pub aspect: PlateAspect,
    /// How it came out.
    pub grade: Grade,
    /// The measured value in the unit of its limit.
    pub value: f64,
    /// What counts as good.
    pub limit: Limit,
    /// What was seen, and what to do if it is not good.
    pub text: Text,
}
