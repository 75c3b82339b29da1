//! The backdrop before it is replaced, the clothes against it, and the matte between them.

use domain::spec::BackgroundMode;
use domain::{Class, Finding, FindingCode, Limit, Text};
use image::RgbImage;
use serde::Serialize;

use super::colour::{distance, lab};
use super::{FaceArea, Measures, Scene};
use crate::recolor;

/// Backdrop and clothes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Surroundings {
    /// How much the backdrop's colour strays from an even slope of light, 0–255: root mean square over blocks of
    /// 4 × 4 pixels well away from the person, so that noise does not count.
    pub spread: f64,
    /// Mean length of the luminance gradient between those blocks (Sobel / 8): edges of things.
    pub edges: f64,
    /// Part of the picture that shows nothing but backdrop.
    pub share: f64,
    /// Part of the clothes whose colour is near the background's.
    pub clothes_near: f64,
}

/// Spread above which a backdrop is not one plain cloth or wall: folds and a shadow stay below, see the booth frames.
pub(crate) const MOST_SPREAD: f64 = 14.0;
/// The same for edges.
pub(crate) const MOST_EDGES: f64 = 2.0;
/// Less backdrop than this part of the picture tells nothing.
const LEAST_SHARE: f64 = 0.02;
/// Part of the clothes that may be near the background's colour.
const NEAR_MAYBE: f64 = 0.2;
const NEAR: f64 = 0.4;
/// Colour distance (CIE76) that the eye takes for another colour even where both meet.
const DISTINCT: f64 = 22.0;

pub(crate) fn measure(scene: &Scene<'_>, area: &FaceArea) -> Surroundings {
    let blocks = Blocks::of(&scene.matte.picture, &recolor::far_from_person(&scene.matte.alpha));
    Surroundings {
        spread: blocks.spread(),
        edges: blocks.edges(),
        share: blocks.share(),
        clothes_near: clothes_near(scene, area),
    }
}

/// Place of a block, counted in blocks, and its colour.
type Known = ([f64; 2], [f64; 3]);

/// Mean colours of blocks of backdrop; `None` where anything else is seen.
pub(crate) struct Blocks {
    width: usize,
    colours: Vec<Option<[f64; 3]>>,
}

impl Blocks {
    /// Side of a block in pixels.
    const SIDE: usize = 4;

    pub(crate) fn of(picture: &RgbImage, bare: &[bool]) -> Self {
        let (w, h) = (picture.width() as usize, picture.height() as usize);
        let (width, height) = (w / Self::SIDE, h / Self::SIDE);
        let pixels = picture.as_raw().as_chunks::<3>().0;
        let block = |i: usize| {
            let (x0, y0) = (i % width * Self::SIDE, i / width * Self::SIDE);
            let mut sum = [0.0; 3];
            for at in (y0..y0 + Self::SIDE).flat_map(|y| (x0..x0 + Self::SIDE).map(move |x| y * w + x)) {
                if !bare[at] {
                    return None;
                }
                for (s, c) in sum.iter_mut().zip(pixels[at]) {
                    *s += f64::from(c);
                }
            }
            Some(sum.map(|s| s / (Self::SIDE * Self::SIDE) as f64))
        };
        Self { width, colours: (0..width * height).map(block).collect() }
    }

    fn share(&self) -> f64 {
        self.colours.iter().flatten().count() as f64 / self.colours.len().max(1) as f64
    }

    pub(crate) fn edges(&self) -> f64 {
        let height = self.colours.len() / self.width.max(1);
        let luminance = |c: [f64; 3]| 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
        let (mut sum, mut count) = (0.0, 0.0);
        for y in 1..height.saturating_sub(1) {
            for x in 1..self.width.saturating_sub(1) {
                let at = |dx: usize, dy: usize| {
                    self.colours[(y + dy - 1) * self.width + x + dx - 1].map(luminance)
                };
                let around: Option<Vec<f64>> = (0..9).map(|i| at(i % 3, i / 3)).collect();
                let Some(v) = around else { continue };
                let gx = v[2] + 2.0 * v[5] + v[8] - v[0] - 2.0 * v[3] - v[6];
                let gy = v[6] + 2.0 * v[7] + v[8] - v[0] - 2.0 * v[1] - v[2];
                sum += gx.hypot(gy) / 8.0;
                count += 1.0;
            }
        }
        sum / f64::max(count, 1.0)
    }

    /// What is left of the colours when an even slope is taken away from each channel (least squares).
    pub(crate) fn spread(&self) -> f64 {
        let known: Vec<Known> = self
            .colours
            .iter()
            .enumerate()
            .filter_map(|(i, c)| c.map(|c| ([(i % self.width) as f64, (i / self.width) as f64], c)))
            .collect();
        let n = known.len() as f64;
        if known.len() < 8 {
            return 0.0;
        }
        let mean = |value: &dyn Fn(&Known) -> f64| known.iter().map(value).sum::<f64>() / n;
        let (mx, my) = (mean(&|k| k.0[0]), mean(&|k| k.0[1]));
        let (xx, yy) = (mean(&|k| (k.0[0] - mx).powi(2)), mean(&|k| (k.0[1] - my).powi(2)));
        let xy = mean(&|k| (k.0[0] - mx) * (k.0[1] - my));
        let determinant = (xx * yy - xy * xy).max(1e-9);
        let mut left = 0.0;
        for c in 0..3 {
            let m = mean(&|k| k.1[c]);
            let (xc, yc) = (mean(&|k| (k.0[0] - mx) * (k.1[c] - m)), mean(&|k| (k.0[1] - my) * (k.1[c] - m)));
            let (a, b) = ((xc * yy - yc * xy) / determinant, (yc * xx - xc * xy) / determinant);
            left += mean(&|k| (k.1[c] - m - a * (k.0[0] - mx) - b * (k.0[1] - my)).powi(2));
        }
        (left / 3.0).sqrt()
    }
}

/// Looks at the person below the collar.
fn clothes_near(scene: &Scene<'_>, area: &FaceArea) -> f64 {
    let matte = scene.matte;
    let background = lab(scene.spec.background.colour);
    let eyes_y = (area.eyes[0][1] + area.eyes[1][1]) / 2.0;
    let collar = (area.chin[1] + (area.chin[1] - eyes_y) * 0.35).max(0.0) as usize;
    let (mut near, mut all) = (0u32, 0u32);
    // A quarter of the pixels tells the share as well.
    for y in (collar..matte.alpha.height).step_by(2) {
        for x in (0..matte.alpha.width).step_by(2) {
            if matte.alpha.at(x, y) > 0.9 {
                let colour = lab(matte.picture.get_pixel(x as u32, y as u32).0);
                near += u32::from(distance(colour, background) < DISTINCT);
                all += 1;
            }
        }
    }
    if all == 0 { 0.0 } else { f64::from(near) / f64::from(all) }
}

pub fn judge(measures: &Measures, scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    uneven(&measures.backdrop, scene, findings);
    clothes(&measures.backdrop, findings);
    if measures.trust.is_some_and(|trust| trust.is_doubtful()) {
        let trust = measures.trust.map_or(0.0, |t| t.agreement);
        let text = Text::new(
            "抠图没有把握：请放大看头发、肩膀边缘，必要时换背景或加灯光再拍",
            "The cut-out is unsure: look closely at hair and shoulders; if need be change backdrop or light and shoot again",
        );
        findings.push(Finding::measured(
            FindingCode::MatteUnsure,
            Class::Review,
            trust,
            Limit::at_least(0.9),
            text,
        ));
    }
}

fn uneven(around: &Surroundings, scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let plain = around.spread <= MOST_SPREAD && around.edges <= MOST_EDGES;
    if plain || around.share < LEAST_SHARE {
        return;
    }
    let class = match scene.spec.background.mode {
        BackgroundMode::Replace => Class::Review,
        BackgroundMode::Keep => Class::Retake,
    };
    let text = Text::new(
        "背景不是纯色：请换单色背景布，移开杂物和影子",
        "The backdrop is not plain: hang a plain cloth, clear it of things and shadows",
    );
    let limit = Limit::at_most(MOST_SPREAD);
    findings.push(Finding::measured(FindingCode::BackdropUneven, class, around.spread, limit, text));
}

fn clothes(around: &Surroundings, findings: &mut Vec<Finding>) {
    let class = match around.clothes_near {
        n if n > NEAR => Class::Retake,
        n if n > NEAR_MAYBE => Class::Review,
        _ => return,
    };
    let text = Text::new(
        "衣服颜色接近背景色：请学生换深色上衣再拍",
        "The clothes are near the background's colour: ask for a darker top, then shoot again",
    );
    let limit = Limit::at_most(NEAR_MAYBE);
    findings.push(Finding::measured(
        FindingCode::ClothesNearBackground,
        class,
        around.clothes_near,
        limit,
        text,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn blocks(colour: impl Fn(u32, u32) -> [u8; 3]) -> Blocks {
        let picture = RgbImage::from_fn(240, 320, |x, y| Rgb(colour(x, y)));
        Blocks::of(&picture, &vec![true; 240 * 320])
    }

    #[test]
    fn a_slope_of_light_and_noise_are_plain_and_things_are_not() {
        let slope = blocks(|x, y| [(200 - x / 4) as u8, (190 - y / 8) as u8, 180]);
        assert!(slope.spread() < 1.0 && slope.edges() < 1.0, "{} {}", slope.spread(), slope.edges());
        let noise = blocks(|x, y| [(150 + (x * 7 + y * 13) % 40) as u8; 3]);
        assert!(noise.spread() < MOST_SPREAD && noise.edges() < MOST_EDGES);
        let shelf = blocks(|x, y| if (x / 30 + y / 40) % 2 == 0 { [90, 60, 40] } else { [200, 200, 190] });
        assert!(shelf.spread() > MOST_SPREAD && shelf.edges() > MOST_EDGES);
    }

    #[test]
    fn nothing_is_said_of_what_is_hidden_by_the_person() {
        let picture = RgbImage::new(240, 320);
        let hidden = Blocks::of(&picture, &vec![false; 240 * 320]);
        assert_eq!((hidden.share(), hidden.spread(), hidden.edges()), (0.0, 0.0, 0.0));
    }
}
