//! 名单模板: the file that a school fills in.

use domain::Timestamp;
use rust_xlsxwriter::{DataValidation, Format, Worksheet, XlsxError};

use crate::write::{heading_format, new_book, text_format, writer_error};
use crate::{Field, ListKind, SheetError};

/// Columns of the template with their widths in characters.
const WIDTHS: &[(Field, f64)] = &[
    (Field::Serial, 8.0),
    (Field::SchoolCode, 12.0),
    (Field::CollegeCode, 12.0),
    (Field::College, 24.0),
    (Field::Major, 24.0),
    (Field::Class, 16.0),
    (Field::StudentNo, 18.0),
    (Field::Name, 14.0),
    (Field::Sex, 8.0),
    (Field::IdNumber, 24.0),
    (Field::Level, 12.0),
    (Field::ExamNo, 20.0),
    (Field::Paid, 12.0),
];

/// What the second sheet says.
const ADVICE: &[(&str, &str)] = &[
    ("学号", "必填，一人一行，不得重复。没有学号时填序号。"),
    ("证件号码", "可以不填。要填时每格须为文本；身份证号 18 位，末位 X 大写。"),
    ("考生号", "可以不填。要填时每格须为文本。"),
    ("是否缴费", "填“是”或“否”；现场收费或不收费的，留空。"),
    ("其他各列", "有就填，没有就留空或删去整列；列的顺序可以调整，表头文字请不要改。"),
    (
        "长号码",
        "本模板各列已设为文本格式。从别的表粘贴时请选“只粘贴值/文本”；已显示成 1.10E+17 的号码已经丢失位数，须重新填写。",
    ),
    ("姓名", "姓名中间不要加空格；少数民族姓名的间隔号用“·”。"),
    ("表格", "表头上方不要加标题行，不要合并单元格，不要加公式和密码。"),
];

/// An empty roster to give to the school: headings, all columns formatted as text, and a sheet that explains them.
pub fn roster_template(created: Timestamp) -> Result<Vec<u8>, SheetError> {
    let mut book = new_book(created)?;
    write_columns(book.add_worksheet()).map_err(writer_error)?;
    write_advice(book.add_worksheet()).map_err(writer_error)?;
    book.save_to_buffer().map_err(writer_error)
}

fn write_columns(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    const LAST_ROW: u32 = 20_000;
    sheet.set_name("名单")?;
    let (heading, text) = (heading_format(), text_format());
    for (column, (field, width)) in (0u16..).zip(WIDTHS) {
        debug_assert!(field.lists().contains(&ListKind::Roster));
        sheet.set_column_format(column, &text)?;
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(0, column, field.label().zh, &heading)?;
        if *field == Field::Paid {
            let choice = DataValidation::new().allow_list_strings(&["是", "否"])?;
            sheet.add_data_validation(1, column, LAST_ROW, column, &choice)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write_advice(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("填写说明")?;
    let wrap = Format::new().set_text_wrap().set_num_format_index(49);
    let heading = heading_format();
    sheet.write_string_with_format(0, 0, "项目", &heading)?;
    sheet.write_string_with_format(0, 1, "要求", &heading)?;
    sheet.set_column_width(0, 14.0)?;
    sheet.set_column_width(1, 80.0)?;
    for (row, (item, advice)) in (1u32..).zip(ADVICE) {
        sheet.write_string_with_format(row, 0, *item, &wrap)?;
        sheet.write_string_with_format(row, 1, *advice, &wrap)?;
    }
    Ok(())
}
