//! The station answers the operations of the day: writes on the owner's thread, reads beside it.

use std::path::PathBuf;

use domain::ticket::Action;
use domain::{BatchPlan, CaptureBatch, CaptureCode, CodeSource, ShotNumber, Timestamp};
use store::{NewCheckIn, NewPayment, TicketRecord};

use super::operations::DayOperations;
use super::report::{self, ReportFiles, ReportRequest};
use super::sheet_in::{
    self, PreviewRequest, RosterImport, RosterImported, SavedFile, ScheduleImport, ScheduleImported,
    TemplateRequest,
};
use super::view::*;
use super::voice::{Voice, VoiceRequest, VoiceView};
use super::{roster, show};
use crate::hall::Called;
use crate::owner::Owner;
use crate::station::{Config, Station};
use crate::{ApiError, Nothing, words};

/// Fewest and most people that a search shows.
const FOUND: u32 = 20;
const MOST_FOUND: u32 = 200;
/// Most people behind a number of the reconciliation.
const PEOPLE: u32 = 500;

impl Station {
    fn ticket_view(&self, record: TicketRecord) -> Result<TicketView, ApiError> {
        self.read(|reader| show::ticket(reader, &reader.ticket(record.id)?))
    }

    fn step(&self, number: ShotNumber, action: Action) -> Result<TicketView, ApiError> {
        let record = self.write(move |store, now| store.step_ticket(number, &action, now))?;
        self.ticket_view(record)
    }

    /// A step of a booth; at this one it may arm the sitting.
    fn call(
        &self,
        act: impl FnOnce(&mut store::Store, Timestamp) -> Result<Option<TicketRecord>, store::StoreError>
        + Send
        + 'static,
    ) -> Result<Option<TicketView>, ApiError> {
        let called = self.ask(move |owner| {
            let called = owner.day(act)?;
            owner.arm_called();
            Ok(called)
        })?;
        called.map(|record| self.ticket_view(record)).transpose()
    }

    fn wall(&self) -> Result<domain::Day, ApiError> {
        self.ask(|owner| Ok(owner.wall().0))
    }
}

/// The code in hand: typed, or by its number as the camera read it.
fn code_in_hand(
    owner: &Owner,
    typed: Option<&String>,
    seen: Option<u64>,
    source: Option<CodeSource>,
) -> Result<Option<(CaptureCode, CodeSource)>, ApiError> {
    match (seen, typed) {
        (Some(seen), _) => {
            let code = owner.eye.code(seen).ok_or_else(|| {
                ApiError::new(
                    "code_forgotten",
                    "刚才的采集码已不在手上，请让学生再扫一次。",
                    "That code is no longer at hand: ask the student to show it again.",
                )
            })?;
            Ok(Some((code.clone(), CodeSource::Camera)))
        }
        (None, Some(text)) => {
            let code = CaptureCode::new(text.as_bytes()).map_err(words::bad_code)?;
            Ok(Some((code, source.unwrap_or(CodeSource::Gun))))
        }
        (None, None) => Ok(None),
    }
}

fn payment(taken: &PaymentTaken) -> NewPayment<'_> {
    NewPayment {
        amount_fen: taken.amount_fen,
        method: taken.method,
        cashier: taken.cashier.as_deref().unwrap_or_default(),
    }
}

fn person_at_desk<'a>(
    owner: &Owner,
    request: &'a CheckIn,
    code: Option<&'a (CaptureCode, CodeSource)>,
) -> NewCheckIn<'a> {
    let (day, minute) = owner.wall();
    NewCheckIn {
        code: code.map(|(code, source)| (code, *source)),
        subject: request.subject,
        payment: request.payment.as_ref().map(payment),
        consent: request.consent,
        id_card: request.id_card,
        priority: request.priority,
        retake_reason: request.retake_reason.as_deref(),
        day,
        minute,
    }
}

/// The folder that somebody typed or pasted, without the quotes of a file manager; or this one.
fn chosen_or(typed: &str, otherwise: PathBuf) -> PathBuf {
    match typed.trim().trim_matches('"').trim() {
        "" => otherwise,
        chosen => chosen.into(),
    }
}

impl DayOperations for Station {
    fn operator_set(&self, request: Operator) -> Result<Operator, ApiError> {
        self.write(move |store, now| {
            store.set_operator(&request.name)?;
            let name = store.operator().to_owned();
            store.set_setting(crate::owner::OPERATOR, &name, now)?;
            Ok(Operator { name })
        })
    }

    fn operator_get(&self, _: Nothing) -> Result<Operator, ApiError> {
        self.ask(|owner| Ok(Operator { name: owner.desk()?.store().operator().to_owned() }))
    }

    fn batch_new(&self, request: BatchPlan) -> Result<CaptureBatch, ApiError> {
        self.ask(move |owner| {
            owner.check_plan(&request)?;
            owner.day(|store, now| store.new_batch(&request, now))
        })
    }

    fn batch_edit(&self, request: BatchEdit) -> Result<CaptureBatch, ApiError> {
        self.ask(move |owner| owner.edit_batch(request.batch, &request.plan))
    }

    fn batch_make_up(&self, request: MakeUpRequest) -> Result<MakeUpView, ApiError> {
        let (batch, remaining) = self.ask(move |owner| {
            owner.check_plan(&request.plan)?;
            owner.day(|store, now| store.make_up_batch(request.batch, &request.plan, now))
        })?;
        let store::Remaining { people, paid, retakes } = remaining;
        Ok(MakeUpView { batch, people, paid, retakes })
    }

    fn batch_list(&self, _: Nothing) -> Result<Vec<BatchItem>, ApiError> {
        self.read(|reader| {
            let item = |batch: CaptureBatch| {
                let (subjects, tickets, shot) = reader.batch_counts(batch.id)?;
                Ok(BatchItem { batch, subjects, tickets, shot })
            };
            reader.batches()?.into_iter().map(item).collect()
        })
    }

    fn batch_open(&self, request: BatchRequest) -> Result<CaptureBatch, ApiError> {
        self.ask(move |owner| owner.open_batch(request.batch))
    }

    fn batch_close(&self, request: BatchRequest) -> Result<CaptureBatch, ApiError> {
        self.ask(move |owner| owner.end_batch(|store, now| store.close_batch(request.batch, now)))
    }

    fn batch_seal(&self, request: SealRequest) -> Result<SealView, ApiError> {
        let (batch, reconciliation) = self.ask(move |owner| {
            owner.end_batch(|store, now| store.seal_batch(request.batch, request.reason.as_deref(), now))
        })?;
        Ok(SealView { batch, reconciliation })
    }

    fn roster_apply(&self, request: RosterApply) -> Result<RosterReport, ApiError> {
        roster::apply(self, request)
    }

    fn sheet_preview(&self, request: PreviewRequest) -> Result<sheets::Preview, ApiError> {
        sheet_in::preview(&request)
    }

    fn roster_import(&self, request: RosterImport) -> Result<RosterImported, ApiError> {
        sheet_in::import_roster(self, request)
    }

    fn roster_template(&self, request: TemplateRequest) -> Result<SavedFile, ApiError> {
        let (now, beside) = self.ask(|owner| Ok(((owner.config.now)(), owner.reports_folder())))?;
        sheet_in::template(&chosen_or(&request.out, beside), now)
    }

    fn schedule_import(&self, request: ScheduleImport) -> Result<ScheduleImported, ApiError> {
        sheet_in::import_schedule(self, request, |apply| self.schedule_apply(apply))
    }

    fn day_report(&self, request: ReportRequest) -> Result<ReportFiles, ApiError> {
        let (made, day_start, font, beside) = self.ask(|owner| {
            let Config { now, day_start, ref assets, .. } = owner.config;
            let made = report::Moment { now: now(), today: owner.wall().0 };
            Ok((made, day_start, assets.font(), owner.reports_folder()))
        })?;
        let font = std::fs::read(&font).map_err(|e| {
            ApiError::new(
                "print_font_missing",
                "打印用的字体文件不在，请重装程序。",
                "The font for printing is missing: reinstall the program.",
            )
            .with_story(e)
        })?;
        let facts =
            self.read(|reader| report::facts(reader, reader.batch_or_open(request.batch)?, made, day_start))?;
        let batch = facts.batch.id;
        self.write(move |store, now| {
            let detail = serde_json::json!({ "batch": batch });
            store.record(&store::NewEvent::new("lists_written", detail), now)
        })?;
        report::write(&facts, font, &chosen_or(&request.out, beside))
    }

    fn roster_search(&self, request: SearchRequest) -> Result<Vec<Person>, ApiError> {
        let limit = if request.limit == 0 { FOUND } else { request.limit.min(MOST_FOUND) };
        self.read(|reader| {
            let batch = reader.batch_or_open(request.batch)?;
            let found = reader.search(batch.id, &request.text, limit)?;
            found
                .iter()
                .map(|line| show::person(reader, &batch, line, reader.tickets_of(line.id)?.first()))
                .collect()
        })
    }

    fn roster_show(&self, request: SubjectRequest) -> Result<PersonDetail, ApiError> {
        // Found first, so that the log does not speak of people who are not there; remembered before it is shown.
        let line = self.read(|reader| reader.subject(request.subject))?;
        self.write(move |store, now| store.identity_viewed(request.subject, now))?;
        self.read(|reader| show::detail(reader, line))
    }

    fn late_entry_add(&self, request: LateEntryRequest) -> Result<Person, ApiError> {
        let batch = self.read(|reader| reader.batch_or_open(request.batch))?.id;
        let id = self
            .write(move |store, now| store.add_late_entry(batch, &request.subject, &request.reason, now))?;
        self.read(|reader| show::person_of(reader, &reader.subject(id)?))
    }

    fn schedule_apply(&self, request: ScheduleApply) -> Result<Vec<SlotView>, ApiError> {
        let batch = self.read(|reader| reader.batch_or_open(request.batch))?;
        let id = batch.id;
        self.write(move |store, now| store.set_schedule(id, &request.slots, request.allow_overlap, now))?;
        let today = self.wall()?;
        self.read(|reader| show::slots(reader, &batch, today))
    }

    fn schedule_board(&self, request: InBatch) -> Result<Vec<SlotView>, ApiError> {
        let today = self.wall()?;
        self.read(|reader| show::slots(reader, &reader.batch_or_open(request.batch)?, today))
    }

    fn desk_watch(&self, request: DeskWatch) -> Result<Nothing, ApiError> {
        self.ask(move |owner| {
            owner.eye.turn(request.open);
            owner.touch();
            Ok(Nothing {})
        })
    }

    fn desk_look(&self, request: DeskRequest) -> Result<DeskView, ApiError> {
        let (fingerprint, facts) = self.ask(move |owner| {
            let code = code_in_hand(owner, request.code.as_ref(), request.seen, request.source)?;
            // Asked as if the consent were given: that is ticked after the look.
            let as_if = CheckIn { subject: request.subject, consent: true, ..CheckIn::default() };
            let new = person_at_desk(owner, &as_if, code.as_ref());
            let facts = owner.desk()?.store().desk_look(&new).map_err(words::store)?;
            Ok((code.as_ref().map(|(code, _)| code.fingerprint()), facts))
        })?;
        let (person, ticket) = self.read(|reader| {
            let ticket = facts.ticket.as_ref().map(|record| show::ticket(reader, record)).transpose()?;
            Ok((facts.subject.as_ref().map(|line| show::person_of(reader, line)).transpose()?, ticket))
        })?;
        Ok(DeskView {
            fingerprint,
            person,
            ticket,
            retake: facts.retake,
            arrival: facts.arrival,
            refusal: facts.refusal.map(words::store),
        })
    }

    fn desk_check_in(&self, request: CheckIn) -> Result<Issued, ApiError> {
        let asked = request.clone();
        let given = self.hall_number(move |owner| {
            let code = code_in_hand(owner, asked.code.as_ref(), asked.seen, asked.source)?;
            let store = owner.desk()?.store();
            let key = match &code {
                Some((code, _)) => store.hall_code_key(code),
                None => Ok(None),
            };
            let wants = store.wants_number(&person_at_desk(owner, &asked, code.as_ref()));
            let key = key.map_err(words::store)?;
            Ok(wants.map_err(words::store)?.map(|retake| (key, retake)))
        })?;
        let (record, ahead) = self.ask(move |owner| {
            let code = code_in_hand(owner, request.code.as_ref(), request.seen, request.source)?;
            let new = person_at_desk(owner, &request, code.as_ref());
            owner.day(|store, now| store.check_in_as(&new, given, now))
        })?;
        let arrival = record.arrival;
        Ok(Issued { ticket: self.ticket_view(record)?, ahead, arrival })
    }

    fn queue_next(&self, request: BoothRequest) -> Result<Option<TicketView>, ApiError> {
        match self.hall_call(None, request.booth.as_ref())? {
            Called::Ticket(record) => return self.ticket_view(*record).map(Some),
            Called::Nobody => return Ok(None),
            Called::Alone => {}
        }
        self.call(move |store, now| store.call_next(request.booth.as_deref(), now))
    }

    fn queue_call(&self, request: CallRequest) -> Result<TicketView, ApiError> {
        let number = request.number;
        if let Called::Ticket(record) = self.hall_call(Some(number), request.booth.as_ref())? {
            return self.ticket_view(*record);
        }
        let called = self.call(move |store, now| {
            let booth = request.booth.unwrap_or_else(|| store.station().to_owned());
            store.step_ticket(request.number, &Action::Call { booth }, now).map(Some)
        })?;
        called.ok_or_else(|| words::store(store::DayRefusal::UnknownNumber(number).into()))
    }

    fn queue_recall(&self, request: CallRequest) -> Result<TicketView, ApiError> {
        let number = request.number;
        let called = self.call(move |store, now| {
            let booth = request.booth.unwrap_or_else(|| store.station().to_owned());
            store.step_ticket(request.number, &Action::Recall { booth }, now).map(Some)
        })?;
        called.ok_or_else(|| words::store(store::DayRefusal::UnknownNumber(number).into()))
    }

    fn queue_pass(&self, request: NumberRequest) -> Result<TicketView, ApiError> {
        self.step(request.number, Action::Pass)
    }

    fn queue_hold(&self, request: HoldRequest) -> Result<TicketView, ApiError> {
        self.step(request.number, Action::Hold { reason: request.reason })
    }

    fn queue_back(&self, request: NumberRequest) -> Result<TicketView, ApiError> {
        self.step(request.number, Action::Back)
    }

    fn queue_leave(&self, request: NumberRequest) -> Result<TicketView, ApiError> {
        self.step(request.number, Action::Leave)
    }

    fn queue_refuse(&self, request: RefuseRequest) -> Result<TicketView, ApiError> {
        self.step(request.number, Action::Refuse { reason: request.reason })
    }

    fn queue_prioritise(&self, request: PrioritiseRequest) -> Result<TicketView, ApiError> {
        self.step(request.number, Action::Prioritise { priority: request.priority })
    }

    fn queue_undo(&self, request: NumberRequest) -> Result<TicketView, ApiError> {
        self.step(request.number, Action::Undo)
    }

    fn queue_link(&self, request: LinkRequest) -> Result<TicketView, ApiError> {
        let record =
            self.write(move |store, now| store.link_subject(request.number, request.subject, now))?;
        self.ticket_view(record)
    }

    fn queue_status(&self, request: InBatch) -> Result<QueueView, ApiError> {
        self.read(|reader| show::queue(reader, &reader.batch_or_open(request.batch)?))
    }

    fn queue_board(&self, request: InBatch) -> Result<BoardView, ApiError> {
        self.read(|reader| show::board(reader, &reader.batch_or_open(request.batch)?))
    }

    fn voice_status(&self, _: Nothing) -> Result<VoiceView, ApiError> {
        Ok(Voice::status())
    }

    fn voice_say(&self, request: VoiceRequest) -> Result<Nothing, ApiError> {
        self.voice.say(request).map(|()| Nothing {})
    }

    fn retake_list(&self, request: InBatch) -> Result<Vec<RetakeView>, ApiError> {
        self.read(|reader| show::retakes(reader, &reader.batch_or_open(request.batch)?))
    }

    fn retake_add(&self, request: RetakeRequest) -> Result<RetakeView, ApiError> {
        let (line, _) = self.write(move |store, now| {
            store.add_retake(request.number, &request.reason, request.source, request.issue, now)
        })?;
        self.read(|reader| show::retake(reader, reader.retake(line)?))
    }

    fn absent_list(&self, request: AbsentRequest) -> Result<Vec<AbsentView>, ApiError> {
        self.read(|reader| {
            show::absent(reader, &reader.batch_or_open(request.batch)?, request.college.as_deref())
        })
    }

    fn payment_take(&self, request: PaymentRequest) -> Result<FeeView, ApiError> {
        let fee = self.write(move |store, now| {
            store.take_payment(request.subject, request.number, &payment(&request.payment), now)
        })?;
        Ok(FeeView { fee })
    }

    fn swap_propose(&self, request: SwapRequest) -> Result<CorrectionView, ApiError> {
        let proposed = self
            .write(move |store, now| store.propose_swap(request.one, request.other, &request.reason, now))?;
        self.read(|reader| show::correction(reader, &proposed))
    }

    fn swap_commit(&self, request: CorrectionRequest) -> Result<CorrectionView, ApiError> {
        let made = self.write(move |store, now| store.commit_swap(request.correction, now))?;
        self.read(|reader| show::correction(reader, &made))
    }

    fn swap_list(&self, _: Nothing) -> Result<Vec<CorrectionView>, ApiError> {
        self.read(|reader| reader.corrections()?.iter().map(|made| show::correction(reader, made)).collect())
    }

    fn day_reconcile(&self, request: InBatch) -> Result<ReconcileView, ApiError> {
        self.read(|reader| {
            let batch = reader.batch_or_open(request.batch)?.id;
            let counts = reader.reconcile(batch)?;
            Ok(ReconcileView { batch, adds_up: counts.adds_up(), unsettled: counts.unsettled(), counts })
        })
    }

    fn day_people(&self, request: PeopleRequest) -> Result<Vec<PersonState>, ApiError> {
        let limit = if request.limit == 0 { PEOPLE } else { request.limit };
        self.read(|reader| {
            let batch = reader.batch_or_open(request.batch)?;
            let people = reader.people(batch.id)?;
            let wanted = people.iter().filter(|row| row.state == request.state).take(limit as usize);
            wanted.map(|row| show::person_state(reader, &batch, row)).collect()
        })
    }

    fn day_figures(&self, request: InBatch) -> Result<DayFigures, ApiError> {
        let (now, (today, _), midnight) = self.ask(|owner| {
            let now = (owner.config.now)();
            Ok((now, owner.wall(), (owner.config.day_start)(now)))
        })?;
        self.read(|reader| {
            let batch = reader.batch_or_open(request.batch)?;
            let plan_ends_at = show::plan_ends_at(&reader.slots(batch.id)?, today, midnight);
            Ok(show::figures(&batch, reader.report(batch.id, now)?, plan_ends_at))
        })
    }

    fn audit_verify(&self, _: Nothing) -> Result<store::AuditCheck, ApiError> {
        self.read(store::Reader::verify_audit)
    }
}
