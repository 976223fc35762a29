//! Keys as the program knows them, free of the terminal library: read from and printed as `j`, `C-d`, `Enter`, `p a`.

use std::fmt;
use std::str::FromStr;

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A character, with shift already applied.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What was pressed.
    pub code: Code,
    /// With Control.
    pub control: bool,
    /// With Alt.
    pub alt: bool,
}

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Key {
        Key { code, control: false, alt: false }
    }

    /// A character key without modifiers.
    pub const fn char(character: char) -> Key {
        Key::plain(Code::Char(character))
    }

    /// The character that the key types, if it types one.
    pub const fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(character) if !self.control && !self.alt => Some(character),
            _ => None,
        }
    }
}

const NAMES: [(&str, Code); 16] = [
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("BackTab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PageUp", Code::PageUp),
    ("PageDown", Code::PageDown),
    ("Space", Code::Char(' ')),
    ("F1", Code::F(1)),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            f.write_str("C-")?;
        }
        if self.alt {
            f.write_str("M-")?;
        }
        match (NAMES.iter().find(|name| name.1 == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::Char(character)) => write!(f, "{character}"),
            (None, Code::F(number)) => write!(f, "F{number}"),
            (None, _) => Ok(()),
        }
    }
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a key; write j, G, C-d, M-x, Enter, Space, F2 …")]
pub struct UnknownKey(pub String);

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownKey(text.to_owned());
        let mut rest = text;
        let (mut control, mut alt) = (false, false);
        loop {
            match rest.get(..2) {
                Some("C-") if rest.len() > 2 => control = true,
                Some("M-") if rest.len() > 2 => alt = true,
                _ => break,
            }
            rest = &rest[2..];
        }
        let code = if let Some((_, code)) = NAMES.iter().find(|name| name.0 == rest) {
            *code
        } else if let Some(number) = rest.strip_prefix('F').and_then(|number| number.parse::<u8>().ok()) {
            Code::F(number)
        } else {
            let mut characters = rest.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Code::Char(character),
                _ => return Err(unknown()),
            }
        };
        Ok(Key { code, control, alt })
    }
}

/// Keys written one after the other with blanks between: `p a`.
pub fn sequence(text: &str) -> Result<Vec<Key>, UnknownKey> {
    text.split_whitespace().map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_from_what_they_print() {
        for text in ["j", "G", "C-d", "M-x", "C-M-x", "Enter", "Space", "F1", "F12", "-", "+", "C--"] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        assert!("Entre".parse::<Key>().is_err());
        assert!("".parse::<Key>().is_err());
        assert_eq!(sequence("p a").unwrap(), [Key::char('p'), Key::char('a')]);
    }
}
