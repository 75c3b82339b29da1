//! The sheet before a class: it goes into the pile between the prints and is not cut.

use crate::canvas::{Area, GREY, Page, SHADE, Style};
use crate::layout::SheetLayout;
use crate::people::{Group, PrintPerson};
use crate::typeface::{Notes, Typeface};
use crate::wrap::wrap;

/// A separator on the layout's own paper. It names the class, how many people and sheets follow, and the first and
/// last 学号; no name.
pub(crate) fn page(
    face: &Typeface,
    layout: &SheetLayout,
    group: &Group,
    people: &[PrintPerson],
    number: (usize, usize),
) -> Page {
    let (w, h) = layout.page;
    let mut page = Page::new(w, h);
    let mut notes = Notes::default();
    // All sizes follow from the paper's shorter side, so that 3R and A4 look alike.
    let unit = w.min(h) / 100.0;
    let edge = layout.margin + 2.0 * unit;
    let band = Area { x: edge, y: edge, w: w - 2.0 * edge, h: 10.0 * unit };
    page.fill(band, SHADE);
    page.frame(Area { h: h - 2.0 * edge, ..band }, 0.5, GREY);
    let tag = face.line(&format!("分隔页 {} / {} · 不裁切，夹在照片之间", number.0, number.1), &mut notes);
    let (tag, size) = face.fit(tag, 4.5 * unit, band.w - 6.0 * unit, &mut notes);
    page.text(edge + 3.0 * unit, edge + 6.6 * unit, Style::grey(size), tag);

    let (left, width) = (edge + 5.0 * unit, w - 2.0 * edge - 10.0 * unit);
    let foot = h - edge - 16.0 * unit;
    let mut y = edge + 20.0 * unit;
    let title = group.title();
    let parts: [&str; 3] = if group == &Group::default() {
        [&title, "", ""]
    } else {
        [&group.college, &group.major, &group.class]
    };
    for (text, size) in parts.into_iter().zip([8.0, 6.0, 9.0]).filter(|(text, _)| !text.is_empty()) {
        let size = size * unit;
        for line in wrap(face, text, size, width, &mut notes).into_iter().take(3) {
            if y > foot {
                break;
            }
            page.text(left, y, Style::bold(size), line);
            y += size * 1.35;
        }
        y += 1.5 * unit;
    }
    let sheets = people.len().div_ceil(layout.people.max(1));
    let count = format!("{} 人 · {sheets} 张", people.len());
    page.text(left, foot + 5.0 * unit, Style::bold(6.0 * unit), face.line(&count, &mut notes));
    let no = |person: Option<&PrintPerson>| person.and_then(|p| p.subject.student_no.clone());
    if let (Some(first), Some(last)) = (no(people.first()), no(people.last())) {
        let range = face.line(&format!("学号 {first} – {last}"), &mut notes);
        let (range, size) = face.fit(range, 4.5 * unit, width, &mut notes);
        page.text(left, foot + 12.0 * unit, Style::plain(size), range);
    }
    page
}
