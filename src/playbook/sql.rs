//! As much of SQL's spelling as is needed to find parameters and words in a query: texts, quoted names and comments are told apart from
//! the rest, nothing is understood.

use std::ops::Range;

/// A piece of a query that matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A word that is not quoted: a keyword or a name.
    Word,
    /// `$name`.
    Param,
    /// A name in double quotes.
    Name,
    /// A text in quotes.
    Text,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// `;`.
    End,
    /// Anything else that is not white space or a comment: operators, numbers.
    Other,
    /// What playbooks must not hold, and why.
    Refused(&'static str),
}

/// The pieces of a query with their places, in order.
pub(super) fn pieces(sql: &str) -> Vec<(Piece, Range<usize>)> {
    let bytes = sql.as_bytes();
    let at = |place: usize| bytes.get(place).copied().unwrap_or(0);
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let (piece, end) = match at(start) {
            byte if byte.is_ascii_whitespace() => (None, start + 1),
            b'-' if at(start + 1) == b'-' => {
                (None, sql.get(start..).and_then(|rest| rest.find('\n')).map_or(bytes.len(), |length| start + length))
            }
            b'/' if at(start + 1) == b'*' => match sql.get(start + 2..).and_then(|rest| rest.find("*/")) {
                Some(length) if !sql.get(start + 2..start + 2 + length).is_some_and(|comment| comment.contains("/*")) => {
                    (None, start + 2 + length + 2)
                }
                // Databases disagree on where these end.
                Some(_) => (Some(Piece::Refused("comments inside comments are not allowed")), bytes.len()),
                None => (Some(Piece::Refused("the comment has no end")), bytes.len()),
            },
            quote @ (b'\'' | b'"') => match quoted(bytes, start, quote) {
                Some(end) => (Some(if quote == b'"' { Piece::Name } else { Piece::Text }), end),
                None => (Some(Piece::Refused("the quote has no end")), bytes.len()),
            },
            // `E'…'` holds backslash escapes; that is one more way to end a text than is told apart here.
            b'e' | b'E' if at(start + 1) == b'\'' => (Some(Piece::Refused("E'…' texts are not allowed; write '…'")), bytes.len()),
            b'$' if at(start + 1).is_ascii_alphabetic() || at(start + 1) == b'_' => {
                let end = word_end(bytes, start + 1);
                if at(end) == b'$' {
                    (Some(Piece::Refused("texts in $…$ are not allowed; write '…'")), bytes.len())
                } else {
                    (Some(Piece::Param), end)
                }
            }
            b'$' => (Some(Piece::Refused("a $ must be followed by the name of a parameter")), start + 1),
            b'?' => (Some(Piece::Refused("a parameter is written $name, not ?")), start + 1),
            b';' => (Some(Piece::End), start + 1),
            b'(' | b'[' | b'{' => (Some(Piece::Open), start + 1),
            b')' | b']' | b'}' => (Some(Piece::Close), start + 1),
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => (Some(Piece::Word), word_end(bytes, start)),
            // A number with all that hangs on it (`1e5`, `0x1f`), so that its letters are no word.
            byte if byte.is_ascii_digit() => (Some(Piece::Other), word_end(bytes, start)),
            _ => (Some(Piece::Other), start + 1),
        };
        if let Some(piece) = piece {
            found.push((piece, start..end));
        }
        start = end.max(start + 1);
    }
    found
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80;
    start + bytes.get(start..).unwrap_or_default().iter().take_while(is_part).count()
}

/// The end of a quoted text or name; a doubled quote stands for one.
fn quoted(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut place = start + 1;
    loop {
        let length = bytes.get(place..)?.iter().position(|&byte| byte == quote)?;
        place += length + 1;
        if bytes.get(place) == Some(&quote) {
            place += 1;
        } else {
            return Some(place);
        }
    }
}
