//! Tools of other people, from PyPI: each in a venv of its own below the target folder, made once.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that can `import` these modules, or a word why there is none.
pub fn python(target: &Path, name: &str, packages: &[&str], modules: &str) -> Option<PathBuf> {
    let venv = target.join(name);
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let ok = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let works = |python: &Path| ok(Command::new(python).args(["-c", &format!("import {modules}")]));
    if !works(&python) {
        let made = ok(Command::new("python3").args(["-m", "venv"]).arg(&venv))
            && ok(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(packages));
        if !made || !works(&python) {
            println!("SKIPPED: pip cannot install {} here", packages.join(", "));
            return None;
        }
    }
    Some(python)
}
