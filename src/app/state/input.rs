//! A line of text under edit.

use crate::app::key::{Code, Key};

/// A line of text with a cursor. May hold anything that was typed or pasted: draw it only through `SafeText`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// Byte offset, always on a character boundary.
    cursor: usize,
}

impl Input {
    /// An input that holds `text`, the cursor behind it.
    pub fn new(text: impl Into<String>) -> Input {
        let text = text.into();
        Input { cursor: text.len(), text }
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, as a byte offset.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Puts `text` in at the cursor.
    pub fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Replaces the bytes of `range` and puts the cursor behind what replaced them.
    pub fn replace(&mut self, range: std::ops::Range<usize>, text: &str) {
        if self.text.is_char_boundary(range.start) && self.text.is_char_boundary(range.end) && range.start <= range.end {
            self.text.replace_range(range.clone(), text);
            self.cursor = range.start + text.len();
        }
    }

    /// Edits by the keys of readline. Whether the key meant anything here.
    pub fn press(&mut self, key: Key) -> bool {
        if let Some(character) = key.typed() {
            self.insert(character.encode_utf8(&mut [0; 4]));
            return true;
        }
        match (key.code, key.control, key.alt) {
            (Code::Backspace, false, false) => self.delete(self.before(self.cursor)..self.cursor),
            (Code::Delete, false, false) | (Code::Char('d'), true, false) => self.delete(self.cursor..self.after(self.cursor)),
            (Code::Left, false, false) => self.cursor = self.before(self.cursor),
            (Code::Right, false, false) | (Code::Char('f'), true, false) => self.cursor = self.after(self.cursor),
            (Code::Home, ..) => self.cursor = 0,
            (Code::End, ..) | (Code::Char('e'), true, false) => self.cursor = self.text.len(),
            (Code::Char('w'), true, false) | (Code::Backspace, false, true) => self.delete(self.word_before()..self.cursor),
            (Code::Char('u'), true, false) => self.delete(0..self.cursor),
            (Code::Char('k'), true, false) => self.delete(self.cursor..self.text.len()),
            (Code::Char('b'), false, true) | (Code::Left, true, _) => self.cursor = self.word_before(),
            (Code::Char('f'), false, true) | (Code::Right, true, _) => self.cursor = self.word_after(),
            _ => return false,
        }
        true
    }

    fn delete(&mut self, range: std::ops::Range<usize>) {
        self.cursor = range.start;
        self.text.replace_range(range, "");
    }

    fn before(&self, at: usize) -> usize {
        self.text[..at].chars().next_back().map_or(0, |character| at - character.len_utf8())
    }

    fn after(&self, at: usize) -> usize {
        self.text[at..].chars().next().map_or(at, |character| at + character.len_utf8())
    }

    fn word_before(&self) -> usize {
        let trimmed = self.text[..self.cursor].trim_end();
        trimmed.rfind(char::is_whitespace).map_or(0, |at| self.after(at))
    }

    fn word_after(&self) -> usize {
        let rest = &self.text[self.cursor..];
        let blank = rest.len() - rest.trim_start().len();
        self.cursor + rest[blank..].find(char::is_whitespace).map_or(rest.len(), |at| blank + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn play(input: &mut Input, keys: &str) {
        for key in crate::app::key::sequence(keys).unwrap() {
            input.press(key);
        }
    }

    #[test]
    fn words_are_deleted_and_crossed_whole() {
        let mut input = Input::new("key:a ip:ü status:4");
        play(&mut input, "C-w");
        assert_eq!(input.text(), "key:a ip:ü ");
        play(&mut input, "M-b M-b C-k");
        assert_eq!(input.text(), "");
    }

    proptest! {
        #[test]
        fn no_key_breaks_the_line(text in any::<String>(), keys in prop::collection::vec(prop::sample::select(vec![
            "Backspace", "Delete", "Left", "Right", "Home", "End", "C-w", "C-u", "C-k", "M-b", "M-f", "x", "ß"]), 0..30)) {
            let mut input = Input::new(text);
            for key in keys {
                input.press(key.parse().unwrap());
                prop_assert!(input.text().is_char_boundary(input.cursor()));
            }
        }
    }
}
