//! Laptops of one hall: stations without camera and models on data folders of their own, and the hall's database.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use api::view::DemoScene;
use api::{Assets, Config, Station, call};
use domain::{CaptureCode, CodeSource, Timestamp, Verdict};
use serde_json::{Value, json};
use store::{NewPortrait, NewShot, Store};

use crate::booth::now;
use crate::places;

#[allow(missing_docs, reason = "shared with the tests of the hall's own crate")]
#[path = "../src-tauri/crates/hall/tests/rig/mod.rs"]
mod rig;

pub use rig::Cluster;

/// The program's files without its models: no picture is made here, and nobody waits for them to load.
pub fn assets(data: &Path) -> Assets {
    let folder = data.join("assets");
    let specs = folder.join("specs");
    fs::create_dir_all(&specs).unwrap();
    for file in fs::read_dir(places::root().join("assets/specs")).unwrap().flatten() {
        fs::copy(file.path(), specs.join(file.file_name())).unwrap();
    }
    Assets::at(folder)
}

/// A station without a camera, by the wall clock.
pub fn station(data: &Path) -> Station {
    Station::start(Config {
        data: data.to_path_buf(),
        assets: assets(data),
        now,
        day_start: |at| Timestamp(at.0 - at.0.rem_euclid(86_400_000)),
        open_camera: false,
        demo: DemoScene::Empty,
    })
}

/// What a booth with a camera does: the picture of whoever sits there. The models have tests of their own.
pub fn photograph(data: &Path, booth: &str, code: &str, tick: fn() -> Timestamp) {
    let (mut store, report) = Store::open(data, booth, tick()).expect("the station has let go");
    let code = CaptureCode::new(code).unwrap();
    let sitting = match report.unfinished {
        Some(open) => open.id,
        None => {
            let earlier = store.earlier_accept(&code).unwrap().map(|e| e.portrait);
            store.open_sitting(&code, CodeSource::Gun, earlier, tick()).unwrap().id
        }
    };
    let original = format!("original {sitting}");
    let new = NewShot {
        sitting,
        original: original.as_bytes(),
        extension: "jpg",
        verdict: Verdict::Pass,
        findings: Vec::new(),
        geometry: None,
        plan: None,
        provenance: json!({}),
    };
    let shot = store.add_shot(&new, tick()).unwrap();
    let jpeg = format!("portrait {sitting}");
    let portrait = NewPortrait {
        shot: shot.id,
        jpeg: jpeg.as_bytes(),
        quality: 90,
        spec_id: "registry-safe",
        verdict: Verdict::Pass,
        findings: Vec::new(),
        override_reason: None,
        expected_code: &code,
    };
    store.accept(&portrait, tick()).unwrap();
}

/// A laptop: its folder, its name, and the program on it while that runs.
pub struct Laptop {
    /// The data folder.
    pub folder: tempfile::TempDir,
    /// What people call it.
    pub booth: String,
    /// `None` while the program does not run.
    pub program: Option<Station>,
}

impl Laptop {
    /// A laptop on which the program runs.
    pub fn new(booth: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = Some(station(folder.path()));
        Self { folder, booth: booth.to_owned(), program }
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Asks the program; a refusal is a failure of the test.
    pub fn ask(&self, name: &str, request: Value) -> Value {
        call(self.program.as_ref().unwrap(), name, request.clone())
            .unwrap_or_else(|e| panic!("{} {name} {request}: {e}", self.booth))
    }

    /// The code of a refusal.
    pub fn refused(&self, name: &str, request: Value) -> String {
        match call(self.program.as_ref().unwrap(), name, request) {
            Ok(answer) => panic!("{} {name}: {answer}", self.booth),
            Err(error) => error.code,
        }
    }

    /// Asks until the answer is as wanted.
    pub fn until(&self, what: &str, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.ask(name, json!({}));
            if wanted(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{}: no {what}: {answer:#}", self.booth);
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// Waits until the booth stands to the hall like this.
    pub fn link(&self, wanted: &str) {
        self.until(wanted, "station.view", |view| view["hall"]["link"] == wanted);
    }

    /// Gives a number to a code, with the fee.
    pub fn check_in(&self, code: &str) -> i64 {
        let fee = json!({ "amount_fen": 2000, "method": "wechat" });
        let request = json!({ "code": code, "consent": true, "id_card": true, "payment": fee });
        self.ask("desk.check_in", request)["ticket"]["number"].as_i64().unwrap()
    }

    /// The number that was called, and how long the key press took.
    pub fn next(&self) -> (Option<i64>, Duration) {
        let begun = Instant::now();
        let called = self.ask("queue.next", json!({}));
        (called["number"].as_i64(), begun.elapsed())
    }

    /// The program ends, the booth's camera takes the picture of whoever was called, the program starts again.
    pub fn photograph(&mut self, code: &str) {
        self.program = None;
        photograph(self.folder.path(), &self.booth, code, now);
        self.program = Some(station(self.folder.path()));
    }

    /// The queue as this booth knows it.
    pub fn queue(&self) -> Value {
        self.ask("queue.status", json!({}))
    }
}
