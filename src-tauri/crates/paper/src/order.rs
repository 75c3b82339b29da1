//! Order in which prints are packed: as a person would sort them, 2班 before 10班, 一班 before 三班 before 十一班.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

/// Compares two names; runs of digits (ASCII, full-width, or Chinese numerals below a thousand) count as numbers.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.chars().peekable(), b.chars().peekable());
    loop {
        match (token(&mut left), token(&mut right)) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) => match l.cmp(&r) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}

/// Numbers stand before letters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    /// Count of digits without leading zeros, then the digits: numbers of any length in their order.
    Number(usize, String),
    Letter(char),
}

fn token(chars: &mut Peekable<Chars<'_>>) -> Option<Token> {
    let first = *chars.peek()?;
    if digit(first).is_some() {
        let mut digits = String::new();
        while let Some(d) = chars.peek().copied().and_then(digit) {
            digits.push(d);
            chars.next();
        }
        return Some(number(digits.trim_start_matches('0')));
    }
    if numeral(first).is_some() {
        let mut run = Vec::new();
        while let Some(n) = chars.peek().copied().and_then(numeral) {
            run.push(n);
            chars.next();
        }
        return Some(number(chinese(&run).to_string().trim_start_matches('0')));
    }
    chars.next();
    Some(Token::Letter(first.to_lowercase().next().unwrap_or(first)))
}

fn number(digits: &str) -> Token {
    Token::Number(digits.len(), digits.to_owned())
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

fn numeral(c: char) -> Option<u64> {
    let at = "〇一二三四五六七八九".chars().position(|n| n == c);
    match c {
        '零' => Some(0),
        '十' => Some(10),
        '百' => Some(100),
        _ => at.map(|n| n as u64),
    }
}

/// 二十一 is 21, 一百零三 is 103; without 十 and 百 the numerals are digits, 二〇二二 is 2022.
fn chinese(run: &[u64]) -> u64 {
    if run.iter().all(|n| *n < 10) {
        return run.iter().take(18).fold(0, |all, n| all * 10 + n);
    }
    let (mut all, mut open) = (0u64, None);
    for n in run.iter().take(40) {
        if *n < 10 {
            open = Some(*n);
        } else {
            all += open.take().unwrap_or(1).max(1) * n;
        }
    }
    all + open.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_by(|a, b| natural(a, b));
        names
    }

    #[test]
    fn ten_comes_after_two_in_every_way_of_writing_it() {
        assert_eq!(sorted(vec!["10班", "2班", "1班"]), ["1班", "2班", "10班"]);
        assert_eq!(sorted(vec!["１０班", "２班"]), ["２班", "１０班"]);
        assert_eq!(
            sorted(vec!["十一班", "三班", "二十班", "一班", "十班", "二班"]),
            ["一班", "二班", "三班", "十班", "十一班", "二十班"]
        );
    }

    #[test]
    fn long_student_numbers_and_leading_zeros_are_in_order() {
        assert_eq!(
            sorted(vec!["20221104521", "20221104099", "9", "007"]),
            ["007", "9", "20221104099", "20221104521"]
        );
        let long = ["9".repeat(40), "1".repeat(41)];
        assert_eq!(natural(&long[0], &long[1]), Ordering::Less);
    }

    #[test]
    fn the_order_is_total() {
        let names = ["", "07", "7", "七", "a7", "A7", "班", "百百百百"];
        for a in names {
            for b in names {
                assert_eq!(natural(a, b), natural(b, a).reverse(), "{a} {b}");
                assert_eq!(natural(a, b) == Ordering::Equal, a == b);
            }
        }
    }
}
