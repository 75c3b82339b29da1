//! A full season in one folder, and no question that reads all of it.

use std::time::{Duration, Instant};

use super::*;
use crate::look::{ACCEPTED, CANCELLED, DURATIONS, RETAKEN, STRIP};
use crate::pictures::Extension;
use crate::table::portrait::{self as portraits, Place};
use crate::table::shot::{self as shots, Disposition};
use crate::table::sitting::{self as sittings, NewSitting, Outcome};
use crate::table::{audit, outbox};
use crate::{NewEvent, OutboxState};

const SITTINGS: i64 = 5_000;

/// The rows of a season, without the files.
fn season() -> Booth {
    let mut booth = Booth::new();
    let tx = booth.store().begin().unwrap();
    for n in 1..=SITTINGS {
        let code = code_of(&format!("student {n}"));
        let at = |second: i64| Timestamp(START + n * 10_000 + second * 1000);
        let new = NewSitting {
            number: domain::ShotNumber(n),
            code: &code,
            source: CodeSource::Camera,
            station: "A-1",
            retake_of: None,
        };
        let sitting = sittings::insert(&tx, &new, at(0)).unwrap();
        let bytes = n.to_le_bytes();
        let hash = domain::ContentHash::of(&bytes);
        for disposition in [Disposition::Rejected, Disposition::Accepted] {
            let shot_id = shots::insert(&tx, &shot(sitting, &bytes), &hash, Extension::Jpg, at(4)).unwrap();
            shots::decide(&tx, shot_id, disposition).unwrap();
            if disposition == Disposition::Accepted {
                let place = Place { sitting, hash, supersedes: None };
                let id = portraits::insert(&tx, &portrait(shot_id, &bytes, &code), &place, at(8)).unwrap();
                outbox::insert(&tx, id, at(8)).unwrap();
            }
        }
        sittings::close(&tx, sitting, Outcome::Accepted, at(8)).unwrap();
        audit::append(&tx, "A-1", &NewEvent::of("portrait_accepted", sitting, json!({})), at(8)).unwrap();
    }
    tx.commit().unwrap();
    booth
}

/// Best of some runs: what the machine can do when nobody disturbs it.
fn best(mut act: impl FnMut()) -> Duration {
    (0..7)
        .map(|_| {
            let start = Instant::now();
            act();
            start.elapsed()
        })
        .min()
        .unwrap()
}

#[test]
fn the_day_is_shown_at_once_after_a_season() {
    let mut booth = season();
    let store = booth.store();
    let last_day = Timestamp(START + (SITTINGS - 2_000) * 10_000);
    assert_eq!(store.counts(last_day).unwrap().accepted, 2_001);
    assert_eq!(store.today(last_day, 200).unwrap().len(), 200);
    assert_eq!(store.outbox(OutboxState::Pending).unwrap().len(), SITTINGS as usize);
    let code = code_of("student 17");
    let times = [
        ("today(200)", best(|| drop(store.today(last_day, 200)))),
        ("counts", best(|| drop(store.counts(last_day)))),
        ("earlier_accept", best(|| drop(store.earlier_accept(&code)))),
        ("sitting_detail", best(|| drop(store.sitting_detail(SittingId(2_500))))),
    ];
    for (what, time) in times {
        println!("{what} of {SITTINGS} sittings: {:.2} ms", time.as_secs_f64() * 1000.0);
        assert!(time < Duration::from_millis(50), "{what} takes {time:?}");
    }
}

#[test]
fn no_question_of_the_day_reads_a_whole_table() {
    let mut booth = season();
    let db = &booth.store().db;
    let asked = [
        STRIP,
        ACCEPTED,
        RETAKEN,
        CANCELLED,
        DURATIONS,
        "SELECT count(*) FROM outbox WHERE state = ?1",
        "SELECT id FROM outbox WHERE state = ?1 ORDER BY id",
        "SELECT id FROM sitting WHERE outcome = 'open'",
        "SELECT max(shot_number) FROM sitting",
        portraits::LATEST,
        crate::table::relabel::CURRENT,
        &format!("SELECT id FROM ticket WHERE {}", crate::table::ticket::NEXT),
        "SELECT id FROM ticket WHERE booth = ?1 AND stage IN ('called', 'seated')",
        "SELECT id FROM ticket WHERE fingerprint = ?2 AND code = ?3 AND batch = ?1 ORDER BY number DESC LIMIT 1",
        "SELECT id FROM shot WHERE sitting = ?1 ORDER BY id",
        "SELECT id FROM audit_event WHERE sitting = ?1 ORDER BY id",
        "SELECT other.id FROM shot other JOIN sitting theirs ON theirs.id = other.sitting
         WHERE other.original = ?1 AND other.id < ?2 AND theirs.code <> (SELECT code FROM sitting WHERE id = ?3)",
    ];
    for sql in asked {
        let steps = plan(db, sql);
        assert!(!steps.is_empty());
        for step in steps {
            assert!(!step.starts_with("SCAN "), "{step}\n{sql}");
        }
    }
    assert_eq!(plan(db, "SELECT * FROM shot WHERE extension = 'png'"), ["SCAN shot"], "a scan would be seen");
}

fn plan(db: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Values do not change the plan; unbound ones are NULL.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}
