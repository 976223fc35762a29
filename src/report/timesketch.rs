//! The case in order of time for Timesketch: CSV (`message,datetime,timestamp_desc,tag`) and JSON lines with the same four and, beside
//! them, attributes whose names begin with `casebook_`. So none is a name that Timesketch keeps for itself (`label`, `timestamp`, `__ts_…`).

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::domain::{SafeText, Timestamp};

use super::dossier::Dossier;
use super::{csv, json};

struct Line {
    at: Timestamp,
    message: String,
    what: &'static str,
    tags: Vec<String>,
    more: Vec<(String, String)>,
}

/// The columns of the CSV.
pub(super) const COLUMNS: &str = "message,datetime,timestamp_desc,tag";

pub(super) fn csv(dossier: &Dossier) -> String {
    let mut file = format!("{COLUMNS}\r\n");
    for line in lines(dossier) {
        let tags = if line.tags.is_empty() { String::new() } else { csv::text(&line.tags.join(",")) };
        let fields = [csv::text(&line.message), datetime(line.at), line.what.to_owned(), tags];
        file.push_str(&fields.join(","));
        file.push_str("\r\n");
    }
    file
}

pub(super) fn jsonl(dossier: &Dossier) -> String {
    let mut file = String::new();
    for line in lines(dossier) {
        let mut object = Map::new();
        object.insert("message".into(), line.message.into());
        object.insert("datetime".into(), datetime(line.at).into());
        object.insert("timestamp_desc".into(), line.what.into());
        object.insert("tag".into(), line.tags.into());
        object.extend(line.more.into_iter().map(|(name, value)| (format!("casebook_{name}"), Json::from(value))));
        file.push_str(&json::line(&object));
    }
    file
}

/// ISO 8601 with an offset in figures, which every reader of Timesketch takes.
fn datetime(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
}

/// A message in one line.
fn message(text: &str) -> String {
    SafeText::new(text).as_str().to_owned()
}

fn lines(dossier: &Dossier) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut labels: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for entity in &dossier.entities {
        let words = entity.labels.iter().map(|label| label.label.as_str()).collect();
        labels.insert((entity.role.name(), entity.value.as_str()), words);
    }
    for pin in &dossier.pins {
        let of_entities = pin.entities.iter().filter_map(|one| labels.get(&(one.role.name(), one.value.as_str()))).flatten();
        let findings = dossier.findings.iter().filter(|finding| finding.evidence.iter().any(|row| row.sha256 == pin.evidence));
        let mut tags: Vec<String> = of_entities.map(|word| (*word).to_owned()).collect();
        tags.extend(findings.map(|finding| finding.id.clone()));
        tags.sort_unstable();
        tags.dedup();
        let mut more = vec![
            ("kind".to_owned(), "row".to_owned()),
            ("row".to_owned(), pin.row_id.to_string()),
            ("extract".to_owned(), pin.extract.clone()),
            ("evidence".to_owned(), pin.evidence.clone()),
        ];
        more.extend(pin.entities.iter().map(|entity| (entity.role.name().to_owned(), entity.value.clone())));
        lines.push(Line {
            at: pin.time.unwrap_or(pin.by.at),
            message: message(&pin.summary),
            what: if pin.time.is_some() { "Request logged" } else { "Row pinned, it has no time of its own" },
            tags,
            more,
        });
    }
    for entity in &dossier.entities {
        let of = |kind: &str| vec![("kind".to_owned(), kind.to_owned()), (entity.role.name().to_owned(), entity.value.clone())];
        for change in &entity.history {
            let reason = if change.reason.trim().is_empty() { String::new() } else { format!(": {}", change.reason) };
            let (did, what) = match &change.connotation {
                Some(connotation) => (format!("labelled {} ({connotation})", change.label), "Label given"),
                None => (format!("no longer labelled {}", change.label), "Label taken away"),
            };
            lines.push(Line {
                at: change.by.at,
                message: message(&format!("{} {} {did}{reason}, by {}", entity.role, entity.value, change.by.who)),
                what,
                tags: vec![change.label.clone()],
                more: of("label"),
            });
        }
        if let Some(by) = &entity.stage_by {
            lines.push(Line {
                at: by.at,
                message: message(&format!(
                    "{} {} is {}: {}, by {}",
                    entity.role, entity.value, entity.stage, entity.stage_reason, by.who
                )),
                what: "Stage set",
                tags: vec![entity.stage.clone()],
                more: of("stage"),
            });
        }
    }
    for finding in &dossier.findings {
        lines.push(Line {
            at: finding.by.at,
            message: message(&format!("finding {}: {}, by {}", finding.id, finding.title, finding.by.who)),
            what: "Finding written",
            tags: vec![finding.severity.clone(), finding.status.clone()],
            more: vec![("kind".to_owned(), "finding".to_owned()), ("finding".to_owned(), finding.id.clone())],
        });
    }
    lines.sort_by(|one, other| (one.at, &one.message, one.what).cmp(&(other.at, &other.message, other.what)));
    lines
}
