//! The case directory: creating and opening it, the lock, and writing into the journal. What `record` returned for is on disk.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::{Seal, Timestamp};
use crate::settings::files::{self, FileError, Lock, LockError};
use crate::settings::paths::Paths;

use super::check::Refusal;
use super::entry::{Entry, LineError, Read, sha256};
use super::event::Event;
use super::evidence::{EvidenceRow, NotEvidence};
use super::journal;
use super::meta::{CaseMeta, VERSION};
use super::state::Case;

/// How a case is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// To add to it. Takes the lock, and sets a torn end of the journal aside.
    Write,
    /// To read it. Needs no lock and changes nothing.
    Read,
}

/// Why something could not be done with a case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no case.
    #[error("{path} is not a case: there is no {missing} in it; make one with: casebook case new {path}")]
    NotACase {
        /// The folder.
        path: PathBuf,
        /// What a case would have.
        missing: &'static str,
    },
    /// There is something in the folder that should become a case.
    #[error("cannot make a case in {0}: the folder is not empty; name a new one")]
    NotEmpty(PathBuf),
    /// Somebody else has the case open for writing.
    #[error("the case {path} is open elsewhere, {holder}; close it there, or open it here with --read-only")]
    Held {
        /// The case.
        path: PathBuf,
        /// Who has it.
        holder: String,
    },
    /// The case can only be read.
    #[error("the case is read-only: {0}; nothing was saved")]
    ReadOnly(String),
    /// `case.toml` cannot be read.
    #[error("cannot read {path}: {reason}; the journal beside it is what counts: see `casebook case verify`")]
    Meta {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The event makes no sense.
    #[error("{0}; nothing was saved")]
    Refused(#[from] Refusal),
    /// The event cannot be written such that it is read back the same.
    #[error("this cannot be written into the journal: {0}; nothing was saved")]
    Unwritable(LineError),
    /// The row cannot be written as evidence.
    #[error("the row cannot be kept as evidence: {0}; nothing was saved")]
    Evidence(NotEvidence),
    /// There is another file where the evidence should go.
    #[error("{0} is there already, but is not the row that its name says; it was changed: see `casebook case verify`")]
    EvidenceChanged(PathBuf),
    /// Writing failed.
    #[error("this was NOT saved: {0}")]
    NotSaved(FileError),
    /// A file could not be worked with.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What opening a case found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replay {
    /// How many entries were read.
    pub entries: u64,
    /// A torn end of the journal, if there was one.
    pub torn: Option<Torn>,
    /// Why the case can only be read although it was opened for writing (or would be), if so.
    pub read_only: Option<String>,
}

/// A torn end of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Its length in bytes.
    pub bytes: usize,
    /// Where it was set aside; `None` in read mode, where it stays.
    pub set_aside: Option<PathBuf>,
}

impl Replay {
    /// What the analyst should know, one sentence each; nothing when all is well.
    pub fn notices(&self) -> Vec<String> {
        let torn = self.torn.as_ref().map(|torn| {
            let what =
                format!("the journal's last line was cut off ({} bytes): an entry that was never reported as saved", torn.bytes);
            match &torn.set_aside {
                Some(path) => format!("{what}; it was set aside as {}", path.display()),
                None => format!("{what}; it is left alone in read mode"),
            }
        });
        torn.into_iter().chain(self.read_only.iter().map(|why| format!("the case is open read-only: {why}"))).collect()
    }
}

/// A case that is open. The lock is kept until this is dropped.
#[derive(Debug)]
pub struct CaseDir {
    path: PathBuf,
    case: Case,
    meta: CaseMeta,
    by: String,
    journal: Option<Journal>,
    read_only: Option<String>,
    warning: Option<String>,
    seal: Option<Seal>,
}

#[derive(Debug)]
struct Journal {
    file: File,
    length: u64,
    lock: Lock,
}

/// The journal's name in a case.
pub const JOURNAL: &str = "journal.jsonl";
/// The name of the file that says what the case is called.
pub const META: &str = "case.toml";
/// The folder of evidence in a case.
pub const EVIDENCE: &str = "evidence";
/// The folder of exports in a case.
pub const EXPORTS: &str = "exports";
const LOCK: &str = "lock";

impl CaseDir {
    /// Makes a case in a folder that is new or empty, and opens it for writing.
    pub fn create(dir: &Path, title: &str, analyst: &str, now: Timestamp) -> Result<CaseDir, CaseError> {
        if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(CaseError::NotEmpty(dir.to_path_buf()));
        }
        files::create_dir(dir)?;
        let lock = take_lock(dir)?;
        files::create_dir(&dir.join(EVIDENCE))?;
        files::create_dir(&dir.join(EXPORTS))?;
        let seed = sha256(format!("{title}\0{analyst}\0{now}\0{}\0{}", dir.display(), std::process::id()).as_bytes());
        let id = format!("case-{}-{}", now.strftime("%Y%m%d"), seed.get(..8).unwrap_or(&seed));
        let event = Event::Created { id, title: title.to_owned(), analyst: analyst.to_owned(), version: VERSION };
        let first = Entry::after(None, now, analyst, event).map_err(CaseError::Unwritable)?;
        let line = first.line().map_err(CaseError::Unwritable)?;
        files::write_new(&dir.join(JOURNAL), line.as_bytes()).map_err(CaseError::NotSaved)?;
        let case = Case::replay([&first]);
        let meta = CaseMeta::of(&case).ok_or(CaseError::NotACase { path: dir.to_path_buf(), missing: JOURNAL })?;
        write_meta(dir, &meta)?;
        let file = files::open_append(&dir.join(JOURNAL))?;
        let journal = Some(Journal { file, length: line.len() as u64, lock });
        let by = analyst.to_owned();
        Ok(CaseDir { path: dir.to_path_buf(), case, meta, by, journal, read_only: None, warning: None, seal: None })
    }

    /// Makes a case in the user's data folder: `cases/<date>-<title>-<n>`.
    pub fn create_default(paths: &Paths, title: &str, analyst: &str, now: Timestamp) -> Result<CaseDir, CaseError> {
        let cases = paths.cases();
        files::create_dir(&cases)?;
        let stem = format!("{}-{}", now.strftime("%Y-%m-%d"), slug(title));
        let mut number: u32 = 1;
        loop {
            let dir = cases.join(format!("{stem}-{number}"));
            if files::create_new_dir(&dir)? {
                return CaseDir::create(&dir, title, analyst, now);
            }
            number = number.saturating_add(1);
        }
    }

    /// Opens a case. A journal that is damaged, or that a newer version wrote, opens read-only whatever the mode; the replay says why.
    pub fn open(dir: &Path, mode: Mode) -> Result<(CaseDir, Replay), CaseError> {
        if !dir.join(JOURNAL).is_file() {
            return Err(CaseError::NotACase { path: dir.to_path_buf(), missing: JOURNAL });
        }
        let (lock, unwritable) = match mode {
            Mode::Read => (None, None),
            Mode::Write => match take_lock(dir) {
                Ok(lock) => (Some(lock), None),
                // Somebody else's case, or a medium that cannot be written: it can still be read.
                Err(CaseError::File(error)) if is_unwritable(&error) => (None, Some(error.to_string())),
                Err(error) => return Err(error),
            },
        };
        let path = dir.join(JOURNAL);
        let bytes = std::fs::read(&path).map_err(|source| FileError { action: "read", path: path.clone(), source })?;
        let reading = journal::read(&bytes);
        let mut replay = Replay { entries: reading.entries.len() as u64, ..Replay::default() };
        let mut case = Case::default();
        for entry in reading.entries {
            case.apply_shared(entry);
        }
        let wrong = reading.broken.iter().chain(reading.unknown.first()).next().map(ToString::to_string);
        replay.read_only = match (wrong, CaseMeta::of(&case)) {
            (Some(wrong), _) => Some(format!("{wrong}; see `casebook case verify`")),
            (None, None) => Some("its first entry, which says what it is called, is missing".into()),
            (None, Some(meta)) if meta.version > VERSION => {
                Some(format!("its format is version {}, and this casebook writes version {VERSION}", meta.version))
            }
            _ => unwritable,
        };
        let mut journal = None;
        if let (Some(lock), None) = (lock, &replay.read_only) {
            let file = files::open_append(&path)?;
            journal = Some(Journal { file, length: reading.whole as u64, lock });
        }
        if reading.torn > 0 {
            let mut torn = Torn { bytes: reading.torn, set_aside: None };
            if let Some(journal) = &journal {
                torn.set_aside = Some(set_aside(dir, bytes.get(reading.whole..).unwrap_or_default())?);
                files::truncate(&journal.file, &path, journal.length)?;
            }
            replay.torn = Some(torn);
        }
        let (meta, warning) = open_meta(dir, &case, journal.is_some())?;
        let read_only = match (&journal, &replay.read_only) {
            (Some(_), _) => None,
            (None, Some(why)) => Some(why.clone()),
            (None, None) => Some("it was opened to be read".into()),
        };
        let by = meta.analyst.clone();
        Ok((CaseDir { path: dir.to_path_buf(), case, meta, by, journal, read_only, warning, seal: None }, replay))
    }

    /// The case.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// What `case.toml` says.
    pub fn meta(&self) -> &CaseMeta {
        &self.meta
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where exports go.
    pub fn exports(&self) -> PathBuf {
        self.path.join(EXPORTS)
    }

    /// Why nothing can be recorded, if so.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// Something that went wrong beside the journal, such as a `case.toml` that could not be brought up to date.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Who writes from now on; the case's analyst until this is called.
    pub fn set_author(&mut self, by: &str) {
        by.clone_into(&mut self.by);
    }

    /// From now on puts fingerprints in the place of secrets in all that is recorded.
    pub fn set_seal(&mut self, seal: Seal) {
        self.seal = Some(seal);
    }

    /// Appends an event to the journal and takes it into the case. When this returns an entry, it is on disk; when it returns an error,
    /// nothing of it is in the journal. The entry's time is `now`, but never before the last entry's.
    pub fn record(&mut self, event: Event, now: Timestamp) -> Result<Entry, CaseError> {
        if let Some(why) = &self.read_only {
            return Err(CaseError::ReadOnly(why.clone()));
        }
        let event = match &self.seal {
            Some(seal) => event.sealed(seal).ok_or(CaseError::Unwritable(LineError::Form))?,
            None => event,
        };
        self.case.check_new(&event)?;
        let at = self.case.entries().last().map_or(now, |last| last.at.max(now));
        let (last, prev) = self.case.head();
        let entry = Entry::after(Some((last, prev)), at, &self.by, event).map_err(CaseError::Unwritable)?;
        let line = entry.line().map_err(CaseError::Unwritable)?;
        // What could not be read back the same would make the case read-only for ever.
        match Entry::read(line.trim_end_matches('\n'), last, prev).map_err(CaseError::Unwritable)? {
            Read::Known(again) if *again == entry => {}
            _ => return Err(CaseError::Unwritable(LineError::Form)),
        }
        self.append(line.as_bytes())?;
        self.case.apply(&entry);
        if matches!(entry.event, Event::Opened { .. }) {
            self.refresh_meta();
        }
        Ok(entry)
    }

    /// Appends entries that were made for the end of this journal, all at once, with the case that they build up. What is written when this
    /// is cut short is a part of them from the first on.
    pub(super) fn append_all(&mut self, entries: &[Entry], case: Case) -> Result<(), CaseError> {
        if let Some(why) = &self.read_only {
            return Err(CaseError::ReadOnly(why.clone()));
        }
        let (mut last, mut prev) = (self.case.head().0, self.case.head().1.to_owned());
        let mut lines = String::new();
        for entry in entries {
            let line = entry.line().map_err(CaseError::Unwritable)?;
            match Entry::read(line.trim_end_matches('\n'), last, &prev).map_err(CaseError::Unwritable)? {
                Read::Known(again) if *again == *entry => {}
                _ => return Err(CaseError::Unwritable(LineError::Form)),
            }
            (last, prev) = (entry.seq, entry.hash.clone());
            lines.push_str(&line);
        }
        self.append(lines.as_bytes())?;
        self.case = case;
        self.refresh_meta();
        Ok(())
    }

    /// Who writes.
    pub(super) fn author(&self) -> &str {
        &self.by
    }

    /// Keeps a row as evidence: writes its file, then records [`Event::Pinned`].
    pub fn pin(&mut self, row: &EvidenceRow, now: Timestamp) -> Result<Entry, CaseError> {
        if let Some(why) = &self.read_only {
            return Err(CaseError::ReadOnly(why.clone()));
        }
        let bytes = row.bytes().map_err(CaseError::Evidence)?;
        let evidence = sha256(&bytes);
        let path = self.path.join(EVIDENCE).join(format!("{evidence}.json"));
        match std::fs::read(&path) {
            Ok(there) if there == bytes => {}
            Ok(_) => return Err(CaseError::EvidenceChanged(path)),
            Err(_) => files::write_atomic(&path, &bytes).map_err(CaseError::NotSaved)?,
        }
        let event = Event::Pinned {
            row_id: row.row_id,
            extract: row.extract.clone(),
            evidence,
            at: row.time(),
            summary: row.summary(),
            entities: row.entities(),
        };
        self.record(event, now)
    }

    /// Writes a file into `exports/` and records [`Event::Exported`]. A file of that name is replaced; `name` is a plain file name.
    pub fn export(&mut self, name: &str, format: &str, content: &[u8], now: Timestamp) -> Result<PathBuf, CaseError> {
        if let Some(why) = &self.read_only {
            return Err(CaseError::ReadOnly(why.clone()));
        }
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(Refusal(format!("'{name}' is not a plain file name")).into());
        }
        let path = self.exports().join(name);
        files::create_dir(&self.exports())?;
        files::write_atomic(&path, content).map_err(CaseError::NotSaved)?;
        let event = Event::Exported { path: format!("{EXPORTS}/{name}"), sha256: sha256(content), format: format.to_owned() };
        self.record(event, now)?;
        Ok(path)
    }

    /// The row of an evidence file, by its SHA-256. Fails when the file does not have the hash that its name says.
    pub fn evidence(&self, hash: &str) -> Result<EvidenceRow, CaseError> {
        let path = self.path.join(EVIDENCE).join(format!("{hash}.json"));
        let bytes = std::fs::read(&path).map_err(|source| FileError { action: "read", path: path.clone(), source })?;
        if sha256(&bytes) != hash {
            return Err(CaseError::EvidenceChanged(path));
        }
        EvidenceRow::parse(&bytes).map_err(CaseError::Evidence)
    }

    fn append(&mut self, line: &[u8]) -> Result<(), CaseError> {
        let path = self.path.join(JOURNAL);
        let Some(journal) = &mut self.journal else { return Err(CaseError::ReadOnly("it was opened to be read".into())) };
        let changed = match (journal.lock.is_ours(), files::is_same(&journal.file, &path)) {
            (false, _) => {
                Some("the case's lock was taken away, so somebody else may be writing into it; open the case again".to_owned())
            }
            (_, false) => Some(format!("{} was replaced while it was open here; open the case again", path.display())),
            _ => None,
        };
        if let Some(why) = changed {
            self.read_only = Some(why.clone());
            return Err(CaseError::ReadOnly(why));
        }
        let length = journal.file.metadata().map_err(|source| FileError { action: "look at", path: path.clone(), source })?.len();
        if length != journal.length {
            let why = format!("{} was changed by somebody else while it was open here; open the case again", path.display());
            self.read_only = Some(why.clone());
            return Err(CaseError::ReadOnly(why));
        }
        if let Err(error) = files::append_synced(&mut journal.file, &path, line) {
            // Part of the line may be in the file: it must not stay, or the next entry would be glued to it.
            if let Err(second) = files::truncate(&journal.file, &path, journal.length) {
                self.read_only =
                    Some(format!("writing failed ({error}), and so did cleaning up ({second}); open the case again"));
            }
            return Err(CaseError::NotSaved(error));
        }
        journal.length += line.len() as u64;
        Ok(())
    }

    /// Brings `case.toml` in line with the journal. The journal is what counts, so a failure is a warning.
    fn refresh_meta(&mut self) {
        if let Some(meta) = CaseMeta::of(&self.case).filter(|meta| *meta != self.meta) {
            self.warning = write_meta(&self.path, &meta).err().map(|error| error.to_string());
            self.meta = meta;
        }
    }
}

fn open_meta(dir: &Path, case: &Case, may_write: bool) -> Result<(CaseMeta, Option<String>), CaseError> {
    let path = dir.join(META);
    let read = match std::fs::read_to_string(&path) {
        Ok(text) => CaseMeta::parse(&text).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match (CaseMeta::of(case), read) {
        (Some(meta), Ok(known)) if meta == known => Ok((meta, None)),
        // A crash between an entry and the file leaves them apart; the journal counts.
        (Some(meta), _) if may_write => {
            let warning = write_meta(dir, &meta).err().map(|error| error.to_string());
            Ok((meta, warning))
        }
        (Some(meta), Ok(_)) => Ok((meta, Some("case.toml does not say what the journal says".into()))),
        (Some(meta), Err(reason)) => Ok((meta, Some(format!("case.toml cannot be read: {reason}")))),
        (None, Ok(known)) => Ok((known, None)),
        (None, Err(reason)) => Err(CaseError::Meta { path, reason }),
    }
}

fn write_meta(dir: &Path, meta: &CaseMeta) -> Result<(), CaseError> {
    let path = dir.join(META);
    let text = meta.to_toml().map_err(|error| CaseError::Meta { path: path.clone(), reason: error.to_string() })?;
    Ok(files::write_atomic(&path, text.as_bytes())?)
}

fn set_aside(dir: &Path, torn: &[u8]) -> Result<PathBuf, CaseError> {
    let mut number: u32 = 1;
    loop {
        let path = dir.join(format!("journal.torn-{number}"));
        if !path.exists() {
            files::write_new(&path, torn)?;
            return Ok(path);
        }
        number = number.saturating_add(1);
    }
}

fn take_lock(dir: &Path) -> Result<Lock, CaseError> {
    let since =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| i64::try_from(time.as_micros()).unwrap_or(i64::MAX));
    let holder = format!("process {} on {} since {}", std::process::id(), host(), Timestamp(since).to_seconds_text());
    files::lock(&dir.join(LOCK), &holder).map_err(|error| match error {
        LockError::Held(holder) => CaseError::Held { path: dir.to_path_buf(), holder },
        LockError::File(error) => error.into(),
    })
}

/// Whether a file operation failed because nothing may be written there at all.
fn is_unwritable(error: &FileError) -> bool {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.source.kind(), PermissionDenied | ReadOnlyFilesystem)
}

fn host() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this machine".into())
}

/// A title as part of a folder's name: lower-case ASCII letters, digits and single dashes.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for character in title.chars().take(200) {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "case".into() } else { slug.to_owned() }
}
