//! The photo standard of one delivery, read from a TOML file, refused with line and reason where it cannot hold.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::Spanned;
use ts_rs::TS;

use crate::{Limit, Size, Text};

/// What a delivered picture has to be.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PhotoSpec {
    /// Name of the spec, and of its file.
    pub id: String,
    /// Name on the screen.
    pub name: Text,
    /// Where the numbers were read.
    pub source: String,
    /// Width and height of the picture, exactly.
    pub size: Size,
    /// Dots per inch in the JFIF header.
    pub dpi: u16,
    /// Size and compression of the file.
    pub file: FileRule,
    /// Colour behind the person.
    pub background: BackgroundRule,
    /// Where the head has to be.
    pub bands: Bands,
    /// How the head has to be held.
    pub pose: PoseRule,
}

/// Size and compression of the file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct FileRule {
    /// Fewest bytes.
    pub min_bytes: u32,
    /// Most bytes.
    pub max_bytes: u32,
    /// JPEG quality factor (libjpeg scale, 1–100) that must not be undercut.
    pub quality_floor: u8,
    /// How colour is sampled.
    pub subsampling: Subsampling,
}

/// Chroma subsampling of the JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Subsampling {
    /// Colour at full resolution.
    #[serde(rename = "4:4:4")]
    Full,
    /// Colour at half resolution both ways.
    #[serde(rename = "4:2:0")]
    Half,
    /// Whichever the encoder finds better within the bytes window.
    #[serde(rename = "auto")]
    Auto,
}

/// Red, green, blue, 0–255 each.
pub type Rgb = [u8; 3];

/// Colour behind the person.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BackgroundRule {
    /// Whether the backdrop is replaced, or kept and only checked.
    pub mode: BackgroundMode,
    /// The colour that is delivered.
    pub colour: Rgb,
    /// Other colours that a picture made elsewhere may have.
    pub also_allowed: Vec<Rgb>,
    /// How far a decoded background pixel may be from the colour, per channel.
    pub tolerance: u8,
}

/// What happens to the backdrop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BackgroundMode {
    /// The backdrop is replaced by the colour.
    Replace,
    /// The school forbids it: the real backdrop stays.
    Keep,
}

/// Where the head has to be, in pixels of the delivered picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct Bands {
    /// Top of the hair, from the upper edge.
    pub head_top: Limit,
    /// Line through the eyes, from the upper edge.
    pub eye_line: Limit,
    /// Cheek to cheek.
    pub face_width: Limit,
    /// Distance of the face's middle from the picture's, either way.
    pub centre_dx: Limit,
    /// Face width to aim at.
    pub aim_face_width: f64,
    /// Head top to aim at.
    pub aim_head_top: f64,
}

/// How the head has to be held, in degrees either way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PoseRule {
    /// Roll from which a person must look.
    pub roll_warn: f64,
    /// Roll from which the picture is shot again.
    pub roll_fail: f64,
    /// Largest turn to a side.
    pub yaw_max: f64,
    /// Largest nod.
    pub pitch_max: f64,
}

/// Why a spec file is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason_en}")]
pub struct SpecError {
    /// Line in the file, counted from 1.
    pub line: usize,
    /// What is wrong there, in Chinese.
    pub reason: String,
    /// The same in English.
    pub reason_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: Spanned<String>,
    name: RawName,
    source: String,
    picture: RawPicture,
    file: RawFile,
    background: RawBackground,
    bands: RawBands,
    pose: Spanned<PoseRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawName {
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPicture {
    width: Spanned<u32>,
    height: Spanned<u32>,
    dpi: Spanned<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    min_bytes: Spanned<u32>,
    max_bytes: Spanned<u32>,
    quality_floor: Spanned<u8>,
    subsampling: Subsampling,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBackground {
    mode: BackgroundMode,
    colour: Rgb,
    #[serde(default)]
    also_allowed: Vec<Rgb>,
    tolerance: Spanned<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBands {
    head_top: Spanned<[f64; 2]>,
    eye_line: Spanned<[f64; 2]>,
    face_width: Spanned<[f64; 2]>,
    centre_dx: Spanned<f64>,
    aim_face_width: Spanned<f64>,
    aim_head_top: Spanned<f64>,
}

impl PhotoSpec {
    /// Reads and checks the text of a spec file.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let lines = Lines(text);
        let raw: Raw = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |span| lines.of(&span));
            let detail = e.message().trim().to_owned();
            SpecError {
                line,
                reason: format!("格式不对：{detail}"),
                reason_en: format!("malformed: {detail}"),
            }
        })?;
        raw.check(&lines)
    }
}

impl Raw {
    fn check(self, lines: &Lines<'_>) -> Result<PhotoSpec, SpecError> {
        let Raw { id, name, source, picture, file, background, bands, pose } = self;
        let well_named = |id: &str| {
            (1..=40).contains(&id.len())
                && id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
        };
        lines.require(
            well_named(id.get_ref()),
            &id,
            "id 只能用小写字母、数字和连字符",
            "id takes lower-case letters, digits and hyphens",
        )?;
        check_picture(&picture, lines)?;
        check_file(&file, lines)?;
        let size = Size { width: *picture.width.get_ref(), height: *picture.height.get_ref() };
        let bands = check_bands(&bands, size, lines)?;
        lines.require(
            *background.tolerance.get_ref() <= 20,
            &background.tolerance,
            "background.tolerance 不能超过 20",
            "background.tolerance must not exceed 20",
        )?;
        let p = pose.get_ref();
        let ordered = 0.0 < p.roll_warn && p.roll_warn <= p.roll_fail && p.roll_fail <= 45.0;
        lines.require(
            ordered && p.yaw_max > 0.0 && p.pitch_max > 0.0,
            &pose,
            "pose：要求 0 < roll_warn ≤ roll_fail ≤ 45，且 yaw_max、pitch_max 大于 0",
            "pose: needs 0 < roll_warn <= roll_fail <= 45, and yaw_max, pitch_max above 0",
        )?;
        Ok(PhotoSpec {
            id: id.into_inner(),
            name: Text::new(name.zh, name.en),
            source,
            size,
            dpi: *picture.dpi.get_ref(),
            file: FileRule {
                min_bytes: *file.min_bytes.get_ref(),
                max_bytes: *file.max_bytes.get_ref(),
                quality_floor: *file.quality_floor.get_ref(),
                subsampling: file.subsampling,
            },
            background: BackgroundRule {
                mode: background.mode,
                colour: background.colour,
                also_allowed: background.also_allowed,
                tolerance: *background.tolerance.get_ref(),
            },
            bands,
            pose: pose.into_inner(),
        })
    }
}

fn check_picture(picture: &RawPicture, lines: &Lines<'_>) -> Result<(), SpecError> {
    for (side, name) in [(&picture.width, "width"), (&picture.height, "height")] {
        lines.require(
            (64..=4000).contains(side.get_ref()),
            side,
            &format!("picture.{name} 应在 64 到 4000 之间"),
            &format!("picture.{name} must be 64 to 4000"),
        )?;
    }
    lines.require(
        (72..=1200).contains(picture.dpi.get_ref()),
        &picture.dpi,
        "picture.dpi 应在 72 到 1200 之间",
        "picture.dpi must be 72 to 1200",
    )
}

fn check_file(file: &RawFile, lines: &Lines<'_>) -> Result<(), SpecError> {
    let (min, max) = (*file.min_bytes.get_ref(), *file.max_bytes.get_ref());
    lines.require(
        min < max,
        &file.min_bytes,
        &format!("file.min_bytes（{min}）必须小于 max_bytes（{max}）"),
        &format!("file.min_bytes ({min}) must be below max_bytes ({max})"),
    )?;
    lines.require(
        (1..=100).contains(file.quality_floor.get_ref()),
        &file.quality_floor,
        "file.quality_floor 应在 1 到 100 之间",
        "file.quality_floor must be 1 to 100",
    )
}

fn check_bands(raw: &RawBands, size: Size, lines: &Lines<'_>) -> Result<Bands, SpecError> {
    let range = |field: &Spanned<[f64; 2]>, name: &str, most: u32| -> Result<Limit, SpecError> {
        let [min, max] = *field.get_ref();
        lines.require(
            0.0 <= min && min < max && max <= f64::from(most),
            field,
            &format!("bands.{name}：[{min}, {max}] 不是 0 到 {most} 之间从小到大的范围"),
            &format!("bands.{name}: [{min}, {max}] is not a rising range within 0 to {most}"),
        )?;
        Ok(Limit::between(min, max))
    };
    let head_top = range(&raw.head_top, "head_top", size.height)?;
    let eye_line = range(&raw.eye_line, "eye_line", size.height)?;
    let face_width = range(&raw.face_width, "face_width", size.width)?;
    lines.require(
        raw.head_top.get_ref()[0] < raw.eye_line.get_ref()[1],
        &raw.head_top,
        "bands.head_top 全部低于 eye_line：头顶不可能在眼睛下面",
        "bands.head_top lies wholly below eye_line: no head has its top under its eyes",
    )?;
    let aims = [(&raw.aim_face_width, face_width, "face_width"), (&raw.aim_head_top, head_top, "head_top")];
    for (aim, limit, name) in aims {
        lines.require(
            limit.allows(*aim.get_ref()),
            aim,
            &format!("bands.aim_{name} 不在 {name} 的范围内"),
            &format!("bands.aim_{name} lies outside {name}"),
        )?;
    }
    let centre = *raw.centre_dx.get_ref();
    lines.require(
        centre > 0.0 && centre < f64::from(size.width) / 2.0,
        &raw.centre_dx,
        "bands.centre_dx 应大于 0 且小于半个图宽",
        "bands.centre_dx must be above 0 and below half the width",
    )?;
    Ok(Bands {
        head_top,
        eye_line,
        face_width,
        centre_dx: Limit::between(-centre, centre),
        aim_face_width: *raw.aim_face_width.get_ref(),
        aim_head_top: *raw.aim_head_top.get_ref(),
    })
}

/// Turns byte ranges of the text into line numbers.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn of(&self, span: &Range<usize>) -> usize {
        let start = span.start.min(self.0.len());
        1 + self.0.as_bytes()[..start].iter().filter(|&&c| c == b'\n').count()
    }

    fn require<T>(&self, holds: bool, at: &Spanned<T>, zh: &str, en: &str) -> Result<(), SpecError> {
        if holds {
            return Ok(());
        }
        Err(SpecError { line: self.of(&at.span()), reason: zh.to_owned(), reason_en: en.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAFE: &str = include_str!("../../../../assets/specs/registry-safe.toml");
    const CHSI: &str = include_str!("../../../../assets/specs/chsi-2017.toml");
    const HIT: &str = include_str!("../../../../assets/specs/hit-2025.toml");

    #[test]
    fn the_specs_in_the_box_parse() {
        for (id, text) in [("registry-safe", SAFE), ("chsi-2017", CHSI), ("hit-2025", HIT)] {
            let spec = PhotoSpec::parse(text).unwrap();
            assert_eq!(spec.id, id);
            assert_eq!(spec.size, Size { width: 480, height: 640 });
            assert_eq!(spec.dpi, 300);
            assert_eq!(spec.background.colour, [100, 197, 255]);
            assert!(spec.file.quality_floor >= 60);
        }
    }

    #[test]
    fn the_safe_window_lies_inside_every_reading_of_kilobyte() {
        let safe = PhotoSpec::parse(SAFE).unwrap().file;
        for other in [CHSI, HIT] {
            let other = PhotoSpec::parse(other).unwrap().file;
            assert!(safe.min_bytes >= other.min_bytes && safe.max_bytes <= other.max_bytes);
        }
        assert!(safe.min_bytes >= 30 * 1024 && safe.max_bytes <= 40 * 1000);
    }

    fn refused(from: &str, to: &str) -> SpecError {
        assert!(SAFE.contains(from), "fixture no longer holds {from:?}");
        PhotoSpec::parse(&SAFE.replace(from, to)).unwrap_err()
    }

    fn line_of(text: &str) -> usize {
        1 + SAFE.lines().position(|l| l.contains(text)).unwrap()
    }

    #[test]
    fn a_contradiction_is_refused_with_its_line() {
        let error = refused("min_bytes = 30720", "min_bytes = 90000");
        assert_eq!(error.line, line_of("min_bytes = 30720"));
        assert!(error.reason.contains("90000"));
        let error = refused("head_top = [50, 110]", "head_top = [110, 50]");
        assert_eq!(error.line, line_of("head_top = [50, 110]"));
        let error = refused("eye_line = [200, 300]", "eye_line = [10, 40]");
        assert_eq!(error.line, line_of("head_top = [50, 110]"));
    }

    #[test]
    fn a_misspelt_key_and_a_missing_one_are_refused() {
        assert_eq!(refused("quality_floor", "qualty_floor").line, line_of("quality_floor"));
        assert!(PhotoSpec::parse(&SAFE.replace("dpi = 300\n", "")).unwrap_err().reason.contains("dpi"));
        assert_eq!(PhotoSpec::parse("").unwrap_err().line, 1);
        assert!(PhotoSpec::parse("\u{0}garbage = = 3").is_err());
    }
}
