//! The pictures with known truth, and drawn people.

use std::path::{Path, PathBuf};

use domain::{FindingCode, PhotoSpec, Size};
use image::{GrayImage, RgbImage};
use imaging::engine::{Options, PortraitEngine};
use imaging::face::Face;
use imaging::models::{ModelFiles, Models, RUNTIME_LIBRARY};
use serde_json::Value;
use testkit::{Booth, Pose, Scene};

pub type Failure = Box<dyn std::error::Error>;

/// One picture.
pub struct Base {
    pub name: String,
    pub frame: RgbImage,
    /// The nearest face, and the matte of the frame.
    pub face: Option<Face>,
    pub alpha: Option<GrayImage>,
    /// Attribute, the findings that tell it, and whether it is at fault.
    pub truth: Vec<(&'static str, &'static [FindingCode], bool)>,
    /// Findings about which the truth says nothing.
    pub open: Vec<FindingCode>,
    clean: bool,
}

impl Base {
    pub fn is_clean(&self) -> bool {
        self.clean && self.face.is_some()
    }
}

use FindingCode as F;

/// Findings that are counted as false alarms.
pub const JUDGED: [FindingCode; 27] = [
    F::NoFace,
    F::ManyFaces,
    F::Roll,
    F::Yaw,
    F::Pitch,
    F::EyesClosed,
    F::Gaze,
    F::MouthOpen,
    F::Glasses,
    F::GlassesGlare,
    F::TintedLenses,
    F::BrowsCovered,
    F::EyesCovered,
    F::HeadCovering,
    F::ShouldersTilted,
    F::Sharpness,
    F::OverExposed,
    F::UnderExposed,
    F::LightBalance,
    F::SkinHighlight,
    F::ColourCast,
    F::BackdropUneven,
    F::ClothesNearBackground,
    F::Border,
    F::EarsHidden,
    F::NeckHidden,
    F::Compression,
];

/// Pictures, by parts of their names, whose ears are hidden under hair, and those where one is half hidden: seen by
/// eye. All others show both.
const EARS_HIDDEN: [&str; 4] = ["exact_long_hair", "sf_curly", "sf_fringe", "astronaut"];
const EARS_HALF: [&str; 6] = ["wispy", "smile_teeth", "head_tilt", "lisa1", "closed_smile", "hair_over_eye"];

const BOOTH: [(&str, &str, &[FindingCode]); 10] = [
    ("eyes_open", "eyes", &[F::EyesClosed]),
    ("mouth_closed", "mouth", &[F::MouthOpen]),
    ("frontal", "frontal", &[F::Yaw, F::Pitch]),
    ("upright", "upright", &[F::Roll]),
    (
        "lighting_ok",
        "light",
        &[F::UnderExposed, F::OverExposed, F::LightBalance, F::SkinHighlight, F::ColourCast],
    ),
    ("sharp", "sharp", &[F::Sharpness]),
    ("background_uniform", "backdrop", &[F::BackdropUneven]),
    ("clothing_not_blue", "clothes", &[F::ClothesNearBackground]),
    ("size_ok", "size", &[F::FaceWidth, F::HeadTop, F::EyeLine, F::Centre, F::OutsideFrame]),
    ("unobstructed", "unobstructed", &[F::EyesCovered, F::BrowsCovered, F::GlassesGlare, F::TintedLenses]),
];

/// What a whole photograph leaves open: where it was cut, its backdrop, its light and its shoulders are its own.
const LOOSE: [FindingCode; 13] = [
    F::BackdropUneven,
    F::ClothesNearBackground,
    F::ShouldersTilted,
    F::Roll,
    F::Pitch,
    F::HeadCovering,
    F::LightBalance,
    F::SkinHighlight,
    F::ColourCast,
    F::UnderExposed,
    F::Sharpness,
    F::Border,
    F::Gaze,
];

pub fn folder() -> Option<PathBuf> {
    if let Some(set) = std::env::var_os("GRADBOOTH_CASES") {
        return Some(PathBuf::from(set)).filter(|p| p.is_dir());
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|p| p.join("shared/cases")).find(|p| p.is_dir())
}

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
}

pub fn spec() -> Result<PhotoSpec, Failure> {
    Ok(PhotoSpec::parse(&std::fs::read_to_string(assets().join("specs/registry-safe.toml"))?)?)
}

pub fn engine() -> Result<PortraitEngine, Failure> {
    let models = assets().join("models");
    let files = ModelFiles {
        modnet: std::fs::read(models.join("modnet.onnx"))?,
        face_landmarker: std::fs::read(models.join("face_landmarker.task"))?,
        runtime_library: models.join(RUNTIME_LIBRARY),
    };
    Ok(PortraitEngine::new(Models::load(files, 2)?))
}

pub fn bases(folder: &Path, engine: &PortraitEngine, spec: &PhotoSpec) -> Result<Vec<Base>, Failure> {
    let mut all = booth(&folder.join("booth"))?;
    all.extend(photos(&folder.join("photos"))?);
    all.extend(photos(&folder.join("registry_only/photos"))?);
    all.extend(drawn());
    for base in &mut all {
        let faces = engine.faces().find(&base.frame)?;
        base.face = faces.into_iter().next();
        ears(base);
        if base.is_clean() && base.alpha.is_none() {
            base.alpha =
                engine.portrait(&base.frame, spec, None, &Options { frame_alpha: true })?.frame_alpha;
        }
    }
    Ok(all)
}

fn ears(base: &mut Base) {
    let named = |list: &[&str]| list.iter().any(|part| base.name.contains(part));
    let hidden = named(&EARS_HIDDEN);
    if hidden || named(&EARS_HALF) || !base.is_clean() {
        base.open.push(F::EarsHidden);
    }
    // A space suit; a beard above a collar.
    if named(&["astronaut", "sf_curly"]) {
        base.open.push(F::NeckHidden);
    }
    if base.face.is_some() && (hidden || base.is_clean() && !named(&EARS_HALF)) {
        base.truth.push(("ears", &[F::EarsHidden], hidden));
    }
}

fn booth(root: &Path) -> Result<Vec<Base>, Failure> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root)?.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders.iter().map(|folder| booth_case(folder)).collect()
}

fn booth_case(folder: &Path) -> Result<Base, Failure> {
    let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json"))?)?;
    let frame = image::open(folder.join(truth["frame"].as_str().unwrap_or("frame.jpg")))?.to_rgb8();
    let expect = &truth["expect"];
    let faces = expect["faces"].as_u64().unwrap_or(1);
    let mut attributes: Vec<(&str, &[FindingCode], bool)> =
        vec![("faces", &[F::NoFace, F::ManyFaces], faces != 1)];
    if faces == 1 {
        let said = BOOTH.iter().filter(|(key, ..)| expect[*key].is_boolean());
        attributes.extend(said.map(|(key, name, codes)| (*name, *codes, expect[*key] == false)));
    }
    let faults: Vec<&str> = attributes.iter().filter(|a| a.2).map(|a| a.0).collect();
    // A busy backdrop or blue clothes leave the face as clean as any.
    let clean = faces == 1 && faults.iter().all(|f| ["backdrop", "clothes"].contains(f));
    let mut open = Vec::new();
    if faults.contains(&"backdrop") {
        open.push(F::BackdropUneven);
    }
    if faults.contains(&"clothes") {
        open.push(F::ClothesNearBackground);
    }
    let alpha = image::open(folder.join("alpha.png")).ok().map(|alpha| alpha.to_luma8());
    Ok(Base { name: name(folder), frame, face: None, alpha, truth: attributes, open, clean })
}

fn name(path: &Path) -> String {
    path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn photos(root: &Path) -> Result<Vec<Base>, Failure> {
    let text = std::fs::read(root.join("truth.json")).unwrap_or_else(|_| b"[]".to_vec());
    let list: Vec<Value> = serde_json::from_slice(&text)?;
    list.iter().map(|truth| photo(root, truth)).collect()
}

fn photo(root: &Path, truth: &Value) -> Result<Base, Failure> {
    let file = root.join(truth["file"].as_str().unwrap_or_default());
    let frame = image::open(&file)?.to_rgb8();
    let labels = &truth["labels"];
    let mut attributes: Vec<(&str, &[FindingCode], bool)> = Vec::new();
    let mut open = LOOSE.to_vec();
    match labels["eyes"].as_str() {
        Some(eyes) => attributes.push(("eyes", &[F::EyesClosed], eyes == "closed")),
        None => open.push(F::EyesClosed),
    }
    match labels["mouth"].as_str() {
        Some(mouth) => attributes.push(("mouth", &[F::MouthOpen], mouth != "closed")),
        None => open.push(F::MouthOpen),
    }
    match labels["frontal"].as_bool() {
        Some(frontal) => attributes.push(("frontal", &[F::Yaw, F::Pitch], !frontal)),
        None => open.extend([F::Yaw, F::Pitch]),
    }
    let yes = |key: &str| labels[key].as_bool();
    if let Some(glasses) = yes("glasses") {
        attributes.push(("glasses", &[F::Glasses], glasses));
    }
    match yes("hair_over_eyes") {
        Some(true) => attributes.push(("hair", &[F::EyesCovered, F::BrowsCovered], true)),
        // The label says nothing of the brows.
        Some(false) => {
            attributes.push(("hair", &[F::EyesCovered], false));
            open.push(F::BrowsCovered);
        }
        None => open.extend([F::EyesCovered, F::BrowsCovered]),
    }
    // A cap is the operator's tick; a fringe "down to the brows" may be told or not.
    if labels["note"].as_str().is_some_and(|note| note.contains("fringe")) {
        open.extend([F::BrowsCovered, F::EyesCovered]);
        attributes.retain(|a| a.0 != "hair");
    }
    if truth["measured"]["roll_deg"].as_f64().is_some_and(|roll| roll.abs() > 6.0) {
        attributes.push(("upright", &[F::Roll], true));
    }
    let clean = attributes.iter().all(|a| !a.2) && labels["eyes"].is_string();
    Ok(Base { name: name(&file), frame, face: None, alpha: None, truth: attributes, open, clean })
}

/// Eight drawn people as the standard wants them, and each with shut eyes, an open mouth, a broad smile and a tilt.
fn drawn() -> Vec<Base> {
    let booth = Booth::new(Size { width: 1280, height: 720 }, Vec::new());
    let good = Pose::default();
    type Fault = (&'static str, &'static [FindingCode]);
    let poses: [(&str, Pose, Option<Fault>); 5] = [
        ("good", good, None),
        ("shut", Pose { eyes_closed: true, ..good }, Some(("drawn eyes", &[F::EyesClosed]))),
        ("open-mouth", Pose { mouth_open: 0.6, ..good }, Some(("drawn mouth", &[F::MouthOpen]))),
        ("tilt", Pose { roll_deg: 7.0, ..good }, Some(("upright", &[F::Roll]))),
        ("lean", Pose { roll_deg: -9.0, ..good }, Some(("upright", &[F::Roll]))),
    ];
    let mut all = Vec::new();
    for person in 0..booth.people() {
        for (what, pose, fault) in &poses {
            let scene = Scene::Seated { person, pose: *pose };
            let mut truth: Vec<(&str, &[FindingCode], bool)> = vec![
                ("drawn eyes", &[F::EyesClosed], false),
                ("drawn mouth", &[F::MouthOpen], false),
                ("upright", &[F::Roll], false),
            ];
            truth.retain(|t| fault.is_none_or(|f| f.0 != t.0));
            truth.extend(fault.map(|(name, codes)| (name, codes, true)));
            all.push(Base {
                name: format!("drawn{person}-{what}"),
                frame: booth.frame(&scene, 7),
                face: None,
                alpha: Some(booth.alpha(&scene, 7)),
                truth,
                open: Vec::new(),
                clean: fault.is_none(),
            });
        }
    }
    all
}
