//! Text over several lines, broken where Unicode allows it (UAX #14): no comma begins a line, no number is torn.

use unicode_linebreak::{BreakOpportunity, linebreaks};

use crate::typeface::{Line, Notes, Typeface};

/// Paragraphs of one text that are set.
const MOST_PARAGRAPHS: usize = 400;

/// The lines of a text in a column `width` mm wide with letters of `size` mm; at least one, maybe empty. A word wider
/// than the column is broken anywhere.
pub(crate) fn wrap(face: &Typeface, text: &str, size: f64, width: f64, notes: &mut Notes) -> Vec<Line> {
    let ems = (width / size).max(1.0);
    let mut lines = Vec::new();
    let mut paragraphs = text.lines();
    for paragraph in paragraphs.by_ref().take(MOST_PARAGRAPHS) {
        let line = face.line(paragraph, notes);
        break_up(face, &line, ems, &mut lines);
    }
    notes.cut |= paragraphs.next().is_some();
    if lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

fn break_up(face: &Typeface, line: &Line, ems: f64, lines: &mut Vec<Line>) {
    let text = line.as_str();
    let breaks: Vec<usize> = linebreaks(text)
        .filter(|(_, kind)| matches!(kind, BreakOpportunity::Allowed | BreakOpportunity::Mandatory))
        .map(|(at, _)| at)
        .collect();
    let fits = |from: usize, to: usize| face.width(&Typeface::piece(line, from..to)) <= ems + 1e-9;
    let mut start = 0;
    while start < text.len() {
        // Widths only grow along the line, so the search may stop at the first break that does not fit.
        let ahead = breaks.iter().copied().filter(|at| *at > start);
        let end = ahead.take_while(|at| fits(start, *at)).last().unwrap_or_else(|| {
            let ends = text[start..].char_indices().map(|(at, c)| start + at + c.len_utf8());
            let first = text[start..].chars().next().map_or(text.len(), |c| start + c.len_utf8());
            ends.take_while(|at| fits(start, *at)).last().unwrap_or(first)
        });
        lines.push(Typeface::piece(line, start..end));
        start = end;
    }
    if text.is_empty() {
        lines.push(Line::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeface::tests::typeface;

    fn lines(text: &str, width: f64) -> Vec<String> {
        let mut notes = Notes::default();
        wrap(&typeface(), text, 1.0, width, &mut notes).iter().map(|l| l.as_str().to_owned()).collect()
    }

    #[test]
    fn chinese_breaks_anywhere_but_before_a_comma() {
        assert_eq!(lines("应到人数，实到人数。", 4.0), ["应到人", "数，实到", "人数。"]);
    }

    #[test]
    fn words_and_numbers_stay_whole_unless_they_are_wider_than_the_column() {
        assert_eq!(lines("reshoot list 2022", 5.0), ["reshoot", "list 2022"]);
        let torn = lines(&"8".repeat(30), 5.0);
        assert!(torn.len() > 2 && torn.concat() == "8".repeat(30), "{torn:?}");
    }

    #[test]
    fn own_line_breaks_are_kept_and_an_empty_text_is_one_line() {
        assert_eq!(lines("甲\n\n乙", 9.0), ["甲", "", "乙"]);
        assert_eq!(lines("", 9.0), [""]);
        assert_eq!(lines("宽", 0.1), ["宽"]);
    }
}
