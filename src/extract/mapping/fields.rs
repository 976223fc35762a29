//! What there is to choose from: the columns of an extract and the paths inside its JSON, with values of some rows.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use crate::domain::{Batch, Column, Role};
use crate::engine::{Dialect, Statement};
use crate::extract::model::Extract;
use crate::extract::plan::RawColumn;

use super::stored::{self, Stored};
use super::{spread, text_of};

/// Rows that are looked at.
const ROWS: u64 = 200;
/// Different values kept of a column or path.
const VALUES: usize = 5;
/// Characters kept of a value.
const LENGTH: usize = 200;
/// Levels of nesting that are looked into.
const DEPTH: usize = 5;
/// Columns and paths at most: a log with more of them has ids for keys.
const MOST: usize = 4000;
/// Bytes of JSON that are taken apart at most, so that no extract holds up the keys.
const BYTES: usize = 2 << 20;

/// A column or JSON path that can fill a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// The column's name in the extract, or the path. Attacker-written.
    pub name: String,
    /// Whether its values are masked until revealed.
    pub sensitive: bool,
    /// Some different values, as text, shortened. Attacker-written.
    pub values: Vec<String>,
    /// Sampled rows that have a value.
    pub present: u64,
}

/// What the sampled rows tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Rows that were looked at.
    pub rows: u64,
    /// Columns and paths, in the order of `requests`, paths behind their column.
    pub fields: Vec<Field>,
    /// The same of each mapped role.
    pub roles: BTreeMap<Role, Field>,
}

/// Some rows from all over the extract, for [`known`]: every column of `requests` that holds something, as text.
pub fn samples(extract: &Extract, dialect: &dyn Dialect) -> Statement {
    let mut statement = Statement::default();
    let columns: Vec<String> = extract
        .schema
        .filled()
        .map(|column| format!("{} AS {}", text_of(column, dialect), dialect.ident(&column.name)))
        .collect();
    let rows = spread(extract.rows, ROWS, &mut statement, dialect);
    let columns = if columns.is_empty() { "NULL AS nothing".to_owned() } else { columns.join(", ") };
    statement.sql = format!("SELECT {columns} FROM requests{rows} LIMIT {ROWS}");
    statement
}

/// The columns, paths and roles that sampled rows hold.
pub fn known(extract: &Extract, batches: &[Batch], dialect: &dyn Dialect) -> Known {
    let as_text = stored::gives_text(extract);
    let stored = stored::stored(extract);
    let raws: Vec<RawColumn> = stored.iter().map(|stored| stored.raw(as_text, dialect)).collect();
    let mut known = Known { rows: batches.iter().map(|batch| batch.rows() as u64).sum(), ..Known::default() };
    for column in extract.schema.filled() {
        if let Some(role) = column.role {
            let mut field = Field { name: column.name.clone(), sensitive: role.is_sensitive(), ..Field::default() };
            texts(batches, column).for_each(|text| field.add(&text));
            known.roles.insert(role, field);
        }
    }
    let mut budget = BYTES;
    for stored in stored.iter().filter(|stored| stored::is_column(stored, &raws)) {
        if known.fields.len() >= MOST {
            break;
        }
        known.fields.extend(column_and_paths(stored, batches, &mut budget));
    }
    known
}

/// The values of a column of `requests` in the sampled rows.
fn texts<'a>(batches: &'a [Batch], column: &'a Column) -> impl Iterator<Item = String> + 'a {
    batches.iter().flat_map(|batch| (0..batch.rows()).filter_map(|row| batch.get(row, &column.name).as_text().map(str::to_owned)))
}

fn column_and_paths(stored: &Stored<'_>, batches: &[Batch], budget: &mut usize) -> Vec<Field> {
    let mut column = Field { name: stored.name.to_owned(), sensitive: stored.is_sensitive(), ..Field::default() };
    let mut paths = Paths { sensitive: column.sensitive, ..Paths::default() };
    for text in texts(batches, stored.column) {
        column.add(&text);
        if text.starts_with(['{', '[']) && text.len() <= *budget {
            *budget -= text.len();
            if let Ok(json) = serde_json::from_str(&text) {
                paths.take_apart(stored.name, &json, 0);
            }
        }
    }
    let mut all = vec![column];
    all.append(&mut paths.fields);
    all
}

impl Field {
    fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.present += 1;
        if self.values.len() < VALUES {
            let short: String = text.chars().take(LENGTH).collect();
            if !self.values.contains(&short) {
                self.values.push(short);
            }
        }
    }
}

/// The paths below one column.
#[derive(Default)]
struct Paths {
    sensitive: bool,
    fields: Vec<Field>,
    places: HashMap<String, usize>,
}

impl Paths {
    fn take_apart(&mut self, path: &str, json: &Json, depth: usize) {
        match json {
            Json::Object(members) if depth < DEPTH => {
                for (key, inner) in members {
                    // A path cannot lead through a key with one of its own signs in it.
                    if !key.is_empty() && !key.contains(['.', '[', ']']) {
                        self.take_apart(&format!("{path}.{key}"), inner, depth + 1);
                    }
                }
            }
            // Of a list the first member stands for all: the others are reached by their numbers.
            Json::Array(items) if depth < DEPTH => {
                if let Some(first) = items.first() {
                    self.take_apart(&format!("{path}[0]"), first, depth + 1);
                }
            }
            _ => {}
        }
        if depth > 0 {
            self.note(path, json);
        }
    }

    fn note(&mut self, path: &str, json: &Json) {
        let place = match self.places.get(path) {
            Some(place) => *place,
            None if self.fields.len() >= MOST => return,
            None => {
                self.fields.push(Field { name: path.to_owned(), sensitive: self.sensitive, ..Field::default() });
                self.places.insert(path.to_owned(), self.fields.len() - 1);
                self.fields.len() - 1
            }
        };
        let Some(field) = self.fields.get_mut(place) else { return };
        match json {
            Json::Null => {}
            Json::String(text) => field.add(text),
            other => field.add(&other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Kind, Schema, Value};
    use crate::engine::dialect::DUCK;
    use crate::engine::fake::batch;

    #[test]
    fn columns_and_paths_are_found_with_their_values() {
        let column = |name: &str, kind, role, source: &str| Column { role, ..Column::own(name, kind, source) };
        let extract = Extract {
            schema: Schema {
                columns: vec![
                    column("account", Kind::Text, Some(Role::Account), "record.user.name"),
                    column("content", Kind::Text, Some(Role::Content), "prompt"),
                    column("record", Kind::Json, None, "record"),
                ],
            },
            ..Extract::default()
        };
        let text = |text: &str| Value::Text(text.to_owned());
        let json = r#"{"user":{"name":"ana","a.b":1},"ips":[{"v":"192.0.2.1"},{"v":"192.0.2.2"}],"n":null}"#;
        let rows = batch(&[
            ("account", vec![text("ana"), text("ana"), Value::Null]),
            ("content", vec![text("secret"), text(""), Value::Null]),
            ("record", vec![text(json), text("{}"), text("{\"broken")]),
        ]);
        let known = known(&extract, &[rows], &DUCK);
        assert_eq!(known.rows, 3);
        assert_eq!(known.roles[&Role::Account].values, ["ana"]);
        assert_eq!(known.roles[&Role::Account].present, 2);
        assert!(known.roles[&Role::Content].sensitive);
        let fields: Vec<(&str, u64, bool)> =
            known.fields.iter().map(|field| (field.name.as_str(), field.present, field.sensitive)).collect();
        assert_eq!(
            fields,
            [
                ("prompt", 1, true),
                ("record", 3, false),
                ("record.user.name", 1, false),
                ("record.user", 1, false),
                ("record.ips[0].v", 1, false),
                ("record.ips[0]", 1, false),
                ("record.ips", 1, false),
                ("record.n", 0, false),
            ]
        );
    }
}
