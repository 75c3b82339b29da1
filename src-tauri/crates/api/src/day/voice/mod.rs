//! Numbers spoken by a voice of this machine, for hosts whose webview has none. Nothing leaves the machine, and the
//! only words that are spoken are made here from a number and a booth.

mod platform;

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use domain::ShotNumber;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ApiError;
use crate::view::Language;
use platform::Program;

/// Whether this machine can speak without its webview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct VoiceView {
    /// Name of the speech program; `None` if there is none.
    pub program: Option<String>,
}

/// What is to be spoken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VoiceRequest {
    /// 拍摄号.
    pub number: ShotNumber,
    /// Where to go.
    pub booth: String,
    /// In which language.
    pub language: Language,
}

/// Calls that may wait to be spoken. Older ones than these are on the screen and need no voice any more.
const WAITING: usize = 3;
/// Longest name of a booth that is spoken.
const MOST_OF_A_BOOTH: usize = 20;

/// A thread that speaks one call after the other; begun with the first.
#[derive(Default)]
pub(crate) struct Voice {
    speaker: Mutex<Option<(SyncSender<VoiceRequest>, JoinHandle<()>)>>,
}

impl Voice {
    /// What this machine has.
    pub(crate) fn status() -> VoiceView {
        VoiceView { program: platform::find().first().map(|program| program.name().to_owned()) }
    }

    /// Says a call soon. Refused where there is no voice.
    pub(crate) fn say(&self, request: VoiceRequest) -> Result<(), ApiError> {
        self.say_by(platform::find, request)
    }

    fn say_by(&self, find: impl FnOnce() -> Vec<Program>, request: VoiceRequest) -> Result<(), ApiError> {
        let mut speaker = self.speaker.lock().unwrap_or_else(PoisonError::into_inner);
        if speaker.is_none() {
            let programs = find();
            if programs.is_empty() {
                return Err(no_voice());
            }
            let (queue, calls) = sync_channel(WAITING);
            *speaker = Some((queue, crate::live::named("voice", move || speak(&programs, &calls))));
        }
        let Some((queue, _)) = speaker.as_ref() else { return Err(no_voice()) };
        match queue.try_send(request) {
            // More calls than a voice can say: they are on the screen.
            Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
            Err(TrySendError::Disconnected(_)) => Err(no_voice()),
        }
    }

    /// Says no more; what is being said is said to its end.
    pub(crate) fn stop(&self) {
        let speaker = self.speaker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((queue, thread)) = speaker {
            drop(queue);
            // A thread that panicked has said so in the log.
            let _ = thread.join();
        }
    }
}

fn no_voice() -> ApiError {
    ApiError::new(
        "no_voice",
        "这台电脑没有离线语音。叫号屏照常显示；要报号请安装系统语音。",
        "This machine has no offline voice. The call screen works without; install a system voice to hear numbers.",
    )
}

fn speak(programs: &[Program], calls: &Receiver<VoiceRequest>) {
    while let Ok(call) = calls.recv() {
        let sentence = sentence(&call);
        // A program may be installed and still be mute, such as a client without its server.
        let said = programs.iter().any(|program| {
            let said = program.say(&sentence, call.language);
            said.inspect_err(|error| tracing::warn!(%error, program = program.name(), "speaking")).is_ok()
        });
        if !said {
            tracing::warn!(number = %call.number, "no voice has said this call");
        }
    }
}

/// What is said. The name of a booth is somebody's typing: letters and digits of it are spoken, nothing else.
fn sentence(call: &VoiceRequest) -> String {
    let booth: String = call.booth.chars().filter(|c| c.is_alphanumeric()).take(MOST_OF_A_BOOTH).collect();
    let number = call.number;
    match call.language {
        Language::Zh => format!("请{number}号，到{booth}号机"),
        Language::En => format!("Number {number}, please go to booth {booth}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: i64, booth: &str) -> VoiceRequest {
        VoiceRequest { number: ShotNumber(number), booth: booth.to_owned(), language: Language::Zh }
    }

    #[test]
    fn only_letters_and_digits_of_a_booth_are_spoken() {
        assert_eq!(sentence(&call(128, "2")), "请128号，到2号机");
        let nasty = VoiceRequest { language: Language::En, ..call(7, "--stdin; rm -rf <b>/&东2") };
        assert_eq!(sentence(&nasty), "Number 7, please go to booth stdinrmrfb东2");
    }

    #[cfg(unix)]
    #[test]
    fn calls_are_spoken_one_after_the_other_and_too_many_are_let_go() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (script, heard) = (folder.path().join("speak"), folder.path().join("heard"));
        std::fs::write(&script, format!("#!/bin/sh\nsleep 0.1\necho \"$@\" >> '{}'\n", heard.display()))
            .unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let voice = Voice::default();
        for number in 1..=20 {
            voice.say_by(|| vec![Program::espeak(&script)], call(number, "3")).unwrap();
        }
        voice.stop();
        let heard = std::fs::read_to_string(&heard).unwrap();
        let lines: Vec<&str> = heard.lines().collect();
        assert!(lines[0].contains("请1号，到3号机"), "{heard}");
        assert!(lines.len() <= WAITING + 2, "{heard}");
    }
}
