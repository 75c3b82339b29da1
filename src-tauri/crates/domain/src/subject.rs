//! 被摄者: who is to be photographed, as far as the school told.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a roster can say of one person. Every field but one of `student_no`, `serial` may be missing: as a rule the
/// unit that takes the pictures gets no plain identities.
///
/// All numbers are text: they are names, not quantities, and lose digits as numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Subject {
    /// 序号: the school's own running number.
    pub serial: Option<String>,
    /// 院校代码.
    pub school_code: Option<String>,
    /// 学院代码.
    pub college_code: Option<String>,
    /// 学院名称.
    pub college: Option<String>,
    /// 专业.
    pub major: Option<String>,
    /// 班级.
    pub class: Option<String>,
    /// 学号.
    pub student_no: Option<String>,
    /// 姓名.
    pub name: Option<String>,
    /// 性别.
    pub sex: Option<String>,
    /// 证件号码, the X in upper case.
    pub id_number: Option<String>,
    /// 学历层次.
    pub level: Option<String>,
    /// 考生号.
    pub exam_no: Option<String>,
    /// 是否缴费; missing where the roster does not say.
    pub paid: Option<bool>,
}

impl Subject {
    /// What tells this person from all others of a batch, by which an import knows them again: 学号, else 序号.
    pub fn key(&self) -> Option<&str> {
        self.student_no.as_deref().or(self.serial.as_deref())
    }

    /// 脱敏姓名 for screens that others see: the first and the last character, 张*三; 张* for two characters.
    pub fn masked_name(&self) -> Option<String> {
        self.name.as_deref().map(mask)
    }
}

/// 张三 → 张*, 张小三 → 张*三, 阿卜杜拉·买买提 → 阿*提: never tells the length of a name.
pub fn mask(name: &str) -> String {
    let name = name.trim();
    let mut chars = name.chars();
    match (chars.next(), chars.next_back()) {
        (Some(first), Some(last)) if name.chars().count() > 2 => format!("{first}*{last}"),
        (Some(first), _) => format!("{first}*"),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_keeps_no_more_than_its_ends() {
        for (name, masked) in
            [("张三", "张*"), ("张小三", "张*三"), ("欧阳小三", "欧*三"), ("李", "李*"), ("", "")]
        {
            assert_eq!(mask(name), masked);
        }
        assert_eq!(mask("阿卜杜拉·买买提"), "阿*提");
    }

    #[test]
    fn the_student_number_names_a_person_before_the_serial_does() {
        let subject = Subject { serial: Some("7".into()), ..Subject::default() };
        assert_eq!(subject.key(), Some("7"));
        assert_eq!(Subject { student_no: Some("2022".into()), ..subject }.key(), Some("2022"));
    }
}
