//! 入场码: what a crew types once at every laptop, and what only those laptops can tell from it.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{BatchKey, CodeKey, FactError};

/// Crockford's digits: none that looks like another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Digits by chance, before the check digit: 55 bits.
const RANDOM: usize = 11;
/// Rounds that make trying out codes slow: about 20 ms a code on a laptop.
const ROUNDS: u32 = 20_000;

/// Twelve digits in three groups: eleven by chance and a check digit.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinCode(String);

impl JoinCode {
    /// From bytes of a good random source.
    pub fn from_random(bytes: [u8; RANDOM]) -> Self {
        let mut digits: Vec<u8> = bytes.iter().map(|byte| DIGITS[usize::from(byte % 32)]).collect();
        digits.push(check_digit(&digits));
        Self(digits.into_iter().map(char::from).collect())
    }

    /// As somebody typed it: in either case, with or without blanks and hyphens, O for 0, I or L for 1.
    pub fn parse(text: &str) -> Result<Self, FactError> {
        let wrong = || FactError::Name("join code");
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—'))
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .map(|c| u8::try_from(c).ok().filter(|digit| DIGITS.contains(digit)).ok_or_else(wrong))
            .collect::<Result<_, _>>()?;
        match digits.split_last() {
            Some((check, random)) if random.len() == RANDOM && *check == check_digit(random) => {
                Ok(Self(digits.into_iter().map(char::from).collect()))
            }
            _ => Err(wrong()),
        }
    }

    /// What the codes of a batch are hashed with.
    pub fn secret(&self, batch: &BatchKey) -> [u8; 32] {
        let mut secret = mac(self.0.as_bytes(), &[b"gradbooth hall 1:", batch.as_str().as_bytes()]);
        for _ in 0..ROUNDS {
            secret = mac(self.0.as_bytes(), &[&secret]);
        }
        secret
    }
}

impl fmt::Display for JoinCode {
    /// In groups of four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", &self.0[..4], &self.0[4..8], &self.0[8..])
    }
}

impl fmt::Debug for JoinCode {
    /// It opens the hall: not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinCode(…)")
    }
}

/// Tells whether somebody has a batch's secret, and not what it is.
pub fn proof(secret: &[u8; 32]) -> String {
    hex(&mac(secret, &[b"proof"])[..16])
}

impl CodeKey {
    /// A line of the school's roster (学号 or 序号, by the name of the column and its value), under a batch's secret.
    pub fn of_person(secret: &[u8], kind: &str, key: &str) -> Self {
        let person = mac(&mac(secret, &[b"person"]), &[kind.as_bytes(), b":", key.as_bytes()]);
        Self::from_hex(hex(&person[..16]))
    }
}

/// Position counts, so that two exchanged digits are seen.
fn check_digit(digits: &[u8]) -> u8 {
    let value = |digit: &u8| DIGITS.iter().position(|d| d == digit).unwrap_or(0);
    let sum: usize =
        digits.iter().zip([3, 7, 11, 13, 17, 19, 23, 29, 31, 5, 9]).map(|(d, w)| value(d) * w).sum();
    DIGITS[sum % 32]
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length: there is nothing that could fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = JoinCode::from_random([0, 31, 17, 4, 250, 99, 1, 2, 3, 4, 5]);
        let shown = code.to_string();
        assert_eq!(shown.len(), 14);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('-', "")] {
            assert!(JoinCode::parse(&typed).unwrap() == code, "{typed}");
        }
        assert!(JoinCode::parse(&shown.replace('0', "O").replace('1', "l")).unwrap() == code);
    }

    #[test]
    fn one_wrong_digit_is_seen_before_anybody_is_asked() {
        let code = JoinCode::from_random([7; 11]).to_string();
        assert!(JoinCode::parse("").is_err() && JoinCode::parse("一二三四").is_err());
        let mut seen = 0;
        for at in (0..code.len()).filter(|at| code.as_bytes()[*at] != b'-') {
            let mut wrong = code.clone().into_bytes();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            seen += usize::from(JoinCode::parse(std::str::from_utf8(&wrong).unwrap()).is_err());
        }
        assert_eq!(seen, 12);
    }

    #[test]
    fn the_secret_follows_from_code_and_batch_and_the_proof_shows_neither() {
        let (a, b) = (BatchKey::new("a").unwrap(), BatchKey::new("b").unwrap());
        let code = JoinCode::from_random([9; 11]);
        assert_eq!(code.secret(&a), code.secret(&a));
        assert_ne!(code.secret(&a), code.secret(&b));
        assert_ne!(code.secret(&a), JoinCode::from_random([8; 11]).secret(&a));
        let person = CodeKey::of_person(&code.secret(&a), "student_no", "2022001");
        assert_ne!(person, CodeKey::of_person(&code.secret(&a), "serial", "2022001"));
        assert_ne!(proof(&code.secret(&a)), person.to_string());
        assert!(!format!("{code:?}").contains(&code.to_string()[..4]));
    }
}
