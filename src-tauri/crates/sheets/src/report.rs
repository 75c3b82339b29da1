//! What became of a spreadsheet, row by row: taken, changed, doubted, refused.

use domain::Text;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Encoding, Field, Kind, limits};

/// What became of a cell or a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(rename = "SheetFate")]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Taken, but not as it stood there.
    Changed,
    /// Taken as it stood there, and somebody should look at it.
    Doubtful,
    /// The cell was not taken; the rest of the row was.
    CellRefused,
    /// The row says what an earlier one said, and was taken once.
    Repeated,
    /// The whole row was not taken.
    RowRefused,
}

/// One remark on one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetEntry")]
pub struct Entry {
    /// As the spreadsheet numbers it, from 1.
    pub row: u32,
    /// Which field; missing where the remark is about the row.
    pub field: Option<Field>,
    /// The column's letters.
    pub column: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// A fixed name of the reason, snake_case.
    pub code: String,
    /// What was found and what to do.
    pub text: Text,
    /// What the cell says: identities masked, long texts cut.
    pub shown: Option<String>,
}

/// A remark on the file or on a whole column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetRemark")]
pub struct Remark {
    /// Which field, where it is about one.
    pub field: Option<Field>,
    /// A fixed name, snake_case.
    pub code: String,
    /// What was found and what to do.
    pub text: Text,
}

impl Remark {
    pub(crate) fn new(code: &str, field: Option<Field>, text: Text) -> Self {
        Self { field, code: code.to_owned(), text }
    }
}

/// How many rows came to which end. `taken + repeated + refused = rows`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetCounts")]
pub struct Counts {
    /// Filled rows below the heading.
    pub rows: u32,
    /// Rows that were taken, changed ones among them.
    pub taken: u32,
    /// Taken rows in which something was changed.
    pub changed: u32,
    /// Taken rows of which a cell was refused.
    pub incomplete: u32,
    /// Rows that repeat an earlier one.
    pub repeated: u32,
    /// Rows that were not taken.
    pub refused: u32,
}

/// What became of a spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SheetReport")]
pub struct Report {
    /// The file's name without its folders.
    pub file: String,
    /// What the file is.
    pub kind: Kind,
    /// How a text file was encoded.
    pub encoding: Option<Encoding>,
    /// The sheet that was read; empty for text files.
    pub sheet: String,
    /// Rows by their end.
    pub counts: Counts,
    /// Remarks on the file and its columns.
    pub remarks: Vec<Remark>,
    /// Remarks on rows, in their order.
    pub entries: Vec<Entry>,
    /// Remarks on changes and doubts that are not in `entries`, because there were too many.
    pub left_out: u32,
}

impl Report {
    /// Adds an entry; changes and doubts only up to a limit, refusals always.
    pub(crate) fn add(&mut self, entry: Entry) {
        let spare = matches!(entry.fate, Fate::Changed | Fate::Doubtful);
        if spare && self.entries.len() >= limits::REPORT_ENTRIES {
            self.left_out += 1;
        } else {
            self.entries.push(entry);
        }
    }
}

/// A value as a report may show it. Identities keep their first three and last two characters; anything with fifteen
/// digits in it may be an identity in a wrong column.
pub fn shown(text: &str, identity: bool) -> String {
    const SHOWN_CHARS: usize = 40;
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let chars: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
    if identity || digits >= 15 {
        return masked(&chars);
    }
    match chars.get(..SHOWN_CHARS) {
        Some(cut) => cut.iter().chain(&['…']).collect(),
        None => chars.iter().collect(),
    }
}

fn masked(chars: &[char]) -> String {
    match chars {
        [a, b, c, .., y, z] if chars.len() >= 12 => [*a, *b, *c, '*', '*', '*', *y, *z].iter().collect(),
        [a, .., z] if chars.len() >= 5 => [*a, '*', '*', '*', *z].iter().collect(),
        [] => String::new(),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_never_shows_an_identity_whole() {
        assert_eq!(shown("11010519491231002X", true), "110***2X");
        assert_eq!(shown("110105194912310021", false), "110***21", "an identity in a wrong column");
        assert_eq!(shown("E12345678", true), "E***8");
        assert_eq!(shown("123", true), "***");
        assert_eq!(shown("2022001", false), "2022001");
        assert_eq!(shown(&"长".repeat(50), false).chars().count(), 41);
    }
}
