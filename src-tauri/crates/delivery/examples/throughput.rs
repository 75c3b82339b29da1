//! Export against `cp -r` and `sync` of the same files, in one run: `throughput DIR [COUNT] [BYTES] [ROUNDS]`.
//! Ratios above 1 mean that the export is faster. They take turns; the median of the rounds' ratios counts. Only the
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
    let dir = args.next().expect("throughput DIR [COUNT] [BYTES] [ROUNDS]");
    let mut number = |default| args.next().map_or(default, |text| text.parse().unwrap());
    let (count, bytes, rounds) = (number(2000), number(35_000), number(5));
    let dir = Path::new(&dir);
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
        let copy = dir.join("copy");
        sync(dir);
        let start = Instant::now();
        assert!(Command::new("cp").arg("-r").arg(tree.path()).arg(&copy).status().unwrap().success());
        sync(dir);
        copied.push(start.elapsed().as_secs_f64());
        read_back(&copy);
        verified.push(start.elapsed().as_secs_f64());
        fs::remove_dir_all(copy).unwrap();
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
            write_bag(&plan, dir, &Disk, &pictures, Timestamp(0), &mut progress, &CancelToken::default())
                .unwrap();
        assert!(done.complete);
        whole.push(start.elapsed().as_secs_f64());
        written.push(reading.get().unwrap());
        fs::remove_dir_all(done.bag).unwrap();
        println!(
            "round {round}: cp+sync {:.2} s, with read-back {:.2} s, export to flush {:.2} s, whole {:.2} s",
            copied[round], verified[round], written[round], whole[round]
        );
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
