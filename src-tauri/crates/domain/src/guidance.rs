//! What the live picture tells the photographer: the standard's bands with their present values, and one line of
//! advice. Pure: the readings of a frame go in, what to show comes out.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CropPlan, Limit, PhotoSpec, Shortfall, Text};

/// One measure of the standard that is drawn on the live picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// 头顶.
    HeadTop,
    /// 眼线.
    EyeLine,
    /// 脸宽.
    FaceWidth,
    /// 居中.
    Centre,
    /// 歪头.
    Tilt,
}

/// The present value of one band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct BandReading {
    /// Which.
    pub band: Band,
    /// Delivered pixels, degrees for the tilt.
    pub value: f64,
    /// What is allowed.
    pub limit: Limit,
    /// Whether it counts as good, with hysteresis.
    pub good: bool,
}

/// One line for the photographer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Advice {
    /// Stable name of the advice.
    pub code: AdviceCode,
    /// The sentence.
    pub text: Text,
}

/// Kinds of advice, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum AdviceCode {
    NobodyThere,
    ManyPeople,
    ComeBack,
    ComeNearer,
    SitLower,
    SitHigher,
    MoveLeft,
    MoveRight,
    TallHair,
    StraightenHead,
    FaceLens,
    OpenEyes,
    Ready,
}

/// What was seen in one live frame.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveReading {
    /// How many faces.
    pub faces: usize,
    /// The crop that would be taken of the (largest) face; `None` without a face.
    pub plan: Option<CropPlan>,
    /// Turn to a side in degrees, above 0 towards the student's left.
    pub yaw_deg: f64,
    /// Nod in degrees, above 0 upwards.
    pub pitch_deg: f64,
    /// Whether an eye is shut.
    pub eye_shut: bool,
}

/// What to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Guidance {
    /// The bands, in the order in which they are drawn; empty without a face.
    pub bands: Vec<BandReading>,
    /// The crop that would be taken, in pixels of the frame.
    pub plan: Option<CropPlan>,
    /// What to say.
    pub advice: Advice,
    /// Whether everything that is watched live is good.
    pub ready: bool,
}

/// Remembers which bands were good, so that a value at the edge does not flicker.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    good: [bool; 5],
}

/// A band becomes good this far inside its ends and stays good up to this far outside, in delivered pixels.
const SLACK_PX: f64 = 3.0;
/// The same for the tilt, in degrees.
const SLACK_DEG: f64 = 0.5;

impl Guide {
    /// Takes one frame's reading and says what to show.
    pub fn update(&mut self, reading: &LiveReading, spec: &PhotoSpec) -> Guidance {
        let Some(plan) = reading.plan.clone().filter(|_| reading.faces > 0) else {
            *self = Self::default();
            return Guidance {
                bands: Vec::new(),
                plan: None,
                advice: say(AdviceCode::NobodyThere, 0.0),
                ready: false,
            };
        };
        let g = plan.geometry;
        let b = &spec.bands;
        let tilt = Limit::between(-spec.pose.roll_warn, spec.pose.roll_warn);
        let values = [
            (Band::HeadTop, g.head_top_px, b.head_top, SLACK_PX),
            (Band::EyeLine, g.eye_line_px, b.eye_line, SLACK_PX),
            (Band::FaceWidth, g.face_width_px, b.face_width, SLACK_PX),
            (Band::Centre, g.centre_dx_px, b.centre_dx, SLACK_PX),
            (Band::Tilt, g.roll_deg, tilt, SLACK_DEG),
        ];
        let mut bands = Vec::with_capacity(values.len());
        for (was_good, (band, value, limit, slack)) in self.good.iter_mut().zip(values) {
            *was_good = moved_ends(limit, if *was_good { slack } else { -slack }).allows(value);
            bands.push(BandReading { band, value, limit, good: *was_good });
        }
        let tilted = !bands[4].good;
        let advice = advise(reading, &plan, tilted, spec);
        let ready = advice.code == AdviceCode::Ready && bands.iter().all(|b| b.good);
        Guidance { bands, plan: Some(plan), advice, ready }
    }
}

fn moved_ends(limit: Limit, outwards: f64) -> Limit {
    Limit { min: limit.min.map(|v| v - outwards), max: limit.max.map(|v| v + outwards) }
}

fn advise(reading: &LiveReading, plan: &CropPlan, tilted: bool, spec: &PhotoSpec) -> Advice {
    if reading.faces > 1 {
        return say(AdviceCode::ManyPeople, reading.faces as f64);
    }
    if let Some(first) = plan.shortfalls.first() {
        let code = match first {
            Shortfall::TooNear => AdviceCode::ComeBack,
            Shortfall::TooFar => AdviceCode::ComeNearer,
            Shortfall::TooHigh => AdviceCode::SitLower,
            Shortfall::TooLow => AdviceCode::SitHigher,
            // The smaller x of the picture is the student's right: they move to their left.
            Shortfall::TooFarLeft => AdviceCode::MoveLeft,
            Shortfall::TooFarRight => AdviceCode::MoveRight,
            Shortfall::TallHair => AdviceCode::TallHair,
        };
        return say(code, 0.0);
    }
    if tilted {
        return say(AdviceCode::StraightenHead, plan.geometry.roll_deg);
    }
    if reading.yaw_deg.abs() > spec.pose.yaw_max || reading.pitch_deg.abs() > spec.pose.pitch_max {
        return say(AdviceCode::FaceLens, 0.0);
    }
    if reading.eye_shut {
        return say(AdviceCode::OpenEyes, 0.0);
    }
    say(AdviceCode::Ready, 0.0)
}

fn say(code: AdviceCode, value: f64) -> Advice {
    let degrees = value.abs().round();
    let text = match code {
        AdviceCode::NobodyThere => {
            Text::new("请学生坐到镜头前", "Ask the student to sit down in front of the lens")
        }
        AdviceCode::ManyPeople => Text::new(
            format!("画面里有 {value} 张脸，请其他人离开"),
            format!("{value} faces in the picture: others must step aside"),
        ),
        AdviceCode::ComeBack => Text::new("请学生靠后一点", "Ask the student to move back a little"),
        AdviceCode::ComeNearer => {
            Text::new("请学生靠前一点，或拉近镜头", "Ask the student to come nearer, or zoom in")
        }
        AdviceCode::SitLower => {
            Text::new("头太高：请压低座椅或抬高镜头", "Head too high: lower the seat or raise the lens")
        }
        AdviceCode::SitHigher => {
            Text::new("头太低：请升高座椅或压低镜头", "Head too low: raise the seat or lower the lens")
        }
        AdviceCode::MoveLeft => {
            Text::new("请学生向自己的左边移一点", "Ask the student to move to their own left")
        }
        AdviceCode::MoveRight => {
            Text::new("请学生向自己的右边移一点", "Ask the student to move to their own right")
        }
        AdviceCode::TallHair => Text::new(
            "头发太高，放不进规定位置：请压低发髻",
            "Hair too tall for the standard: ask to press it down",
        ),
        AdviceCode::StraightenHead => {
            let (zh, en) = if value > 0.0 { ("左", "left") } else { ("右", "right") };
            Text::new(
                format!("头向{zh}歪了 {degrees}°，请扶正后再拍"),
                format!("Head tilted {degrees}° to the student's {en}: straighten it first"),
            )
        }
        AdviceCode::FaceLens => Text::new("请学生正对镜头", "Ask the student to face the lens"),
        AdviceCode::OpenEyes => {
            Text::new("请学生睁眼看镜头", "Ask the student to open the eyes and look at the lens")
        }
        AdviceCode::Ready => Text::new("可以拍了（空格）", "Ready: press Space"),
    };
    Advice { code, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Crop, FaceGeometry};

    fn spec() -> PhotoSpec {
        PhotoSpec::parse(include_str!("../../../../assets/specs/registry-safe.toml")).unwrap()
    }

    fn reading(head_top_px: f64, roll_deg: f64) -> LiveReading {
        let geometry = FaceGeometry {
            head_top_px,
            eye_line_px: 260.0,
            face_width_px: 240.0,
            centre_dx_px: 0.0,
            roll_deg,
        };
        let crop = Crop { x: 0.0, y: 0.0, w: 480.0, h: 640.0 };
        let plan = CropPlan { crop, geometry, scale: 1.0, shortfalls: Vec::new() };
        LiveReading { faces: 1, plan: Some(plan), yaw_deg: 0.0, pitch_deg: 0.0, eye_shut: false }
    }

    #[test]
    fn a_value_that_trembles_at_the_edge_does_not_flicker() {
        let mut guide = Guide::default();
        let spec = spec();
        let mut show = |v: f64| guide.update(&reading(v, 0.0), &spec).bands[0].good;
        assert!(show(80.0));
        let trembling: Vec<bool> = [109.0, 111.0, 109.5, 112.5, 110.5].into_iter().map(&mut show).collect();
        assert_eq!(trembling, [true; 5]);
        assert!(!show(114.0));
        let returning: Vec<bool> = [111.0, 109.0, 108.0, 106.0].into_iter().map(&mut show).collect();
        assert_eq!(returning, [false, false, false, true]);
    }

    #[test]
    fn advice_names_the_side_and_the_degrees() {
        let mut guide = Guide::default();
        let left = guide.update(&reading(80.0, 4.2), &spec()).advice;
        assert_eq!(left.text.zh, "头向左歪了 4°，请扶正后再拍");
        let right = guide.update(&reading(80.0, -6.0), &spec()).advice;
        assert_eq!(right.text.zh, "头向右歪了 6°，请扶正后再拍");
    }

    #[test]
    fn nobody_two_people_and_ready() {
        let mut guide = Guide::default();
        let nobody = LiveReading { faces: 0, plan: None, yaw_deg: 0.0, pitch_deg: 0.0, eye_shut: false };
        assert_eq!(guide.update(&nobody, &spec()).advice.code, AdviceCode::NobodyThere);
        let mut two = reading(80.0, 0.0);
        two.faces = 2;
        assert_eq!(guide.update(&two, &spec()).advice.code, AdviceCode::ManyPeople);
        let ready = guide.update(&reading(80.0, 0.0), &spec());
        assert!(ready.ready);
        let mut shut = reading(80.0, 0.0);
        shut.eye_shut = true;
        assert!(!guide.update(&shut, &spec()).ready);
    }
}
