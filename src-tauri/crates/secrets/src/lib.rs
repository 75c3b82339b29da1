//! Keys and passwords outside the database: the system's keyring, or a sealed file where there is none.
//!
//! What it protects from, and what not. Nothing of a secret is in the database, so neither a copy nor a backup of it
//! nor a bug report gives one away. In the keyring (Windows Credential Manager, macOS Keychain, the Secret Service of a
//! Linux desktop) the system locks it to the signed-in user. Where there is no keyring, the secret lies in a file that
//! only this user may read, sealed for a key that lies elsewhere, in the user's own configuration: a copied or stolen
//! *data folder* is of no use without it. Neither of both protects from somebody who works as the same user or as the
//! administrator, and the sealed file does not protect a stolen laptop whose disk is not encrypted.

mod keyrings;
mod platform;
mod sealed;

use std::io;
use std::path::PathBuf;

use domain::Text;
use thiserror::Error;

pub use platform::key_folder;

/// Where a secret lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the system's keyring.
    Keyring,
    /// In a sealed file.
    SealedFile,
}

/// Why a secret can be neither kept nor had. Holds nothing of it.
#[derive(Debug, Error)]
pub enum SecretError {
    /// Not a name that may be a file's.
    #[error("not a name for a secret")]
    Name,
    /// A file cannot be written or read.
    #[error("file of a secret: {0}")]
    File(#[from] io::Error),
    /// The sealed file cannot be opened: it comes from another computer or user, or is damaged.
    #[error("a sealed secret that this user's key does not open")]
    Sealed,
    /// The keyring has it and does not give it.
    #[error("keyring: {0}")]
    Keyring(&'static str),
}

impl SecretError {
    /// Fixed name of the failure, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name => "secret_name",
            Self::File(_) => "secret_file",
            Self::Sealed => "secret_sealed",
            Self::Keyring(_) => "secret_keyring",
        }
    }

    /// What happened and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::Name | Self::File(_) => Text::new(
                "密钥保存不了或读不出。请检查用户文件夹的权限和磁盘空间，再填一次。",
                "The secret cannot be kept or read. Check permissions and space of the user's folder, then enter it again.",
            ),
            Self::Sealed => Text::new(
                "这台电脑（或这个用户）打不开保存的密钥，数据文件夹可能来自别的电脑。请重新填写密钥。",
                "This computer or user cannot open the secret that was kept; the data folder may come from another one. Enter it again.",
            ),
            Self::Keyring(_) => Text::new(
                "系统钥匙串没有给出密钥。请解锁钥匙串，或重新填写密钥。",
                "The system's keyring does not give the secret. Unlock it, or enter the secret again.",
            ),
        }
    }
}

/// Keeps the secrets of one data folder.
#[derive(Debug, Clone)]
pub struct Vault {
    /// Folder of the sealed files.
    pub files: PathBuf,
    /// Folder of the key that opens them; not the same, and not below the data.
    pub keys: PathBuf,
    /// Use the system's keyring where it answers.
    pub keyring: bool,
}

impl Vault {
    /// Keeps a secret under a name (`a-z 0-9 -`, at most 64), in place of what it had. An empty one is forgotten.
    pub fn put(&self, name: &str, secret: &str) -> Result<Place, SecretError> {
        plain(name)?;
        if secret.is_empty() {
            self.forget(name)?;
            return Ok(Place::SealedFile);
        }
        if self.keyring {
            match keyrings::put(name, secret) {
                Ok(()) => {
                    sealed::remove(&self.files, name)?;
                    return Ok(Place::Keyring);
                }
                Err(why) => tracing::info!(why, "no keyring; the secret goes into a sealed file"),
            }
        }
        sealed::write(&self.files, &self.keys, name, secret)?;
        Ok(Place::SealedFile)
    }

    /// The secret under a name, if one is kept.
    pub fn get(&self, name: &str) -> Result<Option<String>, SecretError> {
        plain(name)?;
        // A file is newer than what a keyring may have: it is removed when the keyring takes over.
        match sealed::read(&self.files, &self.keys, name)? {
            Some(secret) => Ok(Some(secret)),
            None if self.keyring => keyrings::get(name).map_err(SecretError::Keyring),
            None => Ok(None),
        }
    }

    /// Forgets a secret, wherever it lies.
    pub fn forget(&self, name: &str) -> Result<(), SecretError> {
        plain(name)?;
        sealed::remove(&self.files, name)?;
        if self.keyring {
            // A keyring that does not answer has nothing that this computer could give away now.
            keyrings::forget(name).unwrap_or_else(|why| tracing::info!(why, "the keyring forgets nothing"));
        }
        Ok(())
    }
}

fn plain(name: &str) -> Result<(), SecretError> {
    let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    if (1..=64).contains(&name.len()) && name.bytes().all(fits) { Ok(()) } else { Err(SecretError::Name) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    fn vault(home: &std::path::Path) -> Vault {
        Vault { files: home.join("data/secrets"), keys: home.join("user"), keyring: false }
    }

    #[test]
    fn a_secret_comes_back_and_lies_nowhere_in_the_open() {
        let home = tempfile::tempdir().unwrap();
        let vault = vault(home.path());
        assert_eq!(vault.get("upload").unwrap(), None);
        assert_eq!(vault.put("upload", "秘密-geheim").unwrap(), Place::SealedFile);
        assert_eq!(vault.get("upload").unwrap().as_deref(), Some("秘密-geheim"));
        let file = fs::read(home.path().join("data/secrets/upload.age")).unwrap();
        assert!(!file.windows(6).any(|part| part == b"geheim"));
        vault.put("upload", "other").unwrap();
        assert_eq!(vault.get("upload").unwrap().as_deref(), Some("other"));
        vault.put("upload", "").unwrap();
        assert_eq!(vault.get("upload").unwrap(), None);
        assert_eq!(fs::read_dir(home.path().join("data/secrets")).unwrap().count(), 0);
    }

    #[test]
    fn a_copied_data_folder_opens_for_nobody_else() {
        let home = tempfile::tempdir().unwrap();
        let own = vault(home.path());
        own.put("upload", "geheim").unwrap();
        let other = Vault { keys: home.path().join("somebody-else"), ..own.clone() };
        assert!(matches!(other.get("upload"), Err(SecretError::Sealed)));
        // A damaged file is told, not taken for none.
        let file = home.path().join("data/secrets/upload.age");
        let mut bytes = fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&file, bytes).unwrap();
        assert!(matches!(own.get("upload"), Err(SecretError::Sealed)));
        // What somebody else could not open, they may still replace.
        other.put("upload", "new").unwrap();
        assert_eq!(other.get("upload").unwrap().as_deref(), Some("new"));
    }

    #[test]
    #[cfg(unix)]
    fn only_this_user_may_read_what_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        vault(home.path()).put("upload", "geheim").unwrap();
        for (path, mode) in [
            ("data/secrets/upload.age", 0o600),
            ("user/machine.key", 0o600),
            ("user", 0o700),
            ("data/secrets", 0o700),
        ] {
            let facts = fs::metadata(home.path().join(path)).unwrap();
            assert_eq!(facts.permissions().mode() & 0o777, mode, "{path}");
        }
    }

    #[test]
    fn a_name_is_no_path() {
        let home = tempfile::tempdir().unwrap();
        for name in ["", "..", "../x", "a/b", "A", "a b", "密"] {
            assert!(matches!(vault(home.path()).put(name, "x"), Err(SecretError::Name)), "{name}");
        }
    }
}
