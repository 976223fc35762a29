//! Reading JSON sources: each record is checked and written again, one a line with keys of our own, into a file that the engine reads
//! fast and cannot stumble over; what cannot be read goes to the rejects.
//!
//! The keys of the extract never reach SQL: in the spool they are `k0`, `k1`, … and the columns of `requests` take their names
//! through the dialect's quoting. So keys that differ only in case, late keys and hostile keys need no further care.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::settings::files::{self, Doing, FileError};

use super::json::{Member, Scanner, Shape};
use super::limit::COLUMNS;
use super::model::Reject;

/// Bytes of a reject's text that are kept.
pub(super) const RAW: usize = 4096;

/// Digits of a whole number that a 64-bit float holds in any case.
const DIGITS: usize = 15;

/// Levels of nesting that a record may have: programs that read it by recursion stumble over more.
const DEEPEST: usize = 1000;

/// The column that takes the members for whose keys there is no column any more.
pub(super) const OTHERS: &str = "other_keys";

/// What was seen of a top-level key over all records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KeyStat {
    pub(super) name: String,
    /// Whether it is a key of the envelope around the records: those of the records themselves come first to their names.
    pub(super) outer: bool,
    /// Values of each shape, null apart.
    pub(super) booleans: u64,
    pub(super) integers: u64,
    /// Of the whole numbers, those with more digits than a float holds exactly.
    pub(super) wide: u64,
    pub(super) longs: u64,
    pub(super) reals: u64,
    pub(super) texts: u64,
    pub(super) nested: u64,
}

impl KeyStat {
    fn note(&mut self, shape: Shape, length: usize) {
        self.wide += u64::from(shape == Shape::Integer && length > DIGITS);
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
    spellings: [HashMap<Box<[u8]>, usize>; 2],
    names: HashMap<(bool, String), usize>,
}

impl Keys {
    /// Whether a place is that of [`OTHERS`].
    fn is_others(place: usize) -> bool {
        place == COLUMNS
    }

    /// The place of a key. A log with more keys than columns has ids for keys: the ones that come late share a place.
    fn place(&mut self, spelling: &[u8], outer: bool) -> usize {
        let [inner_known, outer_known] = &mut self.spellings;
        let known = if outer { outer_known } else { inner_known };
        if let Some(place) = known.get(spelling) {
            return *place;
        }
        let quoted = [b"\"", spelling, b"\""].concat();
        let name = serde_json::from_slice::<String>(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(spelling).into_owned());
        let name = (outer, name);
        if !self.names.contains_key(&name) && self.stats.len() >= COLUMNS {
            if self.stats.len() == COLUMNS {
                self.stats.push(KeyStat { name: OTHERS.into(), ..KeyStat::default() });
            }
            return COLUMNS;
        }
        let place = *self.names.entry(name.clone()).or_insert(self.stats.len());
        if place == self.stats.len() {
            self.stats.push(KeyStat { name: name.1, outer, ..KeyStat::default() });
        }
        known.insert(spelling.into(), place);
        place
    }
}

/// A record taken apart, to be written into the spool of whatever group it belongs to.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// The members, with whether they stand around the record in an envelope.
    members: Vec<(Member, bool)>,
    found: Vec<Member>,
    halves: Vec<usize>,
}

impl Apart {
    /// Takes a record apart, or says why it is none. With `inner`, the members of the object under that key count as the record's.
    pub(super) fn take(&mut self, text: &[u8], inner: Option<&str>) -> Result<(), String> {
        self.members.clear();
        self.found.clear();
        if let Err(error) = std::str::from_utf8(text) {
            return Err(format!("this is not UTF-8 text: see byte {}", error.valid_up_to() + 1));
        }
        let mut scanner = Scanner::new(text);
        scanner.object(&mut self.found).map_err(|fault| fault.to_string())?;
        self.halves = scanner.halves;
        if scanner.deepest > DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} levels deep"));
        }
        let inside = inner.and_then(|inner| {
            let is_it = |member: &Member| {
                member.shape == Shape::Nested
                    && text.get(member.key.clone()) == Some(inner.as_bytes())
                    && text.get(member.value.start) == Some(&b'{')
            };
            self.found.iter().position(is_it)
        });
        let Some(inside) = inside else {
            self.members.extend(self.found.drain(..).map(|member| (member, false)));
            return Ok(());
        };
        let mut within = Vec::new();
        if let Some(member) = self.found.get(inside) {
            let start = member.value.start;
            let object = text.get(member.value.clone()).unwrap_or_default();
            Scanner::new(object).object(&mut within).map_err(|fault| fault.to_string())?;
            for member in &mut within {
                member.key = member.key.start + start..member.key.end + start;
                member.value = member.value.start + start..member.value.end + start;
            }
        }
        self.members.extend(within.into_iter().map(|member| (member, false)));
        let outer = self.found.drain(..).enumerate().filter(|(at, _)| *at != inside);
        self.members.extend(outer.map(|(_, member)| (member, true)));
        Ok(())
    }

    /// The same for records with the same keys, whatever their order.
    pub(super) fn signature(&self, text: &[u8]) -> u64 {
        let hash = |(member, outer): &(Member, bool)| {
            let mut hasher = std::hash::DefaultHasher::new();
            (text.get(member.key.clone()), outer).hash(&mut hasher);
            hasher.finish()
        };
        self.members.iter().map(hash).fold(0, u64::wrapping_add)
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
    used: Vec<usize>,
    /// The members of a record that go to [`OTHERS`].
    others: Vec<u8>,
}

impl Spool {
    pub(super) fn create(path: PathBuf) -> Result<Spool, FileError> {
        let out = BufWriter::with_capacity(1 << 20, files::create(&path)?);
        Ok(Spool { path, out, rows: 0, longest: 0, line: Vec::new(), used: Vec::new(), others: Vec::new() })
    }

    /// Begins the line of a record that comes from the source of this label.
    fn begin(&mut self, label: &Label) {
        self.used.clear();
        self.rows += 1;
        self.line.clear();
        self.line.extend_from_slice(b"{\"s\":");
        self.line.extend_from_slice(&label.0);
    }

    fn end(&mut self) -> Result<(), FileError> {
        self.line.extend_from_slice(b"}\n");
        self.longest = self.longest.max(self.line.len());
        self.out.write_all(&self.line).doing("write", &self.path)
    }

    /// Writes a record that was taken apart.
    pub(super) fn record(&mut self, text: &[u8], apart: &Apart, label: &Label, keys: &mut Keys) -> Result<(), FileError> {
        self.begin(label);
        self.others.clear();
        for (member, outer) in &apart.members {
            let key = text.get(member.key.clone()).unwrap_or_default();
            let place = keys.place(key, *outer);
            if Keys::is_others(place) {
                self.others.extend_from_slice(if self.others.is_empty() { b"{\"" } else { b",\"" });
                let start = self.others.len();
                self.others.extend_from_slice(text.get(member.key.start..member.value.end).unwrap_or_default());
                tidy(&mut self.others, start, member.key.start..member.value.end, &apart.halves);
                continue;
            }
            // A key that comes twice: the first counts, as for most readers.
            if self.used.contains(&place) {
                continue;
            }
            self.used.push(place);
            if let Some(stat) = keys.stats.get_mut(place) {
                stat.note(member.shape, member.value.len());
            }
            if member.shape == Shape::Null {
                continue;
            }
            self.line.extend_from_slice(format!(",\"k{place}\":").as_bytes());
            let start = self.line.len();
            self.line.extend_from_slice(text.get(member.value.clone()).unwrap_or_default());
            tidy(&mut self.line, start, member.value.clone(), &apart.halves);
        }
        if !self.others.is_empty() {
            if let Some(stat) = keys.stats.get_mut(COLUMNS) {
                stat.note(Shape::Nested, 0);
            }
            self.line.extend_from_slice(format!(",\"k{COLUMNS}\":").as_bytes());
            self.line.append(&mut self.others);
            self.line.push(b'}');
        }
        self.end()
    }

    /// Writes a record of named texts. A text that is a whole number counts as one; `-` says that there is no value, as in the logs
    /// of web servers.
    pub(super) fn fields(&mut self, fields: &[(&str, &str)], label: &Label, keys: &mut Keys) -> Result<(), FileError> {
        self.begin(label);
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty() && *value != "-") {
            let place = keys.place(name.as_bytes(), false);
            let shape = if is_whole_number(value) { Shape::Integer } else { Shape::Text };
            if let Some(stat) = keys.stats.get_mut(place) {
                stat.note(shape, value.len());
            }
            self.line.extend_from_slice(format!(",\"k{place}\":").as_bytes());
            if shape == Shape::Integer {
                self.line.extend_from_slice(value.as_bytes());
            } else {
                self.line.extend_from_slice(&json_text(value));
            }
        }
        self.end()
    }

    /// Brings what was written into the file.
    pub(super) fn flush(&mut self) -> Result<(), FileError> {
        self.out.flush().doing("write", &self.path)
    }
}

/// Makes a piece of a record fit for a line of the spool; it stands at `start` of `out` and came from `range` of the record.
fn tidy(out: &mut [u8], start: usize, range: std::ops::Range<usize>, halves: &[usize]) {
    // Half a surrogate pair is no character: readers refuse it. U+FFFD stands in its place.
    let first = halves.partition_point(|half| *half < range.start);
    for half in halves.get(first..).unwrap_or_default().iter().take_while(|half| range.contains(half)) {
        let at = start + half - range.start;
        if let Some(escape) = out.get_mut(at..at + 6) {
            escape.copy_from_slice(b"\\ufffd");
        }
    }
    // Inside strings JSON has no raw line breaks, so these are blanks between values.
    if let Some(value) = out.get_mut(start..) {
        value.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    }
}

/// The label of a source, ready for its lines in a spool.
#[derive(Debug, Clone)]
pub(super) struct Label(Vec<u8>);

impl Label {
    pub(super) fn new(label: &str) -> Label {
        Label(json_text(label))
    }
}

fn json_text(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).unwrap_or_else(|_| b"null".to_vec())
}

/// Whether a text is a whole number in its only spelling, of so few digits that nothing can be lost.
fn is_whole_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=18).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !digits.starts_with('0'))
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
        let label = Label::new("a\"b");
        let mut apart = Apart::default();
        for record in records {
            apart.take(record, None).unwrap();
            spool.record(record, &apart, &label, &mut keys).unwrap();
        }
        assert!(apart.take(b"{\"a\":}", None).unwrap_err().contains("at byte 6"));
        assert!(apart.take(b"{\"a\":\"\xff\"}", None).unwrap_err().contains("UTF-8"));
        spool.flush().unwrap();
        let text = std::fs::read_to_string(folder.path().join("spool")).unwrap();
        let wanted = concat!(
            "{\"s\":\"a\\\"b\",\"k0\":1,\"k1\":\"x\"}\n",
            "{\"s\":\"a\\\"b\",\"k2\":{\"a\": [1]},\"k0\":2.5,\"k3\":\"\\ufffd!\"}\n",
            "{\"s\":\"a\\\"b\",\"k0\":1}\n"
        );
        assert_eq!(text, wanted);
        let names: Vec<&str> = keys.stats.iter().map(|stat| stat.name.as_str()).collect();
        assert_eq!(names, ["tagging", "Tagging", "key", "late"]);
        assert_eq!((keys.stats[0].integers, keys.stats[0].reals, keys.stats[2].nested), (2, 1, 1));
    }

    #[test]
    fn keys_beyond_the_limit_share_a_column_and_deep_records_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path().join("spool")).unwrap();
        let (mut keys, mut apart, label) = (Keys::default(), Apart::default(), Label::new("f"));
        let many: Vec<String> = (0..COLUMNS).map(|key| format!("\"{key}\":1")).collect();
        for record in
            [format!("{{{}}}", many.join(",")), "{\"0\":2,\"x\" :\n[1],\"y\\ud800\":\"\\ud800\"}".into(), "{\"z\":null}".into()]
        {
            apart.take(record.as_bytes(), None).unwrap();
            spool.record(record.as_bytes(), &apart, &label, &mut keys).unwrap();
        }
        spool.flush().unwrap();
        let text = std::fs::read_to_string(folder.path().join("spool")).unwrap();
        let wanted = format!("{{\"s\":\"f\",\"k0\":2,\"k{COLUMNS}\":{{\"x\" : [1],\"y\\ufffd\":\"\\ufffd\"}}}}");
        assert_eq!(text.lines().nth(1), Some(wanted.as_str()));
        assert_eq!(text.lines().nth(2), Some(format!("{{\"s\":\"f\",\"k{COLUMNS}\":{{\"z\":null}}}}").as_str()));
        assert_eq!((keys.stats.len(), keys.stats[COLUMNS].name.as_str(), keys.stats[COLUMNS].nested), (COLUMNS + 1, OTHERS, 2));
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(apart.take(nested(DEEPEST).as_bytes(), None).is_ok());
        assert!(apart.take(nested(DEEPEST + 1).as_bytes(), None).unwrap_err().contains("1000 levels"));
    }

    #[test]
    fn an_envelope_is_opened_and_its_keys_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path().join("spool")).unwrap();
        let mut keys = Keys::default();
        let mut apart = Apart::default();
        let one = br#"{"id":1,"log":{"id":"x","n":[2]},"rule":"r"}"#;
        apart.take(one, Some("log")).unwrap();
        let signature = apart.signature(one);
        spool.record(one, &apart, &Label::new("f"), &mut keys).unwrap();
        let other = br#"{"rule":"s","log":{"n":null,"id":"y"},"id":2}"#;
        apart.take(other, Some("log")).unwrap();
        assert_eq!(apart.signature(other), signature);
        let plain = br#"{"log":"text"}"#;
        apart.take(plain, Some("log")).unwrap();
        assert_ne!(apart.signature(plain), signature);
        spool.record(plain, &apart, &Label::new("f"), &mut keys).unwrap();
        spool.flush().unwrap();
        let text = std::fs::read_to_string(folder.path().join("spool")).unwrap();
        assert_eq!(text, "{\"s\":\"f\",\"k0\":\"x\",\"k1\":[2],\"k2\":1,\"k3\":\"r\"}\n{\"s\":\"f\",\"k4\":\"text\"}\n");
        let outer: Vec<(&str, bool)> = keys.stats.iter().map(|stat| (stat.name.as_str(), stat.outer)).collect();
        assert_eq!(outer, [("id", false), ("n", false), ("id", true), ("rule", true), ("log", false)]);
    }

    #[test]
    fn named_texts_are_written_with_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path().join("spool")).unwrap();
        let mut keys = Keys::default();
        spool.fields(&[("a", "12"), ("b", "-"), ("c", "012"), ("d", "x\"\u{1b}")], &Label::new("f"), &mut keys).unwrap();
        spool.flush().unwrap();
        let text = std::fs::read_to_string(folder.path().join("spool")).unwrap();
        assert_eq!(text, "{\"s\":\"f\",\"k0\":12,\"k1\":\"012\",\"k2\":\"x\\\"\\u001b\"}\n");
    }
}
