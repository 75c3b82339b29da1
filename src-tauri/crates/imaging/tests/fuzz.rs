//! Mutated files and pictures thrown at the decoders, the checks and the scan: whatever comes in, an answer comes out.
//!
//! A few seconds in the usual run. Longer, with the number of tries printed:
//!
//! ```text
//! FUZZ_SECONDS=600 cargo test -p imaging --test fuzz -- --ignored --nocapture
//! ```
//!
//! A fault is printed with its seed, and the input is written to the system's temporary folder.
#![allow(clippy::unwrap_used, reason = "a test may stop where its fixture is broken")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{PhotoSpec, PixelFormat, RawFrame, Size};
use image::{GrayImage, ImageEncoder, Luma, RgbImage};
use imaging::scan::Scanner;
use imaging::{check, decode};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Numbers that look random and are the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }
}

fn picture() -> RgbImage {
    RgbImage::from_fn(96, 128, |x, y| {
        image::Rgb([(x * 3) as u8, (y * 2) as u8, ((x * 7 + y * 5) % 255) as u8])
    })
}

fn jpeg(change: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let (picture, mut bytes) = (picture(), Vec::new());
    let mut encoder = Encoder::new(&mut bytes, 80);
    change(&mut encoder);
    encoder.encode(picture.as_raw(), 96, 128, ColorType::Rgb).unwrap();
    bytes
}

fn png(colour: image::ExtendedColorType, channels: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..64 * 48 * channels).map(|i| (i * 31 % 251) as u8).collect();
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes).write_image(&pixels, 64, 48, colour).unwrap();
    bytes
}

/// Whole files of every kind that is read.
fn seeds() -> Vec<Vec<u8>> {
    use image::ExtendedColorType as C;
    vec![
        jpeg(|_| {}),
        jpeg(|e| e.set_progressive(true)),
        jpeg(|e| e.set_sampling_factor(SamplingFactor::F_2_2)),
        jpeg(|e| e.set_restart_interval(3)),
        jpeg(|e| e.set_optimized_huffman_tables(true)),
        png(C::Rgb8, 3),
        png(C::Rgba8, 4),
        png(C::L8, 1),
        png(C::Rgb16, 6),
    ]
}

/// Flips, overwrites, cuts, doubles and splices; now and then a number in a header that promises the world.
fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..1 + dice.below(6) {
        if bytes.is_empty() {
            break;
        }
        // Headers are where the decisions are made.
        let near = dice.below(2) == 0;
        let at = dice.below(if near { bytes.len().min(700) } else { bytes.len() });
        match dice.below(8) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = [0x00, 0xff, 0x7f, 0x80, 0xd8, 0xd9, 0xc0, 0xda][dice.below(8)],
            2 => bytes.truncate(at),
            3 => {
                let end = (at + 1 + dice.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + 1 + dice.below(64)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                bytes.splice(to..to, part);
            }
            5 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            6 => {
                let big = [0xffff_u16, 0x7fff, 0x8000, 30_000][dice.below(4)].to_be_bytes();
                bytes.iter_mut().skip(at).zip(big).for_each(|(b, v)| *b = v);
            }
            _ => bytes.iter_mut().skip(at).take(1 + dice.below(24)).for_each(|b| *b = dice.next() as u8),
        }
    }
    bytes
}

fn frame(packet: &[u8], dice: &mut Dice) -> RawFrame {
    let format = [PixelFormat::Mjpeg, PixelFormat::Yuyv, PixelFormat::Rgb8][dice.below(3)];
    let size = Size { width: dice.below(200) as u32, height: dice.below(200) as u32 };
    RawFrame { seq: 1, at: Instant::now(), size, format, packet: Arc::from(packet) }
}

/// Everything that a stranger's file or a camera's packet can reach.
fn decode_all(bytes: &[u8], spec: &PhotoSpec, dice: &mut Dice) {
    if let Ok(picture) = decode::picture_file(bytes) {
        assert!(picture.width() > 0 && picture.height() > 0);
    }
    let frame = frame(bytes, dice);
    if let Ok(picture) = decode::packet(&frame) {
        let _ = decode::preview_jpeg(&picture, 80);
    }
    let _ = decode::luma_of_packet(&frame);
    for finding in check::file_findings(bytes, Some("jpg"), spec).0 {
        assert!(!finding.message.is_empty() && !finding.message_en.is_empty());
    }
}

/// A code, or noise, torn apart.
fn torn(dice: &mut Dice) -> GrayImage {
    let (w, h) = (1 + dice.below(300) as u32, 1 + dice.below(300) as u32);
    let code = qrcode::QrCode::new(b"a seed of a code 0123456789").unwrap();
    let (side, colours) = (code.width() as u32, code.to_colors());
    let module = 2 + dice.below(7) as u32;
    let mut picture = GrayImage::from_fn(w, h, |x, y| {
        let (u, v) = ((x / module).wrapping_sub(3), (y / module).wrapping_sub(3));
        let dark = u < side && v < side && colours[(v * side + u) as usize] == qrcode::Color::Dark;
        Luma([if dark { 30 } else { 220 }])
    });
    for _ in 0..dice.below(12) {
        let (x, y) = (dice.below(w as usize) as u32, dice.below(h as usize) as u32);
        let (bw, bh, tone) = (1 + dice.below(60) as u32, 1 + dice.below(60) as u32, dice.next() as u8);
        for v in y..(y + bh).min(h) {
            for u in x..(x + bw).min(w) {
                picture.put_pixel(u, v, Luma([tone]));
            }
        }
    }
    let noise = dice.below(90) as i32;
    if noise > 0 {
        picture.iter_mut().for_each(|p| {
            *p = (i32::from(*p) + (dice.next() % (2 * noise as u64 + 1)) as i32 - noise).clamp(0, 255) as u8;
        });
    }
    picture
}

/// Runs for so long; gives the number of tries.
fn fuzz(time: Duration, mut one: impl FnMut(&mut Dice) -> Vec<u8>, what: &str) -> u64 {
    let (begun, mut tries) = (Instant::now(), 0u64);
    while begun.elapsed() < time {
        let seed = tries;
        let mut dice = Dice(seed);
        let mut input = Vec::new();
        let outcome = catch_unwind(AssertUnwindSafe(|| input = one(&mut dice)));
        if outcome.is_err() {
            let path = std::env::temp_dir().join(format!("gradbooth-fuzz-{what}-{seed}.bin"));
            let _ = std::fs::write(&path, &input);
            panic!("{what}: seed {seed}, see {}", path.display());
        }
        tries += 1;
    }
    tries
}

fn files(time: Duration) -> u64 {
    let text = include_str!("../../../../assets/specs/registry-safe.toml");
    let (spec, seeds) = (PhotoSpec::parse(text).unwrap(), seeds());
    let mut slowest = Duration::ZERO;
    let tries = fuzz(
        time,
        |dice| {
            let bytes = mutated(&seeds, dice);
            let begun = Instant::now();
            decode_all(&bytes, &spec, dice);
            slowest = slowest.max(begun.elapsed());
            bytes
        },
        "files",
    );
    // A bomb is refused by its header, not after it has been unpacked.
    assert!(slowest < Duration::from_secs(8), "{slowest:?}");
    println!("files: {tries} tries in {time:?}, slowest {slowest:?}");
    tries
}

fn codes(time: Duration) -> u64 {
    let mut scanner = Scanner::new();
    let mut wrong = 0;
    let tries = fuzz(
        time,
        |dice| {
            let picture = torn(dice);
            let outcome = if dice.below(3) == 0 {
                scanner.read_thorough(&picture, Duration::from_millis(60))
            } else {
                scanner.read(&picture, Duration::from_millis(60))
            };
            if let imaging::scan::ScanOutcome::Codes(found) = outcome {
                wrong += found.iter().filter(|c| c.payload != b"a seed of a code 0123456789").count();
            }
            picture.into_raw()
        },
        "codes",
    );
    assert_eq!(wrong, 0, "payloads that nobody drew");
    println!("codes: {tries} tries in {time:?}, no payload that nobody drew");
    tries
}

#[test]
fn damaged_files_are_answered() {
    assert!(files(Duration::from_secs(3)) > 50);
}

#[test]
fn torn_codes_are_answered_and_never_misread() {
    assert!(codes(Duration::from_secs(3)) > 20);
}

#[test]
#[ignore = "minutes: FUZZ_SECONDS=600 cargo test -p imaging --test fuzz -- --ignored --nocapture"]
fn for_a_long_time() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(120);
    files(Duration::from_secs(seconds / 2));
    codes(Duration::from_secs(seconds / 2));
}
