//! Two looks at one person, fine and coarse: one steadies the other, and where they disagree somebody has to look.

use domain::Crop;
use serde::Serialize;

use super::Matte;
use crate::face::Face;
use crate::parallel;
use crate::resample::{self, Kernel, Plane};

/// So far from its contour, in pixels of the fine matte, the coarse matte's word is final.
const REACH: usize = 9;
/// Alpha of the coarse matte that still leaves room for doubt, from both ends.
const CLEAR: f32 = 0.03;
/// How much more of a window of the same reach the fine matte sees than the coarse one where their mean is still right,
/// and from where the coarse one has lost something that is no strand.
const STRANDS: f32 = 0.15;
const LOSS: f32 = 0.4;
/// Alpha from which the fine matte's word stands where the coarse one sees nobody at all.
const LOST: f32 = 0.7;
/// What is cut off the lower and the upper end of the mean: the model leaves a haze around people and sees them a
/// little through.
const HAZE: f32 = 0.01;
const THROUGH: f32 = 0.08;

/// Signs that the model has lost the person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trust {
    /// Shared part of the union of this matte and a coarse one made independently, 0–1.
    pub agreement: f64,
    /// Part of the picture that is neither person nor background (alpha 0.1–0.9).
    pub unsure: f64,
    /// Part of the strip below the chin, as wide as the face, that is person.
    pub neck: f64,
}

impl Trust {
    /// Compares a fine matte with the coarse one of the same frame.
    pub fn of(fine: &Matte, coarse: &Matte, face: &Face) -> Self {
        let unsure = fine.alpha.values.iter().filter(|&&a| (0.1..0.9).contains(&a)).count();
        Self {
            agreement: agreement(fine, coarse),
            unsure: unsure as f64 / fine.alpha.values.len().max(1) as f64,
            neck: neck(fine, face),
        }
    }

    /// Whether a person should look at the edges before the picture is accepted.
    pub fn is_doubtful(&self) -> bool {
        self.agreement < 0.9 || self.unsure > 0.12 || self.neck < 0.9
    }
}

/// The fine matte corrected by the coarse one: their mean, hardened, with the holes and the haze of the fine one mended
/// well away from the coarse contour.
pub fn steady(fine: &mut Matte, coarse: &Matte) {
    let view = View::of(fine, coarse);
    let ((least, most), more) = parallel::both(
        || (spread(&view.alpha, f32::min), spread(&view.alpha, f32::max)),
        || more(&fine.alpha, &view.alpha),
    );
    for (i, a) in fine.alpha.values.iter_mut().enumerate() {
        if !view.covers(i) {
            continue;
        }
        *a = if least.values[i] > 1.0 - CLEAR {
            1.0
        } else if most.values[i] < CLEAR {
            // Haze goes; clothes that the coarse look alone has lost stay.
            if *a < LOST { 0.0 } else { *a }
        } else {
            let lost = ((more[i] - STRANDS) / (LOSS - STRANDS)).clamp(0.0, 1.0);
            let mean = (*a + lost * *a + (1.0 - lost) * view.alpha.values[i]) / 2.0;
            ((mean - HAZE) / (1.0 - HAZE - THROUGH)).clamp(0.0, 1.0)
        };
    }
}

/// Intersection over union of two mattes of one frame at alpha 0.5, where both can see.
pub fn agreement(fine: &Matte, coarse: &Matte) -> f64 {
    let view = View::of(fine, coarse);
    let (mut both, mut either) = (0u32, 0u32);
    for (i, (&a, &b)) in fine.alpha.values.iter().zip(&view.alpha.values).enumerate() {
        if view.covers(i) {
            both += u32::from(a > 0.5 && b > 0.5);
            either += u32::from(a > 0.5 || b > 0.5);
        }
    }
    if either == 0 { 0.0 } else { f64::from(both) / f64::from(either) }
}

/// A coarse matte as the fine one's crop shows it.
struct View {
    alpha: Plane,
    /// The crop in pixels of the coarse matte.
    crop: Crop,
    coarse: (f64, f64),
}

impl View {
    fn of(fine: &Matte, coarse: &Matte) -> Self {
        let scale = coarse.alpha.width as f64 / coarse.crop.w;
        let crop = Crop {
            x: (fine.crop.x - coarse.crop.x) * scale,
            y: (fine.crop.y - coarse.crop.y) * scale,
            w: fine.crop.w * scale,
            h: fine.crop.h * scale,
        };
        let alpha = resample::cut_plane(&coarse.alpha, &crop, fine.alpha.size(), Kernel::Smooth);
        Self { alpha, crop, coarse: (coarse.alpha.width as f64, coarse.alpha.height as f64) }
    }

    /// Whether the coarse matte reaches as far as pixel `i` of the fine one.
    fn covers(&self, i: usize) -> bool {
        let scale = self.crop.w / self.alpha.width as f64;
        let x = self.crop.x + (i % self.alpha.width) as f64 * scale;
        let y = self.crop.y + (i / self.alpha.width) as f64 * scale;
        x >= 0.0 && y >= 0.0 && x < self.coarse.0 && y < self.coarse.1
    }
}

/// Least or most of the square of [`REACH`] pixels around each pixel.
///
/// Windows of 1, 2, 4, 8 and 16 values are joined from two of half their length; two of the last cover the whole. Beyond
/// the edge its value is repeated, which changes neither the least nor the most.
fn spread(alpha: &Plane, pick: impl Fn(f32, f32) -> f32 + Copy) -> Plane {
    const WINDOW: usize = 2 * REACH + 1;
    let (w, h) = (alpha.width, alpha.height);
    // Joins `values` with themselves, the second a number of values further on; what has no second is given up.
    let join = |values: &mut Vec<f32>, further: usize| {
        let left = values.len() - further;
        for at in 0..left {
            values[at] = pick(values[at], values[at + further]);
        }
        values.truncate(left);
    };
    let windows = |values: &mut Vec<f32>, each: usize| {
        let mut long = 1;
        while long * 2 <= WINDOW {
            join(values, long * each);
            long *= 2;
        }
        join(values, (WINDOW - long) * each);
    };
    let mut rows = Vec::with_capacity(w * (h + 2 * REACH));
    let mut row = Vec::with_capacity(w + 2 * REACH);
    let clamped = |at: usize, side: usize| at.saturating_sub(REACH).min(side - 1);
    for y in 0..h {
        let values = alpha.row(y);
        row.clear();
        row.extend((0..w + 2 * REACH).map(|x| values[clamped(x, w)]));
        windows(&mut row, 1);
        for _ in 0..if y == 0 { REACH + 1 } else { 1 } {
            rows.extend_from_slice(&row);
        }
    }
    for _ in 0..REACH {
        rows.extend_from_slice(&row);
    }
    windows(&mut rows, w);
    Plane { width: w, height: h, values: rows }
}

/// How much more `fine` sees than `coarse`, on average over the square of [`REACH`] pixels around each pixel.
fn more(fine: &Plane, coarse: &Plane) -> Vec<f32> {
    let differences: Vec<f32> = fine.values.iter().zip(&coarse.values).map(|(f, c)| f - c).collect();
    averaged(&averaged(&differences, fine.width, fine.height), fine.height, fine.width)
}

/// Means of [`REACH`] values to either side along the rows, turned so that the next call does the columns.
fn averaged(values: &[f32], w: usize, h: usize) -> Vec<f32> {
    let share = 1.0 / (2 * REACH + 1) as f32;
    let mut out = vec![0.0; w * h];
    let mut sums = Vec::with_capacity(w + 2 * REACH + 2);
    for (y, row) in values.chunks_exact(w).enumerate() {
        sums.clear();
        sums.push(0.0);
        let mut sum = 0.0;
        for x in 0..w + 2 * REACH {
            sum += row[x.saturating_sub(REACH).min(w - 1)];
            sums.push(sum);
        }
        for x in 0..w {
            out[x * h + y] = (sums[x + 2 * REACH + 1] - sums[x]) * share;
        }
    }
    out
}

fn neck(matte: &Matte, face: &Face) -> f64 {
    let scale = matte.alpha.width as f64 / matte.crop.w;
    let width = face.cheek_right - face.cheek_left;
    let centre = (face.cheek_left + face.cheek_right) / 2.0;
    let at = |v: f64, start: f64, most: usize| ((v - start) * scale).clamp(0.0, most as f64) as usize;
    let xs = at(centre - width * 0.2, matte.crop.x, matte.alpha.width)
        ..at(centre + width * 0.2, matte.crop.x, matte.alpha.width);
    let ys = at(face.chin[1], matte.crop.y, matte.alpha.height)..matte.alpha.height;
    let (mut person, mut all) = (0u32, 0u32);
    for y in ys {
        for &a in &matte.alpha.row(y)[xs.clone()] {
            person += u32::from(a > 0.5);
            all += 1;
        }
    }
    if all == 0 { 1.0 } else { f64::from(person) / f64::from(all) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    const CROP: Crop = Crop { x: 100.0, y: 50.0, w: 300.0, h: 400.0 };

    fn person(w: usize, h: usize) -> Matte {
        let inside = |i: usize| (i % w) * 4 > w && (i % w) * 4 < 3 * w && (i / w) * 3 > h;
        let values = (0..w * h).map(|i| if inside(i) { 1.0 } else { 0.0 }).collect();
        Matte { crop: CROP, picture: RgbImage::new(1, 1), alpha: Plane { width: w, height: h, values } }
    }

    #[test]
    fn a_matte_agrees_with_itself_at_another_scale() {
        assert!(agreement(&person(480, 640), &person(192, 256)) > 0.97);
        let lost = Matte { alpha: Plane::filled(192, 256, 0.0), ..person(192, 256) };
        assert_eq!(agreement(&person(480, 640), &lost), 0.0);
    }

    #[test]
    fn a_hole_and_a_haze_of_the_fine_matte_are_mended() {
        let mut fine = person(480, 640);
        for y in 400..430 {
            for x in 220..260 {
                fine.alpha.values[y * 480 + x] = 0.0;
            }
            for x in 20..40 {
                fine.alpha.values[y * 480 + x] = 0.5;
            }
        }
        steady(&mut fine, &person(288, 384));
        assert_eq!(fine.alpha.at(240, 415), 1.0);
        assert_eq!(fine.alpha.at(30, 415), 0.0);
        // The contour itself is the mean of both looks.
        assert!((fine.alpha.at(121, 415) - 1.0).abs() < 0.6);
    }

    #[test]
    fn clothes_that_only_the_coarse_look_has_lost_stay() {
        let mut coarse = person(224, 288);
        coarse.alpha.values[224 * 250..].fill(0.0);
        let mut fine = person(480, 640);
        steady(&mut fine, &coarse);
        // Not even where the coarse look's contour runs through them.
        for y in 500..640 {
            assert_eq!(fine.alpha.at(240, y), 1.0, "row {y}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_spread_is_what_lies_around(
            w in 1usize..40, h in 1usize..40, values in proptest::collection::vec(0.0f32..1.0, 1600),
        ) {
            let plane = Plane { width: w, height: h, values: values[..w * h].to_vec() };
            let most = spread(&plane, f32::max);
            for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
                let rows = y.saturating_sub(REACH)..(y + REACH + 1).min(h);
                let near = rows.flat_map(|y| &plane.row(y)[x.saturating_sub(REACH)..(x + REACH + 1).min(w)]);
                proptest::prop_assert_eq!(most.at(x, y), near.fold(0.0, |a: f32, b| a.max(*b)));
            }
        }
    }

    #[test]
    fn beyond_the_coarse_matte_the_fine_one_stays() {
        let mut fine = person(480, 640);
        let before = fine.alpha.clone();
        let elsewhere = Matte { crop: Crop { x: 5000.0, ..CROP }, ..person(288, 384) };
        steady(&mut fine, &elsewhere);
        assert_eq!(fine.alpha, before);
    }
}
