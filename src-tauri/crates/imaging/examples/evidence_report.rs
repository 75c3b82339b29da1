//! What the traces of `imaging::check::evidence` find, and on what they are wrong:
//! `cargo run -p imaging --example evidence_report -- PICTURE…`, each picture another person, 480×640 or larger.
//!
//! Honest pictures are scaled to 480×640 and compressed once. Each limit is judged twice: as it stands, and drawn anew
//! from the honest pictures of all others (5% above their largest), so that no picture sets the limit that judges it.

use image::imageops::{self, FilterType};
use image::{RgbImage, load_from_memory};
use imaging::check::evidence::{Measures, measures};
use jpeg_encoder::{ColorType, Encoder};

type Failure = Box<dyn std::error::Error>;
type Measure = fn(&Measures) -> (f64, f64);

const SIZE: (u32, u32) = (480, 640);
const ONCE: [u8; 4] = [75, 85, 90, 95];
const KERNELS: [(&str, FilterType); 3] =
    [("linear", FilterType::Triangle), ("cubic", FilterType::CatmullRom), ("Lanczos", FilterType::Lanczos3)];

/// One person: honest pictures, and what was done to others, by its name.
struct Person {
    name: String,
    honest: Vec<Measures>,
    done: Vec<(String, Measures)>,
}

fn main() -> Result<(), Failure> {
    let people = std::env::args().skip(1).map(|file| person(&file)).collect::<Result<Vec<_>, _>>()?;
    for (what, measure) in [
        ("enlarged", (|m| m.period) as Measure),
        ("compressed before", |m| m.comb),
        ("cropped after", |m| m.moved),
    ] {
        report(what, measure, &people);
    }
    Ok(())
}

fn report(what: &str, measure: Measure, people: &[Person]) {
    let most = |of: &mut dyn Iterator<Item = &Person>| {
        of.flat_map(|person| &person.honest).map(|m| measure(m).0).fold(0.0, f64::max)
    };
    let stands = people.iter().flat_map(|p| &p.honest).map(|m| measure(m).1).next().unwrap_or(0.0);
    let drawn: Vec<f64> = (0..people.len())
        .map(|i| 1.05 * most(&mut people.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, p)| p)))
        .collect();
    for (name, limits) in [("as it stands", vec![stands; people.len()]), ("from the others", drawn)] {
        let judged =
            |person: &Person, limit: f64| person.honest.iter().filter(|m| measure(m).0 >= limit).count();
        let wrong: usize = people.iter().zip(&limits).map(|(person, limit)| judged(person, *limit)).sum();
        let honest: usize = people.iter().map(|person| person.honest.len()).sum();
        println!("{what}, limit {name}: {wrong} of {honest} honest pictures suspected");
        let mut cases: Vec<&String> = people
            .iter()
            .flat_map(|p| &p.done)
            .map(|(case, _)| case)
            .filter(|case| case.starts_with(what))
            .collect();
        cases.sort();
        cases.dedup();
        for case in cases {
            let of_case = |person: &Person, limit: f64| {
                let of: Vec<bool> = person
                    .done
                    .iter()
                    .filter(|(c, _)| c == case)
                    .map(|(_, m)| measure(m).0 >= limit)
                    .collect();
                (of.iter().filter(|found| **found).count(), of.len())
            };
            let (found, all) = people.iter().zip(&limits).fold((0, 0), |(found, all), (person, limit)| {
                let (f, a) = of_case(person, *limit);
                (found + f, all + a)
            });
            println!("  {case}: {found} of {all}");
        }
    }
    let mut highest: Vec<(f64, &str)> =
        people.iter().map(|p| (most(&mut std::iter::once(p)), p.name.as_str())).collect();
    highest.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("  limit {stands}; honest pictures at most {:.1?}", &highest[..highest.len().min(4)]);
}

fn person(file: &str) -> Result<Person, Failure> {
    let picture = upright_part(&load_from_memory(&std::fs::read(file)?)?.to_rgb8());
    let whole = picture.width() >= SIZE.0;
    let base = if picture.dimensions() == SIZE || !whole {
        picture.clone()
    } else {
        scaled(&picture, SIZE, FilterType::Lanczos3)
    };
    let mut person = Person { name: file.to_owned(), honest: Vec::new(), done: Vec::new() };
    if whole {
        for quality in ONCE {
            person.honest.push(seen(&base, quality)?);
        }
        recompressed(&base, &mut person)?;
    }
    for factor in [1.25, 1.5, 2.0, 3.0] {
        let small =
            ((f64::from(SIZE.0) / factor).round() as u32, (f64::from(SIZE.1) / factor).round() as u32);
        if picture.width() < small.0 {
            continue;
        }
        let small = scaled(&picture, small, FilterType::Lanczos3);
        for (name, kernel) in KERNELS {
            for quality in [85, 92] {
                let measured = seen(&scaled(&small, SIZE, kernel), quality)?;
                person.done.push((format!("enlarged ×{factor} {name}, quality {quality}"), measured));
            }
        }
    }
    Ok(person)
}

fn recompressed(base: &RgbImage, person: &mut Person) -> Result<(), Failure> {
    for (first, then) in [(50, 90), (60, 90), (70, 90), (70, 95), (85, 95)] {
        let once = decoded(&jpeg(base, first)?)?;
        let measured = seen(&once, then)?;
        person.done.push((format!("compressed before at {first}, then {then}"), measured));
        let cut = imageops::crop_imm(&once, 3, 5, once.width() - 8, once.height() - 8).to_image();
        person.done.push((format!("cropped after {first}, then {then}"), seen(&cut, then)?));
    }
    Ok(())
}

/// The middle three by four.
fn upright_part(picture: &RgbImage) -> RgbImage {
    let (w, h) = picture.dimensions();
    let width = w.min(h * 3 / 4);
    imageops::crop_imm(picture, (w - width) / 2, 0, width, h.min(width * 4 / 3)).to_image()
}

fn scaled(picture: &RgbImage, (width, height): (u32, u32), kernel: FilterType) -> RgbImage {
    imageops::resize(picture, width, height, kernel)
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    Encoder::new(&mut bytes, quality).encode(picture.as_raw(), width, height, ColorType::Rgb)?;
    Ok(bytes)
}

fn decoded(bytes: &[u8]) -> Result<RgbImage, Failure> {
    Ok(imaging::decode::picture_file(bytes)?)
}

fn seen(picture: &RgbImage, quality: u8) -> Result<Measures, Failure> {
    let bytes = jpeg(picture, quality)?;
    Ok(measures(&bytes, &decoded(&bytes)?))
}
