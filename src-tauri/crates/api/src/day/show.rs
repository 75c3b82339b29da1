//! From rows to what the screens of the day show. Names leave here masked.

use domain::{CaptureBatch, CorrectionId, EndState, PortraitId, SittingId, Stage, Subject, Timestamp, Way};
use store::{CorrectionRecord, Label, PersonRow, Reader, StoreError, SubjectRecord, TicketRecord};

use super::view::*;

/// Most waiting people in one answer; the count tells the rest.
const WAITING: u32 = 200;
/// How many of the next are on the board.
const NEXT: u32 = 8;
/// How many of the passed are on the board.
const PASSED: u32 = 12;

type Answer<T> = Result<T, StoreError>;

fn key(subject: &Subject) -> String {
    subject.key().unwrap_or_default().to_owned()
}

pub(super) fn ticket(reader: &Reader, record: &TicketRecord) -> Answer<TicketView> {
    let line = record.subject.map(|id| reader.subject(id)).transpose()?;
    let retake_reason = record.retake.map(|id| reader.retake(id)).transpose()?.map(|line| line.reason);
    let place = &record.ticket.place;
    Ok(TicketView {
        id: record.id,
        number: record.number,
        stage: place.stage.clone(),
        priority: place.priority,
        since: place.since,
        issued_at: record.issued_at,
        recalls: place.recalls,
        returns: place.returns,
        undoable: record.ticket.before.is_some(),
        subject: record.subject,
        masked_name: match &line {
            Some(line) => line.subject.masked_name(),
            // Told by another booth of the hall, where names travel.
            None => reader.hall_masked_name(record.id)?,
        },
        college: line.and_then(|l| l.subject.college),
        fingerprint: record.fingerprint.clone(),
        arrival: record.arrival,
        retake_reason,
    })
}

fn tickets(reader: &Reader, records: &[TicketRecord]) -> Answer<Vec<TicketView>> {
    records.iter().map(|record| ticket(reader, record)).collect()
}

/// A person of a list, with the latest of the given tickets (newest first).
pub(super) fn person(
    reader: &Reader,
    batch: &CaptureBatch,
    line: &SubjectRecord,
    latest: Option<&TicketRecord>,
) -> Answer<Person> {
    Ok(Person {
        subject: line.id,
        key: key(&line.subject),
        masked_name: line.subject.masked_name(),
        college: line.subject.college.clone(),
        class: line.subject.class.clone(),
        fee: reader.fee(batch, Some(line), latest.map(|t| t.id))?,
        number: latest.map(|t| t.number),
        stage: latest.map(|t| t.ticket.stage().clone()),
        late_entry: reader.is_late_entry(line.id)?,
    })
}

/// The same, looking the tickets up.
pub(super) fn person_of(reader: &Reader, line: &SubjectRecord) -> Answer<Person> {
    let batch = reader.batch_or_open(Some(line.batch))?;
    person(reader, &batch, line, reader.tickets_of(line.id)?.first())
}

pub(super) fn detail(reader: &Reader, line: SubjectRecord) -> Answer<PersonDetail> {
    let records = reader.tickets_of(line.id)?;
    let person = person_of(reader, &line)?;
    Ok(PersonDetail { person, tickets: tickets(reader, &records)?, identity: line.subject })
}

pub(super) fn person_state(reader: &Reader, batch: &CaptureBatch, row: &PersonRow) -> Answer<PersonState> {
    let latest = row.tickets.last();
    let line = row.subject.map(|id| reader.subject(id)).transpose()?;
    Ok(PersonState {
        person: line.map(|line| person(reader, batch, &line, latest)).transpose()?,
        ticket: latest.map(|record| ticket(reader, record)).transpose()?,
    })
}

pub(super) fn queue(reader: &Reader, batch: &CaptureBatch) -> Answer<QueueView> {
    let list = |stage: &str| tickets(reader, &reader.in_stage(batch.id, stage, WAITING)?);
    let mut at_booths = list("called")?;
    at_booths.extend(list("seated")?);
    Ok(QueueView {
        at_booths,
        waiting: list("waiting")?,
        waiting_count: reader.count_in_stage(batch.id, "waiting")?,
        passed: list("passed")?,
        held: list("held")?,
    })
}

pub(super) fn board(reader: &Reader, batch: &CaptureBatch) -> Answer<BoardView> {
    let name = |record: &TicketRecord| -> Answer<Option<String>> {
        match record.subject.filter(|_| batch.plan.masked_names) {
            Some(id) => Ok(reader.subject(id)?.subject.masked_name()),
            None => Ok(None),
        }
    };
    // Without a second scan the call itself arms the seat, and the person has still to walk there.
    let walks = batch.plan.way == Way::Desk && !batch.plan.double_proof;
    let mut called = Vec::new();
    for stage in ["called", "seated"] {
        for record in reader.in_stage(batch.id, stage, WAITING)? {
            let place = &record.ticket.place;
            called.push(BoardCall {
                number: record.number,
                booth: place.stage.booth().unwrap_or_default().to_owned(),
                masked_name: name(&record)?,
                calls: place.recalls + 1,
                seated: !walks && matches!(place.stage, Stage::Seated { .. }),
                since: place.since,
            });
        }
    }
    let next = reader.in_stage(batch.id, "waiting", NEXT)?;
    Ok(BoardView {
        school: batch.plan.school.clone(),
        place: batch.plan.place.clone(),
        called,
        next: next
            .iter()
            .map(|record| Ok(BoardNext { number: record.number, masked_name: name(record)? }))
            .collect::<Answer<_>>()?,
        waiting: reader.count_in_stage(batch.id, "waiting")?,
        passed: reader.in_stage(batch.id, "passed", PASSED)?.iter().map(|record| record.number).collect(),
    })
}

pub(super) fn retakes(reader: &Reader, batch: &CaptureBatch) -> Answer<Vec<RetakeView>> {
    reader.retakes(batch.id)?.into_iter().map(|line| retake(reader, line)).collect()
}

pub(super) fn retake(reader: &Reader, line: store::RetakeRecord) -> Answer<RetakeView> {
    let record = reader.ticket(line.ticket)?;
    let person = record.subject.map(|id| reader.subject(id)).transpose()?;
    Ok(RetakeView {
        id: line.id,
        number: record.number,
        subject: record.subject,
        masked_name: person.and_then(|p| p.subject.masked_name()),
        reason: line.reason,
        source: line.source,
        at: line.at,
        issued: line.issued,
        done: line.done_at.is_some(),
    })
}

/// 未到, the 学院 in the order of the roster.
pub(super) fn absent(
    reader: &Reader,
    batch: &CaptureBatch,
    college: Option<&str>,
) -> Answer<Vec<AbsentView>> {
    let mut groups: Vec<AbsentView> = Vec::new();
    for row in reader.people(batch.id)?.iter().filter(|row| row.state == EndState::Absent) {
        let Some(id) = row.subject else { continue };
        let line = reader.subject(id)?;
        let theirs = line.subject.college.clone().unwrap_or_default();
        if college.is_some_and(|wanted| wanted != theirs) {
            continue;
        }
        let at = groups.iter().position(|group| group.college == theirs).unwrap_or_else(|| {
            groups.push(AbsentView { college: theirs, people: Vec::new(), paid: 0 });
            groups.len() - 1
        });
        let person = person(reader, batch, &line, None)?;
        groups[at].paid +=
            u32::from(matches!(person.fee, domain::FeeStanding::Paid | domain::FeeStanding::OnTheSpot));
        groups[at].people.push(person);
    }
    Ok(groups)
}

/// What each line of the schedule has planned, arrived, shot, absent.
pub(super) fn slots(reader: &Reader, batch: &CaptureBatch, today: domain::Day) -> Answer<Vec<SlotView>> {
    let slots = reader.slots(batch.id)?;
    let mut views: Vec<SlotView> = slots
        .into_iter()
        .map(|(id, slot)| SlotView {
            today: slot.date == today,
            id,
            slot,
            on_roster: 0,
            arrived: 0,
            shot: 0,
            absent: 0,
        })
        .collect();
    let lines: std::collections::HashMap<_, _> =
        reader.subjects(batch.id)?.into_iter().map(|line| (line.id, line.subject)).collect();
    for row in reader.people(batch.id)? {
        let Some(line) = row.subject.and_then(|id| lines.get(&id)) else { continue };
        let theirs =
            |view: &&mut SlotView| view.slot.is_of(line.college_code.as_deref(), line.college.as_deref());
        for view in views.iter_mut().filter(theirs) {
            view.on_roster += 1;
            view.arrived += u32::from(!row.tickets.is_empty());
            view.shot += u32::from(row.tickets.iter().any(|t| *t.ticket.stage() == Stage::Shot));
            view.absent += u32::from(row.state == EndState::Absent);
        }
    }
    Ok(views)
}

pub(super) fn correction(reader: &Reader, record: &CorrectionRecord) -> Answer<CorrectionView> {
    let side = |portrait, from, to| side(reader, record.id, portrait, from, to);
    Ok(CorrectionView {
        id: record.id,
        reason: record.reason.clone(),
        operator: record.operator.clone(),
        proposed_at: record.proposed_at,
        committed_at: record.committed_at,
        sides: [
            side(record.one, record.one_label, record.other_label)?,
            side(record.other, record.other_label, record.one_label)?,
        ],
    })
}

fn side(
    reader: &Reader,
    correction: CorrectionId,
    portrait: PortraitId,
    from: SittingId,
    to: SittingId,
) -> Answer<SwapSide> {
    Ok(SwapSide {
        portrait,
        path: format!("portrait/{}", reader.portrait(portrait)?.hash),
        from: label(reader.label_of_sitting(from)?),
        to: label(reader.label_of_sitting(to)?),
        already_sent: reader.is_marked(portrait, correction)?,
    })
}

fn label(label: Label) -> SwapLabel {
    SwapLabel {
        number: label.number(),
        sitting: label.sitting.id,
        fingerprint: label.sitting.fingerprint,
        masked_name: label.subject.and_then(|line| line.subject.masked_name()),
    }
}

/// When the last slot of today ends; `midnight` is the one at which today began.
pub(super) fn plan_ends_at(
    slots: &[(domain::SlotId, domain::Slot)],
    today: domain::Day,
    midnight: Timestamp,
) -> Option<Timestamp> {
    let ends = slots.iter().filter(|(_, slot)| slot.date == today).map(|(_, slot)| slot.end.minutes());
    ends.max().map(|minutes| Timestamp(midnight.0 + i64::from(minutes) * 60_000))
}

pub(super) fn figures(
    batch: &CaptureBatch,
    report: store::DayReport,
    plan_ends_at: Option<Timestamp>,
) -> DayFigures {
    DayFigures {
        batch: batch.id,
        counts: report.counts,
        pace: report.pace,
        plan_ends_at,
        booths: report
            .booths
            .into_iter()
            .map(|b| BoothFigures { booth: b.booth, shot: b.shot, seat_seconds: b.seat_seconds })
            .collect(),
        late_entries: report.late_entries,
        overrides: report.overrides,
        corrections: report.corrections,
        corrections_due: report.corrections_due,
        findings: report
            .findings
            .into_iter()
            .map(|(code, shots)| FindingCount { text: super::report::finding_text(&code), code, shots })
            .collect(),
        cash: report
            .cash
            .into_iter()
            .map(|c| CashView {
                cashier: c.cashier,
                method: c.method,
                count: c.count,
                total_fen: c.total_fen,
            })
            .collect(),
    }
}
