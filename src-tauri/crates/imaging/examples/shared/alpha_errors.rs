//! How far a matte is from the truth, for the examples that report it.

use imaging::resample::Plane;

/// Errors in 1/1000, each over everything and over the soft band.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlphaErrors {
    /// Mean absolute difference.
    pub whole: f64,
    pub band: f64,
    /// The same of the lengths of both gradients, after a Gaussian of 1.4 pixels.
    pub gradient: f64,
    pub gradient_band: f64,
}

/// Compares a matte with the true one of its size.
pub fn alpha_errors(found: &[f32], real: &Plane) -> AlphaErrors {
    let band = soft_band(real, 10);
    let found = Plane { width: real.width, height: real.height, values: found.to_vec() };
    let off: Vec<f64> =
        found.values.iter().zip(&real.values).map(|(a, b)| f64::from((a - b).abs())).collect();
    let slopes: Vec<f64> = slopes(&found).iter().zip(slopes(real)).map(|(a, b)| (a - b).abs()).collect();
    let mean = |of: &[f64], inside: &dyn Fn(usize) -> bool| {
        let (mut sum, mut count) = (0.0, 0u32);
        for (_, v) in of.iter().enumerate().filter(|(i, _)| inside(*i)) {
            sum += v;
            count += 1;
        }
        sum / f64::from(count.max(1)) * 1000.0
    };
    AlphaErrors {
        whole: mean(&off, &|_| true),
        band: mean(&off, &|i| band[i]),
        gradient: mean(&slopes, &|_| true),
        gradient_band: mean(&slopes, &|i| band[i]),
    }
}

/// Where the true alpha is 0.02–0.98, and what is within `reach` pixels of it.
pub fn soft_band(real: &Plane, reach: usize) -> Vec<bool> {
    let (w, h) = (real.width, real.height);
    let soft: Vec<bool> = real.values.iter().map(|a| (0.02..0.98).contains(a)).collect();
    let around = |at: usize, side: usize| at.saturating_sub(reach)..(at + reach + 1).min(side);
    let rows: Vec<bool> = (0..w * h).map(|i| around(i % w, w).any(|x| soft[i / w * w + x])).collect();
    (0..w * h).map(|i| around(i / w, h).any(|y| rows[y * w + i % w])).collect()
}

/// Lengths of the gradient (Sobel / 8).
fn slopes(alpha: &Plane) -> Vec<f64> {
    let weights: Vec<f64> = (-4i32..=4).map(|d| (-f64::from(d * d) / (2.0 * 1.4 * 1.4)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let smooth: Vec<f64> = weights.iter().map(|w| w / sum).collect();
    let (w, h) = (alpha.width, alpha.height);
    let turned = |values: &[f64], w: usize, h: usize| {
        let mut out = vec![0.0; w * h];
        for (y, row) in values.chunks_exact(w).enumerate() {
            for x in 0..w {
                let at = |d: usize| row[(x + d).saturating_sub(4).min(w - 1)];
                out[x * h + y] = smooth.iter().enumerate().map(|(d, k)| at(d) * k).sum::<f64>();
            }
        }
        out
    };
    let values: Vec<f64> = alpha.values.iter().map(|&v| f64::from(v)).collect();
    let soft = turned(&turned(&values, w, h), h, w);
    let at = |x: isize, y: isize| {
        soft[y.clamp(0, h as isize - 1) as usize * w + x.clamp(0, w as isize - 1) as usize]
    };
    (0..w * h)
        .map(|i| {
            let (x, y) = ((i % w) as isize, (i / w) as isize);
            let column = |x: isize| at(x, y - 1) + 2.0 * at(x, y) + at(x, y + 1);
            let row = |y: isize| at(x - 1, y) + 2.0 * at(x, y) + at(x + 1, y);
            (column(x + 1) - column(x - 1)).hypot(row(y + 1) - row(y - 1)) / 8.0
        })
        .collect()
}
