//! Where the program and its files are.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use api::Assets;

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The program's own files.
pub fn assets() -> Assets {
    Assets::at(root().join("assets"))
}

/// The built program. `cargo xtask test` builds it before the tests.
pub fn program() -> PathBuf {
    if let Some(set) = std::env::var_os("GRADBOOTH_PROGRAM") {
        return set.into();
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let program = target.join("debug").join(format!("gradbooth{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: run `cargo xtask test`", program.display());
    program
}

/// Runs the program with these arguments.
pub fn gradbooth(args: &[&str]) -> Output {
    Command::new(program()).args(args).output().expect("the program starts")
}

/// The JSON lines on its stdout.
pub fn json_lines(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

/// Frames with known truth that lie beside a checkout, where there are any; a test that wants them skips without.
pub fn cases() -> Option<PathBuf> {
    let set = std::env::var_os("GRADBOOTH_CASES").map(PathBuf::from);
    let found = set.unwrap_or_else(|| root().join("../shared/cases"));
    if found.is_dir() {
        return Some(found);
    }
    println!("SKIPPED: no cases at {}; set GRADBOOTH_CASES", found.display());
    None
}
