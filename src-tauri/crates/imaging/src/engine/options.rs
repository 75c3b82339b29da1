//! What a caller may ask of the engine, and how long it took.

use domain::PhotoSpec;
use image::RgbImage;
use serde::Serialize;

/// What else to make beside the portrait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The matte of the whole frame, which takes another second.
    pub frame_alpha: bool,
}

/// What a portrait is to be made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'a> {
    pub frame: &'a RgbImage,
    pub spec: &'a PhotoSpec,
    /// The empty seat, as large as the frame.
    pub plate: Option<&'a RgbImage>,
    /// Whether there was any plate.
    pub offered: bool,
    pub options: &'a Options,
}

impl<'a> Order<'a> {
    /// Leaves out a plate of another size.
    pub fn of(
        frame: &'a RgbImage,
        spec: &'a PhotoSpec,
        plate: Option<&'a RgbImage>,
        options: &'a Options,
    ) -> Self {
        let offered = plate.is_some();
        let plate = plate.filter(|plate| plate.dimensions() == frame.dimensions());
        Self { frame, spec, plate, offered, options }
    }
}

/// Milliseconds of each stage.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct StageMs {
    /// Unpacking the frame; filled in by the caller, who does it.
    pub decode: f64,
    /// Finding and measuring faces.
    pub face: f64,
    /// Planning the crop, cutting it out, finding the person in it and what lies behind.
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
