//! The handover in the real window, by keys alone, as somebody does it at the end of the day. What comes out is looked
//! at as files, not as words on a screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use journeys::sealed_day::{COLLEGE, NAMES, SealedDay, files_below, student_no};
use journeys::webdriver::{Window, keys};
use serde_json::{Value, json};

static DAY: LazyLock<SealedDay> = LazyLock::new(SealedDay::shoot);

/// Runs a journey on a sealed day of its own. One window at a time: keys go to the one that has the focus.
fn journey<F: Future<Output = ()>>(run: impl Fn(Window, PathBuf) -> F) {
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    if std::env::var_os("DISPLAY").is_none() {
        return println!("SKIPPED: no display; run `cargo xtask test window`");
    }
    let home = tempfile::tempdir().unwrap();
    DAY.copy_to(&home.path().join("data"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let data = home.path().join("data");
        let Some(window) = Window::open(&data, &["--size", "1366x768"]).await else { return };
        window.press(keys::F8).await;
        window.wait("outbox").await;
        run(window, home.path().to_path_buf()).await;
    });
}

fn folder(home: &Path, name: &str) -> PathBuf {
    let folder = home.join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

async fn attribute(window: &Window, id: &str, name: &str) -> String {
    window.wait(id).await.attr(&format!("data-{name}")).await.unwrap().unwrap_or_default()
}

/// The first row of the outbox.
async fn outbox(window: &Window) -> Value {
    window.rpc("outbox.list", json!({})).await[0].clone()
}

#[test]
fn an_upload_needs_the_permission_and_ends_with_the_manifest() {
    journey(|window, home| async move {
        let share = folder(&home, "share");
        window.wait_with("upload-allowed", "allowed", "true").await;
        // Nowhere to: the key says so and nothing begins.
        window.press("u").await;
        window.notice("why_upload-start").await;
        window.press("s").await;
        window.paste("field-path", text(&share.join("not-there"))).await;
        window.press(keys::ENTER).await;
        window.wait_css("[data-testid=\"notice\"][data-level=\"bad\"]").await;
        window.paste("field-path", text(&share)).await;
        window.press(keys::ENTER).await;
        window.notice("upload_saved").await;
        window.gone("sheet-upload-settings").await;

        window.press("l").await;
        window.wait("sheet-upload-allow").await;
        window.press("2").await;
        window.wait_with("upload-allowed", "allowed", "false").await;
        window.gone("sheet-upload-allow").await;
        let refused = window.rpc("upload.start", json!({ "batch": 1 })).await;
        assert_eq!(refused["error"]["code"], "upload_not_allowed", "{refused}");
        assert!(files_below(&share).is_empty());
        window.press("l").await;
        window.wait("sheet-upload-allow").await;
        // Enter alone allows nothing.
        window.press(keys::ENTER).await;
        window.gone("sheet-upload-allow").await;
        window.press("l").await;
        window.wait("sheet-upload-allow").await;
        window.press("2").await;
        window.wait_with("upload-allowed", "allowed", "true").await;
        window.gone("sheet-upload-allow").await;

        window.press("u").await;
        window
            .wait_css("[data-testid=\"upload-state\"][data-state=\"complete\"][data-closed=\"true\"]")
            .await;
        let there = files_below(&share);
        assert_eq!(there.iter().filter(|p| p.extension().is_some_and(|e| e == "jpg")).count(), NAMES.len());
        let manifest = there.iter().find(|p| p.ends_with("manifest.json")).expect("a manifest");
        let manifest: Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
        assert_eq!(manifest["count"], 4, "{manifest}");
        window.wait_with("tile-uploaded", "n", "3").await;
        window.wait_with("tile-waiting", "n", "0").await;
        window.close().await;
    });
}

#[test]
fn an_export_ends_whole_is_signed_for_and_can_be_verified() {
    journey(|window, home| async move {
        let stick = folder(&home, "stick");
        window.press("3").await;
        window.wait("export").await;
        window.press("g").await;
        window.notice("why_export-start").await;
        window.press("f").await;
        window.paste("export-into", text(&stick)).await;
        window.press(keys::ENTER).await;
        window.press("o").await;
        window.press("p").await;
        window.wait("export-fits").await;
        window.wait("export-prints-plan").await;
        assert!(fs::read_dir(&stick).unwrap().next().is_none(), "a plan writes nothing");
        window.press("g").await;
        window.wait_with("export-done", "safe", "true").await;
        assert_eq!(attribute(&window, "export-done", "complete").await, "true");
        let bag = PathBuf::from(window.wait("export-place").await.text().await.unwrap());
        assert!(bag.starts_with(&stick), "{}", bag.display());
        for n in 0..NAMES.len() {
            for kind in ["portraits", "originals"] {
                assert!(bag.join(format!("data/{kind}/{COLLEGE}/{}.jpg", student_no(n))).is_file());
            }
        }
        assert!(fs::read(bag.join("data/prints/prints-001.pdf")).unwrap().starts_with(b"%PDF"));
        let request = api::handover::view::VerifyBagRequest { path: text(&bag).to_owned(), key: None };
        assert!(api::handover::verify(&request).unwrap().valid);

        let checksum = attribute(&window, "export-checksum", "checksum").await;
        window.press("s").await;
        window.paste("field-signed_by", "李老师").await;
        window.paste("field-checksum", "0000 0000 0000 0000").await;
        window.press(keys::ENTER).await;
        window.wait("sheet-problem").await;
        window.paste("field-checksum", &checksum[..16]).await;
        window.press(keys::ENTER).await;
        window.notice("signed").await;
        window.gone("sheet-receipt").await;
        let parcel = outbox(&window).await["parcels"][0].clone();
        assert_eq!(parcel["receipt"]["signed_by"], "李老师", "{parcel}");
        window.wait_css("[data-testid=\"next\"][data-next=\"finished\"]").await;

        // Somebody changes one byte of one picture on the stick.
        let portrait = bag.join(format!("data/portraits/{COLLEGE}/{}.jpg", student_no(1)));
        let mut bytes = fs::read(&portrait).unwrap();
        bytes[9000] ^= 1;
        fs::write(&portrait, bytes).unwrap();
        window.press(keys::ENTER).await;
        window.wait("export-plan").await;
        window.press("v").await;
        window.wait("sheet-verify").await;
        window.press(keys::ENTER).await;
        window.wait_with("verdict", "valid", "false").await;
        window.close().await;
    });
}

#[test]
fn results_are_looked_at_before_they_are_imported() {
    journey(|window, home| async move {
        let file = home.join("results.csv");
        let rows = format!(
            "学号,审核结果,原因\n{},通过,\n{},初审失败,闭眼\n99999,通过,\n",
            student_no(0),
            student_no(1)
        );
        fs::write(&file, rows).unwrap();
        window.press("2").await;
        window.paste("results-path", text(&file)).await;
        window.press(keys::ENTER).await;
        window.wait("results-preview").await;
        for (tile, n) in [("passed", "1"), ("failed", "1"), ("unmatched", "1"), ("without", "1")] {
            assert_eq!(attribute(&window, &format!("tile-{tile}"), "n").await, n, "{tile}");
        }
        assert!(window.rpc("results.list", json!({ "batch": 1 })).await.as_array().unwrap().is_empty());
        window.press("i").await;
        window.wait_with("results-imported", "retakes", "1").await;
        let retakes = window.rpc("retake.list", json!({ "batch": 1 })).await;
        assert!(retakes[0]["reason"].as_str().unwrap().contains("闭眼"), "{retakes}");
        let marked = window.wait("result-marked").await.text().await.unwrap();
        assert!(marked.contains("闭眼") && !marked.contains(NAMES[1]), "{marked}");
        window.close().await;
    });
}

#[test]
fn prints_go_on_while_the_operator_is_at_the_booth() {
    journey(|window, home| async move {
        let into = folder(&home, "prints");
        window.press("4").await;
        window.paste("prints-into", text(&into)).await;
        window.press(keys::ENTER).await;
        window.wait_with("tile-pages", "n", "4").await;
        window.press("g").await;
        window.wait("work").await;
        window.press(keys::F5).await;
        window.wait_with("work-chip", "task", "prints").await;
        window.notice("prints_ended").await;
        window.press(keys::F8).await;
        window.wait_with("prints-done", "pages", "4").await;
        window.press(keys::ENTER).await;
        window.press("k").await;
        window.wait_with("tile-pages", "n", "1").await;
        window.press("g").await;
        window.wait_with("prints-done", "pages", "1").await;
        let made = files_below(&into);
        assert_eq!(made.len(), 2, "{made:?}");
        for file in made {
            let pdf = fs::read(&file).unwrap();
            assert!(pdf.starts_with(b"%PDF") && pdf.len() > 20_000, "{} {}", file.display(), pdf.len());
        }
        window.close().await;
    });
}

#[test]
fn pictures_from_elsewhere_are_looked_at_ticked_and_taken_or_sent_back() {
    journey(|window, home| async move {
        let items = window.rpc("outbox.items", json!({ "batch": 1 })).await;
        let portrait = |n: usize| {
            let hash = items[n]["path"].as_str().unwrap().trim_start_matches("portrait/").to_owned();
            fs::read(home.join("data/portraits").join(&hash[..2]).join(format!("{hash}.jpg"))).unwrap()
        };
        let sent = folder(&home, "sent");
        fs::write(sent.join("new.jpg"), portrait(0)).unwrap();
        fs::write(sent.join("new.code.txt"), "https://example.invalid/NEW-CODE\n").unwrap();
        fs::write(sent.join("nobody.jpg"), portrait(1)).unwrap();
        fs::write(sent.join("broken.jpg"), &portrait(2)[..9000]).unwrap();
        window.press("5").await;
        window.paste("intake-path", text(&sent)).await;
        window.press(keys::ENTER).await;
        window.wait_with("tile-refused", "n", "2").await;
        window.wait_css("[data-testid=\"intake-item\"][data-title=\"new.jpg\"] img:not(.broken)").await;
        window.press("w").await;
        window.wait("intake-written").await;
        let list =
            files_below(&sent).into_iter().find(|p| p.extension().is_some_and(|e| e == "csv")).unwrap();
        let list = fs::read_to_string(list).unwrap();
        assert!(
            list.contains("nobody.jpg") && list.contains("broken.jpg") && !list.contains("new.jpg"),
            "{list}"
        );
        // The last of the report is the one that is not refused; a tick for it where it has to be looked at.
        window.press("\u{E010}").await;
        if attribute(&window, "intake-detail", "verdict").await == "look" {
            window.press(keys::SPACE).await;
        }
        window.wait_with("tile-chosen", "n", "1").await;
        window.press("a").await;
        window.wait_with("intake-taken", "taken", "1").await;
        let items = window.rpc("outbox.items", json!({ "batch": 1 })).await;
        let from_elsewhere = |item: &&Value| item["from_elsewhere"] == true;
        assert_eq!(items.as_array().unwrap().iter().filter(from_elsewhere).count(), 1, "{items}");
        window.close_on(&home.join("data")).await;
    });
}

#[test]
fn a_swap_after_the_handover_is_shown_side_by_side_and_written() {
    journey(|window, home| async move {
        let stick = folder(&home, "stick");
        let request = json!({ "batch": 1, "into": stick, "name": "交付" });
        assert!(window.rpc("export.start", request).await["error"].is_null());
        while outbox(&window).await["parcels"][0]["complete"] != true {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let items = window.rpc("outbox.items", json!({ "batch": 1 })).await;
        let (one, other) = (&items[0]["number"], &items[1]["number"]);
        let swap =
            window.rpc("swap.propose", json!({ "one": one, "other": other, "reason": "出口处发现" })).await;
        let done = window.rpc("swap.commit", json!({ "correction": swap["id"] })).await;
        assert!(done.get("error").is_none(), "{done}");
        window.press("6").await;
        window.wait_with("correction-plan", "changes", "2").await;
        window.paste("correction-into", text(&stick)).await;
        window.press(keys::ENTER).await;
        window.press("w").await;
        window.wait_with("export-done", "complete", "true").await;
        let bag = PathBuf::from(window.wait("export-place").await.text().await.unwrap());
        let now = fs::read(bag.join(format!("data/portraits/{COLLEGE}/{}.jpg", student_no(0)))).unwrap();
        let hash = domain::ContentHash::of(&now).to_hex();
        assert_eq!(hash, items[1]["path"].as_str().unwrap().trim_start_matches("portrait/"));
        window.close().await;
    });
}

#[test]
fn what_was_not_handed_over_is_erased_only_after_two_typed_confirmations() {
    journey(|window, home| async move {
        let data = home.join("data");
        let pictures =
            || [files_below(&data.join("originals")).len(), files_below(&data.join("portraits")).len()];
        let before = pictures();
        assert!(before.iter().all(|n| *n >= NAMES.len()), "{before:?}");
        window.press("7").await;
        window.wait_with("erase-plan", "blocks", "not_handed_over no_receipt").await;
        let plan = window.rpc("erase.plan", json!({ "batch": 1, "retention_days": 30 })).await;
        let files: u64 = plan["files"].as_array().unwrap().iter().map(|f| f["files"].as_u64().unwrap()).sum();
        window.press("e").await;
        window.paste("field-count", "1").await;
        window.press(keys::ENTER).await;
        window.wait("sheet-problem").await;
        window.paste("field-count", &files.to_string()).await;
        window.press(keys::ENTER).await;
        window.wait("sheet-erase-anyway").await;
        window.paste("field-typed", "清除").await;
        window.press(keys::ENTER).await;
        window.wait("sheet-problem").await;
        assert_eq!(pictures(), before);
        window.paste("field-typed", plan["confirmation"]["zh"].as_str().unwrap()).await;
        window.press(keys::ENTER).await;
        window.wait("erase-done").await;
        assert_eq!(pictures(), [0, 0]);
        let records = window.rpc("erase.records", json!({})).await;
        assert_eq!(records[0]["confirmed"], json!(["not_handed_over", "no_receipt"]), "{records}");
        window.close_on(&data).await;
    });
}
