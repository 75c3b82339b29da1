//! Traces of earlier compression, cropping, enlarging and screens: both sides of each, on pictures with the statistics
//! of photographs that this test makes, and on real photographs where the workplace has them.

#![allow(clippy::unwrap_used)] // a test program from end to end

use std::path::Path;

use image::{Rgb, RgbImage, imageops};
use imaging::check::evidence::{Evidence, Trace, evidence};

/// Kernels of scaling.
#[derive(Clone, Copy)]
enum Kernel {
    Linear,
    /// Keys, a = -0.5.
    Cubic,
}

impl Kernel {
    fn at(self, x: f32) -> f32 {
        let x = x.abs();
        match self {
            Self::Linear => (1.0 - x).max(0.0),
            Self::Cubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Cubic if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Self::Cubic => 0.0,
        }
    }
}

/// Scales as picture programs do: pixels are areas, and a smaller picture averages.
fn scaled(from: &RgbImage, width: u32, height: u32, kernel: Kernel) -> RgbImage {
    let across = along(from, width, kernel);
    let turned = imageops::rotate90(&across);
    imageops::rotate270(&along(&turned, height, kernel))
}

fn along(from: &RgbImage, width: u32, kernel: Kernel) -> RgbImage {
    let ratio = from.width() as f32 / width as f32;
    let wide = ratio.max(1.0);
    let weights: Vec<Vec<(u32, f32)>> = (0..width)
        .map(|x| {
            let centre = (x as f32 + 0.5) * ratio - 0.5;
            let reach = (2.0 * wide).ceil() as i32;
            let mut near: Vec<(u32, f32)> = (centre as i32 - reach..=centre as i32 + reach + 1)
                .map(|at| {
                    (at.clamp(0, from.width() as i32 - 1) as u32, kernel.at((at as f32 - centre) / wide))
                })
                .filter(|(_, weight)| *weight != 0.0)
                .collect();
            let sum: f32 = near.iter().map(|(_, weight)| weight).sum();
            near.iter_mut().for_each(|(_, weight)| *weight /= sum);
            near
        })
        .collect();
    RgbImage::from_fn(width, from.height(), |x, y| {
        let mut sum = [0.0_f32; 3];
        for (at, weight) in &weights[x as usize] {
            let pixel = from.get_pixel(*at, y).0;
            sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += f32::from(value) * weight);
        }
        Rgb(sum.map(|value| value.round().clamp(0.0, 255.0) as u8))
    })
}

fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (w, h) = (picture.width() as u16, picture.height() as u16);
    jpeg_encoder::Encoder::new(&mut bytes, quality)
        .encode(picture.as_raw(), w, h, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

fn look(bytes: &[u8]) -> Vec<Evidence> {
    evidence(bytes, &imaging::decode::picture_file(bytes).unwrap())
}

fn decoded(bytes: &[u8]) -> RgbImage {
    imaging::decode::picture_file(bytes).unwrap()
}

/// As large as a camera's: detail of every size, edges, and a sensor's noise.
fn photograph(seed: u64) -> RgbImage {
    let (w, h) = (960_u32, 1280_u32);
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let mut values = vec![128.0_f32; (w * h) as usize];
    for octave in 0..8 {
        let cell = 256 >> octave;
        let (across, down) = (w / cell + 2, h / cell + 2);
        let grid: Vec<f32> = (0..across * down).map(|_| random()).collect();
        let strength = 90.0 * (cell as f32 / 256.0).powf(0.8);
        for y in 0..h {
            for x in 0..w {
                let (cx, cy) = (x / cell, y / cell);
                let (fx, fy) = ((x % cell) as f32 / cell as f32, (y % cell) as f32 / cell as f32);
                let at = |dx, dy| grid[((cy + dy) * across + cx + dx) as usize];
                let top = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
                let low = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
                values[(y * w + x) as usize] += strength * (top * (1.0 - fy) + low * fy);
            }
        }
    }
    RgbImage::from_fn(w, h, |x, y| {
        // A person stands before it: an edge.
        let inside = (x as f32 - 480.0).powi(2) / 1.4e5 + (y as f32 - 700.0).powi(2) / 3.2e5 < 1.0;
        let value = values[(y * w + x) as usize] + if inside { 45.0 } else { -25.0 };
        let mut channel = |tint: f32| (value + tint + random() * 8.0).clamp(0.0, 255.0) as u8;
        Rgb([channel(12.0), channel(0.0), channel(-10.0)])
    })
}

fn portrait(seed: u64) -> RgbImage {
    scaled(&photograph(seed), 480, 640, Kernel::Cubic)
}

fn is_compressed(found: &[Evidence]) -> bool {
    found.iter().any(|e| e.trace == Trace::CompressedBefore)
}

#[test]
fn a_portrait_that_was_scaled_down_and_compressed_once_has_no_trace() {
    for seed in 0..4 {
        for quality in [80, 88, 93] {
            let found = look(&jpeg(&portrait(seed), quality));
            assert!(found.is_empty(), "{seed} {quality}: {found:?}");
        }
    }
}

#[test]
fn an_earlier_coarser_compression_is_seen_in_place_and_after_a_crop() {
    for (first, second) in [(60, 90), (75, 90), (75, 95)] {
        let once = decoded(&jpeg(&portrait(1), first));
        let found = look(&jpeg(&once, second));
        assert!(is_compressed(&found), "{first} {second}: {found:?}");
        assert!(found.iter().all(|e| e.value >= e.limit));
    }
    let wide = scaled(&photograph(2), 496, 656, Kernel::Cubic);
    let once = decoded(&jpeg(&wide, 60));
    let cropped = imageops::crop_imm(&once, 5, 3, 480, 640).to_image();
    let found = look(&jpeg(&cropped, 90));
    // The first block of the old grid that is whole begins three pixels to the right and five down.
    let moved = Trace::CroppedAfterCompression { x: 3, y: 5 };
    assert!(found.iter().any(|e| e.trace == moved), "{found:?}");
}

#[test]
fn an_enlarged_portrait_shows_the_period_of_its_interpolation() {
    for (width, height, period) in [(320, 427, 1.5), (160, 214, 3.0)] {
        let small = scaled(&photograph(3), width, height, Kernel::Cubic);
        let large = scaled(&small, 480, 640, Kernel::Linear);
        let found = look(&jpeg(&large, 92));
        let seen = found.iter().find_map(|e| match e.trace {
            Trace::Enlarged { period } => Some(period),
            _ => None,
        });
        let seen = seen.unwrap_or_else(|| panic!("{width}: {found:?}"));
        // The second harmonic may be the stronger one.
        let fits = [period, period / (period - 1.0), period * 2.0].iter().any(|p| (seen - p).abs() < 0.15);
        assert!(fits, "{seen} for {period}");
    }
}

#[test]
fn a_screenshot_is_known_by_its_pixels_and_its_bars() {
    let mut screen = scaled(&photograph(4), 1080, 1440, Kernel::Linear);
    screen = RgbImage::from_fn(1080, 2400, |_, y| {
        if !(100..=2250).contains(&y) {
            Rgb([250, 250, 250])
        } else {
            *screen.get_pixel(540, (y / 2).min(1439))
        }
    });
    for (y, x) in [(40, 30), (50, 900), (60, 1000)] {
        screen.put_pixel(x, y, Rgb([0, 0, 0]));
    }
    let mut png = std::io::Cursor::new(Vec::new());
    screen.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let traces: Vec<Trace> = look(png.get_ref()).into_iter().map(|e| e.trace).collect();
    assert!(traces.contains(&Trace::ScreenPixels) && traces.contains(&Trace::ScreenBars), "{traces:?}");
}

#[test]
fn hostile_sizes_are_taken_as_they_are() {
    for (w, h) in [(1, 1), (7, 9), (8, 3000), (3000, 8), (129, 127), (2048, 2048)] {
        let flat = RgbImage::from_pixel(w, h, Rgb([100, 197, 255]));
        for bytes in [jpeg(&flat, 90), jpeg(&flat, 100)] {
            assert!(look(&bytes).iter().all(|e| e.value.is_none_or(f64::is_finite)));
        }
    }
}

/// How often a real photograph that was honestly made into a portrait is suspected, and how often a dishonest one is
/// not: printed, with bounds that a change for the worse breaks.
#[test]
fn real_photographs_are_rarely_suspected_without_reason() {
    let cases = std::env::var_os("GRADBOOTH_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/cases"),
        std::path::PathBuf::from,
    );
    let mut files: Vec<_> =
        std::fs::read_dir(cases.join("photos")).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|e| e == "jpg"));
    if files.is_empty() {
        println!("SKIPPED: no photographs at {}; set GRADBOOTH_CASES", cases.display());
        return;
    }
    let (mut honest, mut suspected) = (0, 0);
    let mut caught = [(0, 0); 4];
    for file in &files {
        let whole = decoded(&std::fs::read(file).unwrap());
        let width = whole.width().min(whole.height() * 3 / 4);
        // Smaller ones would have to be enlarged.
        if width < 520 {
            continue;
        }
        let upright = imageops::crop_imm(&whole, (whole.width() - width) / 2, 0, width, width * 4 / 3);
        let upright = upright.to_image();
        let base = scaled(&upright, 480, 640, Kernel::Cubic);
        for quality in [80, 86, 92] {
            let found = look(&jpeg(&base, quality));
            honest += 1;
            suspected += u32::from(!found.is_empty());
            if !found.is_empty() {
                println!("suspected: {} at {quality}: {found:?}", file.file_name().unwrap().display());
            }
        }
        let mut try_one = |which: usize, bytes: Vec<u8>, seen: fn(&Trace) -> bool| {
            caught[which].1 += 1;
            caught[which].0 += u32::from(look(&bytes).iter().any(|e| seen(&e.trace)));
        };
        let again = decoded(&jpeg(&base, 70));
        try_one(0, jpeg(&again, 90), |t| *t == Trace::CompressedBefore);
        let wide = scaled(&upright, 496, 656, Kernel::Cubic);
        let cropped = imageops::crop_imm(&decoded(&jpeg(&wide, 60)), 5, 3, 480, 640).to_image();
        try_one(1, jpeg(&cropped, 90), |t| matches!(t, Trace::CroppedAfterCompression { .. }));
        for (which, filter) in [(2, Kernel::Linear), (3, Kernel::Cubic)] {
            let small = scaled(&upright, 320, 427, Kernel::Cubic);
            let large = scaled(&small, 480, 640, filter);
            try_one(which, jpeg(&large, 90), |t| matches!(t, Trace::Enlarged { .. }));
        }
    }
    println!("{suspected} of {honest} honest portraits of {} photographs suspected", files.len());
    for (name, (seen, of)) in
        ["compressed twice", "cropped in between", "enlarged 1.5, linear", "enlarged 1.5, cubic"]
            .iter()
            .zip(caught)
    {
        println!("{name}: {seen} of {of} seen");
    }
    assert!(suspected * 20 <= honest, "more than one in twenty: {suspected} of {honest}");
    assert!(caught[0].0 * 10 >= caught[0].1 * 9 && caught[1].0 * 10 >= caught[1].1 * 7);
}
