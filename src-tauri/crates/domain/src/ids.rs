//! Names of things: rows, numbers, contents.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "number")]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

row_id!(
    /// Row of one person's time at the camera.
    SittingId
);
row_id!(
    /// Row of one press of the shutter.
    ShotId
);
row_id!(
    /// Row of one accepted picture.
    PortraitId
);
row_id!(
    /// 拍摄号: the number that a sitting carries on the screen. Never used twice in one data folder.
    ShotNumber
);

row_id!(
    /// Row of one capture batch (采集批次).
    BatchId
);
row_id!(
    /// Row of one person of a roster.
    SubjectId
);
row_id!(
    /// Row of one slot of the schedule.
    SlotId
);
row_id!(
    /// Row of one place in the queue.
    TicketId
);
row_id!(
    /// Row of one entry of the retake list.
    RetakeId
);
row_id!(
    /// Row of one correction (勘误).
    CorrectionId
);

/// SHA-256 of a file's bytes: its name on disk, and the proof that it is unchanged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// 64 lower-case hex digits.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// From exactly 64 lower-case hex digits; anything else (a path, a prefix, capitals) is `None`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let nibble = |c: u8| match c {
            b'0'..=b'9' => Some(c - b'0'),
            b'a'..=b'f' => Some(c - b'a' + 10),
            _ => None,
        };
        let mut out = [0; 32];
        for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(out))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

impl Serialize for ContentHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("not a SHA-256 in lower-case hex"))
    }
}

/// Lower-case hex of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_survives_its_own_text() {
        let hash = ContentHash::of(b"frame");
        assert_eq!(ContentHash::from_hex(&hash.to_hex()), Some(hash));
    }

    #[test]
    fn a_path_is_not_a_hash() {
        for hostile in ["", "../../etc/passwd", &"A".repeat(64), &"0".repeat(63), &"é".repeat(32)] {
            assert_eq!(ContentHash::from_hex(hostile), None, "{hostile}");
        }
    }
}
