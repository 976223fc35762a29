//! Some records of an extract, taken apart into their columns and JSON paths, for profiles and the guesser to look at.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// Records that one source gives at most.
pub(super) const RECORDS: usize = 200;
/// Values kept of one column or path.
const VALUES: usize = 2000;
/// Characters kept of one value.
const LENGTH: usize = 400;
/// Levels of nesting that are looked into.
const DEPTH: usize = 4;
/// Columns and paths kept at most: a log with more of them has ids for keys.
const FIELDS: usize = 5000;

/// A column or path and what was seen of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// The column's name, or the path with dots.
    pub(super) name: String,
    /// Records that have it, with whatever value but null.
    pub(super) present: usize,
    /// Values, without empty ones.
    pub(super) values: Vec<String>,
    /// Whether it is below another one.
    pub(super) depth: usize,
    /// Which of the first records have a value in it, by their numbers.
    pub(super) records: Vec<u32>,
}

/// Some records, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) records: usize,
    fields: Vec<Field>,
    places: HashMap<String, usize>,
}

impl Sample {
    /// The columns and paths in the order in which they were seen.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.places.get(name).and_then(|place| self.fields.get(*place))
    }

    /// Of the first records, how many there are and which have a value in one of some columns.
    pub(super) fn covered<'f>(&self, fields: impl Iterator<Item = &'f Field>) -> (usize, HashSet<u32>) {
        (self.records.min(VALUES), fields.flat_map(|field| field.records.iter().copied()).collect())
    }

    /// The first column or path of this name without regard to case.
    pub(super) fn field_of_any_case(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// Adds a JSON record.
    pub(super) fn add_json(&mut self, record: &Value) {
        self.records += 1;
        if let Value::Object(members) = record {
            for (key, value) in members {
                self.add_value(key.clone(), value, 0);
            }
        }
    }

    fn add_value(&mut self, name: String, value: &Value, depth: usize) {
        match value {
            Value::Null => self.note(&name, None, depth),
            Value::String(text) => self.note(&name, Some(text), depth),
            Value::Object(members) => {
                self.note(&name, Some(&value.to_string()), depth);
                if depth < DEPTH {
                    for (key, inner) in members {
                        self.add_value(format!("{name}.{key}"), inner, depth + 1);
                    }
                }
            }
            other => self.note(&name, Some(&other.to_string()), depth),
        }
    }

    /// Adds a row of a table.
    pub(super) fn add_row(&mut self, columns: &[String], row: &[String]) {
        self.records += 1;
        for (name, value) in columns.iter().zip(row) {
            self.note(name, Some(value), 0);
            // JSON in a cell is taken apart like that of a JSON record: profiles and the guesser see `Cell.path`.
            let cell = value.trim();
            if cell.starts_with('{')
                && cell.ends_with('}')
                && let Ok(Value::Object(members)) = serde_json::from_str(cell)
            {
                for (key, inner) in &members {
                    self.add_value(format!("{name}.{key}"), inner, 1);
                }
            }
        }
    }

    /// Adds a line that was taken apart.
    pub(super) fn add_parts(&mut self, parts: &[(&str, &str)]) {
        self.records += 1;
        for (name, value) in parts {
            self.note(name, Some(value), 0);
        }
    }

    fn note(&mut self, name: &str, value: Option<&str>, depth: usize) {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None if self.fields.len() >= FIELDS => return,
            None => {
                self.fields.push(Field { name: name.to_owned(), depth, ..Field::default() });
                self.places.insert(name.to_owned(), self.fields.len() - 1);
                self.fields.len() - 1
            }
        };
        let Some(field) = self.fields.get_mut(place) else { return };
        let Some(value) = value else { return };
        field.present += 1;
        if value.trim().is_empty() {
            return;
        }
        if field.values.len() < VALUES {
            field.values.push(value.chars().take(LENGTH).collect());
        }
        if self.records <= VALUES {
            field.records.push(self.records as u32);
        }
    }

    /// Adds what another sample saw.
    pub(super) fn merge(&mut self, other: &Sample) {
        let before = self.records;
        self.records += other.records;
        for field in &other.fields {
            self.note(&field.name, None, field.depth);
            let Some(place) = self.places.get(&field.name).copied() else { continue };
            let Some(known) = self.fields.get_mut(place) else { continue };
            known.present += field.present;
            let room = VALUES.saturating_sub(known.values.len());
            known.values.extend(field.values.iter().take(room).cloned());
            let shifted = field.records.iter().map(|record| *record as usize + before).filter(|record| *record <= VALUES);
            known.records.extend(shifted.map(|record| record as u32));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_a_cell_is_taken_apart_and_presence_is_kept_by_record() {
        let mut sample = Sample::default();
        let columns = ["n".to_owned(), "Data".to_owned()];
        sample.add_row(&columns, &["1".into(), " {\"a\":{\"b\":\"x\"}} ".into()]);
        sample.add_row(&columns, &["2".into(), "{'a': 'no JSON'}".into()]);
        assert_eq!(sample.field("Data.a.b").unwrap().values, ["x"]);
        assert_eq!(sample.field("Data.a.b").unwrap().depth, 2);
        let mut both = sample.clone();
        both.merge(&sample);
        assert_eq!(both.field("Data.a.b").unwrap().records, [1, 3]);
        assert_eq!(both.covered(both.field("n").into_iter()).1.len(), 4);
    }

    #[test]
    fn records_are_taken_apart_into_paths() {
        let mut sample = Sample::default();
        sample.add_json(&serde_json::json!({"a": {"b": 1, "c": {"d": "x"}}, "e": null}));
        sample.add_json(&serde_json::json!({"e": ""}));
        let names: Vec<&str> = sample.fields().iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["a", "a.b", "a.c", "a.c.d", "e"]);
        assert_eq!(sample.field("a.c.d").unwrap().values, ["x"]);
        assert_eq!((sample.field("e").unwrap().present, sample.field("e").unwrap().values.len()), (1, 0));
        let mut both = Sample::default();
        both.merge(&sample);
        both.merge(&sample);
        assert_eq!((both.records, both.field("a.b").unwrap().present), (4, 2));
    }
}
