//! The two looks of the matting model at one person, at the same time, each on a core of its own.
//!
//! The coarse one sees the head with its surroundings and tells the top of the hair, and so the crop. The fine one sees
//! what the crop will be, as far as the face alone tells, with some room around it: on 217 booth frames and 56 photographs
//! the crop lay inside that room in all but one.

use domain::geometry::plan_crop;
use domain::{Crop, CropPlan, FacePoints, PhotoSpec, Size};
use image::RgbImage;

use super::PortraitEngine;
use crate::error::ImagingError;
use crate::face::Face;
use crate::matte::{self, Look, Matte, Trust, View};

/// A head top that is found this far from the planned one, in delivered pixels, is worth another plan.
const REPLAN_PX: f64 = 12.0;
/// And so is one that has come so near to an end of its band.
const CLOSE_PX: f64 = 3.0;

/// What both looks saw; nothing where nobody is.
pub(super) struct Looks {
    /// At what the crop is likely to be.
    pub fine: Option<Look>,
    /// At head and shoulders.
    pub outline: Option<Outline>,
    /// Milliseconds that both took.
    pub ms: f64,
}

/// What the coarse look tells.
pub(super) struct Outline {
    coarse: Matte,
    /// Top of the hair, y of the frame.
    top: f64,
    plan: CropPlan,
    /// What the plan's crop shows.
    picture: RgbImage,
    /// The coarse matte there.
    view: View,
}

/// The chosen piece of the frame.
pub(super) struct Cut {
    pub plan: CropPlan,
    pub matte: Matte,
    pub trust: Trust,
}

impl PortraitEngine {
    /// Looks at what the portrait of somebody with these points is likely to be; begins before the face is measured.
    pub(super) fn look_ahead(
        &self,
        frame: &RgbImage,
        points: Option<&FacePoints>,
        spec: &PhotoSpec,
    ) -> Result<Option<Look>, ImagingError> {
        let Some(points) = points else { return Ok(None) };
        let likely = plan_crop(points, size(frame), spec).crop;
        Look::around(&self.models, frame, &likely, spec.size).map(Some)
    }

    /// Where the hair ends, and what follows from that.
    pub(super) fn outline(
        &self,
        frame: &RgbImage,
        face: Option<&Face>,
        spec: &PhotoSpec,
    ) -> Result<Option<Outline>, ImagingError> {
        let Some(face) = face else { return Ok(None) };
        let coarse = matte::coarse(&self.models, frame, face)?;
        let top = matte::head_top(&coarse.alpha, &coarse.crop, face);
        let top = top.unwrap_or_else(|| face.estimated_head_top());
        let plan = plan_crop(&face.points(top), size(frame), spec);
        let picture = matte::picture(frame, &plan.crop, spec.size);
        let view = View::of(&coarse, &plan.crop, spec.size);
        Ok(Some(Outline { coarse, top, plan, picture, view }))
    }

    /// The portrait's piece of the frame and its matte, from both looks.
    pub(super) fn cut(
        &self,
        frame: &RgbImage,
        face: &Face,
        fine: Option<&Look>,
        outline: Outline,
        spec: &PhotoSpec,
    ) -> Result<Cut, ImagingError> {
        let Outline { coarse, top: rough, mut plan, picture, mut view } = outline;
        let seen = |picture: RgbImage, crop: &Crop| match fine.filter(|look| look.serves(crop)) {
            Some(look) => Ok(look.matte(picture, crop, face)),
            None => Ok(Look::at(&self.models, frame, crop, spec.size)?.matte(picture, crop, face)),
        };
        let mut matte = seen(picture, &plan.crop)?;
        if let Some(top) = matte::head_top(&matte.alpha, &matte.crop, face) {
            let better = plan_crop(&face.points(top), size(frame), spec);
            let at = (top - plan.crop.y) * plan.scale;
            let limit = spec.bands.head_top;
            let close = limit.min.is_some_and(|min| at < min + CLOSE_PX)
                || limit.max.is_some_and(|max| at > max - CLOSE_PX);
            if ((top - rough).abs() * plan.scale > REPLAN_PX || close) && better.crop != plan.crop {
                plan = better;
                matte = seen(matte::picture(frame, &plan.crop, spec.size), &plan.crop)?;
                view = View::of(&coarse, &plan.crop, spec.size);
            }
            plan.geometry = face.points(top).in_crop(&plan.crop, spec.size).measure(spec.size);
        }
        let trust = matte::fuse(&mut matte, &view, face);
        Ok(Cut { plan, matte, trust })
    }
}

fn size(frame: &RgbImage) -> Size {
    Size { width: frame.width(), height: frame.height() }
}
