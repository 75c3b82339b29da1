//! What goes out beside the pictures: the list as xlsx and csv, the codes, the handover sheet as PDF.

use base64::Engine as _;
use delivery::{BagPlan, Extra, FileKind, Source};
use domain::{CaptureBatch, Timestamp};
use paper::{Imprint, Typeface};
use sheets::{Out, Table};
use store::HandoverPicture;

use super::door::{Room, title};
use super::words;
use crate::ApiError;

const COLUMNS: [&str; 17] = [
    "序号",
    "拍摄号",
    "采集码指纹",
    "学号",
    "姓名",
    "性别",
    "证件号码",
    "考生号",
    "学院代码",
    "学院",
    "专业",
    "班级",
    "学历层次",
    "文件",
    "SHA-256",
    "采用时间(UTC)",
    "来源",
];

/// The font of everything that is printed.
pub(super) fn typeface(room: &Room) -> Result<Typeface, ApiError> {
    let file = room.assets.font();
    let bytes = std::fs::read(file).map_err(|_| words::paper(paper::PaperError::FontMissing))?;
    Typeface::from_bytes(bytes).map_err(words::paper)
}

/// Everything that goes into the bag besides pictures, in a fixed form: the same pictures give the same bytes, so that
/// an export that was interrupted finds them again.
pub(super) fn extras(
    room: &Room,
    batch: Option<&CaptureBatch>,
    pictures: &[HandoverPicture],
    plan: &BagPlan,
    codes: bool,
) -> Result<Vec<Extra>, ApiError> {
    let at = pictures.iter().map(|picture| picture.accepted_at).max().unwrap_or(Timestamp(0));
    let paths = portrait_paths(plan, pictures.len());
    let table = table(pictures, &paths);
    let mut extras = vec![
        Extra::new("lists/list.xlsx", sheets::xlsx(std::slice::from_ref(&table), at).map_err(words::sheet)?),
        Extra::new("lists/list.csv", sheets::csv(&table).map_err(words::sheet)?),
    ];
    if codes {
        extras.push(Extra::new("lists/codes.jsonl", codes_list(pictures, &paths)));
    }
    extras.push(Extra::new("report/handover.pdf", sheet(room, batch, pictures, plan, at)?));
    Ok(extras)
}

/// Path of everybody's portrait in the bag.
fn portrait_paths(plan: &BagPlan, people: usize) -> Vec<String> {
    let mut paths = vec![String::new(); people];
    for file in &plan.files {
        if let Source::Picture { item, kind: FileKind::Portrait, .. } = &file.source
            && let Some(path) = paths.get_mut(*item)
        {
            path.clone_from(&file.path);
        }
    }
    paths
}

fn utc(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

fn table(pictures: &[HandoverPicture], paths: &[String]) -> Table {
    let row = |(n, (picture, path)): (usize, (&HandoverPicture, &String))| -> Vec<Out> {
        let subject = picture.subject.as_ref().map(|line| line.subject.clone()).unwrap_or_default();
        let origin = if picture.from_elsewhere { "外来" } else { "现场采集" };
        vec![
            Out::Number(n as i64 + 1),
            Out::Number(picture.number.0),
            Out::from(picture.fingerprint.as_str()),
            subject.student_no.into(),
            subject.name.into(),
            subject.sex.into(),
            subject.id_number.into(),
            subject.exam_no.into(),
            subject.college_code.into(),
            subject.college.into(),
            subject.major.into(),
            subject.class.into(),
            subject.level.into(),
            Out::from(path.as_str()),
            Out::from(picture.hash.to_hex()),
            Out::from(utc(picture.accepted_at)),
            Out::from(origin),
        ]
    };
    Table {
        title: "名单".into(),
        columns: COLUMNS.map(str::to_owned).to_vec(),
        rows: pictures.iter().zip(paths).enumerate().map(row).collect(),
    }
}

/// The codes as read, for whoever can decode them: one JSON object a line.
pub(super) fn codes_list(pictures: &[HandoverPicture], paths: &[String]) -> Vec<u8> {
    let line = |(picture, path): (&HandoverPicture, &String)| {
        let code = base64::engine::general_purpose::STANDARD.encode(picture.code.bytes());
        let line = serde_json::json!({
            "fingerprint": picture.fingerprint, "code_base64": code, "number": picture.number,
            "portrait_sha256": picture.hash, "file": path,
        });
        format!("{line}\n")
    };
    pictures.iter().zip(paths).map(line).collect::<String>().into_bytes()
}

/// 交接单: what is in the bag, to be signed.
fn sheet(
    room: &Room,
    batch: Option<&CaptureBatch>,
    pictures: &[HandoverPicture],
    plan: &BagPlan,
    at: Timestamp,
) -> Result<Vec<u8>, ApiError> {
    use paper::report::{Block, Column, Figure, Section, Table};
    let count = |kind: FileKind| {
        let of_kind = |file: &&delivery::PlannedFile| matches!(&file.source, Source::Picture { kind: k, .. } if *k == kind);
        plan.files.iter().filter(of_kind).count()
    };
    let figure = |label: &str, value: usize| Figure {
        label: label.into(),
        value: value.to_string(),
        note: String::new(),
    };
    let mut colleges: std::collections::BTreeMap<String, usize> = Default::default();
    for picture in pictures {
        let college = picture.subject.as_ref().and_then(|line| line.subject.college.clone());
        *colleges.entry(college.unwrap_or_else(|| "（无名单）".into())).or_default() += 1;
    }
    let column = |heading: &str, right| Column { heading: heading.into(), width: 1.0, right };
    let rows = colleges.into_iter().map(|(college, n)| vec![college, n.to_string()]).collect();
    let report = paper::Report {
        title: "毕业生图像采集交接单".into(),
        subtitle: vec![title(batch)],
        footer: format!("{} · 站点 {}", plan.name, room.station),
        sections: vec![
            Section {
                heading: "内容".into(),
                blocks: vec![
                    Block::Figures(vec![
                        figure("成片", count(FileKind::Portrait)),
                        figure("原图", count(FileKind::Original)),
                        figure("外来照片", pictures.iter().filter(|p| p.from_elsewhere).count()),
                        figure("文件合计", plan.files.len()),
                    ]),
                    Block::Table(Table {
                        columns: vec![column("学院", false), column("人数", true)],
                        rows,
                        empty: "无".into(),
                    }),
                ],
            },
            Section {
                heading: "签收".into(),
                blocks: vec![
                    Block::Text(
                        "交付包的校验值在导出完成后显示在屏幕上，请抄写在此：\n\n________________________________\n\n任何 BagIt 工具都能独立核对本交付包。".into(),
                    ),
                    Block::Signatures(vec!["交付人".into(), "接收人".into()]),
                ],
            },
        ],
    };
    let imprint =
        Imprint {
            title: "毕业生图像采集交接单".into(), made: at, id: format!("handover {}", plan.name)
        };
    Ok(paper::report_pdf(&typeface(room)?, &imprint, &report).map_err(words::paper)?.pdf)
}
