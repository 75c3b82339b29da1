//! Sheets of prints for a whole batch, in packing order.

use std::collections::BTreeMap;

use domain::{FacePoints, PortraitId};
use image::RgbImage;
use krilla::image::Image;

use crate::canvas::{Page, Style};
use crate::crop::plan_print;
use crate::error::PaperError;
use crate::layout::{CaptionBox, SheetLayout};
use crate::pdf::Imprint;
use crate::people::{Group, PrintPerson, packets};
use crate::run::{Binder, Part, Parts, Remark, RunError, Summary};
use crate::size::PrintSize;
use crate::typeface::{Notes, Typeface};
use crate::{marks, picture, separator};

/// A person's picture before it is cut to prints.
#[derive(Debug, Clone)]
pub struct PrintPicture {
    /// Whose it is: must be the portrait that was asked for.
    pub portrait: PortraitId,
    /// The original frame, upright; its background replaced before, where the batch replaces it.
    pub frame: RgbImage,
    /// The face in pixels of that frame.
    pub face: FacePoints,
}

/// How a run of prints is made.
#[derive(Debug, Clone)]
pub struct PrintSetup {
    /// What a sheet looks like.
    pub layout: SheetLayout,
    /// Draw cut marks.
    pub cut_marks: bool,
    /// A separator sheet before each class.
    pub separators: bool,
    /// When a new file begins.
    pub parts: Parts,
    /// Title, time and id of the files.
    pub imprint: Imprint,
}

/// Prints everybody's sheet in packing order.
///
/// `load` is asked for one person's picture after the other, in the order of the sheets; `Ok(None)` leaves the person
/// out with a remark. `deliver` takes each file as soon as it is whole. An error of either ends the run. A picture
/// that belongs to another portrait than the one asked for ends it, too: nobody's face comes over another one's name.
pub fn print_sheets<E>(
    face: &Typeface,
    setup: &PrintSetup,
    people: Vec<PrintPerson>,
    mut load: impl FnMut(&PrintPerson) -> Result<Option<PrintPicture>, E>,
    deliver: impl FnMut(Part) -> Result<(), E>,
) -> Result<Summary, RunError<E>> {
    let packets = packets(people);
    let mut binder = Binder::new(face, &setup.imprint, setup.parts, deliver);
    for (i, (group, members)) in packets.iter().enumerate() {
        binder.begin(group)?;
        if setup.separators {
            let page = separator::page(face, &setup.layout, group, members, (i + 1, packets.len()));
            binder.page(page, &[], group)?;
        }
        let mut sheet = Sheet::new(setup);
        for person in members {
            let Some(prints) = prints_of(&setup.layout, person, &mut load, &mut binder.summary)? else {
                continue;
            };
            let notes = sheet.add(face, person, &prints);
            binder.note(person.portrait, notes);
            if sheet.is_full() {
                let full = std::mem::replace(&mut sheet, Sheet::new(setup));
                full.into_page(&mut binder, group)?;
            }
        }
        sheet.into_page(&mut binder, group)?;
    }
    binder.finish()
}

/// One person's picture, cut to every size of the sheet.
type Prints = BTreeMap<PrintSize, Image>;

fn prints_of<E>(
    layout: &SheetLayout,
    person: &PrintPerson,
    load: &mut impl FnMut(&PrintPerson) -> Result<Option<PrintPicture>, E>,
    summary: &mut Summary,
) -> Result<Option<Prints>, RunError<E>> {
    let portrait = person.portrait;
    let Some(loaded) = load(person).map_err(RunError::Caller)? else {
        summary.remarks.push(Remark::NoPicture { portrait });
        return Ok(None);
    };
    if loaded.portrait != portrait {
        return Err(PaperError::OtherPicture.into());
    }
    let frame = picture::check(&loaded.frame)?;
    let mut prints = Prints::new();
    for size in layout.sizes() {
        let plan = match plan_print(&loaded.face, frame, size) {
            Ok(plan) => plan,
            Err(PaperError::NoFace) => {
                summary.remarks.push(Remark::NoFace { portrait });
                return Ok(None);
            }
            Err(other) => return Err(other.into()),
        };
        if plan.enlarged || !plan.shortfalls.is_empty() {
            let (scale, shortfalls) = (plan.scale, plan.shortfalls);
            summary.remarks.push(Remark::Crop { portrait, size, scale, shortfalls });
        }
        let image = picture::cut(&loaded.frame, &plan.crop, size.dots(), picture::PRINT_QUALITY)?;
        prints.insert(size, image);
    }
    Ok(Some(prints))
}

/// A sheet that is being filled.
struct Sheet<'a> {
    setup: &'a PrintSetup,
    page: Page,
    people: Vec<PortraitId>,
}

impl<'a> Sheet<'a> {
    fn new(setup: &'a PrintSetup) -> Self {
        let (w, h) = setup.layout.page;
        Self { setup, page: Page::new(w, h), people: Vec::new() }
    }

    fn is_full(&self) -> bool {
        self.people.len() >= self.setup.layout.people
    }

    fn add(&mut self, face: &Typeface, person: &PrintPerson, prints: &Prints) -> Notes {
        let slot = self.people.len();
        let layout = &self.setup.layout;
        for place in layout.places.iter().filter(|place| place.person == slot) {
            if let Some(image) = prints.get(&place.size) {
                self.page.picture(place.area, image, place.turned);
            }
        }
        let mut notes = Notes::default();
        if let Some(caption) = layout.captions.get(slot) {
            set_caption(face, &mut self.page, caption, person, &mut notes);
        }
        self.people.push(person.portrait);
        notes
    }

    fn into_page<E, D: FnMut(Part) -> Result<(), E>>(
        mut self,
        binder: &mut Binder<'_, D>,
        group: &Group,
    ) -> Result<(), RunError<E>> {
        if self.people.is_empty() {
            return Ok(());
        }
        if self.setup.cut_marks {
            // Marks lie below the prints.
            let mut below = Page::new(self.page.width, self.page.height);
            marks::draw(&mut below, &self.setup.layout, self.people.len());
            below.marks.append(&mut self.page.marks);
            self.page = below;
        }
        binder.page(self.page, &self.people, group)
    }
}

/// Distance of two lines, in ems.
const LEADING: f64 = 1.25;

fn set_caption(
    face: &Typeface,
    page: &mut Page,
    caption: &CaptionBox,
    person: &PrintPerson,
    notes: &mut Notes,
) {
    let area = caption.area;
    let (length, depth) = if caption.turned { (area.h, area.w) } else { (area.w, area.h) };
    let mut lines: Vec<_> = caption.lines.iter().map(|line| face.line(&line.fill(person), notes)).collect();
    lines.retain(|line| !line.is_empty());
    if lines.is_empty() {
        // A batch without a roster: the number on the day's list is what tells the sheets apart.
        let number = person.shot_number();
        lines.push(face.line(&format!("拍摄号 {number}"), notes));
    }
    // Lines share the box; none is larger than asked for.
    let size = caption.text_mm.min(depth / (lines.len() as f64 * LEADING));
    for (i, line) in lines.into_iter().enumerate() {
        let down = i as f64 * size * LEADING + size * 0.95;
        let (line, size) = face.fit(line, size, length, notes);
        let (x, y) = if caption.turned { (area.x + down, area.bottom()) } else { (area.x, area.y + down) };
        page.set(x, y, Style::plain(size), line, caption.turned);
    }
}
