//! What only people can decide: derived from the facts, shown, never resolved by the program.

use std::collections::BTreeMap;

use domain::{ShotNumber, Stage, Text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CodeKey, FactId, LostStep, Stamp, TicketKey, TicketState};

/// Two facts that cannot both be the whole truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Conflict {
    /// 一码两拍: pictures of one code were accepted more than once, and no retake was asked for.
    ShotTwice {
        /// Whose.
        code: Option<CodeKey>,
        /// The tickets.
        numbers: Vec<ShotNumber>,
        /// The booths that hold a picture, in the order of the pictures.
        booths: Vec<String>,
        /// The facts, which name stations.
        facts: Vec<FactId>,
    },
    /// 一号两叫: a booth called a number that another booth had.
    CalledTwice {
        /// Which ticket.
        ticket: TicketKey,
        /// Its number.
        number: ShotNumber,
        /// The one that had it, then the one that called it too.
        booths: [String; 2],
        /// The call that came second.
        fact: FactId,
    },
    /// 一码两号: a code has two numbers at a time.
    TwoNumbers {
        /// Whose.
        code: CodeKey,
        /// Which.
        numbers: Vec<ShotNumber>,
    },
    /// 重号: a number was given out twice.
    NumberDoubled {
        /// Which.
        number: ShotNumber,
        /// To whom.
        tickets: Vec<TicketKey>,
    },
    /// A step came too late, because the ticket had moved on elsewhere.
    StepLost {
        /// Which ticket.
        ticket: TicketKey,
        /// Its number.
        number: ShotNumber,
        /// What was wanted, and where the ticket stood.
        step: LostStep,
    },
    /// One name for two different facts: a data folder was copied or put back from a backup.
    SequenceReused {
        /// Which.
        fact: FactId,
    },
}

/// A conflict and whether somebody has put it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShownConflict {
    /// What.
    pub conflict: Conflict,
    /// What was found and done, where somebody said so.
    pub settled: Option<Settlement>,
}

/// A person's word on a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settlement {
    /// What was found and done; [`crate::WITHHELD`] where words stay at the booth that wrote them.
    pub reason: String,
    /// The picture that counts, where one had to be chosen.
    pub keep: Option<FactId>,
    /// When.
    pub stamp: Stamp,
}

impl Conflict {
    /// Fixed name of its kind.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ShotTwice { .. } => "shot_twice",
            Self::CalledTwice { .. } => "called_twice",
            Self::TwoNumbers { .. } => "two_numbers",
            Self::NumberDoubled { .. } => "number_doubled",
            Self::StepLost { .. } => "step_lost",
            Self::SequenceReused { .. } => "sequence_reused",
        }
    }

    /// The same text at every station; another one as soon as more facts are involved, so that a settled conflict
    /// does not cover a new one.
    pub fn key(&self) -> String {
        let facts = match self {
            Self::ShotTwice { facts, .. } => join(facts),
            Self::CalledTwice { fact, .. } | Self::SequenceReused { fact } => fact.to_string(),
            Self::TwoNumbers { numbers, .. } => join(numbers),
            Self::NumberDoubled { tickets, .. } => join(tickets),
            Self::StepLost { step, .. } => step.fact.to_string(),
        };
        // More than a fact's text may be long is cut; nobody has that many pictures.
        format!("{}:{facts}", self.code()).chars().take(300).collect()
    }

    /// What happened and what to do. Holds numbers and booths only.
    pub fn text(&self) -> Text {
        match self {
            Self::ShotTwice { numbers, booths, .. } => Text::new(
                format!(
                    "同一个采集码在机位 {} 各拍了一张（号 {}）。请并排核对两张照片，选定一张并写明原因。",
                    booths.join("、"),
                    list(numbers, "、")
                ),
                format!(
                    "One code was photographed at booths {} (numbers {}). Compare the pictures side by side, choose one and say why.",
                    booths.join(", "),
                    list(numbers, ", ")
                ),
            ),
            Self::CalledTwice { number, booths: [first, second], .. } => Text::new(
                format!("{number} 号被机位 {first} 和机位 {second} 同时叫到。请确认此人在哪个机位。"),
                format!(
                    "Number {number} was called by booth {first} and by booth {second}. Make sure at which booth the person is."
                ),
            ),
            Self::TwoNumbers { numbers, .. } => Text::new(
                format!("同一个采集码有多个号：{}。请保留一个，其余按“离开”处理。", list(numbers, "、")),
                format!(
                    "One code has several numbers: {}. Keep one and let the others leave.",
                    list(numbers, ", ")
                ),
            ),
            Self::NumberDoubled { number, .. } => Text::new(
                format!("{number} 号发给了两个人。请再次扫码核对，并给其中一人换号。"),
                format!(
                    "Number {number} was given to two people. Scan their codes again and give one of them a new number."
                ),
            ),
            Self::StepLost { number, step, .. } => Text::new(
                format!("{number} 号的一步操作（{}）到得太晚，没有生效。请查看该号现在的状态。", step.action),
                format!(
                    "A step ({}) for number {number} came too late and did not count. Look where the number stands now.",
                    step.action
                ),
            ),
            Self::SequenceReused { .. } => Text::new(
                "有一台机位使用了复制或还原的数据文件夹，两条不同的记录用了同一个编号。请给该机位设新的站号，记录仍保存在本机。",
                "A booth works on a copied or restored data folder: two different records carry one name. Give that booth a new station id; its records are still on its disk.",
            ),
        }
    }
}

fn join<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

/// The same for people to read.
fn list(numbers: &[ShotNumber], comma: &str) -> String {
    numbers.iter().map(ShotNumber::to_string).collect::<Vec<_>>().join(comma)
}

/// Finds them all.
pub fn find<'a>(tickets: impl IntoIterator<Item = &'a TicketState>) -> Vec<Conflict> {
    let tickets: Vec<_> = tickets.into_iter().collect();
    let mut by_code: BTreeMap<&CodeKey, Vec<&TicketState>> = BTreeMap::new();
    let mut by_number: BTreeMap<ShotNumber, Vec<&TicketState>> = BTreeMap::new();
    let mut found = Vec::new();
    for ticket in &tickets {
        by_number.entry(ticket.number).or_default().push(ticket);
        match &ticket.code {
            Some(code) => by_code.entry(code).or_default().push(ticket),
            None if ticket.shots.len() > 1 => found.push(shot_twice(None, &[ticket])),
            None => {}
        }
        found.extend(ticket.lost.iter().filter_map(|step| lost(ticket, step)));
    }
    for (code, tickets) in by_code {
        let first_time: Vec<_> = tickets.into_iter().filter(|t| !t.retake || t.shots.len() > 1).collect();
        if first_time.iter().map(|ticket| ticket.shots.len()).sum::<usize>() > 1 {
            found.push(shot_twice(Some(code.clone()), &first_time));
        }
        let live: Vec<_> = first_time
            .iter()
            .filter(|t| !matches!(t.stage(), Stage::Left | Stage::Refused { .. }))
            .map(|t| t.number)
            .collect();
        if live.len() > 1 {
            found.push(Conflict::TwoNumbers { code: code.clone(), numbers: live });
        }
    }
    for (number, tickets) in by_number {
        if tickets.len() > 1 {
            let tickets = tickets.into_iter().map(|ticket| ticket.key.clone()).collect();
            found.push(Conflict::NumberDoubled { number, tickets });
        }
    }
    found
}

fn shot_twice(code: Option<CodeKey>, tickets: &[&TicketState]) -> Conflict {
    let mut shots: Vec<_> =
        tickets.iter().flat_map(|t| t.shots.iter().map(|s| (s.at, t.number, s))).collect();
    shots.sort_by(|a, b| (a.0, &a.2.fact).cmp(&(b.0, &b.2.fact)));
    let mut numbers: Vec<_> = shots.iter().map(|(_, number, _)| *number).collect();
    numbers.dedup();
    let booths = shots.iter().map(|(_, _, shot)| shot.booth.clone()).collect();
    let facts = shots.iter().map(|(_, _, shot)| shot.fact.clone()).collect();
    Conflict::ShotTwice { code, numbers, booths, facts }
}

fn lost(ticket: &TicketState, step: &LostStep) -> Option<Conflict> {
    let (key, number) = (ticket.key.clone(), ticket.number);
    match (step.action.as_str(), &step.booth, step.stage.booth()) {
        ("call", Some(second), Some(first)) => Some(Conflict::CalledTwice {
            ticket: key,
            number,
            booths: [first.to_owned(), second.clone()],
            fact: step.fact.clone(),
        }),
        // A second picture is shown as such already.
        ("shoot", ..) if step.stage == Stage::Shot => None,
        _ => Some(Conflict::StepLost { ticket: key, number, step: step.clone() }),
    }
}
