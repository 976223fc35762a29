//! Whether a pinned row still is what it was when the extract is opened with another mapping: a value is looked for under the name that
//! the extract itself has for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Role, Schema, Value};

use super::evidence::EvidenceRow;

/// The columns whose values differ between a row as it was pinned, when the roles were filled from `roles`, and as it is now, with the
/// columns of `schema`. A value that stands under another name now, because its column fills another role or none, is no difference.
pub(super) fn differing(kept: &EvidenceRow, roles: &BTreeMap<Role, String>, now: &EvidenceRow, schema: &Schema) -> Vec<String> {
    let then = |name: &str| -> String {
        let role = name.parse::<Role>().ok();
        role.and_then(|role| roles.get(&role)).cloned().unwrap_or_else(|| name.to_owned())
    };
    let today = |name: &str| -> String {
        let column = schema.columns.iter().find(|column| column.name == name);
        column.and_then(|column| column.source.clone()).unwrap_or_else(|| name.to_owned())
    };
    let mut seen = BTreeSet::new();
    let names = kept.columns.iter().chain(&now.columns).map(|(name, _)| name);
    names
        .filter(|name| seen.insert((*name).clone()))
        .filter(|name| {
            let (before, after) = (kept.get(name), now.get(name));
            let moved =
                is_there(before, &then(name), &now.columns, &today) && is_there(after, &today(name), &kept.columns, &then);
            !same(before, after) && !moved
        })
        .cloned()
        .collect()
}

/// NaN is not equal to itself; what it prints is.
fn same(one: &Value, other: &Value) -> bool {
    one == other || (one.as_f64().is_some_and(f64::is_nan) && other.as_f64().is_some_and(f64::is_nan))
}

/// Whether a value that the extract has under the name `raw` is among the columns of the other row. Nothing is everywhere.
fn is_there(value: &Value, raw: &str, columns: &[(String, Value)], raw_of: &dyn Fn(&str) -> String) -> bool {
    value.is_null() || columns.iter().any(|(name, other)| raw_of(name) == raw && other.to_plain() == value.to_plain())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Column, Kind};

    fn row(columns: &[(&str, &str)]) -> EvidenceRow {
        let value = |text: &str| if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) };
        let columns = columns.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect();
        EvidenceRow { extract: String::new(), source: None, row_id: 1, columns }
    }

    fn schema(columns: &[(&str, &str)]) -> Schema {
        let column = |(name, source): &(&str, &str)| {
            let role = name.parse::<Role>().ok();
            let plain = serde_json::json!({"name": name, "kind": Kind::Text, "role": role, "source": source});
            serde_json::from_value::<Column>(plain).unwrap()
        };
        Schema { columns: columns.iter().map(column).collect() }
    }

    #[test]
    fn a_value_under_another_name_is_the_same_and_another_value_is_not() {
        let before = row(&[("f17", "anna"), ("ip", "192.0.2.1"), ("account", "")]);
        let roles = BTreeMap::from([(Role::Ip, "f2".to_owned())]);
        let mapped = schema(&[("account", "f17"), ("f2", "f2")]);
        let now = row(&[("account", "anna"), ("f2", "192.0.2.1")]);
        assert_eq!(differing(&before, &roles, &now, &mapped), Vec::<String>::new());
        let forged = row(&[("account", "berta"), ("f2", "192.0.2.1")]);
        assert_eq!(differing(&before, &roles, &forged, &mapped), ["f17", "account"]);
        let gone = row(&[("account", "anna")]);
        assert_eq!(differing(&before, &roles, &gone, &mapped), ["ip"]);
        let more = row(&[("account", "anna"), ("f2", "192.0.2.1"), ("f3", "x")]);
        assert_eq!(differing(&before, &roles, &more, &mapped), ["f3"]);
    }
}
