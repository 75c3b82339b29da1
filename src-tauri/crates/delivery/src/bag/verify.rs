//! Whether a folder is a whole and sound bag. Knows nothing of how it was written; bags of other tools are read too.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use domain::Text;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};
use ts_rs::TS;
use unicode_normalization::UnicodeNormalization;

use super::manifest::{self, Line, is_inside};
use super::outcome::CancelToken;
use super::scan::{Found, FoundKind, scan};
use crate::error::DeliveryError;
use crate::platform;

/// Problems that are listed; more are counted.
const MOST_LISTED: usize = 1000;
/// Lines of one manifest that are read: far more than a university, little enough for memory.
const MOST_LINES: u32 = 2_000_000;

/// What is wrong with one file of a bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BagProblemKind {
    /// Listed and not there.
    Missing,
    /// There and otherwise than listed.
    Altered,
    /// In `data/` and not listed.
    NotListed,
    /// The system cannot read it.
    Unreadable,
    /// A link or a special file. It was not followed.
    Link,
    /// A path of a manifest that leads out of the bag, or into `data/` from a tag manifest. It was not followed.
    LeavesBag,
    /// Listed twice, or twice but for case.
    ListedTwice,
    /// A line of a manifest that is none, or too long.
    BadLine,
    /// More lines than this program reads.
    TooManyLines,
    /// `Payload-Oxum` of `bag-info.txt` disagrees with what is there.
    WrongTotal,
    /// No manifest with SHA-256 or SHA-512.
    NoManifest,
    /// `fetch.txt`: part of the bag is to be loaded from elsewhere.
    NotSelfContained,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BagProblem {
    /// Path in the bag; of a hostile line a readable part.
    pub path: String,
    /// What is wrong.
    pub kind: BagProblemKind,
}

/// What the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VerifyReport {
    /// Payload files that agree with every manifest.
    pub sound: u32,
    /// Bytes of the payload.
    #[ts(type = "number")]
    pub bytes: u64,
    /// What is wrong, at most 1,000 of it.
    pub problems: Vec<BagProblem>,
    /// How much is wrong.
    pub problem_count: u32,
    /// SHA-256 of `tagmanifest-sha256.txt`, to compare with a receipt.
    pub bag_checksum: Option<domain::ContentHash>,
}

impl VerifyReport {
    /// Whole and sound.
    pub fn is_valid(&self) -> bool {
        self.problem_count == 0
    }

    /// One sentence for the operator.
    pub fn text(&self) -> Text {
        let (sound, bad) = (self.sound, self.problem_count);
        if self.is_valid() {
            Text::new(
                format!("交付包完整：{sound} 个文件全部核对一致。"),
                format!("The bag is complete: {sound} files, all verified."),
            )
        } else {
            Text::new(
                format!("交付包有 {bad} 处问题，{sound} 个文件一致。请按清单重新拷贝或重新导出。"),
                format!(
                    "The bag has {bad} problems; {sound} files are sound. Copy or export again by the list."
                ),
            )
        }
    }

    fn add(&mut self, path: impl Into<String>, kind: BagProblemKind) {
        self.problem_count += 1;
        if self.problems.len() < MOST_LISTED {
            self.problems.push(BagProblem { path: path.into().chars().take(300).collect(), kind });
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha256,
    Sha512,
}

/// Checks the bag in `dir`. Writes nothing and follows no link. `progress` gets done and all payload files.
pub fn verify_bag(
    dir: &Path,
    progress: &mut dyn FnMut(u32, u32),
    cancel: &CancelToken,
) -> Result<VerifyReport, DeliveryError> {
    if !fs::symlink_metadata(dir)?.is_dir() {
        return Err(DeliveryError::Link);
    }
    declared(dir)?;
    let found: BTreeMap<String, Found> =
        scan(dir)?.into_iter().map(|file| (file.path.clone(), file)).collect();
    let mut report = VerifyReport::default();
    for (path, file) in &found {
        if file.kind == FoundKind::Odd {
            report.add(path, BagProblemKind::Link);
        }
    }
    if found.contains_key("fetch.txt") {
        report.add("fetch.txt", BagProblemKind::NotSelfContained);
    }
    payload(dir, &found, &mut report, progress, cancel)?;
    for (name, algorithm) in
        [("tagmanifest-sha256.txt", Algorithm::Sha256), ("tagmanifest-sha512.txt", Algorithm::Sha512)]
    {
        let Some(list) = listed(dir, name, &found, &mut report)? else { continue };
        for (path, hash) in list {
            check(&path, &[(algorithm, hash)], &found, &mut report);
        }
    }
    total(dir, &found, &mut report)?;
    if is_file(&found, "tagmanifest-sha256.txt") {
        report.bag_checksum =
            super::write::hash_of(&mut File::open(dir.join("tagmanifest-sha256.txt"))?, &mut [0; 4096]).ok();
    }
    Ok(report)
}

fn is_file(found: &BTreeMap<String, Found>, path: &str) -> bool {
    found.get(path).is_some_and(|file| file.kind != FoundKind::Odd)
}

/// `bagit.txt` must say what it is (RFC 8493 §2.1.1).
fn declared(dir: &Path) -> Result<(), DeliveryError> {
    let path = dir.join("bagit.txt");
    match fs::symlink_metadata(&path) {
        Ok(facts) if facts.is_file() => {}
        Ok(_) => return Err(DeliveryError::Link),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(DeliveryError::NotABag("no bagit.txt")),
        Err(e) => return Err(e.into()),
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let value = |label: &str| {
        let mut lines = text.trim_start_matches('\u{FEFF}').lines();
        lines
            .find_map(|line| line.strip_prefix(label))
            .map(|value| value.trim_start_matches(':').trim().to_owned())
    };
    if !value("BagIt-Version").is_some_and(|version| matches!(version.as_str(), "0.96" | "0.97" | "1.0")) {
        return Err(DeliveryError::NotABag("unknown version"));
    }
    match value("Tag-File-Character-Encoding") {
        Some(encoding) if encoding.eq_ignore_ascii_case("UTF-8") => Ok(()),
        _ => Err(DeliveryError::NotABag("not in UTF-8")),
    }
}

fn payload(
    dir: &Path,
    found: &BTreeMap<String, Found>,
    report: &mut VerifyReport,
    progress: &mut dyn FnMut(u32, u32),
    cancel: &CancelToken,
) -> Result<(), DeliveryError> {
    let mut lists = Vec::new();
    for (name, algorithm) in
        [("manifest-sha256.txt", Algorithm::Sha256), ("manifest-sha512.txt", Algorithm::Sha512)]
    {
        if let Some(list) = listed(dir, name, found, report)? {
            lists.push((algorithm, list));
        }
    }
    if lists.is_empty() {
        report.add("manifest-sha256.txt", BagProblemKind::NoManifest);
    }
    let on_disk = found.keys().filter(|path| path.starts_with("data/"));
    let paths: HashSet<&String> = on_disk.chain(lists.iter().flat_map(|(_, list)| list.keys())).collect();
    let mut paths: Vec<&String> = paths.into_iter().collect();
    paths.sort_unstable();
    for (done, path) in paths.iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(DeliveryError::Cancelled);
        }
        let hashes: Vec<(Algorithm, String)> =
            lists.iter().filter_map(|(kind, list)| Some((*kind, list.get(*path)?.clone()))).collect();
        // Every manifest lists every file (RFC 8493 §2.1.3).
        if hashes.len() < lists.len() {
            report.add(path.as_str(), BagProblemKind::NotListed);
        } else if !lists.is_empty() && check(path, &hashes, found, report) {
            report.sound += 1;
        }
        report.bytes += found.get(*path).map_or(0, |file| file.bytes);
        progress(done as u32 + 1, paths.len() as u32);
    }
    Ok(())
}

/// A manifest as path → hash. `None` if there is none.
fn listed(
    dir: &Path,
    name: &str,
    found: &BTreeMap<String, Found>,
    report: &mut VerifyReport,
) -> Result<Option<BTreeMap<String, String>>, DeliveryError> {
    if !is_file(found, name) {
        return Ok(None);
    }
    let of_payload = name.starts_with("manifest");
    let mut input = BufReader::new(File::open(dir.join(name))?);
    let mut list = BTreeMap::new();
    let mut folded = HashSet::new();
    let mut lines = 0;
    while let Some(line) = manifest::next(&mut input)? {
        lines += 1;
        if lines > MOST_LINES {
            report.add(name, BagProblemKind::TooManyLines);
            break;
        }
        let Line::Entry { hash, path } = line else {
            report.add(name, BagProblemKind::BadLine);
            continue;
        };
        let path: String = path.nfc().collect();
        if !is_inside(&path) || path.starts_with("data/") != of_payload {
            report.add(path, BagProblemKind::LeavesBag);
        } else if !folded.insert(path.to_lowercase()) {
            report.add(path, BagProblemKind::ListedTwice);
        } else {
            list.insert(path, hash);
        }
    }
    Ok(Some(list))
}

/// Compares one file; answers whether it is sound.
fn check(
    path: &str,
    hashes: &[(Algorithm, String)],
    found: &BTreeMap<String, Found>,
    report: &mut VerifyReport,
) -> bool {
    match found.get(path) {
        None => report.add(path, BagProblemKind::Missing),
        Some(file) if file.kind == FoundKind::Odd => {} // told before
        Some(file) => match agree(&file.real, hashes) {
            Err(_) => report.add(path, BagProblemKind::Unreadable),
            Ok(true) => return true,
            Ok(false) => report.add(path, BagProblemKind::Altered),
        },
    }
    false
}

fn agree(path: &Path, hashes: &[(Algorithm, String)]) -> io::Result<bool> {
    for (algorithm, hash) in hashes {
        let mut file = platform::open_cold(path)?;
        let there = match algorithm {
            Algorithm::Sha256 => digest::<Sha256>(&mut file)?,
            Algorithm::Sha512 => digest::<Sha512>(&mut file)?,
        };
        if there != *hash {
            return Ok(false);
        }
    }
    Ok(true)
}

fn digest<D: Digest>(file: &mut impl Read) -> io::Result<String> {
    let mut hasher = D::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// `Payload-Oxum` of `bag-info.txt`, where there is one.
fn total(
    dir: &Path,
    found: &BTreeMap<String, Found>,
    report: &mut VerifyReport,
) -> Result<(), DeliveryError> {
    if !is_file(found, "bag-info.txt") {
        return Ok(());
    }
    let payload = found.iter().filter(|(path, _)| path.starts_with("data/"));
    let (bytes, count) = payload.fold((0, 0), |(bytes, count), (_, file)| (bytes + file.bytes, count + 1));
    let mut input = BufReader::new(File::open(dir.join("bag-info.txt"))?.take(1 << 20));
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if let Some(value) = text.strip_prefix("Payload-Oxum:")
            && value.trim() != format!("{bytes}.{count}")
        {
            report.add("bag-info.txt", BagProblemKind::WrongTotal);
        }
        line.clear();
    }
    Ok(())
}
