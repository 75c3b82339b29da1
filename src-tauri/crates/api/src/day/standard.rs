//! Which photo standard holds: that of the open batch, else that of the settings.

use std::sync::{Arc, PoisonError};

use delivery::naming::Template;
use domain::{BatchId, BatchPlan, CaptureBatch, PhotoSpec};

use crate::owner::Owner;
use crate::view::Level;
use crate::{ApiError, words};

impl Owner {
    /// Id of the standard that holds now.
    fn standard_id(&self) -> String {
        let open = self.desk.as_ref().and_then(|desk| desk.store().open_one().ok().flatten());
        open.map_or_else(|| self.settings.spec.clone(), |batch| batch.plan.spec)
    }

    /// Whether a batch decides on the standard, and not the settings.
    pub(crate) fn batch_decides(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| matches!(desk.store().open_one(), Ok(Some(_))))
    }

    /// Makes the standard that should hold the one that holds. If its file cannot be used nothing is shot: a picture
    /// by another standard would have to be taken again.
    pub(crate) fn follow_standard(&mut self) {
        match self.config.assets.spec(&self.standard_id(), Some(&self.config.data)) {
            Ok(spec) => {
                *self.shared.spec.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(spec);
                self.no_standard = None;
            }
            Err(error) => {
                // With the settings' own file broken the one before, or the safe one, goes on as it always did.
                self.no_standard = self.batch_decides().then(|| error.clone());
                self.notice(Level::Bad, error);
            }
        }
        self.touch();
    }

    /// Whether the standard and the naming template of a plan can be used.
    pub(crate) fn check_plan(&self, plan: &BatchPlan) -> Result<PhotoSpec, ApiError> {
        let naming = plan.naming.trim();
        if !naming.is_empty() {
            Template::parse(naming).map_err(|error| {
                let text = error.text();
                ApiError::new(error.code(), text.zh, text.en).with_story(&error)
            })?;
        }
        self.config.assets.spec(&plan.spec, Some(&self.config.data))
    }

    /// Opens a batch, and with it its standard.
    pub(crate) fn open_batch(&mut self, id: BatchId) -> Result<CaptureBatch, ApiError> {
        let wanted = self.desk()?.store().batch(id).map_err(words::store)?;
        let spec = self.check_plan(&wanted.plan)?;
        let opened = self.day(|store, now| store.open_batch(id, now))?;
        self.follow_standard();
        let (school, name) = (&opened.plan.school, &spec.name);
        self.notice(
            Level::Good,
            ApiError::new(
                "batch_opened",
                format!("已打开“{school}”；照片按“{}”制作。", name.zh),
                format!("\"{school}\" is open; pictures are made by \"{}\".", name.en),
            ),
        );
        Ok(opened)
    }

    /// Changes the plan of a batch; the standard of an open one changes between two sittings only.
    pub(crate) fn edit_batch(&mut self, id: BatchId, plan: &BatchPlan) -> Result<CaptureBatch, ApiError> {
        self.check_plan(plan)?;
        let open = self.desk()?.store().open_one().map_err(words::store)?.filter(|batch| batch.id == id);
        let sitting = self.desk()?.phase().sitting().is_some();
        if sitting && open.is_some_and(|batch| batch.plan.spec != plan.spec) {
            return Err(words::standard_in_use());
        }
        let edited = self.day(|store, now| store.edit_batch(id, plan, now))?;
        self.follow_standard();
        Ok(edited)
    }

    /// Where reports and templates go if nobody chooses a folder.
    pub(crate) fn reports_folder(&self) -> std::path::PathBuf {
        self.data_folder().join(super::REPORTS)
    }

    /// Puts a batch aside or ends it: the standard of the settings holds again.
    pub(crate) fn end_batch<T>(
        &mut self,
        act: impl FnOnce(&mut store::Store, domain::Timestamp) -> Result<T, store::StoreError>,
    ) -> Result<T, ApiError> {
        let done = self.day(act)?;
        self.follow_standard();
        Ok(done)
    }
}
