//! The threads that look at the newest frame: one for codes, one for the bands. Neither can hold up the other, the
//! capture or the operator.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use camera::Feed;
use domain::guidance::{Guidance, Guide};
use domain::{PhotoSpec, Size, Text};
use imaging::scan::{ScanOutcome, Scanner, Unreadable};

use crate::engine_slot::EngineSlot;
use crate::view::LiveView;

/// What the watchers look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Nothing: the station is blocked.
    Nothing,
    /// Codes, as often as the processor allows.
    Codes,
    /// The bands, and now and then a code that does not belong.
    Bands,
    /// Only now and then a code that does not belong.
    Strangers,
}

/// Something that the scanner saw.
#[derive(Debug, Clone)]
pub enum Seen {
    /// One code.
    Code(Vec<u8>),
    /// Different codes at once.
    TwoCodes,
}

/// What the watchers share with the station.
pub struct Shared {
    /// The present feed.
    pub feed: RwLock<Option<Arc<Feed>>>,
    /// What to look for.
    pub watch: Mutex<Watch>,
    /// The standard in force.
    pub spec: RwLock<Arc<PhotoSpec>>,
    /// The engine.
    pub engine: Arc<EngineSlot>,
    stop: AtomicBool,
    live: Mutex<Readings>,
    on_live: Box<dyn Fn(LiveView) + Send + Sync>,
    on_seen: Box<dyn Fn(Seen) + Send + Sync>,
}

#[derive(Default)]
struct Readings {
    frame: u64,
    size: Option<Size>,
    guidance: Option<Guidance>,
    code: Option<(Instant, [[f32; 2]; 4])>,
    unreadable: Option<(Instant, Text)>,
}

/// Between two looks for a code while nobody is armed: 12 a second are more than a hand can move.
const SCAN_PERIOD: Duration = Duration::from_millis(80);
/// The same during a sitting, where a code is only a stranger's.
const SCAN_PERIOD_BUSY: Duration = Duration::from_millis(400);
/// Longest time for one frame.
const SCAN_DEADLINE: Duration = Duration::from_millis(50);
/// Between two readings of the bands.
const GUIDE_PERIOD: Duration = Duration::from_millis(66);
/// How long a mark stays on the picture.
const MARK: Duration = Duration::from_millis(900);

impl Shared {
    /// Nothing to watch yet.
    pub fn new(
        spec: Arc<PhotoSpec>,
        engine: Arc<EngineSlot>,
        on_live: impl Fn(LiveView) + Send + Sync + 'static,
        on_seen: impl Fn(Seen) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            feed: RwLock::new(None),
            watch: Mutex::new(Watch::Nothing),
            spec: RwLock::new(spec),
            engine,
            stop: AtomicBool::new(false),
            live: Mutex::default(),
            on_live: Box::new(on_live),
            on_seen: Box::new(on_seen),
        })
    }

    /// The present feed.
    pub fn feed(&self) -> Option<Arc<Feed>> {
        self.feed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The standard in force.
    pub fn spec(&self) -> Arc<PhotoSpec> {
        Arc::clone(&self.spec.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What to look for from now on.
    pub fn set_watch(&self, watch: Watch) {
        let mut present = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if *present != watch {
            *present = watch;
            drop(present);
            self.publish(|live| live.guidance = None);
        }
    }

    fn watch(&self) -> Watch {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a portrait is being made, for which both cores are wanted.
    pub fn is_developing(&self) -> bool {
        self.watch() == Watch::Nothing
    }

    /// Ends the watchers; they notice within a third of a second.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn publish(&self, change: impl FnOnce(&mut Readings)) {
        let view = {
            let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut live);
            let fresh = |at: &Instant| at.elapsed() < MARK;
            LiveView {
                frame: live.frame,
                size: live.size.unwrap_or(Size { width: 1280, height: 720 }),
                guidance: live.guidance.clone(),
                code: live.code.as_ref().filter(|(at, _)| fresh(at)).map(|(_, corners)| *corners),
                unreadable: live
                    .unreadable
                    .as_ref()
                    .filter(|(at, _)| fresh(at))
                    .map(|(_, text)| text.clone()),
            }
        };
        (self.on_live)(view);
    }
}

/// Starts both watchers.
pub fn start(shared: &Arc<Shared>) -> Vec<JoinHandle<()>> {
    let (a, b) = (Arc::clone(shared), Arc::clone(shared));
    vec![named("codes", move || look_for_codes(&a)), named("bands", move || read_bands(&b))]
}

/// A thread that a system's list of threads shows by what it does.
pub(crate) fn named(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).expect("the system has room for a thread")
}

fn look_for_codes(shared: &Shared) {
    let mut scanner = Scanner::new();
    let mut seen = 0;
    let mut marked: Option<Instant> = None;
    while !shared.stopped() {
        let begun = Instant::now();
        let watch = shared.watch();
        let feed = shared.feed();
        let (Some(feed), true) = (feed, watch != Watch::Nothing) else {
            std::thread::sleep(Duration::from_millis(100));
            continue;
        };
        let Some(frame) = feed.wait_newer(seen, Duration::from_millis(300)) else {
            // Nothing comes: marks of the last picture must not outlive it.
            if marked.take().is_some() {
                shared.publish(|live| (live.code, live.unreadable) = (None, None));
            }
            continue;
        };
        seen = frame.seq;
        if let Ok(luma) = imaging::decode::luma_of_packet(&frame) {
            let now = Instant::now();
            match scanner.read(&luma, SCAN_DEADLINE) {
                ScanOutcome::Codes(mut codes) => {
                    // Green means that this code counts; of two none does.
                    let corners = codes.first().filter(|_| codes.len() == 1).map(|code| code.corners);
                    shared.publish(|live| {
                        (live.frame, live.size) = (frame.seq, Some(frame.size));
                        live.code = corners.map(|corners| (now, corners));
                        live.unreadable = None;
                    });
                    marked = Some(now);
                    match codes.len() {
                        0 => {}
                        1 => (shared.on_seen)(Seen::Code(codes.remove(0).payload)),
                        _ => (shared.on_seen)(Seen::TwoCodes),
                    }
                }
                ScanOutcome::Unreadable { why, .. } if watch == Watch::Codes => {
                    shared.publish(|live| {
                        (live.frame, live.size) = (frame.seq, Some(frame.size));
                        live.unreadable = Some((now, unreadable(why)));
                    });
                    marked = Some(now);
                }
                // Once more after the last mark has faded, so that it disappears.
                _ if marked.is_some_and(|at| at.elapsed() >= MARK) => {
                    marked = None;
                    shared.publish(|live| (live.frame, live.size) = (frame.seq, Some(frame.size)));
                }
                _ => {}
            }
        }
        let period = if watch == Watch::Codes { SCAN_PERIOD } else { SCAN_PERIOD_BUSY };
        std::thread::sleep(period.saturating_sub(begun.elapsed()));
    }
}

pub(crate) fn unreadable(why: Unreadable) -> Text {
    match why {
        Unreadable::TooDim => {
            Text::new("手机屏幕太暗，请把亮度调高", "The phone is too dim: turn its brightness up")
        }
        Unreadable::Glare => {
            Text::new("屏幕反光或过亮，请转一下手机", "Glare on the phone: turn it a little")
        }
        Unreadable::TooSmall => {
            Text::new("码太小，请把手机靠近镜头", "The code is too small: bring the phone nearer")
        }
        Unreadable::Blurred => Text::new(
            "码不清楚，请拿稳手机、稍远一点",
            "The code is blurred: hold the phone still, a little further away",
        ),
        Unreadable::Unknown => Text::new(
            "看到码但读不出，请拿正、拿稳",
            "A code is seen but cannot be read: hold it straight and still",
        ),
    }
}

fn read_bands(shared: &Shared) {
    let mut guide = Guide::default();
    let mut seen = 0;
    let mut tracked = imaging::engine::LiveState::default();
    while !shared.stopped() {
        let begun = Instant::now();
        let engine = shared.engine.ready();
        let feed = shared.feed();
        let (Some(engine), Some(feed), Watch::Bands) = (engine, feed, shared.watch()) else {
            guide = Guide::default();
            tracked = Default::default();
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let Some(frame) = feed.wait_newer(seen, Duration::from_millis(300)) else {
            shared.publish(|live| live.guidance = None);
            continue;
        };
        seen = frame.seq;
        if let Ok(rgb) = imaging::decode::packet(&frame) {
            let spec = shared.spec();
            let reading = engine.live(&rgb, &spec, &mut tracked, begun);
            let guidance = guide.update(&reading, &spec);
            if shared.watch() == Watch::Bands {
                shared.publish(|live| {
                    (live.frame, live.size) = (frame.seq, Some(frame.size));
                    live.guidance = Some(guidance);
                });
            }
        }
        std::thread::sleep(GUIDE_PERIOD.saturating_sub(begun.elapsed()));
    }
}
