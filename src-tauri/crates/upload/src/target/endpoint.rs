//! A plain HTTPS endpoint: `PUT <url>/<key>` with an `Idempotency-Key`.
//!
//! It must let us see what it has: by HEAD or GET on the same address, or by a receipt in the answer to the PUT
//! (`Repr-Digest: sha-256=:…:` of RFC 9530, or JSON with a field `sha256`).

use bytes::Bytes;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};

use super::{Expected, Found, Later, Taken, Target, compare, http};
use crate::settings::Secret;
use crate::{Cause, Failure, Network, ObjectKey, UploadError, policy};

/// One endpoint.
pub struct Endpoint {
    client: Client,
    base: Url,
    token: Option<HeaderValue>,
}

impl Endpoint {
    /// Reads the settings; sends nothing.
    pub fn open(url: &str, token: Option<&Secret>, network: &Network) -> Result<Self, UploadError> {
        let base = http::address(url, network)?;
        let token = match token {
            Some(secret) => {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.0))
                    .map_err(|_| UploadError::Setting("token"))?;
                value.set_sensitive(true);
                Some(value)
            }
            None => None,
        };
        Ok(Self { client: http::client(network)?, base, token })
    }

    fn request(&self, method: Method, key: &ObjectKey) -> Result<RequestBuilder, Failure> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Failure::new(Cause::NoBucket, "no base"))?
            .pop_if_empty()
            .extend(key.as_str().split('/'));
        let request = self.client.request(method, url);
        Ok(match &self.token {
            Some(token) => request.header(AUTHORIZATION, token.clone()),
            None => request,
        })
    }

    async fn found(&self, key: &ObjectKey, expected: &Expected) -> Result<Found, Failure> {
        let head = send(self.request(Method::HEAD, key)?).await?;
        if let Some(end) = without_object(&head) {
            return end;
        }
        let size = length(&head);
        if size == Some(expected.bytes) && names(head.headers(), expected) {
            return Ok(Found::Same);
        }
        let mut answer = send(self.request(Method::GET, key)?).await?;
        if let Some(end) = without_object(&answer) {
            return end;
        }
        if http::is_page(answer.headers()) {
            return Err(Failure::new(Cause::Portal, "a page, not an object"));
        }
        // Before the body is read: what `content_length()` says shrinks with it.
        let whole = length(&answer);
        let body = read(&mut answer, expected.bytes as usize + 1).await?;
        let end = compare(&body, expected);
        let agree = size.is_none() || whole.is_none() || size == whole;
        if end == Found::Other && !agree {
            return Err(Failure::new(Cause::Garbled, "head and body disagree"));
        }
        Ok(end)
    }

    async fn write(&self, key: &ObjectKey, body: Bytes, expected: &Expected) -> Result<Taken, Failure> {
        let digest = format!("sha-256=:{}:", base64(&hex_bytes(&expected.hash.to_hex())));
        let request = self
            .request(Method::PUT, key)?
            .header("Idempotency-Key", format!("\"{}\"", expected.hash))
            .header("Repr-Digest", digest)
            .header(IF_NONE_MATCH, "*")
            .header(CONTENT_TYPE, key.media_type())
            .body(body);
        let mut answer = send(request).await?;
        match answer.status() {
            StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => return Ok(Taken::Exists),
            status if !status.is_success() => return Err(http::refused(status, answer.headers(), None)),
            _ => {}
        }
        if http::is_page(answer.headers()) {
            return Err(Failure::new(Cause::Portal, "a page for a receipt"));
        }
        if names(answer.headers(), expected) {
            return Ok(Taken::Proven);
        }
        let receipt = read(&mut answer, policy::ANSWER_MOST).await.unwrap_or_default();
        let said = serde_json::from_slice::<serde_json::Value>(&receipt).ok();
        let said = said.as_ref().and_then(|v| v.get("sha256")).and_then(|v| v.as_str());
        Ok(if said == Some(expected.hash.to_hex().as_str()) { Taken::Proven } else { Taken::Yes })
    }
}

/// What the header says of the object's size.
fn length(answer: &Response) -> Option<u64> {
    answer.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What an answer to HEAD or GET says when it brings no object.
fn without_object(answer: &Response) -> Option<Result<Found, Failure>> {
    let page = http::is_page(answer.headers());
    match answer.status().as_u16() {
        200..=299 => None,
        // A web server's own 404 is a page more often than not; it is the status that counts here, and nothing is
        // believed to be sent because of it.
        404 | 410 => Some(Ok(Found::Absent)),
        405 | 501 => Some(Ok(Found::Silent)),
        403 if !page => Some(Ok(Found::Silent)),
        _ => Some(Err(http::refused(answer.status(), answer.headers(), None))),
    }
}

/// Whether a header names the digest of the object.
fn names(headers: &HeaderMap, expected: &Expected) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (hash, tag) = (expected.hash.to_hex(), text(ETAG.as_str()).map(|t| t.trim_matches('"').to_owned()));
    let digest = format!("sha-256=:{}:", base64(&hex_bytes(&hash)));
    text("repr-digest").is_some_and(|d| d.split(',').any(|one| one.trim() == digest))
        || tag.as_deref() == Some(&hash)
        || (tag.is_some() && tag == expected.md5)
}

async fn send(request: RequestBuilder) -> Result<Response, Failure> {
    request.send().await.map_err(|e| http::broken(&e))
}

/// Reads at most `most` bytes; more tells by their number that it is not what was expected.
async fn read(answer: &mut Response, most: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| http::broken(&e))? {
        body.extend_from_slice(&chunk[..chunk.len().min(most - body.len())]);
        if body.len() >= most {
            break;
        }
    }
    Ok(body)
}

fn hex_bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

impl Target for Endpoint {
    fn look<'a>(&'a self, key: &'a ObjectKey, expected: &'a Expected) -> Later<'a, Found> {
        Box::pin(self.found(key, expected))
    }

    fn put<'a>(&'a self, key: &'a ObjectKey, body: Bytes, expected: &'a Expected) -> Later<'a, Taken> {
        Box::pin(self.write(key, body, expected))
    }
}
