//! The font, and the one gate through which text from outside comes onto a page.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use unicode_normalization::UnicodeNormalization;

use crate::error::PaperError;

/// Printed for what the font has no glyph for: the compositor's own mark for a character that is not in the case.
pub const SUBSTITUTE: char = '〓';
/// Characters of one text that are looked at; the rest is cut off with an ellipsis. No name, caption or cell of a list
/// is longer, and a page cannot be made to take minutes.
const LONGEST: usize = 4000;

/// A font with the measure of its glyphs. Cheap to clone.
#[derive(Clone)]
pub struct Typeface(Arc<Inner>);

struct Inner {
    font: Font,
    /// Glyph and advance in ems for every character of the font.
    glyphs: HashMap<char, (u32, f32)>,
}

impl std::fmt::Debug for Typeface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typeface({} characters)", self.0.glyphs.len())
    }
}

/// What was met while text was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    /// Characters that the font lacks.
    pub missing: BTreeSet<char>,
    /// Whether a text had to be cut to its box.
    pub cut: bool,
}

/// One line of text that is safe to set: no control characters, a glyph for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line(String);

impl Line {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Typeface {
    /// Reads a TrueType or OpenType font; it has to hold digits, Chinese and the substitute mark.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, PaperError> {
        if bytes.is_empty() {
            return Err(PaperError::FontMissing);
        }
        let face = ttf_parser::Face::parse(&bytes, 0).map_err(|_| PaperError::FontUnusable("not a font"))?;
        let glyphs = glyphs(&face);
        if ['0', 'A', ' ', '…', '学', '号', SUBSTITUTE].iter().any(|c| !glyphs.contains_key(c)) {
            return Err(PaperError::FontUnusable("no Chinese"));
        }
        let font = Font::new(bytes.into(), 0).ok_or(PaperError::FontUnusable("not embeddable"))?;
        Ok(Self(Arc::new(Inner { font, glyphs })))
    }

    pub(crate) fn font(&self) -> Font {
        self.0.font.clone()
    }

    fn advance(&self, c: char) -> f64 {
        self.0.glyphs.get(&c).map_or(0.0, |(_, advance)| f64::from(*advance))
    }

    /// Width of a line for letters of 1 mm.
    pub(crate) fn width(&self, line: &Line) -> f64 {
        line.0.chars().map(|c| self.advance(c)).sum()
    }

    pub(crate) fn glyphs(&self, line: &Line) -> Vec<KrillaGlyph> {
        let place = |(at, c): (usize, char)| {
            let (id, advance) = self.0.glyphs.get(&c).copied().unwrap_or_default();
            KrillaGlyph::new(GlyphId::new(id), advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
        };
        line.0.char_indices().map(place).collect()
    }

    /// One line from any text: line breaks and tabs become spaces, what cannot be seen goes, what has no glyph becomes
    /// [`SUBSTITUTE`].
    pub(crate) fn line(&self, text: &str, notes: &mut Notes) -> Line {
        let mut out = String::new();
        let mut substituted = false;
        let composed = text.chars().take(LONGEST).nfc();
        for (count, c) in composed.enumerate() {
            if count == LONGEST {
                break;
            }
            let c = if c.is_whitespace() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c };
            if c.is_control() || is_unseen(c) || (c == ' ' && (out.is_empty() || out.ends_with(' '))) {
                continue;
            }
            if self.0.glyphs.contains_key(&c) {
                out.push(c);
                substituted = false;
            } else {
                notes.missing.insert(c);
                // A run of them is one mark: an emoji of seven code points was one sign, too.
                if !substituted {
                    out.push(SUBSTITUTE);
                }
                substituted = true;
            }
        }
        out.truncate(out.trim_end().len());
        if text.chars().nth(LONGEST).is_some() {
            out.push('…');
            notes.cut = true;
        }
        Line(out)
    }

    /// The line and its letter size in a box `width` wide: smaller down to 0.6 of `size`, then cut with an ellipsis.
    pub(crate) fn fit(&self, line: Line, size: f64, width: f64, notes: &mut Notes) -> (Line, f64) {
        const SMALLEST: f64 = 0.6;
        let needs = self.width(&line) * size;
        if needs <= width {
            return (line, size);
        }
        let smaller = size * (width / needs).max(SMALLEST);
        if self.width(&line) * smaller <= width + 1e-9 {
            return (line, smaller);
        }
        notes.cut = true;
        (self.cut(&line, width / smaller), smaller)
    }

    /// As much of the line as `ems` hold, with an ellipsis.
    fn cut(&self, line: &Line, ems: f64) -> Line {
        let mut left = ems - self.advance('…');
        let mut out = String::new();
        for c in line.0.chars() {
            left -= self.advance(c);
            if left < 0.0 {
                break;
            }
            out.push(c);
        }
        out.push('…');
        Line(out)
    }

    /// Splits a line at byte offsets that are known to be boundaries of characters.
    pub(crate) fn piece(line: &Line, range: std::ops::Range<usize>) -> Line {
        Line(line.0.get(range).unwrap_or_default().trim().to_owned())
    }
}

fn glyphs(face: &ttf_parser::Face<'_>) -> HashMap<char, (u32, f32)> {
    let em = f32::from(face.units_per_em()).max(1.0);
    let mut all = HashMap::new();
    let tables = face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables);
    for table in tables.filter(|table| table.is_unicode()) {
        table.codepoints(|code| {
            let Some(c) = char::from_u32(code) else { return };
            let Some(id) = table.glyph_index(code).filter(|id| id.0 != 0) else { return };
            let advance = f32::from(face.glyph_hor_advance(id).unwrap_or_default()) / em;
            all.insert(c, (u32::from(id.0), advance));
        });
    }
    all
}

/// Marks that steer and do not print: bidirectional overrides, joiners, variation selectors, tags, soft hyphens, byte
/// order marks. Marks that pile up over a letter go too; those that belong to it are composed with it before.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0000}'..='\u{e0fff}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use super::*;

    /// The font that set-up brings.
    pub(crate) fn font_bytes() -> Vec<u8> {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../assets/fonts/NotoSansSC-Regular.ttf");
        std::fs::read(file).expect("the font is not there: cargo xtask setup brings it")
    }

    pub(crate) fn typeface() -> Typeface {
        static ONE: LazyLock<Typeface> = LazyLock::new(|| Typeface::from_bytes(font_bytes()).unwrap());
        ONE.clone()
    }

    fn cleaned(text: &str) -> (String, Notes) {
        let mut notes = Notes::default();
        (typeface().line(text, &mut notes).0, notes)
    }

    #[test]
    fn a_missing_or_broken_font_is_told_apart() {
        assert_eq!(Typeface::from_bytes(Vec::new()).unwrap_err(), PaperError::FontMissing);
        for broken in [b"not a font".to_vec(), font_bytes()[..5000].to_vec()] {
            assert_eq!(Typeface::from_bytes(broken).unwrap_err().code(), "print_font_unusable");
        }
    }

    #[test]
    fn names_of_this_country_have_their_glyphs() {
        for name in ["张三", "欧阳龑", "阿卜杜拉·买买提", "喆堃玥", "㛃䶮", "Trần Đức"]
        {
            let (text, notes) = cleaned(name);
            assert_eq!((text.as_str(), notes), (name, Notes::default()));
        }
    }

    #[test]
    fn control_characters_and_steering_marks_never_reach_a_page() {
        assert_eq!(cleaned("张\u{0}三\u{1b}[31m\u{202e}\u{200d}\u{feff}").0, "张三[31m");
        assert_eq!(cleaned("  学号\t1\r\n2\u{2028}3  ").0, "学号 1 2 3");
        assert_eq!(cleaned("Tra\u{302}\u{300}n").0, "Trần");
        assert_eq!(cleaned(&format!("z{}", "\u{351}".repeat(500))).0, "z");
    }

    #[test]
    fn what_has_no_glyph_becomes_one_mark_and_is_told() {
        let (text, notes) = cleaned("李👨\u{200d}👩\u{200d}👧雷مرحبا");
        assert_eq!(text, "李〓雷〓");
        assert!(notes.missing.contains(&'👩') && notes.missing.contains(&'م'));
    }

    #[test]
    fn a_line_too_long_is_first_made_smaller_then_cut() {
        let face = typeface();
        let mut notes = Notes::default();
        let line = face.line("一二三四五六七八九十", &mut notes);
        let (same, size) = face.fit(line.clone(), 3.0, 24.0, &mut notes);
        assert_eq!((same.as_str().chars().count(), notes.cut), (10, false));
        assert!((size - 2.4).abs() < 1e-6, "{size}");
        let (cut, size) = face.fit(line, 3.0, 9.0, &mut notes);
        assert_eq!(cut.as_str(), "一二三四…");
        assert!(notes.cut && face.width(&cut) * size <= 9.0 + 1e-6);
        let huge = face.line(&"长".repeat(1_000_000), &mut notes);
        assert_eq!(huge.as_str().chars().count(), LONGEST + 1);
    }
}
