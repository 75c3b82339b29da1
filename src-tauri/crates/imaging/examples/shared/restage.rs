//! The people of the cases before other backdrops: more test material than there are frames, so that constants are not
//! chosen for sixteen pictures.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use imaging::recolor::Backdrop;
use imaging::resample::{self, Kernel, Plane};

/// A frame and its empty seat.
pub struct Staged {
    pub frame: RgbImage,
    pub plate: RgbImage,
}

/// Takes the person out of `frame`, whose true matte and plate are known, and seats them before `wall`: with a shadow,
/// lamps that drift between plate and frame, noise and JPEG, all drawn from `seed`.
pub fn restage(frame: &RgbImage, plate: &RgbImage, alpha: &Plane, wall: &RgbImage, seed: u64) -> Staged {
    let mut random = Random(seed);
    let (w, h) = frame.dimensions();
    let size = domain::Size { width: w, height: h };
    let whole = resample::whole(domain::Size { width: wall.width(), height: wall.height() });
    let wall = resample::cut_rgb(wall, &whole, size, Kernel::Smooth);
    let behind = Backdrop::estimate(frame, alpha, Some(plate));
    let shadow = Shadow::of(alpha, &mut random);
    let lamps: [f32; 3] = {
        let all = random.between(0.94, 1.05);
        std::array::from_fn(|_| all * random.between(0.98, 1.02))
    };
    let (exposure, noise) = (random.between(0.75, 1.05), random.between(0.8, 3.5));
    let mut out = RgbImage::new(w, h);
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let a = alpha.at(x as usize, y as usize);
        let (old, new) = (behind.at(x as usize, y as usize), wall.get_pixel(x, y).0);
        let dark = shadow.at(x, y);
        let seen = frame.get_pixel(x, y).0;
        *pixel = Rgb(std::array::from_fn(|c| {
            let own = (f32::from(seen[c]) - (1.0 - a) * old[c]).clamp(0.0, 255.0 * a);
            let value = own + (1.0 - a) * f32::from(new[c]) * dark * lamps[c];
            (value * exposure + noise * random.normal()).round().clamp(0.0, 255.0) as u8
        }));
    }
    let mut empty = wall;
    let drift = random.between(0.95, 1.03);
    for pixel in empty.pixels_mut() {
        pixel.0 =
            pixel.0.map(|v| (f32::from(v) * drift + noise * random.normal()).round().clamp(0.0, 255.0) as u8);
    }
    let quality = random.between(76.0, 93.0) as u8;
    Staged { frame: through_jpeg(&out, quality), plate: through_jpeg(&empty, quality) }
}

fn through_jpeg(picture: &RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).expect("written to memory");
    imaging::decode::picture_file(&bytes).expect("written a moment ago")
}

/// The person's shadow, at an eighth of the frame's size.
struct Shadow {
    plane: Plane,
    moved: [f64; 2],
    depth: f32,
}

impl Shadow {
    fn of(alpha: &Plane, random: &mut Random) -> Self {
        let small = domain::Size { width: alpha.width as u32 / 8, height: alpha.height as u32 / 8 };
        let mut plane = resample::cut_plane(alpha, &resample::whole(alpha.size()), small, Kernel::Smooth);
        let half = domain::Size { width: small.width / 3, height: small.height / 3 };
        plane = resample::cut_plane(&plane, &resample::whole(small), half, Kernel::Smooth);
        plane = resample::cut_plane(&plane, &resample::whole(half), small, Kernel::Smooth);
        let side = if random.between(0.0, 1.0) < 0.5 { -1.0 } else { 1.0 };
        let moved = [side * f64::from(random.between(15.0, 45.0)), f64::from(random.between(0.0, 25.0))];
        Self { plane, moved, depth: random.between(0.0, 0.35) }
    }

    fn at(&self, x: u32, y: u32) -> f32 {
        let place = |v: f64, side: usize| {
            let at = (v / 8.0 - 0.5).clamp(0.0, (side - 1) as f64);
            (at as usize, (at as usize + 1).min(side - 1), at.fract() as f32)
        };
        let (x0, x1, fx) = place(f64::from(x) - self.moved[0], self.plane.width);
        let (y0, y1, fy) = place(f64::from(y) - self.moved[1], self.plane.height);
        let row = |y: usize| self.plane.at(x0, y) * (1.0 - fx) + self.plane.at(x1, y) * fx;
        1.0 - self.depth * (row(y0) * (1.0 - fy) + row(y1) * fy)
    }
}

/// SplitMix64: the same pictures in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Nearly normal: twelve even draws.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.between(-0.5, 0.5)).sum()
    }
}
