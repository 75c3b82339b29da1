//! The portrait engine on frames with known truth. Skipped, with a line that says so, where the models or the cases
//! are not at hand.
#![allow(clippy::unwrap_used, reason = "a test may stop where its fixture is broken")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use domain::{Class, FindingCode, PhotoSpec, Verdict};
use image::{Rgb, RgbImage};
use imaging::engine::{LiveState, Options, Portrait, PortraitEngine};
use imaging::models::{ModelFiles, Models, Precision, RUNTIME_LIBRARY, verify_runtime};
use imaging::recolor::{self, Backdrop, Source};
use imaging::resample::{self, Kernel, Plane};

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
}

fn spec() -> PhotoSpec {
    PhotoSpec::parse(&std::fs::read_to_string(assets().join("specs/registry-safe.toml")).unwrap()).unwrap()
}

fn load() -> Option<PortraitEngine> {
    load_at(Precision::default())
}

fn load_at(precision: Precision) -> Option<PortraitEngine> {
    let folder = assets().join("models");
    let read = |name: &str| std::fs::read(folder.join(name)).ok();
    let library = read(RUNTIME_LIBRARY)?;
    verify_runtime(&library).unwrap();
    let files = ModelFiles {
        modnet: read("modnet.onnx")?,
        face_landmarker: read("face_landmarker.task")?,
        runtime_library: folder.join(RUNTIME_LIBRARY),
    };
    Some(PortraitEngine::new(Models::load_at(files, 2, precision).unwrap()))
}

fn engine() -> Option<&'static PortraitEngine> {
    static ENGINE: OnceLock<Option<PortraitEngine>> = OnceLock::new();
    let engine = ENGINE.get_or_init(load).as_ref();
    if engine.is_none() {
        println!("skipped: the models are not set up");
    }
    engine
}

fn cases() -> Option<PathBuf> {
    let set = std::env::var_os("GRADBOOTH_CASES").map(PathBuf::from);
    let beside = || {
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|p| p.join("shared/cases")).find(|p| p.is_dir())
    };
    let found = set.filter(|p| p.is_dir()).or_else(beside);
    if found.is_none() {
        println!("skipped: no cases folder (set GRADBOOTH_CASES)");
    }
    found
}

fn booth(name: &str) -> Option<(&'static PortraitEngine, RgbImage)> {
    let (engine, cases) = (engine()?, cases()?);
    let folder = cases.join("booth").join(name);
    let frame = ["frame.jpg", "frame.png"].iter().map(|f| folder.join(f)).find(|p| p.is_file())?;
    Some((engine, image::open(frame).unwrap().to_rgb8()))
}

fn make(engine: &PortraitEngine, frame: &RgbImage) -> Portrait {
    engine.portrait(frame, &spec(), None, &Options::default()).unwrap()
}

fn serious(portrait: &Portrait) -> Vec<FindingCode> {
    portrait.findings.iter().filter(|f| f.class > Class::Info).map(|f| f.code).collect()
}

#[test]
fn a_good_frame_becomes_a_portrait_without_objections() {
    let Some((engine, frame)) = booth("p02_good_whitewall") else { return };
    let made = make(engine, &frame);
    assert_eq!((made.verdict, serious(&made)), (Verdict::Pass, vec![]));
    let (geometry, file) = (made.geometry.unwrap(), made.file.unwrap());
    let bands = spec().bands;
    assert!(bands.head_top.allows(geometry.head_top_px) && bands.eye_line.allows(geometry.eye_line_px));
    assert!(bands.face_width.allows(geometry.face_width_px) && bands.centre_dx.allows(geometry.centre_dx_px));
    assert!((30_720..=40_000).contains(&file.bytes) && file.dpi == 300, "{file:?}");
    assert_eq!((file.width, file.height), (480, 640));
    let decoded = image::load_from_memory(&made.jpeg.unwrap()).unwrap().to_rgb8();
    let alpha = made.alpha.unwrap();
    assert_eq!(alpha.dimensions(), (480, 640));
    // Well away from the person the background is the standard's blue, as a JPEG can hold it.
    for (x, y) in [(5, 5), (474, 5), (240, 20), (10, 300)] {
        assert_eq!(alpha.get_pixel(x, y).0, [0]);
        let off = decoded.get_pixel(x, y).0.iter().zip([100u8, 197, 255]).map(|(a, b)| a.abs_diff(b)).max();
        assert!(off.unwrap() <= 2, "{:?} at {x},{y}", decoded.get_pixel(x, y));
    }
}

#[test]
fn the_head_is_measured_to_a_few_pixels() {
    // Truth of the case, from the frame's own description: eyes, face width, head top.
    let Some((engine, frame)) = booth("p15_exact_short_hair") else { return };
    let made = make(engine, &frame);
    let (plan, geometry) = (made.plan.unwrap(), made.geometry.unwrap());
    let to = |y: f64| (y - plan.crop.y) * plan.scale;
    assert!((geometry.eye_line_px - to(321.7)).abs() < 4.0, "{geometry:?}");
    assert!((geometry.head_top_px - to(192.0)).abs() < 4.0, "{geometry:?}");
    assert!((geometry.face_width_px - 165.0 * plan.scale).abs() < 6.0, "{geometry:?}");
    assert!(geometry.roll_deg.abs() < 1.0);
}

#[test]
fn each_fault_has_its_finding() {
    let faults = [
        ("p06_blue_clothes", FindingCode::ClothesNearBackground),
        ("p08_smile_teeth", FindingCode::MouthOpen),
        ("p10_dark", FindingCode::UnderExposed),
        ("p11_defocus", FindingCode::Sharpness),
        ("p12_head_tilt", FindingCode::Roll),
        ("p13_two_faces", FindingCode::ManyFaces),
        ("p16_exact_long_hair", FindingCode::BackdropUneven),
        ("p17_exact_eyes_closed", FindingCode::EyesClosed),
    ];
    for (name, code) in faults {
        let Some((engine, frame)) = booth(name) else { return };
        assert_eq!(serious(&make(engine, &frame)), [code], "{name}");
    }
}

#[test]
fn an_empty_seat_gives_no_picture() {
    let Some((engine, frame)) = booth("p14_empty_booth") else { return };
    let made = make(engine, &frame);
    assert!(made.jpeg.is_none() && made.geometry.is_none());
    assert_eq!(serious(&made), [FindingCode::NoFace]);
    assert!(!engine.has_face(&frame));
}

#[test]
fn odd_frames_are_no_reason_to_fail() {
    let Some(engine) = engine() else { return };
    for (w, h) in [(1, 1), (15, 900), (64, 64), (2000, 20)] {
        let frame = RgbImage::from_pixel(w, h, Rgb([120, 130, 140]));
        assert!(make(engine, &frame).jpeg.is_none(), "{w}x{h}");
    }
}

#[test]
fn the_same_frame_gives_the_same_bytes_from_two_threads() {
    let Some((engine, frame)) = booth("p01_good_bluecloth") else { return };
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| make(engine, &frame));
        (make(engine, &frame), other.join().unwrap())
    });
    assert!(first.jpeg.is_some());
    assert_eq!(first.jpeg, second.jpeg);
    assert_eq!(first.findings, second.findings);
}

#[test]
fn a_prepared_frame_gives_the_same_bytes() {
    let Some((engine, frame)) = booth("p03_good_greywall") else { return };
    let prepared = engine.prepare(frame.clone().into()).unwrap();
    assert!(prepared.score().eyes_open && prepared.score().sharpness > 0.0);
    assert_eq!(prepared.faces().len(), 1);
    let finished = engine.finish(&prepared, &spec(), None, &Options::default()).unwrap();
    let made = make(engine, &frame);
    assert!(made.jpeg.is_some());
    assert_eq!((finished.jpeg, finished.findings), (made.jpeg, made.findings));
    let nobody = engine.prepare(RgbImage::from_pixel(640, 480, Rgb([90; 3])).into()).unwrap();
    assert!(!nobody.score().eyes_open);
    assert!(engine.finish(&nobody, &spec(), None, &Options::default()).unwrap().jpeg.is_none());
}

#[test]
fn eight_bits_change_the_matte_by_less_than_what_is_seen() {
    let (Some((engine, frame)), Some(exact)) = (booth("p05_good_wispy_hair"), load_at(Precision::Exact))
    else {
        return;
    };
    let (mixed, exact) = (make(engine, &frame).alpha.unwrap(), make(&exact, &frame).alpha.unwrap());
    let off: f64 = mixed.as_raw().iter().zip(exact.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    let mean = off / f64::from(480 * 640);
    assert!(mean > 0.0 && mean < 0.4, "mean difference {mean} of 255");
}

#[test]
fn the_rearranged_network_is_the_published_one() {
    let (Some(exact), Some(published)) = (load_at(Precision::Exact), load_at(Precision::AsPublished)) else {
        return;
    };
    for (case, most, most_on_average) in
        [("p15_exact_short_hair", 5, 0.01), ("p05_good_wispy_hair", 20, 0.12)]
    {
        let Some((_, frame)) = booth(case) else { return };
        let (a, b) = (make(&exact, &frame).alpha.unwrap(), make(&published, &frame).alpha.unwrap());
        let mut sum = 0.0;
        for (x, y, a) in a.enumerate_pixels() {
            let off = a.0[0].abs_diff(b.get_pixel(x, y).0[0]);
            // Two pixels of what the network sees, and what the refinement makes of them.
            let inside = (6..474).contains(&x) && (6..634).contains(&y);
            assert!(off <= if inside { most } else { 64 }, "{case} {x},{y}: {off}");
            sum += f64::from(off);
        }
        assert!(sum / f64::from(480 * 640) < most_on_average, "{case}: {sum}");
    }
}

#[test]
fn a_plate_of_another_size_is_ignored_and_a_fitting_one_serves() {
    let Some((engine, frame)) = booth("p05_good_wispy_hair") else { return };
    let plate = image::open(cases().unwrap().join("booth/p05_good_wispy_hair/plate.jpg")).unwrap().to_rgb8();
    let without = make(engine, &frame);
    let small = RgbImage::new(64, 64);
    let odd = engine.portrait(&frame, &spec(), Some(&small), &Options::default()).unwrap();
    assert_eq!(odd.jpeg, without.jpeg);
    let with = engine.portrait(&frame, &spec(), Some(&plate), &Options { frame_alpha: true }).unwrap();
    assert_eq!((with.backdrop, without.backdrop), (Some(Source::Plate), Some(Source::Seen)));
    let pairs = with.alpha.unwrap().into_raw().into_iter().zip(without.alpha.unwrap().into_raw());
    let far = pairs.filter(|(a, b)| a.abs_diff(*b) > 128).count();
    assert!(far < 30, "the plate tells the soft edge and not the shape: {far}");
    assert_eq!(with.frame_alpha.unwrap().dimensions(), frame.dimensions());
}

#[test]
fn the_live_reading_agrees_with_the_portrait_and_follows() {
    let Some((engine, frame)) = booth("p07_good_1080p") else { return };
    let (mut state, start) = (LiveState::default(), Instant::now());
    let geometry = make(engine, &frame).geometry.unwrap();
    let mut near = false;
    // While another test makes a portrait the top of the hair is only estimated; the engine must not wait for it.
    for tick in 0..100 {
        let reading = engine.live(&frame, &spec(), &mut state, start + Duration::from_millis(66 * tick));
        assert_eq!(reading.faces, 1);
        assert!(!reading.eye_shut);
        let live = reading.plan.unwrap().geometry;
        assert!((live.face_width_px - geometry.face_width_px).abs() < 30.0, "{live:?} {geometry:?}");
        near = (live.head_top_px - geometry.head_top_px).abs() < 8.0
            && (live.eye_line_px - geometry.eye_line_px).abs() < 8.0;
        if near && tick >= 3 {
            break;
        }
        std::thread::sleep(Duration::from_millis(60));
    }
    assert!(near, "the live reading never came near {geometry:?}");
    let empty = RgbImage::from_pixel(1920, 1080, Rgb([90, 120, 200]));
    let gone = engine.live(&empty, &spec(), &mut state, start + Duration::from_secs(1));
    assert_eq!((gone.faces, gone.plan), (0, None));
}

#[test]
fn a_burst_prefers_the_sharp_and_the_open_eyed() {
    let Some((engine, sharp)) = booth("p02_good_whitewall") else { return };
    let Some((_, shut)) = booth("p09_eyes_closed_edited") else { return };
    let blurred = imageproc::filter::gaussian_blur_f32(&sharp, 2.0);
    let (a, b) = (engine.burst_score(&sharp), engine.burst_score(&blurred));
    assert!(a.eyes_open && a.sharpness > 1.5 * b.sharpness, "{a:?} {b:?}");
    assert!(!engine.burst_score(&shut).eyes_open);
}

#[test]
fn a_delivered_portrait_passes_its_own_inspection() {
    let Some((engine, frame)) = booth("p03_good_greywall") else { return };
    let made = make(engine, &frame);
    let picture = image::load_from_memory(&made.jpeg.unwrap()).unwrap().to_rgb8();
    let seen = engine.inspect(&picture, &spec()).unwrap();
    let serious: Vec<_> = seen.findings.iter().filter(|f| f.class > Class::Info).collect();
    assert!(serious.is_empty(), "{serious:?}");
    let (there, here) = (seen.geometry.unwrap(), made.geometry.unwrap());
    assert!(
        (there.eye_line_px - here.eye_line_px).abs() < 3.0
            && (there.head_top_px - here.head_top_px).abs() < 5.0
    );
}

#[test]
fn a_damaged_model_is_an_error_and_never_a_panic() {
    let Ok(archive) = std::fs::read(assets().join("models/face_landmarker.task")) else {
        println!("skipped: the models are not set up");
        return;
    };
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut model = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name("face_blendshapes.tflite").unwrap(), &mut model).unwrap();
    assert!(imaging::tflite::to_onnx(&model).is_ok());
    for cut in (0..model.len()).step_by(model.len() / 40) {
        assert!(imaging::tflite::to_onnx(&model[..cut]).is_err(), "cut at {cut}");
    }
    // The structure lies at both ends of the file, the weights in between: damage the structure.
    let ends = (0..4000).chain(model.len() - 40_000..model.len());
    for (round, at) in ends.step_by(397).enumerate() {
        let whole = model[at];
        model[at] = [0xff, 0x80, whole ^ 0x10, 0][round % 4];
        let _ = imaging::tflite::to_onnx(&model);
        model[at] = whole;
    }
}

#[test]
fn where_the_person_is_whole_no_grey_level_changes() {
    let Some((engine, frame)) = booth("p01_good_bluecloth") else { return };
    let made = make(engine, &frame);
    let (plan, alpha) = (made.plan.unwrap(), made.alpha.unwrap());
    let cut = resample::cut_rgb(&frame, &plan.crop, spec().size, Kernel::Sharp);
    let values: Vec<f32> = alpha.as_raw().iter().map(|a| f32::from(*a) / 255.0).collect();
    let plane = Plane { width: 480, height: 640, values };
    let backdrop = Backdrop::estimate(&cut, &plane, None);
    let out = recolor::recolor(&cut, &plane, &backdrop, &spec().background);
    let whole = cut.pixels().zip(out.pixels()).zip(alpha.as_raw()).filter(|(_, a)| **a == 255);
    let mut seen = 0;
    for ((before, after), _) in whole {
        assert_eq!(before, after);
        seen += 1;
    }
    assert!(seen > 60_000, "{seen}");
    // What the JPEG then changes has no bias: nothing was brightened, smoothed away or tinted.
    let decoded = image::load_from_memory(&made.jpeg.unwrap()).unwrap().to_rgb8();
    let mut bias = [0.0f64; 3];
    for ((a, b), _) in cut.pixels().zip(decoded.pixels()).zip(alpha.as_raw()).filter(|(_, a)| **a == 255) {
        for (sum, (after, before)) in bias.iter_mut().zip(b.0.into_iter().zip(a.0)) {
            *sum += (f64::from(after) - f64::from(before)) / f64::from(seen);
        }
    }
    assert!(bias.iter().all(|b| b.abs() < 1.0), "{bias:?}");
}

#[test]
fn a_portrait_is_made_again_bit_for_bit_from_its_original() {
    let Some(engine) = engine() else { return };
    let Some(cases) = cases() else { return };
    // The original is the camera's own JPEG, as the store keeps it.
    let original = std::fs::read(cases.join("booth/p01_good_bluecloth/frame.jpg")).unwrap();
    let delivered = {
        let frame = imaging::decode::picture_file(&original).unwrap();
        make(engine, &frame)
    };
    // Another engine, as after a restart: models loaded anew from their files.
    let later = load().unwrap();
    let again = make(&later, &imaging::decode::picture_file(&original).unwrap());
    assert_eq!(delivered.jpeg, again.jpeg);
    assert_eq!(delivered.plan, again.plan);
    let plan = again.plan.unwrap();
    // One uniform scale and one crop: nothing is turned or mirrored.
    assert!((480.0 / plan.crop.w - 640.0 / plan.crop.h).abs() < 1e-9 && plan.crop.w > 0.0);
}

#[test]
fn a_face_at_the_edge_is_told_and_never_fails() {
    let Some((engine, frame)) = booth("p02_good_whitewall") else { return };
    let face = engine.faces().glance(&frame).unwrap().unwrap();
    let middle = ((face.bounds[0] + face.bounds[2]) / 2.0) as u32;
    // Half of the face is out of the frame.
    let half =
        image::imageops::crop_imm(&frame, middle, 0, frame.width() - middle, frame.height()).to_image();
    let made = make(engine, &half);
    assert_eq!(made.verdict, Verdict::Retake, "{:?}", made.findings);
    // The whole face, right at the edge: what fails is said with its place.
    let left = (face.bounds[0] - 20.0).max(0.0) as u32;
    let edge = image::imageops::crop_imm(&frame, left, 0, frame.width() - left, frame.height()).to_image();
    let made = make(engine, &edge);
    assert_eq!(made.verdict, Verdict::Retake);
    assert!(made.findings.iter().any(|f| f.code == FindingCode::Centre), "{:?}", made.findings);
}

#[test]
fn a_poster_behind_is_nobody_and_a_tiny_or_huge_frame_is_worked_on() {
    let Some((engine, frame)) = booth("p02_good_whitewall") else { return };
    let face = engine.faces().glance(&frame).unwrap().unwrap();
    let side = |a: f64, b: f64| (b - a) as u32;
    let [x0, y0, x1, y1] = face.bounds;
    let cut = image::imageops::crop_imm(&frame, x0 as u32, y0 as u32, side(x0, x1), side(y0, y1)).to_image();
    let small = image::imageops::thumbnail(&cut, cut.width() / 4, cut.height() / 4);
    let mut hung = frame.clone();
    image::imageops::overlay(&mut hung, &small, 20, 20);
    assert!(!serious(&make(engine, &hung)).contains(&FindingCode::ManyFaces));
    let tiny = image::imageops::thumbnail(&frame, 64, 64);
    let made = make(engine, &tiny);
    assert_eq!(made.verdict, Verdict::Retake, "{:?}", made.findings);
    let grey = image::DynamicImage::ImageRgb8(frame.clone()).to_luma8();
    let made = make(engine, &image::DynamicImage::ImageLuma8(grey).to_rgb8());
    assert!(serious(&made).contains(&FindingCode::ColourCast), "{:?}", made.findings);
}

#[test]
fn a_painting_is_answered_like_any_picture() {
    let Some(engine) = engine() else { return };
    let booth = testkit::Booth::new(domain::Size { width: 1280, height: 720 }, Vec::new());
    let mut painting = booth.frame(&testkit::Scene::seated(1), 3);
    // Four tones a channel, in strokes of 5 pixels: no photograph any more.
    let copy = painting.clone();
    for (x, y, pixel) in painting.enumerate_pixels_mut() {
        let stroke = copy.get_pixel(x / 5 * 5, y / 5 * 5);
        pixel.0 = stroke.0.map(|v| v / 64 * 64 + 32);
    }
    let made = make(engine, &painting);
    assert_ne!(made.verdict, Verdict::Pass, "{:?}", made.findings);
    assert!(made.findings.iter().all(|f| !f.message.is_empty() && !f.message_en.is_empty()));
}

#[test]
fn blur_that_noise_hides_is_found() {
    let Some((engine, sharp)) = booth("p02_good_whitewall") else { return };
    let mut soft = imageproc::filter::gaussian_blur_f32(&sharp, 3.0);
    let mut state = 1u32;
    for value in soft.iter_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *value = value.saturating_add((state >> 29) as u8);
    }
    assert!(serious(&make(engine, &soft)).contains(&FindingCode::Sharpness));
    assert!(!serious(&make(engine, &sharp)).contains(&FindingCode::Sharpness));
}

#[test]
fn a_lamp_at_one_side_is_found_at_half_strength() {
    let Some((engine, frame)) = booth("p02_good_whitewall") else { return };
    let face = engine.faces().glance(&frame).unwrap().unwrap();
    let (centre, width) = ((face.cheek_left + face.cheek_right) / 2.0, face.cheek_right - face.cheek_left);
    let lit = |strength: f64| {
        let mut lit = frame.clone();
        for (x, _, pixel) in lit.enumerate_pixels_mut() {
            let side = ((f64::from(x) - centre) / width).clamp(-0.5, 0.5);
            for c in &mut pixel.0 {
                *c = (f64::from(*c) * (1.0 - strength * (0.5 + side))) as u8;
            }
        }
        make(engine, &lit).findings.iter().any(|f| f.code == FindingCode::LightBalance)
    };
    assert!(!lit(0.0));
    assert!(lit(0.45));
}

/// A frame whose nearest face is all hair: the person sits there with the back turned.
fn from_behind(engine: &PortraitEngine, frame: &RgbImage) -> RgbImage {
    let face = engine.faces().glance(frame).unwrap().unwrap();
    let half = (face.cheek_right - face.cheek_left) * 0.52;
    let middle = (face.cheek_left + face.cheek_right) / 2.0;
    let (top, bottom) = (face.estimated_head_top() + 0.1 * half, face.chin[1] + 0.12 * half);
    let mut out = frame.clone();
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let dx = (f64::from(x) - middle) / half;
        let dy = (f64::from(y) - (top + bottom) / 2.0) / ((bottom - top) / 2.0);
        if dx * dx + dy.powi(4) < 1.0 {
            let strand = 1.0 + 0.3 * (dx * 60.0 + (dy * 9.0).sin()).sin();
            pixel.0 = [44.0, 33.0, 28.0].map(|v: f64| (v * strand * (1.1 - 0.4 * dx.abs())) as u8);
        }
    }
    out
}

#[test]
fn a_person_without_a_visible_face_is_no_empty_seat() {
    let Some(engine) = engine() else { return };
    let booth = testkit::Booth::new(domain::Size { width: 1280, height: 720 }, Vec::new());
    let seat = engine.check_plate(&booth.frame(&testkit::Scene::EmptySeat, 1)).unwrap();
    assert_eq!((seat.faces, seat.figure), (0, false), "a chair is a chair");
    for (person, scale) in [(0, 1.0), (1, 0.7), (2, 1.2)] {
        let pose = testkit::Pose { scale, ..testkit::Pose::default() };
        let frame = booth.frame(&testkit::Scene::Seated { person, pose }, 1);
        let check = engine.check_plate(&from_behind(engine, &frame)).unwrap();
        assert!(check.figure && check.is_occupied(), "person {person} at {scale}");
    }
}

#[test]
fn the_plates_of_the_cases_are_empty_and_their_frames_are_not() {
    let (Some(engine), Some(cases)) = (engine(), cases()) else { return };
    let mut plates = 0;
    for folder in std::fs::read_dir(cases.join("booth")).unwrap().flatten().map(|e| e.path()) {
        let picture = |stem: &str| {
            let files = ["png", "jpg"].map(|extension| folder.join(format!("{stem}.{extension}")));
            files.iter().find(|p| p.is_file()).map(|p| image::open(p).unwrap().to_rgb8())
        };
        let (Some(plate), Some(frame)) = (picture("plate"), picture("frame")) else { continue };
        assert!(!engine.check_plate(&plate).unwrap().is_occupied(), "{}", folder.display());
        plates += 1;
        if engine.has_face(&frame) {
            let behind = engine.check_plate(&from_behind(engine, &frame)).unwrap();
            assert!(behind.figure, "{}", folder.display());
        }
    }
    assert!(plates > 10, "{plates}");
}

/// Each pixel `times` times, rows of a wall above: larger than any camera's frame, made without a resampler.
fn enlarged(frame: &RgbImage, times: usize, size: (u32, u32)) -> RgbImage {
    let wall = [196u8, 206, 220];
    let (w, h) = (size.0 as usize, size.1 as usize);
    let row = |y: u32| -> Vec<u8> {
        let inside = (0..frame.width()).flat_map(|x| std::iter::repeat_n(frame.get_pixel(x, y).0, times));
        inside.chain(std::iter::repeat(wall)).take(w).flatten().collect()
    };
    let above = h - frame.height() as usize * times;
    let mut raw = wall.repeat(w * above);
    for y in 0..frame.height() {
        raw.extend(row(y).repeat(times));
    }
    RgbImage::from_raw(size.0, size.1, raw).unwrap()
}

#[test]
fn a_frame_of_48_megapixels_is_developed_in_bounded_time() {
    let Some(engine) = engine() else { return };
    let booth = testkit::Booth::new(domain::Size { width: 1280, height: 720 }, Vec::new());
    let frame = enlarged(&booth.frame(&testkit::Scene::seated(1), 3), 6, (8000, 6000));
    let begun = Instant::now();
    let made = make(engine, &frame);
    // 0.4 s on two free cores; the rest is for a busy machine.
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    // Repeated pixels are blocks like those of a strong compression, and nothing else.
    assert!(serious(&made).iter().all(|code| *code == FindingCode::Compression), "{:?}", made.findings);
    assert!(made.jpeg.is_some());
}

#[test]
fn each_odd_picture_has_a_verdict_that_says_what_to_do() {
    let Some(engine) = engine() else { return };
    let booth = testkit::Booth::new(domain::Size { width: 1280, height: 720 }, Vec::new());
    let frame = booth.frame(&testkit::Scene::seated(1), 3);
    let face = engine.faces().glance(&frame).unwrap().unwrap();
    let [x0, _, x1, _] = face.bounds.map(|v| v as u32);
    let from = |x: u32| image::imageops::crop_imm(&frame, x, 0, frame.width() - x, frame.height()).to_image();
    let small = image::imageops::crop_imm(&frame, x0, 100, x1 - x0, 400).to_image();
    let small = image::imageops::thumbnail(&small, small.width() * 7 / 10, small.height() * 7 / 10);
    let mut beside = frame.clone();
    image::imageops::overlay(&mut beside, &small, 20, 10);
    let cases: [(&str, RgbImage, &[FindingCode]); 5] = [
        ("at the edge", from(x0.saturating_sub(12)), &[FindingCode::Centre]),
        ("half out", from((x0 + x1) / 2), &[FindingCode::NoFace, FindingCode::OutsideFrame]),
        ("a large poster", beside, &[FindingCode::ManyFaces]),
        ("tiny", image::imageops::thumbnail(&frame, 64, 64), &[FindingCode::Upscaled]),
        ("a chair", booth.frame(&testkit::Scene::EmptySeat, 3), &[FindingCode::NoFace]),
    ];
    for (name, picture, expected) in cases {
        let made = make(engine, &picture);
        assert_eq!(made.verdict, Verdict::Retake, "{name}: {:?}", made.findings);
        assert!(serious(&made).iter().any(|code| expected.contains(code)), "{name}: {:?}", made.findings);
        assert!(made.findings.iter().all(|f| !f.message.is_empty() && !f.message_en.is_empty()));
    }
}
