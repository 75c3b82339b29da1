//! The 478-point face mesh and its blendshape scores.
//!
//! The model wants the head upright in the middle of a square: the *input* is sampled from a square that is turned
//! with the eyes. Nothing that is delivered is ever turned; the points come back in pixels of the frame as it is.

use domain::{Crop, Size};
use image::RgbImage;

use super::detector::Detection;
use crate::error::ImagingError;
use crate::models::{Models, Network};
use crate::resample::{self, Kernel};

/// Side of the model's input.
const SIDE: usize = 256;
/// Points of the mesh, the last ten being the irises.
pub const POINTS: usize = 478;
/// The square is this much larger than the face's box.
const ROOM: f64 = 1.5;

/// Outer corner of the eye at the smaller x, and at the larger.
const EYE_CORNERS: [usize; 2] = [33, 263];

/// The points that the blendshape model reads, in its order (part of the model's interface, from MediaPipe's
/// `face_blendshapes_graph`).
const BLENDSHAPE_POINTS: [usize; 146] = [
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70,
    78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149,
    150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195,
    197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300,
    308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375,
    377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454,
    466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
];

/// A square of the frame, turned about its centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurnedSquare {
    /// x, y.
    pub centre: [f64; 2],
    /// Pixels of the frame.
    pub side: f64,
    /// Radians from the frame's x axis to the square's.
    pub angle: f64,
}

impl TurnedSquare {
    /// The square around a detected face.
    pub fn around_detection(found: &Detection) -> Self {
        let [x0, y0, x1, y1] = found.bounds;
        let [left, right] = [found.points[0], found.points[1]];
        Self {
            centre: [(x0 + x1) / 2.0, (y0 + y1) / 2.0],
            side: (x1 - x0).max(y1 - y0) * ROOM,
            angle: (right[1] - left[1]).atan2(right[0] - left[0]),
        }
    }

    /// The square around the mesh of a frame a moment ago.
    pub fn around_mesh(points: &[[f32; 3]]) -> Self {
        let [left, right] = EYE_CORNERS.map(|i| points[i].map(f64::from));
        let angle = (right[1] - left[1]).atan2(right[0] - left[0]);
        let (sin, cos) = angle.sin_cos();
        // Bounds along the square's own axes.
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for point in points {
            let [x, y, _] = point.map(f64::from);
            for (i, v) in [x * cos + y * sin, y * cos - x * sin].into_iter().enumerate() {
                low[i] = low[i].min(v);
                high[i] = high[i].max(v);
            }
        }
        let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
        Self {
            centre: [middle[0] * cos - middle[1] * sin, middle[0] * sin + middle[1] * cos],
            side: (high[0] - low[0]).max(high[1] - low[1]) * ROOM,
            angle,
        }
    }

    fn sane(&self, frame: &RgbImage) -> bool {
        let longest = f64::from(frame.width().max(frame.height()));
        self.centre.iter().all(|c| c.is_finite()) && (8.0..longest * 4.0).contains(&self.side)
    }

    /// One pixel of the input to the right, and one down, in pixels of the frame.
    fn steps(self) -> [[f64; 2]; 2] {
        let (sin, cos) = self.angle.sin_cos();
        let step = self.side / SIDE as f64;
        [[step * cos, step * sin], [-step * sin, step * cos]]
    }

    /// Place (x, y) of the input, counted from its upper left corner, in pixels of the frame.
    fn to_frame(self, x: f64, y: f64) -> [f64; 2] {
        let (sin, cos) = self.angle.sin_cos();
        let step = self.side / SIDE as f64;
        let (dx, dy) = ((x - SIDE as f64 / 2.0) * step, (y - SIDE as f64 / 2.0) * step);
        [self.centre[0] + dx * cos - dy * sin, self.centre[1] + dx * sin + dy * cos]
    }
}

/// The mesh of one face.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    /// [`POINTS`] points: x, y in pixels of the frame, z towards the camera negative, in the same unit.
    pub points: Vec<[f32; 3]>,
    /// How surely there is a face, 0–1.
    pub presence: f64,
}

/// Finds the mesh inside a square of the frame; `None` if the square makes no sense.
pub fn find(
    network: &Network,
    frame: &RgbImage,
    square: &TurnedSquare,
) -> Result<Option<Mesh>, ImagingError> {
    if !square.sane(frame) {
        return Ok(None);
    }
    let outputs = network.run(&[1, SIDE, SIDE, 3], &sample(frame, square))?;
    let [coordinates, presence, ..] = outputs.as_slice() else {
        return Err(ImagingError::Inference("the landmark model has not three outputs".into()));
    };
    let scale = square.side / SIDE as f64;
    let points: Vec<[f32; 3]> = coordinates
        .as_chunks::<3>()
        .0
        .iter()
        .map(|&[x, y, z]| {
            let [fx, fy] = square.to_frame(f64::from(x), f64::from(y));
            [fx as f32, fy as f32, (f64::from(z) * scale) as f32]
        })
        .collect();
    let (Some(&logit), POINTS) = (presence.first(), points.len()) else {
        return Err(ImagingError::Inference("the landmark model gave too few values".into()));
    };
    let presence = 1.0 / (1.0 + f64::from(-logit).exp());
    Ok(points.iter().flatten().all(|v| v.is_finite()).then_some(Mesh { points, presence }))
}

/// The model's input: the turned square, bilinear, from a piece of the frame that was first brought to the input's
/// resolution, so that nothing aliases.
fn sample(frame: &RgbImage, square: &TurnedSquare) -> Vec<f32> {
    let (origin, [right, down]) = (square.to_frame(0.0, 0.0), square.steps());
    // The upright square around the turned one.
    let (sin, cos) = square.angle.sin_cos();
    let side = square.side * (sin.abs() + cos.abs());
    let crop = Crop { x: square.centre[0] - side / 2.0, y: square.centre[1] - side / 2.0, w: side, h: side };
    let pixels = (side * SIDE as f64 / square.side).ceil().max(1.0);
    let piece =
        resample::cut_rgb(frame, &crop, Size { width: pixels as u32, height: pixels as u32 }, Kernel::Smooth);
    let scale = pixels / side;
    let mut out = vec![0.0; SIDE * SIDE * 3];
    let (start, step) = ([crop.x, crop.y], right.map(|v| (v * scale) as f32));
    for (y, row) in out.as_chunks_mut::<3>().0.chunks_exact_mut(SIDE).enumerate() {
        let y = y as f64 + 0.5;
        let first: [f32; 2] =
            std::array::from_fn(|i| ((origin[i] + 0.5 * right[i] + y * down[i] - start[i]) * scale) as f32);
        for (x, pixel) in row.iter_mut().enumerate() {
            let at = std::array::from_fn(|i| first[i] + x as f32 * step[i]);
            *pixel = bilinear(&piece, at).map(|c| c / 255.0);
        }
    }
    out
}

/// Colour at a place of a picture; the edge is repeated beyond it.
fn bilinear(frame: &RgbImage, at: [f32; 2]) -> [f32; 3] {
    let (w, h) = (frame.width() as usize, frame.height() as usize);
    let x = (at[0] - 0.5).clamp(0.0, (w - 1) as f32);
    let y = (at[1] - 0.5).clamp(0.0, (h - 1) as f32);
    // Through i32, which processors convert to at once.
    let (x0, y0) = (x as i32 as usize, y as i32 as usize);
    let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
    let (fx, fy) = (x - x0 as f32, y - y0 as f32);
    let raw = frame.as_raw();
    let pixel = |x: usize, y: usize| {
        let at = (y * w + x) * 3;
        [f32::from(raw[at]), f32::from(raw[at + 1]), f32::from(raw[at + 2])]
    };
    let (a, b, c, d) = (pixel(x0, y0), pixel(x1, y0), pixel(x0, y1), pixel(x1, y1));
    std::array::from_fn(|i| {
        let top = a[i] + (b[i] - a[i]) * fx;
        let bottom = c[i] + (d[i] - c[i]) * fx;
        top + (bottom - top) * fy
    })
}

/// The scores that the checks use, each 0–1. "Left" is the smaller x of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Expression {
    /// Lid of the eye at the smaller x: 1 is shut.
    pub blink_left: f64,
    /// Lid of the eye at the larger x.
    pub blink_right: f64,
    /// How far the jaw hangs.
    pub jaw_open: f64,
}

/// Reads the expression off a mesh.
pub fn expression(models: &Models, points: &[[f32; 3]]) -> Result<Expression, ImagingError> {
    let input: Vec<f32> = BLENDSHAPE_POINTS.iter().flat_map(|&i| [points[i][0], points[i][1]]).collect();
    let outputs = models.blendshapes.run(&[1, BLENDSHAPE_POINTS.len(), 2], &input)?;
    let score = |i: usize| outputs.first().and_then(|o| o.get(i)).map(|&v| f64::from(v));
    // The model names sides after the person: its 9 is the person's left eye, at the larger x.
    match (score(10), score(9), score(25)) {
        (Some(blink_left), Some(blink_right), Some(jaw_open)) => {
            Ok(Expression { blink_left, blink_right, jaw_open })
        }
        _ => Err(ImagingError::Inference("the blendshape model gave too few scores".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn a_turned_square_maps_its_centre_and_corners() {
        let square = TurnedSquare { centre: [100.0, 50.0], side: 256.0, angle: std::f64::consts::FRAC_PI_2 };
        assert_eq!(square.to_frame(128.0, 128.0), [100.0, 50.0]);
        let corner = square.to_frame(256.0, 128.0);
        assert!((corner[0] - 100.0).abs() < 1e-9 && (corner[1] - 178.0).abs() < 1e-9);
    }

    #[test]
    fn the_square_of_an_unturned_mesh_is_its_box_with_room() {
        let mut points = vec![[50.0, 50.0, 0.0]; POINTS];
        points[33] = [20.0, 40.0, 0.0];
        points[263] = [80.0, 40.0, 0.0];
        points[152] = [50.0, 120.0, 0.0];
        let square = TurnedSquare::around_mesh(&points);
        assert_eq!(square.angle, 0.0);
        assert_eq!(square.centre, [50.0, 80.0]);
        assert_eq!(square.side, 120.0);
    }

    #[test]
    fn sampling_takes_pixel_centres_and_repeats_the_edge() {
        let frame = RgbImage::from_fn(256, 256, |x, _| Rgb([x as u8, 0, 255]));
        let input = sample(&frame, &TurnedSquare { centre: [128.0, 128.0], side: 256.0, angle: 0.0 });
        assert!((input[3 * 10] - 10.0 / 255.0).abs() < 1e-6);
        let far = sample(&frame, &TurnedSquare { centre: [9000.0, 0.0], side: 256.0, angle: 0.0 });
        assert!(far.as_chunks::<3>().0.iter().all(|p| p[0] == 1.0 && p[1] == 0.0 && p[2] == 1.0));
    }
}
