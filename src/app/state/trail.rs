//! The trail: the tree of views visited. Going back never loses a branch.

use crate::domain::{Entity, Role, TimeRange, Timestamp};
use crate::investigate::View;

use super::{Left, State};

/// What the main area shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// The rows of the view.
    #[default]
    Rows,
    /// The entities of a role that stand in the rows of the view.
    Pivot {
        /// Whose rows these are: one entity or several of a kind; empty for a view that was not begun from entities.
        from: Vec<Entity>,
        /// What is listed.
        to: Role,
    },
    /// The values of a column.
    Top {
        /// Which column.
        column: String,
    },
    /// The page of an entity.
    Page(Entity),
    /// The links of an entity.
    Links(Entity),
    /// Near-duplicate prompts of the view.
    Templates,
    /// What one view of the trail has and another one has not.
    Compare {
        /// The node of the one.
        a: usize,
        /// The node of the other.
        b: usize,
    },
}

/// A view visited.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// The node it was reached from.
    pub parent: Option<usize>,
    /// What the main area showed.
    pub place: Place,
    /// The view.
    pub view: View,
    /// A few words on how it was reached. May quote an extract.
    pub title: String,
    /// The name that the analyst gave it.
    pub name: Option<String>,
    /// When it was visited first.
    pub at: Option<Timestamp>,
    /// Rows of the view, once counted.
    pub rows: Option<u64>,
    /// Where the cursor was: row position and column, or the line of a list.
    pub cursor: (u64, usize),
    /// Its number in the case, where it was written there by an earlier sitting.
    pub number: Option<u64>,
    /// The child that was visited last: where forward leads.
    pub forward: Option<usize>,
}

impl Node {
    /// Its name, or how it was reached where it has none.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.title)
    }
}

/// The tree of views visited. It always has a node: the whole extract.
#[derive(Debug, Clone, PartialEq)]
pub struct Trail {
    nodes: Vec<Node>,
    here: usize,
}

impl Default for Trail {
    fn default() -> Trail {
        let root = Node { title: "all rows".to_owned(), ..Node::default() };
        Trail { nodes: vec![root], here: 0 }
    }
}

impl Trail {
    /// The node where the analyst is.
    pub fn here(&self) -> &Node {
        // `here` is always the place of a node, and there is always one.
        &self.nodes[self.here]
    }

    /// The node where the analyst is, to be changed.
    pub fn here_mut(&mut self) -> &mut Node {
        &mut self.nodes[self.here]
    }

    /// Its place in the tree.
    pub fn position(&self) -> usize {
        self.here
    }

    /// Every node, in the order of the visits.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Goes on to a new view, below the present one. A view that was visited from here before is gone to instead of added again.
    /// Whether it is new.
    pub fn visit(&mut self, place: Place, view: View, title: String) -> bool {
        let known = self.nodes.iter().position(|node| node.parent == Some(self.here) && node.place == place && node.view == view);
        let at = known.unwrap_or_else(|| {
            self.nodes.push(Node { parent: Some(self.here), place, view, title, ..Node::default() });
            self.nodes.len() - 1
        });
        self.here_mut().forward = Some(at);
        self.here = at;
        known.is_none()
    }

    /// Takes in a node that an earlier sitting visited, and stays where it is; gives its place. What was visited before from there is not
    /// added again.
    pub fn remember(&mut self, node: Node) -> usize {
        let same = |known: &Node| known.parent == node.parent && known.place == node.place && known.view == node.view;
        let at = self.nodes.iter().position(same).unwrap_or(self.nodes.len());
        if let Some(parent) = node.parent.and_then(|parent| self.nodes.get_mut(parent)) {
            parent.forward = Some(at);
        }
        match self.nodes.get_mut(at) {
            Some(known) => {
                (known.number, known.rows) = (known.number.or(node.number), known.rows.or(node.rows));
            }
            None => self.nodes.push(node),
        }
        at
    }

    /// Goes to the node this one was reached from.
    pub fn back(&mut self) -> bool {
        let Some(parent) = self.here().parent else { return false };
        let child = self.here;
        self.here = parent;
        self.here_mut().forward = Some(child);
        true
    }

    /// Goes to the node that was gone back from.
    pub fn forward(&mut self) -> bool {
        let Some(child) = self.here().forward else { return false };
        self.here = child;
        true
    }

    /// Goes to any node.
    pub fn jump(&mut self, to: usize) -> bool {
        let known = to < self.nodes.len();
        if known {
            self.here = to;
        }
        known
    }

    /// The time range of the nearest view on the way here that has one, the present one left out.
    pub fn range_before(&self) -> Option<TimeRange> {
        let mut at = self.here().parent;
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            if !node.view.range.is_all() {
                return Some(node.view.range);
            }
            at = node.parent;
        }
        None
    }

    /// Gives a node a name, or takes it away.
    pub fn name(&mut self, at: usize, name: Option<String>) {
        if let Some(node) = self.nodes.get_mut(at) {
            node.name = name;
        }
    }

    /// Changes the view of the present node without making a new one: for what is no step of the investigation (hidden columns).
    pub fn adjust(&mut self, change: impl FnOnce(&mut View)) {
        change(&mut self.here_mut().view);
    }

    /// Forgets how many rows each view has: they are counted again when they are gone to.
    pub fn forget_rows(&mut self) {
        self.nodes.iter_mut().for_each(|node| node.rows = None);
    }

    /// The nodes from the whole extract to here.
    pub fn path(&self) -> Vec<usize> {
        let mut path = vec![self.here];
        let mut at = self.here;
        while let Some(parent) = self.nodes[at].parent {
            path.push(parent);
            at = parent;
        }
        path.reverse();
        path
    }

    /// The tree in drawing order: node and depth, children below their parent in the order of the visits.
    pub fn tree(&self) -> Vec<(usize, usize)> {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(parent) = node.parent {
                children[parent].push(at);
            }
        }
        let mut lines = Vec::with_capacity(self.nodes.len());
        let mut stack = vec![(0, 0)];
        while let Some((at, depth)) = stack.pop() {
            lines.push((at, depth));
            stack.extend(children[at].iter().rev().map(|child| (*child, depth + 1)));
        }
        lines
    }
}

impl State {
    /// The number of a node in the case.
    pub fn number_of_node(&self, at: usize) -> u64 {
        let known = self.trail.nodes().get(at).and_then(|node| node.number);
        known.unwrap_or(self.case.base + at as u64)
    }

    /// Where the cursor is: row position and column, or the line of a list.
    pub fn cursor(&self) -> (u64, usize) {
        let position = match self.place() {
            Place::Rows => self.rows.cursor,
            Place::Pivot { .. } | Place::Top { .. } => self.list.cursor as u64,
            Place::Page(_) => self.page.cursor as u64,
            Place::Links(_) => self.links.cursor as u64,
            Place::Templates => self.templates.cursor as u64,
            Place::Compare { .. } => self.compared.cursor.first().copied().unwrap_or(0) as u64,
        };
        (position, self.rows.column)
    }

    /// Where the analyst stands, for the next sitting.
    pub fn standing(&self) -> Left {
        let (position, column) = self.cursor();
        Left { node: self.number_of_node(self.trail.position()), position, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> View {
        View { hidden: vec![text.to_owned()], ..View::default() }
    }

    #[test]
    fn a_branch_that_was_left_is_still_there() {
        let mut trail = Trail::default();
        assert!(trail.visit(Place::Rows, view("one"), "one".into()));
        let one = trail.position();
        assert!(trail.back());
        assert!(trail.visit(Place::Rows, view("two"), "two".into()));
        let two = trail.position();
        assert_eq!(trail.path(), [0, two]);
        assert_eq!(trail.tree(), [(0, 0), (one, 1), (two, 1)]);
        assert!(trail.back() && !trail.back());
        assert!(trail.forward());
        assert_eq!(trail.position(), two);
    }

    #[test]
    fn the_same_step_taken_twice_is_one_node() {
        let mut trail = Trail::default();
        trail.visit(Place::Rows, view("one"), "one".into());
        trail.back();
        assert!(!trail.visit(Place::Rows, view("one"), "again".into()));
        assert_eq!(trail.nodes().len(), 2);
    }
}
