//! Safe text: the only text that may be drawn. What an extract says is made safe once, here.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// Text without a character that could move the cursor, reorder what is read, or hide: each such character stands as a visible
/// escape (`\x1b`, `\u{202e}`, `\n`), and the places of the escapes are kept so that they can be drawn in a style that the text
/// itself cannot imitate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SafeText {
    text: String,
    escapes: Vec<Range<usize>>,
}

/// More combining marks than this on one character are shown as escapes: a pile of them paints over the lines around it.
const MARKS: usize = 4;

impl SafeText {
    /// Makes any text safe. Nothing is dropped: what is not fit to draw becomes a visible escape.
    pub fn new(untrusted: &str) -> SafeText {
        let mut safe = SafeText { text: String::with_capacity(untrusted.len()), escapes: Vec::new() };
        let mut marks = 0;
        for character in untrusted.chars() {
            if is_combining(character) {
                marks += 1;
            } else {
                marks = 0;
            }
            if is_unfit(character) || marks > MARKS {
                safe.push_escape(character);
            } else {
                safe.text.push(character);
            }
        }
        safe
    }

    /// Makes the beginning of a text safe, up to about `width` terminal columns, with `…` where it was cut. For table cells: a value of
    /// a megabyte costs no more than one of a line.
    pub fn cut(untrusted: &str, width: usize) -> SafeText {
        let budget = width.saturating_mul(4).saturating_add(16);
        let end = untrusted.char_indices().nth(budget).map_or(untrusted.len(), |(at, _)| at);
        SafeText::new(&untrusted[..end]).truncated(width)
    }

    /// The text, ready to draw.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether any character had to be escaped.
    pub fn has_escapes(&self) -> bool {
        !self.escapes.is_empty()
    }

    /// Terminal columns that the text takes.
    pub fn width(&self) -> usize {
        self.text.width()
    }

    /// The text in pieces, each with whether it is an escape.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, bool)> {
        let mut at = 0;
        let mut pieces = Vec::with_capacity(self.escapes.len() * 2 + 1);
        for escape in &self.escapes {
            if at < escape.start {
                pieces.push((&self.text[at..escape.start], false));
            }
            pieces.push((&self.text[escape.clone()], true));
            at = escape.end;
        }
        if at < self.text.len() {
            pieces.push((&self.text[at..], false));
        }
        pieces.into_iter()
    }

    /// The text cut to `width` terminal columns, the last one an `…` where something was cut.
    pub fn truncated(self, width: usize) -> SafeText {
        if self.text.width() <= width {
            return self;
        }
        if width == 0 {
            return SafeText::default();
        }
        let mut end = 0;
        for (at, character) in self.text.char_indices() {
            let next = at + character.len_utf8();
            if self.text[..next].width() > width - 1 {
                break;
            }
            end = next;
        }
        let mut text = self.text;
        text.truncate(end);
        text.push('…');
        let escapes = self
            .escapes
            .into_iter()
            .filter(|escape| escape.start < end)
            .map(|escape| escape.start..escape.end.min(end))
            .collect();
        SafeText { text, escapes }
    }

    fn push_escape(&mut self, character: char) {
        let start = self.text.len();
        match character {
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            _ if (character as u32) < 0x100 => {
                self.text.push_str(&format!("\\x{:02x}", character as u32));
            }
            _ => self.text.push_str(&format!("\\u{{{:x}}}", character as u32)),
        }
        let escape = start..self.text.len();
        match self.escapes.last_mut() {
            Some(last) if last.end == escape.start => last.end = escape.end,
            _ => self.escapes.push(escape),
        }
    }
}

impl From<&'static str> for SafeText {
    /// The program's own words. They go through the same check as everything else.
    fn from(own: &'static str) -> SafeText {
        SafeText::new(own)
    }
}

impl std::fmt::Display for SafeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a character must not reach a terminal or a reader as it is: controls, bidirectional overrides, characters without
/// width, fillers that look like nothing, tags and variation selectors that can carry hidden text. After Unicode 16
/// `DerivedCoreProperties.txt` (`Default_Ignorable_Code_Point`) and UAX #9; the emoji variation selectors are left alone.
pub fn is_unfit(character: char) -> bool {
    matches!(character as u32,
        0x00..=0x1f | 0x7f..=0x9f
        | 0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
        | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
        | 0x3164 | 0xfe00..=0xfe0d | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

fn is_combining(character: char) -> bool {
    matches!(character as u32,
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0xe31 | 0xe34..=0xe3a | 0xe47..=0xe4e
        | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_do_harm_is_shown_and_not_done() {
        let safe = SafeText::new("a\u{1b}]52;c;eA==\u{7}b\u{202e}c\u{200b}\u{9b}2J\r\n");
        assert_eq!(safe.as_str(), "a\\x1b]52;c;eA==\\x07b\\u{202e}c\\u{200b}\\x9b2J\\r\\n");
        let escapes: Vec<&str> = safe.pieces().filter(|piece| piece.1).map(|piece| piece.0).collect();
        assert_eq!(escapes, ["\\x1b", "\\x07", "\\u{202e}", "\\u{200b}\\x9b", "\\r\\n"]);
    }

    #[test]
    fn an_escape_that_the_text_imitates_is_no_escape() {
        assert!(!SafeText::new("\\x1b").has_escapes());
    }

    #[test]
    fn a_pile_of_combining_marks_is_taken_apart() {
        assert!(SafeText::new(&format!("a{}", "\u{301}".repeat(40))).has_escapes());
        assert!(!SafeText::new("e\u{301}").has_escapes());
    }

    proptest! {
        #[test]
        fn no_unfit_character_is_left(text in any::<String>()) {
            let safe = SafeText::new(&text);
            prop_assert!(!safe.as_str().chars().any(is_unfit));
            let joined: String = safe.pieces().map(|piece| piece.0).collect();
            prop_assert_eq!(joined, safe.as_str());
        }

        #[test]
        fn cut_text_fits(text in any::<String>(), width in 0usize..40) {
            let safe = SafeText::cut(&text, width);
            prop_assert!(safe.width() <= width, "{:?}", safe);
            prop_assert!(!safe.as_str().chars().any(is_unfit));
            let joined: String = safe.pieces().map(|piece| piece.0).collect();
            prop_assert_eq!(joined, safe.as_str());
        }
    }
}
