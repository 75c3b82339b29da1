//! Rosters: what is taken, changed and refused, and who is found.

use domain::{Subject, Way};

use super::day::{check_in, plan};
use super::*;
use crate::{RosterChunk, RosterCounts, RowOutcome, RowRefusal, check_rows};

fn row(no: &str, name: &str) -> Subject {
    Subject { student_no: Some(no.into()), name: Some(name.into()), ..Subject::default() }
}

#[test]
fn importing_again_updates_without_losing_anybody() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    let first = booth.roster(batch, &[row("1", "张三"), row("2", "李四")]);
    assert_eq!((first.added, first.changed), (2, 0));
    let paid = Subject { paid: Some(true), ..row("2", "李四") };
    let second = booth.roster(batch, &[paid.clone(), row("3", "王五")]);
    assert_eq!((second.added, second.changed, second.unchanged), (1, 1, 0));
    let reader = booth.store().reader_door().open().unwrap();
    let all = reader.subjects(batch).unwrap();
    assert_eq!(all.iter().map(|s| s.generation).collect::<Vec<_>>(), [1, 2, 2]);
    assert_eq!(all[1].subject, paid);
}

#[test]
fn a_sheet_with_shifted_names_does_not_rename_people_who_have_a_number() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    booth.roster(batch, &[row("1", "张三"), row("2", "李四")]);
    let reader = booth.store().reader_door().open().unwrap();
    let one = reader.search(batch, "1", 1).unwrap()[0].id;
    let (code, now) = (code_of("code"), booth.now());
    booth.store().check_in(&check_in(Some(&code), Some(one)), now).unwrap();
    let shifted = [row("1", "李四"), row("2", "张三")];
    let counts = booth.roster(batch, &shifted);
    assert_eq!((counts.changed, counts.refused), (1, 1));
    assert_eq!(reader.subject(one).unwrap().subject.name.as_deref(), Some("张三"));
    let outcome = reader.judge_row(batch, &shifted[0], false).unwrap();
    assert_eq!(outcome, RowOutcome::Refused { reason: RowRefusal::IdentityInUse });
    let outcome = reader.judge_row(batch, &shifted[0], true).unwrap();
    assert_eq!(outcome, RowOutcome::Changed { fields: vec!["name".into()] });
    // What the roster did not tell before may be added.
    let more = Subject { id_number: Some("X".into()), ..row("1", "张三") };
    assert!(matches!(reader.judge_row(batch, &more, false).unwrap(), RowOutcome::Changed { .. }));
}

#[test]
fn contradicting_lines_are_all_refused_and_repeated_ones_taken_once() {
    let rows = [
        row("1", "张三"),
        row("2", "李四"),
        row("1", "张三"),
        row("2", "王五"),
        Subject::default(),
        row("3", "a\u{7}b"),
        row("4", &"长".repeat(101)),
        Subject { serial: Some("1".into()), ..Subject::default() },
    ];
    use RowRefusal::*;
    assert_eq!(
        check_rows(&rows),
        [
            None,
            Some(Contradiction),
            Some(Repeated),
            Some(Contradiction),
            Some(NoKey),
            Some(BadField),
            Some(BadField),
            None
        ]
    );
}

#[test]
fn people_are_found_by_number_name_and_initials() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    booth.roster(batch, &[row("2022001", "曾小明"), row("2022002", "张明"), row("3022001", "Zoe 100%_")]);
    let reader = booth.store().reader_door().open().unwrap();
    let found = |text: &str| -> Vec<String> {
        let rows = reader.search(batch, text, 10).unwrap();
        rows.into_iter().filter_map(|s| s.subject.student_no).collect()
    };
    assert_eq!(found("2022"), ["2022001", "2022002"]);
    assert_eq!(found("2022002"), ["2022002"]);
    assert_eq!(found("022"), Vec::<String>::new(), "the beginning, not the middle");
    assert_eq!(found("明"), ["2022001", "2022002"]);
    assert_eq!(found("ZXM"), ["2022001"]);
    assert_eq!(found("cx"), ["2022001"]);
    assert_eq!(found("zm"), ["2022002"]);
    assert_eq!(found("%"), ["3022001"], "a percent sign is a percent sign");
    assert_eq!(found("' OR 1=1 --"), Vec::<String>::new());
    assert_eq!(found("  "), Vec::<String>::new());
}

#[test]
fn an_import_that_was_cut_off_is_completed_by_the_same_roster() {
    let mut booth = Booth::new();
    let batch = booth.batch(&plan(Way::Desk));
    let rows: Vec<Subject> = (0..10).map(|n| row(&n.to_string(), "张三")).collect();
    let half: Vec<&Subject> = rows.iter().take(5).collect();
    let now = booth.now();
    let generation = booth.store().begin_roster(batch, now).unwrap();
    let chunk = RosterChunk { batch, generation, rows: &half, identities_too: false };
    booth.store().apply_roster(&chunk, &mut RosterCounts::default(), now).unwrap();
    booth.open();
    let counts = booth.roster(batch, &rows);
    assert_eq!((counts.added, counts.unchanged), (5, 5));
}
