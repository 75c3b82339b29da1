//! The hall of the open batch, while there is one: started, followed and ended as the owner's state wants it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{BatchId, ShotNumber, Timestamp};
use hall::{
    BoothName, Claimed, CodeKey, Hall, HallError, HallNow, HallSettings, Link, Member, Membership,
    StationRow, Trouble, Wanted,
};
use store::ReaderDoor;

use super::address;
use super::journal::StoreJournal;
use super::show::KnownConflict;
use crate::owner::Owner;
use crate::station::Door;

/// Longest wait of somebody who presses a key for the hall's word; then it goes on alone.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1_500);
/// Numbers that a station keeps for working alone where it gives out few.
const FEW_AHEAD: u32 = 20;
/// The same where it gives out one for every picture: half an hour at 350 an hour is always left.
const MANY_AHEAD: u32 = 400;

/// Everything that makes a hall another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    root: PathBuf,
    batch: BatchId,
    who: Membership,
    ahead: u32,
    /// Grows with every change of the address.
    address: u64,
}

/// What was heard last.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) link: Link,
    pub(super) trouble: Option<Trouble>,
    pub(super) numbers_left: u32,
    pub(super) stations: Vec<StationRow>,
    pub(super) conflicts: Vec<KnownConflict>,
}

#[derive(Default)]
struct Slot {
    place: Option<Place>,
    hall: Option<Arc<Hall<StoreJournal>>>,
    heard: Option<Heard>,
}

/// The hall that runs, if any; shared by the owner, those who ask, and the hall's own thread.
#[derive(Default)]
pub(crate) struct Halls {
    slot: Mutex<Slot>,
    /// A key press got no answer in time, and nothing was heard since: nobody else waits.
    silent: AtomicBool,
    address: AtomicU64,
}

impl Halls {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what runs. Its thread ends by itself.
    pub(crate) fn stop(&self) {
        *self.slot() = Slot::default();
    }

    pub(super) fn heard(&self) -> Option<Heard> {
        self.slot().heard.clone()
    }

    /// There is something new to tell.
    pub(crate) fn nudge(&self) {
        if let Some(hall) = &self.slot().hall {
            hall.nudge();
        }
    }

    /// Waits a moment until the hall's thread knows what was just written, so that the next look shows it.
    pub(super) fn caught_up(&self) {
        let hall = self.slot().hall.clone();
        if let Some(hall) = hall {
            let heard = hall.ask_within(PATIENCE, |member, _| {
                member.learn()?;
                Ok(KnownConflict::all(member.book()))
            });
            if let (Ok(conflicts), Some(known)) = (heard, &mut self.slot().heard) {
                known.conflicts = conflicts;
            }
        }
    }

    /// The hall, if it can be asked at this moment.
    fn reachable(&self) -> Option<Arc<Hall<StoreJournal>>> {
        let slot = self.slot();
        let online = slot.heard.as_ref().is_some_and(|heard| heard.link == Link::Online);
        slot.hall.clone().filter(|_| online && !self.silent.load(Ordering::Relaxed))
    }

    /// Asks the hall for somebody, for a moment.
    pub(super) fn claim(&self, wanted: Wanted, booth: BoothName) -> Result<Claimed, HallError> {
        let Some(hall) = self.reachable() else { return Ok(Claimed::Alone) };
        let asked = hall.ask_within(PATIENCE, move |member, now| member.claim_for(&wanted, &booth, now));
        self.patiently(asked, Claimed::Alone)
    }

    /// Asks the hall for a number, for a moment.
    pub(super) fn number(
        &self,
        code: Option<CodeKey>,
        retake: bool,
    ) -> Result<Option<ShotNumber>, HallError> {
        let Some(hall) = self.reachable() else { return Ok(None) };
        let asked = hall.ask_within(PATIENCE, move |member, now| {
            let number = member.take_number(code.as_ref(), retake, now);
            if matches!(number, Err(HallError::HasNumber(_) | HallError::AlreadyShot(_))) {
                // The hall knows more than this station: it is read, so that the desk sees what.
                member.sync(now)?;
            }
            number
        });
        self.patiently(asked, None)
    }

    fn patiently<T>(&self, asked: Result<T, HallError>, alone: T) -> Result<T, HallError> {
        match asked {
            Err(HallError::TimedOut(_) | HallError::Busy | HallError::Stopped) => {
                self.silent.store(true, Ordering::Relaxed);
                Ok(alone)
            }
            Err(HallError::Journal(error)) => {
                tracing::error!(%error, "the hall's journal");
                Ok(alone)
            }
            other => other,
        }
    }

    fn take(&self, place: &Place, hall: Hall<StoreJournal>) {
        let mut slot = self.slot();
        // Meanwhile another one may be wanted; then this one ends here.
        if slot.place.as_ref() == Some(place) {
            slot.hall = Some(Arc::new(hall));
        }
    }

    fn hear(&self, place: &Place, now: &HallNow<'_>) -> bool {
        let heard = Heard {
            link: now.link,
            trouble: now.trouble.cloned(),
            numbers_left: now.numbers_left,
            stations: now.stations.to_vec(),
            conflicts: KnownConflict::all(now.book),
        };
        let mut slot = self.slot();
        if slot.place.as_ref() != Some(place) {
            return false;
        }
        self.silent.store(false, Ordering::Relaxed);
        slot.heard = Some(heard);
        true
    }
}

impl Owner {
    /// Starts, changes or ends the hall as the data folder, the open batch and the settings want it.
    pub(crate) fn follow_hall(&mut self) {
        let by_hall = std::mem::take(&mut self.from_hall);
        let wanted = self.hall_place();
        if self.halls.slot().place == wanted {
            if !by_hall {
                self.halls.nudge();
            }
            return;
        }
        *self.halls.slot() = Slot { place: wanted.clone(), ..Slot::default() };
        let Some(place) = wanted else { return };
        let Some(desk) = &mut self.desk else { return };
        // Until the hall has answered. Of the last time it may still say otherwise.
        if let Err(error) = desk.store_mut().set_hall_online(place.batch, false) {
            tracing::error!(%error, "the hall");
        }
        let store = desk.store();
        let address = address::kept(store).and_then(|view| address::settings(&view, Some(store.root())));
        let settings = match address {
            Ok(settings) => settings,
            Err(error) => {
                tracing::warn!(%error, "the hall's address");
                self.halls.slot().heard = Some(Heard {
                    link: Link::Alone { since: (self.config.now)() },
                    trouble: Some(Trouble { code: "hall_no_address", text: error.text }),
                    numbers_left: 0,
                    stations: Vec::new(),
                    conflicts: Vec::new(),
                });
                return;
            }
        };
        let start = Start {
            halls: Arc::clone(&self.halls),
            door: self.door.clone(),
            readers: store.reader_door(),
            floor: store.highest_number().unwrap_or(ShotNumber(0)),
            now: self.config.now,
            place,
            settings,
        };
        // The facts of the day are read there: this thread belongs to the photographer.
        let spawned = std::thread::Builder::new().name("hall-start".to_owned()).spawn(move || start.run());
        if let Err(error) = spawned {
            tracing::error!(%error, "the hall's thread");
        }
    }

    fn hall_place(&self) -> Option<Place> {
        let store = self.desk.as_ref()?.store();
        let shared = store.hall_now().inspect_err(|error| tracing::error!(%error, "the hall")).ok()??;
        let way = store.open_one().ok()??.plan.way;
        Some(Place {
            root: store.root().to_owned(),
            batch: shared.batch,
            who: Membership {
                station: shared.station,
                booth: BoothName::new(store.station()).ok()?,
                batch: shared.key,
                identities: shared.identities,
            },
            ahead: if way == domain::Way::Booth { MANY_AHEAD } else { FEW_AHEAD },
            address: self.halls.address.load(Ordering::Relaxed),
        })
    }

    /// Another address was kept: the hall is joined anew.
    pub(super) fn hall_address_changed(&mut self) {
        self.halls.address.fetch_add(1, Ordering::Relaxed);
        self.touch();
    }

    /// Writes on behalf of the hall's thread.
    pub(crate) fn hall_write<T>(
        &mut self,
        act: impl FnOnce(&mut store::Store, Timestamp) -> Result<T, store::StoreError>,
    ) -> Result<T, crate::ApiError> {
        let done = self.day(act);
        self.from_hall = true;
        done
    }
}

/// What the thread needs that starts a hall.
struct Start {
    halls: Arc<Halls>,
    door: Door,
    readers: ReaderDoor,
    floor: ShotNumber,
    now: fn() -> Timestamp,
    place: Place,
    settings: HallSettings,
}

impl Start {
    fn run(self) {
        let place = self.place.clone();
        match self.open() {
            Ok(()) => {}
            Err(error) => tracing::error!(code = error.code(), %error, batch = place.batch.0, "the hall"),
        }
    }

    fn open(self) -> Result<(), HallError> {
        let Self { halls, door, readers, floor, now, place, settings } = self;
        let journal = StoreJournal {
            door: door.clone(),
            readers,
            reader: None,
            batch: place.batch,
            root: place.root.clone(),
        };
        let member = Member::open(place.who.clone(), journal, place.ahead, now())?.above(floor);
        let (told, of) = (Arc::clone(&halls), place.clone());
        let show = move |heard: HallNow<'_>| {
            if !told.hear(&of, &heard) {
                return;
            }
            let (batch, online) = (of.batch, heard.link == Link::Online);
            // Closing is the only reason not to be told, and then nobody needs to be.
            let _ = door.ask(move |owner| owner.hall_write(|store, _| store.set_hall_online(batch, online)));
        };
        let hall = Hall::start(member, settings, now, show)?;
        halls.take(&place, hall);
        Ok(())
    }
}
