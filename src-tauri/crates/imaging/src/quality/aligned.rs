//! The face laid level at one size, so that checks of its parts can speak in fixed pixels. Only measured on, never
//! delivered.

use domain::Crop;
use image::RgbImage;

use super::luminance;
use crate::face::Face;

/// Distance of the eyes' corners' middles, in pixels of the aligned face.
pub(crate) const EYES: f64 = 100.0;
const WIDTH: usize = 300;
const HEIGHT: usize = 330;
/// Place of the middle between the eyes.
const MIDDLE: [f64; 2] = [150.0, 150.0];
/// Corners of the eye at the smaller x, and at the larger.
const CORNERS: [[usize; 2]; 2] = [[33, 133], [362, 263]];
/// Inner edges of the lips.
const LIPS: [usize; 2] = [13, 14];
/// Points of a whole mesh with irises.
const POINTS: usize = 478;

/// A level face with 100 pixels between its eyes.
pub(crate) struct Aligned {
    rgb: Vec<[u8; 3]>,
    /// Luminance of each pixel.
    pub luma: Vec<f32>,
    /// The mesh in pixels of the aligned face.
    pub points: Vec<[f64; 2]>,
}

impl Aligned {
    pub const WIDTH: usize = WIDTH;
    pub const HEIGHT: usize = HEIGHT;

    /// From a delivered piece that shows `crop` of the frame; `None` without a whole mesh.
    pub fn new(picture: &RgbImage, face: &Face, crop: &Crop) -> Option<Self> {
        if face.landmarks.len() < POINTS {
            return None;
        }
        let to = f64::from(picture.width()) / crop.w;
        let place = |p: &[f32; 3]| [(f64::from(p[0]) - crop.x) * to, (f64::from(p[1]) - crop.y) * to];
        let mesh: Vec<[f64; 2]> = face.landmarks.iter().map(place).collect();
        let [a, b] = CORNERS.map(|[i, j]| middle(mesh[i], mesh[j]));
        let across = [b[0] - a[0], b[1] - a[1]];
        let scale = across[0].hypot(across[1]) / EYES;
        if !scale.is_finite() || scale <= 0.02 {
            return None;
        }
        let [cos, sin] = across.map(|v| v / (scale * EYES));
        let centre = middle(a, b);
        let from = |x: f64, y: f64| {
            let [u, v] = [(x - MIDDLE[0]) * scale, (y - MIDDLE[1]) * scale];
            [centre[0] + u * cos - v * sin, centre[1] + u * sin + v * cos]
        };
        let rgb: Vec<[u8; 3]> = (0..WIDTH * HEIGHT)
            .map(|i| between(picture, from((i % WIDTH) as f64, (i / WIDTH) as f64)))
            .collect();
        let luma = rgb.iter().map(|p| luminance(&image::Rgb(*p)) as f32).collect();
        let points = mesh
            .iter()
            .map(|p| {
                let [u, v] = [p[0] - centre[0], p[1] - centre[1]];
                [MIDDLE[0] + (u * cos + v * sin) / scale, MIDDLE[1] + (v * cos - u * sin) / scale]
            })
            .collect();
        Some(Self { rgb, luma, points })
    }

    /// Middle of the corners of the eye at the smaller x (0) or the larger (1).
    pub fn eye(&self, side: usize) -> [f64; 2] {
        let [i, j] = CORNERS[side];
        middle(self.points[i], self.points[j])
    }

    /// Middle between the lips.
    pub fn mouth(&self) -> [f64; 2] {
        middle(self.points[LIPS[0]], self.points[LIPS[1]])
    }

    /// Middle of the cheek at the smaller x (0) or the larger (1): half way to the mouth, a little outwards, where a
    /// lamp at one side shows.
    pub fn cheek(&self, side: usize) -> [f64; 2] {
        let eye = self.eye(side);
        [eye[0] + if side == 0 { -12.0 } else { 12.0 }, eye[1] + (self.mouth()[1] - eye[1]) * 0.55]
    }

    /// Colour of a pixel.
    pub fn colour(&self, at: usize) -> [u8; 3] {
        self.rgb[at]
    }

    /// Pixels of a box, as places in rows.
    pub fn around(&self, centre: [f64; 2], half: [f64; 2]) -> impl Iterator<Item = usize> + use<> {
        let range = |c: f64, h: f64, most: usize| {
            let clamp = |v: f64| v.clamp(0.0, most as f64) as usize;
            clamp(c - h)..clamp(c + h)
        };
        let (xs, ys) = (range(centre[0], half[0], WIDTH), range(centre[1], half[1], HEIGHT));
        ys.flat_map(move |y| xs.clone().map(move |x| y * WIDTH + x))
    }

    /// Pixels of an ellipse.
    pub fn ellipse(&self, centre: [f64; 2], half: [f64; 2]) -> impl Iterator<Item = usize> + use<> {
        self.around(centre, half).filter(move |at| {
            let [x, y] = [(at % WIDTH) as f64, (at / WIDTH) as f64];
            ((x - centre[0]) / half[0]).powi(2) + ((y - centre[1]) / half[1]).powi(2) <= 1.0
        })
    }

    /// Pixels inside a polygon (even-odd rule at pixel centres).
    pub fn polygon(&self, corners: &[[f64; 2]]) -> Vec<usize> {
        let mut inside = Vec::new();
        for y in 0..HEIGHT {
            let line = y as f64 + 0.5;
            let mut cuts: Vec<f64> = corners
                .iter()
                .zip(corners.iter().cycle().skip(1))
                .filter(|(a, b)| (a[1] <= line) != (b[1] <= line))
                .map(|(a, b)| a[0] + (line - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
                .collect();
            cuts.sort_by(f64::total_cmp);
            for pair in cuts.as_chunks::<2>().0 {
                let column = |x: f64| (x + 0.5).clamp(0.0, WIDTH as f64) as usize;
                inside.extend((column(pair[0])..column(pair[1])).map(|x| y * WIDTH + x));
            }
        }
        inside
    }

    /// Luminance smoothed by a Gaussian of `sigma` pixels.
    pub fn smoothed(&self, sigma: f32) -> Vec<f32> {
        let reach = (sigma * 3.0).ceil() as usize;
        let weight = |i: usize| (-0.5 * (i as f32 / sigma).powi(2)).exp();
        let kernel: Vec<f32> = (0..=reach).map(weight).collect();
        let sum: f32 = kernel[0] + 2.0 * kernel[1..].iter().sum::<f32>();
        let pass = |from: &[f32], step: usize, side: usize, index: fn(usize) -> usize| -> Vec<f32> {
            (0..from.len())
                .map(|at| {
                    let i = index(at);
                    let mut value = from[at] * kernel[0];
                    for (k, w) in kernel.iter().enumerate().skip(1) {
                        let (back, on) = (k.min(i), k.min(side - 1 - i));
                        value += w * (from[at - back * step] + from[at + on * step]);
                    }
                    value / sum
                })
                .collect()
        };
        let rows = pass(&self.luma, 1, WIDTH, |at| at % WIDTH);
        pass(&rows, WIDTH, HEIGHT, |at| at / WIDTH)
    }
}

/// Median; 0 of nothing.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    percentile(values, 0.5)
}

/// The value that `part` of the values do not exceed; 0 of nothing.
pub(crate) fn percentile(values: &mut [f64], part: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f64 * part).round() as usize;
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

fn middle(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]
}

/// Colour between four pixels; the edge is repeated beyond it.
fn between(picture: &RgbImage, [x, y]: [f64; 2]) -> [u8; 3] {
    let (w, h) = picture.dimensions();
    let place = |v: f64, side: u32| {
        let v = (v - 0.5).clamp(0.0, f64::from(side - 1));
        let low = v as u32;
        (low, (low + 1).min(side - 1), v - f64::from(low))
    };
    let ((x0, x1, fx), (y0, y1, fy)) = (place(x, w), place(y, h));
    let get = |x: u32, y: u32| picture.get_pixel(x, y).0.map(f64::from);
    let (a, b, c, d) = (get(x0, y0), get(x1, y0), get(x0, y1), get(x1, y1));
    std::array::from_fn(|i| {
        let upper = a[i] + (b[i] - a[i]) * fx;
        let lower = c[i] + (d[i] - c[i]) * fx;
        (upper + (lower - upper) * fy).round() as u8
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A level face of plain skin: every point of the mesh that a check asks for lies where a mean face has it.
    pub(crate) fn plain(skin: [u8; 3]) -> Aligned {
        let mut points = vec![MIDDLE; POINTS];
        let known: [(usize, [f64; 2]); 36] = [
            (33, [78.0, 150.0]),
            (133, [122.0, 150.0]),
            (362, [178.0, 150.0]),
            (263, [222.0, 150.0]),
            (468, [100.0, 146.0]),
            (473, [200.0, 146.0]),
            (13, [150.0, 254.0]),
            (14, [150.0, 256.0]),
            (8, [150.0, 128.0]),
            (168, [150.0, 140.0]),
            (197, [150.0, 172.0]),
            (10, [150.0, 40.0]),
            (70, [60.0, 125.0]),
            (63, [75.0, 118.0]),
            (105, [92.0, 115.0]),
            (66, [110.0, 118.0]),
            (107, [128.0, 122.0]),
            (336, [172.0, 122.0]),
            (296, [190.0, 118.0]),
            (334, [208.0, 115.0]),
            (293, [225.0, 118.0]),
            (300, [240.0, 125.0]),
            (50, [80.0, 200.0]),
            (280, [220.0, 200.0]),
            (205, [90.0, 220.0]),
            (425, [210.0, 220.0]),
            (187, [80.0, 230.0]),
            (411, [220.0, 230.0]),
            (69, [95.0, 80.0]),
            (299, [205.0, 80.0]),
            (108, [130.0, 75.0]),
            (337, [170.0, 75.0]),
            (101, [105.0, 195.0]),
            (330, [195.0, 195.0]),
            (207, [85.0, 240.0]),
            (427, [215.0, 240.0]),
        ];
        for (i, p) in known {
            points[i] = p;
        }
        let count = WIDTH * HEIGHT;
        let luma = vec![luminance(&image::Rgb(skin)) as f32; count];
        Aligned { rgb: vec![skin; count], luma, points }
    }

    impl Aligned {
        /// Paints pixels.
        pub(crate) fn paint(&mut self, at: impl Iterator<Item = usize>, colour: [u8; 3]) {
            for at in at {
                self.rgb[at] = colour;
                self.luma[at] = luminance(&image::Rgb(colour)) as f32;
            }
        }
    }

    #[test]
    fn a_smoothed_step_keeps_its_mean_and_ends() {
        let mut face = plain([0; 3]);
        face.paint((0..WIDTH * HEIGHT).filter(|at| at % WIDTH >= 150), [200; 3]);
        let smooth = face.smoothed(2.0);
        let row = &smooth[100 * WIDTH..101 * WIDTH];
        assert!(row[10].abs() < 0.01 && (row[290] - 200.0).abs() < 0.01);
        assert!(row[149] > 70.0 && row[149] < 100.0, "{}", row[149]);
        assert!((row[149] + row[150] - 200.0).abs() < 0.5);
    }

    #[test]
    fn a_polygon_is_filled_and_percentiles_are_ordered() {
        let face = plain([0; 3]);
        let square = face.polygon(&[[10.0, 10.0], [20.0, 10.0], [20.0, 30.0], [10.0, 30.0]]);
        assert_eq!(square.len(), 200);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(percentile(&mut [], 0.9), 0.0);
    }
}
