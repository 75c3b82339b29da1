//! The two long parts of writing a bag, each as threads joined by bounded channels: the store is read, the stick is
//! written and made to take it, and all of it is read back and hashed, side by side as far as the order allows.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use domain::ContentHash;

use super::device::Device;
use super::outcome::{MissingReason, Phase};
use super::plan::PlannedFile;
use super::write::{Run, content, hash_of, temporary_of};

/// Written between two flushes: long runs for the stick, and no more than this to write again after it was pulled.
const GROUP_BYTES: u64 = 64 << 20;
const GROUP_FILES: usize = 512;
/// Files that wait between the store and the stick, in memory: a slow read of one is hidden behind the others' writing.
const AHEAD: usize = 4;
/// Files that are read back at once: a device answers several requests faster than one after the other, and hashes are
/// computed while it is waited for.
const READERS: usize = 4;

/// Files under their temporary names, and the names that they will have.
type Group = Vec<(PathBuf, PathBuf)>;
/// How many of a group have their names, and what stopped it.
type Named = (u32, Option<io::Error>);
/// The bytes of a planned file, or why the store cannot give them.
type Body = (usize, Result<Vec<u8>, MissingReason>);

impl Run<'_> {
    /// Writes, in groups, what is neither good nor impossible. While a group is brought to the device and named, the
    /// next is written.
    pub(super) fn write_missing(&mut self) {
        let todo: Vec<usize> =
            (0..self.plan.files.len()).filter(|&i| !self.good[i] && self.missing[i].is_none()).collect();
        self.begin(Phase::Writing, todo.len());
        let (plan, pictures, device, bag) = (self.plan, self.pictures, self.device, self.bag.clone());
        thread::scope(|scope| {
            let (read, bodies) = sync_channel::<Body>(AHEAD);
            scope.spawn(move || {
                for i in todo {
                    // Nobody listens any more when the writing has stopped.
                    if read.send((i, content(plan, &plan.files[i], pictures))).is_err() {
                        break;
                    }
                }
            });
            let (full, groups) = sync_channel::<Group>(0);
            let (done, named) = channel::<Named>();
            scope.spawn(move || {
                for group in groups {
                    let end = name(device, &bag, group);
                    let failed = end.1.is_some();
                    let _ = done.send(end);
                    if failed {
                        break;
                    }
                }
            });
            self.write_groups(&bodies, full, &named);
            drop(bodies);
            for end in named {
                self.named(end);
            }
        });
    }

    fn write_groups(&mut self, bodies: &Receiver<Body>, full: SyncSender<Group>, named: &Receiver<Named>) {
        let (mut group, mut bytes, mut folders) = (Group::new(), 0, HashSet::new());
        for (i, body) in bodies {
            if self.cancel.is_cancelled() {
                self.stopped = Some(MissingReason::Cancelled);
            }
            while let Ok(end) = named.try_recv() {
                self.named(end);
            }
            if self.stopped.is_some() {
                break;
            }
            let body = match body {
                Ok(body) => body,
                Err(reason) => {
                    self.missing[i] = Some(reason);
                    self.step(0);
                    continue;
                }
            };
            let target = self.bag.join(&self.plan.files[i].path);
            let temporary = temporary_of(&target);
            let folder = target.parent().unwrap_or(&self.bag).to_owned();
            let made = if folders.contains(&folder) { Ok(()) } else { self.device.make_folders(&folder) };
            if let Err(e) = made.and_then(|()| self.device.write(&temporary, &body)) {
                self.stop(&e);
                let _ = self.device.remove(&temporary); // a full stick needs the room; a pulled one has nothing
                break;
            }
            folders.insert(folder);
            group.push((temporary, target));
            bytes += body.len() as u64;
            self.step(body.len() as u64);
            if bytes >= GROUP_BYTES || group.len() >= GROUP_FILES {
                bytes = 0;
                if full.send(std::mem::take(&mut group)).is_err() {
                    return; // the naming has stopped, and says why
                }
            }
        }
        if !group.is_empty() {
            let _ = full.send(group);
        }
    }

    fn named(&mut self, (files, failed): Named) {
        self.written += files;
        if let Some(e) = failed {
            self.stop(&e);
        }
    }

    /// Reads every file back after the device was made to take it all.
    pub(super) fn read_back(&mut self) {
        let all: Vec<usize> = (0..self.plan.files.len()).filter(|&i| self.missing[i].is_none()).collect();
        self.begin(Phase::Flushing, 0);
        let targets: Vec<PathBuf> = all.iter().map(|&i| self.bag.join(&self.plan.files[i].path)).collect();
        if let Err(e) = self.device.settle(&self.bag, &targets) {
            return self.stop(&e);
        }
        self.begin(Phase::ReadingBack, all.len());
        self.compare(&all);
        if self.cancel.is_cancelled() {
            self.stopped = Some(MissingReason::Cancelled);
            return;
        }
        for i in all {
            if !self.good[i] {
                tracing::warn!(file = i, "a file came back otherwise than it was written");
                // It must not look like somebody's picture; if it cannot be removed, it will be written over.
                let _ = self.device.remove(&self.bag.join(&self.plan.files[i].path));
            }
        }
    }

    /// Marks those of these files as good whose bytes, read from the device, are what was planned.
    pub(super) fn compare(&mut self, files: &[usize]) {
        let (plan, device, bag, cancel) = (self.plan, self.device, self.bag.clone(), self.cancel);
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            let (told, ends) = sync_channel(READERS * 4);
            for _ in 0..READERS.min(files.len()) {
                let (told, next, bag) = (told.clone(), &next, &bag);
                scope.spawn(move || {
                    while let Some(&i) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let good = !cancel.is_cancelled() && agrees(device, bag, &plan.files[i]);
                        if told.send((i, good)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(told);
            for (i, good) in ends {
                self.good[i] = good;
                self.step(self.plan.files[i].bytes);
            }
        });
    }
}

fn agrees(device: &dyn Device, bag: &Path, file: &PlannedFile) -> bool {
    let back: io::Result<ContentHash> =
        device.read_back(&bag.join(&file.path)).and_then(|mut bytes| hash_of(&mut *bytes));
    back.is_ok_and(|hash| hash == file.hash)
}

/// Brings a group to the device and gives its files their names.
fn name(device: &dyn Device, bag: &Path, group: Group) -> Named {
    let temporary: Vec<PathBuf> = group.iter().map(|(temporary, _)| temporary.clone()).collect();
    if let Err(e) = device.settle(bag, &temporary) {
        for file in temporary {
            let _ = device.remove(&file); // a pulled stick has nothing
        }
        return (0, Some(e));
    }
    let mut files = 0;
    for (temporary, target) in group {
        if let Err(e) = device.rename(&temporary, &target) {
            return (files, Some(e));
        }
        files += 1;
    }
    (files, None)
}
