//! Real file systems of sticks in images, pulled and filled at random moments.
//!
//! FAT32 is the kernel's own, in a small virtual machine (User Mode Linux: packages `user-mode-linux`, `busybox-static`,
//! `kmod`, `dosfstools`) that is killed in the middle like a pulled stick, its memory lost. exFAT is `exfat-fuse` on a
//! loop device (`exfatprogs`). Both need root and are skipped, saying so, where a part is missing:
//! `cargo test -p delivery --test stick -- --ignored --nocapture`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // a test program from end to end

mod sample;

use std::path::Path;

use delivery::{CancelToken, Disk, Progress, verify_bag, write_bag};
use domain::Timestamp;
use sample::stick::{EXFAT, FAT32, Kind, Lie, Stick, have};

const JOB: &str = "GRADBOOTH_STICK_JOB";
const COUNT: usize = 300;
const BYTES: usize = 30_000;

/// What runs on the stick, in a process of its own: `JOB` is `write DIR` or `verify DIR`.
#[test]
#[ignore = "run by the other tests of this file"]
fn works_on_the_stick() {
    let Ok(job) = std::env::var(JOB) else { return };
    let (what, dir) = job.split_once(' ').unwrap();
    let (dir, cancel) = (Path::new(dir), CancelToken::default());
    if what == "verify" {
        let report = verify_bag(&dir.join("bag"), &mut |_, _| {}, &cancel);
        println!(
            "RESULT valid={}",
            report.is_ok_and(|report| report.is_valid() && report.sound as usize == COUNT + 1)
        );
        return;
    }
    let plan = sample::plan(&sample::items(COUNT, BYTES));
    let pictures = sample::pictures(COUNT, BYTES);
    let mut steps = 0;
    let mut progress = |_: Progress| {
        steps += 1;
        println!("STEP {steps}");
    };
    match write_bag(&plan, dir, &Disk, &pictures, Timestamp(0), &mut progress, &cancel) {
        Ok(done) => {
            let reason = done.missing.first().map(|missing| missing.reason);
            println!(
                "RESULT complete={} kept={} written={} {reason:?}",
                done.complete, done.kept, done.written
            );
        }
        Err(e) => println!("RESULT refused={}", e.code()),
    }
}

/// Does `what` on the stick; answers the `RESULT` line if it got there.
fn job(stick: &Stick, what: &str, stop_at: Option<u32>) -> Option<String> {
    let program = std::env::current_exe().unwrap();
    let line = |mount: &Path| {
        format!(
            "{JOB}='{what} {}' {} --exact works_on_the_stick --ignored --nocapture",
            mount.display(),
            program.display()
        )
    };
    let mut result = None;
    stick.run(&line, stop_at, &mut |told| {
        if let Some(at) = told.find("RESULT ") {
            result = Some(told[at + 7..].trim().to_owned());
        }
    });
    result
}

/// Zeros wherever the image holds the beginning of person `n`'s picture: sectors that went bad.
fn lose(stick: &Stick, n: usize) {
    let sectors = stick.lose(&sample::picture(n, BYTES)[..512]);
    assert!(sectors > 0, "the picture is on the stick");
}

/// Killed again and again at moments that a seed chooses, then finished and verified.
fn survives_being_pulled(kind: Kind) {
    let fresh = || Stick::new(kind, if kind == Kind::Fat32 { 48 } else { 64 });
    let mut stick = fresh();
    let mut seed = 0x9E37_79B9_u32;
    for round in 0..10 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let stop_at = 1 + (seed >> 16) % 620; // 301 to write, 301 to read back, the seal
        let result = job(&stick, "write", Some(stop_at));
        let result = result.unwrap_or_else(|| "nothing".into());
        eprintln!("{round}: killed about step {stop_at}, had told {result}");
        if round < 9 && result.contains("complete=true") {
            assert_eq!(job(&stick, "verify", None).unwrap(), "valid=true");
            stick = fresh();
        }
    }
    let result = job(&stick, "write", None).unwrap();
    eprintln!("after being pulled 10 times: {result}");
    assert!(result.starts_with("complete=true"), "{result}");
    assert_eq!(job(&stick, "verify", None).unwrap(), "valid=true");

    // Sectors in the middle of the data are lost: told, and mended by another export.
    lose(&stick, 100);
    lose(&stick, 200);
    assert_eq!(job(&stick, "verify", None).unwrap(), "valid=false");
    let result = job(&stick, "write", None).unwrap();
    eprintln!("after sectors were lost: {result}");
    assert!(result.starts_with("complete=true") && !result.contains("written=0"), "{result}");
    assert_eq!(job(&stick, "verify", None).unwrap(), "valid=true");
}

/// Too small for all: says so, keeps what fits, and never calls it whole.
fn fills_up(kind: Kind) {
    let stick = Stick::new(kind, if kind == Kind::Fat32 { 6 } else { 7 });
    let result = job(&stick, "write", None).unwrap();
    eprintln!("on a stick that is too small: {result}");
    assert!(result.starts_with("complete=false") && result.ends_with("Some(Full)"), "{result}");
    assert_eq!(job(&stick, "verify", None).unwrap(), "valid=false");
    let again = job(&stick, "write", None).unwrap();
    assert!(again.starts_with("complete=false") && !again.contains("kept=0"), "{again}");
}

/// Larger on its label than inside: the read-back from the device finds it, and it is never called whole.
fn lies_are_caught(wraps: bool) {
    let stick = Stick::lying(Lie { claimed: 48, real: 6, wraps });
    let result = job(&stick, "write", None).unwrap();
    eprintln!("on a stick that lies about its size ({}): {result}", if wraps { "wraps" } else { "forgets" });
    assert!(result.starts_with("complete=false"), "{result}");
    // The same, honest, is whole: it was the lie that was found.
    let honest = Stick::new(Kind::Fat32, 48);
    assert!(job(&honest, "write", None).unwrap().starts_with("complete=true"));
}

#[test]
#[ignore = "virtual machines"]
fn a_bag_on_fat32_survives_being_pulled() {
    if have(&FAT32) {
        survives_being_pulled(Kind::Fat32);
    }
}

#[test]
#[ignore = "virtual machines"]
fn a_full_fat32_stick_is_told() {
    if have(&FAT32) {
        fills_up(Kind::Fat32);
    }
}

#[test]
#[ignore = "loop devices"]
fn a_bag_on_exfat_survives_being_pulled() {
    if have(&EXFAT) {
        survives_being_pulled(Kind::ExFat);
    }
}

#[test]
#[ignore = "loop devices"]
fn a_full_exfat_stick_is_told() {
    if have(&EXFAT) {
        fills_up(Kind::ExFat);
    }
}

#[test]
#[ignore = "virtual machines"]
fn a_fat32_stick_that_forgets_beyond_its_true_size_is_caught() {
    if have(&FAT32) && have(&["dmsetup"]) {
        lies_are_caught(false);
    }
}

#[test]
#[ignore = "virtual machines"]
fn a_fat32_stick_that_writes_over_its_beginning_is_caught() {
    if have(&FAT32) && have(&["dmsetup"]) {
        lies_are_caught(true);
    }
}
