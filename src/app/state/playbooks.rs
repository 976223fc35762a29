//! The playbooks surface: the library, what came of the playbooks that ran, and the board on which their hits are judged.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::domain::{Entity, Role, Schema, Severity, Timestamp};
use crate::playbook::{Playbook, runnable};

use super::triage::Triage;

/// A playbook of the library, and what came of it on this extract.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The question that it answers.
    pub question: String,
    /// How much a hit of it matters.
    pub severity: Severity,
    /// Its first tag, by which the library is divided.
    pub category: String,
    /// Why it cannot run on this extract.
    pub missing: Option<String>,
    /// The parameters that it was run with last, where they are not the defaults, as they were typed.
    pub params: BTreeMap<String, String>,
    /// Its hits, once it has run, the worst first.
    pub hits: Option<Vec<Hit>>,
    /// Why there may be more hits than these.
    pub cut: Option<&'static str>,
    /// How long it ran.
    pub elapsed: Option<Duration>,
    /// Whether it is running.
    pub running: bool,
    /// Why it failed.
    pub error: Option<String>,
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Whom it accuses.
    pub entity: Entity,
    /// How strongly, on the playbook's own scale.
    pub score: f64,
    /// Rows.
    pub requests: u64,
    /// The first of them.
    pub first_seen: Option<Timestamp>,
    /// The last of them.
    pub last_seen: Option<Timestamp>,
    /// Some of the rows that show it.
    pub examples: Vec<i64>,
    /// Whether the last run that the case knows of did not have it; `false` where it knows of none.
    pub fresh: bool,
}

/// A line of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaybookLine {
    /// A category, with the number of its playbooks.
    Category(String, usize),
    /// A playbook.
    Head(usize),
    /// A hit of a playbook.
    Hit(usize, usize),
}

/// The category of the playbooks that this extract has not the roles for.
pub const CANNOT_RUN: &str = "cannot run on this extract";

impl Entry {
    /// A playbook over an extract with these columns.
    fn of(playbook: &Playbook, schema: &Schema) -> Entry {
        let missing = runnable(playbook, schema).err().map(|missing| missing.to_string());
        let category = match &missing {
            Some(_) => CANNOT_RUN.to_owned(),
            None => playbook.tags.first().cloned().unwrap_or_else(|| "other".to_owned()),
        };
        Entry {
            id: playbook.id.clone(),
            title: playbook.title.clone(),
            question: playbook.question.clone(),
            severity: playbook.severity,
            category,
            missing,
            params: BTreeMap::new(),
            hits: None,
            cut: None,
            elapsed: None,
            running: false,
            error: None,
        }
    }

    /// The hit under a place in its list.
    pub fn hit(&self, at: usize) -> Option<&Hit> {
        self.hits.as_ref()?.get(at)
    }
}

/// What the surface shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Board {
    /// The playbooks by category, each with its hits.
    #[default]
    Library,
    /// Who was accused, the worst first, by all playbooks together.
    Triage,
}

/// All playbooks are being run, one after the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Batch {
    /// How many have ended.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

/// The surface.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Playbooks {
    /// The playbooks themselves, in the order of the entries.
    pub library: Vec<Playbook>,
    /// What came of each.
    pub entries: Vec<Entry>,
    /// What is shown.
    pub board: Board,
    /// What is searched for; empty for nothing.
    pub needle: String,
    /// Categories whose playbooks are not shown, and playbooks (by id) whose hits are not.
    pub folded: BTreeSet<String>,
    /// The playbooks that are still to run, where all are being run.
    pub queue: VecDeque<usize>,
    /// How far the run of all of them is.
    pub batch: Option<Batch>,
    /// Counts the changes of hits, so that the board is merged anew only where something has changed.
    pub version: u64,
    /// The line of the library under the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
    /// Who was accused.
    pub triage: Triage,
}

impl Playbooks {
    /// The playbooks that accuse entities of this kind, by their place, the gravest first; those that cannot run on the extract come last.
    pub fn accusing(&self, kind: Role) -> Vec<usize> {
        let of_kind = self.library.iter().enumerate().filter(|(_, playbook)| playbook.entity == kind).map(|(at, _)| at);
        let mut places: Vec<usize> = of_kind.collect();
        places.sort_by_key(|at| self.entries.get(*at).map(|entry| (entry.missing.is_some(), std::cmp::Reverse(entry.severity))));
        places
    }

    /// The library over an extract with these columns: by category, the category with the gravest playbooks first; what cannot run last.
    pub fn of(library: Vec<Playbook>, schema: &Schema) -> Playbooks {
        let mut both: Vec<(Entry, Playbook)> =
            library.into_iter().map(|playbook| (Entry::of(&playbook, schema), playbook)).collect();
        // A category weighs what its gravest playbooks weigh, and more of them weigh more.
        let mut weights: BTreeMap<String, [usize; 5]> = BTreeMap::new();
        for (entry, _) in &both {
            let place = Severity::Critical as usize - entry.severity as usize;
            if let Some(count) = weights.entry(entry.category.clone()).or_default().get_mut(place) {
                *count += 1;
            }
        }
        both.sort_by(|(a, _), (b, _)| {
            let key = |entry: &Entry| (entry.missing.is_some(), std::cmp::Reverse(weights.get(&entry.category).copied()));
            let within = |entry: &Entry| (entry.category.clone(), std::cmp::Reverse(entry.severity), entry.title.clone());
            key(a).cmp(&key(b)).then_with(|| within(a).cmp(&within(b)))
        });
        let (entries, library) = both.into_iter().unzip();
        // The first playbook, below the heading of its category.
        Playbooks { library, entries, cursor: 1, ..Playbooks::default() }
    }

    /// The same surface with another library: what is known of playbooks that are in both stays.
    #[must_use]
    pub fn with_library(self, library: Vec<Playbook>, schema: &Schema) -> Playbooks {
        let mut fresh = Playbooks::of(library, schema);
        for (at, playbook) in fresh.library.iter().enumerate() {
            let known = self.library.iter().position(|before| before == playbook).and_then(|at| self.entries.get(at));
            if let (Some(known), Some(entry)) = (known, fresh.entries.get_mut(at)) {
                *entry = known.clone();
            }
        }
        Playbooks {
            board: self.board,
            needle: self.needle,
            folded: self.folded,
            version: self.version + 1,
            cursor: self.cursor,
            top: self.top,
            triage: self.triage,
            ..fresh
        }
    }

    /// Whether a playbook has the searched text: in its title, question, id, tags, or the roles that it needs.
    fn is_sought(&self, at: usize) -> bool {
        let needle = self.needle.to_lowercase();
        let Some(playbook) = self.library.get(at) else { return false };
        let has = |text: &str| text.to_lowercase().contains(&needle);
        needle.is_empty()
            || [&playbook.id, &playbook.title, &playbook.question].into_iter().any(|text| has(text))
            || playbook.tags.iter().any(|tag| has(tag))
            || has(playbook.entity.name())
            || playbook.roles.iter().any(|role| has(role.name()))
    }

    /// The lines of the library.
    pub fn lines(&self) -> Vec<PlaybookLine> {
        let mut lines = Vec::new();
        let shown: Vec<usize> = (0..self.entries.len()).filter(|at| self.is_sought(*at)).collect();
        let mut last: Option<&str> = None;
        for at in &shown {
            let Some(entry) = self.entries.get(*at) else { continue };
            if last != Some(entry.category.as_str()) {
                last = Some(&entry.category);
                let of_it = |at: &&usize| self.entries.get(**at).is_some_and(|other| other.category == entry.category);
                lines.push(PlaybookLine::Category(entry.category.clone(), shown.iter().filter(of_it).count()));
            }
            // What is searched for is shown, folded or not.
            if self.needle.is_empty() && self.folded.contains(&entry.category) {
                continue;
            }
            lines.push(PlaybookLine::Head(*at));
            if !self.folded.contains(&entry.id) {
                lines.extend((0..entry.hits.as_ref().map_or(0, Vec::len)).map(|hit| PlaybookLine::Hit(*at, hit)));
            }
        }
        lines
    }

    /// The line of the library under the cursor.
    pub fn line(&self) -> Option<PlaybookLine> {
        self.lines().into_iter().nth(self.cursor)
    }

    /// The entity under the cursor, on either board.
    pub fn pointed(&self) -> Option<&Entity> {
        match self.board {
            Board::Library => match self.line()? {
                PlaybookLine::Hit(at, hit) => Some(&self.entries.get(at)?.hit(hit)?.entity),
                _ => None,
            },
            Board::Triage => Some(&self.triage.current()?.entity),
        }
    }

    /// The hits that the cursor stands for, as places of a playbook and a hit: one, or all of an accused entity.
    pub fn accusations(&self) -> Vec<(usize, usize)> {
        match self.board {
            Board::Library => match self.line() {
                Some(PlaybookLine::Hit(at, hit)) => vec![(at, hit)],
                _ => Vec::new(),
            },
            Board::Triage => self.triage.accusations(),
        }
    }

    /// The playbook under the cursor, or the one whose hit is there.
    pub fn current(&self) -> Option<usize> {
        match self.board {
            Board::Library => match self.line()? {
                PlaybookLine::Head(at) | PlaybookLine::Hit(at, _) => Some(at),
                PlaybookLine::Category(..) => None,
            },
            Board::Triage => self.triage.accusations().first().map(|(at, _)| *at),
        }
    }

    /// Whether any playbook has run.
    pub fn has_run(&self) -> bool {
        self.entries.iter().any(|entry| entry.hits.is_some() || entry.error.is_some())
    }
}
