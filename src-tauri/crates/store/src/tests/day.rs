//! Numbers, calls and the seat, with real rows.

use domain::payment::FeeRefusal;
use domain::ticket::{Action, HoldReason, TicketRefusal};
use domain::{
    BatchId, BatchPlan, BatchState, Consent, Day, FeeRule, MinuteOfDay, PaymentMethod, ShotNumber, Stage,
    Subject, SubjectId, Way,
};

use super::*;
use crate::faults::{Fault, Step, arm, disarm};
use crate::{DayRefusal, NewCheckIn, NewPayment, RetakeSource, RosterChunk, RosterCounts, TicketRecord};

pub(crate) fn plan(way: Way) -> BatchPlan {
    BatchPlan {
        school: "某某大学".into(),
        date: Day::new(2026, 5, 13).unwrap(),
        place: "体育馆".into(),
        group: "1".into(),
        spec: "registry-safe".into(),
        fee: FeeRule::None,
        way,
        double_proof: way == Way::Desk,
        masked_names: false,
        naming: String::new(),
        consent: Consent::default(),
        upload_allowed: false,
        make_up: domain::MakeUpTerms::default(),
        make_up_of: None,
    }
}

pub(crate) fn check_in<'a>(code: Option<&'a CaptureCode>, subject: Option<SubjectId>) -> NewCheckIn<'a> {
    NewCheckIn {
        code: code.map(|code| (code, CodeSource::Gun)),
        subject,
        payment: None,
        consent: false,
        id_card: true,
        priority: false,
        retake_reason: None,
        day: Day::new(2026, 5, 13).unwrap(),
        minute: MinuteOfDay::new(600).unwrap(),
    }
}

pub(crate) fn refusal(error: StoreError) -> DayRefusal {
    match error {
        StoreError::Day(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

impl Booth {
    pub(crate) fn batch(&mut self, plan: &BatchPlan) -> BatchId {
        let now = self.now();
        let id = self.store().new_batch(plan, now).unwrap().id;
        self.store().open_batch(id, now).unwrap();
        id
    }

    pub(crate) fn roster(&mut self, batch: BatchId, rows: &[Subject]) -> RosterCounts {
        let now = self.now();
        let rows: Vec<&Subject> = rows.iter().collect();
        let mut counts = RosterCounts::default();
        let generation = self.store().begin_roster(batch, now).unwrap();
        let chunk = RosterChunk { batch, generation, rows: &rows, identities_too: false };
        self.store().apply_roster(&chunk, &mut counts, now).unwrap();
        self.store().end_roster(batch, generation, &counts, now).unwrap();
        counts
    }

    pub(crate) fn issue(&mut self, code: &str) -> TicketRecord {
        let (now, code) = (self.now(), code_of(code));
        self.store().check_in(&check_in(Some(&code), None), now).unwrap().0
    }

    pub(crate) fn next(&mut self) -> Option<TicketRecord> {
        let now = self.now();
        self.store().call_next(None, now).unwrap()
    }

    pub(crate) fn try_step(&mut self, number: i64, action: Action) -> Result<TicketRecord, StoreError> {
        let now = self.now();
        self.store().step_ticket(ShotNumber(number), &action, now)
    }

    pub(crate) fn try_sit(&mut self, code: &str) -> Result<SittingRecord, StoreError> {
        let (now, code) = (self.now(), code_of(code));
        let earlier = self.store().earlier_accept(&code).unwrap().map(|e| e.portrait);
        self.store().open_sitting(&code, CodeSource::Camera, earlier, now)
    }

    pub(crate) fn stage(&mut self, number: i64) -> Stage {
        let reader = self.store().reader_door().open().unwrap();
        reader.numbered(ShotNumber(number)).unwrap().unwrap().ticket.place.stage
    }
}

fn here() -> String {
    "A-1".to_owned()
}

#[test]
fn without_a_batch_the_station_works_as_ever() {
    let mut booth = Booth::new();
    let sitting = booth.sit("alice");
    assert_eq!(booth.store().ticket_of(sitting.id).unwrap(), None);
    let shot = booth.shoot(sitting.id, "raw").id;
    booth.try_accept(shot, "alice", "jpeg").unwrap();
    booth.assert_clean();
}

#[test]
fn from_the_desk_to_the_picture_in_one_number() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    assert_eq!(booth.issue("alice").number, ShotNumber(1));
    assert_eq!(booth.issue("bob").number, ShotNumber(2));
    let called = booth.next().unwrap();
    assert_eq!((called.number, called.ticket.stage()), (ShotNumber(1), &Stage::Called { booth: here() }));
    let portrait = booth.person("alice");
    let label = booth.store().label_of(portrait.id).unwrap();
    assert_eq!((label.number(), label.sitting.shot_number), (ShotNumber(1), ShotNumber(1)));
    assert_eq!(booth.stage(1), Stage::Shot);
    let reader = booth.store().reader_door().open().unwrap();
    let counts = reader.reconcile(batch).unwrap();
    assert_eq!((counts.due, counts.shot, counts.waiting), (2, 1, 1));
    drop(reader);
    booth.assert_clean();
}

#[test]
fn a_jumped_queue_is_caught_at_the_seat() {
    let mut booth = Booth::new();
    booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.issue("bob");
    assert_eq!(refusal(booth.try_sit("alice").unwrap_err()), DayRefusal::NobodyCalled(Some(ShotNumber(1))));
    booth.next();
    let jumped = |belongs| DayRefusal::Jumped { called: ShotNumber(1), belongs };
    assert_eq!(refusal(booth.try_sit("bob").unwrap_err()), jumped(Some(ShotNumber(2))));
    assert_eq!(refusal(booth.try_sit("stranger").unwrap_err()), jumped(None));
    assert_eq!(booth.store().unfinished().unwrap(), None);
    assert_eq!(booth.try_sit("alice").unwrap().shot_number, ShotNumber(1));
}

#[test]
fn a_booth_calls_the_next_one_when_it_is_done() {
    let mut booth = Booth::new();
    booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.issue("bob");
    booth.next();
    let now = booth.now();
    assert_eq!(
        refusal(booth.store().call_next(None, now).unwrap_err()),
        DayRefusal::BoothBusy(ShotNumber(1))
    );
    // Another booth gets the other one.
    assert_eq!(booth.store().call_next(Some("B-2"), now).unwrap().unwrap().number, ShotNumber(2));
    let twice = booth.try_step(1, Action::Call { booth: "B-3".into() }).unwrap_err();
    assert_eq!(refusal(twice), DayRefusal::Ticket(ShotNumber(1), TicketRefusal::AtBooth(here())));
    assert_eq!(booth.store().call_next(Some("B-3"), now).unwrap(), None);
}

#[test]
fn an_undo_that_would_put_two_people_at_one_booth_is_refused() {
    let mut booth = Booth::new();
    booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.issue("bob");
    booth.next();
    booth.try_step(1, Action::Pass).unwrap();
    booth.next();
    assert_eq!(refusal(booth.try_step(1, Action::Undo).unwrap_err()), DayRefusal::BoothBusy(ShotNumber(2)));
    booth.try_step(2, Action::Undo).unwrap();
    assert_eq!(booth.stage(2), Stage::Waiting);
    booth.try_step(1, Action::Undo).unwrap();
    assert_eq!(booth.stage(1), Stage::Called { booth: here() });
}

#[test]
fn the_store_calls_in_the_order_of_the_rule() {
    let mut booth = Booth::new();
    booth.batch(&plan(Way::Desk));
    for code in ["a", "b", "c", "d"] {
        booth.issue(code);
    }
    booth.next();
    booth.try_step(1, Action::Pass).unwrap();
    booth.try_step(1, Action::Back).unwrap();
    booth.try_step(4, Action::Prioritise { priority: true }).unwrap();
    let mut order = Vec::new();
    while let Some(called) = booth.next() {
        order.push(called.number.0);
        booth.try_step(called.number.0, Action::Leave).unwrap();
    }
    assert_eq!(order, [4, 1, 2, 3]);
}

#[test]
fn a_cancelled_sitting_leaves_the_person_called() {
    let mut booth = Booth::new();
    booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.next();
    let sitting = booth.try_sit("alice").unwrap();
    let in_seat = booth.try_step(1, Action::Hold { reason: HoldReason::Hair }).unwrap_err();
    assert_eq!(refusal(in_seat), DayRefusal::Ticket(ShotNumber(1), TicketRefusal::InSeat));
    let now = booth.now();
    booth.store().close_sitting(sitting.id, crate::Ending::Cancelled, now).unwrap();
    assert_eq!(booth.stage(1), Stage::Called { booth: here() });
    // A second sitting of the same ticket needs a number of its own; the student's stays 1.
    let again = booth.try_sit("alice").unwrap();
    assert_eq!(again.shot_number, ShotNumber(2));
    assert_eq!(booth.store().ticket_of(again.id).unwrap().unwrap().number, ShotNumber(1));
    assert_eq!(booth.issue("bob").number, ShotNumber(3), "sittings and tickets share the numbers");
    booth.assert_clean();
}

#[test]
fn the_booth_way_gives_the_number_itself() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Booth));
    let sitting = booth.try_sit("alice").unwrap();
    let ticket = booth.store().ticket_of(sitting.id).unwrap().unwrap();
    assert_eq!((ticket.number, ticket.subject), (sitting.shot_number, None));
    let now = booth.now();
    booth.store().close_sitting(sitting.id, crate::Ending::Cancelled, now).unwrap();
    assert_eq!(booth.stage(1), Stage::Left);
    booth.person("alice");
    assert_eq!(booth.stage(1), Stage::Shot);
    booth.person("alice");
    let reader = booth.store().reader_door().open().unwrap();
    let counts = reader.reconcile(batch).unwrap();
    assert_eq!((counts.due, counts.shot), (1, 1), "a retake is no second person");
    let code = code_of("alice");
    let now = booth.now();
    let desk = booth.store().check_in(&check_in(Some(&code), None), now).unwrap_err();
    assert_eq!(refusal(desk), DayRefusal::NoDesk);
    booth.assert_clean();
}

#[test]
fn a_typed_student_number_names_the_person_and_an_unpaid_one_is_not_let_through() {
    let mut booth = Booth::new();
    let batch = booth.batch(&BatchPlan { fee: FeeRule::Prepaid { amount_fen: 1700 }, ..plan(Way::Booth) });
    let row = |no: &str, paid| Subject { student_no: Some(no.into()), paid, ..Subject::default() };
    booth.roster(batch, &[row("2022001", Some(true)), row("2022002", Some(false))]);
    let now = booth.now();
    let sit =
        |booth: &mut Booth, code: &str, source| booth.store().open_sitting(&code_of(code), source, None, now);
    let unpaid = sit(&mut booth, "2022002", CodeSource::Gun).unwrap_err();
    assert_eq!(refusal(unpaid), DayRefusal::Fee(FeeRefusal::Unpaid));
    let paid = sit(&mut booth, "2022001", CodeSource::Hand).unwrap();
    assert!(booth.store().ticket_of(paid.id).unwrap().unwrap().subject.is_some());
    booth.store().close_sitting(paid.id, crate::Ending::Cancelled, now).unwrap();
    // The camera reads opaque codes: even this one names nobody.
    let seen = sit(&mut booth, "2022002", CodeSource::Camera).unwrap();
    assert_eq!(booth.store().ticket_of(seen.id).unwrap().unwrap().subject, None);
}

#[test]
fn unpaid_is_refused_at_the_desk_and_costs_no_number() {
    let mut booth = Booth::new();
    let batch = booth.batch(&BatchPlan { fee: FeeRule::Prepaid { amount_fen: 1700 }, ..plan(Way::Desk) });
    let row = |no: &str, paid| Subject { student_no: Some(no.into()), paid, ..Subject::default() };
    booth.roster(batch, &[row("1", Some(false)), row("2", None), row("3", Some(true))]);
    let reader = booth.store().reader_door().open().unwrap();
    let id = |no: &str| reader.search(batch, no, 1).unwrap()[0].id;
    let (unpaid, off_bill, paid) = (id("1"), id("2"), id("3"));
    let code = code_of("code");
    let now = booth.now();
    let mut ask = |subject| booth.store().check_in(&check_in(Some(&code), Some(subject)), now);
    assert_eq!(refusal(ask(unpaid).unwrap_err()), DayRefusal::Fee(FeeRefusal::Unpaid));
    assert_eq!(refusal(ask(off_bill).unwrap_err()), DayRefusal::Fee(FeeRefusal::NotOnBill));
    assert_eq!(ask(paid).unwrap().0.number, ShotNumber(1));
    // A late entry, or a proof, opens the way.
    let late = Subject { student_no: Some("2".into()), paid: Some(true), ..Subject::default() };
    booth.store().add_late_entry(batch, &late, "王老师补录", now).unwrap();
    let (other, proof) = (code_of("other"), code_of("proof"));
    booth.store().check_in(&check_in(Some(&other), Some(off_bill)), now).unwrap();
    let shown = NewPayment { amount_fen: 1700, method: PaymentMethod::ProofShown, cashier: "小李" };
    let new = NewCheckIn { payment: Some(shown), ..check_in(Some(&proof), Some(unpaid)) };
    booth.store().check_in(&new, now).unwrap();
    let cash = reader.cash(batch).unwrap();
    assert_eq!((cash.len(), cash[0].count, cash[0].total_fen), (1, 1, 0), "a proof is no money");
}

#[test]
fn one_persons_code_is_not_taken_for_another() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    let row = |no: &str| Subject { student_no: Some(no.into()), ..Subject::default() };
    booth.roster(batch, &[row("1"), row("2")]);
    let reader = booth.store().reader_door().open().unwrap();
    let id = |no: &str| reader.search(batch, no, 1).unwrap()[0].id;
    let (one, two, code, other) = (id("1"), id("2"), code_of("code"), code_of("other"));
    let now = booth.now();
    booth.store().check_in(&check_in(Some(&code), Some(one)), now).unwrap();
    let mut ask = |code, subject| booth.store().check_in(&check_in(Some(code), subject), now).unwrap_err();
    assert_eq!(refusal(ask(&code, Some(two))), DayRefusal::OtherPerson(ShotNumber(1)));
    assert_eq!(refusal(ask(&other, Some(one))), DayRefusal::OtherPerson(ShotNumber(1)));
    assert_eq!(refusal(ask(&code, None)), DayRefusal::Queued(ShotNumber(1)));
    let facts = booth.store().desk_look(&check_in(Some(&code), None)).unwrap();
    assert_eq!(facts.subject.unwrap().id, one, "the code tells the person from now on");
}

#[test]
fn a_retake_comes_back_into_the_queue_and_closes_its_line() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.next();
    let first = booth.person("alice");
    let code = code_of("alice");
    let now = booth.now();
    let again = booth.store().check_in(&check_in(Some(&code), None), now).unwrap_err();
    assert_eq!(refusal(again), DayRefusal::Shot(ShotNumber(1)));
    booth.store().add_retake(ShotNumber(1), "闭眼", RetakeSource::Reviewer, false, now).unwrap();
    let count = |booth: &mut Booth| booth.store().reader_door().open().unwrap().reconcile(batch).unwrap();
    assert_eq!(count(&mut booth).retake_due, 1);
    let (ticket, _) = booth.store().check_in(&check_in(Some(&code), None), now).unwrap();
    assert_eq!(count(&mut booth).waiting, 1);
    booth.next();
    let second = booth.person("alice");
    assert_eq!(second.supersedes, Some(first.id));
    let counts = count(&mut booth);
    assert_eq!((counts.due, counts.shot, counts.retake_due), (1, 1, 0));
    assert_eq!(booth.stage(ticket.number.0), Stage::Shot);
    booth.assert_clean();
}

#[test]
fn a_batch_is_sealed_reconciled_or_with_a_reason_and_stays_so() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    let now = booth.now();
    assert_eq!(
        refusal(booth.store().seal_batch(batch, None, now).unwrap_err()),
        DayRefusal::NotReconciled(1)
    );
    booth.next();
    let busy = booth.store().seal_batch(batch, Some("下班"), now).unwrap_err();
    assert_eq!(refusal(busy), DayRefusal::BoothsBusy);
    booth.try_step(1, Action::Pass).unwrap();
    let (sealed, counts) = booth.store().seal_batch(batch, Some("下班"), now).unwrap();
    assert_eq!((sealed.state, counts.passed), (BatchState::Sealed, 1));
    assert_eq!(refusal(booth.store().open_batch(batch, now).unwrap_err()), DayRefusal::Sealed);
    assert!(booth.store().db.execute("UPDATE batch SET state = 'ready'", []).is_err());
    booth.person("a station without a batch goes on");
}

#[test]
fn one_batch_at_a_time() {
    let mut booth = Booth::new();
    let first = booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.next();
    let now = booth.now();
    let second = booth.store().new_batch(&plan(Way::Booth), now).unwrap().id;
    assert_eq!(refusal(booth.store().open_batch(second, now).unwrap_err()), DayRefusal::BoothsBusy);
    booth.try_step(1, Action::Pass).unwrap();
    booth.store().open_batch(second, now).unwrap();
    let reader = booth.store().reader_door().open().unwrap();
    let states: Vec<_> = reader.batches().unwrap().iter().map(|b| (b.id, b.state)).collect();
    assert_eq!(states, [(second, BatchState::Open), (first, BatchState::Ready)]);
    let elsewhere = booth.try_step(1, Action::Back).unwrap_err();
    assert_eq!(refusal(elsewhere), DayRefusal::UnknownNumber(ShotNumber(1)));
    let fixed = booth.store().edit_batch(first, &plan(Way::Booth), now).unwrap_err();
    assert_eq!(refusal(fixed), DayRefusal::PlanFixed);
}

#[test]
fn the_audit_log_names_the_operator_and_nobody_else() {
    let mut booth = Booth::new();
    booth.store().set_operator("李老师").unwrap();
    let batch = booth.batch(&plan(Way::Desk));
    let row = Subject {
        student_no: Some("20220001".into()),
        name: Some("欧阳修文".into()),
        id_number: Some("11010119990101123X".into()),
        ..Subject::default()
    };
    booth.roster(batch, &[row]);
    let now = booth.now();
    let late = Subject { student_no: Some("20220002".into()), ..Subject::default() };
    booth.store().add_late_entry(batch, &late, "欧阳修文的同学", now).unwrap();
    booth.issue("payload");
    booth.try_step(1, Action::Refuse { reason: "欧阳修文本人不同意".into() }).unwrap();
    let log = serde_json::to_string(&booth.store().audit(100).unwrap()).unwrap();
    for secret in ["欧阳", "2022000", "1101", "payload", "不同意"] {
        assert!(!log.contains(secret), "{secret}");
    }
    let events = booth.store().audit(3).unwrap();
    assert!(events.iter().all(|e| e.detail["operator"] == "李老师"), "{events:?}");
    assert_eq!(booth.store().verify_audit().unwrap().broken, None);
}

#[test]
fn a_crash_at_any_step_leaves_the_queue_as_it_was_or_as_it_should_be() {
    for step in [Step::BeforeCommit, Step::Committed, Step::NumberTaken] {
        let mut booth = Booth::new();
        booth.batch(&plan(Way::Desk));
        booth.issue("alice");
        booth.issue("bob");
        booth.next();
        arm(step, Fault::Crash);
        let crashed = booth.crash(|b| drop(b.person("alice")));
        disarm();
        booth.open();
        let open = booth.store().unfinished().unwrap();
        match booth.stage(1) {
            Stage::Called { .. } => assert!(open.is_none(), "{step:?}"),
            Stage::Seated { .. } => assert!(open.is_some(), "{step:?}"),
            Stage::Shot => assert!(open.is_none() && !crashed, "{step:?}"),
            other => panic!("{step:?}: {other:?}"),
        }
        assert_eq!(booth.stage(2), Stage::Waiting);
        booth.assert_clean();
        let carol = booth.issue("carol").number;
        assert!(carol > ShotNumber(2), "{step:?}: {carol}");
    }
}

#[test]
fn the_tables_refuse_what_the_code_must_never_do() {
    let mut booth = Booth::new();
    booth.batch(&plan(Way::Desk));
    booth.issue("alice");
    booth.issue("bob");
    booth.next();
    let db = &booth.store().db;
    for sql in [
        "UPDATE ticket SET number = 9 WHERE number = 1",
        "UPDATE ticket SET code = x'00', fingerprint = '0123456789abcdef' WHERE number = 1",
        "UPDATE ticket SET stage = 'called', booth = 'A-1' WHERE number = 2",
        "UPDATE ticket SET stage = 'called' WHERE number = 2",
        "DELETE FROM ticket",
        "UPDATE batch SET state = 'sealed'",
        "INSERT INTO batch (plan, state, created_at) VALUES ('{}', 'open', 0)",
        "INSERT INTO ticket_sitting (sitting, ticket) VALUES (99, 1)",
    ] {
        assert!(db.execute(sql, []).is_err(), "{sql}");
    }
}
