//! One component of a path that every file system takes: FAT32, exFAT, NTFS, ext4, APFS.

use unicode_normalization::UnicodeNormalization;

/// Most UTF-16 units of one component on FAT32, exFAT and NTFS alike; also the most bytes of UTF-8 on ext4.
pub const COMPONENT_LIMIT: usize = 255;

/// What became of a text that was made into a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Safe {
    /// The component. Empty if nothing was left of the text.
    pub(crate) text: String,
    /// Whether characters had to be replaced or left out. Composing accents (NFC) and trimming do not count.
    pub(crate) altered: bool,
}

/// Makes `text` harmless as a file or folder name. Does not shorten it.
pub(crate) fn component(text: &str) -> Safe {
    let mut altered = false;
    let mut out = String::with_capacity(text.len());
    for c in text.trim().nfc() {
        if is_invisible(c) {
            altered = true;
        } else if is_forbidden(c) {
            altered = true;
            out.push('_');
        } else {
            out.push(c);
        }
    }
    // Windows drops dots and spaces at the end, so that two names become one; a dot in front hides the file.
    let kept = out.trim().trim_end_matches(lost_at_the_end).to_owned();
    altered |= kept != out.trim();
    let mut text = kept;
    if text.starts_with('.') {
        text.replace_range(..1, "_");
        altered = true;
    }
    if is_device_name(&text) {
        text.insert(0, '_');
        altered = true;
    }
    Safe { text, altered }
}

/// Characters that some system refuses, or that this crate needs for itself.
///
/// `<>:"/\|?*` and controls: Windows naming rules. `~`: a name like `ABCDEF~1.JPG` can hit the short name that FAT
/// and NTFS made up for somebody else's file. `%`: not every BagIt tool decodes `%25` in a manifest. `#` numbers
/// several files of one person, so no name may contain it.
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '~' | '%' | '#')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFD}')
}

/// Characters that cannot be seen: two names that look alike must not differ by them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Names that Windows keeps for devices, with any extension (Windows naming rules; the superscripts count as digits).
pub(crate) fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$") {
        return true;
    }
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    port.is_some_and(|rest| {
        let mut chars = rest.chars();
        matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    })
}

/// UTF-16 units of `text`: what FAT32, exFAT and NTFS count.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Dots and spaces of every kind: what a system, or the next reader, drops from the end of a name.
pub(crate) fn lost_at_the_end(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// The longest beginning of `text` with at most `max` UTF-16 units and 255 bytes, free of trailing dots and spaces.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    let (mut used, mut bytes, mut end) = (0, 0, 0);
    for c in text.chars() {
        used += c.len_utf16();
        bytes += c.len_utf8();
        if used > max || bytes > COMPONENT_LIMIT {
            break;
        }
        end = bytes;
    }
    let cut = text[..end].trim_end_matches(lost_at_the_end);
    if is_device_name(cut) {
        format!("_{}", cut.trim_end_matches(|c: char| c.is_ascii_digit()))
    } else {
        cut.to_owned()
    }
}

/// What case-insensitive and normalising file systems compare. Equal folds may be one file; unequal ones never are.
pub(crate) fn fold(path: &str) -> String {
    path.nfc().collect::<String>().to_uppercase().to_lowercase().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_harmless_ones() {
        for (text, safe) in [
            ("../../etc", "_._.._etc"),
            ("a/b\\c:d", "a_b_c_d"),
            ("CON", "_CON"),
            ("con.jpg", "_con.jpg"),
            ("Lpt1", "_Lpt1"),
            ("COM¹", "_COM¹"),
            ("com10", "com10"),
            ("name. . ", "name"),
            ("...", ""),
            (" \t ", ""),
            ("a\r\nb\0", "a__b_"),
            ("PROGRA~1", "PROGRA_1"),
            ("100%", "100_"),
            ("张\u{202E}三\u{200B}", "张三"),
        ] {
            assert_eq!(component(text).text, safe, "{text:?}");
        }
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["张三", "阿卜杜拉·买买提", "计算机科学与技术（师范）", "2022-1班", "𠮷野", "O'Brien"]
        {
            assert_eq!(component(name), Safe { text: name.to_owned(), altered: false });
        }
    }

    #[test]
    fn accents_are_composed_and_case_is_folded_for_comparison() {
        assert_eq!(component("Jose\u{301}").text, "José");
        assert_eq!(fold("JOSÉ/Straße"), fold("jose\u{301}/STRASSE"));
        assert_ne!(fold("a"), fold("b"));
    }

    #[test]
    fn shortening_leaves_no_space_of_any_kind_at_the_end() {
        for (text, max, cut) in [("®\u{a0}A", 2, "®"), ("a\u{2003}.b", 3, "a"), ("张\u{3000}三", 2, "张")]
        {
            assert_eq!(shorten(text, max), cut);
            assert!(!component(&shorten(text, max)).altered);
        }
    }

    #[test]
    fn shortening_counts_utf16_and_utf8() {
        assert_eq!(shorten("𠮷𠮷𠮷", 5), "𠮷𠮷");
        assert_eq!(shorten("ab. cd", 4), "ab");
        assert!(shorten(&"学".repeat(300), 255).len() <= COMPONENT_LIMIT);
        assert!(!is_device_name(&shorten("COM12", 4)));
    }
}
