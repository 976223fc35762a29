//! What a case holds: the records that the journal's entries build up.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Entity, Role, Severity, Timestamp};

use super::event::Target;
use super::saved::{OpenedExtract, SavedPlace, SavedView};
use super::triage::{Dismissal, PlaybookRun};
use super::words::{Confidence, Connotation, Stage, Status};

/// Who wrote something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The entry's number.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A label that an entity carries now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The word.
    pub label: String,
    /// What the word says.
    pub connotation: Connotation,
    /// Why.
    pub reason: String,
    /// When it ends, if it does.
    pub expires: Option<Timestamp>,
    /// The playbook that gave it; empty for a person.
    pub playbook: String,
    /// Who gave it, and when.
    pub stamp: Stamp,
}

impl Label {
    /// Whether it has ended at `now`. An ended label is still shown, as ended.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

/// One step in the history of an entity's labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelChange {
    /// The word.
    pub label: String,
    /// What it said from then on; `None` when the label was taken away.
    pub set: Option<(Connotation, Option<Timestamp>)>,
    /// Why.
    pub reason: String,
    /// The playbook that did it; empty for a person.
    pub playbook: String,
    /// Who did it, and when.
    pub stamp: Stamp,
}

/// What the case says about one entity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// The labels that it carries now, in the order in which they were first given.
    pub current: Vec<Label>,
    /// Every change, in order.
    pub history: Vec<LabelChange>,
}

/// One word on where an entity stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageChange {
    /// Where.
    pub stage: Stage,
    /// Why.
    pub reason: String,
    /// The playbook that said it; empty for a person.
    pub playbook: String,
    /// Who said it, and when.
    pub stamp: Stamp,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub target: Target,
    /// Markdown, as the analyst wrote it.
    pub text: String,
    /// Who wrote it, and when.
    pub stamp: Stamp,
    /// Who rewrote it last, and when.
    pub edited: Option<Stamp>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// The question.
    pub text: String,
    /// Who asked, and when.
    pub stamp: Stamp,
    /// The answers in order; the last one counts.
    pub answers: Vec<Answer>,
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub text: String,
    /// Who answered, and when.
    pub stamp: Stamp,
}

/// A row that is kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its number in `requests`.
    pub row_id: i64,
    /// The extract's SHA-256.
    pub extract: String,
    /// SHA-256 of the evidence file.
    pub evidence: String,
    /// The row's time.
    pub time: Option<Timestamp>,
    /// The row in a line.
    pub summary: String,
    /// The entities of the row, in the order of roles.
    pub entities: Vec<Entity>,
    /// Who pinned it, and when.
    pub stamp: Stamp,
}

/// A statement about what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: String,
    /// What, in a line.
    pub title: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it stands.
    pub status: Status,
    /// Whom it is about.
    pub entities: Vec<Entity>,
    /// What, at length.
    pub text: String,
    /// The evidence files that show it, by SHA-256.
    pub evidence: Vec<String>,
    /// How sure it is, where somebody said it.
    pub confidence: Option<Confidence>,
    /// What kind of abuse it is; may be empty.
    pub category: String,
    /// Who must act; may be empty.
    pub owner: String,
    /// What must be done next; may be empty.
    pub next_step: String,
    /// The id of the question that it answers.
    pub question: Option<String>,
    /// When it was seen first.
    pub first_seen: Option<Timestamp>,
    /// When it was seen last.
    pub last_seen: Option<Timestamp>,
    /// The queries that show it, with their row counts.
    pub measures: Vec<Measure>,
    /// Who found it, and when.
    pub stamp: Stamp,
    /// Who changed it, and when, in order.
    pub changes: Vec<Stamp>,
}

/// A query with its row count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The finding that it belongs to.
    pub finding: Option<String>,
    /// What it asks, in words.
    pub title: String,
    /// The SQL text over whose result it was run; empty for the extract.
    pub sql: String,
    /// The filter, with its time range in it.
    pub filter: String,
    /// The command line that repeats it.
    pub command: String,
    /// How many rows it gave.
    pub rows: u64,
    /// The extract's SHA-256.
    pub extract: String,
    /// The SQL that ran, as people are shown it; empty where an older version measured.
    pub query: String,
    /// The values that were bound in it, as text.
    pub params: Vec<String>,
    /// The playbook that it is; empty for a filter.
    pub playbook: String,
    /// Who ran it, and when.
    pub stamp: Stamp,
}

/// A view that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailNode {
    /// Its number.
    pub node: u64,
    /// Where it was reached from.
    pub parent: Option<u64>,
    /// What it is, in a line.
    pub title: String,
    /// The view.
    pub view: SavedView,
    /// What of it was looked at.
    pub place: SavedPlace,
    /// How many rows it had, where known.
    pub rows: Option<u64>,
    /// Who looked at it last, and when.
    pub stamp: Stamp,
}

/// An extract that was opened in the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseExtract {
    /// What it was when it was opened last.
    pub extract: OpenedExtract,
    /// Who opened it first, and when.
    pub stamp: Stamp,
    /// How often it was opened.
    pub openings: u64,
}

/// Sensitive content that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// In which row.
    pub row_id: i64,
    /// In which column.
    pub column: String,
    /// Of which extract; empty where it was not said.
    pub extract: String,
    /// How far it went: empty for a cell, `row`, or `until` and a time.
    pub scope: String,
    /// Who looked, and when.
    pub stamp: Stamp,
}

/// Something that left the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Where it went.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its format.
    pub format: String,
    /// Who exported it, and when.
    pub stamp: Stamp,
}

/// A query or a playbook that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What, in a line.
    pub what: String,
    /// How many rows it gave, where known.
    pub rows: Option<u64>,
    /// Who ran it, and when.
    pub stamp: Stamp,
}

/// Another analyst's case that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Its id.
    pub case: String,
    /// The hash of its last entry then.
    pub head: String,
    /// Who led it.
    pub analyst: String,
    /// How many of its entries were taken in.
    pub entries: u64,
    /// Who merged, and when.
    pub stamp: Stamp,
}

/// An entry that changes nothing because it makes no sense where it stands, such as a change of a finding that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// The entry's number.
    pub seq: u64,
    /// What is odd about it.
    pub what: String,
}

/// How much of everything there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Counts {
    pub questions: usize,
    pub answered: usize,
    pub findings: usize,
    pub confirmed: usize,
    pub dismissed: usize,
    pub labelled: usize,
    pub notes: usize,
    pub pins: usize,
    pub measures: usize,
    pub visits: usize,
    pub reveals: usize,
    pub exports: usize,
}

/// All that a case says: what is left when the entries that were taken back are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) extracts: Vec<CaseExtract>,
    pub(super) current: Option<String>,
    pub(super) questions: BTreeMap<String, Question>,
    pub(super) labels: BTreeMap<Role, BTreeMap<String, Labels>>,
    pub(super) stages: BTreeMap<Entity, Vec<StageChange>>,
    pub(super) notes: BTreeMap<Target, Vec<Note>>,
    /// On what each note is.
    pub(super) note_targets: BTreeMap<String, Target>,
    pub(super) pins: BTreeMap<String, Pin>,
    /// By extract and row: the evidence files of the row.
    pub(super) pinned: BTreeMap<String, BTreeMap<i64, BTreeSet<String>>>,
    pub(super) findings: BTreeMap<String, Finding>,
    pub(super) measures: BTreeMap<u64, Measure>,
    pub(super) trail: BTreeMap<u64, TrailNode>,
    pub(super) reveals: Vec<Reveal>,
    pub(super) exports: Vec<Export>,
    pub(super) runs: Vec<Run>,
    pub(super) merges: Vec<Merge>,
    /// The last run of each playbook, by its id and parameters.
    pub(super) playbook_runs: BTreeMap<(String, BTreeMap<String, String>), PlaybookRun>,
    /// By entity and playbook.
    pub(super) dismissals: BTreeMap<Entity, BTreeMap<String, Dismissal>>,
}
