//! How an upload stands, and what a person does about what is parked.

use domain::{BatchId, Text};
use store::{HandoverPicture, UploadChange, UploadRow, UploadRowState};
use upload::{Cause, Ending, Phase};

use super::super::door::Room;
use super::super::view::*;
use super::settings::settings;
use super::{Uploading, hindrance, lock};
use crate::ApiError;

/// Parked objects in one answer.
const PARKED: usize = 200;

fn stuck(row: &UploadRow) -> bool {
    matches!(row.state, UploadRowState::Parked | UploadRowState::Conflict)
}

impl Uploading {
    pub(in super::super) fn status(
        &self,
        room: &Room,
        batch: Option<BatchId>,
    ) -> Result<UploadStatus, ApiError> {
        let settings = settings(room)?;
        let hindered = hindrance(room, UploadStart { batch, close: false }, &settings)?;
        let (rows, pictures) = room.read(|reader| Ok((reader.uploads(batch)?, reader.handover(batch)?)))?;
        let told = room.read(|reader| {
            Ok(reader.upload_closings(batch)? > 0 && reader.upload_prepared(batch)?.is_none())
        })?;
        let sent = || rows.iter().filter(|row| row.state == UploadRowState::Sent);
        let mut status = UploadStatus {
            batch,
            state: UploadState::Idle,
            allowed: hindered.as_ref().is_none_or(|e| e.code != "upload_not_allowed"),
            hindrance: hindered.map(|error| error.text),
            done: sent().count() as u32,
            total: rows.len() as u32,
            parked: rows.iter().filter(|row| stuck(row)).count() as u32,
            bytes_done: sent().map(|row| row.bytes).sum(),
            bytes_total: rows.iter().map(|row| row.bytes).sum(),
            bytes_per_s: 0,
            rest_ms: None,
            failure: None,
            closed: told && rows.iter().all(|row| row.closing.is_some()),
            parked_objects: rows
                .iter()
                .filter(|row| stuck(row))
                .take(PARKED)
                .map(|r| parked(r, &pictures))
                .collect(),
        };
        self.as_it_runs(&mut status);
        Ok(status)
    }

    fn as_it_runs(&self, status: &mut UploadStatus) {
        let state = lock(&self.state);
        if state.batch != status.batch {
            return;
        }
        if let Some(progress) = state.progress.as_ref().filter(|_| state.running) {
            (status.bytes_per_s, status.rest_ms) = (progress.bytes_per_s, progress.rest_ms);
            status.failure = progress.failure.map(failure);
        }
        status.state = match (&state.progress, &state.ended) {
            _ if state.running && state.paused => UploadState::Paused,
            (Some(progress), _) if state.running => match progress.phase {
                Phase::Sending => UploadState::Sending,
                Phase::Waiting => UploadState::Waiting,
                Phase::Paused => UploadState::Paused,
                Phase::Closing => UploadState::Closing,
            },
            (None, _) if state.running => UploadState::Sending,
            (_, Some(Ok(Ending::Complete))) => UploadState::Complete,
            (_, Some(Ok(Ending::Left { .. }))) => UploadState::Left,
            (_, Some(Ok(Ending::Stopped(cause)))) => {
                status.failure = Some(failure(*cause));
                UploadState::Stopped
            }
            (_, Some(Err(error))) => {
                let (code, text) = (error.code.clone(), error.text.clone());
                status.failure = Some(UploadFailure { code, text });
                UploadState::Stopped
            }
            _ => UploadState::Idle,
        };
    }
}

fn failure(cause: Cause) -> UploadFailure {
    UploadFailure { code: cause.code().to_owned(), text: cause.text() }
}

fn parked(row: &UploadRow, pictures: &[HandoverPicture]) -> ParkedObject {
    let picture = pictures.iter().find(|picture| Some(picture.portrait) == row.portrait);
    let conflict = row.state == UploadRowState::Conflict;
    let cause =
        if conflict { Some(Cause::Conflict) } else { row.cause.as_deref().and_then(Cause::from_code) };
    let unknown = || UploadFailure {
        code: row.cause.clone().unwrap_or_default(),
        text: Text::new("原因不明", "For an unknown reason"),
    };
    ParkedObject {
        id: row.id,
        portrait: row.portrait,
        number: picture.map(|picture| picture.number),
        fingerprint: picture.map(|picture| picture.fingerprint.clone()),
        key: row.key.clone(),
        attempts: row.attempts,
        conflict,
        failure: cause.map_or_else(unknown, failure),
        since: row.updated_at,
    }
}

/// Puts parked objects back in line; those named, or all.
pub(in super::super) fn release(room: &Room, request: &UploadRelease) -> Result<(), ApiError> {
    let rows = room.read(|reader| reader.uploads(request.batch))?;
    let named = |row: &&UploadRow| request.objects.is_empty() || request.objects.contains(&row.id);
    let ids: Vec<i64> = rows.iter().filter(|row| stuck(row)).filter(named).map(|row| row.id).collect();
    room.write(move |store, now| {
        ids.iter().try_for_each(|id| store.change_upload(*id, &UploadChange::Release, now).map(drop))
    })
}
