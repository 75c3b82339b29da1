//! Where the faces of a frame are and how they are held.
//!
//! A detector finds faces, a mesh of 478 points measures them. "Left" is the smaller x of the picture throughout, as
//! in [`domain::geometry`].

mod detector;
mod measure;
mod mesh;

use domain::{Crop, FacePoints, Size};
use image::RgbImage;
use serde::Serialize;

use crate::error::ImagingError;
use crate::models::Models;
use crate::parallel;
use crate::resample;
use detector::Detection;
use mesh::{Mesh, TurnedSquare};

/// A face counts as a person if its box is at least this part of the largest one: less is a poster, or somebody far
/// behind the student.
const LEAST_SHARE: f64 = 0.15;
/// Below this presence the mesh says that there is no face after all.
const LEAST_PRESENCE: f64 = 0.5;
/// A box must be this sure to be counted without a mesh.
const SURE: f64 = 0.65;

/// One face, measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Face {
    /// Box around the mesh, x0, y0, x1, y1 in pixels of the frame.
    pub bounds: [f64; 4],
    /// How surely it is a face, 0–1.
    pub score: f64,
    /// The mesh: x, y in pixels of the frame; z in the same unit, smaller towards the camera.
    #[serde(skip)]
    pub landmarks: Vec<[f32; 3]>,
    /// Middle of the eye at the smaller x.
    pub eye_left: [f64; 2],
    /// Middle of the eye at the larger x.
    pub eye_right: [f64; 2],
    /// Lowest point of the chin.
    pub chin: [f64; 2],
    /// Outline of the cheek at the smaller x.
    pub cheek_left: f64,
    /// Outline of the cheek at the larger x.
    pub cheek_right: f64,
    /// Turn to a side in degrees, above 0 towards the student's own left.
    pub yaw_deg: f64,
    /// Nod in degrees, above 0 upwards.
    pub pitch_deg: f64,
    /// Tilt of the line through the eyes, see [`FacePoints::roll_deg`].
    pub roll_deg: f64,
    /// Score of the lid at the smaller x, 0 open to 1 shut.
    pub blink_left: f64,
    /// Score of the lid at the larger x.
    pub blink_right: f64,
    /// Lid gap over eye width of the eye at the smaller x.
    pub eye_aspect_left: f64,
    /// Lid gap over eye width of the eye at the larger x.
    pub eye_aspect_right: f64,
    /// Gap between the inner edges of the lips over the mouth's width.
    pub mouth_gap_ratio: f64,
    /// How far the jaw hangs, 0–1.
    pub jaw_open: f64,
}

impl Face {
    /// Area of the box in square pixels.
    pub fn area(&self) -> f64 {
        (self.bounds[2] - self.bounds[0]) * (self.bounds[3] - self.bounds[1])
    }

    /// The points of the standard, with the head top as measured or estimated by the caller.
    pub fn points(&self, head_top: f64) -> FacePoints {
        FacePoints {
            eye_left: self.eye_left,
            eye_right: self.eye_right,
            chin: self.chin,
            cheek_left: self.cheek_left,
            cheek_right: self.cheek_right,
            head_top,
        }
    }

    /// Where the hair of an ordinary head ends, from the mesh alone: good to about a tenth of the head.
    pub fn estimated_head_top(&self) -> f64 {
        measure::head_top(&self.landmarks)
    }

    /// Where the head is, from the mesh alone.
    pub fn head(&self) -> Head {
        Head::of(&self.points(self.estimated_head_top()))
    }

    /// Height of the line through the eyes.
    pub fn eye_line(&self) -> f64 {
        (self.eye_left[1] + self.eye_right[1]) / 2.0
    }

    /// From the line through the eyes down to the chin, at least one pixel.
    pub fn eyes_to_chin(&self) -> f64 {
        (self.chin[1] - self.eye_line()).max(1.0)
    }

    /// Middle between the lips.
    pub fn mouth(&self) -> [f64; 2] {
        measure::mouth(&self.landmarks)
    }

    /// Whether this face and a detector's box are the same face.
    pub fn is_at(&self, bounds: &[f64; 4]) -> bool {
        detector::overlap(&self.bounds, bounds) > 0.25
    }

    /// Distance between the middles of the eyes.
    pub fn eye_distance(&self) -> f64 {
        (self.eye_right[0] - self.eye_left[0]).hypot(self.eye_right[1] - self.eye_left[1])
    }
}

/// Where a head is, roughly, in pixels of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// Middle between the cheeks, x.
    pub centre: f64,
    /// Where the hair of an ordinary head ends, y.
    pub top: f64,
    /// Lowest point of the chin, y.
    pub chin: f64,
}

impl Head {
    fn of(points: &FacePoints) -> Self {
        let centre = (points.cheek_left + points.cheek_right) / 2.0;
        Self { centre, top: points.head_top, chin: points.chin[1] }
    }
}

/// A face after one look of the mesh: good enough to tell where its portrait will be, not how its eyes are.
#[derive(Debug, Clone)]
pub struct Sketch {
    mesh: Mesh,
}

impl Sketch {
    /// The points of the standard, the head top as the mesh suggests it.
    pub fn points(&self) -> FacePoints {
        measure::points(&self.mesh.points)
    }

    /// Where the head is.
    pub fn head(&self) -> Head {
        Head::of(&self.points())
    }

    fn area(&self) -> f64 {
        let [x0, y0, x1, y1] = measure::bounds(&self.mesh.points);
        (x1 - x0) * (y1 - y0)
    }
}

/// Finds and follows faces.
#[derive(Debug, Clone, Copy)]
pub struct FaceFinder<'a> {
    models: &'a Models,
}

impl<'a> FaceFinder<'a> {
    /// A finder that runs on `models`.
    pub fn new(models: &'a Models) -> Self {
        Self { models }
    }

    /// The models it runs on.
    pub(crate) fn models(&self) -> &'a Models {
        self.models
    }

    /// All people in the frame, the nearest (largest) first, each measured.
    ///
    /// Faces below 15% of the largest one's area are left out. Takes 3 ms and 9 ms per face.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn find(&self, frame: &RgbImage) -> Result<Vec<Face>, ImagingError> {
        self.measure(frame, &self.sketches(frame)?)
    }

    /// The first half of [`Self::find`]: the nearest first, the same one perhaps more than once.
    ///
    /// Whoever sits in the middle is sketched at once, while the other core looks for more people.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn sketches(&self, frame: &RgbImage) -> Result<Vec<Sketch>, ImagingError> {
        /// Boxes that share so much of their union are the same look at a face.
        const SAME_LOOK: f64 = 0.5;
        let size = Size { width: frame.width(), height: frame.height() };
        let mut pieces = squares(size, 1.0);
        let middle = pieces.remove(pieces.len() / 2);
        pieces.push(resample::whole(size));
        let sitting = || -> Result<_, ImagingError> {
            let found = self.boxes_of(frame, &[middle])?;
            let first = people(detector::merge(found.clone()), 0.0).into_iter().next();
            let sketch = first.as_ref().map(|first| self.sketch(frame, first)).transpose()?.flatten();
            Ok((found, first.zip(sketch)))
        };
        let (sitting, others) = parallel::both(sitting, || self.boxes_of(frame, &pieces));
        let (mut found, first) = sitting?;
        found.extend(others?);
        let found = self.or_closer(frame, detector::merge(found))?;
        let mut sketches = Vec::new();
        for found in people(found, 0.0) {
            match &first {
                Some((first, sketch)) if detector::overlap(&first.bounds, &found.bounds) > SAME_LOOK => {
                    sketches.push(sketch.clone());
                }
                _ => sketches.extend(self.sketch(frame, &found)?),
            }
        }
        sketches.sort_by(|a, b| b.area().total_cmp(&a.area()));
        Ok(sketches)
    }

    /// The second half: the people that the sketches of `frame` show.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn measure(&self, frame: &RgbImage, sketches: &[Sketch]) -> Result<Vec<Face>, ImagingError> {
        let mut faces: Vec<Face> = Vec::new();
        for sketch in sketches {
            let face = self.measured(self.steadied(frame, sketch)?)?;
            if faces.iter().all(|f| detector::overlap(&f.bounds, &face.bounds) < 0.4) {
                faces.push(face);
            }
        }
        faces.sort_by(|a, b| b.area().total_cmp(&a.area()));
        let largest = faces.first().map_or(0.0, Face::area);
        faces.retain(|f| f.area() >= largest * LEAST_SHARE);
        Ok(faces)
    }

    /// The nearest face alone, without looking for smaller ones beside it: 30 ms.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn glance(&self, frame: &RgbImage) -> Result<Option<Face>, ImagingError> {
        for found in people(self.detections(frame)?, 0.0) {
            if let Some(sketch) = self.sketch(frame, &found)? {
                return self.measured(self.steadied(frame, &sketch)?).map(Some);
            }
        }
        Ok(None)
    }

    /// The first look at a detected face; `None` if there is no face after all.
    fn sketch(&self, frame: &RgbImage, found: &Detection) -> Result<Option<Sketch>, ImagingError> {
        let square = TurnedSquare::around_detection(found);
        let mesh = mesh::find(&self.models.landmarks, frame, &square)?;
        Ok(mesh.filter(|mesh| mesh.presence >= LEAST_PRESENCE).map(|mesh| Sketch { mesh }))
    }

    /// The detector's box is rough. A second look from the mesh's own square steadies the points; without it shut eyes
    /// can pass for open ones.
    fn steadied(&self, frame: &RgbImage, sketch: &Sketch) -> Result<Mesh, ImagingError> {
        let square = TurnedSquare::around_mesh(&sketch.mesh.points);
        let second = mesh::find(&self.models.landmarks, frame, &square)?;
        Ok(second.filter(|mesh| mesh.presence >= LEAST_PRESENCE).unwrap_or_else(|| sketch.mesh.clone()))
    }

    /// The same face a moment later, without looking for it: 15 ms. `None` if it is gone.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn track(&self, frame: &RgbImage, previous: &Face) -> Result<Option<Face>, ImagingError> {
        if previous.landmarks.len() != mesh::POINTS {
            return Ok(None);
        }
        let square = TurnedSquare::around_mesh(&previous.landmarks);
        match mesh::find(&self.models.landmarks, frame, &square)? {
            Some(mesh) if mesh.presence >= LEAST_PRESENCE => self.measured(mesh).map(Some),
            _ => Ok(None),
        }
    }

    /// Boxes of the people in the frame, nearest first, without measuring them: 15 ms.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if a model fails.
    pub fn boxes(&self, frame: &RgbImage) -> Result<Vec<[f64; 4]>, ImagingError> {
        Ok(people(self.all_detections(frame)?, SURE).into_iter().map(|d| d.bounds).collect())
    }

    fn measured(&self, mesh: Mesh) -> Result<Face, ImagingError> {
        let expression = mesh::expression(self.models, &mesh.points)?;
        Ok(measure::face(mesh, expression))
    }

    /// Looks at the whole frame, and piece by piece if nothing is seen: the detector wants faces of at least about a
    /// tenth of what it looks at.
    fn detections(&self, frame: &RgbImage) -> Result<Vec<Detection>, ImagingError> {
        let size = Size { width: frame.width(), height: frame.height() };
        let found = self.look(frame, &[resample::whole(size)])?;
        if !found.is_empty() {
            return Ok(found);
        }
        let found = self.look(frame, &squares(size, 1.0))?;
        self.or_closer(frame, found)
    }

    /// What was found, or what smaller pieces show if that is nothing.
    fn or_closer(&self, frame: &RgbImage, found: Vec<Detection>) -> Result<Vec<Detection>, ImagingError> {
        if !found.is_empty() {
            return Ok(found);
        }
        self.look(frame, &squares(Size { width: frame.width(), height: frame.height() }, 0.55))
    }

    /// Looks at the frame and its squares, so that a second, smaller face is not missed.
    fn all_detections(&self, frame: &RgbImage) -> Result<Vec<Detection>, ImagingError> {
        let size = Size { width: frame.width(), height: frame.height() };
        let mut pieces = squares(size, 1.0);
        pieces.push(resample::whole(size));
        let found = self.look(frame, &pieces)?;
        self.or_closer(frame, found)
    }

    fn look(&self, frame: &RgbImage, pieces: &[Crop]) -> Result<Vec<Detection>, ImagingError> {
        let (first, second) = pieces.split_at(pieces.len() / 2);
        let (first, second) = parallel::both(|| self.boxes_of(frame, first), || self.boxes_of(frame, second));
        let mut found = first?;
        found.extend(second?);
        // A box that was cut off by its piece is smaller than the same face's whole box, which overlaps it.
        Ok(detector::merge(found))
    }

    /// What is seen in some pieces of the frame, one after the other.
    fn boxes_of(&self, frame: &RgbImage, pieces: &[Crop]) -> Result<Vec<Detection>, ImagingError> {
        let mut found = Vec::new();
        for piece in pieces.iter().filter(|piece| piece.w >= 16.0 && piece.h >= 16.0) {
            found.extend(detector::detect(&self.models.detector, frame, piece)?);
        }
        Ok(found)
    }
}

/// Detections that may be people, nearest first.
fn people(mut found: Vec<Detection>, least_score: f64) -> Vec<Detection> {
    found.retain(|d| d.score >= least_score);
    found.sort_by(|a, b| b.area().total_cmp(&a.area()));
    let largest = found.first().map_or(0.0, Detection::area);
    // The mesh decides on its own, better box; leave it some room.
    found.retain(|d| d.area() >= largest * LEAST_SHARE * 0.7);
    found
}

/// Overlapping squares of `part` of the frame's shorter side that cover it.
fn squares(size: Size, part: f64) -> Vec<Crop> {
    let (w, h) = (f64::from(size.width), f64::from(size.height));
    let side = w.min(h) * part;
    let starts = |length: f64| {
        let room = length - side;
        let steps = (room / (side * 0.5)).ceil().max(0.0) as u32;
        (0..=steps).map(move |i| if steps == 0 { room / 2.0 } else { room * f64::from(i) / f64::from(steps) })
    };
    starts(h).flat_map(|y| starts(w).map(move |x| Crop { x, y, w: side, h: side })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_cover_the_frame_with_overlap() {
        let size = Size { width: 1280, height: 720 };
        let all = squares(size, 0.55);
        for (x, y) in [(0.5, 0.5), (1279.5, 0.5), (640.0, 360.0), (1279.5, 719.5), (3.0, 719.0)] {
            assert!(all.iter().any(|c| x > c.x && y > c.y && x < c.x + c.w && y < c.y + c.h), "{x},{y}");
        }
        assert!(all.iter().all(|c| c.x >= 0.0 && c.x + c.w <= 1280.0 + 1e-9));
        assert_eq!(squares(Size { width: 600, height: 600 }, 1.0).len(), 1);
    }

    fn detection(side: f64, score: f64) -> Detection {
        Detection { bounds: [0.0, 0.0, side, side], score, points: [[0.0; 2]; 6] }
    }

    #[test]
    fn a_poster_is_no_person() {
        let left = people(vec![detection(20.0, 0.9), detection(100.0, 0.8), detection(60.0, 0.7)], 0.0);
        assert_eq!(left.iter().map(|d| d.bounds[2]).collect::<Vec<_>>(), [100.0, 60.0]);
    }
}
