//! What the window shows: one snapshot of the station, and the readings of the live picture.
//!
//! Nothing in here holds a payload, a name or a number of a person: a code is shown by its fingerprint.

use camera::{Control, FeedState, Problem, StreamFormat};
use domain::guidance::Guidance;
use domain::spec::PhotoSpec;
use domain::{
    CodeSource, FaceGeometry, Finding, Fingerprint, PortraitId, ShotId, ShotNumber, SittingId, Size, Text,
    Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::plate::PlateView;

/// Everything that the main screen needs, sent whole whenever something changes.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct StationView {
    /// Grows with every change.
    #[ts(type = "number")]
    pub seq: u64,
    /// Name of this station, as it is written beside every picture.
    pub station: String,
    /// Why the station cannot work at all, if it cannot.
    pub trouble: Option<Trouble>,
    /// Where the sitting stands.
    pub phase: PhaseView,
    /// The batch that is open, if any.
    pub batch: Option<BatchHead>,
    /// Whom this booth has called or has in its seat.
    pub turn: Option<TurnView>,
    /// How this booth stands to the others of its hall; `None` if the batch is not shared.
    pub hall: Option<crate::hall::view::HallHead>,
    /// The newest code that the camera has read for the desk, while that is open.
    pub desk_code: Option<DeskCode>,
    /// The camera.
    pub camera: CameraView,
    /// The standard in force.
    pub spec: PhotoSpec,
    /// Figures of the day.
    pub counts: Counts,
    /// The last portraits, newest first.
    pub strip: Vec<StripItem>,
    /// 空景 of this camera and day.
    pub plate: PlateView,
    /// The last thing that the operator has to know.
    pub notice: Option<Notice>,
    /// What the operator has chosen.
    pub settings: Settings,
}

/// What the booth has to know of the batch.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BatchHead {
    /// Row.
    pub id: domain::BatchId,
    /// 学校.
    pub school: String,
    /// 组 or 机位.
    pub group: String,
    /// Where the code is read.
    pub way: domain::Way,
    /// Whether it is read again at the seat.
    pub double_proof: bool,
}

/// A code that the camera has read for the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DeskCode {
    /// Names it in a request; never the same for two codes.
    #[ts(type = "number")]
    pub seen: u64,
    /// What of it is shown.
    pub fingerprint: Fingerprint,
}

/// Whose turn it is at this booth.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct TurnView {
    /// 拍摄号: what the student says.
    pub number: ShotNumber,
    /// 张*三, where known.
    pub masked_name: Option<String>,
    /// Whether a sitting is open; otherwise the person is on the way.
    pub seated: bool,
    /// How often the number was called again.
    pub recalls: u32,
    /// Whether the picture is taken again.
    pub retake: bool,
    /// Since when.
    pub since: Timestamp,
}

/// Why the station cannot work, and what can be done about it in the window.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Trouble {
    /// Stable name.
    pub code: String,
    /// What happened and what to do.
    pub text: Text,
    /// Whether a fresh database beside the damaged one is offered.
    pub offer_fresh: bool,
}

/// Where the sitting stands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PhaseView {
    /// Waiting for a code.
    Idle,
    /// The program ended during this sitting.
    Interrupted {
        /// Which.
        sitting: SittingView,
    },
    /// The code has an accepted picture already.
    AskRepeat {
        /// The code.
        fingerprint: Fingerprint,
        /// Number of the accepted picture.
        number: ShotNumber,
        /// When it was accepted.
        accepted_at: Timestamp,
        /// Where.
        station: String,
        /// Path of the accepted picture, see [`StripItem::portrait`]; empty if another booth has it.
        portrait: String,
    },
    /// May shoot.
    Armed {
        /// Whose turn it is.
        sitting: SittingView,
    },
    /// The portrait is being made.
    Developing {
        /// Whose.
        sitting: SittingView,
    },
    /// To be accepted or shot again.
    Reviewing {
        /// Whose.
        sitting: SittingView,
        /// What was shot.
        shot: ShotView,
        /// Whether a reason is asked for.
        asking_reason: bool,
    },
}

/// One person's time at the camera.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SittingView {
    /// Row.
    pub id: SittingId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The code, by its fingerprint.
    pub fingerprint: Fingerprint,
    /// How the code came in.
    pub source: CodeSource,
    /// When it was armed.
    pub opened_at: Timestamp,
    /// Whether it replaces an accepted picture.
    pub retake: bool,
}

/// A finished shot under review.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ShotView {
    /// Row.
    pub id: ShotId,
    /// Path of the original for the picture door of the host, like `original/<hash>`.
    pub original: String,
    /// Path of the portrait, like `candidate/<shot>`.
    pub portrait: String,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What follows.
    pub verdict: Verdict,
    /// What the standard measures.
    pub geometry: Option<FaceGeometry>,
    /// Size of the file.
    pub bytes: u32,
    /// JPEG quality.
    pub quality: u8,
    /// Shutter to portrait in milliseconds.
    pub ms: f64,
}

/// The camera as the operator sees it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CameraView {
    /// Which was chosen: `demo`, or the identity of a device; `None` while nothing is chosen.
    pub chosen: Option<String>,
    /// Whether the picture comes from the demo camera.
    pub demo: bool,
    /// State of the feed; `None` without a camera.
    pub status: Option<CameraStatus>,
    /// What is wrong and what to do, in one line.
    pub message: Option<Text>,
}

/// State of the feed, without the figures that change with every frame.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CameraStatus {
    /// State.
    pub state: FeedState,
    /// Name of the device.
    pub device: String,
    /// What it sends.
    pub format: Option<StreamFormat>,
    /// Measured frames a second, rounded.
    pub fps: u32,
    /// What is wrong.
    pub problem: Option<Problem>,
}

/// A camera to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CameraChoice {
    /// `demo`, or the identity of a device.
    pub id: String,
    /// Name to show.
    pub name: Text,
    /// Formats or remarks.
    pub detail: String,
    /// Whether it is the demo camera.
    pub demo: bool,
}

/// Figures of the day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct Counts {
    /// Accepted portraits.
    pub accepted: u32,
    /// Shots that the operator turned down.
    pub retaken: u32,
    /// Sittings that ended without a picture.
    pub cancelled: u32,
    /// Waiting in the outbox.
    pub waiting: u32,
    /// Median seconds from code to accepted picture.
    pub median_seconds: Option<f64>,
}

/// One portrait of the strip.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct StripItem {
    /// Row.
    pub portrait_id: PortraitId,
    /// Its sitting.
    pub sitting: SittingId,
    /// 拍摄号.
    pub number: ShotNumber,
    /// The code, by its fingerprint.
    pub fingerprint: Fingerprint,
    /// When.
    pub accepted_at: Timestamp,
    /// Path of the portrait for the picture door of the host, like `portrait/<hash>`.
    pub portrait: String,
    /// Path of the original.
    pub original: String,
    /// What the checks said.
    pub verdict: Verdict,
    /// Whether it was accepted against the checks.
    pub overridden: bool,
    /// Seconds from code to accepted picture.
    pub seconds: f64,
}

/// All that is known of one sitting.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SittingHistory {
    /// The sitting.
    pub sitting: SittingView,
    /// How it ended: `open`, `accepted`, `cancelled` or `abandoned`.
    pub outcome: String,
    /// At which station.
    pub station: String,
    /// Every press of the shutter, oldest first.
    pub shots: Vec<PastShot>,
    /// What happened, oldest first.
    pub events: Vec<PastEvent>,
}

/// One press of the shutter, later.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PastShot {
    /// Row.
    pub id: ShotId,
    /// When.
    pub taken_at: Timestamp,
    /// Path of the original.
    pub original: String,
    /// Path of the portrait, if it was accepted.
    pub portrait: Option<String>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What followed.
    pub verdict: Verdict,
    /// `candidate`, `rejected` or `accepted`.
    pub disposition: String,
    /// Why it was accepted against the checks.
    pub override_reason: Option<String>,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// What, as a stable name.
    pub what: String,
    /// What, as a sentence.
    pub text: Text,
}

/// Something that the operator has to know.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Notice {
    /// Grows, so that the same words twice are seen twice.
    #[ts(type = "number")]
    pub seq: u64,
    /// How loud.
    pub level: Level,
    /// Stable name.
    pub code: String,
    /// What happened and what to do.
    pub text: Text,
}

/// How loud a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All went well (a high sound for an armed code, a low one for an accepted picture).
    Good,
    /// Look here.
    Warn,
    /// Something was not done.
    Bad,
}

/// What the operator has chosen; kept in the data folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `zh` or `en`.
    pub language: Language,
    /// Show the live picture mirrored. The file never is.
    pub mirrored: bool,
    /// Sounds on.
    pub sound: bool,
    /// Id of the spec.
    pub spec: String,
    /// Name of this station.
    pub station: String,
    /// Camera of the last time.
    pub camera: Option<String>,
}

/// Language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::Zh,
            mirrored: true,
            sound: true,
            spec: "registry-safe".to_owned(),
            station: "1".to_owned(),
            camera: None,
        }
    }
}

/// The readings of the newest live frame, sent apart from the snapshot because they change fifteen times a second.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct LiveView {
    /// Number of the frame that was read.
    #[ts(type = "number")]
    pub frame: u64,
    /// Its size.
    pub size: Size,
    /// Bands and advice; `None` while nobody is armed.
    pub guidance: Option<Guidance>,
    /// Corners of the code that was read last, in pixels of the frame, for the green frame.
    pub code: Option<[[f32; 2]; 4]>,
    /// Why something that looks like a code cannot be read.
    pub unreadable: Option<Text>,
}

/// A spec in the box, or why it was refused.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SpecChoice {
    /// Id, or the name of the file that was refused.
    pub id: String,
    /// Name to show.
    pub name: Text,
    /// Where the numbers were read; empty if refused.
    pub source: String,
    /// Line and reason, if refused.
    pub refused: Option<Text>,
}

/// The camera's own knobs.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CameraControls {
    /// Those that the device has.
    pub controls: Vec<Control>,
}

/// What the demo camera shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DemoScene {
    /// By itself: a phone while the station waits, a student while it is armed.
    Auto,
    /// Nobody.
    Empty,
    /// A phone with the next student's code.
    Phone,
    /// The same code as last time.
    SamePhone,
    /// Two phones with different codes.
    TwoPhones,
    /// The student sits.
    Seated,
    /// The student's eyes are shut.
    EyesShut,
    /// The student's head is tilted.
    Tilted,
    /// A second person looks into the picture.
    TwoPeople,
    /// The light is out.
    Dark,
    /// The cable is pulled.
    Unplugged,
}
