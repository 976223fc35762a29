//! UTF-16 text, turned into UTF-8 while it is read.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// The encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    /// UTF-8, or whatever else has no zero bytes between its letters.
    Utf8,
    /// UTF-16, little end first, as Windows writes it.
    Little,
    /// UTF-16, big end first.
    Big,
}

/// Bytes that tell the encoding.
pub(super) const LOOKED_AT: usize = 2048;

impl Encoding {
    /// The encoding that the beginning of a text tells: by its byte-order mark, or because every other byte of it is zero.
    pub(super) fn of(head: &[u8]) -> Encoding {
        match head {
            // UTF-32 begins like UTF-16 with a zero after it.
            [0xff, 0xfe, 0, 0, ..] => return Encoding::Utf8,
            [0xff, 0xfe, ..] => return Encoding::Little,
            [0xfe, 0xff, ..] => return Encoding::Big,
            _ => {}
        }
        let looked = head.get(..LOOKED_AT).unwrap_or(head);
        let units = looked.chunks_exact(2).filter_map(|unit| <[u8; 2]>::try_from(unit).ok());
        let (mut all, mut little, mut big) = (0, 0, 0);
        for unit in units {
            let is_text = |byte: u8| byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r');
            all += 1;
            match unit {
                [byte, 0] if is_text(byte) => little += 1,
                [0, byte] if is_text(byte) => big += 1,
                [0, _] | [_, 0] => return Encoding::Utf8,
                _ => {}
            }
        }
        match (little, big) {
            _ if all < 4 => Encoding::Utf8,
            (little, 0) if little * 10 >= all * 7 => Encoding::Little,
            (0, big) if big * 10 >= all * 7 => Encoding::Big,
            _ => Encoding::Utf8,
        }
    }
}

/// Reads UTF-16 and gives UTF-8 without a byte-order mark. What is half a character becomes U+FFFD.
pub(super) struct Transcoder<R> {
    inner: R,
    big: bool,
    raw: Vec<u8>,
    /// The first half of a pair whose second half is yet to come.
    high: Option<u16>,
    begun: bool,
    ended: bool,
    out: Vec<u8>,
    at: usize,
    /// Halves of characters that were replaced.
    mended: Rc<Cell<u64>>,
}

const STEP: usize = 1 << 16;

impl<R: Read> Transcoder<R> {
    /// `mended` is told how many halves of characters were replaced.
    pub(super) fn new(inner: R, big: bool, mended: Rc<Cell<u64>>) -> Transcoder<R> {
        Transcoder { inner, big, raw: Vec::new(), high: None, begun: false, ended: false, out: Vec::new(), at: 0, mended }
    }

    fn put(&mut self, character: char) {
        let mut bytes = [0; 4];
        self.out.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
    }

    fn mend(&mut self) {
        self.put(char::REPLACEMENT_CHARACTER);
        self.mended.set(self.mended.get() + 1);
    }

    fn take(&mut self, unit: u16) {
        if let Some(high) = self.high.take() {
            if let Some(Ok(character)) = char::decode_utf16([high, unit]).next().filter(|_| (0xdc00..0xe000).contains(&unit)) {
                self.put(character);
                return;
            }
            self.mend();
        }
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            0xfeff if !self.begun => {}
            unit => match char::from_u32(u32::from(unit)) {
                Some(character) => self.put(character),
                None => self.mend(),
            },
        }
        self.begun = true;
    }

    /// Decodes some more; after the end nothing is left half-read.
    fn more(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        let carried = self.raw.len();
        self.raw.resize(STEP, 0);
        let read = match self.inner.read(self.raw.get_mut(carried..).unwrap_or_default()) {
            Ok(read) => read,
            Err(error) => {
                self.raw.truncate(carried);
                return Err(error);
            }
        };
        self.raw.truncate(carried + read);
        let raw = std::mem::take(&mut self.raw);
        let mut units = raw.chunks_exact(2);
        for unit in units.by_ref() {
            if let Ok(unit) = <[u8; 2]>::try_from(unit) {
                self.take(if self.big { u16::from_be_bytes(unit) } else { u16::from_le_bytes(unit) });
            }
        }
        self.raw = units.remainder().to_vec();
        if read == 0 {
            self.ended = true;
            let half = !std::mem::take(&mut self.raw).is_empty();
            for _ in 0..usize::from(half) + usize::from(self.high.take().is_some()) {
                self.mend();
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.out.len() {
            if self.ended {
                return Ok(0);
            }
            self.more()?;
        }
        let mut left = self.out.get(self.at..).unwrap_or_default();
        let read = left.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives its bytes a few at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len());
            self.0.read(&mut buffer[..length])
        }
    }

    fn read(bytes: &[u8], big: bool, step: usize) -> String {
        let mut text = String::new();
        Transcoder::new(Slow(bytes, step), big, Rc::default()).read_to_string(&mut text).unwrap();
        text
    }

    fn encoded(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn the_encoding_is_told_with_and_without_a_mark() {
        assert_eq!(Encoding::of(b"\xff\xfea\0"), Encoding::Little);
        assert_eq!(Encoding::of(b"\xfe\xff\0a"), Encoding::Big);
        assert_eq!(Encoding::of(b"\xff\xfe\0\0a\0\0\0"), Encoding::Utf8);
        assert_eq!(Encoding::of(&encoded("time,ip\r\n2023,1", false)), Encoding::Little);
        assert_eq!(Encoding::of(&encoded("time,ip\r\n2023,漢字", true)), Encoding::Big);
        assert_eq!(Encoding::of(b"time,ip\n2023,1\n"), Encoding::Utf8);
        assert_eq!(Encoding::of(&[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]), Encoding::Utf8);
        assert_eq!(Encoding::of(b""), Encoding::Utf8);
    }

    #[test]
    fn halves_of_characters_are_replaced_and_nothing_is_lost_after_them() {
        let units = [0xfeffu16, 0x61, 0xd83d, 0x62, 0xde00, 0x63, 0xd83d];
        let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).chain([0x64]).collect();
        for step in 1..9 {
            assert_eq!(read(&bytes, false, step), "a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}");
        }
    }

    proptest! {
        #[test]
        fn text_comes_through_whatever_the_step(text: String, big: bool, step in 1usize..7) {
            let marked = format!("\u{feff}{text}");
            prop_assert_eq!(read(&encoded(&marked, big), big, step), text);
        }

        #[test]
        fn no_bytes_make_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..100), big: bool, step in 1usize..7) {
            let _ = read(&bytes, big, step);
            let _ = Encoding::of(&bytes);
        }
    }
}
