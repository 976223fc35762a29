//! Secrets inside texts: how they are recognised, and the seal that puts a fingerprint in the place of each.
//!
//! A secret is what lets its holder in: an API key, a bearer token, a JWT, an AWS secret key, a private key. The name of a key
//! (`AKIA…`, `key_…`) is none: investigations live from it, and it stays as it is. What counts as a secret stands in one place,
//! `table`; everything else asks here, so that no two parts of the program see different secrets.

mod rules;
mod shape;
mod table;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use table::Kind as SecretKind;

/// A text with secrets is looked through so often again at most.
const PASSES: usize = 4;
/// Hexadecimal digits of a fingerprint: 48 bits, so that among a million secrets two hardly ever share one.
const DIGITS: usize = 12;

/// What stands between the beginning of a secret, by which its kind is known again, and the digits.
const GAP: char = '…';

/// Bytes that are looked at on both sides of the border between two pieces of a stream.
const SEAM: usize = 4096;

/// A secret inside a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: SecretKind,
    /// Its beginning where that tells what it is and nothing more (`sk-proj-`, `ghp_`), else a word for it (`bearer-`).
    pub prefix: Cow<'static, str>,
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The first secret in a text from byte `from` on.
pub fn find(text: &str, from: usize) -> Option<Found> {
    rules::find(text.as_bytes(), from)
}

/// What in the bytes of a file hints at secrets: a set of the letters by which kinds of them are known. There are rather too many than
/// too few in it: quotes and line breaks stand escaped in files, and one value runs into the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clues(u64);

impl Clues {
    /// Everything hints at everything.
    pub const ALL: Clues = Clues(u64::MAX);

    /// The clues in bytes, and the `known` ones. Reads a GB a second and more.
    pub fn of(bytes: &[u8], known: Clues) -> Clues {
        Clues(rules::clues(bytes, known.0))
    }

    /// Whether nothing hints at a secret: then there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The texts one of which stands in every text with a secret; `None` when that cannot be told.
    pub fn letters(self) -> Option<Vec<&'static str>> {
        rules::letters_of(self.0)
    }

    /// The set as bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set of bits.
    pub const fn from_bits(bits: u64) -> Clues {
        Clues(bits)
    }
}

/// Whether the name of a column tells that its values are secrets: see [`Seal::mask_value`].
pub fn is_telling(column: &str) -> bool {
    rules::names_a_secret(column)
}

/// Collects the clues of a stream that comes in pieces.
#[derive(Debug, Default)]
pub struct Scout {
    /// The end of what came so far.
    tail: Vec<u8>,
    clues: Clues,
}

impl Scout {
    /// Looks at the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        let border = self.tail.len();
        self.tail.extend_from_slice(piece.get(..SEAM).unwrap_or(piece));
        if border > 0 {
            self.clues = Clues::of(&self.tail, self.clues);
        }
        self.clues = Clues::of(piece, self.clues);
        if piece.len() > SEAM {
            self.tail.clear();
            self.tail.extend_from_slice(piece.get(piece.len() - SEAM..).unwrap_or_default());
        } else if self.tail.len() > SEAM {
            self.tail.drain(..self.tail.len() - SEAM);
        }
    }

    /// The clues so far.
    pub const fn clues(&self) -> Clues {
        self.clues
    }
}

/// Puts fingerprints in the place of secrets: `sk-proj-…7f3a91c2d04e`. With the same salt the same secret has the same fingerprint, in
/// every extract; without the salt nobody can try out which secret a fingerprint stands for.
#[derive(Clone, PartialEq, Eq)]
pub struct Seal {
    salt: Arc<[u8]>,
}

impl fmt::Debug for Seal {
    /// The salt is not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// The seal of a salt.
    pub fn new(salt: &[u8]) -> Seal {
        Seal { salt: salt.into() }
    }

    /// The name of this seal: the same for the same salt, and it tells nothing about the salt.
    pub fn id(&self) -> String {
        hexadecimal(&self.digest(b"the name of this salt", &[]))
    }

    /// The text with a fingerprint in the place of each secret. What is sealed already stays as it is.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.mask_each(text, &mut |_, _, _| {}).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Like [`Seal::mask`] for the value of a column, whose name may tell what the value is: 40 characters are an AWS secret key in a
    /// column `aws_secret_access_key`, and anything at all elsewhere.
    pub fn mask_value<'a>(&self, column: &str, text: &'a str) -> Cow<'a, str> {
        self.mask_value_each(column, text, &mut |_, _, _| {}).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Masks a text and hands over each secret in it, with its fingerprint and its kind; nothing when there is none.
    pub fn mask_each(&self, text: &str, each: &mut dyn FnMut(&str, SecretKind, &str)) -> Option<String> {
        let mut masked = self.mask_once(text, each)?;
        // A fingerprint together with what stands before it may read like another secret. The gap in each ends that soon.
        for _ in 0..PASSES {
            match self.mask_once(&masked, each) {
                Some(again) => masked = again,
                None => break,
            }
        }
        Some(masked)
    }

    fn mask_once(&self, text: &str, each: &mut dyn FnMut(&str, SecretKind, &str)) -> Option<String> {
        let mut next = find(text, 0)?;
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        loop {
            let secret = rules::plain(text.get(next.range.clone()).unwrap_or_default(), next.kind);
            let fingerprint = self.fingerprint(&next.prefix, &secret);
            masked.push_str(text.get(at..next.range.start).unwrap_or_default());
            masked.push_str(&fingerprint);
            each(&fingerprint, next.kind, &secret);
            at = next.range.end;
            match find(text, at) {
                Some(found) => next = found,
                None => break,
            }
        }
        masked.push_str(text.get(at..).unwrap_or_default());
        Some(masked)
    }

    /// [`Seal::mask_each`] for the value of a column: see [`Seal::mask_value`].
    pub fn mask_value_each(&self, column: &str, text: &str, each: &mut dyn FnMut(&str, SecretKind, &str)) -> Option<String> {
        let Some(found) = rules::names_a_secret(column).then(|| rules::value(column, text)).flatten() else {
            return self.mask_each(text, each);
        };
        let secret = rules::plain(text, found.kind);
        let fingerprint = self.fingerprint(&found.prefix, &secret);
        each(&fingerprint, found.kind, &secret);
        Some(fingerprint)
    }

    fn fingerprint(&self, prefix: &str, secret: &str) -> String {
        let mut text = String::with_capacity(prefix.len() + GAP.len_utf8() + DIGITS);
        text.push_str(prefix);
        text.push(GAP);
        let digest = hexadecimal(&self.digest(b"", secret.as_bytes()));
        text.push_str(digest.get(..DIGITS).unwrap_or_default());
        text
    }

    /// SHA-256 over what it is for, the salt and a text.
    fn digest(&self, purpose: &[u8], text: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(purpose);
        hash.update(&self.salt);
        hash.update(text);
        hash.finalize().into()
    }

    /// The digits that a text has in its fingerprint when it is a secret: to find out whether it is a known one that nothing but its
    /// surroundings gave away.
    pub fn digits(&self, secret: &str) -> String {
        hexadecimal(&self.digest(b"", secret.as_bytes())).get(..DIGITS).unwrap_or_default().to_owned()
    }

    /// The secret as it is kept beside its fingerprint: no SQL statement and no other salt reads it. Undone by [`Seal::unlock`].
    pub fn lock(&self, fingerprint: &str, secret: &str) -> String {
        hexadecimal(&self.stream(fingerprint, secret.as_bytes()))
    }

    /// The secret that [`Seal::lock`] made unreadable; nothing when it was not made with this salt.
    pub fn unlock(&self, fingerprint: &str, locked: &str) -> Option<String> {
        let bytes: Option<Vec<u8>> = locked
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        let secret = String::from_utf8(self.stream(fingerprint, &bytes?)).ok()?;
        fingerprint.ends_with(&self.digits(&secret)).then_some(secret)
    }

    /// The bytes combined with a stream that only the salt and the fingerprint give.
    fn stream(&self, fingerprint: &str, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for (number, block) in bytes.chunks(32).enumerate() {
            let key = self.digest(&(number as u64).to_le_bytes(), fingerprint.as_bytes());
            out.extend(block.iter().zip(key).map(|(byte, key)| byte ^ key));
        }
        out
    }
}

/// Where the fingerprints in a text end and their digits begin: the digits of each, in order.
pub fn fingerprint_digits(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(GAP).filter_map(|(at, gap)| {
        let start = at + gap.len();
        let digits = text.get(start..start + DIGITS)?;
        digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).then_some(digits)
    })
}

/// Bytes in lower-case hexadecimal.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
        text
    })
}

#[cfg(test)]
mod tests;
