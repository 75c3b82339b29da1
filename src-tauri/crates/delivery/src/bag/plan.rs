//! What a bag will hold, decided before a byte is written. Pure, but for reading an [`Extra`] that lies on the disk.

use std::collections::HashSet;
use std::path::PathBuf;
use std::{fs, io};

use domain::{ContentHash, Fingerprint, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::info::{BagInfo, DECLARATION};
use super::manifest;
use crate::error::DeliveryError;
use crate::item::{FileKind, Item};
use crate::naming::{NameNotice, PathLimits, Template, assign, safe};

/// A file that the caller made: the list as xlsx and csv, the report as pdf, sheets of prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Path below `data/`, e.g. `lists/名单.xlsx`.
    pub path: String,
    /// What is in it.
    pub body: ExtraBody,
}

/// Where a file of the caller lies until it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtraBody {
    /// In memory.
    Bytes(Vec<u8>),
    /// On the disk: sheets of prints of a whole batch are larger than memory should be.
    File {
        /// Where; it has to stay there until the bag is written.
        file: PathBuf,
        /// Its length.
        bytes: u64,
        /// Its content.
        hash: ContentHash,
    },
}

impl Extra {
    /// A file in memory.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), body: ExtraBody::Bytes(bytes) }
    }

    /// Length and content.
    fn facts(&self) -> (u64, ContentHash) {
        match &self.body {
            ExtraBody::Bytes(bytes) => (bytes.len() as u64, ContentHash::of(bytes)),
            ExtraBody::File { bytes, hash, .. } => (*bytes, *hash),
        }
    }

    /// The whole file.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        match &self.body {
            ExtraBody::Bytes(bytes) => Ok(bytes.clone()),
            ExtraBody::File { file, .. } => fs::read(file),
        }
    }
}

/// What of each person goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BagContents {
    /// 成片.
    pub portraits: bool,
    /// 原图.
    pub originals: bool,
    /// 冲印.
    pub prints: bool,
}

impl BagContents {
    /// Portraits only.
    pub const PORTRAITS: Self = Self { portraits: true, originals: false, prints: false };

    fn holds(self, kind: FileKind) -> bool {
        match kind {
            FileKind::Portrait => self.portraits,
            FileKind::Original => self.originals,
            FileKind::Print => self.prints,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct BagRequest<'a> {
    /// Folder of the bag; made safe, at most 60 characters.
    pub name: &'a str,
    /// The people. `{sequence}` counts in this order.
    pub items: &'a [Item],
    /// How their files are named.
    pub template: &'a Template,
    /// How long names may be.
    pub limits: PathLimits,
    /// What goes in.
    pub contents: BagContents,
    /// Files of the caller.
    pub extras: Vec<Extra>,
    /// What the bag says of itself.
    pub info: BagInfo,
}

/// Where a planned file's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// From the store.
    Picture {
        /// Index of the item.
        item: usize,
        /// Whose it is.
        fingerprint: Fingerprint,
        /// What it is.
        kind: FileKind,
    },
    /// Index into [`BagPlan::extras`].
    Extra(usize),
}

/// One payload file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFile {
    /// Path inside the bag, from `data/` on, `/` between folders.
    pub path: String,
    /// Where it comes from.
    pub source: Source,
    /// Length in bytes.
    pub bytes: u64,
    /// What must be read back.
    pub hash: ContentHash,
}

/// A bag before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BagPlan {
    /// Folder of the bag.
    pub name: String,
    /// Payload, in the order in which it is written.
    pub files: Vec<PlannedFile>,
    /// The caller's files.
    pub extras: Vec<Extra>,
    /// What the bag says of itself.
    pub info: BagInfo,
    /// Bytes of all payload files.
    pub payload_bytes: u64,
    /// What happened to names.
    pub notices: Vec<NameNotice>,
    /// People of whom nothing goes in, by index.
    pub without_files: Vec<usize>,
    /// Paths that stayed longer than the limit because shorter ones would not tell people apart.
    pub too_long: Vec<String>,
}

/// Plans a bag.
pub fn plan_bag(request: BagRequest<'_>) -> Result<BagPlan, DeliveryError> {
    let name = bag_name(request.name)?;
    let names =
        assign(request.template, request.items, request.limits).map_err(DeliveryError::DuplicateItem)?;
    let mut files = Vec::new();
    let mut without_files = Vec::new();
    for (index, (item, stem)) in request.items.iter().zip(&names.stems).enumerate() {
        let before = files.len();
        add_item(&mut files, index, item, stem, request.contents)?;
        if files.len() == before {
            without_files.push(index);
        }
    }
    for (index, extra) in request.extras.iter().enumerate() {
        files.push(extra_file(index, extra)?);
    }
    if files.is_empty() {
        return Err(DeliveryError::Nothing);
    }
    refuse_shared_paths(&files)?;
    let limit = usize::from(request.limits.path.max(PathLimits::SHORTEST_PATH));
    let too_long = files.iter().filter(|f| safe::units(&f.path) > limit).map(|f| f.path.clone()).collect();
    Ok(BagPlan {
        name,
        payload_bytes: files.iter().map(|file| file.bytes).sum(),
        files,
        extras: request.extras,
        info: request.info,
        notices: names.notices,
        without_files,
        too_long,
    })
}

pub(crate) fn bag_name(name: &str) -> Result<String, DeliveryError> {
    let made = safe::component(name).text;
    let short = safe::shorten(&made, 60);
    if short.is_empty() { Err(DeliveryError::BagName) } else { Ok(short) }
}

fn add_item(
    files: &mut Vec<PlannedFile>,
    index: usize,
    item: &Item,
    stem: &str,
    contents: BagContents,
) -> Result<(), DeliveryError> {
    for kind in [FileKind::Portrait, FileKind::Original, FileKind::Print] {
        let of_kind = || item.files.iter().filter(|file| file.kind == kind);
        if !contents.holds(kind) {
            continue;
        }
        let many = of_kind().count() > 1;
        for (n, file) in of_kind().enumerate() {
            let plain = (1..=8).contains(&file.extension.len())
                && file.extension.bytes().all(|c| c.is_ascii_alphanumeric());
            if !plain {
                return Err(DeliveryError::FileName(Some(index)));
            }
            // No name holds a `#`, so these never meet another person's.
            let number = if many { format!("#{}", n + 1) } else { String::new() };
            let extension = file.extension.to_ascii_lowercase();
            files.push(PlannedFile {
                path: format!("data/{}/{stem}{number}.{extension}", kind.folder()),
                source: Source::Picture { item: index, fingerprint: item.fingerprint.clone(), kind },
                bytes: file.bytes,
                hash: file.hash,
            });
        }
    }
    Ok(())
}

fn extra_file(index: usize, extra: &Extra) -> Result<PlannedFile, DeliveryError> {
    let harmless = extra.path.split('/').all(|component| {
        let made = safe::component(component);
        !made.altered
            && made.text == component
            && !component.is_empty()
            && component.len() <= safe::COMPONENT_LIMIT
    });
    if !harmless {
        return Err(DeliveryError::FileName(None));
    }
    let (bytes, hash) = extra.facts();
    Ok(PlannedFile { path: format!("data/{}", extra.path), source: Source::Extra(index), bytes, hash })
}

/// The last gate: whatever the naming did, no two files are one file, and none is another's folder.
fn refuse_shared_paths(files: &[PlannedFile]) -> Result<(), DeliveryError> {
    let mut paths = HashSet::new();
    let mut folders = HashSet::new();
    let owner = |file: &PlannedFile| match file.source {
        Source::Picture { item, .. } => Some(item),
        Source::Extra(_) => None,
    };
    for file in files {
        let folded = safe::fold(&file.path);
        for (at, _) in folded.match_indices('/') {
            folders.insert(folded[..at].to_owned());
        }
        if !paths.insert(folded) {
            return Err(DeliveryError::FileName(owner(file)));
        }
    }
    match files.iter().find(|file| folders.contains(&safe::fold(&file.path))) {
        Some(file) => Err(DeliveryError::FileName(owner(file))),
        None => Ok(()),
    }
}

impl BagPlan {
    /// Adds a file of the caller, and with it its bytes to the totals.
    pub(crate) fn add_extra(&mut self, extra: Extra) -> Result<(), DeliveryError> {
        self.files.push(extra_file(self.extras.len(), &extra)?);
        self.extras.push(extra);
        self.payload_bytes = self.files.iter().map(|file| file.bytes).sum();
        refuse_shared_paths(&self.files)
    }

    /// `manifest-sha256.txt`.
    pub(crate) fn manifest(&self) -> String {
        let mut lines: Vec<String> =
            self.files.iter().map(|file| manifest::line(&file.hash, &file.path)).collect();
        lines.sort_unstable_by(|a, b| a[64..].cmp(&b[64..]));
        lines.concat()
    }

    /// The tag files in the order in which they are written: `bagit.txt` last, for without it there is no bag.
    pub(crate) fn tag_files(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let info = self.info.render((self.payload_bytes, self.files.len() as u64), now);
        let manifest = self.manifest();
        let mut tags = vec![("bag-info.txt", info), ("manifest-sha256.txt", manifest)];
        let mut listed: Vec<String> =
            tags.iter().map(|(name, text)| manifest::line(&ContentHash::of(text.as_bytes()), name)).collect();
        listed.push(manifest::line(&ContentHash::of(DECLARATION.as_bytes()), "bagit.txt"));
        tags.push(("tagmanifest-sha256.txt", listed.concat()));
        tags.push(("bagit.txt", DECLARATION.to_owned()));
        tags
    }
}
