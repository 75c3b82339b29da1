//! The soft edge of the matte, told anew from a backdrop that is known.
//!
//! A pixel of the edge is `I = α·F + (1−α)·B + noise`. B is known, F is known as a distribution: the colours that the
//! person has nearby ([`Colours`]), and that hair is brighter or darker at its rim than inside, along its own hue. Then
//! the likeliest α is the place of I on the line from B to F, measured where that line is told apart best (Mahalanobis
//! distance under `Σ = α²·Σ_F + Σ_noise`: the idea of Chuang et al., "A Bayesian Approach to Digital Matting", 2001, with
//! B known), and its variance says how well. The model's alpha enters as a second opinion with a variance of its own,
//! large where the model itself is undecided. Where F and B are alike, where the person is of many colours, where the
//! backdrop is uneven or the pixel lies off the line, the model's word stays.
//!
//! What both opinions have in common they get wrong in the same way; how far is known from people whose matte is known
//! ([`taught`]).
//!
//! The constants were chosen on 96 pictures of 12 people before other backdrops, with shadows, drifting lamps, noise
//! and JPEG; none of them is sharp: half or double of each changes the mean error by less than 3%.

mod taught;

use image::RgbImage;

use self::taught::{Distance, Known};
use super::colours::{Colours, Near};
use crate::parallel;
use crate::recolor::{Backdrop, LEAST_NOISE};
use crate::resample::Plane;

/// Doubt of the model, in alpha: where it is sure, and how much more where it says one half.
const SURE: f32 = 0.01;
const UNDECIDED: f32 = 0.15;
/// Doubt below which a pixel is left alone (1 where the model says one half).
const LEAST_DOUBT: f32 = 0.02;
/// Standard deviation of the brightness of hair's rim against the hair inside, as a part of it.
const RIM: f32 = 0.35;
/// Variance of the person's colour beyond what is seen nearby, in squared levels.
const UNSEEN: f32 = 50.0;
/// How fast the colours lose their say with the squared distance from the line.
const OFF_LINE: f32 = 0.05;
/// What is cut off both ends, where noise alone speaks. Mean error in the soft band, 1/1000, on 32 runs over booth frames and
/// 168 over the same people before other backdrops: 16.0 and 27.2; with twice as much 16.3 and 27.0, with none 16.4 on the
/// first.
const CUT: f32 = 0.005;

/// Tells the soft part of `alpha` anew. All have the same size; `doubt` is [`doubt`] of `alpha`.
pub fn refine(alpha: &mut Plane, picture: &RgbImage, backdrop: &Backdrop, doubt: &[f32]) {
    let colours = Colours::of(picture, alpha, backdrop);
    let (w, h, pixels) = (alpha.width, alpha.height, picture.as_raw().as_chunks::<3>().0);
    let mut soft: Vec<Vec<Soft>> = vec![Vec::new(); h];
    parallel::rows(&mut soft, 1, |y, row| {
        for x in (0..w).filter(|x| doubt[y * w + x] >= LEAST_DOUBT) {
            let (model, doubt) = (alpha.at(x, y), doubt[y * w + x]);
            let told = colours.near(x, y).map(|near| {
                let (behind, noise) = backdrop.known(x, y);
                let place = Place { near, behind, noise };
                place.told(pixels[y * w + x].map(f32::from), model, doubt)
            });
            row[0].push(Soft { x, alpha: cut(told.map_or(model, |told| told.alpha)), told });
        }
    });
    let mut refined = alpha.clone();
    for (y, soft) in soft.iter().enumerate() {
        for soft in soft {
            refined.values[y * w + soft.x] = soft.alpha;
        }
    }
    let (by_model, by_both) = parallel::both(|| Means::of(alpha), || Means::of(&refined));
    *alpha = refined;
    parallel::rows(&mut alpha.values, w, |y, row| {
        for &Soft { x, alpha, told } in &soft[y] {
            let Some(told) = told else { continue };
            let known = Known {
                model: told.model,
                refined: alpha,
                place: told.place,
                length: told.length,
                off: told.off,
                doubt: doubt[y * w + x],
                refined_around: [1, 2, 4].map(|reach| by_both.around(x, y, reach)),
                model_around: by_model.around(x, y, 2),
                slope: slope(picture, x, y),
                seen: told.seen,
                own: told.own,
                noise: told.noise,
            };
            row[x] = cut(alpha + taught::correction(&known));
        }
    });
}

/// Without what is cut off both ends.
fn cut(alpha: f32) -> f32 {
    ((alpha - CUT) / (1.0 - 2.0 * CUT)).clamp(0.0, 1.0)
}

/// A pixel of the soft edge in its row.
#[derive(Clone, Copy)]
struct Soft {
    x: usize,
    alpha: f32,
    /// Nothing where the person has no colours.
    told: Option<Told>,
}

/// What the colours tell of a pixel.
#[derive(Clone, Copy)]
struct Told {
    /// The likeliest alpha, the model's, and the one by colours alone.
    alpha: f32,
    model: f32,
    place: f32,
    /// See [`Known`].
    length: f32,
    off: f32,
    seen: Distance,
    own: Distance,
    noise: f32,
}

/// Length of the gradient of a picture's brightness (Sobel), in levels; beyond the border its pixels are repeated.
fn slope(picture: &RgbImage, x: usize, y: usize) -> f32 {
    let (w, h) = (picture.width() as usize, picture.height() as usize);
    let pixels = picture.as_raw().as_chunks::<3>().0;
    let at = |dx: usize, dy: usize| {
        let (x, y) = ((x + dx).saturating_sub(1).min(w - 1), (y + dy).saturating_sub(1).min(h - 1));
        pixels[y * w + x].iter().map(|&v| i32::from(v)).sum::<i32>()
    };
    let [a, b, c] = [0, 1, 2].map(|dx| at(dx, 0));
    let (d, e) = (at(0, 1), at(2, 1));
    let [f, g, i] = [0, 1, 2].map(|dx| at(dx, 2));
    let across = (c + 2 * e + i) - (a + 2 * d + f);
    let down = (f + 2 * g + i) - (a + 2 * b + c);
    ((across * across + down * down) as f32).sqrt() / 3.0
}

/// Means over squares of a plane, from its summed area table (Crow, "Summed-Area Tables for Texture Mapping", 1984).
struct Means {
    width: usize,
    height: usize,
    /// Sums above and left of each corner of a pixel, in 1/65535. They may overflow: a difference of two is right all the
    /// same as long as the square's own sum is no larger than a `u32`.
    sums: Vec<u32>,
}

impl Means {
    /// Of values of 0–1.
    fn of(plane: &Plane) -> Self {
        let (width, height) = (plane.width, plane.height);
        let mut sums = vec![0u32; (width + 1) * (height + 1)];
        for y in 0..height {
            let (above, below) = sums[y * (width + 1)..].split_at_mut(width + 1);
            let mut row = 0u32;
            for (x, &value) in plane.row(y).iter().enumerate() {
                row = row.wrapping_add((value * 65535.0 + 0.5) as u32);
                below[x + 1] = above[x + 1].wrapping_add(row);
            }
        }
        Self { width, height, sums }
    }

    /// Mean over what lies within `reach` pixels of a pixel, each way.
    fn around(&self, x: usize, y: usize, reach: usize) -> f32 {
        let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(self.width));
        let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(self.height));
        let at = |x: usize, y: usize| self.sums[y * (self.width + 1) + x];
        let sum = at(right, bottom)
            .wrapping_sub(at(left, bottom))
            .wrapping_sub(at(right, top))
            .wrapping_add(at(left, top));
        sum as f32 / (65535 * (right - left) * (bottom - top)) as f32
    }
}

/// What is known at one pixel.
struct Place {
    near: Near,
    behind: [f32; 3],
    noise: f32,
}

impl Place {
    /// The likeliest alpha of a pixel that is `seen` so, and of which the model says `model` with so much `doubt`. How far
    /// colours spread depends on alpha itself: first on the model's, then on what that gave.
    fn told(&self, seen: [f32; 3], model: f32, doubt: f32) -> Told {
        let unknown = Told {
            alpha: model,
            model,
            place: model,
            length: 0.0,
            off: 0.0,
            seen: Distance::between(self.behind, seen),
            own: Distance::between(self.behind, self.near.mean),
            noise: self.noise,
        };
        let first = self.told_if(model, seen, doubt, unknown);
        self.told_if(first.alpha, seen, doubt, unknown)
    }

    /// The same if colours spread as they do at alpha `near`; where nothing can be told, what is told `otherwise`.
    fn told_if(&self, near: f32, seen: [f32; 3], doubt: f32, otherwise: Told) -> Told {
        let model = otherwise.model;
        let own = self.near.mean;
        let line: [f32; 3] = std::array::from_fn(|c| own[c] - self.behind[c]);
        let from: [f32; 3] = std::array::from_fn(|c| seen[c] - self.behind[c]);
        let part = near.max(0.1).powi(2);
        let rim = part * RIM * RIM;
        let [rr, rg, rb, gg, gb, bb] = self.near.covariance;
        let noise = self.noise + LEAST_NOISE + part * UNSEEN;
        let spread = Symmetric([
            part * rr + rim * own[0] * own[0] + noise,
            part * rg + rim * own[0] * own[1],
            part * rb + rim * own[0] * own[2],
            part * gg + rim * own[1] * own[1] + noise,
            part * gb + rim * own[1] * own[2],
            part * bb + rim * own[2] * own[2] + noise,
        ]);
        let Some(inverse) = spread.inverse() else { return otherwise };
        let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let weighed = inverse.times(line);
        let length = dot(weighed, line).max(1e-6);
        let place = (dot(weighed, from) / length).clamp(0.0, 1.0);
        let rest: [f32; 3] = std::array::from_fn(|c| from[c] - place * line[c]);
        let off = dot(inverse.times(rest), rest).max(0.0);
        let by_colour = length / (1.0 + OFF_LINE * off);
        let by_model = 1.0 / (SURE + UNDECIDED * doubt).powi(2);
        let alpha = (model * by_model + place * by_colour) / (by_model + by_colour);
        Told { alpha, place, length, off, ..otherwise }
    }
}

/// A symmetric 3×3 matrix: its upper triangle, row by row.
struct Symmetric([f32; 6]);

impl Symmetric {
    fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let (ca, cb, cc) = (d * f - e * e, c * e - b * f, b * e - c * d);
        let determinant = a * ca + b * cb + c * cc;
        if !determinant.is_finite() || determinant <= 1e-3 {
            return None;
        }
        let all = [ca, cb, cc, a * f - c * c, b * c - a * e, a * d - b * b];
        Some(Self(all.map(|v| v / determinant)))
    }

    fn times(&self, v: [f32; 3]) -> [f32; 3] {
        let [a, b, c, d, e, f] = self.0;
        [a * v[0] + b * v[1] + c * v[2], b * v[0] + d * v[1] + e * v[2], c * v[0] + e * v[1] + f * v[2]]
    }
}

/// How undecided the model is around each pixel: 0 where it says 0 or 1 all around, 1 where it says one half. The
/// surroundings count because the model misplaces an edge as a whole.
pub fn doubt(alpha: &Plane) -> Vec<f32> {
    let (w, h) = (alpha.width, alpha.height);
    let open: Vec<f32> = alpha.values.iter().map(|&a| 4.0 * a * (1.0 - a)).collect();
    let widest = across(&open, w, h, |row, x| {
        let (left, right) = (x.saturating_sub(1), (x + 1).min(row.len() - 1));
        row[left].max(row[x]).max(row[right])
    });
    // A Gaussian of two pixels.
    let weights: [f32; 2 * REACH + 1] =
        std::array::from_fn(|i| (-(i.abs_diff(REACH).pow(2) as f32) / 8.0).exp());
    let sum: f32 = weights.iter().sum();
    across(&widest, w, h, |row, x| {
        if x >= REACH && x + REACH < row.len() {
            let near = &row[x - REACH..=x + REACH];
            return near.iter().zip(&weights).map(|(v, k)| v * k).sum::<f32>() / sum;
        }
        let clamped = |d: usize| (x + d).saturating_sub(REACH).min(row.len() - 1);
        weights.iter().enumerate().map(|(d, k)| row[clamped(d)] * k).sum::<f32>() / sum
    })
}

/// So far, each way, [`doubt`] looks along a row or a column.
const REACH: usize = 6;

/// So many values are looked at together.
const CHUNK: usize = 16;

/// Does the same along all rows and then along all columns: nothing where there is nothing within [`REACH`].
fn across(values: &[f32], w: usize, h: usize, each: impl Fn(&[f32], usize) -> f32) -> Vec<f32> {
    let turned = |values: &[f32], w: usize, h: usize| -> Vec<f32> {
        let mut out = vec![0.0; w * h];
        for (y, row) in values.chunks_exact(w).enumerate() {
            // The edge crosses a row in a few places.
            let mut done = 0;
            for (chunk, values) in row.chunks(CHUNK).enumerate() {
                if values.iter().fold(0, |any, v| any | v.to_bits()) == 0 {
                    continue;
                }
                let to = ((chunk + 1) * CHUNK + REACH).min(w);
                for x in (chunk * CHUNK).saturating_sub(REACH).max(done)..to {
                    out[x * h + y] = each(row, x);
                }
                done = to;
            }
        }
        out
    };
    turned(&turned(values, w, h), h, w)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use proptest::prelude::*;

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

    fn sharpened(alpha: &mut Plane, picture: &RgbImage, backdrop: &Backdrop) {
        let doubt = doubt(alpha);
        refine(alpha, picture, backdrop, &doubt);
    }

    fn error(a: &Plane, b: &Plane) -> f32 {
        a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs()).sum()
    }

    #[test]
    fn a_blurred_edge_is_told_anew_from_a_clear_backdrop() {
        let (picture, real, guess) = scene([40.0, 32.0, 30.0]);
        let backdrop = Backdrop::estimate(&picture, &guess, None);
        let mut told = guess.clone();
        sharpened(&mut told, &picture, &backdrop);
        assert!(error(&told, &real) < 0.5 * error(&guess, &real));
    }

    #[test]
    fn clothes_of_the_backdrops_colour_nearly_leave_the_models_word() {
        let (picture, real, guess) = scene([203.0, 216.0, 228.0]);
        let backdrop = Backdrop::estimate(&picture, &guess, None);
        let mut told = guess.clone();
        sharpened(&mut told, &picture, &backdrop);
        // Only what has been taught of the model itself: that its edges are wide.
        assert!(guess.values.iter().zip(&told.values).all(|(a, b)| (a - b).abs() < 0.12));
        assert!(error(&told, &real) <= error(&guess, &real));
    }

    #[test]
    fn what_is_far_from_the_edge_is_never_touched() {
        let (picture, _, guess) = scene([40.0, 32.0, 30.0]);
        let mut told = guess.clone();
        sharpened(&mut told, &picture, &Backdrop::estimate(&picture, &guess, None));
        for (at, (a, b)) in guess.values.iter().zip(&told.values).enumerate() {
            assert!((48..80).contains(&(at % 128)) || a == b, "{at}: {a} {b}");
        }
    }

    #[test]
    fn an_inverse_undoes_its_matrix() {
        let matrix = Symmetric([40.0, 12.0, -7.0, 90.0, 20.0, 60.0]);
        let back = matrix.inverse().unwrap().times(matrix.times([3.0, -5.0, 8.0]));
        for (found, wanted) in back.into_iter().zip([3.0, -5.0, 8.0]) {
            assert!((found - wanted).abs() < 1e-3, "{back:?}");
        }
    }

    #[test]
    fn a_slope_is_that_of_a_ramp() {
        let picture = RgbImage::from_fn(9, 9, |x, y| Rgb([(3 * x + 4 * y) as u8; 3]));
        assert!((slope(&picture, 4, 4) - 8.0 * 5.0).abs() < 1e-3);
        assert!((slope(&picture, 0, 4) - (12.0f32).hypot(32.0)).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn means_are_those_of_what_lies_around(
            w in 1usize..30, h in 1usize..30, values in prop::collection::vec(0.0f32..=1.0, 900), reach in 0usize..6,
        ) {
            let plane = Plane { width: w, height: h, values: values[..w * h].to_vec() };
            let means = Means::of(&plane);
            for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
                let rows = y.saturating_sub(reach)..(y + reach + 1).min(h);
                let near: Vec<f32> =
                    rows.flat_map(|y| &plane.row(y)[x.saturating_sub(reach)..(x + reach + 1).min(w)]).copied().collect();
                let mean = near.iter().sum::<f32>() / near.len() as f32;
                prop_assert!((means.around(x, y, reach) - mean).abs() < 1e-4);
            }
        }

        #[test]
        fn whatever_is_seen_alpha_lies_between_both_opinions(
            seen in prop::array::uniform3(0u8..=255), own in prop::array::uniform3(0u8..=255),
            behind in prop::array::uniform3(0u8..=255), model in 0.0f32..=1.0, doubt in 0.02f32..=1.0,
            spread in 0.0f32..2000.0, noise in 0.0f32..500.0,
        ) {
            let near = Near { mean: own.map(f32::from), covariance: [spread, 0.0, 0.0, spread, 0.0, spread] };
            let place = Place { near, behind: behind.map(f32::from), noise };
            let told = place.told(seen.map(f32::from), model, doubt).alpha;
            prop_assert!((0.0..=1.0).contains(&told));
            let alike = Place { behind: own.map(f32::from), near, noise };
            prop_assert!((alike.told(seen.map(f32::from), model, doubt).alpha - model).abs() < 0.02);
        }
    }
}
