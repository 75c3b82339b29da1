//! Which piece of the original frame becomes a print: pure geometry.

use domain::geometry::UPSCALE_LIMIT;
use domain::{Crop, FacePoints, Shortfall, Size};

use crate::error::PaperError;
use crate::size::{HeadRule, PrintSize, Share};

/// The piece of the frame for one print.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintCrop {
    /// Where to cut, in pixels of the frame; upright, with the print's aspect in millimetres, wholly inside the frame.
    pub crop: Crop,
    /// Printed dots for one pixel of the frame.
    pub scale: f64,
    /// Whether pixels have to be invented (`scale` above 1). Nothing is enlarged without this being told.
    pub enlarged: bool,
    /// What comes of it.
    pub head: HeadInPrint,
    /// What stands in the way of the size's own rule, most important first; empty if the rule is met.
    pub shortfalls: Vec<Shortfall>,
}

/// Where the head is in the print.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadInPrint {
    /// Room above the head, as a share of the height.
    pub above: f64,
    /// Head from top to chin, as a share of the height.
    pub head: f64,
    /// Room below the chin, as a share of the height.
    pub below: f64,
    /// Middle of the face against the middle of the print, as a share of the width; above 0 too far right.
    pub off_centre: f64,
}

/// Hair reaches above the eyes by about as much as the chin lies below them. What is higher than this many times that
/// is a bun or a tall cut, and is not counted as head: the face would become small (inferred).
const TALLEST_HEAD: f64 = 1.35;
/// Sizes between the largest and the smallest allowed head that are looked at.
const STEPS: u32 = 60;
/// Least room that even tall hair gets, as a share of the height.
const HAIR_ROOM: f64 = 0.02;
/// Heads smaller than this many pixels are no faces.
const SMALLEST_HEAD: f64 = 8.0;

/// The head of one face: top of the hair, top that counts, chin, middle.
struct Head {
    hair: f64,
    top: f64,
    chin: f64,
    middle: f64,
}

impl Head {
    fn of(face: &FacePoints) -> Result<Self, PaperError> {
        let (eyes, chin, middle) = (face.eye_line(), face.chin[1], face.centre_x());
        let hair = face.head_top;
        let finite = [eyes, chin, middle, hair].iter().all(|v| v.is_finite() && v.abs() < 1e6);
        if !finite || chin <= eyes || hair >= eyes || chin - hair < SMALLEST_HEAD {
            return Err(PaperError::NoFace);
        }
        Ok(Self { hair, top: hair.max(eyes - TALLEST_HEAD * (chin - eyes)), chin, middle })
    }

    fn height(&self) -> f64 {
        self.chin - self.top
    }

    fn in_print(&self, crop: &Crop) -> HeadInPrint {
        HeadInPrint {
            above: (self.top - crop.y) / crop.h,
            head: self.height() / crop.h,
            below: (crop.y + crop.h - self.chin) / crop.h,
            off_centre: (self.middle - crop.x) / crop.w - 0.5,
        }
    }
}

/// Chooses the crop that serves the size's own head rule best. Uniform in scale, never turned, never beyond the frame;
/// what the frame cannot give is told as a shortfall. Fails on points that are no face.
pub fn plan_print(face: &FacePoints, frame: Size, size: PrintSize) -> Result<PrintCrop, PaperError> {
    let head = Head::of(face)?;
    if frame.width == 0 || frame.height == 0 {
        return Err(PaperError::Picture { width: frame.width, height: frame.height });
    }
    let rule = size.rule();
    let (w_mm, h_mm) = size.mm();
    let aspect = w_mm / h_mm;
    let tallest = f64::from(frame.height).min(f64::from(frame.width) / aspect);
    let mut best = place(&head, frame, &rule, aspect, (head.height() / rule.head.aim).min(tallest));
    for step in 0..=STEPS {
        let share = rule.head.min + (rule.head.max - rule.head.min) * f64::from(step) / f64::from(STEPS);
        let tried = place(&head, frame, &rule, aspect, (head.height() / share).min(tallest));
        if cost(&head, &tried, &rule) < cost(&head, &best, &rule) {
            best = tried;
        }
    }
    let scale = f64::from(size.dots().height) / best.h;
    let shortfalls = shortfalls(&head, frame, &rule, &best, scale);
    Ok(PrintCrop { head: head.in_print(&best), crop: best, scale, enlarged: scale > 1.0 + 1e-9, shortfalls })
}

/// The best place of a crop of this height: the head's top where it is aimed at, moved up for tall hair, then moved as
/// little as needed to stay in the frame.
fn place(head: &Head, frame: Size, rule: &HeadRule, aspect: f64, h: f64) -> Crop {
    let w = h * aspect;
    let aimed = head.top - rule.above.aim * h;
    let lowest = head.hair - HAIR_ROOM * h;
    let y = aimed.min(lowest).clamp(0.0, (f64::from(frame.height) - h).max(0.0));
    let x = (head.middle - w / 2.0).clamp(0.0, (f64::from(frame.width) - w).max(0.0));
    Crop { x, y, w, h }
}

/// Leaving a band costs far more than any distance from an aim; hair that is cut off costs most.
fn cost(head: &Head, crop: &Crop, rule: &HeadRule) -> f64 {
    let in_print = head.in_print(crop);
    let miss = |share: Share, value: f64| {
        let outside = (share.min - value).max(value - share.max).max(0.0);
        outside * 100.0 + (value - share.aim).abs()
    };
    let cut_off = ((crop.y - head.hair) / crop.h).max(0.0) * 1000.0;
    let below = (rule.below_min - in_print.below).max(0.0) * 100.0;
    let aside = (in_print.off_centre.abs() - rule.off_centre).max(0.0) * 100.0;
    miss(rule.above, in_print.above) + miss(rule.head, in_print.head) + below + aside + cut_off
}

fn shortfalls(head: &Head, frame: Size, rule: &HeadRule, crop: &Crop, scale: f64) -> Vec<Shortfall> {
    // A share is a quotient of sums: a thousandth of the height is less than a dot.
    const SLACK: f64 = 1e-3;
    let in_print = head.in_print(crop);
    let mut list = Vec::new();
    if in_print.head > rule.head.max + SLACK {
        list.push(Shortfall::TooNear);
    }
    if scale > UPSCALE_LIMIT {
        list.push(Shortfall::TooFar);
    }
    if head.hair < head.top - 0.5 {
        list.push(Shortfall::TallHair);
    } else if in_print.above < rule.above.min - SLACK {
        list.push(Shortfall::TooHigh);
    }
    let at_the_end = crop.y + crop.h >= f64::from(frame.height) - 0.5;
    if in_print.below < rule.below_min - SLACK || (in_print.above > rule.above.max + SLACK && at_the_end) {
        list.push(Shortfall::TooLow);
    }
    if in_print.off_centre < -rule.off_centre - SLACK {
        list.push(Shortfall::TooFarLeft);
    }
    if in_print.off_centre > rule.off_centre + SLACK {
        list.push(Shortfall::TooFarRight);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A face of ordinary proportions, cheek to cheek `width`.
    fn face(x: f64, eyes: f64, width: f64) -> FacePoints {
        FacePoints {
            eye_left: [x - width * 0.22, eyes],
            eye_right: [x + width * 0.22, eyes],
            chin: [x, eyes + width * 0.82],
            cheek_left: x - width / 2.0,
            cheek_right: x + width / 2.0,
            head_top: eyes - width * 0.8,
        }
    }

    const FULL_HD: Size = Size { width: 1920, height: 1080 };

    fn why(face: &FacePoints, size: PrintSize) -> Vec<Shortfall> {
        plan_print(face, FULL_HD, size).unwrap().shortfalls
    }

    #[test]
    fn a_well_seated_student_meets_every_sizes_own_rule() {
        for size in PrintSize::ALL {
            let plan = plan_print(&face(960.0, 540.0, 330.0), FULL_HD, size).unwrap();
            let rule = size.rule();
            assert_eq!(plan.shortfalls, [], "{size:?} {plan:?}");
            assert!(!plan.enlarged && plan.scale < 1.0, "{plan:?}");
            assert!((plan.head.above - rule.above.aim).abs() < 0.01, "{size:?} {plan:?}");
            assert!((plan.head.head - rule.head.aim).abs() < 0.01, "{size:?} {plan:?}");
            assert!(plan.head.off_centre.abs() < 1e-9);
        }
    }

    #[test]
    fn sizes_differ_in_how_large_the_head_is() {
        let head = |size| plan_print(&face(960.0, 540.0, 330.0), FULL_HD, size).unwrap().head.head;
        assert!(head(PrintSize::Small35x45) > head(PrintSize::Small33x48));
        assert!(head(PrintSize::Small33x48) > head(PrintSize::OneInch));
    }

    #[test]
    fn what_the_frame_cannot_give_is_told() {
        let one = PrintSize::OneInch;
        assert_eq!(why(&face(960.0, 540.0, 640.0), one).first(), Some(&Shortfall::TooNear));
        assert_eq!(why(&face(960.0, 540.0, 90.0), one), [Shortfall::TooFar]);
        assert_eq!(why(&face(960.0, 265.0, 330.0), one), [Shortfall::TooHigh]);
        assert_eq!(why(&face(960.0, 800.0, 330.0), one), [Shortfall::TooLow]);
        assert_eq!(why(&face(200.0, 540.0, 330.0), one), [Shortfall::TooFarLeft]);
        assert_eq!(why(&face(1720.0, 540.0, 330.0), one), [Shortfall::TooFarRight]);
    }

    #[test]
    fn a_tall_bun_neither_shrinks_the_face_nor_is_cut_off() {
        let ordinary = face(960.0, 640.0, 300.0);
        let bun = FacePoints { head_top: ordinary.head_top - 150.0, ..ordinary };
        let plan = plan_print(&bun, FULL_HD, PrintSize::Small33x48).unwrap();
        assert_eq!(plan.shortfalls.first(), Some(&Shortfall::TallHair));
        assert!(plan.crop.y <= bun.head_top, "{plan:?}");
        assert!(plan.head.head >= PrintSize::Small33x48.rule().head.min - 1e-3, "{plan:?}");
    }

    #[test]
    fn small_frames_are_enlarged_only_with_a_word() {
        let vga = Size { width: 640, height: 480 };
        let plan = plan_print(&face(320.0, 250.0, 150.0), vga, PrintSize::Small33x48).unwrap();
        assert!(plan.enlarged && plan.scale > 1.25);
        assert!(plan.shortfalls.contains(&Shortfall::TooFar));
    }

    #[test]
    fn what_is_no_face_is_refused() {
        let good = face(960.0, 540.0, 330.0);
        for bad in [
            FacePoints { head_top: f64::NAN, ..good },
            FacePoints { chin: [0.0, f64::INFINITY], ..good },
            FacePoints { chin: [960.0, 200.0], ..good },
            FacePoints { head_top: 600.0, ..good },
            face(960.0, 540.0, 1.0),
        ] {
            assert_eq!(plan_print(&bad, FULL_HD, PrintSize::OneInch), Err(PaperError::NoFace));
        }
        let none = Size { width: 0, height: 100 };
        assert_eq!(plan_print(&good, none, PrintSize::OneInch).unwrap_err().code(), "print_picture");
    }

    proptest! {
        #[test]
        fn the_crop_never_leaves_the_frame_and_keeps_the_prints_shape(
            x in -100.0..2100.0f64, y in 0.0..1200.0f64, w in 10.0..1500.0f64, hair in 0.0..900.0f64, which in 0usize..4,
        ) {
            let size = PrintSize::ALL[which];
            let mut face = face(x, y, w);
            face.head_top -= hair;
            let plan = plan_print(&face, FULL_HD, size).unwrap();
            let (crop, (w_mm, h_mm)) = (plan.crop, size.mm());
            prop_assert!(crop.x >= 0.0 && crop.y >= 0.0, "{:?}", plan);
            prop_assert!(crop.x + crop.w <= 1920.001 && crop.y + crop.h <= 1080.001, "{:?}", plan);
            prop_assert!((crop.w / crop.h - w_mm / h_mm).abs() < 1e-9);
        }
    }
}
