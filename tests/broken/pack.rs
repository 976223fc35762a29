//! Packing bytes in every way that the program unpacks, and in some that it does not.

use std::io::{Cursor, Write};

use tar::{EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 3).unwrap()
}

pub(crate) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A zip archive with a link in it.
pub(crate) fn zip_link(name: &str, target: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink(name, target, SimpleFileOptions::default()).unwrap();
    writer.start_file("a.csv", SimpleFileOptions::default()).unwrap();
    writer.write_all(b"a,b\n1,2\n").unwrap();
    writer.finish().unwrap().into_inner()
}

/// One member of a tar archive, whatever its header says.
pub(crate) fn tar_member(name: &[u8], kind: EntryType, size: u64, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.name[..name.len()].copy_from_slice(name);
    gnu.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let members =
        files.iter().map(|(name, content)| tar_member(name.as_bytes(), EntryType::Regular, content.len() as u64, "", content));
    let mut bytes: Vec<u8> = members.flatten().collect();
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}
