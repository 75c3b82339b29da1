//! Names of files: from a template and a person's data to paths that any stick takes and that no two people share.

mod assign;
mod render;
pub(crate) mod safe;
mod template;

pub use assign::{Names, assign};
pub use render::{NameNotice, NameNoticeKind};
pub use safe::COMPONENT_LIMIT;
pub use template::{Field, Template, TemplateError, TemplateReason};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How long names may be, in UTF-16 units: what FAT32, exFAT, NTFS and Windows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PathLimits {
    /// Most units of one folder or file name, extension included; at most 255.
    pub component: u16,
    /// Most units of a whole path inside the bag, `data/…` included. Windows opens 260 with drive and bag name.
    pub path: u16,
}

impl PathLimits {
    /// What FAT32, exFAT, NTFS and Windows programs take, with 40 units left for drive and name of the bag.
    pub const FULL: Self = Self { component: 255, path: 215 };
    /// For uploaders that take paths of 64 characters.
    pub const SHORT: Self = Self { component: 64, path: 64 };

    /// Shortest usable path: what the folders of the bag, a fingerprint and a shot number need.
    pub const SHORTEST_PATH: u16 = 64;
}

impl Default for PathLimits {
    fn default() -> Self {
        Self::FULL
    }
}
