//! A plan becomes a bag on a device that may be pulled, fill up or lie.
//!
//! What is there is checked first, and only what is missing or wrong is written: under temporary names, brought to the
//! device in groups, renamed. Then everything is read back from the device: all of it and at the end, since a stick of
//! false capacity loses early files to later ones. The tag files that make a folder a bag come last.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use domain::{ContentHash, Timestamp};
use sha2::{Digest, Sha256};

use super::device::Device;
use super::outcome::{CancelToken, Completion, MissingFile, MissingReason, Phase, Progress};
use super::plan::{BagPlan, PlannedFile, Source};
use super::scan::{Found, FoundKind, scan};
use crate::error::DeliveryError;
use crate::item::Pictures;
use crate::platform;

/// A file that comes back wrong is written once more; a stick that is wrong again is not asked a third time.
const ROUNDS: usize = 2;
/// The tag files that make a folder a bag, in the order in which they are taken away.
const TAGS: [&str; 4] = ["bagit.txt", "tagmanifest-sha256.txt", "manifest-sha256.txt", "bag-info.txt"];

/// Writes a bag into the folder `into`, or goes on with one.
///
/// `Err` means that nothing was done: the folder holds something else or cannot be read. Whatever happens later is
/// told by the [`Completion`]; another call goes on from there. `now` dates the bag.
pub fn write_bag(
    plan: &BagPlan,
    into: &Path,
    device: &dyn Device,
    pictures: &dyn Pictures,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelToken,
) -> Result<Completion, DeliveryError> {
    let bag = into.join(&plan.name);
    let found = own_files(plan, scan(&bag)?)?;
    let start = Progress { phase: Phase::Checking, files_done: 0, files: 0, bytes_done: 0, bytes: 0 };
    let good = vec![false; plan.files.len()];
    let missing = vec![None; plan.files.len()];
    let mut run = Run {
        plan,
        bag,
        device,
        pictures,
        progress,
        cancel,
        at: start,
        good,
        missing,
        stopped: None,
        written: 0,
    };
    Ok(run.all(&found, now))
}

/// Sorts out what lies there. Anything that is not of this bag is a reason to touch nothing.
fn own_files(plan: &BagPlan, found: Vec<Found>) -> Result<Vec<Found>, DeliveryError> {
    let planned: HashSet<&str> = plan.files.iter().map(|file| file.path.as_str()).collect();
    if found.iter().any(|file| file.kind == FoundKind::Odd) {
        return Err(DeliveryError::Link);
    }
    let foreign = |file: &&Found| {
        let path = file.path.as_str();
        file.kind == FoundKind::File && !planned.contains(path) && !TAGS.contains(&path)
    };
    match found.iter().filter(foreign).count() {
        0 => Ok(found),
        count => Err(DeliveryError::OtherContent { count: count as u64 }),
    }
}

pub(super) struct Run<'a> {
    pub(super) plan: &'a BagPlan,
    pub(super) bag: PathBuf,
    pub(super) device: &'a dyn Device,
    pub(super) pictures: &'a dyn Pictures,
    progress: &'a mut dyn FnMut(Progress),
    pub(super) cancel: &'a CancelToken,
    at: Progress,
    /// Files that were read back and agree.
    pub(super) good: Vec<bool>,
    /// Why a file cannot be there.
    pub(super) missing: Vec<Option<MissingReason>>,
    /// Why nothing more is written.
    pub(super) stopped: Option<MissingReason>,
    pub(super) written: u32,
}

impl Run<'_> {
    fn all(&mut self, found: &[Found], now: Timestamp) -> Completion {
        self.check(found);
        let kept = self.count_good();
        if kept as usize == self.plan.files.len()
            && let Some(checksum) = self.sealed_already(found)
        {
            let flushed = self.device.settle(&self.bag, &[]).is_ok();
            return self.completion(kept, Some(checksum), flushed);
        }
        let fresh = self.clear(found).and_then(|()| self.device.make_folders(&self.bag));
        if let Err(e) = fresh {
            self.stop(&e);
        }
        for _ in 0..ROUNDS {
            let before = self.written;
            self.write_missing();
            if self.stopped.is_some() || self.written == before {
                break;
            }
            self.read_back();
            if self.count_good() as usize == self.plan.files.len() {
                break;
            }
        }
        // Files of the last round that still come back wrong must not look like pictures.
        let checksum = if self.is_all_good() { self.seal(now) } else { None };
        // A seal has brought itself to the device; what was taken away in a failure has not.
        let flushed = checksum.is_some() || self.device.settle(&self.bag, &[]).is_ok();
        self.completion(kept, checksum, flushed)
    }

    fn is_all_good(&self) -> bool {
        self.stopped.is_none() && self.good.iter().all(|good| *good)
    }

    fn count_good(&self) -> u32 {
        self.good.iter().filter(|good| **good).count() as u32
    }

    /// Reads what an earlier run left.
    fn check(&mut self, found: &[Found]) {
        let sizes: HashMap<&str, u64> = found.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
        let there: Vec<usize> = (0..self.plan.files.len())
            .filter(|&i| sizes.get(self.plan.files[i].path.as_str()) == Some(&self.plan.files[i].bytes))
            .collect();
        let bytes: u64 = there.iter().map(|&i| self.plan.files[i].bytes).sum();
        self.at.bytes = bytes + 2 * self.plan.payload_bytes - bytes;
        self.begin(Phase::Checking, there.len());
        self.compare(&there);
    }

    /// The checksum of a bag that was finished by an earlier run and is whole.
    fn sealed_already(&self, found: &[Found]) -> Option<ContentHash> {
        if found.iter().any(|file| file.kind != FoundKind::File) {
            return None;
        }
        let read = |name: &str| self.read_small(name);
        let (info, manifest) = (read("bag-info.txt")?, read("manifest-sha256.txt")?);
        let (list, declaration) = (read("tagmanifest-sha256.txt")?, read("bagit.txt")?);
        let mut expected = super::manifest::line(&ContentHash::of(&info), "bag-info.txt");
        expected += &super::manifest::line(&ContentHash::of(&manifest), "manifest-sha256.txt");
        expected += &super::manifest::line(&ContentHash::of(&declaration), "bagit.txt");
        let whole = manifest == self.plan.manifest().as_bytes()
            && declaration == super::info::DECLARATION.as_bytes()
            && list == expected.as_bytes();
        whole.then(|| ContentHash::of(&list))
    }

    fn read_small(&self, name: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = self.plan.manifest().len() as u64 + (1 << 16);
        self.device.read_back(&self.bag.join(name)).ok()?.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// From here on it is no bag until everything is there: the marks go first, then what lies about.
    fn clear(&mut self, found: &[Found]) -> io::Result<()> {
        for name in TAGS {
            if found.iter().any(|file| file.path == name) {
                self.device.remove(&self.bag.join(name))?;
            }
        }
        for file in found.iter().filter(|file| file.kind != FoundKind::File) {
            self.device.remove(&file.real)?;
        }
        if found.is_empty() { Ok(()) } else { self.device.settle(&self.bag, &[]) }
    }

    /// The tag files, each of them read back, `bagit.txt` only when all others are on the device.
    fn seal(&mut self, now: Timestamp) -> Option<ContentHash> {
        let tags = self.plan.tag_files(now);
        self.begin(Phase::Sealing, tags.len());
        if let Err(e) = self.write_tags(&tags) {
            self.stop(&e);
            // Half a seal is none.
            let _ = self.device.remove(&self.bag.join("bagit.txt"));
            return None;
        }
        tags.iter().for_each(|_| self.step(0));
        let list = tags.iter().find(|(name, _)| *name == "tagmanifest-sha256.txt");
        list.map(|(_, text)| ContentHash::of(text.as_bytes()))
    }

    /// All bytes to the device, then all names but the last, then the last.
    fn write_tags(&self, tags: &[(&str, String)]) -> io::Result<()> {
        let targets: Vec<PathBuf> = tags.iter().map(|(name, _)| self.bag.join(name)).collect();
        let temporary: Vec<PathBuf> = targets.iter().map(|target| temporary_of(target)).collect();
        for (path, (_, text)) in temporary.iter().zip(tags) {
            self.device.write(path, text.as_bytes())?;
        }
        self.device.settle(&self.bag, &temporary)?;
        let last = targets.len().saturating_sub(1);
        for named in [0..last, last..targets.len()] {
            for i in named.clone() {
                self.device.rename(&temporary[i], &targets[i])?;
            }
            self.device.settle(&self.bag, &targets[named.clone()])?;
            let mut buffer = vec![0; BUFFER];
            for i in named {
                let back = hash_of(&mut *self.device.read_back(&targets[i])?, &mut buffer)?;
                if back != ContentHash::of(tags[i].1.as_bytes()) {
                    return Err(io::Error::other("read back differs"));
                }
            }
        }
        Ok(())
    }

    pub(super) fn stop(&mut self, error: &io::Error) {
        tracing::warn!(%error, "the export stops");
        self.stopped.get_or_insert(if platform::is_full(error) {
            MissingReason::Full
        } else if platform::is_read_only(error) {
            MissingReason::ReadOnly
        } else {
            MissingReason::DeviceFailed
        });
    }

    pub(super) fn begin(&mut self, phase: Phase, files: usize) {
        self.at = Progress { phase, files_done: 0, files: files as u32, ..self.at };
        (self.progress)(self.at);
    }

    pub(super) fn step(&mut self, bytes: u64) {
        self.at.files_done += 1;
        self.at.bytes_done = (self.at.bytes_done + bytes).min(self.at.bytes);
        (self.progress)(self.at);
    }

    fn completion(&self, kept: u32, checksum: Option<ContentHash>, flushed: bool) -> Completion {
        let files = self.plan.files.iter().enumerate();
        // A sound bag whose last flush failed is still one that must be exported again.
        let complete = checksum.is_some() && flushed;
        let mut missing: Vec<MissingFile> = files
            .filter(|(i, _)| !self.good[*i])
            .map(|(i, file)| MissingFile {
                path: file.path.clone(),
                item: owner(file),
                reason: self.missing[i].or(self.stopped).unwrap_or(MissingReason::ReadBackDiffers),
            })
            .collect();
        if missing.is_empty() && !complete {
            let reason = self.stopped.unwrap_or(MissingReason::DeviceFailed);
            missing.push(MissingFile { path: "bagit.txt".into(), item: None, reason });
        }
        Completion {
            complete,
            safe_to_remove: complete,
            read_from_device: platform::reads_device(&self.bag),
            bag: self.bag.clone(),
            files: self.plan.files.len() as u32,
            bytes: self.plan.payload_bytes,
            written: self.written,
            kept,
            missing,
            bag_checksum: checksum.filter(|_| complete),
        }
    }
}

fn owner(file: &PlannedFile) -> Option<usize> {
    match file.source {
        Source::Picture { item, .. } => Some(item),
        Source::Extra(_) => None,
    }
}

/// The checked bytes of a planned file.
pub(crate) fn content(
    plan: &BagPlan,
    file: &PlannedFile,
    pictures: &dyn Pictures,
) -> Result<Vec<u8>, MissingReason> {
    let bytes = match &file.source {
        Source::Extra(index) => {
            let extra = plan.extras.get(*index).ok_or(MissingReason::PictureMissing)?;
            extra.read().map_err(|_| MissingReason::PictureMissing)
        }
        Source::Picture { kind, .. } => pictures.read(*kind, &file.hash).map_err(|e| match e.kind() {
            io::ErrorKind::InvalidData => MissingReason::PictureAltered,
            _ => MissingReason::PictureMissing,
        }),
    }?;
    let sound = bytes.len() as u64 == file.bytes && ContentHash::of(&bytes) == file.hash;
    if sound { Ok(bytes) } else { Err(MissingReason::PictureAltered) }
}

/// What [`hash_of`] reads at once, in bytes. Whoever hashes many files keeps one buffer: making a fresh one costs more
/// than reading a portrait.
pub(crate) const BUFFER: usize = 256 << 10;

/// SHA-256 of what a reader gives, through `buffer`, which must not be empty.
pub(crate) fn hash_of(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<ContentHash> {
    let mut hasher = Sha256::new();
    loop {
        match reader.read(buffer) {
            Ok(0) => break,
            Ok(n) => hasher.update(&buffer[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(finished(hasher))
}

/// The hash of everything that `hasher` was given.
pub(crate) fn finished(hasher: Sha256) -> ContentHash {
    let hex: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    // 64 lower-case digits by construction.
    ContentHash::from_hex(&hex).unwrap_or_else(|| ContentHash::of(&[]))
}

/// A temporary name in the same folder, short, so that a long name never becomes too long by it.
pub(crate) fn temporary_of(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let hash = ContentHash::of(name.as_bytes()).to_hex();
    target.with_file_name(format!(".gb-{}.part", &hash[..16]))
}

/// Whether a file's name is one of [`temporary_of`]. No handed over name begins with a dot.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(".gb-") && name.ends_with(".part")
}
