//! Every operation that a window, a command line or a test can ask for, declared once, and the station that runs
//! them. Knows no window: the shell is one host among others.

mod assets;
pub mod bindings;
mod burst;
pub mod day;
mod declare;
mod demo;
pub mod demo_pictures;
mod desk;
mod devices;
mod engine_slot;
mod error;
pub mod files;
pub mod hall;
pub mod handover;
mod host;
mod live;
pub mod look;
mod operations;
mod owner;
pub mod plate;
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
    AcceptRequest, CameraRequest, DemoRequest, Nothing, Operations, SittingRequest, StripRequest, TypedCode,
};
pub use station::{Config, Event, Preview, Station};

use crate::hall::operations::HallOperations;
use day::operations::DayOperations;
use handover::operations::HandoverOperations;

/// Whoever can perform every operation.
pub trait Host: Operations + DayOperations + HallOperations + HandoverOperations {}

impl<T: Operations + DayOperations + HallOperations + HandoverOperations> Host for T {}

/// Performs the operation `name` with its request as JSON.
pub fn call(host: &impl Host, name: &str, request: serde_json::Value) -> Result<serde_json::Value, ApiError> {
    operations::dispatch(host, name, request.clone())
        .or_else(|| day::operations::dispatch(host, name, request.clone()))
        .or_else(|| hall::operations::dispatch(host, name, request.clone()))
        .or_else(|| handover::operations::dispatch(host, name, request))
        .unwrap_or_else(|| {
            Err(ApiError::new("unknown_operation", "程序内部错误：没有这个操作", "No such operation")
                .with_story(name))
        })
}
