//! Export against `cp -r` and `sync` of the same files, in one run: `throughput DIR [COUNT] [BYTES] [ROUNDS]`, or
//! `fat32`, `exfat`, `ext4` in place of DIR for an image of a stick (see `tests/sample/stick.rs` for what it needs).
//! An image is the better place: in a folder where many files were deleted a moment before, ext4 spends most of the
//! time, theirs and ours, on passing over the inodes of what is gone. For the same reason nothing is deleted between the
//! rounds. Ratios above 1 mean that the export is faster. They take turns; the median of the rounds' ratios counts. Only the
//! file system of DIR is synced, or other programs' work would be measured with it. `cp` does not look at what it has
//! written, so the export is also compared with `cp -r`, `sync` and `sha256sum` of what then comes from the device.

#![allow(clippy::unwrap_used)] // a measuring tool

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::cell::Cell;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use delivery::{CancelToken, Disk, Phase, write_bag};
use domain::{ContentHash, Timestamp};
use sha2::{Digest, Sha256};

fn main() {
    let mut args = std::env::args().skip(1);
    let usage = "throughput DIR|fat32|exfat|ext4 [COUNT] [BYTES] [ROUNDS]";
    let place = args.next().expect(usage);
    let mut number = |default| args.next().map_or(default, |text| text.parse().expect(usage));
    let (count, bytes, rounds) = (number(2000), number(35_000), number(5));
    match place.as_str() {
        #[cfg(target_os = "linux")]
        "fat32" | "exfat" | "ext4" => on_a_stick(&place, count, bytes, rounds),
        dir => measure(Path::new(dir), count, bytes, rounds),
    }
}

/// Starts this program again on a fresh image of that file system.
#[cfg(target_os = "linux")]
fn on_a_stick(kind: &str, count: usize, bytes: usize, rounds: usize) {
    use sample::stick::{EXFAT, EXT4, FAT32, Kind, Stick, have};
    let (kind, programs) = match kind {
        "fat32" => (Kind::Fat32, &FAT32[..]),
        "exfat" => (Kind::ExFat, &EXFAT[..]),
        _ => (Kind::Ext4, &EXT4[..]),
    };
    if !have(programs) {
        return;
    }
    let megabytes = (count * (bytes + 8192)) as u64 >> 20;
    let mut stick = Stick::new(kind, 512 + 3 * rounds as u64 * megabytes);
    stick.memory = 512 + 4 * megabytes as u32;
    let program = std::env::current_exe().unwrap();
    let line = |at: &Path| format!("{} {} {count} {bytes} {rounds}", program.display(), at.display());
    stick.run(&line, None, &mut |line| println!("{}", line.trim_end()));
}

fn measure(dir: &Path, count: usize, bytes: usize, rounds: usize) {
    let source = tempfile::tempdir().unwrap();
    let items = sample::items(count, bytes);
    let plan = sample::plan(&items);
    // Both read the same files from the same disk; the export knows them by hash, as the store does.
    for n in 0..count {
        let picture = sample::picture(n, bytes);
        fs::write(source.path().join(ContentHash::of(&picture).to_hex()), picture).unwrap();
    }
    let tree = tempfile::tempdir().unwrap();
    for file in &plan.files {
        let path = tree.path().join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let from = source.path().join(file.hash.to_hex());
        if fs::copy(from, &path).is_err() {
            fs::write(path, "学号,姓名\n").unwrap();
        }
    }
    let (mut copied, mut verified, mut written, mut whole) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let place = dir.join(format!("round-{round}"));
        fs::create_dir_all(&place).unwrap();
        let copy = place.join("copy");
        sync(dir);
        let start = Instant::now();
        assert!(Command::new("cp").arg("-r").arg(tree.path()).arg(&copy).status().unwrap().success());
        sync(dir);
        copied.push(start.elapsed().as_secs_f64());
        read_back(&copy);
        verified.push(start.elapsed().as_secs_f64());
        sync(dir);

        let start = Instant::now();
        let reading = Cell::new(None);
        let mut progress = |at: delivery::Progress| {
            if at.phase == Phase::ReadingBack && reading.get().is_none() {
                reading.set(Some(start.elapsed().as_secs_f64()));
            }
        };
        let pictures =
            |_: delivery::FileKind, hash: &ContentHash| fs::read(source.path().join(hash.to_hex()));
        let done =
            write_bag(&plan, &place, &Disk, &pictures, Timestamp(0), &mut progress, &CancelToken::default())
                .unwrap();
        assert!(done.complete);
        whole.push(start.elapsed().as_secs_f64());
        written.push(reading.get().unwrap());
        println!(
            "round {round}: cp+sync {:.2} s, with read-back {:.2} s, export to flush {:.2} s, whole {:.2} s",
            copied[round], verified[round], written[round], whole[round]
        );
    }
    for round in 0..rounds {
        fs::remove_dir_all(dir.join(format!("round-{round}"))).unwrap();
    }
    let ratio = |theirs: &[f64], ours: &[f64]| {
        let mut ratios: Vec<f64> = theirs.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    };
    println!("{count} files of {bytes} bytes, {rounds} rounds, cp -r + sync over export:");
    println!("until everything is on the device {:.2}", ratio(&copied, &written));
    println!("with read-back and seal {:.2}", ratio(&copied, &whole));
    println!("with read-back and seal, over cp -r + sync + read-back {:.2}", ratio(&verified, &whole));
}

/// Every file of the tree from the device, hashed, one after the other: what a careful person would do.
fn read_back(tree: &Path) {
    for entry in fs::read_dir(tree).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_back(&path);
            continue;
        }
        let mut file = fs::File::open(&path).unwrap();
        #[cfg(target_os = "linux")]
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
        let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 256 << 10]);
        while let n @ 1.. = file.read(&mut buffer).unwrap() {
            hasher.update(&buffer[..n]);
        }
        std::hint::black_box(hasher.finalize());
    }
}

fn sync(dir: &Path) {
    assert!(Command::new("sync").arg("-f").arg(dir).status().unwrap().success());
}
