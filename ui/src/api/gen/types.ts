// Made by `cargo xtask bindings` from the declarations in the api crate. Do not edit.

export type AcceptRequest = { 
/**
 * Why it is accepted against the checks.
 */
reason: string | null, };

export type Advice = { 
/**
 * Stable name of the advice.
 */
code: AdviceCode, 
/**
 * The sentence.
 */
text: Text, };

export type AdviceCode = "nobody_there" | "many_people" | "come_back" | "come_nearer" | "sit_lower" | "sit_higher" | "move_left" | "move_right" | "tall_hair" | "straighten_head" | "face_lens" | "open_eyes" | "ready";

export type ApiError = { 
/**
 * Stable name, for the window and for tests.
 */
code: string, 
/**
 * What happened and what to do next.
 */
text: Text, };

export type AuditBreak = { 
/**
 * The first row that does not fit.
 */
id: number, 
/**
 * Why, for the technician.
 */
reason: string, };

export type AuditCheck = { 
/**
 * Rows that were checked.
 */
events: number, 
/**
 * Hash of the last row; the same hash later means that nothing before it has changed.
 */
head: ContentHash, 
/**
 * The first break, if any.
 */
broken: AuditBreak | null, };

export type BackgroundMode = "replace" | "keep";

export type BackgroundRule = { 
/**
 * Whether the backdrop is replaced, or kept and only checked.
 */
mode: BackgroundMode, 
/**
 * The colour that is delivered.
 */
colour: [number, number, number], 
/**
 * Other colours that a picture made elsewhere may have.
 */
also_allowed: Array<[number, number, number]>, 
/**
 * How far a decoded background pixel may be from the colour, per channel.
 */
tolerance: number, };

export type BadPicture = { 
/**
 * Which.
 */
picture: PictureRef, 
/**
 * [`StoreError::code`] of what is wrong with it.
 */
code: string, };

export type Band = "head_top" | "eye_line" | "face_width" | "centre" | "tilt";

export type BandReading = { 
/**
 * Which.
 */
band: Band, 
/**
 * Delivered pixels, degrees for the tilt.
 */
value: number, 
/**
 * What is allowed.
 */
limit: Limit, 
/**
 * Whether it counts as good, with hysteresis.
 */
good: boolean, };

export type Bands = { 
/**
 * Top of the hair, from the upper edge.
 */
head_top: Limit, 
/**
 * Line through the eyes, from the upper edge.
 */
eye_line: Limit, 
/**
 * Cheek to cheek.
 */
face_width: Limit, 
/**
 * Distance of the face's middle from the picture's, either way.
 */
centre_dx: Limit, 
/**
 * Face width to aim at.
 */
aim_face_width: number, 
/**
 * Head top to aim at.
 */
aim_head_top: number, };

export type CameraChoice = { 
/**
 * `demo`, or the identity of a device.
 */
id: string, 
/**
 * Name to show.
 */
name: Text, 
/**
 * Formats or remarks.
 */
detail: string, 
/**
 * Whether it is the demo camera.
 */
demo: boolean, };

export type CameraControls = { 
/**
 * Those that the device has.
 */
controls: Array<Control>, };

export type CameraRequest = { 
/**
 * `demo`, or the identity of a device.
 */
id: string, };

export type CameraStatus = { 
/**
 * State.
 */
state: FeedState, 
/**
 * Name of the device.
 */
device: string, 
/**
 * What it sends.
 */
format: StreamFormat | null, 
/**
 * Measured frames a second, rounded.
 */
fps: number, 
/**
 * What is wrong.
 */
problem: Problem | null, };

export type CameraView = { 
/**
 * Which was chosen: `demo`, or the identity of a device; `None` while nothing is chosen.
 */
chosen: string | null, 
/**
 * Whether the picture comes from the demo camera.
 */
demo: boolean, 
/**
 * State of the feed; `None` without a camera.
 */
status: CameraStatus | null, 
/**
 * What is wrong and what to do, in one line.
 */
message: Text | null, };

export type Class = "info" | "review" | "retake";

export type CodeSource = "camera" | "gun" | "hand";

export type ContentHash = string;

export type Control = { 
/**
 * What it adjusts.
 */
kind: ControlKind, 
/**
 * Whether the device adjusts it by itself; `None` if it never can.
 */
auto: boolean | null, 
/**
 * Present value. While `auto` is on, some devices do not keep it up to date.
 */
value: number, 
/**
 * Smallest value.
 */
min: number, 
/**
 * Largest value.
 */
max: number, 
/**
 * Distance between values, at least 1.
 */
step: number, };

export type ControlKind = "exposure" | "focus" | "white_balance" | "zoom";

export type ControlSetting = { 
/**
 * What to adjust.
 */
kind: ControlKind, 
/**
 * Let the device adjust it (`true`), or hold it (`false`).
 */
auto: boolean | null, 
/**
 * Value to hold; brought to the nearest one that the device accepts. Setting it turns `auto` off.
 */
value: number | null, };

export type Counts = { 
/**
 * Accepted portraits.
 */
accepted: number, 
/**
 * Shots that the operator turned down.
 */
retaken: number, 
/**
 * Sittings that ended without a picture.
 */
cancelled: number, 
/**
 * Waiting in the outbox.
 */
waiting: number, 
/**
 * Median seconds from code to accepted picture.
 */
median_seconds: number | null, };

export type Crop = { 
/**
 * Left edge.
 */
x: number, 
/**
 * Upper edge.
 */
y: number, 
/**
 * Width.
 */
w: number, 
/**
 * Height.
 */
h: number, };

export type CropPlan = { 
/**
 * Where to cut; always wholly inside the frame unless the frame itself is too small in one direction.
 */
crop: Crop, 
/**
 * What the standard measures in the result.
 */
geometry: FaceGeometry, 
/**
 * Delivered pixels for one pixel of the frame.
 */
scale: number, 
/**
 * What stands in the way, most important first.
 */
shortfalls: Array<Shortfall>, };

export type DemoRequest = { 
/**
 * Which.
 */
scene: DemoScene, };

export type DemoScene = "auto" | "empty" | "phone" | "same_phone" | "two_phones" | "seated" | "eyes_shut" | "tilted" | "two_people" | "dark" | "unplugged";

export type DeviceId = { 
/**
 * Name as the camera states it.
 */
name: string, 
/**
 * Where it is plugged in (V4L2: bus, Windows: symbolic link).
 */
bus: string, };

export type DeviceInfo = { 
/**
 * Identity, to be stored as the operator's choice.
 */
id: DeviceId, 
/**
 * Number of the node at the moment; never store it.
 */
index: number, 
/**
 * What it can send that this program can read, the best first; `None` if only opening would tell.
 */
formats: Array<StreamFormat> | null, 
/**
 * Why it cannot be used, as far as listing tells.
 */
problem: Problem | null, };

export type Diagnosis = { 
/**
 * The findings.
 */
findings: Array<DiagnosisFinding>, 
/**
 * How the feed was when it was judged.
 */
status: FeedStatus, 
/**
 * The cameras that are connected.
 */
devices: Array<DeviceInfo>, 
/**
 * Brightness of the picture, if one came.
 */
luma: Luma | null, };

export type DiagnosisCode = "ok" | "no_device" | "no_permission" | "busy" | "no_usable_format" | "no_frame" | "broken_packets" | "black" | "even" | "too_dark" | "too_slow" | "too_small" | "other";

export type DiagnosisFinding = { 
/**
 * What.
 */
code: DiagnosisCode, 
/**
 * Whether shooting is impossible until it is put right.
 */
fatal: boolean, 
/**
 * What is wrong and what to do.
 */
text: Text, };

export type FaceGeometry = { 
/**
 * Upper edge to the top of the hair.
 */
head_top_px: number, 
/**
 * Upper edge to the line through the eyes.
 */
eye_line_px: number, 
/**
 * Cheek to cheek.
 */
face_width_px: number, 
/**
 * Middle of the face against the middle of the picture; above 0 the face is too far right.
 */
centre_dx_px: number, 
/**
 * Tilt of the head, see [`FacePoints::roll_deg`].
 */
roll_deg: number, };

export type FeedState = "starting" | "live" | "stalled" | "gone" | "failed" | "ended";

export type FeedStatus = { 
/**
 * In one word.
 */
state: FeedState, 
/**
 * Milliseconds since it is so.
 */
since_ms: number, 
/**
 * Counts the changes of state.
 */
change: number, 
/**
 * Name of the device, or of what is being opened.
 */
device: string, 
/**
 * What the device sends, as it states it; the last one while it is away.
 */
format: StreamFormat | null, 
/**
 * Frames a second over the last two seconds, as they came.
 */
fps: number, 
/**
 * Good frames since the start of the feed.
 */
frames: number, 
/**
 * Frames that the driver lost before they came here.
 */
dropped: number, 
/**
 * Packets that held no whole picture.
 */
broken: number, 
/**
 * Why it is not live.
 */
problem: Problem | null, };

export type FileRule = { 
/**
 * Fewest bytes.
 */
min_bytes: number, 
/**
 * Most bytes.
 */
max_bytes: number, 
/**
 * JPEG quality factor (libjpeg scale, 1–100) that must not be undercut.
 */
quality_floor: number, 
/**
 * How colour is sampled.
 */
subsampling: Subsampling, };

export type Finding = { 
/**
 * What.
 */
code: FindingCode, 
/**
 * How sure.
 */
class: Class, 
/**
 * The measured value in the unit of its limit; `None` where there is nothing to measure.
 */
value: number | null, 
/**
 * What is allowed.
 */
limit: Limit | null, 
/**
 * Chinese sentence for the operator.
 */
message: string, 
/**
 * The same in English.
 */
message_en: string, };

export type FindingCode = "no_face" | "many_faces" | "head_top" | "eye_line" | "face_width" | "centre" | "roll" | "yaw" | "pitch" | "eyes_closed" | "mouth_open" | "sharpness" | "over_exposed" | "under_exposed" | "light_balance" | "upscaled" | "outside_frame" | "backdrop_uneven" | "background_colour" | "clothes_near_background" | "matte_unsure" | "border" | "unreadable" | "not_jpeg" | "extension" | "pixels" | "density" | "bytes" | "quality" | "colour_depth" | "trailing_bytes" | "metadata" | "frozen_picture";

export type Fingerprint = string;

export type Guidance = { 
/**
 * The bands, in the order in which they are drawn; empty without a face.
 */
bands: Array<BandReading>, 
/**
 * The crop that would be taken, in pixels of the frame.
 */
plan: CropPlan | null, 
/**
 * What to say.
 */
advice: Advice, 
/**
 * Whether everything that is watched live is good.
 */
ready: boolean, };

export type Language = "zh" | "en";

export type Level = "good" | "warn" | "bad";

export type Limit = { 
/**
 * Smallest allowed value.
 */
min: number | null, 
/**
 * Largest allowed value.
 */
max: number | null, };

export type LiveView = { 
/**
 * Number of the frame that was read.
 */
frame: number, 
/**
 * Its size.
 */
size: Size, 
/**
 * Bands and advice; `None` while nobody is armed.
 */
guidance: Guidance | null, 
/**
 * Corners of the code that was read last, in pixels of the frame, for the green frame.
 */
code: [[number, number], [number, number], [number, number], [number, number]] | null, 
/**
 * Why something that looks like a code cannot be read.
 */
unreadable: Text | null, };

export type Luma = { 
/**
 * Average.
 */
mean: number, 
/**
 * Darker than all but the darkest twentieth.
 */
low: number, 
/**
 * Brighter than all but the brightest twentieth.
 */
high: number, };

export type Nothing = Record<symbol, never>;

export type Notice = { 
/**
 * Grows, so that the same words twice are seen twice.
 */
seq: number, 
/**
 * How loud.
 */
level: Level, 
/**
 * Stable name.
 */
code: string, 
/**
 * What happened and what to do.
 */
text: Text, };

export type PastEvent = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * What, as a stable name.
 */
what: string, 
/**
 * What, as a sentence.
 */
text: Text, };

export type PastShot = { 
/**
 * Row.
 */
id: ShotId, 
/**
 * When.
 */
taken_at: Timestamp, 
/**
 * Path of the original.
 */
original: string, 
/**
 * Path of the portrait, if it was accepted.
 */
portrait: string | null, 
/**
 * What was found.
 */
findings: Array<Finding>, 
/**
 * What followed.
 */
verdict: Verdict, 
/**
 * `candidate`, `rejected` or `accepted`.
 */
disposition: string, 
/**
 * Why it was accepted against the checks.
 */
override_reason: string | null, };

export type PhaseView = { "kind": "idle" } | { "kind": "interrupted", 
/**
 * Which.
 */
sitting: SittingView, } | { "kind": "ask_repeat", 
/**
 * The code.
 */
fingerprint: Fingerprint, 
/**
 * Number of the accepted picture.
 */
number: ShotNumber, 
/**
 * When it was accepted.
 */
accepted_at: Timestamp, 
/**
 * Where.
 */
station: string, 
/**
 * Path of the accepted picture, see [`StripItem::portrait`].
 */
portrait: string, } | { "kind": "armed", 
/**
 * Whose turn it is.
 */
sitting: SittingView, } | { "kind": "developing", 
/**
 * Whose.
 */
sitting: SittingView, } | { "kind": "reviewing", 
/**
 * Whose.
 */
sitting: SittingView, 
/**
 * What was shot.
 */
shot: ShotView, 
/**
 * Whether a reason is asked for.
 */
asking_reason: boolean, };

export type PhotoSpec = { 
/**
 * Name of the spec, and of its file.
 */
id: string, 
/**
 * Name on the screen.
 */
name: Text, 
/**
 * Where the numbers were read.
 */
source: string, 
/**
 * Width and height of the picture, exactly.
 */
size: Size, 
/**
 * Dots per inch in the JFIF header.
 */
dpi: number, 
/**
 * Size and compression of the file.
 */
file: FileRule, 
/**
 * Colour behind the person.
 */
background: BackgroundRule, 
/**
 * Where the head has to be.
 */
bands: Bands, 
/**
 * How the head has to be held.
 */
pose: PoseRule, };

export type PictureKind = "original" | "portrait";

export type PictureRef = { 
/**
 * Original or portrait.
 */
kind: PictureKind, 
/**
 * Content of the file.
 */
hash: ContentHash, 
/**
 * The first shot that names it, or whose portrait does.
 */
shot: ShotId, 
/**
 * Whose.
 */
sitting: SittingId, };

export type PixelFormat = "mjpeg" | "yuyv" | "nv12" | "rgb8";

export type PortraitId = number;

export type PoseRule = { 
/**
 * Roll from which a person must look.
 */
roll_warn: number, 
/**
 * Roll from which the picture is shot again.
 */
roll_fail: number, 
/**
 * Largest turn to a side.
 */
yaw_max: number, 
/**
 * Largest nod.
 */
pitch_max: number, };

export type Problem = { 
/**
 * What happened.
 */
code: SourceCode, 
/**
 * What happened and what to do.
 */
text: Text, 
/**
 * The words of the driver, for a technician.
 */
detail: string, };

export type Settings = { 
/**
 * `zh` or `en`.
 */
language: Language, 
/**
 * Show the live picture mirrored. The file never is.
 */
mirrored: boolean, 
/**
 * Sounds on.
 */
sound: boolean, 
/**
 * Id of the spec.
 */
spec: string, 
/**
 * Name of this station.
 */
station: string, 
/**
 * Camera of the last time.
 */
camera: string | null, };

export type Shortfall = "too_near" | "too_far" | "too_high" | "too_low" | "too_far_left" | "too_far_right" | "tall_hair";

export type ShotId = number;

export type ShotNumber = number;

export type ShotView = { 
/**
 * Row.
 */
id: ShotId, 
/**
 * Path of the original for the picture door of the host, like `original/<hash>`.
 */
original: string, 
/**
 * Path of the portrait, like `candidate/<shot>`.
 */
portrait: string, 
/**
 * What was found.
 */
findings: Array<Finding>, 
/**
 * What follows.
 */
verdict: Verdict, 
/**
 * What the standard measures.
 */
geometry: FaceGeometry | null, 
/**
 * Size of the file.
 */
bytes: number, 
/**
 * JPEG quality.
 */
quality: number, 
/**
 * Shutter to portrait in milliseconds.
 */
ms: number, };

export type SittingHistory = { 
/**
 * The sitting.
 */
sitting: SittingView, 
/**
 * How it ended: `open`, `accepted`, `cancelled` or `abandoned`.
 */
outcome: string, 
/**
 * At which station.
 */
station: string, 
/**
 * Every press of the shutter, oldest first.
 */
shots: Array<PastShot>, 
/**
 * What happened, oldest first.
 */
events: Array<PastEvent>, };

export type SittingId = number;

export type SittingRequest = { 
/**
 * Row.
 */
id: SittingId, };

export type SittingView = { 
/**
 * Row.
 */
id: SittingId, 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * The code, by its fingerprint.
 */
fingerprint: Fingerprint, 
/**
 * How the code came in.
 */
source: CodeSource, 
/**
 * When it was armed.
 */
opened_at: Timestamp, 
/**
 * Whether it replaces an accepted picture.
 */
retake: boolean, };

export type Size = { 
/**
 * Pixels from left to right.
 */
width: number, 
/**
 * Pixels from top to bottom.
 */
height: number, };

export type SourceCode = "no_device" | "no_permission" | "busy" | "no_usable_format" | "gone" | "stalled" | "broken" | "ended" | "other";

export type SpecChoice = { 
/**
 * Id, or the name of the file that was refused.
 */
id: string, 
/**
 * Name to show.
 */
name: Text, 
/**
 * Where the numbers were read; empty if refused.
 */
source: string, 
/**
 * Line and reason, if refused.
 */
refused: Text | null, };

export type StationView = { 
/**
 * Grows with every change.
 */
seq: number, 
/**
 * Name of this station, as it is written beside every picture.
 */
station: string, 
/**
 * Why the station cannot work at all, if it cannot.
 */
trouble: Trouble | null, 
/**
 * Where the sitting stands.
 */
phase: PhaseView, 
/**
 * The camera.
 */
camera: CameraView, 
/**
 * The standard in force.
 */
spec: PhotoSpec, 
/**
 * Figures of the day.
 */
counts: Counts, 
/**
 * The last portraits, newest first.
 */
strip: Array<StripItem>, 
/**
 * The last thing that the operator has to know.
 */
notice: Notice | null, 
/**
 * What the operator has chosen.
 */
settings: Settings, };

export type StreamFormat = { 
/**
 * Layout of a packet.
 */
pixel: PixelFormat, 
/**
 * Size of a picture.
 */
size: Size, 
/**
 * Frames a second as the source states them, rounded to a whole number.
 */
fps: number, };

export type StripItem = { 
/**
 * Row.
 */
portrait_id: PortraitId, 
/**
 * Its sitting.
 */
sitting: SittingId, 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * The code, by its fingerprint.
 */
fingerprint: Fingerprint, 
/**
 * When.
 */
accepted_at: Timestamp, 
/**
 * Path of the portrait for the picture door of the host, like `portrait/<hash>`.
 */
portrait: string, 
/**
 * Path of the original.
 */
original: string, 
/**
 * What the checks said.
 */
verdict: Verdict, 
/**
 * Whether it was accepted against the checks.
 */
overridden: boolean, 
/**
 * Seconds from code to accepted picture.
 */
seconds: number, };

export type StripRequest = { 
/**
 * At most so many, newest first.
 */
limit: number, };

export type Subsampling = "4:4:4" | "4:2:0" | "auto";

export type Text = { 
/**
 * Simplified Chinese.
 */
zh: string, 
/**
 * English.
 */
en: string, };

export type Timestamp = number;

export type Trouble = { 
/**
 * Stable name.
 */
code: string, 
/**
 * What happened and what to do.
 */
text: Text, 
/**
 * Whether a fresh database beside the damaged one is offered.
 */
offer_fresh: boolean, };

export type TypedCode = { 
/**
 * The payload as typed, without the Enter that ends it.
 */
text: string, 
/**
 * `gun` or `hand`.
 */
source: CodeSource, };

export type Verdict = "pass" | "review" | "retake";

export type VerifyReport = { 
/**
 * Sittings in the database.
 */
sittings: number, 
/**
 * Shots in the database.
 */
shots: number, 
/**
 * Accepted portraits in the database.
 */
portraits: number, 
/**
 * Picture files that were read and agree with their names.
 */
files_sound: number, 
/**
 * Rows whose picture is gone, altered or unreadable.
 */
bad: Array<BadPicture>, 
/**
 * Pictures without a row. During a sitting the one that is being made may be among them.
 */
orphans: Array<ContentHash>, 
/**
 * Pictures of an earlier database in the same folder.
 */
set_aside: number, 
/**
 * Files among the pictures that are not this program's.
 */
foreign_files: number, 
/**
 * Rows that contradict each other, for the technician.
 */
contradictions: Array<string>, 
/**
 * Where the audit log does not hold.
 */
audit_broken: AuditBreak | null, 
/**
 * Hash of the last event.
 */
audit_head: ContentHash, };

export interface Operations {
  "station.view": { request: Nothing; response: StationView };
  "station.type_code": { request: TypedCode; response: StationView };
  "station.shoot": { request: Nothing; response: StationView };
  "station.accept": { request: AcceptRequest; response: StationView };
  "station.again": { request: Nothing; response: StationView };
  "station.cancel": { request: Nothing; response: StationView };
  "station.confirm_repeat": { request: Nothing; response: StationView };
  "station.resume": { request: Nothing; response: StationView };
  "camera.list": { request: Nothing; response: Array<CameraChoice> };
  "camera.choose": { request: CameraRequest; response: StationView };
  "camera.diagnose": { request: Nothing; response: Diagnosis };
  "camera.controls": { request: Nothing; response: CameraControls };
  "camera.set_control": { request: ControlSetting; response: CameraControls };
  "demo.show": { request: DemoRequest; response: Nothing };
  "strip.list": { request: StripRequest; response: Array<StripItem> };
  "sitting.history": { request: SittingRequest; response: SittingHistory };
  "settings.save": { request: Settings; response: StationView };
  "spec.list": { request: Nothing; response: Array<SpecChoice> };
  "data.retry": { request: Nothing; response: StationView };
  "data.open_fresh": { request: Nothing; response: StationView };
  "audit.verify": { request: Nothing; response: AuditCheck };
  "data.verify": { request: Nothing; response: VerifyReport };
}

export interface Events {
  "station": StationView;
  "live": LiveView;
}
