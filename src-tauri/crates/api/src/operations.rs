//! The operations of the booth, declared once: name, what it takes, what it gives. The window, the command line and
//! the tests all come through [`crate::call`]; the TypeScript of the window is made from the same lines.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::declare::operations;
use crate::view::*;

/// Takes nothing or gives nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Text that a barcode gun or a hand put in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TypedCode {
    /// The payload as typed, without the Enter that ends it.
    pub text: String,
    /// `gun` or `hand`.
    pub source: domain::CodeSource,
}

/// The operator's word on a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AcceptRequest {
    /// Why it is accepted against the checks.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Which camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CameraRequest {
    /// `demo`, or the identity of a device.
    pub id: String,
}

/// Which sitting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SittingRequest {
    /// Row.
    pub id: domain::SittingId,
}

/// How many portraits of the strip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StripRequest {
    /// At most so many, newest first.
    pub limit: u32,
}

/// What the demo camera shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DemoRequest {
    /// Which.
    pub scene: DemoScene,
}

operations! {
    trait Operations;
    /// The whole snapshot.
    "station.view" station_view(Nothing) -> StationView;
    /// A code from a barcode gun or by hand.
    "station.type_code" type_code(TypedCode) -> StationView;
    /// The shutter.
    "station.shoot" shoot(Nothing) -> StationView;
    /// Accept the picture under review.
    "station.accept" accept(AcceptRequest) -> StationView;
    /// Shoot the same person again.
    "station.again" again(Nothing) -> StationView;
    /// One step back.
    "station.cancel" cancel(Nothing) -> StationView;
    /// 重拍 of a code that has an accepted picture.
    "station.confirm_repeat" confirm_repeat(Nothing) -> StationView;
    /// Go on with the sitting that was open when the program ended.
    "station.resume" resume(Nothing) -> StationView;
    /// 空景: shoot the empty seat.
    "plate.shoot" plate_shoot(Nothing) -> StationView;
    /// Cameras to choose from; the demo camera is the last.
    "camera.list" camera_list(Nothing) -> Vec<CameraChoice>;
    /// Start the feed from this camera.
    "camera.choose" camera_choose(CameraRequest) -> StationView;
    /// What is wrong with the chosen camera, or with the lack of one.
    "camera.diagnose" camera_diagnose(Nothing) -> camera::Diagnosis;
    /// The camera's knobs.
    "camera.controls" camera_controls(Nothing) -> CameraControls;
    /// Turn one of them.
    "camera.set_control" camera_set_control(camera::ControlSetting) -> CameraControls;
    /// What the demo camera shows.
    "demo.show" demo_show(DemoRequest) -> Nothing;
    /// Today's portraits, newest first.
    "strip.list" strip_list(StripRequest) -> Vec<StripItem>;
    /// One sitting with its shots and history.
    "sitting.history" sitting_history(SittingRequest) -> SittingHistory;
    /// Keep the settings and follow them.
    "settings.save" settings_save(Settings) -> StationView;
    /// The photo standards in the box and in the data folder.
    "spec.list" spec_list(Nothing) -> Vec<SpecChoice>;
    /// Try the data folder again (a stick was plugged in, a disk was cleared).
    "data.retry" data_retry(Nothing) -> StationView;
    /// Keep the damaged database aside and start a fresh one beside it.
    "data.open_fresh" data_open_fresh(Nothing) -> StationView;
}
