//! What colours the person has near a place: mean and covariance over cells of rising size.

use image::RgbImage;

use crate::recolor::Backdrop;
use crate::resample::Plane;

/// Alpha from which a pixel tells of the person's colours, more the nearer it comes to 1.
///
/// Mean error of the refined alpha in the soft band (1/1000), booth frames and the same people before other backdrops:
/// 18.1 and 32.1 with 0.5, 17.6 and 31.7 with 0.7, 17.5 and 31.6 with 0.8 and with 0.9: below, the backdrop that the
/// model takes for person spoils their colour.
const TELLS: f32 = 0.8;
/// Side of the smallest cells, as a power of two.
const FIRST: u32 = 2;
/// Sizes of cells: 4 to 128 pixels.
const LEVELS: usize = 6;
/// Red, green, blue; their products rr, rg, rb, gg, gb, bb; weight.
const SUMS: usize = 10;

/// The person's colours near one pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Mean, 0–255.
    pub mean: [f32; 3],
    /// Covariance: rr, rg, rb, gg, gb, bb.
    pub covariance: [f32; 6],
}

/// The colours of a person, told from where the first matte sees little else. A pixel of the soft edge counts with the
/// backdrop taken out of it, so that strands speak for strands.
pub struct Colours {
    levels: Vec<Cells>,
}

struct Cells {
    width: usize,
    height: usize,
    /// Means over the cell of what is summed, times the weight.
    sums: Vec<[f32; SUMS]>,
}

impl Colours {
    /// All three show the same piece.
    pub fn of(picture: &RgbImage, alpha: &Plane, backdrop: &Backdrop) -> Self {
        let side = 1 << FIRST;
        let (width, height) = (alpha.width.div_ceil(side), alpha.height.div_ceil(side));
        let mut cells = Cells { width, height, sums: vec![[0.0; SUMS]; width * height] };
        let share = 1.0 / (side * side) as f32;
        for (at, pixel) in picture.as_raw().as_chunks::<3>().0.iter().enumerate() {
            let a = alpha.values[at];
            if a <= TELLS {
                continue;
            }
            let (x, y) = (at % alpha.width, at / alpha.width);
            let own = if a >= 1.0 {
                pixel.map(f32::from)
            } else {
                let behind = backdrop.at(x, y);
                std::array::from_fn(|c| ((f32::from(pixel[c]) - (1.0 - a) * behind[c]) / a).clamp(0.0, 255.0))
            };
            let weight = ((a - TELLS) / (1.0 - TELLS)).powi(2) * share;
            let [r, g, b] = own;
            let told = [r, g, b, r * r, r * g, r * b, g * g, g * b, b * b, 1.0];
            let cell = &mut cells.sums[(y >> FIRST) * width + (x >> FIRST)];
            for (sum, value) in cell.iter_mut().zip(told) {
                *sum += weight * value;
            }
        }
        let mut levels = vec![cells];
        for level in 1..LEVELS {
            levels.push(levels[level - 1].halved());
        }
        Self { levels }
    }

    /// From the smallest cells that hold enough; `None` where even the largest hold nobody.
    pub fn near(&self, x: usize, y: usize) -> Option<Near> {
        /// Weight of a cell that is enough to trust it.
        const ENOUGH: f32 = 0.1;
        let (mut told, mut settled) = ([0.0f32; SUMS - 1], 0.0f32);
        for (level, cells) in self.levels.iter().enumerate() {
            let sums = cells.at(x, y, FIRST + level as u32);
            let weight = sums[SUMS - 1];
            let share = (weight / ENOUGH).min(1.0) * (1.0 - settled);
            if share > 0.0 {
                for (told, sum) in told.iter_mut().zip(sums) {
                    *told += share * sum / weight;
                }
                settled += share;
            }
            if settled > 0.999 {
                break;
            }
        }
        if settled < 0.5 {
            return None;
        }
        let [r, g, b, rr, rg, rb, gg, gb, bb] = told.map(|sum| sum / settled);
        let covariance = [rr - r * r, rg - r * g, rb - r * b, gg - g * g, gb - g * b, bb - b * b];
        Some(Near { mean: [r, g, b], covariance })
    }
}

impl Cells {
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut sums = Vec::with_capacity(width * height);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut sum = [0.0f32; SUMS];
            for ny in 2 * y..(2 * y + 2).min(self.height) {
                for nx in 2 * x..(2 * x + 2).min(self.width) {
                    for (s, v) in sum.iter_mut().zip(self.sums[ny * self.width + nx]) {
                        *s += v / 4.0;
                    }
                }
            }
            sums.push(sum);
        }
        Self { width, height, sums }
    }

    /// Between the four nearest cells, whose side is a power of two.
    fn at(&self, x: usize, y: usize, power: u32) -> [f32; SUMS] {
        let side = (1u32 << power) as f32;
        let place = |v: usize, most: usize| {
            let at = ((v as f32 + 0.5) / side - 0.5).clamp(0.0, (most - 1) as f32);
            let low = at as usize;
            (low, (low + 1).min(most - 1), at - low as f32)
        };
        let ((x0, x1, fx), (y0, y1, fy)) = (place(x, self.width), place(y, self.height));
        let cell = |x: usize, y: usize| &self.sums[y * self.width + x];
        let (a, b, c, d) = (cell(x0, y0), cell(x1, y0), cell(x0, y1), cell(x1, y1));
        std::array::from_fn(|i| {
            let upper = a[i] + (b[i] - a[i]) * fx;
            upper + (c[i] + (d[i] - c[i]) * fx - upper) * fy
        })
    }
}
