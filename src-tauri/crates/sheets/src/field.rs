//! What a column can be, and the headings by which schools call it.

use domain::Text;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which list a spreadsheet is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(rename = "SheetListKind")]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// 名单: who is to be photographed.
    Roster,
    /// 采集安排: the annex table of a notice.
    Schedule,
    /// 审核结果: what came back.
    Results,
}

macro_rules! fields {
    ($($name:ident $zh:literal $en:literal [$($kind:ident)+] [$($heading:literal)+];)+) => {
        /// What a column holds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $(#[doc = $zh] $name,)+
        }

        impl Field {
            /// All fields, in the order in which lists usually have them.
            pub const ALL: &[Field] = &[$(Field::$name),+];

            /// Its name for the operator.
            pub fn label(self) -> Text {
                match self { $(Self::$name => Text::new($zh, $en),)+ }
            }

            /// The lists that it can be in.
            pub fn lists(self) -> &'static [ListKind] {
                match self { $(Self::$name => &[$(ListKind::$kind),+],)+ }
            }

            /// Headings by which it is known, as [`normalised`] leaves them; the first is the usual one.
            fn headings(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($heading),+],)+ }
            }
        }
    };
}

// Headings as they stand in published notices and in the exports of usual school systems. A heading may be known in
// several lists and mean another field there (单位 in a schedule is the 学院).
fields! {
    Serial "序号" "serial" [Roster] ["序号" "编号" "no" "no." "顺序号" "流水号" "行号"];
    SchoolCode "院校代码" "school code" [Roster] ["院校代码" "学校代码" "学校标识码" "院校编码" "院校代号" "毕业院校代码"];
    CollegeCode "学院代码" "college code" [Roster Schedule] ["学院代码" "院系代码" "学院编号" "学院编码" "院系编号" "系代码" "二级学院代码" "单位代码" "单位编号" "院系所代码"];
    College "学院名称" "college" [Roster Schedule] ["学院名称" "学院" "院系" "院系名称" "二级学院" "二级学院名称" "所在学院" "所属学院" "院(系)" "系所" "院系所" "系" "系部" "分院" "学院(系)" "所在院系" "培养单位" "college" "department" "系(部)" "教学单位"];
    Major "专业" "major" [Roster] ["专业" "专业名称" "所学专业" "录取专业" "毕业专业" "major" "学科专业" "当前专业"];
    Class "班级" "class" [Roster] ["班级" "班级名称" "所在班级" "行政班" "行政班级" "班" "class" "班号" "所属班级"];
    StudentNo "学号" "student number" [Roster Results] ["学号" "学生学号" "学籍号" "学号/考号" "studentno" "studentid" "studentnumber" "student_no" "学生编号" "学生号"];
    Name "姓名" "name" [Roster] ["姓名" "学生姓名" "名字" "name" "考生姓名" "毕业生姓名"];
    Sex "性别" "sex" [Roster] ["性别" "sex" "gender"];
    IdNumber "证件号码" "ID number" [Roster] ["证件号码" "身份证号" "身份证号码" "身份证" "证件号" "公民身份号码" "居民身份证号" "居民身份证号码" "idnumber" "idno" "id_number" "身份证件号" "身份证件号码" "有效证件号码" "学生身份证号"];
    Level "学历层次" "level" [Roster] ["学历层次" "层次" "培养层次" "学历" "学生类别" "办学层次" "level" "学历类别" "学生层次"];
    ExamNo "考生号" "exam number" [Roster] ["考生号" "高考考生号" "考号" "准考证号" "报名号" "examno" "exam_no"];
    Paid "是否缴费" "paid" [Roster] ["是否缴费" "缴费" "缴费状态" "缴费情况" "是否交费" "是否已缴费" "交费情况" "交费状态" "是否付费" "已缴费" "是否已交费" "paid" "支付状态" "收费状态"];
    HeadCount "人数" "head count" [Schedule] ["人数" "毕业生人数" "采集人数" "应采人数" "拍摄人数" "毕业人数" "学生人数" "应到人数" "总人数" "合计人数" "预计人数" "应采集人数"];
    Date "日期" "date" [Schedule] ["日期" "采集日期" "拍摄日期" "拍照日期" "安排日期" "date"];
    Slot "时间" "time" [Schedule] ["时间" "采集时间" "拍摄时间" "时间段" "时段" "拍照时间" "具体时间" "时间安排" "采集时段" "time" "图像采集时间" "起止时间" "拍摄时段"];
    Start "开始时间" "start" [Schedule] ["开始时间" "起始时间" "开始" "start" "到场时间"];
    End "结束时间" "end" [Schedule] ["结束时间" "终止时间" "截止时间" "结束" "end"];
    Room "地点" "room" [Schedule] ["地点" "采集地点" "拍摄地点" "教室" "场地" "采集教室" "拍照地点" "采集场地" "room" "具体地点" "拍摄教室" "地址"];
    Group "组别" "group" [Schedule] ["组别" "组" "分组" "组号" "机位" "工位" "采集组" "拍摄组" "小组" "group" "采集点" "台号"];
    Note "备注" "note" [Schedule] ["备注" "说明" "note" "备注说明" "注"];
    FileName "文件名" "file name" [Results] ["文件名" "照片文件名" "照片名称" "文件名称" "图片名称" "照片名" "图像文件名" "filename" "file" "照片" "图片文件名"];
    Fingerprint "采集码指纹" "code fingerprint" [Results] ["采集码指纹" "码指纹" "指纹" "fingerprint" "采集码标识"];
    Result "审核结果" "result" [Results] ["审核结果" "结果" "审核状态" "状态" "校验结果" "核验结果" "比对结果" "初审结果" "result" "status" "检测结果" "照片状态" "审核结论" "采集状态"];
    Reason "原因" "reason" [Results] ["原因" "不通过原因" "未通过原因" "驳回原因" "失败原因" "退回原因" "reason" "审核意见" "问题描述" "不合格原因" "拒绝原因" "说明" "备注"];
}

impl Field {
    /// Its values name somebody or something by digits or letters: no spaces, no fractions, no grouping.
    pub(crate) fn is_code(self) -> bool {
        matches!(
            self,
            Self::Serial
                | Self::SchoolCode
                | Self::CollegeCode
                | Self::StudentNo
                | Self::IdNumber
                | Self::ExamNo
                | Self::Fingerprint
        )
    }

    /// Its values may be shown in a report only masked.
    pub(crate) fn is_identity(self) -> bool {
        matches!(self, Self::IdNumber | Self::ExamNo)
    }

    /// The field that a heading means in this kind of list.
    pub fn of_heading(heading: &str, list: ListKind) -> Option<Field> {
        // A heading is a few words; a novel in a cell costs no time.
        if heading.len() > 400 {
            return None;
        }
        let heading = normalised(heading);
        let bare = without_brackets(&heading);
        let find = |heading: &str| {
            let known = |field: &&Field| field.lists().contains(&list) && field.headings().contains(&heading);
            Self::ALL.iter().find(known).copied()
        };
        if heading.is_empty() {
            None
        } else {
            find(&heading).or_else(|| find(&bare)).or_else(|| in_schedule(&heading, list))
        }
    }
}

/// 单位 alone is an employer in a roster, and the 学院 in a schedule.
fn in_schedule(heading: &str, list: ListKind) -> Option<Field> {
    match (list, heading) {
        (ListKind::Schedule, "单位" | "单位名称") => Some(Field::College),
        (ListKind::Schedule, "代码") => Some(Field::CollegeCode),
        _ => None,
    }
}

/// A heading without what varies: spaces and line breaks, full-width letters, marks of required columns, case.
fn normalised(heading: &str) -> String {
    heading
        .chars()
        .filter(|c| !crate::cell_text::is_space(*c))
        .map(crate::cell_text::half_width)
        .filter(|c| !matches!(c, '*' | ':' | '：' | '※' | '★' | '"' | '“' | '”'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// 姓名(必填) → 姓名, 学号【文本格式】 → 学号.
fn without_brackets(heading: &str) -> String {
    let mut depth = 0usize;
    let mut kept = String::new();
    for c in heading.chars() {
        match c {
            '(' | '[' | '【' | '〔' | '<' | '《' => depth += 1,
            ')' | ']' | '】' | '〕' | '>' | '》' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_however_they_are_set() {
        for (heading, field) in [
            ("学  号", Field::StudentNo),
            ("学\n号", Field::StudentNo),
            ("＊姓名（必填）", Field::Name),
            ("证件号码\r\n【文本格式】", Field::IdNumber),
            ("身份证号", Field::IdNumber),
            ("院（系）", Field::College),
            ("学历层次", Field::Level),
            ("是否缴费：", Field::Paid),
            ("ＮＯ．", Field::Serial),
            ("Student No", Field::StudentNo),
            ("\u{feff}考生号", Field::ExamNo),
        ] {
            assert_eq!(Field::of_heading(heading, ListKind::Roster), Some(field), "{heading}");
        }
        assert_eq!(Field::of_heading("单位", ListKind::Roster), None);
        assert_eq!(Field::of_heading("单位", ListKind::Schedule), Some(Field::College));
        assert_eq!(Field::of_heading("备注", ListKind::Results), Some(Field::Reason));
        assert_eq!(Field::of_heading("（）", ListKind::Roster), None);
    }

    #[test]
    fn no_heading_means_two_fields_of_one_list() {
        for list in [ListKind::Roster, ListKind::Schedule, ListKind::Results] {
            let fields: Vec<Field> =
                Field::ALL.iter().filter(|field| field.lists().contains(&list)).copied().collect();
            for field in &fields {
                for heading in field.headings() {
                    assert_eq!(normalised(heading), *heading, "headings are listed as they are compared");
                    assert_eq!(Field::of_heading(heading, list), Some(*field), "{heading}");
                }
            }
        }
    }

    #[test]
    fn every_label_is_a_heading_that_is_read_again() {
        for field in Field::ALL {
            for list in field.lists() {
                assert_eq!(Field::of_heading(&field.label().zh, *list), Some(*field));
            }
        }
    }
}
