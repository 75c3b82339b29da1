//! Where a handover can go: removable drives, or a folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::platform;

/// What a file system can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileSystem {
    /// FAT12/16/32: no file of 4 GiB and more, 65,536 entries per folder.
    Fat,
    /// exFAT.
    ExFat,
    /// NTFS.
    Ntfs,
    /// Anything else.
    Other,
}

impl FileSystem {
    /// From the system's name of it: `vfat`, `FAT32`, `exfat`, `NTFS`, `ntfs3`, …
    pub fn named(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            _ if name.contains("exfat") => Self::ExFat,
            "vfat" | "msdos" | "umsdos" => Self::Fat,
            _ if name.starts_with("fat") => Self::Fat,
            _ if name.contains("ntfs") => Self::Ntfs,
            _ => Self::Other,
        }
    }

    /// Bytes of one allocation where the system does not tell: what formatting a large stick gives.
    pub(crate) fn usual_allocation(self) -> u64 {
        match self {
            Self::Fat => 32 << 10,
            Self::ExFat => 128 << 10,
            Self::Ntfs | Self::Other => 4 << 10,
        }
    }
}

/// A drive, as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Drive {
    /// Its label, or the device's name.
    pub name: String,
    /// Where it is: `E:\`, or a folder.
    #[ts(type = "string")]
    pub mount_point: PathBuf,
    /// What it can hold.
    pub file_system: FileSystem,
    /// The system's name of it.
    pub file_system_name: String,
    /// Size in bytes.
    #[ts(type = "number")]
    pub total: u64,
    /// Free bytes.
    #[ts(type = "number")]
    pub free: u64,
    /// Whether it can be pulled out.
    pub removable: bool,
    /// Whether it is write-protected.
    pub read_only: bool,
}

/// What is known about the place a bag goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TargetFacts {
    /// What it can hold.
    pub file_system: FileSystem,
    /// Free bytes.
    #[ts(type = "number")]
    pub free: u64,
    /// Bytes of one allocation.
    #[ts(type = "number")]
    pub allocation_unit: u64,
}

fn drive(raw: platform::RawDrive) -> Drive {
    Drive {
        file_system: FileSystem::named(&raw.file_system),
        name: raw.name,
        mount_point: raw.mount_point,
        file_system_name: raw.file_system,
        total: raw.total,
        free: raw.free,
        removable: raw.removable,
        read_only: raw.read_only,
    }
}

/// The drives that can be pulled out. A stick that was pulled is not in the next list.
pub fn removable_drives() -> Vec<Drive> {
    platform::drives().into_iter().filter(|raw| raw.removable).map(drive).collect()
}

/// The drive that holds `folder`, removable or not. `None` where the system lists none, e.g. for a network share.
pub fn drive_of(folder: &Path) -> Option<Drive> {
    let folder = folder.canonicalize().ok()?;
    holding(platform::drives().into_iter().map(drive).collect(), &folder)
}

fn holding(drives: Vec<Drive>, folder: &Path) -> Option<Drive> {
    let plain = |path: &Path| PathBuf::from(path.to_string_lossy().trim_start_matches(r"\\?\"));
    let folder = plain(folder);
    drives
        .into_iter()
        .filter(|drive| folder.starts_with(&drive.mount_point))
        .max_by_key(|drive| drive.mount_point.as_os_str().len())
}

/// What is known about `folder` as a target.
pub fn target_facts(folder: &Path) -> Option<TargetFacts> {
    let drive = drive_of(folder)?;
    let unit = platform::allocation_unit(folder).unwrap_or(0).max(512);
    let allocation_unit = if unit == 512 { drive.file_system.usual_allocation() } else { unit };
    Some(TargetFacts { file_system: drive.file_system, free: drive.free, allocation_unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_are_known_by_the_names_that_systems_give_them() {
        for (name, kind) in [
            ("vfat", FileSystem::Fat),
            ("FAT32", FileSystem::Fat),
            ("exFAT", FileSystem::ExFat),
            ("fuse.exfat", FileSystem::ExFat),
            ("NTFS", FileSystem::Ntfs),
            ("ext4", FileSystem::Other),
        ] {
            assert_eq!(FileSystem::named(name), kind, "{name}");
        }
    }

    #[test]
    fn the_nearest_mount_point_holds_a_folder() {
        let at = |mount: &str| Drive {
            name: String::new(),
            mount_point: mount.into(),
            file_system: FileSystem::Other,
            file_system_name: String::new(),
            total: 0,
            free: 0,
            removable: false,
            read_only: false,
        };
        let drives = vec![at("/"), at("/media/stick"), at("/media")];
        let found = holding(drives, Path::new("/media/stick/bag")).unwrap();
        assert_eq!(found.mount_point, Path::new("/media/stick"));
    }
}
