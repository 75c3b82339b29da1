//! How far a portrait is from the ideal one: colours in the soft band, and what is left of the backdrop.

use domain::{Crop, Size};
use image::RgbImage;
use imaging::resample::{self, Kernel, Plane};

/// The ideal portrait as another crop of the same frame shows it.
pub struct Ideal {
    picture: RgbImage,
    alpha: Plane,
    /// Pixels that the ideal portrait shows as well.
    shown: Vec<bool>,
}

/// Errors against the ideal portrait.
#[derive(Debug, Clone, Copy, Default)]
pub struct ColourErrors {
    /// Mean absolute difference of a channel in the soft band, in levels.
    pub levels: f64,
    /// Mean CIEDE2000 there.
    pub delta_e: f64,
    /// Part of the pixels more than 8 px from the person that are off by more than 2 levels, in 1/1000.
    pub stray: f64,
}

impl Ideal {
    /// `picture` and `alpha` are the ideal portrait, cut out by `ideal_crop`; `crop` is the other crop.
    pub fn seen_by(picture: &RgbImage, alpha: &Plane, ideal_crop: &Crop, crop: &Crop, size: Size) -> Self {
        let scale = f64::from(picture.width()) / ideal_crop.w;
        let view = Crop {
            x: (crop.x - ideal_crop.x) * scale,
            y: (crop.y - ideal_crop.y) * scale,
            w: crop.w * scale,
            h: crop.h * scale,
        };
        let (w, h) = (size.width as usize, size.height as usize);
        let shown = (0..w * h)
            .map(|i| {
                let x = view.x + ((i % w) as f64 + 0.5) * view.w / w as f64;
                let y = view.y + ((i / w) as f64 + 0.5) * view.h / h as f64;
                x > 1.0
                    && y > 1.0
                    && x < f64::from(picture.width()) - 1.0
                    && y < f64::from(picture.height()) - 1.0
            })
            .collect();
        Self {
            picture: resample::cut_rgb(picture, &view, size, Kernel::Sharp),
            alpha: resample::cut_plane(alpha, &view, size, Kernel::Smooth),
            shown,
        }
    }

    /// Compares a portrait before `colour`; `band` is the soft band, `near` what is within 8 px of the person.
    pub fn compare(&self, found: &RgbImage, band: &[bool], near: &[bool], colour: [u8; 3]) -> ColourErrors {
        let (mut levels, mut delta_e, mut count) = (0.0, 0.0, 0u32);
        let (mut stray, mut outside) = (0u32, 0u32);
        for (i, (found, ideal)) in found.pixels().zip(self.picture.pixels()).enumerate() {
            if band[i] && self.shown[i] {
                let off: i32 =
                    found.0.iter().zip(ideal.0).map(|(a, b)| (i32::from(*a) - i32::from(b)).abs()).sum();
                levels += f64::from(off) / 3.0;
                delta_e += ciede2000(lab(found.0), lab(ideal.0));
                count += 1;
            }
            if !near[i] {
                outside += 1;
                stray += u32::from(found.0.iter().zip(colour).any(|(a, b)| a.abs_diff(b) > 2));
            }
        }
        let share = |sum: f64, of: u32| sum / f64::from(of.max(1));
        ColourErrors {
            levels: share(levels, count),
            delta_e: share(delta_e, count),
            stray: share(f64::from(stray), outside) * 1000.0,
        }
    }

    /// The true matte of the ideal portrait in this view.
    pub fn alpha(&self) -> &Plane {
        &self.alpha
    }
}

/// The observed colours blended again: what a matte alone gives.
pub fn raw_composite(picture: &RgbImage, alpha: &[f32], colour: [u8; 3]) -> RgbImage {
    let mut out = picture.clone();
    for (pixel, a) in out.pixels_mut().zip(alpha) {
        for (v, c) in pixel.0.iter_mut().zip(colour) {
            *v = (f32::from(*v) * a + f32::from(c) * (1.0 - a)).round() as u8;
        }
    }
    out
}

/// CIE L*a*b* (D65) of an sRGB colour.
fn lab(rgb: [u8; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(|v| {
        let v = f64::from(v) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    });
    let f = |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
    let x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    let y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    let z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", 2005.
fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh((a1.hypot(b1) + a2.hypot(b2)) / 2.0));
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = if grey { 0.0 } else { (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0 };
    let (dl, dc) = (l2 - l1, c2 - c1);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let h = if grey { h1 + h2 } else { (h1 + turn / 2.0).rem_euclid(360.0) };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
        - 0.20 * cos(4.0 * h - 63.0);
    let middle = (l - 50.0).powi(2);
    let sl = 1.0 + 0.015 * middle / (20.0 + middle).sqrt();
    let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let swing = 60.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let rt = -2.0 * seventh(c) * swing.to_radians().sin();
    let (l, c, h) = (dl / sl, dc / sc, dh / sh);
    (l * l + c * c + h * h + rt * c * h).sqrt()
}
