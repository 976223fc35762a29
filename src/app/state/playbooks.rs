//! The playbooks surface: the library, and the hits of the playbook that was run last.

use crate::domain::{Entity, Schema, Timestamp};
use crate::playbook::{Playbook, runnable};

/// A playbook of the library, and whether the extract's roles allow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The question it answers.
    pub question: String,
    /// Its severity, as a word.
    pub severity: String,
    /// Why it cannot run on this extract.
    pub missing: Option<String>,
    /// Its hits, once it has run.
    pub hits: Option<Vec<Hit>>,
    /// Why there may be more hits than these.
    pub cut: Option<&'static str>,
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
}

/// A line of the surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaybookLine {
    /// A playbook.
    Head(usize),
    /// A hit of a playbook.
    Hit(usize, usize),
}

impl Entry {
    /// A playbook over an extract with these columns.
    fn of(playbook: &Playbook, schema: &Schema) -> Entry {
        Entry {
            id: playbook.id.clone(),
            title: playbook.title.clone(),
            question: playbook.question.clone(),
            severity: playbook.severity.name().to_owned(),
            missing: runnable(playbook, schema).err().map(|missing| missing.to_string()),
            hits: None,
            cut: None,
            running: false,
            error: None,
        }
    }
}

/// The surface.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Playbooks {
    /// The playbooks themselves.
    pub library: Vec<Playbook>,
    /// The library.
    pub entries: Vec<Entry>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
}

impl Playbooks {
    /// The playbooks that accuse entities of this kind, by their place; those that cannot run on the extract come last.
    pub fn accusing(&self, kind: crate::domain::Role) -> Vec<usize> {
        let of_kind = self.library.iter().enumerate().filter(|(_, playbook)| playbook.entity == kind).map(|(at, _)| at);
        let missing = |at: &usize| self.entries.get(*at).is_some_and(|entry| entry.missing.is_some());
        let mut places: Vec<usize> = of_kind.collect();
        places.sort_by_key(missing);
        places
    }

    /// The library over an extract with these columns: those that can run first, the gravest of them first.
    pub fn of(mut library: Vec<Playbook>, schema: &Schema) -> Playbooks {
        library.sort_by_key(|playbook| (runnable(playbook, schema).is_err(), std::cmp::Reverse(playbook.severity)));
        let entries = library.iter().map(|playbook| Entry::of(playbook, schema)).collect();
        Playbooks { library, entries, cursor: 0, top: 0 }
    }

    /// The lines of the surface.
    pub fn lines(&self) -> Vec<PlaybookLine> {
        let mut lines = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            lines.push(PlaybookLine::Head(at));
            lines.extend((0..entry.hits.as_ref().map_or(0, Vec::len)).map(|hit| PlaybookLine::Hit(at, hit)));
        }
        lines
    }

    /// The hit under the cursor.
    pub fn hit(&self) -> Option<&Hit> {
        match *self.lines().get(self.cursor)? {
            PlaybookLine::Hit(entry, hit) => self.entries.get(entry)?.hits.as_ref()?.get(hit),
            PlaybookLine::Head(_) => None,
        }
    }
}
