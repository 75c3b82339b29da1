//! Glasses, and hair over brows and eyes: read off the skin that should be seen there.
//!
//! No model decides here. What shows is compared with the skin of the cheeks; hair of the skin's own colour, rimless
//! glasses and wigs cannot be told that way and stay for the operator's eye, see [`super::TICKS`].

use domain::{Class, Finding, FindingCode, Limit, Text};
use serde::Serialize;

use super::aligned::{Aligned, median};
use super::colour::lab;
use super::skin;

/// What is before the eyes and brows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Wear {
    /// Depth of a dark line below the eyes, in parts of the skin's luminance; the fainter of both sides.
    pub rims: f64,
    /// The same of a line across the bridge of the nose: its steepest step.
    pub bridge: f64,
    /// White part of what is behind the lenses (all channels above 225).
    pub glare: f64,
    /// Luminance of the skin under the eyes over that of the cheeks; the darker side.
    pub lens: f64,
    /// The same of the lighter side.
    pub lens_lighter: f64,
    /// Part of the strip above the brows that is not skin; the side that is covered more.
    pub brows: f64,
    /// Part of the skin around the eye that is not skin; the side that is covered more.
    pub eyes: f64,
}

/// Rims of 33 faces: two with glasses 0.40 and 0.45, wrinkles up to 0.12.
const RIMS: f64 = 0.20;
/// Bridges of the same: 0.36 and 0.47; dark skin with a lit nose up to 0.16.
const BRIDGE: f64 = 0.28;
/// The lower end of a fringe makes a step there too: without any line under the eyes it is no pair of glasses.
const RIMS_HINT: f64 = 0.06;
/// White part of the lenses that calls for a look, and that hides the eyes.
const GLARE_MAYBE: f64 = 0.05;
const GLARE: f64 = 0.15;
/// Skin behind lenses against skin beside them.
const TINT_MAYBE: f64 = 0.70;
const TINT: f64 = 0.55;
/// Covered part of the strip above the brows: strands reach 0.15, a full fringe 1.
const BROWS: f64 = 0.5;
/// Covered part around an eye.
const EYES: f64 = 0.3;
/// From here on it is no lock of hair: with a mask, cheeks and eyes differ all over (0.67–1 of 25 drawn masks; 0.35 is
/// the most of faces without).
const FACE: f64 = 0.6;

/// Upper edges of the brows in the mesh, from outside in and from inside out.
const UPPER_BROWS: [[usize; 5]; 2] = [[70, 63, 105, 66, 107], [336, 296, 334, 293, 300]];
/// The skin around each eye.
const RINGS: [[usize; 16]; 2] = [
    [226, 113, 225, 224, 223, 222, 221, 189, 244, 233, 232, 231, 230, 229, 228, 31],
    [446, 342, 445, 444, 443, 442, 441, 413, 464, 453, 452, 451, 450, 449, 448, 261],
];
/// The opening of each eye.
const OPENINGS: [[usize; 16]; 2] = [
    [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
    [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249],
];

pub(crate) fn measure(face: &Aligned) -> Wear {
    let smooth = face.smoothed(1.0);
    let own = skin::colour(face);
    let worse = |of: &dyn Fn(usize) -> f64| of(0).max(of(1));
    Wear {
        rims: (0..2).map(|side| rim(face, &smooth, side)).fold(f64::MAX, f64::min),
        bridge: bridge(face, &smooth, own[0]),
        glare: worse(&|side| glare(face, side)),
        lens: (0..2).map(|side| lens(face, side)).fold(f64::MAX, f64::min),
        lens_lighter: worse(&|side| lens(face, side)),
        brows: worse(&|side| above_brow(face, own, side)),
        eyes: worse(&|side| around_eye(face, own, side)),
    }
}

/// Median of each row of a box.
fn rows(values: &[f32], xs: std::ops::Range<usize>, ys: std::ops::Range<usize>) -> Vec<f64> {
    ys.map(|y| median(&mut xs.clone().map(|x| f64::from(values[y * Aligned::WIDTH + x])).collect::<Vec<_>>()))
        .collect()
}

fn span(from: f64, to: f64, most: usize) -> std::ops::Range<usize> {
    let clamp = |v: f64| v.clamp(0.0, most as f64) as usize;
    clamp(from)..clamp(to)
}

/// How much darker than the skin above and below the darkest line under an eye is.
fn rim(face: &Aligned, smooth: &[f32], side: usize) -> f64 {
    let eye = face.eye(side);
    let profile = rows(
        smooth,
        span(eye[0] - 12.0, eye[0] + 13.0, Aligned::WIDTH),
        span(eye[1] + 22.0, eye[1] + 62.0, Aligned::HEIGHT),
    );
    let brightest = |range: std::ops::Range<usize>| profile[range].iter().copied().fold(0.0, f64::max);
    let depth = |k: usize| brightest(k - 8..k - 2).min(brightest(k + 3..k + 9)) - profile[k];
    let deepest = (8..profile.len().saturating_sub(9)).map(depth).fold(0.0, f64::max);
    deepest / median(&mut profile.clone()).max(10.0)
}

/// Steepest step along the bridge of the nose, over the skin's lightness.
fn bridge(face: &Aligned, smooth: &[f32], lightness: f64) -> f64 {
    let top = face.points[168][1].min(face.points[8][1]);
    let x = face.points[168][0];
    let xs = span(x - 7.0, x + 8.0, Aligned::WIDTH);
    let ys = span(top - 2.0, face.points[197][1] + 1.0, Aligned::HEIGHT - 1);
    let step = |y: usize, x: usize| {
        f64::from((smooth[(y + 1) * Aligned::WIDTH + x] - smooth[y * Aligned::WIDTH + x]).abs())
    };
    ys.map(|y| median(&mut xs.clone().map(|x| step(y, x)).collect::<Vec<_>>())).fold(0.0, f64::max)
        / lightness.max(20.0)
}

fn glare(face: &Aligned, side: usize) -> f64 {
    let eye = face.eye(side);
    let (mut white, mut all) = (0u32, 0u32);
    for at in face.ellipse([eye[0], eye[1] + 4.0], [36.0, 27.0]) {
        white += u32::from(face.colour(at).iter().all(|&c| c > 225));
        all += 1;
    }
    f64::from(white) / f64::from(all.max(1))
}

fn lens(face: &Aligned, side: usize) -> f64 {
    let light = |centre: [f64; 2], half: [f64; 2]| {
        median(&mut face.around(centre, half).map(|at| f64::from(face.luma[at])).collect::<Vec<_>>())
    };
    let eye = face.eye(side);
    light([eye[0], eye[1] + 20.0], [16.0, 5.0]) / light(face.cheek(side), [15.0; 2]).max(1.0)
}

/// Part of `pixels` whose colour is not that of the cheeks; lightness may differ more than hue. The colours of dark
/// skin, and of skin in the dark, lie nearer together, and hair lies nearer to them: the room shrinks with lightness,
/// down to `least`.
fn foreign(face: &Aligned, own: [f64; 3], room: [f64; 3], least: f64, pixels: &[usize]) -> f64 {
    let share = (own[0] / 55.0).clamp(least, 1.0);
    let room = room.map(|r| r * share);
    let far = |at: &&usize| {
        let colour = lab(face.colour(**at));
        (0..3).map(|c| ((colour[c] - own[c]) / room[c]).powi(2)).sum::<f64>() > 4.0
    };
    pixels.iter().filter(far).count() as f64 / pixels.len().max(1) as f64
}

fn above_brow(face: &Aligned, own: [f64; 3], side: usize) -> f64 {
    let edge = UPPER_BROWS[side].map(|i| face.points[i]);
    let lower = edge.iter().map(|p| [p[0], p[1] - 9.0]);
    let upper = edge.iter().rev().map(|p| [p[0], p[1] - 24.0]);
    let strip: Vec<[f64; 2]> = lower.chain(upper).collect();
    foreign(face, own, [18.0, 9.0, 9.0], 0.45, &face.polygon(&strip))
}

fn around_eye(face: &Aligned, own: [f64; 3], side: usize) -> f64 {
    let grown = |ids: &[usize; 16], by: f64| -> Vec<[f64; 2]> {
        let centre = [0, 1].map(|c| ids.iter().map(|&i| face.points[i][c]).sum::<f64>() / ids.len() as f64);
        ids.iter().map(|&i| [0, 1].map(|c| centre[c] + (face.points[i][c] - centre[c]) * by)).collect()
    };
    let mut ring = face.polygon(&grown(&RINGS[side], 1.35));
    let opening: std::collections::HashSet<usize> =
        face.polygon(&grown(&OPENINGS[side], 1.45)).into_iter().collect();
    ring.retain(|at| !opening.contains(at));
    // The hollows of the eyes lie in the shade on any skin.
    foreign(face, own, [30.0, 12.0, 12.0], 0.85, &ring)
}

impl Wear {
    /// Whether the face wears glasses with rims.
    pub fn has_glasses(&self) -> bool {
        self.rims > RIMS || (self.bridge > BRIDGE && self.rims > RIMS_HINT)
    }
}

pub fn judge(wear: &Wear, findings: &mut Vec<Finding>) {
    if wear.has_glasses() {
        glasses(wear, findings);
    } else if wear.lens_lighter < TINT && wear.brows <= BROWS {
        // Rims do not show on black lenses nor on dark skin. Nothing but lenses darkens both hollows so much and leaves
        // the brows free: 0.70 is the least of 47 faces without.
        tinted(wear, findings);
    } else {
        // Rims are taken for hair by the checks below, so they speak only where there are none.
        covered(wear, findings);
    }
}

fn glasses(wear: &Wear, findings: &mut Vec<Finding>) {
    let text = Text::new(
        "戴着眼镜：请学生摘下再拍；学校允许戴镜的，确认无反光、不遮眼",
        "Glasses: ask to take them off; where the school allows them, see that they neither glare nor hide the eyes",
    );
    let value = wear.rims.max(wear.bridge * RIMS / BRIDGE);
    findings.push(Finding::measured(FindingCode::Glasses, Class::Review, value, Limit::at_most(RIMS), text));
    if wear.glare > GLARE_MAYBE {
        let class = if wear.glare > GLARE { Class::Retake } else { Class::Review };
        let text = Text::new(
            "镜片反光：请学生摘下眼镜，或略低头、调整灯光再拍",
            "The glasses glare: take them off, or lower the head or turn the lamps, then shoot again",
        );
        let limit = Limit::at_most(GLARE_MAYBE);
        findings.push(Finding::measured(FindingCode::GlassesGlare, class, wear.glare, limit, text));
    }
    if wear.lens < TINT_MAYBE {
        tinted(wear, findings);
    }
}

fn tinted(wear: &Wear, findings: &mut Vec<Finding>) {
    let class = if wear.lens < TINT { Class::Retake } else { Class::Review };
    let text = Text::new(
        "镜片有颜色：请摘下有色眼镜再拍",
        "Tinted lenses: ask to take the glasses off, then shoot again",
    );
    let limit = Limit::at_least(TINT_MAYBE);
    findings.push(Finding::measured(FindingCode::TintedLenses, class, wear.lens, limit, text));
}

fn covered(wear: &Wear, findings: &mut Vec<Finding>) {
    if wear.eyes > FACE && wear.brows > BROWS {
        let text = Text::new(
            "脸被遮住（口罩、手或头发）：请露出整张脸再拍",
            "Something covers the face (a mask, a hand or hair): clear it, then shoot again",
        );
        let limit = Limit::at_most(EYES);
        findings.push(Finding::measured(FindingCode::EyesCovered, Class::Retake, wear.eyes, limit, text));
        return;
    }
    if wear.brows > BROWS {
        let text = Text::new(
            "刘海遮住了眉毛：请把头发拨开、露出眉毛再拍",
            "Hair covers the brows: ask to brush it aside, then shoot again",
        );
        let limit = Limit::at_most(BROWS);
        findings.push(Finding::measured(FindingCode::BrowsCovered, Class::Review, wear.brows, limit, text));
    }
    if wear.eyes > EYES {
        let text = Text::new(
            "眼睛周围被遮挡（头发或深色镜片）：请露出眼睛再拍",
            "Something covers the skin around an eye (hair or dark lenses): clear it, then shoot again",
        );
        let limit = Limit::at_most(EYES);
        findings.push(Finding::measured(FindingCode::EyesCovered, Class::Review, wear.eyes, limit, text));
    }
}

#[cfg(test)]
mod tests {
    use super::super::aligned::tests::plain;
    use super::*;

    const SKIN: [u8; 3] = [205, 160, 140];
    const FRAME: [u8; 3] = [30, 28, 30];

    /// A face with rings around its eyes, so that the skin there can be asked for.
    fn face() -> Aligned {
        let mut face = plain(SKIN);
        for side in 0..2 {
            let eye = face.eye(side);
            for (ids, half) in [(RINGS[side], [30.0, 20.0]), (OPENINGS[side], [22.0, 9.0])] {
                for (k, i) in ids.iter().enumerate() {
                    let turn = k as f64 / ids.len() as f64 * std::f64::consts::TAU;
                    face.points[*i] = [eye[0] + half[0] * turn.cos(), eye[1] + half[1] * turn.sin()];
                }
            }
            // The corners belong to the opening but stand for the eye's place.
            let [a, b] = [[78.0, 122.0], [178.0, 222.0]][side];
            let ids = [[33, 133], [362, 263]][side];
            face.points[ids[0]] = [a, 150.0];
            face.points[ids[1]] = [b, 150.0];
        }
        face
    }

    fn with_glasses(lens: Option<[u8; 3]>) -> Aligned {
        let mut face = face();
        for side in 0..2 {
            let c = face.eye(side);
            let outer: Vec<usize> = face.ellipse([c[0], c[1] + 6.0], [44.0, 36.0]).collect();
            let inner: Vec<usize> = face.ellipse([c[0], c[1] + 6.0], [40.0, 32.0]).collect();
            face.paint(outer.into_iter().filter(|at| !inner.contains(at)), FRAME);
            if let Some(lens) = lens {
                face.paint(inner.into_iter(), lens);
            }
        }
        let bridge = face.around([150.0, 148.0], [8.0, 3.0]);
        face.paint(bridge, FRAME);
        face
    }

    fn codes(face: &Aligned) -> Vec<(FindingCode, Class)> {
        let mut findings = Vec::new();
        judge(&measure(face), &mut findings);
        findings.iter().map(|f| (f.code, f.class)).collect()
    }

    #[test]
    fn bare_skin_and_a_faint_wrinkle_are_no_glasses() {
        let mut face = face();
        assert_eq!(codes(&face), []);
        for side in 0..2 {
            let eye = face.eye(side);
            let wrinkle = face.around([eye[0], eye[1] + 38.0], [20.0, 1.5]);
            face.paint(wrinkle, [180, 138, 120]);
        }
        assert_eq!(codes(&face), []);
    }

    #[test]
    fn rims_are_glasses_clear_ones_neither_glare_nor_are_tinted() {
        assert_eq!(codes(&with_glasses(None)), [(FindingCode::Glasses, Class::Review)]);
    }

    #[test]
    fn white_and_dark_lenses_are_told_apart() {
        let glaring = codes(&with_glasses(Some([250, 250, 250])));
        assert!(glaring.contains(&(FindingCode::GlassesGlare, Class::Retake)), "{glaring:?}");
        let tinted = codes(&with_glasses(Some([90, 70, 62])));
        assert!(tinted.contains(&(FindingCode::TintedLenses, Class::Retake)), "{tinted:?}");
        assert!(tinted.iter().all(|(code, _)| *code != FindingCode::GlassesGlare));
    }

    #[test]
    fn black_lenses_without_visible_rims_are_seen_and_shaded_eyes_pass() {
        let shaded = |colour: [u8; 3]| {
            let mut face = face();
            for side in 0..2 {
                let c = face.eye(side);
                let hollow: Vec<usize> = face.ellipse([c[0], c[1] + 6.0], [42.0, 34.0]).collect();
                face.paint(hollow.into_iter(), colour);
            }
            codes(&face)
        };
        assert_eq!(shaded([165, 128, 112]), []);
        let black = shaded([24, 22, 24]);
        assert!(black.contains(&(FindingCode::TintedLenses, Class::Retake)), "{black:?}");
    }

    #[test]
    fn a_fringe_above_the_brows_passes_and_one_over_them_does_not() {
        let hair = [40, 30, 28];
        let mut above = face();
        let high = above.around([150.0, 60.0], [120.0, 26.0]);
        above.paint(high, hair);
        assert_eq!(codes(&above), []);
        let mut over = face();
        let low = over.around([150.0, 70.0], [120.0, 56.0]);
        over.paint(low, hair);
        assert!(codes(&over).contains(&(FindingCode::BrowsCovered, Class::Review)), "{:?}", codes(&over));
    }

    #[test]
    fn hair_is_seen_on_dark_skin_too_and_its_shades_are_none() {
        let dark = |paint: &dyn Fn(&mut Aligned)| {
            let mut face = face();
            let all = 0..Aligned::WIDTH * Aligned::HEIGHT;
            face.paint(all, [92, 62, 50]);
            paint(&mut face);
            codes(&face)
        };
        let shade = dark(&|face| {
            let forehead = face.around([150.0, 70.0], [120.0, 56.0]);
            face.paint(forehead, [80, 54, 43]);
        });
        assert_eq!(shade, []);
        let fringe = dark(&|face| {
            let low = face.around([150.0, 70.0], [120.0, 56.0]);
            face.paint(low, [30, 24, 22]);
        });
        assert!(fringe.contains(&(FindingCode::BrowsCovered, Class::Review)), "{fringe:?}");
    }

    #[test]
    fn a_mask_is_told_as_a_covered_face() {
        for cloth in [[40, 40, 44], [150, 190, 214]] {
            let mut face = face();
            let mask = face.around([150.0, 250.0], [120.0, 70.0]);
            face.paint(mask, cloth);
            let mut findings = Vec::new();
            judge(&measure(&face), &mut findings);
            let told: Vec<_> = findings.iter().map(|f| (f.code, f.class)).collect();
            assert_eq!(told, [(FindingCode::EyesCovered, Class::Retake)], "{cloth:?}");
            assert!(findings[0].message.contains("口罩"));
        }
    }

    #[test]
    fn a_lock_over_one_eye_is_seen() {
        let mut face = face();
        let lock = face.around([88.0, 140.0], [22.0, 60.0]);
        face.paint(lock, [40, 30, 28]);
        assert!(codes(&face).iter().any(|(code, _)| *code == FindingCode::EyesCovered), "{:?}", codes(&face));
    }
}
