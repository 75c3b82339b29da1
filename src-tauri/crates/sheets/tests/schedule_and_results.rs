//! The annex table of a notice, and the list that comes back from the review.

#![allow(clippy::unwrap_used)]

mod fixtures;

use fixtures::{F, codes, fill, guess, remarks, t, xlsx};
use rust_xlsxwriter::{Format, Workbook};
use sheets::{Field, ListKind, ReviewOutcome, Schedule, SheetError, results, schedule};

fn read(bytes: &[u8]) -> Schedule {
    schedule(bytes, "附件1.xlsx", &guess(bytes, ListKind::Schedule), 2026).unwrap()
}

/// Date, begin, end.
fn times(schedule: &Schedule) -> Vec<(&str, &str, &str)> {
    fn text(text: &Option<String>) -> &str {
        text.as_deref().unwrap_or("")
    }
    schedule.rows.iter().map(|row| (text(&row.date), text(&row.start), text(&row.end))).collect()
}

#[test]
fn an_annex_table_with_everything_merged_is_read_line_by_line() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let headings = t(&["日期", "时间", "学院代码", "学院", "人数", "地点", "组别", "备注"]);
    fill(
        sheet,
        &[
            vec![],
            headings,
            vec![F::None, F::None, F::T("01"), F::T("文学院"), F::N(210.0)],
            vec![
                F::None,
                F::T("下午2:00—3:30"),
                F::T("02"),
                F::T("法学院"),
                F::T("180人"),
                F::None,
                F::T("2组"),
                F::T("带身份证"),
            ],
            vec![F::T("合计"), F::None, F::None, F::T("合计"), F::N(390.0)],
        ],
    );
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 7, "附件1：图像采集安排表", &plain).unwrap();
    sheet.merge_range(2, 0, 3, 0, "5月12日（周二）", &plain).unwrap();
    sheet.merge_range(2, 5, 3, 5, "一号楼\n101", &plain).unwrap();
    sheet.write_string(2, 1, "9:00-11:30").unwrap();
    sheet.write_string(2, 6, "1组").unwrap();
    let schedule = read(&book.save_to_buffer().unwrap());
    assert_eq!(times(&schedule), [("2026-05-12", "09:00", "11:30"), ("2026-05-12", "14:00", "15:30")]);
    let second = &schedule.rows[1];
    assert_eq!(
        (second.row, second.college_code.as_deref(), second.college.as_deref()),
        (4, Some("02"), Some("法学院"))
    );
    assert_eq!((second.head_count, second.room.as_deref()), (Some(180), Some("一号楼 101")));
    assert_eq!((second.group.as_deref(), second.note.as_deref()), (Some("2组"), Some("带身份证")));
    assert_eq!(
        schedule.report.entries.last().map(|entry| (entry.row, entry.code.as_str())),
        Some((5, "total"))
    );
    assert_eq!(remarks(&schedule.report), ["merged_filled"]);
}

#[test]
fn excel_dates_and_times_are_read_as_excel_shows_them() {
    let schedule = read(&xlsx(&[
        t(&["学院", "采集日期", "开始时间", "结束时间"]),
        vec![F::T("文学院"), F::Date("2026-05-12"), F::Time("14:00"), F::Time("15:30")],
        vec![F::T("法学院"), F::Date("2026-05-12T09:30:00"), F::None, F::T("11:00")],
    ]));
    assert_eq!(times(&schedule), [("2026-05-12", "14:00", "15:30"), ("2026-05-12", "09:30", "11:00")]);
    assert_eq!(codes(&schedule.report), []);
}

#[test]
fn one_column_may_hold_day_and_times() {
    let schedule = read(&xlsx(&[
        t(&["单位", "采集时间", "地点"]),
        t(&["文学院", "5月12日（周二）\n14:00-15:30", "101"]),
        t(&["法学院", "2026年5月13日上午9:00至11:30", "101"]),
    ]));
    assert_eq!(times(&schedule), [("2026-05-12", "14:00", "15:30"), ("2026-05-13", "09:00", "11:30")]);
}

#[test]
fn a_time_that_is_not_understood_is_refused_and_the_college_kept() {
    let schedule = read(&xlsx(&[
        t(&["学院", "日期", "时间", "人数"]),
        t(&["文学院", "2月30日", "另行通知", "若干"]),
        t(&["法学院", "9-11", "2:00-3:30", "10"]),
        t(&["", "5月12日", "9:00", "1"]),
    ]));
    assert_eq!(times(&schedule), [("", "", ""), ("", "", "")]);
    let (date, slot) = (Some(Field::Date), Some(Field::Slot));
    assert_eq!(
        codes(&schedule.report),
        [
            (2, date, "time_unclear"),
            (2, slot, "time_unclear"),
            (2, Some(Field::HeadCount), "count_unclear"),
            (3, date, "time_unclear"),
            (3, slot, "time_unclear"),
            (4, None, "no_college"),
        ]
    );
}

#[test]
fn a_schedule_without_colleges_is_no_schedule() {
    let bytes = xlsx(&[t(&["日期", "地点"]), t(&["5月12日", "101"])]);
    let mapping = guess(&bytes, ListKind::Schedule);
    assert_eq!(schedule(&bytes, "x", &mapping, 2026), Err(SheetError::FieldMissing(Field::College)));
}

#[test]
fn results_are_read_by_any_of_three_keys_and_unknown_words_refused() {
    let bytes = xlsx(&[
        t(&["学号", "文件名", "采集码指纹", "审核结果", "原因"]),
        t(&["A1", "", "", "通过", ""]),
        t(&["", "文学院\\A2.jpg", "", "初审失败", "头部倾斜"]),
        t(&["", "", "0123456789ABCDEF", "学信网身份核验异常", ""]),
        t(&["A4", "", "", "未通过", "背景不符"]),
        t(&["A5", "", "", "审核中", ""]),
        t(&["", "", "", "通过", ""]),
        t(&["A7", "", "xyz", "通过", ""]),
    ]);
    let results = results(&bytes, "结果.xlsx", &guess(&bytes, ListKind::Results)).unwrap();
    let outcomes: Vec<_> = results.rows.iter().map(|row| row.outcome).collect();
    use ReviewOutcome::*;
    assert_eq!(outcomes, [Passed, FirstReviewFailed, IdentityMismatch, Rejected]);
    assert_eq!(results.rows[1].file_name.as_deref(), Some("A2.jpg"));
    assert_eq!(results.rows[1].reason.as_deref(), Some("头部倾斜"));
    assert_eq!(results.rows[2].fingerprint.as_deref(), Some("0123456789abcdef"));
    assert_eq!(
        codes(&results.report),
        [(6, None, "outcome_unknown"), (7, None, "no_key"), (8, None, "fingerprint_form")]
    );
}

#[test]
fn results_without_a_result_or_a_key_are_refused_whole() {
    let bytes = xlsx(&[t(&["学号", "姓名"]), t(&["A1", "张三"])]);
    let mapping = guess(&bytes, ListKind::Results);
    assert_eq!(results(&bytes, "x", &mapping), Err(SheetError::FieldMissing(Field::Result)));
    let bytes = xlsx(&[t(&["审核结果", "原因"]), t(&["通过", ""])]);
    let mapping = guess(&bytes, ListKind::Results);
    assert_eq!(results(&bytes, "x", &mapping), Err(SheetError::FieldMissing(Field::StudentNo)));
}
