//! How the head is held, eyes and mouth.

use domain::{Class, Finding, FindingCode, Limit, PhotoSpec, Text};

use super::Measures;
use crate::face::Face;

/// The eye line is measured to about this, in degrees.
const ROLL_TREMBLE: f64 = 0.75;
/// Turn and nod are read off depths that the model guesses: between the standard's limit and this many degrees
/// beyond it a note is made, and only from there on somebody has to look.
const TURN_DOUBT: f64 = 4.0;
const NOD_DOUBT: f64 = 6.0;
/// So many degrees beyond the limit there is no doubt.
const TURN_SURE: f64 = 8.0;
const NOD_SURE: f64 = 14.0;

/// The iris of a face that looks at the lens lies this high in the eye (mean of 12 booth frames, −0.11 to −0.06).
const GAZE_LEVEL: f64 = -0.085;
/// Distance of the iris from there, in eye widths, beyond which the eyes look elsewhere. Faces that look at the lens
/// stay within 0.06 sideways (33 of them) and 0.07 up and down.
const GAZE: f64 = 0.11;
/// Sideways counts for more: the mesh follows an iris only two thirds of its way there, and lids do not hide it. An
/// eyeball's radius is two fifths of its opening's width, so that 0.07 as measured is a glance of some 15°.
const GAZE_SIDEWAYS: f64 = 1.6;
/// Turn beyond which the gaze is not judged, in degrees.
const GAZE_FRONTAL: f64 = 12.0;
/// Outer and inner corner and middle of the iris of both eyes, from the smaller x to the larger.
const EYES: [[usize; 3]; 2] = [[33, 133, 468], [362, 263, 473]];

/// [`shutness`] of an eye that may be shut, and of one that is.
const SHUT_MAYBE: f64 = 0.36;
const SHUT: f64 = 0.42;

/// Lip gap over mouth width of a mouth that may be open, and of one that is.
const OPEN_MAYBE: f64 = 0.09;
const OPEN: f64 = 0.12;

/// How shut the eyes are, 0–1, the worse of both.
///
/// The blink score alone runs from 0.38 when shut and up to 0.33 when open; the lid gap alone cannot tell narrow
/// eyes that smile (0.14) from shut ones (up to 0.19). Together they part: open eyes stay below 0.30, shut ones
/// above 0.45 on the test frames.
pub fn shutness(face: &Face) -> f64 {
    /// Lid gap over eye width at which the gap says nothing.
    const NEUTRAL: f64 = 0.21;
    let one = |blink: f64, aspect: f64| (blink + (NEUTRAL - aspect)).clamp(0.0, 1.0);
    one(face.blink_left, face.eye_aspect_left).max(one(face.blink_right, face.eye_aspect_right))
}

/// Whether an eye is shut, as the live guidance and the burst want to know it.
pub fn eye_shut(face: &Face) -> bool {
    shutness(face) > SHUT_MAYBE
}

/// Where both irises are between the corners of their eyes, in eye widths from the middle: to the larger x, and down.
/// `None` without irises.
pub fn gaze(face: &Face) -> Option<[f64; 2]> {
    let place = |[a, b, iris]: [usize; 3]| {
        let at = |i: usize| face.landmarks.get(i).map(|p| [f64::from(p[0]), f64::from(p[1])]);
        let (a, b, iris) = (at(a)?, at(b)?, at(iris)?);
        let along = [b[0] - a[0], b[1] - a[1]];
        let length = along[0].powi(2) + along[1].powi(2);
        let from = [iris[0] - a[0], iris[1] - a[1]];
        let sideways = (from[0] * along[0] + from[1] * along[1]) / length.max(1e-9) - 0.5;
        let down = (from[1] * along[0] - from[0] * along[1]) / length.max(1e-9);
        Some([sideways, down])
    };
    let (left, right) = (place(EYES[0])?, place(EYES[1])?);
    Some([(left[0] + right[0]) / 2.0, (left[1] + right[1]) / 2.0])
}

fn looks_away([sideways, down]: [f64; 2], findings: &mut Vec<Finding>) {
    let away = (sideways * GAZE_SIDEWAYS).hypot(down - GAZE_LEVEL);
    if away <= GAZE {
        return;
    }
    let text = Text::new(
        "眼睛没有看镜头：请学生看镜头再拍",
        "The eyes look elsewhere: ask the student to look at the lens, then shoot again",
    );
    findings.push(Finding::measured(FindingCode::Gaze, Class::Review, away, Limit::at_most(GAZE), text));
}

pub fn judge(measures: &Measures, spec: &PhotoSpec, findings: &mut Vec<Finding>) {
    roll(measures.geometry.roll_deg, spec, findings);
    turn(measures.yaw_deg, spec, findings);
    nod(measures.pitch_deg, spec, findings);
    eyes(measures.eye_shut, findings);
    mouth(measures.mouth_gap, findings);
    // Under a shut lid the iris is a guess, and a turned face hides half of the eye's white.
    if measures.eye_shut < SHUT_MAYBE
        && measures.yaw_deg.abs() < GAZE_FRONTAL
        && let Some(gaze) = measures.gaze
    {
        looks_away(gaze, findings);
    }
}

fn roll(roll: f64, spec: &PhotoSpec, findings: &mut Vec<Finding>) {
    let (warn, fail) = (spec.pose.roll_warn, spec.pose.roll_fail);
    let class = match roll.abs() {
        r if r > fail => Class::Retake,
        r if r > warn + ROLL_TREMBLE => Class::Review,
        r if r > warn => Class::Info,
        _ => return,
    };
    let (zh, en) = if roll > 0.0 { ("左", "left") } else { ("右", "right") };
    let degrees = roll.abs();
    let text = Text::new(
        format!("头向自己的{zh}边歪了 {degrees:.1}°：请学生把头摆正再拍（不允许用软件转正）"),
        format!(
            "Head tilted {degrees:.1}° to the student's {en}: straighten it and shoot again (turning by software is forbidden)"
        ),
    );
    findings.push(Finding::measured(FindingCode::Roll, class, roll, Limit::between(-warn, warn), text));
}

fn turn(yaw: f64, spec: &PhotoSpec, findings: &mut Vec<Finding>) {
    let most = spec.pose.yaw_max;
    let class = match yaw.abs() {
        y if y > most + TURN_SURE => Class::Retake,
        y if y > most + TURN_DOUBT => Class::Review,
        y if y > most => Class::Info,
        _ => return,
    };
    // Somebody who is turned to their left has to turn right.
    let (zh, en) = if yaw > 0.0 { ("右", "right") } else { ("左", "left") };
    let text = Text::new(
        format!("脸没有正对镜头（约 {:.0}°）：请学生把脸向自己的{zh}边转一点再拍", yaw.abs()),
        format!(
            "Face turned away by about {:.0}°: ask the student to turn a little to their {en}, then shoot again",
            yaw.abs()
        ),
    );
    findings.push(Finding::measured(FindingCode::Yaw, class, yaw, Limit::between(-most, most), text));
}

fn nod(pitch: f64, spec: &PhotoSpec, findings: &mut Vec<Finding>) {
    let most = spec.pose.pitch_max;
    let class = match pitch.abs() {
        p if p > most + NOD_SURE => Class::Retake,
        p if p > most + NOD_DOUBT => Class::Review,
        p if p > most => Class::Info,
        _ => return,
    };
    let (zh, en) = if pitch > 0.0 { ("低", "lower") } else { ("抬", "raise") };
    let text = Text::new(
        format!("头没有端平（约 {:.0}°）：请学生把下巴{zh}一点再拍", pitch.abs()),
        format!(
            "Head nods by about {:.0}°: ask the student to {en} the chin a little, then shoot again",
            pitch.abs()
        ),
    );
    findings.push(Finding::measured(FindingCode::Pitch, class, pitch, Limit::between(-most, most), text));
}

fn eyes(shut: f64, findings: &mut Vec<Finding>) {
    let (class, text) = match shut {
        s if s > SHUT => (
            Class::Retake,
            Text::new(
                "眼睛闭上了：请学生睁眼看镜头再拍",
                "Eyes shut: ask the student to open them and look at the lens, then shoot again",
            ),
        ),
        s if s > SHUT_MAYBE => {
            (Class::Review, Text::new("眼睛可能没睁开：请放大看一眼", "Eyes may be shut: have a closer look"))
        }
        _ => return,
    };
    findings.push(Finding::measured(FindingCode::EyesClosed, class, shut, Limit::at_most(SHUT_MAYBE), text));
}

fn mouth(gap: f64, findings: &mut Vec<Finding>) {
    let (class, text) = match gap {
        g if g > OPEN => (
            Class::Retake,
            Text::new(
                "嘴张开或露齿：请学生闭嘴、表情自然再拍",
                "Mouth open or teeth shown: ask for a closed, natural mouth, then shoot again",
            ),
        ),
        g if g > OPEN_MAYBE => (
            Class::Review,
            Text::new("嘴可能没闭上：请放大看一眼", "The mouth may be open: have a closer look"),
        ),
        _ => return,
    };
    findings.push(Finding::measured(FindingCode::MouthOpen, class, gap, Limit::at_most(OPEN_MAYBE), text));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> PhotoSpec {
        PhotoSpec::parse(include_str!("../../../../../assets/specs/registry-safe.toml")).unwrap()
    }

    fn class_of(judged: impl Fn(&mut Vec<Finding>)) -> Option<Class> {
        let mut findings = Vec::new();
        judged(&mut findings);
        findings.first().map(|f| f.class)
    }

    #[test]
    fn a_tilt_is_noted_then_looked_at_then_shot_again() {
        let spec = spec();
        let at = |deg: f64| class_of(|f| roll(deg, &spec, f));
        assert_eq!([at(0.0), at(-2.9)], [None; 2]);
        assert_eq!(at(3.4), Some(Class::Info));
        assert_eq!(at(-4.0), Some(Class::Review));
        assert_eq!([at(5.1), at(-18.0)], [Some(Class::Retake); 2]);
    }

    #[test]
    fn a_turn_and_a_nod_are_noted_then_looked_at_then_shot_again() {
        let spec = spec();
        let turned = |deg: f64| class_of(|f| turn(deg, &spec, f));
        assert_eq!([turned(9.5), turned(-9.5)], [None; 2]);
        assert_eq!([turned(12.0), turned(-16.0)], [Some(Class::Info), Some(Class::Review)]);
        assert_eq!([turned(19.0), turned(-31.0)], [Some(Class::Retake); 2]);
        let nods = |deg: f64| class_of(|f| nod(deg, &spec, f));
        assert_eq!([nods(9.5), nods(-9.5)], [None; 2]);
        assert_eq!([nods(12.0), nods(-18.0)], [Some(Class::Info), Some(Class::Review)]);
        assert_eq!([nods(25.0), nods(-27.0)], [Some(Class::Retake); 2]);
    }

    #[test]
    fn the_sentence_names_the_side_of_the_student() {
        let mut findings = Vec::new();
        roll(6.0, &spec(), &mut findings);
        assert!(findings[0].message.contains("左") && findings[0].message_en.contains("student's left"));
        assert_eq!(findings[0].value, Some(6.0));
        findings.clear();
        turn(25.0, &spec(), &mut findings);
        assert!(findings[0].message.contains("右"), "{}", findings[0].message);
    }

    #[test]
    fn eyes_and_mouth_have_a_doubtful_band() {
        assert_eq!(class_of(|f| eyes(0.30, f)), None);
        assert_eq!(class_of(|f| eyes(0.40, f)), Some(Class::Review));
        assert_eq!(class_of(|f| eyes(0.50, f)), Some(Class::Retake));
        assert_eq!(class_of(|f| mouth(0.05, f)), None);
        assert_eq!(class_of(|f| mouth(0.15, f)), Some(Class::Retake));
    }

    #[test]
    fn eyes_at_the_lens_pass_and_a_glance_aside_or_down_does_not() {
        let away = |gaze| class_of(|f| looks_away(gaze, f));
        assert_eq!([away([0.05, -0.08]), away([-0.05, -0.11])], [None; 2]);
        assert_eq!([away([0.08, -0.08]), away([0.0, 0.04]), away([-0.2, -0.1])], [Some(Class::Review); 3]);
    }
}
