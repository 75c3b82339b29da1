//! The one door for picture files: written whole or not at all, named by their content, checked when read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use domain::ContentHash;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::StoreError;
use crate::faults::{Step, reach};
use crate::layout::Layout;
use crate::platform;

/// Which of the two collections a picture belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PictureKind {
    /// 原图, as the camera gave it.
    Original,
    /// 成片, as it is delivered.
    Portrait,
}

impl PictureKind {
    /// Name in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Portrait => "portrait",
        }
    }
}

/// The file types that pictures may have; nothing else ever becomes an extension on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Extension {
    Jpg,
    Png,
}

impl Extension {
    /// Reads what a caller claims; `.JPG` and `jpeg` are common in watched folders.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        match text.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => Ok(Self::Jpg),
            "png" => Ok(Self::Png),
            _ => Err(StoreError::Extension),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Jpg => "jpg",
            Self::Png => "png",
        }
    }
}

/// Name of a picture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PictureName {
    pub(crate) hash: ContentHash,
    pub(crate) extension: Extension,
}

impl PictureName {
    pub(crate) fn file_name(self) -> String {
        format!("{}.{}", self.hash, self.extension.as_str())
    }

    /// Only names that [`Self::file_name`] makes.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (stem, extension) = name.split_once('.')?;
        let extension = match extension {
            "jpg" => Extension::Jpg,
            "png" => Extension::Png,
            _ => return None,
        };
        Some(Self { hash: ContentHash::from_hex(stem)?, extension })
    }
}

/// The picture files of one data folder. Cheap to clone, usable from any thread beside the store.
#[derive(Debug, Clone)]
pub struct Pictures {
    layout: Layout,
}

/// Tells apart files that are written at the same time.
static WRITES: AtomicU64 = AtomicU64::new(0);

impl Pictures {
    pub(crate) fn new(layout: Layout) -> Self {
        Self { layout }
    }

    /// The bytes of a picture, exactly those that were stored.
    pub fn read(&self, kind: PictureKind, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        for extension in [Extension::Jpg, Extension::Png] {
            let path = self.path(kind, PictureName { hash: *hash, extension });
            match fs::read(&path) {
                Ok(bytes) if ContentHash::of(&bytes) == *hash => return Ok(bytes),
                Ok(_) => return Err(StoreError::PictureAltered(*hash)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(StoreError::disk(&path, e)),
            }
        }
        Err(StoreError::PictureMissing(*hash))
    }

    /// Makes `bytes` durable under the name of their content. Storing the same content again is success.
    pub(crate) fn put(
        &self,
        kind: PictureKind,
        bytes: &[u8],
        extension: Extension,
    ) -> Result<ContentHash, StoreError> {
        if bytes.is_empty() {
            return Err(StoreError::EmptyPicture);
        }
        let hash = ContentHash::of(bytes);
        let name = PictureName { hash, extension };
        let path = self.path(kind, name);
        let shard = self.shard(kind, hash);
        let there = fs::read(&path).is_ok_and(|old| old == bytes);
        if !there {
            self.write_whole(name, kind, bytes, &path, &shard)?;
        }
        // Also for a file that was there: the run that wrote it may have ended before this line.
        platform::sync_dir(&shard).map_err(|e| StoreError::disk(&shard, e))?;
        reach(Step::NameSynced).map_err(|e| StoreError::disk(&shard, e))?;
        Ok(hash)
    }

    fn write_whole(
        &self,
        name: PictureName,
        kind: PictureKind,
        bytes: &[u8],
        path: &Path,
        shard: &Path,
    ) -> Result<(), StoreError> {
        let turn = WRITES.fetch_add(1, Ordering::Relaxed);
        let part = self.layout.tmp().join(format!("{}-{turn}-{}", kind.name(), name.file_name()));
        if let Err(e) = write_synced(&part, bytes) {
            // Frees the space at once when the disk is full; what a crash leaves, the next start removes.
            let _ = fs::remove_file(&part);
            return Err(StoreError::disk(&part, e));
        }
        let placed = self.place(&part, path, shard);
        if placed.is_err() {
            let _ = fs::remove_file(&part);
        }
        placed.map_err(|e| StoreError::disk(path, e))
    }

    fn place(&self, part: &Path, path: &Path, shard: &Path) -> io::Result<()> {
        platform::create_private_dir(shard)?;
        platform::rename(part, path)?;
        reach(Step::Renamed)
    }

    fn shard(&self, kind: PictureKind, hash: ContentHash) -> PathBuf {
        self.layout.pictures(kind).join(&hash.to_hex()[..2])
    }

    pub(crate) fn path(&self, kind: PictureKind, name: PictureName) -> PathBuf {
        self.shard(kind, name.hash).join(name.file_name())
    }

    /// Where a picture lies, below the data folder.
    pub(crate) fn below_root(&self, kind: PictureKind, name: PictureName) -> PathBuf {
        let path = self.path(kind, name);
        path.strip_prefix(self.layout.root()).map(Path::to_owned).unwrap_or(path)
    }

    /// Every file of a collection.
    pub(crate) fn list(&self, kind: PictureKind) -> Result<Listing, StoreError> {
        let mut listing = Listing::default();
        let root = self.layout.pictures(kind);
        for entry in entries(&root)? {
            if !entry.is_dir() {
                listing.foreign.push(entry);
                continue;
            }
            for file in entries(&entry)? {
                let name = file.file_name().and_then(|n| n.to_str()).and_then(PictureName::parse);
                match name.filter(|n| self.path(kind, *n) == file && file.is_file()) {
                    Some(name) => listing.pictures.push(name),
                    None => listing.foreign.push(file),
                }
            }
        }
        listing.pictures.sort_unstable();
        Ok(listing)
    }
}

/// What lies in a collection.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Pictures, sorted.
    pub(crate) pictures: Vec<PictureName>,
    /// Files that this program did not put there: left alone, but told.
    pub(crate) foreign: Vec<PathBuf>,
}

/// Paths in a folder.
pub(crate) fn entries(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = || fs::read_dir(dir)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<_>>>();
    read().map_err(|e| StoreError::disk(dir, e))
}

/// Writes a new file and waits until it is on the disk.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    file.write_all(first)?;
    reach(Step::PartWritten)?;
    file.write_all(rest)?;
    file.sync_all()?;
    reach(Step::PartSynced)
}
