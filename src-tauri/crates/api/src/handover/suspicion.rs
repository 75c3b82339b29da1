//! What makes a picture from elsewhere suspect, as far as its bytes and pixels can tell. Evidence for a person's eye,
//! never proof; nothing is refused for it, and nothing is repaired.

use domain::Text;
use imaging::check::evidence::{Evidence, Trace, evidence};

use super::view::{Suspicion, SuspicionCode};

/// Names that programs leave in a file which were made to edit pictures or to make faces prettier; lower case.
const EDITORS: [&str; 34] = [
    "photoshop",
    "lightroom",
    "adobe firefly",
    "gimp",
    "pixelmator",
    "affinity photo",
    "capture one",
    "meitu",
    "美图",
    "xingtu",
    "醒图",
    "hypic",
    "轻颜",
    "ulike",
    "美颜相机",
    "beautycam",
    "beautyplus",
    "无他相机",
    "faceu",
    "b612",
    "snow camera",
    "camera360",
    "天天p图",
    "pitu",
    "黄油相机",
    "snapseed",
    "picsart",
    "facetune",
    "faceapp",
    "remini",
    "youcam",
    "vsco",
    "capcut",
    "剪映",
];
/// Marks of programs that make pictures of nobody: IPTC's digital source types, as C2PA and XMP carry them, and names.
const GENERATORS: [&str; 6] = [
    "trainedalgorithmicmedia",
    "compositewithtrainedalgorithmicmedia",
    "midjourney",
    "stable diffusion",
    "stablediffusion",
    "dall-e",
];
/// The same of phones' screenshots.
const SCREENS: [&str; 4] = ["screenshot", "screen capture", "屏幕截图", "截屏"];
/// What phones call the camera over their screen.
const FRONT: [&str; 4] = ["front camera", "front truedepth camera", "前置", "selfie"];

/// Everything that is suspect in a file.
pub(super) fn of(bytes: &[u8]) -> Vec<Suspicion> {
    let mut found = of_marks(bytes);
    // A file that cannot be decoded is refused for that.
    if let Ok(picture) = imaging::decode::picture_file(bytes) {
        for seen in evidence(bytes, &picture) {
            let told = of_trace(seen);
            // The file may have said so itself.
            if !found.iter().any(|f| f.code == told.code) {
                found.push(told);
            }
        }
    }
    found
}

fn of_marks(bytes: &[u8]) -> Vec<Suspicion> {
    let marks = Marks::of(bytes);
    let named = |names: &[&'static str]| names.iter().copied().find(|name| marks.text.contains(name));
    let mut found = Vec::new();
    if named(&GENERATORS).is_some() {
        found.push(suspicion(
            SuspicionCode::Editor,
            "文件自己写明画面由生成式 AI 制作或合成。请确认是本人的真实照片，否则退回重拍。",
            "The file says that a generative program has made it or a part of it. Make sure that it is a real photograph of this person.",
        ));
    } else if let Some(name) = named(&EDITORS) {
        found.push(suspicion(
            SuspicionCode::Editor,
            format!("文件里写着修图或美颜软件的名字（{name}）。请确认没有修脸、磨皮。"),
            format!("The file names a program that edits pictures ({name}). Make sure that the face was not retouched."),
        ));
    } else if marks.edited {
        found.push(suspicion(
            SuspicionCode::Editor,
            "文件带有修图软件的数据段（Photoshop 或内容凭证）。请确认没有修脸、磨皮。",
            "The file carries the data of an editing program (Photoshop, or content credentials). Make sure that the face was not retouched.",
        ));
    }
    if named(&SCREENS).is_some() {
        found.push(suspicion(
            SuspicionCode::Screenshot,
            "文件说自己是屏幕截图。请要原始照片。",
            "The file says that it is a screenshot. Ask for the original.",
        ));
    }
    match marks.orientation {
        Some(2 | 4 | 5 | 7) => found.push(suspicion(
            SuspicionCode::Mirrored,
            "文件的方向标记写明画面是左右翻转的。标准禁止镜像，请要未翻转的原图。",
            "The file's orientation tag says that the picture is flipped. Mirrored pictures are forbidden: ask for the original.",
        )),
        _ if named(&FRONT).is_some() => found.push(suspicion(
            SuspicionCode::Mirrored,
            "用手机前置摄像头拍摄，画面可能是镜像的，软件无法判定。请看衣服文字、分头或痣的位置，拿不准就重拍。",
            "Taken with a phone's front camera: it may be mirrored, which no program can prove. Look at letters, the parting, moles; if in doubt, have it taken again.",
        )),
        _ => {}
    }
    found
}

fn of_trace(seen: Evidence) -> Suspicion {
    let (code, zh, en) = match seen.trace {
        Trace::CompressedBefore => (
            SuspicionCode::CompressedTwice,
            "像素里有更早一次、更粗的压缩痕迹：可能经过聊天软件转发或反复另存，细节有损失。请要原始文件。".to_owned(),
            "An earlier, coarser compression shows in the pixels: it may have gone through a chat program or been saved again and again. Ask for the original file.".to_owned(),
        ),
        Trace::CroppedAfterCompression { x, y } => (
            SuspicionCode::CompressedTwice,
            format!("压缩过的照片被裁剪后又压缩了一次（旧的压缩网格偏移 {x}、{y} 像素）。请要原始文件。"),
            format!("A compressed picture was cropped and compressed again (the old grid is moved by {x} and {y} pixels). Ask for the original file."),
        ),
        Trace::Enlarged { period } => (
            SuspicionCode::Enlarged,
            format!("像素里有插值放大的周期（约 {period:.2} 像素），原图可能更小。请要更大的原图，不要放大。"),
            format!("A period of interpolation shows in the pixels (about {period:.2}): the original may be smaller. Ask for a larger one instead of enlarging."),
        ),
        Trace::ScreenPixels => (
            SuspicionCode::Screenshot,
            "像素数正好等于手机屏幕，文件里又没有相机信息，可能是截图。请要原始照片。".to_owned(),
            "It has exactly the pixels of a phone's screen and names no camera: it may be a screenshot. Ask for the original.".to_owned(),
        ),
        Trace::ScreenBars => (
            SuspicionCode::Screenshot,
            "画面上下各有一条平整的色带，像手机界面，可能是截图。请要原始照片。".to_owned(),
            "There are flat bars at top and bottom as on a phone's screen: it may be a screenshot. Ask for the original.".to_owned(),
        ),
    };
    Suspicion { code, value: seen.value, limit: seen.limit, text: Text::new(zh, en) }
}

fn suspicion(code: SuspicionCode, zh: impl Into<String>, en: impl Into<String>) -> Suspicion {
    Suspicion { code, value: None, limit: None, text: Text::new(zh, en) }
}

/// What stands in a file beside its pixels.
#[derive(Default)]
struct Marks {
    /// Words of Exif, XMP, IPTC, content credentials and comments, in lower case.
    text: String,
    /// A segment that only editing programs write: Photoshop's APP13 and Ducky, the JUMBF box of C2PA.
    edited: bool,
    /// Exif orientation.
    orientation: Option<u32>,
}

impl Marks {
    fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") { Self::of_png(bytes) } else { Self::of_jpeg(bytes) }
    }

    fn of_jpeg(bytes: &[u8]) -> Self {
        let mut marks = Self::default();
        let mut at = 2;
        while bytes.starts_with(&[0xff, 0xd8]) && at + 4 <= bytes.len() && bytes[at] == 0xff {
            let marker = bytes[at + 1];
            let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
            let end = (at + 2 + length).min(bytes.len());
            if marker == 0xda || length < 2 {
                break;
            }
            marks.segment(marker, &bytes[at + 4..end.max(at + 4)]);
            at = end;
        }
        marks.text = marks.text.to_lowercase();
        marks
    }

    fn segment(&mut self, marker: u8, data: &[u8]) {
        // APP2 is colour profiles, whose names say nothing of this picture.
        if !matches!(marker, 0xe0 | 0xe1 | 0xe3..=0xef | 0xfe) {
            return;
        }
        self.text.push_str(&String::from_utf8_lossy(data));
        self.edited |= marker == 0xed && data.starts_with(b"Photoshop 3.0")
            || marker == 0xec && data.starts_with(b"Ducky")
            || marker == 0xeb && data.windows(4).any(|word| word == b"jumb");
        if marker == 0xe1 && data.starts_with(b"Exif\0\0") {
            self.orientation = orientation(&data[6..]);
        }
    }

    /// Text chunks and Exif (PNG third edition, 11.3.3).
    fn of_png(bytes: &[u8]) -> Self {
        let mut marks = Self::default();
        let mut at = 8;
        while let Some(head) = bytes.get(at..at + 8) {
            let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let Some(data) = bytes.get(at + 8..(at + 8).saturating_add(length)) else { break };
            match &head[4..] {
                b"tEXt" | b"iTXt" | b"caBX" => marks.text.push_str(&String::from_utf8_lossy(data)),
                b"eXIf" => {
                    marks.text.push_str(&String::from_utf8_lossy(data));
                    marks.orientation = orientation(data);
                }
                _ => {}
            }
            marks.edited |= &head[4..] == b"caBX";
            at += 12 + length;
        }
        marks.text = marks.text.to_lowercase();
        marks
    }
}

/// Tag 0x0112 of the first directory of a TIFF block (TIFF 6.0).
fn orientation(tiff: &[u8]) -> Option<u32> {
    let little = tiff.starts_with(b"II");
    let number = |at: usize, bytes: usize| -> Option<u32> {
        let field = tiff.get(at..at.checked_add(bytes)?)?;
        let fold = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(if little { field.iter().rev().fold(0, fold) } else { field.iter().fold(0, fold) })
    };
    let start = number(4, 4)? as usize;
    let entries = number(start, 2)?.min(500) as usize;
    let entry = (0..entries).map(|n| start + 2 + 12 * n).find(|at| number(*at, 2) == Some(0x0112))?;
    number(entry + 8, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg_with(marker: u8, text: &[u8]) -> Vec<u8> {
        let length = (text.len() as u16 + 2).to_be_bytes();
        [&[0xff, 0xd8, 0xff, marker, length[0], length[1]], text, &[0xff, 0xda, 0, 2]].concat()
    }

    fn codes(bytes: &[u8]) -> Vec<SuspicionCode> {
        of_marks(bytes).into_iter().map(|s| s.code).collect()
    }

    fn exif(orientation: u8, words: &str) -> Vec<u8> {
        let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        tiff.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
        tiff.extend_from_slice(words.as_bytes());
        tiff
    }

    #[test]
    fn an_editors_name_is_seen_before_the_picture_only() {
        use SuspicionCode::Editor;
        assert_eq!(codes(&jpeg_with(0xe1, b"Exif\0\0Adobe Photoshop 25.0")), [Editor]);
        assert_eq!(codes(&jpeg_with(0xe1, "Exif\0\0美图秀秀".as_bytes())), [Editor]);
        assert_eq!(codes(&jpeg_with(0xed, b"Photoshop 3.0\08BIM")), [Editor]);
        assert_eq!(codes(&jpeg_with(0xec, b"Ducky\0\x01")), [Editor]);
        assert_eq!(codes(&jpeg_with(0xeb, b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb c2pa")), [Editor]);
        assert!(codes(&jpeg_with(0xe2, b"ICC_PROFILE\0Photoshop RGB")).is_empty(), "a colour profile");
        assert!(codes(&jpeg_with(0xdb, b"photoshop")).is_empty());
        let behind = [jpeg_with(0xfe, b"camera"), b"photoshop".to_vec()].concat();
        assert!(codes(&behind).is_empty());
        let made = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        assert!(of_marks(&jpeg_with(0xe1, made))[0].text.zh.contains("AI"));
    }

    #[test]
    fn a_flipped_picture_and_a_front_camera_are_told_apart_from_others() {
        use SuspicionCode::Mirrored;
        let said = |orientation, words| codes(&jpeg_with(0xe1, &exif(orientation, words)));
        assert_eq!(said(2, "Apple iPhone 15"), [Mirrored]);
        assert_eq!(said(7, ""), [Mirrored]);
        assert_eq!(said(1, "iPhone 13 front TrueDepth camera 2.71mm f/2.2"), [Mirrored]);
        for upright in [1, 3, 6, 8] {
            assert!(said(upright, "iPhone 13 back dual wide camera 5.1mm f/1.6").is_empty());
        }
    }

    #[test]
    fn a_pngs_text_is_read_and_its_lies_end_the_reading() {
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            [&(data.len() as u32).to_be_bytes()[..], kind, data, &[0; 4]].concat()
        };
        let png = |chunks: &[Vec<u8>]| [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat();
        let screen = png(&[chunk(b"IHDR", &[0; 13]), chunk(b"tEXt", b"Comment\0Screenshot")]);
        assert_eq!(codes(&screen), [SuspicionCode::Screenshot]);
        assert!(codes(&png(&[chunk(b"IDAT", b"photoshop")])).is_empty());
        let lies = png(&[[&u32::MAX.to_be_bytes()[..], b"tEXt", b"gimp"].concat()]);
        assert!(codes(&lies).is_empty());
    }

    #[test]
    fn cut_and_lying_lengths_end_the_reading() {
        for bytes in [
            &b"\xff\xd8"[..],
            b"\xff\xd8\xff\xe1",
            b"\xff\xd8\xff\xe1\xff\xff",
            b"\xff\xd8\xff\xe1\0\0x",
            b"\xff\xd8\xff\xe1\0\x10Exif\0\0MM\xff\xff\xff\xff\xff\xff",
            b"",
        ] {
            assert!(codes(bytes).is_empty());
        }
        assert_eq!(codes(b"\xff\xd8\xff\xe1\xff\xffGIMP").len(), 1);
    }
}
