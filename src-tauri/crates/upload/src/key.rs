//! Names of objects, made before the first try and the same for ever after.

use std::fmt;

use domain::{ContentHash, Fingerprint};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::UploadError;

/// Name of a batch in keys: 1 to 64 of `a-z 0-9 - _`, beginning with a letter or digit. Never a school's or a
/// person's name: keys are seen by whoever runs the store and its proxies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct BatchId(String);

impl BatchId {
    /// Checks the rule above; [`UploadError::Batch`] otherwise.
    pub fn new(name: impl Into<String>) -> Result<Self, UploadError> {
        let name = name.into();
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let first = name.bytes().next().is_some_and(plain);
        if first && name.len() <= 64 && name.bytes().all(|c| plain(c) || c == b'-' || c == b'_') {
            Ok(Self(name))
        } else {
            Err(UploadError::Batch)
        }
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for BatchId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What an object holds; gives its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A JPEG: a portrait or an original.
    Jpg,
    /// An original that came as PNG.
    Png,
    /// A list as JSON lines: the codes as read, for whoever can decode them.
    Jsonl,
    /// A list for people.
    Csv,
    /// A list for people, as a workbook.
    Xlsx,
}

impl Kind {
    /// Extension without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpg => "jpg",
            Self::Png => "png",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Where an object lies in the store: `batches/<batch>/<fingerprint>/<hash>.jpg` and its like, plain ASCII,
/// no `..`, no empty part, at most 240 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Key of a picture: `batches/<batch>/<fingerprint>/<hash>.<ext>`, with `.age` behind it if it travels sealed.
    /// `content` is the hash of the picture as stored here, sealed or not.
    pub fn picture(
        batch: &BatchId,
        code: &Fingerprint,
        content: ContentHash,
        kind: Kind,
        sealed: bool,
    ) -> Self {
        let age = if sealed { ".age" } else { "" };
        Self(format!("batches/{}/{}/{content}.{}{age}", batch.0, code.as_str(), kind.extension()))
    }

    /// Key of a list that goes with the batch: `batches/<batch>/lists/<hash>.<ext>`.
    pub fn list(batch: &BatchId, content: ContentHash, kind: Kind, sealed: bool) -> Self {
        let age = if sealed { ".age" } else { "" };
        Self(format!("batches/{}/lists/{content}.{}{age}", batch.0, kind.extension()))
    }

    /// Key of the object that says that a batch is whole.
    pub fn manifest(batch: &BatchId) -> Self {
        Self(format!("batches/{}/manifest.json", batch.0))
    }

    /// Key of correction `number` of a batch.
    pub fn correction(batch: &BatchId, number: u32) -> Self {
        Self(format!("batches/{}/corrections/{number:04}.json", batch.0))
    }

    /// A key that nothing can be under, to find out whether somebody answers who is not the store.
    pub(crate) fn nowhere(salt: u64) -> Self {
        Self(format!("batches/nothing-here/{salt:016x}"))
    }

    /// A key from a table or a file; [`UploadError::Key`] if it is not of the shape above.
    pub fn parse(text: &str) -> Result<Self, UploadError> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_.".contains(&c);
        let part =
            |p: &str| !p.is_empty() && !p.starts_with('.') && !p.ends_with('.') && p.bytes().all(plain);
        let parts = text.split('/').count();
        let fits = text.len() <= 240 && (3..=4).contains(&parts) && text.starts_with("batches/");
        if fits && text.split('/').all(part) { Ok(Self(text.to_owned())) } else { Err(UploadError::Key) }
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the object is encrypted for a recipient.
    pub fn is_sealed(&self) -> bool {
        self.0.ends_with(".age")
    }

    /// Media type of the object.
    pub fn media_type(&self) -> &'static str {
        match self.0.rsplit('.').next() {
            Some("jpg") => "image/jpeg",
            Some("png") => "image/png",
            Some("json") => "application/json",
            Some("csv") => "text/csv; charset=utf-8",
            _ => "application/octet-stream",
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ObjectKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use domain::CaptureCode;

    use super::*;

    #[test]
    fn a_key_survives_its_own_text() {
        let batch = BatchId::new("2026-spring_a").unwrap();
        let code = CaptureCode::new(b"payload".to_vec()).unwrap().fingerprint();
        let hash = ContentHash::of(b"picture");
        for key in [
            ObjectKey::picture(&batch, &code, hash, Kind::Jpg, false),
            ObjectKey::picture(&batch, &code, hash, Kind::Png, true),
            ObjectKey::list(&batch, hash, Kind::Jsonl, true),
            ObjectKey::manifest(&batch),
            ObjectKey::correction(&batch, 12),
        ] {
            assert_eq!(ObjectKey::parse(key.as_str()).unwrap(), key);
        }
    }

    #[test]
    fn nothing_leaves_the_batches_folder() {
        let long = format!("batches/a/{}", "x".repeat(300));
        for hostile in [
            "",
            "batches",
            "batches/a",
            "/batches/a/b",
            "batches//b",
            "batches/../b",
            "batches/a/..",
            "batches/a/b/",
            "batches/a/b c",
            "batches/a/B",
            "batches/a\\b/c",
            "other/a/b",
            "batches/a/b/c/d",
            "batches/a/图",
            &long,
        ] {
            assert!(ObjectKey::parse(hostile).is_err(), "{hostile}");
        }
        for hostile in ["", "..", "A", "a/b", "-a", "a b", "学院", &"a".repeat(65)] {
            assert!(BatchId::new(hostile).is_err(), "{hostile}");
        }
    }
}
