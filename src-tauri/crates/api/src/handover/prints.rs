//! 冲印: sheets cut again from the original frames, and proof sheets of the delivered pictures.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use delivery::{Extra, ExtraBody};
use domain::{CaptureBatch, ContentHash, PortraitId, ShotNumber, Text};
use imaging::engine::{Options, PortraitEngine};
use imaging::recolor::{Backdrop, recolor};
use imaging::resample::Plane;
use paper::run::{Part, Parts, Remark, RunError, Summary};
use paper::{Area, Imprint, PrintPerson, PrintPicture, PrintSetup, ProofSetup, SheetLayout, SmallTwoInch};
use store::{HandoverPicture, PictureKind};

use super::door::{Room, title};
use super::jobs::Teller;
use super::view::*;
use super::{export, lists, words};
use crate::ApiError;

/// Remarks in one answer.
const REMARKS: usize = 500;
/// The models may still be loading right after the start.
const ENGINE_PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn layouts(room: &Room) -> Vec<PrintLayout> {
    let one = |(id, text): (String, std::io::Result<String>)| {
        let parsed = text.map_err(words::io).and_then(|t| SheetLayout::parse(&t).map_err(words::paper));
        match parsed {
            Ok(layout) => PrintLayout {
                paper: format!("{:.0}×{:.0} mm", layout.page.0, layout.page.1),
                prints: layout
                    .sizes()
                    .iter()
                    .map(|size| format!("{:.0}×{:.0} ×{}", size.mm().0, size.mm().1, layout.count(*size)))
                    .collect::<Vec<_>>()
                    .join(", "),
                people: layout.people as u32,
                page: layout.page,
                places: layout.places.iter().map(place).collect(),
                name: layout.name,
                id,
                refused: None,
            },
            Err(error) => PrintLayout {
                name: Text::new(id.clone(), id.clone()),
                id,
                paper: String::new(),
                prints: String::new(),
                people: 0,
                page: (0.0, 0.0),
                places: Vec::new(),
                refused: Some(error.text),
            },
        }
    };
    room.assets.print_layouts().into_iter().map(one).collect()
}

fn place(place: &paper::layout::Place) -> PrintPlace {
    let Area { x, y, w, h } = place.area;
    PrintPlace { person: place.person as u32, x, y, w, h, turned: place.turned }
}

fn layout(room: &Room, id: &str) -> Result<SheetLayout, ApiError> {
    if id.trim().is_empty() {
        return SheetLayout::notice(SmallTwoInch::default()).map_err(words::paper);
    }
    let found = room.assets.print_layouts().into_iter().find(|(name, _)| name == id);
    let missing = || {
        ApiError::new(
            "no_such_layout",
            format!("没有名为 {id} 的排版。"),
            format!("There is no layout {id}."),
        )
    };
    let text = found.ok_or_else(missing)?.1.map_err(words::io)?;
    SheetLayout::parse(&text).map_err(words::paper)
}

fn chosen(
    room: &Room,
    request: &PrintsRequest,
) -> Result<(Option<CaptureBatch>, Vec<HandoverPicture>), ApiError> {
    let (batch, mut pictures) = room.handover(request.batch)?;
    if !request.portraits.is_empty() {
        pictures.retain(|picture| request.portraits.contains(&picture.portrait));
    }
    if pictures.is_empty() {
        return Err(words::delivery(delivery::DeliveryError::Nothing));
    }
    Ok((batch, pictures))
}

fn people(pictures: &[HandoverPicture]) -> Vec<PrintPerson> {
    let person = |picture: &HandoverPicture| PrintPerson {
        portrait: picture.portrait,
        subject: picture.subject.as_ref().map(|line| line.subject.clone()).unwrap_or_default(),
        number: Some(picture.number),
    };
    pictures.iter().map(person).collect()
}

pub(super) fn plan(room: &Room, request: &PrintsRequest) -> Result<PrintsPlan, ApiError> {
    let (_, pictures) = chosen(room, request)?;
    Ok(match request.kind {
        PrintsKind::Proofs => pages(&pictures, paper::proof::PER_PAGE, false),
        PrintsKind::Sheets => pages(&pictures, layout(room, &request.layout)?.people, !request.no_separators),
    })
}

/// How many pages; nothing is opened for it.
fn pages(pictures: &[HandoverPicture], per_page: usize, separators: bool) -> PrintsPlan {
    let mut packets: HashMap<paper::Group, usize> = HashMap::new();
    for person in people(pictures) {
        *packets.entry(person.group()).or_default() += 1;
    }
    let pages: usize = packets.values().map(|people| people.div_ceil(per_page.max(1))).sum();
    let separators = if separators { packets.len() } else { 0 };
    PrintsPlan {
        people: pictures.len() as u32,
        packets: packets.len() as u32,
        pages: (pages + separators) as u32,
    }
}

/// Asks the models for what a print needs; nothing of the delivered picture is used.
fn engine(room: &Room) -> Result<Arc<PortraitEngine>, ApiError> {
    room.engine.wait(ENGINE_PATIENCE).ok_or_else(|| {
        ApiError::new(
            "engine_missing",
            "图像模型没有启动，不能排版冲印。请看屏幕上的提示。",
            "The imaging models are not running. See the message on the screen.",
        )
    })
}

/// The original frame with the face in it, and the background that the batch's standard wants.
fn frame(
    room: &Room,
    engine: &PortraitEngine,
    picture: &HandoverPicture,
) -> Result<Option<PrintPicture>, ApiError> {
    let bytes = room.pictures.read(PictureKind::Original, &picture.original).map_err(crate::words::store)?;
    let broken = |e: imaging::error::ImagingError| {
        ApiError::new("develop_failed", "照片处理失败。", "The picture could not be made.").with_story(e)
    };
    let frame = imaging::decode::picture_file(&bytes).map_err(broken)?;
    let faces = engine.faces().find(&frame).map_err(broken)?;
    let Some(face) = faces.first() else { return Ok(None) };
    let spec = &room.spec;
    let made = engine.portrait(&frame, spec, None, &Options { frame_alpha: true }).map_err(broken)?;
    let head_top = match &made.plan {
        Some(plan) => plan.crop.y + plan.geometry.head_top_px * plan.crop.h / f64::from(spec.size.height),
        None => face.estimated_head_top(),
    };
    let coloured = match &made.frame_alpha {
        Some(alpha) => {
            let plane = Plane {
                width: alpha.width() as usize,
                height: alpha.height() as usize,
                values: alpha.as_raw().iter().map(|v| f32::from(*v) / 255.0).collect(),
            };
            recolor(&frame, &plane, &Backdrop::estimate(&frame, &plane, None), &spec.background)
        }
        None => frame,
    };
    Ok(Some(PrintPicture { portrait: picture.portrait, frame: coloured, face: face.points(head_top) }))
}

fn ended<T>(outcome: Result<T, RunError<ApiError>>) -> Result<T, ApiError> {
    outcome.map_err(|error| match error {
        RunError::Caller(error) => error,
        RunError::Paper(error) => words::paper(error),
    })
}

fn by_portrait(pictures: &[HandoverPicture]) -> HashMap<PortraitId, &HandoverPicture> {
    pictures.iter().map(|picture| (picture.portrait, picture)).collect()
}

fn imprint(room: &Room, batch: Option<&CaptureBatch>, what: &str, pictures: &[HandoverPicture]) -> Imprint {
    let made = pictures.iter().map(|p| p.accepted_at).max().unwrap_or_else(|| room.now());
    let title = format!("{what} {}", title(batch)).trim().to_owned();
    Imprint { id: format!("{title} {}", room.station), title, made }
}

fn sheets(
    room: &Room,
    batch: Option<&CaptureBatch>,
    pictures: &[HandoverPicture],
    setup: (SheetLayout, &PrintsRequest),
    step: &mut dyn FnMut(usize) -> Result<(), ApiError>,
    deliver: impl FnMut(Part) -> Result<(), ApiError>,
) -> Result<Summary, ApiError> {
    let engine = engine(room)?;
    let face = lists::typeface(room)?;
    let known = by_portrait(pictures);
    let (layout, request) = setup;
    let setup = PrintSetup {
        layout,
        cut_marks: !request.no_cut_marks,
        separators: !request.no_separators,
        parts: Parts { by_group: request.by_class, ..Parts::default() },
        imprint: imprint(room, batch, "冲印", pictures),
    };
    let mut done = 0;
    let load = |person: &PrintPerson| {
        step(done)?;
        done += 1;
        known.get(&person.portrait).map_or(Ok(None), |picture| frame(room, &engine, picture))
    };
    ended(paper::print_sheets(&face, &setup, people(pictures), load, deliver))
}

fn proofs(
    room: &Room,
    batch: Option<&CaptureBatch>,
    pictures: &[HandoverPicture],
    by_class: bool,
    step: &mut dyn FnMut(usize) -> Result<(), ApiError>,
    deliver: impl FnMut(Part) -> Result<(), ApiError>,
) -> Result<Summary, ApiError> {
    let face = lists::typeface(room)?;
    let known = by_portrait(pictures);
    let parts = Parts { by_group: by_class, ..Parts::default() };
    let setup = ProofSetup { parts, imprint: imprint(room, batch, "校对", pictures) };
    let mut done = 0;
    let load = |person: &PrintPerson| {
        step(done)?;
        done += 1;
        let Some(picture) = known.get(&person.portrait) else { return Ok(None) };
        let bytes = room.pictures.read(PictureKind::Portrait, &picture.hash).map_err(crate::words::store)?;
        let broken = |e: imaging::error::ImagingError| {
            ApiError::new("picture_damaged", "照片打不开。", "A picture does not open.").with_story(e)
        };
        Ok(Some((picture.portrait, imaging::decode::picture_file(&bytes).map_err(broken)?)))
    };
    ended(paper::proof_sheets(&face, &setup, people(pictures), load, deliver))
}

pub(super) fn run(room: &Room, teller: &Teller, request: &PrintsRequest) -> Result<JobResult, ApiError> {
    let into = export::folder(&request.into)?;
    let (batch, pictures) = chosen(room, request)?;
    let mut files = Vec::new();
    let total = pictures.len();
    let mut step = |done: usize| {
        teller.step("排版", "Setting the sheets", done, total);
        teller.go_on()
    };
    let word = if request.kind == PrintsKind::Sheets { "prints" } else { "proofs" };
    let name = super::outbox::plain_name(request.batch);
    let deliver = |part: Part| {
        let file = into.join(format!("{name}-{word}-{:03}.pdf", part.ordinal));
        write_synced(&file, &part.pdf)?;
        files.push(file.display().to_string());
        Ok(())
    };
    let summary = match request.kind {
        PrintsKind::Sheets => {
            let layout = layout(room, &request.layout)?;
            sheets(room, batch.as_ref(), &pictures, (layout, request), &mut step, deliver)?
        }
        PrintsKind::Proofs => proofs(room, batch.as_ref(), &pictures, request.by_class, &mut step, deliver)?,
    };
    let remarks = remarks(&summary, &pictures);
    let (pages, printed) = (summary.pages, summary.people);
    room.write(move |store, now| {
        let detail = serde_json::json!({ "what": word, "people": printed, "pages": pages });
        store.record(&store::NewEvent::new("prints_made", detail), now)
    })?;
    Ok(JobResult::Prints(PrintsDone { files, pages, people: printed, remarks }))
}

/// Bytes of a print for each of its dots: 17 photographs cut to 390×567 dots took 0.21 to 0.49 at the quality of prints,
/// half of them 0.30 or less; an even background takes next to nothing.
const BYTES_PER_DOT: f64 = 0.4;
/// Frame, caption and the share of the font, for each page.
const BYTES_PER_PAGE: f64 = 20_000.0;

fn place_in_bag(ordinal: u32) -> String {
    format!("prints/prints-{ordinal:03}.pdf")
}

/// Sheets as files of a bag before they are made: how many, and about how large. Opens no picture; the files are not
/// there, and the plan that they are in is for looking at only.
pub(super) fn expected(
    room: &Room,
    pictures: &[HandoverPicture],
    id: &str,
) -> Result<(Vec<Extra>, PrintsPlan), ApiError> {
    let layout = layout(room, id)?;
    let plan = pages(pictures, layout.people, true);
    let dots: f64 = layout.sizes().iter().map(|size| f64::from(size.dots().width * size.dots().height)).sum();
    let bytes = f64::from(plan.people) * dots * BYTES_PER_DOT + f64::from(plan.pages) * BYTES_PER_PAGE;
    let most = Parts::default().most_pages.max(1);
    let files = plan.pages.div_ceil(most).max(1);
    let of_one = (bytes / f64::from(files)) as u64;
    let extra = |ordinal| Extra {
        path: place_in_bag(ordinal),
        body: ExtraBody::File { file: PathBuf::new(), bytes: of_one, hash: ContentHash::of(b"") },
    };
    Ok(((1..=files).map(extra).collect(), plan))
}

/// Sheets that wait in the data folder's `tmp/` for the bag that they go into; gone with this value, and at the next
/// start if the program ends before.
pub(super) struct Sheets {
    pub(super) extras: Vec<Extra>,
    pub(super) pages: u32,
    pub(super) remarks: Vec<PrintRemark>,
}

impl Drop for Sheets {
    fn drop(&mut self) {
        for extra in &self.extras {
            if let ExtraBody::File { file, .. } = &extra.body {
                drop(std::fs::remove_file(file));
            }
        }
    }
}

/// Makes the sheets of a bag. The same pictures give the same bytes, so that an export that was interrupted finds them.
pub(super) fn for_bag(
    room: &Room,
    batch: Option<&CaptureBatch>,
    pictures: &[HandoverPicture],
    id: &str,
    step: &mut dyn FnMut(usize) -> Result<(), ApiError>,
) -> Result<Sheets, ApiError> {
    let layout = layout(room, id)?;
    let request = PrintsRequest::default();
    let mut made = Sheets { extras: Vec::new(), pages: 0, remarks: Vec::new() };
    let deliver = |part: Part| {
        let file = room.root.join("tmp").join(format!("prints-{:03}.pdf", part.ordinal));
        let body = ExtraBody::File {
            file: file.clone(),
            bytes: part.pdf.len() as u64,
            hash: ContentHash::of(&part.pdf),
        };
        // Before it is written, so that half of it is removed too.
        made.extras.push(Extra { path: place_in_bag(part.ordinal), body });
        std::fs::write(&file, &part.pdf).map_err(words::io)
    };
    let summary = sheets(room, batch, pictures, (layout, &request), step, deliver)?;
    (made.pages, made.remarks) = (summary.pages, remarks(&summary, pictures));
    Ok(made)
}

fn remarks(summary: &Summary, pictures: &[HandoverPicture]) -> Vec<PrintRemark> {
    let numbers: HashMap<PortraitId, ShotNumber> = pictures.iter().map(|p| (p.portrait, p.number)).collect();
    summary.remarks.iter().take(REMARKS).map(|remark| remark_view(remark, &numbers)).collect()
}

/// Whole or absent, and on the disk.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), ApiError> {
    crate::files::put(path, bytes, true).map_err(words::io)
}

fn remark_view(remark: &Remark, numbers: &HashMap<PortraitId, ShotNumber>) -> PrintRemark {
    let (portrait, text) = match remark {
        Remark::NoPicture { portrait } => {
            (portrait, Text::new("没有照片，没有冲印。", "No picture; nothing was printed."))
        }
        Remark::NoFace { portrait } => (
            portrait,
            Text::new("原图上找不到人脸，没有冲印。", "No face in the original; nothing was printed."),
        ),
        Remark::Crop { portrait, size, scale, .. } => {
            let name = format!("{:.0}×{:.0} mm", size.mm().0, size.mm().1);
            let zoom = if *scale > 1.0 { format!("，放大了 {scale:.2} 倍") } else { String::new() };
            let text = Text::new(
                format!("{name}：头部位置不完全合规格{zoom}，请看一眼。"),
                format!(
                    "{name}: the head is not quite where the size wants it, or pixels were enlarged (×{scale:.2}). Look at it."
                ),
            );
            (portrait, text)
        }
        Remark::CaptionCut { portrait } => {
            (portrait, Text::new("说明文字太长，已截短。", "The caption was too long and cut."))
        }
        Remark::NoGlyph { portrait, .. } => (
            portrait,
            Text::new(
                "姓名里有字库没有的字，印成了〓，请手写。",
                "The name has a character that the font lacks, printed as 〓: write it by hand.",
            ),
        ),
    };
    let number = numbers.get(portrait).copied().unwrap_or(ShotNumber(0));
    PrintRemark { portrait: *portrait, number, text }
}
