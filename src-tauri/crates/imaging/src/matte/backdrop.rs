//! The soft edge of the matte, told anew from a backdrop that is known.
//!
//! Where the colour behind the person (B) is known and the person's own colour (F) can be guessed from beside the
//! edge, a pixel's alpha follows from its colour: the place of I on the line from B to F. The model's alpha knows
//! shapes, this one knows colours; in the soft band their weighted mean is nearer to the truth than either. The weight
//! of the colours falls where F and B are alike, where the person is of many colours (the variance of what F was
//! guessed from), and where the pixel lies off the line: there the model's word stays.

use image::RgbImage;

use crate::recolor::Backdrop;
use crate::resample::Plane;

/// Alpha between these is told anew.
const SOFT: std::ops::Range<f32> = 0.02..0.98;
/// Alpha from which a pixel shows the person's own colour.
const OWN: f32 = 0.9;
/// Most that the colours may count against the model.
const MOST: f32 = 0.6;
/// Distance of F and B, in levels, at which the colours count half as much.
const CLEAR: f32 = 60.0;
/// How often the person's variance counts like distance.
const MANY_COLOURS: f32 = 4.0;
/// Square of the distance from the line that noise alone makes.
const NOISE: f32 = 200.0;

/// Tells the soft part of `alpha` anew. All three have the same size.
pub fn refine(alpha: &mut Plane, picture: &RgbImage, backdrop: &Backdrop) {
    let person = Person::of(picture, alpha);
    let (w, pixels) = (alpha.width, picture.as_raw().as_chunks::<3>().0);
    for (at, a) in alpha.values.iter_mut().enumerate() {
        if !SOFT.contains(a) {
            continue;
        }
        let Some((own, variance)) = person.near(at % w, at / w) else { continue };
        let behind = backdrop.at(at % w, at / w);
        let line: [f32; 3] = std::array::from_fn(|c| own[c] - behind[c]);
        let seen: [f32; 3] = std::array::from_fn(|c| f32::from(pixels[at][c]) - behind[c]);
        let dot = |a: &[f32; 3], b: &[f32; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let length = dot(&line, &line);
        let place = (dot(&seen, &line) / length.max(1.0)).clamp(0.0, 1.0);
        let off: f32 = seen.iter().zip(&line).map(|(s, l)| (s - place * l).powi(2)).sum();
        let weight = MOST * length / (length + MANY_COLOURS * variance + CLEAR * CLEAR)
            * (-off / (variance + NOISE)).exp();
        *a += weight * (place - *a);
    }
}

/// Sums over ever larger cells of the pixels that show the person: colour, square of the colour, and their count.
struct Person {
    levels: Vec<Cells>,
}

struct Cells {
    width: usize,
    height: usize,
    /// Red, green, blue, sum of squares, weight: means over the cell.
    sums: Vec<[f32; 5]>,
}

impl Person {
    /// Cells of 4 to 64 pixels.
    const LEVELS: usize = 6;
    const FIRST: usize = 2;

    fn of(picture: &RgbImage, alpha: &Plane) -> Self {
        let (w, h) = (alpha.width, alpha.height);
        // Away from the very edge, where a neighbour is not yet the person.
        let sure = |x: usize, y: usize| {
            (y.saturating_sub(1)..=(y + 1).min(h - 1))
                .all(|ny| (x.saturating_sub(1)..=(x + 1).min(w - 1)).all(|nx| alpha.at(nx, ny) > OWN))
        };
        let pixels = picture.as_raw().as_chunks::<3>().0;
        let sums = (0..w * h).map(|at| {
            if !sure(at % w, at / w) {
                return [0.0; 5];
            }
            let [r, g, b] = pixels[at].map(f32::from);
            [r, g, b, r * r + g * g + b * b, 1.0]
        });
        let mut all = vec![Cells { width: w, height: h, sums: sums.collect() }];
        for level in 0..Self::LEVELS {
            all.push(all[level].halved());
        }
        Self { levels: all.split_off(Self::FIRST) }
    }

    /// Colour and its variance (summed over the channels) near a pixel, from the smallest cells that hold any.
    fn near(&self, x: usize, y: usize) -> Option<([f32; 3], f32)> {
        /// Share of a cell that is enough to trust it.
        const ENOUGH: f32 = 0.05;
        let (mut mean, mut squares, mut settled) = ([0.0f32; 3], 0.0f32, 0.0f32);
        for (i, cells) in self.levels.iter().enumerate() {
            let [r, g, b, square, weight] = cells.at(x, y, 1 << (i + Self::FIRST));
            let share = (weight / ENOUGH).min(1.0) * (1.0 - settled);
            if share > 0.0 {
                for (m, c) in mean.iter_mut().zip([r, g, b]) {
                    *m += share * c / weight;
                }
                squares += share * square / weight;
                settled += share;
            }
        }
        if settled < 0.5 {
            return None;
        }
        let mean = mean.map(|m| m / settled);
        let variance = squares / settled - mean.iter().map(|m| m * m).sum::<f32>();
        Some((mean, variance.max(0.0)))
    }
}

impl Cells {
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let sums = (0..width * height)
            .map(|at| {
                let (x, y) = (at % width * 2, at / width * 2);
                let mut sum = [0.0f32; 5];
                for ny in y..(y + 2).min(self.height) {
                    for nx in x..(x + 2).min(self.width) {
                        for (s, v) in sum.iter_mut().zip(self.sums[ny * self.width + nx]) {
                            *s += v / 4.0;
                        }
                    }
                }
                sum
            })
            .collect();
        Self { width, height, sums }
    }

    /// Between the four nearest cells of `side` pixels.
    fn at(&self, x: usize, y: usize, side: usize) -> [f32; 5] {
        let place = |v: usize, most: usize| {
            let at = ((v as f32 + 0.5) / side as f32 - 0.5).clamp(0.0, (most - 1) as f32);
            let low = at as usize;
            (low, (low + 1).min(most - 1), at - low as f32)
        };
        let ((x0, x1, fx), (y0, y1, fy)) = (place(x, self.width), place(y, self.height));
        let cell = |x: usize, y: usize| self.sums[y * self.width + x];
        let (a, b, c, d) = (cell(x0, y0), cell(x1, y0), cell(x0, y1), cell(x1, y1));
        std::array::from_fn(|i| {
            let upper = a[i] + (b[i] - a[i]) * fx;
            upper + (c[i] + (d[i] - c[i]) * fx - upper) * fy
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// A dark person at the right before a light backdrop, with an edge 6 px wide and a model that sees it as 14 px.
    fn scene(person: [f32; 3]) -> (RgbImage, Plane, Plane) {
        let (w, h) = (128usize, 96usize);
        let edge = |x: usize, wide: f32| ((x as f32 - 64.0) / wide + 0.5).clamp(0.0, 1.0);
        let plane =
            |wide| Plane { width: w, height: h, values: (0..w * h).map(|i| edge(i % w, wide)).collect() };
        let picture = RgbImage::from_fn(128, 96, |x, _| {
            let a = edge(x as usize, 6.0);
            Rgb(std::array::from_fn(|c| (person[c] * a + [200.0, 215.0, 230.0][c] * (1.0 - a)).round() as u8))
        });
        (picture, plane(6.0), plane(14.0))
    }

    fn error(a: &Plane, b: &Plane) -> f32 {
        a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs()).sum()
    }

    #[test]
    fn a_blurred_edge_is_told_anew_from_a_clear_backdrop() {
        let (picture, real, guess) = scene([40.0, 32.0, 30.0]);
        let backdrop = Backdrop::estimate(&picture, &guess, None);
        let mut told = guess.clone();
        refine(&mut told, &picture, &backdrop);
        assert!(error(&told, &real) < 0.6 * error(&guess, &real));
    }

    #[test]
    fn clothes_of_the_backdrops_colour_leave_the_models_word() {
        let (picture, _, guess) = scene([203.0, 216.0, 228.0]);
        let backdrop = Backdrop::estimate(&picture, &guess, None);
        let mut told = guess.clone();
        refine(&mut told, &picture, &backdrop);
        assert!(error(&told, &guess) < 0.02 * guess.values.iter().sum::<f32>());
    }

    #[test]
    fn what_is_sure_is_never_touched() {
        let (picture, _, guess) = scene([40.0, 32.0, 30.0]);
        let mut told = guess.clone();
        refine(&mut told, &picture, &Backdrop::estimate(&picture, &guess, None));
        for (a, b) in guess.values.iter().zip(&told.values) {
            assert!(SOFT.contains(a) || a == b);
        }
    }
}
