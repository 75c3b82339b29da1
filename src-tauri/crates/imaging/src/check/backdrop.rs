//! The background of a finished picture and a frame around it.
//!
//! Sampled are the strip above the head and the two strips beside it, down to where shoulders may begin: 4% of the
//! height at the top and 5% of the width at the sides, over the upper 35%. The standard keeps the hair 50 px away
//! from the top of 640, so that only background can be there, save for hair that is wider than the frame.

use domain::spec::BackgroundMode;
use domain::{Class, Finding, FindingCode, Limit, PhotoSpec, Text};
use image::RgbImage;

/// Share of the sampled pixels that must have the colour: leaves room for a curl that reaches into a strip.
const SHARE: f64 = 0.9;
/// Added to the tolerance where the real backdrop is kept: cloth under two lamps is never one colour.
const REAL_CLOTH: u8 = 24;
/// Largest difference of a channel's mean between the parts of the background: 2 is rounding, 6 can be seen.
const UNEVEN: f64 = 6.0;
/// The same for a real backdrop.
const UNEVEN_CLOTH: f64 = 30.0;
/// Difference of a channel that makes a line of a border.
const LINE: u8 = 24;
/// How deep a border is looked for, in thousandths of the width; 24 px of 480.
const BORDER_DEPTH: u32 = 50;

/// Colour and evenness of the background.
pub(super) fn colour(picture: &RgbImage, spec: &PhotoSpec) -> Vec<Finding> {
    let parts = sample(picture);
    if parts.iter().any(|part| part.is_empty()) {
        return Vec::new();
    }
    let kept = spec.background.mode == BackgroundMode::Keep;
    let mut findings = Vec::new();
    findings.extend(wrong_colour(&parts, spec, kept));
    findings.extend(uneven(&parts, kept));
    findings
}

type Part = Vec<[u8; 3]>;

/// Top left, top right, left side, right side.
fn sample(picture: &RgbImage) -> [Part; 4] {
    let (width, height) = picture.dimensions();
    let (top, side, low) = (height * 4 / 100, width * 5 / 100, height * 35 / 100);
    let part = |xs: std::ops::Range<u32>, ys: std::ops::Range<u32>| -> Part {
        ys.flat_map(|y| xs.clone().map(move |x| (x, y))).map(|(x, y)| picture.get_pixel(x, y).0).collect()
    };
    [
        part(0..width / 2, 0..top),
        part(width / 2..width, 0..top),
        part(0..side, top..low),
        part(width - side..width, top..low),
    ]
}

fn wrong_colour(parts: &[Part; 4], spec: &PhotoSpec, kept: bool) -> Option<Finding> {
    let rule = &spec.background;
    let reach = if kept { rule.tolerance.saturating_add(REAL_CLOTH) } else { rule.tolerance };
    let share_of = |colour: &[u8; 3], reach: u8| {
        let near = |pixel: &&[u8; 3]| pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(*b) <= reach);
        let pixels: usize = parts.iter().map(Vec::len).sum();
        parts.iter().flatten().filter(near).count() as f64 / pixels as f64
    };
    let allowed = || std::iter::once(&rule.colour).chain(&rule.also_allowed);
    let best = |reach: u8| allowed().map(|colour| share_of(colour, reach)).fold(0.0, f64::max);
    let share = best(reach);
    let limit = Limit::at_least(SHARE);
    if limit.allows(share) {
        return None;
    }
    // A little off in most places is what another program's compression does: for a person to judge.
    let class = if kept || best(reach.saturating_add(4)) >= SHARE { Class::Review } else { Class::Retake };
    let seen = mean(&parts.concat()).map(|c| c.round());
    let [r, g, b] = rule.colour;
    let text = Text::new(
        format!(
            "背景约为 RGB {},{},{}，只有 {:.0}% 符合要求的 {r},{g},{b}。请重新换底或更换背景",
            seen[0],
            seen[1],
            seen[2],
            share * 100.0
        ),
        format!(
            "the background is about RGB {},{},{}; {:.0}% of it has the required {r},{g},{b}: replace it again",
            seen[0],
            seen[1],
            seen[2],
            share * 100.0
        ),
    );
    Some(Finding::measured(FindingCode::BackgroundColour, class, share, limit, text))
}

fn uneven(parts: &[Part; 4], kept: bool) -> Option<Finding> {
    let means = parts.each_ref().map(|part| mean(part));
    let spread = (0..3).map(|channel| {
        let values = means.map(|mean| mean[channel]);
        values.into_iter().fold(f64::NEG_INFINITY, f64::max)
            - values.into_iter().fold(f64::INFINITY, f64::min)
    });
    let spread = spread.fold(0.0, f64::max);
    let limit = Limit::at_most(if kept { UNEVEN_CLOTH } else { UNEVEN });
    if limit.allows(spread) {
        return None;
    }
    let class = if kept { Class::Review } else { Class::Retake };
    let text = Text::new(
        format!("背景不均匀，各处相差 {spread:.0} 级（渐变或阴影）。请打匀背景光或重新换底"),
        format!(
            "the background is uneven by {spread:.0} levels (gradient or shadow): light it evenly or replace it again"
        ),
    );
    Some(Finding::measured(FindingCode::BackdropUneven, class, spread, limit, text))
}

fn mean(pixels: &[[u8; 3]]) -> [f64; 3] {
    let sum =
        pixels.iter().fold([0u64; 3], |sum, pixel| std::array::from_fn(|i| sum[i] + u64::from(pixel[i])));
    sum.map(|sum| sum as f64 / pixels.len().max(1) as f64)
}

/// A line or margin that runs along the top and both sides; its value is its thickness in pixels.
///
/// A side counts when, at some depth, nine of ten pixels differ from those further in. The bottom is not asked:
/// clothes end there.
pub(super) fn border(picture: &RgbImage) -> Option<Finding> {
    let (width, height) = picture.dimensions();
    let depth = (width * BORDER_DEPTH / 1000).max(4);
    if width < 4 * depth || height < 4 * depth {
        return None;
    }
    // The sides down to where shoulders may begin, all of them clear of the corners.
    let along_top = depth..width - depth;
    let along_side = depth..height * 35 / 100;
    let thickness = |at: &dyn Fn(u32, u32) -> [u8; 3], along: std::ops::Range<u32>| {
        let differs = |d: u32, t: u32| at(d, t).iter().zip(at(depth, t)).any(|(a, b)| a.abs_diff(b) > LINE);
        let is_line = |d: &u32| {
            let share = along.clone().filter(|t| differs(*d, *t)).count() as f64 / along.len().max(1) as f64;
            share > 0.9
        };
        (0..depth).filter(is_line).count()
    };
    let sides = [
        thickness(&|d, t| picture.get_pixel(t, d).0, along_top),
        thickness(&|d, t| picture.get_pixel(d, t).0, along_side.clone()),
        thickness(&|d, t| picture.get_pixel(width - 1 - d, t).0, along_side),
    ];
    let thinnest = sides.into_iter().min().filter(|thickness| *thickness > 0)?;
    let text = Text::new(
        format!("照片四周有约 {thinnest} 像素的边框，标准禁止边框。请去掉边框后重新导出"),
        format!(
            "there is a border of about {thinnest} pixels around the picture, and borders are forbidden: export it without"
        ),
    );
    Some(Finding::measured(FindingCode::Border, Class::Retake, thinnest as f64, Limit::at_most(0.0), text))
}
