//! Runs the probe on a camera that is none: the V4L2 path from the listing to the return after an unplugging.
//!
//! Needs Linux, root and the virtual camera (`$GRADBOOTH_VCAM`, or `shared/vcam/vcam.sh` beside one of the
//! folders above this crate); says that it skips where one of them is missing.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The virtual camera is one: the tests take turns.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn the_native_backend_masters_a_virtual_camera() {
    probe(&[]);
}

#[test]
fn nokhwa_masters_a_virtual_camera_too() {
    probe(&["--nokhwa"]);
}

fn probe(args: &[&str]) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(|e| e.into_inner());
    let script = match virtual_camera() {
        Ok(script) => script,
        Err(why) => return println!("SKIP: {why}"),
    };
    let output = Command::new(script)
        .args(["--engine", "fuse", "--timeout", "120", "--fps", "30", "--sizes", "640x480 1920x1080", "--"])
        .arg(example())
        .args(["--seconds", "0.6"])
        .args(args)
        .output()
        .expect("the script starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    println!("{printed}");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{complaints}");
    // An exit code alone could come from a probe that never got to the camera.
    for proof in ["live again", "stall noticed", "Mjpeg 1920x1080", "Yuyv 640x480", "all checks passed"] {
        assert!(printed.contains(proof), "{proof:?} is missing from\n{printed}");
    }
}

/// The script of the virtual camera, or why it cannot be used here.
fn virtual_camera() -> Result<PathBuf, String> {
    let uid = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let root = uid.lines().any(|l| l.starts_with("Uid:") && l.split_whitespace().nth(2) == Some("0"));
    if !root {
        return Err("the virtual camera needs root".into());
    }
    if Path::new("/dev/video0").exists() {
        return Err("there is a camera at /dev/video0 already".into());
    }
    if let Some(named) = std::env::var_os("GRADBOOTH_VCAM") {
        let named = PathBuf::from(named);
        return if named.is_file() { Ok(named) } else { Err("GRADBOOTH_VCAM names no file".into()) };
    }
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above
        .map(|folder| folder.join("shared/vcam/vcam.sh"))
        .find(|script| script.is_file())
        .ok_or_else(|| "no virtual camera: set GRADBOOTH_VCAM to its script".into())
}

/// The probe, as `cargo test -p camera` builds it beside the tests.
fn example() -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let example = test.ancestors().nth(2).expect("target folder").join("examples/camera_probe");
    assert!(example.is_file(), "{} is missing: cargo build -p camera --examples", example.display());
    example
}
