//! Bytes of any readable kind as sheets.

use domain::Text;

use crate::grid::Grid;
use crate::kind::{self, Container};
use crate::report::Remark;
use crate::workbook::{SheetName, Workbook};
use crate::{Encoding, Field, Kind, ListKind, SheetError, delimited, encoding, guard, limits};

/// An open spreadsheet of any kind.
pub(crate) struct Source<'a> {
    pub kind: Kind,
    pub encoding: Option<Encoding>,
    pub remarks: Vec<Remark>,
    content: Content<'a>,
}

enum Content<'a> {
    Book(Workbook<'a>),
    Text { text: String, delimiter: u8 },
}

impl<'a> Source<'a> {
    /// Opens a file by what it is; `file` is its name, which is compared with it.
    pub fn open(bytes: &'a [u8], file: &str) -> Result<Self, SheetError> {
        if bytes.len() as u64 > limits::FILE_BYTES {
            return Err(SheetError::TooBig);
        }
        let mut source = match kind::sniff(bytes)? {
            Container::Zip => {
                let package = guard::check_zip(bytes)?;
                Self::book(Kind::Xlsx, Workbook::xlsx(bytes)?, package.macros)
            }
            Container::CompoundFile => {
                let package = guard::check_compound_file(bytes)?;
                Self::book(Kind::Xls, Workbook::xls(bytes)?, package.macros)
            }
            Container::Text => Self::text(bytes)?,
        };
        let fits = |extension: String| source.kind.extensions().contains(&extension.as_str());
        if !kind::extension(file).is_none_or(fits) {
            source.remarks.push(wrong_extension(source.kind));
        }
        Ok(source)
    }

    fn book(kind: Kind, book: Workbook<'a>, macros: bool) -> Self {
        let mut remarks = Vec::new();
        if macros {
            remarks.push(Remark::new(
                "macros_ignored",
                None,
                Text::new(
                    "文件带有宏，宏没有运行，只读取了数据。",
                    "The file has macros; they were not run, only the data was read.",
                ),
            ));
        }
        Self { kind, encoding: None, remarks, content: Content::Book(book) }
    }

    fn text(bytes: &[u8]) -> Result<Self, SheetError> {
        let (text, encoding) = encoding::decode(bytes)?;
        let known = |row: &[&str]| {
            let lists = [ListKind::Roster, ListKind::Schedule, ListKind::Results];
            let count = |list| row.iter().filter(|cell| Field::of_heading(cell, list).is_some()).count();
            lists.into_iter().map(count).max().unwrap_or(0)
        };
        let delimiter = delimited::delimiter(&text, known);
        let kind = if delimiter == b'\t' { Kind::Tsv } else { Kind::Csv };
        let content = Content::Text { text, delimiter };
        Ok(Self { kind, encoding: Some(encoding), remarks: Vec::new(), content })
    }

    /// Names of its sheets; a text file is one sheet without a name.
    pub fn sheets(&self) -> Vec<SheetName> {
        match &self.content {
            Content::Book(book) => book.sheets(),
            Content::Text { .. } => vec![SheetName { name: String::new(), hidden: false }],
        }
    }

    /// Reads a sheet, whole or only its first filled rows.
    pub fn read(&mut self, sheet: &str, rows: Option<usize>) -> Result<Grid, SheetError> {
        match &mut self.content {
            Content::Book(book) => book.read(sheet, rows),
            Content::Text { text, delimiter } => delimited::read(text, *delimiter, rows),
        }
    }
}

fn wrong_extension(kind: Kind) -> Remark {
    let is = match kind {
        Kind::Xlsx => "xlsx",
        Kind::Xls => "xls",
        Kind::Csv => "csv",
        Kind::Tsv => "tsv",
    };
    Remark::new(
        "wrong_extension",
        None,
        Text::new(
            format!("文件的扩展名不对：内容其实是 {is}，已按内容读取。"),
            format!("The file's extension is wrong: it is {is} and was read as such."),
        ),
    )
}

/// The last part of a path, for messages.
pub(crate) fn base_name(file: &str) -> String {
    file.rsplit(['/', '\\']).next().unwrap_or(file).to_owned()
}
