//! Text of several lines under edit.

use ratatui_textarea::{CursorMove, DataCursor, Input, Key as AreaKey, TextArea};

use crate::app::key::{Code, Key};

/// Text of several lines with a cursor, and undo. May hold anything that was typed or pasted: draw it only through `SafeText`.
#[derive(Debug, Clone, Default)]
pub struct Editor {
    area: TextArea<'static>,
}

/// Texts longer than this are not taken in, in bytes.
pub const LONGEST: usize = 64 << 10;

impl Editor {
    /// An editor that holds `text`, the cursor behind it.
    pub fn new(text: &str) -> Editor {
        let lines: Vec<String> = text.split('\n').map(|line| line.trim_end_matches('\r').replace('\t', "    ")).collect();
        let mut area = TextArea::new(lines);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Editor { area }
    }

    /// What stands in it.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Its lines; one at least.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// The line and, in bytes of that line, the place of the cursor.
    pub fn cursor(&self) -> (usize, usize) {
        let DataCursor(line, column) = self.area.cursor();
        let text = self.area.lines().get(line).map_or("", String::as_str);
        (line, text.char_indices().nth(column).map_or(text.len(), |(at, _)| at))
    }

    /// The place of the cursor in bytes of the whole text.
    pub fn position(&self) -> usize {
        let (line, column) = self.cursor();
        self.area.lines().iter().take(line).map(|before| before.len() + 1).sum::<usize>() + column
    }

    /// Puts the cursor on a line, at a place in bytes of it; behind the end of the text or the line it goes to that end.
    pub fn go_to(&mut self, line: usize, at: usize) {
        let line = line.min(self.lines().len().saturating_sub(1));
        let text = self.lines().get(line).map_or("", String::as_str);
        let column = text.char_indices().take_while(|(place, _)| *place < at).count();
        let narrow = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(narrow(line), narrow(column)));
    }

    /// Edits by a key. Whether the text is another one now.
    pub fn press(&mut self, key: Key) -> bool {
        let key = Input { key: area_key(key.code), ctrl: key.control, alt: key.alt, shift: false };
        self.area.input(key)
    }

    /// Puts `text` in at the cursor, line breaks and all; says whether there was room for it.
    pub fn insert(&mut self, text: &str) -> bool {
        let held: usize = self.area.lines().iter().map(|line| line.len() + 1).sum();
        if held + text.len() > LONGEST {
            return false;
        }
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    "));
        true
    }

    /// Puts `text` in place of the `count` characters before the cursor.
    pub fn replace_before(&mut self, count: usize, text: &str) {
        for _ in 0..count {
            self.area.delete_char();
        }
        self.area.insert_str(text);
    }

    /// Puts another text in place of the whole; what was there can be brought back by undoing.
    pub fn replace(&mut self, text: &str) {
        self.area.select_all();
        self.area.delete_char();
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    "));
    }
}

impl PartialEq for Editor {
    /// Two editors are the same that hold the same text with the cursor in the same place.
    fn eq(&self, other: &Editor) -> bool {
        self.lines() == other.lines() && self.cursor() == other.cursor()
    }
}

fn area_key(code: Code) -> AreaKey {
    match code {
        Code::Char(character) => AreaKey::Char(character),
        Code::Enter => AreaKey::Enter,
        Code::Esc => AreaKey::Esc,
        Code::Tab | Code::BackTab => AreaKey::Null,
        Code::Backspace => AreaKey::Backspace,
        Code::Delete => AreaKey::Delete,
        Code::Up => AreaKey::Up,
        Code::Down => AreaKey::Down,
        Code::Left => AreaKey::Left,
        Code::Right => AreaKey::Right,
        Code::Home => AreaKey::Home,
        Code::End => AreaKey::End,
        Code::PageUp => AreaKey::PageUp,
        Code::PageDown => AreaKey::PageDown,
        Code::F(number) => AreaKey::F(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places_are_those_of_the_whole_text() {
        let mut editor = Editor::new("SELECT ü\nFROM x");
        assert_eq!(editor.position(), 16);
        editor.press(Key::plain(Code::Up));
        assert_eq!(editor.cursor(), (0, 6));
        editor.press(Key::plain(Code::End));
        assert_eq!(editor.position(), 9);
        assert!(editor.insert(", a\r\n\tb"));
        assert_eq!(editor.text(), "SELECT ü, a\n    b\nFROM x");
        editor.replace("SELECT 1");
        assert_eq!(editor.text(), "SELECT 1");
        assert!(!editor.insert(&"x".repeat(LONGEST)));
    }

    proptest! {
        #[test]
        fn no_key_breaks_the_text(text in any::<String>(), keys in prop::collection::vec(prop::sample::select(vec![
            "Backspace", "Delete", "Left", "Right", "Up", "Down", "Home", "End", "C-w", "C-u", "C-k", "M-b", "M-f", "C-j", "x", "ß",
            "Enter", "PageUp", "PageDown", "C-r", "C-y", "M-d"]), 0..30)) {
            let mut editor = Editor::new(&text);
            for key in keys {
                editor.press(key.parse().unwrap());
                let whole = editor.text();
                prop_assert!(whole.is_char_boundary(editor.position()));
            }
        }
    }
}
