//! Choosing which columns of a view are shown, and in which order.

use crate::domain::Schema;
use crate::investigate::{View, view};

use super::input::Input;

/// The columns under choice. Nothing of it counts before it is applied.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// Every column in order, and whether it is shown.
    pub items: Vec<(String, bool)>,
    /// The column up to which they stay in sight.
    pub frozen: Option<String>,
    /// The item under the cursor.
    pub cursor: usize,
    /// What is searched for, while it is typed.
    pub input: Option<Input>,
}

impl Columns {
    /// The columns of a view as they are now, the cursor on one of them.
    pub fn of(schema: &Schema, of: &View, at: Option<&str>) -> Columns {
        let items: Vec<(String, bool)> =
            view::ordered(schema, of).map(|column| (column.name.clone(), !of.hidden.contains(&column.name))).collect();
        let cursor = at.and_then(|name| items.iter().position(|item| item.0 == name)).unwrap_or(0);
        Columns { items, frozen: of.frozen.clone(), cursor, input: None }
    }

    /// How many are shown.
    pub fn shown(&self) -> usize {
        self.items.iter().filter(|item| item.1).count()
    }

    /// Shows or hides the column under the cursor.
    pub fn toggle(&mut self) {
        if let Some(item) = self.items.get_mut(self.cursor) {
            item.1 = !item.1;
        }
    }

    /// Moves the column under the cursor one place up or down.
    pub fn shift(&mut self, up: bool) {
        let to = if up { self.cursor.checked_sub(1) } else { Some(self.cursor + 1) };
        if let Some(to) = to.filter(|to| *to < self.items.len()) {
            self.items.swap(self.cursor, to);
            self.cursor = to;
        }
    }

    /// Puts the cursor on the next column whose name has a text in it, from `from` on.
    pub fn find(&mut self, text: &str, from: usize) {
        let needle = text.to_lowercase();
        let count = self.items.len();
        let mut places = (0..count).map(|step| (from + step) % count.max(1));
        if let Some(at) = places.find(|at| self.items.get(*at).is_some_and(|item| item.0.to_lowercase().contains(&needle))) {
            self.cursor = at;
        }
    }

    /// Puts the choice into a view.
    pub fn apply(&self, schema: &Schema, to: &mut View) {
        let names: Vec<String> = self.items.iter().map(|item| item.0.clone()).collect();
        let own: Vec<String> = schema.filled().map(|column| column.name.clone()).collect();
        to.order = if names == own { Vec::new() } else { names };
        to.hidden = self.items.iter().filter(|item| !item.1).map(|item| item.0.clone()).collect();
        to.frozen.clone_from(&self.frozen);
    }
}
