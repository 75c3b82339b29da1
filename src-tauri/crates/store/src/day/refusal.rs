//! What the day refuses by its own rules, with what to do instead.

use domain::payment::FeeRefusal;
use domain::schedule::SlotFault;
use domain::ticket::TicketRefusal;
use domain::{BatchFault, ShotNumber, Text};
use thiserror::Error;

/// Why a step of the day was not taken. Nothing has been recorded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DayRefusal {
    /// No batch is open.
    #[error("no batch is open")]
    NoBatch,
    /// The batch has ended.
    #[error("the batch is sealed")]
    Sealed,
    /// The plan of a batch is not in order.
    #[error("the plan of the batch: {0}")]
    Plan(BatchFault),
    /// Numbers were given out under this fee rule and this way of working.
    #[error("fee rule and way of working stay once numbers were given out")]
    PlanFixed,
    /// Somebody is at a booth, or a sitting is open.
    #[error("somebody is at a booth")]
    BoothsBusy,
    /// So many people are in the middle of something; sealing needs a reason.
    #[error("{0} people are in the middle of something")]
    NotReconciled(u32),
    /// A line of the schedule is not in order.
    #[error("schedule: {0:?}")]
    Schedule(SlotFault),
    /// The batch scans at the booth; there are no numbers from a desk.
    #[error("this batch scans at the booth")]
    NoDesk,
    /// Not let through because of the fee.
    #[error("fee: {0:?}")]
    Fee(FeeRefusal),
    /// Has not agreed to be photographed.
    #[error("consent is missing")]
    NoConsent,
    /// Without a code read at the desk nothing can be armed at the booth.
    #[error("the code is needed at the desk")]
    CodeNeeded,
    /// Code and person wait under this number already.
    #[error("waits as number {0}")]
    Queued(ShotNumber),
    /// There is an accepted picture under this number.
    #[error("was shot as number {0}")]
    Shot(ShotNumber),
    /// The code belongs to somebody else, who has this number.
    #[error("the code belongs to number {0}")]
    OtherPerson(ShotNumber),
    /// A step that this number cannot take.
    #[error("number {0}: {1:?}")]
    Ticket(ShotNumber, TicketRefusal),
    /// The booth has called this number and is not done with it.
    #[error("the booth has number {0}")]
    BoothBusy(ShotNumber),
    /// A code at the seat, and nobody was called; it belongs to this number, if to any.
    #[error("nobody was called; the code belongs to {0:?}")]
    NobodyCalled(Option<ShotNumber>),
    /// 插队: the code at the seat is not that of the called number.
    #[error("number {called} was called; the code belongs to {belongs:?}")]
    Jumped {
        /// Whose turn it is.
        called: ShotNumber,
        /// Whose code it is.
        belongs: Option<ShotNumber>,
    },
    /// No such number in this batch.
    #[error("no number {0}")]
    UnknownNumber(ShotNumber),
    /// A reason is missing or too long.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// No accepted picture under this number.
    #[error("number {0} has no accepted picture")]
    NoPicture(ShotNumber),
    /// Both sides of a swap are the same picture or the same code.
    #[error("both sides are the same")]
    SameSides,
    /// Something changed since the swap was proposed.
    #[error("the correction is out of date")]
    Stale,
    /// Neither 学号 nor 序号, or a field that cannot be stored.
    #[error("not a line for a roster")]
    BadSubject,
    /// The roster has this 学号 already.
    #[error("the roster has this person already")]
    KnownSubject,
    /// The batch is not shared with a hall.
    #[error("the batch is not shared with a hall")]
    NoHall,
    /// The batch is shared with a hall, or was.
    #[error("the batch is shared with a hall already")]
    InHall,
    /// Numbers were given out here that the others may have given out too.
    #[error("numbers were given out before joining")]
    NumbersBeforeHall,
    /// Two stations gave this number out.
    #[error("number {0} was given out twice")]
    NumberDoubled(ShotNumber),
    /// Cut off from the hall: another booth's calls are its own.
    #[error("cut off, numbers are called to this booth only")]
    OtherBoothAlone,
    /// Cut off from the hall: somebody else may be calling this number now.
    #[error("cut off, number {0} cannot be called here")]
    NotOursAlone(ShotNumber),
    /// The other booths of the hall have not been told so many things yet; sealing needs a reason.
    #[error("{0} facts are not told yet")]
    NotTold(u32),
    /// Cut off from the hall, and every number kept for that is used.
    #[error("no number is left for working alone")]
    NoNumbersAlone,
    /// The remaining people of a batch are known once it is closed.
    #[error("the earlier batch is still open")]
    StillOpen,
    /// Nobody is left for a make-up day.
    #[error("nobody remains")]
    NobodyRemains,
}

fn number_or(number: &Option<ShotNumber>, none: &str) -> String {
    number.map_or_else(|| none.to_owned(), |n| n.to_string())
}

impl DayRefusal {
    /// Fixed name, for programs. Never rename one.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoBatch => "no_batch",
            Self::Sealed => "batch_sealed",
            Self::Plan(fault) => fault.code(),
            Self::PlanFixed => "batch_plan_fixed",
            Self::BoothsBusy => "booths_busy",
            Self::NotReconciled(_) => "not_reconciled",
            Self::Schedule(fault) => fault.code(),
            Self::NoDesk => "no_desk",
            Self::Fee(FeeRefusal::Unpaid) => "unpaid",
            Self::Fee(FeeRefusal::NotOnBill) => "not_on_bill",
            Self::Fee(FeeRefusal::PayHere) => "pay_here",
            Self::NoConsent => "no_consent",
            Self::CodeNeeded => "code_needed",
            Self::Queued(_) => "already_queued",
            Self::Shot(_) => "already_shot",
            Self::OtherPerson(_) => "code_of_other_person",
            Self::Ticket(_, refusal) => match refusal {
                TicketRefusal::AtBooth(_) => "at_other_booth",
                TicketRefusal::CalledHere => "called_here",
                TicketRefusal::NotCalled => "not_called",
                TicketRefusal::InSeat => "in_seat",
                TicketRefusal::AlreadyShot => "already_shot",
                TicketRefusal::NotFrom(_) => "not_from_here",
                TicketRefusal::ReasonNeeded => "reason_needed",
                TicketRefusal::NothingToUndo => "nothing_to_undo",
            },
            Self::BoothBusy(_) => "booth_busy",
            Self::NobodyCalled(_) => "nobody_called",
            Self::Jumped { .. } => "jumped_queue",
            Self::UnknownNumber(_) => "unknown_number",
            Self::ReasonNeeded => "reason_needed",
            Self::NoPicture(_) => "no_accepted_picture",
            Self::SameSides => "swap_same",
            Self::Stale => "swap_stale",
            Self::BadSubject => "bad_subject",
            Self::KnownSubject => "known_subject",
            Self::NoHall => "no_hall",
            Self::InHall => "in_hall",
            Self::NumbersBeforeHall => "numbers_before_hall",
            Self::NumberDoubled(_) => "number_doubled",
            Self::OtherBoothAlone => "other_booth_alone",
            Self::NotOursAlone(_) => "not_ours_alone",
            Self::NoNumbersAlone => "no_numbers_alone",
            Self::NotTold(_) => "hall_not_told",
            Self::StillOpen => "batch_still_open",
            Self::NobodyRemains => "nobody_remains",
        }
    }

    /// What happened and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::NoBatch => {
                Text::new("没有打开的批次。请先打开一个批次。", "No batch is open. Open one first.")
            }
            Self::Sealed => {
                Text::new("这个批次已结批，不能再改。", "This batch is sealed and stays as it is.")
            }
            Self::Plan(fault) => fault.text(),
            Self::PlanFixed => Text::new(
                "已经发过号，收费方式和扫码方式不能再改。需要时请新建批次。",
                "Numbers were given out: fee rule and way of working stay. Make a new batch if needed.",
            ),
            Self::BoothsBusy => Text::new(
                "机位上还有人。请先完成、取消或过号，再换批次。",
                "Somebody is at a booth. Finish, cancel or pass first.",
            ),
            Self::NotReconciled(n) => Text::new(
                format!("还有 {n} 人没有结果（候拍、过号、待重拍等）。请先处理，或写明理由后结批。"),
                format!("{n} people are in the middle of something. Deal with them, or seal with a reason."),
            ),
            Self::Schedule(fault) => schedule(fault),
            Self::NoDesk => Text::new(
                "这个批次在机位扫码，不在登记台发号。",
                "This batch scans at the booth; the desk gives out no numbers.",
            ),
            Self::Fee(fee) => self::fee(*fee),
            Self::NoConsent => Text::new(
                "还没有确认采集告知书。请本人阅读同意后再登记。",
                "The consent text has not been agreed to. Ask the person to read it first.",
            ),
            Self::CodeNeeded => Text::new(
                "这个批次只在登记台扫码，没有采集码不能发号。请出示采集码。",
                "The code is only read at the desk in this batch. Ask for the code.",
            ),
            Self::OtherPerson(n) => Text::new(
                format!("这个采集码登记在 {n} 号名下，是另一个人！请核对身份证和手机。"),
                format!("This code is registered under number {n}: another person! Check ID card and phone."),
            ),
            Self::ReasonNeeded => {
                Text::new("请写明理由（300 字以内）。", "A reason is needed, at most 300 characters.")
            }
            Self::SameSides => {
                Text::new("请选两张不同的人的照片。", "Choose pictures of two different people.")
            }
            Self::Stale => Text::new(
                "其中一张照片在这之后变过，请重新核对两张照片。",
                "One of the pictures has changed since. Look at both again.",
            ),
            Self::BadSubject => Text::new(
                "需要学号或序号，且各项不能太长或含控制字符。",
                "A student number or serial is needed; fields must not be too long or hold control characters.",
            ),
            Self::NoHall => {
                Text::new("这个批次没有与现场其他机位共享。", "This batch is not shared with other booths.")
            }
            Self::InHall => Text::new(
                "这个批次已经（或曾经）加入现场，不能再加入一次。需要时请新建批次。",
                "This batch is, or was, in a hall already. Make a new batch if needed.",
            ),
            Self::NumbersBeforeHall => Text::new(
                "本机在这个批次里已经发过号，加入后会重号。请换一个没有发过号的批次加入，或由本机来共享。",
                "Numbers were given out here already and would be doubled. Join with a fresh batch, or share from this booth.",
            ),
            Self::OtherBoothAlone => Text::new(
                "现在与现场断开，只能叫到本机位。",
                "Cut off from the hall, numbers can be called to this booth only.",
            ),
            Self::NotTold(n) => Text::new(
                format!("还有 {n} 条记录没有同步到现场。请恢复连接，稍等再结批；确实连不上时写明理由。"),
                format!(
                    "{n} records have not reached the hall. Restore the connection and wait a moment before sealing, or seal with a reason."
                ),
            ),
            Self::NoNumbersAlone => Text::new(
                "断网期间预留给本机的号已用完。请恢复连接，或到别的机位取号。",
                "The numbers kept for working alone are used up. Restore the connection, or give numbers at another booth.",
            ),
            Self::KnownSubject => Text::new(
                "名单里已有这个学号，不需要补录。请直接登记。",
                "The roster has this student number. Check the person in instead.",
            ),
            Self::StillOpen => Text::new(
                "这个批次还在进行，谁没拍还没定。请先搁置或结批，再建补采日。",
                "This batch is still open. Put it aside or seal it before making a make-up day from it.",
            ),
            Self::NobodyRemains => Text::new(
                "这个批次没有剩下的人：都拍好了，不需要补采日。",
                "Nobody remains of this batch: everybody was photographed.",
            ),
            _ => self.about_a_number(),
        }
    }

    fn about_a_number(&self) -> Text {
        match self {
            Self::Queued(n) => Text::new(
                format!("已经发过号：{n} 号。请按原来的号等候。"),
                format!("Has number {n} already. Please wait for that number."),
            ),
            Self::Shot(n) => Text::new(
                format!("{n} 号已经拍过。要重拍请写明理由。"),
                format!("Was photographed as number {n}. A retake needs a reason."),
            ),
            Self::BoothBusy(n) => Text::new(
                format!("本机位叫的 {n} 号还没有结束。请先拍完、过号或暂离，再叫下一位。"),
                format!(
                    "This booth is not done with number {n}. Shoot, pass or hold it before the next call."
                ),
            ),
            Self::NobodyCalled(belongs) => Text::new(
                format!(
                    "还没有叫号，不能拍。这个采集码是 {} 号。请先按“下一位”叫号。",
                    number_or(belongs, "未登记的")
                ),
                format!(
                    "Nobody was called, so nothing is shot. This code belongs to number {}. Call the next one first.",
                    number_or(belongs, "(not registered)")
                ),
            ),
            Self::Jumped { called, belongs } => Text::new(
                format!(
                    "插队！叫的是 {called} 号，这个采集码是 {} 号的。请他回去等候，请 {called} 号入座；{called} 号不在就按过号。",
                    number_or(belongs, "没有登记")
                ),
                format!(
                    "Queue jumped! Number {called} was called; this code belongs to number {}. Send that person back and seat {called}, or pass {called} if absent.",
                    number_or(belongs, "(not registered)")
                ),
            ),
            Self::UnknownNumber(n) => {
                Text::new(format!("本批次没有 {n} 号。"), format!("This batch has no number {n}."))
            }
            Self::NumberDoubled(n) => Text::new(
                format!("{n} 号发给了两个人。请扫采集码确认是谁，并给其中一人换号。"),
                format!(
                    "Number {n} was given to two people. Scan the codes, and give one of them a new number."
                ),
            ),
            Self::NotOursAlone(n) => Text::new(
                format!(
                    "现在与现场断开，{n} 号不能在本机位叫（别的机位可能正在叫）。请只叫本机发的号，或等恢复连接。"
                ),
                format!(
                    "Cut off from the hall, number {n} cannot be called here: another booth may be calling it. Call numbers given out here, or wait for the connection."
                ),
            ),
            Self::NoPicture(n) => {
                Text::new(format!("{n} 号没有已采用的照片。"), format!("Number {n} has no accepted picture."))
            }
            Self::Ticket(n, refusal) => ticket(*n, refusal),
            _ => Text::new("这一步现在不能做。", "This step cannot be taken now."),
        }
    }
}

fn fee(fee: FeeRefusal) -> Text {
    match fee {
        FeeRefusal::Unpaid => Text::new(
            "未缴费，不能拍照。请先缴费；已缴费请出示凭证后登记。",
            "Not paid, so not photographed. Pay first, or show the proof.",
        ),
        FeeRefusal::NotOnBill => Text::new(
            "不在缴费账单上，不能拍照。请老师补录，或出示缴费凭证。",
            "Not on the bill. Ask the teacher for a late entry, or show a proof of payment.",
        ),
        FeeRefusal::PayHere => {
            Text::new("请先在现场缴费，再发号。", "To be paid here before a number is given out.")
        }
    }
}

fn schedule(fault: &SlotFault) -> Text {
    match fault {
        SlotFault::Empty { row } => Text::new(
            format!("安排表第 {} 行：结束时间不晚于开始时间。", row + 1),
            format!("Schedule line {}: it ends before it begins.", row + 1),
        ),
        SlotFault::NoCollege { row } => Text::new(
            format!("安排表第 {} 行：没有学院名称。", row + 1),
            format!("Schedule line {}: the college is missing.", row + 1),
        ),
        SlotFault::Overlap { row, with, same_college } => {
            let (zh, en) = if *same_college {
                ("同一学院", "the same college")
            } else {
                ("同一教室和组", "the same room and group")
            };
            Text::new(
                format!(
                    "安排表第 {} 行和第 {} 行时间重叠（{zh}）。确实如此请选择“允许重叠”。",
                    row + 1,
                    with + 1
                ),
                format!(
                    "Schedule lines {} and {} overlap ({en}). Allow it if it is meant so.",
                    row + 1,
                    with + 1
                ),
            )
        }
    }
}

fn ticket(n: ShotNumber, refusal: &TicketRefusal) -> Text {
    match refusal {
        TicketRefusal::AtBooth(booth) => Text::new(
            format!("{n} 号正在“{booth}”机位，不能再叫。"),
            format!("Number {n} is at booth {booth}."),
        ),
        TicketRefusal::CalledHere => Text::new(
            format!("{n} 号已经叫过，要再叫请按“重呼”。"),
            format!("Number {n} has been called here; recall it instead."),
        ),
        TicketRefusal::NotCalled => {
            Text::new(format!("{n} 号还没有叫。"), format!("Number {n} has not been called."))
        }
        TicketRefusal::InSeat => Text::new(
            format!("{n} 号正在拍摄。请先采用或取消。"),
            format!("Number {n} is being photographed. Accept or cancel first."),
        ),
        TicketRefusal::AlreadyShot => Text::new(
            format!("{n} 号已经拍好，不能再改。要重拍请加入重拍名单。"),
            format!("Number {n} has its picture. Use the retake list to take it again."),
        ),
        TicketRefusal::NotFrom(_) => {
            Text::new(format!("{n} 号现在不能这样操作。"), format!("Number {n} cannot take this step now."))
        }
        TicketRefusal::ReasonNeeded => Text::new("请写明理由。", "A reason is needed."),
        TicketRefusal::NothingToUndo => Text::new(
            format!("{n} 号没有可以撤销的操作。"),
            format!("Number {n} has no step that can be taken back."),
        ),
    }
}
