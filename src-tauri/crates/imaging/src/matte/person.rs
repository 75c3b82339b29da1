//! What the model is shown, and from its raw alpha to the matte of one person.

use domain::Crop;
use image::RgbImage;

use crate::face::Face;
use crate::resample::Plane;

/// Alpha below which a pixel counts as background, and the same distance from 1 as person: the model never quite
/// reaches either.
const SNAP: f32 = 0.02;
/// Alpha that still ties a strand of hair to the head.
const TIE: f32 = 0.04;

/// Stretches the alpha to its ends, fills the face and drops what is not attached to it.
pub fn tidy(alpha: &mut Plane, crop: &Crop, face: &Face) {
    for a in &mut alpha.values {
        *a = if a.is_finite() { ((*a - SNAP) / (1.0 - 2.0 * SNAP)).clamp(0.0, 1.0) } else { 0.0 };
    }
    let oval = inner_face(alpha, crop, face);
    for &at in &oval {
        alpha.values[at] = 1.0;
    }
    keep_attached(alpha, &oval);
}

/// Pixels of the matte well inside the face: never transparent, whatever the model says.
fn inner_face(alpha: &Plane, crop: &Crop, face: &Face) -> Vec<usize> {
    let scale = alpha.width as f64 / crop.w;
    let eyes = (face.eye_left[1] + face.eye_right[1]) / 2.0;
    let centre = [(face.cheek_left + face.cheek_right) / 2.0, (eyes + face.chin[1]) / 2.0];
    let half = [(face.cheek_right - face.cheek_left) * 0.33, (face.chin[1] - eyes) * 0.5];
    let to = |v: f64, start: f64| (v - start) * scale;
    let row = |y: f64| to(y, crop.y).clamp(0.0, alpha.height as f64) as usize;
    let mut inside = Vec::new();
    for y in row(centre[1] - half[1])..row(centre[1] + half[1]) {
        let dy = (y as f64 + 0.5 - to(centre[1], crop.y)) / (half[1] * scale);
        let reach = half[0] * (1.0 - dy * dy).max(0.0).sqrt();
        let column = |x: f64| to(x, crop.x).clamp(0.0, alpha.width as f64) as usize;
        inside.extend((column(centre[0] - reach)..column(centre[0] + reach)).map(|x| y * alpha.width + x));
    }
    inside
}

/// Zeroes everything that no chain of pixels above [`TIE`] joins to the face.
fn keep_attached(alpha: &mut Plane, seeds: &[usize]) {
    /// Not reached yet, and ties nothing or something further.
    const FAINT: u8 = 0;
    const TIED: u8 = 1;
    const REACHED: u8 = 2;
    let (w, h) = (alpha.width, alpha.height);
    // One more on every side, so that every pixel has eight neighbours; the rim counts as reached.
    let wide = w + 2;
    let mut state = vec![REACHED; wide * (h + 2)];
    for (row, values) in state.chunks_exact_mut(wide).skip(1).zip(alpha.values.chunks_exact(w)) {
        for (s, &a) in row[1..].iter_mut().zip(values) {
            *s = if a > TIE { TIED } else { FAINT };
        }
    }
    let mut queue: Vec<usize> = seeds.iter().map(|at| (at / w + 1) * wide + at % w + 1).collect();
    for &at in &queue {
        state[at] = REACHED;
    }
    while let Some(at) = queue.pop() {
        for start in [at - wide - 1, at - 1, at + wide - 1] {
            for (of, state) in state[start..start + 3].iter_mut().enumerate() {
                // The faint seam around what is tied belongs to it, but ties nothing further.
                if *state == TIED {
                    queue.push(start + of);
                }
                *state = REACHED;
            }
        }
    }
    for (row, values) in state.chunks_exact(wide).skip(1).zip(alpha.values.chunks_exact_mut(w)) {
        for (&s, a) in row[1..].iter().zip(values) {
            if s != REACHED {
                *a = 0.0;
            }
        }
    }
}

/// The model's input, brighter where the frame is dark: in the dark the model loses people. Only the model ever sees
/// this, and only the frame's lightest parts decide, so that dark skin is not taken for darkness.
///
/// Half of the way (in the logarithm) to a well-lit frame, and no smoothing: measured on six people at a third to a
/// fifteenth of their light with noise, more gain lifts the noise with them and smoothing costs the hair.
pub fn lifted(mut picture: RgbImage) -> RgbImage {
    /// The luminance that 5% of a well-lit frame exceed, and below which a frame is lifted.
    const LIT: f32 = 200.0;
    const DARK: f32 = 150.0;
    let light = light(&picture);
    if light < DARK {
        let gain = (LIT / light.max(8.0)).sqrt();
        for value in picture.iter_mut() {
            *value = (f32::from(*value) * gain).round().min(255.0) as u8;
        }
    }
    picture
}

/// The mean of the channels that 5% of the pixels exceed.
fn light(picture: &RgbImage) -> f32 {
    let mut counts = [0u32; 256];
    for pixel in picture.pixels() {
        counts[pixel.0.iter().map(|&v| usize::from(v)).sum::<usize>() / 3] += 1;
    }
    let (mut above, most) = (0, picture.width() * picture.height() / 20);
    for (value, count) in counts.iter().enumerate().rev() {
        above += count;
        if above > most {
            return value as f32;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_island_goes_and_a_faint_strand_stays() {
        let mut alpha = Plane::filled(20, 10, 0.0);
        for x in 2..6 {
            alpha.values[5 * 20 + x] = 1.0;
        }
        for x in 6..9 {
            alpha.values[5 * 20 + x] = 0.1;
        }
        alpha.values[5 * 20 + 15] = 1.0;
        keep_attached(&mut alpha, &[5 * 20 + 3]);
        assert_eq!(alpha.at(15, 5), 0.0);
        assert_eq!(alpha.at(8, 5), 0.1);
        assert_eq!(alpha.at(2, 5), 1.0);
    }

    #[test]
    fn a_dark_frame_is_lifted_and_a_dark_person_in_good_light_is_not() {
        let before = |wall: u8| {
            RgbImage::from_fn(40, 40, |x, _| image::Rgb([if (10..30).contains(&x) { 30 } else { wall }; 3]))
        };
        assert_eq!(lifted(before(210)), before(210));
        let dark = lifted(before(50));
        assert_eq!((dark.get_pixel(0, 0).0[0], dark.get_pixel(20, 0).0[0]), (100, 60));
        assert_eq!(lifted(RgbImage::new(4, 4)), RgbImage::new(4, 4));
    }
}
