//! What an export tells while it runs and at its end, and how it is stopped.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::ContentHash;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Stops an export from another thread.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Stops at the next file.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reading what an earlier export left.
    Checking,
    /// Writing what is missing.
    Writing,
    /// Waiting for the device to have it.
    Flushing,
    /// Reading everything back and comparing.
    ReadingBack,
    /// Writing the tag files.
    Sealing,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Files of this phase that are done.
    pub files_done: u32,
    /// Files of this phase.
    pub files: u32,
    /// Bytes read or written so far, all phases.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Bytes to be read or written, all phases.
    #[ts(type = "number")]
    pub bytes: u64,
}

impl Progress {
    /// Rest time, after `elapsed` since the start; unknown at the very beginning.
    pub fn rest(&self, elapsed: Duration) -> Option<Duration> {
        let share = self.bytes_done as f64 / self.bytes.max(1) as f64;
        (share > 0.01).then(|| elapsed.mul_f64(((1.0 - share) / share).max(0.0)))
    }
}

/// Why a file is not on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// The store has no such file or cannot read it.
    PictureMissing,
    /// The store's file is not what the list says.
    PictureAltered,
    /// What came back is not what was written, twice: the device is unreliable.
    ReadBackDiffers,
    /// No room.
    Full,
    /// The device was pulled or fails.
    DeviceFailed,
    /// The device cannot be written.
    ReadOnly,
    /// Stopped by the operator.
    Cancelled,
}

/// A file that is not on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MissingFile {
    /// Its path in the bag.
    pub path: String,
    /// Index of the person; none for the caller's files.
    #[ts(type = "number | null")]
    pub item: Option<usize>,
    /// Why.
    pub reason: MissingReason,
}

/// What came of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Completion {
    /// Everything is there, was read back, and the bag is named complete.
    pub complete: bool,
    /// The device has it all, nothing waits in memory: it may be pulled. Only ever with `complete`.
    pub safe_to_remove: bool,
    /// Whether the bytes were read past the system's cache. `false` on systems and file systems (FUSE) where a program
    /// cannot ask for it: there a second look after pulling and plugging in again is worth its time.
    pub read_from_device: bool,
    /// Folder of the bag.
    #[ts(type = "string")]
    pub bag: PathBuf,
    /// Payload files of the plan.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Files written by this run.
    pub written: u32,
    /// Files of an earlier run that were checked and kept.
    pub kept: u32,
    /// Exactly what is missing, and why.
    pub missing: Vec<MissingFile>,
    /// SHA-256 of `tagmanifest-sha256.txt`: stands for the whole bag, for the receipt. With `complete` only.
    pub bag_checksum: Option<ContentHash>,
}
