//! Where uploads go to. The settings lie in the store; their secrets never do.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::ContentHash;
use secrets::{Place, Vault};
use upload::{Network, ProxyChoice, Secret, TargetSettings};

use super::super::door::Room;
use super::super::view::*;
use super::super::words;
use crate::ApiError;

/// Key of the settings in the store.
const SETTINGS: &str = "upload";

static KEYRING: AtomicBool = AtomicBool::new(false);

/// Lets secrets be kept in the system's keyring. For the program itself; tests must not write into somebody's keyring.
pub fn use_keyring() {
    KEYRING.store(true, Ordering::Relaxed);
}

/// What opens the target and the proxy.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) target: Option<Secret>,
    pub(super) proxy: Option<Secret>,
}

/// Tells this data folder from others: in keys of objects and in names of secrets.
pub(super) fn folder_id(room: &Room) -> Result<String, ApiError> {
    room.write(|store, now| match store.setting("upload_folder_id")? {
        Some(id) => Ok(id),
        None => {
            let seed = format!("{} {}", store.root().display(), now.0);
            let id = ContentHash::of(seed.as_bytes()).to_hex()[..8].to_owned();
            store.set_setting("upload_folder_id", &id, now)?;
            Ok(id)
        }
    })
}

fn vault(room: &Room) -> Vault {
    Vault {
        files: room.root.join("secrets"),
        keys: secrets::key_folder(),
        keyring: KEYRING.load(Ordering::Relaxed),
    }
}

#[derive(Clone, Copy)]
enum Of {
    Target,
    Proxy,
}

fn name(room: &Room, of: Of) -> Result<String, ApiError> {
    let kind = match of {
        Of::Target => "upload",
        Of::Proxy => "proxy",
    };
    Ok(format!("{kind}-{}", folder_id(room)?))
}

fn failed(error: secrets::SecretError) -> ApiError {
    let text = error.text();
    ApiError::new(error.code(), text.zh, text.en).with_story(error)
}

fn kept_secret(room: &Room, of: Of, kept: bool) -> Result<Option<Secret>, ApiError> {
    if !kept {
        return Ok(None);
    }
    // What was kept once and is gone must be told: without it the server would only say "denied".
    let found = vault(room).get(&name(room, of)?).map_err(failed)?;
    found.map(|text| Some(Secret(text))).ok_or_else(|| failed(secrets::SecretError::Sealed))
}

/// The secrets, for a run.
pub(super) fn keys(room: &Room, settings: &UploadSettings) -> Result<Keys, ApiError> {
    Ok(Keys {
        target: kept_secret(room, Of::Target, settings.secret_kept)?,
        proxy: kept_secret(room, Of::Proxy, settings.proxy_secret_kept)?,
    })
}

/// Keeps a secret that was typed; nothing was typed: `kept` stays as it is.
fn keep_secret(
    room: &Room,
    of: Of,
    typed: Option<Secret>,
    kept: bool,
) -> Result<(bool, Option<SecretPlace>), ApiError> {
    let Some(secret) = typed else { return Ok((kept, None)) };
    let place = vault(room).put(&name(room, of)?, &secret.0).map_err(failed)?;
    let place = match place {
        Place::Keyring => SecretPlace::Keyring,
        Place::SealedFile => SecretPlace::SealedFile,
    };
    Ok((!secret.0.is_empty(), Some(place).filter(|_| !secret.0.is_empty())))
}

/// What is kept, without secrets.
pub(in super::super) fn settings(room: &Room) -> Result<UploadSettings, ApiError> {
    let kept = room.write(|store, _| store.setting(SETTINGS))?;
    let parsed = kept.as_deref().map(serde_json::from_str::<UploadSettings>).transpose();
    let settings = parsed.unwrap_or_else(|error| {
        // Its text may hold a value; where it stands is enough.
        tracing::warn!(line = error.line(), column = error.column(), "the upload's settings cannot be read");
        None
    });
    let settings = settings.unwrap_or_default();
    if settings.secret.is_some() { move_out(room, settings) } else { Ok(settings) }
}

/// An earlier version kept the secret in the database: it goes out, and its old pages are rewritten.
fn move_out(room: &Room, mut settings: UploadSettings) -> Result<UploadSettings, ApiError> {
    let secret = settings.secret.take().filter(|secret| !secret.0.is_empty());
    let (kept, place) = keep_secret(room, Of::Target, secret, false)?;
    (settings.secret_kept, settings.secret_place) = (kept, place);
    keep(room, &settings)?;
    room.write(|store, _| store.scrub())?;
    tracing::info!("the upload's secret was moved out of the database");
    Ok(settings)
}

/// Keeps settings as they are.
pub(in super::super) fn keep(room: &Room, settings: &UploadSettings) -> Result<(), ApiError> {
    // Whoever calls: no secret goes into the store.
    let bare = UploadSettings { secret: None, proxy_secret: None, ..settings.clone() };
    let text = serde_json::to_string(&bare).map_err(|e| {
        ApiError::new("bad_settings", "设置无法保存。", "The settings cannot be kept.").with_story(e)
    })?;
    room.write(move |store, now| store.set_setting(SETTINGS, &text, now))
}

pub(in super::super) fn save(room: &Room, mut new: UploadSettings) -> Result<UploadSettings, ApiError> {
    let old = settings(room)?;
    (new.secret_kept, new.secret_place) = (old.secret_kept, old.secret_place);
    new.proxy_secret_kept = old.proxy_secret_kept;
    new.parallel = new.parallel.clamp(1, upload::policy::PARALLEL_MOST);
    let (typed, typed_for_proxy) = (new.secret.take(), new.proxy_secret.take());
    if let Some(target) = &new.target {
        // Opening reaches for nothing: it finds wrong addresses, bad certificates, missing folders. A secret that was
        // lost is no reason to refuse a new one.
        let of = |typed: &Option<Secret>, of, kept| match typed {
            Some(secret) => Ok(Some(secret.clone())),
            None => kept_secret(room, of, kept),
        };
        let keys = Keys {
            target: of(&typed, Of::Target, old.secret_kept)?,
            proxy: of(&typed_for_proxy, Of::Proxy, old.proxy_secret_kept)?,
        };
        upload::target::open(&target_of(target, keys.target.as_ref()), &network(&new, keys.proxy))
            .map_err(words::upload)?;
    }
    let typed_one = typed.is_some();
    let (kept, place) = keep_secret(room, Of::Target, typed, old.secret_kept)?;
    new.secret_kept = kept;
    if typed_one {
        new.secret_place = place;
    }
    new.proxy_secret_kept = keep_secret(room, Of::Proxy, typed_for_proxy, old.proxy_secret_kept)?.0;
    keep(room, &new)?;
    Ok(new)
}

pub(super) fn target_of(target: &UploadTarget, secret: Option<&Secret>) -> TargetSettings {
    let secret = || secret.cloned().unwrap_or_default();
    match target.clone() {
        UploadTarget::S3 { endpoint, region, bucket, path_style, access_key, conditional_put } => {
            TargetSettings::S3 {
                endpoint,
                region,
                bucket,
                path_style,
                access_key,
                secret_key: secret(),
                conditional_put,
            }
        }
        UploadTarget::Folder { path } => TargetSettings::Folder { path: path.into() },
        UploadTarget::Endpoint { url } => {
            TargetSettings::Endpoint { url, token: Some(secret()).filter(|token| !token.0.is_empty()) }
        }
    }
}

pub(super) fn network(settings: &UploadSettings, proxy_secret: Option<Secret>) -> Network {
    let user = settings.proxy_user.clone().filter(|user| !user.is_empty());
    Network {
        proxy: match settings.proxy.trim() {
            "" | "system" => ProxyChoice::System,
            "direct" => ProxyChoice::Direct,
            url => ProxyChoice::Via {
                url: url.to_owned(),
                login: user.map(|user| (user, proxy_secret.unwrap_or_default())),
            },
        },
        ca_pem: settings.ca_pem.clone().filter(|pem| !pem.trim().is_empty()),
        allow_plain_http: settings.allow_plain_http,
    }
}
