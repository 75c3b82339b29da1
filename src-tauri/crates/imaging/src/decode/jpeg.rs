//! The entropy-coded part of a JPEG, read strictly.

use std::borrow::Cow;

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::anatomy::{Anatomy, FrameHeader};
use super::{Result, check_size, guarded, short};
use crate::error::ImagingError;

const BASELINE: u8 = 0xC0;
const PROGRESSIVE: u8 = 0xC2;

/// Interleaved pixels in `space` with width and height.
pub(super) fn pixels(bytes: &[u8], anatomy: &Anatomy, space: ColorSpace) -> Result<(Vec<u8>, u32, u32)> {
    let unreadable = |reason: &str| ImagingError::Undecodable(reason.to_owned());
    let frame = anatomy.frame.as_ref().ok_or_else(|| unreadable("it has no frame header"))?;
    check_size(u32::from(frame.width), u32::from(frame.height))?;
    if frame.sof != BASELINE && frame.sof != PROGRESSIVE && frame.sof != 0xC1 {
        return Err(unreadable("a kind of JPEG that is never used for photographs"));
    }
    if frame.precision != 8 {
        return Err(unreadable("a JPEG of more than 8 bits a sample"));
    }
    // The decoder draws flat green from such a file (zune-jpeg 0.5.15): no picture is better than a wrong one.
    if frame.sof != PROGRESSIVE && anatomy.scans > 1 && is_subsampled(frame) {
        return Err(unreadable("colour of half resolution in scans of its own"));
    }
    let options = DecoderOptions::new_fast()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(space);
    let whole = &bytes[..end_of_data(anatomy, frame)];
    let bytes = if anatomy.huffman { Cow::Borrowed(whole) } else { Cow::Owned(with_standard_tables(whole)) };
    guarded(|| {
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&*bytes), options);
        let pixels = decoder.decode().map_err(|e| ImagingError::Undecodable(format!("{e:?}")))?;
        let (width, height) = decoder.dimensions().ok_or_else(short)?;
        Ok((pixels, width as u32, height as u32))
    })
}

/// Where the decoder is to find the bytes at an end.
///
/// At an end marker that comes too early the decoder draws the rest from zeros and reports nothing, in strict mode
/// too; only bytes that merely stop are an error to it. So the end marker of a single-scan file, known to be there,
/// is withheld. A narrow picture keeps it: the decoder reads up to 8 bytes ahead and would take a last row that is
/// shorter for a missing one.
fn end_of_data(anatomy: &Anatomy, frame: &FrameHeader) -> usize {
    let withheld = frame.sof != PROGRESSIVE && anatomy.scans == 1 && frame.width >= 128;
    if withheld { anatomy.end - 2 } else { anatomy.end }
}

/// Many webcams leave out the Huffman tables of T.81 annex K.3. The marker of AVI files, where that is the rule,
/// makes the decoder use them.
fn with_standard_tables(bytes: &[u8]) -> Vec<u8> {
    [&bytes[..2], b"\xFF\xE0\0\x07AVI1\0", &bytes[2..]].concat()
}

fn is_subsampled(frame: &FrameHeader) -> bool {
    frame.components.iter().any(|c| (c.0, c.1) != (frame.components[0].0, frame.components[0].1))
}
