//! Every operation that a window, a command line or a test can ask for, declared once, and the station that runs
//! them. Knows no window: the shell is one host among others.

mod assets;
pub mod bindings;
mod burst;
mod demo;
pub mod demo_pictures;
mod desk;
mod devices;
mod engine_slot;
mod error;
pub mod files;
mod host;
mod live;
mod operations;
mod owner;
pub mod replay;
mod show;
mod station;
pub mod view;
mod words;

pub use assets::Assets;
pub use devices::{camera_detail, camera_id, device_of};
pub use engine_slot::load as load_engine;
pub use error::ApiError;
pub use operations::{
    AcceptRequest, CameraRequest, DemoRequest, NAMES, Nothing, Operations, SittingRequest, StripRequest,
    TypedCode, call,
};
pub use station::{Config, Event, Preview, Station};
