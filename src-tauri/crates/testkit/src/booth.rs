//! The booth: backdrop, chair, people and phones, as the camera sees them.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{FacePoints, Size};
use image::{GrayImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::backdrop;
use crate::person::Person;
use crate::phone;
use crate::random::Random;
use crate::scene::{PhoneLook, Pose, Scene};
use crate::sprite::Sprite;

/// Ticks per second that motion is made for.
pub const TICKS_PER_SECOND: f32 = 30.0;
/// Quality of the frames' JPEG, as webcams send it.
const JPEG_QUALITY: u8 = 85;
/// Sprites that are kept: a demo shows few things at a time, and each may take megabytes.
const CACHED: usize = 12;

/// What a sprite was made from.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Phone { payload: Vec<u8>, look: PhoneLook, at: [i32; 2] },
    Person { index: usize, pose: Pose },
}

/// One thing in the picture and how far it is moved.
struct Placed {
    sprite: Arc<Sprite>,
    shift: [f32; 2],
}

/// Everything the demo camera can see, for one size of frame.
pub struct Booth {
    size: Size,
    people: Vec<Person>,
    cloth: RgbImage,
    chair: Arc<Sprite>,
    noise: Noise,
    dark_noise: Noise,
    cache: Mutex<Vec<(Key, Arc<Sprite>)>>,
}

impl Booth {
    /// A booth for frames of one size; without people, a few drawn ones come.
    pub fn new(size: Size, people: Vec<Person>) -> Self {
        let people = if people.is_empty() { (0..8).map(Person::drawn).collect() } else { people };
        Self {
            size,
            people,
            cloth: backdrop::cloth(size.width, size.height),
            chair: Arc::new(backdrop::chair(size.width, size.height)),
            noise: Noise::new(1, 1.1),
            dark_noise: Noise::new(2, 3.2),
            cache: Mutex::new(Vec::new()),
        }
    }

    /// Size of the frames.
    pub fn size(&self) -> Size {
        self.size
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// What the camera sees. Ticks count frames: motion and noise follow from them alone.
    pub fn frame(&self, scene: &Scene, tick: u64) -> RgbImage {
        let mut frame = match scene {
            Scene::Black => RgbImage::new(self.size.width, self.size.height),
            _ => self.cloth.clone(),
        };
        for placed in self.placed(scene, tick) {
            placed.sprite.draw(&mut frame, placed.shift);
        }
        match scene {
            Scene::Dark { light, .. } => {
                darken(&mut frame, *light);
                self.dark_noise.add(&mut frame, tick);
            }
            _ => self.noise.add(&mut frame, tick),
        }
        frame
    }

    /// The same as one JPEG, as a webcam sends it.
    pub fn jpeg(&self, scene: &Scene, tick: u64) -> Vec<u8> {
        to_jpeg(&self.frame(scene, tick))
    }

    /// The exact matte of the people in [`Booth::frame`] of the same scene and tick.
    pub fn alpha(&self, scene: &Scene, tick: u64) -> GrayImage {
        let mut matte = GrayImage::new(self.size.width, self.size.height);
        if matches!(scene, Scene::Seated { .. } | Scene::TwoPeople { .. } | Scene::Dark { .. }) {
            for placed in self.placed(scene, tick) {
                placed.sprite.draw_alpha(&mut matte, placed.shift);
            }
        }
        matte
    }

    /// The true points of the one face in [`Booth::frame`], if there is one and it is known exactly.
    pub fn truth(&self, scene: &Scene, tick: u64) -> Option<FacePoints> {
        let (person, pose) = match scene {
            Scene::Seated { person, pose } => (*person, *pose),
            Scene::Dark { person, .. } => (*person, Pose::default()),
            _ => return None,
        };
        let index = person % self.people.len();
        let mut face = self.people[index].truth(&settled(&pose), self.size)?;
        let [dx, dy] = self.person_shift(index, &pose, tick).map(f64::from);
        for point in [&mut face.eye_left, &mut face.eye_right, &mut face.chin] {
            *point = [point[0] + dx, point[1] + dy];
        }
        face.cheek_left += dx;
        face.cheek_right += dx;
        face.head_top += dy;
        Some(face)
    }

    fn placed(&self, scene: &Scene, tick: u64) -> Vec<Placed> {
        let chair = || Placed { sprite: Arc::clone(&self.chair), shift: [0.0, 0.0] };
        match scene {
            Scene::Black => Vec::new(),
            Scene::EmptySeat => vec![chair()],
            Scene::Phone { payload, look } => vec![chair(), self.phone(payload, look, [0, 4], tick)],
            Scene::TwoPhones { a, b } => {
                let look = PhoneLook { scale: 0.82, tilt_deg: 2.0, ..PhoneLook::default() };
                let other = PhoneLook { tilt_deg: -4.0, ..look };
                vec![
                    chair(),
                    self.phone(a, &look, [-230, 20], tick),
                    self.phone(b, &other, [230, 0], tick + 40),
                ]
            }
            Scene::Seated { person, pose } => vec![self.person(*person, pose, tick)],
            Scene::Dark { person, .. } => vec![self.person(*person, &Pose::default(), tick)],
            Scene::TwoPeople { a, b } => {
                let beside = |dx| Pose { dx, dy: 30.0, scale: 0.86, ..Pose::default() };
                vec![self.person(*a, &beside(-260.0), tick), self.person(*b, &beside(260.0), tick + 25)]
            }
        }
    }

    fn phone(&self, payload: &[u8], look: &PhoneLook, at: [i32; 2], tick: u64) -> Placed {
        let key = Key::Phone { payload: payload.to_vec(), look: *look, at };
        let sprite = self.cached(key, || {
            phone::sprite(self.size.width, self.size.height, payload, look, at.map(|v| v as f32))
        });
        Placed { sprite, shift: self.sway(tick, 3, 2.2) }
    }

    fn person(&self, person: usize, pose: &Pose, tick: u64) -> Placed {
        let index = person % self.people.len();
        let settled = settled(pose);
        let key = Key::Person { index, pose: settled };
        let sprite = self.cached(key, || self.people[index].sprite(&settled, self.size));
        Placed { sprite, shift: self.person_shift(index, pose, tick) }
    }

    fn person_shift(&self, index: usize, pose: &Pose, tick: u64) -> [f32; 2] {
        let k = self.size.height as f32 / 720.0;
        let sway = self.sway(tick, 10 + index as u64, 1.2);
        [sway[0] + pose.dx * k, sway[1] * 0.6 + pose.dy * k]
    }

    /// Slow, small, never repeating motion: nobody sits or holds a phone quite still.
    fn sway(&self, tick: u64, who: u64, size: f32) -> [f32; 2] {
        let t = tick as f32 / TICKS_PER_SECOND;
        let k = size * self.size.height as f32 / 720.0;
        let phase = who as f32 * 1.7;
        let x = (t * 1.9 + phase).sin() * 0.7 + (t * 3.7 + phase * 2.0).sin() * 0.3;
        let y = (t * 1.3 + phase).cos() * 0.7 + (t * 4.3 + phase).sin() * 0.3;
        [x * k, y * k]
    }

    fn cached(&self, key: Key, make: impl FnOnce() -> Sprite) -> Arc<Sprite> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(i) = cache.iter().position(|(k, _)| *k == key) {
            let hit = cache.remove(i);
            cache.push(hit);
        } else {
            if cache.len() >= CACHED {
                cache.remove(0);
            }
            cache.push((key, Arc::new(make())));
        }
        Arc::clone(&cache[cache.len() - 1].1)
    }
}

/// The part of a pose that changes the drawing, in steps too small to see, so that a slow change does not draw the
/// person anew for every frame.
fn settled(pose: &Pose) -> Pose {
    let step = |v: f32, steps: f32| (v * steps).round() / steps;
    Pose {
        dx: 0.0,
        dy: 0.0,
        scale: step(pose.scale, 100.0).clamp(0.1, 4.0),
        roll_deg: step(pose.roll_deg, 4.0),
        eyes_closed: pose.eyes_closed,
        smile: step(pose.smile, 10.0),
        mouth_open: step(pose.mouth_open, 10.0),
    }
}

/// A frame as one JPEG of the quality webcams send.
pub fn to_jpeg(frame: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(200_000);
    let mut encoder = Encoder::new(&mut bytes, JPEG_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let (width, height) = (frame.width() as u16, frame.height() as u16);
    encoder
        .encode(frame.as_raw(), width, height, ColorType::Rgb)
        .expect("writing to memory cannot fail, and a booth's frames fit a JPEG");
    bytes
}

fn darken(frame: &mut RgbImage, light: f32) {
    let light = light.clamp(0.0, 1.0);
    let table: Vec<u8> = (0..=255u8).map(|v| (f32::from(v) * light) as u8).collect();
    frame.as_flat_samples_mut().samples.iter_mut().for_each(|v| *v = table[usize::from(*v)]);
}

/// Sensor noise, made once and laid over each frame from another place.
struct Noise {
    up: Vec<u8>,
    down: Vec<u8>,
}

impl Noise {
    const PIXELS: usize = 1 << 18;

    fn new(seed: u64, sigma: f32) -> Self {
        let mut random = Random::new(seed);
        // The sum of four even numbers is bell-shaped enough.
        let mut bell = || (0..4).map(|_| random.unit() - 0.5).sum::<f32>() * 1.73;
        let (mut up, mut down) = (Vec::new(), Vec::new());
        for _ in 0..Self::PIXELS {
            let grey = bell() * 0.9;
            for _ in 0..3 {
                let value = ((grey + bell() * 0.45) * sigma).round();
                up.push(value.max(0.0) as u8);
                down.push((-value).max(0.0) as u8);
            }
        }
        Self { up, down }
    }

    fn add(&self, frame: &mut RgbImage, tick: u64) {
        let mut random = Random::new(tick);
        let row = frame.width() as usize * 3;
        for line in frame.as_flat_samples_mut().samples.chunks_mut(row.max(1)) {
            let start = random.below(Self::PIXELS.saturating_sub(row / 3).max(1)) * 3;
            let noise = self.up[start..].iter().zip(&self.down[start..]);
            for (value, (up, down)) in line.iter_mut().zip(noise) {
                *value = value.saturating_add(*up).saturating_sub(*down);
            }
        }
    }
}

#[cfg(test)]
#[path = "booth_tests.rs"]
mod tests;
