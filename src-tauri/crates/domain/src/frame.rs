//! A frame as it came from a source, before anybody looked at it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// Pixels in all.
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// How the bytes of a packet are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PixelFormat {
    /// One whole JPEG, from SOI to EOI.
    Mjpeg,
    /// 4:2:2, bytes Y0 U Y1 V, BT.601 limited range unless the device says otherwise; 2 bytes a pixel.
    Yuyv,
    /// 4:2:0, a plane of Y, then a half-size plane of interleaved U V.
    Nv12,
    /// 3 bytes a pixel, red first.
    Rgb8,
}

/// One packet of a source with what is needed to read it.
#[derive(Clone)]
pub struct RawFrame {
    /// Counts the frames of one source from its start; gaps are frames that nobody fetched.
    pub seq: u64,
    /// When it was taken over from the source.
    pub at: std::time::Instant,
    /// Layout of `packet`.
    pub format: PixelFormat,
    /// Size of the picture.
    pub size: Size,
    /// The bytes, shared and never changed: what is kept as the original of a shot.
    pub packet: Arc<[u8]>,
}

impl std::fmt::Debug for RawFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "RawFrame(#{} {:?} {}x{}, {} bytes)",
            self.seq,
            self.format,
            self.size.width,
            self.size.height,
            self.packet.len()
        )
    }
}
