//! How near a written picture is to the one that was to be written, for the examples that report it.

use image::RgbImage;

/// Structural similarity of luminance (Wang et al. 2004: windows of 8 × 8, K1 0.01, K2 0.03), the mean over the windows
/// whose middle is `inside`.
pub fn ssim(a: &RgbImage, b: &RgbImage, inside: impl Fn(u32, u32) -> bool) -> f64 {
    const SIDE: u32 = 8;
    const C1: f64 = 6.5025;
    const C2: f64 = 58.5225;
    let (w, h) = a.dimensions();
    let luma = |p: &RgbImage| -> Vec<f64> { p.pixels().map(|p| bt601(p.0)).collect() };
    let (x, y) = (luma(a), luma(b));
    let sums = Sums::of(&x, &y, w as usize);
    let (mut total, mut count) = (0.0, 0.0);
    for top in 0..=h.saturating_sub(SIDE) {
        for left in 0..=w.saturating_sub(SIDE) {
            if !inside(left + SIDE / 2, top + SIDE / 2) {
                continue;
            }
            let [sx, sy, sxx, syy, sxy] = sums.window(left as usize, top as usize, SIDE as usize);
            let n = f64::from(SIDE * SIDE);
            let (mx, my) = (sx / n, sy / n);
            let (vx, vy, cov) = (sxx / n - mx * mx, syy / n - my * my, sxy / n - mx * my);
            total += (2.0 * mx * my + C1) * (2.0 * cov + C2) / ((mx * mx + my * my + C1) * (vx + vy + C2));
            count += 1.0;
        }
    }
    total / f64::max(count, 1.0)
}

/// Summed-area tables of x, y, x², y², xy.
struct Sums {
    width: usize,
    table: Vec<[f64; 5]>,
}

impl Sums {
    fn of(x: &[f64], y: &[f64], width: usize) -> Self {
        let height = x.len() / width;
        let stride = width + 1;
        let mut table = vec![[0.0; 5]; stride * (height + 1)];
        for row in 0..height {
            let mut line = [0.0; 5];
            for column in 0..width {
                let (a, b) = (x[row * width + column], y[row * width + column]);
                for (sum, value) in line.iter_mut().zip([a, b, a * a, b * b, a * b]) {
                    *sum += value;
                }
                let above = table[row * stride + column + 1];
                table[(row + 1) * stride + column + 1] = std::array::from_fn(|i| above[i] + line[i]);
            }
        }
        Self { width: stride, table }
    }

    fn window(&self, left: usize, top: usize, side: usize) -> [f64; 5] {
        let at = |x: usize, y: usize| self.table[y * self.width + x];
        let (a, b, c, d) =
            (at(left, top), at(left + side, top), at(left, top + side), at(left + side, top + side));
        std::array::from_fn(|i| d[i] - b[i] - c[i] + a[i])
    }
}

/// Mean CIE76 difference, and root mean square of luminance, over the pixels `inside`.
pub fn differences(a: &RgbImage, b: &RgbImage, inside: impl Fn(u32, u32) -> bool) -> (f64, f64) {
    let (mut colour, mut luma, mut count) = (0.0, 0.0, 0.0);
    for (x, y, pixel) in a.enumerate_pixels().filter(|(x, y, _)| inside(*x, *y)) {
        let other = b.get_pixel(x, y).0;
        let (p, q) = (lab(pixel.0), lab(other));
        colour += p.iter().zip(q).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        luma += (bt601(pixel.0) - bt601(other)).powi(2);
        count += 1.0;
    }
    (colour / f64::max(count, 1.0), (luma / f64::max(count, 1.0)).sqrt())
}

fn bt601([r, g, b]: [u8; 3]) -> f64 {
    0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)
}

/// sRGB to CIE Lab under D65 (IEC 61966-2-1, CIE 15).
fn lab(rgb: [u8; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let f = |t: f64| {
        if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
    };
    let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
    let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
    let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}
