//! 勘误: only what has changed since a parcel was delivered, with a list of what to replace and why.

use delivery::{Correction, DeliveredFile, FileKind};
use store::ParcelFile;

use super::door::Room;
use super::export::{self, Prepared};
use super::jobs::Teller;
use super::view::*;
use super::words;
use crate::ApiError;

/// Most changes in one answer.
const CHANGES: usize = 500;

/// What the receiver has now: the parcel, and every complete correction of it on top.
fn delivered(room: &Room, parcel: i64) -> Result<(store::ParcelRecord, Vec<DeliveredFile>, usize), ApiError> {
    room.read(|reader| {
        let first = reader.parcel(parcel)?;
        let mut corrections: Vec<_> =
            reader.parcels(first.batch)?.into_iter().filter(|p| p.of == Some(parcel)).collect();
        corrections.reverse();
        let begun = corrections.len();
        let mut now: std::collections::BTreeMap<String, ParcelFile> = Default::default();
        let all = std::iter::once(&first).chain(corrections.iter().filter(|p| p.bag_checksum.is_some()));
        for record in all {
            for file in reader.parcel_files(record.id)? {
                // A renamed or withdrawn file of the same person and kind is gone at the receiver's.
                if record.id != parcel {
                    now.retain(|_, old| !(old.fingerprint == file.fingerprint && old.kind == file.kind));
                }
                now.insert(file.path.clone(), file);
            }
        }
        Ok((first, now.into_values().filter_map(file).collect(), begun))
    })
}

fn file(file: ParcelFile) -> Option<DeliveredFile> {
    let kind = match file.kind.as_str() {
        "portrait" => FileKind::Portrait,
        "original" => FileKind::Original,
        _ => return None,
    };
    Some(DeliveredFile { fingerprint: file.fingerprint, kind, path: file.path, hash: file.content })
}

fn prepare(
    room: &Room,
    request: &CorrectionParcelRequest,
) -> Result<(Option<(Correction, Prepared)>, String), ApiError> {
    let (first, delivered, begun) = delivered(room, request.parcel)?;
    if first.bag_checksum.is_none() {
        return Err(ApiError::new(
            "parcel_incomplete",
            "这个交付包没有完成，不能作勘误。请先把它导出完成。",
            "This parcel is not complete. Finish its export first.",
        ));
    }
    let contents: ExportContents = serde_json::from_value(first.contents).unwrap_or_default();
    // The lists of the whole batch stay out: a correction holds only what changed, and its own list.
    let contents = ExportContents { prints: None, codes: false, ..contents };
    let mut present = export::prepare(room, first.batch, &first.name, &contents, export::Prints::Expected)?;
    let name = match request.name.trim() {
        "" => format!("{}-勘误{}", first.name, begun + 1),
        name => name.to_owned(),
    };
    let made = delivery::plan_correction(&delivered, &present.plan, &name).map_err(words::delivery)?;
    let made = made.map(|correction| {
        present.plan = correction.bag.clone();
        (correction, present)
    });
    Ok((made, name))
}

pub(super) fn plan(room: &Room, request: &CorrectionParcelRequest) -> Result<CorrectionPlan, ApiError> {
    let (made, name) = prepare(room, request)?;
    Ok(match made {
        None => {
            CorrectionPlan { nothing: true, name, files: 0, bytes: 0, changes: Vec::new(), change_count: 0 }
        }
        Some((correction, _)) => CorrectionPlan {
            nothing: false,
            name: correction.bag.name.clone(),
            files: correction.bag.files.len() as u32,
            bytes: correction.bag.payload_bytes,
            change_count: correction.changes.len() as u32,
            changes: correction.changes.into_iter().take(CHANGES).collect(),
        },
    })
}

pub(super) fn run(
    room: &Room,
    teller: &Teller,
    request: &CorrectionParcelRequest,
) -> Result<JobResult, ApiError> {
    let into = export::folder(&request.into)?;
    let (Some((_, prepared)), _) = prepare(room, request)? else {
        return Err(ApiError::new(
            "nothing_changed",
            "交付之后没有任何变化，不需要勘误包。",
            "Nothing has changed since the delivery; no correction is needed.",
        ));
    };
    let contents = room.read(|reader| reader.parcel(request.parcel))?.contents;
    export::write(room, teller, &prepared, &into, ("correction", Some(request.parcel), contents), None)
}
