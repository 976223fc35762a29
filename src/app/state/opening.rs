//! An extract that is being opened: for the first time, or again with another mapping.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::TrailNode;
use crate::domain::Role;
use crate::extract::Mapping;

/// How far an opening is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opening {
    /// What is being done, with the file at hand: `reading logs/a.json.gz`. Quotes names of files.
    pub doing: String,
    /// How much of how much, how fast; empty where only the share is known.
    pub figures: String,
    /// What is left of this step, in words; empty until it can be said.
    pub left: String,
    /// From 0 to 1, where known.
    pub fraction: Option<f64>,
}

/// An opening while another extract, or the same one with another mapping, is still there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reopening {
    /// How far it is.
    pub opening: Opening,
    /// Why: the changed roles, or a changed file, in a few words.
    pub why: String,
    /// How the roles were filled before.
    pub roles: BTreeMap<Role, Mapping>,
}

/// What the last sitting over a case left behind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resume {
    /// The SHA-256 of the extract that was open; empty where none was.
    pub extract: String,
    /// The trail, as the case knows it.
    pub trail: Vec<TrailNode>,
    /// Where the analyst stood.
    pub left: Option<Left>,
}

/// Where in the trail an analyst stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The number of the view in the case.
    pub node: u64,
    /// The position of the row under the cursor, or the line of a list.
    pub position: u64,
    /// The column under the cursor.
    pub column: usize,
}
