//! From the model's raw alpha to the matte of one person.

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
    let (w, h) = (alpha.width, alpha.height);
    let mut reached = vec![false; w * h];
    let mut queue: Vec<usize> = seeds.to_vec();
    for &at in seeds {
        reached[at] = true;
    }
    while let Some(at) = queue.pop() {
        let (x, y) = (at % w, at / w);
        for ny in y.saturating_sub(1)..=(y + 1).min(h - 1) {
            for nx in x.saturating_sub(1)..=(x + 1).min(w - 1) {
                let next = ny * w + nx;
                if !reached[next] {
                    reached[next] = true;
                    // The faint seam around what is tied belongs to it, but ties nothing further.
                    if alpha.values[next] > TIE {
                        queue.push(next);
                    }
                }
            }
        }
    }
    for (a, reached) in alpha.values.iter_mut().zip(reached) {
        if !reached {
            *a = 0.0;
        }
    }
}

/// The model's input, brighter and smoother where the frame is too dark for the model: it loses the person in noise.
/// Only the model ever sees this.
pub fn lifted(picture: RgbImage, face: &Face, crop: &Crop) -> RgbImage {
    /// Mean luminance of a face below which the input is lifted, and to which it is lifted.
    const DARK: f64 = 80.0;
    let luminance = face_luminance(&picture, face, crop);
    if luminance >= DARK {
        return picture;
    }
    let gain = (DARK / luminance.max(8.0)) as f32;
    let (w, h) = picture.dimensions();
    RgbImage::from_fn(w, h, |x, y| {
        let mut sum = [0.0f32; 3];
        let mut count = 0.0;
        for ny in y.saturating_sub(1)..=(y + 1).min(h - 1) {
            for nx in x.saturating_sub(1)..=(x + 1).min(w - 1) {
                count += 1.0;
                for (s, c) in sum.iter_mut().zip(picture.get_pixel(nx, ny).0) {
                    *s += f32::from(c);
                }
            }
        }
        image::Rgb(sum.map(|s| (s / count * gain).clamp(0.0, 255.0) as u8))
    })
}

fn face_luminance(picture: &RgbImage, face: &Face, crop: &Crop) -> f64 {
    let scale = f64::from(picture.width()) / crop.w;
    let range = |a: f64, b: f64, start: f64, most: u32| {
        let to = |v: f64| ((v - start) * scale).clamp(0.0, f64::from(most)) as u32;
        to(a)..to(b)
    };
    let width = face.cheek_right - face.cheek_left;
    let xs = range(face.cheek_left + width * 0.2, face.cheek_right - width * 0.2, crop.x, picture.width());
    let ys = range(face.eye_left[1], face.chin[1], crop.y, picture.height());
    let (mut sum, mut count) = (0.0, 0u32);
    for y in ys {
        for x in xs.clone() {
            let [r, g, b] = picture.get_pixel(x, y).0.map(f64::from);
            sum += 0.299 * r + 0.587 * g + 0.114 * b;
            count += 1;
        }
    }
    if count == 0 { 255.0 } else { sum / f64::from(count) }
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
}
