//! What is to be done outside.

use crate::case::{self, EvidenceRow};
use crate::engine::{JobId, Request};

/// Something to do. The runtime does it and answers with messages.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Run a query.
    Submit(Request),
    /// Stop a query.
    Cancel(JobId),
    /// Give up opening the extract.
    StopLoading,
    /// Write an event into the journal; it is said to be saved only when [`super::Msg::Recorded`] comes back.
    Record(case::Event),
    /// Keep a row as evidence, then record the pin.
    Pin(EvidenceRow),
    /// Write the report.
    Report,
    /// Draw with another theme from now on.
    Theme(String),
    /// End the program.
    Quit,
}
