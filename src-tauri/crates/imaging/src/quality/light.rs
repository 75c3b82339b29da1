//! Light on the face.

use domain::{Class, Finding, FindingCode, Limit, Text};
use image::RgbImage;
use serde::Serialize;

use super::{FaceArea, Measures, luminance, luminances};
use crate::face::Face;
use crate::resample::{self, Kernel};

/// Light on the face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Light {
    /// Mean luminance of the face, 0–255.
    pub mean: f64,
    /// Part of the face with luminance 247–255 (OFIQ).
    pub over: f64,
    /// Part of the face with luminance 0–25 (OFIQ).
    pub under: f64,
    /// 0–1: shared part of the luminance histograms of both cheeks, to the power 0.3 (OFIQ).
    pub even: f64,
    /// Luminance that 2% of the picture reach: low only if the whole scene is dark, whatever the skin.
    pub highlight: f64,
    /// Brighter cheek over darker cheek, minus 1.
    pub imbalance: f64,
}

/// Part of the face that may be blown out.
const MOST_OVER: f64 = 0.03;
/// Part of the face that may be black.
const MOST_UNDER: f64 = 0.35;
/// Mean luminance below which any face is too dark.
const DARKEST: f64 = 38.0;
/// Mean luminance below which a face is too dark, or may be, if nothing in the picture is brighter than [`DIM`]: dark
/// skin in good light stands before a bright backdrop.
const DARK: f64 = 75.0;
const DARK_MAYBE: f64 = 90.0;
const DIM: f64 = 120.0;
/// Mean luminance above which a face is too bright.
const BRIGHTEST: f64 = 225.0;
/// One side brighter than the other by this part: a look is needed, or another picture. Evenly lit booth frames stay
/// below 0.15.
const IMBALANCE_MAYBE: f64 = 0.22;
const IMBALANCE: f64 = 0.50;

pub(crate) fn measure(picture: &RgbImage, area: &FaceArea) -> Light {
    let eyes_y = (area.eyes[0][1] + area.eyes[1][1]) / 2.0;
    let centre = [area.centre_x(), (eyes_y + area.chin[1]) / 2.0];
    let half = [area.width() * 0.36, (area.chin[1] - eyes_y) * 0.48];
    let (mut sum, mut over, mut under, mut count) = (0.0, 0u32, 0u32, 0u32);
    for (x, y) in area.pixels(centre, half) {
        let value = luminance(picture.get_pixel(x, y));
        sum += value;
        over += u32::from(value >= 247.0);
        under += u32::from(value <= 25.0);
        count += 1;
    }
    let part = |n: u32| f64::from(n) / f64::from(count.max(1));
    let [left, right] = cheeks(picture, area);
    let shared: f64 = left.0.iter().zip(&right.0).map(|(a, b)| a.min(*b)).sum();
    let (bright, dark) = (left.1.max(right.1), left.1.min(right.1));
    Light {
        mean: sum / f64::from(count.max(1)),
        over: part(over),
        under: part(under),
        even: shared.powf(0.3),
        imbalance: bright / dark.max(1.0) - 1.0,
        highlight: highlight(picture),
    }
}

fn highlight(picture: &RgbImage) -> f64 {
    let mut histogram = [0u32; 256];
    for pixel in picture.pixels() {
        histogram[luminance(pixel).clamp(0.0, 255.0) as usize] += 1;
    }
    let mut left = picture.width() * picture.height() / 50;
    for (value, count) in histogram.into_iter().enumerate().rev() {
        if count > left {
            return value as f64;
        }
        left -= count;
    }
    0.0
}

/// Histogram (parts of the whole) and mean luminance of a square on either cheek, side 0.3 × eye distance, between
/// eyes and mouth.
fn cheeks(picture: &RgbImage, area: &FaceArea) -> [(Vec<f64>, f64); 2] {
    let side = area.eye_distance() * 0.3;
    // Along the face's own axes, since a tilted head has its cheeks elsewhere.
    let across = [area.eyes[1][0] - area.eyes[0][0], area.eyes[1][1] - area.eyes[0][1]];
    let middle = [(area.eyes[0][0] + area.eyes[1][0]) / 2.0, (area.eyes[0][1] + area.eyes[1][1]) / 2.0];
    let down = [area.mouth[0] - middle[0], area.mouth[1] - middle[1]];
    [0, 1].map(|i| {
        // A little outwards from below the eye: that is where a lamp at one side shows.
        let out = if i == 0 { -0.12 } else { 0.12 };
        let centre = [0, 1].map(|c| area.eyes[i][c] + across[c] * out + down[c] * 0.55);
        let mut histogram = vec![0.0; 256];
        let (mut sum, mut count) = (0.0, 0.0);
        for (x, y) in area.pixels(centre, [side / 2.0; 2]) {
            let value = luminance(picture.get_pixel(x, y));
            histogram[value.clamp(0.0, 255.0) as usize] += 1.0;
            sum += value;
            count += 1.0;
        }
        let count = f64::max(count, 1.0);
        histogram.iter_mut().for_each(|bin| *bin /= count);
        (histogram, sum / count)
    })
}

/// Detail around the eyes of a frame, for comparing frames of one burst.
pub fn eye_detail(frame: &RgbImage, face: &Face) -> f64 {
    let half = face.eye_distance();
    let centre = [(face.eye_left[0] + face.eye_right[0]) / 2.0, face.eye_line()];
    let crop = domain::Crop { x: centre[0] - half, y: centre[1] - half * 0.5, w: half * 2.0, h: half };
    // Twice as many pixels as a delivered picture has there.
    let piece = resample::cut_rgb(frame, &crop, domain::Size { width: 256, height: 128 }, Kernel::Smooth);
    let luma = luminances(&piece);
    let energy: f64 = (1..127usize)
        .flat_map(|y| (1..255usize).map(move |x| y * 256 + x))
        .map(|at| {
            f64::from(4.0 * luma[at] - luma[at - 1] - luma[at + 1] - luma[at - 256] - luma[at + 256]).abs()
        })
        .sum();
    energy / (126.0 * 254.0)
}

pub fn judge(measures: &Measures, findings: &mut Vec<Finding>) {
    /// Degrees beyond which the cheeks face different lamps anyway, and the turn itself is what has to be said.
    const TURNED: f64 = 14.0;
    exposure(&measures.light, findings);
    if measures.yaw_deg.abs() < TURNED {
        let sided = measures.skin.map_or(0.0, |skin| skin.sided);
        balance(measures.light.imbalance.max(sided), findings);
    }
}

fn exposure(light: &Light, findings: &mut Vec<Finding>) {
    if light.over > MOST_OVER || light.mean > BRIGHTEST {
        let text = Text::new(
            format!("脸上有 {:.0}% 过曝：请调暗灯光或减小曝光再拍", light.over * 100.0),
            format!(
                "{:.0}% of the face is blown out: dim the lamps or lower the exposure, then shoot again",
                light.over * 100.0
            ),
        );
        let limit = Limit::at_most(MOST_OVER);
        findings.push(Finding::measured(FindingCode::OverExposed, Class::Retake, light.over, limit, text));
    }
    let dim = light.highlight < DIM;
    let (class, least) = match light.mean {
        _ if light.under > MOST_UNDER => (Class::Retake, DARKEST),
        mean if mean < DARKEST => (Class::Retake, DARKEST),
        mean if mean < DARK && dim => (Class::Retake, DARK),
        mean if mean < DARK_MAYBE && dim => (Class::Review, DARK_MAYBE),
        _ => return,
    };
    let text = Text::new(
        format!("脸太暗（平均亮度 {:.0}）：请加灯光或增加曝光再拍", light.mean),
        format!(
            "The face is too dark (mean luminance {:.0}): add light or raise the exposure, then shoot again",
            light.mean
        ),
    );
    findings.push(Finding::measured(
        FindingCode::UnderExposed,
        class,
        light.mean,
        Limit::at_least(least),
        text,
    ));
}

/// `difference` is the larger one of the cheeks' and of the whole face's: a lamp at one side that is only half on
/// shows on nose, forehead and jaw before it shows on the cheeks.
fn balance(difference: f64, findings: &mut Vec<Finding>) {
    let class = match difference {
        d if d > IMBALANCE => Class::Retake,
        d if d > IMBALANCE_MAYBE => Class::Review,
        _ => return,
    };
    let text = Text::new(
        format!("两边脸亮度相差 {:.0}%：请调整两侧灯光再拍", difference * 100.0),
        format!(
            "One side of the face is {:.0}% brighter: balance the lamps, then shoot again",
            difference * 100.0
        ),
    );
    let limit = Limit::at_most(IMBALANCE_MAYBE);
    findings.push(Finding::measured(FindingCode::LightBalance, class, difference, limit, text));
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL_LIT: Light =
        Light { mean: 140.0, over: 0.0, under: 0.0, even: 0.9, highlight: 210.0, imbalance: 0.05 };

    fn exposed(light: Light) -> Vec<(FindingCode, Class)> {
        let mut findings = Vec::new();
        exposure(&light, &mut findings);
        findings.iter().map(|f| (f.code, f.class)).collect()
    }

    #[test]
    fn dark_skin_in_good_light_is_not_dark() {
        assert_eq!(exposed(WELL_LIT), []);
        assert_eq!(exposed(Light { mean: 60.0, highlight: 235.0, ..WELL_LIT }), []);
        let dim = Light { mean: 60.0, highlight: 80.0, ..WELL_LIT };
        assert_eq!(exposed(dim), [(FindingCode::UnderExposed, Class::Retake)]);
        let dusk = Light { mean: 82.0, highlight: 110.0, ..WELL_LIT };
        assert_eq!(exposed(dusk), [(FindingCode::UnderExposed, Class::Review)]);
        assert_eq!(exposed(Light { over: 0.2, ..WELL_LIT }), [(FindingCode::OverExposed, Class::Retake)]);
    }

    #[test]
    fn a_half_lit_face_is_looked_at_and_a_dark_half_is_shot_again() {
        let class = |difference: f64| {
            let mut findings = Vec::new();
            balance(difference, &mut findings);
            findings.first().map(|f| f.class)
        };
        assert_eq!([class(0.1), class(0.21)], [None; 2]);
        assert_eq!(class(0.28), Some(Class::Review));
        assert_eq!(class(0.6), Some(Class::Retake));
    }
}
