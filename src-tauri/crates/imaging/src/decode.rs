//! Bytes to pixels: packets of a camera and picture files from anywhere, refused with a reason when not whole.
//!
//! Most decoders fill what is missing of a cut JPEG with grey and say nothing. Here a picture is either whole or an
//! error: the markers are followed to the end first ([`anatomy`]), then the entropy-coded data is read strictly.

pub mod anatomy;
mod jpeg;
mod kind;
mod planes;

use domain::{PixelFormat, RawFrame};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zune_core::colorspace::ColorSpace;

use crate::error::ImagingError;
use anatomy::{Anatomy, AnatomyError};
pub use kind::FileKind;

type Result<T> = std::result::Result<T, ImagingError>;

/// Most pixels that are unpacked, wherever they come from: room for every camera of the trade (60 MP), and 300 MB
/// as RGB.
pub const MAX_PIXELS: u64 = 100_000_000;

/// Longest side that is unpacked.
pub const MAX_SIDE: u32 = 20_000;

/// Most bytes that the raw pixels of a file may take while it is read: 16-bit PNGs with alpha take 8 a pixel.
const MAX_RAW_BYTES: u64 = 600_000_000;

/// The picture of a packet in colour, as the camera saw it: never turned, never scaled.
///
/// A packet that is broken, cut off or shorter than its size asks for is [`ImagingError::Undecodable`].
pub fn packet(frame: &RawFrame) -> Result<RgbImage> {
    let (width, height) = (frame.size.width, frame.size.height);
    match frame.format {
        PixelFormat::Mjpeg => whole_jpeg(&frame.packet),
        PixelFormat::Yuyv => planes::yuyv(&frame.packet, width, height),
        PixelFormat::Nv12 => planes::nv12(&frame.packet, width, height),
        PixelFormat::Rgb8 => planes::rgb(&frame.packet, width, height),
    }
}

/// The brightness of a packet alone, for reading codes: takes about half the time of [`packet`] for a JPEG and next to
/// none for the formats that carry a plane of it.
pub fn luma_of_packet(frame: &RawFrame) -> Result<GrayImage> {
    let (width, height) = (frame.size.width, frame.size.height);
    match frame.format {
        PixelFormat::Mjpeg => {
            let anatomy = read_anatomy(&frame.packet)?;
            let (pixels, width, height) = jpeg::pixels(&frame.packet, &anatomy, ColorSpace::Luma)?;
            GrayImage::from_raw(width, height, pixels).ok_or_else(short)
        }
        PixelFormat::Yuyv => planes::luma_of_yuyv(&frame.packet, width, height),
        PixelFormat::Nv12 => planes::luma_of_nv12(&frame.packet, width, height),
        PixelFormat::Rgb8 => {
            planes::rgb(&frame.packet, width, height).map(|rgb| image::imageops::grayscale(&rgb))
        }
    }
}

/// One packet without what a driver left behind it: SOI through EOI, found by following the markers, so that a
/// thumbnail's or a comment's end marker does not count.
pub fn trim_mjpeg(packet: &[u8]) -> std::result::Result<&[u8], AnatomyError> {
    Anatomy::of(packet).map(|anatomy| &packet[..anatomy.end])
}

/// A picture file from anywhere as upright RGB, 8 bits a channel: JPEG (baseline, progressive, grey, CMYK) or PNG
/// (any depth; transparent parts over white), turned as its EXIF orientation says.
///
/// The header is judged before memory is taken: more than [`MAX_PIXELS`] or a side above [`MAX_SIDE`] is
/// [`ImagingError::TooLarge`]; everything else that cannot be read whole is [`ImagingError::Undecodable`].
pub fn picture_file(bytes: &[u8]) -> Result<RgbImage> {
    match FileKind::of(bytes) {
        FileKind::Jpeg => {
            let anatomy = read_anatomy(bytes)?;
            let picture = jpeg_as_rgb(bytes, &anatomy)?;
            let exif = anatomy.exif.and_then(|range| bytes.get(range));
            Ok(upright(picture.into(), exif.and_then(Orientation::from_exif_chunk)).into_rgb8())
        }
        FileKind::Png => png(bytes),
        FileKind::Empty => Err(ImagingError::Undecodable("the file is empty".into())),
        other => Err(ImagingError::Undecodable(format!("{} is not read here", other.name()))),
    }
}

/// A JPEG for the live picture, made for speed: colour at half resolution, standard tables. `quality` 1–100.
/// Empty for a picture without pixels or with a side above 65,535.
pub fn preview_jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let (Ok(width), Ok(height)) = (u16::try_from(picture.width()), u16::try_from(picture.height())) else {
        return Vec::new();
    };
    let mut jpeg = Vec::with_capacity(picture.as_raw().len() / 12);
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    match encoder.encode(picture.as_raw(), width, height, ColorType::Rgb) {
        Ok(()) => jpeg,
        Err(_) => Vec::new(),
    }
}

/// A whole JPEG as RGB, not turned.
pub(crate) fn whole_jpeg(bytes: &[u8]) -> Result<RgbImage> {
    jpeg_as_rgb(bytes, &read_anatomy(bytes)?)
}

fn read_anatomy(bytes: &[u8]) -> Result<Anatomy> {
    Anatomy::of(bytes).map_err(|e| ImagingError::Undecodable(e.to_string()))
}

fn jpeg_as_rgb(bytes: &[u8], anatomy: &Anatomy) -> Result<RgbImage> {
    let (pixels, width, height) = jpeg::pixels(bytes, anatomy, ColorSpace::RGB)?;
    RgbImage::from_raw(width, height, pixels).ok_or_else(short)
}

fn png(bytes: &[u8]) -> Result<RgbImage> {
    let failed = |e: image::ImageError| ImagingError::Undecodable(e.to_string());
    let mut decoder = image::codecs::png::PngDecoder::new(std::io::Cursor::new(bytes)).map_err(failed)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if decoder.total_bytes() > MAX_RAW_BYTES {
        return Err(ImagingError::TooLarge { width, height });
    }
    let orientation = decoder.orientation().ok();
    let picture = guarded(|| DynamicImage::from_decoder(decoder).map_err(failed))?;
    Ok(over_white(upright(picture, orientation)))
}

fn upright(mut picture: DynamicImage, orientation: Option<Orientation>) -> DynamicImage {
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    picture
}

/// What is seen when a picture with transparent parts lies on white paper.
fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0.map(u16::from);
        image::Rgb([r, g, b].map(|c| ((c * a + 255 * (255 - a) + 127) / 255) as u8))
    })
}

fn check_size(width: u32, height: u32) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(ImagingError::Undecodable("it has no pixels".into()));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(ImagingError::TooLarge { width, height });
    }
    Ok(())
}

/// Runs a decoder of somebody else's on hostile bytes: should it panic, that is one more unreadable file.
fn guarded<T>(decode: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ImagingError::Undecodable("the decoder gave up".into())))
}

fn short() -> ImagingError {
    ImagingError::Undecodable("fewer bytes than the size asks for".into())
}
