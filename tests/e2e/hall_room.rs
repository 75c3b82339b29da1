//! The hall's screens in the real window: an address that is wrong and one that is right, sharing, the room, alone, a
//! conflict and a person's word on it. By keys alone.

use std::path::Path;
use std::time::Duration;

use journeys::laptop::{Cluster, Laptop};
use journeys::webdriver::{Window, keys};
use serde_json::{Value, json};
use tokio::task::block_in_place;

const F10: &str = "\u{E03A}";
const UP: &str = "\u{E013}";
const DOWN: &str = "\u{E015}";
const RIGHT: &str = "\u{E014}";

fn plan() -> Value {
    json!({
        "school": "某某大学", "date": "2026-05-13", "place": "体育馆", "spec": "registry-safe", "way": "desk",
        "fee": { "kind": "none" },
    })
}

/// Pictures of everything into `dir` for people to look at, where one is given.
pub async fn room(cluster: &Cluster, size: &str, tongue: &str, dir: Option<&Path>) {
    let database = format!("room_{}", if tongue == "zh" { "zh" } else { "en" });
    let database = format!("{database}_{}", size.split('x').next().unwrap());
    block_in_place(|| cluster.database(&database));
    let folder = tempfile::tempdir().unwrap();
    let Some(window) = Window::open(folder.path(), &["--size", size]).await else { return };
    let shot = async |name: &str| {
        let Some(dir) = dir else { return };
        tokio::time::sleep(Duration::from_millis(700)).await;
        window.screenshot(&dir.join(format!("{name}.png"))).await;
    };
    let view = window.rpc("station.view", json!({})).await;
    let mut settings = view["settings"].clone();
    settings["language"] = json!(tongue);
    window.rpc("settings.save", settings).await;
    window.rpc("camera.choose", json!({ "id": "demo" })).await;
    window.demo("empty").await;
    let batch = window.rpc("batch.new", plan()).await;
    window.rpc("batch.open", json!({ "batch": batch["id"] })).await;

    // An address, wrong at first: by keys alone.
    window.press(F10).await;
    window.wait("hall-host").await;
    shot("30-hall-address").await;
    let port = cluster.port().to_string();
    for text in ["127.0.0.1", "crew", "secret", "nothere", &port] {
        window.type_text(text).await;
        window.press(DOWN).await;
    }
    let typed = window.wait("hall-password").await.prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some("secret"), "a password can be typed");
    window.press(keys::ENTER).await;
    window.wait_css("[data-testid=\"hall-diagnosis\"][data-code=\"hall_no_database\"]").await;
    shot("31-hall-diagnosis").await;
    window.press(UP).await;
    window.press(UP).await;
    window.type_text(&database).await;
    window.press(keys::ENTER).await;
    window.wait("hall-choice-share").await;
    shot("32-hall-choices").await;
    window.press(keys::ENTER).await;
    window.wait("hall-booth").await;
    shot("33-hall-booth").await;
    window.press(keys::ENTER).await;
    let code = window.wait("hall-code").await.text().await.unwrap();
    shot("34-hall-code").await;
    window.press(keys::ESCAPE).await;
    window.wait_css("[data-testid=\"hall-link\"][data-link=\"online\"]").await;

    // Another laptop comes in.
    // Its operations wait for the database on this thread.
    let mut other = Laptop::new("2");
    let address = json!({ "host": "127.0.0.1", "port": cluster.port(), "database": database, "user": "crew",
                          "password": null, "password_kept": false, "ca_file": "" });
    block_in_place(|| {
        other.ask("hall.save", address.clone());
        let offered = other.ask("hall.try", address);
        let key = &offered["batches"][0]["key"];
        other.ask("hall.join", json!({ "key": key, "join_code": code, "booth": "2" }));
        other.link("online");
    });
    window.wait_css("[data-testid=\"hall-station\"]:nth-child(2)").await;
    shot("35-hall-room").await;

    // The cable is out: both go on, and both photograph the same code.
    cluster.kill();
    window.wait_css("[data-testid=\"hall-link\"][data-link=\"alone\"]").await;
    shot("36-hall-alone").await;
    window.press(keys::ESCAPE).await;
    let check_in = json!({ "code": "somebody", "consent": true, "id_card": true });
    window.rpc("desk.check_in", check_in.clone()).await;
    window.rpc("queue.next", json!({})).await;
    window.phase("armed").await;
    window.demo("seated").await;
    window.wait("band-eye_line").await;
    shot("37-booth-alone").await;
    window.press(keys::SPACE).await;
    window.phase("reviewing").await;
    window.press(keys::ENTER).await;
    window.phase("idle").await;
    block_in_place(|| {
        other.link("alone");
        other.ask("desk.check_in", check_in);
        other.next();
        other.photograph("somebody");
    });

    // Together again: a person decides.
    assert!(cluster.up());
    window.wait("hall-chip-conflicts").await;
    window.press(F10).await;
    window.wait("hall-conflict").await;
    window.wait_css("[data-testid=\"hall-link\"][data-link=\"online\"]").await;
    shot("38-hall-conflict").await;
    window.press(keys::ENTER).await;
    window.wait("hall-side").await;
    window.press(RIGHT).await;
    shot("39-hall-decide").await;
    window.type_text("2 号机位那张睁眼").await;
    window.press(keys::ENTER).await;
    window.wait_css("[data-testid=\"hall-conflict\"].done").await;
    shot("40-hall-settled").await;
    window.close().await;
}
