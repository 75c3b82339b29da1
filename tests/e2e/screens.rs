//! Pictures of every screen of the real window, for people to look at: `cargo xtask screens`.

#[path = "day_screens.rs"]
mod day_screens;
#[path = "hand_screens.rs"]
mod hand_screens;

#[path = "hall_room.rs"]
mod hall_room;

use std::path::PathBuf;
use std::time::Duration;

use journeys::sealed_day::SealedDay;
use journeys::webdriver::{Window, keys};
use serde_json::json;

async fn settle() {
    tokio::time::sleep(Duration::from_millis(900)).await;
}

async fn language(window: &Window, language: &str) {
    let view = window.rpc("station.view", json!({})).await;
    let mut settings = view["settings"].clone();
    settings["language"] = json!(language);
    window.rpc("settings.save", settings).await;
}

async fn tour(window: &Window, dir: &std::path::Path) {
    let shot = async |name: &str| {
        settle().await;
        window.screenshot(&dir.join(format!("{name}.png"))).await;
    };
    window.demo("empty").await;
    shot("01-idle").await;
    window.demo("phone").await;
    window.phase("armed").await;
    shot("02-armed").await;
    window.demo("seated").await;
    window.wait("band-eye_line").await;
    shot("03-framed").await;
    window.demo("tilted").await;
    shot("04-tilted").await;
    window.press(keys::SPACE).await;
    window.phase("reviewing").await;
    shot("05-review-retake").await;
    window.press(keys::ENTER).await;
    window.wait("reason-panel").await;
    shot("06-reason").await;
    window.press(keys::ESCAPE).await;
    window.press("r").await;
    window.phase("armed").await;
    window.demo("seated").await;
    settle().await;
    window.press(keys::SPACE).await;
    window.phase("reviewing").await;
    shot("07-review").await;
    window.press(keys::ENTER).await;
    window.phase("idle").await;
    shot("08-accepted").await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    window.demo("same_phone").await;
    window.phase("ask_repeat").await;
    shot("09-repeat").await;
    window.press(keys::ESCAPE).await;
    window.demo("two_phones").await;
    window.notice("two_codes").await;
    shot("10-two-codes").await;
    window.demo("unplugged").await;
    window.wait("camera-message").await;
    shot("11-unplugged").await;
    window.demo("empty").await;
    window.press(keys::F2).await;
    shot("12-camera").await;
    window.press(keys::ESCAPE).await;
    window.press(keys::F3).await;
    shot("13-settings").await;
    window.press(keys::ESCAPE).await;
    window.press("\u{E031}").await;
    shot("14-keys").await;
    window.press(keys::ESCAPE).await;
    let item = window.wait("strip-item").await;
    item.click().await.expect("the strip opens");
    shot("15-history").await;
    window.press(keys::ESCAPE).await;
}

#[test]
#[ignore = "pictures for people; run with `cargo xtask screens`"]
fn pictures_of_every_screen() {
    let dir = PathBuf::from(std::env::var_os("GRADBOOTH_SCREENS").expect("GRADBOOTH_SCREENS says where to"));
    // One room alone, while somebody works on it.
    let only = std::env::var("GRADBOOTH_SCREENS_OF").unwrap_or_default();
    let day = (only != "day").then(SealedDay::shoot);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for size in ["1366x768", "1920x1080"] {
            for tongue in ["zh", "en"] {
                let folder = tempfile::tempdir().unwrap();
                let into = dir.join(format!("{size}-{tongue}"));
                day_screens::tour(size, tongue, &into).await;
                let Some(day) = &day else { continue };
                let Some(window) = Window::open(folder.path(), &["--size", size]).await else { return };
                language(&window, tongue).await;
                settle().await;
                window.screenshot(&into.join("00-no-camera.png")).await;
                window.rpc("camera.choose", json!({ "id": "demo" })).await;
                tour(&window, &into).await;
                window.close().await;
                hand_screens::tour(day, size, tongue, &into).await;
            }
            if day.is_none() {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("gradbooth.db"), b"not a database").unwrap();
            let Some(window) = Window::open(folder.path(), &["--size", size]).await else { return };
            settle().await;
            window.screenshot(&dir.join(format!("{size}-zh/16-trouble.png"))).await;
            window.close().await;
        }
    });
}

#[test]
#[ignore = "pictures for people; run with `cargo xtask screens`"]
fn pictures_of_the_hall() {
    let dir = PathBuf::from(std::env::var_os("GRADBOOTH_SCREENS").expect("GRADBOOTH_SCREENS says where to"));
    let Some(cluster) = journeys::laptop::Cluster::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for size in ["1366x768", "1920x1080"] {
            for tongue in ["zh", "en"] {
                let into = dir.join(format!("{size}-{tongue}"));
                hall_room::room(&cluster, size, tongue, Some(&into)).await;
            }
        }
    });
}

#[test]
#[ignore = "pictures for people; run with `cargo xtask screens`"]
fn pictures_of_the_empty_seat() {
    const F9: &str = "\u{E039}";
    let dir = PathBuf::from(std::env::var_os("GRADBOOTH_SCREENS").expect("GRADBOOTH_SCREENS says where to"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for (size, tongue) in [("1366x768", "zh"), ("1920x1080", "en")] {
            let folder = tempfile::tempdir().unwrap();
            let into = dir.join(format!("{size}-{tongue}"));
            let Some(window) = Window::open(folder.path(), &["--size", size]).await else { return };
            language(&window, tongue).await;
            window.rpc("camera.choose", json!({ "id": "demo" })).await;
            window.demo("empty").await;
            settle().await;
            window.screenshot(&into.join("17-plate-due.png")).await;
            window.press(F9).await;
            window.wait("plate-verdict").await;
            settle().await;
            window.screenshot(&into.join("18-plate.png")).await;
            window.press(keys::ENTER).await;
            settle().await;
            window.screenshot(&into.join("19-plate-kept.png")).await;
            window.demo("seated").await;
            settle().await;
            window.press(F9).await;
            settle().await;
            window.screenshot(&into.join("20-plate-refused.png")).await;
            window.close().await;
        }
    });
}
