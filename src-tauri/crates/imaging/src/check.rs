//! 校验: a picture that somebody else made, held against the standard without looking at the face.
//!
//! Each finding says what was measured, what is allowed and what to do. What a face has to be is found by
//! `quality`; here it is the file, the flat background and the edge of the picture.

mod backdrop;
pub mod evidence;
mod file;

use domain::{Class, Finding, FindingCode, PhotoSpec, Text};
use image::RgbImage;

use crate::decode::anatomy::Anatomy;
use crate::decode::{self, FileKind};
use crate::error::ImagingError;

/// Everything that is wrong with a picture file, and its upright picture where there is one.
///
/// `extension` is the file's, without the dot, where the file has a name. An unreadable file gives that one finding
/// (and what its bytes alone tell) and no picture.
pub fn file_findings(
    bytes: &[u8],
    extension: Option<&str>,
    spec: &PhotoSpec,
) -> (Vec<Finding>, Option<RgbImage>) {
    let mut findings = Vec::new();
    let kind = FileKind::of(bytes);
    findings.extend(file::format(kind));
    findings.extend(extension.and_then(file::extension));
    findings.extend(file::bytes(bytes.len(), spec));
    let picture = match decode::picture_file(bytes) {
        Ok(picture) => picture,
        Err(error) => {
            findings.push(unreadable(&error));
            return (findings, None);
        }
    };
    findings.extend(file::pixels(&picture, spec));
    match kind {
        FileKind::Jpeg => {
            // It was decoded, so its markers can be followed.
            if let Ok(anatomy) = Anatomy::of(bytes) {
                findings.extend(file::jpeg(bytes, &anatomy, spec));
            }
        }
        _ => findings.extend(file::png_depth(bytes)),
    }
    match backdrop::border(&picture) {
        Some(border) => findings.push(border),
        // Inside a border the outermost pixels say nothing about the background.
        None => findings.extend(backdrop::colour(&picture, spec)),
    }
    (findings, Some(picture))
}

fn unreadable(error: &ImagingError) -> Finding {
    let text = match error {
        ImagingError::TooLarge { width, height } => Text::new(
            format!("图片声称有 {width}×{height} 像素，大得不合理，未打开。请重新导出照片"),
            format!(
                "the file claims {width}×{height} pixels, which is not reasonable; it was not opened: export the photo again"
            ),
        ),
        error => Text::new(
            "文件损坏、不完整或格式不支持，无法读取。请重新拷贝或重新导出",
            format!(
                "the file is damaged, incomplete or of another format ({error}): copy or export it again"
            ),
        ),
    };
    Finding::plain(FindingCode::Unreadable, Class::Retake, text)
}

#[cfg(test)]
mod tests;
