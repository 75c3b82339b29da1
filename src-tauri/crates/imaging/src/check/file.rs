//! What the bytes of a file say: format, size, density, compression, metadata.

use domain::{Class, Finding, FindingCode, Limit, PhotoSpec, Text};
use exif::{Context, In, Tag, Value};
use image::RgbImage;

use crate::decode::FileKind;
use crate::decode::anatomy::Anatomy;

/// Bits to a pixel of the standard: 24-bit colour.
const COLOUR_BITS: f64 = 24.0;

/// A renamed PNG is still a PNG.
pub(super) fn format(kind: FileKind) -> Option<Finding> {
    if matches!(kind, FileKind::Jpeg | FileKind::Empty) {
        return None;
    }
    let name = kind.name();
    let text = Text::new(
        format!("不是 JPEG 文件，实际是 {name}。请用看图软件另存为 JPEG，不能只改扩展名"),
        format!("not a JPEG but {name}: save it as JPEG with a picture program, renaming is not enough"),
    );
    Some(Finding::plain(FindingCode::NotJpeg, Class::Retake, text))
}

pub(super) fn extension(extension: &str) -> Option<Finding> {
    if extension.eq_ignore_ascii_case("jpg") {
        return None;
    }
    // A file's name is hostile: only what an extension may hold is repeated.
    let shown: String = extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let text = Text::new(
        format!("扩展名应为 .jpg，现在是 .{shown}。请改名"),
        format!("the extension must be .jpg, it is .{shown}: rename the file"),
    );
    Some(Finding::plain(FindingCode::Extension, Class::Retake, text))
}

pub(super) fn bytes(length: usize, spec: &PhotoSpec) -> Option<Finding> {
    let rule = &spec.file;
    let limit = Limit::between(f64::from(rule.min_bytes), f64::from(rule.max_bytes));
    let length = length as f64;
    if limit.allows(length) {
        return None;
    }
    let (kb, min, max) =
        (length / 1000.0, f64::from(rule.min_bytes) / 1000.0, f64::from(rule.max_bytes) / 1000.0);
    let (zh, en) = if length < f64::from(rule.min_bytes) {
        ("请用更高的质量重新导出，不要用填充凑大小", "export again with a higher quality; never pad the file")
    } else {
        ("请用较低的质量重新导出", "export again with a lower quality")
    };
    let text = Text::new(
        format!("文件大小 {kb:.1} KB，要求 {min:.1}–{max:.1} KB。{zh}"),
        format!("the file has {kb:.1} KB, {min:.1} to {max:.1} KB are required: {en}"),
    );
    Some(Finding::measured(FindingCode::Bytes, Class::Retake, length, limit, text))
}

/// One finding for both sides; its value is the first side that is wrong.
pub(super) fn pixels(picture: &RgbImage, spec: &PhotoSpec) -> Option<Finding> {
    let (width, height) = picture.dimensions();
    let (value, wanted) = if width != spec.size.width {
        (width, spec.size.width)
    } else if height != spec.size.height {
        (height, spec.size.height)
    } else {
        return None;
    };
    let text = Text::new(
        format!(
            "图片为 {width}×{height} 像素，要求 {}×{}。请从原图重新裁剪，不要拉伸变形",
            spec.size.width, spec.size.height
        ),
        format!(
            "the picture has {width}×{height} pixels, {}×{} are required: crop it again from the original, never stretch it",
            spec.size.width, spec.size.height
        ),
    );
    let limit = Limit::between(f64::from(wanted), f64::from(wanted));
    Some(Finding::measured(FindingCode::Pixels, Class::Retake, f64::from(value), limit, text))
}

/// 16 bits a channel or grey, by the header chunk (PNG 1.2, 11.2.2: bit depth, then colour type).
pub(super) fn png_depth(bytes: &[u8]) -> Option<Finding> {
    let (&depth, &colour) = (bytes.get(24)?, bytes.get(25)?);
    let channels = match colour {
        0 => 1,
        4 => 2,
        6 => 4,
        _ => 3,
    };
    // A palette holds 24-bit colours; whether it has enough of them is for the eye.
    let bits = if colour == 3 { COLOUR_BITS } else { f64::from(depth) * f64::from(channels) };
    (bits != COLOUR_BITS).then(|| colour_depth(bits))
}

fn colour_depth(bits: f64) -> Finding {
    let text = Text::new(
        format!("图片为 {bits:.0} 位，要求 24 位彩色（RGB）。请转为 RGB 彩色后重新导出"),
        format!(
            "the picture has {bits:.0} bits a pixel, 24-bit colour (RGB) is required: convert it and export again"
        ),
    );
    Finding::measured(
        FindingCode::ColourDepth,
        Class::Retake,
        bits,
        Limit::between(COLOUR_BITS, COLOUR_BITS),
        text,
    )
}

/// Density, quality, colour, what stands behind the end, and metadata.
pub(super) fn jpeg(bytes: &[u8], anatomy: &Anatomy, spec: &PhotoSpec) -> Vec<Finding> {
    let exif = anatomy.exif.clone().and_then(|range| {
        let block = bytes.get(range)?.to_vec();
        exif::Reader::new().read_raw(block).ok()
    });
    let components = anatomy.frame.as_ref().map_or(3, |frame| frame.components.len());
    let mut findings = Vec::new();
    if components != 3 {
        findings.push(colour_depth(8.0 * components as f64));
    }
    findings.extend(density(anatomy, exif.as_ref(), spec));
    findings.extend(quality(anatomy, spec));
    findings.extend(trailing(bytes.len(), anatomy.end, spec));
    findings.extend(metadata(anatomy, exif.as_ref()));
    findings
}

fn density(anatomy: &Anatomy, exif: Option<&exif::Exif>, spec: &PhotoSpec) -> Option<Finding> {
    let wanted = f64::from(spec.dpi);
    let limit = Limit::between(wanted, wanted);
    let found = anatomy.density.and_then(|density| density.dpi()).or_else(|| exif.and_then(exif_density));
    let Some((x, y)) = found else {
        let text = Text::new(
            format!("文件没有写明分辨率，要求 {wanted:.0} dpi。请重新导出并设为 {wanted:.0} dpi"),
            format!(
                "the file states no density, {wanted:.0} dpi are required: export again with {wanted:.0} dpi"
            ),
        );
        return Some(Finding {
            limit: Some(limit),
            ..Finding::plain(FindingCode::Density, Class::Retake, text)
        });
    };
    // 118 dots a centimetre are 299.7 dpi: half a dot is a matter of writing.
    let off = [x, y].into_iter().find(|dpi| (dpi - wanted).abs() > 0.5)?;
    let text = Text::new(
        format!("分辨率为 {off:.0} dpi，要求 {wanted:.0} dpi。请在导出时设为 {wanted:.0} dpi（像素不变）"),
        format!(
            "the density is {off:.0} dpi, {wanted:.0} are required: set it when exporting (the pixels stay)"
        ),
    );
    Some(Finding::measured(FindingCode::Density, Class::Retake, off, limit, text))
}

/// X and Y resolution in dots per inch (EXIF 2.3, 4.6.4 A: unit 2 inch, 3 centimetre).
fn exif_density(exif: &exif::Exif) -> Option<(f64, f64)> {
    let number = |tag: Tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) => values.first().map(|value| value.to_f64()),
        Value::Short(values) => values.first().map(|value| f64::from(*value)),
        _ => None,
    };
    let scale = if number(Tag::ResolutionUnit) == Some(3.0) { 2.54 } else { 1.0 };
    Some((number(Tag::XResolution)? * scale, number(Tag::YResolution)? * scale))
}

fn quality(anatomy: &Anatomy, spec: &PhotoSpec) -> Option<Finding> {
    let quality = f64::from(anatomy.quality()?);
    let limit = Limit::at_least(f64::from(spec.file.quality_floor));
    if limit.allows(quality) {
        return None;
    }
    let floor = spec.file.quality_floor;
    let text = Text::new(
        format!("JPEG 质量约为 {quality:.0}，不得低于 {floor}。请从原图重新导出，已压缩的图再存一次无济于事"),
        format!(
            "the JPEG quality is about {quality:.0}, at least {floor} is required: export again from the original, saving this one again does not help"
        ),
    );
    Some(Finding::measured(FindingCode::Quality, Class::Retake, quality, limit, text))
}

/// Bytes behind the end marker. Where the picture alone would be too small, they fake its size.
fn trailing(length: usize, end: usize, spec: &PhotoSpec) -> Option<Finding> {
    let excess = length.checked_sub(end).filter(|excess| *excess > 0)?;
    let faked = (end as f64) < f64::from(spec.file.min_bytes);
    let class = if faked { Class::Retake } else { Class::Review };
    let (zh, en) = if faked {
        (
            "图像本身不足最小字节数，是填充凑出来的",
            "without them the picture is below the smallest size: it was padded",
        )
    } else {
        ("请重新导出", "export it again")
    };
    let text = Text::new(
        format!("图像结束后还有 {excess} 个多余字节。{zh}"),
        format!("{excess} bytes follow the end of the picture: {en}"),
    );
    Some(Finding::measured(FindingCode::TrailingBytes, class, excess as f64, Limit::at_most(0.0), text))
}

/// What travels with the picture. A turned orientation is more than a note: what is seen is not what is stored.
fn metadata(anatomy: &Anatomy, exif: Option<&exif::Exif>) -> Option<Finding> {
    let names = [Tag::Artist, Tag::Copyright, Tag::ImageDescription, Tag::CameraOwnerName, Tag::UserComment];
    let field = |tag: &Tag| exif.is_some_and(|exif| exif.get_field(*tag, In::PRIMARY).is_some());
    let gps = exif.is_some_and(|exif| exif.fields().any(|field| field.tag.context() == Context::Gps));
    let turned = exif
        .and_then(|exif| exif.get_field(Tag::Orientation, In::PRIMARY))
        .and_then(|field| field.value.get_uint(0))
        .is_some_and(|orientation| (2..=8).contains(&orientation));
    if turned {
        let text = Text::new(
            "照片靠方向标记才显示为正，标准禁止旋转或镜像。请导出为已转正的图片",
            "the picture stands upright only by its orientation tag, and turned or mirrored pictures are forbidden: export it upright",
        );
        return Some(Finding::plain(FindingCode::Metadata, Class::Review, text));
    }
    let mut kinds: Vec<(&str, &str)> = Vec::new();
    kinds.extend(gps.then_some(("拍摄地点", "the place")));
    kinds.extend(names.iter().any(field).then_some(("姓名或说明", "a name or description")));
    kinds.extend(anatomy.exif.is_some().then_some(("EXIF", "EXIF")));
    kinds.extend(anatomy.notes.iter().map(|note| (*note, *note)));
    if kinds.is_empty() {
        return None;
    }
    let (zh, en): (Vec<_>, Vec<_>) = kinds.into_iter().unzip();
    let text = Text::new(
        format!("文件带有附加信息：{}。交付前建议清除", zh.join("、")),
        format!("the file carries {}: better removed before delivery", en.join(", ")),
    );
    Some(Finding::plain(FindingCode::Metadata, Class::Info, text))
}
