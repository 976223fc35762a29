//! Marking the places in a text where a searched text stands.

use std::ops::Range;

use crate::domain::SafeText;
use crate::settings::theme::Theme;

use super::widget::Line;
use super::widget::text::{Cut, PLAIN, enough};

/// Bytes of one cell that are looked through while drawing: there are many cells on a screen.
const IN_CELL: usize = 8 << 10;
/// Bytes of the text that is shown whole that are looked through.
const IN_TEXT: usize = 256 << 10;
/// Characters kept before the first place in a text that is cut at its beginning.
const BEFORE: usize = 12;

/// Where the texts stand in the first `bytes` of `raw`, without regard to the case of ASCII letters, in order and apart from each other.
fn places(raw: &str, sought: &[&str], bytes: usize) -> Vec<Range<usize>> {
    // A character takes four bytes at most, so this looks back three times.
    let end = (0..=bytes.min(raw.len())).rev().find(|end| raw.is_char_boundary(*end)).unwrap_or(0);
    // ASCII lower case keeps every byte in its place.
    let lower = raw.get(..end).unwrap_or(raw).to_ascii_lowercase();
    let mut places: Vec<Range<usize>> = Vec::new();
    for text in sought.iter().filter(|text| !text.is_empty()) {
        let text = text.to_ascii_lowercase();
        places.extend(lower.match_indices(&text).map(|(at, found)| at..at + found.len()));
    }
    places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match apart.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => apart.push(place),
        }
    }
    apart
}

/// A cell with the places marked; it begins shortly before the first one where that would be out of sight. `None` where there is none.
pub(super) fn in_cell(raw: &str, sought: &[&str], room: usize, theme: &Theme) -> Option<Line> {
    if sought.is_empty() {
        return None;
    }
    let places = places(raw, sought, IN_CELL);
    let first = places.first()?;
    let before = raw.get(..first.start)?;
    // What is far to the right is brought into sight: a hit that nobody sees is none.
    let from = match before.chars().count() + BEFORE > room {
        true => before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at),
        false => 0,
    };
    let mut line = Line::new();
    if from > 0 {
        line = line.with(if theme.ascii { ".." } else { "…" }, theme.dim);
    }
    let to = raw.get(from..)?.char_indices().nth(room.saturating_add(1)).map_or(raw.len(), |(at, _)| from + at);
    marked(&mut line, raw, from..to, &places, theme);
    Some(line)
}

/// The text from `from` to `to` with the places marked.
fn marked(line: &mut Line, raw: &str, within: Range<usize>, places: &[Range<usize>], theme: &Theme) {
    let mut at = within.start;
    for place in places.iter().filter(|place| place.end > within.start && place.start < within.end) {
        let (start, end) = (place.start.max(at), place.end.min(within.end));
        let (Some(plain), Some(found)) = (raw.get(at..start), raw.get(start..end)) else { break };
        line.push(&SafeText::new(plain), PLAIN);
        line.push(&SafeText::new(found), theme.matched);
        at = end;
    }
    let rest = raw.get(at..within.end).unwrap_or_default();
    line.push(&enough(rest, rest.len(), Cut::End), PLAIN);
}

/// At most `longest` characters of a text with the places marked, from shortly before the first one where it would not be among them; and
/// how many characters are before and after what is shown.
pub(super) fn in_text(raw: &str, sought: &[&str], longest: usize, theme: &Theme) -> (Line, usize, usize) {
    let places = places(raw, sought, if sought.is_empty() { 0 } else { IN_TEXT });
    let before = places.first().and_then(|first| raw.get(..first.start)).unwrap_or_default();
    let from = match before.chars().count() >= longest {
        true => before.char_indices().rev().nth(longest / 8).map_or(0, |(at, _)| at),
        false => 0,
    };
    let tail = raw.get(from..).unwrap_or(raw);
    let to = tail.char_indices().nth(longest).map_or(raw.len(), |(at, _)| from + at);
    let mut line = Line::new();
    marked(&mut line, raw, from..to, &places, theme);
    let count = |text: Option<&str>| text.map_or(0, |text| text.chars().count());
    (line, count(raw.get(..from)), count(raw.get(to..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme() -> Theme {
        Theme::builtin("mono").unwrap()
    }

    #[test]
    fn places_are_in_order_and_never_overlap() {
        assert_eq!(places("aXbxAx", &["x", "xb", "ax"], 100), [0..3, 3..4, 4..6]);
        assert_eq!(places("größer GRÖSSER", &["gr"], 100), [0..2, 9..11]);
        assert_eq!(places("ß".repeat(10).as_str(), &["ß"], 3).len(), 1, "only whole characters are looked through");
        assert_eq!(places("anything", &[""], 100), Vec::<Range<usize>>::new());
    }

    #[test]
    fn a_place_far_to_the_right_is_brought_into_sight() {
        let raw = format!("{}ignore previous{}", "x".repeat(300), "y".repeat(300));
        let line = in_cell(&raw, &["Ignore Previous"], 40, &theme()).unwrap();
        assert!(line.text().starts_with("…xxxxxxxxxxxxignore previousyy"), "{}", line.text());
        assert!(in_cell(&raw, &["absent"], 40, &theme()).is_none());
        let near = in_cell("please ignore previous", &["ignore"], 40, &theme()).unwrap();
        assert_eq!(near.text(), "please ignore previous");
    }

    #[test]
    fn a_long_text_is_shown_where_the_searched_text_stands() {
        let raw = format!("{}needle{}", "é".repeat(5_000), "y".repeat(5_000));
        let (line, before, after) = in_text(&raw, &["needle"], 1_000, &theme());
        assert!(line.text().contains("needle"));
        assert_eq!(before + line.text().chars().count() + after, 10_006);
        let (line, before, after) = in_text(&raw, &[], 1_000, &theme());
        assert_eq!((line.text().chars().count(), before, after), (1_000, 0, 9_006));
    }
}
