//! 空景: what a picture of the empty seat is worth as the backdrop of the portraits that follow.
//!
//! Looked at is the part of the frame that portraits are cut from: head and shoulders of a seated person hide the
//! backdrop there, and nothing below matters. Sharpness does not: a backdrop may well be out of focus.

mod figure;

use domain::plate::{Grade, PlateAspect, PlateNote};
use domain::{Class, Crop, Finding, FindingCode, Limit, Size, Text};
use image::RgbImage;
use serde::Serialize;

use crate::error::ImagingError;
use crate::quality::backdrop::{Blocks, MOST_EDGES, MOST_SPREAD};
use crate::quality::colour::lab;
use crate::recolor::Source;
use crate::resample::{self, Kernel};

use crate::engine::PortraitEngine;

/// The part of the frame that is looked at: left, top, right, bottom in parts of its sides.
const WINDOW: [f64; 4] = [0.22, 0.03, 0.78, 0.60];
/// Width of the piece that is measured; a delivered portrait has as many pixels there.
const WIDTH: u32 = 720;

/// Brighter side over darker side in linear light, minus 1: a quarter of a stop is nothing, three quarters are a lamp
/// that is off.
const IMBALANCE_MAYBE: f64 = 0.28;
const IMBALANCE: f64 = 0.68;
/// Chroma (CIE L*a*b*) of what still counts as white or grey.
const NEUTRAL: f64 = 11.0;
/// Chroma of a colour that shines back onto hair and shoulders, blue excepted: that is what is put there anyway.
const STRONG: f64 = 38.0;
/// Hue angles of blue cloth, in degrees (cyan 195, blue 290).
const BLUE: std::ops::Range<f64> = 195.0..305.0;
/// Median luminance.
const DARK_MAYBE: f64 = 80.0;
const DARK: f64 = 45.0;
/// Part that is blown out (all channels at 252 and above).
const BLOWN_MAYBE: f64 = 0.03;
const BLOWN: f64 = 0.25;
/// Spread and edges beyond which nothing of a plain backdrop is left.
const WILD: f64 = 2.2;

/// Largest change of a cell of 16 × 16 pixels between two frames of one empty seat; noise stays below 3.
const STILL: f64 = 8.0;

/// The numbers behind the notes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlateMeasures {
    /// What is left of the colours when an even slope of light is taken away, root mean square, 0–255.
    pub spread: f64,
    /// Mean length of the luminance gradient between blocks of 4 × 4 pixels.
    pub edges: f64,
    /// Median L*a*b*.
    pub lab: [f64; 3],
    /// Median luminance (BT.601), 0–255.
    pub luminance: f64,
    /// Part that is blown out.
    pub blown: f64,
    /// Right third over left third in linear light, minus 1; below 0 if the left is brighter.
    pub imbalance: f64,
}

/// What a picture of the empty seat is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlateCheck {
    /// Faces in it: with one it is no picture of an empty seat.
    pub faces: usize,
    /// Whether something in the seat has the outline of a person, face or not: head down, or the back turned.
    pub figure: bool,
    /// The numbers.
    pub measures: PlateMeasures,
    /// One for each aspect, in a fixed order.
    pub notes: Vec<PlateNote>,
}

impl PlateCheck {
    /// Whether somebody is in it.
    pub fn is_occupied(&self) -> bool {
        self.faces > 0 || self.figure
    }

    /// The worst of the notes.
    pub fn grade(&self) -> Grade {
        self.notes.iter().map(|note| note.grade).max().unwrap_or(Grade::Good)
    }
}

impl PortraitEngine {
    /// Looks for people and measures the backdrop: some 80 ms.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn check_plate(&self, plate: &RgbImage) -> Result<PlateCheck, ImagingError> {
        let faces = self.faces().boxes(plate)?.len();
        let figure = figure::is_there(self.faces().models(), plate)?;
        let measures = measure(plate);
        Ok(PlateCheck { faces, figure, measures, notes: judge(&measures) })
    }
}

/// What is said of a portrait whose plate was offered and did not fit.
pub fn unfit(source: Source) -> Option<Finding> {
    let text = Text::new(
        "空景与现在的画面不符（摄像头、灯光或背景动过），这张按画面估计背景。请在空闲时按 F9 重拍空景",
        "The empty-seat picture no longer fits (camera, lamps or backdrop moved); this one goes by what is seen. Press F9 for a new one when nobody sits",
    );
    (source == Source::Seen).then(|| Finding::plain(FindingCode::PlateUnfit, Class::Info, text))
}

/// The mean of some frames of an empty seat: noise goes, the backdrop stays. `None` if they are none, or if something
/// moved between them.
pub fn mean(frames: &[RgbImage]) -> Option<RgbImage> {
    let first = frames.first()?;
    if frames.iter().any(|frame| frame.dimensions() != first.dimensions()) {
        return None;
    }
    let mut sums = vec![0u16; first.as_raw().len()];
    // 255 × 257 fits into 16 bits; nobody takes so many.
    let frames = &frames[..frames.len().min(200)];
    for frame in frames {
        for (sum, value) in sums.iter_mut().zip(frame.as_raw()) {
            *sum += u16::from(*value);
        }
    }
    let count = frames.len() as u16;
    let pixels = sums.into_iter().map(|sum| ((sum + count / 2) / count) as u8).collect();
    let mean = RgbImage::from_raw(first.width(), first.height(), pixels)?;
    frames.iter().all(|frame| unrest(frame, &mean) <= STILL).then_some(mean)
}

/// Largest difference between the means of a cell in both pictures.
fn unrest(a: &RgbImage, b: &RgbImage) -> f64 {
    const CELL: u32 = 16;
    let (columns, rows) = (a.width().div_ceil(CELL).max(1), a.height().div_ceil(CELL).max(1));
    let mut sums = vec![[0i64; 4]; (columns * rows) as usize];
    for (x, y, pixel) in a.enumerate_pixels() {
        let cell = &mut sums[(y / CELL * columns + x / CELL) as usize];
        let other = b.get_pixel(x, y).0;
        for (c, sum) in cell.iter_mut().take(3).enumerate() {
            *sum += i64::from(pixel.0[c]) - i64::from(other[c]);
        }
        cell[3] += 1;
    }
    let largest =
        |cell: &[i64; 4]| cell[..3].iter().map(|s| s.abs()).max().unwrap_or(0) as f64 / cell[3].max(1) as f64;
    sums.iter().map(largest).fold(0.0, f64::max)
}

/// Measures the part of a frame that portraits are cut from.
pub fn measure(plate: &RgbImage) -> PlateMeasures {
    let (w, h) = (f64::from(plate.width()), f64::from(plate.height()));
    let [x0, y0, x1, y1] = WINDOW;
    let crop = Crop { x: x0 * w, y: y0 * h, w: (x1 - x0) * w, h: (y1 - y0) * h };
    let height = (f64::from(WIDTH) * crop.h / crop.w.max(1.0)).round().clamp(16.0, 4000.0) as u32;
    let piece = resample::cut_rgb(plate, &crop, Size { width: WIDTH, height }, Kernel::Smooth);
    let blocks = Blocks::of(&piece, &vec![true; (WIDTH * height) as usize]);
    let third = WIDTH / 3;
    let (left, right) = (light(&piece, 0..third), light(&piece, WIDTH - third..WIDTH));
    let (mut lumas, mut colours): (Vec<f64>, Vec<[f64; 3]>) = (Vec::new(), Vec::new());
    let (mut blown, mut all) = (0u32, 0u32);
    for (x, y, pixel) in piece.enumerate_pixels() {
        blown += u32::from(pixel.0.iter().all(|&c| c >= 252));
        all += 1;
        if x % 4 == 0 && y % 4 == 0 {
            lumas.push(crate::quality::luminance(pixel));
            colours.push(lab(pixel.0));
        }
    }
    let middle = |mut values: Vec<f64>| {
        let at = values.len() / 2;
        if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(at, f64::total_cmp).1 }
    };
    PlateMeasures {
        spread: blocks.spread(),
        edges: blocks.edges(),
        lab: std::array::from_fn(|c| middle(colours.iter().map(|p| p[c]).collect())),
        luminance: middle(lumas),
        blown: f64::from(blown) / f64::from(all.max(1)),
        imbalance: (right / left.max(1e-4)) - 1.0,
    }
}

/// Median linear light (sRGB, the green channel's weight being what the eye sees most of) of some columns.
fn light(piece: &RgbImage, columns: std::ops::Range<u32>) -> f64 {
    let linear = |v: f64| {
        let v = v / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    let mut values: Vec<f64> = (0..piece.height())
        .step_by(3)
        .flat_map(|y| columns.clone().step_by(3).map(move |x| (x, y)))
        .map(|(x, y)| crate::quality::luminance(piece.get_pixel(x, y)))
        .collect();
    if values.is_empty() {
        return 0.0;
    }
    let at = values.len() / 2;
    linear(*values.select_nth_unstable_by(at, f64::total_cmp).1)
}

/// Says what the numbers mean: one note for each aspect.
pub fn judge(measures: &PlateMeasures) -> Vec<PlateNote> {
    vec![evenness(measures), cast(measures), balance(measures), exposure(measures)]
}

fn note(aspect: PlateAspect, grade: Grade, value: f64, limit: Limit, text: Text) -> PlateNote {
    PlateNote { aspect, grade, value: (value * 1000.0).round() / 1000.0, limit, text }
}

fn evenness(m: &PlateMeasures) -> PlateNote {
    // Edges in units of the spread's limit, so that one number tells both.
    let value = m.spread.max(m.edges * MOST_SPREAD / MOST_EDGES);
    let (grade, text) = match value / MOST_SPREAD {
        v if v > WILD => (
            Grade::Bad,
            Text::new(
                "背景杂乱：请挂单色背景布、移开杂物",
                "A cluttered backdrop: hang a plain cloth, clear things away",
            ),
        ),
        v if v > 1.0 => (
            Grade::Warn,
            Text::new(
                "背景不够平整：有褶皱、影子或杂物",
                "The backdrop is uneven: folds, a shadow or things",
            ),
        ),
        _ => (Grade::Good, Text::new("背景平整", "The backdrop is even")),
    };
    note(PlateAspect::Evenness, grade, value, Limit::at_most(MOST_SPREAD), text)
}

fn cast(m: &PlateMeasures) -> PlateNote {
    let [_, a, b] = m.lab;
    let chroma = a.hypot(b);
    let hue = b.atan2(a).to_degrees().rem_euclid(360.0);
    let blue = BLUE.contains(&hue);
    let (zh, en) = match hue {
        h if (60.0..115.0).contains(&h) => ("偏黄", "yellow"),
        h if (115.0..195.0).contains(&h) => ("偏绿", "green"),
        _ => ("偏红", "red"),
    };
    let (grade, text) = match chroma {
        c if c <= NEUTRAL => (Grade::Good, Text::new("颜色正（白或灰）", "No colour cast (white or grey)")),
        _ if blue => (Grade::Good, Text::new("颜色正（蓝色背景）", "No colour cast (blue backdrop)")),
        c if c <= STRONG => (
            Grade::Warn,
            Text::new(
                format!("背景{zh}：请校正白平衡；背景本来就是这个颜色的，可以用"),
                format!("The backdrop looks {en}: set the white balance, unless it has this colour"),
            ),
        ),
        _ => (
            Grade::Bad,
            Text::new(
                format!("背景颜色太浓（{zh}），会映到头发和肩上：请换白、灰或蓝色背景"),
                format!("A strong {en} backdrop shines onto hair and shoulders: hang white, grey or blue"),
            ),
        ),
    };
    note(PlateAspect::Cast, grade, if blue { 0.0 } else { chroma }, Limit::at_most(NEUTRAL), text)
}

fn balance(m: &PlateMeasures) -> PlateNote {
    let ratio = if m.imbalance >= 0.0 { m.imbalance } else { 1.0 / (1.0 + m.imbalance).max(1e-3) - 1.0 };
    // As the photographer sees the unmirrored picture; a mirrored preview shows it the other way round, so the lamp is
    // named by the student's side.
    let (zh, en) = if m.imbalance > 0.0 { ("右", "right") } else { ("左", "left") };
    let (grade, text) = match ratio {
        r if r > IMBALANCE => (
            Grade::Bad,
            Text::new(
                format!("学生{zh}手边的灯太暗或没开"),
                format!("The lamp at the student's {en} hand is off or far too weak"),
            ),
        ),
        r if r > IMBALANCE_MAYBE => (
            Grade::Warn,
            Text::new(
                format!("两侧灯光不匀：学生{zh}手边暗 {:.0}%", (1.0 - 1.0 / (1.0 + r)) * 100.0),
                format!(
                    "Lamps differ: the student's {en} side is {:.0}% darker",
                    (1.0 - 1.0 / (1.0 + r)) * 100.0
                ),
            ),
        ),
        _ => (Grade::Good, Text::new("两侧灯光均匀", "Both sides are lit alike")),
    };
    note(PlateAspect::Balance, grade, ratio, Limit::at_most(IMBALANCE_MAYBE), text)
}

fn exposure(m: &PlateMeasures) -> PlateNote {
    if m.blown > BLOWN_MAYBE {
        let grade = if m.blown > BLOWN { Grade::Bad } else { Grade::Warn };
        let text = Text::new(
            format!("背景有 {:.0}% 过曝：请减小曝光或调暗灯光", m.blown * 100.0),
            format!("{:.0}% of the backdrop is blown out: lower the exposure or the lamps", m.blown * 100.0),
        );
        return note(PlateAspect::Exposure, grade, m.blown, Limit::at_most(BLOWN_MAYBE), text);
    }
    let limit = Limit::at_least(DARK_MAYBE);
    let (grade, text) = match m.luminance {
        l if l < DARK => (
            Grade::Bad,
            Text::new(
                "画面太暗：请开灯或增加曝光",
                "Far too dark: switch the lamps on or raise the exposure",
            ),
        ),
        l if l < DARK_MAYBE => (
            Grade::Warn,
            Text::new("画面偏暗：请看灯光和曝光", "Rather dark: look at the lamps and the exposure"),
        ),
        _ => (Grade::Good, Text::new("曝光正常", "The exposure is right")),
    };
    note(PlateAspect::Exposure, grade, m.luminance, limit, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn plate(colour: impl Fn(f64, f64) -> [f64; 3]) -> RgbImage {
        RgbImage::from_fn(640, 360, |x, y| {
            // A little grain, as any camera has it.
            let grain = f64::from((x * 7919 + y * 104_729) % 5) - 2.0;
            let c = colour(f64::from(x) / 640.0, f64::from(y) / 360.0);
            Rgb(c.map(|v| (v + grain).clamp(0.0, 255.0) as u8))
        })
    }

    fn grades(picture: &RgbImage) -> [Grade; 4] {
        let notes = judge(&measure(picture));
        assert_eq!(
            notes.iter().map(|n| n.aspect).collect::<Vec<_>>(),
            [PlateAspect::Evenness, PlateAspect::Cast, PlateAspect::Balance, PlateAspect::Exposure]
        );
        for note in &notes {
            assert!(!note.text.zh.is_empty() && !note.text.en.is_empty());
            assert_eq!(note.grade == Grade::Good, note.limit.allows(note.value), "{note:?}");
        }
        std::array::from_fn(|i| notes[i].grade)
    }

    const GOOD: [Grade; 4] = [Grade::Good; 4];

    #[test]
    fn white_grey_and_blue_backdrops_with_a_little_slope_are_good() {
        for colour in
            [[232.0, 232.0, 228.0], [140.0, 141.0, 143.0], [110.0, 165.0, 215.0], [90.0, 190.0, 250.0]]
        {
            let slope = |x: f64, y: f64| colour.map(|c: f64| c * (0.97 + 0.05 * x - 0.08 * y));
            assert_eq!(grades(&plate(slope)), GOOD, "{colour:?}");
        }
    }

    #[test]
    fn things_and_a_hard_shadow_make_it_uneven() {
        let shadow = |x: f64, _: f64| if x > 0.5 { [100.0; 3] } else { [180.0; 3] };
        assert_eq!(grades(&plate(shadow))[0], Grade::Warn);
        let shelf = |x: f64, y: f64| {
            if ((x * 14.0) as u32 + (y * 9.0) as u32).is_multiple_of(2) {
                [60.0, 50.0, 40.0]
            } else {
                [200.0; 3]
            }
        };
        assert_eq!(grades(&plate(shelf))[0], Grade::Bad);
    }

    #[test]
    fn a_lamps_colour_is_a_cast_and_blue_cloth_is_none() {
        assert_eq!(grades(&plate(|_, _| [200.0, 190.0, 165.0]))[1], Grade::Warn);
        assert_eq!(grades(&plate(|_, _| [150.0, 190.0, 150.0]))[1], Grade::Warn);
        assert_eq!(grades(&plate(|_, _| [190.0, 60.0, 50.0]))[1], Grade::Bad);
        assert!(judge(&measure(&plate(|_, _| [200.0, 190.0, 165.0])))[1].text.zh.contains("偏黄"));
    }

    #[test]
    fn the_weaker_lamp_is_named_by_the_students_side() {
        let lit = |left: f64, right: f64| plate(move |x, _| [180.0 * (left + (right - left) * x); 3]);
        assert_eq!(grades(&lit(0.97, 1.0))[2], Grade::Good);
        let weak = judge(&measure(&lit(0.7, 1.0)));
        // The darker side is at the smaller x: the student's right hand.
        assert_eq!(weak[2].grade, Grade::Warn);
        assert!(weak[2].text.zh.contains("右手") && weak[2].text.en.contains("right"), "{:?}", weak[2]);
        let off = judge(&measure(&lit(1.0, 0.35)));
        assert_eq!(off[2].grade, Grade::Bad);
        assert!(off[2].text.zh.contains("左手"), "{:?}", off[2]);
    }

    #[test]
    fn dark_and_blown_out_plates_are_told() {
        assert_eq!(grades(&plate(|_, _| [25.0; 3]))[3], Grade::Bad);
        assert_eq!(grades(&plate(|_, _| [65.0; 3]))[3], Grade::Warn);
        let window = |x: f64, _: f64| if x > 0.72 { [255.0; 3] } else { [200.0; 3] };
        assert_eq!(grades(&plate(window))[3], Grade::Warn);
        assert_eq!(grades(&plate(|_, _| [255.0; 3]))[3], Grade::Bad);
    }

    #[test]
    fn the_mean_of_a_still_seat_has_less_noise_and_a_moving_one_has_none() {
        let frame = |seed: u32, moved: u32| {
            RgbImage::from_fn(64, 48, |x, y| {
                let noise = ((x * 7919 + y * 104_729 + seed * 31_337) % 13) as u8;
                let thing = (20 + moved..36 + moved).contains(&x) && y < 40;
                Rgb([if thing { 60 } else { 140 } + noise; 3])
            })
        };
        let still: Vec<_> = (0..6).map(|i| frame(i * 77, 0)).collect();
        let calm = mean(&still).unwrap();
        let spread = |p: &RgbImage| {
            let v: Vec<f64> = (0..48).map(|y| f64::from(p.get_pixel(4, y).0[0])).collect();
            let m = v.iter().sum::<f64>() / 48.0;
            v.iter().map(|v| (v - m).powi(2)).sum::<f64>() / 48.0
        };
        assert!(spread(&calm) < spread(&still[0]) / 2.0);
        assert_eq!(mean(&[frame(0, 0), frame(1, 10)]), None);
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[frame(0, 0), RgbImage::new(3, 3)]), None);
    }

    #[test]
    fn a_tiny_or_odd_picture_is_measured_without_a_panic() {
        for (w, h) in [(1, 1), (2, 900), (900, 2), (17, 13)] {
            judge(&measure(&RgbImage::new(w, h)));
        }
    }
}
