//! Pictures from elsewhere as the screen shows them: small, because a table of them is looked at, and they may be huge.

use domain::Size;
use imaging::resample::{Kernel, cut_rgb, whole};

use crate::ApiError;
use crate::files::read_picture;
use crate::station::Station;

/// Longest side on the screen, in pixels.
const SIDE: f64 = 640.0;
const QUALITY: u8 = 85;

impl Station {
    /// A picture of a check of pictures from elsewhere, `<check>/<place in the report>`, as a small JPEG. Read and
    /// scaled on the asker's thread.
    pub(crate) fn small_picture(&self, name: &str) -> Result<Vec<u8>, ApiError> {
        let path = self
            .handover
            .checks()
            .file(name)
            .ok_or_else(|| ApiError::new("no_picture", "没有这张照片。", "There is no such picture."))?;
        let (_, picture) = read_picture(&path)?;
        let from = Size { width: picture.width(), height: picture.height() };
        let scale = (SIDE / f64::from(from.width.max(from.height))).min(1.0);
        let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).max(1);
        let to = Size { width: side(from.width), height: side(from.height) };
        let small = cut_rgb(&picture, &whole(from), to, Kernel::Smooth);
        Ok(imaging::decode::preview_jpeg(&small, QUALITY))
    }
}
