//! 导出: a bag, or one encrypted file, written, read back, and recorded.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use delivery::{
    BagContents, BagInfo, BagPlan, BagRequest, CancelToken, Completion, DeliveryError, Disk, FileKind,
    FileSystem, Item, ItemFile, Key, Lock, NameNoticeKind, Parcel, PathLimits, Progress, Source, TargetFacts,
    TargetProblem, Template,
};
use domain::{CaptureBatch, ContentHash, Text};
use store::{HandoverPicture, NewParcel, ParcelFile, ParcelRecord, PictureKind, Pictures};

use super::door::{Room, title};
use super::jobs::Teller;
use super::view::*;
use super::{lists, words};
use crate::ApiError;

/// How files are named where nobody has said it: two people never share a fingerprint and a number.
const PLAIN: &str = "{fingerprint}-{shot_number}";
/// Most missing files, notices and sample paths in one answer.
const MISSING: usize = 500;
const NOTICES: usize = 200;
const SAMPLE: usize = 20;

/// An export, decided.
pub(super) struct Prepared {
    pub(super) batch: Option<CaptureBatch>,
    pub(super) pictures: Vec<HandoverPicture>,
    pub(super) plan: BagPlan,
}

fn kind_of(kind: FileKind) -> PictureKind {
    if kind == FileKind::Original { PictureKind::Original } else { PictureKind::Portrait }
}

fn kind_word(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Portrait => "portrait",
        FileKind::Original => "original",
        FileKind::Print => "print",
    }
}

/// Where an exporter gets its bytes.
pub(super) fn reading(pictures: &Pictures) -> impl Fn(FileKind, &ContentHash) -> std::io::Result<Vec<u8>> {
    let pictures = pictures.clone();
    move |kind, hash| pictures.read(kind_of(kind), hash).map_err(|e| std::io::Error::other(e.code()))
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

/// Decides an export. Writes nothing.
pub(super) fn prepare(
    room: &Room,
    batch: Option<domain::BatchId>,
    name: &str,
    contents: &ExportContents,
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
    if let Some(layout) = &contents.prints {
        extras.extend(super::prints::as_extras(room, batch.as_ref(), &pictures, layout)?);
    }
    let plan = delivery::plan_bag(BagRequest { extras, ..request }).map_err(words::delivery)?;
    Ok(Prepared { batch, pictures, plan })
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

fn problem(problem: &TargetProblem) -> Text {
    match problem {
        TargetProblem::NoRoom { short_by } => {
            let mb = short_by.div_ceil(1 << 20);
            Text::new(
                format!("空间不够，还差 {mb} MB。请换一个更大的 U 盘或腾出空间。"),
                format!("{mb} MB are missing. Take a larger stick or free some space."),
            )
        }
        TargetProblem::FileTooLarge { .. } => Text::new(
            "有文件超过 4 GB，FAT32 放不下。请把 U 盘格式化为 exFAT。",
            "A file is larger than FAT32 takes. Format the stick as exFAT.",
        ),
        TargetProblem::FolderTooFull { .. } => Text::new(
            "一个文件夹里的文件太多，FAT32 放不下。请在命名规则里加上学院或班级。",
            "Too many files in one folder for FAT32. Add the college or class to the naming template.",
        ),
    }
}

fn notice(picture: Option<&HandoverPicture>, kind: &NameNoticeKind) -> Text {
    let number = picture.map(|picture| picture.number.to_string()).unwrap_or_default();
    let (zh, en) = match kind {
        NameNoticeKind::Missing { field } => {
            (format!("没有“{}”，已用别的代替", field.label()), format!("has no {}", field.name()))
        }
        NameNoticeKind::Altered => {
            ("有文件名不能用的字符，已替换".into(), "had characters that file names cannot have".into())
        }
        NameNoticeKind::Shortened => ("名称太长，已截短".into(), "was too long and cut".into()),
        NameNoticeKind::Collision { people, .. } => (
            format!("与另外 {} 人重名，已加区分", people.saturating_sub(1)),
            format!("shares its name with {} others; told apart", people.saturating_sub(1)),
        ),
    };
    Text::new(format!("{number} 号：{zh}"), format!("Number {number}: {en}"))
}

/// What an export would write. As long as no place is chosen it tells what would be written anywhere.
pub(super) fn plan(room: &Room, request: &ExportRequest) -> Result<ExportPlan, ApiError> {
    let into = Some(request.into.trim()).filter(|into| !into.is_empty()).map(folder).transpose()?;
    let Prepared { pictures, plan, .. } = prepare(room, request.batch, &request.name, &request.contents)?;
    let facts = into.as_deref().map_or(ANYWHERE, facts_of);
    let bag = into.as_ref().map(|into| into.join(&plan.name));
    let mut check = plan.check_target(facts, bag.as_deref().map_or(0, |bag| there(bag, &plan)));
    let mut name = plan.name.clone();
    if request.lock.is_some() {
        name = format!("{name}.bag.tar.age");
        check.needed = delivery::parcel_size(&plan);
        check.problems.clear();
        if check.needed > facts.free {
            check.problems.push(TargetProblem::NoRoom { short_by: check.needed - facts.free });
        }
        if facts.file_system == FileSystem::Fat && check.needed > u64::from(u32::MAX) {
            check.problems.push(TargetProblem::FileTooLarge { path: name.clone() });
        }
    }
    let notices = plan.notices.iter().take(NOTICES);
    Ok(ExportPlan {
        drive: into.as_deref().and_then(delivery::drive_of),
        people: (pictures.len() - plan.without_files.len()) as u32,
        files: plan.files.len() as u32,
        bytes: plan.payload_bytes,
        needed: check.needed,
        // A number that JavaScript can hold, where nothing is known.
        free: check.free.min(1 << 52),
        problems: check.problems.iter().map(problem).collect(),
        notices: notices.map(|n| notice(pictures.get(n.item), &n.kind)).collect(),
        sample: plan.files.iter().take(SAMPLE).map(|file| file.path.clone()).collect(),
        resumes: request.lock.is_none() && bag.is_some_and(|bag| bag.is_dir()),
        name,
    })
}

/// How an export came out, whether as a bag or as one file.
enum Written {
    Bag(Completion),
    Sealed(Parcel),
}

/// Writes.
pub(super) fn run(room: &Room, teller: &Teller, request: &ExportRequest) -> Result<JobResult, ApiError> {
    let into = folder(&request.into)?;
    let prepared = prepare(room, request.batch, &request.name, &request.contents)?;
    let kind = if request.lock.is_some() { "sealed" } else { "bag" };
    let contents = serde_json::to_value(&request.contents).unwrap_or_default();
    write(room, teller, &prepared, &into, (kind, None, contents), request.lock.as_ref())
}

/// Writes a prepared bag and records it. `what` is the kind of parcel, what it corrects, and its contents as JSON.
pub(super) fn write(
    room: &Room,
    teller: &Teller,
    prepared: &Prepared,
    into: &Path,
    what: (&str, Option<i64>, serde_json::Value),
    lock: Option<&ExportLock>,
) -> Result<JobResult, ApiError> {
    let plan = &prepared.plan;
    let check = plan.check_target(facts_of(into), there(&into.join(&plan.name), plan));
    if lock.is_none() && !check.problems.is_empty() {
        return Err(words::delivery(DeliveryError::Full));
    }
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
                ExportLock::Passphrase { passphrase } => Lock::Passphrase(passphrase.clone().into()),
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
        text: Text::new(
            "加密交付包已写入并读回核对，可以安全拔出。",
            "The encrypted parcel was written and read back. Safe to remove.",
        ),
    }
}

/// A parcel as the screens show it.
pub(super) fn parcel_view(record: ParcelRecord) -> ParcelView {
    let receipt = record.receipt.and_then(|(signed_by, on, at)| {
        let signed_on = serde_json::from_value(serde_json::Value::String(on)).ok()?;
        Some(ReceiptView { signed_by, signed_on, at })
    });
    ParcelView {
        id: record.id,
        kind: match record.kind.as_str() {
            "sealed" => ParcelKind::Sealed,
            "correction" => ParcelKind::Correction,
            _ => ParcelKind::Bag,
        },
        name: record.name,
        place: record.place,
        began_at: record.began_at,
        ended_at: record.ended_at,
        complete: record.bag_checksum.is_some(),
        files: record.files,
        bytes: record.bytes,
        missing: record.missing.unwrap_or(0),
        contents: serde_json::from_value(record.contents).unwrap_or_default(),
        bag_checksum: record.bag_checksum,
        receipt,
    }
}

/// Enters a receipt; the checksum on the paper must be the bag's.
pub(super) fn receipt(room: &Room, request: ReceiptRequest) -> Result<ParcelView, ApiError> {
    let record = room.read(|reader| reader.parcel(request.parcel))?;
    let typed: String = request
        .checksum
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect::<String>()
        .to_lowercase();
    let agrees = record.bag_checksum.is_some_and(|sum| typed.len() >= 16 && sum.to_hex().starts_with(&typed));
    if !agrees {
        return Err(ApiError::new(
            "receipt_checksum",
            "回执上的校验值与这个交付包不一致（至少抄写前 16 位）。请核对是不是同一个包。",
            "The checksum on the receipt is not this bag's (at least its first 16 digits). Check that it is the same bag.",
        ));
    }
    let signed = room.write(move |store, now| {
        store.sign_parcel(request.parcel, &request.signed_by, request.signed_on, now)
    })?;
    Ok(parcel_view(signed))
}

/// Verifies a bag or an encrypted parcel.
pub(super) fn verify(
    request: &VerifyBagRequest,
    cancel: &CancelToken,
    told: &mut dyn FnMut(u32, u32),
) -> Result<BagVerdict, ApiError> {
    let path = PathBuf::from(&request.path);
    if path.is_file() {
        let key = request.key.clone().ok_or(DeliveryError::Key).map_err(words::delivery)?;
        let key = match key {
            ParcelKey::Identity { identity } => Key::Identity(identity.into()),
            ParcelKey::Passphrase { passphrase } => Key::Passphrase(passphrase.into()),
        };
        let sound = delivery::verify_parcel(&path, &key, cancel).map_err(words::delivery)?;
        let text = Text::new(
            format!("加密交付包完整：{sound} 个文件全部核对一致。"),
            format!("The encrypted parcel is whole: {sound} files, all verified."),
        );
        return Ok(BagVerdict {
            valid: true,
            sound,
            bytes: 0,
            problems: Vec::new(),
            problem_count: 0,
            bag_checksum: None,
            text,
        });
    }
    let report = delivery::verify_bag(&path, told, cancel).map_err(words::delivery)?;
    Ok(BagVerdict {
        valid: report.is_valid(),
        text: report.text(),
        sound: report.sound,
        bytes: report.bytes,
        problems: report.problems,
        problem_count: report.problem_count,
        bag_checksum: report.bag_checksum,
    })
}
