//! Writes what was decided, and keeps the record of it.

use std::collections::HashMap;
use std::path::Path;

use delivery::{
    BagPlan, Completion, DeliveryError, Disk, FileKind, Lock, Parcel, Progress, Source, TargetProblem,
};
use domain::Text;
use store::{HandoverPicture, NewParcel, ParcelFile};

use super::super::door::Room;
use super::super::jobs::Teller;
use super::super::view::*;
use super::super::words;
use super::plan::problem;
use super::{Prepared, Prints, facts_of, folder, prepare, reading, there};
use crate::ApiError;

/// Share of an export that sets prints first: half a second a person, against moments for copying.
const SHEETS: f64 = 0.9;
/// Most missing files in one answer.
const MISSING: usize = 500;

fn kind_word(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Portrait => "portrait",
        FileKind::Original => "original",
        FileKind::Print => "print",
    }
}

/// How an export came out, whether as a bag or as one file.
enum Written {
    Bag(Completion),
    Sealed(Parcel),
}

/// Writes.
pub(in super::super) fn run(
    room: &Room,
    teller: &Teller,
    request: &ExportRequest,
) -> Result<JobResult, ApiError> {
    let into = folder(&request.into)?;
    let prepare = |prints| prepare(room, request.batch, &request.name, &request.contents, prints);
    let expected = prepare(Prints::Expected)?;
    let kind = if request.lock.is_some() { "sealed" } else { "bag" };
    let contents = serde_json::to_value(&request.contents).unwrap_or_default();
    let what = (kind, None, contents);
    let Some(layout) = &request.contents.prints else {
        return write(room, teller, &expected, &into, what, request.lock.as_ref());
    };
    // Before the long work: there is no room for what it makes.
    fits(&expected.plan, &into, request.lock.as_ref())?;
    let total = expected.pictures.len();
    let setting = teller.until(SHEETS);
    let mut step = |done: usize| {
        setting.step("排版冲印", "Setting the prints", done, total);
        setting.go_on()
    };
    let batch = expected.batch.as_ref();
    let sheets = super::super::prints::for_bag(room, batch, &expected.pictures, layout, &mut step)?;
    let prepared = prepare(Prints::Made(&sheets.extras))?;
    let teller = teller.from(SHEETS);
    let done = write(room, &teller, &prepared, &into, what, request.lock.as_ref())?;
    Ok(match done {
        JobResult::Export(done) => JobResult::Export(ExportDone {
            print_pages: sheets.pages,
            print_remarks: sheets.remarks.clone(),
            ..done
        }),
        other => other,
    })
}

/// Refuses what cannot be written there.
fn fits(plan: &BagPlan, into: &Path, lock: Option<&ExportLock>) -> Result<(), ApiError> {
    let check = plan.check_target(facts_of(into), there(&into.join(&plan.name), plan));
    check.problems.first().filter(|_| lock.is_none()).map_or(Ok(()), |first| Err(unfit(first)))
}

/// Writes a prepared bag and records it. `what` is the kind of parcel, what it corrects, and its contents as JSON.
pub(in super::super) fn write(
    room: &Room,
    teller: &Teller,
    prepared: &Prepared,
    into: &Path,
    what: (&str, Option<i64>, serde_json::Value),
    lock: Option<&ExportLock>,
) -> Result<JobResult, ApiError> {
    let plan = &prepared.plan;
    fits(plan, into, lock)?;
    let parcel = begin(room, prepared, into, what)?;
    let written = perform(room, teller, plan, into, lock);
    let (done, files) = match written {
        Ok(Written::Bag(completion)) => {
            let files = completion.complete.then(|| parcel_files(prepared));
            (of_bag(parcel, completion), files)
        }
        Ok(Written::Sealed(sealed)) => (of_parcel(parcel, plan, &sealed), Some(parcel_files(prepared))),
        Err(error) => {
            let missing = plan.files.len() as u32;
            room.write(move |store, now| store.end_parcel(parcel, missing.max(1), None, now))?;
            return Err(words::delivery(error));
        }
    };
    let (missing, checksum) = (done.missing_count, done.bag_checksum);
    room.write(move |store, now| {
        let complete = checksum.zip(files.as_deref());
        let missing = if complete.is_some() { 0 } else { missing.max(1) };
        store.end_parcel(parcel, missing, complete, now)
    })?;
    Ok(JobResult::Export(done))
}

fn unfit(first: &TargetProblem) -> ApiError {
    let code = match first {
        TargetProblem::NoRoom { .. } => return words::delivery(DeliveryError::Full),
        TargetProblem::FileTooLarge { .. } => "file_too_large",
        TargetProblem::FolderTooFull { .. } => "folder_too_full",
    };
    let text = problem(first);
    ApiError::new(code, text.zh, text.en)
}

fn begin(
    room: &Room,
    prepared: &Prepared,
    into: &Path,
    (kind, of, contents): (&str, Option<i64>, serde_json::Value),
) -> Result<i64, ApiError> {
    let (kind, name) = (kind.to_owned(), prepared.plan.name.clone());
    let place = into.display().to_string();
    let (files, bytes) = (prepared.plan.files.len() as u32, prepared.plan.payload_bytes);
    let batch = prepared.batch.as_ref().map(|batch| batch.id);
    room.write(move |store, now| {
        let new = NewParcel {
            batch,
            kind: &kind,
            of,
            name: &name,
            place: &place,
            contents: &contents,
            files,
            bytes,
        };
        store.begin_parcel(&new, now)
    })
}

fn perform(
    room: &Room,
    teller: &Teller,
    plan: &BagPlan,
    into: &Path,
    lock: Option<&ExportLock>,
) -> Result<Written, DeliveryError> {
    let pictures = reading(&room.pictures);
    let told = teller.clone();
    let mut progress = move |at: Progress| tell(&told, at);
    let now = room.now();
    match lock {
        None => delivery::write_bag(plan, into, &Disk, &pictures, now, &mut progress, &teller.cancel)
            .map(Written::Bag),
        Some(lock) => {
            let lock = match lock {
                ExportLock::Recipient { recipient } => Lock::Recipient(recipient.clone()),
                ExportLock::Passphrase { passphrase } => Lock::Passphrase(passphrase.0.clone().into()),
            };
            let system = facts_of(into).file_system;
            delivery::write_parcel(plan, into, system, &lock, &pictures, now, &mut progress, &teller.cancel)
                .map(Written::Sealed)
        }
    }
}

fn tell(teller: &Teller, at: Progress) {
    use delivery::Phase;
    let (zh, en) = match at.phase {
        Phase::Checking => ("核对已有文件", "Checking what is there"),
        Phase::Writing => ("写入", "Writing"),
        Phase::Flushing => ("等待 U 盘写完", "Waiting for the device"),
        Phase::ReadingBack => ("读回核对", "Reading back"),
        Phase::Sealing => ("写校验清单", "Writing the manifests"),
    };
    teller.tell(zh, en, (at.files_done, at.files), at.bytes_done as f64 / at.bytes.max(1) as f64);
}

/// What the store keeps of a complete bag.
fn parcel_files(prepared: &Prepared) -> Vec<ParcelFile> {
    let owner: HashMap<usize, &HandoverPicture> = prepared.pictures.iter().enumerate().collect();
    let files = prepared.plan.files.iter().filter_map(|file| match &file.source {
        Source::Picture { item, fingerprint, kind } => Some(ParcelFile {
            portrait: owner.get(item)?.portrait,
            fingerprint: fingerprint.clone(),
            kind: kind_word(*kind).to_owned(),
            path: file.path.clone(),
            content: file.hash,
        }),
        Source::Extra(_) => None,
    });
    files.collect()
}

fn of_bag(parcel: i64, made: Completion) -> ExportDone {
    let count = made.missing.len();
    let text = if made.complete {
        Text::new(
            format!("全部 {} 个文件已写入并读回核对，可以安全拔出。", made.files),
            format!("All {} files were written and read back. Safe to remove.", made.files),
        )
    } else {
        Text::new(
            format!(
                "没有完成：缺 {count} 个文件，见清单。请检查 U 盘后用同一名称再导出一次，已写好的不会重写。"
            ),
            format!(
                "Not complete: {count} files are missing, see the list. Export again under the same name; what is done is kept."
            ),
        )
    };
    ExportDone {
        parcel,
        complete: made.complete,
        safe_to_remove: made.safe_to_remove,
        read_from_device: made.read_from_device,
        place: made.bag.display().to_string(),
        files: made.files,
        bytes: made.bytes,
        written: made.written,
        kept: made.kept,
        missing: made.missing.into_iter().take(MISSING).collect(),
        missing_count: count as u32,
        bag_checksum: made.bag_checksum,
        print_pages: 0,
        print_remarks: Vec::new(),
        text,
    }
}

fn of_parcel(parcel: i64, plan: &BagPlan, made: &Parcel) -> ExportDone {
    ExportDone {
        parcel,
        complete: true,
        safe_to_remove: made.safe_to_remove,
        read_from_device: true,
        place: made.path.display().to_string(),
        files: plan.files.len() as u32,
        bytes: made.bytes,
        written: plan.files.len() as u32,
        kept: 0,
        missing: Vec::new(),
        missing_count: 0,
        bag_checksum: Some(made.bag_checksum),
        print_pages: 0,
        print_remarks: Vec::new(),
        text: Text::new(
            "加密交付包已写入并读回核对，可以安全拔出。",
            "The encrypted parcel was written and read back. Safe to remove.",
        ),
    }
}
