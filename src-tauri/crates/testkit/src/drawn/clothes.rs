//! Neck, shoulders and what is worn on them.

use super::face::{lamps, skin};
use super::traits::{Cloth, Traits};
use crate::paint::{Canvas, Colour, View, bell, cover, ellipse, lit, mix, polygon, ramp, rgb};
use crate::random::cloud;

/// How far down the body is drawn: beyond the frame for anybody who is not far away.
const DOWN: f32 = 5.0;

/// Height of the shoulder's line at `a` from the middle.
fn shoulder(a: f32, t: &Traits) -> f32 {
    let wide = t.shoulders;
    let slope = 1.06 + 0.26 * ((a - 0.22).max(0.0) / 0.9).powf(1.15);
    let fall = ((a - wide + 0.42) / 0.42).clamp(0.0, 1.0);
    slope + 0.55 * (1.0 - (1.0 - fall * fall).max(0.0).sqrt())
}

/// Nearly the distance to the outline of the trunk.
fn trunk(p: [f32; 2], t: &Traits) -> f32 {
    let a = p[0].abs();
    const STEP: f32 = 0.01;
    let slope = (shoulder(a + STEP, t) - shoulder(a, t)) / STEP;
    let above = (shoulder(a, t) - p[1]) / slope.hypot(1.0);
    let arm = t.shoulders + 0.05 * ramp(1.6, 3.0, p[1]);
    above.max(a - arm)
}

pub(super) fn paint(canvas: &mut Canvas, view: &View, t: &Traits) {
    neck(canvas, view, t);
    match t.cloth {
        Cloth::Round => {
            cloth(canvas, view, t, t.cloth_colour);
            round_neck(canvas, view, t);
        }
        Cloth::Shirt => {
            cloth(canvas, view, t, t.cloth_colour);
            opening(canvas, view, t, 0.24, 1.52);
            collar(canvas, view, t.cloth_colour);
            placket(canvas, view, t.cloth_colour);
        }
        Cloth::Jacket => {
            let dark = mix(t.cloth_colour, rgb(0x20242C), 0.65);
            cloth(canvas, view, t, dark);
            shirt_front(canvas, view);
            opening(canvas, view, t, 0.22, 1.46);
            collar(canvas, view, rgb(0xF1F1EF));
            lapels(canvas, view, dark);
        }
    }
}

/// The skin of neck and chest at a point: one surface, whichever garment shows it.
fn bare(p: [f32; 2], t: &Traits) -> Colour {
    let a = p[0].abs();
    // The neck is a column; the chest below it is nearly flat.
    let flat = ramp(0.95, 1.25, p[1]);
    let lamp = lamps([p[0] / 0.30 * (0.9 - 0.6 * flat), 0.15 * flat]);
    // The jaw throws its shadow on the neck.
    let under = 0.24 * ramp(t.chin + 0.20, t.chin - 0.04, p[1] + a * a * 0.9);
    let muscle = 0.03 * bell(a - 0.16 + (p[1] - 0.9) * 0.3, 0.025) * ramp(0.8, 1.0, p[1]);
    let pit = 0.09 * bell(p[0], 0.04) * bell(p[1] - 1.17, 0.05);
    let bones = 0.05 * bell(p[1] - 1.17 + a * 0.10, 0.018) * ramp(0.03, 0.10, a);
    skin(t.skin, lamp * 0.96 - under + muscle - pit + bones)
}

fn neck(canvas: &mut Canvas, view: &View, t: &Traits) {
    let unit = view.unit();
    canvas.paint(view, [-0.7, 0.4, 0.7, 1.8], |p| {
        let half = 0.275 + 0.035 * ramp(0.8, 0.5, p[1]) + 0.22 * ramp(0.98, 1.35, p[1]).powi(2);
        (bare(p, t), cover((p[0].abs() - half).max(0.45 - p[1]), unit))
    });
}

fn cloth(canvas: &mut Canvas, view: &View, t: &Traits, colour: Colour) {
    let unit = view.unit();
    canvas.paint(view, [-1.8, 0.9, 1.8, DOWN], |p| {
        let d = trunk(p, t);
        let a = p[0].abs();
        let side = ramp(0.5, t.shoulders + 0.1, a);
        let fold = cloud(t.seed + 20, p[0] * 2.6 + p[1] * 1.3 * (p[0] * 2.0).tanh(), p[1] * 1.1) - 0.5;
        let weave = cloud(t.seed + 21, p[0] * 90.0, p[1] * 90.0) - 0.5;
        let arm = bell(a - t.shoulders + 0.30 - 0.05 * p[1], 0.022) * ramp(1.45, 1.75, p[1]);
        let light = 1.02 - 0.20 * side * side + fold * 0.10 + weave * 0.03 - arm * 0.16
            + 0.10 * bell(d + 0.10, 0.08) * ramp(1.6, 1.2, p[1]);
        // Cut away where the neck rises from the garment.
        let hole = ellipse([p[0], p[1] - 1.00], 0.335, 0.20);
        (lit(colour, light), cover(d.max(-hole), unit))
    });
}

/// Skin in the V of an open collar.
fn opening(canvas: &mut Canvas, view: &View, t: &Traits, half: f32, low: f32) {
    let unit = view.unit();
    let corners = [[-half, 0.96], [half, 0.96], [0.0, low]];
    canvas.paint(view, [-0.4, 0.94, 0.4, 1.7], |p| {
        let edge = polygon(p, &corners);
        let shadow = 0.22 * bell(edge, 0.03) * ramp(1.05, 1.2, p[1]);
        (lit(bare(p, t), 1.0 - shadow), cover(edge, unit))
    });
}

fn collar(canvas: &mut Canvas, view: &View, colour: Colour) {
    let unit = view.unit();
    for side in [-1.0f32, 1.0] {
        let flap = [[0.30, 0.93], [0.37, 1.06], [0.40, 1.36], [0.235, 1.46], [0.03, 1.36], [0.20, 1.18]];
        let bounds = if side < 0.0 { [-0.6, 0.85, 0.05, 1.6] } else { [-0.05, 0.85, 0.6, 1.6] };
        canvas.paint(view, bounds, |p| {
            let q = [p[0] * side, p[1]];
            let shadow = polygon([q[0], q[1] - 0.02], &flap);
            (lit(colour, 0.55), ramp(0.05, -0.02, shadow) * 0.40)
        });
        canvas.paint(view, bounds, |p| {
            let edge = polygon([p[0] * side, p[1]], &flap) - 0.008;
            let stitch = bell(edge + 0.035, 0.006) * 0.08;
            (lit(colour, 1.06 - stitch - 0.10 * ramp(1.1, 0.95, p[1])), cover(edge, unit))
        });
    }
}

fn placket(canvas: &mut Canvas, view: &View, colour: Colour) {
    let unit = view.unit();
    canvas.tint(view, [-0.15, 1.45, 0.15, DOWN], |p| {
        1.0 - 0.16 * (bell(p[0] - 0.075, 0.008) + bell(p[0] + 0.075, 0.006) * 0.6) * ramp(1.45, 1.55, p[1])
    });
    for i in 0..4 {
        let y = 1.64 + i as f32 * 0.42;
        canvas.paint(view, [-0.05, y - 0.05, 0.05, y + 0.05], |p| {
            let edge = ellipse([p[0], p[1] - y], 0.026, 0.026);
            (lit(mix(colour, [1.0; 3], 0.35), 0.9 - edge * 4.0), cover(edge, unit))
        });
    }
}

fn round_neck(canvas: &mut Canvas, view: &View, t: &Traits) {
    let unit = view.unit();
    canvas.paint(view, [-0.5, 0.95, 0.5, 1.45], |p| {
        let edge = ellipse([p[0], p[1] - 1.00], 0.355, 0.235);
        let shadow = 0.16 * bell(edge, 0.03) * ramp(1.03, 1.12, p[1]);
        (lit(bare(p, t), 1.0 - shadow), cover(edge.max(trunk(p, t)), unit))
    });
    canvas.paint(view, [-0.5, 0.95, 0.5, 1.45], |p| {
        let edge = ellipse([p[0], p[1] - 1.00], 0.355, 0.235);
        let rib = (p[0].atan2(p[1] - 0.9) * 60.0).sin() * 0.03;
        (
            lit(t.cloth_colour, 0.90 + rib),
            // The band ends on the shoulders.
            cover(((edge - 0.026).abs() - 0.026).max(trunk(p, t) - 0.02), unit),
        )
    });
}

fn shirt_front(canvas: &mut Canvas, view: &View) {
    let unit = view.unit();
    let corners = [[-0.34, 1.02], [0.34, 1.02], [0.10, 2.6], [-0.10, 2.6]];
    canvas.paint(view, [-0.5, 0.98, 0.5, 2.7], |p| {
        let line = bell(p[0], 0.007) * 0.12;
        (
            lit(rgb(0xF1F1EF), 0.97 - line - 0.10 * ramp(0.1, 0.3, p[0].abs())),
            cover(polygon(p, &corners), unit),
        )
    });
}

fn lapels(canvas: &mut Canvas, view: &View, colour: Colour) {
    let unit = view.unit();
    let lapel = [
        [0.36, 1.02],
        [0.46, 1.16],
        [0.62, 1.52],
        [0.50, 1.58],
        [0.56, 1.68],
        [0.10, 2.62],
        [0.16, 1.95],
        [0.33, 1.45],
    ];
    for side in [-1.0f32, 1.0] {
        let bounds = if side < 0.0 { [-0.8, 0.95, -0.02, 2.7] } else { [0.02, 0.95, 0.8, 2.7] };
        canvas.paint(view, bounds, |p| {
            let edge = polygon([p[0] * side, p[1]], &lapel);
            (lit(colour, 1.18 + 0.3 * bell(edge, 0.012)), cover(edge, unit).max(ramp(0.05, 0.0, edge) * 0.25))
        });
    }
}
