//! The performing loop: a blocking call on the caller's thread, with a small runtime inside for what travels.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use bytes::Bytes;
use domain::{ContentHash, Timestamp};
use tokio::runtime::Runtime;

use crate::plan::{self, Done, Line, Step, Why};
use crate::progress::{Rate, picture};
use crate::target::{Delivered, Expected, deliver};
use crate::{
    BatchId, Cause, Correction, Entry, EntryState, Failure, Ledger, Manifest, ObjectKey, Phase, Progress,
    Replacement, Scope, Seal, Settings, Settled, Target, UploadError, policy,
};

/// Why a body cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// Not on the disk.
    Missing,
    /// Not what it was.
    Altered,
}

/// Gives the bytes of an entry. What it gives is checked against the entry's hash before it is sent.
pub trait Bodies {
    /// The content as stored here, not encrypted.
    fn read(&self, entry: &Entry) -> Result<Vec<u8>, BodyError>;
}

/// The handle by which another thread pauses, resumes and ends a run.
#[derive(Debug, Clone, Default)]
pub struct Control(Arc<(AtomicBool, AtomicBool)>);

impl Control {
    /// Begins nothing new until it is resumed; what is under way is finished.
    pub fn pause(&self, paused: bool) {
        self.0.0.store(paused, Ordering::Relaxed);
    }

    /// Ends the run at once. What was under way is in line again.
    pub fn cancel(&self) {
        self.0.1.store(true, Ordering::Relaxed);
    }

    fn paused(&self) -> bool {
        self.0.0.load(Ordering::Relaxed)
    }

    fn cancelled(&self) -> bool {
        self.0.1.load(Ordering::Relaxed)
    }
}

/// What is written after the last entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// Nothing: the batch is still open, more pictures may come.
    Open,
    /// The manifest: the batch is closed.
    Manifest,
    /// A correction of a batch that was closed before. The ledger's entries are the new objects.
    Correction {
        /// Counted from 1 within the batch.
        number: u32,
        /// What to replace by what, and why.
        replacements: Vec<Replacement>,
    },
    /// A manifest or correction that an earlier run wrote down ([`Ledger::prepare`]) and may have sent: it is sent as
    /// it is, which is success if it is there, and no entry is touched.
    Prepared {
        /// 0 for the manifest.
        number: u32,
        /// As it was written down.
        bytes: Vec<u8>,
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every entry is on the target, checked; so is the manifest or correction, if one was asked for.
    Complete,
    /// Nothing more can go without a person; no manifest was written.
    Left {
        /// Entries set aside.
        parked: usize,
        /// Entries with other content on the target.
        conflicts: usize,
    },
    /// The batch's settings do not allow it. Nothing was sent.
    NotAllowed,
    /// Stopped for a cause that concerns every entry; they are all in line still.
    Stopped(Cause),
    /// A person ended it.
    Cancelled,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// Entries sent by this run.
    pub sent: usize,
    /// Entries that were found on the target.
    pub already: usize,
    /// Attempts begun, manifest included.
    pub attempts: u64,
    /// Attempts that failed.
    pub failures: u64,
}

/// One upload of one batch.
pub struct Run<'a> {
    /// The batch.
    pub batch: BatchId,
    /// Rules.
    pub settings: Settings,
    /// What is written last.
    pub closing: Closing,
    /// Where to.
    pub target: Arc<dyn Target>,
    /// For whom entries whose key ends in `.age` are encrypted.
    pub seal: Option<Seal>,
    /// Where the bytes come from.
    pub bodies: &'a dyn Bodies,
    /// The wall clock.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// Pause and cancel.
    pub control: Control,
}

type End = (i64, Result<Delivered, Failure>);

struct State<'a, 'b> {
    run: &'a Run<'a>,
    ledger: &'b mut dyn Ledger,
    told: &'b mut dyn FnMut(&Progress),
    runtime: Runtime,
    entries: Vec<Entry>,
    line: Line,
    rate: Rate,
    refused: HashSet<i64>,
    report: Report,
    ends: (Sender<End>, Receiver<End>),
}

impl Run<'_> {
    /// Uploads until everything is there, or nothing more can go without a person. Blocks; call it on a thread of its
    /// own. `told` hears of every change. At most one run for one ledger at a time.
    pub fn perform(
        &self,
        ledger: &mut dyn Ledger,
        told: &mut dyn FnMut(&Progress),
    ) -> Result<Report, UploadError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("upload")
            .enable_all()
            .build()
            .map_err(|e| UploadError::System(e.to_string()))?;
        let mut entries = ledger.entries()?;
        plan::resume(&mut entries);
        let report = Report { ending: Ending::Complete, sent: 0, already: 0, attempts: 0, failures: 0 };
        let mut state = State {
            run: self,
            ledger,
            told,
            runtime,
            entries,
            line: Line::default(),
            rate: Rate::default(),
            refused: HashSet::new(),
            report,
            ends: channel(),
        };
        state.rate.arrived(0, (self.clock)());
        let ending = match &self.closing {
            Closing::Prepared { .. } if !self.settings.allowed => Ok(Ending::NotAllowed),
            Closing::Prepared { .. } => state.close(),
            _ => state.entries_then_closing(),
        };
        let settled = state.let_go();
        state.runtime.shutdown_background();
        state.report.ending = ending?;
        settled?;
        Ok(state.report)
    }
}

impl State<'_, '_> {
    fn now(&self) -> Timestamp {
        (self.run.clock)()
    }

    fn tell(&mut self, phase: Phase) {
        let now = self.now();
        let picture = picture(phase, &self.entries, &self.line, &mut self.rate, now);
        (self.told)(&picture);
    }

    fn entries_then_closing(&mut self) -> Result<Ending, UploadError> {
        loop {
            if self.run.control.cancelled() {
                return Ok(Ending::Cancelled);
            }
            if self.run.control.paused() {
                self.tell(Phase::Paused);
                if let Some(ending) = self.hear()? {
                    return Ok(ending);
                }
                continue;
            }
            match plan::next(&self.entries, &self.line, &self.run.settings, self.now()) {
                Step::Upload(at) => self.begin(at)?,
                Step::Wait { why, .. } => {
                    self.tell(if why == Why::Busy { Phase::Sending } else { Phase::Waiting });
                    if let Some(ending) = self.hear()? {
                        return Ok(ending);
                    }
                }
                Step::Done(done) => {
                    // Pictures may have been accepted, released or replaced in the meantime.
                    if done != Done::NotAllowed && self.reload()? {
                        continue;
                    }
                    self.tell(Phase::Sending);
                    return match plan::next(&self.entries, &self.line, &self.run.settings, self.now()) {
                        Step::Done(Done::AllSent) => self.close(),
                        Step::Done(Done::Left { parked, conflicts }) => {
                            Ok(Ending::Left { parked, conflicts })
                        }
                        _ => Ok(Ending::NotAllowed),
                    };
                }
            }
        }
    }

    /// Reads the ledger again; true if there is more to do.
    fn reload(&mut self) -> Result<bool, UploadError> {
        self.entries = self.ledger.entries()?;
        plan::resume(&mut self.entries);
        // What the ledger did not let us begin is not ours, whatever it says of it.
        self.entries.retain(|e| e.state != EntryState::Pending || !self.refused.contains(&e.id));
        Ok(self.entries.iter().any(|e| e.state == EntryState::Pending))
    }

    fn begin(&mut self, at: usize) -> Result<(), UploadError> {
        let (id, now) = (self.entries[at].id, self.now());
        if !self.ledger.begin(id, now)? {
            self.refused.insert(id);
            self.entries.remove(at);
            return Ok(());
        }
        self.report.attempts += 1;
        let entry = &mut self.entries[at];
        entry.attempts += 1;
        entry.state = EntryState::Sending;
        let key = entry.key.clone();
        match self.body(at)? {
            Ok((body, expected)) => self.spawn(id, key, body, expected),
            Err(cause) => {
                self.report.failures += 1;
                self.settle(at, Settled::Parked { cause })?;
            }
        }
        Ok(())
    }

    fn spawn(&self, id: i64, key: ObjectKey, body: Option<Bytes>, expected: Expected) {
        let (target, ends) = (self.run.target.clone(), self.ends.0.clone());
        self.runtime.spawn(async move {
            let end = deliver(&*target, &key, body, &expected).await;
            // Nobody hears it after a cancel; then the next run finds the object there.
            let _ = ends.send((id, end));
        });
    }

    /// The bytes to send and what they must be; `Err(cause)` if there are none to be had.
    fn body(&mut self, at: usize) -> Result<Result<(Option<Bytes>, Expected), Cause>, UploadError> {
        let entry = &self.entries[at];
        if !entry.key.is_sealed() {
            return Ok(plain(self.run.bodies, entry).map(|b| (Some(Bytes::from(b.0)), b.1)));
        }
        let seal = self.run.seal.as_ref().ok_or(UploadError::Setting("recipient"))?;
        if let Some(sealed) = entry.sealed {
            return Ok(Ok(match seal.spooled(entry) {
                Some(bytes) => {
                    let expected = Expected::of(&bytes);
                    (Some(Bytes::from(bytes)), expected)
                }
                None => (None, Expected { hash: sealed.hash, bytes: sealed.bytes, md5: None }),
            }));
        }
        self.sealed(at)
    }

    /// Seals anew and writes it down before it can be sent.
    fn sealed(&mut self, at: usize) -> Result<Result<(Option<Bytes>, Expected), Cause>, UploadError> {
        let seal = self.run.seal.as_ref().ok_or(UploadError::Setting("recipient"))?;
        let content = match plain(self.run.bodies, &self.entries[at]) {
            Ok((bytes, _)) => bytes,
            Err(cause) => return Ok(Err(cause)),
        };
        let (sealed, bytes) = seal.seal(&self.entries[at], &content)?;
        self.ledger.seal(self.entries[at].id, sealed)?;
        self.entries[at].sealed = Some(sealed);
        let expected = Expected::of(&bytes);
        Ok(Ok((Some(Bytes::from(bytes)), expected)))
    }

    fn settle(&mut self, at: usize, end: Settled) -> Result<(), UploadError> {
        let now = self.now();
        let entry = &mut self.entries[at];
        self.ledger.settle(entry.id, &end, now)?;
        end.apply(entry);
        if let (EntryState::Sent, Some(seal)) = (entry.state, &self.run.seal) {
            seal.forget(entry);
        }
        Ok(())
    }

    /// Waits a moment for an attempt to end; `Some` if that ends the run.
    fn hear(&mut self) -> Result<Option<Ending>, UploadError> {
        match self.ends.1.recv_timeout(policy::LOOK) {
            Ok(end) => self.ended(end),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
        }
    }

    fn ended(&mut self, (id, end): End) -> Result<Option<Ending>, UploadError> {
        let now = self.now();
        let Some(at) = self.entries.iter().position(|e| e.id == id) else { return Ok(None) };
        match end {
            Ok(Delivered::NeedsBody) => {
                self.line.good();
                if let Err(cause) = self.sealed(at)? {
                    self.settle(at, Settled::Parked { cause })?;
                } else {
                    self.settle(at, Settled::Again { at: None, cause: None, give_back: true })?;
                }
            }
            Ok(how) => {
                self.line.good();
                self.rate.arrived(self.entries[at].bytes, now);
                let already = how == Delivered::Already;
                *(if already { &mut self.report.already } else { &mut self.report.sent }) += 1;
                self.settle(at, Settled::Sent { already })?;
            }
            Err(failure) => {
                self.report.failures += 1;
                tracing::info!(id, code = failure.cause.code(), detail = %failure.detail, "upload attempt failed");
                self.line.failed(&failure, now);
                let end = plan::after_failure(&self.entries[at], &failure, now);
                self.settle(at, end)?;
                if failure.cause.scope() == Scope::All {
                    return Ok(Some(Ending::Stopped(failure.cause)));
                }
            }
        }
        Ok(None)
    }

    /// Writes down what is known of attempts under way when the run ends.
    fn let_go(&mut self) -> Result<(), UploadError> {
        while let Ok(end) = self.ends.1.try_recv() {
            self.ended(end)?;
        }
        for at in 0..self.entries.len() {
            if self.entries[at].state == EntryState::Sending {
                self.settle(at, Settled::Again { at: None, cause: None, give_back: true })?;
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<Ending, UploadError> {
        let batch = &self.run.batch;
        let (number, bytes) = match &self.run.closing {
            Closing::Open => return Ok(Ending::Complete),
            Closing::Manifest if self.entries.is_empty() => {
                return Err(UploadError::Setting("an empty batch"));
            }
            Closing::Manifest => (0, Manifest::of(batch, &self.entries).to_bytes()?),
            Closing::Correction { number, replacements } => {
                (*number, Correction::of(batch, *number, replacements.clone())?.to_bytes()?)
            }
            Closing::Prepared { number, bytes } => (*number, bytes.clone()),
        };
        if !matches!(self.run.closing, Closing::Prepared { .. }) {
            let now = self.now();
            self.ledger.prepare(number, &bytes, now)?;
        }
        let key = if number == 0 { ObjectKey::manifest(batch) } else { ObjectKey::correction(batch, number) };
        let expected = Expected::of(&bytes);
        let body = Bytes::from(bytes);
        let mut tries = 0;
        loop {
            tries += 1;
            self.report.attempts += 1;
            self.tell(Phase::Closing);
            self.spawn(i64::MIN, key.clone(), Some(body.clone()), expected.clone());
            let Some(end) = self.wait_closing()? else { return Ok(Ending::Cancelled) };
            let Err(failure) = end else { return Ok(Ending::Complete) };
            self.report.failures += 1;
            tracing::info!(code = failure.cause.code(), detail = %failure.detail, "writing the manifest failed");
            self.line.cause = Some(failure.cause);
            match failure.cause.scope() {
                Scope::Again | Scope::Line => {}
                Scope::Park | Scope::Conflict | Scope::All => return Ok(Ending::Stopped(failure.cause)),
            }
            let asked = failure.retry_after_ms.unwrap_or(0).clamp(0, policy::LONGEST_WAIT_MS);
            let wait = policy::backoff_ms(tries, policy::LINE_WAIT_MS, self.now().0 as u64).max(asked);
            let begun = std::time::Instant::now();
            while begun.elapsed().as_millis() < wait as u128 || self.run.control.paused() {
                if self.run.control.cancelled() {
                    return Ok(Ending::Cancelled);
                }
                std::thread::sleep(policy::LOOK.min(std::time::Duration::from_millis(wait as u64)));
            }
        }
    }

    fn wait_closing(&mut self) -> Result<Option<Result<Delivered, Failure>>, UploadError> {
        loop {
            if self.run.control.cancelled() {
                return Ok(None);
            }
            if let Ok((id, end)) = self.ends.1.recv_timeout(policy::LOOK)
                && id == i64::MIN
            {
                return Ok(Some(end));
            }
        }
    }
}

/// Reads and checks a body.
fn plain(bodies: &dyn Bodies, entry: &Entry) -> Result<(Vec<u8>, Expected), Cause> {
    if entry.bytes == 0 || entry.bytes > policy::BYTES_MOST {
        return Err(Cause::BodySize);
    }
    let bytes = bodies.read(entry).map_err(|e| match e {
        BodyError::Missing => Cause::BodyMissing,
        BodyError::Altered => Cause::BodyAltered,
    })?;
    if bytes.len() as u64 != entry.bytes || ContentHash::of(&bytes) != entry.content {
        return Err(Cause::BodyAltered);
    }
    let expected = Expected::of(&bytes);
    Ok((bytes, expected))
}
