//! The desk reads codes by camera too: what the scanner sees while the desk is open goes to the desk and opens no
//! sitting. The payload stays here; the window gets a number for it, and its fingerprint.

use std::collections::VecDeque;

use domain::{CaptureCode, Timestamp};

use crate::view::DeskCode;

/// A phone that stays in view is read many times a second; it is shown anew once it was away for this long.
const AWAY_MS: i64 = 3_000;
/// Codes that can still be asked for: the one at the desk and the few who pushed in before it was done.
const REMEMBERED: usize = 8;

/// What the camera has read for the desk.
#[derive(Debug, Default)]
pub(crate) struct DeskEye {
    open: bool,
    lingers: Option<(CaptureCode, Timestamp)>,
    read: VecDeque<(u64, CaptureCode)>,
    last: u64,
}

impl DeskEye {
    /// The desk is opened, or left; what was seen before is forgotten either way.
    pub(crate) fn turn(&mut self, open: bool) {
        self.open = open;
        self.lingers = None;
        self.read.clear();
    }

    /// Whether codes go to the desk now.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// A code was seen; whether that is news.
    pub(crate) fn see(&mut self, code: CaptureCode, now: Timestamp) -> bool {
        let lingers = self.lingers.as_ref().is_some_and(|(seen, at)| {
            // A clock that jumps ahead shows one phone twice, which the desk sees through; never somebody else's.
            *seen == code && now.millis_since(*at) < AWAY_MS
        });
        self.lingers = Some((code.clone(), now));
        if lingers {
            return false;
        }
        self.last += 1;
        self.read.push_back((self.last, code));
        if self.read.len() > REMEMBERED {
            self.read.pop_front();
        }
        true
    }

    /// The code that was shown to the window under this number.
    pub(crate) fn code(&self, seen: u64) -> Option<&CaptureCode> {
        self.read.iter().find(|(number, _)| *number == seen).map(|(_, code)| code)
    }

    /// The newest one, for the window.
    pub(crate) fn newest(&self) -> Option<DeskCode> {
        self.read.back().map(|(seen, code)| DeskCode { seen: *seen, fingerprint: code.fingerprint() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> CaptureCode {
        CaptureCode::new(text).unwrap()
    }

    #[test]
    fn a_phone_that_stays_in_view_is_one_person_and_comes_anew_after_it_was_away() {
        let mut eye = DeskEye::default();
        eye.turn(true);
        assert!(eye.see(code("a"), Timestamp(0)));
        for at in (100..10_000).step_by(100) {
            assert!(!eye.see(code("a"), Timestamp(at)), "{at}");
        }
        assert!(eye.see(code("b"), Timestamp(10_000)), "the next person's phone is news at once");
        assert!(eye.see(code("b"), Timestamp(13_000)));
    }

    #[test]
    fn the_number_names_the_payload_until_the_desk_is_left() {
        let mut eye = DeskEye::default();
        eye.turn(true);
        let bytes = CaptureCode::new([0xff, 0x00, 0x80]).unwrap();
        eye.see(bytes.clone(), Timestamp(0));
        let shown = eye.newest().unwrap();
        assert_eq!((eye.code(shown.seen), shown.fingerprint), (Some(&bytes), bytes.fingerprint()));
        eye.turn(false);
        assert_eq!((eye.code(shown.seen), eye.newest()), (None, None));
        eye.turn(true);
        eye.see(code("later"), Timestamp(1));
        assert_ne!(eye.newest().unwrap().seen, shown.seen, "a number is never another person's");
    }
}
