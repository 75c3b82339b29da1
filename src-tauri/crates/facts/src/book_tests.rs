use domain::ticket::Action;
use domain::{HoldReason, PaymentMethod, ShotNumber, Stage};
use proptest::prelude::*;

use super::*;
use crate::{BatchKey, StationId};

fn id(station: &str, seq: u64) -> FactId {
    FactId { station: StationId::new(station).unwrap(), seq }
}

fn fact(station: &str, seq: u64, millis: i64, what: Happening) -> Fact {
    let batch = BatchKey::new("b").unwrap();
    Fact { id: id(station, seq), batch, stamp: Stamp { millis, count: 0 }, what }
}

fn issued(station: &str, seq: u64, millis: i64, number: i64, code: Option<&str>) -> Fact {
    let code = code.map(|code| CodeKey::new(code).unwrap());
    let number = ShotNumber(number);
    fact(
        station,
        seq,
        millis,
        Happening::Issued { number, code, priority: false, retake: false, reserved: false },
    )
}

fn step(station: &str, seq: u64, millis: i64, ticket: &FactId, action: Action) -> Fact {
    let (ticket, seen) = (ticket.clone(), ticket.clone());
    fact(station, seq, millis, Happening::Stepped { ticket, action, seen })
}

fn book(facts: &[Fact]) -> Book {
    let mut book = Book::default();
    facts.iter().for_each(|fact| assert_eq!(book.add(fact).unwrap(), Added::New));
    book
}

fn call(booth: &str) -> Action {
    Action::Call { booth: booth.into() }
}

fn seat(booth: &str) -> Action {
    Action::Seat { booth: booth.into() }
}

fn shoot(booth: &str) -> Action {
    Action::Shoot { booth: booth.into() }
}

#[test]
fn a_number_called_by_two_is_shown_with_both_booths() {
    let ticket = issued("a", 1, 10, 7, Some("c0"));
    let facts =
        [ticket.clone(), step("a", 2, 20, &ticket.id, call("A")), step("b", 1, 21, &ticket.id, call("B"))];
    let conflicts = book(&facts).conflicts();
    let [ShownConflict { conflict: Conflict::CalledTwice { number, booths, .. }, settled: None }] =
        &conflicts[..]
    else {
        panic!("{conflicts:?}")
    };
    assert_eq!((number.0, booths), (7, &["A".to_owned(), "B".to_owned()]));
}

#[test]
fn two_pictures_of_one_code_stay_two_and_are_shown() {
    let (one, two) = (issued("a", 1, 10, 1, Some("c0")), issued("b", 1, 11, 2, Some("c0")));
    let mut facts = vec![one.clone(), two.clone()];
    for (station, ticket) in [("a", &one.id), ("b", &two.id)] {
        for (i, action) in [call(station), seat(station), shoot(station)].into_iter().enumerate() {
            facts.push(step(station, 2 + i as u64, 20 + i as i64, ticket, action));
        }
    }
    let book = book(&facts);
    let codes: Vec<_> = book.conflicts().iter().map(|shown| shown.conflict.code()).collect();
    assert_eq!(codes, ["shot_twice", "two_numbers"]);
    assert_eq!(book.people().len(), 1);
}

#[test]
fn a_picture_counts_even_where_the_ticket_had_moved_on() {
    let ticket = issued("a", 1, 10, 1, Some("c0"));
    let facts = [
        ticket.clone(),
        step("a", 2, 20, &ticket.id, Action::Leave),
        step("b", 1, 30, &ticket.id, shoot("B")),
    ];
    let book = book(&facts);
    let state = book.ticket(&ticket.id).unwrap();
    assert_eq!((state.stage(), state.shots.len()), (&Stage::Shot, 1));
    assert_eq!(book.conflicts()[0].conflict.code(), "step_lost");
}

#[test]
fn a_number_given_out_twice_stays_two_tickets() {
    let book = book(&[issued("a", 1, 10, 5, Some("c0")), issued("b", 1, 10, 5, Some("c1"))]);
    assert_eq!(book.by_number(ShotNumber(5)).len(), 2);
    assert_eq!(book.conflicts()[0].conflict.code(), "number_doubled");
}

#[test]
fn an_undo_counts_only_for_the_step_that_was_seen() {
    let ticket = issued("a", 1, 10, 1, None);
    let called = step("a", 2, 20, &ticket.id, call("A"));
    let undo = |seen: &FactId| {
        let (ticket, seen) = (ticket.id.clone(), seen.clone());
        fact("a", 4, 40, Happening::Stepped { ticket, action: Action::Undo, seen })
    };
    let passed = step("b", 1, 30, &ticket.id, Action::Pass);
    let stage = |facts: &[Fact]| book(facts).ticket(&ticket.id).unwrap().stage().name();
    assert_eq!(stage(&[ticket.clone(), called.clone(), undo(&called.id)]), "waiting");
    assert_eq!(stage(&[ticket.clone(), called.clone(), passed.clone(), undo(&called.id)]), "passed");
    assert_eq!(stage(&[ticket.clone(), called.clone(), passed.clone(), undo(&passed.id)]), "called");
}

#[test]
fn only_the_station_that_has_somebody_can_keep_him() {
    let ticket = issued("a", 1, 10, 1, None);
    let called = step("a", 2, 20, &ticket.id, call("A"));
    let keep = |station, seq| fact(station, seq, 30, Happening::Reserved { ticket: ticket.id.clone() });
    let free = |station, seq| fact(station, seq, 40, Happening::Released { ticket: ticket.id.clone() });
    let owner = |facts: &[Fact]| {
        book(facts).ticket(&ticket.id).unwrap().reserved_to.as_ref().map(|s| s.as_str().to_owned())
    };
    let base = [ticket.clone(), called];
    let with = |more: &[Fact]| owner(&[&base, more].concat());
    assert_eq!(with(&[keep("b", 1)]), None);
    assert_eq!(with(&[keep("a", 3)]), Some("a".into()));
    assert_eq!(with(&[keep("a", 3), free("b", 1)]), Some("a".into()));
    assert_eq!(with(&[keep("a", 3), free("a", 4)]), None);
}

#[test]
fn a_hostile_fact_is_refused_and_changes_nothing() {
    let mut book = Book::default();
    let mut odd = issued("a", 1, 10, -5, None);
    assert!(book.add(&odd).is_err());
    odd = issued("a", 1, i64::MAX, 5, None);
    assert!(book.add(&odd).is_err());
    odd = issued("a", u64::MAX, 1, 5, None);
    assert!(book.add(&odd).is_err());
    let (method, cashier) = (PaymentMethod::Cash, "c".to_owned());
    odd = fact(
        "a",
        1,
        1,
        Happening::Paid { ticket: None, person: None, amount_fen: u32::MAX, method, cashier },
    );
    assert!(book.add(&odd).is_err());
    odd = step("a", 2, 1, &id("a", 1), call("\u{1b}[2J"));
    assert!(book.add(&odd).is_err());
    assert!(book.is_empty());
}

fn anything() -> impl Strategy<Value = (u8, u8, i64)> {
    (0u8..12, 0u8..3, 0i64..40)
}

/// Facts of three stations about two tickets, as they might be written without knowing of each other.
fn history(steps: &[(u8, u8, i64)]) -> Vec<Fact> {
    let tickets = [issued("a", 1, 1, 1, Some("c0")), issued("b", 1, 1, 2, Some("c0"))];
    let mut facts = tickets.to_vec();
    for (i, (kind, station, at)) in steps.iter().enumerate() {
        let station = ["a", "b", "c"][usize::from(*station)];
        let ticket = tickets[i % 2].id.clone();
        let seen = facts[i].id.clone();
        let seq = 10 + i as u64;
        let action = match kind {
            0 | 1 => call(station),
            2 => seat(station),
            3 => shoot(station),
            4 => Action::Pass,
            5 => Action::Back,
            6 => Action::Hold { reason: HoldReason::Hair },
            7 => Action::Leave,
            8 => Action::Undo,
            9 => Action::Unseat,
            10 => {
                facts.push(fact(station, seq, *at, Happening::Reserved { ticket }));
                continue;
            }
            _ => {
                facts.push(fact(station, seq, *at, Happening::Released { ticket }));
                continue;
            }
        };
        facts.push(fact(station, seq, *at, Happening::Stepped { ticket, action, seen }));
    }
    facts
}

proptest! {
    #[test]
    fn any_order_and_any_repetition_tell_the_same_story(
        steps in prop::collection::vec(anything(), 0..24), seed in any::<u64>(),
    ) {
        let facts = history(&steps);
        let told = book(&facts);
        let mut mixed = facts.clone();
        let mut state = seed;
        for i in (1..mixed.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            mixed.swap(i, (state >> 33) as usize % (i + 1));
        }
        let mut again = Book::default();
        for fact in mixed.iter().chain(&facts) {
            again.add(fact).unwrap();
        }
        prop_assert_eq!(again.tickets().collect::<Vec<_>>(), told.tickets().collect::<Vec<_>>());
        prop_assert_eq!(again.conflicts(), told.conflicts());
        prop_assert_eq!(again.people(), told.people());
    }

    #[test]
    fn no_picture_and_no_step_vanishes(steps in prop::collection::vec(anything(), 0..24)) {
        let facts = history(&steps);
        let book = book(&facts);
        let shots = facts.iter().filter(|f| matches!(&f.what, Happening::Stepped { action: Action::Shoot { .. }, .. }));
        let kept: usize = book.tickets().map(|t| t.shots.len()).sum();
        prop_assert_eq!(kept, shots.count());
        for ticket in book.tickets().filter(|t| !t.shots.is_empty()) {
            prop_assert_eq!(ticket.stage(), &Stage::Shot);
        }
    }
}
