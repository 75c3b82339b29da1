//! Encrypting objects for a recipient before they leave.
//!
//! age gives other bytes each time, so "the same content again is success" would not hold for a body that is sealed
//! anew on every try. The sealed bytes are therefore spooled (synced) and their hash is written into the ledger
//! before the first try; each later try sends the very same bytes. If the spool is lost, the ledger's hash still
//! tells whether the target has them; only if the target has nothing under the key is the body sealed anew.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use domain::ContentHash;

use crate::{Entry, Sealed, UploadError};

/// Seals bodies for one recipient.
pub struct Seal {
    recipient: age::x25519::Recipient,
    spool: PathBuf,
}

impl Seal {
    /// For an `age1…` recipient, with a folder of its own for what is under way (created if absent). It holds only
    /// encrypted bytes.
    pub fn new(recipient: &str, spool: &Path) -> Result<Self, UploadError> {
        let recipient =
            age::x25519::Recipient::from_str(recipient.trim()).map_err(|_| UploadError::Recipient)?;
        fs::create_dir_all(spool).map_err(UploadError::Spool)?;
        Ok(Self { recipient, spool: spool.to_owned() })
    }

    fn path(&self, entry: &Entry) -> PathBuf {
        self.spool.join(format!("{}-{}.age", entry.id, entry.content))
    }

    /// The bytes that were sealed before, if they are still what the ledger says.
    pub(crate) fn spooled(&self, entry: &Entry) -> Option<Vec<u8>> {
        let sealed = entry.sealed?;
        let bytes = fs::read(self.path(entry)).ok()?;
        (ContentHash::of(&bytes) == sealed.hash).then_some(bytes)
    }

    /// Seals `plain` and spools the result; the ledger is the caller's.
    pub(crate) fn seal(&self, entry: &Entry, plain: &[u8]) -> Result<(Sealed, Vec<u8>), UploadError> {
        let failed = |e: &dyn std::fmt::Display| UploadError::Seal(e.to_string());
        let recipients = std::iter::once(&self.recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|e| failed(&e))?;
        let mut bytes = Vec::with_capacity(plain.len() + 512);
        let mut writer = encryptor.wrap_output(&mut bytes).map_err(|e| failed(&e))?;
        writer.write_all(plain).map_err(|e| failed(&e))?;
        writer.finish().map_err(|e| failed(&e))?;
        let path = self.path(entry);
        let part = path.with_extension("part");
        let written = (|| {
            let mut file = fs::File::create(&part)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&part, &path)
        })();
        written.map_err(UploadError::Spool)?;
        Ok((Sealed { hash: ContentHash::of(&bytes), bytes: bytes.len() as u64 }, bytes))
    }

    /// The entry has arrived: its sealed bytes are no longer needed.
    pub(crate) fn forget(&self, entry: &Entry) {
        if let Err(error) = fs::remove_file(self.path(entry))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a sealed copy stays in the spool");
        }
    }
}
