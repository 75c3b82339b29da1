//! The operations of the day, declared once.

use crate::Nothing;
use crate::declare::operations;

operations! {
    trait DayOperations;
    /// Follows the chain of the audit log from its first entry.
    "audit.verify" audit_verify(Nothing) -> store::AuditCheck;
}
