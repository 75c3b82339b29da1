//! Days made of random steps and random crashes, compared with a list kept in the head.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::faults::{Fault, Step, arm, disarm};
use crate::{Ending, Outcome, PictureKind};

/// What happens next. Codes are drawn from three people, so that repeats are common.
#[derive(Debug, Clone)]
enum Move {
    Open(u8),
    Shoot,
    Reject,
    Accept(u8),
    Close,
    Restart,
    Crash(Step, Box<Move>),
}

fn plain() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0..3_u8).prop_map(Move::Open),
        4 => Just(Move::Shoot),
        1 => Just(Move::Reject),
        5 => (0..3_u8).prop_map(Move::Accept),
        1 => Just(Move::Close),
        1 => Just(Move::Restart),
    ]
}

fn any_move() -> impl Strategy<Value = Move> {
    use Step::*;
    let step = prop::sample::select(vec![
        PartWritten,
        PartSynced,
        Renamed,
        NameSynced,
        BeforeCommit,
        Committed,
        NumberTaken,
        BeforeRescue,
    ]);
    prop_oneof![5 => plain(), 1 => (step, plain()).prop_map(|(step, then)| Move::Crash(step, Box::new(then)))]
}

/// What must be true whatever happens.
#[derive(Default)]
struct Expected {
    /// Accepted portraits that the caller was told of, with their code and their bytes.
    accepted: BTreeMap<i64, (u8, String)>,
    last_number: i64,
    turn: u32,
}

fn name(person: u8) -> String {
    format!("person {person}")
}

impl Expected {
    fn make(&mut self, booth: &mut Booth, step: &Move) {
        self.turn += 1;
        let turn = self.turn;
        let open = booth.store().unfinished().unwrap();
        let candidate = |booth: &mut Booth| {
            let shots = booth.store().sitting_detail(open.as_ref()?.id).unwrap().shots;
            shots.into_iter().rfind(|s| s.disposition == crate::Disposition::Candidate).map(|s| s.id)
        };
        let now = booth.now();
        match step {
            Move::Open(person) => {
                let code = code_of(&name(*person));
                let earlier = booth.store().earlier_accept(&code).unwrap().map(|e| e.portrait);
                let opened = booth.store().open_sitting(&code, CodeSource::Gun, earlier, now);
                assert_eq!(opened.is_ok(), open.is_none(), "{opened:?}");
                if let Ok(record) = opened {
                    assert!(record.shot_number.0 > self.last_number);
                    self.last_number = record.shot_number.0;
                }
            }
            Move::Shoot => {
                let Some(sitting) = open else { return };
                booth.shoot(sitting.id, &format!("raw {turn}"));
            }
            Move::Reject => {
                let Some(shot) = candidate(booth) else { return };
                booth.store().reject_shot(shot, now).unwrap();
            }
            Move::Accept(person) => {
                let Some(shot) = candidate(booth) else { return };
                let theirs = open.unwrap().fingerprint == code_of(&name(*person)).fingerprint();
                let jpeg = format!("jpeg {turn}");
                let accepted = booth.try_accept(shot, &name(*person), &jpeg);
                assert_eq!(accepted.is_ok(), theirs, "{accepted:?}");
                if let Ok(portrait) = accepted {
                    self.accepted.insert(portrait.id.0, (*person, jpeg));
                }
            }
            Move::Close => {
                let Some(sitting) = open else { return };
                booth.store().close_sitting(sitting.id, Ending::Cancelled, now).unwrap();
            }
            Move::Restart => drop(booth.open()),
            Move::Crash(step, then) => {
                arm(*step, Fault::Crash);
                booth.crash(|b| self.make(b, then));
                disarm();
                booth.open();
            }
        }
    }

    fn check(&self, booth: &mut Booth) {
        booth.assert_clean();
        for (id, (person, jpeg)) in &self.accepted {
            let portrait = booth.store().portrait(domain::PortraitId(*id)).unwrap();
            let bytes = booth.store().picture(PictureKind::Portrait, &portrait.hash).unwrap();
            assert_eq!(bytes, jpeg.as_bytes());
            assert_eq!(booth.store().code_of(portrait.sitting).unwrap(), code_of(&name(*person)));
            let sitting = booth.store().sitting_detail(portrait.sitting).unwrap().sitting;
            assert_eq!(sitting.outcome, Outcome::Accepted);
        }
        // However often somebody came back: one picture of each code is to be handed over.
        let waiting = booth.store().outbox(crate::OutboxState::Pending).unwrap();
        let mut codes = Vec::new();
        for entry in waiting {
            let sitting = booth.store().portrait(entry.portrait).unwrap().sitting;
            codes.push(booth.store().code_of(sitting).unwrap().bytes().to_vec());
        }
        let all = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), all, "a code has two pictures waiting");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_day_with_any_crashes_ends_with_every_face_under_its_code(
        moves in prop::collection::vec(any_move(), 1..40)
    ) {
        let mut booth = Booth::new();
        let mut expected = Expected::default();
        for step in &moves {
            expected.make(&mut booth, step);
        }
        booth.open();
        expected.check(&mut booth);
    }
}
