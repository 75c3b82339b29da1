//! Pictures and packets of every kind, whole and broken.

use std::sync::Arc;
use std::time::Instant;

use domain::{PixelFormat, RawFrame, Size};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use imaging::decode;
use imaging::error::ImagingError;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

/// Smooth, so that any way of sampling keeps it within a few steps.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([
            (x * 200 / width + 20) as u8,
            (y * 200 / height + 20) as u8,
            ((x + y) * 90 / (width + height) + 60) as u8,
        ])
    })
}

fn jpeg(picture: &RgbImage, set_up: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    set_up(&mut encoder);
    encoder
        .encode(picture.as_raw(), picture.width() as u16, picture.height() as u16, ColorType::Rgb)
        .expect("drawn here");
    bytes
}

fn frame(format: PixelFormat, width: u32, height: u32, packet: Vec<u8>) -> RawFrame {
    RawFrame { seq: 1, at: Instant::now(), format, size: Size { width, height }, packet: Arc::from(packet) }
}

fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

fn reason(result: Result<RgbImage, ImagingError>) -> String {
    result.expect_err("must be refused").to_string()
}

#[test]
fn every_usual_kind_of_jpeg_is_read() {
    let original = picture(100, 60);
    type SetUp = fn(&mut Encoder<&mut Vec<u8>>);
    let kinds: [(&str, SetUp); 5] = [
        ("4:4:4", |e| e.set_sampling_factor(SamplingFactor::F_1_1)),
        ("4:2:0", |e| e.set_sampling_factor(SamplingFactor::F_2_2)),
        ("4:2:2", |e| e.set_sampling_factor(SamplingFactor::F_2_1)),
        ("progressive", |e| e.set_progressive(true)),
        ("restarts", |e| e.set_restart_interval(4)),
    ];
    for (name, set_up) in kinds {
        let back = decode::picture_file(&jpeg(&original, set_up)).unwrap();
        assert!(mean_difference(&original, &back) < 3.0, "{name}");
    }
}

#[test]
fn grey_and_cmyk_become_rgb() {
    let grey: Vec<u8> = (0..64 * 32).map(|i| (i % 64 * 4) as u8).collect();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 95).encode(&grey, 64, 32, ColorType::Luma).unwrap();
    let back = decode::picture_file(&bytes).unwrap();
    let Rgb([r, g, b]) = *back.get_pixel(32, 16);
    assert!(r == g && g == b && r.abs_diff(128) < 6);

    // Ink: no cyan, all magenta, all yellow, no black is red.
    let red = [0, 255, 255, 0].repeat(64 * 32);
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 95).encode(&red, 64, 32, ColorType::Cmyk).unwrap();
    let Rgb([r, g, b]) = *decode::picture_file(&bytes).unwrap().get_pixel(20, 20);
    assert!(r > 240 && g < 15 && b < 15, "{r},{g},{b}");
}

#[test]
fn deep_and_transparent_png_become_rgb_over_white() {
    let deep: Vec<u8> =
        [0x8000u16, 0x4000, 0xFFFF].iter().flat_map(|v| v.to_ne_bytes()).collect::<Vec<_>>().repeat(12);
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&deep, 4, 3, ExtendedColorType::Rgb16).unwrap();
    assert_eq!(decode::picture_file(&bytes).unwrap().get_pixel(0, 0).0, [128, 64, 255]);

    let half = [100, 0, 200, 128].repeat(12);
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&half, 4, 3, ExtendedColorType::Rgba8).unwrap();
    assert_eq!(decode::picture_file(&bytes).unwrap().get_pixel(0, 0).0, [177, 127, 227]);
}

/// An EXIF block that says nothing but the orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff
}

#[test]
fn a_picture_is_made_upright() {
    let original = picture(100, 60);
    for (orientation, size, corner) in
        [(1, (100, 60), (0, 0)), (6, (60, 100), (59, 0)), (3, (100, 60), (99, 59))]
    {
        let bytes = jpeg(&original, |e| e.add_exif_metadata(&exif(orientation)).unwrap());
        let back = decode::picture_file(&bytes).unwrap();
        assert_eq!(back.dimensions(), size, "orientation {orientation}");
        let (found, expected) = (back.get_pixel(corner.0, corner.1).0, original.get_pixel(0, 0).0);
        let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 12);
        assert!(near, "orientation {orientation}: {found:?} is not {expected:?}");
    }
}

#[test]
fn a_packet_stays_as_the_camera_saw_it() {
    let original = picture(100, 60);
    let bytes = jpeg(&original, |e| e.add_exif_metadata(&exif(6)).unwrap());
    let back = decode::packet(&frame(PixelFormat::Mjpeg, 100, 60, bytes)).unwrap();
    assert_eq!(back.dimensions(), (100, 60));
}

#[test]
fn a_cut_jpeg_is_refused_wherever_it_is_cut() {
    let original = picture(160, 120);
    let kinds = [jpeg(&original, |_| ()), jpeg(&original, |e| e.set_progressive(true))];
    for bytes in kinds {
        for percent in [1, 10, 30, 50, 70, 90, 99] {
            let cut = &bytes[..bytes.len() * percent / 100];
            assert!(decode::picture_file(cut).is_err(), "cut at {percent}%");
            assert!(decode::packet(&frame(PixelFormat::Mjpeg, 160, 120, cut.to_vec())).is_err());
            assert!(decode::luma_of_packet(&frame(PixelFormat::Mjpeg, 160, 120, cut.to_vec())).is_err());
        }
    }
}

#[test]
fn a_packet_with_its_middle_missing_is_refused() {
    let bytes = jpeg(&picture(640, 480), |_| ());
    for percent in [40, 60, 80, 95] {
        let mut broken = bytes[..bytes.len() * percent / 100].to_vec();
        broken.extend_from_slice(&[0xFF, 0xD9]);
        let frame = frame(PixelFormat::Mjpeg, 640, 480, broken);
        assert!(decode::packet(&frame).is_err(), "{percent}%: the end marker came too early");
        assert!(decode::luma_of_packet(&frame).is_err(), "{percent}%");
    }
}

#[test]
fn pictures_of_every_size_are_whole() {
    for (width, height) in [(127, 40), (128, 1), (129, 8), (160, 9), (200, 17), (640, 8), (1, 1)] {
        for picture in [picture(width, height), RgbImage::from_pixel(width, height, Rgb([128, 128, 128]))] {
            for factor in [SamplingFactor::F_1_1, SamplingFactor::F_2_2] {
                let bytes = jpeg(&picture, |e| e.set_sampling_factor(factor));
                let back = decode::picture_file(&bytes).map(|back| back.dimensions());
                assert_eq!(back.expect("whole"), (width, height));
            }
        }
    }
}

#[test]
fn a_packet_without_huffman_tables_is_read_with_the_standard_ones() {
    let original = picture(160, 120);
    let bytes = jpeg(&original, |_| ());
    let mut bare = bytes[..2].to_vec();
    let mut at = 2;
    while bytes[at + 1] != 0xDA {
        let next = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if bytes[at + 1] != 0xC4 {
            bare.extend_from_slice(&bytes[at..next]);
        }
        at = next;
    }
    bare.extend_from_slice(&bytes[at..]);
    assert!(bare.len() + 400 < bytes.len());
    let back = decode::packet(&frame(PixelFormat::Mjpeg, 160, 120, bare)).unwrap();
    assert_eq!(back, decode::packet(&frame(PixelFormat::Mjpeg, 160, 120, bytes)).unwrap());
}

#[test]
fn what_a_driver_leaves_behind_a_packet_is_trimmed() {
    let bytes = jpeg(&picture(64, 48), |_| ());
    let mut stale = bytes.clone();
    stale.extend_from_slice(&bytes[bytes.len() / 2..]);
    assert_eq!(decode::trim_mjpeg(&stale).unwrap(), bytes);
    assert!(decode::trim_mjpeg(&bytes[..bytes.len() - 2]).is_err());
    assert!(decode::packet(&frame(PixelFormat::Mjpeg, 64, 48, stale)).is_ok());
}

#[test]
fn halved_colour_in_scans_of_its_own_is_refused_not_drawn_wrong() {
    let bytes = jpeg(&picture(64, 48), |e| {
        e.set_sampling_factor(SamplingFactor::F_2_2);
        e.set_optimized_huffman_tables(true);
    });
    assert!(reason(decode::picture_file(&bytes)).contains("scans of its own"));
}

#[test]
fn uncompressed_packets_are_read_and_short_ones_refused() {
    // BT.601 limited range: white, black, and the registry's blue to within a step.
    let cases =
        [([235, 128, 128], [255, 255, 255]), ([16, 128, 128], [0, 0, 0]), ([81, 90, 240], [255, 0, 0])];
    for ([y, u, v], expected) in cases {
        let yuyv = decode::packet(&frame(PixelFormat::Yuyv, 4, 2, [y, u, y, v].repeat(4))).unwrap();
        let mut planes = vec![y; 8];
        planes.extend_from_slice(&[u, v, u, v]);
        let nv12 = decode::packet(&frame(PixelFormat::Nv12, 4, 2, planes)).unwrap();
        for found in [yuyv.get_pixel(3, 1).0, nv12.get_pixel(3, 1).0] {
            assert!(found.iter().zip(expected).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 2), "{found:?}");
        }
    }
    let luma = decode::luma_of_packet(&frame(PixelFormat::Yuyv, 2, 1, vec![16, 9, 235, 9])).unwrap();
    assert_eq!(luma.as_raw(), &[0, 255]);
    for (format, bytes) in [(PixelFormat::Yuyv, 15), (PixelFormat::Nv12, 11), (PixelFormat::Rgb8, 23)] {
        assert!(decode::packet(&frame(format, 4, 2, vec![0; bytes])).is_err(), "{format:?}");
        assert!(decode::luma_of_packet(&frame(format, 4, 2, vec![0; bytes])).is_err(), "{format:?}");
        assert!(decode::packet(&frame(format, 4, 2, vec![0; bytes + 1])).is_ok(), "{format:?}");
        assert!(decode::packet(&frame(format, u32::MAX, u32::MAX, vec![0; bytes])).is_err());
        assert!(decode::packet(&frame(format, 0, 0, vec![])).is_err());
    }
}

/// A PNG header that promises this size, with next to nothing behind it.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&[0; 3], 1, 1, ExtendedColorType::Rgb8).expect("drawn here");
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// CRC-32 of PNG chunks (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0u32.wrapping_sub(crc & 1)))
    })
}

#[test]
fn bombs_are_refused_by_their_header() {
    assert!(matches!(
        decode::picture_file(&png_header(30_000, 30_000)),
        Err(ImagingError::TooLarge { width: 30_000, height: 30_000 })
    ));
    // Within the limit it is read on, and then found to be cut off.
    assert!(matches!(decode::picture_file(&png_header(200, 100)), Err(ImagingError::Undecodable(_))));

    let mut bytes = jpeg(&picture(16, 16), |_| ());
    let sof = bytes.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    bytes[sof + 5..sof + 9].copy_from_slice(&[30_000u16.to_be_bytes(), 30_000u16.to_be_bytes()].concat());
    assert!(matches!(decode::picture_file(&bytes), Err(ImagingError::TooLarge { width: 30_000, .. })));
}

#[test]
fn a_large_photograph_is_read() {
    let big = RgbImage::from_pixel(8000, 6000, Rgb([120, 130, 140]));
    let back = decode::picture_file(&jpeg(&big, |_| ())).unwrap();
    assert_eq!(back.dimensions(), (8000, 6000));
}

#[test]
fn nothing_and_other_formats_are_named() {
    assert!(reason(decode::picture_file(b"")).contains("empty"));
    assert!(reason(decode::picture_file(b"GIF89a....")).contains("GIF"));
    assert!(reason(decode::picture_file(b"\0\0\0\x18ftypheic")).contains("HEIC"));
    assert!(reason(decode::picture_file(b"hello there")).contains("unknown"));
}

#[test]
fn a_preview_is_a_whole_jpeg_of_the_same_picture() {
    let original = picture(320, 180);
    let back = decode::picture_file(&decode::preview_jpeg(&original, 80)).unwrap();
    assert!(mean_difference(&original, &back) < 4.0);
    assert!(decode::preview_jpeg(&RgbImage::new(0, 0), 80).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happened to the bytes: a picture or an error, never a panic, never a hang.
    #[test]
    fn mangled_files_never_panic(
        kind in 0usize..3,
        at in proptest::collection::vec((0.0f64..1.0, any::<u8>()), 1..8),
        cut in 0.2f64..1.0,
    ) {
        let original = picture(48, 40);
        let mut bytes = match kind {
            0 => jpeg(&original, |e| e.set_sampling_factor(SamplingFactor::F_2_2)),
            1 => jpeg(&original, |e| e.set_progressive(true)),
            _ => {
                let mut png = Vec::new();
                PngEncoder::new(&mut png).write_image(original.as_raw(), 48, 40, ExtendedColorType::Rgb8).unwrap();
                png
            }
        };
        for (place, value) in at {
            let place = (place * bytes.len() as f64) as usize;
            bytes[place] = value;
        }
        // A size of 60 MP in the header is allowed and slow; what is tried here is the rest.
        prop_assume!(decode::anatomy::Anatomy::of(&bytes).ok().and_then(|a| a.frame)
            .is_none_or(|f| u32::from(f.width) * u32::from(f.height) < 4_000_000));
        let _ = decode::picture_file(&bytes);
        let _ = decode::luma_of_packet(&frame(PixelFormat::Mjpeg, 48, 40, bytes.clone()));
        bytes.truncate((bytes.len() as f64 * cut) as usize);
        let _ = decode::picture_file(&bytes);
    }
}
