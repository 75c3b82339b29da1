//! `subject`: the lines of the rosters.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What came of one row of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RowOutcome {
    /// A new person.
    Added,
    /// Something changed: names of the fields, no values.
    Changed {
        /// Which.
        fields: Vec<String>,
    },
    /// As it was.
    Unchanged,
    /// Not taken.
    Refused {
        /// Why.
        reason: RowRefusal,
    },
}

/// Why a row of a roster was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowRefusal {
    /// Neither 学号 nor 序号.
    NoKey,
    /// The same line stood further up.
    Repeated,
    /// Another line has the same 学号 and other contents: none of them is taken.
    Contradiction,
    /// Name or ID number differ from what was known when the person got a number.
    IdentityInUse,
    /// A field is too long or holds control characters.
    BadField,
}
