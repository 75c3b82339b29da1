//! The station answers the operations of the handover.

use super::operations::HandoverOperations;
use crate::station::Station;
use crate::{ApiError, Nothing, words};

impl HandoverOperations for Station {
    fn data_verify(&self, _: Nothing) -> Result<store::VerifyReport, ApiError> {
        self.ask(|owner| owner.desk()?.store().verify().map_err(words::store))
    }
}
