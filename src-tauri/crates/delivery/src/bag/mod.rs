//! BagIt bags (RFC 8493): what is handed over, provably complete, for anybody with a BagIt tool.

mod device;
mod info;
pub(crate) mod manifest;
mod outcome;
mod pipeline;
mod plan;
mod scan;
mod target;
mod verify;
mod write;

pub use device::{Device, Disk};
pub use info::BagInfo;
pub use outcome::{CancelToken, Completion, MissingFile, MissingReason, Phase, Progress};
pub(crate) use plan::bag_name;
pub use plan::{BagContents, BagPlan, BagRequest, Extra, ExtraBody, PlannedFile, Source, plan_bag};
pub use target::{TargetCheck, TargetProblem};
pub use verify::{BagProblem, BagProblemKind, VerifyReport, verify_bag};
pub use write::write_bag;
pub(crate) use write::{BUFFER, content, finished, hash_of, temporary_of};
