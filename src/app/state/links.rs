//! The links of an entity: a tree of who shares what, and the group that hangs together.

use std::collections::{BTreeSet, HashSet};

use crate::domain::Entity;
use crate::investigate::links::{Links, Neighbour, Options, Via};

/// Neighbours of one entity that the tree shows at most; a line says when there are more.
pub const SHOWN: usize = 200;
/// Members of a group that are drawn at most.
pub const DRAWN: usize = 64;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkLine {
    /// An entity.
    Entity {
        /// What links it to the one above it; the start has nothing above.
        neighbour: Box<Neighbour>,
        /// The values from the start to it.
        path: Vec<String>,
        /// Whether what is below it is shown.
        open: bool,
        /// Whether the link is too weak to count.
        weak: bool,
    },
    /// A value that an unfolded entity shares with the one above it, or a hub that it is on.
    Bridge {
        /// How deep it lies.
        depth: usize,
        /// The value.
        via: Via,
    },
    /// What stands in the place of lines that are not here: on their way, none, or too many.
    Rest {
        /// How deep it lies.
        depth: usize,
        /// What is to be said.
        says: String,
    },
}

impl LinkLine {
    /// How deep the line lies.
    pub fn depth(&self) -> usize {
        match self {
            LinkLine::Entity { path, .. } => path.len().saturating_sub(1),
            LinkLine::Bridge { depth, .. } | LinkLine::Rest { depth, .. } => *depth,
        }
    }
}

/// The place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LinksPane {
    /// What asks and knows.
    pub machine: Option<Box<Links>>,
    /// What was chosen in this run, for the next start of the same kind.
    pub options: Option<Options>,
    /// The lines of the tree.
    pub lines: Vec<LinkLine>,
    /// The unfolded entities, by their paths.
    pub open: BTreeSet<Vec<String>>,
    /// The group, while it is drawn.
    pub group: Vec<Neighbour>,
    /// The values that members who are drawn share, with their places in the group.
    pub threads: Vec<(Via, Vec<usize>)>,
    /// Whether links that do not count are shown too.
    pub weak: bool,
    /// Whether the group is drawn in the place of the tree.
    pub drawing: bool,
    /// Whether an answer is on its way.
    pub loading: bool,
    /// Why there is nothing.
    pub error: Option<String>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
    /// Counts the machines, for fresh table names.
    pub serial: u64,
}

impl LinksPane {
    /// Whether somebody else than the one whose links these are is among the lines.
    pub fn has_others(&self, start: &Entity) -> bool {
        self.lines.iter().any(|line| matches!(line, LinkLine::Entity { neighbour, .. } if neighbour.entity != *start))
    }

    /// Whether the cursor is on somebody else than the one whose links these are.
    pub fn is_on_another(&self, start: &Entity) -> bool {
        matches!(self.current(), Some(LinkLine::Entity { neighbour, .. }) if neighbour.entity != *start)
    }

    /// The line under the cursor.
    pub fn current(&self) -> Option<&LinkLine> {
        self.lines.get(self.cursor)
    }

    /// The entity that the line under the cursor is about: itself, or the value that links.
    pub fn pointed(&self) -> Option<Entity> {
        match self.current()? {
            LinkLine::Entity { neighbour, .. } => Some(neighbour.entity.clone()),
            LinkLine::Bridge { via, .. } => match via.over.roles() {
                [role] => Entity::new(*role, via.value.clone()),
                _ => None,
            },
            LinkLine::Rest { .. } => None,
        }
    }

    /// The members of the group as far as it is known.
    pub fn members(&self) -> Vec<Entity> {
        let group = self.machine.as_ref().map(|machine| machine.group(&HashSet::new())).unwrap_or_default();
        group.into_iter().map(|member| member.entity).collect()
    }

    /// Makes the lines anew from what is known. `bad` are the values that are labelled so.
    pub fn rebuild(&mut self, bad: &HashSet<String>) {
        let mut lines = Vec::new();
        if let Some(machine) = &self.machine {
            let start = machine.group(bad).into_iter().next();
            let path = vec![machine.start().value.clone()];
            if let Some(start) = start {
                self.add(machine, start, path, bad, &mut lines);
            }
            if self.drawing {
                self.group = machine.group(bad);
                self.threads = machine.threads(DRAWN);
            }
        }
        self.lines = lines;
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
    }

    fn add(&self, machine: &Links, neighbour: Neighbour, path: Vec<String>, bad: &HashSet<String>, lines: &mut Vec<LinkLine>) {
        let open = self.open.contains(&path);
        let weak = neighbour.weight < machine.options().min_weight;
        let via = neighbour.via.clone();
        let value = neighbour.entity.value.clone();
        lines.push(LinkLine::Entity { neighbour: Box::new(neighbour), path: path.clone(), open, weak });
        if !open {
            return;
        }
        let depth = path.len();
        lines.extend(via.into_iter().map(|via| LinkLine::Bridge { depth, via }));
        let Some(neighbours) = machine.neighbours(&value, bad) else {
            lines.push(LinkLine::Rest { depth, says: "looking".to_owned() });
            return;
        };
        let all = neighbours.len();
        let min_weight = machine.options().min_weight;
        let counting = neighbours.iter().filter(|one| one.weight >= min_weight).count();
        let beside = neighbours.into_iter().filter(|one| !path.contains(&one.entity.value));
        let mut shown = 0;
        let mut more = 0;
        for one in beside.filter(|one| self.weak || one.weight >= min_weight) {
            if shown == SHOWN {
                more += 1;
                continue;
            }
            shown += 1;
            let path = path.iter().cloned().chain([one.entity.value.clone()]).collect();
            self.add(machine, one, path, bad, lines);
        }
        let mut rest = Vec::new();
        if more > 0 {
            rest.push(format!("{more} more"));
        }
        if !self.weak && all > counting {
            rest.push(format!("{} more share too little to count: w shows them", all - counting));
        }
        if shown == 0 && rest.is_empty() {
            rest.push("nobody else".to_owned());
        }
        if !rest.is_empty() {
            lines.push(LinkLine::Rest { depth, says: rest.join(", ") });
        }
        let hubs = machine.shared(&value).unwrap_or_default().into_iter().filter(|via| via.hub);
        lines.extend(hubs.map(|via| LinkLine::Bridge { depth, via }));
    }
}
