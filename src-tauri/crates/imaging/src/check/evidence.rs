//! Traces that other programs leave in the pixels: what was compressed before, cropped after that, or enlarged; and
//! what only a screen looks like.
//!
//! Evidence for a person's eye, never proof, and nothing is ever repaired because of it. What leaves no trace is not
//! told: scaling down wipes out what was done before, an enlargement by exactly two with aligned pixels has no period,
//! a second compression that is coarser than the first hides it, and nothing in a face proves that it is mirrored.
//! Smoothed skin is not told either: the noise that is left on cheeks and forehead, by itself or against the clothes,
//! differs more between 15 people than between a face and its smoothed copy (blur of 1 and 2 pixels, median of 5; one or
//! two of 15 found, one honest picture suspected).

mod blocks;
mod compression;
mod period;
mod screen;

use image::RgbImage;

use crate::decode::FileKind;
use crate::decode::anatomy::Anatomy;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trace {
    /// The counts of the coefficients have the comb of an earlier, coarser compression in the same blocks.
    CompressedBefore,
    /// The comb of an earlier compression lies in blocks that are moved by so many pixels: cropped in between.
    CroppedAfterCompression {
        /// To the right.
        x: u8,
        /// Down.
        y: u8,
    },
    /// The sharpness comes and goes with a period along rows or columns, as interpolation makes it.
    Enlarged {
        /// The period in pixels.
        period: f64,
    },
    /// Exactly the pixels of a phone's screen, and no camera named.
    ScreenPixels,
    /// Flat bars across the top and the bottom, as a screen has them.
    ScreenBars,
}

/// A trace with its measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// What.
    pub trace: Trace,
    /// The measure, where there is one.
    pub value: Option<f64>,
    /// From which on it is told; see the constants for where it comes from.
    pub limit: Option<f64>,
}

/// Pixels of a side that are looked at: the middle of a larger picture tells as much.
const SIDE: u32 = 1024;

/// Looks for traces. `bytes` is the file, `picture` what it decodes to, as it lies in the file.
pub fn evidence(bytes: &[u8], picture: &RgbImage) -> Vec<Evidence> {
    let mut found = Vec::new();
    let luma = Luma::of(picture);
    found.extend(period::enlarged(&luma));
    let mut camera = false;
    if FileKind::of(bytes) == FileKind::Jpeg
        && let Ok(anatomy) = Anatomy::of(bytes)
    {
        camera = names_a_camera(bytes, &anatomy);
        let before = luma_table(&anatomy).and_then(|table| compression::before(&luma, &table));
        // The comb of the same blocks shines into the neighbouring ones.
        match before {
            Some(before) => found.push(before),
            None => found.extend(compression::moved(&luma)),
        }
    }
    found.extend(screen::of(picture, camera));
    found
}

/// The measures by themselves, told or not, each with its limit: to see how far a picture is from them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Of [`Trace::CompressedBefore`].
    pub comb: (f64, f64),
    /// Of [`Trace::CroppedAfterCompression`].
    pub moved: (f64, f64),
    /// Of [`Trace::Enlarged`].
    pub period: (f64, f64),
}

/// Measures a JPEG; 0 where a picture is too small for a measure.
pub fn measures(bytes: &[u8], picture: &RgbImage) -> Measures {
    let luma = Luma::of(picture);
    let table = Anatomy::of(bytes).ok().and_then(|anatomy| luma_table(&anatomy));
    Measures {
        comb: (table.map_or(0.0, |table| compression::comb_of(&luma, &table)), compression::COMB),
        moved: (compression::moved_by(&luma).map_or(0.0, |moved| moved.0), compression::MOVED),
        period: (period::measure(&luma).map_or(0.0, |period| period.0), period::PERIOD),
    }
}

/// Brightness as JPEG means it, the middle of the picture, beginning at a block.
struct Luma {
    width: usize,
    height: usize,
    /// Row by row, 0 to 255.
    values: Vec<f32>,
}

impl Luma {
    fn of(picture: &RgbImage) -> Self {
        let (w, h) = picture.dimensions();
        let (width, height) = (w.min(SIDE), h.min(SIDE));
        let (left, top) = ((w - width) / 2 / 8 * 8, (h - height) / 2 / 8 * 8);
        let mut values = Vec::with_capacity((width * height) as usize);
        for y in top..top + height {
            for x in left..left + width {
                let [r, g, b] = picture.get_pixel(x, y).0.map(f32::from);
                values.push(0.299 * r + 0.587 * g + 0.114 * b); // JFIF 1.02
            }
        }
        Self { width: width as usize, height: height as usize, values }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }
}

/// The table of the first component, in zigzag order.
fn luma_table(anatomy: &Anatomy) -> Option<[u16; 64]> {
    let &(_, _, number) = anatomy.frame.as_ref()?.components.first()?;
    anatomy.tables.get(usize::from(number)).copied().flatten()
}

fn names_a_camera(bytes: &[u8], anatomy: &Anatomy) -> bool {
    let exif = anatomy.exif.clone().and_then(|range| {
        let block = bytes.get(range)?.to_vec();
        exif::Reader::new().read_raw(block).ok()
    });
    exif.is_some_and(|exif| exif.get_field(exif::Tag::Model, exif::In::PRIMARY).is_some())
}
