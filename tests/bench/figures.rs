//! Figures of the whole station on this machine: `cargo xtask bench`. Nothing here passes or fails by a time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use api::view::{DemoScene, PhaseView};
use api::{AcceptRequest, Nothing, Operations, TypedCode};
use domain::CodeSource;
use journeys::booth::{demo_station, show, wait_phase};
use journeys::webdriver::Window;
use serde_json::json;

fn percentile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

/// Resident kilobytes of this process.
fn resident_kb(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn shoot(station: &api::Station, n: u32) -> f64 {
    station.type_code(TypedCode { text: format!("BENCH-{n}"), source: CodeSource::Gun }).expect("armed");
    std::thread::sleep(Duration::from_millis(60));
    station.shoot(Nothing {}).expect("the shutter works");
    let view = wait_phase(station, "reviewing");
    let PhaseView::Reviewing { shot, .. } = &view.phase else { panic!("{view:?}") };
    let ms = shot.ms;
    if shot.verdict == domain::Verdict::Retake {
        station.accept(AcceptRequest { reason: None }).expect("asks");
    }
    station.accept(AcceptRequest { reason: Some("bench".into()) }).expect("accepted");
    ms
}

#[test]
#[ignore = "figures; run with `cargo xtask bench`"]
fn shutter_to_portrait_and_memory() {
    let sittings: u32 = std::env::var("GRADBOOTH_SITTINGS").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let folder = tempfile::tempdir().unwrap();
    let station = demo_station(folder.path());
    show(&station, DemoScene::Seated);
    shoot(&station, 0);
    let before = resident_kb("self");
    let begun = Instant::now();
    let mut times: Vec<f64> = (1..=sittings).map(|n| shoot(&station, n)).collect();
    times.sort_by(f64::total_cmp);
    println!(
        "| shutter → portrait, {sittings} sittings | median {:.0} ms | p95 {:.0} ms |",
        percentile(&times, 0.5),
        percentile(&times, 0.95)
    );
    println!(
        "| whole sittings, no pause between | {:.1} a minute | |",
        f64::from(sittings) * 60.0 / begun.elapsed().as_secs_f64()
    );
    println!(
        "| memory after 1 and after {sittings} sittings | {} MB | {} MB |",
        before / 1024,
        resident_kb("self") / 1024
    );
}

#[test]
#[ignore = "figures; run with `cargo xtask bench`"]
fn start_and_preview_in_the_real_window() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let epoch_ms = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0;
        let started = epoch_ms();
        let Some(window) = Window::open(folder.path(), &["--camera", "demo"]).await else { return };
        // No earlier than the truth: the page is asked after WebDriver has found it.
        let script = "const done = arguments[0]; \
            const look = () => window.__gradbooth?.shown > 0 ? done(Date.now()) : setTimeout(look, 5); look();";
        let first = window.client.execute_async(script, vec![]).await.unwrap().as_f64().unwrap_or_default();
        println!("| start to first live picture, WebDriver's own start included | {:.0} ms | |", first - started);
        for (watching, scene) in [("looking for codes", "empty"), ("bands and codes", "seated")] {
            if scene == "seated" {
                window.rpc("station.type_code", json!({ "text": "BENCH", "source": "gun" })).await;
            }
            window.demo(scene).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            let shown = async || {
                let value = window.client.execute("return window.__gradbooth.shown", vec![]).await.unwrap();
                value.as_f64().unwrap_or_default()
            };
            let (before, cpu, begun) = (shown().await, processor_seconds(), Instant::now());
            tokio::time::sleep(Duration::from_secs(8)).await;
            let seconds = begun.elapsed().as_secs_f64();
            let fps = (shown().await - before) / seconds;
            let share = (processor_seconds() - cpu) / seconds;
            println!("| preview 1280×720 while {watching} | {fps:.1} fps | {:.0}% of one core, demo drawing and window included |", share * 100.0);
        }
        window.close().await;
    });
}

/// From the key in the page to the decoded portrait in the page, and the painting asked for.
const SHOOT: &str = "const done = arguments[0]; const begun = performance.now(); \
    for (const type of ['keydown', 'keyup']) \
      window.dispatchEvent(new KeyboardEvent(type, { key: ' ', code: 'Space', bubbles: true })); \
    const look = () => { \
      const picture = document.querySelector('[data-testid=\"portrait\"]'); \
      if (!picture?.complete || !picture.naturalWidth) return setTimeout(look, 3); \
      picture.decode().then(() => requestAnimationFrame(() => done(performance.now() - begun))); \
    }; \
    look();";

#[test]
#[ignore = "figures; run with `cargo xtask bench`"]
fn shutter_to_portrait_in_the_real_window() {
    let sittings: u32 =
        std::env::var("GRADBOOTH_WINDOW_SITTINGS").ok().and_then(|n| n.parse().ok()).unwrap_or(30);
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(window) = Window::open(folder.path(), &["--camera", "demo", "--demo-scene", "seated"]).await else {
            return;
        };
        let mut times = Vec::new();
        for n in 0..sittings {
            window.rpc("station.type_code", json!({ "text": format!("WINDOW-{n}"), "source": "gun" })).await;
            window.phase("armed").await;
            // A photographer looks before shooting.
            tokio::time::sleep(Duration::from_millis(600)).await;
            let ms = window.client.execute_async(SHOOT, vec![]).await.unwrap().as_f64().unwrap_or_default();
            times.push(ms);
            for reason in [serde_json::Value::Null, json!("bench")] {
                if window.has("review").await {
                    window.rpc("station.accept", json!({ "reason": reason })).await;
                }
            }
            window.phase("idle").await;
        }
        println!("| first portrait after the start, in the real window | {:.0} ms | |", times[0]);
        times.sort_by(f64::total_cmp);
        println!(
            "| shutter key → portrait on the screen of the real window, {sittings} sittings | median {:.0} ms | p95 {:.0} ms |",
            percentile(&times, 0.5),
            percentile(&times, 0.95)
        );
        window.close().await;
    });
}

/// Processor seconds of the station and the webview's processes so far.
fn processor_seconds() -> f64 {
    let mut ticks = 0.0;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        let Some((name, rest)) = stat.split_once(')') else { continue };
        if ["(gradbooth", "(WebKitWebProces", "(WebKitNetworkP"].iter().any(|known| name.contains(known)) {
            let fields: Vec<&str> = rest.split_whitespace().collect();
            ticks += fields[11].parse::<f64>().unwrap_or(0.0) + fields[12].parse::<f64>().unwrap_or(0.0);
        }
    }
    ticks / 100.0
}
