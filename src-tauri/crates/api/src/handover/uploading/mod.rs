//! 上传: the station's side of it. One upload runs at a time, on a thread of its own; its ledger is the store.

mod ledger;
mod objects;
mod settings;
mod status;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use domain::{BatchId, BatchState};
use upload::{Closing, Control, Ending, Progress, Run, Seal};

use super::allowance::Allowance;
use super::door::Room;
use super::view::*;
use super::words;
use crate::ApiError;

pub(super) use objects::spool;
pub use settings::use_keyring;
pub(super) use settings::{keep, save, settings};
pub(super) use status::release;

/// How often a run looks whether it is still allowed.
const LOOK: Duration = Duration::from_secs(1);

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
    /// The manifest was asked for, maybe while a run without it was under way.
    close: bool,
    control: Control,
    progress: Option<Progress>,
    ended: Option<Result<Ending, ApiError>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_allowed() -> ApiError {
    ApiError::new(
        "upload_not_allowed",
        "这个批次没有允许上传（个人信息出境到网络须先获得许可）。请负责人允许后再上传，或用 U 盘交付。",
        "This batch does not allow the upload. Have it allowed first, or hand over on a stick.",
    )
}

fn is_allowed(room: &Room, batch: Option<BatchId>, settings: &UploadSettings) -> Result<bool, ApiError> {
    let found = batch.map(|id| room.read(|reader| reader.batch_or_open(Some(id)))).transpose()?;
    Ok(Allowance::of(room, settings)?.allows(found.as_ref()))
}

/// Why an upload of this batch cannot begin.
fn hindrance(
    room: &Room,
    start: UploadStart,
    settings: &UploadSettings,
) -> Result<Option<ApiError>, ApiError> {
    if !is_allowed(room, start.batch, settings)? {
        return Ok(Some(not_allowed()));
    }
    if settings.target.is_none() {
        return Ok(Some(ApiError::new(
            "upload_no_target",
            "还没有设置上传到哪里。请先填写上传设置。",
            "There is no target yet. Fill in the upload settings first.",
        )));
    }
    let Some(batch) = start.batch.filter(|_| start.close) else { return Ok(None) };
    let found = room.read(|reader| reader.batch_or_open(Some(batch)))?;
    if found.state != BatchState::Sealed {
        return Ok(Some(ApiError::new(
            "batch_not_sealed",
            "批次还没有封存，不能写完成清单。请先对账封存，或先只上传照片。",
            "The batch is not sealed, so no manifest can be written. Seal it first, or upload the pictures only.",
        )));
    }
    Ok(None)
}

/// One run, decided.
struct Prepared {
    name: upload::BatchId,
    settings: UploadSettings,
    target: Arc<dyn upload::Target>,
    seal: Option<Seal>,
    closing: Closing,
    only_new: bool,
}

fn prepare(room: &Room, start: UploadStart) -> Result<Prepared, ApiError> {
    let settings = settings(room)?;
    if let Some(error) = hindrance(room, start, &settings)? {
        return Err(error);
    }
    let Some(target) = &settings.target else { return Err(not_allowed()) };
    let keys = settings::keys(room, &settings)?;
    let target = settings::target_of(target, keys.target.as_ref());
    let target =
        upload::target::open(&target, &settings::network(&settings, keys.proxy)).map_err(words::upload)?;
    let seal = settings.recipient.as_ref().map(|to| Seal::new(to, &spool(room, start.batch)));
    let seal = seal.transpose().map_err(words::upload)?;
    let name = objects::batch_name(room, start.batch)?;
    let (_, pictures) = room.handover(start.batch)?;
    let wanted = objects::wanted(room, &name, &settings, &pictures, start.close)?;
    let batch = start.batch;
    room.write(move |store, now| store.sync_uploads(batch, &wanted, now))?;
    let (closing, only_new) = objects::closing(room, start)?;
    Ok(Prepared { name, settings, target, seal, closing, only_new })
}

impl Uploading {
    /// Begins, or goes on with a paused run; `erasing` tells whether pictures are being erased.
    pub(super) fn start(
        &self,
        room: Room,
        start: UploadStart,
        erasing: &dyn Fn() -> bool,
    ) -> Result<UploadStatus, ApiError> {
        if self.joins(start)? {
            return self.status(&room, start.batch);
        }
        let first = prepare(&room, start)?;
        let control = Control::default();
        {
            let mut state = lock(&self.state);
            if state.running {
                return Err(already());
            }
            let (batch, close, control) = (start.batch, start.close, control.clone());
            *state = State { batch, close, running: true, control, ..State::default() };
        }
        // Looked at only now: an erasure looks for this run after it has put itself down.
        if erasing() {
            lock(&self.state).running = false;
            return Err(ApiError::new(
                "erase_running",
                "正在清除照片，现在不能上传。请等清除完成。",
                "Pictures are being erased; no upload now. Wait until that is done.",
            ));
        }
        let (state, inner) = (Arc::clone(&self.state), room.clone());
        let thread = crate::live::named("uploading", move || {
            let work = || runs(&inner, &state, &control, start, first);
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            let ended = ended.unwrap_or_else(|_| {
                Err(ApiError::new(
                    "upload_failed",
                    "上传中途出错，已停止；已发送的照片会被认出，不会重复。请再试一次，仍不行请把日志交给技术人员。",
                    "The upload failed in the middle; what was sent will be recognised. Try again, or hand the log to a technician.",
                ))
            });
            let mut state = lock(&state);
            state.running = false;
            state.ended = Some(ended);
        });
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        self.status(&room, start.batch)
    }

    /// Whether a run of this batch is under way already, which then goes on and does what is asked besides.
    fn joins(&self, start: UploadStart) -> Result<bool, ApiError> {
        let mut state = lock(&self.state);
        if !state.running {
            return Ok(false);
        }
        if state.batch != start.batch {
            return Err(already());
        }
        state.control.pause(false);
        state.paused = false;
        state.close |= start.close;
        Ok(true)
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
}

fn already() -> ApiError {
    ApiError::new("upload_running", "正在上传另一个批次。请等它完成或先停止。", "Another upload is running.")
}

/// Runs, and once more with the manifest if that was asked for in the meantime, or if only the one was sent that an
/// earlier run had written down.
fn runs(
    room: &Room,
    state: &Mutex<State>,
    control: &Control,
    mut start: UploadStart,
    first: Prepared,
) -> Result<Ending, ApiError> {
    let mut prepared = first;
    loop {
        let earlier = matches!(prepared.closing, Closing::Prepared { .. });
        let ended = perform(room, state, control, start.batch, prepared)?;
        let more = earlier || !start.close && lock(state).close;
        if ended != Ending::Complete || !more {
            return Ok(ended);
        }
        start.close = true;
        prepared = prepare(room, start)?;
    }
}

fn perform(
    room: &Room,
    state: &Mutex<State>,
    control: &Control,
    batch: Option<BatchId>,
    prepared: Prepared,
) -> Result<Ending, ApiError> {
    let Prepared { name, settings, target, seal, closing, only_new } = prepared;
    let number = match &closing {
        Closing::Open => None,
        Closing::Manifest => Some(0),
        Closing::Correction { number, .. } | Closing::Prepared { number, .. } => Some(*number),
    };
    let bodies = ledger::StoreBodies(room.clone());
    let clock = room.now;
    let run = Run {
        batch: name,
        settings: upload::Settings { allowed: true, parallel: settings.parallel },
        closing,
        target,
        seal,
        bodies: &bodies,
        clock: &clock,
        control: control.clone(),
    };
    let mut ledger = ledger::StoreLedger { room: room.clone(), batch, only_new };
    let (mut looked, mut withdrawn) = (Instant::now(), false);
    let mut told = |progress: &Progress| {
        lock(state).progress = Some(progress.clone());
        if looked.elapsed() >= LOOK && !withdrawn {
            looked = Instant::now();
            let now = settings::settings(room).and_then(|settings| is_allowed(room, batch, &settings));
            withdrawn = now.is_ok_and(|allowed| !allowed);
            if withdrawn {
                control.cancel();
            }
        }
    };
    let report = run.perform(&mut ledger, &mut told).map_err(words::upload)?;
    if withdrawn {
        return Err(not_allowed());
    }
    if let (Ending::Complete, Some(number)) = (report.ending, number) {
        room.write(move |store, now| store.close_upload(batch, number, now))?;
    }
    Ok(report.ending)
}
