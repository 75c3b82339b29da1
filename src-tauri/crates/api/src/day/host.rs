//! The station answers the operations of the day.

use domain::{BatchPlan, CaptureBatch};

use super::operations::DayOperations;
use super::view::*;
use crate::station::Station;
use crate::{ApiError, Nothing, words};

fn not_ready<T>() -> Result<T, ApiError> {
    Err(ApiError::new("not_ready", "这个功能还没有做好。", "This is not ready yet."))
}

impl DayOperations for Station {
    fn operator_set(&self, _: Operator) -> Result<Operator, ApiError> {
        not_ready()
    }

    fn operator_get(&self, _: Nothing) -> Result<Operator, ApiError> {
        not_ready()
    }

    fn batch_new(&self, _: BatchPlan) -> Result<CaptureBatch, ApiError> {
        not_ready()
    }

    fn batch_edit(&self, _: BatchEdit) -> Result<CaptureBatch, ApiError> {
        not_ready()
    }

    fn batch_list(&self, _: Nothing) -> Result<Vec<BatchItem>, ApiError> {
        not_ready()
    }

    fn batch_open(&self, _: BatchRequest) -> Result<CaptureBatch, ApiError> {
        not_ready()
    }

    fn batch_close(&self, _: BatchRequest) -> Result<CaptureBatch, ApiError> {
        not_ready()
    }

    fn batch_seal(&self, _: SealRequest) -> Result<SealView, ApiError> {
        not_ready()
    }

    fn roster_apply(&self, _: RosterApply) -> Result<RosterReport, ApiError> {
        not_ready()
    }

    fn roster_search(&self, _: SearchRequest) -> Result<Vec<Person>, ApiError> {
        not_ready()
    }

    fn roster_show(&self, _: SubjectRequest) -> Result<PersonDetail, ApiError> {
        not_ready()
    }

    fn late_entry_add(&self, _: LateEntryRequest) -> Result<Person, ApiError> {
        not_ready()
    }

    fn schedule_apply(&self, _: ScheduleApply) -> Result<Vec<SlotView>, ApiError> {
        not_ready()
    }

    fn schedule_board(&self, _: InBatch) -> Result<Vec<SlotView>, ApiError> {
        not_ready()
    }

    fn desk_look(&self, _: DeskRequest) -> Result<DeskView, ApiError> {
        not_ready()
    }

    fn desk_check_in(&self, _: CheckIn) -> Result<Issued, ApiError> {
        not_ready()
    }

    fn queue_next(&self, _: BoothRequest) -> Result<Option<TicketView>, ApiError> {
        not_ready()
    }

    fn queue_call(&self, _: CallRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_recall(&self, _: CallRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_pass(&self, _: NumberRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_hold(&self, _: HoldRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_back(&self, _: NumberRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_leave(&self, _: NumberRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_refuse(&self, _: RefuseRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_prioritise(&self, _: PrioritiseRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_undo(&self, _: NumberRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_link(&self, _: LinkRequest) -> Result<TicketView, ApiError> {
        not_ready()
    }

    fn queue_status(&self, _: InBatch) -> Result<QueueView, ApiError> {
        not_ready()
    }

    fn queue_board(&self, _: InBatch) -> Result<BoardView, ApiError> {
        not_ready()
    }

    fn retake_list(&self, _: InBatch) -> Result<Vec<RetakeView>, ApiError> {
        not_ready()
    }

    fn retake_add(&self, _: RetakeRequest) -> Result<RetakeView, ApiError> {
        not_ready()
    }

    fn absent_list(&self, _: AbsentRequest) -> Result<Vec<AbsentView>, ApiError> {
        not_ready()
    }

    fn payment_take(&self, _: PaymentRequest) -> Result<FeeView, ApiError> {
        not_ready()
    }

    fn swap_propose(&self, _: SwapRequest) -> Result<CorrectionView, ApiError> {
        not_ready()
    }

    fn swap_commit(&self, _: CorrectionRequest) -> Result<CorrectionView, ApiError> {
        not_ready()
    }

    fn swap_list(&self, _: InBatch) -> Result<Vec<CorrectionView>, ApiError> {
        not_ready()
    }

    fn day_reconcile(&self, _: InBatch) -> Result<ReconcileView, ApiError> {
        not_ready()
    }

    fn day_people(&self, _: PeopleRequest) -> Result<Vec<PersonState>, ApiError> {
        not_ready()
    }

    fn day_figures(&self, _: InBatch) -> Result<DayFigures, ApiError> {
        not_ready()
    }

    fn audit_verify(&self, _: Nothing) -> Result<store::AuditCheck, ApiError> {
        self.ask(|owner| owner.desk()?.store().verify_audit().map_err(words::store))
    }
}
