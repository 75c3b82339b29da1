//! Calling and giving numbers: by the hall's word where it can be asked, alone otherwise.

use domain::ShotNumber;
use hall::{BoothName, Claimed, Wanted};
use store::TicketRecord;

use super::words;
use crate::ApiError;
use crate::station::Station;

/// What came of asking the hall.
pub(crate) enum Called {
    /// Called.
    Ticket(TicketRecord),
    /// Nobody waits.
    Nobody,
    /// The station decides by itself, as ever.
    Alone,
}

impl Station {
    /// Calls whoever is next, or a number, to a booth by the hall's word.
    pub(crate) fn hall_call(
        &self,
        number: Option<ShotNumber>,
        booth: Option<&String>,
    ) -> Result<Called, ApiError> {
        let booth = booth.cloned();
        let asked = self.ask(move |owner| {
            let store = owner.desk()?.store();
            let read = || -> Result<_, store::StoreError> {
                if store.hall_now()?.is_none() {
                    return Ok(None);
                }
                let wanted = match number {
                    None => Some(Wanted::Next),
                    Some(number) => store.hall_ticket_key(number)?.map(Wanted::Ticket),
                };
                Ok(wanted.map(|wanted| (wanted, booth.unwrap_or_else(|| store.station().to_owned()))))
            };
            read().map_err(crate::words::store)
        })?;
        let Some((wanted, booth)) = asked else { return Ok(Called::Alone) };
        let booth = BoothName::new(booth).map_err(|_| words::bad_booth())?;
        match self.halls.claim(wanted, booth).map_err(words::error)? {
            Claimed::Alone => Ok(Called::Alone),
            Claimed::Nobody => Ok(Called::Nobody),
            Claimed::Yes(key) => {
                let record = self.ask(move |owner| {
                    let record = owner.desk()?.store().hall_ticket(&key).map_err(crate::words::store)?;
                    owner.arm_called();
                    Ok(record)
                })?;
                Ok(record.map_or(Called::Nobody, Called::Ticket))
            }
        }
    }

    /// A number of the hall for a check-in that needs one; `None` where the station takes one of its own.
    pub(crate) fn hall_number(
        &self,
        code: Option<&domain::CaptureCode>,
        wants: impl FnOnce(&crate::owner::Owner) -> Result<Option<bool>, store::StoreError> + Send + 'static,
    ) -> Result<Option<ShotNumber>, ApiError> {
        let code = code.cloned();
        let asked = self.ask(move |owner| {
            let store = owner.desk()?.store();
            if store.hall_now().map_err(crate::words::store)?.is_none() {
                return Ok(None);
            }
            let key = code.as_ref().map(|code| store.hall_code_key(code)).transpose();
            let key = key.map_err(crate::words::store)?.flatten();
            Ok(wants(owner).map_err(crate::words::store)?.map(|retake| (key, retake)))
        })?;
        let Some((key, retake)) = asked else { return Ok(None) };
        self.halls.number(key, retake).map_err(words::error)
    }
}
