//! Why an extract could not be opened: what, where, what next.

use std::path::PathBuf;

use crate::domain::{Role, Seal};
use crate::engine::EngineError;
use crate::engine::client::AskError;
use crate::settings::files::FileError;
use crate::settings::salt::SaltError;

/// The formats that can be read, for error messages.
pub(super) const FORMATS: &str = "CSV and TSV, JSON (an array, an object that wraps one, or one record a line), Parquet, DuckDB and SQLite files, each also \
     packed with gzip, zstd, bzip2 or xz, or in a zip or tar archive";

/// Why an extract could not be opened. The messages may hold file names and text of the extract: draw them only through `SafeText`.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// No input was given.
    #[error("no extract was named; name a file, a folder or a glob")]
    NoInput,
    /// A file is not there.
    #[error("there is no file or folder {path}; check the spelling and where you are")]
    Missing {
        /// Which one.
        path: PathBuf,
    },
    /// A glob fits nothing.
    #[error("no file fits the glob {glob}; `*` and `?` do not cross folders, `**` does")]
    NoMatch {
        /// Which one.
        glob: String,
    },
    /// A folder holds no file to read.
    #[error("the folder {path} holds no file to read{skipped}")]
    EmptyFolder {
        /// Which one.
        path: PathBuf,
        /// What was passed over, as a clause that begins with `; `, or nothing.
        skipped: String,
    },
    /// A file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why, and what next.
        reason: String,
    },
    /// A file holds nothing.
    #[error("{path} is empty; there is nothing to load from it")]
    Empty {
        /// Which one.
        path: PathBuf,
    },
    /// A file is no log in a format that can be read.
    #[error("{path} {what}; casebook reads {FORMATS}")]
    NotALog {
        /// Which one.
        path: PathBuf,
        /// What it is instead, as a predicate: `is a PNG image`.
        what: String,
    },
    /// A file is in a format that can be read, but broken.
    #[error("{path} is broken: {reason}")]
    Broken {
        /// Which one.
        path: PathBuf,
        /// What is broken and what next.
        reason: String,
    },
    /// Stdin cannot be read as an extract.
    #[error("- means stdin, and {0}")]
    Stdin(String),
    /// A file unpacks to more than is allowed.
    #[error("{path} is too large: {reason}")]
    TooMuch {
        /// Which one.
        path: PathBuf,
        /// How much is too much, and what next.
        reason: String,
    },
    /// There is no profile of this name.
    #[error("there is no profile '{name}'{near}; the profiles are {known}", near = nearest.as_ref().map(|name| format!("; did you mean '{name}'?")).unwrap_or_default())]
    UnknownProfile {
        /// The name.
        name: String,
        /// The nearest one.
        nearest: Option<String>,
        /// All of them.
        known: String,
    },
    /// A profile file cannot be used.
    #[error("the profile {path} cannot be used: {reason}")]
    BadProfile {
        /// The file, or `built in`.
        path: String,
        /// Why.
        reason: String,
    },
    /// What the analyst mapped a role to does not work.
    #[error("--map {role}={source_text} does not work: {reason}")]
    BadMap {
        /// The role.
        role: Role,
        /// What it was mapped to.
        source_text: String,
        /// Why, with the nearest column where there is one.
        reason: String,
    },
    /// A side table cannot be joined.
    #[error("cannot join {path} with {role}: {reason}")]
    BadJoin {
        /// The role.
        role: Role,
        /// The side table.
        path: String,
        /// Why, and what next.
        reason: String,
    },
    /// Only the first row of each value is wanted of a role that the extract does not have.
    #[error("--dedupe {role} does not work: the extract has no {role}; map a column onto it with --map {role}=COLUMN")]
    BadDedupe {
        /// The role.
        role: Role,
    },
    /// The bound of the cache is no size.
    #[error("{variable} does not bound the cache: {reason}")]
    CacheLimit {
        /// The variable of the environment.
        variable: &'static str,
        /// Why.
        reason: String,
    },
    /// A database file has several tables, or not the one that was named.
    #[error("{path} {what}; choose one with --table: {tables}")]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong, as a predicate.
        what: String,
        /// Its tables.
        tables: String,
    },
    /// Somebody asked to stop. Nothing half-built is left.
    #[error("interrupted; nothing was kept of the unfinished load")]
    Interrupted,
    /// A file of the program's own could not be written or read.
    #[error("{0}; check the space and the rights of the cache folder, or use --no-cache")]
    File(#[from] FileError),
    /// There is no salt for the fingerprints of secrets.
    #[error(transparent)]
    Salt(#[from] SaltError),
    /// The database failed.
    #[error("loading failed: {0}")]
    Engine(EngineError),
}

impl From<AskError> for ExtractError {
    fn from(error: AskError) -> ExtractError {
        match error {
            AskError::Engine(error) => ExtractError::Engine(error),
            AskError::Interrupted => ExtractError::Interrupted,
        }
    }
}

impl From<EngineError> for ExtractError {
    fn from(error: EngineError) -> ExtractError {
        ExtractError::Engine(error)
    }
}

impl ExtractError {
    /// The error with fingerprints in the place of secrets: engines quote the values that they stumble over.
    pub(super) fn sealed(self, seal: &Seal) -> ExtractError {
        let mask = |text: String| seal.mask(&text).into_owned();
        match self {
            ExtractError::Engine(EngineError::Query(text)) => ExtractError::Engine(EngineError::Query(mask(text))),
            ExtractError::Broken { path, reason } => ExtractError::Broken { path, reason: mask(reason) },
            ExtractError::BadMap { role, source_text, reason } => {
                ExtractError::BadMap { role, source_text, reason: mask(reason) }
            }
            other => other,
        }
    }

    /// Whether the command line or the configuration is at fault (exit status 2), not the data (1).
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            ExtractError::NoInput
                | ExtractError::Missing { .. }
                | ExtractError::NoMatch { .. }
                | ExtractError::Stdin(_)
                | ExtractError::UnknownProfile { .. }
                | ExtractError::BadProfile { .. }
                | ExtractError::BadMap { .. }
                | ExtractError::BadJoin { .. }
                | ExtractError::BadDedupe { .. }
                | ExtractError::CacheLimit { .. }
                | ExtractError::Table { .. }
                | ExtractError::Salt(SaltError::Named { .. } | SaltError::Short { .. })
        )
    }
}
