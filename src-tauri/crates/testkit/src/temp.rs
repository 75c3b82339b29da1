//! A folder for one test, gone when the test is.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A fresh folder that is erased when the value is dropped.
#[derive(Debug)]
pub struct TempFolder(PathBuf);

impl TempFolder {
    /// `name` only helps to recognise it.
    pub fn new(name: &str) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("gradbooth-{name}-{}-{count}", std::process::id()));
        // Left over from an earlier process with the same number.
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // A leftover in the temporary folder does no harm; a panic while dropping would.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_differ_and_vanish() {
        let (a, b) = (TempFolder::new("x").unwrap(), TempFolder::new("x").unwrap());
        assert_ne!(a.path(), b.path());
        std::fs::write(a.path().join("f"), "1").unwrap();
        let path = a.path().to_path_buf();
        drop(a);
        assert!(!path.exists() && b.path().is_dir());
    }
}
