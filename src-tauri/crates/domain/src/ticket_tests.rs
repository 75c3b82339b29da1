use proptest::prelude::*;

use super::*;
use crate::{ShotNumber, call_order};

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1000)
}

fn call(booth: &str) -> Action {
    Action::Call { booth: booth.into() }
}

fn called(booth: &str) -> Ticket {
    Ticket::issued(false, at(0)).step(&call(booth), at(1)).unwrap()
}

#[test]
fn the_usual_way_from_the_number_to_the_picture() {
    let seated = called("A").step(&Action::Seat { booth: "A".into() }, at(2)).unwrap();
    let shot = seated.step(&Action::Shoot { booth: "A".into() }, at(9)).unwrap();
    assert_eq!(shot.stage(), &Stage::Shot);
    assert_eq!((shot.place.since, shot.place.first_called_at), (at(9), Some(at(1))));
}

#[test]
fn a_called_number_is_not_called_by_another_booth() {
    assert_eq!(called("A").step(&call("B"), at(2)), Err(TicketRefusal::AtBooth("A".into())));
    assert_eq!(called("A").step(&call("A"), at(2)), Err(TicketRefusal::CalledHere));
    assert_eq!(
        called("A").step(&Action::Seat { booth: "B".into() }, at(2)),
        Err(TicketRefusal::AtBooth("A".into()))
    );
}

#[test]
fn passed_and_held_people_come_back() {
    for away in [Action::Pass, Action::Hold { reason: HoldReason::Glasses }] {
        let back = called("A").step(&away, at(2)).unwrap().step(&Action::Back, at(3)).unwrap();
        assert_eq!((back.stage(), back.place.returns), (&Stage::Waiting, 1));
        assert!(back.step(&call("B"), at(4)).is_ok());
    }
}

#[test]
fn nothing_but_the_sitting_takes_somebody_out_of_the_seat() {
    let seated = called("A").step(&Action::Seat { booth: "A".into() }, at(2)).unwrap();
    for action in [
        call("B"),
        Action::Pass,
        Action::Hold { reason: HoldReason::Hair },
        Action::Leave,
        Action::Refuse { reason: "x".into() },
        Action::Undo,
    ] {
        assert_eq!(seated.step(&action, at(3)), Err(TicketRefusal::InSeat), "{action:?}");
    }
    let free = seated.step(&Action::Unseat, at(3)).unwrap();
    assert_eq!(free.stage(), &Stage::Called { booth: "A".into() });
}

#[test]
fn a_refusal_needs_its_reason() {
    let refuse = |reason: &str| called("A").step(&Action::Refuse { reason: reason.into() }, at(2));
    assert_eq!(refuse("  "), Err(TicketRefusal::ReasonNeeded));
    assert_eq!(refuse(&"长".repeat(301)), Err(TicketRefusal::ReasonNeeded));
    assert_eq!(refuse(" 本人不同意 ").unwrap().stage(), &Stage::Refused { reason: "本人不同意".into() });
}

#[test]
fn an_accepted_picture_is_not_undone() {
    let seated = called("A").step(&Action::Seat { booth: "A".into() }, at(2)).unwrap();
    let shot = seated.step(&Action::Shoot { booth: "A".into() }, at(3)).unwrap();
    for action in [Action::Undo, Action::Back, Action::Leave, call("A")] {
        assert_eq!(shot.step(&action, at(4)), Err(TicketRefusal::AlreadyShot));
    }
}

#[test]
fn a_ticket_survives_its_own_json() {
    let held = called("A").step(&Action::Hold { reason: HoldReason::Collar }, at(2)).unwrap();
    let json = serde_json::to_string(&held).unwrap();
    assert_eq!(serde_json::from_str::<Ticket>(&json).unwrap(), held);
}

/// Three booths and a desk do whatever comes to their minds.
#[derive(Debug, Clone)]
enum Deed {
    Issue(bool),
    Next(usize),
    To(usize, Action),
}

const BOOTHS: [&str; 3] = ["A", "B", "C"];

fn deed() -> impl Strategy<Value = Deed> {
    let booth = (0..BOOTHS.len()).prop_map(|b| BOOTHS[b].to_owned());
    let action = prop_oneof![
        booth.clone().prop_map(|booth| Action::Call { booth }),
        booth.clone().prop_map(|booth| Action::Recall { booth }),
        Just(Action::Pass),
        Just(Action::Hold { reason: HoldReason::Hair }),
        Just(Action::Back),
        Just(Action::Leave),
        Just(Action::Refuse { reason: "x".into() }),
        any::<bool>().prop_map(|priority| Action::Prioritise { priority }),
        booth.clone().prop_map(|booth| Action::Seat { booth }),
        Just(Action::Unseat),
        booth.prop_map(|booth| Action::Shoot { booth }),
        Just(Action::Undo),
    ];
    prop_oneof![
        2 => any::<bool>().prop_map(Deed::Issue),
        3 => (0..BOOTHS.len()).prop_map(Deed::Next),
        6 => (any::<usize>(), action).prop_map(|(which, action)| Deed::To(which, action)),
    ]
}

fn numbered(queue: &[Ticket]) -> impl Iterator<Item = (ShotNumber, &Ticket)> {
    queue.iter().enumerate().map(|(n, t)| (ShotNumber(n as i64 + 1), t))
}

/// What the store does for a claim, on the pure parts.
fn claim(queue: &[Ticket], booth: &str) -> Option<usize> {
    if call_order::at_booth(numbered(queue), booth).is_some() {
        return None;
    }
    call_order::next(numbered(queue)).map(|n| n.0 as usize - 1)
}

proptest! {
    #[test]
    fn whatever_happens_nobody_is_called_by_two_and_undo_restores_exactly(
        deeds in prop::collection::vec(deed(), 1..80),
        clock in prop::collection::vec(-5_000i64..60_000, 80),
    ) {
        let mut queue: Vec<Ticket> = Vec::new();
        let mut now = 0;
        for (deed, step) in deeds.iter().zip(clock) {
            // The clock of a laptop may well be set back.
            now += step;
            let now = Timestamp(now);
            match deed {
                Deed::Issue(priority) => queue.push(Ticket::issued(*priority, now)),
                Deed::Next(booth) => {
                    if let Some(i) = claim(&queue, BOOTHS[*booth]) {
                        prop_assert_eq!(queue[i].stage(), &Stage::Waiting);
                        queue[i] = queue[i].step(&call(BOOTHS[*booth]), now).unwrap();
                    }
                }
                Deed::To(which, action) if !queue.is_empty() => {
                    let i = which % queue.len();
                    let before = queue[i].clone();
                    let Ok(after) = before.step(action, now) else { continue };
                    // No step moves a person from one booth straight to another.
                    if let (Some(a), Some(b)) = (before.stage().booth(), after.stage().booth()) {
                        prop_assert_eq!(a, b);
                    }
                    // A picture stays.
                    prop_assert_ne!(before.stage(), &Stage::Shot);
                    // Shot only out of the seat of that booth.
                    if after.stage() == &Stage::Shot {
                        let seated = matches!(before.stage(), Stage::Seated { .. });
                        prop_assert!(seated);
                    }
                    if !matches!(action, Action::Undo) {
                        match after.step(&Action::Undo, Timestamp(now.0 + 1)) {
                            Ok(undone) => prop_assert_eq!(undone.place, before.place.clone()),
                            Err(_) => {
                                let seat = matches!(
                                    action, Action::Seat { .. } | Action::Unseat | Action::Shoot { .. }
                                );
                                prop_assert!(seat, "{:?} cannot be undone", action);
                            }
                        }
                    }
                    queue[i] = after;
                }
                Deed::To(..) => {}
            }
        }
        // The order is total: calling on until nobody waits calls everybody who waited, each once.
        let mut waiting = queue.iter().filter(|t| t.stage() == &Stage::Waiting).count();
        while let Some(n) = call_order::next(numbered(&queue)) {
            let i = n.0 as usize - 1;
            queue[i] = queue[i].step(&call("D"), Timestamp(now)).unwrap().step(&Action::Pass, Timestamp(now)).unwrap();
            waiting -= 1;
        }
        prop_assert_eq!(waiting, 0);
    }
}
