//! What is wrong with the camera, in words that an operator can act on.

use std::time::{Duration, Instant};

use domain::Text;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    DeviceId, DeviceInfo, DeviceOpener, Feed, FeedOptions, FeedState, FeedStatus, Luma, SourceCode, list,
    luma_of,
};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosisCode {
    /// Nothing is wrong.
    Ok,
    /// No camera is connected, or not this one.
    NoDevice,
    /// The operating system refuses access.
    NoPermission,
    /// Another program holds it.
    Busy,
    /// Nothing that can be read.
    NoUsableFormat,
    /// Opened, but no frame came.
    NoFrame,
    /// Packets arrive damaged.
    BrokenPackets,
    /// The picture is black.
    Black,
    /// The picture is one even colour.
    Even,
    /// The light does not suffice.
    TooDark,
    /// Too few frames a second.
    TooSlow,
    /// Fewer pixels than the delivered picture has.
    TooSmall,
    /// Another failure; the log tells more.
    Other,
}

/// One finding and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiagnosisFinding {
    /// What.
    pub code: DiagnosisCode,
    /// Whether shooting is impossible until it is put right.
    pub fatal: bool,
    /// What is wrong and what to do.
    pub text: Text,
}

/// All that was found, the worst first; never empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Diagnosis {
    /// The findings.
    pub findings: Vec<DiagnosisFinding>,
    /// How the feed was when it was judged.
    pub status: FeedStatus,
    /// The cameras that are connected.
    pub devices: Vec<DeviceInfo>,
    /// Brightness of the picture, if one came.
    pub luma: Option<Luma>,
}

impl Diagnosis {
    /// Whether pictures can be taken.
    pub fn usable(&self) -> bool {
        self.findings.iter().all(|f| !f.fatal)
    }
}

/// What a diagnosis is judged from.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// How the feed is after it had time to start.
    pub status: FeedStatus,
    /// The cameras that are connected.
    pub devices: Vec<DeviceInfo>,
    /// Brightness of the newest picture.
    pub luma: Option<Luma>,
}

/// Time over which the frame rate is measured, at the end of the waiting.
const MEASURE: Duration = Duration::from_millis(1500);

/// Opens a camera (`None`: the first usable), watches it for at most `patience`, and closes it. Not while a feed
/// holds the same camera: that is what [`diagnose_feed`] is for.
pub fn diagnose_device(id: Option<DeviceId>, patience: Duration) -> Diagnosis {
    let opener = id.map_or_else(DeviceOpener::any, DeviceOpener::of);
    let feed = Feed::start(Box::new(opener), FeedOptions::default());
    diagnose_feed(&feed, patience)
}

/// Watches a feed for at most `patience` and says what is wrong. Returns earlier once the matter is clear.
pub fn diagnose_feed(feed: &Feed, patience: Duration) -> Diagnosis {
    let deadline = Instant::now() + patience;
    let mut status = feed.status();
    while status.state == FeedState::Starting && Instant::now() < deadline {
        status = feed.wait_change(status.change, deadline.saturating_duration_since(Instant::now()));
    }
    if status.state == FeedState::Live {
        let shown = Duration::from_millis(status.since_ms);
        let rest = MEASURE.saturating_sub(shown).min(deadline.saturating_duration_since(Instant::now()));
        status = feed.wait_change(status.change, rest);
    }
    let luma = feed.latest().and_then(|frame| luma_of(&frame));
    judge(Evidence { status, devices: list().unwrap_or_default(), luma })
}

/// The findings that follow from the evidence.
pub fn judge(evidence: Evidence) -> Diagnosis {
    let Evidence { status, devices, luma } = evidence;
    let mut findings = match status.state {
        FeedState::Live | FeedState::Ended => of_picture(&status, luma),
        FeedState::Starting => vec![fatal(DiagnosisCode::NoFrame, SourceCode::Stalled.text())],
        FeedState::Stalled | FeedState::Gone | FeedState::Failed => vec![of_failure(&status)],
    };
    if findings.is_empty() {
        let text = Text::new("摄像头正常。", "The camera works.");
        findings.push(DiagnosisFinding { code: DiagnosisCode::Ok, fatal: false, text });
    }
    findings.sort_by_key(|f| !f.fatal);
    Diagnosis { findings, status, devices, luma }
}

fn fatal(code: DiagnosisCode, text: Text) -> DiagnosisFinding {
    DiagnosisFinding { code, fatal: true, text }
}

fn of_failure(status: &FeedStatus) -> DiagnosisFinding {
    let Some(problem) = &status.problem else {
        return fatal(DiagnosisCode::Other, SourceCode::Other.text());
    };
    let code = match problem.code {
        SourceCode::NoDevice | SourceCode::Gone => DiagnosisCode::NoDevice,
        SourceCode::NoPermission => DiagnosisCode::NoPermission,
        SourceCode::Busy => DiagnosisCode::Busy,
        SourceCode::NoUsableFormat => DiagnosisCode::NoUsableFormat,
        SourceCode::Stalled => DiagnosisCode::NoFrame,
        SourceCode::Broken => DiagnosisCode::BrokenPackets,
        SourceCode::Ended | SourceCode::Other => DiagnosisCode::Other,
    };
    fatal(code, problem.text.clone())
}

/// Black of limited-range video is 16; noise of a covered lens stays below this.
const BLACK: u8 = 28;
/// Brightest and darkest twentieth this near together are no scene: a lens cap or a card without a signal.
const EVEN: u8 = 6;
/// A portrait before a light backdrop lies far above; below this the camera lengthens its exposure and blurs.
const DARK_MEAN: f32 = 55.0;
/// Below this a blink between two frames is missed.
const SLOW_FPS: f32 = 10.0;
/// Share of broken packets that points at the cable.
const BROKEN_SHARE: f64 = 0.02;

fn of_picture(status: &FeedStatus, luma: Option<Luma>) -> Vec<DiagnosisFinding> {
    let mut findings = Vec::new();
    findings.extend(luma.and_then(of_light));
    findings.extend(of_rate(status));
    findings.extend(of_size(status));
    let arrived = (status.frames + status.broken).max(1) as f64;
    if status.broken > 2 && status.broken as f64 / arrived > BROKEN_SHARE {
        let text = SourceCode::Broken.text();
        findings.push(DiagnosisFinding { code: DiagnosisCode::BrokenPackets, fatal: false, text });
    }
    findings
}

fn of_light(luma: Luma) -> Option<DiagnosisFinding> {
    let black = Text::new(
        "画面全黑。请取下镜头盖、打开隐私挡板；用采集卡时检查相机是否开机、HDMI 输出是否打开。",
        "The picture is black. Take off the lens cap or open the privacy shutter; with a capture card, check that the camera is on and its HDMI output is enabled.",
    );
    let even = Text::new(
        "画面是一整块颜色，没有景物。请检查镜头是否被挡住，采集卡是否有信号。",
        "The picture is one even colour. Check that nothing covers the lens and that the capture card has a signal.",
    );
    let dark = Text::new(
        "画面太暗。请打开补光灯，或在摄像头设置里加大曝光。",
        "The picture is too dark. Switch the lamps on, or raise the exposure in the camera settings.",
    );
    if luma.high < BLACK {
        Some(fatal(DiagnosisCode::Black, black))
    } else if luma.high - luma.low < EVEN {
        Some(fatal(DiagnosisCode::Even, even))
    } else if luma.mean < DARK_MEAN {
        Some(DiagnosisFinding { code: DiagnosisCode::TooDark, fatal: false, text: dark })
    } else {
        None
    }
}

fn of_rate(status: &FeedStatus) -> Option<DiagnosisFinding> {
    // A rate of 0 has not been measured yet; that nothing comes at all is another finding.
    let slow = status.state == FeedState::Live && status.fps > 0.0 && status.fps < SLOW_FPS;
    slow.then(|| DiagnosisFinding {
        code: DiagnosisCode::TooSlow,
        fatal: false,
        text: Text::new(
            format!("每秒只有 {:.1} 帧。请加光（暗处摄像头会降速），换到 USB 3 口，不要与别的设备共用集线器。", status.fps),
            format!("Only {:.1} frames a second. Add light (cameras slow down in the dark), use a USB 3 port, share no hub.", status.fps),
        ),
    })
}

fn of_size(status: &FeedStatus) -> Option<DiagnosisFinding> {
    let size = status.format?.size;
    // The crop of a portrait takes about two thirds of the height, and needs 640 pixels without enlarging.
    let small = size.height < 720;
    small.then(|| DiagnosisFinding {
        code: DiagnosisCode::TooSmall,
        fatal: false,
        text: Text::new(
            format!("画面只有 {}×{}，裁切后要放大，成片会发虚。请换用 1280×720 以上的摄像头或模式。", size.width, size.height),
            format!("The picture has only {}x{} pixels; crops are enlarged and look soft. Use a camera or mode of at least 1280x720.", size.width, size.height),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Opening, Scripted, SourceError, Step, StreamFormat};

    const GOOD: Luma = Luma { mean: 140.0, low: 30, high: 230 };

    fn status(state: FeedState, problem: Option<SourceCode>) -> FeedStatus {
        FeedStatus {
            state,
            since_ms: 2000,
            change: 3,
            device: "cam".into(),
            format: Some(StreamFormat::yuyv(1920, 1080, 30)),
            fps: 29.9,
            frames: 60,
            dropped: 0,
            broken: 0,
            problem: problem.map(|code| SourceError::new(code, "detail").problem()),
        }
    }

    fn codes(status: FeedStatus, luma: Option<Luma>) -> Vec<DiagnosisCode> {
        let diagnosis = judge(Evidence { status, devices: vec![], luma });
        assert_eq!(diagnosis.usable(), diagnosis.findings.iter().all(|f| !f.fatal));
        diagnosis.findings.iter().map(|f| f.code).collect()
    }

    #[test]
    fn every_failure_has_its_finding() {
        let table = [
            (FeedState::Gone, SourceCode::NoDevice, DiagnosisCode::NoDevice),
            (FeedState::Gone, SourceCode::Gone, DiagnosisCode::NoDevice),
            (FeedState::Failed, SourceCode::NoPermission, DiagnosisCode::NoPermission),
            (FeedState::Failed, SourceCode::Busy, DiagnosisCode::Busy),
            (FeedState::Failed, SourceCode::NoUsableFormat, DiagnosisCode::NoUsableFormat),
            (FeedState::Stalled, SourceCode::Stalled, DiagnosisCode::NoFrame),
            (FeedState::Stalled, SourceCode::Broken, DiagnosisCode::BrokenPackets),
            (FeedState::Failed, SourceCode::Other, DiagnosisCode::Other),
        ];
        for (state, problem, expected) in table {
            let diagnosis =
                judge(Evidence { status: status(state, Some(problem)), devices: vec![], luma: None });
            assert_eq!(diagnosis.findings[0].code, expected);
            assert_eq!(diagnosis.findings[0].text, problem.text());
            assert!(!diagnosis.usable(), "{problem:?}");
        }
        assert_eq!(codes(status(FeedState::Starting, None), None), [DiagnosisCode::NoFrame]);
    }

    #[test]
    fn the_picture_is_judged_by_its_light() {
        let live = || status(FeedState::Live, None);
        assert_eq!(codes(live(), Some(GOOD)), [DiagnosisCode::Ok]);
        let luma = |mean, low, high| Some(Luma { mean, low, high });
        assert_eq!(codes(live(), luma(17.0, 16, 19)), [DiagnosisCode::Black]);
        assert_eq!(codes(live(), luma(110.0, 109, 111)), [DiagnosisCode::Even]);
        assert_eq!(codes(live(), luma(40.0, 10, 120)), [DiagnosisCode::TooDark]);
        assert_eq!(codes(live(), luma(56.0, 10, 120)), [DiagnosisCode::Ok]);
    }

    #[test]
    fn slow_small_and_damaged_streams_are_told_together_the_worst_first() {
        let mut bad = status(FeedState::Live, None);
        bad.fps = 4.5;
        bad.format = Some(StreamFormat::yuyv(640, 480, 30));
        bad.broken = 5;
        let black = Some(Luma { mean: 16.0, low: 16, high: 16 });
        let expected = [
            DiagnosisCode::Black,
            DiagnosisCode::TooSlow,
            DiagnosisCode::TooSmall,
            DiagnosisCode::BrokenPackets,
        ];
        assert_eq!(codes(bad, black), expected);
        let mut unmeasured = status(FeedState::Live, None);
        unmeasured.fps = 0.0;
        assert_eq!(codes(unmeasured, Some(GOOD)), [DiagnosisCode::Ok]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_words_for_a_refused_camera_hold_the_command_that_helps() {
        let diagnosis = judge(Evidence {
            status: status(FeedState::Failed, Some(SourceCode::NoPermission)),
            devices: vec![],
            luma: None,
        });
        let text = &diagnosis.findings[0].text;
        assert!(text.zh.contains("usermod -aG video") && text.en.contains("usermod -aG video"));
    }

    #[test]
    fn a_feed_is_watched_until_the_matter_is_clear() {
        let dark = Step::Packet([20u8, 128, 90, 128].repeat(1280 * 720 / 2).into());
        let steps = vec![dark, Step::Wait(Duration::from_millis(25)), Step::Again];
        let opener = Scripted::new(StreamFormat::yuyv(1280, 720, 40), [Opening::Steps(steps)]);
        let feed = Feed::start(Box::new(opener), FeedOptions::default());
        let diagnosis = diagnose_feed(&feed, Duration::from_secs(5));
        let found: Vec<_> = diagnosis.findings.iter().map(|f| f.code).collect();
        assert_eq!(found, [DiagnosisCode::Ok]);
        assert!(diagnosis.status.fps > 15.0, "measured over too short a time: {}", diagnosis.status.fps);
        assert_eq!(diagnosis.luma.map(|l| (l.low, l.high)), Some((20, 90)));

        let opener = Scripted::new(StreamFormat::yuyv(4, 2, 30), [Opening::Refused(SourceCode::Busy)]);
        let feed = Feed::start(Box::new(opener), FeedOptions::default());
        let start = Instant::now();
        let diagnosis = diagnose_feed(&feed, Duration::from_secs(5));
        assert_eq!(diagnosis.findings[0].code, DiagnosisCode::Busy);
        assert!(start.elapsed() < Duration::from_secs(1), "waited in vain");
    }
}
