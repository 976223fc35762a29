//! Reading a source's bytes: decompressed on the way, hashed and counted as they are on disk.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::error::ExtractError;
use super::inputs::{Input, unreadable};

/// How a source is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// The packing that the first bytes of a file tell. RFC 1952 section 2.3.1; RFC 8878 section 3.1.1 (a frame, or a skippable one).
    pub(super) fn of(head: &[u8]) -> Packing {
        match head {
            [0x1f, 0x8b, 0x08, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zstd,
            _ => Packing::Plain,
        }
    }

    /// What is added to the format's name.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Packing::Plain => "",
            Packing::Gzip => ", gzip",
            Packing::Zstd => ", zstd",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Packing::Plain => "",
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        }
    }
}

/// What has been read of a file.
#[derive(Default)]
struct Tally {
    hash: Sha256,
    bytes: u64,
}

/// A file that keeps account of what is read from it.
struct Counted {
    file: File,
    tally: Rc<RefCell<Tally>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let mut tally = self.tally.borrow_mut();
        tally.bytes += read as u64;
        if let Some(fresh) = buffer.get(..read) {
            tally.hash.update(fresh);
        }
        Ok(read)
    }
}

/// A source, open for reading its decompressed bytes.
pub(super) struct SourceReader {
    path: PathBuf,
    packing: Packing,
    inner: Box<dyn Read>,
    tally: Rc<RefCell<Tally>>,
    rest: File,
}

impl SourceReader {
    pub(super) fn open(input: &Input) -> Result<SourceReader, ExtractError> {
        let path = &input.path;
        let open = || File::open(path).map_err(|error| unreadable(path, &error));
        let mut magic = Vec::new();
        open()?.take(8).read_to_end(&mut magic).map_err(|error| unreadable(path, &error))?;
        let packing = Packing::of(&magic);
        let file = open()?;
        let rest = file.try_clone().map_err(|error| unreadable(path, &error))?;
        let tally = Rc::new(RefCell::new(Tally::default()));
        let counted = BufReader::with_capacity(1 << 18, Counted { file, tally: Rc::clone(&tally) });
        let inner: Box<dyn Read> = match packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => Box::new(MultiGzDecoder::new(counted)),
            Packing::Zstd => {
                Box::new(zstd::stream::read::Decoder::with_buffer(counted).map_err(|error| unreadable(path, &error))?)
            }
        };
        Ok(SourceReader { path: path.clone(), packing, inner, tally, rest })
    }

    pub(super) fn packing(&self) -> Packing {
        self.packing
    }

    /// Bytes read from the disk so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.tally.borrow().bytes
    }

    /// Reads some decompressed bytes; none at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ExtractError> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| self.explain(&error)),
            }
        }
    }

    /// Reads on until `buffer` holds `wanted` bytes or the source ends; says whether it ended.
    pub(super) fn fill(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<bool, ExtractError> {
        let mut filled = buffer.len();
        buffer.resize(wanted.max(filled), 0);
        let mut ended = false;
        while filled < wanted {
            let Some(room) = buffer.get_mut(filled..) else { break };
            match self.read(room) {
                Ok(0) => {
                    ended = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) => {
                    buffer.truncate(filled);
                    return Err(error);
                }
            }
        }
        buffer.truncate(filled);
        Ok(ended)
    }

    fn explain(&self, error: &io::Error) -> ExtractError {
        let path = self.path.clone();
        let name = self.packing.name();
        match (self.packing, error.kind()) {
            (Packing::Plain, _) => unreadable(&path, error),
            (_, io::ErrorKind::UnexpectedEof) => ExtractError::Broken {
                path,
                reason: format!(
                    "the {name} data ends early: the file was cut off, perhaps while it was copied; fetch it again, or unpack what is \
                     there (`{name} -dc FILE > PART`) and open that"
                ),
            },
            _ => ExtractError::Broken {
                path,
                reason: format!("the {name} data is damaged ({error}); fetch the file again, or test it with `{name} -t`"),
            },
        }
    }

    /// Reads what is left of the file and gives its SHA-256, in hexadecimal.
    pub(super) fn finish(self) -> Result<String, ExtractError> {
        let mut counted = Counted { file: self.rest, tally: Rc::clone(&self.tally) };
        io::copy(&mut counted, &mut io::sink()).map_err(|error| unreadable(&self.path, &error))?;
        let tally = std::mem::take(&mut *self.tally.borrow_mut());
        Ok(hexadecimal(&tally.hash.finalize()))
    }
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
        text
    })
}

/// The SHA-256 of a file as it is on disk; `go_on` is told the bytes read and stops the work by returning `false`.
pub(super) fn hash_file(path: &Path, go_on: &mut dyn FnMut(u64) -> bool) -> Result<String, ExtractError> {
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = match file.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|error| unreadable(path, &error))?,
        };
        let Some(fresh) = buffer.get(..read).filter(|fresh| !fresh.is_empty()) else {
            return Ok(hexadecimal(&hash.finalize()));
        };
        hash.update(fresh);
        if !go_on(read as u64) {
            return Err(ExtractError::Interrupted);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn input(path: &Path) -> Input {
        Input { path: path.into(), canonical: path.into(), size: 0, modified: 0 }
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_and_hashed_as_it_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let content = b"hello, log\n".repeat(1000);
        // Two members one after the other, as log shippers write them.
        let twice = [gzip(&content[..5000]), gzip(&content[5000..])].concat();
        for (packing, bytes) in [
            (Packing::Plain, content.clone()),
            (Packing::Gzip, twice),
            (Packing::Zstd, zstd::encode_all(&content[..], 3).unwrap()),
        ] {
            let path = folder.path().join("log");
            std::fs::write(&path, &bytes).unwrap();
            let mut reader = SourceReader::open(&input(&path)).unwrap();
            assert_eq!(reader.packing(), packing);
            let mut read = Vec::new();
            assert!(!reader.fill(&mut read, 100).unwrap());
            assert!(reader.fill(&mut read, 1 << 20).unwrap());
            assert_eq!(read, content);
            let hash = reader.finish().unwrap();
            assert_eq!(hash, hexadecimal(&Sha256::digest(&bytes)));
            assert_eq!(hash, hash_file(&path, &mut |_| true).unwrap());
        }
    }

    #[test]
    fn what_was_cut_off_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..100_000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for bytes in [gzip(&content), zstd::encode_all(&content[..], 3).unwrap()] {
            let path = folder.path().join("log");
            std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
            let error = SourceReader::open(&input(&path)).unwrap().fill(&mut Vec::new(), 1 << 22).unwrap_err();
            assert!(error.to_string().contains("cut off"), "{error}");
        }
    }
}
