//! Sealed files: age, for an X25519 key that lies in the user's own configuration.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519::Identity;

use crate::{SecretError, platform};

fn path(files: &Path, name: &str) -> PathBuf {
    files.join(format!("{name}.age"))
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// This user's key on this computer, made when it is first needed.
fn key(keys: &Path) -> Result<Identity, SecretError> {
    let path = keys.join("machine.key");
    if let Some(text) = read_if_there(&path)? {
        let text = String::from_utf8(text).map_err(|_| SecretError::Sealed)?;
        return text.trim().parse().map_err(|_| SecretError::Sealed);
    }
    let fresh = Identity::generate();
    platform::write_private(&path, format!("{}\n", fresh.to_string().expose_secret()).as_bytes())?;
    Ok(fresh)
}

pub(crate) fn write(files: &Path, keys: &Path, name: &str, secret: &str) -> Result<(), SecretError> {
    let sealed = age::encrypt(&key(keys)?.to_public(), secret.as_bytes()).map_err(|_| SecretError::Sealed)?;
    Ok(platform::write_private(&path(files, name), &sealed)?)
}

pub(crate) fn read(files: &Path, keys: &Path, name: &str) -> Result<Option<String>, SecretError> {
    let Some(sealed) = read_if_there(&path(files, name))? else { return Ok(None) };
    let plain = age::decrypt(&key(keys)?, &sealed).map_err(|_| SecretError::Sealed)?;
    String::from_utf8(plain).map(Some).map_err(|_| SecretError::Sealed)
}

pub(crate) fn remove(files: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(path(files, name)) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
