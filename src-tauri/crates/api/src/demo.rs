//! The demo camera: drawn or cut-out people and codes on a phone, for a machine without a camera.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use camera::{FrameSource, Opener, SourceCode, SourceError, StreamFormat};
use domain::{PixelFormat, RawFrame, Size};
use testkit::{Booth, Person, Pose, Scene, demo_payload};

use crate::view::DemoScene;

/// Identity of the demo camera.
pub const ID: &str = "demo";

const SIZE: Size = Size { width: 1280, height: 720 };
const FPS: u32 = 30;
/// Frames of empty seat between two students when the demo runs by itself.
const PAUSE: u64 = 24;

/// What the station is doing, as far as a demo student would notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// Waiting for a code.
    ShowCode,
    /// Being photographed.
    Sit,
}

#[derive(Debug)]
struct State {
    scene: DemoScene,
    cue: Cue,
    /// Frame at which the cue changed.
    since: u64,
    /// Counts the students.
    student: usize,
    tick: u64,
}

/// Tells the demo camera what to show.
#[derive(Debug, Clone)]
pub struct Director(Arc<Mutex<State>>);

impl Default for Director {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            scene: DemoScene::Auto,
            cue: Cue::ShowCode,
            since: 0,
            student: 0,
            tick: 0,
        })))
    }
}

impl Director {
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows this from the next frame on.
    pub fn show(&self, scene: DemoScene) {
        self.with(|state| {
            if scene == DemoScene::Phone && state.scene != DemoScene::Auto {
                state.student += 1;
            }
            state.scene = scene;
        });
    }

    /// Follows the station: a student who is done makes room for the next.
    pub fn cue(&self, cue: Cue) {
        self.with(|state| {
            if state.cue != cue {
                if cue == Cue::ShowCode && state.scene == DemoScene::Auto {
                    state.student += 1;
                }
                state.cue = cue;
                state.since = state.tick;
            }
        });
    }

    /// Starts at another student, so that a second start of the program does not show codes that are done.
    pub fn start_at(&self, student: usize) {
        self.with(|state| state.student = student);
    }

    /// The source to open.
    pub fn opener(&self, people: &Path) -> impl Opener + use<> {
        DemoOpener { director: self.clone(), people: people.to_path_buf() }
    }
}

struct DemoOpener {
    director: Director,
    people: PathBuf,
}

impl Opener for DemoOpener {
    fn name(&self) -> String {
        "演示摄像头".to_owned()
    }

    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        if self.director.with(|state| state.scene == DemoScene::Unplugged) {
            return Err(pulled(SourceCode::NoDevice));
        }
        let booth = Booth::new(SIZE, people_in(&self.people));
        let reel = Reel::default();
        Ok(Box::new(Stage { director: self.director.clone(), booth, reel, seq: 0, due: Instant::now() }))
    }
}

fn pulled(code: SourceCode) -> SourceError {
    SourceError::new(code, "the demo's cable is pulled")
}

struct Stage {
    director: Director,
    booth: Booth,
    reel: Reel,
    seq: u64,
    due: Instant,
}

/// Frames of a scene that were drawn already. Drawing thirty a second would take a third of a core from the portrait
/// that is being made, which no real camera does.
#[derive(Default)]
struct Reel {
    scene: Option<Scene>,
    frames: Vec<Vec<u8>>,
    shown: usize,
}

impl Reel {
    /// Frames that are drawn; then they run backwards and forwards, so that nobody jumps.
    const LENGTH: usize = 30;

    fn next(&mut self, booth: &Booth, scene: Scene, tick: u64) -> Vec<u8> {
        if self.scene.as_ref() != Some(&scene) {
            *self = Self { scene: Some(scene.clone()), ..Self::default() };
        }
        let turn = 2 * (Self::LENGTH - 1);
        let at = self.shown % turn;
        self.shown += 1;
        let at = at.min(turn - at);
        if at == self.frames.len() {
            self.frames.push(booth.jpeg(&scene, tick));
        }
        numbered(&self.frames[at], tick)
    }
}

/// The same picture with its number in a comment: no two packets of a camera are the same, and the station takes two
/// that are for a frozen one.
fn numbered(jpeg: &[u8], tick: u64) -> Vec<u8> {
    // Behind SOI and the JFIF header.
    let header =
        if jpeg[2..4] == [0xff, 0xe0] { 4 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]])) } else { 2 };
    let comment = tick.to_be_bytes();
    [&jpeg[..header], &[0xff, 0xfe, 0, 10], &comment, &jpeg[header..]].concat()
}

impl FrameSource for Stage {
    fn next(&mut self, _patience: Duration) -> Result<RawFrame, SourceError> {
        let now = Instant::now();
        std::thread::sleep(self.due.saturating_duration_since(now));
        // Falls behind rather than hurrying to catch up, as a camera does.
        self.due = self.due.max(now) + Duration::from_secs(1) / FPS;
        let (scene, tick) = self.director.with(|state| {
            state.tick += 1;
            (scene_of(state), state.tick)
        });
        let scene = scene.ok_or_else(|| pulled(SourceCode::Gone))?;
        self.seq += 1;
        let packet = self.reel.next(&self.booth, scene, tick).into();
        Ok(RawFrame { seq: self.seq, at: Instant::now(), format: PixelFormat::Mjpeg, size: SIZE, packet })
    }

    fn name(&self) -> &str {
        "演示摄像头"
    }

    fn format(&self) -> StreamFormat {
        StreamFormat { pixel: PixelFormat::Mjpeg, size: SIZE, fps: FPS }
    }
}

fn people_in(folder: &Path) -> Vec<Person> {
    // Without cut-outs the booth draws its own people.
    testkit::photos::people_in(folder).unwrap_or_default()
}

/// `None` is a pulled cable.
fn scene_of(state: &State) -> Option<Scene> {
    let student = state.student;
    let seated = |pose| Some(Scene::Seated { person: student, pose });
    match state.scene {
        DemoScene::Auto => match state.cue {
            _ if state.tick - state.since < PAUSE => Some(Scene::EmptySeat),
            Cue::ShowCode => Some(Scene::phone(demo_payload(student as u64))),
            Cue::Sit => seated(Pose::default()),
        },
        DemoScene::Empty => Some(Scene::EmptySeat),
        DemoScene::Phone | DemoScene::SamePhone => Some(Scene::phone(demo_payload(student as u64))),
        DemoScene::TwoPhones => {
            Some(Scene::TwoPhones { a: demo_payload(student as u64), b: demo_payload(student as u64 + 1) })
        }
        DemoScene::Seated => seated(Pose::default()),
        DemoScene::EyesShut => seated(Pose { eyes_closed: true, ..Pose::default() }),
        DemoScene::Tilted => seated(Pose { roll_deg: 9.0, ..Pose::default() }),
        DemoScene::TwoPeople => Some(Scene::TwoPeople { a: student, b: student + 1 }),
        DemoScene::Dark => Some(Scene::Dark { person: student, light: 0.12 }),
        DemoScene::Unplugged => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reel_shows_every_frame_and_never_the_same_packet() {
        let booth = Booth::new(Size { width: 64, height: 48 }, Vec::new());
        let mut reel = Reel::default();
        let packets: Vec<Vec<u8>> = (0..100).map(|tick| reel.next(&booth, Scene::EmptySeat, tick)).collect();
        assert_eq!(reel.frames.len(), Reel::LENGTH);
        assert!(packets.windows(2).all(|pair| pair[0] != pair[1]));
        let first = image::load_from_memory(&packets[0]).unwrap();
        let again = image::load_from_memory(&packets[2 * (Reel::LENGTH - 1)]).unwrap();
        assert_eq!(first, again, "the reel starts over where it began");
        let next = reel.next(&booth, Scene::Black, 100);
        assert_ne!(image::load_from_memory(&next).unwrap(), first);
        assert_eq!(reel.frames.len(), 1);
    }
}
