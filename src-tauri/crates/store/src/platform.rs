//! The lines that differ between systems, and nothing else.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Makes the names in `dir` durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    // Windows has no handle for this; NTFS journals the names itself.
    if cfg!(windows) {
        return Ok(());
    }
    fs::File::open(dir)?.sync_all()
}

/// Makes a folder, and those above it, that only their owner can look into: the pictures show faces. Each new name
/// is on the disk when this returns; a durable file in a folder that a power cut forgets would be lost all the same.
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let above = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_private_dir(above)?;
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(dir) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {}
        made => made?,
    }
    sync_dir(above)
}

/// Renames, waiting for a scanner that looks at the new file to let go of it.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(held_by_scanner, || fs::rename(from, to))
}

/// Removes a file with the same patience.
pub(crate) fn remove(file: &Path) -> io::Result<()> {
    patiently(held_by_scanner, || fs::remove_file(file))
}

/// Virus scanners on Windows open every new file for a moment, which makes renaming fail until they are done.
/// 10 + 20 + … + 320 ms: longer than a scan of a picture takes, shorter than an operator's patience.
const PAUSES: [u64; 6] = [10, 20, 40, 80, 160, 320];

fn patiently(passing: fn(&io::Error) -> bool, mut act: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for pause in PAUSES {
        match act() {
            Err(e) if passing(&e) => std::thread::sleep(Duration::from_millis(pause)),
            done => return done,
        }
    }
    act()
}

fn held_by_scanner(error: &io::Error) -> bool {
    // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// Whether an error says that no space is left.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Whether an error says that writing is not allowed here.
pub(crate) fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> io::Error {
        io::Error::other("held")
    }

    #[test]
    fn a_passing_lock_is_waited_out() {
        let mut failures = 2;
        let done = patiently(
            |_| true,
            || {
                failures -= 1;
                if failures >= 0 { Err(busy()) } else { Ok(()) }
            },
        );
        assert!(done.is_ok());
        assert_eq!(failures, -1, "stops at the first success");
    }

    #[test]
    fn other_failures_are_reported_at_once() {
        let mut tries = 0;
        let failed = patiently(
            |_| false,
            || {
                tries += 1;
                Err(busy())
            },
        );
        assert!(failed.is_err());
        assert_eq!(tries, 1);
    }

    #[test]
    fn folders_are_made_with_all_above_them_and_for_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a").join("b").join("c");
        create_private_dir(&deep).unwrap();
        create_private_dir(&deep).unwrap();
        assert!(deep.is_dir());
        #[cfg(unix)]
        for made in [dir.path().join("a"), deep] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(made).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o700);
        }
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(create_private_dir(&file).is_err());
        assert!(create_private_dir(&file.join("below")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_systems_numbers_are_understood() {
        // ENOSPC, EDQUOT, EROFS, EACCES
        assert!(is_full(&io::Error::from_raw_os_error(28)));
        assert!(is_read_only(&io::Error::from_raw_os_error(30)));
        assert!(is_read_only(&io::Error::from_raw_os_error(13)));
        assert!(
            !is_full(&io::Error::from_raw_os_error(5)) && !is_read_only(&io::Error::from_raw_os_error(5))
        );
        if cfg!(target_os = "linux") {
            assert!(is_full(&io::Error::from_raw_os_error(122)));
        }
    }
}
