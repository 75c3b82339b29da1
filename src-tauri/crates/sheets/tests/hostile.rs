//! Files that are damaged, huge or hostile: a clear answer, quickly, and never a panic.

#![allow(clippy::unwrap_used)]

mod fixtures;

use std::io::{Cursor, Write};

use domain::Timestamp;
use fixtures::{bare_xlsx, t, try_read, xls, xlsx, zip};
use proptest::prelude::*;
use sheets::{Choice, ListKind, Out, SheetError, Table, limits, preview};

fn refusal(bytes: &[u8]) -> SheetError {
    try_read(bytes).unwrap_err()
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let zeros = vec![b' '; 40 << 20];
    assert_eq!(refusal(&bare_xlsx(&zeros)), SheetError::Bomb("packed too tightly"));
}

#[test]
fn a_directory_that_lies_about_a_size_is_refused() {
    let mut bytes = bare_xlsx(&vec![b' '; 1 << 20]);
    // The size stands in the local header and in the directory.
    let honest = (1u32 << 20).to_le_bytes();
    let places: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, w)| *w == honest).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
    }
    assert!(matches!(refusal(&bytes), SheetError::Bomb(_) | SheetError::Damaged(_)));
}

#[test]
fn more_rows_than_a_list_has_are_refused_with_the_limit_named() {
    let mut sheet = Vec::new();
    write!(sheet, "<worksheet><dimension ref=\"A1:A1048576\"/><sheetData>").unwrap();
    write!(sheet, "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>学号</t></is></c></row>").unwrap();
    for row in 2..=1_048_576 {
        write!(sheet, "<row r=\"{row}\"><c r=\"A{row}\"><v>{row}</v></c></row>").unwrap();
    }
    write!(sheet, "</sheetData></worksheet>").unwrap();
    let error = refusal(&bare_xlsx(&sheet));
    assert_eq!(error, SheetError::TooManyRows);
    assert!(error.text().zh.contains(&limits::ROWS.to_string()));
    let csv = "学号\n".to_owned() + &"1\n".repeat(limits::ROWS as usize + 10);
    assert_eq!(refusal(csv.as_bytes()), SheetError::TooManyRows);
}

#[test]
fn formatted_but_empty_rows_to_the_end_of_the_sheet_are_no_rows() {
    let mut sheet = Vec::new();
    write!(sheet, "<worksheet><sheetData>").unwrap();
    write!(sheet, "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>学号</t></is></c></row>").unwrap();
    write!(sheet, "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>A1</t></is></c></row>").unwrap();
    for row in 3..=200_000 {
        write!(sheet, "<row r=\"{row}\"><c r=\"A{row}\" s=\"0\"></c></row>").unwrap();
    }
    write!(sheet, "</sheetData></worksheet>").unwrap();
    assert_eq!(try_read(&bare_xlsx(&sheet)).unwrap().rows.len(), 1);
}

#[test]
fn one_text_named_by_every_cell_does_not_fill_the_memory() {
    let long = "a".repeat(30_000);
    let rows = vec![vec![Out::from(long); 100]; 60];
    let table = Table { title: "S".into(), columns: vec![], rows };
    let bytes = sheets::xlsx(&[table], Timestamp(0)).unwrap();
    assert!(bytes.len() < 100_000, "one shared text: {} bytes", bytes.len());
    assert_eq!(refusal(&bytes), SheetError::TooManyCells);
}

#[test]
fn cells_beyond_the_last_column_are_refused() {
    let sheet = br#"<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>"#;
    assert_eq!(refusal(&bare_xlsx(sheet)), SheetError::TooManyColumns);
}

#[test]
fn other_kinds_are_named_with_the_way_out() {
    assert_eq!(refusal(&zip(&[("content.xml", b"<x/>")])), SheetError::OtherKind("ods"));
    assert_eq!(refusal(&zip(&[("xl/workbook.bin", b"")])), SheetError::OtherKind("xlsb"));
    assert_eq!(refusal(&zip(&[("word/document.xml", b"")])), SheetError::OtherKind("docx"));
    assert_eq!(refusal(&zip(&[("readme.txt", b"")])), SheetError::NotASpreadsheet);
    assert_eq!(refusal(b"<html><body><table><tr><td>1</td></tr></table>"), SheetError::WebPage);
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), SheetError::NotASpreadsheet);
    assert_eq!(refusal(b"%PDF-1.7\n\x01\x02\x03\0"), SheetError::NotASpreadsheet);
    assert_eq!(refusal(b""), SheetError::Empty);
    assert_eq!(refusal(&xlsx(&[])), SheetError::Empty);
}

#[test]
fn a_password_is_recognised() {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/EncryptedPackage").unwrap().write_all(&[1; 5000]).unwrap();
    assert_eq!(refusal(&file.into_inner().into_inner()), SheetError::Encrypted);
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    // BOF, then FILEPASS.
    let records = [&[0x09, 0x08, 4, 0, 0, 6, 5, 0][..], &[0x2f, 0, 2, 0, 0, 0]].concat();
    file.create_stream("/Workbook").unwrap().write_all(&records).unwrap();
    assert_eq!(refusal(&file.into_inner().into_inner()), SheetError::Encrypted);
}

#[test]
fn macros_are_told_and_ignored() {
    let plain = xlsx(&[t(&["学号"]), t(&["A1"])]);
    let mut archive = zip::ZipArchive::new(Cursor::new(plain)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        writer.raw_copy_file(archive.by_index_raw(index).unwrap()).unwrap();
    }
    writer.start_file("xl/vbaProject.bin", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(b"Sub Auto_Open()").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let roster = try_read(&bytes).unwrap();
    assert_eq!(roster.rows.len(), 1);
    assert!(roster.report.remarks.iter().any(|remark| remark.code == "macros_ignored"));
}

#[test]
fn a_cell_in_an_error_or_a_damaged_part_is_not_quoted() {
    let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"b\"><v>SECRET</v></c></row></sheetData></worksheet>";
    let error = refusal(&bare_xlsx(sheet.as_bytes()));
    assert_eq!(error, SheetError::Damaged("the xlsx"));
    assert!(!format!("{error:?} {error} {:?}", error.text()).contains("SECRET"));
}

fn sound() -> Vec<u8> {
    xlsx(&[
        t(&["学号", "姓名", "证件号码"]),
        t(&["A1", "张三", "11010519491231002X"]),
        t(&["A2", "李四", ""]),
    ])
}

fn look(bytes: &[u8]) {
    for list in [ListKind::Roster, ListKind::Schedule, ListKind::Results] {
        if let Ok(look) = preview(bytes, "x", list, &Choice::default()) {
            drop(sheets::roster(bytes, "x", &look.mapping));
            drop(sheets::schedule(bytes, "x", &look.mapping, 2026));
            drop(sheets::results(bytes, "x", &look.mapping));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), magic in 0usize..4) {
        let magic: &[u8] = [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xef\xbb\xbf"][magic];
        look(&[magic, &bytes].concat());
    }

    #[test]
    fn a_cut_or_bent_xlsx_never_panics(
        cut in 0.0..1.0f64,
        bends in proptest::collection::vec((0.0..1.0f64, any::<u8>()), 0..6),
    ) {
        let mut bytes = sound();
        for (at, byte) in bends {
            let at = (at * bytes.len() as f64) as usize;
            bytes[at] = byte;
        }
        look(&bytes);
        bytes.truncate((cut * bytes.len() as f64) as usize);
        look(&bytes);
    }

    #[test]
    fn a_cut_or_bent_xls_never_panics(
        cut in 0.0..1.0f64,
        bends in proptest::collection::vec((0.0..1.0f64, any::<u8>()), 0..6),
    ) {
        let mut bytes = xls(&[t(&["学号", "姓名"]), t(&["A1", "张三"])]);
        for (at, byte) in bends {
            let at = (at * bytes.len() as f64) as usize;
            bytes[at] = byte;
        }
        look(&bytes);
        bytes.truncate((cut * bytes.len() as f64) as usize);
        look(&bytes);
    }

    #[test]
    fn a_bent_sheet_inside_a_sound_zip_never_panics(
        bends in proptest::collection::vec((0.0..1.0f64, any::<u8>()), 1..8),
    ) {
        let mut sheet = "<worksheet><dimension ref=\"A1:B3\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>学号</t></is></c>\
            <c r=\"B1\" t=\"str\"><f t=\"shared\" si=\"0\" ref=\"B1:B2\">A1</f><v>姓名</v></c></row><row r=\"2\"><c r=\"A2\"><v>1e5</v></c>\
            <c r=\"B2\" t=\"b\"><f t=\"shared\" si=\"0\"/><v>1</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells></worksheet>"
            .to_owned()
            .into_bytes();
        for (at, byte) in bends {
            let at = (at * sheet.len() as f64) as usize;
            sheet[at] = byte;
        }
        look(&bare_xlsx(&sheet));
    }

    #[test]
    fn any_csv_text_is_read_without_panic(text in "[\\PC\n\r\t,\"';|]{0,200}") {
        look(text.as_bytes());
    }
}

#[test]
fn a_list_of_ours_survives_a_round_trip_as_a_hostile_sender_would_write_it() {
    let rows = vec![vec![Out::from("=HYPERLINK(\"x\")"), Out::from("007")]];
    let table = Table { title: "名单".into(), columns: vec!["姓名".into(), "学号".into()], rows };
    for bytes in
        [sheets::xlsx(std::slice::from_ref(&table), Timestamp(0)).unwrap(), sheets::csv(&table).unwrap()]
    {
        let subject = try_read(&bytes).unwrap().rows.remove(0).subject;
        assert_eq!((subject.name.as_deref(), subject.key()), (Some("=HYPERLINK(\"x\")"), Some("007")));
    }
}
