//! What lies in a folder, without ever following a link.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

/// Deeper trees are not of this trade.
const DEEPEST: usize = 40;

/// A file below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Path below the folder, `/` between folders, composed (NFC).
    pub(crate) path: String,
    /// Where it is, as the file system spells it.
    pub(crate) real: PathBuf,
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// What it is.
    pub(crate) kind: FoundKind,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FoundKind {
    File,
    /// A link, a pipe, a device, a name that is not Unicode, or a tree that does not end.
    Odd,
    /// A cache that a desktop leaves wherever somebody looks; its maker makes it again.
    Droppings,
    /// A temporary file of an interrupted export.
    Temporary,
}

/// Everything below `root` but folders, sorted by path. No `root` is nothing below it.
pub(crate) fn scan(root: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    match fs::symlink_metadata(root) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(e) => return Err(e),
        Ok(facts) if !facts.is_dir() => {
            return Ok(vec![Found {
                path: String::new(),
                real: root.to_owned(),
                bytes: 0,
                kind: FoundKind::Odd,
            }]);
        }
        Ok(_) => below(root, "", 0, &mut found)?,
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn below(dir: &Path, prefix: &str, depth: usize, found: &mut Vec<Found>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let composed: String = name.to_string_lossy().nfc().collect();
        let path = format!("{prefix}{composed}");
        let facts = entry.metadata()?; // of the entry itself, not of what a link points to
        if facts.is_dir() && depth < DEEPEST {
            below(&entry.path(), &format!("{path}/"), depth + 1, found)?;
            continue;
        }
        let kind = if !facts.is_file() || name.to_str().is_none() { FoundKind::Odd } else { kind(&composed) };
        found.push(Found { path, real: entry.path(), bytes: facts.len(), kind });
    }
    Ok(())
}

fn kind(name: &str) -> FoundKind {
    let droppings = ["thumbs.db", "desktop.ini", ".ds_store"].contains(&name.to_ascii_lowercase().as_str());
    if droppings || name.starts_with("._") {
        FoundKind::Droppings
    } else if super::write::is_temporary(name) {
        FoundKind::Temporary
    } else {
        FoundKind::File
    }
}
