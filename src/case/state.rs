//! The case as the replay of its journal. Pure: no clock, no file.
//!
//! Each entry is about one subject (an entity's labels or its stage, a note, a pin, a finding, a question) or, where it labels many
//! entities, about several. The entries of a subject that count are kept in order, so taking one back builds only its subject again, not the whole case.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::{Entity, Timestamp};

use super::check::Refusal;
use super::entry::{Entry, NO_PREV};
use super::event::{DismissedHit, Event};
use super::fold;
use super::model::{CaseExtract, Export, Merge, Oddity, Reveal, Run, Stamp, State, TrailNode};
use super::triage::PlaybookRun;

/// What an undoable entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Question(String),
    Labels(Entity),
    Stage(Entity),
    Note(String),
    Pin(String),
    Finding(String),
    Measure(u64),
    Dismissal(Entity, String),
}

/// What the case was created as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Founding {
    /// The case's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who leads it.
    pub analyst: String,
    /// The version of the case format.
    pub version: u32,
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// A case: all that its journal says so far.
#[derive(Debug, Clone, Default)]
pub struct Case {
    pub(super) founding: Founding,
    pub(super) state: State,
    pub(super) entries: Vec<Arc<Entry>>,
    subjects: HashMap<Subject, Vec<u64>>,
    steps: BTreeSet<u64>,
    undone: BTreeSet<u64>,
    redo: Vec<u64>,
    oddities: Vec<Oddity>,
    ids: BTreeMap<char, u64>,
}

impl Case {
    /// The case that some entries build up.
    pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Case {
        let mut case = Case::default();
        for entry in entries {
            case.apply(entry);
        }
        case
    }

    /// Takes the next entry in. An entry that makes no sense where it stands changes nothing and is listed in [`Case::oddities`].
    pub fn apply(&mut self, entry: &Entry) {
        self.apply_shared(Arc::new(entry.clone()));
    }

    pub(super) fn apply_shared(&mut self, entry: Arc<Entry>) {
        if let Err(Refusal(what)) = self.check(&entry.event) {
            self.oddities.push(Oddity { seq: entry.seq, what });
            self.entries.push(entry);
            return;
        }
        let stamp = entry.stamp();
        self.entries.push(Arc::clone(&entry));
        match &entry.event {
            Event::Created { id, title, analyst, version } => {
                self.founding = Founding {
                    id: id.clone(),
                    title: title.clone(),
                    analyst: analyst.clone(),
                    version: *version,
                    created: Some(entry.at),
                };
            }
            Event::Opened { extracts } => self.opened(extracts, &stamp),
            Event::Visited { node, parent, title, view, place, rows } => {
                let (node, parent, rows) = (*node, *parent, *rows);
                let (title, view, place) = (title.clone(), view.clone(), place.clone());
                self.state.trail.insert(node, TrailNode { node, parent, title, view, place, rows, stamp });
            }
            Event::Revealed { row_id, column, extract, scope } => {
                let (column, extract, scope) = (column.clone(), extract.clone(), scope.clone());
                self.state.reveals.push(Reveal { row_id: *row_id, column, extract, scope, stamp });
            }
            Event::Ran { what, rows } => self.state.runs.push(Run { what: what.clone(), rows: *rows, stamp }),
            Event::Merged { case, head, analyst, entries } => {
                let (case, head, analyst) = (case.clone(), head.clone(), analyst.clone());
                self.state.merges.push(Merge { case, head, analyst, entries: *entries, stamp });
            }
            Event::Exported { path, sha256, format } => {
                self.state.exports.push(Export { path: path.clone(), sha256: sha256.clone(), format: format.clone(), stamp });
            }
            Event::PlaybookRan { playbook, params, hits, entity, extract } => {
                let key = (playbook.clone(), params.clone());
                let run = PlaybookRun { entity: *entity, hits: hits.clone(), extract: extract.clone(), stamp };
                self.state.playbook_runs.insert(key, run);
            }
            Event::Undone { seq } => self.undo(*seq),
            Event::Redone { seq } => self.redo(*seq),
            _ => self.step(&entry),
        }
    }

    fn opened(&mut self, extracts: &[super::saved::OpenedExtract], stamp: &Stamp) {
        for opened in extracts {
            self.state.current = Some(opened.sha256.clone());
            match self.state.extracts.iter_mut().find(|known| known.extract.sha256 == opened.sha256) {
                Some(known) => {
                    known.extract = opened.clone();
                    known.openings += 1;
                }
                None => self.state.extracts.push(CaseExtract { extract: opened.clone(), stamp: stamp.clone(), openings: 1 }),
            }
        }
    }

    fn step(&mut self, entry: &Arc<Entry>) {
        self.note_id(&entry.event);
        for subject in subjects(entry) {
            fold::apply(&mut self.state, &subject, entry);
            self.subjects.entry(subject).or_default().push(entry.seq);
        }
        if entry.event.is_step() {
            self.steps.insert(entry.seq);
            self.redo.clear();
        }
    }

    fn undo(&mut self, seq: u64) {
        self.undone.insert(seq);
        self.steps.remove(&seq);
        if self.entry(seq).is_some_and(|entry| entry.event.is_step()) {
            self.redo.push(seq);
        }
        self.rebuild(seq);
    }

    fn redo(&mut self, seq: u64) {
        self.undone.remove(&seq);
        self.redo.retain(|other| *other != seq);
        if self.entry(seq).is_some_and(|entry| entry.event.is_step()) {
            self.steps.insert(seq);
        }
        self.rebuild(seq);
    }

    /// Builds the subjects of an entry again after it was taken back or counts again.
    fn rebuild(&mut self, seq: u64) {
        let Some(entry) = self.entry(seq).cloned() else { return };
        let counts = !self.undone.contains(&seq);
        for subject in subjects(&entry) {
            let live = self.subjects.entry(subject.clone()).or_default();
            match live.binary_search(&seq) {
                Ok(at) if !counts => {
                    live.remove(at);
                }
                Err(at) if counts => live.insert(at, seq),
                _ => {}
            }
            let entries: Vec<Arc<Entry>> = live.clone().into_iter().filter_map(|seq| self.entry(seq).cloned()).collect();
            fold::clear(&mut self.state, &subject);
            for entry in &entries {
                fold::apply(&mut self.state, &subject, entry);
            }
        }
    }

    /// The entry with this number.
    pub fn entry(&self, seq: u64) -> Option<&Arc<Entry>> {
        // Entries are numbered from 1 without gaps, except where a newer version's entries had to be left out.
        let guess = usize::try_from(seq).ok()?.checked_sub(1)?;
        match self.entries.get(guess) {
            Some(entry) if entry.seq == seq => Some(entry),
            _ => self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok().and_then(|at| self.entries.get(at)),
        }
    }

    /// Every entry, in order: the audit.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The number and hash of the last entry; 0 and 64 zeros before the first.
    pub fn head(&self) -> (u64, &str) {
        self.entries.last().map_or((0, NO_PREV), |entry| (entry.seq, &entry.hash))
    }

    /// Entries that make no sense where they stand.
    pub fn oddities(&self) -> &[Oddity] {
        &self.oddities
    }

    /// Whether two cases say the same now, however they came to it.
    pub fn says_the_same(&self, other: &Case) -> bool {
        self.founding == other.founding && self.state == other.state
    }

    /// Whether an entry has been taken back.
    pub fn is_undone(&self, seq: u64) -> bool {
        self.undone.contains(&seq)
    }

    /// What undo would take back: the entry's number and what it did. Record [`Event::Undone`] with the number.
    pub fn next_undo(&self) -> Option<(u64, String)> {
        let seq = *self.steps.last()?;
        Some((seq, self.entry(seq)?.event.describe()))
    }

    /// What redo would bring back: the entry's number and what it did. Record [`Event::Redone`] with the number.
    pub fn next_redo(&self) -> Option<(u64, String)> {
        let seq = *self.redo.last()?;
        Some((seq, self.entry(seq)?.event.describe()))
    }

    /// Remembers ids that were given out, so that no id is given twice, not even that of something taken back.
    fn note_id(&mut self, event: &Event) {
        if let Event::Question { id, .. } | Event::Noted { id, .. } | Event::Found { id, .. } = event {
            let mut characters = id.chars();
            if let (Some(letter), Ok(number)) = (characters.next(), characters.as_str().parse::<u64>()) {
                let last = self.ids.entry(letter).or_default();
                *last = (*last).max(number);
            }
        }
    }

    /// Whether an id was ever given out here.
    pub(super) fn has_given(&self, id: &str) -> bool {
        let mut characters = id.chars();
        let letter = characters.next();
        match (letter, characters.as_str().parse::<u64>()) {
            (Some(letter), Ok(number)) => self.ids.get(&letter).is_some_and(|last| number <= *last),
            _ => self.state.questions.contains_key(id) || self.state.findings.contains_key(id) || self.note(id).is_some(),
        }
    }

    pub(super) fn next_id(&self, letter: char) -> String {
        format!("{letter}{}", self.ids.get(&letter).map_or(1, |last| last.saturating_add(1)))
    }
}

/// What an entry is about. One that names an entity twice is about it once.
fn subjects(entry: &Entry) -> Vec<Subject> {
    let one = match &entry.event {
        Event::LabelledMany { entities, .. } | Event::UnlabelledMany { entities, .. } => {
            let entities: BTreeSet<&Entity> = entities.iter().collect();
            return entities.into_iter().map(|entity| Subject::Labels(entity.clone())).collect();
        }
        Event::DismissedMany { hits, .. } => {
            let hits: BTreeSet<&DismissedHit> = hits.iter().collect();
            return hits.into_iter().map(|hit| Subject::Dismissal(hit.entity.clone(), hit.playbook.clone())).collect();
        }
        Event::Question { id, .. } | Event::Answered { id, .. } => Subject::Question(id.clone()),
        Event::Labelled { entity, .. } | Event::Unlabelled { entity, .. } => Subject::Labels(entity.clone()),
        Event::Staged { entity, .. } => Subject::Stage(entity.clone()),
        Event::Noted { id, .. } | Event::NoteRemoved { id } => Subject::Note(id.clone()),
        Event::Pinned { evidence, .. } | Event::Unpinned { evidence } => Subject::Pin(evidence.clone()),
        Event::Found { id, .. } | Event::FindingChanged { id, .. } => Subject::Finding(id.clone()),
        Event::Measured { finding: Some(id), .. } => Subject::Finding(id.clone()),
        Event::Measured { finding: None, .. } => Subject::Measure(entry.seq),
        Event::Dismissed { entity, playbook, .. } => Subject::Dismissal(entity.clone(), playbook.clone()),
        _ => return Vec::new(),
    };
    vec![one]
}
