//! A batch at the end of its day: a few students with a roster, photographed by the real loop, sealed. What the
//! handover begins with.

use std::fs;
use std::path::Path;

use domain::{BatchPlan, Day, FeeRule, Subject, Way};
use store::Store;
use tempfile::TempDir;

use crate::booth::now;
use crate::places;

/// Their names.
pub const NAMES: [&str; 3] = ["欧阳测试甲", "测试乙", "测试丙"];
/// Their 学院.
pub const COLLEGE: &str = "计算机学院";

/// 学号 of the nth, from 0.
pub fn student_no(n: usize) -> String {
    format!("2022110745{n:02}")
}

/// 证件号码 of the nth, from 0. Such numbers are given to nobody.
pub fn id_number(n: usize) -> String {
    format!("11010519491231{n:03}X")
}

/// A data folder with the sealed batch, number 1, which may be uploaded.
pub struct SealedDay {
    /// The data folder.
    pub data: TempDir,
    /// What the codes said.
    pub payloads: Vec<Vec<u8>>,
}

fn plan() -> BatchPlan {
    BatchPlan {
        school: "某某大学".into(),
        date: Day::new(2026, 5, 13).expect("a day"),
        place: "体育馆".into(),
        group: "1".into(),
        spec: "registry-safe".into(),
        fee: FeeRule::None,
        way: Way::Booth,
        double_proof: false,
        masked_names: false,
        naming: "{学院}/{学号}".into(),
        consent: Default::default(),
        upload_allowed: true,
        make_up: domain::MakeUpTerms::default(),
        make_up_of: None,
    }
}

impl SealedDay {
    /// Shoots it; takes a few seconds.
    pub fn shoot() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let frames = tempfile::tempdir().expect("a folder");
        draw(frames.path());
        let (mut store, _) = Store::open(data.path(), "A-1", now()).expect("a data folder");
        let batch = store.new_batch(&plan(), now()).expect("a batch").id;
        store.open_batch(batch, now()).expect("opened");
        let mut lines = Vec::new();
        for (n, name) in NAMES.iter().enumerate() {
            let subject = Subject {
                student_no: Some(student_no(n)),
                name: Some((*name).into()),
                id_number: Some(id_number(n)),
                college: Some(COLLEGE.into()),
                ..Subject::default()
            };
            lines.push(store.add_late_entry(batch, &subject, "补录", now()).expect("a line"));
        }
        drop(store);
        replay(frames.path(), data.path());
        let (mut store, _) = Store::open(data.path(), "A-1", now()).expect("a data folder");
        let pictures = store.reader_door().open().expect("a reader").handover(Some(batch)).expect("pictures");
        for (picture, line) in pictures.iter().zip(&lines) {
            store.link_subject(picture.number, *line, now()).expect("linked");
        }
        store.seal_batch(batch, None, now()).expect("sealed");
        let payloads = pictures.iter().map(|picture| picture.code.bytes().to_vec()).collect();
        Self { data, payloads }
    }

    /// The same in another folder, for a test of its own.
    pub fn copy_to(&self, folder: &Path) {
        copy(self.data.path(), folder);
    }
}

fn draw(frames: &Path) {
    api::demo_pictures::draw_day(frames, NAMES.len(), 7).expect("a day is drawn");
}

fn replay(frames: &Path, data: &Path) {
    let assets = places::assets();
    let engine = api::load_engine(&assets).expect("the engine");
    let spec = assets.spec("registry-safe", None).expect("the spec");
    let replay = api::replay::Replay { frames, data, station: "A-1", spec: &spec, engine: &engine, now };
    let done = api::replay::run(&replay, |_| {}).expect("replayed");
    assert_eq!(done.accepted as usize, NAMES.len());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("listed").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("copied");
        }
    }
}

/// Every file below a folder.
pub fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files_below(&path)) } else { all.push(path) }
    }
    all
}
