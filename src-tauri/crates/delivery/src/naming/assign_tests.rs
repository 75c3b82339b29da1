use std::collections::HashSet;

use domain::{CaptureCode, ShotNumber, Subject};
use proptest::prelude::*;

use super::*;

fn item(n: i64, subject: Subject) -> Item {
    let fingerprint = CaptureCode::new(format!("code {n}")).unwrap().fingerprint();
    Item { fingerprint, shot_number: ShotNumber(n), subject, files: Vec::new() }
}

fn named(name: &str, student_no: Option<&str>) -> Subject {
    Subject {
        name: Some(name.into()),
        student_no: student_no.map(Into::into),
        college: Some("文学院".into()),
        ..Subject::default()
    }
}

fn names(template: &str, items: &[Item], limits: PathLimits) -> Names {
    assign(&Template::parse(template).unwrap(), items, limits).unwrap()
}

#[test]
fn two_students_of_one_name_both_get_their_number_and_are_told() {
    let items = [
        item(1, named("张三", Some("2201"))),
        item(2, named("李四", Some("2202"))),
        item(3, named("张三", Some("2203"))),
    ];
    let names = names("{学院}/{姓名}.jpg", &items, PathLimits::FULL);
    assert_eq!(names.stems, ["文学院/张三_2201", "文学院/李四", "文学院/张三_2203"]);
    let kind = NameNoticeKind::Collision { people: 2, told_apart_by: Field::StudentNo };
    assert_eq!(names.notices, [0, 2].map(|item| NameNotice { item, kind: kind.clone() }));
}

#[test]
fn an_addition_that_is_somebody_elses_name_does_not_help_and_another_is_taken() {
    let items = [
        item(1, named("张三", Some("2201"))),
        item(2, named("张三", Some("2202"))),
        item(3, named("张三_2201", Some("9"))),
    ];
    let stems = names("{姓名}", &items, PathLimits::FULL).stems;
    assert_eq!(stems.iter().map(|s| fold(s)).collect::<HashSet<_>>().len(), 3);
}

#[test]
fn case_and_accents_do_not_tell_people_apart() {
    let items = [item(1, named("JOSÉ", Some("1"))), item(2, named("Jose\u{301}", Some("2")))];
    let stems = names("{姓名}", &items, PathLimits::FULL).stems;
    assert_eq!(stems, ["JOSÉ_1", "José_2"]);
}

#[test]
fn without_a_roster_files_are_named_by_fingerprint_and_it_is_said() {
    let items = [item(7, Subject::default())];
    let names = names("{学院}/{班级|散拍}/{学号}_{姓名}", &items, PathLimits::FULL);
    let fingerprint = items[0].fingerprint.as_str();
    assert_eq!(names.stems, [format!("未知学院/散拍/{fingerprint}_7")]);
    let missing: Vec<_> = names.notices.iter().map(|n| n.kind.clone()).collect();
    let expected =
        [Field::College, Field::StudentNo, Field::Name].map(|field| NameNoticeKind::Missing { field });
    assert_eq!(missing, expected);
}

#[test]
fn folders_that_differ_by_case_only_get_one_spelling() {
    let college = |name: &str, n| item(n, Subject { college: Some(name.into()), ..Subject::default() });
    let items = [college("eng", 1), college("ENG", 2)];
    let stems = names("{college}/{sequence}", &items, PathLimits::FULL).stems;
    assert_eq!(stems, ["ENG/0001", "ENG/0002"]);
}

#[test]
fn short_paths_cut_the_folders_alike_and_keep_the_number_whole() {
    let subject = |n: &str| Subject {
        college: Some("计算机科学与技术学院人工智能方向".into()),
        major: Some("数据科学与大数据技术专业".into()),
        student_no: Some(n.into()),
        ..Subject::default()
    };
    let items = [item(1, subject("202212345678")), item(2, subject("2022"))];
    let names = names("{college}/{major}/{student_no}", &items, PathLimits::SHORT);
    assert!(names.stems[0].ends_with("/202212345678") && names.stems[1].ends_with("/2022"));
    let folder = |stem: &str| stem.rsplit_once('/').unwrap().0.to_owned();
    assert_eq!(folder(&names.stems[0]), folder(&names.stems[1]));
    assert!(names.stems.iter().all(|stem| units(stem) + AROUND <= 64), "{:?}", names.stems);
    assert!(names.notices.iter().all(|n| n.kind == NameNoticeKind::Shortened));
}

#[test]
fn the_same_item_twice_is_refused() {
    let items = [item(1, Subject::default()), item(1, Subject::default())];
    assert_eq!(assign(&Template::parse("{shot_number}").unwrap(), &items, PathLimits::FULL), Err(1));
}

/// Texts that people and attackers put into rosters, few enough that they meet.
fn value() -> impl Strategy<Value = Option<String>> {
    let nasty = prop::sample::select(vec![
        "张三",
        "a",
        "A",
        "..",
        "../..",
        "CON",
        "nul.jpg",
        "a/b",
        "a\\b",
        "a:b",
        " a ",
        "a.",
        "_",
        "José",
        "Jose\u{301}",
        "\u{202E}a",
        "a\u{200B}",
        "~1",
        "a_1",
        "ß",
        "SS",
        "x.jpg",
        "0001",
        "C:",
        "\r\n",
        "%0A",
        "ﬁ",
    ]);
    prop::option::of(prop_oneof![
        6 => nasty.prop_map(str::to_owned),
        1 => "\\PC{0,300}",
        1 => "[aA]{1,2}",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn never_two_people_in_one_file(
        people in prop::collection::vec((value(), value(), value()), 1..25),
        template in prop::sample::select(vec!["{姓名}", "{college}/{name}", "{学院}/{学号}_{姓名}", "{student_no}", "{name}_{fingerprint}", "{class}/{major}/{college}/{name}"]),
        short in any::<bool>(),
    ) {
        let items: Vec<Item> = people.into_iter().enumerate().map(|(n, (name, student_no, college))| {
            item(n as i64 / 2 * 1000 + n as i64, Subject { name, student_no, college, ..Subject::default() })
        }).collect();
        let limits = if short { PathLimits::SHORT } else { PathLimits::FULL };
        let names = names(template, &items, limits);
        let folded: HashSet<String> = names.stems.iter().map(|stem| fold(stem)).collect();
        prop_assert_eq!(folded.len(), items.len(), "{:?}", names.stems);
        for stem in &names.stems {
            for component in stem.split('/') {
                prop_assert!(!component.is_empty() && component.len() <= safe::COMPONENT_LIMIT);
                let again = safe::component(component);
                prop_assert!(!again.altered && again.text == component, "{:?} is not safe", component);
            }
        }
        // Another order of the same people gives the same names.
        let mut turned = items.clone();
        turned.reverse();
        let mut other = assign(&Template::parse(template).unwrap(), &turned, limits).unwrap().stems;
        other.reverse();
        prop_assert_eq!(names.stems, other);
    }
}
