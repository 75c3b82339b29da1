//! The window's own build: npm packages, generated types, Vite.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fetch::sha256;
use crate::paths;
use crate::shell::{self, Done};

fn ui() -> PathBuf {
    paths::root().join("ui")
}

fn npm(args: &[&str]) -> std::process::Command {
    let mut command = shell::command("npm", args);
    command.current_dir(ui());
    command
}

/// Installs the npm packages if the lock file has changed, builds the window if its sources have.
pub fn build() -> Done {
    install()?;
    let state = state_of_sources()?;
    let stamp = paths::cache().join("ui-build.stamp");
    if ui().join("dist/index.html").exists() && shell::is_stamped(&stamp, &state) {
        return Ok(());
    }
    println!("Building the window");
    shell::quiet("building the window", npm(&["run", "--silent", "build"]))?;
    shell::stamp(&stamp, &state)
}

fn install() -> Done {
    if !shell::has("npm") {
        return Err("Node with npm is needed to build the window (Node 20 or newer)".into());
    }
    let lock = fs::read(ui().join("package-lock.json")).map_err(|e| format!("ui/package-lock.json: {e}"))?;
    let stamp = paths::cache().join("npm.stamp");
    let state = sha256(&lock);
    if ui().join("node_modules").exists() && shell::is_stamped(&stamp, &state) {
        return Ok(());
    }
    println!("Installing the window's npm packages");
    shell::quiet("npm ci", npm(&["ci", "--no-audit", "--no-fund"]))?;
    shell::stamp(&stamp, &state)
}

/// Types, lint and unit tests of the window.
pub fn check() -> Done {
    install()?;
    shell::step("window: types", npm(&["run", "--silent", "check"]))?;
    shell::step("window: unit tests", npm(&["test", "--silent"]))
}

/// Writes the TypeScript types of the operations.
pub fn write_bindings() -> Done {
    // Asked for by itself, the crate would have its dependencies built anew with other features.
    let build = ["build", "-q", "--workspace", "--example", "bindings"];
    shell::quiet("building the declarations", shell::command("cargo", build))?;
    let program =
        paths::target().join("debug/examples").join(format!("bindings{}", std::env::consts::EXE_SUFFIX));
    let out = shell::output(&program.to_string_lossy(), &[]).ok_or("the declarations cannot be printed")?;
    let path = ui().join("src/api/gen/types.ts");
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(|e| e.to_string())?;
    fs::write(&path, out + "\n").map_err(|e| format!("{}: {e}", path.display()))
}

/// A hash over all that goes into the window.
fn state_of_sources() -> Result<String, String> {
    let mut files = Vec::new();
    collect(&ui(), &mut files).map_err(|e| format!("ui: {e}"))?;
    files.sort();
    let mut all = String::new();
    for file in files {
        let bytes = fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        all += &format!("{} {}\n", file.display(), sha256(&bytes));
    }
    Ok(sha256(all.as_bytes()))
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "node_modules" || name == "dist" {
            continue;
        }
        if entry.file_type()?.is_dir() { collect(&entry.path(), files)? } else { files.push(entry.path()) }
    }
    Ok(())
}
