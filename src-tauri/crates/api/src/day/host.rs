//! The station answers the operations of the day.

use super::operations::DayOperations;
use crate::station::Station;
use crate::{ApiError, Nothing, words};

impl DayOperations for Station {
    fn audit_verify(&self, _: Nothing) -> Result<store::AuditCheck, ApiError> {
        self.ask(|owner| owner.desk()?.store().verify_audit().map_err(words::store))
    }
}
