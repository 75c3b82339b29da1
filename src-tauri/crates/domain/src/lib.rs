//! Words and rules of the collection station: codes, sittings, photo standards, findings.
//!
//! Nothing in here does I/O or reads a clock. Whoever needs the time gets it as an argument,
//! so that every decision can be replayed and tested.

pub mod batch;
pub mod calendar;
pub mod call_order;
pub mod capture_code;
pub mod finding;
pub mod frame;
pub mod geometry;
pub mod guidance;
pub mod ids;
pub mod pace;
pub mod payment;
pub mod plate;
pub mod reconcile;
pub mod schedule;
pub mod sitting;
pub mod spec;
pub mod subject;
pub mod text;
pub mod ticket;
pub mod time;

pub use batch::{BatchFault, BatchPlan, BatchState, CaptureBatch, Consent, FeeRule, MakeUpTerms, Way};
pub use calendar::{Day, MinuteOfDay};
pub use capture_code::{CaptureCode, CodeError, CodeSource, Fingerprint};
pub use finding::{Class, Finding, FindingCode, Limit, Verdict};
pub use frame::{PixelFormat, RawFrame, Size};
pub use geometry::{Crop, CropPlan, FaceGeometry, FacePoints, Shortfall};
pub use ids::{
    BatchId, ContentHash, CorrectionId, PortraitId, RetakeId, ShotId, ShotNumber, SittingId, SlotId,
    SubjectId, TicketId,
};
pub use payment::{Admission, FeeRefusal, FeeStanding, PaymentMethod};
pub use reconcile::{EndState, PersonFacts, Reconciliation, TicketFact};
pub use schedule::{Arrival, Slot};
pub use spec::{PhotoSpec, SpecError};
pub use subject::Subject;
pub use text::Text;
pub use ticket::{Action, HoldReason, Stage, Ticket, TicketRefusal};
pub use time::Timestamp;
