//! Eyes with lids that close, and brows.

use super::traits::Traits;
use crate::paint::{Canvas, Colour, View, bell, cover, lit, mix, ramp, rgb};
use crate::random::wave;
use crate::scene::Pose;

/// Half the length of the opening.
const HALF: f32 = 0.113;
const IRIS: f32 = 0.048;
const PUPIL: f32 = 0.020;

/// The edges of both lids over one point of the eye, `x` from the inner (-) to the outer (+) corner.
struct Lids {
    upper: f32,
    lower: f32,
    /// 1 between the corners, falling to 0 at them.
    within: f32,
}

impl Lids {
    fn at(x: f32, t: &Traits, pose: &Pose) -> Self {
        let open = if pose.eyes_closed { 0.0 } else { 1.0 - 0.30 * pose.smile.clamp(0.0, 1.0) };
        let u = (x / HALF).clamp(-1.0, 1.0);
        let arc = 1.0 - u * u;
        // The outer corner lies a little higher than the inner one.
        let corner = -0.012 * u;
        let closed = 0.026 * arc;
        // The highest point of an open upper lid lies nearer to the nose.
        let upper = -t.eye_open * arc.powf(0.75) * (1.0 - 0.12 * u);
        let lower = t.eye_open * 0.66 * arc.powf(0.9) * (1.0 + 0.15 * u) * (1.0 - 0.15 * pose.smile);
        let lower = if pose.eyes_closed { closed } else { lower };
        Self { upper: corner + closed + (upper - closed) * open, lower: corner + lower, within: arc }
    }
}

pub(super) fn paint(canvas: &mut Canvas, view: &View, t: &Traits, pose: &Pose) {
    for side in [-1.0f32, 1.0] {
        eye(canvas, view, t, pose, side);
        brow(canvas, view, t, pose, side);
    }
}

fn eye(canvas: &mut Canvas, view: &View, t: &Traits, pose: &Pose, side: f32) {
    let unit = view.unit();
    let local = |p: [f32; 2]| [p[0] * side - t.eye_x, p[1]];
    let centre = side * t.eye_x;
    let bounds = [centre - 0.16, -0.12, centre + 0.16, 0.10];
    // The hollow around the eye and the fold of the lid, under the eye itself.
    let shade = mix(t.skin, rgb(0x6B3B2E), 0.55);
    canvas.paint(view, bounds, |p| {
        let q = local(p);
        let lids = Lids::at(q[0], t, pose);
        let fold_y = Lids::at(q[0], t, &Pose::default()).upper - 0.022;
        let fold = bell(q[1] - fold_y, 0.006) * ramp(1.12, 0.85, (q[0] / HALF).abs());
        let bag = bell(q[1] - lids.lower - 0.034, 0.012) * lids.within * 0.5;
        (shade, (fold * 0.55).max(bag * 0.35))
    });
    if !pose.eyes_closed {
        canvas.paint(view, bounds, |p| {
            let q = local(p);
            let lids = Lids::at(q[0], t, pose);
            let inside =
                cover((lids.upper - q[1]).max(q[1] - lids.lower), unit) * ramp(0.0, 0.06, lids.within);
            (ball(q, p[0] - centre, lids.upper, t), inside)
        });
    }
    let lash = mix(t.hair_colour, rgb(0x1A1210), 0.6);
    canvas.paint(view, bounds, |p| {
        let q = local(p);
        let u = q[0] / HALF;
        let lids = Lids::at(q[0], t, pose);
        let ends = ramp(1.10, 0.92, u.abs());
        // Lashes grow thicker outwards.
        let half = 0.0065 + 0.0035 * u.max(0.0);
        let upper = cover((q[1] - lids.upper + 0.003).abs() - half, unit * 1.4) * ends;
        let lower = bell(q[1] - lids.lower - 0.003, 0.005) * ends * if pose.eyes_closed { 0.0 } else { 0.35 };
        (lash, (upper * 0.92).max(lower))
    });
}

/// White, iris, pupil and the lamps mirrored in them.
fn ball(q: [f32; 2], x: f32, upper: f32, t: &Traits) -> Colour {
    let white = mix(rgb(0xF4EFEA), rgb(0xC9B5AC), (q[0].abs() / HALF).powi(2) * 0.55);
    let r = (x * x + (q[1] + 0.004).powi(2)).sqrt();
    let ring = mix(lit(t.iris, 1.75), lit(t.iris, 0.55), ramp(0.55, 1.0, r / IRIS));
    let mut colour = mix(white, ring, ramp(IRIS + 0.003, IRIS - 0.003, r));
    colour = mix(colour, rgb(0x0A0808), ramp(PUPIL + 0.003, PUPIL - 0.003, r));
    for lamp in [-0.016f32, 0.017] {
        let glint = (x - lamp).hypot(q[1] + 0.018);
        colour = mix(colour, [1.0; 3], ramp(0.0085, 0.004, glint) * 0.9);
    }
    // The upper lid shades the ball.
    lit(colour, 0.72 + 0.28 * ramp(0.0, 0.030, q[1] - upper))
}

fn brow(canvas: &mut Canvas, view: &View, t: &Traits, pose: &Pose, side: f32) {
    let centre = side * 0.21;
    let lift = -0.018 * pose.smile;
    let colour = mix(t.hair_colour, t.skin, 0.10);
    canvas.paint(view, [centre - 0.18, -0.26, centre + 0.18, -0.06], |p| {
        // Along the brow from the inner end (0) to the outer one (1).
        let along = (p[0] * side - 0.085) / 0.265;
        let y = -0.135 + lift - t.brow_arch * (1.0 - ((along - 0.62) / 0.62).powi(2)) + 0.004;
        let half = t.brow * (1.25 - 0.85 * along.clamp(0.0, 1.0).powf(1.6));
        let hairs = 0.80 + 0.35 * wave(t.seed + 5, p[0] * 170.0 + (p[1] - y) * 90.0 * side);
        let ends = ramp(-0.05, 0.10, along) * ramp(1.04, 0.90, along);
        let body = ramp(half * 1.35, half * 0.45, (p[1] - y).abs());
        (colour, (body * ends * hairs * 0.88).min(0.95))
    });
}
