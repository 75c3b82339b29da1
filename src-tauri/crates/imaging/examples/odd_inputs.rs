//! Prints what the engine makes of pictures that no booth should give it: findings, milliseconds, and the process's
//! largest memory so far, models (of which loading takes the most) and the frame itself included.
//!
//! ```text
//! cargo run -p imaging --example odd_inputs
//! ```

use std::path::Path;
use std::time::Instant;

use domain::{Class, PhotoSpec, Size};
use image::{Rgb, RgbImage, imageops};
use imaging::engine::{Options, PortraitEngine};
use imaging::models::{ModelFiles, Models, RUNTIME_LIBRARY};
use testkit::{Booth, Scene};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    let models = assets.join("models");
    let files = ModelFiles {
        modnet: std::fs::read(models.join("modnet.onnx"))?,
        face_landmarker: std::fs::read(models.join("face_landmarker.task"))?,
        runtime_library: models.join(RUNTIME_LIBRARY),
    };
    let spec = PhotoSpec::parse(&std::fs::read_to_string(assets.join("specs/registry-safe.toml"))?)?;
    let engine = PortraitEngine::new(Models::load(files, 2)?);
    let booth = Booth::new(Size { width: 1280, height: 720 }, Vec::new());
    let person = booth.frame(&Scene::seated(1), 3);
    // Buffers that grow once are not the picture's doing.
    engine.portrait(&person, &spec, None, &Options::default())?;
    for (name, make) in pictures(&engine, &booth, &person)? {
        let frame = make();
        let begun = Instant::now();
        let made = engine.portrait(&frame, &spec, None, &Options::default())?;
        let ms = begun.elapsed().as_secs_f64() * 1000.0;
        let said: Vec<String> =
            made.findings.iter().map(|f| format!("{}{:?}", mark(f.class), f.code)).collect();
        println!(
            "{name:32} {:>5}×{:<5} {ms:6.0} ms  {:4.0} MB  {:?} {}",
            frame.width(),
            frame.height(),
            status_mb("VmHWM"),
            made.verdict,
            said.join(" ")
        );
    }
    Ok(())
}

fn mark(class: Class) -> &'static str {
    match class {
        Class::Info => "·",
        Class::Review => "?",
        Class::Retake => "!",
    }
}

type Make<'a> = Box<dyn Fn() -> RgbImage + 'a>;

/// Names, and how each picture is made: one at a time, so that the large ones do not count for the others.
fn pictures<'a>(
    engine: &PortraitEngine,
    booth: &'a Booth,
    person: &'a RgbImage,
) -> Result<Vec<(&'static str, Make<'a>)>, Failure> {
    let face = engine.faces().glance(person)?.ok_or("the drawn person has a face")?;
    let [x0, y0, x1, y1] = face.bounds.map(|v| v.max(0.0) as u32);
    let (w, h) = person.dimensions();
    let from =
        move |x: u32| -> Make<'a> { Box::new(move || imageops::crop_imm(person, x, 0, w - x, h).to_image()) };
    let hung = move |part: u32| -> Make<'a> {
        Box::new(move || {
            let cut = imageops::crop_imm(person, x0, y0, x1 - x0, y1 - y0).to_image();
            let small = imageops::thumbnail(&cut, cut.width() * part / 100, cut.height() * part / 100);
            let mut frame = person.clone();
            imageops::overlay(&mut frame, &small, 30, 20);
            frame
        })
    };
    Ok(vec![
        ("as it should be", Box::new(|| person.clone())),
        ("8000×6000", Box::new(|| enlarged(person))),
        ("8000×6000, nobody", Box::new(|| RgbImage::from_pixel(8000, 6000, Rgb([196, 206, 220])))),
        ("64×64", Box::new(|| imageops::thumbnail(person, 64, 64))),
        ("1×1", Box::new(|| RgbImage::new(1, 1))),
        ("10000×2", Box::new(|| RgbImage::new(10_000, 2))),
        ("grey", Box::new(|| image::DynamicImage::ImageLuma8(imageops::grayscale(person)).to_rgb8())),
        ("a painting", Box::new(|| painted(person))),
        ("face at the frame's edge", from(x0.saturating_sub(12))),
        ("half out of the frame", from((x0 + x1) / 2)),
        ("a quarter of the face", from(x0 + (x1 - x0) * 3 / 4)),
        ("a poster of a tenth behind", hung(30)),
        ("a poster half as large", hung(55)),
        ("nobody", Box::new(|| booth.frame(&Scene::EmptySeat, 3))),
        ("a phone", Box::new(|| booth.frame(&Scene::phone("a code"), 5))),
    ])
}

/// The person's frame six times as large, more wall above and beside.
fn enlarged(person: &RgbImage) -> RgbImage {
    let mut large = RgbImage::from_pixel(8000, 6000, Rgb([196, 206, 220]));
    for (x, y, pixel) in large.enumerate_pixels_mut() {
        if x < person.width() * 6 && y >= 1680 {
            *pixel = *person.get_pixel(x / 6, (y - 1680) / 6);
        }
    }
    large
}

/// Four tones a channel, in strokes of five pixels.
fn painted(person: &RgbImage) -> RgbImage {
    let mut painting = person.clone();
    for (x, y, pixel) in painting.enumerate_pixels_mut() {
        pixel.0 = person.get_pixel(x / 5 * 5, y / 5 * 5).0.map(|v| v / 64 * 64 + 32);
    }
    painting
}

/// A line of the process's state in megabytes; 0 where the system does not tell.
fn status_mb(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
