//! Faults put onto a clean picture, in two strengths, and changes that are none. All are drawn around the mesh of the
//! clean face; lengths are in parts of the distance between the eyes.

use domain::FindingCode as F;
use image::{Rgb, RgbImage};
use imageproc::geometric_transformations::{Border, Interpolation, rotate};

use super::cases::Base;

#[path = "posture.rs"]
mod posture;

/// A change and the findings that tell it.
pub struct Change {
    pub name: &'static str,
    pub codes: &'static [F],
    pub make: fn(&Base, usize) -> Option<RgbImage>,
}

macro_rules! changes {
    ($($name:literal [$($code:ident),*] $make:expr;)*) => {
        [$(Change { name: $name, codes: &[$(F::$code),*], make: $make }),*]
    };
}

pub static FAULTS: [Change; 31] = changes! {
    "dark" [UnderExposed] |b, s| Some(lit(b, [0.14, 0.07][s], 1));
    "blown out" [OverExposed, SkinHighlight] |b, s| blown(b, [270.0, 330.0][s]);
    "lamp at one side" [LightBalance] |b, s| sided(b, [0.42, 0.6][s]);
    "out of focus" [Sharpness] |b, s| Some(imageproc::filter::gaussian_blur_f32(&b.frame, ([2.6, 3.6][s] * unit(b)? / 100.0) as f32));
    "shaken" [Sharpness] |b, s| Some(shaken(&b.frame, ([13.0, 18.0][s] * unit(b)? / 100.0) as i64));
    "tilted" [Roll] |b, s| tilted(b, [6.5, -9.0][s]);
    "yellow light" [ColourCast] |b, s| Some(cast(b, [[1.1, 1.0, 0.5], [1.15, 0.95, 0.38]][s]));
    "green light" [ColourCast] |b, s| Some(cast(b, [[0.72, 1.1, 0.8], [0.62, 1.15, 0.72]][s]));
    "blue light" [ColourCast] |b, s| Some(cast(b, [[0.62, 0.95, 1.25], [0.5, 0.9, 1.35]][s]));
    "things behind" [BackdropUneven] |b, s| behind(b, s, false);
    "hard shadow behind" [BackdropUneven] |b, s| behind(b, s, true);
    "blue clothes" [ClothesNearBackground] |b, s| clothes(b, [[120.0, 200.0, 250.0], [105.0, 185.0, 240.0]][s]);
    "glasses" [Glasses] |b, s| glasses(b, [0.055, 0.035][s], None);
    "glare on glasses" [GlassesGlare, Glasses] |b, s| glasses(b, 0.05, Some((true, [0.5, 0.8][s])));
    "tinted glasses" [TintedLenses, EyesCovered] |b, s| glasses(b, 0.05, Some((false, [0.35, 0.15][s])));
    "fringe over the brows" [BrowsCovered, EyesCovered] |b, s| hair(b, [[-1.3, -0.95, 1.3, -0.14], [-1.3, -0.95, 1.3, -0.22]][s]);
    "hair over an eye" [EyesCovered, BrowsCovered] |b, s| hair(b, [[-1.2, -0.9, -0.12, 0.25], [0.2, -0.9, 1.2, 0.2]][s]);
    "eyes shut" [EyesClosed] |b, s| shut(b, s);
    "mouth open" [MouthOpen] |b, s| mouth(b, [0.26, 0.4][s]);
    "second face" [ManyFaces] |b, s| second(b, [0.8, 0.55][s]);
    "half out of the frame" [OutsideFrame, Centre, FaceWidth, NoFace] |b, s| half_out(b, [0.0, 0.35][s]);
    "far away" [FaceWidth, Upscaled, HeadTop, EyeLine, NoFace] |b, s| far(b, [60.0, 45.0][s]);
    "shining forehead" [SkinHighlight, OverExposed] |b, s| shining(b, [0.62, 0.8][s]);
    "strong compression" [Compression] |b, s| compressed(&b.frame, [7, 4][s]);
    "eyes aside" [Gaze] |b, s| posture::glance(b, [-0.17, 0.22][s]);
    "one shoulder low" [ShouldersTilted] |b, s| posture::lowered(b, [9.0, -12.0][s]);
    "hair over the ears" [EarsHidden] |b, s| posture::locks(b, s == 1);
    "high collar" [NeckHidden] |b, s| posture::collar(b, [[38.0, 40.0, 46.0], [206.0, 203.0, 198.0]][s]);
    "black bar" [Border] |b, s| posture::barred(b, s == 1);
    "mask" [EyesCovered, BrowsCovered, ColourCast] |b, s| posture::mask(b, [[150.0, 190.0, 214.0], [34.0, 34.0, 38.0]][s]);
    "coloured cap" [HeadCovering, BrowsCovered] |b, s| cap(b, [[35.0, 60.0, 150.0], [30.0, 110.0, 60.0]][s]);
};

pub static HARMLESS: [Change; 11] = changes! {
    "a little darker" [] |b, _| Some(lit(b, 0.75, 0));
    "a little brighter" [] |b, _| Some(lit(b, 1.15, 0));
    "noise" [] |b, _| Some(grain(&b.frame, 4));
    "compression as of a webcam" [] |b, _| compressed(&b.frame, 72);
    "slightly soft" [] |b, _| Some(imageproc::filter::gaussian_blur_f32(&b.frame, (0.7 * unit(b)? / 100.0) as f32));
    "light slope of a tenth" [] |b, _| sided(b, 0.08);
    "tilted by 2°" [] |b, _| tilted(b, 2.0_f64.copysign(b.face.as_ref()?.roll_deg));
    "eyes moved by a trifle" [] |b, _| posture::glance(b, 0.03);
    "a shoulder 1.5° lower" [] |b, _| posture::lowered(b, 1.5);
    "a fringe above the brows" [] |b, _| hair(b, [-1.1, -1.3, 1.1, -0.74]);
    "mirrored" [] |b, _| Some(image::imageops::flip_horizontal(&b.frame));
};

/// Distance of the eyes in pixels of the frame.
fn unit(b: &Base) -> Option<f64> {
    b.face.as_ref().map(|face| face.eye_distance())
}

/// A frame's place in the face's own axes: from the middle between the eyes, to the larger x and down.
struct Axes {
    middle: [f64; 2],
    unit: f64,
    cos: f64,
    sin: f64,
}

impl Axes {
    fn of(b: &Base) -> Option<Self> {
        let face = b.face.as_ref()?;
        let (l, r) = (face.eye_left, face.eye_right);
        let unit = face.eye_distance().max(1.0);
        Some(Self {
            middle: [(l[0] + r[0]) / 2.0, (l[1] + r[1]) / 2.0],
            unit,
            cos: (r[0] - l[0]) / unit,
            sin: (r[1] - l[1]) / unit,
        })
    }

    fn local(&self, p: [f64; 2]) -> [f64; 2] {
        let (x, y) = ((p[0] - self.middle[0]) / self.unit, (p[1] - self.middle[1]) / self.unit);
        [x * self.cos + y * self.sin, y * self.cos - x * self.sin]
    }

    fn point(&self, b: &Base, landmark: usize) -> [f64; 2] {
        let p = b.face.as_ref().map_or([0.0; 3], |f| f.landmarks[landmark]);
        self.local([f64::from(p[0]), f64::from(p[1])])
    }

    /// The frame's colour at a place, between its pixels; its edge is repeated beyond it.
    fn colour(&self, b: &Base, p: [f64; 2]) -> [f64; 3] {
        let x = self.middle[0] + (p[0] * self.cos - p[1] * self.sin) * self.unit - 0.5;
        let y = self.middle[1] + (p[0] * self.sin + p[1] * self.cos) * self.unit - 0.5;
        let most = |side: u32| f64::from(side.saturating_sub(1));
        let (x, y) = (x.clamp(0.0, most(b.frame.width())), y.clamp(0.0, most(b.frame.height())));
        let at = |x: f64, y: f64| {
            let pixel = b.frame.get_pixel_checked(x as u32, y as u32);
            pixel.map_or([120.0, 80.0, 70.0], |p| p.0.map(f64::from))
        };
        let next = |v: f64, side: u32| (v + 1.0).min(most(side));
        let (x1, y1) = (next(x, b.frame.width()), next(y, b.frame.height()));
        let upper = mix(at(x, y), at(x1, y), x.fract());
        let lower = mix(at(x, y1), at(x1, y1), x.fract());
        mix(upper, lower, y.fract())
    }
}

/// Every pixel by its place in the face's axes.
fn mapped(b: &Base, colour: impl Fn([f64; 2], [f64; 3]) -> [f64; 3]) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let mut out = b.frame.clone();
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let place = axes.local([f64::from(x) + 0.5, f64::from(y) + 0.5]);
        pixel.0 = colour(place, pixel.0.map(f64::from)).map(|v| v.round().clamp(0.0, 255.0) as u8);
    }
    Some(out)
}

fn mix(a: [f64; 3], b: [f64; 3], share: f64) -> [f64; 3] {
    std::array::from_fn(|c| a[c] + (b[c] - a[c]) * share.clamp(0.0, 1.0))
}

/// Share of a pixel inside, from a distance that is negative inside, in units; the edge is two hundredths wide.
fn cover(distance: f64) -> f64 {
    (0.5 - distance / 0.02).clamp(0.0, 1.0)
}

/// Light times `gain` in linear light, with as much more noise as a camera adds.
fn lit(b: &Base, gain: f64, noise: i32) -> RgbImage {
    let table: Vec<u8> = (0..256)
        .map(|v| {
            let linear = (f64::from(v) / 255.0).powf(2.2) * gain;
            (linear.min(1.0).powf(1.0 / 2.2) * 255.0).round() as u8
        })
        .collect();
    let mut out = b.frame.clone();
    out.iter_mut().for_each(|v| *v = table[usize::from(*v)]);
    if noise > 0 { grain(&out, 3 * noise) } else { out }
}

fn grain(picture: &RgbImage, most: i32) -> RgbImage {
    let mut out = picture.clone();
    let mut state = 9u32;
    for v in out.iter_mut() {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i32 % (most + 1)
        };
        *v = (i32::from(*v) + next() - next()).clamp(0, 255) as u8;
    }
    out
}

/// So much light that the mean of the face would lie at `level`, were there room above 255.
fn blown(b: &Base, level: f64) -> Option<RgbImage> {
    let face = b.face.as_ref()?;
    let [x0, y0, x1, y1] = face.bounds.map(|v| v.max(0.0) as u32);
    let (mut sum, mut count) = (0.0, 0.0);
    for y in y0..y1.min(b.frame.height()) {
        for x in x0..x1.min(b.frame.width()) {
            sum += b.frame.get_pixel(x, y).0.iter().map(|v| f64::from(*v)).sum::<f64>() / 3.0;
            count += 1.0;
        }
    }
    Some(lit(b, (level / (sum / f64::max(count, 1.0)).max(1.0)).powf(2.2), 0))
}

fn sided(b: &Base, strength: f64) -> Option<RgbImage> {
    mapped(b, |p, c| {
        let side = (p[0] / 1.7).clamp(-0.5, 0.5);
        c.map(|v| v * (1.0 - strength * (0.5 + side)))
    })
}

fn shaken(picture: &RgbImage, length: i64) -> RgbImage {
    let (w, h) = picture.dimensions();
    RgbImage::from_fn(w, h, |x, y| {
        let mut sum = [0i64; 3];
        for d in -length / 2..=length / 2 {
            let from = (i64::from(x) + d).clamp(0, i64::from(w) - 1) as u32;
            let pixel = picture.get_pixel(from, y).0;
            sum.iter_mut().zip(pixel).for_each(|(s, v)| *s += i64::from(v));
        }
        Rgb(sum.map(|s| (s / (length / 2 * 2 + 1)) as u8))
    })
}

/// The frame turned about the chin. Its corners are filled by the frame itself, so that no border comes in.
fn tilted(b: &Base, degrees: f64) -> Option<RgbImage> {
    let chin = b.face.as_ref()?.chin;
    let own = b.face.as_ref()?.roll_deg;
    // The tilt that is wanted, not added.
    let turn = (degrees - own).to_radians() as f32;
    let nothing = Rgb([1, 2, 3]);
    let mut out = rotate(
        &b.frame,
        (chin[0] as f32, chin[1] as f32),
        turn,
        Interpolation::Bilinear,
        Border::Constant(nothing),
    );
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        if *pixel == nothing {
            *pixel = *b.frame.get_pixel(x, y);
        }
    }
    Some(out)
}

fn cast(b: &Base, gains: [f64; 3]) -> RgbImage {
    let mut out = b.frame.clone();
    for pixel in out.pixels_mut() {
        pixel.0 = std::array::from_fn(|c| (f64::from(pixel.0[c]) * gains[c]).round().min(255.0) as u8);
    }
    out
}

fn behind(b: &Base, strength: usize, shadow: bool) -> Option<RgbImage> {
    let alpha = b.alpha.as_ref()?;
    let axes = Axes::of(b)?;
    // A picture that is all face has no backdrop to speak of.
    if axes.unit * 4.5 > f64::from(b.frame.width()) {
        return None;
    }
    let mut out = b.frame.clone();
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let a = f64::from(alpha.get_pixel(x, y).0[0]) / 255.0;
        let p = axes.local([f64::from(x), f64::from(y)]);
        let own = pixel.0.map(f64::from);
        let other = if shadow {
            // The shadow of the head on the wall, to the larger x.
            let inside = ((p[0] - 1.35) / 1.2).hypot((p[1] + 0.1) / 1.7);
            mix(own, own.map(|v| v * [0.62, 0.5][strength]), ((1.06 - inside) / 0.1).clamp(0.0, 1.0))
        } else {
            let cell = ((p[0] * [0.9, 1.6][strength]).floor() as i64 * 31
                + (p[1] * [1.2, 2.1][strength]).floor() as i64 * 17)
                .rem_euclid(5);
            [
                [200.0, 196.0, 188.0],
                [122.0, 90.0, 66.0],
                [60.0, 84.0, 70.0],
                [180.0, 150.0, 96.0],
                [90.0, 92.0, 110.0],
            ][cell as usize]
        };
        pixel.0 = mix(other, own, a).map(|v| v.round().clamp(0.0, 255.0) as u8);
    }
    Some(out)
}

/// Everything of the person below the collar, in one colour with its own folds.
fn clothes(b: &Base, colour: [f64; 3]) -> Option<RgbImage> {
    let alpha = b.alpha.as_ref()?;
    let face = b.face.as_ref()?;
    let collar = face.chin[1] + face.eyes_to_chin() * 0.32;
    if collar + 40.0 > f64::from(b.frame.height()) {
        return None;
    }
    let mut out = b.frame.clone();
    let light = |p: &Rgb<u8>| p.0.iter().map(|v| f64::from(*v)).sum::<f64>() / 3.0;
    let below: Vec<f64> = b
        .frame
        .enumerate_pixels()
        .filter(|(x, y, _)| f64::from(*y) > collar && alpha.get_pixel(*x, *y).0[0] > 230)
        .map(|(_, _, p)| light(p))
        .collect();
    let mean = below.iter().sum::<f64>() / below.len().max(1) as f64;
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let a = f64::from(alpha.get_pixel(x, y).0[0]) / 255.0;
        if f64::from(y) > collar && a > 0.02 {
            let fold = ((light(pixel) - mean) * 0.25).clamp(-14.0, 10.0);
            let cloth = colour.map(|v| v + fold);
            pixel.0 = mix(pixel.0.map(f64::from), cloth, a).map(|v| v.round().clamp(0.0, 255.0) as u8);
        }
    }
    Some(out)
}

/// Round rims around both eyes; lenses white in part, or darker.
fn glasses(b: &Base, thick: f64, lens: Option<(bool, f64)>) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let centres = [[33, 133], [362, 263]].map(|[i, j]| {
        let (p, q) = (axes.point(b, i), axes.point(b, j));
        [(p[0] + q[0]) / 2.0, (p[1] + q[1]) / 2.0 + 0.07]
    });
    let rim = [32.0, 30.0, 34.0];
    mapped(b, |p, own| {
        let ring = centres.map(|c| ((p[0] - c[0]) / 0.43).hypot((p[1] - c[1]) / 0.36) - 1.0).map(|d| d * 0.4);
        let near = ring[0].min(ring[1]);
        let mut colour = own;
        if let Some((white, amount)) = lens {
            let inside = cover(near);
            if white {
                // A soft-edged lamp across each lens.
                let lamp = centres
                    .map(|c| {
                        ((p[0] - c[0] - 0.08) / (0.36 * amount)).hypot((p[1] - c[1] + 0.02) / (0.26 * amount))
                    })
                    .into_iter()
                    .fold(f64::MAX, f64::min);
                colour = mix(colour, [252.0, 252.0, 250.0], inside * ((1.15 - lamp) / 0.3).clamp(0.0, 1.0));
            } else {
                let dark: [f64; 3] = std::array::from_fn(|c| own[c] * amount + [8.0, 10.0, 10.0][c]);
                colour = mix(colour, dark, inside);
            }
        }
        colour = mix(colour, rim, cover(near.abs() - thick / 2.0));
        let bridge = (p[0].abs() < 0.12 && (p[1] - centres[0][1] + 0.08).abs() < thick / 2.0) as u8;
        let temple = (p[0].abs() > 0.9
            && p[0].abs() < 1.02
            && (p[1] - centres[0][1] + 0.06).abs() < thick / 2.0) as u8;
        mix(colour, rim, f64::from(bridge | temple))
    })
}

/// Strands in the colour of the person's own hair, or dark brown, over a box (left, top, right, bottom).
fn hair(b: &Base, [x0, y0, x1, y1]: [f64; 4]) -> Option<RgbImage> {
    mapped(b, |p, own| {
        let strand = (p[0] * 95.0 + (p[1] * 7.0).sin() * 1.3).sin();
        // Ends of different length.
        let end = y1 + 0.04 * (p[0] * 21.0).sin() + 0.02 * (p[0] * 57.0).cos();
        let inside = cover((x0 - p[0]).max(p[0] - x1).max(y0 - p[1]).max(p[1] - end));
        let colour = [44.0, 33.0, 28.0].map(|v| v * (1.0 + 0.35 * strand));
        mix(own, colour, inside * 0.97)
    })
}

/// A lid of the skin's colour over each opening, with a line of lashes at its lower edge.
fn shut(b: &Base, strength: usize) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let eyes = posture::OPENINGS.map(|ids| {
        let points = ids.map(|i| axes.point(b, i));
        let middle = [0, 1].map(|c| points.iter().map(|p| p[c]).sum::<f64>() / 16.0);
        let half = points.iter().map(|p| (p[0] - middle[0]).abs()).fold(0.0, f64::max);
        let tall = points.iter().map(|p| (p[1] - middle[1]).abs()).fold(0.0, f64::max);
        let below = points.iter().map(|p| p[1]).fold(f64::MIN, f64::max);
        (middle, half, tall, below)
    });
    // The skin just above the opening.
    let face = b.face.as_ref()?;
    let skin = [223usize, 443].map(|i| {
        let p = face.landmarks[i];
        b.frame
            .get_pixel_checked(p[0] as u32, p[1] as u32)
            .map_or([200.0, 160.0, 140.0], |p| p.0.map(f64::from))
    });
    mapped(b, |p, own| {
        let mut colour = own;
        for (side, (middle, half, tall, below)) in eyes.iter().enumerate() {
            let inside = ((p[0] - middle[0]) / (half * 1.08)).hypot((p[1] - middle[1]) / (tall * 1.5));
            let shade = 1.0 - 0.10 * ((p[1] - middle[1]) / tall).clamp(-1.0, 1.0);
            colour = mix(colour, skin[side].map(|v| v * shade), ((1.12 - inside) / 0.16).clamp(0.0, 1.0));
            // The lashes lie along the lower lid.
            let curve = below - 0.02 - tall * 0.75 * ((p[0] - middle[0]) / half).powi(2);
            let line = (p[1] - curve).abs() - [0.018, 0.012][strength];
            if (p[0] - middle[0]).abs() < *half {
                colour = mix(colour, [40.0, 28.0, 24.0], cover(line) * 0.9);
            }
        }
        colour
    })
}

/// The lower lip and the chin moved down, darkness and teeth between the lips.
fn mouth(b: &Base, gap: f64) -> Option<RgbImage> {
    let axes = Axes::of(b)?;
    let (left, right) = (axes.point(b, 61), axes.point(b, 291));
    let (upper, lower) = (axes.point(b, 13), axes.point(b, 14));
    let middle = [(left[0] + right[0]) / 2.0, (upper[1] + lower[1]) / 2.0];
    let half = (right[0] - left[0]) / 2.0;
    mapped(b, |p, own| {
        let t = ((p[0] - middle[0]) / half).abs();
        let opening = gap * (1.0 - t * t).max(0.0);
        if p[1] > middle[1] && p[1] < middle[1] + 1.0 && t < 1.6 {
            let below = p[1] - middle[1];
            if below < opening {
                let teeth = cover(below - opening * 0.38) * cover((t - 0.8) * 0.5);
                return mix([48.0, 22.0, 22.0], [226.0, 220.0, 208.0], teeth);
            }
            // What is below moves down, less and less towards the neck.
            let moved = gap * (1.0 - (t / 1.6).powi(2)).max(0.0) * (1.0 - below).clamp(0.0, 1.0);
            return axes.colour(b, [p[0], p[1] - moved.min(below)]);
        }
        own
    })
}

/// The head once more, smaller, at the side.
fn second(b: &Base, scale: f64) -> Option<RgbImage> {
    let (alpha, face) = (b.alpha.as_ref()?, b.face.as_ref()?);
    let wide = (face.cheek_right - face.cheek_left) * scale;
    let left_room = face.cheek_left;
    let right_room = f64::from(b.frame.width()) - face.cheek_right;
    if left_room.max(right_room) < wide * 1.5 {
        return None;
    }
    let target_x = if right_room > left_room {
        face.cheek_right + right_room - wide * 0.75
    } else {
        left_room - (left_room - wide * 0.75)
    };
    let centre = [(face.cheek_left + face.cheek_right) / 2.0, face.eye_line()];
    let mut out = b.frame.clone();
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let from =
            [centre[0] + (f64::from(x) - target_x) / scale, centre[1] + (f64::from(y) - centre[1]) / scale];
        if from[0] < 0.0 || from[1] < 0.0 {
            continue;
        }
        let (u, v) = (from[0] as u32, from[1] as u32);
        let (Some(a), Some(p)) = (alpha.get_pixel_checked(u, v), b.frame.get_pixel_checked(u, v)) else {
            continue;
        };
        pixel.0 = mix(pixel.0.map(f64::from), p.0.map(f64::from), f64::from(a.0[0]) / 255.0)
            .map(|v| v.round() as u8);
    }
    Some(out)
}

fn half_out(b: &Base, shift: f64) -> Option<RgbImage> {
    let face = b.face.as_ref()?;
    let from = (face.eye_left[0] - shift * face.eye_distance()).max(0.0) as u32;
    let width = b.frame.width().checked_sub(from).filter(|w| *w > 64)?;
    Some(image::imageops::crop_imm(&b.frame, from, 0, width, b.frame.height()).to_image())
}

/// So small that the face is `wide` pixels from cheek to cheek, in the middle of its own edge colour.
fn far(b: &Base, wide: f64) -> Option<RgbImage> {
    let face = b.face.as_ref()?;
    let scale = wide / (face.cheek_right - face.cheek_left);
    if scale > 0.8 {
        return None;
    }
    let (w, h) = b.frame.dimensions();
    let small =
        image::imageops::thumbnail(&b.frame, (f64::from(w) * scale) as u32, (f64::from(h) * scale) as u32);
    let edge = *small.get_pixel(1, 1);
    let mut out = RgbImage::from_pixel(w, h, edge);
    image::imageops::overlay(
        &mut out,
        &small,
        i64::from((w - small.width()) / 2),
        i64::from((h - small.height()) / 2),
    );
    Some(out)
}

fn shining(b: &Base, size: f64) -> Option<RgbImage> {
    mapped(b, |p, own| {
        let forehead = (p[0] / (0.75 * size)).hypot((p[1] + 0.62) / (0.3 * size));
        let nose = (p[0] / (0.14 * size)).hypot((p[1] - 0.45) / (0.3 * size));
        let cheek = ((p[0].abs() - 0.62) / (0.28 * size)).hypot((p[1] - 0.62) / (0.22 * size));
        let spot = forehead.min(nose).min(cheek);
        mix(own, [252.0, 248.0, 244.0], ((1.2 - spot) / 0.4).clamp(0.0, 1.0) * 0.96)
    })
}

fn compressed(picture: &RgbImage, quality: u8) -> Option<RgbImage> {
    let mut bytes = Vec::new();
    let (w, h) = (u16::try_from(picture.width()).ok()?, u16::try_from(picture.height()).ok()?);
    jpeg_encoder::Encoder::new(&mut bytes, quality)
        .encode(picture.as_raw(), w, h, jpeg_encoder::ColorType::Rgb)
        .ok()?;
    imaging::decode::picture_file(&bytes).ok()
}

/// A cap of one colour from the brows up.
fn cap(b: &Base, colour: [f64; 3]) -> Option<RgbImage> {
    mapped(b, |p, own| {
        let dome = (p[0] / 1.35).hypot((p[1] + 0.72) / 1.1) - 1.0;
        let inside = cover(dome.max(p[1] + 0.72 + 0.08 * p[0] * p[0]));
        let shade = 1.0 - 0.22 * p[0] + 0.05 * (p[1] * 31.0).sin();
        mix(own, colour.map(|v| v * shade), inside)
    })
}
