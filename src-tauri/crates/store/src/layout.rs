//! Where things lie in a data folder, and the lock that keeps a second program out.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::StoreError;
use crate::pictures::PictureKind;
use crate::platform;

/// The names inside one data folder. None of them comes from a code, a station or any other input.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The folders of `root`, made if they are not there.
    pub(crate) fn prepare(root: &Path) -> Result<Self, StoreError> {
        let layout = Self { root: root.to_owned() };
        for dir in [
            layout.root.clone(),
            layout.pictures(PictureKind::Original),
            layout.pictures(PictureKind::Portrait),
            layout.plates(),
            layout.tmp(),
            layout.rescued(),
        ] {
            platform::create_private_dir(&dir).map_err(|e| StoreError::disk(&dir, e))?;
        }
        Ok(layout)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("gradbooth.db")
    }

    pub(crate) fn pictures(&self, kind: PictureKind) -> PathBuf {
        self.root.join(match kind {
            PictureKind::Original => "originals",
            PictureKind::Portrait => "portraits",
        })
    }

    /// Pictures of the empty seat.
    pub(crate) fn plates(&self) -> PathBuf {
        self.root.join("plates")
    }

    /// Files that are being written.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// Originals that no row knows.
    pub(crate) fn rescued(&self) -> PathBuf {
        self.root.join("rescued")
    }

    /// The last shot number given out, kept outside the database so that a fresh one does not begin again at 1.
    pub(crate) fn last_number(&self) -> PathBuf {
        self.root.join("shot_number")
    }

    /// Keeps every other opener out for as long as the answer lives; the system lets go if the process dies.
    pub(crate) fn lock(&self) -> Result<FolderLock, StoreError> {
        let path = self.root.join("station.lock");
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| StoreError::disk(&path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
            Err(TryLockError::Error(e)) => Err(StoreError::disk(&path, e)),
        }
    }
}

/// A data folder that is ours alone.
#[derive(Debug)]
pub(crate) struct FolderLock(File);

impl Drop for FolderLock {
    /// Lets go in so many words: closing is not enough while a program that this process is just starting still
    /// holds a copy of the handle, and the next opener would be refused for no reason that anybody can see.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_free_again_though_a_starting_program_holds_a_copy_of_the_handle() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::prepare(dir.path()).unwrap();
        let lock = layout.lock().unwrap();
        assert!(matches!(layout.lock(), Err(StoreError::Locked)));
        let inherited = lock.0.try_clone().unwrap();
        drop(lock);
        assert!(layout.lock().is_ok());
        drop(inherited);
    }
}
