//! Sharing a batch with a hall, and taking part in one: what happens in the hall's database first, then in the store.

use domain::{BatchId, BatchPlan, CaptureBatch};
use facts::{BatchKey, JoinCode, StationId, proof};
use hall::{BoothName, HallError, HallSettings, Server, Shared};
use store::{HallJoin, Store};

use super::view::{HallAddressView, HallTrial, HallTrouble, JoinRequest, SharedBatch};
use super::{address, words};
use crate::ApiError;
use crate::owner::Owner;
use crate::station::Station;
use crate::view::Settings;

/// School, date and place, for people who choose.
pub(super) fn title(plan: &BatchPlan) -> String {
    let date = plan.date.to_string();
    let parts = [plan.school.trim(), &date, plan.place.trim(), plan.group.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn random<const N: usize>() -> Result<[u8; N], ApiError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| words::error(HallError::System(error.to_string())))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn new_station() -> Result<StationId, ApiError> {
    StationId::new(format!("s-{}", hex(&random::<8>()?))).map_err(|error| words::error(error.into()))
}

pub(super) fn booth_name(text: &str) -> Result<String, ApiError> {
    let name = BoothName::new(text.trim()).map_err(|_| words::bad_booth())?;
    // As the name of a station it stands on the screens, too.
    if name.as_str().chars().count() > 24 { Err(words::bad_booth()) } else { Ok(name.as_str().to_owned()) }
}

/// The smallest number that no booth has for its name.
fn free_booth(taken: &[String], own: &str) -> String {
    if !taken.iter().any(|name| name == own) {
        return own.to_owned();
    }
    (1..).map(|n: u32| n.to_string()).find(|name| !taken.contains(name)).unwrap_or_default()
}

impl Station {
    /// The kept address with its password.
    pub(super) fn hall_settings(&self) -> Result<HallSettings, ApiError> {
        self.ask(|owner| {
            let store = owner.desk()?.store();
            address::settings(&address::kept(store)?, Some(store.root()))
        })
    }

    /// Tries an address: everything that can be wrong with it is an answer.
    pub(super) fn try_hall(&self, view: HallAddressView) -> Result<HallTrial, ApiError> {
        let (root, own, known) = self.ask(|owner| {
            let store = owner.desk()?.store();
            Ok((
                store.root().to_owned(),
                owner.settings.station.clone(),
                store.hall_keys().map_err(crate::words::store)?,
            ))
        })?;
        let encrypted = !view.ca_file.trim().is_empty();
        let tried = address::settings(&view, Some(&root))
            .and_then(|settings| Server::connect(&settings).map_err(words::error))
            .and_then(|mut server| server.shared().map_err(words::error));
        Ok(match tried {
            Ok(batches) => HallTrial {
                trouble: None,
                encrypted,
                free_booth: own.clone(),
                batches: batches
                    .into_iter()
                    .map(|batch| SharedBatch {
                        known: known.contains(&batch.key),
                        free_booth: free_booth(&batch.booths, &own),
                        key: batch.key,
                        title: batch.title,
                        booths: batch.booths,
                        identities: batch.identities,
                    })
                    .collect(),
            },
            Err(error) => HallTrial {
                trouble: Some(HallTrouble { code: error.code, text: error.text }),
                encrypted,
                free_booth: own,
                batches: Vec::new(),
            },
        })
    }

    /// Shares the open batch under a key and a code by chance.
    pub(super) fn share(&self, booth: &str, identities: bool) -> Result<(), ApiError> {
        let booth = booth_name(booth)?;
        let settings = self.hall_settings()?;
        let open = self.ask(|owner| open_batch(owner.desk()?.store()))?;
        let key = BatchKey::new(format!("h-{}", hex(&random::<8>()?))).map_err(|e| words::error(e.into()))?;
        let code = JoinCode::from_random(random()?);
        let secret = code.secret(&key);
        let shared = Shared {
            key: key.clone(),
            identities,
            title: title(&open.plan),
            // The earlier batch of a make-up day is a row of this folder.
            plan: serde_json::to_string(&BatchPlan { make_up_of: None, ..open.plan }).unwrap_or_default(),
            proof: proof(&secret),
            booths: Vec::new(),
        };
        let station = new_station()?;
        // First here: what the hall has and nobody knows of is harmless.
        Server::connect(&settings).and_then(|mut server| server.share(&shared)).map_err(words::error)?;
        self.ask(move |owner| {
            name_booth(owner, booth)?;
            let join_code = code.to_string();
            let join = HallJoin { key, station, join_code: &join_code, secret, identities, first: true };
            owner.day(|store, now| store.hall_join(open.id, &join, now))
        })
    }

    /// Takes part in a batch that is shared.
    pub(super) fn join(&self, request: &JoinRequest) -> Result<(), ApiError> {
        let booth = booth_name(&request.booth)?;
        let code = JoinCode::parse(&request.join_code).map_err(|_| words::bad_join_code())?;
        let settings = self.hall_settings()?;
        let found =
            Server::connect(&settings).and_then(|mut server| server.shared()).map_err(words::error)?;
        let shared = found.into_iter().find(|batch| batch.key == request.key);
        let shared = shared.ok_or_else(|| words::error(HallError::NoBatch))?;
        let secret = code.secret(&shared.key);
        if proof(&secret) != shared.proof {
            return Err(words::error(HallError::OtherSecret));
        }
        if shared.booths.contains(&booth) {
            return Err(words::booth_taken());
        }
        let plan: BatchPlan =
            serde_json::from_str(&shared.plan).map_err(|_| words::error(HallError::Hostile("a plan")))?;
        let station = new_station()?;
        self.ask(move |owner| {
            if owner.desk()?.store().hall_by_key(&shared.key).map_err(crate::words::store)?.is_some() {
                return Err(crate::words::store(store::DayRefusal::InHall.into()));
            }
            name_booth(owner, booth)?;
            let join_code = code.to_string();
            let Shared { key, identities, .. } = shared;
            let join = HallJoin { key, station, join_code: &join_code, secret, identities, first: false };
            owner.day(|store, now| {
                let batch = match fresh_like(store, &plan)? {
                    Some(batch) => batch,
                    None => store.new_batch(&plan, now)?.id,
                };
                store.hall_join(batch, &join, now)?;
                store.open_batch(batch, now)
            })?;
            Ok(())
        })
    }
}

fn open_batch(store: &Store) -> Result<CaptureBatch, ApiError> {
    let open = store.open_one().map_err(crate::words::store)?;
    open.ok_or_else(|| crate::words::store(store::DayRefusal::NoBatch.into()))
}

/// The open batch, if it is the same and nothing has happened in it: its roster is of use.
fn fresh_like(store: &Store, plan: &BatchPlan) -> Result<Option<BatchId>, store::StoreError> {
    let Some(open) = store.open_one()? else { return Ok(None) };
    let alike = (&open.plan.school, open.plan.date, open.plan.way, open.plan.fee)
        == (&plan.school, plan.date, plan.way, plan.fee);
    let fresh = store.hall_of(open.id)?.is_none() && !store.has_numbers(open.id)?;
    Ok((alike && fresh).then_some(open.id))
}

fn name_booth(owner: &mut Owner, booth: String) -> Result<(), ApiError> {
    if owner.settings.station == booth {
        return Ok(());
    }
    owner.save_settings(Settings { station: booth, ..owner.settings.clone() })
}
