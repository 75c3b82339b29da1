//! Writes one picture per scene into a folder, to look at: `cargo run -p testkit --example look -- FOLDER`.

use std::path::PathBuf;
use std::time::Instant;

use domain::Size;
use testkit::{Booth, PhoneLook, Pose, Scene, demo_payload};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    std::fs::create_dir_all(&folder)?;
    let booth = Booth::new(Size { width: 1280, height: 720 }, Vec::new());
    let mut scenes = vec![
        ("empty".to_owned(), Scene::EmptySeat),
        ("phone".to_owned(), Scene::phone(demo_payload(1))),
        ("two-phones".to_owned(), Scene::TwoPhones { a: demo_payload(1), b: demo_payload(2) }),
        ("two-people".to_owned(), Scene::TwoPeople { a: 0, b: 1 }),
        ("dark".to_owned(), Scene::Dark { person: 0, light: 0.15 }),
    ];
    let looks = [
        ("glare", PhoneLook { glare: true, ..PhoneLook::default() }),
        ("inverted", PhoneLook { inverted: true, tilt_deg: 12.0, ..PhoneLook::default() }),
        ("unreadable", PhoneLook::unreadable()),
    ];
    for (name, look) in looks {
        scenes.push((format!("phone-{name}"), Scene::Phone { payload: demo_payload(3), look }));
    }
    let poses = [
        ("blink", Pose::blinking()),
        ("smile", Pose { smile: 1.0, ..Pose::default() }),
        ("open-mouth", Pose { mouth_open: 1.0, ..Pose::default() }),
        ("roll", Pose { roll_deg: 8.0, ..Pose::default() }),
        ("near", Pose { scale: 1.6, dx: -120.0, ..Pose::default() }),
        ("far", Pose { scale: 0.6, dx: 200.0, dy: 60.0, ..Pose::default() }),
    ];
    for person in 0..8 {
        scenes.push((format!("person{person}"), Scene::seated(person)));
        for (name, pose) in poses {
            if person < 2 || name == "blink" {
                scenes.push((format!("person{person}-{name}"), Scene::Seated { person, pose }));
            }
        }
    }
    for (name, scene) in &scenes {
        let start = Instant::now();
        booth.frame(scene, 0).save(folder.join(format!("{name}.png")))?;
        println!("{name}: {} ms with drawing and PNG", start.elapsed().as_millis());
        if let Some(truth) = booth.truth(scene, 0) {
            std::fs::write(folder.join(format!("{name}.json")), serde_json::to_vec(&truth)?)?;
        }
    }
    for (name, scene) in scenes.iter().filter(|(name, _)| !name.contains('-')).take(4) {
        booth.jpeg(scene, 0);
        let mut best = f64::MAX;
        for tick in 1..=60 {
            let start = Instant::now();
            booth.jpeg(scene, tick);
            best = best.min(start.elapsed().as_secs_f64() * 1000.0);
        }
        println!("{name}: {best:.1} ms per JPEG frame at best, {} KB", booth.jpeg(scene, 0).len() / 1024);
    }
    Ok(())
}
