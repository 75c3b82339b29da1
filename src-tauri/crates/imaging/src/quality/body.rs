//! Ears, neck, shoulders and what is on the head, from the matte and the colour of the cheeks.

use domain::{Class, Finding, FindingCode, Limit, Text};
use serde::Serialize;

use super::colour::lab;
use super::{FaceArea, Scene};

/// What is seen around the face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Body {
    /// Part of the strip beside the cheek at the smaller x, from eyes to nose, that has the skin's colour.
    pub ear_left: f64,
    /// The same at the larger x.
    pub ear_right: f64,
    /// Part of those strips that is covered by the person; the side that is covered more of the ones without skin.
    pub beside: f64,
    /// Tilt of the line through both shoulders in degrees, above 0 if the one at the larger x is lower; `None` if they
    /// are not both seen.
    pub shoulders_deg: Option<f64>,
    /// Part of the patch below the chin that has the skin's colour.
    pub neck: f64,
    /// Part of the head above the forehead whose colour hair does not have: green, blue or violet.
    pub covering: f64,
}

/// Less skin than this part beside a cheek, where the person covers most of it: hair or cloth hides the ear.
const EAR: f64 = 0.08;
const BESIDE: f64 = 0.8;
/// Shoulders of straight sitters came out at up to 3.5°.
const SHOULDERS_MAYBE: f64 = 5.5;
const SHOULDERS: f64 = 10.0;
/// Skin below the chin; 1 on open collars, 0.4 in a space suit.
const NECK: f64 = 0.5;
const COVERING: f64 = 0.4;

pub(crate) fn measure(scene: &Scene<'_>, area: &FaceArea, skin: [f64; 3]) -> Body {
    let look = Look { scene, area, skin };
    let [(ear_left, covered_left), (ear_right, covered_right)] = [look.beside(0), look.beside(1)];
    let hidden = |skin: f64, covered: f64| if skin < EAR { covered } else { 0.0 };
    Body {
        ear_left,
        ear_right,
        beside: hidden(ear_left, covered_left).max(hidden(ear_right, covered_right)),
        shoulders_deg: look.shoulders(),
        neck: look.neck(),
        covering: look.covering(),
    }
}

struct Look<'a, 'b> {
    scene: &'a Scene<'b>,
    area: &'a FaceArea,
    skin: [f64; 3],
}

impl Look<'_, '_> {
    fn eyes_y(&self) -> f64 {
        (self.area.eyes[0][1] + self.area.eyes[1][1]) / 2.0
    }

    /// Pixels between two corners that lie in the picture.
    fn pixels(&self, x: [f64; 2], y: [f64; 2]) -> impl Iterator<Item = (u32, u32)> + use<> {
        let centre = [(x[0] + x[1]) / 2.0, (y[0] + y[1]) / 2.0];
        let half = [(x[1] - x[0]).abs() / 2.0, (y[1] - y[0]).abs() / 2.0];
        self.area.pixels(centre, half)
    }

    fn is_skin(&self, x: u32, y: u32, room: f64) -> bool {
        /// Lightness may differ more than hue: ears and necks lie in the shade.
        const SCALE: [f64; 3] = [22.0, 10.0, 10.0];
        // The colours of dark skin lie nearer together, and hair and cloth nearer to them.
        let share = (self.skin[0] / 55.0).clamp(0.45, 1.0);
        let colour = lab(self.scene.matte.picture.get_pixel(x, y).0);
        (0..3).map(|c| ((colour[c] - self.skin[c]) / (SCALE[c] * share)).powi(2)).sum::<f64>() < room
    }

    /// Whether a pixel may be skin that lies in the shade of the chin: there colours keep their ratio to lightness.
    /// Light cloth is less coloured than any skin, which the plain distance of [`Self::is_skin`] does not tell.
    fn is_shaded_skin(&self, x: u32, y: u32) -> bool {
        /// Difference of the tint, in parts of the cheeks' own.
        const TINT: f64 = 0.62;
        /// The least of it: a powdered face has hardly a tint of its own.
        const LEAST: f64 = 0.16;
        /// Lighter than the cheeks by so much is no shade.
        const LIGHTER: f64 = 16.0;
        let tint = |[l, a, b]: [f64; 3]| [a / l.max(6.0), b / l.max(6.0)];
        let colour = lab(self.scene.matte.picture.get_pixel(x, y).0);
        let (own, seen) = (tint(self.skin), tint(colour));
        let off = (own[0] - seen[0]).hypot(own[1] - seen[1]);
        off < (TINT * own[0].hypot(own[1])).max(LEAST) && colour[0] < self.skin[0] + LIGHTER
    }

    fn alpha(&self, x: u32, y: u32) -> f32 {
        self.scene.matte.alpha.at(x as usize, y as usize)
    }

    /// Parts of the strip beside a cheek that are skin, and person.
    fn beside(&self, side: usize) -> (f64, f64) {
        let width = self.area.width();
        let out = if side == 0 { -width } else { width };
        let cheek = self.area.cheeks[side];
        let mouth_down = self.area.mouth[1] - self.eyes_y();
        let y = [self.eyes_y() - 0.05 * width, self.eyes_y() + 0.62 * mouth_down];
        let (mut skin, mut person, mut all) = (0u32, 0u32, 0u32);
        for (x, y) in self.pixels([cheek + out * 0.035, cheek + out * 0.13], y) {
            let covered = self.alpha(x, y) > 0.6;
            person += u32::from(covered);
            skin += u32::from(covered && self.is_skin(x, y, 4.0));
            all += 1;
        }
        let part = |n: u32| f64::from(n) / f64::from(all.max(1));
        (part(skin), part(person))
    }

    /// Compares the upper contour of the person at mirrored distances from the middle.
    fn shoulders(&self) -> Option<f64> {
        /// Distances in widths of the face, and how many of them must be seen.
        const NEAR: f64 = 0.7;
        const FAR: f64 = 1.0;
        const STEPS: u32 = 9;
        const LEAST: usize = 6;
        let width = self.area.width();
        let lines = (0..STEPS).filter_map(|i| {
            let t = NEAR + (FAR - NEAR) * f64::from(i) / f64::from(STEPS - 1);
            let left = self.contour(self.area.centre_x() - t * width)?;
            let right = self.contour(self.area.centre_x() + t * width)?;
            Some((right - left).atan2(2.0 * t * width).to_degrees())
        });
        let mut lines: Vec<f64> = lines.collect();
        (lines.len() >= LEAST).then(|| super::aligned::median(&mut lines))
    }

    /// Upper end of the person's lowest run in a column; `None` if it is hair (above the chin) or not there.
    fn contour(&self, x: f64) -> Option<f64> {
        let alpha = &self.scene.matte.alpha;
        if x < 0.0 || x >= alpha.width as f64 {
            return None;
        }
        let top = (0..alpha.height).rev().take_while(|&y| alpha.at(x as usize, y) > 0.5).last()? as f64;
        (top > self.area.chin[1] - 0.1 * self.area.width()).then_some(top)
    }

    fn neck(&self) -> f64 {
        let (width, chin, x) = (self.area.width(), self.area.chin[1], self.area.centre_x());
        let (mut skin, mut all) = (0u32, 0u32);
        for (x, y) in
            self.pixels([x - 0.18 * width, x + 0.18 * width], [chin + 0.06 * width, chin + 0.22 * width])
        {
            skin += u32::from(self.is_shaded_skin(x, y));
            all += 1;
        }
        if all == 0 { 1.0 } else { f64::from(skin) / f64::from(all) }
    }

    fn covering(&self) -> f64 {
        let (width, x, top) =
            (self.area.width(), self.area.centre_x(), super::geometry(self.scene).head_top_px);
        // The mesh ends at about half the distance from the eyes to the top.
        let low = top + (self.eyes_y() - top) * 0.4;
        let (mut odd, mut all) = (0u32, 0u32);
        for (x, y) in self.pixels([x - 0.35 * width, x + 0.35 * width], [top + 3.0, low]) {
            if self.alpha(x, y) < 0.9 {
                continue;
            }
            let [_, a, b] = lab(self.scene.matte.picture.get_pixel(x, y).0);
            odd += u32::from((b < -6.0 || a < -6.0) && a.hypot(b) > 10.0);
            all += 1;
        }
        f64::from(odd) / f64::from(all.max(1))
    }
}

pub fn judge(body: &Body, findings: &mut Vec<Finding>) {
    if body.beside > BESIDE {
        let text = Text::new(
            "看不到耳朵：头发可能遮住了耳朵，请看一眼，必要时拨到耳后",
            "No ear is seen beside a cheek: hair may cover it; look, and have it brushed back if so",
        );
        let value = body.ear_left.min(body.ear_right);
        findings.push(Finding::measured(
            FindingCode::EarsHidden,
            Class::Info,
            value,
            Limit::at_least(EAR),
            text,
        ));
    }
    if body.neck < NECK {
        let text = Text::new(
            "看不到脖子：可能是高领或围巾，请看一眼",
            "The neck is not seen: a high collar or a scarf, perhaps; have a look",
        );
        findings.push(Finding::measured(
            FindingCode::NeckHidden,
            Class::Info,
            body.neck,
            Limit::at_least(NECK),
            text,
        ));
    }
    if body.covering > COVERING {
        let text = Text::new(
            "头上颜色不像头发：请确认没有戴帽子、头巾",
            "What is on the head has no colour of hair: see that no hat or scarf is worn",
        );
        let limit = Limit::at_most(COVERING);
        findings.push(Finding::measured(
            FindingCode::HeadCovering,
            Class::Review,
            body.covering,
            limit,
            text,
        ));
    }
    if let Some(degrees) = body.shoulders_deg {
        shoulders(degrees, findings);
    }
}

fn shoulders(degrees: f64, findings: &mut Vec<Finding>) {
    let class = match degrees.abs() {
        d if d > SHOULDERS => Class::Retake,
        d if d > SHOULDERS_MAYBE => Class::Review,
        _ => return,
    };
    // The shoulder at the larger x is the student's left one.
    let (zh, en) = if degrees > 0.0 { ("左", "left") } else { ("右", "right") };
    let text = Text::new(
        format!("两肩不平：自己的{zh}肩低了约 {:.0}°，请坐正再拍", degrees.abs()),
        format!(
            "Shoulders not level: the student's {en} one is lower by about {:.0}°; straighten up, then shoot again",
            degrees.abs()
        ),
    );
    let limit = Limit::between(-SHOULDERS_MAYBE, SHOULDERS_MAYBE);
    findings.push(Finding::measured(FindingCode::ShouldersTilted, class, degrees, limit, text));
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Body = Body {
        ear_left: 0.4,
        ear_right: 0.3,
        beside: 0.0,
        shoulders_deg: Some(1.0),
        neck: 1.0,
        covering: 0.0,
    };

    fn said(body: Body) -> Vec<(FindingCode, Class)> {
        let mut findings = Vec::new();
        judge(&body, &mut findings);
        findings.iter().map(|f| (f.code, f.class)).collect()
    }

    #[test]
    fn each_limit_has_two_sides() {
        assert_eq!(said(GOOD), []);
        assert_eq!(said(Body { shoulders_deg: None, ..GOOD }), []);
        assert_eq!(
            said(Body { shoulders_deg: Some(5.0), neck: 0.55, covering: 0.35, beside: 0.75, ..GOOD }),
            []
        );
        let leaning = Body { shoulders_deg: Some(-7.0), ..GOOD };
        assert_eq!(said(leaning), [(FindingCode::ShouldersTilted, Class::Review)]);
        assert_eq!(said(Body { shoulders_deg: Some(12.0), ..GOOD })[0].1, Class::Retake);
        assert_eq!(said(Body { neck: 0.2, ..GOOD }), [(FindingCode::NeckHidden, Class::Info)]);
        assert_eq!(said(Body { covering: 0.6, ..GOOD }), [(FindingCode::HeadCovering, Class::Review)]);
        assert_eq!(
            said(Body { beside: 0.95, ear_left: 0.0, ..GOOD }),
            [(FindingCode::EarsHidden, Class::Info)]
        );
    }
}
