//! Encrypted parcels: opened by the right key only, and damage is told.

#![allow(clippy::unwrap_used)] // a test program from end to end

mod sample;

use std::fs;
use std::path::Path;

use delivery::{
    CancelToken, DeliveryError, FileSystem, Key, Lock, Parcel, SecretString, new_keys, open_parcel,
    parcel_size, verify_parcel, write_parcel,
};
use domain::{ContentHash, Timestamp};

fn write(dir: &Path, lock: &Lock) -> Result<Parcel, DeliveryError> {
    let plan = sample::plan(&sample::items(30, 5000));
    let pictures = sample::pictures(30, 5000);
    let cancel = CancelToken::default();
    write_parcel(&plan, dir, FileSystem::Other, lock, &pictures, Timestamp(0), &mut |_| {}, &cancel)
}

fn files(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}

#[test]
fn the_receivers_key_opens_a_parcel_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let (secret, public) = new_keys();
    let parcel = write(dir.path(), &Lock::Recipient(public)).unwrap();
    let raw = fs::read(&parcel.path).unwrap();
    assert_eq!((parcel.bytes, parcel.hash), (raw.len() as u64, ContentHash::of(&raw)));
    let note = fs::read_to_string(dir.path().join("bag.bag.tar.age.sha256")).unwrap();
    assert_eq!(note, format!("{}  bag.bag.tar.age\n", parcel.hash));
    assert_eq!(files(dir.path()), 2, "no temporary file is left");
    let size = parcel_size(&sample::plan(&sample::items(30, 5000)));
    assert!(parcel.bytes <= size && size < parcel.bytes + parcel.bytes, "{size} {}", parcel.bytes);

    let cancel = CancelToken::default();
    let key = Key::Identity(secret);
    assert_eq!(verify_parcel(&parcel.path, &key, &cancel).unwrap(), 31);
    let out = tempfile::tempdir().unwrap();
    let (bag, report) = open_parcel(&parcel.path, &key, out.path(), &cancel).unwrap();
    assert!(report.is_valid() && report.bag_checksum == Some(parcel.bag_checksum));
    assert_eq!((bag, files(out.path())), (out.path().join("bag"), 1));
    assert!(matches!(
        open_parcel(&parcel.path, &key, out.path(), &cancel),
        Err(DeliveryError::OtherContent { .. })
    ));
    let (other, _) = new_keys();
    let refused = verify_parcel(&parcel.path, &Key::Identity(other), &cancel).unwrap_err();
    assert!(matches!(refused, DeliveryError::Key));
}

#[test]
fn damaged_and_cut_parcels_leave_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let (secret, public) = new_keys();
    let key = Key::Identity(secret);
    let sound = fs::read(write(dir.path(), &Lock::Recipient(public)).unwrap().path).unwrap();
    let path = dir.path().join("damaged");
    let out = tempfile::tempdir().unwrap();
    for cut in [0, 100, 70_000, sound.len() - 1] {
        fs::write(&path, &sound[..cut]).unwrap();
        let refused = open_parcel(&path, &key, out.path(), &CancelToken::default()).unwrap_err();
        assert!(matches!(refused, DeliveryError::Parcel(_)), "{cut}: {refused:?}");
        assert!(matches!(verify_parcel(&path, &key, &CancelToken::default()), Err(DeliveryError::Parcel(_))));
    }
    let mut flipped = sound.clone();
    flipped[90_000] ^= 1;
    fs::write(&path, flipped).unwrap();
    let refused = open_parcel(&path, &key, out.path(), &CancelToken::default()).unwrap_err();
    assert!(matches!(refused, DeliveryError::Parcel(_)), "{refused:?}");
    assert_eq!(files(out.path()), 0);
}

#[test]
fn a_passphrase_opens_what_it_locked() {
    let dir = tempfile::tempdir().unwrap();
    let secret = |text: &str| SecretString::from(text.to_owned());
    let parcel = write(dir.path(), &Lock::Passphrase(secret("正确的长口令八位"))).unwrap();
    let cancel = CancelToken::default();
    assert_eq!(
        verify_parcel(&parcel.path, &Key::Passphrase(secret("正确的长口令八位")), &cancel).unwrap(),
        31
    );
    let wrong = verify_parcel(&parcel.path, &Key::Passphrase(secret("wrong pass")), &cancel).unwrap_err();
    assert!(matches!(wrong, DeliveryError::Key));
    for bad in [Lock::Passphrase(secret("short")), Lock::Recipient("age1nonsense".into())] {
        assert!(matches!(write(dir.path(), &bad), Err(DeliveryError::Key)));
    }
}

#[test]
fn a_parcel_without_a_picture_of_the_store_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let plan = sample::plan(&sample::items(3, 100));
    let (_, public) = new_keys();
    let lock = Lock::Recipient(public);
    let cancel = CancelToken::default();
    let pictures = sample::pictures(2, 100);
    let refused = write_parcel(
        &plan,
        dir.path(),
        FileSystem::Other,
        &lock,
        &pictures,
        Timestamp(0),
        &mut |_| {},
        &cancel,
    );
    assert!(matches!(refused, Err(DeliveryError::Picture)));
    assert_eq!(files(dir.path()), 0);
    let mut huge = plan.clone();
    huge.files[0].bytes = 1 << 32;
    let refused = write_parcel(
        &huge,
        dir.path(),
        FileSystem::Fat,
        &lock,
        &pictures,
        Timestamp(0),
        &mut |_| {},
        &cancel,
    );
    assert!(matches!(refused, Err(DeliveryError::TooLargeForFat32 { .. })));
}
