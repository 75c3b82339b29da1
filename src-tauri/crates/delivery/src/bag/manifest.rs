//! Lines of a manifest, and which paths may stand in one (RFC 8493 §2.1.3, §5.1).

use std::io::{self, BufRead};

use domain::ContentHash;

/// Longest line that is read: a path of 4,096 bytes, each percent-encoded, and a SHA-512.
pub(crate) const LONGEST_LINE: usize = 16 * 1024;

/// `hash  path`, with CR, LF and % of the path encoded.
pub(crate) fn line(hash: &ContentHash, path: &str) -> String {
    format!("{hash}  {}\n", encode(path))
}

/// RFC 8493: only CR, LF and the percent sign are encoded.
pub(crate) fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The inverse of [`encode`]; other percent signs stay, as older tools wrote them.
pub(crate) fn decode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at..at + 3).map(str::to_ascii_uppercase);
        let decoded = match code.as_deref() {
            Some("%25") => Some('%'),
            Some("%0D") => Some('\r'),
            Some("%0A") => Some('\n'),
            _ => None,
        };
        out.push(decoded.unwrap_or('%'));
        rest = &rest[at + if decoded.is_some() { 3 } else { 1 }..];
    }
    out.push_str(rest);
    out
}

/// Whether a path of a manifest stays inside the bag on every system.
pub(crate) fn is_inside(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    !path.is_empty()
        && !drive
        && !path.starts_with(['/', '~'])
        && !path.contains(['\\', '\0'])
        && path.split('/').all(|component| !matches!(component, "" | "." | ".."))
}

/// What a line of a manifest says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A hash in lower-case hex and a decoded path.
    Entry { hash: String, path: String },
    /// No hash and path.
    Malformed,
    /// Longer than [`LONGEST_LINE`]; skipped without being kept.
    TooLong,
}

/// Reads one line, never more than [`LONGEST_LINE`] of it into memory. `None` at the end.
pub(crate) fn next(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    loop {
        let Some((bytes, whole)) = bounded_line(input)? else { return Ok(None) };
        if !whole {
            return Ok(Some(Line::TooLong));
        }
        let Ok(text) = str::from_utf8(&bytes) else { return Ok(Some(Line::Malformed)) };
        let text = text.trim_start_matches('\u{FEFF}').trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            continue;
        }
        let Some((hash, path)) = text.split_once([' ', '\t']) else { return Ok(Some(Line::Malformed)) };
        let hash = hash.to_ascii_lowercase();
        let path = path.trim_start_matches([' ', '\t']).trim_start_matches('*');
        let is_hex = !hash.is_empty() && hash.bytes().all(|c| c.is_ascii_hexdigit());
        let path = path.strip_prefix("./").unwrap_or(path);
        return Ok(Some(if is_hex { Line::Entry { hash, path: decode(path) } } else { Line::Malformed }));
    }
}

/// A line with its end, and whether all of it was kept.
pub(crate) fn bounded_line(input: &mut impl BufRead) -> io::Result<Option<(Vec<u8>, bool)>> {
    let mut kept = Vec::new();
    let mut whole = true;
    let mut any = false;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(any.then_some((kept, whole)));
        }
        any = true;
        let end = buffer.iter().position(|c| *c == b'\n').map(|at| at + 1);
        let length = end.unwrap_or(buffer.len());
        let room = LONGEST_LINE - kept.len();
        whole &= length <= room;
        kept.extend_from_slice(&buffer[..length.min(room)]);
        input.consume(length);
        if end.is_some() {
            return Ok(Some((kept, whole)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_percents_survive_a_manifest() {
        for path in ["data/100%.jpg", "data/a\r\nb", "data/%0A", "data/%", "data/%é"] {
            assert!(!encode(path).contains(['\r', '\n']));
            assert_eq!(decode(&encode(path)), path);
        }
        assert_eq!(decode("data/50%x"), "data/50%x");
    }

    #[test]
    fn paths_that_leave_the_bag_are_known() {
        for hostile in [
            "",
            "/etc/passwd",
            "../x",
            "data/../../x",
            "data//x",
            "data/./x",
            "C:/x",
            "c:x",
            "data\\x",
            "~/x",
            "a\0",
        ] {
            assert!(!is_inside(hostile), "{hostile:?}");
        }
        assert!(is_inside("data/学院/张三.jpg"));
    }

    #[test]
    fn a_line_without_an_end_is_not_kept_in_memory() {
        let mut input = io::BufReader::new(io::Read::take(io::repeat(b'a'), 50_000_000));
        assert_eq!(next(&mut input).unwrap(), Some(Line::TooLong));
        assert_eq!(next(&mut input).unwrap(), None);
    }

    #[test]
    fn lines_of_other_tools_are_read() {
        let mut input = io::Cursor::new("ABCD *./data/a b.jpg\r\n\n  \nzz data/x\nab\n");
        let entry = Line::Entry { hash: "abcd".into(), path: "data/a b.jpg".into() };
        assert_eq!(next(&mut input).unwrap(), Some(entry));
        assert_eq!(next(&mut input).unwrap(), Some(Line::Malformed));
        assert_eq!(next(&mut input).unwrap(), Some(Line::Malformed));
        assert_eq!(next(&mut input).unwrap(), None);
    }
}
