//! Where the hall's database is: kept in the data folder, the password in a file of its own that only this account reads.

use std::path::{Path, PathBuf};

use domain::Timestamp;
use hall::{HallAddress, HallSettings};
use serde::{Deserialize, Serialize};
use store::Store;

use super::view::HallAddressView;
use super::words;
use crate::ApiError;

/// Key of the address in the store.
const SETTING: &str = "hall";
/// File of the password, beside the database: not in it, since that is copied, looked at and handed over.
const PASSWORD: &str = "hall.password";
/// Longest password.
const MAX_PASSWORD: u64 = 1_000;
/// Most bytes of a file with certificates.
const MAX_CA: u64 = 256 * 1024;

/// What is kept in the store.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    host: String,
    port: u16,
    database: String,
    user: String,
    ca_file: String,
}

/// The address that is kept, without the password.
pub(super) fn kept(store: &Store) -> Result<HallAddressView, ApiError> {
    let text = store.setting(SETTING).map_err(crate::words::store)?;
    let Some(kept) = text.and_then(|text| serde_json::from_str::<Kept>(&text).ok()) else {
        return Ok(HallAddressView::default());
    };
    Ok(HallAddressView {
        host: kept.host,
        port: kept.port,
        database: kept.database,
        user: kept.user,
        password: None,
        password_kept: password_file(store.root()).is_file(),
        ca_file: kept.ca_file,
    })
}

/// Keeps an address; a password of its own goes into its file.
pub(super) fn keep(store: &mut Store, new: &HallAddressView, now: Timestamp) -> Result<(), ApiError> {
    if !new.host.trim().is_empty() {
        // Refused before anything is kept.
        settings(new, None)?;
    }
    if let Some(password) = &new.password {
        write_password(store.root(), password)?;
    }
    let kept = Kept {
        host: new.host.trim().to_owned(),
        port: new.port,
        database: new.database.trim().to_owned(),
        user: new.user.trim().to_owned(),
        ca_file: new.ca_file.trim().to_owned(),
    };
    let text = serde_json::to_string(&kept).unwrap_or_default();
    store.set_setting(SETTING, &text, now).map_err(crate::words::store)
}

/// The address as the hall wants it, with the password of the request or the one that is kept in `folder`.
pub(super) fn settings(view: &HallAddressView, folder: Option<&Path>) -> Result<HallSettings, ApiError> {
    if view.host.trim().is_empty() {
        return Err(words::no_address());
    }
    let kept = || folder.and_then(read_password).unwrap_or_default();
    let address = HallAddress {
        host: view.host.trim().to_owned(),
        port: view.port,
        database: view.database.trim().to_owned(),
        user: view.user.trim().to_owned(),
        password: view.password.clone().unwrap_or_else(kept),
    };
    let settings = HallSettings::of(&address).map_err(words::error)?;
    if view.ca_file.trim().is_empty() {
        return Ok(settings);
    }
    let pem = read_small(Path::new(view.ca_file.trim()), MAX_CA).map_err(|e| words::no_ca_file(&e))?;
    settings.with_ca(&pem).map_err(words::error)
}

fn password_file(folder: &Path) -> PathBuf {
    folder.join(PASSWORD)
}

fn read_small(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(std::io::ErrorKind::InvalidData.into()) } else { Ok(bytes) }
}

fn read_password(folder: &Path) -> Option<String> {
    String::from_utf8(read_small(&password_file(folder), MAX_PASSWORD).ok()?).ok()
}

fn write_password(folder: &Path, password: &str) -> Result<(), ApiError> {
    let path = password_file(folder);
    let failed = |error: std::io::Error| {
        ApiError::new(
            "hall_password_file",
            "密码写不进数据文件夹。请检查磁盘。",
            "The password cannot be written into the data folder. Check the disk.",
        )
        .with_story(error.kind())
    };
    if password.is_empty() {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        };
    }
    crate::files::put(&path, password.as_bytes(), true).map_err(failed)?;
    platform::only_for_us(&path).map_err(failed)
}

#[cfg(unix)]
mod platform {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    pub(super) fn only_for_us(path: &Path) -> std::io::Result<()> {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
    }
}

#[cfg(not(unix))]
mod platform {
    use std::path::Path;

    /// The data folder lies in the account's own folder, which others cannot read.
    pub(super) fn only_for_us(_: &Path) -> std::io::Result<()> {
        Ok(())
    }
}
