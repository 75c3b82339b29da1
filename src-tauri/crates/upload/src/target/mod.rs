//! Where objects go: one small trait, and the one way in which an object is delivered through it.

mod endpoint;
mod folder;
mod http;
mod s3;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use domain::ContentHash;
use md5::{Digest, Md5};

use crate::{Cause, Failure, Network, ObjectKey, TargetSettings, UploadError, policy};

/// An answer that comes later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What an object must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// SHA-256.
    pub hash: ContentHash,
    /// Bytes.
    pub bytes: u64,
    /// MD5 in hex, where the bytes are at hand: what S3 stores answer as ETag.
    pub md5: Option<String>,
}

impl Expected {
    /// Of these bytes.
    pub fn of(body: &[u8]) -> Self {
        let md5 = Md5::digest(body).iter().map(|b| format!("{b:02x}")).collect();
        Self { hash: ContentHash::of(body), bytes: body.len() as u64, md5: Some(md5) }
    }
}

/// What lies under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Absent,
    /// Exactly what is expected: by the server's own digest, or read back and compared.
    Same,
    /// Something else.
    Other,
    /// The target does not say.
    Silent,
}

/// How a PUT was answered, if it was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The server says yes.
    Yes,
    /// It says yes and names the digest of what it has.
    Proven,
    /// Something is there already; nothing was overwritten.
    Exists,
}

/// A place that takes objects.
pub trait Target: Send + Sync {
    /// Looks at what lies under a key.
    fn look<'a>(&'a self, key: &'a ObjectKey, expected: &'a Expected) -> Later<'a, Found>;

    /// Writes an object whole or not at all; never over another if the target can be told so.
    fn put<'a>(&'a self, key: &'a ObjectKey, body: Bytes, expected: &'a Expected) -> Later<'a, Taken>;
}

/// Opens a target. Sends nothing.
pub fn open(settings: &TargetSettings, network: &Network) -> Result<Arc<dyn Target>, UploadError> {
    Ok(match settings {
        TargetSettings::S3 { .. } => Arc::new(s3::S3::open(settings, network)?),
        TargetSettings::Folder { path } => Arc::new(folder::Folder::open(path)?),
        TargetSettings::Endpoint { url, token } => {
            Arc::new(endpoint::Endpoint::open(url, token.as_ref(), network)?)
        }
    })
}

/// How a delivery ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// Written now, and checked.
    Now,
    /// It was there.
    Already,
    /// There is no body at hand and nothing under the key: make one.
    NeedsBody,
}

/// Delivers one object: look, put, look again. A server that says yes is believed when it shows what it has.
pub async fn deliver(
    target: &dyn Target,
    key: &ObjectKey,
    body: Option<Bytes>,
    expected: &Expected,
) -> Result<Delivered, Failure> {
    match look(target, key, expected).await? {
        Found::Same => return Ok(Delivered::Already),
        Found::Other => return Err(conflict_or_portal(target, expected).await),
        Found::Absent | Found::Silent => {}
    }
    let Some(body) = body else { return Ok(Delivered::NeedsBody) };
    let taken = within(expected.bytes, target.put(key, body, expected)).await?;
    match (taken, look(target, key, expected).await?) {
        (Taken::Exists, Found::Same) => Ok(Delivered::Already),
        (_, Found::Same) | (Taken::Proven, Found::Silent) => Ok(Delivered::Now),
        (_, Found::Other) => Err(conflict_or_portal(target, expected).await),
        (Taken::Exists, Found::Absent) => Err(Failure::new(Cause::Garbled, "exists and is absent")),
        (_, Found::Absent) => Err(Failure::new(Cause::Lost, "absent after put")),
        (_, Found::Silent) => Err(Failure::new(Cause::Unverifiable, "neither readable nor receipted")),
    }
}

async fn look(target: &dyn Target, key: &ObjectKey, expected: &Expected) -> Result<Found, Failure> {
    within(expected.bytes, target.look(key, expected)).await
}

/// Other content lies there – or somebody answers to everything. Whoever has an object under a key that cannot be is
/// not the store.
async fn conflict_or_portal(target: &dyn Target, expected: &Expected) -> Failure {
    let salt = policy::mix(expected.bytes ^ u64::from(std::process::id()));
    match look(target, &ObjectKey::nowhere(salt), expected).await {
        Ok(Found::Absent | Found::Silent) => Failure::new(Cause::Conflict, "other content under the key"),
        Ok(Found::Same | Found::Other) => Failure::new(Cause::Portal, "an impossible object exists"),
        Err(failure) => failure,
    }
}

async fn within<T>(bytes: u64, work: Later<'_, T>) -> Result<T, Failure> {
    match tokio::time::timeout(policy::request_time(bytes), work).await {
        Ok(end) => end,
        Err(_) => Err(Failure::new(Cause::TimedOut, "no end in time")),
    }
}

/// Compares bytes that were read back.
fn compare(bytes: &[u8], expected: &Expected) -> Found {
    let same = bytes.len() as u64 == expected.bytes && ContentHash::of(bytes) == expected.hash;
    if same { Found::Same } else { Found::Other }
}
