//! The backdrop replaced by the standard's colour, without a fringe of the old one.
//!
//! A pixel of hair's edge is `I = α·F + (1−α)·B`: person F before backdrop B. B is filled in from where only backdrop
//! is seen, what it contributes is taken away, and the wanted colour T takes its place:
//! `clip(I − (1−α)·B, 0, 255·α) + (1−α)·T`. Where α is 1 the pixel stays as it is, where α is 0 it is exactly T.

mod backdrop;

use domain::spec::{BackgroundMode, BackgroundRule};
use image::RgbImage;

use crate::parallel;
use crate::resample::Plane;

pub use backdrop::{Backdrop, Source, far_from_person};

/// Puts the person before the rule's colour; with [`BackgroundMode::Keep`] gives the picture back unchanged.
///
/// `picture`, `alpha` and `backdrop` show the same piece.
pub fn recolor(picture: &RgbImage, alpha: &Plane, backdrop: &Backdrop, rule: &BackgroundRule) -> RgbImage {
    if rule.mode == BackgroundMode::Keep {
        return picture.clone();
    }
    over(picture, alpha, backdrop, rule.colour)
}

/// Roughly what [`recolor`] will give, before the backdrop is known: about as hard to compress.
pub fn draft(picture: &RgbImage, alpha: &Plane, rule: &BackgroundRule) -> RgbImage {
    let mut out = picture.clone();
    if rule.mode == BackgroundMode::Keep {
        return out;
    }
    for (pixel, &a) in out.pixels_mut().zip(&alpha.values) {
        if a >= 1.0 {
            continue;
        }
        for (own, colour) in pixel.0.iter_mut().zip(rule.colour) {
            *own = (f32::from(*own) * a + f32::from(colour) * (1.0 - a)).round() as u8;
        }
    }
    out
}

/// Puts the person before a colour, taking away what the known backdrop shines through.
pub fn over(picture: &RgbImage, alpha: &Plane, backdrop: &Backdrop, colour: [u8; 3]) -> RgbImage {
    let mut out = picture.clone();
    let width = alpha.width;
    parallel::rows(&mut out, width * 3, |y, row| {
        for (x, (pixel, &a)) in row.as_chunks_mut::<3>().0.iter_mut().zip(alpha.row(y)).enumerate() {
            if a >= 1.0 {
                continue;
            }
            if a <= 0.0 {
                *pixel = colour;
                continue;
            }
            let behind = backdrop.at(x, y);
            *pixel = std::array::from_fn(|c| {
                let person = (f32::from(pixel[c]) - (1.0 - a) * behind[c]).clamp(0.0, 255.0 * a);
                (person + (1.0 - a) * f32::from(colour[c])).round().clamp(0.0, 255.0) as u8
            });
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

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
    fn keep_keeps_every_pixel() {
        let (picture, alpha, _) = scene();
        let rule = BackgroundRule { mode: BackgroundMode::Keep, ..RULE };
        assert_eq!(recolor(&picture, &alpha, &Backdrop::estimate(&picture, &alpha, None), &rule), picture);
    }
}
