//! 加密交付包: a whole bag as one `NAME.bag.tar.age`, for a recipient (age X25519) or a passphrase.
//!
//! The bag is streamed into the cipher as it is made: no plain picture ever lies on the target. Inside is an ordinary
//! tar with an ordinary bag, so `age -d | tar x` and any BagIt tool open it without this program. A parcel is one
//! stream with a key of its own, so an interrupted one is written anew.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret, SecretString};
use age::{Decryptor, Encryptor, Identity, Recipient, scrypt, x25519};
use domain::{ContentHash, Timestamp};
use sha2::{Digest, Sha256};

use crate::bag::manifest::{self, Line};
use crate::bag::{
    BUFFER, BagPlan, CancelToken, Device, Disk, Phase, Progress, VerifyReport, content, finished, hash_of,
    temporary_of, verify_bag,
};
use crate::drives::FileSystem;
use crate::error::DeliveryError;
use crate::item::Pictures;
use crate::platform;

/// log2 of the work a passphrase costs: about a second on a laptop, and what age itself takes at most by default.
const WORK: u8 = 18;
/// The most that is spent on opening a file that asks for more.
const MOST_WORK: u8 = 20;

/// For whom a parcel is locked.
#[derive(Clone)]
pub enum Lock {
    /// An X25519 recipient, `age1…`.
    Recipient(String),
    /// A passphrase of at least 8 characters.
    Passphrase(SecretString),
}

/// What opens a parcel.
#[derive(Clone)]
pub enum Key {
    /// An X25519 identity, `AGE-SECRET-KEY-1…`.
    Identity(SecretString),
    /// A passphrase.
    Passphrase(SecretString),
}

/// A parcel that was written and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The file.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of the file; also written beside it as `….sha256`.
    pub hash: ContentHash,
    /// SHA-256 of the bag's `tagmanifest-sha256.txt` inside, for the receipt.
    pub bag_checksum: ContentHash,
    /// The device has it all; it may be pulled.
    pub safe_to_remove: bool,
}

/// A new pair of keys: the identity to be kept secret by the receiver, and the recipient to be given to the sender.
pub fn new_keys() -> (SecretString, String) {
    let identity = x25519::Identity::generate();
    (identity.to_string(), identity.to_public().to_string())
}

/// How large the parcel will be, within a few kilobytes: tar adds up to 2 KiB per file, age 16 bytes per 64 KiB.
pub fn parcel_size(plan: &BagPlan) -> u64 {
    let entries: u64 = plan.files.iter().map(|file| file.bytes.div_ceil(512) * 512 + 2560).sum();
    let tags = plan.manifest().len() as u64 + (64 << 10);
    let plain = entries + tags;
    plain + plain.div_ceil(64 << 10) * 16
}

/// Writes a bag as one encrypted file into `into`: under a temporary name, flushed, read back from the device and
/// compared, then renamed. On any error nothing but a temporary file is left, and that is removed.
#[allow(clippy::too_many_arguments)] // each is its own thing, and a struct would only rename them
pub fn write_parcel(
    plan: &BagPlan,
    into: &Path,
    file_system: FileSystem,
    lock: &Lock,
    pictures: &dyn Pictures,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelToken,
) -> Result<Parcel, DeliveryError> {
    let size = parcel_size(plan);
    if file_system == FileSystem::Fat && size > u64::from(u32::MAX) {
        return Err(DeliveryError::TooLargeForFat32 { bytes: size });
    }
    let recipient = recipient(lock)?;
    let target = into.join(format!("{}.bag.tar.age", plan.name));
    let temporary = temporary_of(&target);
    let mut writing = Writing { plan, pictures, now, progress, cancel, size };
    let written = writing.all(&temporary, into, &*recipient).and_then(|(bytes, hash, bag_checksum)| {
        Disk.rename(&temporary, &target)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let note = target.with_file_name(format!("{name}.sha256"));
        let note_temporary = temporary_of(&note);
        Disk.write(&note_temporary, format!("{hash}  {name}\n").as_bytes())?;
        Disk.settle(into, std::slice::from_ref(&note_temporary))?;
        Disk.rename(&note_temporary, &note)?;
        Disk.settle(into, &[target.clone(), note])?;
        Ok(Parcel { path: target.clone(), bytes, hash, bag_checksum, safe_to_remove: true })
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary); // may not be there
    }
    written
}

struct Writing<'a> {
    plan: &'a BagPlan,
    pictures: &'a dyn Pictures,
    now: Timestamp,
    progress: &'a mut dyn FnMut(Progress),
    cancel: &'a CancelToken,
    size: u64,
}

impl Writing<'_> {
    fn all(
        &mut self,
        temporary: &Path,
        into: &Path,
        recipient: &dyn Recipient,
    ) -> Result<(u64, ContentHash, ContentHash), DeliveryError> {
        let out = Hashing {
            inner: BufWriter::with_capacity(1 << 20, File::create(temporary)?),
            hasher: Sha256::new(),
            bytes: 0,
        };
        let encryptor = Encryptor::with_recipients(iter::once(recipient)).map_err(|_| DeliveryError::Key)?;
        let mut tar = tar::Builder::new(encryptor.wrap_output(out)?);
        let bag_checksum = self.entries(&mut tar)?;
        let mut out = tar.into_inner()?.finish()?;
        out.flush()?;
        let (bytes, hash) = (out.bytes, finished(out.hasher));
        drop(out.inner);
        Disk.settle(into, &[temporary.to_owned()])?;
        self.tell(Phase::ReadingBack, bytes);
        let back = hash_of(&mut platform::open_cold(temporary)?, &mut vec![0; BUFFER])?;
        if back == hash { Ok((bytes, hash, bag_checksum)) } else { Err(DeliveryError::ReadBack) }
    }

    /// Tag files first, so that the contents can be checked as they stream by.
    fn entries<W: Write>(&mut self, tar: &mut tar::Builder<W>) -> Result<ContentHash, DeliveryError> {
        let mut checksum = ContentHash::of(b"");
        for (name, text) in self.plan.tag_files(self.now) {
            if name == "tagmanifest-sha256.txt" {
                checksum = ContentHash::of(text.as_bytes());
            }
            self.entry(tar, name, text.as_bytes())?;
        }
        let mut done = 0;
        for file in &self.plan.files {
            if self.cancel.is_cancelled() {
                return Err(DeliveryError::Cancelled);
            }
            let bytes = content(self.plan, file, self.pictures).map_err(|_| DeliveryError::Picture)?;
            self.entry(tar, &file.path, &bytes)?;
            done += file.bytes;
            self.tell(Phase::Writing, done);
        }
        Ok(checksum)
    }

    fn entry<W: Write>(&self, tar: &mut tar::Builder<W>, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        header.set_mtime(u64::try_from(self.now.0 / 1000).unwrap_or(0));
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, format!("{}/{path}", self.plan.name), bytes)
    }

    fn tell(&mut self, phase: Phase, bytes: u64) {
        let (done, files) =
            if phase == Phase::ReadingBack { (self.size, 0) } else { (bytes, self.plan.files.len()) };
        let at =
            Progress { phase, files_done: 0, files: files as u32, bytes_done: done, bytes: 2 * self.size };
        (self.progress)(at);
    }
}

/// Unpacks a parcel as the bag `into/NAME`, which must not be there yet, and verifies it. Nothing stays if it is not
/// sound.
pub fn open_parcel(
    parcel: &Path,
    key: &Key,
    into: &Path,
    cancel: &CancelToken,
) -> Result<(PathBuf, VerifyReport), DeliveryError> {
    let work = into.join(format!(".gb-open-{}.part", std::process::id()));
    fs::create_dir(&work)?;
    let opened = unpack(parcel, key, &work, cancel).and_then(|name| {
        let report = verify_bag(&work.join(&name), &mut |_, _| {}, cancel)?;
        let bag = into.join(&name);
        if bag.symlink_metadata().is_ok() {
            return Err(DeliveryError::OtherContent { count: 1 });
        }
        if !report.is_valid() {
            return Err(DeliveryError::Parcel("its bag is not whole"));
        }
        platform::rename(&work.join(&name), &bag)?;
        Ok((bag, report))
    });
    let _ = fs::remove_dir_all(&work); // ours, and empty if all went well
    opened
}

/// Reads a parcel through and checks every hash in memory, without writing anything. Answers the number of files.
pub fn verify_parcel(parcel: &Path, key: &Key, cancel: &CancelToken) -> Result<u32, DeliveryError> {
    let mut expected: Option<HashMap<String, ContentHash>> = None;
    let mut files = 0;
    let mut declared = false;
    let mut buffer = vec![0; BUFFER];
    walk(parcel, key, cancel, &mut |_, path, content| {
        match path {
            "manifest-sha256.txt" => {
                let mut list = HashMap::new();
                let mut text = io::BufReader::new(content);
                while let Some(line) = manifest::next(&mut text)? {
                    let entry = match line {
                        Line::Entry { hash, path } => ContentHash::from_hex(&hash).map(|hash| (path, hash)),
                        _ => None,
                    };
                    let (path, hash) = entry.ok_or(DeliveryError::Parcel("a line of the manifest"))?;
                    list.insert(path, hash);
                }
                expected = Some(list);
            }
            "bagit.txt" => declared = true,
            path if path.starts_with("data/") => {
                let listed = expected.as_mut().and_then(|list| list.remove(path));
                if listed != Some(hash_of(content, &mut buffer)?) {
                    return Err(DeliveryError::Parcel("a file is not what the manifest says"));
                }
                files += 1;
            }
            _ => {}
        }
        Ok(())
    })?;
    match expected {
        Some(rest) if rest.is_empty() && declared => Ok(files),
        _ => Err(DeliveryError::Parcel("files are missing")),
    }
}

fn unpack(parcel: &Path, key: &Key, work: &Path, cancel: &CancelToken) -> Result<String, DeliveryError> {
    let mut bag = String::new();
    walk(parcel, key, cancel, &mut |name, path, content| {
        bag = name.to_owned();
        let target = work.join(name).join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create_new(&target)?;
        io::copy(content, &mut file)?;
        Ok(())
    })?;
    if bag.is_empty() { Err(DeliveryError::Parcel("it is empty")) } else { Ok(bag) }
}

type Visit<'a> = dyn FnMut(&str, &str, &mut dyn Read) -> Result<(), DeliveryError> + 'a;

/// Gives each file as (bag, path in the bag, content). Anything but plain files inside of one folder is refused.
fn walk(parcel: &Path, key: &Key, cancel: &CancelToken, visit: &mut Visit<'_>) -> Result<(), DeliveryError> {
    let identity = identity(key)?;
    let input = io::BufReader::with_capacity(1 << 20, File::open(parcel)?);
    let decryptor = Decryptor::new_buffered(input).map_err(|_| DeliveryError::Parcel("not an age file"))?;
    let stream = decryptor.decrypt(iter::once(&*identity)).map_err(|_| DeliveryError::Key)?;
    let mut archive = tar::Archive::new(stream);
    let broken = |_: io::Error| DeliveryError::Parcel("damaged");
    let mut bag: Option<String> = None;
    for entry in archive.entries().map_err(broken)? {
        if cancel.is_cancelled() {
            return Err(DeliveryError::Cancelled);
        }
        let mut entry = entry.map_err(broken)?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(DeliveryError::Parcel("holds something else than files"));
        }
        let path = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| DeliveryError::Parcel("a name is not in UTF-8"))?;
        let (name, rest) = path.split_once('/').ok_or(DeliveryError::Parcel("a file outside of the bag"))?;
        let same = bag.get_or_insert_with(|| name.to_owned()) == name;
        if !same || !manifest::is_inside(&path) {
            return Err(DeliveryError::Parcel("a file outside of the bag"));
        }
        visit(name, rest, &mut entry).map_err(|e| match e {
            // age tells a damaged stream as bad data, tar a cut one as an early end.
            DeliveryError::Io(e)
                if matches!(e.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                DeliveryError::Parcel("damaged")
            }
            other => other,
        })?;
    }
    // The end of the tar is not the end of the cipher: only its last block tells that nothing was cut off.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    Ok(())
}

fn recipient(lock: &Lock) -> Result<Box<dyn Recipient>, DeliveryError> {
    match lock {
        Lock::Recipient(text) => {
            Ok(Box::new(text.trim().parse::<x25519::Recipient>().map_err(|_| DeliveryError::Key)?))
        }
        Lock::Passphrase(passphrase) if passphrase.expose_secret().chars().count() < 8 => {
            Err(DeliveryError::Key)
        }
        Lock::Passphrase(passphrase) => {
            let mut recipient = scrypt::Recipient::new(passphrase.clone());
            recipient.set_work_factor(WORK);
            Ok(Box::new(recipient))
        }
    }
}

fn identity(key: &Key) -> Result<Box<dyn Identity>, DeliveryError> {
    match key {
        Key::Identity(text) => {
            let text = text.expose_secret().trim();
            Ok(Box::new(text.parse::<x25519::Identity>().map_err(|_| DeliveryError::Key)?))
        }
        Key::Passphrase(passphrase) => {
            let mut identity = scrypt::Identity::new(passphrase.clone());
            identity.set_max_work_factor(MOST_WORK);
            Ok(Box::new(identity))
        }
    }
}

/// Counts and hashes what passes through.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
