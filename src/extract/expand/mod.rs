//! Taking apart what holds several sources or is not read as it is: archives, packed database files, SQLite files. What comes out lies
//! under names of our own in the private folder of the load, and is read from there like any other source.
//!
//! Nothing in an archive is trusted: no path of it is ever used as a path, links are not followed, and how much comes out is bounded.

mod sqlite;
mod tar;
mod zip;

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use crate::settings::files::{self, Doing};

use super::bytes::{Compression, hash_file};
use super::error::ExtractError;
use super::inputs::{Input, Inputs, Unpacked, is_hidden, is_no_log, source_path, unreadable};
use super::limit::{Budget, Limit};
use super::model::OpenSpec;
use super::progress::{Stage, Unit};
use super::watch::{Done, Watcher};

/// Members that an archive may have, with those of the archives in it.
const MEMBERS: usize = 100_000;

/// Archives inside one another that are taken apart.
const LEVELS: usize = 2;

/// The sources behind the files on disk.
#[derive(Debug)]
pub(super) struct Expanded {
    /// The sources, in load order, and what was passed over.
    pub(super) inputs: Inputs,
    /// The SHA-256 of those files on disk that are not read as they are, by their place.
    pub(super) hashes: Vec<Option<String>>,
}

/// Finds the sources in all files, and unpacks them into `folder` where they are not files themselves.
pub(super) fn expand(inputs: &Inputs, spec: &OpenSpec, folder: &Path, watch: &mut Watcher<'_>) -> Result<Expanded, ExtractError> {
    let mut expanded = Expanded {
        inputs: Inputs { files: Vec::with_capacity(inputs.files.len()), ..inputs.clone() },
        hashes: vec![None; inputs.files.len()],
    };
    let mut unpacked = 0;
    for input in &inputs.files {
        let limit = Limit::of(input.size, spec.max_unpacked, files::free_space(folder));
        let input = Input { limit, ..input.clone() };
        let before = expanded.inputs.files.len();
        let mut expander = Expander {
            input: &input,
            table: spec.table.as_deref(),
            folder,
            watch,
            budget: Budget::new(limit),
            members: 0,
            unpacked: &mut unpacked,
            found: &mut expanded.inputs,
        };
        if !expander.file()? {
            expanded.inputs.files.push(input);
            continue;
        }
        if expanded.inputs.files.len() == before {
            let reason = "no member of it is a log: all are empty, hidden, links or papers".to_owned();
            return Err(ExtractError::Broken { path: input.path, reason });
        }
        let name = input.path.display().to_string();
        let mut done = 0;
        let hash = hash_file(input.file(), &mut |read| {
            done += read.len() as u64;
            watch.tell(Stage::Hashing, Done { done, total: Some(input.size), unit: Unit::Bytes }, &name).is_ok()
        })?;
        if let Some(place) = expanded.hashes.get_mut(input.origin) {
            *place = Some(hash);
        }
    }
    Ok(expanded)
}

/// What is to be done with some bytes, told from their beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Sqlite,
    /// A DuckDB file, which the engine reads from the disk.
    Database,
    Packed(Compression),
    /// A log, or nothing that can be read: looking into it will tell.
    Other,
}

impl Kind {
    fn of(head: &[u8]) -> Kind {
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Kind::Zip;
        }
        // https://www.sqlite.org/fileformat.html#magic_header_string
        if head.starts_with(b"SQLite format 3\0") {
            return Kind::Sqlite;
        }
        if head.get(8..12) == Some(b"DUCK") {
            return Kind::Database;
        }
        match Compression::of(head) {
            Compression::Plain if tar::is_header(head) => Kind::Tar,
            Compression::Plain => Kind::Other,
            packed => Kind::Packed(packed),
        }
    }
}

/// How something in a file on disk is called, and how it is packed.
#[derive(Debug, Clone, Default)]
struct Name {
    /// Its path within the archive; empty for the file on disk itself.
    member: String,
    /// `, gzip, zip`
    packed: String,
    /// Archives around it.
    level: usize,
}

impl Name {
    /// The name of a member of this archive.
    fn member(&self, path: &str, archive: &str) -> Name {
        let path = path.strip_prefix("./").unwrap_or(path);
        let member = if self.member.is_empty() { path.to_owned() } else { format!("{}!{path}", self.member) };
        Name { member, packed: format!(", {archive}{}", self.packed), level: self.level + 1 }
    }
}

/// Takes one file on disk apart.
struct Expander<'a, 'w> {
    input: &'a Input,
    table: Option<&'a str>,
    folder: &'a Path,
    watch: &'a mut Watcher<'w>,
    budget: Budget,
    members: usize,
    /// Files made so far, for their names.
    unpacked: &'a mut usize,
    found: &'a mut Inputs,
}

impl Expander<'_, '_> {
    /// Takes the file apart; `false` when it is to be read as it is.
    fn file(&mut self) -> Result<bool, ExtractError> {
        let path = self.input.file().to_path_buf();
        let failed = |error: io::Error| unreadable(&self.input.path, &error);
        let mut file = BufReader::new(File::open(&path).map_err(failed)?);
        let head = head_of(&mut file).map_err(failed)?;
        let name = Name::default();
        match Kind::of(&head) {
            Kind::Other | Kind::Database => return Ok(false),
            Kind::Zip => self.zip(&path, &name)?,
            Kind::Sqlite => self.sqlite(&path, &name)?,
            Kind::Tar => self.tar(&mut head.chain(file), &name)?,
            Kind::Packed(compression) => {
                let Ok(mut unpacked) = compression.unpack(head.chain(file)) else { return Ok(false) };
                // What cannot be unpacked even at its beginning is told when it is read.
                match head_of(&mut unpacked).map(|head| (Kind::of(&head), head)) {
                    Ok((Kind::Zip | Kind::Sqlite | Kind::Database | Kind::Tar, head)) => {
                        let name = Name { packed: compression.suffix().to_owned(), ..name };
                        let budget = self.budget.clone();
                        self.unpacked(&mut budget.meter(head.chain(unpacked)), &name, compression)?;
                    }
                    _ => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// Takes a member of an archive: one that is named like a log becomes a source, or several.
    fn member(&mut self, stream: &mut dyn Read, name: &Name, path: &str, archive: &str) -> Result<(), ExtractError> {
        if path.split(['/', '\\']).any(|part| !matches!(part, "." | "..") && is_hidden(Path::new(part)))
            || is_no_log(Path::new(path))
        {
            self.pass_over(name);
            return Ok(());
        }
        let read = |error: io::Error, this: &Self| this.broken(name, archive, &error);
        let head = head_of(stream).map_err(|error| read(error, self))?;
        if head.is_empty() {
            self.pass_over(name);
            return Ok(());
        }
        match Kind::of(&head) {
            Kind::Packed(compression) => {
                let packed = BufReader::new(head.chain(stream));
                let unpacked = compression.unpack(packed).map_err(|error| read(error, self))?;
                let name = Name { packed: format!("{}{}", compression.suffix(), name.packed), ..name.clone() };
                let budget = self.budget.clone();
                self.unpacked(&mut budget.meter(unpacked), &name, compression)
            }
            kind => self.sorted(kind, &mut head.chain(stream), name, archive),
        }
    }

    /// Takes what came out of a compression.
    fn unpacked(&mut self, stream: &mut dyn Read, name: &Name, compression: Compression) -> Result<(), ExtractError> {
        let head = head_of(stream).map_err(|error| self.broken(name, compression.name(), &error))?;
        match Kind::of(&head) {
            Kind::Packed(_) => {
                let reason = "it is packed twice; unpack it once and open what comes out".to_owned();
                Err(ExtractError::Broken { path: self.path(name), reason })
            }
            kind => self.sorted(kind, &mut head.chain(stream), name, compression.name()),
        }
    }

    /// Takes what is not packed any more. `from` is what it comes out of, in words.
    fn sorted(&mut self, kind: Kind, stream: &mut dyn Read, name: &Name, from: &str) -> Result<(), ExtractError> {
        if matches!(kind, Kind::Zip | Kind::Tar) && name.level >= LEVELS {
            let reason =
                format!("archives lie more than {LEVELS} deep inside one another; unpack the outer one and open what is inside");
            return Err(ExtractError::Broken { path: self.path(name), reason });
        }
        match kind {
            Kind::Tar => self.tar(stream, name),
            Kind::Zip | Kind::Sqlite => {
                let (file, _) = self.write(stream, name, from)?;
                let taken = if kind == Kind::Zip { self.zip(&file, name) } else { self.sqlite(&file, name) };
                files::remove(&file)?;
                taken
            }
            Kind::Database | Kind::Other | Kind::Packed(_) => {
                let (file, size) = self.write(stream, name, from)?;
                self.add(name, file, size, None, Vec::new());
                Ok(())
            }
        }
    }

    /// Adds a source.
    fn add(&mut self, name: &Name, file: PathBuf, size: u64, format: Option<&'static str>, notes: Vec<String>) {
        let unpacked = Unpacked { file, member: name.member.clone(), packed: name.packed.clone(), format, notes };
        self.found.files.push(Input { path: self.path(name), size, unpacked: Some(unpacked), ..self.input.clone() });
    }

    /// Notes a member that is not loaded.
    fn pass_over(&mut self, name: &Name) {
        let path = self.path(name);
        self.found.skipped.push(path);
    }

    /// Counts a member, of whatever kind.
    fn count(&mut self, name: &Name) -> Result<(), ExtractError> {
        self.members += 1;
        self.tell(name)?;
        if self.members > MEMBERS {
            return Err(self.too_many());
        }
        Ok(())
    }

    fn too_many(&self) -> ExtractError {
        let reason = format!("it has more than {MEMBERS} members; unpack it and open the folder");
        ExtractError::TooMuch { path: self.input.path.clone(), reason }
    }

    fn tell(&mut self, name: &Name) -> Result<(), ExtractError> {
        let done = Done { done: self.budget.unpacked(), total: None, unit: Unit::Bytes };
        self.watch.tell(Stage::Unpacking, done, &source_path(&self.input.path, &name.member))
    }

    fn path(&self, name: &Name) -> PathBuf {
        PathBuf::from(source_path(&self.input.path, &name.member))
    }

    /// The path of the next file of our own.
    fn next_file(&mut self) -> PathBuf {
        *self.unpacked += 1;
        self.folder.join(format!("member-{}", self.unpacked))
    }

    /// Writes everything that a stream gives into a file of our own; gives the file and its size.
    fn write(&mut self, stream: &mut dyn Read, name: &Name, from: &str) -> Result<(PathBuf, u64), ExtractError> {
        let to = self.next_file();
        let mut out = files::create(&to)?;
        let mut buffer = vec![0; 1 << 18];
        let mut size = 0;
        loop {
            let read = match stream.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(|error| self.broken(name, from, &error))?,
            };
            let Some(fresh) = buffer.get(..read).filter(|fresh| !fresh.is_empty()) else { break };
            if !self.budget.write(read) {
                return Err(self.broken(name, from, &io::Error::other("the limit is reached")));
            }
            out.write_all(fresh).doing("write", &to)?;
            size += read as u64;
            self.tell(name)?;
        }
        Ok((to, size))
    }

    /// What an error means that came while something was read out of `from`.
    fn broken(&self, name: &Name, from: &str, error: &io::Error) -> ExtractError {
        if let Some(limit) = self.budget.exceeded() {
            return limit.exceeded(&self.path(name));
        }
        let test = match from {
            "zip" => "`unzip -t`".to_owned(),
            "tar" => "`tar -tf`".to_owned(),
            packed => format!("`{packed} -t`"),
        };
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                format!(
                    "the {from} data ends early: it was cut off, perhaps while it was copied; fetch {} again",
                    self.input.path.display()
                )
            }
            _ => {
                format!("the {from} data is damaged ({error}); fetch {} again, or test it with {test}", self.input.path.display())
            }
        };
        ExtractError::Broken { path: self.path(name), reason }
    }
}

/// Bytes that tell what something is: the first block of a tar archive.
const HEAD: usize = 512;

/// The beginning of a stream, to be put before the rest of it again.
struct Head {
    bytes: Vec<u8>,
}

impl Head {
    fn chain<R: Read>(self, rest: R) -> io::Chain<io::Cursor<Vec<u8>>, R> {
        io::Cursor::new(self.bytes).chain(rest)
    }
}

impl std::ops::Deref for Head {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads the beginning of a stream. Of one that breaks off, what came before is given, and the error comes with the next read.
fn head_of(stream: &mut (impl Read + ?Sized)) -> io::Result<Head> {
    let mut bytes = Vec::new();
    match stream.take(HEAD as u64).read_to_end(&mut bytes) {
        Err(error) if bytes.is_empty() => Err(error),
        _ => Ok(Head { bytes }),
    }
}

#[cfg(test)]
mod tests;
