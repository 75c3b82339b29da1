//! 结果: what the registry says of each picture, days later, matched to the people of a batch. Pure.

use std::collections::{BTreeSet, HashMap};

use domain::Fingerprint;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::DeliveryError;
use crate::naming::safe::fold;

/// What became of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 通过.
    Passed,
    /// 初审失败.
    FirstReviewFailed,
    /// 学信网身份核验异常.
    IdentityMismatch,
    /// Rejected for another reason.
    Rejected,
}

impl Outcome {
    /// Reads the cell of a result file. `None` for words that are not known: nobody passes by a guess.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["核验", "身份异常", "identity"]) && has(&["异常", "失败", "不", "未", "mismatch", "fail"])
        {
            Some(Self::IdentityMismatch)
        } else if text.contains("初审") && has(&["失败", "不", "未", "退"]) {
            Some(Self::FirstReviewFailed)
        } else if has(&["不通过", "未通过", "不合格", "驳回", "退回", "失败", "重拍", "reject", "fail"])
        {
            Some(Self::Rejected)
        } else if [
            "通过",
            "合格",
            "审核通过",
            "初审通过",
            "终审通过",
            "核验通过",
            "成功",
            "正常",
            "passed",
            "pass",
            "ok",
        ]
        .contains(&text.as_str())
        {
            Some(Self::Passed)
        } else {
            None
        }
    }
}

/// One row of a result file. At least one of the three names should be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResultRow {
    /// Its row in the sheet, from 1, to find it again.
    pub row: u32,
    /// 学号.
    pub student_no: Option<String>,
    /// Name of the delivered file, with or without folders and extension.
    pub file_name: Option<String>,
    /// Fingerprint of the code.
    pub fingerprint: Option<String>,
    /// What became of the picture.
    pub outcome: Outcome,
    /// In the words of the file.
    pub reason: Option<String>,
}

/// A person of the batch, as results may name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchPerson {
    /// The code.
    pub fingerprint: Fingerprint,
    /// 学号, where there is a roster.
    pub student_no: Option<String>,
    /// Every path under which a picture of this person was delivered.
    pub delivered_as: Vec<String>,
}

/// A row with its person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Matched {
    /// The row in the sheet.
    pub row: u32,
    /// Index of the person.
    #[ts(type = "number")]
    pub person: usize,
    /// What became of the picture.
    pub outcome: Outcome,
    /// In the words of the file.
    pub reason: Option<String>,
}

/// Why a row was given to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AmbiguousWhy {
    /// Its names belong to several people: two students with one file name or 学号.
    SeveralPeople,
    /// One of its names is one person's, another is another's.
    NamesDisagree,
    /// Another row says something else of the same person.
    RowsDisagree,
}

/// A row that somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Ambiguous {
    /// The row in the sheet.
    pub row: u32,
    /// The people it could mean, by index.
    #[ts(type = "number[]")]
    pub people: Vec<usize>,
    /// Why it is not clear.
    pub why: AmbiguousWhy,
}

/// Somebody who is to be photographed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetakeEntry {
    /// Index of the person.
    #[ts(type = "number")]
    pub person: usize,
    /// The code.
    pub fingerprint: Fingerprint,
    /// Which failure.
    pub outcome: Outcome,
    /// In the words of the file.
    pub reason: Option<String>,
}

/// What a result file means for a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResultsPlan {
    /// Rows that belong to one person, without doubt. Rows that repeat another are not repeated here.
    pub matched: Vec<Matched>,
    /// Rows of nobody in this batch.
    pub unmatched: Vec<u32>,
    /// Rows that somebody must look at. They change nothing.
    pub ambiguous: Vec<Ambiguous>,
    /// People to photograph again.
    pub retakes: Vec<RetakeEntry>,
    /// People of the batch of whom the file says nothing, by index.
    #[ts(type = "number[]")]
    pub without_result: Vec<usize>,
}

/// Matches result rows to people. A file of which no row fits is refused as a whole: it is another school's.
pub fn match_results(rows: &[ResultRow], people: &[BatchPerson]) -> Result<ResultsPlan, DeliveryError> {
    if rows.is_empty() {
        return Err(DeliveryError::NoResults);
    }
    let names = Names::of(people);
    let mut plan = ResultsPlan::default();
    let mut by_person: HashMap<usize, Vec<&ResultRow>> = HashMap::new();
    for row in rows {
        match names.find(row) {
            Found::Nobody => plan.unmatched.push(row.row),
            Found::One(person) => by_person.entry(person).or_default().push(row),
            Found::Unclear(people, why) => plan.ambiguous.push(Ambiguous { row: row.row, people, why }),
        }
    }
    if plan.unmatched.len() == rows.len() {
        return Err(DeliveryError::OtherSchool { rows: rows.len() as u32 });
    }
    for (person, somebody) in people.iter().enumerate() {
        let Some(rows) = by_person.get(&person) else {
            plan.without_result.push(person);
            continue;
        };
        let first = rows[0];
        if rows.iter().any(|row| row.outcome != first.outcome) {
            plan.ambiguous.extend(rows.iter().map(|row| Ambiguous {
                row: row.row,
                people: vec![person],
                why: AmbiguousWhy::RowsDisagree,
            }));
            continue;
        }
        let (outcome, reason) = (first.outcome, first.reason.clone());
        if outcome != Outcome::Passed {
            let fingerprint = somebody.fingerprint.clone();
            plan.retakes.push(RetakeEntry { person, fingerprint, outcome, reason: reason.clone() });
        }
        plan.matched.push(Matched { row: first.row, person, outcome, reason });
    }
    plan.ambiguous.sort_by_key(|unclear| unclear.row);
    Ok(plan)
}

enum Found {
    Nobody,
    One(usize),
    Unclear(Vec<usize>, AmbiguousWhy),
}

/// Who is called what. One map per kind of name: a 学号 of one is not another's fingerprint.
#[derive(Default)]
struct Names {
    fingerprints: HashMap<String, BTreeSet<usize>>,
    student_nos: HashMap<String, BTreeSet<usize>>,
    files: HashMap<String, BTreeSet<usize>>,
}

impl Names {
    fn of(people: &[BatchPerson]) -> Self {
        let mut names = Self::default();
        for (i, person) in people.iter().enumerate() {
            names.fingerprints.entry(person.fingerprint.as_str().to_owned()).or_default().insert(i);
            if let Some(number) = person.student_no.as_deref().map(plain).filter(|number| !number.is_empty())
            {
                names.student_nos.entry(number).or_default().insert(i);
            }
            for path in &person.delivered_as {
                names.files.entry(stem(path)).or_default().insert(i);
                names.files.entry(fold(path)).or_default().insert(i);
            }
        }
        names
    }

    fn find(&self, row: &ResultRow) -> Found {
        let mut hits: Vec<&BTreeSet<usize>> = Vec::new();
        if let Some(text) = &row.fingerprint {
            hits.extend(self.fingerprints.get(&plain(text)));
        }
        if let Some(text) = &row.student_no {
            hits.extend(self.student_nos.get(&plain(text)));
        }
        if let Some(text) = &row.file_name {
            let path = fold(&text.trim().replace('\\', "/"));
            // The whole path tells more than the name alone.
            hits.extend(self.files.get(&path).or_else(|| self.files.get(&stem(text))));
        }
        let Some((first, others)) = hits.split_first() else { return Found::Nobody };
        let common: Vec<usize> =
            first.iter().copied().filter(|person| others.iter().all(|hit| hit.contains(person))).collect();
        match common.as_slice() {
            [one] => Found::One(*one),
            [] => {
                let all: BTreeSet<usize> = hits.iter().flat_map(|hit| hit.iter().copied()).collect();
                Found::Unclear(all.into_iter().collect(), AmbiguousWhy::NamesDisagree)
            }
            _ => Found::Unclear(common, AmbiguousWhy::SeveralPeople),
        }
    }
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The file's name without folders and extension, folded.
fn stem(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.len() <= 4 => stem,
        _ => name,
    };
    fold(stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::CaptureCode;

    fn person(n: u32) -> BatchPerson {
        BatchPerson {
            fingerprint: CaptureCode::new(format!("code {n}")).unwrap().fingerprint(),
            student_no: Some(format!("2022{n:04}")),
            delivered_as: vec![format!("data/portraits/文学院/2022{n:04}.jpg")],
        }
    }

    fn row(row: u32, outcome: Outcome) -> ResultRow {
        ResultRow { row, student_no: None, file_name: None, fingerprint: None, outcome, reason: None }
    }

    #[test]
    fn the_registrys_words_are_read_and_nobody_passes_by_a_guess() {
        for (text, outcome) in [
            ("通过", Some(Outcome::Passed)),
            (" 审核 通过 ", Some(Outcome::Passed)),
            ("不通过", Some(Outcome::Rejected)),
            ("审核未通过", Some(Outcome::Rejected)),
            ("初审失败", Some(Outcome::FirstReviewFailed)),
            ("初审不通过", Some(Outcome::FirstReviewFailed)),
            ("学信网身份核验异常", Some(Outcome::IdentityMismatch)),
            ("核验通过", Some(Outcome::Passed)),
            ("退回：闭眼", Some(Outcome::Rejected)),
            ("待审核", None),
            ("", None),
        ] {
            assert_eq!(Outcome::parse(text), outcome, "{text}");
        }
    }

    #[test]
    fn rows_find_their_people_by_each_of_the_three_names() {
        let people = [person(1), person(2), person(3), person(4)];
        let rows = [
            ResultRow { student_no: Some(" 20220001 ".into()), ..row(2, Outcome::Passed) },
            ResultRow {
                file_name: Some("文学院\\20220002.JPG".into()),
                reason: Some("闭眼".into()),
                ..row(3, Outcome::Rejected)
            },
            ResultRow {
                fingerprint: Some(people[2].fingerprint.as_str().to_uppercase()),
                ..row(4, Outcome::IdentityMismatch)
            },
            ResultRow { student_no: Some("1999".into()), ..row(5, Outcome::Passed) },
        ];
        let plan = match_results(&rows, &people).unwrap();
        let matched: Vec<_> = plan.matched.iter().map(|m| (m.row, m.person)).collect();
        assert_eq!(matched, [(2, 0), (3, 1), (4, 2)]);
        assert_eq!((plan.unmatched, plan.without_result), (vec![5], vec![3]));
        let retakes: Vec<_> = plan.retakes.iter().map(|r| (r.person, r.reason.as_deref())).collect();
        assert_eq!(retakes, [(1, Some("闭眼")), (2, None)]);
    }

    #[test]
    fn another_schools_file_is_refused_as_a_whole() {
        let rows = [
            ResultRow { student_no: Some("1999".into()), ..row(2, Outcome::Passed) },
            row(3, Outcome::Passed),
        ];
        let error = match_results(&rows, &[person(1)]).unwrap_err();
        assert!(matches!(error, DeliveryError::OtherSchool { rows: 2 }));
        assert!(error.text().zh.contains("2 行没有一行"));
        assert!(matches!(match_results(&[], &[person(1)]), Err(DeliveryError::NoResults)));
    }

    #[test]
    fn doubtful_rows_change_nothing() {
        let mut people = vec![person(1), person(2), person(3)];
        people[2].delivered_as = vec!["data/portraits/法学院/20220001.jpg".into()];
        let rows = [
            // 学号 of one, file of another.
            ResultRow {
                student_no: Some("20220001".into()),
                file_name: Some("20220002.jpg".into()),
                ..row(2, Outcome::Rejected)
            },
            // Two people have a file of this name.
            ResultRow { file_name: Some("20220001.jpg".into()), ..row(3, Outcome::Rejected) },
            ResultRow { student_no: Some("20220002".into()), ..row(4, Outcome::Rejected) },
            ResultRow { student_no: Some("20220002".into()), ..row(5, Outcome::Passed) },
        ];
        let plan = match_results(&rows, &people).unwrap();
        assert!(plan.matched.is_empty() && plan.retakes.is_empty());
        let why: Vec<_> = plan.ambiguous.iter().map(|a| (a.row, a.why)).collect();
        use AmbiguousWhy as W;
        assert_eq!(
            why,
            [(2, W::NamesDisagree), (3, W::SeveralPeople), (4, W::RowsDisagree), (5, W::RowsDisagree)]
        );
    }
}
