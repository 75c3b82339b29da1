//! The step that the law asks for before pictures go over a network: given or taken back by a person, on the record.
//!
//! A batch that is not sealed says it in its plan. A sealed one never changes again, so what was decided after sealing
//! is kept beside it.

use std::collections::BTreeMap;

use domain::{BatchId, BatchState, CaptureBatch};
use store::NewEvent;

use super::door::Room;
use super::uploading;
use super::view::*;
use crate::ApiError;

/// Key of what was decided after sealing.
const SEALED: &str = "upload_allowed_sealed";

/// What has been decided about every batch.
pub(super) struct Allowance {
    without_batch: bool,
    sealed: BTreeMap<i64, bool>,
}

impl Allowance {
    /// As it is now.
    pub(super) fn of(room: &Room, settings: &UploadSettings) -> Result<Self, ApiError> {
        let kept = room.write(|store, _| store.setting(SEALED))?;
        let sealed = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Ok(Self { without_batch: settings.allow_without_batch, sealed })
    }

    /// Whether pictures of this batch may go over a network; `None`: those without one.
    pub(super) fn allows(&self, batch: Option<&CaptureBatch>) -> bool {
        let Some(batch) = batch else { return self.without_batch };
        let later = self.sealed.get(&batch.id.0).filter(|_| batch.state == BatchState::Sealed);
        later.copied().unwrap_or(batch.plan.upload_allowed)
    }
}

/// Decides.
pub(super) fn decide(room: &Room, request: UploadAllow) -> Result<(), ApiError> {
    let UploadAllow { batch, allowed } = request;
    match batch {
        None => {
            let settings = uploading::settings(room)?;
            uploading::keep(room, &UploadSettings { allow_without_batch: allowed, ..settings })?;
        }
        Some(id) => decide_batch(room, id, allowed)?,
    }
    let what = if allowed { "upload_allowed" } else { "upload_forbidden" };
    room.write(move |store, now| {
        store.record(&NewEvent::new(what, serde_json::json!({ "batch": batch })), now)
    })
}

fn decide_batch(room: &Room, id: BatchId, allowed: bool) -> Result<(), ApiError> {
    room.write(move |store, now| {
        let found = store.reader_door().open()?.batch_or_open(Some(id))?;
        if found.state != BatchState::Sealed {
            let plan = domain::BatchPlan { upload_allowed: allowed, ..found.plan };
            return store.edit_batch(id, &plan, now).map(drop);
        }
        let kept = store.setting(SEALED)?;
        let mut sealed: BTreeMap<i64, bool> =
            kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        sealed.insert(id.0, allowed);
        store.set_setting(SEALED, &serde_json::to_string(&sealed).unwrap_or_default(), now)
    })
}
