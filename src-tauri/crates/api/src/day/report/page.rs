//! The pages to sign. No identities: they lie on desks.

use std::collections::BTreeMap;

use domain::EndState;
use paper::report::{Block, Column, Figure, Report, Section, Table};

use super::lists::is_refunded;
use super::{Facts, finding_text, words};

/// Title of the document.
pub(super) const TITLE: &str = "毕业生图像采集日报";

fn figure(label: &str, value: impl ToString) -> Figure {
    Figure { label: label.to_owned(), value: value.to_string(), note: String::new() }
}

fn seconds(label: &str, value: Option<f64>) -> Figure {
    figure(label, length(value))
}

fn length(seconds: Option<f64>) -> String {
    match seconds {
        None => "—".to_owned(),
        Some(s) if s < 100.0 => format!("{s:.0} 秒"),
        Some(s) => format!("{:.0} 分", s / 60.0),
    }
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02} 元", fen / 100, fen % 100)
}

fn column(heading: &str, width: f64) -> Column {
    Column { heading: heading.to_owned(), width, right: false }
}

fn number(heading: &str, width: f64) -> Column {
    Column { right: true, ..column(heading, width) }
}

fn section(heading: &str, blocks: Vec<Block>) -> Section {
    Section { heading: heading.to_owned(), blocks }
}

/// The whole document.
pub(super) fn page(facts: &Facts) -> Report {
    let plan = &facts.batch.plan;
    let place = [plan.date.to_string(), plan.place.clone(), plan.group.clone()];
    let place: Vec<String> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let mut sections =
        vec![reconciliation(facts), colleges(facts), progress(facts), fees(facts), findings(facts)];
    sections.extend(special(facts));
    sections.extend(make_up(facts));
    let roles = ["采集单位", "学校"].map(str::to_owned).to_vec();
    sections.push(section("签字", vec![Block::Signatures(roles)]));
    Report {
        title: TITLE.to_owned(),
        subtitle: vec![plan.school.clone(), place.join("　")],
        footer: format!("毕采站 Gradbooth　制表 {} {}", facts.made.today, facts.time(facts.made.now)),
        sections,
    }
}

fn reconciliation(facts: &Facts) -> Section {
    let counts = &facts.report.counts;
    let balance =
        if counts.adds_up() { "每人恰在一项，合计相符。" } else { "合计不符，请核对！" };
    let sealed = match (&facts.batch.sealed_at, &facts.batch.seal_reason) {
        (None, _) => "批次尚未结批，数字还会变。".to_owned(),
        (Some(_), None) => "已结批，所有人都已结束。".to_owned(),
        (Some(_), Some(why)) => format!("已结批；有人未结束，理由：{why}"),
    };
    let figures = vec![
        figure("应到", counts.due),
        figure("已拍", counts.shot),
        figure("待重拍", counts.retake_due),
        figure("未到", counts.absent),
        figure("不拍", counts.refused),
        figure("已离开", counts.left),
        figure("暂离、过号", counts.held + counts.passed),
        figure("候拍、在机位", counts.waiting + counts.at_booth),
    ];
    section("对账", vec![Block::Figures(figures), Block::Text(format!("{balance}{sealed}"))])
}

/// What a 学院 comes to.
#[derive(Default)]
struct College {
    due: u32,
    shot: u32,
    absent: u32,
    other: u32,
    refunded: u32,
}

fn colleges(facts: &Facts) -> Section {
    let mut order: Vec<String> = Vec::new();
    let mut sums: BTreeMap<String, College> = BTreeMap::new();
    for known in &facts.people {
        let name = known.subject.as_ref().and_then(|subject| subject.college.clone());
        let name = name.unwrap_or_else(|| "未注明学院".to_owned());
        if !sums.contains_key(&name) {
            order.push(name.clone());
        }
        let sum = sums.entry(name).or_default();
        sum.due += 1;
        match known.row.state {
            EndState::Shot => sum.shot += 1,
            EndState::Absent => sum.absent += 1,
            _ => sum.other += 1,
        }
        sum.refunded += u32::from(is_refunded(known));
    }
    let rows = order.into_iter().filter_map(|name| {
        let sum = sums.remove(&name)?;
        let numbers = [sum.due, sum.shot, sum.absent, sum.other, sum.refunded].map(|n| n.to_string());
        Some([name].into_iter().chain(numbers).collect())
    });
    let table = Table {
        columns: vec![
            column("学院", 5.0),
            number("应到", 1.0),
            number("已拍", 1.0),
            number("未到", 1.0),
            number("其他", 1.0),
            number("应退费", 1.2),
        ],
        rows: rows.collect(),
        empty: "没有名单，也没有人取号。".to_owned(),
    };
    section("各学院", vec![Block::Table(table)])
}

fn progress(facts: &Facts) -> Section {
    let pace = &facts.report.pace;
    let shot: Vec<domain::Timestamp> = facts
        .people
        .iter()
        .flat_map(|known| &known.row.tickets)
        .filter_map(|ticket| ticket.shot_at)
        .collect();
    let span = shot.iter().min().zip(shot.iter().max());
    let from_to =
        span.map_or_else(|| "—".to_owned(), |(a, b)| format!("{}–{}", facts.time(*a), facts.time(*b)));
    let booths = Table {
        columns: vec![column("机位", 3.0), number("已拍", 1.0), number("每人中位", 2.0)],
        rows: facts
            .report
            .booths
            .iter()
            .map(|booth| vec![booth.booth.clone(), booth.shot.to_string(), length(booth.seat_seconds)])
            .collect(),
        empty: "还没有照片。".to_owned(),
    };
    let figures = vec![
        figure("第一张至最后一张", from_to),
        figure(
            "每小时人数",
            domain::pace::mean_per_hour(&shot).map_or("—".to_owned(), |n| format!("{n:.0}")),
        ),
        seconds("每人中位", pace.seat_seconds),
        seconds("候拍中位", pace.wait_seconds),
    ];
    section("进度", vec![Block::Figures(figures), Block::Table(booths)])
}

fn fees(facts: &Facts) -> Section {
    let cash = &facts.report.cash;
    let mut rows: Vec<Vec<String>> = cash
        .iter()
        .map(|sum| {
            let cashier =
                if sum.cashier.is_empty() { "未登记操作员".to_owned() } else { sum.cashier.clone() };
            let method = words::method(sum.method).to_owned();
            vec![cashier, method, sum.count.to_string(), yuan(sum.total_fen)]
        })
        .collect();
    if !cash.is_empty() {
        let (count, total) = cash.iter().fold((0, 0), |(n, fen), sum| (n + sum.count, fen + sum.total_fen));
        rows.push(vec!["合计".to_owned(), String::new(), count.to_string(), yuan(total)]);
    }
    let columns = vec![column("收款人", 3.0), column("方式", 2.0), number("笔数", 1.0), number("金额", 2.0)];
    let table = Table { columns, rows, empty: "没有现场收费。".to_owned() };
    let refunds = facts.people.iter().filter(|known| is_refunded(known)).count();
    let refunds = format!("已缴费而没有照片、应退费的 {refunds} 人，名单见表格“应退费”。");
    section("收费", vec![Block::Table(table), Block::Text(refunds)])
}

fn findings(facts: &Facts) -> Section {
    let mut found: Vec<(&String, &u32)> = facts.report.findings.iter().collect();
    found.sort_by_key(|(_, shots)| std::cmp::Reverse(**shots));
    let table = Table {
        columns: vec![column("检查项", 3.0), number("张数", 1.0)],
        rows: found.iter().map(|(code, shots)| vec![finding_text(code).zh, shots.to_string()]).collect(),
        empty: "没有不合格项。".to_owned(),
    };
    section("质检发现（含没有采用的照片）", vec![Block::Table(table)])
}

/// 补录, pictures accepted against the checks, corrections: each with its reason.
fn special(facts: &Facts) -> Option<Section> {
    let line = |what: &str, number: String, why: &str| vec![what.to_owned(), number, why.to_owned()];
    let late = facts.people.iter().filter_map(|known| {
        let number = known.row.tickets.last().map(|ticket| ticket.number.to_string()).unwrap_or_default();
        Some(line("补录", number, known.late_reason.as_deref()?))
    });
    let overrides =
        facts.overrides.iter().map(|over| line("人工放行", over.number.to_string(), &over.reason));
    let corrections = facts.corrections.iter().map(|made| {
        let numbers = format!("{} ⇄ {}", made.one.number(), made.other.number());
        line("更正", numbers, &made.record.reason)
    });
    let rows: Vec<Vec<String>> = late.chain(overrides).chain(corrections).collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![column("事项", 1.3), column("拍摄号", 1.5), column("理由", 6.0)];
    Some(section("特别事项", vec![Block::Table(Table { columns, rows, empty: String::new() })]))
}

/// What the notice tells those who did not come.
fn make_up(facts: &Facts) -> Option<Section> {
    let terms = &facts.batch.plan.make_up;
    let from = terms.from.map(|day| format!("自 {day} 起。"));
    let fee = terms.fee_fen.map(|fen| format!("补采费用 {}。", yuan(u64::from(fen))));
    let said = [Some(terms.words.clone()), from, fee];
    let text: Vec<String> = said.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    (!text.is_empty()).then(|| section("未到者的补采", vec![Block::Text(text.join("\n"))]))
}
