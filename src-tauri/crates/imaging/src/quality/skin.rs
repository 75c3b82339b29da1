//! Skin: its colour, what shines on it, and whether one side of it lies in the dark.

use domain::{Class, Finding, FindingCode, Limit, Text};
use serde::Serialize;

use super::aligned::{Aligned, median};
use super::colour::lab;

/// What the face's skin looks like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Skin {
    /// Median L*a*b* of both cheeks.
    pub lab: [f64; 3],
    /// How far a* and b* of the cheeks lie outside 5–25 and 5–35 (OFIQ's natural colour).
    pub cast: f64,
    /// Part of the skin that shines white: all channels above 215 and at least a quarter brighter than the skin's
    /// median.
    pub highlight: f64,
    /// Brighter side over darker side, minus 1: median over ten pairs of mirrored places from forehead to jaw.
    pub sided: f64,
}

/// Ranges of natural skin on the cheeks (OFIQ, "natural colour", after ISO/IEC 29794-5).
const NATURAL_A: [f64; 2] = [5.0, 25.0];
const NATURAL_B: [f64; 2] = [5.0, 35.0];
/// Distance outside them that calls for a look, and that no skin has. Flushed cheeks reach 4.
const CAST_MAYBE: f64 = 4.5;
const CAST: f64 = 10.0;
/// Below this L* skin is less yellow in proportion: at L* 33–50 faces in white light show b* 10–30, and under a yellow
/// lamp 29–50.
const FAIR: f64 = 55.0;
/// Below this L* colours shrink towards grey and the ranges do not hold; the hue does: skin of every depth lies between
/// red and yellow (hue angles 40–75°, Weatherall and Coombs 1992), widened here for lamps and cameras.
const DARK: f64 = 30.0;
const DARK_HUE: [f64; 2] = [8.0, 96.0];
/// Less chroma than this has no hue to speak of.
const DARK_CHROMA: f64 = 5.0;
/// Weight of a degree of hue beyond the range, in the unit of [`Skin::cast`]: 18° call for a look.
const DARK_DEGREE: f64 = 0.25;
/// Shining part of the skin: clean booth frames stay below 0.03.
const SHINE_MAYBE: f64 = 0.06;
const SHINE: f64 = 0.15;

/// Mirrored places of the mesh: cheeks, jaw, forehead, sides of the nose.
const MIRRORED: [[usize; 2]; 10] = [
    [50, 280],
    [205, 425],
    [187, 411],
    [147, 376],
    [123, 352],
    [69, 299],
    [108, 337],
    [101, 330],
    [36, 266],
    [207, 427],
];
/// Outline of the face in the mesh.
const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176,
    149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

pub(crate) fn measure(face: &Aligned) -> Skin {
    let lab = colour(face);
    Skin { lab, cast: cast_of(lab), highlight: highlight(face), sided: sided(face) }
}

/// How far a skin colour lies from any natural one. Of dark skin the hue alone is asked, and never for certain.
fn cast_of([lightness, a, b]: [f64; 3]) -> f64 {
    let outside = |v: f64, [min, max]: [f64; 2]| (min - v).max(v - max).max(0.0);
    if lightness >= DARK {
        return outside(a, NATURAL_A).hypot(outside(b, [NATURAL_B[0], yellowest(lightness)]));
    }
    if a.hypot(b) < DARK_CHROMA {
        return 0.0;
    }
    (outside(b.atan2(a).to_degrees(), DARK_HUE) * DARK_DEGREE).min(CAST)
}

/// Largest natural b* of skin of this lightness.
fn yellowest(lightness: f64) -> f64 {
    NATURAL_B[1] * (lightness / FAIR).clamp(0.6, 1.0)
}

/// Median L*a*b* of the cheeks.
pub(crate) fn colour(face: &Aligned) -> [f64; 3] {
    /// Half the side of the square on each cheek: OFIQ's 0.3 of the eyes' distance.
    const HALF: f64 = 15.0;
    let pixels = (0..2).flat_map(|side| face.around(face.cheek(side), [HALF; 2]));
    let colours: Vec<[f64; 3]> = pixels.map(|at| lab(face.colour(at))).collect();
    std::array::from_fn(|c| median(&mut colours.iter().map(|p| p[c]).collect::<Vec<_>>()))
}

/// Skin without eyes, brows and mouth.
fn bare(face: &Aligned) -> Vec<usize> {
    let corners: Vec<[f64; 2]> = OVAL.iter().map(|&i| face.points[i]).collect();
    // A little inwards, away from hair and backdrop.
    let centre = face.points[1];
    let inner: Vec<[f64; 2]> =
        corners.iter().map(|p| [0, 1].map(|c| centre[c] + (p[c] - centre[c]) * 0.92)).collect();
    let holes = [(face.eye(0), [36.0, 32.0]), (face.eye(1), [36.0, 32.0]), (face.mouth(), [45.0, 26.0])];
    let mut skin = face.polygon(&inner);
    skin.retain(|at| {
        let [x, y] = [(at % Aligned::WIDTH) as f64, (at / Aligned::WIDTH) as f64];
        holes.iter().all(|(c, h)| ((x - c[0]) / h[0]).powi(2) + ((y - c[1]) / h[1]).powi(2) > 1.0)
    });
    skin
}

fn highlight(face: &Aligned) -> f64 {
    let skin = bare(face);
    let mut light: Vec<f64> = skin.iter().map(|&at| f64::from(face.luma[at])).collect();
    let middle = median(&mut light);
    let shines = |at: &&usize| {
        face.colour(**at).iter().all(|&c| c > 215) && f64::from(face.luma[**at]) > middle * 1.25
    };
    skin.iter().filter(shines).count() as f64 / skin.len().max(1) as f64
}

fn sided(face: &Aligned) -> f64 {
    let light = |i: usize| {
        let mut values: Vec<f64> =
            face.around(face.points[i], [3.5; 2]).map(|at| f64::from(face.luma[at])).collect();
        if values.len() < 20 { None } else { Some(median(&mut values).max(1.0)) }
    };
    let mut ratios: Vec<f64> =
        MIRRORED.iter().filter_map(|[l, r]| Some((light(*l)? / light(*r)?).ln())).collect();
    median(&mut ratios).abs().exp() - 1.0
}

pub fn judge(skin: &Skin, findings: &mut Vec<Finding>) {
    cast(skin, findings);
    shine(skin.highlight, findings);
}

fn cast(skin: &Skin, findings: &mut Vec<Finding>) {
    let class = match skin.cast {
        c if c > CAST => Class::Retake,
        c if c > CAST_MAYBE => Class::Review,
        _ => return,
    };
    let [lightness, a, b] = skin.lab;
    let (zh, en) = if b < NATURAL_B[0] && a < NATURAL_A[1] {
        ("偏蓝或偏绿", "blue or green")
    } else if b > yellowest(lightness) {
        ("偏黄", "yellow")
    } else {
        ("偏红", "red")
    };
    let text = Text::new(
        format!("肤色{zh}：请校正白平衡，检查灯光色温后再拍"),
        format!("The skin looks too {en}: set the white balance, check the lamps' colour, then shoot again"),
    );
    findings.push(Finding::measured(
        FindingCode::ColourCast,
        class,
        skin.cast,
        Limit::at_most(CAST_MAYBE),
        text,
    ));
}

fn shine(part: f64, findings: &mut Vec<Finding>) {
    let class = match part {
        p if p > SHINE => Class::Retake,
        p if p > SHINE_MAYBE => Class::Review,
        _ => return,
    };
    let text = Text::new(
        format!("脸上有 {:.0}% 反光：请吸油或调整灯光角度再拍", part * 100.0),
        format!("{:.0}% of the skin shines: blot it or turn the lamps, then shoot again", part * 100.0),
    );
    findings.push(Finding::measured(
        FindingCode::SkinHighlight,
        class,
        part,
        Limit::at_most(SHINE_MAYBE),
        text,
    ));
}

#[cfg(test)]
mod tests {
    use super::super::aligned::tests::plain;
    use super::*;

    const SKIN: [u8; 3] = [205, 160, 140];

    fn codes(face: &Aligned) -> Vec<(FindingCode, Class)> {
        let mut findings = Vec::new();
        judge(&measure(face), &mut findings);
        findings.iter().map(|f| (f.code, f.class)).collect()
    }

    #[test]
    fn natural_skin_of_any_depth_is_natural() {
        for skin in [SKIN, [240, 205, 185], [95, 62, 48], [150, 105, 80]] {
            assert_eq!(codes(&plain(skin)), [], "{skin:?}");
        }
    }

    #[test]
    fn skin_under_blue_light_is_looked_at_and_blue_skin_is_shot_again() {
        assert_eq!(codes(&plain([168, 165, 163])), [(FindingCode::ColourCast, Class::Review)]);
        assert_eq!(codes(&plain([150, 165, 190])), [(FindingCode::ColourCast, Class::Retake)]);
        assert_eq!(codes(&plain([215, 170, 70])), [(FindingCode::ColourCast, Class::Retake)]);
        // Brown skin under a yellow lamp is not yellower than fair skin in white light.
        let mut findings = Vec::new();
        judge(&measure(&plain([108, 72, 34])), &mut findings);
        assert_eq!(findings.iter().map(|f| f.code).collect::<Vec<_>>(), [FindingCode::ColourCast]);
        assert!(findings[0].message.contains("偏黄"), "{}", findings[0].message);
        // Dark skin is told by its hue, and only ever looked at.
        assert_eq!(codes(&plain([58, 40, 31])), []);
        assert_eq!(codes(&plain([38, 42, 62])), [(FindingCode::ColourCast, Class::Review)]);
        assert_eq!(codes(&plain([36, 58, 38])), [(FindingCode::ColourCast, Class::Review)]);
    }

    /// The plain face with an outline, so that there is skin to speak of.
    fn outlined() -> Aligned {
        let mut face = plain(SKIN);
        for (i, point) in OVAL.iter().enumerate() {
            let turn = i as f64 / OVAL.len() as f64 * std::f64::consts::TAU;
            face.points[*point] = [150.0 + 110.0 * turn.sin(), 175.0 - 140.0 * turn.cos()];
        }
        face.points[1] = [150.0, 190.0];
        face
    }

    #[test]
    fn a_small_catchlight_passes_and_a_shining_forehead_does_not() {
        let mut face = outlined();
        let spot = face.ellipse([150.0, 80.0], [14.0, 9.0]);
        face.paint(spot, [250, 248, 246]);
        assert_eq!(codes(&face), []);
        let shine = face.ellipse([150.0, 80.0], [46.0, 26.0]);
        face.paint(shine, [250, 248, 246]);
        assert_eq!(codes(&face), [(FindingCode::SkinHighlight, Class::Review)]);
    }

    #[test]
    fn light_from_one_side_is_measured() {
        let mut face = outlined();
        assert!(measure(&face).sided < 0.01);
        let dark = (0..Aligned::WIDTH * Aligned::HEIGHT).filter(|at| at % Aligned::WIDTH < 150);
        face.paint(dark, [137, 107, 93]);
        assert!((measure(&face).sided - 0.5).abs() < 0.03, "{}", measure(&face).sided);
    }
}
