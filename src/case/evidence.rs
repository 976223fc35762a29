//! Evidence: a row kept by value.
//!
//! `evidence/<sha256>.json` holds one row: a JSON object in the journal's canonical form (see [`super::entry`]) with a `\n` after it,
//! named by the SHA-256 of the whole file, so that `sha256sum evidence/*` checks all of them. Its members:
//! - `extract`: the extract's SHA-256; `row_id`: the row's number in it; `source`, where it is known: `{path, record}`, the file and the
//!   line or record number in it;
//! - `columns`: the row's values in the order of `requests`, each `{name, type, value}`. `type` is `null`, `bool`, `int`, `float`,
//!   `text` or `time`; `value` is always text (or `null`), so that no reader rounds a long id: times in RFC 3339 (UTC), numbers in
//!   decimal.

use serde::{Deserialize, Serialize};

use crate::domain::{Entity, Role, SafeText, Timestamp, Value};
use crate::engine::Table;

use super::entry;

/// Where a row stands in the files of its extract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub path: String,
    /// The line or record number, from 1.
    pub record: u64,
}

/// One row, by value.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceRow {
    /// The extract's SHA-256.
    pub extract: String,
    /// Where the row stands in the extract's files, where that is known.
    pub source: Option<Place>,
    /// Its number in `requests`.
    pub row_id: i64,
    /// The columns and their values, in the order of `requests`.
    pub columns: Vec<(String, Value)>,
}

/// Why a file is not evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not an evidence file: {0}")]
pub struct NotEvidence(pub String);

#[derive(Serialize, Deserialize)]
struct File {
    columns: Vec<Cell>,
    extract: String,
    row_id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Place>,
}

#[derive(Serialize, Deserialize)]
struct Cell {
    name: String,
    r#type: String,
    value: Option<String>,
}

/// The roles that say in a line what a row is, in this order.
const SUMMARY: [Role; 9] =
    [Role::Account, Role::Key, Role::Ip, Role::Method, Role::Endpoint, Role::Model, Role::Status, Role::Error, Role::UserAgent];

/// Terminal columns that one value and the whole summary may take.
const SUMMARY_VALUE: usize = 60;
const SUMMARY_WIDTH: usize = 240;

impl EvidenceRow {
    /// The row `row` of a table that has a `row_id` beside the columns of `requests`, as `investigate::rows::detail` gives it. `None` when
    /// there is no such row or no `row_id` in it.
    pub fn from_table(extract: &str, table: &Table, row: usize) -> Option<EvidenceRow> {
        let values = table.rows().nth(row)?;
        let mut columns: Vec<(String, Value)> = table.names.iter().cloned().zip(values).collect();
        let at = columns.iter().position(|(name, _)| name == crate::domain::Schema::ROW_ID)?;
        let (_, row_id) = columns.remove(at);
        Some(EvidenceRow { extract: extract.to_owned(), source: None, row_id: row_id.as_i64()?, columns })
    }

    /// The value of a column; `Null` where there is none.
    pub fn get(&self, column: &str) -> &Value {
        self.columns.iter().find(|(name, _)| name == column).map_or(&Value::Null, |(_, value)| value)
    }

    /// The row's time.
    pub fn time(&self) -> Option<Timestamp> {
        self.get(Role::Time.name()).as_time()
    }

    /// The entities of the row, in the order of roles.
    pub fn entities(&self) -> Vec<Entity> {
        Role::entities()
            .filter_map(|role| Entity::new(role, self.get(role.name()).as_text()?))
            .filter(|entity| !entity.value.is_empty())
            .collect()
    }

    /// The row in a line, for lists of pins: who did what from where, and how much content it has, but none of the content.
    pub fn summary(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for role in SUMMARY {
            let value = self.get(role.name()).to_plain();
            if !value.is_empty() {
                parts.push(format!("{role}={}", SafeText::cut(&value, SUMMARY_VALUE)));
            }
        }
        for (name, value) in &self.columns {
            let sensitive = name.parse::<Role>().is_ok_and(Role::is_sensitive);
            if let (true, Some(text)) = (sensitive, value.as_text()) {
                parts.push(format!("{name} ({} characters, masked)", text.chars().count()));
            }
        }
        if parts.is_empty() {
            return "a row without any of the roles that a summary shows".into();
        }
        SafeText::cut(&parts.join(" "), SUMMARY_WIDTH).as_str().to_owned()
    }

    /// The bytes of the evidence file.
    pub fn bytes(&self) -> Result<Vec<u8>, NotEvidence> {
        let file = File {
            columns: self.columns.iter().map(|(name, value)| cell(name, value)).collect(),
            extract: self.extract.clone(),
            row_id: self.row_id,
            source: self.source.clone(),
        };
        let json = serde_json::to_value(file).map_err(|error| NotEvidence(error.to_string()))?;
        let mut text = entry::canonical(&json);
        text.push('\n');
        Ok(text.into_bytes())
    }

    /// Reads the bytes of an evidence file.
    pub fn parse(bytes: &[u8]) -> Result<EvidenceRow, NotEvidence> {
        let file: File = serde_json::from_slice(bytes).map_err(|error| NotEvidence(error.to_string()))?;
        let columns = file.columns.into_iter().map(value).collect::<Result<_, _>>()?;
        Ok(EvidenceRow { extract: file.extract, source: file.source, row_id: file.row_id, columns })
    }
}

fn cell(name: &str, value: &Value) -> Cell {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Text(_) => "text",
        Value::Time(_) => "time",
    };
    let value = (!value.is_null()).then(|| value.to_plain());
    Cell { name: name.to_owned(), r#type: kind.to_owned(), value }
}

fn value(cell: Cell) -> Result<(String, Value), NotEvidence> {
    let wrong = |what: &str| NotEvidence(format!("the value of column '{}' is not a {what}", cell.name));
    let text = cell.value.as_deref().unwrap_or_default();
    let value = match cell.r#type.as_str() {
        "null" => Value::Null,
        "bool" => Value::Bool(text.parse().map_err(|_| wrong("bool"))?),
        "int" => Value::Int(text.parse().map_err(|_| wrong("int"))?),
        "float" => Value::Float(text.parse().map_err(|_| wrong("float"))?),
        "text" => Value::Text(text.to_owned()),
        "time" => Value::Time(text.parse().map_err(|_| wrong("time"))?),
        other => return Err(NotEvidence(format!("column '{}' has the unknown type '{other}'", cell.name))),
    };
    Ok((cell.name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i128>().prop_map(Value::Int),
            any::<f64>().prop_filter("NaN is not equal to itself", |number| !number.is_nan()).prop_map(Value::Float),
            any::<String>().prop_map(Value::Text),
            any::<i64>().prop_map(|micros| Value::Time(Timestamp(micros))),
        ]
    }

    proptest! {
        #[test]
        fn a_row_is_read_back_from_its_file(
            columns in prop::collection::vec((any::<String>(), any_value()), 0..8),
            row_id in any::<i64>(),
            source in prop::option::of((any::<String>(), any::<u64>())),
        ) {
            let source = source.map(|(path, record)| Place { path, record });
            let row = EvidenceRow { extract: "e".into(), source, row_id, columns };
            let bytes = row.bytes().unwrap();
            prop_assert_eq!(EvidenceRow::parse(&bytes).unwrap(), row);
            prop_assert_eq!(bytes.last(), Some(&b'\n'));
        }
    }

    #[test]
    fn the_file_is_what_its_page_says_and_the_summary_holds_no_content() {
        let row = EvidenceRow {
            extract: "ab".into(),
            source: Some(Place { path: "a.csv".into(), record: 7 }),
            row_id: 6,
            columns: vec![
                ("time".into(), Value::Time(Timestamp(0))),
                ("account".into(), Value::Text("acct\u{7}1".into())),
                ("status".into(), Value::Int(123_456_789_012_345_678)),
                ("content".into(), Value::Text("secret words".into())),
                ("ip".into(), Value::Null),
            ],
        };
        let text = String::from_utf8(row.bytes().unwrap()).unwrap();
        insta::assert_snapshot!(text, @r#"{"columns":[{"name":"time","type":"time","value":"1970-01-01T00:00:00Z"},{"name":"account","type":"text","value":"acct\u00071"},{"name":"status","type":"int","value":"123456789012345678"},{"name":"content","type":"text","value":"secret words"},{"name":"ip","type":"null","value":null}],"extract":"ab","row_id":6,"source":{"path":"a.csv","record":7}}"#);
        assert_eq!(row.summary(), "account=acct\\x071 status=123456789012345678 content (12 characters, masked)");
        assert_eq!(row.time(), Some(Timestamp(0)));
    }
}
