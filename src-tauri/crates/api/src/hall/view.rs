//! What the screens of the hall ask and are told. Numbers, booths and times; no name, no code, no password.

use domain::{ShotNumber, Stage, Text, Timestamp};
use facts::{BatchKey, FactId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the hall's database is. Answers never hold the password: `password` is null there, and `password_kept` tells
/// whether one is kept. A request with `password` null keeps the one that is there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct HallAddressView {
    /// Name or address of the computer; empty for no hall.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Name of the database.
    pub database: String,
    /// Who.
    pub user: String,
    /// With what; see above.
    pub password: Option<String>,
    /// Whether a password is kept. Ignored in requests.
    pub password_kept: bool,
    /// File with the certificate of the crew's own authority; empty for no encryption.
    pub ca_file: String,
}

impl Default for HallAddressView {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 5432,
            database: "gradbooth".to_owned(),
            user: "gradbooth".to_owned(),
            password: None,
            password_kept: false,
            ca_file: String::new(),
        }
    }
}

impl std::fmt::Debug for HallAddressView {
    /// This ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HallAddressView").field("port", &self.port).finish_non_exhaustive()
    }
}

/// What came of trying an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HallTrial {
    /// What is wrong and what to do; `None` if all is well.
    pub trouble: Option<HallTrouble>,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// The batches that are shared there, newest first.
    pub batches: Vec<SharedBatch>,
    /// A name for this booth that nobody there has.
    pub free_booth: String,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HallTrouble {
    /// Stable name.
    pub code: String,
    /// What happened and what to do.
    pub text: Text,
}

/// A batch that booths of a hall share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SharedBatch {
    /// Its name in the hall.
    pub key: BatchKey,
    /// School, date, place.
    pub title: String,
    /// The booths that take part.
    pub booths: Vec<String>,
    /// Whether names and IDs travel in it.
    pub identities: bool,
    /// Whether this station has taken part in it before.
    pub known: bool,
    /// A name for this booth that nobody in it has.
    pub free_booth: String,
}

/// Shares the open batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ShareRequest {
    /// What this booth is called; no other booth has this name.
    pub booth: String,
    /// Whether names and IDs may travel. The school has to allow it.
    #[serde(default)]
    pub identities: bool,
}

/// Takes part in a batch.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// Its name in the hall.
    pub key: BatchKey,
    /// 入场码, as the first booth shows it.
    pub join_code: String,
    /// What this booth is called; no other booth has this name.
    pub booth: String,
}

impl std::fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JoinRequest").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What the other booths have to type.
#[derive(Clone, PartialEq, Eq, Serialize, TS)]
pub struct Invitation {
    /// School, date, place: what they choose from the list.
    pub title: String,
    /// 入场码.
    pub join_code: String,
    /// Where the database is.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").finish_non_exhaustive()
    }
}

/// Leaves the hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LeaveRequest {
    /// It is meant: there is no way back with this batch.
    pub sure: bool,
}

/// How this booth stands to the others, in the bar of every screen.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct HallHead {
    /// In one word.
    pub link: HallLink,
    /// Since when this booth works alone.
    pub alone_since: Option<Timestamp>,
    /// Why it works alone.
    pub trouble: Option<Text>,
    /// Booths that were heard of lately, this one included.
    pub booths: u32,
    /// What people have to decide.
    pub conflicts: u32,
}

/// How a station stands to its hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HallLink {
    /// Everything is sent and read.
    Online,
    /// Cut off; goes on alone.
    Alone,
    /// Connected again; sending and reading what was missed.
    Joining,
}

/// Everything about the hall.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct HallStatus {
    /// How this booth stands; `None` if the open batch is not shared.
    pub head: Option<HallHead>,
    /// School, date, place of the open batch.
    pub title: Option<String>,
    /// Whether an address is kept.
    pub has_address: bool,
    /// Whether names and IDs travel.
    pub identities: bool,
    /// Who takes part.
    pub stations: Vec<HallStation>,
    /// Numbers left for working alone.
    pub numbers_left: u32,
    /// What the others have not been told yet.
    pub unsent: u32,
    /// What people have to decide, the open ones first.
    pub conflicts: Vec<ConflictView>,
}

/// A station of the hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HallStation {
    /// What people call it.
    pub booth: String,
    /// When the hall heard of it last.
    pub seen_at: Timestamp,
    /// Whether it was heard of lately.
    pub there: bool,
    /// Whether it is this one.
    pub this: bool,
}

/// Two facts that cannot both be the whole truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ConflictView {
    /// Its name; another one as soon as more is involved.
    pub key: String,
    /// Its kind: `shot_twice`, `called_twice`, `two_numbers`, `number_doubled`, `step_lost`, `sequence_reused`.
    pub kind: String,
    /// What happened and what to do.
    pub text: Text,
    /// Its sides, in the order in which they happened.
    pub sides: Vec<ConflictSide>,
    /// Whether one picture has to be chosen.
    pub choose: bool,
    /// What somebody has found and done; `-` where the words stayed at another booth.
    pub settled: Option<String>,
    /// When.
    pub settled_at: Option<Timestamp>,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ConflictSide {
    /// 拍摄号.
    pub number: ShotNumber,
    /// The booth that says so.
    pub booth: String,
    /// Whether that is this booth.
    pub here: bool,
    /// When it happened.
    pub at: Timestamp,
    /// Where the number stands now.
    pub stage: Stage,
    /// The picture of this side, by its name in the hall, where one has to be chosen.
    pub shot: Option<FactId>,
    /// Its path for the picture door of the host if it is here; pictures do not travel.
    pub picture: Option<String>,
    /// Whether it was chosen.
    pub kept: bool,
}

/// A person's word on a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// [`ConflictView::key`].
    pub conflict: String,
    /// What was found and done.
    pub reason: String,
    /// The picture that counts, where one has to be chosen.
    #[serde(default)]
    pub keep: Option<FactId>,
}
