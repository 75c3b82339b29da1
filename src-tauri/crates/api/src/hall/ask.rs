//! Calling and giving numbers: by the hall's word where it can be asked, alone otherwise.

use domain::ShotNumber;
use hall::{BoothName, Claimed, CodeKey, Wanted};
use store::TicketRecord;

use super::words;
use crate::ApiError;
use crate::owner::Owner;
use crate::station::Station;

/// What came of asking the hall.
pub(crate) enum Called {
    /// Called.
    Ticket(Box<TicketRecord>),
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
                Ok(record.map_or(Called::Nobody, |record| Called::Ticket(Box::new(record))))
            }
        }
    }

    /// A number of the hall for a check-in; `None` where the station takes one of its own. `wants` tells whether a number
    /// is needed, under which name of the code, and whether for a retake.
    pub(crate) fn hall_number(
        &self,
        wants: impl FnOnce(&Owner) -> Result<Option<(Option<CodeKey>, bool)>, ApiError> + Send + 'static,
    ) -> Result<Option<ShotNumber>, ApiError> {
        let asked = self.ask(move |owner| {
            if owner.desk()?.store().hall_now().map_err(crate::words::store)?.is_none() {
                return Ok(None);
            }
            wants(owner)
        })?;
        let Some((key, retake)) = asked else { return Ok(None) };
        self.halls.number(key, retake).map_err(words::error)
    }
}
