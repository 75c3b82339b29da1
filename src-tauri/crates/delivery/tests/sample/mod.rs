//! A batch of made-up people whose files are made-up bytes, the same at every call.

#![allow(dead_code)] // each program takes what it needs

#[cfg(target_os = "linux")]
pub mod stick;

use std::io;

use delivery::{
    BagContents, BagInfo, BagPlan, BagRequest, Extra, FileKind, Item, ItemFile, PathLimits, Template,
    plan_bag,
};
use domain::{CaptureCode, ContentHash, ShotNumber, Subject};

/// The bytes of person `n`, about `bytes` of them, incompressible, different for everybody.
pub fn picture(n: usize, bytes: usize) -> Vec<u8> {
    let mut state = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let length = bytes + n % 997;
    let mut out = Vec::with_capacity(length + 8);
    while out.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(length);
    out
}

/// `count` people in twenty classes; every 40th shares the name of the one before.
pub fn items(count: usize, bytes: usize) -> Vec<Item> {
    (0..count)
        .map(|n| {
            let picture = picture(n, bytes);
            let namesake = if n % 40 == 39 { n - 1 } else { n };
            Item {
                fingerprint: CaptureCode::new(format!("code {n}")).unwrap().fingerprint(),
                shot_number: ShotNumber(n as i64 + 1),
                subject: Subject {
                    college: Some(format!("第{}学院", n % 4)),
                    class: Some(format!("{}班", n % 20)),
                    student_no: Some(format!("2022{n:08}")),
                    name: Some(format!("学生{namesake}")),
                    ..Subject::default()
                },
                files: vec![ItemFile {
                    kind: FileKind::Portrait,
                    extension: "jpg".into(),
                    hash: ContentHash::of(&picture),
                    bytes: picture.len() as u64,
                }],
            }
        })
        .collect()
}

/// The plan of a bag named `bag` with `items`, and a list.
pub fn plan(items: &[Item]) -> BagPlan {
    let request = BagRequest {
        name: "bag",
        items,
        template: &Template::parse("{学院}/{班级}/{姓名}.jpg").unwrap(),
        limits: PathLimits::FULL,
        contents: BagContents::PORTRAITS,
        extras: vec![Extra::new("lists/名单.csv", "学号,姓名\n".into())],
        info: BagInfo {
            source_organization: "采集单位".into(),
            external_identifier: "2026-A".into(),
            software: "gradbooth".into(),
            ..BagInfo::default()
        },
    };
    plan_bag(request).unwrap()
}

/// The store of these people: all pictures in memory.
pub fn pictures(count: usize, bytes: usize) -> impl Fn(FileKind, &ContentHash) -> io::Result<Vec<u8>> {
    let all: std::collections::HashMap<ContentHash, Vec<u8>> =
        (0..count).map(|n| picture(n, bytes)).map(|picture| (ContentHash::of(&picture), picture)).collect();
    move |_, hash| all.get(hash).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
}
