//! A contact sheet: originals, mattes and portraits of many pictures side by side, with what was found under each, so
//! that a person can judge fifty at a glance.

use std::path::Path;

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use domain::{Class, Finding, PhotoSpec, Size, Verdict};
use image::{Rgb, RgbImage, imageops};
use imaging::engine::{Options, PortraitEngine};
use imaging::resample::{self, Kernel};
use serde::Serialize;

use crate::error::ApiError;
use crate::files::read_picture;

/// Sides of one picture on the sheet.
const TILE: Size = Size { width: 210, height: 280 };
/// Room under the pictures: the name and this many findings.
const LINES: usize = 6;
const LINE: u32 = 18;
const GAP: u32 = 6;
const TEXT_PX: f32 = 14.0;
/// Where systems keep a font with Chinese; the first that is there is taken.
const FONTS: [&str; 7] = [
    "C:\\Windows\\Fonts\\msyh.ttc",
    "C:\\Windows\\Fonts\\simhei.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
];

/// What stands on the sheet for one picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LookLine {
    /// File name.
    pub name: String,
    /// What follows from the findings; `None` for a file that could not be read.
    pub verdict: Option<Verdict>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Why there is no picture.
    pub error: Option<String>,
}

/// One picture with its line, laid out.
struct Cell {
    tiles: [RgbImage; 3],
    line: LookLine,
}

/// Makes the portraits of `files` and lays them out in `columns`. `plate_of` gives the empty seat of a file.
///
/// Files that cannot be read keep their place with the reason. Errors: a failing model.
pub fn sheet(
    files: &[impl AsRef<Path>],
    columns: usize,
    engine: &PortraitEngine,
    spec: &PhotoSpec,
    plate: Option<&RgbImage>,
    font: Option<&SheetFont>,
) -> Result<(RgbImage, Vec<LookLine>), ApiError> {
    let cells: Vec<Cell> =
        files.iter().map(|file| cell(file.as_ref(), engine, spec, plate)).collect::<Result<_, ApiError>>()?;
    let columns = columns.clamp(1, 12);
    let (wide, high) = (TILE.width * 3 + GAP * 4, TILE.height + LINE * (LINES as u32 + 1) + GAP * 2);
    let rows = cells.len().div_ceil(columns).max(1);
    let mut sheet = RgbImage::from_pixel(wide * columns as u32, high * rows as u32, Rgb([250; 3]));
    for (i, cell) in cells.iter().enumerate() {
        let (x, y) = ((i % columns) as u32 * wide, (i / columns) as u32 * high);
        draw(&mut sheet, cell, x, y, font);
    }
    Ok((sheet, cells.into_iter().map(|cell| cell.line).collect()))
}

fn cell(
    file: &Path,
    engine: &PortraitEngine,
    spec: &PhotoSpec,
    plate: Option<&RgbImage>,
) -> Result<Cell, ApiError> {
    let empty = || RgbImage::from_pixel(TILE.width, TILE.height, Rgb([225; 3]));
    let name = shown_name(file);
    let frame = match read_picture(file) {
        Ok((_, frame)) => frame,
        Err(error) => {
            let line = LookLine { name, verdict: None, findings: Vec::new(), error: Some(error.text.zh) };
            return Ok(Cell { tiles: [empty(), empty(), empty()], line });
        }
    };
    let made = engine.portrait(&frame, spec, plate, &Options::default()).map_err(|e| {
        ApiError::new("develop_failed", "照片处理失败。", "The picture could not be made.").with_story(e)
    })?;
    let seen = Size { width: frame.width(), height: frame.height() };
    let crop = made.plan.as_ref().map_or_else(|| resample::whole(seen), |plan| plan.crop);
    let matte = made.alpha.map(|alpha| {
        let small = imageops::resize(&alpha, TILE.width, TILE.height, imageops::FilterType::Triangle);
        RgbImage::from_fn(TILE.width, TILE.height, |x, y| Rgb([small.get_pixel(x, y).0[0]; 3]))
    });
    let portrait = match &made.jpeg {
        Some(jpeg) => {
            let whole = imaging::decode::picture_file(jpeg).map_err(|e| {
                ApiError::new("develop_failed", "照片处理失败。", "The picture could not be made.")
                    .with_story(e)
            })?;
            let size = Size { width: whole.width(), height: whole.height() };
            resample::cut_rgb(&whole, &resample::whole(size), TILE, Kernel::Smooth)
        }
        None => empty(),
    };
    Ok(Cell {
        tiles: [
            resample::cut_rgb(&frame, &crop, TILE, Kernel::Smooth),
            matte.unwrap_or_else(empty),
            portrait,
        ],
        line: LookLine { name, verdict: Some(made.verdict), findings: made.findings, error: None },
    })
}

/// The file's name; for the frames of folders that all have the same one, the folder's too.
fn shown_name(file: &Path) -> String {
    let part = |p: Option<&std::ffi::OsStr>| p.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let name = part(file.file_name());
    if name.starts_with("frame.") {
        format!("{}/{name}", part(file.parent().and_then(Path::file_name)))
    } else {
        name
    }
}

fn draw(sheet: &mut RgbImage, cell: &Cell, x: u32, y: u32, font: Option<&SheetFont>) {
    for (i, tile) in cell.tiles.iter().enumerate() {
        let left = x + GAP + i as u32 * (TILE.width + GAP);
        imageops::replace(sheet, tile, i64::from(left), i64::from(y + GAP));
    }
    let below = y + GAP + TILE.height + 2;
    let (colour, word) = match cell.line.verdict {
        Some(Verdict::Pass) => (Rgb([20, 130, 60]), "合格 pass"),
        Some(Verdict::Review) => (Rgb([190, 120, 0]), "复核 review"),
        Some(Verdict::Retake) => (Rgb([200, 30, 30]), "重拍 retake"),
        None => (Rgb([90; 3]), "无法读取 unreadable"),
    };
    // A bar in the verdict's colour speaks even where there is no font.
    for (bx, by) in (0..TILE.width * 3 + GAP * 2).flat_map(|bx| (0..3).map(move |by| (bx, by))) {
        sheet.put_pixel(x + GAP + bx, below + by, colour);
    }
    let Some(font) = font else { return };
    let width = (TILE.width * 3 + GAP * 2) as f32;
    let mut line = below + 5;
    font.write(sheet, &format!("{} · {word}", cell.line.name), x + GAP, line, width, colour);
    let mut texts: Vec<(Rgb<u8>, String)> =
        cell.line.findings.iter().map(|f| (ink(f.class), font.words(f))).collect();
    texts.extend(cell.line.error.clone().map(|error| (Rgb([90; 3]), error)));
    let more = texts.len().saturating_sub(LINES);
    for (i, (ink, text)) in texts.into_iter().take(LINES).enumerate() {
        line += LINE;
        let rest = if i + 1 == LINES && more > 0 { format!(" (+{more})") } else { String::new() };
        font.write(sheet, &format!("{text}{rest}"), x + GAP, line, width, ink);
    }
}

fn ink(class: Class) -> Rgb<u8> {
    match class {
        Class::Retake => Rgb([190, 20, 20]),
        Class::Review => Rgb([160, 95, 0]),
        Class::Info => Rgb([70, 70, 80]),
    }
}

/// A font for the sheet.
#[derive(Debug)]
pub struct SheetFont {
    font: FontVec,
    chinese: bool,
}

impl SheetFont {
    /// The first font of the system that can be read; `None` if there is none.
    pub fn of_system() -> Option<Self> {
        FONTS.iter().find_map(|path| Self::read(Path::new(path)))
    }

    /// A font file; `None` if it cannot be read.
    pub fn read(path: &Path) -> Option<Self> {
        let font = FontVec::try_from_vec_and_index(std::fs::read(path).ok()?, 0).ok()?;
        let chinese = font.glyph_id('拍').0 != 0;
        Some(Self { font, chinese })
    }

    /// The sentence of a finding, or its name where the font has no Chinese.
    fn words(&self, finding: &Finding) -> String {
        let value = finding.value.map_or_else(String::new, |v| format!(" {v:.2}"));
        if self.chinese { finding.message.clone() } else { format!("{:?}{value}", finding.code) }
    }

    /// Writes one line, cut off where it would leave its cell.
    fn write(&self, sheet: &mut RgbImage, text: &str, x: u32, y: u32, width: f32, ink: Rgb<u8>) {
        let scaled = self.font.as_scaled(PxScale::from(TEXT_PX));
        let baseline = y as f32 + scaled.ascent();
        let mut at = 0.0;
        for letter in text.chars().filter(|c| !c.is_control()) {
            let id = scaled.glyph_id(letter);
            let advance = scaled.h_advance(id);
            if at + advance > width {
                break;
            }
            let glyph = id.with_scale_and_position(PxScale::from(TEXT_PX), point(x as f32 + at, baseline));
            at += advance;
            let Some(outline) = self.font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|gx, gy, cover| {
                let (px, py) = (bounds.min.x as i64 + i64::from(gx), bounds.min.y as i64 + i64::from(gy));
                let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py)) else { return };
                if px < sheet.width() && py < sheet.height() {
                    let paper = sheet.get_pixel(px, py).0;
                    let mixed = |c: usize| {
                        (f32::from(paper[c]) + (f32::from(ink.0[c]) - f32::from(paper[c])) * cover.min(1.0))
                            as u8
                    };
                    sheet.put_pixel(px, py, Rgb([mixed(0), mixed(1), mixed(2)]));
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_case_folders_are_told_apart() {
        assert_eq!(shown_name(Path::new("a/p01/frame.jpg")), "p01/frame.jpg");
        assert_eq!(shown_name(Path::new("a/p01/IMG_1.JPG")), "IMG_1.JPG");
    }

    #[test]
    fn a_cell_without_a_font_still_shows_its_verdict() {
        let tile = RgbImage::from_pixel(TILE.width, TILE.height, Rgb([10, 20, 30]));
        let line =
            LookLine { name: "x".into(), verdict: Some(Verdict::Retake), findings: vec![], error: None };
        let cell = Cell { tiles: [tile.clone(), tile.clone(), tile], line };
        let mut sheet = RgbImage::from_pixel(800, 500, Rgb([250; 3]));
        draw(&mut sheet, &cell, 0, 0, None);
        assert_eq!(sheet.get_pixel(GAP + 3, GAP + 3).0, [10, 20, 30]);
        assert_eq!(sheet.get_pixel(GAP + 3, GAP + TILE.height + 3).0, [200, 30, 30]);
    }

    #[test]
    fn a_long_line_stays_in_its_cell() {
        let Some(font) = SheetFont::of_system() else {
            println!("skipped: no font on this system");
            return;
        };
        let mut sheet = RgbImage::from_pixel(200, 40, Rgb([250; 3]));
        font.write(&mut sheet, &"W".repeat(80), 10, 5, 100.0, Rgb([0; 3]));
        let dark = |from: u32, to: u32| {
            (from..to)
                .flat_map(|x| (0..40).map(move |y| (x, y)))
                .filter(|(x, y)| sheet.get_pixel(*x, *y).0[0] < 100)
                .count()
        };
        assert!(dark(10, 112) > 50);
        assert_eq!(dark(114, 200), 0);
    }
}
