//! 清除: what keeps from it, and the deed, in the order that survives a crash.

use std::path::PathBuf;

use delivery::{DeliveryError, EraseFile, EraseKind, ErasePlan, EraseRecord, EraseRequest, Receipt};
use domain::{BatchId, ContentHash};
use store::{ErasureRecord, PictureKind};

use super::door::Room;
use super::jobs::Teller;
use super::outbox::plain_name;
use super::view::*;
use super::words;
use crate::{ApiError, day};

fn kind(kind: PictureKind) -> EraseKind {
    match kind {
        PictureKind::Original => EraseKind::Original,
        PictureKind::Portrait => EraseKind::Portrait,
    }
}

/// What would be erased, and what besides the plan has to be told.
struct Decided {
    plan: ErasePlan,
    people: u32,
    /// Files among the reports that are of no batch.
    reports_left: u32,
}

/// Reports in the data folder. Those of the batch, which name people, go with it; those that were written elsewhere
/// are where the operator put them. Answers the number of files of no batch besides.
fn reports(room: &Room, batch: Option<BatchId>) -> Result<(Vec<EraseFile>, u32), ApiError> {
    let folder = room.root.join(day::REPORTS);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(e) => return Err(words::io(e)),
    };
    let (mut files, mut others) = (Vec::new(), 0);
    for entry in entries {
        let entry = entry.map_err(words::io)?;
        if !entry.file_type().map_err(words::io)?.is_file() {
            continue;
        }
        let name = entry.file_name();
        match day::report_batch(&name.to_string_lossy()) {
            Some(of) if Some(of) == batch => {
                let bytes = std::fs::read(entry.path()).map_err(words::io)?;
                files.push(EraseFile {
                    kind: EraseKind::Product,
                    path: PathBuf::from(day::REPORTS).join(name),
                    hash: ContentHash::of(&bytes),
                    bytes: bytes.len() as u64,
                    handed_over: true, // made from the pictures and the lists, and can be made again while those are there
                });
            }
            Some(_) => {}
            None => others += 1,
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((files, others))
}

fn decide(room: &Room, batch: Option<BatchId>, days: u32) -> Result<Decided, ApiError> {
    let (scope, parcels) = room.read(|reader| {
        if let Some(id) = batch {
            reader.batch_or_open(Some(id))?;
        }
        Ok((reader.erase_scope(batch, &room.pictures)?, reader.parcels(batch)?))
    })?;
    let mut files: Vec<EraseFile> = scope
        .files
        .into_iter()
        .map(|file| EraseFile {
            kind: kind(file.kind),
            bytes: room.pictures.length(file.kind, &file.hash).unwrap_or(0),
            path: file.path,
            hash: file.hash,
            handed_over: file.handed_over,
        })
        .collect();
    let (reports, reports_left) = reports(room, batch)?;
    files.extend(reports);
    // Every complete parcel whose place no later one of the same name has taken has to be signed for.
    let mut delivered = Vec::new();
    let mut receipts = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for parcel in parcels.iter().filter(|parcel| parcel.bag_checksum.is_some()) {
        let Some(bag_checksum) = parcel.bag_checksum else { continue };
        if let Some((signed_by, _, at)) = &parcel.receipt {
            receipts.push(Receipt { signed_by: signed_by.clone(), at: *at, bag_checksum });
        }
        if seen.insert((&parcel.name, &parcel.kind)) {
            delivered.push(bag_checksum);
        }
    }
    let name = plain_name(batch);
    let request = EraseRequest {
        batch: &name,
        files: &files,
        receipts: &receipts,
        delivered_bags: &delivered,
        retention_days: days,
        uploads_open: scope.uploads_open,
        sitting_open: scope.sitting_open,
    };
    Ok(Decided { plan: delivery::plan_erase(&request, room.now()), people: scope.people, reports_left })
}

fn counts(files: &[EraseFile]) -> Vec<ErasedCount> {
    let of = |kind| {
        let of_kind = files.iter().filter(move |file| file.kind == kind);
        let (files, bytes) = of_kind.fold((0, 0), |(n, bytes), file| (n + 1, bytes + file.bytes));
        ErasedCount { kind, files, bytes }
    };
    let kinds = [EraseKind::Original, EraseKind::Portrait, EraseKind::Product];
    kinds.into_iter().map(of).filter(|count| count.files > 0).collect()
}

fn code(block: &delivery::EraseBlock) -> &'static str {
    use delivery::EraseBlock as B;
    match block {
        B::UploadsOpen { .. } => "uploads_open",
        B::SittingOpen => "sitting_open",
        B::NotHandedOver { .. } => "not_handed_over",
        B::NoReceipt => "no_receipt",
        B::Retained { .. } => "retained",
    }
}

pub(super) fn plan(room: &Room, ask: EraseAsk) -> Result<ErasePlanView, ApiError> {
    let Decided { plan, people, reports_left } = decide(room, ask.batch, ask.retention_days)?;
    let hindrance = |block: &delivery::EraseBlock| EraseHindrance {
        code: code(block).to_owned(),
        text: block.text(),
        can_be_confirmed: block.can_be_confirmed(),
    };
    Ok(ErasePlanView {
        files: counts(&plan.files),
        people,
        blocks: plan.blocks.iter().map(hindrance).collect(),
        confirmation: plan.confirmation,
        reports_left,
    })
}

pub(super) fn run(room: &Room, teller: &Teller, start: &EraseStart) -> Result<JobResult, ApiError> {
    let batch = start.batch;
    let Decided { plan, people, .. } = decide(room, batch, start.retention_days)?;
    // The plan asks again when it erases; here it is asked before anything is marked.
    plan.permits(start.typed.as_deref()).map_err(words::delivery)?;
    teller.tell("标记", "Marking", (0, 0), 0.0);
    let id = room.write(move |store, now| store.begin_erasure(batch, now))?;
    teller.tell("删除照片和报告文件", "Deleting pictures and reports", (0, plan.files.len() as u32), 0.1);
    let record = plan.erase(&room.root, start.typed.as_deref(), room.now()).map_err(words::delivery)?;
    if record.failed > 0 {
        return Err(ApiError::new(
            "erase_incomplete",
            format!("有 {} 个文件删不掉（可能被别的程序打开）。请关闭看图程序后再清除一次。", record.failed),
            format!(
                "{} files could not be deleted, maybe another program has them open. Close it and erase again.",
                record.failed
            ),
        ));
    }
    teller.tell("清除编码和身份信息", "Blanking codes and identities", (0, 0), 0.8);
    let kept = serde_json::to_value(&record).unwrap_or_default();
    room.write(move |store, now| store.finish_erasure(id, batch, people, &kept, now))?;
    teller.tell("重写数据库", "Rewriting the database", (0, 0), 0.9);
    // Sealed bodies of the upload lie beside the store; they are useless without the key and go all the same.
    drop(std::fs::remove_dir_all(super::uploading::spool(room, batch)));
    let left = room.write(|store, _| store.scrub())?;
    if left > 0 {
        tracing::warn!(left, "rescued pictures or damaged databases stay in the folder after an erasure");
    }
    let done = room.read(|reader| Ok(reader.erasures()?.into_iter().find(|erasure| erasure.id == id)))?;
    done.and_then(view).map(JobResult::Erased).ok_or_else(|| words::delivery(DeliveryError::EraseBlocked))
}

/// Nothing is erased while it may be on its way.
pub(super) fn upload_runs() -> ApiError {
    ApiError::new(
        "upload_running",
        "这个批次正在上传，现在不能清除，什么也没有删除。请先停止上传或等它完成。",
        "This batch is being uploaded; nothing was erased. Stop the upload or wait for its end.",
    )
}

fn view(kept: ErasureRecord) -> Option<EraseDone> {
    let record: EraseRecord = serde_json::from_value(kept.record).ok()?;
    let count = |(kind, files, bytes): &(EraseKind, u32, u64)| ErasedCount {
        kind: *kind,
        files: *files,
        bytes: *bytes,
    };
    Some(EraseDone {
        record: kept.id,
        batch: kept.batch,
        name: record.batch,
        at: kept.ended_at,
        erased: record.erased.iter().map(count).collect(),
        people: kept.people,
        gone_before: record.gone_before,
        failed: record.failed,
        list_hash: record.list_hash,
        bag_checksum: record.bag_checksum,
        confirmed: record.confirmed.iter().map(|block| code(block).to_owned()).collect(),
    })
}

pub(super) fn records(room: &Room) -> Result<Vec<EraseDone>, ApiError> {
    Ok(room.read(|reader| reader.erasures())?.into_iter().filter_map(view).collect())
}
