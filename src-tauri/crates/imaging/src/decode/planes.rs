//! Uncompressed packets of cameras.
//!
//! YUV is BT.601 limited range (Y 16–235, chroma 16–240 around 128), as UVC cameras send it unless they say otherwise.

use image::{GrayImage, RgbImage};

use super::{Result, check_size, short};

/// 4:2:2, bytes Y0 U Y1 V.
pub(super) fn yuyv(packet: &[u8], width: u32, height: u32) -> Result<RgbImage> {
    let packet = yuyv_bytes(packet, width, height)?;
    let mut rgb = Vec::with_capacity(packet.len() / 2 * 3);
    for pair in packet.chunks_exact(4) {
        rgb.extend_from_slice(&to_rgb(pair[0], pair[1], pair[3]));
        rgb.extend_from_slice(&to_rgb(pair[2], pair[1], pair[3]));
    }
    RgbImage::from_raw(width, height, rgb).ok_or_else(short)
}

/// Every second byte is brightness; stretched to full range, as the JPEG path delivers it.
pub(super) fn luma_of_yuyv(packet: &[u8], width: u32, height: u32) -> Result<GrayImage> {
    let packet = yuyv_bytes(packet, width, height)?;
    let luma = packet.chunks_exact(2).map(|pair| FULL_RANGE[usize::from(pair[0])]).collect();
    GrayImage::from_raw(width, height, luma).ok_or_else(short)
}

/// 4:2:0, a plane of Y, then rows of U V pairs, each for two by two pixels.
pub(super) fn nv12(packet: &[u8], width: u32, height: u32) -> Result<RgbImage> {
    let (luma, chroma) = nv12_planes(packet, width, height)?;
    let row = width as usize;
    let mut rgb = Vec::with_capacity(luma.len() * 3);
    for (y, line) in luma.chunks_exact(row).enumerate() {
        let colour = &chroma[y / 2 * row..][..row];
        for (x, value) in line.iter().enumerate() {
            let pair = x & !1;
            rgb.extend_from_slice(&to_rgb(*value, colour[pair], colour[pair + 1]));
        }
    }
    RgbImage::from_raw(width, height, rgb).ok_or_else(short)
}

/// The first plane, stretched to full range.
pub(super) fn luma_of_nv12(packet: &[u8], width: u32, height: u32) -> Result<GrayImage> {
    let (luma, _) = nv12_planes(packet, width, height)?;
    let luma = luma.iter().map(|value| FULL_RANGE[usize::from(*value)]).collect();
    GrayImage::from_raw(width, height, luma).ok_or_else(short)
}

/// 3 bytes a pixel.
pub(super) fn rgb(packet: &[u8], width: u32, height: u32) -> Result<RgbImage> {
    let bytes = area(width, height)? * 3;
    let pixels = packet.get(..bytes).ok_or_else(short)?;
    RgbImage::from_raw(width, height, pixels.to_vec()).ok_or_else(short)
}

/// Bytes beyond the picture are what a driver's buffer holds in excess and are dropped.
fn yuyv_bytes(packet: &[u8], width: u32, height: u32) -> Result<&[u8]> {
    let bytes = area(width, height)? * 2;
    even(width)?;
    packet.get(..bytes).ok_or_else(short)
}

fn nv12_planes(packet: &[u8], width: u32, height: u32) -> Result<(&[u8], &[u8])> {
    let luma = area(width, height)?;
    even(width)?;
    even(height)?;
    let packet = packet.get(..luma + luma / 2).ok_or_else(short)?;
    Ok(packet.split_at(luma))
}

fn area(width: u32, height: u32) -> Result<usize> {
    check_size(width, height)?;
    Ok(width as usize * height as usize)
}

fn even(side: u32) -> Result<()> {
    if side.is_multiple_of(2) { Ok(()) } else { Err(short()) }
}

/// Y of limited range stretched to 0–255.
const FULL_RANGE: [u8; 256] = {
    let mut table = [0; 256];
    let mut y = 0;
    while y < 256 {
        let above = usize::saturating_sub(y, 16);
        let full = (above * 255 + 109) / 219;
        table[y] = if full > 255 { 255 } else { full as u8 };
        y += 1;
    }
    table
};

/// ITU-R BT.601 limited range to full-range RGB in 8.8 fixed point.
fn to_rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let y = 298 * (i32::from(y) - 16) + 128;
    let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
    [y + 409 * v, y - 100 * u - 208 * v, y + 516 * u].map(|c| (c >> 8).clamp(0, 255) as u8)
}
