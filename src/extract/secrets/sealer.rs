//! The function that SQL calls to seal a text, and its notes of what it has found.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::domain::secret::{self, Clues};
use crate::domain::{Seal, SecretKind};
use crate::engine::TextFunction;
use crate::extract::error::ExtractError;
use crate::extract::model::Extract;
use crate::settings::files::{self, Doing, FileError};

use super::Alarm;

/// The SQL name of the function: `casebook_sealed(text, number)` gives the text with fingerprints, or NULL where it holds no secret.
/// What is found is noted for the column with that number, counted from 0; for a number below 0 see [`quietly`] and [`LOOK`].
pub(super) const FUNCTION: &str = "casebook_sealed";

/// The number with which the function only looks for clues, and gives NULL.
pub(super) const LOOK: i64 = i64::MIN;

/// Fingerprints that are remembered so that each secret is written down once; of more of them some are written twice.
const REMEMBERED: usize = 1 << 20;

/// The number for a column whose secrets have been noted before.
pub(super) fn quietly(place: usize) -> i64 {
    -1 - i64::try_from(place).unwrap_or_default()
}

/// A text column of the database.
pub(super) struct TextColumn {
    pub(super) table: String,
    pub(super) name: String,
    /// The name that it had in the extract, where that tells that its values are secrets.
    pub(super) telling: Option<String>,
}

impl TextColumn {
    pub(super) fn new(table: String, name: String, extract: &Extract) -> TextColumn {
        let own = extract.schema.columns.iter().find(|column| table == "requests" && column.name == name);
        let source = own.and_then(|column| column.source.clone()).unwrap_or_else(|| name.clone());
        TextColumn { telling: secret::is_telling(&source).then_some(source), table, name }
    }

    /// How it is told: columns of `requests` by their name alone.
    pub(super) fn shown(&self) -> String {
        if self.table == "requests" { self.name.clone() } else { format!("{}.{}", self.table, self.name) }
    }
}

/// What was found so far.
struct Notes {
    spool: BufWriter<std::fs::File>,
    /// Fingerprints that were written down.
    written: HashSet<Box<str>>,
    /// How often a kind stands in a column.
    counts: BTreeMap<(SecretKind, usize), u64>,
    /// Why the spool could not be written.
    broken: Option<FileError>,
}

/// The function.
pub(super) struct Sealer {
    pub(super) seal: Seal,
    path: PathBuf,
    columns: OnceLock<Vec<TextColumn>>,
    notes: Mutex<Notes>,
    /// What was found with [`LOOK`].
    pub(super) seen: Alarm,
}

impl Sealer {
    pub(super) fn new(seal: Seal, folder: &Path) -> Result<Sealer, ExtractError> {
        let path = folder.join("secrets.ndjson");
        let spool = BufWriter::new(files::create(&path)?);
        let notes = Notes { spool, written: HashSet::new(), counts: BTreeMap::new(), broken: None };
        Ok(Sealer { seal, path, columns: OnceLock::new(), notes: Mutex::new(notes), seen: Alarm::default() })
    }

    /// Makes the columns known by their numbers; once.
    pub(super) fn know(&self, columns: Vec<TextColumn>) -> &[TextColumn] {
        self.columns.get_or_init(|| columns)
    }

    fn columns(&self) -> &[TextColumn] {
        self.columns.get().map(Vec::as_slice).unwrap_or_default()
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, column: usize, fingerprint: &str, kind: SecretKind, secret: &str) {
        let mut notes = self.notes();
        *notes.counts.entry((kind, column)).or_default() += 1;
        if notes.written.contains(fingerprint) {
            return;
        }
        if notes.written.len() >= REMEMBERED {
            notes.written.clear();
        }
        notes.written.insert(fingerprint.into());
        let locked = self.seal.lock(fingerprint, secret);
        let line = serde_json::json!({ "fingerprint": fingerprint, "kind": kind.name(), "secret": locked });
        if let Err(error) = writeln!(notes.spool, "{line}").doing("write", &self.path) {
            notes.broken.get_or_insert(error);
        }
    }

    /// The column whose name tells that its values are secrets, if the number is that of one.
    fn telling(&self, number: i64) -> Option<&str> {
        let place = if number < 0 { number.checked_neg()?.checked_sub(1)? } else { number };
        self.columns().get(usize::try_from(place).ok()?)?.telling.as_deref()
    }

    /// The file with the secrets that were noted, each locked; nothing when there are none.
    pub(super) fn finish(&self) -> Result<Option<&Path>, ExtractError> {
        let mut notes = self.notes();
        if let Some(error) = notes.broken.take() {
            return Err(error.into());
        }
        notes.spool.flush().doing("write", &self.path)?;
        Ok((!notes.counts.is_empty()).then_some(self.path.as_path()))
    }

    /// How often secrets of a kind stand in each column.
    pub(super) fn counts(&self, kind: &str) -> BTreeMap<String, u64> {
        let mut columns = BTreeMap::new();
        for ((known, place), times) in &self.notes().counts {
            if known.name() == kind
                && let Some(column) = self.columns().get(*place)
            {
                *columns.entry(column.shown()).or_default() += times;
            }
        }
        columns
    }
}

impl TextFunction for Sealer {
    fn name(&self) -> &'static str {
        FUNCTION
    }

    fn may_apply(&self, texts: &[u8], numbers: &[i64]) -> bool {
        let number = numbers.first().copied().unwrap_or_default();
        if number == LOOK {
            self.seen.raise(Clues::of(texts, self.seen.clues()));
            return false;
        }
        // In a column whose name tells that its values are secrets nothing in them need tell it.
        self.telling(number).is_some() || !Clues::of(texts, Clues::default()).is_empty()
    }

    fn apply(&self, text: &str, number: i64) -> Option<String> {
        let mut note = |fingerprint: &str, kind: SecretKind, secret: &str| {
            if let Ok(column) = usize::try_from(number) {
                self.note(column, fingerprint, kind, secret);
            }
        };
        match self.telling(number) {
            Some(name) => self.seal.mask_value_each(name, text, &mut note),
            None => self.seal.mask_each(text, &mut note),
        }
    }
}
