//! Prints how near the delivered files are to the uncompressed portraits, at the same size of file: colour at full and
//! at half resolution, and the image crate's own encoder.
//!
//! ```text
//! cargo run -p imaging --example sampling_report -- FOLDER_OF_BOOTH_CASES [SPEC.toml]
//! ```
//!
//! Columns: quality, bytes; SSIM of the face and of the soft band (true alpha 0.02–0.98 and what is within 4 px);
//! mean colour difference (CIE76) in both. The image crate's encoder gets the bytes of the file that is delivered: the
//! highest quality that does not pass them.

#[path = "shared/likeness.rs"]
mod likeness;

use std::path::Path;
use std::time::Instant;

use domain::PhotoSpec;
use domain::spec::Subsampling;
use image::RgbImage;
use likeness::{differences, ssim};

const SAFE: &str = include_str!("../../../../assets/specs/registry-safe.toml");

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        return Err("which folder of booth cases?".into());
    };
    let text = arguments.next().map_or(Ok(SAFE.to_owned()), std::fs::read_to_string)?;
    let spec = PhotoSpec::parse(&text)?;
    let mut cases: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    cases.sort();
    println!(
        "{:26} {:14} {:>3} {:>6} {:>7} {:>7} {:>6} {:>6}",
        "case", "written", "q", "bytes", "ssim fc", "ssim sf", "dE fc", "dE sf"
    );
    let mut sums = Sums::default();
    for case in cases.iter().filter(|case| case.join("ideal.png").exists()) {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        measure(case, &name, &spec, &mut sums)?;
    }
    sums.print();
    Ok(())
}

/// One file against what it was written from.
#[derive(Clone, Copy, Default)]
struct Row {
    quality: f64,
    bytes: f64,
    /// SSIM of face and soft band, colour difference in both.
    near: [f64; 4],
}

#[derive(Default)]
struct Sums {
    rows: [Vec<Row>; 3],
    delivered: Vec<Row>,
    careful: u32,
    quick: u32,
    ms: f64,
    nearer: [usize; 4],
}

const NAMES: [&str; 3] = ["4:4:4", "4:2:0", "image crate"];

fn measure(case: &Path, name: &str, spec: &PhotoSpec, sums: &mut Sums) -> Result<(), Failure> {
    let ideal = image::open(case.join("ideal.png"))?.to_rgb8();
    let look = Look::new(case, &ideal)?;
    let begun = Instant::now();
    let delivered = imaging::encode::encode(&ideal, spec)?;
    sums.ms += begun.elapsed().as_secs_f64() * 1000.0;
    sums.careful += delivered.tries;
    sums.quick += delivered.quick;
    let own = look.row(&delivered.jpeg, delivered.quality)?;
    let mut rows = Vec::new();
    for sampling in [Subsampling::Full, Subsampling::Half] {
        let mut fixed = spec.clone();
        fixed.file.subsampling = sampling;
        let Ok(written) = imaging::encode::encode(&ideal, &fixed) else {
            println!("{name:26} does not fit with {sampling:?}");
            return Ok(());
        };
        rows.push(look.row(&written.jpeg, written.quality)?);
    }
    let other = (1..=100u8).rev().map(|quality| (quality, by_image_crate(&ideal, quality)));
    let other = other
        .filter_map(|(quality, jpeg)| Some((quality, jpeg.ok()?)))
        .find(|(_, jpeg)| jpeg.len() <= delivered.jpeg.len());
    let (quality, jpeg) = other.ok_or("the image crate has no file as small")?;
    rows.push(look.row(&jpeg, quality)?);
    for ((row, name_of), all) in rows.iter().zip(NAMES).zip(&mut sums.rows) {
        print(name, name_of, row);
        all.push(*row);
    }
    for (i, count) in sums.nearer.iter_mut().enumerate() {
        let better = if i < 2 { own.near[i] > rows[2].near[i] } else { own.near[i] < rows[2].near[i] };
        *count += usize::from(better);
    }
    sums.delivered.push(own);
    Ok(())
}

fn by_image_crate(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Failure> {
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(picture)?;
    Ok(jpeg)
}

fn print(case: &str, written: &str, row: &Row) {
    let [a, b, c, d] = row.near;
    println!(
        "{case:26} {written:14} {:>3.0} {:>6.0} {a:>7.4} {b:>7.4} {c:>6.3} {d:>6.3}",
        row.quality, row.bytes
    );
}

impl Sums {
    fn print(&self) {
        let mean = |rows: &[Row]| {
            let n = rows.len().max(1) as f64;
            let sum = |of: &dyn Fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() / n;
            Row {
                quality: sum(&|r| r.quality),
                bytes: sum(&|r| r.bytes),
                near: std::array::from_fn(|i| sum(&|r| r.near[i])),
            }
        };
        for (name, rows) in NAMES.iter().zip(&self.rows) {
            print("mean", name, &mean(rows));
        }
        print("mean", "delivered", &mean(&self.delivered));
        let n = self.delivered.len().max(1) as f64;
        println!(
            "delivered nearer than the image crate at the same bytes: face SSIM {}, soft SSIM {}, face dE {}, soft dE {} of {n}",
            self.nearer[0], self.nearer[1], self.nearer[2], self.nearer[3]
        );
        println!(
            "encodings for one file: {:.2} careful and {:.2} quick, {:.0} ms",
            f64::from(self.careful) / n,
            f64::from(self.quick) / n,
            self.ms / n
        );
    }
}

/// A portrait with its face and its soft band.
struct Look<'a> {
    ideal: &'a RgbImage,
    soft: Vec<bool>,
    face: [f64; 4],
}

impl<'a> Look<'a> {
    fn new(case: &Path, ideal: &'a RgbImage) -> Result<Self, Failure> {
        let alpha = image::open(case.join("ideal_alpha.png"))?.to_luma8();
        let (w, h) = alpha.dimensions();
        let mut soft = vec![false; (w * h) as usize];
        for (x, y, _) in alpha.enumerate_pixels().filter(|(_, _, p)| (5..=250).contains(&p.0[0])) {
            for v in y.saturating_sub(4)..(y + 5).min(h) {
                for u in x.saturating_sub(4)..(x + 5).min(w) {
                    soft[(v * w + u) as usize] = true;
                }
            }
        }
        let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(case.join("truth.json"))?)?;
        let band = |name: &str, usual: f64| truth["ideal_crop"]["in_output"][name].as_f64().unwrap_or(usual);
        let (eyes, width) = (band("eye_line", 255.0), band("face_width", 240.0));
        let middle = f64::from(w) / 2.0;
        let face = [middle - width / 2.0, eyes - width * 0.45, middle + width / 2.0, eyes + width * 0.85];
        Ok(Self { ideal, soft, face })
    }

    fn row(&self, jpeg: &[u8], quality: u8) -> Result<Row, Failure> {
        let back = imaging::decode::picture_file(jpeg)?;
        let width = self.ideal.width();
        let soft = |x: u32, y: u32| self.soft[(y * width + x) as usize];
        let [x0, y0, x1, y1] = self.face;
        let face = |x: u32, y: u32| {
            (x0..x1).contains(&f64::from(x)) && (y0..y1).contains(&f64::from(y)) && !soft(x, y)
        };
        let (ideal, back) = (self.ideal, &back);
        let near = [
            ssim(ideal, back, face),
            ssim(ideal, back, soft),
            differences(ideal, back, face).0,
            differences(ideal, back, soft).0,
        ];
        Ok(Row { quality: f64::from(quality), bytes: jpeg.len() as f64, near })
    }
}
