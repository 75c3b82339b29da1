//! Prints how far colour at full and at half resolution stray from the uncompressed portraits at the same size of
//! file: `cargo run -p imaging --example sampling_report -- FOLDER_OF_BOOTH_CASES [SPEC.toml]`.
//!
//! Columns: quality and bytes, then the mean colour difference (CIE76, Lab) in the band around the matte's edge
//! (2 px either way), inside the person, and the root mean square of luma in both.

use std::path::Path;

use domain::PhotoSpec;
use domain::spec::Subsampling;
use image::{GrayImage, RgbImage};

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
        "{:28} {:>4} {:>7} {:>6} {:>6} {:>6} {:>6}  | the same with 4:2:0",
        "case 4:4:4", "q", "bytes", "dE", "dE in", "Y", "Y in"
    );
    let mut totals = [[0.0; 4]; 2];
    let mut counted = 0.0;
    for case in cases.iter().filter(|case| case.join("ideal.png").exists()) {
        let rows = [Subsampling::Full, Subsampling::Half].map(|sampling| measure(case, &spec, sampling));
        let [Some(full), Some(half)] = rows else {
            println!(
                "{:28} does not fit with one of them",
                case.file_name().unwrap_or_default().to_string_lossy()
            );
            continue;
        };
        counted += 1.0;
        print!("{:28}", case.file_name().unwrap_or_default().to_string_lossy());
        for (row, total) in [full, half].iter().zip(&mut totals) {
            print!(" {:>4} {:>7}", row.quality, row.bytes);
            for (value, total) in row.errors.iter().zip(total) {
                print!(" {value:>6.3}");
                *total += value;
            }
            print!("  |");
        }
        println!();
    }
    for (name, total) in ["4:4:4", "4:2:0"].iter().zip(&totals) {
        println!("mean {name}: {}", total.map(|t| format!("{:.3}", t / counted)).join(" "));
    }
    Ok(())
}

struct Row {
    quality: u8,
    bytes: usize,
    /// Colour difference at the edge and inside, luma error at the edge and inside.
    errors: [f64; 4],
}

fn measure(case: &Path, spec: &PhotoSpec, sampling: Subsampling) -> Option<Row> {
    let ideal = image::open(case.join("ideal.png")).ok()?.to_rgb8();
    let alpha = image::open(case.join("ideal_alpha.png")).ok()?.to_luma8();
    let mut spec = spec.clone();
    spec.file.subsampling = sampling;
    let encoded = imaging::encode::encode(&ideal, &spec).ok()?;
    let back = imaging::decode::picture_file(&encoded.jpeg).ok()?;
    let (edge_colour, edge_luma) = errors(&ideal, &back, |x, y| near_edge(&alpha, x, y));
    let (in_colour, in_luma) =
        errors(&ideal, &back, |x, y| alpha.get_pixel(x, y).0[0] > 250 && !near_edge(&alpha, x, y));
    Some(Row {
        quality: encoded.quality,
        bytes: encoded.jpeg.len(),
        errors: [edge_colour, in_colour, edge_luma, in_luma],
    })
}

fn near_edge(alpha: &GrayImage, x: u32, y: u32) -> bool {
    let (width, height) = alpha.dimensions();
    let mut found = (false, false);
    for v in y.saturating_sub(2)..(y + 3).min(height) {
        for u in x.saturating_sub(2)..(x + 3).min(width) {
            let a = alpha.get_pixel(u, v).0[0];
            found.0 |= a < 128;
            found.1 |= a >= 128;
        }
    }
    found.0 && found.1
}

fn errors(a: &RgbImage, b: &RgbImage, inside: impl Fn(u32, u32) -> bool) -> (f64, f64) {
    let (mut colour, mut luma, mut count) = (0.0, 0.0, 0.0);
    for (x, y, pixel) in a.enumerate_pixels().filter(|(x, y, _)| inside(*x, *y)) {
        let other = b.get_pixel(x, y).0;
        let (p, q) = (lab(pixel.0), lab(other));
        colour += p.iter().zip(q).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        luma += (bt601(pixel.0) - bt601(other)).powi(2);
        count += 1.0;
    }
    (colour / count, (luma / count).sqrt())
}

fn bt601([r, g, b]: [u8; 3]) -> f64 {
    0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)
}

/// sRGB to CIE Lab under D65 (IEC 61966-2-1, CIE 15).
fn lab(rgb: [u8; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let f = |t: f64| {
        if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
    };
    let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
    let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
    let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}
