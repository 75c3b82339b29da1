//! 结果: what the registry says of each picture, days later.

use domain::{BatchId, Fingerprint, PortraitId, ShotNumber, Text, Timestamp};
use serde::{Deserialize, Serialize};
use sheets::{Mapping, Preview, ReviewOutcome};
use ts_rs::TS;

/// Which file of results, for which batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ResultsRequest {
    /// Row of the batch; null: the pictures without one.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// The file, csv or xlsx.
    pub path: String,
    /// Which column is what, corrected by a person; null: as guessed.
    #[serde(default)]
    pub mapping: Option<Mapping>,
}

/// A file of results before it is imported.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ResultsPreview {
    /// Sheets, columns, the guessed or given mapping.
    pub file: Preview,
    /// What would come of an import; null if the mapping does not do yet, `refusal` tells why.
    pub matched: Option<ResultsMatch>,
    /// What stands in the way.
    pub refusal: Option<Text>,
}

/// Results matched to the people of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ResultsMatch {
    /// Rows of the file.
    pub rows: u32,
    /// People who passed.
    pub passed: u32,
    /// People who did not: they go to the retake list.
    pub failed: Vec<ResultLine>,
    /// Rows that nobody of this batch fits, at most 500.
    pub unmatched: Vec<UnmatchedRow>,
    /// Pictures of the batch of which the file says nothing.
    pub without_result: u32,
}

/// One person with a result.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ResultLine {
    /// The picture.
    pub portrait: PortraitId,
    /// Its path for the picture door of the host, `portrait/<hash>`.
    pub path: String,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The code.
    pub fingerprint: Fingerprint,
    /// 张*三, where known.
    pub masked_name: Option<String>,
    /// 学院, where known.
    pub college: Option<String>,
    /// How it came through.
    pub outcome: ReviewOutcome,
    /// In the words of the file.
    pub reason: Option<String>,
    /// When it was imported; null in a preview.
    pub at: Option<Timestamp>,
    /// A newer picture was accepted since.
    pub retaken: bool,
}

/// A row that was given to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UnmatchedRow {
    /// As the spreadsheet numbers it, from 1.
    pub row: u32,
    /// Stable name: `nobody`, `several_people`, `names_disagree`, `rows_disagree`, or what the reader of the file says.
    pub code: String,
    /// Why, and what to do.
    pub text: Text,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ResultsImport {
    /// Row of the import.
    #[ts(type = "number")]
    pub import: i64,
    /// What it says.
    pub matched: ResultsMatch,
    /// People who were put on the retake list of the day by this import.
    pub retakes_added: u32,
    /// People without a number of the day: they are in `results.list` only.
    pub without_number: u32,
}
