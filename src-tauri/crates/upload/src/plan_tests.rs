use domain::{ContentHash, Timestamp};

use super::*;
use crate::ObjectKey;

const NOW: Timestamp = Timestamp(1_780_000_000_000);

fn rows(n: i64) -> Vec<Entry> {
    let key = |i| ObjectKey::parse(&format!("batches/b/{i:016x}/x.jpg")).unwrap();
    (1..=n).map(|i| Entry::new(i, key(i), ContentHash::of(&i.to_le_bytes()), 30_000)).collect()
}

fn allowed() -> Settings {
    Settings { allowed: true, ..Settings::default() }
}

fn fail(cause: Cause) -> Failure {
    Failure::new(cause, "test")
}

#[test]
fn nothing_goes_until_the_batch_allows_it() {
    assert_eq!(next(&rows(3), &Line::default(), &Settings::default(), NOW), Step::Done(Done::NotAllowed));
    assert_eq!(next(&rows(3), &Line::default(), &allowed(), NOW), Step::Upload(0));
}

#[test]
fn no_more_travel_at_once_than_may() {
    let mut rows = rows(10);
    for row in &mut rows[..4] {
        row.state = EntryState::Sending;
    }
    assert!(matches!(next(&rows, &Line::default(), &allowed(), NOW), Step::Wait { why: Why::Busy, .. }));
    rows[0].state = EntryState::Sent;
    assert_eq!(next(&rows, &Line::default(), &allowed(), NOW), Step::Upload(4));
}

#[test]
fn the_least_tried_goes_first_so_a_sick_one_holds_up_nobody() {
    let mut rows = rows(3);
    rows[0].attempts = 7;
    rows[1].attempts = 1;
    assert_eq!(next(&rows, &Line::default(), &allowed(), NOW), Step::Upload(2));
}

#[test]
fn a_clock_set_back_stalls_nothing() {
    let mut rows = rows(1);
    rows[0].next_try_at = Some(Timestamp(NOW.0 + 60_000));
    let wait = Step::Wait { until: Timestamp(NOW.0 + 60_000), why: Why::Backoff };
    assert_eq!(next(&rows, &Line::default(), &allowed(), NOW), wait);
    let yesterday = Timestamp(NOW.0 - 86_400_000);
    assert_eq!(next(&rows, &Line::default(), &allowed(), yesterday), Step::Upload(0));
    let line = Line { failures: 5, retry_at: Some(Timestamp(NOW.0 + 20_000)), cause: Some(Cause::Offline) };
    assert!(matches!(next(&rows, &line, &allowed(), NOW), Step::Wait { why: Why::Line, .. }));
    assert_eq!(next(&rows, &line, &allowed(), yesterday), Step::Upload(0));
}

#[test]
fn a_line_that_is_down_gets_one_probe_and_burns_no_attempts() {
    let mut line = Line::default();
    let mut rows = rows(5);
    for _ in 0..policy::LINE_FAILURES {
        line.failed(&fail(Cause::Offline), NOW);
    }
    assert!(matches!(next(&rows, &line, &allowed(), NOW), Step::Wait { why: Why::Line, .. }));
    let later = Timestamp(NOW.0 + policy::LINE_WAIT_MS + 1);
    assert_eq!(next(&rows, &line, &allowed(), later), Step::Upload(0));
    (rows[0].state, rows[0].attempts) = (EntryState::Sending, 1);
    assert!(
        matches!(next(&rows, &line, &allowed(), later), Step::Wait { why: Why::Line, .. }),
        "one probe only"
    );
    after_failure(&rows[0], &fail(Cause::Offline), later).apply(&mut rows[0]);
    assert_eq!((rows[0].attempts, rows[0].state), (0, EntryState::Pending));
    line.good();
    rows[0].state = EntryState::Sending;
    assert_eq!(next(&rows, &line, &allowed(), later), Step::Upload(1), "back to all at once");
}

#[test]
fn every_failure_leaves_the_entry_in_line_or_set_aside_with_a_reason() {
    for cause in Cause::EVERY {
        for attempts in 1..=policy::ATTEMPTS + 1 {
            let mut entry = Entry { attempts, state: EntryState::Sending, ..rows(1).remove(0) };
            after_failure(&entry, &fail(*cause), NOW).apply(&mut entry);
            match entry.state {
                EntryState::Pending => assert!(entry.cause.is_some()),
                EntryState::Parked | EntryState::Conflict => assert!(entry.cause.is_some()),
                other => panic!("{cause:?} led to {other:?}"),
            }
            assert_eq!(
                cause.scope() == Scope::Park,
                entry.state == EntryState::Parked && attempts < policy::ATTEMPTS
                    || cause.scope() == Scope::Park
            );
        }
    }
    let mut worn = Entry { attempts: policy::ATTEMPTS, state: EntryState::Sending, ..rows(1).remove(0) };
    after_failure(&worn, &fail(Cause::Busy), NOW).apply(&mut worn);
    assert_eq!((worn.state, worn.cause), (EntryState::Parked, Some(Cause::GaveUp)));
}

#[test]
fn retry_after_is_kept_but_not_for_ever() {
    let entry = Entry { attempts: 1, ..rows(1).remove(0) };
    let at = |ms| {
        let failure = Failure { retry_after_ms: Some(ms), ..fail(Cause::Busy) };
        match after_failure(&entry, &failure, NOW) {
            Settled::Again { at: Some(at), .. } => at.millis_since(NOW),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(at(60_000), 60_000);
    assert_eq!(at(86_400_000), policy::LONGEST_WAIT_MS);
    assert!(at(-5) > 0);
}

#[test]
fn done_says_what_is_left() {
    let mut rows = rows(3);
    rows.iter_mut().for_each(|r| r.state = EntryState::Sent);
    assert_eq!(next(&rows, &Line::default(), &allowed(), NOW), Step::Done(Done::AllSent));
    rows[0].state = EntryState::Parked;
    rows[1].state = EntryState::Conflict;
    assert_eq!(
        next(&rows, &Line::default(), &allowed(), NOW),
        Step::Done(Done::Left { parked: 1, conflicts: 1 })
    );
}

#[test]
fn what_was_under_way_at_a_crash_is_tried_again_and_counted() {
    let mut rows = rows(1);
    (rows[0].state, rows[0].attempts) = (EntryState::Sending, 3);
    resume(&mut rows);
    assert_eq!((rows[0].state, rows[0].attempts), (EntryState::Pending, 3));
    assert_eq!(next(&rows, &Line::default(), &allowed(), NOW), Step::Upload(0));
}
