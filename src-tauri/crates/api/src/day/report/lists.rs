//! The lists of the workbook.

use domain::{EndState, FeeStanding};
use sheets::{Out, Table};

use super::{Facts, Known, words};

const PERSON: [&str; 8] = ["学院", "专业", "班级", "学号", "姓名", "拍摄号", "状态", "缴费"];

fn person(known: &Known) -> Vec<Out> {
    let subject = known.subject.clone().unwrap_or_default();
    vec![
        subject.college.into(),
        subject.major.into(),
        subject.class.into(),
        subject.student_no.or(subject.serial).into(),
        subject.name.into(),
        known.row.tickets.last().map(|ticket| ticket.number.0).into(),
        words::state(known.row.state).into(),
        words::fee(known.fee).into(),
    ]
}

fn table(title: &str, columns: &[&str], rows: Vec<Vec<Out>>) -> Table {
    Table {
        title: title.to_owned(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        rows,
    }
}

/// People of a list; those who came without a roster are there by their number.
fn people(title: &str, facts: &Facts, wanted: impl Fn(&Known) -> bool) -> Table {
    table(title, &PERSON, facts.people.iter().filter(|known| wanted(known)).map(person).collect())
}

/// Whether the fee goes back: it was paid, and there is no picture for it.
pub(super) fn is_refunded(known: &Known) -> bool {
    let paid = matches!(known.fee, FeeStanding::Paid | FeeStanding::OnTheSpot);
    paid && !matches!(known.row.state, EndState::Shot | EndState::RetakeDue)
}

/// All of them, in the order of their tabs.
pub(super) fn lists(facts: &Facts) -> Vec<Table> {
    vec![
        people("已拍", facts, |known| known.row.state == EndState::Shot),
        people("未到", facts, |known| known.row.state == EndState::Absent),
        people("其他", facts, |known| !matches!(known.row.state, EndState::Shot | EndState::Absent)),
        people("未缴费", facts, |known| matches!(known.fee, FeeStanding::Unpaid | FeeStanding::NotOnBill)),
        people("应退费", facts, is_refunded),
        late_entries(facts),
        retakes(facts),
        overrides(facts),
        corrections(facts),
        cash(facts),
    ]
}

fn late_entries(facts: &Facts) -> Table {
    let columns = [&PERSON[..], &["理由"]].concat();
    let rows = facts
        .people
        .iter()
        .filter_map(|known| Some([person(known), vec![known.late_reason.as_deref()?.into()]].concat()));
    table("补录", &columns, rows.collect())
}

fn retakes(facts: &Facts) -> Table {
    let rows = facts.retakes.iter().map(|(number, line)| {
        let done = if line.done_at.is_some() { "已重拍" } else { "待重拍" };
        vec![
            number.0.into(),
            line.reason.as_str().into(),
            words::source(line.source).into(),
            line.issued.map(|issued| issued.0).into(),
            done.into(),
        ]
    });
    table("重拍", &["拍摄号", "理由", "谁提出", "重拍号", "状态"], rows.collect())
}

fn overrides(facts: &Facts) -> Table {
    let rows = facts.overrides.iter().map(|line| {
        vec![line.number.0.into(), line.reason.as_str().into(), words::verdict(&line.verdict).into()]
    });
    table("人工放行", &["拍摄号", "理由", "检查结论"], rows.collect())
}

fn corrections(facts: &Facts) -> Table {
    let name = |label: &store::Label| label.subject.as_ref().and_then(|line| line.subject.name.clone());
    let rows = facts.corrections.iter().map(|made| {
        vec![
            made.one.number().0.into(),
            name(&made.one).into(),
            made.other.number().0.into(),
            name(&made.other).into(),
            made.record.reason.as_str().into(),
            made.record.operator.as_str().into(),
            made.record.committed_at.map(|at| facts.time(at)).into(),
        ]
    });
    let columns = ["拍摄号", "姓名", "与之互换", "姓名", "理由", "操作员", "时间"];
    table("更正", &columns, rows.collect())
}

fn cash(facts: &Facts) -> Table {
    let rows = facts.report.cash.iter().map(|sum| {
        let fen = i64::try_from(sum.total_fen).unwrap_or(i64::MAX);
        vec![
            sum.cashier.as_str().into(),
            words::method(sum.method).into(),
            i64::from(sum.count).into(),
            Out::Fen(fen),
        ]
    });
    table("收费", &["收款人", "方式", "笔数", "金额（元）"], rows.collect())
}
