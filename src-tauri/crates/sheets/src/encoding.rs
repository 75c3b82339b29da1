//! Bytes of a text file into text: UTF-8 with and without mark, UTF-16 with mark, GB18030. Guessing stops where two
//! encodings are mixed: half a file of garbled names is worse than none.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::SheetError;

/// How a text file was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(rename = "SheetEncoding")]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, also plain ASCII.
    Utf8,
    /// UTF-8 that says so in its first bytes, as Excel writes "CSV UTF-8".
    Utf8Bom,
    /// UTF-16 with a mark, as Excel writes "Unicode text".
    Utf16,
    /// GB18030, which contains GBK and GB2312: what Excel in China writes as CSV.
    Gb18030,
}

/// So many CJK characters in a line that is valid UTF-8 are no accident: bytes of GB18030 look like one such
/// character by chance in about one of 30,000 lines, like four in none.
const NO_ACCIDENT: usize = 4;

/// Decodes a whole file.
pub(crate) fn decode(bytes: &[u8]) -> Result<(String, Encoding), SheetError> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        let text = std::str::from_utf8(rest).map_err(|error| mixed_after(rest, error.valid_up_to()))?;
        return Ok((checked(text.to_owned())?, Encoding::Utf8Bom));
    }
    for (mark, encoding) in [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            let text = text.ok_or(SheetError::NoText { line: 1 })?;
            return Ok((checked(text.into_owned())?, Encoding::Utf16));
        }
    }
    if bytes.contains(&0) {
        return Err(SheetError::NotASpreadsheet);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((checked(text.to_owned())?, Encoding::Utf8));
    }
    one_encoding(bytes)?;
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    let text = text.ok_or(SheetError::NoText { line: 1 })?;
    Ok((checked(text.into_owned())?, Encoding::Gb18030))
}

/// What one line is, looked at alone. A line feed is never part of a longer character in either encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Ascii,
    Utf8,
    Gb,
    Either,
    Neither,
}

fn classify(line: &[u8]) -> Line {
    if line.is_ascii() {
        return Line::Ascii;
    }
    let gb = GB18030.decode_without_bom_handling_and_without_replacement(line).is_some();
    match std::str::from_utf8(line) {
        Ok(text)
            if !gb
                || text.chars().filter(|c| ('\u{3000}'..='\u{ffef}').contains(c)).count() >= NO_ACCIDENT =>
        {
            Line::Utf8
        }
        Ok(_) => Line::Either,
        Err(_) if gb => Line::Gb,
        Err(_) => Line::Neither,
    }
}

/// For bytes that are not UTF-8 as a whole: fails where the encoding changes or ends.
fn one_encoding(bytes: &[u8]) -> Result<(), SheetError> {
    let mut first = None;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        match (classify(line), first) {
            (Line::Ascii | Line::Either, _) => {}
            (Line::Neither, _) => return Err(SheetError::NoText { line: number }),
            (kind, None) => first = Some(kind),
            (kind, Some(before)) if kind != before => {
                return Err(SheetError::MixedEncodings { line: number });
            }
            _ => {}
        }
    }
    Ok(())
}

/// UTF-8 by its mark, but not after `valid` bytes.
fn mixed_after(bytes: &[u8], valid: usize) -> SheetError {
    let before = &bytes[..valid];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    let rest = &bytes[before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)..];
    let this = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match classify(this) {
        Line::Gb => SheetError::MixedEncodings { line },
        _ => SheetError::NoText { line },
    }
}

/// Pictures and programs are no text, even where their bytes happen to decode.
fn checked(text: String) -> Result<String, SheetError> {
    let controls = text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')).count();
    if controls > 0 && controls * 50 > text.chars().count() {
        Err(SheetError::NotASpreadsheet)
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "学号,姓名,学院\r\n2022001,张三,马克思主义学院\r\n2022002,李四,文学院\r\n";

    #[test]
    fn every_usual_encoding_is_recognised() {
        let gb = GB18030.encode(LIST).0.into_owned();
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(LIST.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let utf16_be: Vec<u8> =
            [0xfe, 0xff].into_iter().chain(LIST.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        for (bytes, encoding) in [
            (LIST.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xef\xbb\xbf", LIST.as_bytes()].concat(), Encoding::Utf8Bom),
            (utf16, Encoding::Utf16),
            (utf16_be, Encoding::Utf16),
            (gb, Encoding::Gb18030),
        ] {
            assert_eq!(decode(&bytes), Ok((LIST.to_owned(), encoding)));
        }
    }

    #[test]
    fn rare_characters_of_names_survive_gb18030() {
        let name = "𬱖㛃镕\n";
        assert_eq!(decode(&GB18030.encode(name).0).unwrap().0, name);
    }

    #[test]
    fn a_file_of_two_encodings_is_refused_with_the_first_line_that_differs() {
        let gb = GB18030.encode("2022003,王五,马克思主义学院\n").0.into_owned();
        let mixed = [LIST.as_bytes(), &gb].concat();
        assert_eq!(decode(&mixed), Err(SheetError::MixedEncodings { line: 4 }));
        let marked = [b"\xef\xbb\xbf", LIST.as_bytes(), &gb].concat();
        assert_eq!(decode(&marked), Err(SheetError::MixedEncodings { line: 4 }));
        let other = [gb.as_slice(), LIST.as_bytes()].concat();
        assert_eq!(decode(&other), Err(SheetError::MixedEncodings { line: 2 }));
    }

    #[test]
    fn a_gbk_line_that_is_by_chance_valid_utf8_stays_gbk() {
        let text = "name,sample\n1,模\n2,张三\n";
        assert!(std::str::from_utf8(&GB18030.encode("模").0).is_ok(), "such an accident");
        assert_eq!(decode(&GB18030.encode(text).0), Ok((text.to_owned(), Encoding::Gb18030)));
    }

    #[test]
    fn pictures_are_not_text() {
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Err(SheetError::NotASpreadsheet));
        assert_eq!(decode(b"\x01\x02\x03\x04abc"), Err(SheetError::NotASpreadsheet));
        assert_eq!(decode(b"a,b\n\x81\x20\xff,c\n"), Err(SheetError::NoText { line: 2 }));
    }
}
