//! The objects that say that a batch, or a correction of one, is whole. Written last.
//!
//! Their bytes follow from the entries alone (no time, no order of arrival), so that writing one again gives the same.

use domain::ContentHash;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{BatchId, Entry, ObjectKey, UploadError};

/// One object of a batch, as it lies on the target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Listed {
    /// Where.
    pub key: ObjectKey,
    /// SHA-256 of the bytes under the key: of the encrypted ones if it ends in `.age`.
    pub sha256: ContentHash,
    /// Their number.
    #[ts(type = "number")]
    pub bytes: u64,
}

impl From<&Entry> for Listed {
    fn from(entry: &Entry) -> Self {
        let (sha256, bytes) = entry.sealed.map_or((entry.content, entry.bytes), |s| (s.hash, s.bytes));
        Self { key: entry.key.clone(), sha256, bytes }
    }
}

/// `manifest.json` of a batch: present means whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Manifest {
    /// `gradbooth-batch-1`.
    pub format: String,
    /// The batch.
    pub batch: BatchId,
    /// Number of objects.
    pub count: usize,
    /// Sum of their sizes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// SHA-256 over one line for each object, in order: `<sha256>  <bytes>  <key>\n`.
    pub list_sha256: ContentHash,
    /// By key.
    pub objects: Vec<Listed>,
}

/// One replacement: the object `by` takes the place of `key`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Replacement {
    /// What was delivered before; absent for an addition after the batch was closed.
    pub key: Option<ObjectKey>,
    /// What takes its place; absent if the earlier one must not be used and nothing replaces it yet.
    pub by: Option<Listed>,
    /// Why, in words for the receiver. No names, no numbers of people.
    pub reason: String,
}

/// `corrections/NNNN.json`: what changed after the batch was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Correction {
    /// `gradbooth-correction-1`.
    pub format: String,
    /// The batch.
    pub batch: BatchId,
    /// Counted from 1 within the batch.
    pub number: u32,
    /// Number of replacements.
    pub count: usize,
    /// SHA-256 of the replacements as compact JSON.
    pub list_sha256: ContentHash,
    /// What to replace by what, and why.
    pub replacements: Vec<Replacement>,
}

/// SHA-256 over the lines of a list, as [`Manifest::list_sha256`] has it.
pub fn list_hash(objects: &[Listed]) -> ContentHash {
    let lines: String = objects.iter().map(|o| format!("{}  {}  {}\n", o.sha256, o.bytes, o.key)).collect();
    ContentHash::of(lines.as_bytes())
}

impl Manifest {
    /// Of every entry of a batch. Two entries under one key (the same picture accepted twice) are one object.
    pub fn of(batch: &BatchId, entries: &[Entry]) -> Self {
        let mut objects: Vec<Listed> = entries.iter().map(Listed::from).collect();
        objects.sort();
        objects.dedup();
        Self {
            format: "gradbooth-batch-1".into(),
            batch: batch.clone(),
            count: objects.len(),
            bytes: objects.iter().map(|o| o.bytes).sum(),
            list_sha256: list_hash(&objects),
            objects,
        }
    }

    /// Whether its own figures agree with its list.
    pub fn is_sound(&self) -> bool {
        let sum: u64 = self.objects.iter().map(|o| o.bytes).sum();
        self.count == self.objects.len() && self.bytes == sum && self.list_sha256 == list_hash(&self.objects)
    }

    /// The bytes that are written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, UploadError> {
        json(self)
    }
}

impl Correction {
    /// Of a list of replacements; `number` counts from 1.
    pub fn of(batch: &BatchId, number: u32, mut replacements: Vec<Replacement>) -> Result<Self, UploadError> {
        if number == 0 || replacements.is_empty() {
            return Err(UploadError::Setting("correction"));
        }
        replacements.sort();
        let list = serde_json::to_vec(&replacements).map_err(|e| UploadError::System(e.to_string()))?;
        Ok(Self {
            format: "gradbooth-correction-1".into(),
            batch: batch.clone(),
            number,
            count: replacements.len(),
            list_sha256: ContentHash::of(&list),
            replacements,
        })
    }

    /// The bytes that are written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, UploadError> {
        json(self)
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, UploadError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| UploadError::System(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: i64, name: &str) -> Entry {
        let key = ObjectKey::parse(&format!("batches/b/{name}/p.jpg")).unwrap();
        Entry::new(id, key, ContentHash::of(name.as_bytes()), 10)
    }

    #[test]
    fn the_order_of_arrival_leaves_no_trace() {
        let batch = BatchId::new("b").unwrap();
        let one = Manifest::of(&batch, &[entry(1, "x"), entry(2, "a"), entry(3, "x")]);
        let two = Manifest::of(&batch, &[entry(9, "a"), entry(4, "x")]);
        assert_eq!(one.to_bytes().unwrap(), two.to_bytes().unwrap());
        assert!(one.is_sound());
        assert_eq!((one.count, one.bytes), (2, 20));
        let mut short = one.clone();
        short.objects.pop();
        assert!(!short.is_sound());
    }

    #[test]
    fn a_correction_names_what_and_why() {
        let batch = BatchId::new("b").unwrap();
        let (old, new) = (entry(1, "x"), entry(2, "y"));
        let swap = Replacement { key: Some(old.key), by: Some((&new).into()), reason: "闭眼".into() };
        let correction = Correction::of(&batch, 1, vec![swap]).unwrap();
        let text = String::from_utf8(correction.to_bytes().unwrap()).unwrap();
        let back: Correction = serde_json::from_str(&text).unwrap();
        assert_eq!(back, correction);
        assert!(Correction::of(&batch, 1, vec![]).is_err());
    }
}
