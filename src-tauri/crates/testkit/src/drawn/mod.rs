//! People drawn by program: a shaded head with features that can blink, smile, speak and tilt.
//!
//! The unit of the drawing is the width of the face; its origin is the middle between the eyes, y goes down.

mod clothes;
mod eyes;
mod face;
mod hair;
mod mouth;
mod traits;

use domain::{FacePoints, Size};

use crate::paint::{Canvas, View};
use crate::person::{EYE_LINE, FACE_WIDTH};
use crate::scene::Pose;
use crate::sprite::Sprite;
use traits::Traits;

/// The point of the neck about which the head tilts.
const NECK: [f32; 2] = [0.0, 0.92];

/// One drawn person.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    traits: Traits,
}

impl Drawn {
    pub(crate) fn new(seed: u64) -> Self {
        Self { traits: Traits::new(seed) }
    }

    pub(crate) fn sprite(&self, pose: &Pose, frame: Size) -> Sprite {
        // Wider and much taller than the frame, so that a person who moves shows no cut edge.
        let (side, below) = (frame.width / 8, frame.height / 2);
        let mut canvas = Canvas::new(frame.width + 2 * side, frame.height + below);
        let body = view(pose, frame, side as f32);
        let head = body.turned(pose.roll_deg, NECK);
        let t = &self.traits;
        hair::behind(&mut canvas, &head, t);
        clothes::paint(&mut canvas, &body, t);
        face::ears(&mut canvas, &head, t);
        face::head(&mut canvas, &head, t, pose);
        mouth::paint(&mut canvas, &head, t, pose);
        face::nostrils(&mut canvas, &head, t);
        eyes::paint(&mut canvas, &head, t, pose);
        hair::in_front(&mut canvas, &head, t);
        canvas.into_sprite().moved(-(side as i32), 0)
    }

    pub(crate) fn truth(&self, pose: &Pose, frame: Size) -> FacePoints {
        let head = view(pose, frame, 0.0).turned(pose.roll_deg, NECK);
        let t = &self.traits;
        let at = |x: f32, y: f32| head.to_pixel([x, y]).map(f64::from);
        FacePoints {
            eye_left: at(-t.eye_x, 0.0),
            eye_right: at(t.eye_x, 0.0),
            chin: at(0.0, t.chin + mouth::drop(pose)),
            cheek_left: at(-0.5, 0.06)[0],
            cheek_right: at(0.5, 0.06)[0],
            head_top: f64::from(hair::top_pixel(t, &head)),
        }
    }
}

fn view(pose: &Pose, frame: Size, side: f32) -> View {
    let k = frame.height as f32 / 720.0;
    View::upright(FACE_WIDTH * k * pose.scale, [side + frame.width as f32 / 2.0, EYE_LINE * k])
}
