//! A contact sheet: originals, mattes and portraits of many pictures side by side, with what was found under each, so
//! that a person can judge fifty at a glance.

mod font;
mod gather;

use std::path::Path;

use domain::{Class, Finding, PhotoSpec, Size, Verdict};
use image::{Rgb, RgbImage, imageops};
use imaging::engine::{Options, Portrait, PortraitEngine};
use imaging::recolor::Source;
use imaging::resample::{self, Kernel};
use serde::Serialize;

use crate::error::ApiError;
use crate::files::read_picture;

pub use font::SheetFont;
pub use gather::{Pictured, gather};

/// Sides of one picture on the sheet.
const TILE: Size = Size { width: 210, height: 280 };
/// Room for a line of words.
const LINE: u32 = 18;
const GAP: u32 = 6;
/// Pictures and words of one place.
const WIDTH: u32 = TILE.width * 3 + GAP * 2;

/// What stands on the sheet for one picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LookLine {
    /// What it is called on the sheet: its path from the folder that was given.
    pub name: String,
    /// What follows from the findings; `None` for a file that could not be read.
    pub verdict: Option<Verdict>,
    /// Whether an empty seat told the backdrop; `None` without a portrait.
    pub plate: Option<PlateUse>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Why there is no picture, in Chinese.
    pub error: Option<String>,
}

/// What became of the empty seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlateUse {
    /// It told what is behind the person.
    Used,
    /// It was given and does not fit.
    Unfit,
    /// It was given and its file is no picture.
    Unreadable,
    /// None was given.
    None,
}

/// Languages of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// 中文.
    Chinese,
    /// English.
    English,
    /// One below the other.
    Both,
}

/// How the sheets look.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// Pictures beside each other.
    pub columns: usize,
    /// Pictures on a sheet.
    pub per_sheet: usize,
    /// Language of the sentences.
    pub tongue: Tongue,
    /// Without one the sheet has no words, only bars in the verdict's colour.
    pub font: Option<&'a SheetFont>,
}

/// The empty seat of some pictures.
enum Empty {
    None,
    Unreadable,
    Seen(RgbImage),
}

impl Empty {
    fn read(file: &Path) -> Self {
        read_picture(file).map_or(Self::Unreadable, |(_, picture)| Self::Seen(picture))
    }
}

/// One picture with its line.
struct Cell {
    tiles: [RgbImage; 3],
    line: LookLine,
}

/// Makes the portraits of `pictures` and hands over sheet after sheet, with the lines of each.
///
/// Files that cannot be read keep their place with the reason. Errors: a failing model, and what `take` answers.
pub fn sheets(
    pictures: &[Pictured],
    engine: &PortraitEngine,
    spec: &PhotoSpec,
    layout: &Layout<'_>,
    mut take: impl FnMut(usize, &RgbImage, Vec<LookLine>) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    // Loose frames share one plate: it is read once.
    let mut plate: (Option<&Path>, Empty) = (None, Empty::None);
    for (page, part) in pictures.chunks(layout.per_sheet.max(1)).enumerate() {
        let mut cells = Vec::with_capacity(part.len());
        for picture in part {
            if plate.0 != picture.plate.as_deref() {
                plate.0 = picture.plate.as_deref();
                plate.1 = plate.0.map_or(Empty::None, Empty::read);
            }
            cells.push(cell(picture, engine, spec, &plate.1)?);
        }
        let sheet = laid_out(&cells, layout);
        take(page, &sheet, cells.into_iter().map(|cell| cell.line).collect())?;
    }
    Ok(())
}

/// The cells in rows, each as high as its longest text.
fn laid_out(cells: &[Cell], layout: &Layout<'_>) -> RgbImage {
    let columns = layout.columns.clamp(1, 12);
    let place = WIDTH + GAP * 2;
    let texts: Vec<Vec<(Rgb<u8>, String)>> = cells.iter().map(|cell| words(&cell.line, layout)).collect();
    let rows: Vec<u32> = texts
        .chunks(columns)
        .map(|row| TILE.height + GAP * 3 + LINE * row.iter().map(Vec::len).max().unwrap_or(0) as u32)
        .collect();
    let mut sheet =
        RgbImage::from_pixel(place * columns as u32, rows.iter().sum::<u32>().max(1), Rgb([250; 3]));
    let mut top = 0;
    for ((row, height), texts) in cells.chunks(columns).zip(&rows).zip(texts.chunks(columns)) {
        for (i, (cell, text)) in row.iter().zip(texts).enumerate() {
            draw(&mut sheet, cell, text, [i as u32 * place + GAP, top + GAP], layout.font);
        }
        top += height;
    }
    sheet
}

fn cell(
    picture: &Pictured,
    engine: &PortraitEngine,
    spec: &PhotoSpec,
    plate: &Empty,
) -> Result<Cell, ApiError> {
    let name = picture.name.clone();
    let frame = match read_picture(&picture.file) {
        Ok((_, frame)) => frame,
        Err(error) => {
            let error = Some(error.text.zh);
            let line = LookLine { name, verdict: None, plate: None, findings: Vec::new(), error };
            return Ok(Cell { tiles: std::array::from_fn(|_| empty()), line });
        }
    };
    let seen = if let Empty::Seen(seen) = plate { Some(seen) } else { None };
    let made = engine.portrait(&frame, spec, seen, &Options::default()).map_err(failed)?;
    let used = made.backdrop.map(|source| match (source, plate) {
        (Source::Plate, _) => PlateUse::Used,
        (Source::Seen, Empty::Seen(_)) => PlateUse::Unfit,
        (Source::Seen, Empty::Unreadable) => PlateUse::Unreadable,
        (Source::Seen, Empty::None) => PlateUse::None,
    });
    let tiles = tiles(&frame, &made)?;
    let line =
        LookLine { name, verdict: Some(made.verdict), plate: used, findings: made.findings, error: None };
    Ok(Cell { tiles, line })
}

fn failed(error: imaging::error::ImagingError) -> ApiError {
    ApiError::new("develop_failed", "照片处理失败。", "The picture could not be made.").with_story(error)
}

fn empty() -> RgbImage {
    RgbImage::from_pixel(TILE.width, TILE.height, Rgb([225; 3]))
}

/// Original, matte and portrait.
fn tiles(frame: &RgbImage, made: &Portrait) -> Result<[RgbImage; 3], ApiError> {
    let whole =
        |picture: &RgbImage| resample::whole(Size { width: picture.width(), height: picture.height() });
    let original = match &made.plan {
        Some(plan) => resample::cut_rgb(frame, &plan.crop, TILE, Kernel::Smooth),
        None => fitted(frame),
    };
    let matte = made.alpha.as_ref().map(|alpha| {
        let small = imageops::resize(alpha, TILE.width, TILE.height, imageops::FilterType::Triangle);
        RgbImage::from_fn(TILE.width, TILE.height, |x, y| Rgb([small.get_pixel(x, y).0[0]; 3]))
    });
    let portrait = match &made.jpeg {
        Some(jpeg) => {
            let picture = imaging::decode::picture_file(jpeg).map_err(failed)?;
            resample::cut_rgb(&picture, &whole(&picture), TILE, Kernel::Smooth)
        }
        None => empty(),
    };
    Ok([original, matte.unwrap_or_else(empty), portrait])
}

/// A whole frame within a tile.
fn fitted(frame: &RgbImage) -> RgbImage {
    let size = Size { width: frame.width(), height: frame.height() };
    let scale = (f64::from(TILE.width) / f64::from(size.width.max(1)))
        .min(f64::from(TILE.height) / f64::from(size.height.max(1)));
    let side = |v: u32| (f64::from(v) * scale).round().max(1.0) as u32;
    let inner = Size { width: side(size.width).min(TILE.width), height: side(size.height).min(TILE.height) };
    let small = resample::cut_rgb(frame, &resample::whole(size), inner, Kernel::Smooth);
    let mut tile = empty();
    let (x, y) = ((TILE.width - inner.width) / 2, (TILE.height - inner.height) / 2);
    imageops::replace(&mut tile, &small, i64::from(x), i64::from(y));
    tile
}

/// Name, verdict and plate, then each finding, wrapped. Nothing without a font.
fn words(line: &LookLine, layout: &Layout<'_>) -> Vec<(Rgb<u8>, String)> {
    let Some(font) = layout.font else { return Vec::new() };
    // A font without Chinese can still say it in English.
    let tongue = if font.is_chinese() { layout.tongue } else { Tongue::English };
    let say = |zh: &str, en: &str| match tongue {
        Tongue::Chinese => zh.to_owned(),
        Tongue::English => en.to_owned(),
        Tongue::Both => format!("{zh} {en}"),
    };
    let (colour, zh, en) = verdict(line.verdict);
    let plate = line.plate.map(|plate| match plate {
        PlateUse::Used => say("用了空景", "with its plate"),
        PlateUse::Unfit => say("空景不符，没有用", "plate does not fit, not used"),
        PlateUse::Unreadable => say("空景读不出来", "plate cannot be read"),
        PlateUse::None => say("没有空景", "no plate"),
    });
    let head: Vec<String> =
        [Some(line.name.clone()), Some(say(zh, en)), plate].into_iter().flatten().collect();
    let mut texts = vec![(colour, head.join(" · "))];
    for finding in &line.findings {
        let (zh, en) = (&finding.message, &finding.message_en);
        let ink = ink(finding.class);
        match tongue {
            Tongue::Chinese => texts.push((ink, zh.clone())),
            Tongue::English => texts.push((ink, en.clone())),
            Tongue::Both => texts.extend([(ink, zh.clone()), (ink, en.clone())]),
        }
    }
    texts.extend(line.error.clone().map(|error| (colour, error)));
    let wrapped = |(ink, text): (Rgb<u8>, String)| {
        font.wrap(&text, WIDTH as f32).into_iter().map(move |line| (ink, line))
    };
    texts.into_iter().flat_map(wrapped).collect()
}

fn verdict(verdict: Option<Verdict>) -> (Rgb<u8>, &'static str, &'static str) {
    match verdict {
        Some(Verdict::Pass) => (Rgb([20, 130, 60]), "合格", "pass"),
        Some(Verdict::Review) => (Rgb([190, 120, 0]), "复核", "review"),
        Some(Verdict::Retake) => (Rgb([200, 30, 30]), "重拍", "retake"),
        None => (Rgb([90; 3]), "无法读取", "unreadable"),
    }
}

fn draw(
    sheet: &mut RgbImage,
    cell: &Cell,
    text: &[(Rgb<u8>, String)],
    [x, y]: [u32; 2],
    font: Option<&SheetFont>,
) {
    for (i, tile) in cell.tiles.iter().enumerate() {
        let left = x + i as u32 * (TILE.width + GAP);
        imageops::replace(sheet, tile, i64::from(left), i64::from(y));
    }
    // A bar in the verdict's colour speaks even where there is no font.
    let bar = y + TILE.height + 2;
    let colour = verdict(cell.line.verdict).0;
    for (bx, by) in (0..WIDTH).flat_map(|bx| (0..3).map(move |by| (bx, by))) {
        sheet.put_pixel(x + bx, bar + by, colour);
    }
    let Some(font) = font else { return };
    for (i, (ink, line)) in text.iter().enumerate() {
        font.write(sheet, line, [x, bar + 5 + i as u32 * LINE], WIDTH as f32, *ink);
    }
}

fn ink(class: Class) -> Rgb<u8> {
    match class {
        Class::Retake => Rgb([190, 20, 20]),
        Class::Review => Rgb([160, 95, 0]),
        Class::Info => Rgb([70, 70, 80]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{FindingCode, Text};

    fn made(findings: usize) -> Cell {
        let long =
            Text::new("画面压缩太重，脸上有方块：".repeat(6), "The camera compresses too much. ".repeat(8));
        let finding = Finding::plain(FindingCode::Compression, Class::Retake, long);
        let line = LookLine {
            name: "p01/frame.jpg".into(),
            verdict: Some(Verdict::Retake),
            plate: Some(PlateUse::Unfit),
            findings: vec![finding; findings],
            error: None,
        };
        let tile = RgbImage::from_pixel(TILE.width, TILE.height, Rgb([10, 20, 30]));
        Cell { tiles: [tile.clone(), tile.clone(), tile], line }
    }

    const BARE: Layout<'static> = Layout { columns: 2, per_sheet: 50, tongue: Tongue::Chinese, font: None };

    #[test]
    fn a_cell_without_a_font_still_shows_its_verdict() {
        let sheet = laid_out(&[made(3)], &BARE);
        assert_eq!(sheet.dimensions(), (2 * (WIDTH + 2 * GAP), TILE.height + 3 * GAP));
        assert_eq!(sheet.get_pixel(GAP + 3, GAP + 3).0, [10, 20, 30]);
        assert_eq!(sheet.get_pixel(GAP + 3, GAP + TILE.height + 3).0, [200, 30, 30]);
    }

    #[test]
    fn every_sentence_is_there_whole_in_the_languages_that_were_asked_for() {
        let Some(font) = SheetFont::of_system() else {
            println!("skipped: no font on this system");
            return;
        };
        let cell = made(2);
        let said = |tongue| {
            let layout = Layout { tongue, font: Some(&font), ..BARE };
            let lines: Vec<String> = words(&cell.line, &layout).into_iter().map(|(_, text)| text).collect();
            let height = laid_out(&[made(0), made(2)], &layout).height();
            assert!(height >= TILE.height + LINE * lines.len() as u32, "the row grows with its words");
            lines.concat().replace(' ', "")
        };
        let english = said(Tongue::English);
        assert_eq!(english.matches("compresses").count(), 16);
        assert!(english.contains("notused") && english.contains("retake"));
        if font.is_chinese() {
            let both = said(Tongue::Both);
            assert_eq!((both.matches("方块").count(), both.matches("compresses").count()), (12, 16));
            assert!(both.contains("空景不符") && !said(Tongue::Chinese).contains("compresses"));
        }
    }

    #[test]
    fn a_frame_without_a_face_is_shown_whole() {
        let wide = fitted(&RgbImage::from_pixel(640, 360, Rgb([0, 200, 0])));
        assert_eq!((wide.width(), wide.height()), (TILE.width, TILE.height));
        assert_eq!((wide.get_pixel(2, 140).0, wide.get_pixel(2, 20).0), ([0, 200, 0], [225; 3]));
    }
}
