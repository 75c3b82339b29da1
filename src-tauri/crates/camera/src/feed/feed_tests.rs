use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

use super::*;
use crate::{FrameSource, Opening, Scripted, Step, StreamFormat};

const W: u32 = 4;
const H: u32 = 2;
const SOON: Duration = Duration::from_secs(3);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn packet(level: u8) -> Step {
    Step::Packet(vec![level; (W * H * 2) as usize].into())
}

/// A frame every 10 ms, for ever.
fn steady() -> Vec<Step> {
    vec![packet(7), Step::Wait(ms(10)), Step::Again]
}

fn quick() -> FeedOptions {
    FeedOptions { stall: ms(200), opening: ms(400), retry: ms(150), on_change: None }
}

/// A feed with everything that it told: a state that lasts for a moment is not missed by a busy test machine.
struct Rig {
    feed: Feed,
    told: mpsc::Receiver<FeedStatus>,
}

impl Rig {
    fn start(opener: impl Opener + 'static, options: FeedOptions) -> Self {
        let (sender, told) = mpsc::channel();
        let on_change: OnChange = Box::new(move |status| drop(sender.send(status.clone())));
        let options = FeedOptions { on_change: Some(on_change), ..options };
        Self { feed: Feed::start(Box::new(opener), options), told }
    }
}

impl std::ops::Deref for Rig {
    type Target = Feed;
    fn deref(&self) -> &Feed {
        &self.feed
    }
}

fn feed(openings: Vec<Opening>) -> Rig {
    Rig::start(Scripted::new(StreamFormat::yuyv(W, H, 100), openings), quick())
}

/// The next status told with this state, others passed over.
fn wait_for(rig: &Rig, wanted: FeedState) -> FeedStatus {
    let deadline = Instant::now() + SOON;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match rig.told.recv_timeout(left) {
            Ok(status) if status.state == wanted => return status,
            Ok(_) => {}
            Err(_) => panic!("no {wanted:?}: {:?}", rig.status()),
        }
    }
}

fn code(status: &FeedStatus) -> Option<SourceCode> {
    status.problem.as_ref().map(|p| p.code)
}

#[test]
fn a_steady_source_goes_live_and_is_measured() {
    let feed = feed(vec![Opening::Steps(steady())]);
    let status = wait_for(&feed, FeedState::Live);
    assert_eq!(status.device, "scripted");
    assert_eq!(status.format, Some(StreamFormat::yuyv(W, H, 100)));
    assert_eq!(status.problem, None);
    std::thread::sleep(ms(400));
    let status = feed.status();
    assert!(status.fps > 20.0 && status.fps < 101.0, "{}", status.fps);
    assert!(status.frames > 5);
    assert_eq!((status.broken, status.dropped), (0, 0));
}

#[test]
fn only_the_newest_frame_is_kept_and_a_slow_consumer_holds_nobody_up() {
    let feed = feed(vec![Opening::Steps(steady())]);
    let first = feed.wait_newer(0, SOON).unwrap();
    let before = feed.status().frames;
    std::thread::sleep(ms(300)); // a consumer that is busy, still holding its frame
    let frames = feed.status().frames;
    assert!(frames > before + 5, "capture waited for the consumer: {before} to {frames}");
    let next = feed.wait_newer(first.seq, SOON).unwrap();
    assert!(next.seq >= frames, "got a frame from a queue: #{} of {frames}", next.seq);
    assert!(next.at.elapsed() < ms(100));
}

#[test]
fn several_consumers_see_the_same_frames_without_copies() {
    let feed = Arc::new(feed(vec![Opening::Steps(vec![packet(1), Step::Wait(SOON)])]).feed);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let feed = Arc::clone(&feed);
            std::thread::spawn(move || feed.wait_newer(0, SOON).unwrap())
        })
        .collect();
    let frames: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    assert!(frames.iter().all(|f| Arc::ptr_eq(&f.packet, &frames[0].packet)));
}

#[test]
fn waiting_for_a_newer_frame_ends_with_the_time() {
    let feed = feed(vec![Opening::Steps(vec![packet(1), Step::Wait(SOON)])]);
    let frame = feed.wait_newer(0, SOON).unwrap();
    let start = Instant::now();
    assert!(feed.wait_newer(frame.seq, ms(80)).is_none());
    assert!(start.elapsed() >= ms(80) && start.elapsed() < ms(180), "{:?}", start.elapsed());
}

#[test]
fn a_camera_that_goes_and_comes_back_is_live_again() {
    let plugged_out = vec![packet(1), Step::Wait(ms(30)), packet(2), Step::Fail(SourceCode::Gone)];
    let feed = feed(vec![
        Opening::Steps(plugged_out),
        Opening::Refused(SourceCode::NoDevice),
        Opening::Refused(SourceCode::NoDevice),
        Opening::Steps(vec![packet(3), Step::Wait(ms(10)), Step::Again]),
    ]);
    let gone = wait_for(&feed, FeedState::Gone);
    assert_eq!(code(&gone), Some(SourceCode::Gone), "a camera that was there is not called missing");
    assert!(feed.latest().is_none(), "a frame outlived its stream");
    wait_for(&feed, FeedState::Live);
    let frame = feed.wait_newer(2, SOON).unwrap();
    assert_eq!(frame.packet[0], 3);
    assert!(frame.seq >= 3, "numbers start again: #{}", frame.seq);
}

#[test]
fn a_camera_that_was_never_there_is_called_missing() {
    let feed = feed(vec![Opening::Refused(SourceCode::NoDevice)]);
    assert_eq!(code(&wait_for(&feed, FeedState::Gone)), Some(SourceCode::NoDevice));
}

#[test]
fn a_refused_camera_says_why_and_is_tried_again() {
    let feed = feed(vec![
        Opening::Refused(SourceCode::NoPermission),
        Opening::Refused(SourceCode::Busy),
        Opening::Steps(steady()),
    ]);
    let first = wait_for(&feed, FeedState::Failed);
    assert_eq!(code(&first), Some(SourceCode::NoPermission));
    let second = feed.wait_change(first.change, SOON);
    assert_eq!(code(&second), Some(SourceCode::Busy), "a new reason is a change");
    wait_for(&feed, FeedState::Live);
}

#[test]
fn a_stall_that_the_source_reports_is_reopened() {
    let feed = feed(vec![Opening::Steps(vec![packet(1), Step::Wait(ms(5000))]), Opening::Steps(steady())]);
    wait_for(&feed, FeedState::Live);
    let start = Instant::now();
    let stalled = wait_for(&feed, FeedState::Stalled);
    assert!(start.elapsed() < ms(400), "{:?}", start.elapsed());
    assert_eq!(code(&stalled), Some(SourceCode::Stalled));
    assert!(feed.latest().is_none());
    wait_for(&feed, FeedState::Live);
}

#[test]
fn a_driver_that_hangs_is_abandoned_and_its_late_frames_are_not_taken() {
    let hanging = vec![packet(1), Step::Hang(ms(900)), packet(99), Step::Again];
    let feed = feed(vec![Opening::Steps(hanging), Opening::Steps(steady())]);
    wait_for(&feed, FeedState::Live);
    let start = Instant::now();
    let stalled = wait_for(&feed, FeedState::Stalled);
    assert!(start.elapsed() < ms(700), "{:?}", start.elapsed());
    assert!(stalled.problem.unwrap().detail.contains("reading hangs"));
    wait_for(&feed, FeedState::Live);
    let mut seq = 0;
    while start.elapsed() < ms(1300) {
        let frame = feed.wait_newer(seq, SOON).unwrap();
        assert_eq!(frame.packet[0], 7, "a frame of the abandoned capture was taken");
        seq = frame.seq;
    }
}

#[test]
fn a_stalled_camera_that_does_not_open_again_is_still_called_stalled() {
    let feed = feed(vec![
        Opening::Steps(vec![packet(1), Step::Hang(ms(500)), Step::Fail(SourceCode::Gone)]),
        Opening::Refused(SourceCode::Busy),
        Opening::Refused(SourceCode::Busy),
        Opening::Steps(steady()),
    ]);
    let stalled = wait_for(&feed, FeedState::Stalled);
    let live = wait_for(&feed, FeedState::Live);
    assert_eq!(live.change, stalled.change + 1, "something else was told in between");
}

/// Hangs in every opening, and counts how many do so at once.
struct Tarpit {
    inside: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Opener for Tarpit {
    fn name(&self) -> String {
        "tarpit".into()
    }
    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        let now = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(ms(4000));
        self.inside.fetch_sub(1, Ordering::SeqCst);
        Err(SourceError::new(SourceCode::Other, "late"))
    }
}

#[test]
fn an_opening_that_hangs_is_a_stall_and_threads_do_not_pile_up() {
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let opener = Tarpit { inside, most: Arc::clone(&most) };
    let options = FeedOptions { opening: ms(50), retry: ms(10), ..quick() };
    let feed = Rig::start(opener, options);
    let stalled = wait_for(&feed, FeedState::Stalled);
    assert!(stalled.problem.unwrap().detail.contains("opening hangs"));
    std::thread::sleep(ms(1000));
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[test]
fn a_panic_in_the_driver_is_survived() {
    let feed = feed(vec![
        Opening::Steps(vec![packet(1), Step::Wait(ms(50)), Step::Panic]),
        Opening::Steps(vec![packet(2), Step::PanicOnClose, Step::Wait(ms(50)), Step::Fail(SourceCode::Gone)]),
        Opening::Steps(steady()),
    ]);
    let failed = wait_for(&feed, FeedState::Failed);
    assert!(failed.problem.unwrap().detail.contains("the script panics"));
    wait_for(&feed, FeedState::Gone);
    wait_for(&feed, FeedState::Live);
    assert_eq!(feed.wait_newer(2, SOON).unwrap().packet[0], 7);
}

#[test]
fn broken_packets_are_counted_and_passed_over() {
    let short = Step::Packet(vec![1; 3].into());
    let steps = vec![packet(7), short.clone(), short, Step::Wait(ms(10)), Step::Again];
    let feed = feed(vec![Opening::Steps(steps)]);
    let frame = feed.wait_newer(3, SOON).unwrap();
    assert_eq!(frame.packet.len(), (W * H * 2) as usize);
    let status = feed.status();
    assert_eq!(status.state, FeedState::Live);
    assert!(status.broken >= 4 && status.broken <= 2 * status.frames, "{status:?}");
}

#[test]
fn a_camera_that_sends_only_broken_packets_is_not_live() {
    let short = Step::Packet(vec![1; 3].into());
    let feed = feed(vec![Opening::Steps(vec![short, Step::Wait(ms(10)), Step::Again])]);
    let status = wait_for(&feed, FeedState::Stalled);
    assert_eq!(code(&status), Some(SourceCode::Broken));
    assert_eq!(status.frames, 0);
}

#[test]
fn frames_that_the_driver_lost_leave_a_gap() {
    let steps = vec![packet(1), Step::Wait(ms(60)), Step::Lose(3), packet(2), Step::Wait(SOON)];
    let feed = feed(vec![Opening::Steps(steps)]);
    let first = feed.wait_newer(0, SOON).unwrap();
    let second = feed.wait_newer(first.seq, SOON).unwrap();
    assert_eq!(second.seq, first.seq + 4);
    assert_eq!(feed.status().dropped, 3);
}

#[test]
fn the_end_of_a_source_is_no_failure_and_leaves_its_last_frame() {
    let feed = feed(vec![Opening::Steps(vec![packet(1), packet(2)]), Opening::Steps(steady())]);
    let status = wait_for(&feed, FeedState::Ended);
    assert_eq!(status.problem, None);
    std::thread::sleep(ms(150));
    assert_eq!(feed.status().state, FeedState::Ended, "opened again");
    assert_eq!(feed.latest().unwrap().packet[0], 2);
}

#[test]
fn a_feed_over_a_hanging_driver_closes_within_a_second() {
    let feed = feed(vec![Opening::Steps(vec![packet(1), Step::Hang(ms(5000))])]);
    wait_for(&feed, FeedState::Live);
    let start = Instant::now();
    drop(feed);
    assert!(start.elapsed() < ms(1000), "{:?}", start.elapsed());
}

#[test]
fn a_live_feed_closes_at_once() {
    let feed = feed(vec![Opening::Steps(steady())]);
    wait_for(&feed, FeedState::Live);
    let start = Instant::now();
    drop(feed);
    assert!(start.elapsed() < ms(250), "{:?}", start.elapsed());
}

#[test]
fn every_change_is_told_in_order() {
    let feed = feed(vec![
        Opening::Refused(SourceCode::Busy),
        Opening::Steps(vec![packet(1), Step::Wait(ms(190)), Step::Fail(SourceCode::Gone)]),
        Opening::Steps(steady()),
    ]);
    let order = [FeedState::Starting, FeedState::Failed, FeedState::Live, FeedState::Gone, FeedState::Live];
    let mut last = None;
    for state in order {
        let status = wait_for(&feed, state);
        assert!(last.is_none_or(|last| status.change > last), "{status:?} was told twice");
        last = Some(status.change);
    }
}

/// A source with one control, that forgets its setting when it is closed.
struct Lens(Arc<Mutex<Vec<ControlSetting>>>, u32);

struct OpenLens {
    log: Arc<Mutex<Vec<ControlSetting>>>,
    control: Control,
    left: u32,
}

impl Opener for Lens {
    fn name(&self) -> String {
        "lens".into()
    }
    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        let control =
            Control { kind: ControlKind::Focus, auto: Some(true), value: 5, min: 0, max: 100, step: 5 };
        Ok(Box::new(OpenLens { log: Arc::clone(&self.0), control, left: self.1 }))
    }
}

impl FrameSource for OpenLens {
    fn next(&mut self, _: Duration) -> Result<RawFrame, SourceError> {
        std::thread::sleep(ms(10));
        self.left -= 1;
        if self.left == 0 {
            return Err(SourceError::new(SourceCode::Gone, "unplugged"));
        }
        let format = self.format();
        let packet = vec![0; 16].into();
        Ok(RawFrame { seq: 0, at: Instant::now(), format: format.pixel, size: format.size, packet })
    }
    fn name(&self) -> &str {
        "lens"
    }
    fn format(&self) -> StreamFormat {
        StreamFormat::yuyv(W, H, 100)
    }
    fn controls(&mut self) -> Vec<Control> {
        vec![self.control]
    }
    fn set_control(&mut self, setting: ControlSetting) -> Result<(), SourceError> {
        self.log.lock().unwrap().push(setting);
        self.control.auto = setting.auto.or(self.control.auto);
        self.control.value = setting.value.map_or(self.control.value, |v| self.control.nearest(v));
        Ok(())
    }
}

#[test]
fn a_setting_is_made_at_once_and_again_when_the_device_comes_back() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let feed = Rig::start(Lens(Arc::clone(&log), 30), quick());
    wait_for(&feed, FeedState::Live);
    assert_eq!(feed.controls()[0].auto, Some(true));
    assert_eq!(feed.lock_picture(true).unwrap()[0].auto, Some(false));
    let setting = ControlSetting { kind: ControlKind::Focus, auto: None, value: Some(42) };
    assert_eq!(feed.set_control(setting).unwrap()[0].value, 40);
    wait_for(&feed, FeedState::Gone);
    assert_eq!(feed.set_control(setting).unwrap_err().code, SourceCode::Gone);
    wait_for(&feed, FeedState::Live);
    assert_eq!(feed.controls()[0], Control { auto: Some(false), value: 40, ..feed.controls()[0] });
    let again = ControlSetting { kind: ControlKind::Focus, auto: Some(false), value: Some(42) };
    assert_eq!(log.lock().unwrap().last(), Some(&again));
}
