//! Why a whole file was not taken, in codes for the program and sentences for the operator.
//!
//! What is wrong with single rows stands in the [`Report`](crate::Report). No variant carries what a cell says.

use domain::Text;
use thiserror::Error;

use crate::{Field, limits};

/// Why a spreadsheet could not be read or written. Nothing has been changed anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SheetError {
    /// The file cannot be opened or read.
    #[error("cannot read the file: {0}")]
    Unreadable(std::io::ErrorKind),
    /// No bytes, or no filled cell.
    #[error("nothing in it")]
    Empty,
    /// More bytes than a list can have.
    #[error("more than {} bytes", limits::FILE_BYTES)]
    TooBig,
    /// An xlsx that unpacks to more than memory should hold.
    #[error("unpacks to more than {} bytes", limits::UNPACKED_BYTES)]
    UnpacksTooBig,
    /// An xlsx made to burst: packed beyond what lists are, parts over each other, or sizes that lie.
    #[error("a zip bomb: {0}")]
    Bomb(&'static str),
    /// More rows than a list can have.
    #[error("more than {} rows", limits::ROWS)]
    TooManyRows,
    /// More columns than a list can have.
    #[error("more than {} columns", limits::COLUMNS)]
    TooManyColumns,
    /// More cells or more text than a list can have.
    #[error("too many cells")]
    TooManyCells,
    /// Neither a spreadsheet nor text.
    #[error("not a spreadsheet")]
    NotASpreadsheet,
    /// A web page or XML under the name of a spreadsheet, as some school systems export.
    #[error("a web page, not a spreadsheet")]
    WebPage,
    /// A spreadsheet of a kind that is not read.
    #[error("{0} is not read")]
    OtherKind(&'static str),
    /// Needs a password.
    #[error("encrypted")]
    Encrypted,
    /// Broken inside.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// Two encodings in one text file.
    #[error("line {line} has another encoding than the lines before")]
    MixedEncodings {
        /// First line that differs, from 1.
        line: u32,
    },
    /// Bytes that are no text in any known encoding.
    #[error("line {line} is no text")]
    NoText {
        /// The line, from 1.
        line: u32,
    },
    /// A quotation mark without its partner: everything after it would be one cell.
    #[error("a quotation mark opened in row {row} is not closed")]
    OpenQuote {
        /// The row, from 1.
        row: u32,
    },
    /// The sheet of the mapping is not in the file.
    #[error("no such sheet")]
    NoSuchSheet,
    /// The mapping names rows or columns that the sheet does not have, or fields of another kind of list.
    #[error("the mapping does not fit the sheet")]
    Mapping,
    /// The mapping has one field in two columns.
    #[error("{0:?} is in two columns")]
    FieldTwice(Field),
    /// No column for something without which the list has no use.
    #[error("no column for {0:?}")]
    FieldMissing(Field),
    /// A cell of a list to write is longer than a cell can be.
    #[error("a cell of row {row} is too long to write")]
    CellTooLong {
        /// The row of the list, from 1, the heading not counted.
        row: usize,
    },
    /// A list to write has more rows or columns than a sheet.
    #[error("the list is too large for a sheet")]
    ListTooLarge,
    /// The writer refused.
    #[error("cannot write the sheet: {0}")]
    Writer(String),
}

impl SheetError {
    /// A fixed name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Empty => "empty",
            Self::TooBig => "too_big",
            Self::UnpacksTooBig => "unpacks_too_big",
            Self::Bomb(_) => "zip_bomb",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns => "too_many_columns",
            Self::TooManyCells => "too_many_cells",
            Self::NotASpreadsheet => "not_a_spreadsheet",
            Self::WebPage => "web_page",
            Self::OtherKind(_) => "other_kind",
            Self::Encrypted => "encrypted",
            Self::Damaged(_) => "damaged",
            Self::MixedEncodings { .. } => "mixed_encodings",
            Self::NoText { .. } => "no_text",
            Self::OpenQuote { .. } => "open_quote",
            Self::NoSuchSheet => "no_such_sheet",
            Self::Mapping => "mapping",
            Self::FieldTwice(_) => "field_twice",
            Self::FieldMissing(_) => "field_missing",
            Self::CellTooLong { .. } => "cell_too_long",
            Self::ListTooLarge => "list_too_large",
            Self::Writer(_) => "writer",
        }
    }

    /// What happened and what to do, for the operator.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable(_) => Text::new(
                "文件打不开。请确认它还在原处、没有被 Excel 或 WPS 独占，再试一次。",
                "The file cannot be opened. Check that it is still there and not held by Excel or WPS, then try again.",
            ),
            Self::Empty => Text::new(
                "表格是空的。请确认选对了文件和工作表。",
                "The spreadsheet is empty. Check that you chose the right file and sheet.",
            ),
            Self::TooBig => Text::new(
                format!(
                    "文件超过 {} MB，不像一份名单。请去掉图片和多余的工作表后另存。",
                    limits::FILE_BYTES >> 20
                ),
                format!(
                    "The file has more than {} MB, which no list needs. Remove pictures and spare sheets and save it again.",
                    limits::FILE_BYTES >> 20
                ),
            ),
            Self::UnpacksTooBig => Text::new(
                format!(
                    "表格解压后超过 {} MB，行数太多。请按学院拆成几个文件再导入。",
                    limits::UNPACKED_BYTES >> 20
                ),
                format!(
                    "The spreadsheet unpacks to more than {} MB: too many rows. Split it by college and import the parts.",
                    limits::UNPACKED_BYTES >> 20
                ),
            ),
            Self::Bomb(_) => Text::new(
                "这个文件的压缩方式不正常，可能是恶意文件，没有打开它。请向发文件的人核实，并重新导出。",
                "This file is packed in a way no spreadsheet is; it may be hostile and was not opened. Ask its sender and have it exported again.",
            ),
            Self::TooManyRows => Text::new(
                format!("表格超过 {} 行。请删去多余的行，或按学院拆成几个文件再导入。", limits::ROWS),
                format!(
                    "The sheet has more than {} rows. Delete spare rows, or split it by college.",
                    limits::ROWS
                ),
            ),
            Self::TooManyColumns => Text::new(
                format!("表格超过 {} 列。请删去多余的列后另存。", limits::COLUMNS),
                format!(
                    "The sheet has more than {} columns. Delete spare columns and save it again.",
                    limits::COLUMNS
                ),
            ),
            Self::TooManyCells => Text::new(
                "表格内容太多，不像一份名单。请把要用的行列复制到一个新文件里再导入。",
                "The sheet holds more than a list can. Copy the rows and columns that matter into a new file.",
            ),
            Self::NotASpreadsheet => Text::new(
                "这不是表格文件。请用 xlsx、xls 或 csv 文件。",
                "This is not a spreadsheet. Use an xlsx, xls or csv file.",
            ),
            Self::WebPage => Text::new(
                "这其实是网页文件，只是名字像表格（一些教务系统这样导出）。请用 Excel 或 WPS 打开，另存为 xlsx 再导入。",
                "This is a web page named like a spreadsheet, as some school systems export. Open it in Excel or WPS, save it as xlsx and import that.",
            ),
            Self::OtherKind(kind) => Text::new(
                format!("不支持 {kind} 文件。请用 Excel 或 WPS 打开，另存为 xlsx 再导入。"),
                format!(
                    "Files of the kind {kind} are not read. Open it in Excel or WPS and save it as xlsx."
                ),
            ),
            Self::Encrypted => Text::new(
                "表格有密码。请向学校要密码，打开后另存为没有密码的文件再导入。",
                "The spreadsheet has a password. Ask the school for it, and save the file without a password.",
            ),
            Self::Damaged(_) => Text::new(
                "表格文件已损坏或没有下载完整。请重新拷贝；若 Excel 能打开，请另存为新文件。",
                "The spreadsheet is damaged or incomplete. Copy it again; if Excel can open it, save it as a new file.",
            ),
            Self::MixedEncodings { line } => Text::new(
                format!(
                    "从第 {line} 行起文字编码与前面不同（UTF-8 与 GBK 混在一起），读出来会是乱码。请用 Excel 另存为 xlsx 再导入。"
                ),
                format!(
                    "From line {line} on the text has another encoding (UTF-8 and GBK mixed) and would be garbled. Save it as xlsx and import that."
                ),
            ),
            Self::NoText { line } => Text::new(
                format!("第 {line} 行不是可读的文字。请用 Excel 打开检查，另存为 xlsx 再导入。"),
                format!("Line {line} is not readable text. Look at it in Excel and save it as xlsx."),
            ),
            Self::OpenQuote { row } => Text::new(
                format!("第 {row} 行起有一个引号没有配对。请用 Excel 打开检查该行，另存后再导入。"),
                format!(
                    "A quotation mark that begins in row {row} has no partner. Check that row in Excel and save it again."
                ),
            ),
            Self::NoSuchSheet => {
                Text::new("文件里没有这个工作表。请重新选择。", "The file has no such sheet. Choose again.")
            }
            Self::Mapping => Text::new(
                "列的对应关系与表格不符。请重新预览后再选一次。",
                "The choice of columns does not fit this sheet. Look at the preview again and choose anew.",
            ),
            Self::FieldTwice(field) => {
                let name = field.label();
                Text::new(
                    format!("“{}”选了两列。请只留一列。", name.zh),
                    format!("Two columns are chosen for \"{}\". Keep only one.", name.en),
                )
            }
            Self::FieldMissing(field) => {
                let name = field.label();
                Text::new(
                    format!("没有找到“{}”列。请在预览里指定是哪一列。", name.zh),
                    format!("No column was found for \"{}\". Choose it in the preview.", name.en),
                )
            }
            Self::CellTooLong { row } => Text::new(
                format!("清单第 {row} 行有一格文字太长，写不进表格。请缩短后再导出。"),
                format!(
                    "A cell in row {row} of the list is too long for a spreadsheet. Shorten it and export again."
                ),
            ),
            Self::ListTooLarge => Text::new(
                "清单太大，一个工作表放不下。请按学院分开导出。",
                "The list is too large for one sheet. Export it by college.",
            ),
            Self::Writer(_) => Text::new(
                "表格没有写成。请重试；若仍不行，请把日志交给技术人员。",
                "The spreadsheet could not be written. Try again; if that does not help, hand the log to a technician.",
            ),
        }
    }
}
