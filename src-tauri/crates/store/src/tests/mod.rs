//! Tests of the whole store, one file per promise. A `Booth` is a data folder with a store that can crash.

mod damage;
mod day;
mod day_swap;
mod faults;
mod hall;
mod handover;
mod hostile;
mod make_up;
mod migration;
mod model;
mod plates;
mod roster;
mod rules;
mod speed;
mod views;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use domain::{CaptureCode, CodeSource, Finding, FindingCode, ShotId, SittingId, Text, Timestamp, Verdict};
use serde_json::json;
use tempfile::TempDir;

use crate::{NewPortrait, NewShot, OpenReport, PortraitRecord, ShotRecord, SittingRecord, Store, StoreError};

pub(crate) const START: i64 = 1_780_000_000_000;

pub(crate) struct Booth {
    dir: TempDir,
    store: Option<Store>,
    clock: i64,
}

impl Booth {
    pub(crate) fn new() -> Self {
        let mut booth = Self { dir: TempDir::new().unwrap(), store: None, clock: START };
        assert!(booth.open().created);
        booth
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A second passes.
    pub(crate) fn now(&mut self) -> Timestamp {
        self.clock += 1000;
        Timestamp(self.clock)
    }

    pub(crate) fn try_open(&mut self) -> Result<OpenReport, StoreError> {
        self.store = None;
        let now = self.now();
        let (store, report) = Store::open(self.dir.path(), "A-1", now)?;
        self.store = Some(store);
        Ok(report)
    }

    pub(crate) fn open(&mut self) -> OpenReport {
        self.try_open().unwrap()
    }

    pub(crate) fn fresh_beside(&mut self) -> Result<OpenReport, StoreError> {
        self.store = None;
        let now = self.now();
        let (store, report) = Store::open_fresh_beside(self.dir.path(), "A-1", now)?;
        self.store = Some(store);
        Ok(report)
    }

    pub(crate) fn close(&mut self) {
        self.store = None;
    }

    pub(crate) fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    /// Does something during which the process ends; whether it did.
    pub(crate) fn crash(&mut self, act: impl FnOnce(&mut Booth)) -> bool {
        let ended = catch_unwind(AssertUnwindSafe(|| act(self))).is_err();
        self.store = None;
        ended
    }

    pub(crate) fn sit(&mut self, code: &str) -> SittingRecord {
        let (now, code) = (self.now(), code_of(code));
        let earlier = self.store().earlier_accept(&code).unwrap().map(|e| e.portrait);
        self.store().open_sitting(&code, CodeSource::Camera, earlier, now).unwrap()
    }

    pub(crate) fn try_shoot(&mut self, sitting: SittingId, original: &str) -> Result<ShotRecord, StoreError> {
        let now = self.now();
        self.store().add_shot(&shot(sitting, original.as_bytes()), now)
    }

    pub(crate) fn shoot(&mut self, sitting: SittingId, original: &str) -> ShotRecord {
        self.try_shoot(sitting, original).unwrap()
    }

    pub(crate) fn try_accept(
        &mut self,
        shot: ShotId,
        code: &str,
        jpeg: &str,
    ) -> Result<PortraitRecord, StoreError> {
        let (now, code) = (self.now(), code_of(code));
        self.store().accept(&portrait(shot, jpeg.as_bytes(), &code), now)
    }

    /// One person from the code to the accept.
    pub(crate) fn person(&mut self, code: &str) -> PortraitRecord {
        let sitting = self.sit(code).id;
        let turn = self.clock;
        let shot = self.shoot(sitting, &format!("original of {code} at {turn}")).id;
        self.try_accept(shot, code, &format!("portrait of {code} at {turn}")).unwrap()
    }

    pub(crate) fn assert_clean(&mut self) {
        let report = self.store().verify().unwrap();
        assert!(report.is_clean(), "{report:#?}");
    }
}

pub(crate) fn code_of(text: &str) -> CaptureCode {
    CaptureCode::new(text).unwrap()
}

pub(crate) fn shot(sitting: SittingId, original: &[u8]) -> NewShot<'_> {
    NewShot {
        sitting,
        original,
        extension: "jpg",
        verdict: Verdict::Pass,
        findings: Vec::new(),
        geometry: None,
        plan: None,
        provenance: json!({ "device": "test" }),
    }
}

pub(crate) fn portrait<'a>(shot: ShotId, jpeg: &'a [u8], code: &'a CaptureCode) -> NewPortrait<'a> {
    NewPortrait {
        shot,
        jpeg,
        quality: 88,
        spec_id: "registry-safe",
        verdict: Verdict::Pass,
        findings: Vec::new(),
        override_reason: None,
        expected_code: code,
    }
}

pub(crate) fn tilted() -> Vec<Finding> {
    vec![Finding::plain(FindingCode::Roll, domain::Class::Retake, Text::new("头歪了", "the head is tilted"))]
}
