//! A case as one file, `.tar.gz`: what is in it, and how it is read without trusting it.
//!
//! The archive holds one folder, named after the case's id, with `case.toml`, `journal.jsonl`, `evidence/` and `exports/`. The same case
//! gives the same bytes: names are sorted, and times and owners are left out. Reading takes regular files with plain names at these places
//! and nothing else: a path that leads elsewhere, a link or a device is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use flate2::Compression;
use flate2::GzBuilder;
use flate2::read::GzDecoder;

use crate::settings::files::{self, Doing, FileError, PrivateFolder};

use super::dir::{CaseError, EVIDENCE, EXPORTS, JOURNAL, META};
use super::verify::verify;

/// What an archive may unpack to: so many times its size, and this at least.
const SWELL: u64 = 250;
const AT_LEAST: u64 = 1 << 30;

/// Why an archive was not made or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The case cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A file could not be worked with.
    #[error(transparent)]
    File(#[from] FileError),
    /// The case is damaged.
    #[error("the case does not hold, so it is not {what}: {first}; `casebook case verify` lists all")]
    Broken {
        /// What was to be done with it.
        what: &'static str,
        /// The first thing that does not hold.
        first: String,
    },
    /// It is no archive.
    #[error("cannot read the archive: {0}")]
    Unreadable(io::Error),
    /// There is something in the archive that no case has.
    #[error("the archive is refused: {0}")]
    Refused(String),
}

/// Packs a case that holds.
pub fn pack(dir: &Path) -> Result<Vec<u8>, ArchiveError> {
    let verdicts = verify(dir, None)?;
    if let Some(first) = verdicts.broken().next() {
        return Err(ArchiveError::Broken { what: "exported", first: first.line().as_str().to_owned() });
    }
    let mut contents: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut take = |name: String, path: PathBuf| -> Result<(), FileError> {
        contents.insert(name, std::fs::read(&path).doing("read", &path)?);
        Ok(())
    };
    for name in [META, JOURNAL] {
        take(name.to_owned(), dir.join(name))?;
    }
    for folder in [EVIDENCE, EXPORTS] {
        let entries = match std::fs::read_dir(dir.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.doing("list", &dir.join(folder))?,
        };
        for entry in entries {
            let entry = entry.doing("list", &dir.join(folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_file = entry.file_type().doing("look at", &entry.path())?.is_file();
            if is_file && is_plain(&name) {
                take(format!("{folder}/{name}"), entry.path())?;
            }
        }
    }
    let text = String::from_utf8_lossy(contents.get(META).map(Vec::as_slice).unwrap_or_default()).into_owned();
    let id = super::meta::CaseMeta::parse(&text).map(|meta| meta.id).unwrap_or_default();
    let root = if is_plain(&id) { id } else { "case".to_owned() };
    write(&root, &contents).map_err(ArchiveError::Unreadable)
}

fn write(root: &str, contents: &BTreeMap<String, Vec<u8>>) -> io::Result<Vec<u8>> {
    let packed = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::default());
    let mut tar = tar::Builder::new(packed);
    tar.mode(tar::HeaderMode::Deterministic);
    for (name, content) in contents {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, format!("{root}/{name}"), content.as_slice())?;
    }
    tar.into_inner()?.finish()
}

/// Unpacks an archive into a folder that is new or empty, and keeps it only when the case in it holds. Says how many checks it passed.
pub fn unpack(archive: &Path, dir: &Path) -> Result<usize, ArchiveError> {
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(CaseError::NotEmpty(dir.to_path_buf()).into());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = PrivateFolder::create(parent, ".casebook-import")?;
    let file = std::fs::File::open(archive).doing("open", archive)?;
    let size = file.metadata().doing("look at", archive)?.len();
    let limit = size.saturating_mul(SWELL).max(AT_LEAST);
    take_out(tar::Archive::new(GzDecoder::new(io::BufReader::new(file))), beside.path(), limit)?;
    let verdicts = verify(beside.path(), None)?;
    if let Some(first) = verdicts.broken().next() {
        return Err(ArchiveError::Broken { what: "imported", first: first.line().as_str().to_owned() });
    }
    for folder in [EVIDENCE, EXPORTS] {
        files::create_dir(&beside.path().join(folder))?;
    }
    files::rename(beside.path(), dir)?;
    Ok(verdicts.verdicts.len())
}

fn take_out(mut archive: tar::Archive<impl Read>, into: &Path, limit: u64) -> Result<(), ArchiveError> {
    let mut left = limit;
    let mut root: Option<String> = None;
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    for entry in archive.entries().map_err(ArchiveError::Unreadable)? {
        let mut entry = entry.map_err(ArchiveError::Unreadable)?;
        let path = entry.path().map_err(ArchiveError::Unreadable)?.into_owned();
        let shown = path.display().to_string();
        let refuse = |why: &str| ArchiveError::Refused(format!("'{shown}' {why}"));
        let names = plain_names(&path).ok_or_else(|| refuse("leads out of the case"))?;
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        if !kind.is_file() {
            return Err(refuse("is no regular file"));
        }
        let (folder, place) = match names.as_slice() {
            [folder, name] if name == META || name == JOURNAL => (folder, PathBuf::from(name)),
            [folder, inner, name] if inner == EVIDENCE || inner == EXPORTS => (folder, Path::new(inner).join(name)),
            _ => return Err(refuse("is no part of a case")),
        };
        if root.get_or_insert_with(|| folder.clone()) != folder {
            return Err(refuse("belongs to another case than the files before it"));
        }
        if !seen.insert(place.clone()) {
            return Err(refuse("is there twice"));
        }
        let target = into.join(&place);
        if let Some(folder) = target.parent() {
            files::create_dir(folder)?;
        }
        let mut file = files::create(&target)?;
        let copied = io::copy(&mut entry.by_ref().take(left.saturating_add(1)), &mut file).map_err(ArchiveError::Unreadable)?;
        left = left.checked_sub(copied).ok_or_else(|| refuse("unpacks to more than a case would"))?;
        file.flush().and_then(|()| file.sync_all()).doing("write", &target)?;
    }
    Ok(())
}

/// The parts of a path, when each is a plain name.
fn plain_names(path: &Path) -> Option<Vec<String>> {
    let part = |component: Component<'_>| match component {
        Component::Normal(name) => name.to_str().map(str::to_owned).filter(|name| is_plain(name)),
        _ => None,
    };
    path.components().map(part).collect()
}

/// Whether a name names a file in its folder, on every system, and is not hidden there.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

#[cfg(test)]
mod tests {
    use super::super::dir::CaseDir;
    use super::super::evidence::EvidenceRow;
    use super::super::fixture::{NOON, labelled};
    use super::super::words::Connotation;
    use super::*;
    use crate::domain::Value;

    fn sample(folder: &Path) -> PathBuf {
        let mut dir = CaseDir::create(&folder.join("case"), "T", "ana", NOON).unwrap();
        dir.record(labelled("account:a", "farm", Connotation::Bad, ""), NOON).unwrap();
        let columns = vec![("account".to_owned(), Value::Text("a".into()))];
        dir.pin(&EvidenceRow { extract: "e".into(), source: None, row_id: 1, columns }, NOON).unwrap();
        dir.export("a.md", "md", b"# A", NOON).unwrap();
        dir.path().to_path_buf()
    }

    #[test]
    fn a_case_comes_out_as_it_went_in_and_the_bytes_are_always_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = sample(folder.path());
        let packed = pack(&path).unwrap();
        std::fs::write(path.join("lock"), "another process").unwrap();
        assert_eq!(pack(&path).unwrap(), packed);
        let archive = folder.path().join("case.tar.gz");
        std::fs::write(&archive, &packed).unwrap();
        let again = folder.path().join("again");
        assert_eq!(unpack(&archive, &again).unwrap(), 3);
        assert_eq!(pack(&again).unwrap(), packed);
        assert_eq!(std::fs::read(again.join("exports/a.md")).unwrap(), b"# A");
        assert!(matches!(unpack(&archive, &again), Err(ArchiveError::Case(CaseError::NotEmpty(_)))));
    }

    #[test]
    fn a_damaged_case_is_neither_packed_nor_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = sample(folder.path());
        let journal = std::fs::read_to_string(path.join(JOURNAL)).unwrap();
        let forged = journal.replace("because", "bEcause");
        std::fs::write(path.join(JOURNAL), &forged).unwrap();
        assert!(matches!(pack(&path), Err(ArchiveError::Broken { what: "exported", .. })));
        let meta = std::fs::read(path.join(META)).unwrap();
        let contents = BTreeMap::from([(META.to_owned(), meta), (JOURNAL.to_owned(), forged.into_bytes())]);
        let archive = folder.path().join("forged.tar.gz");
        std::fs::write(&archive, write("case", &contents).unwrap()).unwrap();
        let into = folder.path().join("into");
        assert!(matches!(unpack(&archive, &into), Err(ArchiveError::Broken { what: "imported", .. })));
        assert!(!into.exists());
    }

    /// A tar whose header is written by hand, as no library would.
    fn hostile(name: &str, kind: tar::EntryType, link: &str) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_mode(0o600);
        let raw = header.as_old_mut();
        raw.name[..name.len()].copy_from_slice(name.as_bytes());
        raw.linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.resize(1536, 0);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn what_leads_out_of_the_case_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = tar::EntryType::Regular;
        let tries = [
            ("../journal.jsonl", file, ""),
            ("case/../../journal.jsonl", file, ""),
            ("/etc/journal.jsonl", file, ""),
            ("case/evidence/../journal.jsonl", file, ""),
            ("case/evidence/.hidden", file, ""),
            ("case/evidence/a\\b", file, ""),
            ("case/other.txt", file, ""),
            ("case/evidence/a/b.json", file, ""),
            ("case/journal.jsonl", tar::EntryType::Symlink, "/etc/passwd"),
            ("case/journal.jsonl", tar::EntryType::Link, "/etc/passwd"),
            ("case/journal.jsonl", tar::EntryType::Fifo, ""),
        ];
        for (name, kind, link) in tries {
            let archive = folder.path().join("hostile.tar.gz");
            std::fs::write(&archive, hostile(name, kind, link)).unwrap();
            let into = folder.path().join("into");
            let result = unpack(&archive, &into);
            assert!(matches!(result, Err(ArchiveError::Refused(_))), "{name}: {result:?}");
            assert!(!into.exists(), "{name}");
        }
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["hostile.tar.gz"]);
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let contents = BTreeMap::from([(JOURNAL.to_owned(), vec![b'x'; 100])]);
        let packed = write("case", &contents).unwrap();
        let tar = || tar::Archive::new(GzDecoder::new(packed.as_slice()));
        assert!(take_out(tar(), &folder.path().join("a"), 100).is_ok());
        let refused = take_out(tar(), &folder.path().join("b"), 99).unwrap_err().to_string();
        assert!(refused.contains("unpacks to more"), "{refused}");
    }
}
