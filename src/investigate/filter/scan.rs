//! Reads one value of a filter's text: bare, in quotes, with stars, or a regular expression.

use super::FilterError;
use super::ast::{Pattern, Span, Word};
use super::parse::Parser;

impl Parser<'_> {
    /// Bare characters, quoted pieces and stars, up to what ends them in this place.
    pub(super) fn pattern(&mut self, place: Place) -> Result<Pattern, FilterError> {
        let start = self.at;
        let mut parts = vec![String::new()];
        let mut stars = false;
        while let Some(character) = self.peek() {
            if place.ends_at(character, self.peek_second()) {
                break;
            }
            if character == '*' {
                self.take(character);
                // Stars in a row say no more than one.
                if !(stars && parts.last().is_some_and(String::is_empty)) {
                    parts.push(String::new());
                }
                stars = true;
                continue;
            }
            let mut piece = String::new();
            match character {
                '"' => self.quoted(&mut piece)?,
                '\\' => {
                    self.take('\\');
                    match self.peek().filter(|next| next.is_whitespace() || "*,()\"\\:=<>~!-".contains(*next)) {
                        Some(next) => {
                            self.take(next);
                            piece.push(next);
                        }
                        None => piece.push('\\'),
                    }
                }
                other => {
                    self.take(other);
                    piece.push(other);
                }
            }
            if let Some(last) = parts.last_mut() {
                last.push_str(&piece);
            }
        }
        Ok(Pattern { span: Span(start..self.at), parts })
    }

    /// A text in quotes; the text goes to `into`.
    fn quoted(&mut self, into: &mut String) -> Result<(), FilterError> {
        let start = self.at;
        self.take('"');
        while let Some(character) = self.peek() {
            let at = self.at;
            self.take(character);
            match character {
                '"' => return Ok(()),
                '\\' => {
                    let Some(escaped) = self.peek() else { break };
                    match escaped {
                        '"' | '\\' => into.push(escaped),
                        'n' => into.push('\n'),
                        't' => into.push('\t'),
                        'r' => into.push('\r'),
                        'u' if self.peek_second() == Some('{') => {
                            self.code_point(at, into)?;
                            continue;
                        }
                        // `"\d"` in a regular expression means what it says.
                        other => {
                            into.push('\\');
                            into.push(other);
                        }
                    }
                    self.take(escaped);
                }
                other => into.push(other),
            }
        }
        Err(FilterError::new(start..self.text.len(), "this \" is never closed"))
    }

    /// `u{1f600}`, the backslash before it already taken at `start`.
    fn code_point(&mut self, start: usize, into: &mut String) -> Result<(), FilterError> {
        let open = self.at + "u{".len();
        let digits = self.text[open..].chars().take_while(char::is_ascii_hexdigit).take(7).count();
        let end = open + digits;
        let character = u32::from_str_radix(&self.text[open..end], 16).ok().and_then(char::from_u32);
        match character.filter(|_| self.text[end..].starts_with('}')) {
            Some(character) => {
                into.push(character);
                self.at = end + 1;
                Ok(())
            }
            None => Err(FilterError::new(start..end, "\\u{…} takes the number of a character, such as \\u{202e}")),
        }
    }

    /// A regular expression: in quotes, or bare up to a space or a `)` that it did not open.
    pub(super) fn regex(&mut self) -> Result<Word, FilterError> {
        let start = self.at;
        let mut text = String::new();
        if self.peek() == Some('"') {
            self.quoted(&mut text)?;
            if self.peek().is_some_and(|next| !next.is_whitespace() && next != ')') {
                return Err(self.error_here("a space is missing after the regular expression in quotes"));
            }
        } else {
            let mut open = 0usize;
            while let Some(character) = self.peek().filter(|next| !next.is_whitespace()) {
                match character {
                    '(' => open += 1,
                    ')' if open == 0 => break,
                    ')' => open -= 1,
                    _ => {}
                }
                text.push(character);
                self.take(character);
                if character == '\\'
                    && let Some(next) = self.peek().filter(|next| !next.is_whitespace())
                {
                    text.push(next);
                    self.take(next);
                }
            }
        }
        Ok(Word { span: Span(start..self.at), text })
    }
}

/// Where a value stands: what ends it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the start of a condition: a field's name or a text.
    Word,
    /// After `field:`.
    Value,
}

impl Place {
    fn ends_at(self, character: char, next: Option<char>) -> bool {
        character.is_whitespace()
            || matches!(character, '(' | ')')
            || match self {
                Place::Word => matches!(character, ':' | '=' | '~' | '<' | '>') || (character == '!' && next == Some('=')),
                Place::Value => character == ',',
            }
    }
}
