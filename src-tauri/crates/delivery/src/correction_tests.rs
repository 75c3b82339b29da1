use domain::{CaptureCode, ShotNumber, Subject};

use super::*;
use crate::bag::{BagContents, BagInfo, BagRequest, plan_bag};
use crate::item::{Item, ItemFile};
use crate::naming::{PathLimits, Template};

fn item(n: i64, name: &str, picture: &[u8]) -> Item {
    Item {
        fingerprint: CaptureCode::new(format!("code {n}")).unwrap().fingerprint(),
        shot_number: ShotNumber(n),
        subject: Subject { name: Some(name.into()), student_no: Some(n.to_string()), ..Subject::default() },
        files: vec![ItemFile {
            kind: FileKind::Portrait,
            extension: "jpg".into(),
            hash: ContentHash::of(picture),
            bytes: picture.len() as u64,
        }],
    }
}

fn plan(items: &[Item]) -> BagPlan {
    plan_bag(BagRequest {
        name: "batch",
        items,
        template: &Template::parse("{姓名}").unwrap(),
        limits: PathLimits::FULL,
        contents: BagContents::PORTRAITS,
        extras: Vec::new(),
        info: BagInfo::default(),
    })
    .unwrap()
}

fn delivered(plan: &BagPlan) -> Vec<DeliveredFile> {
    let files = plan.files.iter().filter_map(|file| match &file.source {
        Source::Picture { fingerprint, kind, .. } => Some(DeliveredFile {
            fingerprint: fingerprint.clone(),
            kind: *kind,
            path: file.path.clone(),
            hash: file.hash,
        }),
        Source::Extra(_) => None,
    });
    files.collect()
}

fn told(before: &[Item], after: &[Item]) -> Vec<(String, Action, ChangeReason)> {
    let correction = plan_correction(&delivered(&plan(before)), &plan(after), "勘误1").unwrap();
    correction.map_or(Vec::new(), |c| {
        c.changes.into_iter().map(|c| (c.path.replace("data/portraits/", ""), c.action, c.reason)).collect()
    })
}

#[test]
fn nothing_changed_is_no_parcel() {
    let items = [item(1, "甲", b"a"), item(2, "乙", b"b")];
    assert_eq!(told(&items, &items), []);
}

#[test]
fn a_swap_replaces_both_and_says_why() {
    let before = [item(1, "甲", b"a"), item(2, "乙", b"b"), item(3, "丙", b"c")];
    let after = [item(1, "甲", b"b"), item(2, "乙", b"a"), item(3, "丙", b"c")];
    let both = |name: &str| (format!("{name}.jpg"), Action::Replace, ChangeReason::WasAnothers);
    assert_eq!(told(&before, &after), [both("乙"), both("甲")]);
}

#[test]
fn only_what_changed_goes_out_and_the_list_tells_it() {
    let before = [item(1, "甲", b"a"), item(2, "乙", b"b"), item(3, "丙", b"c")];
    let after = [item(1, "甲", b"new"), item(2, "乙", b"b"), item(4, "丁", b"d")];
    let correction = plan_correction(&delivered(&plan(&before)), &plan(&after), "勘误/1").unwrap().unwrap();
    assert_eq!(correction.bag.name, "勘误_1");
    let paths: Vec<_> = correction.bag.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["data/portraits/甲.jpg", "data/portraits/丁.jpg", "data/lists/corrections.csv"]);
    assert_eq!(correction.bag.payload_bytes, 3 + 1 + correction.bag.extras[0].read().unwrap().len() as u64);
    let list = String::from_utf8(correction.bag.extras[0].read().unwrap()).unwrap();
    for line in [
        "新增,data/portraits/丁.jpg,,补交",
        "删除,data/portraits/丙.jpg,,撤回",
        "替换,data/portraits/甲.jpg,,换片",
    ] {
        assert!(list.contains(line), "{list}");
    }
}

#[test]
fn a_second_student_of_one_name_renames_the_first() {
    let before = [item(1, "张三", b"a")];
    let after = [item(1, "张三", b"a"), item(2, "张三", b"b")];
    let from = "data/portraits/张三.jpg".to_owned();
    assert_eq!(
        told(&before, &after),
        [
            ("张三_1.jpg".into(), Action::Rename { from }, ChangeReason::NewName),
            ("张三_2.jpg".into(), Action::Add, ChangeReason::Late),
        ]
    );
}
