//! The operations of the handover, declared once.

use crate::Nothing;
use crate::declare::operations;

operations! {
    trait HandoverOperations;
    /// Reads every picture of the data folder again and compares it with its hash.
    "data.verify" data_verify(Nothing) -> store::VerifyReport;
}
