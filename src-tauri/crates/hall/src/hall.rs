//! The hall's own thread: all calls to the database happen here, so that no key press waits for a dead server longer
//! than one answer may take, and connecting happens on yet another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

use domain::{Text, Timestamp};

use crate::listen::{BACKOFF, Changed, Listener};
use crate::{Book, HallError, HallSettings, Journal, Link, Member, Server, StationRow};

/// Requests that may wait.
const MAILBOX: usize = 64;
/// How often the hall is read though nobody told of a change.
const READ_EVERY: Duration = Duration::from_secs(2);

/// How often the hall is told that this station is still here.
const ROLL_CALL_EVERY: Duration = Duration::from_secs(5);

/// Why the last attempt to join failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// [`HallError::code`].
    pub code: &'static str,
    /// What to do.
    pub text: Text,
}

/// What is known of the hall at a moment.
#[derive(Debug)]
pub struct HallNow<'a> {
    /// How this station stands to the hall.
    pub link: Link,
    /// Why it is alone, if it is.
    pub trouble: Option<&'a Trouble>,
    /// Everything that is known of the batch.
    pub book: &'a Book,
    /// Numbers left for working alone.
    pub numbers_left: u32,
    /// Who took part when the hall was asked last.
    pub stations: &'a [StationRow],
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
    /// Starts the thread; it connects, joins, and joins again by itself. `clock` tells the time, `show` is told
    /// whenever something has changed (on the hall's thread: it must not block).
    pub fn start(
        member: Member<J>,
        settings: HallSettings,
        clock: impl Fn() -> Timestamp + Send + 'static,
        show: impl FnMut(HallNow<'_>) + Send + 'static,
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
            stations: Vec::new(),
            roll_call_at: Instant::now(),
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
        self.ask_within(self.patience, job)
    }

    /// The same for somebody who waits no longer than `patience`.
    pub fn ask_within<T: Send + 'static>(
        &self,
        patience: Duration,
        job: impl FnOnce(&mut Member<J>, Timestamp) -> Result<T, HallError> + Send + 'static,
    ) -> Result<T, HallError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.post(move |member, now| {
            let _ = answer.send(job(member, now));
        })?;
        match answered.recv_timeout(patience) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(HallError::TimedOut(patience)),
            Err(RecvTimeoutError::Disconnected) => Err(HallError::Stopped),
        }
    }

    /// There is something new in the journal: it is sent soon. Never waits.
    pub fn nudge(&self) {
        // A full mailbox is being worked on and will be followed by a look at the journal.
        let _ = self.mail.try_send(Mail::Changed);
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
    trouble: Option<Trouble>,
    stations: Vec<StationRow>,
    roll_call_at: Instant,
    outbox: SyncSender<Mail<J>>,
    stop: Arc<AtomicBool>,
    settings: HallSettings,
    clock: Box<dyn Fn() -> Timestamp + Send>,
    show: Box<dyn FnMut(HallNow<'_>) + Send>,
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
            let known = self.member.book().len();
            if let Err(error) = self.member.learn() {
                tracing::warn!(code = error.code(), %error, "the hall's journal");
            }
            self.stale |= self.member.book().len() > known;
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
                    self.call_the_roll();
                    if synced.more {
                        self.read_at = now;
                    }
                }
                Err(error) => self.trouble(&error),
            }
        }
    }

    fn call_the_roll(&mut self) {
        if Instant::now() < self.roll_call_at {
            return;
        }
        self.roll_call_at = Instant::now() + ROLL_CALL_EVERY;
        if let Some(stations) = self.member.roll_call((self.clock)()) {
            self.stale = true;
            self.stations = stations;
        }
    }

    fn trouble(&mut self, error: &HallError) {
        tracing::warn!(code = error.code(), %error, "the hall");
        self.trouble = Some(Trouble { code: error.code(), text: error.text() });
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
                // Soon once more: what was written while the link came back.
                self.read_at = Instant::now() + Duration::from_millis(100);
                self.roll_call_at = Instant::now();
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
        (self.show)(HallNow {
            link: self.member.link(),
            trouble: self.trouble.as_ref(),
            book: self.member.book(),
            numbers_left: self.member.numbers_left(),
            stations: &self.stations,
        });
    }
}
