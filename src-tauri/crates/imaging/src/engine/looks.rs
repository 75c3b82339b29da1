//! The two looks of the matting model at one person, at the same time, each on a core of its own.
//!
//! The coarse one sees the head with its surroundings and tells the top of the hair, and so the crop. The fine one sees what
//! the crop will be, as far as the face alone tells, with some room around it: of 200 portraits of booth frames and 17
//! photographs all but three were found there; the three are photographs that end close to the head or show tall hair. What
//! was looked at too early and does not hold is looked at again.

use std::borrow::Borrow;
use std::sync::mpsc;

use domain::geometry::plan_crop;
use domain::{Crop, CropPlan, FacePoints, Size};
use image::RgbImage;

use super::PortraitEngine;
use super::options::Order;
use super::prepared::Measured;
use crate::encode::{self, Forecast};
use crate::error::ImagingError;
use crate::face::{Face, Head, Sketch};
use crate::matte::{self, Look, Matte, Trust, View};
use crate::parallel;
use crate::recolor::{self, Backdrop};
use crate::resample::{self, Kernel, Plane};

/// A head top that is found this far from the planned one, in delivered pixels, is worth another plan.
const REPLAN_PX: f64 = 12.0;
/// And so is one that has come so near to an end of its band.
const CLOSE_PX: f64 = 3.0;
/// So often the plate is asked what it makes of the matte.
const SETTLINGS: usize = 2;

/// Somebody before being measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    points: FacePoints,
    head: Head,
}

impl Ahead {
    pub fn of(sketch: &Sketch) -> Self {
        Self { points: sketch.points(), head: sketch.head() }
    }
}

/// What the coarse look tells, and where it looked.
struct Outline {
    face: Face,
    coarse: Look,
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
    pub backdrop: Backdrop,
    /// Of the matte, see [`matte::doubt`].
    pub doubt: Vec<f32>,
    /// Of the file, if the crop stayed what it was when that was foretold.
    pub forecast: Option<Forecast>,
}

impl PortraitEngine {
    /// Sees who is in the frame and cuts out the nearest person; `None` where nobody is.
    ///
    /// Both looks begin where the nearest was `ahead` of being measured, which `see` does.
    pub(super) fn cut<S: Borrow<Measured> + Send>(
        &self,
        order: &Order,
        ahead: Option<&Ahead>,
        see: impl FnOnce() -> Result<S, ImagingError> + Send,
    ) -> Result<(S, Option<Cut>), ImagingError> {
        let (tell, told) = mpsc::sync_channel(1);
        let fine = || -> Result<Option<(Cut, bool)>, ImagingError> {
            let look = ahead.map(|ahead| self.fine(order, ahead)).transpose()?;
            // Nothing is told if nobody is there, or if the other thread has failed, which it says itself.
            let Ok(outline) = told.recv() else { return Ok(None) };
            self.settled(order, look.as_ref(), outline).map(Some)
        };
        let coarse = || -> Result<(S, Option<Forecast>), ImagingError> {
            // Gone when this ends, however it ends, so that nobody waits for it.
            let tell = tell;
            let look =
                ahead.map(|ahead| Look::surroundings(&self.models, order.frame, &ahead.head)).transpose()?;
            let seen = see()?;
            let Some(face) = seen.borrow().faces.first() else { return Ok((seen, None)) };
            let outline = self.outline(order, look, face)?;
            let draft = recolor::draft(&outline.picture, &outline.view.decided(), &order.spec.background);
            // Nobody listens if the fine look has failed.
            let _ = tell.send(outline);
            let forecast = encode::foretell(&draft, order.spec)?;
            Ok((seen, Some(forecast)))
        };
        let (cut, rest) = parallel::both(fine, coarse);
        let (seen, forecast) = rest?;
        let cut = cut?.map(|(cut, stayed)| Cut { forecast: forecast.filter(|_| stayed), ..cut });
        Ok((seen, cut))
    }

    /// Looks at what the portrait is likely to be.
    fn fine(&self, order: &Order, ahead: &Ahead) -> Result<Look, ImagingError> {
        let (frame, spec) = (order.frame, order.spec);
        let likely = plan_crop(&ahead.points, size(frame), spec).crop;
        Look::around(&self.models, frame, &likely, spec.size)
    }

    /// Where the hair ends, and what follows from that.
    fn outline(&self, order: &Order, look: Option<Look>, face: &Face) -> Result<Outline, ImagingError> {
        let (frame, spec) = (order.frame, order.spec);
        let head = face.head();
        let coarse = match look.filter(|look| look.surrounds(frame, &head)) {
            Some(look) => look,
            None => Look::surroundings(&self.models, frame, &head)?,
        };
        let coarse = coarse.tidied(face);
        let top = coarse.head_top(face).unwrap_or_else(|| face.estimated_head_top());
        let plan = plan_crop(&face.points(top), size(frame), spec);
        let picture = matte::picture(frame, &plan.crop, spec.size);
        let view = View::of(&coarse, &plan.crop, spec.size);
        Ok(Outline { face: face.clone(), coarse, top, plan, picture, view })
    }

    /// The portrait's piece of the frame and its matte, from both looks, and what lies behind; and whether the piece is
    /// still the outline's.
    fn settled(
        &self,
        order: &Order,
        fine: Option<&Look>,
        outline: Outline,
    ) -> Result<(Cut, bool), ImagingError> {
        let (frame, spec) = (order.frame, order.spec);
        let Outline { face, coarse, top: rough, mut plan, picture, mut view } = outline;
        let seen = |picture: RgbImage, crop: &Crop| match fine.filter(|look| look.serves(crop)) {
            Some(look) => Ok(look.matte(picture, crop, &face)),
            None => Ok(Look::at(&self.models, frame, crop, spec.size)?.matte(picture, crop, &face)),
        };
        let mut matte = seen(picture, &plan.crop)?;
        let mut stayed = true;
        if let Some(top) = matte::head_top(&matte.alpha, &matte.crop, &face) {
            let better = plan_crop(&face.points(top), size(frame), spec);
            let at = (top - plan.crop.y) * plan.scale;
            let limit = spec.bands.head_top;
            let close = limit.min.is_some_and(|min| at < min + CLOSE_PX)
                || limit.max.is_some_and(|max| at > max - CLOSE_PX);
            if ((top - rough).abs() * plan.scale > REPLAN_PX || close) && better.crop != plan.crop {
                plan = better;
                matte = seen(matte::picture(frame, &plan.crop, spec.size), &plan.crop)?;
                view = View::of(&coarse, &plan.crop, spec.size);
                stayed = false;
            }
            plan.geometry = face.points(top).in_crop(&plan.crop, spec.size).measure(spec.size);
        }
        let (trust, disputed) = matte::fuse(&mut matte, &view, &face);
        let plate = order.plate.map(|plate| resample::cut_rgb(plate, &plan.crop, spec.size, Kernel::Sharp));
        let behind = |alpha: &Plane| {
            parallel::both(
                || Backdrop::estimate(&matte.picture, alpha, plate.as_ref()),
                || matte::doubt(alpha),
            )
        };
        let (mut backdrop, mut doubt) = behind(&matte.alpha);
        // What is settled tells more of the light, and so may settle more.
        for _ in 0..SETTLINGS {
            if !matte::consult(&mut matte.alpha, &matte.picture, &backdrop, &disputed) {
                break;
            }
            (backdrop, doubt) = behind(&matte.alpha);
        }
        Ok((Cut { plan, matte, trust, backdrop, doubt, forecast: None }, stayed))
    }
}

fn size(frame: &RgbImage) -> Size {
    Size { width: frame.width(), height: frame.height() }
}
