//! The mouth: shut, smiling, open.

use super::traits::Traits;
use crate::paint::{Canvas, View, bell, cover, lit, mix, ramp, rgb};
use crate::scene::Pose;

/// How far an open mouth lowers the chin.
pub(super) fn drop(pose: &Pose) -> f32 {
    0.10 * pose.mouth_open.clamp(0.0, 1.0)
}

pub(super) fn paint(canvas: &mut Canvas, view: &View, t: &Traits, pose: &Pose) {
    let unit = view.unit();
    let smile = pose.smile.clamp(0.0, 1.0);
    let open = drop(pose);
    let half = t.mouth * (1.0 + 0.20 * smile - 0.12 * pose.mouth_open);
    // Height of the line between the lips at u (-1..1 across the mouth).
    let seam = move |u: f32| 0.522 + 0.004 * (1.0 - u * u) * (1.0 - smile) - (0.021 + 0.032 * smile) * u * u;
    let gap = move |u: f32| open * 0.95 * (1.0 - u * u).max(0.0).sqrt();
    let bounds = [-half - 0.05, 0.40, half + 0.05, 0.68 + open];
    canvas.paint(view, bounds, |p| {
        let u = p[0] / half;
        let arc = (1.0 - u * u).max(0.0);
        // The bow of the upper lip.
        let bow = 0.046 * arc.powf(0.8) - 0.010 * bell(u, 0.16);
        let top = seam(u) - bow;
        let bottom = seam(u) + gap(u) + 0.060 * arc.powf(0.6);
        let inside =
            ramp(unit * 1.5, -unit * 1.5, (top - p[1]).max(p[1] - bottom)) * ramp(1.02, 0.94, u.abs());
        let lower = ramp(seam(u) - 0.004, seam(u) + 0.012, p[1]);
        let shine = bell(p[1] - seam(u) - gap(u) - 0.026, 0.010) * bell(u, 0.45) * 0.16;
        let light = 0.86 + 0.12 * lower + shine;
        (lit(mix(t.lips, t.skin, 0.25), light), inside * 0.86)
    });
    if open > 0.004 {
        canvas.paint(view, bounds, |p| {
            let u = p[0] / half;
            let (top, bottom) = (seam(u), seam(u) + gap(u));
            let inside = cover((top - p[1]).max(p[1] - bottom), unit) * ramp(1.0, 0.9, u.abs());
            let teeth = ramp(top + 0.030, top + 0.022, p[1]) * ramp(0.85, 0.7, u.abs());
            let tongue = bell(p[1] - bottom, 0.03) * 0.6;
            let depth = mix(rgb(0x3B1216), rgb(0x9C4A4C), tongue);
            (mix(depth, rgb(0xEDE7DF), teeth), inside)
        });
    } else {
        canvas.paint(view, bounds, |p| {
            let u = p[0] / half;
            let line = bell(p[1] - seam(u), 0.005) * ramp(1.06, 0.9, u.abs());
            let corner = bell(u.abs() - 1.0, 0.05) * bell(p[1] - seam(1.0), 0.010) * 0.6;
            (mix(t.lips, rgb(0x3A1014), 0.75), (line * 0.8).max(corner))
        });
    }
    // The shadow under the lower lip gives it its roundness.
    canvas.tint(view, bounds, |p| 1.0 - 0.10 * bell(p[1] - 0.606 - open, 0.014) * bell(p[0], 0.09));
}
