//! Where the head is in the delivered picture.

use domain::geometry::UPSCALE_LIMIT;
use domain::{Class, Finding, FindingCode, Limit, Shortfall, Text};

use super::{Measures, Scene};

/// Landmarks and contours tremble by as much, in delivered pixels; less than this outside a band is not seen by
/// anybody.
const TREMBLE_PX: f64 = 1.5;

pub fn judge(measures: &Measures, scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let (g, b) = (&measures.geometry, &scene.spec.bands);
    let shortfalls = scene.plan.map_or(&[][..], |plan| &plan.shortfalls);
    let bands = [
        (FindingCode::HeadTop, g.head_top_px, b.head_top, "头顶", "Head top"),
        (FindingCode::EyeLine, g.eye_line_px, b.eye_line, "眼线", "Eye line"),
        (FindingCode::FaceWidth, g.face_width_px, b.face_width, "脸宽", "Face width"),
        (FindingCode::Centre, g.centre_dx_px, b.centre_dx, "左右居中", "Centring"),
    ];
    for (code, value, limit, zh, en) in bands {
        if widened(limit).allows(value) {
            continue;
        }
        let text = what_to_do(code, value, limit, shortfalls);
        let range = |v: Option<f64>| v.map_or_else(String::new, |v| format!("{v:.0}"));
        let (min, max) = (range(limit.min), range(limit.max));
        let text = Text::new(
            format!("{zh} {value:.0} 像素，应为 {min}–{max}：{}", text.zh),
            format!("{en} {value:.0} px, should be {min} to {max}: {}", text.en),
        );
        findings.push(Finding::measured(code, Class::Retake, value, limit, text));
    }
    pixels_of_the_frame(scene, findings);
}

fn widened(limit: Limit) -> Limit {
    Limit { min: limit.min.map(|v| v - TREMBLE_PX), max: limit.max.map(|v| v + TREMBLE_PX) }
}

fn what_to_do(code: FindingCode, value: f64, limit: Limit, shortfalls: &[Shortfall]) -> Text {
    let low = limit.min.is_some_and(|min| value < min);
    let fits = |s: &&Shortfall| match code {
        FindingCode::FaceWidth => matches!(s, Shortfall::TooNear | Shortfall::TooFar),
        FindingCode::Centre => matches!(s, Shortfall::TooFarLeft | Shortfall::TooFarRight),
        _ => !matches!(s, Shortfall::TooFarLeft | Shortfall::TooFarRight),
    };
    match (shortfalls.iter().find(fits), code, low) {
        (Some(Shortfall::TooNear), ..) => {
            Text::new("请学生靠后一点再拍", "move the student back, then shoot again")
        }
        (Some(Shortfall::TooFar), ..) => {
            Text::new("请学生靠前一点或拉近镜头再拍", "move the student nearer or zoom in, then shoot again")
        }
        (Some(Shortfall::TooHigh), ..) => Text::new(
            "头上方画面不够，请压低座椅或抬高镜头",
            "too little room above the head: lower the seat or raise the lens",
        ),
        (Some(Shortfall::TooLow), ..) => Text::new(
            "头下方画面不够，请升高座椅或压低镜头",
            "too little room below the head: raise the seat or lower the lens",
        ),
        (Some(Shortfall::TallHair), ..) => Text::new(
            "头发太高，请压低发髻再拍",
            "the hair is too tall: ask to press it down, then shoot again",
        ),
        (Some(Shortfall::TooFarLeft), ..) => {
            Text::new("请学生向自己的左边移一点", "ask the student to move to their own left")
        }
        (Some(Shortfall::TooFarRight), ..) => {
            Text::new("请学生向自己的右边移一点", "ask the student to move to their own right")
        }
        (None, FindingCode::FaceWidth, true) => Text::new("人脸太小", "the face is too small"),
        (None, FindingCode::FaceWidth, false) => Text::new("人脸太大", "the face is too large"),
        (None, FindingCode::Centre, true) => Text::new("人脸偏左", "the face is too far left"),
        (None, FindingCode::Centre, false) => Text::new("人脸偏右", "the face is too far right"),
        (None, _, true) => Text::new("位置太高", "too high"),
        (None, _, false) => Text::new("位置太低", "too low"),
    }
}

/// Whether the camera gave enough pixels, and all of them.
fn pixels_of_the_frame(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    /// Enlargement beyond which the picture is visibly soft, and beyond which it is of no use.
    const SOFT: f64 = 1.6;
    const USELESS: f64 = 2.2;
    let Some(plan) = scene.plan else { return };
    if plan.scale > UPSCALE_LIMIT {
        let class = match plan.scale {
            s if s > USELESS => Class::Retake,
            s if s > SOFT => Class::Review,
            _ => Class::Info,
        };
        let text = Text::new(
            format!("人像放大了 {:.2} 倍：请学生靠前一点或拉近镜头", plan.scale),
            format!("Enlarged {:.2} times: move the student nearer or zoom in", plan.scale),
        );
        findings.push(Finding::measured(
            FindingCode::Upscaled,
            class,
            plan.scale,
            Limit::at_most(UPSCALE_LIMIT),
            text,
        ));
    }
    let (face, crop) = (scene.face, &plan.crop);
    let cut_off =
        face.cheek_left < crop.x || face.cheek_right > crop.x + crop.w || face.chin[1] > crop.y + crop.h;
    if cut_off || plan.geometry.head_top_px <= 0.5 {
        let text = Text::new(
            "头部超出画面：请调整座位或镜头再拍",
            "The head is cut off: move the seat or the lens, then shoot again",
        );
        findings.push(Finding::plain(FindingCode::OutsideFrame, Class::Retake, text));
    }
}
