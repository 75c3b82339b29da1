//! Two looks at one person, fine and coarse: one steadies the other, and where they disagree somebody has to look.

use std::ops::Range;

use domain::{Crop, Size};
use serde::Serialize;

use super::{Look, Matte, seen_in};
use crate::face::Face;
use crate::mask;
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
/// From here on two alphas of a pixel contradict each other.
const CONTRADICTION: f32 = 0.5;
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
    /// Compares a fine matte with what the coarse one of the same frame sees there.
    fn of(fine: &Matte, view: &View, face: &Face) -> Self {
        let unsure = fine.alpha.values.iter().filter(|&&a| (0.1..0.9).contains(&a)).count();
        Self {
            agreement: view.agreement(&fine.alpha),
            unsure: unsure as f64 / fine.alpha.values.len().max(1) as f64,
            neck: neck(fine, face),
        }
    }

    /// Whether a person should look at the edges before the picture is accepted.
    pub fn is_doubtful(&self) -> bool {
        self.agreement < 0.9 || self.unsure > 0.12 || self.neck < 0.9
    }
}

/// A pixel that is person to one look and nobody to the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disputed {
    /// Its place in the matte.
    pub at: usize,
    /// The larger alpha of the two.
    pub claim: f32,
}

/// Corrects the fine matte by the coarse one, seen through the same crop, and tells how far both can be trusted and where
/// they contradict each other.
pub fn fuse(fine: &mut Matte, coarse: &View, face: &Face) -> (Trust, Vec<Disputed>) {
    let trust = Trust::of(fine, coarse, face);
    let disputed = coarse.disputed(&fine.alpha);
    coarse.steady(&mut fine.alpha);
    (trust, disputed)
}

/// A coarse matte as the crop of a fine one shows it.
#[derive(Debug)]
pub struct View {
    alpha: Plane,
    /// The crop in pixels of the coarse matte.
    crop: Crop,
    coarse: (f64, f64),
    /// Where all of it, as far as [`REACH`] around, is person, and where nobody.
    person: Vec<bool>,
    nobody: Vec<bool>,
}

impl View {
    /// `coarse` through `crop` at `size`.
    pub fn of(coarse: &Look, crop: &Crop, size: Size) -> Self {
        let crop = seen_in(&coarse.alpha, &coarse.crop, crop);
        let alpha = resample::cut_plane(&coarse.alpha, &crop, size, Kernel::Smooth);
        let everywhere = |is: fn(f32) -> bool| {
            mask::eroded(alpha.values.iter().map(|&a| is(a)).collect(), alpha.width, REACH)
        };
        let (person, nobody) = (everywhere(|a| a > 1.0 - CLEAR), everywhere(|a| a < CLEAR));
        let coarse = (coarse.alpha.width as f64, coarse.alpha.height as f64);
        Self { alpha, crop, coarse, person, nobody }
    }

    /// The coarse matte, decided where it is nearly so.
    pub fn decided(&self) -> Plane {
        let decided = |&a: &f32| match a {
            a if a < CLEAR => 0.0,
            a if a > 1.0 - CLEAR => 1.0,
            a => a,
        };
        Plane { values: self.alpha.values.iter().map(decided).collect(), ..self.alpha }
    }

    /// Rows and columns of the fine matte as far as which the coarse one reaches.
    fn reach(&self) -> (Range<usize>, Range<usize>) {
        let scale = self.crop.w / self.alpha.width as f64;
        let inside = |start: f64, most: f64, side: usize| {
            let at = |v: f64| ((v - start) / scale).ceil().clamp(0.0, side as f64) as usize;
            at(0.0)..at(most).max(at(0.0))
        };
        (
            inside(self.crop.y, self.coarse.1, self.alpha.height),
            inside(self.crop.x, self.coarse.0, self.alpha.width),
        )
    }

    /// Intersection over union of two mattes of one frame at alpha 0.5, where both can see.
    fn agreement(&self, fine: &Plane) -> f64 {
        let (mut both, mut either) = (0u32, 0u32);
        let (rows, columns) = self.reach();
        for y in rows {
            for (&a, &b) in fine.row(y)[columns.clone()].iter().zip(&self.alpha.row(y)[columns.clone()]) {
                both += u32::from(a > 0.5 && b > 0.5);
                either += u32::from(a > 0.5 || b > 0.5);
            }
        }
        if either == 0 { 0.0 } else { f64::from(both) / f64::from(either) }
    }

    /// Where this and the fine matte contradict each other.
    fn disputed(&self, fine: &Plane) -> Vec<Disputed> {
        let mut disputed = Vec::new();
        let (rows, columns) = self.reach();
        for y in rows {
            let pairs = fine.row(y)[columns.clone()].iter().zip(&self.alpha.row(y)[columns.clone()]);
            for (x, (&a, &b)) in columns.clone().zip(pairs) {
                if (a - b).abs() > CONTRADICTION {
                    disputed.push(Disputed { at: y * fine.width + x, claim: a.max(b) });
                }
            }
        }
        disputed
    }

    /// The fine matte corrected: the mean of both, hardened, with the holes and the haze of the fine one mended well away
    /// from the coarse contour.
    fn steady(&self, fine: &mut Plane) {
        let more = more(fine, &self.alpha);
        let (rows, columns) = self.reach();
        let w = fine.width;
        for i in rows.flat_map(|y| columns.clone().map(move |x| y * w + x)) {
            let a = &mut fine.values[i];
            *a = if self.person[i] {
                1.0
            } else if self.nobody[i] {
                // Haze goes; clothes that the coarse look alone has lost stay.
                if *a < LOST { 0.0 } else { *a }
            } else {
                let lost = ((more[i] - STRANDS) / (LOSS - STRANDS)).clamp(0.0, 1.0);
                let mean = (*a + lost * *a + (1.0 - lost) * self.alpha.values[i]) / 2.0;
                ((mean - HAZE) / (1.0 - HAZE - THROUGH)).clamp(0.0, 1.0)
            };
        }
    }
}

/// How much more `fine` sees than `coarse`, on average over the square of [`REACH`] pixels around each pixel; beyond the
/// edge its pixels are repeated.
fn more(fine: &Plane, coarse: &Plane) -> Vec<f32> {
    const SHARE: f32 = 1.0 / ((2 * REACH + 1) * (2 * REACH + 1)) as f32;
    let (w, h) = (fine.width, fine.height);
    let row = |y: usize| {
        let from = y.saturating_sub(REACH).min(h - 1) * w;
        fine.values[from..from + w].iter().zip(&coarse.values[from..from + w]).map(|(f, c)| f - c)
    };
    // Sums of the columns, without the row that comes next.
    let mut columns = vec![0.0; w];
    for y in 0..2 * REACH {
        columns.iter_mut().zip(row(y)).for_each(|(sum, v)| *sum += v);
    }
    let mut out = Vec::with_capacity(w * h);
    let mut counted = Vec::with_capacity(w + 2 * REACH + 1);
    for y in 0..h {
        columns.iter_mut().zip(row(y + 2 * REACH)).for_each(|(sum, v)| *sum += v);
        counted.clear();
        let mut sum = 0.0;
        counted.push(sum);
        for x in 0..w + 2 * REACH {
            sum += columns[x.saturating_sub(REACH).min(w - 1)];
            counted.push(sum);
        }
        out.extend(counted.iter().zip(&counted[2 * REACH + 1..]).map(|(from, to)| (to - from) * SHARE));
        columns.iter_mut().zip(row(y)).for_each(|(sum, v)| *sum -= v);
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

    fn look(of: &Matte) -> Look {
        Look { crop: of.crop, alpha: of.alpha.clone() }
    }

    fn agreement(fine: &Matte, coarse: &Matte) -> f64 {
        View::of(&look(coarse), &fine.crop, fine.alpha.size()).agreement(&fine.alpha)
    }

    fn steady(fine: &mut Matte, coarse: &Matte) {
        View::of(&look(coarse), &fine.crop, fine.alpha.size()).steady(&mut fine.alpha);
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
        fn what_the_fine_look_sees_more_is_a_mean_of_what_lies_around(
            w in 1usize..40, h in 1usize..40, values in proptest::collection::vec(0.0f32..1.0, 1600),
        ) {
            let fine = Plane { width: w, height: h, values: values[..w * h].to_vec() };
            let told = more(&fine, &Plane::filled(w, h, 0.25));
            let clamp = |at: usize, side: usize| at.saturating_sub(REACH).min(side - 1);
            for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
                let near = |y: usize| (x..=x + 2 * REACH).map(move |x| (clamp(x, w), clamp(y, h)));
                let sum: f32 = (y..=y + 2 * REACH).flat_map(near).map(|(x, y)| fine.at(x, y) - 0.25).sum();
                let mean = sum / (2 * REACH + 1).pow(2) as f32;
                proptest::prop_assert!((told[y * w + x] - mean).abs() < 1e-4);
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
