//! BlazeFace, short range: where faces are, roughly.
//!
//! Anchors, box coding and weighted suppression follow MediaPipe's `face_detector_graph` (Apache-2.0), whose numbers
//! belong to the model: 896 anchors on grids of 16×16 (2 each) and 8×8 (6 each), boxes and six key points coded in
//! pixels of the 128-pixel input relative to the anchor's centre.

use domain::{Crop, Size};
use image::RgbImage;

use crate::error::ImagingError;
use crate::models::Network;
use crate::resample::{self, Kernel};

/// Side of the model's input.
const SIDE: usize = 128;
/// Values per anchor: box centre, box size, six points.
const CODE: usize = 16;
/// Logit of a score of 0.5, below which nothing is believed.
const LEAST_LOGIT: f32 = 0.0;
/// Boxes that share more than this of their union are one face.
const SAME_FACE: f64 = 0.3;

/// A face as the detector sees it, in pixels of the frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// x0, y0, x1, y1.
    pub bounds: [f64; 4],
    /// 0–1.
    pub score: f64,
    /// Eye at the smaller x, eye at the larger x, nose, mouth, ear at the smaller x, ear at the larger x.
    pub points: [[f64; 2]; 6],
}

impl Detection {
    /// Area of the box in square pixels.
    pub fn area(&self) -> f64 {
        (self.bounds[2] - self.bounds[0]) * (self.bounds[3] - self.bounds[1])
    }
}

/// Detects in one square-ish piece of the frame, which is shrunk into the model's input with black bars.
pub fn detect(network: &Network, frame: &RgbImage, piece: &Crop) -> Result<Vec<Detection>, ImagingError> {
    let side = SIDE as f64;
    let scale = (side / piece.w).min(side / piece.h);
    let size = Size {
        width: ((piece.w * scale).round() as u32).clamp(1, SIDE as u32),
        height: ((piece.h * scale).round() as u32).clamp(1, SIDE as u32),
    };
    let small = resample::cut_rgb(frame, piece, size, Kernel::Smooth);
    let (left, top) = ((SIDE as u32 - size.width) / 2, (SIDE as u32 - size.height) / 2);
    // Bars are black, which the model's −1..1 range writes as −1.
    let mut input = vec![-1.0f32; SIDE * SIDE * 3];
    for (x, y, pixel) in small.enumerate_pixels() {
        let at = ((y + top) as usize * SIDE + (x + left) as usize) * 3;
        for (value, channel) in input[at..at + 3].iter_mut().zip(pixel.0) {
            *value = f32::from(channel) / 127.5 - 1.0;
        }
    }
    let outputs = network.run(&[1, SIDE, SIDE, 3], &input)?;
    let [regressors, logits] = outputs.as_slice() else {
        return Err(ImagingError::Inference("the face detector has not two outputs".into()));
    };
    let to_frame = |p: [f64; 2]| {
        [
            piece.x + (p[0] * side - f64::from(left)) * piece.w / f64::from(size.width),
            piece.y + (p[1] * side - f64::from(top)) * piece.h / f64::from(size.height),
        ]
    };
    Ok(merge(decode(regressors, logits, to_frame)))
}

/// Centres of the anchors, in parts of the input's side.
fn anchors() -> impl Iterator<Item = [f64; 2]> {
    let grid = |cells: usize, each: usize| {
        (0..cells * cells).flat_map(move |cell| {
            let centre = |at: usize| (at as f64 + 0.5) / cells as f64;
            std::iter::repeat_n([centre(cell % cells), centre(cell / cells)], each)
        })
    };
    grid(16, 2).chain(grid(8, 6))
}

fn decode(regressors: &[f32], logits: &[f32], to_frame: impl Fn([f64; 2]) -> [f64; 2]) -> Vec<Detection> {
    let rows = regressors.as_chunks::<CODE>().0;
    let mut found = Vec::new();
    for ((anchor, row), &logit) in anchors().zip(rows).zip(logits) {
        if !logit.is_finite() || logit < LEAST_LOGIT {
            continue;
        }
        let part = |i: usize| f64::from(row[i]) / SIDE as f64;
        let centre = [anchor[0] + part(0), anchor[1] + part(1)];
        let half = [part(2) / 2.0, part(3) / 2.0];
        let [x0, y0] = to_frame([centre[0] - half[0], centre[1] - half[1]]);
        let [x1, y1] = to_frame([centre[0] + half[0], centre[1] + half[1]]);
        let points =
            std::array::from_fn(|k| to_frame([anchor[0] + part(4 + 2 * k), anchor[1] + part(5 + 2 * k)]));
        let score = 1.0 / (1.0 + f64::from(-logit).exp());
        found.push(Detection { bounds: [x0, y0, x1, y1], score, points });
    }
    found
}

/// Weighted suppression: boxes of one face become their mean, weighted by score.
pub fn merge(mut found: Vec<Detection>) -> Vec<Detection> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut merged = Vec::new();
    while let Some(best) = found.first().cloned() {
        let (same, rest): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|d| overlap(&best.bounds, &d.bounds) > SAME_FACE);
        found = rest;
        if same.is_empty() {
            // A degenerate box does not even overlap itself; the first of the rest is that box.
            found.remove(0);
            continue;
        }
        let total: f64 = same.iter().map(|d| d.score).sum();
        let mean =
            |value: &dyn Fn(&Detection) -> f64| same.iter().map(|d| d.score * value(d)).sum::<f64>() / total;
        merged.push(Detection {
            bounds: std::array::from_fn(|i| mean(&|d| d.bounds[i])),
            score: best.score,
            points: std::array::from_fn(|i| [mean(&|d| d.points[i][0]), mean(&|d| d.points[i][1])]),
        });
    }
    merged
}

/// Shared part of the union of two boxes.
pub fn overlap(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let w = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let h = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let area = |r: &[f64; 4]| (r[2] - r[0]).max(0.0) * (r[3] - r[1]).max(0.0);
    let union = area(a) + area(b) - w * h;
    if union > 0.0 { w * h / union } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_896_anchors_in_the_models_order() {
        let all: Vec<_> = anchors().collect();
        assert_eq!(all.len(), 896);
        assert_eq!(all[0], [0.5 / 16.0; 2]);
        assert_eq!(all[1], all[0]);
        assert_eq!(all[2], [1.5 / 16.0, 0.5 / 16.0]);
        assert_eq!(all[512], [0.5 / 8.0; 2]);
        assert_eq!(all[895], [7.5 / 8.0; 2]);
    }

    fn at(x: f64, score: f64) -> Detection {
        Detection { bounds: [x, 0.0, x + 100.0, 100.0], score, points: [[x; 2]; 6] }
    }

    #[test]
    fn boxes_of_one_face_become_their_weighted_mean() {
        let merged = merge(vec![at(0.0, 0.9), at(10.0, 0.3), at(500.0, 0.6)]);
        assert_eq!(merged.len(), 2);
        assert!((merged[0].bounds[0] - 2.5).abs() < 1e-9);
        assert_eq!(merged[0].score, 0.9);
        assert_eq!(merged[1].bounds[0], 500.0);
    }

    #[test]
    fn an_empty_box_is_dropped_and_ends() {
        let flat = Detection { bounds: [5.0, 5.0, 5.0, 5.0], score: 0.99, points: [[5.0; 2]; 6] };
        assert_eq!(merge(vec![flat, at(0.0, 0.5)]).len(), 1);
    }

    #[test]
    fn an_anchor_is_decoded_relative_to_its_centre() {
        let mut regressors = vec![0.0f32; 896 * CODE];
        let mut logits = vec![-10.0f32; 896];
        logits[0] = 2.0;
        regressors[..4].copy_from_slice(&[12.0, 28.0, 32.0, 64.0]);
        let found = decode(&regressors, &logits, |p| [p[0] * 128.0, p[1] * 128.0]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].bounds, [0.0, 0.0, 32.0, 64.0]);
    }
}
