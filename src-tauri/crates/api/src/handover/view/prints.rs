//! 冲印.

use domain::{BatchId, PortraitId, ShotNumber, Text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PrintsKind {
    /// Sheets of pictures to be cut.
    #[default]
    Sheets,
    /// 校对: 20 to a page, identities masked.
    Proofs,
}

/// A layout of a sheet.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PrintLayout {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The paper, e.g. `102×152 mm`.
    pub paper: String,
    /// Prints for one person, e.g. `33×48 ×4, 25×35 ×8`.
    pub prints: String,
    /// People on one sheet.
    pub people: u32,
    /// Width and height of the page in mm.
    pub page: (f64, f64),
    /// Where the prints stand on it.
    pub places: Vec<PrintPlace>,
    /// Why it cannot be used.
    pub refused: Option<Text>,
}

/// One print on a sheet, in mm from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct PrintPlace {
    /// Which of the sheet's people, from 0.
    pub person: u32,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// Lies on its side.
    pub turned: bool,
}

/// Makes prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct PrintsRequest {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// What.
    pub kind: PrintsKind,
    /// Id of the layout; empty: the notice's sheet. Proof sheets need none.
    pub layout: String,
    /// Folder that the files go into.
    pub into: String,
    /// Without cut marks.
    pub no_cut_marks: bool,
    /// Without separator sheets.
    pub no_separators: bool,
    /// A file of its own for each class.
    pub by_class: bool,
    /// Only these pictures; none: all.
    pub portraits: Vec<PortraitId>,
}

/// What would be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PrintsPlan {
    /// People.
    pub people: u32,
    /// Packets: classes.
    pub packets: u32,
    /// Pages, separators included.
    pub pages: u32,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PrintsDone {
    /// The files.
    pub files: Vec<String>,
    /// Pages in all.
    pub pages: u32,
    /// People printed.
    pub people: u32,
    /// What to look at before the scissors come out, at most 500.
    pub remarks: Vec<PrintRemark>,
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PrintRemark {
    /// Whose.
    pub portrait: PortraitId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// What.
    pub text: Text,
}
