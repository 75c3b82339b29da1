//! The system's keyring, asked on a thread of its own: it may wait for a person to unlock it, or for a bus that never
//! answers.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use keyring::v1::{Entry, Error};

/// Under this name the entries stand in the system's own list.
const SERVICE: &str = "gradbooth";
/// Time for a person to unlock the keyring.
const PATIENCE: Duration = Duration::from_secs(25);

fn ask<T: Send + 'static>(
    name: &str,
    act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, &'static str> {
    let (answer, answered) = sync_channel(1);
    let name = name.to_owned();
    let work = move || drop(answer.send(Entry::new(SERVICE, &name).and_then(|entry| act(&entry))));
    std::thread::Builder::new().name("keyring".into()).spawn(work).map_err(|_| "no thread")?;
    match answered.recv_timeout(PATIENCE) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(word(&error)),
        Err(_) => Err("no answer in time"),
    }
}

/// No more than the kind: an error of the system may hold anything.
fn word(error: &Error) -> &'static str {
    match error {
        Error::NoStorageAccess(_) => "locked",
        Error::NoDefaultStore => "there is none",
        Error::TooLong(..) => "too long for it",
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => "holds something else",
        Error::Ambiguous(_) => "has several of this name",
        _ => "it failed",
    }
}

pub(crate) fn put(name: &str, secret: &str) -> Result<(), &'static str> {
    let secret = secret.to_owned();
    ask(name, move |entry| entry.set_password(&secret))
}

pub(crate) fn get(name: &str) -> Result<Option<String>, &'static str> {
    let read = |entry: &Entry| match entry.get_password() {
        Ok(secret) => Ok(Some(secret)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    };
    match ask(name, read) {
        // Without a keyring there is nothing in it.
        Err("there is none") => Ok(None),
        answer => answer,
    }
}

pub(crate) fn forget(name: &str) -> Result<(), &'static str> {
    ask(name, |entry| match entry.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the keyring of the desktop that runs the test; entries of others are not touched. On a machine without
    /// a desktop: `dbus-run-session -- sh -c 'echo -n x | gnome-keyring-daemon --unlock --components=secrets;
    /// cargo test -p secrets -- --ignored'`.
    #[test]
    #[ignore = "needs a keyring"]
    fn a_real_keyring_keeps_gives_and_forgets() {
        let name = format!("test-{}", std::process::id());
        assert_eq!(get(&name), Ok(None));
        assert_eq!(put(&name, "秘密-geheim"), Ok(()));
        assert_eq!(get(&name), Ok(Some("秘密-geheim".to_owned())));
        assert_eq!(put(&name, "other"), Ok(()));
        assert_eq!(get(&name), Ok(Some("other".to_owned())));
        assert_eq!(forget(&name), Ok(()));
        assert_eq!(get(&name), Ok(None));
        assert_eq!(forget(&name), Ok(()));
    }
}
