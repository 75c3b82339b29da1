//! 采集码: the encrypted code of one 学籍 record, kept as opaque bytes.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use ts_rs::TS;

use crate::ids::hex;

/// Most bytes that a QR code can hold (version 40, level L, byte mode; ISO/IEC 18004 table 7).
pub const MAX_BYTES: usize = 2953;

/// The payload of a 采集码, exactly as read.
///
/// Its format is not public, so the bytes are hostile and opaque: they are stored and handed over, never
/// interpreted, printed or used as a name. Anything that must name a code uses its [`Fingerprint`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CaptureCode(Vec<u8>);

/// Why some bytes cannot be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodeError {
    /// Nothing in it.
    #[error("the code is empty")]
    Empty,
    /// More than a QR code can hold.
    #[error("{0} bytes are more than a QR code can hold")]
    TooLong(usize),
}

impl CaptureCode {
    /// Takes the bytes as they are.
    pub fn new(payload: impl Into<Vec<u8>>) -> Result<Self, CodeError> {
        let payload = payload.into();
        match payload.len() {
            0 => Err(CodeError::Empty),
            n if n > MAX_BYTES => Err(CodeError::TooLong(n)),
            _ => Ok(Self(payload)),
        }
    }

    /// Exactly what was read.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name under which this code may be shown, logged and searched.
    pub fn fingerprint(&self) -> Fingerprint {
        let digest = Sha256::digest(&self.0);
        Fingerprint(hex(&digest[..8]))
    }
}

impl fmt::Debug for CaptureCode {
    /// The payload is personal data: a log line may hold its fingerprint only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaptureCode({}, {} bytes)", self.fingerprint().as_str(), self.0.len())
    }
}

/// First 8 bytes of the SHA-256 of a payload, 16 hex digits: tells codes apart without telling what they say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The 16 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a code came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CodeSource {
    /// Read from the live picture, as long as a phone is held up: the same code arrives many times.
    Camera,
    /// Typed by a USB barcode gun: one deliberate pull of the trigger.
    Gun,
    /// Pasted or typed by hand.
    Hand,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_stays_byte_for_byte() {
        let hostile = b"../../CON:\0\r\n\x1b[2J\xff\xfe".to_vec();
        assert_eq!(CaptureCode::new(hostile.clone()).unwrap().bytes(), hostile);
    }

    #[test]
    fn debug_output_holds_no_payload() {
        let code = CaptureCode::new("secret-payload").unwrap();
        assert!(!format!("{code:?}").contains("secret"));
    }

    #[test]
    fn empty_and_oversized_payloads_are_refused() {
        assert_eq!(CaptureCode::new(""), Err(CodeError::Empty));
        assert!(CaptureCode::new(vec![7; MAX_BYTES]).is_ok());
        assert_eq!(CaptureCode::new(vec![7; MAX_BYTES + 1]), Err(CodeError::TooLong(MAX_BYTES + 1)));
    }

    #[test]
    fn codes_that_differ_in_one_byte_have_other_fingerprints() {
        let a = CaptureCode::new("code-1").unwrap().fingerprint();
        let b = CaptureCode::new("code-2").unwrap().fingerprint();
        assert_ne!(a, b);
        assert_eq!(a.as_str().len(), 16);
    }
}
