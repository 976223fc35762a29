//! What is to be done outside.

use std::time::Duration;

use crate::case::{self, EvidenceRow};
use crate::domain::{Batch, Role};
use crate::engine::{JobId, Request};
use crate::report::Format;

use super::layout::Sizes;
use super::state::copying::Handout;
use super::state::tour::TourKept;

/// Something to do. The runtime does it and answers with messages.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Run a query.
    Submit(Request),
    /// Stop a query.
    Cancel(JobId),
    /// Give up opening the extract.
    StopLoading,
    /// Open the extract again.
    Reopen {
        /// What is to fill roles from now on; an empty text for nothing. Roles that are not named stay as they are.
        changes: Vec<(Role, String)>,
        /// Whether a file is known to have changed, so that neither its size nor its time is to be believed.
        changed: bool,
    },
    /// Write the mapping of the opened extract as a profile.
    SaveProfile {
        /// Its name.
        name: String,
        /// Whether one of that name may be replaced.
        replace: bool,
    },
    /// Write a playbook into the user's own folder; one that is there is not replaced.
    SavePlaybook {
        /// Its id, and the name of its file.
        id: String,
        /// Its text.
        text: String,
    },
    /// Write the records that could not be read into a file of the case.
    ExportRejects {
        /// The records.
        batches: Vec<Batch>,
        /// Whether there are more of them than these.
        cut: bool,
    },
    /// Write an event into the journal; it is said to be saved only when [`super::Msg::Recorded`] comes back.
    Record(case::Event),
    /// Keep a row as evidence, then record the pin.
    Pin(EvidenceRow),
    /// Hand a text out: to the clipboard of whoever sits at the terminal, or as a file into the case's exports.
    Copy(Handout),
    /// Write the report.
    Report {
        /// In which form.
        format: Format,
        /// Whether pseudonyms stand in the place of values; the table that undoes them is written beside it.
        redact: bool,
    },
    /// Keep an SQL text that was run, for the history of later sessions.
    SqlHistory(String),
    /// Give the terminal to the analyst's own editor with this text; what it leaves comes back as [`super::Msg::Edited`].
    Edit(String),
    /// Draw with another theme from now on.
    Theme(String),
    /// Write the theme into the configuration.
    KeepTheme(String),
    /// Remember the sizes of the panes for the next sitting.
    KeepSizes(Sizes),
    /// Remember how far the tour is.
    KeepTour(TourKept),
    /// Something that took its time has ended, well or not; worth a word to whoever does not look.
    Ended {
        /// What, in a few words.
        what: &'static str,
        /// How long it took.
        took: Duration,
    },
    /// Draw the whole screen anew: something else has written on it.
    Redraw,
    /// Stop the program until the shell lets it go on.
    Suspend,
    /// End the program.
    Quit,
}
