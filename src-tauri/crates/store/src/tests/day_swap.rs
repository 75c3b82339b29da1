//! Two exchanged pictures are mended, and everything that reads them follows.

use domain::{ShotNumber, Way};

use super::day::{plan, refusal};
use super::*;
use crate::{DayRefusal, Handover, OutboxState, PictureKind};

fn two_people() -> (Booth, [PortraitRecord; 2]) {
    let mut booth = Booth::new();
    booth.batch(&plan(Way::Desk));
    (booth.issue("alice"), booth.issue("bob"));
    booth.next();
    let alice = booth.person("alice");
    booth.next();
    let bob = booth.person("bob");
    (booth, [alice, bob])
}

fn swap(booth: &mut Booth, one: i64, other: i64) -> crate::CorrectionRecord {
    let now = booth.now();
    let proposed =
        booth.store().propose_swap(ShotNumber(one), ShotNumber(other), "两人换了座位", now).unwrap();
    booth.store().commit_swap(proposed.id, now).unwrap()
}

fn code_under(booth: &mut Booth, portrait: &PortraitRecord) -> CaptureCode {
    booth.store().label_of(portrait.id).unwrap().code
}

#[test]
fn each_picture_gets_the_others_label_and_no_file_moves() {
    let (mut booth, [a, b]) = two_people();
    let now = booth.now();
    let proposed = booth.store().propose_swap(ShotNumber(1), ShotNumber(2), "换了", now).unwrap();
    assert_eq!(code_under(&mut booth, &a), code_of("alice"), "a proposal changes nothing");
    booth.store().commit_swap(proposed.id, now).unwrap();
    assert_eq!(code_under(&mut booth, &a), code_of("bob"));
    assert_eq!(code_under(&mut booth, &b), code_of("alice"));
    assert_eq!(booth.store().label_of(a.id).unwrap().number(), ShotNumber(2));
    for portrait in [&a, &b] {
        assert_eq!(&booth.store().portrait(portrait.id).unwrap(), portrait);
        booth.store().picture(PictureKind::Portrait, &portrait.hash).unwrap();
    }
    assert_eq!(booth.store().earlier_accept(&code_of("alice")).unwrap().unwrap().portrait, b.id);
    let strip = booth.store().today(Timestamp(0), 10).unwrap();
    let entry = strip.iter().find(|e| e.portrait == a.id).unwrap();
    assert_eq!(entry.fingerprint, code_of("bob").fingerprint());
    assert_eq!(refusal(booth.store().commit_swap(proposed.id, now).unwrap_err()), DayRefusal::Stale);
    booth.assert_clean();
}

#[test]
fn only_pictures_that_may_have_left_are_marked() {
    let (mut booth, [a, b]) = two_people();
    let now = booth.now();
    booth.store().hand_over(a.id, &Handover::Attempt, now).unwrap();
    booth.store().hand_over(a.id, &Handover::Sent, now).unwrap();
    let made = swap(&mut booth, 1, 2);
    let due = booth.store().corrections_due().unwrap();
    assert_eq!(due.iter().map(|d| d.portrait).collect::<Vec<_>>(), [a.id]);
    assert!(
        booth.store().is_marked(a.id, made.id).unwrap() && !booth.store().is_marked(b.id, made.id).unwrap()
    );
    assert_eq!(booth.store().outbox(OutboxState::Sent).unwrap()[0].portrait, a.id);
    booth.store().correction_told(due[0].id, now).unwrap();
    assert_eq!(booth.store().corrections_due().unwrap(), []);
    assert!(booth.store().correction_told(due[0].id, now).is_err());
}

#[test]
fn a_swap_back_gives_the_first_labels_again() {
    let (mut booth, [a, _]) = two_people();
    swap(&mut booth, 1, 2);
    swap(&mut booth, 1, 2);
    assert_eq!(code_under(&mut booth, &a), code_of("alice"));
    booth.assert_clean();
}

#[test]
fn a_retake_after_a_swap_replaces_the_picture_that_is_the_codes_now() {
    let (mut booth, [a, b]) = two_people();
    swap(&mut booth, 1, 2);
    let now = booth.now();
    booth.store().add_retake(ShotNumber(1), "闭眼", crate::RetakeSource::Results, true, now).unwrap();
    booth.next();
    let again = booth.person("alice");
    assert_eq!(again.supersedes, Some(b.id));
    assert_eq!(code_under(&mut booth, &a), code_of("bob"), "the other one keeps the corrected label");
    let waiting: Vec<_> =
        booth.store().outbox(OutboxState::Pending).unwrap().iter().map(|e| e.portrait).collect();
    assert_eq!(waiting, [a.id, again.id]);
    booth.assert_clean();
}

#[test]
fn a_proposal_does_not_outlive_what_it_saw() {
    let (mut booth, _) = two_people();
    let now = booth.now();
    let proposed = booth.store().propose_swap(ShotNumber(1), ShotNumber(2), "换了", now).unwrap();
    booth.store().add_retake(ShotNumber(1), "闭眼", crate::RetakeSource::Student, true, now).unwrap();
    booth.next();
    booth.person("alice");
    assert_eq!(refusal(booth.store().commit_swap(proposed.id, now).unwrap_err()), DayRefusal::Stale);
}

#[test]
fn a_swap_needs_two_people_with_pictures_and_a_reason() {
    let (mut booth, _) = two_people();
    booth.issue("carol");
    let now = booth.now();
    let mut ask = |one, other, why| {
        refusal(booth.store().propose_swap(ShotNumber(one), ShotNumber(other), why, now).unwrap_err())
    };
    assert_eq!(ask(1, 1, "x"), DayRefusal::SameSides);
    assert_eq!(ask(1, 3, "x"), DayRefusal::NoPicture(ShotNumber(3)));
    assert_eq!(ask(1, 77, "x"), DayRefusal::NoPicture(ShotNumber(77)));
    assert_eq!(ask(1, 2, " "), DayRefusal::ReasonNeeded);
}
