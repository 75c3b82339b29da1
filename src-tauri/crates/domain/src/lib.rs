//! Words and rules of the collection station: codes, sittings, photo standards, findings.
//!
//! Nothing in here does I/O or reads a clock. Whoever needs the time gets it as an argument,
//! so that every decision can be replayed and tested.

pub mod capture_code;
pub mod finding;
pub mod frame;
pub mod geometry;
pub mod guidance;
pub mod ids;
pub mod sitting;
pub mod spec;
pub mod subject;
pub mod text;
pub mod time;

pub use capture_code::{CaptureCode, CodeError, CodeSource, Fingerprint};
pub use finding::{Class, Finding, FindingCode, Limit, Verdict};
pub use frame::{PixelFormat, RawFrame, Size};
pub use geometry::{Crop, CropPlan, FaceGeometry, FacePoints, Shortfall};
pub use ids::{ContentHash, PortraitId, ShotId, ShotNumber, SittingId};
pub use spec::{PhotoSpec, SpecError};
pub use subject::Subject;
pub use text::Text;
pub use time::Timestamp;
