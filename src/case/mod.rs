//! The case: questions, findings, labels, notes and evidence, as an append-only journal that anybody can check.
//!
//! A case is a folder: `case.toml` (what it is called, which extracts were opened), `journal.jsonl` (all that happened, see [`entry`]),
//! `evidence/` (pinned rows by value, see [`evidence`]) and `exports/`. What the case says is the replay of its journal ([`Case`]);
//! nothing else is kept.

pub mod archive;
pub mod audit;
pub mod check;
pub mod conflict;
mod describe;
pub mod diff;
pub mod dir;
pub mod entry;
pub mod event;
pub mod evidence;
#[cfg(test)]
mod fixture;
mod fold;
pub mod journal;
pub mod merge;
pub mod meta;
pub mod model;
mod query;
mod same;
pub mod saved;
mod seal;
pub mod stage;
pub mod state;
mod terms;
pub mod triage;
pub mod verify;
pub mod words;

pub use archive::ArchiveError;
pub use audit::{AuditKind, AuditLine, Moment, MomentKind};
pub use check::Refusal;
pub use conflict::Conflict;
pub use diff::{Difference, diff};
pub use dir::{CaseDir, CaseError, Mode, Replay, Torn};
pub use entry::{Entry, LineError, Origin};
pub use event::{DismissedHit, Event, FindingDetails, FindingEdits, Target};
pub use evidence::{EvidenceRow, NotEvidence, Place};
pub use merge::MergeReport;
pub use meta::{CaseMeta, MetaExtract, MetaSource};
pub use model::{
    Answer, CaseExtract, Counts, Export, Finding, Label, LabelChange, Measure, Merge, Note, Oddity, Pin, Question, Reveal, Run,
    StageChange, Stamp, TrailNode,
};
pub use saved::{OpenedExtract, OpenedSource, SavedPlace, SavedView};
pub use stage::Staging;
pub use state::{Case, Founding};
pub use terms::Terms;
pub use triage::{Dismissal, PlaybookRun};
pub use verify::{Verdict, Verdicts, verify};
pub use words::{Confidence, Connotation, Stage, Status};
