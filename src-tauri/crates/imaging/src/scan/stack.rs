//! Several exposures of the same code joined into one picture.
//!
//! A phone that is held to the camera stays about where it is for some seconds, while noise, glare and moiré change from
//! frame to frame. What one frame hides the next one shows: the last few views of one place are moved onto each other
//! and joined by their mean, which takes the noise away, or by the darkest of each pixel, which takes away light that
//! wanders over the glass. What comes out is only ever a picture to be read: a code is what passes its own error
//! correction, and views of two different phones do not add up to a code.

use std::collections::VecDeque;

use image::GrayImage;

use super::locate::Place;

/// How views are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Noise and moiré.
    Mean,
    /// Glare that wanders: the darkest of each pixel.
    Darkest,
}

/// The last views of one place.
#[derive(Default)]
pub(super) struct Stack {
    place: Option<Place>,
    views: VecDeque<GrayImage>,
    joined: GrayImage,
    /// Frames since anything pointed to the place.
    age: u32,
    /// Frames since finder patterns, or a code that was read, pointed to it; `None` if nothing but liveliness did.
    suspected: Option<u32>,
}

/// More views would smear a hand that moves, and cost time.
const MOST: usize = 5;
/// A place that nothing has pointed to for so many frames is given up.
const STALE: u32 = 12;
/// Most that two pixels may differ by when views are moved onto each other.
const MOST_STEP: u8 = 60;
/// A hand moves a phone less than this between two looks, in pixels.
const REACH: i32 = 14;

impl Stack {
    /// The code was read, or the picture is another.
    pub(super) fn clear(&mut self) {
        self.place = None;
        self.suspected = None;
        self.views.clear();
    }

    /// Adds a view of the place where a code seems to be. A place that has moved on begins anew; a frame that points
    /// nowhere adds a view of the last place. `sure` tells a place with signs of a code from one that is only lively,
    /// which never takes a suspected place away.
    pub(super) fn add(&mut self, luma: &GrayImage, seen: Option<Place>, sure: bool) {
        self.suspected = self.suspected.map(|age| age + 1).filter(|age| *age <= STALE);
        let seen = seen.filter(|_| sure || self.suspected.is_none());
        self.age = if seen.is_some() { 0 } else { self.age + 1 };
        let keeps = |place: &Place| seen.is_none_or(|seen| place.holds_most_of(&seen)) && self.age <= STALE;
        if !self.place.as_ref().is_some_and(keeps) {
            self.clear();
            self.place = seen.map(|place| place.with_margin_in(luma));
        }
        if sure && seen.is_some() {
            self.suspected = Some(0);
        }
        let Some(place) = self.place else { return };
        let view = cut(luma, place);
        if view.width() < 48 || view.height() < 48 {
            return self.clear();
        }
        if self.views.back().is_some_and(|last| last.dimensions() != view.dimensions()) {
            self.views.clear();
        }
        if self.views.len() == MOST {
            self.views.pop_front();
        }
        self.views.push_back(view);
    }

    /// Whether a code was seen or suspected there a moment ago.
    pub(super) fn is_suspected(&self) -> bool {
        self.suspected.is_some()
    }

    /// Whether there is something to join.
    pub(super) fn is_ready(&self) -> bool {
        self.views.len() >= 2
    }

    /// Millions of pixels that a join works on.
    pub(super) fn pixels(&self) -> f64 {
        self.views.iter().map(|v| f64::from(v.width()) * f64::from(v.height())).sum::<f64>() / 1e6
    }

    /// The views joined, and where their corner lies in the frame.
    pub(super) fn join(&mut self, how: Join) -> Option<(&GrayImage, [f32; 2])> {
        let place = self.place?;
        let (newest, earlier) = self.views.make_contiguous().split_last()?;
        let (w, h) = (newest.width() as usize, newest.height() as usize);
        let mut sums: Vec<u16> = newest.iter().map(|v| u16::from(*v)).collect();
        for view in earlier {
            let (dx, dy) = shift(newest, view);
            for y in 0..h {
                let from_y = (y as i32 + dy).clamp(0, h as i32 - 1) as usize;
                let row = &view.as_raw()[from_y * w..(from_y + 1) * w];
                for x in 0..w {
                    let from_x = (x as i32 + dx).clamp(0, w as i32 - 1) as usize;
                    let (sum, value) = (&mut sums[y * w + x], u16::from(row[from_x]));
                    *sum = match how {
                        Join::Mean => *sum + value,
                        Join::Darkest => (*sum).min(value),
                    };
                }
            }
        }
        let parts = if how == Join::Mean { earlier.len() as u16 + 1 } else { 1 };
        let pixels = sums.into_iter().map(|sum| (sum / parts) as u8).collect();
        self.joined = GrayImage::from_raw(newest.width(), newest.height(), pixels)?;
        Some((&self.joined, place.origin()))
    }
}

fn cut(luma: &GrayImage, place: Place) -> GrayImage {
    let [x0, y0, x1, y1] = place.0.map(|v| v as u32);
    image::imageops::crop_imm(luma, x0, y0, x1 - x0, y1 - y0).to_image()
}

/// How far `view` is moved against `fixed`, in pixels: first on every fourth pixel of a coarser picture, then exactly.
fn shift(fixed: &GrayImage, view: &GrayImage) -> (i32, i32) {
    const COARSE: usize = 4;
    let (a, b) = (shrunk(fixed, COARSE), shrunk(view, COARSE));
    let reach = REACH / COARSE as i32 + 1;
    let (dx, dy) = best(&a, &b, (0, 0), reach, 1);
    best(fixed, view, (dx * COARSE as i32, dy * COARSE as i32), COARSE as i32 - 1, 7)
}

/// The shift around `from` at which the pictures differ least, on every `step`th pixel of a row, other ones in the next:
/// a grid would fall into step with the modules.
fn best(fixed: &GrayImage, view: &GrayImage, from: (i32, i32), reach: i32, step: usize) -> (i32, i32) {
    let (w, h) = (fixed.width() as i32, fixed.height() as i32);
    let difference = |dx: i32, dy: i32| {
        let (mut sum, mut count) = (0u64, 0u64);
        let range = |d: i32, side: i32| (0.max(-d))..(side.min(side - d));
        for y in range(dy, h) {
            let fixed_row = &fixed.as_raw()[(y * w) as usize..];
            let view_row = &view.as_raw()[((y + dy) * w) as usize..];
            for x in range(dx, w).skip(y as usize * 2 % step).step_by(step) {
                // Glare that lies elsewhere must not outweigh the modules.
                sum += u64::from(fixed_row[x as usize].abs_diff(view_row[(x + dx) as usize]).min(MOST_STEP));
                count += 1;
            }
        }
        // Little overlap proves nothing.
        (sum * 1000).checked_div(count).unwrap_or(u64::MAX)
    };
    let mut found = (u64::MAX, from);
    for dy in from.1 - reach..=from.1 + reach {
        for dx in from.0 - reach..=from.0 + reach {
            let value = (difference(dx, dy), (dx, dy));
            found = found.min(value);
        }
    }
    found.1
}

/// Means of squares.
fn shrunk(picture: &GrayImage, by: usize) -> GrayImage {
    let (w, h) = (picture.width() as usize / by, picture.height() as usize / by);
    GrayImage::from_fn(w as u32, h as u32, |x, y| {
        let mut sum = 0u32;
        for v in 0..by {
            let at = (y as usize * by + v) * picture.width() as usize + x as usize * by;
            sum += picture.as_raw()[at..at + by].iter().map(|p| u32::from(*p)).sum::<u32>();
        }
        image::Luma([(sum / (by * by) as u32) as u8])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Blocks in no order, 6 px wide, with the corner of the pattern at (dx, dy).
    fn pattern(dx: i32, dy: i32, noise: u32) -> GrayImage {
        let mut state = noise.wrapping_mul(7919) + 1;
        GrayImage::from_fn(240, 240, |x, y| {
            let (u, v) = ((x as i32 - dx).div_euclid(6), (y as i32 - dy).div_euclid(6));
            let inside = (4..36).contains(&u) && (4..36).contains(&v);
            let dark = inside && (u * 7919 + v * 104_729 + u * v).rem_euclid(7) < 3;
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = if noise == 0 { 0 } else { (state >> 16) as i32 % 121 - 60 };
            Luma([(if dark { 60 } else { 190 } + grain).clamp(0, 255) as u8])
        })
    }

    #[test]
    fn views_are_moved_onto_each_other() {
        let fixed = pattern(0, 0, 0);
        for (dx, dy) in [(0, 0), (5, -3), (-11, 8), (13, 13)] {
            assert_eq!(shift(&fixed, &pattern(dx, dy, 3)), (dx, dy));
        }
    }

    #[test]
    fn the_mean_of_moved_views_has_less_noise_than_any() {
        let mut stack = Stack::default();
        let clean = pattern(-3, 3, 0);
        let place = Place([60.0, 60.0, 180.0, 180.0]);
        for (i, (dx, dy)) in [(0, 0), (4, 2), (-6, 5), (2, -4), (-3, 3)].into_iter().enumerate() {
            stack.add(&pattern(dx, dy, i as u32 + 1), Some(place), true);
        }
        assert!(stack.is_ready());
        let (joined, origin) = stack.join(Join::Mean).unwrap();
        let error = |x: u32, y: u32, value: u8| {
            let at = clean.get_pixel(x + origin[0] as u32, y + origin[1] as u32).0[0];
            f64::from(at.abs_diff(value))
        };
        let middle = |p: &GrayImage| {
            let (w, h) = p.dimensions();
            let sum: f64 = (h / 4..h * 3 / 4)
                .flat_map(|y| (w / 4..w * 3 / 4).map(move |x| (x, y)))
                .map(|(x, y)| error(x, y, p.get_pixel(x, y).0[0]))
                .sum();
            sum / f64::from(w / 2 * (h / 2))
        };
        let one = cut(&pattern(-3, 3, 5), place.with_margin_in(&clean));
        assert!(middle(joined) < 0.62 * middle(&one), "{} {}", middle(joined), middle(&one));
    }

    #[test]
    fn another_place_and_a_long_silence_begin_anew() {
        let mut stack = Stack::default();
        let frame = GrayImage::new(800, 600);
        stack.add(&frame, Some(Place([100.0, 100.0, 250.0, 250.0])), true);
        stack.add(&frame, None, false);
        // What is only lively takes nothing away from what is suspected.
        stack.add(&frame, Some(Place([600.0, 300.0, 700.0, 400.0])), false);
        assert!(stack.is_ready());
        stack.add(&frame, Some(Place([500.0, 300.0, 650.0, 450.0])), true);
        assert!(!stack.is_ready());
        for _ in 0..=STALE {
            stack.add(&frame, None, false);
        }
        assert!(!stack.is_ready() && stack.join(Join::Mean).is_none());
    }
}
