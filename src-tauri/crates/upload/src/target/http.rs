//! The one HTTP client: what it trusts, what it follows, and what its failures mean.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::sync::Once;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Certificate as Pem, Client, Proxy, StatusCode, Url, redirect};

use crate::failure::Certificate;
use crate::{Cause, Failure, Network, ProxyChoice, UploadError, policy};

/// An address that may be sent to: https, or http to this very machine, or http that the settings allow.
pub fn address(text: &str, network: &Network) -> Result<Url, UploadError> {
    let url = Url::parse(text.trim()).map_err(|_| UploadError::Address("not an address"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UploadError::Address("a password in it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(UploadError::Address("a query in it"));
    }
    let host = url.host_str().ok_or(UploadError::Address("no host"))?;
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let here = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if here || network.allow_plain_http => Ok(url),
        "http" => Err(UploadError::Plain),
        _ => Err(UploadError::Address("neither https nor http")),
    }
}

/// Builds the client. No redirect is followed: a store does not move in the middle of a batch, a login page does.
pub fn client(network: &Network) -> Result<Client, UploadError> {
    static PROVIDER: Once = Once::new();
    // Whoever installed one before us installed a good one.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(policy::CONNECT)
        .pool_max_idle_per_host(policy::PARALLEL_MOST as usize)
        .retry(reqwest::retry::never())
        .user_agent(concat!("gradbooth/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = &network.ca_pem {
        let certificates = Pem::from_pem_bundle(pem.as_bytes()).map_err(|_| UploadError::Certificate)?;
        if certificates.is_empty() {
            return Err(UploadError::Certificate);
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder = match &network.proxy {
        ProxyChoice::System => builder,
        ProxyChoice::Direct => builder.no_proxy(),
        ProxyChoice::Via { url, login } => {
            // Addresses are kept and shown; a password in one would be too.
            if Url::parse(url).is_ok_and(|url| !url.username().is_empty() || url.password().is_some()) {
                return Err(UploadError::ProxyPassword);
            }
            let mut proxy = Proxy::all(url).map_err(|_| UploadError::Proxy)?;
            if let Some((name, password)) = login {
                proxy = proxy.basic_auth(name, &password.0);
            }
            builder.proxy(proxy)
        }
    };
    builder.build().map_err(|e| UploadError::System(e.without_url().to_string()))
}

/// What hyper-util says when a proxy answers 407 to CONNECT. It keeps the type of that error to itself; a journey
/// through a real proxy would notice other words.
const PROXY_LOGIN: &str = "tunnel error: proxy authorization required";

/// What a request that got no answer, or not the whole of one, ended with.
pub fn broken(error: &(dyn StdError + 'static)) -> Failure {
    let mut timed_out = false;
    let mut connecting = false;
    let mut next = Some(error);
    while let Some(link) = next {
        if let Some(problem) = certificate(link) {
            return Failure::new(problem.into(), format!("tls: {problem:?}"));
        }
        if link.to_string() == PROXY_LOGIN {
            return Failure::new(Cause::Proxy, "the proxy wants a login");
        }
        if let Some(reqwest) = link.downcast_ref::<reqwest::Error>() {
            timed_out |= reqwest.is_timeout();
            connecting |= reqwest.is_connect();
        }
        next = match link.downcast_ref::<std::io::Error>() {
            // An io::Error hides what it wraps from source().
            Some(io) => io.get_ref().map(|e| e as &(dyn StdError + 'static)).or_else(|| io.source()),
            None => link.source(),
        };
    }
    match (connecting, timed_out) {
        (true, _) => Failure::new(Cause::Offline, "no connection"),
        (_, true) => Failure::new(Cause::TimedOut, "timed out"),
        _ => Failure::new(Cause::Cut, "connection broke"),
    }
}

fn certificate(link: &(dyn StdError + 'static)) -> Option<Certificate> {
    use rustls::CertificateError as E;
    let error = link.downcast_ref::<rustls::Error>()?;
    Some(match error {
        rustls::Error::InvalidCertificate(kind) => match kind {
            E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
                Certificate::Time
            }
            E::UnknownIssuer => Certificate::Issuer,
            E::NotValidForName | E::NotValidForNameContext { .. } => Certificate::Name,
            _ => Certificate::Other,
        },
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) => Certificate::Other,
        _ => return None,
    })
}

/// Whether an answer is a page for people where an object or its receipt should be.
pub fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(reqwest::header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    kind.is_some_and(|k| k.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

/// `Retry-After` in milliseconds, if given in seconds. The other form, a date, needs a clock that is right.
pub fn retry_after(headers: &HeaderMap) -> Option<i64> {
    let seconds: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    seconds.clamp(0, i64::MAX / 1000).checked_mul(1000)
}

/// What an answer that is not a success means. `code` is the store's own word for it, `writing` whether it answers a
/// PUT: a missing object is nothing bad when one only looks.
pub fn refused(status: StatusCode, headers: &HeaderMap, code: Option<&str>) -> Failure {
    let cause = match (status.as_u16(), code) {
        (_, Some("RequestTimeTooSkewed" | "RequestExpired")) => Cause::Clock,
        (_, Some("NoSuchBucket")) => Cause::NoBucket,
        (
            301 | 307 | 400,
            Some("PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed"),
        ) => Cause::WrongPlace,
        (400, Some("RequestTimeout" | "IncompleteBody" | "BadDigest" | "XAmzContentSHA256Mismatch")) => {
            Cause::Cut
        }
        (511, _) => Cause::Portal,
        (300..=399, _) => Cause::Portal,
        (_, None) if is_page(headers) && matches!(status.as_u16(), 401 | 403 | 404) => Cause::Portal,
        (401 | 403, _) => Cause::Denied,
        (404 | 410, _) => Cause::NoBucket,
        (407, _) => Cause::Proxy,
        (507, _) => Cause::TargetFull,
        (408 | 409 | 423 | 425 | 429 | 500..=599, _) => Cause::Busy,
        (400..=499, _) => Cause::Refused,
        _ => Cause::Garbled,
    };
    Failure { cause, retry_after_ms: retry_after(headers), detail: format!("status {}", status.as_u16()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    #[test]
    fn nothing_goes_unencrypted_to_another_machine_unless_said() {
        let strict = Network::default();
        let lax = Network { allow_plain_http: true, ..Network::default() };
        for (text, strict_ok, lax_ok) in [
            ("https://store.example/base", true, true),
            ("http://store.example", false, true),
            ("http://127.0.0.1:9000", true, true),
            ("http://[::1]:9000", true, true),
            ("http://localhost.evil.example", false, true),
            ("ftp://store.example", false, false),
            ("https://user:pw@store.example", false, false),
            ("https://store.example/?x=1", false, false),
            ("store.example", false, false),
        ] {
            assert_eq!(address(text, &strict).is_ok(), strict_ok, "{text}");
            assert_eq!(address(text, &lax).is_ok(), lax_ok, "{text}");
        }
    }

    #[test]
    fn statuses_tell_whom_they_concern() {
        let none = HeaderMap::new();
        for (status, code, cause, scope) in [
            (400, None, Cause::Refused, Scope::Park),
            (413, None, Cause::Refused, Scope::Park),
            (401, None, Cause::Denied, Scope::All),
            (403, Some("AccessDenied"), Cause::Denied, Scope::All),
            (403, Some("RequestTimeTooSkewed"), Cause::Clock, Scope::All),
            (404, Some("NoSuchBucket"), Cause::NoBucket, Scope::All),
            (407, None, Cause::Proxy, Scope::All),
            (301, Some("PermanentRedirect"), Cause::WrongPlace, Scope::All),
            (302, None, Cause::Portal, Scope::Line),
            (511, None, Cause::Portal, Scope::Line),
            (408, None, Cause::Busy, Scope::Again),
            (409, None, Cause::Busy, Scope::Again),
            (425, None, Cause::Busy, Scope::Again),
            (429, None, Cause::Busy, Scope::Again),
            (500, None, Cause::Busy, Scope::Again),
            (503, Some("SlowDown"), Cause::Busy, Scope::Again),
        ] {
            let failure = refused(StatusCode::from_u16(status).unwrap(), &none, code);
            assert_eq!((failure.cause, failure.cause.scope()), (cause, scope), "{status} {code:?}");
        }
    }

    #[test]
    fn a_wrong_ca_or_proxy_is_told_before_anything_is_sent() {
        let ca = |pem: &str| Network { ca_pem: Some(pem.into()), ..Network::default() };
        for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            assert!(client(&ca(pem)).is_err(), "{pem}");
        }
        let via = |url: &str| Network {
            proxy: ProxyChoice::Via { url: url.into(), login: None },
            ..Network::default()
        };
        assert!(matches!(client(&via("no proxy at all")), Err(UploadError::Proxy)));
        assert!(matches!(client(&via("http://me:geheim@127.0.0.1:3128")), Err(UploadError::ProxyPassword)));
        assert!(client(&via("http://127.0.0.1:3128")).is_ok());
    }
}
