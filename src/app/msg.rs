//! What can happen.

use std::sync::Arc;
use std::time::Duration;

use crate::case::{Case, Entry};
use crate::domain::Timestamp;
use crate::engine::Event;
use crate::extract::{Changed, Extract};
use crate::playbook::Playbook;

use super::key::Key;
use super::state::tour::TourKept;
use super::state::{Opening, Resume, Size};

/// What was done with the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseDone {
    /// The first button was pressed.
    Click,
    /// The wheel was turned up.
    WheelUp,
    /// The wheel was turned down.
    WheelDown,
}

/// What is drawn on a cell of the screen, as far as only drawing knows it: where columns stand depends on what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A column of the rows or of a result, by its place; its head and its values.
    Column(usize),
    /// A line of a list, by its place in the whole list; a bucket of the histogram.
    Line(usize),
    /// A line of one of two sides: which side, and which line.
    Side(usize, usize),
    /// A place in the text under edit.
    Text {
        /// The line.
        line: usize,
        /// The place in it, in bytes.
        at: usize,
    },
    /// Something that could stand at the cursor, by its place among the candidates.
    Candidate(usize),
}

/// Something was done with the mouse, on a cell of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub done: MouseDone,
    /// The column, from 0.
    pub column: u16,
    /// The row, from 0.
    pub row: u16,
    /// What is drawn there, where it was clicked on and can be chosen.
    pub on: Option<Spot>,
}

/// Something happened. All messages come in one order, through one loop.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Something was done with the mouse.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(Size),
    /// The time of day. Sent before each key, so that what it leads to can be noted with its time.
    Clock(Timestamp),
    /// Time passes: since the start of the program. Sent only while something is running.
    Tick(Duration),
    /// The extract is being opened, for the first time or again.
    Loading(Opening),
    /// The extract is open, for the first time or again.
    Opened(Arc<Extract>),
    /// The extract could not be opened; where one was open already, it still is.
    OpenFailed(String),
    /// The files of an extract from the cache were hashed again; these are not what was loaded.
    Rehashed(Vec<Changed>),
    /// The mapping was saved as a profile, in this file.
    ProfileSaved(String),
    /// The mapping was not saved as a profile.
    ProfileRefused {
        /// The name that was asked for.
        name: String,
        /// Why.
        reason: String,
        /// Whether it is because one of that name is there already.
        taken: bool,
    },
    /// Something was written into the case's exports; in words, with its place.
    Exported(String),
    /// The tour can begin, if it is not over; with what is kept of it.
    Tour(TourKept),
    /// Where the last sitting ended is gone to once the extract is open.
    Resume(Resume),
    /// Something was kept; in words.
    Kept(String),
    /// SQL texts that were run in earlier sessions, the last one at the end.
    SqlHistory(Vec<String>),
    /// The playbooks that there are.
    Library(Vec<Playbook>),
    /// A playbook was written into this file; these are the playbooks that there are now.
    PlaybookSaved {
        /// Where it is.
        path: String,
        /// All of them.
        library: Vec<Playbook>,
    },
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
    /// The analyst's own editor has ended: with another text, with the text as it was, or in a way that leaves nothing to be taken.
    Edited(Result<Option<String>, String>),
    /// Something that the runtime tried failed.
    Failed(String),
    /// The terminal went away or asked the program to end; the case is kept.
    HangUp,
}
