//! Faults of the pose and of what is worn around the face: a glance aside, a low shoulder, hair over the ears, a high
//! collar; and the camera's black bars. None of them turns a head: a turn or a nod cannot be drawn on a picture, only
//! real photographs show them.

use image::RgbImage;

use super::{Axes, Base, cover, mapped, mix};

/// The opening of each eye in the mesh.
pub const OPENINGS: [[usize; 16]; 2] = [
    [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
    [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249],
];

/// Both irises moved sideways inside their lids by a part of the eye's width; white where they were.
///
/// Real eyes that look aside also draw the lids along a little; the iris is what the measure reads.
pub fn glance(b: &Base, part: f64) -> Option<RgbImage> {
    // The gaze of a turned face is not judged: the turn is told instead.
    if b.face.as_ref()?.yaw_deg.abs() > 12.0 {
        return None;
    }
    let axes = Axes::of(b)?;
    let eyes: Vec<Eye> = (0..2).map(|side| Eye::of(b, &axes, side)).collect();
    mapped(b, |p, own| {
        let Some(eye) = eyes.iter().find(|eye| eye.opens_at(p)) else { return own };
        let moved = [p[0] - part * eye.width, p[1]];
        let inside = |p: [f64; 2]| cover((p[0] - eye.iris[0]).hypot(p[1] - eye.iris[1]) - eye.radius);
        let white = mix(own, eye.white, inside(p));
        mix(white, axes.colour(b, moved), inside(moved))
    })
}

struct Eye {
    outline: [[f64; 2]; 16],
    iris: [f64; 2],
    radius: f64,
    width: f64,
    white: [f64; 3],
}

impl Eye {
    fn of(b: &Base, axes: &Axes, side: usize) -> Self {
        let outline = OPENINGS[side].map(|i| axes.point(b, i));
        let first = [468, 473][side];
        let iris = axes.point(b, first);
        let to_rim = |i: usize| {
            let p = axes.point(b, i);
            (p[0] - iris[0]).hypot(p[1] - iris[1])
        };
        let radius = (first + 1..first + 5).map(to_rim).sum::<f64>() / 4.0 * 1.12;
        let width = (outline[0][0] - outline[8][0]).abs();
        let mut eye = Self { outline, iris, radius, width, white: [0.0; 3] };
        eye.white = eye.white_of(b, axes);
        eye
    }

    /// Mean of the brighter half of what the opening shows beside the iris.
    fn white_of(&self, b: &Base, axes: &Axes) -> [f64; 3] {
        let step = 1.0 / axes.unit;
        let mut seen: Vec<[f64; 3]> = Vec::new();
        let mut y = self.iris[1] - 0.3;
        while y < self.iris[1] + 0.3 {
            let mut x = self.iris[0] - self.width;
            while x < self.iris[0] + self.width {
                let p = [x, y];
                if self.opens_at(p) && (x - self.iris[0]).hypot(y - self.iris[1]) > self.radius * 1.15 {
                    seen.push(axes.colour(b, p));
                }
                x += step;
            }
            y += step;
        }
        seen.sort_by(|a, b| b.iter().sum::<f64>().total_cmp(&a.iter().sum()));
        seen.truncate((seen.len() / 2).max(1));
        let mean = |c: usize| seen.iter().map(|v| v[c]).sum::<f64>() / seen.len().max(1) as f64;
        std::array::from_fn(mean)
    }

    /// Even-odd rule.
    fn opens_at(&self, p: [f64; 2]) -> bool {
        let around = self.outline.iter().zip(self.outline.iter().cycle().skip(1));
        let crossed = around.filter(|(a, b)| {
            (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        });
        crossed.count() % 2 == 1
    }
}

/// Everything below the chin sheared about the middle: above 0 the shoulder at the larger x comes down.
pub fn lowered(b: &Base, degrees: f64) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let chin = axes.point(b, 152)[1];
    // A picture that ends above the shoulders has none.
    if axes.local([0.0, f64::from(b.frame.height())])[1] < chin + 1.0 {
        return None;
    }
    let slope = degrees.to_radians().tan();
    mapped(b, |p, own| {
        let below = ((p[1] - chin) / 0.4).clamp(0.0, 1.0);
        if below <= 0.0 {
            return own;
        }
        axes.colour(b, [p[0], p[1] - slope * p[0].clamp(-2.6, 2.6) * below])
    })
}

/// Locks of hair from the temple down over the ear and beyond it: on both sides, or at the larger x only.
pub fn locks(b: &Base, one_side: bool) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let cheeks = [axes.point(b, 234)[0], axes.point(b, 454)[0]];
    mapped(b, |p, own| {
        let strand = (p[0] * 88.0 + (p[1] * 5.0).sin() * 1.5).sin();
        let hair = [44.0, 33.0, 28.0].map(|v| v * (1.0 + 0.35 * strand));
        let along = ((p[1] - 0.35) / 1.0).abs();
        // As wide as a lock at the ear, thin at both ends.
        let wide = 0.36 * (1.0 - along.powi(4)) + 0.02 * (p[1] * 17.0).sin();
        let covered = |out: f64| cover((-0.10 - out).max(out - wide).max(along - 1.0));
        let left = if one_side { 0.0 } else { covered(cheeks[0] - p[0]) };
        mix(own, hair, left.max(covered(p[0] - cheeks[1])) * 0.97)
    })
}

/// A knitted collar of one colour from just below the chin down.
pub fn collar(b: &Base, colour: [f64; 3]) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let chin = axes.point(b, 152)[1];
    mapped(b, |p, own| {
        let down = p[1] - chin;
        // The rim is a curve that rises towards the ears.
        let rim = 0.07 - 0.16 * p[0] * p[0];
        let half = 0.78 + 0.35 * down.max(0.0).powi(2);
        let inside = cover((rim - down).max(p[0].abs() - half).max(down - 1.0));
        let rib = 1.0 + 0.10 * (p[0] * 60.0).sin() - 0.18 * (p[0] / half).powi(2);
        mix(own, colour.map(|v| v * rib), inside)
    })
}

/// A cloth mask from the bridge of the nose to below the chin.
pub fn mask(b: &Base, colour: [f64; 3]) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let (nose, chin) = (axes.point(b, 197)[1], axes.point(b, 152)[1]);
    let half = (axes.point(b, 454)[0] - axes.point(b, 234)[0]) / 2.0;
    mapped(b, |p, own| {
        let side = (p[0] / half).abs();
        // Over the nose it is highest; to the ears it falls a little.
        let upper = nose + 0.28 * side;
        let lower = chin + 0.08 - 0.55 * side * side;
        let inside = cover((upper - p[1]).max(p[1] - lower).max(p[0].abs() - half * 1.02));
        let fold = 1.0 - 0.05 * (p[1] * 24.0).sin() - 0.2 * side * side;
        mix(own, colour.map(|v| v * fold), inside)
    })
}

/// Black where a driver had no picture: over the head, or beside it at the smaller x.
pub fn barred(b: &Base, beside: bool) -> Option<RgbImage> {
    let face = b.face.as_ref()?;
    let unit = face.eye_distance();
    let [most_x, most_y] = if beside {
        [face.cheek_left - 0.8 * unit, f64::MAX]
    } else {
        [f64::MAX, face.estimated_head_top() - 0.35 * unit]
    };
    // Without room for it there is no bar.
    if most_x < 4.0 || most_y < 4.0 {
        return None;
    }
    let mut out = b.frame.clone();
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        if f64::from(x) < most_x && f64::from(y) < most_y {
            pixel.0 = [2, 2, 2];
        }
    }
    Some(out)
}
