//! A made-up day at the booth as a folder of frames for `gradbooth replay`, with the truth beside it.

use std::fs;
use std::io;
use std::path::Path;

use domain::{CaptureCode, FacePoints, Size};
use serde::{Deserialize, Serialize};

use crate::booth::Booth;
use crate::payload::demo_payload;
use crate::person::Person;
use crate::scene::{PhoneLook, Pose, Scene};

/// Name of the truth in the folder of frames.
pub const TRUTH_FILE: &str = "truth.json";

/// How a day is drawn.
#[derive(Debug, Clone)]
pub struct DayPlan {
    /// How many students come, each with an own code and an own face.
    pub students: usize,
    /// Another seed is another day.
    pub seed: u64,
    /// Size of the frames.
    pub size: Size,
    /// Frames of the empty seat between two things that happen.
    pub empty_frames: u32,
    /// Frames for which a phone is held up.
    pub phone_frames: u32,
    /// Frames for which a student sits well.
    pub seated_frames: u32,
    /// Whether some students come with something out of the ordinary.
    pub wrinkles: bool,
}

impl DayPlan {
    /// A day with everything as usual for a test: 720p, a few frames of each thing, some wrinkles.
    pub fn new(students: usize, seed: u64) -> Self {
        Self {
            students,
            seed,
            size: Size { width: 1280, height: 720 },
            empty_frames: 4,
            phone_frames: 6,
            seated_frames: 10,
            wrinkles: true,
        }
    }
}

/// What is out of the ordinary about a student.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrinkle {
    /// Nothing.
    None,
    /// Sits down with shut eyes, then opens them.
    EyesShutFirst,
    /// Holds the phone far away and dim, then well.
    UnreadableFirst,
    /// Holds up the same code a second time before sitting down.
    CodeTwice,
    /// Takes long to sit down after the code.
    SlowToSit,
}

/// What one frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// The empty seat.
    Empty,
    /// A code that can be read.
    Code,
    /// A phone whose code no reader gets.
    UnreadableCode,
    /// A student who sits well.
    Seated,
    /// A student with shut eyes.
    EyesShut,
}

/// The truth about one frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameTruth {
    /// Name of the file in the folder.
    pub file: String,
    /// What it shows.
    pub shows: Shows,
    /// Whose code or face: an index into [`DayTruth::students`].
    pub student: Option<usize>,
    /// Where the face is.
    pub face: Option<FacePoints>,
}

/// The truth about one student.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudentTruth {
    /// What the code holds; made-up payloads are ASCII.
    pub code: String,
    /// The code's [`domain::Fingerprint`].
    pub fingerprint: String,
    /// Seed of the drawn person: nobody else that day has this face.
    pub person: u64,
    /// What is out of the ordinary.
    pub wrinkle: Wrinkle,
}

/// The truth about a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayTruth {
    /// Seed it was drawn from.
    pub seed: u64,
    /// In the order in which they come.
    pub students: Vec<StudentTruth>,
    /// In the order of their names, which is that of time.
    pub frames: Vec<FrameTruth>,
}

impl DayTruth {
    /// Reads the truth beside the frames of a day.
    pub fn load(folder: &Path) -> io::Result<Self> {
        serde_json::from_slice(&fs::read(folder.join(TRUTH_FILE))?).map_err(io::Error::other)
    }

    /// The student whose code or face a frame shows, by the frame's file name.
    pub fn student_of(&self, file: &str) -> Option<usize> {
        self.frames.iter().find(|frame| frame.file == file)?.student
    }
}

/// Draws a usual day ([`DayPlan::new`]) into a folder.
pub fn write_day(folder: &Path, students: usize, seed: u64) -> io::Result<DayTruth> {
    write_plan(folder, &DayPlan::new(students, seed))
}

/// Draws a day into a folder: JPEG frames whose names give their order, then `truth.json`.
pub fn write_plan(folder: &Path, plan: &DayPlan) -> io::Result<DayTruth> {
    fs::create_dir_all(folder)?;
    let students: Vec<StudentTruth> = (0..plan.students).map(|i| student(plan, i)).collect();
    let people = students.iter().map(|s| Person::drawn(s.person)).collect();
    let mut reel = Reel { folder, booth: Booth::new(plan.size, people), frames: Vec::new() };
    reel.show(Shows::Empty, None, &Scene::EmptySeat, plan.empty_frames)?;
    for (i, student) in students.iter().enumerate() {
        for (shows, count) in steps(plan, student.wrinkle) {
            let who = (shows != Shows::Empty).then_some(i);
            reel.show(shows, who, &scene(shows, i, student), count)?;
        }
    }
    let truth = DayTruth { seed: plan.seed, students, frames: reel.frames };
    fs::write(folder.join(TRUTH_FILE), serde_json::to_vec_pretty(&truth).map_err(io::Error::other)?)?;
    Ok(truth)
}

fn student(plan: &DayPlan, index: usize) -> StudentTruth {
    use Wrinkle::{CodeTwice, EyesShutFirst, None, SlowToSit, UnreadableFirst};
    const WRINKLES: [Wrinkle; 6] = [None, EyesShutFirst, UnreadableFirst, CodeTwice, None, SlowToSit];
    let number = plan.seed.wrapping_mul(10_000).wrapping_add(index as u64);
    let code = demo_payload(number);
    let fingerprint = CaptureCode::new(code.clone())
        .map_or_else(|_| String::new(), |c| c.fingerprint().as_str().to_owned());
    StudentTruth {
        code: String::from_utf8_lossy(&code).into_owned(),
        fingerprint,
        person: number,
        wrinkle: if plan.wrinkles { WRINKLES[index % WRINKLES.len()] } else { None },
    }
}

/// What happens from one student's coming to the empty seat after.
fn steps(plan: &DayPlan, wrinkle: Wrinkle) -> Vec<(Shows, u32)> {
    let (code, seated, empty) = (
        (Shows::Code, plan.phone_frames),
        (Shows::Seated, plan.seated_frames),
        (Shows::Empty, plan.empty_frames),
    );
    match wrinkle {
        Wrinkle::None => vec![code, empty, seated, empty],
        Wrinkle::EyesShutFirst => vec![code, empty, (Shows::EyesShut, plan.seated_frames), seated, empty],
        Wrinkle::UnreadableFirst => {
            vec![(Shows::UnreadableCode, plan.phone_frames), code, empty, seated, empty]
        }
        Wrinkle::CodeTwice => vec![code, empty, code, empty, seated, empty],
        Wrinkle::SlowToSit => vec![code, (Shows::Empty, plan.empty_frames * 4), seated, empty],
    }
}

fn scene(shows: Shows, index: usize, student: &StudentTruth) -> Scene {
    let payload = student.code.clone().into_bytes();
    // Nobody sits exactly where the last one sat.
    let pose =
        Pose { dx: (index % 5) as f32 * 8.0 - 16.0, dy: (index % 3) as f32 * 6.0 - 6.0, ..Pose::default() };
    match shows {
        Shows::Empty => Scene::EmptySeat,
        Shows::Code => Scene::phone(payload),
        Shows::UnreadableCode => Scene::Phone { payload, look: PhoneLook::unreadable() },
        Shows::Seated => Scene::Seated { person: index, pose },
        Shows::EyesShut => Scene::Seated { person: index, pose: Pose { eyes_closed: true, ..pose } },
    }
}

struct Reel<'a> {
    folder: &'a Path,
    booth: Booth,
    frames: Vec<FrameTruth>,
}

impl Reel<'_> {
    fn show(&mut self, shows: Shows, student: Option<usize>, scene: &Scene, count: u32) -> io::Result<()> {
        for _ in 0..count {
            let tick = self.frames.len() as u64;
            let file = format!("{tick:06}.jpg");
            fs::write(self.folder.join(&file), self.booth.jpeg(scene, tick))?;
            let face = self.booth.truth(scene, tick).map(in_short);
            self.frames.push(FrameTruth { file, shows, student, face });
        }
        Ok(())
    }
}

/// To the thousandth of a pixel: more digits are none, and these come back from JSON unchanged.
fn in_short(face: FacePoints) -> FacePoints {
    let short = |v: f64| (v * 1000.0).round() / 1000.0;
    FacePoints {
        eye_left: face.eye_left.map(short),
        eye_right: face.eye_right.map(short),
        chin: face.chin.map(short),
        cheek_left: short(face.cheek_left),
        cheek_right: short(face.cheek_right),
        head_top: short(face.head_top),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;
    use std::collections::HashSet;

    fn small(students: usize) -> DayPlan {
        DayPlan {
            size: Size { width: 320, height: 180 },
            empty_frames: 1,
            phone_frames: 2,
            seated_frames: 2,
            ..DayPlan::new(students, 7)
        }
    }

    #[test]
    fn the_folder_holds_what_the_truth_says() {
        let folder = TempFolder::new("day").unwrap();
        let truth = write_plan(folder.path(), &small(6)).unwrap();
        assert_eq!(DayTruth::load(folder.path()).unwrap(), truth);
        let mut files: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".jpg"))
            .collect();
        files.sort();
        assert_eq!(files, truth.frames.iter().map(|f| f.file.clone()).collect::<Vec<_>>());
        let first = image::open(folder.path().join(&files[0])).unwrap();
        assert_eq!((first.width(), first.height()), (320, 180));
    }

    #[test]
    fn every_student_has_an_own_code_and_an_own_face_and_is_seated_after_the_code() {
        let folder = TempFolder::new("day").unwrap();
        let truth = write_plan(folder.path(), &small(6)).unwrap();
        let distinct =
            |of: fn(&StudentTruth) -> String| truth.students.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(distinct(|s| s.code.clone()), 6);
        assert_eq!(distinct(|s| s.fingerprint.clone()), 6);
        assert_eq!(distinct(|s| s.person.to_string()), 6);
        for i in 0..6 {
            let at = |shows| truth.frames.iter().position(|f| f.shows == shows && f.student == Some(i));
            assert!(at(Shows::Code).unwrap() < at(Shows::Seated).unwrap());
        }
        let kinds: Vec<_> = truth.students.iter().map(|s| s.wrinkle).collect();
        assert!(kinds.contains(&Wrinkle::UnreadableFirst) && kinds.contains(&Wrinkle::EyesShutFirst));
    }

    #[test]
    fn the_truth_knows_the_faces() {
        let folder = TempFolder::new("day").unwrap();
        let truth = write_plan(folder.path(), &DayPlan { wrinkles: false, ..small(1) }).unwrap();
        for frame in &truth.frames {
            assert_eq!(frame.face.is_some(), frame.shows == Shows::Seated, "{}", frame.file);
        }
        let face = truth.frames.iter().find_map(|f| f.face).unwrap();
        assert!((face.face_width() - 53.75).abs() < 1.0, "{face:?}");
        assert_eq!(truth.student_of(&truth.frames[1].file), Some(0));
    }
}
