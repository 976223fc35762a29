//! Taking zip archives apart. <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::error::ExtractError;
use super::super::inputs::unreadable;
use super::{Expander, MEMBERS, Name};

impl Expander<'_, '_> {
    /// Takes every member of a zip archive.
    pub(super) fn zip(&mut self, path: &Path, name: &Name) -> Result<(), ExtractError> {
        let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
        // The directory is read into memory as a whole: how long it is is looked at before.
        if told_members(&mut file).map_err(|error| unreadable(path, &error))? > MEMBERS as u64 {
            return Err(self.too_many());
        }
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| self.zip_error(name, error))?;
        if archive.index_for_name("[Content_Types].xml").is_some() {
            let what = "is an office document; save it as CSV".to_owned();
            return Err(ExtractError::NotALog { path: self.path(name), what });
        }
        if archive.has_duplicate_names() {
            let reason = "several of its members have the same name, and only one of them could be read; unpack it with a tool that \
                          renames them (`unzip -B`) and open what is inside";
            return Err(ExtractError::Broken { path: self.path(name), reason: reason.into() });
        }
        for place in 0..archive.len() {
            let path = archive.by_index_data(place).map(|entry| String::from_utf8_lossy(entry.name_raw()).into_owned());
            let path = path.map_err(|error| self.zip_error(name, error))?;
            let member = name.member(&path, "zip");
            let entry = archive.by_index(place).map_err(|error| self.zip_error(&member, error))?;
            self.count(&member)?;
            if entry.is_symlink() {
                self.pass_over(&member);
            } else if !entry.is_dir() {
                let budget = self.budget.clone();
                self.member(&mut budget.meter(entry), &member, &path, "zip")?;
            }
        }
        Ok(())
    }

    fn zip_error(&self, name: &Name, error: ZipError) -> ExtractError {
        let reason = match error {
            ZipError::Io(error) => return self.broken(name, "zip", &error),
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
                "it is encrypted; unpack it with its password (`unzip`) and open what is inside".to_owned()
            }
            ZipError::UnsupportedArchive(what) => {
                format!(
                    "it is a zip archive of a kind that cannot be read here ({what}); unpack it with `unzip` and open what is inside"
                )
            }
            ZipError::CompressionMethodNotSupported(method) => format!(
                "it is packed with the zip method {method}, which cannot be read here; unpack it with `unzip` or `7z x` and open what is \
                 inside"
            ),
            error => return self.broken(name, "zip", &io::Error::other(error.to_string())),
        };
        ExtractError::Broken { path: self.path(name), reason }
    }
}

/// How many members the end of a zip archive tells (APPNOTE 4.3.14 to 4.3.16); 0 where it tells nothing.
fn told_members(file: &mut File) -> io::Result<u64> {
    const END: usize = 22;
    const LOCATOR: usize = 20;
    let length = file.seek(SeekFrom::End(0))?;
    // A comment of up to 64 kB may follow.
    let tail = length.min((END + LOCATOR + (1 << 16)) as u64);
    file.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::new();
    file.take(tail).read_to_end(&mut bytes)?;
    let mut most = 0;
    for at in 0..bytes.len() {
        let Some(record) = bytes.get(at..).filter(|record| record.starts_with(b"PK\x05\x06")) else { continue };
        let Some(short) = number(record, 10, 2) else { continue };
        most = most.max(short);
        let locator = at.checked_sub(LOCATOR).and_then(|at| bytes.get(at..)).filter(|bytes| bytes.starts_with(b"PK\x06\x07"));
        if let (0xffff, Some(place)) = (short, locator.and_then(|locator| number(locator, 8, 8))) {
            file.seek(SeekFrom::Start(place.min(length)))?;
            let mut long = Vec::new();
            file.take(56).read_to_end(&mut long)?;
            most = most.max(number(&long, 32, 8).unwrap_or_default());
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(most)
}

/// A number in a record, its little end first.
fn number(record: &[u8], at: usize, length: usize) -> Option<u64> {
    record.get(at..at + length).map(|bytes| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
