//! Where a batch is uploaded to and under which rules.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A secret in the settings: kept, sent, never shown in a log.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Secret(pub String);

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Rules of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// The step that the law asks for was taken for this batch. Without it nothing is sent.
    pub allowed: bool,
    /// Objects at once.
    pub parallel: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { allowed: false, parallel: crate::policy::PARALLEL }
    }
}

/// Through which proxy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProxyChoice {
    /// What the environment says.
    #[default]
    System,
    /// None, whatever the environment says.
    Direct,
    /// This one.
    Via {
        /// `http://host:port`.
        url: String,
        /// Name and password, if it wants them.
        login: Option<(String, Secret)>,
    },
}

/// How the network is used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Network {
    /// Proxy.
    pub proxy: ProxyChoice,
    /// Certificates of authorities to trust besides the system's, PEM.
    pub ca_pem: Option<String>,
    /// Allow `http://` to other machines than this one. Pictures then travel readable by anybody.
    pub allow_plain_http: bool,
}

/// Where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TargetSettings {
    /// Any S3-compatible store.
    S3 {
        /// `https://host[:port]`.
        endpoint: String,
        /// Region; `us-east-1` where the store has none.
        region: String,
        /// Bucket.
        bucket: String,
        /// Bucket in the path (`https://host/bucket/key`), not in the host name.
        path_style: bool,
        /// Access key.
        access_key: String,
        /// Secret key.
        secret_key: Secret,
        /// The store knows `If-None-Match: *` on PUT; without it a look before the PUT must do.
        conditional_put: bool,
    },
    /// A folder on this machine or a share.
    Folder {
        /// It must exist: an unplugged share must not become a new folder.
        path: PathBuf,
    },
    /// An HTTPS endpoint that takes `PUT <url>/<key>` with an `Idempotency-Key`.
    Endpoint {
        /// Base address.
        url: String,
        /// Sent as `Authorization: Bearer …`.
        token: Option<Secret>,
    },
}
