//! Each limit from both sides, on pictures made here.

use domain::spec::BackgroundMode;
use domain::{Class, Finding, FindingCode, PhotoSpec};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, PixelDensity};

use super::file_findings;

const BLUE: [u8; 3] = [100, 197, 255];

fn spec() -> PhotoSpec {
    let mut spec =
        PhotoSpec::parse(include_str!("../../../../../assets/specs/registry-safe.toml")).expect("in the box");
    // The drawn person below compresses to less than a real one.
    spec.file.min_bytes = 5_000;
    spec.file.max_bytes = 60_000;
    spec
}

/// A drawn bust on flat colour.
fn portrait(colour: [u8; 3]) -> RgbImage {
    RgbImage::from_fn(480, 640, |x, y| {
        let (dx, dy) = (f64::from(x) - 240.0, f64::from(y));
        let head = (dx / 120.0).powi(2) + ((dy - 260.0) / 170.0).powi(2) < 1.0;
        let body = dy > 440.0 && dx.abs() < 210.0;
        if head || body { Rgb([170 + (x % 7 * 6) as u8, 130 + (y % 5 * 6) as u8, 110]) } else { Rgb(colour) }
    })
}

fn jpeg_with(picture: &RgbImage, quality: u8, set_up: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_density(PixelDensity::dpi(300));
    set_up(&mut encoder);
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).unwrap();
    bytes
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    jpeg_with(picture, 88, |_| ())
}

fn codes(bytes: &[u8]) -> Vec<FindingCode> {
    file_findings(bytes, Some("jpg"), &spec()).0.iter().map(|finding| finding.code).collect()
}

fn finding(bytes: &[u8], code: FindingCode, spec: &PhotoSpec) -> Finding {
    let findings = file_findings(bytes, Some("jpg"), spec).0;
    let found = findings.iter().find(|finding| finding.code == code);
    found.unwrap_or_else(|| panic!("no {code:?} in {findings:?}")).clone()
}

#[test]
fn a_good_picture_has_no_findings() {
    let (findings, picture) = file_findings(&jpeg(&portrait(BLUE)), Some("JPG"), &spec());
    assert_eq!(findings, []);
    assert_eq!(picture.unwrap().dimensions(), (480, 640));
}

#[test]
fn every_sentence_comes_in_both_languages() {
    let mut picture = portrait([200, 60, 40]);
    picture = RgbImage::from_fn(300, 400, |x, y| *picture.get_pixel(x, y));
    let findings =
        file_findings(&jpeg_with(&picture, 40, |e| e.set_density(PixelDensity::dpi(72))), Some("p"), &spec())
            .0;
    assert!(findings.len() >= 5);
    for finding in findings {
        assert!(!finding.message.is_ascii() && finding.message_en.len() > 20, "{finding:?}");
    }
}

#[test]
fn format_and_extension_are_what_they_are() {
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(portrait(BLUE).as_raw(), 480, 640, ExtendedColorType::Rgb8)
        .unwrap();
    let renamed = finding(&png, FindingCode::NotJpeg, &spec());
    assert!(renamed.message.contains("PNG") && renamed.class == Class::Retake);
    let good = jpeg(&portrait(BLUE));
    for (extension, wrong) in [("jpg", false), ("JPG", false), ("jpeg", true), ("png", true), ("", true)] {
        let findings = file_findings(&good, Some(extension), &spec()).0;
        assert_eq!(findings.iter().any(|f| f.code == FindingCode::Extension), wrong, "{extension}");
    }
    assert_eq!(file_findings(&good, None, &spec()).0, []);
}

#[test]
fn broken_files_are_unreadable() {
    let good = jpeg(&portrait(BLUE));
    for bytes in [&good[..good.len() / 2], &[], b"hello", &good[..good.len() - 2]] {
        let (findings, picture) = file_findings(bytes, Some("jpg"), &spec());
        assert!(picture.is_none());
        assert!(findings.iter().any(|f| f.code == FindingCode::Unreadable && f.class == Class::Retake));
    }
}

#[test]
fn bytes_and_quality_from_both_sides() {
    let picture = portrait(BLUE);
    let bytes = jpeg(&picture);
    let mut spec = spec();
    let length = bytes.len() as u32;
    for (min, max, wrong) in [
        (length, length + 1, false),
        (length - 1, length, false),
        (length + 1, length + 9, true),
        (9, length - 1, true),
    ] {
        (spec.file.min_bytes, spec.file.max_bytes) = (min, max);
        let findings = file_findings(&bytes, None, &spec).0;
        assert_eq!(findings.iter().any(|f| f.code == FindingCode::Bytes), wrong, "{min}..{max}");
    }
    assert!(!codes(&jpeg_with(&picture, 60, |_| ())).contains(&FindingCode::Quality));
    let poor = finding(&jpeg_with(&picture, 59, |_| ()), FindingCode::Quality, &self::spec());
    assert_eq!(poor.value, Some(59.0));
}

#[test]
fn pixels_and_density_are_exact() {
    let wide = RgbImage::from_fn(481, 640, |x, y| *portrait_cached(x.min(479), y));
    let found = finding(&jpeg(&wide), FindingCode::Pixels, &spec());
    assert_eq!(found.value, Some(481.0));
    for (density, wrong) in [
        (PixelDensity::dpi(300), None),
        (PixelDensity::dpi(299), Some(299.0)),
        (PixelDensity::dpi(72), Some(72.0)),
        (PixelDensity { density: (118, 118), unit: jpeg_encoder::PixelDensityUnit::Centimeters }, None),
        (
            PixelDensity { density: (1, 1), unit: jpeg_encoder::PixelDensityUnit::PixelAspectRatio },
            Some(-1.0),
        ),
    ] {
        let bytes = jpeg_with(&portrait(BLUE), 88, |e| e.set_density(density));
        let findings = file_findings(&bytes, None, &spec()).0;
        let found = findings.iter().find(|f| f.code == FindingCode::Density);
        // -1 stands for a finding without a value.
        assert_eq!(found.map(|f| f.value.unwrap_or(-1.0)), wrong);
    }
}

fn portrait_cached(x: u32, y: u32) -> &'static Rgb<u8> {
    static PICTURE: std::sync::OnceLock<RgbImage> = std::sync::OnceLock::new();
    PICTURE.get_or_init(|| portrait(BLUE)).get_pixel(x, y)
}

#[test]
fn grey_and_cmyk_are_told() {
    let grey: Vec<u8> = portrait(BLUE).pixels().map(|p| p.0[1]).collect();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 90).encode(&grey, 480, 640, ColorType::Luma).unwrap();
    assert_eq!(finding(&bytes, FindingCode::ColourDepth, &spec()).value, Some(8.0));
    let ink: Vec<u8> =
        portrait(BLUE).pixels().flat_map(|p| [255 - p.0[0], 255 - p.0[1], 255 - p.0[2], 0]).collect();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 90).encode(&ink, 480, 640, ColorType::Cmyk).unwrap();
    assert_eq!(finding(&bytes, FindingCode::ColourDepth, &spec()).value, Some(32.0));
}

#[test]
fn padding_is_told_and_weighed() {
    let mut padded = jpeg(&portrait(BLUE));
    let length = padded.len() as u32;
    padded.extend_from_slice(&[0; 500]);
    let mut spec = spec();
    spec.file.min_bytes = length;
    let found = finding(&padded, FindingCode::TrailingBytes, &spec);
    assert_eq!((found.value, found.class), (Some(500.0), Class::Review));
    spec.file.min_bytes = length + 1;
    assert_eq!(finding(&padded, FindingCode::TrailingBytes, &spec).class, Class::Retake);
}

/// An EXIF block with one field of the given tag in the main directory.
fn exif(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
    tiff.extend_from_slice(&tag.to_le_bytes());
    tiff.extend_from_slice(&kind.to_le_bytes());
    tiff.extend_from_slice(&count.to_le_bytes());
    tiff.extend_from_slice(&value);
    tiff.extend_from_slice(&[0; 4]);
    tiff
}

#[test]
fn metadata_is_named_and_a_turned_picture_is_for_a_person() {
    let with = |block: &[u8]| jpeg_with(&portrait(BLUE), 88, |e| e.add_exif_metadata(block).unwrap());
    let artist = finding(&with(&exif(0x013B, 2, 4, *b"Li\0\0")), FindingCode::Metadata, &spec());
    assert_eq!(artist.class, Class::Info);
    assert!(artist.message_en.contains("name") && !artist.message_en.contains("Li "));
    assert!(!codes(&jpeg(&portrait(BLUE))).contains(&FindingCode::Metadata));
    let turned = finding(&with(&exif(0x0112, 3, 1, [6, 0, 0, 0])), FindingCode::Metadata, &spec());
    assert_eq!(turned.class, Class::Review);
    let upright = finding(&with(&exif(0x0112, 3, 1, [1, 0, 0, 0])), FindingCode::Metadata, &spec());
    assert_eq!(upright.class, Class::Info);
}

#[test]
fn the_background_has_the_colour_or_not() {
    for (colour, class) in [
        (BLUE, None),
        ([101, 196, 254], None),
        ([104, 199, 255], Some(Class::Review)),
        ([120, 190, 240], Some(Class::Retake)),
        ([255, 255, 255], Some(Class::Retake)),
    ] {
        let findings = file_findings(&jpeg(&portrait(colour)), None, &spec()).0;
        let found = findings.iter().find(|f| f.code == FindingCode::BackgroundColour);
        assert_eq!(found.map(|f| f.class), class, "{colour:?}");
    }
    let mut spec = spec();
    spec.background.also_allowed = vec![[255, 255, 255]];
    assert_eq!(file_findings(&jpeg(&portrait([255, 255, 255])), None, &spec).0, []);
    spec.background.mode = BackgroundMode::Keep;
    assert_eq!(file_findings(&jpeg(&portrait([112, 185, 240])), None, &spec).0, []);
}

#[test]
fn a_gradient_is_uneven() {
    for (fall, wrong) in [(0.0, false), (4.0, false), (24.0, true)] {
        let mut picture = portrait(BLUE);
        for (_, y, pixel) in picture.enumerate_pixels_mut().filter(|(_, _, p)| p.0 == BLUE) {
            let down = f64::from(y) / 224.0 * fall;
            pixel.0[0] = (100.0 + down).min(255.0) as u8;
        }
        let found = codes(&jpeg_with(&picture, 95, |_| ()));
        assert_eq!(found.contains(&FindingCode::BackdropUneven), wrong, "{fall}: {found:?}");
    }
}

#[test]
fn a_frame_around_the_picture_is_a_border() {
    let framed = |from: u32, to: u32, colour: [u8; 3]| {
        let mut picture = portrait(BLUE);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let depth = x.min(y).min(479 - x).min(639 - y);
            if (from..to).contains(&depth) {
                *pixel = Rgb(colour);
            }
        }
        jpeg_with(&picture, 92, |_| ())
    };
    for (from, to) in [(0, 10), (0, 2), (6, 9)] {
        let found = finding(&framed(from, to, [255, 255, 255]), FindingCode::Border, &spec());
        let thickness = found.value.unwrap();
        assert!((thickness - f64::from(to - from)).abs() <= 2.0, "{from}..{to}: {thickness}");
    }
    assert!(!codes(&framed(0, 0, [0, 0, 0])).contains(&FindingCode::Border));
    assert!(!codes(&framed(0, 10, [104, 199, 255])).contains(&FindingCode::Border));
}
