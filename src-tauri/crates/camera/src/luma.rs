//! How bright a picture is, for telling a black or dark one from a good one.

use domain::{PixelFormat, RawFrame};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Brightness of a picture, each value 0–255.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Luma {
    /// Average.
    pub mean: f32,
    /// Darker than all but the darkest twentieth.
    pub low: u8,
    /// Brighter than all but the brightest twentieth.
    pub high: u8,
}

/// The brightness of a frame; `None` if it cannot be decoded.
pub fn luma_of(frame: &RawFrame) -> Option<Luma> {
    let pixels = frame.size.area() as usize;
    match frame.format {
        PixelFormat::Mjpeg => {
            let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
            let decoded =
                JpegDecoder::new_with_options(ZCursor::new(&frame.packet[..]), options).decode().ok()?;
            spread(decoded.iter().copied())
        }
        PixelFormat::Yuyv => spread(frame.packet.iter().take(pixels * 2).step_by(2).copied()),
        PixelFormat::Nv12 => spread(frame.packet.iter().take(pixels).copied()),
        // Green makes up most of what the eye calls bright; this is no place for exact colour.
        PixelFormat::Rgb8 => spread(frame.packet.iter().skip(1).step_by(3).copied()),
    }
}

fn spread(values: impl Iterator<Item = u8>) -> Option<Luma> {
    let mut counts = [0u64; 256];
    values.for_each(|v| counts[usize::from(v)] += 1);
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let sum: u64 = (0u64..).zip(&counts).map(|(value, count)| value * count).sum();
    let above = |share: u64| {
        let mut seen = 0;
        (0u8..=255).zip(&counts).find_map(|(value, count)| {
            seen += count;
            (seen * 20 > total * share).then_some(value)
        })
    };
    Some(Luma { mean: sum as f32 / total as f32, low: above(1)?, high: above(18)? })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use domain::Size;

    use super::*;

    fn frame(format: PixelFormat, packet: Vec<u8>) -> RawFrame {
        let size = Size { width: 32, height: 16 };
        RawFrame { seq: 1, at: Instant::now(), format, size, packet: packet.into() }
    }

    #[test]
    fn the_same_grey_is_read_from_every_layout() {
        let yuyv = [90, 128].repeat(32 * 16);
        let nv12 = [vec![90; 32 * 16], vec![128; 32 * 8]].concat();
        let mut jpeg = std::io::Cursor::new(Vec::new());
        let grey = image::RgbImage::from_pixel(32, 16, image::Rgb([90, 90, 90]));
        grey.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
        let packets = [
            (PixelFormat::Yuyv, yuyv),
            (PixelFormat::Nv12, nv12),
            (PixelFormat::Rgb8, grey.into_raw()),
            (PixelFormat::Mjpeg, jpeg.into_inner()),
        ];
        for (format, packet) in packets {
            let luma = luma_of(&frame(format, packet)).unwrap();
            assert!((luma.mean - 90.0).abs() < 1.5, "{format:?}: {luma:?}");
            assert!(luma.high - luma.low <= 1, "{format:?}: {luma:?}");
        }
    }

    #[test]
    fn single_specks_do_not_count() {
        let mut specks = vec![20u8; 1000];
        specks[..40].fill(255);
        specks[40..80].fill(0);
        let luma = spread(specks.into_iter()).unwrap();
        assert_eq!((luma.low, luma.high), (20, 20));
        let halves = [vec![10u8; 500], vec![200; 500]].concat();
        let luma = spread(halves.into_iter()).unwrap();
        assert_eq!((luma.low, luma.high), (10, 200));
        assert!((luma.mean - 105.0).abs() < 0.1);
    }

    #[test]
    fn what_cannot_be_decoded_has_no_brightness() {
        assert_eq!(luma_of(&frame(PixelFormat::Mjpeg, vec![1, 2, 3])), None);
        assert_eq!(luma_of(&frame(PixelFormat::Yuyv, vec![])), None);
    }
}
