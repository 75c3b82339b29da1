//! The skin: head, ears and nose, shaded as one surface under two lamps.

use super::mouth;
use super::traits::Traits;
use crate::paint::{Canvas, Colour, View, bell, cover, ellipse, lit, mix, ramp, rgb};
use crate::random::cloud;
use crate::scene::Pose;

/// Height of the skull's top above the eyes.
const CROWN: f32 = 0.80;

/// Outline of the head: below 1 inside.
fn outline(p: [f32; 2], chin: f32, jaw: f32) -> f32 {
    let side = (p[0] / 0.5).powi(2);
    if p[1] < 0.06 {
        side + ((0.06 - p[1]) / (CROWN + 0.06)).powf(2.3)
    } else {
        side + ((p[1] - 0.06) / (chin - 0.06)).powf(jaw)
    }
}

/// Nearly the distance to the outline.
pub(super) fn edge(p: [f32; 2], t: &Traits, chin: f32) -> f32 {
    const STEP: f32 = 0.004;
    let f = outline(p, chin, t.jaw);
    let dx = outline([p[0] + STEP, p[1]], chin, t.jaw) - f;
    let dy = outline([p[0], p[1] + STEP], chin, t.jaw) - f;
    (f - 1.0) * STEP / dx.hypot(dy).max(STEP)
}

/// How far the surface comes towards the camera.
fn depth(p: [f32; 2], t: &Traits, pose: &Pose) -> f32 {
    let [x, y] = p;
    let a = x.abs();
    let chin = t.chin + mouth::drop(pose);
    let round = 0.52 * (1.04 - outline(p, chin, t.jaw)).max(0.0).sqrt();
    let bump = |cx: f32, cy: f32, wx: f32, wy: f32| bell(a - cx, wx) * bell(y - cy, wy);
    let along = ((y + 0.06) / 0.40).clamp(0.0, 1.0);
    let bridge = bell(x, (0.058 + 0.034 * along) * t.nose) * (0.015 + 0.085 * along);
    let nose = bridge * ramp(0.42, 0.33, y) * ramp(-0.16, 0.05, y);
    let smile = pose.smile * 0.018;
    round + nose + 0.030 * t.nose * bump(0.085 * t.nose, 0.315, 0.032, 0.035)
        - 0.050 * bump(t.eye_x - 0.01, -0.01, 0.105, 0.055)
        + 0.026 * bump(t.eye_x, 0.0, 0.075, 0.040)
        + 0.016 * bump(0.19, -0.14, 0.15, 0.05)
        + (0.022 + smile) * bump(0.27, 0.22 - smile, 0.11, 0.10)
        - 0.008 * bell(x, 0.03) * bell(y - 0.43, 0.03)
        + 0.020 * bell(x, 0.12) * bell(y - 0.50, 0.06)
        - 0.016 * bell(x, 0.11) * bell(y - 0.615 - mouth::drop(pose), 0.028)
        + 0.024 * bell(x, 0.12) * bell(y - chin + 0.10, 0.06)
}

/// Two lamps at 45°, as the trade recommends, and the light of the room.
pub(super) fn lamps(slope: [f32; 2]) -> f32 {
    let n = 1.0 / (1.0 + slope[0] * slope[0] + slope[1] * slope[1]).sqrt();
    let (nx, ny, nz) = (-slope[0] * n, -slope[1] * n, n);
    let lamp = |x: f32, y: f32, z: f32| (nx * x + ny * y + nz * z).max(0.0);
    0.48 + 0.34 * lamp(-0.60, -0.42, 0.68) + 0.28 * lamp(0.60, -0.42, 0.68) + 0.09 * lamp(0.0, 0.1, 0.99)
}

/// The same skin in the shade is redder, not only darker.
pub(super) fn skin(colour: Colour, light: f32) -> Colour {
    let shade = (1.0 - light).max(0.0);
    let warm = [1.0 + 0.16 * shade, 1.0 - 0.04 * shade, 1.0 - 0.16 * shade];
    let base = lit(colour, light);
    std::array::from_fn(|i| (base[i] * warm[i]).min(1.0))
}

pub(super) fn head(canvas: &mut Canvas, view: &View, t: &Traits, pose: &Pose) {
    let unit = view.unit();
    let chin = t.chin + mouth::drop(pose);
    canvas.paint(view, [-0.54, -0.86, 0.54, chin + 0.04], |p| {
        let alpha = cover(edge(p, t, chin), unit);
        if alpha <= 0.0 {
            return ([0.0; 3], 0.0);
        }
        const STEP: f32 = 0.006;
        let z = depth(p, t, pose);
        let slope = [
            (depth([p[0] + STEP, p[1]], t, pose) - z) / STEP,
            (depth([p[0], p[1] + STEP], t, pose) - z) / STEP,
        ];
        let a = p[0].abs();
        let hair_shadow = 1.0 - 0.16 * ramp(-0.36, -0.52, p[1]);
        let grain = 1.0 + 0.012 * (cloud(t.seed, p[0] * 120.0, p[1] * 120.0) - 0.5);
        let light = lamps(slope) * hair_shadow * grain;
        let blush = 0.30 * bell(a - 0.27, 0.10) * bell(p[1] - 0.24, 0.09)
            + 0.22 * bell(p[0], 0.07) * bell(p[1] - 0.31, 0.06)
            + 0.10 * bell(p[0], 0.15) * bell(p[1] - t.chin + 0.08, 0.06);
        let fold = pose.smile * 0.10 * smile_line(a, p[1]);
        (skin(mix(t.skin, rgb(0xD9756A), blush * 0.45), light - fold), alpha)
    });
}

/// The line from the nose to the corner of the mouth, which a smile deepens.
fn smile_line(a: f32, y: f32) -> f32 {
    let x = 0.13 + (y - 0.36) * 0.42;
    bell(a - x, 0.014) * ramp(0.33, 0.38, y) * ramp(0.56, 0.50, y)
}

pub(super) fn ears(canvas: &mut Canvas, view: &View, t: &Traits) {
    let unit = view.unit();
    for side in [-1.0f32, 1.0] {
        let local = |p: [f32; 2]| {
            // Upright ears lean outwards at the top.
            let (x, y) = (p[0] * side - 0.500, p[1] - 0.10);
            [x + y * 0.16, y]
        };
        let bounds = [side * 0.55 - 0.12, -0.16, side * 0.55 + 0.12, 0.36];
        canvas.paint(view, bounds, |p| {
            let q = local(p);
            let lobe = ramp(-0.17, 0.17, q[1]);
            let d = ellipse(q, 0.078 - 0.022 * lobe, 0.172);
            let rim = bell(d + 0.010, 0.010);
            let bowl = bell(ellipse([q[0] - 0.004, q[1] + 0.02], 0.030, 0.085).max(0.0), 0.014);
            let light = 0.90 + 0.07 * rim - 0.24 * bowl - 0.05 * lobe;
            (skin(mix(t.skin, rgb(0xD9756A), 0.12), light), cover(d, unit))
        });
    }
}

pub(super) fn nostrils(canvas: &mut Canvas, view: &View, t: &Traits) {
    let dark = mix(t.skin, rgb(0x3A1A14), 0.80);
    canvas.paint(view, [-0.16, 0.24, 0.16, 0.42], |p| {
        let a = p[0].abs() / t.nose;
        let hole = ellipse([a - 0.052, p[1] - 0.352 - (a - 0.052) * -0.25], 0.027, 0.011);
        let wing = 0.8
            * bell(a - 0.118 + (p[1] - 0.33).powi(2) * 4.0, 0.007)
            * ramp(0.28, 0.32, p[1])
            * ramp(0.375, 0.35, p[1]);
        let under = bell(p[1] - 0.376, 0.010) * bell(p[0], 0.05) * 0.14;
        (dark, (bell(hole.max(0.0), 0.006) * 0.75).max(wing * 0.34).max(under))
    });
}
