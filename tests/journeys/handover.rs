//! The handover with real parts: a replayed day leaves as a bag, by upload, as prints, and is erased.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use api::day::operations::DayOperations;
use api::day::report::ReportRequest;
use api::day::sheet_in::TemplateRequest;
use api::handover::operations::HandoverOperations;
use api::handover::view::*;
use api::{Nothing, Station};
use domain::{BatchId, Day};
use journeys::booth::{now, station};
use journeys::sealed_day::{NAMES, SealedDay, files_below, id_number, student_no};
use store::Store;
use tempfile::TempDir;

static FIXTURE: LazyLock<SealedDay> = LazyLock::new(SealedDay::shoot);
pub(super) const BATCH: Option<BatchId> = Some(BatchId(1));

/// A data folder of its own, and a station on it.
pub(super) fn day() -> (TempDir, Station) {
    let folder = tempfile::tempdir().expect("a folder");
    FIXTURE.copy_to(&folder.path().join("data"));
    let station = station(&folder.path().join("data"));
    (folder, station)
}

pub(super) fn wait(station: &Station, job: &JobView) -> Result<JobResult, api::ApiError> {
    let begun = Instant::now();
    loop {
        let now = station.job_status(JobRequest { job: Some(job.id) }).expect("answered").expect("the job");
        match (now.result, now.error) {
            (Some(result), _) => return Ok(result),
            (None, Some(error)) => return Err(error),
            _ => {
                assert!(begun.elapsed() < Duration::from_secs(300), "{:?}", now.phase);
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

pub(super) fn folder(within: &TempDir, name: &str) -> String {
    let folder = within.path().join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder.to_str().expect("UTF-8").to_owned()
}

pub(super) fn export(station: &Station, into: &str, contents: ExportContents) -> ExportDone {
    let request =
        ExportRequest { batch: BATCH, into: into.into(), name: "交付".into(), contents, lock: None };
    let plan = station.export_plan(request.clone()).expect("planned");
    assert!(plan.problems.is_empty(), "{plan:?}");
    let job = station.export_start(request).expect("begun");
    let JobResult::Export(done) = wait(station, &job).expect("exported") else { panic!("another result") };
    done
}

#[test]
fn a_day_leaves_as_a_bag_that_anybody_can_verify() {
    let (home, station) = day();
    let into = folder(&home, "stick");
    let done = export(&station, &into, ExportContents { originals: true, codes: true, ..Default::default() });
    assert!(done.complete && done.safe_to_remove, "{done:?}");
    let bag = PathBuf::from(&done.place);
    for n in 0..NAMES.len() {
        assert!(bag.join(format!("data/portraits/计算机学院/{}.jpg", student_no(n))).is_file());
        assert!(bag.join(format!("data/originals/计算机学院/{}.jpg", student_no(n))).is_file());
    }
    let csv = fs::read_to_string(bag.join("data/lists/list.csv")).expect("the list");
    assert!(csv.contains(&id_number(0)) && csv.contains(NAMES[0]), "{csv}");
    let pdf = fs::read(bag.join("data/report/handover.pdf")).expect("the report");
    assert!(pdf.starts_with(b"%PDF"));

    let verdict = api::handover::verify(&VerifyBagRequest { path: done.place.clone(), key: None });
    assert!(verdict.expect("verified").valid);

    let again =
        export(&station, &into, ExportContents { originals: true, codes: true, ..Default::default() });
    assert_eq!((again.written, again.complete), (0, true), "a second export finds everything");
    let outbox = station.outbox_list(Nothing {}).expect("the outbox");
    assert_eq!((outbox[0].exported, outbox[0].waiting), (3, 0), "{outbox:?}");

    fs::write(bag.join(format!("data/portraits/计算机学院/{}.jpg", student_no(1))), b"other")
        .expect("written");
    let verdict = api::handover::verify(&VerifyBagRequest { path: done.place, key: None }).expect("verified");
    assert!(!verdict.valid && verdict.problem_count >= 1);
}

/// Planning opens no picture; the sheets are made when the bag is written, and the same again when it is gone on with.
#[test]
fn prints_in_a_bag_are_planned_at_once_and_set_while_it_is_written() {
    let (home, station) = day();
    let (into, tmp) = (folder(&home, "stick"), home.path().join("data/tmp"));
    let contents = ExportContents { prints: Some(String::new()), ..Default::default() };
    let request =
        ExportRequest { batch: BATCH, into: into.clone(), name: "交付".into(), contents, lock: None };
    assert_eq!(station.outbox_list(Nothing {}).expect("the outbox")[0].pictures, 3, "the folder is open");
    // Of originals that do not open no sheet can be made, and yet it is planned.
    let originals = files_below(&home.path().join("data/originals"));
    let good: Vec<Vec<u8>> = originals.iter().map(|file| fs::read(file).expect("read")).collect();
    originals.iter().for_each(|file| fs::write(file, "broken").expect("written"));
    let plan = station.export_plan(request.clone()).expect("planned");
    originals.iter().zip(good).for_each(|(file, bytes)| fs::write(file, bytes).expect("written"));
    let sheets = plan.prints.clone().expect("prints");
    assert_eq!((sheets.people, sheets.pages), (3, 4), "{plan:?}");
    assert!(plan.bytes > 100_000 && files_below(&tmp).is_empty(), "{plan:?}");

    let job = station.export_start(request.clone()).expect("begun");
    let JobResult::Export(done) = wait(&station, &job).expect("exported") else { panic!("another result") };
    assert!(done.complete && done.print_pages == 4, "{done:?}");
    let sheet = PathBuf::from(&done.place).join("data/prints/prints-001.pdf");
    let made = fs::read(&sheet).expect("the sheets");
    assert!(made.starts_with(b"%PDF") && files_below(&tmp).is_empty());
    let (said, is) = (plan.bytes as f64, done.bytes as f64);
    println!("planned {said} bytes, written {is}");
    assert!(is < said && said < 2.5 * is, "an estimate is on the safe side: {said} for {is}");

    fs::remove_file(Path::new(&done.place).join("data/lists/list.csv")).expect("removed");
    let job = station.export_start(request).expect("begun");
    let JobResult::Export(again) = wait(&station, &job).expect("exported") else { panic!("another result") };
    assert_eq!((again.complete, again.written), (true, 1), "the same sheets are made again: {again:?}");
    assert_eq!(fs::read(&sheet).expect("the sheets"), made);
}

#[test]
fn a_hostile_template_names_no_file() {
    let (home, station) = day();
    let into = folder(&home, "stick");
    for template in ["../{学号}", "/etc/{学号}", "CON/{学号}", "{谁}", "C:\\{学号}"] {
        let contents = ExportContents { template: template.into(), ..Default::default() };
        let request =
            ExportRequest { batch: BATCH, into: into.clone(), name: String::new(), contents, lock: None };
        match station.export_plan(request) {
            Err(error) => assert!(!error.text.zh.is_empty()),
            Ok(plan) => {
                assert!(plan.sample.iter().all(|p| p.starts_with("data/") && !p.contains("..")), "{plan:?}")
            }
        }
    }
    assert_eq!(fs::read_dir(&into).expect("listed").count(), 0);
}

fn uploaded(station: &Station, close: bool) -> UploadStatus {
    station.upload_start(UploadStart { batch: BATCH, close }).expect("begun");
    let begun = Instant::now();
    loop {
        let status = station.upload_status(OfBatch { batch: BATCH }).expect("a status");
        match status.state {
            UploadState::Complete | UploadState::Left | UploadState::Stopped => return status,
            _ => assert!(begun.elapsed() < Duration::from_secs(120), "{status:?}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_upload_into_a_folder_ends_with_the_manifest() {
    let (home, station) = day();
    let refused = station.upload_start(UploadStart { batch: BATCH, close: true }).expect_err("no target yet");
    assert_eq!(refused.code, "upload_no_target");
    let loose = station.upload_start(UploadStart::default()).expect_err("not allowed");
    assert_eq!(loose.code, "upload_not_allowed");
    let path = folder(&home, "share");
    let settings = UploadSettings {
        target: Some(UploadTarget::Folder { path: path.clone() }),
        secret: Some("geheim".into()),
        ..UploadSettings::default()
    };
    let kept = station.upload_settings_save(settings).expect("kept");
    assert_eq!((kept.secret, kept.secret_kept), (None, true));
    let status = uploaded(&station, true);
    assert_eq!((status.state, status.closed, status.done), (UploadState::Complete, true, 4), "{status:?}");
    let there = files_below(Path::new(&path));
    assert_eq!(there.iter().filter(|p| p.extension().is_some_and(|e| e == "jpg")).count(), 3);
    let manifest = there.iter().find(|p| p.ends_with("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(manifest).expect("read")).expect("JSON");
    assert_eq!(manifest["count"], 4, "{manifest}");
    let again = uploaded(&station, true);
    assert_eq!((again.state, again.done), (UploadState::Complete, 4));
    assert_eq!(files_below(Path::new(&path)).len(), there.len(), "a second run adds nothing");
    assert_eq!(station.outbox_list(Nothing {}).expect("the outbox")[0].uploaded, 3);
}

#[test]
fn results_put_failures_on_the_retake_list_and_another_schools_file_changes_nothing() {
    let (home, station) = day();
    let file = home.path().join("results.csv");
    let text = format!(
        "学号,审核结果,原因\n{},通过,\n{},初审失败,闭眼\n99999,通过,\n",
        student_no(0),
        student_no(1)
    );
    fs::write(&file, text).expect("written");
    let request = ResultsRequest { batch: BATCH, path: file.to_str().expect("UTF-8").into(), mapping: None };
    let seen = station.results_preview(request.clone()).expect("looked at");
    let matched = seen.matched.expect("matched");
    assert_eq!((matched.passed, matched.failed.len(), matched.unmatched.len()), (1, 1, 1), "{matched:?}");
    let done = station.results_import(request.clone()).expect("imported");
    assert_eq!((done.retakes_added, done.without_number), (1, 0));
    let list = api::day::operations::DayOperations::retake_list(&station, InBatch { batch: BATCH });
    let list = list.expect("the retake list");
    assert!(list.len() == 1 && list[0].reason.contains("闭眼"), "{list:?}");
    let again = station.results_import(request.clone()).expect("imported again");
    assert_eq!(again.retakes_added, 0, "nobody is on the list twice");
    assert_eq!(station.results_list(OfBatch { batch: BATCH }).expect("results").len(), 2);

    // By fingerprint, by the name of the file on the stick and by that of the uploaded object.
    let items = station.outbox_items(OutboxRequest { batch: BATCH, ..Default::default() }).expect("items");
    export(&station, &folder(&home, "stick"), ExportContents::default());
    let by_name = format!(
        "指纹,文件名,审核结果,原因\n{},,通过,\n,{}.jpg,通过,\n,{}.jpg,初审失败,逆光\n",
        items[0].fingerprint.as_str(),
        student_no(1),
        items[2].path.trim_start_matches("portrait/"),
    );
    fs::write(&file, by_name).expect("written");
    let seen = station.results_preview(request.clone()).expect("looked at");
    let matched = seen.matched.expect("matched");
    assert_eq!((matched.passed, matched.failed.len(), matched.unmatched.len()), (2, 1, 0), "{matched:?}");
    assert_eq!(matched.failed[0].portrait, items[2].portrait);

    fs::write(&file, "学号,审核结果\n1,通过\n2,未通过\n").expect("written");
    let refused = station.results_import(request).expect_err("another school's");
    assert_eq!(refused.code, "results_of_other_school");
}

use api::day::view::InBatch;

#[test]
fn prints_have_a_page_for_everybody_and_a_separator() {
    let (home, station) = day();
    let into = folder(&home, "prints");
    let request = PrintsRequest { batch: BATCH, into: into.clone(), ..PrintsRequest::default() };
    let plan = station.prints_plan(request.clone()).expect("planned");
    assert_eq!((plan.people, plan.packets, plan.pages), (3, 1, 4));
    let job = station.prints_start(request).expect("begun");
    let JobResult::Prints(done) = wait(&station, &job).expect("printed") else { panic!("another result") };
    assert_eq!((done.people, done.pages, done.files.len()), (3, 4, 1), "{done:?}");
    let proofs = PrintsRequest { batch: BATCH, kind: PrintsKind::Proofs, into, ..PrintsRequest::default() };
    let job = station.prints_start(proofs).expect("begun");
    let JobResult::Prints(proofs) = wait(&station, &job).expect("printed") else { panic!("another result") };
    assert_eq!((proofs.people, proofs.pages), (3, 1));
    for (file, pages) in [(&done.files[0], 4), (&proofs.files[0], 1)] {
        match Command::new("pdfinfo").arg(file).output() {
            Ok(out) => {
                let text = String::from_utf8_lossy(&out.stdout).into_owned();
                let found = text.lines().find_map(|line| line.strip_prefix("Pages:")).expect("pages");
                assert_eq!(found.trim(), pages.to_string());
            }
            Err(_) => println!("SKIPPED: pdfinfo is not installed"),
        }
    }
}

fn is_report(count: &ErasedCount) -> bool {
    serde_json::to_value(count.kind).is_ok_and(|kind| kind == "product")
}

/// Whether any file of the folder holds these bytes.
fn holds(folder: &Path, needle: &[u8]) -> Option<PathBuf> {
    let found =
        |path: &PathBuf| fs::read(path).expect("read").windows(needle.len()).any(|window| window == needle);
    files_below(folder).into_iter().find(found)
}

#[test]
fn nothing_is_erased_before_the_receipt_and_nothing_is_left_after() {
    let (home, station) = day();
    let data = home.path().join("data");
    let ask = EraseAsk { batch: BATCH, retention_days: 0 };
    let plan = station.erase_plan(ask).expect("planned");
    let codes: Vec<&str> = plan.blocks.iter().map(|block| block.code.as_str()).collect();
    assert_eq!(codes, ["not_handed_over", "no_receipt"]);
    let go = |typed: Option<&str>| {
        let start = EraseStart { batch: BATCH, retention_days: 0, typed: typed.map(str::to_owned) };
        wait(&station, &station.erase_start(start).expect("begun"))
    };
    assert_eq!(go(None).expect_err("refused").code, "erase_blocked");
    assert_eq!(go(Some("是")).expect_err("refused").code, "confirmation_differs");
    assert!(holds(&data, NAMES[0].as_bytes()).is_some(), "the search finds what is there");
    // The report of the day and its lists name everybody; a template is of no batch.
    let written = station.day_report(ReportRequest { batch: BATCH, out: String::new() }).expect("written");
    let template = station.roster_template(TemplateRequest { out: String::new() }).expect("written").file;
    assert!(written.files.len() == 2 && written.files.iter().all(|file| Path::new(file).starts_with(&data)));

    let done =
        export(&station, &folder(&home, "stick"), ExportContents { originals: true, ..Default::default() });
    let checksum = done.bag_checksum.expect("complete").to_hex();
    let receipt = |checksum: &str| ReceiptRequest {
        parcel: done.parcel,
        signed_by: "李老师".into(),
        signed_on: Day::new(2026, 5, 14).expect("a day"),
        checksum: checksum.into(),
    };
    let wrong = station.export_receipt(receipt("0000000000000000")).expect_err("another bag's");
    assert_eq!(wrong.code, "receipt_checksum");
    station.export_receipt(receipt(&checksum[..16])).expect("signed");
    let kept = station.erase_plan(EraseAsk { batch: BATCH, retention_days: 30 }).expect("planned");
    let reports = kept.files.iter().copied().find(is_report).expect("the reports");
    assert_eq!((reports.files, kept.reports_left), (2, 1), "{kept:?}");
    assert_eq!(kept.blocks.iter().map(|b| b.code.as_str()).collect::<Vec<_>>(), ["retained"]);

    let JobResult::Erased(record) = go(None).expect("erased") else { panic!("another result") };
    assert_eq!((record.people, record.failed), (3, 0), "{record:?}");
    let files: u32 = record.erased.iter().map(|count| count.files).sum();
    assert!(files >= 8, "{record:?}");
    assert!(record.erased.iter().any(|count| is_report(count) && count.files == 2), "{record:?}");
    assert!(written.files.iter().all(|file| !Path::new(file).exists()) && Path::new(&template).exists());
    assert_eq!(station.erase_records(Nothing {}).expect("records").len(), 1);
    let outbox = station.outbox_list(Nothing {}).expect("the outbox");
    assert_eq!(outbox[0].pictures, 0);
    assert!(outbox[0].erased_at.is_some());
    drop(station);

    assert!(
        files_below(&data.join("originals")).is_empty() && files_below(&data.join("portraits")).is_empty()
    );
    let secrets = NAMES.iter().map(|name| name.as_bytes().to_vec());
    let secrets = secrets.chain((0..3).flat_map(|n| [student_no(n).into_bytes(), id_number(n).into_bytes()]));
    for secret in secrets.chain(FIXTURE.payloads.iter().cloned()) {
        assert_eq!(holds(&data, &secret), None, "{}", String::from_utf8_lossy(&secret));
    }
    let (store, report) = Store::open(&data, "A-1", now()).expect("opens");
    assert!(report.missing.is_empty() && report.rescued.is_empty(), "{report:?}");
    let verified = store.verify().expect("looked over");
    assert!(verified.is_clean(), "{verified:?}");
}

#[test]
fn pictures_from_elsewhere_are_taken_in_or_refused_with_reasons() {
    let (home, station) = day();
    let outbox = station.outbox_items(OutboxRequest { batch: BATCH, ..Default::default() }).expect("items");
    let data = home.path().join("data");
    let portrait = |n: usize| {
        let hash = outbox[n].path.trim_start_matches("portrait/");
        fs::read(data.join("portraits").join(&hash[..2]).join(format!("{hash}.jpg"))).expect("a portrait")
    };
    let sent = home.path().join("sent");
    fs::create_dir_all(&sent).expect("a folder");
    fs::write(sent.join("new.jpg"), portrait(0)).expect("written");
    fs::write(sent.join("new.code.txt"), "https://example.invalid/NEW-CODE\n").expect("written");
    fs::write(sent.join("nobody.jpg"), portrait(1)).expect("written");
    fs::write(sent.join("empty.jpg"), b"").expect("written");
    fs::write(sent.join("broken.jpg"), &portrait(2)[..9000]).expect("written");
    let check = IntakeCheck { paths: vec![sent.to_str().expect("UTF-8").into()], ..IntakeCheck::default() };
    let job = station.intake_check(check).expect("begun");
    let JobResult::IntakeChecked(report) = wait(&station, &job).expect("checked") else { panic!("another") };
    let item = |name: &str| report.items.iter().find(|i| i.file.ends_with(name)).expect("looked at");
    for bad in ["nobody.jpg", "empty.jpg", "broken.jpg"] {
        assert_eq!(item(bad).verdict, IntakeVerdict::Refused, "{bad}");
        assert!(!item(bad).reasons.is_empty(), "{bad}");
    }
    let good = item("new.jpg");
    assert_ne!(good.verdict, IntakeVerdict::Refused, "{good:?}");
    let into = folder(&home, "back");
    let list = station.intake_refusals(IntakeListRequest { check: report.check, into }).expect("a list");
    assert!(fs::read_to_string(&list.files[1]).expect("csv").contains("nobody.jpg"));
    let take = IntakeTake {
        check: report.check,
        ticked: vec![good.file.clone(), item("nobody.jpg").file.clone()],
        origin: PictureOrigin::Studio,
        ..IntakeTake::default()
    };
    let job = station.intake_take(take).expect("begun");
    let JobResult::IntakeTaken(taken) = wait(&station, &job).expect("taken") else { panic!("another") };
    assert_eq!((taken.taken, taken.not_taken.len()), (1, 0), "a tick does not lift a refusal");
    let loose = station.outbox_items(OutboxRequest::default()).expect("items");
    assert!(loose.len() == 1 && loose[0].from_elsewhere, "{loose:?}");
    drop(station);
    let (store, _) = Store::open(&data, "A-1", now()).expect("opens");
    assert!(store.verify().expect("looked over").is_clean());
}

#[test]
fn a_swap_after_delivery_yields_a_parcel_of_what_changed() {
    let (home, station) = day();
    let into = folder(&home, "stick");
    let done = export(&station, &into, ExportContents::default());
    let request = CorrectionParcelRequest { parcel: done.parcel, into, name: String::new() };
    assert!(station.correction_plan(request.clone()).expect("planned").nothing);
    use api::day::operations::DayOperations;
    let items = station.outbox_items(OutboxRequest { batch: BATCH, ..Default::default() }).expect("items");
    let swap = api::day::view::SwapRequest {
        one: items[0].number,
        other: items[1].number,
        reason: "出口处发现".into(),
    };
    let proposed = station.swap_propose(swap).expect("proposed");
    let commit = api::day::view::CorrectionRequest { correction: proposed.id };
    station.swap_commit(commit).expect("made");
    let plan = station.correction_plan(request.clone()).expect("planned");
    assert_eq!(plan.change_count, 2, "{plan:?}");
    let job = station.correction_start(request.clone()).expect("begun");
    let JobResult::Export(sent) = wait(&station, &job).expect("exported") else { panic!("another result") };
    assert!(sent.complete, "{sent:?}");
    let bag = PathBuf::from(&sent.place);
    let other =
        fs::read(bag.join(format!("data/portraits/计算机学院/{}.jpg", student_no(0)))).expect("there");
    assert_eq!(domain::ContentHash::of(&other).to_hex(), items[1].path.trim_start_matches("portrait/"));
    assert!(station.correction_plan(request).expect("planned").nothing, "told once");
    assert_eq!(station.outbox_list(Nothing {}).expect("the outbox")[0].corrections_due, 0);
}

#[test]
fn the_permission_to_upload_is_given_and_taken_back_after_sealing_too() {
    let (home, station) = day();
    let settings = UploadSettings {
        target: Some(UploadTarget::Folder { path: folder(&home, "share") }),
        ..UploadSettings::default()
    };
    station.upload_settings_save(settings).expect("kept");
    let allow =
        |batch, allowed| station.upload_allow(UploadAllow { batch, allowed }).expect("decided").allowed;
    assert!(!allow(BATCH, false));
    let start = UploadStart { batch: BATCH, close: true };
    assert_eq!(station.upload_start(start).expect_err("taken back").code, "upload_not_allowed");
    assert!(!station.outbox_list(Nothing {}).expect("the outbox")[0].upload_allowed);
    assert!(allow(BATCH, true) && station.outbox_list(Nothing {}).expect("the outbox")[0].upload_allowed);
    assert_eq!(uploaded(&station, true).state, UploadState::Complete);
    assert!(!station.upload_status(OfBatch { batch: None }).expect("a status").allowed, "each for itself");
    assert!(allow(None, true) && !allow(None, false));
    let missing = station.upload_allow(UploadAllow { batch: Some(BatchId(9)), allowed: true });
    assert_eq!(missing.expect_err("no such batch").code, "unknown_row");
}

#[test]
fn an_export_is_planned_before_a_place_is_chosen() {
    let (_home, station) = day();
    let contents = ExportContents { template: "{学院}/{身份证号}".into(), ..ExportContents::default() };
    let request =
        ExportRequest { batch: BATCH, into: String::new(), name: String::new(), contents, lock: None };
    let plan = station.export_plan(request.clone()).expect("planned");
    assert!(plan.drive.is_none() && plan.problems.is_empty() && !plan.resumes, "{plan:?}");
    assert!(plan.sample.contains(&format!("data/portraits/计算机学院/{}.jpg", id_number(0))), "{plan:?}");
    assert_eq!(station.export_start(request).expect_err("nowhere").code, "no_such_folder");
}

#[test]
fn pictures_from_elsewhere_are_shown_small_and_only_those_of_a_check() {
    let (home, station) = day();
    let sent = home.path().join("sent");
    fs::create_dir_all(&sent).expect("a folder");
    let frame = image::RgbImage::from_fn(1800, 2400, |x, y| image::Rgb([x as u8, y as u8, 90]));
    frame.save(sent.join("a.png")).expect("written");
    fs::write(sent.join("b.jpg"), b"no picture").expect("written");
    let check = IntakeCheck { paths: vec![sent.to_str().expect("UTF-8").into()], ..IntakeCheck::default() };
    let job = station.intake_check(check).expect("begun");
    let JobResult::IntakeChecked(report) = wait(&station, &job).expect("checked") else { panic!("another") };
    for (n, item) in report.items.iter().enumerate() {
        let small = station.picture(&format!("intake/{}/{n}", report.check));
        if item.file.ends_with("a.png") {
            let (jpeg, media) = small.expect("a picture");
            let size = image::load_from_memory(&jpeg).expect("a JPEG").to_rgb8().dimensions();
            assert_eq!((media, size), ("image/jpeg", (480, 640)));
        } else {
            assert_eq!(small.expect_err("no picture").code, "picture_damaged");
        }
    }
    for path in ["intake/1/2", "intake/9/0", "intake/1/../a.png", "intake//", "intake/1"] {
        assert_eq!(station.picture(path).expect_err(path).code, "no_picture");
    }
}
