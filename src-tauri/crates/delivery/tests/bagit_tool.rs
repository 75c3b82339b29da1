//! The bag as a tool that we did not write sees it: `bagit` from PyPI.

#![allow(clippy::unwrap_used)] // a test program from end to end

mod sample;

use std::path::{Path, PathBuf};
use std::process::Command;

use delivery::{CancelToken, Disk, verify_bag, write_bag};
use domain::Timestamp;

/// A Python with `bagit`, made once in the target folder. `None` where there is no Python or no registry.
fn python() -> Option<PathBuf> {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bagit-venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let ok = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let works = |python: &Path| ok(Command::new(python).args(["-c", "import bagit"]));
    if !works(&python) {
        let made = ok(Command::new("python3").args(["-m", "venv"]).arg(&venv))
            && ok(Command::new(&python).args(["-m", "pip", "install", "-q", "bagit", "setuptools<81"]));
        if !made || !works(&python) {
            return None;
        }
    }
    Some(python)
}

/// Writes a bag of `count` people and lets both sides judge it, whole and damaged.
fn agree(count: usize) {
    let Some(python) = python() else {
        eprintln!("skipped: no Python with bagit here");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let plan = sample::plan(&sample::items(count, 30_000));
    let pictures = sample::pictures(count, 30_000);
    let cancel = CancelToken::default();
    let done =
        write_bag(&plan, dir.path(), &Disk, &pictures, Timestamp(1_780_000_000_000), &mut |_| {}, &cancel)
            .unwrap();
    assert!(done.complete);
    let theirs = || {
        let script = "import bagit, sys; b = bagit.Bag(sys.argv[1]); b.validate(); print(len(list(b.payload_files())))";
        let output = Command::new(&python).args(["-c", script]).arg(&done.bag).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    assert_eq!(theirs(), (true, (count + 1).to_string()));
    assert!(verify_bag(&done.bag, &mut |_, _| {}, &cancel).unwrap().is_valid());
    let file = done.bag.join(&plan.files[count / 2].path);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(!theirs().0);
    assert!(!verify_bag(&done.bag, &mut |_, _| {}, &cancel).unwrap().is_valid());

    // And the other way round: a bag of theirs, names with line ends included.
    let theirs = dir.path().join("theirs");
    std::fs::create_dir(&theirs).unwrap();
    std::fs::write(theirs.join(if cfg!(windows) { "张三.jpg" } else { "张\n三.jpg" }), "x").unwrap();
    let script = "import bagit, sys; bagit.make_bag(sys.argv[1], {'Contact-Name': 'x'}, checksums=['sha256', 'sha512'])";
    assert!(Command::new(&python).args(["-c", script]).arg(&theirs).output().unwrap().status.success());
    let report = verify_bag(&theirs, &mut |_, _| {}, &cancel).unwrap();
    assert!(report.is_valid() && report.sound == 1, "{report:?}");
}

#[test]
fn bagit_agrees_on_a_small_bag() {
    agree(60);
}

#[test]
#[ignore = "2,000 files"]
fn bagit_agrees_on_a_bag_of_two_thousand() {
    agree(2000);
}
