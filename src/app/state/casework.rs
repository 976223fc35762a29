//! The case as the screen knows it, and the lines of its surface.

use std::collections::BTreeMap;

use crate::case::{Case, Target};
use crate::domain::Entity;

use super::State;

/// The case as the screen knows it.
#[derive(Debug, Clone, Default)]
pub struct CaseState {
    /// The replayed journal.
    pub case: Case,
    /// The case directory.
    pub dir: String,
    /// Events sent to the journal and not yet on disk.
    pub unsaved: usize,
    /// Whether nothing can be recorded.
    pub read_only: bool,
    /// The number of this run's first trail node in the journal.
    pub base: u64,
    /// The line under the cursor on the case surface.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
    /// The finding under the cursor on the findings surface.
    pub finding: usize,
    /// The last numbers given out in this run to questions, notes and findings, which may not be in the journal yet.
    pub given: BTreeMap<char, u64>,
}

impl CaseState {
    /// An id that nothing in the journal or on its way there has: `f3`.
    pub fn fresh_id(&mut self, letter: char) -> String {
        let next = match letter {
            'q' => self.case.next_question_id(),
            'n' => self.case.next_note_id(),
            _ => self.case.next_finding_id(),
        };
        let number = next.get(1..).and_then(|number| number.parse::<u64>().ok()).unwrap_or(1);
        let last = self.given.entry(letter).or_default();
        *last = number.max(*last + 1);
        format!("{letter}{last}")
    }
}

/// A line of the case surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseLine {
    /// A heading with the number of things below it.
    Heading(&'static str, usize),
    /// A question, by id.
    Question(String),
    /// An entity that the case speaks of.
    Entity(Entity),
    /// A note, by id.
    Note(String),
    /// A pin, by evidence.
    Pin(String),
    /// A query with its row count, by its place.
    Measure(usize),
    /// A file of the extract, by its place.
    Source(usize),
    /// A record that could not be read, by its place among the samples.
    Reject(usize),
    /// A file that left the case, by its place.
    Export(usize),
    /// What to do where there is nothing yet.
    Advice(&'static str),
}

impl CaseLine {
    /// The entity that the line is about.
    pub fn entity(&self, case: &Case) -> Option<Entity> {
        match self {
            CaseLine::Entity(entity) => Some(entity.clone()),
            CaseLine::Note(id) => match &case.note(id)?.target {
                Target::Entity(entity) => Some(entity.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

impl State {
    /// The lines of the case surface.
    pub fn case_lines(&self) -> Vec<CaseLine> {
        let case = &self.case.case;
        let mut lines = Vec::new();
        let mut section = |title, advice, items: Vec<CaseLine>| {
            lines.push(CaseLine::Heading(title, items.len()));
            if items.is_empty() {
                lines.push(CaseLine::Advice(advice));
            }
            lines.extend(items);
        };
        section(
            "Questions",
            "Space q asks one: what must this case answer?",
            case.questions().into_iter().map(|question| CaseLine::Question(question.id.clone())).collect(),
        );
        section(
            "Entities",
            "t labels the entity under the cursor, c writes a note on it",
            case.entities().into_iter().map(CaseLine::Entity).collect(),
        );
        section(
            "Notes",
            "c writes one: on an entity, a row, or the case",
            case.notes().map(|note| CaseLine::Note(note.id.clone())).collect(),
        );
        section(
            "Pins",
            "m keeps the row under the cursor as evidence",
            case.pins().into_iter().map(|pin| CaseLine::Pin(pin.evidence.clone())).collect(),
        );
        section(
            "Measured queries",
            "f states a finding and counts the rows of its view",
            (0..case.measures().len()).map(CaseLine::Measure).collect(),
        );
        section("Exports", "Space r writes the report", (0..case.exports().len()).map(CaseLine::Export).collect());
        if let Some(extract) = &self.extract {
            section("Files of the extract", "", (0..extract.sources.len()).map(CaseLine::Source).collect());
            section(
                "Records that could not be read",
                "none: every record of the extract was read",
                (0..extract.reject_samples.len()).map(CaseLine::Reject).collect(),
            );
        }
        lines
    }

    /// The line under the cursor on the case surface.
    pub fn case_line(&self) -> Option<CaseLine> {
        self.case_lines().into_iter().nth(self.case.cursor)
    }
}
