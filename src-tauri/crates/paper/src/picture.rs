//! A picture as it is put into a PDF: a JPEG of exactly the dots that are printed.

use domain::{Crop, Size};
use image::RgbImage;
use imaging::resample::{Kernel, cut_rgb};
use jpeg_encoder::{ColorType, Encoder, PixelDensity, SamplingFactor};
use krilla::image::Image;

use crate::canvas;
use crate::error::PaperError;

/// Quality of prints: above it files grow and no eye sees a difference on paper.
pub(crate) const PRINT_QUALITY: u8 = 95;
/// Quality of proof sheets, which are looked at and thrown away.
pub(crate) const PROOF_QUALITY: u8 = 88;
/// Longest side of a frame: more than any camera gives, and no overflow.
const LONGEST: u32 = 20_000;

/// Whether a picture has pixels, and not absurdly many.
pub(crate) fn check(picture: &RgbImage) -> Result<Size, PaperError> {
    let (width, height) = picture.dimensions();
    if width == 0 || height == 0 || width.max(height) > LONGEST {
        return Err(PaperError::Picture { width, height });
    }
    Ok(Size { width, height })
}

/// The piece `crop` in `size` dots.
pub(crate) fn cut(picture: &RgbImage, crop: &Crop, size: Size, quality: u8) -> Result<Image, PaperError> {
    let dots = cut_rgb(picture, crop, size, Kernel::Sharp);
    let refused = |e: jpeg_encoder::EncodingError| PaperError::Pdf(e.to_string());
    let (w, h) = (u16::try_from(size.width), u16::try_from(size.height));
    let (Ok(w), Ok(h)) = (w, h) else {
        return Err(PaperError::Picture { width: size.width, height: size.height });
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_density(PixelDensity::dpi(300));
    // Colour at full resolution: the edge of hair before blue is what one sees on a print.
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    encoder.encode(&dots, w, h, ColorType::Rgb).map_err(refused)?;
    canvas::jpeg(bytes)
}
