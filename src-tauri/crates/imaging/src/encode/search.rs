//! The search for the highest quality that fits into the bytes window.
//!
//! Sizes rise with quality, by steps that are known, so that one size foretells the others: the highest quality that is
//! foreseen to fit is tried, and its size corrects the forecast. After [`Search::PATIENCE`] tries the rest is halved
//! instead, since very flat and very noisy pictures have steps of their own.

use domain::PhotoSpec;
use domain::spec::{BackgroundMode, BackgroundRule, FileRule, Rgb, Subsampling};
use image::RgbImage;

use super::{Encoded, Result, write};
use crate::decode;
use crate::error::ImagingError;

/// What one quick encoding foretells of careful ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Start {
    quality: u8,
    /// Logarithm of the size that a careful encoding should have there.
    ln_size: f64,
}

impl Start {
    /// Where most portraits land in a window of 30–40 KB.
    const USUAL: u8 = 92;
    /// Size of a picture written with care over its size written quickly: 0.87 to 0.91 on 15 portraits at this quality.
    const SAVED: f64 = 0.89;

    /// Costs a fifth of a careful encoding.
    pub fn of(
        picture: &RgbImage,
        spec: &PhotoSpec,
        subsampling: Subsampling,
        quick: &mut u32,
    ) -> Result<Self> {
        let quality = Self::USUAL.max(spec.file.quality_floor).min(100);
        *quick += 1;
        let size = write::quick(picture, quality, subsampling, spec.dpi)?.len() as f64;
        Ok(Self { quality, ln_size: (size * Self::SAVED).ln() })
    }
}

/// Rise of the logarithm of the size from one quality to the next. It follows from how the tables of Annex K are
/// rounded and hardly from the picture: within 0.01 on 15 portraits between 86 and 97.
fn step(quality: u8) -> f64 {
    const FROM: u8 = 86;
    const STEPS: [f64; 14] =
        [0.034, 0.030, 0.027, 0.040, 0.053, 0.068, 0.085, 0.087, 0.099, 0.121, 0.112, 0.088, 0.10, 0.13];
    match quality.checked_sub(FROM) {
        Some(at) => STEPS[usize::from(at).min(STEPS.len() - 1)],
        None => 0.035,
    }
}

/// The same over several steps, up or down.
fn rise(from: u8, to: u8) -> f64 {
    if from <= to { (from..to).map(step).sum() } else { -(to..from).map(step).sum::<f64>() }
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
    /// A quality that is foreseen so far beyond the aim (logarithm of the size) is not tried once another fits.
    const DOUBT: f64 = 0.015;

    pub fn new(spec: &PhotoSpec, start: Start) -> Self {
        let rule = spec.file;
        let allowed = allowed(spec);
        Self { rule, aim: aim(&rule), allowed, start, under: None, over: None, tried: 0 }
    }

    /// The next quality to try; `None` when the answer is known, or as good as known.
    pub fn next_quality(&self) -> Option<u8> {
        let open: Vec<u8> = self.allowed.iter().copied().filter(|quality| self.is_open(*quality)).collect();
        if self.tried > Self::PATIENCE {
            return open.get(open.len() / 2).copied();
        }
        let ln = |e: &Encoded| f64::from(size(e)).ln();
        let known = self.under.as_ref().or(self.over.as_ref());
        let (from, ln_size) = known.map_or((self.start.quality, self.start.ln_size), |e| (e.quality, ln(e)));
        let aim = f64::from(self.aim).ln();
        let excess = |quality: u8| ln_size + rise(from, quality) - aim;
        match open.iter().rev().find(|quality| excess(**quality) <= 0.0) {
            Some(fits) => Some(*fits),
            None if self.under.is_some() => open.first().copied().filter(|next| excess(*next) < Self::DOUBT),
            None => open.first().copied(),
        }
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
