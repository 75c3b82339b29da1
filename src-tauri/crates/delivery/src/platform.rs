//! The lines that differ between systems, and nothing else.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Makes the names in `dir` durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    // Windows has no handle for this; closing and flushing the files writes their names.
    if cfg!(windows) {
        return Ok(());
    }
    match File::open(dir)?.sync_all() {
        // FUSE file systems may not know it.
        Err(e) if matches!(e.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => Ok(()),
        done => done,
    }
}

/// Whether `path` lies on a FUSE file system (ntfs-3g, exfat-fuse): a program of its own stands before the device.
#[cfg(target_os = "linux")]
fn is_fuse(path: &File) -> io::Result<bool> {
    /// `FUSE_SUPER_MAGIC` of statfs(2).
    const FUSE: i64 = 0x6573_5546;
    #[allow(clippy::unnecessary_cast)] // the type differs between processors
    Ok(rustix::fs::fstatfs(path)?.f_type as i64 == FUSE)
}

/// Whether the FUSE file system of `path` has a block device to itself (`fuseblk`). Its program knows no flush of a
/// single file: at any `fsync`, of whichever file or folder, exfat-fuse writes all that it still holds and flushes the
/// device, ntfs-3g flushes the device, to which it has written through.
#[cfg(target_os = "linux")]
fn owns_device(path: &File) -> bool {
    let Ok(facts) = rustix::fs::fstat(path) else { return false };
    let number = format!("{}:{}", rustix::fs::major(facts.st_dev), rustix::fs::minor(facts.st_dev));
    fs::read_to_string("/proc/self/mountinfo").is_ok_and(|mounts| is_fuseblk(&mounts, &number))
}

/// Whether the device `number` (`major:minor`) is mounted as `fuseblk`, by the lines of proc_pid_mountinfo(5).
#[cfg(target_os = "linux")]
fn is_fuseblk(mounts: &str, number: &str) -> bool {
    mounts.lines().any(|line| {
        let kind = line.split_once(" - ").and_then(|(_, rest)| rest.split(' ').next());
        line.split(' ').nth(2) == Some(number)
            && kind.is_some_and(|kind| kind.split('.').next() == Some("fuseblk"))
    })
}

/// Brings the contents of `files` and the names around them to the device that holds `root`.
///
/// On Linux one `syncfs` does it for all of them, which lets a stick write in long runs. Programs behind FUSE take no
/// part in it: one that has a device to itself is asked once, by a flush of any file; of others
/// nothing is known, and each file is flushed. So it is elsewhere, where there is no such call (on Windows
/// `FlushFileBuffers`, which also empties the device's cache).
pub(crate) fn settle(root: &Path, files: &[PathBuf]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        let folder = File::open(root)?;
        let fuse = is_fuse(&folder)?;
        if !fuse || owns_device(&folder) {
            rustix::fs::syncfs(&folder)?;
            if fuse {
                return files.last().map_or_else(|| sync_dir(root), |file| flush(file));
            }
            return Ok(());
        }
    }
    let mut folders = BTreeSet::from([root]);
    for file in files {
        flush(file)?;
        folders.extend(file.parent());
    }
    folders.into_iter().try_for_each(sync_dir)
}

fn flush(file: &Path) -> io::Result<()> {
    // Windows flushes only through handles that may write.
    fs::OpenOptions::new().read(true).write(true).open(file)?.sync_all()
}

/// Opens a file so that its bytes come from the device, as far as the system lets a program ask for it.
///
/// Linux: the pages of the file, which are clean after [`settle`], are dropped from the cache first. Windows: a handle
/// without cache needs buffers aligned to the device's sectors, which the standard library cannot promise, so the
/// bytes may come from the cache there; [`reads_device`] says so to the report.
pub(crate) fn open_cold(path: &Path) -> io::Result<impl Read + use<>> {
    let file = File::open(path)?;
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(file)
}

/// Whether [`open_cold`] reads past the system's cache below `root`. The program behind a FUSE file system reads through
/// the cache of the block device, which nobody but the administrator may drop. Names and allocation tables come from
/// the cache everywhere, until the device was pulled.
pub(crate) fn reads_device(root: &Path) -> bool {
    #[cfg(target_os = "linux")]
    return File::open(root).is_ok_and(|root| is_fuse(&root).is_ok_and(|fuse| !fuse));
    #[cfg(not(target_os = "linux"))]
    {
        let _ = root;
        false
    }
}

/// Renames over what is there, waiting for a scanner that looks at the new file to let go of it.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    for pause in [10, 20, 40, 80, 160, 320] {
        match fs::rename(from, to) {
            // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
            Err(e) if cfg!(windows) && matches!(e.raw_os_error(), Some(5 | 32 | 33)) => {
                std::thread::sleep(Duration::from_millis(pause));
            }
            done => return done,
        }
    }
    fs::rename(from, to)
}

/// Whether an error says that no space is left, in one of the ways file systems have of saying it.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// Whether an error says that writing is not allowed here.
pub(crate) fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
}

/// Bytes that the file system hands out at once under `path`, if the system tells.
pub(crate) fn allocation_unit(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let facts = rustix::fs::statvfs(path).ok()?;
        Some(if facts.f_frsize > 0 { facts.f_frsize } else { facts.f_bsize })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// A disk as the system lists it.
pub(crate) struct RawDrive {
    pub(crate) name: String,
    pub(crate) mount_point: PathBuf,
    pub(crate) file_system: String,
    pub(crate) total: u64,
    pub(crate) free: u64,
    pub(crate) removable: bool,
    pub(crate) read_only: bool,
}

/// All mounted disks.
pub(crate) fn drives() -> Vec<RawDrive> {
    let Ok(disks) = sysinfo::Disks::new_with_refreshed_list() else { return Vec::new() };
    let mut found: Vec<RawDrive> = disks
        .iter()
        .map(|disk| RawDrive {
            name: disk.name().to_string_lossy().into_owned(),
            mount_point: disk.mount_point().to_owned(),
            file_system: disk.file_system().to_string_lossy().into_owned(),
            total: disk.total_space(),
            free: disk.available_space(),
            // Desktops on Linux mount sticks here, and not every stick says that it is removable.
            removable: disk.is_removable()
                || cfg!(target_os = "linux")
                    && ["/media", "/run/media"].iter().any(|at| disk.mount_point().starts_with(at)),
            read_only: disk.is_read_only(),
        })
        .collect();
    found.sort_by(|a, b| a.mount_point.cmp(&b.mount_point));
    found
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_a_fuse_with_a_device_of_its_own_is_asked_once() {
        let mounts = "\
            42 27 7:0 / /media/stick rw,nosuid shared:9 - fuseblk /dev/loop0 rw,user_id=0,blksize=4096\n\
            43 27 0:57 / /mnt/ssh rw,nosuid - fuse.sshfs host:/ rw,user_id=0\n\
            27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n";
        assert!(is_fuseblk(mounts, "7:0"));
        for other in ["0:57", "254:0", "7:1", ""] {
            assert!(!is_fuseblk(mounts, other), "{other}");
        }
    }
}
