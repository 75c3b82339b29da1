//! 导出: a bag, or one encrypted file, written, read back, and recorded.

mod plan;
mod receipt;
mod verify;
mod write;

use std::path::{Path, PathBuf};

use delivery::{
    BagContents, BagInfo, BagPlan, BagRequest, DeliveryError, Extra, FileKind, FileSystem, Item, ItemFile,
    PathLimits, TargetFacts, Template,
};
use domain::{CaptureBatch, ContentHash};
use store::{HandoverPicture, PictureKind, Pictures, StoreError};

use super::door::{Room, title};
use super::view::*;
use super::{lists, words};
use crate::ApiError;

pub(super) use plan::plan;
pub(super) use receipt::{parcel_view, receipt};
pub(super) use verify::verify;
pub(super) use write::{run, write};

/// How files are named where nobody has said it: two people never share a fingerprint and a number.
const PLAIN: &str = "{fingerprint}-{shot_number}";

/// An export, decided.
pub(super) struct Prepared {
    pub(super) batch: Option<CaptureBatch>,
    pub(super) pictures: Vec<HandoverPicture>,
    pub(super) plan: BagPlan,
    /// What the prints will be, in a plan that is only looked at.
    pub(super) prints: Option<PrintsPlan>,
}

fn kind_of(kind: FileKind) -> PictureKind {
    if kind == FileKind::Original { PictureKind::Original } else { PictureKind::Portrait }
}

/// Where an exporter gets its bytes.
pub(super) fn reading(pictures: &Pictures) -> impl Fn(FileKind, &ContentHash) -> std::io::Result<Vec<u8>> {
    let pictures = pictures.clone();
    move |kind, hash| {
        pictures.read(kind_of(kind), hash).map_err(|e| match e {
            StoreError::PictureAltered(_) => std::io::Error::new(std::io::ErrorKind::InvalidData, e.code()),
            e => std::io::Error::other(e.code()),
        })
    }
}

fn items(room: &Room, pictures: &[HandoverPicture], originals: bool) -> Result<Vec<Item>, ApiError> {
    let item = |picture: &HandoverPicture| {
        let mut files = vec![ItemFile {
            kind: FileKind::Portrait,
            extension: "jpg".into(),
            hash: picture.hash,
            bytes: picture.bytes,
        }];
        if originals {
            let bytes = room.pictures.length(PictureKind::Original, &picture.original);
            files.push(ItemFile {
                kind: FileKind::Original,
                extension: picture.original_extension.clone(),
                hash: picture.original,
                bytes: bytes.map_err(crate::words::store)?,
            });
        }
        Ok(Item {
            fingerprint: picture.fingerprint.clone(),
            shot_number: picture.number,
            subject: picture.subject.as_ref().map(|line| line.subject.clone()).unwrap_or_default(),
            files,
        })
    };
    pictures.iter().map(item).collect()
}

fn template(batch: Option<&CaptureBatch>, contents: &ExportContents) -> Result<Template, ApiError> {
    let asked = contents.template.trim();
    let planned = batch.map(|batch| batch.plan.naming.trim()).unwrap_or_default();
    let source = [asked, planned, PLAIN].into_iter().find(|text| !text.is_empty()).unwrap_or(PLAIN);
    Template::parse(source).map_err(|error| {
        let text = error.text();
        ApiError::new(error.code(), text.zh, text.en).with_story(&error)
    })
}

fn usual_name(batch: Option<&CaptureBatch>) -> String {
    match batch {
        Some(batch) => {
            let plan = &batch.plan;
            let parts = [plan.school.clone(), plan.date.to_string(), plan.group.clone()];
            parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("-")
        }
        None => "gradbooth".into(),
    }
}

/// Which sheets of prints a plan holds, where the contents ask for some.
pub(super) enum Prints<'a> {
    /// Stand-ins of about their size: a plan to look at, made in a moment.
    Expected,
    /// Those that were made.
    Made(&'a [Extra]),
}

/// Decides an export. Writes nothing.
pub(super) fn prepare(
    room: &Room,
    batch: Option<domain::BatchId>,
    name: &str,
    contents: &ExportContents,
    prints: Prints<'_>,
) -> Result<Prepared, ApiError> {
    let (batch, pictures) = room.handover(batch)?;
    if pictures.is_empty() {
        return Err(words::delivery(DeliveryError::Nothing));
    }
    let items = items(room, &pictures, contents.originals)?;
    let template = template(batch.as_ref(), contents)?;
    let name = if name.trim().is_empty() { usual_name(batch.as_ref()) } else { name.trim().to_owned() };
    let request = BagRequest {
        name: &name,
        items: &items,
        template: &template,
        limits: if contents.short_paths { PathLimits::SHORT } else { PathLimits::FULL },
        contents: BagContents { portraits: true, originals: contents.originals, prints: false },
        extras: Vec::new(),
        info: BagInfo {
            source_organization: room.station.clone(),
            external_identifier: batch.as_ref().map(|b| format!("batch-{}", b.id)).unwrap_or_default(),
            external_description: title(batch.as_ref()),
            contact_name: String::new(),
            contact_phone: String::new(),
            software: format!("Gradbooth {}", env!("CARGO_PKG_VERSION")),
        },
    };
    // Planned twice: the lists name the paths that the first plan gives.
    let bare = delivery::plan_bag(request.clone()).map_err(words::delivery)?;
    let mut extras = lists::extras(room, batch.as_ref(), &pictures, &bare, contents.codes)?;
    let mut sheets = None;
    match (&contents.prints, prints) {
        (Some(layout), Prints::Expected) => {
            let (expected, plan) = super::prints::expected(room, &pictures, layout)?;
            extras.extend(expected);
            sheets = Some(plan);
        }
        (Some(_), Prints::Made(made)) => extras.extend_from_slice(made),
        (None, _) => {}
    }
    let plan = delivery::plan_bag(BagRequest { extras, ..request }).map_err(words::delivery)?;
    Ok(Prepared { batch, pictures, plan, prints: sheets })
}

/// A folder to write into.
pub(super) fn folder(into: &str) -> Result<PathBuf, ApiError> {
    let path = PathBuf::from(into.trim());
    if into.trim().is_empty() || !path.is_dir() {
        return Err(ApiError::new(
            "no_such_folder",
            "找不到这个文件夹或 U 盘。请重新插好 U 盘，再选一次。",
            "There is no such folder or drive. Plug the stick in again and choose once more.",
        ));
    }
    Ok(path)
}

/// A place of which nothing is known.
const ANYWHERE: TargetFacts =
    TargetFacts { file_system: FileSystem::Other, free: u64::MAX, allocation_unit: 4096 };

fn facts_of(into: &Path) -> TargetFacts {
    // Where the system tells nothing, e.g. a network share, writing and reading back decide.
    delivery::target_facts(into).unwrap_or(ANYWHERE)
}

fn there(bag: &Path, plan: &BagPlan) -> u64 {
    let length = |path: &str| std::fs::metadata(bag.join(path)).map_or(0, |facts| facts.len());
    if bag.is_dir() { plan.files.iter().map(|file| length(&file.path)).sum() } else { 0 }
}
