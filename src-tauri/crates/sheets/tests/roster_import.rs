//! Rosters that real schools produce, each named for what it promises.

#![allow(clippy::unwrap_used)]

mod fixtures;

use domain::{Subject, Timestamp};
use fixtures::{F, codes, fill, guess, read, remarks, t, try_read, xls, xlsx};
use rust_xlsxwriter::{Format, Workbook};
use sheets::{Choice, Fate, Field, Kind, ListKind, SheetError, preview, roster, roster_template};

#[test]
fn a_full_roster_under_merged_titles_is_read_field_by_field() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let headings = [
        "序号",
        "院校代码",
        "学院代码",
        "学院",
        "专业名称",
        "班级",
        "学 号",
        "姓名",
        "性别",
        "身份证号码",
        "层次",
        "考生号",
        "是否缴费",
    ];
    let person = [
        "1",
        "10001",
        "07",
        "文学院",
        "汉语言文学",
        "2201班",
        "2022070101",
        "张三",
        "女",
        "11010519491231002X",
        "本科",
        "22110105110001",
        "是",
    ];
    fill(sheet, &[vec![], vec![], t(&headings), t(&person)]);
    sheet.merge_range(0, 0, 0, 12, "某大学2026届毕业生图像采集名单", &Format::new()).unwrap();
    sheet.merge_range(1, 0, 1, 12, "学院：（盖章）", &Format::new()).unwrap();
    let bytes = book.save_to_buffer().unwrap();

    let look = preview(&bytes, "名单.xlsx", ListKind::Roster, &Choice::default()).unwrap();
    assert_eq!((look.mapping.heading_row, look.rows, look.kind), (3, 1, Kind::Xlsx));
    assert!(look.remarks.iter().any(|remark| remark.code == "rows_above_heading"));
    let roster = read(&bytes);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(roster.rows[0].row, 4);
    assert_eq!(
        roster.rows[0].subject,
        Subject {
            serial: text("1"),
            school_code: text("10001"),
            college_code: text("07"),
            college: text("文学院"),
            major: text("汉语言文学"),
            class: text("2201班"),
            student_no: text("2022070101"),
            name: text("张三"),
            sex: text("女"),
            id_number: text("11010519491231002X"),
            level: text("本科"),
            exam_no: text("22110105110001"),
            paid: Some(true),
        }
    );
    assert_eq!(codes(&roster.report), []);
}

#[test]
fn an_id_number_stored_as_a_number_is_refused_and_the_person_is_kept() {
    let bytes = xlsx(&[
        t(&["学号", "姓名", "证件号码"]),
        vec![F::N(2022001.0), F::T("张三"), F::N(110105194912310021.0)],
        vec![F::N(2022002.0), F::T("李四"), F::T("1.10105E+17")],
        vec![F::N(2022003.0), F::T("王五"), F::T("11010519491231002x")],
    ]);
    let roster = read(&bytes);
    let ids: Vec<_> = roster.rows.iter().map(|row| row.subject.id_number.as_deref()).collect();
    assert_eq!(ids, [None, None, Some("11010519491231002X")]);
    assert_eq!(roster.rows[0].subject.student_no.as_deref(), Some("2022001"));
    let id = Some(Field::IdNumber);
    assert_eq!(codes(&roster.report), [(2, id, "digits_lost"), (3, id, "scientific"), (4, id, "upper_x")]);
    assert_eq!((roster.report.counts.incomplete, roster.report.counts.changed), (2, 1));
    let json = serde_json::to_string(&roster.report).unwrap();
    assert!(!json.contains("1101051949"), "a report shows no identity whole: {json}");
}

#[test]
fn a_student_number_that_lost_digits_refuses_its_row_and_the_serial_does_not_step_in() {
    let bytes = xlsx(&[
        t(&["序号", "学号", "姓名"]),
        vec![F::N(1.0), F::N(1.2345678901234568e17), F::T("张三")],
        vec![F::N(2.0), F::None, F::T("李四")],
    ]);
    let roster = read(&bytes);
    assert_eq!(
        roster.rows.len(),
        1,
        "without a 学号 the serial names a person, with a broken one it does not"
    );
    assert_eq!(roster.rows[0].subject.key(), Some("2"));
    assert_eq!(codes(&roster.report), [(2, Some(Field::StudentNo), "digits_lost"), (2, None, "no_key")]);
}

#[test]
fn the_same_person_twice_is_taken_once_and_two_that_differ_not_at_all() {
    let bytes = xlsx(&[
        t(&["序号", "学号", "姓名"]),
        t(&["1", "A1", "张三"]),
        t(&["2", "A2", "李四"]),
        t(&["3", "A1", "张三"]),
        t(&["4", "A2", "李思"]),
        t(&["5", "A3", "王五"]),
    ]);
    let roster = read(&bytes);
    let keys: Vec<_> = roster.rows.iter().filter_map(|row| row.subject.key()).collect();
    assert_eq!(keys, ["A1", "A3"]);
    assert_eq!(
        codes(&roster.report),
        [(3, None, "key_differs"), (4, None, "repeated"), (5, None, "key_differs")]
    );
    let counts = roster.report.counts;
    assert_eq!((counts.rows, counts.taken, counts.repeated, counts.refused), (5, 2, 1, 2));
    assert!(roster.report.entries[0].text.zh.contains("3, 5"));
}

#[test]
fn spaces_in_names_go_and_those_of_long_names_stay() {
    let bytes = xlsx(&[
        t(&["学号", "姓名"]),
        t(&[" A1\u{a0}", "张　三"]),
        t(&["A2", "Anna Maria"]),
        t(&["A3", "阿依 · 古丽"]),
        t(&["A4", "\u{200b}李四"]),
    ]);
    let roster = read(&bytes);
    let names: Vec<_> = roster.rows.iter().filter_map(|row| row.subject.name.as_deref()).collect();
    assert_eq!(names, ["张三", "Anna Maria", "阿依 · 古丽", "李四"]);
    assert_eq!(roster.report.counts.changed, 2);
}

#[test]
fn merged_colleges_fill_the_rows_below_and_merged_names_do_not() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(
        sheet,
        &[t(&["学院", "学号", "姓名"]), t(&["", "A1", ""]), t(&["", "A2", ""]), t(&["", "A3", "王五"])],
    );
    sheet.merge_range(1, 0, 2, 0, "文学院", &Format::new()).unwrap();
    sheet.merge_range(1, 2, 2, 2, "张三", &Format::new()).unwrap();
    let roster = read(&book.save_to_buffer().unwrap());
    let people: Vec<_> =
        roster.rows.iter().map(|row| (row.subject.college.as_deref(), row.subject.name.as_deref())).collect();
    assert_eq!(people, [(Some("文学院"), Some("张三")), (Some("文学院"), None), (None, Some("王五"))]);
    assert_eq!(remarks(&roster.report), ["merged_filled"]);
}

#[test]
fn the_sheet_with_the_best_heading_is_chosen_and_told() {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("说明").unwrap(), &[t(&["请填写学号和姓名"])]);
    fill(
        book.add_worksheet().set_name("旧").unwrap().set_hidden(true),
        &[t(&["学号", "姓名", "学院", "专业"]), t(&["B1", "旧", "x", "y"])],
    );
    fill(book.add_worksheet().set_name("名单").unwrap(), &[t(&["学号", "姓名"]), t(&["A1", "张三"])]);
    let bytes = book.save_to_buffer().unwrap();
    let look = preview(&bytes, "x.xlsx", ListKind::Roster, &Choice::default()).unwrap();
    assert_eq!(look.mapping.sheet, "名单");
    assert!(
        look.remarks.iter().any(|remark| remark.code == "sheet_chosen" && remark.text.zh.contains("名单"))
    );
    let choice = Choice { sheet: Some("旧".into()), heading_row: None };
    assert_eq!(preview(&bytes, "x.xlsx", ListKind::Roster, &choice).unwrap().columns.len(), 4);
    let choice = Choice { sheet: Some("无".into()), heading_row: None };
    assert_eq!(preview(&bytes, "x.xlsx", ListKind::Roster, &choice), Err(SheetError::NoSuchSheet));
}

#[test]
fn columns_chosen_by_hand_are_obeyed_and_impossible_choices_refused() {
    let bytes = xlsx(&[t(&["甲", "乙"]), t(&["张三", "A1"])]);
    let look =
        preview(&bytes, "x.xlsx", ListKind::Roster, &Choice { sheet: None, heading_row: Some(1) }).unwrap();
    assert_eq!(look.columns[0].samples, ["张三"]);
    let mut mapping = look.mapping;
    assert_eq!(roster(&bytes, "x.xlsx", &mapping), Err(SheetError::FieldMissing(Field::StudentNo)));
    mapping.columns = vec![Some(Field::Name), Some(Field::StudentNo)];
    let rows = roster(&bytes, "x.xlsx", &mapping).unwrap().rows;
    assert_eq!((rows[0].subject.name.as_deref(), rows[0].subject.key()), (Some("张三"), Some("A1")));
    mapping.columns = vec![Some(Field::StudentNo), Some(Field::StudentNo)];
    assert_eq!(roster(&bytes, "x.xlsx", &mapping), Err(SheetError::FieldTwice(Field::StudentNo)));
    mapping.columns = vec![Some(Field::StudentNo), Some(Field::HeadCount)];
    assert_eq!(roster(&bytes, "x.xlsx", &mapping), Err(SheetError::Mapping));
}

#[test]
fn formulas_give_their_saved_values_and_their_errors_are_refused() {
    let bytes = xlsx(&[
        t(&["学号", "姓名", "班级"]),
        vec![F::Formula("=\"A\"&1", "A1"), F::T("张三"), F::T("1班")],
        vec![F::T("A2"), F::Formula("=VLOOKUP(1,A:B,2)", "#N/A"), F::Date("2026-03-01")],
    ]);
    let roster = read(&bytes);
    assert_eq!(roster.rows[0].subject.key(), Some("A1"));
    assert_eq!(remarks(&roster.report), ["formula_values"]);
    let refused = [(3, Some(Field::Class), "date"), (3, Some(Field::Name), "formula_error")];
    assert_eq!(codes(&roster.report), refused);
}

#[test]
fn numbers_of_mixed_lengths_raise_the_question_of_lost_zeros() {
    let bytes =
        xlsx(&[t(&["学号", "学院代码"]), vec![F::T("0101"), F::N(1.0)], vec![F::T("0102"), F::N(10.0)]]);
    let report = read(&bytes).report;
    let asked: Vec<_> = report.remarks.iter().map(|remark| (remark.code.as_str(), remark.field)).collect();
    assert_eq!(asked, [("zeros_maybe_lost", Some(Field::CollegeCode))]);
}

#[test]
fn paid_is_read_in_many_words_and_never_guessed() {
    let words = ["是", "已缴费", "√", "否", "未交", "", "减免"];
    let keys = ["A1", "A2", "A3", "A4", "A5", "A6", "A7"];
    let mut rows = vec![t(&["学号", "是否缴费"])];
    rows.extend(keys.iter().zip(words).map(|(key, word)| t(&[key, word])));
    rows.push(vec![F::T("A8"), F::Bool(true)]);
    let roster = read(&xlsx(&rows));
    let paid: Vec<_> = roster.rows.iter().map(|row| row.subject.paid).collect();
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(paid, [yes, yes, yes, no, no, None, None, yes]);
    assert_eq!(codes(&roster.report), [(8, Some(Field::Paid), "paid_word")]);
}

#[test]
fn the_heading_repeated_on_a_later_page_is_nobody() {
    let bytes = xlsx(&[t(&["学号", "姓名"]), t(&["A1", "张三"]), t(&["学号", "姓名"]), t(&["A2", "李四"])]);
    let roster = read(&bytes);
    assert_eq!(roster.rows.len(), 2);
    assert_eq!(codes(&roster.report), [(3, None, "heading_again")]);
}

#[test]
fn csv_of_every_encoding_and_delimiter_gives_the_same_people() {
    let text = "某大学名单,,\r\n学号,姓名,学院\r\n2022001,张三,马克思主义学院\r\n2022002,李四,文学院\r\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let semicolons = text.replace(',', ";").into_bytes();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let expected = read(text.as_bytes()).rows;
    assert_eq!((expected.len(), expected[0].row), (2, 3));
    for bytes in [gb, utf16, semicolons, marked] {
        assert_eq!(read(&bytes).rows, expected);
    }
}

#[test]
fn a_wrong_extension_is_told_and_not_fatal() {
    let bytes = "学号,姓名\nA1,张三\n".as_bytes();
    let look = preview(bytes, r"D:\名单.xlsx", ListKind::Roster, &Choice::default()).unwrap();
    assert_eq!((look.kind, look.file.as_str()), (Kind::Csv, "名单.xlsx"));
    assert_eq!(look.remarks[0].code, "wrong_extension");
    let right = preview(bytes, "名单.csv", ListKind::Roster, &Choice::default()).unwrap();
    assert!(right.remarks.is_empty());
}

#[test]
fn the_template_is_read_back_with_every_column_known() {
    let bytes = roster_template(Timestamp(1_770_000_000_000)).unwrap();
    let mapping = guess(&bytes, ListKind::Roster);
    let mut fields: Vec<Field> = mapping.columns.iter().flatten().copied().collect();
    fields.sort();
    let all: Vec<Field> =
        Field::ALL.iter().copied().filter(|field| field.lists().contains(&ListKind::Roster)).collect();
    assert_eq!((mapping.sheet.as_str(), fields), ("名单", all));
}

#[test]
fn entries_of_changes_are_bounded_and_refusals_are_not() {
    let mut text = String::from("学号,姓名,是否缴费\n");
    for number in 0..21_000 {
        text.push_str(&format!("A{number}, 张三,?\n"));
    }
    let report = try_read(text.as_bytes()).unwrap().report;
    let of = |fate| report.entries.iter().filter(|entry| entry.fate == fate).count();
    assert_eq!(of(Fate::CellRefused), 21_000);
    assert_eq!(of(Fate::Changed) + report.left_out as usize, 21_000);
    assert!(report.left_out > 0);
}

#[test]
fn an_xls_of_old_gives_the_same_people_as_the_xlsx() {
    let rows = [
        t(&["学号", "姓名", "证件号码"]),
        vec![F::N(2022001.0), F::T("张三"), F::T("11010519491231002X")],
        vec![F::N(2022002.0), F::T("李四"), F::N(110105194912310021.0)],
    ];
    let (old, new) = (read(&xls(&rows)), read(&xlsx(&rows)));
    assert_eq!((old.rows.len(), old.report.kind), (2, Kind::Xls));
    assert_eq!(old.rows, new.rows);
    assert_eq!(codes(&old.report), codes(&new.report));
}
