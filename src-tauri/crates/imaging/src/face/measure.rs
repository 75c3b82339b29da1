//! What the standard and the checks want to know of a face, read off its mesh.

use domain::FacePoints;

use super::Face;
use super::mesh::{Expression, Mesh};

/// Corners, upper lid (two points), lower lid (two points) of the eye at the smaller x.
const EYE_LEFT: [usize; 6] = [33, 133, 160, 158, 144, 153];
/// The same for the eye at the larger x.
const EYE_RIGHT: [usize; 6] = [263, 362, 387, 385, 373, 380];
/// Middle of the iris at the smaller x, and at the larger.
const IRISES: [usize; 2] = [468, 473];
/// Inner edge of the upper and of the lower lip, corners of the mouth.
const MOUTH: [usize; 4] = [13, 14, 61, 291];
/// Lowest point of the chin.
const CHIN: usize = 152;
/// Upper end of the mesh, on the forehead.
const FOREHEAD: usize = 10;
/// Outermost points of the cheeks.
const CHEEKS: [usize; 2] = [234, 454];
/// Points that mirror each other on both halves of the face, far apart: their depths tell the turn.
const PAIRS: [[usize; 2]; 6] = [[33, 263], [234, 454], [127, 356], [132, 361], [61, 291], [70, 300]];

fn point(points: &[[f32; 3]], i: usize) -> [f64; 3] {
    points[i].map(f64::from)
}

fn flat(points: &[[f32; 3]], i: usize) -> [f64; 2] {
    let [x, y, _] = point(points, i);
    [x, y]
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Everything about one face.
pub fn face(mesh: Mesh, expression: Expression) -> Face {
    let points = &mesh.points;
    let width = flat(points, CHEEKS[1])[0] - flat(points, CHEEKS[0])[0];
    let eye_left = eye_middle(points, EYE_LEFT, IRISES[0], expression.blink_left, width);
    let eye_right = eye_middle(points, EYE_RIGHT, IRISES[1], expression.blink_right, width);
    let roll_deg = (eye_right[1] - eye_left[1]).atan2(eye_right[0] - eye_left[0]).to_degrees();
    let mouth_width = distance(flat(points, MOUTH[2]), flat(points, MOUTH[3]));
    let mouth_gap = distance(flat(points, MOUTH[0]), flat(points, MOUTH[1]));
    let (cheek_left, cheek_right) = cheeks(points);
    Face {
        bounds: bounds(points),
        score: mesh.presence,
        eye_left,
        eye_right,
        chin: flat(points, CHIN),
        cheek_left,
        cheek_right,
        yaw_deg: yaw(points),
        pitch_deg: pitch(points),
        roll_deg,
        blink_left: expression.blink_left,
        blink_right: expression.blink_right,
        eye_aspect_left: eye_aspect(points, EYE_LEFT),
        eye_aspect_right: eye_aspect(points, EYE_RIGHT),
        mouth_gap_ratio: mouth_gap / mouth_width.max(1.0),
        jaw_open: expression.jaw_open,
        landmarks: mesh.points,
    }
}

/// The points of the standard as far as the mesh alone tells: with the irises for the eyes and a guess at the hair.
pub fn points(mesh: &[[f32; 3]]) -> FacePoints {
    let (cheek_left, cheek_right) = cheeks(mesh);
    let [eye_left, eye_right] = IRISES.map(|iris| flat(mesh, iris));
    FacePoints {
        eye_left,
        eye_right,
        chin: flat(mesh, CHIN),
        cheek_left,
        cheek_right,
        head_top: head_top(mesh),
    }
}

/// Box around the mesh, x0, y0, x1, y1.
pub fn bounds(points: &[[f32; 3]]) -> [f64; 4] {
    let mut b = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for p in points {
        let [x, y, _] = p.map(f64::from);
        b = [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)];
    }
    b
}

/// Middle of the eye: the iris, or the corners where a lid hides it, both brought to where the pupil of an open eye is.
///
/// Against hand-set pupils of 16 booth frames the model's iris lies low by 0.5% of the face's width, the middle of the
/// corners by 2.2%; under a shut lid the iris drifts down by 3–4%.
fn eye_middle(points: &[[f32; 3]], eye: [usize; 6], iris: usize, blink: f64, width: f64) -> [f64; 2] {
    let ([a, b], iris) = ([flat(points, eye[0]), flat(points, eye[1])], flat(points, iris));
    let corners = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0 - 0.022 * width];
    let iris = [iris[0], iris[1] - 0.005 * width];
    let hidden = ((blink - 0.33) / 0.1).clamp(0.0, 1.0);
    std::array::from_fn(|i| iris[i] + (corners[i] - iris[i]) * hidden)
}

fn eye_aspect(points: &[[f32; 3]], eye: [usize; 6]) -> f64 {
    let [outer, inner, upper_a, upper_b, lower_a, lower_b] = eye.map(|i| flat(points, i));
    (distance(upper_a, lower_a) + distance(upper_b, lower_b)) / (2.0 * distance(outer, inner)).max(1.0)
}

fn cheeks(points: &[[f32; 3]]) -> (f64, f64) {
    /// So far outside of the face's outline the mesh's cheeks lie on each side, in parts of its width: mean of 16 booth
    /// frames with known outlines.
    const OUTSIDE: f64 = 0.0025;
    let [left, right] = CHEEKS.map(|i| flat(points, i)[0]);
    let inside = (right - left) * OUTSIDE;
    (left + inside, right - inside)
}

/// Turn to a side: how much deeper the right half of the picture's face lies than the left one.
fn yaw(points: &[[f32; 3]]) -> f64 {
    let (mut depth, mut width) = (0.0, 0.0);
    for [l, r] in PAIRS {
        let (l, r) = (point(points, l), point(points, r));
        depth += r[2] - l[2];
        width += distance([l[0], l[1]], [r[0], r[1]]);
    }
    depth.atan2(width).to_degrees()
}

/// Nod: how much nearer the chin is than the forehead, beyond what it is on a level head.
fn pitch(points: &[[f32; 3]]) -> f64 {
    /// Mean of the level heads of the test photographs.
    const LEVEL_DEG: f64 = -4.5;
    let (forehead, chin) = (point(points, FOREHEAD), point(points, CHIN));
    let height = distance([forehead[0], forehead[1]], [chin[0], chin[1]]);
    (forehead[2] - chin[2]).atan2(height).to_degrees() - LEVEL_DEG
}

/// Estimated upper contour of the hair (y).
pub fn head_top(points: &[[f32; 3]]) -> f64 {
    /// Hair above the mesh's upper end in parts of the mesh's height: 0.30–0.60 on 16 booth frames.
    const HAIR: f64 = 0.41;
    let (forehead, chin) = (flat(points, FOREHEAD), flat(points, CHIN));
    forehead[1] - HAIR * (chin[1] - forehead[1]).max(0.0)
}

/// Middle between the inner edges of the lips.
pub fn mouth(points: &[[f32; 3]]) -> [f64; 2] {
    let [upper, lower] = [flat(points, MOUTH[0]), flat(points, MOUTH[1])];
    [(upper[0] + lower[0]) / 2.0, (upper[1] + lower[1]) / 2.0]
}
