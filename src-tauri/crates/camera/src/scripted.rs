//! A source that does what a script says: the faults of real cameras, on demand, for tests and rehearsals.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::{RawFrame, Size};

use crate::{FrameSource, Opener, SourceCode, SourceError, StreamFormat, packet};

/// What a scripted source does next.
#[derive(Debug, Clone)]
pub enum Step {
    /// Give this packet, as a driver would: it may be broken.
    Packet(Arc<[u8]>),
    /// Wait; longer than the patience of the caller is a stall that the source reports itself.
    Wait(Duration),
    /// Block without looking at the patience of the caller, as a driver without a timeout does.
    Hang(Duration),
    /// Fail.
    Fail(SourceCode),
    /// Lose so many frames: the next has a gap before it.
    Lose(u64),
    /// Panic, as a driver library does.
    Panic,
    /// Panic later, when the source is closed.
    PanicOnClose,
    /// Start again with the first step.
    Again,
}

/// What happens at one opening of a scripted source.
#[derive(Debug, Clone)]
pub enum Opening {
    /// It does not open.
    Refused(SourceCode),
    /// It opens, and does these steps; after the last it has ended.
    Steps(Vec<Step>),
}

/// Opens according to its script; the last opening is repeated for ever.
pub struct Scripted {
    format: StreamFormat,
    openings: Mutex<VecDeque<Opening>>,
}

impl Scripted {
    /// A script of openings. Packets are checked against `format` as those of a device are.
    pub fn new(format: StreamFormat, openings: impl IntoIterator<Item = Opening>) -> Self {
        Self { format, openings: Mutex::new(openings.into_iter().collect()) }
    }
}

impl Opener for Scripted {
    fn name(&self) -> String {
        "scripted".into()
    }

    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        let mut openings = self.openings.lock().unwrap_or_else(PoisonError::into_inner);
        let opening = if openings.len() > 1 { openings.pop_front() } else { openings.front().cloned() };
        match opening {
            None => Err(SourceError::new(SourceCode::NoDevice, "the script is empty")),
            Some(Opening::Refused(code)) => Err(SourceError::new(code, "refused by the script")),
            Some(Opening::Steps(steps)) => {
                Ok(Box::new(Run { format: self.format, steps, at: 0, seq: 0, panic_on_close: false }))
            }
        }
    }
}

struct Run {
    format: StreamFormat,
    steps: Vec<Step>,
    at: usize,
    seq: u64,
    panic_on_close: bool,
}

impl FrameSource for Run {
    fn next(&mut self, patience: Duration) -> Result<RawFrame, SourceError> {
        let deadline = Instant::now() + patience;
        loop {
            let step = self.steps.get(self.at).cloned();
            self.at += 1;
            match step {
                None => return Err(SourceError::new(SourceCode::Ended, "the script has ended")),
                Some(Step::Packet(bytes)) => return self.frame(&bytes),
                Some(Step::Wait(time)) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    std::thread::sleep(time.min(left));
                    if time > left {
                        return Err(SourceError::new(SourceCode::Stalled, "the script waits"));
                    }
                }
                Some(Step::Hang(time)) => std::thread::sleep(time),
                Some(Step::Fail(code)) => return Err(SourceError::new(code, "failed by the script")),
                Some(Step::Lose(frames)) => self.seq += frames,
                #[allow(clippy::panic)] // the very fault that the feed has to survive
                Some(Step::Panic) => panic!("the script panics"),
                Some(Step::PanicOnClose) => self.panic_on_close = true,
                Some(Step::Again) => self.at = 0,
            }
        }
    }

    fn name(&self) -> &str {
        "scripted"
    }

    fn format(&self) -> StreamFormat {
        self.format
    }
}

impl Run {
    fn frame(&mut self, bytes: &[u8]) -> Result<RawFrame, SourceError> {
        let StreamFormat { pixel, size, .. } = self.format;
        self.seq += 1;
        let packet = packet::whole_packet(bytes, pixel, size)?.into();
        Ok(RawFrame { seq: self.seq, at: Instant::now(), format: pixel, size, packet })
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        assert!(!self.panic_on_close || std::thread::panicking(), "the script panics on closing");
    }
}

impl StreamFormat {
    /// YUYV of a size and rate: raw packets, which a script makes up without an encoder.
    pub fn yuyv(width: u32, height: u32, fps: u32) -> Self {
        Self { pixel: domain::PixelFormat::Yuyv, size: Size { width, height }, fps }
    }
}
