//! Whether a planned bag fits on a target. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::plan::BagPlan;
use crate::drives::{FileSystem, TargetFacts};
use crate::naming::safe::units;

/// Largest file on FAT32: 4 GiB less one byte.
pub(crate) const FAT32_LARGEST: u64 = u32::MAX as u64;
/// Entries of 32 bytes in one folder of FAT32; a long name takes one per 13 characters and one more.
const FAT32_ENTRIES: usize = 65_536;
/// What the file system needs besides the files: tag files, its own tables.
const RESERVE: u64 = 4 << 20;

/// What keeps a bag from fitting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TargetProblem {
    /// Too little room.
    NoRoom {
        /// Bytes that are missing.
        #[ts(type = "number")]
        short_by: u64,
    },
    /// A file of 4 GiB or more on FAT32.
    FileTooLarge {
        /// Its path in the bag.
        path: String,
    },
    /// More files in one folder than FAT32 takes with names of this length.
    FolderTooFull {
        /// The folder's path in the bag.
        path: String,
    },
}

/// Whether and how a bag fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TargetCheck {
    /// Bytes that it will take there, allocations rounded up.
    #[ts(type = "number")]
    pub needed: u64,
    /// Bytes that are free.
    #[ts(type = "number")]
    pub free: u64,
    /// What keeps it from fitting; empty if nothing does.
    pub problems: Vec<TargetProblem>,
}

impl BagPlan {
    /// Whether the bag fits. `there` is how many bytes of it an earlier, interrupted export has left on the target
    /// (0 if none): they need no more room.
    pub fn check_target(&self, facts: TargetFacts, there: u64) -> TargetCheck {
        let unit = facts.allocation_unit.max(1);
        let mut folders: HashMap<&str, usize> = HashMap::new();
        let mut needed = RESERVE;
        let mut problems = Vec::new();
        for file in &self.files {
            // Its line in the manifest counts too.
            needed += file.bytes.div_ceil(unit) * unit + 80 + file.path.len() as u64;
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            *folders.entry(folder).or_default() += 1 + units(name).div_ceil(13);
            if facts.file_system == FileSystem::Fat && file.bytes > FAT32_LARGEST {
                problems.push(TargetProblem::FileTooLarge { path: file.path.clone() });
            }
        }
        needed += folders.values().map(|entries| (*entries as u64 * 32).div_ceil(unit) * unit).sum::<u64>();
        if facts.file_system == FileSystem::Fat {
            let mut full: Vec<&str> = folders
                .iter()
                .filter(|(_, entries)| **entries >= FAT32_ENTRIES)
                .map(|(path, _)| *path)
                .collect();
            full.sort_unstable();
            problems
                .extend(full.into_iter().map(|path| TargetProblem::FolderTooFull { path: path.to_owned() }));
        }
        let needed = needed.saturating_sub(there);
        if needed > facts.free {
            problems.push(TargetProblem::NoRoom { short_by: needed - facts.free });
        }
        TargetCheck { needed, free: facts.free, problems }
    }
}
