//! The backdrop replaced by the standard's colour, without a fringe of the old one.
//!
//! A pixel of hair's edge is `I = α·F + (1−α)·B`: person F before backdrop B. B is filled in from where only backdrop
//! is seen, what it contributes is taken away, and the wanted colour T takes its place:
//! `clip(I − (1−α)·B, 0, 255·α) + (1−α)·T`. Where α is 1 the pixel stays as it is, where α is 0 it is exactly T.

use domain::spec::{BackgroundMode, BackgroundRule};
use image::{Rgb, RgbImage};
use serde::Serialize;

use crate::resample::Plane;

/// Alpha up to which a pixel shows nothing but backdrop.
const BACKDROP: f32 = 0.02;
/// So far from the person, in pixels, the matte's word is taken that there is only backdrop.
const DISTANCE: usize = 5;

/// Puts the person before the rule's colour; with [`BackgroundMode::Keep`] gives the picture back unchanged.
///
/// `picture`, `alpha` and `backdrop` show the same piece.
pub fn recolor(picture: &RgbImage, alpha: &Plane, backdrop: &Backdrop, rule: &BackgroundRule) -> RgbImage {
    if rule.mode == BackgroundMode::Keep {
        return picture.clone();
    }
    over(picture, alpha, backdrop, rule.colour)
}

/// Puts the person before a colour, taking away what the known backdrop shines through.
pub fn over(picture: &RgbImage, alpha: &Plane, backdrop: &Backdrop, colour: [u8; 3]) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (pixel, a) = (picture.get_pixel(x, y), alpha.at(x as usize, y as usize));
        if a >= 1.0 {
            return *pixel;
        }
        if a <= 0.0 {
            return Rgb(colour);
        }
        let behind = backdrop.at(x as usize, y as usize);
        Rgb(std::array::from_fn(|c| {
            let person = (f32::from(pixel.0[c]) - (1.0 - a) * behind[c]).clamp(0.0, 255.0 * a);
            (person + (1.0 - a) * f32::from(colour[c])).round().clamp(0.0, 255.0) as u8
        }))
    })
}

/// How the colours behind the person came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From the plate, its light brought to that of the frame.
    Plate,
    /// From what is seen beside the person: no plate was given, or it shows another scene.
    Seen,
}

/// What is behind the person, at half the picture's resolution.
#[derive(Debug, Clone)]
pub struct Backdrop {
    /// How it came to be known.
    pub source: Source,
    width: usize,
    height: usize,
    colours: Vec<[f32; 3]>,
}

impl Backdrop {
    /// From the plate where it agrees with what is seen beside the person, else from what is seen there.
    pub fn estimate(picture: &RgbImage, alpha: &Plane, plate: Option<&RgbImage>) -> Self {
        let seen = Level::of_backdrop(picture, alpha);
        let (source, filled) = match plate.and_then(|plate| seen.corrected_plate(plate)) {
            Some(plate) => (Source::Plate, plate),
            None => (Source::Seen, seen.filled()),
        };
        Self { source, width: filled.width, height: filled.height, colours: filled.colours }
    }

    fn of(level: Level) -> Self {
        Self { source: Source::Seen, width: level.width, height: level.height, colours: level.colours }
    }

    /// Colour behind a pixel of the picture, 0–255.
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        // Full-resolution pixel centres between the centres of the half-resolution ones.
        let place = |v: usize, side: usize| {
            let at = (v as f32 / 2.0 - 0.25).clamp(0.0, (side - 1) as f32);
            let low = at as usize;
            (low, (low + 1).min(side - 1), at - low as f32)
        };
        let (x0, x1, fx) = place(x, self.width);
        let (y0, y1, fy) = place(y, self.height);
        let colour = |x: usize, y: usize| self.colours[y * self.width + x];
        let (a, b, c, d) = (colour(x0, y0), colour(x1, y0), colour(x0, y1), colour(x1, y1));
        std::array::from_fn(|i| {
            let top = a[i] + (b[i] - a[i]) * fx;
            let bottom = c[i] + (d[i] - c[i]) * fx;
            top + (bottom - top) * fy
        })
    }
}

/// Colours known in some places: one level of the pull-push pyramid.
#[derive(Debug, Clone)]
struct Level {
    width: usize,
    height: usize,
    colours: Vec<[f32; 3]>,
    /// 0 unknown to 1 known.
    weights: Vec<f32>,
}

impl Level {
    /// The backdrop that is seen, at half resolution.
    fn of_backdrop(picture: &RgbImage, alpha: &Plane) -> Self {
        let (w, h) = (alpha.width, alpha.height);
        let known: Vec<f32> =
            far_from_person(alpha).into_iter().map(|far| if far { 1.0 } else { 0.0 }).collect();
        let colours = picture.pixels().map(|p| p.0.map(f32::from)).collect();
        Self { width: w, height: h, colours, weights: known }.halved()
    }

    /// Half the size: the weighted mean of four.
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut colours = Vec::with_capacity(width * height);
        let mut weights = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut weight) = ([0.0f32; 3], 0.0f32);
                for ny in 2 * y..(2 * y + 2).min(self.height) {
                    for nx in 2 * x..(2 * x + 2).min(self.width) {
                        let at = ny * self.width + nx;
                        let w = self.weights[at];
                        for (s, c) in sum.iter_mut().zip(self.colours[at]) {
                            *s += w * c;
                        }
                        weight += w;
                    }
                }
                colours.push(if weight > 0.0 { sum.map(|s| s / weight) } else { [0.0; 3] });
                // One known pixel of four is enough to know the colour here.
                weights.push(weight.min(1.0));
            }
        }
        Self { width, height, colours, weights }
    }

    /// Pull-push: what is unknown takes the colour of ever wider surroundings, and is then smoothed until it runs on
    /// from what is known beside it.
    fn filled(mut self) -> Self {
        if self.weights.iter().all(|&w| w >= 1.0) || (self.width == 1 && self.height == 1) {
            return self;
        }
        let coarse = self.halved().filled();
        let backdrop = Backdrop::of(coarse);
        let mut unknown = Vec::new();
        for at in 0..self.colours.len() {
            let weight = self.weights[at];
            if weight < 1.0 {
                let wide = backdrop.at(at % self.width, at / self.width);
                for (c, w) in self.colours[at].iter_mut().zip(wide) {
                    *c = *c * weight + w * (1.0 - weight);
                }
                unknown.push(at);
            }
        }
        self.relax(&unknown);
        self.weights.fill(1.0);
        self
    }

    /// Moves unknown colours towards the mean of their neighbours (Gauss-Seidel on Laplace's equation).
    fn relax(&mut self, unknown: &[usize]) {
        /// Enough for what the coarser levels left; more is not seen.
        const ROUNDS: usize = 8;
        let (w, h) = (self.width, self.height);
        for round in 0..2 * ROUNDS {
            // To and fro, so that colours do not creep in one direction.
            let mut settle = |at: usize| {
                let (x, y) = (at % w, at / w);
                let around = [
                    (x > 0, at.wrapping_sub(1)),
                    (x + 1 < w, at + 1),
                    (y > 0, at.wrapping_sub(w)),
                    (y + 1 < h, at + w),
                ];
                let (mut sum, mut count) = ([0.0f32; 3], 0.0f32);
                for (_, next) in around.into_iter().filter(|(there, _)| *there) {
                    for (s, c) in sum.iter_mut().zip(self.colours[next]) {
                        *s += c;
                    }
                    count += 1.0;
                }
                let free = 1.0 - self.weights[at];
                for (c, s) in self.colours[at].iter_mut().zip(sum) {
                    *c += (s / count.max(1.0) - *c) * free;
                }
            };
            if round % 2 == 0 {
                unknown.iter().for_each(|&at| settle(at))
            } else {
                unknown.iter().rev().for_each(|&at| settle(at))
            }
        }
    }

    /// The plate with its colours brought to those that are seen beside the person, the difference spread smoothly;
    /// `None` if it does not show the same scene.
    fn corrected_plate(&self, plate: &RgbImage) -> Option<Self> {
        /// Mean difference, after correction, of a plate that shows the same backdrop.
        const SAME_SCENE: f32 = 6.0;
        let all = vec![1.0; (plate.width() * plate.height()) as usize];
        let colours = plate.pixels().map(|p| p.0.map(f32::from)).collect();
        let (width, height) = (plate.width() as usize, plate.height() as usize);
        let plate = Self { width, height, colours, weights: all }.halved();
        if (plate.width, plate.height) != (self.width, self.height) {
            return None;
        }
        let mut difference = self.clone();
        for (d, p) in difference.colours.iter_mut().zip(&plate.colours) {
            for (d, p) in d.iter_mut().zip(p) {
                *d -= p;
            }
        }
        // Only the wide differences are light; the fine ones are noise or another scene.
        let mut wide = difference.clone();
        let mut levels = Vec::new();
        while wide.width > 12 {
            levels.push((wide.width, wide.height));
            wide = wide.halved();
        }
        let mut smooth = wide.filled();
        for (width, height) in levels.into_iter().rev() {
            let coarse = Backdrop::of(smooth);
            let colours = (0..width * height).map(|i| coarse.at(i % width, i / width)).collect();
            smooth = Self { width, height, colours, weights: vec![1.0; width * height] };
        }
        let (mut error, mut weight) = (0.0f32, 0.0f32);
        for ((d, s), &w) in difference.colours.iter().zip(&smooth.colours).zip(&self.weights) {
            error += w * d.iter().zip(s).map(|(d, s)| (d - s).abs()).sum::<f32>() / 3.0;
            weight += w;
        }
        if weight == 0.0 || error / weight > SAME_SCENE {
            return None;
        }
        for (s, p) in smooth.colours.iter_mut().zip(&plate.colours) {
            for (s, p) in s.iter_mut().zip(p) {
                *s = (*s + p).clamp(0.0, 255.0);
            }
        }
        Some(smooth)
    }
}

/// Which pixels are backdrop and at least 5 pixels from anything else.
pub fn far_from_person(alpha: &Plane) -> Vec<bool> {
    let (w, h) = (alpha.width, alpha.height);
    let bare: Vec<bool> = alpha.values.iter().map(|&a| a < BACKDROP).collect();
    let rows: Vec<bool> = (0..w * h).map(|i| window(i % w, w).all(|x| bare[i / w * w + x])).collect();
    (0..w * h).map(|i| window(i / w, h).all(|y| rows[y * w + i % w])).collect()
}

fn window(at: usize, side: usize) -> impl Iterator<Item = usize> {
    at.saturating_sub(DISTANCE)..=(at + DISTANCE).min(side - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: BackgroundRule = BackgroundRule {
        mode: BackgroundMode::Replace,
        colour: [100, 197, 255],
        also_allowed: Vec::new(),
        tolerance: 2,
    };

    /// A person of one colour (right half) before a backdrop that darkens downwards, with a soft edge 8 px wide.
    fn scene() -> (RgbImage, Plane, [f32; 3]) {
        let (w, h) = (80usize, 60usize);
        let person = [60.0, 30.0, 20.0];
        let soft = |x: usize| ((x as f32 - 36.0) / 8.0).clamp(0.0, 1.0);
        let alpha = Plane { width: w, height: h, values: (0..w * h).map(|i| soft(i % w)).collect() };
        let picture = RgbImage::from_fn(80, 60, |x, y| {
            let (a, b) = (soft(x as usize), [230.0 - y as f32 / 4.0, 220.0 - y as f32 / 4.0, 200.0]);
            Rgb(std::array::from_fn(|c| (person[c] * a + b[c] * (1.0 - a)).round() as u8))
        });
        (picture, alpha, person)
    }

    #[test]
    fn the_person_is_untouched_and_the_backdrop_is_exactly_the_colour() {
        let (picture, alpha, _) = scene();
        let out = recolor(&picture, &alpha, &Backdrop::estimate(&picture, &alpha, None), &RULE);
        for (x, y, p) in out.enumerate_pixels() {
            match alpha.at(x as usize, y as usize) {
                1.0 => assert_eq!(p, picture.get_pixel(x, y)),
                0.0 => assert_eq!(p.0, RULE.colour),
                _ => {}
            }
        }
    }

    #[test]
    fn the_old_backdrop_is_gone_from_the_edge() {
        let (picture, alpha, person) = scene();
        let out = recolor(&picture, &alpha, &Backdrop::estimate(&picture, &alpha, None), &RULE);
        for (x, y, p) in out.enumerate_pixels() {
            let a = alpha.at(x as usize, y as usize);
            for ((found, own), target) in p.0.into_iter().zip(person).zip(RULE.colour) {
                let ideal = own * a + f32::from(target) * (1.0 - a);
                assert!((f32::from(found) - ideal).abs() < 4.0, "{x},{y}: {p:?} for {ideal}");
            }
        }
    }

    #[test]
    fn a_plate_in_other_light_serves_and_a_foreign_one_is_refused() {
        let (picture, alpha, _) = scene();
        let plate = RgbImage::from_fn(80, 60, |_, y| Rgb([210 - y as u8 / 4, 205 - y as u8 / 4, 190]));
        let seen = Level::of_backdrop(&picture, &alpha);
        let corrected = seen.corrected_plate(&plate).unwrap();
        let behind = Backdrop::of(corrected).at(60, 30);
        assert!((behind[0] - 222.5).abs() < 3.0 && (behind[2] - 200.0).abs() < 3.0, "{behind:?}");
        let foreign =
            RgbImage::from_fn(80, 60, |x, y| Rgb([if (x / 4 + y / 4) % 2 == 0 { 20 } else { 240 }; 3]));
        assert!(seen.corrected_plate(&foreign).is_none());
    }

    #[test]
    fn keep_keeps_every_pixel() {
        let (picture, alpha, _) = scene();
        let rule = BackgroundRule { mode: BackgroundMode::Keep, ..RULE };
        assert_eq!(recolor(&picture, &alpha, &Backdrop::estimate(&picture, &alpha, None), &rule), picture);
    }
}
