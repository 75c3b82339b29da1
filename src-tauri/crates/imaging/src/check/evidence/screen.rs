//! What only a screen looks like.

use image::RgbImage;

use super::{Evidence, Trace};

/// Screens of phones upright, in pixels: the makers' published sizes, 2014 to 2025.
const SCREENS: [(u32, u32); 36] = [
    (640, 1136),
    (720, 1280),
    (720, 1520),
    (720, 1560),
    (720, 1600),
    (720, 1612),
    (750, 1334),
    (828, 1792),
    (1080, 1920),
    (1080, 2160),
    (1080, 2220),
    (1080, 2246),
    (1080, 2280),
    (1080, 2310),
    (1080, 2316),
    (1080, 2340),
    (1080, 2376),
    (1080, 2388),
    (1080, 2400),
    (1080, 2408),
    (1080, 2412),
    (1080, 2460),
    (1125, 2436),
    (1170, 2532),
    (1176, 2400),
    (1179, 2556),
    (1200, 2670),
    (1206, 2622),
    (1220, 2712),
    (1242, 2208),
    (1242, 2688),
    (1260, 2800),
    (1284, 2778),
    (1290, 2796),
    (1320, 2868),
    (1440, 3200),
];
/// A bar takes at least and at most this share of the height.
const BAR: (f64, f64) = (0.012, 0.12);
/// Share of a row that has the row's own colour: the rest are clock, signal and the like.
const FLAT: f64 = 0.6;
/// Same colour: nothing but rounding and compression between them.
const SAME: i32 = 4;

/// Pixels of a screen without a camera, or bars at both ends of a tall picture.
pub(super) fn of(picture: &RgbImage, camera: bool) -> Vec<Evidence> {
    let told = |trace| Evidence { trace, value: None, limit: None };
    let (width, height) = picture.dimensions();
    let mut found = Vec::new();
    if !camera && SCREENS.contains(&(width, height)) {
        found.push(told(Trace::ScreenPixels));
    }
    // No camera is as narrow as a phone's screen, and no crop of a portrait either.
    let tall = f64::from(height) >= 1.6 * f64::from(width);
    let rows = |from_top: bool| bar(picture, from_top);
    if tall && rows(true) && rows(false) {
        found.push(told(Trace::ScreenBars));
    }
    found
}

/// Whether the picture begins (or ends) with a flat bar that then stops.
fn bar(picture: &RgbImage, from_top: bool) -> bool {
    let height = picture.height();
    let first = median(picture, if from_top { 0 } else { height - 1 });
    let flat = |y: &u32| {
        let y = if from_top { *y } else { height - 1 - *y };
        let near = (0..picture.width()).filter(|x| {
            let pixel = picture.get_pixel(*x, y).0;
            pixel.iter().zip(&first).all(|(a, b)| (i32::from(*a) - i32::from(*b)).abs() <= SAME)
        });
        near.count() as f64 >= FLAT * f64::from(picture.width())
    };
    let rows = (0..height).take_while(flat).count() as f64 / f64::from(height);
    (BAR.0..=BAR.1).contains(&rows)
}

fn median(picture: &RgbImage, y: u32) -> [u8; 3] {
    let channel = |c: usize| {
        let mut values: Vec<u8> = (0..picture.width()).map(|x| picture.get_pixel(x, y).0[c]).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    [channel(0), channel(1), channel(2)]
}
