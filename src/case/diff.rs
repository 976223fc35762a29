//! What two cases say differently.

use std::collections::{BTreeMap, BTreeSet};

use super::merge::identity;
use super::model::{Finding, Stamp};
use super::state::Case;

/// One thing that two cases do not say alike. Its texts may hold text from extracts: draw them only through `SafeText`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of thing: question, finding, query, label, stage, note or pin.
    pub kind: &'static str,
    /// Which.
    pub what: String,
    /// Which field of it; empty when one of the cases does not have it at all.
    pub field: &'static str,
    /// What the first case says; `None` when it does not have it.
    pub first: Option<String>,
    /// What the second case says; `None` when it does not have it.
    pub second: Option<String>,
}

/// A thing that a case says, by kind and by what makes it the same in another case: how it is called, and its fields.
type Said = BTreeMap<(&'static str, String), (String, BTreeMap<&'static str, String>)>;

/// What two cases say differently, in order of kinds. Questions, findings and notes are the same when one journal was made from the other;
/// else findings and questions by their words.
pub fn diff(first: &Case, second: &Case) -> Vec<Difference> {
    let (one, two) = (said(first), said(second));
    let keys: BTreeSet<_> = one.keys().chain(two.keys()).collect();
    let mut differences = Vec::new();
    for key in keys {
        let kind = key.0;
        match (one.get(key), two.get(key)) {
            (Some((what, fields)), None) => {
                let (what, first) = (what.clone(), Some(summary(fields)));
                differences.push(Difference { kind, what, field: "", first, second: None });
            }
            (None, Some((what, fields))) => {
                let (what, second) = (what.clone(), Some(summary(fields)));
                differences.push(Difference { kind, what, field: "", first: None, second });
            }
            (Some((what, ours)), Some((_, theirs))) => {
                for (field, first) in ours {
                    let second = theirs.get(field).cloned().unwrap_or_default();
                    if *first != second {
                        let (what, first, second) = (what.clone(), Some(first.clone()), Some(second));
                        differences.push(Difference { kind, what, field, first, second });
                    }
                }
            }
            (None, None) => {}
        }
    }
    differences
}

fn summary(fields: &BTreeMap<&'static str, String>) -> String {
    let told: Vec<&str> = fields.values().filter(|text| !text.is_empty()).map(String::as_str).collect();
    told.join(", ")
}

fn said(case: &Case) -> Said {
    let mut said = Said::new();
    let origin = |stamp: &Stamp| case.entry(stamp.seq).map(|entry| identity(entry).to_owned()).unwrap_or_default();
    // A thing that was made twice, by two people, is known by its words.
    let words = |text: &str| text.trim().to_lowercase();
    for question in case.questions() {
        let answer = question.answers.last().map(|answer| answer.text.clone()).unwrap_or_default();
        let fields = BTreeMap::from([("text", question.text.clone()), ("answer", answer)]);
        said.insert(("question", words(&question.text)), (question.id.clone(), fields));
    }
    for finding in case.findings() {
        let key = ("finding", words(&finding.title));
        let key = if said.contains_key(&key) { ("finding", origin(&finding.stamp)) } else { key };
        said.insert(key, (format!("{} {}", finding.id, finding.title), finding_fields(finding)));
    }
    for measure in case.measures() {
        let key = format!("{}\0{}\0{}\0{}", measure.extract, measure.filter, measure.sql, measure.playbook);
        let fields = BTreeMap::from([("rows", measure.rows.to_string())]);
        let what = if measure.filter.is_empty() { measure.title.clone() } else { measure.filter.clone() };
        said.insert(("query", key), (what, fields));
    }
    for (entity, labels) in case.labelled_entities() {
        for label in labels {
            let fields = BTreeMap::from([
                ("connotation", label.connotation.to_string()),
                ("reason", label.reason.clone()),
                ("expires", label.expires.map(|end| end.to_string()).unwrap_or_default()),
                ("playbook", label.playbook.clone()),
            ]);
            said.insert(("label", format!("{entity}\0{}", label.label)), (format!("{entity} {}", label.label), fields));
        }
    }
    for (entity, staging) in case.stages() {
        let fields = BTreeMap::from([("stage", staging.stage.to_string()), ("reason", staging.reason)]);
        said.insert(("stage", entity.to_string()), (entity.to_string(), fields));
    }
    for note in case.notes() {
        let fields = BTreeMap::from([("text", note.text.clone())]);
        said.insert(("note", origin(&note.stamp)), (format!("{} on {}", note.id, note.target), fields));
    }
    for pin in case.pins() {
        let fields = BTreeMap::from([("row", pin.summary.clone())]);
        said.insert(("pin", pin.evidence.clone()), (format!("row {}", pin.row_id), fields));
    }
    said
}

fn finding_fields(finding: &Finding) -> BTreeMap<&'static str, String> {
    let mut entities: Vec<String> = finding.entities.iter().map(ToString::to_string).collect();
    entities.sort_unstable();
    let time = |time: Option<crate::domain::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    BTreeMap::from([
        ("title", finding.title.clone()),
        ("severity", finding.severity.to_string()),
        ("status", finding.status.to_string()),
        ("confidence", finding.confidence.map(|confidence| confidence.to_string()).unwrap_or_default()),
        ("category", finding.category.clone()),
        ("owner", finding.owner.clone()),
        ("next step", finding.next_step.clone()),
        ("first seen", time(finding.first_seen)),
        ("last seen", time(finding.last_seen)),
        ("entities", entities.join(" ")),
        ("text", finding.text.clone()),
        ("evidence", finding.evidence.join(" ")),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::event::{Event, FindingDetails, FindingEdits};
    use super::super::fixture::{Desk, changed, found, labelled, pinned};
    use super::super::words::{Connotation, Status};
    use super::*;

    #[test]
    fn what_only_one_says_and_what_both_say_otherwise_is_told() {
        let mut one = Desk::new();
        one.record(found("f1", &["account:a"], FindingDetails::default())).unwrap();
        one.record(labelled("account:a", "farm", Connotation::Bad, "")).unwrap();
        let mut two = Desk { case: one.case.clone(), entries: one.entries.clone() };
        assert_eq!(diff(&one.case, &two.case), []);
        one.record(changed("f1", Some(Status::Confirmed), FindingEdits::default())).unwrap();
        one.record(pinned(1, None, &[])).unwrap();
        two.record(labelled("account:a", "farm", Connotation::Good, "")).unwrap();
        two.record(Event::Question { id: "q1".into(), text: "Who?".into() }).unwrap();
        let lines: Vec<String> = diff(&one.case, &two.case)
            .into_iter()
            .map(|one| format!("{} {} {}: {:?} {:?}", one.kind, one.what, one.field, one.first, one.second))
            .collect();
        assert_eq!(
            lines,
            [
                "finding f1 A title status: Some(\"confirmed\") Some(\"open\")",
                "label account:a farm connotation: Some(\"bad\") Some(\"good\")",
                "pin row 1 : Some(\"row 1\") None",
                "question q1 : None Some(\"Who?\")",
                "stage account:a reason: Some(\"part of the confirmed finding f1\") Some(\"labelled farm (good)\")",
                "stage account:a stage: Some(\"confirmed\") Some(\"cleared\")",
            ]
        );
    }
}
