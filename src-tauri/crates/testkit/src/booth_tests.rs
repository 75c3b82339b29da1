//! What others rely on: the same tick gives the same frame, and truth and matte belong to the frame.

use super::*;
use crate::payload::demo_payload;

const SIZE: Size = Size { width: 640, height: 360 };

fn booth() -> Booth {
    Booth::new(SIZE, vec![Person::drawn(0), Person::drawn(1)])
}

/// Mean difference per channel.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

#[test]
fn a_tick_gives_the_same_frame_in_any_booth() {
    let scene = Scene::seated(0);
    assert_eq!(booth().frame(&scene, 5), booth().frame(&scene, 5));
    assert_eq!(booth().jpeg(&scene, 5), booth().jpeg(&scene, 5));
    assert_ne!(booth().frame(&scene, 5), booth().frame(&scene, 6));
}

#[test]
fn scenes_look_different() {
    let booth = booth();
    let scenes = [
        Scene::EmptySeat,
        Scene::phone(demo_payload(1)),
        Scene::TwoPhones { a: demo_payload(1), b: demo_payload(2) },
        Scene::seated(0),
        Scene::seated(1),
        Scene::TwoPeople { a: 0, b: 1 },
        Scene::Black,
        Scene::Dark { person: 0, light: 0.15 },
    ];
    let frames: Vec<_> = scenes.iter().map(|s| booth.frame(s, 0)).collect();
    for (i, a) in frames.iter().enumerate() {
        for b in &frames[i + 1..] {
            assert!(difference(a, b) > 1.5, "{i}");
        }
    }
    assert!(frames[6].as_raw().iter().all(|&v| v < 12), "a covered lens sees nothing but noise");
}

#[test]
fn a_person_beyond_the_list_starts_over() {
    let booth = booth();
    let pose = Pose::default();
    let at = |person| booth.truth(&Scene::Seated { person, pose }, 0);
    assert!(at(2).is_some());
    assert!(difference(&booth.frame(&Scene::seated(7), 3), &booth.frame(&Scene::seated(1), 3)) < 0.01);
}

#[test]
fn shut_eyes_change_the_eyes_only() {
    let booth = booth();
    let open = booth.frame(&Scene::seated(0), 0);
    let shut = booth.frame(&Scene::Seated { person: 0, pose: Pose::blinking() }, 0);
    let face = booth.truth(&Scene::seated(0), 0).unwrap();
    let mut changed = 0;
    for (x, y, pixel) in open.enumerate_pixels() {
        if pixel[1].abs_diff(shut.get_pixel(x, y)[1]) > 12 {
            changed += 1;
            let near = [face.eye_left, face.eye_right]
                .iter()
                .any(|e| (f64::from(x) - e[0]).hypot(f64::from(y) - e[1]) < face.face_width() * 0.16);
            assert!(near, "{x} {y}");
        }
    }
    assert!(changed > 60, "{changed}");
}

#[test]
fn truth_follows_the_pose() {
    let booth = booth();
    let pose = Pose { dx: 40.0, dy: -20.0, scale: 1.2, roll_deg: 6.0, ..Pose::default() };
    let usual = booth.truth(&Scene::seated(0), 9).unwrap();
    let moved = booth.truth(&Scene::Seated { person: 0, pose }, 9).unwrap();
    assert!((usual.face_width() - 107.5).abs() < 0.1, "{usual:?}");
    assert!((moved.face_width() / usual.face_width() - 1.2).abs() < 0.03, "{moved:?}");
    assert!((moved.roll_deg() - 6.0).abs() < 0.05 && usual.roll_deg().abs() < 0.01);
    assert!(booth.truth(&Scene::EmptySeat, 0).is_none());
}

#[test]
fn the_matte_ends_where_the_truth_says_and_reaches_the_lower_edge() {
    let booth = booth();
    for (person, roll_deg) in [(0, 0.0), (1, 0.0), (1, 10.0), (0, -12.0)] {
        let scene = Scene::Seated { person, pose: Pose { roll_deg, ..Pose::default() } };
        let (matte, face) = (booth.alpha(&scene, 4), booth.truth(&scene, 4).unwrap());
        let covered = |y: u32| (0..SIZE.width).any(|x| matte.get_pixel(x, y)[0] > 127);
        let top = (0..SIZE.height).find(|&y| covered(y)).unwrap();
        assert!((f64::from(top) - face.head_top).abs() < 2.5, "{top} {face:?}");
        assert_eq!(matte.get_pixel(SIZE.width / 2, SIZE.height - 1)[0], 255);
    }
    assert!(booth.alpha(&Scene::phone(demo_payload(0)), 4).pixels().all(|p| p[0] == 0));
}

#[test]
fn where_the_matte_is_empty_the_frame_is_the_backdrop() {
    let booth = Booth::new(SIZE, vec![Person::drawn(0)]);
    let scene = Scene::seated(0);
    let (frame, matte) = (booth.frame(&scene, 2), booth.alpha(&scene, 2));
    let cloth = backdrop::cloth(SIZE.width, SIZE.height);
    for (x, y, pixel) in frame.enumerate_pixels() {
        if matte.get_pixel(x, y)[0] == 0 {
            let under = cloth.get_pixel(x, y);
            assert!((0..3).all(|c| pixel[c].abs_diff(under[c]) <= 8), "{x} {y}");
        }
    }
}

#[test]
fn motion_is_small_and_slow() {
    let booth = booth();
    let eye = |tick| booth.truth(&Scene::seated(0), tick).unwrap().eye_left;
    for tick in 0..300 {
        let (a, b) = (eye(tick), eye(tick + 1));
        assert!((a[0] - b[0]).hypot(a[1] - b[1]) < 0.25);
        assert!((a[0] - eye(0)[0]).abs() < 3.0);
    }
}
