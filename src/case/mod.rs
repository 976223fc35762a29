//! The case: questions, findings, labels, notes and evidence, as an append-only journal that anybody can check.
//!
//! A case is a folder: `case.toml` (what it is called, which extracts were opened), `journal.jsonl` (all that happened, see [`entry`]),
//! `evidence/` (pinned rows by value, see [`evidence`]) and `exports/`. What the case says is the replay of its journal ([`Case`]);
//! nothing else is kept.

pub mod dir;
pub mod entry;
pub mod event;
pub mod evidence;
mod fold;
pub mod journal;
pub mod meta;
pub mod model;
mod query;
mod same;
mod seal;
pub mod state;
mod terms;
pub mod triage;
pub mod verify;

pub use dir::{CaseDir, CaseError, Mode, Replay, Torn};
pub use entry::{Entry, LineError};
pub use event::{Connotation, Event, OpenedExtract, OpenedSource, SavedView, Status, Target};
pub use evidence::{EvidenceRow, NotEvidence, Place};
pub use meta::{CaseMeta, MetaExtract, MetaSource};
pub use model::{
    Answer, CaseExtract, Counts, Export, Finding, Label, LabelChange, Measure, Note, Oddity, Pin, Question, Reveal, Stamp,
    TrailNode,
};
pub use state::{Case, Founding, Refusal};
pub use terms::Terms;
pub use triage::{Dismissal, PlaybookRun};
pub use verify::{Verdict, Verdicts, verify};
