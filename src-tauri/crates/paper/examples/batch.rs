//! Prints a batch of drawn people and tells what it cost: `cargo run -p paper --example batch -- FONT [PEOPLE]`.
//!
//! The notice's sheet, 1920×1080 frames, files of 100 pages that are counted and dropped. Peak memory is read where the
//! system tells it (Linux).

use std::time::Instant;

use domain::{PortraitId, ShotNumber, Size, Subject, Timestamp};
use paper::{Imprint, Parts, PrintPerson, PrintPicture, PrintSetup, SheetLayout, SmallTwoInch, Typeface};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let font = std::fs::read(args.next().ok_or("which font file?")?)?;
    let count: i64 = args.next().map_or(Ok(2000), |n| n.parse())?;
    let face = Typeface::from_bytes(font)?;
    let booth = testkit::Booth::new(Size { width: 1920, height: 1080 }, vec![]);
    // Drawing is slow and not what is measured: four pictures take turns.
    let drawn: Vec<_> = (0..4)
        .map(|i| {
            let scene = testkit::Scene::seated(i);
            (booth.frame(&scene, 3), booth.truth(&scene, 3))
        })
        .collect();
    let people = (0..count).map(person).collect();
    let setup = PrintSetup {
        layout: SheetLayout::notice(SmallTwoInch::W33H48)?,
        cut_marks: true,
        separators: true,
        parts: Parts::default(),
        imprint: Imprint { title: "batch".into(), made: Timestamp(0), id: "batch".into() },
    };
    let (before, begun, mut bytes, mut largest) = (peak_mb(), Instant::now(), 0, 0);
    let summary = paper::print_sheets::<String>(
        &face,
        &setup,
        people,
        |person| {
            let (frame, face) = &drawn[person.portrait.0 as usize % drawn.len()];
            let face = face.ok_or("no face")?;
            let mut frame = frame.clone();
            // No two people share a picture: a file may keep equal ones once.
            frame.pixels_mut().for_each(|p| p.0[2] = p.0[2].wrapping_add((person.portrait.0 % 7) as u8));
            Ok(Some(PrintPicture { portrait: person.portrait, frame, face }))
        },
        |part| {
            bytes += part.pdf.len();
            largest = largest.max(part.pdf.len());
            Ok(())
        },
    )?;
    println!(
        "{} people, {} pages, {} files, {} MB in all, largest {} MB, {:.1} s; peak memory {} MB before, {} MB after",
        summary.people,
        summary.pages,
        summary.parts,
        bytes >> 20,
        largest >> 20,
        begun.elapsed().as_secs_f64(),
        before,
        peak_mb(),
    );
    Ok(())
}

fn person(id: i64) -> PrintPerson {
    let subject = Subject {
        college: Some(format!("第{}学院", id / 200)),
        class: Some(format!("{}班", id / 40)),
        student_no: Some(format!("2022{id:07}")),
        name: Some("张三".into()),
        ..Subject::default()
    };
    PrintPerson { portrait: PortraitId(id), subject, number: Some(ShotNumber(id)) }
}

/// Largest resident size so far; 0 where the system does not tell.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() >> 10
}
