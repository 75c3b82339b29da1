//! The one owner of all live state: sitting, store, camera, settings. Everything here runs on its thread.

use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use camera::{DeviceId, DeviceOpener, Feed, FeedOptions};
use domain::sitting::{Input, Phase};
use domain::{CaptureCode, CodeSource, PhotoSpec, Timestamp};
use store::Store;

use crate::day::DeskEye;
use crate::demo::{self, Cue, Director};
use crate::desk::{Desk, Exposure, Next};
use crate::devices::{camera_id, device_of};
use crate::error::ApiError;
use crate::hall::Halls;
use crate::live::{Seen, Shared, Watch};
use crate::plate::Present;
use crate::station::{Config, Door, Event, Listeners, Shutter};
use crate::view::{Level, Notice, Settings, StationView, Trouble};
use crate::{show, words};

/// Live state.
pub(crate) struct Owner {
    pub(crate) config: Config,
    pub(crate) shared: Arc<Shared>,
    pub(crate) desk: Option<Desk>,
    pub(crate) settings: Settings,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) notice: Option<Notice>,
    pub(crate) camera: Option<String>,
    pub(crate) plate: Present,
    pub(crate) halls: Arc<Halls>,
    pub(crate) door: Door,
    /// The last change came from the other booths.
    pub(crate) from_hall: bool,
    /// Why nothing can be shot although all else works: the standard of the open batch cannot be used.
    pub(crate) no_standard: Option<ApiError>,
    /// Codes that the camera reads for the desk.
    pub(crate) eye: DeskEye,
    director: Director,
    shutter: SyncSender<Shutter>,
    listeners: Arc<Listeners>,
    view: Arc<StationView>,
    notices: u64,
    changed: bool,
}

/// Key of the settings in the store.
const SETTINGS: &str = "settings";

/// Key of the operator's name in the store.
pub(crate) const OPERATOR: &str = "operator";

impl Owner {
    /// The standard to begin with: the one that is safe for all.
    pub(crate) fn first_spec(config: &Config) -> Arc<PhotoSpec> {
        let fallback = || PhotoSpec::parse(SAFE_SPEC).expect("the spec in the box is tested to parse");
        Arc::new(
            config.assets.spec(&Settings::default().spec, Some(&config.data)).unwrap_or_else(|_| fallback()),
        )
    }

    pub(crate) fn new(
        config: Config,
        shared: Arc<Shared>,
        shutter: SyncSender<Shutter>,
        listeners: Arc<Listeners>,
        (halls, door): (Arc<Halls>, Door),
    ) -> Self {
        let director = Director::default();
        director.show(config.demo);
        let view = Arc::new(show::blank(&shared.spec()));
        Self {
            config,
            shared,
            desk: None,
            settings: Settings::default(),
            trouble: None,
            notice: None,
            camera: None,
            plate: Present::default(),
            halls,
            door,
            from_hall: false,
            no_standard: None,
            eye: DeskEye::default(),
            director,
            shutter,
            listeners,
            view,
            notices: 0,
            changed: true,
        }
    }

    /// Opens the data folder, then the camera.
    pub(crate) fn begin(&mut self) {
        self.open_data(false);
        if self.config.open_camera {
            self.open_usual_camera();
        }
        self.publish();
    }

    /// Where the pictures of the present camera go. Demo pictures never come near real ones.
    pub(crate) fn data_folder(&self) -> PathBuf {
        if self.is_demo() { self.config.data.join("demo") } else { self.config.data.clone() }
    }

    pub(crate) fn is_demo(&self) -> bool {
        self.camera.as_deref() == Some(demo::ID)
    }

    /// Opens the data folder; what stands in the way becomes the trouble on the screen.
    pub(crate) fn open_data(&mut self, fresh: bool) {
        self.desk = None;
        self.trouble = None;
        self.changed = true;
        let folder = self.data_folder();
        let now = (self.config.now)();
        let opened = if fresh {
            Store::open_fresh_beside(&folder, &self.settings.station, now)
        } else {
            Store::open(&folder, &self.settings.station, now)
        };
        let desk = opened.map_err(words::store).and_then(|(store, report)| {
            self.tell_report(&report);
            Desk::new(store)
        });
        match desk {
            Ok(desk) => {
                self.desk = Some(desk);
                self.load_operator();
                self.load_settings();
                self.load_plate();
                self.follow_standard();
            }
            Err(error) => {
                tracing::error!(%error, "data folder");
                let offer_fresh = error.code == "store_damaged";
                self.trouble = Some(Trouble { code: error.code, text: error.text, offer_fresh });
            }
        }
    }

    fn load_operator(&mut self) {
        let Some(desk) = self.desk.as_mut() else { return };
        let kept = desk.store().setting(OPERATOR).ok().flatten().unwrap_or_default();
        if let Err(error) = desk.store_mut().set_operator(&kept) {
            tracing::warn!(%error, "the operator's name");
        }
    }

    fn load_settings(&mut self) {
        if self.is_demo() {
            return self.name_station();
        }
        let kept = self.desk.as_ref().and_then(|desk| desk.store().setting(SETTINGS).ok().flatten());
        if let Some(settings) = kept.and_then(|text| serde_json::from_str::<Settings>(&text).ok()) {
            self.follow(settings);
        }
    }

    /// Takes over settings, without keeping them.
    fn follow(&mut self, settings: Settings) {
        self.settings = settings;
        self.name_station();
        self.changed = true;
    }

    /// Writes the station's name beside everything from now on; a name that cannot be used stays without effect.
    fn name_station(&mut self) {
        let named = self.desk.as_mut().map(|desk| desk.store_mut().set_station(&self.settings.station));
        if let Some(Err(error)) = named {
            self.notice(Level::Bad, words::store(error));
        }
    }

    /// Follows settings and keeps them.
    pub(crate) fn save_settings(&mut self, settings: Settings) -> Result<(), ApiError> {
        let spec = self.config.assets.spec(&settings.spec, Some(&self.config.data))?;
        let busy = self.desk.as_ref().is_some_and(|desk| desk.phase().sitting().is_some());
        if busy && !self.batch_decides() && spec != *self.shared.spec() {
            return Err(words::standard_in_use());
        }
        let text = serde_json::to_string(&settings).map_err(|e| {
            ApiError::new("bad_settings", "设置无法保存。", "The settings cannot be kept.").with_story(e)
        })?;
        let now = (self.config.now)();
        self.desk_mut()?.store_mut().set_setting(SETTINGS, &text, now).map_err(words::store)?;
        self.follow(settings);
        self.follow_standard();
        Ok(())
    }

    /// The store, for writing.
    pub(crate) fn store_mut(&mut self) -> Result<&mut Store, ApiError> {
        Ok(self.desk_mut()?.store_mut())
    }

    fn desk_mut(&mut self) -> Result<&mut Desk, ApiError> {
        self.desk.as_mut().ok_or_else(words::no_store)
    }

    pub(crate) fn desk(&self) -> Result<&Desk, ApiError> {
        self.desk.as_ref().ok_or_else(words::no_store)
    }

    // ---- the sitting ----

    /// Anything that moves the sitting; its refusals and failures go to the asker and onto the screen.
    pub(crate) fn act(&mut self, input: Input) -> Result<(), ApiError> {
        let now = (self.config.now)();
        let next = self.desk_mut().and_then(|desk| desk.ask(input, now));
        self.follow_up(next)
    }

    /// A code from the gun or by hand.
    pub(crate) fn code(&mut self, payload: Vec<u8>, source: CodeSource) -> Result<(), ApiError> {
        let code = CaptureCode::new(payload).map_err(words::bad_code)?;
        let now = (self.config.now)();
        let next = self.desk_mut().and_then(|desk| desk.code_read(code, source, now));
        self.follow_up(next)
    }

    /// What the scanner saw. Refusals are only shown when they are news.
    pub(crate) fn seen(&mut self, seen: Seen) {
        if self.trouble.is_some() {
            return;
        }
        if self.eye.is_open() && self.desk.as_ref().is_some_and(|desk| *desk.phase() == Phase::Idle) {
            return self.seen_at_desk(seen);
        }
        let refused = match seen {
            Seen::Code(payload) => match CaptureCode::new(payload).map_err(words::bad_code) {
                Ok(code) => {
                    let now = (self.config.now)();
                    match self.desk_mut().and_then(|desk| desk.code_read(code, CodeSource::Camera, now)) {
                        Ok(next) => return drop(self.follow_up(Ok(next))),
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            },
            Seen::TwoCodes => match self.desk.as_ref().map(Desk::phase) {
                Some(Phase::Idle) => words::refusal(domain::sitting::Refusal::TwoCodes),
                _ => return,
            },
        };
        // A phone in view is read many times a second: say it once, and again after a while.
        let news = |notice: &Notice| (&notice.code, &notice.text) != (&refused.code, &refused.text);
        if self.notice.as_ref().is_none_or(news) {
            // Somebody else's code in the seat is the beginning of the worst mistake: as loud as it gets.
            let loud = matches!(refused.code.as_str(), "jumped_queue" | "nobody_called");
            self.notice(if loud { Level::Bad } else { Level::Warn }, refused);
        }
    }

    /// While the desk is open the camera reads for the desk.
    fn seen_at_desk(&mut self, seen: Seen) {
        let now = (self.config.now)();
        let refused = match seen {
            Seen::Code(payload) => match CaptureCode::new(payload) {
                Ok(code) => {
                    self.changed |= self.eye.see(code, now);
                    return;
                }
                Err(error) => words::bad_code(error),
            },
            Seen::TwoCodes => words::refusal(domain::sitting::Refusal::TwoCodes),
        };
        if self.notice.as_ref().is_none_or(|notice| notice.code != refused.code) {
            self.notice(Level::Warn, refused);
        }
    }

    /// The burst is done.
    pub(crate) fn exposed(&mut self, result: Result<Exposure, ApiError>, spec: &PhotoSpec) {
        let now = (self.config.now)();
        let outcome = match result {
            Ok(exposure) => {
                let faceless = exposure.portrait.is_none();
                let first = exposure.findings.first().cloned();
                self.learn_of_plate(&exposure);
                let next = self.desk_mut().and_then(|desk| desk.developed(exposure, &spec.id, now));
                match (next, faceless, first) {
                    (Ok(_), true, Some(finding)) => {
                        Err(ApiError::new("no_face", finding.message, finding.message_en))
                    }
                    (next, ..) => next,
                }
            }
            Err(error) => self.desk_mut().and_then(|desk| desk.develop_failed(now)).and(Err(error)),
        };
        drop(self.follow_up(outcome));
    }

    fn follow_up(&mut self, next: Result<Next, ApiError>) -> Result<(), ApiError> {
        self.changed = true;
        match next {
            Ok(Next::Nothing) => Ok(()),
            Ok(Next::Armed) => {
                self.good("armed", "可以拍了：请学生入座", "Armed: ask the student to sit down");
                Ok(())
            }
            Ok(Next::Accepted) => {
                self.good("accepted", "已采用并存盘，请下一位", "Accepted and stored. Next, please");
                Ok(())
            }
            Ok(Next::Expose(_)) => self.expose(),
            Err(error) => {
                self.notice(Level::Bad, error.clone());
                Err(error)
            }
        }
    }

    fn expose(&mut self) -> Result<(), ApiError> {
        let order = match (self.no_standard.clone(), self.shared.feed()) {
            (Some(error), _) => Err(error),
            (None, Some(feed)) => {
                let plate = self.plate_now();
                let press = Shutter { feed, spec: self.shared.spec(), plate, pressed: Instant::now() };
                self.shutter.try_send(press).map_err(|e| match e {
                    TrySendError::Full(_) => words::refusal(domain::sitting::Refusal::StillDeveloping),
                    TrySendError::Disconnected(_) => ApiError::new(
                        "develop_failed",
                        "处理程序已停止，请重新启动。",
                        "Processing has stopped. Restart the program.",
                    ),
                })
            }
            (None, None) => Err(ApiError::new(
                "no_camera",
                "没有摄像头，不能拍。请按 F2 选择摄像头。",
                "No camera. Press F2 to choose one.",
            )),
        };
        if let Err(error) = order {
            let now = (self.config.now)();
            self.desk_mut()?.develop_failed(now)?;
            self.notice(Level::Bad, error.clone());
            return Err(error);
        }
        Ok(())
    }

    // ---- the day ----

    /// Writes something of the day.
    pub(crate) fn day<T>(
        &mut self,
        act: impl FnOnce(&mut Store, Timestamp) -> Result<T, store::StoreError>,
    ) -> Result<T, ApiError> {
        let now = (self.config.now)();
        self.changed = true;
        act(self.desk_mut()?.store_mut(), now).map_err(words::store)
    }

    /// Arms the sitting of the ticket that was called here, where the batch wants no second scan. What stands in the
    /// way is shown; the call itself stays.
    pub(crate) fn arm_called(&mut self) {
        let now = (self.config.now)();
        let idle = self.desk.as_ref().is_some_and(|desk| *desk.phase() == Phase::Idle);
        if idle {
            let next = self.desk_mut().and_then(|desk| desk.arm_called(now));
            drop(self.follow_up(next));
        }
    }

    /// Day and time on the wall. The day is that of the noon after the local midnight: no zone is more than twelve
    /// hours from UTC there.
    pub(crate) fn wall(&self) -> (domain::Day, domain::MinuteOfDay) {
        let now = (self.config.now)();
        let midnight = (self.config.day_start)(now);
        wall(now, midnight)
    }

    // ---- the camera ----

    fn open_usual_camera(&mut self) {
        let devices = camera::list().unwrap_or_default();
        let last = self.settings.camera.as_deref();
        let ids: Vec<String> = devices.iter().map(|device| camera_id(&device.id)).collect();
        let Some(id) = ids.iter().find(|id| Some(id.as_str()) == last).or(ids.first()) else { return };
        if let Err(error) = self.choose_camera(id) {
            self.notice(Level::Bad, error);
        }
    }

    /// Starts the feed of this camera; changing between demo and device changes the data folder too.
    pub(crate) fn choose_camera(&mut self, id: &str) -> Result<(), ApiError> {
        let to_demo = id == demo::ID;
        let device: Option<DeviceId> = if to_demo { None } else { Some(device_of(id)?) };
        if to_demo != self.is_demo()
            && self.desk.as_ref().is_some_and(|desk| desk.phase().sitting().is_some())
        {
            return Err(ApiError::new(
                "sitting_open",
                "正在拍摄，不能在演示和真实摄像头之间切换。请先完成或取消当前学生。",
                "Finish or cancel the open sitting before changing between the demo and a real camera.",
            ));
        }
        *self.shared.feed.write().unwrap_or_else(PoisonError::into_inner) = None;
        let changes_folder = to_demo != self.is_demo();
        self.camera = Some(id.to_owned());
        if changes_folder {
            self.open_data(false);
        }
        self.load_plate();
        let feed = match device {
            Some(device) => Feed::start(Box::new(DeviceOpener::of(device)), FeedOptions::default()),
            None => {
                self.director.start_at(self.students_so_far());
                Feed::start(
                    Box::new(self.director.opener(&self.config.assets.cutouts())),
                    FeedOptions::default(),
                )
            }
        };
        *self.shared.feed.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(feed));
        if !to_demo && self.settings.camera.as_deref() != Some(id) {
            let settings = Settings { camera: Some(id.to_owned()), ..self.settings.clone() };
            self.save_settings(settings)?;
        }
        self.changed = true;
        Ok(())
    }

    /// Highest number in the demo's data folder, so that a second start does not show codes that are done.
    fn students_so_far(&self) -> usize {
        let last = self.desk.as_ref().and_then(|desk| desk.store().today(Timestamp(0), 1).ok());
        last.and_then(|strip| usize::try_from(strip.first()?.shot_number.0).ok()).unwrap_or(0)
    }

    /// What the demo camera shows.
    pub(crate) fn show_demo(&mut self, scene: crate::view::DemoScene) -> Result<(), ApiError> {
        if !self.is_demo() {
            return Err(ApiError::new(
                "no_demo",
                "现在用的不是演示摄像头。",
                "The demo camera is not in use.",
            ));
        }
        self.director.show(scene);
        Ok(())
    }

    // ---- what is shown ----

    pub(crate) fn notice(&mut self, level: Level, error: ApiError) {
        if level != Level::Good {
            tracing::warn!(%error, "shown to the operator");
        }
        self.notices += 1;
        self.notice = Some(Notice { seq: self.notices, level, code: error.code, text: error.text });
        self.changed = true;
    }

    /// Something in the snapshot has changed.
    pub(crate) fn touch(&mut self) {
        self.changed = true;
    }

    fn good(&mut self, code: &str, zh: &str, en: &str) {
        self.notice(Level::Good, ApiError::new(code, zh, en));
    }

    fn tell_report(&mut self, report: &store::OpenReport) {
        if let Some(text) = show::report(report) {
            self.notice(Level::Warn, ApiError::new("recovered", text.zh, text.en));
        }
    }

    /// The engine's failure is a trouble unless there is a worse one.
    fn trouble_now(&self) -> Option<Trouble> {
        self.trouble.clone().or_else(|| {
            self.shared.engine.failure().map(|e| Trouble { code: e.code, text: e.text, offer_fresh: false })
        })
    }

    /// Publishes the snapshot if anything in it has changed.
    pub(crate) fn publish(&mut self) {
        let blocked = self.trouble_now();
        let phase = self.desk.as_ref().map(Desk::phase);
        let watch = match phase {
            None => Watch::Nothing,
            Some(_) if blocked.is_some() => Watch::Nothing,
            // Both cores belong to the portrait now.
            Some(Phase::Developing(_)) => Watch::Nothing,
            Some(Phase::Armed(_)) => Watch::Bands,
            Some(Phase::Reviewing { .. }) => Watch::Strangers,
            Some(Phase::Idle | Phase::AskRepeat { .. } | Phase::Interrupted(_)) => Watch::Codes,
        };
        self.director.cue(if phase.is_some_and(|p| p.sitting().is_some()) {
            Cue::Sit
        } else {
            Cue::ShowCode
        });
        self.shared.set_watch(watch);
        let last = Arc::clone(&self.view);
        let changed = std::mem::take(&mut self.changed);
        if changed {
            self.follow_hall();
        }
        let next = show::snapshot(self, blocked, &last, changed);
        if let Some(next) = next {
            let next = Arc::new(next);
            self.view = Arc::clone(&next);
            self.listeners.tell(&Event::Station(next));
        }
    }

    /// The snapshot as it stands after whatever was just done.
    pub(crate) fn current(&mut self) -> StationView {
        self.publish();
        StationView::clone(&self.view)
    }
}

fn wall(now: Timestamp, midnight: Timestamp) -> (domain::Day, domain::MinuteOfDay) {
    let noon =
        jiff::Timestamp::from_millisecond(midnight.0.saturating_add(12 * 3_600_000)).unwrap_or_default();
    let date = noon.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day =
        domain::Day::new(date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
    let minutes = (now.millis_since(midnight) / 60_000).clamp(0, 1439) as u16;
    (day.unwrap_or_default(), domain::MinuteOfDay::new(minutes).unwrap_or_default())
}

const SAFE_SPEC: &str = include_str!("../../../../assets/specs/registry-safe.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_shows_the_local_day_east_and_west_of_utc() {
        let utc_midnight = 1_778_630_400_000; // 2026-05-13T00:00:00Z
        for offset_hours in [-11, -5, 0, 8, 12] {
            let midnight = Timestamp(utc_midnight - offset_hours * 3_600_000);
            let (day, minute) = wall(Timestamp(midnight.0 + 510 * 60_000), midnight);
            assert_eq!((day.to_string(), minute.minutes()), ("2026-05-13".to_owned(), 510), "{offset_hours}");
        }
    }
}
