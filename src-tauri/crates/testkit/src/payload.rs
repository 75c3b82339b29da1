//! Made-up contents of 采集码.

use crate::random::Random;

/// What every made-up payload begins with: nobody may take it for a real 采集码.
pub const DEMO_PREFIX: &str = "DEMO-GRADBOOTH-";

/// The payload of the `n`-th made-up student: as long and as opaque as the real ones seem (about 120 bytes of
/// base64 letters), different for each `n`, the same each time.
pub fn demo_payload(n: u64) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut random = Random::new(n ^ 0x6772_6164);
    let mut text = format!("{DEMO_PREFIX}{n:04}-").into_bytes();
    text.extend((0..98).map(|_| random.pick(LETTERS)));
    text.extend(b"==");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn payloads_are_marked_stable_and_different() {
        let all: HashSet<_> = (0..500).map(demo_payload).collect();
        assert_eq!(all.len(), 500);
        assert_eq!(demo_payload(3), demo_payload(3));
        assert!(all.iter().all(|p| p.starts_with(b"DEMO-GRADBOOTH-") && (110..130).contains(&p.len())));
        assert!(domain::CaptureCode::new(demo_payload(1)).is_ok());
    }
}
