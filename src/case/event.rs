//! What can happen in a case: the events of the journal, and the words that they use.
//!
//! Events are written for decades and read by other versions. So: a field is never renamed and never changes its meaning; a field
//! that comes later has a default and is left out where it holds it (`skip_serializing_if`); there are no floats, so that every
//! JSON reader sees the same number. A version that meets a kind or a field it does not know opens the case read-only and says so.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::{Entity, Role, Severity, TimeRange, Timestamp};
use crate::extract::{Extract, Source};
use crate::investigate::{Filter, FilterError, View};

/// What a label says about its entity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Connotation {
    /// It takes part in abuse.
    Bad,
    /// It is known and wanted.
    Good,
    /// Neither.
    #[default]
    Neutral,
}

impl Connotation {
    /// Every connotation.
    pub const ALL: [Connotation; 3] = [Connotation::Bad, Connotation::Good, Connotation::Neutral];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Connotation::Bad => "bad",
            Connotation::Good => "good",
            Connotation::Neutral => "neutral",
        }
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not decided.
    #[default]
    Open,
    /// It holds.
    Confirmed,
    /// It does not hold.
    Dismissed,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 3] = [Status::Open, Status::Confirmed, Status::Dismissed];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Confirmed => "confirmed",
            Status::Dismissed => "dismissed",
        }
    }
}

/// A word that is none of those asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{word}' is not a {what}; they are {words}")]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What it should have been, such as "status".
    pub what: &'static str,
    /// The words there are.
    pub words: &'static str,
}

macro_rules! words {
    ($kind:ty, $what:literal, $words:literal) => {
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $kind {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                <$kind>::ALL.into_iter().find(|one| one.name() == word).ok_or_else(|| UnknownWord {
                    word: word.to_owned(),
                    what: $what,
                    words: $words,
                })
            }
        }
    };
}

words!(Connotation, "connotation", "bad good neutral");
words!(Status, "status", "open confirmed dismissed");

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

/// One file of an extract, as the case remembers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedSource {
    /// Its path, as it was given.
    pub path: String,
    /// Its format, such as `csv` or `jsonl.gz`.
    pub format: String,
    /// The profile that mapped it; empty for the guesser.
    pub profile: String,
    /// Rows read.
    pub rows: u64,
    /// Records that could not be read.
    pub rejects: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

/// An extract, as the case remembers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedExtract {
    /// The extract's SHA-256, over those of its sources.
    pub sha256: String,
    /// Rows in `requests`.
    pub rows: u64,
    /// Records that could not be read.
    pub rejects: u64,
    /// The time of its first row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// The time of its last row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Its files, in load order.
    pub sources: Vec<OpenedSource>,
    /// From which column, path or expression each role came.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<Role, String>,
}

impl From<&Extract> for OpenedExtract {
    fn from(extract: &Extract) -> OpenedExtract {
        let source = |source: &Source| OpenedSource {
            path: source.path.clone(),
            format: source.format.clone(),
            profile: source.profile.clone(),
            rows: source.rows,
            rejects: source.rejects,
            sha256: source.sha256.clone(),
        };
        OpenedExtract {
            sha256: extract.sha256.clone(),
            rows: extract.rows,
            rejects: extract.rejects,
            first: extract.first,
            last: extract.last,
            sources: extract.sources.iter().map(source).collect(),
            roles: extract.roles.iter().map(|(role, mapping)| (*role, mapping.source.clone())).collect(),
        }
    }
}

/// A view, as the trail remembers it: text, so that a case still opens when the filter language grows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// The SQL text whose result it is of; empty for the extract.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sql: String,
    /// The filter as it prints; empty for all rows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// The time range.
    #[serde(default, skip_serializing_if = "TimeRange::is_all")]
    pub range: TimeRange,
    /// The sort as its keys print, the most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Columns that are hidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// The order of the columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// The column up to which they stay in sight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<String>,
}

impl From<&View> for SavedView {
    fn from(view: &View) -> SavedView {
        SavedView {
            sql: view.relation.sql().unwrap_or_default().to_owned(),
            filter: if view.filter.is_all() { String::new() } else { view.filter.to_string() },
            range: view.range,
            sort: view.sort.iter().map(ToString::to_string).collect(),
            hidden: view.hidden.clone(),
            order: view.order.clone(),
            frozen: view.frozen.clone(),
        }
    }
}

impl TryFrom<&SavedView> for View {
    type Error = FilterError;

    fn try_from(saved: &SavedView) -> Result<View, FilterError> {
        Ok(View {
            relation: Some(saved.sql.clone()).filter(|sql| !sql.is_empty()).into(),
            filter: Filter::parse(&saved.filter)?,
            range: saved.range,
            sort: saved.sort.iter().filter_map(|key| key.parse().ok()).collect(),
            hidden: saved.hidden.clone(),
            order: saved.order.clone(),
            frozen: saved.frozen.clone(),
            ..View::default()
        })
    }
}

impl SavedView {
    /// Filter and time range in one filter text, as `--filter` takes it.
    pub fn filter_text(&self) -> String {
        match (self.filter.is_empty(), self.range.is_all()) {
            (_, true) => self.filter.clone(),
            (true, false) => format!("time:{}", self.range),
            (false, false) => format!("({}) time:{}", self.filter, self.range),
        }
    }
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
                | Event::Unlabelled { .. }
                | Event::Noted { .. }
                | Event::NoteRemoved { .. }
                | Event::Pinned { .. }
                | Event::Unpinned { .. }
                | Event::Found { .. }
                | Event::FindingChanged { .. }
                | Event::Dismissed { .. }
        )
    }

    /// What happened, in a few words: for the undo hint and the history. Holds text from extracts: draw it only through `SafeText`.
    pub fn describe(&self) -> String {
        match self {
            Event::Created { title, .. } => format!("create the case {title}"),
            Event::Opened { extracts } => match extracts.as_slice() {
                [one] => format!("open an extract of {} rows", one.rows),
                many => format!("open {} extracts", many.len()),
            },
            Event::Question { id, .. } => format!("ask question {id}"),
            Event::Answered { id, .. } => format!("answer question {id}"),
            Event::Labelled { entity, label, .. } => format!("label {entity} {label}"),
            Event::Unlabelled { entity, label, .. } => format!("take the label {label} off {entity}"),
            Event::Noted { target, .. } => format!("note on {target}"),
            Event::NoteRemoved { id } => format!("remove note {id}"),
            Event::Pinned { row_id, .. } => format!("pin row {row_id}"),
            Event::Unpinned { evidence } => format!("unpin {}", evidence.get(..12).unwrap_or(evidence)),
            Event::Found { id, title, .. } => format!("finding {id}: {title}"),
            Event::FindingChanged { id, status: Some(status), .. } => format!("set finding {id} to {status}"),
            Event::FindingChanged { id, .. } => format!("change finding {id}"),
            Event::Measured { title, rows, .. } => format!("count {title}: {rows} rows"),
            Event::Visited { title, .. } => format!("look at {title}"),
            Event::Revealed { row_id, column, .. } => format!("reveal {column} of row {row_id}"),
            Event::Exported { path, .. } => format!("export {path}"),
            Event::PlaybookRan { playbook, hits, .. } => format!("run the playbook {playbook}: {} hits", hits.len()),
            Event::Dismissed { entity, .. } => format!("dismiss {entity}"),
            Event::Undone { seq } => format!("undo entry {seq}"),
            Event::Redone { seq } => format!("redo entry {seq}"),
        }
    }
}
