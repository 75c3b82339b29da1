//! How sharp the face is.
//!
//! Two measures, since each alone can be fooled. The first (Crété et al. 2007) counts the detail that a blur takes
//! away: noise counts as detail, so that a soft picture from a noisy camera passes. The second compares the steepest
//! edges around the eyes (95th percentile of the gradient) at two scales, 0.8 and 2.4 pixels of a face with 100
//! pixels between the eyes, after what cheeks show at the same scales, noise and pores, has been taken away. Measured
//! on 14 booth faces, blurred by σ delivered pixels with noise of 2.5 levels added after:
//!
//! | σ | first | second |
//! |---|---|---|
//! | 0 | 0.38–0.60 | 1.54–2.02 |
//! | 1.6 | 0.42–0.66 | 1.27–1.58 |
//! | 2.0 | 0.41–0.65 | 1.21–1.52 |
//!
//! The eyes of dark faces show glints as steep as anything, so that they ask for more (see [`bounds`]).

use domain::{Class, Finding, FindingCode, Limit, Text};
use image::RgbImage;

use super::aligned::{Aligned, percentile};
use super::{FaceArea, luminances};

/// Detail below which the picture may be, and certainly is, out of focus.
const SOFT_MAYBE: f64 = 0.34;
const SOFT: f64 = 0.31;
/// Steepness of edges below which the picture may be, and certainly is, out of focus, on light skin.
const BLUNT_MAYBE: f64 = 1.43;
const BLUNT: f64 = 1.30;
/// Added on skin of L* 40 and below; nothing from L* 60 on.
const GLINTS: f64 = 0.2;

/// Detail of eyes, nose and mouth: how much of the differences between neighbouring pixels a blur takes away
/// (no-reference measure of Crété et al. 2007, turned round so that 1 is sharp and 0 is blurred).
pub(crate) fn detail(picture: &RgbImage, area: &FaceArea) -> f64 {
    let luma = luminances(picture);
    let eyes_y = (area.eyes[0][1] + area.eyes[1][1]) / 2.0;
    let centre = [area.centre_x(), (eyes_y + area.mouth[1]) / 2.0];
    let half = [area.width() * 0.42, (area.mouth[1] - eyes_y) * 0.85];
    crete(&luma, picture.width() as usize, area.pixels(centre, half))
}

fn crete(luma: &[f32], width: usize, pixels: impl Iterator<Item = (u32, u32)>) -> f64 {
    /// Half the length of the blur.
    const REACH: usize = 4;
    let height = luma.len() / width;
    let (mut all, mut lost) = ([0.0f64; 2], [0.0f64; 2]);
    for (x, y) in pixels {
        let (x, y) = (x as usize, y as usize);
        if x <= REACH || y <= REACH || x + REACH >= width || y + REACH >= height {
            continue;
        }
        let at = y * width + x;
        for (i, step) in [1, width].into_iter().enumerate() {
            let difference = (luma[at] - luma[at - step]).abs();
            // The difference of two neighbouring means of 9 is that of the pixels at their far ends.
            let blurred =
                (luma[at + REACH * step] - luma[at - (REACH + 1) * step]).abs() / (2 * REACH + 1) as f32;
            all[i] += f64::from(difference);
            lost[i] += f64::from((difference - blurred).max(0.0));
        }
    }
    (0..2).map(|i| if all[i] > 0.0 { lost[i] / all[i] } else { 0.0 }).fold(1.0, f64::min)
}

/// Steepness of the edges around the eyes: 1 is a blur wider than both scales, 3 a step of one pixel.
pub(crate) fn steepness(face: &Aligned) -> f64 {
    let at_scale = |sigma: f32| {
        let smooth = face.smoothed(sigma);
        let steepest = |pixels: Vec<usize>| {
            let mut values: Vec<f64> = pixels.into_iter().map(|at| gradient(&smooth, at)).collect();
            percentile(&mut values, 0.95)
        };
        let eyes = (0..2).flat_map(|side| face.ellipse(face.eye(side), [34.0, 20.0])).collect();
        let cheeks = (0..2).flat_map(|side| face.ellipse(face.cheek(side), [14.0, 14.0])).collect();
        (steepest(eyes).powi(2) - steepest(cheeks).powi(2)).max(0.0)
    };
    (at_scale(0.8) / at_scale(2.4).max(1e-6)).sqrt().min(3.0)
}

/// Sobel's gradient, in levels a pixel.
fn gradient(values: &[f32], at: usize) -> f64 {
    const W: usize = Aligned::WIDTH;
    if at <= W || at + W + 1 >= values.len() {
        return 0.0;
    }
    let v = |offset: usize| f64::from(values[at + offset - W - 1]);
    let (up, mid, down) = (0, W, 2 * W);
    let gx = v(up + 2) + 2.0 * v(mid + 2) + v(down + 2) - v(up) - 2.0 * v(mid) - v(down);
    let gy = v(down) + 2.0 * v(down + 1) + v(down + 2) - v(up) - 2.0 * v(up + 1) - v(up + 2);
    gx.hypot(gy) / 8.0
}

/// What is sharp enough on skin of this lightness: certainly not below the first, certainly above the second.
fn bounds(lightness: f64) -> (f64, f64) {
    let more = GLINTS * ((60.0 - lightness) / 20.0).clamp(0.0, 1.0);
    (BLUNT + more, BLUNT_MAYBE + more)
}

/// `steep` is [`steepness`] with the skin's L*, where the face could be aligned.
pub fn judge(detail: f64, steep: Option<(f64, f64)>, findings: &mut Vec<Finding>) {
    let class = |value: f64, (sure, maybe): (f64, f64)| match value {
        v if v < sure => Some(Class::Retake),
        v if v < maybe => Some(Class::Review),
        _ => None,
    };
    let by_detail = class(detail, (SOFT, SOFT_MAYBE));
    let by_edges = steep.and_then(|(value, lightness)| class(value, bounds(lightness)));
    let Some(worst) = by_detail.max(by_edges) else { return };
    let text = match worst {
        Class::Retake => Text::new(
            "照片模糊：请对焦、让学生不要动再拍",
            "Blurred: focus, ask the student to keep still, then shoot again",
        ),
        _ => Text::new("照片可能不够清晰：请放大看一眼", "May be out of focus: have a closer look"),
    };
    let (value, least) = match steep {
        Some((value, lightness)) if by_edges >= by_detail => (value, bounds(lightness).1),
        _ => (detail, SOFT_MAYBE),
    };
    findings.push(Finding::measured(FindingCode::Sharpness, worst, value, Limit::at_least(least), text));
}

#[cfg(test)]
mod tests {
    use super::super::aligned::tests::plain;
    use super::*;

    #[test]
    fn a_blur_costs_detail() {
        // Squares of 3 px in no order, then the same through a mean of 7 from left to right.
        let (w, h) = (120usize, 60usize);
        let square = |x: usize, y: usize| ((x * 7919 + y * 104_729) % 191) as f32 + 30.0;
        let sharp: Vec<f32> = (0..w * h).map(|i| square(i % w / 3, i / w / 3)).collect();
        let blurred: Vec<f32> = (0..w * h)
            .map(|i| {
                let x = i % w;
                let row = &sharp[i / w * w..(i / w + 1) * w];
                let around = &row[x.saturating_sub(3)..(x + 4).min(w)];
                around.iter().sum::<f32>() / around.len() as f32
            })
            .collect();
        let all = || (0..h as u32).flat_map(|y| (0..w as u32).map(move |x| (x, y)));
        let (before, after) = (crete(&sharp, w, all()), crete(&blurred, w, all()));
        assert!(before > 0.6 && after < before - 0.15, "{before} {after}");
    }

    /// Dark lids on light skin, seen through a blur, with the same grain everywhere afterwards.
    fn eyes(blur: f32, grain: f32) -> Aligned {
        let mut face = plain([205, 160, 140]);
        for side in 0..2 {
            let eye = face.eye(side);
            for (dy, colour) in [(-6.0, [30, 24, 22]), (4.0, [60, 40, 34])] {
                let line = face.around([eye[0], eye[1] + dy], [22.0, 2.0]);
                face.paint(line, colour);
            }
            let iris = face.ellipse(eye, [9.0, 9.0]);
            face.paint(iris, [35, 26, 22]);
        }
        if blur > 0.0 {
            face.luma = face.smoothed(blur);
        }
        let mut state = 7u32;
        for v in &mut face.luma {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *v += ((state >> 16) as f32 / 65_535.0 - 0.5) * 2.0 * grain;
        }
        face
    }

    #[test]
    fn grain_does_not_make_a_soft_face_sharp() {
        let class = |face: &Aligned| {
            let mut findings = Vec::new();
            judge(0.6, Some((steepness(face), 70.0)), &mut findings);
            findings.first().map(|f| f.class)
        };
        assert_eq!(class(&eyes(0.0, 0.0)), None);
        assert_eq!(class(&eyes(0.6, 4.0)), None);
        assert_eq!(class(&eyes(3.0, 4.0)), Some(Class::Retake));
    }
}
