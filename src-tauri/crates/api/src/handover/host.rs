//! The station answers the operations of the handover: long work on threads of its own, reading beside the owner.

use super::operations::HandoverOperations;
use super::view::*;
use super::{allowance, correction, erase, export, intake, outbox, prints, results, uploading, words};
use crate::station::Station;
use crate::{ApiError, Nothing};

impl HandoverOperations for Station {
    fn data_verify(&self, _: Nothing) -> Result<store::VerifyReport, ApiError> {
        self.ask(|owner| owner.desk()?.store().verify().map_err(crate::words::store))
    }

    fn outbox_list(&self, _: Nothing) -> Result<Vec<OutboxBatch>, ApiError> {
        outbox::list(&self.room()?)
    }

    fn outbox_items(&self, request: OutboxRequest) -> Result<Vec<OutboxItem>, ApiError> {
        outbox::items(&self.room()?, request)
    }

    fn upload_settings_get(&self, _: Nothing) -> Result<UploadSettings, ApiError> {
        Ok(uploading::shown(uploading::settings(&self.room()?)?))
    }

    fn upload_settings_save(&self, request: UploadSettings) -> Result<UploadSettings, ApiError> {
        uploading::save(&self.room()?, request)
    }

    fn upload_allow(&self, request: UploadAllow) -> Result<UploadStatus, ApiError> {
        let room = self.room()?;
        allowance::decide(&room, request)?;
        if !request.allowed && self.handover.uploading.runs(request.batch) {
            self.handover.uploading.stop();
        }
        self.handover.uploading.status(&room, request.batch)
    }

    fn upload_start(&self, request: UploadStart) -> Result<UploadStatus, ApiError> {
        self.handover.uploading.start(self.room()?, request)
    }

    fn upload_pause(&self, request: UploadPause) -> Result<Nothing, ApiError> {
        self.handover.uploading.pause(request.paused);
        Ok(Nothing {})
    }

    fn upload_stop(&self, _: Nothing) -> Result<Nothing, ApiError> {
        self.handover.uploading.stop();
        Ok(Nothing {})
    }

    fn upload_status(&self, request: OfBatch) -> Result<UploadStatus, ApiError> {
        self.handover.uploading.status(&self.room()?, request.batch)
    }

    fn upload_release_parked(&self, request: UploadRelease) -> Result<UploadStatus, ApiError> {
        let room = self.room()?;
        uploading::release(&room, &request)?;
        self.handover.uploading.status(&room, request.batch)
    }

    fn results_preview(&self, request: ResultsRequest) -> Result<ResultsPreview, ApiError> {
        results::preview(&self.room()?, &request)
    }

    fn results_import(&self, request: ResultsRequest) -> Result<ResultsImport, ApiError> {
        results::import(&self.room()?, &request)
    }

    fn results_list(&self, request: OfBatch) -> Result<Vec<ResultLine>, ApiError> {
        results::list(&self.room()?, request.batch)
    }

    fn export_drives(&self, _: Nothing) -> Result<Vec<delivery::Drive>, ApiError> {
        Ok(delivery::removable_drives())
    }

    fn export_plan(&self, request: ExportRequest) -> Result<ExportPlan, ApiError> {
        export::plan(&self.room()?, &request)
    }

    fn export_start(&self, request: ExportRequest) -> Result<JobView, ApiError> {
        let room = self.room()?;
        export::folder(&request.into)?;
        self.handover
            .jobs
            .start(JobKind::Export, room, move |room, teller| export::run(room, teller, &request))
    }

    fn export_receipt(&self, request: ReceiptRequest) -> Result<ParcelView, ApiError> {
        export::receipt(&self.room()?, request)
    }

    fn verify_bag(&self, request: VerifyBagRequest) -> Result<JobView, ApiError> {
        self.handover.jobs.start(JobKind::VerifyBag, self.room()?, move |_, teller| {
            let told = teller.clone();
            let mut told = |done: u32, all: u32| told.step("核对", "Verifying", done as usize, all as usize);
            export::verify(&request, &teller.cancel, &mut told).map(JobResult::Bag)
        })
    }

    fn prints_layouts(&self, _: Nothing) -> Result<Vec<PrintLayout>, ApiError> {
        Ok(prints::layouts(&self.room()?))
    }

    fn prints_plan(&self, request: PrintsRequest) -> Result<PrintsPlan, ApiError> {
        prints::plan(&self.room()?, &request)
    }

    fn prints_start(&self, request: PrintsRequest) -> Result<JobView, ApiError> {
        let room = self.room()?;
        export::folder(&request.into)?;
        self.handover
            .jobs
            .start(JobKind::Prints, room, move |room, teller| prints::run(room, teller, &request))
    }

    fn intake_check(&self, request: IntakeCheck) -> Result<JobView, ApiError> {
        let shared = std::sync::Arc::clone(&self.handover);
        self.handover.jobs.start(JobKind::IntakeCheck, self.room()?, move |room, teller| {
            intake::check(room, teller, &shared, &request)
        })
    }

    fn intake_take(&self, request: IntakeTake) -> Result<JobView, ApiError> {
        let shared = std::sync::Arc::clone(&self.handover);
        self.handover.jobs.start(JobKind::IntakeTake, self.room()?, move |room, teller| {
            intake::take(room, teller, &shared, &request)
        })
    }

    fn intake_refusals(&self, request: IntakeListRequest) -> Result<WrittenFiles, ApiError> {
        intake::refusals(&self.room()?, &self.handover, &request)
    }

    fn correction_plan(&self, request: CorrectionParcelRequest) -> Result<CorrectionPlan, ApiError> {
        correction::plan(&self.room()?, &request)
    }

    fn correction_start(&self, request: CorrectionParcelRequest) -> Result<JobView, ApiError> {
        let room = self.room()?;
        export::folder(&request.into)?;
        self.handover
            .jobs
            .start(JobKind::Correction, room, move |room, teller| correction::run(room, teller, &request))
    }

    fn erase_plan(&self, request: EraseAsk) -> Result<ErasePlanView, ApiError> {
        erase::plan(&self.room()?, request)
    }

    fn erase_start(&self, request: EraseStart) -> Result<JobView, ApiError> {
        if self.handover.uploading.runs(request.batch) {
            return Err(words::delivery(delivery::DeliveryError::EraseBlocked));
        }
        let room = self.room()?;
        self.handover.jobs.start(JobKind::Erase, room, move |room, teller| erase::run(room, teller, &request))
    }

    fn erase_records(&self, _: Nothing) -> Result<Vec<EraseDone>, ApiError> {
        erase::records(&self.room()?)
    }

    fn job_status(&self, request: JobRequest) -> Result<Option<JobView>, ApiError> {
        Ok(self.handover.jobs.view(request.job))
    }

    fn job_cancel(&self, request: JobRequest) -> Result<Option<JobView>, ApiError> {
        Ok(self.handover.jobs.cancel(request.job))
    }
}
