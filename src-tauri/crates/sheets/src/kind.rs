//! What a file is, by its bytes. Its name decides nothing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::SheetError;

/// Kinds of spreadsheet that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(rename = "SheetKind")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Office Open XML: .xlsx and .xlsm.
    Xlsx,
    /// Excel 97–2003.
    Xls,
    /// Text with commas or semicolons.
    Csv,
    /// Text with tabs.
    Tsv,
}

impl Kind {
    /// File extensions that this kind goes by.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Xlsx => &["xlsx", "xlsm", "xltx", "et"],
            Self::Xls => &["xls", "xlt", "et"],
            Self::Csv => &["csv", "txt"],
            Self::Tsv => &["tsv", "txt", "tab"],
        }
    }
}

/// Rough kind by the first bytes.
pub(crate) enum Container {
    Zip,
    CompoundFile,
    Text,
}

/// Looks at the first bytes.
pub(crate) fn sniff(bytes: &[u8]) -> Result<Container, SheetError> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if start.is_empty() {
        Err(SheetError::Empty)
    } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        Ok(Container::Zip)
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        Ok(Container::CompoundFile)
    } else if is_web_page(start) {
        Err(SheetError::WebPage)
    } else {
        Ok(Container::Text)
    }
}

fn is_web_page(start: &[u8]) -> bool {
    let head = start[..start.len().min(1024)].to_ascii_lowercase();
    let tags: [&[u8]; 7] =
        [b"<html", b"<!doctype", b"<?xml", b"<table", b"<head", b"<meta", b"mime-version:"];
    tags.iter().any(|tag| head.starts_with(tag))
}

/// The extension of a file name, lower case, if it has one.
pub(crate) fn extension(file: &str) -> Option<String> {
    let name = file.rsplit(['/', '\\']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_that_school_systems_call_xls_are_told_apart() {
        for page in [
            "<html><table>",
            "\u{feff}  <!DOCTYPE html>",
            "<?xml version=\"1.0\"?><Workbook/>",
            "<TABLE border=1>",
        ] {
            assert!(matches!(sniff(page.as_bytes()), Err(SheetError::WebPage)), "{page}");
        }
        assert!(matches!(sniff("学号,姓名\n".as_bytes()), Ok(Container::Text)));
        assert!(matches!(sniff(b"\xef\xbb\xbf \r\n"), Err(SheetError::Empty)));
    }

    #[test]
    fn the_extension_is_that_of_the_last_part_of_a_path() {
        assert_eq!(extension(r"C:\名单\2026.届\a.XLSX").as_deref(), Some("xlsx"));
        assert_eq!(extension("/x.y/none"), None);
        assert_eq!(extension(".csv"), None);
    }
}
