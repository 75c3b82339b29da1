//! Why a code that is there cannot be read, in words that the student can act on.

use image::GrayImage;
use serde::Serialize;

use super::locate::Place;

/// What to change so that a code can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// Turn the screen brighter.
    TooDim,
    /// Tilt the phone, or turn the screen (or the exposure) down.
    Glare,
    /// Bring the phone nearer.
    TooSmall,
    /// Hold it still, or away from the lens.
    Blurred,
    /// None of these stands out.
    Unknown,
}

/// Brightest tone (95th percentile) under which a screen counts as dim.
const DIM: u8 = 80;
/// Share of pixels at 250 and above from which the code is drowned: a code is about half light, its margin wholly.
const DROWNED: f32 = 0.62;
/// Pixels to a module: nothing in the test sets was read below 2.2, little below this.
const SMALLEST_MODULE: f32 = 3.3;
/// Steepest steps (90th percentile, over two pixels) as a share of the contrast; a sharp edge gives nearly 1.
const SOFT: f32 = 0.3;

/// Measures brightness, saturation, module size and sharpness inside `place`.
pub(super) fn judge(luma: &GrayImage, place: Place) -> Unreadable {
    let [x0, y0, x1, y1] = place.0;
    let (x0, y0) = (x0.max(0.0) as u32, y0.max(0.0) as u32);
    let (x1, y1) = ((x1.max(0.0) as u32).min(luma.width()), (y1.max(0.0) as u32).min(luma.height()));
    let (width, height) = (x1.saturating_sub(x0) as usize, y1.saturating_sub(y0) as usize);
    if width < 8 || height < 8 {
        return Unreadable::TooSmall;
    }
    let rows: Vec<&[u8]> = (y0 as usize..y1 as usize)
        .map(|y| &luma.as_raw()[y * luma.width() as usize + x0 as usize..][..width])
        .collect();
    let mut tones: Vec<u8> = rows.concat();
    tones.sort_unstable();
    let tone = |share: f32| tones[((tones.len() - 1) as f32 * share) as usize];
    let (dark, light) = (tone(0.05), tone(0.95));
    let contrast = light - dark;
    if light < DIM || contrast < 16 {
        return if light > 200 { Unreadable::Glare } else { Unreadable::TooDim };
    }
    let drowned = tones.iter().filter(|tone| **tone >= 250).count() as f32 / tones.len() as f32;
    if drowned > DROWNED {
        return Unreadable::Glare;
    }
    if module_size(&rows, dark.midpoint(light)) < SMALLEST_MODULE {
        return Unreadable::TooSmall;
    }
    let mut steps: Vec<u8> =
        rows.iter().flat_map(|row| row.windows(3).map(|w| w[0].abs_diff(w[2]))).collect();
    steps.sort_unstable();
    let steep = steps[(steps.len() - 1) * 9 / 10];
    if f32::from(steep) < SOFT * f32::from(contrast) { Unreadable::Blurred } else { Unreadable::Unknown }
}

/// Mean length of a run of one colour along the rows, halved: in the random pattern of a code a run is two modules
/// on average.
fn module_size(rows: &[&[u8]], middle: u8) -> f32 {
    let pixels: usize = rows.iter().map(|row| row.len()).sum();
    let changes: usize =
        rows.iter().map(|row| row.windows(2).filter(|w| (w[0] < middle) != (w[1] < middle)).count()).sum();
    pixels as f32 / (changes + rows.len()) as f32 / 2.0
}
