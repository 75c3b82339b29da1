//! 成片 to file: a baseline JPEG inside the bytes window of the standard, and the proof that it reads back so.

mod search;
mod write;

use domain::PhotoSpec;
use domain::spec::Subsampling;
use image::RgbImage;
use serde::Serialize;

use crate::decode::{self, anatomy::Anatomy};
use crate::error::ImagingError;
use search::Search;

pub use search::Forecast;

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
    /// Careful encodings it took to find it.
    pub tries: u32,
    /// Quick ones before them, a fifth of the work each.
    pub quick: u32,
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
/// Measured with `examples/sampling_report.rs` on 15 portraits over the delivered blue, both ways at the same size of
/// file (4:4:4 against 4:2:0; SSIM of luminance, mean CIE76 difference to the uncompressed picture):
///
/// | bytes | quality | SSIM face | SSIM soft band | colour, face | colour, soft band |
/// |---|---|---|---|---|---|
/// | 38 KB | 92 · 95 | 0.9960 · 0.9970 | 0.9968 · 0.9977 | 0.71 · 0.83 | 1.11 · 1.67 |
/// | 24 KB | 80 · 87 | 0.9916 · 0.9942 | 0.9926 · 0.9951 | 0.98 · 1.06 | 1.57 · 2.26 |
/// | 20 KB | 72 · 82 | 0.9887 · 0.9924 | 0.9899 · 0.9933 | 1.14 · 1.19 | 1.81 · 2.50 |
/// | 17 KB | 62 · 76 | 0.9847 · 0.9902 | 0.9863 · 0.9912 | 1.36 · 1.32 | 2.13 · 2.75 |
///
/// At the size that is delivered 4:2:0 gains a thousandth of SSIM, which nobody sees, and smears the blue into hair and
/// shoulders by half as much again, which everybody does. The gain in luminance grows and the loss of colour shrinks as
/// files get smaller: below a quality of about 70 halved colour is nearer on the face, which counts more than the edge.
const FULL_COLOUR_FROM: u8 = 70;

/// Writes `picture` at the highest quality whose file ends in the upper part of the bytes window of `spec`, or one step
/// below it where that step would gain less than 8% of the bytes.
///
/// Never below the quality floor and never padded: what cannot fit is [`ImagingError::NoFit`] with the nearest
/// size. The same pixels and spec give the same bytes. Chroma is averaged, not dropped, when it is halved.
pub fn encode(picture: &RgbImage, spec: &PhotoSpec) -> Result<Encoded> {
    encode_foretold(picture, spec, None)
}

/// What [`encode_foretold`] can know before its picture is ready, from a draft that is much like it.
///
/// # Errors
/// [`ImagingError::Undecodable`] or [`ImagingError::TooLarge`] if the draft cannot be written.
pub fn foretell(draft: &RgbImage, spec: &PhotoSpec) -> Result<Forecast> {
    let subsampling = match spec.file.subsampling {
        Subsampling::Auto => Subsampling::Full,
        fixed => fixed,
    };
    Forecast::sampled(draft, spec, subsampling, &mut 0)
}

/// Like [`encode`], sooner: feeling for the size was done on a draft. The same pixels, spec and forecast give the same
/// bytes; without a forecast one is made.
///
/// # Errors
/// As [`encode`].
pub fn encode_foretold(picture: &RgbImage, spec: &PhotoSpec, forecast: Option<&Forecast>) -> Result<Encoded> {
    let mut effort = Effort::default();
    let mut fit = |subsampling| fit(picture, spec, subsampling, forecast, &mut effort);
    let found = match spec.file.subsampling {
        Subsampling::Auto => {
            let full = fit(Subsampling::Full);
            match full {
                Ok(found) if found.quality >= FULL_COLOUR_FROM => Ok(found),
                // Whichever fits; where both do, 4:2:0, since 4:4:4 came out too coarse.
                full => fit(Subsampling::Half).or(full),
            }
        }
        fixed => fit(fixed),
    };
    let found = found.or_else(|error| plain(picture, spec, error, &mut effort));
    found.map(|found| Encoded { tries: effort.careful, quick: effort.quick, ..found })
}

/// Encodings so far.
#[derive(Default)]
struct Effort {
    careful: u32,
    quick: u32,
}

/// The best picture with one way of sampling: the highest quality whose size does not pass the aim.
fn fit(
    picture: &RgbImage,
    spec: &PhotoSpec,
    subsampling: Subsampling,
    forecast: Option<&Forecast>,
    effort: &mut Effort,
) -> Result<Encoded> {
    let start = match forecast.filter(|forecast| forecast.subsampling == subsampling) {
        Some(forecast) => forecast.brought_to(picture, spec, &mut effort.quick)?,
        None => Forecast::sampled(picture, spec, subsampling, &mut effort.quick)?,
    };
    let mut search = Search::new(spec, start);
    while let Some(quality) = search.next_quality() {
        effort.careful += 1;
        let jpeg = write::careful(picture, quality, subsampling, spec.dpi)?;
        search.learn(Encoded { jpeg, quality, subsampling, tries: 0, quick: 0 });
    }
    search.best()
}

/// A very flat picture stays below the window even at the highest quality. Before it is refused it is written without
/// what saves bytes: the same picture, with more of it kept, and no padding.
fn plain(picture: &RgbImage, spec: &PhotoSpec, error: ImagingError, effort: &mut Effort) -> Result<Encoded> {
    let rule = &spec.file;
    let ImagingError::NoFit { min, nearest, .. } = error else { return Err(error) };
    let quality = search::allowed(spec).last().copied().filter(|_| nearest < min);
    let subsampling = match rule.subsampling {
        Subsampling::Half => Subsampling::Half,
        Subsampling::Full | Subsampling::Auto => Subsampling::Full,
    };
    let Some(quality) = quality else { return Err(error) };
    effort.quick += 1;
    let jpeg = write::quick(picture, quality, subsampling, spec.dpi)?;
    let fits = u32::try_from(jpeg.len()).is_ok_and(|bytes| (min..=rule.max_bytes).contains(&bytes));
    if fits { Ok(Encoded { jpeg, quality, subsampling, tries: 0, quick: 0 }) } else { Err(error) }
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
    use super::search::{aim, allowed, flat_colour_after};
    use super::*;
    use domain::spec::BackgroundMode;

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
            // The next step of quality would not have fitted, or would have gained next to nothing.
            if found.quality < 100 && allowed(&spec).contains(&(found.quality + 1)) {
                let next = write::careful(&portrait(12), found.quality + 1, found.subsampling, 300).unwrap();
                let full = bytes * 25 >= aim(rule) * 23;
                assert!(full || next.len() as u32 > aim(rule), "{id}: q{} also fits", found.quality + 1);
            }
            assert!(found.tries <= 6 && found.quick <= 4, "{id}: {} and {}", found.tries, found.quick);
        }
    }

    #[test]
    fn a_draft_foretells_as_well_as_the_picture() {
        let spec = spec("registry-safe");
        for grain in [6, 12, 20] {
            let picture = portrait(grain);
            // Another edge, as a coarse matte has it.
            let soft = image::imageops::blur(&picture, 3.0);
            let draft = RgbImage::from_fn(480, 640, |x, y| {
                let (dx, dy) = (f64::from(x) - 240.0, f64::from(y) - 400.0);
                let edge = (dx / 160.0).powi(2) + (dy / 300.0).powi(2);
                *if (0.94..1.06).contains(&edge) { &soft } else { &picture }.get_pixel(x, y)
            });
            let forecast = foretell(&draft, &spec).unwrap();
            let found = encode_foretold(&picture, &spec, Some(&forecast)).unwrap();
            let usual = encode(&picture, &spec).unwrap();
            assert_eq!((found.quality, found.jpeg), (usual.quality, usual.jpeg));
            assert!(usual.quick > 1);
            assert!(found.quick == 1 && found.tries <= usual.tries, "{} and {}", found.quick, found.tries);
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
        assert!(!allowed(&spec).contains(&70));
        spec.background.mode = BackgroundMode::Keep;
        assert!(allowed(&spec).contains(&70));
    }

    #[test]
    fn the_careful_writer_gains_bytes_at_the_same_tables_and_stays_plain_baseline() {
        let picture = portrait(12);
        for (sampling, quality) in
            [(Subsampling::Full, 80), (Subsampling::Half, 92), (Subsampling::Full, 100)]
        {
            let quick = write::quick(&picture, quality, sampling, 300).unwrap();
            let careful = write::careful(&picture, quality, sampling, 300).unwrap();
            assert!(careful.len() * 100 < quick.len() * 97, "q{quality}: {} {}", careful.len(), quick.len());
            let (a, b) = (Anatomy::of(&quick).unwrap(), Anatomy::of(&careful).unwrap());
            assert_eq!((a.quality(), b.quality()), (Some(quality), Some(quality)));
            let frame = b.frame.as_ref().unwrap();
            assert_eq!((frame.sof, frame.precision, b.scans), (0xC0, 8, 1));
            assert_eq!(b.density, a.density);
            assert!(b.notes.is_empty() && b.exif.is_none() && b.end == careful.len());
        }
        assert!(write::careful(&RgbImage::new(0, 5), 80, Subsampling::Full, 300).is_err());
    }

    #[test]
    fn a_flat_picture_gets_more_quality_and_no_padding() {
        let spec = spec("registry-safe");
        // Smooth shades without grain: small at any quality that a search would begin with.
        let smooth = RgbImage::from_fn(480, 640, |x, y| {
            let (dx, dy) = (f64::from(x) - 240.0, f64::from(y) - 400.0);
            if (dx / 160.0).powi(2) + (dy / 300.0).powi(2) > 1.0 {
                return image::Rgb(BLUE);
            }
            let shade = (dx / 14.0).sin() * 16.0 + (dy / 9.0).cos() * 12.0;
            image::Rgb([190.0, 150.0, 125.0].map(|c: f64| (c + shade) as u8))
        });
        let found = encode(&smooth, &spec).unwrap();
        let facts = prove(&found.jpeg, &spec).unwrap();
        assert!(found.quality >= 96 && facts.bytes >= 30_720, "q{} {} bytes", found.quality, facts.bytes);
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
