//! Whose prints they are, in packing order.

use std::cmp::Ordering;

use domain::{PortraitId, ShotNumber, Subject};

use crate::order::natural;

/// One person of a run. What is not known is left out of captions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintPerson {
    /// The accepted picture; the caller finds frame and face by it.
    pub portrait: PortraitId,
    /// What the roster tells; empty without a roster.
    pub subject: Subject,
    /// 拍摄号.
    pub number: Option<ShotNumber>,
}

/// One packet: a class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Group {
    /// 学院.
    pub college: String,
    /// 专业.
    pub major: String,
    /// 班级.
    pub class: String,
}

fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default().trim()
}

impl PrintPerson {
    /// The packet that the person's prints belong to.
    pub fn group(&self) -> Group {
        let s = &self.subject;
        Group {
            college: text(&s.college).to_owned(),
            major: text(&s.major).to_owned(),
            class: text(&s.class).to_owned(),
        }
    }

    /// 拍摄号 as it is printed, four digits at least.
    pub(crate) fn shot_number(&self) -> String {
        self.number.map(|n| format!("{:04}", n.0)).unwrap_or_default()
    }
}

impl Group {
    /// In one line, as far as known.
    pub fn title(&self) -> String {
        let known: Vec<&str> = [&self.college, &self.major, &self.class]
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        if known.is_empty() { "未分班".to_owned() } else { known.join(" ") }
    }
}

/// 学院 (by code where there is one) – 专业 – 班级 – 学号 – 序号 – 拍摄号.
pub fn packing_order(a: &PrintPerson, b: &PrintPerson) -> Ordering {
    let (s, t) = (&a.subject, &b.subject);
    natural(text(&s.college_code), text(&t.college_code))
        .then_with(|| natural(text(&s.college), text(&t.college)))
        .then_with(|| natural(text(&s.major), text(&t.major)))
        .then_with(|| natural(text(&s.class), text(&t.class)))
        .then_with(|| natural(text(&s.student_no), text(&t.student_no)))
        .then_with(|| natural(text(&s.serial), text(&t.serial)))
        .then_with(|| a.number.cmp(&b.number))
        .then_with(|| a.portrait.cmp(&b.portrait))
}

/// People in packing order, class by class. A class is one packet even if only some of its rows carry a college code.
pub(crate) fn packets(mut people: Vec<PrintPerson>) -> Vec<(Group, Vec<PrintPerson>)> {
    people.sort_by(packing_order);
    let mut all: Vec<(Group, Vec<PrintPerson>)> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for person in people {
        let group = person.group();
        let at = *known.entry(group.clone()).or_insert_with(|| {
            all.push((group, Vec::new()));
            all.len() - 1
        });
        all[at].1.push(person);
    }
    for (_, members) in &mut all {
        members.sort_by(|a, b| {
            natural(text(&a.subject.student_no), text(&b.subject.student_no))
                .then_with(|| packing_order(a, b))
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: i64, code: &str, college: &str, class: &str, no: &str) -> PrintPerson {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let subject = Subject {
            college_code: some(code),
            college: some(college),
            class: some(class),
            student_no: some(no),
            ..Subject::default()
        };
        PrintPerson { portrait: PortraitId(id), subject, number: None }
    }

    #[test]
    fn packets_are_in_order_of_college_code_class_and_student_number() {
        let people = vec![
            person(1, "10", "法学院", "一班", "3"),
            person(2, "2", "医学院", "10班", "1"),
            person(3, "2", "医学院", "2班", "10"),
            person(4, "2", "医学院", "2班", "9"),
        ];
        let packed = packets(people);
        let order: Vec<i64> = packed.iter().flat_map(|(_, p)| p).map(|p| p.portrait.0).collect();
        assert_eq!(order, [4, 3, 2, 1]);
        assert_eq!(packed.len(), 3);
    }

    #[test]
    fn a_class_with_half_its_codes_missing_is_still_one_packet() {
        let people = vec![
            person(1, "7", "法学院", "一班", "1"),
            person(2, "", "法学院", "一班", "2"),
            person(3, "3", "医学院", "一班", "1"),
        ];
        let packed = packets(people);
        assert_eq!(packed.len(), 2);
        assert_eq!(packed[0].1.len(), 2);
    }

    #[test]
    fn without_a_roster_all_are_one_packet_by_shooting_number() {
        let bare = |id, n| PrintPerson {
            portrait: PortraitId(id),
            subject: Subject::default(),
            number: Some(ShotNumber(n)),
        };
        let packed = packets(vec![bare(1, 30), bare(2, 4)]);
        assert_eq!(packed[0].0.title(), "未分班");
        assert_eq!(packed[0].1[0].shot_number(), "0004");
    }
}
