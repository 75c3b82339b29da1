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

/// What quick encodings of a picture foretell of careful ones, of the same picture or of one that is alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub(super) subsampling: Subsampling,
    quality: u8,
    /// Logarithm of the size that a careful encoding should have there.
    ln_size: f64,
    /// The same of a quick encoding of the sample alone, without what all have.
    ln_sample: f64,
    /// Qualities that bring the background back within its tolerance, in rising order.
    allowed: Vec<u8>,
}

impl Forecast {
    /// Where most portraits land in a window of 30–40 KB.
    const USUAL: u8 = 92;
    /// So many steps of quality away a forecast still holds.
    const NEAR: u8 = 4;
    /// Logarithm of the size of a picture written with care over its size written quickly at the same quality, and its
    /// rise with quality: on 217 portraits at the best one of each.
    const LN_SAVED: f64 = -0.118;
    const LN_SAVED_RISE: f64 = -0.0022;

    /// Markers and tables of a quick encoding.
    const HEADER: f64 = 625.0;

    /// From quick encodings of a sample of the picture and of the rest, together a fifth of the work of a careful one; and
    /// of the sample alone at another quality if the usual one turns out to be far off.
    pub(super) fn sampled(
        picture: &RgbImage,
        spec: &PhotoSpec,
        subsampling: Subsampling,
        quick: &mut u32,
    ) -> Result<Self> {
        let aim = f64::from(aim(&spec.file)).ln();
        let quality = Self::USUAL.max(spec.file.quality_floor).min(100);
        let (sample, rest) = (part(picture, true), part(picture, false));
        let mut bytes_of = |picture: &RgbImage, quality: u8| {
            *quick += 1;
            Self::bytes_of(picture, quality, subsampling, spec.dpi)
        };
        let (sampled, rest) = (bytes_of(&sample, quality)?, bytes_of(&rest, quality)?);
        let (quick_size, ln_sample) = ((Self::HEADER + sampled + rest).ln(), sampled.ln());
        let ln_size = quick_size + Self::ln_saved(quality);
        let mut found = Self { subsampling, quality, ln_size, ln_sample, allowed: allowed(spec) };
        let fits = |quality: &u8| found.foretold(*quality) <= aim;
        let likely = found.allowed.iter().copied().rev().find(fits).unwrap_or(quality);
        if likely.abs_diff(quality) > Self::NEAR {
            let ln_sample = bytes_of(&sample, likely)?.ln();
            found.ln_size += ln_sample - found.ln_sample + Self::ln_saved(likely) - Self::ln_saved(quality);
            (found.ln_sample, found.quality) = (ln_sample, likely);
        }
        Ok(found)
    }

    /// The same for `picture`, which is much like the one that this is of: as much larger as its sample is.
    ///
    /// On 217 portraits whose likes had the coarse matte's edge, off by 0.018 (standard deviation of the logarithm); 16 of them
    /// need a second careful encoding. Without this it is 0.025, and 0.018 too small on average: 57.
    pub(super) fn brought_to(&self, picture: &RgbImage, spec: &PhotoSpec, quick: &mut u32) -> Result<Self> {
        *quick += 1;
        let ln_sample = Self::bytes_of(&part(picture, true), self.quality, self.subsampling, spec.dpi)?.ln();
        let ln_size = self.ln_size + ln_sample - self.ln_sample;
        Ok(Self { ln_size, ln_sample, ..self.clone() })
    }

    /// Size of a quick encoding without what all have; at least one byte, even of a picture too small to have this part.
    fn bytes_of(picture: &RgbImage, quality: u8, subsampling: Subsampling, dpi: u16) -> Result<f64> {
        if picture.is_empty() {
            return Ok(1.0);
        }
        let bytes = write::quick(picture, quality, subsampling, dpi)?.len() as f64;
        Ok((bytes - Self::HEADER).max(1.0))
    }

    fn ln_saved(quality: u8) -> f64 {
        Self::LN_SAVED + Self::LN_SAVED_RISE * (f64::from(quality) - f64::from(Self::USUAL))
    }

    /// Logarithm of the size that a careful encoding should have.
    fn foretold(&self, quality: u8) -> f64 {
        self.ln_size + rise(self.quality, quality)
    }
}

/// Every fourth band of a picture, one below the other: the sample; or the rest. The height of a band is that of the blocks
/// of halved colour, so that each block is one of the picture's.
fn part(picture: &RgbImage, sample: bool) -> RgbImage {
    const BAND: usize = 16;
    const EVERY: usize = 4;
    let row = (picture.width() as usize * 3).max(1);
    let bands = picture.as_raw().chunks(row * BAND).enumerate();
    let taken = bands.filter(|(at, _)| (at % EVERY == EVERY / 2) == sample);
    let bytes = taken.map(|(_, band)| band).collect::<Vec<_>>().concat();
    let rows = (bytes.len() / row) as u32;
    RgbImage::from_raw(picture.width(), rows, bytes).expect("whole rows were stacked")
}

/// Rise of the logarithm of the size from one quality to the next. It follows from how the tables of Annex K are
/// rounded and little from the picture: a standard deviation of 0.003 to 0.008 on the portraits among 73 that come near
/// the window there.
fn step(quality: u8) -> f64 {
    const FROM: u8 = 76;
    const STEPS: [f64; 22] = [
        0.039, 0.030, 0.015, 0.034, 0.035, 0.030, 0.042, 0.029, 0.039, 0.042, 0.038, 0.058, 0.034, 0.070,
        0.060, 0.041, 0.088, 0.092, 0.096, 0.124, 0.117, 0.10,
    ];
    match quality.checked_sub(FROM) {
        Some(at) => STEPS[usize::from(at).min(STEPS.len() - 1)],
        None => 0.033,
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
    start: Forecast,
    under: Option<Encoded>,
    over: Option<Encoded>,
    tried: u32,
}

impl Search {
    /// Guesses by the line before halving.
    const PATIENCE: u32 = 5;
    /// The first try is foreseen to stay so far below the aim (logarithm of the size), since the forecast errs by that.
    const DOUBT: f64 = 0.008;
    /// Once a file is this full another try, which may come out too large, is not worth its time.
    const FULL: f64 = 0.90;

    pub fn new(spec: &PhotoSpec, start: Forecast) -> Self {
        let rule = spec.file;
        Self { rule, aim: aim(&rule), start, under: None, over: None, tried: 0 }
    }

    /// The next quality to try; `None` when the answer is known, or as good as known.
    pub fn next_quality(&self) -> Option<u8> {
        let open: Vec<u8> =
            self.start.allowed.iter().copied().filter(|quality| self.is_open(*quality)).collect();
        if self.tried > Self::PATIENCE {
            return open.get(open.len() / 2).copied();
        }
        let inside = self.under.as_ref().map(size).filter(|size| *size >= self.rule.min_bytes);
        if inside.is_some_and(|size| f64::from(size) >= Self::FULL * f64::from(self.aim)) {
            return None;
        }
        // What came out corrects the forecast.
        let known = self.under.as_ref().or(self.over.as_ref());
        let (off, doubt) = match known {
            Some(e) => (f64::from(size(e)).ln() - self.start.foretold(e.quality), 0.0),
            None => (0.0, Self::DOUBT),
        };
        let aim = f64::from(self.aim).ln();
        let fits = |quality: &&u8| self.start.foretold(**quality) + off + doubt <= aim;
        match open.iter().rev().find(fits) {
            Some(fits) => Some(*fits),
            None if inside.is_some() => None,
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
