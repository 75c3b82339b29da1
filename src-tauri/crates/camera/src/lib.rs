//! Frame sources behind one trait: device, replay, synthetic; the feed thread and reconnection.
//!
//! A [`Feed`] owns everything that can block: it opens a [`FrameSource`] through its [`Opener`], keeps only the
//! newest frame, watches for stalls, and opens again when a camera comes back. Consumers only ever look at the
//! newest frame; none of them can hold up the capture.
//!
//! Not here on purpose: turning packets into pixels (that is `imaging`), and any decision about a picture.

mod control;
mod device;
mod diagnose;
mod error;
mod feed;
mod format;
mod luma;
mod packet;
mod platform;
mod replay;
mod scripted;
mod source;
mod synthetic;

pub use control::{Control, ControlKind, ControlSetting};
pub use device::{DeviceId, DeviceInfo, DeviceOpener, list};
pub use diagnose::{
    Diagnosis, DiagnosisCode, DiagnosisFinding, Evidence, diagnose_device, diagnose_feed, judge,
};
pub use error::{Problem, SourceCode, SourceError};
pub use feed::{Feed, FeedOptions, FeedState, FeedStatus};
pub use format::{StreamFormat, choose, ranked};
pub use luma::{Luma, luma_of};
pub use packet::{JpegPacket, PacketFault, whole_jpeg};
pub use replay::{Repeat, Replay};
pub use scripted::{Opening, Scripted, Step};
pub use source::{FrameSource, Opener};
pub use synthetic::{PictureMaker, Synthetic};
