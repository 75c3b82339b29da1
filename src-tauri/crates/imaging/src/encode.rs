//! 成片 to file: a baseline JPEG inside the bytes window of the standard, and the proof that it reads back so.

use domain::PhotoSpec;
use domain::spec::{BackgroundMode, BackgroundRule, FileRule, Rgb, Subsampling};
use image::RgbImage;
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, PixelDensity, SamplingFactor};
use serde::Serialize;

use crate::decode::{self, anatomy::Anatomy};
use crate::error::ImagingError;

type Result<T> = std::result::Result<T, ImagingError>;

/// A written picture and how it was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The whole file, SOI through EOI, without metadata or padding.
    pub jpeg: Vec<u8>,
    /// Quality factor on libjpeg's scale.
    pub quality: u8,
    /// How colour was sampled: `Full` or `Half`, never `Auto`.
    pub subsampling: Subsampling,
    /// Encodings it took to find it.
    pub tries: u32,
}

/// What a written file says of itself when it is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// Size of the file.
    pub bytes: u32,
    /// Quality factor on libjpeg's scale, by the quantisation tables.
    pub quality: u8,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Dots per inch in the JFIF header.
    pub dpi: u16,
}

/// Lowest quality at which colour at full resolution is worth its bytes; below it 4:2:0 is chosen.
///
/// Measured with `examples/sampling_report.rs` on 15 portraits over the delivered blue, both ways at the same size
/// of file (mean CIE76 difference to the uncompressed picture, 4:4:4 against 4:2:0):
///
/// | bytes | quality | along the matte's edge | inside the person |
/// |---|---|---|---|
/// | 78–97 KB | 97–99 · 99–100 | 0.79 · 2.09 | 0.55 · 0.67 |
/// | 36–40 KB | 84–94 · 90–96 | 1.71 · 2.77 | 0.76 · 0.90 |
/// | 23–24 KB | 56–82 · 75–91 | 2.67 · 3.71 | 1.10 · 1.15 |
/// | 20–21 KB | 40–76 · 66–87 | 3.13 · 4.11 | 1.37 · 1.28 |
/// | 16–18 KB | 28–65 · 53–80 | 3.80 · 4.59 | 1.70 · 1.45 |
///
/// Halved colour smears the blue into hair and shoulders at any size; it pays inside the face once 4:4:4 would
/// fall to a quality of about 70, and there the face counts more than the edge.
const FULL_COLOUR_FROM: u8 = 70;

/// Writes `picture` at the highest quality whose file ends in the upper part of the bytes window of `spec`.
///
/// Never below the quality floor and never padded: what cannot fit is [`ImagingError::NoFit`] with the nearest
/// size. The same pixels and spec give the same bytes. Chroma is averaged, not dropped, when it is halved.
pub fn encode(picture: &RgbImage, spec: &PhotoSpec) -> Result<Encoded> {
    let mut tries = 0;
    let found = match spec.file.subsampling {
        Subsampling::Auto => {
            let full = fit(picture, spec, Subsampling::Full, &mut tries);
            match full {
                Ok(found) if found.quality >= FULL_COLOUR_FROM => Ok(found),
                // Whichever fits; where both do, 4:2:0, since 4:4:4 came out too coarse.
                full => fit(picture, spec, Subsampling::Half, &mut tries).or(full),
            }
        }
        fixed => fit(picture, spec, fixed, &mut tries),
    };
    found.map(|found| Encoded { tries, ..found })
}

/// The best picture with one way of sampling: the highest quality whose size does not pass the aim.
fn fit(picture: &RgbImage, spec: &PhotoSpec, subsampling: Subsampling, tries: &mut u32) -> Result<Encoded> {
    let mut search = Search::new(spec);
    while let Some(quality) = search.next_quality() {
        *tries += 1;
        search.tried += 1;
        let jpeg = write(picture, quality, subsampling, spec.dpi)?;
        search.learn(Encoded { jpeg, quality, subsampling, tries: 0 });
    }
    search.best()
}

/// The search for the highest quality that fits. Sizes rise with quality, so two known sizes enclose the answer.
///
/// Each guess is laid where a line through the logarithms of the enclosing sizes meets the aim; that takes three
/// to five encodings of the forty possible ones. After [`Search::PATIENCE`] guesses it halves the rest instead,
/// since very flat and very noisy pictures bend the line.
struct Search {
    rule: FileRule,
    /// Bytes not to pass: a little below the limit, so that a tool that counts the file's slack, or reads "KB"
    /// a little differently, still finds it inside.
    aim: u32,
    /// Qualities that bring the background back within its tolerance, in rising order.
    allowed: Vec<u8>,
    under: Option<Encoded>,
    over: Option<Encoded>,
    tried: u32,
}

impl Search {
    /// Where most portraits land in a window of 30–40 KB.
    const FIRST_GUESS: f64 = 86.0;
    /// Rise of the logarithm of the size per step of quality, seen on portraits around the first guess.
    const SLOPE: f64 = 0.055;
    /// Guesses by the line before halving.
    const PATIENCE: u32 = 5;

    fn new(spec: &PhotoSpec) -> Self {
        let rule = spec.file;
        let margin = (rule.max_bytes - rule.min_bytes.min(rule.max_bytes)) / 32;
        let BackgroundRule { mode, colour, tolerance, .. } = spec.background;
        let faithful = |quality: &u8| {
            let near = |back: Rgb| back.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= tolerance);
            mode == BackgroundMode::Keep || flat_colour_after(colour, *quality).is_ok_and(near)
        };
        let allowed = (rule.quality_floor.max(1)..=100).filter(faithful).collect();
        Self { rule, aim: rule.max_bytes - margin, allowed, under: None, over: None, tried: 0 }
    }

    fn next_quality(&self) -> Option<u8> {
        let open: Vec<u8> = self.allowed.iter().copied().filter(|quality| self.is_open(*quality)).collect();
        if self.tried > Self::PATIENCE {
            return open.get(open.len() / 2).copied();
        }
        let ln = |e: &Encoded| f64::from(size(e)).ln();
        let aim = f64::from(self.aim).ln();
        let guess = match (&self.under, &self.over) {
            (None, None) => Self::FIRST_GUESS,
            (Some(e), None) | (None, Some(e)) => f64::from(e.quality) + (aim - ln(e)) / Self::SLOPE,
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

    fn learn(&mut self, tried: Encoded) {
        let side = if size(&tried) <= self.aim { &mut self.under } else { &mut self.over };
        *side = Some(tried);
    }

    /// The best one inside the window; the margin below the limit is given up before the picture is.
    fn best(self) -> Result<Encoded> {
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

/// What a decoder makes of a flat area of `colour` written at `quality`: asked of a tile, not computed.
///
/// A flat block is its DC coefficient alone, rounded to a multiple of the table's first entry, so some qualities
/// miss the colour by more than others: at 70 the registry's blue comes back as 103,198,255.
fn flat_colour_after(colour: Rgb, quality: u8) -> Result<Rgb> {
    let tile = RgbImage::from_pixel(16, 16, image::Rgb(colour));
    let back = decode::whole_jpeg(&write(&tile, quality, Subsampling::Full, 300)?)?;
    Ok(back.get_pixel(0, 0).0)
}

/// One baseline JPEG in a single interleaved scan with a JFIF header; nothing else in it.
///
/// The encoder's optimised Huffman tables would save 2–8% of the bytes, one step of quality, but it can only write
/// them with a scan for each component. That is legal and rare: a common decoder (zune-jpeg 0.5.15) turns such a
/// file with halved colour into flat green. Nobody knows what the registry reads with, so the usual form wins.
fn write(picture: &RgbImage, quality: u8, subsampling: Subsampling, dpi: u16) -> Result<Vec<u8>> {
    let (Ok(width), Ok(height)) = (u16::try_from(picture.width()), u16::try_from(picture.height())) else {
        return Err(ImagingError::TooLarge { width: picture.width(), height: picture.height() });
    };
    let mut jpeg = Vec::with_capacity(64 * 1024);
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_density(PixelDensity::dpi(dpi));
    encoder.set_sampling_factor(match subsampling {
        Subsampling::Half => SamplingFactor::F_2_2,
        Subsampling::Full | Subsampling::Auto => SamplingFactor::F_1_1,
    });
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder
        .encode(picture.as_raw(), width, height, ColorType::Rgb)
        .map_err(|e| ImagingError::Undecodable(e.to_string()))?;
    Ok(jpeg)
}

/// Reads a written file again and checks it against `spec`: whole, baseline, three components, nothing after the
/// end, exact size and density, bytes and quality inside their limits. Errors are [`ImagingError::ReadBack`].
pub fn prove(jpeg: &[u8], spec: &PhotoSpec) -> Result<FileFacts> {
    let failed = |reason: String| ImagingError::ReadBack(reason);
    let anatomy = Anatomy::of(jpeg).map_err(|e| failed(e.to_string()))?;
    let facts = facts_of(jpeg, &anatomy).map_err(|e| failed(e.to_owned()))?;
    let decoded = decode::whole_jpeg(jpeg).map_err(|e| failed(e.to_string()))?;
    let rule = &spec.file;
    let checks = [
        (anatomy.end == jpeg.len(), "bytes after the end marker"),
        (anatomy.exif.is_none() && anatomy.notes.is_empty(), "metadata in it"),
        (decoded.dimensions() == (facts.width, facts.height), "header and picture differ in size"),
        ((facts.width, facts.height) == (spec.size.width, spec.size.height), "not the size of the standard"),
        (facts.dpi == spec.dpi, "not the density of the standard"),
        ((rule.min_bytes..=rule.max_bytes).contains(&facts.bytes), "outside the bytes window"),
        (facts.quality >= rule.quality_floor, "below the quality floor"),
    ];
    match checks.iter().find(|(holds, _)| !holds) {
        Some((_, reason)) => Err(failed(format!("{reason} ({facts:?})"))),
        None => Ok(facts),
    }
}

fn facts_of(jpeg: &[u8], anatomy: &Anatomy) -> std::result::Result<FileFacts, &'static str> {
    let frame = anatomy.frame.as_ref().ok_or("no frame header")?;
    if frame.sof != 0xC0 || frame.precision != 8 || frame.components.len() != 3 || anatomy.scans != 1 {
        return Err("not a baseline colour JPEG of 8 bits in one scan");
    }
    let dpi = match anatomy.density {
        Some(d) if d.unit == 1 && d.x == d.y => d.x,
        _ => return Err("no density in dots per inch"),
    };
    Ok(FileFacts {
        bytes: u32::try_from(jpeg.len()).map_err(|_| "far too large")?,
        quality: anatomy.quality().ok_or("no quantisation tables")?,
        width: u32::from(frame.width),
        height: u32::from(frame.height),
        dpi,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(id: &str) -> PhotoSpec {
        let text = match id {
            "chsi-2017" => include_str!("../../../../assets/specs/chsi-2017.toml"),
            "hit-2025" => include_str!("../../../../assets/specs/hit-2025.toml"),
            _ => include_str!("../../../../assets/specs/registry-safe.toml"),
        };
        PhotoSpec::parse(text).unwrap()
    }

    const BLUE: [u8; 3] = [100, 197, 255];

    /// A grainy ellipse on flat blue: about as hard to compress as a portrait when `grain` is 12.
    fn portrait(grain: i32) -> RgbImage {
        let mut state = 0x2545_F491u32;
        RgbImage::from_fn(480, 640, |x, y| {
            let (dx, dy) = (f64::from(x) - 240.0, f64::from(y) - 400.0);
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if (dx / 160.0).powi(2) + (dy / 300.0).powi(2) > 1.0 {
                return image::Rgb(BLUE);
            }
            let noise = (state >> 16) as i32 % (2 * grain + 1) - grain;
            let shade = (dx / 9.0).sin() * 20.0 + (dy / 5.0).cos() * 12.0;
            image::Rgb(
                [190.0, 150.0, 125.0].map(|c: f64| (c + shade + f64::from(noise)).clamp(0.0, 255.0) as u8),
            )
        })
    }

    #[test]
    fn lands_in_the_upper_part_of_every_window() {
        for id in ["registry-safe", "chsi-2017", "hit-2025"] {
            let spec = spec(id);
            let found = encode(&portrait(12), &spec).unwrap();
            let facts = prove(&found.jpeg, &spec).unwrap();
            assert_eq!(facts.quality, found.quality);
            assert_eq!((facts.width, facts.height, facts.dpi), (480, 640, 300));
            let bytes = found.jpeg.len() as u32;
            let rule = &spec.file;
            assert!((rule.min_bytes..=rule.max_bytes).contains(&bytes), "{id}: {bytes}");
            // The next step of quality would not have fitted.
            if found.quality < 100 && Search::new(&spec).allowed.contains(&(found.quality + 1)) {
                let next = write(&portrait(12), found.quality + 1, found.subsampling, 300).unwrap();
                assert!(next.len() as u32 > Search::new(&spec).aim, "{id}: q{} also fits", found.quality + 1);
            }
            assert!(found.tries <= 12, "{id}: {} tries", found.tries);
        }
    }

    #[test]
    fn the_same_picture_gives_the_same_bytes() {
        let spec = spec("registry-safe");
        assert_eq!(encode(&portrait(9), &spec).unwrap(), encode(&portrait(9), &spec).unwrap());
    }

    #[test]
    fn flat_background_comes_back_within_two() {
        let spec = spec("registry-safe");
        for grain in [6, 12, 20] {
            let found = encode(&portrait(grain), &spec).unwrap();
            let back = decode::whole_jpeg(&found.jpeg).unwrap();
            // Whole blocks of 16 that hold background only: ringing cannot reach them.
            for (x, y) in (0..480).flat_map(|x| (0..64).map(move |y| (x, y))) {
                let pixel = back.get_pixel(x, y).0;
                assert!(pixel.iter().zip(BLUE).all(|(a, b)| a.abs_diff(b) <= 2), "{pixel:?} at {x},{y}");
            }
        }
    }

    #[test]
    fn a_quality_that_misses_the_background_is_not_chosen() {
        let mut spec = spec("registry-safe");
        assert!(flat_colour_after(BLUE, 70).unwrap()[0].abs_diff(100) > 2);
        assert!(!Search::new(&spec).allowed.contains(&70));
        spec.background.mode = BackgroundMode::Keep;
        assert!(Search::new(&spec).allowed.contains(&70));
    }

    #[test]
    fn what_cannot_fit_is_refused_with_the_nearest_size() {
        let spec = spec("registry-safe");
        let flat = RgbImage::from_pixel(480, 640, image::Rgb(BLUE));
        let ImagingError::NoFit { nearest, min, .. } = encode(&flat, &spec).unwrap_err() else {
            panic!("a flat picture has no quality that fills the window")
        };
        assert!(nearest < min);
        let ImagingError::NoFit { nearest, max, floor, .. } = encode(&portrait(120), &spec).unwrap_err()
        else {
            panic!("noise cannot fit above the floor")
        };
        assert!(nearest > max && floor == 60);
    }

    #[test]
    fn a_fixed_sampling_is_obeyed() {
        for (wanted, factors) in [(Subsampling::Full, (1, 1)), (Subsampling::Half, (2, 2))] {
            let mut spec = spec("registry-safe");
            spec.file.subsampling = wanted;
            let found = encode(&portrait(12), &spec).unwrap();
            let frame = Anatomy::of(&found.jpeg).unwrap().frame.unwrap();
            assert_eq!((frame.components[0].0, frame.components[0].1), factors);
            assert_eq!(found.subsampling, wanted);
        }
    }

    #[test]
    fn proof_fails_on_every_kind_of_fault() {
        let spec = spec("registry-safe");
        let good = encode(&portrait(12), &spec).unwrap().jpeg;
        let reason = |jpeg: &[u8], spec: &PhotoSpec| match prove(jpeg, spec) {
            Err(ImagingError::ReadBack(reason)) => reason,
            other => panic!("expected a fault, got {other:?}"),
        };
        let mut padded = good.clone();
        padded.extend_from_slice(&[0; 16]);
        assert!(reason(&padded, &spec).contains("after the end"));
        assert!(reason(&good[..good.len() / 2], &spec).contains("cut off"));
        let mut other = spec.clone();
        other.dpi = 72;
        assert!(reason(&good, &other).contains("density"));
        other = spec.clone();
        other.size.height = 600;
        assert!(reason(&good, &other).contains("size of the standard"));
        other = spec.clone();
        other.file.max_bytes = good.len() as u32 - 1;
        assert!(reason(&good, &other).contains("bytes window"));
        other.file.max_bytes = good.len() as u32;
        other.file.quality_floor = 100;
        assert!(reason(&good, &other).contains("quality floor"));
    }
}
