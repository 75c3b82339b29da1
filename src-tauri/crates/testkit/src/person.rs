//! People for the demo camera: drawn by program, or cut out of photographs at set-up.

use domain::{FacePoints, Size};

use image::{GrayImage, RgbImage, Rgba, RgbaImage};

use crate::cutout::Cutout;
use crate::drawn::Drawn;
use crate::photo_person::PhotoPerson;
use crate::scene::Pose;
use crate::sprite::Sprite;

/// Cheek to cheek at the usual distance, in pixels of a frame 720 high.
pub const FACE_WIDTH: f32 = 215.0;
/// Height of the eyes of a person who sits well, in pixels of a frame 720 high.
pub const EYE_LINE: f32 = 358.0;

/// Somebody who can sit on the chair.
#[derive(Debug, Clone)]
pub struct Person(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Drawn(Drawn),
    Photo(PhotoPerson),
}

impl Person {
    /// A person drawn by program; another seed is another person.
    pub fn drawn(seed: u64) -> Self {
        Self(Kind::Drawn(Drawn::new(seed)))
    }

    /// A person cut out of a photograph.
    pub fn from_cutout(cutout: &Cutout) -> Self {
        Self(Kind::Photo(PhotoPerson::new(cutout)))
    }

    /// The same from a picture with alpha and the middles of the eyes in it, the one at the smaller x first.
    pub fn from_rgba(image: RgbaImage, eyes: [[f32; 2]; 2]) -> Self {
        Self::from_cutout(&Cutout::new(image, eyes))
    }

    /// The same from colours and a matte of the same size (what the matte does not cover counts as background).
    pub fn from_matte(rgb: &RgbImage, alpha: &GrayImage, eyes: [[f32; 2]; 2]) -> Self {
        let image = RgbaImage::from_fn(rgb.width(), rgb.height(), |x, y| {
            let [r, g, b] = rgb.get_pixel(x, y).0;
            Rgba([r, g, b, alpha.get_pixel_checked(x, y).map_or(0, |a| a[0])])
        });
        Self::from_rgba(image, eyes)
    }

    /// The person in a frame of this size, not yet moved by `pose.dx` and `pose.dy`.
    pub(crate) fn sprite(&self, pose: &Pose, frame: Size) -> Sprite {
        match &self.0 {
            Kind::Drawn(drawn) => drawn.sprite(pose, frame),
            Kind::Photo(photo) => photo.sprite(pose, frame),
        }
    }

    /// Where the points of the face truly are; `None` where that is not known exactly (photographs).
    pub fn truth(&self, pose: &Pose, frame: Size) -> Option<FacePoints> {
        match &self.0 {
            Kind::Drawn(drawn) => Some(drawn.truth(pose, frame)),
            Kind::Photo(_) => None,
        }
    }
}
