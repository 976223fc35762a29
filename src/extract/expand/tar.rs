//! Taking tar archives apart. <https://www.gnu.org/software/tar/manual/html_node/Standard.html>; pax headers: POSIX.1-2001.

use std::io::{self, Read};

use tar::{Archive, EntryType, Header, PaxExtensions};

use super::super::error::ExtractError;
use super::{Expander, HEAD, Name};

/// A name or an extended header longer than this is an attack on the memory.
const LONGEST: u64 = 1 << 20;

/// Whether a block is the header of a tar archive's first member: its checksum is right.
pub(super) fn is_header(head: &[u8]) -> bool {
    let Some(block) = head.get(..HEAD).filter(|block| block.first() != Some(&0)) else { return false };
    let mut header = Header::new_old();
    header.as_mut_bytes().copy_from_slice(block);
    let sum =
        |range: std::ops::Range<usize>| -> u32 { block.get(range).unwrap_or_default().iter().map(|byte| u32::from(*byte)).sum() };
    // The checksum counts as eight blanks in itself.
    header.cksum().is_ok_and(|told| told == sum(0..148) + 8 * 32 + sum(156..HEAD))
}

/// The error of the crate for an archive that ends early, with the kind that such errors have.
fn told(error: io::Error) -> io::Error {
    if error.to_string().contains("EOF") { io::Error::new(io::ErrorKind::UnexpectedEof, error) } else { error }
}

/// What an extended header says of the member after it.
#[derive(Default)]
struct Extended {
    path: Option<String>,
    /// Why the member cannot be read.
    strange: Option<&'static str>,
}

impl Extended {
    fn read_pax(&mut self, bytes: &[u8]) {
        for record in PaxExtensions::new(bytes).flatten() {
            match record.key_bytes() {
                b"path" => self.path = Some(String::from_utf8_lossy(record.value_bytes()).into_owned()),
                b"size" => self.strange = Some("is larger than 8 GB"),
                key if key.starts_with(b"GNU.sparse.") => self.strange = Some("is stored with holes (sparse)"),
                _ => {}
            }
        }
    }
}

impl Expander<'_, '_> {
    /// Takes every member of a tar archive.
    pub(super) fn tar(&mut self, stream: &mut dyn Read, name: &Name) -> Result<(), ExtractError> {
        let mut archive = Archive::new(stream);
        let mut extended = Extended::default();
        // Raw: the crate would read long names into memory whatever their length.
        let entries = archive.entries().map_err(|error| self.broken(name, "tar", &error))?.raw(true);
        for entry in entries {
            let mut entry = entry.map_err(|error| self.broken(name, "tar", &told(error)))?;
            let kind = entry.header().entry_type();
            match kind {
                EntryType::GNULongName => {
                    let path = self.extension(&mut entry, name)?;
                    let path = path.strip_suffix(b"\0").unwrap_or(&path);
                    extended.path = Some(String::from_utf8_lossy(path).into_owned());
                    continue;
                }
                EntryType::XHeader => {
                    let records = self.extension(&mut entry, name)?;
                    extended.read_pax(&records);
                    continue;
                }
                EntryType::GNULongLink | EntryType::XGlobalHeader => continue,
                _ => {}
            }
            let Extended { path, strange } = std::mem::take(&mut extended);
            let path = path.unwrap_or_else(|| String::from_utf8_lossy(&entry.path_bytes()).into_owned());
            let member = name.member(&path, "tar");
            self.count(&member)?;
            match kind {
                EntryType::Directory => {}
                _ if let Some(strange) = strange => return Err(self.cannot(&member, strange)),
                EntryType::GNUSparse => return Err(self.cannot(&member, "is stored with holes (sparse)")),
                // Old archives mark folders by the slash alone.
                EntryType::Regular | EntryType::Continuous if path.ends_with('/') => {}
                EntryType::Regular | EntryType::Continuous => self.member(&mut entry, &member, &path, "tar")?,
                _ => self.pass_over(&member),
            }
        }
        Ok(())
    }

    fn cannot(&self, name: &Name, strange: &str) -> ExtractError {
        let reason = format!("it {strange}, which cannot be read here; unpack it with `tar -xf` and open what is inside");
        ExtractError::Broken { path: self.path(name), reason }
    }

    /// The content of a member that only says something of the one after it.
    fn extension(&self, entry: &mut impl Read, name: &Name) -> Result<Vec<u8>, ExtractError> {
        let mut bytes = Vec::new();
        entry.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| self.broken(name, "tar", &error))?;
        if bytes.len() as u64 > LONGEST {
            return Err(self.broken(name, "tar", &io::Error::other("the name of a member is longer than 1 MB")));
        }
        Ok(bytes)
    }
}
