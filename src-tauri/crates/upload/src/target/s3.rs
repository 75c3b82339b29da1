//! Any S3-compatible store, through `object_store`. Its own retries are off: the plan decides when to try again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use md5::{Digest, Md5};
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum, S3ConditionalPut};
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, GetOptions, ObjectStore, PutMode, PutOptions,
    RetryConfig,
};
use reqwest::StatusCode;

use super::{Expected, Found, Later, Taken, Target, compare, http};
use crate::{Cause, Failure, Network, ObjectKey, TargetSettings, UploadError};

/// What was seen of one exchange: `object_store` keeps neither headers nor the kind of a failure.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<Exchange>>);

#[derive(Debug, Clone, Default)]
struct Exchange {
    status: Option<StatusCode>,
    page: bool,
    failure: Option<Failure>,
}

impl Seen {
    fn note(&self, change: impl FnOnce(&mut Exchange)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self) -> Exchange {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The project's client in the form that `object_store` takes.
#[derive(Debug, Clone)]
struct Watched(reqwest::Client);

#[async_trait]
impl HttpService for Watched {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let seen = request.extensions().get::<Seen>().cloned().unwrap_or_default();
        let answer = self.0.call(request).await;
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                seen.note(|e| e.failure = Some(http::broken(&error)));
                return Err(error);
            }
        };
        let (status, page) = (response.status(), http::is_page(response.headers()));
        seen.note(|e| (e.status, e.page) = (Some(status), page));
        if status.is_success() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = body.bytes().await.unwrap_or_default();
        let code = error_code(&body);
        seen.note(|e| e.failure = Some(http::refused(status, &parts.headers, code.as_deref())));
        Ok(HttpResponse::from_parts(parts, body.into()))
    }
}

impl HttpConnector for Watched {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

/// `<Code>` of an S3 error document.
fn error_code(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(&body[..body.len().min(crate::policy::ANSWER_MOST)]).ok()?;
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    (code.len() <= 64 && code.bytes().all(|c| c.is_ascii_alphanumeric())).then(|| code.to_owned())
}

/// One bucket.
pub struct S3 {
    store: AmazonS3,
    conditional: AtomicBool,
}

impl S3 {
    /// Reads the settings; sends nothing.
    pub fn open(settings: &TargetSettings, network: &Network) -> Result<Self, UploadError> {
        let TargetSettings::S3 {
            endpoint,
            region,
            bucket,
            path_style,
            access_key,
            secret_key,
            conditional_put,
        } = settings
        else {
            return Err(UploadError::Setting("s3"));
        };
        if bucket.is_empty() || access_key.is_empty() || secret_key.0.is_empty() || region.is_empty() {
            return Err(UploadError::Setting("bucket, region, key"));
        }
        let url = http::address(endpoint, network)?;
        let mut base = url.as_str().trim_end_matches('/').to_owned();
        if !path_style {
            // object_store takes the endpoint of virtual-hosted requests with the bucket in it.
            base = base.replacen("://", &format!("://{bucket}."), 1);
        }
        let once =
            RetryConfig { max_retries: 0, backoff: BackoffConfig::default(), ..RetryConfig::default() };
        let store = AmazonS3Builder::new()
            .with_endpoint(base)
            .with_region(region)
            .with_bucket_name(bucket)
            .with_access_key_id(access_key)
            .with_secret_access_key(&secret_key.0)
            .with_virtual_hosted_style_request(!path_style)
            .with_allow_http(url.scheme() == "http")
            .with_checksum_algorithm(Checksum::SHA256)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(once)
            .with_http_connector(Watched(http::client(network)?))
            .build()
            .map_err(|_| UploadError::Setting("s3"))?;
        Ok(Self { store, conditional: AtomicBool::new(*conditional_put) })
    }

    /// Size and ETag of what lies there, if anything does.
    async fn head(&self, path: &Path) -> Result<Option<(u64, Option<String>)>, Failure> {
        let seen = Seen::default();
        let mut options = GetOptions { head: true, ..GetOptions::default() };
        options.extensions.insert(seen.clone());
        match self.store.get_opts(path, options).await {
            Ok(result) => {
                no_page(&seen)?;
                Ok(Some((result.meta.size, result.meta.e_tag.map(bare))))
            }
            Err(_) if absent(&seen) => Ok(None),
            Err(error) => Err(failure(&error, &seen)),
        }
    }

    async fn read(&self, path: &Path) -> Result<Option<(Option<String>, Bytes)>, Failure> {
        let seen = Seen::default();
        let mut options = GetOptions::default();
        options.extensions.insert(seen.clone());
        match self.store.get_opts(path, options).await {
            Ok(result) if result.meta.size > crate::policy::BYTES_MOST => Ok(Some((None, Bytes::new()))),
            Ok(result) => {
                no_page(&seen)?;
                let tag = result.meta.e_tag.clone().map(bare);
                let body = result.bytes().await.map_err(|e| http::broken(&e))?;
                Ok(Some((tag, body)))
            }
            Err(_) if absent(&seen) => Ok(None),
            Err(error) => Err(failure(&error, &seen)),
        }
    }

    async fn found(&self, key: &ObjectKey, expected: &Expected) -> Result<Found, Failure> {
        let path = Path::from(key.as_str());
        let head = match self.head(&path).await {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(Found::Absent),
            // A key that may write but not list hears 403 of an object that is not there.
            Err(failure) if failure.cause == Cause::Denied => return Ok(Found::Silent),
            Err(failure) => return Err(failure),
        };
        if head.0 == expected.bytes && head.1.is_some() && head.1 == expected.md5 {
            return Ok(Found::Same);
        }
        // Not every store's ETag is an MD5, and not every answer is the store's: read the thing itself.
        let Some((tag, body)) = self.read(&path).await? else { return Ok(Found::Absent) };
        if compare(&body, expected) == Found::Same {
            return Ok(Found::Same);
        }
        let own = Md5::digest(&body).iter().map(|b| format!("{b:02x}")).collect::<String>();
        let plain = |t: &String| t.len() == 32 && t.bytes().all(|c| c.is_ascii_hexdigit());
        let torn = tag.as_ref().is_some_and(|t| plain(t) && *t != own) || head.0 != body.len() as u64;
        if torn || tag != head.1 {
            return Err(Failure::new(Cause::Garbled, "head and body disagree"));
        }
        Ok(Found::Other)
    }

    async fn write(&self, key: &ObjectKey, body: Bytes) -> Result<Taken, Failure> {
        let path = Path::from(key.as_str());
        loop {
            let conditional = self.conditional.load(Ordering::Relaxed);
            let seen = Seen::default();
            let mut attributes = Attributes::new();
            attributes.insert(Attribute::ContentType, key.media_type().into());
            let mode = if conditional { PutMode::Create } else { PutMode::Overwrite };
            let mut options = PutOptions { mode, attributes, ..PutOptions::default() };
            options.extensions.insert(seen.clone());
            let Err(error) = self.store.put_opts(&path, body.clone().into(), options).await else {
                return Ok(Taken::Yes);
            };
            match seen.read() {
                Exchange {
                    status: Some(StatusCode::PRECONDITION_FAILED | StatusCode::NOT_MODIFIED), ..
                } => {
                    return Ok(Taken::Exists);
                }
                Exchange { status: Some(StatusCode::NOT_IMPLEMENTED), .. } if conditional => {
                    // This store has never heard of the condition. The look before the PUT must do.
                    self.conditional.store(false, Ordering::Relaxed);
                }
                // Said yes without an ETag: the look that follows decides.
                Exchange { status: Some(s), page: false, .. } if s.is_success() => return Ok(Taken::Yes),
                _ => return Err(failure(&error, &seen)),
            }
        }
    }
}

/// A 404 is taken for "not there" without asking who says so: nothing is believed to be sent because of it, and a
/// bucket that is missing is told by the PUT.
fn absent(seen: &Seen) -> bool {
    seen.read().status == Some(StatusCode::NOT_FOUND)
}

/// A page where an object should be.
fn no_page(seen: &Seen) -> Result<(), Failure> {
    if seen.read().page { Err(Failure::new(Cause::Portal, "a page, not a store")) } else { Ok(()) }
}

fn bare(tag: String) -> String {
    tag.trim_start_matches("W/").trim_matches('"').to_ascii_lowercase()
}

fn failure(error: &object_store::Error, seen: &Seen) -> Failure {
    let seen = seen.read();
    match (seen.failure, seen.status) {
        (Some(failure), _) => failure,
        (None, Some(status)) if status.is_success() && seen.page => {
            Failure::new(Cause::Portal, "a page, not a store")
        }
        (None, Some(status)) if status.is_success() => {
            Failure::new(Cause::Garbled, "success without its headers")
        }
        _ => http::broken(error),
    }
}

impl Target for S3 {
    fn look<'a>(&'a self, key: &'a ObjectKey, expected: &'a Expected) -> Later<'a, Found> {
        Box::pin(self.found(key, expected))
    }

    fn put<'a>(&'a self, key: &'a ObjectKey, body: Bytes, _expected: &'a Expected) -> Later<'a, Taken> {
        Box::pin(self.write(key, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_code_is_taken_from_an_error_document() {
        assert_eq!(error_code(b"<Error><Code>SlowDown</Code></Error>").as_deref(), Some("SlowDown"));
        assert_eq!(error_code(b"<Code>a b</Code>"), None);
        assert_eq!(error_code(b"<html>"), None);
        assert_eq!(error_code(&[0xff; 10]), None);
    }
}
