//! How long a roster of 20,000 people takes: `cargo run --release -p sheets --example roster_speed`.

use std::time::Instant;

use domain::Timestamp;
use sheets::{Choice, ListKind, Out, Table, csv, preview, roster, xlsx};

const PEOPLE: usize = 20_000;
const HEADINGS: [&str; 12] = [
    "序号",
    "院校代码",
    "学院代码",
    "学院名称",
    "专业",
    "班级",
    "学号",
    "姓名",
    "性别",
    "证件号码",
    "学历层次",
    "考生号",
];

fn main() -> Result<(), sheets::SheetError> {
    let row = |n: usize| {
        let cells: [String; 12] = [
            n.to_string(),
            "10001".into(),
            format!("{:02}", n % 30),
            format!("第{}学院", n % 30),
            format!("专业{}", n % 90),
            format!("22{:02}班", n % 40),
            format!("2022{n:08}"),
            format!("学生{n}"),
            if n.is_multiple_of(2) { "男" } else { "女" }.into(),
            format!("99999920040101{:04}", n % 10_000),
            "本科".into(),
            format!("22999999{n:06}"),
        ];
        cells.map(Out::from).to_vec()
    };
    let columns = HEADINGS.map(str::to_owned).to_vec();
    let table = Table { title: "名单".into(), columns, rows: (1..=PEOPLE).map(row).collect() };
    let start = Instant::now();
    let packed = xlsx(std::slice::from_ref(&table), Timestamp(0))?;
    let written = start.elapsed().as_millis();
    for (name, bytes) in [("xlsx", packed), ("csv", csv(&table)?)] {
        let start = Instant::now();
        let look = preview(&bytes, name, ListKind::Roster, &Choice::default())?;
        let looked = start.elapsed().as_millis();
        let start = Instant::now();
        let roster = roster(&bytes, name, &look.mapping)?;
        let read = start.elapsed().as_millis();
        println!(
            "{name}: {} KB, preview {looked} ms, roster {read} ms, {} people",
            bytes.len() >> 10,
            roster.rows.len()
        );
    }
    println!("xlsx written in {written} ms");
    Ok(())
}
