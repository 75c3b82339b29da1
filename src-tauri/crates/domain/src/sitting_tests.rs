use proptest::prelude::*;

use super::*;

fn code(n: u8) -> CaptureCode {
    CaptureCode::new(vec![b'c', n]).unwrap()
}

fn open(n: u8) -> OpenSitting {
    OpenSitting {
        id: SittingId(i64::from(n)),
        number: ShotNumber(i64::from(n)),
        code: code(n),
        source: CodeSource::Camera,
        opened_at: Timestamp(0),
        retake_of: None,
    }
}

fn read(n: u8, source: CodeSource) -> Input {
    Input::CodeRead { code: code(n), source, earlier: None }
}

fn earlier() -> EarlierAccept {
    EarlierAccept {
        portrait: Some(PortraitId(9)),
        number: ShotNumber(4),
        accepted_at: Timestamp(0),
        station: "A".into(),
    }
}

fn after(inputs: impl IntoIterator<Item = Input>) -> Sitting {
    inputs.into_iter().fold(Sitting::default(), |s, i| s.decide(i, Timestamp(0)).unwrap().next)
}

fn reviewing(verdict: Verdict) -> Sitting {
    let shot = Developed { shot: ShotId(5), verdict };
    after([Input::Opened(open(1)), Input::Shoot, Input::Developed(shot)])
}

#[test]
fn nothing_can_be_shot_without_an_armed_sitting() {
    assert_eq!(Sitting::default().decide(Input::Shoot, Timestamp(0)), Err(Refusal::NothingArmed));
}

#[test]
fn a_code_arms_only_once_the_store_has_opened_the_sitting() {
    let decision = Sitting::default().decide(read(1, CodeSource::Gun), Timestamp(0)).unwrap();
    assert_eq!(decision.next.phase, Phase::Idle);
    assert!(matches!(decision.effects[..], [Effect::Open { retake_of: None, .. }]));
    let armed = decision.next.decide(Input::Opened(open(1)), Timestamp(0)).unwrap().next;
    assert_eq!(armed.phase, Phase::Armed(open(1)));
}

#[test]
fn the_next_persons_code_changes_nothing_in_an_open_sitting() {
    for state in [
        after([Input::Opened(open(1))]),
        after([Input::Opened(open(1)), Input::Shoot]),
        reviewing(Verdict::Pass),
    ] {
        for source in [CodeSource::Camera, CodeSource::Gun, CodeSource::Hand] {
            assert_eq!(state.decide(read(2, source), Timestamp(0)), Err(Refusal::OtherCode(ShotNumber(1))));
        }
    }
}

#[test]
fn two_codes_in_one_picture_arm_nobody() {
    assert_eq!(Sitting::default().decide(Input::TwoCodes, Timestamp(0)), Err(Refusal::TwoCodes));
}

#[test]
fn an_accepted_code_asks_before_it_is_shot_again() {
    let again = Input::CodeRead { code: code(1), source: CodeSource::Gun, earlier: Some(earlier()) };
    let asking = after([again]);
    assert_eq!(asking.decide(Input::Shoot, Timestamp(0)), Err(Refusal::AnswerFirst));
    let confirmed = asking.decide(Input::ConfirmRepeat, Timestamp(0)).unwrap();
    assert!(matches!(confirmed.effects[..], [Effect::Open { retake_of: Some(PortraitId(9)), .. }]));
    let cancelled = asking.decide(Input::Cancel, Timestamp(0)).unwrap();
    assert_eq!((cancelled.next.phase, cancelled.effects), (Phase::Idle, vec![]));
}

#[test]
fn a_retake_picture_needs_a_second_press_and_a_reason() {
    let state = reviewing(Verdict::Retake);
    let reason = || Some("  残疾，头部无法扶正 ".to_owned());
    let first = state.decide(Input::Accept { reason: reason() }, Timestamp(0)).unwrap();
    assert_eq!(first.effects, [], "a reason sent with the first press must not slip through");
    let asked = first.next;
    for blank in [None, Some("  ".to_owned())] {
        assert_eq!(asked.decide(Input::Accept { reason: blank }, Timestamp(0)), Err(Refusal::ReasonNeeded));
    }
    let second = asked.decide(Input::Accept { reason: reason() }, Timestamp(0)).unwrap();
    let trimmed = Some("残疾，头部无法扶正".to_owned());
    assert_eq!(second.effects, [Effect::Commit { sitting: SittingId(1), shot: ShotId(5), reason: trimmed }]);
}

#[test]
fn the_state_moves_on_only_when_the_picture_is_on_disk() {
    let state = reviewing(Verdict::Review);
    let asked = state.decide(Input::Accept { reason: None }, Timestamp(0)).unwrap();
    assert_eq!(asked.next, state);
    assert_eq!(asked.next.decide(Input::Committed, Timestamp(0)).unwrap().next.phase, Phase::Idle);
}

#[test]
fn again_keeps_the_person_and_turns_the_shot_down() {
    let decision = reviewing(Verdict::Pass).decide(Input::Again, Timestamp(0)).unwrap();
    assert_eq!(decision.next.phase, Phase::Armed(open(1)));
    assert_eq!(decision.effects, [Effect::Reject(ShotId(5))]);
}

#[test]
fn a_phone_that_is_still_in_view_does_not_arm_again() {
    let done = reviewing(Verdict::Pass).decide(Input::Committed, Timestamp(1_000)).unwrap().next;
    let seen = done.decide(read(1, CodeSource::Camera), Timestamp(3_500)).unwrap();
    assert_eq!(seen.effects, [], "within the lingering time");
    let seen = seen.next.decide(read(1, CodeSource::Camera), Timestamp(6_000)).unwrap();
    assert_eq!(seen.effects, [], "each sighting starts the time anew");
    let back = seen.next.decide(read(1, CodeSource::Camera), Timestamp(9_500)).unwrap();
    assert!(matches!(back.effects[..], [Effect::Open { .. }]));
}

#[test]
fn the_barcode_gun_is_always_deliberate() {
    let done = reviewing(Verdict::Pass).decide(Input::Committed, Timestamp(1_000)).unwrap().next;
    let shot = done.decide(read(1, CodeSource::Gun), Timestamp(1_100)).unwrap();
    assert!(matches!(shot.effects[..], [Effect::Open { .. }]));
}

#[test]
fn a_clock_set_back_does_not_make_a_code_linger() {
    let done = reviewing(Verdict::Pass).decide(Input::Committed, Timestamp(1_000_000)).unwrap().next;
    let back = done.decide(read(1, CodeSource::Camera), Timestamp(5_000)).unwrap();
    assert!(matches!(back.effects[..], [Effect::Open { .. }]));
}

#[test]
fn an_interrupted_sitting_asks_who_sits_there() {
    let state = Sitting::at_start(Some(open(1)));
    assert_eq!(state.decide(Input::Shoot, Timestamp(0)), Err(Refusal::AnswerFirst));
    assert_eq!(state.decide(read(2, CodeSource::Gun), Timestamp(0)), Err(Refusal::AnswerFirst));
    let same = state.decide(read(1, CodeSource::Camera), Timestamp(0)).unwrap();
    assert_eq!(same.next.phase, Phase::Armed(open(1)));
    let gone = state.decide(Input::Cancel, Timestamp(0)).unwrap();
    assert_eq!(gone.effects, [Effect::Close { sitting: SittingId(1), left_behind: true }]);
}

#[test]
fn after_giving_up_an_interrupted_sitting_its_code_arms_at_once() {
    let state = Sitting::at_start(Some(open(1)));
    let idle = state.decide(Input::Closed, Timestamp(1_000)).unwrap().next;
    let seen = idle.decide(read(1, CodeSource::Camera), Timestamp(1_100)).unwrap();
    assert!(matches!(seen.effects[..], [Effect::Open { .. }]));
}

#[test]
fn escape_steps_back_from_the_reason_before_it_leaves_the_sitting() {
    let asked = reviewing(Verdict::Retake).decide(Input::Accept { reason: None }, Timestamp(0)).unwrap().next;
    let back = asked.decide(Input::Cancel, Timestamp(0)).unwrap();
    assert_eq!(back.effects, []);
    let out = back.next.decide(Input::Cancel, Timestamp(0)).unwrap();
    assert_eq!(out.effects, [Effect::Close { sitting: SittingId(1), left_behind: false }]);
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        (0u8..4, 0usize..3, any::<bool>()).prop_map(|(n, s, known)| Input::CodeRead {
            code: code(n),
            source: [CodeSource::Camera, CodeSource::Gun, CodeSource::Hand][s],
            earlier: known.then(earlier),
        }),
        Just(Input::TwoCodes),
        Just(Input::ConfirmRepeat),
        Just(Input::Resume),
        Just(Input::Shoot),
        (0usize..3).prop_map(|v| Input::Developed(Developed {
            shot: ShotId(7),
            verdict: [Verdict::Pass, Verdict::Review, Verdict::Retake][v],
        })),
        Just(Input::DevelopFailed),
        any::<bool>().prop_map(|r| Input::Accept { reason: r.then(|| "why".to_owned()) }),
        Just(Input::Committed),
        Just(Input::Again),
        Just(Input::Cancel),
        Just(Input::Closed),
    ]
}

proptest! {
    /// The worst that can happen in this trade: whatever keys are pressed and codes are shown in whatever order, the
    /// code of an open sitting never changes, and a commit names the sitting whose code armed it.
    #[test]
    fn no_order_of_events_moves_a_shot_to_another_code(
        steps in prop::collection::vec((any_input(), 0i64..5_000), 1..60),
    ) {
        let mut state = Sitting::default();
        let mut now = Timestamp(0);
        let mut opened = 0;
        for (input, wait) in steps {
            now = Timestamp(now.0 + wait);
            let before = state.phase.sitting().cloned();
            let Ok(decision) = state.decide(input, now) else { continue };
            if let (Some(before), Some(after)) = (&before, decision.next.phase.sitting()) {
                prop_assert_eq!(before, after);
            }
            state = decision.next;
            for effect in decision.effects {
                match effect {
                    Effect::Open { code, source, retake_of } => {
                        prop_assert!(state.phase.sitting().is_none(), "a second sitting would be opened");
                        opened += 1;
                        let sitting = OpenSitting {
                            id: SittingId(opened), number: ShotNumber(opened), code, source, opened_at: now, retake_of,
                        };
                        state = state.decide(Input::Opened(sitting), now).unwrap().next;
                    }
                    Effect::Commit { sitting, .. } => {
                        prop_assert_eq!(state.phase.sitting().map(|s| s.id), Some(sitting));
                    }
                    Effect::Expose(id) | Effect::Close { sitting: id, .. } => {
                        prop_assert_eq!(state.phase.sitting().map(|s| s.id), Some(id));
                    }
                    Effect::Reject(_) => {}
                }
            }
        }
    }
}
