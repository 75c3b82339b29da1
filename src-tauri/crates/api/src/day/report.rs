//! The report of a day: one PDF to sign, and lists for the office.

use std::path::Path;

use domain::{CaptureBatch, EndState, FeeStanding, Subject, Timestamp};
use paper::report::{Block, Column, Figure, Section, Table as PaperTable};
use paper::{Imprint, Typeface};
use serde::{Deserialize, Serialize};
use sheets::{Out, Table};
use store::{DayReport, OverrideLine, PersonRow, Reader, StoreError};
use ts_rs::TS;

use super::sheet_in;
use crate::ApiError;
use crate::files::put;

/// Asks for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// The open batch if it is not said.
    #[serde(default)]
    pub batch: Option<domain::BatchId>,
    /// Folder for its files; made if it is missing.
    pub out: String,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReportFiles {
    /// The files, with their folders.
    pub files: Vec<String>,
    /// How many people are on each list of the workbook.
    pub lists: Vec<ListSize>,
}

/// One list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ListSize {
    /// Its title.
    pub title: String,
    /// Its rows.
    pub rows: u32,
}

/// Everything that the report is made of, read at one moment.
pub(super) struct Facts {
    pub batch: CaptureBatch,
    report: DayReport,
    people: Vec<Known>,
    overrides: Vec<OverrideLine>,
}

struct Known {
    row: PersonRow,
    subject: Option<Subject>,
    fee: FeeStanding,
    late_reason: Option<String>,
}

pub(super) fn facts(reader: &Reader, batch: CaptureBatch, now: Timestamp) -> Result<Facts, StoreError> {
    let report = reader.report(batch.id, now)?;
    let people = reader
        .people(batch.id)?
        .into_iter()
        .map(|row| {
            let line = row.subject.map(|id| reader.subject(id)).transpose()?;
            let fee = reader.fee(&batch, line.as_ref(), row.tickets.last().map(|t| t.id))?;
            let late_reason = row.subject.map(|id| reader.late_reason(id)).transpose()?.flatten();
            Ok(Known { subject: line.map(|l| l.subject), fee, late_reason, row })
        })
        .collect::<Result<_, StoreError>>()?;
    let overrides = reader.overrides(batch.id)?;
    Ok(Facts { batch, report, people, overrides })
}

fn state_name(state: EndState) -> &'static str {
    match state {
        EndState::Shot => "已拍",
        EndState::RetakeDue => "待重拍",
        EndState::AtBooth => "在机位",
        EndState::Waiting => "候拍",
        EndState::Passed => "过号",
        EndState::Held => "暂离",
        EndState::Left => "离开",
        EndState::Refused => "未予拍摄",
        EndState::Absent => "未到",
    }
}

const PERSON: [&str; 7] = ["学院", "专业", "班级", "学号", "姓名", "拍摄号", "状态"];

fn person(known: &Known) -> Vec<Out> {
    let subject = known.subject.clone().unwrap_or_default();
    vec![
        subject.college.into(),
        subject.major.into(),
        subject.class.into(),
        subject.student_no.or(subject.serial).into(),
        subject.name.into(),
        known.row.tickets.last().map(|ticket| ticket.number.0).into(),
        state_name(known.row.state).into(),
    ]
}

fn list<'a>(title: &str, people: impl Iterator<Item = &'a Known>) -> Table {
    Table {
        title: title.to_owned(),
        columns: PERSON.map(str::to_owned).to_vec(),
        rows: people.map(person).collect(),
    }
}

/// The lists of the workbook.
pub(super) fn lists(facts: &Facts) -> Vec<Table> {
    let people = || facts.people.iter();
    let paid = |known: &&Known| matches!(known.fee, FeeStanding::Paid | FeeStanding::OnTheSpot);
    let late = Table {
        title: "补录".to_owned(),
        columns: PERSON.iter().chain(&["理由"]).map(|&heading| heading.to_owned()).collect(),
        rows: people()
            .filter_map(|known| Some([person(known), vec![known.late_reason.as_deref()?.into()]].concat()))
            .collect(),
    };
    let overrides = Table {
        title: "放行".to_owned(),
        columns: ["拍摄号", "理由", "检查结论"].map(str::to_owned).to_vec(),
        rows: facts
            .overrides
            .iter()
            .map(|line| vec![line.number.0.into(), line.reason.as_str().into(), line.verdict.as_str().into()])
            .collect(),
    };
    vec![
        list("已拍", people().filter(|known| known.row.state == EndState::Shot)),
        list("未到", people().filter(|known| known.row.state == EndState::Absent)),
        list("其他", people().filter(|k| !matches!(k.row.state, EndState::Shot | EndState::Absent))),
        list("未缴费", people().filter(|k| matches!(k.fee, FeeStanding::Unpaid | FeeStanding::NotOnBill))),
        list("应退费", people().filter(paid).filter(|known| known.row.state == EndState::Absent)),
        late,
        overrides,
    ]
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02} 元", fen / 100, fen % 100)
}

/// The page to sign. No identities: it lies on desks.
pub(super) fn page(facts: &Facts) -> paper::report::Report {
    let counts = &facts.report.counts;
    let plan = &facts.batch.plan;
    let figure = |label: &str, value: String| Figure { label: label.to_owned(), value, note: String::new() };
    let number = |label: &str, value: u32| figure(label, value.to_string());
    let seconds = |label: &str, value: Option<f64>| {
        figure(label, value.map_or_else(|| "—".to_owned(), |s| format!("{s:.0} 秒")))
    };
    let balance =
        if counts.adds_up() { "每人恰在一项，合计相符。" } else { "合计不符，请核对！" };
    let column =
        |heading: &str, width: f64, right: bool| Column { heading: heading.to_owned(), width, right };
    let cash = PaperTable {
        columns: vec![
            column("收款人", 3.0, false),
            column("方式", 2.0, false),
            column("笔数", 1.0, true),
            column("金额", 2.0, true),
        ],
        rows: facts
            .report
            .cash
            .iter()
            .map(|sum| {
                let method = serde_json::to_value(sum.method).ok();
                let method = method.and_then(|m| m.as_str().map(method_name)).unwrap_or("其他");
                vec![sum.cashier.clone(), method.to_owned(), sum.count.to_string(), yuan(sum.total_fen)]
            })
            .collect(),
        empty: "没有现场收费。".to_owned(),
    };
    let booths = PaperTable {
        columns: vec![column("机位", 3.0, false), column("已拍", 1.0, true), column("每人中位", 2.0, true)],
        rows: facts
            .report
            .booths
            .iter()
            .map(|booth| {
                let median = booth.seat_seconds.map_or_else(|| "—".to_owned(), |s| format!("{s:.0} 秒"));
                vec![booth.booth.clone(), booth.shot.to_string(), median]
            })
            .collect(),
        empty: "还没有照片。".to_owned(),
    };
    let findings = PaperTable {
        columns: vec![column("检查项", 3.0, false), column("张数", 1.0, true)],
        rows: facts
            .report
            .findings
            .iter()
            .map(|(code, shots)| vec![code.clone(), shots.to_string()])
            .collect(),
        empty: "没有不合格项。".to_owned(),
    };
    let section = |heading: &str, blocks: Vec<Block>| Section { heading: heading.to_owned(), blocks };
    paper::report::Report {
        title: "毕业生图像采集日报".to_owned(),
        subtitle: vec![plan.school.clone(), format!("{}　{}　{}", plan.date, plan.place, plan.group)],
        footer: "毕采站 Gradbooth".to_owned(),
        sections: vec![
            section(
                "对账",
                vec![
                    Block::Figures(vec![
                        number("应到", counts.due),
                        number("已拍", counts.shot),
                        number("待重拍", counts.retake_due),
                        number("未到", counts.absent),
                        number("未予拍摄", counts.refused),
                        number("离开", counts.left),
                        number("未了结", counts.unsettled()),
                    ]),
                    Block::Text(balance.to_owned()),
                ],
            ),
            section(
                "进度",
                vec![
                    Block::Figures(vec![
                        seconds("每人中位", facts.report.pace.seat_seconds),
                        seconds("候拍中位", facts.report.pace.wait_seconds),
                        number("补录", facts.report.late_entries),
                        number("放行", facts.report.overrides),
                        number("勘误", facts.report.corrections),
                    ]),
                    Block::Table(booths),
                ],
            ),
            section("收费", vec![Block::Table(cash)]),
            section("检查", vec![Block::Table(findings)]),
            section("签字", vec![Block::Signatures(vec!["采集单位".to_owned(), "学校".to_owned()])]),
        ],
    }
}

fn method_name(word: &str) -> &'static str {
    match word {
        "cash" => "现金",
        "wechat" => "微信",
        "alipay" => "支付宝",
        "card" => "银行卡",
        "proof_shown" => "出示凭证",
        "waived" => "免收",
        _ => "其他",
    }
}

/// Writes report and lists into `out`, each file whole or not at all.
pub(super) fn write(
    facts: &Facts,
    font: Vec<u8>,
    out: &Path,
    now: Timestamp,
) -> Result<ReportFiles, ApiError> {
    let failed = |error: paper::PaperError| {
        let text = error.text();
        ApiError::new(error.code(), text.zh, text.en)
    };
    let face = Typeface::from_bytes(font).map_err(failed)?;
    let id = format!("report-{}-{}", facts.batch.id, now.0);
    let imprint = Imprint { title: "毕业生图像采集日报".to_owned(), made: now, id };
    let pdf = paper::report_pdf(&face, &imprint, &page(facts)).map_err(failed)?.pdf;
    let lists = lists(facts);
    let workbook = sheets::xlsx(&lists, now).map_err(sheet_in::refused)?;
    let stem = format!("采集日报-{}-{}", facts.batch.plan.date, facts.batch.id);
    let mut files = Vec::new();
    let unwritable = |e: std::io::Error| {
        ApiError::new(
            "report_unwritable",
            format!("报告写不进这个文件夹：{e}。请换一个文件夹再试。"),
            format!("The report cannot be written into this folder: {e}. Choose another one."),
        )
    };
    std::fs::create_dir_all(out).map_err(unwritable)?;
    for (extension, bytes) in [("pdf", pdf), ("xlsx", workbook)] {
        let file = out.join(format!("{stem}.{extension}"));
        put(&file, &bytes, true).map_err(unwritable)?;
        files.push(file.display().to_string());
    }
    let sizes = lists.iter().map(|list| ListSize { title: list.title.clone(), rows: list.rows.len() as u32 });
    Ok(ReportFiles { files, lists: sizes.collect() })
}
