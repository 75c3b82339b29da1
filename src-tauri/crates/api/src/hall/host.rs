//! The station answers the operations of the hall.

use super::operations::HallOperations;
use super::show::{self, Here};
use super::view::*;
use super::{address, share, words};
use crate::station::Station;
use crate::view::StationView;
use crate::{ApiError, Nothing};

impl Station {
    fn current_view(&self) -> Result<StationView, ApiError> {
        self.ask(|owner| Ok(owner.current()))
    }

    fn invitation(&self) -> Result<Invitation, ApiError> {
        self.ask(|owner| {
            let store = owner.desk()?.store();
            let address = address::kept(store)?;
            let shared = store.hall_now().map_err(crate::words::store)?;
            let shared = shared.ok_or_else(|| crate::words::store(store::DayRefusal::NoHall.into()))?;
            let plan = store.open_one().map_err(crate::words::store)?.map(|open| open.plan);
            let detail = serde_json::json!({ "batch": shared.batch });
            owner.day(|store, now| store.record(&store::NewEvent::new("hall_invited", detail), now))?;
            Ok(Invitation {
                title: plan.as_ref().map(share::title).unwrap_or_default(),
                join_code: shared.join_code,
                host: address.host,
                port: address.port,
            })
        })
    }

    fn status(&self) -> Result<HallStatus, ApiError> {
        let heard = self.halls.heard();
        let (shared, title, booth, has_address, now, readers) = self.ask(|owner| {
            let store = owner.desk()?.store();
            let shared = store.hall_now().map_err(crate::words::store)?;
            let open = store.open_one().map_err(crate::words::store)?;
            let title = open.map(|open| share::title(&open.plan));
            let has_address = !address::kept(store)?.host.is_empty();
            let booth = store.station().to_owned();
            Ok((shared, title, booth, has_address, (owner.config.now)(), store.reader_door()))
        })?;
        let Some(shared) = shared else { return Ok(show::nothing(has_address, title)) };
        let read = |reader: &store::Reader| {
            let here = Here {
                station: shared.station.as_str().to_owned(),
                booth,
                title: title.unwrap_or_default(),
                identities: shared.identities,
                unsent: reader.hall_unsent_count(shared.batch)?,
            };
            show::status(reader, heard.as_ref(), here, has_address, now)
        };
        readers.open().and_then(|reader| reader.at_once(read)).map_err(crate::words::store)
    }
}

impl HallOperations for Station {
    fn hall_address(&self, _: Nothing) -> Result<HallAddressView, ApiError> {
        self.ask(|owner| address::kept(owner.desk()?.store()))
    }

    fn hall_save(&self, request: HallAddressView) -> Result<HallAddressView, ApiError> {
        self.ask(move |owner| {
            let now = (owner.config.now)();
            address::keep(owner.store_mut()?, &request, now)?;
            owner.hall_address_changed();
            address::kept(owner.desk()?.store())
        })
    }

    fn hall_try(&self, request: HallAddressView) -> Result<HallTrial, ApiError> {
        self.try_hall(request)
    }

    fn hall_share(&self, request: ShareRequest) -> Result<Invitation, ApiError> {
        self.share(&request.booth, request.identities)?;
        self.invitation()
    }

    fn hall_join(&self, request: JoinRequest) -> Result<StationView, ApiError> {
        self.join(&request)?;
        self.current_view()
    }

    fn hall_invite(&self, _: Nothing) -> Result<Invitation, ApiError> {
        self.invitation()
    }

    fn hall_leave(&self, request: LeaveRequest) -> Result<StationView, ApiError> {
        if !request.sure {
            return Err(ApiError::new(
                "hall_leave_unsure",
                "退出后这个批次不能再加入现场。请确认。",
                "This batch cannot come back into the hall. Confirm that it is meant.",
            ));
        }
        self.ask(|owner| {
            let shared = owner.desk()?.store().hall_now().map_err(crate::words::store)?;
            let batch = shared.ok_or_else(|| crate::words::store(store::DayRefusal::NoHall.into()))?.batch;
            owner.day(|store, now| store.hall_leave(batch, now))
        })?;
        self.current_view()
    }

    fn hall_status(&self, _: Nothing) -> Result<HallStatus, ApiError> {
        self.status()
    }

    fn hall_settle(&self, request: SettleRequest) -> Result<HallStatus, ApiError> {
        let heard = self.halls.heard();
        let known = heard.is_some_and(|heard| heard.conflicts.iter().any(|c| c.is(&request)));
        if !known {
            return Err(words::error(hall::HallError::UnknownTicket));
        }
        let reason = request.reason.trim().to_owned();
        self.ask(move |owner| {
            let shared = owner.desk()?.store().hall_now().map_err(crate::words::store)?;
            let batch = shared.ok_or_else(|| crate::words::store(store::DayRefusal::NoHall.into()))?.batch;
            owner.day(|store, now| {
                store.hall_settle(batch, &request.conflict, &reason, request.keep.as_ref(), now)
            })
        })?;
        self.halls.caught_up();
        self.status()
    }
}
