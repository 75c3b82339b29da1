//! The two writers: a quick one to feel for the size, a careful one for what is delivered. Both write one baseline
//! scan with a JFIF header and nothing else in it, with the quantisation tables of the standard's Annex K, by which
//! everybody's tools tell the quality.

use domain::spec::Subsampling;
use image::RgbImage;
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, PixelDensity, SamplingFactor};
use mozjpeg::qtable::{AnnexK_Chroma, AnnexK_Luma};
use mozjpeg::{ColorSpace, Compress, PixelDensityUnit};

use super::Result;
use crate::error::ImagingError;

fn sides(picture: &RgbImage) -> Result<(u16, u16)> {
    match (u16::try_from(picture.width()), u16::try_from(picture.height())) {
        (Ok(width), Ok(height)) if width > 0 && height > 0 => Ok((width, height)),
        _ => Err(ImagingError::TooLarge { width: picture.width(), height: picture.height() }),
    }
}

/// Without a search for the best coefficients, and with the Huffman tables of Annex K.
pub(super) fn quick(picture: &RgbImage, quality: u8, subsampling: Subsampling, dpi: u16) -> Result<Vec<u8>> {
    let (width, height) = sides(picture)?;
    let mut jpeg = Vec::with_capacity(64 * 1024);
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_density(PixelDensity::dpi(dpi));
    encoder.set_sampling_factor(match subsampling {
        Subsampling::Half => SamplingFactor::F_2_2,
        Subsampling::Full | Subsampling::Auto => SamplingFactor::F_1_1,
    });
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder
        .encode(picture.as_raw(), width, height, ColorType::Rgb)
        .map_err(|e| ImagingError::Undecodable(e.to_string()))?;
    Ok(jpeg)
}

/// With trellis quantisation (coefficients chosen for the least error at their cost in bits) and Huffman tables made
/// for this picture, by MozJPEG. Built without its hand-written assembler, so that every processor takes the same way
/// to the same bytes.
pub(super) fn careful(
    picture: &RgbImage,
    quality: u8,
    subsampling: Subsampling,
    dpi: u16,
) -> Result<Vec<u8>> {
    let (width, height) = sides(picture)?;
    let write = || -> std::io::Result<Vec<u8>> {
        let mut compress = Compress::new(ColorSpace::JCS_RGB);
        compress.set_size(usize::from(width), usize::from(height));
        // The library's own wish would be a progressive file.
        compress.set_optimize_scans(false);
        let scale = f32::from(quality);
        compress.set_quality(scale);
        compress.set_luma_qtable(&AnnexK_Luma.scaled(scale, scale));
        compress.set_chroma_qtable(&AnnexK_Chroma.scaled(scale, scale));
        let side = if subsampling == Subsampling::Half { 2 } else { 1 };
        compress.set_chroma_sampling_pixel_sizes((side, side), (side, side));
        let density = mozjpeg::PixelDensity { unit: PixelDensityUnit::Inches, x: dpi, y: dpi };
        compress.set_pixel_density(density);
        let mut started = compress.start_compress(Vec::with_capacity(64 * 1024))?;
        started.write_scanlines(picture.as_raw())?;
        started.finish()
    };
    // The library reports what it cannot do by unwinding.
    let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(write));
    match written {
        Ok(Ok(jpeg)) => Ok(jpeg),
        Ok(Err(error)) => Err(ImagingError::Undecodable(error.to_string())),
        Err(_) => Err(ImagingError::Undecodable("the encoder refused the picture".into())),
    }
}
