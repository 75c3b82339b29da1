//! Initials of the pinyin of a name, with every reading of a character that has several: 曾 is z and c, 单 is s and d.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti;

/// Names with many readings of many characters would give very many spellings.
const MOST: usize = 16;

/// All spellings between spaces, e.g. ` zxm cxm `, so that a search for ` zx` finds beginnings and ` zxm ` whole names.
pub(crate) fn column(name: Option<&str>) -> String {
    let mut spellings = BTreeSet::from([String::new()]);
    for c in name.unwrap_or_default().chars() {
        let letters: BTreeSet<char> = match c.to_pinyin_multi() {
            Some(readings) => {
                readings.into_iter().filter_map(|r| r.plain().chars().next()).map(plain).collect()
            }
            None if c.is_ascii_alphabetic() => BTreeSet::from([c.to_ascii_lowercase()]),
            None => continue,
        };
        spellings = spellings
            .iter()
            .flat_map(|begun| letters.iter().map(move |letter| format!("{begun}{letter}")))
            .take(MOST)
            .collect();
    }
    let mut column = String::from(" ");
    for spelling in spellings.iter().filter(|s| !s.is_empty()) {
        column.push_str(spelling);
        column.push(' ');
    }
    column
}

fn plain(letter: char) -> char {
    if letter == 'ü' { 'v' } else { letter.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_of_a_surname_is_found() {
        assert_eq!(column(Some("张小明")), " zxm ");
        let zeng = column(Some("曾小明"));
        assert!(zeng.contains(" zxm ") && zeng.contains(" cxm "), "{zeng}");
        let shan = column(Some("单一"));
        assert!(shan.contains(" sy ") && shan.contains(" dy "), "{shan}");
    }

    #[test]
    fn names_of_any_script_have_a_column() {
        assert_eq!(column(None), " ");
        assert_eq!(column(Some("阿卜·Ali")).trim().chars().last(), Some('i'));
        assert!(column(Some(&"曾".repeat(40))).split(' ').count() <= MOST + 2);
    }
}
