//! The search for the highest quality that fits into the bytes window.
//!
//! Sizes rise with quality, so two known sizes enclose the answer. Each guess is laid where a line through the
//! logarithms of known sizes meets the aim; after [`Search::PATIENCE`] guesses the rest is halved instead, since very
//! flat and very noisy pictures bend the line.

use domain::PhotoSpec;
use domain::spec::{BackgroundMode, BackgroundRule, FileRule, Rgb, Subsampling};
use image::RgbImage;

use super::{Encoded, Result, write};
use crate::decode;
use crate::error::ImagingError;

/// Where to begin, and how fast sizes rise there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Start {
    /// Quality at which the size should meet the aim.
    pub guess: f64,
    /// Rise of the logarithm of the size per step of quality.
    pub slope: f64,
}

impl Start {
    /// Where most portraits land in a window of 30–40 KB.
    const USUAL: f64 = 90.0;
    /// Rise of the logarithm of the size per step of quality, seen on portraits around there.
    const SLOPE: f64 = 0.07;
    /// Size of a picture written with care over its size written quickly at the same quality: 0.90 to 0.94 on 15
    /// portraits (`examples/sampling_report.rs`).
    const SAVED: f64 = 0.92;

    /// From one or two quick encodings, which cost a fifth of a careful one.
    pub fn of(
        picture: &RgbImage,
        spec: &PhotoSpec,
        subsampling: Subsampling,
        quick: &mut u32,
    ) -> Result<Self> {
        let aim = (f64::from(aim(&spec.file)) / Self::SAVED).ln();
        let floor = f64::from(spec.file.quality_floor.max(1));
        let mut size_at = |quality: f64| -> Result<f64> {
            *quick += 1;
            Ok((write::quick(picture, quality as u8, subsampling, spec.dpi)?.len() as f64).ln())
        };
        let first = Self::USUAL.max(floor);
        let at_first = size_at(first)?;
        let second = (first + (aim - at_first) / Self::SLOPE).round().clamp(floor, 100.0);
        if (second - first).abs() < 2.0 {
            return Ok(Self { guess: first + (aim - at_first) / Self::SLOPE, slope: Self::SLOPE });
        }
        let at_second = size_at(second)?;
        let slope = ((at_second - at_first) / (second - first)).clamp(0.015, 0.2);
        Ok(Self { guess: second + (aim - at_second) / slope, slope })
    }
}

/// Bytes not to pass: a little below the limit, so that a tool that counts the file's slack, or reads "KB" a little
/// differently, still finds it inside.
pub(super) fn aim(rule: &FileRule) -> u32 {
    rule.max_bytes - (rule.max_bytes - rule.min_bytes.min(rule.max_bytes)) / 32
}

pub(super) struct Search {
    rule: FileRule,
    aim: u32,
    /// Qualities that bring the background back within its tolerance, in rising order.
    allowed: Vec<u8>,
    start: Start,
    under: Option<Encoded>,
    over: Option<Encoded>,
    tried: u32,
}

impl Search {
    /// Guesses by the line before halving.
    const PATIENCE: u32 = 5;
    /// A next step of quality that is foreseen this far beyond the aim, in parts of a step, is not tried.
    const DOUBT: f64 = 0.2;

    pub fn new(spec: &PhotoSpec, start: Start) -> Self {
        let rule = spec.file;
        let allowed = allowed(spec);
        Self { rule, aim: aim(&rule), allowed, start, under: None, over: None, tried: 0 }
    }

    /// The next quality to try; `None` when the answer is known, or as good as known: a step up would pass the aim by
    /// all that is known of how sizes rise.
    pub fn next_quality(&self) -> Option<u8> {
        let open: Vec<u8> = self.allowed.iter().copied().filter(|quality| self.is_open(*quality)).collect();
        if self.tried > Self::PATIENCE {
            return open.get(open.len() / 2).copied();
        }
        let ln = |e: &Encoded| f64::from(size(e)).ln();
        let aim = f64::from(self.aim).ln();
        let guess = match (&self.under, &self.over) {
            (None, None) => self.start.guess.floor(),
            (Some(under), None) => {
                let room = (aim - ln(under)) / self.start.slope;
                if room < 1.0 - Self::DOUBT {
                    return None;
                }
                f64::from(under.quality) + room
            }
            (None, Some(over)) => (f64::from(over.quality) + (aim - ln(over)) / self.start.slope).floor(),
            (Some(under), Some(over)) => {
                let share = (aim - ln(under)) / (ln(over) - ln(under)).max(f64::EPSILON);
                f64::from(under.quality) + share * f64::from(over.quality - under.quality)
            }
        };
        // A guess out of bounds becomes the nearest open quality.
        open.into_iter().min_by_key(|quality| ((f64::from(*quality) - guess).abs() * 16.0) as u32)
    }

    /// Whether the answer may still be this quality.
    fn is_open(&self, quality: u8) -> bool {
        self.under.as_ref().is_none_or(|e| quality > e.quality)
            && self.over.as_ref().is_none_or(|e| quality < e.quality)
    }

    pub fn learn(&mut self, tried: Encoded) {
        self.tried += 1;
        let side = if size(&tried) <= self.aim { &mut self.under } else { &mut self.over };
        *side = Some(tried);
    }

    /// The best one inside the window; the margin below the limit is given up before the picture is.
    pub fn best(self) -> Result<Encoded> {
        let FileRule { min_bytes, max_bytes, quality_floor, .. } = self.rule;
        let distance = |e: &Encoded| size(e).abs_diff(size(e).clamp(min_bytes, max_bytes));
        let candidates = [self.under, self.over].into_iter().flatten();
        let Some(nearest) = candidates.min_by_key(|e| distance(e)) else {
            return Err(ImagingError::NoFit {
                floor: quality_floor,
                min: min_bytes,
                max: max_bytes,
                nearest: 0,
            });
        };
        if distance(&nearest) == 0 {
            return Ok(nearest);
        }
        let nearest = size(&nearest);
        Err(ImagingError::NoFit { floor: quality_floor, min: min_bytes, max: max_bytes, nearest })
    }
}

fn size(encoded: &Encoded) -> u32 {
    u32::try_from(encoded.jpeg.len()).unwrap_or(u32::MAX)
}

/// Qualities from the floor up that bring the background's colour back within its tolerance.
pub(super) fn allowed(spec: &PhotoSpec) -> Vec<u8> {
    let BackgroundRule { mode, colour, tolerance, .. } = spec.background;
    let faithful = |quality: &u8| {
        let near = |back: Rgb| back.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= tolerance);
        mode == BackgroundMode::Keep || flat_colour_after(colour, *quality).is_ok_and(near)
    };
    (spec.file.quality_floor.max(1)..=100).filter(faithful).collect()
}

/// What a decoder makes of a flat area of `colour` written at `quality`: asked of a tile, not computed.
///
/// A flat block is its DC coefficient alone, rounded to a multiple of the table's first entry, so some qualities
/// miss the colour by more than others: at 70 the registry's blue comes back as 103,198,255.
pub(super) fn flat_colour_after(colour: Rgb, quality: u8) -> Result<Rgb> {
    let tile = RgbImage::from_pixel(16, 16, image::Rgb(colour));
    let back = decode::whole_jpeg(&write::quick(&tile, quality, Subsampling::Full, 300)?)?;
    Ok(back.get_pixel(0, 0).0)
}
