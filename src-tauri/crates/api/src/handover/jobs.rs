//! Long work, one piece at a time, each on a thread of its own: told while it runs, stopped at the next safe point.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use delivery::CancelToken;
use domain::{Text, Timestamp};

use super::door::Room;
use super::view::*;
use crate::ApiError;

/// Jobs that are remembered.
const REMEMBERED: usize = 20;

/// The jobs of a station.
#[derive(Default)]
pub(crate) struct Jobs {
    state: Arc<Mutex<State>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    last: u64,
    jobs: VecDeque<(JobView, CancelToken)>,
}

/// By which a job tells how far it is.
#[derive(Clone)]
pub(super) struct Teller {
    state: Arc<Mutex<State>>,
    id: u64,
    begun: Instant,
    /// The part of the whole work that is told now, from and to.
    part: (f64, f64),
    /// Whether it was asked to stop.
    pub(super) cancel: CancelToken,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Teller {
    /// What is being done, how much of it, how much of all.
    pub(super) fn tell(&self, zh: &str, en: &str, (done, total): (u32, u32), share: f64) {
        let elapsed = self.begun.elapsed().as_millis() as f64;
        let (from, to) = self.part;
        let share = from + (to - from) * share.clamp(0.0, 1.0);
        let rest = (share > 0.01).then(|| (elapsed * (1.0 - share) / share) as i64);
        let mut state = lock(&self.state);
        if let Some((job, _)) = state.jobs.iter_mut().find(|(job, _)| job.id == self.id) {
            (job.phase, job.done, job.total) = (Text::new(zh, en), done, total);
            (job.share, job.rest_ms) = (share, rest);
        }
    }

    /// One of `total` pieces is done.
    pub(super) fn step(&self, zh: &str, en: &str, done: usize, total: usize) {
        let share = done as f64 / total.max(1) as f64;
        self.tell(zh, en, (done as u32, total as u32), share);
    }

    /// Tells of work that is the first part of the whole, up to this share of it.
    pub(super) fn until(&self, share: f64) -> Self {
        Self { part: (0.0, share), ..self.clone() }
    }

    /// Tells of what comes after that part.
    pub(super) fn from(&self, share: f64) -> Self {
        Self { part: (share, 1.0), ..self.clone() }
    }

    /// An error if it was asked to stop.
    pub(super) fn go_on(&self) -> Result<(), ApiError> {
        if self.cancel.is_cancelled() { Err(super::words::cancelled()) } else { Ok(()) }
    }
}

impl Jobs {
    /// Begins a job; refused while another one runs.
    pub(super) fn start(
        &self,
        kind: JobKind,
        room: Room,
        work: impl FnOnce(&Room, &Teller) -> Result<JobResult, ApiError> + Send + 'static,
    ) -> Result<JobView, ApiError> {
        let (teller, view) = {
            let mut state = lock(&self.state);
            let busy = |job: &JobView| matches!(job.state, JobState::Running | JobState::Stopping);
            if state.jobs.iter().any(|(job, _)| busy(job)) {
                return Err(ApiError::new(
                    "job_running",
                    "还有一项工作没有做完（导出、冲印、检查或清除）。请等它完成，或先停止它。",
                    "Another export, print, check or erasure is running. Wait for it, or stop it first.",
                ));
            }
            state.last += 1;
            let view = fresh(state.last, kind, room.now());
            let cancel = CancelToken::default();
            state.jobs.push_back((view.clone(), cancel.clone()));
            if state.jobs.len() > REMEMBERED {
                state.jobs.pop_front();
            }
            let state = Arc::clone(&self.state);
            (Teller { state, id: view.id, begun: Instant::now(), part: (0.0, 1.0), cancel }, view)
        };
        let thread = crate::live::named("handover", move || {
            let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&room, &teller)));
            let outcome = worked.unwrap_or_else(|_| {
                Err(ApiError::new(
                    "job_failed",
                    "操作中途出错，没有完成。请再试一次；仍不行请把日志交给技术人员。",
                    "It failed in the middle. Try again, or hand the log to a technician.",
                ))
            });
            end(&teller, outcome, room.now());
        });
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(view)
    }

    /// Whether a job of this kind is under way.
    pub(super) fn is_at(&self, kind: JobKind) -> bool {
        let busy = |job: &JobView| matches!(job.state, JobState::Running | JobState::Stopping);
        lock(&self.state).jobs.iter().any(|(job, _)| job.kind == kind && busy(job))
    }

    /// A job, or the latest.
    pub(super) fn view(&self, id: Option<u64>) -> Option<JobView> {
        let state = lock(&self.state);
        let mut jobs = state.jobs.iter().rev();
        jobs.find(|(job, _)| id.is_none_or(|id| job.id == id)).map(|(job, _)| job.clone())
    }

    /// Asks a job to stop.
    pub(super) fn cancel(&self, id: Option<u64>) -> Option<JobView> {
        let mut state = lock(&self.state);
        let mut jobs = state.jobs.iter_mut().rev();
        let (job, cancel) = jobs.find(|(job, _)| id.is_none_or(|id| job.id == id))?;
        if job.state == JobState::Running {
            cancel.cancel();
            job.state = JobState::Stopping;
        }
        Some(job.clone())
    }

    /// Ends what runs, and waits for it.
    pub(super) fn stop(&self) {
        self.cancel(None);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // One that panicked has said so already.
        drop(thread.map(JoinHandle::join));
    }
}

fn fresh(id: u64, kind: JobKind, now: Timestamp) -> JobView {
    JobView {
        id,
        kind,
        state: JobState::Running,
        phase: Text::new("准备中", "Preparing"),
        done: 0,
        total: 0,
        share: 0.0,
        rest_ms: None,
        began_at: now,
        ended_at: None,
        error: None,
        result: None,
    }
}

fn end(teller: &Teller, outcome: Result<JobResult, ApiError>, now: Timestamp) {
    let mut state = lock(&teller.state);
    let Some((job, _)) = state.jobs.iter_mut().find(|(job, _)| job.id == teller.id) else { return };
    job.ended_at = Some(now);
    job.rest_ms = None;
    match outcome {
        Ok(result) => {
            (job.state, job.share) = (JobState::Done, 1.0);
            job.result = Some(result);
        }
        Err(error) => {
            tracing::warn!(%error, "a job of the handover");
            let cancelled = error.code == "cancelled";
            job.state = if cancelled { JobState::Cancelled } else { JobState::Failed };
            job.error = Some(error);
        }
    }
}
