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
/// The same within the scales that satisfy every band.
const FEASIBLE_STEPS: u32 = 16;
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
    let steps = |from: f64, to: f64, count: u32| {
        (0..=count).map(move |step| from * (to / from).powf(f64::from(step) / f64::from(count)))
    };
    let mut scales: Vec<f64> = steps(smallest, largest, SCALE_STEPS).collect();
    // Between two of those steps there may be the only scales that satisfy everything.
    if let Some((from, to)) = feasible_scales(face, frame, spec, smallest) {
        scales.extend(steps(from, to, FEASIBLE_STEPS));
    }
    let mut best: Option<(f64, Crop)> = None;
    for scale in scales {
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

/// The scales at which some crop inside the frame satisfies every band; `None` if there are none.
///
/// At one scale each band and each edge of the frame allows an interval of places; all of them meet if any two do, and
/// that two meet bounds the scale from one side.
fn feasible_scales(face: &FacePoints, frame: Size, spec: &PhotoSpec, smallest: f64) -> Option<(f64, f64)> {
    let b = &spec.bands;
    let (head, eye, width, centre) =
        (ends(b.head_top), ends(b.eye_line), ends(b.face_width), ends(b.centre_dx));
    let (out_w, out_h) = (f64::from(spec.size.width), f64::from(spec.size.height));
    let (eyes, top, middle) = (face.eye_line(), face.head_top, face.centre_x());
    let (below_top, below_eyes) = (f64::from(frame.height) - top, f64::from(frame.height) - eyes);
    let at_least = [
        (face.face_width(), width.0),
        (eyes - top, eye.0 - head.1),
        (top, head.0),
        (eyes, eye.0),
        (below_top, out_h - head.1),
        (below_eyes, out_h - eye.1),
        (middle, out_w / 2.0 + centre.0),
        (f64::from(frame.width) - middle, out_w / 2.0 - centre.1),
    ];
    let at_most = [(face.face_width(), width.1), (eyes - top, eye.1 - head.0)];
    let (mut from, mut to) = (smallest, f64::MAX);
    for (length, least) in at_least {
        match length > 0.0 {
            true => from = from.max(least / length),
            false if least > 0.0 => return None,
            false => {}
        }
    }
    for (length, most) in at_most.into_iter().filter(|(length, _)| *length > 0.0) {
        to = to.min(most / length);
    }
    (from <= to && to < f64::MAX).then_some((from, to))
}

/// Both ends of a band, far away where it has none.
fn ends(limit: Limit) -> (f64, f64) {
    (limit.min.unwrap_or(-FAR), limit.max.unwrap_or(FAR))
}

/// Farther than any pixel.
const FAR: f64 = 1e6;

/// The best place for the crop at one scale: centred, head top where it is aimed at, moved as little as needed to
/// bring head top and eye line into their bands and the crop into the frame.
fn place(face: &FacePoints, frame: Size, spec: &PhotoSpec, scale: f64) -> Crop {
    let (w, h) = (f64::from(spec.size.width) / scale, f64::from(spec.size.height) / scale);
    let lowest = (f64::from(frame.height) - h).max(0.0);
    // Where the crop may begin for both bands, and for the frame.
    let between = |head: (f64, f64), eye: (f64, f64)| {
        let from = (face.head_top - head.1 / scale).max(face.eye_line() - eye.1 / scale).max(0.0);
        let to = (face.head_top - head.0 / scale).min(face.eye_line() - eye.0 / scale).min(lowest);
        (from <= to).then_some((from, to))
    };
    let b = &spec.bands;
    let aim = face.head_top - b.aim_head_top / scale;
    let y = if let Some((from, to)) = between(inner(b.head_top), inner(b.eye_line)) {
        aim.clamp(from, to)
    } else if let Some((from, to)) = between(ends(b.head_top), ends(b.eye_line)) {
        (from + to) / 2.0
    } else {
        let eye = inner(b.eye_line);
        let (from, to) = (face.eye_line() - eye.1 / scale, face.eye_line() - eye.0 / scale);
        aim.clamp(from, to).clamp(0.0, lowest)
    };
    let x = (face.centre_x() - w / 2.0).clamp(0.0, (f64::from(frame.width) - w).max(0.0));
    Crop { x, y, w, h }
}

/// What leaving a band by any distance costs; all else that a crop inside may cost stays below.
const LEAVING: f64 = 2_000.0;
/// Of a measure in pixels.
const ROUNDING: f64 = 1e-6;

fn inner(limit: Limit) -> (f64, f64) {
    let (min, max) = (limit.min.unwrap_or(0.0), limit.max.unwrap_or(f64::MAX));
    if max - min > 2.0 * MARGIN_PX { (min + MARGIN_PX, max - MARGIN_PX) } else { (min, max) }
}

/// How far from the aims, and above all from the bands, a crop is. Leaving a band costs more than all that can be said
/// against a crop inside them, so that one inside wins whenever there is one.
fn cost(face: &FacePoints, crop: &Crop, spec: &PhotoSpec) -> f64 {
    let g = face.in_crop(crop, spec.size).measure(spec.size);
    let b = &spec.bands;
    let outside = |limit: Limit, value: f64| {
        let (min, max) = (limit.min.unwrap_or(f64::MIN), limit.max.unwrap_or(f64::MAX));
        let (inner_min, inner_max) = inner(limit);
        let far = (min - value).max(value - max).max(0.0);
        let close = (inner_min - value).max(value - inner_max).max(0.0);
        let leaving = if far > ROUNDING { LEAVING } else { 0.0 };
        leaving + far * 100.0 + close * 10.0
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

        /// Heads of all proportions anywhere in the frame: where a fine search over scales and places finds a crop
        /// inside all bands, the plan is inside them.
        #[test]
        fn a_frame_that_can_satisfy_the_bands_never_ends_outside(
            x in 150.0..1130.0f64, y in 100.0..640.0f64, w in 90.0..420.0f64, hair in 0.45..1.45f64,
        ) {
            let spec = spec();
            let mut head = face(x, y, w);
            head.head_top = y - w * hair;
            let plan = plan_crop(&head, HD, &spec);
            if somewhere_inside(&head, HD, &spec) {
                let (b, g) = (&spec.bands, &plan.geometry);
                let off = [(b.head_top, g.head_top_px), (b.eye_line, g.eye_line_px),
                    (b.face_width, g.face_width_px), (b.centre_dx, g.centre_dx_px)];
                for (limit, value) in off {
                    let (min, max) = ends(limit);
                    prop_assert!(value > min - 1e-6 && value < max + 1e-6, "{:?}", plan);
                }
            }
        }
    }

    /// Whether any of very many crops inside the frame is inside all bands.
    fn somewhere_inside(face: &FacePoints, frame: Size, spec: &PhotoSpec) -> bool {
        let smallest = f64::from(spec.size.height) / f64::from(frame.height);
        (0..700).map(|i| smallest * 1.003f64.powi(i)).any(|scale| {
            let (w, h) = (f64::from(spec.size.width) / scale, f64::from(spec.size.height) / scale);
            let x = (face.centre_x() - w / 2.0).clamp(0.0, f64::from(frame.width) - w);
            (0..100).any(|i| {
                let crop = Crop { x, y: (f64::from(frame.height) - h) * f64::from(i) / 99.0, w, h };
                let (b, g) = (&spec.bands, face.in_crop(&crop, spec.size).measure(spec.size));
                b.head_top.allows(g.head_top_px)
                    && b.eye_line.allows(g.eye_line_px)
                    && b.face_width.allows(g.face_width_px)
                    && b.centre_dx.allows(g.centre_dx_px)
            })
        })
    }
}
