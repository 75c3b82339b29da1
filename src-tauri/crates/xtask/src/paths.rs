//! Where things are, seen from the workspace's root.

use std::path::{Path, PathBuf};

/// The workspace's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_path_buf()
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Downloads and stamps of the set-up; may be deleted at any time.
pub fn cache() -> PathBuf {
    target().join("xtask")
}

/// The program that `cargo build` makes.
pub fn program() -> PathBuf {
    target().join("debug").join(format!("gradbooth{}", std::env::consts::EXE_SUFFIX))
}
