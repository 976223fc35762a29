//! The ground truth of the demo: what was planted, and how to tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Role, Timestamp};

/// All that was planted in one demo extract: the content of `truth.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Rows of the request log.
    pub rows: u64,
    /// The seed that it was made with.
    pub seed: u64,
    /// The abuses; none in a clean extract.
    pub planted: Vec<Planted>,
}

/// One planted abuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planted {
    /// Its name in this extract.
    pub id: String,
    /// A line for people.
    pub title: String,
    /// What kind of abuse it is, in the words of the field.
    pub kind: String,
    /// What happened.
    pub description: String,
    /// Everybody and everything that took part, by role.
    pub entities: BTreeMap<Role, Vec<String>>,
    /// Rows of the abuse.
    pub rows: u64,
    /// The first of them.
    pub first_seen: Timestamp,
    /// The last of them.
    pub last_seen: Timestamp,
    /// A filter that selects exactly these rows.
    pub filter: String,
    /// What gives it away.
    pub clue: Clue,
    /// The playbook that should find it.
    pub playbook: String,
}

/// The entities of one role that stick out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clue {
    /// The role to look at.
    pub role: Role,
    /// The values in it; any of them leads to the rest.
    pub values: Vec<String>,
    /// Why they stick out.
    pub why: String,
}
