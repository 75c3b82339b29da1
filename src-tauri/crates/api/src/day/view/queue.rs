//! The queue, for the crew and for everybody.

use domain::{Arrival, Fingerprint, HoldReason, ShotNumber, Stage, SubjectId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A ticket on a screen of the crew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TicketView {
    /// Row.
    pub id: TicketId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// Where it stands.
    pub stage: Stage,
    /// Before the others.
    pub priority: bool,
    /// Since when it stands there.
    pub since: Timestamp,
    /// When the number was given out.
    pub issued_at: Timestamp,
    /// How often it was called again.
    pub recalls: u32,
    /// How often it came back.
    pub returns: u32,
    /// Whether the last step can be taken back.
    pub undoable: bool,
    /// The person, where known.
    pub subject: Option<SubjectId>,
    /// 张*三, where known.
    pub masked_name: Option<String>,
    /// 学院, where known.
    pub college: Option<String>,
    /// The code, where it was read.
    pub fingerprint: Option<Fingerprint>,
    /// How the coming fitted the schedule.
    pub arrival: Arrival,
    /// Why the picture is taken again, if it is.
    pub retake_reason: Option<String>,
}

/// Which booth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct BoothRequest {
    /// Its name; this station if it is not said.
    pub booth: Option<String>,
}

/// Which number, at which booth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CallRequest {
    /// 拍摄号.
    pub number: ShotNumber,
    /// Name of the booth; this station if it is not said.
    #[serde(default)]
    pub booth: Option<String>,
}

/// Which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NumberRequest {
    /// 拍摄号.
    pub number: ShotNumber,
}

/// Sends somebody away for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HoldRequest {
    /// 拍摄号.
    pub number: ShotNumber,
    /// What is to be put right.
    pub reason: HoldReason,
}

/// Does not photograph somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// 拍摄号.
    pub number: ShotNumber,
    /// Why.
    pub reason: String,
}

/// Puts somebody before the others, or back among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PrioritiseRequest {
    /// 拍摄号.
    pub number: ShotNumber,
    /// Which of both.
    pub priority: bool,
}

/// Ties a number to a line of the roster, where nobody knew it before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// 拍摄号.
    pub number: ShotNumber,
    /// Row of the roster.
    pub subject: SubjectId,
}

/// The queue as the crew sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct QueueView {
    /// At the booths.
    pub at_booths: Vec<TicketView>,
    /// In the order of call, at most 200.
    pub waiting: Vec<TicketView>,
    /// How many wait.
    pub waiting_count: u32,
    /// 过号.
    pub passed: Vec<TicketView>,
    /// Gone to put something right.
    pub held: Vec<TicketView>,
}

/// The queue as everybody sees it. Holds no identity but, where the batch allows it, masked names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct BoardView {
    /// 学校.
    pub school: String,
    /// 地点.
    pub place: String,
    /// Who is called where, the latest call first.
    pub called: Vec<BoardCall>,
    /// The next few.
    pub next: Vec<BoardNext>,
    /// How many wait.
    pub waiting: u32,
    /// 过号: who may come back.
    pub passed: Vec<ShotNumber>,
}

/// A call on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BoardCall {
    /// 拍摄号.
    pub number: ShotNumber,
    /// Where to go.
    pub booth: String,
    /// 张*三, if the batch allows it.
    pub masked_name: Option<String>,
    /// Calls so far, from 1: grows with a recall, so that the board can chime again.
    pub calls: u32,
    /// Whether the person sits already. Without a second scan at the seat nobody knows, and this stays false.
    pub seated: bool,
    /// Since when.
    pub since: Timestamp,
}

/// One of the next on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BoardNext {
    /// 拍摄号.
    pub number: ShotNumber,
    /// 张*三, if the batch allows it.
    pub masked_name: Option<String>,
}
