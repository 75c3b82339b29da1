//! 校对: contact sheets, 20 to a page, on which people check that each face stands over its own (masked) name.

use domain::{PortraitId, Size};
use image::RgbImage;
use imaging::resample::whole;

use crate::canvas::{Area, GREY, Page, RULE, Style};
use crate::error::PaperError;
use crate::pdf::Imprint;
use crate::people::{Group, PrintPerson, packets};
use crate::picture;
use crate::run::{Binder, Part, Parts, Remark, RunError, Summary};
use crate::typeface::{Notes, Typeface};

/// Pictures on one page: 4 columns of 5.
pub const PER_PAGE: usize = COLUMNS * ROWS;
const COLUMNS: usize = 4;
const ROWS: usize = 5;
const A4: (f64, f64) = (210.0, 297.0);
const MARGIN: f64 = 13.0;
const HEADER: f64 = 13.0;
const FOOTER: f64 = 9.0;
/// Height of a picture in mm; its width follows from its own shape, up to [`WIDEST`].
const TALL: f64 = 37.0;
const WIDEST: f64 = 42.0;
/// 200 dpi: enough to tell people apart.
const DOTS_PER_MM: f64 = 200.0 / 25.4;

/// How proof sheets are made.
#[derive(Debug, Clone)]
pub struct ProofSetup {
    /// When a new file begins.
    pub parts: Parts,
    /// Title (stands on every page), time and id of the files.
    pub imprint: Imprint,
}

/// Prints the proof sheets of everybody in packing order, each class from a page of its own.
///
/// `load` gives the delivered picture of one person after the other, with the portrait it belongs to; `Ok(None)`
/// leaves an empty frame. Identities are masked: 张*三 and the last four of the 学号, and the 拍摄号 in full.
pub fn proof_sheets<E>(
    face: &Typeface,
    setup: &ProofSetup,
    people: Vec<PrintPerson>,
    mut load: impl FnMut(&PrintPerson) -> Result<Option<(PortraitId, RgbImage)>, E>,
    deliver: impl FnMut(Part) -> Result<(), E>,
) -> Result<Summary, RunError<E>> {
    let mut binder = Binder::new(face, &setup.imprint, setup.parts, deliver);
    for (group, members) in packets(people) {
        binder.begin(&group)?;
        let pages = members.len().div_ceil(PER_PAGE);
        for (i, on_page) in members.chunks(PER_PAGE).enumerate() {
            let mut page = Page::new(A4.0, A4.1);
            frame(face, &mut page, &setup.imprint.title, &group, (i + 1, pages));
            for (slot, person) in on_page.iter().enumerate() {
                let image = match load(person).map_err(RunError::Caller)? {
                    Some((portrait, image)) if portrait == person.portrait => Some(image),
                    Some(_) => return Err(PaperError::OtherPicture.into()),
                    None => {
                        binder.summary.remarks.push(Remark::NoPicture { portrait: person.portrait });
                        None
                    }
                };
                let notes = cell(face, &mut page, slot, person, image.as_ref())?;
                binder.note(person.portrait, notes);
            }
            let shown: Vec<PortraitId> = on_page.iter().map(|person| person.portrait).collect();
            binder.page(page, &shown, &group)?;
        }
    }
    binder.finish()
}

/// What stands around the pictures: whose they are, which page, and who has checked them.
fn frame(face: &Typeface, page: &mut Page, title: &str, group: &Group, number: (usize, usize)) {
    let mut notes = Notes::default();
    let width = A4.0 - 2.0 * MARGIN;
    let (line, size) =
        face.fit(face.line(&format!("校对 {title}"), &mut notes), 4.6, width * 0.75, &mut notes);
    page.text(MARGIN, MARGIN + 3.0, Style::bold(size), line);
    let (line, size) = face.fit(face.line(&group.title(), &mut notes), 3.6, width * 0.75, &mut notes);
    page.text(MARGIN, MARGIN + 8.4, Style::plain(size), line);
    let count = face.line(&format!("第 {} 页，共 {} 页", number.0, number.1), &mut notes);
    let right = A4.0 - MARGIN - face.width(&count) * 3.2;
    page.text(right, MARGIN + 3.0, Style::grey(3.2), count);
    let ruled = MARGIN + HEADER - 2.5;
    page.rule([MARGIN, ruled], [A4.0 - MARGIN, ruled], 0.2, RULE);
    let y = A4.1 - MARGIN + 1.0;
    let sign = face.line("校对人签名", &mut notes);
    page.text(MARGIN, y, Style::plain(3.2), sign);
    page.rule([MARGIN + 18.0, y + 0.8], [MARGIN + 70.0, y + 0.8], 0.2, GREY);
    page.text(MARGIN + 80.0, y, Style::plain(3.2), face.line("日期", &mut notes));
    page.rule([MARGIN + 88.0, y + 0.8], [MARGIN + 130.0, y + 0.8], 0.2, GREY);
}

fn cell(
    face: &Typeface,
    page: &mut Page,
    slot: usize,
    person: &PrintPerson,
    image: Option<&RgbImage>,
) -> Result<Notes, PaperError> {
    let mut notes = Notes::default();
    let step_x = (A4.0 - 2.0 * MARGIN) / COLUMNS as f64;
    let step_y = (A4.1 - 2.0 * MARGIN - HEADER - FOOTER) / ROWS as f64;
    let left = MARGIN + (slot % COLUMNS) as f64 * step_x;
    let top = MARGIN + HEADER + (slot / COLUMNS) as f64 * step_y;
    let width = step_x - 3.0;
    match image {
        Some(image) => {
            let area = shape(picture::check(image)?, left, top);
            let dots = |mm: f64| (mm * DOTS_PER_MM).round().max(1.0) as u32;
            let size = Size { width: dots(area.w), height: dots(area.h) };
            let from = Size { width: image.width(), height: image.height() };
            let jpeg = picture::cut(image, &whole(from), size, picture::PROOF_QUALITY)?;
            page.picture(area, &jpeg, false);
        }
        None => {
            let area = Area { x: left, y: top, w: TALL * 0.75, h: TALL };
            page.frame(area, 0.2, RULE);
            let line = face.line("无照片", &mut notes);
            page.text(left + 9.0, top + TALL / 2.0, Style::grey(3.2), line);
        }
    }
    let s = &person.subject;
    let who = [s.masked_name(), s.student_no.as_deref().map(last_four)];
    let who = who.into_iter().flatten().collect::<Vec<_>>().join("  ");
    let line = face.line(&who, &mut notes);
    let (line, size) = face.fit(line, 3.2, width, &mut notes);
    page.text(left, top + TALL + 4.0, Style::plain(size), line);
    let number = face.line(&format!("拍摄号 {}", person.shot_number()), &mut notes);
    let (number, size) = face.fit(number, 3.2, width * 0.4, &mut notes);
    page.text(left, top + TALL + 8.4, Style::bold(size), number);
    for (at, label) in [(0.44, "对"), (0.72, "错")] {
        let x = left + width * at;
        page.frame(Area { x, y: top + TALL + 5.7, w: 3.0, h: 3.0 }, 0.2, GREY);
        page.text(x + 3.8, top + TALL + 8.4, Style::plain(3.2), face.line(label, &mut notes));
    }
    Ok(notes)
}

/// The picture's own shape in its cell.
fn shape(size: Size, x: f64, y: f64) -> Area {
    let aspect = (f64::from(size.width) / f64::from(size.height)).clamp(0.01, 100.0);
    let w = (TALL * aspect).min(WIDEST);
    Area { x, y, w, h: w / aspect }
}

/// The last four of a number behind an ellipsis; of a short one only the second half, so that it is masked, too.
fn last_four(number: &str) -> String {
    let all: Vec<char> = number.trim().chars().collect();
    let shown = if all.len() > 4 { 4 } else { all.len() / 2 };
    let tail: String = all[all.len() - shown..].iter().collect();
    format!("…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_never_stands_there_whole() {
        for (number, masked) in
            [("20221104521", "…4521"), ("12345", "…2345"), ("1234", "…34"), ("7", "…"), ("", "…")]
        {
            assert_eq!(last_four(number), masked);
        }
    }

    #[test]
    fn a_picture_of_any_shape_stays_in_its_cell() {
        for (width, height) in [(480, 640), (640, 480), (10_000, 3), (3, 10_000)] {
            let area = shape(Size { width, height }, 0.0, 0.0);
            assert!(area.w <= WIDEST + 1e-9 && area.h <= TALL + 1e-9 && area.w > 0.0, "{area:?}");
        }
    }
}
