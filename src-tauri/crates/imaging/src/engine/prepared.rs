//! Work that need not wait for the choice of the frame.
//!
//! Everything here is computed from one frame and used for that frame only, so that the portrait stays a function of
//! its frame: a prepared frame gives the same bytes as [`PortraitEngine::portrait`]. Nothing of another frame, however
//! alike, ever enters a delivered picture.

use std::sync::Arc;
use std::time::Instant;

use domain::PhotoSpec;
use image::{Rgb, RgbImage};

use super::looks::Ahead;
use super::options::Order;
use super::{BurstScore, Options, Portrait, PortraitEngine, StageMs, lap};
use crate::error::ImagingError;
use crate::face::Face;
use crate::matte;
use crate::parallel;
use crate::quality;

/// Who is in a frame.
#[derive(Debug)]
pub(super) struct Measured {
    /// The nearest first.
    pub faces: Vec<Face>,
    /// Milliseconds from finding to measuring them.
    pub ms: f64,
}

/// A frame whose faces are measured already, so that it need not be looked at a second time when it is chosen.
///
/// Holds its frame, so that it cannot be finished with another one.
#[derive(Debug)]
pub struct Prepared {
    frame: Arc<RgbImage>,
    seen: Measured,
    /// The nearest before it was measured.
    ahead: Option<Ahead>,
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
    /// Does for a frame what tells whether it should be chosen.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn prepare(&self, frame: Arc<RgbImage>) -> Result<Prepared, ImagingError> {
        let start = Instant::now();
        let finder = self.faces();
        let sketches = finder.sketches(&frame)?;
        let faces = finder.measure(&frame, &sketches)?;
        let seen = Measured { faces, ms: lap(start) };
        Ok(Prepared { frame, seen, ahead: sketches.first().map(Ahead::of) })
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
        let Prepared { frame, seen, ahead } = prepared;
        let (frame, begun) = (&**frame, Instant::now());
        let order = Order::of(frame, spec, plate, options);
        let (_, cut) = self.cut(&order, ahead.as_ref(), || Ok(seen))?;
        let ms = StageMs { face: seen.ms, matte: lap(begun), ..StageMs::default() };
        self.develop(&order, &seen.faces, cut, ms)
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
        let [coarse, fine] = matte::inputs(size);
        let (matting, zeros) = (&self.models.matting, |shape: &[usize; 4]| vec![0.0; shape.iter().product()]);
        // At once, as for a portrait: each copy of the network at the size that it will see.
        let (fine, coarse) = parallel::both(
            || matting.run(&fine, &zeros(&fine)),
            || matting.run_beside(&coarse, &zeros(&coarse)),
        );
        fine.and(coarse).map(drop)
    }
}
