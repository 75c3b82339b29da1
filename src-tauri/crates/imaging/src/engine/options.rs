//! What a caller may ask of the engine, and how long it took.

use serde::Serialize;

/// What else to make beside the portrait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The matte of the whole frame, which takes another second.
    pub frame_alpha: bool,
}

/// Milliseconds of each stage.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct StageMs {
    /// Unpacking the frame; filled in by the caller, who does it.
    pub decode: f64,
    /// Finding and measuring faces.
    pub face: f64,
    /// Planning the crop, cutting it out and finding the person in it.
    pub matte: f64,
    /// Replacing the backdrop.
    pub recolor: f64,
    /// Measuring and judging.
    pub quality: f64,
    /// Writing the file and reading it back.
    pub encode: f64,
    /// From the frame to the file.
    pub total: f64,
}
