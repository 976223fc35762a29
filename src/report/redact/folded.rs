//! Text as somebody could write a value in it: in other case, percent-encoded, escaped, defanged. Each way of reading keeps where in the
//! text its characters came from, so that what is found there can be replaced in the text itself.

/// One way to read a text: characters in lower case, each with the bytes of the text that it came from.
pub(super) struct Reading {
    /// The characters as one string.
    pub(super) text: String,
    /// For each byte of `text` the bytes of the original from which its character came.
    spans: Vec<(usize, usize)>,
}

/// How often a text is decoded: `%2540` is a text that was encoded twice.
const DEPTH: usize = 4;

struct Sign {
    character: char,
    from: usize,
    to: usize,
}

/// Every way to read a text, the plain one first.
pub(super) fn readings(text: &str) -> Vec<Reading> {
    let mut signs: Vec<Sign> =
        text.char_indices().map(|(from, character)| Sign { character, from, to: from + character.len_utf8() }).collect();
    let mut readings = vec![Reading::of(&signs)];
    for _ in 0..DEPTH {
        let decoded = decode(&signs);
        if decoded.len() == signs.len() && decoded.iter().zip(&signs).all(|(one, other)| one.character == other.character) {
            break;
        }
        signs = decoded;
        readings.push(Reading::of(&signs));
    }
    readings
}

/// A value as it stands in readings.
pub(super) fn folded(value: &str) -> String {
    value.chars().flat_map(char::to_lowercase).collect()
}

impl Reading {
    fn of(signs: &[Sign]) -> Reading {
        let mut reading = Reading { text: String::with_capacity(signs.len()), spans: Vec::with_capacity(signs.len()) };
        for sign in signs {
            for character in sign.character.to_lowercase() {
                reading.text.push(character);
                reading.spans.extend(std::iter::repeat_n((sign.from, sign.to), character.len_utf8()));
            }
        }
        reading
    }

    /// The bytes of the original from which these bytes of the reading came.
    pub(super) fn original(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let first = self.spans.get(from)?;
        let last = self.spans.get(to.checked_sub(1)?)?;
        Some((first.0, last.1))
    }
}

/// What stands for a character in one of the ways of writing it, the longest first.
const WORDS: [(&str, &str); 24] = [
    ("[://]", "://"),
    ("hxxps", "https"),
    ("hxxp", "http"),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[at]", "@"),
    ("(at)", "@"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[:]", ":"),
    ("[@]", "@"),
    ("[/]", "/"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&nbsp;", " "),
    ("\\r", "\r"),
    ("\\n", "\n"),
    ("\\t", "\t"),
    ("\\0", "\0"),
    ("''", "'"),
];

fn decode(signs: &[Sign]) -> Vec<Sign> {
    let mut out: Vec<Sign> = Vec::with_capacity(signs.len());
    let mut at = 0;
    while let Some(sign) = signs.get(at) {
        let rest = signs.get(at..).unwrap_or_default();
        let (length, meant) = one(rest);
        let to = rest.get(length.saturating_sub(1)).map_or(sign.to, |last| last.to);
        out.extend(meant.chars().map(|character| Sign { character, from: sign.from, to }));
        at += length.max(1);
    }
    out
}

/// How many signs at the beginning stand for which characters.
fn one(rest: &[Sign]) -> (usize, String) {
    let first = rest.first().map_or(' ', |sign| sign.character);
    let found = match first {
        '%' => percent(rest),
        '\\' => escape(rest).or_else(|| word(rest)).or_else(|| backslash(rest)),
        '&' => reference(rest).or_else(|| word(rest)),
        '[' | '(' | '{' | 'h' | 'H' | '\'' => word(rest),
        _ => None,
    };
    found.unwrap_or_else(|| (1, first.to_string()))
}

fn word(rest: &[Sign]) -> Option<(usize, String)> {
    WORDS
        .iter()
        .find(|(written, _)| {
            let mut signs = rest.iter();
            written.chars().all(|wanted| signs.next().is_some_and(|sign| sign.character.to_ascii_lowercase() == wanted))
        })
        .map(|(written, meant)| (written.len(), (*meant).to_owned()))
}

/// A run of `%HH`, which together are UTF-8.
fn percent(rest: &[Sign]) -> Option<(usize, String)> {
    let mut bytes: Vec<u8> = Vec::new();
    while rest.get(bytes.len() * 3).is_some_and(|sign| sign.character == '%') {
        match number(rest, bytes.len() * 3 + 1, 2, 16).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => bytes.push(byte),
            None => break,
        }
        // As many as make whole characters: so each keeps its own place.
        if let Ok(text) = std::str::from_utf8(&bytes) {
            return Some((bytes.len() * 3, text.to_owned()));
        }
    }
    None
}

/// `\xHH`, `\uHHHH` (two of them for characters beyond the first plane), `\u{H…}`.
fn escape(rest: &[Sign]) -> Option<(usize, String)> {
    let character = |code: u32| char::from_u32(code).map(String::from);
    match rest.get(1)?.character {
        'x' | 'X' => Some((4, character(number(rest, 2, 2, 16)?)?)),
        'u' | 'U' if rest.get(2)?.character == '{' => {
            let length = rest.iter().skip(3).position(|sign| sign.character == '}').filter(|length| (1..=6).contains(length))?;
            Some((length + 4, character(number(rest, 3, length, 16)?)?))
        }
        'u' | 'U' => {
            let code = number(rest, 2, 4, 16)?;
            match character(code) {
                Some(text) => Some((6, text)),
                None if rest.get(6)?.character == '\\' && rest.get(7)?.character == 'u' => {
                    let low = number(rest, 8, 4, 16)?;
                    let units = [u16::try_from(code).ok()?, u16::try_from(low).ok()?];
                    Some((12, String::from_utf16(&units).ok()?))
                }
                None => None,
            }
        }
        _ => None,
    }
}

/// A backslash before a sign that is no letter: JSON, Markdown, shells.
fn backslash(rest: &[Sign]) -> Option<(usize, String)> {
    let next = rest.get(1)?.character;
    (!next.is_alphanumeric()).then(|| (2, next.to_string()))
}

/// `&#46;` and `&#x2e;`.
fn reference(rest: &[Sign]) -> Option<(usize, String)> {
    if rest.get(1)?.character != '#' {
        return None;
    }
    let hex = matches!(rest.get(2)?.character, 'x' | 'X');
    let start = if hex { 3 } else { 2 };
    let length = rest.iter().skip(start).position(|sign| sign.character == ';').filter(|length| (1..=7).contains(length))?;
    let code = number(rest, start, length, if hex { 16 } else { 10 })?;
    Some((start + length + 1, char::from_u32(code)?.to_string()))
}

fn number(rest: &[Sign], start: usize, length: usize, base: u32) -> Option<u32> {
    let digits = rest.get(start..start + length)?;
    digits.iter().try_fold(0_u32, |value, sign| value.checked_mul(base)?.checked_add(sign.character.to_digit(base)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_every_way_that_it_could_be_meant() {
        for written in [
            "Ana@Evil.example",
            "ana%40evil%2Eexample",
            "ana%2540evil.example",
            "ana[at]evil[.]example",
            "ana\\u0040evil\\x2eexample",
            "ana\\@evil\\.example",
            "ana&#64;evil&#x2e;example",
        ] {
            let text = format!("é<{written}>");
            let found = readings(&text).into_iter().find_map(|reading| {
                let from = reading.text.find("ana@evil.example")?;
                reading.original(from, from + "ana@evil.example".len())
            });
            assert_eq!(found, Some((3, 3 + written.len())), "{written}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(readings("50% [x] \\q &x").len(), 1);
        assert_eq!(readings("%e4%").len(), 1);
    }
}
