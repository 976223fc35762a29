//! The page of an entity: when it was seen, how much it did, with what it shares rows.

use crate::domain::{Entity, Role, Timestamp, Value};

use super::fields::{Counted, Values};
use super::timeline::Bucket;

/// The figures of an entity in the view.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Its rows.
    pub requests: u64,
    /// The first of them.
    pub first_seen: Option<Timestamp>,
    /// The last of them.
    pub last_seen: Option<Timestamp>,
    /// Rows with an error code or a status of 400 and more; `None` where the extract has neither.
    pub errors: Option<u64>,
    /// Tokens sent.
    pub tokens_in: Option<u64>,
    /// Tokens received.
    pub tokens_out: Option<u64>,
    /// Cost, in the extract's currency.
    pub cost: Option<f64>,
    /// How many different values of each other role share rows with it.
    pub distinct: Vec<(Role, u64)>,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Whose page.
    pub entity: Option<Entity>,
    /// Its figures, once here.
    pub figures: Option<Figures>,
    /// What the side tables say of it, by column; nothing before it is here.
    pub facts: Option<Vec<(String, Value)>>,
    /// Its rows over time.
    pub spark: Vec<Bucket>,
    /// Its top related values by role.
    pub related: Vec<(Role, Values)>,
    /// What it had not had before, by role.
    pub fresh: Vec<Fresh>,
    /// From when on a value counts as one that it had not had before.
    pub settled: Option<Timestamp>,
    /// The line under the cursor, a place among [`super::State::page_lines`].
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
    /// Why there is nothing.
    pub error: Option<String>,
}

/// Values of one role that are new for an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh {
    /// The role.
    pub role: Role,
    /// The values that were first seen last.
    pub values: Vec<FreshValue>,
    /// How many are new in all.
    pub count: u64,
}

/// A value that is new for an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct FreshValue {
    /// The value. Attacker-written.
    pub value: String,
    /// Rows with it.
    pub requests: u64,
    /// When the entity had it first.
    pub first_seen: Option<Timestamp>,
}

/// A line of the page that the cursor can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLine {
    /// The entity itself.
    Entity,
    /// A new value: its place among the roles, and in its role.
    Fresh(usize, usize),
    /// A playbook that accuses entities of this kind, a place in the library.
    Playbook(usize),
    /// A related value: its place among the roles, and in its role.
    Value(usize, usize),
}

/// Values read for each role.
pub const RELATED: u64 = 5;

impl Page {
    /// The related value at a place.
    pub fn value(&self, role: usize, at: usize) -> Option<(Role, &Counted)> {
        match self.related.get(role)? {
            (role, Values::Known { top, .. }) => Some((*role, top.get(at)?)),
            _ => None,
        }
    }

    /// The new value at a place.
    pub fn fresh(&self, role: usize, at: usize) -> Option<(Role, &FreshValue)> {
        let fresh = self.fresh.get(role)?;
        Some((fresh.role, fresh.values.get(at)?))
    }

    /// The lines of the page that the cursor can stand on, with these playbooks between new and related values.
    pub fn lines(&self, playbooks: impl IntoIterator<Item = usize>) -> Vec<PageLine> {
        let mut lines = vec![PageLine::Entity];
        for (role, fresh) in self.fresh.iter().enumerate() {
            lines.extend((0..fresh.values.len()).map(|at| PageLine::Fresh(role, at)));
        }
        lines.extend(playbooks.into_iter().map(PageLine::Playbook));
        for (role, (_, values)) in self.related.iter().enumerate() {
            if let Values::Known { top, .. } = values {
                lines.extend((0..top.len()).map(|at| PageLine::Value(role, at)));
            }
        }
        lines
    }
}
