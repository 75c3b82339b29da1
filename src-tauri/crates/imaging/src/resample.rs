//! Cutting a piece out of a picture and scaling it: the only geometry that delivered pixels ever see.
//!
//! Coordinates count from the picture's upper left corner; pixel (0, 0) covers 0..1 both ways. Scaling averages over
//! what an output pixel covers, so that nothing aliases. A piece that reaches beyond the picture is filled up by
//! repeating the picture's edge.

use domain::{Crop, Size};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{F32, U8x3};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// One channel of floats, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// `width × height` values.
    pub values: Vec<f32>,
}

impl Plane {
    /// A plane of one value.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self { width, height, values: vec![value; width * height] }
    }

    /// The value at a pixel.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width..(y + 1) * self.width]
    }

    /// Its width and height.
    pub fn size(&self) -> Size {
        Size { width: self.width as u32, height: self.height as u32 }
    }
}

/// How smoothly to scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// For what a model sees, and for mattes: no overshoot.
    Smooth,
    /// For what is delivered: keeps detail.
    Sharp,
}

impl Kernel {
    fn options(self, crop: &Crop) -> ResizeOptions {
        let filter = match self {
            Kernel::Smooth => FilterType::Bilinear,
            Kernel::Sharp => FilterType::CatmullRom,
        };
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(crop.x, crop.y, crop.w, crop.h)
    }
}

/// The piece `crop` of a picture, scaled to `size`.
pub fn cut_rgb(picture: &RgbImage, crop: &Crop, size: Size, kernel: Kernel) -> RgbImage {
    let (w, h) = picture.dimensions();
    let from = Size { width: w, height: h };
    if !inside(crop, from) {
        let (filled, moved) = filled_up(picture.as_raw(), from, crop, 3);
        let size_filled = moved.frame;
        let filled = RgbImage::from_raw(size_filled.width, size_filled.height, filled)
            .expect("as many pixels were filled up as were counted");
        return cut_rgb(&filled, &moved.crop, size, kernel);
    }
    let mut out = RgbImage::new(size.width, size.height);
    let source = TypedImageRef::<U8x3>::from_buffer(w, h, picture.as_raw()).expect("three bytes a pixel");
    let mut target =
        TypedImage::<U8x3>::from_buffer(size.width, size.height, &mut out).expect("three bytes a pixel");
    Resizer::new()
        .resize_typed(&source, &mut target, &kernel.options(crop))
        .expect("the crop was moved inside the picture");
    out
}

/// The same for a plane of floats.
pub fn cut_plane(plane: &Plane, crop: &Crop, size: Size, kernel: Kernel) -> Plane {
    if !inside(crop, plane.size()) {
        let (values, moved) = filled_up(&plane.values, plane.size(), crop, 1);
        let (width, height) = (moved.frame.width as usize, moved.frame.height as usize);
        return cut_plane(&Plane { width, height, values }, &moved.crop, size, kernel);
    }
    let pixels: Vec<F32> = plane.values.iter().map(|&v| F32::new(v)).collect();
    let source = TypedImageRef::new(plane.width as u32, plane.height as u32, &pixels).expect("counted");
    let mut target = TypedImage::<F32>::new(size.width, size.height);
    Resizer::new()
        .resize_typed(&source, &mut target, &kernel.options(crop))
        .expect("the crop was moved inside the plane");
    let values = target.pixels().iter().map(|p| p.0).collect();
    Plane { width: size.width as usize, height: size.height as usize, values }
}

/// A whole picture as a crop.
pub fn whole(size: Size) -> Crop {
    Crop { x: 0.0, y: 0.0, w: f64::from(size.width), h: f64::from(size.height) }
}

/// Sum of many additions of fractions: how far a crop may stick out and still count as inside.
const SLACK: f64 = 1e-6;

fn inside(crop: &Crop, size: Size) -> bool {
    crop.x >= 0.0
        && crop.y >= 0.0
        && crop.x + crop.w <= f64::from(size.width)
        && crop.y + crop.h <= f64::from(size.height)
}

/// A crop after its picture was filled up.
struct Moved {
    crop: Crop,
    frame: Size,
}

/// The whole pixels around `crop`, repeating the edge of the picture beyond it, and the crop within them.
fn filled_up<T: Copy>(values: &[T], from: Size, crop: &Crop, channels: usize) -> (Vec<T>, Moved) {
    let (left, top) = (crop.x.floor(), crop.y.floor());
    let width = ((crop.x + crop.w - SLACK).ceil() - left).max(1.0) as u32;
    let height = ((crop.y + crop.h - SLACK).ceil() - top).max(1.0) as u32;
    let clamp = |at: f64, side: u32| at.clamp(0.0, f64::from(side.max(1) - 1)) as usize;
    let columns: Vec<usize> = (0..width).map(|x| clamp(left + f64::from(x), from.width)).collect();
    let mut out = Vec::with_capacity(width as usize * height as usize * channels);
    for y in 0..height {
        let row = clamp(top + f64::from(y), from.height) * from.width as usize;
        for &x in &columns {
            let at = (row + x) * channels;
            out.extend_from_slice(&values[at..at + channels]);
        }
    }
    let (x, y) = (crop.x - left, crop.y - top);
    let (w, h) = (crop.w.min(f64::from(width) - x), crop.h.min(f64::from(height) - y));
    (out, Moved { crop: Crop { x, y, w, h }, frame: Size { width, height } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const SIZE: Size = Size { width: 8, height: 8 };

    #[test]
    fn an_unscaled_piece_keeps_its_bytes() {
        let picture = RgbImage::from_fn(20, 20, |x, y| Rgb([x as u8 * 10, y as u8 * 10, 7]));
        let piece = cut_rgb(&picture, &Crop { x: 3.0, y: 5.0, w: 8.0, h: 8.0 }, SIZE, Kernel::Sharp);
        assert_eq!(piece.get_pixel(0, 0), &Rgb([30, 50, 7]));
        assert_eq!(piece.get_pixel(7, 7), &Rgb([100, 120, 7]));
    }

    #[test]
    fn half_a_pixel_is_half_a_pixel() {
        let plane = Plane { width: 16, height: 1, values: (0..16).map(|v| v as f32).collect() };
        let crop = Crop { x: 4.5, y: 0.0, w: 8.0, h: 1.0 };
        let moved = cut_plane(&plane, &crop, Size { width: 8, height: 1 }, Kernel::Smooth);
        for (i, v) in moved.values.iter().enumerate() {
            assert!((v - (4.5 + i as f32)).abs() < 1e-3, "{moved:?}");
        }
    }

    #[test]
    fn beyond_the_edge_the_edge_is_repeated() {
        let picture = RgbImage::from_fn(10, 10, |x, _| Rgb([if x == 0 { 200 } else { 50 }; 3]));
        let piece = cut_rgb(&picture, &Crop { x: -8.0, y: -3.0, w: 8.0, h: 8.0 }, SIZE, Kernel::Sharp);
        assert!(piece.pixels().all(|p| p.0 == [200; 3]));
        let far = Crop { x: 500.0, y: 500.0, w: 4.0, h: 4.0 };
        assert!(cut_rgb(&picture, &far, SIZE, Kernel::Smooth).pixels().all(|p| p.0 == [50; 3]));
    }
}
