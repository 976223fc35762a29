//! How secrets are read: all texts are searched for the letters of all kinds at once, vector by vector; what is behind them is looked at
//! only where they stand.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, MatchKind, Span};

use super::Found;
use super::shape::{Class, begins_word, ends_word, escaped, is_mixed, looks_random, run};
use super::table::{ANY, API_KEY, Field, Form, Kind, PRIVATE_KEY, RULES, Rule};

/// How a character stands in JSON that could stand as it is. The letters of a rule may be hidden so.
const ESCAPE: &str = "\\u00";

/// Finds the letters of all rules at once.
enum Letters {
    Vector(Searcher),
    Plain(Option<AhoCorasick>),
}

static LETTERS: LazyLock<Letters> = LazyLock::new(|| {
    let letters = || RULES.iter().map(|rule| rule.letters).chain([ESCAPE]);
    let vector = packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(letters()).build();
    match vector {
        Some(searcher) => Letters::Vector(searcher),
        // This processor cannot.
        None => Letters::Plain(AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(letters()).ok()),
    }
});

impl Letters {
    /// The first letters from `from` on: where they stand, and the number of the rule.
    fn next(&self, bytes: &[u8], from: usize) -> Option<(usize, usize, usize)> {
        if from >= bytes.len() {
            return None;
        }
        let span = Span::from(from..bytes.len());
        let (start, end, pattern) = match self {
            Letters::Vector(searcher) => searcher.find_in(bytes, span).map(|found| (found.start(), found.end(), found.pattern())),
            Letters::Plain(automaton) => {
                let found = automaton.as_ref()?.find(aho_corasick::Input::new(bytes).span(span));
                found.map(|found| (found.start(), found.end(), found.pattern()))
            }
        }?;
        Some((start, end, pattern.as_usize()))
    }
}

/// The first secret from byte `from` on.
pub(super) fn find(bytes: &[u8], from: usize) -> Option<Found> {
    let mut at = from;
    loop {
        let (start, end, number) = LETTERS.next(bytes, at)?;
        let place = Place { bytes, start, end, loose: false };
        if let Some(found) = RULES.get(number).and_then(|rule| place.read(rule)) {
            return Some(found);
        }
        at = start + 1;
    }
}

/// Bits for rules by which something in bytes of a file may be a secret, beside those of `known`; the borders of words are not what
/// they will be.
pub(super) fn clues(bytes: &[u8], known: u64) -> u64 {
    let mut clues = known;
    let mut at = 0;
    while let Some((start, end, number)) = LETTERS.next(bytes, at) {
        let bit = 1 << number;
        if clues & bit == 0 {
            let place = Place { bytes, start, end, loose: true };
            let may_be = match RULES.get(number) {
                Some(rule) => place.read(rule).is_some(),
                // Letters, digits and hyphens: who writes them so has something to hide.
                None => matches!(
                    place.slice(end, end + 2),
                    [b'2', b'd' | b'D' | b'e' | b'E'] | [b'3', b'0'..=b'9'] | [b'4'..=b'7', _]
                ),
            };
            if may_be {
                clues |= bit;
            }
        }
        at = start + 1;
    }
    clues
}

/// The letters of the rules in a set; nothing when any of them may stand there in disguise.
pub(super) fn letters_of(clues: u64) -> Option<Vec<&'static str>> {
    let hidden = clues >> RULES.len() != 0;
    let set = RULES.iter().enumerate().filter(|(number, _)| clues & (1 << number) != 0);
    (!hidden).then(|| set.map(|(_, rule)| rule.letters).collect())
}

/// Whether the name of a column says that its values are secrets.
pub(super) fn names_a_secret(column: &str) -> bool {
    field_of(column).is_some()
}

/// The rule that the end of a column's name gives away.
fn field_of(column: &str) -> Option<(&'static Rule, Field)> {
    RULES.iter().find_map(|rule| match rule.form {
        Form::Field(field) if column.ends_with(rule.letters) => Some((rule, field)),
        _ => None,
    })
}

/// The whole value of a column as the secret that the column's name promises.
pub(super) fn value(column: &str, text: &str) -> Option<Found> {
    let (rule, field) = field_of(column)?;
    let bytes = text.as_bytes();
    let place = Place { bytes, start: 0, end: 0, loose: false };
    let found = place.field_value(rule, field, 0)?;
    // What is known by itself is sealed by itself, so that it has the same fingerprint everywhere.
    (found.range == (0..bytes.len()) && find(bytes, 0).is_none()).then_some(found)
}

/// The secret without what only its surroundings do to it: escapes in JSON and in addresses, line breaks of keys.
pub(super) fn plain(text: &str, kind: Kind) -> Cow<'_, str> {
    if kind == PRIVATE_KEY && text.starts_with("-----") {
        let unescaped = text.replace("\\n", "").replace("\\r", "");
        return Cow::Owned(unescaped.chars().filter(|character| !character.is_whitespace() && *character != '\\').collect());
    }
    if !text.contains(['\\', '%']) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (character, length) = escaped(rest.as_bytes()).unwrap_or((character, character.len_utf8()));
        plain.push(character);
        rest = rest.get(length..).unwrap_or_default();
    }
    Cow::Owned(plain)
}

/// A place in a text where the letters of a rule stand.
struct Place<'a> {
    bytes: &'a [u8],
    start: usize,
    end: usize,
    loose: bool,
}

impl Place<'_> {
    fn read(&self, rule: &Rule) -> Option<Found> {
        match rule.form {
            Form::Key(class, least, most) => self.key(rule, class, least, most),
            Form::Random(class, least) => {
                self.key(rule, class, least, ANY).filter(|found| looks_random(self.slice(self.end, found.range.end)))
            }
            Form::Sk => self.sk(),
            Form::SendGrid => self.sendgrid(rule),
            Form::Jwt => self.jwt(rule),
            Form::Bearer => self.bearer(rule),
            Form::Basic => self.basic(rule),
            Form::Pem => self.pem(rule),
            Form::Hook => self.hook(rule),
            Form::Pair => self.pair(rule),
            Form::Field(field) => self.field(rule, field),
        }
    }

    /// The bytes of a range, as far as there are any.
    fn slice(&self, from: usize, to: usize) -> &[u8] {
        self.bytes.get(from..to.min(self.bytes.len())).unwrap_or_default()
    }

    /// Whether the letters begin a word.
    fn begins(&self) -> bool {
        self.loose || begins_word(self.bytes, self.start)
    }

    fn found(&self, start: usize, end: usize, kind: Kind, prefix: impl Into<Cow<'static, str>>) -> Option<Found> {
        Some(Found { range: start..end, kind, prefix: prefix.into() })
    }

    fn key(&self, rule: &Rule, class: Class, least: usize, most: usize) -> Option<Found> {
        if !self.begins() {
            return None;
        }
        let body = run(self.bytes, self.end, class, most);
        // One character more than there may be is another thing.
        let whole = self.loose || body.length < most || ends_word(self.bytes, body.end);
        (body.length >= least && whole).then(|| self.found(self.start, body.end, rule.kind, rule.letters))?
    }

    /// `sk-` keys: OpenAI (`sk-proj-`, `sk-svcacct-`, `sk-admin-`), Anthropic (`sk-ant-api03-`), OpenRouter (`sk-or-v1-`) and the many
    /// services that copy the form.
    fn sk(&self) -> Option<Found> {
        if !self.begins() {
            return None;
        }
        let body = run(self.bytes, self.end, Class::Url, ANY);
        let mut prefix = String::from("sk-");
        let mut at = self.end;
        // The words that say whose key it is. Only known ones: the beginning of the secret itself is not shown.
        const WORDS: [&[u8]; 18] = [
            b"proj", b"svcacct", b"admin", b"None", b"ant", b"api03", b"admin01", b"sid01", b"oat01", b"ort01", b"or", b"v1",
            b"live", b"test", b"prod", b"dev", b"lf", b"kimi",
        ];
        while let Some(word) =
            WORDS.iter().find(|word| self.slice(at, body.end).strip_prefix(**word).is_some_and(|rest| rest.starts_with(b"-")))
        {
            prefix.push_str(&String::from_utf8_lossy(word));
            prefix.push('-');
            at += word.len() + 1;
        }
        let kind = match prefix.as_str() {
            known if known.starts_with("sk-ant-") => Kind("Anthropic key"),
            "sk-proj-" | "sk-svcacct-" | "sk-admin-" | "sk-None-" => Kind("OpenAI key"),
            known if known.starts_with("sk-or-") => Kind("OpenRouter key"),
            // The middle of OpenAI's older keys: "OpenAI" in base64.
            _ if self.slice(at, body.end).windows(8).any(|window| window == b"T3BlbkFJ") => Kind("OpenAI key"),
            _ => API_KEY,
        };
        let secret = self.slice(at, body.end);
        (secret.len() >= 16 && looks_random(secret)).then(|| self.found(self.start, body.end, kind, prefix))?
    }

    fn sendgrid(&self, rule: &Rule) -> Option<Found> {
        let first = run(self.bytes, self.end, Class::Url, ANY);
        let second = run(self.bytes, first.end + 1, Class::Url, ANY);
        let dotted = self.bytes.get(first.end) == Some(&b'.');
        (self.begins() && dotted && (16..=32).contains(&first.length) && second.length >= 32)
            .then(|| self.found(self.start, second.end, rule.kind, rule.letters))?
    }

    /// RFC 7515 and 7516: three parts when signed, five when encrypted. Cookies of some frameworks look the same and are the same.
    fn jwt(&self, rule: &Rule) -> Option<Found> {
        let header = run(self.bytes, self.end, Class::Url, ANY);
        if header.length < 10 || self.bytes.get(header.end) != Some(&b'.') {
            return None;
        }
        if self.loose {
            return self.found(self.start, header.end, rule.kind, rule.letters);
        }
        let mut parts = [(0, 0); 4];
        let mut end = header.end;
        let mut count = 0;
        for part in &mut parts {
            if self.bytes.get(end) != Some(&b'.') {
                break;
            }
            let piece = run(self.bytes, end + 1, Class::Url, ANY);
            *part = (end + 1, piece.length);
            end = piece.end;
            count += 1;
        }
        let [claims, signature, text, tag] = parts;
        let is_object = self.slice(claims.0, claims.0 + 3) == b"eyJ" && claims.1 >= 10;
        let is_signed = claims.1 >= 4 && signature.1 >= 16;
        let is_encrypted = count == 4 && signature.1 >= 8 && text.1 >= 1 && tag.1 >= 16;
        (count >= 2 && (is_object || is_signed || is_encrypted)).then(|| self.found(self.start, end, rule.kind, rule.letters))?
    }

    fn bearer(&self, rule: &Rule) -> Option<Found> {
        let at = self.after_blanks(self.end)?;
        let token = self.token(at, 16)?;
        self.is_apart(at).then(|| self.found(at, token, rule.kind, "bearer-"))?
    }

    /// The end of a token that looks like chance.
    fn token(&self, at: usize, least: usize) -> Option<usize> {
        let token = run(self.bytes, at, Class::Token, ANY);
        let text = self.slice(at, token.end);
        // A full stop ends the sentence, not the token.
        let dots = text.iter().rev().take_while(|byte| **byte == b'.').count();
        (token.length >= least && looks_random(text)).then_some(token.end - dots)
    }

    /// Whether what begins here is no secret of a kind of its own.
    fn is_apart(&self, at: usize) -> bool {
        let own = |rule: &&Rule| {
            !matches!(rule.form, Form::Field(_) | Form::Bearer | Form::Basic | Form::Pair)
                && self.bytes.get(at..).is_some_and(|rest| rest.starts_with(rule.letters.as_bytes()))
        };
        let Some(rule) = RULES.iter().find(own) else { return true };
        let place = Place { bytes: self.bytes, start: at, end: at + rule.letters.len(), loose: self.loose };
        place.read(rule).is_none()
    }

    /// Behind the blanks between a scheme and its token.
    fn after_blanks(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        for (blank, length) in [(&b"%20"[..], 3), (b"\\u0020", 6), (b"+", 1)] {
            if rest.starts_with(blank) {
                return Some(at + length);
            }
        }
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b':')).count();
        (blanks > 0).then_some(at + blanks)
    }

    fn basic(&self, rule: &Rule) -> Option<Found> {
        let text = run(self.bytes, self.end, Class::Base64, ANY);
        let credentials = std::str::from_utf8(self.slice(self.end, text.end)).map(|text| plain(text, rule.kind)).ok()?;
        (text.length >= 8 && holds_name_and_password(credentials.as_bytes(), self.loose))
            .then(|| self.found(self.end, text.end, rule.kind, "basic-"))?
    }

    /// RFC 7468. The end is the closing line, or where the text of the key ends: it may have been cut off.
    fn pem(&self, rule: &Rule) -> Option<Found> {
        let label = run(self.bytes, self.end, Class::Word, 32).end;
        let label = (label..(label + 40).min(self.bytes.len())).find(|at| self.slice(*at, at + 5) == b"-----")?;
        if !self.slice(self.end, label).windows(11).any(|words| words == b"PRIVATE KEY") {
            return None;
        }
        let end = self.closing_line(label + 5).unwrap_or_else(|| self.lines_of_key(label + 5));
        // The key itself, not only words about such files.
        let has_key = self.slice(label + 5, end).split(|byte| !byte.is_ascii_alphanumeric()).any(|piece| piece.len() >= 16);
        has_key.then(|| self.found(self.start, end, rule.kind, "private-key-"))?
    }

    /// Behind the line that closes a PEM file. Headers of encrypted keys (RFC 1421) may come before, quotes and brackets may not: they
    /// end the text around the key.
    fn closing_line(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            if self.slice(at, at + 8) == b"-----END" {
                let dashes = self.slice(at + 8, at + 64).windows(5).position(|dashes| dashes == b"-----");
                return Some(at + 8 + dashes.map_or(0, |dashes| dashes + 5));
            }
            let byte = *self.bytes.get(at)?;
            if !byte.is_ascii_alphanumeric() && !byte.is_ascii_whitespace() && !b"+/=\\:,-".contains(&byte) {
                return None;
            }
            at += 1;
        }
    }

    /// Where the lines of base64 end in a key that was cut off.
    fn lines_of_key(&self, from: usize) -> usize {
        let mut end = from;
        loop {
            let mut at = end;
            loop {
                match self.slice(at, at + 2) {
                    [b'\\', b'n' | b'r' | b't'] => at += 2,
                    [byte, ..] if byte.is_ascii_whitespace() || *byte == b'\\' => at += 1,
                    _ => break,
                }
            }
            let line = run(self.bytes, at, Class::Base64, ANY);
            if line.length < 16 {
                return end;
            }
            end = line.end;
        }
    }

    fn hook(&self, rule: &Rule) -> Option<Found> {
        let mut at = self.end;
        for _ in 0..2 {
            let part = run(self.bytes, at, Class::Alnum, 32);
            if part.length < 6 || self.bytes.get(part.end) != Some(&b'/') {
                return None;
            }
            at = part.end + 1;
        }
        let secret = run(self.bytes, at, Class::Alnum, ANY);
        (secret.length >= 16).then(|| self.found(at, secret.end, rule.kind, "hook-"))?
    }

    /// `AKIA…` and its secret, as people paste them: one behind the other, or on two lines.
    fn pair(&self, rule: &Rule) -> Option<Found> {
        let name = run(self.bytes, self.end, Class::Alnum, 24);
        if !(12..=20).contains(&name.length) || !self.begins() {
            return None;
        }
        let gap = self.gap(name.end, if self.loose { 24 } else { 12 })?;
        self.aws_secret(gap).and_then(|end| self.found(gap, end, rule.kind, "aws-secret-"))
    }

    /// Behind what may stand between two values: blanks, quotes, signs, escaped line breaks; at least one character and at most `most`.
    fn gap(&self, from: usize, most: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = self.slice(at, at + 2);
            at += match rest {
                [b'\\', b'n' | b'r' | b't'] => 2,
                [byte, ..]
                    if byte.is_ascii_whitespace()
                        || matches!(byte, b'"' | b'\'' | b'`' | b',' | b':' | b';' | b'|' | b'=' | b'\\' | b'>') =>
                {
                    1
                }
                _ => break,
            };
        }
        (at > from && at - from <= most).then_some(at)
    }

    /// The end of an AWS secret key that begins here.
    fn aws_secret(&self, at: usize) -> Option<usize> {
        let secret = run(self.bytes, at, Class::Base64, 40);
        let whole = self.loose || run(self.bytes, secret.end, Class::Base64, 1).length == 0;
        (secret.length == 40 && whole && is_mixed(self.slice(at, secret.end))).then_some(secret.end)
    }

    fn field(&self, rule: &Rule, field: Field) -> Option<Found> {
        let mut at = self.end;
        for escape in [&b"%3D"[..], b"%3d", b"&quot;"] {
            if self.bytes.get(at..).is_some_and(|rest| rest.starts_with(escape)) {
                at += escape.len();
            }
        }
        // What ends the name, such as the quote and the colon in JSON.
        let at = if at > self.end { at } else { self.gap(at, 16)? };
        if self.loose {
            return self.found(at, at, rule.kind, "");
        }
        let found = self.field_value(rule, field, at)?;
        self.is_apart(at).then_some(found)
    }

    fn field_value(&self, rule: &Rule, field: Field, at: usize) -> Option<Found> {
        let base64 = |least: usize| {
            let run = run(self.bytes, at, Class::Base64, ANY);
            (run.length >= least && is_mixed(self.slice(at, run.end))).then_some(run.end)
        };
        let (end, prefix) = match field {
            Field::AwsSecret => (self.aws_secret(at)?, "aws-secret-"),
            Field::AwsSession => (base64(100)?, "aws-session-"),
            Field::Azure => (base64(43)?, "azure-key-"),
            Field::Token => {
                let end = self.token(at, 20)?;
                // The name of a key is no secret, and neither is a UUID, which names something more often than not.
                let text = self.slice(at, end);
                if text.starts_with(b"key_") || is_uuid(text) {
                    return None;
                }
                (end, "token-")
            }
        };
        self.found(at, end, rule.kind, prefix)
    }
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether base64 stands for `name:password` in readable characters (RFC 7617). `loose`: it is not known where the base64 ends.
fn holds_name_and_password(text: &[u8], loose: bool) -> bool {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bits = 0u32;
    let mut held = 0;
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            decoded.push((bits >> held) as u8);
        }
    }
    let Some(colon) = decoded.iter().position(|byte| *byte == b':').filter(|at| *at > 0) else { return false };
    if loose {
        decoded.truncate(colon);
    }
    std::str::from_utf8(&decoded).is_ok_and(|text| !text.chars().any(char::is_control))
}
