//! Whether a packet holds one whole picture, and where that ends.
//!
//! Drivers hand over whole buffers: after the JPEG may come bytes of an older frame, and a frame that was cut
//! on the USB wire ends in the middle. A decoder fills the missing half in without a word, so the end is found
//! by walking the markers, never by searching for FF D9 (thumbnails and stale bytes hold it too).

use domain::{PixelFormat, Size};

use crate::{SourceCode, SourceError};

/// Why a packet holds no whole JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacketFault {
    /// Does not begin with SOI.
    #[error("no start of image")]
    NoStart,
    /// Ends before EOI.
    #[error("no end of image")]
    NoEnd,
    /// A marker or a segment length that no JPEG has.
    #[error("malformed segments")]
    Malformed,
    /// Restart markers out of order: part of the picture is missing, or belongs to another.
    #[error("restart markers out of order")]
    Spliced,
}

/// Where a JPEG ends, and how large its picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JpegPacket {
    /// Bytes from SOI to EOI, both included.
    pub len: usize,
    /// Size of the picture as the frame header says.
    pub size: Size,
}

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// Walks the markers of the JPEG at the start of `bytes`.
pub fn whole_jpeg(bytes: &[u8]) -> Result<JpegPacket, PacketFault> {
    if bytes.get(..2) != Some(&[0xFF, SOI]) {
        return Err(PacketFault::NoStart);
    }
    let mut at = 2;
    let mut size = None;
    let mut scanned = false;
    loop {
        let (marker, after) = marker_at(bytes, at)?;
        match marker {
            EOI => {
                let size = size.filter(|_| scanned).ok_or(PacketFault::Malformed)?;
                return Ok(JpegPacket { len: after, size });
            }
            0x01 | 0xD0..=0xD8 => return Err(PacketFault::Malformed),
            _ => {
                let segment = segment_at(bytes, after)?;
                at = after + segment.len();
                if is_frame_header(marker) {
                    size = Some(frame_size(segment)?);
                }
                if marker == SOS {
                    at = end_of_scan(bytes, at)?;
                    scanned = true;
                }
            }
        }
    }
}

/// The marker at `at` and where its segment begins; any number of FF may stand before it.
fn marker_at(bytes: &[u8], at: usize) -> Result<(u8, usize), PacketFault> {
    if *bytes.get(at).ok_or(PacketFault::NoEnd)? != 0xFF {
        return Err(PacketFault::Malformed);
    }
    let mut at = at + 1;
    while *bytes.get(at).ok_or(PacketFault::NoEnd)? == 0xFF {
        at += 1;
    }
    match bytes[at] {
        0 => Err(PacketFault::Malformed),
        marker => Ok((marker, at + 1)),
    }
}

/// The segment whose two length bytes stand at `at`, those included.
fn segment_at(bytes: &[u8], at: usize) -> Result<&[u8], PacketFault> {
    let head = bytes.get(at..at + 2).ok_or(PacketFault::NoEnd)?;
    let len = usize::from(u16::from_be_bytes([head[0], head[1]]));
    if len < 2 {
        return Err(PacketFault::Malformed);
    }
    bytes.get(at..at + len).ok_or(PacketFault::NoEnd)
}

/// SOF0–SOF15 without DHT, JPG and DAC, which share their range.
fn is_frame_header(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

fn frame_size(segment: &[u8]) -> Result<Size, PacketFault> {
    let field = segment.get(3..7).ok_or(PacketFault::Malformed)?;
    let height = u32::from(u16::from_be_bytes([field[0], field[1]]));
    let width = u32::from(u16::from_be_bytes([field[2], field[3]]));
    if width == 0 || height == 0 { Err(PacketFault::Malformed) } else { Ok(Size { width, height }) }
}

/// The marker that ends the entropy-coded bytes from `at`; restart markers among them must count 0–7 in turn.
fn end_of_scan(bytes: &[u8], mut at: usize) -> Result<usize, PacketFault> {
    let mut restart = 0;
    loop {
        let skip = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == 0xFF));
        at += skip.ok_or(PacketFault::NoEnd)?;
        match bytes.get(at + 1) {
            None => return Err(PacketFault::NoEnd),
            Some(0) => at += 2,
            Some(0xFF) => at += 1,
            Some(marker @ 0xD0..=0xD7) => {
                if marker - 0xD0 != restart {
                    return Err(PacketFault::Spliced);
                }
                restart = (restart + 1) % 8;
                at += 2;
            }
            Some(_) => return Ok(at),
        }
    }
}

/// The part of `bytes` that is one whole picture in the given format; [`SourceCode::Broken`] if there is none.
pub(crate) fn whole_packet(bytes: &[u8], pixel: PixelFormat, size: Size) -> Result<&[u8], SourceError> {
    let area = usize::try_from(size.area()).unwrap_or(usize::MAX);
    let expected = match pixel {
        PixelFormat::Mjpeg => return whole_mjpeg(bytes, size),
        PixelFormat::Yuyv => area.saturating_mul(2),
        PixelFormat::Nv12 => area.saturating_add(area / 2),
        PixelFormat::Rgb8 => area.saturating_mul(3),
    };
    bytes.get(..expected).ok_or_else(|| {
        SourceError::new(
            SourceCode::Broken,
            format!("{} bytes of {expected} for a {pixel:?} picture", bytes.len()),
        )
    })
}

fn whole_mjpeg(bytes: &[u8], size: Size) -> Result<&[u8], SourceError> {
    let jpeg = whole_jpeg(bytes)
        .map_err(|fault| SourceError::new(SourceCode::Broken, format!("{fault} in {} bytes", bytes.len())))?;
    if jpeg.size != size {
        let Size { width, height } = jpeg.size;
        let detail = format!("a picture of {width}x{height} in a stream of {}x{}", size.width, size.height);
        return Err(SourceError::new(SourceCode::Broken, detail));
    }
    Ok(&bytes[..jpeg.len])
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
