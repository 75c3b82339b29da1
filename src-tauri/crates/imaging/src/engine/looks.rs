//! The two looks of the matting model at one person, at the same time, each on a core of its own.
//!
//! The coarse one sees the head with its surroundings, as the detector has found it, and tells the top of the hair, and so
//! the crop. The fine one sees what the crop will be, as far as the face alone tells, with some room around it: of 200
//! portraits of booth frames and 17 photographs all but three were found there; the three are photographs that end close to
//! the head or show tall hair. What was looked at too early and does not hold is looked at again.

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
use crate::face::{Face, Head};
use crate::matte::{self, Look, Matte, Trust, View};
use crate::parallel;
use crate::recolor::{self, Backdrop};
use crate::resample::{self, Kernel};

/// A head top that is found this far from the planned one, in delivered pixels, is worth another plan.
const REPLAN_PX: f64 = 12.0;
/// And so is one that has come so near to an end of its band.
const CLOSE_PX: f64 = 3.0;

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
    /// `head` is where the nearest seemed to be at first: the coarse look begins there. `sketch` gives the points of the
    /// nearest before the face is measured: the fine look begins with them. `see` measures what was sketched.
    pub(super) fn cut<K: Send, S: Borrow<Measured> + Send>(
        &self,
        order: &Order,
        head: Option<&Head>,
        sketch: impl FnOnce() -> Result<(K, Option<FacePoints>), ImagingError>,
        see: impl FnOnce(K) -> Result<S, ImagingError> + Send,
    ) -> Result<(S, Option<Cut>), ImagingError> {
        let frame = order.frame;
        let (tell, told) = mpsc::sync_channel(1);
        let (give, given) = mpsc::sync_channel(1);
        let fine = || -> Result<Option<(Cut, bool)>, ImagingError> {
            // Gone when this ends, however it ends, so that nobody waits for it.
            let give = give;
            let (sketched, ahead) = sketch()?;
            // Nobody listens if the other thread has failed, which it says itself.
            let _ = give.send(sketched);
            let look = self.look_ahead(order, ahead.as_ref())?;
            // Nothing is told if nobody is there, or if the other thread has failed.
            let Ok(outline) = told.recv() else { return Ok(None) };
            self.settled(order, look.as_ref(), outline).map(Some)
        };
        let coarse = || -> Result<(S, Option<Forecast>), ImagingError> {
            let (tell, given) = (tell, given);
            let look = head.map(|head| Look::surroundings(&self.models, frame, head)).transpose()?;
            let Ok(sketched) = given.recv() else {
                return Err(ImagingError::Inference("nobody was sketched".into()));
            };
            let seen = see(sketched)?;
            let Some(face) = seen.borrow().faces.first() else { return Ok((seen, None)) };
            let outline = self.outline(order, look, face)?;
            let draft = recolor::draft(&outline.picture, &outline.view.decided(), &order.spec.background);
            let _ = tell.send(outline);
            let forecast = encode::foretell(&draft, order.spec)?;
            Ok((seen, Some(forecast)))
        };
        let (cut, rest) = parallel::both(fine, coarse);
        // The fine side first: if it has failed, the other one only misses what it should have been given.
        let cut = cut?;
        let (seen, forecast) = rest?;
        let cut = cut.map(|(cut, stayed)| Cut { forecast: forecast.filter(|_| stayed), ..cut });
        Ok((seen, cut))
    }

    /// Looks at what the portrait of somebody with these points is likely to be.
    fn look_ahead(&self, order: &Order, points: Option<&FacePoints>) -> Result<Option<Look>, ImagingError> {
        let (frame, spec) = (order.frame, order.spec);
        let Some(points) = points else { return Ok(None) };
        let likely = plan_crop(points, size(frame), spec).crop;
        Look::around(&self.models, frame, &likely, spec.size).map(Some)
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
        let trust = matte::fuse(&mut matte, &view, &face);
        let behind = || {
            let plate =
                order.plate.map(|plate| resample::cut_rgb(plate, &plan.crop, spec.size, Kernel::Sharp));
            Backdrop::estimate(&matte.picture, &matte.alpha, plate.as_ref())
        };
        let (backdrop, doubt) = parallel::both(behind, || matte::doubt(&matte.alpha));
        Ok((Cut { plan, matte, trust, backdrop, doubt, forecast: None }, stayed))
    }
}

fn size(frame: &RgbImage) -> Size {
    Size { width: frame.width(), height: frame.height() }
}
