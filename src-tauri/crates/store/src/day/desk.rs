//! 登记: who stands at the desk, and whether there is a number.

use domain::payment::FeeStanding;
use domain::ticket::Action;
use domain::{
    Admission, Arrival, BatchId, CaptureBatch, CaptureCode, CodeSource, Day, MinuteOfDay, RetakeId,
    ShotNumber, Stage, SubjectId, Timestamp, Way, schedule,
};
use rusqlite::Connection;
use serde_json::json;

use super::batches::active;
use super::booth::typed_subject;
use super::{DayRefusal, queue, reason};
use crate::hall::{self, Origin};
use crate::table::audit::{self, NewEvent, Signature};
use crate::table::ticket::{self, NewTicket, TicketRecord};
use crate::table::{hall_ticket, payment, retake, slot, subject};
use crate::{NewPayment, RetakeRecord, RetakeSource, Store, StoreError, SubjectRecord};

/// Somebody at the desk.
#[derive(Debug, Clone)]
pub struct NewCheckIn<'a> {
    /// The code that was read.
    pub code: Option<(&'a CaptureCode, CodeSource)>,
    /// The line of the roster that was chosen.
    pub subject: Option<SubjectId>,
    /// What was paid or proved just now.
    pub payment: Option<NewPayment<'a>>,
    /// Agreed to the consent text.
    pub consent: bool,
    /// The ID card was looked at.
    pub id_card: bool,
    /// Before the others.
    pub priority: bool,
    /// Why a picture that was accepted is to be taken again.
    pub retake_reason: Option<&'a str>,
    /// The day on the wall, for the schedule.
    pub day: Day,
    /// The time on the wall.
    pub minute: MinuteOfDay,
}

/// What is known of somebody at the desk.
#[derive(Debug)]
pub struct DeskFacts {
    /// The line of the roster.
    pub subject: Option<SubjectRecord>,
    /// What is known of the fee.
    pub fee: FeeStanding,
    /// The latest number of this code or person.
    pub ticket: Option<TicketRecord>,
    /// Why the picture is to be taken again, if the retake list says so.
    pub retake: Option<String>,
    /// How this fits the schedule.
    pub arrival: Arrival,
    /// Why no number would be given out.
    pub refusal: Option<StoreError>,
}

/// What a number is made of.
pub(super) struct NewNumber<'a> {
    pub(super) batch: BatchId,
    pub(super) number: ShotNumber,
    pub(super) code: Option<(CaptureCode, CodeSource)>,
    pub(super) subject: Option<SubjectId>,
    pub(super) retake: Option<RetakeId>,
    pub(super) consent: Option<&'a str>,
    pub(super) id_card: bool,
    pub(super) arrival: Arrival,
    pub(super) priority: bool,
    pub(super) origin: Origin,
}

impl NewNumber<'_> {
    /// Another number for the same code and person.
    pub(super) fn again(
        db: &Connection,
        earlier: &TicketRecord,
        number: ShotNumber,
    ) -> Result<Self, StoreError> {
        let code = ticket::code(db, earlier.id)?;
        let known = hall_ticket::of(db, earlier.id)?.and_then(|of| of.code);
        Ok(Self {
            batch: earlier.batch,
            number,
            code: code.map(|code| (code, earlier.source.unwrap_or(CodeSource::Gun))),
            subject: earlier.subject,
            retake: None,
            consent: None,
            id_card: earlier.id_card,
            arrival: earlier.arrival,
            priority: false,
            // Freed by the hall's thread as soon as the others know of it.
            origin: Origin { code: known, reserved: true },
        })
    }
}

/// Writes a number and its entry in the audit log.
pub(super) fn give_number(
    db: &Connection,
    who: &Signature,
    new: &NewNumber<'_>,
    now: Timestamp,
) -> Result<TicketRecord, StoreError> {
    let row = NewTicket {
        batch: new.batch,
        number: new.number,
        code: new.code.as_ref().map(|(code, source)| (code, *source)),
        subject: new.subject,
        retake: new.retake,
        station: &who.station,
        consent: new.consent,
        id_card: new.id_card,
        arrival: new.arrival,
        priority: new.priority,
        shared: false,
    };
    let id = ticket::insert(db, &row, now)?;
    let detail = json!({
        "ticket": id, "number": new.number, "batch": new.batch, "subject": new.subject, "retake": new.retake,
        "fingerprint": new.code.as_ref().map(|(code, _)| code.fingerprint()), "consent": new.consent,
        "id_card": new.id_card, "arrival": new.arrival, "priority": new.priority,
    });
    audit::append(db, who, &NewEvent::new("ticket_issued", detail), now)?;
    hall::issued(db, who, id, new.origin.clone(), now)?;
    ticket::get(db, id)
}

/// What follows for somebody at the desk.
enum Follows {
    /// A new number, and the line of the retake list that it answers.
    Number(Again),
    /// The number from before counts again.
    Back(Box<TicketRecord>),
}

/// Whether the picture is taken again.
enum Again {
    No,
    Listed(RetakeId),
    Because(Box<TicketRecord>, String),
}

/// Who it is, as far as anybody can tell.
struct Known {
    subject: Option<SubjectRecord>,
    latest: Option<TicketRecord>,
}

fn identify(db: &Connection, open: &CaptureBatch, new: &NewCheckIn<'_>) -> Result<Known, StoreError> {
    let by_code = match new.code {
        Some((code, _)) => hall::of_code(db, open.id, code)?,
        None => None,
    };
    let typed = match (new.subject, new.code) {
        (None, Some((code, source))) => typed_subject(db, open.id, code, source)?,
        (chosen, _) => chosen,
    };
    let told = by_code.as_ref().and_then(|t| t.subject);
    if let (Some(ticket), Some(told), Some(typed)) = (&by_code, told, typed)
        && told != typed
    {
        return Err(DayRefusal::OtherPerson(ticket.number).into());
    }
    let Some(id) = typed.or(told) else { return Ok(Known { subject: None, latest: by_code }) };
    let subject = subject::get(db, id)?;
    if subject.batch != open.id {
        return Err(DayRefusal::BadSubject.into());
    }
    let by_subject = ticket::of_subject(db, id)?;
    if let Some((code, _)) = new.code {
        // One line of the roster has one code; another one in hand is another person's, or another 学籍.
        for earlier in &by_subject {
            if hall::code_is(db, earlier, code)? == Some(false) {
                return Err(DayRefusal::OtherPerson(earlier.number).into());
            }
        }
    }
    let latest = by_code.into_iter().chain(by_subject).max_by_key(|t| t.number);
    Ok(Known { subject: Some(subject), latest })
}

fn admission(db: &Connection, known: &Known, new: &NewCheckIn<'_>) -> Result<Admission, StoreError> {
    let before =
        payment::latest(db, known.subject.as_ref().map(|s| s.id), known.latest.as_ref().map(|t| t.id))?;
    Ok(Admission {
        roster: known.subject.as_ref().and_then(|s| s.subject.paid),
        taken: new.payment.as_ref().map(|p| p.method).or(before),
    })
}

fn follows(
    db: &Connection,
    open: &CaptureBatch,
    known: &Known,
    new: &NewCheckIn<'_>,
) -> Result<Follows, StoreError> {
    if open.plan.way == Way::Booth {
        return Err(DayRefusal::NoDesk.into());
    }
    if let Some(latest) = &known.latest {
        match latest.ticket.stage() {
            Stage::Waiting | Stage::Called { .. } | Stage::Seated { .. } => {
                return Err(DayRefusal::Queued(latest.number).into());
            }
            Stage::Passed | Stage::Held { .. } | Stage::Left => {
                return Ok(Follows::Back(Box::new(latest.clone())));
            }
            Stage::Shot => {
                return Ok(Follows::Number(match (retake::open_of(db, latest.id)?, new.retake_reason) {
                    (Some(line), _) => Again::Listed(line.id),
                    (None, Some(why)) => Again::Because(Box::new(latest.clone()), reason(why)?.to_owned()),
                    (None, None) => return Err(DayRefusal::Shot(latest.number).into()),
                }));
            }
            Stage::Refused { .. } => {}
        }
    }
    if new.code.is_none() && !open.plan.double_proof {
        return Err(DayRefusal::CodeNeeded.into());
    }
    if let Some(line) = carried(db, open, known, new)? {
        let earlier = ticket::get(db, line.ticket)?;
        // Here too a line of the roster has one code.
        return match (ticket::code(db, earlier.id)?, new.code) {
            (Some(read), Some((code, _))) if read != *code => {
                Err(DayRefusal::OtherPerson(earlier.number).into())
            }
            _ => Ok(Follows::Number(Again::Listed(line.id))),
        };
    }
    admission(db, known, new)?.admit(open.plan.fee).map_err(DayRefusal::Fee)?;
    let consent = &open.plan.consent;
    let asks = !(consent.version.trim().is_empty() && consent.text.trim().is_empty());
    if asks && !new.consent {
        return Err(DayRefusal::NoConsent.into());
    }
    Ok(Follows::Number(Again::No))
}

/// On a make-up day: the retake that an earlier batch left for this person.
fn carried(
    db: &Connection,
    open: &CaptureBatch,
    known: &Known,
    new: &NewCheckIn<'_>,
) -> Result<Option<RetakeRecord>, StoreError> {
    if open.plan.make_up_of.is_none() || known.latest.is_some() {
        return Ok(None);
    }
    let subject = known.subject.as_ref().map(|line| line.id);
    retake::carried(db, open.id, new.code.map(|(code, _)| code), subject)
}

fn arrival(
    db: &Connection,
    batch: BatchId,
    subject: Option<&SubjectRecord>,
    new: &NewCheckIn<'_>,
) -> Result<Arrival, StoreError> {
    let slots: Vec<_> = slot::list(db, batch)?.into_iter().map(|(_, slot)| slot).collect();
    let (code, name) =
        subject.map_or((None, None), |s| (s.subject.college_code.as_deref(), s.subject.college.as_deref()));
    Ok(schedule::arrival(&slots, code, name, new.day, new.minute))
}

/// What is known, without writing anything.
pub(super) fn look(db: &Connection, new: &NewCheckIn<'_>) -> Result<DeskFacts, StoreError> {
    let open = active(db)?;
    let known = match identify(db, &open, new) {
        Ok(known) => known,
        Err(refusal @ StoreError::Day(_)) => {
            let fee = Admission::default().standing(open.plan.fee);
            let nobody = DeskFacts {
                subject: None,
                fee,
                ticket: None,
                retake: None,
                arrival: Arrival::Unknown,
                refusal: Some(refusal),
            };
            return Ok(nobody);
        }
        Err(error) => return Err(error),
    };
    let refusal = match follows(db, &open, &known, new) {
        Ok(_) => None,
        Err(refusal @ StoreError::Day(_)) => Some(refusal),
        Err(error) => return Err(error),
    };
    let retake = match &known.latest {
        Some(latest) => retake::open_of(db, latest.id)?.map(|line| line.reason),
        None => carried(db, &open, &known, new)?.map(|line| line.reason),
    };
    Ok(DeskFacts {
        fee: admission(db, &known, new)?.standing(open.plan.fee),
        arrival: arrival(db, open.id, known.subject.as_ref(), new)?,
        subject: known.subject,
        ticket: known.latest,
        retake,
        refusal,
    })
}

impl Store {
    /// What is known of somebody at the desk, before a number is given out.
    pub fn desk_look(&self, new: &NewCheckIn<'_>) -> Result<DeskFacts, StoreError> {
        look(&self.db, new)
    }

    /// Gives out a number, or lets the number from before count again. Gives also how many would be called first.
    pub fn check_in(
        &mut self,
        new: &NewCheckIn<'_>,
        now: Timestamp,
    ) -> Result<(TicketRecord, u32), StoreError> {
        self.check_in_as(new, None, now)
    }

    /// Whether a check-in needs a new number, and whether that is for a retake; `None` if the one from before counts.
    pub fn wants_number(&self, new: &NewCheckIn<'_>) -> Result<Option<bool>, StoreError> {
        let open = active(&self.db)?;
        let known = identify(&self.db, &open, new)?;
        Ok(match follows(&self.db, &open, &known, new)? {
            Follows::Number(again) => Some(!matches!(again, Again::No)),
            Follows::Back(_) => None,
        })
    }

    /// The same with a number that the hall has given. Without one a shared batch takes this folder's own, and keeps the
    /// ticket for this station until the hall can be asked.
    pub fn check_in_as(
        &mut self,
        new: &NewCheckIn<'_>,
        given: Option<ShotNumber>,
        now: Timestamp,
    ) -> Result<(TicketRecord, u32), StoreError> {
        // Looked at first, so that a refusal costs no number.
        let open = active(&self.db)?;
        let known = identify(&self.db, &open, new)?;
        let follows = follows(&self.db, &open, &known, new)?;
        let fresh = match follows {
            Follows::Number(_) => Some(given.map_or_else(|| self.take_number(), Ok)?),
            Follows::Back(_) => None,
        };
        let who = self.who.clone();
        let tx = self.begin()?;
        let record = match (follows, fresh) {
            (Follows::Back(record), _) => come_back(&tx, &who, &record, &known, new, now)?,
            (Follows::Number(again), fresh) => {
                let number = fresh.unwrap_or(ShotNumber(0));
                let reserved = given.is_none();
                give(&tx, &who, &open, &known, (again, number, reserved), new, now)?
            }
        };
        if let Some(paid) = &new.payment {
            let subject = known.subject.as_ref().map(|s| s.id);
            take_payment(&tx, &who, open.id, (subject, Some(record.id)), paid, now)?;
        }
        let ahead = ticket::ahead(&tx, &record)?;
        tx.commit()?;
        Ok((record, ahead))
    }

    /// Takes a fee outside of a check-in, from a person or a number of the open batch; gives what is known then.
    pub fn take_payment(
        &mut self,
        subject: Option<SubjectId>,
        number: Option<ShotNumber>,
        paid: &NewPayment<'_>,
        now: Timestamp,
    ) -> Result<FeeStanding, StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        let open = active(&tx)?;
        let record = match number {
            Some(number) => Some(
                ticket::by_number(&tx, number)?
                    .filter(|record| record.batch == open.id)
                    .ok_or(DayRefusal::UnknownNumber(number))?,
            ),
            None => None,
        };
        let subject = subject.or(record.as_ref().and_then(|r| r.subject));
        let line = subject.map(|id| subject::get(&tx, id)).transpose()?.filter(|line| line.batch == open.id);
        if record.is_none() && line.is_none() {
            return Err(DayRefusal::BadSubject.into());
        }
        let of = (line.as_ref().map(|l| l.id), record.as_ref().map(|r| r.id));
        take_payment(&tx, &who, open.id, of, paid, now)?;
        let roster = line.and_then(|line| line.subject.paid);
        let standing = Admission { roster, taken: Some(paid.method) }.standing(open.plan.fee);
        tx.commit()?;
        Ok(standing)
    }
}

fn come_back(
    db: &Connection,
    who: &Signature,
    record: &TicketRecord,
    known: &Known,
    new: &NewCheckIn<'_>,
    now: Timestamp,
) -> Result<TicketRecord, StoreError> {
    if let (None, Some((code, source))) = (&record.fingerprint, new.code) {
        ticket::bind_code(db, record.id, code, source)?;
        hall::code_bound(db, who, record, code, now)?;
    }
    if let (None, Some(line)) = (record.subject, &known.subject) {
        ticket::bind_subject(db, record.id, line.id)?;
        hall::named(db, who, record.id, now)?;
    }
    let record = queue::step(db, who, record, &Action::Back, None, now)?;
    if new.priority && !record.ticket.place.priority {
        return queue::step(db, who, &record, &Action::Prioritise { priority: true }, None, now);
    }
    Ok(record)
}

fn give(
    db: &Connection,
    who: &Signature,
    open: &CaptureBatch,
    known: &Known,
    (again, number, reserved): (Again, ShotNumber, bool),
    new: &NewCheckIn<'_>,
    now: Timestamp,
) -> Result<TicketRecord, StoreError> {
    let retake = match again {
        Again::No => None,
        Again::Listed(line) => Some(line),
        Again::Because(earlier, why) => {
            let line = retake::insert(db, open.id, earlier.id, &why, RetakeSource::Student, now)?;
            let detail = json!({ "retake": line, "ticket": earlier.id });
            audit::append(db, who, &NewEvent::new("retake_added", detail), now)?;
            hall::retake_listed(db, who, earlier.id, now)?;
            Some(line)
        }
    };
    let (from_before, key_from_before) = match (&known.latest, new.code) {
        (Some(earlier), None) => {
            let source = earlier.source.unwrap_or(CodeSource::Gun);
            let known = hall_ticket::of(db, earlier.id)?.and_then(|of| of.code);
            (ticket::code(db, earlier.id)?.map(|code| (code, source)), known)
        }
        _ => (None, None),
    };
    let fresh = NewNumber {
        batch: open.id,
        number,
        code: new.code.map(|(code, source)| (code.clone(), source)).or(from_before),
        subject: known.subject.as_ref().map(|s| s.id),
        retake,
        consent: new.consent.then_some(open.plan.consent.version.as_str()),
        id_card: new.id_card,
        arrival: arrival(db, open.id, known.subject.as_ref(), new)?,
        priority: new.priority,
        origin: Origin { code: key_from_before, reserved },
    };
    give_number(db, who, &fresh, now)
}

fn take_payment(
    db: &Connection,
    who: &Signature,
    batch: BatchId,
    of: (Option<SubjectId>, Option<domain::TicketId>),
    paid: &NewPayment<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let cashier = if paid.cashier.trim().is_empty() { &who.operator } else { paid.cashier.trim() };
    let taken = NewPayment {
        cashier,
        amount_fen: if paid.method.takes_money() { paid.amount_fen } else { 0 },
        ..*paid
    };
    let id = payment::insert(db, batch, of, &taken, now)?;
    let detail = json!({
        "payment": id, "batch": batch, "subject": of.0, "ticket": of.1, "method": taken.method,
        "amount_fen": taken.amount_fen,
    });
    audit::append(db, who, &NewEvent::new("payment_taken", detail), now)?;
    hall::paid(db, who, batch, of, &taken, now)
}
