//! Disks that are really full and folders that really cannot be written, where this machine lets a test have them:
//! in a mount namespace of its own (`unshare`), which ends with its command.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // a test program from end to end

use std::process::Command;

use domain::{CaptureCode, CodeSource, Timestamp, Verdict};
use store::{NewPortrait, NewShot, OutboxState, Store, StoreError};

const FOLDER: &str = "GRADBOOTH_DISK_TEST_FOLDER";

/// Runs the ignored test `inner` of this program after `script`, with `$D` as an empty folder.
fn in_namespace(script: &str, inner: &str) {
    let dir = tempfile::tempdir().unwrap();
    let unshare = |command: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-ec", command]);
        unshare.env("D", dir.path()).env(FOLDER, dir.path()).env("T", std::env::current_exe().unwrap());
        unshare.output()
    };
    if !unshare("mount -t tmpfs -o size=1m none \"$D\"").is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no mount namespaces here");
        return;
    }
    let output = unshare(&format!("{script}\n\"$T\" --exact {inner} --ignored --nocapture")).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_full_disk_loses_nothing_and_says_so() {
    in_namespace("mount -t tmpfs -o size=3m none \"$D\"", "fills_the_disk");
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    in_namespace(
        "\"$T\" --exact makes_a_folder --ignored\nmount --bind \"$D\" \"$D\"\nmount -o remount,bind,ro \"$D\"",
        "opens_what_cannot_be_written",
    );
}

/// Nothing unless run by a parent.
fn folder() -> Option<std::path::PathBuf> {
    std::env::var_os(FOLDER).map(Into::into)
}

#[test]
#[ignore = "runs on a small disk of its own"]
fn fills_the_disk() {
    let Some(folder) = folder() else { return };
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, [0; 200_000]).unwrap();
    let (mut store, _) = Store::open(&folder, "A-1", Timestamp(0)).unwrap();
    let mut accepted = 0;
    let refused = loop {
        match person(&mut store, accepted, 100_000) {
            Ok(()) => accepted += 1,
            Err(e) => break e,
        }
        assert!(accepted < 100, "the disk never filled");
    };
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    assert!(accepted > 3, "{accepted}");
    // Again and again, as an operator would: still no half-done thing.
    for _ in 0..5 {
        assert!(matches!(finish(&mut store, accepted, 100_000), Err(StoreError::Full)));
    }
    assert_eq!(store.outbox(OutboxState::Pending).unwrap().len(), accepted);
    drop(store);

    // Room is made, as the message asks for: all of it is there, and the waiting person can be accepted.
    std::fs::remove_file(ballast).unwrap();
    let (mut store, report) = Store::open(&folder, "A-1", Timestamp(0)).unwrap();
    assert!(report.missing.is_empty());
    finish(&mut store, accepted, 10_000).unwrap();
    let check = store.verify().unwrap();
    assert!(check.is_clean(), "{check:#?}");
    assert_eq!(check.portraits as usize, accepted + 1);
}

fn person(store: &mut Store, n: usize, length: usize) -> Result<(), StoreError> {
    let code = CaptureCode::new(format!("code {n}")).unwrap();
    store.open_sitting(&code, CodeSource::Gun, None, Timestamp(1))?;
    finish(store, n, length)
}

/// Shot and accept in the sitting that is open, if one is.
fn finish(store: &mut Store, n: usize, length: usize) -> Result<(), StoreError> {
    let code = CaptureCode::new(format!("code {n}")).unwrap();
    let Some(sitting) = store.unfinished()? else {
        return person(store, n, length);
    };
    let original: Vec<u8> = (0..length).map(|i| (i * 31 + n) as u8).collect();
    let new = NewShot {
        sitting: sitting.id,
        original: &original,
        extension: "jpg",
        verdict: Verdict::Pass,
        findings: Vec::new(),
        geometry: None,
        plan: None,
        provenance: serde_json::json!({}),
    };
    let shot = store.add_shot(&new, Timestamp(2))?;
    let portrait = NewPortrait {
        shot: shot.id,
        jpeg: &original[..length / 3],
        quality: 88,
        spec_id: "registry-safe",
        verdict: Verdict::Pass,
        findings: Vec::new(),
        override_reason: None,
        expected_code: &code,
    };
    store.accept(&portrait, Timestamp(3)).map(drop)
}

#[test]
#[ignore = "prepares for opens_what_cannot_be_written"]
fn makes_a_folder() {
    let Some(folder) = folder() else { return };
    let (mut store, _) = Store::open(folder, "A-1", Timestamp(0)).unwrap();
    person(&mut store, 0, 1000).unwrap();
}

#[test]
#[ignore = "runs on a folder that cannot be written"]
fn opens_what_cannot_be_written() {
    let Some(folder) = folder() else { return };
    for dir in [folder.clone(), folder.join("new")] {
        let refused = Store::open(&dir, "A-1", Timestamp(0)).unwrap_err();
        assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused:?}");
        assert!(refused.text().zh.contains("不能写入"));
    }
}
