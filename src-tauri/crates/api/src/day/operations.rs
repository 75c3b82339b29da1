//! The operations of the day, declared once.

use domain::{BatchPlan, CaptureBatch};

use super::report::{ReportFiles, ReportRequest};
use super::sheet_in::{
    PreviewRequest, RosterImport, RosterImported, SavedFile, ScheduleImport, ScheduleImported,
    TemplateRequest,
};
use super::view::*;
use super::voice::{VoiceRequest, VoiceView};
use crate::Nothing;
use crate::declare::operations;

operations! {
    trait DayOperations;
    /// Says who sits here.
    "operator.set" operator_set(Operator) -> Operator;
    /// Who sits here.
    "operator.get" operator_get(Nothing) -> Operator;
    /// Prepares a batch; it is not opened.
    "batch.new" batch_new(BatchPlan) -> CaptureBatch;
    /// Changes the plan of a batch.
    "batch.edit" batch_edit(BatchEdit) -> CaptureBatch;
    /// All batches of the folder, newest first.
    "batch.list" batch_list(Nothing) -> Vec<BatchItem>;
    /// Prepares a make-up day for those who remain of a batch that is closed; it is not opened.
    "batch.make_up" batch_make_up(MakeUpRequest) -> MakeUpView;
    /// Opens a batch; the one that was open is put aside.
    "batch.open" batch_open(BatchRequest) -> CaptureBatch;
    /// Puts the batch aside: the station works without one.
    "batch.close" batch_close(BatchRequest) -> CaptureBatch;
    /// Ends a batch for good, after reconciliation or with a reason.
    "batch.seal" batch_seal(SealRequest) -> SealView;
    /// Puts rows into the roster.
    "roster.apply" roster_apply(RosterApply) -> RosterReport;
    /// What a roster's or a schedule's spreadsheet holds, and what its columns seem to be.
    "sheet.preview" sheet_preview(PreviewRequest) -> sheets::Preview;
    /// Puts a spreadsheet into the roster.
    "roster.import" roster_import(RosterImport) -> RosterImported;
    /// Writes an empty roster to give to the school; one that is there already stays.
    "roster.template" roster_template(TemplateRequest) -> SavedFile;
    /// Looks for people.
    "roster.search" roster_search(SearchRequest) -> Vec<Person>;
    /// One person with the whole identity; remembered by the audit log.
    "roster.show" roster_show(SubjectRequest) -> PersonDetail;
    /// 补录.
    "late_entry.add" late_entry_add(LateEntryRequest) -> Person;
    /// Puts a schedule in the place of the one before.
    "schedule.apply" schedule_apply(ScheduleApply) -> Vec<SlotView>;
    /// Puts a spreadsheet in the place of the schedule.
    "schedule.import" schedule_import(ScheduleImport) -> ScheduleImported;
    /// Today's board: what each 学院 has planned, arrived, shot, absent.
    "schedule.board" schedule_board(InBatch) -> Vec<SlotView>;
    /// Whether codes that the camera sees go to the desk.
    "desk.watch" desk_watch(DeskWatch) -> Nothing;
    /// What is known of somebody at the desk.
    "desk.look" desk_look(DeskRequest) -> DeskView;
    /// Gives out a number.
    "desk.check_in" desk_check_in(CheckIn) -> Issued;
    /// Calls whoever is next to a booth; `None` if nobody waits.
    "queue.next" queue_next(BoothRequest) -> Option<TicketView>;
    /// Calls this number to a booth.
    "queue.call" queue_call(CallRequest) -> TicketView;
    /// 重呼.
    "queue.recall" queue_recall(CallRequest) -> TicketView;
    /// 过号.
    "queue.pass" queue_pass(NumberRequest) -> TicketView;
    /// Sends somebody to put something right.
    "queue.hold" queue_hold(HoldRequest) -> TicketView;
    /// Came back after a pass or a hold.
    "queue.back" queue_back(NumberRequest) -> TicketView;
    /// Goes away.
    "queue.leave" queue_leave(NumberRequest) -> TicketView;
    /// Is not photographed.
    "queue.refuse" queue_refuse(RefuseRequest) -> TicketView;
    /// Before the others, or back among them.
    "queue.prioritise" queue_prioritise(PrioritiseRequest) -> TicketView;
    /// Takes back the last step of a number.
    "queue.undo" queue_undo(NumberRequest) -> TicketView;
    /// Ties a number to a line of the roster.
    "queue.link" queue_link(LinkRequest) -> TicketView;
    /// The queue for the crew.
    "queue.status" queue_status(InBatch) -> QueueView;
    /// The queue for everybody.
    "queue.board" queue_board(InBatch) -> BoardView;
    /// Whether this machine has a voice of its own.
    "voice.status" voice_status(Nothing) -> VoiceView;
    /// Speaks a call.
    "voice.say" voice_say(VoiceRequest) -> Nothing;
    /// What is to be taken again, open lines first.
    "retake.list" retake_list(InBatch) -> Vec<RetakeView>;
    /// Puts a picture on the retake list.
    "retake.add" retake_add(RetakeRequest) -> RetakeView;
    /// 未到, by 学院.
    "absent.list" absent_list(AbsentRequest) -> Vec<AbsentView>;
    /// Takes a fee.
    "payment.take" payment_take(PaymentRequest) -> FeeView;
    /// Shows two pictures that are said to be exchanged; nothing is changed yet.
    "swap.propose" swap_propose(SwapRequest) -> CorrectionView;
    /// Gives each picture the other's label.
    "swap.commit" swap_commit(CorrectionRequest) -> CorrectionView;
    /// All corrections, newest first.
    "swap.list" swap_list(Nothing) -> Vec<CorrectionView>;
    /// Everybody in exactly one end state.
    "day.reconcile" day_reconcile(InBatch) -> ReconcileView;
    /// Who is in one of them.
    "day.people" day_people(PeopleRequest) -> Vec<PersonState>;
    /// How the day goes.
    "day.figures" day_figures(InBatch) -> DayFigures;
    /// Writes the printable report and the lists of the day into a folder; remembered by the audit log.
    "day.report" day_report(ReportRequest) -> ReportFiles;
    /// Follows the chain of the audit log from its first entry.
    "audit.verify" audit_verify(Nothing) -> store::AuditCheck;
}
