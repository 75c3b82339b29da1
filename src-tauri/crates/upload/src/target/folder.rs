//! A folder on this machine or on a share: staged beside its place, synced, linked or renamed into it, read back.

use std::path::{Path as FilePath, PathBuf};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use super::{Expected, Found, Later, Taken, Target, compare};
use crate::{Cause, Failure, ObjectKey, UploadError};

/// One folder.
pub struct Folder {
    root: PathBuf,
    store: LocalFileSystem,
}

impl Folder {
    /// The folder must exist: a share that is not connected must not become a new folder.
    pub fn open(root: &FilePath) -> Result<Self, UploadError> {
        if !root.is_dir() {
            return Err(UploadError::Folder);
        }
        let store = LocalFileSystem::new_with_prefix(root).map_err(|_| UploadError::Folder)?.with_fsync(true);
        Ok(Self { root: root.to_owned(), store })
    }

    fn present(&self) -> Result<(), Failure> {
        if self.root.is_dir() { Ok(()) } else { Err(Failure::new(Cause::FolderGone, "no such folder")) }
    }

    async fn found(&self, key: &ObjectKey, expected: &Expected) -> Result<Found, Failure> {
        self.present()?;
        let path = Path::from(key.as_str());
        let size = match self.store.head(&path).await {
            Ok(meta) => meta.size,
            Err(Error::NotFound { .. }) => return Ok(Found::Absent),
            Err(error) => return Err(failure(&error)),
        };
        if size != expected.bytes {
            return Ok(Found::Other);
        }
        match self.store.get(&path).await {
            Ok(result) => Ok(compare(&result.bytes().await.map_err(|e| failure(&e))?, expected)),
            Err(Error::NotFound { .. }) => Ok(Found::Absent),
            Err(error) => Err(failure(&error)),
        }
    }

    async fn write(&self, key: &ObjectKey, body: Bytes) -> Result<Taken, Failure> {
        self.present()?;
        let path = Path::from(key.as_str());
        let put = |mode: PutMode| {
            let options = PutOptions { mode, ..PutOptions::default() };
            self.store.put_opts(&path, body.clone().into(), options)
        };
        match put(PutMode::Create).await {
            Ok(_) => Ok(Taken::Yes),
            Err(Error::AlreadyExists { .. }) => Ok(Taken::Exists),
            // exFAT and many shares have no hard links, by which nothing can be overwritten. There the look before
            // must do, and the rename.
            Err(_) => put(PutMode::Overwrite).await.map(|_| Taken::Yes).map_err(|e| failure(&e)),
        }
    }
}

fn failure(error: &Error) -> Failure {
    use std::io::ErrorKind as K;
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(link) = next {
        if let Some(io) = link.downcast_ref::<std::io::Error>() {
            let cause = match io.kind() {
                K::StorageFull | K::QuotaExceeded => Cause::TargetFull,
                K::PermissionDenied | K::ReadOnlyFilesystem => Cause::TargetReadOnly,
                K::NotFound | K::NotADirectory | K::NetworkDown | K::HostUnreachable => Cause::FolderGone,
                _ => Cause::Cut,
            };
            return Failure::new(cause, format!("disk: {:?}", io.kind()));
        }
        next = link.source();
    }
    Failure::new(Cause::Garbled, "folder")
}

impl Target for Folder {
    fn look<'a>(&'a self, key: &'a ObjectKey, expected: &'a Expected) -> Later<'a, Found> {
        Box::pin(self.found(key, expected))
    }

    fn put<'a>(&'a self, key: &'a ObjectKey, body: Bytes, _expected: &'a Expected) -> Later<'a, Taken> {
        Box::pin(self.write(key, body))
    }
}
