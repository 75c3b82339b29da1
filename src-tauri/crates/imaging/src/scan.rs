//! 扫码: reads the QR code on a phone held into the camera.
//!
//! One pass of zxing-cpp reads about nine of ten frames in two milliseconds, light on dark and mirrored codes
//! included. What it misses is mostly a screen that outshines the room, small modules or a shaking hand; each of
//! these has a retry that repairs just that (see [`plan`]). A retry is a change of the picture that is shown to the
//! reader, never of what it says: a code is only ever what passed its own error correction.

mod enhance;
mod locate;
mod plan;
mod readers;
mod stack;
mod why;

use std::time::{Duration, Instant};

use image::GrayImage;

pub use why::Unreadable;

use enhance::Workshop;
use locate::Place;
use plan::Retry;
use readers::Reading;
use stack::{Join, Stack};

/// One code as it was read.
#[derive(Clone, PartialEq)]
pub struct SeenCode {
    /// The payload, byte for byte.
    pub payload: Vec<u8>,
    /// Corners in pixels of the frame, in the code's own order: top left, top right, bottom right, bottom left.
    pub corners: [[f32; 2]; 4],
}

impl std::fmt::Debug for SeenCode {
    /// The payload is personal data and stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SeenCode({} bytes at {:?})", self.payload.len(), self.corners)
    }
}

/// What a frame held.
#[derive(Debug, Clone, PartialEq)]
pub enum ScanOutcome {
    /// Distinct payloads, at least one. More than one means two phones: whoever asked must not choose.
    Codes(Vec<SeenCode>),
    /// A code is there and cannot be read.
    Unreadable {
        /// What to change.
        why: Unreadable,
        /// Left, top, right, bottom in pixels of the frame.
        place: [f32; 4],
    },
    /// No code.
    Nothing,
}

/// Reads frame after frame; keeps its buffers, where a code was last, and whose turn it is among the retries.
pub struct Scanner {
    workshop: Workshop,
    /// Where the last code was, and how many frames ago.
    last_seen: Option<(Place, u32)>,
    turn: usize,
    /// The last views of the place where a code seems to be.
    stack: Stack,
    /// Time that a join with its reading took for a million pixels, in seconds.
    join_cost: f64,
    /// Time that each retry took for a million pixels when it last ran, in seconds.
    cost: [f64; Retry::ALL.len()],
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

/// Frames for which the place of the last code is worth all retries: a phone that was read a second ago is
/// probably still there, moved or tilted.
const REMEMBERED_FRAMES: u32 = 15;

/// How much longer than the last time a retry may take: its time depends on what is in the picture.
const CAUTION: f64 = 1.7;

impl Scanner {
    /// A scanner that has seen nothing yet.
    pub fn new() -> Self {
        Self {
            workshop: Workshop::default(),
            last_seen: None,
            turn: 0,
            stack: Stack::default(),
            join_cost: 0.03,
            cost: Retry::ALL.map(Retry::first_guess_of_cost),
        }
    }

    /// For the live picture: one plain pass over the whole frame; where nothing was found, one retry, another one
    /// with each frame, and all of them only while something looks like a code. What no single frame shows is looked for
    /// in the last few joined. Ends before `deadline` has passed since the call, as far as earlier runs foretell it.
    pub fn read(&mut self, luma: &GrayImage, deadline: Duration) -> ScanOutcome {
        self.scan(luma, deadline, false)
    }

    /// For a single picture: every retry that fits into `deadline`; 60 ms and more are worth giving.
    pub fn read_thorough(&mut self, luma: &GrayImage, deadline: Duration) -> ScanOutcome {
        self.scan(luma, deadline, true)
    }

    fn scan(&mut self, luma: &GrayImage, deadline: Duration, thorough: bool) -> ScanOutcome {
        let start = Instant::now();
        let first = readers::zxing(luma, readers::Threshold::LocalAverage);
        if !first.codes.is_empty() {
            return self.found(luma, first);
        }
        self.last_seen =
            self.last_seen.and_then(|(place, age)| (age < REMEMBERED_FRAMES).then_some((place, age + 1)));
        let mut suspects = first.suspects;
        let evidence = suspects.first().copied().or(self.last_seen.map(|(place, _)| place));
        if !thorough && let Some(reading) = self.joined(luma, evidence, start, deadline) {
            return self.found(luma, reading);
        }
        let all = thorough || evidence.is_some();
        let wants_place = all || Retry::ALL[self.turn % Retry::ALL.len()].looks_at_place();
        let place = evidence.or_else(|| if wants_place { locate::densest(luma) } else { None });
        let place = place.map(|place| place.with_margin_in(luma));
        let tries = if all { Retry::ALL.len() } else { 1 };
        for step in 0..tries {
            let number = if all { step } else { self.turn % Retry::ALL.len() };
            self.turn = self.turn.wrapping_add(usize::from(!all));
            let retry = Retry::ALL[number];
            let Some(pixels) = retry.pixels(luma, place) else {
                continue;
            };
            let left = deadline.saturating_sub(start.elapsed()).as_secs_f64();
            if self.cost[number] * pixels * CAUTION > left {
                continue;
            }
            let begun = Instant::now();
            let reading = retry.run(luma, place, &mut self.workshop);
            self.cost[number] = begun.elapsed().as_secs_f64() / pixels;
            if !reading.codes.is_empty() {
                return self.found(luma, reading);
            }
            suspects.extend(reading.suspects);
        }
        match suspects.into_iter().max_by(|a, b| a.area().total_cmp(&b.area())) {
            Some(place) => ScanOutcome::Unreadable { why: why::judge(luma, place), place: place.0 },
            None => ScanOutcome::Nothing,
        }
    }

    /// Adds this frame to the last ones and reads what they show together; `None` if that is nothing.
    ///
    /// Before the retries: where a code is seen again and again and cannot be read, this pays more than any of them.
    fn joined(
        &mut self,
        luma: &GrayImage,
        evidence: Option<Place>,
        start: Instant,
        deadline: Duration,
    ) -> Option<Reading> {
        // Without a sign of a code, the liveliest part of the picture is worth a view: a code may be drowned in noise.
        let place =
            evidence.or_else(|| if self.turn.is_multiple_of(2) { locate::densest(luma) } else { None });
        self.stack.add(luma, place);
        let left = deadline.saturating_sub(start.elapsed()).as_secs_f64();
        if !self.stack.is_ready() || self.join_cost * self.stack.pixels() * CAUTION > left / 2.0 {
            return None;
        }
        // While nothing looks like a code, most of the day, a look now and then is enough.
        const SELDOM: usize = 4;
        let step = match evidence {
            Some(_) => {
                self.turn = self.turn.wrapping_add(1);
                self.turn
            }
            None if self.turn.is_multiple_of(SELDOM) => self.turn / SELDOM,
            None => return None,
        };
        let begun = Instant::now();
        let pixels = self.stack.pixels();
        let how = if step.is_multiple_of(2) { Join::Mean } else { Join::Darkest };
        let (picture, origin) = self.stack.join(how)?;
        let reading = readers::zxing(picture, readers::Threshold::LocalAverage).moved(origin);
        self.join_cost = begun.elapsed().as_secs_f64() / pixels.max(1e-3);
        (!reading.codes.is_empty()).then_some(reading)
    }

    fn found(&mut self, luma: &GrayImage, reading: Reading) -> ScanOutcome {
        self.stack.clear();
        let mut codes: Vec<SeenCode> = Vec::new();
        for code in reading.codes {
            if !codes.iter().any(|known| known.payload == code.payload) {
                codes.push(code);
            }
        }
        self.last_seen = codes.first().map(|code| (Place::around(&code.corners).with_margin_in(luma), 0));
        ScanOutcome::Codes(codes)
    }
}
