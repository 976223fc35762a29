//! The detail of one row: every column by name, nested JSON folded.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::domain::{Role, Value};

/// One column of the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The column.
    pub column: String,
    /// Its role, for role columns.
    pub role: Option<Role>,
    /// Its value.
    pub value: Value,
    /// The JSON in it, for objects and arrays.
    pub tree: Option<Json>,
}

/// A line of the detail.
#[derive(Debug, Clone, PartialEq)]
pub struct DetailLine {
    /// The column that it belongs to, as a place in `items`.
    pub item: usize,
    /// How deep in the JSON it stands; 0 for the column itself.
    pub depth: usize,
    /// The column's or key's name, or the place in an array.
    pub name: String,
    /// The value as text; for a folded branch a short description of what is in it. Attacker-written.
    pub text: String,
    /// Whether it has lines below it, and whether they are shown.
    pub branch: Option<bool>,
    /// The path below the column, for folding: `/0/name`.
    pub path: String,
}

/// The detail pane.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    /// The row shown.
    pub row_id: Option<i64>,
    /// Its roles, and its own columns that have a value.
    pub items: Vec<Item>,
    /// The branches that are unfolded: column and path. Stays from row to row.
    pub open: BTreeSet<String>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
    /// Whether another row is on the way.
    pub loading: bool,
    /// Why there is none.
    pub error: Option<String>,
}

/// Lines of one row are cut here: nobody scrolls further, and a hostile row must not cost more. The cut is said.
pub const MOST_LINES: usize = 5000;

impl Detail {
    /// The lines that are shown.
    pub fn lines(&self) -> Vec<DetailLine> {
        self.listed(false)
    }

    /// The lines as if everything were unfolded.
    pub fn every_line(&self) -> Vec<DetailLine> {
        self.listed(true)
    }

    fn listed(&self, all: bool) -> Vec<DetailLine> {
        let mut lines = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            match &item.tree {
                Some(tree) => self.branch((at, all), 0, item.column.clone(), tree, &item.column, &mut lines),
                None => lines.push(DetailLine {
                    item: at,
                    depth: 0,
                    name: item.column.clone(),
                    text: item.value.to_plain(),
                    branch: None,
                    path: item.column.clone(),
                }),
            }
        }
        lines
    }

    fn branch(
        &self,
        (item, all): (usize, bool),
        depth: usize,
        name: String,
        json: &Json,
        path: &str,
        lines: &mut Vec<DetailLine>,
    ) {
        if lines.len() >= MOST_LINES {
            if lines.len() == MOST_LINES {
                lines.push(DetailLine {
                    item,
                    depth,
                    name: "…".into(),
                    text: "more lines than can be shown".into(),
                    branch: None,
                    path: path.into(),
                });
            }
            return;
        }
        let open = all || self.open.contains(path);
        let branch = match json {
            Json::Object(map) if !map.is_empty() => Some(open),
            Json::Array(items) if !items.is_empty() => Some(open),
            _ => None,
        };
        lines.push(DetailLine { item, depth, name, text: describe(json, branch == Some(true)), branch, path: path.into() });
        if branch != Some(true) {
            return;
        }
        match json {
            Json::Object(map) => {
                for (key, value) in map {
                    self.branch((item, all), depth + 1, key.clone(), value, &format!("{path}/{key}"), lines);
                }
            }
            Json::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    self.branch((item, all), depth + 1, place.to_string(), value, &format!("{path}/{place}"), lines);
                }
            }
            _ => {}
        }
    }

    /// Unfolds or folds the branch at `path`.
    pub fn fold(&mut self, path: &str) {
        if !self.open.remove(path) {
            self.open.insert(path.to_owned());
        }
    }
}

/// A JSON value in a line: scalars as they are, what is folded as the beginning of its text, what is unfolded as its size.
fn describe(json: &Json, open: bool) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Object(map) if open => format!("{{{}}}", map.len()),
        Json::Array(items) if open => format!("[{}]", items.len()),
        other => other.to_string().chars().take(400).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_unfolds_one_level_at_a_time_and_stays_so() {
        let tree: Json = serde_json::from_str(r#"{"user":{"name":"a","ids":[1,2]},"n":1}"#).unwrap();
        let item = Item { column: "record".into(), role: None, value: Value::Text(tree.to_string()), tree: Some(tree) };
        let mut detail = Detail { items: vec![item], ..Detail::default() };
        assert_eq!(detail.lines().len(), 1);
        detail.fold("record");
        let names: Vec<String> = detail.lines().into_iter().map(|line| line.name).collect();
        assert_eq!(names, ["record", "user", "n"]);
        detail.fold("record/user");
        assert_eq!(detail.lines().len(), 5);
        detail.fold("record");
        assert_eq!(detail.lines().len(), 1);
    }
}
