//! Single coefficients of the 8×8 transform of JPEG (ITU-T T.81 A.3.3), for all blocks of a grid.

use super::Luma;

/// Basis of one coefficient: rows, columns.
pub(super) struct Basis([f32; 64]);

impl Basis {
    /// Of the coefficient with `u` waves across and `v` down, each halved.
    pub(super) fn of(u: usize, v: usize) -> Self {
        let wave = |k: usize, n: usize| {
            let scale = if k == 0 { (1.0_f32 / 8.0).sqrt() } else { 0.5 };
            scale * ((2 * n + 1) as f32 * k as f32 * std::f32::consts::PI / 16.0).cos()
        };
        let mut basis = [0.0; 64];
        for (at, value) in basis.iter_mut().enumerate() {
            *value = wave(v, at / 8) * wave(u, at % 8);
        }
        Self(basis)
    }
}

/// The coefficient in every whole block of the grid that begins at (`left`, `top`).
pub(super) fn coefficients(luma: &Luma, basis: &Basis, left: usize, top: usize) -> Vec<f32> {
    let (across, down) = ((luma.width - left) / 8, (luma.height - top) / 8);
    let mut all = Vec::with_capacity(across * down);
    for row in 0..down {
        for column in 0..across {
            let (x, y) = (left + column * 8, top + row * 8);
            let mut sum = 0.0;
            for (line, weights) in basis.0.chunks_exact(8).enumerate() {
                let from = (y + line) * luma.width + x;
                let pixels = &luma.values[from..from + 8];
                sum += pixels.iter().zip(weights).map(|(pixel, weight)| pixel * weight).sum::<f32>();
            }
            all.push(sum);
        }
    }
    all
}
