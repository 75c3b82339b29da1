//! 空景: one press of a key shoots the empty seat; every portrait of the day is made with it.
//!
//! The picture is the mean of some frames, kept as PNG: the engine sees exactly what is on the disk, so that a portrait
//! can be made again from its original and the plate that its provenance names. A plate serves its camera and its day.
//! One that no longer fits what is seen is not used by the engine, which says so with each portrait; after two of them
//! the operator is asked for a new one.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use camera::Feed;
use domain::plate::PlateNote;
use domain::sitting::Phase;
use domain::{ContentHash, FindingCode, Timestamp};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use imaging::engine::PortraitEngine;
use imaging::plate::{self, PlateCheck};
use serde::Serialize;
use store::{NewPlate, PlateRecord};
use ts_rs::TS;

use crate::desk::Exposure;
use crate::error::ApiError;
use crate::files;
use crate::owner::Owner;
use crate::station::Station;
use crate::view::{Level, StationView};
use crate::words;

/// What the window shows of the plate.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PlateView {
    /// Whether there is one that serves.
    pub state: PlateState,
    /// The last one of this camera and this day.
    pub shot: Option<PlateShot>,
}

/// Whether portraits are made with a plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlateState {
    /// None was shot today with this camera.
    Missing,
    /// There is one, and it fits.
    Fresh,
    /// The last portraits did not fit to it: something was moved.
    Unfit,
}

/// One picture of the empty seat.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PlateShot {
    /// When.
    pub taken_at: Timestamp,
    /// Path for the picture door of the host, like `plate/<hash>`.
    pub picture: String,
    /// What was found, one note for each aspect.
    pub notes: Vec<PlateNote>,
}

impl PlateView {
    /// Before anything is open.
    pub(crate) fn none() -> Self {
        Self { state: PlateState::Missing, shot: None }
    }
}

/// A kept plate, ready for the engine.
pub struct Plate {
    content: ContentHash,
    png: Vec<u8>,
    picture: OnceLock<Option<RgbImage>>,
}

impl Plate {
    /// From the bytes of its file. They are decoded when they are first needed, by whoever needs them.
    pub fn new(png: Vec<u8>) -> Self {
        Self { content: ContentHash::of(&png), png, picture: OnceLock::new() }
    }

    /// Name of its content.
    pub fn content(&self) -> &ContentHash {
        &self.content
    }

    /// Its pixels; `None` if the file is no picture.
    pub fn picture(&self) -> Option<&RgbImage> {
        self.picture
            .get_or_init(|| {
                imaging::decode::picture_file(&self.png)
                    .inspect_err(|error| tracing::error!(%error, "the plate cannot be decoded"))
                    .ok()
            })
            .as_ref()
    }
}

/// The plate of the present camera.
#[derive(Default)]
pub(crate) struct Present {
    kept: Option<(PlateRecord, Arc<Plate>)>,
    /// Portraits in a row that it did not fit.
    misfits: u32,
}

/// So many portraits in a row speak against the plate, not against one student.
const MISFITS: u32 = 2;
/// Frames that are averaged: a third of a second at 30 a second.
const FRAMES: usize = 8;
/// How long to wait for them.
const PATIENCE: Duration = Duration::from_secs(2);

impl Present {
    fn new(kept: Option<(PlateRecord, Arc<Plate>)>) -> Self {
        Self { kept, misfits: 0 }
    }

    /// What came of a portrait that was made with it.
    fn learn(&mut self, exposure: &Exposure) {
        let unfit = exposure.findings.iter().any(|finding| finding.code == FindingCode::PlateUnfit);
        self.misfits = if unfit { self.misfits + 1 } else { 0 };
    }

    /// A plate serves its camera and its day.
    fn of(&self, camera: Option<&str>, today: Timestamp) -> Option<&(PlateRecord, Arc<Plate>)> {
        self.kept
            .as_ref()
            .filter(|(record, _)| Some(record.camera.as_str()) == camera && record.taken_at >= today)
    }

    fn view(&self, camera: Option<&str>, today: Timestamp) -> PlateView {
        let Some((record, _)) = self.of(camera, today) else { return PlateView::none() };
        PlateView {
            state: if self.misfits >= MISFITS { PlateState::Unfit } else { PlateState::Fresh },
            shot: Some(PlateShot {
                taken_at: record.taken_at,
                picture: format!("plate/{}", record.content),
                notes: record.notes.clone(),
            }),
        }
    }
}

impl Owner {
    fn today(&self) -> Timestamp {
        (self.config.day_start)((self.config.now)())
    }

    /// The plate for a portrait that is shot now.
    pub(crate) fn plate_now(&self) -> Option<Arc<Plate>> {
        self.plate.of(self.camera.as_deref(), self.today()).map(|(_, plate)| Arc::clone(plate))
    }

    pub(crate) fn plate_view(&self) -> PlateView {
        self.plate.view(self.camera.as_deref(), self.today())
    }

    /// Takes today's plate of the present camera from the store, as after a restart or a change of the camera.
    pub(crate) fn load_plate(&mut self) {
        self.plate = Present::default();
        let (Some(desk), Some(camera)) = (&self.desk, &self.camera) else { return };
        let kept = desk
            .store()
            .plate_since(camera, self.today())
            .and_then(|record| record.map(|r| Ok((desk.store().plate_picture(&r.content)?, r))).transpose());
        match kept {
            Ok(kept) => {
                self.plate = Present::new(kept.map(|(png, record)| (record, Arc::new(Plate::new(png)))));
            }
            // A plate that is lost is shot again in a second; portraits are made without it until then.
            Err(error) => tracing::error!(%error, "the plate"),
        }
    }

    /// What a portrait says of the plate.
    pub(crate) fn learn_of_plate(&mut self, exposure: &Exposure) {
        let before = self.plate_view().state;
        self.plate.learn(exposure);
        if before == PlateState::Fresh && self.plate_view().state == PlateState::Unfit {
            let error = ApiError::new(
                "plate_unfit",
                "空景与画面不符：摄像头、灯光或背景动过。请在没人坐时按 F9 重拍空景。",
                "The empty-seat picture no longer fits: camera, lamps or backdrop were moved. Press F9 when nobody sits.",
            );
            self.notice(Level::Warn, error);
        }
    }

    fn may_shoot_plate(&self) -> Result<String, ApiError> {
        if *self.desk()?.phase() != Phase::Idle {
            return Err(ApiError::new(
                "plate_busy",
                "正在拍摄，不能拍空景。请先完成或取消当前学生。",
                "Not during a sitting: finish or cancel it, then shoot the empty seat.",
            ));
        }
        self.camera.clone().ok_or_else(no_camera)
    }

    fn keep_plate(&mut self, camera: &str, png: Vec<u8>, check: &PlateCheck) -> Result<(), ApiError> {
        // Somebody may have been called, or the cable changed, while the frames were looked at.
        if self.may_shoot_plate()? != camera {
            return Err(no_camera());
        }
        let now = (self.config.now)();
        let new = NewPlate { camera, png: &png, notes: &check.notes };
        let desk = self.desk.as_mut().ok_or_else(words::no_store)?;
        let record = desk.store_mut().add_plate(&new, now).map_err(words::store)?;
        self.plate = Present::new(Some((record, Arc::new(Plate::new(png)))));
        self.touch();
        Ok(())
    }
}

impl Station {
    /// Shoots the empty seat on the asker's thread; the owner is only asked whether it may, and to keep it.
    pub(crate) fn shoot_plate(&self) -> Result<StationView, ApiError> {
        let camera = self.ask(|owner| owner.may_shoot_plate())?;
        let feed = self.shared.feed().ok_or_else(no_camera)?;
        let engine = self.shared.engine.wait(Duration::from_secs(20)).ok_or_else(|| {
            ApiError::new(
                "engine_missing",
                "图像模型没有启动，不能拍空景。",
                "The imaging models are not running: no picture of the empty seat.",
            )
        })?;
        let (png, check) = shoot(&feed, &engine)?;
        self.ask(move |owner| {
            owner.keep_plate(&camera, png, &check)?;
            Ok(owner.current())
        })
    }
}

fn no_camera() -> ApiError {
    ApiError::new(
        "no_camera",
        "没有摄像头画面，不能拍空景。请按 F2 看摄像头。",
        "No camera picture. Press F2.",
    )
}

/// Mean of the frames from now on, if nobody is in it and nothing moves.
fn shoot(feed: &Feed, engine: &PortraitEngine) -> Result<(Vec<u8>, PlateCheck), ApiError> {
    let begun = Instant::now();
    let mut frames = Vec::with_capacity(FRAMES);
    let mut seen = 0;
    while frames.len() < FRAMES {
        let left = PATIENCE.saturating_sub(begun.elapsed());
        let Some(frame) = feed.wait_newer(seen, left).filter(|_| !left.is_zero()) else { break };
        seen = frame.seq;
        if frame.at >= begun {
            frames.extend(imaging::decode::packet(&frame).ok());
        }
    }
    if frames.len() < FRAMES / 2 {
        return Err(no_camera());
    }
    let mean = plate::mean(&frames).ok_or_else(|| {
        ApiError::new(
            "plate_moving",
            "画面里有东西在动，没有拍空景。请等人走开、画面静止后再按 F9。",
            "Something moves in the picture. Wait until the seat is empty and still, then press F9 again.",
        )
    })?;
    let check = engine.check_plate(&mean).map_err(|e| {
        ApiError::new(
            "plate_failed",
            "空景处理失败，请再按一次 F9。",
            "The empty seat was not taken. Press F9 again.",
        )
        .with_story(e)
    })?;
    nobody_in(&check)?;
    Ok((to_png(&mean)?, check))
}

/// Refuses a plate with somebody in it.
fn nobody_in(check: &PlateCheck) -> Result<(), ApiError> {
    if check.faces > 0 {
        return Err(ApiError::new(
            "plate_person",
            "画面里有人，没有拍空景。请让座位空出来再按 F9。",
            "Somebody is in the picture. Clear the seat, then press F9 again.",
        ));
    }
    if check.figure {
        return Err(ApiError::new(
            "plate_figure",
            "座位上好像有人（背对镜头或低着头），没有拍空景。请让座位空出来、拿走椅背上的衣物，再按 F9。",
            "Somebody seems to sit there with the face hidden. Clear the seat, take clothes off the chair, then press F9 again.",
        ));
    }
    Ok(())
}

pub(crate) fn to_png(picture: &RgbImage) -> Result<Vec<u8>, ApiError> {
    let mut png = Vec::new();
    image::codecs::png::PngEncoder::new_with_quality(
        &mut png,
        image::codecs::png::CompressionType::Fast,
        image::codecs::png::FilterType::Sub,
    )
    .write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
    .map_err(|e| {
        ApiError::new(
            "plate_failed",
            "空景无法保存，请再按一次 F9。",
            "The empty seat cannot be kept. Press F9 again.",
        )
        .with_story(e)
    })?;
    Ok(png)
}

/// What `gradbooth plate check` says of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlateLine {
    /// The file.
    pub input: String,
    /// Name of its content.
    pub sha256: ContentHash,
    /// The worst of the notes; `bad` with somebody in it.
    pub grade: domain::plate::Grade,
    /// Faces, numbers and notes.
    #[serde(flatten)]
    pub check: PlateCheck,
}

/// Checks a picture file of the empty seat.
pub fn check(path: &Path, engine: &PortraitEngine) -> Result<PlateLine, ApiError> {
    let (bytes, picture) = files::read_picture(path)?;
    let check = engine.check_plate(&picture).map_err(|e| {
        ApiError::new("plate_failed", "空景处理失败。", "The picture could not be looked at.").with_story(e)
    })?;
    let grade = if check.is_occupied() { domain::plate::Grade::Bad } else { check.grade() };
    Ok(PlateLine { input: path.display().to_string(), sha256: ContentHash::of(&bytes), grade, check })
}

/// The plate that lies among the frames of a folder as `plate.png`, `plate.jpg` or `plate.jpeg`.
///
/// It is checked like one that was shot, and refused with somebody in it.
pub(crate) fn in_folder(
    folder: &Path,
    engine: &PortraitEngine,
) -> Result<Option<(Vec<u8>, PlateCheck)>, ApiError> {
    let Some(path) = ["plate.png", "plate.jpg", "plate.jpeg"]
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
    else {
        return Ok(None);
    };
    let (_, picture) = files::read_picture(&path)?;
    let check = engine.check_plate(&picture).map_err(|e| {
        ApiError::new("plate_failed", "空景处理失败。", "The picture could not be looked at.").with_story(e)
    })?;
    nobody_in(&check)?;
    Ok(Some((to_png(&picture)?, check)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::plate::{Grade, PlateAspect};
    use domain::{Class, Finding, Limit, Text, Verdict};

    const DAY: i64 = 86_400_000;

    fn present() -> Present {
        let notes = vec![PlateNote {
            aspect: PlateAspect::Cast,
            grade: Grade::Good,
            value: 1.0,
            limit: Limit::at_most(11.0),
            text: Text::new("颜色正", "No cast"),
        }];
        let record = PlateRecord {
            id: 1,
            taken_at: Timestamp(DAY + 5),
            station: "1".into(),
            camera: "cam".into(),
            batch: None,
            content: ContentHash::of(b"x"),
            notes,
        };
        Present::new(Some((record, Arc::new(Plate::new(b"x".to_vec())))))
    }

    fn exposure(unfit: bool) -> Exposure {
        let finding = Finding::plain(FindingCode::PlateUnfit, Class::Info, Text::new("不符", "unfit"));
        Exposure {
            original: Arc::from([0u8; 1]),
            extension: "jpg",
            portrait: None,
            findings: if unfit { vec![finding] } else { Vec::new() },
            verdict: Verdict::Pass,
            geometry: None,
            plan: None,
            provenance: serde_json::json!({}),
            ms: 0.0,
        }
    }

    #[test]
    fn a_face_and_a_figure_without_one_are_refused_in_their_own_words() {
        let picture = RgbImage::from_pixel(320, 180, image::Rgb([200; 3]));
        let measures = plate::measure(&picture);
        let check = |faces, figure| PlateCheck { faces, figure, measures, notes: Vec::new() };
        let refused = |check: &PlateCheck| nobody_in(check).err().map(|error| error.code);
        assert_eq!(refused(&check(0, false)), None);
        assert_eq!(refused(&check(1, true)).as_deref(), Some("plate_person"));
        assert_eq!(refused(&check(0, true)).as_deref(), Some("plate_figure"));
    }

    #[test]
    fn a_plate_serves_its_camera_and_its_day() {
        let present = present();
        assert_eq!(present.view(Some("cam"), Timestamp(DAY)).state, PlateState::Fresh);
        assert_eq!(present.view(Some("other"), Timestamp(DAY)), PlateView::none());
        assert_eq!(present.view(Some("cam"), Timestamp(2 * DAY)), PlateView::none());
        assert_eq!(present.view(None, Timestamp(DAY)), PlateView::none());
    }

    #[test]
    fn two_portraits_in_a_row_that_do_not_fit_ask_for_a_new_one() {
        let mut present = present();
        let mut after = |unfit| {
            present.learn(&exposure(unfit));
            present.view(Some("cam"), Timestamp(DAY)).state
        };
        assert_eq!(after(true), PlateState::Fresh);
        assert_eq!(after(false), PlateState::Fresh);
        assert_eq!(after(true), PlateState::Fresh);
        assert_eq!(after(true), PlateState::Unfit);
        assert_eq!(after(false), PlateState::Fresh);
    }

    #[test]
    fn what_the_engine_sees_is_what_lies_on_the_disk() {
        let picture = RgbImage::from_fn(33, 21, |x, y| image::Rgb([(x * 7) as u8, (y * 11) as u8, 200]));
        let plate = Plate::new(to_png(&picture).unwrap());
        assert_eq!(plate.picture(), Some(&picture));
        assert!(Plate::new(b"no picture".to_vec()).picture().is_none());
    }
}
