//! The mapping pane: what fills each role, and what could.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::domain::Role;
use crate::extract::mapping::{Field, Known, Previewed};

use super::Input;

/// Something that is asked of the engine once.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Asked<T> {
    /// Not yet.
    #[default]
    Unknown,
    /// On the way.
    Loading,
    /// Here.
    Known(T),
    /// It failed.
    Failed(String),
}

impl<T> Asked<T> {
    /// The answer, once it is here.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Asked::Known(answer) => Some(answer),
            _ => None,
        }
    }
}

/// How many rows have a value in each role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Rows of the extract.
    pub rows: u64,
    /// Rows that have a value, of each mapped role.
    pub roles: BTreeMap<Role, u64>,
}

/// The pane. What is known and what was changed stays when it is closed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pane {
    /// The role under the cursor, as a place among all roles.
    pub cursor: usize,
    /// The first role on the screen.
    pub top: usize,
    /// How many rows have a value.
    pub coverage: Asked<Coverage>,
    /// Columns, paths and values of some rows.
    pub known: Asked<Known>,
    /// What is to fill a role from now on, not applied yet; an empty text for nothing.
    pub changes: BTreeMap<Role, String>,
}

impl Pane {
    /// The role under the cursor.
    pub fn role(&self) -> Role {
        Role::ALL.get(self.cursor).copied().unwrap_or(Role::Time)
    }

    /// The columns and paths that can fill a role.
    pub fn fields(&self) -> &[Field] {
        self.known.known().map_or(&[], |known| known.fields.as_slice())
    }
}

/// What fills a role, under edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Which role.
    pub role: Role,
    /// The text: a column, a path, an expression; empty for nothing.
    pub input: Input,
    /// What was typed, as long as a candidate stands in its place.
    pub typed: Option<String>,
    /// The word of an expression that the candidates stand for, in bytes of what was typed; `None` for all of it.
    pub word: Option<Range<usize>>,
    /// The candidates that have the typed letters, as places among the fields, the best first.
    pub matches: Vec<usize>,
    /// The chosen candidate, as a place among the matches.
    pub chosen: Option<usize>,
    /// What the text would give.
    pub trial: Trial,
}

/// What comes of trying a mapping.
#[derive(Debug, Clone, PartialEq)]
pub enum Trial {
    /// It is what fills the role already.
    Present,
    /// The role would be left empty.
    Empty,
    /// It runs. What it is not exact about.
    Running {
        /// Where the rows at hand are not what the loader would read.
        notes: Vec<String>,
        /// Whether the values are masked.
        sensitive: bool,
    },
    /// It ran.
    Done {
        /// What it gave.
        found: Previewed,
        /// Where the rows at hand are not what the loader would read.
        notes: Vec<String>,
        /// Whether the values are masked.
        sensitive: bool,
    },
    /// It does not work.
    Failed {
        /// Why.
        reason: String,
        /// Where the rows at hand are not what the loader would read: perhaps it works there.
        notes: Vec<String>,
    },
}
