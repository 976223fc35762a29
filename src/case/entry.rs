//! One entry of the journal: its line, its canonical form and its hash.
//!
//! A line of `journal.jsonl` is one JSON object with the members `at by event hash prev seq`, and `origin` where it was taken in from
//! another case, in **canonical form**:
//! - UTF-8, no space outside strings, members of every object sorted by name (by bytes), one `\n` after the object;
//! - in strings, `"` and `\` are escaped with `\`, the controls U+0008 U+0009 U+000A U+000C U+000D as `\b \t \n \f \r`, the other
//!   controls below U+0020 and U+007F as `\u00xx` in lower case; everything else stands as itself;
//! - whole numbers only.
//!
//! This is what `jq -cS` (1.7 or later) prints. `seq` counts from 1 without gaps. `prev` is the `hash` of the entry before, and 64 zeros
//! in the first. `hash` is, in lower-case hex, the SHA-256 of the 64 characters of `prev` followed by the canonical form of the entry
//! without its members `hash` and `prev` (and without the `\n`). So nothing in an entry can be changed, and no entry taken from the
//! middle, moved or put in, without breaking the chain. To check a journal with nothing of this program:
//!
//! ```sh
//! prev=$(printf '%064d' 0)
//! while IFS= read -r line; do
//!   hash=$( { printf %s "$prev"; printf %s "$line" | jq -cjS 'del(.hash, .prev)'; } | sha256sum | cut -c1-64 )
//!   [ "$(printf %s "$line" | jq -r '.hash + .prev')" = "$hash$prev" ] || echo "broken at: $line"
//!   prev=$hash
//! done < journal.jsonl
//! ```

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::domain::Timestamp;

use super::event::Event;
use super::model::Stamp;

/// `prev` of the first entry.
pub const NO_PREV: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written; never before the entry before it.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What happened.
    pub event: Event,
    /// Its hash, in hex.
    pub hash: String,
    /// Where it comes from, when it was taken in from another case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The hash of the entry before, in hex.
    pub prev: String,
    /// Its number, from 1.
    pub seq: u64,
}

/// Where an entry comes from that was taken in from another case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// When it was written there.
    pub at: Timestamp,
    /// The other case's id.
    pub case: String,
    /// Its hash there.
    pub hash: String,
    /// Its number there.
    pub seq: u64,
}

/// What is wrong with a line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Not JSON, or not whole.
    #[error("it is not JSON ({0})")]
    Shape(String),
    /// JSON, but not that of an entry.
    #[error("it is not a journal entry: {0}")]
    Member(String),
    /// It is an entry, but was not written like this.
    #[error("it is not in the form in which entries are written; it was edited")]
    Form,
    /// Its number is not the one that should follow.
    #[error("its number is {found}, but {expected} should follow")]
    Order {
        /// The number that should stand there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// It does not follow the entry before.
    #[error("it does not follow the entry before it; an entry was changed, moved or taken away")]
    Prev,
    /// Its hash is not that of its content.
    #[error("its hash does not fit its content; it was changed")]
    Hash,
    /// The chain holds, but this version does not know what the entry says.
    #[error("this version of casebook does not know {0}; a newer one wrote it")]
    Unknown(String),
}

impl Entry {
    /// The entry that follows `prev` (`None` for the first). `at` is not checked here.
    pub fn after(prev: Option<(u64, &str)>, at: Timestamp, by: &str, event: Event) -> Result<Entry, LineError> {
        Entry::taken_in(prev, at, by, event, None)
    }

    /// The entry that follows `prev`, taken in from another case.
    pub fn taken_in(
        prev: Option<(u64, &str)>,
        at: Timestamp,
        by: &str,
        event: Event,
        origin: Option<Origin>,
    ) -> Result<Entry, LineError> {
        let (last, prev) = prev.unwrap_or((0, NO_PREV));
        let seq = last.saturating_add(1);
        let mut entry = Entry { at, by: by.to_owned(), event, hash: String::new(), origin, prev: prev.to_owned(), seq };
        entry.hash = hash_of(prev, &entry.forms()?.body);
        Ok(entry)
    }

    /// Who did it, and when: there where it was first written.
    pub fn stamp(&self) -> Stamp {
        let at = self.origin.as_ref().map_or(self.at, |origin| origin.at);
        Stamp { seq: self.seq, at, by: self.by.clone() }
    }

    /// The entry's line, with its end of line.
    pub fn line(&self) -> Result<String, LineError> {
        let mut line = self.forms()?.whole;
        line.push('\n');
        Ok(line)
    }

    fn forms(&self) -> Result<Forms, LineError> {
        let event = serde_json::to_value(&self.event).map_err(|error| LineError::Shape(error.to_string()))?;
        let mut start = String::from("{\"at\":");
        write_text(&self.at.to_string(), &mut start);
        start.push_str(",\"by\":");
        write_text(&self.by, &mut start);
        start.push_str(",\"event\":");
        write(&event, &mut start);
        let mut whole = start.clone();
        whole.push_str(",\"hash\":");
        write_text(&self.hash, &mut whole);
        if let Some(origin) = &self.origin {
            let origin = serde_json::to_value(origin).map_err(|error| LineError::Shape(error.to_string()))?;
            for form in [&mut start, &mut whole] {
                form.push_str(",\"origin\":");
                write(&origin, form);
            }
        }
        whole.push_str(",\"prev\":");
        write_text(&self.prev, &mut whole);
        let end = format!(",\"seq\":{}}}", self.seq);
        whole.push_str(&end);
        start.push_str(&end);
        Ok(Forms { body: start, whole })
    }

    /// The entry of a line that is sound in itself: known, in form, and with the hash that follows from it and its `prev`. Whether it stands
    /// in the right place is for [`Entry::follows`].
    pub(super) fn sound(line: &str) -> Option<Box<Entry>> {
        let entry = serde_json::from_str::<Entry>(line).ok()?;
        let forms = entry.forms().ok()?;
        (forms.whole == line && hash_of(&entry.prev, &forms.body) == entry.hash).then(|| Box::new(entry))
    }

    /// Whether it follows the entry with this number and hash.
    pub(super) fn follows(&self, last: u64, prev: &str) -> bool {
        (self.seq, self.prev.as_str()) == (last.saturating_add(1), prev)
    }

    /// Reads a line (without its end of line) that must follow entry `last` with the hash `prev`, and checks all of it.
    pub fn read(line: &str, last: u64, prev: &str) -> Result<Read, LineError> {
        // The quick way, for the lines that are as they should be; what fails it is looked at more closely below, to say why.
        if let Some(entry) = Entry::sound(line).filter(|entry| entry.follows(last, prev)) {
            return Ok(Read::Known(entry));
        }
        let raw: Json = serde_json::from_str(line).map_err(|error| LineError::Shape(error.to_string()))?;
        if canonical(&raw) != line {
            return Err(LineError::Form);
        }
        let Json::Object(mut object) = raw else { return Err(LineError::Form) };
        let mut text = |name: &str| match object.shift_remove(name) {
            Some(Json::String(text)) => Ok(text),
            _ => Err(LineError::Member(format!("no text in '{name}'"))),
        };
        let (hash, found_prev) = (text("hash")?, text("prev")?);
        let seq = object.get("seq").and_then(Json::as_u64).ok_or_else(|| LineError::Member("no number in 'seq'".into()))?;
        let expected = last.saturating_add(1);
        if seq != expected {
            return Err(LineError::Order { expected, found: seq });
        }
        if found_prev != prev {
            return Err(LineError::Prev);
        }
        let body = Json::Object(object);
        if hash_of(prev, &canonical(&body)) != hash {
            return Err(LineError::Hash);
        }
        // The chain holds, so this is not damage but another version's words.
        let what = match serde_json::from_value::<Body>(body) {
            Ok(body) => format!("some fields of the entry ({})", body.event.describe()),
            Err(error) => unknown(&error),
        };
        Ok(Read::Unknown { seq, hash, what })
    }
}

/// An entry's canonical forms.
struct Forms {
    /// Without `hash` and `prev`: what the hash covers.
    body: String,
    /// The line.
    whole: String,
}

/// A line whose place in the chain holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// An entry.
    Known(Box<Entry>),
    /// An entry that this version does not understand.
    Unknown {
        /// Its number.
        seq: u64,
        /// Its hash.
        hash: String,
        /// What is not understood.
        what: String,
    },
}

#[derive(Deserialize)]
struct Body {
    event: Event,
}

fn unknown(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(", expected one of").map_or(text.clone(), |(what, _)| what.replace("unknown variant", "the kind of event"))
}

/// SHA-256 of some bytes, in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hash_of(prev: &str, canonical: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(prev.as_bytes());
    hasher.update(canonical.as_bytes());
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The canonical form of a JSON value (see the module's page).
pub fn canonical(value: &Json) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::Object(object) => {
            let mut members: Vec<(&String, &Json)> = object.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::String(text) => write_text(text, out),
        Json::Null | Json::Bool(_) | Json::Number(_) => out.push_str(&value.to_string()),
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{0}'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", character as u32)),
            _ => out.push(character),
        }
    }
    out.push('"');
}
