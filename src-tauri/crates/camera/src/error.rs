//! Why there is no picture, in codes for the program and sentences for the operator.

use domain::Text;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

use crate::platform;

/// What kept a source from giving a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SourceCode {
    /// No camera is connected, or not the one that was asked for.
    NoDevice,
    /// The operating system refuses access.
    NoPermission,
    /// Another program holds the camera.
    Busy,
    /// The camera offers nothing that this program can read.
    NoUsableFormat,
    /// The camera was there and is not any more.
    Gone,
    /// The camera is there and sends nothing.
    Stalled,
    /// What arrived is not a whole picture.
    Broken,
    /// A source with an end came to it.
    Ended,
    /// Anything else; the detail says what.
    Other,
}

/// A failure of a source: its code, and a detail for the log that no decision depends on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code:?}: {detail}")]
pub struct SourceError {
    /// What happened.
    pub code: SourceCode,
    /// The words of the driver or the operating system, for the log.
    pub detail: String,
}

impl SourceError {
    /// A failure with its detail.
    pub fn new(code: SourceCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// What happened and what to do, for the operator.
    pub fn text(&self) -> Text {
        self.code.text()
    }

    /// The same as a value for a screen.
    pub fn problem(&self) -> Problem {
        Problem { code: self.code, text: self.text(), detail: self.detail.clone() }
    }
}

impl SourceCode {
    /// What happened and what to do, for the operator.
    pub fn text(self) -> Text {
        match self {
            Self::NoDevice => Text::new(
                "没有找到摄像头。请插好 USB 线或采集卡，换一个 USB 口再试；插好后会自动接上。",
                "No camera was found. Plug in the camera or capture card, or try another USB port; it is picked up by itself.",
            ),
            Self::NoPermission => platform::permission_text(),
            Self::Busy => Text::new(
                "摄像头正被别的程序占用。请关闭会议、相机、直播等程序，随后会自动接上。",
                "Another program is using the camera. Close meeting, camera or streaming programs; it is picked up by itself.",
            ),
            Self::NoUsableFormat => Text::new(
                "摄像头没有可用的画面格式（需要 MJPEG、YUYV 或 NV12，帧率为整数）。请在采集卡或相机上改输出格式，或换一台摄像头。",
                "The camera offers no usable format (MJPEG, YUYV or NV12 at a whole frame rate is needed). Change the output of the capture card or camera, or use another one.",
            ),
            Self::Gone => Text::new(
                "摄像头断开了。请检查 USB 线，重新插好后会自动恢复。",
                "The camera was disconnected. Check the USB cable; it recovers by itself once plugged in again.",
            ),
            Self::Stalled => Text::new(
                "摄像头没有画面送来，正在重新打开。若持续如此，请拔下重插，或确认相机没有休眠。",
                "The camera sends no picture and is being opened again. If this goes on, unplug and replug it, or check that it is not asleep.",
            ),
            Self::Broken => Text::new(
                "摄像头送来的画面数据不完整。请换一根更短的 USB 线，不要经过集线器。",
                "The camera sends incomplete pictures. Use a shorter USB cable, and no hub.",
            ),
            Self::Ended => Text::new("回放已结束。", "The replay has ended."),
            Self::Other => Text::new(
                "摄像头出错。请拔下重插；若仍不行，请运行摄像头诊断并把日志交给技术人员。",
                "The camera failed. Unplug and replug it; if that does not help, run the camera check and hand the log to a technician.",
            ),
        }
    }
}

/// A failure as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// What happened.
    pub code: SourceCode,
    /// What happened and what to do.
    pub text: Text,
    /// The words of the driver, for a technician.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [SourceCode; 9] = [
        SourceCode::NoDevice,
        SourceCode::NoPermission,
        SourceCode::Busy,
        SourceCode::NoUsableFormat,
        SourceCode::Gone,
        SourceCode::Stalled,
        SourceCode::Broken,
        SourceCode::Ended,
        SourceCode::Other,
    ];

    #[test]
    fn every_code_has_its_own_sentence_in_both_languages() {
        for (i, code) in ALL.iter().enumerate() {
            let text = code.text();
            assert!(text.zh.ends_with('。') && text.en.ends_with('.'), "{code:?}");
            assert!(text.zh.chars().any(|c| ('一'..='鿿').contains(&c)), "{code:?}");
            assert!(ALL[..i].iter().all(|other| other.text() != text), "{code:?} repeats a sentence");
        }
    }

    #[test]
    fn the_drivers_words_stay_out_of_the_sentence() {
        let error = SourceError::new(SourceCode::Busy, "V4L2 Error: Device or resource busy (os error 16)");
        assert!(!error.text().en.contains("os error"));
        assert_eq!(error.problem().detail, error.detail);
    }
}
