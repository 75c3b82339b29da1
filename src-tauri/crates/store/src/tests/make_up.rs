//! The make-up day: who is left, with what was paid and why.

use domain::ticket::{Action, HoldReason};
use domain::{BatchId, BatchPlan, FeeRule, FeeStanding, PaymentMethod, ShotNumber, Stage, Subject, Way};

use super::day::{check_in, plan, refusal};
use super::*;
use crate::{DayRefusal, NewCheckIn, NewPayment, RetakeSource};

fn row(no: &str, paid: Option<bool>) -> Subject {
    Subject { student_no: Some(no.into()), name: Some(format!("学生{no}")), paid, ..Subject::default() }
}

fn fees() -> BatchPlan {
    BatchPlan { fee: FeeRule::Prepaid { amount_fen: 1700 }, double_proof: false, ..plan(Way::Desk) }
}

/// One shot, one shot badly, one held who paid at the desk, one absent who had paid, one absent who had not.
fn a_day(booth: &mut Booth) -> BatchId {
    let batch = booth.batch(&fees());
    let rows: Vec<Subject> =
        [("1", Some(true)), ("2", Some(true)), ("3", None), ("4", Some(true)), ("5", Some(false))]
            .map(|(no, paid)| row(no, paid))
            .into();
    booth.roster(batch, &rows);
    let subject = |booth: &mut Booth, no: &str| {
        booth.store().reader_door().open().unwrap().search(batch, no, 1).unwrap()[0].id
    };
    for (no, code) in [("1", "alice"), ("2", "bob")] {
        let (now, code_) = (booth.now(), code_of(code));
        let who = subject(booth, no);
        booth.store().check_in(&check_in(Some(&code_), Some(who)), now).unwrap();
        booth.next();
        booth.person(code);
    }
    let now = booth.now();
    booth.store().add_retake(ShotNumber(2), "闭眼", RetakeSource::Results, false, now).unwrap();
    let (who, code) = (subject(booth, "3"), code_of("carol"));
    let cash = NewPayment { amount_fen: 1700, method: PaymentMethod::Cash, cashier: "李" };
    let paid = NewCheckIn { payment: Some(cash), ..check_in(Some(&code), Some(who)) };
    let (held, _) = booth.store().check_in(&paid, now).unwrap();
    booth.try_step(held.number.0, Action::Hold { reason: HoldReason::Hair }).unwrap();
    batch
}

#[test]
fn the_make_up_day_knows_who_is_left_what_they_paid_and_why() {
    let mut booth = Booth::new();
    let first = a_day(&mut booth);
    let now = booth.now();
    let open = booth.store().make_up_batch(first, &fees(), now).unwrap_err();
    assert_eq!(refusal(open), DayRefusal::StillOpen);
    booth.store().seal_batch(first, Some("下班"), now).unwrap();
    let (second, remaining) = booth.store().make_up_batch(first, &fees(), now).unwrap();
    assert_eq!((remaining.people, remaining.paid, remaining.retakes), (4, 3, 1));
    assert_eq!(second.plan.make_up_of, Some(first));
    let reader = booth.store().reader_door().open().unwrap();
    let fee = |line| (reader.fee(&second, Some(&line), None).unwrap(), line.subject.student_no.unwrap());
    let known: Vec<_> = reader.subjects(second.id).unwrap().into_iter().map(fee).collect();
    let expected = [
        (FeeStanding::Paid, "2"),
        (FeeStanding::Paid, "3"),
        (FeeStanding::Paid, "4"),
        (FeeStanding::Unpaid, "5"),
    ];
    assert_eq!(known, expected.map(|(fee, no)| (fee, no.to_owned())));
    assert!(reader.cash(second.id).unwrap().is_empty(), "money of the first day is counted there");
    let list = reader.retakes(second.id).unwrap();
    assert_eq!((list.len(), list[0].reason.as_str(), list[0].source), (1, "闭眼", RetakeSource::Results));
}

#[test]
fn a_carried_retake_comes_with_its_reason_replaces_the_picture_and_closes_both_lines() {
    for way in [Way::Desk, Way::Booth] {
        let mut booth = Booth::new();
        let first = a_day(&mut booth);
        let now = booth.now();
        booth.store().seal_batch(first, Some("下班"), now).unwrap();
        let again = BatchPlan { way, ..fees() };
        let (second, _) = booth.store().make_up_batch(first, &again, now).unwrap();
        booth.store().open_batch(second.id, now).unwrap();
        let earlier = booth.store().earlier_accept(&code_of("bob")).unwrap().unwrap().portrait;
        if way == Way::Desk {
            let code = code_of("bob");
            let facts = booth.store().desk_look(&check_in(Some(&code), None)).unwrap();
            assert_eq!((facts.retake.as_deref(), facts.refusal.is_none()), (Some("闭眼"), true));
            let (ticket, _) = booth.store().check_in(&check_in(Some(&code), None), now).unwrap();
            assert!(ticket.retake.is_some());
            booth.next();
        }
        assert_eq!(booth.person("bob").supersedes, Some(earlier), "{way:?}");
        let reader = booth.store().reader_door().open().unwrap();
        for batch in [first, second.id] {
            assert!(
                reader.retakes(batch).unwrap().iter().all(|line| line.done_at.is_some()),
                "{way:?} {batch}"
            );
        }
        assert_eq!(reader.reconcile(first).unwrap().retake_due, 0);
        drop(reader);
        booth.assert_clean();
    }
}

#[test]
fn a_person_of_the_roster_finds_the_carried_retake_too() {
    let mut booth = Booth::new();
    let first = a_day(&mut booth);
    let now = booth.now();
    booth.store().seal_batch(first, Some("下班"), now).unwrap();
    let (second, _) = booth.store().make_up_batch(first, &fees(), now).unwrap();
    booth.store().open_batch(second.id, now).unwrap();
    let reader = booth.store().reader_door().open().unwrap();
    let (bob, dora) =
        (reader.search(second.id, "2", 1).unwrap()[0].id, reader.search(second.id, "4", 1).unwrap()[0].id);
    let by_hand = booth.store().desk_look(&check_in(None, Some(bob))).unwrap();
    assert_eq!(by_hand.retake.as_deref(), Some("闭眼"), "before the code is scanned");
    // A phone that shows another code than last time is somebody else's.
    let code = code_of("not bob's");
    let facts = booth.store().desk_look(&check_in(Some(&code), Some(bob))).unwrap();
    assert_eq!(refusal(facts.refusal.unwrap()), DayRefusal::OtherPerson(ShotNumber(2)));
    let code = code_of("dora");
    let facts = booth.store().desk_look(&check_in(Some(&code), Some(dora))).unwrap();
    assert_eq!((facts.retake, facts.refusal.is_none()), (None, true), "absent and paid: a plain number");
    let (ticket, _) = booth.store().check_in(&check_in(Some(&code), Some(dora)), now).unwrap();
    assert_eq!((ticket.ticket.stage(), ticket.retake), (&Stage::Waiting, None));
}

#[test]
fn with_nobody_left_there_is_no_make_up_day() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.next();
    booth.person("alice");
    let now = booth.now();
    booth.store().seal_batch(batch, None, now).unwrap();
    let nobody = booth.store().make_up_batch(batch, &plan(Way::Desk), now).unwrap_err();
    assert_eq!(refusal(nobody), DayRefusal::NobodyRemains);
    assert_eq!(
        booth.store().reader_door().open().unwrap().batches().unwrap().len(),
        1,
        "nothing was written"
    );
}
