//! The real window, driven by keys as a photographer drives it.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use fantoccini::Locator;
use journeys::webdriver::{Window, keys};
use serde_json::json;

const DEMO: &[&str] = &["--camera", "demo", "--demo-scene", "empty", "--size", "1366x768"];

/// One window at a time: keys go to the one that has the focus.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a journey on a fresh data folder, in the demo's booth with an empty seat.
fn journey<F: Future<Output = ()>>(arguments: &[&str], run: impl Fn(Window, std::path::PathBuf) -> F) {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(window) = Window::open(folder.path(), arguments).await else { return };
        run(window, folder.path().to_path_buf()).await;
    });
}

fn rows(data: &Path) -> (usize, usize) {
    let (store, _) = store::Store::open(data.join("demo"), "look", domain::Timestamp(0)).unwrap();
    assert!(store.verify().unwrap().is_clean());
    let strip = store.today(domain::Timestamp(0), 100).unwrap();
    for entry in &strip {
        store.picture(store::PictureKind::Portrait, &entry.portrait_hash).unwrap();
    }
    (strip.len(), store.outbox(store::OutboxState::Pending).unwrap().len())
}

#[test]
fn scan_frame_shoot_accept_by_keys_alone() {
    journey(DEMO, |window, data| async move {
        window.demo("empty").await;
        window.phase("idle").await;
        window.press(keys::SPACE).await;
        window.notice("nothing_armed").await;
        window.demo("phone").await;
        window.phase("armed").await;
        assert_eq!(window.wait("shot-number").await.text().await.unwrap().trim(), "1");
        window.demo("seated").await;
        window.wait("band-eye_line").await;
        window.press(keys::SPACE).await;
        window.phase("reviewing").await;
        window.wait("portrait").await;
        assert_ne!(
            window.wait("verdict").await.attr("data-verdict").await.unwrap().as_deref(),
            Some("retake")
        );
        window.press(keys::ENTER).await;
        window.phase("idle").await;
        window.wait("strip-item").await;
        window.close_on(&data.join("demo")).await;
        assert_eq!(rows(&data), (1, 1));
    });
}

#[test]
fn a_barcode_gun_types_wherever_the_focus_is() {
    journey(DEMO, |window, _| async move {
        window.demo("empty").await;
        // A payload with letters that are shortcuts, typed in one go and ended with Enter.
        window.press(&format!("rR 1a+/=CODE{}", keys::ENTER)).await;
        window.phase("armed").await;
        assert!(window.wait("source").await.text().await.unwrap().contains("扫码枪"));
        // The next person's gun scan changes nothing.
        window.press(&format!("SOMEBODY-ELSE{}", keys::ENTER)).await;
        window.notice("other_code").await;
        assert_eq!(window.wait("shot-number").await.text().await.unwrap().trim(), "1");
        window.press(keys::ESCAPE).await;
        window.phase("idle").await;
        window.close().await;
    });
}

#[test]
fn a_repeated_code_asks() {
    journey(DEMO, |window, data| async move {
        window.demo("phone").await;
        window.phase("armed").await;
        window.demo("seated").await;
        window.wait("band-eye_line").await;
        window.press(keys::SPACE).await;
        window.phase("reviewing").await;
        window.press(keys::ENTER).await;
        window.phase("idle").await;
        // Long enough that the phone counts as shown anew.
        tokio::time::sleep(std::time::Duration::from_millis(3_300)).await;
        window.demo("same_phone").await;
        window.phase("ask_repeat").await;
        window.press(keys::SPACE).await;
        window.notice("answer_first").await;
        window.press(keys::ESCAPE).await;
        window.phase("idle").await;
        window.close_on(&data.join("demo")).await;
        assert_eq!(rows(&data), (1, 1));
    });
}

#[test]
fn a_tilted_head_needs_a_second_key_and_a_reason() {
    journey(DEMO, |window, _| async move {
        window.demo("phone").await;
        window.phase("armed").await;
        window.demo("tilted").await;
        window.wait("band-tilt").await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        window.press(keys::SPACE).await;
        window.phase("reviewing").await;
        window.wait_css("[data-testid=\"finding\"][data-code=\"roll\"]").await;
        window.press(keys::ENTER).await;
        window.wait("reason-panel").await;
        window.press("1").await;
        window.press(keys::ENTER).await;
        window.phase("idle").await;
        window.wait("strip-item").await;
        window.close().await;
    });
}

#[test]
fn the_camera_goes_and_comes_back() {
    journey(DEMO, |window, _| async move {
        window.demo("phone").await;
        window.phase("armed").await;
        window.demo("unplugged").await;
        window.wait("camera-message").await;
        window.phase("armed").await;
        window.demo("seated").await;
        window.wait("band-eye_line").await;
        assert!(!window.has("camera-message").await);
        assert_eq!(window.wait("shot-number").await.text().await.unwrap().trim(), "1");
        window.close().await;
    });
}

#[test]
fn without_a_camera_the_demo_is_offered() {
    journey(&["--demo-scene", "empty", "--size", "1366x768"], |window, _| async move {
        if window.rpc("camera.list", json!({})).await.as_array().is_some_and(|list| list.len() > 1) {
            println!("SKIPPED: this machine has a camera");
            return window.close().await;
        }
        window.wait("no-camera").await;
        window.press(keys::ENTER).await;
        window.wait("demo-ribbon").await;
        window.close().await;
    });
}

#[test]
fn a_broken_spec_is_shown_with_its_line() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("specs")).unwrap();
    std::fs::write(folder.path().join("specs/our-school.toml"), "id = \"our-school\"\nname = 3\n").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(window) = Window::open(folder.path(), DEMO).await else { return };
        window.press(keys::F3).await;
        let refused = window.wait("spec-refused").await.text().await.unwrap();
        assert!(refused.contains("2"), "{refused}");
        window.press(keys::ESCAPE).await;
        window.close().await;
    });
}

#[test]
fn a_damaged_database_is_told_and_a_fresh_one_offered() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("gradbooth.db"), b"not a database").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(window) = Window::open(folder.path(), &["--size", "1366x768"]).await else { return };
        let trouble = window.wait("trouble").await;
        assert_eq!(trouble.attr("data-code").await.unwrap().as_deref(), Some("store_damaged"));
        window.close().await;
    });
    assert_eq!(std::fs::read(folder.path().join("gradbooth.db")).unwrap(), b"not a database");
}

#[test]
fn live_frames_keep_coming_while_the_checks_run() {
    journey(DEMO, |window, _| async move {
        window.demo("phone").await;
        window.phase("armed").await;
        window.demo("seated").await;
        window.wait("band-eye_line").await;
        let shown = |value: serde_json::Value| value.as_u64().unwrap_or_default();
        let script = "return window.__gradbooth.shown";
        let before = shown(window.client.execute(script, vec![]).await.unwrap());
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        let after = shown(window.client.execute(script, vec![]).await.unwrap());
        // Not a speed test: only that the picture is alive. The figures are in `cargo xtask bench`.
        assert!(after > before + 4, "{before} → {after}");
        assert!(window.client.find(Locator::Css("[data-testid=\"live\"]")).await.is_ok());
        window.close().await;
    });
}
