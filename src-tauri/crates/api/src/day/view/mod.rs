//! What the screens of the day ask and are told, by subject.
//!
//! Lists hold masked names only. A whole identity comes from `roster.show`, which the audit log remembers.

mod batch;
mod correction;
mod desk;
mod money;
mod queue;
mod retake;
mod roster;
mod schedule;
mod whole;

pub use batch::*;
pub use correction::*;
pub use desk::*;
pub use money::*;
pub use queue::*;
pub use retake::*;
pub use roster::*;
pub use schedule::*;
pub use whole::*;
