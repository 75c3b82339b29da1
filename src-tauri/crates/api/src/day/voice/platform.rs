//! Speech programs of the systems. On Windows the webview brings the system's own voices, so nothing is looked for.

#[cfg(all(test, unix))]
use std::path::Path;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::view::Language;

/// How a program wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Speech Dispatcher's client.
    #[cfg(target_os = "linux")]
    Dispatcher,
    /// espeak-ng and what is called like it.
    Espeak,
    /// macOS.
    #[cfg(target_os = "macos")]
    Say,
}

/// A speech program that is there.
#[derive(Debug, Clone)]
pub(super) struct Program {
    kind: Kind,
    path: PathBuf,
}

/// What can be there, the better voice first. Speech Dispatcher asks whatever voice the owner of the machine has
/// chosen; espeak-ng brings its own.
#[cfg(target_os = "linux")]
const KNOWN: &[(Kind, &str)] =
    &[(Kind::Dispatcher, "spd-say"), (Kind::Espeak, "espeak-ng"), (Kind::Espeak, "espeak")];
#[cfg(target_os = "macos")]
const KNOWN: &[(Kind, &str)] = &[(Kind::Say, "say")];
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const KNOWN: &[(Kind, &str)] = &[];

/// The speech programs in the path of programs, the better voice first.
pub(super) fn find() -> Vec<Program> {
    let Some(path) = std::env::var_os("PATH") else { return Vec::new() };
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = |&(kind, name): &(Kind, &str)| {
        let path = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file())?;
        Some(Program { kind, path })
    };
    KNOWN.iter().filter_map(found).collect()
}

impl Program {
    /// A program that is asked like espeak-ng.
    #[cfg(all(test, unix))]
    pub(super) fn espeak(path: &Path) -> Self {
        Self { kind: Kind::Espeak, path: path.to_owned() }
    }

    /// Its name, for people.
    pub(super) fn name(&self) -> &str {
        self.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// Says a sentence and returns when it is said.
    pub(super) fn say(&self, sentence: &str, language: Language) -> std::io::Result<()> {
        let mut command = Command::new(&self.path);
        let chinese = language == Language::Zh;
        match self.kind {
            #[cfg(target_os = "linux")]
            Kind::Dispatcher => {
                command.args(["--wait", "--language", if chinese { "zh" } else { "en" }, "--"])
            }
            Kind::Espeak => {
                // The old espeak calls Mandarin otherwise.
                let mandarin = if self.name() == "espeak" { "zh" } else { "cmn" };
                command.args(["-v", if chinese { mandarin } else { "en" }, "-s", "140", "--"])
            }
            #[cfg(target_os = "macos")]
            Kind::Say => command.args(["-v", if chinese { "Tingting" } else { "Samantha" }]),
        };
        let done = command
            .arg(sentence)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if done.success() { Ok(()) } else { Err(std::io::Error::other(done.to_string())) }
    }
}
