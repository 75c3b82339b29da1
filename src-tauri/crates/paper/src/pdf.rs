//! Pages to bytes: PDF/A-2b, sRGB by an embedded profile, fonts embedded as far as they are used.

use domain::Timestamp;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};

use crate::canvas::{Ink, Mark, Page, Style};
use crate::error::PaperError;
use crate::typeface::{Line, Typeface};

/// What a file says of itself. The same imprint and values give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// Title of the document, shown by viewers: the batch, never a person.
    pub title: String,
    /// When it was made.
    pub made: Timestamp,
    /// Names the document among all that the station makes, such as batch and kind.
    pub id: String,
}

/// Points in one millimetre.
const POINTS: f64 = 72.0 / 25.4;

fn pt(mm: f64) -> f32 {
    (mm * POINTS) as f32
}

/// Writes the pages as one document.
pub(crate) fn write(face: &Typeface, imprint: &Imprint, pages: &[Page]) -> Result<Vec<u8>, PaperError> {
    let refused = |e: &dyn std::fmt::Debug| PaperError::Pdf(format!("{e:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .map_err(|e| refused(&e))?;
    let settings = SerializeSettings { configuration, no_device_cs: true, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(metadata(face, imprint));
    for page in pages {
        let settings = PageSettings::from_wh(pt(page.width), pt(page.height))
            .ok_or_else(|| PaperError::Pdf("a page without size".into()))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for mark in &page.marks {
            draw(face, &mut surface, mark)?;
        }
        surface.finish();
        sheet.finish();
    }
    // The library's errors carry fonts and pictures: only their sentence goes on.
    document.finish().map_err(|e| PaperError::Pdf(e.to_string()))
}

fn metadata(face: &Typeface, imprint: &Imprint) -> Metadata {
    let mut notes = Default::default();
    let title = face.line(&imprint.title, &mut notes);
    let id: String = imprint.id.chars().filter(|c| !c.is_control()).take(200).collect();
    Metadata::new()
        .title(if title.is_empty() { "Gradbooth".to_owned() } else { title.as_str().to_owned() })
        .creator("Gradbooth".to_owned())
        .producer("Gradbooth".to_owned())
        .language("zh-CN".to_owned())
        .creation_date(date(imprint.made))
        .document_id(id)
}

fn date(at: Timestamp) -> DateTime {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let civil = at.to_zoned(jiff::tz::TimeZone::UTC);
    let small = |value: i8| u8::try_from(value).unwrap_or_default();
    DateTime::new(u16::try_from(civil.year()).unwrap_or_default())
        .month(small(civil.month()))
        .day(small(civil.day()))
        .hour(small(civil.hour()))
        .minute(small(civil.minute()))
        .second(small(civil.second()))
        .utc_offset_hour(0)
}

fn paint(ink: Ink) -> krilla::paint::Paint {
    rgb::Color::new(ink[0], ink[1], ink[2]).into()
}

fn draw(face: &Typeface, surface: &mut Surface<'_>, mark: &Mark) -> Result<(), PaperError> {
    match mark {
        Mark::Text { x, y, style, line, turned: false } => set(face, surface, [*x, *y], style, line),
        Mark::Text { x, y, style, line, turned: true } => {
            surface.push_transform(&upwards(*x, *y));
            set(face, surface, [0.0, 0.0], style, line);
            surface.pop();
        }
        Mark::Rule { from, to, width, ink } => {
            let mut path = PathBuilder::new();
            path.move_to(pt(from[0]), pt(from[1]));
            path.line_to(pt(to[0]), pt(to[1]));
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke { paint: paint(*ink), width: pt(*width), ..Stroke::default() }));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Fill { area, ink } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: paint(*ink), ..Fill::default() }));
            let mut path = PathBuilder::new();
            let rect = Rect::from_xywh(pt(area.x), pt(area.y), pt(area.w), pt(area.h));
            path.push_rect(rect.ok_or_else(|| PaperError::Pdf("a rectangle without size".into()))?);
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Picture { area, image, turned } => {
            let (w, h) = if *turned { (area.h, area.w) } else { (area.w, area.h) };
            let size = Size::from_wh(pt(w), pt(h))
                .ok_or_else(|| PaperError::Pdf("a picture without size".into()))?;
            let place = if *turned {
                upwards(area.x, area.bottom())
            } else {
                Transform::from_translate(pt(area.x), pt(area.y))
            };
            surface.push_transform(&place);
            surface.draw_image(image.clone(), size);
            surface.pop();
        }
    }
    Ok(())
}

/// A quarter turn against the clock around a point: what ran to the right runs up. Its determinant is 1: a turn, not a
/// mirror.
fn upwards(x: f64, y: f64) -> Transform {
    Transform::from_row(0.0, -1.0, 1.0, 0.0, pt(x), pt(y))
}

fn set(face: &Typeface, surface: &mut Surface<'_>, at: [f64; 2], style: &Style, line: &Line) {
    surface.set_fill(Some(Fill { paint: paint(style.ink), ..Fill::default() }));
    // One weight is embedded; a thin outline of the same colour makes the bold one.
    let outline =
        Stroke { paint: paint(style.ink), width: pt(style.size * BOLD_OUTLINE), ..Stroke::default() };
    surface.set_stroke(style.bold.then_some(outline));
    let start = Point::from_xy(pt(at[0]), pt(at[1]));
    surface.draw_glyphs(start, &face.glyphs(line), face.font(), line.as_str(), pt(style.size), false);
    surface.set_stroke(None);
}

/// Width of the outline of bold letters, in ems.
const BOLD_OUTLINE: f64 = 0.028;
