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

/// From so many bytes on, the lines are read by several threads.
const LARGE: usize = 1 << 20;

/// Reads a whole journal.
pub fn read(bytes: &[u8]) -> Reading {
    let mut reading = Reading { whole: bytes.len(), head: (0, NO_PREV.to_owned()), ..Reading::default() };
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut sound = if bytes.len() < LARGE { Vec::new() } else { sound(&lines) }.into_iter();
    let mut at = 0;
    for (number, whole) in (1..).zip(&lines) {
        let next = at + whole.len();
        let (seq, prev) = (reading.head.0, reading.head.1.as_str());
        let result = match (sound.next().flatten().filter(|entry| entry.follows(seq, prev)), whole.strip_suffix(b"\n")) {
            (Some(entry), _) => Ok(Read::Known(entry)),
            (None, None) => Err(LineError::Shape("its end is missing".into())),
            (None, Some(line)) => match std::str::from_utf8(line) {
                Ok(text) => Entry::read(text, seq, prev),
                Err(error) => Err(LineError::Shape(error.to_string())),
            },
        };
        match result {
            Ok(Read::Known(entry)) => {
                reading.head = (entry.seq, entry.hash.clone());
                reading.entries.push(Arc::from(entry));
            }
            Ok(Read::Unknown { seq, hash, what }) => {
                reading.unknown.push(Broken { line: number, seq, error: LineError::Unknown(what) });
                reading.head = (seq, hash);
            }
            // Only the last line can be torn; what does not read as JSON anywhere else is damage.
            Err(LineError::Shape(_)) if next == bytes.len() => {
                reading.whole = at;
                reading.torn = bytes.len() - at;
                break;
            }
            Err(error) => {
                reading.broken = Some(Broken { line: number, seq: seq.saturating_add(1), error });
                break;
            }
        }
        at = next;
    }
    reading
}

/// The entries of the lines that are sound in themselves, each in the place of its line. That one follows the other is not looked at, so the
/// lines can be shared out.
fn sound(lines: &[&[u8]]) -> Vec<Option<Box<Entry>>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |line: &&[u8]| Entry::sound(std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?);
    std::thread::scope(|scope| {
        let parts: Vec<_> = lines
            .chunks(lines.len().div_ceil(threads).max(1))
            .map(|part| (part.len(), scope.spawn(move || part.iter().map(read).collect::<Vec<_>>())))
            .collect();
        // What a thread did not bring is read again, line by line.
        parts.into_iter().flat_map(|(lines, part)| part.join().unwrap_or_else(|_| vec![None; lines])).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::super::fixture::Desk;
    use super::*;

    #[test]
    fn a_large_journal_is_read_as_a_small_one_is() {
        let mut desk = Desk::new();
        for number in 0..400 {
            let text = format!("{number} {}", "x".repeat(4000));
            desk.record(Event::Noted { id: format!("n{number}"), target: crate::case::Target::Case, text }).unwrap();
        }
        let text: String = desk.entries.iter().map(|entry| entry.line().unwrap()).collect();
        assert!(text.len() > LARGE);
        let reading = read(text.as_bytes());
        assert!(reading.entries.iter().map(AsRef::as_ref).eq(&desk.entries));
        assert_eq!((reading.torn, &reading.broken, reading.head.0), (0, &None, 401));
        let cut = read(&text.as_bytes()[..text.len() - 9]);
        assert_eq!((cut.entries.len(), cut.whole + cut.torn), (400, text.len() - 9));
        // A line that is sound in itself, but stands where it does not belong.
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.swap(300, 301);
        let swapped = read(lines.concat().as_bytes());
        assert_eq!((swapped.entries.len(), swapped.broken.unwrap().line), (300, 301));
        lines.remove(300);
        assert_eq!(read(lines.concat().as_bytes()).entries.len(), 301);
    }
}
