//! The letters of secrets: runs of characters, borders between words, and what looks like chance rather than like language.

/// Which characters a secret is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `_`.
    Word,
    /// Letters, digits, `_`, `-`: base64 for addresses (RFC 4648 section 5).
    Url,
    /// Like `Url`, with `.`.
    Dotted,
    /// Lower-case hexadecimal.
    Hex,
    /// Letters, digits, `+`, `/`, `=`: base64 (RFC 4648 section 4), also where `/`, `+` and `=` stand escaped as in JSON and addresses.
    Base64,
    /// What a bearer token may be made of (RFC 6750 section 2.1).
    Token,
}

impl Class {
    /// Bytes of the character of this class at the beginning of `bytes`; 0 when there is none.
    fn at(self, bytes: &[u8]) -> usize {
        let Some(&byte) = bytes.first() else { return 0 };
        // Its hyphens belong to the private key that begins here: a token before it that took them would leave the key without its head,
        // and so in sight.
        if byte == b'-' && bytes.starts_with(b"-----BEGIN ") {
            return 0;
        }
        let holds = match self {
            Class::Alnum => byte.is_ascii_alphanumeric(),
            Class::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Class::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Class::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Class::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Class::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Class::Token => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'='),
        };
        match (holds, self) {
            (true, _) => 1,
            (false, Class::Base64 | Class::Token) => escaped(bytes).map_or(0, |(_, length)| length),
            _ => 0,
        }
    }
}

/// The `+`, `/` or `=` that stands escaped at the beginning of `bytes`, and the bytes it takes: `\/`, `\u002b`, `%2B`.
pub(super) fn escaped(bytes: &[u8]) -> Option<(char, usize)> {
    let (digits, length) = match bytes {
        [b'\\', b'/', ..] => return Some(('/', 2)),
        [b'\\', b'u', b'0', b'0', high, low, ..] => ([*high, *low], 6),
        [b'%', high, low, ..] => ([*high, *low], 3),
        _ => return None,
    };
    match digits.map(|digit| digit.to_ascii_lowercase()) {
        [b'2', b'b'] => Some(('+', length)),
        [b'2', b'f'] => Some(('/', length)),
        [b'3', b'd'] => Some(('=', length)),
        _ => None,
    }
}

/// A run of characters of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Where it ends, in bytes.
    pub(super) end: usize,
    /// Characters in it; an escaped one counts as one.
    pub(super) length: usize,
}

/// The run of a class from `from` on, at most `most` characters long.
pub(super) fn run(bytes: &[u8], from: usize, class: Class, most: usize) -> Run {
    let mut end = from;
    let mut length = 0;
    while length < most {
        match class.at(bytes.get(end..).unwrap_or_default()) {
            0 => break,
            step => end += step,
        }
        length += 1;
    }
    Run { end, length }
}

/// Whether a word begins at `at`. What stands before may be an escape that ends in a letter: `\n`, `\u0026`, `%3D`.
pub(super) fn begins_word(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    match before {
        [] => true,
        [.., last] if !last.is_ascii_alphanumeric() && *last != b'_' => true,
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f'] => true,
        [.., b'\\', b'u', a, b, c, d] => [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()),
        [.., b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Whether a word ends at `at`.
pub(super) fn ends_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_')
}

/// Whether text looks like chance: a piece of it mixes letters and digits, or is long and mixes capitals and small letters. Words with
/// hyphens, numbers and names do not.
pub(super) fn looks_random(text: &[u8]) -> bool {
    text.split(|byte| !byte.is_ascii_alphanumeric()).any(|piece| {
        let has = |test: fn(&u8) -> bool| piece.iter().any(test);
        let mixed = piece.len() >= 8 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !is_counted_word(piece);
        let long = piece.len() >= 32 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
        mixed || long
    })
}

/// Whether a piece is a word with a number behind it, as in `tutorial2024`.
fn is_counted_word(piece: &[u8]) -> bool {
    let word = piece.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let digits = piece.iter().skip(word).take_while(|byte| byte.is_ascii_digit()).count();
    piece.len() < 16 && word + digits == piece.len() && digits <= 4
}

/// Whether text holds a capital, a small letter and a digit, as 30 random bytes in base64 do.
pub(super) fn is_mixed(text: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| text.iter().any(test);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}
