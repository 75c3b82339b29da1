//! 上传: the station's side of it. One upload runs at a time, on a thread of its own; its ledger is the store.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use domain::{BatchId, BatchState, ContentHash, Text, Timestamp};
use store::{HandoverPicture, NewUpload, PictureKind, UploadChange, UploadRow, UploadRowState};
use upload::{
    Bodies, BodyError, Cause, Closing, Control, Ending, Entry, EntryState, Kind, Ledger, LedgerError, Listed,
    Network, ObjectKey, Phase, Progress, ProxyChoice, Replacement, Run, Seal, Sealed, Secret, Settled,
    TargetSettings,
};

use super::allowance::Allowance;
use super::door::Room;
use super::outbox::plain_name;
use super::view::*;
use super::{lists, words};
use crate::ApiError;

/// Key of the settings in the store.
const SETTINGS: &str = "upload";
/// Parked objects in one answer.
const PARKED: usize = 200;

/// The upload that runs, or ran last.
#[derive(Default)]
pub(crate) struct Uploading {
    state: Arc<Mutex<State>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    batch: Option<BatchId>,
    running: bool,
    paused: bool,
    control: Control,
    progress: Option<Progress>,
    ended: Option<Result<Ending, ApiError>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

// ---- settings ----

/// What is kept, secrets included.
pub(super) fn settings(room: &Room) -> Result<UploadSettings, ApiError> {
    let kept = room.write(|store, _| store.setting(SETTINGS))?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Without secrets.
pub(super) fn shown(kept: UploadSettings) -> UploadSettings {
    let secret_kept = kept.secret.as_ref().is_some_and(|secret| !secret.is_empty());
    UploadSettings { secret: None, secret_kept, ..kept }
}

pub(super) fn save(room: &Room, mut new: UploadSettings) -> Result<UploadSettings, ApiError> {
    let old = settings(room)?;
    if new.secret.is_none() {
        new.secret = old.secret;
    }
    new.secret_kept = false;
    new.parallel = new.parallel.clamp(1, upload::policy::PARALLEL_MOST);
    if let Some(target) = &new.target {
        // Opening reaches for nothing: it finds wrong addresses, bad certificates, missing folders.
        upload::target::open(&target_of(target, new.secret.as_ref()), &network(&new))
            .map_err(words::upload)?;
    }
    keep(room, &new)?;
    Ok(shown(new))
}

/// Keeps settings as they are.
pub(super) fn keep(room: &Room, new: &UploadSettings) -> Result<(), ApiError> {
    let text = serde_json::to_string(new).map_err(|e| {
        ApiError::new("bad_settings", "设置无法保存。", "The settings cannot be kept.").with_story(e)
    })?;
    room.write(move |store, now| store.set_setting(SETTINGS, &text, now))
}

fn target_of(target: &UploadTarget, secret: Option<&String>) -> TargetSettings {
    let secret = || Secret(secret.cloned().unwrap_or_default());
    match target.clone() {
        UploadTarget::S3 { endpoint, region, bucket, path_style, access_key, conditional_put } => {
            TargetSettings::S3 {
                endpoint,
                region,
                bucket,
                path_style,
                access_key,
                secret_key: secret(),
                conditional_put,
            }
        }
        UploadTarget::Folder { path } => TargetSettings::Folder { path: path.into() },
        UploadTarget::Endpoint { url } => {
            TargetSettings::Endpoint { url, token: Some(secret()).filter(|token| !token.0.is_empty()) }
        }
    }
}

fn network(settings: &UploadSettings) -> Network {
    Network {
        proxy: match settings.proxy.trim() {
            "" | "system" => ProxyChoice::System,
            "direct" => ProxyChoice::Direct,
            url => ProxyChoice::Via { url: url.to_owned(), login: None },
        },
        ca_pem: settings.ca_pem.clone(),
        allow_plain_http: settings.allow_plain_http,
    }
}

/// Where sealed bodies wait, beside the store.
pub(super) fn spool(room: &Room, batch: Option<BatchId>) -> PathBuf {
    room.root.join("sealed").join(plain_name(batch))
}

// ---- what is sent ----

fn kind(extension: &str) -> Kind {
    if extension == "png" { Kind::Png } else { Kind::Jpg }
}

/// Name of the batch in keys: the same for ever, no school, no person; the folder's birth tells two stations apart.
fn batch_name(room: &Room, batch: Option<BatchId>) -> Result<upload::BatchId, ApiError> {
    let born = room.write(|store, now| match store.setting("upload_folder_id")? {
        Some(id) => Ok(id),
        None => {
            let seed = format!("{} {}", store.root().display(), now.0);
            let id = ContentHash::of(seed.as_bytes()).to_hex()[..8].to_owned();
            store.set_setting("upload_folder_id", &id, now)?;
            Ok(id)
        }
    })?;
    upload::BatchId::new(format!("{born}-{}", plain_name(batch))).map_err(words::upload)
}

fn wanted(
    room: &Room,
    name: &upload::BatchId,
    settings: &UploadSettings,
    pictures: &[HandoverPicture],
    lists_too: bool,
) -> Result<Vec<NewUpload>, ApiError> {
    let sealed = settings.recipient.is_some();
    let mut all = Vec::new();
    for picture in pictures {
        let new = |content: ContentHash, bytes, kind| NewUpload {
            portrait: Some(picture.portrait),
            key: ObjectKey::picture(name, &picture.fingerprint, content, kind, sealed).to_string(),
            content,
            bytes,
            body: None,
        };
        all.push(new(picture.hash, picture.bytes, Kind::Jpg));
        // A picture from elsewhere is its own original, and one object is enough.
        if settings.originals && picture.original != picture.hash {
            let bytes = room.pictures.length(PictureKind::Original, &picture.original);
            let bytes = bytes.map_err(crate::words::store)?;
            all.push(new(picture.original, bytes, kind(&picture.original_extension)));
        }
    }
    if lists_too && !pictures.is_empty() {
        let paths: Vec<String> = pictures
            .iter()
            .map(|p| ObjectKey::picture(name, &p.fingerprint, p.hash, Kind::Jpg, sealed).to_string())
            .collect();
        let body = lists::codes_list(pictures, &paths);
        let content = ContentHash::of(&body);
        all.push(NewUpload {
            portrait: None,
            key: ObjectKey::list(name, content, Kind::Jsonl, sealed).to_string(),
            content,
            bytes: body.len() as u64,
            body: Some(body),
        });
    }
    Ok(all)
}

// ---- ledger and bodies ----

struct StoreLedger {
    room: Room,
    batch: Option<BatchId>,
    /// Only what no manifest lists yet: a correction.
    only_new: bool,
}

fn entry(row: UploadRow) -> Result<Entry, LedgerError> {
    let key = ObjectKey::parse(&row.key).map_err(|e| LedgerError(Box::new(e)))?;
    Ok(Entry {
        id: row.id,
        key,
        content: row.content,
        bytes: row.bytes,
        attempts: row.attempts,
        state: match row.state {
            UploadRowState::Pending => EntryState::Pending,
            UploadRowState::Sending => EntryState::Sending,
            UploadRowState::Sent => EntryState::Sent,
            UploadRowState::Parked => EntryState::Parked,
            UploadRowState::Conflict => EntryState::Conflict,
        },
        next_try_at: row.next_try_at,
        cause: row.cause.as_deref().and_then(Cause::from_code),
        sealed: row.sealed.map(|(hash, bytes)| Sealed { hash, bytes }),
    })
}

fn refused(error: ApiError) -> LedgerError {
    LedgerError(Box::new(error))
}

impl StoreLedger {
    fn change(&self, id: i64, change: UploadChange) -> Result<bool, LedgerError> {
        self.room.write(move |store, now| store.change_upload(id, &change, now)).map_err(refused)
    }
}

impl Ledger for StoreLedger {
    fn entries(&mut self) -> Result<Vec<Entry>, LedgerError> {
        let rows = self.room.read(|reader| reader.uploads(self.batch)).map_err(refused)?;
        rows.into_iter().filter(|row| !self.only_new || row.closing.is_none()).map(entry).collect()
    }

    fn begin(&mut self, id: i64, _now: Timestamp) -> Result<bool, LedgerError> {
        self.change(id, UploadChange::Begin)
    }

    fn seal(&mut self, id: i64, sealed: Sealed) -> Result<(), LedgerError> {
        self.change(id, UploadChange::Seal(sealed.hash, sealed.bytes)).map(drop)
    }

    fn settle(&mut self, id: i64, end: &Settled, _now: Timestamp) -> Result<(), LedgerError> {
        let change = match *end {
            Settled::Sent { .. } => UploadChange::Sent,
            Settled::Again { at, cause, give_back } => {
                UploadChange::Again { at, cause: cause.map(|c| c.code().to_owned()), give_back }
            }
            Settled::Parked { cause } => UploadChange::Park(cause.code().to_owned()),
            Settled::Conflict => UploadChange::Conflict,
        };
        self.change(id, change).map(drop)
    }

    fn release(&mut self, id: i64, _now: Timestamp) -> Result<bool, LedgerError> {
        self.change(id, UploadChange::Release)
    }
}

struct StoreBodies(Room);

impl Bodies for StoreBodies {
    fn read(&self, entry: &Entry) -> Result<Vec<u8>, BodyError> {
        let list = self.0.read(|reader| reader.upload_body(entry.id)).map_err(|_| BodyError::Missing)?;
        if let Some(body) = list {
            return Ok(body);
        }
        let read = |kind| self.0.pictures.read(kind, &entry.content);
        read(PictureKind::Portrait).or_else(|_| read(PictureKind::Original)).map_err(|error| match error {
            store::StoreError::PictureAltered(_) => BodyError::Altered,
            _ => BodyError::Missing,
        })
    }
}

// ---- running ----

/// Why an upload of this batch cannot begin.
fn hindrance(
    room: &Room,
    start: UploadStart,
    settings: &UploadSettings,
) -> Result<Option<ApiError>, ApiError> {
    let batch = start.batch;
    let found = batch.map(|id| room.read(|reader| reader.batch_or_open(Some(id)))).transpose()?;
    if !Allowance::of(room, settings)?.allows(found.as_ref()) {
        return Ok(Some(ApiError::new(
            "upload_not_allowed",
            "这个批次没有允许上传（个人信息出境到网络须先获得许可）。请负责人允许后再上传，或用 U 盘交付。",
            "This batch does not allow the upload. Have it allowed first, or hand over on a stick.",
        )));
    }
    if settings.target.is_none() {
        return Ok(Some(ApiError::new(
            "upload_no_target",
            "还没有设置上传到哪里。请先填写上传设置。",
            "There is no target yet. Fill in the upload settings first.",
        )));
    }
    if start.close && found.is_some_and(|batch| batch.state != BatchState::Sealed) {
        return Ok(Some(ApiError::new(
            "batch_not_sealed",
            "批次还没有封存，不能写完成清单。请先对账封存，或先只上传照片。",
            "The batch is not sealed, so no manifest can be written. Seal it first, or upload the pictures only.",
        )));
    }
    Ok(None)
}

/// Decides what is written last; `true` beside it if the ledger has only new objects.
fn closing(
    room: &Room,
    name: &upload::BatchId,
    start: UploadStart,
    pictures: &[HandoverPicture],
) -> Result<(Closing, bool), ApiError> {
    let (written, rows, replaced) = room.read(|reader| {
        Ok((
            reader.upload_closings(start.batch)?,
            reader.uploads(start.batch)?,
            reader.uploads_replaced(start.batch)?,
        ))
    })?;
    if !start.close {
        return Ok((Closing::Open, false));
    }
    if written == 0 {
        return Ok((Closing::Manifest, false));
    }
    let fresh: Vec<&UploadRow> = rows.iter().filter(|row| row.closing.is_none()).collect();
    if fresh.is_empty() {
        return Ok((Closing::Open, false));
    }
    let code_of = |row: &UploadRow| row.key.split('/').nth(2).map(str::to_owned);
    let old: HashMap<Option<String>, &UploadRow> = replaced.iter().map(|row| (code_of(row), row)).collect();
    let mut told = std::collections::HashSet::new();
    let mut replacements = Vec::new();
    for row in fresh {
        let before = old.get(&code_of(row)).filter(|before| told.insert(before.id));
        let key = before.map(|before| ObjectKey::parse(&before.key)).transpose().map_err(words::upload)?;
        let by = ObjectKey::parse(&row.key).map_err(words::upload)?;
        let reason = if key.is_some() { "replaced" } else { "late" };
        let by = Some(Listed { key: by, sha256: row.content, bytes: row.bytes });
        replacements.push(Replacement { key, by, reason: reason.to_owned() });
    }
    let _ = (name, pictures);
    Ok((Closing::Correction { number: written, replacements }, true))
}

impl Uploading {
    pub(super) fn start(&self, room: Room, start: UploadStart) -> Result<UploadStatus, ApiError> {
        if lock(&self.state).running {
            lock(&self.state).control.pause(false);
            lock(&self.state).paused = false;
            return self.status(&room, start.batch);
        }
        let settings = settings(&room)?;
        if let Some(error) = hindrance(&room, start, &settings)? {
            return Err(error);
        }
        let name = batch_name(&room, start.batch)?;
        let (_, pictures) = room.handover(start.batch)?;
        let objects = wanted(&room, &name, &settings, &pictures, start.close)?;
        let batch = start.batch;
        room.write(move |store, now| store.sync_uploads(batch, &objects, now))?;
        let (closing, only_new) = closing(&room, &name, start, &pictures)?;
        let Some(target) = &settings.target else { return self.status(&room, batch) };
        let target = upload::target::open(&target_of(target, settings.secret.as_ref()), &network(&settings))
            .map_err(words::upload)?;
        let seal = settings.recipient.as_ref().map(|to| Seal::new(to, &spool(&room, batch)));
        let seal = seal.transpose().map_err(words::upload)?;
        let control = Control::default();
        {
            let mut state = lock(&self.state);
            if state.running {
                return Err(already());
            }
            *state = State { batch, running: true, control: control.clone(), ..State::default() };
        }
        let (state, inner) = (Arc::clone(&self.state), room.clone());
        let thread = crate::live::named("uploading", move || {
            let number = match &closing {
                Closing::Open => None,
                Closing::Manifest => Some(0),
                Closing::Correction { number, .. } => Some(*number),
            };
            let rules = upload::Settings { allowed: true, parallel: settings.parallel };
            let bodies = StoreBodies(inner.clone());
            let clock = inner.now;
            let run = Run {
                batch: name,
                settings: rules,
                closing,
                target,
                seal,
                bodies: &bodies,
                clock: &clock,
                control,
            };
            let ended = perform(&inner, &state, &run, (batch, only_new, number));
            let mut state = lock(&state);
            state.running = false;
            state.ended = Some(ended);
        });
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        self.status(&room, batch)
    }

    pub(super) fn pause(&self, paused: bool) {
        let mut state = lock(&self.state);
        state.paused = paused && state.running;
        state.control.pause(paused);
    }

    /// Ends what runs, and waits for it.
    pub(super) fn stop(&self) {
        lock(&self.state).control.cancel();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(thread.map(JoinHandle::join));
    }

    /// Whether an upload of this batch runs.
    pub(super) fn runs(&self, batch: Option<BatchId>) -> bool {
        let state = lock(&self.state);
        state.running && state.batch == batch
    }

    pub(super) fn status(&self, room: &Room, batch: Option<BatchId>) -> Result<UploadStatus, ApiError> {
        let settings = settings(room)?;
        let hindered = hindrance(room, UploadStart { batch, close: false }, &settings)?;
        let (rows, closings, pictures) = room.read(|reader| {
            Ok((reader.uploads(batch)?, reader.upload_closings(batch)?, reader.handover(batch)?))
        })?;
        let of = |wanted: &[UploadRowState]| rows.iter().filter(|r| wanted.contains(&r.state)).count() as u32;
        let sent = |row: &&UploadRow| row.state == UploadRowState::Sent;
        let stuck =
            rows.iter().filter(|row| matches!(row.state, UploadRowState::Parked | UploadRowState::Conflict));
        let mut status = UploadStatus {
            batch,
            state: UploadState::Idle,
            allowed: hindered.as_ref().is_none_or(|e| e.code != "upload_not_allowed"),
            hindrance: hindered.map(|error| error.text),
            done: of(&[UploadRowState::Sent]),
            total: rows.len() as u32,
            parked: of(&[UploadRowState::Parked, UploadRowState::Conflict]),
            bytes_done: rows.iter().filter(sent).map(|row| row.bytes).sum(),
            bytes_total: rows.iter().map(|row| row.bytes).sum(),
            bytes_per_s: 0,
            rest_ms: None,
            failure: None,
            closed: closings > 0 && rows.iter().all(|row| row.closing.is_some()),
            parked_objects: stuck.take(PARKED).map(|row| parked(row, &pictures)).collect(),
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

fn already() -> ApiError {
    ApiError::new("upload_running", "正在上传另一个批次。请等它完成或先停止。", "Another upload is running.")
}

fn perform(
    room: &Room,
    state: &Mutex<State>,
    run: &Run<'_>,
    (batch, only_new, number): (Option<BatchId>, bool, Option<u32>),
) -> Result<Ending, ApiError> {
    let mut ledger = StoreLedger { room: room.clone(), batch, only_new };
    let mut told = |progress: &Progress| lock(state).progress = Some(progress.clone());
    let report = run.perform(&mut ledger, &mut told).map_err(words::upload)?;
    if let (Ending::Complete, Some(number)) = (report.ending, number) {
        room.write(move |store, now| store.close_upload(batch, number, now))?;
    }
    Ok(report.ending)
}

fn failure(cause: Cause) -> UploadFailure {
    UploadFailure { code: cause.code().to_owned(), text: cause.text() }
}

fn parked(row: &UploadRow, pictures: &[HandoverPicture]) -> ParkedObject {
    let picture = pictures.iter().find(|picture| Some(picture.portrait) == row.portrait);
    let cause = row.cause.as_deref().and_then(Cause::from_code);
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
        conflict: row.state == UploadRowState::Conflict,
        failure: cause.map_or_else(unknown, failure),
        since: row.updated_at,
    }
}

/// Puts parked objects back in line; those named, or all.
pub(super) fn release(room: &Room, request: &UploadRelease) -> Result<(), ApiError> {
    let rows = room.read(|reader| reader.uploads(request.batch))?;
    let stuck =
        rows.iter().filter(|row| matches!(row.state, UploadRowState::Parked | UploadRowState::Conflict));
    let named = |row: &&UploadRow| request.objects.is_empty() || request.objects.contains(&row.id);
    let ids: Vec<i64> = stuck.filter(named).map(|row| row.id).collect();
    room.write(move |store, now| {
        ids.iter().try_for_each(|id| store.change_upload(*id, &UploadChange::Release, now).map(drop))
    })
}
