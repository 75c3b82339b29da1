//! Where the head is, and the one crop that puts it where the standard wants it.
//!
//! Pixels of a frame are counted from its upper left corner, x to the right, y down. "Left" is the smaller x
//! of the picture, which is the student's right hand side.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Limit, PhotoSpec, Size};

/// The points of one face that the standard speaks of, in pixels of the upright frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct FacePoints {
    /// Middle of the eye at the smaller x.
    pub eye_left: [f64; 2],
    /// Middle of the eye at the larger x.
    pub eye_right: [f64; 2],
    /// Lowest point of the chin.
    pub chin: [f64; 2],
    /// Outline of the cheek at the smaller x.
    pub cheek_left: f64,
    /// Outline of the cheek at the larger x.
    pub cheek_right: f64,
    /// Upper contour of the hair (y).
    pub head_top: f64,
}

impl FacePoints {
    /// Height of the line through the eyes.
    pub fn eye_line(&self) -> f64 {
        (self.eye_left[1] + self.eye_right[1]) / 2.0
    }

    /// Cheek to cheek.
    pub fn face_width(&self) -> f64 {
        self.cheek_right - self.cheek_left
    }

    /// Middle between the cheeks.
    pub fn centre_x(&self) -> f64 {
        (self.cheek_left + self.cheek_right) / 2.0
    }

    /// Tilt of the line through the eyes in degrees; above 0 the head leans to the student's own left,
    /// which is the right of the (unmirrored) picture.
    pub fn roll_deg(&self) -> f64 {
        let dx = self.eye_right[0] - self.eye_left[0];
        let dy = self.eye_right[1] - self.eye_left[1];
        dy.atan2(dx).to_degrees()
    }

    /// The same points in the pixels of a picture cut out by `crop` and scaled to `out`.
    pub fn in_crop(&self, crop: &Crop, out: Size) -> FacePoints {
        let s = crop.scale(out);
        let point = |p: [f64; 2]| [(p[0] - crop.x) * s, (p[1] - crop.y) * s];
        FacePoints {
            eye_left: point(self.eye_left),
            eye_right: point(self.eye_right),
            chin: point(self.chin),
            cheek_left: (self.cheek_left - crop.x) * s,
            cheek_right: (self.cheek_right - crop.x) * s,
            head_top: (self.head_top - crop.y) * s,
        }
    }

    /// What the standard measures, if these points are already in delivered pixels.
    pub fn measure(&self, out: Size) -> FaceGeometry {
        FaceGeometry {
            head_top_px: self.head_top,
            eye_line_px: self.eye_line(),
            face_width_px: self.face_width(),
            centre_dx_px: self.centre_x() - f64::from(out.width) / 2.0,
            roll_deg: self.roll_deg(),
        }
    }
}

/// What the standard measures, in pixels of the delivered picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct FaceGeometry {
    /// Upper edge to the top of the hair.
    pub head_top_px: f64,
    /// Upper edge to the line through the eyes.
    pub eye_line_px: f64,
    /// Cheek to cheek.
    pub face_width_px: f64,
    /// Middle of the face against the middle of the picture; above 0 the face is too far right.
    pub centre_dx_px: f64,
    /// Tilt of the head, see [`FacePoints::roll_deg`].
    pub roll_deg: f64,
}

/// A rectangle of the upright frame, in pixels, with the aspect of the delivered picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Crop {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Crop {
    /// Delivered pixels for one pixel of the frame.
    pub fn scale(&self, out: Size) -> f64 {
        f64::from(out.height) / self.h
    }
}

/// Why the best crop still misses the standard, and so what the student should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// The whole picture does not fit into the frame: too near.
    TooNear,
    /// The face has too few pixels: too far.
    TooFar,
    /// Too little room above the head.
    TooHigh,
    /// The frame ends too early below the head.
    TooLow,
    /// Too near the edge of the frame at the smaller x.
    TooFarLeft,
    /// Too near the edge of the frame at the larger x.
    TooFarRight,
    /// Hair so tall that head top and eye line cannot both be met.
    TallHair,
}

/// The crop that serves the standard best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CropPlan {
    /// Where to cut; always wholly inside the frame unless the frame itself is too small in one direction.
    pub crop: Crop,
    /// What the standard measures in the result.
    pub geometry: FaceGeometry,
    /// Delivered pixels for one pixel of the frame.
    pub scale: f64,
    /// What stands in the way, most important first.
    pub shortfalls: Vec<Shortfall>,
}

/// Steps between the smallest and largest scale that are looked at.
const SCALE_STEPS: u32 = 160;
/// Room that is kept to both ends of a band if it can be had, in delivered pixels: landmarks jitter by 2–3.
const MARGIN_PX: f64 = 6.0;

/// Chooses the one scale and the one place that satisfy head top, eye line, face width and centring together,
/// with margin; where that is impossible, the least bad one, with the reasons.
pub fn plan_crop(face: &FacePoints, frame: Size, spec: &PhotoSpec) -> CropPlan {
    let out = spec.size;
    let (frame_w, frame_h) = (f64::from(frame.width), f64::from(frame.height));
    // Below this scale the picture would be larger than the frame.
    let smallest = (f64::from(out.width) / frame_w).max(f64::from(out.height) / frame_h);
    let widest = spec.bands.face_width.max.unwrap_or(f64::from(out.width));
    let largest = (widest * 1.3 / face.face_width().max(1.0)).max(smallest);
    let mut best: Option<(f64, Crop)> = None;
    for step in 0..=SCALE_STEPS {
        let t = f64::from(step) / f64::from(SCALE_STEPS);
        let scale = smallest * (largest / smallest).powf(t);
        let crop = place(face, frame, spec, scale);
        let cost = cost(face, &crop, spec);
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, crop));
        }
    }
    let (_, crop) = best.expect("at least one scale was looked at");
    let geometry = face.in_crop(&crop, out).measure(out);
    let shortfalls = shortfalls(face, frame, spec, &crop, &geometry, smallest);
    CropPlan { scale: crop.scale(out), crop, geometry, shortfalls }
}

/// The best place for the crop at one scale: centred, head top where it is aimed at, moved as little as needed to
/// bring the eye line into its band and the crop into the frame.
fn place(face: &FacePoints, frame: Size, spec: &PhotoSpec, scale: f64) -> Crop {
    let (w, h) = (f64::from(spec.size.width) / scale, f64::from(spec.size.height) / scale);
    let above_eyes = (face.eye_line() - face.head_top) * scale;
    let eye = inner(spec.bands.eye_line);
    let top_for_eyes = (eye.0 - above_eyes, eye.1 - above_eyes);
    let top = spec.bands.aim_head_top.clamp(top_for_eyes.0, top_for_eyes.1);
    let y = (face.head_top - top / scale).clamp(0.0, (f64::from(frame.height) - h).max(0.0));
    let x = (face.centre_x() - w / 2.0).clamp(0.0, (f64::from(frame.width) - w).max(0.0));
    Crop { x, y, w, h }
}

fn inner(limit: Limit) -> (f64, f64) {
    let (min, max) = (limit.min.unwrap_or(0.0), limit.max.unwrap_or(f64::MAX));
    if max - min > 2.0 * MARGIN_PX { (min + MARGIN_PX, max - MARGIN_PX) } else { (min, max) }
}

/// How far from the aims, and above all from the bands, a crop is. Leaving a band costs far more than any
/// distance from an aim, so that a crop inside all bands wins whenever there is one.
fn cost(face: &FacePoints, crop: &Crop, spec: &PhotoSpec) -> f64 {
    let g = face.in_crop(crop, spec.size).measure(spec.size);
    let b = &spec.bands;
    let outside = |limit: Limit, value: f64| {
        let (min, max) = (limit.min.unwrap_or(f64::MIN), limit.max.unwrap_or(f64::MAX));
        let (inner_min, inner_max) = inner(limit);
        let far = (min - value).max(value - max).max(0.0);
        let close = (inner_min - value).max(value - inner_max).max(0.0);
        far * 100.0 + close * 10.0
    };
    let bands = outside(b.head_top, g.head_top_px)
        + outside(b.eye_line, g.eye_line_px)
        + outside(b.face_width, g.face_width_px)
        + outside(b.centre_dx, g.centre_dx_px);
    // Pixels that the camera did not give are worth a smaller face, but not a face out of its band.
    let invented = (crop.scale(spec.size) - 1.0).max(0.0) * 200.0;
    bands
        + invented
        + (g.face_width_px - b.aim_face_width).abs() * 0.25
        + (g.head_top_px - b.aim_head_top).abs() * 0.25
        + g.centre_dx_px.abs()
}

fn shortfalls(
    face: &FacePoints,
    frame: Size,
    spec: &PhotoSpec,
    crop: &Crop,
    g: &FaceGeometry,
    smallest_scale: f64,
) -> Vec<Shortfall> {
    const EDGE: f64 = 0.5;
    let b = &spec.bands;
    let scale = crop.scale(spec.size);
    let below = |limit: Limit, v: f64| limit.min.is_some_and(|min| v < min);
    let above = |limit: Limit, v: f64| limit.max.is_some_and(|max| v > max);
    let mut list = Vec::new();
    let at_smallest = scale <= smallest_scale * 1.001;
    let too_tall = |width: f64| {
        // Even with the narrowest allowed face the hair reaches higher than the bands are apart.
        let reach = (face.eye_line() - face.head_top) * width / face.face_width().max(1.0);
        reach > b.eye_line.max.unwrap_or(f64::MAX) - b.head_top.min.unwrap_or(0.0)
    };
    if above(b.face_width, g.face_width_px) && at_smallest {
        list.push(Shortfall::TooNear);
    }
    let too_few_pixels = below(b.face_width, face.face_width() * UPSCALE_LIMIT);
    if too_few_pixels {
        list.push(Shortfall::TooFar);
    }
    let hair = too_tall(b.face_width.min.unwrap_or(0.0));
    if hair {
        list.push(Shortfall::TallHair);
    }
    let vertical_miss = !b.head_top.allows(g.head_top_px) || !b.eye_line.allows(g.eye_line_px);
    // A crop pressed against an edge can be saved by enlarging it, at the price of pixels that nobody took.
    let pressed = scale > UPSCALE_LIMIT && !too_few_pixels;
    if (vertical_miss || pressed) && !hair {
        if crop.y <= EDGE {
            list.push(Shortfall::TooHigh);
        } else if crop.y + crop.h >= f64::from(frame.height) - EDGE {
            list.push(Shortfall::TooLow);
        } else if at_smallest && !list.contains(&Shortfall::TooNear) {
            list.push(Shortfall::TooNear);
        }
    }
    if below(b.centre_dx, g.centre_dx_px) {
        list.push(Shortfall::TooFarLeft);
    }
    if above(b.centre_dx, g.centre_dx_px) {
        list.push(Shortfall::TooFarRight);
    }
    list
}

/// Largest enlargement that still looks like the camera's own pixels: a 720p frame of a well-placed student needs
/// about 1.1. Beyond it the student should come nearer.
pub const UPSCALE_LIMIT: f64 = 1.25;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spec() -> PhotoSpec {
        PhotoSpec::parse(include_str!("../../../../assets/specs/registry-safe.toml")).unwrap()
    }

    /// A face of ordinary proportions: eyes halfway down the head, head top above them by 0.8 of the face width.
    fn face(centre: f64, eyes: f64, width: f64) -> FacePoints {
        FacePoints {
            eye_left: [centre - width * 0.22, eyes],
            eye_right: [centre + width * 0.22, eyes],
            chin: [centre, eyes + width * 0.82],
            cheek_left: centre - width / 2.0,
            cheek_right: centre + width / 2.0,
            head_top: eyes - width * 0.8,
        }
    }

    const HD: Size = Size { width: 1280, height: 720 };

    fn inside_bands(plan: &CropPlan, spec: &PhotoSpec) -> bool {
        let (b, g) = (&spec.bands, &plan.geometry);
        b.head_top.allows(g.head_top_px)
            && b.eye_line.allows(g.eye_line_px)
            && b.face_width.allows(g.face_width_px)
            && b.centre_dx.allows(g.centre_dx_px)
    }

    #[test]
    fn a_well_seated_student_lands_inside_every_band() {
        let spec = spec();
        let plan = plan_crop(&face(640.0, 360.0, 220.0), HD, &spec);
        assert!(inside_bands(&plan, &spec), "{plan:?}");
        assert_eq!(plan.shortfalls, []);
        assert!(plan.scale <= 1.1, "{plan:?}");
    }

    #[test]
    fn each_misplacement_has_its_own_reason() {
        let spec = spec();
        let why = |f: &FacePoints| plan_crop(f, HD, &spec).shortfalls;
        assert_eq!(why(&face(640.0, 380.0, 420.0)).first(), Some(&Shortfall::TooNear));
        assert_eq!(why(&face(640.0, 360.0, 90.0)).first(), Some(&Shortfall::TooFar));
        assert_eq!(why(&face(640.0, 190.0, 220.0)).first(), Some(&Shortfall::TooHigh));
        assert_eq!(why(&face(640.0, 640.0, 220.0)).first(), Some(&Shortfall::TooLow));
        assert_eq!(why(&face(140.0, 360.0, 220.0)).first(), Some(&Shortfall::TooFarLeft));
        assert_eq!(why(&face(1150.0, 360.0, 220.0)).first(), Some(&Shortfall::TooFarRight));
        let mut tall = face(640.0, 420.0, 220.0);
        tall.head_top = 60.0;
        assert_eq!(why(&tall).first(), Some(&Shortfall::TallHair));
    }

    #[test]
    fn roll_is_positive_towards_the_students_left() {
        let mut f = face(640.0, 360.0, 220.0);
        f.eye_right[1] += 10.0;
        assert!(f.roll_deg() > 5.0 && f.roll_deg() < 6.5);
    }

    proptest! {
        #[test]
        fn the_crop_never_leaves_the_frame_and_keeps_its_shape(
            x in 0.0..1920.0f64, y in 0.0..1080.0f64, w in 20.0..900.0f64,
        ) {
            let spec = spec();
            let frame = Size { width: 1920, height: 1080 };
            let crop = plan_crop(&face(x, y, w), frame, &spec).crop;
            prop_assert!(crop.x >= 0.0 && crop.y >= 0.0);
            prop_assert!(crop.x + crop.w <= 1920.01 && crop.y + crop.h <= 1080.01);
            prop_assert!((crop.w / crop.h - 0.75).abs() < 1e-9);
        }

        #[test]
        fn a_face_that_can_be_placed_is_placed(
            x in 500.0..800.0f64, y in 290.0..380.0f64, w in 185.0..250.0f64,
        ) {
            let spec = spec();
            let plan = plan_crop(&face(x, y, w), HD, &spec);
            prop_assert!(inside_bands(&plan, &spec), "{:?}", plan);
        }
    }
}
