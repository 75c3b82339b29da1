//! What is behind the person.
//!
//! Where only backdrop is seen its colour is taken from there, smoothed; behind the person it is filled in from ever
//! wider surroundings (pull-push). With a plate not the colour is filled in but how much lighter or darker the frame is
//! than the plate: lamps drift and the person casts a shadow, and both are smooth where cloth has folds.

use image::RgbImage;
use serde::Serialize;

use crate::mask;
use crate::resample::Plane;

/// Alpha up to which a pixel shows nothing but backdrop.
const BACKDROP: f32 = 0.02;
/// Levels added before colours are divided by each other, so that dark ones do not explode.
const FOOT: f32 = 8.0;

/// Values around one that its mean is taken of, each way.
const REACH: usize = 2;

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
    level: Level<4>,
}

impl Backdrop {
    /// From the plate where it agrees with what is seen beside the person, else from what is seen there.
    pub fn estimate(picture: &RgbImage, alpha: &Plane, plate: Option<&RgbImage>) -> Self {
        let seen = Level::of_backdrop(picture, alpha);
        if let Some(level) = plate.and_then(|plate| seen.by_plate(plate)) {
            return Self { source: Source::Plate, level };
        }
        let smooth = seen.first_three().smoothed(REACH).filled();
        Self { source: Source::Seen, level: seen.with_variance(smooth) }
    }

    /// Colour behind a pixel of the picture, 0–255.
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        self.known(x, y).0
    }

    /// How far, squared and for each channel, the backdrop strays from what is known of it near a pixel: noise, and
    /// whatever is not smooth.
    pub fn variance(&self, x: usize, y: usize) -> f32 {
        self.known(x, y).1
    }

    /// Squared change of the colour from one pixel to the next where it changes most, along the row and along the column;
    /// mean of the channels.
    pub fn steepness(&self, x: usize, y: usize) -> f32 {
        let here = self.at(x, y);
        let squares = |x: usize, y: usize| -> f32 {
            here.iter().zip(self.at(x, y)).map(|(a, b)| (a - b).powi(2)).sum()
        };
        let along_row = squares(x.saturating_sub(2), y).max(squares(x + 2, y));
        let along_column = squares(x, y.saturating_sub(2)).max(squares(x, y + 2));
        (along_row + along_column) / (3.0 * 2.0 * 2.0)
    }

    /// Colour and variance behind a pixel.
    pub fn known(&self, x: usize, y: usize) -> ([f32; 3], f32) {
        let [r, g, b, strays] = self.level.at(x, y);
        ([r, g, b], strays.max(0.0))
    }
}

/// Values known in some places: one level of the pull-push pyramid.
#[derive(Debug, Clone)]
struct Level<const N: usize> {
    width: usize,
    height: usize,
    values: Vec<[f32; N]>,
    /// 0 unknown to 1 known.
    weights: Vec<f32>,
}

impl<const N: usize> Level<N> {
    /// Half the size: the weighted mean of four.
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut values = Vec::with_capacity(width * height);
        let mut weights = Vec::with_capacity(width * height);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let (mut sum, mut weight) = ([0.0f32; N], 0.0f32);
            for ny in 2 * y..(2 * y + 2).min(self.height) {
                for nx in 2 * x..(2 * x + 2).min(self.width) {
                    let at = ny * self.width + nx;
                    let w = self.weights[at];
                    for (s, c) in sum.iter_mut().zip(self.values[at]) {
                        *s += w * c;
                    }
                    weight += w;
                }
            }
            values.push(if weight > 0.0 { sum.map(|s| s / weight) } else { [0.0; N] });
            // One known pixel of four is enough to know the value here.
            weights.push(weight.min(1.0));
        }
        Self { width, height, values, weights }
    }

    /// Pull-push: what is unknown takes the value of ever wider surroundings.
    fn filled(mut self) -> Self {
        if self.weights.iter().all(|&w| w >= 1.0) || (self.width == 1 && self.height == 1) {
            return self;
        }
        let coarse = self.halved().filled();
        for at in 0..self.values.len() {
            let weight = self.weights[at];
            if weight < 1.0 {
                let wide = coarse.at(at % self.width, at / self.width);
                for (c, w) in self.values[at].iter_mut().zip(wide) {
                    *c = *c * weight + w * (1.0 - weight);
                }
            }
        }
        self.weights.fill(1.0);
        self
    }

    /// Means over some pixels around, of what is known there; known wherever a fair part of that is.
    ///
    /// `reach` is half of the width of one running mean; two of them make a soft window.
    fn smoothed(&self, reach: usize) -> Self {
        /// Part of a window that is enough to know its mean, and below which it is unknown.
        const ENOUGH: f32 = 0.25;
        const LEAST: f32 = 0.02;
        let (w, h) = (self.width, self.height);
        // The last is the weight.
        let mut sums: Vec<([f32; N], f32)> =
            self.values.iter().zip(&self.weights).map(|(v, &k)| (v.map(|v| v * k), k)).collect();
        for _ in 0..2 {
            sums = along_columns(&along_rows(&sums, w, reach), w, h, reach);
        }
        let values = sums.iter().map(|(v, k)| if *k > LEAST { v.map(|v| v / k) } else { [0.0; N] }).collect();
        let weights =
            sums.iter().map(|(_, k)| if *k > LEAST { (k / ENOUGH).min(1.0) } else { 0.0 }).collect();
        Self { width: w, height: h, values, weights }
    }

    /// Between the values, at a pixel of a picture twice as large.
    fn at(&self, x: usize, y: usize) -> [f32; N] {
        // Full-resolution pixel centres between the centres of the half-resolution ones.
        let place = |v: usize, side: usize| {
            let at = (v as f32 / 2.0 - 0.25).clamp(0.0, (side - 1) as f32);
            let low = at as usize;
            (low, (low + 1).min(side - 1), at - low as f32)
        };
        let (x0, x1, fx) = place(x, self.width);
        let (y0, y1, fy) = place(y, self.height);
        let value = |x: usize, y: usize| &self.values[y * self.width + x];
        let (a, b, c, d) = (value(x0, y0), value(x1, y0), value(x0, y1), value(x1, y1));
        std::array::from_fn(|i| {
            let top = a[i] + (b[i] - a[i]) * fx;
            let bottom = c[i] + (d[i] - c[i]) * fx;
            top + (bottom - top) * fy
        })
    }
}

/// Values times their weight, and the weight.
type Weighed<const N: usize> = ([f32; N], f32);

/// The mean of `all`, if there were `2 * reach + 1` of them: what is missing beyond the edge counts as nothing.
fn mean<'a, const N: usize>(all: impl Iterator<Item = &'a Weighed<N>>, reach: usize) -> Weighed<N> {
    let (mut sum, mut weight) = ([0.0f32; N], 0.0f32);
    for (v, k) in all {
        for (s, v) in sum.iter_mut().zip(v) {
            *s += v;
        }
        weight += k;
    }
    let share = 1.0 / (2 * reach + 1) as f32;
    (sum.map(|s| s * share), weight * share)
}

/// Running means along the rows.
fn along_rows<const N: usize>(sums: &[Weighed<N>], w: usize, reach: usize) -> Vec<Weighed<N>> {
    let mut out = vec![([0.0; N], 0.0); sums.len()];
    for (y, row) in out.chunks_exact_mut(w).enumerate() {
        let sums = &sums[y * w..(y + 1) * w];
        for (x, out) in row.iter_mut().enumerate() {
            *out = mean(sums[x.saturating_sub(reach)..(x + reach + 1).min(w)].iter(), reach);
        }
    }
    out
}

/// Running means along the columns.
fn along_columns<const N: usize>(sums: &[Weighed<N>], w: usize, h: usize, reach: usize) -> Vec<Weighed<N>> {
    let mut out = vec![([0.0; N], 0.0); sums.len()];
    for (y, row) in out.chunks_exact_mut(w).enumerate() {
        let (first, last) = (y.saturating_sub(reach), (y + reach + 1).min(h));
        for (x, out) in row.iter_mut().enumerate() {
            *out = mean(sums[first * w + x..(last - 1) * w + x + 1].iter().step_by(w), reach);
        }
    }
    out
}

impl Level<4> {
    /// The backdrop that is seen, at half resolution: colours, and the sum of their squares at full resolution.
    fn of_backdrop(picture: &RgbImage, alpha: &Plane) -> Self {
        /// The soft edge begins so far from where the model sees it.
        const DISTANCE: usize = 3;
        let far = far(alpha, DISTANCE);
        let (w, pixels) = (alpha.width, picture.as_raw().as_chunks::<3>().0);
        let (width, height) = (w.div_ceil(2), alpha.height.div_ceil(2));
        let mut half = Self {
            width,
            height,
            values: vec![[0.0; 4]; width * height],
            weights: vec![0.0; width * height],
        };
        for (at, pixel) in pixels.iter().enumerate().filter(|(at, _)| far[*at]) {
            let [r, g, b] = pixel.map(f32::from);
            let of = at / w / 2 * width + at % w / 2;
            for (sum, value) in half.values[of].iter_mut().zip([r, g, b, r * r + g * g + b * b]) {
                *sum += value;
            }
            half.weights[of] += 1.0;
        }
        for (sums, weight) in half.values.iter_mut().zip(&mut half.weights) {
            if *weight > 0.0 {
                *sums = sums.map(|sum| sum / *weight);
                // One known pixel of four is enough to know the value here.
                *weight = 1.0;
            }
        }
        half
    }

    fn first_three(&self) -> Level<3> {
        let values = self.values.iter().map(|&[r, g, b, _]| [r, g, b]).collect();
        Level { width: self.width, height: self.height, values, weights: self.weights.clone() }
    }

    /// The plate with its light brought to that of the frame; `None` if it does not show the same scene.
    fn by_plate(&self, plate: &RgbImage) -> Option<Self> {
        /// Mean difference, after the light was brought over, of a plate that shows the same backdrop.
        const SAME_SCENE: f32 = 6.0;
        let weights = vec![1.0; (plate.width() * plate.height()) as usize];
        let values = plate.pixels().map(|p| p.0.map(f32::from)).collect();
        let (width, height) = (plate.width() as usize, plate.height() as usize);
        let plate = Level { width, height, values, weights }.halved();
        if (plate.width, plate.height) != (self.width, self.height) {
            return None;
        }
        let mut light = self.first_three();
        for (l, p) in light.values.iter_mut().zip(&plate.values) {
            for (l, p) in l.iter_mut().zip(p) {
                *l = (*l + FOOT) / (p + FOOT);
            }
        }
        let mut lit = light.smoothed(REACH).filled();
        for (l, p) in lit.values.iter_mut().zip(&plate.values) {
            for (l, p) in l.iter_mut().zip(p) {
                *l = (*l * (p + FOOT) - FOOT).clamp(0.0, 255.0);
            }
        }
        let (mut error, mut weight) = (0.0f32, 0.0f32);
        for ((seen, lit), &w) in self.values.iter().zip(&lit.values).zip(&self.weights) {
            error += w * seen.iter().zip(lit).take(3).map(|(s, l)| (s - l).abs()).sum::<f32>() / 3.0;
            weight += w;
        }
        (weight > 0.0 && error / weight <= SAME_SCENE).then(|| self.with_variance(lit))
    }

    /// `known` and how far the backdrop strays from it nearby.
    fn with_variance(&self, known: Level<3>) -> Self {
        let off = |(&[r, g, b, square], known): (&[f32; 4], &[f32; 3])| {
            let both: f32 = [r, g, b].iter().zip(known).map(|(s, k)| k * (k - 2.0 * s)).sum();
            [(square + both) / 3.0]
        };
        let values = self.values.iter().zip(&known.values).map(off).collect();
        let strays =
            Level::<1> { width: self.width, height: self.height, values, weights: self.weights.clone() };
        // How far it strays need not be known so finely.
        let strays = strays.halved().smoothed(REACH / 2).filled();
        let places = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        let joined = known.values.iter().zip(places).map(|(&[r, g, b], (x, y))| {
            let [strays] = strays.at(x, y);
            [r, g, b, strays]
        });
        let joined = joined.collect();
        Level { width: self.width, height: self.height, values: joined, weights: known.weights }
    }
}

/// Which pixels are backdrop and at least 5 pixels from anything else.
pub fn far_from_person(alpha: &Plane) -> Vec<bool> {
    far(alpha, 5)
}

fn far(alpha: &Plane, distance: usize) -> Vec<bool> {
    mask::eroded(alpha.values.iter().map(|&a| a < BACKDROP).collect(), alpha.width, distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const W: u32 = 80;
    const H: u32 = 60;

    /// A person at the right with a soft edge 8 px wide, who casts a shadow on folded cloth.
    fn scene() -> (RgbImage, Plane, RgbImage) {
        let soft = |x: u32| ((x as f32 - 36.0) / 8.0).clamp(0.0, 1.0);
        let cloth = |x: u32, y: u32| 180.0 + 20.0 * (x as f32 / 3.0).sin() - y as f32 / 4.0;
        let shadow = |x: u32| 1.0 - 0.25 * (-(36.0 - x as f32).max(0.0) / 12.0).exp();
        let values = (0..W * H).map(|i| soft(i % W)).collect();
        let alpha = Plane { width: W as usize, height: H as usize, values };
        let picture = RgbImage::from_fn(W, H, |x, y| {
            let (a, b) = (soft(x), cloth(x, y) * shadow(x));
            Rgb([(40.0 * a + b * (1.0 - a)).round() as u8; 3])
        });
        let plate = RgbImage::from_fn(W, H, |x, y| Rgb([(cloth(x, y) * 0.95).round() as u8; 3]));
        (picture, alpha, plate)
    }

    #[test]
    fn a_plate_brings_the_folds_and_the_frame_its_shadow() {
        let (picture, alpha, plate) = scene();
        let backdrop = Backdrop::estimate(&picture, &alpha, Some(&plate));
        assert_eq!(backdrop.source, Source::Plate);
        let seen = Backdrop::estimate(&picture, &alpha, None);
        let off = |b: &Backdrop, x: u32| {
            let real = (180.0 + 20.0 * (x as f32 / 3.0).sin() - 7.5)
                * (1.0 - 0.25 * (-(36.0 - x as f32).max(0.0) / 12.0).exp());
            (b.at(x as usize, 30)[0] - real).abs()
        };
        let mean = |b: &Backdrop| (20..40).map(|x| off(b, x)).sum::<f32>() / 20.0;
        let (known, guessed) = (mean(&backdrop), mean(&seen));
        assert!(known < 7.0 && known < 0.7 * guessed, "{known} {guessed}");
    }

    #[test]
    fn a_foreign_plate_is_refused() {
        let (picture, alpha, _) = scene();
        let foreign =
            RgbImage::from_fn(W, H, |x, y| Rgb([if (x / 4 + y / 4) % 2 == 0 { 20 } else { 240 }; 3]));
        assert_eq!(Backdrop::estimate(&picture, &alpha, Some(&foreign)).source, Source::Seen);
        let other_size = RgbImage::new(W + 2, H);
        assert_eq!(Backdrop::estimate(&picture, &alpha, Some(&other_size)).source, Source::Seen);
    }

    #[test]
    fn an_uneven_backdrop_is_known_to_be_uneven() {
        let (picture, alpha, plate) = scene();
        let seen = Backdrop::estimate(&picture, &alpha, None).variance(20, 30);
        let by_plate = Backdrop::estimate(&picture, &alpha, Some(&plate)).variance(20, 30);
        assert!(seen > 20.0 && by_plate < seen / 10.0, "{seen} {by_plate}");
    }

    #[test]
    fn far_from_the_person_is_a_square_without_person() {
        let mut alpha = Plane::filled(20, 16, 0.0);
        alpha.values[7 * 20 + 9] = 0.5;
        for (at, far) in far_from_person(&alpha).into_iter().enumerate() {
            let (x, y) = (at % 20, at / 20);
            assert_eq!(far, x.abs_diff(9) > 5 || y.abs_diff(7) > 5, "{x},{y}");
        }
    }

    #[test]
    fn a_frame_full_of_person_has_some_backdrop_and_no_panic() {
        let (picture, _, plate) = scene();
        let all = Plane::filled(W as usize, H as usize, 1.0);
        let backdrop = Backdrop::estimate(&picture, &all, Some(&plate));
        assert_eq!(backdrop.source, Source::Seen);
        assert!(backdrop.at(3, 3).iter().all(|v| v.is_finite()) && backdrop.variance(3, 3).is_finite());
    }
}
