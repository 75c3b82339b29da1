//! What a thread of the handover needs of the station, without ever holding it up: reading beside the owner, writing
//! in short turns on its thread.

use std::path::PathBuf;
use std::sync::Arc;

use domain::{BatchId, CaptureBatch, PhotoSpec, Timestamp};
use store::{HandoverPicture, Pictures, Reader, ReaderDoor, Store, StoreError};

use crate::assets::Assets;
use crate::engine_slot::EngineSlot;
use crate::station::{Door, Station};
use crate::{ApiError, words};

/// One data folder, as it was open when the work began. Writes into another one are refused.
#[derive(Clone)]
pub(super) struct Room {
    door: Door,
    reader: ReaderDoor,
    /// The picture files.
    pub(super) pictures: Pictures,
    /// The data folder.
    pub(super) root: PathBuf,
    /// The program's own files.
    pub(super) assets: Assets,
    /// The wall clock.
    pub(super) now: fn() -> Timestamp,
    /// The standard that is in use.
    pub(super) spec: Arc<PhotoSpec>,
    /// The models, once they are loaded.
    pub(super) engine: Arc<EngineSlot>,
    /// Name of the station.
    pub(super) station: String,
}

impl Station {
    /// The data folder that is open now.
    pub(super) fn room(&self) -> Result<Room, ApiError> {
        let door = self.door();
        let (spec, engine) = (self.shared.spec(), Arc::clone(&self.shared.engine));
        self.ask(move |owner| {
            let store = owner.desk()?.store();
            Ok(Room {
                door,
                reader: store.reader_door(),
                pictures: store.pictures(),
                root: store.root().to_owned(),
                assets: owner.config.assets.clone(),
                now: owner.config.now,
                spec,
                engine,
                station: store.station().to_owned(),
            })
        })
    }
}

impl Room {
    /// Reads beside the owner, all of one moment.
    pub(super) fn read<T>(&self, ask: impl FnOnce(&Reader) -> Result<T, StoreError>) -> Result<T, ApiError> {
        self.reader.open().and_then(|reader| reader.at_once(ask)).map_err(words::store)
    }

    /// Writes on the owner's thread.
    pub(super) fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Store, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let root = self.root.clone();
        self.door.ask(move |owner| {
            if owner.desk()?.store().root() != root {
                return Err(ApiError::new(
                    "folder_changed",
                    "数据文件夹在中途换了（演示与真实摄像头各有一个），操作已停止。请换回后再做一次。",
                    "The data folder was changed meanwhile (the demo has one of its own); stopped. Change back and repeat.",
                ));
            }
            owner.day(act)
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// The batch, if it is one, and everything of it that has to be handed over.
    pub(super) fn handover(
        &self,
        batch: Option<BatchId>,
    ) -> Result<(Option<CaptureBatch>, Vec<HandoverPicture>), ApiError> {
        self.read(|reader| {
            let found = batch.map(|id| reader.batch_or_open(Some(id))).transpose()?;
            Ok((found, reader.handover(batch)?))
        })
    }
}

/// 学校, date, place, group in one line; empty without a batch.
pub(super) fn title(batch: Option<&CaptureBatch>) -> String {
    let Some(batch) = batch else { return String::new() };
    let plan = &batch.plan;
    let parts = [plan.school.clone(), plan.date.to_string(), plan.place.clone(), plan.group.clone()];
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ")
}
