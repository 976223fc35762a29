//! What can happen in a case: the events of the journal.
//!
//! Events are written for decades and read by other versions. So: a field is never renamed and never changes its meaning; a field
//! that comes later has a default and is left out where it holds it (`skip_serializing_if`); there are no floats, so that every
//! JSON reader sees the same number. A version that meets a kind or a field it does not know opens the case read-only and says so.

use std::fmt;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Entity, Role, Severity, Timestamp};

use super::saved::{OpenedExtract, SavedPlace, SavedView};
use super::words::{Confidence, Connotation, Stage, Status};

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The whole case.
    Case,
    /// An entity, wherever it appears.
    Entity(Entity),
    /// One row of one extract.
    Row {
        /// Its number in `requests`.
        row_id: i64,
        /// The extract's SHA-256.
        extract_sha: String,
    },
    /// The finding with this id.
    Finding(String),
    /// The question with this id.
    Question(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Case => f.write_str("the case"),
            Target::Entity(entity) => write!(f, "{entity}"),
            Target::Row { row_id, extract_sha } => {
                write!(f, "row {row_id} of extract {}", extract_sha.get(..12).unwrap_or(extract_sha))
            }
            Target::Finding(id) => write!(f, "finding {id}"),
            Target::Question(id) => write!(f, "question {id}"),
        }
    }
}

/// What a finding says beside its text. Each is left out until it is stated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingDetails {
    /// How sure it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// What kind of abuse it is, in the house's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// Who must act.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// What must be done next.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next_step: String,
    /// The id of the question that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// When it was seen first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// When it was seen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}

/// What becomes of a finding's details; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingEdits {
    /// How sure it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Its kind of abuse now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Who must act now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What must be done next now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// The question that it answers now; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// When it was seen first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// When it was seen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}

/// A hit of a playbook that is nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DismissedHit {
    /// Whom the playbook accused.
    pub entity: Entity,
    /// The playbook's id; empty for all of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub playbook: String,
}

/// What happened. In the journal each is a JSON object with its name in `kind`, in snake case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The case began. Always the first entry, and never undone.
    Created {
        /// The case's id.
        id: String,
        /// Its title.
        title: String,
        /// Who leads it.
        analyst: String,
        /// The version of the case format.
        version: u32,
    },
    /// Extracts were opened in the case; the last one is the current one.
    Opened {
        /// Which.
        extracts: Vec<OpenedExtract>,
    },
    /// A question was asked, or put in other words when there is one with this id.
    Question {
        /// Its id, such as `q1`.
        id: String,
        /// The question.
        text: String,
    },
    /// A question was answered; the latest answer counts.
    Answered {
        /// The question's id.
        id: String,
        /// The answer.
        text: String,
    },
    /// An entity was given a label, or an own label of it was changed.
    Labelled {
        /// Which entity.
        entity: Entity,
        /// The word.
        label: String,
        /// What the word says.
        connotation: Connotation,
        /// Why.
        reason: String,
        /// When the label ends, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Timestamp>,
        /// The playbook that gave it; empty for a person.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        playbook: String,
    },
    /// Many entities were given one label: one step of undo.
    LabelledMany {
        /// Which entities.
        entities: Vec<Entity>,
        /// The word.
        label: String,
        /// What the word says.
        connotation: Connotation,
        /// Why.
        reason: String,
        /// When the label ends, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Timestamp>,
        /// The playbook that gave it; empty for a person.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        playbook: String,
        /// What chose them: a filter, a playbook or a file, as text.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        from: String,
    },
    /// A label was taken away.
    Unlabelled {
        /// From which entity.
        entity: Entity,
        /// Which word.
        label: String,
        /// Why.
        reason: String,
    },
    /// A label was taken away from many entities: one step of undo.
    UnlabelledMany {
        /// From which entities.
        entities: Vec<Entity>,
        /// Which word.
        label: String,
        /// Why.
        reason: String,
        /// What chose them: a filter, a playbook or a file, as text.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        from: String,
    },
    /// Somebody said where an entity stands.
    Staged {
        /// Which entity.
        entity: Entity,
        /// Where.
        stage: Stage,
        /// Why.
        reason: String,
        /// The playbook that said it; empty for a person.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        playbook: String,
    },
    /// A note was written, or rewritten when there is one with this id.
    Noted {
        /// Its id, such as `n1`.
        id: String,
        /// What it is about.
        target: Target,
        /// Markdown.
        text: String,
    },
    /// A note was taken away.
    NoteRemoved {
        /// Which.
        id: String,
    },
    /// A row was kept as evidence.
    Pinned {
        /// Its number in `requests`.
        row_id: i64,
        /// The extract's SHA-256.
        extract: String,
        /// SHA-256 of the evidence file, which is also its name.
        evidence: String,
        /// The row's time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// The row in a line, without sensitive content.
        summary: String,
        /// The entities of the row, in the order of roles.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entities: Vec<Entity>,
    },
    /// A row is not evidence any more. Its file stays.
    Unpinned {
        /// SHA-256 of the evidence file.
        evidence: String,
    },
    /// Something was found.
    Found {
        /// Its id, such as `f1`.
        id: String,
        /// What, in a line.
        title: String,
        /// How much it weighs.
        severity: Severity,
        /// Whom it is about.
        entities: Vec<Entity>,
        /// What, at length.
        text: String,
        /// The evidence files that show it, by SHA-256.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
        /// How sure it is, whose it is, what is next.
        #[serde(flatten)]
        details: FindingDetails,
    },
    /// A finding was changed; what is `None` stays.
    FindingChanged {
        /// Which.
        id: String,
        /// Where it stands now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<Status>,
        /// How much it weighs now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        severity: Option<Severity>,
        /// The new text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The new title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The new list of entities.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entities: Option<Vec<Entity>>,
        /// The new list of evidence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<Vec<String>>,
        /// How sure it is now, whose it is, what is next.
        #[serde(flatten)]
        edits: FindingEdits,
    },
    /// A query was run and its row count kept.
    Measured {
        /// The finding that it shows, if it belongs to one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<String>,
        /// What it asks, in words.
        title: String,
        /// The SQL text over whose result it was run; empty for the extract.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        sql: String,
        /// The filter, with its time range in it.
        filter: String,
        /// The command line that repeats it.
        command: String,
        /// How many rows it gave.
        rows: u64,
        /// The extract's SHA-256.
        extract: String,
        /// The SQL that ran, as people are shown it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        query: String,
        /// The values that were bound in it, as text.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        params: Vec<String>,
        /// The playbook that it is; empty for a filter.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        playbook: String,
    },
    /// A query or a playbook was run: for the audit.
    Ran {
        /// What, in a line.
        what: String,
        /// How many rows it gave, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rows: Option<u64>,
    },
    /// A view was looked at: a node of the trail.
    Visited {
        /// The node's number.
        node: u64,
        /// The node that it was reached from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<u64>,
        /// What it is, in a line.
        title: String,
        /// The view.
        view: SavedView,
        /// What of it was looked at.
        #[serde(default, skip_serializing_if = "SavedPlace::is_rows")]
        place: SavedPlace,
        /// How many rows it has, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rows: Option<u64>,
    },
    /// Sensitive content was looked at.
    Revealed {
        /// In which row.
        row_id: i64,
        /// In which column.
        column: String,
        /// The extract's SHA-256.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        extract: String,
        /// How far it went: empty for a cell, `row`, or `until` and a time.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        scope: String,
    },
    /// Something left the case.
    Exported {
        /// Where it went.
        path: String,
        /// SHA-256 of the file.
        sha256: String,
        /// Its format, such as `md`.
        format: String,
    },
    /// Another analyst's case was taken in: the entries that follow and name it as their origin.
    Merged {
        /// The other case's id.
        case: String,
        /// The hash of its last entry.
        head: String,
        /// Who led it.
        analyst: String,
        /// How many of its entries were taken in.
        entries: u64,
    },
    /// A playbook was run, and these are whom it accused. What the next run finds beyond them is new.
    PlaybookRan {
        /// Its id.
        playbook: String,
        /// Its parameters, as text.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        params: BTreeMap<String, String>,
        /// The values of the entities, the worst first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hits: Vec<String>,
        /// The kind of the entities.
        entity: Role,
        /// The extract's SHA-256.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        extract: String,
    },
    /// A playbook's hit was looked at and is nothing.
    Dismissed {
        /// Whom the playbook accused.
        entity: Entity,
        /// The playbook's id; empty for all of them.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        playbook: String,
        /// Why it is nothing.
        reason: String,
    },
    /// Several hits were looked at and are nothing, for one reason: one step of undo.
    DismissedMany {
        /// Which.
        hits: Vec<DismissedHit>,
        /// Why they are nothing.
        reason: String,
    },
    /// An earlier entry was taken back.
    Undone {
        /// Which.
        seq: u64,
    },
    /// What was taken back counts again.
    Redone {
        /// Which.
        seq: u64,
    },
}

impl Event {
    /// Whether [`Event::Undone`] may name it.
    pub const fn is_undoable(&self) -> bool {
        self.is_step() || matches!(self, Event::Measured { .. })
    }

    /// Whether one press of undo goes back over it. A query's count is undoable, but is no step: it follows its finding.
    pub const fn is_step(&self) -> bool {
        matches!(
            self,
            Event::Question { .. }
                | Event::Answered { .. }
                | Event::Labelled { .. }
                | Event::LabelledMany { .. }
                | Event::Unlabelled { .. }
                | Event::UnlabelledMany { .. }
                | Event::Staged { .. }
                | Event::Noted { .. }
                | Event::NoteRemoved { .. }
                | Event::Pinned { .. }
                | Event::Unpinned { .. }
                | Event::Found { .. }
                | Event::FindingChanged { .. }
                | Event::Dismissed { .. }
                | Event::DismissedMany { .. }
        )
    }
}
