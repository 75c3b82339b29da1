//! An earlier compression, from the comb that its steps leave in the counts of the coefficients (Popescu and Farid,
//! "Statistical tools for digital forensics", 2004; for moved blocks Bianchi and Piva, "Detection of nonaligned double
//! JPEG compression based on integer periodicity maps", 2012).

use std::f64::consts::TAU;

use super::blocks::{Basis, coefficients};
use super::{Evidence, Luma, Trace};

/// Low frequencies that portraits have enough of: (across, down, place in the zigzag).
const LOW: [(usize, usize, usize); 9] =
    [(1, 0, 1), (0, 1, 2), (0, 2, 3), (1, 1, 4), (2, 0, 5), (3, 0, 6), (2, 1, 7), (1, 2, 8), (0, 3, 9)];
/// Steps on each side of nought that are counted.
const STEPS: usize = 24;
/// Fewer coefficients than this tell nothing.
const ENOUGH: f64 = 150.0;
/// The mean of the four strongest combs. Portraits that were compressed once gave up to 11.3 (120 files of 30 people up
/// to 9.6), made-up textures up to 16.4; compressed first at quality 50 to 85 and then finer, 25 to 118, all 150 found
/// (`examples/evidence_report`).
pub(super) const COMB: f64 = 20.0;
/// How far the strongest of the 49 moved grids stands out, in standard deviations of the others. Once compressed: up to
/// 4.6; compressed at 50 to 85, cropped and compressed at 90 or 95: all of 150 found (`examples/evidence_report`).
pub(super) const MOVED: f64 = 7.0;

/// Of a compression in the same blocks. `table` is the file's own, in zigzag order.
pub(super) fn before(luma: &Luma, table: &[u16; 64]) -> Option<Evidence> {
    let value = comb_of(luma, table);
    (value >= COMB).then_some(Evidence {
        trace: Trace::CompressedBefore,
        value: Some(value),
        limit: Some(COMB),
    })
}

/// The mean of the four strongest combs.
pub(super) fn comb_of(luma: &Luma, table: &[u16; 64]) -> f64 {
    let mut combs: Vec<f64> = LOW
        .iter()
        .map(|&(u, v, place)| {
            comb(&coefficients(luma, &Basis::of(u, v), 0, 0), f32::from(table[place].max(1)))
        })
        .collect();
    combs.sort_by(|a, b| b.total_cmp(a));
    combs[..4].iter().sum::<f64>() / 4.0
}

/// How strongly the counts of the file's own steps rise and fall with a period.
fn comb(coefficients: &[f32], step: f32) -> f64 {
    let mut counts = [0.0_f64; STEPS];
    for value in coefficients {
        let k = (value / step).round().abs() as usize;
        if (1..=STEPS).contains(&k) {
            counts[k - 1] += 1.0;
        }
    }
    if counts.iter().sum::<f64>() < ENOUGH {
        return 0.0;
    }
    let uneven: Vec<f64> = (0..STEPS)
        .map(|k| {
            // The counts fall smoothly; what they would be without a comb is their neighbours' geometric mean.
            let near = (0..5).map(|d| (counts[(k + d).saturating_sub(2).min(STEPS - 1)] + 1.0).ln());
            let smooth = (near.sum::<f64>() / 5.0).exp();
            (counts[k] - smooth) / (smooth + 1.0).sqrt()
        })
        .collect();
    let frequencies = (0..=30).map(|f| 0.2 + 0.01 * f64::from(f));
    frequencies.map(|f| wave(uneven.iter().copied(), f)).fold(0.0, f64::max) / (STEPS as f64).sqrt()
}

/// Strength of one frequency in values that begin at 1.
fn wave(values: impl Iterator<Item = f64>, frequency: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (at, value) in values.enumerate() {
        let angle = TAU * frequency * (at + 1) as f64;
        re += value * angle.cos();
        im += value * angle.sin();
    }
    re.hypot(im)
}

/// Coefficients are counted in bins of a quarter up to this size.
const LARGEST: usize = 96;
/// Periods of the earlier steps that are looked for.
const PERIODS: std::ops::Range<usize> = 4..25;

/// Of a compression in blocks that lie elsewhere.
pub(super) fn moved(luma: &Luma) -> Option<Evidence> {
    let (value, x, y) = moved_by(luma)?;
    (value >= MOVED).then_some(Evidence {
        trace: Trace::CroppedAfterCompression { x, y },
        value: Some(value),
        limit: Some(MOVED),
    })
}

/// How far the strongest of the moved grids stands out, and where it lies.
pub(super) fn moved_by(luma: &Luma) -> Option<(f64, u8, u8)> {
    if luma.width < 128 || luma.height < 128 {
        return None;
    }
    let bases = [Basis::of(1, 0), Basis::of(0, 1), Basis::of(1, 1)];
    let mut scores = Vec::with_capacity(49);
    // In one of both directions unmoved, the blocks are half the file's own and share its comb.
    for top in 1..8 {
        for left in 1..8 {
            let of = |basis| strongest(&coefficients(luma, basis, left, top));
            let score = bases.iter().map(of).sum::<f64>() / bases.len() as f64;
            scores.push((score, left as u8, top as u8));
        }
    }
    let (best, x, y) = scores.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let others: Vec<f64> = scores.iter().filter(|s| (s.1, s.2) != (x, y)).map(|s| s.0).collect();
    let mean = others.iter().sum::<f64>() / others.len() as f64;
    let spread = (others.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / others.len() as f64).sqrt();
    Some(((best - mean) / spread.max(0.05), x, y))
}

/// How well the coefficients stand at the multiples of some period.
fn strongest(coefficients: &[f32]) -> f64 {
    let mut bins = [0.0_f64; LARGEST * 4];
    for value in coefficients {
        // Near nought everything is a multiple.
        let bin = (value.abs() * 4.0).round() as usize;
        if value.abs() > 2.0 && bin < bins.len() {
            bins[bin] += 1.0;
        }
    }
    let count: f64 = bins.iter().sum();
    if count < 100.0 {
        return 0.0;
    }
    let at = |period: usize| {
        let turns = bins.iter().enumerate().filter(|(_, n)| **n > 0.0);
        turns.map(|(bin, n)| n * (TAU * bin as f64 / 4.0 / period as f64).cos()).sum::<f64>() / count.sqrt()
    };
    PERIODS.map(|period| at(period).abs()).fold(0.0, f64::max)
}
