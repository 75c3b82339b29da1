//! The station answers the operations of the handover.

use super::operations::HandoverOperations;
use super::view::*;
use crate::station::Station;
use crate::{ApiError, Nothing, words};

fn not_ready<T>() -> Result<T, ApiError> {
    Err(ApiError::new("not_ready", "这个功能还没有完成。", "This is not ready yet."))
}

impl HandoverOperations for Station {
    fn data_verify(&self, _: Nothing) -> Result<store::VerifyReport, ApiError> {
        self.ask(|owner| owner.desk()?.store().verify().map_err(words::store))
    }

    fn outbox_list(&self, _: Nothing) -> Result<Vec<OutboxBatch>, ApiError> {
        not_ready()
    }

    fn outbox_items(&self, _: OutboxRequest) -> Result<Vec<OutboxItem>, ApiError> {
        not_ready()
    }

    fn upload_settings_get(&self, _: Nothing) -> Result<UploadSettings, ApiError> {
        not_ready()
    }

    fn upload_settings_save(&self, _: UploadSettings) -> Result<UploadSettings, ApiError> {
        not_ready()
    }

    fn upload_start(&self, _: UploadStart) -> Result<UploadStatus, ApiError> {
        not_ready()
    }

    fn upload_pause(&self, _: UploadPause) -> Result<Nothing, ApiError> {
        not_ready()
    }

    fn upload_stop(&self, _: Nothing) -> Result<Nothing, ApiError> {
        not_ready()
    }

    fn upload_status(&self, _: OfBatch) -> Result<UploadStatus, ApiError> {
        not_ready()
    }

    fn upload_release_parked(&self, _: UploadRelease) -> Result<UploadStatus, ApiError> {
        not_ready()
    }

    fn results_preview(&self, _: ResultsRequest) -> Result<ResultsPreview, ApiError> {
        not_ready()
    }

    fn results_import(&self, _: ResultsRequest) -> Result<ResultsImport, ApiError> {
        not_ready()
    }

    fn results_list(&self, _: OfBatch) -> Result<Vec<ResultLine>, ApiError> {
        not_ready()
    }

    fn export_drives(&self, _: Nothing) -> Result<Vec<delivery::Drive>, ApiError> {
        not_ready()
    }

    fn export_plan(&self, _: ExportRequest) -> Result<ExportPlan, ApiError> {
        not_ready()
    }

    fn export_start(&self, _: ExportRequest) -> Result<JobView, ApiError> {
        not_ready()
    }

    fn export_receipt(&self, _: ReceiptRequest) -> Result<ParcelView, ApiError> {
        not_ready()
    }

    fn verify_bag(&self, _: VerifyBagRequest) -> Result<JobView, ApiError> {
        not_ready()
    }

    fn prints_layouts(&self, _: Nothing) -> Result<Vec<PrintLayout>, ApiError> {
        not_ready()
    }

    fn prints_plan(&self, _: PrintsRequest) -> Result<PrintsPlan, ApiError> {
        not_ready()
    }

    fn prints_start(&self, _: PrintsRequest) -> Result<JobView, ApiError> {
        not_ready()
    }

    fn intake_check(&self, _: IntakeCheck) -> Result<JobView, ApiError> {
        not_ready()
    }

    fn intake_take(&self, _: IntakeTake) -> Result<JobView, ApiError> {
        not_ready()
    }

    fn intake_refusals(&self, _: IntakeListRequest) -> Result<WrittenFiles, ApiError> {
        not_ready()
    }

    fn correction_plan(&self, _: CorrectionParcelRequest) -> Result<CorrectionPlan, ApiError> {
        not_ready()
    }

    fn correction_start(&self, _: CorrectionParcelRequest) -> Result<JobView, ApiError> {
        not_ready()
    }

    fn erase_plan(&self, _: EraseAsk) -> Result<ErasePlanView, ApiError> {
        not_ready()
    }

    fn erase_start(&self, _: EraseStart) -> Result<JobView, ApiError> {
        not_ready()
    }

    fn erase_records(&self, _: Nothing) -> Result<Vec<EraseDone>, ApiError> {
        not_ready()
    }

    fn job_status(&self, _: JobRequest) -> Result<Option<JobView>, ApiError> {
        not_ready()
    }

    fn job_cancel(&self, _: JobRequest) -> Result<Option<JobView>, ApiError> {
        not_ready()
    }
}
