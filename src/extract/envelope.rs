//! Envelopes: records that hold the logged event as one of their members, as exporters and test suites write them:
//! `{"log": {…}, "rule": …}`, `{"_index": …, "_source": {…}}`, `{"detail-type": …, "detail": {…}}`. The members of the inner object become
//! the columns; those of the outer one stand beside them.

use serde_json::{Map, Value};

use super::profile::Profiles;
use super::sample::Sample;
use super::shapes::{self, Look};

/// Names under which exporters put the event itself.
const NAMES: [&str; 14] = [
    "log",
    "event",
    "_source",
    "detail",
    "result",
    "record",
    "raw",
    "_raw",
    "payload",
    "jsonpayload",
    "protopayload",
    "data",
    "message",
    "source_event",
];

/// A record as it is loaded: the members of the inner object, then the others, where their names are still free.
pub(super) fn open(record: &Value, inner: Option<&str>) -> Value {
    let (Value::Object(members), Some(name)) = (record, inner) else { return record.clone() };
    let Some(Value::Object(event)) = members.get(name) else { return record.clone() };
    let mut all: Map<String, Value> = event.clone();
    for (key, value) in members.iter().filter(|(key, _)| *key != name) {
        if !all.contains_key(key) {
            all.insert(key.clone(), value.clone());
        }
    }
    Value::Object(all)
}

/// The member that holds the events of these records, if they are envelopes. They are not when a profile knows them as they are; they
/// are when profiles know what is inside, or when only the inside says when something happened.
pub(super) fn find(records: &[Value], profiles: &Profiles) -> Option<String> {
    let first = records.iter().find_map(Value::as_object)?;
    let is_envelope =
        |record: &Value, name: &str| record.get(name).is_some_and(|inner| inner.as_object().is_some_and(|o| o.len() > 1));
    let mut candidates: Vec<&String> = first
        .keys()
        .filter(|name| records.iter().filter(|record| is_envelope(record, name)).count() * 10 >= records.len() * 9)
        .collect();
    if candidates.is_empty() || profiles.choose(&sample(records.iter(), None)).is_some() {
        return None;
    }
    let known = |name: &str| {
        let name = name.to_lowercase();
        NAMES.iter().position(|known| *known == name)
    };
    candidates.sort_by_key(|name| known(name).unwrap_or(NAMES.len()));
    let fits = |name: &str| {
        let fitting = records.iter().filter(|record| profiles.choose(&sample(std::iter::once(*record), Some(name))).is_some());
        fitting.count() * 4 >= records.len()
    };
    let inside = |name: &str| {
        known(name).is_some()
            && records.iter().filter(|record| record.get(name).is_some_and(has_time)).count() * 2 > records.len()
            && !records.iter().any(|record| has_time_beside(record, name))
    };
    candidates.into_iter().find(|name| fits(name) || inside(name)).cloned()
}

fn sample<'a>(records: impl Iterator<Item = &'a Value>, inner: Option<&str>) -> Sample {
    let mut sample = Sample::default();
    records.for_each(|record| sample.add_json(&open(record, inner)));
    sample
}

fn is_time(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(shapes::look(text), Look::Time | Look::Epoch),
        Value::Number(number) => shapes::look(&number.to_string()) == Look::Epoch,
        _ => false,
    }
}

/// Whether a member of an object, or of an object in it, looks like a time.
fn has_time(value: &Value) -> bool {
    let Some(members) = value.as_object() else { return false };
    members.values().any(|value| is_time(value) || value.as_object().is_some_and(|inner| inner.values().any(is_time)))
}

fn has_time_beside(record: &Value, name: &str) -> bool {
    record.as_object().is_some_and(|members| members.iter().any(|(key, value)| key != name && is_time(value)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn found(records: &[Value]) -> Option<String> {
        find(records, &Profiles::load(Path::new("/nonexistent")).unwrap())
    }

    #[test]
    fn events_in_envelopes_are_found() {
        let cloudtrail = json!({"eventTime": "2023-07-10T11:42:36Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
            "userIdentity": {"type": "Root"}, "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.1", "eventID": "e"});
        assert_eq!(found(&[json!({"time": "2023-07-10T11:42:36Z", "detail": cloudtrail.clone()})]), Some("detail".into()));
        assert_eq!(found(&[json!({"odd name": cloudtrail.clone(), "n": 1})]), Some("odd name".into()));
        assert_eq!(found(&[cloudtrail]), None);
        let other = json!({"at": "2023-07-10T11:42:36Z", "who": "u"});
        assert_eq!(found(&[json!({"rule": "r", "log": other.clone()})]), Some("log".into()));
        assert_eq!(found(&[json!({"rule": "r", "context": other.clone()})]), None);
        assert_eq!(found(&[json!({"when": "2023-07-10T11:42:36Z", "event": other})]), None);
        assert_eq!(found(&[json!({"log": {"a": 1, "b": 2}})]), None);
    }

    #[test]
    fn the_inner_members_come_first_and_win() {
        let record = json!({"id": 1, "log": {"at": "t", "id": 2}, "rule": "r"});
        assert_eq!(open(&record, Some("log")), json!({"at": "t", "id": 2, "rule": "r"}));
        assert_eq!(open(&record, None), record);
        assert_eq!(open(&json!({"log": "text"}), Some("log")), json!({"log": "text"}));
    }
}
