//! What can happen.

use std::sync::Arc;
use std::time::Duration;

use crate::case::{Case, Entry};
use crate::engine::Event;
use crate::extract::Extract;
use crate::playbook::Playbook;

use super::key::Key;
use super::state::Size;

/// Something happened. All messages come in one order, through one loop.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(Size),
    /// Time passes: since the start of the program. Sent only while something is running.
    Tick(Duration),
    /// The extract is being opened.
    Loading {
        /// What is being done, with figures.
        line: String,
        /// From 0 to 1, where known.
        fraction: Option<f64>,
    },
    /// The extract is open.
    Opened(Arc<Extract>),
    /// The extract could not be opened.
    OpenFailed(String),
    /// The playbooks that there are.
    Library(Vec<Playbook>),
    /// The case is open.
    CaseOpened {
        /// Its replayed journal.
        case: Box<Case>,
        /// Where it is.
        dir: String,
        /// Whether nothing can be recorded in it.
        read_only: bool,
        /// What had to be said at opening: a torn line, a new case.
        notice: Option<String>,
    },
    /// Something happened to a query.
    Engine(Event),
    /// An event is on disk.
    Recorded(Box<Entry>),
    /// An event could not be recorded.
    RecordFailed(String),
    /// The report has been written.
    Reported {
        /// Where.
        path: String,
        /// What it weighs, in bytes.
        bytes: usize,
    },
    /// Something that the runtime tried failed.
    Failed(String),
    /// The terminal went away or asked the program to end; the case is kept.
    HangUp,
}
