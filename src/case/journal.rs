//! Reading a journal: its bytes in, its entries out, and what is wrong with it. Pure.

use std::sync::Arc;

use super::entry::{Entry, LineError, NO_PREV, Read};

/// A journal that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The entries, up to the first line that is wrong.
    pub entries: Vec<Arc<Entry>>,
    /// Bytes of the whole lines before a torn end.
    pub whole: usize,
    /// Bytes after the last whole line: an entry that was being written when the power went, or the program was killed.
    pub torn: usize,
    /// The first line that is wrong. Nothing after it was read.
    pub broken: Option<Broken>,
    /// Lines of the chain that hold, but that this version does not understand.
    pub unknown: Vec<Broken>,
    /// The number and hash of the last line of the chain that holds, known or not.
    pub head: (u64, String),
}

/// A line of the journal that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// The number that its entry should have.
    pub seq: u64,
    /// What is wrong.
    pub error: LineError,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "journal.jsonl line {}, entry {}: {}", self.line, self.seq, self.error)
    }
}

/// Reads a whole journal.
pub fn read(bytes: &[u8]) -> Reading {
    let mut reading = Reading { whole: bytes.len(), head: (0, NO_PREV.to_owned()), ..Reading::default() };
    let mut at = 0;
    let mut line = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        line += 1;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let next = end.map_or(bytes.len(), |end| at + end + 1);
        let text = std::str::from_utf8(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
        let (seq, prev) = (reading.head.0, reading.head.1.as_str());
        let result = match (end, text) {
            (None, _) => Err(LineError::Shape("its end is missing".into())),
            (_, Err(error)) => Err(LineError::Shape(error.to_string())),
            (_, Ok(text)) => Entry::read(text, seq, prev),
        };
        match result {
            Ok(Read::Known(entry)) => {
                reading.head = (entry.seq, entry.hash.clone());
                reading.entries.push(Arc::from(entry));
            }
            Ok(Read::Unknown { seq, hash, what }) => {
                reading.unknown.push(Broken { line, seq, error: LineError::Unknown(what) });
                reading.head = (seq, hash);
            }
            // Only the last line can be torn; what does not read as JSON anywhere else is damage.
            Err(LineError::Shape(_)) if next == bytes.len() => {
                reading.whole = at;
                reading.torn = bytes.len() - at;
                break;
            }
            Err(error) => {
                reading.broken = Some(Broken { line, seq: seq.saturating_add(1), error });
                break;
            }
        }
        at = next;
    }
    reading
}
