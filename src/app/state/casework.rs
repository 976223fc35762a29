//! The case as the screen knows it, and the lines of its surface.

use std::collections::BTreeMap;

use crate::case::{AuditLine, Case, Event, Finding, Moment, Stage, Staging, Target};
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
    /// In which order the case surface shows the case.
    pub order: CaseOrder,
    /// Its lines.
    pub lines: Vec<CaseLine>,
    /// What the lines are of: the last entry, the order, the extract.
    pub listed: Option<(u64, CaseOrder, String)>,
    /// The case in the order of time, where that is shown.
    pub moments: Vec<Moment>,
    /// Who did what, the latest first, where that is shown.
    pub audit: Vec<AuditLine>,
    /// Where each entity stands that the case speaks of.
    pub stages: BTreeMap<Entity, Staging>,
    /// Whether there are notes on entities, and whether there are notes on rows.
    pub noted: (bool, bool),
    /// The line under the cursor on the case surface.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
    /// The finding under the cursor on the findings surface.
    pub finding: usize,
    /// The first line of it on the screen.
    pub finding_top: usize,
    /// The last numbers given out in this run to questions, notes and findings, which may not be in the journal yet.
    pub given: BTreeMap<char, u64>,
}

impl CaseState {
    /// An id that nothing in the journal or on its way there has: `f3`.
    pub fn fresh_id(&mut self, letter: char) -> String {
        let id = self.next_id(letter);
        self.give_id(letter);
        id
    }

    /// The id that [`CaseState::fresh_id`] would give next.
    pub fn next_id(&self, letter: char) -> String {
        format!("{letter}{}", self.next_number(letter))
    }

    /// Notes that this id has been given out.
    pub fn give_id(&mut self, letter: char) {
        let number = self.next_number(letter);
        self.given.insert(letter, number);
    }

    fn next_number(&self, letter: char) -> u64 {
        let next = match letter {
            'q' => self.case.next_question_id(),
            'n' => self.case.next_note_id(),
            _ => self.case.next_finding_id(),
        };
        let number = next.get(1..).and_then(|number| number.parse::<u64>().ok()).unwrap_or(1);
        number.max(self.given.get(&letter).map_or(1, |last| last + 1))
    }
}

/// In which order the case surface shows the case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// Questions with their findings and evidence, then entities, notes, pins.
    #[default]
    Things,
    /// Pins, labels, stages and findings by their time.
    Time,
    /// Who opened, ran, revealed and exported what.
    Audit,
}

impl CaseOrder {
    /// The next one.
    pub const fn next(self) -> CaseOrder {
        match self {
            CaseOrder::Things => CaseOrder::Time,
            CaseOrder::Time => CaseOrder::Audit,
            CaseOrder::Audit => CaseOrder::Things,
        }
    }

    /// What it shows, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            CaseOrder::Things => "",
            CaseOrder::Time => "in the order of time",
            CaseOrder::Audit => "who did what",
        }
    }
}

/// A line of the case surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseLine {
    /// A heading with the number of things below it.
    Heading(&'static str, usize),
    /// A question, by id.
    Question(String),
    /// A finding, by id; below the question that it answers, where it answers one.
    Finding {
        /// Its id.
        id: String,
        /// How far it is indented.
        depth: usize,
    },
    /// A number of a finding: what was counted, and how much.
    Number {
        /// The finding.
        finding: String,
        /// Its place among the finding's numbers.
        at: usize,
        /// How far it is indented.
        depth: usize,
    },
    /// A pinned row that a finding stands on.
    Kept {
        /// The evidence.
        evidence: String,
        /// How far it is indented.
        depth: usize,
    },
    /// An entity that the case speaks of.
    Entity(Entity),
    /// A note, by id.
    Note(String),
    /// A pin, by evidence.
    Pin(String),
    /// A query with its row count that belongs to no finding, by its place.
    Measure(usize),
    /// A file of the extract, by its place.
    Source(usize),
    /// A record that could not be read, by its place among the samples.
    Reject(usize),
    /// A file that left the case, by its place.
    Export(usize),
    /// A moment of the case, by its place.
    Moment(usize),
    /// A line of the audit, by its place.
    Audit(usize),
    /// What to do where there is nothing yet.
    Advice(&'static str),
}

impl CaseLine {
    /// The entity that the line is about.
    pub fn entity(&self, state: &CaseState) -> Option<Entity> {
        match self {
            CaseLine::Entity(entity) => Some(entity.clone()),
            CaseLine::Note(id) => match &state.case.note(id)?.target {
                Target::Entity(entity) => Some(entity.clone()),
                _ => None,
            },
            CaseLine::Moment(at) => match &state.case.entry(state.moments.get(*at)?.seq)?.event {
                Event::Labelled { entity, .. } | Event::Unlabelled { entity, .. } | Event::Staged { entity, .. } => {
                    Some(entity.clone())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

impl State {
    /// The lines of the case surface.
    pub fn case_lines(&self) -> &[CaseLine] {
        &self.case.lines
    }

    /// The line under the cursor on the case surface.
    pub fn case_line(&self) -> Option<CaseLine> {
        self.case.lines.get(self.case.cursor).cloned()
    }

    /// The lines in the present order, made anew.
    pub(crate) fn list_case(&self) -> Vec<CaseLine> {
        match self.case.order {
            CaseOrder::Things => self.things(),
            CaseOrder::Time if self.case.moments.is_empty() => {
                vec![CaseLine::Advice("nothing is pinned, labelled or found yet; s shows the case in another order")]
            }
            CaseOrder::Time => (0..self.case.moments.len()).map(CaseLine::Moment).collect(),
            CaseOrder::Audit if self.case.audit.is_empty() => vec![CaseLine::Advice("nothing has been done yet")],
            CaseOrder::Audit => (0..self.case.audit.len()).map(CaseLine::Audit).collect(),
        }
    }

    fn things(&self) -> Vec<CaseLine> {
        let case = &self.case.case;
        let mut lines = Vec::new();
        let mut section = |title, advice, items: Vec<CaseLine>, count: usize| {
            lines.push(CaseLine::Heading(title, count));
            if items.is_empty() {
                lines.push(CaseLine::Advice(advice));
            }
            lines.extend(items);
        };
        let questions = case.questions();
        let asked =
            |finding: &&&Finding| finding.question.as_ref().is_some_and(|id| questions.iter().any(|question| question.id == *id));
        let findings = case.findings();
        let mut answered = Vec::new();
        for question in &questions {
            answered.push(CaseLine::Question(question.id.clone()));
            for finding in findings.iter().filter(|finding| finding.question.as_ref() == Some(&question.id)) {
                answered.extend(stood_on(finding, 1));
            }
        }
        let count = questions.len();
        section("Questions", "Space q asks one: what must this case answer?", answered, count);
        let others: Vec<&Finding> = findings.iter().filter(|finding| !asked(finding)).copied().collect();
        let (title, advice) = match questions.is_empty() {
            true => ("Findings", "f states one, with the view as its evidence"),
            false => ("Findings that answer no question", "none: f states a finding, e says which question it answers"),
        };
        let count = others.len();
        section(title, advice, others.into_iter().flat_map(|finding| stood_on(finding, 0)).collect(), count);
        let entities: Vec<CaseLine> = self.by_stage().into_iter().map(CaseLine::Entity).collect();
        let count = entities.len();
        section("Entities", "t labels the entity under the cursor, c writes a note on it", entities, count);
        let mut plain = |title, advice, items: Vec<CaseLine>| {
            let count = items.len();
            section(title, advice, items, count);
        };
        plain(
            "Notes",
            "c writes one: on an entity, a row, or the case",
            case.notes().map(|note| CaseLine::Note(note.id.clone())).collect(),
        );
        plain(
            "Pins",
            "m keeps the row under the cursor as evidence",
            case.pins().into_iter().map(|pin| CaseLine::Pin(pin.evidence.clone())).collect(),
        );
        let loose: Vec<CaseLine> = case
            .measures()
            .iter()
            .enumerate()
            .filter(|(_, measure)| measure.finding.is_none())
            .map(|(at, _)| CaseLine::Measure(at))
            .collect();
        if !loose.is_empty() {
            plain("Measured queries", "", loose);
        }
        plain("Exports", "Space r writes the report", (0..case.exports().len()).map(CaseLine::Export).collect());
        if let Some(extract) = &self.extract {
            plain("Files of the extract", "", (0..extract.sources.len()).map(CaseLine::Source).collect());
            plain(
                "Records that could not be read",
                "none: every record of the extract was read",
                (0..extract.reject_samples.len()).map(CaseLine::Reject).collect(),
            );
        }
        lines
    }

    /// The entities of the case, those first that something is to be done about.
    fn by_stage(&self) -> Vec<Entity> {
        let weight = |stage: Stage| match stage {
            Stage::Confirmed => 0,
            Stage::Suspect => 1,
            Stage::Seen => 2,
            Stage::Cleared => 3,
        };
        let mut staged: Vec<(&Entity, &Staging)> = self.case.stages.iter().collect();
        staged.sort_by_key(|(_, staging)| weight(staging.stage));
        staged.into_iter().map(|(entity, _)| entity.clone()).collect()
    }
}

/// A finding with what it stands on.
fn stood_on(finding: &Finding, depth: usize) -> Vec<CaseLine> {
    let numbers = (0..finding.measures.len()).map(|at| CaseLine::Number { finding: finding.id.clone(), at, depth: depth + 1 });
    let kept = finding.evidence.iter().map(|evidence| CaseLine::Kept { evidence: evidence.clone(), depth: depth + 1 });
    std::iter::once(CaseLine::Finding { id: finding.id.clone(), depth }).chain(numbers).chain(kept).collect()
}
