//! Drawn people, codes on phones, booth scenes and temporary data folders for the demo camera and the tests.
//!
//! Everything is drawn by program from a seed and a tick: the same arguments give the same pixels, on every
//! machine. Nothing here depends on the crates that judge pictures, so that those can be tested with it.

pub mod backdrop;
pub mod booth;
pub mod cutout;
pub mod day;
mod drawn;
pub mod paint;
pub mod payload;
pub mod person;
mod phone;
mod photo_person;
pub mod photos;
pub mod random;
pub mod scene;
pub mod sprite;
pub mod temp;

pub use booth::Booth;
pub use cutout::Cutout;
pub use day::{DayPlan, DayTruth, write_day};
pub use payload::demo_payload;
pub use person::Person;
pub use scene::{PhoneLook, Pose, Scene};
pub use temp::TempFolder;
