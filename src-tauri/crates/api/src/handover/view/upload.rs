//! 上传.

use domain::{BatchId, Fingerprint, PortraitId, ShotNumber, Text, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where to, and how. Answers never hold a secret: `secret` is null there, and `secret_kept` tells whether one is
/// kept. A request with `secret` null keeps the one that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct UploadSettings {
    /// Where to; null: nowhere yet.
    pub target: Option<UploadTarget>,
    /// Secret key of the store, token of the endpoint.
    pub secret: Option<String>,
    /// Whether a secret is kept. Ignored in requests.
    pub secret_kept: bool,
    /// Through which proxy: `system`, `direct`, or its address `http://host:port`.
    pub proxy: String,
    /// Certificates of authorities to trust besides the system's, PEM.
    pub ca_pem: Option<String>,
    /// Allow `http://` to other machines. Pictures then travel readable by anybody.
    pub allow_plain_http: bool,
    /// Objects at once.
    pub parallel: u32,
    /// Encrypt each object for this recipient, `age1…`.
    pub recipient: Option<String>,
    /// Originals too.
    pub originals: bool,
    /// The step that the law asks for was taken for pictures that belong to no batch. A batch has its own in its plan.
    pub allow_without_batch: bool,
}

impl Default for UploadSettings {
    fn default() -> Self {
        Self {
            target: None,
            secret: None,
            secret_kept: false,
            proxy: "system".to_owned(),
            ca_pem: None,
            allow_plain_http: false,
            parallel: 4,
            recipient: None,
            originals: false,
            allow_without_batch: false,
        }
    }
}

/// Where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum UploadTarget {
    /// Any S3-compatible store. Its secret key is `secret`.
    S3 {
        /// `https://host[:port]`.
        endpoint: String,
        /// Region; `us-east-1` where the store has none.
        region: String,
        /// Bucket.
        bucket: String,
        /// Bucket in the path, not in the host name.
        path_style: bool,
        /// Access key.
        access_key: String,
        /// The store knows `If-None-Match: *` on PUT.
        conditional_put: bool,
    },
    /// A folder on this machine or a share; it must exist.
    Folder {
        /// Its path.
        path: String,
    },
    /// An HTTPS endpoint that takes PUT with an idempotency key. Its token is `secret`.
    Endpoint {
        /// Base address.
        url: String,
    },
}

/// Gives or takes back the permission to upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UploadAllow {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// Whether the step that the law asks for was taken.
    pub allowed: bool,
}

/// Begins or goes on with an upload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct UploadStart {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// No more pictures will come: write the lists and, last of all, the manifest. A batch must be sealed for it.
    pub close: bool,
}

/// Pauses, or goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UploadPause {
    /// Which of both.
    pub paused: bool,
}

/// Puts parked objects back in line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct UploadRelease {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// Rows of the objects; none: all.
    #[ts(type = "number[]")]
    pub objects: Vec<i64>,
}

/// How an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Nothing runs; `left` tells what is to be sent.
    Idle,
    /// Objects are on their way.
    Sending,
    /// Waiting for the line or for a wait to end.
    Waiting,
    /// Paused by a person.
    Paused,
    /// The manifest is being written.
    Closing,
    /// The last run has sent everything; with `closed` the manifest too.
    Complete,
    /// The last run ended; parked objects need a person.
    Left,
    /// The last run was stopped for a cause that concerns every object.
    Stopped,
}

/// An upload at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct UploadStatus {
    /// Row of the batch; null: the pictures without one.
    pub batch: Option<BatchId>,
    /// How it stands.
    pub state: UploadState,
    /// Whether the batch's settings allow it.
    pub allowed: bool,
    /// What has to be done before it can begin, if anything.
    pub hindrance: Option<Text>,
    /// Objects on the target, checked.
    pub done: u32,
    /// Objects in all.
    pub total: u32,
    /// Objects that a person must look at.
    pub parked: u32,
    /// Bytes on the target.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Bytes in all.
    #[ts(type = "number")]
    pub bytes_total: u64,
    /// Bytes a second of late; 0 while nothing arrives.
    #[ts(type = "number")]
    pub bytes_per_s: u64,
    /// Milliseconds that the rest will take; null if there is no telling.
    #[ts(type = "number | null")]
    pub rest_ms: Option<i64>,
    /// Why it does not go on: stable name and sentence.
    pub failure: Option<UploadFailure>,
    /// The manifest is on the target.
    pub closed: bool,
    /// The parked and conflicting objects, at most 200.
    pub parked_objects: Vec<ParkedObject>,
}

/// Why something does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UploadFailure {
    /// Stable name.
    pub code: String,
    /// What happened and what to do.
    pub text: Text,
}

/// An object that a person must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ParkedObject {
    /// Row.
    #[ts(type = "number")]
    pub id: i64,
    /// Its picture; null for lists.
    pub portrait: Option<PortraitId>,
    /// 拍摄号.
    pub number: Option<ShotNumber>,
    /// The code.
    pub fingerprint: Option<Fingerprint>,
    /// Where it goes.
    pub key: String,
    /// Attempts so far.
    pub attempts: u32,
    /// The target has other content under its key.
    pub conflict: bool,
    /// Why.
    pub failure: UploadFailure,
    /// Since when.
    pub since: Timestamp,
}
