//! Changes of the picture before a second look, into buffers that are kept from frame to frame.

use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::GrayImage;

use super::locate::Place;

/// How [`Workshop::local`] decides between black and white.
#[derive(Clone, Copy)]
pub(super) struct Local {
    /// Whether dark tones are pulled apart first.
    pub(super) gamma: bool,
    /// How many times the difference to the 11×11 mean is added to a pixel; 0 leaves it alone.
    pub(super) sharpen: i32,
    /// Half the side of the square whose mean a pixel is held against.
    pub(super) radius: usize,
}

/// Buffers and the resizer.
#[derive(Default)]
pub(super) struct Workshop {
    resizer: Resizer,
    crop: GrayImage,
    doubled: GrayImage,
    scratch: GrayImage,
    near: GrayImage,
    wide: GrayImage,
    out: GrayImage,
}

/// Radius of the mean that sharpening holds a pixel against.
const NEAR: usize = 5;

impl Workshop {
    /// Raised to the power of 2.6: of a screen that outshines the room, the upper tones are stretched.
    pub(super) fn gamma(&mut self, luma: &GrayImage) -> &GrayImage {
        fit(&mut self.out, luma);
        gamma(luma, &mut self.out);
        &self.out
    }

    /// Mean of 3×3.
    pub(super) fn blur(&mut self, luma: &GrayImage) -> &GrayImage {
        fit(&mut self.out, luma);
        box_mean(luma, 1, &mut self.out);
        &self.out
    }

    /// Mean of every 2×2.
    pub(super) fn half(&mut self, luma: &GrayImage) -> &GrayImage {
        let (width, height) = (luma.width() as usize / 2, luma.height() as usize / 2);
        resize_buffer(&mut self.out, width, height);
        let full = luma.width() as usize;
        let source = luma.as_raw();
        for (y, line) in self.out.chunks_exact_mut(width.max(1)).enumerate() {
            let (upper, lower) = (&source[2 * y * full..][..full], &source[(2 * y + 1) * full..][..full]);
            for (out, (a, b)) in line.iter_mut().zip(upper.chunks_exact(2).zip(lower.chunks_exact(2))) {
                let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
                *out = ((sum + 2) / 4) as u8;
            }
        }
        &self.out
    }

    /// Black where a pixel is darker than the mean of its surroundings, else white.
    pub(super) fn local(&mut self, luma: &GrayImage, local: Local) -> &GrayImage {
        fit(&mut self.scratch, luma);
        if local.gamma {
            gamma(luma, &mut self.scratch);
        } else {
            self.scratch.copy_from_slice(luma);
        }
        fit(&mut self.wide, luma);
        box_mean(&self.scratch, local.radius, &mut self.wide);
        fit(&mut self.out, luma);
        if local.sharpen == 0 {
            for ((out, &pixel), &mean) in self.out.iter_mut().zip(self.scratch.iter()).zip(self.wide.iter()) {
                *out = if pixel < mean { 0 } else { 255 };
            }
            return &self.out;
        }
        fit(&mut self.near, luma);
        box_mean(&self.scratch, NEAR, &mut self.near);
        let means = self.near.iter().zip(self.wide.iter());
        for ((out, &pixel), (&near, &mean)) in self.out.iter_mut().zip(self.scratch.iter()).zip(means) {
            let pixel = i32::from(pixel);
            let sharp = pixel + local.sharpen * (pixel - i32::from(near));
            *out = if sharp < i32::from(mean) { 0 } else { 255 };
        }
        &self.out
    }

    /// The part of a frame inside whole pixels of `place`.
    pub(super) fn crop(&mut self, luma: &GrayImage, place: Place) -> &GrayImage {
        let [x0, y0, x1, y1] = place.0.map(|v| v as usize);
        let (width, height) = (x1 - x0, y1 - y0);
        resize_buffer(&mut self.crop, width, height);
        let full = luma.width() as usize;
        for (line, out) in self.crop.chunks_exact_mut(width.max(1)).enumerate() {
            out.copy_from_slice(&luma.as_raw()[(y0 + line) * full + x0..][..width]);
        }
        &self.crop
    }

    /// [`Self::local`] on a place at double size.
    pub(super) fn doubled_local(&mut self, luma: &GrayImage, place: Place, local: Local) -> &GrayImage {
        self.double(luma, place);
        let doubled = std::mem::take(&mut self.doubled);
        self.local(&doubled, local);
        self.doubled = doubled;
        &self.out
    }

    /// A place at double size with its edges steepened.
    pub(super) fn doubled_sharp(&mut self, luma: &GrayImage, place: Place) -> &GrayImage {
        self.double(luma, place);
        fit(&mut self.near, &self.doubled);
        box_mean(&self.doubled, NEAR, &mut self.near);
        fit(&mut self.out, &self.doubled);
        for ((out, &pixel), &near) in self.out.iter_mut().zip(self.doubled.iter()).zip(self.near.iter()) {
            let pixel = i32::from(pixel);
            *out = (pixel + 2 * (pixel - i32::from(near))).clamp(0, 255) as u8;
        }
        &self.out
    }

    /// Catmull-Rom keeps the edges that a straight interpolation would round off.
    fn double(&mut self, luma: &GrayImage, place: Place) {
        let [x0, y0, x1, y1] = place.0.map(|v| v as u32);
        let (width, height) = (x1 - x0, y1 - y0);
        resize_buffer(&mut self.doubled, 2 * width as usize, 2 * height as usize);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
        let source = TypedImageRef::<U8>::from_buffer(luma.width(), luma.height(), luma.as_raw());
        let target = TypedImage::<U8>::from_buffer(2 * width, 2 * height, &mut self.doubled);
        let (Ok(source), Ok(mut target)) = (source, target) else {
            return;
        };
        let Ok(source) = TypedCroppedImage::from_ref(&source, x0, y0, width, height) else {
            return;
        };
        // Both sizes are right by construction; should it fail, the buffer holds nothing that reads as a code.
        let _ = self.resizer.resize_typed(&source, &mut target, &options);
    }
}

fn resize_buffer(buffer: &mut GrayImage, width: usize, height: usize) {
    if buffer.dimensions() == (width as u32, height as u32) {
        return;
    }
    let mut pixels = std::mem::take(buffer).into_raw();
    pixels.resize(width * height, 0);
    *buffer = GrayImage::from_raw(width as u32, height as u32, pixels).unwrap_or_default();
}

fn fit(buffer: &mut GrayImage, like: &GrayImage) {
    resize_buffer(buffer, like.width() as usize, like.height() as usize);
}

fn gamma(luma: &GrayImage, out: &mut GrayImage) {
    let table: [u8; 256] = std::array::from_fn(|v| (255.0 * (v as f64 / 255.0).powf(2.6)).round() as u8);
    for (out, &pixel) in out.iter_mut().zip(luma.iter()) {
        *out = table[usize::from(pixel)];
    }
}

/// Mean of the square of `2·radius + 1` pixels around each one, cut off at the frame; running sums make the time
/// independent of the radius.
fn box_mean(source: &GrayImage, radius: usize, out: &mut GrayImage) {
    let (width, height) = (source.width() as usize, source.height() as usize);
    if width == 0 || height == 0 {
        return;
    }
    let row = |y: usize| &source.as_raw()[y * width..][..width];
    let mut columns = vec![0u32; width];
    for y in 0..radius.min(height) {
        columns.iter_mut().zip(row(y)).for_each(|(sum, &p)| *sum += u32::from(p));
    }
    for (y, line) in out.chunks_exact_mut(width).enumerate() {
        if y + radius < height {
            columns.iter_mut().zip(row(y + radius)).for_each(|(sum, &p)| *sum += u32::from(p));
        }
        if y > radius {
            columns.iter_mut().zip(row(y - radius - 1)).for_each(|(sum, &p)| *sum -= u32::from(p));
        }
        let rows = (y + radius + 1).min(height) - y.saturating_sub(radius);
        mean_of_columns(&columns, rows, radius, line);
    }
}

fn mean_of_columns(columns: &[u32], rows: usize, radius: usize, line: &mut [u8]) {
    let width = columns.len();
    let mut sum: u32 = columns[..radius.min(width)].iter().sum();
    let (mut counted, mut scale) = (0, 0.0f32);
    for (x, out) in line.iter_mut().enumerate() {
        if x + radius < width {
            sum += columns[x + radius];
        }
        if x > radius {
            sum -= columns[x - radius - 1];
        }
        let pixels = rows * ((x + radius + 1).min(width) - x.saturating_sub(radius));
        // The count changes at the borders only; a division for every pixel would be the whole cost.
        if pixels != counted {
            (counted, scale) = (pixels, 1.0 / pixels as f32);
        }
        *out = (sum as f32 * scale + 0.5) as u8;
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn the_running_mean_is_the_mean() {
        let source = GrayImage::from_fn(23, 17, |x, y| Luma([((x * 37 + y * 91) % 256) as u8]));
        for radius in [0, 1, 3, 9, 40] {
            let mut out = GrayImage::new(23, 17);
            box_mean(&source, radius, &mut out);
            for (x, y, pixel) in out.enumerate_pixels() {
                let near = |centre: u32, most: u32| {
                    centre.saturating_sub(radius as u32)..(centre + radius as u32 + 1).min(most)
                };
                let around: Vec<u32> = near(y, 17)
                    .flat_map(|v| near(x, 23).map(move |u| (u, v)))
                    .map(|(u, v)| u32::from(source.get_pixel(u, v).0[0]))
                    .collect();
                let mean = around.iter().sum::<u32>() as f64 / around.len() as f64;
                assert!((f64::from(pixel.0[0]) - mean).abs() <= 0.51, "radius {radius} at {x},{y}");
            }
        }
    }

    #[test]
    fn a_place_is_doubled_where_it_lies() {
        let source = GrayImage::from_fn(60, 50, |x, y| Luma([if x >= 30 && y >= 20 { 200 } else { 50 }]));
        let mut workshop = Workshop::default();
        workshop.double(&source, Place([10.0, 10.0, 50.0, 40.0]));
        assert_eq!(workshop.doubled.dimensions(), (80, 60));
        assert_eq!(workshop.doubled.get_pixel(36, 30).0, [50]);
        assert_eq!(workshop.doubled.get_pixel(44, 30).0, [200]);
        assert_eq!(workshop.doubled.get_pixel(60, 16).0, [50]);
    }
}
