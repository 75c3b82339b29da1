//! What the screens of the day ask and are told.
//!
//! Lists hold masked names only. A whole identity comes from `roster.show`, which the audit log remembers.

use domain::{
    Arrival, BatchId, BatchPlan, CaptureBatch, CodeSource, CorrectionId, EndState, FeeStanding, Fingerprint,
    HoldReason, PaymentMethod, PortraitId, Reconciliation, RetakeId, ShotNumber, SittingId, Slot, SlotId,
    Stage, Subject, SubjectId, TicketId, Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

// ---- batches ----

/// Which batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// Row.
    pub batch: BatchId,
}

/// Which batch; the open one if it is not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct InBatch {
    /// Row.
    pub batch: Option<BatchId>,
}

/// Another plan for a batch that is not sealed. Fee rule and way of working stay once numbers were given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchEdit {
    /// Row.
    pub batch: BatchId,
    /// What is to hold from now on.
    pub plan: BatchPlan,
}

/// A batch in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BatchItem {
    /// The batch.
    pub batch: CaptureBatch,
    /// Lines of its roster.
    pub subjects: u32,
    /// Numbers given out.
    pub tickets: u32,
    /// Numbers with an accepted picture.
    pub shot: u32,
}

/// Ends a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SealRequest {
    /// Row.
    pub batch: BatchId,
    /// Why it ends although people are in the middle of something; needed only then.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A sealed batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SealView {
    /// The batch.
    pub batch: CaptureBatch,
    /// How it was when it was sealed.
    pub reconciliation: Reconciliation,
}

/// Who sits here. Written beside every entry of the audit log from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Name or account; empty for nobody in particular.
    pub name: String,
}

// ---- roster ----

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

// ---- schedule ----

/// The table of a batch; takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScheduleApply {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Its lines.
    pub slots: Vec<Slot>,
    /// Take it although lines overlap.
    #[serde(default)]
    pub allow_overlap: bool,
}

/// One line of the table as it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SlotView {
    /// Row.
    pub id: SlotId,
    /// The line.
    pub slot: Slot,
    /// Whether it is today.
    pub today: bool,
    /// People of this 学院 on the roster.
    pub on_roster: u32,
    /// Of those, with a number.
    pub arrived: u32,
    /// Of those, with a picture.
    pub shot: u32,
    /// Of those on the roster, without a number.
    pub absent: u32,
}

// ---- the desk ----

/// What the desk has in hand: a code, a person, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct DeskRequest {
    /// The code, as a gun typed it or a camera read it.
    pub code: Option<String>,
    /// How it came in; a gun if it is not said.
    pub source: Option<CodeSource>,
    /// Who, as far as the roster tells.
    pub subject: Option<SubjectId>,
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
    /// The code, as a gun typed it or a camera read it.
    pub code: Option<String>,
    /// How it came in; a gun if it is not said.
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

// ---- the queue ----

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
    /// Whether the person sits already.
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

// ---- retakes, absent, payments, swaps ----

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

/// Two pictures that are under each other's codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SwapRequest {
    /// The number of one.
    pub one: ShotNumber,
    /// The number of the other.
    pub other: ShotNumber,
    /// How it was found.
    pub reason: String,
}

/// Which correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// Row.
    pub correction: CorrectionId,
}

/// A correction, proposed or made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CorrectionView {
    /// Row.
    pub id: CorrectionId,
    /// Why.
    pub reason: String,
    /// Who.
    pub operator: String,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// When it was made; `None` while it is only proposed.
    pub committed_at: Option<Timestamp>,
    /// Both sides.
    pub sides: [SwapSide; 2],
}

/// One side of a swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SwapSide {
    /// The picture.
    pub portrait: PortraitId,
    /// Its path for the picture door of the host, `portrait/<hash>`.
    pub path: String,
    /// Under which number and code it stood before the correction.
    pub from: SwapLabel,
    /// And stands after it.
    pub to: SwapLabel,
    /// It has been handed over already and is marked for correction.
    pub already_sent: bool,
}

/// Whose a picture is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SwapLabel {
    /// The sitting that gives the label.
    pub sitting: SittingId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The code.
    pub fingerprint: Fingerprint,
    /// 张*三, where known.
    pub masked_name: Option<String>,
}

// ---- the whole day ----

/// 对账.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReconcileView {
    /// Of which batch.
    pub batch: BatchId,
    /// The numbers.
    pub counts: Reconciliation,
    /// Everybody is counted once.
    pub adds_up: bool,
    /// How many are in the middle of something; a batch is sealed with none, or with a reason.
    pub unsettled: u32,
}

/// Who stands behind a number of the reconciliation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PeopleRequest {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Which.
    pub state: EndState,
    /// At most so many; 500 if it is 0.
    #[serde(default)]
    pub limit: u32,
}

/// Somebody in such a list: a line of the roster, a number, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PersonState {
    /// The line of the roster.
    pub person: Option<Person>,
    /// The latest number.
    pub ticket: Option<TicketView>,
}

/// How the day goes.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct DayFigures {
    /// Of which batch.
    pub batch: BatchId,
    /// The numbers.
    pub counts: Reconciliation,
    /// Speed and waiting.
    pub pace: domain::pace::Pace,
    /// Pictures by booth.
    pub booths: Vec<BoothFigures>,
    /// 补录.
    pub late_entries: u32,
    /// Pictures accepted against the checks, with a reason.
    pub overrides: u32,
    /// Corrections that were made.
    pub corrections: u32,
    /// Handed-over pictures that are marked for correction.
    pub corrections_due: u32,
    /// How often each thing was found on accepted and rejected shots.
    pub findings: Vec<FindingCount>,
    /// What was taken in, by cashier and method.
    pub cash: Vec<CashView>,
}

/// One booth.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BoothFigures {
    /// Name.
    pub booth: String,
    /// Accepted pictures.
    pub shot: u32,
    /// Median seconds from the code at the seat to the accepted picture.
    pub seat_seconds: Option<f64>,
}

/// How often something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FindingCount {
    /// What.
    pub code: String,
    /// In how many shots.
    pub shots: u32,
}
