//! What writing needs of a disk, so that tests can put a bad one in its place.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::platform;

/// A disk. Paths are whole paths. Asked from several threads at once.
pub trait Device: Sync {
    /// Makes a folder and those above it.
    fn make_folders(&self, path: &Path) -> io::Result<()>;
    /// Writes a file that is not there yet, or writes over it. Need not be durable before [`Device::settle`].
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Makes `files`, and everything else that was done below `root`, durable.
    fn settle(&self, root: &Path, files: &[PathBuf]) -> io::Result<()>;
    /// Gives a file its name, in place of what has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Opens a file for reading from the device itself, not from a cache, as far as the system can.
    fn read_back(&self, path: &Path) -> io::Result<Box<dyn Read>>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The disks of this computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Device for Disk {
    fn make_folders(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)
    }

    fn settle(&self, root: &Path, files: &[PathBuf]) -> io::Result<()> {
        platform::settle(root, files)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        platform::rename(from, to)
    }

    fn read_back(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(platform::open_cold(path)?))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}
