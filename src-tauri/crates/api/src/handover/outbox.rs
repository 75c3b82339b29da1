//! 待发箱: what still has to leave.

use domain::{BatchId, CaptureBatch};
use store::{HandoverPicture, Reader, StoreError, UploadRowState};

use super::allowance::Allowance;
use super::door::{Room, title};
use super::export::parcel_view;
use super::uploading;
use super::view::*;
use crate::ApiError;

/// Pictures in one answer, if nothing else is said, and at most.
const ITEMS: u32 = 200;
const MOST: u32 = 2000;

pub(super) fn list(room: &Room) -> Result<Vec<OutboxBatch>, ApiError> {
    let allowance = Allowance::of(room, &uploading::settings(room)?)?;
    room.read(|reader| {
        let mut list = vec![];
        for batch in reader.batches()? {
            list.push(one(reader, Some(batch), &allowance)?);
        }
        let loose = one(reader, None, &allowance)?;
        if loose.pictures > 0 || loose.erased_at.is_some() || !loose.parcels.is_empty() {
            list.push(loose);
        }
        Ok(list)
    })
}

fn one(
    reader: &Reader,
    batch: Option<CaptureBatch>,
    allowance: &Allowance,
) -> Result<OutboxBatch, StoreError> {
    let id = batch.as_ref().map(|batch| batch.id);
    let pictures = reader.handover(id)?;
    let count = |wanted: fn(&HandoverPicture) -> bool| pictures.iter().filter(|p| wanted(p)).count() as u32;
    let uploads = reader.uploads(id)?;
    let parked =
        uploads.iter().filter(|o| matches!(o.state, UploadRowState::Parked | UploadRowState::Conflict));
    let failed = reader.results(id)?.into_iter().filter(|r| r.outcome != "passed" && !r.retaken);
    let erased = reader.erasures()?.into_iter().find(|erasure| erasure.batch == id);
    let here: std::collections::HashSet<_> = pictures.iter().map(|picture| picture.portrait).collect();
    let due = reader.corrections_due()?.into_iter().filter(|due| here.contains(&due.portrait));
    Ok(OutboxBatch {
        batch: id,
        title: title(batch.as_ref()),
        state: batch.as_ref().map(|batch| batch.state),
        pictures: pictures.len() as u32,
        bytes: pictures.iter().map(|picture| picture.bytes).sum(),
        uploaded: count(|p| p.uploaded),
        exported: count(|p| p.exported),
        waiting: count(|p| !p.uploaded && !p.exported),
        parked: parked.count() as u32,
        upload_allowed: allowance.allows(batch.as_ref()),
        failed_review: failed.count() as u32,
        corrections_due: due.count() as u32,
        parcels: reader.parcels(id)?.into_iter().map(parcel_view).collect(),
        erased_at: erased.map(|erasure| erasure.ended_at),
    })
}

pub(super) fn items(room: &Room, request: OutboxRequest) -> Result<Vec<OutboxItem>, ApiError> {
    let limit = if request.limit == 0 { ITEMS } else { request.limit.min(MOST) } as usize;
    let (_, pictures) = room.handover(request.batch)?;
    let wanted = |picture: &HandoverPicture| match request.filter {
        OutboxFilter::All => true,
        OutboxFilter::Waiting => !picture.uploaded && !picture.exported,
        OutboxFilter::HandedOver => picture.uploaded || picture.exported,
    };
    Ok(pictures.into_iter().filter(wanted).take(limit).map(item).collect())
}

fn item(picture: HandoverPicture) -> OutboxItem {
    let subject = picture.subject.as_ref().map(|line| &line.subject);
    OutboxItem {
        portrait: picture.portrait,
        path: format!("portrait/{}", picture.hash),
        number: picture.number,
        masked_name: subject.and_then(|s| s.masked_name()),
        college: subject.and_then(|s| s.college.clone()),
        fingerprint: picture.fingerprint,
        accepted_at: picture.accepted_at,
        uploaded: picture.uploaded,
        exported: picture.exported,
        from_elsewhere: picture.from_elsewhere,
    }
}

/// Name of a batch where no school and no person may be named: in keys, erase records, file names.
pub(super) fn plain_name(batch: Option<BatchId>) -> String {
    batch.map_or_else(|| "no-batch".to_owned(), |id| format!("batch-{id}"))
}
