//! Names that mean the same at every station of a hall.

use std::fmt;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use ts_rs::TS;

use crate::FactError;

/// Longest name.
const MAX_NAME: usize = 64;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            /// Checks the characters; anything else than named above is refused.
            pub fn new(text: impl Into<String>) -> Result<Self, FactError> {
                let text = text.into();
                let allowed: fn(char) -> bool = $allowed;
                let fits = !text.trim().is_empty() && text.chars().count() <= MAX_NAME;
                if fits && text.chars().all(allowed) { Ok(Self(text)) } else { Err(FactError::Name($what)) }
            }

            /// The characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = FactError;

            fn try_from(text: String) -> Result<Self, FactError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.".contains(c)
}

name!(
    /// One data folder that takes part, for ever: 1–64 of `A-Z a-z 0-9 - _ .`, best a random one. Copying a data
    /// folder to a second laptop needs a new one there.
    StationId,
    "station id",
    plain
);
name!(
    /// One batch as all booths of a hall call it: 1–64 of `A-Z a-z 0-9 - _ .`, no school's or person's name.
    BatchKey,
    "batch key",
    plain
);
name!(
    /// What tells codes apart without telling what they say: the code's fingerprint, or better a keyed hash.
    CodeKey,
    "code key",
    |c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()
);
name!(
    /// What people call the booth, on the boards and in a ticket's stage: 1–64 characters of any script.
    BoothName,
    "booth name",
    |c| !c.is_control()
);

impl CodeKey {
    /// HMAC-SHA256 (first 16 bytes, hex) of a payload under a secret that only the booths of this batch share: who
    /// has the database alone cannot try out 学号 that were typed instead of codes.
    pub fn keyed(secret: &[u8], code: &domain::CaptureCode) -> Self {
        // HMAC takes a key of any length, so that the error cannot happen; the fingerprint would still be a key.
        match Hmac::<Sha256>::new_from_slice(secret) {
            Ok(mut mac) => {
                mac.update(code.bytes());
                let digest = mac.finalize().into_bytes();
                Self(digest[..16].iter().map(|byte| format!("{byte:02x}")).collect())
            }
            Err(_) => Self::from(&code.fingerprint()),
        }
    }
}

impl CodeKey {
    /// From digits that are hex by their making.
    pub(crate) fn from_hex(hex: String) -> Self {
        Self(hex)
    }
}

impl From<&domain::Fingerprint> for CodeKey {
    fn from(fingerprint: &domain::Fingerprint) -> Self {
        Self(fingerprint.as_str().to_owned())
    }
}

/// One fact: which station wrote it, as its how-manyth. Never used twice; gaps are harmless.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FactId {
    /// Who wrote it.
    pub station: StationId,
    /// 1 and up.
    #[ts(type = "number")]
    pub seq: u64,
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.station, self.seq)
    }
}

/// One ticket: the fact that gave it out. A number alone is no name for a ticket, since a number that was given out
/// twice is just what has to be seen.
pub type TicketKey = FactId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_no_surprises() {
        for hostile in ["", " ", "a b", "a'; DROP", "é", "a\0", &"x".repeat(65)] {
            assert!(StationId::new(hostile).is_err(), "{hostile:?}");
            assert!(serde_json::from_value::<StationId>(hostile.into()).is_err());
        }
        assert!(StationId::new("s-1.a_B").is_ok() && BoothName::new("一号机").is_ok());
        assert!(BoothName::new("a\u{1b}[2J").is_err() && CodeKey::new("AB").is_err());
    }

    #[test]
    fn a_keyed_hash_depends_on_both_and_shows_neither() {
        let code = |text: &str| domain::CaptureCode::new(text).unwrap();
        let key = CodeKey::keyed(b"secret", &code("20210001"));
        assert_eq!(key.as_str().len(), 32);
        assert_ne!(key, CodeKey::keyed(b"secret", &code("20210002")));
        assert_ne!(key, CodeKey::keyed(b"other", &code("20210001")));
    }
}
