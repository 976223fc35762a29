//! Cutting a JSON source into records without holding more of it than one record: lines, arrays, values one after the other, and
//! objects that wrap an array of records.

use std::ops::Range;

use super::bytes::SourceReader;
use super::error::ExtractError;

/// How a JSON source holds its records.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Framing {
    /// One record a line.
    Lines,
    /// Objects, or arrays of them, one after the other; with a key: objects that wrap an array of records under it.
    Stream { unwrap: Option<String> },
}

/// A record longer than this is rejected: it must fit into memory several times, here and in the engine.
const LONGEST: usize = 64 << 20;
/// What is said of such a record.
const TOO_LONG: &str = "it is longer than 64 MiB";
/// Bytes of such a record that are kept, to show what it was.
const KEPT: usize = 4096;
const STEP: usize = 1 << 18;

/// What comes next in a source. The ranges are for [`Records::text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// The text of a record; that it is JSON is still to be checked.
    Record { number: u64, text: Range<usize> },
    /// Something that cannot be a record.
    Bad { number: u64, reason: String, text: Range<usize> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Array,
    Wrapper,
    Done,
}

/// The records of a source, one after the other. They are counted from 1; lines count with the blank ones.
pub(super) struct Records {
    reader: SourceReader,
    framing: Framing,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    number: u64,
    place: Place,
    wrapped: bool,
}

enum Cut {
    At(usize),
    Ended,
}

impl Records {
    pub(super) fn new(reader: SourceReader, framing: Framing) -> Result<Records, ExtractError> {
        let mut records =
            Records { reader, framing, buffer: Vec::new(), at: 0, ended: false, number: 0, place: Place::Top, wrapped: false };
        records.more()?;
        if records.buffer.starts_with(b"\xef\xbb\xbf") {
            records.at = 3;
        }
        Ok(records)
    }

    /// The text of a range that the last call of [`Records::next`] gave.
    pub(super) fn text(&self, range: &Range<usize>) -> &[u8] {
        self.buffer.get(range.clone()).unwrap_or_default()
    }

    /// Bytes read from the disk so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.reader.bytes_read()
    }

    /// The SHA-256 of the whole file, and how many halves of characters were replaced in it.
    pub(super) fn finish(self) -> Result<(String, u64), ExtractError> {
        self.reader.finish()
    }

    /// Reads more; false at the end.
    fn more(&mut self) -> Result<bool, ExtractError> {
        if self.ended {
            return Ok(false);
        }
        if self.at > STEP && self.at > self.buffer.len() / 2 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let before = self.buffer.len();
        self.ended = self.reader.fill(&mut self.buffer, before + STEP)?;
        Ok(self.buffer.len() > before)
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Result<Option<Found>, ExtractError> {
        match self.framing {
            Framing::Lines => self.next_line(),
            Framing::Stream { .. } => self.next_value(),
        }
    }

    fn next_line(&mut self) -> Result<Option<Found>, ExtractError> {
        loop {
            let mut searched = 0;
            let mut long = false;
            let length = loop {
                let left = self.buffer.get(self.at + searched..).unwrap_or_default();
                if let Some(found) = left.iter().position(|byte| *byte == b'\n') {
                    break searched + found;
                }
                searched += left.len();
                searched = self.shorten(searched, &mut long);
                if !self.more()? {
                    break searched;
                }
            };
            let text = self.at..self.at + length;
            if length == 0 && self.at >= self.buffer.len() {
                return Ok(None);
            }
            self.at = (text.end + 1).min(self.buffer.len());
            self.number += 1;
            if long || length > LONGEST {
                return Ok(Some(Found::Bad { number: self.number, reason: TOO_LONG.into(), text }));
            }
            if !self.text(&text).trim_ascii().is_empty() {
                return Ok(Some(Found::Record { number: self.number, text }));
            }
        }
    }

    fn next_value(&mut self) -> Result<Option<Found>, ExtractError> {
        loop {
            if self.place == Place::Done {
                return Ok(None);
            }
            let Some(byte) = self.peek()? else {
                let place = std::mem::replace(&mut self.place, Place::Done);
                if place == Place::Top {
                    return Ok(None);
                }
                self.number += 1;
                let reason = "the file ends before the array of records is closed: it was cut off, and records may be missing";
                return Ok(Some(Found::Bad { number: self.number, reason: reason.into(), text: self.at..self.at }));
            };
            match (self.place, byte) {
                (Place::Array | Place::Wrapper, b',') => self.at += 1,
                (Place::Top, b'[') => {
                    self.at += 1;
                    self.place = Place::Array;
                    self.wrapped = false;
                }
                (Place::Top, b'{') if matches!(self.framing, Framing::Stream { unwrap: Some(_) }) => {
                    self.at += 1;
                    self.place = Place::Wrapper;
                }
                (Place::Array, b']') => {
                    self.at += 1;
                    self.place = if self.wrapped { Place::Wrapper } else { Place::Top };
                }
                (Place::Wrapper, b'}') => {
                    self.at += 1;
                    self.place = Place::Top;
                }
                (Place::Wrapper, b'"') => {
                    if let Some(bad) = self.wrapper_member()? {
                        return Ok(Some(bad));
                    }
                }
                (Place::Top, b'{') | (Place::Array, b'{' | b'[' | b'"' | b'0'..=b'9' | b'-' | b'a'..=b'z') => {
                    return self.take_record(byte).map(Some);
                }
                _ => {
                    self.number += 1;
                    let reason = "the JSON makes no sense from here on; neither this nor what follows was read";
                    return Ok(Some(self.give_up(reason)));
                }
            }
        }
    }

    fn take_record(&mut self, first: u8) -> Result<Found, ExtractError> {
        self.number += 1;
        let number = self.number;
        let mut long = false;
        match self.value_end(&mut long)? {
            Cut::At(end) => {
                let text = self.at..end;
                self.at = end;
                Ok(if long || text.len() > LONGEST {
                    Found::Bad { number, reason: TOO_LONG.into(), text }
                } else if first == b'{' {
                    Found::Record { number, text }
                } else {
                    Found::Bad { number, reason: "this is not a JSON object".into(), text }
                })
            }
            Cut::Ended => {
                Ok(self.give_up("the file ends inside this record: it was cut off, or a quote or a bracket is missing"))
            }
        }
    }

    /// A member of the wrapping object: enters its array of records, or passes over it.
    fn wrapper_member(&mut self) -> Result<Option<Found>, ExtractError> {
        let lost = "the object that wraps the records makes no sense from here on; neither this nor what follows was read";
        let Cut::At(end) = self.value_end(&mut false)? else { return Ok(Some(self.give_up(lost))) };
        let key = serde_json::from_slice::<String>(self.text(&(self.at..end))).unwrap_or_default();
        self.at = end;
        if self.peek()? != Some(b':') {
            return Ok(Some(self.give_up(lost)));
        }
        self.at += 1;
        let wanted = matches!(&self.framing, Framing::Stream { unwrap: Some(wanted) } if *wanted == key);
        if self.peek()? == Some(b'[') && wanted {
            self.at += 1;
            self.place = Place::Array;
            self.wrapped = true;
            return Ok(None);
        }
        match self.value_end(&mut false)? {
            Cut::At(end) => {
                self.at = end;
                Ok(None)
            }
            _ => Ok(Some(self.give_up(lost))),
        }
    }

    fn give_up(&mut self, reason: &str) -> Found {
        self.place = Place::Done;
        let text = self.at..self.buffer.len();
        self.at = self.buffer.len();
        self.ended = true;
        Found::Bad { number: self.number.max(1), reason: reason.to_owned(), text }
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Result<Option<u8>, ExtractError> {
        loop {
            while let Some(byte) = self.buffer.get(self.at) {
                if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                    return Ok(Some(*byte));
                }
                self.at += 1;
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    /// Takes the middle out of a record that is too long to be held, once `length` bytes of it are here; how many there are then.
    fn shorten(&mut self, length: usize, long: &mut bool) -> usize {
        if length <= LONGEST {
            return length;
        }
        *long = true;
        self.buffer.drain(self.at + KEPT..self.at + length);
        KEPT
    }

    /// Where the value that begins here ends, as its brackets and quotes tell. Whether it is `long`, and so not whole.
    fn value_end(&mut self, long: &mut bool) -> Result<Cut, ExtractError> {
        let mut offset = 0;
        let mut depth = 0usize;
        let mut in_string = false;
        let mut escaped = false;
        loop {
            while let Some(byte) = self.buffer.get(self.at + offset) {
                if in_string {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            in_string = false;
                            if depth == 0 {
                                return Ok(Cut::At(self.at + offset + 1));
                            }
                        }
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => in_string = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' if depth > 1 => depth -= 1,
                        b'}' | b']' if depth == 1 => return Ok(Cut::At(self.at + offset + 1)),
                        b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return Ok(Cut::At(self.at + offset)),
                        _ => {}
                    }
                }
                offset += 1;
            }
            offset = self.shorten(offset, long);
            if !self.more()? {
                return Ok(if depth == 0 && !in_string { Cut::At(self.at + offset) } else { Cut::Ended });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::inputs::Input;
    use super::*;

    fn read(content: &[u8], framing: Framing) -> Vec<(u64, Result<String, String>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, content).unwrap();
        let input = Input::at(&path);
        let mut records = Records::new(SourceReader::open(&input).unwrap(), framing).unwrap();
        let mut found = Vec::new();
        while let Some(next) = records.next().unwrap() {
            found.push(match next {
                Found::Record { number, text } => (number, Ok(String::from_utf8_lossy(records.text(&text)).trim().to_owned())),
                Found::Bad { number, reason, .. } => (number, Err(reason)),
            });
        }
        found
    }

    fn stream(unwrap: Option<&str>) -> Framing {
        Framing::Stream { unwrap: unwrap.map(str::to_owned) }
    }

    #[test]
    fn lines_count_with_blank_ones_and_any_ending() {
        let found = read(b"\xef\xbb\xbf{\"a\":1}\r\n\r\n{\"a\":2}\n{\"a\":3}", Framing::Lines);
        let wanted = [(1, "{\"a\":1}"), (3, "{\"a\":2}"), (4, "{\"a\":3}")];
        assert_eq!(found, wanted.map(|(number, text)| (number, Ok(text.to_owned()))));
    }

    #[test]
    fn arrays_values_and_wrappers_give_their_records() {
        let wanted = vec![(1, Ok("{\"a\":[1,\"]\\\"}\"]}".to_owned())), (2, Ok("{}".to_owned()))];
        assert_eq!(read(b" [ {\"a\":[1,\"]\\\"}\"]} , {} ] ", stream(None)), wanted);
        assert_eq!(read(b"{\"a\":[1,\"]\\\"}\"]}\n{}", stream(None)), wanted);
        let wrapped = b"{\"n\":[1,{}],\"Records\":[{\"a\":[1,\"]\\\"}\"]}],\"t\":\"x\"}{\"Records\":[{}]}";
        assert_eq!(read(wrapped, stream(Some("Records"))), wanted);
    }

    #[test]
    fn what_was_cut_off_or_is_no_record_is_told() {
        let cut = read(b"[{\"a\":1},{\"a\":", stream(None));
        assert!(matches!(&cut[..], [(1, Ok(_)), (2, Err(reason))] if reason.contains("ends inside")));
        let open = read(b"[{\"a\":1}", stream(None));
        assert!(matches!(&open[..], [(1, Ok(_)), (2, Err(reason))] if reason.contains("cut off")));
        let other = read(b"[1,{\"a\":1}]", stream(None));
        assert!(matches!(&other[..], [(1, Err(_)), (2, Ok(_))]));
        let torn = read(b"[{\"a\":1}] x", stream(None));
        assert!(matches!(&torn[..], [(1, Ok(_)), (2, Err(_))]));
    }

    #[test]
    fn what_is_too_long_is_rejected_and_what_follows_is_read() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST + 1000));
        for (content, framing) in [
            (format!("{{\"b\":1}}\n{long}\n{{\"c\":1}}\n"), Framing::Lines),
            (format!("[{{\"b\":1}},{long},{{\"c\":1}}]"), stream(None)),
            (format!("{{\"x\":{long},\"r\":[{{\"b\":1}},{long},{{\"c\":1}}]}}"), stream(Some("r"))),
        ] {
            let found = read(content.as_bytes(), framing);
            let wanted = [(1, Ok("{\"b\":1}".to_owned())), (2, Err(TOO_LONG.to_owned())), (3, Ok("{\"c\":1}".to_owned()))];
            assert!(found == wanted);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble_or_run_for_ever(bytes in prop::collection::vec(prop::sample::select(&b"[]{}\",:\\ab1 \n"[..]), 0..60)) {
            let _ = read(&bytes, Framing::Lines);
            let _ = read(&bytes, stream(None));
            let _ = read(&bytes, stream(Some("a")));
        }
    }
}
