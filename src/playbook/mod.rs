//! Playbooks: saved queries with parameters that look for known kinds of abuse.
//!
//! A playbook is a file of SQL. Its leading `--` comments hold a header in TOML, then, after a line `-- ---`, its documentation in
//! Markdown:
//!
//! ```sql
//! -- id = "key-many-networks"
//! -- title = "A key used from many networks"
//! -- question = "Which keys are used from more networks than one customer has?"
//! -- severity = "high"
//! -- entity = "key"
//! -- roles = ["time", "key", "asn", "country"]
//! -- tags = ["keys"]
//! -- references = []
//! --
//! -- [params.min_networks]
//! -- type = "integer"
//! -- default = 8
//! -- min = 2
//! -- help = "Fewer networks are not reported."
//! -- ---
//! -- What it finds, how, what it mistakes, where to go next.
//! SELECT …
//! ```
//!
//! The query reads the relation `requests` and gives the columns `entity, score, requests, first_seen, last_seen, examples`, the worst
//! first: whom it accuses, how strongly on its own scale, how many rows that rests on, from when to when, and the `row_id`s of some of
//! them as text (`1,2,3`). `$name` stands for a parameter; values are bound, never pasted.

mod allowed;
mod check;
mod draft;
mod header;
pub mod library;
mod param;
mod reads;
pub mod sigma;
mod sql;
mod statement;
#[cfg(test)]
mod tests;
mod view;

use std::path::PathBuf;

use crate::domain::{Role, Schema, Severity};

pub use check::{Complaint, check};
pub use header::HeaderError;
pub use library::{Library, Problem};
pub use param::{ParamError, ParamKind, ParamSpec, ParamValue};
pub use statement::statement;
pub use view::{Naming, ViewError, from_view, roles_alone, skeleton};

/// The columns that every playbook gives, in order.
pub const COLUMNS: [&str; 6] = ["entity", "score", "requests", "first_seen", "last_seen", "examples"];

/// How many hits of a playbook are read where nothing else is asked for: as many in the workbench as on the command line, so that each
/// knows what is new since a run of the other.
pub const MOST_HITS: u64 = 1_000;

/// Where a playbook comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// Somebody's own file.
    File(PathBuf),
}

/// A saved query with its header.
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook {
    /// Its name on the command line: lower-case letters, digits and `-`.
    pub id: String,
    /// A line for people.
    pub title: String,
    /// The question that it answers.
    pub question: String,
    /// How much a hit matters.
    pub severity: Severity,
    /// The kind of entity that it accuses.
    pub entity: Role,
    /// The roles that an extract must have for it.
    pub roles: Vec<Role>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Its parameters, in the order of the header.
    pub params: Vec<ParamSpec>,
    /// Its documentation, Markdown.
    pub doc: String,
    /// The query.
    pub sql: String,
    /// The line of the file where the query begins, counted from 1.
    pub sql_line: usize,
    /// Where it comes from.
    pub origin: Origin,
}

impl Playbook {
    /// Reads a playbook from the text of its file. The query itself is looked at by [`check()`].
    pub fn parse(text: &str) -> Result<Playbook, HeaderError> {
        header::parse(text)
    }
}

/// Roles that a playbook needs and an extract does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("needs {}, which this extract does not have; map a column onto {} with --map", names(.roles), if .roles.len() == 1 { "it" } else { "them" })]
pub struct Missing {
    /// The roles, in the order of the header.
    pub roles: Vec<Role>,
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}

/// Whether the columns of an extract allow a playbook.
pub fn runnable(playbook: &Playbook, schema: &Schema) -> Result<(), Missing> {
    let roles: Vec<Role> = playbook.roles.iter().copied().filter(|&role| !schema.has(role)).collect();
    if roles.is_empty() { Ok(()) } else { Err(Missing { roles }) }
}
