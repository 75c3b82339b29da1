//! From a frame to a delivered portrait, its findings and its times.
//!
//! face › crop › matte › recolor › quality › encode. The crop is planned twice: first with the head top that the mesh
//! suggests, only to know where to look; then with the hair's contour measured on a coarse matte ([`looks`]).

mod live;
mod looks;
mod options;
mod prepared;

use std::time::Instant;

use domain::{Crop, CropPlan, FaceGeometry, Finding, PhotoSpec, Size, Verdict};
use image::{GrayImage, RgbImage};

use crate::encode::{self, FileFacts, Forecast};
use crate::error::ImagingError;
use crate::face::{Face, FaceFinder};
use crate::matte::{self, Matte};
use crate::models::Models;
use crate::parallel;
use crate::quality::{self, Measures, Scene};
use crate::recolor::{self, Source};
use crate::resample::{self, Kernel, Plane};

pub use live::{BurstScore, LiveState};
pub use options::{Options, StageMs};
pub use prepared::Prepared;

use looks::{Ahead, Cut};
use options::Order;
use prepared::Measured;

/// What comes of one frame.
#[derive(Debug, Clone)]
pub struct Portrait {
    /// The file to deliver; `None` only if nobody is in the frame.
    pub jpeg: Option<Vec<u8>>,
    /// What the file says of itself when it is read again.
    pub file: Option<FileFacts>,
    /// What is not as the standard wants it.
    pub findings: Vec<Finding>,
    /// What follows from the findings.
    pub verdict: Verdict,
    /// What the standard measures, in the delivered picture.
    pub geometry: Option<FaceGeometry>,
    /// Where the picture was cut.
    pub plan: Option<CropPlan>,
    /// Matte of the delivered picture, of its size.
    pub alpha: Option<GrayImage>,
    /// Matte of the whole frame, if it was asked for.
    pub frame_alpha: Option<GrayImage>,
    /// How the colours behind the person came to be known.
    pub backdrop: Option<Source>,
    /// The numbers behind the findings.
    pub measures: Option<Measures>,
    /// Milliseconds of each stage.
    pub stage_ms: StageMs,
}

/// What was seen in a picture that somebody else made.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// What is not as the standard wants it.
    pub findings: Vec<Finding>,
    /// What the standard measures; `None` without a face.
    pub geometry: Option<FaceGeometry>,
    /// The numbers behind the findings.
    pub measures: Option<Measures>,
}

/// The portrait stages with their models. Shared by threads.
#[derive(Debug)]
pub struct PortraitEngine {
    models: Models,
}

impl PortraitEngine {
    /// An engine that runs on `models`.
    pub fn new(models: Models) -> Self {
        Self { models }
    }

    /// Finds and follows faces with this engine's models.
    pub fn faces(&self) -> FaceFinder<'_> {
        FaceFinder::new(&self.models)
    }

    /// Whether anybody is in the frame. A failing model counts as nobody.
    pub fn has_face(&self, frame: &RgbImage) -> bool {
        self.faces().glance(frame).is_ok_and(|face| face.is_some())
    }

    /// Makes the portrait of the nearest person in the frame.
    ///
    /// `plate` is a picture of the empty seat, as large as the frame. The same frame, spec and plate give the same
    /// bytes.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails, [`ImagingError::NoFit`] or [`ImagingError::ReadBack`] if no file
    /// can be written that the spec allows.
    pub fn portrait(
        &self,
        frame: &RgbImage,
        spec: &PhotoSpec,
        plate: Option<&RgbImage>,
        options: &Options,
    ) -> Result<Portrait, ImagingError> {
        let order = Order::of(frame, spec, plate, options);
        let begun = Instant::now();
        let finder = self.faces();
        let sketches = finder.sketches(frame)?;
        let ahead = sketches.first().map(Ahead::of);
        let sketched = lap(begun);
        let see = || {
            let start = Instant::now();
            let faces = finder.measure(frame, &sketches)?;
            Ok(Measured { faces, ms: sketched + lap(start) })
        };
        let (seen, cut) = self.cut(&order, ahead.as_ref(), see)?;
        let ms = StageMs { face: seen.ms, matte: lap(begun) - seen.ms, ..StageMs::default() };
        self.develop(&order, &seen.faces, cut, ms)
    }

    /// From the cut piece of the frame to its portrait; `ms` is what was spent so far.
    fn develop(
        &self,
        order: &Order,
        faces: &[Face],
        cut: Option<Cut>,
        mut ms: StageMs,
    ) -> Result<Portrait, ImagingError> {
        let &Order { frame, spec, offered, options, .. } = order;
        let begun = Instant::now();
        let spent = ms.face + ms.matte;
        let (Some(face), Some(cut)) = (faces.first(), cut) else { return Ok(nobody(ms)) };
        let Cut { plan, mut matte, trust, backdrop, doubt, forecast } = cut;
        let frame_alpha =
            if options.frame_alpha { Some(self.frame_matte(frame, face, &matte)?) } else { None };
        ms.matte += lap(begun);

        let start = Instant::now();
        matte::refine(&mut matte.alpha, &matte.picture, &backdrop, &doubt);
        let picture = recolor::recolor(&matte.picture, &matte.alpha, &backdrop, &spec.background);
        ms.recolor = lap(start);

        let scene = Scene {
            face,
            people: faces.len(),
            frame: Some(frame),
            matte: &matte,
            plan: Some(&plan),
            trust: Some(trust),
            spec,
        };
        // Findings and file need nothing of each other: each on one core.
        let judged = || {
            let start = Instant::now();
            let measures = quality::measure(&scene);
            let findings = quality::judge(&measures, &scene);
            let alpha = gray(&matte.alpha);
            ms.quality = lap(start);
            (measures, findings, alpha)
        };
        let ((measures, mut findings, alpha), written) =
            parallel::both(judged, || written(&picture, spec, forecast.as_ref()));
        // Offered and not used: of another size, or of another scene.
        findings.extend(offered.then(|| crate::plate::unfit(backdrop.source)).flatten());
        let (encoded, file, encode_ms) = written?;
        ms.encode = encode_ms;
        ms.total = spent + lap(begun);
        Ok(Portrait {
            jpeg: Some(encoded.jpeg),
            file: Some(file),
            verdict: Verdict::of(&findings),
            findings,
            geometry: Some(measures.geometry),
            plan: Some(plan),
            alpha: Some(alpha),
            frame_alpha,
            backdrop: Some(backdrop.source),
            measures: Some(measures),
            stage_ms: ms,
        })
    }

    /// Checks the head, the light and the backdrop of a picture that is already cropped.
    ///
    /// Positions are measured as if the picture were scaled to the spec's height.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn inspect(&self, picture: &RgbImage, spec: &PhotoSpec) -> Result<Inspection, ImagingError> {
        let faces = self.faces().find(picture)?;
        let Some(face) = faces.first() else {
            return Ok(Inspection { findings: vec![quality::no_face()], geometry: None, measures: None });
        };
        let whole = resample::whole(Size { width: picture.width(), height: picture.height() });
        let width = f64::from(spec.size.height) * whole.w / whole.h;
        // A strip of a picture is no portrait; its width is bounded only so that it can be looked at.
        let width = width.round().clamp(32.0, f64::from(spec.size.height) * 3.0) as u32;
        let seen = Size { width, height: spec.size.height };
        let matte = matte::cut(&self.models, picture, face, &whole, seen)?;
        let scene =
            Scene { face, people: faces.len(), frame: None, matte: &matte, plan: None, trust: None, spec };
        let measures = quality::measure(&scene);
        let findings = quality::judge(&measures, &scene);
        Ok(Inspection { findings, geometry: Some(measures.geometry), measures: Some(measures) })
    }

    /// The matte of the whole frame: coarse where nothing is delivered, the delivered one inside the crop.
    fn frame_matte(&self, frame: &RgbImage, face: &Face, fine: &Matte) -> Result<GrayImage, ImagingError> {
        /// Longer side of the coarse matte.
        const LONGEST: f64 = 960.0;
        let size = Size { width: frame.width(), height: frame.height() };
        let whole = resample::whole(size);
        let shrink = (LONGEST / whole.w.max(whole.h)).min(1.0);
        let seen = Size { width: (whole.w * shrink) as u32, height: (whole.h * shrink) as u32 };
        let coarse = matte::cut(&self.models, frame, face, &whole, seen)?;
        let mut alpha = resample::cut_plane(&coarse.alpha, &resample::whole(seen), size, Kernel::Smooth);
        // The frame as the delivered matte sees it: its crop is one part of that view.
        let scale = fine.alpha.width as f64 / fine.crop.w;
        let view =
            Crop { x: -fine.crop.x * scale, y: -fine.crop.y * scale, w: whole.w * scale, h: whole.h * scale };
        let inside = resample::cut_plane(&fine.alpha, &view, size, Kernel::Smooth);
        let c = &fine.crop;
        for y in (c.y.ceil() as usize)..((c.y + c.h) as usize).min(alpha.height) {
            for x in (c.x.ceil() as usize)..((c.x + c.w) as usize).min(alpha.width) {
                alpha.values[y * alpha.width + x] = inside.at(x, y);
            }
        }
        Ok(gray(&alpha))
    }
}

/// The file, what it says of itself, and how long that took.
fn written(
    picture: &RgbImage,
    spec: &PhotoSpec,
    forecast: Option<&Forecast>,
) -> Result<(encode::Encoded, FileFacts, f64), ImagingError> {
    let start = Instant::now();
    let encoded = encode::encode_foretold(picture, spec, forecast)?;
    let file = encode::prove(&encoded.jpeg, spec)?;
    Ok((encoded, file, lap(start)))
}

fn nobody(ms: StageMs) -> Portrait {
    let findings = vec![quality::no_face()];
    Portrait {
        jpeg: None,
        file: None,
        verdict: Verdict::of(&findings),
        findings,
        geometry: None,
        plan: None,
        alpha: None,
        frame_alpha: None,
        backdrop: None,
        measures: None,
        stage_ms: StageMs { total: ms.face, ..ms },
    }
}

fn lap(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Eight bits for each value of 0–1.
fn gray(alpha: &Plane) -> GrayImage {
    let bytes = alpha.values.iter().map(|a| (a * 255.0).round().clamp(0.0, 255.0) as u8).collect();
    GrayImage::from_raw(alpha.width as u32, alpha.height as u32, bytes)
        .expect("one byte for each pixel was made")
}
