//! What is handed over: one item per person and code, with the contents of its files.

use std::io;

use domain::{ContentHash, Fingerprint, ShotNumber, Subject};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One accepted person of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The code's name; tells people apart where nothing else does.
    pub fingerprint: Fingerprint,
    /// 拍摄号 of the sitting whose picture was accepted.
    pub shot_number: ShotNumber,
    /// What the roster says; all fields may be missing.
    pub subject: Subject,
    /// The files of this person.
    pub files: Vec<ItemFile>,
}

/// One file of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFile {
    /// What it is; decides about its folder in the bag.
    pub kind: FileKind,
    /// Extension without the dot, e.g. `jpg`; 1–8 ASCII letters or digits.
    pub extension: String,
    /// SHA-256 of the file: what must arrive.
    pub hash: ContentHash,
    /// Length in bytes.
    pub bytes: u64,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// 成片: the picture by the standard.
    Portrait,
    /// 原图: the frame as the camera gave it.
    Original,
    /// A sheet of prints.
    Print,
}

impl FileKind {
    /// Its folder below `data/` of a bag.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Portrait => "portraits",
            Self::Original => "originals",
            Self::Print => "prints",
        }
    }
}

/// Where the bytes come from. Asked from several threads at once, none of them the caller's; a closure will do.
pub trait Pictures: Sync {
    /// The whole file with this content; [`io::ErrorKind::InvalidData`] if what is there is not it. What comes back
    /// is checked against `hash` before it is handed over.
    fn read(&self, kind: FileKind, hash: &ContentHash) -> io::Result<Vec<u8>>;
}

impl<F: Fn(FileKind, &ContentHash) -> io::Result<Vec<u8>> + Sync> Pictures for F {
    fn read(&self, kind: FileKind, hash: &ContentHash) -> io::Result<Vec<u8>> {
        self(kind, hash)
    }
}
