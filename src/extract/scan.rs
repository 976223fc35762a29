//! Reading JSON sources: each record is checked and written again, one a line with keys of our own, into a file that the engine reads
//! fast and cannot stumble over; what cannot be read goes to the rejects.
//!
//! The keys of the extract never reach SQL: in the spool they are `k0`, `k1`, … and the columns of `requests` take their names
//! through the dialect's quoting. So keys that differ only in case, late keys and hostile keys need no further care.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::settings::files::{self, Doing, FileError};

use super::json::{Member, Scanner, Shape};
use super::model::Reject;

/// Bytes of a reject's text that are kept.
pub(super) const RAW: usize = 4096;

/// What was seen of a top-level key over all records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KeyStat {
    pub(super) name: String,
    /// Values of each shape, null apart.
    pub(super) booleans: u64,
    pub(super) integers: u64,
    pub(super) longs: u64,
    pub(super) reals: u64,
    pub(super) texts: u64,
    pub(super) nested: u64,
}

impl KeyStat {
    fn note(&mut self, shape: Shape) {
        match shape {
            Shape::Null => {}
            Shape::Boolean => self.booleans += 1,
            Shape::Integer => self.integers += 1,
            Shape::Long => self.longs += 1,
            Shape::Real => self.reals += 1,
            Shape::Text => self.texts += 1,
            Shape::Nested => self.nested += 1,
        }
    }
}

/// The keys of the records that share a mapping.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) stats: Vec<KeyStat>,
    /// By the key's spelling between its quotes; several spellings may be one key.
    spellings: HashMap<Box<[u8]>, usize>,
    names: HashMap<String, usize>,
}

impl Keys {
    fn place(&mut self, spelling: &[u8]) -> usize {
        if let Some(place) = self.spellings.get(spelling) {
            return *place;
        }
        let quoted = [b"\"", spelling, b"\""].concat();
        let name = serde_json::from_slice::<String>(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(spelling).into_owned());
        let place = *self.names.entry(name.clone()).or_insert(self.stats.len());
        if place == self.stats.len() {
            self.stats.push(KeyStat { name, ..KeyStat::default() });
        }
        self.spellings.insert(spelling.into(), place);
        place
    }
}

/// A file of records, written one a line.
pub(super) struct Spool {
    path: PathBuf,
    out: BufWriter<std::fs::File>,
    pub(super) rows: u64,
    /// Bytes of the longest line.
    pub(super) longest: usize,
    line: Vec<u8>,
    members: Vec<Member>,
    used: Vec<usize>,
}

impl Spool {
    pub(super) fn create(path: PathBuf) -> Result<Spool, FileError> {
        let out = BufWriter::with_capacity(1 << 20, files::create(&path)?);
        Ok(Spool { path, out, rows: 0, longest: 0, line: Vec::new(), members: Vec::new(), used: Vec::new() })
    }

    /// Writes a record, or says why it is none.
    pub(super) fn record(&mut self, text: &[u8], keys: &mut Keys) -> Result<Result<(), String>, FileError> {
        self.members.clear();
        self.used.clear();
        if let Err(error) = std::str::from_utf8(text) {
            return Ok(Err(format!("this is not UTF-8 text: see byte {}", error.valid_up_to() + 1)));
        }
        let mut scanner = Scanner::new(text);
        if let Err(fault) = scanner.object(&mut self.members) {
            return Ok(Err(fault.to_string()));
        }
        let halves = scanner.halves;
        self.rows += 1;
        self.line.clear();
        self.line.extend_from_slice(format!("{{\"n\":{}", self.rows).as_bytes());
        for member in &self.members {
            let place = keys.place(text.get(member.key.clone()).unwrap_or_default());
            // A key that comes twice: the first counts, as for most readers.
            if self.used.contains(&place) {
                continue;
            }
            self.used.push(place);
            if let Some(stat) = keys.stats.get_mut(place) {
                stat.note(member.shape);
            }
            if member.shape == Shape::Null {
                continue;
            }
            self.line.extend_from_slice(format!(",\"k{place}\":").as_bytes());
            let start = self.line.len();
            self.line.extend_from_slice(text.get(member.value.clone()).unwrap_or_default());
            // Half a surrogate pair is no character: readers refuse it. U+FFFD stands in its place.
            for half in halves.iter().filter(|half| member.value.contains(half)) {
                let at = start + half - member.value.start;
                if let Some(escape) = self.line.get_mut(at..at + 6) {
                    escape.copy_from_slice(b"\\ufffd");
                }
            }
            // Inside strings JSON has no raw line breaks, so these are blanks between values.
            if let Some(value) = self.line.get_mut(start..) {
                value.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
            }
        }
        self.line.extend_from_slice(b"}\n");
        self.longest = self.longest.max(self.line.len());
        self.out.write_all(&self.line).doing("write", &self.path)?;
        Ok(Ok(()))
    }

    /// Brings what was written into the file.
    pub(super) fn flush(&mut self) -> Result<(), FileError> {
        self.out.flush().doing("write", &self.path)
    }
}

/// The rejects of a load, written one a line for the engine to read.
pub(super) struct RejectSpool {
    path: PathBuf,
    out: BufWriter<std::fs::File>,
    pub(super) count: u64,
}

impl RejectSpool {
    pub(super) fn create(path: PathBuf) -> Result<RejectSpool, FileError> {
        let out = BufWriter::new(files::create(&path)?);
        Ok(RejectSpool { path, out, count: 0 })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn add(&mut self, path: &Path, record: u64, reason: &str, text: &[u8]) -> Result<(), FileError> {
        self.count += 1;
        let raw = String::from_utf8_lossy(text.get(..RAW).unwrap_or(text)).trim().to_owned();
        let reject = Reject { path: path.display().to_string(), record, reason: reason.to_owned(), raw };
        let line = serde_json::to_string(&reject).unwrap_or_default();
        writeln!(self.out, "{line}").doing("write", &self.path)
    }

    pub(super) fn flush(&mut self) -> Result<(), FileError> {
        self.out.flush().doing("write", &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_written_again_with_keys_of_our_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path().join("spool")).unwrap();
        let mut keys = Keys::default();
        let records = [
            &br#"{"tagging":1,"Tagging":"x","k\u0065y":null}"#[..],
            b"{\"key\":{\"a\":\n[1]},\"tagging\":2.5,\"late\":\"\\ud800!\"}",
            b"{\"tagging\":1,\"tagging\":3}",
        ];
        for record in records {
            spool.record(record, &mut keys).unwrap().unwrap();
        }
        assert!(spool.record(b"{\"a\":}", &mut keys).unwrap().unwrap_err().contains("at byte 6"));
        assert!(spool.record(b"{\"a\":\"\xff\"}", &mut keys).unwrap().unwrap_err().contains("UTF-8"));
        spool.flush().unwrap();
        let text = std::fs::read_to_string(folder.path().join("spool")).unwrap();
        let wanted = concat!(
            "{\"n\":1,\"k0\":1,\"k1\":\"x\"}\n",
            "{\"n\":2,\"k2\":{\"a\": [1]},\"k0\":2.5,\"k3\":\"\\ufffd!\"}\n",
            "{\"n\":3,\"k0\":1}\n"
        );
        assert_eq!(text, wanted);
        let names: Vec<&str> = keys.stats.iter().map(|stat| stat.name.as_str()).collect();
        assert_eq!(names, ["tagging", "Tagging", "key", "late"]);
        assert_eq!((keys.stats[0].integers, keys.stats[0].reals, keys.stats[2].nested), (2, 1, 1));
    }
}
