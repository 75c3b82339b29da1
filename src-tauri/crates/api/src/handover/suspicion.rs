//! What makes a picture from elsewhere suspect, as far as its bytes can tell. Evidence for a person's eye, never proof;
//! nothing is refused for it.

use domain::Text;

use super::view::{Suspicion, SuspicionCode};

/// Names that programs for editing leave in a file; lower case.
const EDITORS: [&str; 12] = [
    "photoshop",
    "lightroom",
    "gimp",
    "meitu",
    "美图",
    "xingtu",
    "醒图",
    "snapseed",
    "picsart",
    "facetune",
    "beautycam",
    "b612",
];
/// The same of phones' screenshots.
const SCREENS: [&str; 3] = ["screenshot", "screen capture", "屏幕截图"];

/// Everything that is suspect in a file.
pub(super) fn of(bytes: &[u8]) -> Vec<Suspicion> {
    let head = head_text(bytes);
    let mut found = Vec::new();
    if let Some(name) = EDITORS.iter().find(|name| head.contains(**name)) {
        found.push(suspicion(
            SuspicionCode::Editor,
            format!("文件里写着修图软件的名字（{name}）。请确认没有修脸、磨皮。"),
            format!("The file names a program that edits pictures ({name}). Make sure that the face was not retouched."),
        ));
    }
    if SCREENS.iter().any(|name| head.contains(name)) {
        found.push(suspicion(
            SuspicionCode::Screenshot,
            "文件说自己是屏幕截图。请要原始照片。",
            "The file says that it is a screenshot. Ask for the original.",
        ));
    }
    found
}

fn suspicion(code: SuspicionCode, zh: impl Into<String>, en: impl Into<String>) -> Suspicion {
    Suspicion { code, value: None, text: Text::new(zh, en) }
}

/// What stands in the segments before the picture, in lower case: Exif, XMP, comments.
fn head_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut at = 2;
    while bytes.starts_with(&[0xff, 0xd8]) && at + 4 <= bytes.len() && bytes[at] == 0xff {
        let marker = bytes[at + 1];
        let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        let end = (at + 2 + length).min(bytes.len());
        if marker == 0xda || length < 2 {
            break;
        }
        if matches!(marker, 0xe0..=0xef | 0xfe) {
            text.push_str(&String::from_utf8_lossy(&bytes[at + 4..end.max(at + 4)]));
        }
        at = end;
    }
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg_with(marker: u8, text: &str) -> Vec<u8> {
        let length = (text.len() as u16 + 2).to_be_bytes();
        [&[0xff, 0xd8, 0xff, marker, length[0], length[1]], text.as_bytes(), &[0xff, 0xda, 0, 2]].concat()
    }

    #[test]
    fn an_editors_name_is_seen_before_the_picture_only() {
        let named = of(&jpeg_with(0xe1, "Exif\0\0Adobe Photoshop 25.0"));
        assert_eq!(named.iter().map(|s| s.code).collect::<Vec<_>>(), [SuspicionCode::Editor]);
        assert!(of(&jpeg_with(0xdb, "photoshop")).is_empty());
        let behind = [jpeg_with(0xfe, "camera"), b"photoshop".to_vec()].concat();
        assert!(of(&behind).is_empty());
    }

    #[test]
    fn cut_and_lying_lengths_end_the_reading() {
        for bytes in [
            &b"\xff\xd8"[..],
            b"\xff\xd8\xff\xe1",
            b"\xff\xd8\xff\xe1\xff\xff",
            b"\xff\xd8\xff\xe1\0\0x",
            b"",
        ] {
            assert!(of(bytes).is_empty());
        }
        assert_eq!(of(b"\xff\xd8\xff\xe1\xff\xffGIMP").len(), 1);
    }
}
