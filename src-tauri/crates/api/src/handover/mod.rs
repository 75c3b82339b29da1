//! The handover: everything leaves, provably complete.

mod allowance;
mod correction;
mod door;
mod erase;
mod export;
mod host;
mod intake;
mod jobs;
mod lists;
pub mod operations;
mod outbox;
mod prints;
mod results;
mod small;
mod suspicion;
mod uploading;
pub mod view;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

/// What the handover keeps between two operations. Nothing in here outlives the program; what must, is in the store.
#[derive(Default)]
pub(crate) struct Handover {
    pub(crate) jobs: jobs::Jobs,
    pub(crate) uploading: uploading::Uploading,
    pub(crate) checks: Mutex<intake::Checks>,
}

impl Handover {
    /// Ends what runs, and waits for it.
    pub(crate) fn stop(&self) {
        self.uploading.stop();
        self.jobs.stop();
    }

    pub(crate) fn checks(&self) -> std::sync::MutexGuard<'_, intake::Checks> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same, shared with threads.
pub(crate) type Shared = Arc<Handover>;

/// Verifies a bag or an encrypted parcel here and now: needs no station.
pub fn verify(request: &view::VerifyBagRequest) -> Result<view::BagVerdict, crate::ApiError> {
    export::verify(request, &delivery::CancelToken::default(), &mut |_, _| {})
}
