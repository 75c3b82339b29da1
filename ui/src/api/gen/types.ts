// Made by `cargo xtask bindings` from the declarations in the api crate. Do not edit.

export type AbsentRequest = { 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * Only this 学院.
 */
college: string | null, };

export type AbsentView = { 
/**
 * 学院; empty where the roster tells none.
 */
college: string, 
/**
 * Who did not come. `fee` tells who is to be refunded.
 */
people: Array<Person>, 
/**
 * How many of them had paid.
 */
paid: number, };

export type AcceptRequest = { 
/**
 * Why it is accepted against the checks.
 */
reason: string | null, };

export type Action = { "do": "add" } | { "do": "replace" } | { "do": "rename", 
/**
 * Path of the delivered file.
 */
from: string, } | { "do": "remove" };

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

export type Arrival = "in_slot" | "early" | "late" | "foreign" | "unknown";

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

export type BagProblem = { 
/**
 * Path in the bag; of a hostile line a readable part.
 */
path: string, 
/**
 * What is wrong.
 */
kind: BagProblemKind, };

export type BagProblemKind = "missing" | "altered" | "not_listed" | "unreadable" | "link" | "leaves_bag" | "listed_twice" | "bad_line" | "too_many_lines" | "wrong_total" | "no_manifest" | "not_self_contained";

export type BagVerdict = { 
/**
 * Whole and sound.
 */
valid: boolean, 
/**
 * Files that agree.
 */
sound: number, 
/**
 * Bytes of the payload; 0 for encrypted parcels.
 */
bytes: number, 
/**
 * What is wrong, at most 1,000 of it.
 */
problems: Array<BagProblem>, 
/**
 * How much is wrong.
 */
problem_count: number, 
/**
 * To compare with a receipt.
 */
bag_checksum: ContentHash | null, 
/**
 * One sentence.
 */
text: Text, };

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

export type BatchEdit = { 
/**
 * Row.
 */
batch: BatchId, 
/**
 * What is to hold from now on.
 */
plan: BatchPlan, };

export type BatchHead = { 
/**
 * Row.
 */
id: BatchId, 
/**
 * 学校.
 */
school: string, 
/**
 * 组 or 机位.
 */
group: string, 
/**
 * Where the code is read.
 */
way: Way, 
/**
 * Whether it is read again at the seat.
 */
double_proof: boolean, };

export type BatchId = number;

export type BatchItem = { 
/**
 * The batch.
 */
batch: CaptureBatch, 
/**
 * Lines of its roster.
 */
subjects: number, 
/**
 * Numbers given out.
 */
tickets: number, 
/**
 * Numbers with an accepted picture.
 */
shot: number, };

export type BatchKey = string;

export type BatchPlan = { 
/**
 * 学校.
 */
school: string, 
/**
 * First day.
 */
date: Day, 
/**
 * 地点.
 */
place: string, 
/**
 * 组 or 机位: which of several groups of the same day.
 */
group: string, 
/**
 * Id of the photo standard.
 */
spec: string, 
/**
 * Who pays, and when.
 */
fee: FeeRule, 
/**
 * Where the code is read.
 */
way: Way, 
/**
 * Read the code again at the seat. Only in the desk way.
 */
double_proof: boolean, 
/**
 * Whether the call screen may show masked names.
 */
masked_names: boolean, 
/**
 * How delivered files are named, e.g. `{college}/{student_no}`.
 */
naming: string, 
/**
 * What people agree to.
 */
consent: Consent, 
/**
 * Whether anything may leave over the network.
 */
upload_allowed: boolean, 
/**
 * What those are told who do not come.
 */
make_up: MakeUpTerms, 
/**
 * The batch whose remaining people this make-up day is for.
 */
make_up_of: BatchId | null, };

export type BatchRequest = { 
/**
 * Row.
 */
batch: BatchId, };

export type BatchState = "ready" | "open" | "sealed";

export type BoardCall = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * Where to go.
 */
booth: string, 
/**
 * 张*三, if the batch allows it.
 */
masked_name: string | null, 
/**
 * Calls so far, from 1: grows with a recall, so that the board can chime again.
 */
calls: number, 
/**
 * Whether the person sits already. Without a second scan at the seat nobody knows, and this stays false.
 */
seated: boolean, 
/**
 * Since when.
 */
since: Timestamp, };

export type BoardNext = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * 张*三, if the batch allows it.
 */
masked_name: string | null, };

export type BoardView = { 
/**
 * 学校.
 */
school: string, 
/**
 * 地点.
 */
place: string, 
/**
 * Who is called where, the latest call first.
 */
called: Array<BoardCall>, 
/**
 * The next few.
 */
next: Array<BoardNext>, 
/**
 * How many wait.
 */
waiting: number, 
/**
 * 过号: who may come back.
 */
passed: Array<ShotNumber>, };

export type BoothFigures = { 
/**
 * Name.
 */
booth: string, 
/**
 * Accepted pictures.
 */
shot: number, 
/**
 * Median seconds from the code at the seat to the accepted picture.
 */
seat_seconds: number | null, };

export type BoothRequest = { 
/**
 * Its name; this station if it is not said.
 */
booth: string | null, };

export type CallRequest = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * Name of the booth; this station if it is not said.
 */
booth: string | null, };

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

export type CaptureBatch = { 
/**
 * Row.
 */
id: BatchId, 
/**
 * What was written down.
 */
plan: BatchPlan, 
/**
 * How it stands.
 */
state: BatchState, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When it was sealed.
 */
sealed_at: Timestamp | null, 
/**
 * Why it was sealed although not everybody was accounted for.
 */
seal_reason: string | null, };

export type CashView = { 
/**
 * Who.
 */
cashier: string, 
/**
 * How.
 */
method: PaymentMethod, 
/**
 * How often.
 */
count: number, 
/**
 * In 分.
 */
total_fen: number, };

export type Change = { 
/**
 * Path in the bag.
 */
path: string, 
/**
 * What to do.
 */
action: Action, 
/**
 * Why.
 */
reason: ChangeReason, 
/**
 * What was delivered at this path, or under the old name.
 */
old: ContentHash | null, 
/**
 * What is there from now on.
 */
new: ContentHash | null, };

export type ChangeReason = "new_picture" | "was_anothers" | "late" | "new_name" | "withdrawn";

export type CheckIn = { 
/**
 * The code, as a gun or a hand typed it.
 */
code: string | null, 
/**
 * Or its number, as the camera read it; see [`crate::view::DeskCode`].
 */
seen: number | null, 
/**
 * How a typed one came in; a gun if it is not said.
 */
source: CodeSource | null, 
/**
 * Who, as far as the roster tells.
 */
subject: SubjectId | null, 
/**
 * Money taken or a proof shown just now.
 */
payment: PaymentTaken | null, 
/**
 * Agreed to the consent text of the batch.
 */
consent: boolean, 
/**
 * The ID card was looked at.
 */
id_card: boolean, 
/**
 * Before the others.
 */
priority: boolean, 
/**
 * The picture is to be taken again, for this reason; needed if there is one and the retake list knows nothing.
 */
retake_reason: string | null, };

export type Class = "info" | "review" | "retake";

export type CodeSource = "camera" | "gun" | "hand";

export type ConflictSide = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * The booth that says so.
 */
booth: string, 
/**
 * Whether that is this booth.
 */
here: boolean, 
/**
 * When it happened.
 */
at: Timestamp, 
/**
 * Where the number stands now.
 */
stage: Stage, 
/**
 * The picture of this side, by its name in the hall, where one has to be chosen.
 */
shot: FactId | null, 
/**
 * Its path for the picture door of the host if it is here; pictures do not travel.
 */
picture: string | null, 
/**
 * Whether it was chosen.
 */
kept: boolean, };

export type ConflictView = { 
/**
 * Its name; another one as soon as more is involved.
 */
key: string, 
/**
 * Its kind: `shot_twice`, `called_twice`, `two_numbers`, `number_doubled`, `step_lost`, `sequence_reused`.
 */
kind: string, 
/**
 * What happened and what to do.
 */
text: Text, 
/**
 * Its sides, in the order in which they happened.
 */
sides: Array<ConflictSide>, 
/**
 * Whether one picture has to be chosen.
 */
choose: boolean, 
/**
 * What somebody has found and done; `-` where the words stayed at another booth.
 */
settled: string | null, 
/**
 * When.
 */
settled_at: Timestamp | null, };

export type Consent = { 
/**
 * Name of the version, as it is recorded with everybody who agrees.
 */
version: string, 
/**
 * The text itself; empty if the school has its own on paper.
 */
text: string, };

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

export type CorrectionId = number;

export type CorrectionParcelRequest = { 
/**
 * Row of the parcel that was delivered; corrections of it are counted in.
 */
parcel: number, 
/**
 * Drive or folder that the correction goes into.
 */
into: string, 
/**
 * Name of its folder; empty: that of the parcel with a number.
 */
name: string, };

export type CorrectionPlan = { 
/**
 * Nothing has changed since: there is nothing to send.
 */
nothing: boolean, 
/**
 * Name of the folder.
 */
name: string, 
/**
 * Files that go in.
 */
files: number, 
/**
 * Their bytes.
 */
bytes: number, 
/**
 * Every change, by path; at most 500.
 */
changes: Array<Change>, 
/**
 * How many.
 */
change_count: number, };

export type CorrectionRequest = { 
/**
 * Row.
 */
correction: CorrectionId, };

export type CorrectionView = { 
/**
 * Row.
 */
id: CorrectionId, 
/**
 * Why.
 */
reason: string, 
/**
 * Who.
 */
operator: string, 
/**
 * When it was proposed.
 */
proposed_at: Timestamp, 
/**
 * When it was made; `None` while it is only proposed.
 */
committed_at: Timestamp | null, 
/**
 * Both sides.
 */
sides: [SwapSide, SwapSide], };

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

export type Day = string;

export type DayFigures = { 
/**
 * Of which batch.
 */
batch: BatchId, 
/**
 * The numbers.
 */
counts: Reconciliation, 
/**
 * Speed and waiting.
 */
pace: Pace, 
/**
 * When the last slot of today ends, by the schedule.
 */
plan_ends_at: Timestamp | null, 
/**
 * Pictures by booth.
 */
booths: Array<BoothFigures>, 
/**
 * 补录.
 */
late_entries: number, 
/**
 * Pictures accepted against the checks, with a reason.
 */
overrides: number, 
/**
 * Corrections that were made.
 */
corrections: number, 
/**
 * Handed-over pictures that are marked for correction.
 */
corrections_due: number, 
/**
 * How often each thing was found on accepted and rejected shots.
 */
findings: Array<FindingCount>, 
/**
 * What was taken in, by cashier and method.
 */
cash: Array<CashView>, };

export type DemoRequest = { 
/**
 * Which.
 */
scene: DemoScene, };

export type DemoScene = "auto" | "empty" | "phone" | "same_phone" | "two_phones" | "seated" | "eyes_shut" | "tilted" | "two_people" | "dark" | "unplugged";

export type DeskCode = { 
/**
 * Names it in a request; never the same for two codes.
 */
seen: number, 
/**
 * What of it is shown.
 */
fingerprint: Fingerprint, };

export type DeskRequest = { 
/**
 * The code, as a gun or a hand typed it.
 */
code: string | null, 
/**
 * Or its number, as the camera read it; see [`crate::view::DeskCode`].
 */
seen: number | null, 
/**
 * How a typed one came in; a gun if it is not said.
 */
source: CodeSource | null, 
/**
 * Who, as far as the roster tells.
 */
subject: SubjectId | null, };

export type DeskView = { 
/**
 * The code.
 */
fingerprint: Fingerprint | null, 
/**
 * The person, if somebody was chosen, the typed text is a 学号, or the code came before.
 */
person: Person | null, 
/**
 * The number that this code or person has already.
 */
ticket: TicketView | null, 
/**
 * Whether the picture is to be taken again, and why.
 */
retake: string | null, 
/**
 * How this fits the schedule.
 */
arrival: Arrival, 
/**
 * Whether a number would be given out; otherwise why not.
 */
refusal: ApiError | null, };

export type DeskWatch = { 
/**
 * Which of both.
 */
open: boolean, };

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

export type Drive = { 
/**
 * Its label, or the device's name.
 */
name: string, 
/**
 * Where it is: `E:\`, or a folder.
 */
mount_point: string, 
/**
 * What it can hold.
 */
file_system: FileSystem, 
/**
 * The system's name of it.
 */
file_system_name: string, 
/**
 * Size in bytes.
 */
total: number, 
/**
 * Free bytes.
 */
free: number, 
/**
 * Whether it can be pulled out.
 */
removable: boolean, 
/**
 * Whether it is write-protected.
 */
read_only: boolean, };

export type EndState = "shot" | "retake_due" | "at_booth" | "waiting" | "passed" | "held" | "left" | "refused" | "absent";

export type EraseAsk = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * Days to keep after the receipt.
 */
retention_days: number, };

export type EraseDone = { 
/**
 * Row of the record.
 */
record: number, 
/**
 * Which batch.
 */
batch: BatchId | null, 
/**
 * Name of the batch in the record; no school, no person.
 */
name: string, 
/**
 * When.
 */
at: Timestamp, 
/**
 * What was erased.
 */
erased: Array<ErasedCount>, 
/**
 * People whose rows have lost code and identity.
 */
people: number, 
/**
 * Files that were gone before.
 */
gone_before: number, 
/**
 * Files that could not be deleted: erase again.
 */
failed: number, 
/**
 * SHA-256 over the sorted hashes of the erased files: proves later what was erased.
 */
list_hash: ContentHash, 
/**
 * Checksum of the bag that was signed for.
 */
bag_checksum: ContentHash | null, 
/**
 * What was in the way and was lifted by the typed confirmation.
 */
confirmed: Array<string>, };

export type EraseHindrance = { 
/**
 * Stable name.
 */
code: string, 
/**
 * What it means.
 */
text: Text, 
/**
 * Whether the typed confirmation lifts it.
 */
can_be_confirmed: boolean, };

export type EraseKind = "original" | "portrait" | "product" | "temporary";

export type ErasePlanView = { 
/**
 * Files by kind.
 */
files: Array<ErasedCount>, 
/**
 * People whose rows lose code and identity.
 */
people: number, 
/**
 * What keeps from it; empty if nothing does.
 */
blocks: Array<EraseHindrance>, 
/**
 * What has to be typed, letter by letter, in either language. Null if nothing has to be, or nothing helps.
 */
confirmation: Text | null, 
/**
 * Files in the data folder's `reports` that are of no batch, e.g. templates that somebody may have filled in. They
 * stay.
 */
reports_left: number, };

export type EraseStart = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * Days to keep after the receipt, as in the plan that was looked at.
 */
retention_days: number, 
/**
 * What the operator has typed, where it is asked for.
 */
typed: string | null, };

export type ErasedCount = { 
/**
 * What they are.
 */
kind: EraseKind, 
/**
 * How many.
 */
files: number, 
/**
 * Their bytes.
 */
bytes: number, };

export type ExportContents = { 
/**
 * How files are named, e.g. `{学院}/{专业}/{班级}/{学号}`; empty: as the batch says, or by fingerprint and 拍摄号.
 */
template: string, 
/**
 * 原图 too.
 */
originals: boolean, 
/**
 * 冲印 too, by this layout.
 */
prints: string | null, 
/**
 * Paths of at most 64 characters.
 */
short_paths: boolean, 
/**
 * 名单 with codes as read (payloads): for the registry's uploader only.
 */
codes: boolean, };

export type ExportDone = { 
/**
 * Row of the parcel.
 */
parcel: number, 
/**
 * Everything is there and was read back.
 */
complete: boolean, 
/**
 * The device has it all: it may be pulled. Only ever with `complete`.
 */
safe_to_remove: boolean, 
/**
 * Whether the bytes were read past the system's cache.
 */
read_from_device: boolean, 
/**
 * The bag's folder, or the encrypted file.
 */
place: string, 
/**
 * Files of the payload.
 */
files: number, 
/**
 * Their bytes.
 */
bytes: number, 
/**
 * Files written by this run.
 */
written: number, 
/**
 * Files of an earlier run that were checked and kept.
 */
kept: number, 
/**
 * Exactly what is missing, and why. At most 500.
 */
missing: Array<MissingFile>, 
/**
 * How many are missing.
 */
missing_count: number, 
/**
 * Pages of prints in it.
 */
print_pages: number, 
/**
 * What to look at in them before the scissors come out, at most 500.
 */
print_remarks: Array<PrintRemark>, 
/**
 * To be written on the receipt.
 */
bag_checksum: ContentHash | null, 
/**
 * One sentence.
 */
text: Text, };

export type ExportLock = { "kind": "recipient", 
/**
 * The public key.
 */
recipient: string, } | { "kind": "passphrase", 
/**
 * It.
 */
passphrase: Secret, };

export type ExportPlan = { 
/**
 * Name of the bag's folder, or of the encrypted file.
 */
name: string, 
/**
 * The drive that it goes to; null for network shares and such.
 */
drive: Drive | null, 
/**
 * People whose pictures go in.
 */
people: number, 
/**
 * Files of the payload.
 */
files: number, 
/**
 * Their bytes.
 */
bytes: number, 
/**
 * The sheets of prints among them, which are made while it is written: until then their size is estimated. Null
 * without any.
 */
prints: PrintsPlan | null, 
/**
 * Bytes that it will take there.
 */
needed: number, 
/**
 * Bytes that are free there.
 */
free: number, 
/**
 * What keeps it from fitting; with any of them `export.start` is refused.
 */
problems: Array<Text>, 
/**
 * What happened to names: made safe, shortened, numbered. At most 200.
 */
notices: Array<Text>, 
/**
 * The first paths, to look at.
 */
sample: Array<string>, 
/**
 * A bag of this name was begun there and will be gone on with.
 */
resumes: boolean, };

export type ExportRequest = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * Drive or folder that the bag goes into. Empty in a plan: no place was chosen yet.
 */
into: string, 
/**
 * Name of the bag's folder; empty: school and date. The same name goes on with an interrupted export.
 */
name: string, 
/**
 * What goes in.
 */
contents: ExportContents, 
/**
 * Encrypt the whole as one file.
 */
lock: ExportLock | null, };

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

export type FactId = { 
/**
 * Who wrote it.
 */
station: StationId, 
/**
 * 1 and up.
 */
seq: number, };

export type FeeRule = { "kind": "none" } | { "kind": "prepaid", 
/**
 * In 分.
 */
amount_fen: number, } | { "kind": "on_the_spot", 
/**
 * In 分.
 */
amount_fen: number, };

export type FeeStanding = "no_fee" | "paid" | "unpaid" | "not_on_bill" | "on_the_spot";

export type FeeView = { 
/**
 * What.
 */
fee: FeeStanding, };

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

export type Field = "serial" | "school_code" | "college_code" | "college" | "major" | "class" | "student_no" | "name" | "sex" | "id_number" | "level" | "exam_no" | "paid" | "head_count" | "date" | "slot" | "start" | "end" | "room" | "group" | "note" | "file_name" | "fingerprint" | "result" | "reason";

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

export type FileSystem = "fat" | "ex_fat" | "ntfs" | "other";

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

export type FindingCode = "no_face" | "many_faces" | "head_top" | "eye_line" | "face_width" | "centre" | "roll" | "yaw" | "pitch" | "eyes_closed" | "gaze" | "mouth_open" | "glasses" | "glasses_glare" | "tinted_lenses" | "brows_covered" | "eyes_covered" | "ears_hidden" | "head_covering" | "shoulders_tilted" | "neck_hidden" | "sharpness" | "over_exposed" | "under_exposed" | "light_balance" | "skin_highlight" | "colour_cast" | "upscaled" | "outside_frame" | "backdrop_uneven" | "background_colour" | "clothes_near_background" | "matte_unsure" | "border" | "compression" | "unreadable" | "not_jpeg" | "extension" | "pixels" | "density" | "bytes" | "quality" | "colour_depth" | "trailing_bytes" | "metadata" | "frozen_picture" | "plate_unfit";

export type FindingCount = { 
/**
 * What, as a stable name.
 */
code: string, 
/**
 * What, for people.
 */
text: Text, 
/**
 * In how many shots.
 */
shots: number, };

export type Fingerprint = string;

export type Grade = "good" | "warn" | "bad";

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

export type HallAddressView = { 
/**
 * Name or address of the computer; empty for no hall.
 */
host: string, 
/**
 * Its port.
 */
port: number, 
/**
 * Name of the database.
 */
database: string, 
/**
 * Who.
 */
user: string, 
/**
 * With what; see above.
 */
password: string | null, 
/**
 * Whether a password is kept. Ignored in requests.
 */
password_kept: boolean, 
/**
 * File with the certificate of the crew's own authority; empty for no encryption.
 */
ca_file: string, };

export type HallHead = { 
/**
 * In one word.
 */
link: HallLink, 
/**
 * Since when this booth works alone.
 */
alone_since: Timestamp | null, 
/**
 * Why it works alone.
 */
trouble: Text | null, 
/**
 * Booths that were heard of lately, this one included.
 */
booths: number, 
/**
 * What people have to decide.
 */
conflicts: number, };

export type HallLink = "online" | "alone" | "joining";

export type HallStation = { 
/**
 * What people call it.
 */
booth: string, 
/**
 * When the hall heard of it last.
 */
seen_at: Timestamp, 
/**
 * Whether it was heard of lately.
 */
there: boolean, 
/**
 * Whether it is this one.
 */
this: boolean, };

export type HallStatus = { 
/**
 * How this booth stands; `None` if the open batch is not shared.
 */
head: HallHead | null, 
/**
 * School, date, place of the open batch.
 */
title: string | null, 
/**
 * Whether an address is kept.
 */
has_address: boolean, 
/**
 * Whether names and IDs travel.
 */
identities: boolean, 
/**
 * Who takes part.
 */
stations: Array<HallStation>, 
/**
 * Numbers left for working alone.
 */
numbers_left: number, 
/**
 * What the others have not been told yet.
 */
unsent: number, 
/**
 * What people have to decide, the open ones first.
 */
conflicts: Array<ConflictView>, };

export type HallTrial = { 
/**
 * What is wrong and what to do; `None` if all is well.
 */
trouble: HallTrouble | null, 
/**
 * Whether the connection is encrypted.
 */
encrypted: boolean, 
/**
 * The batches that are shared there, newest first.
 */
batches: Array<SharedBatch>, 
/**
 * A name for this booth that nobody there has.
 */
free_booth: string, };

export type HallTrouble = { 
/**
 * Stable name.
 */
code: string, 
/**
 * What happened and what to do.
 */
text: Text, };

export type HoldReason = "hair" | "glasses" | "collar" | "jewellery" | "id_card" | "code" | "payment" | "other";

export type HoldRequest = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * What is to be put right.
 */
reason: HoldReason, };

export type InBatch = { 
/**
 * Row.
 */
batch: BatchId | null, };

export type IntakeCheck = { 
/**
 * Row of the batch that they belong to; null: none.
 */
batch: BatchId | null, 
/**
 * Files and folders. A picture is named by 学号 or fingerprint, or has its code beside it: `X.code.jpg`,
 * `X.code.png` (a picture of the code) or `X.code.txt` for `X.jpg`.
 */
paths: Array<string>, 
/**
 * Id of the photo standard; empty: the batch's, or the station's.
 */
spec: string, 
/**
 * Where a 学号 of the roster has no code yet, the 学号 itself is taken as the code, as if it were typed.
 */
student_no_as_code: boolean, };

export type IntakeFailure = { 
/**
 * The file.
 */
file: string, 
/**
 * Why.
 */
text: Text, };

export type IntakeItem = { 
/**
 * The file.
 */
file: string, 
/**
 * What is to be done with it.
 */
verdict: IntakeVerdict, 
/**
 * The code, where it is known.
 */
fingerprint: Fingerprint | null, 
/**
 * 张*三, where known.
 */
masked_name: string | null, 
/**
 * 学院, where known.
 */
college: string | null, 
/**
 * An accepted picture of this code is there; it would be replaced.
 */
replaces: boolean, 
/**
 * Why it is refused, in words that the sender can act on.
 */
reasons: Array<Text>, 
/**
 * What was found against the standard.
 */
findings: Array<Finding>, 
/**
 * What was found against its being a plain picture of today.
 */
suspicions: Array<Suspicion>, };

export type IntakeListRequest = { 
/**
 * Number of the check.
 */
check: number, 
/**
 * Folder that it goes into.
 */
into: string, };

export type IntakeReport = { 
/**
 * Number of the check, for taking in and for the list to send back; the latest eight are remembered.
 */
check: number, 
/**
 * Every picture, refused ones first.
 */
items: Array<IntakeItem>, 
/**
 * How many are good.
 */
good: number, 
/**
 * How many a person must look at.
 */
look: number, 
/**
 * How many are refused.
 */
refused: number, };

export type IntakeTake = { 
/**
 * Number of the check.
 */
check: number, 
/**
 * Files that a person has looked at and ticked. Good ones need no tick.
 */
ticked: Array<string>, 
/**
 * Files to be left out although they are good.
 */
left_out: Array<string>, 
/**
 * Where they come from.
 */
origin: PictureOrigin, };

export type IntakeTaken = { 
/**
 * Pictures that are in the batch now.
 */
taken: number, 
/**
 * Files that were not, and why.
 */
not_taken: Array<IntakeFailure>, };

export type IntakeVerdict = "good" | "look" | "refused";

export type Invitation = { 
/**
 * School, date, place: what they choose from the list.
 */
title: string, 
/**
 * 入场码.
 */
join_code: string, 
/**
 * Where the database is.
 */
host: string, 
/**
 * Its port.
 */
port: number, };

export type Issued = { 
/**
 * The number.
 */
ticket: TicketView, 
/**
 * How many are before it.
 */
ahead: number, 
/**
 * How this fits the schedule.
 */
arrival: Arrival, };

export type JobKind = "export" | "correction" | "verify_bag" | "prints" | "intake_check" | "intake_take" | "erase";

export type JobRequest = { 
/**
 * Its number; null: the latest.
 */
job: number | null, };

export type JobResult = { "kind": "export" } & ExportDone | { "kind": "bag" } & BagVerdict | { "kind": "prints" } & PrintsDone | { "kind": "intake_checked" } & IntakeReport | { "kind": "intake_taken" } & IntakeTaken | { "kind": "erased" } & EraseDone;

export type JobState = "running" | "stopping" | "done" | "failed" | "cancelled";

export type JobView = { 
/**
 * Its number, from 1.
 */
id: number, 
/**
 * What it does.
 */
kind: JobKind, 
/**
 * How it stands.
 */
state: JobState, 
/**
 * What it is doing now, in words.
 */
phase: Text, 
/**
 * Pieces of this phase that are done.
 */
done: number, 
/**
 * Pieces of this phase; 0 while unknown.
 */
total: number, 
/**
 * How much of all its phases is done, 0 to 1.
 */
share: number, 
/**
 * Milliseconds that the rest will take; null while there is no telling.
 */
rest_ms: number | null, 
/**
 * When it began.
 */
began_at: Timestamp, 
/**
 * When it ended.
 */
ended_at: Timestamp | null, 
/**
 * Why it failed.
 */
error: ApiError | null, 
/**
 * What came of it.
 */
result: JobResult | null, };

export type JoinRequest = { 
/**
 * Its name in the hall.
 */
key: BatchKey, 
/**
 * 入场码, as the first booth shows it.
 */
join_code: string, 
/**
 * What this booth is called; no other booth has this name.
 */
booth: string, };

export type Language = "zh" | "en";

export type LateEntryRequest = { 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * Who; 学号 or 序号 is needed. `paid` says whether the fee was paid.
 */
subject: Subject, 
/**
 * Why, e.g. which teacher added the person.
 */
reason: string, };

export type LeaveRequest = { 
/**
 * It is meant: there is no way back with this batch.
 */
sure: boolean, };

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

export type LinkRequest = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * Row of the roster.
 */
subject: SubjectId, };

export type ListSize = { 
/**
 * Its title.
 */
title: string, 
/**
 * Its rows.
 */
rows: number, };

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

export type MakeUpRequest = { 
/**
 * The earlier batch.
 */
batch: BatchId, 
/**
 * The plan of the day.
 */
plan: BatchPlan, };

export type MakeUpTerms = { 
/**
 * How, in the notice's own words, e.g. by a mini-program on the phone.
 */
words: string, 
/**
 * From when.
 */
from: Day | null, 
/**
 * For how much, in 分.
 */
fee_fen: number | null, };

export type MakeUpView = { 
/**
 * Its batch; not open yet.
 */
batch: CaptureBatch, 
/**
 * People who are expected.
 */
people: number, 
/**
 * Of those, how many had paid.
 */
paid: number, 
/**
 * Pictures that are to be taken again.
 */
retakes: number, };

export type MinuteOfDay = number;

export type MissingFile = { 
/**
 * Its path in the bag.
 */
path: string, 
/**
 * Index of the person; none for the caller's files.
 */
item: number | null, 
/**
 * Why.
 */
reason: MissingReason, };

export type MissingReason = "picture_missing" | "picture_altered" | "read_back_differs" | "full" | "device_failed" | "read_only" | "cancelled";

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

export type NumberRequest = { 
/**
 * 拍摄号.
 */
number: ShotNumber, };

export type OfBatch = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, };

export type Operator = { 
/**
 * Name or account; empty for nobody in particular.
 */
name: string, };

export type OutboxBatch = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * 学校, date, place, group in one line; empty without a batch.
 */
title: string, 
/**
 * How the batch stands.
 */
state: BatchState | null, 
/**
 * Pictures that have to be handed over.
 */
pictures: number, 
/**
 * Their bytes.
 */
bytes: number, 
/**
 * Of these: on the upload's target, checked.
 */
uploaded: number, 
/**
 * Of these: in a complete parcel.
 */
exported: number, 
/**
 * Of these: handed over neither way yet.
 */
waiting: number, 
/**
 * Objects of the upload that a person must look at.
 */
parked: number, 
/**
 * Whether the batch's settings allow the upload.
 */
upload_allowed: boolean, 
/**
 * People on the retake list because of results.
 */
failed_review: number, 
/**
 * Receivers that have to be told of a correction.
 */
corrections_due: number, 
/**
 * Everything that was written for this batch, newest first.
 */
parcels: Array<ParcelView>, 
/**
 * When it was erased.
 */
erased_at: Timestamp | null, };

export type OutboxFilter = "all" | "waiting" | "handed_over";

export type OutboxItem = { 
/**
 * The picture.
 */
portrait: PortraitId, 
/**
 * Its path for the picture door of the host, `portrait/<hash>`.
 */
path: string, 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * The code.
 */
fingerprint: Fingerprint, 
/**
 * 张*三, where known.
 */
masked_name: string | null, 
/**
 * 学院, where known.
 */
college: string | null, 
/**
 * When it was accepted.
 */
accepted_at: Timestamp, 
/**
 * On the upload's target, checked.
 */
uploaded: boolean, 
/**
 * In a complete parcel.
 */
exported: boolean, 
/**
 * It came from elsewhere.
 */
from_elsewhere: boolean, };

export type OutboxRequest = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * Which.
 */
filter: OutboxFilter, 
/**
 * At most so many; 200 if it is 0.
 */
limit: number, };

export type Pace = { 
/**
 * People an hour now.
 */
per_hour: number | null, 
/**
 * Median seconds from the code at the seat to the accepted picture.
 */
seat_seconds: number | null, 
/**
 * Median seconds from the number to the first call.
 */
wait_seconds: number | null, 
/**
 * Median seconds from the first call to the seat.
 */
walk_seconds: number | null, 
/**
 * How long the one who waits longest has waited, in seconds.
 */
longest_wait_seconds: number | null, 
/**
 * When those who wait now will be done.
 */
queue_done_at: Timestamp | null, 
/**
 * When everybody who is still due would be done.
 */
all_done_at: Timestamp | null, };

export type ParcelKey = { "kind": "identity", 
/**
 * The secret key.
 */
identity: Secret, } | { "kind": "passphrase", 
/**
 * It.
 */
passphrase: Secret, };

export type ParcelKind = "bag" | "sealed" | "correction";

export type ParcelView = { 
/**
 * Row.
 */
id: number, 
/**
 * What it is.
 */
kind: ParcelKind, 
/**
 * Name of its folder or file.
 */
name: string, 
/**
 * Where it was written to.
 */
place: string, 
/**
 * When it was begun.
 */
began_at: Timestamp, 
/**
 * When it ended; null: the program ended in it, export again.
 */
ended_at: Timestamp | null, 
/**
 * Everything is there and was read back.
 */
complete: boolean, 
/**
 * Files of the payload.
 */
files: number, 
/**
 * Their bytes.
 */
bytes: number, 
/**
 * Files that are not there.
 */
missing: number, 
/**
 * What went in.
 */
contents: ExportContents, 
/**
 * Stands for the whole bag; to be written on the receipt. With `complete` only.
 */
bag_checksum: ContentHash | null, 
/**
 * The receipt, once somebody has signed.
 */
receipt: ReceiptView | null, };

export type ParkedObject = { 
/**
 * Row.
 */
id: number, 
/**
 * Its picture; null for lists.
 */
portrait: PortraitId | null, 
/**
 * 拍摄号.
 */
number: ShotNumber | null, 
/**
 * The code.
 */
fingerprint: Fingerprint | null, 
/**
 * Where it goes.
 */
key: string, 
/**
 * Attempts so far.
 */
attempts: number, 
/**
 * The target has other content under its key.
 */
conflict: boolean, 
/**
 * Why.
 */
failure: UploadFailure, 
/**
 * Since when.
 */
since: Timestamp, };

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

export type PaymentMethod = "cash" | "wechat" | "alipay" | "card" | "proof_shown" | "waived";

export type PaymentRequest = { 
/**
 * From whom, by the roster.
 */
subject: SubjectId | null, 
/**
 * Or by number.
 */
number: ShotNumber | null, 
/**
 * What.
 */
payment: PaymentTaken, };

export type PaymentTaken = { 
/**
 * In 分; 0 where no money changed hands.
 */
amount_fen: number, 
/**
 * How.
 */
method: PaymentMethod, 
/**
 * Who took it; the operator if it is not said.
 */
cashier: string | null, };

export type PeopleRequest = { 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * Which.
 */
state: EndState, 
/**
 * At most so many; 500 if it is 0.
 */
limit: number, };

export type Person = { 
/**
 * Row of the roster.
 */
subject: SubjectId, 
/**
 * 学号, or 序号 where there is none.
 */
key: string, 
/**
 * 张*三.
 */
masked_name: string | null, 
/**
 * 学院.
 */
college: string | null, 
/**
 * 班级.
 */
class: string | null, 
/**
 * What is known of the fee.
 */
fee: FeeStanding, 
/**
 * Number of the latest ticket.
 */
number: ShotNumber | null, 
/**
 * Where that stands.
 */
stage: Stage | null, 
/**
 * Whether the person was added on the spot (补录).
 */
late_entry: boolean, };

export type PersonDetail = { 
/**
 * As in lists.
 */
person: Person, 
/**
 * Everything that the school told.
 */
identity: Subject, 
/**
 * Tickets, newest first.
 */
tickets: Array<TicketView>, };

export type PersonState = { 
/**
 * The line of the roster.
 */
person: Person | null, 
/**
 * The latest number.
 */
ticket: TicketView | null, };

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
 * Path of the accepted picture, see [`StripItem::portrait`]; empty if another booth has it.
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

export type PictureOrigin = "studio" | "phone" | "school" | "other";

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

export type PlateAspect = "evenness" | "cast" | "balance" | "exposure";

export type PlateNote = { 
/**
 * What.
 */
aspect: PlateAspect, 
/**
 * How it came out.
 */
grade: Grade, 
/**
 * The measured value in the unit of its limit.
 */
value: number, 
/**
 * What counts as good.
 */
limit: Limit, 
/**
 * What was seen, and what to do if it is not good.
 */
text: Text, };

export type PlateShot = { 
/**
 * When.
 */
taken_at: Timestamp, 
/**
 * Path for the picture door of the host, like `plate/<hash>`.
 */
picture: string, 
/**
 * What was found, one note for each aspect.
 */
notes: Array<PlateNote>, };

export type PlateState = "missing" | "fresh" | "unfit";

export type PlateView = { 
/**
 * Whether there is one that serves.
 */
state: PlateState, 
/**
 * The last one of this camera and this day.
 */
shot: PlateShot | null, };

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

export type PreviewRequest = { 
/**
 * Which.
 */
file: SheetFile, 
/**
 * For what.
 */
kind: SheetListKind, 
/**
 * Sheet and heading, where the guess was wrong.
 */
choice: SheetAndHeading, };

export type PrintLayout = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: Text, 
/**
 * The paper, e.g. `102×152 mm`.
 */
paper: string, 
/**
 * Prints for one person, e.g. `33×48 ×4, 25×35 ×8`.
 */
prints: string, 
/**
 * People on one sheet.
 */
people: number, 
/**
 * Width and height of the page in mm.
 */
page: [number, number], 
/**
 * Where the prints stand on it.
 */
places: Array<PrintPlace>, 
/**
 * Why it cannot be used.
 */
refused: Text | null, };

export type PrintPlace = { 
/**
 * Which of the sheet's people, from 0.
 */
person: number, 
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
h: number, 
/**
 * Lies on its side.
 */
turned: boolean, };

export type PrintRemark = { 
/**
 * Whose.
 */
portrait: PortraitId, 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * What.
 */
text: Text, };

export type PrintsDone = { 
/**
 * The files.
 */
files: Array<string>, 
/**
 * Pages in all.
 */
pages: number, 
/**
 * People printed.
 */
people: number, 
/**
 * What to look at before the scissors come out, at most 500.
 */
remarks: Array<PrintRemark>, };

export type PrintsKind = "sheets" | "proofs";

export type PrintsPlan = { 
/**
 * People.
 */
people: number, 
/**
 * Packets: classes.
 */
packets: number, 
/**
 * Pages, separators included.
 */
pages: number, };

export type PrintsRequest = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * What.
 */
kind: PrintsKind, 
/**
 * Id of the layout; empty: the notice's sheet. Proof sheets need none.
 */
layout: string, 
/**
 * Folder that the files go into.
 */
into: string, 
/**
 * Without cut marks.
 */
no_cut_marks: boolean, 
/**
 * Without separator sheets.
 */
no_separators: boolean, 
/**
 * A file of its own for each class.
 */
by_class: boolean, 
/**
 * Only these pictures; none: all.
 */
portraits: Array<PortraitId>, };

export type PrioritiseRequest = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * Which of both.
 */
priority: boolean, };

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

export type QueueView = { 
/**
 * At the booths.
 */
at_booths: Array<TicketView>, 
/**
 * In the order of call, at most 200.
 */
waiting: Array<TicketView>, 
/**
 * How many wait.
 */
waiting_count: number, 
/**
 * 过号.
 */
passed: Array<TicketView>, 
/**
 * Gone to put something right.
 */
held: Array<TicketView>, };

export type ReceiptRequest = { 
/**
 * Row of the parcel.
 */
parcel: number, 
/**
 * Who signed.
 */
signed_by: string, 
/**
 * The date on the paper.
 */
signed_on: Day, 
/**
 * The checksum on the paper; the first 16 digits do.
 */
checksum: string, };

export type ReceiptView = { 
/**
 * Who signed.
 */
signed_by: string, 
/**
 * The date on the paper.
 */
signed_on: Day, 
/**
 * When it was entered here.
 */
at: Timestamp, };

export type ReconcileView = { 
/**
 * Of which batch.
 */
batch: BatchId, 
/**
 * The numbers.
 */
counts: Reconciliation, 
/**
 * Everybody is counted once.
 */
adds_up: boolean, 
/**
 * How many are in the middle of something; a batch is sealed with none, or with a reason.
 */
unsettled: number, };

export type Reconciliation = { 
/**
 * 应到: lines of the roster and people who came without one.
 */
due: number, 
/**
 * 已拍.
 */
shot: number, 
/**
 * 待重拍.
 */
retake_due: number, 
/**
 * Called, or in the seat.
 */
at_booth: number, 
/**
 * 候拍.
 */
waiting: number, 
/**
 * 过号.
 */
passed: number, 
/**
 * Gone to put something right.
 */
held: number, 
/**
 * Went away.
 */
left: number, 
/**
 * Not photographed, with a reason.
 */
refused: number, 
/**
 * 未到.
 */
absent: number, };

export type RefuseRequest = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * Why.
 */
reason: string, };

export type ReportFiles = { 
/**
 * Folder of the files.
 */
folder: string, 
/**
 * The files, with their folders.
 */
files: Array<string>, 
/**
 * Pages of the PDF.
 */
pages: number, 
/**
 * How many lines are on each list of the workbook.
 */
lists: Array<ListSize>, };

export type ReportRequest = { 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * Folder for its files; made if it is missing. A folder beside the data if it is empty.
 */
out: string, };

export type ResultLine = { 
/**
 * The picture.
 */
portrait: PortraitId, 
/**
 * Its path for the picture door of the host, `portrait/<hash>`.
 */
path: string, 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * The code.
 */
fingerprint: Fingerprint, 
/**
 * 张*三, where known.
 */
masked_name: string | null, 
/**
 * 学院, where known.
 */
college: string | null, 
/**
 * How it came through.
 */
outcome: SheetReviewOutcome, 
/**
 * In the words of the file.
 */
reason: string | null, 
/**
 * When it was imported; null in a preview.
 */
at: Timestamp | null, 
/**
 * A newer picture was accepted since.
 */
retaken: boolean, };

export type ResultsImport = { 
/**
 * Row of the import.
 */
import: number, 
/**
 * What it says.
 */
matched: ResultsMatch, 
/**
 * People who were put on the retake list of the day by this import.
 */
retakes_added: number, 
/**
 * People without a number of the day: they are in `results.list` only.
 */
without_number: number, };

export type ResultsMatch = { 
/**
 * Rows of the file.
 */
rows: number, 
/**
 * People who passed.
 */
passed: number, 
/**
 * People who did not: they go to the retake list.
 */
failed: Array<ResultLine>, 
/**
 * Rows that nobody of this batch fits, at most 500.
 */
unmatched: Array<UnmatchedRow>, 
/**
 * Pictures of the batch of which the file says nothing.
 */
without_result: number, };

export type ResultsPreview = { 
/**
 * Sheets, columns, the guessed or given mapping.
 */
file: SheetPreview, 
/**
 * What would come of an import; null if the mapping does not do yet, `refusal` tells why.
 */
matched: ResultsMatch | null, 
/**
 * What stands in the way.
 */
refusal: Text | null, };

export type ResultsRequest = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * The file, csv or xlsx.
 */
path: string, 
/**
 * Which column is what, corrected by a person; null: as guessed.
 */
mapping: SheetMapping | null, };

export type RetakeId = number;

export type RetakeRequest = { 
/**
 * The number under which it was taken.
 */
number: ShotNumber, 
/**
 * Why.
 */
reason: string, 
/**
 * Who asked.
 */
source: RetakeSource, 
/**
 * The person stands here: give out a new number at once, before the others.
 */
issue: boolean, };

export type RetakeSource = "reviewer" | "results" | "student";

export type RetakeView = { 
/**
 * Row.
 */
id: RetakeId, 
/**
 * The number under which the picture was taken.
 */
number: ShotNumber, 
/**
 * The person, where known.
 */
subject: SubjectId | null, 
/**
 * 张*三, where known.
 */
masked_name: string | null, 
/**
 * Why.
 */
reason: string, 
/**
 * Who asked.
 */
source: RetakeSource, 
/**
 * When.
 */
at: Timestamp, 
/**
 * The number for the retake, once it was given out.
 */
issued: ShotNumber | null, 
/**
 * Whether the new picture is there.
 */
done: boolean, };

export type RosterApply = { 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * The rows, in the order of the sheet.
 */
subjects: Array<Subject>, 
/**
 * Only tell what would happen.
 */
dry_run: boolean, 
/**
 * Also change name and ID number of people who have a number already. Without it such rows are refused, for a
 * sheet with shifted columns would put names under other people's pictures.
 */
identities_too: boolean, };

export type RosterImport = { 
/**
 * Which.
 */
file: SheetFile, 
/**
 * What the columns hold; guessed if it is not said.
 */
mapping: SheetMapping | null, 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * Only tell what would happen.
 */
dry_run: boolean, 
/**
 * Also change name and ID number of people who have a number already.
 */
identities_too: boolean, };

export type RosterImported = { 
/**
 * What the spreadsheet held, row by row.
 */
sheet: SheetReport, 
/**
 * What the roster made of it; rows count the people that the spreadsheet gave.
 */
roster: RosterReport, 
/**
 * The spreadsheet's row of each of those people.
 */
sheet_rows: Array<number>, };

export type RosterReport = { 
/**
 * Which import this was, from 1; 0 for a dry run.
 */
generation: number, 
/**
 * New people.
 */
added: number, 
/**
 * People about whom something changed.
 */
changed: number, 
/**
 * People as they were.
 */
unchanged: number, 
/**
 * Rows that were not taken.
 */
refused: number, 
/**
 * Every row that was changed or refused, in order; rows count from 0.
 */
rows: Array<RosterRow>, };

export type RosterRow = { 
/**
 * Its place among the rows that were handed in, from 0.
 */
row: number, 
/**
 * What happened.
 */
outcome: RowOutcome, };

export type RowOutcome = { "kind": "added" } | { "kind": "changed", 
/**
 * Which.
 */
fields: Array<string>, } | { "kind": "unchanged" } | { "kind": "refused", 
/**
 * Why.
 */
reason: RowRefusal, };

export type RowRefusal = "no_key" | "repeated" | "contradiction" | "identity_in_use" | "bad_field";

export type SavedFile = { 
/**
 * Its folder.
 */
folder: string, 
/**
 * The file with its folder.
 */
file: string, };

export type ScheduleApply = { 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * Its lines.
 */
slots: Array<Slot>, 
/**
 * Take it although lines overlap.
 */
allow_overlap: boolean, };

export type ScheduleImport = { 
/**
 * Which.
 */
file: SheetFile, 
/**
 * What the columns hold; guessed if it is not said.
 */
mapping: SheetMapping | null, 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * Only tell what would happen.
 */
dry_run: boolean, 
/**
 * Take it although lines overlap.
 */
allow_overlap: boolean, };

export type ScheduleImported = { 
/**
 * What the spreadsheet held, row by row.
 */
sheet: SheetReport, 
/**
 * Rows of the spreadsheet without 学院, date or times, which were not taken.
 */
incomplete: Array<number>, 
/**
 * The lines that were read.
 */
slots: Array<Slot>, 
/**
 * The schedule as it stands now; empty for a dry run.
 */
board: Array<SlotView>, };

export type SealRequest = { 
/**
 * Row.
 */
batch: BatchId, 
/**
 * Why it ends although people are in the middle of something; needed only then.
 */
reason: string | null, };

export type SealView = { 
/**
 * The batch.
 */
batch: CaptureBatch, 
/**
 * How it was when it was sealed.
 */
reconciliation: Reconciliation, };

export type SearchRequest = { 
/**
 * The open batch if it is not said.
 */
batch: BatchId | null, 
/**
 * What was typed.
 */
text: string, 
/**
 * At most so many; 20 if it is 0.
 */
limit: number, };

export type Secret = string;

export type SecretPlace = "keyring" | "sealed_file";

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

export type SettleRequest = { 
/**
 * [`ConflictView::key`].
 */
conflict: string, 
/**
 * What was found and done.
 */
reason: string, 
/**
 * The picture that counts, where one has to be chosen.
 */
keep: FactId | null, };

export type ShareRequest = { 
/**
 * What this booth is called; no other booth has this name.
 */
booth: string, 
/**
 * Whether names and IDs may travel. The school has to allow it.
 */
identities: boolean, };

export type SharedBatch = { 
/**
 * Its name in the hall.
 */
key: BatchKey, 
/**
 * School, date, place.
 */
title: string, 
/**
 * The booths that take part.
 */
booths: Array<string>, 
/**
 * Whether names and IDs travel in it.
 */
identities: boolean, 
/**
 * Whether this station has taken part in it before.
 */
known: boolean, 
/**
 * A name for this booth that nobody in it has.
 */
free_booth: string, };

export type SheetAndHeading = { 
/**
 * Name of the sheet.
 */
sheet: string | null, 
/**
 * Row of the heading, from 1; 0 for none.
 */
heading_row: number | null, };

export type SheetChoice = { 
/**
 * Its name.
 */
name: string, 
/**
 * Not visible in the spreadsheet program; never chosen unasked while another sheet fits.
 */
hidden: boolean, 
/**
 * How many known headings it has.
 */
known_headings: number, };

export type SheetColumnChoice = { 
/**
 * Its letters.
 */
letters: string, 
/**
 * What its heading says.
 */
heading: string, 
/**
 * What it was taken for.
 */
field: Field | null, 
/**
 * Its first filled cells, long digits masked.
 */
samples: Array<string>, };

export type SheetCounts = { 
/**
 * Filled rows below the heading.
 */
rows: number, 
/**
 * Rows that were taken, changed ones among them.
 */
taken: number, 
/**
 * Taken rows in which something was changed.
 */
changed: number, 
/**
 * Taken rows of which a cell was refused.
 */
incomplete: number, 
/**
 * Rows that repeat an earlier one.
 */
repeated: number, 
/**
 * Rows that were not taken.
 */
refused: number, };

export type SheetEncoding = "utf8" | "utf8_bom" | "utf16" | "gb18030";

export type SheetEntry = { 
/**
 * As the spreadsheet numbers it, from 1.
 */
row: number, 
/**
 * Which field; missing where the remark is about the row.
 */
field: Field | null, 
/**
 * The column's letters.
 */
column: string | null, 
/**
 * What became of it.
 */
fate: SheetFate, 
/**
 * A fixed name of the reason, snake_case.
 */
code: string, 
/**
 * What was found and what to do.
 */
text: Text, 
/**
 * What the cell says: identities masked, long texts cut.
 */
shown: string | null, };

export type SheetFate = "changed" | "doubtful" | "cell_refused" | "repeated" | "row_refused";

export type SheetFile = { 
/**
 * Its name, for messages only.
 */
name: string, 
/**
 * Its bytes, base64; empty if the path is given.
 */
base64: string, 
/**
 * Or where it lies on this machine.
 */
path: string | null, };

export type SheetKind = "xlsx" | "xls" | "csv" | "tsv";

export type SheetListKind = "roster" | "schedule" | "results";

export type SheetMapping = { 
/**
 * Name of the sheet; empty for text files.
 */
sheet: string, 
/**
 * Row of the heading as the spreadsheet numbers it, from 1; 0 if there is none and all rows are data.
 */
heading_row: number, 
/**
 * What each column is, from the first; `None` for columns that are not wanted.
 */
columns: Array<Field | null>, };

export type SheetPreview = { 
/**
 * The file's name without its folders.
 */
file: string, 
/**
 * What the file is.
 */
kind: SheetKind, 
/**
 * How a text file is encoded.
 */
encoding: SheetEncoding | null, 
/**
 * Its sheets.
 */
sheets: Array<SheetChoice>, 
/**
 * The guess, to be corrected and handed back.
 */
mapping: SheetMapping, 
/**
 * The columns of the chosen sheet.
 */
columns: Array<SheetColumnChoice>, 
/**
 * Filled rows below the heading.
 */
rows: number, 
/**
 * What should be known before importing.
 */
remarks: Array<SheetRemark>, };

export type SheetRemark = { 
/**
 * Which field, where it is about one.
 */
field: Field | null, 
/**
 * A fixed name, snake_case.
 */
code: string, 
/**
 * What was found and what to do.
 */
text: Text, };

export type SheetReport = { 
/**
 * The file's name without its folders.
 */
file: string, 
/**
 * What the file is.
 */
kind: SheetKind, 
/**
 * How a text file was encoded.
 */
encoding: SheetEncoding | null, 
/**
 * The sheet that was read; empty for text files.
 */
sheet: string, 
/**
 * Rows by their end.
 */
counts: SheetCounts, 
/**
 * Remarks on the file and its columns.
 */
remarks: Array<SheetRemark>, 
/**
 * Remarks on rows, in their order.
 */
entries: Array<SheetEntry>, 
/**
 * Remarks on changes and doubts that are not in `entries`, because there were too many.
 */
left_out: number, };

export type SheetReviewOutcome = "passed" | "first_review_failed" | "identity_mismatch" | "rejected";

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

export type Slot = { 
/**
 * 学院代码.
 */
college_code: string | null, 
/**
 * 学院名称.
 */
college: string, 
/**
 * 人数.
 */
head_count: number, 
/**
 * 日期.
 */
date: Day, 
/**
 * From this minute.
 */
start: MinuteOfDay, 
/**
 * Up to, without this minute.
 */
end: MinuteOfDay, 
/**
 * 教室 or hall.
 */
room: string, 
/**
 * 组.
 */
group: string, };

export type SlotId = number;

export type SlotView = { 
/**
 * Row.
 */
id: SlotId, 
/**
 * The line.
 */
slot: Slot, 
/**
 * Whether it is today.
 */
today: boolean, 
/**
 * People of this 学院 on the roster.
 */
on_roster: number, 
/**
 * Of those, with a number.
 */
arrived: number, 
/**
 * Of those, with a picture.
 */
shot: number, 
/**
 * Of those on the roster, without a number.
 */
absent: number, };

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

export type Stage = { "kind": "waiting" } | { "kind": "called", 
/**
 * Which booth.
 */
booth: string, } | { "kind": "seated", 
/**
 * Which booth.
 */
booth: string, } | { "kind": "shot" } | { "kind": "passed" } | { "kind": "held", 
/**
 * What.
 */
reason: HoldReason, } | { "kind": "left" } | { "kind": "refused", 
/**
 * Why.
 */
reason: string, };

export type StationId = string;

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
 * The batch that is open, if any.
 */
batch: BatchHead | null, 
/**
 * Whom this booth has called or has in its seat.
 */
turn: TurnView | null, 
/**
 * How this booth stands to the others of its hall; `None` if the batch is not shared.
 */
hall: HallHead | null, 
/**
 * The newest code that the camera has read for the desk, while that is open.
 */
desk_code: DeskCode | null, 
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
 * 空景 of this camera and day.
 */
plate: PlateView, 
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

export type Subject = { 
/**
 * 序号: the school's own running number.
 */
serial: string | null, 
/**
 * 院校代码.
 */
school_code: string | null, 
/**
 * 学院代码.
 */
college_code: string | null, 
/**
 * 学院名称.
 */
college: string | null, 
/**
 * 专业.
 */
major: string | null, 
/**
 * 班级.
 */
class: string | null, 
/**
 * 学号.
 */
student_no: string | null, 
/**
 * 姓名.
 */
name: string | null, 
/**
 * 性别.
 */
sex: string | null, 
/**
 * 证件号码, the X in upper case.
 */
id_number: string | null, 
/**
 * 学历层次.
 */
level: string | null, 
/**
 * 考生号.
 */
exam_no: string | null, 
/**
 * 是否缴费; missing where the roster does not say.
 */
paid: boolean | null, };

export type SubjectId = number;

export type SubjectRequest = { 
/**
 * Row.
 */
subject: SubjectId, };

export type Subsampling = "4:4:4" | "4:2:0" | "auto";

export type Suspicion = { 
/**
 * What.
 */
code: SuspicionCode, 
/**
 * The measure, where there is one.
 */
value: number | null, 
/**
 * From which on the measure is told.
 */
limit?: number | null, 
/**
 * What was seen, and what to do.
 */
text: Text, };

export type SuspicionCode = "editor" | "screenshot" | "compressed_twice" | "enlarged" | "mirrored";

export type SwapLabel = { 
/**
 * The sitting that gives the label.
 */
sitting: SittingId, 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * The code.
 */
fingerprint: Fingerprint, 
/**
 * 张*三, where known.
 */
masked_name: string | null, };

export type SwapRequest = { 
/**
 * The number of one.
 */
one: ShotNumber, 
/**
 * The number of the other.
 */
other: ShotNumber, 
/**
 * How it was found.
 */
reason: string, };

export type SwapSide = { 
/**
 * The picture.
 */
portrait: PortraitId, 
/**
 * Its path for the picture door of the host, `portrait/<hash>`.
 */
path: string, 
/**
 * Under which number and code it stood before the correction.
 */
from: SwapLabel, 
/**
 * And stands after it.
 */
to: SwapLabel, 
/**
 * It has been handed over already and is marked for correction.
 */
already_sent: boolean, };

export type TemplateRequest = { 
/**
 * Folder; made if it is missing. A folder beside the data if it is empty.
 */
out: string, };

export type Text = { 
/**
 * Simplified Chinese.
 */
zh: string, 
/**
 * English.
 */
en: string, };

export type TicketId = number;

export type TicketView = { 
/**
 * Row.
 */
id: TicketId, 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * Where it stands.
 */
stage: Stage, 
/**
 * Before the others.
 */
priority: boolean, 
/**
 * Since when it stands there.
 */
since: Timestamp, 
/**
 * When the number was given out.
 */
issued_at: Timestamp, 
/**
 * How often it was called again.
 */
recalls: number, 
/**
 * How often it came back.
 */
returns: number, 
/**
 * Whether the last step can be taken back.
 */
undoable: boolean, 
/**
 * The person, where known.
 */
subject: SubjectId | null, 
/**
 * 张*三, where known.
 */
masked_name: string | null, 
/**
 * 学院, where known.
 */
college: string | null, 
/**
 * The code, where it was read.
 */
fingerprint: Fingerprint | null, 
/**
 * How the coming fitted the schedule.
 */
arrival: Arrival, 
/**
 * Why the picture is taken again, if it is.
 */
retake_reason: string | null, };

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

export type TurnView = { 
/**
 * 拍摄号: what the student says.
 */
number: ShotNumber, 
/**
 * 张*三, where known.
 */
masked_name: string | null, 
/**
 * Whether a sitting is open; otherwise the person is on the way.
 */
seated: boolean, 
/**
 * How often the number was called again.
 */
recalls: number, 
/**
 * Whether the picture is taken again.
 */
retake: boolean, 
/**
 * Since when.
 */
since: Timestamp, };

export type TypedCode = { 
/**
 * The payload as typed, without the Enter that ends it.
 */
text: string, 
/**
 * `gun` or `hand`.
 */
source: CodeSource, };

export type UnmatchedRow = { 
/**
 * As the spreadsheet numbers it, from 1.
 */
row: number, 
/**
 * Stable name: `nobody`, `several_people`, `names_disagree`, `rows_disagree`, or what the reader of the file says.
 */
code: string, 
/**
 * Why, and what to do.
 */
text: Text, };

export type UploadAllow = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * Whether the step that the law asks for was taken.
 */
allowed: boolean, };

export type UploadFailure = { 
/**
 * Stable name.
 */
code: string, 
/**
 * What happened and what to do.
 */
text: Text, };

export type UploadPause = { 
/**
 * Which of both.
 */
paused: boolean, };

export type UploadRelease = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * Rows of the objects; none: all.
 */
objects: number[], };

export type UploadSettings = { 
/**
 * Where to; null: nowhere yet.
 */
target: UploadTarget | null, 
/**
 * Secret key of the store, token of the endpoint.
 */
secret: string | null, 
/**
 * Whether a secret is kept. Ignored in requests.
 */
secret_kept: boolean, 
/**
 * Where it is kept. Ignored in requests.
 */
secret_place?: SecretPlace | null, 
/**
 * Through which proxy: `system`, `direct`, or its address `http://host:port`, without a name or password in it.
 */
proxy: string, 
/**
 * Name at the proxy, if it wants one.
 */
proxy_user?: string | null, 
/**
 * Password at the proxy. As `secret`: null in answers, null in requests keeps it.
 */
proxy_secret?: string | null, 
/**
 * Whether one is kept. Ignored in requests.
 */
proxy_secret_kept?: boolean | null, 
/**
 * Certificates of authorities to trust besides the system's, PEM.
 */
ca_pem: string | null, 
/**
 * Allow `http://` to other machines. Pictures then travel readable by anybody.
 */
allow_plain_http: boolean, 
/**
 * Objects at once.
 */
parallel: number, 
/**
 * Encrypt each object for this recipient, `age1…`.
 */
recipient: string | null, 
/**
 * Originals too.
 */
originals: boolean, 
/**
 * The step that the law asks for was taken for pictures that belong to no batch. A batch has its own in its plan.
 */
allow_without_batch: boolean, };

export type UploadStart = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * No more pictures will come: write the lists and, last of all, the manifest. A batch must be sealed for it.
 */
close: boolean, };

export type UploadState = "idle" | "sending" | "waiting" | "paused" | "closing" | "complete" | "left" | "stopped";

export type UploadStatus = { 
/**
 * Row of the batch; null: the pictures without one.
 */
batch: BatchId | null, 
/**
 * How it stands.
 */
state: UploadState, 
/**
 * Whether the batch's settings allow it.
 */
allowed: boolean, 
/**
 * What has to be done before it can begin, if anything.
 */
hindrance: Text | null, 
/**
 * Objects on the target, checked.
 */
done: number, 
/**
 * Objects in all.
 */
total: number, 
/**
 * Objects that a person must look at.
 */
parked: number, 
/**
 * Bytes on the target.
 */
bytes_done: number, 
/**
 * Bytes in all.
 */
bytes_total: number, 
/**
 * Bytes a second of late; 0 while nothing arrives.
 */
bytes_per_s: number, 
/**
 * Milliseconds that the rest will take; null if there is no telling.
 */
rest_ms: number | null, 
/**
 * Why it does not go on: stable name and sentence.
 */
failure: UploadFailure | null, 
/**
 * The manifest is on the target.
 */
closed: boolean, 
/**
 * The parked and conflicting objects, at most 200.
 */
parked_objects: Array<ParkedObject>, };

export type UploadTarget = { "kind": "s3", 
/**
 * `https://host[:port]`.
 */
endpoint: string, 
/**
 * Region; `us-east-1` where the store has none.
 */
region: string, 
/**
 * Bucket.
 */
bucket: string, 
/**
 * Bucket in the path, not in the host name.
 */
path_style: boolean, 
/**
 * Access key.
 */
access_key: string, 
/**
 * The store knows `If-None-Match: *` on PUT.
 */
conditional_put: boolean, } | { "kind": "folder", 
/**
 * Its path.
 */
path: string, } | { "kind": "endpoint", 
/**
 * Base address.
 */
url: string, };

export type Verdict = "pass" | "review" | "retake";

export type VerifyBagRequest = { 
/**
 * Its folder, or an encrypted parcel.
 */
path: string, 
/**
 * What opens an encrypted one.
 */
key: ParcelKey | null, };

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

export type VoiceRequest = { 
/**
 * 拍摄号.
 */
number: ShotNumber, 
/**
 * Where to go.
 */
booth: string, 
/**
 * In which language.
 */
language: Language, };

export type VoiceView = { 
/**
 * Name of the speech program; `None` if there is none.
 */
program: string | null, };

export type Way = "booth" | "desk";

export type WrittenFiles = { 
/**
 * Their paths.
 */
files: Array<string>, };

export interface Operations {
  "station.view": { request: Nothing; response: StationView };
  "station.type_code": { request: TypedCode; response: StationView };
  "station.shoot": { request: Nothing; response: StationView };
  "station.accept": { request: AcceptRequest; response: StationView };
  "station.again": { request: Nothing; response: StationView };
  "station.cancel": { request: Nothing; response: StationView };
  "station.confirm_repeat": { request: Nothing; response: StationView };
  "station.resume": { request: Nothing; response: StationView };
  "plate.shoot": { request: Nothing; response: StationView };
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
  "operator.set": { request: Operator; response: Operator };
  "operator.get": { request: Nothing; response: Operator };
  "batch.new": { request: BatchPlan; response: CaptureBatch };
  "batch.edit": { request: BatchEdit; response: CaptureBatch };
  "batch.list": { request: Nothing; response: Array<BatchItem> };
  "batch.make_up": { request: MakeUpRequest; response: MakeUpView };
  "batch.open": { request: BatchRequest; response: CaptureBatch };
  "batch.close": { request: BatchRequest; response: CaptureBatch };
  "batch.seal": { request: SealRequest; response: SealView };
  "roster.apply": { request: RosterApply; response: RosterReport };
  "sheet.preview": { request: PreviewRequest; response: SheetPreview };
  "roster.import": { request: RosterImport; response: RosterImported };
  "roster.template": { request: TemplateRequest; response: SavedFile };
  "roster.search": { request: SearchRequest; response: Array<Person> };
  "roster.show": { request: SubjectRequest; response: PersonDetail };
  "late_entry.add": { request: LateEntryRequest; response: Person };
  "schedule.apply": { request: ScheduleApply; response: Array<SlotView> };
  "schedule.import": { request: ScheduleImport; response: ScheduleImported };
  "schedule.board": { request: InBatch; response: Array<SlotView> };
  "desk.watch": { request: DeskWatch; response: Nothing };
  "desk.look": { request: DeskRequest; response: DeskView };
  "desk.check_in": { request: CheckIn; response: Issued };
  "queue.next": { request: BoothRequest; response: TicketView | null };
  "queue.call": { request: CallRequest; response: TicketView };
  "queue.recall": { request: CallRequest; response: TicketView };
  "queue.pass": { request: NumberRequest; response: TicketView };
  "queue.hold": { request: HoldRequest; response: TicketView };
  "queue.back": { request: NumberRequest; response: TicketView };
  "queue.leave": { request: NumberRequest; response: TicketView };
  "queue.refuse": { request: RefuseRequest; response: TicketView };
  "queue.prioritise": { request: PrioritiseRequest; response: TicketView };
  "queue.undo": { request: NumberRequest; response: TicketView };
  "queue.link": { request: LinkRequest; response: TicketView };
  "queue.status": { request: InBatch; response: QueueView };
  "queue.board": { request: InBatch; response: BoardView };
  "voice.status": { request: Nothing; response: VoiceView };
  "voice.say": { request: VoiceRequest; response: Nothing };
  "retake.list": { request: InBatch; response: Array<RetakeView> };
  "retake.add": { request: RetakeRequest; response: RetakeView };
  "absent.list": { request: AbsentRequest; response: Array<AbsentView> };
  "payment.take": { request: PaymentRequest; response: FeeView };
  "swap.propose": { request: SwapRequest; response: CorrectionView };
  "swap.commit": { request: CorrectionRequest; response: CorrectionView };
  "swap.list": { request: Nothing; response: Array<CorrectionView> };
  "day.reconcile": { request: InBatch; response: ReconcileView };
  "day.people": { request: PeopleRequest; response: Array<PersonState> };
  "day.figures": { request: InBatch; response: DayFigures };
  "day.report": { request: ReportRequest; response: ReportFiles };
  "audit.verify": { request: Nothing; response: AuditCheck };
  "hall.address": { request: Nothing; response: HallAddressView };
  "hall.save": { request: HallAddressView; response: HallAddressView };
  "hall.try": { request: HallAddressView; response: HallTrial };
  "hall.share": { request: ShareRequest; response: Invitation };
  "hall.join": { request: JoinRequest; response: StationView };
  "hall.invite": { request: Nothing; response: Invitation };
  "hall.leave": { request: LeaveRequest; response: StationView };
  "hall.status": { request: Nothing; response: HallStatus };
  "hall.settle": { request: SettleRequest; response: HallStatus };
  "data.verify": { request: Nothing; response: VerifyReport };
  "outbox.list": { request: Nothing; response: Array<OutboxBatch> };
  "outbox.items": { request: OutboxRequest; response: Array<OutboxItem> };
  "upload.settings.get": { request: Nothing; response: UploadSettings };
  "upload.settings.save": { request: UploadSettings; response: UploadSettings };
  "upload.allow": { request: UploadAllow; response: UploadStatus };
  "upload.start": { request: UploadStart; response: UploadStatus };
  "upload.pause": { request: UploadPause; response: Nothing };
  "upload.stop": { request: Nothing; response: Nothing };
  "upload.status": { request: OfBatch; response: UploadStatus };
  "upload.release_parked": { request: UploadRelease; response: UploadStatus };
  "results.preview": { request: ResultsRequest; response: ResultsPreview };
  "results.import": { request: ResultsRequest; response: ResultsImport };
  "results.list": { request: OfBatch; response: Array<ResultLine> };
  "export.drives": { request: Nothing; response: Array<Drive> };
  "export.plan": { request: ExportRequest; response: ExportPlan };
  "export.start": { request: ExportRequest; response: JobView };
  "export.receipt": { request: ReceiptRequest; response: ParcelView };
  "verify.bag": { request: VerifyBagRequest; response: JobView };
  "prints.layouts": { request: Nothing; response: Array<PrintLayout> };
  "prints.plan": { request: PrintsRequest; response: PrintsPlan };
  "prints.start": { request: PrintsRequest; response: JobView };
  "intake.check": { request: IntakeCheck; response: JobView };
  "intake.take": { request: IntakeTake; response: JobView };
  "intake.refusals": { request: IntakeListRequest; response: WrittenFiles };
  "correction.plan": { request: CorrectionParcelRequest; response: CorrectionPlan };
  "correction.start": { request: CorrectionParcelRequest; response: JobView };
  "erase.plan": { request: EraseAsk; response: ErasePlanView };
  "erase.start": { request: EraseStart; response: JobView };
  "erase.records": { request: Nothing; response: Array<EraseDone> };
  "job.status": { request: JobRequest; response: JobView | null };
  "job.cancel": { request: JobRequest; response: JobView | null };
}

export interface Events {
  "station": StationView;
  "live": LiveView;
}
