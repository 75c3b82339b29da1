//! The hall's own thread: all calls to the database happen here, so that no key press waits for a dead server longer
//! than one answer may take, and connecting happens on yet another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

use domain::Timestamp;

use crate::listen::{BACKOFF, Changed, Listener};
use crate::{HallError, HallSettings, Journal, Link, Member, Server, ShownConflict, TicketState};

/// Requests that may wait.
const MAILBOX: usize = 64;
/// How often the hall is read though nobody told of a change.
const READ_EVERY: Duration = Duration::from_secs(2);

/// What a window shows of the hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HallView {
    /// How this station stands to the hall.
    pub link: Link,
    /// Why the last attempt to join failed: [`HallError::code`].
    pub trouble: Option<&'static str>,
    /// Every ticket.
    pub tickets: Vec<TicketState>,
    /// What people have to decide.
    pub conflicts: Vec<ShownConflict>,
    /// Numbers left for working alone.
    pub numbers_left: u32,
}

type Job<J> = Box<dyn FnOnce(&mut Member<J>, Timestamp) + Send>;

enum Mail<J> {
    Job(Job<J>),
    Dialed(Box<Result<Server, HallError>>),
    Changed,
    Stop,
}

/// A member of the hall on its own thread. Dropping it ends the thread after the work in hand.
pub struct Hall<J> {
    mail: SyncSender<Mail<J>>,
    patience: Duration,
    stop: Arc<AtomicBool>,
    _listener: Listener,
}

impl<J: Journal + 'static> Hall<J> {
    /// Starts the thread; it connects, joins, and joins again by itself. `clock` tells the time, `show` gets a view
    /// whenever something has changed (on the hall's thread: it must not block).
    pub fn start(
        member: Member<J>,
        settings: HallSettings,
        clock: impl Fn() -> Timestamp + Send + 'static,
        show: impl FnMut(HallView) + Send + 'static,
    ) -> Result<Self, HallError> {
        let (mail, inbox) = mpsc::sync_channel(MAILBOX);
        let news = mail.clone();
        let listener = Listener::start(settings.clone(), move |told| {
            if told != Changed::Lost {
                // A full mailbox is being worked on and will be followed by a look at the hall.
                let _ = news.try_send(Mail::Changed);
            }
        })?;
        // Sending, claiming, reading and numbers: no operation asks more than so often.
        let patience = settings.answer_within * 8;
        let stop = Arc::new(AtomicBool::new(false));
        let desk = Desk {
            member,
            dialing: false,
            failed: 0,
            dial_at: Instant::now(),
            read_at: Instant::now(),
            stale: true,
            trouble: None,
            outbox: mail.clone(),
            stop: stop.clone(),
            settings,
            clock: Box::new(clock),
            show: Box::new(show),
        };
        thread::Builder::new()
            .name("hall".to_owned())
            .spawn(move || desk.run(&inbox))
            .map_err(|error| HallError::System(error.kind().to_string()))?;
        Ok(Self { mail, patience, stop, _listener: listener })
    }

    /// Does something on the hall's thread and waits for the answer. [`HallError::TimedOut`] means that the answer
    /// is late, not that nothing was done.
    pub fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Member<J>, Timestamp) -> Result<T, HallError> + Send + 'static,
    ) -> Result<T, HallError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.post(move |member, now| {
            let _ = answer.send(job(member, now));
        })?;
        match answered.recv_timeout(self.patience) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(HallError::TimedOut(self.patience)),
            Err(RecvTimeoutError::Disconnected) => Err(HallError::Stopped),
        }
    }

    /// Has something done on the hall's thread, without waiting. [`HallError::Busy`] if too much waits already.
    pub fn post(
        &self,
        job: impl FnOnce(&mut Member<J>, Timestamp) + Send + 'static,
    ) -> Result<(), HallError> {
        self.mail.try_send(Mail::Job(Box::new(job))).map_err(|error| match error {
            TrySendError::Full(_) => HallError::Busy,
            TrySendError::Disconnected(_) => HallError::Stopped,
        })
    }
}

impl<J> Drop for Hall<J> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.mail.try_send(Mail::Stop);
    }
}

struct Desk<J> {
    member: Member<J>,
    dialing: bool,
    failed: usize,
    dial_at: Instant,
    read_at: Instant,
    stale: bool,
    trouble: Option<&'static str>,
    outbox: SyncSender<Mail<J>>,
    stop: Arc<AtomicBool>,
    settings: HallSettings,
    clock: Box<dyn Fn() -> Timestamp + Send>,
    show: Box<dyn FnMut(HallView) + Send>,
}

impl<J: Journal + 'static> Desk<J> {
    fn run(mut self, inbox: &Receiver<Mail<J>>) {
        while !self.stop.load(Ordering::Relaxed) {
            self.publish();
            match inbox.recv_timeout(self.pause()) {
                Ok(Mail::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Mail::Job(job)) => {
                    job(&mut self.member, (self.clock)());
                    self.stale = true;
                }
                Ok(Mail::Dialed(result)) => self.dialed(*result),
                Ok(Mail::Changed) => self.read_at = Instant::now(),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.tend();
        }
    }

    fn is_alone(&self) -> bool {
        matches!(self.member.link(), Link::Alone { .. })
    }

    fn pause(&self) -> Duration {
        let due = if self.is_alone() && !self.dialing { self.dial_at } else { self.read_at };
        due.saturating_duration_since(Instant::now()).clamp(Duration::from_millis(1), READ_EVERY)
    }

    fn tend(&mut self) {
        let now = Instant::now();
        if self.is_alone() {
            if self.dialing {
                self.read_at = now + READ_EVERY;
            } else if now >= self.dial_at {
                self.dial();
            }
        } else if now >= self.read_at {
            self.read_at = now + READ_EVERY;
            match self.member.sync((self.clock)()) {
                Ok(synced) => {
                    self.stale |= synced.new + synced.sent > 0;
                    if synced.more {
                        self.read_at = now;
                    }
                }
                Err(error) => self.trouble(&error),
            }
        }
    }

    fn trouble(&mut self, error: &HallError) {
        tracing::warn!(code = error.code(), %error, "the hall");
        self.trouble = Some(error.code());
        self.stale = true;
        let seconds = BACKOFF[self.failed.min(BACKOFF.len() - 1)];
        self.dial_at = Instant::now() + Duration::from_secs(seconds);
        self.failed += 1;
    }

    fn dial(&mut self) {
        let (settings, outbox) = (self.settings.clone(), self.outbox.clone());
        let spawned = thread::Builder::new().name("hall-dial".to_owned()).spawn(move || {
            // If the hall has ended meanwhile the connection is dropped here.
            let _ = outbox.send(Mail::Dialed(Box::new(Server::connect(&settings))));
        });
        match spawned {
            Ok(_) => self.dialing = true,
            Err(error) => self.trouble(&HallError::System(error.kind().to_string())),
        }
    }

    fn dialed(&mut self, result: Result<Server, HallError>) {
        self.dialing = false;
        let now = (self.clock)();
        match result.and_then(|server| self.member.attach(server, now)) {
            Ok(_) => {
                self.failed = 0;
                self.trouble = None;
                self.stale = true;
                self.read_at = Instant::now() + READ_EVERY;
            }
            Err(error) => {
                self.member.cut(now);
                self.trouble(&error);
            }
        }
    }

    fn publish(&mut self) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        let book = self.member.book();
        (self.show)(HallView {
            link: self.member.link(),
            trouble: self.trouble,
            tickets: book.tickets().cloned().collect(),
            conflicts: book.conflicts(),
            numbers_left: self.member.numbers_left(),
        });
    }
}
