//! Lists out: what is written is read again, byte for byte where bytes matter.

#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use domain::Timestamp;
use proptest::prelude::*;
use sheets::{Out, Table, csv, roster_template, xlsx};

fn table(rows: Vec<Vec<Out>>) -> Table {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    Table { title: "名单".into(), columns: (0..width).map(|n| format!("列{n}")).collect(), rows }
}

fn cells(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range_at(0).unwrap().unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn long_digits_and_formulas_are_text_cells() {
    let texts = ["110105194912310021", "007", "=1+1", "+2", "-3", "@x", "1.10E+17", "TRUE", "2026-05-12"];
    let bytes =
        xlsx(&[table(texts.iter().map(|text| vec![Out::from(*text)]).collect())], Timestamp(0)).unwrap();
    let read: Vec<Data> = cells(&bytes).into_iter().skip(1).map(|mut row| row.remove(0)).collect();
    assert_eq!(read, texts.map(|text| Data::String(text.into())));
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "no formula is written");
    assert!(sheet.contains("state=\"frozen\""), "the heading stays in sight");
}

#[test]
fn quantities_are_numbers_that_can_be_summed() {
    let bytes = xlsx(
        &[table(vec![vec![Out::from("学院"), Out::from(20)], vec![Out::Empty, Out::from(0)]])],
        Timestamp(0),
    )
    .unwrap();
    let cells = cells(&bytes);
    assert_eq!(
        (&cells[1][1], &cells[2][0], &cells[2][1]),
        (&Data::Float(20.0), &Data::Empty, &Data::Float(0.0))
    );
}

#[test]
fn money_is_a_number_in_yuan_with_both_decimals() {
    let sums = table(vec![vec![Out::Fen(1705)], vec![Out::Fen(2000)], vec![Out::Fen(5)]]);
    let read: Vec<Data> = cells(&xlsx(std::slice::from_ref(&sums), Timestamp(0)).unwrap())
        .into_iter()
        .skip(1)
        .map(|mut r| r.remove(0))
        .collect();
    assert_eq!(read, [Data::Float(17.05), Data::Float(20.0), Data::Float(0.05)]);
    let text = String::from_utf8(csv(&sums).unwrap()).unwrap();
    assert!(text.ends_with("17.05\r\n20.00\r\n0.05\r\n"), "{text}");
}

#[test]
fn the_same_list_gives_the_same_bytes_and_carries_the_time_it_was_given() {
    let rows: Vec<Vec<Out>> =
        (0..300).map(|n| vec![Out::from(format!("姓名{}", n % 7)), Out::from(n)]).collect();
    let write = || xlsx(&[table(rows.clone()), table(rows.clone())], Timestamp(1_770_000_000_000)).unwrap();
    assert_eq!(write(), write());
    assert!(part(&write(), "docProps/core.xml").contains("2026-02-02T02:40:00Z"));
    let template = || roster_template(Timestamp(0)).unwrap();
    assert_eq!(template(), template());
}

#[test]
fn every_column_of_the_template_is_formatted_as_text() {
    let bytes = roster_template(Timestamp(0)).unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    let columns: Vec<&str> = sheet.split("<col ").skip(1).filter_map(|rest| rest.split('>').next()).collect();
    assert!(!columns.is_empty() && columns.iter().all(|column| column.contains("style=")), "{columns:?}");
    assert!(part(&bytes, "xl/styles.xml").contains("numFmtId=\"49\""), "49 is Excel's own text format");
}

#[test]
fn lists_without_rows_or_sheets_are_still_files() {
    assert_eq!(
        cells(&xlsx(&[Table { columns: vec!["学号".into()], ..Table::default() }], Timestamp(0)).unwrap())
            .len(),
        1
    );
    assert!(cells(&xlsx(&[], Timestamp(0)).unwrap()).is_empty());
}

/// Texts of all sorts: any characters, and what spreadsheets like to misread.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[=+\\-@'\t\r\n\"＝][0-9A-Z=\"',\r\n]{0,12}",
        "[0-9]{1,20}",
        "(_x[0-9A-F]{4}_|_x005F_|a){1,4}",
        "[ \u{3000}]{0,3}[张三李四·]{1,4}[ \u{a0}]{0,3}",
    ]
    .prop_filter("a cell without text is an empty cell", |text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_comes_back_exactly_from_xlsx(texts in proptest::collection::vec(any_text(), 1..8)) {
        let bytes = xlsx(&[table(texts.iter().map(|text| vec![Out::from(text.as_str())]).collect())], Timestamp(0)).unwrap();
        let read: Vec<Data> = cells(&bytes).into_iter().skip(1).map(|mut row| row.remove(0)).collect();
        prop_assert_eq!(read, texts.into_iter().map(Data::String).collect::<Vec<_>>());
    }

    #[test]
    fn any_text_comes_back_exactly_from_csv(rows in proptest::collection::vec(proptest::collection::vec(any_text(), 3), 1..6)) {
        let outs = rows.iter().map(|row| row.iter().map(|text| Out::from(text.as_str())).collect()).collect();
        let bytes = csv(&table(outs)).unwrap();
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap()).unwrap();
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        for (written, read) in rows.iter().zip(reader.records()) {
            for (text, cell) in written.iter().zip(read.unwrap().iter()) {
                let dangerous = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
                prop_assert!(!dangerous || cell.starts_with('\''));
                let bare = if cell == text { cell } else { cell.strip_prefix('\'').unwrap_or(cell) };
                prop_assert_eq!(bare, text);
            }
        }
    }
}
