//! What the camera and its driver did to the picture: black bars and too strong a compression.

use domain::{Class, Finding, FindingCode, Limit, Text};
use image::RgbImage;
use serde::Serialize;

use super::aligned::median;
use super::{Scene, luminance};

/// Traces of the way from the sensor to here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Capture {
    /// Thickest black bar at the top, the left or the right of the delivered piece, in pixels.
    pub bar: u32,
    /// Steps of luminance at the edges of 8 × 8 blocks over those inside them, on the face in the frame: 1 without
    /// traces of JPEG.
    pub blocks: f64,
}

/// Booth frames at quality 80–88 show 1.07–1.28, a dark and noisy one 1.42; blocks that the eye sees, 2 and more.
const BLOCKS_MAYBE: f64 = 1.6;
const BLOCKS: f64 = 2.4;
/// A bar's pixels are darker than this, and what lies beside it is brighter than the other.
const BLACK: f64 = 24.0;
const BESIDE: f64 = 48.0;
/// Levels within which a bar's pixels lie, after JPEG.
const FLAT: f64 = 5.0;

pub(crate) fn measure(scene: &Scene<'_>) -> Capture {
    Capture {
        bar: bar(&scene.matte.picture),
        blocks: scene.frame.map_or(1.0, |frame| blocks(frame, &scene.face.bounds)),
    }
}

/// The bottom is not asked: dark clothes end there.
fn bar(picture: &RgbImage) -> u32 {
    let (w, h) = picture.dimensions();
    let light = |x: u32, y: u32| luminance(picture.get_pixel(x, y));
    let top = |d: u32| (0..w).map(|x| light(x, d)).collect::<Vec<_>>();
    // Down to where shoulders may begin.
    let left = |d: u32| (0..h / 2).map(|y| light(d, y)).collect::<Vec<_>>();
    let right = |d: u32| (0..h / 2).map(|y| light(w - 1 - d, y)).collect::<Vec<_>>();
    thickness(&top, h / 4).max(thickness(&left, w / 4)).max(thickness(&right, w / 4))
}

/// How many lines from the edge inwards are a bar; 0 if it does not end before `most`.
fn thickness(line: &dyn Fn(u32) -> Vec<f64>, most: u32) -> u32 {
    let level = median(&mut line(0));
    let all = |d: u32, least: f64| {
        let values = line(d);
        values.iter().filter(|v| **v < least).count() as f64 > 0.97 * values.len() as f64
    };
    // A driver's black is one level; what is dark in a room is not.
    let flat = all(0, level + FLAT);
    let least = if flat { BLACK.min(level + FLAT) } else { BLACK };
    let thick = (0..most).take_while(|d| all(*d, least)).count() as u32;
    // Half-covered lines follow a bar; the picture begins behind them.
    let mut behind = line((thick + 3).min(most));
    let mean = behind.iter().sum::<f64>() / behind.len().max(1) as f64;
    let begins = mean > BESIDE || flat && median(&mut behind) > level + 2.0 * FLAT;
    if thick < most && begins { thick } else { 0 }
}

/// After the blocking measure of Wang, Bovik and Evan (2000) in its simplest form: mean step across the edges of the
/// blocks over the mean step elsewhere, the smaller of both directions.
fn blocks(frame: &RgbImage, bounds: &[f64; 4]) -> f64 {
    let (w, h) = frame.dimensions();
    let range = |a: f64, b: f64, most: u32| {
        let clamp = |v: f64| v.clamp(0.0, f64::from(most.saturating_sub(1))) as u32;
        clamp(a)..clamp(b)
    };
    let (xs, ys) = (range(bounds[0], bounds[2], w), range(bounds[1], bounds[3], h));
    let mut sums = [[0.0f64; 2]; 2];
    let mut counts = [[0.0f64; 2]; 2];
    for y in ys {
        for x in xs.clone() {
            let here = luminance(frame.get_pixel(x, y));
            let steps = [
                (x + 1, luminance(frame.get_pixel(x + 1, y))),
                (y + 1, luminance(frame.get_pixel(x, y + 1))),
            ];
            for (way, (at, next)) in steps.into_iter().enumerate() {
                let kind = usize::from(at % 8 == 0);
                sums[way][kind] += (next - here).abs();
                counts[way][kind] += 1.0;
            }
        }
    }
    let ratio = |way: usize| {
        let mean = |kind: usize| sums[way][kind] / f64::max(counts[way][kind], 1.0);
        // Flat pictures have steps of nothing but rounding.
        (mean(1) + 0.3) / (mean(0) + 0.3)
    };
    ratio(0).min(ratio(1))
}

pub fn judge(capture: &Capture, findings: &mut Vec<Finding>) {
    if capture.bar > 0 {
        let text = Text::new(
            format!("照片边上有 {} 像素黑边：请检查摄像头画幅设置，或移动座位再拍", capture.bar),
            format!(
                "A black bar of {} px at the edge: check the camera's picture format or move the seat, then shoot again",
                capture.bar
            ),
        );
        let value = f64::from(capture.bar);
        findings.push(Finding::measured(
            FindingCode::Border,
            Class::Retake,
            value,
            Limit::at_most(0.0),
            text,
        ));
    }
    let class = match capture.blocks {
        b if b > BLOCKS => Class::Retake,
        b if b > BLOCKS_MAYBE => Class::Review,
        _ => return,
    };
    let text = Text::new(
        "画面压缩太重，脸上有方块：请提高摄像头画质或换接口再拍",
        "The camera compresses too much, blocks show on the face: raise its quality or change the port, then shoot again",
    );
    let limit = Limit::at_most(BLOCKS_MAYBE);
    findings.push(Finding::measured(FindingCode::Compression, class, capture.blocks, limit, text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use jpeg_encoder::{ColorType, Encoder};

    fn textured() -> RgbImage {
        RgbImage::from_fn(320, 320, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            let v =
                150.0 + 40.0 * (x / 23.0).sin() + 30.0 * (y / 17.0).cos() + 9.0 * (x * 0.9 + y * 1.3).sin();
            Rgb([v as u8, (v * 0.8) as u8, (v * 0.7) as u8])
        })
    }

    fn through_jpeg(quality: u8) -> RgbImage {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, quality).encode(textured().as_raw(), 320, 320, ColorType::Rgb).unwrap();
        crate::decode::whole_jpeg(&bytes).unwrap()
    }

    #[test]
    fn blocks_show_at_low_quality_only() {
        let all = [0.0, 0.0, 320.0, 320.0];
        for quality in [80, 95] {
            assert!(blocks(&through_jpeg(quality), &all) < BLOCKS_MAYBE, "q{quality}");
        }
        let strong = blocks(&through_jpeg(6), &all);
        assert!(strong > BLOCKS_MAYBE, "{strong}");
        assert!((blocks(&RgbImage::from_pixel(99, 99, Rgb([90; 3])), &all) - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_black_bar_is_found_and_dark_hair_at_the_edge_is_none() {
        let mut picture = textured();
        assert_eq!(bar(&picture), 0);
        for y in 100..320 {
            for x in 0..40 {
                picture.put_pixel(x, y, Rgb([5; 3]));
            }
        }
        assert_eq!(bar(&picture), 0);
        for y in 0..320 {
            for x in 0..6 {
                picture.put_pixel(319 - x, y, Rgb([3; 3]));
            }
        }
        assert_eq!(bar(&picture), 6);
        assert_eq!(bar(&RgbImage::new(300, 300)), 0);
    }

    #[test]
    fn a_bar_is_found_in_a_dark_room_and_a_dark_wall_is_none() {
        let room = |bar: u32| {
            RgbImage::from_fn(320, 320, |x, y| {
                let grain = (x * 7919 + y * 104_729) % 7;
                Rgb([if x < bar { 2 } else { 18 + (x / 40 + grain) as u8 }; 3])
            })
        };
        assert_eq!(bar(&room(0)), 0);
        assert_eq!(bar(&room(9)), 9);
    }
}
