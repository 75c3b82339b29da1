//! The lines that differ between systems.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where this user's keys are kept: never below the data, which is copied and handed around. `GRADBOOTH_KEYS` overrides.
pub fn key_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(set) = from("GRADBOOTH_KEYS") {
        return set;
    }
    let base = if cfg!(windows) {
        // Readable by this user, the system and administrators only, as Windows sets it up.
        from("APPDATA")
    } else if cfg!(target_os = "macos") {
        from("HOME").map(|home| home.join("Library/Preferences"))
    } else {
        from("XDG_CONFIG_HOME").or_else(|| from("HOME").map(|home| home.join(".config")))
    };
    base.unwrap_or_else(|| PathBuf::from(".")).join("gradbooth")
}

/// Writes a file whole or not at all, which only this user may read, in a folder that only this user may open.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut make = fs::DirBuilder::new();
        make.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
        make.create(folder)?;
    }
    let part = path.with_extension("part");
    let mut open = fs::OpenOptions::new();
    open.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let mut file = open.open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&part, path)
}
