//! 质检: measures of one portrait, and what a photographer has to be told about them.
//!
//! [`measure`] gives numbers, [`judge`] holds them against the limits. Formulas are those of ISO/IEC 29794-5 (as its
//! open reference implementation, OFIQ, has them) where they fit; limits were set on booth frames, see
//! `examples/booth_report.rs`.

mod aligned;
pub(crate) mod backdrop;
mod body;
mod capture;
pub(crate) mod colour;
mod focus;
mod head;
mod light;
mod place;
mod skin;
mod sources;
mod ticks;
mod wear;

use domain::{Class, Crop};
use domain::{CropPlan, FaceGeometry, Finding, FindingCode, PhotoSpec, Text};
use image::RgbImage;
use serde::Serialize;

use crate::face::Face;
use crate::matte::{Matte, Trust, head_top};

pub use backdrop::Surroundings;
pub use body::Body;
pub use capture::Capture;
pub use head::eye_shut;
pub use light::{Light, eye_detail};
pub use skin::Skin;
pub use sources::source;
pub use ticks::{TICKS, Tick};
pub use wear::Wear;

use aligned::Aligned;

/// What is looked at.
pub struct Scene<'a> {
    /// The person.
    pub face: &'a Face,
    /// How many people are in the frame.
    pub people: usize,
    /// The frame as the camera gave it; `None` for a picture that came already cropped.
    pub frame: Option<&'a RgbImage>,
    /// The delivered piece before its backdrop was replaced.
    pub matte: &'a Matte,
    /// How it was cut out; `None` for a picture that came already cropped.
    pub plan: Option<&'a CropPlan>,
    /// How far the matte can be trusted, where that is known.
    pub trust: Option<Trust>,
    /// The standard.
    pub spec: &'a PhotoSpec,
}

/// The numbers behind the findings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// What the standard measures, in delivered pixels.
    pub geometry: FaceGeometry,
    /// Turn to a side in degrees.
    pub yaw_deg: f64,
    /// Nod in degrees.
    pub pitch_deg: f64,
    /// 0 open to 1 shut, the eye that is shut more.
    pub eye_shut: f64,
    /// Lip gap over mouth width.
    pub mouth_gap: f64,
    /// Light on the face.
    pub light: Light,
    /// Detail of the face, 0–1.
    pub sharpness: f64,
    /// Steepness of the edges around the eyes, 1–3; `None` without a whole mesh, as all that follows.
    pub steepness: Option<f64>,
    /// Where the irises are in the eyes, to the larger x and down, in eye widths.
    pub gaze: Option<[f64; 2]>,
    /// Colour of the skin and light on it.
    pub skin: Option<Skin>,
    /// Glasses, and hair over brows and eyes.
    pub wear: Option<Wear>,
    /// Ears, shoulders, neck.
    pub body: Option<Body>,
    /// Traces of the camera.
    pub capture: Capture,
    /// Backdrop and clothes.
    pub backdrop: Surroundings,
    /// Signs of a lost matte.
    pub trust: Option<Trust>,
}

/// Measures a portrait.
pub fn measure(scene: &Scene<'_>) -> Measures {
    let area = FaceArea::new(scene.face, &scene.matte.crop, scene.matte.picture.dimensions());
    let aligned = Aligned::new(&scene.matte.picture, scene.face, &scene.matte.crop);
    let skin = aligned.as_ref().map(skin::measure);
    Measures {
        geometry: geometry(scene),
        yaw_deg: scene.face.yaw_deg,
        pitch_deg: scene.face.pitch_deg,
        eye_shut: head::shutness(scene.face),
        mouth_gap: scene.face.mouth_gap_ratio,
        light: light::measure(&scene.matte.picture, &area),
        sharpness: focus::detail(&scene.matte.picture, &area),
        steepness: aligned.as_ref().map(focus::steepness),
        gaze: head::gaze(scene.face),
        skin,
        wear: aligned.as_ref().map(wear::measure),
        body: skin.map(|skin| body::measure(scene, &area, skin.lab)),
        capture: capture::measure(scene),
        backdrop: backdrop::measure(scene, &area),
        trust: scene.trust,
    }
}

/// What has to be said about a portrait, most important first.
pub fn judge(measures: &Measures, scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if scene.people > 1 {
        findings.push(many_faces(scene.people));
    }
    place::judge(measures, scene, &mut findings);
    head::judge(measures, scene.spec, &mut findings);
    light::judge(measures, &mut findings);
    let steep = measures.steepness.zip(measures.skin.map(|skin| skin.lab[0]));
    focus::judge(measures.sharpness, steep, &mut findings);
    if let Some(skin) = &measures.skin {
        skin::judge(skin, &mut findings);
    }
    if let Some(wear) = &measures.wear {
        wear::judge(wear, &mut findings);
    }
    if let Some(body) = &measures.body {
        body::judge(body, &mut findings);
    }
    capture::judge(&measures.capture, &mut findings);
    backdrop::judge(measures, scene, &mut findings);
    findings.sort_by_key(|f| std::cmp::Reverse(f.class));
    findings
}

/// Nobody is in the picture.
pub fn no_face() -> Finding {
    let text = Text::new(
        "没有看到人脸：请学生坐到镜头前再拍",
        "No face: seat the student before the lens and shoot again",
    );
    Finding::plain(FindingCode::NoFace, Class::Retake, text)
}

fn many_faces(people: usize) -> Finding {
    let text = Text::new(
        format!("画面里有 {people} 张脸：请其他人离开后再拍"),
        format!("{people} faces in the picture: ask the others to step aside, then shoot again"),
    );
    Finding::measured(FindingCode::ManyFaces, Class::Retake, people as f64, domain::Limit::at_most(1.0), text)
}

fn geometry(scene: &Scene<'_>) -> FaceGeometry {
    if let Some(plan) = scene.plan {
        return plan.geometry;
    }
    let matte = scene.matte;
    let top =
        head_top(&matte.alpha, &matte.crop, scene.face).unwrap_or_else(|| scene.face.estimated_head_top());
    // A picture of another shape is measured at the spec's height, about its own middle.
    let size = matte.alpha.size();
    scene.face.points(top).in_crop(&matte.crop, size).measure(size)
}

/// Places of the face in pixels of the delivered picture.
pub(crate) struct FaceArea {
    eyes: [[f64; 2]; 2],
    chin: [f64; 2],
    cheeks: [f64; 2],
    mouth: [f64; 2],
    size: (u32, u32),
}

impl FaceArea {
    fn new(face: &Face, crop: &Crop, size: (u32, u32)) -> Self {
        let scale = f64::from(size.0) / crop.w;
        let to = |p: [f64; 2]| [(p[0] - crop.x) * scale, (p[1] - crop.y) * scale];
        Self {
            eyes: [to(face.eye_left), to(face.eye_right)],
            chin: to(face.chin),
            cheeks: [to([face.cheek_left, 0.0])[0], to([face.cheek_right, 0.0])[0]],
            mouth: to(face.mouth()),
            size,
        }
    }

    fn width(&self) -> f64 {
        self.cheeks[1] - self.cheeks[0]
    }

    fn eye_distance(&self) -> f64 {
        (self.eyes[1][0] - self.eyes[0][0]).hypot(self.eyes[1][1] - self.eyes[0][1])
    }

    fn centre_x(&self) -> f64 {
        (self.cheeks[0] + self.cheeks[1]) / 2.0
    }

    /// Whole pixels of a box around a place, inside the picture.
    fn pixels(&self, centre: [f64; 2], half: [f64; 2]) -> impl Iterator<Item = (u32, u32)> + use<> {
        let range = |c: f64, h: f64, most: u32| {
            let clamp = |v: f64| v.clamp(0.0, f64::from(most)) as u32;
            clamp(c - h)..clamp(c + h)
        };
        let (xs, ys) = (range(centre[0], half[0], self.size.0), range(centre[1], half[1], self.size.1));
        ys.flat_map(move |y| xs.clone().map(move |x| (x, y)))
    }
}

/// Luminance of BT.601, 0–255.
pub(crate) fn luminance(pixel: &image::Rgb<u8>) -> f64 {
    let [r, g, b] = pixel.0.map(f64::from);
    0.299 * r + 0.587 * g + 0.114 * b
}

/// Luminance of a whole picture, row by row.
pub(crate) fn luminances(picture: &RgbImage) -> Vec<f32> {
    picture.pixels().map(|p| luminance(p) as f32).collect()
}
