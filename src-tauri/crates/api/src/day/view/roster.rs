//! People of a roster.

use domain::{BatchId, FeeStanding, ShotNumber, Stage, Subject, SubjectId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TicketView;

/// Rows for the roster of a batch, as `sheets` has read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RosterApply {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// The rows, in the order of the sheet.
    pub subjects: Vec<Subject>,
    /// Only tell what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Also change name and ID number of people who have a number already. Without it such rows are refused, for a
    /// sheet with shifted columns would put names under other people's pictures.
    #[serde(default)]
    pub identities_too: bool,
}

/// What came of a roster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RosterReport {
    /// Which import this was, from 1; 0 for a dry run.
    pub generation: u32,
    /// New people.
    pub added: u32,
    /// People about whom something changed.
    pub changed: u32,
    /// People as they were.
    pub unchanged: u32,
    /// Rows that were not taken.
    pub refused: u32,
    /// Every row that was changed or refused, in order; rows count from 0.
    pub rows: Vec<RosterRow>,
}

/// What came of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RosterRow {
    /// Its place among the rows that were handed in, from 0.
    pub row: u32,
    /// What happened.
    pub outcome: store::RowOutcome,
}

/// Looks for people: 学号 or its beginning, characters of the name, or initials of its pinyin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// What was typed.
    pub text: String,
    /// At most so many; 20 if it is 0.
    #[serde(default)]
    pub limit: u32,
}

/// Which person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SubjectRequest {
    /// Row.
    pub subject: SubjectId,
}

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Person {
    /// Row of the roster.
    pub subject: SubjectId,
    /// 学号, or 序号 where there is none.
    pub key: String,
    /// 张*三.
    pub masked_name: Option<String>,
    /// 学院.
    pub college: Option<String>,
    /// 班级.
    pub class: Option<String>,
    /// What is known of the fee.
    pub fee: FeeStanding,
    /// Number of the latest ticket.
    pub number: Option<ShotNumber>,
    /// Where that stands.
    pub stage: Option<Stage>,
    /// Whether the person was added on the spot (补录).
    pub late_entry: bool,
}

/// One person with the whole identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PersonDetail {
    /// As in lists.
    pub person: Person,
    /// Everything that the school told.
    pub identity: Subject,
    /// Tickets, newest first.
    pub tickets: Vec<TicketView>,
}

/// 补录: adds a person who is not on the list or the bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LateEntryRequest {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Who; 学号 or 序号 is needed. `paid` says whether the fee was paid.
    pub subject: Subject,
    /// Why, e.g. which teacher added the person.
    pub reason: String,
}
