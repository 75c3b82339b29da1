//! Hair: what hangs behind the shoulders, what grows over the skull, and single strands at its edge.

use super::traits::{Hair, Traits};
use crate::paint::{Bounds, Canvas, Colour, View, bell, cover, ellipse, lit, ramp, round_rect, segment};
use crate::random::{Random, wave};

/// Outline of the hair on the skull: middle and radii.
fn cap(t: &Traits) -> ([f32; 2], f32, f32) {
    match t.hair {
        Hair::Parted => ([0.0, -0.20], 0.545, 0.650),
        Hair::Crew => ([0.0, -0.20], 0.522, 0.620),
        Hair::Brushed => ([0.0, -0.22], 0.540, 0.680),
        Hair::Long | Hair::Bob => ([0.0, -0.16], 0.570, 0.700),
        Hair::Tied => ([0.0, -0.18], 0.530, 0.650),
    }
}

/// Height of the highest hair.
fn top(t: &Traits) -> f32 {
    let (middle, _, ry) = cap(t);
    middle[1] - ry
}

/// Height of the highest hair in pixels, of a head that may be tilted.
pub(super) fn top_pixel(t: &Traits, view: &View) -> f32 {
    let (middle, rx, ry) = cap(t);
    let (sin, cos) = view.turn_deg.to_radians().sin_cos();
    view.to_pixel(middle)[1] - view.scale * (rx * sin).hypot(ry * cos)
}

/// Strands that run from `root`: lighter and darker lines, and one band of light.
fn strands(p: [f32; 2], root: [f32; 2], t: &Traits) -> Colour {
    let (dx, dy) = (p[0] - root[0], p[1] - root[1]);
    let angle = dx.atan2(-dy);
    let far = dx.hypot(dy);
    let lines =
        wave(t.seed + 1, angle * 42.0 + far * 3.0) * 0.6 + wave(t.seed + 2, angle * 110.0 + far * 5.0) * 0.4;
    let band = bell(far - 0.34 - 0.04 * wave(t.seed + 3, angle * 12.0), 0.10);
    let side = 1.0 - 0.25 * ramp(0.35, 0.62, p[0].abs());
    let light = (0.72 + 0.55 * lines) * side + band * (0.55 + 0.6 * lines);
    let sheen = 0.030 * band * lines;
    lit(t.hair_colour, light).map(|c| c + sheen)
}

/// The lower edge of the hair over the forehead and at the temples.
fn hairline(x: f32, t: &Traits) -> f32 {
    let a = x.abs();
    let teeth = 0.020 * (wave(t.seed + 4, x * 60.0) - 0.5);
    let temple = ramp(0.405, 0.470, a);
    let line = match t.hair {
        Hair::Parted => {
            -0.475 + 0.08 * ((x + 0.16) / 0.5).powi(2) + 0.06 * bell(x - 0.12, 0.14) + temple * 0.46
        }
        Hair::Crew => -0.50 + 0.10 * (a / 0.42).powi(3) + temple * 0.36,
        Hair::Brushed => -0.51 + 0.10 * (a / 0.42).powi(3) + temple * 0.42,
        Hair::Long | Hair::Bob => -0.565 + 0.31 * (a / 0.42).powf(1.7) + temple * 0.42,
        Hair::Tied => -0.53 + 0.20 * (a / 0.42).powf(2.2) + temple * 0.22,
    };
    line + teeth
}

fn root(t: &Traits) -> [f32; 2] {
    match t.hair {
        Hair::Parted => [-0.17, -0.70],
        Hair::Crew => [0.0, -0.50],
        Hair::Brushed => [0.05, -0.34],
        Hair::Long | Hair::Bob => [0.0, -0.80],
        Hair::Tied => [0.0, -0.62],
    }
}

pub(super) fn in_front(canvas: &mut Canvas, view: &View, t: &Traits) {
    let unit = view.unit();
    let (middle, rx, ry) = cap(t);
    let bounds = [-rx - 0.03, middle[1] - ry - 0.03, rx + 0.03, 0.30];
    let soft = if t.hair == Hair::Crew { 0.030 } else { 0.014 };
    canvas.paint(view, bounds, |p| {
        let outside = ellipse([p[0] - middle[0], p[1] - middle[1]], rx, ry);
        let ragged = 0.010 * wave(t.seed + 6, p[0].atan2(-p[1]) * 50.0);
        let below = ramp(-soft, soft, p[1] - hairline(p[0], t));
        let alpha = cover(outside + ragged, unit * 2.0) * (1.0 - below);
        (strands(p, root(t), t), alpha)
    });
    flyaways(canvas, view, t);
}

/// Hair behind the head and the shoulders.
pub(super) fn behind(canvas: &mut Canvas, view: &View, t: &Traits) {
    let unit = view.unit();
    let mut fall = |bounds: Bounds, shape: &dyn Fn([f32; 2]) -> f32| {
        canvas.paint(view, bounds, |p| {
            let lines =
                wave(t.seed + 7, p[0] * 70.0 + p[1] * 2.0) * 0.5 + wave(t.seed + 8, p[0] * 26.0 - p[1]) * 0.5;
            let depth = 0.50 + 0.22 * ramp(0.30, 0.60, p[0].abs());
            (lit(t.hair_colour, depth + 0.55 * lines), cover(shape(p), unit * 2.0))
        });
    };
    match t.hair {
        Hair::Long => fall([-0.72, -0.4, 0.72, 1.7], &|p| {
            let wide = 0.575 + 0.06 * ramp(0.2, 1.0, p[1]) + 0.012 * (p[1] * 9.0 + p[0].signum()).sin();
            round_rect([p[0], p[1] - 0.65], [wide, 0.98], 0.4)
        }),
        Hair::Bob => fall([-0.68, -0.4, 0.68, 0.95], &|p| {
            let wide = 0.575 + 0.035 * bell(p[1] - 0.45, 0.3);
            round_rect([p[0], p[1] - 0.22], [wide, 0.60 - 0.06 * p[0].abs()], 0.22)
        }),
        Hair::Tied => fall([-0.5, 0.3, 0.5, 1.3], &|p| ellipse([p[0], p[1] - 0.7], 0.33, 0.5)),
        Hair::Parted | Hair::Crew | Hair::Brushed => {}
    }
}

/// Single strands that stand off: what a matte must not lose.
fn flyaways(canvas: &mut Canvas, view: &View, t: &Traits) {
    if t.hair == Hair::Crew {
        return;
    }
    let mut random = Random::new(t.seed + 9);
    let (middle, rx, ry) = cap(t);
    let half = 0.0045;
    for _ in 0..18 {
        let angle: f32 = random.between(-1.75, 1.75);
        let on = |r: f32, turn: f32| {
            let (sin, cos) = (angle + turn).sin_cos();
            [middle[0] + sin * rx * r, middle[1] - cos * ry * r]
        };
        let turn = random.between(0.10, 0.26) * random.pick(&[-1.0, 1.0]);
        // Never above the hair's top: the truth says where that is.
        let (a, b) = (on(0.97, 0.0), on(random.between(0.99, 1.035), turn));
        let b = [b[0], b[1].max(top(t) + 0.006)];
        let bounds =
            [a[0].min(b[0]) - 0.02, a[1].min(b[1]) - 0.02, a[0].max(b[0]) + 0.02, a[1].max(b[1]) + 0.02];
        canvas.paint(view, bounds, |p| {
            let (distance, along) = segment(p, a, b);
            let thin = half * (1.1 - along);
            (lit(t.hair_colour, 1.15), cover(distance - thin, view.unit()) * (0.85 - 0.5 * along))
        });
    }
}
