//! The seam between the house and a database: requests in, events out, nothing blocks.
//!
//! Rules that every engine keeps (one conformance suite checks them all):
//! - [`Engine::submit`] and [`Engine::cancel`] return at once.
//! - Every submitted id gets exactly one [`Event::Ended`], and nothing after it.
//! - Jobs of one lane run one after the other, in the order of their submission; lanes run side by side.
//! - Cancelling is idempotent, may come before the job starts, while it runs or after it ended, and never touches another job.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Batch, Timestamp};

use super::dialect::Dialect;

/// Names one job of one engine. The submitter chooses it and never uses it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Which queue a job waits in. Each lane is a thread with a connection of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// What somebody waits for: rows, details, the pane in focus.
    Interactive,
    /// What surrounds it: counts, top values, timelines.
    Catalog,
    /// What takes long: loading, sorted indexes, playbooks.
    Background,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Lane; 3] = [Lane::Interactive, Lane::Catalog, Lane::Background];

    /// The lane's name, also that of its thread.
    pub const fn name(self) -> &'static str {
        match self {
            Lane::Interactive => "interactive",
            Lane::Catalog => "catalog",
            Lane::Background => "background",
        }
    }
}

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// NULL.
    Null,
    /// BOOLEAN.
    Bool(bool),
    /// BIGINT.
    Int(i64),
    /// DOUBLE.
    Float(f64),
    /// VARCHAR.
    Text(String),
    /// TIMESTAMP, UTC.
    Time(Timestamp),
}

impl fmt::Display for Param {
    /// The value as people read it, without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Param::Null => f.write_str("NULL"),
            Param::Bool(value) => write!(f, "{value}"),
            Param::Int(value) => write!(f, "{value}"),
            Param::Float(value) => write!(f, "{value}"),
            Param::Text(value) => f.write_str(value),
            Param::Time(value) => write!(f, "{value}"),
        }
    }
}

impl From<&str> for Param {
    fn from(text: &str) -> Param {
        Param::Text(text.to_owned())
    }
}

impl From<String> for Param {
    fn from(text: String) -> Param {
        Param::Text(text)
    }
}

impl From<i64> for Param {
    fn from(number: i64) -> Param {
        Param::Int(number)
    }
}

impl From<f64> for Param {
    fn from(number: f64) -> Param {
        Param::Float(number)
    }
}

impl From<Timestamp> for Param {
    fn from(time: Timestamp) -> Param {
        Param::Time(time)
    }
}

/// One SQL statement with the values bound to its placeholders `$1`, `$2`, …
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statement {
    /// The SQL text. No value is ever pasted into it.
    pub sql: String,
    /// The values, in the order of the placeholders.
    pub params: Vec<Param>,
}

impl Statement {
    /// A statement without bound values.
    pub fn new(sql: impl Into<String>) -> Statement {
        Statement { sql: sql.into(), params: Vec::new() }
    }

    /// Binds `value` and returns its placeholder, for building SQL piece by piece.
    pub fn bind(&mut self, value: impl Into<Param>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }
}

/// What a job may use. `None` means no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Rows handed over at most; the job then ends `Done` with [`Cut::Rows`] if there were more.
    pub rows: Option<u64>,
    /// Bytes of Arrow data handed over at most; whole batches, so the last one may pass it.
    pub bytes: Option<u64>,
    /// Time from the start of the job (not from its submission). A job that is cut before its first row may not know its columns: then
    /// no batch comes at all.
    pub time: Option<Duration>,
}

/// One job.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its name.
    pub id: JobId,
    /// Where it waits.
    pub lane: Lane,
    /// What it runs.
    pub statement: Statement,
    /// What it may use.
    pub limits: Limits,
}

/// What happens to a job.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It left the queue.
    Started {
        /// Which job.
        id: JobId,
    },
    /// It is still running. Sent a few times a second at most.
    Progress {
        /// Which job.
        id: JobId,
        /// From 0 to 1, where the engine knows.
        fraction: Option<f64>,
        /// Since the start.
        elapsed: Duration,
    },
    /// Some rows of its result. A result without rows still sends one empty batch, so that its columns are known.
    Rows {
        /// Which job.
        id: JobId,
        /// The rows.
        batch: Batch,
    },
    /// It is over; the last event of this id.
    Ended {
        /// Which job.
        id: JobId,
        /// How it ended.
        end: End,
    },
}

impl Event {
    /// The job that this is about.
    pub const fn id(&self) -> JobId {
        match self {
            Event::Started { id } | Event::Progress { id, .. } | Event::Rows { id, .. } | Event::Ended { id, .. } => *id,
        }
    }
}

/// Which limit cut a result short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The limit on rows.
    Rows,
    /// The limit on bytes.
    Bytes,
    /// The limit on time.
    Time,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// All that was asked for has been handed over, or as much as the limits allow.
    Done {
        /// Rows handed over.
        rows: u64,
        /// The limit that cut the result short, if one did.
        cut: Option<Cut>,
        /// Time from start to end.
        elapsed: Duration,
    },
    /// It was cancelled. Rows that came before are valid but incomplete.
    Cancelled,
    /// It failed.
    Failed(EngineError),
}

/// Why a job or an engine failed. The messages may hold text from an extract: draw them only through `SafeText`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The database could not be opened.
    #[error("cannot open the database {path}: {reason}")]
    Open {
        /// Which one.
        path: String,
        /// What the engine says.
        reason: String,
    },
    /// The statement could not be prepared or run.
    #[error("{0}")]
    Query(String),
    /// The memory limit was reached.
    #[error("the query needs more memory than the limit allows ({0}); narrow the view or raise --memory")]
    Memory(String),
    /// The thread that ran the job broke down; the lane has been opened again.
    #[error("the query broke down and was given up ({0}); the program goes on")]
    Broken(String),
    /// The engine has been closed.
    #[error("the engine is closed")]
    Closed,
}

/// Takes the events of one job, on a thread of the engine. Must not block for long.
pub type Sink = Box<dyn Fn(Event) + Send + Sync>;

/// Something that runs statements.
pub trait Engine: Send + Sync {
    /// Puts a job into its lane. Never blocks.
    fn submit(&self, request: Request, sink: Sink);

    /// Asks a job to stop. Never blocks; harmless for jobs that are over or unknown.
    fn cancel(&self, id: JobId);

    /// How this engine's SQL is written.
    fn dialect(&self) -> &'static dyn Dialect;
}

impl fmt::Debug for dyn Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

/// A function of the program's own that statements of an engine can call by its name, with a text and a whole number: the SQL of
/// `NAME(text, number)` gives a text, or NULL where the function has nothing to say. Called from several threads at once.
pub trait TextFunction: Send + Sync {
    /// Its name in SQL.
    fn name(&self) -> &'static str;

    /// Whether [`TextFunction::apply`] may give something for one of several texts, which stand here one right behind the other, with
    /// the numbers of all of them. Asked once for many texts, so that those with nothing in them cost next to nothing.
    fn may_apply(&self, texts: &[u8], numbers: &[i64]) -> bool;

    /// What it gives for a text.
    fn apply(&self, text: &str, number: i64) -> Option<String>;
}

/// The functions that an engine is opened with.
#[derive(Clone, Default)]
pub struct Functions(pub Vec<Arc<dyn TextFunction>>);

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|function| function.name())).finish()
    }
}

impl PartialEq for Functions {
    /// The same functions, not alike ones.
    fn eq(&self, other: &Functions) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(one, two)| Arc::ptr_eq(one, two))
    }
}

impl Eq for Functions {}

/// How to open a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// The database file; `None` for one in memory.
    pub path: Option<PathBuf>,
    /// Whether the file must not be changed. It need not be opened for writing by anyone then.
    pub read_only: bool,
    /// Whether statements may read and write other files. Only while loading; afterwards the engine is locked down: no external
    /// access, no extension loading, configuration locked.
    pub external_access: bool,
    /// Memory limit in bytes; `None` for what the machine suggests.
    pub memory: Option<u64>,
    /// Worker threads; `None` for one a core.
    pub threads: Option<usize>,
    /// Where the engine may spill what does not fit into memory; `None` for nowhere.
    pub spill: Option<PathBuf>,
    /// What statements can call beside the engine's own functions.
    pub functions: Functions,
}

/// Opens engines. The composition root supplies the one implementation that names a real database.
pub trait Opener: Send + Sync {
    /// Opens a database. A writable in-memory schema `work` is always attached beside it, shared by all lanes, for indexes of views.
    fn open(&self, options: &OpenOptions) -> Result<Arc<dyn Engine>, EngineError>;
}
