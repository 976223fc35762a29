//! The dossier: a case as pure data, in a fixed order, from which every form of report is rendered.
//!
//! It is made from the journal's state alone ([`Dossier::of`]): no clock, no locale, no folder. What is masked is not in it, unless
//! content was added on purpose ([`Dossier::with_content`]). Its JSON is a form of report of its own; `schema.json` beside this room
//! describes every member. A member is never renamed; one that comes later is optional in the schema.

mod build;
mod entities;
mod visit;

use serde::{Deserialize, Serialize};

use crate::domain::{Role, Timestamp};

pub use visit::Visitor;

/// What the JSON calls itself, with the version of its schema.
pub const SCHEMA: &str = "casebook-report/1";

/// A case for other people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Dossier {
    pub schema: String,
    pub case: Head,
    /// Whether values stand as pseudonyms.
    pub redacted: bool,
    /// Whether links and addresses are disarmed.
    pub defanged: bool,
    /// Whether sensitive content was put in.
    pub content: bool,
    pub counts: Counts,
    /// From the first to the last pinned row.
    pub span: Option<Span>,
    pub questions: Vec<Question>,
    /// The gravest first, dismissed ones last.
    pub findings: Vec<Finding>,
    /// By role and value.
    pub entities: Vec<EntityEntry>,
    /// By the time of their rows.
    pub pins: Vec<Pin>,
    pub queries: Vec<Query>,
    /// Hits of playbooks that were looked at and are nothing, by entity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dismissals: Vec<Dismissed>,
    /// Notes on what no other part shows: the case, rows that are not pinned, things that were taken back.
    pub notes: Vec<LooseNotes>,
    /// The case in order of time.
    pub timeline: Vec<Moment>,
    pub actions: Vec<Action>,
    pub trail: Vec<Visit>,
    pub extracts: Vec<Extract>,
    pub access: Access,
}

/// What the case is called and where its journal ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Head {
    pub id: String,
    pub title: String,
    pub analyst: String,
    pub created: Timestamp,
    /// Entries of the journal, those that record exports left out.
    pub entries: u64,
    /// When the last of them was written.
    pub last: Timestamp,
    /// Its hash, which stands for all before it.
    pub hash: String,
}

/// How much of everything there is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Counts {
    pub questions: usize,
    pub answered: usize,
    pub findings: usize,
    pub confirmed: usize,
    pub open: usize,
    pub dismissed: usize,
    pub labelled: usize,
    pub bad: usize,
    pub good: usize,
    pub neutral: usize,
    pub pins: usize,
    pub queries: usize,
    pub extracts: usize,
    pub rows: u64,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Span {
    pub first: Timestamp,
    pub last: Timestamp,
}

/// Who wrote something, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct By {
    pub who: String,
    pub at: Timestamp,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Note {
    pub id: String,
    /// Markdown.
    pub text: String,
    pub by: By,
    pub edited: Option<By>,
}

/// Notes on something that no other part shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct LooseNotes {
    /// `case`, `row`, `finding` or `question`.
    pub kind: String,
    /// Its id, or the row's number; empty for the case.
    pub target: String,
    /// The extract's SHA-256, for a row.
    pub extract: String,
    pub notes: Vec<Note>,
}

/// A hit of a playbook that was looked at and is nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Dismissed {
    pub role: Role,
    pub value: String,
    /// Its id; empty for every playbook.
    pub playbook: String,
    pub reason: String,
    pub by: By,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Question {
    pub id: String,
    pub text: String,
    pub by: By,
    /// In order; the last one counts.
    pub answers: Vec<Answer>,
    /// The findings that answer it.
    pub findings: Vec<String>,
    pub notes: Vec<Note>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Answer {
    pub text: String,
    pub by: By,
}

/// An entity where it is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Named {
    pub role: Role,
    pub value: String,
    /// Where it stands: `seen`, `suspect`, `confirmed` or `cleared`.
    pub stage: String,
    pub labels: Vec<String>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Finding {
    pub id: String,
    pub title: String,
    pub severity: String,
    pub status: String,
    /// Empty where nobody stated it.
    pub confidence: String,
    pub category: String,
    pub owner: String,
    pub next_step: String,
    /// The id of the question that it answers.
    pub question: Option<String>,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// Markdown.
    pub text: String,
    pub entities: Vec<Named>,
    pub evidence: Vec<Evidence>,
    /// The numbers, in `queries`, of those that show it.
    pub queries: Vec<usize>,
    pub by: By,
    /// The last change.
    pub changed: Option<By>,
    pub notes: Vec<Note>,
}

/// A pinned row where it is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Evidence {
    pub sha256: String,
    /// `None` when the row is not pinned any more.
    pub row_id: Option<i64>,
    pub summary: String,
}

/// What the case says of an entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct EntityEntry {
    pub role: Role,
    pub value: String,
    pub stage: String,
    /// Why it stands there.
    pub stage_reason: String,
    /// Who said it; nothing where it follows from findings and labels.
    pub stage_by: Option<By>,
    pub labels: Vec<Label>,
    /// Every change of its labels, in order.
    pub history: Vec<LabelChange>,
    pub findings: Vec<String>,
    /// How many pinned rows it is part of.
    pub pins: usize,
    /// The evidence of the first of them.
    pub first_evidence: Option<String>,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// How many rows it has in the extract, where a query for it alone was written down.
    pub requests: Option<u64>,
    pub notes: Vec<Note>,
}

/// A label that an entity carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Label {
    pub label: String,
    pub connotation: String,
    pub reason: String,
    pub until: Option<Timestamp>,
    /// The playbook that gave it; empty for a person.
    pub playbook: String,
    pub by: By,
}

/// A change of an entity's labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct LabelChange {
    pub label: String,
    /// Nothing when the label was taken away.
    pub connotation: Option<String>,
    pub reason: String,
    pub playbook: String,
    pub by: By,
}

/// A row that is kept as evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Pin {
    pub row_id: i64,
    pub extract: String,
    pub evidence: String,
    pub time: Option<Timestamp>,
    pub summary: String,
    pub entities: Vec<Value>,
    pub by: By,
    pub notes: Vec<Note>,
    /// Sensitive content, where it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Content>,
}

/// An entity by role and value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Value {
    pub role: Role,
    pub value: String,
}

/// Sensitive content of a pinned row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Content {
    pub column: String,
    pub characters: usize,
    pub text: String,
}

/// A query with its row count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Query {
    /// From 1, in the order in which they were run.
    pub number: usize,
    pub finding: Option<String>,
    pub title: String,
    /// The SQL text over whose result it was run; empty for the extract.
    pub over: String,
    pub filter: String,
    /// The SQL that ran, with its parameters; empty where an older version wrote it down.
    pub sql: String,
    pub params: Vec<String>,
    pub playbook: String,
    /// The command line that repeats it.
    pub command: String,
    pub rows: u64,
    pub extract: String,
    pub by: By,
}

/// Something that happened, in the logs or in the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Moment {
    pub at: Timestamp,
    /// `row`, `label`, `stage` or `finding`.
    pub kind: String,
    /// Of a pinned row: its evidence.
    pub evidence: Option<String>,
    pub text: String,
}

/// What to do about a confirmed entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Action {
    /// `suspend`, `rotate`, `block` or `rate-limit`.
    pub action: String,
    pub role: Role,
    pub value: String,
    pub why: String,
    /// The confirmed findings that say so.
    pub findings: Vec<String>,
    /// The gravest severity among them; empty where there is none.
    pub severity: String,
    /// Labels that speak against it.
    pub caution: String,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
}

/// A view that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Visit {
    pub node: u64,
    pub parent: Option<u64>,
    pub title: String,
    pub filter: String,
    pub rows: Option<u64>,
    pub at: Timestamp,
}

/// An extract that was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Extract {
    pub sha256: String,
    pub rows: u64,
    pub rejects: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub openings: u64,
    pub by: By,
    pub files: Vec<File>,
    pub roles: Vec<RoleSource>,
}

/// A file of an extract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct File {
    pub path: String,
    pub format: String,
    pub profile: String,
    pub rows: u64,
    pub rejects: u64,
    pub sha256: String,
}

/// From where a role was filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RoleSource {
    pub role: Role,
    pub source: String,
}

/// How often masked content was revealed, and by whom.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Access {
    pub reveals: usize,
    pub people: Vec<Looked>,
}

/// How often somebody revealed masked content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Looked {
    pub who: String,
    pub times: usize,
}
