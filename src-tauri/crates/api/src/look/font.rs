//! Words on the sheet.

use std::path::Path;

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};

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
const TEXT_PX: f32 = 14.0;
/// Marks that no line begins with.
const NOT_FIRST: &str = "，。；：、！？）》”’,.;:!?)%°";

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

    /// Whether it has Chinese.
    pub fn is_chinese(&self) -> bool {
        self.chinese
    }

    /// `text` in lines of at most `width` pixels, broken at spaces and between Chinese characters; a word that is
    /// longer than a line is broken anywhere. At least one line.
    pub fn wrap(&self, text: &str, width: f32) -> Vec<String> {
        let scaled = self.font.as_scaled(PxScale::from(TEXT_PX));
        let wide = |c: char| scaled.h_advance(scaled.glyph_id(c));
        let mut lines = Vec::new();
        let (mut line, mut length, mut may_break) = (String::new(), 0.0, 0);
        for letter in text.chars().filter(|c| !c.is_control()) {
            let first = line.is_empty();
            if !first && is_chinese(letter) && !NOT_FIRST.contains(letter) {
                may_break = line.len();
            }
            if !first && length + wide(letter) > width {
                let rest = if may_break > 0 { line.split_off(may_break) } else { String::new() };
                lines.push(std::mem::replace(&mut line, rest.trim_start().to_owned()));
                length = line.chars().map(wide).sum();
                may_break = 0;
            }
            if letter == ' ' && line.is_empty() {
                continue;
            }
            line.push(letter);
            length += wide(letter);
            if letter == ' ' || is_chinese(letter) && NOT_FIRST.contains(letter) {
                may_break = line.len();
            }
        }
        lines.push(line);
        lines
    }

    /// Writes one line, cut off at `width` pixels.
    pub fn write(&self, sheet: &mut RgbImage, text: &str, at: [u32; 2], width: f32, ink: Rgb<u8>) {
        let scaled = self.font.as_scaled(PxScale::from(TEXT_PX));
        let baseline = at[1] as f32 + scaled.ascent();
        let mut pen = 0.0;
        for letter in text.chars().filter(|c| !c.is_control()) {
            let id = scaled.glyph_id(letter);
            let advance = scaled.h_advance(id);
            if pen + advance > width + 0.5 {
                break;
            }
            let place = point(at[0] as f32 + pen, baseline);
            pen += advance;
            let Some(outline) =
                self.font.outline_glyph(id.with_scale_and_position(PxScale::from(TEXT_PX), place))
            else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|gx, gy, cover| {
                let (px, py) = (corner.x as i64 + i64::from(gx), corner.y as i64 + i64::from(gy));
                let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py)) else { return };
                if let Some(paper) = sheet.get_pixel_mut_checked(px, py) {
                    let cover = cover.min(1.0);
                    paper.0 = std::array::from_fn(|c| {
                        (f32::from(paper.0[c]) * (1.0 - cover) + f32::from(ink.0[c]) * cover) as u8
                    });
                }
            });
        }
    }
}

fn is_chinese(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font() -> Option<SheetFont> {
        let font = SheetFont::of_system();
        if font.is_none() {
            println!("skipped: no font on this system");
        }
        font
    }

    #[test]
    fn a_long_line_stays_in_its_cell() {
        let Some(font) = font() else { return };
        let mut sheet = RgbImage::from_pixel(200, 40, Rgb([250; 3]));
        font.write(&mut sheet, &"W".repeat(80), [10, 5], 100.0, Rgb([0; 3]));
        let dark = |from: u32, to: u32| {
            (from..to)
                .flat_map(|x| (0..40).map(move |y| (x, y)))
                .filter(|(x, y)| sheet.get_pixel(*x, *y).0[0] < 100)
                .count()
        };
        assert!(dark(10, 112) > 50);
        assert_eq!(dark(114, 200), 0);
    }

    #[test]
    fn wrapped_sentences_lose_nothing_and_begin_with_no_mark() {
        let Some(font) = font() else { return };
        let texts = [
            "头向自己的左边歪了 6.0°：请学生把头摆正再拍（不允许用软件转正）",
            "Head tilted 6.0° to the student's left: straighten it and shoot again (turning by software is forbidden)",
            "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
            "",
        ];
        for text in texts {
            for width in [60.0, 140.0, 333.0] {
                let lines = font.wrap(text, width);
                let squeezed = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
                assert_eq!(squeezed(&lines.concat()), squeezed(text), "{width}");
                for line in lines.iter().skip(1) {
                    assert!(!line.starts_with(['，', '：', '）', ' ']), "{line:?} of {text}");
                }
            }
        }
        assert_eq!(font.wrap("short", 400.0), ["short"]);
        assert!(font.wrap(texts[1], 200.0).iter().all(|l| !l.ends_with("softwar")), "words stay whole");
    }
}
