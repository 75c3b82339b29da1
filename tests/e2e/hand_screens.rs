//! Pictures of the handover's screens, on a sealed day.

use std::fs;
use std::path::Path;

use journeys::sealed_day::{SealedDay, student_no};
use journeys::webdriver::{Window, keys};
use serde_json::json;

use super::settle;

/// What the tour needs besides the sealed day: results, pictures from elsewhere, folders to write into.
fn prepare(home: &Path) {
    for name in ["share", "stick", "prints", "sent"] {
        fs::create_dir_all(home.join(name)).expect("a folder");
    }
    let rows = format!(
        "学号,审核结果,原因\n{},通过,\n{},初审失败,闭眼\n{},不通过,背景有阴影\n99999,通过,\n",
        student_no(0),
        student_no(1),
        student_no(2)
    );
    fs::write(home.join("results.csv"), rows).expect("written");
}

async fn send(window: &Window, home: &Path) {
    let items = window.rpc("outbox.items", json!({ "batch": 1 })).await;
    for (n, name) in ["new.jpg", "nobody.jpg", "broken.jpg"].into_iter().enumerate() {
        let hash = items[n]["path"].as_str().expect("a path").trim_start_matches("portrait/").to_owned();
        let file = home.join("data/portraits").join(&hash[..2]).join(format!("{hash}.jpg"));
        let bytes = fs::read(file).expect("a portrait");
        let whole = if name == "broken.jpg" { 9000 } else { bytes.len() };
        fs::write(home.join("sent").join(name), &bytes[..whole]).expect("written");
    }
    fs::write(home.join("sent/new.code.txt"), "https://example.invalid/NEW-CODE\n").expect("written");
}

/// An upload that needs a person: first a picture that is no longer what it was, then other content in its place.
async fn stuck(window: &Window, home: &Path, shot: &impl AsyncFn(&str)) {
    let items = window.rpc("outbox.items", json!({ "batch": 1 })).await;
    let hash = items[0]["path"].as_str().expect("a path").trim_start_matches("portrait/").to_owned();
    let file = home.join("data/portraits").join(&hash[..2]).join(format!("{hash}.jpg"));
    let good = fs::read(&file).expect("a portrait");
    fs::write(&file, vec![0; good.len()]).expect("written");
    window.press("u").await;
    window.wait_with("upload-state", "state", "left").await;
    window.wait("parked-table").await;
    shot("25-upload-parked").await;
    fs::write(&file, &good).expect("written");
    let status = window.rpc("upload.status", json!({ "batch": 1 })).await;
    let key = status["parked_objects"][0]["key"].as_str().expect("a key").to_owned();
    let there = home.join("share").join(&key);
    fs::create_dir_all(there.parent().expect("a folder")).expect("made");
    fs::write(&there, b"other").expect("written");
    window.press("t").await;
    window.gone("parked-table").await;
    window.press("u").await;
    window.wait_with("upload-state", "state", "left").await;
    window.wait("parked-table").await;
    shot("25-upload-conflict").await;
    fs::remove_file(&there).expect("removed");
    window.press("a").await;
    window.gone("parked-table").await;
}

/// Walks through all seven tasks.
pub async fn tour(day: &SealedDay, size: &str, tongue: &str, dir: &Path) {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    day.copy_to(&home.join("data"));
    prepare(home);
    let Some(window) = Window::open(&home.join("data"), &["--size", size]).await else { return };
    super::language(&window, tongue).await;
    send(&window, home).await;
    let shot = async |name: &str| {
        settle().await;
        window.screenshot(&dir.join(format!("{name}.png"))).await;
    };
    let place = |name: &str| home.join(name).display().to_string();
    window.press(keys::F8).await;
    window.wait("outbox").await;
    shot("20-outbox").await;
    window.press("s").await;
    window.wait("sheet-upload-settings").await;
    shot("21-upload-folder").await;
    window.press("\u{E014}").await;
    shot("22-upload-s3").await;
    window.press("\u{E012}").await;
    window.paste("field-path", &place("share")).await;
    window.press(keys::ENTER).await;
    window.notice("upload_saved").await;
    window.gone("sheet-upload-settings").await;
    window.press("l").await;
    shot("23-upload-forbid").await;
    window.press("2").await;
    window.wait_with("upload-allowed", "allowed", "false").await;
    window.gone("sheet-upload-allow").await;
    window.press("l").await;
    shot("24-upload-allow").await;
    window.press("2").await;
    window.wait_with("upload-allowed", "allowed", "true").await;
    window.gone("sheet-upload-allow").await;
    stuck(&window, home, &shot).await;
    window.press("u").await;
    window.wait_with("upload-state", "closed", "true").await;
    shot("25-uploaded").await;

    window.press("2").await;
    shot("26-results-none").await;
    window.paste("results-path", &place("results.csv")).await;
    window.press(keys::ENTER).await;
    window.wait("results-preview").await;
    shot("27-results-preview").await;
    window.press("m").await;
    shot("28-results-columns").await;
    window.press(keys::ESCAPE).await;
    window.press("i").await;
    window.wait("results-imported").await;
    shot("29-results").await;

    window.press("3").await;
    shot("30-export-nowhere").await;
    window.paste("export-into", &place("stick")).await;
    window.press(keys::ENTER).await;
    window.press("o").await;
    window.press("p").await;
    window.wait("export-prints-plan").await;
    window.wait("export-fits").await;
    shot("31-export-plan").await;
    window.press("k").await;
    window.wait("sheet-export-lock").await;
    window.press("\u{E014}").await;
    window.press("\u{E014}").await;
    shot("32-export-lock").await;
    window.press(keys::ESCAPE).await;
    window.press("g").await;
    window.wait_with("export-done", "complete", "true").await;
    shot("33-exported").await;
    window.press("s").await;
    window.wait("sheet-receipt").await;
    shot("34-receipt").await;
    window.press(keys::ESCAPE).await;
    window.press(keys::ENTER).await;
    window.press("v").await;
    window.wait("sheet-verify").await;
    shot("35-verify").await;
    window.press(keys::ENTER).await;
    window.wait("verdict").await;
    shot("36-verified").await;
    window.press(keys::ENTER).await;

    window.press("4").await;
    window.paste("prints-into", &place("prints")).await;
    window.press(keys::ENTER).await;
    window.wait_with("tile-pages", "n", "4").await;
    shot("37-prints").await;
    window.press("g").await;
    window.wait("work").await;
    window.screenshot(&dir.join("38-work.png")).await;
    window.wait("prints-done").await;
    shot("39-prints-done").await;

    window.press("5").await;
    shot("40-intake").await;
    window.paste("intake-path", &place("sent")).await;
    window.press(keys::ENTER).await;
    window.wait_with("tile-refused", "n", "2").await;
    shot("41-intake-refused").await;
    window.press("\u{E010}").await;
    window.press(keys::SPACE).await;
    window.press("w").await;
    window.wait("intake-written").await;
    shot("42-intake-look").await;

    let items = window.rpc("outbox.items", json!({ "batch": 1 })).await;
    let (one, other) = (&items[0]["number"], &items[1]["number"]);
    let swap = json!({ "one": one, "other": other, "reason": "出口处发现" });
    let proposed = window.rpc("swap.propose", swap).await;
    window.rpc("swap.commit", json!({ "correction": proposed["id"] })).await;
    window.press("6").await;
    window.wait_with("correction-plan", "changes", "4").await;
    shot("43-correction").await;

    window.press("7").await;
    window.wait("erase-plan").await;
    shot("44-erase").await;
    window.press("e").await;
    window.wait("sheet-erase").await;
    shot("45-erase-first").await;
    let plan = window.rpc("erase.plan", json!({ "batch": 1, "retention_days": 30 })).await;
    let files: u64 =
        plan["files"].as_array().expect("files").iter().filter_map(|f| f["files"].as_u64()).sum();
    window.paste("field-count", &files.to_string()).await;
    window.press(keys::ENTER).await;
    window.wait("sheet-erase-anyway").await;
    shot("46-erase-second").await;
    window.paste("field-typed", plan["confirmation"][tongue].as_str().expect("a sentence")).await;
    window.press(keys::ENTER).await;
    window.wait("erase-done").await;
    shot("47-erased").await;
    window.press(keys::ENTER).await;
    shot("48-erase-records").await;
    window.press("\u{E031}").await;
    shot("49-keys").await;
    window.close().await;
}
