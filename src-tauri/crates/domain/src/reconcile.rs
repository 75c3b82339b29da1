//! 对账: every person of a batch in exactly one end state.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ShotNumber, Stage};

/// Where a person ends up at the moment of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EndState {
    /// 已拍.
    Shot,
    /// 待重拍: has a picture, and it has to be taken again.
    RetakeDue,
    /// Called, or in the seat.
    AtBooth,
    /// 候拍.
    Waiting,
    /// 过号.
    Passed,
    /// Gone to put something right.
    Held,
    /// Went away.
    Left,
    /// Was not photographed, with a reason.
    Refused,
    /// 未到: never had a number.
    Absent,
}

impl EndState {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 9] = [
        Self::Shot,
        Self::RetakeDue,
        Self::AtBooth,
        Self::Waiting,
        Self::Passed,
        Self::Held,
        Self::Left,
        Self::Refused,
        Self::Absent,
    ];

    /// Whether a batch can be sealed with somebody in it: nothing is going on any more.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Shot | Self::Left | Self::Refused | Self::Absent)
    }
}

/// One ticket of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFact {
    /// Its number; a later ticket has a higher one.
    pub number: ShotNumber,
    /// Where it stands.
    pub stage: Stage,
}

/// All that is known of one person: of a roster line with its tickets, or of a code without a roster line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonFacts {
    /// In any order.
    pub tickets: Vec<TicketFact>,
    /// An entry of the retake list is open.
    pub retake_open: bool,
}

/// Where a person stands. The latest number counts; a picture that was accepted once stays one, whatever became of
/// its retake.
pub fn end_state(person: &PersonFacts) -> EndState {
    let Some(latest) = person.tickets.iter().max_by_key(|ticket| ticket.number) else {
        return EndState::Absent;
    };
    let has_picture = person.tickets.iter().any(|ticket| ticket.stage == Stage::Shot);
    match &latest.stage {
        Stage::Called { .. } | Stage::Seated { .. } => EndState::AtBooth,
        Stage::Waiting => EndState::Waiting,
        Stage::Passed => EndState::Passed,
        Stage::Held { .. } => EndState::Held,
        _ if has_picture && person.retake_open => EndState::RetakeDue,
        _ if has_picture => EndState::Shot,
        Stage::Refused { .. } => EndState::Refused,
        Stage::Left | Stage::Shot => EndState::Left,
    }
}

/// How many there are of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reconciliation {
    /// 应到: lines of the roster and people who came without one.
    pub due: u32,
    /// 已拍.
    pub shot: u32,
    /// 待重拍.
    pub retake_due: u32,
    /// Called, or in the seat.
    pub at_booth: u32,
    /// 候拍.
    pub waiting: u32,
    /// 过号.
    pub passed: u32,
    /// Gone to put something right.
    pub held: u32,
    /// Went away.
    pub left: u32,
    /// Not photographed, with a reason.
    pub refused: u32,
    /// 未到.
    pub absent: u32,
}

impl Reconciliation {
    /// Counts one person.
    pub fn add(&mut self, state: EndState) {
        self.due += 1;
        *self.slot(state) += 1;
    }

    fn slot(&mut self, state: EndState) -> &mut u32 {
        match state {
            EndState::Shot => &mut self.shot,
            EndState::RetakeDue => &mut self.retake_due,
            EndState::AtBooth => &mut self.at_booth,
            EndState::Waiting => &mut self.waiting,
            EndState::Passed => &mut self.passed,
            EndState::Held => &mut self.held,
            EndState::Left => &mut self.left,
            EndState::Refused => &mut self.refused,
            EndState::Absent => &mut self.absent,
        }
    }

    /// How many are in one state.
    pub fn count(mut self, state: EndState) -> u32 {
        *self.slot(state)
    }

    /// Everybody is counted once.
    pub fn adds_up(self) -> bool {
        EndState::ALL.iter().map(|state| self.count(*state)).sum::<u32>() == self.due
    }

    /// How many are in the middle of something: a batch is sealed with none, or with a reason.
    pub fn unsettled(self) -> u32 {
        EndState::ALL.iter().filter(|state| !state.is_settled()).map(|state| self.count(*state)).sum()
    }
}

/// Counts everybody.
pub fn reconcile<'a>(people: impl IntoIterator<Item = &'a PersonFacts>) -> Reconciliation {
    let mut sum = Reconciliation::default();
    people.into_iter().for_each(|person| sum.add(end_state(person)));
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::HoldReason;

    fn person(stages: &[Stage], retake_open: bool) -> PersonFacts {
        let tickets = stages
            .iter()
            .zip(1..)
            .map(|(stage, n)| TicketFact { number: ShotNumber(n), stage: stage.clone() });
        PersonFacts { tickets: tickets.collect(), retake_open }
    }

    #[test]
    fn the_latest_number_counts_and_a_picture_stays_one() {
        let booth = || Stage::Called { booth: "A".into() };
        let refused = || Stage::Refused { reason: "x".into() };
        for (stages, retake, state) in [
            (vec![], false, EndState::Absent),
            (vec![Stage::Shot], false, EndState::Shot),
            (vec![Stage::Shot], true, EndState::RetakeDue),
            (vec![Stage::Shot, Stage::Waiting], true, EndState::Waiting),
            (vec![Stage::Shot, Stage::Shot], false, EndState::Shot),
            (vec![Stage::Shot, Stage::Left], false, EndState::Shot),
            (vec![Stage::Shot, refused()], true, EndState::RetakeDue),
            (vec![Stage::Left, booth()], false, EndState::AtBooth),
            (vec![Stage::Passed, Stage::Left], false, EndState::Left),
            (vec![refused()], false, EndState::Refused),
            (vec![Stage::Held { reason: HoldReason::Hair }], false, EndState::Held),
        ] {
            assert_eq!(end_state(&person(&stages, retake)), state, "{stages:?} {retake}");
        }
    }

    fn stage() -> impl Strategy<Value = Stage> {
        prop_oneof![
            Just(Stage::Waiting),
            Just(Stage::Called { booth: "A".into() }),
            Just(Stage::Seated { booth: "A".into() }),
            Just(Stage::Shot),
            Just(Stage::Passed),
            Just(Stage::Held { reason: HoldReason::Other }),
            Just(Stage::Left),
            Just(Stage::Refused { reason: "x".into() }),
        ]
    }

    proptest! {
        #[test]
        fn everybody_is_in_exactly_one_end_state(
            people in prop::collection::vec((prop::collection::vec(stage(), 0..4), any::<bool>()), 0..60)
        ) {
            let people: Vec<_> = people.iter().map(|(stages, retake)| person(stages, *retake)).collect();
            let sum = reconcile(&people);
            prop_assert_eq!(sum.due as usize, people.len());
            prop_assert!(sum.adds_up());
            let moving = people.iter().filter(|p| !end_state(p).is_settled()).count();
            prop_assert_eq!(sum.unsettled() as usize, moving);
        }
    }
}
