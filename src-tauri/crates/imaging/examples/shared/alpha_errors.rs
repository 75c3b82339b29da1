//! How far a matte is from the truth, for the examples that report it.

use image::GrayImage;
use imaging::resample::Plane;

/// Mean absolute errors in 1/1000: over everything, over the true soft band and what is within 3 px of it.
pub fn alpha_errors(found: &GrayImage, real: &Plane) -> (f64, f64) {
    let (w, h) = (real.width, real.height);
    let soft: Vec<bool> = real.values.iter().map(|a| (0.02..0.98).contains(a)).collect();
    let near = |i: usize| {
        let (x, y) = (i % w, i / w);
        (y.saturating_sub(3)..=(y + 3).min(h - 1))
            .any(|ny| (x.saturating_sub(3)..=(x + 3).min(w - 1)).any(|nx| soft[ny * w + nx]))
    };
    let (mut all, mut band, mut count) = (0.0, 0.0, 0u32);
    for (i, (found, real)) in found.as_raw().iter().zip(&real.values).enumerate() {
        let error = f64::from((f32::from(*found) / 255.0 - real).abs());
        all += error;
        if near(i) {
            band += error;
            count += 1;
        }
    }
    (all / (w * h) as f64 * 1000.0, band / f64::from(count.max(1)) * 1000.0)
}
