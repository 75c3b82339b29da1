//! A station without a window: the real parts behind the operations, with the demo camera.

use std::path::Path;
use std::time::{Duration, Instant};

use api::view::{DemoScene, PhaseView, StationView};
use api::{CameraRequest, Config, DemoRequest, Nothing, Operations, Station};
use domain::Timestamp;

use crate::places;

/// The wall clock.
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp(since.as_millis() as i64)
}

/// A station on `data`, without a camera.
pub fn station(data: &Path) -> Station {
    Station::start(Config {
        data: data.to_path_buf(),
        assets: places::assets(),
        now,
        day_start: |at| Timestamp(at.0 - at.0.rem_euclid(86_400_000)),
        open_camera: false,
        demo: DemoScene::Empty,
    })
}

/// A station on `data` that looks through the demo camera at an empty seat.
pub fn demo_station(data: &Path) -> Station {
    let station = station(data);
    station.camera_choose(CameraRequest { id: "demo".to_owned() }).expect("the demo camera opens");
    station
}

/// Lets the demo camera show a scene.
pub fn show(station: &Station, scene: DemoScene) {
    station.demo_show(DemoRequest { scene }).expect("the demo camera obeys");
}

/// The snapshot now.
pub fn view(station: &Station) -> StationView {
    station.station_view(Nothing {}).expect("the station answers")
}

/// Name of the phase.
pub fn phase(view: &StationView) -> &'static str {
    match view.phase {
        PhaseView::Idle => "idle",
        PhaseView::Interrupted { .. } => "interrupted",
        PhaseView::AskRepeat { .. } => "ask_repeat",
        PhaseView::Armed { .. } => "armed",
        PhaseView::Developing { .. } => "developing",
        PhaseView::Reviewing { .. } => "reviewing",
    }
}

/// Waits until the snapshot is as wanted; tells what it was instead.
pub fn wait_for(station: &Station, what: &str, wanted: impl Fn(&StationView) -> bool) -> StationView {
    let begun = Instant::now();
    loop {
        let view = view(station);
        if wanted(&view) {
            return view;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no {what} after 30 s: {view:#?}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Waits for a phase.
pub fn wait_phase(station: &Station, wanted: &str) -> StationView {
    wait_for(station, wanted, |view| phase(view) == wanted)
}

/// Waits for a notice.
pub fn wait_notice(station: &Station, code: &str) -> StationView {
    wait_for(station, code, |view| view.notice.as_ref().is_some_and(|n| n.code == code))
}
