//! The operations of the handover, declared once.

use super::view::*;
use crate::Nothing;
use crate::declare::operations;

operations! {
    trait HandoverOperations;
    /// Reads every picture of the data folder again and compares it with its hash.
    "data.verify" data_verify(Nothing) -> store::VerifyReport;

    /// 待发箱: every batch with what has left and what has not.
    "outbox.list" outbox_list(Nothing) -> Vec<OutboxBatch>;
    /// Pictures of the outbox.
    "outbox.items" outbox_items(OutboxRequest) -> Vec<OutboxItem>;

    /// Where uploads go to, without secrets.
    "upload.settings.get" upload_settings_get(Nothing) -> UploadSettings;
    /// Keeps where uploads go to; the target is tried out for form, not for reach.
    "upload.settings.save" upload_settings_save(UploadSettings) -> UploadSettings;
    /// Gives or takes back the permission to upload a batch, sealed or not; on the record. A running upload of it ends.
    "upload.allow" upload_allow(UploadAllow) -> UploadStatus;
    /// Begins, or goes on. Refused unless the batch's settings allow it.
    "upload.start" upload_start(UploadStart) -> UploadStatus;
    /// Pauses the running upload, or goes on with it.
    "upload.pause" upload_pause(UploadPause) -> Nothing;
    /// Ends the running upload; what was under way is in line again.
    "upload.stop" upload_stop(Nothing) -> Nothing;
    /// How an upload stands.
    "upload.status" upload_status(OfBatch) -> UploadStatus;
    /// Puts parked objects back in line.
    "upload.release_parked" upload_release_parked(UploadRelease) -> UploadStatus;

    /// Looks into a file of results, and says what an import would do. Nothing is kept.
    "results.preview" results_preview(ResultsRequest) -> ResultsPreview;
    /// Imports results; failures go to the retake list.
    "results.import" results_import(ResultsRequest) -> ResultsImport;
    /// The latest result of everybody who has one.
    "results.list" results_list(OfBatch) -> Vec<ResultLine>;

    /// Drives that can be pulled out.
    "export.drives" export_drives(Nothing) -> Vec<delivery::Drive>;
    /// What an export would write, and whether it fits. Writes nothing.
    "export.plan" export_plan(ExportRequest) -> ExportPlan;
    /// Writes a bag, or goes on with one of the same name.
    "export.start" export_start(ExportRequest) -> JobView;
    /// Enters that somebody has signed for a bag.
    "export.receipt" export_receipt(ReceiptRequest) -> ParcelView;
    /// Verifies a bag, or an encrypted parcel.
    "verify.bag" verify_bag(VerifyBagRequest) -> JobView;

    /// Layouts of sheets.
    "prints.layouts" prints_layouts(Nothing) -> Vec<PrintLayout>;
    /// What would be printed.
    "prints.plan" prints_plan(PrintsRequest) -> PrintsPlan;
    /// Makes prints or proof sheets.
    "prints.start" prints_start(PrintsRequest) -> JobView;

    /// Checks pictures from elsewhere.
    "intake.check" intake_check(IntakeCheck) -> JobView;
    /// Takes checked pictures in.
    "intake.take" intake_take(IntakeTake) -> JobView;
    /// Writes the list of refused pictures, to be sent back.
    "intake.refusals" intake_refusals(IntakeListRequest) -> WrittenFiles;

    /// What has changed since a parcel was delivered.
    "correction.plan" correction_plan(CorrectionParcelRequest) -> CorrectionPlan;
    /// Writes a parcel with only what has changed.
    "correction.start" correction_start(CorrectionParcelRequest) -> JobView;

    /// What would be erased, and what keeps from it.
    "erase.plan" erase_plan(EraseAsk) -> ErasePlanView;
    /// Erases originals, portraits, identities and temporary files of a batch.
    "erase.start" erase_start(EraseStart) -> JobView;
    /// Records of erasures, newest first.
    "erase.records" erase_records(Nothing) -> Vec<EraseDone>;

    /// How a piece of long work stands; null if there was none.
    "job.status" job_status(JobRequest) -> Option<JobView>;
    /// Stops a piece of long work at the next safe point.
    "job.cancel" job_cancel(JobRequest) -> Option<JobView>;
}
