//! Failures of the parts as the operator reads them.

use delivery::DeliveryError;
use paper::PaperError;
use sheets::SheetError;
use upload::UploadError;

use crate::ApiError;

pub(super) fn delivery(error: DeliveryError) -> ApiError {
    let text = error.text();
    ApiError::new(error.code(), text.zh, text.en).with_story(error)
}

pub(super) fn paper(error: PaperError) -> ApiError {
    let text = error.text();
    ApiError::new(error.code(), text.zh, text.en).with_story(error)
}

pub(super) fn sheet(error: SheetError) -> ApiError {
    let text = error.text();
    ApiError::new(error.code(), text.zh, text.en).with_story(error)
}

pub(super) fn upload(error: UploadError) -> ApiError {
    let text = error.text();
    ApiError::new(error.code(), text.zh, text.en).with_story(error)
}

pub(super) fn io(error: std::io::Error) -> ApiError {
    delivery(error.into())
}

pub(super) fn cancelled() -> ApiError {
    ApiError::new("cancelled", "已停止。", "Stopped.")
}
