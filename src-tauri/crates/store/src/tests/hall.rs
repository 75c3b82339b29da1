//! Stores of one hall that tell each other facts, without a network: whatever comes, in whatever order, is taken.

use domain::ticket::Action;
use domain::{BatchId, EndState, FeeRule, HoldReason, PaymentMethod, ShotNumber, Stage, Subject, Way};
use facts::{BatchKey, Cursor, Fact, FactId, Happening, NumberRange, StationId};

use super::day::{check_in, plan, refusal};
use super::*;
use crate::{DayRefusal, HallJoin, NewPayment, OutboxState, RetakeSource};

/// What all booths have told.
#[derive(Default)]
struct Hall(Vec<Fact>);

impl Hall {
    fn join(&self, booth: &mut Booth, name: &str, first: bool) -> BatchId {
        let batch = booth.store().open_one().unwrap().unwrap().id;
        booth.store().set_station(name).unwrap();
        let join = HallJoin {
            key: BatchKey::new("h-1").unwrap(),
            station: StationId::new(format!("s-{name}")).unwrap(),
            join_code: "K7M2-9QXD-4TZA",
            secret: [7; 32],
            identities: false,
            first,
        };
        let now = booth.now();
        booth.store().hall_join(batch, &join, now).unwrap();
        let first = if name == "A" { 101 } else { 201 };
        let range = NumberRange { first: ShotNumber(first), last: ShotNumber(first + 19) };
        booth.store().hall_keep_range(batch, range).unwrap();
        batch
    }

    /// A booth tells what it has to say, and hears everything, one by one or at once.
    fn meet(&mut self, booth: &mut Booth) {
        let batch = booth.store().open_one().unwrap().unwrap().id;
        for _ in 0..2 {
            let reader = booth.store().reader_door().open().unwrap();
            let unsent = reader.hall_unsent(batch, 1_000).unwrap();
            let ids: Vec<FactId> = unsent.iter().map(|fact| fact.id.clone()).collect();
            self.0.extend(unsent.iter().map(|fact| fact.for_hall(false).unwrap()));
            booth.store().hall_mark_sent(&ids).unwrap();
            let cursor = Cursor { pos: self.0.len() as u64, last: self.0.last().map(|f| f.id.clone()) };
            let now = booth.now();
            booth.store().hall_absorb(batch, &self.0, &cursor, now).unwrap();
        }
    }
}

fn desk_plan() -> domain::BatchPlan {
    domain::BatchPlan { double_proof: false, ..plan(Way::Desk) }
}

fn two() -> (Hall, Booth, Booth) {
    let (hall, mut a, mut b) = (Hall::default(), Booth::new(), Booth::new());
    a.batch(&desk_plan());
    b.batch(&desk_plan());
    hall.join(&mut a, "A", true);
    hall.join(&mut b, "B", false);
    (hall, a, b)
}

fn claim(hall: &mut Hall, booth: &mut Booth, number: i64) {
    // What the hall's database does: the fact of the call comes back to the booth that asked.
    let key = booth.store().hall_ticket_key(ShotNumber(number)).unwrap().unwrap();
    let batch = booth.store().open_one().unwrap().unwrap().id;
    let of = booth.store().hall_of(batch).unwrap().unwrap();
    let seq = booth.store().hall_take_seqs(batch, 1, 0).unwrap();
    let name = booth.store().station().to_owned();
    let last = hall.0.iter().map(|fact| fact.stamp).max().unwrap_or_default();
    let fact = Fact {
        id: FactId { station: of.station, seq },
        batch: of.key,
        stamp: facts::Stamp { millis: booth.now().0.max(last.millis + 1), count: 0 },
        what: Happening::Stepped { ticket: key.clone(), action: Action::Call { booth: name }, seen: key },
    };
    hall.0.push(fact);
    hall.meet(booth);
}

#[test]
fn a_batch_that_is_not_shared_says_nothing() {
    let mut booth = Booth::new();
    booth.batch(&desk_plan());
    booth.issue("alice");
    let number = booth.next().unwrap().number.0;
    booth.try_step(number, Action::Pass).unwrap();
    let said: i64 = booth
        .store()
        .db
        .query_row("SELECT (SELECT count(*) FROM hall_fact) + (SELECT sum(shared) FROM ticket)", [], |r| {
            r.get(0)
        })
        .unwrap();
    assert_eq!((said, number), (0, 1));
}

#[test]
fn what_was_done_before_sharing_is_told_and_numbers_may_not_be_brought_along() {
    let (mut a, mut b) = (Booth::new(), Booth::new());
    a.batch(&desk_plan());
    for code in ["shot", "passed", "held", "left", "refused", "waiting"] {
        a.issue(code);
    }
    a.next();
    a.person("shot");
    a.next();
    a.try_step(2, Action::Pass).unwrap();
    a.try_step(3, Action::Hold { reason: HoldReason::Hair }).unwrap();
    a.try_step(4, Action::Leave).unwrap();
    a.try_step(5, Action::Refuse { reason: "不配合".into() }).unwrap();
    let mut hall = Hall::default();
    hall.join(&mut a, "A", true);
    b.batch(&desk_plan());
    b.issue("somebody");
    let batch = b.store().open_one().unwrap().unwrap().id;
    let (key, station) = (BatchKey::new("h-1").unwrap(), StationId::new("s-B").unwrap());
    let join = HallJoin { key, station, join_code: "", secret: [7; 32], identities: false, first: false };
    let refused = b.store().hall_join(batch, &join, Timestamp(START)).unwrap_err();
    assert_eq!(refusal(refused), DayRefusal::NumbersBeforeHall);
    b.batch(&desk_plan());
    hall.join(&mut b, "B", false);
    hall.meet(&mut a);
    hall.meet(&mut b);
    let stages = |booth: &mut Booth| (1..=6).map(|n| booth.stage(n).name()).collect::<Vec<_>>();
    let expected = ["shot", "passed", "held", "left", "refused", "waiting"];
    assert_eq!((stages(&mut a), stages(&mut b)), (expected.to_vec(), expected.to_vec()));
    // Number 1 of the batch before is another person's, and stays it.
    assert_eq!(b.store().hall_ticket_key(ShotNumber(1)).unwrap().unwrap().station.as_str(), "s-A");
    a.assert_clean();
    b.assert_clean();
}

#[test]
fn a_ticket_of_another_booth_is_called_seated_and_shot_here() {
    let (mut hall, mut a, mut b) = two();
    let number = a.issue("alice").number.0;
    a.issue("bob");
    hall.meet(&mut a);
    hall.meet(&mut b);
    // Nobody is called past the hall, unless the number is this booth's own.
    assert_eq!(b.next(), None);
    assert_eq!(
        refusal(b.try_step(number, Action::Call { booth: "B".into() }).unwrap_err()),
        DayRefusal::NotOursAlone(ShotNumber(number))
    );
    claim(&mut hall, &mut b, number);
    assert_eq!(b.stage(number), Stage::Called { booth: "B".into() });
    assert_eq!(b.try_sit("bob").unwrap_err().code(), "jumped_queue");
    b.person("alice");
    hall.meet(&mut b);
    hall.meet(&mut a);
    assert_eq!((a.stage(number), b.stage(number)), (Stage::Shot, Stage::Shot));
    let now = a.now();
    let again = a.store().check_in(&check_in(Some(&code_of("alice")), None), now).unwrap_err();
    assert_eq!(refusal(again), DayRefusal::Shot(ShotNumber(number)));
    let there = a.store().shot_elsewhere(&code_of("alice")).unwrap().unwrap();
    assert_eq!((there.number.0, there.booth.as_str()), (number, "B"));
    a.assert_clean();
    b.assert_clean();
}

#[test]
fn a_picture_counts_though_the_ticket_has_moved_on_elsewhere() {
    let (mut hall, mut a, mut b) = two();
    let number = a.issue("alice").number.0;
    a.next();
    let sitting = a.sit("alice").id;
    hall.meet(&mut a);
    hall.meet(&mut b);
    // Somebody at the other laptop says that the person has gone; his word is the earlier one.
    let key = b.store().hall_ticket_key(ShotNumber(number)).unwrap().unwrap();
    let stray = |seq, action| Fact {
        id: FactId { station: StationId::new("s-C").unwrap(), seq },
        batch: BatchKey::new("h-1").unwrap(),
        stamp: facts::Stamp { millis: START + 1, count: 9 },
        what: Happening::Stepped { ticket: key.clone(), action, seen: key.clone() },
    };
    hall.0.push(stray(1, Action::Leave));
    hall.0.push(stray(2, Action::Call { booth: "C".into() }));
    hall.meet(&mut a);
    let shot = a.shoot(sitting, "raw").id;
    a.try_accept(shot, "alice", "jpeg").unwrap();
    assert_eq!(a.stage(number), Stage::Shot);
    hall.meet(&mut a);
    hall.meet(&mut b);
    assert_eq!(b.stage(number), Stage::Shot);
    a.assert_clean();
}

#[test]
fn numbers_booths_and_codes_that_clash_are_taken_and_shown() {
    let (mut hall, mut a, mut b) = two();
    // The same code at both; the same number twice, after somebody has put a database back.
    let (at_a, at_b) = (a.issue("alice").number, b.issue("alice").number);
    assert_eq!((at_a.0, at_b.0), (101, 201));
    let issued = |seq, number| Fact {
        id: FactId { station: StationId::new("s-C").unwrap(), seq },
        batch: BatchKey::new("h-1").unwrap(),
        stamp: facts::Stamp { millis: START + 5, count: 0 },
        what: Happening::Issued { number, code: None, priority: false, retake: false, reserved: false },
    };
    hall.0.push(issued(1, at_a));
    let called = |seq: u64, of: u64| Fact {
        id: FactId { station: StationId::new("s-C").unwrap(), seq },
        batch: BatchKey::new("h-1").unwrap(),
        stamp: facts::Stamp { millis: START + 900_000, count: seq as u32 },
        what: Happening::Stepped {
            ticket: FactId { station: StationId::new("s-C").unwrap(), seq: of },
            action: Action::Call { booth: "C".into() },
            seen: FactId { station: StationId::new("s-C").unwrap(), seq: of },
        },
    };
    hall.0.extend([issued(2, ShotNumber(301)), called(3, 1), called(4, 2)]);
    for _ in 0..2 {
        hall.meet(&mut a);
        hall.meet(&mut b);
    }
    for booth in [&mut a, &mut b] {
        let refused = booth.try_step(at_a.0, Action::Leave).unwrap_err();
        assert_eq!(refusal(refused), DayRefusal::NumberDoubled(at_a));
        let reader = booth.store().reader_door().open().unwrap();
        let batch = reader.batch_or_open(None).unwrap().id;
        assert_eq!(reader.in_stage(batch, "called", 9).unwrap().len(), 2, "both at one booth are shown");
        let people = reader.people(batch).unwrap();
        assert_eq!(people.len(), 3, "one code is one person at both booths");
        assert_eq!(people.iter().filter(|p| p.state == EndState::AtBooth).count(), 2);
        booth.assert_clean();
    }
}

#[test]
fn a_call_whose_answer_came_too_late_goes_back() {
    let (mut hall, mut a, mut b) = two();
    let early = a.issue("alice").number.0;
    hall.meet(&mut a);
    hall.meet(&mut b);
    // Without an answer b went on alone with its own.
    let own = b.issue("bob").number.0;
    assert_eq!(b.next().unwrap().number.0, own);
    claim(&mut hall, &mut b, early);
    assert_eq!((b.stage(early), b.stage(own)), (Stage::Waiting, Stage::Called { booth: "B".into() }));
    hall.meet(&mut a);
    assert_eq!(a.stage(early), Stage::Waiting);
}

#[test]
fn fees_people_and_retakes_are_known_at_every_booth() {
    let (mut hall, mut a, mut b) = (Hall::default(), Booth::new(), Booth::new());
    let paying = domain::BatchPlan { fee: FeeRule::OnTheSpot { amount_fen: 2000 }, ..desk_plan() };
    let line =
        Subject { student_no: Some("2022001".into()), name: Some("张小三".into()), ..Subject::default() };
    for (booth, name) in [(&mut a, "A"), (&mut b, "B")] {
        let batch = booth.batch(&paying);
        booth.roster(batch, std::slice::from_ref(&line));
        hall.join(booth, name, name == "A");
    }
    // The fee is taken at one, before there is a number; the number is given out at the other.
    let subject = {
        let reader = a.store().reader_door().open().unwrap();
        let batch = reader.batch_or_open(None).unwrap().id;
        reader.subjects(batch).unwrap()[0].id
    };
    let cash = NewPayment { amount_fen: 2000, method: PaymentMethod::Cash, cashier: "李" };
    let now = a.now();
    a.store().take_payment(Some(subject), None, &cash, now).unwrap();
    hall.meet(&mut a);
    hall.meet(&mut b);
    let number = b.issue("2022001").number;
    b.next();
    b.person("2022001");
    let now = b.now();
    b.store().add_retake(number, "闭眼", RetakeSource::Reviewer, true, now).unwrap();
    hall.meet(&mut b);
    hall.meet(&mut a);
    let state = |booth: &mut Booth| {
        let reader = booth.store().reader_door().open().unwrap();
        let batch = reader.batch_or_open(None).unwrap().id;
        let people = reader.people(batch).unwrap();
        assert_eq!(people.len(), 1, "the line of the roster is the person with the code");
        (people[0].state, people[0].tickets.len(), reader.cash(batch).unwrap()[0].total_fen)
    };
    assert_eq!(state(&mut a), state(&mut b));
    assert_eq!(state(&mut a).1, 2);
    let again = number.0 + 1;
    assert_eq!(b.next().unwrap().number.0, again);
    b.person("2022001");
    hall.meet(&mut b);
    hall.meet(&mut a);
    assert_eq!(state(&mut a), (EndState::Shot, 2, 2000));
    assert_eq!(state(&mut b), (EndState::Shot, 2, 2000));
    // Nothing of a person has travelled.
    let told = serde_json::to_string(&hall.0).unwrap();
    assert!(!told.contains("2022001") && !told.contains("张") && !told.contains("闭眼"), "{told}");
}

#[test]
fn a_picture_that_was_not_chosen_waits_in_the_outbox() {
    let (mut hall, mut a, mut b) = two();
    for booth in [&mut a, &mut b] {
        booth.issue("alice");
        booth.next();
        booth.person("alice");
    }
    hall.meet(&mut a);
    hall.meet(&mut b);
    hall.meet(&mut a);
    let mut book = facts::Book::default();
    for fact in &hall.0 {
        book.add(fact).unwrap();
    }
    let conflict = book.conflicts().into_iter().find(|c| c.conflict.code() == "shot_twice").unwrap().conflict;
    let sides = conflict.sides(&book);
    let keep = sides.iter().find(|side| side.station.as_str() == "s-A").unwrap().shot.clone().unwrap();
    let (batch, now) = (a.store().open_one().unwrap().unwrap().id, a.now());
    a.store().hall_settle(batch, &conflict.key(), "一号那张睁眼", Some(&keep), now).unwrap();
    assert_eq!(a.store().outbox(OutboxState::Pending).unwrap().len(), 1);
    hall.meet(&mut a);
    hall.meet(&mut b);
    let parked = b.store().outbox(OutboxState::Parked).unwrap();
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert!(b.store().hall_picture(&keep).unwrap().is_none(), "that one is not here");
    b.assert_clean();
}

#[test]
fn killed_anywhere_in_a_step_row_and_fact_agree() {
    use crate::faults::{Fault, Step, arm, disarm};
    for (step, done) in [(Step::BeforeCommit, false), (Step::Committed, true)] {
        let (mut hall, mut a, _) = two();
        a.issue("alice");
        a.next();
        let sitting = a.sit("alice").id;
        let shot = a.shoot(sitting, "raw").id;
        arm(step, Fault::Crash);
        assert!(a.crash(|a| drop(a.try_accept(shot, "alice", "jpeg"))));
        disarm();
        a.open();
        a.store().set_station("A").unwrap();
        let stage = a.stage(101);
        assert_eq!(stage == Stage::Shot, done);
        hall.meet(&mut a);
        let shots = hall
            .0
            .iter()
            .filter(|f| matches!(&f.what, Happening::Stepped { action: Action::Shoot { .. }, .. }))
            .count();
        assert_eq!(shots, usize::from(done), "the fact is there if and only if the picture is");
    }
}
