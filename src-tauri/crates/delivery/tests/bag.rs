//! Bags on disks that are good, full, pulled out or lying.

#![allow(clippy::unwrap_used)] // a test program from end to end

mod sample;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use delivery::{
    BagPlan, BagProblemKind, CancelToken, Completion, DeliveryError, Device, Disk, FileSystem, MissingReason,
    TargetFacts, TargetProblem, verify_bag, write_bag,
};
use domain::Timestamp;

const COUNT: usize = 60;
const BYTES: usize = 3000;
const NOW: Timestamp = Timestamp(1_780_000_000_000);

fn plan() -> BagPlan {
    sample::plan(&sample::items(COUNT, BYTES))
}

fn write(plan: &BagPlan, dir: &Path, device: &dyn Device) -> Completion {
    let pictures = sample::pictures(COUNT, BYTES);
    write_bag(plan, dir, device, &pictures, NOW, &mut |_| {}, &CancelToken::default()).unwrap()
}

fn verify(dir: &Path) -> delivery::VerifyReport {
    verify_bag(dir, &mut |_, _| {}, &CancelToken::default()).unwrap()
}

/// A disk on which one kind of bad luck begins after so many bytes or steps.
#[derive(Default)]
struct Bad {
    /// Bytes until it is full.
    room: Option<Mutex<u64>>,
    /// Bytes until it takes writes and forgets them: a stick of false capacity.
    capacity: Option<Mutex<u64>>,
    /// Whether bytes beyond go over the first file instead.
    wraps: bool,
    /// Steps until it is pulled.
    steps: Option<Mutex<u32>>,
    first: Mutex<Option<PathBuf>>,
}

impl Bad {
    fn step(&self) -> io::Result<()> {
        let Some(left) = &self.steps else { return Ok(()) };
        let mut left = left.lock().unwrap();
        if *left == 0 {
            return Err(io::Error::from_raw_os_error(5));
        }
        *left -= 1;
        Ok(())
    }
}

impl Device for Bad {
    fn make_folders(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        Disk.make_folders(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Err(pulled) = self.step() {
            // A part of the file may have made it.
            fs::write(path, &bytes[..bytes.len() / 2])?;
            return Err(pulled);
        }
        if let Some(room) = &self.room {
            let mut room = room.lock().unwrap();
            if *room < bytes.len() as u64 {
                fs::write(path, &bytes[..*room as usize])?;
                return Err(io::ErrorKind::StorageFull.into());
            }
            *room -= bytes.len() as u64;
        }
        if let Some(capacity) = &self.capacity {
            let mut capacity = capacity.lock().unwrap();
            if *capacity < bytes.len() as u64 {
                if let (true, Some(first)) = (self.wraps, &*self.first.lock().unwrap()) {
                    fs::write(first, bytes)?;
                    return Disk.write(path, bytes);
                }
                return Disk.write(path, &vec![0; bytes.len()]);
            }
            *capacity -= bytes.len() as u64;
        }
        Disk.write(path, bytes)
    }

    fn settle(&self, _root: &Path, _files: &[PathBuf]) -> io::Result<()> {
        self.step()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        self.first.lock().unwrap().get_or_insert(to.to_owned());
        Disk.rename(from, to)
    }

    fn read_back(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        self.step()?;
        Disk.read_back(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        Disk.remove(path)
    }
}

#[test]
fn a_bag_is_whole_and_a_second_export_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan();
    let first = write(&plan, dir.path(), &Disk);
    assert!(first.complete && first.safe_to_remove && first.missing.is_empty());
    assert_eq!((first.written, first.kept, first.files), (61, 0, 61));
    let report = verify(&first.bag);
    assert!(report.is_valid(), "{report:?}");
    assert_eq!(
        (report.sound, report.bytes, report.bag_checksum),
        (61, plan.payload_bytes, first.bag_checksum)
    );

    // A desktop looked at the stick.
    fs::write(first.bag.join("data/Thumbs.db"), "cache").unwrap();
    let second = write(&plan, dir.path(), &Disk);
    assert!(second.complete && !first.bag.join("data/Thumbs.db").exists());
    let later = Timestamp(NOW.0 + 86_400_000);
    let pictures =
        |_: delivery::FileKind, _: &domain::ContentHash| -> io::Result<Vec<u8>> { panic!("was not needed") };
    let third =
        write_bag(&plan, dir.path(), &Disk, &pictures, later, &mut |_| {}, &CancelToken::default()).unwrap();
    assert_eq!((third.complete, third.written, third.kept), (true, 0, 61));
    assert_eq!(third.bag_checksum, first.bag_checksum, "the receipt stays true");
}

#[test]
fn what_was_altered_or_lost_on_the_stick_is_found_and_mended() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan();
    let bag = write(&plan, dir.path(), &Disk).bag;
    fs::remove_file(bag.join(&plan.files[3].path)).unwrap();
    let mut bytes = fs::read(bag.join(&plan.files[7].path)).unwrap();
    bytes[100] ^= 1;
    fs::write(bag.join(&plan.files[7].path), bytes).unwrap();
    let problems: Vec<_> = verify(&bag).problems.into_iter().map(|p| (p.path, p.kind)).collect();
    assert!(problems.contains(&(plan.files[3].path.clone(), BagProblemKind::Missing)));
    assert!(problems.contains(&(plan.files[7].path.clone(), BagProblemKind::Altered)));

    let mended = write(&plan, dir.path(), &Disk);
    assert_eq!((mended.complete, mended.written, mended.kept), (true, 2, 59));
    assert!(verify(&bag).is_valid());
}

#[test]
fn a_full_stick_says_what_is_missing_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan();
    let full = Bad { room: Some(Mutex::new(100_000)), ..Bad::default() };
    let stopped = write(&plan, dir.path(), &full);
    assert!(!stopped.complete && !stopped.safe_to_remove && stopped.bag_checksum.is_none());
    assert!(stopped.missing.len() > 20 && stopped.missing.iter().all(|m| m.reason == MissingReason::Full));
    assert!(stopped.written > 20);
    assert!(matches!(
        verify_bag(&stopped.bag, &mut |_, _| {}, &CancelToken::default()),
        Err(DeliveryError::NotABag(_))
    ));
    let resumed = write(&plan, dir.path(), &Disk);
    assert!(resumed.complete && resumed.kept == stopped.written && resumed.written == 61 - resumed.kept);
    assert!(verify(&resumed.bag).is_valid());
}

#[test]
fn a_stick_that_forgets_what_is_beyond_its_true_size_is_caught() {
    for wraps in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let liar = Bad { capacity: Some(Mutex::new(90_000)), wraps, ..Bad::default() };
        let caught = write(&plan(), dir.path(), &liar);
        assert!(
            !caught.complete && !caught.safe_to_remove && !caught.bag.join("bagit.txt").exists(),
            "{wraps}"
        );
        assert!(!caught.missing.is_empty());
        assert!(caught.missing.iter().all(|m| m.reason == MissingReason::ReadBackDiffers), "{caught:?}");
    }
}

#[test]
fn pulled_at_any_moment_it_is_never_called_whole_and_always_goes_on() {
    let small = sample::plan(&sample::items(5, 500));
    let pictures = sample::pictures(5, 500);
    let run = |dir: &Path, device: &dyn Device| {
        write_bag(&small, dir, device, &pictures, NOW, &mut |_| {}, &CancelToken::default())
    };
    let mut whole = 0;
    for steps in 0..90 {
        let dir = tempfile::tempdir().unwrap();
        let done = run(dir.path(), &Bad { steps: Some(Mutex::new(steps)), ..Bad::default() }).unwrap();
        whole += u32::from(done.complete);
        assert_eq!(done.complete, done.missing.is_empty(), "{steps}: {done:?}");
        // bagit.txt may be there without the last flush having been told; then it must be true.
        if done.bag.join("bagit.txt").exists() {
            assert!(verify(&done.bag).is_valid(), "{steps}");
        }
        // Pulled again while it goes on.
        run(dir.path(), &Bad { steps: Some(Mutex::new(steps / 2)), ..Bad::default() }).unwrap();
        assert!(run(dir.path(), &Disk).unwrap().complete, "{steps}");
        assert!(verify(&done.bag).is_valid(), "{steps}");
        let left: Vec<_> = fs::read_dir(&done.bag).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 5, "{steps}: {left:?}");
    }
    assert!((1..80).contains(&whole), "both sides were tried: {whole}");
}

#[test]
fn pictures_that_the_store_lost_are_named_and_the_others_go_out() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan();
    let good = sample::pictures(COUNT, BYTES);
    let (lost, altered) = (plan.files[2].hash, plan.files[5].hash);
    let pictures = |kind, hash: &domain::ContentHash| match hash {
        hash if *hash == lost => Err(io::ErrorKind::NotFound.into()),
        hash if *hash == altered => Ok(b"another face".to_vec()),
        hash => good(kind, hash),
    };
    let done =
        write_bag(&plan, dir.path(), &Disk, &pictures, NOW, &mut |_| {}, &CancelToken::default()).unwrap();
    let missing: Vec<_> = done.missing.iter().map(|m| (m.item, m.reason)).collect();
    assert_eq!(missing, [(Some(2), MissingReason::PictureMissing), (Some(5), MissingReason::PictureAltered)]);
    assert!(!done.complete && done.written == 59 && !done.bag.join("bagit.txt").exists());
    assert!(write(&plan, dir.path(), &Disk).complete);
}

#[test]
fn stopping_leaves_what_is_done_for_the_next_time() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan();
    let cancel = CancelToken::default();
    let mut progress = |at: delivery::Progress| {
        assert!(at.bytes_done <= at.bytes);
        if at.files_done == 30 {
            cancel.cancel();
        }
    };
    let pictures = sample::pictures(COUNT, BYTES);
    let done = write_bag(&plan, dir.path(), &Disk, &pictures, NOW, &mut progress, &cancel).unwrap();
    // What was under way at that moment is finished, and no more.
    assert!(!done.complete && (30..36).contains(&done.written), "{}", done.written);
    assert!(done.missing.iter().all(|m| m.reason == MissingReason::Cancelled));
    let resumed = write(&plan, dir.path(), &Disk);
    assert_eq!((resumed.complete, resumed.kept), (true, done.written));
}

#[test]
fn a_folder_with_something_else_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let bag = dir.path().join("bag");
    fs::create_dir_all(bag.join("data")).unwrap();
    fs::write(bag.join("data/thesis.doc"), "mine").unwrap();
    fs::write(bag.join("bagit.txt"), "mine too").unwrap();
    let refused = || {
        let pictures = sample::pictures(0, 0);
        write_bag(&plan(), dir.path(), &Disk, &pictures, NOW, &mut |_| {}, &CancelToken::default())
            .unwrap_err()
    };
    assert!(matches!(refused(), DeliveryError::OtherContent { count: 1 }));
    assert_eq!(fs::read(bag.join("bagit.txt")).unwrap(), b"mine too");
    #[cfg(unix)]
    {
        fs::remove_file(bag.join("data/thesis.doc")).unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), bag.join("data/portraits")).unwrap();
        assert!(matches!(refused(), DeliveryError::Link));
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}

#[test]
fn hostile_bags_are_told_and_nothing_outside_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let bag = write(&plan(), dir.path(), &Disk).bag;
    let path = bag.join("manifest-sha256.txt");
    let sound = fs::read_to_string(&path).unwrap();
    let first = sound.lines().next().unwrap().to_owned();
    let hash = &first[..64];
    let upper = first.replace(".jpg", ".JPG");
    use BagProblemKind as K;
    for (line, kind) in [
        (format!("{hash}  ../../etc/passwd"), K::LeavesBag),
        (format!("{hash}  /etc/passwd"), K::LeavesBag),
        (format!("{hash}  data/../../x"), K::LeavesBag),
        (format!("{hash}  C:/x"), K::LeavesBag),
        (format!("{hash}  bagit.txt"), K::LeavesBag),
        (first.clone(), K::ListedTwice),
        (upper, K::ListedTwice),
        ("no hash here at all".to_owned(), K::BadLine),
        ("a".repeat(5_000_000), K::BadLine),
        (format!("{hash}  data/nobody.jpg"), K::Missing),
    ] {
        fs::write(&path, format!("{sound}{line}\n")).unwrap();
        let report = verify(&bag);
        assert!(report.problems.iter().any(|p| p.kind == kind), "{line:.80}: {report:?}");
        assert!(report.problems.iter().all(|p| p.path.chars().count() <= 300));
    }
    fs::write(&path, &sound).unwrap();
    assert!(verify(&bag).is_valid());
    fs::write(bag.join("data/extra.jpg"), "x").unwrap();
    let kinds: Vec<_> = verify(&bag).problems.into_iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [K::NotListed, K::WrongTotal]);
    fs::remove_file(bag.join("data/extra.jpg")).unwrap();
    fs::write(bag.join("fetch.txt"), "").unwrap();
    assert_eq!(verify(&bag).problems[0].kind, K::NotSelfContained);
    fs::remove_file(bag.join("fetch.txt")).unwrap();
    #[cfg(unix)]
    {
        let file = bag.join(&plan().files[0].path);
        fs::rename(&file, dir.path().join("moved.jpg")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("moved.jpg"), &file).unwrap();
        let report = verify(&bag);
        assert!(report.problems.iter().any(|p| p.kind == K::Link) && !report.is_valid());
    }
}

#[test]
fn room_and_the_limits_of_fat32_are_looked_at_before() {
    let plan = plan();
    let facts = |file_system, free| TargetFacts { file_system, free, allocation_unit: 32 << 10 };
    let check = plan.check_target(facts(FileSystem::Fat, 1 << 30), 0);
    assert!(
        check.problems.is_empty() && check.needed >= 61 * (32 << 10),
        "allocations are rounded up: {check:?}"
    );
    let check = plan.check_target(facts(FileSystem::Fat, 1 << 20), 0);
    assert_eq!(check.problems, [TargetProblem::NoRoom { short_by: check.needed - (1 << 20) }]);
    assert!(plan.check_target(facts(FileSystem::Fat, 1 << 20), check.needed).problems.is_empty());

    let mut huge = plan.clone();
    huge.files[0].bytes = 1 << 32;
    let problem = TargetProblem::FileTooLarge { path: huge.files[0].path.clone() };
    assert_eq!(huge.check_target(facts(FileSystem::Fat, 1 << 40), 0).problems, [problem]);
    assert!(huge.check_target(facts(FileSystem::ExFat, 1 << 40), 0).problems.is_empty());

    let mut crowd = plan.clone();
    let file = crowd.files[0].clone();
    crowd.files.extend(
        (0..33_000)
            .map(|n| delivery::PlannedFile { path: format!("data/portraits/{n}.jpg"), ..file.clone() }),
    );
    let problems = crowd.check_target(facts(FileSystem::Fat, 1 << 40), 0).problems;
    assert_eq!(problems, [TargetProblem::FolderTooFull { path: "data/portraits".into() }]);
}
