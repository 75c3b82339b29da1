//! The station: one thread owns the sitting, the store and the camera; everybody else asks it or looks at what it
//! has published.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use camera::Feed;
use domain::{PhotoSpec, PixelFormat, RawFrame, Size, Timestamp};

use crate::assets::Assets;
use crate::burst;
use crate::day::Voice;
use crate::desk::Exposure;
use crate::engine_slot::EngineSlot;
use crate::error::ApiError;
use crate::hall::Halls;
use crate::handover::Handover;
use crate::live::{self, Seen, Shared};
use crate::owner::Owner;
use crate::plate::Plate;
use crate::view::{DemoScene, LiveView, StationView};

/// What a host gives to a station.
#[derive(Clone)]
pub struct Config {
    /// Folder of the pictures and the database; made if it is missing.
    pub data: PathBuf,
    /// The program's own files.
    pub assets: Assets,
    /// The wall clock, in UTC.
    pub now: fn() -> Timestamp,
    /// Start of the day that a point in time belongs to, where the station stands.
    pub day_start: fn(Timestamp) -> Timestamp,
    /// Open the camera of the last time, or the only one there is.
    pub open_camera: bool,
    /// What the demo camera begins with.
    pub demo: DemoScene,
}

/// What a station tells its hosts.
#[derive(Debug, Clone)]
pub enum Event {
    /// The snapshot has changed.
    Station(Arc<StationView>),
    /// The readings of the live picture have changed.
    Live(Box<LiveView>),
}

type Listener = Box<dyn Fn(&Event) + Send + Sync>;

/// Handed out to whoever wants to hear.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<Vec<Listener>>);

impl Listeners {
    pub(crate) fn tell(&self, event: &Event) {
        for listener in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            listener(event);
        }
    }
}

/// What reaches the owner.
pub(crate) enum Message {
    /// Somebody asks; the closure sends its own answer.
    Do(Box<dyn FnOnce(&mut Owner) + Send>),
    /// The scanner saw something.
    Seen(Seen),
    /// A burst is done.
    Exposed(Box<Result<Exposure, ApiError>>, Arc<PhotoSpec>),
    /// The engine is there, or will never be.
    EngineDecided,
    /// The program ends.
    Quit,
}

/// One press of the shutter.
pub(crate) struct Shutter {
    pub feed: Arc<Feed>,
    pub spec: Arc<PhotoSpec>,
    pub plate: Option<Arc<Plate>>,
    pub pressed: Instant,
}

/// Messages that may wait for the owner. The scanner drops what does not fit; a person's key press waits.
const MAILBOX: usize = 32;

/// A frame for the window.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Number of the frame.
    pub seq: u64,
    /// Its size.
    pub size: Size,
    /// Its bytes.
    pub jpeg: Vec<u8>,
}

/// Pause between preview frames while a portrait is made.
const SLOW_PREVIEW: Duration = Duration::from_millis(150);

/// A running station.
pub struct Station {
    mailbox: SyncSender<Message>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) handover: Arc<Handover>,
    pub(crate) halls: Arc<Halls>,
    pub(crate) voice: Voice,
    listeners: Arc<Listeners>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Asks the owner from a thread of its own.
#[derive(Clone)]
pub(crate) struct Door(SyncSender<Message>);

impl Door {
    /// Asks and waits for the answer.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Owner) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (answer, answered) = sync_channel(1);
        let closing = || ApiError::new("closing", "程序正在关闭。", "The program is closing.");
        let ask = Message::Do(Box::new(move |owner| drop(answer.send(question(owner)))));
        self.0.send(ask).map_err(|_| closing())?;
        answered.recv().map_err(|_| closing())?
    }
}

impl Station {
    /// Opens the data folder and the camera, and begins to watch. Never fails: what stands in the way is shown as
    /// the snapshot's trouble, so that there is always a window to say it.
    pub fn start(config: Config) -> Self {
        Self::begin(config, true)
    }

    /// The same without the models: for work on rows and lists, which would wait most of a second for them. Pictures
    /// cannot be made.
    pub fn start_without_models(config: Config) -> Self {
        Self::begin(config, false)
    }

    fn begin(config: Config, with_models: bool) -> Self {
        let (mailbox, inbox) = sync_channel(MAILBOX);
        let listeners = Arc::new(Listeners::default());
        let engine = if with_models {
            let mailbox = mailbox.clone();
            EngineSlot::start(config.assets.clone(), move || drop(mailbox.send(Message::EngineDecided)))
        } else {
            EngineSlot::empty()
        };
        let spec = Owner::first_spec(&config);
        let shared = {
            let (listeners, mailbox) = (Arc::clone(&listeners), mailbox.clone());
            Shared::new(
                spec,
                engine,
                move |live| listeners.tell(&Event::Live(Box::new(live))),
                move |seen| drop(mailbox.try_send(Message::Seen(seen))),
            )
        };
        let (shutter, presses) = sync_channel(1);
        let halls = Arc::new(Halls::default());
        let hall = (Arc::clone(&halls), Door(mailbox.clone()));
        let mut owner = Owner::new(config, Arc::clone(&shared), shutter, Arc::clone(&listeners), hall);
        let mut threads = live::start(&shared);
        threads.push({
            let (shared, mailbox) = (Arc::clone(&shared), mailbox.clone());
            live::named("develop", move || develop_all(&presses, &shared, &mailbox))
        });
        threads.push(live::named("owner", move || {
            owner.begin();
            serve(&mut owner, &inbox);
        }));
        let handover = Arc::new(Handover::default());
        let voice = Voice::default();
        Self { mailbox, shared, handover, halls, voice, listeners, threads: Mutex::new(threads) }
    }

    /// Calls `listener` with everything that happens from now on. It must not block.
    pub fn listen(&self, listener: impl Fn(&Event) + Send + Sync + 'static) {
        self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    /// The newest frame after number `seen`, waiting up to `patience` for it.
    pub fn frame_after(&self, seen: u64, patience: Duration) -> Option<Arc<RawFrame>> {
        match self.shared.feed() {
            Some(feed) => feed.wait_newer(seen, patience),
            None => {
                std::thread::sleep(patience.min(Duration::from_millis(200)));
                None
            }
        }
    }

    /// The newest frame after number `seen` as a JPEG for the window. A camera's own JPEG passes untouched.
    pub fn preview_after(&self, seen: u64, patience: Duration, quality: u8) -> Option<Preview> {
        if self.shared.is_developing() {
            // The photographer waits for the portrait, not for the live picture.
            std::thread::sleep(SLOW_PREVIEW);
        }
        let frame = self.frame_after(seen, patience)?;
        let jpeg = if frame.format == PixelFormat::Mjpeg {
            frame.packet.to_vec()
        } else {
            imaging::decode::preview_jpeg(&imaging::decode::packet(&frame).ok()?, quality)
        };
        Some(Preview { seq: frame.seq, size: frame.size, jpeg })
    }

    /// Asks the owner and waits for the answer.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Owner) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.door().ask(question)
    }

    /// For a thread that asks on its own.
    pub(crate) fn door(&self) -> Door {
        Door(self.mailbox.clone())
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        self.shared.stop();
        // While the owner still answers: what was under way is written down.
        self.handover.stop();
        self.halls.stop();
        self.voice.stop();
        // A full mailbox means that the owner is alive and will read on.
        let _ = self.mailbox.send(Message::Quit);
        for thread in self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // A watcher that panicked has said so in the log; there is nothing to save here.
            let _ = thread.join();
        }
        self.shared.engine.finish();
    }
}

/// How often the camera's state is looked at when nobody asks anything.
const HEARTBEAT: Duration = Duration::from_millis(250);

fn serve(owner: &mut Owner, inbox: &Receiver<Message>) {
    loop {
        match inbox.recv_timeout(HEARTBEAT) {
            Ok(Message::Do(question)) => question(owner),
            Ok(Message::Seen(seen)) => owner.seen(seen),
            Ok(Message::Exposed(result, spec)) => owner.exposed(*result, &spec),
            Ok(Message::EngineDecided) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Message::Quit) | Err(RecvTimeoutError::Disconnected) => return,
        }
        owner.publish();
    }
}

fn develop_all(presses: &Receiver<Shutter>, shared: &Shared, mailbox: &SyncSender<Message>) {
    while let Ok(Shutter { feed, spec, plate, pressed }) = presses.recv() {
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            // Pressed in the first second after the start: the photographer waits, not the picture.
            let engine = shared.engine.wait(Duration::from_secs(20)).ok_or_else(no_engine)?;
            burst::expose(&feed, &engine, &spec, plate.as_deref(), pressed)
        }));
        let made = made.unwrap_or_else(|_| {
            Err(ApiError::new(
                "develop_failed",
                "照片处理出错，请再拍一次。",
                "The picture could not be made. Shoot again.",
            ))
        });
        if mailbox.send(Message::Exposed(Box::new(made), spec)).is_err() {
            return;
        }
    }
}

fn no_engine() -> ApiError {
    ApiError::new(
        "engine_missing",
        "图像模型没有启动，不能出片。请看屏幕上的提示。",
        "The imaging models are not running. See the message on the screen.",
    )
}
