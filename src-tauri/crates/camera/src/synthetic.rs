//! A source whose pictures somebody draws: the twin of a device where there is none.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::{PixelFormat, RawFrame};

use crate::{FrameSource, Opener, SourceCode, SourceError, StreamFormat, packet};

/// Draws pictures, one after the other.
pub trait PictureMaker: Send {
    /// The next picture as a whole JPEG; `None` when there are no more. All have the same size.
    fn next_picture(&mut self) -> Option<Arc<[u8]>>;
}

impl<F: FnMut() -> Option<Arc<[u8]>> + Send> PictureMaker for F {
    fn next_picture(&mut self) -> Option<Arc<[u8]>> {
        self()
    }
}

type SharedMaker = Arc<Mutex<Box<dyn PictureMaker>>>;

/// Opens a source that shows the pictures of a [`PictureMaker`] at a steady pace.
pub struct Synthetic {
    name: String,
    fps: u32,
    maker: SharedMaker,
}

impl Synthetic {
    /// `fps` pictures a second, at least 1.
    pub fn new(name: impl Into<String>, fps: u32, maker: impl PictureMaker + 'static) -> Self {
        Self { name: name.into(), fps: fps.max(1), maker: Arc::new(Mutex::new(Box::new(maker))) }
    }
}

impl Opener for Synthetic {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        let first = next_of(&self.maker)?;
        let size = packet::whole_jpeg(&first)
            .map_err(|fault| SourceError::new(SourceCode::NoUsableFormat, format!("drawn picture: {fault}")))?
            .size;
        Ok(Box::new(Drawn {
            name: self.name.clone(),
            format: StreamFormat { pixel: PixelFormat::Mjpeg, size, fps: self.fps },
            maker: Arc::clone(&self.maker),
            first: Some(first),
            pace: Pace::new(Some(self.fps)),
            seq: 0,
        }))
    }
}

fn next_of(maker: &SharedMaker) -> Result<Arc<[u8]>, SourceError> {
    // A maker that panicked while drawing is asked again: the feed has counted the failure by then.
    let mut maker: MutexGuard<'_, _> = maker.lock().unwrap_or_else(PoisonError::into_inner);
    maker.next_picture().ok_or_else(|| SourceError::new(SourceCode::Ended, "no more pictures"))
}

struct Drawn {
    name: String,
    format: StreamFormat,
    maker: SharedMaker,
    first: Option<Arc<[u8]>>,
    pace: Pace,
    seq: u64,
}

impl FrameSource for Drawn {
    fn next(&mut self, _patience: Duration) -> Result<RawFrame, SourceError> {
        self.pace.wait();
        let packet = match self.first.take() {
            Some(first) => first,
            None => next_of(&self.maker)?,
        };
        self.seq += 1;
        let whole = packet::whole_packet(&packet, PixelFormat::Mjpeg, self.format.size)?.len();
        let packet = if whole == packet.len() { packet } else { packet[..whole].into() };
        Ok(RawFrame {
            seq: self.seq,
            at: Instant::now(),
            format: PixelFormat::Mjpeg,
            size: self.format.size,
            packet,
        })
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn format(&self) -> StreamFormat {
        self.format
    }
}

/// Holds a steady rate; falls behind rather than hurrying to catch up.
pub(crate) struct Pace {
    period: Option<Duration>,
    due: Option<Instant>,
}

impl Pace {
    /// `None` does not wait at all.
    pub(crate) fn new(fps: Option<u32>) -> Self {
        Self { period: fps.map(|fps| Duration::from_secs(1) / fps.max(1)), due: None }
    }

    pub(crate) fn wait(&mut self) {
        let Some(period) = self.period else { return };
        let now = Instant::now();
        // A due time in the past is moved to now: after a pause the rate goes on, the missed frames do not.
        let due = self.due.map_or(now, |due| due.max(now));
        std::thread::sleep(due - now);
        self.due = Some(due + period);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pace_is_kept_and_never_made_up_for() {
        let mut pace = Pace::new(Some(50));
        let start = Instant::now();
        for _ in 0..6 {
            pace.wait();
        }
        assert!(start.elapsed() >= Duration::from_millis(95), "{:?}", start.elapsed());
        std::thread::sleep(Duration::from_millis(120));
        let late = Instant::now();
        for _ in 0..4 {
            pace.wait();
        }
        assert!(late.elapsed() >= Duration::from_millis(55), "hurried: {:?}", late.elapsed());
    }

    #[test]
    fn no_pace_does_not_wait() {
        let mut pace = Pace::new(None);
        let start = Instant::now();
        for _ in 0..1000 {
            pace.wait();
        }
        assert!(start.elapsed() < Duration::from_millis(100));
    }

    #[test]
    fn a_drawn_picture_that_is_no_jpeg_does_not_open() {
        let opener = Synthetic::new("drawn", 30, || Some(Arc::from(&b"not a picture"[..])));
        assert_eq!(opener.open().err().unwrap().code, SourceCode::NoUsableFormat);
    }
}
