//! What can go wrong with pixels, as values that a caller can tell apart.

use thiserror::Error;

/// Errors of the pixel core.
#[derive(Debug, Error)]
pub enum ImagingError {
    /// The bytes are no picture that can be read whole.
    #[error("picture cannot be read: {0}")]
    Undecodable(String),
    /// The header promises more pixels than is reasonable to unpack.
    #[error("picture of {width}x{height} pixels is larger than allowed")]
    TooLarge {
        /// Promised width.
        width: u32,
        /// Promised height.
        height: u32,
    },
    /// A model file is not the one that was released with this build.
    #[error("model {name} is not the expected file (sha256 {found})")]
    ModelAltered {
        /// Which.
        name: String,
        /// Hash of what was given.
        found: String,
    },
    /// The inference library or a model could not be loaded or run.
    #[error("inference: {0}")]
    Inference(String),
    /// No quality fits the picture into the bytes window.
    #[error("no quality from {floor} up fits {min}..{max} bytes; nearest was {nearest}")]
    NoFit {
        /// Lowest allowed quality.
        floor: u8,
        /// Fewest bytes.
        min: u32,
        /// Most bytes.
        max: u32,
        /// The nearest size that was reached.
        nearest: u32,
    },
    /// The picture that was written does not read back as it should.
    #[error("read-back of the written picture failed: {0}")]
    ReadBack(String),
}
