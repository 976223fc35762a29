//! Reading a source's bytes: decompressed on the way, hashed and counted as they are on disk.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::error::ExtractError;
use super::inputs::{Input, unreadable};
use super::limit::Limit;
use super::secrets::Lookout;
use super::utf16::{self, Encoding, Transcoder};

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Compression {
    Plain,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

/// Memory that unpacking xz may take, in KiB: `xz -9` needs 64 MiB.
const XZ_MEMORY: u32 = 128 << 10;

impl Compression {
    /// The compression that the first bytes tell. RFC 1952 section 2.3.1; RFC 8878 section 3.1.1 (a frame, or a skippable one); bzip2
    /// is told by its first block (the digits of pi) or, when it is empty, by its last (those of its square root); the xz file format
    /// section 2.1.1.1.
    pub(super) fn of(head: &[u8]) -> Compression {
        match head {
            [0x1f, 0x8b, 0x08, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Compression::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Compression::Xz,
            _ => Compression::Plain,
        }
    }

    /// What is added to the format's name.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Compression::Plain => "",
            Compression::Gzip => ", gzip",
            Compression::Zstd => ", zstd",
            Compression::Bzip2 => ", bzip2",
            Compression::Xz => ", xz",
        }
    }

    /// Its name, which is that of the program for it too.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Compression::Plain => "",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
        }
    }

    /// A reader of the bytes inside. One packed stream may follow the other, as log shippers write them.
    pub(super) fn unpack<'a>(self, packed: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Compression::Plain => Box::new(packed),
            Compression::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
            Compression::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, XZ_MEMORY)),
        })
    }

    /// What an error of unpacking means and what to do.
    pub(super) fn explain(self, path: &Path, error: &io::Error) -> ExtractError {
        let (path, name) = (path.to_path_buf(), self.name());
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof => format!(
                "the {name} data ends early: the file was cut off, perhaps while it was copied; fetch it again, or unpack what is \
                 there (`{name} -dc FILE > PART`) and open that"
            ),
            io::ErrorKind::OutOfMemory => {
                format!(
                    "its {name} data asks for too much memory; unpack it with `{name} -d`, where that is allowed, and open the result"
                )
            }
            _ => format!("the {name} data is damaged ({error}); fetch the file again, or test it with `{name} -t`"),
        };
        ExtractError::Broken { path, reason }
    }
}

/// How a source is packed: what has to be undone before it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Packing {
    pub(super) compression: Compression,
    pub(super) encoding: Encoding,
}

impl Packing {
    /// Whether the file can be read as it is.
    pub(super) fn is_plain(self) -> bool {
        self.compression == Compression::Plain && self.encoding == Encoding::Utf8
    }

    /// What is added to the format's name: `, UTF-16, gzip`.
    pub(super) fn suffix(self) -> String {
        let encoding = if self.encoding == Encoding::Utf8 { "" } else { ", UTF-16" };
        format!("{encoding}{}", self.compression.suffix())
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

/// A source, open for reading its bytes: decompressed, and text as UTF-8.
pub(super) struct SourceReader {
    path: PathBuf,
    packing: Packing,
    limit: Limit,
    given: u64,
    inner: Box<dyn Read>,
    mended: Rc<Cell<u64>>,
    tally: Rc<RefCell<Tally>>,
    rest: File,
    lookout: Option<Lookout>,
}

impl SourceReader {
    pub(super) fn open(input: &Input) -> Result<SourceReader, ExtractError> {
        let path = &input.path;
        let failed = |error: io::Error| unreadable(path, &error);
        let file = File::open(input.file()).map_err(failed)?;
        let rest = file.try_clone().map_err(failed)?;
        let tally = Rc::new(RefCell::new(Tally::default()));
        let mut counted = BufReader::with_capacity(1 << 18, Counted { file, tally: Rc::clone(&tally) });
        let compression = Compression::of(counted.fill_buf().map_err(failed)?);
        let mut inner: Box<dyn Read> = compression.unpack(counted).map_err(failed)?;
        let mut start = Vec::new();
        let looked = inner.by_ref().take(utf16::LOOKED_AT as u64).read_to_end(&mut start);
        let encoding = Encoding::of(&start);
        let mended = Rc::new(Cell::new(0));
        let start = io::Cursor::new(start);
        // An error that comes early comes again at the next read; until then what could be read is given.
        let inner: Box<dyn Read> = match looked {
            Ok(_) => Box::new(start.chain(inner)),
            Err(error) => Box::new(start.chain(Failing(Some(error)))),
        };
        let inner: Box<dyn Read> = match encoding {
            Encoding::Utf8 => inner,
            Encoding::Little => Box::new(Transcoder::new(inner, false, Rc::clone(&mended))),
            Encoding::Big => Box::new(Transcoder::new(inner, true, Rc::clone(&mended))),
        };
        let packing = Packing { compression, encoding };
        let lookout = None;
        Ok(SourceReader { path: path.clone(), packing, limit: input.limit, given: 0, inner, mended, tally, rest, lookout })
    }

    /// Has somebody look at all bytes that are read.
    pub(super) fn watched(mut self, lookout: Lookout) -> SourceReader {
        self.lookout = Some(lookout);
        self
    }

    pub(super) fn packing(&self) -> Packing {
        self.packing
    }

    /// Bytes read from the disk so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.tally.borrow().bytes
    }

    /// Reads some unpacked bytes; none at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ExtractError> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.explain(&error)),
                Ok(read) => {
                    self.given += read as u64;
                    if self.packing.compression != Compression::Plain && self.limit.is_less_than(self.given) {
                        return Err(self.limit.exceeded(&self.path));
                    }
                    if let (Some(lookout), Some(fresh)) = (&mut self.lookout, buffer.get(..read)) {
                        lookout.see(fresh);
                    }
                    return Ok(read);
                }
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
        match self.packing.compression {
            Compression::Plain => unreadable(&self.path, error),
            packed => packed.explain(&self.path, error),
        }
    }

    /// Reads what is left of the file and gives its SHA-256, in hexadecimal, and how many halves of characters were replaced.
    pub(super) fn finish(self) -> Result<(String, u64), ExtractError> {
        let mut counted = Counted { file: self.rest, tally: Rc::clone(&self.tally) };
        io::copy(&mut counted, &mut io::sink()).map_err(|error| unreadable(&self.path, &error))?;
        let tally = std::mem::take(&mut *self.tally.borrow_mut());
        Ok((hexadecimal(&tally.hash.finalize()), self.mended.get()))
    }
}

/// Gives an error where one was met.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
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

/// The SHA-256 of a file as it is on disk; `go_on` is given the bytes as they are read and stops the work by returning `false`.
pub(super) fn hash_file(path: &Path, go_on: &mut dyn FnMut(&[u8]) -> bool) -> Result<String, ExtractError> {
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
        if !go_on(fresh) {
            return Err(ExtractError::Interrupted);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    fn bzip2(content: &[u8]) -> Vec<u8> {
        let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    /// `hello, log` as `xz` packs it.
    const XZ: &[u8] = &[
        253, 55, 122, 88, 90, 0, 0, 1, 105, 34, 222, 54, 2, 0, 33, 1, 22, 0, 0, 0, 116, 47, 229, 163, 1, 0, 10, 104, 101, 108,
        108, 111, 44, 32, 108, 111, 103, 10, 0, 0, 124, 200, 14, 191, 0, 1, 31, 11, 61, 98, 14, 122, 144, 66, 153, 13, 1, 0, 0,
        0, 0, 1, 89, 90,
    ];

    fn plain(compression: Compression) -> Packing {
        Packing { compression, encoding: Encoding::Utf8 }
    }

    #[test]
    fn what_is_packed_is_unpacked_and_hashed_as_it_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let content = b"hello, log\n".repeat(1000);
        // Two members one after the other, as log shippers write them.
        let twice = [gzip(&content[..5000]), gzip(&content[5000..])].concat();
        let wide: Vec<u8> = std::str::from_utf8(&content).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (packing, bytes) in [
            (plain(Compression::Plain), content.clone()),
            (plain(Compression::Gzip), twice),
            (plain(Compression::Zstd), zstd::encode_all(&content[..], 3).unwrap()),
            (plain(Compression::Bzip2), [bzip2(&content[..5000]), bzip2(&content[5000..])].concat()),
            (plain(Compression::Xz), XZ.repeat(1000)),
            (Packing { compression: Compression::Plain, encoding: Encoding::Little }, wide.clone()),
            (Packing { compression: Compression::Gzip, encoding: Encoding::Little }, gzip(&wide)),
        ] {
            let path = folder.path().join("log");
            std::fs::write(&path, &bytes).unwrap();
            let mut reader = SourceReader::open(&Input::at(&path)).unwrap();
            assert_eq!(reader.packing(), packing);
            let mut read = Vec::new();
            assert!(!reader.fill(&mut read, 100).unwrap());
            assert!(reader.fill(&mut read, 1 << 20).unwrap());
            assert_eq!(read, content);
            let (hash, mended) = reader.finish().unwrap();
            assert_eq!(mended, 0);
            assert_eq!(hash, hexadecimal(&Sha256::digest(&bytes)));
            assert_eq!(hash, hash_file(&path, &mut |_| true).unwrap());
        }
    }

    #[test]
    fn what_was_cut_off_says_so_after_all_that_could_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..100_000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for bytes in [gzip(&content), zstd::encode_all(&content[..], 3).unwrap(), bzip2(&content)] {
            let path = folder.path().join("log");
            std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
            let mut read = Vec::new();
            let error = SourceReader::open(&Input::at(&path)).unwrap().fill(&mut read, 1 << 22).unwrap_err();
            assert!(error.to_string().contains("cut off"), "{error}");
        }
        let path = folder.path().join("short");
        std::fs::write(&path, &gzip(&content)[..1000]).unwrap();
        let mut read = Vec::new();
        SourceReader::open(&Input::at(&path)).unwrap().fill(&mut read, 1 << 22).unwrap_err();
        assert!(read.len() > 500 && content.starts_with(&read));
    }

    #[test]
    fn a_packed_file_gives_no_more_than_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.gz");
        std::fs::write(&path, gzip(&vec![b'x'; 3_000_000])).unwrap();
        let input = Input { limit: Limit::of(0, Some(2_000_000), None), ..Input::at(&path) };
        let error = SourceReader::open(&input).unwrap().fill(&mut Vec::new(), 1 << 22).unwrap_err();
        assert!(error.to_string().contains("--max-unpacked"), "{error}");
    }
}
