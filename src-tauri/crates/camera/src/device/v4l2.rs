//! Video4Linux, with time limits on every frame and the driver's own word on how many bytes are valid.

mod controls;
mod nodes;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{PixelFormat, RawFrame, Size};
use v4l::buffer::{Flags, Type};
use v4l::io::traits::CaptureStream;
use v4l::prelude::MmapStream;
use v4l::video::Capture;
use v4l::video::capture::Parameters;
use v4l::{Device, Format, FourCC, Fraction};

use super::{DeviceInfo, unusable};
use crate::platform::code_of_errno;
use crate::{Control, ControlSetting, FrameSource, SourceCode, SourceError, StreamFormat, packet};

pub(super) use nodes::list;

/// Enough that the driver never waits for us at 60 frames a second; more would only hold older frames.
const BUFFERS: u32 = 4;
/// Formats that are tried before the camera is called unusable; drivers do refuse what they list.
const TRIES: usize = 4;
/// Pictures until exposure and white balance of common webcams have settled; a quarter of a second.
const SETTLING: u32 = 8;

/// One open camera. The stream goes before the device that it belongs to.
pub(super) struct V4l2Source {
    name: String,
    format: StreamFormat,
    /// Bytes from one row to the next, for formats that have rows.
    stride: usize,
    stream: MmapStream<'static>,
    device: Device,
    numbering: Numbering,
}

impl V4l2Source {
    pub(super) fn open(info: &DeviceInfo) -> Result<Self, SourceError> {
        let device = Device::with_path(nodes::path(info.index)).map_err(|e| failure("open", &e))?;
        let formats = info.formats.as_deref().unwrap_or_default();
        let mut refusal = unusable(info, "no format that can be read");
        for format in formats.iter().take(TRIES) {
            match configure(&device, *format) {
                Ok((format, stride)) => {
                    let stream = MmapStream::with_buffers(&device, Type::VideoCapture, BUFFERS)
                        .map_err(|e| failure("buffers", &e))?;
                    let name = info.id.name.clone();
                    return Ok(Self {
                        name,
                        format,
                        stride,
                        stream,
                        device,
                        numbering: Numbering::default(),
                    });
                }
                Err(error) if error.code == SourceCode::NoUsableFormat => refusal = error,
                Err(error) => return Err(error),
            }
        }
        Err(refusal)
    }
}

/// The one whole picture in a buffer, copied out of it, with its rows moved together where the driver pads them.
fn picture(bytes: &[u8], format: StreamFormat, stride: usize) -> Result<Arc<[u8]>, SourceError> {
    let StreamFormat { pixel, size, .. } = format;
    let row = size.width as usize * 2;
    if pixel == PixelFormat::Yuyv && stride > row {
        let rows = bytes.chunks(stride).take(size.height as usize);
        let packed: Vec<u8> = rows.flat_map(|r| &r[..row.min(r.len())]).copied().collect();
        return packet::whole_packet(&packed, pixel, size).map(Arc::from);
    }
    packet::whole_packet(bytes, pixel, size).map(Arc::from)
}

/// Turns the driver's numbers into ours: gaps are kept, a counter that stands still or jumps is not believed.
#[derive(Default)]
struct Numbering(Option<(u32, u64)>);

impl Numbering {
    fn number(&mut self, driver: u32) -> u64 {
        let seq = match self.0 {
            None => 1,
            Some((last, seq)) => match driver.wrapping_sub(last) {
                step @ 1..=1000 => seq + u64::from(step),
                _ => seq + 1,
            },
        };
        self.0 = Some((driver, seq));
        seq
    }
}

impl FrameSource for V4l2Source {
    fn next(&mut self, patience: Duration) -> Result<RawFrame, SourceError> {
        self.stream.set_timeout(patience);
        let (buffer, meta) = CaptureStream::next(&mut self.stream).map_err(|e| failure("read", &e))?;
        let at = Instant::now();
        let seq = self.numbering.number(meta.sequence);
        if meta.flags.contains(Flags::ERROR) {
            return Err(SourceError::new(SourceCode::Broken, "the driver marks the frame as damaged"));
        }
        // Copied before the next is asked for: from then on the driver writes into this buffer again.
        let used = &buffer[..buffer.len().min(meta.bytesused as usize)];
        let packet = picture(used, self.format, self.stride)?;
        let StreamFormat { pixel, size, .. } = self.format;
        Ok(RawFrame { seq, at, format: pixel, size, packet })
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn format(&self) -> StreamFormat {
        self.format
    }

    fn settling(&self) -> u32 {
        SETTLING
    }

    fn controls(&mut self) -> Vec<Control> {
        controls::read(&self.device)
    }

    fn set_control(&mut self, setting: ControlSetting) -> Result<(), SourceError> {
        controls::set(&self.device, setting)
    }
}

/// Sets format and rate; gives back what the driver made of it, and the bytes from row to row.
fn configure(device: &Device, wanted: StreamFormat) -> Result<(StreamFormat, usize), SourceError> {
    let Size { width, height } = wanted.size;
    let asked = Format::new(width, height, fourcc_of(wanted.pixel));
    let got = device.set_format(&asked).map_err(|e| refusal("set the format", &e))?;
    if (got.width, got.height, got.fourcc) != (width, height, asked.fourcc) {
        let detail = format!("asked for {wanted:?}, got {}x{} {}", got.width, got.height, got.fourcc);
        return Err(SourceError::new(SourceCode::NoUsableFormat, detail));
    }
    let interval = nodes::interval_of(device, wanted);
    // Some drivers know no rate at all and still send; the measured rate tells the truth anyway.
    let fps = match device.set_params(&Parameters::new(interval)) {
        Ok(params) => fps_of(params.interval).unwrap_or(wanted.fps),
        Err(error) => {
            tracing::debug!(%error, "the rate cannot be set");
            wanted.fps
        }
    };
    Ok((StreamFormat { fps, ..wanted }, got.stride as usize))
}

fn failure(what: &str, error: &io::Error) -> SourceError {
    let code = match error.kind() {
        io::ErrorKind::TimedOut => SourceCode::Stalled,
        _ => error.raw_os_error().map_or(SourceCode::Other, code_of_errno),
    };
    SourceError::new(code, format!("{what}: {error}"))
}

/// EINVAL on a format means that this one is refused, not that the camera has failed.
fn refusal(what: &str, error: &io::Error) -> SourceError {
    let mut failure = failure(what, error);
    if failure.code == SourceCode::Other {
        failure.code = SourceCode::NoUsableFormat;
    }
    failure
}

fn fourcc_of(pixel: PixelFormat) -> FourCC {
    FourCC::new(match pixel {
        PixelFormat::Mjpeg => b"MJPG",
        PixelFormat::Yuyv => b"YUYV",
        PixelFormat::Nv12 => b"NV12",
        PixelFormat::Rgb8 => b"RGB3",
    })
}

fn pixel_of(fourcc: FourCC) -> Option<PixelFormat> {
    match &fourcc.repr {
        b"MJPG" | b"JPEG" => Some(PixelFormat::Mjpeg),
        b"YUYV" => Some(PixelFormat::Yuyv),
        b"NV12" => Some(PixelFormat::Nv12),
        b"RGB3" => Some(PixelFormat::Rgb8),
        _ => None,
    }
}

/// Frames a second of an interval in seconds, rounded: 1001/30000 is 30.
fn fps_of(interval: Fraction) -> Option<u32> {
    let (num, den) = (u64::from(interval.numerator), u64::from(interval.denominator));
    let fps = (den + num / 2).checked_div(num)?;
    u32::try_from(fps).ok().filter(|fps| *fps > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_rates_of_capture_cards_are_rounded() {
        for (num, den, fps) in
            [(1, 30, 30), (1001, 30000, 30), (333333, 10000000, 30), (2, 15, 8), (1001, 60000, 60)]
        {
            assert_eq!(fps_of(Fraction::new(num, den)), Some(fps), "{num}/{den}");
        }
        assert_eq!(fps_of(Fraction::new(0, 30)), None);
        assert_eq!(fps_of(Fraction::new(10, 1)), None, "one frame in ten seconds is no rate");
    }

    #[test]
    fn gaps_in_the_drivers_numbers_are_kept_and_nonsense_is_not() {
        let mut numbering = Numbering::default();
        let ours: Vec<_> = [7, 8, 11, 11, 0, 1, 900_000, u32::MAX, 0].map(|n| numbering.number(n)).into();
        assert_eq!(ours, [1, 2, 5, 6, 7, 8, 9, 10, 11]);
    }

    #[test]
    fn padded_rows_are_moved_together() {
        let format = StreamFormat::yuyv(2, 2, 30);
        let padded = [1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 0];
        assert_eq!(*picture(&padded, format, 6).unwrap(), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(*picture(&padded[..10], format, 6).unwrap(), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(picture(&padded[..9], format, 6).unwrap_err().code, SourceCode::Broken);
        assert_eq!(*picture(&padded, format, 4).unwrap(), [1, 2, 3, 4, 0, 0, 5, 6]);
    }

    #[test]
    fn failures_are_told_by_the_number_of_the_operating_system() {
        let code = |n| failure("read", &io::Error::from_raw_os_error(n)).code;
        assert_eq!(code(19), SourceCode::Gone);
        assert_eq!(code(13), SourceCode::NoPermission);
        assert_eq!(code(16), SourceCode::Busy);
        assert_eq!(code(22), SourceCode::Other);
        assert_eq!(failure("read", &io::ErrorKind::TimedOut.into()).code, SourceCode::Stalled);
        assert_eq!(refusal("set", &io::Error::from_raw_os_error(22)).code, SourceCode::NoUsableFormat);
        assert_eq!(refusal("set", &io::Error::from_raw_os_error(16)).code, SourceCode::Busy);
    }
}
