//! Work that need not wait for the choice of the frame.
//!
//! Everything here is computed from one frame and used for that frame only, so that the portrait stays a function of
//! its frame: a prepared frame gives the same bytes as [`PortraitEngine::portrait`]. Nothing of another frame, however
//! alike, ever enters a delivered picture.

use std::sync::Arc;
use std::time::Instant;

use domain::PhotoSpec;
use image::{Rgb, RgbImage};

use super::{BurstScore, Options, Portrait, PortraitEngine, lap};
use crate::error::ImagingError;
use crate::face::Face;
use crate::matte::{self, Matte};
use crate::quality;

/// Who is in a frame, and roughly where.
#[derive(Debug)]
pub(super) struct Seen {
    pub faces: Vec<Face>,
    /// Of the nearest person; `None` without one.
    pub coarse: Option<Matte>,
    pub face_ms: f64,
    pub coarse_ms: f64,
}

/// A frame of which the faces and the coarse matte are known already: about a third of a portrait's work.
///
/// Holds its frame, so that it cannot be finished with another one.
#[derive(Debug)]
pub struct Prepared {
    frame: Arc<RgbImage>,
    seen: Seen,
}

impl Prepared {
    /// The frame.
    pub fn frame(&self) -> &Arc<RgbImage> {
        &self.frame
    }

    /// All people in it, the nearest first.
    pub fn faces(&self) -> &[Face] {
        &self.seen.faces
    }

    /// How good it is among the frames of its burst, of the nearest person.
    pub fn score(&self) -> BurstScore {
        match self.seen.faces.first() {
            Some(face) => BurstScore {
                eyes_open: !quality::eye_shut(face),
                sharpness: quality::eye_detail(&self.frame, face),
            },
            None => BurstScore { eyes_open: false, sharpness: 0.0 },
        }
    }
}

impl PortraitEngine {
    /// Does for a frame what depends neither on the spec nor on whether it will be chosen: while the burst still waits
    /// for further frames, for the best one so far.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn prepare(&self, frame: Arc<RgbImage>) -> Result<Prepared, ImagingError> {
        let seen = self.see(&frame)?;
        Ok(Prepared { frame, seen })
    }

    /// The portrait of a prepared frame: the same as [`Self::portrait`] of its frame, to the byte. The times of the
    /// stages include what was done before.
    ///
    /// # Errors
    /// As [`Self::portrait`].
    pub fn finish(
        &self,
        prepared: &Prepared,
        spec: &PhotoSpec,
        plate: Option<&RgbImage>,
        options: &Options,
    ) -> Result<Portrait, ImagingError> {
        self.develop(&prepared.frame, &prepared.seen, spec, plate, options)
    }

    /// Runs every model once at the sizes of a portrait, so that the first student does not wait for memory and
    /// threads: best on the loading thread, before anybody sits down.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn warm(&self, spec: &PhotoSpec) -> Result<(), ImagingError> {
        let size = spec.size;
        let picture = RgbImage::from_pixel(size.width, size.height, Rgb([128; 3]));
        self.faces().glance(&picture)?;
        let sides = [size.height, size.width].map(|side| side.div_ceil(32) * 32);
        for [height, width] in [sides, [384, 288]] {
            let input = vec![0.0; 3 * (height * width) as usize];
            self.models.matting.run(&[1, 3, height as usize, width as usize], &input)?;
        }
        Ok(())
    }

    pub(super) fn see(&self, frame: &RgbImage) -> Result<Seen, ImagingError> {
        let start = Instant::now();
        let faces = self.faces().find(frame)?;
        let face_ms = lap(start);
        let start = Instant::now();
        let coarse = match faces.first() {
            Some(face) => Some(matte::coarse(&self.models, frame, face)?),
            None => None,
        };
        let coarse_ms = if coarse.is_some() { lap(start) } else { 0.0 };
        Ok(Seen { faces, coarse, face_ms, coarse_ms })
    }
}
