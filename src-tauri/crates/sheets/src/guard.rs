//! Looks at a packed spreadsheet before the reader does, so that no file can make it take all memory.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::{SheetError, limits};

/// What the parts of an xlsx say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Package {
    /// It carries macros. They are never looked at.
    pub macros: bool,
}

/// Checks the directory of an xlsx, then unpacks every part into nothing and counts: sizes in a directory may lie.
pub(crate) fn check_zip(bytes: &[u8]) -> Result<Package, SheetError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Damaged("the zip directory"))?;
    if archive.len() > limits::PARTS {
        return Err(SheetError::Bomb("too many parts"));
    }
    match archive.has_overlapping_files() {
        Ok(false) => {}
        Ok(true) => return Err(SheetError::Bomb("parts over each other")),
        Err(_) => return Err(SheetError::Damaged("the zip directory")),
    }
    let kind = package_kind(&archive)?;
    let mut unpacked = 0;
    for index in 0..archive.len() {
        unpacked += check_part(&mut archive, index, limits::UNPACKED_BYTES - unpacked)?;
    }
    Ok(kind)
}

fn package_kind(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<Package, SheetError> {
    let mut package = Package { macros: false };
    let mut workbook = false;
    for name in archive.file_names().flatten() {
        let name = name.to_ascii_lowercase().replace('\\', "/");
        match name.as_str() {
            "xl/workbook.bin" => return Err(SheetError::OtherKind("xlsb")),
            "content.xml" => return Err(SheetError::OtherKind("ods")),
            "word/document.xml" => return Err(SheetError::OtherKind("docx")),
            _ if name.ends_with("vbaproject.bin") => package.macros = true,
            _ if name.starts_with("xl/") => workbook = true,
            _ => {}
        }
    }
    if workbook { Ok(package) } else { Err(SheetError::NotASpreadsheet) }
}

/// Unpacks one part, at most `rest` bytes of it, and returns its true size.
fn check_part(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize, rest: u64) -> Result<u64, SheetError> {
    let part = archive.by_index(index).map_err(|error| match error {
        zip::result::ZipError::UnsupportedArchive(_) => SheetError::Encrypted,
        _ => SheetError::Damaged("a part of the zip"),
    })?;
    let (declared, packed) = (part.size(), part.compressed_size().max(1));
    let too_tight = |size: u64| size > limits::RATIO_FREE_BYTES && size / packed > limits::RATIO;
    if too_tight(declared) {
        return Err(SheetError::Bomb("packed too tightly"));
    }
    if declared > rest {
        return Err(SheetError::UnpacksTooBig);
    }
    // One byte more than declared tells a directory that lies.
    let size = std::io::copy(&mut part.take(declared + 1), &mut std::io::sink())
        .map_err(|_| SheetError::Damaged("a part of the zip"))?;
    if size > declared {
        return Err(SheetError::Bomb("a part is larger than it says"));
    }
    Ok(size)
}

/// Types of BIFF records that hold cells, and begin with row and column ([MS-XLS] 2.3, 2.4).
const CELL_RECORDS: [u16; 11] =
    [0x0006, 0x00bd, 0x00be, 0x00d6, 0x00fd, 0x0201, 0x0203, 0x0204, 0x0205, 0x027e, 0x0406];
const BOF: u16 = 0x0809;
const FILE_PASS: u16 = 0x002f;

/// Follows the records of an xls and sums the areas of its sheets: its reader takes memory for the whole rectangle
/// around the filled cells, so that two cells in far corners would cost half a gigabyte.
pub(crate) fn check_compound_file(bytes: &[u8]) -> Result<Package, SheetError> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes))
        .map_err(|_| SheetError::Damaged("the file system of the xls"))?;
    if file.exists("/EncryptedPackage") {
        return Err(SheetError::Encrypted);
    }
    if file.exists("/WordDocument") {
        return Err(SheetError::OtherKind("doc"));
    }
    let Some(name) = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name)) else {
        return Err(SheetError::NotASpreadsheet);
    };
    let macros = file.exists("/_VBA_PROJECT_CUR");
    let mut records = Vec::new();
    file.open_stream(name)
        .and_then(|stream| stream.take(limits::FILE_BYTES).read_to_end(&mut records))
        .map_err(|_| SheetError::Damaged("the file system of the xls"))?;
    check_records(&records)?;
    Ok(Package { macros })
}

fn check_records(mut records: &[u8]) -> Result<(), SheetError> {
    let mut area = Area::default();
    let mut cells = 0usize;
    while let [t0, t1, l0, l1, rest @ ..] = records {
        let kind = u16::from_le_bytes([*t0, *t1]);
        let length = usize::from(u16::from_le_bytes([*l0, *l1]));
        let Some((body, next)) = rest.split_at_checked(length) else { break };
        match (kind, body) {
            (FILE_PASS, _) => return Err(SheetError::Encrypted),
            (BOF, _) => cells += std::mem::take(&mut area).cells(),
            (_, [r0, r1, c0, c1, ..]) if CELL_RECORDS.contains(&kind) => {
                // Rows of cells name their last column at the end; it is never below the first.
                let last = [body[length - 2], body[length - 1]];
                let column = u16::from_le_bytes([*c0, *c1]);
                let column = if kind == 0x00bd || kind == 0x00be {
                    column.max(u16::from_le_bytes(last))
                } else {
                    column
                };
                area.add(u16::from_le_bytes([*r0, *r1]), column);
            }
            _ => {}
        }
        records = next;
    }
    cells += area.cells();
    if cells > limits::CELLS { Err(SheetError::TooManyCells) } else { Ok(()) }
}

/// The rectangle around the cells of a sheet.
#[derive(Debug, Default)]
struct Area(Option<[u16; 4]>);

impl Area {
    fn add(&mut self, row: u16, column: u16) {
        let [top, left, bottom, right] = self.0.unwrap_or([row, column, row, column]);
        self.0 = Some([top.min(row), left.min(column), bottom.max(row), right.max(column)]);
    }

    fn cells(&self) -> usize {
        self.0.map_or(0, |[top, left, bottom, right]| {
            (usize::from(bottom - top) + 1) * (usize::from(right - left) + 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(row: u16, column: u16) -> Vec<u8> {
        let mut record = vec![0x03, 0x02, 14, 0];
        record.extend(row.to_le_bytes());
        record.extend(column.to_le_bytes());
        record.extend([0; 10]);
        record
    }

    #[test]
    fn two_cells_in_far_corners_of_an_xls_are_refused_before_memory_is_taken() {
        let far = [number(0, 0), number(65_535, 255)].concat();
        assert_eq!(check_records(&far), Err(SheetError::TooManyCells));
        let near = [number(0, 0), number(20_000, 12)].concat();
        assert_eq!(check_records(&near), Ok(()));
        let sheets = [number(0, 0), number(65_535, 60), vec![9, 8, 0, 0]].concat().repeat(2);
        assert_eq!(check_records(&sheets), Err(SheetError::TooManyCells), "areas of all sheets add up");
    }

    #[test]
    fn records_that_end_in_the_middle_are_no_reason_to_panic() {
        let record = number(3, 4);
        for length in 0..record.len() {
            check_records(&record[..length]).unwrap();
        }
    }
}
