//! The two decoders behind one face: exact bytes and corners, or the places where a code seems to be.

use image::GrayImage;
use zxingcpp::{Barcode, BarcodeFormat, BarcodeReader, Binarizer, ImageFormat, ImageView};

use super::SeenCode;
use super::locate::Place;

/// What a decoder made of a picture.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) codes: Vec<SeenCode>,
    /// Three finder patterns that belong together, with nothing readable between them.
    pub(super) suspects: Vec<Place>,
}

impl Reading {
    /// From pixels of a resized picture to those of the frame.
    pub(super) fn scaled(self, factor: f32) -> Self {
        self.mapped(|[x, y]| [x * factor, y * factor])
    }

    /// From pixels of a crop to those of the frame.
    pub(super) fn moved(self, origin: [f32; 2]) -> Self {
        self.mapped(|[x, y]| [x + origin[0], y + origin[1]])
    }

    fn mapped(mut self, map: impl Fn([f32; 2]) -> [f32; 2]) -> Self {
        for code in &mut self.codes {
            code.corners = code.corners.map(&map);
        }
        for place in &mut self.suspects {
            let [x0, y0, x1, y1] = place.0;
            let ([x0, y0], [x1, y1]) = (map([x0, y0]), map([x1, y1]));
            *place = Place([x0, y0, x1, y1]);
        }
        self
    }
}

/// How zxing-cpp tells dark from light.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Threshold {
    /// By the mean of small blocks.
    LocalAverage,
    /// 127 everywhere, for pictures that are black and white already.
    Fixed,
}

/// zxing-cpp on the whole picture as it is: upright, mirrored, turned, dark on light and light on dark.
pub(super) fn zxing(luma: &GrayImage, threshold: Threshold) -> Reading {
    let reader = BarcodeReader::new()
        .formats(BarcodeFormat::QRCode)
        .try_harder(true)
        // Finder patterns are found at any angle; turning the picture only costs.
        .try_rotate(false)
        .try_invert(true)
        .try_downscale(false)
        .return_errors(true)
        .binarizer(match threshold {
            Threshold::LocalAverage => Binarizer::LocalAverage,
            Threshold::Fixed => Binarizer::FixedThreshold,
        });
    let found = ImageView::from_slice(luma.as_raw(), luma.width(), luma.height(), ImageFormat::Lum)
        .and_then(|view| reader.from(view));
    let mut reading = Reading::default();
    // Refusals concern sizes that no camera has (empty, above 65,535): there is no code in such a picture.
    for barcode in found.unwrap_or_default() {
        let corners = corners_of(&barcode);
        if !barcode.is_valid() {
            reading.suspects.extend(Place::plausible(&corners));
            continue;
        }
        let payload = barcode.bytes();
        if !payload.is_empty() {
            reading.codes.push(SeenCode { payload, corners });
        }
    }
    reading
}

fn corners_of(barcode: &Barcode) -> [[f32; 2]; 4] {
    let p = barcode.position();
    [p.top_left, p.top_right, p.bottom_right, p.bottom_left].map(|p| [p.x as f32, p.y as f32])
}

/// rqrr, the second opinion. It has panicked on hostile input before, so a panic counts as nothing read.
pub(super) fn rqrr(luma: &GrayImage) -> Reading {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let pixels = luma.as_raw();
    let read = || {
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
        let mut codes = Vec::new();
        for grid in prepared.detect_grids() {
            let mut payload = Vec::new();
            if grid.decode_to(&mut payload).is_ok() && !payload.is_empty() {
                let corners = grid.bounds.map(|p| [p.x as f32, p.y as f32]);
                codes.push(SeenCode { payload, corners });
            }
        }
        codes
    };
    let codes = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_default();
    Reading { codes, suspects: Vec::new() }
}
