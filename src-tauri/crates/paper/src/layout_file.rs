//! A layout file: read, unfolded into places, and refused with line and reason where it cannot be printed.

use domain::Text;
use serde::Deserialize;
use toml::Spanned;

use crate::canvas::Area;
use crate::error::PaperError;
use crate::layout::{CaptionBox, Place, SheetLayout, Template};
use crate::size::{PaperSize, PrintSize};

/// Prints and people on one sheet, at most: more is a mistake, or an attack.
const MOST_PLACES: usize = 400;
const MOST_PEOPLE: usize = 40;
/// Layout files are a page of text.
const LONGEST: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: Spanned<String>,
    name: Text,
    paper: PaperSize,
    /// The paper lies on its side.
    #[serde(default)]
    landscape: bool,
    margin: Spanned<f64>,
    #[serde(default)]
    people: Option<Spanned<RawPeople>>,
    block: Vec<Spanned<RawBlock>>,
    caption: Spanned<RawCaption>,
}

/// Several people on one sheet: all blocks and the caption are repeated at every step.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeople {
    columns: usize,
    rows: usize,
    step: [f64; 2],
}

/// Equal prints in columns and rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlock {
    print: PrintSize,
    at: [f64; 2],
    columns: usize,
    rows: usize,
    #[serde(default)]
    gap: f64,
    #[serde(default)]
    turned: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCaption {
    at: [f64; 2],
    size: [f64; 2],
    #[serde(default)]
    turned: bool,
    text_mm: f64,
    lines: Vec<String>,
}

impl SheetLayout {
    /// Reads and checks the text of a layout file.
    pub fn parse(text: &str) -> Result<Self, PaperError> {
        if text.len() > LONGEST {
            return Err(refuse(1, "文件太大，不是排版文件", "too large for a layout file"));
        }
        let line = |at: usize| 1 + text.bytes().take(at).filter(|b| *b == b'\n').count();
        let raw: Raw = toml::from_str(text).map_err(|e| {
            let detail = e.message().trim().to_owned();
            let at = e.span().map_or(1, |span| line(span.start));
            refuse(at, &format!("格式不对：{detail}"), &format!("malformed: {detail}"))
        })?;
        raw.unfold(&line)
    }
}

fn refuse(line: usize, zh: &str, en: &str) -> PaperError {
    PaperError::Layout { line, reason: zh.to_owned(), reason_en: en.to_owned() }
}

fn sane(values: &[f64]) -> bool {
    values.iter().all(|v| v.is_finite() && (0.0..=1000.0).contains(v))
}

impl Raw {
    fn unfold(self, line: &dyn Fn(usize) -> usize) -> Result<SheetLayout, PaperError> {
        let at = |span: std::ops::Range<usize>| line(span.start);
        let id = self.id.get_ref();
        let named = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if !(1..=40).contains(&id.len()) || !id.bytes().all(named) {
            let en = "id takes 1 to 40 lower-case letters, digits and hyphens";
            return Err(refuse(at(self.id.span()), "id 只能用 1–40 个小写字母、数字和连字符", en));
        }
        let (w, h) = self.paper.mm();
        let page = if self.landscape { (h, w) } else { (w, h) };
        let margin = *self.margin.get_ref();
        if !sane(&[margin]) || margin * 2.0 >= page.0.min(page.1) {
            let en = "margin must be 0 mm or more and leave room on the paper";
            return Err(refuse(at(self.margin.span()), "margin 不能小于 0，也不能占满纸面", en));
        }
        let steps = self.steps(line)?;
        let captions = self.captions(&steps, line)?;
        let free = Area { x: margin, y: margin, w: page.0 - 2.0 * margin, h: page.1 - 2.0 * margin };
        let places = self.places(&steps, &captions, &free, line)?;
        let caption_line = at(self.caption.span());
        for (i, caption) in captions.iter().enumerate() {
            if !free.holds(&caption.area) {
                let en = "the caption lies outside the paper's margin";
                return Err(refuse(caption_line, "标注超出纸张可印范围", en));
            }
            if captions[..i].iter().any(|other| other.area.overlaps(&caption.area)) {
                return Err(refuse(caption_line, "标注互相重叠", "captions overlap"));
            }
        }
        Ok(SheetLayout {
            id: self.id.into_inner(),
            name: self.name,
            paper: self.paper,
            page,
            margin,
            people: steps.len(),
            places,
            captions,
        })
    }

    /// How far each person's blocks are moved.
    fn steps(&self, line: &dyn Fn(usize) -> usize) -> Result<Vec<[f64; 2]>, PaperError> {
        let Some(people) = &self.people else { return Ok(vec![[0.0, 0.0]]) };
        let RawPeople { columns, rows, step } = people.get_ref();
        let count = columns.saturating_mul(*rows);
        if !(1..=MOST_PEOPLE).contains(&count) || !sane(step) {
            let zh = format!("people：人数须为 1–{MOST_PEOPLE}，step 不能为负");
            let en = format!("people: 1 to {MOST_PEOPLE} of them, and no negative step");
            return Err(refuse(line(people.span().start), &zh, &en));
        }
        let cell = |i: usize| [(i % columns) as f64 * step[0], (i / columns) as f64 * step[1]];
        Ok((0..count).map(cell).collect())
    }

    fn captions(
        &self,
        steps: &[[f64; 2]],
        line: &dyn Fn(usize) -> usize,
    ) -> Result<Vec<CaptionBox>, PaperError> {
        let at = line(self.caption.span().start);
        let raw = self.caption.get_ref();
        let letters = (0.8..=20.0).contains(&raw.text_mm) && raw.size.iter().all(|side| *side > 0.0);
        if !letters || !sane(&raw.at) || !sane(&raw.size) || raw.lines.len() > 12 {
            let en = "caption: needs a place, a size above 0, text_mm of 0.8 to 20, at most 12 lines";
            return Err(refuse(
                at,
                "caption：需要位置、大于 0 的尺寸、text_mm 在 0.8–20 之间、最多 12 行",
                en,
            ));
        }
        let lines: Result<Vec<Template>, PaperError> = raw
            .lines
            .iter()
            .map(|text| {
                let wrong = |what| {
                    let zh = format!("caption.lines：不认识的内容 {{{what}}}");
                    refuse(at, &zh, &format!("caption.lines: unknown field {{{what}}}"))
                };
                Template::parse(text).map_err(wrong)
            })
            .collect();
        let lines = lines?;
        let area = |step: &[f64; 2]| Area {
            x: raw.at[0] + step[0],
            y: raw.at[1] + step[1],
            w: raw.size[0],
            h: raw.size[1],
        };
        let one = |step| CaptionBox {
            area: area(step),
            turned: raw.turned,
            text_mm: raw.text_mm,
            lines: lines.clone(),
        };
        Ok(steps.iter().map(one).collect())
    }

    fn places(
        &self,
        steps: &[[f64; 2]],
        captions: &[CaptionBox],
        free: &Area,
        line: &dyn Fn(usize) -> usize,
    ) -> Result<Vec<Place>, PaperError> {
        let mut places: Vec<Place> = Vec::new();
        for block in &self.block {
            let at = line(block.span().start);
            let block = block.get_ref();
            let count = block.columns.saturating_mul(block.rows).saturating_mul(steps.len());
            if count == 0 || places.len().saturating_add(count) > MOST_PLACES {
                let zh = format!("一张纸上的照片须为 1–{MOST_PLACES} 张");
                return Err(refuse(at, &zh, &format!("a sheet holds 1 to {MOST_PLACES} prints")));
            }
            if !sane(&block.at) || !sane(&[block.gap]) {
                return Err(refuse(
                    at,
                    "位置和间隔须为不小于 0 的毫米数",
                    "places and gaps are millimetres, 0 or more",
                ));
            }
            for (person, step) in steps.iter().enumerate() {
                for place in block.unfold(person, step) {
                    check(&place, &places, captions, free)
                        .map_err(|(zh, en)| refuse(at, &format!("{}：{zh}", place.size.name()), en))?;
                    places.push(place);
                }
            }
        }
        if places.is_empty() {
            return Err(refuse(1, "没有任何照片", "there are no prints"));
        }
        Ok(places)
    }
}

impl RawBlock {
    fn unfold(&self, person: usize, step: &[f64; 2]) -> Vec<Place> {
        let (w, h) = self.print.mm();
        let (w, h) = if self.turned { (h, w) } else { (w, h) };
        let cell = |i: usize| {
            let (column, row) = ((i % self.columns) as f64, (i / self.columns) as f64);
            let x = self.at[0] + step[0] + column * (w + self.gap);
            let y = self.at[1] + step[1] + row * (h + self.gap);
            Place { person, size: self.print, area: Area { x, y, w, h }, turned: self.turned }
        };
        (0..self.columns * self.rows).map(cell).collect()
    }
}

fn check(
    place: &Place,
    places: &[Place],
    captions: &[CaptionBox],
    free: &Area,
) -> Result<(), (&'static str, &'static str)> {
    if !free.holds(&place.area) {
        return Err(("超出纸张可印范围", "a print lies outside the paper's margin"));
    }
    if places.iter().any(|other| other.area.overlaps(&place.area)) {
        return Err(("与另一张照片重叠", "two prints overlap"));
    }
    if captions.iter().any(|caption| caption.area.overlaps(&place.area)) {
        return Err(("与标注重叠", "a print and a caption overlap"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size::SmallTwoInch;

    const NOTICE: &str = include_str!("../../../../assets/prints/notice-33x48.toml");

    fn refused(from: &str, to: &str) -> (usize, String) {
        assert!(NOTICE.contains(from), "{from}");
        match SheetLayout::parse(&NOTICE.replacen(from, to, 1)) {
            Err(PaperError::Layout { line, reason_en, .. }) => (line, reason_en),
            other => panic!("{other:?}"),
        }
    }

    fn line_of(text: &str) -> usize {
        1 + NOTICE.lines().position(|l| l.contains(text)).unwrap()
    }

    #[test]
    fn the_notices_sheet_holds_four_and_eight_in_both_usages() {
        for (small, size) in
            [(SmallTwoInch::W33H48, PrintSize::Small33x48), (SmallTwoInch::W35H45, PrintSize::Small35x45)]
        {
            let sheet = SheetLayout::notice(small).unwrap();
            assert_eq!((sheet.count(size), sheet.count(PrintSize::OneInch)), (4, 8));
            assert_eq!(sheet.paper, PaperSize::W102H152);
        }
    }

    #[test]
    fn every_layout_in_the_box_can_be_printed_and_is_named_like_its_file() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/prints");
        let mut count = 0;
        for file in std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path()) {
            if file.extension().is_some_and(|e| e == "toml") {
                let layout = SheetLayout::parse(&std::fs::read_to_string(&file).unwrap());
                let layout = layout.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
                assert_eq!(layout.id, file.file_stem().unwrap().to_string_lossy());
                count += 1;
            }
        }
        assert!(count >= 6, "{count}");
    }

    #[test]
    fn what_cannot_be_printed_is_refused_with_its_line() {
        let (line, why) = refused("at = [70.5, 2.5]", "at = [60.5, 2.5]");
        assert_eq!((line, why.as_str()), (line_of("at = [70.5, 2.5]") - 2, "two prints overlap"));
        let (_, why) = refused("at = [70.5, 2.5]", "at = [75.5, 2.5]");
        assert_eq!(why, "a print lies outside the paper's margin");
        let (line, why) = refused("{student_no}", "{id_number}");
        assert_eq!((line, why.as_str()), (line_of("[caption]"), "caption.lines: unknown field {id_number}"));
        let (line, _) = refused("margin = 2", "margin = -2");
        assert_eq!(line, line_of("margin = 2"));
        assert!(refused("columns = 2", "columns = 4000000000").1.contains("a sheet holds"));
        assert!(refused("text_mm", "texts_mm").1.contains("unknown field"));
        assert!(refused("gap = 1", "gap = nan").1.contains("millimetres"));
        assert_eq!(refused("print = \"33x48\"", "print = \"33x49\"").0, line_of("print = \"33x48\""));
    }

    #[test]
    fn a_file_that_is_no_layout_is_refused() {
        for text in ["", "\u{0}\u{0}", "[[[[", &"a".repeat(70_000)] {
            assert_eq!(SheetLayout::parse(text).unwrap_err().code(), "print_layout");
        }
    }
}
