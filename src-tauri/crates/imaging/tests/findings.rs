//! Every finding has a picture or a number on both sides of its limit: the table is [`fixture`].
//!
//! Pictures are a drawn person with and without the faults of `examples/findings_report`, which measures the same on
//! many people. Skipped, with a line that says so, where the models are not at hand.
#![allow(clippy::unwrap_used, reason = "a test may stop where its fixture is broken")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use domain::{FindingCode as F, PhotoSpec, Size};
use image::RgbImage;
use imaging::engine::{Options, PortraitEngine};
use imaging::models::{ModelFiles, Models, RUNTIME_LIBRARY};
use testkit::{Booth, Pose, Scene};

mod cases {
    //! What the faults are put onto.
    pub struct Base {
        pub frame: image::RgbImage,
        pub face: Option<imaging::face::Face>,
        pub alpha: Option<image::GrayImage>,
    }
}
#[path = "../examples/findings_report/faults.rs"]
#[allow(dead_code, reason = "the report uses all of it")]
mod faults;

/// What stands on one side of a limit.
enum Side {
    /// The drawn person as the standard wants it.
    Good,
    /// A change of `faults.rs`, the stronger one where there are two.
    Changed(&'static str),
    /// The drawn person in another pose.
    Posed(Pose),
    /// Nobody.
    Empty,
    /// A picture of 64 × 64 pixels.
    Tiny,
}

/// Where a finding's two sides are.
enum Fixture {
    /// Pictures without and with it.
    Pictures(Side, Side),
    /// Numbers or files: the source file, and the name of the test that has both sides.
    Test(&'static str, &'static str),
}

use Fixture::{Pictures, Test};
use Side::{Changed, Empty, Good, Posed, Tiny};

const UPRIGHT: Pose =
    Pose { dx: 0.0, dy: 0.0, scale: 1.0, roll_deg: 0.0, eyes_closed: false, smile: 0.0, mouth_open: 0.0 };

/// Both sides of every finding. A new finding does not compile without them.
fn fixture(code: F) -> Fixture {
    const CHECK: &str = "src/check/tests.rs";
    const HEAD: &str = "src/quality/head.rs";
    match code {
        F::NoFace => Pictures(Good, Empty),
        F::ManyFaces => Pictures(Good, Changed("second face")),
        F::HeadTop => Pictures(Good, Posed(Pose { dy: -190.0, ..UPRIGHT })),
        F::EyeLine => Pictures(Good, Posed(Pose { dy: 260.0, ..UPRIGHT })),
        F::FaceWidth => Pictures(Good, Posed(Pose { scale: 1.75, ..UPRIGHT })),
        F::Centre => Pictures(Posed(Pose { dx: 120.0, ..UPRIGHT }), Posed(Pose { dx: 500.0, ..UPRIGHT })),
        F::Roll => Pictures(Changed("tilted by 2°"), Changed("tilted")),
        F::Yaw | F::Pitch => Test(HEAD, "a_turn_and_a_nod_are_noted_then_looked_at_then_shot_again"),
        F::EyesClosed => Pictures(Good, Changed("eyes shut")),
        F::Gaze => Pictures(Changed("eyes moved by a trifle"), Changed("eyes aside")),
        F::MouthOpen => Pictures(Good, Changed("mouth open")),
        F::Glasses => Pictures(Good, Changed("glasses")),
        F::GlassesGlare => Pictures(Changed("glasses"), Changed("glare on glasses")),
        F::TintedLenses => Pictures(Changed("glasses"), Changed("tinted glasses")),
        F::BrowsCovered => Pictures(Changed("a fringe above the brows"), Changed("fringe over the brows")),
        F::EyesCovered => Pictures(Changed("a fringe above the brows"), Changed("hair over an eye")),
        F::EarsHidden => Pictures(Good, Changed("hair over the ears")),
        F::HeadCovering => Pictures(Good, Changed("coloured cap")),
        F::ShouldersTilted => Pictures(Changed("a shoulder 1.5° lower"), Changed("one shoulder low")),
        F::NeckHidden => Pictures(Good, Changed("high collar")),
        F::Sharpness => Pictures(Changed("slightly soft"), Changed("out of focus")),
        F::OverExposed => Pictures(Changed("a little brighter"), Changed("blown out")),
        F::UnderExposed => Pictures(Changed("a little darker"), Changed("dark")),
        F::LightBalance => Pictures(Changed("light slope of a tenth"), Changed("lamp at one side")),
        F::SkinHighlight => Pictures(Good, Changed("shining forehead")),
        F::ColourCast => Pictures(Good, Changed("yellow light")),
        F::Upscaled => Pictures(Good, Posed(Pose { scale: 0.5, ..UPRIGHT })),
        F::OutsideFrame => Pictures(Good, Posed(Pose { dy: -330.0, ..UPRIGHT })),
        F::BackdropUneven => Pictures(Good, Changed("things behind")),
        F::ClothesNearBackground => Pictures(Good, Changed("blue clothes")),
        F::MatteUnsure => Pictures(Good, Tiny),
        F::Border => Pictures(Good, Changed("black bar")),
        F::Compression => Pictures(Changed("compression as of a webcam"), Changed("strong compression")),
        F::BackgroundColour => Test(CHECK, "the_background_has_the_colour_or_not"),
        F::Unreadable => Test(CHECK, "broken_files_are_unreadable"),
        F::NotJpeg | F::Extension => Test(CHECK, "format_and_extension_are_what_they_are"),
        F::Pixels | F::Density => Test(CHECK, "pixels_and_density_are_exact"),
        F::Bytes | F::Quality => Test(CHECK, "bytes_and_quality_from_both_sides"),
        F::ColourDepth => Test(CHECK, "grey_and_cmyk_are_told"),
        F::TrailingBytes => Test(CHECK, "padding_is_told_and_weighed"),
        F::Metadata => Test(CHECK, "metadata_is_named_and_a_turned_picture_is_for_a_person"),
        F::FrozenPicture => Test(
            "../api/src/desk.rs",
            "the_same_original_under_another_code_is_a_frozen_camera_and_under_its_own_is_none",
        ),
        F::PlateUnfit => {
            Test("tests/findings.rs", "a_plate_that_does_not_fit_is_told_and_one_that_fits_is_not")
        }
    }
}

const ALL: [F; 47] = [
    F::NoFace,
    F::ManyFaces,
    F::HeadTop,
    F::EyeLine,
    F::FaceWidth,
    F::Centre,
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
    F::EarsHidden,
    F::HeadCovering,
    F::ShouldersTilted,
    F::NeckHidden,
    F::Sharpness,
    F::OverExposed,
    F::UnderExposed,
    F::LightBalance,
    F::SkinHighlight,
    F::ColourCast,
    F::Upscaled,
    F::OutsideFrame,
    F::BackdropUneven,
    F::BackgroundColour,
    F::ClothesNearBackground,
    F::MatteUnsure,
    F::Border,
    F::Compression,
    F::Unreadable,
    F::NotJpeg,
    F::Extension,
    F::Pixels,
    F::Density,
    F::Bytes,
    F::Quality,
    F::ColourDepth,
    F::TrailingBytes,
    F::Metadata,
    F::FrozenPicture,
    F::PlateUnfit,
];

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
}

fn spec() -> PhotoSpec {
    PhotoSpec::parse(&std::fs::read_to_string(assets().join("specs/registry-safe.toml")).unwrap()).unwrap()
}

fn engine() -> Option<&'static PortraitEngine> {
    static ENGINE: OnceLock<Option<PortraitEngine>> = OnceLock::new();
    let load = || {
        let folder = assets().join("models");
        let read = |name: &str| std::fs::read(folder.join(name)).ok();
        let files = ModelFiles {
            modnet: read("modnet.onnx")?,
            face_landmarker: read("face_landmarker.task")?,
            runtime_library: folder.join(RUNTIME_LIBRARY),
        };
        Some(PortraitEngine::new(Models::load(files, 2).unwrap()))
    };
    let engine = ENGINE.get_or_init(load).as_ref();
    if engine.is_none() {
        println!("skipped: the models are not set up");
    }
    engine
}

/// The drawn person that all pictures show.
const PERSON: usize = 1;

fn booth() -> Booth {
    Booth::new(Size { width: 1280, height: 720 }, Vec::new())
}

fn seated(pose: Pose) -> RgbImage {
    booth().frame(&Scene::Seated { person: PERSON, pose }, 7)
}

fn picture(side: &Side, good: &cases::Base) -> RgbImage {
    match side {
        Good => good.frame.clone(),
        Changed(name) => {
            let all = || faults::FAULTS.iter().chain(&faults::HARMLESS);
            let change =
                all().find(|change| change.name == *name).unwrap_or_else(|| panic!("no change {name}"));
            (change.make)(good, 1).unwrap_or_else(|| panic!("{name} cannot be put onto this person"))
        }
        Posed(pose) => seated(*pose),
        Empty => booth().frame(&Scene::EmptySeat, 7),
        Tiny => image::imageops::thumbnail(&good.frame, 64, 64),
    }
}

fn told(engine: &PortraitEngine, frame: &RgbImage, plate: Option<&RgbImage>) -> Vec<F> {
    let made = engine.portrait(frame, &spec(), plate, &Options::default()).unwrap();
    made.findings.iter().map(|f| f.code).collect()
}

#[test]
fn every_finding_is_told_on_one_side_of_its_limit_and_not_on_the_other() {
    let Some(engine) = engine() else { return };
    let scene = Scene::Seated { person: PERSON, pose: UPRIGHT };
    let frame = seated(UPRIGHT);
    let face = engine.faces().glance(&frame).unwrap();
    let good = cases::Base { face, alpha: Some(booth().alpha(&scene, 7)), frame };
    assert_eq!(told(engine, &good.frame, None), []);
    let mut wrong = Vec::new();
    for code in ALL {
        let Pictures(below, above) = fixture(code) else { continue };
        if !matches!(below, Good) {
            let codes = told(engine, &picture(&below, &good), None);
            if codes.contains(&code) {
                wrong.push(format!("{code:?} below its limit: {codes:?}"));
            }
        }
        let codes = told(engine, &picture(&above, &good), None);
        if !codes.contains(&code) {
            wrong.push(format!("{code:?} above its limit: {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_plate_that_does_not_fit_is_told_and_one_that_fits_is_not() {
    let Some(engine) = engine() else { return };
    let frame = seated(UPRIGHT);
    let plate = booth().frame(&Scene::EmptySeat, 8);
    assert!(!told(engine, &frame, Some(&plate)).contains(&F::PlateUnfit));
    let shelf = RgbImage::from_fn(1280, 720, |x, y| {
        image::Rgb(if (x / 70 + y / 50) % 2 == 0 { [60, 50, 40] } else { [210, 205, 190] })
    });
    assert!(told(engine, &frame, Some(&shelf)).contains(&F::PlateUnfit), "another room");
    let small = image::imageops::thumbnail(&plate, 640, 360);
    assert!(told(engine, &frame, Some(&small)).contains(&F::PlateUnfit), "another camera format");
}

#[test]
fn the_tests_that_the_table_names_are_there() {
    for code in ALL {
        let Test(file, name) = fixture(code) else { continue };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(text.contains(&format!("fn {name}()")), "{code:?}: no test {name} in {file}");
    }
}
