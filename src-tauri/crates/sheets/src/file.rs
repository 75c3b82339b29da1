//! The only place in this crate that opens a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::{SheetError, limits};

/// Reads a file that may be a spreadsheet, never more of it than the limit.
pub fn read_file(path: &Path) -> Result<Vec<u8>, SheetError> {
    let unreadable = |error: std::io::Error| SheetError::Unreadable(error.kind());
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(SheetError::Unreadable(std::io::ErrorKind::InvalidInput));
    }
    let mut bytes = Vec::new();
    file.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limits::FILE_BYTES { Err(SheetError::TooBig) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_missing_files_are_told_and_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read_file(folder.path()), Err(SheetError::Unreadable(_))));
        let path = folder.path().join("名单.csv");
        assert!(matches!(read_file(&path), Err(SheetError::Unreadable(std::io::ErrorKind::NotFound))));
        std::fs::write(&path, "学号\n1\n").unwrap();
        assert_eq!(read_file(&path).unwrap(), "学号\n1\n".as_bytes());
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.csv");
        File::create(&path).unwrap().set_len(limits::FILE_BYTES + 1).unwrap();
        assert_eq!(read_file(&path), Err(SheetError::TooBig));
    }
}
