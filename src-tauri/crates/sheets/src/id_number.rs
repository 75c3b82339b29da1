//! 公民身份号码 (GB 11643): is it one that can exist?

use crate::cell_text::Note;
use crate::report::Fate;

/// Weights of the first 17 digits (GB 11643-1999, 3.2.3).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the remainder of the weighted sum by 11.
const CHECKS: &[u8; 11] = b"10X98765432";

/// Whether the check character of 18 characters fits.
pub fn check_fits(id: &str) -> bool {
    let bytes = id.as_bytes();
    let (Some(digits), 18) = (bytes.get(..17), bytes.len()) else { return false };
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize] == bytes[17]
}

/// A doubt about an ID number. Passports and permits have other forms and raise none.
pub(crate) fn doubt(id: &str) -> Option<Note> {
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    match id.len() {
        18 if digits >= 17 && !check_fits(id) => Some(Note::new(
            Fate::Doubtful,
            "check_digit",
            "身份证号的校验位不对，可能抄错了一位。请与本人证件核对",
            "The check digit of the ID number does not fit; a digit may be wrong. Compare it with the card",
        )),
        length if length != 18 && length != 15 && length > 12 && digits >= length - 1 => Some(Note::new(
            Fate::Doubtful,
            "id_length",
            "身份证号应为 18 位。请与本人证件核对",
            "An ID number has 18 characters. Compare it with the card",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_fits_and_its_neighbours_do_not() {
        assert!(check_fits("11010519491231002X"));
        assert!(check_fits("440524188001010014"));
        for wrong in
            ["110105194912310021", "11010519491231003X", "11010519491231002x", "1101051949123100", ""]
        {
            assert!(!check_fits(wrong), "{wrong}");
        }
    }

    #[test]
    fn papers_of_foreigners_raise_no_doubt() {
        for id in ["E12345678", "H12345678", "130503670401001", "11010519491231002X"] {
            assert_eq!(doubt(id), None, "{id}");
        }
        assert_eq!(doubt("110105194912310021").map(|note| note.code), Some("check_digit"));
        assert_eq!(doubt("1101051949123100").map(|note| note.code), Some("id_length"));
    }
}
