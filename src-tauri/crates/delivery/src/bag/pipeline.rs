//! The two long parts of writing a bag, each as threads joined by bounded channels: the store is read, the stick is
//! written and made to take it, and all of it is read back and hashed, side by side as far as the order allows.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use domain::ContentHash;

use super::device::Device;
use super::outcome::{MissingReason, Phase};
use super::plan::{BagPlan, PlannedFile};
use super::write::{BUFFER, Run, content, hash_of, temporary_of};
use crate::item::Pictures;

/// Written between two flushes: long runs for the stick, and no more than this to write again after it was pulled.
const GROUP_BYTES: u64 = 64 << 20;
const GROUP_FILES: usize = 512;
/// Files that are read from the store, checked and written at once: while one waits for the store, another's bytes go
/// to the stick. No more, or files of a stick would lie in many pieces.
const WRITERS: usize = 2;
/// Files that are read back at once: a device answers several requests faster than one after the other, and hashes are
/// computed while it is waited for.
const READERS: usize = 4;

/// Files under their temporary names, and the names that they will have.
type Group = Vec<(PathBuf, PathBuf)>;
/// How many of a group have their names, and what stopped it.
type Named = (u32, Option<io::Error>);

/// What became of a planned file on its way to its temporary name.
enum Put {
    There {
        temporary: PathBuf,
        target: PathBuf,
        bytes: u64,
    },
    /// The store cannot give it.
    Missing(MissingReason),
    /// The stick did not take it.
    Failed(io::Error),
}

impl Run<'_> {
    /// Writes, in groups, what is neither good nor impossible. While a group is brought to the device and named, the
    /// next is written.
    pub(super) fn write_missing(&mut self) {
        let todo: Vec<usize> =
            (0..self.plan.files.len()).filter(|&i| !self.good[i] && self.missing[i].is_none()).collect();
        self.begin(Phase::Writing, todo.len());
        let (device, bag, cancel) = (self.device, self.bag.clone(), self.cancel);
        let writer = Writer { plan: self.plan, pictures: self.pictures, device, bag: &bag };
        let (next, halt) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            let (told, puts) = sync_channel::<(usize, Put)>(WRITERS);
            for _ in 0..WRITERS.min(todo.len()) {
                let (told, todo, next, halt, writer) = (told.clone(), &todo, &next, &halt, &writer);
                scope.spawn(move || {
                    let mut folders = HashSet::new();
                    while let Some(&i) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if halt.load(Ordering::Relaxed) || cancel.is_cancelled() {
                            break;
                        }
                        // Nobody listens any more when the writing has stopped.
                        if told.send((i, writer.put(i, &mut folders))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(told);
            let (full, groups) = sync_channel::<Group>(0);
            let (done, named) = channel::<Named>();
            let bag = &bag;
            scope.spawn(move || {
                for group in groups {
                    let end = name(device, bag, group);
                    let failed = end.1.is_some();
                    let _ = done.send(end);
                    if failed {
                        break;
                    }
                }
            });
            self.gather(puts, &full, &named, &halt);
            drop(full);
            for end in named {
                self.named(end);
            }
        });
    }

    /// Gathers what was written into groups, and goes on gathering after a failure, so that nothing is left under a
    /// temporary name that could have had its own.
    fn gather(
        &mut self,
        puts: Receiver<(usize, Put)>,
        full: &SyncSender<Group>,
        named: &Receiver<Named>,
        halt: &AtomicBool,
    ) {
        let (mut group, mut size) = (Group::new(), 0);
        for (i, put) in puts {
            while let Ok(end) = named.try_recv() {
                self.named(end);
            }
            match put {
                Put::There { temporary, target, bytes } => {
                    group.push((temporary, target));
                    size += bytes;
                    self.step(bytes);
                }
                Put::Missing(reason) => {
                    self.missing[i] = Some(reason);
                    self.step(0);
                }
                Put::Failed(e) => self.stop(&e),
            }
            halt.store(self.stopped.is_some(), Ordering::Relaxed);
            if size >= GROUP_BYTES || group.len() >= GROUP_FILES {
                size = 0;
                if full.send(std::mem::take(&mut group)).is_err() {
                    halt.store(true, Ordering::Relaxed);
                    return; // the naming has stopped, and says why
                }
            }
        }
        if self.cancel.is_cancelled() {
            self.stopped.get_or_insert(MissingReason::Cancelled);
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
                    let mut buffer = vec![0; BUFFER];
                    while let Some(&i) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let good = !cancel.is_cancelled() && agrees(device, bag, &plan.files[i], &mut buffer);
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

/// What a thread that writes needs.
struct Writer<'a> {
    plan: &'a BagPlan,
    pictures: &'a dyn Pictures,
    device: &'a dyn Device,
    bag: &'a Path,
}

impl Writer<'_> {
    /// Brings the checked bytes of file `i` to its temporary name. `folders` are those that this thread has made.
    fn put(&self, i: usize, folders: &mut HashSet<PathBuf>) -> Put {
        let file = &self.plan.files[i];
        let body = match content(self.plan, file, self.pictures) {
            Ok(body) => body,
            Err(reason) => return Put::Missing(reason),
        };
        let target = self.bag.join(&file.path);
        let temporary = temporary_of(&target);
        let folder = target.parent().unwrap_or(self.bag);
        let made = if folders.contains(folder) { Ok(()) } else { self.device.make_folders(folder) };
        if let Err(e) = made.and_then(|()| self.device.write(&temporary, &body)) {
            let _ = self.device.remove(&temporary); // a full stick needs the room; a pulled one has nothing
            return Put::Failed(e);
        }
        folders.insert(folder.to_owned());
        Put::There { temporary, target, bytes: body.len() as u64 }
    }
}

fn agrees(device: &dyn Device, bag: &Path, file: &PlannedFile, buffer: &mut [u8]) -> bool {
    let back: io::Result<ContentHash> =
        device.read_back(&bag.join(&file.path)).and_then(|mut bytes| hash_of(&mut *bytes, buffer));
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
